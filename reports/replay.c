/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a stored run keeps is enough to build its cell: the merged scenario, the overrides, the seed. Its id, made anew,
 * must be the same: else the building itself has changed, and what would be shown is not that run. */
#include "reports/replay.h"

#include "reports/command.h"
#include "reports/simulate.h"
#include "scenarios/suggest.h"
#include "simex_build.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- a stored run ---- */

static bool is_of_this_build(const struct record *record)
{
    if (strcmp(record->version, SIMEX_VERSION) == 0 && strcmp(record->model, SIMEX_MODEL_ID) == 0)
        return true;
    (void)fprintf(stderr,
                  "simex: run %s is of another build (version %s, model %s; this is %s, %s) and cannot be simulated "
                  "again; run its scenario %s anew\n",
                  record->id, record->version, record->model, SIMEX_VERSION, SIMEX_MODEL_ID, record->scenario);
    return false;
}

static int damaged(const struct record *record, const char *what)
{
    (void)fprintf(stderr, "simex: run %s: its stored %s cannot be read\n", record->id, what);
    return EXIT_IO;
}

struct scenario *replay_scenario(const struct record *record, struct json_errors *errors)
{
    struct json_doc *doc = json_parse(record->scenario, record->source, strlen(record->source), errors);
    if (doc == NULL || !cJSON_IsObject(doc->root)) {
        json_destroy(doc);
        return NULL;
    }
    struct scenario *scenario = sim_xcalloc(1, sizeof *scenario);
    scenario->name = sim_xstrdup(record->scenario);
    scenario->path = sim_xstrdup(record->scenario);
    scenario->doc = doc;
    scenario->tree = json_merge(doc);
    const cJSON *title = cJSON_GetObjectItemCaseSensitive(scenario->tree, "title");
    scenario->title = cJSON_IsString(title) ? title->valuestring : scenario->name;
    return scenario;
}

/* The pairs of a run's overrides, pointing into `list`; NULL when they are none. Free. */
static struct override *overrides_of(const cJSON *list, size_t *count)
{
    *count = 0;
    if (!cJSON_IsArray(list))
        return NULL;
    struct override *overrides = sim_xcalloc((size_t)cJSON_GetArraySize(list) + 1, sizeof *overrides);
    const cJSON *pair = NULL;
    cJSON_ArrayForEach(pair, list)
    {
        const char *path = cJSON_GetStringValue(cJSON_GetArrayItem(pair, 0));
        const char *value = cJSON_GetStringValue(cJSON_GetArrayItem(pair, 1));
        if (path == NULL || value == NULL) {
            free(overrides);
            return NULL;
        }
        overrides[(*count)++] = (struct override){path, value};
    }
    return overrides;
}

static int build_stored(struct replay *replay, const struct record *record)
{
    struct json_errors errors;
    size_t count = 0;
    int code = EXIT_FINE;
    replay->overrides = cJSON_Parse(record->overrides);
    struct override *overrides = overrides_of(replay->overrides, &count);
    if (overrides == NULL)
        return damaged(record, "overrides");
    json_errors_init(&errors);
    replay->scenario = replay_scenario(record, &errors);
    if (replay->scenario != NULL)
        replay->cell = cell_build(replay->scenario, overrides, count, record->seed, &errors);
    if (replay->cell == NULL)
        code = damaged(record, "scenario");
    json_errors_print(&errors, stderr);
    json_errors_fini(&errors);
    free(overrides);
    return code;
}

static int open_stored(struct replay *replay, const struct record *record)
{
    replay->stored = true;
    replay->fingerprint = record->fingerprint;
    replay->events = record->events;
    if (!is_of_this_build(record))
        return EXIT_BAD_SCENARIO;
    int code = build_stored(replay, record);
    if (code != EXIT_FINE || strcmp(replay->cell->id, record->id) == 0)
        return code;
    (void)fprintf(stderr, "simex: internal error: run %s, built again, is run %s\n", record->id, replay->cell->id);
    return EXIT_INTERNAL;
}

static int open_key(struct replay *replay, const struct store *store, int64_t key, const char *argument,
                    const struct cell_options *options)
{
    if (!cell_options_fit_stored(options, argument))
        return EXIT_USAGE;
    struct record *record = store_get(store, key);
    int code = record == NULL ? EXIT_IO : open_stored(replay, record);
    record_destroy(record);
    return code;
}

/* ---- a scenario ---- */

static int open_scenario(struct replay *replay, const char *argument, const struct cell_options *options)
{
    int code = EXIT_FINE;
    replay->scenario = load_with_script(argument, options, &code);
    if (replay->scenario != NULL)
        replay->cell = build_argument(replay->scenario, options, options->seed, &code);
    return code;
}

/* ---- the argument ---- */

int replay_open(struct replay *replay, const char *argument, const struct cell_options *options)
{
    struct store store = {NULL, NULL};
    int64_t key = 0;
    int code = EXIT_FINE;
    *replay = (struct replay){0};
    if (!options->no_store) {
        code = store_open(&store, store_path(options->db), STORE_READ);
        key = code == EXIT_FINE ? store_find(&store, argument) : 0;
    }
    /* With --no-store what is no scenario is looked for as one all the same: that says that there is none. */
    char *path = key == 0 && strcmp(argument, "last") != 0 ? scenario_find(argument) : NULL;
    if (code == EXIT_FINE && options->no_store && strcmp(argument, "last") == 0) {
        (void)fprintf(stderr, "simex: with --no-store no store is read, so there is no run \"last\"\n");
        code = EXIT_NO_INPUT;
    } else if (code == EXIT_FINE && (path != NULL || options->no_store)) {
        code = open_scenario(replay, argument, options);
    } else if (code == EXIT_FINE && (key = run_argument(&store, argument, &code)) > 0) {
        code = open_key(replay, &store, key, argument, options);
    }
    free(path);
    store_close(&store);
    return code;
}

int replay_run(struct replay *replay)
{
    struct cell *cell = replay->cell;
    if (!simulate_to_end(cell))
        return simulate_stopped(cell);
    const uint64_t fingerprint = sim_fingerprint(cell->sim);
    if (!replay->stored || fingerprint == replay->fingerprint)
        return EXIT_FINE;
    (void)fprintf(stderr,
                  "simex: internal error: run %s, simulated again, has the fingerprint %016" PRIx64
                  " rather than %016" PRIx64 " (%" PRIu64 " events, then %" PRIu64 ")\n",
                  cell->id, fingerprint, replay->fingerprint, cell->sim->events, replay->events);
    return EXIT_INTERNAL;
}

void replay_close(struct replay *replay)
{
    cell_destroy(replay->cell);
    scenario_destroy(replay->scenario);
    cJSON_Delete(replay->overrides);
    *replay = (struct replay){0};
}

const struct phase *replay_phase(const struct replay *replay, const char *name, int *code)
{
    const struct cell *cell = replay->cell;
    const char *names[SCENARIO_PHASES_MAX];
    char shown[JSON_SHOWN_BYTES];
    for (uint32_t i = 0; i < cell->phase_count; i++) {
        if (strcmp(cell->phases[i].name, name) == 0)
            return &cell->phases[i];
        names[i] = cell->phases[i].name;
    }
    const char *near = suggest_nearest(name, names, cell->phase_count);
    (void)fprintf(stderr, "simex: %s has no phase \"%s\"", cell->scenario->name, json_shown(shown, name));
    if (near != NULL) {
        (void)fprintf(stderr, "; did you mean \"%s\"?\n", near);
    } else {
        for (uint32_t i = 0; i < cell->phase_count; i++)
            (void)fprintf(stderr, "%s%s", i == 0 ? "; it has " : ", ", names[i]);
        (void)fprintf(stderr, "\n");
    }
    *code = EXIT_USAGE;
    return NULL;
}
