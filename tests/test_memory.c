/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of models/memory.c: leaks, what collections cost, OOM kills and the restart policy, by hand. */
#include "models/memory.h"
#include "tests/kit.h"

#define MIB ((int64_t)1 << 20)

enum { SETS = 6, EVENTS = 12, LOOKS = 16, UP = 1 };

/* ---- a host: leaks as it is told, burns what it is asked to ---- */

struct host {
    struct sim_node node; /* must be first */
    struct sim_cpu cpu;
    struct memory memory;
    unsigned leaks_gone_on; /* flows that were still there after their leak */
};

struct host_frame {
    struct sim_flow flow; /* must be first */
    int64_t leaks;
};

static const struct sim_segment pause_segment = {"pause", SIM_WAIT};

/* Leaks from within a flow, goes on, and would wake after 1 ns. */
static void leak_flow(struct sim_flow *f)
{
    struct host_frame *const my = (struct host_frame *)f;
    struct host *const host = (struct host *)f->node;
    FLOW_BEGIN(f);
    memory_leak(&host->memory, my->leaks);
    host->leaks_gone_on++;
    AWAIT(f, sim_sleep(f, 1, &pause_segment));
    host->leaks_gone_on += 1000;
    sim_flow_end(f, (struct sim_outcome){SIM_OK, NULL});
    return;
    FLOW_END(f, ((struct sim_outcome){SIM_OK, NULL}));
}

static void burn_flow(struct sim_flow *f)
{
    struct host *const host = (struct host *)f->node;
    FLOW_BEGIN(f);
    AWAIT(f, cpu_run(f, &host->cpu, memory_stretch(&host->memory, 10 * SIM_MS)));
    sim_flow_end(f, (struct sim_outcome){SIM_OK, NULL});
    return;
    FLOW_END(f, ((struct sim_outcome){SIM_OK, NULL}));
}

static const struct sim_part host_parts[] = {
    {"cpu", &sim_cpu_type, offsetof(struct host, cpu)}, {"memory", &memory_type, offsetof(struct host, memory)}, {0}};
static const struct sim_node_type host_type = {.name = "host",
                                               .help = "leaks",
                                               .size = sizeof(struct host),
                                               .frame_size = sizeof(struct host_frame),
                                               .parts = host_parts};

/* ---- what happens to it ---- */

enum what { NOTHING, LEAK, FLOW_LEAK, KILL, RESTART, SET, BURN };

struct event {
    sim_ns at; /* ms */
    enum what what;
    int64_t mib;
    const char *set;
};

struct look {
    sim_ns at; /* ms; all that happens then included */
    bool up;
    int64_t mib, kills;
};

struct table {
    const char *name;
    const char *sets[SETS];
    struct event events[EVENTS];
    struct look looks[LOOKS];
};

static void fire_event(struct sim_node *node, void *subject)
{
    const struct event *event = subject;
    struct host *host = (struct host *)node;
    if (event->what == LEAK)
        memory_leak(&host->memory, event->mib * MIB);
    else if (event->what == KILL)
        sim_node_kill(node);
    else if (event->what == RESTART)
        sim_node_restart(node);
    else if (event->what == SET)
        kit_fire_set(node, (void *)(uintptr_t)event->set);
    else if (!node->down) {
        struct sim_flow *f = sim_spawn(node, event->what == BURN ? burn_flow : leak_flow);
        ((struct host_frame *)f)->leaks = event->mib * MIB;
        sim_flow_run(f);
    }
}

static const struct sim_event_kind event_kind = {"test event", fire_event};

static struct host *host_make(struct sim *sim, const char *const *sets)
{
    struct sim_node *node = sim_add_node(sim, &host_type, "h");
    for (int i = 0; i < SETS && sets[i] != NULL; i++) {
        char path[80];
        (void)snprintf(path, sizeof path, "h.memory.%s", sets[i]);
        char *equals = strchr(path, '=');
        *equals = '\0';
        kit_set(sim, path, equals + 1);
    }
    return (struct host *)node;
}

/* The limit is 200 MiB and the base 100 MiB in all of them, unless they say otherwise. A kill at t ms means a restart at t
 * + 5100 ms: 100 ms of pause, 5 s to start. */
static const struct table tables[] = {
    {"a leak that does not fill it",
     {"limit=200MiB"},
     {{10, LEAK, 99, NULL}, {20, LEAK, 0, NULL}},
     {{0, UP, 100, 0}, {10, UP, 199, 0}, {60000, UP, 199, 0}}},
    {"at the limit it is killed, and comes back with its base",
     {"limit=200MiB"},
     {{10, LEAK, 60, NULL}, {20, LEAK, 40, NULL}, {30, LEAK, 7, NULL}},
     {{10, UP, 160, 0}, {20, !UP, 0, 1}, {30, !UP, 0, 1}, {5119, !UP, 0, 1}, {5120, UP, 100, 1}, {60000, UP, 100, 1}}},
    {"without a limit it grows for ever",
     {NULL},
     {{10, LEAK, (int64_t)1 << 39, NULL}, {20, LEAK, (int64_t)1 << 39, NULL}, {30, LEAK, (int64_t)1 << 40, NULL}},
     {{10, UP, 100 + ((int64_t)1 << 39), 0}, {60000, UP, (int64_t)1 << 40, 0}}},
    {"the limit sinks below the heap",
     {"limit=200MiB"},
     {{10, LEAK, 60, NULL}, {20, SET, 0, "h.memory.limit=160MiB"}},
     {{19, UP, 160, 0}, {20, !UP, 0, 1}, {5120, UP, 100, 1}}},
    {"the limit sinks to just above the heap",
     {"limit=200MiB"},
     {{10, LEAK, 60, NULL}, {20, SET, 0, "h.memory.limit=161MiB"}},
     {{60000, UP, 160, 0}}},
    {"the limit sinks and rises at one instant",
     {"limit=200MiB"},
     {{20, SET, 0, "h.memory.limit=50MiB"}, {20, SET, 0, "h.memory.limit=none"}},
     {{60000, UP, 100, 0}}},
    /* Each pause twice the last, 1600 ms at most, and each start takes 1 s; then the limit is high enough. */
    {"below its base it is killed as it starts, again and again",
     {"limit=200MiB", "start_up=1s", "backoff_max=1600ms"},
     {{0, SET, 0, "h.memory.limit=50MiB"}, {13000, SET, 0, "h.memory.limit=200MiB"}},
     {{0, !UP, 0, 1},
      {1099, !UP, 0, 1},
      {1100, !UP, 0, 2},
      {2299, !UP, 0, 2},
      {2300, !UP, 0, 3},
      {3700, !UP, 0, 4},
      {5499, !UP, 0, 4},
      {5500, !UP, 0, 5},
      {8100, !UP, 0, 6},
      {10700, !UP, 0, 7},
      {13299, !UP, 0, 7},
      {13300, UP, 100, 7}}},
    /* The second process began at 100 ms, so it has run for 10 s at 10100. */
    {"just under 10 s of life are in a row",
     {"limit=200MiB"},
     {{0, LEAK, 100, NULL}, {10099, LEAK, 100, NULL}},
     {{0, !UP, 0, 1}, {5100, UP, 100, 1}, {10099, !UP, 0, 2}, {15298, !UP, 0, 2}, {15299, UP, 100, 2}}},
    {"10 s of life are not",
     {"limit=200MiB"},
     {{0, LEAK, 100, NULL}, {10100, LEAK, 100, NULL}},
     {{5100, UP, 100, 1}, {10100, !UP, 0, 2}, {15199, !UP, 0, 2}, {15200, UP, 100, 2}}},
    {"without a restart policy it stays down",
     {"limit=200MiB", "backoff=none"},
     {{0, LEAK, 100, NULL}, {90000, RESTART, 0, NULL}},
     {{0, !UP, 0, 1}, {89999, !UP, 0, 1}, {90000, UP, 100, 1}}},
    {"who is killed by the operator stays killed",
     {"limit=200MiB"},
     {{0, LEAK, 50, NULL}, {10, KILL, 0, NULL}, {90000, RESTART, 0, NULL}},
     {{9, UP, 150, 0}, {10, !UP, 0, 0}, {89999, !UP, 0, 0}, {90000, UP, 100, 0}}},
    {"also at the instant at which the heap is full",
     {"limit=200MiB"},
     {{0, LEAK, 100, NULL}, {0, KILL, 0, NULL}},
     {{0, !UP, 0, 0}, {60000, !UP, 0, 0}}},
    {"and dies of the next leak, in its next life",
     {"limit=200MiB"},
     {{0, LEAK, 100, NULL}, {0, KILL, 0, NULL}, {10, RESTART, 0, NULL}, {20, LEAK, 100, NULL}},
     {{0, !UP, 0, 0}, {10, UP, 100, 0}, {19, UP, 100, 0}, {20, !UP, 0, 1}, {5120, UP, 100, 1}}},
    {"also while the restart is pending",
     {"limit=200MiB"},
     {{0, LEAK, 100, NULL}, {3000, KILL, 0, NULL}, {90000, RESTART, 0, NULL}},
     {{0, !UP, 0, 1}, {5100, !UP, 0, 1}, {89999, !UP, 0, 1}, {90000, UP, 100, 1}}},
    {"a restart by the operator takes the place of the policy's, which revives nobody later",
     {"limit=200MiB"},
     {{0, LEAK, 100, NULL}, {1000, RESTART, 0, NULL}, {2000, KILL, 0, NULL}},
     {{999, !UP, 0, 1}, {1000, UP, 100, 1}, {2000, !UP, 0, 1}, {5100, !UP, 0, 1}, {60000, !UP, 0, 1}}},
    {"a restart by the operator begins a new row",
     {"limit=200MiB"},
     {{0, LEAK, 100, NULL}, {1000, RESTART, 0, NULL}, {2000, LEAK, 100, NULL}},
     {{2000, !UP, 0, 2}, {5100, !UP, 0, 2}, {7099, !UP, 0, 2}, {7100, UP, 100, 2}}},
    {"a limit set while it is down counts when it comes back",
     {"limit=200MiB"},
     {{0, KILL, 0, NULL},
      {10, SET, 0, "h.memory.limit=50MiB"},
      {20, RESTART, 0, NULL},
      {30, SET, 0, "h.memory.limit=1GiB"}},
     {{19, !UP, 0, 0}, {20, !UP, 0, 1}, {5119, !UP, 0, 1}, {5120, UP, 100, 1}}},
};

START_TEST(the_heap_fills_and_the_node_dies_and_comes_back_as_the_table_says)
{
    const struct table *table = &tables[_i];
    struct sim *sim = sim_create(1);
    struct host *host = host_make(sim, table->sets);
    kit_start_world(sim);
    for (int i = 0; i < EVENTS && table->events[i].what != NOTHING; i++)
        (void)sim_schedule_undying(&host->node, table->events[i].at * SIM_MS, &event_kind,
                                   (void *)(uintptr_t)&table->events[i]);
    for (int i = 0; i < LOOKS && (i == 0 || table->looks[i].at > 0); i++) {
        const struct look *want = &table->looks[i];
        sim_run(sim, want->at * SIM_MS + 1, NULL, NULL);
        ck_assert_msg(host->node.down == !want->up, "%s: at %lld ms it is %s", table->name, (long long)want->at,
                      host->node.down ? "down" : "up");
        ck_assert_msg(host->memory.live.value == want->mib * MIB, "%s: at %lld ms the heap is %lld", table->name,
                      (long long)want->at, (long long)host->memory.live.value);
        ck_assert_msg(host->memory.oom_kills.value == want->kills, "%s: at %lld ms %lld kills", table->name,
                      (long long)want->at, (long long)host->memory.oom_kills.value);
    }
    kit_finish(sim);
}
END_TEST

START_TEST(a_flow_may_leak_and_goes_on_until_its_next_wait)
{
    static const char *const sets[SETS] = {"limit=200MiB"};
    static const struct event leaks[] = {{5, FLOW_LEAK, 60, NULL}, {6, FLOW_LEAK, 60, NULL}};
    struct sim *sim = sim_create(1);
    struct host *host = host_make(sim, sets);
    kit_start_world(sim);
    for (size_t i = 0; i < SIM_COUNT_OF(leaks); i++)
        (void)sim_schedule_undying(&host->node, leaks[i].at * SIM_MS, &event_kind, (void *)(uintptr_t)&leaks[i]);
    sim_run(sim, 10 * SIM_MS, NULL, NULL);
    ck_assert(host->node.down);
    ck_assert_uint_eq(host->leaks_gone_on, 1002); /* both leaked, only the first woke */
    ck_assert_int_eq(host->memory.leaked.value, 120 * MIB);
    kit_finish(sim);
}
END_TEST

/* ---- collections ---- */

/* gc_cost, limit, what leaks onto 100 MiB, and what 10 ms of work then take, in ns. */
static const struct {
    const char *gc_cost, *limit;
    int64_t leaks;
    sim_ns takes;
} costs[] = {
    {"0.05", "none", 1000, 10 * SIM_MS}, {"0", "200MiB", 99, 10 * SIM_MS},
    {"0.05", "200MiB", 0, 10500000},                                        /* half full: 5 % */
    {"1", "200MiB", 0, 20 * SIM_MS},     {"0.05", "200MiB", 80, 14500000},  /* 90 %: 9 x 5 % */
    {"0.05", "1100MiB", 0, 10050000},    {"0.05", "200MiB", 99, 109500000}, /* 199 x 5 %: almost 11 times */
    {"1", "200MiB", 99, 500 * SIM_MS},                                      /* 200 times, but for the cap of 98 % */
    {"100", "1GiB", 900, 500 * SIM_MS},
};

START_TEST(a_burst_pays_for_its_collections)
{
    char set[2][60];
    (void)snprintf(set[0], sizeof set[0], "gc_cost=%s", costs[_i].gc_cost);
    (void)snprintf(set[1], sizeof set[1], "limit=%s", costs[_i].limit);
    const char *const sets[SETS] = {set[0], set[1]};
    const struct event burn = {1, BURN, 0, NULL};
    struct sim *sim = sim_create(1);
    struct host *host = host_make(sim, sets);
    kit_start_world(sim);
    memory_leak(&host->memory, costs[_i].leaks * MIB);
    (void)sim_schedule_undying(&host->node, SIM_MS, &event_kind, (void *)(uintptr_t)&burn);
    sim_run(sim, SIM_S, NULL, NULL);
    ck_assert_int_eq(host->cpu.busy_ns.value, costs[_i].takes);
    ck_assert_int_eq(host->memory.burst_time.value, costs[_i].takes);
    ck_assert_int_eq(host->memory.gc_time.value, costs[_i].takes - 10 * SIM_MS);
    ck_assert_double_eq_tol(memory_gc_factor(&host->memory), (double)costs[_i].takes / 1e7, 1e-9);
    kit_finish(sim);
}
END_TEST

START_TEST(the_share_never_diverges)
{
    static const char *const sets[SETS] = {"limit=200MiB", "gc_cost=100"};
    struct sim *sim = sim_create(1);
    struct host *host = host_make(sim, sets);
    double last = 0;
    kit_start_world(sim);
    for (int64_t bytes = 100 * MIB; bytes < 200 * MIB; bytes += MIB / 3) {
        host->memory.live.value = bytes;
        const double factor = memory_gc_factor(&host->memory);
        ck_assert_double_ge(factor, last);
        ck_assert_double_le(factor, 1 / 0.02 + 1e-9);
        last = factor;
    }
    memory_leak(&host->memory, 300 * MIB); /* full, and not yet killed */
    ck_assert_double_le(memory_gc_factor(&host->memory), 1 / 0.02 + 1e-9);
    kit_finish(sim);
}
END_TEST

START_TEST(a_base_that_does_not_fit_is_refused)
{
    static const char *const sets[SETS] = {"limit=100MiB"};
    struct sim_error error = {0};
    struct sim *sim = sim_create(1);
    (void)host_make(sim, sets);
    ck_assert(!sim_start_world(sim, &error));
    ck_assert_str_eq(error.path, "h.memory.base");
    ck_assert_str_eq(error.value, "100MiB");
    sim_destroy(sim);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("memory");
    TCase *tests = tcase_create("memory");
    tcase_add_loop_test(tests, the_heap_fills_and_the_node_dies_and_comes_back_as_the_table_says, 0,
                        SIM_COUNT_OF(tables));
    tcase_add_test(tests, a_flow_may_leak_and_goes_on_until_its_next_wait);
    tcase_add_loop_test(tests, a_burst_pays_for_its_collections, 0, SIM_COUNT_OF(costs));
    tcase_add_test(tests, the_share_never_diverges);
    tcase_add_test(tests, a_base_that_does_not_fit_is_refused);
    suite_add_tcase(suite, tests);
    return kit_run(suite);
}
