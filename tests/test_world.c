/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of sim/world.c: building, checks before the start, the loop, its limits, and determinism. */
#include "tests/random_world.h"

#include <pthread.h>

static const struct kit_step at_once[] = {{0}};

/* ---- building ---- */

START_TEST(a_name_is_taken_once)
{
    struct sim *sim = sim_create(1);
    struct kit_node *a = kit_add(sim, "a");
    struct kit_node *b = kit_add(sim, "b");
    ck_assert_ptr_null(sim_add_node(sim, &kit_type, "a"));
    ck_assert_ptr_null(sim_add_node(sim, &pool_type, "b"));
    ck_assert_ptr_nonnull(sim_add_link(sim, "l", &a->node, &b->node));
    ck_assert_ptr_null(sim_add_link(sim, "l", &b->node, &a->node));
    ck_assert_ptr_null(sim_add_link(sim, "m", &a->node, &b->node)); /* they have one */
    ck_assert_ptr_nonnull(sim_add_link(sim, "m", &b->node, &a->node));
    ck_assert_uint_eq(sim->node_count, 2);
    ck_assert_uint_eq(sim->link_count, 2);
    ck_assert_ptr_eq(sim_find_node(sim, "a"), &a->node);
    ck_assert_ptr_null(sim_find_node(sim, "c"));
    ck_assert_ptr_null(sim_find_link(sim, "a"));
    sim_destroy(sim);
}
END_TEST

START_TEST(nodes_and_links_are_kept_by_name)
{
    static const char *const names[] = {"m", "z", "a", "q", "b", "y", "aa", "m-1", "m1"};
    struct sim *sim = sim_create(1);
    struct kit_node *hub = kit_add(sim, "hub");
    for (size_t i = 0; i < SIM_COUNT_OF(names); i++)
        ck_assert_ptr_nonnull(sim_add_link(sim, names[i], &hub->node, &kit_add(sim, names[i])->node));
    for (uint32_t i = 1; i < sim->node_count; i++)
        ck_assert_str_lt(sim->nodes[i - 1]->name, sim->nodes[i]->name);
    for (uint32_t i = 1; i < sim->link_count; i++)
        ck_assert_str_lt(sim->links[i - 1]->name, sim->links[i]->name);
    ck_assert_uint_eq(hub->node.link_count, SIM_COUNT_OF(names));
    kit_start_world(sim);
    for (uint32_t i = 0; i < sim->node_count; i++)
        ck_assert_uint_eq(sim->nodes[i]->index, i);
    kit_finish(sim);
}
END_TEST

START_TEST(a_world_that_was_never_started_can_be_thrown_away)
{
    sim_destroy(NULL);
    sim_destroy(sim_create(1));
    struct sim *sim = sim_create(1);
    (void)sim_add_interval(sim, "phase", 0, 5);
    (void)sim_add_node(sim, &catalogue_type, "c");
    kit_set(sim, "c.parse_cpu", "3ms");
    sim_destroy(sim);
}
END_TEST

/* ---- checks ---- */

START_TEST(a_circle_of_references_is_refused)
{
    static const char *const circles[][3][2] = {
        {{"a.peer", "a"}},
        {{"a.peer", "b"}, {"b.peer", "a"}},
        {{"b.peer", "c"}, {"c.peer", "d"}, {"d.peer", "b"}},
    };
    struct sim *sim = sim_create(1);
    (void)kit_add(sim, "a");
    (void)kit_add(sim, "b");
    (void)kit_add(sim, "c");
    (void)kit_add(sim, "d");
    for (int i = 0; i < 3 && circles[_i][i][0] != NULL; i++)
        kit_set(sim, circles[_i][i][0], circles[_i][i][1]);
    struct sim_error error = {0};
    ck_assert(!sim_start_world(sim, &error));
    ck_assert_ptr_nonnull(strstr(error.rule, "circle"));
    ck_assert_ptr_nonnull(sim_find_node(sim, error.path));
    sim_destroy(sim);
}
END_TEST

START_TEST(references_that_meet_again_are_no_circle)
{
    struct sim *sim = sim_create(1);
    (void)kit_add(sim, "a");
    (void)kit_add(sim, "b");
    (void)kit_add(sim, "c");
    (void)kit_add(sim, "d");
    kit_set(sim, "a.peer", "d");
    kit_set(sim, "b.peer", "d");
    kit_set(sim, "d.peer", "c");
    kit_start_world(sim);
    kit_finish(sim);
}
END_TEST

START_TEST(what_must_be_given_is_missed)
{
    struct sim *sim = sim_create(1);
    (void)sim_add_node(sim, &catalogue_type, "shop");
    struct sim_error error = {0};
    ck_assert(!sim_start_world(sim, &error));
    ck_assert_str_eq(error.path, "shop.database");
    ck_assert_ptr_nonnull(strstr(error.rule, "missing"));
    sim_destroy(sim);
}
END_TEST

START_TEST(a_link_to_a_pool_is_refused)
{
    struct sim *sim = sim_create(1);
    struct kit_node *a = kit_add(sim, "a");
    struct sim_node *pool = kit_add_pool(sim, "pool", "1");
    (void)sim_add_link(sim, "edge", &a->node, pool);
    struct sim_error error = {0};
    ck_assert(!sim_start_world(sim, &error));
    ck_assert_str_eq(error.path, "links.edge");
    ck_assert_str_eq(error.rule, "want no link to a pool: acquire and release cross no network");
    sim_destroy(sim);
}
END_TEST

/* ---- the loop ---- */

START_TEST(an_event_at_the_end_is_not_dispatched_until_the_world_goes_on)
{
    struct sim *sim = sim_create(1);
    struct kit_node *a = kit_add(sim, "a");
    kit_start_world(sim);
    kit_spawn_at(a, 10, at_once);
    ck_assert(sim_run(sim, 10, NULL, NULL));
    ck_assert_uint_eq(sim->events, 0);
    ck_assert_int_eq(sim->now, 10);
    ck_assert(sim_run(sim, 10, NULL, NULL));
    ck_assert_uint_eq(sim->events, 0);
    ck_assert(sim_run(sim, 11, NULL, NULL));
    ck_assert_uint_eq(sim->events, 1);
    ck_assert_int_eq(sim->now, 11);
    kit_finish(sim);
}
END_TEST

struct print {
    uint64_t fingerprint, events;
};

static struct print print_of(struct random_world *w)
{
    sim_finish(w->sim);
    const struct print print = {sim_fingerprint(w->sim), w->sim->events};
    random_world_free(w);
    return print;
}

static struct print run_alone(uint64_t seed)
{
    struct random_world *w = random_world_make(seed, RANDOM_PARALLEL | RANDOM_FAULTS);
    random_world_start(w, 60, 500 * SIM_MS);
    ck_assert(sim_run(w->sim, SIM_S, NULL, NULL));
    return print_of(w);
}

START_TEST(a_run_in_pieces_is_the_same_run)
{
    for (uint64_t seed = 1; seed <= 10; seed++) {
        const struct print want = run_alone(seed);
        struct random_world *w = random_world_make(seed, RANDOM_PARALLEL | RANDOM_FAULTS);
        random_world_start(w, 60, 500 * SIM_MS);
        for (sim_ns until = 0; until < SIM_S; until += 777777)
            ck_assert(sim_run(w->sim, until, NULL, NULL));
        ck_assert(sim_run(w->sim, SIM_S, NULL, NULL));
        const struct print got = print_of(w);
        ck_assert_uint_eq(got.fingerprint, want.fingerprint);
        ck_assert_uint_eq(got.events, want.events);
    }
}
END_TEST

static bool stop_each_time(void *context, const struct sim *sim)
{
    (void)sim;
    ++*(int *)context;
    return false;
}

/* A flow that sleeps for a nanosecond again and again: enough events for several polls. */
static const struct kit_step naps[] = {{.kind = KIT_SLEEP, .ns = 1}, {.kind = KIT_AGAIN}};

START_TEST(a_run_that_poll_stopped_can_be_gone_on_with)
{
    uint64_t prints[2];
    int polls = 0;
    for (int i = 0; i < 2; i++) {
        struct sim *sim = sim_create(1);
        struct kit_node *a = kit_add(sim, "a");
        kit_start_world(sim);
        kit_spawn_at(a, 0, naps);
        kit_spawn_at(a, 3, naps);
        int stops = 0;
        while (!sim_run(sim, 50000, i == 1 ? stop_each_time : NULL, &polls)) {
            ck_assert_int_lt(sim->now, 50000);
            ck_assert(!sim->stopped);
            stops++;
        }
        ck_assert_int_eq(stops, polls);
        ck_assert_int_eq(sim->now, 50000);
        sim_finish(sim);
        prints[i] = sim_fingerprint(sim);
        sim_destroy(sim);
    }
    ck_assert_int_gt(polls, 10);
    ck_assert_uint_eq(prints[0], prints[1]);
}
END_TEST

/* ---- limits ---- */

static void expect_stop(struct sim *sim, const char *part_of_message)
{
    ck_assert(!sim_run(sim, 1000 * SIM_S, NULL, NULL));
    ck_assert(sim->stopped);
    ck_assert_msg(strstr(sim->error.rule, part_of_message) != NULL, "%s", sim->error.rule);
    ck_assert_str_ne(sim->error.value, "");
    char first[sizeof sim->error.rule];
    (void)snprintf(first, sizeof first, "%s", sim->error.rule);
    sim_stop(sim, "another message");
    ck_assert_str_eq(sim->error.rule, first);           /* the first stays */
    ck_assert(!sim_run(sim, 2000 * SIM_S, NULL, NULL)); /* and the world too */
    sim_finish(sim);
    sim_destroy(sim);
}

/* Flows that go on for ever at one instant, in every way that takes no event, and in ways that do. */
START_TEST(a_flow_that_loops_without_time_going_on_is_stopped)
{
    struct sim *sim = sim_create(1);
    struct kit_node *a = kit_add(sim, "a");
    struct kit_node *b = kit_add(sim, "b");
    const struct kit_step loops[][3] = {
        {{.kind = KIT_SLEEP}, {.kind = KIT_AGAIN}},
        {{.kind = KIT_CPU}, {.kind = KIT_AGAIN}},
        {{.kind = KIT_JOIN}, {.kind = KIT_AGAIN}},
        {{.kind = KIT_CALL, .to = &b->node, .op = KIT_OP}, {.kind = KIT_AGAIN}},
        {{.kind = KIT_CALL, .to = &b->node, .op = KIT_OP, .timeout = -1}, {.kind = KIT_AGAIN}},
        {{.kind = KIT_START, .to = &b->node, .op = KIT_OP}, {.kind = KIT_JOIN, .want = 1}, {.kind = KIT_AGAIN}},
        {{.kind = KIT_WAKE, .to = &a->node}, {.kind = KIT_WAIT}, {.kind = KIT_AGAIN}}, /* with an event each */
    };
    b->scripts[0] = at_once;
    sim->limits.steps_per_instant = 10000;
    kit_start_world(sim);
    if (_i == 6)
        kit_spawn_at(a, SIM_S, loops[6]);
    kit_spawn_at(a, SIM_S, loops[_i]);
    expect_stop(sim, "more than 10000 steps at one instant");
}
END_TEST

START_TEST(steps_are_counted_by_the_instant)
{
    struct sim *sim = sim_create(1);
    struct kit_node *a = kit_add(sim, "a");
    sim->limits.steps_per_instant = 5;
    kit_start_world(sim);
    kit_spawn_at(a, 0, naps);
    ck_assert(sim_run(sim, 10000, NULL, NULL));
    sim_finish(sim);
    sim_destroy(sim);
}
END_TEST

START_TEST(events_are_limited)
{
    struct sim *sim = sim_create(1);
    struct kit_node *a = kit_add(sim, "a");
    sim->limits.events = 1000;
    kit_start_world(sim);
    kit_spawn_at(a, 0, naps);
    ck_assert(sim_run(sim, 999, NULL, NULL));
    ck_assert_uint_eq(sim->events, 999);
    expect_stop(sim, "more than 1000 events");
}
END_TEST

START_TEST(calls_under_way_are_limited)
{
    struct sim *sim = sim_create(1);
    struct kit_node *a = kit_add(sim, "a");
    struct kit_node *b = kit_add(sim, "b");
    static const struct kit_step waits[] = {{.kind = KIT_WAIT}, {0}};
    const struct kit_step calls[] = {{.kind = KIT_CALL, .to = &b->node, .op = KIT_OP}, {0}};
    b->scripts[0] = waits;
    sim->limits.calls = 100;
    kit_start_world(sim);
    for (int i = 0; i < 101; i++)
        kit_spawn_at(a, i, calls);
    ck_assert(sim_run(sim, 100, NULL, NULL));
    expect_stop(sim, "more than 100 calls under way at once");
}
END_TEST

START_TEST(calls_within_calls_are_limited)
{
    for (int chain = 100; chain <= 101; chain++) {
        struct sim *sim = sim_create(1);
        static struct kit_step calls[102][2];
        struct kit_node *nodes[102];
        for (int i = 0; i <= chain; i++) {
            char name[16];
            (void)snprintf(name, sizeof name, "n%d", i);
            nodes[i] = kit_add(sim, name);
            calls[i][0] = (struct kit_step){0};
            nodes[i]->scripts[0] = calls[i];
            if (i > 0)
                calls[i - 1][0] = (struct kit_step){.kind = KIT_CALL, .to = &nodes[i]->node, .op = KIT_OP};
        }
        kit_start_world(sim);
        kit_spawn_at(nodes[0], 0, calls[0]);
        if (chain == 101) {
            expect_stop(sim, "calls nested deeper than 100 at one instant");
            continue;
        }
        ck_assert(sim_run(sim, 1, NULL, NULL));
        kit_expect(nodes[0], &calls[0][0], 0, SIM_OK);
        kit_finish(sim);
    }
}
END_TEST

/* ---- determinism ---- */

/* The same small world, its nodes and links added in another order. */
static uint64_t run_added(unsigned order)
{
    static const char *const names[] = {"alpha", "beta", "gamma", "delta"};
    struct sim *sim = sim_create(9);
    struct kit_node *nodes[4] = {0};
    for (unsigned i = 0; i < 4; i++) {
        unsigned n = (i * 3 + order) % 4;
        nodes[n] = kit_add(sim, names[n]);
    }
    struct sim_node *pool = kit_add_pool(sim, "pool", "1");
    for (unsigned i = 0; i < 3; i++) {
        unsigned n = (i * 2 + order) % 3;
        kit_link(sim, nodes[n], nodes[n + 1], "exponential:mean=3ms");
    }
    const struct kit_step last[] = {
        {.kind = KIT_ACQUIRE, .to = pool}, {.kind = KIT_CPU, .ns = 2 * SIM_MS}, {.kind = KIT_RELEASE}, {0}};
    struct kit_step calls[3][2] = {0};
    for (int i = 0; i < 3; i++) {
        calls[i][0] =
            (struct kit_step){.kind = KIT_CALL, .to = &nodes[i + 1]->node, .op = KIT_OP, .timeout = 20 * SIM_MS};
        nodes[i]->scripts[0] = calls[i];
    }
    nodes[3]->scripts[0] = last;
    kit_start_world(sim);
    for (int i = 0; i < 50; i++)
        kit_spawn_at(nodes[0], i * SIM_MS, calls[0]);
    ck_assert(sim_run(sim, SIM_S, NULL, NULL));
    sim_finish(sim);
    uint64_t print = sim_fingerprint(sim);
    sim_destroy(sim);
    return print;
}

START_TEST(the_order_of_adding_means_nothing)
{
    uint64_t want = run_added(0);
    for (unsigned order = 1; order < 12; order++)
        ck_assert_uint_eq(run_added(order), want);
}
END_TEST

struct job {
    pthread_t thread;
    uint64_t seed;
    struct print print;
};

static void *run_job(void *context)
{
    struct job *job = context;
    job->print = run_alone(job->seed);
    return NULL;
}

START_TEST(worlds_on_two_threads_run_as_they_do_alone)
{
    for (uint64_t seed = 1; seed <= 10; seed += 2) {
        struct job jobs[] = {{.seed = seed}, {.seed = seed + 1}, {.seed = seed}};
        for (size_t i = 0; i < SIM_COUNT_OF(jobs); i++)
            ck_assert_int_eq(pthread_create(&jobs[i].thread, NULL, run_job, &jobs[i]), 0);
        for (size_t i = 0; i < SIM_COUNT_OF(jobs); i++)
            (void)pthread_join(jobs[i].thread, NULL);
        for (size_t i = 0; i < SIM_COUNT_OF(jobs); i++) {
            const struct print want = run_alone(jobs[i].seed);
            ck_assert_uint_eq(jobs[i].print.fingerprint, want.fingerprint);
            ck_assert_uint_eq(jobs[i].print.events, want.events);
        }
    }
}
END_TEST

START_TEST(two_worlds_may_take_turns)
{
    struct random_world *w[2];
    for (uint64_t i = 0; i < 2; i++) {
        w[i] = random_world_make(i + 1, RANDOM_PARALLEL | RANDOM_FAULTS);
        random_world_start(w[i], 60, 500 * SIM_MS);
    }
    for (sim_ns until = 0; until <= SIM_S; until += 10 * SIM_MS) {
        ck_assert(sim_run(w[0]->sim, until, NULL, NULL));
        ck_assert(sim_run(w[1]->sim, until, NULL, NULL));
    }
    for (uint64_t i = 0; i < 2; i++)
        ck_assert_uint_eq(print_of(w[i]).fingerprint, run_alone(i + 1).fingerprint);
}
END_TEST

START_TEST(to_schedule_in_the_past_is_a_bug)
{
    struct sim *sim = sim_create(1);
    struct kit_node *a = kit_add(sim, "a");
    kit_start_world(sim);
    ck_assert(sim_run(sim, 10, NULL, NULL));
    kit_spawn_at(a, 9, at_once);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("world");
    TCase *tests = tcase_create("world");
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, a_name_is_taken_once);
    tcase_add_test(tests, nodes_and_links_are_kept_by_name);
    tcase_add_test(tests, a_world_that_was_never_started_can_be_thrown_away);
    tcase_add_loop_test(tests, a_circle_of_references_is_refused, 0, 3);
    tcase_add_test(tests, references_that_meet_again_are_no_circle);
    tcase_add_test(tests, what_must_be_given_is_missed);
    tcase_add_test(tests, a_link_to_a_pool_is_refused);
    tcase_add_test(tests, an_event_at_the_end_is_not_dispatched_until_the_world_goes_on);
    tcase_add_test(tests, a_run_in_pieces_is_the_same_run);
    tcase_add_test(tests, a_run_that_poll_stopped_can_be_gone_on_with);
    tcase_add_loop_test(tests, a_flow_that_loops_without_time_going_on_is_stopped, 0, 7);
    tcase_add_test(tests, steps_are_counted_by_the_instant);
    tcase_add_test(tests, events_are_limited);
    tcase_add_test(tests, calls_under_way_are_limited);
    tcase_add_test(tests, calls_within_calls_are_limited);
    tcase_add_test(tests, the_order_of_adding_means_nothing);
    tcase_add_test(tests, worlds_on_two_threads_run_as_they_do_alone);
    tcase_add_test(tests, two_worlds_may_take_turns);
    tcase_add_exit_test(tests, to_schedule_in_the_past_is_a_bug, 70);
    suite_add_tcase(suite, tests);
    return kit_run(suite);
}
