/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The rows of a waterfall, in their order: one a span, a piece of its own time, a tag or a line it logged. What a callee
 * did after its caller had gone stands in a branch of its own. A row's children are in the order of their beginning. The
 * terminal (trace_tree.c) and the page (html_traces.c) print the same rows. */
#ifndef REPORTS_TRACE_ROWS_H
#define REPORTS_TRACE_ROWS_H

#include "reports/collect.h"

enum trace_row_kind {
    TRACE_ROW_SPAN,
    TRACE_ROW_WORK,
    TRACE_ROW_WAIT,
    TRACE_ROW_ABANDONED, /* heads the branch of abandoned work */
    TRACE_ROW_NOTE       /* without time: label, between, second */
};

/* Valid while it is told of. */
struct trace_row {
    enum trace_row_kind kind;
    int depth;
    const char *label;
    const char *between, *second; /* of a note, else NULL */
    const char *status;           /* of a span: "503", "-" not ended, "err" an inner span; else "" */
    sim_ns from, to;              /* not of a note */
    sim_ns cut;                   /* from here on it is abandoned work; SIM_NEVER: none */
};

void trace_rows(const struct trace *trace, void (*each)(void *context, const struct trace_row *row), void *context);

#endif
