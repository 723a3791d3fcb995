/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The section `script`: when its requests are sent, when the run ends, what becomes of each request, and how that looks
 * as JSON; and a script from a file of its own, whose errors are found there. */
#include "scenarios/responses.h"
#include "tests/answers.h"

#include "models/script.h"

/* A scripted client, a service without CPU costs, a database that takes 100 ms. */
#define WORLD \
    "{'nodes': {'c': {'type': 'script', 'to': 's'}, 's': {'type': 'catalogue', 'database': 'd', 'profile': '%s'}," \
    "'d': {'type': 'database', 'latency': '100ms'}%s}, 'script': %s%s}"

enum { TEXT_MAX = 4000, TIMES_MAX = 12 };

static struct world make(const char *profile, const char *nodes, const char *script, const char *more,
                         const char *const *sets)
{
    char text[TEXT_MAX];
    const int length = snprintf(text, sizeof text, WORLD, profile, nodes, script, more);
    ck_assert_int_lt(length, TEXT_MAX);
    return world_make(text, sets);
}

static struct world plain(const char *script, const char *more)
{
    return make("none", "", script, more, NULL);
}

static struct world run(const char *script, const char *more)
{
    struct world world = plain(script, more);
    world_finish(&world);
    return world;
}

/* ---- when requests are sent ---- */

START_TEST(requests_are_sent_when_the_script_says)
{
    static const struct {
        const char *script;
        sim_ns want[TIMES_MAX]; /* -1 at the end */
    } cases[] = {
        {"[{'at': 0, 'request': 'GET /'}]", {0, -1}},
        {"[{'at': 1.5, 'request': 'GET /'}]", {1500000000, -1}},
        {"[{'at': '250ms', 'request': 'GET /'}]", {250000000, -1}},
        {"[{'at': 2.5e-9, 'request': 'GET /'}]", {2, -1}},
        {"[{'at': 1, 'request': 'GET /', 'every': 1.5, 'times': 3}]", {1000000000, 2500000000, 4000000000, -1}},
        {"[{'at': '1s', 'request': 'GET /', 'every': '1500ms', 'times': 2}]", {1000000000, 2500000000, -1}},
        {"[{'at': 1, 'request': 'GET /', 'every': 0, 'times': 3}]", {1000000000, 1000000000, 1000000000, -1}},
        {"[{'at': 1, 'request': 'GET /', 'every': '9999h', 'times': 1}]", {1000000000, -1}},
        /* An even rate of r: the k-th at k / r. */
        {"[{'at': 1, 'request': 'GET /', 'ramp': {'from': '2/s', 'to': '2/s', 'for': 2}}]",
         {1000000000, 1500000000, 2000000000, 2500000000, -1}},
        /* 0.1 t^2 = k: t = sqrt(10 k). */
        {"[{'at': 0, 'request': 'GET /', 'ramp': {'from': '0/s', 'to': '2/s', 'for': '10s'}}]",
         {0, 3162277660, 4472135955, 5477225575, 6324555320, 7071067812, 7745966692, 8366600265, 8944271910, 9486832981,
          -1}},
        /* 2 t - 0.1 t^2 = k: t = 10 - sqrt(100 - 10 k); the tenth would be at its end. */
        {"[{'at': 0, 'request': 'GET /', 'ramp': {'from': '2/s', 'to': '0/s', 'for': '10s'}}]",
         {0, 513167019, 1055728090, 1633399735, 2254033308, 2928932188, 3675444680, 4522774425, 5527864045, 6837722340,
          -1}},
        /* t + t^2 = k: t = (sqrt(1 + 4 k) - 1) / 2. */
        {"[{'at': '10s', 'request': 'GET /', 'ramp': {'from': '60/min', 'to': '5/s', 'for': '2s'}}]",
         {10000000000, 10618033989, 11000000000, 11302775638, 11561552813, 11791287847, -1}},
        {"[{'at': 0, 'request': 'GET /', 'ramp': {'from': '0/s', 'to': '0/s', 'for': '10s'}}]", {-1}},
    };
    for (size_t i = 0; i < SIM_COUNT_OF(cases); i++) {
        struct world world = plain(cases[i].script, "");
        size_t count = 0;
        while (cases[i].want[count] >= 0)
            count++;
        ck_assert_msg(world.cell->script_count == count, "%s: %zu requests, want %zu", cases[i].script,
                      world.cell->script_count, count);
        for (size_t k = 0; k < count; k++)
            ck_assert_msg(world.cell->script[k].at == cases[i].want[k], "%s: request %zu at %lld", cases[i].script, k,
                          (long long)world.cell->script[k].at);
        world_end(&world);
    }
}
END_TEST

START_TEST(a_ramp_sends_what_its_area_says_and_nothing_at_its_end)
{
    static const struct {
        const char *from, *to, *length;
        size_t want;
    } cases[] = {
        {"2/s", "0/s", "30s", 30},     {"2/s", "0/s", "7s", 7},       {"0.2/s", "0/s", "30s", 3},
        {"1.1/s", "1.1/s", "30s", 33}, {"0.1/s", "0.1/s", "30s", 3},  {"0.7/s", "0.7/s", "30s", 21},
        {"3/s", "0/s", "1s", 2},       {"0/s", "100/s", "30s", 1500}, {"100/s", "0/s", "30s", 1500},
        {"0.3/s", "0.1/s", "5s", 1},   {"0/s", "0.1/s", "1s", 1},     {"333/s", "0/s", "6s", 999},
    };
    for (size_t i = 0; i < SIM_COUNT_OF(cases); i++) {
        char script[300];
        (void)snprintf(script, sizeof script,
                       "[{'at': 0, 'request': 'GET /', 'ramp': {'from': '%s', 'to': '%s', 'for': '%s'}}]",
                       cases[i].from, cases[i].to, cases[i].length);
        struct world world = plain(script, "");
        ck_assert_msg(world.cell->script_count == cases[i].want, "%s: %zu", script, world.cell->script_count);
        for (size_t k = 1; k < cases[i].want; k++)
            ck_assert_int_ge(world.cell->script[k].at, world.cell->script[k - 1].at);
        world_end(&world);
    }
}
END_TEST

START_TEST(entries_are_merged_by_time_and_at_one_instant_keep_their_order)
{
    struct world world = plain("[{'at': 2, 'request': 'GET /products/1'}, {'at': 1, 'request': 'GET /products/2', "
                               "'every': 1, 'times': 3}, {'at': 0, 'request': 'GET /products/3', 'every': 1, "
                               "'times': 3}, {'at': 2, 'request': 'GET /products/4'}]",
                               "");
    static const uint64_t want[] = {3, 2, 3, 1, 2, 3, 4, 2};
    ck_assert_uint_eq(world.cell->script_count, SIM_COUNT_OF(want));
    for (size_t i = 0; i < SIM_COUNT_OF(want); i++)
        ck_assert_uint_eq(world.cell->script[i].payload.key, want[i]);
    world_end(&world);
}
END_TEST

START_TEST(at_one_instant_each_request_runs_to_its_first_wait_before_the_next)
{
    struct world world = run("[{'at': 1, 'request': 'POST /chaos/configure?db_latency=2'},"
                             "{'at': 1, 'request': 'GET /products/1'},"
                             "{'at': 1, 'request': 'POST /chaos/configure?db_failure_rate=1'},"
                             "{'at': 1, 'request': 'GET /products/2'}, {'at': 1, 'request': 'POST /chaos/reset'},"
                             "{'at': 1, 'request': 'GET /products/3'}]",
                             "");
    expect_answers(&world, "1000 POST /chaos/configure?db_latency=2 200 - 0\n"
                           "1000 GET /products/1 200 database 2100\n"
                           "1000 POST /chaos/configure?db_failure_rate=1 200 - 0\n"
                           "1000 GET /products/2 500 - 0\n"
                           "1000 POST /chaos/reset 200 - 0\n"
                           "1000 GET /products/3 200 database 100\n");
}
END_TEST

/* ---- when the run ends ---- */

START_TEST(the_run_ends_when_the_script_is_answered_unless_it_is_told_otherwise)
{
    static const struct {
        const char *script, *more;
        double want;
    } cases[] = {
        {"[{'at': 0, 'request': 'GET /'}]", "", 1e-9},
        {"[{'at': 3, 'request': 'GET /products/1'}]", "", 3.1},
        {"[{'at': 3, 'request': 'GET /products/1'}, {'at': 3.05, 'request': 'GET /'}]", "", 3.1},
        {"[{'at': 3, 'request': 'GET /products/1'}]", ", 'run': {'until': '2s'}", 2},
        {"[{'at': 3, 'request': 'GET /products/1'}]", ", 'run': {'until': '60s'}", 60},
        {"[{'at': 3, 'request': 'GET /products/1'}]", ", 'run': {'window': '2s'}", 3.1},
        {"[{'at': 3, 'request': 'GET /products/1'}]", ", 'phases': {'a': {'from': '0s', 'to': '5s'}}", 5},
        {"[{'at': 3, 'request': 'GET /products/1'}]",
         ", 'phases': {'a': {'from': '1s', 'to': '20s'}, 'b': {'from': '4s', 'to': '6s'}}", 20},
        {"[{'at': 3, 'request': 'GET /products/1'}]",
         ", 'run': {'until': '9s'}, 'phases': {'a': {'from': '0s', 'to': '5s'}}", 9},
    };
    for (size_t i = 0; i < SIM_COUNT_OF(cases); i++) {
        struct world world = run(cases[i].script, cases[i].more);
        ck_assert_msg(world.cell->until == sim_ns_from_s(cases[i].want), "case %zu ends at %.9f s", i,
                      sim_ns_to_s(world.cell->until));
        world_end(&world);
    }
}
END_TEST

START_TEST(an_override_of_the_end_is_the_end)
{
    static const char *const sets[] = {"run.until=2s", NULL};
    struct world world = make("none", "", "[{'at': 3, 'request': 'GET /'}]", "", sets);
    world_finish(&world);
    ck_assert_int_eq(world.cell->until, 2 * SIM_S);
    ck_assert_int_eq(world_now(&world, "c.requests"), 0);
    world_end(&world);
}
END_TEST

START_TEST(phases_count_the_requests_of_the_script)
{
    struct world world = run("[{'at': 1, 'request': 'GET /products/1', 'every': 1, 'times': 9}]",
                             ", 'phases': {'a': {'from': '0s', 'to': '4s'}, 'b': {'from': '4s', 'to': '20s'}}");
    ck_assert_double_eq(world_phase(&world, "a", "c.requests").value, 3);
    ck_assert_double_eq(world_phase(&world, "b", "c.requests").value, 6);
    ck_assert_double_eq_tol(world_phase(&world, "b", "c.response.max").value, 0.1, 1e-9);
    world_end(&world);
}
END_TEST

START_TEST(a_script_runs_beside_other_load_and_keeps_only_its_own_answers)
{
    struct world world =
        make("none",
             ", 'u': {'type': 'clients', 'to': 's', 'rate': '200/s'}"
             ", 'x': {'type': 'cache'}",
             "[{'at': 1, 'request': 'GET /products/1'}, {'at': 2, 'request': 'GET /products/2'}]", "", NULL);
    world_finish(&world);
    ck_assert_int_gt(world_now(&world, "s.requests"), 300);
    ck_assert_uint_eq(world.cell->responses->count, 2);
    ck_assert_int_eq(world.cell->until, 2100 * SIM_MS);
    expect_answers(&world, "1000 GET /products/1 200 database 100\n2000 GET /products/2 200 database 100\n");
}
END_TEST

/* ---- what becomes of requests ---- */

START_TEST(a_bulk_is_followed_by_its_members)
{
    static const char *const sets[] = {"s.bulkhead.max_concurrent=2", NULL};
    struct world world = make("none", "",
                              "[{'at': 1, 'request': 'GET /products/bulk/test?requests=3'},"
                              "{'at': 1, 'request': 'GET /products/2'},"
                              "{'at': 2, 'request': 'GET /products/bulk/test?requests=0'}]",
                              "", sets);
    world_finish(&world);
    const struct response *bulk = world.cell->responses->first;
    ck_assert(bulk->is_bulk && bulk->total == 3 && bulk->success == 2);
    ck_assert_int_eq(world_now(&world, "s.requests"), 3); /* members are no requests */
    expect_answers(&world, "1000 GET /products/bulk/test?requests=3 200 - 100\n"
                           "  1000 GET /products/1 200 database 100\n"
                           "  1000 GET /products/1 200 database 100\n"
                           "  1000 GET /products/1 503 - 0\n"
                           "1000 GET /products/2 503 - 0\n"
                           "2000 GET /products/bulk/test?requests=0 200 - 0\n");
}
END_TEST

START_TEST(a_killed_service_answers_502_and_a_client_that_gives_up_504)
{
    static const char *const sets[] = {"c.timeout=50ms", NULL};
    struct world world = make("none", "",
                              "[{'at': 1, 'request': 'GET /products/1'}, {'at': 1.98, 'request': 'GET /products/2'},"
                              "{'at': 2.5, 'request': 'GET /products/3'}, {'at': 4, 'request': 'GET /'}]",
                              ", 'faults': {'f': {'node': 's', 'at': '2s', 'until': '3s', 'do': 'kill'}}", sets);
    world_finish(&world);
    ck_assert_int_eq(world_now(&world, "c.failed"), 3);
    expect_answers(&world, "1000 GET /products/1 504 - 50\n"
                           "1980 GET /products/2 502 - 20\n"
                           "2500 GET /products/3 502 - 0\n"
                           "4000 GET / 200 - 0\n");
}
END_TEST

START_TEST(what_is_not_answered_by_the_end_has_no_status)
{
    struct world world = run("[{'at': 1, 'request': 'GET /products/bulk/test?requests=1'}, "
                             "{'at': 1.95, 'request': 'POST /chaos/configure?db_latency=3600'},"
                             "{'at': 1.95, 'request': 'GET /products/2'}, {'at': 3, 'request': 'GET /'}]",
                             ", 'run': {'until': '2s'}");
    expect_answers(&world, "1000 GET /products/bulk/test?requests=1 200 - 100\n"
                           "  1000 GET /products/1 200 database 100\n"
                           "1950 POST /chaos/configure?db_latency=3600 200 - 0\n"
                           "1950 GET /products/2 null null\n");
}
END_TEST

START_TEST(a_body_counts_unless_the_service_is_the_original)
{
    static const struct {
        const char *profile;
        double latency;
    } cases[] = {{"none", 1.1}, {"documented", 1.1}, {"original", 0.1}};
    for (size_t i = 0; i < SIM_COUNT_OF(cases); i++) {
        struct world world = make(cases[i].profile, "",
                                  "[{'at': 0, 'request': 'POST /chaos/configure', 'body': {'db_latency': 1}},"
                                  "{'at': 1, 'request': 'GET /products/1'}]",
                                  "", NULL);
        world_finish(&world);
        ck_assert_msg(world.cell->until == sim_ns_from_s(1 + cases[i].latency), "%s", cases[i].profile);
        world_end(&world);
    }
}
END_TEST

START_TEST(a_killed_client_goes_on_with_what_is_still_to_be_sent)
{
    struct world world = run("[{'at': 1, 'request': 'GET /products/1'}, {'at': 2, 'request': 'GET /'},"
                             "{'at': 3, 'request': 'GET /'}, {'at': 4, 'request': 'GET /products/2'}]",
                             ", 'faults': {'f': {'node': 'c', 'at': '1050ms', 'until': '3s', 'do': 'kill'}}");
    ck_assert_int_eq(world_now(&world, "c.requests"), 3);
    ck_assert_int_eq(world.cell->until, 4100 * SIM_MS);
    world_end(&world);
}
END_TEST

START_TEST(a_client_that_stays_dead_with_nothing_left_to_send_ends_the_run)
{
    struct world world = run("[{'at': 1, 'request': 'GET /products/1'}]",
                             ", 'faults': {'f': {'node': 'c', 'at': '1050ms', 'do': 'kill'}}");
    ck_assert_int_eq(world.cell->until, 1050 * SIM_MS);
    world_end(&world);
}
END_TEST

START_TEST(a_scripted_client_without_a_script_does_nothing)
{
    struct world world = world_make("{'run': {'until': '5s'}, 'nodes': {'c': {'type': 'script', 'to': 's'},"
                                    "'s': {'type': 'catalogue', 'database': 'd'}, 'd': {'type': 'database'}}}",
                                    NULL);
    ck_assert_ptr_null(world.cell->responses);
    world_finish(&world);
    ck_assert_int_eq(world.cell->until, 5 * SIM_S);
    ck_assert_int_eq(world_now(&world, "c.requests"), 0);
    world_end(&world);
}
END_TEST

START_TEST(requests_pass_a_gateway)
{
    static const char *const sets[] = {"c.to=g", "g.retry.on=ERROR", "g.retry.max_attempts=2", "g.retry.backoff=1s",
                                       NULL};
    struct world world = make("none", ", 'g': {'type': 'gateway', 'to': 's'}",
                              "[{'at': 1, 'request': 'POST /chaos/configure?db_failure_rate=1'},"
                              "{'at': 2, 'request': 'GET /products/1'}, {'at': 2.5, 'request': 'POST /chaos/reset'},"
                              "{'at': 4, 'request': 'GET /products/bulk/test?requests=1'}]",
                              "", sets);
    world_finish(&world);
    expect_answers(&world, "1000 POST /chaos/configure?db_failure_rate=1 200 - 0\n"
                           "2000 GET /products/1 200 database 1100\n"
                           "2500 POST /chaos/reset 200 - 0\n"
                           "4000 GET /products/bulk/test?requests=1 200 - 100\n"
                           "  4000 GET /products/1 200 database 100\n");
}
END_TEST

/* ---- as JSON ---- */

START_TEST(answers_have_their_shape)
{
    struct world world =
        make("none", ", 'p': {'type': 'pool', 'size': 1, 'mode': 'reject'}",
             "[{'at': 1, 'request': 'GET /products/bulk/test?requests=2'}]", "",
             (const char *const[]){"s.pool=p", "s.breaker.mode=consecutive", "s.breaker.threshold=1", NULL});
    world_finish(&world);
    cJSON *tree = responses_tree(world.cell->responses);
    char *text = cJSON_PrintUnformatted(tree);
    static const char want[] =
        "{\"responses\":["
        "{\"at_s\":1,\"request\":\"GET /products/bulk/test?requests=2\",\"in_bulk\":false,\"status\":200,"
        "\"source\":null,\"reason\":null,\"duration_s\":0.1,\"total\":2,\"success\":1,\"failed\":1,\"spans\":[]},"
        "{\"at_s\":1,\"request\":\"GET /products/1\",\"in_bulk\":true,\"status\":200,\"source\":\"database\","
        "\"reason\":null,\"duration_s\":0.1,\"spans\":[{\"name\":\"db.query\",\"start_s\":1,\"duration_s\":0.1,"
        "\"error\":0,\"tags\":{\"db.pool.active\":1,\"product.id\":\"1\"}}]},"
        "{\"at_s\":1,\"request\":\"GET /products/1\",\"in_bulk\":true,\"status\":503,\"source\":null,"
        "\"reason\":\"Pool Exhausted\",\"duration_s\":0,\"spans\":[{\"name\":\"db.pool_error\",\"start_s\":1,"
        "\"duration_s\":0,\"error\":1,\"tags\":{\"db.pool.active\":1,\"db.pool.max\":1}}]}],"
        "\"breaker_transitions\":[[1,\"CLOSED\",\"OPEN\"]],"
        "\"metrics\":{\"catalog.circuit_breaker.state\":{\"n\":3,\"sum\":1,\"last\":1},"
        "\"catalog.db.latency.total\":{\"n\":1,\"sum\":0.1,\"last\":0.1},"
        "\"catalog.db.load\":{\"n\":1,\"sum\":1,\"last\":1},"
        "\"catalog.db.pool.active\":{\"n\":2,\"sum\":1,\"last\":0},"
        "\"catalog.db.pool.exhausted\":{\"n\":1,\"sum\":1,\"last\":1},"
        "\"catalog.db.query.duration\":{\"n\":1,\"sum\":0.1,\"last\":0.1}}}";
    if (strcmp(text, want) != 0) /* too long for a message of Check */
        (void)fprintf(stderr, "%s\n", text);
    ck_assert(strcmp(text, want) == 0);
    free(text);
    cJSON_Delete(tree);
    world_end(&world);
}
END_TEST

/* Members begin 0.5 s apart; the first queries end while the later ones still begin, and are heard of when all have. */
START_TEST(a_query_heard_of_late_tells_the_load_of_then)
{
    static const char *const sets[] = {"s.event_loop=true",    "s.cpu.cores=1", "s.cpu_stress=true",
                                       "d.saturation=started", "d.latency=1s",  NULL};
    struct world world = make("none", "", "[{'at': 1, 'request': 'GET /products/bulk/test?requests=4'}]", "", sets);
    world_finish(&world);
    cJSON *tree = responses_tree(world.cell->responses);
    const cJSON *metrics = cJSON_GetObjectItemCaseSensitive(tree, "metrics");
    const cJSON *load = cJSON_GetObjectItemCaseSensitive(metrics, "catalog.db.load");
    ck_assert_ptr_nonnull(load);
    ck_assert_int_eq(cJSON_GetObjectItemCaseSensitive(load, "n")->valueint, 4);
    ck_assert_int_eq(cJSON_GetObjectItemCaseSensitive(load, "sum")->valueint, 16);
    cJSON_Delete(tree);
    world_end(&world);
}
END_TEST

START_TEST(listening_changes_nothing)
{
    uint64_t prints[2];
    for (int i = 0; i < 2; i++) {
        struct world world = plain("[{'at': 0, 'request': 'GET /products/1', 'every': 0.01, 'times': 200},"
                                   "{'at': 1, 'request': 'GET /products/bulk/test?requests=20'}]",
                                   "");
        if (i == 1)
            world.cell->sim->listening = NULL;
        world_finish(&world);
        prints[i] = sim_fingerprint(world.cell->sim);
        world_end(&world);
    }
    ck_assert_uint_eq(prints[0], prints[1]);
}
END_TEST

/* ---- a script of its own ---- */

/* What is said when the world is given a script from a file; "" when it can be run. Free it. */
static char *load(const char *script, size_t *requests)
{
    struct json_errors errors;
    char *text = NULL, world[TEXT_MAX];
    size_t size = 0;
    FILE *out = fopen("script.json", "w");
    ck_assert_ptr_nonnull(out);
    for (const char *c = script; *c != '\0'; c++)
        (void)fputc(*c == '\'' ? '"' : *c, out);
    ck_assert_int_eq(fclose(out), 0);
    json_errors_init(&errors);
    (void)snprintf(world, sizeof world, WORLD, "none", "", "[{'at': 0, 'request': 'GET /'}]", "");
    struct scenario *scenario = world_load(world, &errors);
    ck_assert_ptr_nonnull(scenario);
    if (scenario_load_script(scenario, "script.json", &errors)) {
        struct cell *cell = cell_build(scenario, NULL, 0, 1, &errors);
        *requests = cell == NULL ? 0 : cell->script_count;
        cell_destroy(cell);
    }
    out = open_memstream(&text, &size);
    json_errors_print(&errors, out);
    (void)fclose(out);
    json_errors_fini(&errors);
    scenario_destroy(scenario);
    return text;
}

START_TEST(a_script_from_a_file_takes_the_place_of_the_scenarios_own)
{
    size_t requests = 0;
    char *said = load("[{'at': 0, 'request': 'GET /', 'every': 1, 'times': 7}]", &requests);
    ck_assert_str_eq(said, "");
    ck_assert_uint_eq(requests, 7);
    free(said);
}
END_TEST

START_TEST(errors_of_such_a_file_are_found_where_they_are)
{
    static const char list[] = "want a list of requests such as [{\"at\": 0, \"request\": \"GET /products/1\"}]";
    static const struct {
        const char *script, *want;
    } cases[] = {
        {"[{'at': 0, 'request': 'GET /x'}]",
         "script.json:1:23: /script/0/request: want a request of the lab such as \"GET /products/1\" "
         "(docs/sre-lab.md lists them), got \"GET /x\"; did you mean \"GET /\"?\n"},
        {"[\n  {'at': -2, 'request': 'GET /'},\n  {'at': 0, 'request': 'GET /', 'tmies': 2}\n]",
         "script.json:2:10: /script/0/at: want seconds, 0 or more, got \"-2\"\n"
         "script.json:3:33: /script/1/tmies: unknown key \"tmies\"; did you mean \"times\"?\n"},
        {"[\n\n  {}]", "script.json:3:3: /script/0/at: is missing: when the request is sent, in seconds\n"
                       "script.json:3:3: /script/0/request: is missing: the request, such as \"GET /products/1\"\n"},
        {"[{'at': 0, 'at': 1, 'request': 'GET /'}]",
         "script.json:1:12: /0/at: want each key once, got \"at\" again (first in line 1)\n"},
        {"[]", "script.json:1:1: /script: want a list of requests, at least one, got a list\n"},
        {"{}", NULL},
        {"3", NULL},
        {"'GET /'", NULL},
    };
    for (size_t i = 0; i < SIM_COUNT_OF(cases); i++) {
        size_t requests = 0;
        char whole[300];
        (void)snprintf(whole, sizeof whole, "script.json:1:1: %s\n", list);
        char *said = load(cases[i].script, &requests);
        ck_assert_str_eq(said, cases[i].want == NULL ? whole : cases[i].want);
        free(said);
    }
}
END_TEST

START_TEST(hostile_files_are_refused)
{
    static const char *const texts[] = {"", "[", "]", "[}", "[{'at':]", "[]]", "[],", "[]}, {\"x\": [", "nul", "[1,]"};
    for (size_t i = 0; i < SIM_COUNT_OF(texts); i++) {
        size_t requests = 0;
        char *said = load(texts[i], &requests);
        ck_assert_msg(strncmp(said, "script.json:", strlen("script.json:")) == 0, "%s: %s", texts[i], said);
        free(said);
    }
}
END_TEST

START_TEST(a_great_many_requests_at_one_instant_are_answered)
{
    static const char *const sets[] = {"s.in_flight_max=1000000", NULL};
    struct world world =
        make("none", "",
             "[{'at': 1, 'request': 'GET /products/1', 'every': 0, 'times': 90000},"
             "{'at': 1, 'request': 'GET /products/bulk/test?requests=10000', 'every': 0, 'times': 12}]",
             "", sets);
    world_finish(&world);
    ck_assert_int_eq(world.cell->until, 1100 * SIM_MS);
    ck_assert_uint_eq(world.cell->responses->count, RESPONSES_MAX);
    ck_assert_uint_eq(world.cell->responses->dropped, 90000 + 12 + 120000 - RESPONSES_MAX);
    world_end(&world);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("script");
    TCase *tests = tcase_create("script");
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, requests_are_sent_when_the_script_says);
    tcase_add_test(tests, a_ramp_sends_what_its_area_says_and_nothing_at_its_end);
    tcase_add_test(tests, entries_are_merged_by_time_and_at_one_instant_keep_their_order);
    tcase_add_test(tests, at_one_instant_each_request_runs_to_its_first_wait_before_the_next);
    tcase_add_test(tests, the_run_ends_when_the_script_is_answered_unless_it_is_told_otherwise);
    tcase_add_test(tests, an_override_of_the_end_is_the_end);
    tcase_add_test(tests, phases_count_the_requests_of_the_script);
    tcase_add_test(tests, a_script_runs_beside_other_load_and_keeps_only_its_own_answers);
    tcase_add_test(tests, a_bulk_is_followed_by_its_members);
    tcase_add_test(tests, a_killed_service_answers_502_and_a_client_that_gives_up_504);
    tcase_add_test(tests, what_is_not_answered_by_the_end_has_no_status);
    tcase_add_test(tests, a_body_counts_unless_the_service_is_the_original);
    tcase_add_test(tests, a_killed_client_goes_on_with_what_is_still_to_be_sent);
    tcase_add_test(tests, a_client_that_stays_dead_with_nothing_left_to_send_ends_the_run);
    tcase_add_test(tests, a_scripted_client_without_a_script_does_nothing);
    tcase_add_test(tests, requests_pass_a_gateway);
    tcase_add_test(tests, answers_have_their_shape);
    tcase_add_test(tests, a_query_heard_of_late_tells_the_load_of_then);
    tcase_add_test(tests, listening_changes_nothing);
    tcase_add_test(tests, a_script_from_a_file_takes_the_place_of_the_scenarios_own);
    tcase_add_test(tests, errors_of_such_a_file_are_found_where_they_are);
    tcase_add_test(tests, hostile_files_are_refused);
    tcase_add_test(tests, a_great_many_requests_at_one_instant_are_answered);
    suite_add_tcase(suite, tests);
    return worlds_run(suite);
}
