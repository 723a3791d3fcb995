/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Changes of questions and remedies: {id: {"title": ..., "set": {path: value}}}. Paths and values are checked as those of
 * --set, without being applied. */
#include "scenarios/questions_build.h"

#include <stdlib.h>
#include <string.h>

static const char *const change_keys[] = {"title", "set", NULL};

/* ---- one override ---- */

static bool check_fault(const struct build *build, const char *name, const char *rest, const struct sim_raw *raw,
                        struct sim_error *error)
{
    struct cell *cell = build->cell;
    struct sim_target target;
    struct sim_value value;
    sim_ns time = 0;
    const struct fault *fault = fault_find(cell, name);
    if (fault == NULL) {
        (void)sim_fail(error, name, "want the name of a fault");
        error->near = near_fault(cell, name);
        return false;
    }
    if (strcmp(rest, "at") == 0 || strcmp(rest, "until") == 0)
        return build_duration_raw(raw, strcmp(rest, "until") == 0, &time, error);
    if (fault->action != NULL)
        return sim_fail(error, rest, "want \"at\" or \"until\" of a fault that is an action");
    const bool found = fault->node != NULL ? sim_target_find_in_node(fault->node, rest, &target, error)
                                           : sim_target_find_in_link(fault->link, rest, &target, error);
    if (!found)
        error->near = near_param(cell->sim, fault->node, rest);
    return found && sim_param_read(cell->sim, &target, raw, &value, error);
}

static bool check_phase(const struct build *build, const char *name, const char *rest, const struct sim_raw *raw,
                        struct sim_error *error)
{
    sim_ns time = 0;
    if (phase_find(build->cell, name) == build->cell->phase_count) {
        (void)sim_fail(error, name, "want the name of a phase");
        error->near = near_phase(build->cell, name);
        return false;
    }
    if (strcmp(rest, "from") != 0 && strcmp(rest, "to") != 0 && strcmp(rest, "settle") != 0)
        return sim_fail(error, rest, "want from, to or settle of a phase");
    return build_duration_raw(raw, false, &time, error);
}

static bool check_param(const struct build *build, const char *path, const struct sim_raw *raw, struct sim_error *error)
{
    struct sim *sim = build->cell->sim;
    struct sim_target target;
    struct sim_value value;
    if (!sim_target_find(sim, path, &target, error)) {
        error->near = near_path(sim, path);
        return false;
    }
    return sim_param_read(sim, &target, raw, &value, error);
}

static bool check_override(struct build *build, const struct override *set, struct sim_error *error)
{
    char copy[201];
    struct sim_raw raw;
    if (!build_raw_word(build, set->value, &raw))
        return sim_fail(error, set->value, "want a word, or valid JSON");
    if (strlen(set->path) >= sizeof copy)
        return sim_fail(error, set->path, "want a path of at most %zu characters", sizeof copy - 1);
    (void)snprintf(copy, sizeof copy, "%s", set->path);
    char *rest = copy;
    const char *section = strsep(&rest, ".");
    const bool fault = strcmp(section, "faults") == 0;
    if (strcmp(section, "run") == 0 || strcmp(section, "panel") == 0)
        return sim_fail(error, set->path, "want a param of a node, a link, a fault or a phase");
    if (!fault && strcmp(section, "phases") != 0)
        return check_param(build, set->path, &raw, error);
    const char *name = rest == NULL ? NULL : strsep(&rest, ".");
    if (name == NULL || rest == NULL)
        return sim_fail(error, set->path, "want a path such as \"faults.NAME.at\" or \"phases.NAME.to\"");
    return fault ? check_fault(build, name, rest, &raw, error) : check_phase(build, name, rest, &raw, error);
}

/* What --set would be given. */
static const char *value_text(struct build *build, const cJSON *value)
{
    if (cJSON_IsString(value))
        return value->valuestring;
    char *text = cJSON_PrintUnformatted(value);
    sim_assert(text != NULL);
    const char *kept = sim_arena_strdup(&build->cell->sim->arena, text);
    cJSON_free(text);
    return kept;
}

/* ---- changes ---- */

static void build_sets(struct asking *asking, const cJSON *sets, struct change *change)
{
    struct build *build = asking->build;
    const int count = cJSON_GetArraySize(sets);
    if (!cJSON_IsObject(sets)) {
        build_refuse_value(build, sets, "an object of paths and their values");
        return;
    }
    if (count < 1 || count > QUESTION_SETS_MAX) {
        build_refuse(build, JSON_VALUE, "want 1 to %d paths and their values, got %d", QUESTION_SETS_MAX, count);
        return;
    }
    struct override *list = sim_arena_alloc(&build->cell->sim->arena, (size_t)count * sizeof *list);
    const cJSON *member = NULL;
    cJSON_ArrayForEach(member, sets)
    {
        struct sim_error error = {0};
        const struct override set = {member->string, value_text(build, member)};
        list[change->set_count++] = set;
        size_t length = build_enter(build, member->string);
        if (asking->resolve && !check_override(build, &set, &error))
            build_refuse_sim(build, JSON_VALUE, &error);
        build_leave(build, length);
    }
    change->sets = list;
}

/* A name may mean one thing only in an operand. */
static bool check_id(const struct asking *asking, const char *id)
{
    struct build *build = asking->build;
    if (!build_check_name(build, id, false))
        return false;
    const char *what = strcmp(id, "param") == 0 || strcmp(id, "blame") == 0                     ? "a word of claims"
                       : phase_find(build->cell, id) < build->cell->phase_count                 ? "a phase"
                       : measure_find(asking->questions, id) < asking->questions->measure_count ? "a key of the panel"
                       : question_change(asking->questions, NULL, id) != NULL                   ? "a remedy"
                                                                                                : NULL;
    if (what != NULL)
        build_refuse(build, JSON_KEY, "want another name: \"%s\" is %s", id, what);
    return what == NULL;
}

static void build_change(struct asking *asking, const cJSON *object)
{
    struct build *build = asking->build;
    if (!check_id(asking, object->string) || !build_check_keys(build, object, change_keys, "key"))
        return;
    const cJSON *sets = cJSON_GetObjectItemCaseSensitive(object, "set");
    struct change change = {.id = object->string, .title = build_text(build, object, "title")};
    if (change.title == NULL)
        change.title = change.id;
    if (sets == NULL) {
        build_refuse_missing(build, "set", "what it changes, such as {\"gateway.timeout\": \"60s\"}");
        return;
    }
    size_t length = build_enter(build, "set");
    build_sets(asking, sets, &change);
    build_leave(build, length);
    if (change.sets != NULL)
        asking->changes[asking->change_count++] = change;
}

struct change *build_changes(struct asking *asking, const cJSON *object, int most, uint32_t *count)
{
    struct build *build = asking->build;
    *count = 0;
    if (!cJSON_IsObject(object)) {
        build_refuse_value(build, object, "an object of changes, each with a title and a set");
        return NULL;
    }
    const int size = cJSON_GetArraySize(object);
    if (size > most) {
        build_refuse(build, JSON_VALUE, "want at most %d members, got %d", most, size);
        return NULL;
    }
    asking->changes = sim_arena_alloc(&build->cell->sim->arena, ((size_t)size + 1) * sizeof *asking->changes);
    asking->change_count = 0;
    const cJSON *member = NULL;
    cJSON_ArrayForEach(member, object)
    {
        const uint32_t before = asking->change_count;
        size_t length = build_enter(build, member->string);
        if (!build_fitting(asking, member, build_change))
            asking->change_count = before;
        build_leave(build, length);
    }
    *count = asking->change_count;
    return asking->changes;
}
