/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reading a trace (collect.h): its times, its sums, and where each nanosecond of it went.
 *
 * Blame goes backwards from the end of a stretch. What ended last (a segment, an inner span, a call of its own) has the
 * time down to its beginning, then what ended last before that, and so on; what lies between is nobody's (`other`). Of a
 * call, its part of the stretch is shared out in the same way, one level deeper. In a flow that does one thing at a time
 * this is simply the sequence of what it did. */
#include "reports/collect.h"

#include "models/ops.h"

#include <stdlib.h>

/* ---- times ---- */

static bool has(const struct trace_span *span, unsigned flags)
{
    return (span->flags & flags) == flags;
}

sim_ns trace_span_end(const struct trace_span *span)
{
    return has(span, TRACE_SPAN_ENDED) ? span->ended : span->trace->horizon;
}

sim_ns trace_end(const struct trace *trace)
{
    return trace_span_end(trace->root);
}

sim_ns trace_duration(const struct trace *trace)
{
    return trace_end(trace) - trace->root->begun;
}

/* When the callee was done with it. */
static sim_ns own_end(const struct trace_span *span)
{
    return has(span, TRACE_SPAN_REPLIED) ? span->replied : span->trace->horizon;
}

void trace_span_network(const struct trace_span *span, sim_ns *there, sim_ns *back)
{
    const sim_ns end = trace_span_end(span);
    *there = has(span, TRACE_SPAN_ARRIVED) && span->arrived < end ? span->arrived : end;
    *back = has(span, TRACE_SPAN_REPLIED) && span->replied < end ? span->replied : end;
    if (span->name != NULL) {
        *there = span->begun;
        *back = end;
    }
}

bool trace_span_abandoned(const struct trace_span *span, sim_ns *from, sim_ns *to)
{
    if (span->name != NULL || !has(span, TRACE_SPAN_ARRIVED | TRACE_SPAN_ENDED) || has(span, TRACE_SPAN_ANSWERED))
        return false;
    *from = span->ended > span->arrived ? span->ended : span->arrived;
    *to = own_end(span);
    return *from < *to;
}

sim_ns trace_last(const struct trace *trace)
{
    sim_ns last = trace_end(trace), from = 0, to = 0;
    for (const struct trace_span *span = trace->root; span != NULL; span = trace_next(span, NULL)) {
        if (trace_span_abandoned(span, &from, &to) && to > last)
            last = to;
    }
    return last;
}

struct sim_outcome trace_span_outcome(const struct trace_span *span)
{
    if (span->name != NULL)
        return (struct sim_outcome){has(span, TRACE_SPAN_ERROR) ? SIM_ERROR : SIM_OK, NULL};
    return has(span, TRACE_SPAN_ENDED) ? span->end : span->outcome;
}

struct sim_outcome trace_outcome(const struct trace *trace)
{
    return trace_span_outcome(trace->root);
}

const char *trace_span_name(const struct trace_span *span)
{
    return span->name != NULL ? span->name : op_name(span->op);
}

const struct trace_span *trace_next(const struct trace_span *span, int *depth)
{
    int moved = 1;
    const struct trace_span *next = span->first;
    while (next == NULL && span != NULL) {
        next = span->next;
        span = span->parent;
        moved--;
    }
    if (depth != NULL)
        *depth += moved;
    return next;
}

uint64_t trace_span_id(const struct trace_span *span)
{
    enum { INNER_SHIFT = 44 };
    if (span->name == NULL)
        return span->id;
    return UINT64_C(1) << 63 | span->id << INNER_SHIFT | (span->trace->id & ((UINT64_C(1) << INNER_SHIFT) - 1));
}

/* ---- blame ---- */

struct part {
    sim_ns from, to;
    const struct trace_span *child; /* or */
    const struct sim_segment *segment;
};

/* Parts of the spans on the way from the root to the one at hand. */
struct blame {
    const struct trace_visitor *visitor;
    struct part *parts;
    size_t count, room;
};

static void blame_span(struct blame *blame, const struct trace_span *span, sim_ns from, sim_ns to);

static void add_part(struct blame *blame, sim_ns from, sim_ns to, const struct trace_span *child,
                     const struct sim_segment *segment)
{
    if (from >= to)
        return;
    if (blame->count == blame->room) {
        blame->room = blame->room == 0 ? 64 : blame->room * 2;
        blame->parts = sim_xrealloc(blame->parts, blame->room * sizeof *blame->parts);
    }
    blame->parts[blame->count++] = (struct part){from, to, child, segment};
}

/* Latest end first; of those the earliest beginning; else as they were found, by moving no equals. */
static bool in_order(const struct part *a, const struct part *b)
{
    return a->to != b->to ? a->to > b->to : a->from <= b->from;
}

static int by_end(const void *left, const void *right)
{
    const struct part *a = left, *b = right;
    if (a->to != b->to)
        return a->to > b->to ? -1 : 1;
    if (a->from != b->from)
        return a->from < b->from ? -1 : 1;
    return (a > b) - (a < b);
}

/* Most lists are short and nearly sorted; a bulk of calls is not. */
static void sort_parts(struct part *parts, size_t count)
{
    enum { SHORT = 32 };
    if (count > SHORT) {
        qsort(parts, count, sizeof *parts, by_end);
        return;
    }
    for (size_t i = 1; i < count; i++) {
        const struct part part = parts[i];
        size_t at = i;
        for (; at > 0 && !in_order(&parts[at - 1], &part); at--)
            parts[at] = parts[at - 1];
        parts[at] = part;
    }
}

static void piece(const struct blame *blame, const struct trace_span *span, const struct sim_segment *segment,
                  sim_ns from, sim_ns to)
{
    const struct trace_visitor *visitor = blame->visitor;
    if (from < to)
        visitor->piece(visitor->context, span, segment, from, to);
}

static sim_ns at_most(sim_ns a, sim_ns b)
{
    return a < b ? a : b;
}

static sim_ns at_least(sim_ns a, sim_ns b)
{
    return a > b ? a : b;
}

/* The callee's own time within [from, to). */
static void blame_own(struct blame *blame, const struct trace_span *span, sim_ns from, sim_ns to)
{
    const size_t base = blame->count;
    for (const struct trace_span *child = span->first; child != NULL; child = child->next)
        add_part(blame, at_least(child->begun, from), at_most(trace_span_end(child), to), child, NULL);
    for (const struct trace_segment *own = span->segments; own != NULL; own = own->next)
        add_part(blame, at_least(own->from, from), at_most(own->to, to), NULL, own->segment);
    if (blame->count > base)
        sort_parts(blame->parts + base, blame->count - base);
    sim_ns until = to;
    for (size_t i = base; i < blame->count; i++) {
        const struct part part = blame->parts[i]; /* the array may move */
        if (part.from >= until)
            continue;
        const sim_ns end = at_most(part.to, until);
        piece(blame, span, NULL, end, until);
        if (part.child != NULL)
            blame_span(blame, part.child, part.from, end);
        else
            piece(blame, span, part.segment, part.from, end);
        until = part.from;
    }
    piece(blame, span, NULL, from, until);
    blame->count = base;
}

static void blame_span(struct blame *blame, const struct trace_span *span, sim_ns from, sim_ns to)
{
    const struct trace_visitor *visitor = blame->visitor;
    const sim_ns arrived = has(span, TRACE_SPAN_ARRIVED) ? at_least(at_most(span->arrived, to), from) : to;
    const sim_ns replied = at_least(at_most(own_end(span), to), arrived);
    if (visitor->enter != NULL)
        visitor->enter(visitor->context, span, from, to);
    piece(blame, span, &trace_network, from, arrived);
    if (arrived < replied)
        blame_own(blame, span, arrived, replied);
    piece(blame, span, &trace_network, replied, to);
    if (visitor->leave != NULL)
        visitor->leave(visitor->context, span);
}

void trace_blame(const struct trace_span *span, sim_ns from, sim_ns to, const struct trace_visitor *visitor)
{
    struct blame blame = {.visitor = visitor};
    blame_span(&blame, span, from, to);
    free(blame.parts);
}

void trace_blame_all(const struct trace *trace, const struct trace_visitor *visitor)
{
    trace_blame(trace->root, trace->root->begun, trace_end(trace), visitor);
}

static void add_up(void *context, const struct trace_span *span, const struct sim_segment *segment, sim_ns from,
                   sim_ns to)
{
    struct trace_sums *sums = context;
    (void)span;
    if (segment == NULL)
        sums->other += to - from;
    else if (segment->kind == SIM_WORK)
        sums->work += to - from;
    else
        sums->wait += to - from;
}

struct trace_sums trace_sum(const struct trace *trace)
{
    struct trace_sums sums = {0, 0, 0};
    const struct trace_visitor visitor = {.piece = add_up, .context = &sums};
    trace_blame_all(trace, &visitor);
    return sums;
}
