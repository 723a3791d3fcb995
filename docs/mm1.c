/* SPDX-License-Identifier: GPL-3.0-or-later */
/* M/M/1 on libsimex: customers arrive as a Poisson process, one is served at a time, service times are exponential. */
#include "sim/cpu.h"
#include "sim/world.h"

#include <math.h>
#include <stdio.h>

static const double rho = 0.8; /* arrivals a second; the mean service time is 1 s */

struct desk {
    struct sim_node node; /* must be first */
    struct sim_cpu clerk; /* a part, with one core unless told otherwise: here is the queue */
    struct sim_rng arrivals, services;
};

static sim_ns exponential(struct sim_rng *rng, double mean_s)
{
    return sim_ns_from_s(-mean_s * log(1.0 - sim_rng_uniform(rng)));
}

static void visit(struct sim_flow *f) /* a customer, from arrival to departure */
{
    struct desk *const desk = (struct desk *)f->node;
    FLOW_BEGIN(f);
    AWAIT(f, cpu_run(f, &desk->clerk, exponential(&desk->services, 1.0)));
    FLOW_END(f, ((struct sim_outcome){SIM_OK, NULL}));
}

static void arrive(struct sim_node *node, void *subject);
static const struct sim_event_kind arrival = {"arrival", arrive};

static void arrive(struct sim_node *node, void *subject)
{
    sim_schedule_in(node, exponential(&((struct desk *)node)->arrivals, 1.0 / rho), &arrival, subject);
    sim_flow_run(sim_spawn(node, visit));
}

static void start(struct sim_node *node)
{
    sim_node_stream(node, &((struct desk *)node)->arrivals, "arrivals");
    sim_node_stream(node, &((struct desk *)node)->services, "services");
    sim_schedule_in(node, exponential(&((struct desk *)node)->arrivals, 1.0 / rho), &arrival, NULL);
}

static const struct sim_part parts[] = {{"clerk", &sim_cpu_type, offsetof(struct desk, clerk)}, {0}};
static const struct sim_node_type desk_type = {"desk", .size = sizeof(struct desk), .parts = parts, .start = start};

int main(void)
{
    struct sim_error error;
    struct sim_reading reading;
    struct sim *sim = sim_create(1); /* the seed */
    sim_add_node(sim, &desk_type, "desk");
    sim_assert(sim_start_world(sim, &error) && sim_reading_find(sim, "desk.clerk.wait.mean", &reading, &error));
    sim_run(sim, 1000000 * SIM_S, NULL, NULL);
    sim_finish(sim);
    struct sim_reading_value wait = sim_reading_read(&reading, sim->intervals[0].samples, sim->intervals[0].seen);
    printf("%lld customers waited %.3f s in the mean; theory says %.3f s\n", (long long)wait.samples, wait.value,
           rho / (1.0 - rho));
    sim_destroy(sim);
}
