/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `simex compare`: readings side by side, what differs in what was simulated, where two runs part, and pictures. */
#include "plots/draw.h"
#include "plots/gnuplot.h"
#include "reports/command.h"
#include "reports/compare.h"
#include "reports/divergence.h"
#include "reports/show.h"
#include "reports/simulate.h"
#include "reports/terminal.h"

#include "sim/units.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    OPTION_REPLICATIONS = 'r',
    OPTION_JOBS = 'j',
    OPTION_DIVERGENCE = 2000,
    OPTION_COMMON,
    OPTION_PLOT,
    REPLICATIONS_MAX = 100000,
    JOBS_MAX = 1024,
    COMMON_DEFAULT = 5
};

struct arguments {
    enum output_format format;
    struct cell_options cell;
    char **names;
    size_t count;
    uint64_t replications, jobs, common;
    bool diverge;
    const char *plot;
};

static const struct argp_option options[] = {
    {.name = "replications",
     .key = OPTION_REPLICATIONS,
     .arg = "R",
     .doc = "seeds of each side: N, N+1, ... (default 5; stored runs alone: what they are)"},
    {.name = "jobs", .key = OPTION_JOBS, .arg = "J", .doc = "worker threads (default: one a core)"},
    {.name = "first-divergence",
     .key = OPTION_DIVERGENCE,
     .doc = "run the first side and each other in lockstep, on the first seed, to the first event that differs"},
    {.name = "common", .key = OPTION_COMMON, .arg = "N", .doc = "with it: print the last N events before (default 5)"},
    {.name = "plot", .key = OPTION_PLOT, .arg = "DIR", .doc = "draw the runs of the first seed over each other"},
    {0}};

/* None is a number of events too. */
static uint64_t take_common(const char *text, struct argp_state *state)
{
    uint64_t count = 0;
    if (!sim_parse_u64(text, &count) || count > DIVERGENCE_COMMON_MAX)
        argp_error(state, "--common wants a whole number from 0 to %d, got \"%s\"", DIVERGENCE_COMMON_MAX, text);
    return count;
}

static error_t parse(int key, char *argument, struct argp_state *state)
{
    struct arguments *arguments = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &arguments->cell;
        state->child_inputs[1] = &arguments->format;
        return 0;
    case OPTION_REPLICATIONS:
        arguments->replications = parse_count(argument, "--replications", REPLICATIONS_MAX, state);
        return 0;
    case OPTION_JOBS:
        arguments->jobs = parse_count(argument, "--jobs", JOBS_MAX, state);
        return 0;
    case OPTION_DIVERGENCE:
        arguments->diverge = true;
        return 0;
    case OPTION_COMMON:
        arguments->common = take_common(argument, state);
        return 0;
    case OPTION_PLOT:
        if (argument[0] == '\0')
            argp_error(state, "--plot wants a folder");
        arguments->plot = argument;
        return 0;
    case ARGP_KEY_ARGS:
        arguments->names = state->argv + state->next;
        arguments->count = (size_t)(state->argc - state->next);
        if (arguments->count < 2 || arguments->count > SIDES_MAX)
            argp_error(state, "from 2 to %d can be compared, got %d", SIDES_MAX, (int)arguments->count);
        return 0;
    case ARGP_KEY_NO_ARGS:
        argp_error(state, "which two? (see: simex list, simex runs)");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

/* ---- sides ---- */

static int add_sides(const struct arguments *arguments, struct comparison *comparison)
{
    struct store store = {NULL, NULL};
    int code = arguments->cell.no_store ? EXIT_FINE : store_open(&store, store_path(arguments->cell.db), STORE_READ);
    for (size_t i = 0; i < arguments->count && code == EXIT_FINE; i++)
        code = comparison_add(comparison, &store, arguments->names[i], &arguments->cell);
    store_close(&store);
    return code;
}

/* ---- the first difference ---- */

static int diverge(const struct arguments *arguments, const struct comparison *comparison, size_t side, cJSON *list)
{
    struct divergence divergence = {0};
    int code = EXIT_FINE;
    const char name[2] = {(char)('A' + side)};
    struct cell *a = comparison_cell(comparison, 0, &code);
    struct cell *b = comparison_cell(comparison, side, &code);
    if (a != NULL && b != NULL)
        code = divergence_find(a, b, (size_t)arguments->common, &divergence);
    if (code == EXIT_FINE && list != NULL)
        (void)cJSON_AddItemToArray(list, divergence_tree(&divergence));
    if (code == EXIT_FINE && list == NULL && !arguments->cell.quiet) {
        (void)printf("\n");
        divergence_print(stdout, &divergence, "A", name);
    }
    divergence_fini(&divergence);
    cell_destroy(a);
    cell_destroy(b);
    return code;
}

/* ---- pictures ---- */

/* The run of a side at the first seed, stored; its key. */
static int64_t store_side(const struct comparison *comparison, size_t side, const struct cell_options *common,
                          struct store *store, int *code)
{
    const struct record *record = experiment_record(&comparison->experiment, side, 0);
    int64_t key = store_find(store, record->id);
    if (key != 0)
        return key;
    struct cell_options own = *common;
    own.overrides = comparison->sides[side].overrides;
    own.override_count = comparison->sides[side].override_count;
    struct cell *cell = comparison_cell(comparison, side, code);
    struct record *again = cell == NULL ? NULL : simulate_cell(cell, &own, store, code);
    key = again == NULL || *code != EXIT_FINE ? 0 : store_find(store, again->id);
    record_destroy(again);
    cell_destroy(cell);
    return key;
}

static int plot(const struct arguments *arguments, const struct comparison *comparison, struct drawing *drawing)
{
    int64_t keys[SIDES_MAX] = {0};
    struct store store;
    int code = gnuplot_find();
    if (code != EXIT_FINE)
        return code;
    code = simulate_open_store(&store, &arguments->cell);
    for (size_t i = 0; i < comparison->count && code == EXIT_FINE; i++) {
        keys[i] = store_side(comparison, i, &arguments->cell, &store, &code);
        if (code == EXIT_FINE && keys[i] <= 0)
            code = EXIT_IO;
    }
    store_close(&store);
    if (code == EXIT_FINE)
        code = draw_runs(arguments->cell.db, keys, (uint32_t)comparison->count, 0, arguments->plot, drawing);
    return code;
}

/* ---- all of it ---- */

static void print_files(const struct arguments *arguments, const struct drawing *drawing, cJSON *tree)
{
    cJSON *list = tree == NULL ? NULL : cJSON_AddArrayToObject(tree, "files");
    if (tree == NULL && !arguments->cell.quiet)
        (void)printf("\n");
    for (size_t i = 0; i < drawing->files.count; i++) {
        if (list != NULL)
            (void)cJSON_AddItemToArray(list, cJSON_CreateString(drawing->files.items[i]));
        else if (!arguments->cell.quiet)
            (void)printf("%s\n", drawing->files.items[i]);
    }
}

static int compare(const struct arguments *arguments, struct comparison *comparison)
{
    int code = comparison_run(comparison, &arguments->cell);
    if (code != EXIT_FINE)
        return code;
    cJSON *tree = arguments->format == FORMAT_JSON ? comparison_tree(comparison) : NULL;
    if (tree == NULL && !arguments->cell.quiet)
        comparison_print(stdout, comparison);
    cJSON *list = tree != NULL && arguments->diverge ? cJSON_AddArrayToObject(tree, "divergence") : NULL;
    for (size_t i = 1; i < comparison->count && arguments->diverge && code == EXIT_FINE; i++)
        code = diverge(arguments, comparison, i, list);
    if (arguments->plot != NULL && code == EXIT_FINE) {
        struct drawing drawing = {0};
        code = plot(arguments, comparison, &drawing);
        if (code == EXIT_FINE)
            print_files(arguments, &drawing, tree);
        drawing_fini(&drawing);
    }
    if (tree != NULL && !arguments->cell.quiet && code == EXIT_FINE)
        show_json(stdout, tree);
    else
        cJSON_Delete(tree);
    return code;
}

int cmd_compare(int argc, char **argv)
{
    static const struct argp_child children[] = {{&cell_argp, 0, NULL, 0}, {&format_argp, 0, NULL, 0}, {0}};
    static const struct argp argp = {
        .options = options,
        .parser = parse,
        .args_doc = "A B...",
        .doc =
            "Compares runs, scenarios, or variants of a scenario: which params differ, and every reading by phase "
            "beside "
            "the first side's, with a 95 % interval of the paired change (`identical`: on every seed).\v"
            "A, B are ids of stored runs (four digits or more, or `last`) or scenarios, with overrides of their own "
            "behind a plus sign: part1+gateway.timeout=8s,db-pool.size=150. Without a name before the plus it is that "
            "of "
            "A: simex compare part1 +gateway.timeout=8s +db-pool.size=150. --set is for all sides.\n\n"
            "Stored runs are compared as they are. With --seed, --replications or overrides what they were made of is "
            "simulated again. Nothing is stored, but by --plot.\n\n"
            "Exit status: 0 whatever differs, 64 when an argument is wrong, 65 when a scenario or an override is, 66 "
            "when "
            "there is no such run or scenario, 69 when --plot finds no gnuplot.",
        .children = children,
    };
    struct arguments arguments = {.format = FORMAT_TEXT, .common = COMMON_DEFAULT};
    struct comparison comparison = {.count = 0};
    cell_options_init(&arguments.cell);
    if (argp_parse(&argp, argc, argv, 0, NULL, &arguments) != 0)
        return EXIT_USAGE;
    if (arguments.plot != NULL && arguments.cell.no_store) {
        (void)fprintf(stderr, "simex: --plot draws runs of the store: not with --no-store\n");
        cell_options_fini(&arguments.cell);
        return EXIT_USAGE;
    }
    interrupt_watch();
    comparison.replications = (size_t)arguments.replications;
    comparison.jobs = (unsigned)arguments.jobs;
    int code = add_sides(&arguments, &comparison);
    if (code == EXIT_FINE)
        code = compare(&arguments, &comparison);
    comparison_fini(&comparison);
    cell_options_fini(&arguments.cell);
    return code;
}
