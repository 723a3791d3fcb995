/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where nodes and edges of a map of calls go in a picture: layers from callers to callees (Sugiyama, Tagawa, Toda 1981,
 * in short). A node's layer is the longest way to it; an edge over several layers gets a place of its own in each layer
 * between; within a layer the order follows the mean place of the neighbours, swept down and up a few times. */
#ifndef REPORTS_CALLMAP_LAYOUT_H
#define REPORTS_CALLMAP_LAYOUT_H

#include "reports/callmap.h"

/* A place in the grid: a node, or where an edge passes through a layer. */
struct callmap_place {
    size_t layer;
    double row; /* in its layer, 0 the topmost; a layer of k places has the rows 0, 1, ... k - 1 */
    const struct sim_node *node;
    const struct callmap_edge *edge; /* NULL: a node's place */
};

struct callmap_layout {
    struct callmap_place *places; /* of nodes first */
    size_t count, node_count;
    size_t *counts; /* places in each layer */
    size_t layers, rows;
};

/* Lays out the nodes that a call went to or came from. Free with callmap_layout_fini. */
void callmap_layout_init(struct callmap_layout *layout, const struct callmap *map);
void callmap_layout_fini(struct callmap_layout *layout);

/* The place of a node that was laid out; NULL: it was not. */
const struct callmap_place *callmap_layout_node(const struct callmap_layout *layout, const struct sim_node *node);
/* The place of an edge in a layer between its ends. */
const struct callmap_place *callmap_layout_edge(const struct callmap_layout *layout, const struct callmap_edge *edge,
                                                size_t layer);

#endif
