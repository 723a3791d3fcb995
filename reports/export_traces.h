/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Traces for other programs, and metrics and logs in the same format. Errors of `out` stay with it. */
#ifndef REPORTS_EXPORT_TRACES_H
#define REPORTS_EXPORT_TRACES_H

#include "reports/collect.h"
#include "reports/export.h"
#include "reports/logbook.h"
#include "reports/openmetrics_bounds.h"
#include "reports/otlp.h"
#include "scenarios/scenario.h"

#include <stdio.h>

/* OTLP/JSON (opentelemetry-proto, TracesData): a resource a node, a span a call or inner span, the time of a call as its
 * caller sees it. */
void export_otlp(FILE *out, const struct cell *cell, struct trace *const *traces, size_t count,
                 const struct otlp_options *options);

/* A stored run's windows as OTLP/JSON metrics (MetricsData); buckets as `bounds` says. False after an error of the store
 * that was printed. */
bool export_otlp_metrics(FILE *out, const struct export_run *run, const struct openmetrics_bounds *bounds,
                         const struct otlp_options *options);

/* Lines of a logbook as OTLP/JSON logs (LogsData), a resource a service. A file has all lines of a service together, a run
 * says them as they come: each service's wait in a temporary file. Memory does not grow with the run. */
struct otlp_logs {
    struct logbook book; /* must be first: write is otlp_logs_write */
    const struct otlp_options *options;
    struct otlp_log_service *services; /* in the order of their first lines */
    size_t count, room;
    int error; /* errno of the first temporary file that could not be opened or written */
};
/* A `write` of a logbook. */
void otlp_logs_write(struct logbook *book, const struct log_line *line);
/* Puts the lines together. False after an error of a temporary file: `error` says which. */
bool export_otlp_logs(FILE *out, struct otlp_logs *logs, const struct cell *cell);
void otlp_logs_fini(struct otlp_logs *logs);

/* Chrome's Trace Event Format. Twice: the spans as they were, nestable async pairs (b, e), as requests overlap; and of
 * each trace where its time went, frames (B, E) that never overlap, a thread a trace, which speedscope reads. */
void export_chrome(FILE *out, const struct cell *cell, struct trace *const *traces, size_t count);

#endif
