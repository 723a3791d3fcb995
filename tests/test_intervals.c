/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The 95 % intervals of paired changes cover a difference that is known, on 91 to 98 % of 200 repetitions: with a coverage
 * of 95 % that is missed by chance once in a hundred. */
#include "reports/experiment.h"
#include "tests/worlds.h"

enum { REPETITIONS = 200, SEEDS = 5, SEEDS_APART = 1000 };

/* Every request asks the database, which needs a lognormal time; the network's delay has the mean 2 ms on both sides, but
 * is constant on one of them. So the paired runs differ by chance too, and the truth is still the latency that was added. */
static const char world_text[] =
    "{'run': {'until': '3s', 'window': '1s'},"
    "'nodes': {'c': {'type': 'clients', 'to': 's', 'rate': '40/s', 'products': 40},"
    "'s': {'type': 'catalogue', 'cache': 'r', 'database': 'd', 'cpu': {'cores': 64}},"
    "'r': {'type': 'cache', 'ttl': '1us'}, 'd': {'type': 'database', 'latency': {'lognormal': {'mean': '20ms', "
    "'sigma': 0.4}}}},"
    "'links': {'wire': {'from': 's', 'to': 'd', 'delay': {'lognormal': {'mean': '2ms', 'sigma': 0.5}}}},"
    "'phases': {'all': {'from': '500ms', 'to': '3s'}},"
    "'panel': {'time': {'reading': 's.latency.mean'}}}";

/* Whether the interval of one repetition covers the difference that was made; adds up its middle. */
static bool covers(const struct scenario *scenario, uint64_t seed, double truth, double *sum)
{
    const struct override sets[] = {{"d.added_latency", "5ms"}, {"links.wire.delay", "2ms"}};
    const struct variant variants[] = {{"base", scenario, NULL, 0}, {"slower", scenario, sets, SIM_COUNT_OF(sets)}};
    struct experiment experiment = {
        .variants = variants, .variant_count = SIM_COUNT_OF(variants), .replications = SEEDS, .seed = seed};
    ck_assert_int_eq(experiment_run(&experiment), 0);
    const struct estimate change = experiment_change(&experiment, 0, 1, "all", "time");
    ck_assert_uint_eq(change.count, SEEDS);
    ck_assert(!change.identical && change.low < change.mean && change.mean < change.high);
    experiment_fini(&experiment);
    *sum += change.mean;
    return change.low <= truth && truth <= change.high;
}

START_TEST(intervals_cover_a_known_difference_as_often_as_they_claim)
{
    const double truth = 0.005, wrong = 0.006;
    struct json_errors errors;
    size_t covered = 0, covered_wrong = 0;
    double sum = 0, again = 0;
    json_errors_init(&errors);
    struct scenario *scenario = world_load(world_text, &errors);
    ck_assert_ptr_nonnull(scenario);
    for (uint64_t i = 0; i < REPETITIONS; i++)
        covered += covers(scenario, 1 + i * SEEDS_APART, truth, &sum);
    /* The test has teeth: a difference that is a fifth off is missed most of the time. */
    for (uint64_t i = 0; i < REPETITIONS / 10; i++)
        covered_wrong += covers(scenario, 1 + i * SEEDS_APART, wrong, &again);
    (void)printf("covered %zu of %d; mean of the changes %.6f s\n", covered, REPETITIONS, sum / REPETITIONS);
    ck_assert_uint_ge(covered, REPETITIONS * 91 / 100);
    ck_assert_uint_le(covered, REPETITIONS * 98 / 100);
    ck_assert_uint_le(covered_wrong, REPETITIONS / 10 / 2);
    scenario_destroy(scenario);
    json_errors_fini(&errors);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("intervals");
    TCase *cases = tcase_create("all");
    tcase_add_test(cases, intervals_cover_a_known_difference_as_often_as_they_claim);
    suite_add_tcase(suite, cases);
    return worlds_run(suite);
}
