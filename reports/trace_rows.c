/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "reports/trace_rows.h"

#include "models/http.h"

#include <stdio.h>
#include <stdlib.h>

/* Something that stands below a span. */
struct branch {
    sim_ns from, to;
    const struct trace_span *child;    /* or */
    const struct sim_segment *segment; /* or */
    const struct trace_event *event;
    size_t order;
};

struct branches {
    struct branch *list;
    size_t count, room;
};

struct walk {
    void (*each)(void *context, const struct trace_row *row);
    void *context;
};

/* ---- branches of a span ---- */

static void add_branch(struct branches *branches, struct branch branch)
{
    if (branches->count == branches->room) {
        branches->room = branches->room == 0 ? 32 : branches->room * 2;
        branches->list = sim_xrealloc(branches->list, branches->room * sizeof *branches->list);
    }
    branch.order = branches->count;
    branches->list[branches->count++] = branch;
}

/* A piece of the span's own time; what lies behind `cut` apart, so that it comes into the abandoned branch. */
static void add_segment(struct branches *branches, const struct sim_segment *segment, sim_ns from, sim_ns to,
                        sim_ns cut)
{
    const sim_ns middle = cut > from && cut < to ? cut : to;
    if (from < middle)
        add_branch(branches, (struct branch){.from = from, .to = middle, .segment = segment});
    if (middle < to)
        add_branch(branches, (struct branch){.from = middle, .to = to, .segment = segment});
}

static int by_beginning(const void *left, const void *right)
{
    const struct branch *a = left, *b = right;
    if (a->from != b->from)
        return a->from < b->from ? -1 : 1;
    return (a->order > b->order) - (a->order < b->order);
}

/* What was said after a child, before the next one. */
static void add_events(struct branches *branches, const struct trace_event **event, const struct trace_span *after)
{
    for (; *event != NULL && (*event)->after == after; *event = (*event)->next)
        add_branch(branches, (struct branch){.from = (*event)->at, .to = (*event)->at, .event = *event});
}

/* What begins at one instant stands in the order in which it is added here, which is that of happening: pieces of own
 * time last, for a flow that is in one does nothing else until it is over, and none is empty. */
static struct branches branches_of(const struct trace_span *span, sim_ns cut)
{
    struct branches branches = {0};
    sim_ns there = 0, back = 0;
    const struct trace_event *event = span->events;
    add_events(&branches, &event, NULL);
    for (const struct trace_span *child = span->first; child != NULL; child = child->next) {
        add_branch(&branches, (struct branch){.from = child->begun, .to = trace_span_end(child), .child = child});
        add_events(&branches, &event, child);
    }
    for (const struct trace_segment *own = span->segments; own != NULL; own = own->next)
        add_segment(&branches, own->segment, own->from, own->to, cut);
    trace_span_network(span, &there, &back);
    add_segment(&branches, &trace_network, span->begun, there, SIM_NEVER);
    add_segment(&branches, &trace_network, back, trace_span_end(span), SIM_NEVER);
    if (branches.count > 0)
        qsort(branches.list, branches.count, sizeof *branches.list, by_beginning);
    return branches;
}

/* ---- rows ---- */

static void tell(const struct walk *walk, struct trace_row row)
{
    if (row.status == NULL)
        row.status = "";
    walk->each(walk->context, &row);
}

static void tell_note(const struct walk *walk, int depth, const char *first, const char *between, const char *second)
{
    tell(walk, (struct trace_row){
                   .kind = TRACE_ROW_NOTE, .depth = depth, .label = first, .between = between, .second = second});
}

static void tell_span(const struct walk *walk, const struct trace_span *span, int depth, sim_ns cut);

static void tell_branch(const struct walk *walk, const struct branch *branch, int depth, sim_ns cut)
{
    if (branch->child != NULL)
        tell_span(walk, branch->child, depth, cut);
    else if (branch->event != NULL)
        tell_note(walk, depth, branch->event->level, ": ", branch->event->message);
    else
        tell(walk, (struct trace_row){.kind = branch->segment->kind == SIM_WORK ? TRACE_ROW_WORK : TRACE_ROW_WAIT,
                                      .depth = depth,
                                      .label = branch->segment->name,
                                      .from = branch->from,
                                      .to = branch->to,
                                      .cut = cut});
}

static const char *status_of(char buffer[8], const struct trace_span *span)
{
    const struct sim_outcome outcome = trace_span_outcome(span);
    const bool ended = (span->flags & TRACE_SPAN_ENDED) != 0;
    if (span->name != NULL)
        return outcome.status == SIM_OK ? "" : "err";
    (void)snprintf(buffer, 8, "%d", http_status(outcome.status));
    return ended ? buffer : "-";
}

/* What lies below a span; the branch of abandoned work opens with the first that began in it. */
static void tell_branches(const struct walk *walk, const struct trace_span *span, int depth, sim_ns cut)
{
    sim_ns from = 0, to = 0;
    const bool abandoned = trace_span_abandoned(span, &from, &to);
    struct branches branches = branches_of(span, abandoned ? from : SIM_NEVER);
    const sim_ns own_cut = abandoned && from < cut ? from : cut;
    bool apart = false;
    for (size_t i = 0; i < branches.count; i++) {
        if (abandoned && !apart && branches.list[i].from >= from) {
            tell(walk, (struct trace_row){.kind = TRACE_ROW_ABANDONED,
                                          .depth = depth,
                                          .label = "abandoned: for nobody",
                                          .from = from,
                                          .to = to,
                                          .cut = from});
            apart = true;
        }
        tell_branch(walk, &branches.list[i], depth + apart, own_cut);
    }
    free(branches.list);
}

static void tell_span(const struct walk *walk, const struct trace_span *span, int depth, sim_ns cut)
{
    char label[200], status[8];
    const struct sim_outcome outcome = trace_span_outcome(span);
    const char *name = trace_span_name(span);
    if (span->name != NULL)
        (void)snprintf(label, sizeof label, "%s", name);
    else
        (void)snprintf(label, sizeof label, "%s %s", span->to->name, name);
    tell(walk, (struct trace_row){.kind = TRACE_ROW_SPAN,
                                  .depth = depth,
                                  .label = label,
                                  .status = status_of(status, span),
                                  .from = span->begun,
                                  .to = trace_span_end(span),
                                  .cut = cut});
    if (outcome.reason != NULL && outcome.status != SIM_OK)
        tell_note(walk, depth + 1, sim_status_name(outcome.status), ": ", outcome.reason);
    for (const struct trace_tag *tag = span->tags; tag != NULL; tag = tag->next)
        tell_note(walk, depth + 1, tag->key, " = ", tag->value);
    tell_branches(walk, span, depth + 1, cut);
}

void trace_rows(const struct trace *trace, void (*each)(void *context, const struct trace_row *row), void *context)
{
    const struct walk walk = {each, context};
    tell_span(&walk, trace->root, 0, SIM_NEVER);
}
