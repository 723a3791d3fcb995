/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of sim/link.c: delays, retransmission, partitions, loss, and what travels besides requests and replies. */
#include "tests/kit.h"

#include <math.h>

static const struct kit_step at_once[] = {{0}};
static const struct kit_step sleeps_100ms[] = {{.kind = KIT_SLEEP, .ns = 100 * SIM_MS}, {0}};

struct pair {
    struct sim *sim;
    struct kit_node *a, *b;
};

static struct pair pair_make(uint64_t seed, const char *delay)
{
    struct pair p = {.sim = sim_create(seed)};
    p.a = kit_add(p.sim, "a");
    p.b = kit_add(p.sim, "b");
    kit_link(p.sim, p.a, p.b, delay);
    return p;
}

/* ---- the table ---- */

static const double TRIES_S[] = {0,    0.2,   0.6,   1.4,   3.0,   6.2,   12.6,  25.4,
                                 51.0, 102.2, 204.6, 324.6, 444.6, 564.6, 684.6, 804.6};

START_TEST(a_message_is_sent_again_at_the_times_of_linux)
{
    for (unsigned n = 0; n < SIM_COUNT_OF(TRIES_S); n++)
        ck_assert_int_eq(sim_link_retry_at(n), sim_ns_from_s(TRIES_S[n]));
    ck_assert_int_eq(sim_link_retry_at(16), SIM_NEVER);
    ck_assert_int_eq(sim_link_retry_at(1000), SIM_NEVER);
}
END_TEST

/* ---- delays ---- */

START_TEST(both_legs_are_delayed)
{
    struct pair p = pair_make(1, "3ms");
    const struct kit_step calls[] = {{.kind = KIT_CALL, .to = &p.b->node, .op = KIT_OP}, {0}};
    p.b->scripts[0] = sleeps_100ms;
    kit_start_world(p.sim);
    kit_spawn_at(p.a, SIM_S, calls);
    sim_run(p.sim, SIM_S + 3 * SIM_MS, NULL, NULL);
    ck_assert_int_eq(p.b->node.received.value, 0);
    sim_run(p.sim, SIM_S + 3 * SIM_MS + 1, NULL, NULL);
    ck_assert_int_eq(p.b->node.received.value, 1);
    sim_run(p.sim, 2 * SIM_S, NULL, NULL);
    kit_expect(p.a, &calls[0], SIM_S + 106 * SIM_MS, SIM_OK);
    ck_assert_uint_eq(p.sim->events, 4); /* spawn, arrive, wake, return */
    kit_finish(p.sim);
}
END_TEST

START_TEST(a_link_is_one_way)
{
    struct pair p = pair_make(1, "3ms");
    const struct kit_step back[] = {{.kind = KIT_CALL, .to = &p.a->node, .op = KIT_OP}, {0}};
    p.a->scripts[0] = at_once;
    kit_start_world(p.sim);
    kit_spawn_at(p.b, 0, back);
    sim_run(p.sim, SIM_S, NULL, NULL);
    kit_expect(p.b, &back[0], 0, SIM_OK);
    kit_finish(p.sim);
}
END_TEST

START_TEST(a_changed_delay_acts_on_messages_sent_after_it)
{
    struct pair p = pair_make(1, "10ms");
    const struct kit_step calls[] = {{.kind = KIT_CALL, .to = &p.b->node, .op = KIT_OP}, {0}};
    p.b->scripts[0] = at_once;
    kit_start_world(p.sim);
    kit_spawn_at(p.a, 0, calls);
    kit_set_at(&p.a->node, 5 * SIM_MS, "links.a-b.delay=20ms");
    kit_set_at(&p.a->node, 5 * SIM_MS, "links.a-b.added_delay=7ms");
    sim_run(p.sim, SIM_S, NULL, NULL);
    kit_expect(p.a, &calls[0], 37 * SIM_MS, SIM_OK);
    kit_finish(p.sim);
}
END_TEST

START_TEST(a_link_draws_the_same_delays_whatever_other_links_there_are)
{
    sim_ns at[2];
    for (int others = 0; others < 2; others++) {
        struct pair p = pair_make(7, "exponential:mean=10ms");
        struct kit_node *c = kit_add(p.sim, "aa");
        if (others == 1)
            kit_link(p.sim, p.a, c, "exponential:mean=10ms");
        const struct kit_step calls[] = {{.kind = KIT_CALL, .to = &c->node, .op = KIT_OP},
                                         {.kind = KIT_SLEEP, .ns = SIM_S},
                                         {.kind = KIT_CALL, .to = &p.b->node, .op = KIT_OP},
                                         {0}};
        p.b->scripts[0] = c->scripts[0] = at_once;
        kit_start_world(p.sim);
        kit_spawn_at(p.a, 0, calls);
        sim_run(p.sim, 10 * SIM_S, NULL, NULL);
        at[others] = kit_nth(p.a, &calls[2], 1)->at - kit_nth(p.a, &calls[1], 1)->at;
        kit_finish(p.sim);
    }
    ck_assert_int_gt(at[0], 0);
    ck_assert_int_eq(at[0], at[1]);
}
END_TEST

/* ---- partitions ---- */

static const struct {
    double healed_s;  /* after the first try */
    double arrives_s; /* 0: never */
} PARTITIONS[] = {{0.1, 0.2},   {0.2, 0.2},     {0.3, 0.6},     {0.61, 1.4}, {1.4, 1.4}, {5, 6.2}, {150, 204.6},
                  {300, 324.6}, {324.6, 324.6}, {804.6, 804.6}, {804.7, 0},  {900, 0},   {2000, 0}};

START_TEST(what_a_partition_swallowed_arrives_with_the_first_retransmission_after_it_healed)
{
    struct pair p = pair_make(1, "10ms");
    kit_set(p.sim, "links.a-b.partition", "true");
    const struct kit_step calls[] = {{.kind = KIT_CALL, .to = &p.b->node, .op = KIT_OP}, {0}};
    p.b->scripts[0] = at_once;
    kit_start_world(p.sim);
    kit_spawn_at(p.a, SIM_S, calls);
    kit_set_at(&p.a->node, SIM_S + sim_ns_from_s(PARTITIONS[_i].healed_s), "links.a-b.partition=false");
    sim_run(p.sim, 3000 * SIM_S, NULL, NULL);
    if (PARTITIONS[_i].arrives_s > 0) {
        kit_expect(p.a, &calls[0], SIM_S + sim_ns_from_s(PARTITIONS[_i].arrives_s) + 20 * SIM_MS, SIM_OK);
    } else {
        kit_expect(p.a, &calls[0], SIM_S + sim_ns_from_s(924.6), SIM_TIMEOUT);
        ck_assert_str_eq(kit_nth(p.a, &calls[0], 1)->reason, "Connection Timed Out");
        ck_assert_int_eq(p.b->node.received.value, 0);
        ck_assert_int_eq(p.a->node.timed_out.value, 1);
    }
    kit_finish(p.sim);
}
END_TEST

START_TEST(a_reply_into_a_partition_waits_or_is_lost_but_the_work_was_done)
{
    struct pair p = pair_make(1, "10ms");
    const struct kit_step calls[] = {{.kind = KIT_CALL, .to = &p.b->node, .op = KIT_OP}, {0}};
    p.b->scripts[0] = sleeps_100ms;
    kit_start_world(p.sim);
    kit_spawn_at(p.a, 0, calls);
    kit_set_at(&p.a->node, 50 * SIM_MS, "links.a-b.partition=true");
    if (_i == 0)
        kit_set_at(&p.a->node, 110 * SIM_MS + 5 * SIM_S, "links.a-b.partition=false");
    sim_run(p.sim, 3000 * SIM_S, NULL, NULL);
    sim_ns replied = 110 * SIM_MS;
    if (_i == 0)
        kit_expect(p.a, &calls[0], replied + sim_ns_from_s(6.2) + 10 * SIM_MS, SIM_OK);
    else
        kit_expect(p.a, &calls[0], replied + sim_ns_from_s(924.6), SIM_TIMEOUT);
    ck_assert_int_eq(p.b->node.by_status[SIM_OK].value, 1);
    kit_finish(p.sim);
}
END_TEST

/* Every leg is given up, with and without a timer of the caller's: nothing is counted twice, nothing leaks. */
START_TEST(what_is_given_up_leaks_nothing)
{
    struct pair p = pair_make(1, "10ms");
    kit_set(p.sim, "b.on_abandon", _i % 2 == 0 ? "cancel" : "continue");
    const struct kit_step calls[] = {
        {.kind = KIT_CALL, .to = &p.b->node, .op = KIT_OP, .timeout = _i < 2 ? 300 * SIM_MS : 0}, {0}};
    const struct kit_step sleeps_1s[] = {{.kind = KIT_SLEEP, .ns = SIM_S}, {0}};
    p.b->scripts[0] = sleeps_1s;
    kit_start_world(p.sim);
    for (int i = 0; i < 100; i++)
        kit_spawn_at(p.a, (sim_ns)i * 20 * SIM_MS + 1, calls);
    kit_set_at(&p.a->node, SIM_S, "links.a-b.partition=true");
    sim_run(p.sim, 1100 * SIM_S, NULL, NULL);
    ck_assert_int_eq(p.a->node.sent.value, 100);
    ck_assert_int_eq(p.a->node.outstanding.value, 0);
    ck_assert_int_eq(p.b->node.received.value, 50); /* who was sent before 1 s had passed the link */
    kit_finish(p.sim);
}
END_TEST

START_TEST(messages_of_different_calls_do_not_hold_each_other_up)
{
    struct pair p = pair_make(1, "10ms");
    const struct kit_step calls[] = {{.kind = KIT_CALL, .to = &p.b->node, .op = KIT_OP}, {0}};
    const struct kit_step calls_too[] = {{.kind = KIT_CALL, .to = &p.b->node, .op = KIT_OP}, {0}};
    p.b->scripts[0] = at_once;
    kit_set(p.sim, "links.a-b.partition", "true");
    kit_start_world(p.sim);
    kit_spawn_at(p.a, 0, calls);
    kit_set_at(&p.a->node, 150 * SIM_MS, "links.a-b.partition=false");
    kit_spawn_at(p.a, 160 * SIM_MS, calls_too);
    sim_run(p.sim, 3 * SIM_S, NULL, NULL);
    kit_expect(p.a, &calls_too[0], 180 * SIM_MS, SIM_OK);
    kit_expect(p.a, &calls[0], 220 * SIM_MS, SIM_OK);
    kit_finish(p.sim);
}
END_TEST

/* ---- the news that the caller has gone ---- */

static const struct {
    sim_ns timeout_ms, delay_ms;
    sim_ns cancelled_ms; /* when the callee hears of it */
} NEWS[] = {{50, 10, 60}, {15, 10, 25}, {10, 10, 20}, {5, 10, 15}, {5, 30, 35}};

START_TEST(a_cancel_travels_the_link_and_is_not_known_before_it_arrives)
{
    char delay[32];
    (void)snprintf(delay, sizeof delay, "%dms", (int)NEWS[_i].delay_ms);
    struct pair p = pair_make(1, delay);
    kit_set(p.sim, "b.on_abandon", "cancel");
    const struct kit_step calls[] = {
        {.kind = KIT_CALL, .to = &p.b->node, .op = KIT_OP, .timeout = NEWS[_i].timeout_ms * SIM_MS}, {0}};
    p.b->scripts[0] = sleeps_100ms;
    kit_start_world(p.sim);
    kit_spawn_at(p.a, 0, calls);
    sim_run(p.sim, SIM_S, NULL, NULL);
    kit_expect(p.a, &calls[0], NEWS[_i].timeout_ms * SIM_MS, SIM_TIMEOUT);
    kit_expect(p.b, &sleeps_100ms[0], NEWS[_i].cancelled_ms * SIM_MS, SIM_CANCELLED);
    ck_assert_int_eq(p.a->node.late.value, 1);
    kit_finish(p.sim);
}
END_TEST

START_TEST(a_request_that_its_own_cancel_overtook_is_not_begun)
{
    struct pair p = pair_make(1, "10ms");
    kit_set(p.sim, "b.on_abandon", "cancel");
    const struct kit_step calls[] = {{.kind = KIT_CALL, .to = &p.b->node, .op = KIT_OP, .timeout = 5 * SIM_MS}, {0}};
    p.b->scripts[0] = sleeps_100ms;
    kit_start_world(p.sim);
    kit_spawn_at(p.a, 0, calls);
    kit_set_at(&p.a->node, SIM_MS, "links.a-b.delay=1ms");
    sim_run(p.sim, SIM_S, NULL, NULL);
    ck_assert_int_eq(p.b->node.received.value, 1);
    ck_assert_int_eq(p.b->node.by_status[SIM_CANCELLED].value, 1);
    ck_assert_uint_eq(p.b->flows_begun, 0);
    kit_finish(p.sim);
}
END_TEST

START_TEST(a_callee_that_continues_is_told_nothing)
{
    struct pair p = pair_make(1, "10ms");
    const struct kit_step calls[] = {{.kind = KIT_CALL, .to = &p.b->node, .op = KIT_OP, .timeout = 5 * SIM_MS}, {0}};
    p.b->scripts[0] = sleeps_100ms;
    kit_start_world(p.sim);
    kit_spawn_at(p.a, 0, calls);
    sim_run(p.sim, SIM_S, NULL, NULL);
    kit_expect(p.b, &sleeps_100ms[0], 110 * SIM_MS, SIM_OK);
    ck_assert_uint_eq(p.sim->events, 5); /* spawn, timeout, arrive, wake, return */
    kit_finish(p.sim);
}
END_TEST

START_TEST(a_reply_and_the_timer_at_one_instant_answer_once)
{
    struct pair p = pair_make(1, "10ms");
    const struct kit_step calls[] = {{.kind = KIT_CALL, .to = &p.b->node, .op = KIT_OP, .timeout = 20 * SIM_MS}, {0}};
    p.b->scripts[0] = at_once;
    kit_start_world(p.sim);
    kit_spawn_at(p.a, 0, calls);
    sim_run(p.sim, SIM_S, NULL, NULL);
    kit_expect(p.a, &calls[0], 20 * SIM_MS, SIM_TIMEOUT); /* the timer is older than the reply */
    ck_assert_int_eq(p.a->node.late.value, 1);
    ck_assert_int_eq(p.a->node.answered.value, 0);
    kit_finish(p.sim);
}
END_TEST

/* ---- loss ---- */

enum { LOSSY_CALLS = 4000, LOSSY_TRIES = 4 };

/* How many requests arrived with their first, second, ... try, read from the times of arrival. */
static void count_tries(void *context, const struct sim_call *call)
{
    int *tries = context;
    for (unsigned n = 0; n < LOSSY_TRIES; n++)
        tries[n] += call->arrived - call->begun == sim_link_retry_at(n) + SIM_MS;
}

static void lose(uint64_t seed, double loss, int tries[LOSSY_TRIES])
{
    static const struct sim_listener listener = {.call_arrive = count_tries};
    char text[32];
    struct pair p = pair_make(seed, "1ms");
    (void)snprintf(text, sizeof text, "%g", loss);
    kit_set(p.sim, "links.a-b.loss", text);
    sim_listen(p.sim, &listener, tries);
    const struct kit_step calls[] = {{.kind = KIT_CALL, .to = &p.b->node, .op = KIT_OP}, {0}};
    p.b->scripts[0] = at_once;
    kit_start_world(p.sim);
    for (int i = 0; i < LOSSY_CALLS; i++)
        kit_spawn_at(p.a, i * SIM_US, calls);
    kit_finish(p.sim);
}

/* The number of tries is geometric. On each of 20 seeds, three counts are within 4.5 standard deviations of their mean:
 * by chance that fails in 1 of 147,000 counts, and so for one set of seeds in 2,400. */
START_TEST(each_try_is_lost_with_the_links_probability)
{
    static const double losses[] = {0.05, 0.3, 0.7};
    double loss = losses[_i];
    for (uint64_t seed = 1; seed <= 20; seed++) {
        int tries[LOSSY_TRIES] = {0};
        lose(seed, loss, tries);
        double share = 1 - loss;
        for (int n = 0; n < 3; n++) {
            double mean = LOSSY_CALLS * share;
            double sd = sqrt(LOSSY_CALLS * share * (1 - share));
            ck_assert_msg(fabs(tries[n] - mean) < 4.5 * sd, "seed %d, try %d: %d, not %g", (int)seed, n, tries[n],
                          mean);
            share *= loss;
        }
    }
}
END_TEST

START_TEST(no_loss_loses_nothing_and_all_loss_everything)
{
    int tries[LOSSY_TRIES] = {0};
    lose(1, 0, tries);
    ck_assert_int_eq(tries[0], LOSSY_CALLS);
    struct pair p = pair_make(1, "1ms");
    kit_set(p.sim, "links.a-b.loss", "1");
    const struct kit_step calls[] = {{.kind = KIT_CALL, .to = &p.b->node, .op = KIT_OP}, {0}};
    kit_start_world(p.sim);
    kit_spawn_at(p.a, 0, calls);
    sim_run(p.sim, 1000 * SIM_S, NULL, NULL);
    kit_expect(p.a, &calls[0], sim_ns_from_s(924.6), SIM_TIMEOUT);
    ck_assert_uint_eq(p.sim->events, 1 + 15 + 1); /* spawn, retransmissions, give up */
    kit_finish(p.sim);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("link");
    TCase *tests = tcase_create("link");
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, a_message_is_sent_again_at_the_times_of_linux);
    tcase_add_test(tests, both_legs_are_delayed);
    tcase_add_test(tests, a_link_is_one_way);
    tcase_add_test(tests, a_changed_delay_acts_on_messages_sent_after_it);
    tcase_add_test(tests, a_link_draws_the_same_delays_whatever_other_links_there_are);
    tcase_add_loop_test(tests, what_a_partition_swallowed_arrives_with_the_first_retransmission_after_it_healed, 0,
                        SIM_COUNT_OF(PARTITIONS));
    tcase_add_loop_test(tests, a_reply_into_a_partition_waits_or_is_lost_but_the_work_was_done, 0, 2);
    tcase_add_loop_test(tests, what_is_given_up_leaks_nothing, 0, 4);
    tcase_add_test(tests, messages_of_different_calls_do_not_hold_each_other_up);
    tcase_add_loop_test(tests, a_cancel_travels_the_link_and_is_not_known_before_it_arrives, 0, SIM_COUNT_OF(NEWS));
    tcase_add_test(tests, a_request_that_its_own_cancel_overtook_is_not_begun);
    tcase_add_test(tests, a_callee_that_continues_is_told_nothing);
    tcase_add_test(tests, a_reply_and_the_timer_at_one_instant_answer_once);
    tcase_add_loop_test(tests, each_try_is_lost_with_the_links_probability, 0, 3);
    tcase_add_test(tests, no_loss_loses_nothing_and_all_loss_everything);
    suite_add_tcase(suite, tests);
    return kit_run(suite);
}
