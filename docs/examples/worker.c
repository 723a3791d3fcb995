/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A worker: answers each request with one burst on its cores, and turns requests away when too many wait for a core.
 *
 * Under an open Poisson load it is an M/G/k queue, with queue_max = 0 a loss system (Erlang B). Invariant: at most
 * queue_max requests wait. A change of `cost` acts on requests that arrive later, one of queue_max on the next. */
#include "models/models.h"
#include "models/ops.h"
#include "sim/cpu.h"
#include "sim/world.h"

struct worker {
    struct sim_node node; /* must be first */
    struct sim_cpu cpu;
    struct sim_dist cost; /* param */
    int64_t queue_max;    /* param */
    struct sim_rng costs;
    struct sim_counter turned_away;
};

struct job {
    struct sim_flow flow; /* must be first */
    sim_ns cost;
    struct sim_outcome outcome;
};

static bool is_full(const struct worker *worker)
{
    return worker->cpu.busy.value >= worker->cpu.cores && worker->cpu.queue.value >= worker->queue_max;
}

static void serve(struct sim_flow *f)
{
    struct job *const my = (struct job *)f;
    struct worker *const worker = (struct worker *)f->node;

    FLOW_BEGIN(f);
    /* Drawn for those who are turned away too, so that another queue_max shifts no draw. */
    my->cost = sim_dist_draw(&worker->cost, &worker->costs);
    if (is_full(worker)) {
        sim_count(&worker->turned_away, 1);
        my->outcome = (struct sim_outcome){SIM_UNAVAILABLE, "Queue Full"};
        goto reply;
    }
    AWAIT(f, cpu_run(f, &worker->cpu, my->cost));
reply:
    FLOW_END(f, my->outcome);
}

static void start(struct sim_node *node)
{
    if (node->incarnation == 1) /* a stream goes on after a restart */
        sim_node_stream(node, &((struct worker *)node)->costs, "cost");
}

static const struct sim_param params[] = {{.name = "cost",
                                           .kind = SIM_PARAM_DIST,
                                           .offset = offsetof(struct worker, cost),
                                           .initial = "exponential:mean=5ms",
                                           .live = true,
                                           .help = "CPU time of a request; acts on requests that arrive later"},
                                          {.name = "queue_max",
                                           .kind = SIM_PARAM_COUNT,
                                           .offset = offsetof(struct worker, queue_max),
                                           .initial = "10000",
                                           .min = 0,
                                           .max = 1e6,
                                           .live = true,
                                           .help = "most requests that wait; who finds as many is turned away"},
                                          {0}};

static const struct sim_metric metrics[] = {{.name = "turned_away",
                                             .kind = SIM_METRIC_COUNTER,
                                             .offset = offsetof(struct worker, turned_away),
                                             .unit = "requests",
                                             .help = "requests that found the queue full"},
                                            {0}};

static const struct sim_part parts[] = {{"cpu", &sim_cpu_type, offsetof(struct worker, cpu)}, {0}};

const struct sim_node_type worker_type = {
    .name = "worker",
    .help = "cores that answer requests, with a bounded queue",
    .size = sizeof(struct worker),
    .frame_size = sizeof(struct job),
    .accepts = OP_BIT(OP_GET_PRODUCT),
    .params = params,
    .parts = parts,
    .metrics = metrics,
    .start = start,
    .flow = serve,
};
