/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of sim/cpu.c: one queue and k cores; and Little's law, exactly, for it and for a pool in any world. */
#include "tests/random_world.h"

static const struct kit_step burns_10ms[] = {{.kind = KIT_CPU, .ns = 10 * SIM_MS}, {0}};

struct one {
    struct sim *sim;
    struct kit_node *a, *b;
};

static struct one one_make(const char *cores)
{
    struct one o = {.sim = sim_create(1)};
    o.a = kit_add(o.sim, "a");
    o.b = kit_add(o.sim, "b");
    kit_set(o.sim, "a.cpu.cores", cores);
    return o;
}

static sim_ns ended(const struct one *o, const struct kit_step *step, unsigned n)
{
    return kit_nth(o->a, step, n)->at;
}

START_TEST(bursts_are_served_first_come_first_served_by_k_cores)
{
    static const char *const cores[] = {"1", "2", "3", "7"};
    int k = cores[_i][0] - '0';
    struct one o = one_make(cores[_i]);
    kit_start_world(o.sim);
    for (int i = 0; i < 20; i++)
        kit_spawn_at(o.a, i, burns_10ms);
    sim_run(o.sim, SIM_S, NULL, NULL);
    for (int i = 0; i < 20; i++) {
        const struct kit_record *record = kit_nth(o.a, &burns_10ms[0], (unsigned)i + 1);
        ck_assert_uint_eq(record->flow, (unsigned)i + 1);
        ck_assert_int_eq(record->at, (sim_ns)(i / k + 1) * 10 * SIM_MS + i % k);
    }
    ck_assert_int_eq(o.a->cpu.bursts.value, 20);
    ck_assert_int_eq(o.a->cpu.busy_ns.value, 200 * SIM_MS);
    ck_assert_int_eq(o.a->cpu.wait.slice.min, 0);
    kit_finish(o.sim);
}
END_TEST

START_TEST(a_burst_of_nothing_needs_a_free_core_too)
{
    struct one o = one_make("1");
    const struct kit_step nothing[] = {{.kind = KIT_CPU}, {0}};
    kit_start_world(o.sim);
    kit_spawn_at(o.a, 0, nothing);
    kit_spawn_at(o.a, 1, burns_10ms);
    kit_spawn_at(o.a, 2, nothing);
    sim_run(o.sim, SIM_S, NULL, NULL);
    ck_assert_int_eq(ended(&o, &nothing[0], 1), 0);
    ck_assert_uint_eq(kit_nth(o.a, &nothing[0], 1)->events, 1); /* without an event */
    ck_assert_int_eq(ended(&o, &nothing[0], 2), 10 * SIM_MS + 1);
    ck_assert_int_eq(o.a->cpu.bursts.value, 3);
    ck_assert_uint_eq(o.a->cpu.wait.slice.count, 3);
    ck_assert_int_eq(o.a->cpu.wait.slice.max, 10 * SIM_MS - 1);
    kit_finish(o.sim);
}
END_TEST

static bool keeps_below_15ms(struct sim_cpu *cpu, sim_ns sojourn)
{
    ck_assert_ptr_eq(cpu, &((struct kit_node *)cpu->part.node)->cpu);
    return sojourn < 15 * SIM_MS;
}

static bool keeps_nothing(struct sim_cpu *cpu, sim_ns sojourn)
{
    (void)cpu;
    (void)sojourn;
    return false;
}

/* Five come at 0 ms. The third stood 20 ms and is shed, so the fourth, which may not be, has the core until 30 ms. */
START_TEST(what_is_shed_at_the_head_of_the_queue_burns_nothing)
{
    struct one o = one_make("1");
    const struct kit_step sheds[] = {{.kind = KIT_SHED, .ns = 10 * SIM_MS}, {0}};
    kit_start_world(o.sim);
    o.a->cpu.keeps = keeps_below_15ms;
    for (int i = 0; i < 5; i++)
        kit_spawn_at(o.a, 0, i == 3 ? burns_10ms : sheds);
    sim_run(o.sim, SIM_S, NULL, NULL);
    static const struct {
        sim_ns at;
        enum sim_status status;
        uint64_t flow;
    } want[] = {{10, SIM_OK, 1}, {20, SIM_OK, 2}, {20, SIM_UNAVAILABLE, 3}, {30, SIM_UNAVAILABLE, 5}};
    for (unsigned i = 0; i < SIM_COUNT_OF(want); i++) {
        const struct kit_record *record = kit_nth(o.a, &sheds[0], i + 1);
        ck_assert_int_eq(record->at, want[i].at * SIM_MS);
        ck_assert_int_eq(record->status, want[i].status);
        ck_assert_uint_eq(record->flow, want[i].flow);
    }
    ck_assert_str_eq(kit_nth(o.a, &sheds[0], 3)->reason, "Shed");
    ck_assert_int_eq(ended(&o, &burns_10ms[0], 1), 30 * SIM_MS);
    ck_assert_int_eq(o.a->cpu.busy_ns.value, 30 * SIM_MS);
    /* On a free core it is asked too; without anybody to ask, or of plain bursts, nothing is shed. */
    o.a->cpu.keeps = keeps_nothing;
    kit_spawn(o.a, sheds);
    ck_assert_int_eq(kit_nth(o.a, &sheds[0], 5)->status, SIM_UNAVAILABLE);
    kit_spawn(o.a, burns_10ms);
    o.a->cpu.keeps = NULL;
    kit_spawn(o.a, sheds);
    sim_run(o.sim, 2 * SIM_S, NULL, NULL);
    ck_assert_int_eq(kit_nth(o.a, &burns_10ms[0], 2)->status, SIM_OK);
    ck_assert_int_eq(kit_nth(o.a, &sheds[0], 6)->status, SIM_OK);
    ck_assert_int_eq(o.a->cpu.busy_ns.value, 50 * SIM_MS);
    kit_finish(o.sim);
}
END_TEST

START_TEST(a_waiter_starts_at_once_when_cores_are_added)
{
    struct one o = one_make("1");
    kit_start_world(o.sim);
    for (int i = 0; i < 4; i++)
        kit_spawn_at(o.a, 0, burns_10ms);
    kit_set_at(&o.b->node, 5 * SIM_MS, "a.cpu.cores=3");
    sim_run(o.sim, SIM_S, NULL, NULL);
    static const sim_ns want[] = {10, 15, 15, 20};
    for (unsigned i = 0; i < 4; i++)
        ck_assert_int_eq(ended(&o, &burns_10ms[0], i + 1), want[i] * SIM_MS);
    ck_assert_int_eq(o.a->cpu.total.value, 3);
    kit_finish(o.sim);
}
END_TEST

START_TEST(running_bursts_end_when_cores_are_taken_away)
{
    struct one o = one_make("3");
    kit_start_world(o.sim);
    for (int i = 0; i < 5; i++)
        kit_spawn_at(o.a, 0, burns_10ms);
    kit_set_at(&o.b->node, 5 * SIM_MS, "a.cpu.cores=1");
    sim_run(o.sim, 6 * SIM_MS, NULL, NULL);
    ck_assert_int_eq(o.a->cpu.busy.value, 3);
    sim_run(o.sim, SIM_S, NULL, NULL);
    static const sim_ns want[] = {10, 10, 10, 20, 30};
    for (unsigned i = 0; i < 5; i++)
        ck_assert_int_eq(ended(&o, &burns_10ms[0], i + 1), want[i] * SIM_MS);
    kit_finish(o.sim);
}
END_TEST

START_TEST(cores_set_while_the_node_is_down_are_there_when_it_comes_back)
{
    struct one o = one_make("1");
    kit_start_world(o.sim);
    kit_kill_at(&o.a->node, SIM_MS);
    kit_set_at(&o.b->node, 2 * SIM_MS, "a.cpu.cores=4");
    kit_restart_at(&o.a->node, 3 * SIM_MS);
    sim_run(o.sim, 2 * SIM_MS + 1, NULL, NULL);
    ck_assert_int_eq(o.a->cpu.total.value, 0);
    sim_run(o.sim, SIM_S, NULL, NULL);
    ck_assert_int_eq(o.a->cpu.total.value, 4);
    kit_finish(o.sim);
}
END_TEST

/* Of a burst that burns and of three that wait behind it, one is cancelled at 5 ms, and its flow comes back. */
START_TEST(who_leaves_gives_up_the_core_or_the_place_in_the_queue)
{
    struct one o = one_make("1");
    kit_set(o.sim, "a.on_abandon", "cancel");
    o.a->scripts[0] = burns_10ms;
    const struct kit_step patient[] = {{.kind = KIT_CALL, .to = &o.a->node, .op = KIT_OP}, {0}};
    const struct kit_step returns[] = {{.kind = KIT_CALL, .to = &o.a->node, .op = KIT_OP, .timeout = 5 * SIM_MS},
                                       {.kind = KIT_CALL, .to = &o.a->node, .op = KIT_OP},
                                       {0}};
    kit_start_world(o.sim);
    for (int i = 0; i < 4; i++)
        kit_spawn_at(o.b, 0, i == _i ? returns : patient);
    sim_run(o.sim, SIM_S, NULL, NULL);
    /* The first to burn began at 0, or at 5 ms when it was the cancelled one's core. */
    sim_ns first = _i == 0 ? 15 * SIM_MS : 10 * SIM_MS;
    for (unsigned i = 0; i < 3; i++)
        ck_assert_int_eq(kit_nth(o.b, &patient[0], i + 1)->at, first + (sim_ns)i * 10 * SIM_MS);
    ck_assert_int_eq(kit_nth(o.b, &returns[1], 1)->at, first + 30 * SIM_MS);
    ck_assert_uint_eq(o.a->cpu.wait.slice.count, _i == 0 ? 5 : 4); /* of bursts that got a core */
    ck_assert_int_eq(o.a->cpu.busy_ns.value, _i == 0 ? 45 * SIM_MS : 40 * SIM_MS);
    kit_finish(o.sim);
}
END_TEST

/* ---- Little's law ---- */

/* Sums of what the "cpu queue" segments of each node lasted. */
static void sum_waits(void *context, const struct sim_call *call, const struct sim_segment *segment, sim_ns from,
                      sim_ns to)
{
    int64_t *waits = context;
    if (call != NULL && strcmp(segment->name, "cpu queue") == 0)
        waits[call->to->index] += to - from;
}

static const struct sim_sample *sample_of(struct sim *sim, const char *node, const char *metric)
{
    char text[80];
    struct sim_reading reading;
    struct sim_error error = {0};
    (void)snprintf(text, sizeof text, "%s.%s", node, metric);
    ck_assert_msg(sim_reading_find(sim, text, &reading, &error), "%s: %s", text, error.rule);
    return &sim->intervals[0].samples[reading.over[0]];
}

/* The integral of the queue's length is the sum of the waits of those who left, and of those still there until now. */
static void check_cpu(struct sim *sim, const struct kit_node *node, int64_t waited)
{
    for (const struct sim_flow *f = node->cpu.first; f != NULL; f = f->wait_next)
        waited += sim->now - f->since;
    ck_assert_int_eq((int64_t)sample_of(sim, node->node.name, "cpu.queue")->integral, waited);
    const struct sim_sample *busy = sample_of(sim, node->node.name, "cpu.busy");
    const struct sim_sample *total = sample_of(sim, node->node.name, "cpu.cores");
    int64_t burning = 0;
    for (const struct sim_flow *f = node->node.flows; f != NULL; f = f->next)
        burning += f->waiting == SIM_WAITING_CPU ? sim->now - f->since : 0;
    ck_assert_int_eq((int64_t)busy->integral, node->cpu.busy_ns.value + burning);
    ck_assert_int_ge((int64_t)total->integral, 0);
}

static void check_pool(struct sim *sim, const struct sim_node *pool)
{
    int64_t waited = (int64_t)sample_of(sim, pool->name, "wait")->hist->sum;
    for (const struct sim_call *call = pool->calls; call != NULL; call = call->next)
        waited += sim->now - call->arrived;
    ck_assert_int_eq((int64_t)sample_of(sim, pool->name, "waiting")->integral, waited);
}

START_TEST(littles_law_holds_exactly_in_any_world)
{
    static const struct sim_listener listener = {.segment = sum_waits};
    const unsigned flags = _i == 0 ? 0 : RANDOM_PARALLEL | RANDOM_FAULTS;
    int64_t all = 0;
    for (uint64_t seed = 1; seed <= 200; seed++) {
        int64_t waits[32] = {0};
        struct random_world *w = random_world_make(seed, flags);
        sim_listen(w->sim, &listener, waits);
        for (int i = 0; i < 10; i++)
            (void)sim_add_interval(w->sim, "cut", (sim_ns)i * 13 * SIM_MS, (sim_ns)i * 29 * SIM_MS);
        random_world_start(w, 150, 300 * SIM_MS);
        /* In the middle of it, or long after. */
        ck_assert(sim_run(w->sim, seed % 4 == 0 ? 10 * SIM_S : (sim_ns)seed * 2500 * SIM_US, NULL, NULL));
        sim_finish(w->sim);
        for (int i = 0; i < w->service_count; i++) {
            check_cpu(w->sim, w->services[i], waits[w->services[i]->node.index]);
            all += waits[w->services[i]->node.index];
            if (w->pools[i] != NULL)
                check_pool(w->sim, w->pools[i]);
        }
        random_world_free(w);
    }
    ck_assert_int_gt(all, 10 * SIM_S);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("cpu");
    TCase *tests = tcase_create("cpu");
    tcase_set_timeout(tests, 60);
    tcase_add_loop_test(tests, bursts_are_served_first_come_first_served_by_k_cores, 0, 4);
    tcase_add_test(tests, a_burst_of_nothing_needs_a_free_core_too);
    tcase_add_test(tests, what_is_shed_at_the_head_of_the_queue_burns_nothing);
    tcase_add_test(tests, a_waiter_starts_at_once_when_cores_are_added);
    tcase_add_test(tests, running_bursts_end_when_cores_are_taken_away);
    tcase_add_test(tests, cores_set_while_the_node_is_down_are_there_when_it_comes_back);
    tcase_add_loop_test(tests, who_leaves_gives_up_the_core_or_the_place_in_the_queue, 0, 4);
    tcase_add_loop_test(tests, littles_law_holds_exactly_in_any_world, 0, 2);
    suite_add_tcase(suite, tests);
    return kit_run(suite);
}
