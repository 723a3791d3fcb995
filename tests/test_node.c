/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of sim/node.c: kill and restart, what a node owns, stale events, and the books that every node keeps. */
#include "tests/random_world.h"

static const struct kit_step at_once[] = {{0}};
static const struct kit_step sleeps_20ms[] = {{.kind = KIT_SLEEP, .ns = 20 * SIM_MS}, {0}};

struct trio {
    struct sim *sim;
    struct kit_node *a, *b, *c;
    struct sim_node *pool; /* b's own */
};

static struct trio trio_make(void)
{
    struct trio t = {.sim = sim_create(1)};
    t.a = kit_add(t.sim, "a");
    t.b = kit_add(t.sim, "b");
    t.c = kit_add(t.sim, "c");
    t.pool = kit_add_pool(t.sim, "pool", "1");
    kit_set(t.sim, "b.pool", "pool");
    return t;
}

static const char *reason_of(const struct kit_node *node, const struct kit_step *step)
{
    return kit_nth(node, step, 1)->reason;
}

/* ---- killed in every kind of wait ---- */

/* What a's call has b do while b is killed, at 5 ms. */
static const struct {
    enum kit_kind kind;
    bool busy; /* another flow of b's has the core, or the connection */
} WAITS[] = {{KIT_SLEEP, false}, {KIT_CPU, false},     {KIT_CPU, true},     {KIT_WAIT, false},
             {KIT_CALL, false},  {KIT_ACQUIRE, false}, {KIT_ACQUIRE, true}, {KIT_JOIN, false}};

static void prepare(struct trio *t, struct kit_step works[5], struct kit_step others[5])
{
    struct kit_step step = {.kind = WAITS[0].kind, .ns = 20 * SIM_MS, .want = 1, .op = KIT_OP};
    works[0] = (struct kit_step){.kind = KIT_START, .to = &t->c->node, .op = KIT_OP};
    works[1] = step;
    works[2] = sleeps_20ms[0];
    others[0] = step;
    others[1] = sleeps_20ms[0];
}

START_TEST(a_killed_node_forgets_its_work_and_its_callers_are_refused)
{
    struct trio t = trio_make();
    struct kit_step works[5] = {0};
    struct kit_step others[5] = {0};
    prepare(&t, works, others);
    works[1].kind = others[0].kind = WAITS[_i].kind;
    works[1].to = others[0].to = WAITS[_i].kind == KIT_ACQUIRE ? t.pool : &t.c->node;
    t.b->scripts[0] = WAITS[_i].kind == KIT_JOIN ? works : works + 1;
    t.c->scripts[0] = sleeps_20ms;
    const struct kit_step script[] = {{.kind = KIT_CALL, .to = &t.b->node, .op = KIT_OP},
                                      {.kind = KIT_CALL, .to = &t.b->node, .op = KIT_OP},
                                      {.kind = KIT_SLEEP, .ns = 5 * SIM_MS},
                                      {.kind = KIT_CALL, .to = &t.b->node, .op = KIT_OP + 1},
                                      {0}};
    t.b->scripts[1] = at_once;
    kit_start_world(t.sim);
    if (WAITS[_i].busy)
        kit_spawn_at(t.b, 0, others);
    kit_spawn_at(t.a, 0, script);
    kit_kill_at(&t.b->node, 5 * SIM_MS);
    kit_restart_at(&t.b->node, 8 * SIM_MS);
    sim_run(t.sim, 6 * SIM_MS, NULL, NULL);
    kit_expect(t.a, &script[0], 5 * SIM_MS, SIM_REFUSED);
    ck_assert_str_eq(reason_of(t.a, &script[0]), "Connection Reset");
    kit_expect(t.a, &script[1], 5 * SIM_MS, SIM_REFUSED);
    ck_assert_str_eq(reason_of(t.a, &script[1]), "Connection Refused");
    ck_assert_uint_eq(t.b->node.frames.in_use, 0);
    ck_assert_int_eq(t.b->cpu.busy.value, 0);
    ck_assert_int_eq(t.b->cpu.queue.value, 0);
    ck_assert_int_eq(t.b->cpu.total.value, 0);
    ck_assert_int_eq(kit_in_use(t.pool), 0);
    ck_assert_int_eq(t.pool->in_flight.value, 0);
    ck_assert_int_eq(t.b->node.outstanding.value, 0);
    kit_check_conservation(t.sim);
    sim_run(t.sim, SIM_S, NULL, NULL);
    kit_expect(t.a, &script[3], 10 * SIM_MS, SIM_OK);
    ck_assert(!kit_done(t.b, &works[2]));
    ck_assert_int_eq(t.b->cpu.total.value, 1);
    ck_assert_uint_eq(t.b->node.incarnation, 2);
    ck_assert_uint_eq(t.b->starts, 2);
    ck_assert_uint_eq(t.b->resets, 1);
    kit_finish(t.sim);
}
END_TEST

START_TEST(a_flow_whose_outcome_is_sealed_is_killed_too)
{
    struct trio t = trio_make();
    /* At 5 ms: c's release grants b the connection of c's pool; then b dies before it resumes. */
    const struct kit_step holds[] = {{.kind = KIT_ACQUIRE, .to = t.pool}, {.kind = KIT_SLEEP, .ns = 5 * SIM_MS}, {0}};
    const struct kit_step works[] = {{.kind = KIT_ACQUIRE, .to = t.pool}, sleeps_20ms[0], {0}};
    kit_start_world(t.sim);
    kit_spawn_at(t.c, 0, holds);
    kit_spawn_at(t.b, 1, works);
    sim_run(t.sim, 2, NULL, NULL);
    kit_kill_at(&t.b->node, 5 * SIM_MS); /* younger than the release, older than the resumption */
    sim_run(t.sim, SIM_S, NULL, NULL);
    ck_assert(!kit_done(t.b, &works[0]));
    ck_assert_int_eq(kit_in_use(t.pool), 0);
    kit_finish(t.sim);
}
END_TEST

START_TEST(a_killed_cpu_grants_no_core_to_those_who_die_with_it)
{
    struct trio t = trio_make();
    const struct kit_step burns[] = {{.kind = KIT_CPU, .ns = 100 * SIM_US}, {.kind = KIT_CPU, .ns = SIM_S}, {0}};
    kit_start_world(t.sim);
    for (int i = 0; i < 10; i++)
        kit_spawn_at(t.b, i, burns);
    kit_kill_at(&t.b->node, 950 * SIM_US); /* the last burns for the first time, the others wait for the second */
    sim_run(t.sim, SIM_S, NULL, NULL);
    ck_assert_int_eq(t.b->cpu.bursts.value, 19);
    ck_assert_uint_eq(t.b->cpu.wait.slice.count, 10);
    ck_assert_int_eq(t.b->cpu.busy_ns.value, 950 * SIM_US);
    kit_finish(t.sim);
}
END_TEST

/* ---- the pool it owns ---- */

START_TEST(a_killed_node_takes_its_pools_connections_with_it)
{
    struct trio t = trio_make();
    kit_set(t.sim, "pool.size", "2");
    const struct kit_step holds[] = {{.kind = KIT_ACQUIRE, .to = t.pool}, sleeps_20ms[0], {0}};
    const struct kit_step waits[] = {{.kind = KIT_ACQUIRE, .to = t.pool}, {0}};
    t.b->scripts[0] = holds;
    const struct kit_step calls[] = {{.kind = KIT_CALL, .to = &t.b->node, .op = KIT_OP}, {0}};
    kit_start_world(t.sim);
    for (int i = 0; i < 5; i++)
        kit_spawn_at(t.a, i, calls);
    kit_spawn_at(t.c, 10, waits); /* a stranger in the queue of b's pool */
    kit_kill_at(&t.b->node, 5 * SIM_MS);
    kit_restart_at(&t.b->node, 6 * SIM_MS);
    kit_spawn_at(t.a, 7 * SIM_MS, calls);
    sim_run(t.sim, 5 * SIM_MS, NULL, NULL);
    ck_assert_int_eq(kit_in_use(t.pool), 2);
    ck_assert_int_eq(t.pool->in_flight.value, 4);
    sim_run(t.sim, 5 * SIM_MS + 1, NULL, NULL);
    ck_assert_int_eq(kit_in_use(t.pool), 0);
    ck_assert_int_eq(t.pool->in_flight.value, 0);
    ck_assert(!t.pool->down);
    ck_assert_uint_eq(t.pool->incarnation, 2);
    kit_expect(t.c, &waits[0], 5 * SIM_MS, SIM_REFUSED);
    sim_run(t.sim, SIM_S, NULL, NULL);
    ck_assert_int_eq(kit_nth(t.b, &holds[0], 3)->at, 7 * SIM_MS); /* at once: the pool was as good as new */
    ck_assert_int_eq(kit_in_use(t.pool), 0);
    kit_finish(t.sim);
}
END_TEST

START_TEST(a_connection_of_before_a_reset_is_not_given_back)
{
    struct trio t = trio_make();
    /* c holds a connection of b's pool over b's death, and gives it back while somebody else has the only new one. */
    const struct kit_step holds[] = {{.kind = KIT_ACQUIRE, .to = t.pool}, {.kind = KIT_SLEEP, .ns = 10 * SIM_MS}, {0}};
    const struct kit_step later[] = {{.kind = KIT_ACQUIRE, .to = t.pool}, sleeps_20ms[0], {0}};
    const struct kit_step last[] = {{.kind = KIT_ACQUIRE, .to = t.pool}, {0}};
    kit_start_world(t.sim);
    kit_spawn_at(t.c, 0, holds);
    kit_kill_at(&t.b->node, 5 * SIM_MS);
    kit_spawn_at(t.a, 6 * SIM_MS, later);
    kit_spawn_at(t.a, 7 * SIM_MS, last);
    sim_run(t.sim, 11 * SIM_MS, NULL, NULL);
    ck_assert_int_eq(kit_in_use(t.pool), 1);
    sim_run(t.sim, SIM_S, NULL, NULL);
    kit_expect(t.a, &last[0], 26 * SIM_MS, SIM_OK);
    ck_assert_int_eq(kit_in_use(t.pool), 0);
    kit_finish(t.sim);
}
END_TEST

START_TEST(a_pool_that_is_killed_itself_refuses_and_comes_back)
{
    struct trio t = trio_make();
    const struct kit_step holds[] = {{.kind = KIT_ACQUIRE, .to = t.pool}, sleeps_20ms[0], {0}};
    const struct kit_step waits[] = {{.kind = KIT_ACQUIRE, .to = t.pool},
                                     {.kind = KIT_ACQUIRE, .to = t.pool},
                                     {.kind = KIT_SLEEP, .ns = 5 * SIM_MS},
                                     {.kind = KIT_ACQUIRE, .to = t.pool},
                                     {0}};
    kit_start_world(t.sim);
    kit_spawn_at(t.b, 0, holds);
    kit_spawn_at(t.c, 1, waits);
    kit_kill_at(t.pool, 5 * SIM_MS);
    kit_kill_at(&t.b->node, 6 * SIM_MS); /* the pool stays down */
    kit_restart_at(t.pool, 8 * SIM_MS);
    sim_run(t.sim, 7 * SIM_MS, NULL, NULL);
    ck_assert(t.pool->down);
    sim_run(t.sim, SIM_S, NULL, NULL);
    ck_assert_uint_eq(t.pool->incarnation, 2); /* it died once */
    kit_expect(t.c, &waits[0], 5 * SIM_MS, SIM_REFUSED);
    kit_expect(t.c, &waits[1], 5 * SIM_MS, SIM_REFUSED);
    kit_expect(t.c, &waits[3], 10 * SIM_MS, SIM_OK);
    kit_finish(t.sim);
}
END_TEST

/* ---- over a link ---- */

/* b dies at 15 ms; a's call was sent then, had arrived, or its reply was under way (the delay is 10 ms). */
static const struct {
    sim_ns sent_ms;
    sim_ns ended_ms;
    enum sim_status status;
} FLIGHTS[] = {
    {0, 25, SIM_REFUSED},  /* arrived at 10, reset at 15, the news takes 10 */
    {10, 30, SIM_REFUSED}, /* arrives at 20 at a node that is down */
    {30, 60, SIM_OK},      /* arrives at 40, after the restart at 35; works for 10 */
};

START_TEST(calls_under_way_to_a_node_that_dies_are_refused)
{
    struct trio t = trio_make();
    kit_link(t.sim, t.a, t.b, "10ms");
    const struct kit_step sleeps_10ms[] = {{.kind = KIT_SLEEP, .ns = 10 * SIM_MS}, {0}};
    const struct kit_step calls[] = {{.kind = KIT_CALL, .to = &t.b->node, .op = KIT_OP}, {0}};
    t.b->scripts[0] = sleeps_10ms;
    kit_start_world(t.sim);
    kit_spawn_at(t.a, FLIGHTS[_i].sent_ms * SIM_MS, calls);
    kit_kill_at(&t.b->node, 15 * SIM_MS);
    kit_restart_at(&t.b->node, 35 * SIM_MS);
    sim_run(t.sim, SIM_S, NULL, NULL);
    kit_expect(t.a, &calls[0], FLIGHTS[_i].ended_ms * SIM_MS, FLIGHTS[_i].status);
    kit_finish(t.sim);
}
END_TEST

START_TEST(a_reply_under_way_outlives_its_sender)
{
    struct trio t = trio_make();
    kit_link(t.sim, t.a, t.b, "10ms");
    const struct kit_step calls[] = {{.kind = KIT_CALL, .to = &t.b->node, .op = KIT_OP}, {0}};
    t.b->scripts[0] = at_once;
    kit_start_world(t.sim);
    kit_spawn_at(t.a, 0, calls);
    kit_kill_at(&t.b->node, 15 * SIM_MS);
    sim_run(t.sim, SIM_S, NULL, NULL);
    kit_expect(t.a, &calls[0], 20 * SIM_MS, SIM_OK);
    kit_finish(t.sim);
}
END_TEST

START_TEST(replies_to_a_caller_that_died_are_late)
{
    struct trio t = trio_make();
    kit_link(t.sim, t.a, t.b, "10ms");
    const struct kit_step script[] = {{.kind = KIT_START, .to = &t.c->node, .op = KIT_OP},
                                      {.kind = KIT_CALL, .to = &t.b->node, .op = KIT_OP, .timeout = SIM_S},
                                      {0}};
    t.b->scripts[0] = t.c->scripts[0] = sleeps_20ms;
    kit_start_world(t.sim);
    kit_spawn_at(t.a, 0, script);
    kit_kill_at(&t.a->node, 12 * SIM_MS);
    sim_run(t.sim, 13 * SIM_MS, NULL, NULL);
    ck_assert_int_eq(t.a->node.cancelled.value, 2);
    ck_assert_int_eq(t.a->node.outstanding.value, 0);
    ck_assert_int_eq(t.a->node.late.value, 0);
    sim_run(t.sim, SIM_S, NULL, NULL);
    ck_assert_int_eq(t.a->node.late.value, 2);
    ck_assert_int_eq(t.b->node.by_status[SIM_OK].value, 1); /* b and c went on */
    ck_assert_int_eq(t.c->node.by_status[SIM_OK].value, 1);
    kit_finish(t.sim);
}
END_TEST

/* ---- incarnations ---- */

struct beeper {
    struct sim_node node; /* must be first */
    int fired, undying;
};

static void fire_beep(struct sim_node *node, void *subject)
{
    (void)subject;
    ((struct beeper *)node)->fired++;
}

static void fire_undying(struct sim_node *node, void *subject)
{
    (void)subject;
    ((struct beeper *)node)->undying++;
}

static const struct sim_event_kind beep_kind = {"beep", fire_beep};
static const struct sim_event_kind undying_kind = {"undying", fire_undying};

START_TEST(an_event_of_a_former_life_does_not_fire)
{
    static const struct sim_node_type beeper_type = {.name = "beeper", .size = sizeof(struct beeper)};
    struct sim *sim = sim_create(1);
    struct sim_node *node = sim_add_node(sim, &beeper_type, "beeper");
    const struct beeper *beeper = (const struct beeper *)node;
    kit_start_world(sim);
    (void)sim_schedule(node, 10, &beep_kind, NULL);
    (void)sim_schedule_in(node, 30, &beep_kind, NULL);
    (void)sim_schedule_undying(node, 30, &undying_kind, NULL);
    ck_assert_uint_eq(sim_schedule(node, SIM_NEVER, &beep_kind, NULL), 0);
    sim_run(sim, 20, NULL, NULL);
    ck_assert_int_eq(beeper->fired, 1);
    sim_node_kill(node);
    sim_node_kill(node); /* without effect */
    ck_assert_uint_eq(node->incarnation, 2);
    sim_node_restart(node);
    sim_node_restart(node); /* without effect */
    (void)sim_schedule(node, 35, &beep_kind, NULL);
    sim_run(sim, 32, NULL, NULL);
    ck_assert_int_eq(beeper->fired, 1);
    ck_assert_int_eq(beeper->undying, 1);
    ck_assert_uint_eq(sim->events, 2); /* a stale event is not dispatched */
    sim_run(sim, 40, NULL, NULL);
    ck_assert_int_eq(beeper->fired, 2);
    sim_event cancelled = sim_schedule(node, 45, &beep_kind, NULL);
    sim_cancel(sim, &cancelled);
    ck_assert_uint_eq(cancelled, 0);
    sim_cancel(sim, &cancelled);
    sim_run(sim, 50, NULL, NULL);
    ck_assert_int_eq(beeper->fired, 2);
    kit_finish(sim);
}
END_TEST

static void count_told(struct sim_node *node, int op, const struct sim_payload *payload)
{
    ((struct beeper *)node)->fired += op + (int)payload->amount;
}

START_TEST(what_is_told_to_a_node_that_is_down_is_lost)
{
    static const struct sim_node_type told_type = {.name = "told", .size = sizeof(struct beeper), .told = count_told};
    struct sim *sim = sim_create(1);
    struct sim_node *node = sim_add_node(sim, &told_type, "told");
    const struct sim_payload payload = {.amount = 100};
    kit_start_world(sim);
    sim_tell(node, 5, &payload);
    ck_assert_int_eq(((struct beeper *)node)->fired, 105);
    sim_tell(node, 7, NULL);
    ck_assert_int_eq(((struct beeper *)node)->fired, 112);
    sim_node_kill(node);
    sim_tell(node, 5, &payload);
    ck_assert_int_eq(((struct beeper *)node)->fired, 112);
    kit_finish(sim);
}
END_TEST

START_TEST(every_node_can_be_killed_and_restarted_by_name)
{
    struct trio t = trio_make();
    kit_start_world(t.sim);
    const struct sim_action *kill = sim_node_find_action(t.pool, "kill");
    const struct sim_action *restart = sim_node_find_action(t.pool, "restart");
    ck_assert_ptr_nonnull(kill);
    ck_assert_ptr_nonnull(restart);
    ck_assert_ptr_null(sim_node_find_action(t.pool, "explode"));
    kill->act(t.pool, 0);
    ck_assert(t.pool->down);
    restart->act(t.pool, 0);
    ck_assert(!t.pool->down);
    kit_finish(t.sim);
}
END_TEST

START_TEST(a_node_cannot_own_what_belongs_to_another)
{
    struct trio t = trio_make();
    struct sim_error error = {0};
    kit_set(t.sim, "c.pool", "pool");
    ck_assert(!sim_start_world(t.sim, &error));
    ck_assert_str_eq(error.path, "c.pool");
    ck_assert_str_eq(error.rule, "want a node of its own, this one belongs to \"b\"");
    ck_assert_str_eq(error.value, "pool");
    sim_destroy(t.sim);
}
END_TEST

/* ---- in any world ---- */

static const unsigned FLAGS[] = {0, RANDOM_PARALLEL, RANDOM_FAULTS, RANDOM_PARALLEL | RANDOM_FAULTS};

START_TEST(calls_are_conserved_and_nothing_leaks_in_any_world)
{
    uint64_t calls = 0, late = 0, cancelled = 0, refused = 0;
    for (uint64_t seed = 1; seed <= 150; seed++) {
        struct random_world *w = random_world_make(seed, FLAGS[_i]);
        random_world_start(w, 60, 500 * SIM_MS);
        for (sim_ns until = 0; until < 600 * SIM_MS; until += 11 * SIM_MS) {
            ck_assert(sim_run(w->sim, until, NULL, NULL));
            kit_check_conservation(w->sim);
        }
        random_world_quiesce(w);
        kit_check_quiet(w->sim);
        for (uint32_t i = 0; i < w->sim->node_count; i++) {
            late += (uint64_t)w->sim->nodes[i]->late.value;
            cancelled += (uint64_t)w->sim->nodes[i]->cancelled.value;
            refused += (uint64_t)w->sim->nodes[i]->by_status[SIM_REFUSED].value;
        }
        for (int i = 0; i < w->service_count; i++)
            kit_require(w->pools[i] == NULL || kit_in_use(w->pools[i]) == 0);
        calls += w->sim->calls;
        random_world_free(w);
    }
    /* The worlds are as tangled as they are meant to be. */
    ck_assert_uint_gt(calls, 30000);
    ck_assert_uint_gt(late, 1000);
    ck_assert_uint_gt(cancelled, 400);
    ck_assert((FLAGS[_i] & RANDOM_FAULTS) == 0 || refused > 800);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("node");
    TCase *tests = tcase_create("node");
    tcase_set_timeout(tests, 60);
    tcase_add_loop_test(tests, a_killed_node_forgets_its_work_and_its_callers_are_refused, 0, SIM_COUNT_OF(WAITS));
    tcase_add_test(tests, a_flow_whose_outcome_is_sealed_is_killed_too);
    tcase_add_test(tests, a_killed_cpu_grants_no_core_to_those_who_die_with_it);
    tcase_add_test(tests, a_killed_node_takes_its_pools_connections_with_it);
    tcase_add_test(tests, a_connection_of_before_a_reset_is_not_given_back);
    tcase_add_test(tests, a_pool_that_is_killed_itself_refuses_and_comes_back);
    tcase_add_loop_test(tests, calls_under_way_to_a_node_that_dies_are_refused, 0, SIM_COUNT_OF(FLIGHTS));
    tcase_add_test(tests, a_reply_under_way_outlives_its_sender);
    tcase_add_test(tests, replies_to_a_caller_that_died_are_late);
    tcase_add_test(tests, an_event_of_a_former_life_does_not_fire);
    tcase_add_test(tests, what_is_told_to_a_node_that_is_down_is_lost);
    tcase_add_test(tests, every_node_can_be_killed_and_restarted_by_name);
    tcase_add_test(tests, a_node_cannot_own_what_belongs_to_another);
    tcase_add_loop_test(tests, calls_are_conserved_and_nothing_leaks_in_any_world, 0, SIM_COUNT_OF(FLAGS));
    suite_add_tcase(suite, tests);
    return kit_run(suite);
}
