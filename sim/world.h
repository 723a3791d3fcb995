/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A world: everything one simulation consists of. Two worlds may run in one process on two threads; nothing is shared.
 *
 *   create -> add nodes and links -> put params -> add intervals -> start -> run -> finish -> read -> destroy
 */
#ifndef SIM_WORLD_H
#define SIM_WORLD_H

#include "sim/fingerprint.h"
#include "sim/link.h"
#include "sim/listen.h"
#include "sim/node.h"
#include "sim/queue.h"

struct sim_limits {
    uint64_t events;            /* in all; 0: no limit */
    uint64_t steps_per_instant; /* events, calls and waits without time going on */
    uint64_t calls;             /* alive at once */
    uint32_t depth;             /* calls begun within calls, at one instant, over no link */
};

struct sim {
    sim_ns now;
    uint64_t seed;
    struct sim_queue queue;
    struct sim_fingerprint print;
    uint64_t events;  /* dispatched */
    uint64_t calls;   /* begun; ids of spans */
    uint64_t tickets; /* given to waits */
    uint64_t steps;   /* at this instant */
    uint32_t depth;
    struct sim_limits limits;
    bool started, finished;
    sim_ns last;  /* the run ends after the events of this instant: see sim_end; SIM_NEVER */
    bool stopped; /* a limit was reached; `error` says which */
    struct sim_error error;
    const struct sim_node *acting; /* whose event is being dispatched: for sim_panic */

    struct sim_arena arena;
    struct sim_slab call_slab, message_slab;
    struct sim_node **nodes; /* by name */
    uint32_t node_count, node_room;
    struct sim_link **links; /* by name */
    uint32_t link_count, link_room;

    struct sim_instrument *instruments;
    uint32_t instrument_count;
    struct sim_interval *intervals; /* intervals[0] is the whole run */
    uint32_t interval_count, interval_room;
    struct sim_interval **open; /* those that span the slice being cut */
    uint32_t open_count;
    sim_ns window; /* length; SIM_NEVER: none */
    sim_ns last_cut, next_cut;
    struct sim_sample *window_samples;
    sim_ns window_from;
    struct sim_sink sink;

    struct sim_listening *listening; /* NULL: nobody listens */
    /* Who decides what a param is when its service is told to change it; NULL: it is just changed. */
    void (*hold)(void *context, const struct sim_target *target, const struct sim_value *value);
    void *hold_context;

    struct sim_dist_table **dist_tables;
    uint32_t dist_table_count, dist_table_room;
};

struct sim *sim_create(uint64_t seed);
void sim_destroy(struct sim *sim);

/* Adds a node of a type with the defaults of its params (those that must be given are zero). The name is copied. NULL
 * when it is taken. Nodes are kept in the order of their names, so the order of adding means nothing. */
struct sim_node *sim_add_node(struct sim *sim, const struct sim_node_type *type, const char *name);
/* Adds a link. NULL when the name is taken or the two nodes have one already. */
struct sim_link *sim_add_link(struct sim *sim, const char *name, struct sim_node *from, struct sim_node *to);
/* NULL when there is none. */
struct sim_node *sim_find_node(const struct sim *sim, const char *name);
struct sim_link *sim_find_link(const struct sim *sim, const char *name);

/* Adds a listener; it and its context outlive the run. */
void sim_listen(struct sim *sim, const struct sim_listener *listener, void *context);

/* What a service does to a param when its own interface is told to (the lab's POST /chaos/configure): holds it at a value,
 * or with NULL gives it back. One mechanism with the faults of a scenario: what began last wins. The param is live. */
void sim_hold(struct sim *sim, const struct sim_target *target, const struct sim_value *value);

/* Ends the run with this instant: what else is to happen at it still happens. */
void sim_end(struct sim *sim);

/* Adds [from, to) to what is measured; returns its index (intervals[0] is the whole run). Before the start. */
uint32_t sim_add_interval(struct sim *sim, const char *name, sim_ns from, sim_ns to);
/* Adds [from, to) in windows of `step` ns that tile it from its beginning; what is left over belongs to the last window,
 * which is thus shorter than 2 steps. Each is told to `closed` as it ends, and then forgotten; one that the run does
 * not reach the end of is not. Like any interval it posts no events. `step` is above 0 and at most to - from. */
uint32_t sim_add_rolling(struct sim *sim, const char *name, sim_ns from, sim_ns to, sim_ns step,
                         void (*closed)(void *context, const struct sim_interval *window), void *context);

/* Checks what no single param can: references that must be given, owners, circles of references, types' own checks.
 * `refuse` is told of everything that is wrong (path: "node", "node.param" or "node.part.param"). True when all is right.
 * Before the start; may be repeated. */
bool sim_check_world(struct sim *sim, void (*refuse)(void *context, const struct sim_error *error), void *context);
/* The same, then starts every node. False with the first that is wrong in `error`. */
bool sim_start_world(struct sim *sim, struct sim_error *error);

/* Dispatches the events before `until`, then sets the time to it; or up to the instant of a sim_end. `poll` (may be NULL) is called now and then with the
 * world; when it returns false the run is left where it is, to be gone on with. Returns whether the end was reached;
 * false also when a limit stopped the world (sim->stopped, sim->error). */
bool sim_run(struct sim *sim, sim_ns until, bool (*poll)(void *context, const struct sim *sim), void *context);

/* Closes the last window and the intervals, adds the metric values to the fingerprint. Once, after the last sim_run. */
void sim_finish(struct sim *sim);
/* After sim_finish. */
uint64_t sim_fingerprint(struct sim *sim);

/* Stops the run with a message: a limit of the simulation, not a bug. The first message stays. */
void sim_stop(struct sim *sim, const char *rule, ...) __attribute__((format(printf, 2, 3)));

/* Counts a step at this instant; false when the limit was reached and the world stopped. */
static inline bool sim_step(struct sim *sim)
{
    if (__builtin_expect(++sim->steps <= sim->limits.steps_per_instant && !sim->stopped, 1))
        return true;
    sim_stop(sim, "more than %llu steps at one instant: something loops without time going on",
             (unsigned long long)sim->limits.steps_per_instant);
    return false;
}

#endif
