/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The product catalogue service: GET /products/{id} with a cache aside of a database that is reached through a pool of
 * connections. Two things burn its cores: requests, and what goes wrong with them (the exception, its trace, its log).
 *
 *   parse -> cache GET -> look-up -+-> hit: answer
 *                                  +-> miss: breaker -> bulkhead -> acquire -> query -> release -> cache SET -> row -> answer
 *                                              |           |          +-> turned away: error path, 503
 *                                              +-----------+-----------------> fallback, or error path, 503
 *
 * The connection goes back when the query has ended, before the SET. A waiter of the pool does not look in the cache
 * again. An abandoned request goes on (on_abandon `continue`): it holds what it holds and fills the cache.
 *
 * Single flight (Go's x/sync/singleflight): one query a key at a time. Followers hold no connection, share the leader's
 * outcome and wake after its SET; a leader that is cancelled leaves the lead to the first of them.
 *
 * Fallback: instead of an error of the causes in `fallback_on`, an entry that the cache keeps past its time (stale), or
 * static data for the first products. Stale-while-revalidate (RFC 5861): an entry not longer past its time than that is
 * answered at once, and one refresh a key goes on behind.
 *
 * With `event_loop` every step between two waits needs the core, and what costs nothing does not give it away: a step
 * runs whole, and while one request burns nothing else moves, as on the one thread of asyncio.
 *
 * The inner spans `db.query`, `db.pool_error`, `logic.fallback`, their tags, and the points are those that the lab's
 * service sends to Datadog. */
#include "models/catalogue.h"

#include "models/models.h"

static const struct sim_segment flight_segment = {"single flight", SIM_WAIT};

static sim_ns draw_cost(struct catalogue *service, enum stage stage)
{
    return sim_dist_draw(&service->costs[stage], &service->cost_rngs[stage]);
}

sim_ns catalogue_cost(struct catalogue *service, enum stage stage)
{
    return memory_stretch(&service->memory, draw_cost(service, stage));
}

/* What a look-up burns before all else. On one event loop the step that begins looks at the knob, not the request that
 * came while something else burnt. */
static sim_ns first_cost(struct sim_cpu *cpu)
{
    struct catalogue *const service = sim_container_of(cpu, struct catalogue, cpu);
    sim_ns burst = draw_cost(service, STAGE_PARSE);
    if (service->cpu_stress)
        burst = sim_ns_add(burst, draw_cost(service, STAGE_STRESS));
    return memory_stretch(&service->memory, burst);
}

bool catalogue_burns(const struct catalogue *service, enum stage stage)
{
    return !service->event_loop || !sim_dist_is_zero(&service->costs[stage]);
}

void catalogue_count_request(struct catalogue *service, const struct sim_call *call, enum sim_status status)
{
    sim_count(&service->requests, 1);
    sim_count(&service->request_errors, sim_status_is_error(status));
    sim_hist_record(&service->request_duration.slice, sim_now(&service->node) - call->arrived);
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

/* ---- the database ---- */

static const char *exhausted_text(const struct catalogue *service)
{
    return service->profile == PROFILE_ORIGINAL ? "Database Connection Pool Exhausted" : "Pool Exhausted";
}

/* Whether the breaker lets the look-up go on; else its outcome is that of the open breaker. One that was cancelled does
 * not ask: it must not turn an open breaker half-open, or be counted as refused. */
static bool passes(struct catalogue *service, struct lookup *my)
{
    if (my->flow.cancelled) {
        my->outcome = (struct sim_outcome){SIM_CANCELLED, NULL};
        return false;
    }
    if (breaker_try(&service->breaker, &my->pass))
        return true;
    sim_emit(&service->node, "catalog.circuit_breaker.rejected", 1);
    my->cause = CAUSE_OPEN;
    my->outcome = (struct sim_outcome){SIM_UNAVAILABLE, "Circuit Breaker is OPEN and no fallback available."};
    if (service->fallback == 0)
        my->outcome.reason = "Circuit Breaker is OPEN";
    return false;
}

/* Turned away by the bulkhead or the pool. */
static void turned_away(struct catalogue *service, struct lookup *my, struct sim_outcome outcome)
{
    const struct sim_call *call = my->flow.call;
    my->outcome = outcome;
    my->cause = CAUSE_EXHAUSTED;
    if (service->pool_fails && outcome.status != SIM_CANCELLED)
        breaker_status(&service->breaker, &my->pass, outcome.status);
    else
        breaker_cancel(&service->breaker, &my->pass);
    if (my->flow.cancelled)
        return;
    if (my->inside && outcome.status == SIM_UNAVAILABLE) {
        my->outcome.reason = exhausted_text(service);
        sim_emit(&service->node, "catalog.db.pool.exhausted", 1);
        sim_span_begin(call, "db.pool_error");
        sim_tag_int(call, "db.pool.active", my->grant.word[0]);
        sim_tag_int(call, "db.pool.max", my->grant.word[1]);
        sim_span_end(call, "db.pool_error", true);
    }
}

static void leave_bulkhead(struct catalogue *service, struct lookup *my)
{
    if (my->inside)
        bulkhead_leave(&service->bulkhead);
    my->inside = false;
}

/* Whether the wait for the bulkhead or the pool ended well; if not, all is told and given back. */
static bool let_in(struct catalogue *service, struct lookup *my)
{
    if (my->flow.status == SIM_OK) {
        my->inside = true;
        return true;
    }
    turned_away(service, my, sim_flow_outcome(&my->flow));
    leave_bulkhead(service, my);
    return false;
}

static void begin_query(const struct catalogue *service, struct lookup *my)
{
    char id[24];
    const struct sim_call *call = my->flow.call;
    my->since = sim_now(&service->node);
    if (service->node.sim->listening == NULL)
        return;
    (void)snprintf(id, sizeof id, "%lld", (long long)my->product.key);
    sim_span_begin(call, "db.query");
    if (service->pool != NULL)
        sim_tag_int(call, "db.pool.active", my->grant.word[0]);
    sim_tag(call, "product.id", id);
}

/* A failed query's span, as the lab's service tags it. */
static void end_query_span(const struct lookup *my)
{
    const struct sim_call *call = my->flow.call;
    if (my->outcome.status == SIM_NOT_FOUND) {
        sim_tag(call, "product.found", "false");
        sim_tag(call, "error.type", "HTTPException");
    } else if (my->outcome.status != SIM_OK) {
        const bool failed = my->row.word[2] != 0;
        sim_tag(call, "error.message", failed ? "Simulated DB Failure" : my->outcome.reason);
        sim_tag(call, "error.type",
                my->outcome.status == SIM_TIMEOUT     ? "TimeoutError"
                : my->outcome.status == SIM_CANCELLED ? "CancelledError"
                                                      : "ConnectionError");
    }
    sim_span_end(call, "db.query", my->outcome.status != SIM_OK);
}

/* The results that the breaker is told of: a failed query as often as `failures_counted` says. */
static void tell_breaker(struct catalogue *service, const struct lookup *my)
{
    const int64_t times = my->row.word[2] != 0 ? service->failures_counted : 1;
    if (my->flow.cancelled) {
        breaker_cancel(&service->breaker, &my->pass);
        return;
    }
    for (int64_t i = 0; i < times; i++)
        breaker_status(&service->breaker, &my->pass, my->outcome.status);
}

/* The query has ended, `my->outcome` and `my->row` say how: everybody is told, what it held goes back. */
static void end_query(struct catalogue *service, struct lookup *my)
{
    my->cause = my->outcome.status == SIM_TIMEOUT ? CAUSE_TIMEOUT : CAUSE_ERROR;
    end_query_span(my);
    tell_breaker(service, my);
    if (service->pool != NULL)
        sim_tell(service->pool, OP_RELEASE, &my->grant);
    leave_bulkhead(service, my);
    if (my->outcome.status == SIM_TIMEOUT)
        my->outcome = (struct sim_outcome){SIM_UNAVAILABLE, "Query Timeout"};
    if (my->outcome.status != SIM_OK)
        return;
    my->source = SOURCE_DATABASE;
    sim_emit(&service->node, "catalog.db.query.duration", sim_ns_to_s(my->row.word[0]));
    sim_emit(&service->node, "catalog.db.latency.total", sim_ns_to_s(my->row.word[0]));
    sim_emit(&service->node, "catalog.db.load", (double)my->row.word[3]);
}

static bool fills(const struct catalogue *service, const struct lookup *my)
{
    return service->cache != NULL && my->source == SOURCE_DATABASE &&
           (service->fill_when_abandoned || !sim_flow_abandoned(&my->flow));
}

/* ---- fallback ---- */

static bool is_error(const struct lookup *my)
{
    return my->outcome.status != SIM_OK && my->outcome.status != SIM_NOT_FOUND && !my->flow.cancelled;
}

static bool may_fall_back(const struct catalogue *service, const struct lookup *my)
{
    return service->fallback != 0 && is_error(my) && (service->fallback_on >> my->cause & 1) != 0;
}

static enum source fallback_source(const struct catalogue *service, const struct lookup *my)
{
    if ((service->fallback >> FALLBACK_STALE & 1) != 0 && my->stale)
        return SOURCE_STALE;
    if ((service->fallback >> FALLBACK_STATIC & 1) != 0 && my->product.key >= 1 &&
        my->product.key <= (uint64_t)service->fallback_products)
        return SOURCE_FALLBACK;
    return SOURCE_NONE;
}

static void begin_fallback(const struct lookup *my)
{
    static const char *const states[] = {"CLOSED", "HALF_OPEN", "OPEN"};
    const struct catalogue *service = (const struct catalogue *)my->flow.node;
    sim_span_begin(my->flow.call, "logic.fallback");
    sim_tag(my->flow.call, "resilience.circuit_breaker.state", states[service->breaker.state]);
}

static void fall_back(struct catalogue *service, struct lookup *my)
{
    const enum source source = fallback_source(service, my);
    if (source != SOURCE_NONE) {
        my->source = source;
        my->outcome = (struct sim_outcome){SIM_OK, NULL};
        sim_tag(my->flow.call, "app.fallback_used", "true");
        sim_emit(&service->node, "catalog.fallback.hit", 1);
    }
    sim_span_end(my->flow.call, "logic.fallback", false);
}

/* ---- stale while it is refreshed ---- */

struct refresh {
    struct sim_flow flow; /* must be first */
    struct sim_payload product;
};

static void run_refresh(struct sim_flow *f)
{
    struct refresh *const my = (struct refresh *)f;
    struct catalogue *const service = (struct catalogue *)f->node;

    FLOW_BEGIN(f);
    AWAIT(f, sim_call(f, f->node, OP_REFRESH, &my->product, SIM_NO_TIMEOUT));
    sim_map_remove(&service->refreshes, my->product.key);
    FLOW_END(f, sim_flow_outcome(f));
}

/* Whether the look-up, which missed, is answered with what the cache keeps; its refresh has begun then. */
static bool revalidates(struct catalogue *service, struct lookup *my, const struct sim_payload *got)
{
    my->stale = got->word[1] != 0;
    if (!my->stale || got->word[2] > service->stale_while_revalidate || service->stale_while_revalidate == 0)
        return false;
    my->source = SOURCE_STALE;
    if (sim_map_get(&service->refreshes, my->product.key) == NULL) {
        sim_map_put(&service->refreshes, my->product.key, service);
        sim_count(&service->refreshed, 1);
        struct refresh *refresh = (struct refresh *)sim_spawn(&service->node, run_refresh);
        refresh->product = my->product;
        sim_flow_run(&refresh->flow);
    }
    return true;
}

/* ---- a look-up ---- */

static void judge_cache(struct catalogue *service, struct lookup *my)
{
    const enum sim_status status = my->flow.status;
    my->source = status == SIM_OK ? SOURCE_CACHE : SOURCE_NONE;
    if (status == SIM_OK)
        sim_emit(&service->node, "catalog.cache.hit", 1);
    else if (status == SIM_NOT_FOUND)
        sim_emit(&service->node, "catalog.cache.miss", 1);
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
    if (call->op == OP_REFRESH)
        return;
    sim_count(&service->from_cache, my->source == SOURCE_CACHE);
    sim_count(&service->from_database, my->source == SOURCE_DATABASE);
    sim_count(&service->from_shared, my->source == SOURCE_SHARED);
    sim_count(&service->from_fallback, my->source == SOURCE_FALLBACK);
    sim_count(&service->from_stale, my->source == SOURCE_STALE);
    if (call->op == OP_GET_PRODUCT)
        catalogue_count_request(service, call, my->outcome.status);
    if (my->outcome.status != SIM_OK && my->outcome.reason != NULL)
        sim_log(&service->node, call, "error", my->outcome.reason);
}

/* Whether a request that is first in the CPU queue is still worth a core. */
static bool keeps(struct sim_cpu *cpu, sim_ns sojourn)
{
    return shedder_keeps(&sim_container_of(cpu, struct catalogue, cpu)->shedder, sojourn);
}

/* What is shed burns nothing, not as an error either. */
static void begin_lookup(struct catalogue *service, struct lookup *my)
{
    my->product.key = my->flow.call->request.key;
    my->fails = sim_rng_chance(&service->failures, service->failure_rate);
    my->outcome = shedder_outcome;
}

/* What the database answered. */
static void hear(struct lookup *my)
{
    my->outcome = sim_flow_outcome(&my->flow);
    my->row = my->flow.reply;
}

static bool fails_by_itself(struct lookup *my)
{
    my->outcome = (struct sim_outcome){SIM_OK, NULL};
    if (my->fails)
        my->outcome = (struct sim_outcome){SIM_ERROR, "Internal Server Error"};
    return my->fails;
}

/* Whether a follower has its leader's outcome. False: the leader was cancelled, and the lead is to be taken. */
static bool shares(struct lookup *my)
{
    my->outcome = sim_flow_outcome(&my->flow);
    if (my->outcome.status == SIM_OK)
        my->source = SOURCE_SHARED;
    return my->outcome.status != SIM_CANCELLED || my->flow.cancelled;
}

static void serve(struct sim_flow *f)
{
    struct lookup *const my = (struct lookup *)f;
    struct catalogue *const service = (struct catalogue *)f->node;

    FLOW_BEGIN(f);
    begin_lookup(service, my);
    if (f->call->op == OP_REFRESH)
        goto miss;
    if (!shedder_admits(&service->shedder, service->node.in_flight.value))
        goto reply;
    AWAIT(f, cpu_run_or_shed(f, &service->cpu, service->event_loop ? 0 : first_cost(&service->cpu)));
    if (f->status == SIM_UNAVAILABLE)
        goto reply;
    if (fails_by_itself(my))
        goto answer;

    if (service->cache != NULL) {
        AWAIT(f, sim_call(f, service->cache, OP_CACHE_GET, &my->product, SIM_NO_TIMEOUT));
        judge_cache(service, my);
        my->row = f->reply;
        if (catalogue_burns(service, STAGE_LOOKUP))
            AWAIT(f, cpu_run(f, &service->cpu, catalogue_cost(service, STAGE_LOOKUP)));
        if (my->source == SOURCE_CACHE || revalidates(service, my, &my->row))
            goto answer;
    }

miss:
    while (flight_of(service, my) != NULL) {
        AWAIT(f, sim_wait(f, &flight_of(service, my)->followers, &flight_segment));
        if (shares(my))
            goto answer;
    }
    take_the_lead(service, my);
    if (!passes(service, my))
        goto landed;
    AWAIT(f, bulkhead_enter(f, &service->bulkhead));
    if (!let_in(service, my))
        goto landed;
    if (service->pool != NULL) {
        AWAIT(f, sim_call(f, service->pool, OP_ACQUIRE, NULL, SIM_NO_TIMEOUT));
        my->grant = f->reply;
        if (!let_in(service, my))
            goto landed;
    }
    begin_query(service, my);
    AWAIT(f, sim_call(f, service->database, OP_QUERY, &my->product, service->query_timeout));
    hear(my);
    if (service->event_loop && sim_now(f->node) > my->since) {
        AWAIT(f, cpu_run(f, &service->cpu, 0));
        my->row.word[3] = database_load(service->database, my->row.word[3]); /* others may have started meanwhile */
    }
    end_query(service, my);
    if (fills(service, my))
        AWAIT(f, sim_call(f, service->cache, OP_CACHE_SET, &my->product, SIM_NO_TIMEOUT));

landed:
    if (may_fall_back(service, my)) {
        begin_fallback(my);
        if (catalogue_burns(service, STAGE_FALLBACK))
            AWAIT(f, cpu_run(f, &service->cpu, catalogue_cost(service, STAGE_FALLBACK)));
        fall_back(service, my);
    }
    land(service, my);

answer:
    if (catalogue_burns(service, answer_stage(my)))
        AWAIT(f, cpu_run(f, &service->cpu, catalogue_cost(service, answer_stage(my))));
reply:
    conclude(service, my);
    FLOW_END(f, my->outcome);
}

/* The flow of an operation. */
static void dispatch(struct sim_flow *f)
{
    const int op = f->call->op;
    f->run = op == OP_GET_PRODUCT || op == OP_BULK_LOOKUP || op == OP_REFRESH ? serve
             : op == OP_BULK                                                  ? catalogue_serve_bulk
                                                                              : catalogue_serve_api;
    f->run(f);
}

/* ---- life ---- */

static void act_reset_breaker(struct sim_node *node, int64_t amount)
{
    (void)amount;
    breaker_close(&((struct catalogue *)node)->breaker);
}

static const struct sim_action actions[] = {
    {.name = "leak", .help = "leaks items into memory", .act = catalogue_leak, .amount_unit = "items"},
    {.name = "reset_breaker", .help = "closes the breaker and forgets what it counted", .act = act_reset_breaker},
    {0}};

static void start(struct sim_node *node)
{
    static const char *const purposes[STAGES] = {"parse cpu", "lookup cpu", "hit cpu",     "row cpu",
                                                 "error cpu", "stress cpu", "fallback cpu"};
    struct catalogue *service = (struct catalogue *)node;
    service->cpu.keeps = keeps;
    service->cpu.cost = service->event_loop ? first_cost : NULL;
    service->breaker.point = "catalog.circuit_breaker.state";
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
    struct catalogue *service = (struct catalogue *)node;
    sim_map_clear(&service->flights);
    sim_map_clear(&service->refreshes);
    sim_gauge_set(&service->leaked, sim_now(node), 0);
    if (service->cache_in_process)
        catalogue_clear_cache(service);
}

static void fini(struct sim_node *node)
{
    struct catalogue *service = (struct catalogue *)node;
    sim_map_fini(&service->flights);
    sim_map_fini(&service->refreshes);
}

const struct sim_node_type catalogue_type = {
    .name = "catalogue",
    .help = "a product catalogue: cache aside, breaker, pool of connections, database, fallback",
    .size = sizeof(struct catalogue),
    .frame_size = sizeof(struct lookup),
    .accepts = OPS_WEB | OP_BIT(OP_BULK_LOOKUP) | OP_BIT(OP_REFRESH),
    .params = catalogue_params,
    .parts = catalogue_parts,
    .actions = actions,
    .metrics = catalogue_metrics,
    .start = start,
    .reset = reset,
    .flow = dispatch,
    .fini = fini,
};
