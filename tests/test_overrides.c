/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Overrides: every sort of path, every way to write a value, and their order. */
#include "tests/worlds.h"

static const char world_text[] =
    "{'run': {'until': '100s'},"
    "'nodes': {'c': {'type': 'clients', 'to': 'g', 'rate': '0/s'},"
    "'g': {'type': 'gateway', 'to': 's', 'timeout': '5s'},"
    "'s': {'type': 'catalogue', 'cache': 'r', 'pool': 'p', 'database': 'd'}, 'r': {'type': 'cache', 'ttl': '5s'},"
    "'p': {'type': 'pool', 'size': 3}, 'r2': {'type': 'cache'},"
    "'d': {'type': 'database', 'latency': {'lognormal': {'median': '40ms', 'sigma': 0.25}}}},"
    "'links': {'edge': {'from': 'g', 'to': 's', 'delay': {'lognormal': {'median': '500us', 'sigma': 0.3}}}},"
    "'faults': {'slow': {'node': 'd', 'at': '50s', 'until': '90s', 'set': {'added_latency': '3s'}},"
    "'cold': {'node': 'r', 'at': '20s', 'do': 'clear'},"
    "'cut': {'link': 'edge', 'at': '30s', 'until': '40s', 'set': {'partition': true}}},"
    "'phases': {'steady': {'from': '10s', 'to': '50s'}, 'chaos': {'from': '50s', 'to': '90s'}}}";

/* ---- nodes, parts and links ---- */

START_TEST(a_param_is_what_the_override_says)
{
    static const struct {
        const char *set, *path, *want;
    } cases[] = {
        {"c.rate=100/s", "c.rate", "\"100/s\""},
        {"c.rate=6000/min", "c.rate", "\"100/s\""},
        {"c.products=7", "c.products", "7"},
        {"c.zipf=1.1", "c.zipf", "1.1"},
        {"c.zipf=1", "c.zipf", "1"},
        {"c.load=closed", "c.load", "\"closed\""},
        {"g.timeout=8s", "g.timeout", "\"8s\""},
        {"g.timeout=8000ms", "g.timeout", "\"8s\""},
        {"g.timeout=1m30s", "g.timeout", "\"90s\""},
        {"g.timeout=none", "g.timeout", "\"none\""},
        {"g.timeout=\"8s\"", "g.timeout", "\"8s\""},
        {"g.retry.max_attempts=4", "g.retry.max_attempts", "4"},
        {"g.retry.max_attempts=none", "g.retry.max_attempts", "\"none\""},
        {"g.retry.on=ERROR", "g.retry.on", "[\"ERROR\"]"},
        {"g.retry.on=500", "g.retry.on", "[\"ERROR\"]"},
        {"g.retry.on=TIMEOUT,503", "g.retry.on", "[\"UNAVAILABLE\",\"TIMEOUT\"]"},
        {"g.retry.on=[\"TIMEOUT\", 503, \"502\"]", "g.retry.on", "[\"REFUSED\",\"UNAVAILABLE\",\"TIMEOUT\"]"},
        {"g.retry.on=none", "g.retry.on", "[]"},
        {"g.retry.on=", "g.retry.on", "[]"},
        {"g.retry.on=[]", "g.retry.on", "[]"},
        {"g.retry.jitter=full", "g.retry.jitter", "\"full\""},
        {"g.retry.jitter=proportional:0.5", "g.retry.jitter", "{\"proportional\":0.5}"},
        {"g.retry.jitter={\"proportional\": 0.25}", "g.retry.jitter", "{\"proportional\":0.25}"},
        {"s.single_flight=true", "s.single_flight", "true"},
        {"s.single_flight=on", "s.single_flight", "true"},
        {"s.single_flight=yes", "s.single_flight", "true"},
        {"s.fill_when_abandoned=off", "s.fill_when_abandoned", "false"},
        {"s.cpu.cores=4", "s.cpu.cores", "4"},
        {"s.cpu.cores=4.0", "s.cpu.cores", "4"},
        {"s.cpu.cores=1e2", "s.cpu.cores", "100"},
        {"s.on_abandon=cancel", "s.on_abandon", "\"cancel\""},
        {"s.cache=none", "s.cache", "\"none\""},
        {"s.cache=r2", "s.cache", "\"r2\""},
        {"s.failure_rate=0.001", "s.failure_rate", "0.001"},
        {"s.parse_cpu=3ms", "s.parse_cpu", "\"3ms\""},
        {"d.latency=80ms", "d.latency", "\"80ms\""},
        {"d.latency=constant:value=80ms", "d.latency", "\"80ms\""},
        {"d.latency={\"constant\": \"80ms\"}", "d.latency", "\"80ms\""},
        {"d.latency=exponential:mean=80ms", "d.latency", "{\"exponential\":{\"mean\":\"80ms\"}}"},
        {"d.latency={\"exponential\": \"80ms\"}", "d.latency", "{\"exponential\":{\"mean\":\"80ms\"}}"},
        {"d.latency=lognormal:median=80ms,sigma=0.2", "d.latency",
         "{\"lognormal\":{\"median\":\"80ms\",\"sigma\":0.2}}"},
        {"d.latency={\"lognormal\": {\"sigma\": 0.2, \"median\": \"80ms\"}}", "d.latency",
         "{\"lognormal\":{\"median\":\"80ms\",\"sigma\":0.2}}"},
        {"d.latency=uniform:min=1ms,max=2ms", "d.latency", "{\"uniform\":{\"min\":\"1ms\",\"max\":\"2ms\"}}"},
        {"d.latency={\"table\": {\"values\": [\"1ms\", \"2ms\"], \"weights\": [1, 3]}}", "d.latency",
         "{\"table\":{\"values\":[\"1ms\",\"2ms\"],\"weights\":[1,3]}}"},
        {"d.latency.median=80ms", "d.latency", "{\"lognormal\":{\"median\":\"80ms\",\"sigma\":0.25}}"},
        {"links.edge.delay.median=2ms", "links.edge.delay", "{\"lognormal\":{\"median\":\"2ms\",\"sigma\":0.3}}"},
        {"links.edge.delay=2ms", "links.edge.delay", "\"2ms\""},
        {"links.edge.loss=0.01", "links.edge.loss", "0.01"},
        {"links.edge.partition=true", "links.edge.partition", "true"},
    };
    for (size_t i = 0; i < SIM_COUNT_OF(cases); i++) {
        const char *const sets[] = {cases[i].set, NULL};
        struct world world = world_make(world_text, sets);
        world_expect(&world, cases[i].path, cases[i].want);
        world_end(&world);
    }
}
END_TEST

static void check_last(const char *first, const char *second, const char *path, const char *want)
{
    const char *const sets[] = {first, second, NULL};
    struct world world = world_make(world_text, sets);
    world_expect(&world, path, want);
    world_end(&world);
}

START_TEST(of_two_overrides_of_a_param_the_last_one_counts)
{
    check_last("g.timeout=8s", "g.timeout=9s", "g.timeout", "\"9s\"");
    check_last("g.timeout=9s", "g.timeout=8s", "g.timeout", "\"8s\"");
}
END_TEST

START_TEST(a_field_is_set_in_the_law_of_the_overrides_before_it)
{
    check_last("d.latency=lognormal:median=1s,sigma=1", "d.latency.median=2s", "d.latency",
               "{\"lognormal\":{\"median\":\"2s\",\"sigma\":1}}");
    check_last("d.latency.median=2s", "d.latency=lognormal:median=1s,sigma=1", "d.latency",
               "{\"lognormal\":{\"median\":\"1s\",\"sigma\":1}}");
    check_last("d.latency.median=2s", "d.latency.sigma=1", "d.latency",
               "{\"lognormal\":{\"median\":\"2s\",\"sigma\":1}}");
}
END_TEST

/* ---- faults ---- */

static const struct fault *fault_of(const struct world *world, const char *name)
{
    for (uint32_t i = 0; i < world->cell->fault_count; i++) {
        if (strcmp(world->cell->faults[i].name, name) == 0)
            return &world->cell->faults[i];
    }
    ck_abort_msg("no fault %s", name);
    return NULL;
}

START_TEST(times_of_faults_are_overridden)
{
    static const char *const sets[] = {"faults.slow.at=40s", "faults.slow.until=none", "faults.cold.at=25s",
                                       "faults.cut.until=35s", NULL};
    struct world world = world_make(world_text, sets);
    ck_assert_int_eq(fault_of(&world, "slow")->at, 40 * SIM_S);
    ck_assert_int_eq(fault_of(&world, "slow")->until, SIM_NEVER);
    ck_assert_int_eq(fault_of(&world, "cold")->at, 25 * SIM_S);
    ck_assert_int_eq(fault_of(&world, "cut")->until, 35 * SIM_S);
    world_to(&world, 40);
    world_expect(&world, "d.added_latency", "\"3s\"");
    world_end(&world);
}
END_TEST

START_TEST(what_a_fault_sets_is_overridden)
{
    static const char *const sets[] = {"faults.slow.added_latency=1s", "faults.cut.partition=false", NULL};
    struct world world = world_make(world_text, sets);
    world_to(&world, 35);
    world_expect(&world, "links.edge.partition", "false");
    world_to(&world, 50);
    world_expect(&world, "d.added_latency", "\"1s\"");
    world_end(&world);
}
END_TEST

START_TEST(a_fault_may_be_given_more_to_set)
{
    static const char *const sets[] = {"faults.slow.failure_rate=0.5", "faults.slow.latency.median=1s",
                                       "faults.cut.loss=0.1", NULL};
    struct world world = world_make(world_text, sets);
    world_to(&world, 35);
    world_expect(&world, "links.edge.partition", "true");
    world_expect(&world, "links.edge.loss", "0.1");
    world_to(&world, 50);
    world_expect(&world, "d.added_latency", "\"3s\"");
    world_expect(&world, "d.failure_rate", "0.5");
    world_expect(&world, "d.latency", "{\"lognormal\":{\"median\":\"1s\",\"sigma\":0.25}}");
    world_to(&world, 90);
    world_expect(&world, "d.failure_rate", "0");
    world_end(&world);
}
END_TEST

START_TEST(a_field_in_a_fault_is_that_of_the_overridden_law_whatever_the_order)
{
    static const char *const sets[] = {"faults.slow.latency.mean=9s", "d.latency=exponential:mean=1s", NULL};
    struct world world = world_make(world_text, sets);
    world_to(&world, 50);
    world_expect(&world, "d.latency", "{\"exponential\":{\"mean\":\"9s\"}}");
    world_end(&world);
}
END_TEST

/* ---- phases and run ---- */

START_TEST(times_of_phases_are_overridden)
{
    static const char *const sets[] = {"phases.chaos.from=5s", "phases.chaos.settle=1s", "phases.steady.to=60s", NULL};
    struct world world = world_make(world_text, sets);
    ck_assert_str_eq(world.cell->phases[0].name, "chaos");
    ck_assert_int_eq(world.cell->phases[0].from, 5 * SIM_S);
    ck_assert_int_eq(world.cell->phases[0].settle, SIM_S);
    ck_assert_str_eq(world.cell->phases[1].name, "steady");
    ck_assert_int_eq(world.cell->phases[1].to, 60 * SIM_S);
    world_end(&world);
}
END_TEST

START_TEST(the_run_is_overridden)
{
    static const char *const sets[] = {"run.until=200s", "run.window=5s", "run.max_events=1000000", NULL};
    struct world world = world_make(world_text, sets);
    ck_assert_int_eq(world.cell->until, 200 * SIM_S);
    ck_assert_int_eq(world.cell->window, 5 * SIM_S);
    ck_assert_uint_eq(world.cell->sim->limits.events, 1000000);
    world_end(&world);
}
END_TEST

START_TEST(a_value_may_hold_an_equals_sign_and_a_path_may_not)
{
    struct world world =
        world_try(world_text, (const char *const[]){"d.latency=lognormal:median=80ms,sigma=0.2", NULL}, 1);
    ck_assert_ptr_nonnull(world.cell);
    world_end(&world);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("overrides");
    TCase *tests = tcase_create("overrides");
    tcase_add_test(tests, a_param_is_what_the_override_says);
    tcase_add_test(tests, of_two_overrides_of_a_param_the_last_one_counts);
    tcase_add_test(tests, a_field_is_set_in_the_law_of_the_overrides_before_it);
    tcase_add_test(tests, times_of_faults_are_overridden);
    tcase_add_test(tests, what_a_fault_sets_is_overridden);
    tcase_add_test(tests, a_fault_may_be_given_more_to_set);
    tcase_add_test(tests, a_field_in_a_fault_is_that_of_the_overridden_law_whatever_the_order);
    tcase_add_test(tests, times_of_phases_are_overridden);
    tcase_add_test(tests, the_run_is_overridden);
    tcase_add_test(tests, a_value_may_hold_an_equals_sign_and_a_path_may_not);
    suite_add_tcase(suite, tests);
    return worlds_run(suite);
}
