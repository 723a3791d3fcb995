/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Worlds made at random from a seed, of kit nodes: clients, services that call those behind them, pools, links, and
 * faults. They are made to be tangled, not to be like anything; what must hold in every world must hold in them. */
#ifndef TESTS_RANDOM_WORLD_H
#define TESTS_RANDOM_WORLD_H

#include "tests/kit.h"

enum { RANDOM_SERVICES = 6, RANDOM_CLIENTS = 3, RANDOM_STEPS = 8, RANDOM_SCRIPTS = 3, RANDOM_PARAMS = 64 };

enum random_flags {
    RANDOM_PARALLEL = 1, /* calls started together, dropped, background work */
    RANDOM_FAULTS = 2    /* kills, restarts, partitions, loss, live changes */
};

struct random_world {
    struct sim *sim;
    struct sim_rng rng;
    unsigned flags;
    int service_count;
    struct kit_node *services[RANDOM_SERVICES], *clients[RANDOM_CLIENTS];
    struct sim_node *pools[RANDOM_SERVICES]; /* of the service; NULL: none */
    struct kit_step steps[RANDOM_SERVICES + RANDOM_CLIENTS][RANDOM_SCRIPTS][RANDOM_STEPS + 1];
    struct kit_step wakes[RANDOM_SERVICES][2];
    char changes[RANDOM_PARAMS][120];
    int change_count;
};

static inline int64_t random_below(struct random_world *w, int64_t bound)
{
    return (int64_t)(sim_rng_next(&w->rng) % (uint64_t)bound);
}

static inline bool random_chance(struct random_world *w, double probability)
{
    return sim_rng_chance(&w->rng, probability);
}

/* Half of all durations come from a coarse grid, so that many things happen at one instant. */
static inline sim_ns random_time(struct random_world *w, sim_ns bound)
{
    return random_chance(w, 0.5) ? random_below(w, bound / SIM_MS) * SIM_MS : random_below(w, bound);
}

static inline const char *random_word(struct random_world *w, const char *const *words, int count)
{
    return words[random_below(w, count)];
}

/* One step of a script of service `self` (-1: a client), which may call the services behind it. */
static inline struct kit_step random_step(struct random_world *w, int self)
{
    struct kit_step step = {.ns = random_time(w, 20 * SIM_MS), .want = (uint32_t)random_below(w, 4)};
    step.timeout = random_chance(w, 0.5) ? 1 + random_time(w, 60 * SIM_MS) : 0;
    int behind = w->service_count - self - 1;
    if (behind > 0 && (self < 0 || random_chance(w, 0.5))) {
        step.kind = KIT_CALL;
        step.to = &w->services[self + 1 + random_below(w, behind)]->node;
        step.op = KIT_OP + (int)random_below(w, RANDOM_SCRIPTS);
        if ((w->flags & RANDOM_PARALLEL) != 0 && random_chance(w, 0.4))
            step.kind = KIT_START;
        return step;
    }
    static const enum kit_kind kinds[] = {KIT_SLEEP, KIT_SLEEP, KIT_CPU,     KIT_CPU,     KIT_CPU,
                                          KIT_WAIT,  KIT_FAIL,  KIT_ACQUIRE, KIT_ACQUIRE, KIT_RELEASE};
    static const enum kit_kind parallel[] = {KIT_JOIN, KIT_JOIN, KIT_DROP, KIT_SLEEP};
    step.kind = kinds[random_below(w, SIM_COUNT_OF(kinds))];
    if ((w->flags & RANDOM_PARALLEL) != 0 && random_chance(w, 0.4))
        step.kind = parallel[random_below(w, SIM_COUNT_OF(parallel))];
    if (step.kind == KIT_ACQUIRE && w->pools[self] == NULL)
        step.kind = KIT_CPU;
    if (step.kind == KIT_ACQUIRE)
        step.to = w->pools[self];
    if (step.kind == KIT_WAIT && random_chance(w, 0.7))
        step.kind = KIT_SLEEP;
    return step;
}

static inline void random_scripts(struct random_world *w, int self,
                                  struct kit_step scripts[RANDOM_SCRIPTS][RANDOM_STEPS + 1])
{
    for (int s = 0; s < RANDOM_SCRIPTS; s++) {
        int64_t count = random_below(w, RANDOM_STEPS);
        for (int64_t i = 0; i < count; i++)
            scripts[s][i] = random_step(w, self);
        if ((w->flags & RANDOM_PARALLEL) != 0 && self >= 0 && random_chance(w, 0.1)) {
            scripts[s][count] = (struct kit_step){.kind = KIT_REPLY};
            if (count + 1 < RANDOM_STEPS)
                scripts[s][count + 1] = (struct kit_step){.kind = KIT_SLEEP, .ns = random_time(w, 20 * SIM_MS)};
        }
    }
}

static inline void random_service(struct random_world *w, int i)
{
    static const char *const sizes[] = {"1", "2", "4"};
    static const char *const waits[] = {"none", "5ms", "50ms"};
    static const char *const rooms[] = {"0", "2", "100", "10000"};
    char path[80];
    char name[] = {'s', (char)('0' + i), '\0'};
    w->services[i] = kit_add(w->sim, name);
    w->services[i]->node.on_abandon = random_chance(w, 0.5) ? SIM_CANCEL : SIM_CONTINUE;
    (void)snprintf(path, sizeof path, "%s.cpu.cores", name);
    kit_set(w->sim, path, random_word(w, sizes, 3));
    w->wakes[i][0] = (struct kit_step){.kind = KIT_WAKE, .to = &w->services[i]->node, .ns = random_below(w, 2)};
    if (!random_chance(w, 0.7))
        return;
    (void)snprintf(path, sizeof path, "%s-pool", name);
    w->pools[i] = kit_add_pool(w->sim, path, random_word(w, sizes, 3));
    (void)snprintf(path, sizeof path, "%s-pool.acquire_timeout", name);
    kit_set(w->sim, path, random_word(w, waits, 3));
    (void)snprintf(path, sizeof path, "%s-pool.queue_max", name);
    kit_set(w->sim, path, random_word(w, rooms, 4));
    w->services[i]->pool = random_chance(w, 0.8) ? w->pools[i] : NULL; /* owned, or not */
}

static inline void random_link(struct random_world *w, struct kit_node *from, struct kit_node *to)
{
    static const char *const delays[] = {"0s", "1ms", "5ms", "exponential:mean=4ms", "uniform:min=0s,max=10ms"};
    if (random_chance(w, 0.5))
        kit_link(w->sim, from, to, random_word(w, delays, 5));
}

static inline void random_change(struct random_world *w, const char *path, const char *word, sim_ns at)
{
    if (w->change_count == RANDOM_PARAMS)
        return;
    char *text = w->changes[w->change_count++];
    (void)snprintf(text, sizeof w->changes[0], "%.80s=%.30s", path, word);
    kit_set_at(&w->clients[0]->node, at, text);
}

static inline void random_faults(struct random_world *w, sim_ns until)
{
    static const char *const losses[] = {"0", "0.2", "0.5"};
    static const char *const sizes[] = {"1", "2", "5"};
    char path[80];
    for (int i = 0; i < 12; i++) {
        struct sim_node *node = w->sim->nodes[random_below(w, w->sim->node_count)];
        sim_ns at = random_time(w, until);
        kit_kill_at(node, at);
        kit_restart_at(node, at + random_time(w, 100 * SIM_MS));
    }
    for (uint32_t i = 0; i < w->sim->link_count; i++) {
        sim_ns at = random_time(w, until);
        (void)snprintf(path, sizeof path, "links.%s.loss", w->sim->links[i]->name);
        random_change(w, path, random_word(w, losses, 3), at);
        (void)snprintf(path, sizeof path, "links.%s.partition", w->sim->links[i]->name);
        random_change(w, path, "true", at);
        random_change(w, path, "false", at + random_time(w, SIM_S));
    }
    for (int i = 0; i < w->service_count; i++) {
        (void)snprintf(path, sizeof path, "%s.cpu.cores", w->services[i]->node.name);
        random_change(w, path, random_word(w, sizes, 3), random_time(w, until));
        (void)snprintf(path, sizeof path, "%s.on_abandon", w->services[i]->node.name);
        random_change(w, path, random_word(w, kit_on_abandon, 2), random_time(w, until));
        (void)snprintf(path, sizeof path, "s%d-pool.size", i);
        if (w->pools[i] != NULL)
            random_change(w, path, random_word(w, sizes, 3), random_time(w, until));
    }
}

/* A world, ready to be started; what will happen is scheduled by random_world_start. */
static inline struct random_world *random_world_make(uint64_t seed, unsigned flags)
{
    struct random_world *w = sim_xcalloc(1, sizeof *w);
    w->sim = sim_create(seed);
    w->flags = flags;
    sim_rng_init(&w->rng, seed, "random world", "shape");
    w->service_count = 2 + (int)random_below(w, RANDOM_SERVICES - 1);
    for (int i = 0; i < w->service_count; i++)
        random_service(w, i);
    for (int i = 0; i < w->service_count; i++) {
        random_scripts(w, i, w->steps[i]);
        for (int s = 0; s < RANDOM_SCRIPTS; s++)
            w->services[i]->scripts[s] = w->steps[i][s];
        for (int k = i + 1; k < w->service_count; k++)
            random_link(w, w->services[i], w->services[k]);
    }
    for (int i = 0; i < RANDOM_CLIENTS; i++) {
        char name[] = {'c', (char)('0' + i), '\0'};
        w->clients[i] = kit_add(w->sim, name);
        random_scripts(w, -1, w->steps[RANDOM_SERVICES + i]);
        for (int k = 0; k < w->service_count; k++)
            random_link(w, w->clients[i], w->services[k]);
    }
    return w;
}

/* Starts it and schedules `requests` requests, wake-ups, and faults within [0, until). */
static inline void random_world_start(struct random_world *w, int requests, sim_ns until)
{
    kit_start_world(w->sim);
    for (int i = 0; i < requests; i++) {
        int client = (int)random_below(w, RANDOM_CLIENTS);
        const struct kit_step *script = w->steps[RANDOM_SERVICES + client][random_below(w, RANDOM_SCRIPTS)];
        kit_spawn_at(w->clients[client], random_time(w, until), script);
        kit_spawn_at(w->clients[client], random_time(w, until), w->wakes[random_below(w, w->service_count)]);
    }
    if ((w->flags & RANDOM_FAULTS) != 0)
        random_faults(w, until);
}

/* Heals everything and runs until nothing is under way. */
static inline void random_world_quiesce(struct random_world *w)
{
    struct sim *sim = w->sim;
    sim_ns step = 1000 * SIM_S; /* longer than any retransmission */
    for (int round = 0; round < 10000 && (round == 0 || sim->queue.live > 0 || sim->call_slab.in_use > 0); round++) {
        /* A pool that nobody owns has lost what a killed service held, perhaps all it had. */
        for (int i = 0; i < w->service_count; i++) {
            if (w->pools[i] != NULL && w->services[i]->pool == NULL && (w->flags & RANDOM_FAULTS) != 0)
                sim_node_kill(w->pools[i]);
        }
        for (uint32_t i = 0; i < sim->node_count; i++)
            sim_node_restart(sim->nodes[i]);
        for (uint32_t i = 0; i < sim->link_count; i++) {
            sim->links[i]->partition = false;
            sim->links[i]->loss = 0;
        }
        for (int i = 0; i < w->service_count; i++)
            (void)sim_wake_all(&w->services[i]->queue, (struct sim_outcome){SIM_OK, NULL}, NULL);
        ck_assert_msg(sim_run(sim, sim->now + step, NULL, NULL), "%s", sim->error.rule);
    }
}

static inline void random_world_free(struct random_world *w)
{
    sim_destroy(w->sim);
    free(w);
}

#endif
