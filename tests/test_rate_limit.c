/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of the rate limit (models/rate_limit.h) by hand, and of the gateway that embeds it and the retry budget. */
#include "tests/kit.h"

#include "models/http.h"
#include "models/rate_limit.h"

struct door {
    struct sim_node node; /* must be first */
    struct rate_limit limit;
};

static const struct sim_part door_parts[] = {{"limit", &rate_limit_type, offsetof(struct door, limit)}, {0}};
static const struct sim_node_type door_type = {
    .name = "door", .help = "a node with a rate limit", .size = sizeof(struct door), .parts = door_parts};

/* `many` requests come at `at`, of which `pass` do. */
struct step {
    sim_ns at;
    int many, pass;
};

static const struct {
    const char *rate, *burst;
    struct step steps[12];
} sequences[] = {
    {"none", "1", {{0, 1000, 1000}, {1, 1000, 1000}}},
    /* One at a time: the second is exactly 100 ms later, not a nanosecond before. */
    {"10/s", "1", {{0, 2, 1}, {100 * SIM_MS - 1, 1, 0}, {100 * SIM_MS, 2, 1}, {SIM_S, 5, 1}}},
    /* A refused one takes nothing: who knocks all the time is let in as soon. */
    {"1/s", "1", {{0, 1, 1}, {SIM_S / 2, 100, 0}, {SIM_S - 1, 100, 0}, {SIM_S, 1, 1}}},
    /* Full at first; a burst, then the rate, and never more than the burst. */
    {"10/s", "5", {{0, 7, 5}, {100 * SIM_MS, 2, 1}, {350 * SIM_MS, 3, 2}, {400 * SIM_MS, 1, 1}, {10 * SIM_S, 9, 5}}},
    /* A third of a second is no whole number of nanoseconds; three of them are a second. */
    {"3/s",
     "2",
     {{0, 3, 2},
      {333333333, 1, 0},
      {333333334, 1, 1},
      {666666666, 1, 0},
      {666666667, 1, 1},
      {999999999, 1, 0},
      {SIM_S, 1, 1}}},
    /* With room for one alone, what came in while it was full is lost. */
    {"3/s", "1", {{0, 1, 1}, {333333334, 1, 1}, {666666667, 1, 0}, {666666668, 1, 1}}},
    /* Faster than a nanosecond: in each there is room for seven in ten of the requests. */
    {"700000000/s", "2", {{0, 3, 2}, {1, 1, 0}, {2, 1, 1}, {3, 1, 1}, {4, 1, 0}, {5, 1, 1}, {6, 1, 1}}},
    {"0/s", "2", {{0, 3, 2}, {1000 * SIM_S, 3, 0}}},
};

static struct door *door_make(struct sim **sim, const char *rate, const char *burst)
{
    *sim = sim_create(1);
    struct door *door = (struct door *)sim_add_node(*sim, &door_type, "d");
    kit_set(*sim, "d.limit.rate", rate);
    kit_set(*sim, "d.limit.burst", burst);
    kit_start_world(*sim);
    return door;
}

/* How many of `many` that come now pass. */
static int knock(struct door *door, int many)
{
    int pass = 0;
    for (int i = 0; i < many; i++)
        pass += rate_limit_passes(&door->limit);
    return pass;
}

START_TEST(requests_pass_as_worked_out_by_hand)
{
    struct sim *sim = NULL;
    struct door *door = door_make(&sim, sequences[_i].rate, sequences[_i].burst);
    int64_t limited = 0;
    for (const struct step *step = sequences[_i].steps; step->many > 0; step++) {
        ck_assert(sim_run(sim, step->at, NULL, NULL));
        ck_assert_int_eq(knock(door, step->many), step->pass);
        limited += step->many - step->pass;
        ck_assert_int_eq(door->limit.limited.value, limited);
    }
    kit_finish(sim);
}
END_TEST

START_TEST(over_any_time_no_more_pass_than_the_burst_and_the_rate_allow)
{
    for (uint64_t seed = 1; seed <= 50; seed++) {
        struct sim *sim = NULL;
        struct sim_rng rng;
        struct door *door = door_make(&sim, "1700/s", "7");
        sim_rng_init(&rng, seed, "knocks", "test");
        int64_t passed = 0;
        for (sim_ns now = 0; now < SIM_S; now += (sim_ns)(sim_rng_next(&rng) % 500000)) {
            ck_assert(sim_run(sim, now, NULL, NULL));
            passed += knock(door, 3);
            kit_require(passed <= 7 + now * 1700 / SIM_S);
        }
        ck_assert_int_ge(passed, 1700); /* and who always asks loses nothing */
        kit_finish(sim);
    }
}
END_TEST

START_TEST(changes_act_at_once)
{
    struct sim *sim = NULL;
    struct door *door = door_make(&sim, "none", "4");
    ck_assert_int_eq(knock(door, 100), 100);
    kit_set(sim, "d.limit.rate", "1/s"); /* turned on: full */
    ck_assert_int_eq(knock(door, 100), 4);
    ck_assert(sim_run(sim, SIM_S / 2, NULL, NULL));
    kit_set(sim, "d.limit.rate", "100/s"); /* what came in at the old rate stays: half a token */
    ck_assert(sim_run(sim, SIM_S / 2 + 5 * SIM_MS, NULL, NULL));
    ck_assert_int_eq(knock(door, 100), 1);
    ck_assert(sim_run(sim, 2 * SIM_S, NULL, NULL));
    kit_set(sim, "d.limit.burst", "2"); /* two are lost */
    ck_assert_int_eq(knock(door, 100), 2);
    kit_set(sim, "d.limit.burst", "50"); /* and none are won */
    ck_assert_int_eq(knock(door, 100), 0);
    ck_assert(sim_run(sim, 4 * SIM_S, NULL, NULL));
    ck_assert_int_eq(knock(door, 100), 50);
    kit_set(sim, "d.limit.rate", "none");
    ck_assert_int_eq(knock(door, 100), 100);
    kit_finish(sim);
}
END_TEST

START_TEST(a_restart_begins_full)
{
    struct sim *sim = NULL;
    struct door *door = door_make(&sim, "1/s", "3");
    ck_assert_int_eq(knock(door, 5), 3);
    sim_node_kill(&door->node);
    kit_set(sim, "d.limit.burst", "4");
    sim_node_restart(&door->node);
    ck_assert_int_eq(knock(door, 5), 4);
    kit_finish(sim);
}
END_TEST

/* ---- in the gateway ---- */

/* A kit client, a gateway, a kit service that answers OP_GET_PRODUCT with ERROR after 10 ms. */
struct site {
    struct sim *sim;
    struct kit_node *client;
    struct sim_node *gateway, *service;
};

/* The service: answers ERROR "Number n" after 10 ms. */
static void serve(struct sim_flow *f);
static const struct sim_node_type failing_type = {.name = "failing",
                                                  .help = "answers ERROR after 10 ms",
                                                  .size = sizeof(struct sim_node),
                                                  .frame_size = sizeof(struct sim_flow),
                                                  .accepts = OP_BIT(OP_GET_PRODUCT),
                                                  .flow = serve};

static void serve(struct sim_flow *f)
{
    FLOW_BEGIN(f);
    AWAIT(f, sim_sleep(f, 10 * SIM_MS, &kit_sleep_segment));
    f->call->reply.amount = f->node->received.value;
    FLOW_END(f, ((struct sim_outcome){SIM_ERROR, "Failed"}));
}

static struct site site_make(const char *const *sets)
{
    struct site site = {.sim = sim_create(1)};
    site.client = kit_add(site.sim, "client");
    site.gateway = sim_add_node(site.sim, &gateway_type, "gateway");
    site.service = sim_add_node(site.sim, &failing_type, "service");
    kit_set(site.sim, "gateway.to", "service");
    kit_set(site.sim, "gateway.retry.on", "ERROR,TIMEOUT");
    kit_set(site.sim, "gateway.retry.backoff", "0s");
    for (; *sets != NULL; sets++) {
        char path[120];
        const char *equals = strchr(*sets, '=');
        (void)snprintf(path, sizeof path, "gateway.%.*s", (int)(equals - *sets), *sets);
        kit_set(site.sim, path, equals + 1);
    }
    kit_start_world(site.sim);
    return site;
}

START_TEST(an_excess_request_is_answered_429_at_once_and_never_passed_on)
{
    struct site site = site_make((const char *[]){"rate_limit.rate=1/s", "rate_limit.burst=2", NULL});
    const struct kit_step asks[] = {{.kind = KIT_CALL, .to = site.gateway, .op = OP_GET_PRODUCT}, {0}};
    for (int i = 0; i < 5; i++)
        kit_spawn_at(site.client, i, asks);
    ck_assert(sim_run(site.sim, SIM_S, NULL, NULL));
    /* The last three were answered first. */
    for (unsigned i = 1; i <= 5; i++) {
        const struct kit_record *record = kit_nth(site.client, &asks[0], i);
        ck_assert_int_eq(http_status(record->status), i <= 3 ? 429 : 500);
        ck_assert_str_eq(record->reason, i <= 3 ? "Rate Limited" : "Failed");
        ck_assert_int_eq(record->at, i <= 3 ? (sim_ns)i + 1 : 10 * SIM_MS + (sim_ns)i - 4);
    }
    ck_assert_int_eq(site.service->received.value, 2);
    ck_assert_int_eq(site.gateway->errors.value, 2); /* a 429 is no error */
    kit_finish(site.sim);
}
END_TEST

/* How many attempts a request is given, and what it is answered at last. */
static const struct {
    const char *sets[8];
    int64_t attempts;
    sim_ns ends;
    enum sim_status status;
} tries[] = {
    {{"retry.max_attempts=4"}, 4, 40 * SIM_MS, SIM_ERROR},
    {{"retry.max_attempts=4", "budget.kind=tokens"}, 1, 10 * SIM_MS, SIM_ERROR},
    {{"retry.max_attempts=4", "budget.kind=tokens", "budget.start=1.9"}, 3, 30 * SIM_MS, SIM_ERROR},
    {{"retry.max_attempts=4", "budget.kind=tokens", "budget.start=99"}, 4, 40 * SIM_MS, SIM_ERROR},
    {{"retry.max_attempts=4", "budget.kind=tokens", "budget.start=4", "budget.per_failure=1"},
     3, /* 4.2 - 1 - 1 - 1 = 1.2 - 1 = 0.2, which is below the cost */
     30 * SIM_MS,
     SIM_ERROR},
    {{"retry.max_attempts=4", "budget.kind=share", "budget.minimum=0"}, 1, 10 * SIM_MS, SIM_ERROR},
    {{"retry.max_attempts=4", "budget.kind=share", "budget.minimum=1"}, 4, 40 * SIM_MS, SIM_ERROR},
    /* Denied before the pause, not after it. */
    {{"retry.max_attempts=4", "budget.kind=tokens", "retry.backoff=1s"}, 1, 10 * SIM_MS, SIM_ERROR},
    {{"retry.max_attempts=3", "attempt_timeout=4ms"}, 3, 12 * SIM_MS, SIM_TIMEOUT},
    {{"retry.max_attempts=3", "attempt_timeout=4ms", "timeout=10ms"}, 3, 10 * SIM_MS, SIM_TIMEOUT},
    {{"retry.max_attempts=9", "attempt_timeout=4ms", "budget.kind=tokens", "budget.start=5", "budget.timeout_cost=2"},
     3,
     12 * SIM_MS,
     SIM_TIMEOUT},
};

START_TEST(a_retry_denied_passes_back_the_answer_of_the_last_attempt)
{
    struct site site = site_make(tries[_i].sets);
    const struct kit_step asks[] = {{.kind = KIT_CALL, .to = site.gateway, .op = OP_GET_PRODUCT}, {0}};
    kit_spawn_at(site.client, 0, asks);
    ck_assert(sim_run(site.sim, 100 * SIM_S, NULL, NULL));
    kit_expect(site.client, &asks[0], tries[_i].ends, tries[_i].status);
    ck_assert_int_eq(site.service->received.value, tries[_i].attempts);
    if (tries[_i].status == SIM_ERROR)
        ck_assert_int_eq(kit_nth(site.client, &asks[0], 1)->reply.amount, tries[_i].attempts);
    kit_finish(site.sim);
}
END_TEST

static int64_t gauge(const struct sim_node *node, const char *text)
{
    struct sim_reading reading;
    struct sim_error error;
    ck_assert_msg(sim_reading_find(node->sim, text, &reading, &error), "%s: %s", text, error.rule);
    return ((const struct sim_gauge *)node->sim->instruments[reading.over[0]].field)->value;
}

/* A request that is cancelled, or whose deadline comes, in the pause before a retry that was granted, or whose node is
 * killed then, leaves no retry under way. */
START_TEST(who_goes_before_the_retry_that_was_granted_keeps_no_place)
{
    struct site site =
        site_make((const char *[]){"retry.max_attempts=4", "budget.kind=share", "retry.backoff=1s", "on_abandon=cancel",
                                   _i == 1 ? "timeout=50ms" : "timeout=none", NULL});
    const struct kit_step asks[] = {
        {.kind = KIT_CALL, .to = site.gateway, .op = OP_GET_PRODUCT, .timeout = _i == 0 ? 50 * SIM_MS : 0}, {0}};
    kit_spawn_at(site.client, 0, asks);
    if (_i == 2)
        kit_kill_at(site.gateway, 50 * SIM_MS);
    ck_assert(sim_run(site.sim, 49 * SIM_MS, NULL, NULL));
    ck_assert_int_eq(gauge(site.gateway, "gateway.budget.under_way"), 1);
    ck_assert(sim_run(site.sim, 51 * SIM_MS, NULL, NULL));
    ck_assert_int_eq(gauge(site.gateway, "gateway.budget.under_way"), 0);
    kit_finish(site.sim);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("rate limit");
    TCase *tests = tcase_create("rate limit");
    tcase_add_loop_test(tests, requests_pass_as_worked_out_by_hand, 0, SIM_COUNT_OF(sequences));
    tcase_add_test(tests, over_any_time_no_more_pass_than_the_burst_and_the_rate_allow);
    tcase_add_test(tests, changes_act_at_once);
    tcase_add_test(tests, a_restart_begins_full);
    tcase_add_test(tests, an_excess_request_is_answered_429_at_once_and_never_passed_on);
    tcase_add_loop_test(tests, a_retry_denied_passes_back_the_answer_of_the_last_attempt, 0, SIM_COUNT_OF(tries));
    tcase_add_loop_test(tests, who_goes_before_the_retry_that_was_granted_keeps_no_place, 0, 3);
    suite_add_tcase(suite, tests);
    return kit_run(suite);
}
