/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "reports/command.h"
#include "reports/options.h"
#include "reports/show.h"
#include "reports/simulate.h"
#include "reports/terminal.h"

#include <stdio.h>
#include <unistd.h>

struct arguments {
    enum output_format format;
    struct cell_options cell;
    const char *scenario;
};

static error_t parse(int key, char *argument, struct argp_state *state)
{
    struct arguments *arguments = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &arguments->cell;
        state->child_inputs[1] = &arguments->format;
        return 0;
    case ARGP_KEY_ARG:
        if (arguments->scenario != NULL)
            argp_error(state, "one scenario at a time, got also \"%s\"", argument);
        arguments->scenario = argument;
        return 0;
    case ARGP_KEY_NO_ARGS:
        argp_error(state, "which scenario? (see: simex list)");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static void print(const struct arguments *arguments, const struct record *record)
{
    if (arguments->cell.quiet)
        return;
    if (arguments->format == FORMAT_JSON)
        show_run_json(stdout, record);
    else
        show_run_text(stdout, record);
}

/* One run; the store is opened first, so that one that cannot be written costs no run. */
static int run(const struct arguments *arguments, struct cell *cell)
{
    struct store store;
    const double begun = wall_seconds();
    int code = simulate_open_store(&store, &arguments->cell);
    struct record *record = code != EXIT_FINE ? NULL : simulate_cell(cell, &arguments->cell, &store, &code);
    if (record != NULL) {
        print(arguments, record);
        code = record_holds(record) ? code : worse_exit(code, EXIT_VERDICT);
        if (isatty(STDERR_FILENO))
            (void)fprintf(stderr, "took %.2f s%s%s\n", wall_seconds() - begun, store.db == NULL ? "" : ", stored in ",
                          store.db == NULL ? "" : store.path);
    }
    record_destroy(record);
    store_close(&store);
    return code;
}

int cmd_run(int argc, char **argv)
{
    static const struct argp_child children[] = {{&cell_argp, 0, NULL, 0}, {&format_argp, 0, NULL, 0}, {0}};
    static const struct argp argp = {
        .parser = parse,
        .args_doc = "SCENARIO",
        .doc = "Simulates a scenario and prints its panel by phase and its verdicts.\v"
               "SCENARIO is a name of simex list, or a file. Exit status: 0 when every expectation holds, 99 when one "
               "fails or has no data, 65 when the scenario is wrong, 66 when there is none, 130 after Ctrl-C.",
        .children = children,
    };
    struct arguments arguments = {.format = FORMAT_TEXT};
    int code = EXIT_FINE;
    cell_options_init(&arguments.cell);
    if (argp_parse(&argp, argc, argv, 0, NULL, &arguments) != 0)
        return EXIT_USAGE;
    struct scenario *scenario = load_argument(arguments.scenario, &code);
    struct cell *cell = scenario == NULL ? NULL : build_argument(scenario, &arguments.cell, arguments.cell.seed, &code);
    if (cell != NULL)
        code = run(&arguments, cell);
    cell_destroy(cell);
    scenario_destroy(scenario);
    cell_options_fini(&arguments.cell);
    return code;
}
