/* SPDX-License-Identifier: GPL-3.0-or-later */
/* See memory.h.
 *
 *   up --- live >= limit ---> killed, at the same instant ---> down for backoff + start_up ---> up, heap = base
 *
 * Garbage collection. A collector traces what lives and so frees what does not: each cycle traces `live` bytes and makes
 * room for `limit - live` bytes. So a byte that is allocated costs the tracing of live / (limit - live) bytes (Appel,
 * "Garbage collection can be faster than stack allocation", 1987; the mark/cons ratio in Jones, Hosking and Moss, The
 * Garbage Collection Handbook). A program that burns 1 ns of CPU burns on top
 *
 *   x = gc_cost * live / (limit - live)        share of the CPU = x / (1 + x)        factor = 1 + x = 1 / (1 - share)
 *
 * where gc_cost = (CPU time to trace a byte) / (CPU time between the allocations of two bytes). The default, 0.05, is
 * tracing 1 GB/s and allocating 50 MB a second of CPU: 5 % more at half the limit, 45 % more at 90 %, 95 % more at 95 %.
 * Programs that do little but allocate pay several times as much (Hertz and Berger 2005: 70 % more at half, that is 0.7).
 * The share is capped at 98 %, where HotSpot gives up ("GC overhead limit exceeded", GCTimeLimit=98).
 *
 * Restart. The policy is Docker's: a pause of 100 ms before the first restart, double that before each one after it, a
 * minute at most; back to 100 ms once the process has run for 10 s (moby's restartmanager). Kubernetes: 10 s, 5 min and
 * 10 min. `start_up` comes on top: from the start of the process to its first answer. It fires on an OOM kill only: who
 * was killed by the operator stays killed, also when that came while the restart was pending; a restart by the operator
 * makes the policy forget the kills there were.
 *
 * Invariants: `kill` is pending only while the node is up, and vanishes with a kill by somebody else; `restart` is pending
 * only while it is down. live < limit at the end of every instant at which the node is up. */
#include "models/memory.h"

#include "sim/units.h"
#include "sim/world.h"

#include <stdio.h>

#define SHARE_MAX 0.98
/* 2^60, the most a scenario can write: sums of two do not overflow. */
#define BYTES_MAX ((int64_t)1 << 60)

static void fire_kill(struct sim_node *node, void *subject);
static void fire_restart(struct sim_node *node, void *subject);
static const struct sim_event_kind kill_kind = {"oom kill", fire_kill};
static const struct sim_event_kind restart_kind = {"restart", fire_restart};

/* ---- garbage collection ---- */

double memory_gc_factor(const struct memory *memory)
{
    const double most = 1 / (1 - SHARE_MAX);
    if (memory->limit == INT64_MAX)
        return 1;
    if (memory->live.value >= memory->limit)
        return memory->gc_cost > 0 ? most : 1;
    const double factor =
        1 + memory->gc_cost * (double)memory->live.value / (double)(memory->limit - memory->live.value);
    return factor < most ? factor : most;
}

sim_ns memory_stretch(struct memory *memory, sim_ns burst)
{
    if (memory->limit == INT64_MAX) { /* nothing is collected; spares every burst the arithmetic */
        sim_count(&memory->burst_time, burst);
        return burst;
    }
    const sim_ns collects = sim_ns_from_s(sim_ns_to_s(burst) * (memory_gc_factor(memory) - 1));
    const sim_ns stretched = sim_ns_add(burst, collects);
    sim_count(&memory->gc_time, collects);
    sim_count(&memory->burst_time, stretched);
    return stretched;
}

/* ---- out of memory ---- */

/* An event of this life of the node: when somebody else kills it first, it has not died of this. */
static void look(struct memory *memory)
{
    struct sim_node *node = memory->part.node;
    if (memory->live.value >= memory->limit && memory->kill == 0)
        memory->kill = sim_schedule_in(node, 0, &kill_kind, memory);
}

void memory_leak(struct memory *memory, int64_t bytes)
{
    struct sim_node *node = memory->part.node;
    sim_assert(bytes >= 0);
    if (node->down)
        return;
    const int64_t room = BYTES_MAX - memory->live.value;
    const int64_t added = bytes < room ? bytes : room;
    sim_gauge_add(&memory->live, sim_now(node), added);
    sim_count(&memory->leaked, added);
    look(memory);
}

/* min(backoff x 2^n, backoff_max) without overflow. */
static sim_ns pause_after(const struct memory *memory, int64_t kills)
{
    sim_ns pause = memory->backoff;
    for (int64_t n = 0; n < kills && pause < memory->backoff_max; n++)
        pause *= 2; /* below 2 x backoff_max, which is a duration */
    return pause < memory->backoff_max ? pause : memory->backoff_max;
}

static void fire_kill(struct sim_node *node, void *subject)
{
    struct memory *memory = subject;
    memory->kill = 0;
    if (memory->live.value < memory->limit)
        return; /* the limit was raised at this very instant */
    const sim_ns now = sim_now(node);
    if (now - memory->began >= memory->backoff_reset)
        memory->in_a_row = 0;
    sim_count(&memory->oom_kills, 1);
    sim_log(node, NULL, "error", "out of memory");
    sim_node_kill(node);
    if (memory->backoff == SIM_NEVER)
        return;
    memory->began = sim_ns_add(now, pause_after(memory, memory->in_a_row++));
    memory->restart = sim_schedule_undying(node, sim_ns_add(memory->began, memory->start_up), &restart_kind, memory);
}

static void fire_restart(struct sim_node *node, void *subject)
{
    struct memory *memory = subject;
    memory->restart = 0;
    memory->by_policy = true;
    sim_node_restart(node);
    memory->by_policy = false;
}

/* ---- life ---- */

static void show_limit(struct memory *memory)
{
    const int64_t shown = memory->limit == INT64_MAX ? 0 : memory->limit;
    sim_gauge_set(&memory->ceiling, sim_now(memory->part.node), shown);
}

static void start(void *part)
{
    struct memory *memory = part;
    struct sim_node *node = memory->part.node;
    sim_cancel(node->sim, &memory->restart); /* the operator was faster */
    if (!memory->by_policy) {
        memory->in_a_row = 0;
        memory->began = sim_now(node);
    }
    sim_gauge_set(&memory->live, sim_now(node), memory->base);
    show_limit(memory);
    look(memory); /* the limit may be below the base by now */
}

/* Also called when a node that is down is killed once more. */
static void reset(void *part)
{
    struct memory *memory = part;
    struct sim_node *node = memory->part.node;
    sim_cancel(node->sim, &memory->kill);
    sim_cancel(node->sim, &memory->restart);
    sim_gauge_set(&memory->live, sim_now(node), 0);
}

static void on_param(void *part, const struct sim_param *param)
{
    struct memory *memory = part;
    if (param->offset != offsetof(struct memory, limit))
        return;
    show_limit(memory);
    if (!memory->part.node->down)
        look(memory);
}

static bool check(const void *part, struct sim_error *error)
{
    const struct memory *memory = part;
    char got[40];
    if (memory->base < memory->limit)
        return true;
    (void)sim_format_bytes(got, sizeof got, memory->base);
    (void)sim_fail(error, got, "want a base below the limit: it would be killed as it starts, again and again");
    (void)snprintf(error->path, sizeof error->path, "base");
    return false;
}

#define FIELD(member) .offset = offsetof(struct memory, member)

static const struct sim_param params[] = {
    {.name = "limit",
     .kind = SIM_PARAM_BYTES,
     FIELD(limit),
     .initial = "none",
     .min = 1,
     .max = 0x1p60,
     .none = true,
     .live = true,
     .help = "the node is killed when its heap has grown to this; `none`: no collections and no kills"},
    {.name = "base",
     .kind = SIM_PARAM_BYTES,
     FIELD(base),
     .initial = "100MiB", /* an idle web service in Python with its tracer; a JVM's is twice that */
     .help = "live heap of a node that has just started"},
    {.name = "gc_cost",
     .kind = SIM_PARAM_NUMBER,
     FIELD(gc_cost),
     .initial = "0.05",
     .min = 0,
     .max = 100,
     .live = true,
     .help = "CPU time of collections per CPU time of bursts when the heap is half full"},
    {.name = "start_up",
     .kind = SIM_PARAM_DURATION,
     FIELD(start_up),
     .initial = "5s",
     .help = "from the start of the process after an OOM kill to its first answer"},
    {.name = "backoff",
     .kind = SIM_PARAM_DURATION,
     FIELD(backoff),
     .initial = "100ms",
     .above_min = true,
     .none = true,
     .help = "pause before a restart after an OOM kill, doubled for each one in a row; `none`: no restart"},
    {.name = "backoff_max",
     .kind = SIM_PARAM_DURATION,
     FIELD(backoff_max),
     .initial = "1m",
     .above_min = true,
     .help = "longest pause before a restart"},
    {.name = "backoff_reset",
     .kind = SIM_PARAM_DURATION,
     FIELD(backoff_reset),
     .initial = "10s",
     .help = "a process that has run for as long is no longer in a row with the one before"},
    {0}};

#define COUNTER(n, member, u, h) \
    { \
        .name = n, .kind = SIM_METRIC_COUNTER, FIELD(member), .unit = u, .help = h \
    }

static const struct sim_metric metrics[] = {
    {.name = "live",
     .kind = SIM_METRIC_GAUGE,
     FIELD(live),
     .unit = "bytes",
     .help = "live heap, with all that leaked; 0 while the node is down"},
    {.name = "limit", .kind = SIM_METRIC_GAUGE, FIELD(ceiling), .unit = "bytes", .help = "the limit there is; 0: none"},
    {.name = "gc_share",
     .kind = SIM_METRIC_RATIO,
     .unit = "1",
     .over = {"gc_time"},
     .under = {"burst_time"},
     .help = "share of the CPU time that collections took"},
    COUNTER("oom_kills", oom_kills, "kills", "kills for want of memory"),
    COUNTER("leaked", leaked, "bytes", "bytes leaked"),
    COUNTER("gc_time", gc_time, "ns", "CPU time of collections"),
    COUNTER("burst_time", burst_time, "ns", "CPU time of bursts, with the collections they paid for"),
    {0}};

const struct sim_part_type memory_type = {
    .name = "memory",
    .help = "a heap with a limit: leaks, collections that take CPU time, OOM kills and restarts",
    .params = params,
    .metrics = metrics,
    .check = check,
    .start = start,
    .reset = reset,
    .on_param = on_param,
};
