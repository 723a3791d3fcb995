/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Phases: their order, what they measure, and what the run's length makes of windows. */
#include "tests/worlds.h"

/* One user who asks at 1 s, 2 s, ... and has the answer at once. */
#define WORLD(more_) \
    "{'run': {'until': '20s'}," \
    "'nodes': {'c': {'type': 'clients', 'to': 's', 'load': 'closed', 'population': 1, 'think_time': '1s'}," \
    "'s': {'type': 'catalogue', 'database': 'd'}, 'd': {'type': 'database', 'latency': '0s'}}," \
    "'panel': {'asked': {'reading': 'c.requests'}, 'answered': {'reading': 's.ended'}}," more_ "}"

static double asked(const struct world *world, const char *phase)
{
    return world_phase(world, phase, "c.requests").value;
}

START_TEST(phases_are_in_the_order_of_time_whatever_that_of_the_file)
{
    struct world world =
        world_make(WORLD("'phases': {'c': {'from': '10s', 'to': '20s'}, 'b': {'from': '0s', 'to': '5s'},"
                         "'a': {'from': '10s', 'to': '15s'}, 'd': {'from': '5s', 'to': '10s'}}"),
                   NULL);
    ck_assert_uint_eq(world.cell->phase_count, 4);
    ck_assert_str_eq(world.cell->phases[0].name, "b");
    ck_assert_str_eq(world.cell->phases[1].name, "d");
    ck_assert_str_eq(world.cell->phases[2].name, "a");
    ck_assert_str_eq(world.cell->phases[3].name, "c");
    world_end(&world);
}
END_TEST

START_TEST(an_expectation_stays_with_its_phase_when_phases_are_put_in_order)
{
    static const char *const sets[] = {"phases.late.from=0.5s", NULL};
    const char *text = WORLD("'phases': {'late': {'from': '10s', 'to': '20s'}, 'early': {'from': '1s', 'to': '3s'}},"
                             "'expectations': ['asked = 2 during early', {'key': 'asked', 'phase': 'late', 'min': 8}]");
    for (int i = 0; i < 2; i++) {
        struct world world = world_make(text, i == 0 ? NULL : sets);
        const struct cell *cell = world.cell;
        world_finish(&world);
        ck_assert_str_eq(cell->phases[cell->expectations[0].phase].name, "early");
        ck_assert_str_eq(cell->phases[cell->expectations[1].phase].name, "late");
        for (uint32_t k = 0; k < cell->expectation_count; k++) {
            struct sim_reading_value value;
            ck_assert_int_eq(cell_verdict(cell, &cell->expectations[k], &value), VERDICT_HOLDS);
        }
        world_end(&world);
    }
}
END_TEST

START_TEST(a_phase_measures_from_its_beginning_and_not_its_end)
{
    struct world world =
        world_make(WORLD("'phases': {'a': {'from': '2s', 'to': '5s'}, 'b': {'from': '5s', 'to': '6s'}}"), NULL);
    world_finish(&world);
    ck_assert(asked(&world, "a") >= 3 && asked(&world, "a") <= 3); /* at 2 s, 3 s, 4 s */
    ck_assert(asked(&world, "b") >= 1 && asked(&world, "b") <= 1); /* at 5 s */
    world_end(&world);
}
END_TEST

START_TEST(settling_is_left_out)
{
    struct world world = world_make(WORLD("'phases': {'a': {'from': '2s', 'to': '8s', 'settle': '2500ms'}}"), NULL);
    world_finish(&world);
    ck_assert(asked(&world, "a") >= 3 && asked(&world, "a") <= 3); /* at 5 s, 6 s, 7 s */
    const struct sim_interval *interval = &world.cell->sim->intervals[world.cell->phases[0].interval];
    ck_assert_int_eq(interval->from, 4500 * SIM_MS);
    ck_assert_int_eq(interval->seen, 3500 * SIM_MS);
    world_end(&world);
}
END_TEST

START_TEST(phases_may_overlap_and_leave_gaps)
{
    struct world world = world_make(WORLD("'phases': {'a': {'from': '0s', 'to': '10s'}, 'b': {'from': '3s', 'to': "
                                          "'5s'}, 'c': {'from': '15s', 'to': '20s'}}"),
                                    NULL);
    world_finish(&world);
    ck_assert(asked(&world, "a") >= 9 && asked(&world, "a") <= 9);
    ck_assert(asked(&world, "b") >= 2 && asked(&world, "b") <= 2);
    ck_assert(asked(&world, "c") >= 5 && asked(&world, "c") <= 5);
    world_end(&world);
}
END_TEST

START_TEST(a_request_counts_where_it_ends)
{
    static const char *const sets[] = {"d.latency=600ms", "c.think_time=900ms", NULL};
    /* Asked at 0.9 s, 2.4 s, 3.9 s; answered at 1.5 s, 3.0 s, 4.5 s. */
    struct world world =
        world_make(WORLD("'phases': {'a': {'from': '0s', 'to': '4s'}, 'b': {'from': '4s', 'to': '5s'}}"), sets);
    world_finish(&world);
    ck_assert(asked(&world, "a") >= 3 && asked(&world, "a") <= 3);
    ck_assert_int_eq((int)world_phase(&world, "a", "s.ended").value, 2);
    ck_assert_int_eq((int)asked(&world, "b"), 0);
    ck_assert_int_eq((int)world_phase(&world, "b", "s.ended").value, 1);
    ck_assert_int_eq((int)world_phase(&world, "b", "s.latency.count").value, 1);
    world_end(&world);
}
END_TEST

START_TEST(requests_that_a_phase_leaves_unfinished_are_counted)
{
    static const char *const sets[] = {"c.population=7", "d.latency=100s", NULL};
    struct world world =
        world_make(WORLD("'phases': {'a': {'from': '0s', 'to': '500ms'}, 'b': {'from': '1s', 'to': '20s'}}"), sets);
    world_finish(&world);
    ck_assert_int_eq(cell_unfinished(world.cell, 0).open, 0);
    ck_assert_int_eq(cell_unfinished(world.cell, 1).open, 7);
    ck_assert_int_eq(cell_unfinished(world.cell, 1).ended, 0);
    world_end(&world);
}
END_TEST

START_TEST(the_bins_tile_the_run)
{
    struct world world = world_make(WORLD("'phases': {'a': {'from': '0s', 'to': '20s'}}"), NULL);
    world_finish(&world);
    const struct cell *cell = world.cell;
    ck_assert_uint_eq(cell->bin_count, CELL_BINS);
    sim_ns at = 0;
    for (uint32_t i = 0; i < cell->bin_count; i++) {
        const struct sim_interval *bin = &cell->sim->intervals[cell->bin_first + i];
        ck_assert_int_eq(bin->from, at);
        ck_assert_int_eq(bin->seen, bin->to - bin->from);
        at = bin->to;
    }
    ck_assert_int_eq(at, cell->until);
    world_end(&world);
}
END_TEST

START_TEST(windows_are_a_second_long_unless_the_run_is_very_long)
{
    static const struct {
        const char *until;
        sim_ns window;
    } cases[] = {{"20s", SIM_S},  {"1560s", SIM_S},      {"100000s", SIM_S},     {"100001s", 2 * SIM_S},
                 {"10ms", SIM_S}, {"365d", 316 * SIM_S}, {"3650d", 3154 * SIM_S}};
    for (size_t i = 0; i < SIM_COUNT_OF(cases); i++) {
        char set[60];
        (void)snprintf(set, sizeof set, "run.until=%s", cases[i].until);
        const char *const sets[] = {set, NULL};
        struct world world = world_make(WORLD("'title': 'x'"), sets);
        ck_assert_int_eq(world.cell->window, cases[i].window);
        world_end(&world);
    }
}
END_TEST

START_TEST(a_run_of_ten_years_without_load_takes_no_time)
{
    static const char *const sets[] = {"run.until=3650d", "c.population=0", NULL};
    struct world world = world_make(WORLD("'phases': {'a': {'from': '0s', 'to': '3650d'}}"), sets);
    world_finish(&world);
    ck_assert_int_eq((int)asked(&world, "a"), 0);
    world_end(&world);
}
END_TEST

START_TEST(sixty_four_phases_are_measured)
{
    char text[8192];
    size_t used = (size_t)snprintf(text, sizeof text, "%s", WORLD("'phases': {"));
    used -= 1; /* without the last brace */
    for (int i = 0; i < SCENARIO_PHASES_MAX; i++)
        used += (size_t)snprintf(text + used, sizeof text - used, "%s'p%02d': {'from': '%dms', 'to': '%dms'}",
                                 i == 0 ? "" : ",", i, 250 * i, 250 * (i + 1));
    (void)snprintf(text + used, sizeof text - used, "}}");
    struct world world = world_make(text, NULL);
    world_finish(&world);
    ck_assert_uint_eq(world.cell->phase_count, SCENARIO_PHASES_MAX);
    double sum = 0;
    for (uint32_t i = 0; i < world.cell->phase_count; i++)
        sum += asked(&world, world.cell->phases[i].name);
    ck_assert_int_eq((int)sum, 15); /* at 1 s to 15 s; 16 s is the end of the last */
    world_end(&world);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("timeline");
    TCase *tests = tcase_create("timeline");
    tcase_add_test(tests, phases_are_in_the_order_of_time_whatever_that_of_the_file);
    tcase_add_test(tests, an_expectation_stays_with_its_phase_when_phases_are_put_in_order);
    tcase_add_test(tests, a_phase_measures_from_its_beginning_and_not_its_end);
    tcase_add_test(tests, settling_is_left_out);
    tcase_add_test(tests, phases_may_overlap_and_leave_gaps);
    tcase_add_test(tests, a_request_counts_where_it_ends);
    tcase_add_test(tests, requests_that_a_phase_leaves_unfinished_are_counted);
    tcase_add_test(tests, the_bins_tile_the_run);
    tcase_add_test(tests, windows_are_a_second_long_unless_the_run_is_very_long);
    tcase_add_test(tests, a_run_of_ten_years_without_load_takes_no_time);
    tcase_add_test(tests, sixty_four_phases_are_measured);
    suite_add_tcase(suite, tests);
    return worlds_run(suite);
}
