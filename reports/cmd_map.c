/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `simex map`: who calls whom, and where requests die. */
#include "reports/callmap_show.h"
#include "reports/command.h"
#include "reports/replay.h"

#include <string.h>

enum { OPTION_PHASE = 'p' };

static const struct {
    const char *name;
    void (*write)(FILE *out, const struct callmap_picture *picture);
} formats[] = {{"text", callmap_text}, {"json", callmap_json}, {"dot", callmap_dot}, {"svg", callmap_svg}};

struct arguments {
    struct cell_options cell;
    size_t format;
    const char *run, *phase;
};

static void take_format(struct arguments *arguments, const char *text, struct argp_state *state)
{
    for (size_t i = 0; i < SIM_COUNT_OF(formats); i++) {
        if (strcmp(text, formats[i].name) == 0) {
            arguments->format = i;
            return;
        }
    }
    argp_error(state, "--format wants text, json, dot or svg, got \"%s\"", text);
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
    case OPTION_FORMAT:
        take_format(arguments, argument, state);
        return 0;
    default:
        return parse_run(key, argument, state, &arguments->run);
    }
}

static const struct argp_option options[] = {
    {.name = "phase",
     .key = OPTION_PHASE,
     .arg = "PHASE",
     .doc = "only what ended in the measured part of that phase (default: the whole run)"},
    {.name = "format",
     .key = OPTION_FORMAT,
     .arg = "FORMAT",
     .doc = "text (default), json, dot (for Graphviz) or svg (a picture)"},
    {0}};

static int show(struct replay *replay, const struct arguments *arguments)
{
    int code = EXIT_FINE;
    struct callmap map;
    struct callmap_picture picture = {.cell = replay->cell, .map = &map};
    if (arguments->phase != NULL) {
        picture.phase = replay_phase(replay, arguments->phase, &code);
        if (picture.phase == NULL)
            return code;
    }
    if (picture.phase != NULL)
        callmap_init(&map, replay->cell->sim, picture.phase->from + picture.phase->settle, picture.phase->to);
    else
        callmap_init(&map, replay->cell->sim, 0, replay->cell->until);
    code = replay_run(replay);
    if (picture.phase == NULL)
        map.to = replay->cell->until; /* a run may end with its script */
    if (code == EXIT_FINE && !arguments->cell.quiet) {
        callmap_finish(&map);
        formats[arguments->format].write(stdout, &picture);
    }
    callmap_fini(&map);
    return code;
}

int cmd_map(int argc, char **argv)
{
    static const struct argp_child children[] = {{&cell_argp, 0, "When RUN is a scenario:", 1}, {0}};
    static const struct argp argp = {
        .options = options,
        .parser = parse,
        .args_doc = "RUN",
        .doc = "Simulates a run again and shows who calls whom: how often, with which outcomes, how long it took, and "
               "at which node the requests died that ended in an error.\v"
               "RUN is the id of a stored run, its first four digits or more, `last`, or a scenario. Exit status: 70 "
               "when the run came out otherwise than it is stored.",
        .children = children};
    struct arguments arguments = {.format = 0};
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
