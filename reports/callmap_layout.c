/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "reports/callmap_layout.h"

#include <stdlib.h>
#include <string.h>

enum { SWEEPS = 8 };

static struct callmap_place *find(const struct callmap_layout *layout, const struct sim_node *node,
                                  const struct callmap_edge *edge, size_t layer)
{
    for (size_t i = 0; i < layout->count; i++) {
        struct callmap_place *place = &layout->places[i];
        if (edge == NULL ? place->node == node && place->edge == NULL : place->edge == edge && place->layer == layer)
            return place;
    }
    return NULL;
}

const struct callmap_place *callmap_layout_node(const struct callmap_layout *layout, const struct sim_node *node)
{
    return find(layout, node, NULL, 0);
}

const struct callmap_place *callmap_layout_edge(const struct callmap_layout *layout, const struct callmap_edge *edge,
                                                size_t layer)
{
    return find(layout, NULL, edge, layer);
}

/* ---- layers ---- */

/* Longest ways, by going over the edges until nothing moves. Circles cannot be (sim_check_world), but would only end in
 * edges that lead back. */
static void choose_layers(const struct callmap *map, size_t *layers)
{
    bool moved = true;
    for (uint32_t round = 0; round < map->sim->node_count && moved; round++) {
        moved = false;
        for (size_t i = 0; i < map->edge_count; i++) {
            const struct callmap_edge *edge = map->edges[i];
            const size_t least = layers[edge->from->index] + 1;
            if (edge->ended == 0 || edge->from == edge->to || layers[edge->to->index] >= least)
                continue;
            layers[edge->to->index] = least;
            moved = true;
        }
    }
}

static struct callmap_place *add(struct callmap_layout *layout, size_t *room, size_t layer)
{
    if (layout->count == *room) {
        *room = *room == 0 ? 32 : *room * 2;
        layout->places = sim_xrealloc(layout->places, *room * sizeof *layout->places);
    }
    struct callmap_place *place = &layout->places[layout->count++];
    *place = (struct callmap_place){.layer = layer};
    layout->layers = layer + 1 > layout->layers ? layer + 1 : layout->layers;
    return place;
}

static void add_places(struct callmap_layout *layout, const struct callmap *map, const size_t *layers)
{
    size_t room = 0;
    bool *used = sim_xcalloc(map->sim->node_count + 1, sizeof *used);
    for (size_t i = 0; i < map->edge_count; i++) {
        if (map->edges[i]->ended > 0)
            used[map->edges[i]->from->index] = used[map->edges[i]->to->index] = true;
    }
    for (uint32_t i = 0; i < map->sim->node_count; i++) {
        if (used[i])
            add(layout, &room, layers[i])->node = map->sim->nodes[i];
    }
    layout->node_count = layout->count;
    for (size_t i = 0; i < map->edge_count; i++) {
        const struct callmap_edge *edge = map->edges[i];
        for (size_t k = layers[edge->from->index] + 1; edge->ended > 0 && k < layers[edge->to->index]; k++)
            add(layout, &room, k)->edge = edge;
    }
    free(used);
}

/* ---- rows ---- */

/* A way from a place to one in the next layer. */
struct step {
    struct callmap_place *from, *to;
};

static size_t list_steps(const struct callmap_layout *layout, const struct callmap *map, struct step *steps)
{
    size_t count = 0;
    for (size_t i = 0; i < map->edge_count; i++) {
        const struct callmap_edge *edge = map->edges[i];
        struct callmap_place *from = find(layout, edge->from, NULL, 0);
        struct callmap_place *to = find(layout, edge->to, NULL, 0);
        if (edge->ended == 0 || from->layer >= to->layer)
            continue;
        while (from->layer + 1 < to->layer) {
            struct callmap_place *next = find(layout, NULL, edge, from->layer + 1);
            steps[count++] = (struct step){from, next};
            from = next;
        }
        steps[count++] = (struct step){from, to};
    }
    return count;
}

struct wish {
    struct callmap_place *place;
    double row;
};

static int by_wish(const void *a, const void *b)
{
    const struct wish *one = a;
    const struct wish *two = b;
    if (one->row < two->row || one->row > two->row)
        return one->row < two->row ? -1 : 1;
    /* Stable: as they stood. */
    return one->place->row < two->place->row ? -1 : one->place->row > two->place->row;
}

/* Orders one layer by the mean row of its neighbours in the layer before (`down`) or after. Rows are taken from the
 * middle of their layers, so that layers of unlike size compare. */
static void order_layer(struct callmap_layout *layout, const struct step *steps, size_t step_count, size_t layer,
                        bool down, struct wish *wishes)
{
    const double half = 0.5;
    size_t count = 0;
    for (size_t i = 0; i < layout->count; i++) {
        struct callmap_place *place = &layout->places[i];
        double sum = 0;
        size_t neighbours = 0;
        if (place->layer != layer)
            continue;
        for (size_t k = 0; k < step_count; k++) {
            const struct callmap_place *self = down ? steps[k].to : steps[k].from;
            const struct callmap_place *other = down ? steps[k].from : steps[k].to;
            if (self != place)
                continue;
            sum += other->row - half * (double)(layout->counts[other->layer] - 1);
            neighbours++;
        }
        const double own = place->row - half * (double)(layout->counts[layer] - 1);
        wishes[count++] = (struct wish){place, neighbours == 0 ? own : sum / (double)neighbours};
    }
    if (count > 1)
        qsort(wishes, count, sizeof *wishes, by_wish);
    for (size_t i = 0; i < count; i++)
        wishes[i].place->row = (double)i;
}

static void choose_rows(struct callmap_layout *layout, const struct callmap *map)
{
    struct step *steps = sim_xcalloc(layout->count + map->edge_count + 1, sizeof *steps);
    struct wish *wishes = sim_xcalloc(layout->count + 1, sizeof *wishes);
    for (size_t i = 0; i < layout->count; i++)
        layout->places[i].row = (double)layout->counts[layout->places[i].layer]++;
    const size_t count = list_steps(layout, map, steps);
    for (int sweep = 0; sweep < SWEEPS; sweep++) {
        for (size_t layer = 1; layer < layout->layers; layer++)
            order_layer(layout, steps, count, layer, true, wishes);
        for (size_t layer = layout->layers; layer-- > 1;)
            order_layer(layout, steps, count, layer - 1, false, wishes);
    }
    for (size_t i = 0; i < layout->layers; i++)
        layout->rows = layout->counts[i] > layout->rows ? layout->counts[i] : layout->rows;
    free(steps);
    free(wishes);
}

void callmap_layout_init(struct callmap_layout *layout, const struct callmap *map)
{
    size_t *layers = sim_xcalloc(map->sim->node_count + 1, sizeof *layers);
    *layout = (struct callmap_layout){.layers = 0};
    choose_layers(map, layers);
    add_places(layout, map, layers);
    layout->counts = sim_xcalloc(layout->layers + 1, sizeof *layout->counts);
    choose_rows(layout, map);
    free(layers);
}

void callmap_layout_fini(struct callmap_layout *layout)
{
    free(layout->places);
    free(layout->counts);
    *layout = (struct callmap_layout){.layers = 0};
}
