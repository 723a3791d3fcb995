/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An API gateway: passes a request on under one overall deadline, retries included, as a proxy with a route timeout does
 * (Envoy's `timeout` spans all tries). What the policy does not retry is passed back as it is; the deadline ends the
 * request TIMEOUT (504). A pause that would overshoot the deadline waits for it and ends TIMEOUT. An attempt may have a
 * timeout of its own (Envoy's `per_try_timeout`), which ends it TIMEOUT for the policy to judge.
 *
 * Two bounds on what goes through: the rate limit turns a request away on arrival (429); the retry budget turns a retry
 * away before its pause, and the answer of the last attempt is passed back.
 *
 * Its latency is per request, all tries together; the latency per attempt is the service's. */
#include "models/budget.h"
#include "models/models.h"
#include "models/ops.h"
#include "models/rate_limit.h"
#include "models/retry.h"
#include "sim/world.h"

struct gateway {
    struct sim_node node; /* must be first */
    struct retry retry;
    struct budget budget;
    struct rate_limit rate_limit;
    struct sim_node *to;    /* param */
    sim_ns timeout;         /* param */
    sim_ns attempt_timeout; /* param */
    struct sim_counter attempts;
    struct sim_counter from_cache, from_cache_at_once, from_database, from_shared, from_fallback;
};

struct pass {
    struct sim_flow flow; /* must be first */
    struct sim_payload request;
    sim_ns deadline;
    int64_t attempt;
    sim_ns pause;
    bool holds; /* a retry of the budget's */
    struct sim_outcome outcome;
};

static const struct sim_segment backoff_segment = {"backoff", SIM_WAIT};

static sim_ns left(const struct sim_flow *f)
{
    const struct pass *my = (const struct pass *)f;
    return my->deadline == SIM_NEVER ? SIM_NO_TIMEOUT : my->deadline - sim_now(f->node);
}

static sim_ns shorter(sim_ns a, sim_ns b)
{
    return a < b ? a : b;
}

static void count_source(struct gateway *gateway, const struct pass *my)
{
    if (my->flow.status != SIM_OK || my->flow.cancelled)
        return;
    switch ((enum source)my->flow.reply.word[0]) {
    case SOURCE_CACHE:
        sim_count(&gateway->from_cache, 1);
        if (my->attempt == 1)
            sim_count(&gateway->from_cache_at_once, 1);
        break;
    case SOURCE_DATABASE:
        sim_count(&gateway->from_database, 1);
        break;
    case SOURCE_SHARED:
        sim_count(&gateway->from_shared, 1);
        break;
    case SOURCE_FALLBACK:
    case SOURCE_STALE:
        sim_count(&gateway->from_fallback, 1);
        break;
    case SOURCE_NONE:
    case SOURCES:
        break;
    }
}

/* What the service behind it does not know is not found, as behind any proxy. */
static bool knows(const struct gateway *gateway, const struct sim_flow *f)
{
    return (gateway->to->type->accepts >> f->call->op & 1) != 0;
}

static void pass(struct sim_flow *f)
{
    struct pass *const my = (struct pass *)f;
    struct gateway *const gateway = (struct gateway *)f->node;

    FLOW_BEGIN(f);
    if (!rate_limit_passes(&gateway->rate_limit)) {
        my->outcome = rate_limit_outcome;
        goto reply;
    }
    my->request = f->call->request;
    my->outcome = (struct sim_outcome){SIM_NOT_FOUND, "Not Found"};
    if (!knows(gateway, f))
        goto reply;
    budget_begin(&gateway->budget);
    my->deadline = gateway->timeout == SIM_NEVER ? SIM_NEVER : sim_ns_add(sim_now(f->node), gateway->timeout);
    for (my->attempt = 1;; my->attempt++) {
        sim_count(&gateway->attempts, 1);
        sim_count(&gateway->retry.retries, my->attempt > 1);
        AWAIT(f, sim_call(f, gateway->to, f->call->op, &my->request, shorter(left(f), gateway->attempt_timeout)));
        my->outcome = sim_flow_outcome(f);
        budget_attempt(&gateway->budget, &my->holds, f->status);
        if (f->status == SIM_TIMEOUT && left(f) <= 0)
            my->outcome.reason = "Gateway Timeout";
        f->call->reply = f->reply;
        if (f->cancelled || left(f) <= 0 || !retry_wants(&gateway->retry, f->status, my->attempt))
            break;
        if (!budget_allows(&gateway->budget, &my->holds, f->status, gateway->node.outstanding.value))
            break;
        my->pause = retry_pause(&gateway->retry, my->attempt, my->pause);
        AWAIT(f, sim_sleep(f, shorter(my->pause, left(f)), &backoff_segment));
        if (f->cancelled)
            break;
        if (left(f) <= 0) {
            my->outcome = (struct sim_outcome){SIM_TIMEOUT, "Gateway Timeout"};
            break;
        }
    }
    budget_end(&gateway->budget, &my->holds);
    count_source(gateway, my);
reply:
    FLOW_END(f, my->outcome);
}

#define FIELD(member) .offset = offsetof(struct gateway, member)

static const struct sim_param params[] = {
    {.name = "to",
     .kind = SIM_PARAM_NODE,
     FIELD(to),
     .accepts = OP_BIT(OP_GET_PRODUCT),
     .help = "the node that requests are passed on to"},
    {.name = "timeout",
     .kind = SIM_PARAM_DURATION,
     FIELD(timeout),
     .initial = "none",
     .above_min = true,
     .none = true,
     .live = true,
     .help = "overall deadline of a request, all tries together; acts on requests that arrive later"},
    {.name = "attempt_timeout",
     .kind = SIM_PARAM_DURATION,
     FIELD(attempt_timeout),
     .initial = "none",
     .above_min = true,
     .none = true,
     .live = true,
     .help = "longest time of one attempt, which then ends TIMEOUT; acts on attempts that begin later"},
    SIM_NODE_PARAM_ON_ABANDON,
    SIM_NODE_PARAM_IN_FLIGHT_MAX,
    {0}};

static const struct sim_part parts[] = {{"retry", &retry_type, offsetof(struct gateway, retry)},
                                        {"budget", &budget_type, offsetof(struct gateway, budget)},
                                        {"rate_limit", &rate_limit_type, offsetof(struct gateway, rate_limit)},
                                        {0}};

#define COUNTER(n, member, h) \
    { \
        .name = n, .kind = SIM_METRIC_COUNTER, FIELD(member), .unit = "requests", .help = h \
    }

static const struct sim_metric metrics[] = {
    {.name = "attempts",
     .kind = SIM_METRIC_COUNTER,
     FIELD(attempts),
     .unit = "attempts",
     .help = "calls made for requests, first tries and retries"},
    COUNTER("from_cache", from_cache, "requests answered from the cache"),
    COUNTER("from_cache_at_once", from_cache_at_once, "requests answered from the cache on their first attempt"),
    COUNTER("from_database", from_database, "requests answered by a query of their own"),
    COUNTER("from_shared", from_shared, "requests answered by the query of another one (single flight)"),
    COUNTER("from_fallback", from_fallback, "requests answered with static or stale data instead of an error"),
    {0}};

const struct sim_node_type gateway_type = {
    .name = "gateway",
    .help = "an API gateway: one overall deadline, retries included",
    .size = sizeof(struct gateway),
    .frame_size = sizeof(struct pass),
    .accepts = OPS_WEB,
    .params = params,
    .parts = parts,
    .metrics = metrics,
    .flow = pass,
};
