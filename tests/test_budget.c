/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of the retry budget (models/budget.h) and its bucket: each kind, and each preset of docs/limits.md, against
 * sequences worked out by hand. */
#include "tests/kit.h"

#include "models/bucket.h"
#include "models/budget.h"

struct shop {
    struct sim_node node; /* must be first */
    struct budget budget;
};

static const struct sim_part shop_parts[] = {{"budget", &budget_type, offsetof(struct shop, budget)}, {0}};
static const struct sim_node_type shop_type = {
    .name = "shop", .help = "a node with a budget", .size = sizeof(struct shop), .parts = shop_parts};

enum what {
    END,     /* of the table */
    BEGINS,  /* a first attempt */
    OK,      /* an attempt ends so */
    MISSING, /* NOT_FOUND */
    LIMITED, /* 429 */
    FAILS,   /* ERROR */
    TIMES_OUT,
    CANCELLED,
    ASKS,     /* for a retry after a failure; `yes`: granted */
    ASKS_LATE /* after a TIMEOUT */
};

struct step {
    sim_ns at;
    enum what what;
    bool yes;
    int64_t level; /* afterwards, in thousandths */
};

struct sequence {
    const char *sets[10];
    struct step steps[24];
};

static const enum sim_status statuses[] = {[OK] = SIM_OK,       [MISSING] = SIM_NOT_FOUND, [LIMITED] = SIM_LIMITED,
                                           [FAILS] = SIM_ERROR, [TIMES_OUT] = SIM_TIMEOUT, [CANCELLED] = SIM_CANCELLED,
                                           [ASKS] = SIM_ERROR,  [ASKS_LATE] = SIM_TIMEOUT};

static const struct sequence sequences[] = {
    /* The lab's: a fifth of a token a request, 50 at most. */
    {{"cap=50"},
     {{0, ASKS, false, 0},
      {0, BEGINS, true, 200},
      {1, BEGINS, true, 400},
      {2, BEGINS, true, 600},
      {3, BEGINS, true, 800},
      {4, ASKS, false, 800},
      {5, BEGINS, true, 1000},
      {6, ASKS, true, 0},
      {7, ASKS, false, 0}}},
    /* Nothing is gained above the cap, and a retry that costs more than there is leaves all as it is. */
    {{"cap=1.5", "start=1.4", "per_request=0.3", "cost=1.5"},
     {{0, ASKS, false, 1400}, {0, BEGINS, true, 1500}, {0, BEGINS, true, 1500}, {0, ASKS, true, 0}}},
    /* gRPC's own example: 4 tokens, a ratio of 1.6, retries above 2. */
    {{"cap=4", "start=4", "per_request=0", "per_success=1.6", "per_failure=1", "cost=0", "retry_above=0.5"},
     {{0, FAILS, true, 3000},   {0, ASKS, true, 3000},    {1, OK, true, 4000},        {2, FAILS, true, 3000},
      {2, ASKS, true, 3000},    {3, FAILS, true, 2000},   {3, ASKS, false, 2000},     {4, FAILS, true, 1000},
      {4, ASKS, false, 1000},   {5, FAILS, true, 0},      {6, FAILS, true, 0},        {7, OK, true, 1600},
      {7, ASKS, false, 1600},   {8, OK, true, 3200},      {9, FAILS, true, 2200},     {9, ASKS, true, 2200},
      {9, LIMITED, true, 1200}, {9, MISSING, true, 2800}, {9, CANCELLED, true, 2800}, {9, TIMES_OUT, true, 1800}}},
    /* AWS: 500 tokens, 5 a retry, 10 after a timeout, 1 back a success. Here 20. */
    {{"cap=20", "start=20", "per_request=0", "per_success=1", "cost=5", "timeout_cost=10"},
     {{0, BEGINS, true, 20000},
      {0, ASKS, true, 15000},
      {0, ASKS_LATE, true, 5000},
      {0, ASKS_LATE, false, 5000},
      {0, ASKS, true, 0},
      {0, OK, true, 1000},
      {0, FAILS, true, 1000},
      {0, ASKS, false, 1000}}},
    /* Finagle: a fifth of the requests and ten a second. A tenth of a second later there is one. */
    {{"cap=100", "per_second=10"},
     {{0, ASKS, false, 0},
      {100 * SIM_MS - 1, ASKS, false, 999},
      {100 * SIM_MS, ASKS, true, 0},
      {150 * SIM_MS, BEGINS, true, 700},
      {180 * SIM_MS, ASKS, true, 0},
      {181 * SIM_MS, ASKS, false, 10},
      {20 * SIM_S, BEGINS, true, 100000}}},
    /* 3 a second are not a whole number of units a ns: after a second there are 3, however often it was asked. */
    {{"cap=100", "per_second=3", "per_request=0"},
     {{111, OK, true, 0},
      {333333333, ASKS, false, 999},
      {333333334, ASKS, true, 0},
      {666666666, ASKS, false, 999},
      {666666667, ASKS, true, 0},
      {999999999, ASKS, false, 999},
      {SIM_S, ASKS, true, 0}}},
    /* Without a cost a retry needs any level at all. */
    {{"per_request=0", "per_success=0.001", "cost=0"}, {{0, ASKS, false, 0}, {0, OK, true, 1}, {0, ASKS, true, 1}}},
};

static void set(struct sim *sim, const char *assignment)
{
    char path[120];
    const char *equals = strchr(assignment, '=');
    (void)snprintf(path, sizeof path, "s.budget.%.*s", (int)(equals - assignment), assignment);
    kit_set(sim, path, equals + 1);
}

static struct shop *shop_make(struct sim **sim, const char *kind, const char *const *sets)
{
    *sim = sim_create(1);
    struct shop *shop = (struct shop *)sim_add_node(*sim, &shop_type, "s");
    ck_assert_ptr_nonnull(shop);
    kit_set(*sim, "s.budget.kind", kind);
    for (; sets != NULL && *sets != NULL; sets++)
        set(*sim, *sets);
    kit_start_world(*sim);
    return shop;
}

static void do_step(struct shop *shop, const struct step *step)
{
    bool holds = false;
    if (step->what == BEGINS) {
        budget_begin(&shop->budget);
    } else if (step->what >= ASKS) {
        const int64_t before = shop->budget.denied.value;
        ck_assert_int_eq(budget_allows(&shop->budget, &holds, statuses[step->what], 0), step->yes);
        ck_assert_int_eq(shop->budget.denied.value, before + !step->yes);
    } else {
        budget_attempt(&shop->budget, &holds, statuses[step->what]);
    }
    ck_assert(!holds); /* tokens are not given back */
}

START_TEST(tokens_come_in_and_go_out_as_worked_out_by_hand)
{
    struct sim *sim = NULL;
    const struct sequence *sequence = &sequences[_i];
    struct shop *shop = shop_make(&sim, "tokens", sequence->sets);
    int64_t granted = 0;
    for (const struct step *step = sequence->steps; step->what != END; step++) {
        ck_assert(sim_run(sim, step->at, NULL, NULL));
        do_step(shop, step);
        granted += step->what >= ASKS && step->yes;
        ck_assert_msg(shop->budget.level.value == step->level, "sequence %d, step %d: level %lld, want %lld", _i,
                      (int)(step - sequence->steps), (long long)shop->budget.level.value, (long long)step->level);
    }
    ck_assert_int_eq(shop->budget.granted.value, granted);
    kit_finish(sim);
}
END_TEST

START_TEST(what_retries_cost_is_counted)
{
    struct sim *sim = NULL;
    struct shop *shop = shop_make(&sim, "tokens", (const char *[]){"start=100", "cost=0.0125", "timeout_cost=2", NULL});
    bool holds = false;
    for (int i = 0; i < 3; i++)
        ck_assert(budget_allows(&shop->budget, &holds, SIM_ERROR, 0));
    ck_assert_int_eq(shop->budget.spent.value, 37); /* of 37.5 thousandths */
    ck_assert(budget_allows(&shop->budget, &holds, SIM_ERROR, 0));
    ck_assert_int_eq(shop->budget.spent.value, 50);
    ck_assert(budget_allows(&shop->budget, &holds, SIM_TIMEOUT, 0));
    ck_assert_int_eq(shop->budget.spent.value, 2050);
    kit_finish(sim);
}
END_TEST

/* ---- share ---- */

/* Asks in a row, none of which ends: how many are granted. */
static const struct {
    const char *share, *minimum;
    int64_t active, granted;
} shares[] = {{"0.2", "3", 0, 3},    {"0.2", "3", 15, 3},    {"0.2", "3", 19, 3},     {"0.2", "3", 20, 4},
              {"0.2", "3", 100, 20}, {"0.25", "3", 100, 25}, {"0.2", "0", 4, 0},      {"0.2", "0", 5, 1},
              {"0", "0", 1000, 0},   {"1", "0", 7, 7},       {"0.1", "0", 1000, 100}, {"0.29", "0", 100, 29},
              {"0.57", "0", 100, 57}};

START_TEST(a_share_of_the_calls_under_way_may_be_retries)
{
    struct sim *sim = NULL;
    struct shop *shop = shop_make(&sim, "share", NULL);
    kit_set(sim, "s.budget.share", shares[_i].share);
    kit_set(sim, "s.budget.minimum", shares[_i].minimum);
    for (int i = 0; i < 200; i++) {
        bool holds = false;
        const bool granted = budget_allows(&shop->budget, &holds, SIM_ERROR, shares[_i].active);
        ck_assert_int_eq(granted, i < shares[_i].granted);
        ck_assert_int_eq(holds, granted);
    }
    ck_assert_int_eq(shop->budget.under_way.value, shares[_i].granted);
    ck_assert_int_eq(shop->budget.denied.value, 200 - shares[_i].granted);
    kit_finish(sim);
}
END_TEST

START_TEST(a_retry_is_under_way_until_its_attempt_ends_or_its_request_gives_up)
{
    struct sim *sim = NULL;
    struct shop *shop = shop_make(&sim, "share", (const char *[]){"minimum=1", NULL});
    bool first = false;
    bool second = false;
    ck_assert(budget_allows(&shop->budget, &first, SIM_ERROR, 0));
    ck_assert(!budget_allows(&shop->budget, &second, SIM_ERROR, 0));
    budget_attempt(&shop->budget, &first, SIM_ERROR); /* it may ask again for its own place */
    ck_assert(!first);
    ck_assert(budget_allows(&shop->budget, &first, SIM_ERROR, 0));
    budget_end(&shop->budget, &first);
    ck_assert(budget_allows(&shop->budget, &second, SIM_ERROR, 0));
    budget_end(&shop->budget, &first); /* has none */
    ck_assert_int_eq(shop->budget.under_way.value, 1);
    /* Whatever the kind is by then. */
    kit_set(sim, "s.budget.kind", "none");
    budget_attempt(&shop->budget, &second, SIM_OK);
    ck_assert_int_eq(shop->budget.under_way.value, 0);
    kit_finish(sim);
}
END_TEST

/* ---- life ---- */

START_TEST(without_a_budget_every_retry_is_granted_and_nothing_is_counted)
{
    struct sim *sim = NULL;
    struct shop *shop = shop_make(&sim, "none", (const char *[]){"start=5", NULL});
    bool holds = false;
    budget_begin(&shop->budget);
    for (int i = 0; i < 10; i++)
        ck_assert(budget_allows(&shop->budget, &holds, SIM_ERROR, 0));
    ck_assert_int_eq(shop->budget.granted.value + shop->budget.level.value + shop->budget.spent.value, 0);
    kit_finish(sim);
}
END_TEST

START_TEST(changes_act_at_once)
{
    struct sim *sim = NULL;
    struct shop *shop = shop_make(&sim, "tokens", (const char *[]){"start=40", "per_second=1", NULL});
    bool holds = false;
    ck_assert(sim_run(sim, 10 * SIM_S, NULL, NULL));
    kit_set(sim, "s.budget.per_second", "4"); /* 50 until here */
    ck_assert_int_eq(shop->budget.level.value, 50000);
    ck_assert(sim_run(sim, 12 * SIM_S, NULL, NULL));
    kit_set(sim, "s.budget.per_second", "0");
    ck_assert_int_eq(shop->budget.level.value, 58000);
    kit_set(sim, "s.budget.cap", "6");
    ck_assert_int_eq(shop->budget.level.value, 6000);
    kit_set(sim, "s.budget.cap", "100");
    ck_assert_int_eq(shop->budget.level.value, 6000);
    kit_set(sim, "s.budget.cost", "6.5");
    ck_assert(!budget_allows(&shop->budget, &holds, SIM_ERROR, 0));
    kit_set(sim, "s.budget.retry_above", "0.06");
    kit_set(sim, "s.budget.cost", "1");
    ck_assert(!budget_allows(&shop->budget, &holds, SIM_ERROR, 0));
    kit_set(sim, "s.budget.retry_above", "0.059");
    ck_assert(budget_allows(&shop->budget, &holds, SIM_ERROR, 0));
    /* Turned off and on again it begins anew. */
    kit_set(sim, "s.budget.kind", "share");
    ck_assert_int_eq(shop->budget.level.value, 0);
    kit_set(sim, "s.budget.kind", "tokens");
    ck_assert_int_eq(shop->budget.level.value, 40000);
    kit_finish(sim);
}
END_TEST

START_TEST(a_restart_begins_anew_and_forgets_the_retries_of_the_dead)
{
    struct sim *sim = NULL;
    struct shop *shop = shop_make(&sim, "tokens", (const char *[]){"start=2", "per_second=1", NULL});
    bool holds = false;
    ck_assert(budget_allows(&shop->budget, &holds, SIM_ERROR, 0));
    ck_assert(sim_run(sim, 10 * SIM_S, NULL, NULL));
    sim_node_kill(&shop->node);
    ck_assert_int_eq(shop->budget.level.value, 0);
    kit_set(sim, "s.budget.cap", "50"); /* read at the start */
    ck_assert(sim_run(sim, 20 * SIM_S, NULL, NULL));
    sim_node_restart(&shop->node);
    ck_assert_int_eq(shop->budget.level.value, 2000);
    ck_assert(sim_run(sim, 21 * SIM_S, NULL, NULL));
    budget_begin(&shop->budget);
    ck_assert_int_eq(shop->budget.level.value, 3200);
    ck_assert(sim_run(sim, 200 * SIM_S, NULL, NULL));
    budget_begin(&shop->budget);
    ck_assert_int_eq(shop->budget.level.value, 50000);
    kit_set(sim, "s.budget.kind", "share");
    ck_assert(budget_allows(&shop->budget, &holds, SIM_ERROR, 0));
    sim_node_kill(&shop->node);
    sim_node_restart(&shop->node);
    ck_assert_int_eq(shop->budget.under_way.value, 0);
    kit_finish(sim);
}
END_TEST

START_TEST(a_start_above_the_cap_is_refused)
{
    struct sim_error error = {0};
    struct sim *sim = sim_create(1);
    ck_assert_ptr_nonnull(sim_add_node(sim, &shop_type, "s"));
    set(sim, "cap=10");
    set(sim, "start=10.5");
    ck_assert(!sim_start_world(sim, &error));
    ck_assert_str_eq(error.path, "s.budget.start");
    ck_assert_str_eq(error.rule, "want at most `cap`, 10 tokens, got 10.5");
    sim_destroy(sim);
}
END_TEST

/* ---- the bucket ---- */

/* However a time is cut into pieces, the same comes in: against a bucket that was asked only at the end. */
START_TEST(what_comes_in_does_not_depend_on_how_often_one_looks)
{
    for (uint64_t seed = 1; seed <= 300; seed++) {
        struct sim_rng rng;
        struct bucket often, once;
        sim_rng_init(&rng, seed, "bucket", "test");
        const int64_t rate = (int64_t)(sim_rng_next(&rng) % (UINT64_C(1) << (seed % 60 + 1)));
        const sim_ns end = (sim_ns)(sim_rng_next(&rng) % (uint64_t)SIM_S);
        bucket_start(&often, 5, 0, INT64_MAX, rate);
        bucket_start(&once, 5, 0, INT64_MAX, rate);
        for (sim_ns now = 5; now < end; now += 1 + (sim_ns)(sim_rng_next(&rng) % (uint64_t)(end / 50 + 1)))
            bucket_add(&often, now, 0);
        bucket_add(&often, end + 5, 0);
        bucket_add(&once, end + 5, 0);
        ck_assert_int_eq(often.level, once.level);
        ck_assert_int_eq(often.remainder, once.remainder);
        ck_assert_int_eq(once.level, (int64_t)((sim_wide)rate * end / SIM_S));
    }
}
END_TEST

START_TEST(the_largest_bucket_does_not_overflow)
{
    struct bucket bucket;
    bucket_start(&bucket, 0, 0, bucket_units(1e9), bucket_units(1e9));
    bucket_add(&bucket, SIM_NS_MAX, INT64_MAX);
    ck_assert_int_eq(bucket.level, bucket_units(1e9));
    bucket_add(&bucket, SIM_NS_MAX, INT64_MIN);
    ck_assert_int_eq(bucket.level, 0);
    ck_assert_int_eq(bucket_units(0.1), 100000000);
    ck_assert_int_eq(bucket_units(0.0000000005), 1);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("budget");
    TCase *tests = tcase_create("budget");
    tcase_add_loop_test(tests, tokens_come_in_and_go_out_as_worked_out_by_hand, 0, SIM_COUNT_OF(sequences));
    tcase_add_test(tests, what_retries_cost_is_counted);
    tcase_add_loop_test(tests, a_share_of_the_calls_under_way_may_be_retries, 0, SIM_COUNT_OF(shares));
    tcase_add_test(tests, a_retry_is_under_way_until_its_attempt_ends_or_its_request_gives_up);
    tcase_add_test(tests, without_a_budget_every_retry_is_granted_and_nothing_is_counted);
    tcase_add_test(tests, changes_act_at_once);
    tcase_add_test(tests, a_restart_begins_anew_and_forgets_the_retries_of_the_dead);
    tcase_add_test(tests, a_start_above_the_cap_is_refused);
    tcase_add_test(tests, what_comes_in_does_not_depend_on_how_often_one_looks);
    tcase_add_test(tests, the_largest_bucket_does_not_overflow);
    suite_add_tcase(suite, tests);
    return kit_run(suite);
}
