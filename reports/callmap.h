/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who calls whom: a listener that adds up the calls of each pair of nodes, and follows each error to the node where it
 * was born. A call counts where it ends, on the caller's side, when that lies in [from, to).
 *
 * A node's error reply was *passed on* when a call that the node made for it had just ended with the same status and
 * reason; else it was *born* there. So a request of a user that ended in an error has one node where it died, and, when
 * that node had seen another error before (and then ran out of time, say), what it had last heard.
 *
 * Memory: a few hundred bytes per pair of nodes and kind of outcome, and per call under way that saw an error. */
#ifndef REPORTS_CALLMAP_H
#define REPORTS_CALLMAP_H

#include "sim/hist.h"
#include "sim/map.h"
#include "sim/world.h"

/* How often calls ended so. */
struct callmap_outcome {
    struct sim_outcome outcome; /* reason: NULL for none; as old as the world */
    uint64_t count;
};

struct callmap_outcomes {
    struct callmap_outcome *items; /* most frequent first, once callmap_finish was called */
    size_t count, room;
};

/* Calls from a node to another. */
struct callmap_edge {
    const struct sim_node *from, *to;
    uint64_t ended, errors, timed_out,
        cancelled; /* timed_out: the caller's timer fired; cancelled: it went on without */
    uint64_t by_status[SIM_STATUSES];
    struct callmap_outcomes outcomes;
    struct sim_hist took; /* ns, the caller's side, of every call that ended */
};

/* What a node did with the calls it got: replies in [from, to). */
struct callmap_node {
    const struct sim_node *node;
    uint64_t replied, errors, born; /* born: errors that were not passed on */
    struct callmap_outcomes births; /* of the errors born here */
    struct sim_hist took;           /* ns, from arrival to reply */
};

/* Requests of users that ended in an error, by where it was born. */
struct callmap_death {
    const struct sim_node *node;
    struct sim_outcome outcome;
    const struct sim_node *heard_from; /* what the node had heard before, from a node further down; NULL: nothing */
    struct sim_outcome heard;
    uint64_t count;
};

struct callmap {
    const struct sim *sim;
    sim_ns from, to;
    struct callmap_node *nodes; /* by index of the world's */
    struct callmap_edge **edges;
    size_t edge_count, edge_room; /* by the nodes' indices, once callmap_finish was called */
    struct sim_map pairs;         /* both indices: the edge */
    struct callmap_death *deaths;
    size_t death_count, death_room; /* most first */
    uint64_t requests, failed;      /* of users: ended, and of these in an error */
    struct sim_map open;            /* id of a call under way: what errors are known of it */
    struct sim_arena arena;
    struct sim_slab slab;
};

/* Listens to a world that has not run yet; the map outlives the run. Free with callmap_fini. */
void callmap_init(struct callmap *map, struct sim *sim, sim_ns from, sim_ns to);
void callmap_fini(struct callmap *map);
/* Sorts; after the run. */
void callmap_finish(struct callmap *map);

/* Seconds that the map covers. */
double callmap_seconds(const struct callmap *map);

#endif
