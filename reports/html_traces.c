/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where the time went, as flame graphs; and a few requests as waterfalls: of each phase the slowest, and one of each
 * status. */
#include "reports/html_parts.h"
#include "reports/profile_show.h"
#include "reports/show.h"
#include "reports/trace_rows.h"

#include "models/http.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { ROWS_MAX = 200, DEPTH_MAX = 12, BAR = 1000, BAR_LEAST = 3, PLACES = 12, PLACES_WIDTH = 100, EXTRA_ROOM = 120 };

static const char *phase_name(const struct html_stretch *stretch)
{
    return stretch->phase == NULL ? "the whole run" : stretch->phase;
}

static void phase_option(char extra[EXTRA_ROOM], const struct html_stretch *stretch, const char *more)
{
    (void)snprintf(extra, EXTRA_ROOM, "%s%s%s%s", stretch->phase == NULL ? "" : "--phase ",
                   stretch->phase == NULL ? "" : stretch->phase, stretch->phase == NULL ? "" : " ", more);
}

static void note_phases_left_out(FILE *out, const struct html_run *run)
{
    if (run->phases_left_out > 0)
        (void)fprintf(out, "<p class=\"left\">%u phases more are left out.</p>\n", run->phases_left_out);
}

/* ---- flame graphs ---- */

static void put_profile(FILE *out, const struct html_stretch *stretch)
{
    char label[200], time[SHOWN_ROOM];
    const struct profile *profile = &stretch->profile;
    (void)fputs("<h3>", out);
    html_bdi(out, phase_name(stretch));
    (void)fputs("</h3>\n", out);
    if (profile->traces[0] == 0) {
        (void)fputs("<p>No request ended in it.</p>\n", out);
        return;
    }
    (void)fprintf(out, "<p>%" PRIu64 " requests, %s each.", profile->traces[0],
                  show_value(time, "s", sim_ns_to_s(profile->root->total[0]) / (double)profile->traces[0]));
    if (profile->compared && profile->traces[1] > 0)
        (void)fprintf(out, " Compared with B's %" PRIu64 ", %s each.", profile->traces[1],
                      show_value(time, "s", sim_ns_to_s(profile->root->total[1]) / (double)profile->traces[1]));
    (void)snprintf(label, sizeof label, "Flame graph of %s; the table below holds its largest parts",
                   phase_name(stretch));
    (void)fputs("</p>\n<div class=\"wide flames\" tabindex=\"0\">\n", out);
    profile_svg_inside(out, profile, label);
    (void)fputs("</div>\n<details><summary>The same as a table</summary>\n<pre tabindex=\"0\">", out);
    char *text = NULL;
    size_t size = 0;
    FILE *table = open_memstream(&text, &size);
    sim_assert(table != NULL);
    profile_show_text(table, profile, PLACES, PLACES_WIDTH);
    (void)fclose(table);
    html_text(out, text);
    free(text);
    (void)fputs("</pre></details>\n", out);
}

void html_add_profiles(struct html_page *page, const struct html_run *runs, size_t count)
{
    const struct html_run *run = &runs[0];
    char extra[EXTRA_ROOM], more[64] = "--format svg";
    FILE *out = html_section(page, "flames", "Where the time of requests went");
    (void)fputs(
        "<p>The lowest bar is all the time of all requests; what stands on it is where that time went. A click on "
        "a bar shows it at full width.</p>\n",
        out);
    if (count > 1)
        (void)fputs("<p>A compared with B: red took longer in A, blue took less.</p>\n", out);
    if (count > 1 && runs[1].replay.stored)
        (void)snprintf(more, sizeof more, "--diff %s --format svg", runs[1].replay.cell->id);
    for (uint32_t i = 0; i < run->stretch_count; i++) {
        put_profile(out, &run->stretches[i]);
        phase_option(extra, &run->stretches[i], more);
        if (count == 1 || runs[1].replay.stored)
            html_run_again(page, "flame graph", run, "profile", extra);
    }
    note_phases_left_out(out, run);
}

/* ---- waterfalls ---- */

struct fall {
    FILE *out;
    sim_ns from, to; /* what the bars span */
    unsigned rows, left_out;
};

static double place_of(const struct fall *fall, sim_ns at)
{
    const sim_ns whole = fall->to - fall->from;
    return whole == 0 ? 0 : BAR * ((double)(at - fall->from) / (double)whole);
}

/* [from, to) as a bar; its height tells the kinds apart as well as its colour does. */
static void put_bar(const struct fall *fall, const char *class, sim_ns from, sim_ns to)
{
    double x = place_of(fall, from), width = place_of(fall, to) - x;
    width = width < BAR_LEAST ? BAR_LEAST : width;
    x = x + width > BAR ? BAR - width : x;
    (void)fprintf(fall->out, "<rect class=\"%s\" x=\"%.1f\" width=\"%.1f\" ", class, x, width);
    if (strcmp(class, "work") == 0)
        (void)fputs("y=\"1\" height=\"14\"/>", fall->out);
    else if (strcmp(class, "call") == 0)
        (void)fputs("y=\"6\" height=\"4\"/>", fall->out);
    else
        (void)fputs("y=\"4\" height=\"8\"/>", fall->out);
}

static void put_row(void *context, const struct trace_row *row)
{
    static const char *const classes[] = {[TRACE_ROW_SPAN] = "call",
                                          [TRACE_ROW_WORK] = "work",
                                          [TRACE_ROW_WAIT] = "wait",
                                          [TRACE_ROW_ABANDONED] = "gone"};
    struct fall *fall = context;
    FILE *out = fall->out;
    char starts[SHOWN_ROOM], took[SHOWN_ROOM];
    if (fall->rows == ROWS_MAX) {
        fall->left_out++;
        return;
    }
    fall->rows++;
    const int depth = row->depth > DEPTH_MAX ? DEPTH_MAX : row->depth;
    if (row->kind == TRACE_ROW_NOTE) {
        (void)fprintf(out, "<tr><td colspan=\"5\" class=\"d%d\">", depth);
        html_bdi(out, row->label);
        html_text(out, row->between);
        html_bdi(out, row->second);
        (void)fputs("</td></tr>\n", out);
        return;
    }
    (void)fprintf(out, "<tr><th scope=\"row\" class=\"d%d\">", depth);
    html_bdi(out, row->label);
    (void)fprintf(out, "</th><td>%s</td><td class=\"n begins\">%s</td><td class=\"n\">%s</td><td class=\"bar\">",
                  row->status, show_value(starts, "s", sim_ns_to_s(row->from - fall->from)),
                  show_value(took, "s", sim_ns_to_s(row->to - row->from)));
    (void)fprintf(out, "<svg viewBox=\"0 0 %d 16\" preserveAspectRatio=\"none\" aria-hidden=\"true\">", BAR);
    const sim_ns cut = row->cut < row->from ? row->from : row->cut > row->to ? row->to : row->cut;
    if (row->from < cut || row->cut >= row->to)
        put_bar(fall, classes[row->kind], row->from, cut);
    if (row->cut < row->to)
        put_bar(fall, "gone", cut, row->to);
    (void)fputs("</svg></td></tr>\n", out);
}

static void put_sums(FILE *out, const struct trace *trace, const struct fall *fall)
{
    const struct trace_sums sums = trace_sum(trace);
    char work[SHOWN_ROOM], wait[SHOWN_ROOM], all[SHOWN_ROOM];
    (void)fprintf(out, "<p>Work %s, waits %s, of %s in all.", show_value(work, "s", sim_ns_to_s(sums.work)),
                  show_value(wait, "s", sim_ns_to_s(sums.wait)),
                  show_value(all, "s", sim_ns_to_s(trace_duration(trace))));
    if (fall->left_out > 0)
        (void)fprintf(out, " %u rows more are left out.", fall->left_out);
    if ((trace->flags & (TRACE_UNFINISHED | TRACE_CLOSED | TRACE_CUT)) != 0)
        (void)fputs(" Not all of its work is here: the run ended first, or it is too large.", out);
    (void)fputs("</p>\n", out);
}

static void put_trace(struct html_page *page, const struct html_run *run, const struct html_stretch *stretch,
                      const struct trace *trace)
{
    static const char *const columns[] = {"Span or piece", "Status", "Begins", "Takes", "In time", NULL};
    FILE *out = page->body;
    const struct sim_outcome outcome = trace_outcome(trace);
    const bool ended = (trace->root->flags & TRACE_SPAN_ENDED) != 0;
    struct fall fall = {.out = out, .from = trace->root->begun, .to = trace_last(trace)};
    char time[SHOWN_ROOM], at[SHOWN_ROOM], extra[64];
    (void)fprintf(out, "<details><summary>%s: ", stretch->phase == NULL ? "Request" : stretch->phase);
    if (ended)
        (void)fprintf(out, "%d %s after %s", http_status(outcome.status), sim_status_name(outcome.status),
                      show_value(time, "s", sim_ns_to_s(trace_duration(trace))));
    else
        (void)fprintf(out, "not ended with the run, after %s",
                      show_value(time, "s", sim_ns_to_s(trace_duration(trace))));
    (void)fprintf(out, ", begun at %s</summary>\n", show_time(at, trace->root->begun));
    html_table(out, NULL, columns);
    trace_rows(trace, put_row, &fall);
    html_table_end(out);
    put_sums(out, trace, &fall);
    (void)snprintf(extra, sizeof extra, "--id %" PRIu64, trace->id);
    html_run_again(page, "request", run, "trace", extra);
    (void)fputs("</details>\n", out);
}

/* The slowest, and with `varied` one of each status. */
static void put_traces(struct html_page *page, const struct html_run *run, const struct html_stretch *stretch,
                       bool varied)
{
    size_t slow_count = 0, count = 0;
    bool shown[SIM_STATUSES] = {false};
    struct trace **slow = keep_slowest(&stretch->keep, &slow_count);
    struct trace **list = keep_varied(&stretch->keep, SIM_STATUSES, &count);
    for (size_t i = 0; i < slow_count; i++)
        put_trace(page, run, stretch, slow[i]);
    for (size_t i = 0; i < count && varied; i++) {
        const enum sim_status status = trace_outcome(list[i]).status;
        if (shown[status] || (slow_count > 0 && list[i] == slow[0]))
            continue;
        shown[status] = true;
        put_trace(page, run, stretch, list[i]);
    }
    free(slow);
    free(list);
}

void html_add_traces(struct html_page *page, const struct html_run *runs, size_t count)
{
    FILE *out = html_section(page, "traces", "Requests");
    uint64_t seen = 0;
    (void)fputs("<p>Of each phase the slowest request, then one of each status. Thick bars are "
                "work, middling ones waits, thin ones calls; dashed ones are work for a caller that had gone.</p>\n",
                out);
    for (size_t i = 0; i < count; i++) {
        const struct html_run *run = &runs[i];
        if (count > 1)
            (void)fprintf(out, "<h3>Run %s</h3>\n", html_letter(i, count));
        for (uint32_t k = 0; k < run->stretch_count; k++) {
            put_traces(page, run, &run->stretches[k], count == 1);
            seen += run->stretches[k].keep.counts.seen;
        }
        note_phases_left_out(out, run);
    }
    (void)fprintf(out,
                  "<p class=\"left\">These are a few of %" PRIu64 " requests; <code>simex trace</code> finds any "
                  "other.</p>\n",
                  seen);
}
