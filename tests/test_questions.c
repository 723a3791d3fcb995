/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Questions: which sentences are said. The claims are about a small world whose readings are known in kind (slow in one
 * phase, a change that changes nothing, a node that nobody calls). What is wrong with questions: bad_scenarios/. */
#include "reports/command.h"
#include "reports/explain.h"
#include "tests/cells.h"

#include <check.h>
#include <math.h>
#include <unistd.h>

static const char world[] =
    "\"run\": {\"until\": \"60s\"}, \"nodes\": {\n"
    "  \"clients\": {\"type\": \"clients\", \"to\": \"gateway\", \"rate\": \"20/s\"},\n"
    "  \"gateway\": {\"type\": \"gateway\", \"to\": \"service\", \"timeout\": \"2s\"},\n"
    "  \"service\": {\"type\": \"catalogue\", \"pool\": \"pool\", \"database\": \"postgres\"},\n"
    "  \"pool\": {\"type\": \"pool\", \"size\": 200},\n"
    "  \"spare\": {\"type\": \"database\"},\n"
    "  \"postgres\": {\"type\": \"database\", \"latency\": \"40ms\"}},\n"
    "\"faults\": {\"slow\": {\"node\": \"postgres\", \"at\": \"30s\", \"set\": {\"added_latency\": \"1s\"}}},\n"
    "\"phases\": {\"steady\": {\"from\": \"5s\", \"to\": \"30s\"},\n"
    "            \"chaos\": {\"from\": \"30s\", \"to\": \"60s\", \"settle\": \"5s\"}},\n"
    "\"panel\": {\"p95\": {\"reading\": \"gateway.latency.p95\"}, \"errors\": {\"reading\": \"gateway.error_rate\"},\n"
    "           \"rate\": {\"reading\": \"gateway.ended.rate\"}},\n"
    "\"evidence\": {\"idle\": {\"reading\": \"spare.latency.p95\"}, \"queries\": {\"reading\": \"postgres.ended\"}}";

static const char changes[] = "{\"same\": {\"set\": {\"pool.size\": 200}},\n"
                              " \"fast\": {\"set\": {\"faults.slow.added_latency\": \"0s\"}},\n"
                              " \"early\": {\"set\": {\"gateway.timeout\": \"500ms\"}}}";

struct asked {
    char path[64];
    struct scenario *scenario;
    struct explanation explanation;
};

/* Writes a scenario with the one question "q" of these sentences (JSON). */
static void write_world(char path[64], const char *sentences, const char *extra)
{
    (void)snprintf(path, 64, "test_questions_%ld.json", (long)getpid());
    FILE *out = fopen(path, "w");
    ck_assert(out != NULL);
    (void)fprintf(out,
                  "{%s%s, \"questions\": {\"q\": {\"ask\": \"Why?\", \"phase\": \"chaos\", \"key\": \"p95\",\n"
                  "\"what_if\": %s, \"sentences\": %s}}}\n",
                  world, extra, changes, sentences);
    ck_assert_int_eq(fclose(out), 0);
}

static void ask(struct asked *asked, const char *sentences, size_t replications)
{
    write_world(asked->path, sentences, "");
    asked->scenario = cells_load(asked->path);
    asked->explanation = (struct explanation){.scenario = asked->scenario, .replications = replications, .seed = 1};
    ck_assert_int_eq(explain_run(&asked->explanation), EXIT_FINE);
}

static void asked_fini(struct asked *asked)
{
    explain_fini(&asked->explanation);
    scenario_destroy(asked->scenario);
    ck_assert_int_eq(unlink(asked->path), 0);
}

/* ---- claims ---- */

static const struct {
    const char *say, *when;
    bool said;
} claims[] = {
    {"{p95}", "p95 > steady.p95", true},
    {"{p95}", "p95 < steady.p95", false},
    {"{p95}", "steady.p95 < p95", true},
    {"{p95}", "p95 > 1s", true},
    {"{p95}", "p95 > 1.2s", false},
    {"{p95}", "p95 >= 1.2s", false},
    {"{p95}", "p95 <= 1.2s", true},
    {"{p95}", "p95 = 1.04s +- 1%", true},
    {"{p95}", "p95 = 1.1s +- 1%", false},
    {"{p95}", "steady.p95 < 10% of p95", true},
    {"{p95}", "steady.p95 < 1% of p95", false},
    {"{p95}", "p95 > 2000% of steady.p95", true},
    {"{p95}", "p95 < 60% of param.gateway.timeout", true},
    {"{p95}", "p95 > 60% of param.gateway.timeout", false},
    {"{p95}", "p95 = param.faults.slow.added_latency +- 5%", true},
    {"{same.p95}", "same.p95 unchanged", true},
    {"{same.p95}", "same.p95 rises", false},
    {"{same.p95}", "same.p95 falls", false},
    {"{fast.p95}", "fast.p95 falls", true},
    {"{fast.p95}", "fast.p95 rises", false},
    {"{fast.p95}", "fast.p95 unchanged", false},
    {"{fast.p95}", "fast.p95 = steady.p95 +- 5%", true},
    {"{fast.steady.p95}", "fast.steady.p95 unchanged", true},
    {"{early.errors}", "early.errors rises", true},
    {"{early.p95}", "early.p95 = 500ms +- 1%", true},
    {"{early.errors}", "early.errors > errors", true},
    {"{errors}", "errors <= 0", true},
    {"{errors}", "errors > 0", false},
    {"{blame.postgres.query}", "blame.postgres.query > 99%", true},
    {"{blame.postgres}", "blame.postgres <= 100%", true},
    {"{blame.pool.pool_queue}", "blame.pool.pool_queue <= 0", true},
    {"{idle}", "idle > 0s", false},
    {"{idle}", "idle <= 0s", false},
    {"{p95}", "p95 > idle", false},
    {"{rate}", "rate = steady.rate +- 25%", true},
    {"{rate}", "rate > 10/s", true},
};

START_TEST(a_sentence_is_said_when_the_evidence_says_so)
{
    char *sentences = NULL;
    size_t size = 0;
    struct asked asked;
    FILE *out = open_memstream(&sentences, &size);
    for (size_t i = 0; i < SIM_COUNT_OF(claims); i++)
        (void)fprintf(out, "%s{\"say\": \"%s\", \"when\": \"%s\"}", i == 0 ? "[" : ",\n", claims[i].say,
                      claims[i].when);
    (void)fprintf(out, "]");
    ck_assert_int_eq(fclose(out), 0);
    ask(&asked, sentences, _i == 0 ? 1 : 4);
    const struct question *question = &asked.explanation.cell->questions->list[0];
    ck_assert_uint_eq(question->sentence_count, SIM_COUNT_OF(claims));
    for (size_t i = 0; i < SIM_COUNT_OF(claims); i++)
        ck_assert_msg(explain_says(&asked.explanation, question, &question->sentences[i]) == claims[i].said,
                      "%s: want %s", claims[i].when, claims[i].said ? "said" : "not said");
    asked_fini(&asked);
    free(sentences);
}
END_TEST

static void check_answer(const char *sentences, const char *want)
{
    struct asked asked;
    ask(&asked, sentences, 2);
    char *answer = explain_answer(&asked.explanation, &asked.explanation.cell->questions->list[0]);
    ck_assert_str_eq(answer, want);
    free(answer);
    asked_fini(&asked);
}

START_TEST(of_a_choice_the_first_that_holds_is_said)
{
    check_answer(
        "[[{\"say\": \"a {p95}\", \"when\": \"p95 < 1s\"}, {\"say\": \"b {errors}.\", \"when\": \"errors <= 0\"},"
        "  {\"say\": \"c {errors}\", \"when\": \"errors <= 0\"}],"
        " {\"say\": \"The timeout is {param.gateway.timeout}, {errors}.\", \"when\": \"errors <= 0\"}]",
        "b 0.00 %. The timeout is 2s, 0.00 %.");
}
END_TEST

START_TEST(all_of_several_claims_must_hold)
{
    check_answer("[{\"say\": \"a {errors}\", \"when\": [\"errors <= 0\", \"p95 > 1s\"]},"
                 " {\"say\": \"b {errors}\", \"when\": [\"errors <= 0\", \"p95 < 1s\"]}]",
                 "a 0.00 %");
}
END_TEST

START_TEST(a_number_may_stand_without_its_unit_and_one_without_data_is_not_said)
{
    check_answer("[{\"say\": \"{#param.gateway.timeout} {#errors}\", \"when\": \"errors <= 0\"},"
                 " {\"say\": \"{errors} {idle}\", \"when\": \"errors <= 0\"}]",
                 "2s 0.00");
    check_answer("[{\"say\": \"{p95}\", \"when\": \"p95 > 5s\"}]",
                 "None of the causes that this question knows shows in the evidence.");
}
END_TEST

/* ---- scenarios ---- */

static struct cell *build(const char *path, struct scenario **scenario, size_t *errors)
{
    struct json_errors list;
    json_errors_init(&list);
    *scenario = scenario_load(path, &list);
    struct cell *cell = *scenario == NULL ? NULL : cell_build(*scenario, NULL, 0, 1, &list);
    *errors = json_errors_total(&list);
    json_errors_fini(&list);
    return cell;
}

START_TEST(questions_are_no_part_of_the_runs_identity)
{
    char path[64];
    char ids[2][17];
    for (int i = 0; i < 2; i++) {
        struct scenario *scenario = NULL;
        size_t errors = 0;
        write_world(path, i == 0 ? "[]" : "[{\"say\": \"{p95}\", \"when\": \"p95 > 1s\"}]", "");
        struct cell *cell = build(path, &scenario, &errors);
        ck_assert_ptr_nonnull(cell);
        (void)snprintf(ids[i], sizeof ids[i], "%s", cell->id);
        cell_destroy(cell);
        scenario_destroy(scenario);
        ck_assert_int_eq(unlink(path), 0);
    }
    ck_assert_str_eq(ids[0], ids[1]);
}
END_TEST

/* A child of the world, and how many questions and errors it has. */
static const struct {
    const char *child;
    uint32_t questions;
    size_t errors;
} children[] = {
    {"\"title\": \"as it is\"", 1, 0},
    {"\"faults\": null", 1, 0}, /* without the change that is about the fault */
    {"\"panel\": {\"p95\": null}", 0, 0},
    {"\"phases\": {\"chaos\": null}", 0, 0},
    {"\"evidence\": {\"queries\": null}", 1, 0},
    {"\"evidence\": {\"idle\": null}", 0, 0},
    {"\"panel\": {\"queries\": {\"reading\": \"postgres.ended\"}}", 1, 0},
    {"\"questions\": null", 0, 0},
    {"\"questions\": {\"q\": {\"phase\": \"steady\"}}", 1, 0},
    {"\"questions\": {\"r\": {\"ask\": \"?\", \"phase\": \"none\", \"key\": \"p95\", \"sentences\": []}}", 0, 1},
};

START_TEST(a_question_that_is_inherited_and_no_longer_fits_is_left_out)
{
    char path[64], child[80];
    struct scenario *scenario = NULL;
    size_t errors = 0;
    write_world(path, "[{\"say\": \"{idle}\", \"when\": \"idle > 0s\"}]", "");
    (void)snprintf(child, sizeof child, "child_%s", path);
    FILE *out = fopen(child, "w");
    ck_assert(out != NULL);
    (void)fprintf(out, "{\"extends\": \"%s\", %s}\n", path, children[_i].child);
    ck_assert_int_eq(fclose(out), 0);
    struct cell *cell = build(child, &scenario, &errors);
    ck_assert_uint_eq(errors, children[_i].errors);
    ck_assert_int_eq(cell != NULL, children[_i].errors == 0);
    if (cell != NULL)
        ck_assert_uint_eq(cell->questions == NULL ? 0 : cell->questions->count, children[_i].questions);
    cell_destroy(cell);
    scenario_destroy(scenario);
    ck_assert_int_eq(unlink(child), 0);
    ck_assert_int_eq(unlink(path), 0);
}
END_TEST

/* ---- remedies ---- */

START_TEST(remedies_are_ranked_alone_and_in_pairs)
{
    static const char extra[] =
        ", \"remedies\": {\"cure\": {\"set\": {\"faults.slow.added_latency\": \"0s\"}},\n"
        "  \"half\": {\"set\": {\"faults.slow.added_latency\": \"500ms\"}},\n"
        "  \"nothing\": {\"set\": {\"pool.size\": 200}},\n"
        "  \"harm\": {\"set\": {\"links.none.delay\": \"0s\", \"postgres.latency\": \"80ms\"}},\n"
        "  \"one\": {\"set\": {\"gateway.retry.on\": \"ERROR\"}},\n"
        "  \"other\": {\"set\": {\"gateway.retry.on\": [\"TIMEOUT\", \"ERROR\"]}}},\n"
        "\"links\": {\"none\": {\"from\": \"gateway\", \"to\": \"spare\"}}";
    char path[64];
    write_world(path, "[], \"rank\": {\"steady\": \"steady\", \"weights\": {\"p95\": 1, \"errors\": 5}}", extra);
    struct scenario *scenario = cells_load(path);
    struct explanation explanation = {.scenario = scenario, .replications = 2, .seed = 1};
    ck_assert_int_eq(explain_run(&explanation), EXIT_FINE);
    ck_assert_uint_eq(explanation.excluded, 1); /* cure and half set one param */
    ck_assert_uint_eq(explanation.remedy_count, 6 + 15 - 1);
    const struct explain_remedy *best = remedies_at(&explanation, false, 1);
    const struct explain_remedy *second = remedies_at(&explanation, false, 2);
    const struct explain_remedy *last = remedies_at(&explanation, false, 6);
    ck_assert_str_eq(best->first->id, "cure"); /* errors do not count: the fault makes none */
    ck_assert_double_eq_tol(best->score, 1, 0.01);
    ck_assert_uint_eq(best->place, 1);
    ck_assert_str_eq(second->first->id, "half");
    ck_assert_double_eq_tol(second->score, 0.5, 0.01);
    ck_assert_str_eq(last->first->id, "harm");
    ck_assert_double_eq_tol(last->harm, 1, 0.05); /* P95 of the steady phase doubles */
    const struct explain_remedy *pair = remedies_at(&explanation, true, 1);
    ck_assert_double_eq_tol(pair->score, 0.98, 0.01); /* no better, and one more to do */
    for (size_t i = 0; i < explanation.remedy_count; i++) {
        if (explanation.remedies[i].second == NULL || strcmp(explanation.remedies[i].first->id, "one") != 0)
            continue;
        const struct variant *both = &explanation.variants[explanation.remedies[i].variant];
        ck_assert_str_eq(both->overrides[0].value, "ERROR,TIMEOUT"); /* sets are united */
    }
    const struct change *backlog[3];
    ck_assert_uint_eq(remedies_backlog(&explanation, backlog), 3);
    ck_assert_str_eq(backlog[0]->id, "cure");
    ck_assert_str_eq(backlog[2]->id, "half");
    explain_fini(&explanation);
    scenario_destroy(scenario);
    ck_assert_int_eq(unlink(path), 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("questions");
    TCase *tests = tcase_create("questions");
    tcase_set_timeout(tests, 60);
    tcase_add_loop_test(tests, a_sentence_is_said_when_the_evidence_says_so, 0, 2);
    tcase_add_test(tests, of_a_choice_the_first_that_holds_is_said);
    tcase_add_test(tests, all_of_several_claims_must_hold);
    tcase_add_test(tests, a_number_may_stand_without_its_unit_and_one_without_data_is_not_said);
    tcase_add_test(tests, questions_are_no_part_of_the_runs_identity);
    tcase_add_loop_test(tests, a_question_that_is_inherited_and_no_longer_fits_is_left_out, 0, SIM_COUNT_OF(children));
    tcase_add_test(tests, remedies_are_ranked_alone_and_in_pairs);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
