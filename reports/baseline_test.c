/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whether readings changed: Welch's t-test (Welch 1947), the rank-sum test with its correction for ties (Mann and Whitney
 * 1947), Holm's step-down over all readings (Holm 1979).
 *
 * Why both tests: Welch's p-value can be as small as Holm needs it over hundreds of readings, where 10 values against 10
 * give the rank test no less than 1e-5; the rank test on the other hand is not moved by one odd value, which a rare event
 * makes of a mean. A reading counts as changed when both say so. */
#include "reports/check.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_statistics_double.h>
#include <math.h>
#include <stdlib.h>

/* Relative: another libm may differ in the last digits of a mean. */
static const double same = 1e-9;

static bool is_close(double a, double b)
{
    return fabs(a - b) <= same * fmax(fabs(a), fabs(b));
}

static bool is_constant(const double *values, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        if (!is_close(values[i], values[0]))
            return false;
    }
    return true;
}

/* Two-sided p-value of the rank sum by its normal approximation. */
static double rank_test(const double *a, size_t a_count, const double *b, size_t b_count)
{
    const double half = 0.5;
    const double n = (double)a_count, m = (double)b_count;
    double wins = 0, ties = 0;
    for (size_t i = 0; i < a_count; i++) {
        for (size_t k = 0; k < b_count; k++)
            wins += is_close(a[i], b[k]) ? half : a[i] > b[k] ? 1 : 0;
    }
    /* Sum of t^3 - t over the groups of t equal values: each value adds t^2 - 1. */
    for (size_t i = 0; i < a_count + b_count; i++) {
        const double value = i < a_count ? a[i] : b[i - a_count];
        double equal = 0;
        for (size_t k = 0; k < a_count + b_count; k++)
            equal += is_close(value, k < a_count ? a[k] : b[k - a_count]);
        ties += equal * equal - 1;
    }
    const double variance = n * m / 12 * (n + m + 1 - ties / ((n + m) * (n + m - 1)));
    if (variance <= 0)
        return 1;
    return fmin(1, 2 * gsl_cdf_ugaussian_Q(fabs(wins - n * m / 2) / sqrt(variance)));
}

double baseline_test(const double *a, size_t a_count, const double *b, size_t b_count, double *low, double *high)
{
    const double upper = 0.975;
    const double before = gsl_stats_mean(a, 1, a_count), after = gsl_stats_mean(b, 1, b_count);
    *low = *high = after - before;
    if (is_constant(a, a_count) && is_constant(b, b_count))
        return is_close(a[0], b[0]) ? 1 : 0;
    const double va = gsl_stats_variance_m(a, 1, a_count, before) / (double)a_count;
    const double vb = gsl_stats_variance_m(b, 1, b_count, after) / (double)b_count;
    const double freedom = (va + vb) * (va + vb) / (va * va / ((double)a_count - 1) + vb * vb / ((double)b_count - 1));
    const double error = sqrt(va + vb);
    const double half = gsl_cdf_tdist_Pinv(upper, freedom) * error;
    *low -= half;
    *high += half;
    const double p = 2 * gsl_cdf_tdist_Q(fabs(after - before) / error, freedom);
    return rank_test(a, a_count, b, b_count) <= BASELINE_ALPHA ? p : 1;
}

struct ranked {
    double p;
    size_t index;
};

static int by_p(const void *a, const void *b)
{
    const struct ranked *one = a, *two = b;
    if (one->p < two->p || one->p > two->p)
        return one->p < two->p ? -1 : 1;
    return one->index < two->index ? -1 : 1;
}

void baseline_holm(const double *p, size_t count, bool *significant)
{
    struct ranked *ranked = sim_xcalloc(count + 1, sizeof *ranked);
    bool goes_on = true;
    for (size_t i = 0; i < count; i++)
        ranked[i] = (struct ranked){p[i], i};
    qsort(ranked, count, sizeof *ranked, by_p);
    for (size_t i = 0; i < count; i++) {
        goes_on = goes_on && ranked[i].p <= BASELINE_ALPHA / (double)(count - i);
        significant[ranked[i].index] = goes_on;
    }
    free(ranked);
}
