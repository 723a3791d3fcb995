/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The shedder part: load shedding at admission. What is shed is answered UNAVAILABLE "Shed" before work is done for it.
 *
 *   concurrency  on arrival: above `limit` requests in flight, this one included, one is shed.
 *   codel        when a request has left the CPU queue, by how long it stood there: CoDel (RFC 8289). Once every sojourn
 *                for an `interval` was `target` or more, one request is shed, then more after interval / sqrt(2),
 *                interval / sqrt(3), ... until one stands less than the target. */
#ifndef MODELS_SHEDDER_H
#define MODELS_SHEDDER_H

#include "sim/node.h"

enum shedder_kind { SHEDDER_NONE, SHEDDER_CONCURRENCY, SHEDDER_CODEL };

struct shedder {
    struct sim_part_base part; /* must be first */
    int kind;                  /* param: enum shedder_kind */
    int64_t limit;             /* param, requests */
    sim_ns target, interval;   /* params */
    struct {
        bool dropping;
        sim_ns above_since;        /* no sojourn was below the target since then; SIM_NEVER: the last one was */
        sim_ns drop_next;          /* while dropping; after it, when the next drop would have been */
        int64_t count, last_count; /* drops since dropping began; what count began with */
    } codel;
    struct sim_counter shed;
};

extern const struct sim_part_type shedder_type;

/* What a request that was shed is answered: UNAVAILABLE "Shed". */
extern const struct sim_outcome shedder_outcome;

bool shedder_admits_by_count(struct shedder *shedder, int64_t in_flight);
bool shedder_keeps_by_sojourn(struct shedder *shedder, sim_ns sojourn);

/* On arrival. `in_flight`: the node's, this request included. */
static inline bool shedder_admits(struct shedder *shedder, int64_t in_flight)
{
    return __builtin_expect(shedder->kind != SHEDDER_CONCURRENCY, 1) || shedder_admits_by_count(shedder, in_flight);
}

/* When the request has left the CPU queue, once for each. `sojourn`: ns it stood there, 0 when it did not wait. For the
 * `keeps` of a struct sim_cpu, with which cpu_run_or_shed sheds before the first burst. */
static inline bool shedder_keeps(struct shedder *shedder, sim_ns sojourn)
{
    return __builtin_expect(shedder->kind != SHEDDER_CODEL, 1) || shedder_keeps_by_sojourn(shedder, sojourn);
}

/* floor(interval / sqrt(count)) ns, exactly; interval >= 0, count >= 1. For tests. */
sim_ns shedder_codel_pause(sim_ns interval, int64_t count);

#endif
