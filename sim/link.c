/* SPDX-License-Identifier: GPL-3.0-or-later */
/* See link.h. A message is an event per try: the first at the instant of sending is decided at once, without one. The
 * reply goes back over the same link. Draws: one of `delays` per message that gets through, one of `losses` per try
 * while `loss` is above 0. */
#include "sim/link.h"

#include "sim/call_internal.h"
#include "sim/world.h"

static const struct sim_segment network_segment = {"network", SIM_WAIT};

static void fire_request(struct sim_node *node, void *subject);
static void fire_reply(struct sim_node *node, void *subject);
static void fire_abandon(struct sim_node *node, void *subject);
static void fire_retry(struct sim_node *node, void *subject);
static void fire_lost(struct sim_node *node, void *subject);
static const struct sim_event_kind request_kind = {"arrive", fire_request};
static const struct sim_event_kind reply_kind = {"return", fire_reply};
static const struct sim_event_kind abandon_kind = {"abandon", fire_abandon};
static const struct sim_event_kind retry_kind = {"retransmit", fire_retry};
static const struct sim_event_kind lost_kind = {"give up", fire_lost};

/* A message that waits for its next try. */
struct message {
    struct sim_call *call;
    enum sim_leg leg;
    unsigned tries;
    sim_ns first;
};

sim_ns sim_link_retry_at(unsigned n)
{
    enum { BACKING_OFF = 10, GIVE_UP_AFTER = 15 };
    const sim_ns rto = 200 * SIM_MS;
    if (n <= BACKING_OFF)
        return rto * (((sim_ns)1 << n) - 1); /* 0, 0.2, 0.6, 1.4, ... 204.6 s */
    if (n <= GIVE_UP_AFTER)
        return rto * 1023 + (sim_ns)(n - BACKING_OFF) * 120 * SIM_S;
    return SIM_NEVER;
}

static bool is_lost(struct sim_link *link)
{
    bool unlucky = link->loss > 0 && sim_rng_chance(&link->losses, link->loss);
    return unlucky || link->partition;
}

static void pass(struct sim_link *link, struct sim_call *call, enum sim_leg leg)
{
    struct sim *sim = link->sim;
    sim_ns delay = sim_dist_draw(&link->delay, &link->delays) + link->added_delay;
    sim_ns at = sim_ns_add(sim->now, delay);
    if (leg == SIM_LEG_REQUEST)
        (void)sim_schedule_undying(link->to, at, &request_kind, call);
    else if (leg == SIM_LEG_REPLY)
        (void)sim_schedule_undying(link->from, at, &reply_kind, call);
    else
        (void)sim_schedule_undying(link->to, at, &abandon_kind, call);
}

static void try_later(struct sim_link *link, struct message *message)
{
    enum { GIVE_UP_MS = 924600 };
    sim_ns next = sim_link_retry_at(++message->tries);
    if (next == SIM_NEVER)
        (void)sim_schedule_undying(link->to, message->first + GIVE_UP_MS * SIM_MS, &lost_kind, message);
    else
        (void)sim_schedule_undying(link->to, sim_ns_add(message->first, next), &retry_kind, message);
}

void sim_link_send(struct sim_call *call, enum sim_leg leg)
{
    struct sim_link *link = call->link;
    SIM_TELL(link->sim, message, call, 0);
    if (!is_lost(link)) {
        pass(link, call, leg);
        return;
    }
    struct message *message = sim_slab_take(&link->sim->message_slab);
    *message = (struct message){.call = call, .leg = leg, .first = link->sim->now};
    try_later(link, message);
}

static void fire_retry(struct sim_node *node, void *subject)
{
    (void)node;
    struct message *message = subject;
    struct sim_link *link = message->call->link;
    SIM_TELL(link->sim, message, message->call, message->tries);
    if (is_lost(link)) {
        try_later(link, message);
        return;
    }
    pass(link, message->call, message->leg);
    sim_slab_give(&link->sim->message_slab, message);
}

static void fire_lost(struct sim_node *node, void *subject)
{
    struct message message = *(struct message *)subject;
    sim_slab_give(&node->sim->message_slab, subject);
    if (message.leg == SIM_LEG_ABANDON)
        sim_call_release(message.call);
    else
        sim_call_lost(message.call);
}

static void fire_request(struct sim_node *node, void *subject)
{
    (void)node;
    struct sim_call *call = subject;
    sim_call_segment(call, &network_segment, call->begun);
    sim_call_arrive(call);
}

static void fire_reply(struct sim_node *node, void *subject)
{
    (void)node;
    struct sim_call *call = subject;
    if (sim_call_open(call))
        sim_call_segment(call, &network_segment, call->replied);
    sim_call_return(call);
}

static void fire_abandon(struct sim_node *node, void *subject)
{
    (void)node;
    struct sim_call *call = subject;
    sim_call_abandon_arrived(call);
    sim_call_release(call);
}

size_t sim_link_message_size(void)
{
    return sizeof(struct message);
}

#define FIELD(member) .offset = offsetof(struct sim_link, member)

const struct sim_param sim_link_params[] = {
    {.name = "delay",
     .kind = SIM_PARAM_DIST,
     FIELD(delay),
     .initial = "0s",
     .live = true,
     .help = "delay of each message, each way; acts on messages sent after a change"},
    {.name = "added_delay",
     .kind = SIM_PARAM_DURATION,
     FIELD(added_delay),
     .initial = "0s",
     .live = true,
     .help = "added to the delay of each message (netem delay)"},
    {.name = "loss",
     .kind = SIM_PARAM_RATIO,
     FIELD(loss),
     .initial = "0",
     .live = true,
     .help = "share of messages lost; each is sent again as TCP would: 0.2, 0.6, 1.4 s ... after the first try"},
    {.name = "partition",
     .kind = SIM_PARAM_FLAG,
     FIELD(partition),
     .initial = "false",
     .live = true,
     .help = "every message is lost; what waits gets through with its first retransmission after it heals"},
    {0}};
