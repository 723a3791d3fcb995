/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What every node has: metrics, the two actions kill and restart, its place in time. */
#include "sim/node.h"

#include "sim/call_internal.h"
#include "sim/world.h"

#include <string.h>

const char *const sim_on_abandon_names[] = {"continue", "cancel", NULL};

sim_ns sim_now(const struct sim_node *node)
{
    return node->sim->now;
}

void sim_node_stream(struct sim_node *node, struct sim_rng *rng, const char *purpose)
{
    sim_rng_init(rng, node->sim->seed, node->name, purpose);
}

/* ---- events ---- */

static sim_event schedule(struct sim_node *node, sim_ns at, const struct sim_event_kind *kind, void *subject,
                          uint32_t incarnation)
{
    struct sim *sim = node->sim;
    if (at == SIM_NEVER)
        return 0;
    sim_assert(at >= sim->now);
    const struct sim_queue_slot slot = {.kind = kind, .node = node, .subject = subject, .incarnation = incarnation};
    sim_event event = sim_queue_push(&sim->queue, at, &slot);
    if (__builtin_expect(event == 0, 0))
        sim_stop(sim, "more than 16777215 events pending");
    return event;
}

sim_event sim_schedule(struct sim_node *node, sim_ns at, const struct sim_event_kind *kind, void *subject)
{
    return schedule(node, at, kind, subject, node->incarnation);
}

sim_event sim_schedule_in(struct sim_node *node, sim_ns delay, const struct sim_event_kind *kind, void *subject)
{
    return schedule(node, sim_ns_add(node->sim->now, delay), kind, subject, node->incarnation);
}

sim_event sim_schedule_undying(struct sim_node *node, sim_ns at, const struct sim_event_kind *kind, void *subject)
{
    return schedule(node, at, kind, subject, 0);
}

void sim_cancel(struct sim *sim, sim_event *event)
{
    sim_queue_cancel(&sim->queue, *event);
    *event = 0;
}

/* ---- life ---- */

void sim_node_start(struct sim_node *node)
{
    for (const struct sim_part *part = node->type->parts; part != NULL && part->name != NULL; part++) {
        if (part->type->start != NULL)
            part->type->start((char *)node + part->offset);
    }
    if (node->type->start != NULL)
        node->type->start(node);
}

static void reset_parts(struct sim_node *node)
{
    for (const struct sim_part *part = node->type->parts; part != NULL && part->name != NULL; part++) {
        if (part->type->reset != NULL)
            part->type->reset((char *)node + part->offset);
    }
}

/* Everything volatile goes: frames, timers, what it was asked. */
static void wipe(struct sim_node *node)
{
    const bool down = node->down;
    node->down = true; /* so that nothing is granted to those who die with it */
    node->incarnation++;
    while (node->flows != NULL)
        sim_flow_discard(node->flows);
    if (node->type->reset != NULL)
        node->type->reset(node);
    reset_parts(node);
    while (node->calls != NULL)
        sim_reply(node->calls, (struct sim_outcome){SIM_REFUSED, "Connection Reset"});
    node->down = down;
}

void sim_node_kill(struct sim_node *node)
{
    if (node->down) {
        reset_parts(node); /* one may have planned a restart */
        return;
    }
    struct sim *sim = node->sim;
    node->down = true;
    sim_log(node, NULL, "error", "killed");
    wipe(node);
    for (uint32_t i = 0; i < sim->node_count; i++) {
        struct sim_node *owned = sim->nodes[i];
        if (owned->owner != node || owned->down)
            continue;
        wipe(owned);
        sim_node_start(owned);
    }
}

void sim_node_restart(struct sim_node *node)
{
    if (!node->down)
        return;
    node->down = false;
    sim_log(node, NULL, "info", "started");
    sim_node_start(node);
}

static void act_kill(struct sim_node *node, int64_t amount)
{
    (void)amount;
    sim_node_kill(node);
}

static void act_restart(struct sim_node *node, int64_t amount)
{
    (void)amount;
    sim_node_restart(node);
}

const struct sim_action sim_node_actions[] = {
    {.name = "kill", .help = "stops at once: frames, queues and timers vanish, callers are refused", .act = act_kill},
    {.name = "restart", .help = "starts again after a kill, cold", .act = act_restart},
    {0}};

const struct sim_action *sim_node_find_action(const struct sim_node *node, const char *name)
{
    const struct sim_action *tables[] = {node->type->actions, sim_node_actions};
    for (size_t i = 0; i < SIM_COUNT_OF(tables); i++) {
        for (const struct sim_action *action = tables[i]; action != NULL && action->name != NULL; action++) {
            if (strcmp(action->name, name) == 0)
                return action;
        }
    }
    return NULL;
}

#define FIELD(member) .offset = offsetof(struct sim_node, member)
#define COUNTER(n, member, u, h) \
    { \
        .name = n, .kind = SIM_METRIC_COUNTER, FIELD(member), .unit = u, .help = h \
    }

const struct sim_metric sim_node_metrics[] = {
    {.name = "latency",
     .kind = SIM_METRIC_HISTOGRAM,
     FIELD(latency),
     .unit = "s",
     .help = "from the arrival of a call to its reply, of every call that ended, whatever its status"},
    {.name = "error_rate",
     .kind = SIM_METRIC_RATIO,
     .unit = "1",
     .over = {"errors"},
     .under = {"ended"},
     .help = "calls that ended ERROR, REFUSED, UNAVAILABLE or TIMEOUT (5xx) / calls that ended"},
    COUNTER("calls", received, "calls", "calls that arrived"),
    COUNTER("ended", ended, "calls", "calls replied to: calls = ended + in flight"),
    COUNTER("errors", errors, "calls", "calls that ended ERROR, REFUSED, UNAVAILABLE or TIMEOUT"),
    COUNTER("ok", by_status[SIM_OK], "calls", "calls that ended OK"),
    COUNTER("not_found", by_status[SIM_NOT_FOUND], "calls", "calls that ended NOT_FOUND"),
    COUNTER("limited", by_status[SIM_LIMITED], "calls", "calls that ended LIMITED"),
    COUNTER("error", by_status[SIM_ERROR], "calls", "calls that ended ERROR"),
    COUNTER("refused", by_status[SIM_REFUSED], "calls", "calls that ended REFUSED"),
    COUNTER("unavailable", by_status[SIM_UNAVAILABLE], "calls", "calls that ended UNAVAILABLE"),
    COUNTER("timeout", by_status[SIM_TIMEOUT], "calls", "calls that ended TIMEOUT"),
    COUNTER("abandoned", by_status[SIM_CANCELLED], "calls", "calls that ended CANCELLED"),
    {.name = "in_flight", .kind = SIM_METRIC_GAUGE, FIELD(in_flight), .unit = "calls", .help = "calls not replied to"},
    COUNTER("sent", sent, "calls", "calls made: sent = answered + timed_out + cancelled + outstanding"),
    COUNTER("answered", answered, "calls", "calls made that were answered in time"),
    COUNTER("timed_out", timed_out, "calls", "calls made whose timer fired"),
    COUNTER("cancelled", cancelled, "calls", "calls made and let go: the caller was cancelled, killed, or went on"),
    COUNTER("late", late, "calls", "replies that came when nobody waited any more: wasted work"),
    {.name = "outstanding",
     .kind = SIM_METRIC_GAUGE,
     FIELD(outstanding),
     .unit = "calls",
     .help = "calls made and not ended"},
    {0}};
