/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A cell from its beginning to its verdicts. Order of building: nodes and links, their params, overrides of these, the
 * panel, faults, phases, expectations, overrides of these; then the whole is checked and the world started. An error
 * does not end the pass: what can still be read is read, so that all errors show at once. */
#include "scenarios/build.h"
#include "scenarios/probes.h"
#include "scenarios/recovery.h"
#include "scenarios/responses.h"
#include "scenarios/suggest.h"
#include "simex_build.h"

#include "sim/units.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

static const char *const top_keys[] = {"$schema",      "title",    "description", "levels",    "extends", "run",
                                       "nodes",        "links",    "script",      "faults",    "phases",  "panel",
                                       "expectations", "evidence", "remedies",    "questions", "alerts",  NULL};
static const char *const run_keys[] = {"until", "window", "max_events", NULL};

enum { MAX_EVENTS_DEFAULT = 500000000 };

/* ---- run ---- */

bool run_set(struct cell *cell, const char *key, const struct sim_raw *raw, struct sim_error *error)
{
    static const struct sim_param events = {.name = "max_events", .kind = SIM_PARAM_COUNT, .min = 1, .max = 1e15};
    const struct sim_target target = {.param = &events, .field = -1};
    struct sim_value value;
    if (strcmp(key, "max_events") == 0) {
        if (!sim_param_read(cell->sim, &target, raw, &value, error))
            return false;
        cell->sim->limits.events = (uint64_t)value.count;
        return true;
    }
    const bool until = strcmp(key, "until") == 0;
    if (!until && strcmp(key, "window") != 0) {
        (void)sim_fail(error, key, "want until, window or max_events of the run");
        error->near = suggest_nearest(key, run_keys, SIM_COUNT_OF(run_keys));
        return false;
    }
    static const struct sim_param until_param = {.name = "until", .kind = SIM_PARAM_DURATION, .above_min = true};
    static const struct sim_param window_param = {
        .name = "window", .kind = SIM_PARAM_DURATION, .min = 1e-3, .max = 86400};
    const struct sim_target time = {.param = until ? &until_param : &window_param, .field = -1};
    if (!sim_param_read(cell->sim, &time, raw, &value, error))
        return false;
    *(until ? &cell->until : &cell->window) = value.duration;
    cell->open_end = cell->open_end && !until;
    return true;
}

static void build_run(struct build *build, const cJSON *run)
{
    const bool script = cJSON_GetObjectItemCaseSensitive(build->cell->scenario->tree, "script") != NULL;
    size_t length = build_enter(build, "run");
    build->cell->open_end = script;
    if (run == NULL && script) {
        build_leave(build, length);
        return;
    }
    if (run == NULL) {
        build_refuse(build, JSON_KEY, "is missing: how long to simulate, such as {\"until\": \"1560s\"}");
        build_leave(build, length);
        return;
    }
    if (!build_check_keys(build, run, run_keys, "key")) {
        build_leave(build, length);
        return;
    }
    if (cJSON_GetObjectItemCaseSensitive(run, "until") == NULL && !script)
        build_refuse_missing(build, "until", "how long to simulate, such as \"1560s\"");
    const cJSON *member = NULL;
    cJSON_ArrayForEach(member, run)
    {
        size_t k = 0;
        while (run_keys[k] != NULL && strcmp(run_keys[k], member->string) != 0)
            k++;
        if (run_keys[k] == NULL)
            continue; /* refused already */
        struct sim_error error = {0};
        struct sim_raw raw = build_raw(build, member);
        size_t inner = build_enter(build, member->string);
        if (!run_set(build->cell, member->string, &raw, &error))
            build_refuse_sim(build, JSON_VALUE, &error);
        build_leave(build, inner);
    }
    build_leave(build, length);
}

/* A run that ends with its script lasts as long as windows can be kept; with phases it ends with the last of them. */
static void choose_end(struct cell *cell)
{
    if (!cell->open_end)
        return;
    for (uint32_t i = 0; i < cell->phase_count; i++)
        cell->until = cell->phases[i].to > cell->until ? cell->phases[i].to : cell->until;
    cell->open_end = cell->phase_count == 0;
    if (cell->open_end)
        cell->until = (cell->window == 0 ? SIM_S : cell->window) * SCENARIO_WINDOWS_MAX;
    cell->until = cell->until < SIM_NS_MAX ? cell->until : SIM_NS_MAX;
}

/* A second by default, in very long runs as much more as it takes. */
static void choose_window(struct build *build)
{
    struct cell *cell = build->cell;
    const sim_ns least = (cell->until + SCENARIO_WINDOWS_MAX - 1) / SCENARIO_WINDOWS_MAX;
    if (cell->window == 0)
        cell->window = (least + SIM_S - 1) / SIM_S * SIM_S;
    if (cell->window >= least)
        return;
    char got[48], wanted[48];
    size_t outer = build_enter(build, "run");
    size_t inner = build_enter(build, "window");
    build_refuse(build, JSON_VALUE, "want a window of at least %s, so that there are at most %d in the run, got \"%s\"",
                 sim_format_duration(wanted, sizeof wanted, least), SCENARIO_WINDOWS_MAX,
                 sim_format_duration(got, sizeof got, cell->window));
    build_leave(build, inner);
    build_leave(build, outer);
}

/* ---- building ---- */

/* Which levels of the learning journey a scenario belongs to: prose, for lists. */
static void build_levels(struct build *build, const cJSON *levels)
{
    if (levels == NULL)
        return;
    size_t length = build_enter(build, "levels");
    bool fine = cJSON_IsArray(levels) && cJSON_GetArraySize(levels) > 0;
    const cJSON *level = NULL;
    cJSON_ArrayForEach(level, levels) fine = fine && cJSON_IsNumber(level) && level->valuedouble >= 1 &&
                                             level->valuedouble <= 5 && !(level->valuedouble > level->valueint) &&
                                             !(level->valuedouble < level->valueint);
    if (!fine)
        build_refuse(build, JSON_VALUE, "want a list of levels from 1 (visibility) to 5 (forensics), such as [2, 5]");
    build_leave(build, length);
}

/* The world's own complaint names "node", "node.param", "node.part.param" or "links.link": turned into a pointer. A
 * reference that is missing because it was refused is not said again. */
static void refuse_world(void *context, const struct sim_error *error)
{
    struct build *build = context;
    char pointer[sizeof error->path + 8];
    const bool link = strncmp(error->path, "links.", strlen("links.")) == 0;
    (void)snprintf(pointer, sizeof pointer, "%s%s", link ? "/" : "/nodes/", error->path);
    for (char *c = pointer; *c != '\0'; c++)
        *c = *c == '.' ? '/' : *c;
    const bool missing = strncmp(error->rule, "is missing", strlen("is missing")) == 0;
    if (missing && json_find(build->cell->scenario->tree, pointer) != NULL)
        return;
    json_errors_add_sim(build->errors, build->cell->scenario->doc, pointer, missing ? JSON_KEY : JSON_VALUE, error);
}

static void build_sections(struct build *build, const cJSON *tree, const struct override *overrides, size_t count)
{
    build_run(build, cJSON_GetObjectItemCaseSensitive(tree, "run"));
    build_nodes(build, cJSON_GetObjectItemCaseSensitive(tree, "nodes"));
    build_links(build, cJSON_GetObjectItemCaseSensitive(tree, "links"));
    build_params(build, tree);
    build_overrides(build, overrides, count, false);
    build_panel(build, cJSON_GetObjectItemCaseSensitive(tree, "panel"));
    build_phases(build, cJSON_GetObjectItemCaseSensitive(tree, "phases"));
    build_faults(build, cJSON_GetObjectItemCaseSensitive(tree, "faults"));
    build_expectations(build, cJSON_GetObjectItemCaseSensitive(tree, "expectations"));
    build_alerts(build, cJSON_GetObjectItemCaseSensitive(tree, "alerts"));
    build_overrides(build, overrides, count, true);
    (void)sim_check_world(build->cell->sim, refuse_world, build);
    build_script(build, cJSON_GetObjectItemCaseSensitive(tree, "script"));
    choose_end(build->cell);
    choose_window(build);
    build_timeline(build);
    build_questions(build, tree);
    if (build_fine(build))
        build_script_events(build);
}

static void identify(struct cell *cell)
{
    cell->canonical = cell_canonical(cell);
    char tail[80];
    (void)snprintf(tail, sizeof tail, "seed %" PRIu64 " version %s model %s", cell->seed, SIMEX_VERSION,
                   SIMEX_MODEL_ID);
    uint64_t head = XXH3_64bits(cell->canonical, strlen(cell->canonical));
    uint64_t id = XXH3_64bits_withSeed(tail, strlen(tail), head);
    (void)snprintf(cell->id, sizeof cell->id, "%016" PRIx64, id);
}

/* Once the world has started, readings know their instruments. */
static void resolve_panel(struct cell *cell)
{
    for (uint32_t i = 0; i < cell->panel_count + cell->hidden_count; i++) {
        struct sim_error error;
        sim_assert(sim_reading_find(cell->sim, cell->panel[i].text, &cell->panel[i].reading, &error));
    }
}

struct cell *cell_build(const struct scenario *scenario, const struct override *overrides, size_t override_count,
                        uint64_t seed, struct json_errors *errors)
{
    struct cell *cell = sim_xcalloc(1, sizeof *cell);
    cell->scenario = scenario;
    cell->seed = seed;
    cell->sim = sim_create(seed);
    cell->sim->limits.events = MAX_EVENTS_DEFAULT;
    struct build build = {.cell = cell, .errors = errors, .errors_before = json_errors_total(errors)};
    struct sim_error error = {0};
    for (const struct json_doc *doc = scenario->doc; doc != NULL; doc = doc->base)
        json_errors_note_file(errors, doc->name);
    (void)build_check_keys(&build, scenario->tree, top_keys, "key");
    (void)build_text(&build, scenario->tree, "title");
    (void)build_text(&build, scenario->tree, "description");
    build_levels(&build, cJSON_GetObjectItemCaseSensitive(scenario->tree, "levels"));
    build_sections(&build, scenario->tree, overrides, override_count);
    if (build_fine(&build)) {
        identify(cell);
        if (sim_start_world(cell->sim, &error))
            resolve_panel(cell);
        else
            build_refuse_sim(&build, JSON_VALUE, &error);
    }
    if (build_fine(&build))
        return cell;
    cell_destroy(cell);
    return NULL;
}

void cell_destroy(struct cell *cell)
{
    if (cell == NULL)
        return;
    responses_destroy(cell->responses);
    sim_destroy(cell->sim);
    free(cell->script);
    free(cell->knobs);
    free(cell->canonical);
    free(cell->phases);
    free(cell->faults);
    free(cell->bases);
    free(cell->panel);
    for (uint32_t i = 0; i < cell->expectation_count; i++)
        recovery_destroy(cell->expectations[i].recovery);
    free(cell->expectations);
    free(cell->alerts);
    free(cell);
}

/* ---- running ---- */

struct polled {
    struct cell *cell;
    bool (*poll)(void *context, const struct sim *sim);
    void *context;
};

/* The caller's poll, and a look whether a tracer has come. */
static bool poll_cell(void *context, const struct sim *sim)
{
    const struct polled *polled = context;
    probes_look(polled->cell->sim, &polled->cell->probed);
    return polled->poll == NULL || polled->poll(polled->context, sim);
}

bool cell_run(struct cell *cell, bool (*poll)(void *context, const struct sim *sim), void *context)
{
    struct sim *sim = cell->sim;
    struct polled polled = {cell, poll, context};
    probes_look(sim, &cell->probed);
    if (poll != NULL && !poll(context, sim))
        return false; /* interrupted while the world was built */
    if (!sim_run(sim, cell->until, poll_cell, &polled)) {
        size_t used = strlen(sim->error.rule);
        if (sim->stopped && sim->limits.events != 0 && sim->events >= sim->limits.events)
            (void)snprintf(sim->error.rule + used, sizeof sim->error.rule - used, " (run.max_events)");
        return false;
    }
    if (cell->open_end)
        cell->until = sim->now > 0 ? sim->now : 1; /* what ends at once has lasted the least there is */
    sim_finish(cell->sim);
    expect_end(cell);
    return true;
}

struct sim_reading_value cell_value(const struct cell *cell, uint32_t phase, uint32_t item)
{
    const struct sim_interval *interval = &cell->sim->intervals[cell->phases[phase].interval];
    return sim_reading_read(&cell->panel[item].reading, interval->samples, interval->seen);
}

struct sim_reading_value cell_bin_value(const struct cell *cell, uint32_t bin, uint32_t item)
{
    const struct sim_interval *interval = &cell->sim->intervals[cell->bin_first + bin];
    return sim_reading_read(&cell->panel[item].reading, interval->samples, interval->seen);
}

struct cell_unfinished cell_unfinished(const struct cell *cell, uint32_t phase)
{
    struct cell_unfinished result = {0, 0};
    const struct sim_sample *samples = cell->sim->intervals[cell->phases[phase].interval].samples;
    for (uint32_t i = 0; i < cell->sim->instrument_count; i++) {
        const struct sim_instrument *instrument = &cell->sim->instruments[i];
        if (instrument->node->type->accepts != 0)
            continue;
        if (instrument->field == &instrument->node->outstanding)
            result.open += samples[i].last;
        else if (instrument->field == &instrument->node->answered || instrument->field == &instrument->node->timed_out)
            result.ended += samples[i].count;
    }
    return result;
}
