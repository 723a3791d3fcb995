/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Collecting. Errors wander up the tree of calls: a callee's error is noted under the id of its call; when the caller
 * has it, it becomes the last error heard of the call that the caller is answering; when that one is replied to with
 * the same outcome, it has been passed on and keeps the node where it was born. A note is there from the arrival of its
 * call until the reply, of an error until the caller has it or has gone. */
#include "reports/callmap.h"

#include <stdlib.h>
#include <string.h>

/* An error and where it comes from; node NULL: none. */
struct source {
    const struct sim_node *node, *heard_from;
    struct sim_outcome outcome, heard;
};

/* What is known of a call under way. */
struct note {
    struct source own;   /* it was replied to with this */
    struct source child; /* the last error of the calls made for it */
    const struct sim_node *heard_from;
    struct sim_outcome heard; /* the last error from a node further down */
};

static bool same_outcome(struct sim_outcome a, struct sim_outcome b)
{
    if (a.status != b.status || (a.reason == NULL) != (b.reason == NULL))
        return false;
    return a.reason == NULL || strcmp(a.reason, b.reason) == 0;
}

static void count_outcome(struct callmap_outcomes *outcomes, struct sim_outcome outcome)
{
    for (size_t i = 0; i < outcomes->count; i++) {
        if (same_outcome(outcomes->items[i].outcome, outcome)) {
            outcomes->items[i].count++;
            return;
        }
    }
    if (outcomes->count == outcomes->room) {
        outcomes->room = outcomes->room == 0 ? 4 : outcomes->room * 2;
        outcomes->items = sim_xrealloc(outcomes->items, outcomes->room * sizeof *outcomes->items);
    }
    outcomes->items[outcomes->count++] = (struct callmap_outcome){outcome, 1};
}

static bool counts_now(const struct callmap *map)
{
    return map->sim->now >= map->from && map->sim->now < map->to;
}

/* ---- notes ---- */

/* What stands for the note of a call under way that saw no error; its address is all that counts. */
static const struct note nothing;

static struct note *note_of(struct callmap *map, uint64_t id)
{
    struct note *note = sim_map_get(&map->open, id);
    if (note == NULL || note == &nothing) {
        note = sim_slab_take(&map->slab);
        *note = (struct note){0};
        sim_map_put(&map->open, id, note);
    }
    return note;
}

static void forget(struct callmap *map, uint64_t id)
{
    struct note *note = sim_map_get(&map->open, id);
    if (note == NULL)
        return;
    sim_map_remove(&map->open, id);
    if (note != &nothing)
        sim_slab_give(&map->slab, note);
}

/* ---- pairs ---- */

static struct callmap_edge *edge_of(struct callmap *map, const struct sim_node *from, const struct sim_node *to)
{
    const uint64_t pair = (uint64_t)from->index << 32 | to->index;
    struct callmap_edge *edge = sim_map_get(&map->pairs, pair);
    if (edge != NULL)
        return edge;
    if (map->edge_count == map->edge_room) {
        map->edge_room = map->edge_room == 0 ? 16 : map->edge_room * 2;
        map->edges = sim_xrealloc(map->edges, map->edge_room * sizeof(struct callmap_edge *));
    }
    edge = sim_xcalloc(1, sizeof *edge);
    edge->from = from;
    edge->to = to;
    sim_hist_init(&edge->took);
    map->edges[map->edge_count++] = edge;
    sim_map_put(&map->pairs, pair, edge);
    return edge;
}

static void count_death(struct callmap *map, const struct source *source)
{
    map->failed++;
    for (size_t i = 0; i < map->death_count; i++) {
        struct callmap_death *death = &map->deaths[i];
        if (death->node == source->node && same_outcome(death->outcome, source->outcome) &&
            death->heard_from == source->heard_from && same_outcome(death->heard, source->heard)) {
            death->count++;
            return;
        }
    }
    if (map->death_count == map->death_room) {
        map->death_room = map->death_room == 0 ? 8 : map->death_room * 2;
        map->deaths = sim_xrealloc(map->deaths, map->death_room * sizeof *map->deaths);
    }
    map->deaths[map->death_count++] =
        (struct callmap_death){source->node, source->outcome, source->heard_from, source->heard, 1};
}

/* ---- listening ---- */

static void on_arrive(void *context, const struct sim_call *call)
{
    struct callmap *map = context;
    sim_map_put(&map->open, call->id, (void *)(uintptr_t)&nothing);
}

static void on_reply(void *context, const struct sim_call *call)
{
    struct callmap *map = context;
    struct callmap_node *node = &map->nodes[call->to->index];
    const bool counts = counts_now(map);
    const bool error = sim_status_is_error(call->outcome.status);
    if (counts) {
        node->replied++;
        sim_hist_record(&node->took, call->replied - call->arrived);
    }
    if (!error) {
        forget(map, call->id);
        return;
    }
    struct note *note = note_of(map, call->id);
    const bool passed =
        note->child.node != NULL && note->child.node != call->to && same_outcome(note->child.outcome, call->outcome);
    note->own = passed ? note->child : (struct source){call->to, note->heard_from, call->outcome, note->heard};
    if (counts) {
        node->errors++;
        node->born += !passed;
    }
    if (counts && !passed)
        count_outcome(&node->births, call->outcome);
    if ((call->flags & SIM_CALL_ENDED) != 0)
        forget(map, call->id);
}

/* The error that a call ended in, as its caller sees it. */
static struct source source_of(const struct callmap *map, const struct sim_call *call, enum sim_call_end end)
{
    const struct note *note = sim_map_get(&map->open, call->id);
    if (end == SIM_END_ANSWERED && note != NULL && note->own.node != NULL)
        return note->own;
    return (struct source){.node = call->from, .outcome = call->end};
}

static void tell_parent(struct callmap *map, const struct sim_call *call, struct source source)
{
    if (sim_map_get(&map->open, call->parent) == NULL)
        return; /* it was replied to already: work that went on behind it */
    struct note *note = note_of(map, call->parent);
    note->child = source;
    if (source.node != call->from) {
        note->heard_from = source.node;
        note->heard = source.outcome;
    }
}

static void count_end(struct callmap *map, const struct sim_call *call, enum sim_call_end end)
{
    struct callmap_edge *edge = edge_of(map, call->from, call->to);
    edge->ended++;
    edge->errors += sim_status_is_error(call->end.status);
    edge->timed_out += end == SIM_END_TIMED_OUT;
    edge->cancelled += end == SIM_END_CANCELLED;
    edge->by_status[call->end.status]++;
    count_outcome(&edge->outcomes, call->end);
    sim_hist_record(&edge->took, map->sim->now - call->begun);
}

static void on_end(void *context, const struct sim_call *call, enum sim_call_end end)
{
    struct callmap *map = context;
    const bool error = sim_status_is_error(call->end.status);
    const bool counts = counts_now(map);
    if (counts)
        count_end(map, call, end);
    if (error && call->parent != 0)
        tell_parent(map, call, source_of(map, call, end));
    if (counts && call->parent == 0 && end != SIM_END_CANCELLED) {
        map->requests++;
        if (error) {
            const struct source source = source_of(map, call, end);
            count_death(map, &source);
        }
    }
    /* A callee that is still at it keeps its note. */
    if ((call->flags & SIM_CALL_REPLIED) != 0)
        forget(map, call->id);
}

static const struct sim_listener listener = {.call_arrive = on_arrive, .call_reply = on_reply, .call_end = on_end};

/* ---- life ---- */

void callmap_init(struct callmap *map, struct sim *sim, sim_ns from, sim_ns to)
{
    *map = (struct callmap){.sim = sim, .from = from, .to = to};
    map->nodes = sim_xcalloc(sim->node_count + 1, sizeof *map->nodes);
    for (uint32_t i = 0; i < sim->node_count; i++) {
        map->nodes[i].node = sim->nodes[i];
        sim_hist_init(&map->nodes[i].took);
    }
    sim_arena_init(&map->arena);
    sim_slab_init(&map->slab, &map->arena, sizeof(struct note));
    sim_listen(sim, &listener, map);
}

void callmap_fini(struct callmap *map)
{
    for (uint32_t i = 0; map->nodes != NULL && i < map->sim->node_count; i++) {
        sim_hist_fini(&map->nodes[i].took);
        free(map->nodes[i].births.items);
    }
    for (size_t i = 0; i < map->edge_count; i++) {
        sim_hist_fini(&map->edges[i]->took);
        free(map->edges[i]->outcomes.items);
        free(map->edges[i]);
    }
    free(map->nodes);
    free(map->edges);
    free(map->deaths);
    sim_map_fini(&map->open);
    sim_map_fini(&map->pairs);
    sim_arena_fini(&map->arena);
    *map = (struct callmap){0};
}

static int by_nodes(const void *a, const void *b)
{
    const struct callmap_edge *one = *(const struct callmap_edge *const *)a;
    const struct callmap_edge *two = *(const struct callmap_edge *const *)b;
    if (one->from != two->from)
        return one->from->index < two->from->index ? -1 : 1;
    return one->to->index < two->to->index ? -1 : one->to->index > two->to->index;
}

static int compare_outcomes(struct sim_outcome a, struct sim_outcome b)
{
    if (a.status != b.status)
        return a.status < b.status ? -1 : 1;
    return strcmp(a.reason == NULL ? "" : a.reason, b.reason == NULL ? "" : b.reason);
}

static int by_count(const void *a, const void *b)
{
    const struct callmap_outcome *one = a;
    const struct callmap_outcome *two = b;
    if (one->count != two->count)
        return one->count > two->count ? -1 : 1;
    return compare_outcomes(one->outcome, two->outcome);
}

static int by_deaths(const void *a, const void *b)
{
    const struct callmap_death *one = a;
    const struct callmap_death *two = b;
    if (one->count != two->count)
        return one->count > two->count ? -1 : 1;
    if (one->node != two->node)
        return one->node->index < two->node->index ? -1 : 1;
    const int order = compare_outcomes(one->outcome, two->outcome);
    if (order != 0 || one->heard_from == two->heard_from)
        return order != 0 ? order : compare_outcomes(one->heard, two->heard);
    if (one->heard_from == NULL || two->heard_from == NULL)
        return one->heard_from == NULL ? -1 : 1;
    return one->heard_from->index < two->heard_from->index ? -1 : 1;
}

static void sort_outcomes(struct callmap_outcomes *outcomes)
{
    if (outcomes->count > 0)
        qsort(outcomes->items, outcomes->count, sizeof *outcomes->items, by_count);
}

void callmap_finish(struct callmap *map)
{
    if (map->edge_count > 0)
        qsort(map->edges, map->edge_count, sizeof(struct callmap_edge *), by_nodes);
    for (size_t i = 0; i < map->edge_count; i++)
        sort_outcomes(&map->edges[i]->outcomes);
    for (uint32_t i = 0; i < map->sim->node_count; i++)
        sort_outcomes(&map->nodes[i].births);
    if (map->death_count > 0)
        qsort(map->deaths, map->death_count, sizeof *map->deaths, by_deaths);
}

double callmap_seconds(const struct callmap *map)
{
    return sim_ns_to_s(map->to - map->from);
}
