/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A flow's life:
 *
 *            sim_spawn            a wait begins                     its outcome is known
 *   (frame) ----------> runs (NOT) ------------> waits (CALL, SLEEP, ...) ------------> RESUME --+0--> runs ...
 *                        |   ^                        |  timer, sleep, CPU, link: directly     ^
 *                        |   +------------------------+----------------------------------------+
 *                        +--> FLOW_END: replies, gives the frame back
 *
 * Invariants: a flow waits for one thing at a time, under a ticket of its own; what was taken out of a queue is sealed
 * in the same step (granted on release, not on wake-up); a frame is given back only when nothing refers to it. */
#include "sim/flow.h"

#include "sim/call_internal.h"
#include "sim/waitq.h"
#include "sim/world.h"

#include <string.h>

static void fire_resume(struct sim_node *node, void *subject);
static void fire_wake(struct sim_node *node, void *subject);
static void fire_late(struct sim_node *node, void *subject);
static const struct sim_event_kind resume_kind = {"resume", fire_resume};
static const struct sim_event_kind wake_kind = {"wake", fire_wake};
static const struct sim_event_kind late_kind = {"wait over", fire_late};

static const struct sim_outcome cancelled_outcome = {SIM_CANCELLED, "Cancelled"};

/* ---- life ---- */

struct sim_flow *sim_spawn(struct sim_node *node, sim_flow_fn run)
{
    struct sim_flow *f = sim_slab_take(&node->frames);
    memset(f, 0, node->frames.size);
    f->node = node;
    f->run = run;
    f->next = node->flows;
    if (node->flows != NULL)
        node->flows->prev = f;
    node->flows = f;
    return f;
}

void sim_flow_run(struct sim_flow *f)
{
    sim_assert(!f->ended);
    f->waiting = SIM_WAITING_NOT;
    f->run(f);
}

static void give_frame(struct sim_flow *f)
{
    struct sim_node *node = f->node;
    if (f->prev != NULL)
        f->prev->next = f->next;
    else
        node->flows = f->next;
    if (f->next != NULL)
        f->next->prev = f->prev;
    f->ended = true;
    sim_slab_give(&node->frames, f);
}

void sim_flow_reply(struct sim_flow *f, struct sim_outcome outcome)
{
    struct sim_call *call = f->call;
    sim_assert(call != NULL);
    f->call = NULL;
    sim_reply(call, f->cancelled ? cancelled_outcome : outcome);
}

void sim_flow_end(struct sim_flow *f, struct sim_outcome outcome)
{
    sim_assert(f->waiting == SIM_WAITING_NOT);
    sim_drop(f);
    if (f->call != NULL)
        sim_flow_reply(f, outcome);
    give_frame(f);
}

bool sim_flow_abandoned(const struct sim_flow *f)
{
    return f->call != NULL && !sim_call_open(f->call);
}

/* ---- how waits end ---- */

/* What a wait came to that is no call. */
static void conclude(struct sim_flow *f, struct sim_outcome outcome)
{
    f->status = outcome.status;
    f->reason = outcome.reason;
    f->reply = (struct sim_payload){0};
}

/* A wait that ends before it begins. */
static bool settle(struct sim_flow *f, struct sim_outcome outcome)
{
    conclude(f, outcome);
    return sim_step(f->node->sim);
}

static void resume_at_once(struct sim_flow *f)
{
    f->waiting = SIM_WAITING_RESUME;
    (void)sim_schedule_in(f->node, 0, &resume_kind, f);
}

void sim_flow_seal(struct sim_flow *f, struct sim_outcome outcome, const struct sim_payload *reply)
{
    conclude(f, outcome);
    if (reply != NULL)
        f->reply = *reply;
    resume_at_once(f);
}

static void fire_resume(struct sim_node *node, void *subject)
{
    (void)node;
    struct sim_flow *f = subject;
    sim_assert(f->waiting == SIM_WAITING_RESUME);
    sim_flow_run(f);
}

static void join_progress(struct sim_flow *f, bool resume_now)
{
    f->started_open--;
    if (f->waiting != SIM_WAITING_JOIN || f->started_open > f->started_want)
        return;
    conclude(f, (struct sim_outcome){SIM_OK, NULL});
    if (resume_now)
        sim_flow_run(f);
    else
        resume_at_once(f);
}

void sim_flow_answered(struct sim_flow *f, struct sim_call *call, bool resume_now)
{
    if ((call->flags & SIM_CALL_STARTED) != 0) {
        join_progress(f, resume_now);
        return;
    }
    sim_assert(f->waiting == SIM_WAITING_CALL && f->awaited == call && f->ticket == call->ticket);
    f->status = call->end.status;
    f->reason = call->end.reason;
    f->reply = (call->flags & SIM_CALL_ANSWERED) != 0 ? call->reply : (struct sim_payload){0};
    f->awaited = NULL;
    const bool starting = (call->flags & SIM_CALL_STARTING) != 0;
    sim_call_release(call);
    if (starting)
        f->waiting = SIM_WAITING_NOT;
    else if (resume_now)
        sim_flow_run(f);
    else
        resume_at_once(f);
}

/* ---- the awaitables ---- */

bool sim_settle(struct sim_flow *f, struct sim_outcome outcome)
{
    return settle(f, f->cancelled ? cancelled_outcome : outcome);
}

bool sim_call(struct sim_flow *f, struct sim_node *to, int op, const struct sim_payload *payload, sim_ns timeout)
{
    if (f->cancelled)
        return settle(f, cancelled_outcome);
    if (timeout <= 0)
        return settle(f, (struct sim_outcome){SIM_TIMEOUT, "Timed Out"});
    f->waiting = SIM_WAITING_CALL;
    struct sim_call *call = sim_call_make(f, to, op, payload, timeout);
    f->awaited = call;
    if (call == NULL)
        return false; /* the world was stopped */
    f->ticket = call->ticket;
    sim_call_send(call);
    return f->waiting == SIM_WAITING_NOT;
}

bool sim_sleep(struct sim_flow *f, sim_ns duration, const struct sim_segment *segment)
{
    if (f->cancelled)
        return settle(f, cancelled_outcome);
    if (duration <= 0)
        return settle(f, (struct sim_outcome){SIM_OK, NULL});
    struct sim *sim = f->node->sim;
    f->waiting = SIM_WAITING_SLEEP;
    f->ticket = ++sim->tickets;
    f->segment = segment;
    f->since = sim->now;
    f->timer = sim_schedule_in(f->node, duration, &wake_kind, f);
    return false;
}

static void fire_wake(struct sim_node *node, void *subject)
{
    (void)node;
    struct sim_flow *f = subject;
    f->timer = 0;
    conclude(f, (struct sim_outcome){SIM_OK, NULL});
    sim_call_segment(f->call, f->segment, f->since);
    sim_flow_run(f);
}

struct sim_call *sim_start(struct sim_flow *f, struct sim_node *to, int op, const struct sim_payload *payload,
                           sim_ns timeout)
{
    if (f->cancelled || timeout <= 0)
        return NULL;
    struct sim_call *call = sim_call_make(f, to, op, payload, timeout);
    if (call == NULL)
        return NULL;
    call->flags |= SIM_CALL_STARTED;
    if (f->started_last != NULL)
        f->started_last->sibling = call;
    else
        f->started = call;
    f->started_last = call;
    f->started_open++;
    sim_call_send(call);
    return call;
}

bool sim_join(struct sim_flow *f, uint32_t want)
{
    if (f->cancelled)
        return settle(f, cancelled_outcome);
    uint32_t ended = 0;
    for (const struct sim_call *call = f->started; call != NULL; call = call->sibling)
        ended += !sim_call_open(call);
    uint32_t total = ended + f->started_open;
    if (want > total)
        want = total;
    if (ended >= want)
        return settle(f, (struct sim_outcome){SIM_OK, NULL});
    f->waiting = SIM_WAITING_JOIN;
    f->ticket = ++f->node->sim->tickets;
    f->started_want = total - want; /* done when no more than these are open */
    return false;
}

void sim_drop(struct sim_flow *f)
{
    struct sim_call *call = f->started;
    f->started = NULL;
    f->started_last = NULL;
    f->started_open = 0;
    while (call != NULL) {
        struct sim_call *next = call->sibling;
        if (sim_call_open(call))
            sim_call_end_caller(call, SIM_END_CANCELLED, cancelled_outcome);
        sim_call_release(call);
        call = next;
    }
}

/* ---- wait queues ---- */

bool sim_wait(struct sim_flow *f, struct sim_waitq *queue, const struct sim_segment *segment)
{
    if (f->cancelled)
        return settle(f, cancelled_outcome);
    struct sim *sim = f->node->sim;
    f->waiting = SIM_WAITING_QUEUE;
    f->ticket = ++sim->tickets;
    f->segment = segment;
    f->since = sim->now;
    f->waits_in = queue;
    f->wait_prev = queue->last;
    f->wait_next = NULL;
    if (queue->last != NULL)
        queue->last->wait_next = f;
    else
        queue->first = f;
    queue->last = f;
    queue->count++;
    return false;
}

bool sim_wait_for(struct sim_flow *f, struct sim_waitq *queue, const struct sim_segment *segment, sim_ns patience,
                  struct sim_outcome late)
{
    sim_assert(patience > 0);
    if (sim_wait(f, queue, segment))
        return true;
    conclude(f, late); /* unless it is woken before */
    if (f->waiting == SIM_WAITING_QUEUE)
        f->timer = sim_schedule_in(f->node, patience, &late_kind, f);
    return false;
}

static void leave(struct sim_flow *f, bool late)
{
    struct sim_waitq *queue = f->waits_in;
    if (f->timer != 0)
        sim_cancel(f->node->sim, &f->timer);
    if (f->wait_prev != NULL)
        f->wait_prev->wait_next = f->wait_next;
    else
        queue->first = f->wait_next;
    if (f->wait_next != NULL)
        f->wait_next->wait_prev = f->wait_prev;
    else
        queue->last = f->wait_prev;
    queue->count--;
    f->waits_in = NULL;
    f->wait_prev = f->wait_next = NULL;
    sim_call_segment(f->call, f->segment, f->since);
    if (queue->left != NULL)
        queue->left(queue, f->node->sim->now - f->since, late);
}

void sim_waitq_leave(struct sim_flow *f)
{
    leave(f, false);
}

static void fire_late(struct sim_node *node, void *subject)
{
    (void)node;
    struct sim_flow *f = subject;
    f->timer = 0;
    leave(f, true);
    sim_flow_run(f);
}

bool sim_wake(struct sim_waitq *queue, struct sim_outcome outcome, const struct sim_payload *reply)
{
    struct sim_flow *f = queue->first;
    if (f == NULL)
        return false;
    sim_waitq_leave(f);
    sim_flow_seal(f, outcome, reply);
    return true;
}

bool sim_wake_last(struct sim_waitq *queue, struct sim_outcome outcome)
{
    struct sim_flow *f = queue->last;
    if (f == NULL)
        return false;
    leave(f, false);
    sim_flow_seal(f, outcome, NULL);
    return true;
}

uint32_t sim_wake_all(struct sim_waitq *queue, struct sim_outcome outcome, const struct sim_payload *reply)
{
    uint32_t woken = 0;
    while (sim_wake(queue, outcome, reply))
        woken++;
    return woken;
}

/* ---- cancel and kill ---- */

void sim_flow_detach(struct sim_flow *f)
{
    struct sim_call *call = f->awaited;
    switch (f->waiting) {
    case SIM_WAITING_CALL:
        f->awaited = NULL;
        if (call != NULL) {
            sim_call_end_caller(call, SIM_END_CANCELLED, cancelled_outcome);
            sim_call_release(call);
        }
        break;
    case SIM_WAITING_SLEEP:
        sim_cancel(f->node->sim, &f->timer);
        sim_call_segment(f->call, f->segment, f->since);
        break;
    case SIM_WAITING_CPU_QUEUE:
    case SIM_WAITING_CPU:
        sim_cpu_leave(f);
        break;
    case SIM_WAITING_QUEUE:
        sim_waitq_leave(f);
        break;
    case SIM_WAITING_JOIN:
        sim_drop(f);
        break;
    case SIM_WAITING_RESUME:
    case SIM_WAITING_NOT:
        break;
    }
}

void sim_flow_cancel(struct sim_flow *f)
{
    if (f->cancelled)
        return;
    f->cancelled = true;
    if (f->waiting == SIM_WAITING_NOT || f->waiting == SIM_WAITING_RESUME)
        return; /* sealed outcomes stay; the next wait will see the flag */
    sim_flow_detach(f);
    sim_flow_seal(f, cancelled_outcome, NULL);
}

void sim_flow_discard(struct sim_flow *f)
{
    sim_assert(f->waiting != SIM_WAITING_NOT);
    sim_flow_detach(f);
    sim_drop(f);
    if (f->call != NULL)
        f->call->handler = NULL;
    give_frame(f);
}
