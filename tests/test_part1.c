/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Part 1 over many seeds: the eight numbers, what they are made of, and the books of every node.
 *
 * The figures of `fitted` were measured beforehand on another program's model of the same facts, over ten seeds; ours
 * must agree with them in the mean, and no single seed may leave the bands. */
#include "models/ops.h"
#include "tests/books.h"
#include "tests/cells.h"
#include "tests/parallel.h"

#include <check.h>
#include <math.h>

enum { SEEDS_MAX = 100, ISSUE_ROOM = 300 };

/* ---- what is measured ---- */

/* A ratio of two readings, or one reading when `under` is NULL. */
struct measure {
    const char *name, *phase, *over, *minus, *under;
    double min, max;   /* for each seed */
    double fitted, sd; /* mean over ten seeds, and how seeds differ; sd 0: not compared */
};

static const struct measure measures[] = {
    {"p95, steady", "steady", "gateway.latency.p95", NULL, NULL, 0.045, 0.055, 0.0487, 0.0002},
    {"errors, steady", "steady", "gateway.error_rate", NULL, NULL, 0.0005, 0.0015, 0.0010, 0.0002},
    {"hits, steady", "steady", "redis.hit_rate", NULL, NULL, 0.88, 0.92, 0.9050, 0.0006},
    {"cpu, steady", "steady", "sre-lab.cpu", NULL, NULL, 0.13, 0.17, 0.1497, 0.0008},
    {"p95, chaos", "chaos", "gateway.latency.p95", NULL, NULL, 4.9, 5.05, 5.0, 0.0001},
    {"errors, chaos", "chaos", "gateway.error_rate", NULL, NULL, 0.27, 0.33, 0.2996, 0.0066},
    {"hits, chaos", "chaos", "redis.hit_rate", NULL, NULL, 0.13, 0.17, 0.1466, 0.0026},
    {"cpu, chaos", "chaos", "sre-lab.cpu", NULL, NULL, 0.75, 0.85, 0.7936, 0.0065},
    {"answered by a query of their own", "chaos", "gateway.from_database", NULL, "gateway.ended", 0.02, 0.035, 0.026,
     0.0010},
    {"answered by the cache at once", "chaos", "gateway.from_cache_at_once", NULL, "gateway.ended", 0.394, 0.434, 0.414,
     0.0040},
    {"answered by the cache on a retry", "chaos", "gateway.from_cache", "gateway.from_cache_at_once", "gateway.ended",
     0.24, 0.29, 0.264, 0.0050},
    {"ended by the deadline", "chaos", "gateway.timeout", NULL, "gateway.ended", 0.255, 0.33, 0.292, 0.0070},
    {"failed by themselves", "chaos", "gateway.error", NULL, "gateway.ended", 0.0032, 0.0060, 0.0045, 0.0003},
    {"attempts turned away", "chaos", "sre-lab.unavailable", NULL, "sre-lab.ended", 0.825, 0.855, 0.84, 0.0030},
    {"look-ups a request", "chaos", "redis.lookups", NULL, "gateway.ended", 4.4, 4.8, 4.59, 0.0360},
    {"queries whose request is gone", "chaos", "sre-lab.from_database", "gateway.from_database",
     "sre-lab.from_database", 0.44, 0.53, 0.48, 0.0105},
    {"queries a second", "chaos", "postgres.ended.rate", NULL, NULL, 4.90, 4.97, 4.94, 0},
    {"p95, recovery", "recovery", "gateway.latency.p95", NULL, NULL, 0.045, 0.055, 0, 0},
    {"errors, recovery", "recovery", "gateway.error_rate", NULL, NULL, 0.0002, 0.0020, 0, 0},
    {"hits, recovery", "recovery", "redis.hit_rate", NULL, NULL, 0.88, 0.92, 0, 0},
    {"cpu, recovery", "recovery", "sre-lab.cpu", NULL, NULL, 0.13, 0.17, 0, 0},
};
enum { MEASURES = SIM_COUNT_OF(measures), FITTED_SEEDS = 10 };

/* When the fault comes and goes. Single seconds swing widely, so the mean over the seeds is held against the bounds. */
struct moment {
    const char *phase, *reading;
    double min, max;
};

static const struct moment moments[] = {
    {"first-seconds", "gateway.error_rate", 0, 0.02}, {"regime", "gateway.error_rate", 0.28, 0.32},
    {"regime", "redis.hit_rate", 0.14, 0.16},         {"regime", "sre-lab.cpu", 0.76, 0.83},
    {"relief", "gateway.error_rate", 0, 0.003},       {"relief", "sre-lab.cpu", 0.14, 0.16},
    {"echo", "redis.hit_rate", 0.80, 0.885}, /* what was filled at one instant expires at one */
    {"calm", "redis.hit_rate", 0.90, 0.91},           {"calm", "gateway.latency.p95", 0.047, 0.051},
};
enum { MOMENTS = SIM_COUNT_OF(moments) };

struct result {
    uint64_t seed;
    double values[MEASURES], moments[MOMENTS];
    uint32_t verdicts, holding;
    uint64_t fingerprint;
    char issue[ISSUE_ROOM]; /* what is wrong with the books; "": nothing */
};

static struct result results[SEEDS_MAX];
static uint32_t result_count;

static double measure_of(const struct cell *cell, const struct measure *measure)
{
    double value = cells_read(cell, measure->phase, measure->over);
    if (measure->minus != NULL)
        value -= cells_read(cell, measure->phase, measure->minus);
    return measure->under == NULL ? value : value / cells_read(cell, measure->phase, measure->under);
}

/* ---- the books of the world of Part 1 ---- */

/* No link lies between them, so what one sends the others receive at once. */
static const char *books_of_the_graph(const struct cell *cell)
{
    const struct sim *sim = cell->sim;
    const struct sim_node *clients = sim_find_node(sim, "clients");
    const struct sim_node *gateway = sim_find_node(sim, "gateway");
    const struct sim_node *service = sim_find_node(sim, "sre-lab");
    int64_t behind = 0;
    static const char *const names[] = {"redis", "db-pool", "postgres"};
    for (size_t i = 0; i < SIM_COUNT_OF(names); i++)
        behind += sim_find_node(sim, names[i])->received.value;
    if (clients->sent.value != gateway->received.value)
        return books_wrong(clients, "sent other than the gateway received");
    if (service->sent.value != behind)
        return books_wrong(service, "sent other than cache, pool and database received");
    /* Besides these, a few that the deadline let go before they arrived. */
    int64_t on_the_way = gateway->sent.value - service->received.value;
    int64_t awaited = 0;
    for (const struct sim_flow *f = gateway->flows; f != NULL; f = f->next)
        awaited += f->awaited != NULL && (f->awaited->flags & SIM_CALL_ARRIVED) == 0;
    if (on_the_way < awaited || on_the_way > awaited + 2)
        return books_wrong(gateway, "%" PRId64 " calls on the way, want %" PRId64, on_the_way, awaited);
    sim_wide asking = 0;
    for (const struct sim_flow *f = clients->flows; f != NULL; f = f->next)
        asking += sim->now - f->awaited->begun;
    return books_little(clients, NULL, "outstanding", "response", asking);
}

/* `cancels`: bursts may leave the run queue, of which the wait is not recorded. */
static const char *books_of(const struct cell *cell, bool cancels)
{
    const struct sim *sim = cell->sim;
    const char *wrong = NULL;
    for (uint32_t i = 0; i < sim->node_count && wrong == NULL; i++)
        wrong = books_of_calls(sim->nodes[i]);
    const struct sim_node *service = sim_find_node(sim, "sre-lab");
    const struct sim_part *cpu = &service->type->parts[0];
    if (wrong == NULL && !cancels)
        wrong = books_of_cpu(service, cpu->name, (const struct sim_cpu *)((const char *)service + cpu->offset));
    if (wrong == NULL)
        wrong = books_of_pool(sim_find_node(sim, "db-pool"));
    if (wrong == NULL)
        wrong = books_of_cache(sim_find_node(sim, "redis"), OP_CACHE_GET);
    if (wrong == NULL)
        wrong = books_of_the_graph(cell);
    return wrong;
}

/* A connection is held exactly while its query runs: it goes to the next waiter at that instant. */
static const char *books_of_connections(const struct cell *cell)
{
    const struct sim_node *pool = sim_find_node(cell->sim, "db-pool");
    const struct sim_node *database = sim_find_node(cell->sim, "postgres");
    if (books_sample(pool, NULL, "in_use")->integral != books_sample(database, NULL, "in_flight")->integral)
        return books_wrong(pool, "connections are held longer or shorter than queries take");
    if (books_count(pool, "granted") != books_count(database, "calls"))
        return books_wrong(pool, "a grant is not a query");
    return NULL;
}

/* ---- the runs ---- */

static void run_seed(void *context, uint32_t item)
{
    struct result *result = &results[item];
    struct cell *cell = cells_run(context, NULL, 0, result->seed);
    for (uint32_t m = 0; m < MEASURES; m++)
        result->values[m] = measure_of(cell, &measures[m]);
    for (uint32_t i = 0; i < cell->expectation_count; i++) {
        struct sim_reading_value value;
        result->verdicts++;
        result->holding += cell_verdict(cell, &cell->expectations[i], &value) == VERDICT_HOLDS;
    }
    for (uint32_t m = 0; m < MOMENTS; m++)
        result->moments[m] = cells_read(cell, moments[m].phase, moments[m].reading);
    result->fingerprint = sim_fingerprint(cell->sim);
    const char *wrong = books_of(cell, false);
    if (wrong == NULL)
        wrong = books_of_connections(cell);
    (void)snprintf(result->issue, sizeof result->issue, "%s", wrong == NULL ? "" : wrong);
    cell_destroy(cell);
}

static struct scenario *load(const char *path)
{
    char full[1000];
    const char *source = getenv("SIMEX_SOURCE");
    (void)snprintf(full, sizeof full, "%s/%s", source == NULL ? "." : source, path);
    return cells_load(full);
}

/* Runs once, before the tests are forked. */
static void run_all(void)
{
    struct scenario *scenario = load("tests/scenarios/moments.json");
    const bool many = cells_many_seeds();
    result_count = many ? 100 : CELLS_SLOW ? 4 : 40;
    for (uint32_t i = 0; i < result_count; i++)
        results[i].seed = many ? 1000003U * (i + 1) : i + 1;
    printf("part1 with %u seeds from %llu on%s\n", result_count, (unsigned long long)results[0].seed,
           CELLS_SLOW && !many ? ", few because of the sanitizers" : "");
    parallel_for(result_count, run_seed, scenario);
    scenario_destroy(scenario);
}

/* ---- tests ---- */

START_TEST(every_expectation_of_the_scenario_holds_at_every_seed)
{
    for (uint32_t i = 0; i < result_count; i++) {
        ck_assert_uint_eq(results[i].verdicts, 8);
        ck_assert_msg(results[i].holding == 8, "seed %llu: %u of 8 hold", (unsigned long long)results[i].seed,
                      results[i].holding);
    }
}
END_TEST

START_TEST(every_number_is_in_its_band_at_every_seed)
{
    for (uint32_t m = 0; m < MEASURES; m++) {
        for (uint32_t i = 0; i < result_count; i++) {
            double value = results[i].values[m];
            ck_assert_msg(value >= measures[m].min && value <= measures[m].max, "%s, seed %llu: want %g..%g, got %g",
                          measures[m].name, (unsigned long long)results[i].seed, measures[m].min, measures[m].max,
                          value);
        }
    }
}
END_TEST

/* Both means have an error: 3.5 standard deviations of their difference, 99.95 % each. */
START_TEST(the_means_are_those_of_the_fitted_model)
{
    for (uint32_t m = 0; m < MEASURES; m++) {
        const struct measure *measure = &measures[m];
        double sum = 0;
        for (uint32_t i = 0; i < result_count; i++)
            sum += results[i].values[m];
        double mean = sum / result_count;
        double slack = 3.5 * measure->sd * sqrt(1.0 / FITTED_SEEDS + 1.0 / result_count);
        if (measure->sd <= 0)
            continue;
        printf("%-34s %-9s %9.5f  fitted %9.5f +- %.5f\n", measure->name, measure->phase, mean, measure->fitted, slack);
        ck_assert_double_eq_tol(mean, measure->fitted, slack);
    }
}
END_TEST

START_TEST(the_books_of_every_node_balance_at_every_seed)
{
    for (uint32_t i = 0; i < result_count; i++)
        ck_assert_msg(results[i].issue[0] == '\0', "seed %llu: %s", (unsigned long long)results[i].seed,
                      results[i].issue);
}
END_TEST

static const struct override switches[] = {
    {"sre-lab.single_flight", "true"},
    {"sre-lab.on_abandon", "cancel"},
    {"sre-lab.query_timeout", "1s"},
    {"db-pool.queue_max", "30"},
    {"redis.failure_rate", "0.2"},
    {"postgres.failure_rate", "0.3"},
    {"sre-lab.fill_when_abandoned", "false"},
    {"db-pool.mode", "reject"},
    {"clients.timeout", "2s"},
    {"redis.get_latency", "constant:value=0s"},
};

START_TEST(the_books_balance_in_the_middle_of_chaos_whatever_the_switches)
{
    const struct override overrides[] = {
        {"phases.steady.from", "0s"},           {"phases.steady.to", "60s"}, {"phases.chaos.from", "60s"},
        {"faults.slow-database.at", "60s"},     {"phases.chaos.to", "180s"}, {"run.until", "180.0000001s"},
        {switches[_i].path, switches[_i].value}};
    struct scenario *scenario = load("tests/scenarios/chaos.json");
    struct cell *cell = cells_run(scenario, overrides, SIM_COUNT_OF(overrides), 7);
    const char *wrong = books_of(cell, strcmp(switches[_i].value, "cancel") == 0);
    ck_assert_msg(wrong == NULL, "%s=%s: %s", switches[_i].path, switches[_i].value, wrong);
    ck_assert_int_gt(sim_find_node(cell->sim, "clients")->outstanding.value, 0);
    cell_destroy(cell);
    scenario_destroy(scenario);
}
END_TEST

START_TEST(the_regime_is_reached_in_eight_seconds_and_left_in_three)
{
    for (uint32_t m = 0; m < MOMENTS; m++) {
        double sum = 0;
        for (uint32_t i = 0; i < result_count; i++)
            sum += results[i].moments[m];
        double mean = sum / result_count;
        ck_assert_msg(mean >= moments[m].min && mean <= moments[m].max, "%s during %s: want %g..%g, got %g",
                      moments[m].reading, moments[m].phase, moments[m].min, moments[m].max, mean);
    }
}
END_TEST

/* The phases that the tests add measure; they change nothing. */
START_TEST(a_closer_look_changes_no_event)
{
    struct scenario *scenario = load("scenarios/part1.json");
    struct cell *cell = cells_run(scenario, NULL, 0, results[0].seed);
    ck_assert_uint_eq(cell->phase_count, 3);
    ck_assert_uint_eq(sim_fingerprint(cell->sim), results[0].fingerprint);
    cell_destroy(cell);
    scenario_destroy(scenario);
}
END_TEST

/* Turns the order of members round, in every object. */
static void reverse(cJSON *value)
{
    cJSON *member = NULL;
    cJSON_ArrayForEach(member, value) reverse(member);
    if (!cJSON_IsObject(value))
        return;
    for (int i = cJSON_GetArraySize(value) - 2; i >= 0; i--)
        ck_assert(cJSON_AddItemToArray(value, cJSON_DetachItemFromArray(value, i)));
}

START_TEST(the_order_of_the_file_changes_nothing)
{
    const struct override overrides[] = {
        {"run.until", "700s"}, {"phases.chaos.to", "700s"}, {"phases.chaos.settle", "0s"}};
    struct scenario *scenario = load("tests/scenarios/chaos.json");
    struct cell *cell = cells_run(scenario, overrides, SIM_COUNT_OF(overrides), 1);
    /* Not the panel: its order is that of the output. */
    static const char *const sections[] = {"nodes", "links", "faults", "phases"};
    for (size_t i = 0; i < SIM_COUNT_OF(sections); i++)
        reverse(cJSON_GetObjectItemCaseSensitive(scenario->tree, sections[i]));
    ck_assert_str_eq(cJSON_GetObjectItemCaseSensitive(scenario->tree, "nodes")->child->string, "postgres");
    struct cell *reversed = cells_run(scenario, overrides, SIM_COUNT_OF(overrides), 1);
    ck_assert_str_eq(cell->id, reversed->id);
    ck_assert_uint_eq(sim_fingerprint(cell->sim), sim_fingerprint(reversed->sim));
    ck_assert_double_eq(cells_read(cell, "chaos", "sre-lab.cpu"), cells_read(reversed, "chaos", "sre-lab.cpu"));
    cell_destroy(cell);
    cell_destroy(reversed);
    scenario_destroy(scenario);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("part1");
    TCase *seeds = tcase_create("seeds");
    tcase_add_unchecked_fixture(seeds, run_all, NULL);
    tcase_add_test(seeds, every_expectation_of_the_scenario_holds_at_every_seed);
    tcase_add_test(seeds, every_number_is_in_its_band_at_every_seed);
    tcase_add_test(seeds, the_means_are_those_of_the_fitted_model);
    tcase_add_test(seeds, the_books_of_every_node_balance_at_every_seed);
    tcase_add_test(seeds, the_regime_is_reached_in_eight_seconds_and_left_in_three);
    tcase_add_test(seeds, a_closer_look_changes_no_event);
    TCase *one = tcase_create("one run");
    tcase_add_loop_test(one, the_books_balance_in_the_middle_of_chaos_whatever_the_switches, 0, SIM_COUNT_OF(switches));
    tcase_add_test(one, the_order_of_the_file_changes_nothing);
    suite_add_tcase(suite, seeds);
    suite_add_tcase(suite, one);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
