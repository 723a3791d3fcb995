/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of models/database.c: every law of saturation by hand. A table says who asks when and, in milliseconds, when the
 * answer comes, what the query was given and which load it met. At one instant changes come first, then those who ask, in
 * the order of the table, then queries that end. */
#include "tests/kit.h"

enum { SETS = 6, CHANGES = 6, ASKS = 16 };

/* Times in ms. */
struct ask {
    sim_ns at;
    uint64_t key;
    sim_ns ends;
    enum sim_status status;
    sim_ns given;
    int64_t load;
    sim_ns timeout; /* 0: none */
};

struct change {
    sim_ns at; /* ms */
    const char *set;
};

struct table {
    const char *name;
    const char *sets[SETS];
    struct change changes[CHANGES];
    struct ask asks[ASKS];
};

/* ---- who asks ---- */

struct answer {
    sim_ns at;
    struct sim_outcome outcome;
    struct sim_payload reply;
    uint64_t events; /* dispatched between question and answer */
};

struct asker {
    struct sim_node node; /* must be first */
    struct sim_node *database;
    const struct ask *asks;
    struct answer answers[ASKS];
};

struct asking {
    struct sim_flow flow; /* must be first */
    const struct ask *ask;
    struct sim_payload payload;
    uint64_t events;
};

static void ask_flow(struct sim_flow *f)
{
    struct asking *const my = (struct asking *)f;
    struct asker *const asker = (struct asker *)f->node;
    FLOW_BEGIN(f);
    my->payload.key = my->ask->key;
    my->events = asker->node.sim->events;
    AWAIT(f, sim_call(f, asker->database, OP_QUERY, &my->payload,
                      my->ask->timeout == 0 ? SIM_NO_TIMEOUT : my->ask->timeout * SIM_MS));
    asker->answers[my->ask - asker->asks] = (struct answer){.at = sim_now(&asker->node),
                                                            .outcome = {f->status, f->reason},
                                                            .reply = f->reply,
                                                            .events = asker->node.sim->events - my->events};
    sim_flow_end(f, (struct sim_outcome){SIM_OK, NULL});
    return;
    FLOW_END(f, ((struct sim_outcome){SIM_OK, NULL}));
}

static void fire_ask(struct sim_node *node, void *subject)
{
    struct sim_flow *f = sim_spawn(node, ask_flow);
    ((struct asking *)f)->ask = subject;
    sim_flow_run(f);
}

static const struct sim_event_kind ask_kind = {"ask", fire_ask};
static const struct sim_node_type asker_type = {
    .name = "asker", .help = "asks", .size = sizeof(struct asker), .frame_size = sizeof(struct asking)};

struct bench {
    struct sim *sim;
    struct asker *asker;
    struct sim_node *database;
};

static struct bench bench_make(const struct table *table)
{
    struct bench b = {.sim = sim_create(1)};
    b.database = sim_add_node(b.sim, &database_type, "d");
    b.asker = (struct asker *)sim_add_node(b.sim, &asker_type, "a");
    b.asker->database = b.database;
    b.asker->asks = table->asks;
    kit_set(b.sim, "d.latency", "0s");
    for (int i = 0; i < SETS && table->sets[i] != NULL; i++) {
        char path[80];
        (void)snprintf(path, sizeof path, "%s", table->sets[i]);
        char *equals = strchr(path, '=');
        *equals = '\0';
        kit_set(b.sim, path, equals + 1);
    }
    kit_start_world(b.sim);
    for (int i = 0; i < CHANGES && table->changes[i].set != NULL; i++)
        kit_set_at(&b.asker->node, table->changes[i].at * SIM_MS, table->changes[i].set);
    for (int i = 0; i < ASKS && table->asks[i].load != 0; i++)
        (void)sim_schedule_undying(&b.asker->node, table->asks[i].at * SIM_MS, &ask_kind,
                                   (void *)(uintptr_t)&table->asks[i]);
    return b;
}

static int64_t gauge_now(const struct bench *b, const char *name)
{
    for (const struct sim_metric *metric = b->database->type->metrics; metric->name != NULL; metric++) {
        if (strcmp(metric->name, name) == 0)
            return ((struct sim_gauge *)(void *)((char *)b->database + metric->offset))->value;
    }
    ck_abort_msg("no gauge %s", name);
    return -1;
}

static void check_table(const struct table *table, const struct bench *b)
{
    for (int i = 0; i < ASKS && table->asks[i].load != 0; i++) {
        const struct ask *want = &table->asks[i];
        const struct answer *got = &b->asker->answers[i];
        ck_assert_msg(got->at == want->ends * SIM_MS, "%s, %d: ends at %.9f s, want %.9f s", table->name, i,
                      sim_ns_to_s(got->at), sim_ns_to_s(want->ends * SIM_MS));
        ck_assert_msg(got->outcome.status == want->status, "%s, %d: %s, want %s", table->name, i,
                      sim_status_name(got->outcome.status), sim_status_name(want->status));
        if (want->timeout != 0)
            continue; /* no reply */
        ck_assert_msg(got->reply.word[0] == want->given * SIM_MS, "%s, %d: given %.9f s", table->name, i,
                      sim_ns_to_s(got->reply.word[0]));
        ck_assert_msg(got->reply.word[1] == want->load, "%s, %d: load %lld", table->name, i,
                      (long long)got->reply.word[1]);
        ck_assert_int_eq(got->reply.word[2], want->status == SIM_ERROR);
        ck_assert_uint_eq(got->reply.key, want->key);
        if (want->given == 0)
            ck_assert_msg(got->events == 0, "%s, %d: took an event", table->name, i);
    }
}

/* ---- the tables ---- */

#define OK(at, ends, given, load) \
    { \
        at, 1, ends, SIM_OK, given, load, 0 \
    }

static const struct table tables[] = {
    {"without saturation",
     {"d.latency=100ms"},
     {{50, "d.added_latency=3s"}, {60, "d.latency=0s"}, {70, "d.added_latency=0s"}},
     {OK(0, 100, 100, 1), OK(49, 149, 100, 2), OK(50, 3150, 3100, 3), OK(60, 3060, 3000, 4), OK(70, 70, 0, 5)}},
    {"started: the 11th gets 0.5 s, the 12th 1 s",
     {"d.saturation=started"},
     {{0}},
     {OK(0, 0, 0, 1), OK(0, 0, 0, 2), OK(0, 0, 0, 3), OK(0, 0, 0, 4), OK(0, 0, 0, 5), OK(0, 0, 0, 6), OK(0, 0, 0, 7),
      OK(0, 0, 0, 8), OK(0, 0, 0, 9), OK(0, 0, 0, 10), OK(0, 500, 500, 11), OK(0, 1000, 1000, 12),
      OK(0, 1500, 1500, 13)}},
    {"started: who is exactly as old as the window is gone",
     {"d.saturation=started", "d.limit=1"},
     {{0}},
     {OK(0, 0, 0, 1), OK(1, 501, 500, 2), OK(9999, 10999, 1000, 3), OK(10000, 11000, 1000, 3),
      OK(10001, 11001, 1000, 3), OK(19999, 20999, 1000, 3), OK(20001, 20501, 500, 2), OK(30001, 30001, 0, 1)}},
    {"started: failed, unknown and finished ones count",
     {"d.saturation=started", "d.limit=2", "d.latency=100ms", "d.products=2"},
     {{0, "d.failure_rate=1"}, {1000, "d.failure_rate=0"}},
     {{0, 1, 0, SIM_ERROR, 0, 1, 0},
      {1000, 3, 1100, SIM_NOT_FOUND, 100, 2, 0},
      {2000, 2, 2600, SIM_OK, 600, 3, 0},
      {3000, 3, 4100, SIM_NOT_FOUND, 1100, 4, 0}}},
    {"started: abandoned ones count",
     {"d.saturation=started", "d.limit=1", "d.latency=100ms", "d.on_abandon=cancel"},
     {{0}},
     {{0, 1, 50, SIM_TIMEOUT, 0, 1, 50}, OK(60, 660, 600, 2)}},
    {"started: the time is fixed at the start",
     {"d.saturation=started", "d.limit=0", "d.latency=1s"},
     {{100, "d.added_latency=2s"}, {200, "d.per_query=10ms"}, {300, "d.limit=4"}, {400, "d.window=250ms"}},
     {OK(0, 1500, 1500, 1), OK(100, 4100, 4000, 2), OK(200, 3230, 3030, 3), OK(300, 3300, 3000, 4),
      OK(400, 3400, 3000, 3)}},
    {"started: begins with an empty window",
     {"d.limit=0", "d.latency=1s"},
     {{10, "d.saturation=started"}, {30, "d.saturation=none"}, {40, "d.saturation=started"}},
     {OK(0, 1000, 1000, 1), OK(10, 1510, 1500, 1), OK(20, 2020, 2000, 2), OK(30, 1030, 1000, 4),
      OK(40, 1540, 1500, 1)}},
    {"concurrent: those under way count, with itself",
     {"d.saturation=concurrent", "d.limit=1", "d.latency=1s"},
     {{0}},
     {OK(0, 1000, 1000, 1), OK(0, 1500, 1500, 2), OK(0, 2000, 2000, 3), OK(1200, 3200, 2000, 3),
      OK(2000, 4000, 2000, 3), OK(2001, 4001, 2000, 3), OK(5000, 6000, 1000, 1)}},
    {"concurrent: failed ones count for nobody else",
     {"d.saturation=concurrent", "d.limit=0", "d.failure_rate=1"},
     {{2, "d.failure_rate=0"}},
     {{0, 1, 0, SIM_ERROR, 0, 1, 0}, {1, 1, 1, SIM_ERROR, 0, 1, 0}, OK(2, 502, 500, 1)}},
    {"no product but those there are",
     {"d.products=4", "d.latency=10ms"},
     {{100, "d.products=0"}, {200, "d.products=none"}, {305, "d.products=1"}},
     {{0, 4, 10, SIM_OK, 10, 1, 0},
      {20, 5, 30, SIM_NOT_FOUND, 10, 1, 0},
      {40, 0, 50, SIM_NOT_FOUND, 10, 1, 0},
      {100, 1, 110, SIM_NOT_FOUND, 10, 1, 0},
      {200, 0, 210, SIM_OK, 10, 1, 0},
      {300, 2, 310, SIM_NOT_FOUND, 10, 1, 0}}},
    {"no time at all, and no such product",
     {"d.products=1"},
     {{0}},
     {{0, 1, 0, SIM_OK, 0, 1, 0}, {0, 2, 0, SIM_NOT_FOUND, 0, 1, 0}}},

    {"servers: alone 4 s, then half speed",
     {"d.saturation=servers", "d.servers=1", "d.latency=10s"},
     {{0}},
     {OK(0, 16000, 10000, 1), OK(4000, 20000, 10000, 2)}},
    {"servers: as many as there are servers do not feel each other",
     {"d.saturation=servers", "d.servers=2", "d.latency=6s"},
     {{0}},
     {OK(0, 6000, 6000, 1), OK(0, 6000, 6000, 2), OK(10000, 16000, 6000, 1)}},
    {"servers: three on two",
     {"d.saturation=servers", "d.servers=2", "d.latency=6s"},
     {{0}},
     {OK(0, 9000, 6000, 1), OK(0, 9000, 6000, 2), OK(0, 9000, 6000, 3)}},
    {"servers: the short one first",
     {"d.saturation=servers", "d.servers=1", "d.latency=6s"},
     {{1, "d.latency=2999ms"}, {2, "d.added_latency=1h"}},
     /* At 1 ms 5999 and 2999 are left: the second ends when both got 2999; then 3000 are left of the first. */
     {OK(0, 8999, 6000, 1), OK(1, 5999, 2999, 2)}},
    {"servers: more of them, midway",
     {"d.saturation=servers", "d.servers=1", "d.latency=10s"},
     {{10000, "d.servers=2"}},
     {OK(0, 15000, 10000, 1), OK(0, 15000, 10000, 2)}},
    {"servers: fewer, midway",
     {"d.saturation=servers", "d.servers=2", "d.latency=10s"},
     {{5000, "d.servers=1"}},
     {OK(0, 15000, 10000, 1), OK(0, 15000, 10000, 2)}},
    {"servers: who is cancelled makes room",
     {"d.saturation=servers", "d.servers=1", "d.latency=10s", "d.on_abandon=cancel"},
     {{0}},
     {OK(0, 12000, 10000, 1), {0, 1, 4000, SIM_TIMEOUT, 0, 2, 4000}}},
    {"servers: who is only abandoned does not",
     {"d.saturation=servers", "d.servers=1", "d.latency=10s"},
     {{0}},
     {OK(0, 20000, 10000, 1), {0, 1, 4000, SIM_TIMEOUT, 0, 2, 4000}}},
    {"servers: a query of nothing takes nothing, a failed one takes no share",
     {"d.saturation=servers", "d.servers=1", "d.latency=10ms"},
     {{1, "d.latency=0s"}, {2, "d.failure_rate=1"}},
     {OK(0, 10, 10, 1), OK(1, 1, 0, 2), {2, 1, 2, SIM_ERROR, 0, 2, 0}}},
    {"a query ends by the law it started with",
     {"d.saturation=none", "d.servers=1", "d.latency=10s", "d.limit=0", "d.per_query=1s"},
     {{1000, "d.saturation=servers"},
      {3000, "d.saturation=concurrent"},
      {4000, "d.saturation=started"},
      {5000, "d.saturation=servers"}},
     /* The 2nd and 3rd share from 2 s; from 5 s the last with them: 7.5 s and 8.5 s are left. */
     {OK(0, 10000, 10000, 1), OK(1000, 27500, 10000, 2), OK(2000, 29500, 10000, 3), OK(3000, 17000, 14000, 4),
      OK(4000, 15000, 11000, 1), OK(5000, 31000, 10000, 6)}},
};

START_TEST(queries_take_what_the_table_says)
{
    const struct table *table = &tables[_i];
    struct bench b = bench_make(table);
    sim_run(b.sim, 3600 * SIM_S, NULL, NULL);
    check_table(table, &b);
    ck_assert_int_eq(gauge_now(&b, "busy"), 0);
    kit_finish(b.sim);
}
END_TEST

/* ---- gauges and histogram ---- */

START_TEST(the_load_is_the_window_as_of_the_last_start)
{
    static const struct table table = {"",
                                       {"d.saturation=started", "d.latency=100ms"},
                                       {{30000, "d.saturation=none"}},
                                       {OK(0, 100, 100, 1), OK(1000, 1100, 100, 2), OK(15000, 15100, 100, 1)}};
    static const struct {
        sim_ns at;
        int64_t load;
    } looks[] = {{0, 1}, {500, 1}, {1000, 2}, {14999, 2}, {15000, 1}, {29999, 1}, {30000, 0}};
    struct bench b = bench_make(&table);
    for (size_t i = 0; i < SIM_COUNT_OF(looks); i++) {
        sim_run(b.sim, looks[i].at * SIM_MS + 1, NULL, NULL);
        ck_assert_int_eq(gauge_now(&b, "load"), looks[i].load);
    }
    kit_finish(b.sim);
}
END_TEST

START_TEST(else_the_load_is_the_queries_under_way)
{
    static const char *const laws[] = {"d.saturation=none", "d.saturation=concurrent", "d.saturation=servers"};
    const struct table table = {
        "",
        {laws[_i], "d.latency=100ms"},
        {{0}},
        {OK(0, 100, 100, 1), OK(50, 150, 100, 2), OK(60, 160, 100, 3), {70, 1, 75, SIM_TIMEOUT, 0, 4, 5}}};
    static const int64_t want[] = {1, 1, 1, 1, 1, 2, 3, 4, 4, 4, 3, 3, 3, 3, 3, 2, 1, 0}; /* every 10 ms */
    struct bench b = bench_make(&table);
    for (size_t i = 0; i < SIM_COUNT_OF(want); i++) {
        sim_run(b.sim, (sim_ns)i * 10 * SIM_MS + 1, NULL, NULL);
        ck_assert_int_eq(gauge_now(&b, "load"), want[i]);
        ck_assert_int_eq(gauge_now(&b, "busy"), _i == 2 ? want[i] : 0);
    }
    check_table(&table, &b);
    kit_finish(b.sim);
}
END_TEST

START_TEST(query_time_is_of_queries_that_ended_ok)
{
    static const struct table table = {"",
                                       {"d.latency=100ms", "d.products=1"},
                                       {{50, "d.latency=200ms"}, {60, "d.failure_rate=1"}},
                                       {OK(0, 100, 100, 1),
                                        {10, 2, 110, SIM_NOT_FOUND, 100, 2, 0},
                                        OK(50, 250, 200, 3),
                                        {60, 1, 60, SIM_ERROR, 0, 4, 0}}};
    struct bench b = bench_make(&table);
    sim_run(b.sim, SIM_S, NULL, NULL);
    const struct sim_metric *metric = b.database->type->metrics;
    while (strcmp(metric->name, "query_time") != 0)
        metric++;
    const struct sim_hist *hist = &((struct sim_histogram *)(void *)((char *)b.database + metric->offset))->slice;
    ck_assert_uint_eq(hist->count, 2);
    ck_assert_int_eq(hist->min, 100 * SIM_MS);
    ck_assert_int_eq(hist->max, 200 * SIM_MS);
    check_table(&table, &b);
    kit_finish(b.sim);
}
END_TEST

/* ---- kill and restart ---- */

START_TEST(a_kill_forgets_the_load_and_those_who_share)
{
    static const char *const laws[] = {"d.saturation=started", "d.saturation=concurrent", "d.saturation=servers"};
    const struct table table = {"",
                                {laws[_i], "d.latency=1s", "d.limit=1", "d.servers=1"},
                                {{510, "d.servers=2"}},
                                {{0, 1, 500, SIM_REFUSED, 1000, 1, 0},
                                 {100, 1, 500, SIM_REFUSED, _i == 2 ? 1000 : 1500, 2, 0},
                                 {500, 1, 500, SIM_REFUSED, _i == 2 ? 1000 : 2000, 3, 0},
                                 OK(600, 1600, 1000, 1),
                                 OK(700, _i == 2 ? 1700 : 2200, _i == 2 ? 1000 : 1500, 2)}};
    struct bench b = bench_make(&table);
    kit_kill_at(b.database, 500 * SIM_MS);
    kit_restart_at(b.database, 550 * SIM_MS);
    sim_run(b.sim, 520 * SIM_MS, NULL, NULL);
    static const char *const gauges[] = {"load", "busy", "servers"};
    for (size_t i = 0; i < SIM_COUNT_OF(gauges); i++)
        ck_assert_int_eq(gauge_now(&b, gauges[i]), 0);
    sim_run(b.sim, 3600 * SIM_S, NULL, NULL);
    ck_assert_int_eq(gauge_now(&b, "servers"), 2);
    check_table(&table, &b);
    kit_finish(b.sim);
}
END_TEST

/* ---- whatever changes ---- */

static const char *const anything[] = {
    "d.saturation=none",
    "d.saturation=started",
    "d.saturation=concurrent",
    "d.saturation=servers",
    "d.saturation=servers",
    "d.servers=1",
    "d.servers=3",
    "d.servers=20",
    "d.latency=0s",
    "d.latency=30ms",
    "d.latency=exponential:mean=20ms",
    "d.added_latency=70ms",
    "d.added_latency=0s",
    "d.on_abandon=cancel",
    "d.on_abandon=continue",
    "d.failure_rate=0.5",
    "d.failure_rate=0",
    "d.products=3",
    "d.products=none",
    "d.window=100ms",
    "d.window=10s",
    "d.limit=0",
    "d.limit=5",
    "d.per_query=1ms",
};

static void check_books(const struct bench *b, bool started)
{
    kit_check_conservation(b->sim);
    kit_require(started || b->database->down || gauge_now(b, "load") == b->database->in_flight.value);
    kit_require(gauge_now(b, "busy") <= b->database->in_flight.value);
    kit_require(!b->database->down || (gauge_now(b, "load") == 0 && gauge_now(b, "busy") == 0));
}

/* A question every 2 ms, of which some are given up after 20 ms; every 30 ms something changes, or it dies, or lives. */
START_TEST(the_books_balance_whatever_changes)
{
    static const struct table nobody = {"", {"d.limit=5", "d.per_query=1ms"}, {{0}}, {{0}}};
    static const struct ask asks[] = {{.key = 1, .load = 1}, {.key = 4, .timeout = 20, .load = 1}};
    struct bench b = bench_make(&nobody);
    struct sim_rng rng;
    bool started = false;
    sim_rng_init(&rng, (uint64_t)_i, "database", "test");
    b.asker->asks = asks;
    for (int i = 0; i < 3000; i++) {
        const sim_ns now = (sim_ns)i * 2 * SIM_MS;
        const char *change = anything[sim_rng_next(&rng) % SIM_COUNT_OF(anything)];
        (void)sim_schedule(&b.asker->node, now, &ask_kind, (void *)(uintptr_t)&asks[sim_rng_next(&rng) % 2]);
        if (i % 300 == 297)
            kit_kill_at(b.database, now);
        else if (i % 300 == 299)
            kit_restart_at(b.database, now);
        else if (i % 15 == 0)
            kit_set_at(&b.asker->node, now, change);
        if (i % 15 == 0 && strncmp(change, "d.saturation", strlen("d.saturation")) == 0)
            started = strcmp(change, "d.saturation=started") == 0;
        sim_run(b.sim, now + 1, NULL, NULL);
        check_books(&b, started);
    }
    sim_run(b.sim, 3600 * SIM_S, NULL, NULL);
    ck_assert_int_eq(b.database->in_flight.value, 0);
    ck_assert_int_gt(b.database->by_status[SIM_OK].value, 500);
    ck_assert_int_gt(b.database->by_status[SIM_CANCELLED].value, 20);
    kit_finish(b.sim);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("database");
    TCase *tests = tcase_create("database");
    tcase_add_loop_test(tests, queries_take_what_the_table_says, 0, SIM_COUNT_OF(tables));
    tcase_add_test(tests, the_load_is_the_window_as_of_the_last_start);
    tcase_add_loop_test(tests, else_the_load_is_the_queries_under_way, 0, 3);
    tcase_add_test(tests, query_time_is_of_queries_that_ended_ok);
    tcase_add_loop_test(tests, a_kill_forgets_the_load_and_those_who_share, 0, 3);
    tcase_add_loop_test(tests, the_books_balance_whatever_changes, 1, 21);
    suite_add_tcase(suite, tests);
    return kit_run(suite);
}
