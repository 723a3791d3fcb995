/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The section `script`: timed requests of the scenario's scripted client. An entry is one request, or with `every` and
 * `times` several, or with `ramp` as many as a rate that rises or falls evenly gives; the k-th request of a ramp is sent
 * when the integral of the rate reaches k. */
#include "scenarios/build.h"
#include "scenarios/responses.h"
#include "scenarios/route.h"

#include "models/models.h"
#include "sim/units.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char *const entry_keys[] = {"at", "request", "body", "every", "times", "ramp", "title", NULL};
static const char *const ramp_keys[] = {"from", "to", "for", NULL};

/* The node of the type `script`; NULL when there is none, or more than one. */
static struct sim_node *find_client(const struct sim *sim, uint32_t *count)
{
    struct sim_node *found = NULL;
    *count = 0;
    for (uint32_t i = 0; i < sim->node_count; i++) {
        if (sim->nodes[i]->type != &script_type)
            continue;
        found = sim->nodes[i];
        (*count)++;
    }
    return *count == 1 ? found : NULL;
}

/* Seconds as a number, or a duration with its unit. */
static bool read_time(struct build *build, const cJSON *object, const char *key, sim_ns *out)
{
    const cJSON *member = cJSON_GetObjectItemCaseSensitive(object, key);
    if (!cJSON_IsNumber(member))
        return build_duration(build, object, key, false, out);
    if (member->valuedouble >= 0 && member->valuedouble <= sim_ns_to_s(SIM_NS_MAX)) {
        *out = sim_ns_from_s(member->valuedouble);
        return true;
    }
    size_t length = build_enter(build, key);
    build_refuse_value(build, member, "seconds, 0 or more");
    build_leave(build, length);
    return false;
}

static bool add(struct build *build, const struct script_entry *entry, sim_ns at)
{
    struct cell *cell = build->cell;
    if (cell->script_count == SCENARIO_REQUESTS_MAX) {
        build_refuse(build, JSON_VALUE, "want at most %d requests in a script", SCENARIO_REQUESTS_MAX);
        return false;
    }
    if (cell->script_count == cell->script_room) {
        cell->script_room = cell->script_room == 0 ? 64 : 2 * cell->script_room;
        cell->script = sim_xrealloc(cell->script, cell->script_room * sizeof *cell->script);
    }
    cell->script[cell->script_count] = *entry;
    cell->script[cell->script_count].order = cell->script_count;
    cell->script[cell->script_count++].at = at;
    return true;
}

/* A member as a value of the sort that `param` tells. */
static bool read_value(struct build *build, const cJSON *member, const struct sim_param *param, struct sim_value *value)
{
    const struct sim_target target = {.param = param, .field = -1};
    const struct sim_raw raw = build_raw(build, member);
    struct sim_error error = {0};
    size_t length = build_enter(build, member->string);
    const bool fine = sim_param_read(build->cell->sim, &target, &raw, value, &error);
    if (!fine)
        build_refuse_sim(build, JSON_VALUE, &error);
    build_leave(build, length);
    return fine;
}

static bool read_times(struct build *build, const cJSON *object, int64_t *times)
{
    static const struct sim_param param = {
        .name = "times", .kind = SIM_PARAM_COUNT, .min = 1, .max = SCENARIO_REQUESTS_MAX};
    const cJSON *member = cJSON_GetObjectItemCaseSensitive(object, "times");
    struct sim_value value = {.count = *times};
    const bool fine = member == NULL || read_value(build, member, &param, &value);
    *times = value.count;
    return fine;
}

static bool read_rate(struct build *build, const cJSON *object, const char *key, double *rate)
{
    static const struct sim_param param = {.name = "rate", .kind = SIM_PARAM_RATE, .min = 0, .max = 1e6};
    const cJSON *member = cJSON_GetObjectItemCaseSensitive(object, key);
    struct sim_value value = {.number = 0};
    if (member == NULL)
        build_refuse_missing(build, key, "a rate such as \"2/s\"");
    const bool fine = member != NULL && read_value(build, member, &param, &value);
    *rate = value.number;
    return fine;
}

/* When the integral of a rate that goes evenly from `from` to `to` in `length` seconds reaches k; < 0: never. */
static double ramp_time(double from, double to, double length, double k)
{
    const double half = (to - from) / (2 * length);
    if (fabs(half) < 1e-12)
        return from > 0 ? k / from : -1;
    const double root = from * from + 4 * half * k;
    if (root < 0)
        return -1;
    const double divisor = from + sqrt(root);
    return divisor > 0 ? 2 * k / divisor : k > 0 ? -1 : 0;
}

static void add_ramp(struct build *build, const cJSON *ramp, const struct script_entry *entry, sim_ns at)
{
    double from = 0, to = 0;
    sim_ns length = 0;
    size_t outer = build_enter(build, "ramp");
    bool fine = build_check_keys(build, ramp, ramp_keys, "key");
    if (fine) { /* each of the three is looked at, so that all errors show */
        const bool has_from = read_rate(build, ramp, "from", &from);
        const bool has_to = read_rate(build, ramp, "to", &to);
        fine = cJSON_GetObjectItemCaseSensitive(ramp, "for") != NULL;
        if (!fine)
            build_refuse_missing(build, "for", "how long, such as \"30s\"");
        fine = fine && read_time(build, ramp, "for", &length) && has_from && has_to;
    }
    if (fine && length == 0)
        build_refuse(build, JSON_VALUE, "want a ramp that takes some time");
    /* Those whose number is below the integral over all; what would fall on the end itself, but for rounding, is not. */
    const double total = (from + to) / 2 * sim_ns_to_s(length);
    for (double k = 0; fine && k < total * (1 - 1e-12); k++) {
        const double t = ramp_time(from, to, sim_ns_to_s(length), k);
        if (t < 0)
            break;
        fine = add(build, entry, sim_ns_add(at, sim_ns_from_s(t)));
    }
    build_leave(build, outer);
}

static void add_entry(struct build *build, const cJSON *object, const struct script_entry *entry)
{
    const cJSON *ramp = cJSON_GetObjectItemCaseSensitive(object, "ramp");
    const cJSON *period = cJSON_GetObjectItemCaseSensitive(object, "every");
    const cJSON *count = cJSON_GetObjectItemCaseSensitive(object, "times");
    sim_ns every = 0;
    int64_t times = 1;
    if ((period == NULL) != (count == NULL) || (ramp != NULL && period != NULL)) {
        build_refuse(build, JSON_KEY, "want \"every\" and \"times\" together, or \"ramp\", or none of them");
        return;
    }
    if (ramp != NULL) {
        add_ramp(build, ramp, entry, entry->at);
        return;
    }
    if (!read_time(build, object, "every", &every) || !read_times(build, object, &times))
        return;
    for (int64_t i = 0; i < times; i++) {
        if (every > 0 && i > (SIM_NS_MAX - entry->at) / every) {
            build_refuse(build, JSON_KEY, "want a script that ends within ten years");
            return;
        }
        if (!add(build, entry, entry->at + i * every))
            return;
    }
}

static void read_entry(struct build *build, const cJSON *object)
{
    struct script_entry entry = {.at = -1};
    struct sim_error error = {0};
    if (!build_check_keys(build, object, entry_keys, "key"))
        return;
    (void)build_text(build, object, "title");
    if (cJSON_GetObjectItemCaseSensitive(object, "at") == NULL)
        build_refuse_missing(build, "at", "when the request is sent, in seconds");
    else
        (void)read_time(build, object, "at", &entry.at);
    const char *text = build_text(build, object, "request");
    if (text == NULL) {
        if (cJSON_GetObjectItemCaseSensitive(object, "request") == NULL)
            build_refuse_missing(build, "request", "the request, such as \"GET /products/1\"");
        return;
    }
    entry.text = sim_arena_strdup(&build->cell->sim->arena, text);
    if (!route_parse(text, cJSON_GetObjectItemCaseSensitive(object, "body"), &entry, &error)) {
        size_t length = build_enter(build, error.path[0] == '\0' ? "request" : "body");
        error.path[0] = '\0';
        build_refuse_sim(build, JSON_VALUE, &error);
        build_leave(build, length);
        return;
    }
    if (entry.at >= 0)
        add_entry(build, object, &entry);
}

/* Requests of one instant stay in the order of the script. */
static int by_time(const void *a, const void *b)
{
    const struct script_entry *one = a, *two = b;
    if (one->at != two->at)
        return one->at < two->at ? -1 : 1;
    return (one->order > two->order) - (one->order < two->order);
}

void build_script(struct build *build, const cJSON *script)
{
    struct cell *cell = build->cell;
    uint32_t clients = 0;
    struct sim_node *client = find_client(cell->sim, &clients);
    if (script == NULL)
        return;
    size_t length = build_enter(build, "script");
    if (!cJSON_IsArray(script) || script->child == NULL) {
        build_refuse_value(build, script, "a list of requests, at least one");
    } else if (client == NULL) {
        build_refuse(build, JSON_KEY, "want %s node of the type \"script\" to follow it, got %s",
                     clients == 0 ? "a" : "one", clients == 0 ? "none" : "several");
    } else {
        size_t index = 0;
        const cJSON *entry = NULL;
        cJSON_ArrayForEach(entry, script)
        {
            size_t inner = json_pointer_push_index(build->pointer, sizeof build->pointer, index++);
            read_entry(build, entry);
            build_leave(build, inner);
        }
        if (cell->script_count > 0)
            qsort(cell->script, cell->script_count, sizeof *cell->script, by_time);
    }
    build_leave(build, length);
    cell->script_client = client;
}

void build_script_events(struct build *build)
{
    struct cell *cell = build->cell;
    if (cell->script_client == NULL)
        return;
    script_give(cell->script_client, cell->script, cell->script_count, cell->open_end);
    cell->responses = responses_create(cell->sim, cell->script_client);
}
