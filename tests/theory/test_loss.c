/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pools that turn away against exact theory: clients, a service without cache, a pool, and a database whose latency is
 * the holding time. The unit of time is its mean, one second.
 *
 * No queue: Erlang B, which holds for any law of the holding time (Sevast'yanov 1957). One connection and a queue:
 * M/M/1/K with K = 1 + queue_max. */
#include "tests/theory/theory.h"

struct loss {
    int connections, queue;
    double load; /* arrivals a second */
    const char *holding;
    double published; /* share turned away */
    double requests;  /* a replication */
};

enum { REPLICATIONS = 40 };

static const struct loss losses[] = {
    {10, 0, 5, "exponential:mean=1s", 0.01838, 100000},       {10, 0, 8, "exponential:mean=1s", 0.12166, 40000},
    {10, 0, 9, "exponential:mean=1s", 0.16796, 40000},        {10, 0, 10, "exponential:mean=1s", 0.21458, 40000},
    {10, 0, 12, "exponential:mean=1s", 0.30193, 40000},       {10, 0, 10, "constant:value=1s", 0.21458, 40000},
    {10, 0, 10, "lognormal:mean=1s,sigma=1", 0.21458, 40000}, {1, 9, 0.8, "exponential:mean=1s", 0.023493, 120000},
    {1, 99, 1.2, "exponential:mean=1s", 0.16667, 40000},
};

/* The birth-death process with `connections` servers and room for `queue` more. */
struct steady {
    double turned_away, in_use, waiting;
};

static struct steady steady_state(const struct loss *q)
{
    double weight = 1;
    double all = 1;
    struct steady sums = {0};
    for (int n = 1; n <= q->connections + q->queue; n++) {
        int busy = n < q->connections ? n : q->connections;
        weight *= q->load / busy;
        all += weight;
        sums.in_use += busy * weight;
        sums.waiting += (n - busy) * weight;
    }
    return (struct steady){weight / all, sums.in_use / all, sums.waiting / all};
}

static void replicate(const void *model, uint64_t seed, double *values)
{
    const struct loss *q = model;
    char word[20];
    struct sim *sim = theory_world(seed, q->load);
    sim_assert(sim_add_node(sim, &catalogue_type, "service") != NULL);
    sim_assert(sim_add_node(sim, &database_type, "database") != NULL);
    (void)snprintf(word, sizeof word, "%d", q->connections);
    (void)kit_add_pool(sim, "pool", word);
    (void)snprintf(word, sizeof word, "%d", q->queue);
    kit_set(sim, "pool.queue_max", word);
    kit_set(sim, "pool.mode", q->queue == 0 ? "reject" : "wait");
    kit_set(sim, "clients.to", "service");
    kit_set(sim, "service.pool", "pool");
    kit_set(sim, "service.database", "database");
    kit_set(sim, "database.latency", q->holding);
    uint32_t measured = theory_run(sim, 1000, q->requests / q->load);
    values[0] = theory_read(sim, "pool.error_rate", measured);
    values[1] = theory_read(sim, "pool.in_use", measured);
    values[2] =
        q->queue == 0 ? theory_read(sim, "service.error_rate", measured) : theory_read(sim, "pool.waiting", measured);
    values[3] = theory_read(sim, "clients.requests.rate", measured);
    sim_destroy(sim);
}

START_TEST(a_full_pool_turns_away_as_many_as_theory_says)
{
    const struct loss *q = &losses[_i];
    const struct steady steady = steady_state(q);
    char name[60];
    const struct theory_measure measures[] = {
        {"turned away", steady.turned_away, 0, 0},
        {"in use", steady.in_use, 1e-6, 0.02},
        {q->queue == 0 ? "errors" : "waiting", q->queue == 0 ? steady.turned_away : steady.waiting, 0, 0},
        {"arrivals", q->load, 0, 0.02},
    };
    ck_assert_double_eq_tol(steady.turned_away, q->published, 1e-3 * q->published);
    (void)snprintf(name, sizeof name, "%d+%d, load %g, %s", q->connections, q->queue, q->load, q->holding);
    struct theory_study study = {.name = name,
                                 .controlled = true,
                                 .measures = measures,
                                 .measure_count = SIM_COUNT_OF(measures),
                                 .replications = REPLICATIONS,
                                 .replicate = replicate,
                                 .model = q};
    theory_check(&study);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("loss");
    TCase *tcase = tcase_create("loss");
    tcase_add_loop_test(tcase, a_full_pool_turns_away_as_many_as_theory_says, 0, SIM_COUNT_OF(losses));
    suite_add_tcase(suite, tcase);
    return kit_run(suite);
}
