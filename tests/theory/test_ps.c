/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A database whose queries share k servers, against exact theory. The unit of time is the mean work of a query, one second.
 *
 * The number of queries in an M/M/k with processor sharing is the same birth-death chain as with first come first
 * served, so its mean is Erlang's, and by Little's law the mean sojourn is too: W + 1 with W of Erlang C. Processor sharing
 * is insensitive: both hold for any law of the work with the same mean (Kelly, Reversibility and Stochastic Networks, 3.3).
 * On one server a query of work x takes x / (1 - rho) in the mean, whatever its size (Kleinrock, Queueing Systems II, 4.4;
 * first come first served would add the same wait to all). */
#include "tests/theory/theory.h"

enum { REPLICATIONS = 40, BINS = 4 };

/* ---- a front that asks the database, and keeps the books by size ---- */

struct front {
    struct sim_node node; /* must be first */
    struct sim_node *database;
    sim_ns from; /* queries that begin before it do not count */
    double work[BINS], took[BINS];
};

struct front_frame {
    struct sim_flow flow; /* must be first */
    sim_ns begun;
};

static const double bin_ends[BINS] = {0.5, 1, 2, INFINITY};

static void note(struct front *front, sim_ns begun, sim_ns work)
{
    int bin = 0;
    if (begun < front->from)
        return;
    while (sim_ns_to_s(work) >= bin_ends[bin])
        bin++;
    front->work[bin] += sim_ns_to_s(work);
    front->took[bin] += sim_ns_to_s(sim_now(&front->node) - begun);
}

static void front_serve(struct sim_flow *f)
{
    struct front_frame *const my = (struct front_frame *)f;
    struct front *const front = (struct front *)f->node;
    FLOW_BEGIN(f);
    my->begun = sim_now(f->node);
    AWAIT(f, sim_call(f, front->database, OP_QUERY, NULL, SIM_NO_TIMEOUT));
    note(front, my->begun, f->reply.word[0]);
    FLOW_END(f, ((struct sim_outcome){SIM_OK, NULL}));
}

static const struct sim_node_type front_type = {.name = "front",
                                                .help = "asks the database",
                                                .size = sizeof(struct front),
                                                .frame_size = sizeof(struct front_frame),
                                                .accepts = OP_BIT(OP_GET_PRODUCT),
                                                .flow = front_serve};

/* ---- the queue ---- */

struct ps {
    int k;
    double rho;
    const char *law;
    double length; /* s */
};

static const double WARM_UP = 500;

static const struct ps many[] = {
    {1, 0.7, "exponential:mean=1s", 30000},      {2, 0.8, "exponential:mean=1s", 20000},
    {4, 0.8, "exponential:mean=1s", 8000},       {10, 0.9, "exponential:mean=1s", 12000},
    {1, 0.7, "constant:value=1s", 30000},        {1, 0.7, "lognormal:mean=1s,sigma=0.7", 60000},
    {1, 0.7, "pareto:min=800ms,alpha=5", 30000}, {4, 0.8, "constant:value=1s", 8000},
    {4, 0.8, "lognormal:mean=1s,sigma=1", 8000},
};

static const struct ps sized[] = {
    {1, 0.7, "exponential:mean=1s", 30000},
    {1, 0.6, "lognormal:mean=1s,sigma=1", 30000},
};

static double erlang_c(int c, double rho)
{
    double b = 1;
    for (int k = 1; k <= c; k++)
        b = c * rho * b / (k + c * rho * b);
    return b / (1 - rho * (1 - b));
}

static struct sim *ps_world(const struct ps *q, uint64_t seed, struct front **front)
{
    char word[20];
    struct sim *sim = theory_world(seed, q->rho * q->k);
    *front = (struct front *)sim_add_node(sim, &front_type, "front");
    (*front)->database = sim_add_node(sim, &database_type, "d");
    (*front)->from = sim_ns_from_s(WARM_UP);
    kit_set(sim, "clients.to", "front");
    kit_set(sim, "d.saturation", "servers");
    kit_set(sim, "d.latency", q->law);
    (void)snprintf(word, sizeof word, "%d", q->k);
    kit_set(sim, "d.servers", word);
    return sim;
}

static void replicate_many(const void *model, uint64_t seed, double *values)
{
    struct front *front;
    struct sim *sim = ps_world(model, seed, &front);
    const uint32_t measured = theory_run(sim, WARM_UP, ((const struct ps *)model)->length);
    values[0] = theory_read(sim, "d.load", measured);
    values[1] = theory_read(sim, "d.query_time.mean", measured);
    values[2] = theory_read(sim, "d.utilisation", measured);
    sim_destroy(sim);
}

static void replicate_sized(const void *model, uint64_t seed, double *values)
{
    struct front *front;
    struct sim *sim = ps_world(model, seed, &front);
    const uint32_t measured = theory_run(sim, WARM_UP, ((const struct ps *)model)->length);
    for (int bin = 0; bin < BINS; bin++)
        values[bin] = front->took[bin] / front->work[bin];
    values[BINS] = theory_read(sim, "d.utilisation", measured);
    sim_destroy(sim);
}

static void check_ps(const struct ps *q, const struct theory_measure *measures, uint32_t count,
                     void (*replicate)(const void *model, uint64_t seed, double *values))
{
    char name[60];
    (void)snprintf(name, sizeof name, "%d x %s", q->k, q->law);
    struct theory_study study = {.name = name,
                                 .controlled = true,
                                 .measures = measures,
                                 .measure_count = count,
                                 .replications = REPLICATIONS,
                                 .replicate = replicate,
                                 .model = q};
    theory_check(&study);
}

START_TEST(as_many_are_there_and_stay_as_long_as_in_an_m_m_k_queue)
{
    const struct ps *q = &many[_i];
    const double sojourn = 1 + erlang_c(q->k, q->rho) / (q->k * (1 - q->rho));
    const struct theory_measure measures[] = {
        {"mean number", q->k * q->rho * sojourn, 0, 0},
        {"mean sojourn", sojourn, 0, 0},
        {"busy", q->rho, 0, 0.02},
    };
    check_ps(q, measures, SIM_COUNT_OF(measures), replicate_many);
}
END_TEST

START_TEST(every_size_is_slowed_down_alike)
{
    const struct ps *q = &sized[_i];
    const double slowdown = 1 / (1 - q->rho);
    const struct theory_measure measures[] = {
        {"below 0.5", slowdown, 0, 0}, {"0.5 to 1", slowdown, 0, 0}, {"1 to 2", slowdown, 0, 0},
        {"above 2", slowdown, 0, 0},   {"busy", q->rho, 0, 0.02},
    };
    check_ps(q, measures, SIM_COUNT_OF(measures), replicate_sized);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("processor sharing");
    TCase *tcase = tcase_create("processor sharing");
    tcase_add_loop_test(tcase, as_many_are_there_and_stay_as_long_as_in_an_m_m_k_queue, 0, SIM_COUNT_OF(many));
    tcase_add_loop_test(tcase, every_size_is_slowed_down_alike, 0, SIM_COUNT_OF(sized));
    suite_add_tcase(suite, tcase);
    return kit_run(suite);
}
