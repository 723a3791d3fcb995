/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Processor sharing: k servers, and as many calls at once as come. With n calls under way each gets on at the rate
 * min(1, k / n): none waits, all slow down. Embedded in a node that is an event handler; the node schedules the one event
 * at sharing_next, and asks sharing_take then. Every operation costs O(log n). */
#ifndef MODELS_SHARING_H
#define MODELS_SHARING_H

#include "sim/call.h"
#include "sim/metric.h"

struct sharing_job;

/* Zeroed memory is one without calls; give it its servers before the first joins. */
struct sharing {
    struct sharing_job *jobs; /* a heap by (finish, sequence) */
    size_t count, room;
    int64_t servers; /* >= 1 */
    sim_wide done;   /* virtual time: work that a call has got that was there since the last idle moment */
    sim_ns since;    /* when `done` was true */
    uint64_t sequence;
};

/* Changes the servers, 1 or more; calls under way get on at the new rate from now on. */
void sharing_set_servers(struct sharing *sharing, sim_ns now, int64_t servers);

/* A call begins that needs `work` ns of a server of its own. Its at_callee.word is in use until it leaves or is taken. */
void sharing_join(struct sharing *sharing, sim_ns now, sim_ns work, struct sim_call *call);

/* Whether a call is in it. */
bool sharing_has(const struct sharing *sharing, const struct sim_call *call);

/* A call leaves before its end; it must be in it. */
void sharing_leave(struct sharing *sharing, sim_ns now, struct sim_call *call);

/* When the next call ends unless something changes before; SIM_NEVER when there is none. */
sim_ns sharing_next(const struct sharing *sharing);

/* Takes out a call that has got all its work by now: the least work left first, then who came first. NULL: none has. */
struct sim_call *sharing_take(struct sharing *sharing, sim_ns now);

/* Forgets all calls (the node was killed). */
void sharing_clear(struct sharing *sharing);
/* Frees what it holds. */
void sharing_fini(struct sharing *sharing);

#endif
