/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of sim/base.c: time arithmetic and its one rounding, statuses, refusals, memory. */
#include "sim/base.h"

#include <check.h>
#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { EXIT_INTERNAL = 70 };

static const struct {
    double seconds;
    sim_ns want;
} SECONDS[] = {
    {0.0, 0},
    {-0.0, 0},
    {1.0, SIM_S},
    {0.1, 100 * SIM_MS},
    {1e-9, 1},
    {0.5e-9, 0}, /* ties to even */
    {1.5e-9, 2},
    {2.5e-9, 2},
    {3.5e-9, 4},
    {0x1.fffffffffffffp-2 * 1e-9, 0},
    {0.49e-9, 0},
    {1.49e-9, 1},
    {3.0000000004, 3 * SIM_S},
    {3.0000000006, 3 * SIM_S + 1},
    {4503599.627370497, 4503599627370497}, /* 2^52 + 1 ns: adding one half would round the sum */
    {9007199.254740993, 9007199254740992}, /* 2^53 + 1 is no double */
    {-1.0, 0},
    {-1e300, 0},
    {-INFINITY, 0},
    {315359999.0, 315359999 * SIM_S},
    {315360000.0, SIM_NS_MAX},
    {315360001.0, SIM_NS_MAX},
    {1e300, SIM_NS_MAX},
    {INFINITY, SIM_NS_MAX},
    {DBL_TRUE_MIN, 0},
};

START_TEST(seconds_become_the_nearest_nanosecond)
{
    ck_assert_int_eq(sim_ns_from_s(SECONDS[_i].seconds), SECONDS[_i].want);
}
END_TEST

START_TEST(whole_nanoseconds_survive_a_trip_through_seconds)
{
    /* Up to 2^50 ns, 13 days, the two roundings of the trip stay below one half. */
    uint64_t mix = 1;
    for (int i = 0; i < 1000000; i++) {
        mix = mix * 6364136223846793005U + 1442695040888963407U;
        sim_ns t = (sim_ns)(mix >> (14 + i % 50));
        if (sim_ns_from_s(sim_ns_to_s(t)) != t)
            ck_abort_msg("%" PRId64 " ns came back as %" PRId64, t, sim_ns_from_s(sim_ns_to_s(t)));
    }
}
END_TEST

START_TEST(never_is_infinitely_many_seconds)
{
    ck_assert(isinf(sim_ns_to_s(SIM_NEVER)));
    ck_assert_double_eq(sim_ns_to_s(1500 * SIM_MS), 1.5);
    ck_assert_double_eq(sim_ns_to_s(-SIM_S), -1.0);
}
END_TEST

START_TEST(never_absorbs_a_sum)
{
    ck_assert_int_eq(sim_ns_add(3, 4), 7);
    ck_assert_int_eq(sim_ns_add(3, -4), -1);
    ck_assert_int_eq(sim_ns_add(SIM_NEVER, 1), SIM_NEVER);
    ck_assert_int_eq(sim_ns_add(1, SIM_NEVER), SIM_NEVER);
    ck_assert_int_eq(sim_ns_add(SIM_NEVER, SIM_NEVER), SIM_NEVER);
    ck_assert_int_eq(sim_ns_add(SIM_NEVER, INT64_MIN), SIM_NEVER);
    ck_assert_int_eq(sim_ns_add(SIM_NS_MAX, SIM_NS_MAX), 2 * SIM_NS_MAX);
}
END_TEST

START_TEST(a_sum_that_overflows_is_a_bug)
{
    sim_ns_add(SIM_NEVER - 1, 2);
}
END_TEST

START_TEST(nan_seconds_are_a_bug)
{
    sim_ns_from_s((double)NAN);
}
END_TEST

START_TEST(a_status_has_the_name_and_the_weight_of_its_number_on_the_web)
{
    static const struct {
        enum sim_status status;
        const char *name;
        bool is_error;
    } rows[SIM_STATUSES] = {
        {SIM_OK, "OK", false},          {SIM_NOT_FOUND, "NOT_FOUND", false}, {SIM_LIMITED, "LIMITED", false},
        {SIM_ERROR, "ERROR", true},     {SIM_REFUSED, "REFUSED", true},      {SIM_UNAVAILABLE, "UNAVAILABLE", true},
        {SIM_TIMEOUT, "TIMEOUT", true}, {SIM_CANCELLED, "CANCELLED", false},
    };
    ck_assert_int_eq(rows[_i].status, _i);
    ck_assert_str_eq(sim_status_name(rows[_i].status), rows[_i].name);
    ck_assert_int_eq(sim_status_is_error(rows[_i].status), rows[_i].is_error);
}
END_TEST

START_TEST(an_unknown_status_is_a_bug)
{
    sim_status_name(SIM_STATUSES);
}
END_TEST

START_TEST(a_refusal_fills_rule_and_value_and_is_false)
{
    struct sim_error error;
    memset(&error, 'x', sizeof error);
    ck_assert(!sim_fail(&error, "-3s", "want a duration above %d such as \"%s\"", 0, "60s"));
    ck_assert_str_eq(error.path, "");
    ck_assert_str_eq(error.rule, "want a duration above 0 such as \"60s\"");
    ck_assert_str_eq(error.value, "-3s");
    ck_assert(!sim_fail(&error, NULL, "plain"));
    ck_assert_str_eq(error.value, "");
    ck_assert(!sim_fail(NULL, "x", "nobody asks"));
}
END_TEST

START_TEST(a_refusal_may_quote_the_one_before)
{
    struct sim_error error;
    sim_fail(&error, "7", "want less");
    ck_assert(!sim_fail(&error, error.value, "in \"ttl\": %s", error.rule));
    ck_assert_str_eq(error.rule, "in \"ttl\": want less");
    ck_assert_str_eq(error.value, "7");
}
END_TEST

START_TEST(a_long_refusal_is_cut_before_a_character)
{
    struct sim_error error;
    char text[1200];
    for (size_t shift = 0; shift < 4; shift++) {
        memset(text, 'a', shift);
        text[shift] = '\0';
        for (int i = 0; i < 250; i++)
            strcat(text, "\xF0\x9F\x98\x80"); /* one character of four bytes */
        sim_fail(&error, text, "%s", text);
        size_t rule = strlen(error.rule);
        size_t value = strlen(error.value);
        ck_assert_uint_eq((rule - shift) % 4, 0);
        ck_assert_uint_eq((value - shift) % 4, 0);
        ck_assert_uint_gt(rule + 4, sizeof error.rule - 1);
        ck_assert_uint_gt(value + 4, sizeof error.value - 1);
        ck_assert_int_eq(strncmp(error.rule, text, rule), 0);
    }
    memset(text, 'a', sizeof error.value - 1);
    text[sizeof error.value - 1] = '\0';
    sim_fail(&error, text, "fits");
    ck_assert_str_eq(error.value, text);
}
END_TEST

START_TEST(memory_is_never_null)
{
    char *none = sim_xmalloc(0);
    ck_assert_ptr_nonnull(none);
    none = sim_xrealloc(none, 0);
    ck_assert_ptr_nonnull(none);
    free(none);
    free(sim_xcalloc(0, 8));
    int64_t *zeros = sim_xcalloc(3, sizeof *zeros);
    ck_assert_int_eq(zeros[0] | zeros[1] | zeros[2], 0);
    free(zeros);
    char *copy = sim_xstrdup("redis");
    ck_assert_str_eq(copy, "redis");
    free(copy);
}
END_TEST

START_TEST(a_count_times_a_size_that_overflows_ends_the_process)
{
    volatile size_t half = SIZE_MAX / 2 + 1;
    sim_xcalloc(half, 4);
}
END_TEST

struct outer {
    int before;
    struct {
        int x;
    } inner;
};

START_TEST(the_container_of_a_member_is_found)
{
    struct outer outer = {0};
    ck_assert_ptr_eq(sim_container_of(&outer.inner, struct outer, inner), &outer);
    ck_assert_uint_eq(SIM_COUNT_OF("abc"), 4);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("base");
    TCase *tests = tcase_create("base");
    tcase_set_timeout(tests, 60);
    tcase_add_loop_test(tests, seconds_become_the_nearest_nanosecond, 0, SIM_COUNT_OF(SECONDS));
    tcase_add_test(tests, whole_nanoseconds_survive_a_trip_through_seconds);
    tcase_add_test(tests, never_is_infinitely_many_seconds);
    tcase_add_test(tests, never_absorbs_a_sum);
    tcase_add_loop_test(tests, a_status_has_the_name_and_the_weight_of_its_number_on_the_web, 0, SIM_STATUSES);
    tcase_add_test(tests, a_refusal_fills_rule_and_value_and_is_false);
    tcase_add_test(tests, a_refusal_may_quote_the_one_before);
    tcase_add_test(tests, a_long_refusal_is_cut_before_a_character);
    tcase_add_test(tests, memory_is_never_null);
    tcase_add_test(tests, the_container_of_a_member_is_found);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    if (srunner_fork_status(runner) == CK_FORK) { /* these end their process */
        tcase_add_exit_test(tests, a_sum_that_overflows_is_a_bug, EXIT_INTERNAL);
        tcase_add_exit_test(tests, nan_seconds_are_a_bug, EXIT_INTERNAL);
        tcase_add_exit_test(tests, an_unknown_status_is_a_bug, EXIT_INTERNAL);
        tcase_add_exit_test(tests, a_count_times_a_size_that_overflows_ends_the_process, EXIT_INTERNAL);
    }
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
