/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of sim/fingerprint.c: what changes the fingerprint of a run, and what must not. */
#include "tests/random_world.h"

struct toy {
    struct sim_node node; /* must be first */
    struct sim_counter beeps;
    struct sim_gauge level;
    struct sim_histogram sizes;
};

/* What the run of a toy world differs in. */
struct toy_run {
    const char *name;
    sim_ns at, until;
    const char *kind;
    int cancelled;   /* timers that are set and cancelled */
    int64_t counted; /* by the last event */
    int64_t level, size, other_size;
    bool swapped; /* two events of one instant in the other order */
    uint64_t seed;
};

static struct toy_run running;

static void fire(struct sim_node *node, void *subject)
{
    struct toy *toy = (struct toy *)node;
    (void)subject;
    sim_count(&toy->beeps, running.counted);
    sim_gauge_set(&toy->level, sim_now(node), running.level);
    sim_hist_record(&toy->sizes.slice, running.size);
    sim_hist_record(&toy->sizes.slice, running.other_size);
}

static const struct sim_metric toy_metrics[] = {
    {.name = "beeps", .kind = SIM_METRIC_COUNTER, .offset = offsetof(struct toy, beeps), .unit = "1"},
    {.name = "level", .kind = SIM_METRIC_GAUGE, .offset = offsetof(struct toy, level), .unit = "1"},
    {.name = "sizes", .kind = SIM_METRIC_HISTOGRAM, .offset = offsetof(struct toy, sizes), .unit = "s"},
    {0}};
static const struct sim_node_type toy_type = {.name = "toy", .size = sizeof(struct toy), .metrics = toy_metrics};

static uint64_t run_toy(struct toy_run how)
{
    struct sim_event_kind first = {"", fire};
    static const struct sim_event_kind second = {"second", fire};
    (void)snprintf(first.name, sizeof first.name, "%s", how.kind);
    running = how;
    struct sim *sim = sim_create(how.seed);
    struct sim_node *toy = sim_add_node(sim, &toy_type, how.name);
    struct sim_node *other = sim_add_node(sim, &toy_type, "other");
    kit_start_world(sim);
    for (int i = 0; i < how.cancelled; i++) {
        sim_event event = sim_schedule(toy, 3 + i, &second, NULL);
        sim_cancel(sim, &event);
    }
    (void)sim_schedule(how.swapped ? other : toy, how.at, how.swapped ? &second : &first, NULL);
    (void)sim_schedule(how.swapped ? toy : other, how.at, how.swapped ? &first : &second, NULL);
    sim_run(sim, how.until, NULL, NULL);
    sim_finish(sim);
    uint64_t print = sim_fingerprint(sim);
    ck_assert_uint_eq(sim_fingerprint(sim), print); /* asking does not change it */
    sim_destroy(sim);
    return print;
}

static const struct toy_run plain = {
    .name = "toy", .at = 10, .until = 20, .kind = "first", .counted = 1, .level = 4, .size = 100, .seed = 1};

START_TEST(equal_runs_have_equal_fingerprints)
{
    ck_assert_uint_eq(run_toy(plain), run_toy(plain));
    struct toy_run other = plain;
    other.seed = 2; /* of which nothing was drawn */
    ck_assert_uint_eq(run_toy(other), run_toy(plain));
}
END_TEST

START_TEST(cancelled_timers_leave_no_trace)
{
    struct toy_run other = plain;
    other.cancelled = 1000;
    ck_assert_uint_eq(run_toy(other), run_toy(plain));
}
END_TEST

START_TEST(a_time_a_node_a_kind_an_order_or_a_metric_changes_it)
{
    struct toy_run runs[12];
    for (size_t i = 0; i < SIM_COUNT_OF(runs); i++)
        runs[i] = plain;
    runs[1].name = "toys";
    runs[2].at = 11;
    runs[3].kind = "firsu";
    runs[4].counted = 2;
    runs[5].level = 5;
    runs[6].size = 101;
    runs[7].until = 21; /* the gauge held for longer */
    runs[8].swapped = true;
    runs[9].at = 30;         /* not dispatched */
    runs[10].other_size = 9; /* neither the count nor the maximum differs */
    runs[11].until = 12;
    uint64_t prints[SIM_COUNT_OF(runs)];
    for (size_t i = 0; i < SIM_COUNT_OF(runs); i++) {
        prints[i] = run_toy(runs[i]);
        for (size_t k = 0; k < i; k++)
            ck_assert_msg(prints[i] != prints[k], "runs %zu and %zu", i, k);
    }
}
END_TEST

START_TEST(a_gauges_whole_integral_counts)
{
    struct toy_run none = plain;
    struct toy_run much = plain;
    none.until = much.until = plain.at + 4;
    none.level = 0;
    much.level = INT64_C(1) << 62; /* for 4 ns: 2^64 */
    ck_assert_uint_ne(run_toy(none), run_toy(much));
}
END_TEST

START_TEST(the_whole_name_of_a_kind_counts)
{
    struct toy_run a = plain;
    struct toy_run b = plain;
    a.kind = "fifteen letterA";
    b.kind = "fifteen letterB";
    ck_assert_uint_ne(run_toy(a), run_toy(b));
}
END_TEST

/* The buffer of records is flushed as it fills: how often must not show. */
START_TEST(it_is_the_hash_of_all_records_whenever_they_are_flushed)
{
    struct sim_fingerprint often, seldom;
    sim_fingerprint_init(&often);
    sim_fingerprint_init(&seldom);
    for (uint64_t i = 0; i < UINT64_C(3) * SIM_FINGERPRINT_BUFFER; i++) {
        const struct sim_fingerprint_record record = {i, i * 3, {i, 7}};
        often.records[often.count++] = record;
        seldom.records[seldom.count++] = record;
        if (i % 5 == 0)
            sim_fingerprint_flush(&often);
        if (often.count == SIM_FINGERPRINT_BUFFER)
            sim_fingerprint_flush(&often);
        if (seldom.count == SIM_FINGERPRINT_BUFFER)
            sim_fingerprint_flush(&seldom);
    }
    sim_fingerprint_bytes(&often, "end", 4);
    sim_fingerprint_bytes(&seldom, "end", 4);
    uint64_t value = sim_fingerprint_value(&often);
    ck_assert_uint_eq(value, sim_fingerprint_value(&seldom));
    sim_fingerprint_bytes(&often, "x", 1);
    ck_assert_uint_ne(sim_fingerprint_value(&often), value);
    sim_fingerprint_fini(&often);
    sim_fingerprint_fini(&seldom);
}
END_TEST

START_TEST(worlds_of_other_seeds_have_other_fingerprints)
{
    enum { SEEDS = 40 };
    uint64_t prints[SEEDS];
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        struct random_world *w = random_world_make(seed, RANDOM_PARALLEL | RANDOM_FAULTS);
        random_world_start(w, 20, 200 * SIM_MS);
        ck_assert(sim_run(w->sim, SIM_S, NULL, NULL));
        sim_finish(w->sim);
        prints[seed] = sim_fingerprint(w->sim);
        random_world_free(w);
        for (uint64_t k = 0; k < seed; k++)
            ck_assert_uint_ne(prints[k], prints[seed]);
    }
}
END_TEST

START_TEST(to_ask_before_the_end_is_a_bug)
{
    struct sim *sim = sim_create(1);
    kit_start_world(sim);
    (void)sim_fingerprint(sim);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("fingerprint");
    TCase *tests = tcase_create("fingerprint");
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, equal_runs_have_equal_fingerprints);
    tcase_add_test(tests, cancelled_timers_leave_no_trace);
    tcase_add_test(tests, a_time_a_node_a_kind_an_order_or_a_metric_changes_it);
    tcase_add_test(tests, a_gauges_whole_integral_counts);
    tcase_add_test(tests, the_whole_name_of_a_kind_counts);
    tcase_add_test(tests, it_is_the_hash_of_all_records_whenever_they_are_flushed);
    tcase_add_test(tests, worlds_of_other_seeds_have_other_fingerprints);
    tcase_add_exit_test(tests, to_ask_before_the_end_is_a_bug, 70);
    suite_add_tcase(suite, tests);
    return kit_run(suite);
}
