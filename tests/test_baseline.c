/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The tests behind `simex check --baseline`: Welch's figures against Student's density integrated, the rank test as a guard, Holm's steps,
 * how often samples of one law are taken for changed, and which params two canonical texts do not share. */
#include "reports/check.h"

#include <check.h>
#include <gsl/gsl_randist.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SEEDS = 10 };

START_TEST(welch_is_what_student_s_density_says)
{
    /* Variances 0.0356667 and 0.0916667, difference 1.12: t = 9.92538 with 15.08276 degrees of freedom. Simpson's rule
     * gives the two tails 5.244753e-8 and the quantile 0.975 at 2.1304314. */
    static const double a[SEEDS] = {10.1, 10.3, 9.8, 10.0, 10.2, 9.9, 10.1, 10.0, 9.7, 10.2};
    static const double b[SEEDS] = {11.0, 11.4, 10.8, 11.2, 11.6, 10.9, 11.3, 11.1, 10.7, 11.5};
    double low, high;
    const double p = baseline_test(a, SEEDS, b, SEEDS, &low, &high);
    ck_assert_msg(fabs(p / 5.244753e-8 - 1) < 1e-5, "p %.9g", p);
    ck_assert_msg(fabs(low - (1.12 - 0.24040229)) < 1e-7 && fabs(high - (1.12 + 0.24040229)) < 1e-7, "%.9g..%.9g", low,
                  high);
}
END_TEST

START_TEST(readings_that_never_varied_are_compared_as_they_are)
{
    static const struct {
        double a[3], b[3];
        double want;
    } cases[] = {
        {{5, 5, 5}, {5, 5, 5}, 1},
        {{0, 0, 0}, {0, 0, 0}, 1},
        {{5, 5, 5}, {6, 6, 6}, 0},
        {{0, 0, 0}, {1e-9, 1e-9, 1e-9}, 0},
        {{0.1, 0.1, 0.1}, {0.1 + 1e-17, 0.1, 0.1}, 1},
        {{1, 1, 1}, {1 + 1e-13, 1 - 1e-13, 1}, 1},
        {{5, 5, 5}, {5, 5, 6}, 1}, /* one of three: nothing can be said */
    };
    for (size_t i = 0; i < SIM_COUNT_OF(cases); i++) {
        double low, high;
        const double p = baseline_test(cases[i].a, 3, cases[i].b, 3, &low, &high);
        ck_assert_msg(fabs(p - cases[i].want) < 1e-12, "case %zu: p %g", i, p);
    }
}
END_TEST

START_TEST(one_odd_value_decides_nothing)
{
    const double a[SEEDS] = {0};
    double b[SEEDS] = {0}, low, high;
    b[3] = 1e9;
    ck_assert(!(baseline_test(a, SEEDS, b, SEEDS, &low, &high) < BASELINE_ALPHA));
    for (size_t i = 0; i < SEEDS; i++)
        b[i] = 8 + (double)(i % 3);
    ck_assert(baseline_test(a, SEEDS, b, SEEDS, &low, &high) < 1e-8);
}
END_TEST

START_TEST(holm_goes_down_step_by_step)
{
    static const struct {
        double p[5];
        bool want[5];
    } cases[] = {
        {{0.0001, 0.5, 0.5, 0.5, 0.5}, {true, false, false, false, false}},
        {{0.00021, 0.5, 0.5, 0.5, 0.5}, {false}},
        {{0.5, 0.00024, 0.0001, 0.5, 0.5}, {false, true, true, false, false}},
        {{0.5, 0.00026, 0.0001, 0.5, 0.5}, {false, false, true, false, false}},
        {{0, 0, 0, 0, 0}, {true, true, true, true, true}},
        {{0.00021, 0.00021, 0.00021, 0.00021, 0.00021}, {false}}, /* the first step fails, so all do */
        {{1, 1, 1, 1, 1}, {false}},
    };
    for (size_t i = 0; i < SIM_COUNT_OF(cases); i++) {
        bool got[5];
        baseline_holm(cases[i].p, 5, got);
        for (size_t k = 0; k < 5; k++)
            ck_assert_msg(got[k] == cases[i].want[k], "case %zu, value %zu", i, k);
    }
}
END_TEST

/* ---- how often equal laws are taken for changed ---- */

enum law { LAW_NORMAL, LAW_SKEWED, LAW_RARE, LAW_COUNT, LAW_HEAVY, LAWS };

static double draw(gsl_rng *rng, enum law law)
{
    switch (law) {
    case LAW_NORMAL:
        return gsl_ran_gaussian(rng, 1);
    case LAW_SKEWED:
        return gsl_ran_lognormal(rng, 0, 1);
    case LAW_RARE:
        return gsl_ran_bernoulli(rng, 0.2);
    case LAW_COUNT:
        return gsl_ran_poisson(rng, 0.7);
    default:
        return gsl_ran_pareto(rng, 1, 1);
    }
}

START_TEST(equal_laws_are_hardly_ever_taken_for_changed)
{
    enum { CHECKS = 20000, READINGS = 12 };
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    gsl_rng_set(rng, 7);
    size_t failed = 0;
    for (size_t i = 0; i < CHECKS; i++) {
        double p[READINGS];
        bool significant[READINGS], any = false;
        for (size_t r = 0; r < READINGS; r++) {
            double a[SEEDS], b[SEEDS], low, high;
            for (size_t k = 0; k < SEEDS; k++) {
                a[k] = draw(rng, (enum law)(r % LAWS));
                b[k] = draw(rng, (enum law)(r % LAWS));
            }
            p[r] = baseline_test(a, SEEDS, b, SEEDS, &low, &high);
        }
        baseline_holm(p, READINGS, significant);
        for (size_t r = 0; r < READINGS; r++)
            any = any || significant[r];
        failed += any;
    }
    gsl_rng_free(rng);
    /* At most 0.001 by design: 20 expected of 20000 when all of alpha is used, 40 is 4.5 sd above. */
    ck_assert_msg(failed < 40, "%zu of %d checks of equal laws failed", failed, CHECKS);
}
END_TEST

START_TEST(a_shift_of_four_standard_deviations_is_always_seen)
{
    enum { CHECKS = 300, READINGS = 100 };
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    gsl_rng_set(rng, 11);
    size_t missed = 0;
    for (size_t i = 0; i < CHECKS; i++) {
        double p[READINGS];
        bool significant[READINGS];
        for (size_t r = 0; r < READINGS; r++)
            p[r] = 1;
        double a[SEEDS], b[SEEDS], low, high;
        for (size_t k = 0; k < SEEDS; k++) {
            a[k] = gsl_ran_gaussian(rng, 1);
            b[k] = 4 + gsl_ran_gaussian(rng, 1);
        }
        p[17] = baseline_test(a, SEEDS, b, SEEDS, &low, &high);
        baseline_holm(p, READINGS, significant);
        missed += !significant[17];
    }
    gsl_rng_free(rng);
    ck_assert_msg(missed <= 9, "%zu of %d were missed", missed, CHECKS);
}
END_TEST

/* ---- params ---- */

START_TEST(params_that_differ_are_named_by_their_paths)
{
    static const char before[] = "run until 10s window 1s max_events 5\n"
                                 "node redis cache\n  ttl \"5s\"\n part cpu cpu\n  cores 2\n"
                                 "node old cache\n  ttl \"5s\"\n"
                                 "link l a b\n  delay \"1ms\"\n"
                                 "fault f node redis at 1s until 2s\n  ttl \"1s\"\n"
                                 "phase p from 1s to 2s settle 0s\n"
                                 "expect a p 0x1p+0 inf 0 0\n";
    static const char after[] = "run until 10s window 1s max_events 5\n"
                                "node redis cache\n  ttl \"2.5s\"\n part cpu cpu\n  cores 4\n"
                                "link l a b\n  delay \"2ms\"\n"
                                "fault f node redis at 1s until 3s\n  ttl \"2s\"\n"
                                "phase p from 1s to 4s settle 0s\n"
                                "expect a p 0x1p+1 inf 0 0\n";
    static const char *const want[][3] = {
        {"redis.ttl", "5s", "2.5s"},     {"redis.cpu.cores", "2", "4"},
        {"old", "cache", NULL},          {"old.ttl", "5s", NULL},
        {"links.l.delay", "1ms", "2ms"}, {"faults.f", "node redis at 1s until 2s", "node redis at 1s until 3s"},
        {"faults.f.ttl", "1s", "2s"},    {"phases.p", "from 1s to 2s settle 0s", "from 1s to 4s settle 0s"},
    };
    struct check_scenario *scenario = sim_xcalloc(1, sizeof *scenario);
    struct check check = {.scenarios = scenario, .count = 1};
    baseline_params(scenario, before, after);
    ck_assert_uint_eq(scenario->param_count, SIM_COUNT_OF(want));
    for (size_t i = 0; i < SIM_COUNT_OF(want); i++) {
        ck_assert_str_eq(scenario->params[i].path, want[i][0]);
        ck_assert_pstr_eq(scenario->params[i].before, want[i][1]);
        ck_assert_pstr_eq(scenario->params[i].after, want[i][2]);
    }
    check_fini(&check);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("baseline");
    TCase *tests = tcase_create("baseline");
    tcase_add_test(tests, welch_is_what_student_s_density_says);
    tcase_add_test(tests, readings_that_never_varied_are_compared_as_they_are);
    tcase_add_test(tests, one_odd_value_decides_nothing);
    tcase_add_test(tests, holm_goes_down_step_by_step);
    tcase_add_test(tests, equal_laws_are_hardly_ever_taken_for_changed);
    tcase_add_test(tests, a_shift_of_four_standard_deviations_is_always_seen);
    tcase_add_test(tests, params_that_differ_are_named_by_their_paths);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
