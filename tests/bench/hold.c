/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The hold model (Vaucher and Duval 1975; Jones 1986): the number of pending events stays what it is, as each that fires
 * schedules one successor after an exponential time. A hold is thus one pop and one push, with what the main loop does
 * around them: it shows how the pending-event set scales, from one event to more than any cache holds. */
#include "sim/world.h"
#include "tests/bench/bench.h"

#include <math.h>
#include <time.h>

struct holder {
    struct sim_node node; /* must be first */
    struct sim_rng increments;
    uint32_t pending;
};

static void fire(struct sim_node *node, void *subject);
static const struct sim_event_kind hold_kind = {"hold", fire};

/* Exponential, mean 1 s: memoryless, so the pending events are in their steady state from the first on. */
static void schedule(struct holder *holder)
{
    sim_ns increment = sim_ns_from_s(-log(1.0 - sim_rng_uniform(&holder->increments)));
    (void)sim_schedule_in(&holder->node, increment, &hold_kind, NULL);
}

static void fire(struct sim_node *node, void *subject)
{
    (void)subject;
    schedule((struct holder *)node);
}

static void start(struct sim_node *node)
{
    struct holder *holder = (struct holder *)node;
    sim_node_stream(node, &holder->increments, "increments");
    for (uint32_t i = 0; i < holder->pending; i++)
        schedule(holder);
}

static const struct sim_node_type holder_type = {
    .name = "holder", .help = "the hold model", .size = sizeof(struct holder), .start = start};

static bool before(void *context, const struct sim *sim)
{
    return sim->events < *(const uint64_t *)context;
}

/* Goes on for `holds` more, to the next few thousand; returns how many there were. */
static uint64_t hold(struct sim *sim, uint64_t holds)
{
    const uint64_t begun = sim->events;
    uint64_t end = begun + holds;
    sim_assert(!sim_run(sim, SIM_NS_MAX, before, &end) && !sim->stopped);
    return sim->events - begun;
}

double bench_hold(uint32_t pending, uint64_t holds)
{
    struct sim_error error;
    struct timespec begun, ended;
    struct sim *sim = sim_create(1);
    struct holder *holder = (struct holder *)sim_add_node(sim, &holder_type, "holder");
    holder->pending = pending;
    sim_assert(sim_start_world(sim, &error));
    (void)hold(sim, pending); /* until memory is as mixed as it will stay */
    (void)clock_gettime(CLOCK_MONOTONIC, &begun);
    holds = hold(sim, holds);
    (void)clock_gettime(CLOCK_MONOTONIC, &ended);
    sim_assert(sim->queue.live == pending);
    sim_destroy(sim);
    return ((double)(ended.tv_sec - begun.tv_sec) * 1e9 + (double)(ended.tv_nsec - begun.tv_nsec)) / (double)holds;
}
