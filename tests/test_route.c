/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The requests of a script: every form, how values are read and clamped, and what is said of those that are wrong. */
#include "scenarios/route.h"

#include "sim/units.h"
#include "tests/worlds.h"

static cJSON *parse(const char *body)
{
    cJSON *tree = body == NULL ? NULL : cJSON_Parse(body);
    ck_assert_msg(body == NULL || tree != NULL, "%s is no JSON", body);
    return tree;
}

static struct script_entry read(const char *text, const char *body)
{
    struct script_entry entry = {0};
    struct sim_error error = {0};
    cJSON *tree = parse(body);
    ck_assert_msg(route_parse(text, tree, &entry, &error), "%s %s: %s, got %s", text, body == NULL ? "" : body,
                  error.rule, error.value);
    cJSON_Delete(tree);
    return entry;
}

START_TEST(every_form_of_request_is_read)
{
    static const struct {
        const char *text;
        int op;
        int64_t key, amount;
    } cases[] = {
        {"GET /", OP_ROOT, 0, 0},
        {"GET /health", OP_HEALTH, 0, 0},
        {"GET /products/1", OP_GET_PRODUCT, 1, 0},
        {"GET /products/0", OP_GET_PRODUCT, 0, 0},
        {"GET /products/007", OP_GET_PRODUCT, 7, 0},
        {"GET /products/+5", OP_GET_PRODUCT, 5, 0},
        {"GET /products/-5", OP_GET_PRODUCT, -5, 0},
        {"GET /products/9223372036854775807", OP_GET_PRODUCT, INT64_MAX, 0},
        {"GET /products/3?", OP_GET_PRODUCT, 3, 0},
        {"GET /products/bulk/test", OP_BULK, 0, 10},
        {"GET /products/bulk/test?", OP_BULK, 0, 10},
        {"GET /products/bulk/test?requests=0", OP_BULK, 0, 0},
        {"GET /products/bulk/test?requests=25", OP_BULK, 0, 25},
        {"GET /products/bulk/test?requests=10000", OP_BULK, 0, 10000},
        {"GET /products/bulk/test?requests=3&requests=4", OP_BULK, 0, 4},
        {"POST /chaos/reset", OP_RESET, 0, 0},
        {"POST /chaos/clear_cache", OP_CLEAR_CACHE, 0, 0},
        {"POST /chaos/leak", OP_LEAK, 0, 1000},
        {"POST /chaos/leak?items=7", OP_LEAK, 0, 7},
        {"POST /chaos/leak?items=-7", OP_LEAK, 0, -7},
        {"POST /chaos/leak?items=1000000000", OP_LEAK, 0, 1000000000},
    };
    for (size_t i = 0; i < SIM_COUNT_OF(cases); i++) {
        const struct script_entry entry = read(cases[i].text, NULL);
        ck_assert_msg(entry.op == cases[i].op, "%s is %s", cases[i].text, op_name(entry.op));
        ck_assert_msg((int64_t)entry.payload.key == cases[i].key && entry.payload.amount == cases[i].amount,
                      "%s: key %lld, amount %lld", cases[i].text, (long long)entry.payload.key,
                      (long long)entry.payload.amount);
    }
}
END_TEST

enum { LATENCY = 1, DATABASE = 2, CACHE = 4, STRESS = 8, THRESHOLD = 16 };

START_TEST(knobs_are_read_and_clamped_as_the_service_does_it)
{
    static const struct {
        const char *query, *body;
        struct knobs knobs;
    } cases[] = {
        {"", NULL, {.given = 0}},
        {"", "{}", {.given = 0}},
        {"?db_latency=10.0", NULL, {.given = LATENCY, .db_latency = 10 * SIM_S}},
        {"?db_latency=.5", NULL, {.given = LATENCY, .db_latency = SIM_S / 2}},
        {"?db_latency=2.5e-9", NULL, {.given = LATENCY, .db_latency = 2}}, /* ties go to even */
        {"?db_latency=3.5e-9", NULL, {.given = LATENCY, .db_latency = 4}},
        {"?db_latency=-3", NULL, {.given = LATENCY, .db_latency = 0}},
        {"?db_failure_rate=0.25", NULL, {.given = DATABASE, .db_failure_rate = 0.25}},
        {"?db_failure_rate=1.5", NULL, {.given = DATABASE, .db_failure_rate = 1}},
        {"?db_failure_rate=-0.5", NULL, {.given = DATABASE, .db_failure_rate = 0}},
        {"?cache_failure_rate=7e2", NULL, {.given = CACHE, .cache_failure_rate = 1}},
        {"?cache_failure_rate=1e-3", NULL, {.given = CACHE, .cache_failure_rate = 0.001}},
        {"?cb_threshold=3", NULL, {.given = THRESHOLD, .cb_threshold = 3}},
        {"?cb_threshold=-3", NULL, {.given = THRESHOLD, .cb_threshold = 0}},
        {"?cb_threshold=1000000000", NULL, {.given = THRESHOLD, .cb_threshold = 1000000000}},
        {"?db_latency=1&db_failure_rate=0.5&cache_failure_rate=0.25&cpu_stress=true&cb_threshold=9",
         NULL,
         {.given = 31,
          .db_latency = SIM_S,
          .db_failure_rate = 0.5,
          .cache_failure_rate = 0.25,
          .cpu_stress = true,
          .cb_threshold = 9}},
        {"?db_latency=1&db_latency=2", NULL, {.given = LATENCY, .db_latency = 2 * SIM_S}},
        {"", "{\"db_latency\": 0.1}", {.in_body = LATENCY, .db_latency = 100 * SIM_MS}},
        {"", "{\"cpu_stress\": true}", {.in_body = STRESS, .cpu_stress = true}},
        {"", "{\"cpu_stress\": \"off\"}", {.in_body = STRESS, .cpu_stress = false}},
        {"", "{\"cpu_stress\": 1}", {.in_body = STRESS, .cpu_stress = true}},
        {"", "{\"cb_threshold\": 1000000000}", {.in_body = THRESHOLD, .cb_threshold = 1000000000}},
        {"", "{\"cb_threshold\": \"12\"}", {.in_body = THRESHOLD, .cb_threshold = 12}},
        {"", "{\"cache_failure_rate\": -1}", {.in_body = CACHE}},
        {"?db_latency=1",
         "{\"db_failure_rate\": 0.1}",
         {.given = LATENCY, .in_body = DATABASE, .db_latency = SIM_S, .db_failure_rate = 0.1}},
    };
    for (size_t i = 0; i < SIM_COUNT_OF(cases); i++) {
        char text[200];
        (void)snprintf(text, sizeof text, "POST /chaos/configure%s", cases[i].query);
        const struct script_entry entry = read(text, cases[i].body);
        const struct knobs got = knobs_unpack(&entry.payload), *want = &cases[i].knobs;
        ck_assert_int_eq(entry.op, OP_CONFIGURE);
        ck_assert_msg(got.given == want->given && got.in_body == want->in_body, "%s: given %x, in the body %x", text,
                      got.given, got.in_body);
        ck_assert_msg(got.db_latency == want->db_latency && got.cb_threshold == want->cb_threshold &&
                          got.cpu_stress == want->cpu_stress,
                      "%s: %lld ns, threshold %lld, stress %d", text, (long long)got.db_latency,
                      (long long)got.cb_threshold, got.cpu_stress);
        ck_assert_double_eq(got.db_failure_rate, want->db_failure_rate);
        ck_assert_double_eq(got.cache_failure_rate, want->cache_failure_rate);
    }
}
END_TEST

START_TEST(a_bool_is_one_of_twelve_words_in_any_case)
{
    static const struct {
        const char *word;
        bool want;
    } cases[] = {{"true", true}, {"TRUE", true}, {"1", true},      {"on", true}, {"On", true},   {"yes", true},
                 {"y", true},    {"t", true},    {"false", false}, {"0", false}, {"off", false}, {"no", false},
                 {"No", false},  {"n", false},   {"f", false},     {"F", false}, {"YES", true},  {"OFF", false}};
    for (size_t i = 0; i < SIM_COUNT_OF(cases); i++) {
        char text[80];
        (void)snprintf(text, sizeof text, "POST /chaos/configure?cpu_stress=%s", cases[i].word);
        const struct script_entry entry = read(text, NULL);
        const struct knobs knobs = knobs_unpack(&entry.payload);
        ck_assert_msg(knobs.cpu_stress == cases[i].want && knobs.given == STRESS, "%s", text);
    }
}
END_TEST

#define UNKNOWN "want a request of the lab such as \"GET /products/1\" (docs/sre-lab.md lists them)"
#define KNOBS_THERE_ARE "want db_latency, db_failure_rate, cache_failure_rate, cpu_stress or cb_threshold"
#define FLAG "want true or false for cpu_stress"
#define WHOLE "want a whole number of at most 1000000000 for cb_threshold"

START_TEST(wrong_requests_are_refused_with_what_would_be_right)
{
    static const struct {
        const char *text, *body, *path, *rule, *value, *near;
    } cases[] = {
        {"", NULL, "", UNKNOWN, "", NULL},
        {"GET", NULL, "", UNKNOWN, "GET", NULL},
        {"get /", NULL, "", UNKNOWN, "get /", "GET /"},
        {"POST /", NULL, "", UNKNOWN, "POST /", NULL},
        {"GET  /health", NULL, "", UNKNOWN, "GET  /health", "GET /health"},
        {"GET /healt", NULL, "", UNKNOWN, "GET /healt", "GET /health"},
        {"GET /health/", NULL, "", UNKNOWN, "GET /health/", "GET /health"},
        {"POST /health", NULL, "", UNKNOWN, "POST /health", "GET /health"},
        {"GET /products/", NULL, "", UNKNOWN, "GET /products/", "GET /products/1"},
        {"GET /products/x", NULL, "", UNKNOWN, "GET /products/x", "GET /products/1"},
        {"GET /products/1.5", NULL, "", UNKNOWN, "GET /products/1.5", "GET /products/1"},
        {"GET /products/ 1", NULL, "", UNKNOWN, "GET /products/ 1", "GET /products/1"},
        {"GET /products/--1", NULL, "", UNKNOWN, "GET /products/--1", "GET /products/1"},
        {"GET /products/9223372036854775808", NULL, "", UNKNOWN, "GET /products/9223372036854775808", NULL},
        {"GET /products/1?x=1", NULL, "", "want no query with this request", "x", NULL},
        {"GET /?x", NULL, "", "want name=value in a query", "x", NULL},
        {"POST /chaos/reset?all=1", NULL, "", "want no query with this request", "all", NULL},
        {"GET /products/bulk/test?items=1", NULL, "", "want only requests with this request", "items", NULL},
        {"GET /products/bulk/test?requests=", NULL, "", "want a whole number for requests", "", NULL},
        {"GET /products/bulk/test?requests=1e3", NULL, "", "want a whole number for requests", "1e3", NULL},
        {"GET /products/bulk/test?requests=-1", NULL, "", "want 0 to 10000 requests in a bulk", "-1", NULL},
        {"GET /products/bulk/test?requests=10001", NULL, "", "want 0 to 10000 requests in a bulk", "10001", NULL},
        {"GET /products/bulk/test?&requests=1", NULL, "", "want name=value in a query", "", NULL},
        {"POST /chaos/leak?requests=1", NULL, "", "want only items with this request", "requests", NULL},
        {"POST /chaos/leak?items=1000000001", NULL, "", "want at most 1000000000 items", "1000000001", NULL},
        {"POST /chaos/leak?items=99999999999999999999", NULL, "", "want a whole number for items",
         "99999999999999999999", NULL},
        {"POST /chaos/configure?db_latnecy=1", NULL, "", KNOBS_THERE_ARE, "db_latnecy", "db_latency"},
        {"POST /chaos/configure?DB_LATENCY=1", NULL, "", KNOBS_THERE_ARE, "DB_LATENCY", "db_latency"},
        {"POST /chaos/configure?db_latency", NULL, "", "want name=value in a query", "db_latency", NULL},
        {"POST /chaos/configure?db_latency=10s", NULL, "", "want a number for db_latency", "10s", NULL},
        {"POST /chaos/configure?db_latency=nan", NULL, "", "want a number for db_latency", "nan", NULL},
        {"POST /chaos/configure?db_latency=inf", NULL, "", "want a number for db_latency", "inf", NULL},
        {"POST /chaos/configure?db_latency=1e999", NULL, "", "want a number for db_latency", "1e999", NULL},
        {"POST /chaos/configure?db_latency=0x10", NULL, "", "want a number for db_latency", "0x10", NULL},
        {"POST /chaos/configure?db_latency=1=2", NULL, "", "want a number for db_latency", "1=2", NULL},
        {"POST /chaos/configure?db_latency=1e9", NULL, "", "want at most ten years of seconds for db_latency", "1e9",
         NULL},
        {"POST /chaos/configure?db_failure_rate=", NULL, "", "want a number for db_failure_rate", "", NULL},
        {"POST /chaos/configure?cpu_stress=2", NULL, "", FLAG, "2", NULL},
        {"POST /chaos/configure?cpu_stress=", NULL, "", FLAG, "", NULL},
        {"POST /chaos/configure?cb_threshold=1.5", NULL, "", WHOLE, "1.5", NULL},
        {"POST /chaos/configure?cb_threshold=1000000001", NULL, "", WHOLE, "1000000001", NULL},
        {"GET /", "{}", "/body", "want no body with this request", "", NULL},
        {"POST /chaos/configure", "[]", "/body", "want an object of knobs", "", NULL},
        {"POST /chaos/configure", "{\"latency\": 1}", "/body", KNOBS_THERE_ARE, "latency", NULL},
        {"POST /chaos/configure", "{\"db_latency\": null}", "/body", "want a number for db_latency", "", NULL},
        {"POST /chaos/configure", "{\"db_latency\": true}", "/body", "want a number for db_latency", "true", NULL},
        {"POST /chaos/configure", "{\"cb_threshold\": 2.5}", "/body", WHOLE, "2.5", NULL},
        {"POST /chaos/configure?db_latency=1", "{\"db_latency\": 1}", "/body",
         "want a knob in the query or in the body, not in both", "db_latency", NULL},
    };
    for (size_t i = 0; i < SIM_COUNT_OF(cases); i++) {
        struct script_entry entry = {0};
        struct sim_error error = {0};
        cJSON *tree = parse(cases[i].body);
        const char *text = cases[i].text, *near = cases[i].near;
        ck_assert_msg(!route_parse(text, tree, &entry, &error), "%s is read", text);
        ck_assert_str_eq(error.rule, cases[i].rule);
        ck_assert_msg(strcmp(error.value, cases[i].value) == 0, "%s: got \"%s\"", text, error.value);
        ck_assert_msg(strcmp(error.path, cases[i].path) == 0, "%s: at \"%s\"", text, error.path);
        ck_assert_msg((near == NULL) == (error.near == NULL) && (near == NULL || strcmp(near, error.near) == 0),
                      "%s: did you mean %s", text, error.near == NULL ? "nothing" : error.near);
        cJSON_Delete(tree);
    }
}
END_TEST

START_TEST(a_request_has_a_greatest_length)
{
    char text[ROUTE_TEXT_MAX + 2];
    struct script_entry entry = {0};
    struct sim_error error = {0};
    (void)snprintf(text, sizeof text, "GET /products/");
    memset(text + strlen(text), '0', sizeof text - strlen("GET /products/"));
    text[ROUTE_TEXT_MAX] = '\0';
    text[ROUTE_TEXT_MAX - 1] = '9';
    ck_assert(route_parse(text, NULL, &entry, &error));
    ck_assert_uint_eq(entry.payload.key, 9);
    text[ROUTE_TEXT_MAX] = '9';
    text[ROUTE_TEXT_MAX + 1] = '\0';
    ck_assert(!route_parse(text, NULL, &entry, &error));
    ck_assert_str_eq(error.rule, "want a request of at most 500 characters");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("route");
    TCase *tests = tcase_create("route");
    tcase_add_test(tests, every_form_of_request_is_read);
    tcase_add_test(tests, knobs_are_read_and_clamped_as_the_service_does_it);
    tcase_add_test(tests, a_bool_is_one_of_twelve_words_in_any_case);
    tcase_add_test(tests, wrong_requests_are_refused_with_what_would_be_right);
    tcase_add_test(tests, a_request_has_a_greatest_length);
    suite_add_tcase(suite, tests);
    return worlds_run(suite);
}
