/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `simex export`: a run for other programs. */
#include "reports/command.h"
#include "reports/openmetrics.h"
#include "reports/simulate.h"

#include "sim/units.h"

#include <errno.h>
#include <string.h>

enum { OPTION_OUT = 'o', OPTION_EPOCH = 2000, OPTION_BUCKETS };

/* Prometheus reads milliseconds of 64 bits; the year 9999 is far enough. */
#define EPOCH_MAX UINT64_C(253402300799)

enum export_format { EXPORT_CSV, EXPORT_OPENMETRICS, EXPORT_JSON, EXPORT_FORMATS };

struct arguments {
    struct cell_options cell;
    enum export_format format;
    const char *run, *out;
    struct openmetrics_options openmetrics;
};

static const char *const formats[EXPORT_FORMATS] = {"csv", "openmetrics", "json"};

static void take_format(struct arguments *arguments, const char *text, struct argp_state *state)
{
    for (int i = 0; i < EXPORT_FORMATS; i++) {
        if (strcmp(text, formats[i]) == 0) {
            arguments->format = (enum export_format)i;
            return;
        }
    }
    argp_error(state, "--format wants csv, openmetrics or json, got \"%s\"", text);
}

static void take_epoch(struct arguments *arguments, const char *text, struct argp_state *state)
{
    uint64_t epoch = 0;
    if (!sim_parse_u64(text, &epoch) || epoch > EPOCH_MAX)
        argp_error(state, "--epoch wants whole seconds since 1970, got \"%s\"", text);
    arguments->openmetrics.epoch = (int64_t)epoch;
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
    case OPTION_OUT:
        arguments->out = argument;
        return 0;
    case OPTION_EPOCH:
        take_epoch(arguments, argument, state);
        return 0;
    case OPTION_BUCKETS:
        if (!openmetrics_bounds_parse(&arguments->openmetrics.bounds, argument))
            argp_error(state, "--buckets wants lab, prometheus, or rising seconds such as 0.1,0.5,1, got \"%s\"",
                       argument);
        return 0;
    case ARGP_KEY_ARG:
        if (arguments->run != NULL)
            argp_error(state, "one run at a time, got also \"%s\"", argument);
        arguments->run = argument;
        return 0;
    case ARGP_KEY_NO_ARGS:
        argp_error(state, "which run? (see: simex runs)");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp_option options[] = {
    {.name = "format", .key = OPTION_FORMAT, .arg = "FORMAT", .doc = "csv (default), openmetrics or json"},
    {.name = "out", .key = OPTION_OUT, .arg = "FILE", .doc = "write to FILE rather than standard output"},
    {.name = "epoch",
     .key = OPTION_EPOCH,
     .arg = "SECONDS",
     .doc = "openmetrics: when the run begins, in seconds since 1970 (default 1700000000)"},
    {.name = "buckets",
     .key = OPTION_BUCKETS,
     .arg = "LIST",
     .doc = "openmetrics: upper bounds of buckets: lab (default), prometheus, or seconds such as 0.1,0.5,1"},
    {0}};

/* ---- writing ---- */

static bool write_run(FILE *out, const struct export_run *run, const struct arguments *arguments)
{
    switch (arguments->format) {
    case EXPORT_JSON:
        return export_json(out, run);
    case EXPORT_OPENMETRICS:
        return openmetrics_write(out, run, &arguments->openmetrics);
    default:
        return export_csv(out, run);
    }
}

static int fail_out(const struct arguments *arguments, const char *doing, int code)
{
    (void)fprintf(stderr, "simex: %s: cannot %s: %s\n", arguments->out, doing, strerror(errno));
    return code;
}

/* To the file or to standard output, whose errors are main's to tell. */
static int write_out(const struct export_run *run, const struct arguments *arguments)
{
    FILE *out = arguments->out == NULL ? stdout : fopen(arguments->out, "w");
    if (out == NULL)
        return fail_out(arguments, "create", EXIT_CANT_CREATE);
    errno = 0;
    int code = write_run(out, run, arguments) ? EXIT_FINE : EXIT_IO;
    if (out == stdout)
        return code;
    bool failed = ferror(out) != 0;
    if (fclose(out) != 0 || failed)
        code = fail_out(arguments, "write", EXIT_IO);
    return code;
}

static int export_stored(const struct store *store, int64_t key, const struct arguments *arguments)
{
    struct export_run run;
    struct record *record = store_get(store, key);
    if (record == NULL)
        return EXIT_IO;
    int code = export_run_init(&run, store, key, record) ? write_out(&run, arguments) : EXIT_IO;
    export_run_fini(&run);
    record_destroy(record);
    return code;
}

/* The store is opened for writing only when the argument is no stored run, so that a read-only one will do. With
 * --no-store a scenario is run into a store in memory. */
static int export_argument(struct store *store, const struct arguments *arguments)
{
    const char *path = arguments->cell.no_store ? ":memory:" : store_path(arguments->cell.db);
    int64_t key = 0;
    int code = store_open(store, path, STORE_READ);
    if (code == EXIT_FINE)
        key = store_find(store, arguments->run);
    if (code == EXIT_FINE && key == 0) {
        store_close(store);
        code = store_open(store, path, STORE_WRITE);
        key = code == EXIT_FINE ? simulate_run_argument(store, arguments->run, &arguments->cell, &code) : 0;
    } else if (code == EXIT_FINE && key < 0) {
        key = run_argument(store, arguments->run, &code);
    }
    return key > 0 ? export_stored(store, key, arguments) : code;
}

int cmd_export(int argc, char **argv)
{
    static const struct argp_child children[] = {{&cell_argp, 0, "When RUN is a scenario:", 1}, {0}};
    static const struct argp argp = {
        .options = options,
        .parser = parse,
        .args_doc = "RUN",
        .doc = "Writes the windows of a run for other programs: CSV (one line a number), JSON, or OpenMetrics text "
               "that Prometheus takes in.\v"
               "RUN is the id of a stored run, its first four digits or more, `last`, or a scenario, which is run "
               "first. docs/prometheus.md and docs/store.md say what is in the files.",
        .children = children};
    struct arguments arguments = {.format = EXPORT_CSV, .openmetrics = {.epoch = OPENMETRICS_EPOCH}};
    struct store store = {NULL, NULL};
    cell_options_init(&arguments.cell);
    (void)openmetrics_bounds_parse(&arguments.openmetrics.bounds, "lab");
    if (argp_parse(&argp, argc, argv, 0, NULL, &arguments) != 0)
        return EXIT_USAGE;
    int code = export_argument(&store, &arguments);
    store_close(&store);
    cell_options_fini(&arguments.cell);
    return code;
}
