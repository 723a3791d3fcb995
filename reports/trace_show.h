/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Traces as people read them: a list, one as a waterfall; and as JSON. */
#ifndef REPORTS_TRACE_SHOW_H
#define REPORTS_TRACE_SHOW_H

#include "reports/keep.h"

#include <cjson/cJSON.h>
#include <stdio.h>

enum { TRACE_ID_ROOM = 33 };

/* 32 hex digits, as OTLP has them: the run's id, then the trace's number. Returns `buffer`. */
const char *trace_id_text(char buffer[TRACE_ID_ROOM], const struct cell *cell, const struct trace *trace);

/* One line a trace: number, when it ended, status, duration, operation, nodes it came to. */
void trace_show_list(FILE *out, struct trace *const *traces, size_t count);

/* The tree of one: spans, segments, tags, logs, bars; `width` columns. */
void trace_show_tree(FILE *out, const struct cell *cell, const struct trace *trace, size_t width);

/* A trace with all its spans. */
cJSON *trace_tree_json(const struct cell *cell, const struct trace *trace);

#endif
