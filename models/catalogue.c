/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The product catalogue service: GET /products/{id} with a cache aside of a database that is reached through a pool of
 * connections. Two things burn its cores: requests, and what goes wrong with them (the exception, its trace, its log).
 *
 *   parse -> cache GET -> look-up -+-> hit: answer
 *                                  +-> miss: acquire -> query -> release -> cache SET -> row -> answer
 *                                              +-> turned away: error path, 503
 *
 * The connection goes back when the query has ended, before the SET. A waiter of the pool does not look in the cache
 * again. An abandoned request goes on (on_abandon `continue`): it holds what it holds and fills the cache.
 *
 * Single flight (Go's x/sync/singleflight): one query a key at a time. Followers hold no connection, share the leader's
 * outcome and wake after its SET; a leader that is cancelled leaves the lead to the first of them. */
#include "models/models.h"
#include "models/ops.h"
#include "sim/cpu.h"
#include "sim/map.h"
#include "sim/waitq.h"
#include "sim/world.h"

enum stage { STAGE_PARSE, STAGE_LOOKUP, STAGE_HIT, STAGE_ROW, STAGE_ERROR, STAGE_STRESS, STAGES };

struct catalogue {
    struct sim_node node; /* must be first */
    struct sim_cpu cpu;
    struct sim_node *cache, *pool, *database; /* params */
    struct sim_dist costs[STAGES];            /* params */
    struct sim_rng cost_rngs[STAGES];
    double failure_rate;      /* param */
    sim_ns query_timeout;     /* param */
    bool single_flight;       /* param */
    bool fill_when_abandoned; /* param */
    bool cpu_stress;          /* param */
    struct sim_rng failures;
    struct sim_map flights; /* key -> struct flight, of the queries under way */
    struct sim_slab flight_slab;
    struct sim_counter from_cache, from_database, from_shared;
};

struct flight {
    struct sim_waitq followers;
};

struct lookup {
    struct sim_flow flow; /* must be first */
    struct sim_payload product, grant;
    struct sim_outcome outcome;
    struct flight *leads;
    enum source source;
    bool fails;
};

static const struct sim_segment flight_segment = {"single flight", SIM_WAIT};

static sim_ns cost(struct catalogue *service, enum stage stage)
{
    return sim_dist_draw(&service->costs[stage], &service->cost_rngs[stage]);
}

/* ---- single flight ---- */

static struct flight *flight_of(const struct catalogue *service, const struct lookup *my)
{
    return service->single_flight ? sim_map_get(&service->flights, my->product.key) : NULL;
}

static void take_the_lead(struct catalogue *service, struct lookup *my)
{
    if (!service->single_flight)
        return;
    my->leads = sim_slab_take(&service->flight_slab);
    *my->leads = (struct flight){0};
    sim_map_put(&service->flights, my->product.key, my->leads);
}

static void land(struct catalogue *service, struct lookup *my)
{
    if (my->leads == NULL)
        return;
    sim_map_remove(&service->flights, my->product.key);
    (void)sim_wake_all(&my->leads->followers, my->outcome, NULL);
    sim_slab_give(&service->flight_slab, my->leads);
    my->leads = NULL;
}

/* ---- a request ---- */

static bool fills(const struct catalogue *service, const struct lookup *my)
{
    return service->cache != NULL && my->outcome.status == SIM_OK &&
           (service->fill_when_abandoned || !sim_flow_abandoned(&my->flow));
}

static void release(const struct catalogue *service, const struct lookup *my)
{
    if (service->pool != NULL)
        sim_tell(service->pool, OP_RELEASE, &my->grant);
}

/* What the answer costs. */
static enum stage answer_stage(const struct lookup *my)
{
    if (my->outcome.status != SIM_OK)
        return STAGE_ERROR;
    return my->source == SOURCE_DATABASE ? STAGE_ROW : STAGE_HIT;
}

static void conclude(struct catalogue *service, const struct lookup *my)
{
    struct sim_call *call = my->flow.call;
    if (my->flow.cancelled)
        return; /* nobody is answered */
    call->reply.word[0] = my->source;
    sim_count(&service->from_cache, my->source == SOURCE_CACHE);
    sim_count(&service->from_database, my->source == SOURCE_DATABASE);
    sim_count(&service->from_shared, my->source == SOURCE_SHARED);
    if (my->outcome.status != SIM_OK && my->outcome.reason != NULL)
        sim_log(&service->node, call, "error", my->outcome.reason);
}

static void serve(struct sim_flow *f)
{
    struct lookup *const my = (struct lookup *)f;
    struct catalogue *const service = (struct catalogue *)f->node;

    FLOW_BEGIN(f);
    my->product.key = f->call->request.key;
    my->fails = sim_rng_chance(&service->failures, service->failure_rate);
    if (service->cpu_stress)
        AWAIT(f, cpu_run(f, &service->cpu, cost(service, STAGE_STRESS)));
    AWAIT(f, cpu_run(f, &service->cpu, cost(service, STAGE_PARSE)));
    if (my->fails) {
        my->outcome = (struct sim_outcome){SIM_ERROR, "Internal Server Error"};
        goto answer;
    }

    if (service->cache != NULL) {
        AWAIT(f, sim_call(f, service->cache, OP_CACHE_GET, &my->product, SIM_NO_TIMEOUT));
        my->source = f->status == SIM_OK ? SOURCE_CACHE : SOURCE_NONE;
        AWAIT(f, cpu_run(f, &service->cpu, cost(service, STAGE_LOOKUP)));
        if (my->source == SOURCE_CACHE)
            goto answer;
    }

    while (flight_of(service, my) != NULL) {
        AWAIT(f, sim_wait(f, &flight_of(service, my)->followers, &flight_segment));
        my->outcome = sim_flow_outcome(f);
        if (f->status == SIM_OK)
            my->source = SOURCE_SHARED;
        if (f->status != SIM_CANCELLED || f->cancelled)
            goto answer;
    }
    take_the_lead(service, my);

    if (service->pool != NULL) {
        AWAIT(f, sim_call(f, service->pool, OP_ACQUIRE, NULL, SIM_NO_TIMEOUT));
        my->grant = f->reply;
        my->outcome = sim_flow_outcome(f);
        if (f->status != SIM_OK) {
            land(service, my);
            goto answer;
        }
    }
    AWAIT(f, sim_call(f, service->database, OP_QUERY, &my->product, service->query_timeout));
    my->outcome = sim_flow_outcome(f);
    release(service, my);
    if (f->status == SIM_TIMEOUT)
        my->outcome = (struct sim_outcome){SIM_UNAVAILABLE, "Query Timeout"};
    if (f->status == SIM_OK)
        my->source = SOURCE_DATABASE;
    if (fills(service, my))
        AWAIT(f, sim_call(f, service->cache, OP_CACHE_SET, &my->product, SIM_NO_TIMEOUT));
    land(service, my);

answer:
    AWAIT(f, cpu_run(f, &service->cpu, cost(service, answer_stage(my))));
    conclude(service, my);
    FLOW_END(f, my->outcome);
}

/* ---- life ---- */

static void start(struct sim_node *node)
{
    static const char *const purposes[STAGES] = {"parse cpu", "lookup cpu", "hit cpu",
                                                 "row cpu",   "error cpu",  "stress cpu"};
    struct catalogue *service = (struct catalogue *)node;
    if (node->incarnation > 1)
        return;
    for (int stage = 0; stage < STAGES; stage++)
        sim_node_stream(node, &service->cost_rngs[stage], purposes[stage]);
    sim_node_stream(node, &service->failures, "failures");
    sim_slab_init(&service->flight_slab, &node->sim->arena, sizeof(struct flight));
}

/* The flights of a killed service are lost with their frames, a few dozen bytes each until the world ends. */
static void reset(struct sim_node *node)
{
    sim_map_clear(&((struct catalogue *)node)->flights);
}

static void fini(struct sim_node *node)
{
    sim_map_fini(&((struct catalogue *)node)->flights);
}

#define FIELD(member) .offset = offsetof(struct catalogue, member)
#define COST(n, stage, default_cost, h) \
    { \
        .name = n, .kind = SIM_PARAM_DIST, FIELD(costs[stage]), .initial = default_cost, .live = true, .help = h \
    }

static const struct sim_param params[] = {
    {.name = "cache",
     .kind = SIM_PARAM_NODE,
     FIELD(cache),
     .initial = "none",
     .none = true,
     .accepts = OP_BIT(OP_CACHE_GET) | OP_BIT(OP_CACHE_SET),
     .help = "the cache aside; left out: none"},
    {.name = "pool",
     .kind = SIM_PARAM_NODE,
     FIELD(pool),
     .initial = "none",
     .none = true,
     .accepts = OP_BIT(OP_ACQUIRE),
     .owns = true,
     .help = "the pool of connections to the database; left out: a connection a query"},
    {.name = "database",
     .kind = SIM_PARAM_NODE,
     FIELD(database),
     .accepts = OP_BIT(OP_QUERY),
     .help = "the database that is asked on a miss"},
    COST("parse_cpu", STAGE_PARSE, "0s", "CPU time to receive and parse a request"),
    COST("lookup_cpu", STAGE_LOOKUP, "0s", "CPU time to read what the cache answered"),
    COST("hit_cpu", STAGE_HIT, "0s", "CPU time to answer a hit"),
    COST("row_cpu", STAGE_ROW, "0s", "CPU time to read and serialise a row of the database"),
    COST("error_cpu", STAGE_ERROR, "0s", "CPU time of an error: the exception, its trace, its log"),
    COST("stress_cpu", STAGE_STRESS, "500ms", "CPU time that cpu_stress adds to each request"),
    {.name = "cpu_stress",
     .kind = SIM_PARAM_FLAG,
     FIELD(cpu_stress),
     .initial = "false",
     .live = true,
     .help = "whether each request burns stress_cpu before anything else"},
    {.name = "failure_rate",
     .kind = SIM_PARAM_RATIO,
     FIELD(failure_rate),
     .initial = "0",
     .live = true,
     .help = "share of requests that fail by themselves with ERROR (500)"},
    {.name = "query_timeout",
     .kind = SIM_PARAM_DURATION,
     FIELD(query_timeout),
     .initial = "none",
     .above_min = true,
     .none = true,
     .live = true,
     .help = "how long a query may take: then its connection is freed and the answer is 503"},
    {.name = "single_flight",
     .kind = SIM_PARAM_FLAG,
     FIELD(single_flight),
     .initial = "false",
     .live = true,
     .help = "one query a key at a time, whose outcome all who missed meanwhile share"},
    {.name = "fill_when_abandoned",
     .kind = SIM_PARAM_FLAG,
     FIELD(fill_when_abandoned),
     .initial = "true",
     .live = true,
     .help = "whether the result of a request whose caller has gone fills the cache"},
    SIM_NODE_PARAM_ON_ABANDON,
    SIM_NODE_PARAM_IN_FLIGHT_MAX,
    {0}};

static const struct sim_part parts[] = {{"cpu", &sim_cpu_type, offsetof(struct catalogue, cpu)}, {0}};

#define COUNTER(n, member, h) \
    { \
        .name = n, .kind = SIM_METRIC_COUNTER, FIELD(member), .unit = "answers", .help = h \
    }

static const struct sim_metric metrics[] = {
    COUNTER("from_cache", from_cache, "answers from the cache"),
    COUNTER("from_database", from_database, "answers by a query of the request's own"),
    COUNTER("from_shared", from_shared, "answers by the query of another request (single flight)"),
    {0}};

const struct sim_node_type catalogue_type = {
    .name = "catalogue",
    .help = "a product catalogue: cache aside, pool of connections, database",
    .size = sizeof(struct catalogue),
    .frame_size = sizeof(struct lookup),
    .accepts = OP_BIT(OP_GET_PRODUCT),
    .params = params,
    .parts = parts,
    .metrics = metrics,
    .start = start,
    .reset = reset,
    .flow = serve,
    .fini = fini,
};
