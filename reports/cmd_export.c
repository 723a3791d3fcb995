/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `simex export`: a run for other programs. */
#include "reports/cmd_export.h"

#include "reports/command.h"
#include "reports/export_traces.h"
#include "reports/simulate.h"

#include "sim/units.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum {
    OPTION_OUT = 'o',
    OPTION_EPOCH = 2000,
    OPTION_BUCKETS,
    OPTION_WHERE,
    OPTION_LIMIT,
    OPTION_ENV,
    OPTION_VERSION,
    OPTION_PHASE = 'p',
    OPTION_LEVEL = 'l'
};

/* Prometheus reads milliseconds of 64 bits; the year 9999 is far enough. */
#define EPOCH_MAX UINT64_C(253402300799)

static const char *const formats[EXPORT_FORMATS] = {"csv",       "openmetrics", "json",   "otlp-metrics",
                                                    "otlp-logs", "otlp",        "chrome", "folded"};

static void take_format(struct export_arguments *arguments, const char *text, struct argp_state *state)
{
    for (int i = 0; i < EXPORT_FORMATS; i++) {
        if (strcmp(text, formats[i]) == 0) {
            arguments->format = (enum export_format)i;
            return;
        }
    }
    argp_error(state,
               "--format wants csv, openmetrics, json, otlp, otlp-metrics, otlp-logs, chrome or folded, got \"%s\"",
               text);
}

static void take_epoch(struct export_arguments *arguments, const char *text, struct argp_state *state)
{
    uint64_t epoch = 0;
    if (!sim_parse_u64(text, &epoch) || epoch > EPOCH_MAX)
        argp_error(state, "--epoch wants whole seconds since 1970, got \"%s\"", text);
    arguments->openmetrics.epoch = arguments->otlp.epoch = (int64_t)epoch;
}

static void take_level(struct export_arguments *arguments, const char *text, struct argp_state *state)
{
    arguments->has_level = true;
    if (!log_level_of(text, &arguments->level))
        argp_error(state, "--level wants debug, info, warn or error, got \"%s\"", text);
}

/* Which options go with which formats. */
static void check(const struct export_arguments *arguments, const struct argp_state *state)
{
    const enum export_format format = arguments->format;
    const bool otlp = format >= EXPORT_OTLP_METRICS && format <= EXPORT_OTLP;
    if (format < EXPORT_OTLP && (arguments->where != NULL || arguments->limit > 0))
        argp_error(state, "--where and --limit go with --format otlp, chrome or folded");
    if (format < EXPORT_OTLP_LOGS && arguments->phase != NULL)
        argp_error(state, "--phase goes with --format otlp, otlp-logs, chrome or folded");
    if (format == EXPORT_FOLDED && arguments->limit > 0)
        argp_error(state, "--format folded has all traces: no --limit");
    if (format != EXPORT_OTLP_LOGS && arguments->has_level)
        argp_error(state, "--level goes with --format otlp-logs");
    if (!otlp && (arguments->otlp.env != NULL || arguments->otlp.version != NULL))
        argp_error(state, "--env and --service-version go with --format otlp, otlp-metrics or otlp-logs");
    if (otlp && !otlp_fits(arguments->otlp.epoch, SIM_NS_MAX))
        argp_error(state, "--epoch: OTLP counts nanoseconds, which reach to the year 2554");
}

static error_t parse(int key, char *argument, struct argp_state *state)
{
    struct export_arguments *arguments = state->input;
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
    case OPTION_PHASE:
        arguments->phase = argument;
        return 0;
    case OPTION_WHERE:
        arguments->where = argument;
        return 0;
    case OPTION_LIMIT:
        arguments->limit = (uint32_t)parse_count(argument, "--limit", EXPORT_TRACES_MAX, state);
        return 0;
    case OPTION_LEVEL:
        take_level(arguments, argument, state);
        return 0;
    case OPTION_ENV:
        arguments->otlp.env = argument;
        return 0;
    case OPTION_VERSION:
        arguments->otlp.version = argument;
        return 0;
    case ARGP_KEY_END:
        check(arguments, state);
        return 0;
    default:
        return parse_run(key, argument, state, &arguments->run);
    }
}

static const struct argp_option options[] = {
    {.name = "format",
     .key = OPTION_FORMAT,
     .arg = "FORMAT",
     .doc = "csv (default), openmetrics, json, otlp, otlp-metrics, otlp-logs, chrome or folded"},
    {.name = "out", .key = OPTION_OUT, .arg = "FILE", .doc = "write to FILE rather than standard output"},
    {.name = "epoch",
     .key = OPTION_EPOCH,
     .arg = "SECONDS",
     .doc = "openmetrics, otlp, otlp-metrics, otlp-logs: when the run begins, in seconds since 1970 (default "
            "1700000000)"},
    {.name = "env",
     .key = OPTION_ENV,
     .arg = "NAME",
     .doc = "otlp, otlp-metrics, otlp-logs: the environment of all services (default simex)"},
    {.name = "service-version",
     .key = OPTION_VERSION,
     .arg = "TEXT",
     .doc = "otlp, otlp-metrics, otlp-logs: their version (default: that of simex)"},
    {.name = "level",
     .key = OPTION_LEVEL,
     .arg = "LEVEL",
     .doc = "otlp-logs: leave out what is below debug, info (default), warn or error"},
    {.name = "buckets",
     .key = OPTION_BUCKETS,
     .arg = "LIST",
     .doc =
         "openmetrics, otlp-metrics: upper bounds of buckets: lab (default), prometheus, or seconds such as 0.1,0.5,1"},
    {.name = "phase",
     .key = OPTION_PHASE,
     .arg = "PHASE",
     .doc = "otlp, chrome, folded: traces that ended in its measured part; otlp-logs: lines of it"},
    {.name = "where",
     .key = OPTION_WHERE,
     .arg = "EXPR",
     .doc = "otlp, chrome, folded: traces of which this is true (see: simex trace --help)"},
    {.name = "limit",
     .key = OPTION_LIMIT,
     .arg = "N",
     .doc = "at most N traces (default: otlp 1000, chrome 100), a fair sample and the slowest"},
    {0}};

/* ---- writing ---- */

struct windows {
    const struct export_run *run;
    const struct export_arguments *arguments;
};

static bool write_run(FILE *out, void *context)
{
    const struct windows *windows = context;
    const struct export_arguments *arguments = windows->arguments;
    const struct export_run *run = windows->run;
    switch (arguments->format) {
    case EXPORT_JSON:
        return export_json(out, run);
    case EXPORT_OTLP_METRICS:
        return export_otlp_metrics(out, run, &arguments->openmetrics.bounds, &arguments->otlp);
    case EXPORT_OPENMETRICS:
        return openmetrics_write(out, run, &arguments->openmetrics);
    default:
        return export_csv(out, run);
    }
}

static int fail_out(const struct export_arguments *arguments, const char *doing, int code)
{
    (void)fprintf(stderr, "simex: %s: cannot %s: %s\n", arguments->out, doing, strerror(errno));
    return code;
}

int export_write_out(const struct export_arguments *arguments, bool (*write)(FILE *out, void *context), void *context)
{
    FILE *out = arguments->out == NULL ? stdout : fopen(arguments->out, "w");
    if (out == NULL)
        return fail_out(arguments, "create", EXIT_CANT_CREATE);
    errno = 0;
    int code = write(out, context) ? EXIT_FINE : EXIT_IO;
    if (out == stdout)
        return code;
    bool failed = ferror(out) != 0;
    if (fclose(out) != 0 || failed)
        code = fail_out(arguments, "write", EXIT_IO);
    return code;
}

static int export_stored(const struct store *store, int64_t key, const struct export_arguments *arguments)
{
    struct export_run run;
    struct record *record = store_get(store, key);
    if (record == NULL)
        return EXIT_IO;
    struct windows windows = {&run, arguments};
    int code = export_run_init(&run, store, key, record) ? export_write_out(arguments, write_run, &windows) : EXIT_IO;
    export_run_fini(&run);
    record_destroy(record);
    return code;
}

/* The store is opened for writing only when the argument is no stored run, so that a read-only one will do. With
 * --no-store a scenario is run into a store in memory. */
static int export_argument(struct store *store, const struct export_arguments *arguments)
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
    } else if (code == EXIT_FINE && !cell_options_fit_stored(&arguments->cell, arguments->run)) {
        return EXIT_USAGE;
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
        .doc = "Writes a run for other programs. Its windows: CSV (one line a number), JSON, OpenMetrics text that "
               "Prometheus takes in, OTLP metrics. Simulated again, its traces: OTLP (JSON), Chrome trace events, "
               "folded stacks; and what its services logged: OTLP logs.\v"
               "RUN is the id of a stored run, its first four digits or more, `last`, or a scenario, which is run "
               "first. docs/prometheus.md, docs/store.md and docs/traces.md say what is in the files.",
        .children = children};
    struct export_arguments arguments = {
        .format = EXPORT_CSV, .openmetrics = {.epoch = OPENMETRICS_EPOCH}, .otlp = {.epoch = OPENMETRICS_EPOCH}};
    struct store store = {NULL, NULL};
    cell_options_init(&arguments.cell);
    (void)openmetrics_bounds_parse(&arguments.openmetrics.bounds, "lab");
    if (argp_parse(&argp, argc, argv, 0, NULL, &arguments) != 0)
        return EXIT_USAGE;
    int code = arguments.format >= EXPORT_OTLP        ? export_traces(&arguments)
               : arguments.format == EXPORT_OTLP_LOGS ? export_logs(&arguments)
                                                      : export_argument(&store, &arguments);
    store_close(&store);
    cell_options_fini(&arguments.cell);
    return code;
}
