/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The score card, in a world whose outcome is known: one user who asks, waits for the answer, and thinks for half a second.
 * An answer takes 500 ms, from 20 s to 40 s a second: 20 answers in `steady`, 20 x 2/3 in `slow`. */
#include "reports/hypothesis.h"
#include "tests/worlds.h"

#include <math.h>

static const char world_text[] =
    "{'title': 'the secret title', 'run': {'until': '60s'},"
    "'nodes': {'c': {'type': 'clients', 'to': 's', 'load': 'closed', 'population': 1, 'think_time': '500ms'},"
    "'s': {'type': 'catalogue', 'cache': 'r', 'database': 'd', 'parse_cpu': '500ms'},"
    "'r': {'type': 'cache', 'get_latency': '0s', 'set_latency': '0s'}, 'd': {'type': 'database', 'latency': '0s'},"
    "'idle': {'type': 'database', 'latency': '0s'}},"
    "'faults': {'secret-fault': {'node': 's', 'at': '20s', 'until': '40s', 'set': {'parse_cpu': '1s'}}},"
    "'phases': {'steady': {'from': '0s', 'to': '20s'}, 'slow': {'from': '20s', 'to': '40s', 'settle': '2s'},"
    "'after': {'from': '40s', 'to': '60s', 'settle': '2s'}},"
    "'panel': {'p95': {'reading': 's.latency.p95', 'title': 'P95'}, 'asked': {'reading': 'c.requests'},"
    "'errors': {'reading': 's.error_rate'}, 'refused': {'reading': 's.refused'}}}";

struct bench {
    struct world world;
    struct cell_options options;
    struct hypothesis hypothesis;
};

static void set_up(struct bench *bench, const char *text)
{
    bench->world = world_make(text, NULL);
    cell_options_init(&bench->options);
    bench->hypothesis =
        (struct hypothesis){.argument = "world.json", .options = &bench->options, .replications = 1, .jobs = 1};
    ck_assert(hypothesis_init(&bench->hypothesis, bench->world.cell));
}

static void tear_down(struct bench *bench)
{
    hypothesis_fini(&bench->hypothesis);
    cell_options_fini(&bench->options);
    world_end(&bench->world);
}

static void say(struct bench *bench, const char *text)
{
    struct sentence_error error;
    ck_assert_msg(hypothesis_add(&bench->hypothesis, text, &error), "%s: %s", text, error.error.rule);
}

static const cJSON *at(const cJSON *tree, const char *pointer)
{
    const cJSON *found = json_find(tree, pointer);
    ck_assert_msg(found != NULL, "no %s", pointer);
    return found;
}

START_TEST(a_prediction_is_right_or_off_by_what_it_is_off)
{
    static const struct {
        const char *say;
        bool right;
        double off_by;
    } cases[] = {
        {"p95 = 1s +- 1%", true, 0},
        {"p95 = 2s +- 10%", false, -1},
        {"p95 = 500ms", false, 0.5},
        {"p95 != 500ms", true, 0},
        {"p95 != 1s", false, 0},
        {"p95 < 1s", false, 0},
        {"p95 <= 1s", true, 0},
        {"p95 < 800ms", false, 0.2},
        {"p95 > 1s", false, 0},
        {"p95 >= 1s", true, 0},
        {"p95 > 1200ms", false, -0.2},
        {"p95 in 900ms..1100ms", true, 0},
        {"p95 in 600ms..700ms", false, 0.3},
        {"p95 in 1500ms..1700ms", false, -0.5},
        {"p95 rises", true, 0},
        {"p95 falls", false, 0.525},
        {"p95 unchanged", false, 0.475},
        {"p95 doubles", true, 0},
        {"p95 +100%", true, 0},
        {"p95 3x", false, -0.5},
        {"p95 halves", false, 0.75},
        {"p95 rises by 500ms", true, 0},
        {"p95 falls by 100ms", false, 0.6},
        {"p95 unchanged during after", true, 0},
        {"p95 = 500ms during steady", true, 0},
        {"errors unchanged", true, 0},
        {"errors = 0", true, 0},
        {"errors doubles", false, NAN}, /* no multiple of nothing */
        {"refused unchanged", true, 0},
    };
    struct bench bench;
    set_up(&bench, world_text);
    for (size_t i = 0; i < SIM_COUNT_OF(cases); i++)
        say(&bench, cases[i].say);
    ck_assert_int_eq(hypothesis_run(&bench.hypothesis), 0);
    cJSON *tree = hypothesis_tree(&bench.hypothesis);
    size_t right = 0;
    for (size_t i = 0; i < SIM_COUNT_OF(cases); i++) {
        const cJSON *entry = cJSON_GetArrayItem(at(tree, "/predictions"), (int)i);
        const cJSON *off = at(entry, "/off_by");
        right += cases[i].right;
        ck_assert_str_eq(at(entry, "/say")->valuestring, cases[i].say);
        ck_assert_msg(cJSON_IsTrue(at(entry, "/right")) == cases[i].right, "%s", cases[i].say);
        ck_assert_msg(cJSON_IsNull(at(entry, "/why")) == cases[i].right, "%s", cases[i].say);
        if (cases[i].right || isnan(cases[i].off_by))
            ck_assert_msg(cJSON_IsNull(off), "%s", cases[i].say);
        else /* histograms are right to 0.4 % */
            ck_assert_msg(cJSON_IsNumber(off) && fabs(off->valuedouble - cases[i].off_by) < 0.008, "%s: %g",
                          cases[i].say, off->valuedouble);
    }
    ck_assert(fabs(at(tree, "/score")->valuedouble - (double)right / (double)SIM_COUNT_OF(cases)) < 1e-12);
    cJSON_Delete(tree);
    tear_down(&bench);
}
END_TEST

START_TEST(a_count_is_compared_by_its_pace_so_that_a_longer_phase_is_no_rise)
{
    struct bench bench;
    set_up(&bench, world_text);
    say(&bench, "asked falls");
    say(&bench, "asked unchanged during after");
    ck_assert_int_eq(hypothesis_run(&bench.hypothesis), 0);
    cJSON *tree = hypothesis_tree(&bench.hypothesis);
    /* Of the 20 s of steady 18 s are as long as the measured part of the others. */
    ck_assert(fabs(at(tree, "/predictions/1/steady")->valuedouble - 18) < 1.1);
    ck_assert(cJSON_IsTrue(at(tree, "/predictions/0/right")));
    ck_assert(cJSON_IsTrue(at(tree, "/predictions/1/right")));
    cJSON_Delete(tree);
    tear_down(&bench);
}
END_TEST

START_TEST(nothing_that_has_no_data_is_right)
{
    struct bench bench;
    set_up(&bench, world_text);
    say(&bench, "idle.latency.p95 < 100s");
    say(&bench, "idle.latency.p95 unchanged");
    ck_assert_int_eq(hypothesis_run(&bench.hypothesis), 0);
    cJSON *tree = hypothesis_tree(&bench.hypothesis);
    ck_assert(cJSON_IsNull(at(tree, "/predictions/0/happened")));
    ck_assert(cJSON_IsNull(at(tree, "/predictions/0/off_by")));
    ck_assert(cJSON_IsFalse(at(tree, "/predictions/0/right")));
    ck_assert(cJSON_IsFalse(at(tree, "/predictions/1/right")));
    cJSON_Delete(tree);
    tear_down(&bench);
}
END_TEST

START_TEST(the_phase_is_the_first_with_a_fault_and_steady_the_last_before_without)
{
    static const struct {
        const char *faults, *script;
        uint32_t phase, steady;
    } cases[] = {
        {"'x': {'node': 's', 'at': '20s', 'until': '40s', 'set': {'failure_rate': 0.1}}", "", 2, 1},
        {"'x': {'node': 's', 'at': '20s', 'until': 'none', 'set': {'failure_rate': 0.1}}", "", 2, 1},
        {"'x': {'node': 's', 'at': '10s', 'until': '20s', 'set': {'failure_rate': 0.1}}", "", 1, 0},
        {"'x': {'node': 's', 'at': '31s', 'do': 'kill'}", "", 3, 2},
        {"'x': {'node': 's', 'at': '5s', 'until': '6s', 'set': {'failure_rate': 0.1}}", "", 0, 0},
        {"", "", 3, 2},
        {"", "{'at': 12, 'request': 'POST /chaos/configure?db_latency=1'}, {'at': 15, 'request': 'POST /chaos/reset'}",
         1, 0},
        {"", "{'at': 25, 'request': 'POST /chaos/clear_cache'}", 2, 1},
        {"", "{'at': 25, 'request': 'POST /chaos/reset'}, {'at': 12, 'request': 'GET /products/1'}", 3, 2},
        {"", "{'at': 12, 'request': 'POST /chaos/configure'}", 3, 2},
    };
    for (size_t i = 0; i < SIM_COUNT_OF(cases); i++) {
        char text[2000];
        struct bench bench;
        (void)snprintf(text, sizeof text,
                       "{'run': {'until': '40s'}, 'nodes': {'u': {'type': 'script', 'to': 's'},"
                       "'s': {'type': 'catalogue', 'cache': 'r', 'database': 'd'}, 'r': {'type': 'cache'},"
                       "'d': {'type': 'database', 'latency': '1ms'}}, 'faults': {%s}, 'script': [{'at': 1, 'request': "
                       "'GET /health'}%s%s],"
                       "'phases': {'a': {'from': '0s', 'to': '10s'}, 'b': {'from': '10s', 'to': '20s'},"
                       "'c': {'from': '20s', 'to': '30s'}, 'e': {'from': '30s', 'to': '40s'}}}",
                       cases[i].faults, cases[i].script[0] == '\0' ? "" : ", ", cases[i].script);
        set_up(&bench, text);
        ck_assert_msg(bench.hypothesis.phase == cases[i].phase && bench.hypothesis.steady == cases[i].steady,
                      "case %zu: %u beside %u", i, bench.hypothesis.phase, bench.hypothesis.steady);
        tear_down(&bench);
    }
}
END_TEST

START_TEST(what_has_no_steady_phase_cannot_be_compared_with_it)
{
    struct bench bench;
    struct sentence_error error;
    set_up(&bench, world_text);
    ck_assert(!hypothesis_add(&bench.hypothesis, "p95 rises during steady", &error));
    ck_assert_str_eq(error.error.value, "steady");
    ck_assert(hypothesis_add(&bench.hypothesis, "p95 < 2s during steady", &error));
    ck_assert(hypothesis_add(&bench.hypothesis, "blast radius: s", &error));
    ck_assert(!hypothesis_add(&bench.hypothesis, "blast radius: r", &error));
    tear_down(&bench);
}
END_TEST

START_TEST(the_blast_radius_is_who_left_the_steady_band_beside_who_was_named)
{
    struct bench bench;
    set_up(&bench, world_text);
    say(&bench, "blast radius: s, r");
    ck_assert_int_eq(hypothesis_run(&bench.hypothesis), 0);
    cJSON *tree = hypothesis_tree(&bench.hypothesis);
    const cJSON *entry = at(tree, "/predictions/0");
    ck_assert_int_eq(cJSON_GetArraySize(at(entry, "/predicted")), 2);
    ck_assert_int_eq(cJSON_GetArraySize(at(entry, "/happened")), 1);
    ck_assert_str_eq(at(entry, "/happened/0")->valuestring, "s");
    ck_assert(at(entry, "/off_by")->valuedouble > 0.5 && at(entry, "/off_by")->valuedouble < 1.5);
    ck_assert_int_eq(cJSON_GetArraySize(at(tree, "/blast/nodes")), 4); /* clients are nobody's */
    cJSON_Delete(tree);
    tear_down(&bench);
}
END_TEST

START_TEST(a_hidden_card_holds_no_name_no_fault_and_no_outcome)
{
    struct bench bench;
    set_up(&bench, world_text);
    say(&bench, "p95 = 3s");
    say(&bench, "blast radius: s");
    ck_assert_int_eq(hypothesis_run(&bench.hypothesis), 0);
    cJSON *tree = hypothesis_tree(&bench.hypothesis);
    cJSON *hidden = hypothesis_hide(tree);
    char *text = cJSON_Print(hidden);
    char *whole = cJSON_Print(tree);
    char *printed = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&printed, &size);
    hypothesis_print(out, hidden);
    (void)fclose(out);
    static const char *const secrets[] = {"secret", "world", "parse_cpu", "simex trace"};
    for (size_t i = 0; i < SIM_COUNT_OF(secrets); i++) {
        ck_assert_msg(strstr(text, secrets[i]) == NULL, "%s in %s", secrets[i], text);
        ck_assert_msg(strstr(printed, secrets[i]) == NULL, "%s in %s", secrets[i], printed);
        ck_assert_msg(strstr(whole, secrets[i]) != NULL, "%s", secrets[i]);
    }
    ck_assert(cJSON_IsNull(at(hidden, "/predictions/0/happened")));
    ck_assert(cJSON_IsNull(at(hidden, "/predictions/0/right")));
    ck_assert(cJSON_IsNull(at(hidden, "/predictions/1/happened")));
    ck_assert(cJSON_IsNull(at(hidden, "/score")));
    ck_assert_ptr_nonnull(strstr(printed, "P95")); /* what is known before is shown */
    free(text);
    free(whole);
    free(printed);
    cJSON_Delete(hidden);
    cJSON_Delete(tree);
    tear_down(&bench);
}
END_TEST

START_TEST(a_miss_leads_to_the_question_about_its_key_and_phase)
{
    static const char questions[] = ", 'questions': {'q1': {'ask': 'Elsewhere?', 'phase': 'after', 'key': 'p95', "
                                    "'sentences': [{'say': 'It is {p95}.', 'when': 'p95 > 0s'}]},"
                                    "'q2': {'ask': 'Why so slow?', 'phase': 'slow', 'key': 'p95', 'sentences': "
                                    "[{'say': 'It is {p95}.', 'when': 'p95 > 0s'}]}}}";
    char text[sizeof world_text + sizeof questions];
    struct bench bench;
    (void)snprintf(text, sizeof text, "%.*s%s", (int)strlen(world_text) - 1, world_text, questions);
    set_up(&bench, text);
    say(&bench, "p95 = 3s");
    say(&bench, "errors > 1%");
    ck_assert_int_eq(hypothesis_run(&bench.hypothesis), 0);
    cJSON *tree = hypothesis_tree(&bench.hypothesis);
    ck_assert_str_eq(at(tree, "/predictions/0/why/question")->valuestring, "q2");
    ck_assert_str_eq(at(tree, "/predictions/0/why/ask")->valuestring, "Why so slow?");
    ck_assert_str_eq(at(tree, "/predictions/0/why/commands/0")->valuestring, "simex explain world.json");
    ck_assert_str_eq(at(tree, "/predictions/0/why/commands/1")->valuestring,
                     "simex trace world.json --phase slow --slowest 5");
    ck_assert(cJSON_IsNull(at(tree, "/predictions/1/why/question")));
    ck_assert_str_eq(at(tree, "/predictions/1/why/commands/0")->valuestring,
                     "simex trace world.json --phase slow --where 'status>=500'");
    cJSON_Delete(tree);
    tear_down(&bench);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("hypothesis");
    TCase *cases = tcase_create("all");
    tcase_add_test(cases, a_prediction_is_right_or_off_by_what_it_is_off);
    tcase_add_test(cases, a_count_is_compared_by_its_pace_so_that_a_longer_phase_is_no_rise);
    tcase_add_test(cases, nothing_that_has_no_data_is_right);
    tcase_add_test(cases, the_phase_is_the_first_with_a_fault_and_steady_the_last_before_without);
    tcase_add_test(cases, what_has_no_steady_phase_cannot_be_compared_with_it);
    tcase_add_test(cases, the_blast_radius_is_who_left_the_steady_band_beside_who_was_named);
    tcase_add_test(cases, a_hidden_card_holds_no_name_no_fault_and_no_outcome);
    tcase_add_test(cases, a_miss_leads_to_the_question_about_its_key_and_phase);
    suite_add_tcase(suite, cases);
    return worlds_run(suite);
}
