/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A database that answers each query after a latency of its own, however many there are at once. `added_latency` is
 * added to queries that start while it is set; a query under way keeps the latency it started with. A query fails with
 * the probability `failure_rate`, and then at once: a refused connection, not a slow one. */
#include "models/models.h"
#include "models/ops.h"
#include "sim/world.h"

struct database {
    struct sim_node node;    /* must be first */
    struct sim_dist latency; /* param */
    sim_ns added_latency;    /* param */
    double failure_rate;     /* param */
    struct sim_rng latencies, failures;
};

static const struct sim_segment query_segment = {"query", SIM_WORK};

static void fire_done(struct sim_node *node, void *subject)
{
    (void)node;
    struct sim_call *call = subject;
    call->at_callee.event = 0;
    sim_call_segment(call, &query_segment, call->arrived);
    sim_reply(call, (struct sim_outcome){SIM_OK, NULL});
}

static const struct sim_event_kind done_kind = {"query done", fire_done};

static void request(struct sim_node *node, struct sim_call *call)
{
    struct database *database = (struct database *)node;
    call->reply.key = call->request.key;
    if (sim_rng_chance(&database->failures, database->failure_rate)) {
        sim_reply(call, (struct sim_outcome){SIM_ERROR, "Simulated DB is unavailable"});
        return;
    }
    sim_ns takes = sim_ns_add(sim_dist_draw(&database->latency, &database->latencies), database->added_latency);
    if (takes == 0)
        sim_reply(call, (struct sim_outcome){SIM_OK, NULL});
    else
        call->at_callee.event = sim_schedule_in(node, takes, &done_kind, call);
}

static void abandoned(struct sim_node *node, struct sim_call *call)
{
    sim_cancel(node->sim, &call->at_callee.event);
    sim_call_segment(call, &query_segment, call->arrived);
    sim_reply(call, (struct sim_outcome){SIM_CANCELLED, "Cancelled"});
}

static void start(struct sim_node *node)
{
    struct database *database = (struct database *)node;
    if (node->incarnation > 1)
        return;
    sim_node_stream(node, &database->latencies, "latency");
    sim_node_stream(node, &database->failures, "failures");
}

#define FIELD(member) .offset = offsetof(struct database, member)

static const struct sim_param params[] = {{.name = "latency",
                                           .kind = SIM_PARAM_DIST,
                                           FIELD(latency),
                                           .initial = "lognormal:median=40ms,sigma=0.25",
                                           .live = true,
                                           .help = "time of a query; acts on queries that start after a change"},
                                          {.name = "added_latency",
                                           .kind = SIM_PARAM_DURATION,
                                           FIELD(added_latency),
                                           .initial = "0s",
                                           .live = true,
                                           .help = "added to the time of each query that starts while it is set"},
                                          {.name = "failure_rate",
                                           .kind = SIM_PARAM_RATIO,
                                           FIELD(failure_rate),
                                           .initial = "0",
                                           .live = true,
                                           .help = "share of queries that fail, at once"},
                                          SIM_NODE_PARAM_ON_ABANDON,
                                          SIM_NODE_PARAM_IN_FLIGHT_MAX,
                                          {0}};

const struct sim_node_type database_type = {
    .name = "database",
    .help = "a database: each query takes a latency of its own",
    .size = sizeof(struct database),
    .accepts = OP_BIT(OP_QUERY),
    .params = params,
    .start = start,
    .request = request,
    .abandoned = abandoned,
};
