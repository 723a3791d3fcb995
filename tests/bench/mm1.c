/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An M/M/1 queue written on events alone: what the kernel's loop, queue, random streams and fingerprint cost. */
#include "sim/world.h"
#include "tests/bench/bench.h"

#include <math.h>
#include <time.h>

struct queue {
    struct sim_node node; /* must be first */
    struct sim_rng arrivals, services;
    uint64_t present, left;
};

static const double rho = 0.8;

static void fire_arrival(struct sim_node *node, void *subject);
static void fire_departure(struct sim_node *node, void *subject);
static const struct sim_event_kind arrival_kind = {"arrival", fire_arrival};
static const struct sim_event_kind departure_kind = {"departure", fire_departure};

static sim_ns exponential(struct sim_rng *rng, double mean)
{
    return sim_ns_from_s(-mean * log(1.0 - sim_rng_uniform(rng)));
}

static void serve(struct queue *queue)
{
    (void)sim_schedule_in(&queue->node, exponential(&queue->services, rho), &departure_kind, NULL);
}

static void fire_arrival(struct sim_node *node, void *subject)
{
    (void)subject;
    struct queue *queue = (struct queue *)node;
    if (queue->left-- > 1)
        (void)sim_schedule_in(node, exponential(&queue->arrivals, 1.0), &arrival_kind, NULL);
    if (queue->present++ == 0)
        serve(queue);
}

static void fire_departure(struct sim_node *node, void *subject)
{
    (void)subject;
    struct queue *queue = (struct queue *)node;
    if (--queue->present > 0)
        serve(queue);
}

static void start(struct sim_node *node)
{
    struct queue *queue = (struct queue *)node;
    sim_node_stream(node, &queue->arrivals, "arrivals");
    sim_node_stream(node, &queue->services, "services");
    (void)sim_schedule_in(node, exponential(&queue->arrivals, 1.0), &arrival_kind, NULL);
}

static const struct sim_node_type queue_type = {
    .name = "queue", .help = "M/M/1 on events", .size = sizeof(struct queue), .start = start};

static double now_s(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

struct bench_mm1 bench_mm1(uint64_t objects)
{
    struct sim_error error;
    struct sim *sim = sim_create(1);
    struct queue *queue = (struct queue *)sim_add_node(sim, &queue_type, "queue");
    queue->left = objects;
    double begun = now_s();
    sim_assert(sim_start_world(sim, &error));
    sim_assert(sim_run(sim, SIM_NS_MAX, NULL, NULL));
    sim_finish(sim);
    double took = now_s() - begun;
    sim_assert(queue->present == 0);
    struct bench_mm1 result = {(double)objects / took, (double)sim->events / (double)objects};
    sim_destroy(sim);
    return result;
}
