/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of what counts as the beginning and the end of a fault when alerts are judged. */
#include "reports/alert_run.h"

#include <check.h>
#include <stdlib.h>

static char what[] = "postgres.added_latency = 3s";
static struct record_fault faults_of_file[] = {{"slow", what, 40 * SIM_S, 80 * SIM_S}};

#define ASK(at, request) "{\"at_s\": " at ", \"request\": \"" request "\"}"

static const struct fault_case {
    const char *requests; /* NULL: no script */
    uint32_t of_file;
    const char *want; /* "name@from..to", in s; "-" for the end */
} CASES[] = {
    {NULL, 0, ""},
    {NULL, 1, "slow@40..80"},
    {"", 1, "slow@40..80"},
    {ASK("1", "GET /products/1") "," ASK("2", "POST /chaos/clear_cache"), 0, ""},
    {ASK("1", "POST /chaos/configure?db_latency=10.0"), 0, "configure?db_latency=10.0@1..-"},
    {ASK("1", "POST /chaos/configure?db_latency=10.0") "," ASK("9", "POST /chaos/reset"), 0,
     "configure?db_latency=10.0@1..9"},
    {ASK("1", "POST /chaos/configure?cpu_stress=true") "," ASK("5", "POST /chaos/configure?db_latency=1"), 0,
     "configure?cpu_stress=true@1..5 configure?db_latency=1@5..-"},
    {ASK("1", "POST /chaos/configure?cpu_stress=true") "," ASK("5", "POST /chaos/configure"), 0,
     "configure?cpu_stress=true@1..5"},
    {ASK("3", "POST /chaos/leak?items=9") "," ASK("4", "POST /chaos/leak") "," ASK("5", "POST /chaos/reset"), 0,
     "leak?items=9@3..-"},
    {ASK("0.5", "POST /chaos/reset") "," ASK("1", "POST /chaos/configure?db_latency=10.0"), 1,
     "slow@40..80 configure?db_latency=10.0@1..-"},
};

START_TEST(a_script_that_turns_knobs_begins_and_ends_faults)
{
    const struct fault_case *c = &CASES[_i];
    char responses[600], got[300] = "";
    size_t used = 0;
    struct alert_faults faults;
    (void)snprintf(responses, sizeof responses, "{\"responses\": [%s]}", c->requests == NULL ? "" : c->requests);
    const struct record record = {
        .faults = faults_of_file, .fault_count = c->of_file, .responses = c->requests == NULL ? NULL : responses};
    alert_faults_init(&faults, &record);
    for (size_t i = 0; i < faults.count; i++) {
        const struct record_fault *fault = &faults.items[i];
        char to[24] = "-";
        if (fault->until != SIM_NEVER)
            (void)snprintf(to, sizeof to, "%g", sim_ns_to_s(fault->until));
        used += (size_t)snprintf(got + used, sizeof got - used, "%s%s@%g..%s", i > 0 ? " " : "", fault->name,
                                 sim_ns_to_s(fault->at), to);
    }
    ck_assert_str_eq(got, c->want);
    alert_faults_fini(&faults);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("alert_faults");
    TCase *cases = tcase_create("faults");
    tcase_add_loop_test(cases, a_script_that_turns_knobs_begins_and_ends_faults, 0, (int)SIM_COUNT_OF(CASES));
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
