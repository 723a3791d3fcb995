/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Profiles, sums, blame and abandoned work of the trace of tests/traces.h; a sample that does not hang on the order. */
#include "reports/keep.h"
#include "reports/profile_show.h"
#include "tests/traces.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

/* What a writer prints; free. */
static char *printed(void (*write)(FILE *out, const struct profile *profile), const struct profile *profile)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    write(out, profile);
    ck_assert_int_eq(fclose(out), 0);
    return text;
}

static void profile_of_made(struct profile *profile, bool cpu, int times, int compared_times)
{
    struct made_trace made;
    made_trace_init(&made);
    profile_init(profile, cpu);
    profile->compared = compared_times > 0;
    for (int i = 0; i < times; i++)
        profile_add(profile, &made.trace);
    made.second.begun = made.second.arrived; /* without the way there, and twice as long a pause */
    made.segments[1].to = made.second.begun;
    profile->side = 1;
    for (int i = 0; i < compared_times; i++)
        profile_add(profile, &made.trace);
    profile_finish(profile);
}

START_TEST(work_and_waits_add_up_to_the_duration)
{
    struct made_trace made;
    made_trace_init(&made);
    const struct trace_sums sums = trace_sum(&made.trace);
    ck_assert_int_eq(sums.work, 35 * SIM_MS);
    ck_assert_int_eq(sums.wait, (10 + 5 + 7 + 3) * SIM_MS);
    ck_assert_int_eq(sums.other, 0);
    ck_assert_int_eq(trace_duration(&made.trace), 60 * SIM_MS);
    ck_assert_int_eq(trace_last(&made.trace), 70 * SIM_MS);
    made.segments[5].from += 2 * SIM_MS; /* a hole */
    ck_assert_int_eq(trace_sum(&made.trace).other, 2 * SIM_MS);
}
END_TEST

START_TEST(of_calls_side_by_side_the_one_that_ends_last_has_the_time)
{
    struct made_trace made;
    made_trace_init(&made);
    made.segments[1] = (struct trace_segment){0}; /* no pause: the second begins while the first is out */
    made.root.segments = NULL;
    made.second.begun = 5 * SIM_MS;
    made.second.arrived = 25 * SIM_MS;
    const struct trace_sums sums = trace_sum(&made.trace);
    ck_assert_int_eq(sums.work, (5 + 10 + 8 + 7) * SIM_MS);
    ck_assert_int_eq(sums.wait, (20 + 7 + 3) * SIM_MS);
    ck_assert_int_eq(sums.other, 0);
}
END_TEST

START_TEST(what_a_callee_did_for_nobody_is_abandoned_work)
{
    struct made_trace made;
    sim_ns from = 0, to = 0;
    made_trace_init(&made);
    ck_assert(trace_span_abandoned(&made.lost, &from, &to));
    ck_assert_int_eq(from, 10 * SIM_MS);
    ck_assert_int_eq(to, 70 * SIM_MS);
    ck_assert(!trace_span_abandoned(&made.root, &from, &to));
    ck_assert(!trace_span_abandoned(&made.second, &from, &to));
    ck_assert(!trace_span_abandoned(&made.fallback, &from, &to));
}
END_TEST

START_TEST(folded_stacks_hold_the_time_of_every_frame)
{
    struct profile profile;
    profile_of_made(&profile, false, 2, 0);
    char *text = printed(profile_folded, &profile);
    ck_assert_str_eq(text, "gateway get_product;backoff 20000000\n"
                           "gateway get_product;shop get_product;cpu 34000000\n"
                           "gateway get_product;shop get_product;logic.fallback;cpu 16000000\n"
                           "gateway get_product;shop get_product;logic.fallback;cpu queue 14000000\n"
                           "gateway get_product;shop get_product;logic.fallback;redis cache_get;cache get 20000000\n"
                           "gateway get_product;shop get_product;network 16000000\n");
    ck_assert_int_eq(profile.root->total[0], (sim_ns)120 * SIM_MS);
    ck_assert_int_eq(profile.abandoned[0], (sim_ns)120 * SIM_MS);
    free(text);
    profile_fini(&profile);
}
END_TEST

START_TEST(cpu_counts_what_burned_for_nobody_too)
{
    struct profile profile;
    profile_of_made(&profile, true, 1, 0);
    char *text = printed(profile_folded, &profile);
    ck_assert_str_eq(text, "gateway get_product;shop get_product;(abandoned);cpu 60000000\n"
                           "gateway get_product;shop get_product;cpu 17000000\n"
                           "gateway get_product;shop get_product;logic.fallback;cpu 8000000\n");
    free(text);
    profile_fini(&profile);
}
END_TEST

START_TEST(a_comparison_is_a_request_whatever_their_numbers)
{
    struct profile profile;
    profile_of_made(&profile, false, 1, 3);
    char *text = printed(profile_folded, &profile);
    ck_assert_ptr_nonnull(strstr(text, "gateway get_product;backoff 15000000 10000000\n"));
    ck_assert_ptr_nonnull(strstr(text, "get_product;network 3000000 8000000\n"));
    free(text);
    profile_fini(&profile);
}
END_TEST

static void write_svg(FILE *out, const struct profile *profile)
{
    profile_svg(out, profile, "<b>&\"\x01");
}

START_TEST(the_flame_graph_escapes_and_tells_the_numbers)
{
    for (int compared = 0; compared < 2; compared++) {
        struct profile profile;
        profile_of_made(&profile, false, 1, compared);
        char *text = printed(write_svg, &profile);
        ck_assert_ptr_nonnull(strstr(text, "&lt;b&gt;&amp;&quot;?</text>"));
        ck_assert_ptr_nonnull(strstr(text, "<title>backoff: 10.0 ms, 16.67 %, 10.0 ms a request, 1 times"));
        ck_assert_ptr_nonnull(strstr(text, "</svg>\n"));
        ck_assert((strstr(text, "compared with 15.0 ms a request</title>") != NULL) == (compared == 1));
        free(text);
        profile_fini(&profile);
    }
}
END_TEST

START_TEST(a_profile_of_nothing_is_written_too)
{
    struct profile profile;
    profile_of_made(&profile, false, 0, 0);
    char *text = printed(write_svg, &profile);
    ck_assert_ptr_null(strstr(text, "nan"));
    free(text);
    text = printed(profile_folded, &profile);
    ck_assert_str_eq(text, "");
    free(text);
    profile_fini(&profile);
}
END_TEST

START_TEST(a_narrow_line_still_says_where)
{
    for (size_t width = 40; width <= 80; width++) {
        for (int compared = 0; compared < 2; compared++) {
            struct profile profile;
            char *text = NULL;
            size_t size = 0;
            profile_of_made(&profile, false, 1, compared);
            FILE *out = open_memstream(&text, &size);
            profile_show_text(out, &profile, 3, width);
            ck_assert_int_eq(fclose(out), 0);
            ck_assert_msg(strstr(text, "wait  gateway get_pr") != NULL, "%zu columns: %s", width, text);
            free(text);
            profile_fini(&profile);
        }
    }
}
END_TEST

/* ---- what is kept ---- */

enum { MANY = 500 };

static uint64_t hash_of_kept(bool backwards, const struct keep_options *options, size_t *count)
{
    struct collector collector = {0};
    struct keep keep;
    struct made_trace *many = sim_xcalloc(MANY, sizeof *many);
    uint64_t hash = 0;
    keep_init(&keep, &collector, options);
    for (int k = 0; k < MANY; k++) {
        const int i = backwards ? MANY - 1 - k : k;
        struct made_trace *made = &many[i];
        made_trace_init(made);
        made->trace.id = (uint64_t)i + 1;
        made->trace.keepers = 1; /* the test's */
        made->root.end.status = i % 3 == 0 ? SIM_TIMEOUT : SIM_OK;
        made->root.ended += (i * 7919 % 1000) * SIM_MS;
        keep_take(&keep, &made->trace);
    }
    ck_assert_uint_eq(keep.counts.wanted, MANY);
    struct trace **traces = keep_all(&keep, count);
    for (size_t i = 0; i < *count; i++) {
        ck_assert_uint_ge(traces[i]->keepers, 2);
        hash = hash * 31 + traces[i]->id;
    }
    free(traces);
    keep_fini(&keep);
    for (int i = 0; i < MANY; i++)
        ck_assert_uint_eq(many[i].trace.keepers, 1);
    free(many);
    return hash;
}

START_TEST(what_is_kept_does_not_hang_on_the_order_and_is_bounded)
{
    static const struct keep_options cases[] = {
        {.to = SIM_NEVER, .run = SIM_S, .per_slice = 1},
        {.to = SIM_NEVER, .run = SIM_S, .slowest = 10},
        {.to = SIM_NEVER, .run = SIM_S, .sample = 25},
        {.to = SIM_NEVER, .run = 100 * SIM_S, .per_slice = 2, .slowest = 10, .sample = 25}};
    static const size_t most[] = {(size_t)KEEP_SLICES * 2, 10, 25, 2 * 2 * 5 + 35};
    for (size_t i = 0; i < SIM_COUNT_OF(cases); i++) {
        size_t forwards = 0, backwards = 0;
        ck_assert_uint_eq(hash_of_kept(false, &cases[i], &forwards), hash_of_kept(true, &cases[i], &backwards));
        ck_assert_uint_eq(forwards, backwards);
        ck_assert_uint_gt(forwards, 0);
        ck_assert_uint_le(forwards, most[i]);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("profile");
    TCase *tests = tcase_create("profile");
    tcase_add_test(tests, work_and_waits_add_up_to_the_duration);
    tcase_add_test(tests, of_calls_side_by_side_the_one_that_ends_last_has_the_time);
    tcase_add_test(tests, what_a_callee_did_for_nobody_is_abandoned_work);
    tcase_add_test(tests, folded_stacks_hold_the_time_of_every_frame);
    tcase_add_test(tests, cpu_counts_what_burned_for_nobody_too);
    tcase_add_test(tests, a_comparison_is_a_request_whatever_their_numbers);
    tcase_add_test(tests, the_flame_graph_escapes_and_tells_the_numbers);
    tcase_add_test(tests, a_profile_of_nothing_is_written_too);
    tcase_add_test(tests, a_narrow_line_still_says_where);
    tcase_add_test(tests, what_is_kept_does_not_hang_on_the_order_and_is_bounded);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
