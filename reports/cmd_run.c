/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `simex run`: one cell, or scenarios x seeds. */
#include "reports/batch.h"
#include "reports/command.h"
#include "reports/options.h"
#include "reports/show.h"
#include "reports/simulate.h"
#include "reports/terminal.h"

#include "sim/units.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { OPTION_SEEDS = 2000, OPTION_JOBS = 'j', SEEDS_MAX = 1000000, JOBS_MAX = 1024 };

struct arguments {
    enum output_format format;
    struct cell_options cell;
    char **scenarios;
    size_t count;
    bool has_seeds;
    uint64_t seed_first, seed_last;
    unsigned jobs;
};

static const struct argp_option options[] = {
    {.name = "seeds",
     .key = OPTION_SEEDS,
     .arg = "A..B",
     .doc = "run each scenario with every seed from A to B; print means, standard deviations, 95 % intervals"},
    {.name = "jobs", .key = OPTION_JOBS, .arg = "J", .doc = "with --seeds: worker threads (default: one a core)"},
    {0}};

static void parse_seeds(struct arguments *arguments, const char *text, struct argp_state *state)
{
    char first[24] = "";
    const char *dots = strstr(text, "..");
    size_t length = dots == NULL ? 0 : (size_t)(dots - text);
    if (length > 0 && length < sizeof first)
        memcpy(first, text, length);
    if (!sim_parse_u64(first, &arguments->seed_first) || !sim_parse_u64(dots + 2, &arguments->seed_last) ||
        arguments->seed_first > arguments->seed_last || arguments->seed_last - arguments->seed_first >= SEEDS_MAX)
        argp_error(state, "--seeds wants a range such as 1..40, of at most %d seeds, got \"%s\"", SEEDS_MAX, text);
    arguments->has_seeds = true;
}

static error_t parse(int key, char *argument, struct argp_state *state)
{
    struct arguments *arguments = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &arguments->cell;
        state->child_inputs[1] = &arguments->format;
        return 0;
    case OPTION_SEEDS:
        parse_seeds(arguments, argument, state);
        return 0;
    case OPTION_JOBS:
        arguments->jobs = (unsigned)parse_count(argument, "--jobs", JOBS_MAX, state);
        return 0;
    case ARGP_KEY_ARGS:
        arguments->scenarios = state->argv + state->next;
        arguments->count = (size_t)(state->argc - state->next);
        return 0;
    case ARGP_KEY_END:
        if (arguments->has_seeds && arguments->cell.has_seed)
            argp_error(state, "--seed or --seeds, not both");
        return 0;
    case ARGP_KEY_NO_ARGS:
        argp_error(state, "which scenario? (see: simex list)");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

/* ---- one cell ---- */

static void print(const struct arguments *arguments, const struct record *record, bool stored)
{
    if (arguments->cell.quiet)
        return;
    if (arguments->format == FORMAT_JSON)
        show_run_json(stdout, record);
    else
        show_run_text(stdout, record, stored);
}

/* The store is opened first, so that one that cannot be written costs no run. */
static int run_one(const struct arguments *arguments, const struct scenario *scenario)
{
    struct store store = {NULL, NULL};
    const double begun = wall_seconds();
    int code = EXIT_FINE;
    struct cell *cell = build_argument(scenario, &arguments->cell, arguments->cell.seed, &code);
    if (cell != NULL)
        code = simulate_open_store(&store, &arguments->cell);
    struct record *record =
        cell == NULL || code != EXIT_FINE ? NULL : simulate_cell(cell, &arguments->cell, &store, &code);
    if (record != NULL) {
        print(arguments, record, store.db != NULL && code == EXIT_FINE);
        code = record_holds(record) ? code : worse_exit(code, EXIT_VERDICT);
        if (isatty(STDERR_FILENO))
            (void)fprintf(stderr, "took %.2f s%s%s\n", wall_seconds() - begun, store.db == NULL ? "" : ", stored in ",
                          store.db == NULL ? "" : store.path);
    }
    record_destroy(record);
    store_close(&store);
    cell_destroy(cell);
    return code;
}

/* ---- many ---- */

static void print_batch(const struct arguments *arguments, const struct batch *batch)
{
    cJSON *list = cJSON_CreateArray();
    for (size_t i = 0; i < batch->scenario_count && !arguments->cell.quiet; i++) {
        if (arguments->format == FORMAT_JSON) {
            (void)cJSON_AddItemToArray(list, batch_tree(batch, i));
            continue;
        }
        (void)printf("%s", i > 0 ? "\n" : "");
        batch_show_text(stdout, batch, i);
    }
    if (arguments->format == FORMAT_JSON && !arguments->cell.quiet && batch->scenario_count == 1)
        show_json(stdout, cJSON_DetachItemFromArray(list, 0));
    else if (arguments->format == FORMAT_JSON && !arguments->cell.quiet)
        show_json(stdout, cJSON_Duplicate(list, true));
    cJSON_Delete(list);
}

static int run_many(const struct arguments *arguments, struct scenario **scenarios)
{
    const long cores = sysconf(_SC_NPROCESSORS_ONLN);
    struct batch batch = {
        .scenarios = scenarios,
        .scenario_count = arguments->count,
        .seed_first = arguments->has_seeds ? arguments->seed_first : arguments->cell.seed,
        .seed_last = arguments->has_seeds ? arguments->seed_last : arguments->cell.seed,
        .jobs = arguments->jobs > 0 ? arguments->jobs
                : cores > 0         ? (unsigned)cores
                                    : 1,
        .options = &arguments->cell,
    };
    int code = batch_run(&batch);
    if (interrupt_code() == 0)
        print_batch(arguments, &batch);
    batch_fini(&batch);
    return code;
}

int cmd_run(int argc, char **argv)
{
    static const struct argp_child children[] = {{&cell_argp, 0, NULL, 0}, {&format_argp, 0, NULL, 0}, {0}};
    static const struct argp argp = {
        .options = options,
        .parser = parse,
        .args_doc = "SCENARIO...",
        .doc = "Simulates a scenario, stores the run, and prints its panel by phase and its verdicts.\v"
               "SCENARIO is a name of simex list, or a file. Exit status: 0 when every expectation holds, 99 when one "
               "fails or has no data, 65 when a scenario is wrong, 66 when there is none, 73 or 74 when the store "
               "cannot be written, 130 after Ctrl-C.",
        .children = children,
    };
    struct arguments arguments = {.format = FORMAT_TEXT};
    int code = EXIT_FINE;
    cell_options_init(&arguments.cell);
    if (argp_parse(&argp, argc, argv, 0, NULL, &arguments) != 0)
        return EXIT_USAGE;
    interrupt_watch();
    struct scenario **scenarios = sim_xcalloc(arguments.count + 1, sizeof(struct scenario *));
    for (size_t i = 0; i < arguments.count; i++) {
        int one = EXIT_FINE;
        scenarios[i] = load_with_script(arguments.scenarios[i], &arguments.cell, &one);
        code = worse_exit(code, one);
    }
    if (code == EXIT_FINE)
        code = arguments.count == 1 && !arguments.has_seeds ? run_one(&arguments, scenarios[0])
                                                            : run_many(&arguments, scenarios);
    for (size_t i = 0; i < arguments.count; i++)
        scenario_destroy(scenarios[i]);
    free(scenarios);
    cell_options_fini(&arguments.cell);
    return code;
}
