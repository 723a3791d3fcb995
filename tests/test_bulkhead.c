/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of the bulkhead (models/bulkhead.h): who is inside when, worked out by hand; places at one nanosecond with
 * timers and cancels; changes; random visits. */
#include "tests/kit.h"

#include "models/bulkhead.h"

enum { VISITS = 8, EVENTS = 8, RANDOM_VISITS = 400 };

struct visit;

struct room {
    struct sim_node node; /* must be first */
    struct bulkhead bulkhead;
    const struct visit *visits;
    int inside, most; /* counted by the flows themselves */
    struct {
        sim_ns at; /* -1: not yet */
        enum sim_status status;
        const char *reason;
        struct sim_flow *flow; /* while it lives */
    } came_to[RANDOM_VISITS];
};

/* Somebody comes, stays inside for `stays` and then `longer` ns, and goes. */
struct visit {
    sim_ns at, stays, longer;
    sim_ns cancelled; /* at that time; 0: never */
    /* What is wanted: when it was decided, and how. Never at all: SIM_STATUSES. */
    sim_ns decided;
    enum sim_status status;
};

struct guest {
    struct sim_flow flow; /* must be first */
    const struct visit *visit;
    int number;
    bool inside;
};

static void note(struct room *room, struct guest *my)
{
    my->inside = my->flow.status == SIM_OK;
    room->came_to[my->number].at = sim_now(&room->node);
    room->came_to[my->number].status = my->flow.status;
    room->came_to[my->number].reason = my->flow.reason;
    room->inside += my->inside;
    room->most = room->inside > room->most ? room->inside : room->most;
}

static void go(struct room *room, struct guest *my)
{
    room->came_to[my->number].flow = NULL;
    if (!my->inside)
        return;
    room->inside--;
    bulkhead_leave(&room->bulkhead);
}

static void visit(struct sim_flow *f)
{
    struct guest *const my = (struct guest *)f;
    struct room *const room = (struct room *)f->node;

    FLOW_BEGIN(f);
    AWAIT(f, bulkhead_enter(f, &room->bulkhead));
    note(room, my);
    if (my->inside)
        AWAIT(f, sim_sleep(f, my->visit->stays, &kit_sleep_segment));
    if (my->inside)
        AWAIT(f, sim_sleep(f, my->visit->longer, &kit_sleep_segment));
    go(room, my);
    FLOW_END(f, ((struct sim_outcome){SIM_OK, NULL}));
}

static const struct sim_part room_parts[] = {{"bulkhead", &bulkhead_type, offsetof(struct room, bulkhead)}, {0}};
static const struct sim_node_type room_type = {.name = "room",
                                               .help = "a node with a bulkhead",
                                               .size = sizeof(struct room),
                                               .frame_size = sizeof(struct guest),
                                               .parts = room_parts};

static void fire_come(struct sim_node *node, void *subject)
{
    struct room *room = (struct room *)node;
    if (node->down)
        return;
    struct guest *guest = (struct guest *)sim_spawn(node, visit);
    guest->visit = subject;
    guest->number = (int)(guest->visit - room->visits);
    room->came_to[guest->number].flow = &guest->flow;
    sim_flow_run(&guest->flow);
}

static void fire_cancel(struct sim_node *node, void *subject)
{
    struct room *room = (struct room *)node;
    struct sim_flow *flow = room->came_to[(const struct visit *)subject - room->visits].flow;
    if (flow != NULL && !node->down)
        sim_flow_cancel(flow);
}

static const struct sim_event_kind come_kind = {"come", fire_come};
static const struct sim_event_kind cancel_kind = {"cancel", fire_cancel};

static struct room *room_make(struct sim **sim, const char *max_concurrent, const char *max_wait)
{
    *sim = sim_create(1);
    struct room *room = (struct room *)sim_add_node(*sim, &room_type, "r");
    kit_set(*sim, "r.bulkhead.max_concurrent", max_concurrent);
    kit_set(*sim, "r.bulkhead.max_wait", max_wait);
    return room;
}

/* Comings and cancels, in the order of the table; where two fall on one nanosecond, before all that the run schedules. */
static void invite(struct room *room, const struct visit *visits, int count)
{
    room->visits = visits;
    for (int i = 0; i < count; i++) {
        room->came_to[i].at = -1;
        room->came_to[i].status = SIM_STATUSES;
        (void)sim_schedule_undying(&room->node, visits[i].at, &come_kind, (void *)(uintptr_t)&visits[i]);
        if (visits[i].cancelled > 0)
            (void)sim_schedule_undying(&room->node, visits[i].cancelled, &cancel_kind, (void *)(uintptr_t)&visits[i]);
    }
}

static void check_visits(const struct room *room, int number, int count)
{
    for (int i = 0; i < count; i++) {
        const struct visit *want = &room->visits[i];
        ck_assert_msg(room->came_to[i].status == want->status &&
                          (want->status == SIM_STATUSES || room->came_to[i].at == want->decided),
                      "house %d, visit %d: status %d at %lld, want %d at %lld", number, i, room->came_to[i].status,
                      (long long)room->came_to[i].at, want->status, (long long)want->decided);
        if (want->status == SIM_UNAVAILABLE)
            ck_assert_str_eq(room->came_to[i].reason, "Bulkhead Full");
    }
}

/* Nobody is left anywhere. */
static void check_empty(const struct room *room)
{
    ck_assert_int_eq(room->inside, 0);
    ck_assert_int_eq(room->bulkhead.count, 0);
    ck_assert_int_eq(room->bulkhead.inside.value, 0);
    ck_assert_int_eq(room->bulkhead.waiting.value, 0);
    ck_assert_uint_eq(room->bulkhead.queue.count, 0);
}

/* ---- by hand, in ns ---- */

static const struct {
    const char *max_concurrent, *max_wait, *queue_max;
    const char *changes[EVENTS]; /* "TIME path=word", with the time in ns; or "TIME kill", "TIME restart" */
    int count, most;
    int64_t rejected, timeouts;
    struct visit visits[VISITS];
} houses[] = {
    /* Off: all are inside. */
    {"none",
     "0s",
     "10",
     {NULL},
     3,
     3,
     0,
     0,
     {{0, 9, 9, 0, 0, SIM_OK}, {1, 9, 9, 0, 1, SIM_OK}, {2, 9, 9, 0, 2, SIM_OK}}},
    /* Nobody waits: the third is turned away at once, also in the very nanosecond in which one goes, when it is first. */
    {"2",
     "0s",
     "10",
     {NULL},
     5,
     2,
     2,
     0,
     {{0, 10, 0, 0, 0, SIM_OK},
      {1, 20, 0, 0, 1, SIM_OK},
      {2, 5, 0, 0, 2, SIM_UNAVAILABLE},
      {10, 5, 0, 0, 10, SIM_UNAVAILABLE},
      {11, 5, 0, 0, 11, SIM_OK}}},
    /* They wait and go in in their order. */
    {"1",
     "none",
     "10",
     {NULL},
     4,
     1,
     0,
     0,
     {{0, 10, 0, 0, 0, SIM_OK}, {1, 10, 0, 0, 10, SIM_OK}, {2, 10, 0, 0, 20, SIM_OK}, {3, 10, 0, 0, 30, SIM_OK}}},
    /* A wait has an end, and the queue a bound. */
    {"1",
     "5ns",
     "2",
     {NULL},
     6,
     1,
     3,
     2,
     {{0, 10, 0, 0, 0, SIM_OK},
      {1, 10, 0, 0, 6, SIM_UNAVAILABLE},
      {2, 10, 0, 0, 7, SIM_UNAVAILABLE},
      {3, 10, 0, 0, 3, SIM_UNAVAILABLE},
      {7, 10, 0, 0, 10, SIM_OK},
      {21, 10, 0, 0, 21, SIM_OK}}},
    /* The place comes free in the nanosecond in which the wait ends. Who goes was scheduled first: it is granted. */
    {"1", "5ns", "10", {NULL}, 2, 1, 0, 0, {{0, 10, 0, 0, 0, SIM_OK}, {5, 10, 0, 0, 10, SIM_OK}}},
    /* The wait's end was scheduled first: it is turned away, and the place goes to who came after it. */
    {"1",
     "8ns",
     "10",
     {NULL},
     3,
     1,
     1,
     1,
     {{0, 3, 7, 0, 0, SIM_OK}, {2, 10, 0, 0, 10, SIM_UNAVAILABLE}, {4, 10, 0, 0, 10, SIM_OK}}},
    /* Cancelled while it waits: out at once, and the place goes to the next. */
    {"1",
     "none",
     "10",
     {NULL},
     3,
     1,
     0,
     0,
     {{0, 10, 0, 0, 0, SIM_OK}, {1, 10, 0, 7, 7, SIM_CANCELLED}, {2, 10, 0, 0, 10, SIM_OK}}},
    /* Cancelled in the nanosecond of the grant, before it: the place goes to the next. */
    {"1",
     "none",
     "10",
     {NULL},
     3,
     1,
     0,
     0,
     {{0, 10, 0, 0, 0, SIM_OK}, {1, 10, 0, 10, 10, SIM_CANCELLED}, {2, 10, 0, 0, 10, SIM_OK}}},
    /* Cancelled inside: it goes at once and the next goes in. */
    {"1", "none", "10", {NULL}, 2, 1, 0, 0, {{0, 50, 0, 20, 0, SIM_OK}, {1, 10, 0, 0, 20, SIM_OK}}},
    /* It grows: waiters go in at once, as many as there is room for. */
    {"1",
     "none",
     "10",
     {"5 r.bulkhead.max_concurrent=3"},
     5,
     3,
     0,
     0,
     {{0, 10, 0, 0, 0, SIM_OK},
      {1, 20, 0, 0, 5, SIM_OK},
      {2, 20, 0, 0, 5, SIM_OK},
      {3, 20, 0, 0, 10, SIM_OK},
      {4, 20, 0, 0, 25, SIM_OK}}},
    /* It shrinks: nobody is put out, and nobody goes in until enough have gone. */
    {"3",
     "none",
     "10",
     {"5 r.bulkhead.max_concurrent=1"},
     5,
     3,
     0,
     0,
     {{0, 10, 0, 0, 0, SIM_OK},
      {1, 20, 0, 0, 1, SIM_OK},
      {2, 30, 0, 0, 2, SIM_OK},
      {6, 10, 0, 0, 32, SIM_OK},
      {7, 10, 0, 0, 42, SIM_OK}}},
    /* It is turned off: all go in; and on again: they count. */
    {"1",
     "none",
     "10",
     {"5 r.bulkhead.max_concurrent=none", "7 r.bulkhead.max_concurrent=2"},
     5,
     3,
     0,
     0,
     {{0, 10, 0, 0, 0, SIM_OK},
      {1, 20, 0, 0, 5, SIM_OK},
      {6, 20, 0, 0, 6, SIM_OK},
      {8, 10, 0, 0, 25, SIM_OK},
      {9, 10, 0, 0, 26, SIM_OK}}},
    /* The queue shrinks: who came last is turned away. The patience of those who wait stays what it was. */
    {"1",
     "none",
     "10",
     {"5 r.bulkhead.queue_max=1", "6 r.bulkhead.max_wait=1ns"},
     5,
     1,
     3,
     1,
     {{0, 10, 0, 0, 0, SIM_OK},
      {1, 10, 0, 0, 10, SIM_OK},
      {2, 10, 0, 0, 5, SIM_UNAVAILABLE},
      {3, 10, 0, 0, 5, SIM_UNAVAILABLE},
      {12, 10, 0, 0, 13, SIM_UNAVAILABLE}}},
    /* A kill empties it, of those who wait too; after the restart it is as new. */
    {"1",
     "none",
     "10",
     {"5 kill", "7 restart"},
     4,
     1,
     0,
     0,
     {{0, 10, 0, 0, 0, SIM_OK},
      {1, 10, 0, 0, 0, SIM_STATUSES},
      {6, 10, 0, 0, 0, SIM_STATUSES},
      {8, 10, 0, 0, 8, SIM_OK}}},
    /* Killed in the nanosecond of a grant. */
    {"1",
     "none",
     "10",
     {"10 kill", "11 restart"},
     3,
     1,
     0,
     0,
     {{0, 10, 0, 0, 0, SIM_OK}, {1, 10, 0, 0, 0, SIM_STATUSES}, {12, 10, 0, 0, 12, SIM_OK}}},
};

static void schedule_change(struct room *room, const char *change)
{
    char *word = NULL;
    const sim_ns at = strtoll(change, &word, 10);
    word++;
    if (strcmp(word, "kill") == 0)
        kit_kill_at(&room->node, at);
    else if (strcmp(word, "restart") == 0)
        kit_restart_at(&room->node, at);
    else
        kit_set_at(&room->node, at, word);
}

START_TEST(who_is_inside_when_was_worked_out_by_hand)
{
    struct sim *sim = NULL;
    struct room *room = room_make(&sim, houses[_i].max_concurrent, houses[_i].max_wait);
    kit_set(sim, "r.bulkhead.queue_max", houses[_i].queue_max);
    kit_start_world(sim);
    invite(room, houses[_i].visits, houses[_i].count);
    for (const char *const *change = houses[_i].changes; *change != NULL; change++)
        schedule_change(room, *change);
    ck_assert(sim_run(sim, 1000, NULL, NULL));
    check_visits(room, _i, houses[_i].count);
    ck_assert_int_eq(room->bulkhead.rejected.value, houses[_i].rejected);
    ck_assert_int_eq(room->bulkhead.timeouts.value, houses[_i].timeouts);
    if (houses[_i].changes[0] == NULL || strstr(houses[_i].changes[0], "kill") == NULL) {
        ck_assert_int_eq(room->most, houses[_i].most);
        check_empty(room);
    }
    kit_finish(sim);
}
END_TEST

/* Cancelled after the place was granted, before it wakes: it is inside, and must go. */
START_TEST(a_place_that_was_granted_before_the_cancel_is_kept_and_given_back)
{
    static const struct visit visits[] = {
        {0, 10, 0, 0, 0, SIM_OK}, {1, 10, 0, 0, 10, SIM_OK}, {2, 10, 0, 0, 10, SIM_OK}};
    struct sim *sim = NULL;
    struct room *room = room_make(&sim, "1", "none");
    kit_start_world(sim);
    invite(room, visits, 3);
    /* At 10: the change of the limit grants the second; its cancel comes before its resumption. */
    kit_set_at(&room->node, 10, "r.bulkhead.max_concurrent=2");
    (void)sim_schedule(&room->node, 10, &cancel_kind, (void *)(uintptr_t)&visits[1]);
    ck_assert(sim_run(sim, 10, NULL, NULL));
    ck_assert_uint_eq(room->bulkhead.queue.count, 2);
    ck_assert(sim_run(sim, 11, NULL, NULL));
    check_visits(room, 0, 3);
    ck_assert_int_eq(room->bulkhead.count, 1); /* the third; the first went at 10, the second too */
    ck_assert(sim_run(sim, 1000, NULL, NULL));
    check_empty(room);
    kit_finish(sim);
}
END_TEST

START_TEST(a_flow_that_is_cancelled_already_does_not_enter)
{
    static const struct visit visits[] = {{0, 10, 0, 0, 0, SIM_CANCELLED}};
    struct sim *sim = NULL;
    struct room *room = room_make(&sim, "1", "none");
    kit_start_world(sim);
    room->visits = visits;
    struct guest *guest = (struct guest *)sim_spawn(&room->node, visit);
    guest->visit = visits;
    sim_flow_cancel(&guest->flow);
    sim_flow_run(&guest->flow);
    check_visits(room, 0, 1);
    check_empty(room);
    kit_finish(sim);
}
END_TEST

START_TEST(the_gauges_and_the_times_of_waits_are_right)
{
    static const struct visit visits[] = {
        {0, 10, 0, 0, 0, SIM_OK}, {1, 10, 0, 0, 10, SIM_OK}, {2, 10, 0, 4, 4, SIM_CANCELLED}};
    struct sim *sim = NULL;
    struct room *room = room_make(&sim, "1", "none");
    kit_start_world(sim);
    invite(room, visits, 3);
    ck_assert(sim_run(sim, 3, NULL, NULL));
    ck_assert_int_eq(room->bulkhead.inside.value, 1);
    ck_assert_int_eq(room->bulkhead.waiting.value, 2);
    ck_assert(sim_run(sim, 5, NULL, NULL));
    ck_assert_int_eq(room->bulkhead.waiting.value, 1);
    ck_assert(sim_run(sim, 15, NULL, NULL));
    ck_assert_int_eq(room->bulkhead.waiting.value, 0);
    ck_assert_int_eq((int64_t)room->bulkhead.wait.slice.count, 3);
    ck_assert_int_eq((int64_t)room->bulkhead.wait.slice.sum, 0 + 9 + 2);
    ck_assert(sim_run(sim, 100, NULL, NULL));
    check_empty(room);
    kit_finish(sim);
}
END_TEST

/* ---- at random ---- */

/* What holds at every instant. */
static void watch(const struct room *room)
{
    const struct bulkhead *b = &room->bulkhead;
    kit_require(b->waiting.value == b->queue.count);
    kit_require(b->count >= room->inside); /* granted, but not awake yet */
    kit_require(b->queue.count <= b->queue_max);
    kit_require(b->queue.count == 0 || b->count >= b->max_concurrent);
}

START_TEST(no_place_is_lost_whatever_happens)
{
    static const char *const limits[] = {"r.bulkhead.max_concurrent=1",    "r.bulkhead.max_concurrent=4",
                                         "r.bulkhead.max_concurrent=none", "r.bulkhead.queue_max=1",
                                         "r.bulkhead.queue_max=100",       "r.bulkhead.max_wait=0s",
                                         "r.bulkhead.max_wait=20ns",       "r.bulkhead.max_wait=none"};
    int64_t timeouts = 0;
    int64_t rejected = 0;
    for (uint64_t seed = 1; seed <= 200; seed++) {
        static _Thread_local struct visit visits[RANDOM_VISITS];
        struct sim *sim = NULL;
        struct sim_rng rng;
        struct room *room = room_make(&sim, "3", "30ns");
        sim_rng_init(&rng, seed, "visits", "test");
        kit_start_world(sim);
        for (int i = 0; i < RANDOM_VISITS; i++) {
            visits[i] = (struct visit){.at = (sim_ns)(sim_rng_next(&rng) % 1000),
                                       .stays = (sim_ns)(sim_rng_next(&rng) % 10),
                                       .longer = (sim_ns)(sim_rng_next(&rng) % 6)};
            if (sim_rng_chance(&rng, 0.3))
                visits[i].cancelled = visits[i].at + 1 + (sim_ns)(sim_rng_next(&rng) % 40);
        }
        invite(room, visits, RANDOM_VISITS);
        for (int i = 0; seed % 2 == 0 && i < 30; i++)
            kit_set_at(&room->node, (sim_ns)(sim_rng_next(&rng) % 1000),
                       limits[sim_rng_next(&rng) % SIM_COUNT_OF(limits)]);
        for (sim_ns now = 0; now < 1000; now++) {
            ck_assert(sim_run(sim, now, NULL, NULL));
            watch(room);
        }
        ck_assert(sim_run(sim, 100000, NULL, NULL));
        kit_require(seed % 2 == 0 || room->most <= 3);
        for (int i = 0; i < RANDOM_VISITS; i++)
            kit_require(room->came_to[i].status != SIM_STATUSES);
        check_empty(room);
        timeouts += room->bulkhead.timeouts.value;
        rejected += room->bulkhead.rejected.value;
        kit_finish(sim);
    }
    ck_assert_int_gt(timeouts, 1000);
    ck_assert_int_gt(rejected, timeouts);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("bulkhead");
    TCase *tests = tcase_create("bulkhead");
    tcase_add_loop_test(tests, who_is_inside_when_was_worked_out_by_hand, 0, SIM_COUNT_OF(houses));
    tcase_add_test(tests, a_place_that_was_granted_before_the_cancel_is_kept_and_given_back);
    tcase_add_test(tests, a_flow_that_is_cancelled_already_does_not_enter);
    tcase_add_test(tests, the_gauges_and_the_times_of_waits_are_right);
    tcase_add_test(tests, no_place_is_lost_whatever_happens);
    suite_add_tcase(suite, tests);
    return kit_run(suite);
}
