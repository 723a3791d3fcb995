/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The main loop, and what is known of the world as a whole.
 *
 * Invariants: time never goes back; nodes, links and instruments are in the order of their names, whatever the order in
 * which they were added; a cut happens before the first event at or after its instant. */
#include "sim/world.h"

#include "sim/panic.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

static const struct sim_limits default_limits = {
    .events = 0,
    .steps_per_instant = 5000000,
    .calls = 500000, /* a third of a GiB with their frames and timers */
    .depth = 100,
};

struct sim *sim_create(uint64_t seed)
{
    struct sim *sim = sim_xcalloc(1, sizeof *sim);
    sim->seed = seed;
    sim->limits = default_limits;
    sim->window = SIM_NEVER;
    sim->next_cut = SIM_NEVER;
    sim->last = SIM_NEVER;
    sim_queue_init(&sim->queue);
    sim_fingerprint_init(&sim->print);
    sim_arena_init(&sim->arena);
    sim_slab_init(&sim->call_slab, &sim->arena, sizeof(struct sim_call));
    sim_slab_init(&sim->message_slab, &sim->arena, sim_link_message_size());
    sim_add_interval(sim, "run", 0, SIM_NEVER);
    return sim;
}

void sim_destroy(struct sim *sim)
{
    if (sim == NULL)
        return;
    for (uint32_t i = 0; i < sim->node_count; i++) {
        if (sim->nodes[i]->type->fini != NULL)
            sim->nodes[i]->type->fini(sim->nodes[i]);
    }
    sim_metrics_fini(sim);
    for (uint32_t i = 0; i < sim->dist_table_count; i++)
        sim_dist_table_free(sim->dist_tables[i]);
    free(sim->dist_tables);
    free(sim->nodes);
    free(sim->links);
    sim_queue_fini(&sim->queue);
    sim_fingerprint_fini(&sim->print);
    sim_arena_fini(&sim->arena);
    sim_panic_watch(NULL);
    free(sim);
}

void sim_stop(struct sim *sim, const char *rule, ...)
{
    if (sim->stopped)
        return;
    sim->stopped = true;
    va_list arguments;
    va_start(arguments, rule);
    (void)vsnprintf(sim->error.rule, sizeof sim->error.rule, rule, arguments);
    va_end(arguments);
    char at[40];
    (void)snprintf(at, sizeof at, "%.9g s", sim_ns_to_s(sim->now));
    (void)snprintf(sim->error.value, sizeof sim->error.value, "%s", at);
}

/* Makes room for one more pointer in an array of them. */
static void *grow(void *array, uint32_t count, uint32_t *room)
{
    if (count < *room)
        return array;
    *room = *room == 0 ? 16 : *room * 2;
    return sim_xrealloc(array, *room * sizeof(void *));
}

void sim_listen(struct sim *sim, const struct sim_listener *listener, void *context)
{
    struct sim_listening **last = &sim->listening;
    while (*last != NULL)
        last = &(*last)->next;
    *last = sim_arena_alloc(&sim->arena, sizeof **last);
    **last = (struct sim_listening){listener, context, NULL};
}

void sim_hold(struct sim *sim, const struct sim_target *target, const struct sim_value *value)
{
    if (sim->hold != NULL)
        sim->hold(sim->hold_context, target, value);
    else if (value != NULL)
        sim_param_change(sim, target, value);
}

void sim_end(struct sim *sim)
{
    sim->last = sim->now < sim->last ? sim->now : sim->last;
}

struct sim_node *sim_find_node(const struct sim *sim, const char *name)
{
    for (uint32_t i = 0; i < sim->node_count; i++) {
        if (strcmp(sim->nodes[i]->name, name) == 0)
            return sim->nodes[i];
    }
    return NULL;
}

struct sim_link *sim_find_link(const struct sim *sim, const char *name)
{
    for (uint32_t i = 0; i < sim->link_count; i++) {
        if (strcmp(sim->links[i]->name, name) == 0)
            return sim->links[i];
    }
    return NULL;
}

static void put_defaults(struct sim *sim, struct sim_target target, const struct sim_param *table)
{
    for (const struct sim_param *param = table; param != NULL && param->name != NULL; param++) {
        struct sim_value value;
        if (param->initial == NULL || param->kind == SIM_PARAM_NODE || param->kind == SIM_PARAM_NODE_LIST)
            continue;
        target.param = param;
        target.field = -1;
        sim_param_read_default(sim, &target, &value);
        sim_param_put(&target, &value);
    }
}

struct sim_node *sim_add_node(struct sim *sim, const struct sim_node_type *type, const char *name)
{
    sim_assert(!sim->started && type->size >= sizeof(struct sim_node));
    if (sim_find_node(sim, name) != NULL)
        return NULL;
    struct sim_node *node = sim_arena_alloc(&sim->arena, type->size);
    node->sim = sim;
    node->type = type;
    node->name = sim_arena_strdup(&sim->arena, name);
    node->name_hash = XXH3_64bits(name, strlen(name));
    node->incarnation = 1;
    node->in_flight_max = INT64_MAX;
    size_t frame = type->frame_size > sizeof(struct sim_flow) ? type->frame_size : sizeof(struct sim_flow);
    sim_slab_init(&node->frames, &sim->arena, frame);
    sim->nodes = grow(sim->nodes, sim->node_count, &sim->node_room);
    uint32_t place = sim->node_count++;
    for (; place > 0 && strcmp(sim->nodes[place - 1]->name, name) > 0; place--)
        sim->nodes[place] = sim->nodes[place - 1];
    sim->nodes[place] = node;
    put_defaults(sim, (struct sim_target){.base = node, .node = node}, type->params);
    for (const struct sim_part *part = type->parts; part != NULL && part->name != NULL; part++) {
        struct sim_part_base *base = (void *)((char *)node + part->offset);
        *base = (struct sim_part_base){.node = node, .part = part};
        put_defaults(sim, (struct sim_target){.base = base, .node = node, .part = part}, part->type->params);
    }
    return node;
}

static void connect_link(struct sim *sim, struct sim_link *link)
{
    struct sim_node *from = link->from;
    struct sim_link **links = sim_arena_alloc(&sim->arena, (from->link_count + 1) * sizeof(struct sim_link *));
    if (from->link_count > 0)
        memcpy(links, from->links, from->link_count * sizeof(struct sim_link *));
    links[from->link_count++] = link;
    from->links = links;
}

struct sim_link *sim_add_link(struct sim *sim, const char *name, struct sim_node *from, struct sim_node *to)
{
    sim_assert(!sim->started);
    if (sim_find_link(sim, name) != NULL)
        return NULL;
    for (uint32_t i = 0; i < from->link_count; i++) {
        if (from->links[i]->to == to)
            return NULL;
    }
    struct sim_link *link = sim_arena_alloc(&sim->arena, sizeof *link);
    link->sim = sim;
    link->name = sim_arena_strdup(&sim->arena, name);
    link->from = from;
    link->to = to;
    put_defaults(sim, (struct sim_target){.base = link, .link = link}, sim_link_params);
    sim->links = grow(sim->links, sim->link_count, &sim->link_room);
    uint32_t place = sim->link_count++;
    for (; place > 0 && strcmp(sim->links[place - 1]->name, name) > 0; place--)
        sim->links[place] = sim->links[place - 1];
    sim->links[place] = link;
    connect_link(sim, link);
    return link;
}

/* ---- the start ---- */

struct check {
    void (*refuse)(void *context, const struct sim_error *error);
    void *context;
    bool fine;
};

static void complain(struct check *check, struct sim_error *error, const char *path, ...)
    __attribute__((format(printf, 3, 4)));

static void complain(struct check *check, struct sim_error *error, const char *path, ...)
{
    va_list arguments;
    va_start(arguments, path);
    (void)vsnprintf(error->path, sizeof error->path, path, arguments);
    va_end(arguments);
    check->fine = false;
    check->refuse(check->context, error);
}

/* Whether `node` refers, directly or through others, to `start`; then `way` ends with the names from the node on. Links
 * make no difference: a request that comes back to where it was would go round for ever over them too. */
static bool reaches(const struct sim_node *node, const struct sim_node *start, bool *visited, char way[96])
{
    for (const struct sim_param *param = node->type->params; param != NULL && param->name != NULL; param++) {
        if (param->kind != SIM_PARAM_NODE && param->kind != SIM_PARAM_NODE_LIST)
            continue;
        struct sim_target target = {.param = param, .field = -1, .base = (void *)(uintptr_t)node};
        struct sim_value value = sim_param_get(&target);
        struct sim_node *one = value.node;
        struct sim_node **nodes = param->kind == SIM_PARAM_NODE ? &one : value.list.nodes;
        uint32_t count = param->kind == SIM_PARAM_NODE ? (one != NULL) : value.list.count;
        for (uint32_t i = 0; i < count; i++) {
            const bool back = nodes[i] == start;
            if (!back && visited[nodes[i]->index])
                continue;
            visited[nodes[i]->index] = true;
            if (!back && !reaches(nodes[i], start, visited, way))
                continue;
            char rest[96];
            (void)snprintf(rest, sizeof rest, "%s", back ? start->name : way);
            (void)snprintf(way, sizeof rest, "%.40s -> %.50s", node->name, rest);
            return true;
        }
    }
    return false;
}

/* Finds the first circle. */
static void check_circles(struct sim *sim, struct check *check)
{
    bool *visited = sim_xcalloc(sim->node_count + 1, sizeof *visited);
    for (uint32_t i = 0; i < sim->node_count; i++) {
        char way[96] = "";
        memset(visited, 0, sim->node_count * sizeof *visited);
        if (!reaches(sim->nodes[i], sim->nodes[i], visited, way))
            continue;
        struct sim_error error;
        (void)sim_fail(&error, way, "want no circle of nodes that refer to each other");
        complain(check, &error, "%s", sim->nodes[i]->name);
        break;
    }
    free(visited);
}

static void check_params(struct sim_node *node, struct check *check)
{
    struct sim_target target = {.base = node, .node = node, .field = -1};
    struct sim_error error;
    for (const struct sim_param *param = node->type->params; param != NULL && param->name != NULL; param++) {
        target.param = param;
        bool missing = false;
        struct sim_value value = sim_param_get(&target);
        if (param->initial == NULL && param->kind == SIM_PARAM_NODE)
            missing = value.node == NULL;
        if (param->initial == NULL && param->kind == SIM_PARAM_NODE_LIST)
            missing = value.list.count == 0;
        if (missing) {
            (void)sim_fail(&error, NULL, "is missing: %s", param->help);
            complain(check, &error, "%s.%s", node->name, param->name);
        }
        if (param->kind != SIM_PARAM_NODE || !param->owns || value.node == NULL)
            continue;
        if (value.node->owner != NULL && value.node->owner != node) {
            (void)sim_fail(&error, value.node->name, "want a node of its own, this one belongs to \"%s\"",
                           value.node->owner->name);
            complain(check, &error, "%s.%s", node->name, param->name);
            continue;
        }
        value.node->owner = node;
    }
}

static void check_node(struct sim_node *node, struct check *check)
{
    struct sim_error error = {0};
    char below[40];
    check_params(node, check);
    if (node->type->check != NULL && !node->type->check(node, &error)) {
        (void)snprintf(below, sizeof below, "%.39s", error.path);
        complain(check, &error, "%s.%s", node->name, below);
    }
    for (const struct sim_part *part = node->type->parts; part != NULL && part->name != NULL; part++) {
        if (part->type->check == NULL || part->type->check((const char *)node + part->offset, &error))
            continue;
        (void)snprintf(below, sizeof below, "%.39s", error.path);
        complain(check, &error, "%s.%s.%s", node->name, part->name, below);
    }
}

/* What is told (a pool's release) is handled at once, and a grant goes to a call that is open at that instant: neither
 * can cross a link. */
static void check_links(struct sim *sim, struct check *check)
{
    struct sim_error error;
    for (uint32_t i = 0; i < sim->link_count; i++) {
        const struct sim_node *to = sim->links[i]->to;
        if (to->type->told == NULL)
            continue;
        (void)sim_fail(&error, to->name, "want no link to a %s: acquire and release cross no network", to->type->name);
        complain(check, &error, "links.%s", sim->links[i]->name);
    }
}

bool sim_check_world(struct sim *sim, void (*refuse)(void *context, const struct sim_error *error), void *context)
{
    struct check check = {.refuse = refuse, .context = context, .fine = true};
    sim_assert(!sim->started);
    for (uint32_t i = 0; i < sim->node_count; i++) {
        sim->nodes[i]->index = i;
        sim->nodes[i]->owner = NULL;
    }
    for (uint32_t i = 0; i < sim->node_count; i++)
        check_node(sim->nodes[i], &check);
    check_links(sim, &check);
    check_circles(sim, &check);
    return check.fine;
}

static void keep_first(void *context, const struct sim_error *error)
{
    struct sim_error *first = context;
    if (first->rule[0] == '\0')
        *first = *error;
}

bool sim_start_world(struct sim *sim, struct sim_error *error)
{
    *error = (struct sim_error){0};
    if (!sim_check_world(sim, keep_first, error))
        return false;
    sim->started = true;
    sim_panic_watch(sim);
    sim_metrics_build(sim);
    for (uint32_t i = 0; i < sim->link_count; i++) {
        struct sim_link *link = sim->links[i];
        char purpose[200];
        (void)snprintf(purpose, sizeof purpose, "links.%.150s delay", link->name);
        sim_rng_init(&link->delays, sim->seed, link->from->name, purpose);
        (void)snprintf(purpose, sizeof purpose, "links.%.150s loss", link->name);
        sim_rng_init(&link->losses, sim->seed, link->from->name, purpose);
    }
    for (uint32_t i = 0; i < sim->node_count; i++)
        sim_node_start(sim->nodes[i]);
    return !sim->stopped || (*error = sim->error, false);
}

/* ---- the loop ---- */

static void cut_until(struct sim *sim, sim_ns at)
{
    while (sim->next_cut <= at)
        sim_metrics_cut(sim, sim->next_cut);
}

static inline void dispatch(struct sim *sim, const struct sim_queue_slot *event)
{
    struct sim_fingerprint *print = &sim->print;
    struct sim_fingerprint_record *record = &print->records[print->count];
    record->at = (uint64_t)sim->now;
    record->node = event->node->name_hash;
    memcpy(record->kind, event->kind->name, sizeof record->kind);
    if (++print->count == SIM_FINGERPRINT_BUFFER)
        sim_fingerprint_flush(print);
    sim->events++;
    sim->acting = event->node;
    event->kind->fire(event->node, event->subject);
}

bool sim_run(struct sim *sim, sim_ns until, bool (*poll)(void *context, const struct sim *sim), void *context)
{
    enum { POLL_EVERY = 4096 };
    sim_assert(sim->started && !sim->finished && until >= sim->now);
    sim_panic_watch(sim);
    uint64_t budget = sim->limits.events == 0 ? UINT64_MAX : sim->limits.events;
    for (;;) {
        if (__builtin_expect(sim->stopped, 0))
            return false;
        sim_ns at = sim_queue_next(&sim->queue);
        if (at >= until || at > sim->last)
            break;
        if (at >= sim->next_cut)
            cut_until(sim, at);
        struct sim_queue_slot event;
        sim_queue_pop(&sim->queue, &event);
        if (event.incarnation != 0 && event.incarnation != event.node->incarnation)
            continue;
        if (at != sim->now) {
            sim->now = at;
            sim->steps = 0;
        }
        if (!sim_step(sim))
            return false;
        if (sim->events >= budget) {
            sim_stop(sim, "more than %llu events", (unsigned long long)budget);
            return false;
        }
        dispatch(sim, &event);
        if (sim->events % POLL_EVERY == 0 && poll != NULL && !poll(context, sim))
            return false;
    }
    until = until < sim->last ? until : sim->last;
    sim->now = until;
    sim->steps = 0;
    cut_until(sim, until);
    return true;
}

void sim_finish(struct sim *sim)
{
    sim_assert(!sim->finished);
    sim->finished = true;
    sim_metrics_finish(sim);
    const struct sim_sample *samples = sim->intervals[0].samples;
    for (uint32_t i = 0; i < sim->instrument_count; i++) {
        const struct sim_instrument *instrument = &sim->instruments[i];
        const struct sim_sample *sample = &samples[i];
        const char *name = sim_instrument_label(instrument);
        if (name == NULL)
            continue;
        sim_fingerprint_bytes(&sim->print, name, strlen(name) + 1);
        uint64_t words[6] = {(uint64_t)sample->count, (uint64_t)sample->integral, (uint64_t)(sample->integral >> 64)};
        if (sample->hist != NULL) {
            words[3] = sample->hist->count;
            words[4] = (uint64_t)sample->hist->sum;
            words[5] = (uint64_t)(sample->hist->count == 0 ? 0 : sample->hist->max);
        }
        sim_fingerprint_bytes(&sim->print, words, sizeof words);
    }
}

uint64_t sim_fingerprint(struct sim *sim)
{
    sim_assert(sim->finished);
    return sim_fingerprint_value(&sim->print);
}
