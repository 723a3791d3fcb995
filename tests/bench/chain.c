/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Clients, a link, a service with one cpu burst: what a simulated request costs with flows, calls, metrics and the
 * fingerprint on. */
#include "models/ops.h"
#include "sim/cpu.h"
#include "sim/world.h"
#include "tests/bench/bench.h"

#include <time.h>

struct service {
    struct sim_node node; /* must be first */
    struct sim_cpu cpu;
};

struct users {
    struct sim_node node; /* must be first */
    struct sim_node *to;
    uint64_t left;
};

enum { USERS = 4 };

static void serve(struct sim_flow *f)
{
    struct service *const service = (struct service *)f->node;
    FLOW_BEGIN(f);
    AWAIT(f, cpu_run(f, &service->cpu, 10 * SIM_US));
    FLOW_END(f, ((struct sim_outcome){SIM_OK, NULL}));
}

static void use(struct sim_flow *f)
{
    struct users *const users = (struct users *)f->node;
    FLOW_BEGIN(f);
    while (users->left > 0) {
        users->left--;
        AWAIT(f, sim_call(f, users->to, OP_GET_PRODUCT, NULL, SIM_S));
    }
    FLOW_END(f, ((struct sim_outcome){SIM_OK, NULL}));
}

static void start(struct sim_node *node)
{
    for (int i = 0; i < USERS; i++)
        sim_flow_run(sim_spawn(node, use));
}

static const struct sim_part service_parts[] = {{"cpu", &sim_cpu_type, offsetof(struct service, cpu)}, {0}};

static const struct sim_node_type service_type = {.name = "service",
                                                  .help = "one burst a request",
                                                  .size = sizeof(struct service),
                                                  .accepts = OP_BIT(OP_GET_PRODUCT),
                                                  .parts = service_parts,
                                                  .flow = serve};
static const struct sim_node_type users_type = {
    .name = "users", .help = "users without a pause", .size = sizeof(struct users), .start = start};

double bench_chain(uint64_t requests)
{
    struct sim_error error;
    struct timespec begun, ended;
    struct sim *sim = sim_create(1);
    struct users *users = (struct users *)sim_add_node(sim, &users_type, "users");
    struct sim_node *service = sim_add_node(sim, &service_type, "service");
    struct sim_link *link = sim_add_link(sim, "link", &users->node, service);
    link->delay = sim_dist_constant(50 * SIM_US);
    users->to = service;
    users->left = requests;
    (void)clock_gettime(CLOCK_MONOTONIC, &begun);
    sim_assert(sim_start_world(sim, &error));
    sim_assert(sim_run(sim, SIM_NS_MAX, NULL, NULL));
    sim_finish(sim);
    (void)clock_gettime(CLOCK_MONOTONIC, &ended);
    sim_assert((uint64_t)service->ended.value == requests);
    sim_destroy(sim);
    double took = (double)(ended.tv_sec - begun.tv_sec) + (double)(ended.tv_nsec - begun.tv_nsec) / 1e9;
    return (double)requests / took;
}
