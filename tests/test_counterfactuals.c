/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Part 1 with other values. A model that is right by mechanism must be right for values nobody fitted: so each number
 * is predicted by a queueing argument, stated beside it, from the params alone.
 *
 * Symbols: l(k) requests a second for key k; T time to live; d time of a miss from the look-up to the end of its SET; c
 * connections; q time of a query. */
#include "tests/cells.h"
#include "tests/parallel.h"

#include <check.h>
#include <math.h>

/* ---- cases: overrides and what comes of them, in the mean over seeds ---- */

enum reading {
    P95,
    MAX,
    ERRORS,
    HITS,
    CPU,
    IN_USE,
    QUERIES,
    ENDED,
    OWN,
    ATTEMPTS,
    RETRIES,
    REQUESTS_SEEN,
    LOOKUPS,
    FROM_CACHE,
    FROM_DATABASE,
    FAILED,
    READINGS
};

static const char *const readings[READINGS] = {
    [P95] = "gateway.latency.p95",
    [MAX] = "gateway.latency.max",
    [ERRORS] = "gateway.error_rate",
    [HITS] = "redis.hit_rate",
    [CPU] = "sre-lab.cpu",
    [IN_USE] = "db-pool.in_use",
    [QUERIES] = "postgres.ended.rate",
    [ENDED] = "gateway.ended.rate",
    [OWN] = "gateway.from_database.rate",
    [ATTEMPTS] = "gateway.attempts.rate",
    [RETRIES] = "gateway.retry.retries.rate",
    [REQUESTS_SEEN] = "sre-lab.calls.rate",
    [LOOKUPS] = "redis.judged.rate",
    [FROM_CACHE] = "sre-lab.from_cache.rate",
    [FROM_DATABASE] = "sre-lab.from_database.rate",
    [FAILED] = "sre-lab.errors.rate",
};

enum { SETS = 4, CASES_MAX = 16, SEEDS_MAX = 5 };

struct one_case {
    struct override sets[SETS];
    double expect[4]; /* as its table says */
};

struct outcome {
    double values[READINGS];
    uint64_t fingerprint;
};

struct batch {
    const struct scenario *scenario;
    const char *phase;
    const struct one_case *cases;
    uint32_t case_count, seeds;
    struct outcome outcomes[CASES_MAX][SEEDS_MAX];
};

static void run_one(void *context, uint32_t item)
{
    struct batch *batch = context;
    const uint32_t which = item / batch->seeds;
    const uint32_t seed = item % batch->seeds;
    struct outcome *outcome = &batch->outcomes[which][seed];
    size_t count = 0;
    while (count < SETS && batch->cases[which].sets[count].path != NULL)
        count++;
    struct cell *cell = cells_run(batch->scenario, batch->cases[which].sets, count, seed + 1);
    for (int r = 0; r < READINGS; r++)
        outcome->values[r] = cells_read(cell, batch->phase, readings[r]);
    outcome->fingerprint = sim_fingerprint(cell->sim);
    cell_destroy(cell);
}

static double mean_of(const struct batch *batch, uint32_t which, enum reading reading)
{
    double sum = 0;
    for (uint32_t seed = 0; seed < batch->seeds; seed++)
        sum += batch->outcomes[which][seed].values[reading];
    return sum / batch->seeds;
}

/* Runs every case with `seeds` seeds (one where sanitizers make it slow). */
static struct batch *run_cases(const char *file, const char *phase, const struct one_case *cases, uint32_t count,
                               uint32_t seeds)
{
    char path[1000];
    const char *source = getenv("SIMEX_SOURCE");
    struct batch *batch = sim_xcalloc(1, sizeof *batch);
    (void)snprintf(path, sizeof path, "%s/tests/scenarios/%s", source == NULL ? "." : source, file);
    struct scenario *scenario = cells_load(path);
    ck_assert_uint_le(count, CASES_MAX);
    batch->scenario = scenario;
    batch->phase = phase;
    batch->cases = cases;
    batch->case_count = count;
    batch->seeds = CELLS_SLOW ? 1 : seeds;
    if (batch->seeds != seeds)
        printf("one seed instead of %u because of the sanitizers\n", seeds);
    parallel_for(count * batch->seeds, run_one, batch);
    scenario_destroy(scenario);
    return batch;
}

/* "gateway.timeout=60s ..." */
static const char *case_name(const struct one_case *one)
{
    static _Thread_local char text[300];
    size_t used = 0;
    text[0] = '\0';
    for (size_t i = 0; i < SETS && one->sets[i].path != NULL && used < sizeof text; i++)
        used += (size_t)snprintf(text + used, sizeof text - used, "%s%s=%s", i == 0 ? "" : " ", one->sets[i].path,
                                 one->sets[i].value);
    return used == 0 ? "as it is" : text;
}

static void check(const struct batch *batch, uint32_t which, enum reading reading, double want, double slack)
{
    double got = mean_of(batch, which, reading);
    printf("%-60s %-28s want %9.5f  got %9.5f  slack %.5f\n", case_name(&batch->cases[which]), readings[reading], want,
           got, slack);
    ck_assert_msg(fabs(got - want) <= slack, "%s: %s: want %g +- %g, got %g", case_name(&batch->cases[which]),
                  readings[reading], want, slack, got);
}

/* ---- the fitted model's counterfactuals ---- */

/* What another program's model of the same facts gave, over about ten seeds; `sd`: how seeds differ (over 16 of ours).
 * A mean of n seeds may be off by four standard deviations of the difference, and half a unit of what was written. */
struct fitted {
    double p95, errors, hits, cpu; /* below 0: not known */
    struct {
        double p95, errors, hits, cpu;
    } sd;
};

static const struct one_case counterfactuals[] = {
    {.sets = {{"gateway.timeout", "60s"}}},
    {.sets = {{"gateway.retry.max_attempts", "1"}}},
    {.sets = {{"db-pool.size", "150"}}},
    {.sets = {{"sre-lab.single_flight", "true"}}},
    {.sets = {{"sre-lab.error_cpu", "constant:value=0s"}}},
    {.sets = {{"sre-lab.query_timeout", "1s"}}},
    {.sets = {{"gateway.budget.kind", "tokens"},
              {"gateway.budget.per_request", "0.2"},
              {"gateway.budget.cap", "50"},
              {"gateway.budget.cost", "1"}}},
    {.sets = {{"db-pool.queue_max", "100"}}},
    {.sets = {{"db-pool.queue_max", "30"}}},
};

static const struct fitted fitted[SIM_COUNT_OF(counterfactuals)] = {
    {15.091, 0.006, 0.162, 0.998, {0.60, 0.0004, 0.0010, 0.0010}},
    {0.310, 0.514, 0.437, 0.164, {0.0006, 0.0035, 0.0035, 0.0008}},
    {3.063, 0.0010, 0.680, 0.185, {0.0045, 0.0001, 0.0025, 0.0008}},
    {4.604, 0.039, 0.349, 0.22, {0.065, 0.0020, 0.0053, 0.0031}},
    {5.0, 0.30, 0.145, 0.46, {0.0001, 0.0070, 0.0026, 0.0040}},
    {5.0, 1.0, 0.0, 1.0, {0.0001, 0.0001, 0.0001, 0.0001}},
    {2.739, 0.506, 0.371, 0.199, {0.20, 0.0033, 0.0027, 0.0009}},
    {-1, -1, -1, 0.87, {0, 0, 0, 0.0088}},
    {-1, -1, -1, 0.99, {0, 0, 0, 0.0020}},
};

START_TEST(the_known_counterfactuals_come_out)
{
    enum { SEEDS = 5, FITTED_SEEDS = 10 };
    struct batch *batch = run_cases("chaos.json", "chaos", counterfactuals, SIM_COUNT_OF(counterfactuals), SEEDS);
    const double spread = 4 * sqrt(1.0 / batch->seeds + 1.0 / FITTED_SEEDS);
    for (uint32_t i = 0; i < batch->case_count; i++) {
        const struct fitted *f = &fitted[i];
        if (f->p95 >= 0)
            check(batch, i, P95, f->p95, spread * f->sd.p95 + 0.0005);
        if (f->errors >= 0)
            check(batch, i, ERRORS, f->errors, spread * f->sd.errors + 0.0005);
        if (f->hits >= 0)
            check(batch, i, HITS, f->hits, spread * f->sd.hits + 0.0005);
        check(batch, i, CPU, f->cpu, spread * f->sd.cpu + (i > 6 ? 0.005 : 0.0005));
    }
    free(batch);
}
END_TEST

/* ---- when every query gets a connection ---- */

/* Share of hits of a Zipf law's keys. A cycle of key k: a miss; l(k) d more misses on average until its SET, each with
 * a query and a SET of its own; the last of these SETs, d after the last of these misses, starts the T that counts. */
static double hit_rate(double rate, int products, double zipf, double ttl, double d)
{
    double all = 0;
    double hits = 0;
    for (int k = 1; k <= products; k++)
        all += pow(k, -zipf);
    for (int k = 1; k <= products; k++) {
        double p = pow(k, -zipf) / all;
        double l = rate * p;
        double last = d - (1 - exp(-l * d)) / l;
        double found = l * (last + ttl);
        hits += p * found / (1 + l * d + found);
    }
    return hits;
}

/* The params of the scenarios that the predictions use, in seconds. */
static const double FAILURES = 0.001;
static const double QUERY = 0.04127;    /* 40 ms x exp(0.25^2 / 2) */
static const double SET_AND_GO = 0.003; /* SET, and the way from the look-up to the query */

/* CPU time a second, from what the service did. */
static double burnt(const struct batch *batch, uint32_t i)
{
    return 1.4e-3 * mean_of(batch, i, REQUESTS_SEEN) + 0.4e-3 * mean_of(batch, i, LOOKUPS) +
           0.9e-3 * mean_of(batch, i, FROM_CACHE) + 4.0e-3 * mean_of(batch, i, FROM_DATABASE) +
           1.75e-3 * mean_of(batch, i, FAILED);
}

/* expect: rate, products, zipf, ttl. */
static const struct one_case calm_cases[] = {
    {{{NULL, NULL}}, {100, 50, 0.7, 5}},
    {{{"redis.ttl", "1s"}}, {100, 50, 0.7, 1}},
    {{{"redis.ttl", "20s"}}, {100, 50, 0.7, 20}},
    {{{"redis.ttl", "60s"}}, {100, 50, 0.7, 60}},
    {{{"clients.rate", "20/s"}}, {20, 50, 0.7, 5}},
    {{{"clients.rate", "400/s"}}, {400, 50, 0.7, 5}},
    {{{"clients.products", "200"}, {"clients.zipf", "0"}}, {100, 200, 0, 5}},
    {{{"clients.products", "10"}, {"clients.zipf", "1.2"}}, {100, 10, 1.2, 5}},
    {{{"sre-lab.cpu.cores", "4"}}, {100, 50, 0.7, 5}},
};

START_TEST(in_calm_the_hit_rate_and_the_cpu_follow_from_the_params)
{
    struct batch *batch = run_cases("steady.json", "steady", calm_cases, SIM_COUNT_OF(calm_cases), 3);
    for (uint32_t i = 0; i < batch->case_count; i++) {
        const double *p = calm_cases[i].expect;
        const double rate = p[0];
        const double hits = hit_rate(rate, (int)p[1], p[2], p[3], QUERY + SET_AND_GO);
        const double queries = rate * (1 - FAILURES) * (1 - hits);
        const double served = rate * (1 - FAILURES);
        const double cpu =
            rate * 1.4e-3 + served * (0.4e-3 + hits * 0.9e-3 + (1 - hits) * 4e-3) + rate * FAILURES * 1.75e-3;
        const double cores = i == 8 ? 4 : 2;
        /* Noise of some thousand misses, each with a few dependent on it: 2 % of them. */
        check(batch, i, HITS, hits, 0.02 * (1 - hits) + 0.0002);
        check(batch, i, QUERIES, queries, 0.03 * queries);
        check(batch, i, IN_USE, queries * QUERY, 0.03 * queries * QUERY); /* Little */
        check(batch, i, CPU, cpu / cores, 0.015 * cpu / cores);
        check(batch, i, ERRORS, FAILURES, 0.0004);
        check(batch, i, ATTEMPTS, rate, 0.02 * rate);
    }
    free(batch);
}
END_TEST

/* expect: connections enough for all; added latency; */
static const struct one_case roomy_cases[] = {
    {{{"db-pool.size", "400"}}, {3.0}},
    {{{"db-pool.size", "400"}, {"faults.slow-database.added_latency", "1s"}}, {1.0}},
    {{{"faults.slow-database.added_latency", "200ms"}}, {0.2}},
    {{{"db-pool.size", "400"}, {"gateway.timeout", "3500ms"}}, {3.0}},
};

START_TEST(with_connections_enough_a_slow_database_costs_latency_and_hits_but_no_errors)
{
    struct batch *batch = run_cases("short.json", "chaos", roomy_cases, SIM_COUNT_OF(roomy_cases), 2);
    for (uint32_t i = 0; i < batch->case_count; i++) {
        const double q = roomy_cases[i].expect[0] + QUERY;
        const double hits = hit_rate(100, 50, 0.7, 5, q + SET_AND_GO);
        const double queries = 100 * (1 - FAILURES) * (1 - hits);
        check(batch, i, HITS, hits, 0.02 * (1 - hits));
        check(batch, i, QUERIES, queries, 0.03 * queries);
        check(batch, i, IN_USE, queries * q, 0.03 * queries * q); /* Little */
        check(batch, i, ERRORS, FAILURES, 0.0004);
        check(batch, i, ATTEMPTS, 100, 2);
        /* More than 5 % are misses, so the p95 is a percentile of the misses: the query and about 10 ms. */
        check(batch, i, P95, q + 0.016, 0.008);
    }
    free(batch);
}
END_TEST

/* ---- when connections are short ---- */

/* expect: connections, time of a query. */
static const struct one_case short_cases[] = {
    {{{"db-pool.size", "5"}}, {5, 3 + 0.04127}},
    {{{"db-pool.size", "30"}}, {30, 3 + 0.04127}},
    {{{"faults.slow-database.added_latency", "1s"}}, {15, 1 + 0.04127}},
    {{{"faults.slow-database.added_latency", "2s"}}, {15, 2 + 0.04127}},
    {{{"faults.slow-database.added_latency", "10s"}}, {15, 10 + 0.04127}},
    {{{"gateway.retry.max_attempts", "2"}}, {15, 3 + 0.04127}},
    {{{"clients.rate", "50/s"}}, {15, 3 + 0.04127}},
    {{{"redis.ttl", "2s"}}, {15, 3 + 0.04127}},
    {{{"db-pool.size", "10"}, {"gateway.timeout", "9s"}}, {10, 3 + 0.04127}},
};

START_TEST(with_too_few_connections_these_alone_say_how_many_queries_there_are)
{
    enum { MEASURED_S = 300 };
    struct batch *batch = run_cases("short.json", "chaos", short_cases, SIM_COUNT_OF(short_cases), 1);
    for (uint32_t i = 0; i < batch->case_count; i++) {
        const double c = short_cases[i].expect[0];
        const double q = short_cases[i].expect[1];
        check(batch, i, IN_USE, c, 0.002 * c);
        /* Queries run in step, so an edge of the interval may cut all of them. */
        check(batch, i, QUERIES, c / q, 0.003 * c / q + c / MEASURED_S);
        if (mean_of(batch, i, CPU) < 0.99)
            check(batch, i, CPU, burnt(batch, i) / 2, 0.01 * burnt(batch, i) / 2);
        ck_assert_double_eq_tol(mean_of(batch, i, ATTEMPTS), mean_of(batch, i, ENDED) + mean_of(batch, i, RETRIES),
                                0.005 * mean_of(batch, i, ATTEMPTS));
    }
    free(batch);
}
END_TEST

/* expect: the deadline, whether a query of its own can answer a request. */
static const struct one_case deadline_cases[] = {
    {{{"gateway.timeout", "2s"}}, {2, 0}}, {{{"gateway.timeout", "3s"}}, {3, 0}},
    {{{"gateway.timeout", "4s"}}, {4, 1}}, {{{NULL, NULL}}, {5, 1}},
    {{{"gateway.timeout", "8s"}}, {8, 1}}, {{{"faults.slow-database.added_latency", "6s"}}, {5, 0}},
};

START_TEST(while_more_than_five_in_a_hundred_fail_the_p95_is_the_deadline)
{
    struct batch *batch = run_cases("short.json", "chaos", deadline_cases, SIM_COUNT_OF(deadline_cases), 1);
    for (uint32_t i = 0; i < batch->case_count; i++) {
        const double deadline = deadline_cases[i].expect[0];
        ck_assert_double_gt(mean_of(batch, i, ERRORS), 0.06);
        check(batch, i, P95, deadline, 0.002 * deadline); /* the histogram's resolution */
        check(batch, i, MAX, deadline, 0);
        /* A query takes three seconds and more (or six): with less time none can come in time, and yet the cache is
         * filled by those who came too late. */
        ck_assert_int_eq(mean_of(batch, i, OWN) > 0, deadline_cases[i].expect[1] > 0);
        ck_assert_double_gt(mean_of(batch, i, HITS), 0.05);
    }
    /* More time, fewer errors. */
    for (uint32_t i = 1; i <= 4; i++)
        ck_assert_double_lt(mean_of(batch, i, ERRORS), mean_of(batch, i - 1, ERRORS) - 0.03);
    free(batch);
}
END_TEST

/* expect: attempts at most, longest answer at most (0: the deadline). */
static const struct one_case retry_cases[] = {
    {{{"gateway.retry.max_attempts", "1"}}, {1}},
    {{{"gateway.retry.max_attempts", "2"}}, {2}},
    {{{"gateway.retry.max_attempts", "3"}}, {3}},
    {{{"gateway.retry.max_attempts", "5"}}, {5}},
    {{{"gateway.retry.max_attempts", "1"}, {"db-pool.acquire_timeout", "1s"}}, {1}},
    {{{"gateway.retry.on", "TIMEOUT"}, {"gateway.retry.max_attempts", "5"}}, {1}},
};

START_TEST(a_bound_on_attempts_trades_errors_for_load)
{
    struct batch *batch = run_cases("short.json", "chaos", retry_cases, SIM_COUNT_OF(retry_cases), 1);
    for (uint32_t i = 0; i < batch->case_count; i++)
        ck_assert_double_le(mean_of(batch, i, ATTEMPTS), retry_cases[i].expect[0] * mean_of(batch, i, ENDED) * 1.001);
    for (uint32_t i = 1; i < 4; i++) {
        ck_assert_double_lt(mean_of(batch, i, ERRORS), mean_of(batch, i - 1, ERRORS) - 0.01);
        ck_assert_double_lt(mean_of(batch, i, HITS),
                            mean_of(batch, i - 1, HITS) - 0.02); /* retries look up, and miss */
        ck_assert_double_gt(mean_of(batch, i, CPU), mean_of(batch, i - 1, CPU) + 0.05);
    }
    /* Half of all are turned away, after the pool's timeout and some 10 ms. */
    check(batch, 0, P95, 0.3 + 0.0095, 0.003);
    check(batch, 4, P95, 1.0 + 0.0095, 0.003);
    check(batch, 5, ERRORS, mean_of(batch, 0, ERRORS), 0.01);
    check(batch, 5, RETRIES, 0, 0);
    /* All that failed was turned away, or failed by itself. */
    for (uint32_t i = 0; i < batch->case_count; i++) {
        if (retry_cases[i].expect[0] == 1)
            check(batch, i, FAILED, mean_of(batch, i, ERRORS) * mean_of(batch, i, ENDED), 0.05);
    }
    free(batch);
}
END_TEST

/* The result of a request that is gone is most of what fills the cache. */
static const struct one_case abandon_cases[] = {
    {{{NULL, NULL}}, {0}},
    {{{"sre-lab.on_abandon", "cancel"}}, {0}},
    {{{"sre-lab.fill_when_abandoned", "false"}}, {0}},
    {{{"sre-lab.on_abandon", "cancel"}, {"postgres.on_abandon", "cancel"}}, {0}},
};

START_TEST(without_the_work_of_requests_that_are_gone_less_is_found_and_more_fails)
{
    struct batch *batch = run_cases("short.json", "chaos", abandon_cases, SIM_COUNT_OF(abandon_cases), 1);
    for (uint32_t i = 1; i < batch->case_count; i++) {
        ck_assert_double_lt(mean_of(batch, i, HITS), mean_of(batch, 0, HITS) - 0.02);
        ck_assert_double_gt(mean_of(batch, i, ERRORS), mean_of(batch, 0, ERRORS) + 0.04);
    }
    /* Connections of the cancelled come back early: more queries begin, and fewer of them end in time. */
    ck_assert_double_gt(mean_of(batch, 1, QUERIES), 1.15 * mean_of(batch, 0, QUERIES));
    check(batch, 2, QUERIES, mean_of(batch, 0, QUERIES), 0.02);
    free(batch);
}
END_TEST

/* A bound that is never reached, a timer that never fires, a switch that nothing meets. */
static const struct one_case idle_cases[] = {
    {{{NULL, NULL}}, {0}},
    {{{"sre-lab.query_timeout", "3500ms"}}, {0}},
    {{{"db-pool.queue_max", "1000000"}}, {0}},
    {{{"redis.capacity", "50"}}, {0}},
    {{{"clients.timeout", "10s"}}, {0}},
    {{{"gateway.on_abandon", "cancel"}}, {0}},
    {{{"gateway.retry.max_attempts", "1000000"}}, {0}},
    {{{"gateway.rate_limit.burst", "1000000"}, {"gateway.rate_limit.rate", "1000000/s"}}, {0}},
    {{{"clients.population", "7"}}, {0}},
};

START_TEST(what_is_never_reached_changes_no_event)
{
    struct batch *batch = run_cases("short.json", "chaos", idle_cases, SIM_COUNT_OF(idle_cases), 1);
    for (uint32_t i = 1; i < batch->case_count; i++)
        ck_assert_msg(batch->outcomes[i][0].fingerprint == batch->outcomes[0][0].fingerprint, "%s changes the run",
                      case_name(&idle_cases[i]));
    free(batch);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("counterfactuals");
    TCase *tcase = tcase_create("counterfactuals");
    tcase_add_test(tcase, the_known_counterfactuals_come_out);
    tcase_add_test(tcase, in_calm_the_hit_rate_and_the_cpu_follow_from_the_params);
    tcase_add_test(tcase, with_connections_enough_a_slow_database_costs_latency_and_hits_but_no_errors);
    tcase_add_test(tcase, with_too_few_connections_these_alone_say_how_many_queries_there_are);
    tcase_add_test(tcase, while_more_than_five_in_a_hundred_fail_the_p95_is_the_deadline);
    tcase_add_test(tcase, a_bound_on_attempts_trades_errors_for_load);
    tcase_add_test(tcase, without_the_work_of_requests_that_are_gone_less_is_found_and_more_fails);
    tcase_add_test(tcase, what_is_never_reached_changes_no_event);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
