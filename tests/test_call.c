/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of sim/call.c: the two sides of a call, tickets and late replies, the timer against the reply, abandonment. */
#include "tests/kit.h"

/* Scripts used by several tests. */
static const struct kit_step at_once[] = {{0}};
static const struct kit_step sleeps_10ms[] = {{.kind = KIT_SLEEP, .ns = 10 * SIM_MS}, {0}};

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

/* ---- events and instants ---- */

START_TEST(a_call_over_no_link_that_is_answered_at_once_takes_no_event)
{
    struct trio t = trio_make();
    const struct kit_step calls_c[] = {
        {.kind = KIT_CALL, .to = &t.c->node, .op = KIT_OP}, {.kind = KIT_CALL, .to = &t.c->node, .op = KIT_OP}, {0}};
    const struct kit_step calls_b[] = {{.kind = KIT_CALL, .to = &t.b->node, .op = KIT_OP, .timeout = SIM_S}, {0}};
    t.b->scripts[0] = calls_c;
    t.c->scripts[0] = at_once;
    kit_start_world(t.sim);
    kit_spawn_at(t.a, 5 * SIM_MS, calls_b);
    sim_run(t.sim, SIM_S, NULL, NULL);
    kit_expect(t.a, &calls_b[0], 5 * SIM_MS, SIM_OK);
    ck_assert_uint_eq(t.sim->events, 1); /* the spawn */
    ck_assert_int_eq(t.c->node.ended.value, 2);
    ck_assert_uint_eq(t.sim->calls, 3);
    kit_finish(t.sim);
}
END_TEST

START_TEST(a_reply_never_runs_the_caller_inside_the_callee)
{
    struct trio t = trio_make();
    const struct kit_step replies_early[] = {{.kind = KIT_SLEEP, .ns = SIM_MS},
                                             {.kind = KIT_REPLY},
                                             {.kind = KIT_CALL, .to = &t.c->node, .op = KIT_OP},
                                             {.kind = KIT_SLEEP, .ns = SIM_MS},
                                             {0}};
    const struct kit_step calls_b[] = {{.kind = KIT_CALL, .to = &t.b->node, .op = KIT_OP}, {0}};
    t.b->scripts[0] = replies_early;
    t.c->scripts[0] = at_once;
    kit_start_world(t.sim);
    kit_spawn_at(t.a, 0, calls_b);
    sim_run(t.sim, SIM_S, NULL, NULL);
    const struct kit_record *after_reply = kit_nth(t.b, &replies_early[2], 1);
    const struct kit_record *caller = kit_nth(t.a, &calls_b[0], 1);
    ck_assert_int_eq(caller->at, SIM_MS);
    ck_assert_uint_eq(caller->events, after_reply->events + 1);
    ck_assert_uint_eq(t.sim->events, 4); /* spawn, wake, resume, wake */
    kit_expect(t.b, &replies_early[3], 2 * SIM_MS, SIM_OK);
    kit_finish(t.sim);
}
END_TEST

START_TEST(a_callee_that_replies_at_once_and_goes_on_reaches_its_first_wait_before_the_caller_goes_on)
{
    struct trio t = trio_make();
    const struct kit_step replies_first[] = {{.kind = KIT_REPLY},
                                             {.kind = KIT_CALL, .to = &t.c->node, .op = KIT_OP},
                                             {.kind = KIT_SLEEP, .ns = SIM_MS},
                                             {0}};
    const struct kit_step script[] = {
        {.kind = KIT_CALL, .to = &t.b->node, .op = KIT_OP}, {.kind = KIT_CALL, .to = &t.c->node, .op = KIT_OP}, {0}};
    t.b->scripts[0] = replies_first;
    t.c->scripts[0] = at_once;
    kit_start_world(t.sim);
    kit_spawn_at(t.a, 0, script);
    sim_run(t.sim, SIM_S, NULL, NULL);
    ck_assert_uint_eq(kit_nth(t.a, &script[0], 1)->events, 1);
    ck_assert_uint_eq(kit_nth(t.b, &replies_first[1], 1)->reply.key, 1); /* c served b first */
    ck_assert_uint_eq(kit_nth(t.a, &script[1], 1)->reply.key, 2);
    kit_finish(t.sim);
}
END_TEST

START_TEST(calls_started_together_begin_one_after_the_other_each_up_to_its_first_wait)
{
    struct trio t = trio_make();
    const struct kit_step on_b[] = {{.kind = KIT_CALL, .to = &t.c->node, .op = KIT_OP},
                                    {.kind = KIT_CALL, .to = &t.c->node, .op = KIT_OP},
                                    {.kind = KIT_SLEEP, .ns = SIM_MS},
                                    {0}};
    const struct kit_step bulk[] = {{.kind = KIT_START, .to = &t.b->node, .op = KIT_OP},
                                    {.kind = KIT_START, .to = &t.b->node, .op = KIT_OP},
                                    {.kind = KIT_START, .to = &t.b->node, .op = KIT_OP},
                                    {.kind = KIT_JOIN, .want = 3},
                                    {0}};
    t.b->scripts[0] = on_b;
    t.c->scripts[0] = at_once;
    kit_start_world(t.sim);
    kit_spawn_at(t.a, 0, bulk);
    sim_run(t.sim, SIM_S, NULL, NULL);
    for (unsigned flow = 1; flow <= 3; flow++) {
        ck_assert_uint_eq(kit_nth(t.b, &on_b[0], flow)->reply.key, 2 * flow - 1);
        ck_assert_uint_eq(kit_nth(t.b, &on_b[1], flow)->reply.key, UINT64_C(2) * flow);
        ck_assert_uint_eq(kit_nth(t.b, &on_b[1], flow)->events, 1);
    }
    kit_expect(t.a, &bulk[3], SIM_MS, SIM_OK);
    ck_assert_uint_eq(t.sim->events, 5); /* spawn, three wakes, one resume */
    kit_finish(t.sim);
}
END_TEST

/* ---- tickets, timers, late replies ---- */

START_TEST(every_wait_has_a_ticket_of_its_own)
{
    struct trio t = trio_make();
    const struct kit_step script[] = {
        {.kind = KIT_SLEEP, .ns = SIM_MS}, {.kind = KIT_CALL, .to = &t.b->node, .op = KIT_OP},
        {.kind = KIT_CPU, .ns = SIM_MS},   {.kind = KIT_START, .to = &t.b->node, .op = KIT_OP},
        {.kind = KIT_JOIN, .want = 1},     {.kind = KIT_WAIT},
        {.kind = KIT_SLEEP, .ns = SIM_MS}, {0}};
    const struct kit_step wakes_a[] = {{.kind = KIT_WAKE, .to = &t.a->node}, {0}};
    t.b->scripts[0] = sleeps_10ms;
    kit_start_world(t.sim);
    kit_spawn_at(t.a, 0, script);
    kit_spawn_at(t.c, 100 * SIM_MS, wakes_a);
    sim_run(t.sim, SIM_S, NULL, NULL);
    ck_assert_uint_eq(t.a->record_count, 7);
    uint64_t last = 0;
    for (uint32_t i = 0; i < t.a->record_count; i++) {
        if (t.a->records[i].step->kind == KIT_START)
            continue;
        ck_assert_uint_gt(t.a->records[i].ticket, last);
        last = t.a->records[i].ticket;
    }
    kit_finish(t.sim);
}
END_TEST

START_TEST(a_reply_that_nobody_waits_for_is_dropped_and_counted_late)
{
    struct trio t = trio_make();
    const struct kit_step script[] = {
        {.kind = KIT_CALL, .to = &t.b->node, .op = KIT_OP, .timeout = 4 * SIM_MS},
        {.kind = KIT_CALL, .to = &t.b->node, .op = KIT_OP}, /* open while the first one's reply comes */
        {0}};
    t.b->scripts[0] = sleeps_10ms;
    kit_start_world(t.sim);
    kit_spawn_at(t.a, 0, script);
    sim_run(t.sim, 10 * SIM_MS, NULL, NULL);
    kit_expect(t.a, &script[0], 4 * SIM_MS, SIM_TIMEOUT);
    ck_assert_str_eq(kit_nth(t.a, &script[0], 1)->reason, "Timed Out");
    ck_assert_int_eq(t.a->node.late.value, 0);
    ck_assert_int_eq(t.b->node.in_flight.value, 2);
    kit_check_conservation(t.sim);
    sim_run(t.sim, 11 * SIM_MS, NULL, NULL);
    ck_assert_int_eq(t.a->node.late.value, 1);
    ck_assert(!kit_done(t.a, &script[1]));
    sim_run(t.sim, SIM_S, NULL, NULL);
    kit_expect(t.a, &script[1], 14 * SIM_MS, SIM_OK);
    ck_assert_uint_eq(kit_nth(t.a, &script[1], 1)->reply.key, 2); /* of the second call, not of the first */
    ck_assert_int_eq(t.a->node.timed_out.value, 1);
    ck_assert_int_eq(t.a->node.answered.value, 1);
    ck_assert_int_eq(t.b->node.by_status[SIM_OK].value, 2); /* the work was done, and done for nothing */
    kit_finish(t.sim);
}
END_TEST

START_TEST(what_a_callee_wrote_before_the_timeout_is_no_reply)
{
    for (int linked = 0; linked < 2; linked++) {
        struct trio t = trio_make();
        /* A kit node writes reply.key as it begins; over a link its reply is under way at the timeout. */
        const struct kit_step script[] = {{.kind = KIT_CALL, .to = &t.b->node, .op = KIT_OP, .timeout = 15 * SIM_MS},
                                          {0}};
        const struct kit_step sleeps_20ms[] = {{.kind = KIT_SLEEP, .ns = 20 * SIM_MS}, {0}};
        t.b->scripts[0] = linked ? at_once : sleeps_20ms;
        if (linked)
            kit_link(t.sim, t.a, t.b, "10ms");
        kit_start_world(t.sim);
        kit_spawn_at(t.a, 0, script);
        sim_run(t.sim, SIM_S, NULL, NULL);
        kit_expect(t.a, &script[0], 15 * SIM_MS, SIM_TIMEOUT);
        ck_assert_uint_eq(kit_nth(t.a, &script[0], 1)->reply.key, 0);
        ck_assert_int_eq(t.a->node.late.value, 1);
        kit_finish(t.sim);
    }
}
END_TEST

START_TEST(a_wait_that_is_no_call_has_no_reply)
{
    struct trio t = trio_make();
    const struct kit_step script[] = {{.kind = KIT_CALL, .to = &t.b->node, .op = KIT_OP},
                                      {.kind = KIT_SLEEP},
                                      {.kind = KIT_CALL, .to = &t.b->node, .op = KIT_OP},
                                      {.kind = KIT_SLEEP, .ns = SIM_MS},
                                      {.kind = KIT_CALL, .to = &t.b->node, .op = KIT_OP},
                                      {.kind = KIT_CPU},
                                      {.kind = KIT_CALL, .to = &t.b->node, .op = KIT_OP},
                                      {.kind = KIT_CPU, .ns = SIM_MS},
                                      {.kind = KIT_START, .to = &t.b->node, .op = KIT_OP + 1},
                                      {.kind = KIT_CALL, .to = &t.b->node, .op = KIT_OP},
                                      {.kind = KIT_JOIN, .want = 1},
                                      {.kind = KIT_CALL, .to = &t.b->node, .op = KIT_OP},
                                      {.kind = KIT_JOIN},
                                      {0}};
    t.b->scripts[0] = at_once;
    t.b->scripts[1] = sleeps_10ms;
    kit_start_world(t.sim);
    kit_spawn_at(t.a, 0, script);
    sim_run(t.sim, SIM_S, NULL, NULL);
    ck_assert_uint_eq(t.a->record_count, SIM_COUNT_OF(script) - 1);
    for (uint32_t i = 0; i < t.a->record_count; i++) {
        const struct kit_record *record = &t.a->records[i];
        if (record->step->kind == KIT_CALL)
            ck_assert_uint_ne(record->reply.key, 0);
        else if (record->step->kind != KIT_START)
            ck_assert_msg(record->reply.key == 0, "step %d", (int)(record->step - script));
    }
    kit_finish(t.sim);
}
END_TEST

START_TEST(a_timeout_of_no_time_ends_without_a_call)
{
    struct trio t = trio_make();
    const struct kit_step script[] = {{.kind = KIT_CALL, .to = &t.b->node, .op = KIT_OP, .timeout = -1},
                                      {.kind = KIT_START, .to = &t.b->node, .op = KIT_OP, .timeout = -1},
                                      {.kind = KIT_JOIN, .want = 1},
                                      {0}};
    t.b->scripts[0] = at_once;
    kit_start_world(t.sim);
    kit_spawn_at(t.a, 0, script);
    sim_run(t.sim, SIM_S, NULL, NULL);
    kit_expect(t.a, &script[0], 0, SIM_TIMEOUT);
    kit_expect(t.a, &script[2], 0, SIM_OK);
    ck_assert_int_eq(t.a->node.sent.value, 0);
    ck_assert_int_eq(t.b->node.received.value, 0);
    kit_finish(t.sim);
}
END_TEST

/* ---- resources ---- */

/* The holder gives its connection back at 10 ms, when the waiter's timer fires too. `naps`: in how many sleeps the
 * holder waits; in one, its event is older than the timer; in two, younger. */
static void release_against_timer(int naps, enum sim_status want)
{
    struct trio t = trio_make();
    struct sim_node *pool = kit_add_pool(t.sim, "pool", "1");
    const struct kit_step holder[2][5] = {
        {{.kind = KIT_ACQUIRE, .to = pool}, {.kind = KIT_SLEEP, .ns = 10 * SIM_MS}, {.kind = KIT_RELEASE}, {0}},
        {{.kind = KIT_ACQUIRE, .to = pool},
         {.kind = KIT_SLEEP, .ns = 5 * SIM_MS},
         {.kind = KIT_SLEEP, .ns = 5 * SIM_MS},
         {.kind = KIT_RELEASE},
         {0}}};
    const struct kit_step waiter[] = {{.kind = KIT_ACQUIRE, .to = pool, .timeout = 9 * SIM_MS},
                                      {.kind = KIT_SLEEP, .ns = 5 * SIM_MS},
                                      {.kind = KIT_RELEASE},
                                      {0}};
    const struct kit_step next[] = {{.kind = KIT_ACQUIRE, .to = pool}, {0}};
    kit_start_world(t.sim);
    kit_spawn_at(t.a, 0, holder[naps - 1]);
    kit_spawn_at(t.b, SIM_MS, waiter);
    kit_spawn_at(t.c, 11 * SIM_MS, next);
    sim_run(t.sim, 10 * SIM_MS + 1, NULL, NULL);
    kit_expect(t.b, &waiter[0], 10 * SIM_MS, want);
    ck_assert_int_eq(kit_in_use(pool), want == SIM_OK ? 1 : 0);
    sim_run(t.sim, SIM_S, NULL, NULL);
    kit_expect(t.c, &next[0], want == SIM_OK ? 15 * SIM_MS : 11 * SIM_MS, SIM_OK);
    ck_assert_int_eq(kit_in_use(pool), 0);
    kit_finish(t.sim);
}

START_TEST(a_grant_and_the_waiters_timer_at_one_instant_lose_no_connection)
{
    release_against_timer(1, SIM_OK);
    release_against_timer(2, SIM_TIMEOUT);
}
END_TEST

START_TEST(a_grant_goes_to_the_next_waiter_alive)
{
    struct trio t = trio_make();
    struct sim_node *pool = kit_add_pool(t.sim, "pool", "1");
    const struct kit_step holder[] = {
        {.kind = KIT_ACQUIRE, .to = pool}, {.kind = KIT_SLEEP, .ns = 10 * SIM_MS}, {.kind = KIT_RELEASE}, {0}};
    const struct kit_step impatient[] = {{.kind = KIT_ACQUIRE, .to = pool, .timeout = 5 * SIM_MS}, {0}};
    const struct kit_step patient[] = {{.kind = KIT_ACQUIRE, .to = pool}, {0}};
    kit_start_world(t.sim);
    kit_spawn_at(t.a, 0, holder);
    kit_spawn_at(t.b, 1, impatient);
    kit_spawn_at(t.c, 2, patient);
    sim_run(t.sim, SIM_S, NULL, NULL);
    kit_expect(t.b, &impatient[0], 5 * SIM_MS + 1, SIM_TIMEOUT);
    kit_expect(t.c, &patient[0], 10 * SIM_MS, SIM_OK);
    kit_finish(t.sim);
}
END_TEST

START_TEST(a_waiter_that_left_and_came_back_stands_at_the_end)
{
    struct trio t = trio_make();
    struct sim_node *pool = kit_add_pool(t.sim, "pool", "1");
    const struct kit_step holder[] = {{.kind = KIT_ACQUIRE, .to = pool}, {.kind = KIT_SLEEP, .ns = 10 * SIM_MS}, {0}};
    const struct kit_step returns[] = {{.kind = KIT_ACQUIRE, .to = pool, .timeout = 3 * SIM_MS},
                                       {.kind = KIT_ACQUIRE, .to = pool},
                                       {.kind = KIT_SLEEP, .ns = 10 * SIM_MS},
                                       {0}};
    const struct kit_step stays[] = {{.kind = KIT_ACQUIRE, .to = pool}, {.kind = KIT_SLEEP, .ns = 10 * SIM_MS}, {0}};
    kit_start_world(t.sim);
    kit_spawn_at(t.a, 0, holder);
    kit_spawn_at(t.b, 1, returns);
    kit_spawn_at(t.c, 2, stays);
    sim_run(t.sim, SIM_S, NULL, NULL);
    kit_expect(t.c, &stays[0], 10 * SIM_MS, SIM_OK);
    kit_expect(t.b, &returns[1], 20 * SIM_MS, SIM_OK);
    kit_finish(t.sim);
}
END_TEST

START_TEST(a_connection_is_granted_at_the_release_and_not_at_the_wake_up)
{
    struct trio t = trio_make();
    struct sim_node *pool = kit_add_pool(t.sim, "pool", "1");
    /* The holder releases and asks again in one step: the waiter has it already. */
    const struct kit_step greedy[] = {{.kind = KIT_ACQUIRE, .to = pool},
                                      {.kind = KIT_SLEEP, .ns = 10 * SIM_MS},
                                      {.kind = KIT_RELEASE},
                                      {.kind = KIT_ACQUIRE, .to = pool},
                                      {0}};
    const struct kit_step waits[] = {{.kind = KIT_ACQUIRE, .to = pool}, {.kind = KIT_SLEEP, .ns = 10 * SIM_MS}, {0}};
    kit_start_world(t.sim);
    kit_spawn_at(t.a, 0, greedy);
    kit_spawn_at(t.b, 1, waits);
    sim_run(t.sim, SIM_S, NULL, NULL);
    kit_expect(t.b, &waits[0], 10 * SIM_MS, SIM_OK);
    kit_expect(t.a, &greedy[3], 20 * SIM_MS, SIM_OK);
    kit_finish(t.sim);
}
END_TEST

START_TEST(a_full_queue_rejects_with_a_reason)
{
    struct trio t = trio_make();
    struct sim_node *pool = kit_add_pool(t.sim, "pool", "1");
    kit_set(t.sim, "pool.queue_max", "1");
    const struct kit_step acquires[] = {{.kind = KIT_ACQUIRE, .to = pool}, {.kind = KIT_SLEEP, .ns = 10 * SIM_MS}, {0}};
    kit_start_world(t.sim);
    kit_spawn_at(t.a, 0, acquires);
    kit_spawn_at(t.b, 1, acquires);
    kit_spawn_at(t.c, 2, acquires);
    sim_run(t.sim, SIM_S, NULL, NULL);
    kit_expect(t.c, &acquires[0], 2, SIM_UNAVAILABLE);
    ck_assert_str_eq(kit_nth(t.c, &acquires[0], 1)->reason, "Pool Exhausted");
    kit_expect(t.b, &acquires[0], 10 * SIM_MS, SIM_OK);
    ck_assert_uint_eq(pool->reason_count, 1);
    ck_assert_str_eq(pool->reasons[0].text, "Pool Exhausted");
    ck_assert_int_eq(pool->reasons[0].count.value, 1);
    kit_finish(t.sim);
}
END_TEST

/* ---- abandonment ---- */

START_TEST(abandoned_work_goes_on_holds_and_gives_back_when_it_continues)
{
    struct trio t = trio_make();
    struct sim_node *pool = kit_add_pool(t.sim, "pool", "1");
    const struct kit_step works[] = {{.kind = KIT_ACQUIRE, .to = pool},
                                     {.kind = KIT_CALL, .to = &t.c->node, .op = KIT_OP},
                                     {.kind = KIT_CALL, .to = &t.c->node, .op = KIT_OP + 1},
                                     {.kind = KIT_RELEASE},
                                     {0}};
    const struct kit_step calls_b[] = {{.kind = KIT_CALL, .to = &t.b->node, .op = KIT_OP, .timeout = SIM_MS}, {0}};
    t.b->scripts[0] = works;
    t.c->scripts[0] = sleeps_10ms;
    t.c->scripts[1] = at_once; /* it fills */
    kit_start_world(t.sim);
    kit_spawn_at(t.a, 0, calls_b);
    sim_run(t.sim, 9 * SIM_MS, NULL, NULL);
    kit_expect(t.a, &calls_b[0], SIM_MS, SIM_TIMEOUT);
    ck_assert_int_eq(kit_in_use(pool), 1);
    ck_assert_int_eq(t.b->node.in_flight.value, 1);
    sim_run(t.sim, SIM_S, NULL, NULL);
    kit_expect(t.b, &works[1], 10 * SIM_MS, SIM_OK);
    kit_expect(t.b, &works[2], 10 * SIM_MS, SIM_OK);
    ck_assert_int_eq(kit_in_use(pool), 0);
    ck_assert_int_eq(t.b->node.by_status[SIM_OK].value, 1);
    kit_finish(t.sim);
}
END_TEST

START_TEST(abandoned_work_stops_at_once_and_gives_back_when_it_cancels)
{
    struct trio t = trio_make();
    struct sim_node *pool = kit_add_pool(t.sim, "pool", "1");
    kit_set(t.sim, "b.on_abandon", "cancel");
    kit_set(t.sim, "c.on_abandon", "cancel");
    const struct kit_step works[] = {{.kind = KIT_ACQUIRE, .to = pool},
                                     {.kind = KIT_CALL, .to = &t.c->node, .op = KIT_OP},
                                     {.kind = KIT_CALL, .to = &t.c->node, .op = KIT_OP},
                                     {.kind = KIT_SLEEP, .ns = SIM_S},
                                     {.kind = KIT_CPU, .ns = SIM_S},
                                     {.kind = KIT_WAIT},
                                     {.kind = KIT_START, .to = &t.c->node, .op = KIT_OP},
                                     {.kind = KIT_JOIN, .want = 1},
                                     {.kind = KIT_RELEASE},
                                     {0}};
    const struct kit_step calls_b[] = {{.kind = KIT_CALL, .to = &t.b->node, .op = KIT_OP, .timeout = SIM_MS}, {0}};
    t.b->scripts[0] = works;
    t.c->scripts[0] = sleeps_10ms;
    kit_start_world(t.sim);
    kit_spawn_at(t.a, 0, calls_b);
    sim_run(t.sim, SIM_MS + 1, NULL, NULL);
    kit_expect(t.a, &calls_b[0], SIM_MS, SIM_TIMEOUT);
    for (int i = 1; i <= 7; i++) {
        if (works[i].kind != KIT_START)
            kit_expect(t.b, &works[i], SIM_MS, SIM_CANCELLED);
    }
    ck_assert(kit_done(t.b, &works[8]));
    ck_assert_int_eq(kit_in_use(pool), 0);
    ck_assert_int_eq(t.b->node.by_status[SIM_CANCELLED].value, 1);
    ck_assert_int_eq(t.c->node.by_status[SIM_CANCELLED].value, 1); /* the cancel went on to c */
    ck_assert_int_eq(t.c->node.received.value, 1);
    kit_finish(t.sim);
}
END_TEST

START_TEST(a_grant_that_was_sealed_before_the_cancel_is_kept_and_given_back)
{
    struct trio t = trio_make();
    struct sim_node *pool = kit_add_pool(t.sim, "pool", "1");
    kit_set(t.sim, "b.on_abandon", "cancel");
    /* c's release at 10 ms seals b's grant; a's timer, younger, fires at 10 ms before b resumes. */
    const struct kit_step holder[] = {{.kind = KIT_ACQUIRE, .to = pool}, {.kind = KIT_SLEEP, .ns = 10 * SIM_MS}, {0}};
    const struct kit_step works[] = {{.kind = KIT_ACQUIRE, .to = pool}, {.kind = KIT_SLEEP, .ns = SIM_MS}, {0}};
    const struct kit_step calls_b[] = {{.kind = KIT_CALL, .to = &t.b->node, .op = KIT_OP, .timeout = 9 * SIM_MS}, {0}};
    t.b->scripts[0] = works;
    kit_start_world(t.sim);
    kit_spawn_at(t.c, 0, holder);
    kit_spawn_at(t.a, SIM_MS, calls_b);
    sim_run(t.sim, SIM_S, NULL, NULL);
    kit_expect(t.a, &calls_b[0], 10 * SIM_MS, SIM_TIMEOUT);
    kit_expect(t.b, &works[0], 10 * SIM_MS, SIM_OK);
    kit_expect(t.b, &works[1], 10 * SIM_MS, SIM_CANCELLED);
    ck_assert_int_eq(kit_in_use(pool), 0);
    ck_assert_int_eq(pool->by_status[SIM_OK].value, 2);
    kit_finish(t.sim);
}
END_TEST

/* ---- what a call is ---- */

struct family {
    uint64_t id[8], parent[8], root[8];
    int op[8];
    unsigned count;
};

static void note_call(void *context, const struct sim_call *call)
{
    struct family *family = context;
    family->id[family->count] = call->id;
    family->parent[family->count] = call->parent;
    family->op[family->count] = call->op;
    family->root[family->count++] = call->root;
}

START_TEST(a_call_knows_its_parent_and_its_root)
{
    struct trio t = trio_make();
    struct kit_node *d = kit_add(t.sim, "d");
    const struct kit_step on_c[] = {{.kind = KIT_CALL, .to = &d->node, .op = KIT_OP + 4}, {0}};
    const struct kit_step on_b[] = {{.kind = KIT_CALL, .to = &t.c->node, .op = KIT_OP + 2},
                                    {.kind = KIT_REPLY},
                                    {.kind = KIT_CALL, .to = &t.c->node, .op = KIT_OP + 3},
                                    {0}};
    const struct kit_step calls_b[] = {{.kind = KIT_CALL, .to = &t.b->node, .op = KIT_OP + 1},
                                       {.kind = KIT_CALL, .to = &t.b->node, .op = KIT_OP + 1},
                                       {0}};
    t.b->scripts[1] = on_b;
    t.c->scripts[2] = on_c;
    t.c->scripts[3] = d->scripts[4] = sleeps_10ms;
    static const struct sim_listener listener = {.call_begin = note_call};
    struct family family = {0};
    sim_listen(t.sim, &listener, &family);
    kit_start_world(t.sim);
    kit_spawn_at(t.a, 0, calls_b);
    sim_run(t.sim, SIM_S, NULL, NULL);
    static const struct {
        int op;
        uint64_t parent, root;
    } want[] = {{1, 0, 1}, {2, 1, 1}, {4, 2, 1}, {3, 0, 4}, {1, 0, 5}, {2, 5, 5}, {4, 6, 5}, {3, 0, 8}};
    ck_assert_uint_eq(family.count, SIM_COUNT_OF(want));
    for (unsigned i = 0; i < family.count; i++) {
        ck_assert_uint_eq(family.id[i], i + 1);
        ck_assert_int_eq(family.op[i], KIT_OP + want[i].op);
        ck_assert_uint_eq(family.parent[i], want[i].parent);
        ck_assert_uint_eq(family.root[i], want[i].root);
    }
    kit_finish(t.sim);
}
END_TEST

START_TEST(outcomes_are_counted_by_status_and_by_reason)
{
    struct trio t = trio_make();
    const struct kit_step fails[] = {{.kind = KIT_FAIL}, {0}};
    const struct kit_step script[] = {{.kind = KIT_CALL, .to = &t.b->node, .op = KIT_OP},
                                      {.kind = KIT_CALL, .to = &t.b->node, .op = KIT_OP + 1},
                                      {.kind = KIT_CALL, .to = &t.b->node, .op = KIT_OP + 1},
                                      {0}};
    t.b->scripts[0] = at_once;
    t.b->scripts[1] = fails;
    kit_start_world(t.sim);
    kit_spawn_at(t.a, 0, script);
    sim_run(t.sim, SIM_S, NULL, NULL);
    kit_expect(t.a, &script[1], 0, SIM_ERROR);
    ck_assert_str_eq(kit_nth(t.a, &script[1], 1)->reason, "Failed");
    ck_assert_int_eq(t.b->node.by_status[SIM_OK].value, 1);
    ck_assert_int_eq(t.b->node.by_status[SIM_ERROR].value, 2);
    ck_assert_int_eq(t.b->node.errors.value, 2);
    ck_assert_uint_eq(t.b->node.reason_count, 1);
    ck_assert_int_eq(t.b->node.reasons[0].count.value, 2);
    ck_assert_int_eq(t.b->node.reasons[0].status, SIM_ERROR);
    kit_finish(t.sim);
}
END_TEST

static void reply_by_op(struct sim_node *node, struct sim_call *call)
{
    (void)node;
    sim_reply(call, (struct sim_outcome){call->op == KIT_OP ? SIM_ERROR : SIM_UNAVAILABLE, "Same Words"});
}

START_TEST(one_reason_of_two_statuses_is_counted_for_each)
{
    static const struct sim_node_type type = {.name = "by op",
                                              .size = sizeof(struct sim_node),
                                              .accepts = OP_BIT(KIT_OP) | OP_BIT(KIT_OP + 1),
                                              .request = reply_by_op};
    struct trio t = trio_make();
    struct sim_node *node = sim_add_node(t.sim, &type, "by-op");
    const struct kit_step script[] = {{.kind = KIT_CALL, .to = node, .op = KIT_OP},
                                      {.kind = KIT_CALL, .to = node, .op = KIT_OP + 1},
                                      {.kind = KIT_CALL, .to = node, .op = KIT_OP + 1},
                                      {0}};
    kit_start_world(t.sim);
    kit_spawn_at(t.a, 0, script);
    sim_run(t.sim, SIM_S, NULL, NULL);
    ck_assert_uint_eq(node->reason_count, 2);
    ck_assert_int_eq(node->reasons[0].status, SIM_ERROR);
    ck_assert_int_eq(node->reasons[0].count.value, 1);
    ck_assert_int_eq(node->reasons[1].status, SIM_UNAVAILABLE);
    ck_assert_int_eq(node->reasons[1].count.value, 2);
    kit_finish(t.sim);
}
END_TEST

/* ---- bugs ---- */

static void reply_twice(struct sim_node *node, struct sim_call *call)
{
    (void)node;
    sim_reply(call, (struct sim_outcome){SIM_OK, NULL});
    sim_reply(call, (struct sim_outcome){SIM_OK, NULL});
}

START_TEST(to_reply_twice_is_a_bug)
{
    static const struct sim_node_type twice = {
        .name = "twice", .size = sizeof(struct sim_node), .accepts = OP_BIT(KIT_OP), .request = reply_twice};
    struct trio t = trio_make();
    struct sim_node *node = sim_add_node(t.sim, &twice, "twice");
    const struct kit_step script[] = {{.kind = KIT_CALL, .to = node, .op = KIT_OP}, {0}};
    (void)sim_add_link(t.sim, "x", &t.a->node, node);
    kit_start_world(t.sim);
    kit_spawn_at(t.a, 0, script);
    sim_run(t.sim, SIM_S, NULL, NULL);
}
END_TEST

START_TEST(to_call_a_node_with_what_it_does_not_accept_is_a_bug)
{
    struct trio t = trio_make();
    const struct kit_step script[] = {{.kind = KIT_CALL, .to = &t.b->node, .op = OP_QUERY}, {0}};
    kit_start_world(t.sim);
    kit_spawn_at(t.a, 0, script);
    sim_run(t.sim, SIM_S, NULL, NULL);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("call");
    TCase *tests = tcase_create("call");
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, a_call_over_no_link_that_is_answered_at_once_takes_no_event);
    tcase_add_test(tests, a_reply_never_runs_the_caller_inside_the_callee);
    tcase_add_test(tests, a_callee_that_replies_at_once_and_goes_on_reaches_its_first_wait_before_the_caller_goes_on);
    tcase_add_test(tests, calls_started_together_begin_one_after_the_other_each_up_to_its_first_wait);
    tcase_add_test(tests, every_wait_has_a_ticket_of_its_own);
    tcase_add_test(tests, a_reply_that_nobody_waits_for_is_dropped_and_counted_late);
    tcase_add_test(tests, what_a_callee_wrote_before_the_timeout_is_no_reply);
    tcase_add_test(tests, a_wait_that_is_no_call_has_no_reply);
    tcase_add_test(tests, a_timeout_of_no_time_ends_without_a_call);
    tcase_add_test(tests, a_grant_and_the_waiters_timer_at_one_instant_lose_no_connection);
    tcase_add_test(tests, a_grant_goes_to_the_next_waiter_alive);
    tcase_add_test(tests, a_waiter_that_left_and_came_back_stands_at_the_end);
    tcase_add_test(tests, a_connection_is_granted_at_the_release_and_not_at_the_wake_up);
    tcase_add_test(tests, a_full_queue_rejects_with_a_reason);
    tcase_add_test(tests, abandoned_work_goes_on_holds_and_gives_back_when_it_continues);
    tcase_add_test(tests, abandoned_work_stops_at_once_and_gives_back_when_it_cancels);
    tcase_add_test(tests, a_grant_that_was_sealed_before_the_cancel_is_kept_and_given_back);
    tcase_add_test(tests, a_call_knows_its_parent_and_its_root);
    tcase_add_test(tests, outcomes_are_counted_by_status_and_by_reason);
    tcase_add_test(tests, one_reason_of_two_statuses_is_counted_for_each);
    tcase_add_exit_test(tests, to_reply_twice_is_a_bug, 70);
    tcase_add_exit_test(tests, to_call_a_node_with_what_it_does_not_accept_is_a_bug, 70);
    suite_add_tcase(suite, tests);
    return kit_run(suite);
}
