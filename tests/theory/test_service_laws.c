/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One station against exact theory where more than exponential times matter. The unit of time is the mean service time,
 * one second.
 *
 * M/G/1: Pollaczek and Khinchine, mean wait = lambda E[S^2] / (2 (1 - rho)) (Kleinrock, Queueing Systems I, 5.6).
 * Closed population: the machine repair model, a birth-death process; of the think time only the mean matters (Baskett,
 * Chandy, Muntz, Palacios 1975). */
#include "tests/theory/station.h"

/* ---- M/G/1 ---- */

struct mg1 {
    const char *law;
    double square; /* E[S^2] where E[S] = 1 */
    double length;
};

enum { REPLICATIONS = 40 };
static const double RHO = 0.7;

/* Pareto: alpha min^2 / (alpha - 2) with min = (alpha - 1) / alpha; above 4, as the interval needs E[S^4]. */
static const struct mg1 mg1s[] = {
    {"constant:value=1s", 1, 20000},
    {"uniform:min=0s,max=2s", 4.0 / 3, 30000},
    {"lognormal:mean=1s,sigma=0.7", 1.632316219955379, 100000},
    {"lognormal:median=882496903ns,p95=2008574623ns", 1.284025, 40000},
    {"pareto:min=800ms,alpha=5", 5 * 0.64 / 3, 40000},
};
/* Half a second four times out of five, else three seconds. */
static const struct mg1 two_points = {NULL, 0.8 * 0.25 + 0.2 * 9, 60000};

/* Puts the law of two points, which no word of the command line can say. */
static void put_two_points(struct sim *sim)
{
    static const struct sim_raw values[] = {{.shape = SIM_RAW_STRING, .text = "500ms"},
                                            {.shape = SIM_RAW_STRING, .text = "3s"}};
    static const struct sim_raw weights[] = {{.shape = SIM_RAW_NUMBER, .number = 4},
                                             {.shape = SIM_RAW_NUMBER, .number = 1}};
    static const struct sim_raw fields[] = {
        {.shape = SIM_RAW_LIST, .name = "values", .items = values, .count = SIM_COUNT_OF(values)},
        {.shape = SIM_RAW_LIST, .name = "weights", .items = weights, .count = SIM_COUNT_OF(weights)}};
    static const struct sim_raw law[] = {
        {.shape = SIM_RAW_OBJECT, .name = "table", .items = fields, .count = SIM_COUNT_OF(fields)}};
    static const struct sim_raw raw = {.shape = SIM_RAW_OBJECT, .items = law, .count = SIM_COUNT_OF(law)};
    struct sim_target target;
    struct sim_value value;
    struct sim_error error = {0};
    bool fine =
        sim_target_find(sim, "station.service", &target, &error) && sim_param_read(sim, &target, &raw, &value, &error);
    ck_assert_msg(fine, "%s: %s", error.path, error.rule);
    sim_param_put(&target, &value);
}

static void replicate_mg1(const void *model, uint64_t seed, double *values)
{
    const struct mg1 *q = model;
    struct sim *sim = station_world(seed, RHO, 1);
    if (q->law == NULL)
        put_two_points(sim);
    else
        kit_set(sim, "station.service", q->law);
    uint32_t measured = theory_run(sim, 1000, q->length);
    values[0] = theory_share_above_zero(sim, "station.cpu.wait", measured);
    values[1] = theory_read(sim, "station.cpu.wait.mean", measured);
    values[2] = theory_read(sim, "station.cpu.queue", measured);
    values[3] = theory_read(sim, "station.latency.mean", measured);
    values[4] = theory_read(sim, "station.cpu", measured);
    sim_destroy(sim);
}

static void check_mg1(const struct mg1 *q)
{
    const double wait = RHO * q->square / (2 * (1 - RHO));
    const struct theory_measure measures[] = {
        {"P(wait)", RHO, 0, 0.02},        {"mean wait", wait, 0, 0}, {"mean queue", RHO * wait, 0, 0},
        {"mean sojourn", wait + 1, 0, 0}, {"busy", RHO, 0, 0.02},
    };
    struct theory_study study = {.name = q->law == NULL ? "table of two points" : q->law,
                                 .controlled = true,
                                 .measures = measures,
                                 .measure_count = SIM_COUNT_OF(measures),
                                 .replications = REPLICATIONS,
                                 .replicate = replicate_mg1,
                                 .model = q};
    theory_check(&study);
}

START_TEST(m_g_1_waits_as_pollaczek_and_khinchine_say)
{
    check_mg1(&mg1s[_i]);
}
END_TEST

START_TEST(a_table_is_a_service_law_like_any_other)
{
    check_mg1(&two_points);
}
END_TEST

/* ---- a closed population ---- */

struct closed {
    int population, c;
    double think;
    const char *think_time;
};

static const struct closed closeds[] = {
    {1, 1, 4, "exponential:mean=4s"},     {10, 1, 8, "exponential:mean=8s"}, {10, 1, 8, "constant:value=8s"},
    {20, 1, 8, "uniform:min=0s,max=16s"}, {30, 3, 8, "exponential:mean=8s"}, {3, 5, 2, "uniform:min=1s,max=3s"},
};

/* Throughput of the machine repair model: n at the station has weight N! / (N - n)! / think^n / prod min(k, c). */
static double closed_throughput(const struct closed *q)
{
    double weight = 1;
    double all = 1;
    double busy = 0;
    for (int n = 1; n <= q->population; n++) {
        weight *= (q->population - n + 1) / q->think / (n < q->c ? n : q->c);
        all += weight;
        busy += weight * (n < q->c ? n : q->c);
    }
    return busy / all;
}

static void replicate_closed(const void *model, uint64_t seed, double *values)
{
    const struct closed *q = model;
    char word[20];
    struct sim *sim = station_world(seed, 0, q->c);
    kit_set(sim, "clients.load", "closed");
    (void)snprintf(word, sizeof word, "%d", q->population);
    kit_set(sim, "clients.population", word);
    kit_set(sim, "clients.think_time", q->think_time);
    uint32_t measured = theory_run(sim, 500, 20000);
    values[0] = theory_read(sim, "clients.answered.rate", measured);
    values[1] = theory_read(sim, "clients.response.mean", measured);
    values[2] = theory_read(sim, "station.in_flight", measured);
    values[3] = theory_read(sim, "station.cpu", measured);
    sim_destroy(sim);
}

START_TEST(a_closed_population_is_served_as_the_machine_repair_model_says)
{
    const struct closed *q = &closeds[_i];
    const double x = closed_throughput(q);
    char name[60];
    const struct theory_measure measures[] = {
        {"throughput", x, 0, 0.02},
        {"response", q->population / x - q->think, 0, 0},
        {"in flight", q->population - x * q->think, 0, 0},
        {"busy", x / q->c, 0, 0.02},
    };
    (void)snprintf(name, sizeof name, "%d users, %d cores, %s", q->population, q->c, q->think_time);
    struct theory_study study = {.name = name,
                                 .measures = measures,
                                 .measure_count = SIM_COUNT_OF(measures),
                                 .replications = REPLICATIONS,
                                 .replicate = replicate_closed,
                                 .model = q};
    theory_check(&study);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("service laws");
    TCase *tcase = tcase_create("service laws");
    tcase_add_loop_test(tcase, m_g_1_waits_as_pollaczek_and_khinchine_say, 0, SIM_COUNT_OF(mg1s));
    tcase_add_test(tcase, a_table_is_a_service_law_like_any_other);
    tcase_add_loop_test(tcase, a_closed_population_is_served_as_the_machine_repair_model_says, 0,
                        SIM_COUNT_OF(closeds));
    suite_add_tcase(suite, tcase);
    return kit_run(suite);
}
