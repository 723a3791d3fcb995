/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Faults: a change of live params from `at` until `until`, or an action at `at`.
 *
 * Where several faults hold one param, the one that started last and is still active wins; when it ends, the same rule
 * says what comes back: the next one, or the value without faults. At one instant faults begin before others end, in the
 * order of their names, so that one taking over from another leaves no gap. A `kill` with `until` restarts the node then. */
#include "scenarios/build.h"
#include "scenarios/suggest.h"

#include "sim/units.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const fault_keys[] = {"node", "link", "at", "until", "set", "do", "amount", "title", NULL};

/* ---- building ---- */

static bool same_param(const struct sim_target *a, const struct sim_target *b)
{
    return a->base == b->base && a->param == b->param;
}

bool fault_add_set(struct build *build, struct fault *fault, const char *path, const struct sim_raw *raw,
                   struct sim_error *error)
{
    struct sim *sim = build->cell->sim;
    struct fault_set set = {0};
    bool found = fault->node != NULL ? sim_target_find_in_node(fault->node, path, &set.target, error)
                                     : sim_target_find_in_link(fault->link, path, &set.target, error);
    if (!found)
        return false;
    if (!set.target.param->live)
        return sim_fail(error, path, "want a param that can change while the simulation runs; this one is fixed");
    if (!sim_param_read(sim, &set.target, raw, &set.value, error))
        return false;
    set.path = sim_arena_strdup(&sim->arena, path);
    for (uint32_t i = 0; i < fault->set_count; i++) {
        if (!same_param(&fault->sets[i].target, &set.target))
            continue;
        fault->sets[i] = set;
        return true;
    }
    if (fault->set_count == SCENARIO_FAULT_SETS_MAX)
        return sim_fail(error, path, "want at most %d params in a fault", SCENARIO_FAULT_SETS_MAX);
    if (fault->sets == NULL)
        fault->sets = sim_arena_alloc(&sim->arena, SCENARIO_FAULT_SETS_MAX * sizeof *fault->sets);
    fault->sets[fault->set_count++] = set;
    return true;
}

static void suggest_param(const struct fault *fault, const char *path, struct sim_error *error)
{
    const char *names[64];
    size_t count = 0;
    const struct sim_param *params = fault->node != NULL ? fault->node->type->params : sim_link_params;
    for (; params != NULL && params->name != NULL && count < SIM_COUNT_OF(names); params++)
        names[count++] = params->name;
    const char *near = suggest_nearest(path, names, count);
    size_t used = strlen(error->rule);
    if (near != NULL)
        (void)snprintf(error->rule + used, sizeof error->rule - used, "; did you mean \"%s\"?", near);
}

static void build_sets(struct build *build, struct fault *fault, const cJSON *sets)
{
    size_t length = build_enter(build, "set");
    if (!cJSON_IsObject(sets))
        build_refuse(build, JSON_VALUE, "want an object of params and their values");
    const cJSON *member = NULL;
    cJSON_ArrayForEach(member, sets)
    {
        if (!cJSON_IsObject(sets))
            break;
        struct sim_error error = {0};
        struct sim_raw raw = build_raw(build, member);
        size_t inner = build_enter(build, member->string);
        struct sim_target target;
        bool known = fault->node != NULL ? sim_target_find_in_node(fault->node, member->string, &target, &error)
                                         : sim_target_find_in_link(fault->link, member->string, &target, &error);
        if (!known)
            suggest_param(fault, member->string, &error);
        if (!known || !fault_add_set(build, fault, member->string, &raw, &error))
            build_refuse_sim(build, &error);
        build_leave(build, inner);
    }
    build_leave(build, length);
}

static void build_action(struct build *build, struct fault *fault, const cJSON *object)
{
    const char *name = build_text(build, object, "do");
    const cJSON *amount = cJSON_GetObjectItemCaseSensitive(object, "amount");
    char shown[JSON_SHOWN_BYTES];
    if (name == NULL)
        return;
    size_t length = build_enter(build, "do");
    fault->action = fault->node == NULL ? NULL : sim_node_find_action(fault->node, name);
    if (fault->node == NULL)
        build_refuse(build, JSON_VALUE, "want an action of a node, a link has none");
    else if (fault->action == NULL)
        build_refuse(build, JSON_VALUE, "want an action of \"%s\" (see: simex describe %s), got \"%s\"",
                     fault->node->name, fault->node->type->name, json_shown(shown, name));
    build_leave(build, length);
    if (amount == NULL)
        return;
    length = build_enter(build, "amount");
    static const struct sim_param count = {.name = "amount", .kind = SIM_PARAM_COUNT, .max = 1e12};
    const struct sim_target target = {.param = &count, .field = -1};
    struct sim_value value;
    struct sim_error error = {0};
    struct sim_raw raw = build_raw(build, amount);
    if (!sim_param_read(build->cell->sim, &target, &raw, &value, &error))
        build_refuse_sim(build, &error);
    else if (fault->action != NULL && fault->action->amount_unit == NULL)
        build_refuse(build, JSON_KEY, "want no amount, the action \"%s\" takes none", fault->action->name);
    else
        fault->amount = value.count;
    build_leave(build, length);
}

static bool build_place(struct build *build, struct fault *fault, const cJSON *object)
{
    const char *node = build_text(build, object, "node");
    const char *link = build_text(build, object, "link");
    char shown[JSON_SHOWN_BYTES];
    if ((node == NULL) == (link == NULL)) {
        build_refuse(build, JSON_KEY, "want a \"node\" or a \"link\", one of the two");
        return false;
    }
    const struct sim *sim = build->cell->sim;
    fault->node = node == NULL ? NULL : sim_find_node(sim, node);
    fault->link = link == NULL ? NULL : sim_find_link(sim, link);
    if (fault->node != NULL || fault->link != NULL)
        return true;
    size_t length = build_enter(build, node != NULL ? "node" : "link");
    const char *names[SCENARIO_LINKS_MAX];
    size_t count = 0;
    for (uint32_t i = 0; node != NULL && i < sim->node_count; i++)
        names[count++] = sim->nodes[i]->name;
    for (uint32_t i = 0; link != NULL && i < sim->link_count; i++)
        names[count++] = sim->links[i]->name;
    const char *near = suggest_nearest(node != NULL ? node : link, names, count);
    build_refuse(build, JSON_VALUE, "want the name of a %s there is, got \"%s\"%s%s%s", node != NULL ? "node" : "link",
                 json_shown(shown, node != NULL ? node : link), near == NULL ? "" : "; did you mean \"",
                 near == NULL ? "" : near, near == NULL ? "" : "\"?");
    build_leave(build, length);
    return false;
}

static void build_fault(struct build *build, const cJSON *object)
{
    struct cell *cell = build->cell;
    if (!build_check_name(build, object->string, false) || !build_check_keys(build, object, fault_keys, "key"))
        return;
    struct fault fault = {.name = object->string, .cell = cell, .until = SIM_NEVER, .at = -1};
    (void)build_text(build, object, "title");
    if (!build_place(build, &fault, object))
        return;
    bool timed = build_duration(build, object, "at", false, &fault.at);
    (void)build_duration(build, object, "until", true, &fault.until);
    if (timed && fault.at < 0)
        build_refuse(build, JSON_KEY, "is missing \"at\", when the fault begins, such as \"660s\"");
    const cJSON *sets = cJSON_GetObjectItemCaseSensitive(object, "set");
    const cJSON *action = cJSON_GetObjectItemCaseSensitive(object, "do");
    if ((sets == NULL) == (action == NULL))
        build_refuse(build, JSON_KEY, "want \"set\" (params and values) or \"do\" (an action), one of the two");
    if (sets != NULL)
        build_sets(build, &fault, sets);
    build_action(build, &fault, object);
    bool restarts = fault.action != NULL && strcmp(fault.action->name, "kill") == 0;
    if (fault.action != NULL && !restarts && fault.until != SIM_NEVER)
        build_refuse(build, JSON_KEY, "want no \"until\" with the action \"%s\"", fault.action->name);
    cell->faults[cell->fault_count++] = fault;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct fault *)a)->name, ((const struct fault *)b)->name);
}

void build_faults(struct build *build, const cJSON *faults)
{
    struct cell *cell = build->cell;
    if (faults == NULL)
        return;
    size_t length = build_enter(build, "faults");
    if (!cJSON_IsObject(faults) || cJSON_GetArraySize(faults) > SCENARIO_FAULTS_MAX) {
        build_refuse(build, JSON_VALUE, "want an object of at most %d faults", SCENARIO_FAULTS_MAX);
        build_leave(build, length);
        return;
    }
    cell->faults = sim_xcalloc((size_t)cJSON_GetArraySize(faults) + 1, sizeof *cell->faults);
    const cJSON *member = NULL;
    cJSON_ArrayForEach(member, faults)
    {
        size_t inner = build_enter(build, member->string);
        build_fault(build, member);
        build_leave(build, inner);
    }
    qsort(cell->faults, cell->fault_count, sizeof *cell->faults, by_name);
    build_leave(build, length);
}

/* ---- acting ---- */

static struct base_value *find_base(const struct cell *cell, const struct sim_target *target)
{
    for (uint32_t i = 0; i < cell->base_count; i++) {
        if (same_param(&cell->bases[i].target, target))
            return &cell->bases[i];
    }
    return NULL;
}

/* What a param is now: what the active fault that started last gives it, or its value without faults. */
static const struct sim_value *present_value(const struct cell *cell, const struct sim_target *target)
{
    const struct sim_value *value = &find_base(cell, target)->value;
    uint64_t latest = 0;
    for (uint32_t i = 0; i < cell->fault_count; i++) {
        const struct fault *fault = &cell->faults[i];
        if (!fault->active || fault->started < latest)
            continue;
        for (uint32_t k = 0; k < fault->set_count; k++) {
            if (!same_param(&fault->sets[k].target, target))
                continue;
            latest = fault->started;
            value = &fault->sets[k].value;
        }
    }
    return value;
}

static void apply(struct fault *fault)
{
    for (uint32_t i = 0; i < fault->set_count; i++) {
        struct sim_target target = fault->sets[i].target;
        target.field = -1;
        sim_param_change(fault->cell->sim, &target, present_value(fault->cell, &target));
    }
}

static void fire_begin(struct sim_node *node, void *subject)
{
    struct fault *fault = subject;
    fault->active = true;
    fault->started = ++fault->cell->faults_started;
    apply(fault);
    if (fault->action != NULL)
        fault->action->act(node, fault->amount);
}

static void fire_end(struct sim_node *node, void *subject)
{
    struct fault *fault = subject;
    fault->active = false;
    apply(fault);
    if (fault->action != NULL)
        sim_node_restart(node);
}

static const struct sim_event_kind begin_kind = {"fault begins", fire_begin};
static const struct sim_event_kind end_kind = {"fault ends", fire_end};

static struct sim_node *place_of(const struct fault *fault)
{
    return fault->node != NULL ? fault->node : fault->link->from;
}

static void check_fault(struct build *build, const struct fault *fault)
{
    const struct cell *cell = build->cell;
    char at[48], limit[48];
    const size_t outer = build_enter(build, "faults");
    const size_t inner = build_enter(build, fault->name);
    sim_format_duration(at, sizeof at, fault->at);
    if (fault->at >= cell->until) {
        size_t length = build_enter(build, "at");
        build_refuse(build, JSON_VALUE, "want a time before the run's end at %s, got \"%s\"",
                     sim_format_duration(limit, sizeof limit, cell->until), at);
        build_leave(build, length);
    } else if (fault->until <= fault->at) {
        size_t length = build_enter(build, "until");
        build_refuse(build, JSON_VALUE, "want a time after \"at\", which is %s, got \"%s\"", at,
                     sim_format_duration(limit, sizeof limit, fault->until));
        build_leave(build, length);
    }
    build_leave(build, inner);
    build_leave(build, outer);
}

static void note_bases(struct cell *cell)
{
    size_t room = 1;
    for (uint32_t i = 0; i < cell->fault_count; i++)
        room += cell->faults[i].set_count;
    cell->bases = sim_xcalloc(room, sizeof *cell->bases);
    for (uint32_t i = 0; i < cell->fault_count; i++) {
        for (uint32_t k = 0; k < cell->faults[i].set_count; k++) {
            struct sim_target target = cell->faults[i].sets[k].target;
            target.field = -1;
            if (find_base(cell, &target) == NULL)
                cell->bases[cell->base_count++] = (struct base_value){target, sim_param_get(&target)};
        }
    }
}

/* The beginnings first: of two events at one instant the one scheduled first comes first. */
static void schedule_faults(struct cell *cell)
{
    for (uint32_t i = 0; i < cell->fault_count; i++) {
        struct fault *fault = &cell->faults[i];
        (void)sim_schedule_undying(place_of(fault), fault->at, &begin_kind, fault);
    }
    for (uint32_t i = 0; i < cell->fault_count; i++) {
        struct fault *fault = &cell->faults[i];
        (void)sim_schedule_undying(place_of(fault), fault->until, &end_kind, fault);
    }
}

void build_fault_events(struct build *build)
{
    struct cell *cell = build->cell;
    for (uint32_t i = 0; i < cell->fault_count; i++)
        check_fault(build, &cell->faults[i]);
    if (!build_fine(build))
        return;
    note_bases(cell);
    schedule_faults(cell);
}
