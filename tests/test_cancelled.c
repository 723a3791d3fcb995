/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a cancelled request must not count: an attempt that was never made, an answer that was never given. */
#include "tests/cells.h"

#include <check.h>

static struct scenario *scenario;

static struct cell *run_text(const char *text)
{
    FILE *out = fopen("cancelled.json", "w");
    ck_assert_ptr_nonnull(out);
    for (; *text != '\0'; text++)
        (void)fputc(*text == '\'' ? '"' : *text, out);
    (void)fclose(out);
    scenario = cells_load("cancelled.json");
    return cells_run(scenario, NULL, 0, 7);
}

/* Of the whole run. */
static double total(struct cell *cell, const char *text)
{
    struct sim_reading reading;
    struct sim_error error;
    ck_assert(sim_reading_find(cell->sim, text, &reading, &error));
    return sim_reading_read(&reading, cell->sim->intervals[0].samples, cell->sim->intervals[0].seen).value;
}

START_TEST(a_request_cancelled_in_its_backoff_makes_no_attempt)
{
    struct cell *cell = run_text("{'extends': 'part1', 'run': {'until': '200s'}, 'phases': null, 'expectations': null,"
                                 "'faults': {'slow-database': {'at': '60s', 'until': null}},"
                                 "'nodes': {'clients': {'timeout': '1s'}, 'gateway': {'on_abandon': 'cancel'},"
                                 "'sre-lab': {'on_abandon': 'cancel'}, 'postgres': {'on_abandon': 'cancel'}}}");
    ck_assert_double_gt(total(cell, "gateway.abandoned"), 1000);
    ck_assert_double_eq(total(cell, "gateway.attempts"), total(cell, "gateway.sent"));
    ck_assert_double_gt(total(cell, "gateway.retry.retries"), 1000);
    cell_destroy(cell);
    scenario_destroy(scenario);
}
END_TEST

START_TEST(a_cancelled_request_is_no_answer_from_anywhere)
{
    struct cell *cell = run_text("{'extends': 'sre-lab', 'run': {'until': '120s'}, 'phases': null,"
                                 "'links': {'edge': {'delay': '10us'}},"
                                 "'nodes': {'redis': {'ttl': '10s'}, 'gateway': {'on_abandon': 'cancel'},"
                                 "'sre-lab': {'on_abandon': 'cancel', 'single_flight': true},"
                                 "'clients': {'timeout': '5ms'}}}");
    double answers =
        total(cell, "sre-lab.from_cache") + total(cell, "sre-lab.from_database") + total(cell, "sre-lab.from_shared");
    ck_assert_double_gt(total(cell, "sre-lab.abandoned"), 100);
    ck_assert_double_eq(answers, total(cell, "sre-lab.ok"));
    cell_destroy(cell);
    scenario_destroy(scenario);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("cancelled");
    TCase *cases = tcase_create("counting");
    tcase_add_test(cases, a_request_cancelled_in_its_backoff_makes_no_attempt);
    tcase_add_test(cases, a_cancelled_request_is_no_answer_from_anywhere);
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
