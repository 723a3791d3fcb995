/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The upper bounds of Prometheus' buckets, and how the samples of a stored window fall into them. */
#ifndef REPORTS_OPENMETRICS_BOUNDS_H
#define REPORTS_OPENMETRICS_BOUNDS_H

#include "reports/series.h"

enum { OPENMETRICS_BOUNDS_MAX = 100 };

struct openmetrics_bounds {
    size_t count; /* without +Inf, which is always there */
    double upper[OPENMETRICS_BOUNDS_MAX];
    sim_ns upper_ns[OPENMETRICS_BOUNDS_MAX];
};

/* "lab", "prometheus" (the same list: the lab keeps the client library's default), or bounds in seconds, rising:
 * "0.1,0.5,1". False when it is none of them. */
bool openmetrics_bounds_parse(struct openmetrics_bounds *bounds, const char *text);

/* Adds the samples of a histogram's window to counts[0..bounds->count], each bucket on its own (not cumulative); the
 * last is above all bounds. A sample is known to within its log-linear bucket, so one that is less than 0.4 % below a
 * bound may be counted above it; never the other way round, and never when it is its window's greatest. */
void openmetrics_bounds_count(const struct openmetrics_bounds *bounds, const struct series_point *point,
                              int64_t *counts);

#endif
