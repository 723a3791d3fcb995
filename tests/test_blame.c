/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where the time of requests went: a trace worked out by hand, percentiles of known populations, and sums that must come
 * out whatever the world. */
#include "reports/blame.h"
#include "tests/cells.h"
#include "tests/random_world.h"
#include "tests/traces.h"

#include <check.h>
#include <math.h>

enum { PERCENTILES = 9 };
static const double percentiles[PERCENTILES] = {0, 1, 25, 50, 90, 95, 99, 99.9, 100};

static double share_of(const struct blame *blame, const char *where, const char *kind)
{
    return blame_share(blame, where, kind);
}

/* Shares add up to 1, what is printed to 100.0, the parts to the requests' time. */
static void check_sums(const struct blame *blame)
{
    double shares = 0;
    long tenths = 0;
    sim_wide ns = 0;
    for (uint32_t i = 0; i < blame->entry_count; i++) {
        const struct blame_entry *entry = &blame->entries[i];
        ck_assert(entry->share > 0 && entry->share <= 1);
        ck_assert(fabs(entry->percents - 100 * entry->share) < 0.1 + 1e-9);
        ck_assert(i == 0 || entry->ns <= blame->entries[i - 1].ns);
        shares += entry->share;
        tenths += lround(entry->percents * 10);
        ns += entry->ns;
    }
    ck_assert(ns == blame->ns);
    if (blame->entry_count == 0)
        return;
    ck_assert_double_eq_tol(shares, 1, 1e-12);
    ck_assert_int_eq(tenths, 1000);
}

/* ---- by hand ---- */

static void blame_made(struct blame *blame, const struct made_trace *made, const struct sim_node *node,
                       enum blame_which which)
{
    const struct blame_of of = {.node = node, .which = which, .percentile = 50, .from = 0, .to = SIM_NEVER};
    blame_init(blame, &of);
    blame_take(blame, &made->trace);
    blame_finish(blame);
    check_sums(blame);
}

static void never_asked(struct sim_node *node, struct sim_call *call)
{
    (void)node;
    (void)call;
    ck_abort();
}

static const struct sim_node_type callee = {.name = "callee", .request = never_asked};

/* The callee's cpu up to 10 ms is the first attempt's, 10 to 20 backoff, then as the picture in traces.h has it. */
START_TEST(a_trace_made_by_hand_is_shared_out_as_worked_out)
{
    static const struct {
        const char *where, *kind;
        double ms;
    } want[] = {{"shop", "cpu", 10 + 8 + 7},
                {"gateway", "backoff", 10},
                {"redis", "cache get", 10},
                {"shop", "network", 5 + 3},
                {"shop", "cpu queue", 7}};
    struct made_trace made;
    struct blame blame;
    made_trace_init(&made);
    made.gateway.type = made.shop.type = made.redis.type = &callee;
    blame_made(&blame, &made, &made.gateway, BLAME_ALL);
    ck_assert_uint_eq(blame.entry_count, SIM_COUNT_OF(want));
    for (size_t i = 0; i < SIM_COUNT_OF(want); i++)
        ck_assert_double_eq_tol(share_of(&blame, want[i].where, want[i].kind), want[i].ms / 60, 1e-12);
    ck_assert_double_eq_tol(share_of(&blame, "shop", NULL), 40.0 / 60, 1e-12);
    ck_assert_double_eq_tol(share_of(&blame, "shop", "cpu_queue"), 7.0 / 60, 1e-12);
    ck_assert(blame.ns == 60 * SIM_MS);
    ck_assert(blame.abandoned == 60 * SIM_MS); /* of the first attempt, from 10 to 70 ms: no time of the request */
    blame_fini(&blame);
}
END_TEST

START_TEST(the_spans_of_a_node_are_those_it_answered)
{
    struct made_trace made;
    struct blame blame;
    made_trace_init(&made);
    made.gateway.type = made.shop.type = made.redis.type = &callee;
    blame_made(&blame, &made, &made.shop, BLAME_ALL); /* 70 ms of cpu, and 32 ms: the inner span is no call */
    ck_assert_uint_eq(blame.requests, 2);
    ck_assert(blame.ns == (70 + 32) * SIM_MS);
    blame_fini(&blame);
    blame_made(&blame, &made, &made.shop, BLAME_FAILED);
    ck_assert_uint_eq(blame.requests, 1);
    ck_assert_double_eq_tol(share_of(&blame, "shop", "cpu"), 1, 1e-12);
    blame_fini(&blame);
    blame_made(&blame, &made, NULL, BLAME_FAILED); /* the root ended well */
    ck_assert_uint_eq(blame.requests, 0);
    ck_assert_uint_eq(blame.total, 1);
    ck_assert_uint_eq(blame.entry_count, 0);
    blame_fini(&blame);
}
END_TEST

/* ---- which requests a percentile means ---- */

/* A request of the gateway, all of it cpu. */
static void take_one(struct blame *blame, uint64_t id, sim_ns duration)
{
    struct made_trace made;
    made_trace_init(&made);
    made.gateway.type = &callee;
    made.root.first = made.root.last = NULL;
    made.root.id = id;
    made.root.replied = made.root.ended = duration;
    made.segments[1] = (struct trace_segment){.segment = &made_cpu, .from = 0, .to = duration};
    struct blame_of of = blame->of;
    of.node = &made.gateway;
    blame->of.node = of.node;
    blame_take(blame, &made.trace);
}

static void take_up_to(struct blame *blame, double percentile, uint64_t count)
{
    const struct blame_of of = {.which = BLAME_AT_RANK, .percentile = percentile, .from = 0, .to = SIM_NEVER};
    blame_init(blame, &of);
    for (uint64_t i = 1; i <= count;
         i++) /* in another order than that of time: 7 and the counts have no common factor */
        take_one(blame, i, (sim_ns)(i * 7 % count + 1) * SIM_MS);
    blame_finish(blame);
    check_sums(blame);
}

START_TEST(a_percentile_is_the_nearest_hundredth_at_least_thirty_of_few_a_tenth)
{
    static const struct {
        uint64_t count;
        double percentile;
        uint64_t requests;
        sim_ns low, high; /* ms */
    } cases[] = {
        {10000, 50, 100, 4951, 5050},   {10000, 95, 100, 9451, 9550},
        {10000, 100, 100, 9901, 10000}, {10000, 0, 100, 1, 100},
        {1000, 50, 30, 486, 515},       {100, 50, 10, 46, 55},
        {15, 100, 2, 14, 15},           {1, 95, 1, 1, 1},
    };
    struct blame blame;
    const uint64_t count = cases[_i].count;
    take_up_to(&blame, cases[_i].percentile, count);
    ck_assert_uint_eq(blame.total, count);
    ck_assert_uint_eq(blame.requests, cases[_i].requests);
    ck_assert_int_eq(llabs(blame.low / SIM_MS - cases[_i].low) <= 1, 1);
    ck_assert_int_eq(llabs(blame.high / SIM_MS - cases[_i].high) <= 1, 1);
    blame_fini(&blame);
}
END_TEST

START_TEST(beside_a_gap_only_one_side_of_it_is_taken)
{
    const struct blame_of of = {.which = BLAME_AT_RANK, .percentile = 95, .from = 0, .to = SIM_NEVER};
    struct blame blame;
    blame_init(&blame, &of);
    for (uint64_t i = 0; i < 1000; i++)
        take_one(&blame, i + 1, i < 951 ? (300 + (sim_ns)i % 10) * SIM_MS : 3 * SIM_S);
    blame_finish(&blame);
    ck_assert_int_eq(blame.high, 309 * SIM_MS);
    blame_fini(&blame);
}
END_TEST

START_TEST(all_that_took_as_long_belong_to_it)
{
    const struct blame_of of = {.which = BLAME_AT_RANK, .percentile = 95, .from = 0, .to = SIM_NEVER};
    struct blame blame;
    blame_init(&blame, &of);
    for (uint64_t i = 0; i < 1000; i++)
        take_one(&blame, i + 1, i < 700 ? (sim_ns)i * SIM_MS + 1 : 5 * SIM_S);
    blame_finish(&blame);
    ck_assert_uint_eq(blame.requests, 300);
    ck_assert_int_eq(blame.low, 5 * SIM_S);
    blame_fini(&blame);
}
END_TEST

START_TEST(more_than_can_be_remembered_are_a_sample_that_is_said_to_be_one)
{
    const struct blame_of of = {.which = BLAME_AT_RANK, .percentile = 50, .from = 0, .to = SIM_NEVER};
    const uint64_t count = BLAME_ROWS_MAX + BLAME_ROWS_MAX / 10;
    struct blame blame;
    blame_init(&blame, &of);
    for (uint64_t i = 0; i < count; i++)
        take_one(&blame, i + 1, (sim_ns)i + 1);
    blame_finish(&blame);
    check_sums(&blame);
    ck_assert_uint_eq(blame.total, count);
    ck_assert_uint_gt(blame.left_out, count / 3);
    ck_assert_double_eq_tol((double)(blame.low + blame.high) / 2 / (double)count, 0.5, 0.01);
    blame_fini(&blame);
}
END_TEST

/* ---- in any world ---- */

struct many {
    struct blame blames[PERCENTILES + 2];
};

static void take_all(void *context, struct trace *trace)
{
    struct many *many = context;
    for (size_t i = 0; i < SIM_COUNT_OF(many->blames); i++)
        blame_take(&many->blames[i], trace);
}

static void begin_many(struct many *many, const struct sim_node *node, sim_ns from, sim_ns to)
{
    for (size_t i = 0; i < SIM_COUNT_OF(many->blames); i++) {
        const struct blame_of of = {.node = node,
                                    .which = i < PERCENTILES    ? BLAME_AT_RANK
                                             : i == PERCENTILES ? BLAME_ALL
                                                                : BLAME_FAILED,
                                    .percentile = i < PERCENTILES ? percentiles[i] : 0,
                                    .from = from,
                                    .to = to};
        blame_init(&many->blames[i], &of);
    }
}

static uint64_t end_many(struct many *many)
{
    const uint64_t total = many->blames[0].total;
    for (size_t i = 0; i < SIM_COUNT_OF(many->blames); i++) {
        blame_finish(&many->blames[i]);
        check_sums(&many->blames[i]);
        ck_assert_uint_eq(many->blames[i].total, total);
        blame_fini(&many->blames[i]);
    }
    return total;
}

START_TEST(blame_adds_up_for_every_percentile_in_random_worlds)
{
    static const unsigned flags[] = {0, RANDOM_PARALLEL, RANDOM_FAULTS, RANDOM_PARALLEL | RANDOM_FAULTS};
    uint64_t total = 0;
    for (uint64_t seed = 1; seed <= 30; seed++) {
        struct collector collector;
        struct many many;
        struct random_world *w = random_world_make(seed, flags[_i]);
        begin_many(&many, seed % 2 == 0 ? NULL : &w->services[0]->node, 0, SIM_NEVER);
        collector_init(&collector, w->sim, take_all, &many);
        random_world_start(w, 60, 500 * SIM_MS);
        ck_assert(sim_run(w->sim, SIM_S, NULL, NULL));
        collector_finish(&collector);
        total += end_many(&many);
        collector_fini(&collector);
        random_world_free(w);
    }
    ck_assert_uint_gt(total, 500);
}
END_TEST

/* ---- in Part 1 ---- */

static struct cell *build_part1(const struct scenario *scenario)
{
    const struct override overrides[] = {
        {"run.until", "200s"},           {"faults.slow-database.at", "60s"}, {"faults.slow-database.until", "200s"},
        {"phases.steady.from", "20s"},   {"phases.steady.to", "60s"},        {"phases.chaos.from", "80s"},
        {"phases.chaos.to", "190s"},     {"phases.recovery.from", "190s"},   {"phases.recovery.to", "200s"},
        {"phases.recovery.settle", "1s"}};
    struct json_errors errors;
    json_errors_init(&errors);
    struct cell *cell = cell_build(scenario, overrides, SIM_COUNT_OF(overrides), 1, &errors);
    if (cell == NULL)
        cells_give_up(&errors);
    json_errors_fini(&errors);
    return cell;
}

START_TEST(in_part_1_the_time_at_the_deadline_is_waiting_and_not_a_query)
{
    char path[1000];
    struct collector collector;
    struct many many;
    (void)snprintf(path, sizeof path, "%s/scenarios/part1.json", getenv("SIMEX_SOURCE"));
    struct scenario *scenario = cells_load(path);
    struct cell *cell = build_part1(scenario);
    begin_many(&many, sim_find_node(cell->sim, "gateway"), 140 * SIM_S, 190 * SIM_S);
    collector_init(&collector, cell->sim, take_all, &many);
    ck_assert(cell_run(cell, NULL, NULL));
    collector_finish(&collector);
    struct blame p95;
    many.blames[5].of.percentile = 95;
    for (size_t i = 0; i < SIM_COUNT_OF(many.blames); i++) {
        blame_finish(&many.blames[i]);
        check_sums(&many.blames[i]);
    }
    p95 = many.blames[5];
    ck_assert_int_eq(p95.low, 5 * SIM_S);
    ck_assert_double_gt(share_of(&p95, "db-pool", "pool_queue"), 0.4);
    ck_assert_double_gt(share_of(&p95, "gateway", "backoff"), 0.3);
    ck_assert_double_lt(share_of(&p95, "postgres", "query"), 0.1);
    ck_assert_double_eq_tol(share_of(&p95, "gateway", "(not told)"), 0, 1e-12);
    ck_assert(p95.abandoned > 0);
    ck_assert_double_lt(share_of(&many.blames[2], "db-pool", NULL), 0.01); /* P25 hits the cache */
    for (size_t i = 0; i < SIM_COUNT_OF(many.blames); i++)
        blame_fini(&many.blames[i]);
    collector_fini(&collector);
    cell_destroy(cell);
    scenario_destroy(scenario);
}
END_TEST

/* ---- what a reading is about ---- */

START_TEST(a_reading_says_which_requests_are_meant)
{
    static const struct {
        const char *reading, *node; /* NULL: roots */
        enum blame_which which;
        double percentile;
    } cases[] = {
        {"gateway.latency.p95", "gateway", BLAME_AT_RANK, 95},
        {"gateway.latency.max", "gateway", BLAME_AT_RANK, 100},
        {"gateway.latency.min", "gateway", BLAME_AT_RANK, 0},
        {"sre-lab.latency.mean", "sre-lab", BLAME_ALL, 0},
        {"gateway.error_rate", "gateway", BLAME_FAILED, 0},
        {"sre-lab.request_errors", "sre-lab", BLAME_FAILED, 0},
        {"redis.hit_rate", NULL, BLAME_ALL, 0},
        {"sre-lab.cpu", NULL, BLAME_ALL, 0},
        {"db-pool.wait.p99", "db-pool", BLAME_AT_RANK, 99},
    };
    char path[1000];
    (void)snprintf(path, sizeof path, "%s/scenarios/part1.json", getenv("SIMEX_SOURCE"));
    struct scenario *scenario = cells_load(path);
    struct cell *cell = build_part1(scenario);
    for (size_t i = 0; i < SIM_COUNT_OF(cases); i++) {
        struct sim_reading reading;
        struct sim_error error;
        ck_assert(sim_reading_find(cell->sim, cases[i].reading, &reading, &error));
        const struct blame_of of = blame_of_reading(&reading);
        ck_assert_msg(of.node == (cases[i].node == NULL ? NULL : sim_find_node(cell->sim, cases[i].node)), "%s",
                      cases[i].reading);
        ck_assert_int_eq(of.which, cases[i].which);
        ck_assert_double_eq_tol(of.percentile, cases[i].percentile, 1e-12);
    }
    cell_destroy(cell);
    scenario_destroy(scenario);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("blame");
    TCase *tests = tcase_create("blame");
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, a_trace_made_by_hand_is_shared_out_as_worked_out);
    tcase_add_test(tests, the_spans_of_a_node_are_those_it_answered);
    tcase_add_loop_test(tests, a_percentile_is_the_nearest_hundredth_at_least_thirty_of_few_a_tenth, 0, 8);
    tcase_add_test(tests, beside_a_gap_only_one_side_of_it_is_taken);
    tcase_add_test(tests, all_that_took_as_long_belong_to_it);
    tcase_add_test(tests, more_than_can_be_remembered_are_a_sample_that_is_said_to_be_one);
    tcase_add_loop_test(tests, blame_adds_up_for_every_percentile_in_random_worlds, 0, 4);
    tcase_add_test(tests, in_part_1_the_time_at_the_deadline_is_waiting_and_not_a_query);
    tcase_add_test(tests, a_reading_says_which_requests_are_meant);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
