/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Events: something that happens to a node at an instant. They are dispatched in the order of (time, sequence) and of
 * nothing else; the sequence number is given when an event is scheduled. */
#ifndef SIM_EVENT_H
#define SIM_EVENT_H

#include "sim/base.h"

struct sim;
struct sim_node;

/* A pending event; 0 is none. Valid until the event fires or is cancelled; a stale handle is recognised, so cancelling
 * twice, or after the event fired, does no harm. */
typedef uint64_t sim_event;

/* What an event is. Constant data of a model, or of the kernel. */
struct sim_event_kind {
    char name[16]; /* padded with zeros; part of the fingerprint */
    /* `subject` is what was given to sim_schedule. */
    void (*fire)(struct sim_node *node, void *subject);
};

/* Schedules an event of `node` at `at` (ns, not in the past). It vanishes when the node is killed before. At
 * SIM_NEVER nothing is scheduled and 0 returned. More than 16 M pending events stop the run with a message. */
sim_event sim_schedule(struct sim_node *node, sim_ns at, const struct sim_event_kind *kind, void *subject);
/* The same `delay` ns from now. */
sim_event sim_schedule_in(struct sim_node *node, sim_ns delay, const struct sim_event_kind *kind, void *subject);
/* The same, but the event survives the death of the node: what is under way in the network, faults, restarts. */
sim_event sim_schedule_undying(struct sim_node *node, sim_ns at, const struct sim_event_kind *kind, void *subject);
/* Cancels `*event` if it is pending and sets it to 0. O(1). */
void sim_cancel(struct sim *sim, sim_event *event);

#endif
