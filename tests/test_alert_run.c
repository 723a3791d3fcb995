/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of how promtool's answers are read and what is made of them. That promtool really answers so is for
 * test_alerts.sh. */
#include "reports/alert_run.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#define HEAD "Unit Testing:  test.yml\n  FAILED:\n"
#define AT(n, time, got) "    expr: \"ALERTS # " n "\", time: " time ",\n        exp: nil\n        got: " got "\n"
#define IS(name, state) "{__name__=\"ALERTS\", alertname=\"" name "\", alertstate=\"" state "\"} 1E+00"

static char faults_what[] = "postgres.added_latency = 3s";

/* A run of 150 s with the fault `slow` from 40 s to 80 s; rules A and B, evaluated every 10 s. */
static struct record_fault faults[] = {{"slow", faults_what, 40 * SIM_S, 80 * SIM_S}};
static struct alert items[] = {{.name = "A", .expr = "a", .hold = 20 * SIM_S}, {.name = "B", .expr = "b"}};
static const struct record record = {.until = 150 * SIM_S, .window = SIM_S, .faults = faults, .fault_count = 1};
static const struct alert_rules rules = {.items = items, .count = 2};

static const struct answer_case {
    const char *what, *said;
    const char *a,
        *b; /* stretches of both: "pending:from:to", in s, "-" for the end, "!" a false alarm, "~" too late */
    const char *detected; /* "A 10", or "" */
} CASES[] = {
    {"nothing", "Unit Testing:  test.yml\n  SUCCESS\n\n", "", "", ""},
    {"pending, then firing",
     HEAD AT("5", "50s", IS("A", "pending")) AT("6", "1m", IS("A", "pending")) AT("7", "1m10s", IS("A", "firing"))
         AT("8", "1m20s", IS("A", "firing")),
     "50:70:90", "", "A 30"},
    {"only pending", HEAD AT("5", "50s", IS("A", "pending")), "", "", ""},
    {"two alerts at one instant, labels that look like more",
     HEAD AT("5", "50s", IS("B", "firing") ", " IS("A", "pending")) AT(
         "6", "1m",
         "{__name__=\"ALERTS\", alertname=\"A\", alertstate=\"pending\", note=\"}, \\\" alertname=\\\"B\\\"\"} 1E+00"),
     "", "50:50:60", "B 10"},
    {"to the end", HEAD AT("15", "2m30s", IS("B", "firing")), "", "150:150:-~", ""},
    {"before the fault, and after it", HEAD AT("1", "10s", IS("B", "firing")) AT("12", "2m", IS("B", "firing")), "",
     "10:10:20!,120:120:130~", ""},
    {"an instance that fires beside one that is pending",
     HEAD AT("6", "1m", IS("A", "pending") ", " IS("A", "firing") ", " IS("A", "pending")), "60:60:70", "", "A 20"},
    {"twice, and the first counts", HEAD AT("6", "1m", IS("B", "firing")) AT("8", "1m20s", IS("B", "firing")), "",
     "60:60:70,80:80:90", "B 20"},
};

static void describe(char *text, size_t size, const struct alert_result *result)
{
    size_t used = 0;
    text[0] = '\0';
    for (size_t i = 0; i < result->count; i++) {
        const struct alert_stretch *stretch = &result->stretches[i];
        char to[16] = "-";
        if (stretch->to != SIM_NEVER)
            (void)snprintf(to, sizeof to, "%d", (int)(stretch->to / SIM_S));
        used += (size_t)snprintf(text + used, size - used, "%s%d:%d:%s%s", i > 0 ? "," : "",
                                 (int)(stretch->pending / SIM_S), (int)(stretch->from / SIM_S), to,
                                 stretch->fault == NULL ? "!"
                                 : stretch->in_time     ? ""
                                                        : "~");
    }
}

START_TEST(answers_become_stretches_and_detections)
{
    const struct answer_case *c = &CASES[_i];
    struct alert_run run;
    const char *complaint = NULL;
    char text[200];
    ck_assert_msg(alert_run_init(&run, &record, &rules, 10 * SIM_S, c->said, &complaint), "%s: %s", c->what, complaint);
    describe(text, sizeof text, &run.results[0]);
    ck_assert_msg(strcmp(text, c->a) == 0, "%s: A is %s", c->what, text);
    describe(text, sizeof text, &run.results[1]);
    ck_assert_msg(strcmp(text, c->b) == 0, "%s: B is %s", c->what, text);
    text[0] = '\0';
    if (run.detected[0].rule != NULL)
        (void)snprintf(text, sizeof text, "%s %d", run.detected[0].rule->name, (int)(run.detected[0].after / SIM_S));
    ck_assert_msg(strcmp(text, c->detected) == 0, "%s: detected %s", c->what, text);
    alert_run_fini(&run);
}
END_TEST

/* What is no answer is not passed over in silence. */
static const char *const COMPLAINTS[] = {
    HEAD "    rule: B, time: 15s, err: found duplicate series for the match group\n",
    HEAD AT("5", "50s", IS("A", "pending")) "    rule: B, time: 1m, err: many-to-many matching not allowed\n",
    "Unit Testing:  test.yml\n  FAILED:\nerror: yaml: line 3: did not find expected key\n",
    HEAD AT("16", "2m40s", IS("A", "firing")), /* an evaluation that there is not */
    "panic: runtime error\n",
};

START_TEST(a_complaint_is_no_answer)
{
    struct alert_run run;
    const char *complaint = NULL;
    ck_assert(!alert_run_init(&run, &record, &rules, 10 * SIM_S, COMPLAINTS[_i], &complaint));
    ck_assert_ptr_nonnull(complaint);
    alert_run_fini(&run);
}
END_TEST

START_TEST(cut_or_garbled_answers_do_no_harm)
{
    static const char whole[] = HEAD AT("5", "50s", IS("A", "firing") ", " IS("B", "pending"));
    for (size_t length = 0; length < sizeof whole; length++) {
        char *cut = strndup(whole, length);
        struct alert_run run;
        const char *complaint = NULL;
        (void)alert_run_init(&run, &record, &rules, 10 * SIM_S, cut, &complaint);
        alert_run_fini(&run);
        free(cut);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("alert_run");
    TCase *tests = tcase_create("alert_run");
    tcase_add_loop_test(tests, answers_become_stretches_and_detections, 0, SIM_COUNT_OF(CASES));
    tcase_add_loop_test(tests, a_complaint_is_no_answer, 0, SIM_COUNT_OF(COMPLAINTS));
    tcase_add_test(tests, cut_or_garbled_answers_do_no_harm);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
