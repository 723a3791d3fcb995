/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A pool of connections: `size` of them, handed out first come first served.
 *
 *              free and nobody waits                     released, it is first
 *   acquire ------------------------> granted <--------------------------------- waits (at most queue_max)
 *      |  full and `reject`, or the queue is full                                   |  acquire_timeout, or cancelled
 *      +---> UNAVAILABLE                                                            +---> UNAVAILABLE, CANCELLED
 *
 * Mode `wait` is SQLAlchemy's QueuePool (FIFO) and HikariCP; `reject` is psycopg2's ThreadedConnectionPool, which raises
 * at once. A connection that is released goes to the first waiter in the same step, not when that one wakes.
 *
 * Invariants: in use <= size, except after a shrink, until enough are released; a waiter is in the queue exactly while
 * its call is open and unanswered; one who left and comes back stands at the end. A grant carries the pool's incarnation,
 * so that a connection of a pool that was reset meanwhile is not given back to it. */
#include "models/models.h"
#include "models/ops.h"
#include "sim/world.h"

enum pool_mode { POOL_WAIT, POOL_REJECT };

struct pool {
    struct sim_node node;   /* must be first */
    int64_t size;           /* param */
    int64_t queue_max;      /* param */
    sim_ns acquire_timeout; /* param */
    int mode;               /* param: enum pool_mode */
    struct sim_call *first, *last;
    struct sim_gauge in_use, connections, waiting;
    struct sim_counter granted, exhausted, timeouts;
    struct sim_histogram wait;
};

static const struct sim_segment queue_segment = {"pool queue", SIM_WAIT};
static const struct sim_outcome exhausted = {SIM_UNAVAILABLE, "Pool Exhausted"};

static void fire_timeout(struct sim_node *node, void *subject);
static const struct sim_event_kind timeout_kind = {"acquire timeout", fire_timeout};

/* ---- the queue ---- */

static void enqueue(struct pool *pool, struct sim_call *call)
{
    sim_ns now = sim_now(&pool->node);
    call->at_callee.prev = pool->last;
    call->at_callee.next = NULL;
    if (pool->last != NULL)
        pool->last->at_callee.next = call;
    else
        pool->first = call;
    pool->last = call;
    sim_gauge_add(&pool->waiting, now, 1);
    if (pool->acquire_timeout != SIM_NEVER)
        call->at_callee.event = sim_schedule_in(&pool->node, pool->acquire_timeout, &timeout_kind, call);
}

static void leave(struct pool *pool, struct sim_call *call)
{
    struct sim_call *prev = call->at_callee.prev;
    struct sim_call *next = call->at_callee.next;
    if (prev != NULL)
        prev->at_callee.next = next;
    else
        pool->first = next;
    if (next != NULL)
        next->at_callee.prev = prev;
    else
        pool->last = prev;
    sim_cancel(pool->node.sim, &call->at_callee.event);
    sim_gauge_add(&pool->waiting, sim_now(&pool->node), -1);
    sim_hist_record(&pool->wait.slice, sim_now(&pool->node) - call->arrived);
    sim_call_segment(call, &queue_segment, call->arrived);
}

/* ---- grants ---- */

static void tell_use(const struct pool *pool, struct sim_call *call)
{
    call->reply.word[0] = pool->in_use.value;
    call->reply.word[1] = pool->size;
}

static void grant(struct pool *pool, struct sim_call *call)
{
    sim_assert(sim_call_open(call));
    sim_gauge_add(&pool->in_use, sim_now(&pool->node), 1);
    sim_count(&pool->granted, 1);
    sim_emit(&pool->node, "catalog.db.pool.active", (double)pool->in_use.value);
    tell_use(pool, call);
    call->reply.amount = pool->node.incarnation;
    sim_reply(call, (struct sim_outcome){SIM_OK, NULL});
}

static void grant_waiters(struct pool *pool)
{
    while (pool->first != NULL && pool->in_use.value < pool->size) {
        struct sim_call *call = pool->first;
        leave(pool, call);
        grant(pool, call);
    }
}

static void turn_away(struct pool *pool, struct sim_call *call)
{
    sim_count(&pool->exhausted, 1);
    tell_use(pool, call);
    sim_reply(call, exhausted);
}

static void request(struct sim_node *node, struct sim_call *call)
{
    struct pool *pool = (struct pool *)node;
    if (pool->in_use.value < pool->size && pool->first == NULL) {
        sim_hist_record(&pool->wait.slice, 0);
        grant(pool, call);
    } else if (pool->mode == POOL_REJECT || pool->waiting.value >= pool->queue_max) {
        turn_away(pool, call);
    } else {
        enqueue(pool, call);
    }
}

static void told(struct sim_node *node, int op, const struct sim_payload *payload)
{
    struct pool *pool = (struct pool *)node;
    sim_assert(op == OP_RELEASE);
    if (payload->amount != node->incarnation)
        return; /* a connection of before a reset */
    sim_assert(pool->in_use.value > 0);
    sim_gauge_add(&pool->in_use, sim_now(node), -1);
    sim_emit(node, "catalog.db.pool.active", (double)pool->in_use.value);
    grant_waiters(pool);
}

static void fire_timeout(struct sim_node *node, void *subject)
{
    struct pool *pool = (struct pool *)node;
    struct sim_call *call = subject;
    sim_count(&pool->timeouts, 1);
    leave(pool, call);
    turn_away(pool, call);
}

static void abandoned(struct sim_node *node, struct sim_call *call)
{
    leave((struct pool *)node, call);
    sim_reply(call, (struct sim_outcome){SIM_CANCELLED, "Cancelled"});
}

/* ---- life ---- */

static void start(struct sim_node *node)
{
    struct pool *pool = (struct pool *)node;
    node->on_abandon = SIM_CANCEL; /* a waiter that has gone leaves the queue */
    sim_gauge_set(&pool->connections, sim_now(node), pool->size);
}

static void reset(struct sim_node *node)
{
    struct pool *pool = (struct pool *)node;
    while (pool->first != NULL)
        leave(pool, pool->first);
    sim_gauge_set(&pool->in_use, sim_now(node), 0);
    sim_gauge_set(&pool->connections, sim_now(node), 0);
}

static void on_param(struct sim_node *node, const struct sim_param *param)
{
    (void)param;
    struct pool *pool = (struct pool *)node;
    if (node->down)
        return;
    sim_gauge_set(&pool->connections, sim_now(node), pool->size);
    grant_waiters(pool);
    while (pool->first != NULL && (pool->mode == POOL_REJECT || pool->waiting.value > pool->queue_max)) {
        struct sim_call *call = pool->last;
        leave(pool, call);
        turn_away(pool, call);
    }
}

#define FIELD(member) .offset = offsetof(struct pool, member)

static const char *const modes[] = {"wait", "reject", NULL};

static const struct sim_param params[] = {
    {.name = "size",
     .kind = SIM_PARAM_COUNT,
     FIELD(size),
     .initial = "10",
     .min = 1,
     .max = 1e6,
     .live = true,
     .help = "connections; waiters are served when it grows, connections close on release when it shrinks"},
    {.name = "acquire_timeout",
     .kind = SIM_PARAM_DURATION,
     FIELD(acquire_timeout),
     .initial = "30s",
     .none = true,
     .live = true,
     .help = "longest wait for a connection, then UNAVAILABLE; acts on waits that begin after a change"},
    {.name = "queue_max",
     .kind = SIM_PARAM_COUNT,
     FIELD(queue_max),
     .initial = "10000",
     .min = 0,
     .max = 1e6,
     .live = true,
     .help = "most waiters; who finds the queue full, or is last when it shrinks, is turned away"},
    {.name = "mode",
     .kind = SIM_PARAM_CHOICE,
     FIELD(mode),
     .initial = "wait",
     .choices = modes,
     .live = true,
     .help = "what an acquire does when no connection is free; `reject` turns away all who wait"},
    {0}};

#define COUNTER(n, member, h) \
    { \
        .name = n, .kind = SIM_METRIC_COUNTER, FIELD(member), .unit = "acquires", .help = h \
    }
#define GAUGE(n, member, u, h) \
    { \
        .name = n, .kind = SIM_METRIC_GAUGE, FIELD(member), .unit = u, .help = h \
    }

static const struct sim_metric metrics[] = {
    GAUGE("in_use", in_use, "connections", "connections handed out"),
    GAUGE("size", connections, "connections", "connections there are"),
    GAUGE("waiting", waiting, "acquires", "acquires in the queue"),
    {.name = "utilisation",
     .kind = SIM_METRIC_RATIO,
     .unit = "1",
     .over = {"in_use"},
     .under = {"size"},
     .help = "share of the connection time there was that was handed out"},
    COUNTER("granted", granted, "acquires that got a connection"),
    COUNTER("exhausted", exhausted, "acquires turned away: pool or queue full, or the timeout"),
    COUNTER("timeouts", timeouts, "acquires turned away by the timeout"),
    {.name = "wait",
     .kind = SIM_METRIC_HISTOGRAM,
     FIELD(wait),
     .unit = "s",
     .help = "time from the acquire to the grant or to leaving the queue, of all but those turned away at once"},
    {0}};

const struct sim_node_type pool_type = {
    .name = "pool",
    .help = "a pool of connections, first come first served",
    .size = sizeof(struct pool),
    .accepts = OP_BIT(OP_ACQUIRE),
    .params = params,
    .metrics = metrics,
    .start = start,
    .reset = reset,
    .request = request,
    .abandoned = abandoned,
    .told = told,
    .on_param = on_param,
};
