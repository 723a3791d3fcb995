/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A trace as a waterfall: one row a span, a piece of its own time, a tag or a line it logged; beside spans and pieces
 * the time they took, and a bar where it lies in the whole.
 *
 *     sre-lab get_product     503   303.1 ms  ━━━━━━━━━━━━
 *       network                       0.5 ms  ░
 *       cpu                           1.4 ms  ▏
 *
 * What a callee did after its caller had gone stands in a branch of its own, "abandoned". A row's children are in the
 * order of their beginning. */
#include "models/http.h"
#include "reports/show.h"
#include "reports/terminal.h"
#include "reports/trace_rows.h"
#include "reports/trace_show.h"

#include <inttypes.h>
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

/* A trace_rows function. */
static void show_row(void *context, const struct trace_row *row)
{
    static const enum bar kinds[] = {[TRACE_ROW_SPAN] = BAR_CALL,
                                     [TRACE_ROW_WORK] = BAR_WORK,
                                     [TRACE_ROW_WAIT] = BAR_WAIT,
                                     [TRACE_ROW_ABANDONED] = BAR_ABANDONED};
    struct waterfall *fall = context;
    if (row->kind == TRACE_ROW_NOTE)
        print_note(fall, row->depth, row->label, row->between, row->second);
    else
        print_row(fall, row->depth, row->label, row->status, kinds[row->kind], row->from, row->to, row->cut);
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
    trace_rows(trace, show_row, &fall);
    show_sums(&fall);
}
