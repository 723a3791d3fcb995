/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Faults: a change of live params from `at` until `until`, or an action at `at`.
 *
 * Where several faults hold one param, the one that started last and is still active wins; when it ends, the same rule
 * says what comes back: the next one, or the value without faults. At one instant faults begin before others end, in the
 * order of their names, so that one taking over from another leaves no gap. A `kill` with `until` restarts the node then,
 * unless another one still holds it down. */
#include "scenarios/build.h"

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

/* Reads a value for a param that the fault may set already (another field of the same distribution): what is set is the
 * present value while it is read. */
static bool read_over(struct sim *sim, const struct fault_set *present, const struct sim_target *target,
                      const struct sim_raw *raw, struct sim_value *value, struct sim_error *error)
{
    if (present == NULL)
        return sim_param_read(sim, target, raw, value, error);
    const struct sim_value without = sim_param_get(target);
    sim_param_put(target, &present->value);
    bool fine = sim_param_read(sim, target, raw, value, error);
    sim_param_put(target, &without);
    return fine;
}

bool fault_add_set(struct cell *cell, struct fault *fault, const char *path, const struct sim_raw *raw, bool *found,
                   struct sim_error *error)
{
    struct sim *sim = cell->sim;
    struct fault_set set = {0}, *present = NULL;
    *found = fault->node != NULL ? sim_target_find_in_node(fault->node, path, &set.target, error)
                                 : sim_target_find_in_link(fault->link, path, &set.target, error);
    if (!*found) {
        error->near = near_param(sim, fault->node, path);
        return false;
    }
    *found = set.target.param->live;
    if (!*found)
        return sim_fail(error, path, "want a param that is live, not fixed for the whole run");
    for (uint32_t i = 0; i < fault->set_count && present == NULL; i++)
        present = same_param(&fault->sets[i].target, &set.target) ? &fault->sets[i] : NULL;
    if (!read_over(sim, present, &set.target, raw, &set.value, error))
        return false;
    if (present == NULL && fault->set_count == SCENARIO_FAULT_SETS_MAX)
        return sim_fail(error, path, "want at most %d params in a fault", SCENARIO_FAULT_SETS_MAX);
    char name[160];
    (void)snprintf(name, sizeof name, "%s%s%s", set.target.part == NULL ? "" : set.target.part->name,
                   set.target.part == NULL ? "" : ".", set.target.param->name);
    set.path = sim_arena_strdup(&sim->arena, name);
    set.target.field = -1;
    if (fault->sets == NULL)
        fault->sets = sim_arena_alloc(&sim->arena, SCENARIO_FAULT_SETS_MAX * sizeof *fault->sets);
    *(present != NULL ? present : &fault->sets[fault->set_count++]) = set;
    return true;
}

static void build_sets(struct build *build, struct fault *fault, const cJSON *sets)
{
    size_t length = build_enter(build, "set");
    if (!cJSON_IsObject(sets) || sets->child == NULL) {
        if (cJSON_IsObject(sets))
            build_refuse(build, JSON_VALUE, "want at least one param and its value");
        else
            build_refuse_value(build, sets, "an object of params and their values");
        build_leave(build, length);
        return;
    }
    const cJSON *member = NULL;
    cJSON_ArrayForEach(member, sets)
    {
        struct sim_error error = {0};
        struct sim_raw raw = build_raw(build, member);
        bool found = false;
        size_t inner = build_enter(build, member->string);
        if (!fault_add_set(build->cell, fault, member->string, &raw, &found, &error))
            build_refuse_sim(build, found ? JSON_VALUE : JSON_KEY, &error);
        build_leave(build, inner);
    }
    build_leave(build, length);
}

static void build_amount(struct build *build, struct fault *fault, const cJSON *amount)
{
    static const struct sim_param count = {.name = "amount", .kind = SIM_PARAM_COUNT, .max = 1e12};
    const struct sim_target target = {.param = &count, .field = -1};
    struct sim_value value;
    struct sim_error error = {0};
    struct sim_raw raw = build_raw(build, amount);
    size_t length = build_enter(build, "amount");
    if (!sim_param_read(build->cell->sim, &target, &raw, &value, &error))
        build_refuse_sim(build, JSON_VALUE, &error);
    else if (fault->action != NULL && fault->action->amount_unit == NULL)
        build_refuse(build, JSON_KEY, "want no amount, the action \"%s\" takes none", fault->action->name);
    else
        fault->amount = value.count;
    build_leave(build, length);
}

static void build_action(struct build *build, struct fault *fault, const cJSON *object)
{
    const char *name = build_text(build, object, "do");
    char rule[200];
    if (name == NULL)
        return;
    size_t length = build_enter(build, "do");
    fault->action = fault->node == NULL ? NULL : sim_node_find_action(fault->node, name);
    if (fault->link != NULL) {
        build_refuse(build, JSON_VALUE, "want an action of a node, a link has none");
    } else if (fault->node != NULL && fault->action == NULL) {
        (void)snprintf(rule, sizeof rule, "want an action of \"%s\" (see: simex describe %s)", fault->node->name,
                       fault->node->type->name);
        build_refuse_text(build, rule, name, near_action(fault->node, name));
    }
    build_leave(build, length);
}

/* Finds the node or the link that the fault is about. False when there is none; it was refused then. */
static bool build_place(struct build *build, struct fault *fault, const cJSON *object)
{
    const char *sort = cJSON_GetObjectItemCaseSensitive(object, "node") != NULL ? "node" : "link";
    const cJSON *both = cJSON_GetObjectItemCaseSensitive(object, "link");
    if ((sort[0] == 'n') == (both != NULL)) {
        build_refuse(build, JSON_KEY, "want a \"node\" or a \"link\", one of the two");
        return false;
    }
    const char *name = build_text(build, object, sort);
    if (name == NULL)
        return false;
    const struct sim *sim = build->cell->sim;
    if (sort[0] == 'n')
        fault->node = sim_find_node(sim, name);
    else
        fault->link = sim_find_link(sim, name);
    if (fault->node != NULL || fault->link != NULL)
        return true;
    size_t length = build_enter(build, sort);
    if (!build_written(build, sort[0] == 'n' ? "nodes" : "links", name))
        build_refuse_text(build, sort[0] == 'n' ? "want the name of a node" : "want the name of a link", name,
                          sort[0] == 'n' ? near_node(sim, name) : near_link(sim, name));
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
    bool placed = build_place(build, &fault, object);
    if (cJSON_GetObjectItemCaseSensitive(object, "at") == NULL)
        build_refuse_missing(build, "at", "when the fault begins, such as \"660s\"");
    (void)build_duration(build, object, "at", false, &fault.at);
    (void)build_duration(build, object, "until", true, &fault.until);
    const cJSON *sets = cJSON_GetObjectItemCaseSensitive(object, "set");
    const cJSON *action = cJSON_GetObjectItemCaseSensitive(object, "do");
    const cJSON *amount = cJSON_GetObjectItemCaseSensitive(object, "amount");
    if ((sets == NULL) == (action == NULL))
        build_refuse(build, JSON_KEY, "want \"set\" (params and values) or \"do\" (an action), one of the two");
    if (sets != NULL && placed)
        build_sets(build, &fault, sets);
    build_action(build, &fault, object);
    if (amount != NULL && action == NULL)
        build_refuse(build, JSON_KEY, "want no \"amount\" without \"do\"");
    else if (amount != NULL)
        build_amount(build, &fault, amount);
    if (placed)
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
    cell->faults = sim_xcalloc(SCENARIO_FAULTS_MAX, sizeof *cell->faults);
    build_members(build, faults, SCENARIO_FAULTS_MAX, build_fault);
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

static struct knob_value *find_knob(const struct cell *cell, const struct sim_target *target)
{
    for (uint32_t i = 0; i < cell->knob_count; i++) {
        if (same_param(&cell->knobs[i].target, target))
            return &cell->knobs[i];
    }
    return NULL;
}

/* What a param is now: what began last of the active faults and of what a service's own interface holds, or its value
 * without them. */
static const struct sim_value *present_value(const struct cell *cell, const struct sim_target *target)
{
    const struct base_value *base = find_base(cell, target);
    const struct knob_value *knob = find_knob(cell, target);
    const struct sim_value *value = base != NULL ? &base->value : &knob->base;
    uint64_t latest = 0;
    if (knob != NULL && knob->held) {
        latest = knob->started;
        value = &knob->value;
    }
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

/* See sim_hold. */
static void hold(void *context, const struct sim_target *wanted, const struct sim_value *value)
{
    struct cell *cell = context;
    struct sim_target target = *wanted;
    target.field = -1;
    struct knob_value *knob = find_knob(cell, &target);
    if (knob == NULL && value == NULL)
        return; /* it holds nothing */
    if (knob == NULL) {
        cell->knobs = sim_xrealloc(cell->knobs, (cell->knob_count + 1) * sizeof *cell->knobs);
        knob = &cell->knobs[cell->knob_count++];
        *knob = (struct knob_value){.target = target, .base = sim_param_get(&target)};
    }
    knob->held = value != NULL;
    knob->started = ++cell->faults_started;
    if (value != NULL)
        knob->value = *value;
    sim_param_change(cell->sim, &target, present_value(cell, &target));
}

static bool kills(const struct fault *fault)
{
    return fault->action != NULL && strcmp(fault->action->name, "kill") == 0;
}

/* A node that several faults killed comes back when the last of them ends. */
static bool another_kills(const struct fault *fault)
{
    for (uint32_t i = 0; i < fault->cell->fault_count; i++) {
        const struct fault *other = &fault->cell->faults[i];
        if (other != fault && other->active && other->node == fault->node && kills(other))
            return true;
    }
    return false;
}

/* After the action `restart` no kill holds the node any more. */
static void forget_kills(const struct fault *fault)
{
    for (uint32_t i = 0; i < fault->cell->fault_count; i++) {
        struct fault *other = &fault->cell->faults[i];
        if (other->node == fault->node && kills(other))
            other->active = false;
    }
}

static void tell(const struct sim_node *node, const char *action)
{
    sim_tell_fault(node->sim, node->name, action);
}

static void fire_begin(struct sim_node *node, void *subject)
{
    struct fault *fault = subject;
    fault->active = true;
    fault->started = ++fault->cell->faults_started;
    apply(fault);
    if (fault->action == NULL)
        return;
    tell(node, fault->action->name);
    fault->action->act(node, fault->amount);
    if (strcmp(fault->action->name, "restart") == 0)
        forget_kills(fault);
}

static void fire_end(struct sim_node *node, void *subject)
{
    struct fault *fault = subject;
    const bool was_active = fault->active;
    fault->active = false;
    apply(fault);
    if (!was_active || !kills(fault) || another_kills(fault))
        return;
    tell(node, "restart");
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
    sim_format_duration(at, sizeof at, fault->at);
    if (cell->until > 0 && fault->at >= cell->until) {
        size_t length = build_enter(build, "at");
        build_refuse(build, JSON_VALUE, "want a time before the run's end at %s, got \"%s\"",
                     sim_format_duration(limit, sizeof limit, cell->until), at);
        build_leave(build, length);
    }
    size_t length = build_enter(build, "until");
    if (fault->at >= 0 && fault->until <= fault->at)
        build_refuse(build, JSON_VALUE, "want a time after \"at\", which is %s, got \"%s\"", at,
                     sim_format_duration(limit, sizeof limit, fault->until));
    if (fault->action != NULL && !kills(fault) && fault->until != SIM_NEVER)
        build_refuse(build, JSON_KEY, "want no \"until\", the action \"%s\" is done at once", fault->action->name);
    build_leave(build, length);
}

static int by_path(const void *a, const void *b)
{
    return strcmp(((const struct fault_set *)a)->path, ((const struct fault_set *)b)->path);
}

void build_check_faults(struct build *build)
{
    struct cell *cell = build->cell;
    const size_t outer = build_enter(build, "faults");
    for (uint32_t i = 0; i < cell->fault_count; i++) {
        const size_t inner = build_enter(build, cell->faults[i].name);
        check_fault(build, &cell->faults[i]);
        build_leave(build, inner);
        /* The order in which params change is not that of the file, which means nothing in JSON. */
        if (cell->faults[i].set_count > 0)
            qsort(cell->faults[i].sets, cell->faults[i].set_count, sizeof *cell->faults[i].sets, by_path);
    }
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

void build_fault_events(struct cell *cell)
{
    cell->sim->hold = hold;
    cell->sim->hold_context = cell;
    note_bases(cell);
    schedule_faults(cell);
}
