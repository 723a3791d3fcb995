/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What trace and export share: RUN, --phase, --where; a replay with a collector that keeps what was asked for. */
#ifndef REPORTS_TRACE_QUERY_H
#define REPORTS_TRACE_QUERY_H

#include "reports/keep.h"
#include "reports/replay.h"
#include "reports/where.h"

struct trace_query {
    /* Set before. NULL, 0: not asked for. */
    const char *run, *phase, *where;
    struct trace_name trace; /* this trace alone; number 0: not asked for */
    uint32_t per_slice, slowest, sample;
    struct cell_options *cell;
    void (*each)(void *context, const struct trace *trace); /* told of all that are wanted; may be NULL */
    void *each_context;
    /* Set by trace_query_run. */
    struct replay replay;
    struct collector collector;
    struct keep keep;
    struct where *expression;
    bool collecting;
};

/* Reads --where, which may then be refused without a run. 0, or EXIT_USAGE. */
int trace_query_parse(struct trace_query *query);
/* Builds, runs, collects. 0, or an exit code; in any case trace_query_fini. */
int trace_query_run(struct trace_query *query);
void trace_query_fini(struct trace_query *query);

/* "60213 traces ended in chaos (measured from 720 s); 1203 match: 1100 UNAVAILABLE, 103 TIMEOUT", and what was
 * dropped. */
void trace_query_show_counts(FILE *out, const struct trace_query *query, size_t shown);

#endif
