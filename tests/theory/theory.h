/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Simulation against theory, with a stated confidence.
 *
 * A study runs one model with many seeds, from empty, drops a warm-up, and holds the mean of the replications against
 * the exact value by Student's t. All comparisons of all programs in this folder are one family: each interval is so
 * wide (Bonferroni) that a true model fails any of FAMILY comparisons with a probability of 0.1 % at most.
 *
 * The load that a replication happened to get explains most of how its waits differ; its exact mean is known. So the
 * last measure may serve as a control variate: the mean of the others is read off a regression on it, at its exact mean
 * (Lavenberg and Welch 1981).
 *
 * Wide intervals must not hide a wrong model: every comparison is made again with theory's value off by 5 % both ways
 * (or as the measure says), and must refuse these. So a comparison of too few samples fails as well. */
#ifndef TESTS_THEORY_THEORY_H
#define TESTS_THEORY_THEORY_H

#include "tests/kit.h"
#include "tests/parallel.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_fit.h>
#include <gsl/gsl_statistics_double.h>
#include <math.h>

enum { THEORY_FAMILY = 300, THEORY_MEASURES = 6, THEORY_REPLICATIONS = 64 };
static const double THEORY_CONFIDENCE = 0.999;
static const double THEORY_POWER = 0.05;

struct theory_measure {
    const char *name;
    double want;
    double slack; /* relative error that is no fault: the histogram's resolution, an approximation's own error */
    double power; /* relative error that must be refused; 0: THEORY_POWER */
};

struct theory_study {
    const char *name;
    bool controlled; /* by the last measure */
    const struct theory_measure *measures;
    uint32_t measure_count, replications;
    /* One replication: fills one value a measure. Runs on any thread. */
    void (*replicate)(const void *model, uint64_t seed, double *values);
    const void *model;
    double values[THEORY_REPLICATIONS][THEORY_MEASURES];
};

static inline void theory_replicate(void *context, uint32_t item)
{
    struct theory_study *study = context;
    study->replicate(study->model, item + 1, study->values[item]);
}

struct theory_mean {
    double mean, half_width;
};

static inline struct theory_mean theory_estimate(const struct theory_study *study, uint32_t m)
{
    const uint32_t n = study->replications;
    const uint32_t last = study->measure_count - 1;
    const double *y = &study->values[0][m];
    const double *x = &study->values[0][last];
    const double tail = (1 - THEORY_CONFIDENCE) / THEORY_FAMILY / 2;
    double mean = gsl_stats_mean(y, THEORY_MEASURES, n);
    double error = gsl_stats_sd(y, THEORY_MEASURES, n) / sqrt(n);
    if (!study->controlled || m == last)
        return (struct theory_mean){mean, gsl_cdf_tdist_Qinv(tail, n - 1) * error};
    double c0 = 0, c1 = 0, v00 = 0, v01 = 0, v11 = 0, rest = 0;
    (void)gsl_fit_linear(x, THEORY_MEASURES, y, THEORY_MEASURES, n, &c0, &c1, &v00, &v01, &v11, &rest);
    (void)gsl_fit_linear_est(study->measures[last].want, c0, c1, v00, v01, v11, &mean, &error);
    return (struct theory_mean){mean, gsl_cdf_tdist_Qinv(tail, n - 2) * error};
}

static inline bool theory_agrees(struct theory_mean got, double want, double slack)
{
    return fabs(got.mean - want) <= got.half_width + slack * want;
}

static inline void theory_check(struct theory_study *study)
{
    ck_assert_uint_le(study->measure_count, THEORY_MEASURES);
    ck_assert_uint_le(study->replications, THEORY_REPLICATIONS);
    parallel_for(study->replications, theory_replicate, study);
    for (uint32_t m = 0; m < study->measure_count; m++) {
        const struct theory_measure *measure = &study->measures[m];
        const struct theory_mean got = theory_estimate(study, m);
        const double power = measure->power > 0 ? measure->power : THEORY_POWER;
        printf("%-36s %-12s theory %9.5f  simulated %9.5f +- %.2f %%\n", study->name, measure->name, measure->want,
               got.mean, 100 * got.half_width / measure->want);
        ck_assert_msg(theory_agrees(got, measure->want, measure->slack), "%s, %s: want %.6g, got %.6g +- %.2g",
                      study->name, measure->name, measure->want, got.mean, got.half_width);
        for (int sign = -1; sign <= 1; sign += 2) {
            double wrong = measure->want * (1 + sign * power);
            ck_assert_msg(!theory_agrees(got, wrong, measure->slack), "%s, %s: cannot tell %.6g from %.6g", study->name,
                          measure->name, measure->want, wrong);
        }
    }
}

/* ---- worlds ---- */

/* A reading over an interval of a finished world; panics when it has no data. */
static inline double theory_read(struct sim *sim, const char *text, uint32_t interval)
{
    struct sim_reading reading;
    struct sim_error error;
    sim_assert(sim_reading_find(sim, text, &reading, &error));
    const struct sim_interval *measured = &sim->intervals[interval];
    struct sim_reading_value value = sim_reading_read(&reading, measured->samples, measured->seen);
    sim_assert(value.has_data);
    return value.value;
}

/* Share of the values of a histogram that are above zero. */
static inline double theory_share_above_zero(struct sim *sim, const char *text, uint32_t interval)
{
    struct sim_reading reading;
    struct sim_error error;
    sim_assert(sim_reading_find(sim, text, &reading, &error));
    const struct sim_hist *hist = sim->intervals[interval].samples[reading.over[0]].hist;
    return 1 - (double)sim_hist_count_up_to(hist, 0) / (double)hist->count;
}

/* Runs it from the start to the end of its last interval, which is returned. */
static inline uint32_t theory_run(struct sim *sim, double warm_up_s, double length_s)
{
    sim_ns from = sim_ns_from_s(warm_up_s);
    sim_ns to = from + sim_ns_from_s(length_s);
    uint32_t interval = sim_add_interval(sim, "measured", from, to);
    kit_start_world(sim);
    sim_assert(sim_run(sim, to, NULL, NULL));
    sim_finish(sim);
    return interval;
}

/* A world with clients that send `rate` a second to the node that `to` names, which must be set afterwards. */
static inline struct sim *theory_world(uint64_t seed, double rate)
{
    char word[60];
    struct sim *sim = sim_create(seed);
    sim_assert(sim_add_node(sim, &clients_type, "clients") != NULL);
    (void)snprintf(word, sizeof word, "%.17g/s", rate);
    kit_set(sim, "clients.rate", word);
    kit_set(sim, "clients.products", "1");
    return sim;
}

#endif
