/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Two functions of PromQL over a stored histogram, computed as Prometheus 2.42 does (promql/functions.go,
 * extrapolatedRate; promql/quantile.go, bucketQuantile), on the samples that `simex export` gives it. */
#ifndef REPORTS_AS_PROMETHEUS_QUERY_H
#define REPORTS_AS_PROMETHEUS_QUERY_H

#include "reports/openmetrics_bounds.h"

/* A histogram as it is scraped at the end of every window. */
struct scraped {
    size_t samples, buckets; /* buckets: the bounds and +Inf */
    sim_ns window, until;
    int64_t *totals; /* samples x buckets: since the run's start, up to the bucket's bound */
};

/* False after an error that was printed. Free with scraped_fini in any case. */
bool scraped_read(struct scraped *scraped, const struct store *store, const struct series *series,
                  const struct record *record, const struct openmetrics_bounds *bounds);
void scraped_fini(struct scraped *scraped);

/* rate(x_bucket[range]) of one bucket at an instant: the increase from the first to the last sample in [at - range, at],
 * extrapolated to the edges of the range when the samples come near them, per second. NaN with fewer than two samples.
 */
double prometheus_rate(const struct scraped *scraped, size_t bucket, sim_ns at, sim_ns range);

/* histogram_quantile(q, ...) of cumulative counts, bounds->count + 1 of them, in seconds: linear within the bucket that
 * rank q * total falls into, from 0 in the first; the greatest bound when that is +Inf's. NaN without samples. */
double prometheus_quantile(double q, const struct openmetrics_bounds *bounds, const double *counts);

/* histogram_quantile(q, rate(x_bucket[range])) at an instant. */
double prometheus_quantile_at(double q, const struct scraped *scraped, const struct openmetrics_bounds *bounds,
                              sim_ns at, sim_ns range);

#endif
