/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A stored run as OpenMetrics 1.0 text, for `promtool tsdb create-blocks-from openmetrics` and whatever else reads it.
 * https://github.com/prometheus/OpenMetrics/blob/main/specification/OpenMetrics.md */
#ifndef REPORTS_OPENMETRICS_H
#define REPORTS_OPENMETRICS_H

#include "reports/export.h"
#include "reports/openmetrics_bounds.h"

/* Simulated time 0, in seconds since 1970: 2023-11-14 22:13:20 UTC. Fixed, so that equal runs give equal bytes. */
#define OPENMETRICS_EPOCH INT64_C(1700000000)

struct openmetrics_options {
    int64_t epoch; /* s */
    struct openmetrics_bounds bounds;
};

/* Writes every series: one sample (of a histogram: one a bucket, sum and count) for every window of the run, at the
 * window's end. Returns false after an error of the store that was printed; errors of `out` stay with it. */
bool openmetrics_write(FILE *out, const struct export_run *run, const struct openmetrics_options *options);

#endif
