/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A database that answers each query after a latency of its own. `added_latency` is added to queries that start while it
 * is set; a query under way keeps the latency it started with. A query fails with the probability `failure_rate`, and then
 * at once: a refused connection, not a slow one. A key above `products` takes its time like any other and ends NOT_FOUND.
 *
 * `saturation` says what many queries do to each other:
 *   none        nothing
 *   started     the lab's law, as its service counts: a query gets  per_query x max(0, load - limit)  on top, fixed at
 *               its start; load: the queries started in the last `window`, itself included, whatever became of them; one
 *               that is exactly `window` old counts no more
 *   concurrent  the lab's law, as its text tells: load: the queries under way, itself included
 *   servers     the queueing law: `servers` that all queries under way share (sharing.h); latency and added latency are
 *               the work that a query needs of one server
 *
 * The law may change while queries are under way. They end by the law they started with: their time was fixed, or they go
 * on sharing the servers among themselves. All that are under way count in the load of `concurrent`, but only those that
 * share slow down each other. `started` begins with an empty window when it is switched on. A change of `window` acts at
 * the next start and brings nothing back that is forgotten; a change of `servers` acts at once.
 *
 * Invariants: a query under way has an event of its own, or is in `sharing`, never both; `shared_event` is there exactly
 * while somebody shares. */
#include "models/models.h"
#include "models/ops.h"
#include "models/recent.h"
#include "models/sharing.h"
#include "sim/world.h"

enum saturation { SATURATION_NONE, SATURATION_STARTED, SATURATION_CONCURRENT, SATURATION_SERVERS };

struct database {
    struct sim_node node;    /* must be first */
    struct sim_dist latency; /* param */
    sim_ns added_latency;    /* param */
    double failure_rate;     /* param */
    int64_t products;        /* param */
    int saturation;          /* param: enum saturation */
    int64_t limit;           /* param */
    sim_ns window;           /* param */
    sim_ns per_query;        /* param */
    int64_t servers;         /* param */
    struct sim_rng latencies, failures;
    struct recent started;
    struct sharing sharing;
    sim_event shared_event;
    struct sim_gauge load, busy, total;
    struct sim_histogram query_time;
};

static const struct sim_segment query_segment = {"query", SIM_WORK};

static void fire_done(struct sim_node *node, void *subject);
static void fire_shared(struct sim_node *node, void *subject);
static const struct sim_event_kind done_kind = {"query done", fire_done};
static const struct sim_event_kind shared_kind = {"queries done", fire_shared};

/* ---- load ---- */

static void note_load(struct database *database)
{
    const sim_ns now = sim_now(&database->node);
    if (database->saturation != SATURATION_STARTED)
        sim_gauge_set(&database->load, now, database->node.in_flight.value);
}

/* Counts a query that starts; returns the load it meets, itself included. */
static int64_t count_start(struct database *database)
{
    const sim_ns now = sim_now(&database->node);
    const int64_t load = database->saturation == SATURATION_STARTED
                             ? recent_add(&database->started, now, database->window)
                             : database->node.in_flight.value;
    sim_gauge_set(&database->load, now, load);
    return load;
}

/* What the lab's law puts on top, in ns. */
static sim_ns penalty(const struct database *database, int64_t load)
{
    const bool applies = database->saturation == SATURATION_STARTED || database->saturation == SATURATION_CONCURRENT;
    if (!applies || load <= database->limit)
        return 0;
    const sim_wide ns = (sim_wide)database->per_query * (sim_wide)(load - database->limit);
    return ns > (sim_wide)SIM_NS_MAX ? SIM_NS_MAX : (sim_ns)ns;
}

int64_t database_load(const struct sim_node *node, int64_t otherwise)
{
    return node->type == &database_type ? ((const struct database *)node)->load.value : otherwise;
}

/* ---- the end of a query ---- */

static void end(struct database *database, struct sim_call *call, struct sim_outcome outcome)
{
    sim_call_segment(call, &query_segment, call->arrived);
    if (outcome.status == SIM_OK)
        sim_hist_record(&database->query_time.slice, sim_now(&database->node) - call->arrived);
    sim_reply(call, outcome);
    note_load(database);
}

static void answer(struct database *database, struct sim_call *call)
{
    const bool exists = database->products == INT64_MAX ||
                        (call->request.key >= 1 && call->request.key <= (uint64_t)database->products);
    call->reply.word[3] = database->load.value;
    end(database, call,
        exists ? (struct sim_outcome){SIM_OK, NULL} : (struct sim_outcome){SIM_NOT_FOUND, "Product not found"});
}

static void fire_done(struct sim_node *node, void *subject)
{
    struct sim_call *call = subject;
    call->at_callee.event = 0;
    answer((struct database *)node, call);
}

/* Those who share have changed, or their servers: the next end is another. */
static void reschedule(struct database *database)
{
    struct sim_node *node = &database->node;
    const int64_t jobs = (int64_t)database->sharing.count;
    sim_cancel(node->sim, &database->shared_event);
    database->shared_event = sim_schedule(node, sharing_next(&database->sharing), &shared_kind, NULL);
    sim_gauge_set(&database->busy, sim_now(node), jobs < database->servers ? jobs : database->servers);
}

static void fire_shared(struct sim_node *node, void *subject)
{
    (void)subject;
    struct database *database = (struct database *)node;
    struct sim_call *call;
    database->shared_event = 0;
    while ((call = sharing_take(&database->sharing, sim_now(node))) != NULL)
        answer(database, call);
    reschedule(database);
}

static void abandoned(struct sim_node *node, struct sim_call *call)
{
    struct database *database = (struct database *)node;
    sim_cancel(node->sim, &call->at_callee.event);
    if (sharing_has(&database->sharing, call)) {
        sharing_leave(&database->sharing, sim_now(node), call);
        reschedule(database);
    }
    end(database, call, (struct sim_outcome){SIM_CANCELLED, "Cancelled"});
}

/* ---- its start ---- */

static void request(struct sim_node *node, struct sim_call *call)
{
    struct database *database = (struct database *)node;
    const int64_t load = count_start(database);
    call->reply.key = call->request.key;
    call->reply.word[1] = load;
    if (sim_rng_chance(&database->failures, database->failure_rate)) {
        call->reply.word[2] = 1;
        end(database, call, (struct sim_outcome){SIM_ERROR, "Simulated DB is unavailable"});
        return;
    }
    const sim_ns work = sim_ns_add(sim_dist_draw(&database->latency, &database->latencies), database->added_latency);
    const sim_ns takes = sim_ns_add(work, penalty(database, load));
    call->reply.word[0] = takes;
    if (takes == 0) {
        answer(database, call);
    } else if (database->saturation == SATURATION_SERVERS) {
        sharing_join(&database->sharing, sim_now(node), takes, call);
        reschedule(database);
    } else {
        call->at_callee.event = sim_schedule_in(node, takes, &done_kind, call);
    }
}

/* ---- life ---- */

static void start(struct sim_node *node)
{
    struct database *database = (struct database *)node;
    sharing_set_servers(&database->sharing, sim_now(node), database->servers);
    sim_gauge_set(&database->total, sim_now(node), database->servers);
    if (node->incarnation > 1)
        return;
    sim_node_stream(node, &database->latencies, "latency");
    sim_node_stream(node, &database->failures, "failures");
}

static void reset(struct sim_node *node)
{
    struct database *database = (struct database *)node;
    recent_clear(&database->started);
    sharing_clear(&database->sharing);
    sim_cancel(node->sim, &database->shared_event);
    sim_gauge_set(&database->load, sim_now(node), 0);
    sim_gauge_set(&database->busy, sim_now(node), 0);
    sim_gauge_set(&database->total, sim_now(node), 0);
}

static void on_param(struct sim_node *node, const struct sim_param *param)
{
    struct database *database = (struct database *)node;
    if (node->down)
        return;
    if (param->offset == offsetof(struct database, servers)) {
        sharing_set_servers(&database->sharing, sim_now(node), database->servers);
        sim_gauge_set(&database->total, sim_now(node), database->servers);
        reschedule(database);
    } else if (param->offset == offsetof(struct database, saturation)) {
        recent_clear(&database->started);
        sim_gauge_set(&database->load, sim_now(node), 0);
        note_load(database);
    }
}

static void fini(struct sim_node *node)
{
    struct database *database = (struct database *)node;
    recent_fini(&database->started);
    sharing_fini(&database->sharing);
}

#define FIELD(member) .offset = offsetof(struct database, member)

static const char *const saturations[] = {"none", "started", "concurrent", "servers", NULL};

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
                                          {.name = "products",
                                           .kind = SIM_PARAM_COUNT,
                                           FIELD(products),
                                           .initial = "none",
                                           .min = 0,
                                           .max = 1e9,
                                           .none = true,
                                           .live = true,
                                           .help = "keys 1 to this one exist, a query for another ends NOT_FOUND; "
                                                   "`none`: all keys exist"},
                                          {.name = "saturation",
                                           .kind = SIM_PARAM_CHOICE,
                                           FIELD(saturation),
                                           .initial = "none",
                                           .choices = saturations,
                                           .live = true,
                                           .help = "what slows queries when there are many: how many started lately, "
                                                   "how many are under way, or servers they share"},
                                          {.name = "limit",
                                           .kind = SIM_PARAM_COUNT,
                                           FIELD(limit),
                                           .initial = "10",
                                           .min = 0,
                                           .max = 1e6,
                                           .live = true,
                                           .help = "`started`, `concurrent`: the load that slows nobody"},
                                          {.name = "window",
                                           .kind = SIM_PARAM_DURATION,
                                           FIELD(window),
                                           .initial = "10s",
                                           .max = 3600,
                                           .above_min = true,
                                           .live = true,
                                           .help = "`started`: how long a query counts after its start"},
                                          {.name = "per_query",
                                           .kind = SIM_PARAM_DURATION,
                                           FIELD(per_query),
                                           .initial = "500ms",
                                           .live = true,
                                           .help = "`started`, `concurrent`: added for each query of the load above "
                                                   "the limit, fixed at a query's start"},
                                          {.name = "servers",
                                           .kind = SIM_PARAM_COUNT,
                                           FIELD(servers),
                                           .initial = "8",
                                           .min = 1,
                                           .max = 1e6,
                                           .live = true,
                                           .help = "`servers`: how many queries get on at full speed; more share them"},
                                          SIM_NODE_PARAM_ON_ABANDON,
                                          SIM_NODE_PARAM_IN_FLIGHT_MAX,
                                          {0}};

#define GAUGE(n, member, u, h) \
    { \
        .name = n, .kind = SIM_METRIC_GAUGE, FIELD(member), .unit = u, .help = h \
    }

static const struct sim_metric metrics[] = {
    GAUGE("load", load, "queries",
          "`started`: queries started in the window, as of the last start; else: queries under way"),
    GAUGE("busy", busy, "servers", "servers at work; 0 unless queries share them"),
    GAUGE("servers", total, "servers", "servers there are; 0 while the node is down"),
    {.name = "utilisation",
     .kind = SIM_METRIC_RATIO,
     .unit = "1",
     .over = {"busy"},
     .under = {"servers"},
     .help = "share of the servers' time that was worked"},
    {.name = "query_time",
     .kind = SIM_METRIC_HISTOGRAM,
     FIELD(query_time),
     .unit = "s",
     .help = "time of the queries that ended OK"},
    {0}};

const struct sim_node_type database_type = {
    .name = "database",
    .help = "a database: each query takes a latency of its own, and more when there are many",
    .size = sizeof(struct database),
    .accepts = OP_BIT(OP_QUERY),
    .params = params,
    .metrics = metrics,
    .start = start,
    .reset = reset,
    .request = request,
    .abandoned = abandoned,
    .on_param = on_param,
    .fini = fini,
};
