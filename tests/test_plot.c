/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The parts of plots/ that can be looked at without a picture: strings, axes, the ruler. tests/test_plot.sh has the
 * rest. */
#include "plots/ruler.h"
#include "plots/script.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

/* What a function of script.h writes; free. */
static char *quoted(const char *text, size_t longest, bool common)
{
    char *written = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&written, &size);
    sim_assert(out != NULL);
    put_quoted(out, text, longest, common);
    sim_assert(fclose(out) == 0);
    return written;
}

START_TEST(a_text_becomes_one_string_without_code)
{
    static const struct {
        const char *text, *want;
        size_t longest;
    } cases[] = {
        {"plain", "'plain'", 90},
        {"", "''", 90},
        {"it's", "'it''s'", 90},
        {"'; system('x'); '", "'''; system(''x''); '''", 90},
        {"`x` \"y\" \\n @z %s {}", "'`x` \"y\" \\n @z %s {}'", 90},
        {"a\tb\nc\x7f", "'a b c '", 90},
        {"a\xc2\x85"
         "b",
         "'a b'", 90},
        {"a\xef\xbf\xbe"
         "b",
         "'a b'", 90},
        {"漢 🎉", "'漢 🎉'", 90},
        {"a\xff\xc3", "'a?\?'", 90},
        {"\xc0\xa7\xed\xa0\x80", "'?\?\?\?\?'", 90}, /* an overlong quote, a surrogate */
        {"12345", "'12345'", 5},
        {"123456", "'1234…'", 5},
        {"äöüäöü", "'äö…'", 3},
        {"''''", "'''…'", 2},
    };
    for (size_t i = 0; i < SIM_COUNT_OF(cases); i++) {
        char *got = quoted(cases[i].text, cases[i].longest, false);
        ck_assert_str_eq(got, cases[i].want);
        free(got);
    }
}
END_TEST

START_TEST(characters_that_fonts_may_lack_are_known)
{
    static const struct {
        const char *text, *want;
    } cases[] = {{"Zażółć λ Ж € → …", "'Zażółć λ Ж € → …'"}, {"漢 🎉 \xcd\xb8 '", "'? ? ? '''"}, {"\t", "' '"}};
    for (size_t i = 0; i < SIM_COUNT_OF(cases); i++) {
        char *got = quoted(cases[i].text, 90, true);
        ck_assert_str_eq(got, cases[i].want);
        free(got);
    }
    ck_assert(text_is_common("Zażółć λ Ж € → … '\t"));
    ck_assert(!text_is_common("a 🎉"));
}
END_TEST

START_TEST(an_axis_begins_at_zero_and_ends_at_a_step_above_the_data)
{
    static const struct {
        double most, factor, high, step;
    } cases[] = {{0, 1, 1, 0.5},     {15, 1, 20, 5},          {0.37, 100, 40, 10}, {0.00099, 100, 0.15, 0.05},
                 {505, 1, 600, 200}, {1e-9, 1, 1.5e-9, 5e-10}};
    for (size_t i = 0; i < SIM_COUNT_OF(cases); i++) {
        struct axis axis = axis_from_zero(cases[i].most, cases[i].factor, "", 4);
        ck_assert_double_eq_tol(axis.high, cases[i].high, 1e-9 * cases[i].high);
        ck_assert_double_eq_tol(axis.step, cases[i].step, 1e-9 * cases[i].step);
        ck_assert_double_eq(axis.low, 0);
        ck_assert_double_gt(axis.high, cases[i].most * cases[i].factor);
    }
}
END_TEST

START_TEST(latencies_that_span_much_get_a_logarithmic_axis)
{
    struct axis axis = axis_of_seconds(0.005, 5, 6);
    ck_assert(axis.logarithmic);
    ck_assert_double_eq_tol(axis.low, 0.002, 1e-12);
    ck_assert_double_eq_tol(axis.high, 10, 1e-9);
    axis = axis_of_seconds(0.005, 0.07, 6);
    ck_assert(!axis.logarithmic);
    ck_assert_str_eq(axis.unit, " ms");
    ck_assert_double_eq_tol(axis.high, 80, 1e-9);
    ck_assert_str_eq(axis_of_seconds(0.5, 5, 6).unit, " s");
    ck_assert_str_eq(axis_of_seconds(1e-5, 2e-5, 6).unit, " us");
    ck_assert(!axis_of_seconds(0, 0, 6).logarithmic);
}
END_TEST

START_TEST(the_time_axis_has_a_unit_that_suits_the_run)
{
    static const struct {
        sim_ns until;
        const char *unit;
        double per, step;
    } cases[] = {{1560 * SIM_S, "s", 1, 120},   {60 * SIM_S, "s", 1, 5},         {5 * SIM_S, "s", 1, 0.5},
                 {7200 * SIM_S, "s", 1, 600},   {7201 * SIM_S, "min", 60, 10},   {28000 * SIM_S, "min", 60, 60},
                 {86400 * SIM_S, "h", 3600, 2}, {864000 * SIM_S, "h", 3600, 20}, {200 * SIM_MS, "s", 1, 0.02}};
    for (size_t i = 0; i < SIM_COUNT_OF(cases); i++) {
        struct time_axis axis = time_axis_until(cases[i].until);
        ck_assert_str_eq(axis.unit, cases[i].unit);
        ck_assert_double_eq(axis.per, cases[i].per);
        ck_assert_double_eq_tol(axis.step, cases[i].step, 1e-9);
        ck_assert_double_eq_tol(axis.until * axis.per, sim_ns_to_s(cases[i].until), 1e-9);
        ck_assert_double_le(axis.until / axis.step, 15);
        ck_assert_double_ge(axis.until / axis.step, 4);
    }
}
END_TEST

static const struct frame frame = {1200, 700, 100, 1000, {"s", 1, 100, 10}};

START_TEST(bars_of_the_ruler_never_lie_on_each_other)
{
    struct record_phase phases[30];
    struct record_fault faults[30];
    for (sim_ns i = 0; i < (sim_ns)SIM_COUNT_OF(phases); i++) {
        phases[i] = (struct record_phase){.name = i % 2 == 0 ? "short" : "a-rather-long-name-of-a-phase",
                                          .from = i * 3 * SIM_S,
                                          .to = (i * 3 + 2) * SIM_S};
        faults[i] = (struct record_fault){"fault", i % 3 == 0 ? "redis: kill" : "postgres.added_latency = \"3s\"",
                                          i * 2 * SIM_S, i % 3 == 1 ? (i * 2 + 9) * SIM_S : SIM_NEVER};
    }
    const struct record record = {.phases = phases, .phase_count = 8, .faults = faults, .fault_count = 6};
    struct ruler ruler = ruler_of(&record, &frame);
    ck_assert_uint_eq(ruler.count, 14);
    for (size_t i = 0; i < ruler.count; i++) {
        const struct ruler_bar *one = &ruler.bars[i];
        ck_assert_uint_lt(one->lane, ruler.lanes);
        ck_assert_double_ge(one->begin, 0);
        ck_assert_double_le(one->end, frame.width);
        for (size_t k = 0; k < i; k++) {
            const struct ruler_bar *two = &ruler.bars[k];
            ck_assert(one->lane != two->lane || one->begin >= two->end - 1 || two->begin >= one->end - 1);
            ck_assert(one->kind != RULER_FAULT || two->kind == RULER_FAULT || one->lane > two->lane);
        }
    }
    ruler_fini(&ruler);
}
END_TEST

START_TEST(a_fault_is_named_with_what_it_does)
{
    struct record_fault faults[] = {{"slow", "postgres.added_latency = \"3s\"", SIM_S, 50 * SIM_S},
                                    {"dies", "redis: kill", 2 * SIM_S, SIM_NEVER}};
    const struct record record = {.faults = faults, .fault_count = 2};
    struct ruler ruler = ruler_of(&record, &frame);
    ck_assert_uint_eq(ruler.count, 2);
    ck_assert_str_eq(ruler.bars[0].text, "slow (postgres.added_latency = 3s)");
    ck_assert_double_eq(ruler.bars[0].to, 50);
    ck_assert_str_eq(ruler.bars[1].text, "dies (redis: kill)");
    ck_assert_double_eq(ruler.bars[1].to, 2); /* done at once */
    ruler_fini(&ruler);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("plot");
    TCase *cases = tcase_create("plot");
    tcase_add_test(cases, a_text_becomes_one_string_without_code);
    tcase_add_test(cases, characters_that_fonts_may_lack_are_known);
    tcase_add_test(cases, an_axis_begins_at_zero_and_ends_at_a_step_above_the_data);
    tcase_add_test(cases, latencies_that_span_much_get_a_logarithmic_axis);
    tcase_add_test(cases, the_time_axis_has_a_unit_that_suits_the_run);
    tcase_add_test(cases, bars_of_the_ruler_never_lie_on_each_other);
    tcase_add_test(cases, a_fault_is_named_with_what_it_does);
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
