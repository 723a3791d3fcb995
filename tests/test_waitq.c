/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of wait queues (sim/waitq.h, in flow.c): order, leaving and coming back, waking. */
#include "tests/kit.h"

static const struct kit_step waits[] = {{.kind = KIT_WAIT}, {0}};

struct pair {
    struct sim *sim;
    struct kit_node *a, *b;
};

static struct pair pair_make(void)
{
    struct pair p = {.sim = sim_create(1)};
    p.a = kit_add(p.sim, "a");
    p.b = kit_add(p.sim, "b");
    return p;
}

START_TEST(flows_are_woken_in_the_order_in_which_they_came)
{
    struct pair p = pair_make();
    const struct kit_step wakes[] = {{.kind = KIT_WAKE, .to = &p.b->node, .ns = 1}, {0}};
    kit_start_world(p.sim);
    for (int i = 0; i < 10; i++)
        kit_spawn_at(p.b, i, waits);
    for (int i = 0; i < 10; i++)
        kit_spawn_at(p.a, 100 + i, wakes);
    sim_run(p.sim, 50, NULL, NULL);
    ck_assert_uint_eq(p.b->queue.count, 10);
    sim_run(p.sim, SIM_S, NULL, NULL);
    for (unsigned i = 0; i < 10; i++) {
        const struct kit_record *record = kit_nth(p.b, &waits[0], i + 1);
        ck_assert_uint_eq(record->flow, i + 1);
        ck_assert_int_eq(record->at, 100 + (sim_ns)i);
        ck_assert_int_eq(record->status, SIM_LIMITED);
    }
    ck_assert_uint_eq(p.b->queue.count, 0);
    kit_finish(p.sim);
}
END_TEST

START_TEST(to_wake_nobody_is_no_harm_and_keeps_nothing_for_later)
{
    struct pair p = pair_make();
    kit_start_world(p.sim);
    ck_assert(!sim_wake(&p.b->queue, (struct sim_outcome){SIM_OK, NULL}, NULL));
    ck_assert_uint_eq(sim_wake_all(&p.b->queue, (struct sim_outcome){SIM_OK, NULL}, NULL), 0);
    kit_spawn_at(p.b, 0, waits);
    sim_run(p.sim, SIM_S, NULL, NULL);
    ck_assert_uint_eq(p.b->queue.count, 1);
    ck_assert(sim_wake(&p.b->queue, (struct sim_outcome){SIM_OK, NULL}, NULL));
    kit_finish(p.sim);
}
END_TEST

/* A woken flow that waits again at once does so at the end, and is not woken twice by one sim_wake_all. */
START_TEST(to_wake_all_wakes_each_that_waits_now_once)
{
    struct pair p = pair_make();
    const struct kit_step waits_again[] = {{.kind = KIT_WAIT}, {.kind = KIT_WAIT}, {0}};
    kit_start_world(p.sim);
    for (int i = 0; i < 5; i++)
        kit_spawn_at(p.b, i, waits_again);
    sim_run(p.sim, 10, NULL, NULL);
    const struct sim_payload reply = {.key = 77};
    ck_assert_uint_eq(sim_wake_all(&p.b->queue, (struct sim_outcome){SIM_NOT_FOUND, "Gone"}, &reply), 5);
    ck_assert_uint_eq(p.b->queue.count, 0);
    sim_run(p.sim, 20, NULL, NULL);
    ck_assert_uint_eq(p.b->queue.count, 5);
    for (unsigned i = 0; i < 5; i++) {
        const struct kit_record *record = kit_nth(p.b, &waits_again[0], i + 1);
        ck_assert_uint_eq(record->flow, i + 1);
        ck_assert_int_eq(record->status, SIM_NOT_FOUND);
        ck_assert_str_eq(record->reason, "Gone");
        ck_assert_uint_eq(record->reply.key, 77);
    }
    (void)sim_wake_all(&p.b->queue, (struct sim_outcome){SIM_OK, NULL}, NULL);
    kit_finish(p.sim);
}
END_TEST

/* Of three waiters one is cancelled: the first, the one in the middle, the last. Then it waits again. */
START_TEST(who_leaves_and_comes_back_stands_at_the_end)
{
    struct pair p = pair_make();
    kit_set(p.sim, "b.on_abandon", "cancel");
    p.b->scripts[0] = waits;
    const struct kit_step patient[] = {{.kind = KIT_CALL, .to = &p.b->node, .op = KIT_OP}, {0}};
    const struct kit_step returns[] = {{.kind = KIT_CALL, .to = &p.b->node, .op = KIT_OP, .timeout = 50},
                                       {.kind = KIT_CALL, .to = &p.b->node, .op = KIT_OP},
                                       {0}};
    kit_start_world(p.sim);
    for (int i = 0; i < 3; i++)
        kit_spawn_at(p.a, i, i == _i ? returns : patient);
    sim_run(p.sim, 1000, NULL, NULL);
    ck_assert_uint_eq(p.b->queue.count, 3);
    kit_check_conservation(p.sim);
    /* Flows of b, by number: 1, 2, 3 and the one that came back, 4. */
    for (unsigned i = 0; i < 3; i++) {
        ck_assert(sim_wake(&p.b->queue, (struct sim_outcome){SIM_OK, NULL}, NULL));
        sim_run(p.sim, 2000 + i, NULL, NULL);
        unsigned want = i == 2 ? 4 : i < (unsigned)_i ? i + 1 : i + 2;
        ck_assert_uint_eq(kit_nth(p.b, &waits[0], i + 2)->flow, want); /* the first record is of the cancelled wait */
    }
    kit_finish(p.sim);
}
END_TEST

START_TEST(a_flow_that_was_killed_is_woken_no_more)
{
    struct pair p = pair_make();
    const struct kit_step wakes[] = {{.kind = KIT_WAKE, .to = &p.b->node}, {0}};
    kit_start_world(p.sim);
    kit_spawn_at(p.b, 0, waits);
    kit_spawn_at(p.b, 0, waits);
    kit_spawn_at(p.a, 10, wakes); /* sealed at 10, killed before it resumes */
    kit_kill_at(&p.b->node, 10);
    kit_restart_at(&p.b->node, 11);
    kit_spawn_at(p.b, 12, waits);
    kit_spawn_at(p.a, 20, wakes);
    sim_run(p.sim, SIM_S, NULL, NULL);
    ck_assert_uint_eq(p.b->record_count, 1);
    ck_assert_uint_eq(p.b->records[0].flow, 3);
    ck_assert_int_eq(p.b->records[0].at, 20);
    kit_finish(p.sim);
}
END_TEST

/* ---- waits with an end ---- */

START_TEST(a_wait_with_an_end_ends_then_unless_it_is_woken_before)
{
    struct pair p = pair_make();
    const struct kit_step patient[] = {{.kind = KIT_PATIENT, .timeout = 100}, {0}};
    const struct kit_step endless[] = {{.kind = KIT_PATIENT, .timeout = SIM_NEVER}, {0}};
    const struct kit_step wakes[] = {{.kind = KIT_WAKE, .to = &p.b->node, .ns = 1}, {0}};
    kit_start_world(p.sim);
    kit_spawn_at(p.b, 0, patient);
    kit_spawn_at(p.b, 10, patient);
    kit_spawn_at(p.b, 20, endless);
    kit_spawn_at(p.a, 50, wakes);
    sim_run(p.sim, 1000, NULL, NULL);
    kit_expect(p.b, &patient[0], 50, SIM_LIMITED);
    ck_assert_int_eq(kit_nth(p.b, &patient[0], 2)->at, 110);
    ck_assert_int_eq(kit_nth(p.b, &patient[0], 2)->status, SIM_UNAVAILABLE);
    ck_assert_str_eq(kit_nth(p.b, &patient[0], 2)->reason, "Late");
    ck_assert_uint_eq(p.b->queue.count, 1);
    ck_assert(!kit_done(p.b, &endless[0]));
    ck_assert(sim_wake(&p.b->queue, (struct sim_outcome){SIM_OK, NULL}, NULL));
    sim_run(p.sim, 2000, NULL, NULL);
    kit_expect(p.b, &endless[0], 1000, SIM_OK);
    kit_finish(p.sim);
}
END_TEST

/* At one nanosecond what is dispatched first counts: _i = 0 the wake, 1 the end of the wait. The wake is never lost: it
 * goes to the one who still waits. */
START_TEST(a_wake_and_the_end_of_a_wait_at_one_nanosecond_exclude_each_other)
{
    struct pair p = pair_make();
    const struct kit_step patient[] = {{.kind = KIT_PATIENT, .timeout = 100}, {0}};
    const struct kit_step sleeps_and_wakes[] = {
        {.kind = KIT_SLEEP, .ns = 80}, {.kind = KIT_WAKE, .to = &p.b->node, .ns = 1}, {0}};
    kit_start_world(p.sim);
    kit_spawn_at(p.b, 0, patient);
    kit_spawn_at(p.b, 1, waits);
    kit_spawn_at(p.a, 20, sleeps_and_wakes); /* its timer is set after that of the patient one */
    if (_i == 0)
        kit_spawn_at(p.a, 100, &sleeps_and_wakes[1]); /* scheduled before the world runs */
    sim_run(p.sim, 1000, NULL, NULL);
    const bool woken = _i == 0;
    kit_expect(p.b, &patient[0], 100, woken ? SIM_LIMITED : SIM_UNAVAILABLE);
    kit_expect(p.b, &waits[0], 100, SIM_LIMITED);
    ck_assert_uint_eq(p.b->queue.count, 0);
    kit_finish(p.sim);
}
END_TEST

struct heard {
    struct sim_waitq *queue;
    int left, late;
    sim_ns waited;
};
static _Thread_local struct heard heard;

static void hear(struct sim_waitq *queue, sim_ns waited, bool late)
{
    ck_assert_ptr_eq(queue, heard.queue);
    heard.left++;
    heard.late += late;
    heard.waited += waited;
}

START_TEST(a_queue_is_told_of_everyone_who_leaves_it)
{
    struct pair p = pair_make();
    const struct kit_step patient[] = {{.kind = KIT_PATIENT, .timeout = 100}, {0}};
    const struct kit_step wakes[] = {{.kind = KIT_WAKE, .to = &p.b->node, .ns = 1}, {0}};
    kit_set(p.sim, "b.on_abandon", "cancel");
    p.b->scripts[0] = waits;
    const struct kit_step gives_up[] = {{.kind = KIT_CALL, .to = &p.b->node, .op = KIT_OP, .timeout = 30}, {0}};
    kit_start_world(p.sim);
    heard = (struct heard){.queue = &p.b->queue};
    p.b->queue.left = hear;
    kit_spawn_at(p.b, 0, patient);   /* woken at 10 */
    kit_spawn_at(p.a, 10, wakes);    /* waited 10 */
    kit_spawn_at(p.b, 20, patient);  /* late at 120: 100 */
    kit_spawn_at(p.a, 30, gives_up); /* cancelled at 60: 30 */
    kit_spawn_at(p.b, 190, patient); /* killed at 200: 10 */
    kit_kill_at(&p.b->node, 200);
    sim_run(p.sim, 1000, NULL, NULL);
    ck_assert_int_eq(heard.left, 4);
    ck_assert_int_eq(heard.late, 1);
    ck_assert_int_eq(heard.waited, 150);
    kit_finish(p.sim);
}
END_TEST

START_TEST(the_last_one_can_be_woken_alone)
{
    struct pair p = pair_make();
    kit_start_world(p.sim);
    ck_assert(!sim_wake_last(&p.b->queue, kit_late));
    for (int i = 0; i < 3; i++)
        kit_spawn_at(p.b, i, waits);
    sim_run(p.sim, 10, NULL, NULL);
    ck_assert(sim_wake_last(&p.b->queue, kit_late));
    ck_assert(sim_wake(&p.b->queue, (struct sim_outcome){SIM_OK, NULL}, NULL));
    sim_run(p.sim, 20, NULL, NULL);
    ck_assert_uint_eq(kit_nth(p.b, &waits[0], 1)->flow, 3);
    ck_assert_str_eq(kit_nth(p.b, &waits[0], 1)->reason, "Late");
    ck_assert_uint_eq(kit_nth(p.b, &waits[0], 2)->flow, 1);
    ck_assert(sim_wake_last(&p.b->queue, kit_late));
    kit_finish(p.sim);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("waitq");
    TCase *tests = tcase_create("waitq");
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, flows_are_woken_in_the_order_in_which_they_came);
    tcase_add_test(tests, to_wake_nobody_is_no_harm_and_keeps_nothing_for_later);
    tcase_add_test(tests, to_wake_all_wakes_each_that_waits_now_once);
    tcase_add_loop_test(tests, who_leaves_and_comes_back_stands_at_the_end, 0, 3);
    tcase_add_test(tests, a_flow_that_was_killed_is_woken_no_more);
    tcase_add_test(tests, a_wait_with_an_end_ends_then_unless_it_is_woken_before);
    tcase_add_loop_test(tests, a_wake_and_the_end_of_a_wait_at_one_nanosecond_exclude_each_other, 0, 2);
    tcase_add_test(tests, a_queue_is_told_of_everyone_who_leaves_it);
    tcase_add_test(tests, the_last_one_can_be_woken_alone);
    suite_add_tcase(suite, tests);
    return kit_run(suite);
}
