/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plots/bins.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

double *bins_empty(const struct plot *plot)
{
    double *values = sim_xcalloc(plot->bin_count, sizeof *values);
    for (size_t b = 0; b < plot->bin_count; b++)
        values[b] = (double)NAN;
    return values;
}

double *bins_copy(const struct plot *plot, const double *values)
{
    if (values == NULL)
        return NULL;
    double *copy = bins_empty(plot);
    memcpy(copy, values, plot->bin_count * sizeof *copy);
    return copy;
}

double bins_sum(const struct plot *plot, const double *values)
{
    double sum = 0;
    for (size_t b = 0; values != NULL && b < plot->bin_count; b++)
        sum += isnan(values[b]) ? 0 : values[b];
    return sum;
}

double *bins_read(const struct plot *plot, uint32_t run, const char *node, const char *part, const char *metric,
                  bool *fine)
{
    const struct record *record = plot->runs[run].record;
    const struct series *series = series_find(&plot->runs[run].series, node, part, metric);
    struct series_bins bins;
    if (series == NULL || series->kind == SIM_METRIC_HISTOGRAM)
        return NULL;
    double *values = bins_empty(plot);
    if (!series_bin(plot->store, series, record->window, plot->bin, record->until, &bins))
        *fine = false;
    memcpy(values, bins.values, bins.count * sizeof *values);
    series_bins_fini(&bins);
    return values;
}

double *bins_ratio(const struct plot *plot, double *over, double *under)
{
    double *ratio = over == NULL || under == NULL ? NULL : bins_empty(plot);
    for (size_t b = 0; ratio != NULL && b < plot->bin_count; b++) {
        if (under[b] > 0)
            ratio[b] = over[b] / under[b];
    }
    free(over);
    free(under);
    return ratio;
}

double *bins_add(const struct plot *plot, double *a, double *b, double sign)
{
    if (a == NULL || b == NULL)
        return a == NULL ? b : a;
    for (size_t i = 0; i < plot->bin_count; i++)
        a[i] += sign * b[i];
    free(b);
    return a;
}

double *bins_rate(const struct plot *plot, uint32_t run, double *increases)
{
    const sim_ns until = plot->runs[run].record->until;
    for (size_t b = 0; increases != NULL && b < plot->bin_count; b++) {
        const sim_ns from = plot->bin * (sim_ns)b;
        const sim_ns to = from + plot->bin < until ? from + plot->bin : until;
        if (to > from)
            increases[b] /= sim_ns_to_s(to - from);
    }
    return increases;
}
