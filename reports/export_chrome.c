/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Chrome's Trace Event Format (Google, "Trace Event Format", the JSON object form). Times are microseconds, with three
 * decimals: nothing is lost.
 *
 * Async events of one id nest by time, so spans that overlap without nesting (calls side by side, abandoned work) must not
 * share one: a span that does not lie within its parent, or begins before a sibling has ended, begins an id of its own,
 * which those below it inherit. */
#include "models/http.h"
#include "reports/export_traces.h"
#include "reports/show.h"
#include "reports/trace_show.h"

#include <inttypes.h>
#include <stdlib.h>

enum { PROCESS_SPANS = 1, PROCESS_TIME = 2 };

struct chrome {
    FILE *out;
    const char *between;
    const struct trace *trace;
};

/* Begins an event; the caller goes on with `, "..."` and closes it. */
static void begin_event(struct chrome *chrome, char phase, int process, uint64_t thread, sim_ns at)
{
    (void)fprintf(chrome->out, "%s{\"ph\":\"%c\",\"pid\":%d,\"tid\":%" PRIu64 ",\"ts\":%" PRId64 ".%03" PRId64,
                  chrome->between, phase, process, thread, at / SIM_US, at % SIM_US);
    chrome->between = ",\n";
}

static void put_text(FILE *out, const char *key, const char *text)
{
    (void)fprintf(out, ",\"%s\":", key);
    show_json_inline(out, cJSON_CreateString(text));
}

static void put_name(const struct chrome *chrome, const struct trace_span *span)
{
    char name[700];
    if (span->name != NULL)
        (void)snprintf(name, sizeof name, "%s", span->name);
    else
        (void)snprintf(name, sizeof name, "%.500s %s", span->to->name, trace_span_name(span));
    put_text(chrome->out, "name", name);
}

static void put_metadata(struct chrome *chrome, int process, uint64_t thread, const char *what, const char *name)
{
    begin_event(chrome, 'M', process, thread, 0);
    put_text(chrome->out, "name", what);
    cJSON *arguments = cJSON_CreateObject();
    (void)cJSON_AddStringToObject(arguments, "name", name);
    (void)fputs(",\"args\":", chrome->out);
    show_json_inline(chrome->out, arguments);
    (void)fputc('}', chrome->out);
}

/* ---- spans as they were ---- */

static void put_arguments(const struct chrome *chrome, const struct trace_span *span)
{
    const struct sim_outcome outcome = trace_span_outcome(span);
    cJSON *arguments = cJSON_CreateObject();
    sim_ns from = 0, to = 0;
    (void)cJSON_AddNumberToObject(arguments, "trace", (double)chrome->trace->id);
    (void)cJSON_AddStringToObject(arguments, "status", sim_status_name(outcome.status));
    if (outcome.reason != NULL)
        (void)cJSON_AddStringToObject(arguments, "reason", outcome.reason);
    if (trace_span_abandoned(span, &from, &to))
        (void)cJSON_AddNumberToObject(arguments, "abandoned_us", (double)(to - from) / 1e3);
    for (const struct trace_tag *tag = span->tags; tag != NULL; tag = tag->next) {
        cJSON_DeleteItemFromObjectCaseSensitive(arguments, tag->key);
        (void)cJSON_AddStringToObject(arguments, tag->key, tag->value);
    }
    (void)fputs(",\"args\":", chrome->out);
    show_json_inline(chrome->out, arguments);
}

static void put_end(struct chrome *chrome, const struct trace_span *span, uint64_t id, bool begin)
{
    begin_event(chrome, begin ? 'b' : 'e', PROCESS_SPANS, 1, begin ? span->begun : trace_span_end(span));
    (void)fprintf(chrome->out, ",\"cat\":\"span\",\"id\":\"0x%" PRIx64 "\"", id);
    put_name(chrome, span);
    if (begin)
        put_arguments(chrome, span);
    (void)fputc('}', chrome->out);
}

static void put_spans(struct chrome *chrome, const struct trace_span *span, uint64_t id)
{
    const sim_ns end = trace_span_end(span);
    sim_ns busy = span->begun;
    put_end(chrome, span, id, true);
    for (const struct trace_span *child = span->first; child != NULL; child = child->next) {
        const bool fits = child->begun >= busy && trace_span_end(child) <= end;
        put_spans(chrome, child, fits ? id : trace_span_id(child));
        if (fits)
            busy = trace_span_end(child);
    }
    put_end(chrome, span, id, false);
}

/* ---- where the time went ---- */

/* An end of a frame. Frames are found backwards; readers want them by time, ends before beginnings, the inner one's end
 * and the outer one's beginning first. */
struct mark {
    sim_ns at;
    bool begin;
    int depth;
    const struct trace_span *span;
    const struct sim_segment *segment; /* of a piece */
    bool is_piece;
};

struct marks {
    struct mark *list;
    size_t count, room;
    int depth;
};

static void add_marks(struct marks *marks, const struct mark *mark, sim_ns from, sim_ns to)
{
    if (from == to)
        return; /* a root that ended at once: its end would stand before its beginning */
    if (marks->count + 2 > marks->room) {
        marks->room = marks->room == 0 ? 64 : marks->room * 2;
        marks->list = sim_xrealloc(marks->list, marks->room * sizeof *marks->list);
    }
    for (int end = 0; end < 2; end++) {
        struct mark *added = &marks->list[marks->count++];
        *added = *mark;
        added->begin = end == 0;
        added->at = end == 0 ? from : to;
        added->depth = marks->depth;
    }
}

static void enter(void *context, const struct trace_span *span, sim_ns from, sim_ns to)
{
    struct marks *marks = context;
    const struct mark mark = {.span = span};
    add_marks(marks, &mark, from, to);
    marks->depth++;
}

static void leave(void *context, const struct trace_span *span)
{
    (void)span;
    ((struct marks *)context)->depth--;
}

static void piece(void *context, const struct trace_span *span, const struct sim_segment *segment, sim_ns from,
                  sim_ns to)
{
    const struct mark mark = {.span = span, .segment = segment, .is_piece = true};
    add_marks(context, &mark, from, to);
}

static int in_order(const void *left, const void *right)
{
    const struct mark *a = left, *b = right;
    if (a->at != b->at)
        return a->at < b->at ? -1 : 1;
    if (a->begin != b->begin)
        return a->begin ? 1 : -1;
    return a->begin ? a->depth - b->depth : b->depth - a->depth;
}

static void put_mark(struct chrome *chrome, const struct mark *mark)
{
    const struct sim_segment *segment = mark->segment;
    begin_event(chrome, mark->begin ? 'B' : 'E', PROCESS_TIME, chrome->trace->id, mark->at);
    put_text(chrome->out, "cat",
             !mark->is_piece             ? "span"
             : segment == NULL           ? "other"
             : segment->kind == SIM_WORK ? "work"
                                         : "wait");
    if (!mark->is_piece)
        put_name(chrome, mark->span);
    else
        put_text(chrome->out, "name", segment == NULL ? "(not told)" : segment->name);
    (void)fputc('}', chrome->out);
}

static void put_time(struct chrome *chrome)
{
    struct marks marks = {0};
    const struct trace_visitor visitor = {enter, leave, piece, &marks};
    trace_blame_all(chrome->trace, &visitor);
    if (marks.count > 0)
        qsort(marks.list, marks.count, sizeof *marks.list, in_order);
    for (size_t i = 0; i < marks.count; i++)
        put_mark(chrome, &marks.list[i]);
    free(marks.list);
}

void export_chrome(FILE *out, const struct cell *cell, struct trace *const *traces, size_t count)
{
    struct chrome chrome = {.out = out, .between = "\n"};
    char name[80];
    (void)fprintf(out,
                  "{\"displayTimeUnit\":\"ms\",\"otherData\":{\"tool\":\"simex\",\"run\":\"%s\"},\"traceEvents\":[",
                  cell->id);
    put_metadata(&chrome, PROCESS_SPANS, 1, "process_name", "requests");
    put_metadata(&chrome, PROCESS_TIME, 1, "process_name", "where the time went");
    for (size_t i = 0; i < count; i++) {
        chrome.trace = traces[i];
        (void)snprintf(name, sizeof name, "trace %" PRIu64 ", %s", traces[i]->id,
                       sim_status_name(trace_outcome(traces[i]).status));
        put_metadata(&chrome, PROCESS_TIME, traces[i]->id, "thread_name", name);
        put_spans(&chrome, traces[i]->root, traces[i]->id);
        put_time(&chrome);
    }
    (void)fputs("\n]}\n", out);
}
