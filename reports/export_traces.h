/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Traces for other programs, and metrics in the same format. Errors of `out` stay with it. */
#ifndef REPORTS_EXPORT_TRACES_H
#define REPORTS_EXPORT_TRACES_H

#include "reports/collect.h"
#include "reports/export.h"
#include "reports/openmetrics_bounds.h"
#include "scenarios/scenario.h"

#include <stdio.h>

/* OTLP/JSON (opentelemetry-proto, TracesData): a resource a node (service.name, service.version,
 * deployment.environment), a span a call or inner span, the time of a call as its caller sees it. `epoch` is when the run
 * begins, in seconds since 1970; what comes after 2554 does not fit: export_otlp_fits. */
void export_otlp(FILE *out, const struct cell *cell, struct trace *const *traces, size_t count, int64_t epoch);
bool export_otlp_fits(int64_t epoch, sim_ns last);

/* A stored run's windows as OTLP/JSON metrics (MetricsData); buckets as `bounds` says. False after an error of the store
 * that was printed. */
bool export_otlp_metrics(FILE *out, const struct export_run *run, const struct openmetrics_bounds *bounds,
                         int64_t epoch);

/* Chrome's Trace Event Format. Twice: the spans as they were, nestable async pairs (b, e), as requests overlap; and of
 * each trace where its time went, frames (B, E) that never overlap, a thread a trace, which speedscope reads. */
void export_chrome(FILE *out, const struct cell *cell, struct trace *const *traces, size_t count);

#endif
