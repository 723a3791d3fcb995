/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "reports/as_prometheus_query.h"

#include <math.h>
#include <stdlib.h>

/* ---- samples ---- */

struct reading {
    struct scraped *scraped;
    const struct openmetrics_bounds *bounds;
};

static void take_point(void *context, const struct series_point *point)
{
    const struct reading *reading = context;
    struct scraped *scraped = reading->scraped;
    const size_t sample = (size_t)(point->t / scraped->window);
    if (sample < scraped->samples)
        openmetrics_bounds_count(reading->bounds, point, scraped->totals + sample * scraped->buckets);
}

bool scraped_read(struct scraped *scraped, const struct store *store, const struct series *series,
                  const struct record *record, const struct openmetrics_bounds *bounds)
{
    *scraped = (struct scraped){.buckets = bounds->count + 1, .window = record->window, .until = record->until};
    scraped->samples = (size_t)((record->until + record->window - 1) / record->window);
    scraped->totals = sim_xcalloc(scraped->samples * scraped->buckets + 1, sizeof *scraped->totals);
    struct reading reading = {scraped, bounds};
    if (!series_each(store, series, take_point, &reading))
        return false;
    for (size_t i = 0; i < scraped->samples; i++) {
        int64_t *totals = scraped->totals + i * scraped->buckets;
        for (size_t k = 1; k < scraped->buckets; k++)
            totals[k] += totals[k - 1];
        for (size_t k = 0; k < scraped->buckets && i > 0; k++)
            totals[k] += totals[k - scraped->buckets];
    }
    return true;
}

void scraped_fini(struct scraped *scraped)
{
    free(scraped->totals);
    *scraped = (struct scraped){0};
}

/* Prometheus keeps time in milliseconds. */
static int64_t sample_ms(const struct scraped *scraped, size_t sample)
{
    const sim_ns end = scraped->window * (sim_ns)(sample + 1);
    return (end < scraped->until ? end : scraped->until) / SIM_MS;
}

/* ---- functions ---- */

double prometheus_rate(const struct scraped *scraped, size_t bucket, sim_ns at, sim_ns range)
{
    const double near = 1.1; /* in average distances of samples */
    const int64_t end_ms = at / SIM_MS;
    const int64_t start_ms = end_ms - range / SIM_MS;
    size_t first = 0;
    while (first < scraped->samples && sample_ms(scraped, first) < start_ms)
        first++;
    size_t end = first;
    while (end < scraped->samples && sample_ms(scraped, end) <= end_ms)
        end++;
    if (end < first + 2)
        return (double)NAN;
    const double first_value = (double)scraped->totals[first * scraped->buckets + bucket];
    const double increase = (double)scraped->totals[(end - 1) * scraped->buckets + bucket] - first_value;
    double to_start = (double)(sample_ms(scraped, first) - start_ms) / 1000;
    const double to_end = (double)(end_ms - sample_ms(scraped, end - 1)) / 1000;
    const double sampled = (double)(sample_ms(scraped, end - 1) - sample_ms(scraped, first)) / 1000;
    const double average = sampled / (double)(end - first - 1);
    /* A counter is not extrapolated to before it was 0. */
    if (increase > 0 && sampled * (first_value / increase) < to_start)
        to_start = sampled * (first_value / increase);
    double covered = sampled;
    covered += to_start < average * near ? to_start : average / 2;
    covered += to_end < average * near ? to_end : average / 2;
    return increase * (covered / sampled / sim_ns_to_s(range));
}

double prometheus_quantile(double q, const struct openmetrics_bounds *bounds, const double *counts)
{
    const double all = counts[bounds->count];
    if (bounds->count == 0 || isnan(all) || !(all > 0))
        return (double)NAN;
    const double rank = q * all;
    size_t at = 0;
    while (at < bounds->count && counts[at] < rank)
        at++;
    if (at == bounds->count)
        return bounds->upper[at - 1];
    const double low = at == 0 ? 0 : bounds->upper[at - 1];
    const double below = at == 0 ? 0 : counts[at - 1];
    return low + (bounds->upper[at] - low) * ((rank - below) / (counts[at] - below));
}

double prometheus_quantile_at(double q, const struct scraped *scraped, const struct openmetrics_bounds *bounds,
                              sim_ns at, sim_ns range)
{
    double counts[OPENMETRICS_BOUNDS_MAX + 1] = {0};
    for (size_t i = 0; i < scraped->buckets; i++)
        counts[i] = prometheus_rate(scraped, i, at, range);
    return prometheus_quantile(q, bounds, counts);
}
