/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a dashboard on Prometheus would show for a run's percentiles: beside the exact one of each phase the estimate
 * that histogram_quantile makes of buckets. */
#ifndef REPORTS_AS_PROMETHEUS_H
#define REPORTS_AS_PROMETHEUS_H

#include "reports/export.h"
#include "reports/openmetrics_bounds.h"
#include "reports/options.h"

/* A percentile of the panel, phase by phase. */
struct as_prometheus_phase {
    const struct record_phase *phase;
    struct sim_reading_value exact;
    double whole;           /* one query over the whole measured part; NaN: no data; likewise below */
    double mean, max, last; /* of the query with a range of 60 s, every 15 s of the measured part, ends included */
    double *steps;
    size_t step_count, data_count; /* data_count: those that are not NaN */
};

struct as_prometheus_reading {
    const struct record_item *item;
    const char *query;
    double q;                           /* 0.95 */
    struct as_prometheus_phase *phases; /* as many as the record has */
};

struct as_prometheus {
    struct sim_arena arena;
    const struct record *record;
    const struct openmetrics_bounds *bounds;
    struct as_prometheus_reading *readings;
    size_t count;
};

#define AS_PROMETHEUS_RANGE (60 * SIM_S)
#define AS_PROMETHEUS_STEP (15 * SIM_S)

/* Evaluates every reading of the panel that is a percentile of a histogram. False after an error that was printed;
 * as_prometheus_fini in any case. Run and bounds must outlive it. */
bool as_prometheus_init(struct as_prometheus *as, const struct export_run *run,
                        const struct openmetrics_bounds *bounds);
void as_prometheus_fini(struct as_prometheus *as);

/* All of it, on standard output. 0, or an exit code. */
int as_prometheus_show(const struct store *store, int64_t key, const struct record *record,
                       const struct openmetrics_bounds *bounds, enum output_format format);

/* Why the reading's estimates are not the exact values, one or two plain sentences; free. */
char *as_prometheus_why(const struct as_prometheus *as, const struct as_prometheus_reading *reading);

#endif
