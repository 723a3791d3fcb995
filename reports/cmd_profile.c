/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `simex profile`: where the time of the requests of a run went, or its CPU. */
#include "reports/command.h"
#include "reports/profile_of.h"
#include "reports/profile_show.h"
#include "reports/replay.h"
#include "reports/show.h"
#include "reports/terminal.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { OPTION_CPU = 2000, OPTION_DIFF, OPTION_DIFF_PHASE, OPTION_OF, OPTION_PHASE = 'p', OPTION_OUT = 'o', LINES = 30 };
enum profile_format { PROFILE_TEXT, PROFILE_JSON, PROFILE_FOLDED, PROFILE_SVG, PROFILE_FORMATS };

static const char *const formats[PROFILE_FORMATS] = {"text", "json", "folded", "svg"};

struct arguments {
    enum profile_format format;
    struct cell_options cell;
    const char *run, *phase, *diff, *diff_phase, *out, *of;
    bool cpu;
};

static void take_format(struct arguments *arguments, const char *text, struct argp_state *state)
{
    for (int i = 0; i < PROFILE_FORMATS; i++) {
        if (strcmp(text, formats[i]) == 0) {
            arguments->format = (enum profile_format)i;
            return;
        }
    }
    argp_error(state, "--format wants text, json, folded or svg, got \"%s\"", text);
}

static error_t parse(int key, char *argument, struct argp_state *state)
{
    struct arguments *arguments = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &arguments->cell;
        return 0;
    case OPTION_FORMAT:
        take_format(arguments, argument, state);
        return 0;
    case OPTION_PHASE:
        arguments->phase = argument;
        return 0;
    case OPTION_CPU:
        arguments->cpu = true;
        return 0;
    case OPTION_DIFF:
        arguments->diff = argument;
        return 0;
    case OPTION_DIFF_PHASE:
        arguments->diff_phase = argument;
        return 0;
    case OPTION_OF:
        arguments->of = argument;
        return 0;
    case OPTION_OUT:
        arguments->out = argument;
        return 0;
    case ARGP_KEY_ARG:
        if (arguments->run != NULL)
            argp_error(state, "one run at a time (--diff compares two), got also \"%s\"", argument);
        arguments->run = argument;
        return 0;
    case ARGP_KEY_END:
        if (arguments->of != NULL && (arguments->cpu || arguments->diff != NULL || arguments->diff_phase != NULL ||
                                      arguments->out != NULL || arguments->format > PROFILE_JSON))
            argp_error(state, "--of goes with --phase and --format text or json alone");
        return 0;
    default:
        return parse_run(key, argument, state, &arguments->run);
    }
}

static const struct argp_option options[] = {
    {.name = "phase", .key = OPTION_PHASE, .arg = "PHASE", .doc = "requests that ended in its measured part"},
    {.name = "cpu", .key = OPTION_CPU, .doc = "CPU that was burned rather than time that passed"},
    {.name = "of",
     .key = OPTION_OF,
     .arg = "READING",
     .doc = "only the requests that a reading is about, such as gateway.latency.p95, and what each node had of their "
            "time"},
    {.name = "diff", .key = OPTION_DIFF, .arg = "RUN", .doc = "compare with another run"},
    {.name = "diff-phase", .key = OPTION_DIFF_PHASE, .arg = "PHASE", .doc = "compare with another phase"},
    {.name = "format", .key = OPTION_FORMAT, .arg = "FORMAT", .doc = "text (default), json, folded or svg"},
    {.name = "out", .key = OPTION_OUT, .arg = "FILE", .doc = "write to FILE rather than standard output"},
    {0}};

/* ---- collecting ---- */

/* Where the traces of a replay go: side 0, side 1, or both. */
struct stretch {
    sim_ns from, to;
    bool wanted;
};

struct taking {
    struct profile *profile;
    struct stretch stretches[2]; /* of side 0 and 1 */
};

static void take(void *context, struct trace *trace)
{
    struct taking *taking = context;
    const sim_ns end = trace_end(trace);
    for (int side = 0; side < 2; side++) {
        const struct stretch *stretch = &taking->stretches[side];
        if (!stretch->wanted || end < stretch->from || end >= stretch->to)
            continue;
        taking->profile->side = side;
        profile_add(taking->profile, trace);
    }
}

/* The measured part of a phase, or the whole run. */
static struct stretch stretch_of(const struct replay *replay, const char *phase_name, int *code)
{
    const struct phase *phase = phase_name == NULL ? NULL : replay_phase(replay, phase_name, code);
    if (phase == NULL)
        return (struct stretch){0, SIM_NEVER, true};
    return (struct stretch){phase->from + phase->settle, phase->to, true};
}

static void warn_of_lost(const struct collector *collector)
{
    const struct collector_counts *counts = &collector->counts;
    if (counts->refused + counts->cut + counts->closed > 0)
        (void)fprintf(stderr,
                      "simex: for want of memory %" PRIu64 " traces are left out and %" PRIu64
                      " were cut or closed early\n",
                      counts->refused, counts->cut + counts->closed);
}

/* Replays a run into the profile: sides as `taking` says. */
static int collect(struct replay *replay, struct taking *taking)
{
    struct collector collector;
    collector_init(&collector, replay->cell->sim, take, taking);
    int code = replay_run(replay);
    if (code == EXIT_FINE)
        collector_finish(&collector);
    if (code == EXIT_FINE)
        warn_of_lost(&collector);
    collector_fini(&collector);
    return code;
}

static int collect_other(const struct arguments *arguments, struct profile *profile)
{
    struct replay replay;
    struct taking taking = {.profile = profile};
    const char *phase = arguments->diff_phase != NULL ? arguments->diff_phase : arguments->phase;
    int code = replay_open(&replay, arguments->diff, &arguments->cell);
    if (code == EXIT_FINE)
        taking.stretches[1] = stretch_of(&replay, phase, &code);
    if (code == EXIT_FINE)
        code = collect(&replay, &taking);
    replay_close(&replay);
    return code;
}

static int collect_all(const struct arguments *arguments, struct replay *replay, struct profile *profile)
{
    struct taking taking = {.profile = profile};
    int code = replay_open(replay, arguments->run, &arguments->cell);
    if (code == EXIT_FINE)
        taking.stretches[0] = stretch_of(replay, arguments->phase, &code);
    if (code == EXIT_FINE && arguments->diff == NULL && arguments->diff_phase != NULL)
        taking.stretches[1] = stretch_of(replay, arguments->diff_phase, &code);
    if (code == EXIT_FINE)
        code = collect(replay, &taking);
    if (code == EXIT_FINE && arguments->diff != NULL)
        code = collect_other(arguments, profile);
    return code;
}

/* ---- writing ---- */

static char *title_of(const struct arguments *arguments, const struct replay *replay)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    sim_assert(out != NULL);
    (void)fprintf(out, "%s, seed %" PRIu64, replay->cell->scenario->name, replay->cell->seed);
    if (arguments->phase != NULL)
        (void)fprintf(out, ", %s", arguments->phase);
    if (arguments->diff != NULL || arguments->diff_phase != NULL)
        (void)fprintf(out, ", compared with%s%s%s%s", arguments->diff == NULL ? "" : " ",
                      arguments->diff == NULL ? "" : arguments->diff, arguments->diff_phase == NULL ? "" : " ",
                      arguments->diff_phase == NULL ? "" : arguments->diff_phase);
    (void)fclose(out);
    return text;
}

static void print_text(FILE *out, const struct arguments *arguments, const struct profile *profile, const char *title)
{
    char time[SHOWN_ROOM], shown[JSON_SHOWN_BYTES];
    (void)fprintf(out, "%s\n", json_shown(shown, title));
    for (int side = 0; side < 1 + profile->compared; side++) {
        const sim_ns total = profile->root->total[side];
        (void)fprintf(out, "%s%" PRIu64 " requests, %s of %s", side == 1 ? "compared with " : "", profile->traces[side],
                      show_value(time, "s", sim_ns_to_s(total)), profile->cpu ? "CPU" : "time");
        if (profile->traces[side] > 0)
            (void)fprintf(out, ", %s a request",
                          show_value(time, "s", sim_ns_to_s(total) / (double)profile->traces[side]));
        (void)fprintf(out, "\n");
    }
    (void)fprintf(out, "\n");
    profile_show_text(out, profile, LINES, arguments->out == NULL ? terminal_width() : 120);
}

static void write_profile(FILE *out, const struct arguments *arguments, const struct profile *profile,
                          const char *title)
{
    switch (arguments->format) {
    case PROFILE_JSON:
        show_json(out, profile_json(profile));
        return;
    case PROFILE_FOLDED:
        profile_folded(out, profile);
        return;
    case PROFILE_SVG:
        profile_svg(out, profile, title);
        return;
    default:
        print_text(out, arguments, profile, title);
    }
}

static int fail_out(const struct arguments *arguments, const char *doing, int code)
{
    (void)fprintf(stderr, "simex: %s: cannot %s: %s\n", arguments->out, doing, strerror(errno));
    return code;
}

/* To the file, or to standard output, whose errors are main's to tell. */
static int write_out(const struct arguments *arguments, const struct profile *profile, const char *title)
{
    FILE *out = arguments->out == NULL ? stdout : fopen(arguments->out, "w");
    if (out == NULL)
        return fail_out(arguments, "create", EXIT_CANT_CREATE);
    errno = 0;
    write_profile(out, arguments, profile, title);
    if (out == stdout)
        return EXIT_FINE;
    const bool failed = ferror(out) != 0;
    return fclose(out) != 0 || failed ? fail_out(arguments, "write", EXIT_IO) : EXIT_FINE;
}

int cmd_profile(int argc, char **argv)
{
    static const struct argp_child children[] = {{&cell_argp, 0, "When RUN is a scenario:", 1}, {0}};
    static const struct argp argp = {
        .options = options,
        .parser = parse,
        .args_doc = "RUN",
        .doc = "Simulates a run again and shows where the time of its requests went, or the CPU of its services: a "
               "table, folded stacks, or a flame graph for a browser.\v"
               "RUN is the id of a stored run, its first four digits or more, `last`, or a scenario. Compared with "
               "another run (its same phase) or another phase, all is a request: red took longer in RUN, blue took "
               "less. docs/traces.md says more.",
        .children = children};
    struct arguments arguments = {.format = PROFILE_TEXT};
    struct profile profile;
    struct replay replay = {0};
    cell_options_init(&arguments.cell);
    if (argp_parse(&argp, argc, argv, 0, NULL, &arguments) != 0)
        return EXIT_USAGE;
    if (arguments.of != NULL) {
        const int done = profile_of(stdout, arguments.run, arguments.phase, arguments.of,
                                    arguments.format == PROFILE_JSON ? FORMAT_JSON : FORMAT_TEXT, &arguments.cell);
        cell_options_fini(&arguments.cell);
        return done;
    }
    profile_init(&profile, arguments.cpu);
    profile.compared = arguments.diff != NULL || arguments.diff_phase != NULL;
    int code = collect_all(&arguments, &replay, &profile);
    if (code == EXIT_FINE) {
        char *title = title_of(&arguments, &replay);
        profile_finish(&profile);
        if (!arguments.cell.quiet)
            code = write_out(&arguments, &profile, title);
        free(title);
    }
    profile_fini(&profile);
    replay_close(&replay);
    cell_options_fini(&arguments.cell);
    return code;
}
