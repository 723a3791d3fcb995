/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Panels and expectations: what a bound means at its edge, how it may be written, and that no data is never a pass. */
#include "tests/worlds.h"

#include <math.h>

/* One user who asks at 1 s, 2 s, ..., and has the answer 500 ms later. In phase `a` there are 9 requests, in `empty` no
 * client is there yet, in `sharp` every second request failed. */
static const char world_text[] =
    "{'run': {'until': '100s'},"
    "'nodes': {'c': {'type': 'clients', 'to': 's', 'load': 'closed', 'population': 1, 'think_time': '500ms'},"
    "'s': {'type': 'catalogue', 'cache': 'r', 'database': 'd', 'parse_cpu': '500ms'}, 'r': {'type': 'cache'},"
    "'d': {'type': 'database', 'latency': '0s'}},"
    "'phases': {'empty': {'from': '0s', 'to': '400ms'}, 'a': {'from': '500ms', 'to': '9500ms'}},"
    "'panel': {'asked': {'reading': 'c.requests'}, 'rate': {'reading': 'c.requests.rate'},"
    "'p95': {'reading': 's.latency.p95', 'title': 'P95'}, 'errors': {'reading': 's.error_rate'},"
    "'cpu': {'reading': 's.cpu'}, 'users': {'reading': 'c.users.max'}},"
    "'expectations': [%s]}";

/* The verdict on one expectation. */
static enum verdict judge(const char *expectation)
{
    char text[4096];
    struct sim_reading_value value;
    (void)snprintf(text, sizeof text, world_text, expectation);
    struct world world = world_make(text, NULL);
    ck_assert_uint_eq(world.cell->expectation_count, 1);
    world_finish(&world);
    enum verdict verdict = cell_verdict(world.cell, &world.cell->expectations[0], &value);
    ck_assert(value.has_data == (verdict != VERDICT_NO_DATA));
    world_end(&world);
    return verdict;
}

static void check_verdict(const char *expectation, enum verdict want)
{
    enum verdict got = judge(expectation);
    ck_assert_msg(got == want, "%s: %s, want %s", expectation, verdict_name(got), verdict_name(want));
}

START_TEST(bounds_hold_at_their_edge_but_for_less_and_more)
{
    static const struct {
        const char *expectation;
        enum verdict want;
    } cases[] = {
        {"'asked = 9 during a'", VERDICT_HOLDS},
        {"'asked = 8 during a'", VERDICT_FAILS},
        {"'asked = 10 during a'", VERDICT_FAILS},
        {"'asked < 9 during a'", VERDICT_FAILS},
        {"'asked < 10 during a'", VERDICT_HOLDS},
        {"'asked < 9.001 during a'", VERDICT_HOLDS},
        {"'asked <= 9 during a'", VERDICT_HOLDS},
        {"'asked <= 8.999 during a'", VERDICT_FAILS},
        {"'asked > 9 during a'", VERDICT_FAILS},
        {"'asked > 8 during a'", VERDICT_HOLDS},
        {"'asked >= 9 during a'", VERDICT_HOLDS},
        {"'asked >= 9.001 during a'", VERDICT_FAILS},
        {"'asked in 9..9 during a'", VERDICT_HOLDS},
        {"'asked in 9..20 during a'", VERDICT_HOLDS},
        {"'asked in 1..9 during a'", VERDICT_HOLDS},
        {"'asked in 1..8 during a'", VERDICT_FAILS},
        {"'asked in 10..20 during a'", VERDICT_FAILS},
        {"'asked in -5..9 during a'", VERDICT_HOLDS},
        {"{'key': 'asked', 'phase': 'a', 'min': 9}", VERDICT_HOLDS},
        {"{'key': 'asked', 'phase': 'a', 'max': 9}", VERDICT_HOLDS},
        {"{'key': 'asked', 'phase': 'a', 'min': 9, 'max': 9}", VERDICT_HOLDS},
        {"{'key': 'asked', 'phase': 'a', 'min': 9.5}", VERDICT_FAILS},
        {"{'key': 'asked', 'phase': 'a', 'max': 8.5}", VERDICT_FAILS},
        {"{'key': 'asked', 'phase': 'a', 'min': '9', 'max': '9e0'}", VERDICT_HOLDS},
    };
    for (size_t i = 0; i < SIM_COUNT_OF(cases); i++)
        check_verdict(cases[i].expectation, cases[i].want);
}
END_TEST

START_TEST(bounds_are_written_with_the_units_of_their_reading)
{
    static const struct {
        const char *expectation;
        enum verdict want;
    } cases[] = {
        {"'p95 in 499ms..501ms during a'", VERDICT_HOLDS},
        {"'p95 = 500ms during a'", VERDICT_HOLDS},
        {"'p95 = 0.5s during a'", VERDICT_HOLDS},
        {"'p95 = 0.5 during a'", VERDICT_HOLDS},
        {"'p95 < 500ms during a'", VERDICT_FAILS},
        {"{'key': 'p95', 'phase': 'a', 'min': 0.5, 'max': '500ms'}", VERDICT_HOLDS},
        {"'errors = 0% during a'", VERDICT_HOLDS},
        {"'errors > 0% during a'", VERDICT_FAILS},
        {"'errors <= 0 during a'", VERDICT_HOLDS},
        {"{'key': 'errors', 'phase': 'a', 'max': '0 %'}", VERDICT_HOLDS},
        {"'rate = 1/s during a'", VERDICT_HOLDS},
        {"'rate = 60/min during a'", VERDICT_HOLDS},
        {"'rate in 0.99..1.01 during a'", VERDICT_HOLDS},
        {"'cpu in 49%..51% during a'", VERDICT_HOLDS},
        {"'cpu in 0.49..0.51 during a'", VERDICT_HOLDS},
        {"'users = 1 during a'", VERDICT_HOLDS},
    };
    for (size_t i = 0; i < SIM_COUNT_OF(cases); i++)
        check_verdict(cases[i].expectation, cases[i].want);
}
END_TEST

START_TEST(no_data_is_never_a_pass)
{
    static const char *const expectations[] = {
        "'p95 < 1000s during empty'",
        "'p95 >= 0s during empty'",
        "'errors <= 100% during empty'",
        "'errors >= -1 during empty'",
        "{'key': 'errors', 'phase': 'empty', 'min': 0, 'max': 1}",
        "{'key': 'p95', 'phase': 'empty', 'min': -1e300, 'max': 1e300}",
    };
    for (size_t i = 0; i < SIM_COUNT_OF(expectations); i++)
        check_verdict(expectations[i], VERDICT_NO_DATA);
}
END_TEST

START_TEST(counters_and_gauges_have_data_even_when_nothing_happened)
{
    check_verdict("'asked = 0 during empty'", VERDICT_HOLDS);
    check_verdict("'users = 1 during empty'", VERDICT_HOLDS);
    check_verdict("'cpu = 0 during empty'", VERDICT_HOLDS);
}
END_TEST

START_TEST(a_sentence_is_read_into_bounds)
{
    static const struct {
        const char *sentence;
        double min, max;
        bool above_min, below_max;
    } cases[] = {
        {"p95 in 1s..2s during a", 1, 2, false, false},
        {"p95 < 2s during a", (double)-INFINITY, 2, false, true},
        {"p95 <= 2s during a", (double)-INFINITY, 2, false, false},
        {"p95 > 2s during a", 2, (double)INFINITY, true, false},
        {"p95 >= 2s during a", 2, (double)INFINITY, false, false},
        {"  p95   =  2s   during a ", 2, 2, false, false},
        {"errors in 27%..33% during a", 0.27, 0.33, false, false},
    };
    for (size_t i = 0; i < SIM_COUNT_OF(cases); i++) {
        char text[4096], quoted[200];
        (void)snprintf(quoted, sizeof quoted, "'%s'", cases[i].sentence);
        (void)snprintf(text, sizeof text, world_text, quoted);
        struct world world = world_make(text, NULL);
        const struct expectation *expectation = &world.cell->expectations[0];
        ck_assert_str_eq(expectation->name, cases[i].sentence);
        ck_assert_str_eq(world.cell->phases[expectation->phase].name, "a");
        ck_assert(!(expectation->min < cases[i].min) && !(expectation->min > cases[i].min));
        ck_assert(!(expectation->max < cases[i].max) && !(expectation->max > cases[i].max));
        ck_assert(expectation->above_min == cases[i].above_min && expectation->below_max == cases[i].below_max);
        world_end(&world);
    }
}
END_TEST

START_TEST(a_panel_keeps_the_order_of_the_file_and_its_titles)
{
    char text[4096];
    (void)snprintf(text, sizeof text, world_text, "");
    struct world world = world_make(text, NULL);
    const struct cell *cell = world.cell;
    ck_assert_uint_eq(cell->panel_count, 6);
    ck_assert_str_eq(cell->panel[0].key, "asked");
    ck_assert_str_eq(cell->panel[0].title, "asked");
    ck_assert_str_eq(cell->panel[2].key, "p95");
    ck_assert_str_eq(cell->panel[2].title, "P95");
    ck_assert_str_eq(cell->panel[2].text, "s.latency.p95");
    ck_assert_str_eq(cell->panel[5].key, "users");
    world_end(&world);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("panel");
    TCase *tests = tcase_create("panel");
    tcase_add_test(tests, bounds_hold_at_their_edge_but_for_less_and_more);
    tcase_add_test(tests, bounds_are_written_with_the_units_of_their_reading);
    tcase_add_test(tests, no_data_is_never_a_pass);
    tcase_add_test(tests, counters_and_gauges_have_data_even_when_nothing_happened);
    tcase_add_test(tests, a_sentence_is_read_into_bounds);
    tcase_add_test(tests, a_panel_keeps_the_order_of_the_file_and_its_titles);
    suite_add_tcase(suite, tests);
    return worlds_run(suite);
}
