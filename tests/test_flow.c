/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of sim/flow.c: waits that end at once, joins, and cancellation in every kind of wait. */
#include "tests/kit.h"

static const struct kit_step at_once[] = {{0}};
static const struct kit_step sleeps_20ms[] = {{.kind = KIT_SLEEP, .ns = 20 * SIM_MS}, {0}};
static const struct kit_step sleeps_1ms[] = {{.kind = KIT_SLEEP, .ns = SIM_MS}, {0}};
static const struct kit_step burns_20ms[] = {{.kind = KIT_CPU, .ns = 20 * SIM_MS}, {0}};

struct trio {
    struct sim *sim;
    struct kit_node *a, *b, *c;
};

static struct trio trio_make(void)
{
    struct trio t = {.sim = sim_create(1)};
    t.a = kit_add(t.sim, "a");
    t.b = kit_add(t.sim, "b");
    t.c = kit_add(t.sim, "c");
    return t;
}

/* ---- waits ---- */

START_TEST(a_sleep_takes_its_time_and_no_sleep_takes_no_event)
{
    struct trio t = trio_make();
    const struct kit_step script[] = {{.kind = KIT_SLEEP},
                                      {.kind = KIT_SLEEP, .ns = -5},
                                      {.kind = KIT_SLEEP, .ns = 1},
                                      {.kind = KIT_SLEEP, .ns = SIM_S},
                                      {0}};
    kit_start_world(t.sim);
    kit_spawn_at(t.a, 7, script);
    sim_run(t.sim, 2 * SIM_S, NULL, NULL);
    kit_expect(t.a, &script[0], 7, SIM_OK);
    kit_expect(t.a, &script[1], 7, SIM_OK);
    kit_expect(t.a, &script[2], 8, SIM_OK);
    kit_expect(t.a, &script[3], SIM_S + 8, SIM_OK);
    ck_assert_uint_eq(t.sim->events, 3);
    kit_finish(t.sim);
}
END_TEST

START_TEST(a_frame_starts_zeroed_whoever_had_it_before)
{
    struct trio t = trio_make();
    const struct kit_step fails[] = {{.kind = KIT_FAIL}, {.kind = KIT_CALL, .to = &t.b->node, .op = KIT_OP}, {0}};
    t.a->scripts[0] = at_once;
    t.b->scripts[0] = at_once;
    const struct kit_step calls_a[] = {{.kind = KIT_CALL, .to = &t.a->node, .op = KIT_OP}, {0}};
    kit_start_world(t.sim);
    for (int i = 0; i < 50; i++)
        kit_spawn_at(t.a, i, fails);
    kit_spawn_at(t.c, 100, calls_a);
    sim_run(t.sim, SIM_S, NULL, NULL);
    kit_expect(t.c, &calls_a[0], 100, SIM_OK); /* not ERROR, which the frame's last user had */
    kit_finish(t.sim);
}
END_TEST

/* ---- joins ---- */

static const struct {
    uint32_t want;
    sim_ns at; /* of the join's end, in ms */
} JOINS[] = {{0, 0}, {1, 5}, {2, 10}, {3, 15}, {4, 15}, {99, 15}};

START_TEST(a_join_ends_when_as_many_calls_have_ended_as_it_wants)
{
    struct trio t = trio_make();
    const struct kit_step sleeps_10ms[] = {{.kind = KIT_SLEEP, .ns = 10 * SIM_MS}, {0}};
    const struct kit_step script[] = {
        {.kind = KIT_START, .to = &t.b->node, .op = KIT_OP, .timeout = 15 * SIM_MS}, /* ends by its timeout */
        {.kind = KIT_START, .to = &t.b->node, .op = KIT_OP + 1},
        {.kind = KIT_START, .to = &t.b->node, .op = KIT_OP, .timeout = 5 * SIM_MS},
        {.kind = KIT_JOIN, .want = JOINS[_i].want},
        {0}};
    t.b->scripts[0] = sleeps_20ms;
    t.b->scripts[1] = sleeps_10ms;
    kit_start_world(t.sim);
    kit_spawn_at(t.a, 0, script);
    sim_run(t.sim, SIM_S, NULL, NULL);
    kit_expect(t.a, &script[3], JOINS[_i].at * SIM_MS, SIM_OK);
    /* The others were let go as the flow ended. */
    const struct sim_node *a = &t.a->node;
    ck_assert_int_eq(a->sent.value, 3);
    ck_assert_int_eq(a->answered.value, JOINS[_i].at >= 10);
    ck_assert_int_eq(a->timed_out.value, (JOINS[_i].at >= 5) + (JOINS[_i].at >= 15));
    ck_assert_int_eq(a->cancelled.value, 3 - a->answered.value - a->timed_out.value);
    kit_finish(t.sim);
}
END_TEST

START_TEST(calls_that_ended_as_they_began_need_no_wait)
{
    struct trio t = trio_make();
    const struct kit_step script[] = {{.kind = KIT_START, .to = &t.b->node, .op = KIT_OP},
                                      {.kind = KIT_START, .to = &t.b->node, .op = KIT_OP},
                                      {.kind = KIT_JOIN, .want = 2},
                                      {.kind = KIT_DROP},
                                      {.kind = KIT_JOIN, .want = 2},
                                      {0}};
    t.b->scripts[0] = at_once;
    kit_start_world(t.sim);
    kit_spawn_at(t.a, 0, script);
    sim_run(t.sim, SIM_S, NULL, NULL);
    kit_expect(t.a, &script[4], 0, SIM_OK);
    ck_assert_uint_eq(t.sim->events, 1);
    kit_finish(t.sim);
}
END_TEST

START_TEST(a_hedge_takes_the_first_answer_and_lets_the_other_go)
{
    for (int cancels = 0; cancels < 2; cancels++) {
        struct trio t = trio_make();
        const struct kit_step script[] = {{.kind = KIT_START, .to = &t.b->node, .op = KIT_OP},
                                          {.kind = KIT_START, .to = &t.b->node, .op = KIT_OP + 1},
                                          {.kind = KIT_JOIN, .want = 1},
                                          {.kind = KIT_DROP},
                                          {.kind = KIT_SLEEP, .ns = 50 * SIM_MS},
                                          {0}};
        t.b->scripts[0] = sleeps_20ms;
        t.b->scripts[1] = sleeps_1ms;
        kit_set(t.sim, "b.on_abandon", cancels ? "cancel" : "continue");
        kit_start_world(t.sim);
        kit_spawn_at(t.a, 0, script);
        sim_run(t.sim, 10 * SIM_MS, NULL, NULL);
        kit_expect(t.a, &script[2], SIM_MS, SIM_OK);
        ck_assert_int_eq(t.b->node.in_flight.value, cancels ? 0 : 1);
        sim_run(t.sim, SIM_S, NULL, NULL);
        ck_assert_int_eq(t.b->node.by_status[SIM_OK].value, cancels ? 1 : 2);
        ck_assert_int_eq(t.b->node.by_status[SIM_CANCELLED].value, cancels ? 1 : 0);
        ck_assert_int_eq(t.a->node.late.value, 1);
        kit_expect(t.a, &script[4], 51 * SIM_MS, SIM_OK);
        kit_finish(t.sim);
    }
}
END_TEST

START_TEST(a_started_call_may_be_answered_while_the_flow_waits_for_something_else)
{
    struct trio t = trio_make();
    const struct kit_step script[] = {{.kind = KIT_START, .to = &t.b->node, .op = KIT_OP},
                                      {.kind = KIT_CALL, .to = &t.b->node, .op = KIT_OP + 1},
                                      {.kind = KIT_JOIN, .want = 1},
                                      {0}};
    t.b->scripts[0] = sleeps_1ms;
    t.b->scripts[1] = sleeps_20ms;
    kit_start_world(t.sim);
    kit_spawn_at(t.a, 0, script);
    sim_run(t.sim, SIM_S, NULL, NULL);
    kit_expect(t.a, &script[1], 20 * SIM_MS, SIM_OK);
    kit_expect(t.a, &script[2], 20 * SIM_MS, SIM_OK);
    kit_finish(t.sim);
}
END_TEST

/* ---- cancellation: b waits so when its caller, a, gives up at 5 ms ---- */

enum { IN_CALL, IN_CALL_LINKED, IN_POOL, IN_SLEEP, IN_CPU_QUEUE, IN_CPU, IN_QUEUE, IN_JOIN, WAITS };

/* `other`: a flow of b's that is not cancelled, from 0 on. */
static void prepare_wait(struct trio *t, struct sim_node *pool, int wait, struct kit_step *step,
                         const struct kit_step **other)
{
    static struct kit_step holds[3];
    holds[0] = (struct kit_step){.kind = KIT_ACQUIRE, .to = pool};
    holds[1] = (struct kit_step){.kind = KIT_SLEEP, .ns = 20 * SIM_MS};
    holds[2] = (struct kit_step){0};
    *other = wait == IN_CPU_QUEUE ? burns_20ms : wait == IN_POOL ? holds : at_once;
    switch (wait) {
    case IN_CALL_LINKED:
    case IN_CALL:
        *step = (struct kit_step){.kind = KIT_CALL, .to = &t->c->node, .op = KIT_OP};
        break;
    case IN_POOL:
        *step = (struct kit_step){.kind = KIT_ACQUIRE, .to = pool};
        break;
    case IN_SLEEP:
        *step = sleeps_20ms[0];
        break;
    case IN_CPU_QUEUE:
    case IN_CPU:
        *step = burns_20ms[0];
        break;
    case IN_QUEUE:
        *step = (struct kit_step){.kind = KIT_WAIT};
        break;
    default:
        *step = (struct kit_step){.kind = KIT_JOIN, .want = 1};
        break;
    }
}

static void check_nothing_is_held(const struct trio *t, const struct sim_node *pool, int wait)
{
    ck_assert_int_eq(t->b->cpu.busy.value, wait == IN_CPU_QUEUE ? 1 : 0);
    ck_assert_int_eq(t->b->cpu.queue.value, 0);
    ck_assert_uint_eq(t->b->queue.count, 0);
    ck_assert_int_eq(pool->in_flight.value, 0);
    ck_assert_int_eq(t->b->node.in_flight.value, 0);
    ck_assert_int_eq(t->b->node.outstanding.value, 0);
    ck_assert_int_eq(t->c->node.in_flight.value, wait == IN_CALL_LINKED ? 1 : 0); /* the news is under way */
}

START_TEST(a_cancelled_wait_ends_at_once_and_holds_nothing)
{
    struct trio t = trio_make();
    struct sim_node *pool = kit_add_pool(t.sim, "pool", "1");
    kit_set(t.sim, "b.on_abandon", "cancel");
    kit_set(t.sim, "c.on_abandon", "cancel");
    if (_i == IN_CALL_LINKED)
        kit_link(t.sim, t.b, t.c, "2ms");
    struct kit_step works[] = {{.kind = KIT_START, .to = &t.c->node, .op = KIT_OP + 1}, {0}, sleeps_20ms[0], {0}};
    const struct kit_step *other = NULL;
    prepare_wait(&t, pool, _i, &works[1], &other);
    t.b->scripts[0] = _i == IN_JOIN ? works : works + 1;
    t.c->scripts[0] = t.c->scripts[1] = sleeps_20ms;
    const struct kit_step calls_b[] = {{.kind = KIT_CALL, .to = &t.b->node, .op = KIT_OP, .timeout = 5 * SIM_MS}, {0}};
    kit_start_world(t.sim);
    kit_spawn_at(t.b, 0, other);
    kit_spawn_at(t.a, 0, calls_b);
    sim_run(t.sim, 5 * SIM_MS, NULL, NULL);
    ck_assert(!kit_done(t.b, &works[1]));
    sim_run(t.sim, 5 * SIM_MS + 1, NULL, NULL);
    kit_expect(t.b, &works[1], 5 * SIM_MS, SIM_CANCELLED);
    ck_assert_str_eq(kit_nth(t.b, &works[1], 1)->reason, "Cancelled");
    kit_expect(t.b, &works[2], 5 * SIM_MS, SIM_CANCELLED);
    kit_expect(t.a, &calls_b[0], 5 * SIM_MS, SIM_TIMEOUT);
    check_nothing_is_held(&t, pool, _i);
    kit_check_conservation(t.sim);
    if (_i == IN_CALL_LINKED) {
        sim_run(t.sim, 7 * SIM_MS + 1, NULL, NULL); /* the cancel travelled for 2 ms */
        ck_assert_int_eq(t.c->node.in_flight.value, 0);
        ck_assert_int_eq(t.c->node.by_status[SIM_CANCELLED].value, 1);
    }
    sim_run(t.sim, SIM_S, NULL, NULL);
    ck_assert_int_eq(kit_in_use(pool), 0);
    kit_finish(t.sim);
}
END_TEST

START_TEST(a_sealed_wait_keeps_its_outcome_when_the_cancel_comes)
{
    struct trio t = trio_make();
    kit_set(t.sim, "b.on_abandon", "cancel");
    const struct kit_step waits[] = {{.kind = KIT_WAIT}, {.kind = KIT_WAIT}, {0}};
    const struct kit_step wakes_b[] = {{.kind = KIT_WAKE, .to = &t.b->node, .ns = 1}, {0}};
    const struct kit_step calls_b[] = {{.kind = KIT_CALL, .to = &t.b->node, .op = KIT_OP, .timeout = 5 * SIM_MS}, {0}};
    t.b->scripts[0] = waits;
    kit_start_world(t.sim);
    kit_spawn_at(t.c, 5 * SIM_MS, wakes_b); /* older than the timer, which is older than the resumption */
    kit_spawn_at(t.a, 0, calls_b);
    sim_run(t.sim, SIM_S, NULL, NULL);
    kit_expect(t.b, &waits[0], 5 * SIM_MS, SIM_LIMITED);
    ck_assert_str_eq(kit_nth(t.b, &waits[0], 1)->reason, "Woken");
    kit_expect(t.b, &waits[1], 5 * SIM_MS, SIM_CANCELLED);
    kit_expect(t.a, &calls_b[0], 5 * SIM_MS, SIM_TIMEOUT);
    kit_finish(t.sim);
}
END_TEST

START_TEST(a_flow_cancelled_before_it_starts_calls_starts_none)
{
    struct trio t = trio_make();
    kit_set(t.sim, "b.on_abandon", "cancel");
    const struct kit_step works[] = {
        sleeps_20ms[0], {.kind = KIT_START, .to = &t.c->node, .op = KIT_OP}, {.kind = KIT_JOIN, .want = 1}, {0}};
    const struct kit_step calls_b[] = {{.kind = KIT_CALL, .to = &t.b->node, .op = KIT_OP, .timeout = 5 * SIM_MS}, {0}};
    t.b->scripts[0] = works;
    t.c->scripts[0] = at_once;
    kit_start_world(t.sim);
    kit_spawn_at(t.a, 0, calls_b);
    sim_run(t.sim, SIM_S, NULL, NULL);
    kit_expect(t.b, &works[2], 5 * SIM_MS, SIM_CANCELLED);
    ck_assert_int_eq(t.c->node.received.value, 0);
    kit_finish(t.sim);
}
END_TEST

START_TEST(a_cancel_goes_down_a_chain_as_far_as_nodes_cancel)
{
    struct sim *sim = sim_create(1);
    struct kit_node *nodes[6];
    struct kit_step calls[6][3] = {0};
    for (int i = 0; i < 6; i++) {
        char name[] = {'n', (char)('0' + i), '\0'};
        nodes[i] = kit_add(sim, name);
        /* n1, n2, n4 and n5 cancel; n3 goes on, and so does what it asked for. */
        nodes[i]->node.on_abandon = i == 3 ? SIM_CONTINUE : SIM_CANCEL;
    }
    for (int i = 0; i < 5; i++) {
        calls[i][0] = (struct kit_step){.kind = KIT_CALL, .to = &nodes[i + 1]->node, .op = KIT_OP};
        nodes[i]->scripts[0] = calls[i];
    }
    nodes[5]->scripts[0] = sleeps_20ms;
    calls[0][0].timeout = 5 * SIM_MS;
    kit_start_world(sim);
    kit_spawn_at(nodes[0], 0, calls[0]);
    sim_run(sim, 6 * SIM_MS, NULL, NULL);
    kit_expect(nodes[1], &calls[1][0], 5 * SIM_MS, SIM_CANCELLED);
    kit_expect(nodes[2], &calls[2][0], 5 * SIM_MS, SIM_CANCELLED);
    ck_assert_int_eq(nodes[3]->node.in_flight.value, 1);
    sim_run(sim, SIM_S, NULL, NULL);
    kit_expect(nodes[3], &calls[3][0], 20 * SIM_MS, SIM_OK);
    ck_assert_int_eq(nodes[2]->node.late.value, 1);
    kit_finish(sim);
}
END_TEST

START_TEST(a_flow_that_has_replied_is_cancelled_no_more)
{
    struct trio t = trio_make();
    kit_set(t.sim, "b.on_abandon", "cancel");
    const struct kit_step works[] = {{.kind = KIT_REPLY}, sleeps_20ms[0], {0}};
    const struct kit_step script[] = {{.kind = KIT_START, .to = &t.b->node, .op = KIT_OP}, {.kind = KIT_DROP}, {0}};
    t.b->scripts[0] = works;
    kit_start_world(t.sim);
    kit_spawn_at(t.a, 0, script);
    sim_run(t.sim, SIM_S, NULL, NULL);
    kit_expect(t.b, &works[1], 20 * SIM_MS, SIM_OK);
    ck_assert_int_eq(t.a->node.answered.value, 1);
    kit_finish(t.sim);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("flow");
    TCase *tests = tcase_create("flow");
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, a_sleep_takes_its_time_and_no_sleep_takes_no_event);
    tcase_add_test(tests, a_frame_starts_zeroed_whoever_had_it_before);
    tcase_add_loop_test(tests, a_join_ends_when_as_many_calls_have_ended_as_it_wants, 0, SIM_COUNT_OF(JOINS));
    tcase_add_test(tests, calls_that_ended_as_they_began_need_no_wait);
    tcase_add_test(tests, a_hedge_takes_the_first_answer_and_lets_the_other_go);
    tcase_add_test(tests, a_started_call_may_be_answered_while_the_flow_waits_for_something_else);
    tcase_add_loop_test(tests, a_cancelled_wait_ends_at_once_and_holds_nothing, 0, WAITS);
    tcase_add_test(tests, a_sealed_wait_keeps_its_outcome_when_the_cancel_comes);
    tcase_add_test(tests, a_flow_cancelled_before_it_starts_calls_starts_none);
    tcase_add_test(tests, a_cancel_goes_down_a_chain_as_far_as_nodes_cancel);
    tcase_add_test(tests, a_flow_that_has_replied_is_cancelled_no_more);
    suite_add_tcase(suite, tests);
    return kit_run(suite);
}
