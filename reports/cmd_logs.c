/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `simex logs`: a run as its services would have logged it. */
#include "reports/command.h"
#include "reports/logbook.h"
#include "reports/replay.h"

#include "sim/units.h"

#include <stdlib.h>
#include <string.h>

enum { OPTION_PHASE = 'p', OPTION_TRACE = 't', OPTION_LEVEL = 'l' };

struct arguments {
    struct cell_options cell;
    enum output_format format;
    const char *run, *phase;
    struct trace_name trace; /* number 0: not given */
    enum log_level level;
    bool has_level;
};

static void take_level(struct arguments *arguments, const char *text, struct argp_state *state)
{
    arguments->has_level = true;
    if (!log_level_of(text, &arguments->level))
        argp_error(state, "--level wants debug, info, warn or error, got \"%s\"", text);
}

static void take_format(struct arguments *arguments, const char *text, struct argp_state *state)
{
    if (strcmp(text, "json") == 0)
        arguments->format = FORMAT_JSON;
    else if (strcmp(text, "text") == 0)
        arguments->format = FORMAT_TEXT;
    else
        argp_error(state, "--format wants json or text, got \"%s\"", text);
}

static error_t parse(int key, char *argument, struct argp_state *state)
{
    struct arguments *arguments = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &arguments->cell;
        return 0;
    case OPTION_PHASE:
        arguments->phase = argument;
        return 0;
    case OPTION_TRACE:
        parse_trace_name(&arguments->trace, argument, "--trace", state);
        return 0;
    case OPTION_LEVEL:
        take_level(arguments, argument, state);
        return 0;
    case OPTION_FORMAT:
        take_format(arguments, argument, state);
        return 0;
    default:
        return parse_run(key, argument, state, &arguments->run);
    }
}

static const struct argp_option options[] = {
    {.name = "trace",
     .key = OPTION_TRACE,
     .arg = "TRACE",
     .doc = "only lines of that trace: its number, or its 32 hex digits"},
    {.name = "level",
     .key = OPTION_LEVEL,
     .arg = "LEVEL",
     .doc = "leave out what is below debug, info (default; with --trace: debug), warn or error"},
    {.name = "phase", .key = OPTION_PHASE, .arg = "PHASE", .doc = "only lines of that phase, from its beginning on"},
    {.name = "format", .key = OPTION_FORMAT, .arg = "FORMAT", .doc = "json (default): an object a line; or text"},
    {0}};

static int show(struct replay *replay, const struct arguments *arguments)
{
    int code = EXIT_FINE;
    const struct phase *phase = NULL;
    struct logbook book = {
        .write = arguments->format == FORMAT_JSON ? logbook_json : logbook_text,
        .out = stdout,
        .run = replay->cell->id,
        .least = arguments->has_level           ? arguments->level
                 : arguments->trace.number != 0 ? LOG_DEBUG
                                                : LOG_INFO,
        .trace = arguments->trace.number,
        .to = SIM_NEVER,
    };
    if (!trace_name_fits(&arguments->trace, replay->cell->id))
        return EXIT_NO_INPUT;
    if (arguments->phase != NULL) {
        phase = replay_phase(replay, arguments->phase, &code);
        if (phase == NULL)
            return code;
        book.from = phase->from;
        book.to = phase->to;
    }
    if (!arguments->cell.quiet)
        logbook_listen(&book, replay->cell->sim);
    code = replay_run(replay);
    /* Every trace has a reply, or a caller who gave up. */
    if (code == EXIT_FINE && book.trace != 0 && book.lines == 0 && book.least == LOG_DEBUG && phase == NULL &&
        !arguments->cell.quiet) {
        (void)fprintf(stderr, "simex: there is no trace %llu in this run\n", (unsigned long long)book.trace);
        return EXIT_NO_INPUT;
    }
    return code;
}

int cmd_logs(int argc, char **argv)
{
    static const struct argp_child children[] = {{&cell_argp, 0, "When RUN is a scenario:", 1}, {0}};
    static const struct argp argp = {
        .options = options,
        .parser = parse,
        .args_doc = "RUN",
        .doc = "Simulates a run again and prints what its services would have logged, as it happens: errors, retries, "
               "timeouts, changes of state, faults; with --level debug every reply. One JSON object a line, with "
               "simulated time, level, service, message, the ids of trace and span, and attributes.\v"
               "RUN is the id of a stored run, its first four digits or more, `last`, or a scenario. Exit status: 66 "
               "when there is no such trace, 70 when the run came out otherwise than it is stored.",
        .children = children};
    struct arguments arguments = {.format = FORMAT_JSON};
    struct replay replay;
    cell_options_init(&arguments.cell);
    if (argp_parse(&argp, argc, argv, 0, NULL, &arguments) != 0)
        return EXIT_USAGE;
    int code = replay_open(&replay, arguments.run, &arguments.cell);
    if (code == EXIT_FINE)
        code = show(&replay, &arguments);
    replay_close(&replay);
    cell_options_fini(&arguments.cell);
    return code;
}
