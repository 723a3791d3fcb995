/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "reports/command.h"
#include "reports/options.h"
#include "reports/show.h"
#include "reports/store.h"
#include "reports/terminal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
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

static int stopped_code(const struct cell *cell)
{
    if (interrupt_code() != 0) {
        (void)fprintf(stderr, "simex: interrupted at %.3f s of simulated time; nothing stored\n",
                      sim_ns_to_s(cell->sim->now));
        return interrupt_code();
    }
    (void)fprintf(stderr, "simex: %s: stopped at %s of simulated time: %s\n", cell->scenario->path,
                  cell->sim->error.value, cell->sim->error.rule);
    return EXIT_BAD_SCENARIO;
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

/* Simulates, stores, prints. */
static int run(const struct arguments *arguments, struct cell *cell, struct store *store, struct spool *spool)
{
    struct progress progress;
    const double begun = wall_seconds();
    interrupt_watch();
    progress_begin(&progress, cell->scenario->name, cell->until);
    bool ended = cell_run(cell, progress_poll, &progress);
    progress_end(&progress);
    if (!ended)
        return stopped_code(cell);
    struct record *record = record_of_cell(cell, arguments->cell.overrides, arguments->cell.override_count);
    int code = store->db == NULL ? EXIT_FINE : store_put(store, record, cell->sim, spool);
    print(arguments, record);
    if (!record_holds(record))
        code = worse_exit(code, EXIT_VERDICT);
    if (isatty(STDERR_FILENO))
        (void)fprintf(stderr, "took %.2f s%s%s\n", wall_seconds() - begun, store->db == NULL ? "" : ", stored in ",
                      store->db == NULL ? "" : store->path);
    record_destroy(record);
    return code;
}

/* With a store unless none is wanted; it is opened first, so that a store that cannot be written costs no run. */
static int run_and_store(const struct arguments *arguments, struct cell *cell)
{
    struct store store = {NULL, NULL};
    struct spool spool = {.file = NULL};
    int code = EXIT_FINE;
    if (!arguments->cell.no_store) {
        code = store_open(&store, store_path(arguments->cell.db), STORE_WRITE);
        if (code == EXIT_FINE && !spool_init(&spool, cell->sim, cell->window)) {
            (void)fprintf(stderr, "simex: cannot make a temporary file: %s\n", strerror(errno));
            code = EXIT_CANT_CREATE;
        }
    }
    if (code == EXIT_FINE)
        code = run(arguments, cell, &store, &spool);
    spool_fini(&spool);
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
        code = run_and_store(&arguments, cell);
    cell_destroy(cell);
    scenario_destroy(scenario);
    cell_options_fini(&arguments.cell);
    return code;
}
