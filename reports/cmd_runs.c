/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the store holds: `simex runs`, `simex show`, `simex delete`. */
#include "reports/as_prometheus.h"
#include "reports/command.h"
#include "reports/options.h"
#include "reports/show.h"
#include "reports/store.h"
#include "reports/terminal.h"
#include "reports/texts.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

struct arguments {
    enum output_format format;
    const char *db;
    char **runs;
    int count;
    bool wants_runs, as_prometheus;
    struct openmetrics_bounds bounds;
};

enum { OPTION_AS_PROMETHEUS = 2000, OPTION_BUCKETS };

static const struct argp_option db_options[] = {
    {.name = "db", .key = OPTION_DB, .arg = "FILE", .doc = "the store (default simex.db, or $SIMEX_DB)"}, {0}};

static const struct argp_child children[] = {{&format_argp, 0, NULL, 0}, {0}};

static error_t parse(int key, char *argument, struct argp_state *state)
{
    struct arguments *arguments = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &arguments->format;
        return 0;
    case OPTION_DB:
        arguments->db = argument;
        return 0;
    case OPTION_AS_PROMETHEUS:
        arguments->as_prometheus = true;
        return 0;
    case OPTION_BUCKETS:
        if (!openmetrics_bounds_parse(&arguments->bounds, argument))
            argp_error(state, "--buckets wants lab, prometheus, or rising seconds such as 0.1,0.5,1, got \"%s\"",
                       argument);
        return 0;
    case ARGP_KEY_ARGS:
        arguments->runs = state->argv + state->next;
        arguments->count = state->argc - state->next;
        if (!arguments->wants_runs)
            argp_error(state, "takes no RUN, got \"%s\"", arguments->runs[0]);
        return 0;
    case ARGP_KEY_NO_ARGS:
        if (arguments->wants_runs)
            argp_error(state, "which run? (see: simex runs)");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

int64_t run_argument(const struct store *store, const char *argument, int *code)
{
    char shown[JSON_SHOWN_BYTES];
    int64_t run = store_find(store, argument);
    if (run > 0)
        return run;
    *code = run == -2 ? EXIT_IO : EXIT_NO_INPUT;
    if (run == 0)
        (void)fprintf(stderr, "simex: %s: no run \"%s\" (see: simex runs)\n", store->path, json_shown(shown, argument));
    else if (run == -1)
        (void)fprintf(stderr, "simex: %s: several runs begin with \"%s\"\n", store->path, json_shown(shown, argument));
    return 0;
}

/* Does something with each run that the arguments name, once all of them are found; stops at the first failure. */
static int for_runs(const struct arguments *arguments,
                    int (*each)(struct store *store, int64_t run, const struct arguments *arguments, cJSON *list),
                    cJSON *list)
{
    struct store store;
    int64_t *runs = sim_xcalloc((size_t)arguments->count + 1, sizeof *runs);
    int code = store_open(&store, store_path(arguments->db), STORE_READ);
    for (int i = 0; i < arguments->count && code == EXIT_FINE; i++)
        runs[i] = run_argument(&store, arguments->runs[i], &code);
    for (int i = 0; i < arguments->count && code == EXIT_FINE; i++)
        code = each(&store, runs[i], arguments, list);
    store_close(&store);
    free(runs);
    return code;
}

/* ---- runs ---- */

static size_t count_holding(const struct record *record)
{
    size_t holds = 0;
    for (uint32_t i = 0; i < record->verdict_count; i++)
        holds += record->verdicts[i].result == VERDICT_HOLDS;
    return holds;
}

/* "gateway.timeout=8s redis.ttl=60s", of the JSON that a record keeps; free. */
static char *overrides_text(const struct record *record)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    sim_assert(out != NULL);
    cJSON *list = cJSON_Parse(record->overrides);
    const cJSON *pair = NULL;
    cJSON_ArrayForEach(pair, list)
    {
        const char *path = cJSON_GetStringValue(cJSON_GetArrayItem(pair, 0));
        const char *value = cJSON_GetStringValue(cJSON_GetArrayItem(pair, 1));
        (void)fprintf(out, "%s%s=%s", pair == list->child ? "" : " ", path == NULL ? "" : path,
                      value == NULL ? "" : value);
    }
    (void)fclose(out);
    cJSON_Delete(list);
    return text;
}

static void add_row(struct texts *cells, const struct record *record)
{
    char seed[24], verdicts[48], shown[JSON_SHOWN_BYTES];
    char *overrides = overrides_text(record);
    (void)snprintf(seed, sizeof seed, "%" PRIu64, record->seed);
    (void)snprintf(verdicts, sizeof verdicts, "%zu of %u hold", count_holding(record), record->verdict_count);
    texts_add(cells, record->id);
    texts_add(cells, json_shown(shown, record->scenario));
    texts_add(cells, seed);
    texts_add(cells, record->verdict_count == 0 ? "" : verdicts);
    texts_add(cells, json_shown(shown, overrides));
    free(overrides);
}

static cJSON *row_tree(const struct record *record)
{
    char text[24];
    cJSON *tree = cJSON_CreateObject();
    (void)cJSON_AddStringToObject(tree, "run", record->id);
    (void)cJSON_AddStringToObject(tree, "scenario", record->scenario);
    (void)cJSON_AddStringToObject(tree, "title", record->title);
    (void)snprintf(text, sizeof text, "%" PRIu64, record->seed);
    (void)cJSON_AddStringToObject(tree, "seed", text);
    (void)cJSON_AddItemToObject(tree, "overrides", cJSON_Parse(record->overrides));
    (void)cJSON_AddStringToObject(tree, "version", record->version);
    (void)cJSON_AddStringToObject(tree, "model", record->model);
    (void)snprintf(text, sizeof text, "%016" PRIx64, record->fingerprint);
    (void)cJSON_AddStringToObject(tree, "fingerprint", text);
    (void)cJSON_AddNumberToObject(tree, "events", (double)record->events);
    (void)cJSON_AddNumberToObject(tree, "simulated_s", sim_ns_to_s(record->until));
    (void)cJSON_AddNumberToObject(tree, "expectations", record->verdict_count);
    (void)cJSON_AddNumberToObject(tree, "hold", (double)count_holding(record));
    return tree;
}

static int print_runs(const struct store *store, const struct arguments *arguments)
{
    enum { COLUMNS = 5 };
    static const enum align aligns[COLUMNS] = {ALIGN_LEFT, ALIGN_LEFT, ALIGN_RIGHT, ALIGN_LEFT, ALIGN_WRAP};
    size_t count = 0;
    int code = EXIT_FINE;
    int64_t *runs = store_list(store, &count);
    if (runs == NULL)
        return EXIT_IO;
    static const char *const heads[COLUMNS] = {"RUN", "SCENARIO", "SEED", "VERDICTS", "OVERRIDES"};
    struct texts cells = {0};
    cJSON *tree = cJSON_CreateArray();
    for (size_t c = 0; c < COLUMNS; c++)
        texts_add(&cells, heads[c]);
    for (size_t i = 0; i < count && code == EXIT_FINE; i++) {
        struct record *record = store_get(store, runs[i]);
        if (record == NULL) {
            code = EXIT_IO;
            break;
        }
        add_row(&cells, record);
        (void)cJSON_AddItemToArray(tree, row_tree(record));
        record_destroy(record);
    }
    if (code == EXIT_FINE && arguments->format == FORMAT_JSON) {
        show_json(stdout, tree);
        tree = NULL;
    } else if (code == EXIT_FINE && count > 0) {
        terminal_table(stdout, (const char *const *)cells.items, count + 1, COLUMNS, aligns, 0);
    }
    cJSON_Delete(tree);
    texts_fini(&cells);
    free(runs);
    return code;
}

int cmd_runs(int argc, char **argv)
{
    static const struct argp argp = {
        .options = db_options,
        .parser = parse,
        .doc = "Lists the runs that the store holds, in the order of storing: id, scenario, seed, verdicts, overrides.",
        .children = children};
    struct arguments arguments = {.format = FORMAT_TEXT};
    struct store store;
    if (argp_parse(&argp, argc, argv, 0, NULL, &arguments) != 0)
        return EXIT_USAGE;
    int code = store_open(&store, store_path(arguments.db), STORE_READ);
    if (code == EXIT_FINE)
        code = print_runs(&store, &arguments);
    store_close(&store);
    return code;
}

/* ---- show ---- */

static int show_one(struct store *store, int64_t key, const struct arguments *arguments, cJSON *list)
{
    (void)list;
    int code = EXIT_FINE;
    struct record *record = store_get(store, key);
    if (record == NULL)
        code = EXIT_IO;
    else if (arguments->as_prometheus)
        code = as_prometheus_show(store, key, record, &arguments->bounds, arguments->format);
    else if (arguments->format == FORMAT_JSON)
        show_run_json(stdout, record);
    else
        show_run_text(stdout, record, true);
    record_destroy(record);
    return code;
}

static const struct argp_option show_options[] = {
    {.name = "db", .key = OPTION_DB, .arg = "FILE", .doc = "the store (default simex.db, or $SIMEX_DB)"},
    {.name = "as-prometheus",
     .key = OPTION_AS_PROMETHEUS,
     .doc = "beside the exact percentiles those that a dashboard on Prometheus would show, and why they differ"},
    {.name = "buckets",
     .key = OPTION_BUCKETS,
     .arg = "LIST",
     .doc = "with --as-prometheus: upper bounds of its buckets: lab (default), prometheus, or seconds such as "
            "0.1,0.5,1"},
    {0}};

int cmd_show(int argc, char **argv)
{
    static const struct argp argp = {.options = show_options,
                                     .parser = parse,
                                     .args_doc = "RUN...",
                                     .doc = "Prints stored runs again, exactly as simex run did.\v"
                                            "RUN is the id of a run, its first four digits or more, or `last`.",
                                     .children = children};
    struct arguments arguments = {.format = FORMAT_TEXT, .wants_runs = true};
    (void)openmetrics_bounds_parse(&arguments.bounds, "lab");
    if (argp_parse(&argp, argc, argv, 0, NULL, &arguments) != 0)
        return EXIT_USAGE;
    return for_runs(&arguments, show_one, NULL);
}

/* ---- delete ---- */

/* A run that was named twice is gone the second time. */
static int delete_one(struct store *store, int64_t run, const struct arguments *arguments, cJSON *list)
{
    (void)arguments;
    char *id = store_id(store, run);
    int code = id == NULL ? EXIT_FINE : store_delete(store, run);
    if (id != NULL && code == EXIT_FINE)
        (void)cJSON_AddItemToArray(list, cJSON_CreateString(id));
    free(id);
    return code;
}

int cmd_delete(int argc, char **argv)
{
    static const struct argp argp = {.options = db_options,
                                     .parser = parse,
                                     .args_doc = "RUN...",
                                     .doc = "Deletes runs from the store, with their windows.\v"
                                            "RUN is the id of a run, its first four digits or more, or `last`.",
                                     .children = children};
    struct arguments arguments = {.format = FORMAT_TEXT, .wants_runs = true};
    if (argp_parse(&argp, argc, argv, 0, NULL, &arguments) != 0)
        return EXIT_USAGE;
    cJSON *tree = cJSON_CreateObject();
    int code = for_runs(&arguments, delete_one, cJSON_AddArrayToObject(tree, "deleted"));
    if (code == EXIT_FINE && arguments.format == FORMAT_JSON)
        show_json(stdout, tree);
    else
        cJSON_Delete(tree);
    return code;
}
