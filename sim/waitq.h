/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A queue in which flows wait until somebody wakes them: single flight, bulkheads. First come first served; a flow that
 * is cancelled or killed leaves it at once. */
#ifndef SIM_WAITQ_H
#define SIM_WAITQ_H

#include "sim/flow.h"

struct sim_waitq {
    struct sim_flow *first, *last;
    uint32_t count;
};

/* Takes the first flow out and seals its wait's outcome; it goes on at +0. False when none waits. `reply` may be NULL. */
bool sim_wake(struct sim_waitq *queue, struct sim_outcome outcome, const struct sim_payload *reply);
/* Wakes all, in their order. Returns how many. */
uint32_t sim_wake_all(struct sim_waitq *queue, struct sim_outcome outcome, const struct sim_payload *reply);

#endif
