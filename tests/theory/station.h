/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A station: a node whose requests each burn one burst on its cores, first come first served. With clients that is the
 * queue of the textbooks. */
#ifndef TESTS_THEORY_STATION_H
#define TESTS_THEORY_STATION_H

#include "tests/theory/theory.h"

struct station {
    struct sim_node node; /* must be first */
    struct sim_cpu cpu;
    struct sim_dist service; /* param */
    struct sim_rng services;
};

static void station_serve(struct sim_flow *f)
{
    struct station *const station = (struct station *)f->node;
    FLOW_BEGIN(f);
    AWAIT(f, cpu_run(f, &station->cpu, sim_dist_draw(&station->service, &station->services)));
    FLOW_END(f, ((struct sim_outcome){SIM_OK, NULL}));
}

static void station_start(struct sim_node *node)
{
    sim_node_stream(node, &((struct station *)node)->services, "service");
}

static const struct sim_part station_parts[] = {{"cpu", &sim_cpu_type, offsetof(struct station, cpu)}, {0}};
static const struct sim_param station_params[] = {{.name = "service",
                                                   .kind = SIM_PARAM_DIST,
                                                   .offset = offsetof(struct station, service),
                                                   .initial = "exponential:mean=1s",
                                                   .help = "service time"},
                                                  {0}};
static const struct sim_node_type station_type = {.name = "station",
                                                  .help = "one burst a request",
                                                  .size = sizeof(struct station),
                                                  .frame_size = sizeof(struct sim_flow),
                                                  .accepts = OP_BIT(OP_GET_PRODUCT),
                                                  .params = station_params,
                                                  .parts = station_parts,
                                                  .start = station_start,
                                                  .flow = station_serve};

static inline struct sim *station_world(uint64_t seed, double rate, int cores)
{
    char word[20];
    struct sim *sim = theory_world(seed, rate);
    sim_assert(sim_add_node(sim, &station_type, "station") != NULL);
    kit_set(sim, "clients.to", "station");
    (void)snprintf(word, sizeof word, "%d", cores);
    kit_set(sim, "station.cpu.cores", word);
    return sim;
}

#endif
