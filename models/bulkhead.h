/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The bulkhead part: at most max_concurrent flows of a node inside a section, so that one slow dependency cannot take all
 * there is (resilience4j's SemaphoreBulkhead: 25 inside, max_wait 0s).
 *
 *            a place is free and nobody waits              released, it is first
 *   enter -----------------------------------> inside <----------------------------- waits (at most queue_max)
 *     |  no place, and max_wait is 0s or the queue is full                              |  max_wait, or cancelled
 *     +---> UNAVAILABLE "Bulkhead Full"                                                 +---> UNAVAILABLE, CANCELLED
 *
 * A place goes to the first waiter in the step in which it is released, not when that one wakes. */
#ifndef MODELS_BULKHEAD_H
#define MODELS_BULKHEAD_H

#include "sim/node.h"
#include "sim/waitq.h"

struct bulkhead {
    struct sim_part_base part; /* must be first */
    int64_t max_concurrent;    /* param; INT64_MAX: off */
    sim_ns max_wait;           /* param */
    int64_t queue_max;         /* param */
    struct sim_waitq queue;
    int64_t count; /* flows inside, with the bulkhead off too */
    struct sim_gauge inside, waiting;
    struct sim_counter rejected, timeouts;
    struct sim_histogram wait;
};

extern const struct sim_part_type bulkhead_type;

/* Awaitable: AWAIT(f, bulkhead_enter(f, &service->bulkhead)). Then f->status is
 *   OK           the flow is inside and must leave, also when it was cancelled after its place was granted;
 *   UNAVAILABLE  (reason "Bulkhead Full") or CANCELLED: it is not, and must not leave.
 * `f` is a flow of the part's own node. */
bool bulkhead_enter(struct sim_flow *f, struct bulkhead *bulkhead);

/* A flow that is inside goes out. A kill of the node empties the bulkhead: those who die do not leave. */
void bulkhead_leave(struct bulkhead *bulkhead);

#endif
