/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Exports of a run that is simulated again, with a collector of traces or a logbook. */
#include "reports/cmd_export.h"
#include "reports/command.h"
#include "reports/export_traces.h"
#include "reports/profile.h"
#include "reports/trace_query.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* ---- traces ---- */

enum { SLOWEST = 10 };

struct traces {
    const struct export_arguments *arguments;
    const struct cell *cell;
    struct trace **list;
    size_t count;
    struct profile profile;
};

static bool write_traces(FILE *out, void *context)
{
    struct traces *traces = context;
    if (traces->arguments->format == EXPORT_OTLP)
        export_otlp(out, traces->cell, traces->list, traces->count, &traces->arguments->otlp);
    else if (traces->arguments->format == EXPORT_CHROME)
        export_chrome(out, traces->cell, traces->list, traces->count);
    else
        profile_folded(out, &traces->profile);
    return true;
}

static void add_to_profile(void *context, const struct trace *trace)
{
    profile_add(context, trace);
}

/* What was asked for, and how much of it is in the file. */
static void say_what_is_left_out(const struct trace_query *query, size_t count)
{
    if (query->keep.counts.wanted > count)
        (void)fprintf(stderr, "simex: %zu of %" PRIu64 " traces: a fair sample, and the slowest (--limit)\n", count,
                      query->keep.counts.wanted);
}

static int export_collected(const struct export_arguments *arguments, struct traces *traces,
                            const struct trace_query *query)
{
    const struct cell *cell = query->replay.cell;
    traces->cell = cell;
    if (arguments->format == EXPORT_FOLDED) {
        profile_finish(&traces->profile);
    } else {
        traces->list = keep_all(&query->keep, &traces->count);
        say_what_is_left_out(query, traces->count);
    }
    if (arguments->cell.quiet && arguments->out == NULL)
        return EXIT_FINE;
    return export_write_out(arguments, write_traces, traces);
}

int export_traces(struct export_arguments *arguments)
{
    struct traces traces = {.arguments = arguments};
    struct trace_query query = {
        .run = arguments->run, .phase = arguments->phase, .where = arguments->where, .cell = &arguments->cell};
    const uint32_t usual = arguments->format == EXPORT_OTLP ? EXPORT_OTLP_TRACES : EXPORT_CHROME_TRACES;
    const uint32_t limit = arguments->limit > 0 ? arguments->limit : usual;
    query.slowest = limit > 2 * SLOWEST ? SLOWEST : 0;
    query.sample = limit - query.slowest;
    profile_init(&traces.profile, false);
    if (arguments->format == EXPORT_FOLDED) {
        query.slowest = query.sample = 0;
        query.each = add_to_profile;
        query.each_context = &traces.profile;
    }
    int code = trace_query_parse(&query);
    if (code == EXIT_FINE)
        code = trace_query_run(&query);
    if (code == EXIT_FINE)
        code = export_collected(arguments, &traces, &query);
    free(traces.list);
    profile_fini(&traces.profile);
    trace_query_fini(&query);
    return code;
}

/* ---- logs ---- */

struct log_export {
    struct otlp_logs logs;
    const struct cell *cell;
};

static bool write_logs(FILE *out, void *context)
{
    struct log_export *export = context;
    return export_otlp_logs(out, &export->logs, export->cell);
}

static int export_lines(const struct export_arguments *arguments, struct replay *replay, struct log_export *export)
{
    struct logbook *book = &export->logs.book;
    int code = EXIT_FINE;
    export->cell = replay->cell;
    export->logs.options = &arguments->otlp;
    *book = (struct logbook){.write = otlp_logs_write,
                             .run = replay->cell->id,
                             .least = arguments->has_level ? arguments->level : LOG_INFO,
                             .to = SIM_NEVER};
    if (arguments->phase != NULL) {
        const struct phase *phase = replay_phase(replay, arguments->phase, &code);
        if (phase == NULL)
            return code;
        book->from = phase->from;
        book->to = phase->to;
    }
    logbook_listen(book, replay->cell->sim);
    code = replay_run(replay);
    if (code != EXIT_FINE || (arguments->cell.quiet && arguments->out == NULL))
        return code;
    code = export_write_out(arguments, write_logs, export);
    if (export->logs.error != 0)
        (void)fprintf(stderr, "simex: temporary file: %s\n", strerror(export->logs.error));
    return code;
}

int export_logs(const struct export_arguments *arguments)
{
    struct log_export export = {.cell = NULL};
    struct replay replay;
    int code = replay_open(&replay, arguments->run, &arguments->cell);
    if (code == EXIT_FINE)
        code = export_lines(arguments, &replay, &export);
    otlp_logs_fini(&export.logs);
    replay_close(&replay);
    return code;
}
