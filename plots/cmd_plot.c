/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `simex plot`: names of runs become runs; draw.c draws them. */
#include "plots/draw.h"
#include "plots/gnuplot.h"
#include "reports/command.h"
#include "reports/show.h"
#include "reports/simulate.h"
#include "reports/terminal.h"

#include "sim/units.h"

#include <stdlib.h>
#include <string.h>

enum { OPTION_OUT = 'o', OPTION_BIN = 'b' };

struct arguments {
    enum output_format format;
    const char *db, *out;
    sim_ns bin; /* 0: chosen here */
    char **runs;
    uint32_t count;
};

static const struct argp_option options[] = {
    {.name = "out",
     .key = OPTION_OUT,
     .arg = "DIR",
     .doc = "folder to write into, created when it is not there (default plots-SCENARIO-ID)"},
    {.name = "bin",
     .key = OPTION_BIN,
     .arg = "TIME",
     .doc = "length of a bin (default 10s; in short and long runs what makes 10 to 600 bins)"},
    {.name = "db", .key = OPTION_DB, .arg = "FILE", .doc = "the store (default simex.db, or $SIMEX_DB)"},
    {0}};

static error_t parse(int key, char *argument, struct argp_state *state)
{
    struct arguments *arguments = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &arguments->format;
        return 0;
    case OPTION_OUT:
        if (argument[0] == '\0')
            argp_error(state, "--out wants a folder");
        arguments->out = argument;
        return 0;
    case OPTION_BIN:
        if (!sim_parse_duration(argument, &arguments->bin) || arguments->bin == 0)
            argp_error(state, "--bin wants a duration above 0 such as 10s, got \"%s\"", argument);
        return 0;
    case OPTION_DB:
        arguments->db = argument;
        return 0;
    case ARGP_KEY_ARGS:
        arguments->runs = state->argv + state->next;
        if (state->argc - state->next > PLOT_RUNS_MAX)
            argp_error(state, "at most %d runs in one picture, got %d", PLOT_RUNS_MAX, state->argc - state->next);
        arguments->count = (uint32_t)(state->argc - state->next);
        return 0;
    case ARGP_KEY_NO_ARGS:
        argp_error(state, "which run? (see: simex runs, simex list)");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

/* ---- runs ---- */

/* Whether a name that is none of a scenario was meant as an id, or `last`. */
static bool looks_stored(const char *name)
{
    return strcmp(name, "last") == 0 || (strlen(name) >= 4 && strspn(name, "0123456789abcdef") == strlen(name));
}

/* Finds the stored runs that the arguments name; `scenarios` says whether others are scenarios. Opens the store only to
 * read, so that what is neither leaves no empty store behind. */
static int find_stored(const struct arguments *arguments, int64_t *keys, bool *scenarios)
{
    struct store store;
    int code = store_open(&store, store_path(arguments->db), STORE_READ);
    for (uint32_t i = 0; i < arguments->count && code == EXIT_FINE; i++) {
        const char *name = arguments->runs[i];
        keys[i] = store_find(&store, name);
        char *path = keys[i] == 0 ? scenario_find(name) : NULL;
        *scenarios = *scenarios || path != NULL;
        if (keys[i] <= 0 && path == NULL && (keys[i] < 0 || looks_stored(name)))
            (void)run_argument(&store, name, &code);
        else if (keys[i] == 0 && path == NULL)
            scenario_destroy(load_argument(name, &code));
        free(path);
    }
    store_close(&store);
    return code;
}

/* Runs and stores the scenarios. `last` was found before, so it means what was last till now. */
static int run_scenarios(const struct arguments *arguments, int64_t *keys)
{
    struct cell_options cell;
    struct store store;
    cell_options_init(&cell);
    cell.db = arguments->db;
    int code = simulate_open_store(&store, &cell);
    for (uint32_t i = 0; i < arguments->count && code == EXIT_FINE; i++) {
        if (keys[i] == 0)
            keys[i] = simulate_run_argument(&store, arguments->runs[i], &cell, &code);
    }
    store_close(&store);
    cell_options_fini(&cell);
    return code;
}

static void print(const struct arguments *arguments, const struct drawing *drawing)
{
    if (arguments->format == FORMAT_TEXT) {
        for (size_t i = 0; i < drawing->files.count; i++)
            (void)printf("%s\n", drawing->files.items[i]);
        return;
    }
    cJSON *tree = cJSON_CreateObject();
    cJSON *runs = cJSON_AddArrayToObject(tree, "runs");
    for (size_t i = 0; i < drawing->runs.count; i++)
        (void)cJSON_AddItemToArray(runs, cJSON_CreateString(drawing->runs.items[i]));
    (void)cJSON_AddNumberToObject(tree, "bin_s", sim_ns_to_s(drawing->bin));
    (void)cJSON_AddStringToObject(tree, "folder", drawing->folder);
    cJSON *files = cJSON_AddArrayToObject(tree, "files");
    for (size_t i = 0; i < drawing->files.count; i++)
        (void)cJSON_AddItemToArray(files, cJSON_CreateString(drawing->files.items[i]));
    show_json(stdout, tree);
}

int cmd_plot(int argc, char **argv)
{
    static const struct argp_child children[] = {{&format_argp, 0, NULL, 0}, {0}};
    static const struct argp argp = {
        .options = options,
        .parser = parse,
        .args_doc = "RUN...",
        .doc =
            "Draws runs: an overview and single charts (latency, errors, hit rate, CPU, pool, attempts, throughput), "
            "each as SVG and PNG, with the data (.csv) and the gnuplot script (.gp) beside them. Prints the files "
            "it wrote. Several runs are laid over each other.\v"
            "RUN is the id of a stored run, its first four digits or more, `last`, or a scenario, which is run and "
            "stored first. After an edit of a script: gnuplot NAME.gp, in its folder. Files of an earlier simex plot "
            "are overwritten, others never.\n\n"
            "Exit status: 65 when a scenario is wrong, 66 when there is no such run or nothing to draw, 69 when "
            "gnuplot is not installed, 70 when gnuplot failed (what it said is printed), 73 or 74 when the folder "
            "cannot be written.",
        .children = children,
    };
    struct arguments arguments = {.format = FORMAT_TEXT};
    int64_t keys[PLOT_RUNS_MAX] = {0};
    bool scenarios = false;
    if (argp_parse(&argp, argc, argv, 0, NULL, &arguments) != 0)
        return EXIT_USAGE;
    int code = gnuplot_find();
    if (code == EXIT_FINE)
        code = find_stored(&arguments, keys, &scenarios);
    if (code == EXIT_FINE && scenarios)
        code = run_scenarios(&arguments, keys);
    if (code == EXIT_FINE) {
        struct drawing drawing;
        code = draw_runs(arguments.db, keys, arguments.count, arguments.bin, arguments.out, &drawing);
        if (code == EXIT_FINE)
            print(&arguments, &drawing);
        drawing_fini(&drawing);
    }
    return code;
}
