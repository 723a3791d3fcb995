/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The recorded answers of the real sre-lab service (recorded/sre-lab.json), met by the scenario sre-lab-original: every
 * look-up in order with status, source, reason, duration to the nanosecond, spans and tags; every transition of the
 * breaker; the totals of every metric point that the service sent. */
#include "tests/worlds.h"

#include "reports/responses_json.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static cJSON *read_recordings(void)
{
    char path[500];
    (void)snprintf(path, sizeof path, "%s/tests/recorded/sre-lab.json", getenv("SIMEX_SOURCE"));
    struct json_errors errors;
    json_errors_init(&errors);
    struct json_doc *doc = json_read(path, &errors);
    ck_assert_msg(doc != NULL, "%s cannot be read", path);
    cJSON *tree = cJSON_Duplicate(doc->root, true);
    json_destroy(doc);
    json_errors_fini(&errors);
    return tree;
}

/* Runs the scenario with a case's script; what its requests came to. */
static cJSON *replay(const cJSON *script)
{
    struct json_errors errors;
    json_errors_init(&errors);
    char *path = scenario_find_shipped("sre-lab-original");
    ck_assert_ptr_nonnull(path);
    struct scenario *scenario = scenario_load(path, &errors);
    ck_assert_ptr_nonnull(scenario);
    (void)cJSON_ReplaceItemInObjectCaseSensitive(scenario->tree, "script", cJSON_Duplicate(script, true));
    struct cell *cell = cell_build(scenario, NULL, 0, 1, &errors);
    ck_assert_ptr_nonnull(cell);
    ck_assert(cell_run(cell, NULL, NULL));
    cJSON *tree = responses_tree(cell->responses);
    cell_destroy(cell);
    scenario_destroy(scenario);
    json_errors_fini(&errors);
    free(path);
    return tree;
}

static const cJSON *get(const cJSON *object, const char *key)
{
    return cJSON_GetObjectItemCaseSensitive(object, key);
}

static long long ns(const cJSON *object, const char *key)
{
    const cJSON *member = get(object, key);
    return cJSON_IsNumber(member) ? llrint(member->valuedouble * 1e9) : -1;
}

static bool same(const cJSON *a, const cJSON *b)
{
    return cJSON_Compare(a, b, true);
}

static bool same_spans(const cJSON *want, const cJSON *got)
{
    const int count = cJSON_GetArraySize(want);
    if (cJSON_GetArraySize(got) != count)
        return false;
    for (int i = 0; i < count; i++) {
        const cJSON *w = cJSON_GetArrayItem(want, i), *g = cJSON_GetArrayItem(got, i);
        if (!same(get(w, "name"), get(g, "name")) || ns(w, "start") != ns(g, "start_s") ||
            ns(w, "dur") != ns(g, "duration_s") || !same(get(w, "error"), get(g, "error")) ||
            !same(get(w, "tags"), get(g, "tags")))
            return false;
    }
    return true;
}

static bool same_answer(const cJSON *want, const cJSON *got)
{
    return ns(want, "at") == ns(got, "at_s") && ns(want, "duration") == ns(got, "duration_s") &&
           same(get(want, "request"), get(got, "request")) && same(get(want, "in_bulk"), get(got, "in_bulk")) &&
           same(get(want, "status"), get(got, "status")) && same(get(want, "source"), get(got, "source")) &&
           same(get(want, "detail"), get(got, "reason")) && same_spans(get(want, "spans"), get(got, "spans"));
}

/* The recordings hold the look-ups only. */
static const cJSON *next_lookup(const cJSON *entry)
{
    static const char product[] = "GET /products/", bulk[] = "GET /products/bulk";
    for (; entry != NULL; entry = entry->next) {
        const char *request = get(entry, "request")->valuestring;
        if (strncmp(request, product, strlen(product)) == 0 && strncmp(request, bulk, strlen(bulk)) != 0)
            return entry;
    }
    return NULL;
}

static int check_answers(const char *name, const cJSON *want, const cJSON *got)
{
    int count = 0;
    const cJSON *g = next_lookup(got->child);
    for (const cJSON *w = want->child; w != NULL; w = w->next, count++) {
        char *text = cJSON_PrintUnformatted(w), *other = g == NULL ? NULL : cJSON_PrintUnformatted(g);
        ck_assert_msg(g != NULL && same_answer(w, g), "%s, answer %d: want %s, got %s", name, count, text,
                      other == NULL ? "none" : other);
        free(text);
        free(other);
        g = next_lookup(g->next);
    }
    ck_assert_msg(g == NULL, "%s: more answers than were recorded", name);
    return count;
}

static void check_transitions(const char *name, const cJSON *want, const cJSON *got)
{
    ck_assert_msg(cJSON_GetArraySize(want) == cJSON_GetArraySize(got), "%s: transitions of the breaker", name);
    for (int i = 0; i < cJSON_GetArraySize(want); i++) {
        const cJSON *w = cJSON_GetArrayItem(want, i), *g = cJSON_GetArrayItem(got, i);
        const double apart = cJSON_GetArrayItem(w, 0)->valuedouble - cJSON_GetArrayItem(g, 0)->valuedouble;
        ck_assert_msg(fabs(apart) < 0.5e-9 && same(cJSON_GetArrayItem(w, 1), cJSON_GetArrayItem(g, 1)) &&
                          same(cJSON_GetArrayItem(w, 2), cJSON_GetArrayItem(g, 2)),
                      "%s: transition %d", name, i);
    }
}

/* Sums of doubles, added in the order in which the service sent them. */
static void check_metrics(const char *name, const cJSON *want, const cJSON *got)
{
    ck_assert_msg(cJSON_GetArraySize(want) == cJSON_GetArraySize(got), "%s: %d metrics, recorded were %d", name,
                  cJSON_GetArraySize(got), cJSON_GetArraySize(want));
    for (const cJSON *w = want->child; w != NULL; w = w->next) {
        const cJSON *g = get(got, w->string);
        ck_assert_msg(g != NULL && same(get(w, "n"), get(g, "n")) && same(get(w, "last"), get(g, "last")) &&
                          fabs(get(w, "sum")->valuedouble - get(g, "sum")->valuedouble) < 1e-9,
                      "%s: %s", name, w->string);
    }
}

START_TEST(the_original_answers_as_it_was_recorded)
{
    cJSON *recordings = read_recordings();
    int cases = 0, answers = 0;
    const cJSON *one = NULL;
    cJSON_ArrayForEach(one, get(recordings, "cases"))
    {
        const char *name = get(one, "name")->valuestring;
        cJSON *got = replay(get(one, "script"));
        answers += check_answers(name, get(one, "responses"), get(got, "responses"));
        check_transitions(name, get(one, "breaker_transitions"), get(got, "breaker_transitions"));
        check_metrics(name, get(one, "metrics"), get(got, "metrics"));
        cJSON_Delete(got);
        cases++;
    }
    cJSON_Delete(recordings);
    ck_assert_int_eq(cases, 37);
    ck_assert_int_eq(answers, 1177);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("recorded");
    TCase *tests = tcase_create("recorded");
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, the_original_answers_as_it_was_recorded);
    suite_add_tcase(suite, tests);
    return worlds_run(suite);
}
