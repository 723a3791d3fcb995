/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Flows: handlers that make calls in sequence and read from top to bottom. Stackless coroutines of three macros.
 *
 *     struct lookup {
 *         struct sim_flow flow;        must be first
 *         uint64_t key;                what lives across a wait is in the frame
 *     };
 *     static void serve(struct sim_flow *f)
 *     {
 *         struct lookup *const my = (struct lookup *)f;     the only locals: const pointers set before FLOW_BEGIN
 *         FLOW_BEGIN(f);
 *         AWAIT(f, sim_call(f, svc->cache, OP_GET, &my->payload, SIM_NO_TIMEOUT));
 *         ...
 *         FLOW_END(f, my->outcome);
 *     }
 *
 * No `switch` in a flow, one AWAIT a line. After an AWAIT f->status, f->reason and f->reply tell how it ended.
 *
 * A flow runs from wait to wait at one instant. A wait that ends at once falls through without an event. A frame
 * starts zeroed but for its `flow`.
 *
 * Cancelled (its call was abandoned and its node's on_abandon is `cancel`): the current wait and every later one ends at
 * once with CANCELLED, and the flow runs on to its release lines, so there are no destructors. A wait whose outcome was
 * sealed before the cancel keeps it: what was granted must be released. */
#ifndef SIM_FLOW_H
#define SIM_FLOW_H

#include "sim/call.h"

struct sim_flow;
struct sim_waitq;
struct sim_cpu;
typedef void (*sim_flow_fn)(struct sim_flow *flow);

enum sim_waiting {
    SIM_WAITING_NOT, /* it runs */
    SIM_WAITING_CALL,
    SIM_WAITING_SLEEP,
    SIM_WAITING_CPU_QUEUE,
    SIM_WAITING_CPU,
    SIM_WAITING_QUEUE,
    SIM_WAITING_JOIN,
    SIM_WAITING_RESUME /* the outcome is sealed; an event at +0 resumes it */
};

struct sim_flow {
    struct sim_node *node;
    struct sim_call *call; /* what it answers; NULL for a spawned flow, and once replied */
    sim_flow_fn run;
    struct sim_flow *prev, *next; /* the node's flows */
    int at;                       /* line to resume at */
    enum sim_waiting waiting;
    bool cancelled;
    bool ended;
    bool may_be_shed; /* by the cpu that it waits for */

    uint64_t ticket; /* of the present wait: fresh for each, never used again */
    struct sim_call *awaited;
    sim_event timer;
    const struct sim_segment *segment;
    sim_ns since;   /* start of the present segment */
    sim_ns burst;   /* CPU time asked for */
    void *waits_in; /* the sim_waitq or sim_cpu it waits in */
    struct sim_flow *wait_prev, *wait_next;
    struct sim_call *started, *started_last;
    uint32_t started_open, started_want;

    enum sim_status status; /* outcome of the last wait */
    const char *reason;
    struct sim_payload reply;
};

#define FLOW_BEGIN(f) \
    switch ((f)->at) { \
    case 0:

#define AWAIT(f, wait) \
    do { \
        (f)->at = __LINE__; \
        if (!(wait)) \
            return; \
        __attribute__((fallthrough)); \
    case __LINE__:; \
    } while (0)

#define FLOW_END(f, outcome) \
    sim_flow_end((f), (outcome)); \
    return; \
    default: \
        sim_panic(__FILE__, __LINE__, "a flow resumed at a line that is no AWAIT"); \
        }

/* ---- the awaitables: all return true when the wait ended at once ---- */

/* One call. `payload` is copied; NULL is zeros. The timer runs on the caller's side: at the timeout the wait ends
 * TIMEOUT and the callee goes on or is cancelled as its on_abandon says. timeout > 0 ns, or SIM_NO_TIMEOUT; a timeout
 * of 0 or less ends TIMEOUT without a call. Outcomes: the callee's, TIMEOUT, CANCELLED, REFUSED (killed or down). */
bool sim_call(struct sim_flow *f, struct sim_node *to, int op, const struct sim_payload *payload, sim_ns timeout);

/* Sleeps; 0 is no sleep at all. The time is a segment of the flow's span. */
bool sim_sleep(struct sim_flow *f, sim_ns duration, const struct sim_segment *segment);

/* Burns `burst` ns on one core, first come first served. A burst of 0 needs a free core too. */
bool cpu_run(struct sim_flow *f, struct sim_cpu *cpu, sim_ns burst);
/* The same for work that may be shed: when it is first in the queue and a core is free, cpu->keeps is asked, and if it
 * says no the wait ends UNAVAILABLE "Shed" without a burst and the core goes to the next. */
bool cpu_run_or_shed(struct sim_flow *f, struct sim_cpu *cpu, sim_ns burst);

/* Waits in a queue until sim_wake. */
bool sim_wait(struct sim_flow *f, struct sim_waitq *queue, const struct sim_segment *segment);
/* The same for `patience` ns at most (above 0, or SIM_NEVER); when they are over the wait ends with `late`. */
bool sim_wait_for(struct sim_flow *f, struct sim_waitq *queue, const struct sim_segment *segment, sim_ns patience,
                  struct sim_outcome late);

/* No wait at all: ends at once with `outcome`, or CANCELLED when the flow is. For awaitables made of others, which need
 * not wait every time. */
bool sim_settle(struct sim_flow *f, struct sim_outcome outcome);

/* Begins a call without waiting for it; it runs to its first wait now. Returns NULL when the flow is cancelled. The call
 * is the flow's until sim_drop, or the end of the flow. */
struct sim_call *sim_start(struct sim_flow *f, struct sim_node *to, int op, const struct sim_payload *payload,
                           sim_ns timeout);
/* Waits until `want` (or all, if fewer) of the started calls have ended. Their outcomes are read from f->started and
 * ->sibling: a call has ended when !sim_call_open(call). */
bool sim_join(struct sim_flow *f, uint32_t want);
/* Lets all started calls go: those still open are abandoned. */
void sim_drop(struct sim_flow *f);

/* ---- life ---- */

/* A frame of `node` (its type's frame_size, zeroed) that answers no call. Fill it, then sim_flow_run it. */
struct sim_flow *sim_spawn(struct sim_node *node, sim_flow_fn run);
/* Runs it until its first wait, or its end; `f` may be gone afterwards. */
void sim_flow_run(struct sim_flow *f);
/* See above; the flow resumes at +0. No effect on one that is cancelled already. */
void sim_flow_cancel(struct sim_flow *f);
/* What FLOW_END does: replies if the flow has not, lets started calls go, gives the frame back. */
void sim_flow_end(struct sim_flow *f, struct sim_outcome outcome);
/* Replies now and lets the flow go on (background work). */
void sim_flow_reply(struct sim_flow *f, struct sim_outcome outcome);
/* Outcome of the last wait. */
static inline struct sim_outcome sim_flow_outcome(const struct sim_flow *f)
{
    return (struct sim_outcome){f->status, f->reason};
}
/* Whether the caller of the call that the flow answers has given up. */
bool sim_flow_abandoned(const struct sim_flow *f);

#endif
