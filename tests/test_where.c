/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The expressions of `simex trace --where`: what they mean, and where they are wrong. */
#include "reports/where.h"
#include "tests/traces.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *text;
    bool holds;
} meanings[] = {
    {"status=200", true},
    {"status=504", true},
    {"status=TIMEOUT", true},
    {"status=503", false},
    {"status=UNAVAILABLE", false},
    {"status>=500", true},
    {"status>504", false},
    {"status!=200", true},
    {"not status=504", false},
    {"not status=503", true},
    {"node=redis", true},
    {"node!=redis", true}, /* another one has another node */
    {"not node=redis", false},
    {"node=postgres", false},
    {"op=cache_get", true},
    {"op=logic.fallback", true},
    {"op=query", false},
    {"reason='Timed Out'", true},
    {"reason=\"Timed Out\"", true},
    {"reason='Timed'", false},
    {"reason!='Timed Out'", false}, /* no other span has a reason */
    {"duration>59ms", true},
    {"duration>60ms", false},
    {"duration>=60ms", true},
    {"duration=25ms", true}, /* the inner span */
    {"duration<10ms", false},
    {"duration<=10ms", true},
    {"duration!=60ms", true},
    {"tag:app.fallback_used=true", true},
    {"tag:app.fallback_used=false", false},
    {"tag:app.fallback_used!=true", false},
    {"tag:app.fallback_used", true},
    {"tag:app.other", false},
    {"tag:stock<0", true},
    {"tag:stock>-2.5", false},
    {"tag:stock>=-2.5", true},
    {"tag:app.fallback_used>0", false}, /* no number */
    {"segment:cpu", true},
    {"segment:cpu_queue", true},
    {"segment:cpu-queue=7ms", true},
    {"segment:'cpu queue'>7ms", false},
    {"segment:cpu>69ms", true}, /* the abandoned one burns on */
    {"segment:network=8ms", true},
    {"segment:network>8ms", false},
    {"segment:query", false},
    {"phase=calm", true},
    {"phase=storm", false},
    {"phase!=storm", true},
    {"status=504 and node=redis", true}, /* of two spans */
    {"status=504 and status=503", false},
    {"status=503 or status=504", true},
    {"status=503 or status=502", false},
    {"status=503 and status=503 or status=504", true},
    {"status=503 and (status=503 or status=504)", false},
    {"not (status=503 or status=502)", true},
    {"not not status=504", true},
    {" ( ( status = 504 ) ) ", true},
    {"status=504 and node=shop and duration>50ms and tag:app.fallback_used=true", true},
};

static bool matches(const char *text)
{
    struct made_trace made;
    struct where_error error = {0};
    struct phase phases[] = {{.name = "storm", .from = 0, .to = 60 * SIM_MS},
                             {.name = "calm", .from = 0, .to = 100 * SIM_MS, .settle = 60 * SIM_MS},
                             {.name = "settling", .from = 0, .to = 100 * SIM_MS, .settle = 61 * SIM_MS}};
    struct cell cell = {.phases = phases, .phase_count = 3};
    made_trace_init(&made);
    struct where *where = where_parse(text, &error);
    ck_assert_msg(where != NULL, "%s: %s", text, error.rule);
    const bool found = where_matches(where, &cell, &made.trace);
    where_destroy(where);
    return found;
}

START_TEST(a_test_says_that_some_span_of_the_trace_is_so)
{
    ck_assert_msg(matches(meanings[_i].text) == meanings[_i].holds, "%s", meanings[_i].text);
}
END_TEST

START_TEST(a_trace_is_in_no_phase_before_it_has_settled)
{
    ck_assert(!matches("phase=settling"));
}
END_TEST

static const struct {
    const char *text;
    size_t at;
    const char *rule;
} errors[] = {
    {"", 0, "want a test such as status=503 or duration>2s, got the end"},
    {"   ", 3, "want a test such as status=503 or duration>2s, got the end"},
    {"status", 6, "want = != < <= > or >=, got the end"},
    {"status=", 7, "want a value, got the end"},
    {"status=seven", 7, "want a status such as 503 or UNAVAILABLE, got \"seven\""},
    {"status=99", 7, "want a status such as 503 or UNAVAILABLE, got \"99\""},
    {"status==503", 6, "want = != < <= > or >=, got \"==\""},
    {"status=503 & node=x", 11, "want \"and\", \"or\" or the end, got \"&\""},
    {"staus=503", 0,
     "want status, node, op, reason, duration, phase, tag:KEY or segment:NAME, got \"staus\"; did you mean "
     "\"status\"?"},
    {"colour=red", 0, "want status, node, op, reason, duration, phase, tag:KEY or segment:NAME, got \"colour\""},
    {"duration>2", 9, "want a duration such as 300ms, got \"2\""},
    {"duration>-2s", 9, "want a duration such as 300ms, got \"-2s\""},
    {"node<x", 4, "want = or != after node, got \"<\""},
    {"tag:", 0, "want a key, as in tag:app.fallback_used"},
    {"tag:x>y", 6, "want a number to compare with, got \"y\""},
    {"segment:", 0, "want a name, as in segment:cpu"},
    {"segment:cpu=lots", 12, "want a duration such as 300ms, got \"lots\""},
    {"(status=503", 11, "want \")\", \"and\" or \"or\", got the end"},
    {"status=503)", 10, "want \"and\", \"or\" or the end, got \")\""},
    {"()", 1, "want a test such as status=503 or duration>2s, got \")\""},
    {"not", 3, "want a test such as status=503 or duration>2s, got the end"},
    {"and status=503", 0, "want status, node, op, reason, duration, phase, tag:KEY or segment:NAME, got \"and\""},
    {"status=503 and", 14, "want a test such as status=503 or duration>2s, got the end"},
    {"status=503 status=504", 11, "want \"and\", \"or\" or the end, got \"status\""},
    {"reason='Pool", 7, "want a closing quote"},
};

START_TEST(what_is_wrong_is_said_with_its_place)
{
    struct where_error error = {0};
    struct where *where = where_parse(errors[_i].text, &error);
    ck_assert_msg(where == NULL, "%s", errors[_i].text);
    ck_assert_str_eq(error.rule, errors[_i].rule);
    ck_assert_uint_eq(error.at, errors[_i].at);
}
END_TEST

/* `count` times `part`, then `rest`. */
static char *repeated(const char *part, size_t count, const char *rest)
{
    char *text = sim_xcalloc(count * strlen(part) + strlen(rest) + 1, 1);
    for (size_t i = 0; i < count; i++)
        strcat(text, part);
    return strcat(text, rest);
}

START_TEST(what_is_too_long_or_too_deep_is_refused)
{
    static const struct {
        const char *part;
        size_t count;
        const char *rest, *rule;
    } cases[] = {{"(", 100000, "", "want at most 50 brackets"},
                 {"not ", 100000, "status=1", "want at most 50 brackets"},
                 {"node=a and ", 1000, "node=b", "want at most 200 tests"},
                 {"a", 1000, "=b", "want words of at most 127 bytes"},
                 {"<", 1000, "=b", "want a test"}};
    for (size_t i = 0; i < SIM_COUNT_OF(cases); i++) {
        struct where_error error = {0};
        char *text = repeated(cases[i].part, cases[i].count, cases[i].rest);
        ck_assert_ptr_null(where_parse(text, &error));
        ck_assert_msg(strncmp(error.rule, cases[i].rule, strlen(cases[i].rule)) == 0, "%s", error.rule);
        free(text);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("where");
    TCase *tests = tcase_create("where");
    tcase_add_loop_test(tests, a_test_says_that_some_span_of_the_trace_is_so, 0, SIM_COUNT_OF(meanings));
    tcase_add_test(tests, a_trace_is_in_no_phase_before_it_has_settled);
    tcase_add_loop_test(tests, what_is_wrong_is_said_with_its_place, 0, SIM_COUNT_OF(errors));
    tcase_add_test(tests, what_is_too_long_or_too_deep_is_refused);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
