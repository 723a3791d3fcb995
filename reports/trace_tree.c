/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A trace as a waterfall: one row a span, a piece of its own time, a tag or a line it logged; beside spans and pieces
 * the time they took, and a bar where it lies in the whole.
 *
 *     sre-lab get_product     503   303.1 ms  ━━━━━━━━━━━━
 *       network                       0.5 ms  ░
 *       cpu                           1.4 ms  ▏
 *
 * What a callee did after its caller had gone stands in a branch of its own, "abandoned". A row's children are in the
 * order of happening. */
#include "models/http.h"
#include "reports/show.h"
#include "reports/terminal.h"
#include "reports/trace_show.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum {
    ROWS_MAX = 400,
    LABEL_LEAST = 24,
    LABEL_MOST = 46,
    STATUS_WIDTH = 4,
    TIME_WIDTH = 10,
    INDENT = 2,
    BAR_LEAST = 8
};

enum bar { BAR_CALL, BAR_WORK, BAR_WAIT, BAR_ABANDONED, BARS };

static const char *const blocks[2][BARS] = {{"=", "#", ".", "~"}, {"━", "█", "░", "┄"}};

struct waterfall {
    FILE *out;
    const struct cell *cell;
    const struct trace *trace;
    sim_ns from, to; /* what the bars span */
    int label, bar;  /* columns */
    bool unicode;
    unsigned rows, left_out;
};

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

/* ---- rows ---- */

/* Prints a text cut to `width` columns and filled up to it. */
static void print_cut(FILE *out, const char *text, int width)
{
    int columns = 0;
    const char *c = text;
    while (*c != '\0' && columns < width) {
        c++;
        while (((unsigned char)*c & 0xc0) == 0x80)
            c++;
        columns++;
    }
    if (*c != '\0' && width > 2) { /* make room for two dots */
        for (int back = 0; back < 2; back++) {
            c--;
            while (((unsigned char)*c & 0xc0) == 0x80)
                c--;
        }
        (void)fprintf(out, "%.*s..", (int)(c - text), text);
        return;
    }
    (void)fprintf(out, "%.*s%*s", (int)(c - text), text, width - columns, "");
}

static bool row_begins(struct waterfall *fall)
{
    if (fall->rows == ROWS_MAX) {
        fall->left_out++;
        return false;
    }
    fall->rows++;
    return true;
}

static int column_of(const struct waterfall *fall, sim_ns at)
{
    const sim_ns whole = fall->to - fall->from;
    return whole == 0 ? 0 : (int)((double)(at - fall->from) / (double)whole * fall->bar);
}

/* A bar over [from, to): from `cut` on it is abandoned work. At least one column. */
static void print_bar(const struct waterfall *fall, enum bar kind, sim_ns from, sim_ns to, sim_ns cut)
{
    int first = column_of(fall, from), last = column_of(fall, to), split = cut < to ? column_of(fall, cut) : fall->bar;
    if (first >= fall->bar)
        first = fall->bar - 1;
    if (last <= first)
        last = first + 1;
    (void)fprintf(fall->out, "%*s", first, "");
    for (int i = first; i < last; i++) {
        const bool abandoned = cut < to && (i > split || (i == split && from >= cut) || i >= split + (split == first));
        (void)fputs(blocks[fall->unicode][abandoned ? BAR_ABANDONED : kind], fall->out);
    }
}

static void print_label(const struct waterfall *fall, int depth, const char *label)
{
    int indent = depth * INDENT;
    if (indent > fall->label / 2)
        indent = fall->label / 2;
    (void)fprintf(fall->out, "%*s", indent, "");
    print_cut(fall->out, label, fall->label - indent);
}

static void print_row(struct waterfall *fall, int depth, const char *label, const char *status, enum bar kind,
                      sim_ns from, sim_ns to, sim_ns cut)
{
    char time[SHOWN_ROOM];
    if (!row_begins(fall))
        return;
    print_label(fall, depth, label);
    (void)fprintf(fall->out, " %*s%*s  ", STATUS_WIDTH - 1, status, TIME_WIDTH,
                  show_value(time, "s", sim_ns_to_s(to - from)));
    print_bar(fall, kind, from, to, cut);
    (void)fprintf(fall->out, "\n");
}

/* A row without time: a tag, a line of the log. */
static void print_note(struct waterfall *fall, int depth, const char *first, const char *between, const char *second)
{
    char one[JSON_SHOWN_BYTES], two[JSON_SHOWN_BYTES];
    char text[2 * JSON_SHOWN_BYTES + 8];
    if (!row_begins(fall))
        return;
    (void)snprintf(text, sizeof text, "%s%s%s", json_shown(one, first), between, json_shown(two, second));
    const int room = fall->label + STATUS_WIDTH + TIME_WIDTH + 2 + fall->bar - depth * INDENT;
    (void)fprintf(fall->out, "%*s", depth * INDENT, "");
    print_cut(fall->out, text, (int)strlen(text) < room ? (int)strlen(text) : room);
    (void)fprintf(fall->out, "\n");
}

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

/* The time between nodes, as the caller has it. */
static void add_network(struct branches *branches, const struct trace_span *span)
{
    const sim_ns end = trace_span_end(span);
    const bool arrived = (span->flags & TRACE_SPAN_ARRIVED) != 0;
    const sim_ns there = arrived && span->arrived < end ? span->arrived : end;
    if (span->name != NULL)
        return;
    add_segment(branches, &trace_network, span->begun, there, SIM_NEVER);
    if ((span->flags & TRACE_SPAN_REPLIED) != 0 && span->replied < end)
        add_segment(branches, &trace_network, span->replied, end, SIM_NEVER);
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
    const struct trace_event *event = span->events;
    add_events(&branches, &event, NULL);
    for (const struct trace_span *child = span->first; child != NULL; child = child->next) {
        add_branch(&branches, (struct branch){.from = child->begun, .to = trace_span_end(child), .child = child});
        add_events(&branches, &event, child);
    }
    for (const struct trace_segment *own = span->segments; own != NULL; own = own->next)
        add_segment(&branches, own->segment, own->from, own->to, cut);
    add_network(&branches, span);
    if (branches.count > 0)
        qsort(branches.list, branches.count, sizeof *branches.list, by_beginning);
    return branches;
}

static void show_span(struct waterfall *fall, const struct trace_span *span, int depth, sim_ns cut);

static void show_branch(struct waterfall *fall, const struct branch *branch, int depth, sim_ns cut)
{
    if (branch->child != NULL)
        show_span(fall, branch->child, depth, cut);
    else if (branch->event != NULL)
        print_note(fall, depth, branch->event->level, ": ", branch->event->message);
    else
        print_row(fall, depth, branch->segment->name, "", branch->segment->kind == SIM_WORK ? BAR_WORK : BAR_WAIT,
                  branch->from, branch->to, cut);
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

static void show_span(struct waterfall *fall, const struct trace_span *span, int depth, sim_ns cut)
{
    char label[200], status[8];
    sim_ns from = 0, to = 0;
    const bool abandoned = trace_span_abandoned(span, &from, &to);
    const struct sim_outcome outcome = trace_span_outcome(span);
    const char *name = trace_span_name(span);
    if (span->name != NULL)
        (void)snprintf(label, sizeof label, "%s", name);
    else
        (void)snprintf(label, sizeof label, "%s %s", span->to->name, name);
    print_row(fall, depth, label, status_of(status, span), BAR_CALL, span->begun, trace_span_end(span), cut);
    if (outcome.reason != NULL && outcome.status != SIM_OK)
        print_note(fall, depth + 1, sim_status_name(outcome.status), ": ", outcome.reason);
    for (const struct trace_tag *tag = span->tags; tag != NULL; tag = tag->next)
        print_note(fall, depth + 1, tag->key, " = ", tag->value);
    struct branches branches = branches_of(span, abandoned ? from : SIM_NEVER);
    const sim_ns own_cut = abandoned && from < cut ? from : cut;
    bool apart = false;
    for (size_t i = 0; i < branches.count; i++) {
        if (abandoned && !apart && branches.list[i].from >= from) {
            print_row(fall, depth + 1, "abandoned: for nobody", "", BAR_ABANDONED, from, to, from);
            apart = true;
        }
        show_branch(fall, &branches.list[i], depth + 1 + apart, own_cut);
    }
    free(branches.list);
}

/* ---- the whole ---- */

static const char *phase_of(const struct cell *cell, sim_ns at)
{
    for (uint32_t i = 0; i < cell->phase_count; i++) {
        if (at >= cell->phases[i].from && at < cell->phases[i].to)
            return cell->phases[i].name;
    }
    return NULL;
}

static void show_heading(const struct waterfall *fall)
{
    const struct trace *trace = fall->trace;
    const struct sim_outcome outcome = trace_outcome(trace);
    const bool ended = (trace->root->flags & TRACE_SPAN_ENDED) != 0;
    char time[SHOWN_ROOM];
    const char *phase = phase_of(fall->cell, trace_end(trace));
    (void)fprintf(fall->out, "trace %" PRIu64 " of %s, seed %" PRIu64 ", run %s%s%s\n", trace->id,
                  fall->cell->scenario->name, fall->cell->seed, fall->cell->id, phase == NULL ? "" : ", ",
                  phase == NULL ? "" : phase);
    (void)fprintf(fall->out, "%s asks %s for %s at %.9f s\n", trace->root->from->name, trace->root->to->name,
                  trace_span_name(trace->root), sim_ns_to_s(trace->root->begun));
    if (ended)
        (void)fprintf(fall->out, "%s (%d) after %s\n\n", sim_status_name(outcome.status), http_status(outcome.status),
                      show_value(time, "s", sim_ns_to_s(trace_duration(trace))));
    else
        (void)fprintf(fall->out, "not ended with the run, after %s\n\n",
                      show_value(time, "s", sim_ns_to_s(trace_duration(trace))));
}

static void show_sums(const struct waterfall *fall)
{
    const struct trace *trace = fall->trace;
    const struct trace_sums sums = trace_sum(trace);
    const char *const *block = blocks[fall->unicode];
    char one[SHOWN_ROOM];
    if (fall->left_out > 0)
        (void)fprintf(fall->out, "... and %u rows more (--format json has all)\n", fall->left_out);
    (void)fprintf(fall->out, "\n%s call  %s work  %s wait  %s abandoned\n", block[BAR_CALL], block[BAR_WORK],
                  block[BAR_WAIT], block[BAR_ABANDONED]);
    (void)fprintf(fall->out, "work %s", show_value(one, "s", sim_ns_to_s(sums.work)));
    (void)fprintf(fall->out, " + waits %s", show_value(one, "s", sim_ns_to_s(sums.wait)));
    if (sums.other > 0)
        (void)fprintf(fall->out, " + not told %s", show_value(one, "s", sim_ns_to_s(sums.other)));
    (void)fprintf(fall->out, " = %s\nto the nanosecond: %" PRId64 " + %" PRId64,
                  show_value(one, "s", sim_ns_to_s(trace_duration(trace))), sums.work, sums.wait);
    if (sums.other > 0)
        (void)fprintf(fall->out, " + %" PRId64, sums.other);
    (void)fprintf(fall->out, " = %" PRId64 "\n", trace_duration(trace));
    if ((trace->flags & TRACE_UNFINISHED) != 0)
        (void)fprintf(fall->out, "The run ended before all of it had.\n");
    if ((trace->flags & TRACE_CLOSED) != 0)
        (void)fprintf(fall->out, "Abandoned work went on; it was let go for want of memory.\n");
    if ((trace->flags & TRACE_CUT) != 0)
        (void)fprintf(fall->out, "It is too large: some of it was left out.\n");
}

void trace_show_tree(FILE *out, const struct cell *cell, const struct trace *trace, size_t width)
{
    const int columns = width > 400 ? 400 : (int)width;
    const int fixed = STATUS_WIDTH + TIME_WIDTH + 2;
    struct waterfall fall = {.out = out, .cell = cell, .trace = trace, .unicode = terminal_unicode()};
    fall.from = trace->root->begun;
    fall.to = trace_last(trace);
    fall.label = columns * 2 / 5 > LABEL_MOST ? LABEL_MOST : columns * 2 / 5;
    if (fall.label < LABEL_LEAST)
        fall.label = LABEL_LEAST;
    fall.bar = columns - fixed - fall.label < BAR_LEAST ? BAR_LEAST : columns - fixed - fall.label;
    show_heading(&fall);
    show_span(&fall, trace->root, 0, SIM_NEVER);
    show_sums(&fall);
}
