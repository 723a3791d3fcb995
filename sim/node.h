/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Nodes: the simulated components that answer calls; parts: mechanisms that live in a node's struct, with tables of
 * their own. A type is a const table of functions and tables (after gsl_rng_type); it is all that a model exports. */
#ifndef SIM_NODE_H
#define SIM_NODE_H

#include "sim/call.h"
#include "sim/flow.h"
#include "sim/metric.h"
#include "sim/param.h"

struct sim;
struct sim_node;
struct sim_part_type;

/* Base of every part's struct. */
struct sim_part_base {
    struct sim_node *node;
    const struct sim_part *part;
};

/* Where a part lives in a node. A list ends with an entry whose name is NULL. */
struct sim_part {
    const char *name;
    const struct sim_part_type *type;
    size_t offset;
};

struct sim_part_type {
    const char *name;
    const char *help;
    const struct sim_param *params;
    const struct sim_metric *metrics;                         /* the first is the part's reading: `sre-lab.cpu` */
    bool (*check)(const void *part, struct sim_error *error); /* params among each other; may be NULL */
    void (*start)(void *part);                                /* as for a node; may be NULL */
    void (*reset)(void *part);                                /* the node is killed, up or down; may be NULL */
    void (*on_param)(void *part, const struct sim_param *param);
};

/* Something that can be done to a node at an instant, besides changing params. Every node has `kill` and `restart`. */
struct sim_action {
    const char *name;
    const char *help;
    void (*act)(struct sim_node *node, int64_t amount);
    const char *amount_unit; /* NULL: takes none */
};

enum sim_on_abandon { SIM_CONTINUE, SIM_CANCEL };
extern const char *const sim_on_abandon_names[];

/* Params that any type which answers calls may offer, as rows of its table. */
#define SIM_NODE_PARAM_ON_ABANDON \
    { \
        .name = "on_abandon", .kind = SIM_PARAM_CHOICE, .offset = offsetof(struct sim_node, on_abandon), \
        .initial = "continue", .choices = sim_on_abandon_names, .live = true, \
        .help = "what happens to a call whose caller has gone" \
    }
#define SIM_NODE_PARAM_IN_FLIGHT_MAX \
    { \
        .name = "in_flight_max", .kind = SIM_PARAM_COUNT, .offset = offsetof(struct sim_node, in_flight_max), \
        .initial = "100000", .min = 1, .max = 1e6, .live = true, \
        .help = "most calls at once, with those that wait inside; one more is answered UNAVAILABLE (Overloaded)" \
    }

struct sim_node_type {
    const char *name;
    const char *help;
    size_t size;       /* of the node's struct, whose first member is a struct sim_node */
    size_t frame_size; /* of the largest frame of its flows */
    uint64_t accepts;  /* bit 1 << operation of what it answers */
    const struct sim_param *params;
    const struct sim_part *parts;
    const struct sim_action *actions;
    const struct sim_metric *metrics;
    /* Params among each other, before the start. On false fills `error` (path: the param's name). May be NULL. */
    bool (*check)(const struct sim_node *node, struct sim_error *error);
    /* The run begins, or the node comes back after a kill: sets up what is volatile. May be NULL. */
    void (*start)(struct sim_node *node);
    /* The node is killed: forgets everything volatile. Its frames, events and calls are gone already. May be NULL. */
    void (*reset)(struct sim_node *node);
    /* One of the two answers calls; both NULL: it only makes calls. */
    sim_flow_fn flow;
    void (*request)(struct sim_node *node, struct sim_call *call);
    /* Event handlers only: the caller of `call` has gone and on_abandon is `cancel`. Must reply CANCELLED. */
    void (*abandoned)(struct sim_node *node, struct sim_call *call);
    /* A sim_tell. */
    void (*told)(struct sim_node *node, int op, const struct sim_payload *payload);
    /* A live param of the node itself changed. May be NULL when all are read at each use. */
    void (*on_param)(struct sim_node *node, const struct sim_param *param);
    /* Frees what the arena does not. May be NULL. */
    void (*fini)(struct sim_node *node);
};

enum { SIM_REASONS = 24 };

/* One (status, reason) seen at a node. */
struct sim_reason {
    enum sim_status status;
    const char *text;
    struct sim_counter count;
};

struct sim_node {
    struct sim *sim;
    const struct sim_node_type *type;
    const char *name;
    uint64_t name_hash;   /* XXH3-64 of the name: the node in the fingerprint */
    uint32_t index;       /* in the order of names */
    uint32_t incarnation; /* 1, 2, ...: rises with each kill */
    bool down;
    int on_abandon;          /* enum sim_on_abandon; types offer it as a param */
    int64_t in_flight_max;   /* calls above it are turned away: the bound of every queue inside; INT64_MAX: none */
    struct sim_link **links; /* outgoing */
    uint32_t link_count;
    struct sim_slab frames;
    struct sim_flow *flows; /* living frames */
    struct sim_call *calls; /* not yet replied to, newest first */
    struct sim_node *owner; /* the node whose death resets this one; NULL: none */

    /* Metrics that every node has. Callee: calls = ended + in_flight. Caller: sent = answered + timed_out +
     * cancelled + outstanding. */
    struct sim_counter received, ended, errors, by_status[SIM_STATUSES];
    struct sim_histogram latency; /* ns from arrival to reply, of every ended call whatever its status */
    struct sim_gauge in_flight;
    struct sim_counter sent, answered, timed_out, cancelled, late;
    struct sim_gauge outstanding;
    struct sim_reason reasons[SIM_REASONS];
    uint32_t reason_count;
};

/* The metrics and actions that every node has. */
extern const struct sim_metric sim_node_metrics[];
extern const struct sim_action sim_node_actions[];

sim_ns sim_now(const struct sim_node *node);

/* A stream of the node's own: (seed of the world, name of the node, purpose). */
void sim_node_stream(struct sim_node *node, struct sim_rng *rng, const char *purpose);

/* Kills: the incarnation rises; frames, queues and timers vanish; open calls to it end REFUSED; calls it made are let
 * go; nodes it owns are reset. Until the restart every call is REFUSED. On one that is down it only resets the parts, so
 * that a restart that one of them has planned is off. Not to be called from one of the node's own flows. */
void sim_node_kill(struct sim_node *node);
/* Starts it again, cold. Without effect on one that is up. */
void sim_node_restart(struct sim_node *node);

/* For the kernel: starts the node's parts and the node. */
void sim_node_start(struct sim_node *node);

/* Finds one of the node's actions, or one that every node has; NULL when there is none. */
const struct sim_action *sim_node_find_action(const struct sim_node *node, const char *name);

#endif
