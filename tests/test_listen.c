/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of what listeners hear (sim/listen.h): from it the spans of all calls can be built, without a hole; and that
 * they listen changes nothing. */
#include "tests/random_world.h"

static const unsigned FLAGS[] = {0, RANDOM_PARALLEL, RANDOM_FAULTS, RANDOM_PARALLEL | RANDOM_FAULTS};

enum { SPANS = 20000, PARTS = 64 };

struct part {
    sim_ns from, to;
};

/* What a collector knows of one call. */
struct span {
    sim_ns begun, arrived, replied, ended;
    bool has_arrived, has_replied, answered;
    int part_count;
    struct part parts[PARTS]; /* what the callee did: segments and calls of its own */
    sim_ns network;
};

struct collector {
    struct span spans[SPANS];
    uint64_t count;
    const struct sim *sim;
};

static struct span *span_of(struct collector *collector, uint64_t id)
{
    kit_require(id < SPANS);
    return &collector->spans[id];
}

static void add_part(struct span *span, sim_ns from, sim_ns to)
{
    if (span->has_replied)
        to = to < span->replied ? to : span->replied;
    if (from >= to)
        return;
    kit_require(span->part_count < PARTS);
    span->parts[span->part_count++] = (struct part){from, to};
}

static void on_begin(void *context, const struct sim_call *call)
{
    struct collector *collector = context;
    span_of(collector, call->id)->begun = collector->sim->now;
    collector->count = call->id;
}

static void on_arrive(void *context, const struct sim_call *call)
{
    struct collector *collector = context;
    span_of(collector, call->id)->arrived = collector->sim->now;
    span_of(collector, call->id)->has_arrived = true;
}

static void on_reply(void *context, const struct sim_call *call)
{
    struct collector *collector = context;
    struct span *span = span_of(collector, call->id);
    span->replied = collector->sim->now;
    span->has_replied = true;
}

static void on_end(void *context, const struct sim_call *call, enum sim_call_end end)
{
    struct collector *collector = context;
    struct span *span = span_of(collector, call->id);
    span->ended = collector->sim->now;
    span->answered = end == SIM_END_ANSWERED;
    if (call->parent != 0)
        add_part(span_of(collector, call->parent), span->begun, span->ended);
}

static void on_segment(void *context, const struct sim_call *call, const struct sim_segment *segment, sim_ns from,
                       sim_ns to)
{
    struct collector *collector = context;
    if (call == NULL)
        return;
    struct span *span = span_of(collector, call->id);
    kit_require(from < to);
    kit_require(to == collector->sim->now);
    if (strcmp(segment->name, "network") == 0)
        span->network += to - from;
    else
        add_part(span, from, to);
}

static const struct sim_listener span_listener = {.call_begin = on_begin,
                                                  .call_arrive = on_arrive,
                                                  .call_reply = on_reply,
                                                  .call_end = on_end,
                                                  .segment = on_segment};

static int by_start(const void *a, const void *b)
{
    const struct part *left = a, *right = b;
    return left->from != right->from ? (left->from > right->from) - (left->from < right->from)
                                     : (left->to > right->to) - (left->to < right->to);
}

/* The parts cover [arrived, replied) without a hole; those of a flow that does one thing at a time do not overlap. */
static void check_span(struct span *span, uint64_t id, bool parallel)
{
    if (span->answered)
        kit_require(span->network == span->arrived - span->begun + span->ended - span->replied);
    else if (span->has_arrived)
        kit_require(span->network == span->arrived - span->begun); /* a late reply is nobody's wait */
    if (!span->has_replied)
        return;
    qsort(span->parts, (size_t)span->part_count, sizeof span->parts[0], by_start);
    sim_ns covered = span->arrived;
    for (int i = 0; i < span->part_count; i++) {
        const struct part *part = &span->parts[i];
        if (parallel ? part->from > covered : part->from != covered)
            ck_abort_msg("span %d has a hole, or parts that overlap", (int)id);
        covered = part->to > covered ? part->to : covered;
    }
    kit_require(covered == span->replied);
}

START_TEST(segments_and_calls_tile_every_span_to_the_nanosecond)
{
    struct collector *collector = sim_xcalloc(1, sizeof *collector);
    uint64_t spans = 0;
    for (uint64_t seed = 1; seed <= 100; seed++) {
        struct random_world *w = random_world_make(seed, FLAGS[_i]);
        memset(collector, 0, sizeof *collector);
        collector->sim = w->sim;
        sim_listen(w->sim, &span_listener, collector);
        random_world_start(w, 60, 500 * SIM_MS);
        ck_assert(sim_run(w->sim, SIM_S, NULL, NULL));
        random_world_quiesce(w);
        for (uint64_t id = 1; id <= collector->count; id++)
            check_span(&collector->spans[id], id, (FLAGS[_i] & RANDOM_PARALLEL) != 0);
        spans += collector->count;
        random_world_free(w);
    }
    ck_assert_uint_gt(spans, 15000);
    free(collector);
}
END_TEST

static void heard_a_log(void *context, const struct sim_node *node, const struct sim_call *call, const char *level,
                        const char *message)
{
    (void)node;
    (void)call;
    (void)level;
    (void)message;
    ++*(int *)context;
}

static void heard_a_fault(void *context, const char *path, const char *value)
{
    (void)path;
    (void)value;
    ++*(int *)context;
}

START_TEST(a_listener_changes_neither_the_fingerprint_nor_the_number_of_events)
{
    static const struct sim_listener noisy = {.log = heard_a_log, .fault = heard_a_fault};
    for (uint64_t seed = 1; seed <= 20; seed++) {
        uint64_t prints[3], events[3];
        int heard = 0;
        struct collector *collector = sim_xcalloc(1, sizeof *collector);
        for (int i = 0; i < 3; i++) {
            struct random_world *w = random_world_make(seed, RANDOM_PARALLEL | RANDOM_FAULTS);
            collector->sim = w->sim;
            if (i > 0)
                sim_listen(w->sim, i == 1 ? &span_listener : &noisy, i == 2 ? (void *)&heard : collector);
            random_world_start(w, 60, 500 * SIM_MS);
            ck_assert(sim_run(w->sim, SIM_S, NULL, NULL));
            sim_finish(w->sim);
            prints[i] = sim_fingerprint(w->sim);
            events[i] = w->sim->events;
            random_world_free(w);
        }
        free(collector);
        ck_assert_int_gt(heard, 0);
        for (int i = 1; i < 3; i++) {
            ck_assert_uint_eq(prints[i], prints[0]);
            ck_assert_uint_eq(events[i], events[0]);
        }
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("listen");
    TCase *tests = tcase_create("listen");
    tcase_set_timeout(tests, 60);
    tcase_add_loop_test(tests, segments_and_calls_tile_every_span_to_the_nanosecond, 0, SIM_COUNT_OF(FLAGS));
    tcase_add_test(tests, a_listener_changes_neither_the_fingerprint_nor_the_number_of_events);
    suite_add_tcase(suite, tests);
    return kit_run(suite);
}
