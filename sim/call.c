/* SPDX-License-Identifier: GPL-3.0-or-later */
/* See call.h for the two sides of a call. Who holds the struct: the caller's side until it has ended (a started call:
 * until its flow drops it), and the way to the callee and back until the reply arrived, or was dropped. `refs` counts
 * these two.
 *
 * Invariants: a caller's side ends once; a callee replies once; call->caller is set only while the caller's side is
 * open, so a flow that ended is never touched; what arrives for a caller that has gone is dropped and counted. */
#include "sim/call_internal.h"
#include "sim/world.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static void fire_timeout(struct sim_node *node, void *subject);
static const struct sim_event_kind timeout_kind = {"timeout", fire_timeout};

/* ---- listeners ---- */

static __attribute__((noinline)) void tell_segment(const struct sim_call *call, const struct sim_segment *segment,
                                                   sim_ns from)
{
    const struct sim *sim = call->to->sim;
    if (segment != NULL && sim->now > from)
        SIM_TELL(sim, segment, call, segment, from, sim->now);
}

/* The most told of all, so that nothing is done for it when nobody listens. */
void sim_call_segment(const struct sim_call *call, const struct sim_segment *segment, sim_ns from)
{
    if (call != NULL && __builtin_expect(call->to->sim->listening != NULL, 0))
        tell_segment(call, segment, from);
}

void sim_span_begin(const struct sim_call *call, const char *name)
{
    if (call != NULL)
        SIM_TELL(call->to->sim, span_begin, call, name);
}

void sim_span_end(const struct sim_call *call, const char *name, bool error)
{
    if (call != NULL)
        SIM_TELL(call->to->sim, span_end, call, name, error);
}

void sim_tag(const struct sim_call *call, const char *key, const char *value)
{
    if (call != NULL)
        SIM_TELL(call->to->sim, tag, call, key, value);
}

void sim_tag_int(const struct sim_call *call, const char *key, int64_t value)
{
    if (call == NULL || call->to->sim->listening == NULL)
        return;
    char text[24];
    (void)snprintf(text, sizeof text, "%" PRId64, value);
    for (const struct sim_listening *one = call->to->sim->listening; one != NULL; one = one->next) {
        if (one->listener->tag_int != NULL)
            one->listener->tag_int(one->context, call, key, value);
        else if (one->listener->tag != NULL)
            one->listener->tag(one->context, call, key, text);
    }
}

void sim_log(const struct sim_node *node, const struct sim_call *call, const char *level, const char *message)
{
    SIM_TELL(node->sim, log, node, call, level, message);
}

void sim_transition(const struct sim_node *node, const char *part, const char *from, const char *to)
{
    SIM_TELL(node->sim, transition, node, part, from, to);
}

void sim_tell_fault(const struct sim *sim, const char *path, const char *value)
{
    SIM_TELL(sim, fault, path, value);
}

void sim_emit(const struct sim_node *node, const char *metric, double value)
{
    SIM_TELL(node->sim, emit, node, metric, value);
}

/* ---- the caller's side ---- */

static struct sim_link *find_link(const struct sim_node *from, const struct sim_node *to)
{
    for (uint32_t i = 0; i < from->link_count; i++) {
        if (from->links[i]->to == to)
            return from->links[i];
    }
    return NULL;
}

struct sim_call *sim_call_make(struct sim_flow *f, struct sim_node *to, int op, const struct sim_payload *payload,
                               sim_ns timeout)
{
    struct sim_node *from = f->node;
    struct sim *sim = from->sim;
    sim_assert((to->type->accepts >> op & 1) != 0);
    if (!sim_step(sim))
        return NULL;
    if (sim->call_slab.in_use >= sim->limits.calls) {
        sim_stop(sim, "more than %" PRIu64 " calls under way at once", sim->limits.calls);
        return NULL;
    }
    struct sim_call *call = sim_slab_take(&sim->call_slab);
    memset(call, 0, sizeof *call);
    call->from = from;
    call->to = to;
    call->link = from->link_count == 0 ? NULL : find_link(from, to);
    call->id = ++sim->calls;
    call->parent = f->call == NULL ? 0 : f->call->id;
    call->root = f->call == NULL ? call->id : f->call->root;
    call->op = op;
    call->begun = sim->now;
    if (payload != NULL)
        call->request = *payload;
    call->caller = f;
    call->ticket = ++sim->tickets;
    call->refs = 2;
    sim_count(&from->sent, 1);
    sim_gauge_add(&from->outstanding, sim->now, 1);
    SIM_TELL(sim, call_begin, call);
    if (timeout != SIM_NO_TIMEOUT)
        call->timer = sim_schedule_in(from, timeout, &timeout_kind, call);
    return call;
}

void sim_call_release(struct sim_call *call)
{
    sim_assert(call->refs > 0);
    if (--call->refs == 0)
        sim_slab_give(&call->to->sim->call_slab, call);
}

/* Tells a callee that is still at it that nobody waits any more. */
static void abandon(struct sim_call *call)
{
    if ((call->flags & SIM_CALL_REPLIED) != 0 || call->to->on_abandon != SIM_CANCEL)
        return;
    if (call->link == NULL) {
        sim_call_abandon_arrived(call);
        return;
    }
    call->refs++;
    sim_link_send(call, SIM_LEG_ABANDON);
}

void sim_call_end_caller(struct sim_call *call, enum sim_call_end end, struct sim_outcome outcome)
{
    struct sim_node *from = call->from;
    struct sim *sim = from->sim;
    sim_assert((call->flags & SIM_CALL_ENDED) == 0);
    call->flags |= SIM_CALL_ENDED;
    call->caller = NULL;
    sim_cancel(sim, &call->timer);
    sim_gauge_add(&from->outstanding, sim->now, -1);
    switch (end) {
    case SIM_END_ANSWERED:
        call->flags |= SIM_CALL_ANSWERED;
        sim_count(&from->answered, 1);
        break;
    case SIM_END_TIMED_OUT:
        sim_count(&from->timed_out, 1);
        break;
    case SIM_END_CANCELLED:
        sim_count(&from->cancelled, 1);
        break;
    }
    call->end = outcome;
    SIM_TELL(sim, call_end, call, end);
    if (end != SIM_END_ANSWERED)
        abandon(call);
}

static void fire_timeout(struct sim_node *node, void *subject)
{
    (void)node;
    struct sim_call *call = subject;
    struct sim_flow *caller = call->caller;
    call->timer = 0;
    const struct sim_outcome outcome = {SIM_TIMEOUT, "Timed Out"};
    call->refs++;
    sim_call_end_caller(call, SIM_END_TIMED_OUT, outcome);
    sim_flow_answered(caller, call, true);
    sim_call_release(call);
}

/* ---- the callee's side ---- */

static void link_in(struct sim_call *call)
{
    struct sim_node *node = call->to;
    call->prev = NULL;
    call->next = node->calls;
    if (node->calls != NULL)
        node->calls->prev = call;
    node->calls = call;
}

static void unlink_from(struct sim_call *call)
{
    if (call->prev != NULL)
        call->prev->next = call->next;
    else
        call->to->calls = call->next;
    if (call->next != NULL)
        call->next->prev = call->prev;
}

void sim_call_send(struct sim_call *call)
{
    struct sim *sim = call->to->sim;
    if (call->link != NULL) {
        sim_link_send(call, SIM_LEG_REQUEST);
        return;
    }
    if (sim->depth >= sim->limits.depth) {
        sim_stop(sim, "calls nested deeper than %u at one instant", sim->limits.depth);
        return;
    }
    sim->depth++;
    call->flags |= SIM_CALL_STARTING;
    call->refs++;
    sim_call_arrive(call);
    call->flags &= ~(unsigned)SIM_CALL_STARTING;
    sim_call_release(call);
    sim->depth--;
}

void sim_call_arrive(struct sim_call *call)
{
    struct sim_node *node = call->to;
    struct sim *sim = node->sim;
    call->flags |= SIM_CALL_ARRIVED;
    call->arrived = sim->now;
    sim_count(&node->received, 1);
    sim_gauge_add(&node->in_flight, sim->now, 1);
    link_in(call);
    SIM_TELL(sim, call_arrive, call);
    if (node->down) {
        sim_reply(call, (struct sim_outcome){SIM_REFUSED, "Connection Refused"});
        return;
    }
    if (node->in_flight.value > node->in_flight_max) {
        sim_reply(call, (struct sim_outcome){SIM_UNAVAILABLE, "Overloaded"});
        return;
    }
    if ((call->flags & SIM_CALL_ABANDONED) != 0 && node->on_abandon == SIM_CANCEL) {
        sim_reply(call, (struct sim_outcome){SIM_CANCELLED, "Cancelled"});
        return;
    }
    if (node->type->flow == NULL) {
        node->type->request(node, call);
        return;
    }
    struct sim_flow *flow = sim_spawn(node, node->type->flow);
    flow->call = call;
    call->handler = flow;
    sim_flow_run(flow);
}

static void count_outcome(struct sim_node *node, struct sim_outcome outcome)
{
    sim_count(&node->ended, 1);
    sim_count(&node->by_status[outcome.status], 1);
    if (sim_status_is_error(outcome.status))
        sim_count(&node->errors, 1);
    if (outcome.reason == NULL)
        return;
    for (uint32_t i = 0; i < node->reason_count; i++) {
        struct sim_reason *reason = &node->reasons[i];
        if (reason->status == outcome.status && strcmp(reason->text, outcome.reason) == 0) {
            sim_count(&reason->count, 1);
            return;
        }
    }
    sim_assert(node->reason_count < SIM_REASONS);
    struct sim_reason *reason = &node->reasons[node->reason_count++];
    reason->status = outcome.status;
    reason->text = outcome.reason;
    sim_count(&reason->count, 1);
}

void sim_reply(struct sim_call *call, struct sim_outcome outcome)
{
    struct sim_node *node = call->to;
    struct sim *sim = node->sim;
    sim_assert((call->flags & (SIM_CALL_REPLIED | SIM_CALL_ARRIVED)) == SIM_CALL_ARRIVED);
    call->flags |= SIM_CALL_REPLIED;
    call->replied = sim->now;
    call->outcome = outcome;
    call->handler = NULL;
    unlink_from(call);
    count_outcome(node, outcome);
    sim_hist_record(&node->latency.slice, sim->now - call->arrived);
    sim_gauge_add(&node->in_flight, sim->now, -1);
    SIM_TELL(sim, call_reply, call);
    if (call->link != NULL)
        sim_link_send(call, SIM_LEG_REPLY);
    else
        sim_call_return(call);
}

/* The reply reaches the caller. */
void sim_call_return(struct sim_call *call)
{
    if (!sim_call_open(call)) {
        sim_count(&call->from->late, 1);
        sim_call_release(call);
        return;
    }
    struct sim_flow *caller = call->caller;
    bool by_event = call->link != NULL;
    sim_call_end_caller(call, SIM_END_ANSWERED, call->outcome);
    sim_flow_answered(caller, call, by_event);
    sim_call_release(call);
}

void sim_call_abandon_arrived(struct sim_call *call)
{
    struct sim_node *node = call->to;
    const unsigned flags = call->flags & (SIM_CALL_ARRIVED | SIM_CALL_REPLIED);
    call->flags |= SIM_CALL_ABANDONED;
    if (flags != SIM_CALL_ARRIVED || node->on_abandon != SIM_CANCEL)
        return; /* not there yet: looked at on arrival; or done */
    if (call->handler != NULL)
        sim_flow_cancel(call->handler);
    else if (node->type->flow == NULL && node->type->abandoned != NULL)
        node->type->abandoned(node, call);
}

void sim_call_lost(struct sim_call *call)
{
    if (sim_call_open(call)) {
        struct sim_flow *caller = call->caller;
        const struct sim_outcome outcome = {SIM_TIMEOUT, "Connection Timed Out"};
        call->refs++;
        sim_call_end_caller(call, SIM_END_TIMED_OUT, outcome);
        call->end = outcome;
        sim_flow_answered(caller, call, true);
        sim_call_release(call);
    }
    sim_call_release(call);
}

void sim_tell(struct sim_node *to, int op, const struct sim_payload *payload)
{
    static const struct sim_payload nothing;
    sim_assert(to->type->told != NULL);
    if (!to->down)
        to->type->told(to, op, payload == NULL ? &nothing : payload);
}
