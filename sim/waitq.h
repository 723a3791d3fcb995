/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A queue in which flows wait until somebody wakes them: single flight, bulkheads. First come first served; a flow that
 * is cancelled or killed, or whose time is over, leaves it at once. Who was woken cannot run out of time any more, not at
 * the same nanosecond either: the wake seals the outcome and ends the timer. */
#ifndef SIM_WAITQ_H
#define SIM_WAITQ_H

#include "sim/flow.h"

struct sim_waitq {
    struct sim_flow *first, *last;
    uint32_t count;
    /* Told when a flow has left, for whatever reason, after `waited` ns; `late`: its time was over. NULL: nobody asks. */
    void (*left)(struct sim_waitq *queue, sim_ns waited, bool late);
};

/* Takes the first flow out and seals its wait's outcome; it goes on at +0. False when none waits. `reply` may be NULL. */
bool sim_wake(struct sim_waitq *queue, struct sim_outcome outcome, const struct sim_payload *reply);
/* The same for the last one: to turn away who came last when the queue must get shorter. */
bool sim_wake_last(struct sim_waitq *queue, struct sim_outcome outcome);
/* Wakes all, in their order. Returns how many. */
uint32_t sim_wake_all(struct sim_waitq *queue, struct sim_outcome outcome, const struct sim_payload *reply);

#endif
