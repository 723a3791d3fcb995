/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The collector: every call is in one trace, spans nest, pieces tile each trace to the nanosecond, memory is bounded. */
#include "reports/keep.h"
#include "tests/cells.h"
#include "tests/random_world.h"

static const unsigned FLAGS[] = {0, RANDOM_PARALLEL, RANDOM_FAULTS, RANDOM_PARALLEL | RANDOM_FAULTS};

/* ---- what must hold of every trace ---- */

struct checked {
    uint64_t traces, spans, abandoned, unfinished;
    sim_ns other;
};

struct tile {
    sim_ns from, to;
};

struct tiles {
    struct tile *list;
    size_t count, room;
    int depth;
};

static void add_tile(void *context, const struct trace_span *span, const struct sim_segment *segment, sim_ns from,
                     sim_ns to)
{
    struct tiles *tiles = context;
    (void)span;
    (void)segment;
    kit_require(from < to);
    if (tiles->count == tiles->room) {
        tiles->room = tiles->room == 0 ? 64 : tiles->room * 2;
        tiles->list = sim_xrealloc(tiles->list, tiles->room * sizeof *tiles->list);
    }
    tiles->list[tiles->count++] = (struct tile){from, to};
}

static void enter(void *context, const struct trace_span *span, sim_ns from, sim_ns to)
{
    kit_require(span->begun <= from && to <= trace_span_end(span));
    kit_require(from < to || (from == to && span->parent == NULL));
    ((struct tiles *)context)->depth++;
}

static void leave(void *context, const struct trace_span *span)
{
    (void)span;
    ((struct tiles *)context)->depth--;
}

static int by_from(const void *left, const void *right)
{
    const struct tile *a = left, *b = right;
    return (a->from > b->from) - (a->from < b->from);
}

static void check_tiles(const struct trace *trace)
{
    struct tiles tiles = {0};
    const struct trace_visitor visitor = {enter, leave, add_tile, &tiles};
    trace_blame_all(trace, &visitor);
    kit_require(tiles.depth == 0);
    if (tiles.count > 0)
        qsort(tiles.list, tiles.count, sizeof *tiles.list, by_from);
    sim_ns covered = trace->root->begun;
    for (size_t i = 0; i < tiles.count; i++) {
        kit_require(tiles.list[i].from == covered);
        covered = tiles.list[i].to;
    }
    kit_require(covered == trace_end(trace));
    free(tiles.list);
}

static void check_span(const struct trace_span *span)
{
    const struct trace_span *parent = span->parent;
    kit_require(span->begun <= trace_span_end(span));
    if ((span->flags & TRACE_SPAN_ARRIVED) != 0)
        kit_require(span->begun <= span->arrived);
    if (parent == NULL)
        return;
    kit_require((parent->flags & TRACE_SPAN_ARRIVED) != 0 && parent->arrived <= span->begun);
    if (parent->name != NULL)
        kit_require(span->begun <= trace_span_end(parent));
    else if ((parent->flags & TRACE_SPAN_REPLIED) != 0)
        kit_require(span->begun <= parent->replied);
}

static void check_trace(void *context, struct trace *trace)
{
    struct checked *checked = context;
    uint32_t spans = 0;
    int depth = 0;
    sim_ns from = 0, to = 0;
    for (const struct trace_span *span = trace->root; span != NULL; span = trace_next(span, &depth), spans++) {
        kit_require((depth == 0) == (span == trace->root));
        check_span(span);
        checked->abandoned += trace_span_abandoned(span, &from, &to);
    }
    kit_require(depth <= 0);
    kit_require(spans == trace->span_count + trace->inner_count);
    check_tiles(trace);
    const struct trace_sums sums = trace_sum(trace);
    kit_require(sums.work + sums.wait + sums.other == trace_duration(trace));
    checked->traces++;
    checked->spans += trace->span_count;
    checked->unfinished += (trace->flags & TRACE_UNFINISHED) != 0;
    if (trace->flags == 0)
        checked->other += sums.other;
}

static void run_world(uint64_t seed, unsigned flags, struct checked *checked, bool quiesce)
{
    struct collector collector;
    struct random_world *w = random_world_make(seed, flags);
    collector_init(&collector, w->sim, check_trace, checked);
    random_world_start(w, 60, 500 * SIM_MS);
    ck_assert(sim_run(w->sim, quiesce ? SIM_S : 300 * SIM_MS, NULL, NULL));
    if (quiesce)
        random_world_quiesce(w);
    collector_finish(&collector);
    ck_assert_uint_eq(collector.spans.count, 0);
    ck_assert_uint_eq(collector.counts.closed + collector.counts.cut + collector.counts.refused, 0);
    collector_fini(&collector);
    random_world_free(w);
}

START_TEST(a_thousand_random_traces_nest_and_add_up_to_the_nanosecond)
{
    struct checked checked = {0};
    for (uint64_t seed = 1; seed <= 40; seed++)
        run_world(seed, FLAGS[_i], &checked, true);
    ck_assert_uint_gt(checked.traces, 1000);
    ck_assert_uint_gt(checked.abandoned, 0);
    ck_assert_int_eq(checked.other, 0); /* whatever is not cut off by the end is accounted for */
}
END_TEST

START_TEST(traces_that_the_end_of_the_run_cuts_off_are_handed_over_marked)
{
    struct checked checked = {0};
    for (uint64_t seed = 1; seed <= 20; seed++)
        run_world(seed, FLAGS[_i], &checked, false);
    ck_assert_uint_gt(checked.unfinished, 0);
}
END_TEST

START_TEST(every_call_is_a_span_of_one_trace)
{
    for (uint64_t seed = 1; seed <= 10; seed++) {
        struct checked checked = {0};
        struct collector collector;
        struct random_world *w = random_world_make(seed, FLAGS[_i]);
        collector_init(&collector, w->sim, check_trace, &checked);
        random_world_start(w, 60, 500 * SIM_MS);
        ck_assert(sim_run(w->sim, SIM_S, NULL, NULL));
        collector_finish(&collector);
        ck_assert_uint_eq(checked.spans, w->sim->calls);
        collector_fini(&collector);
        random_world_free(w);
    }
}
END_TEST

static uint64_t print_of(uint64_t seed, unsigned flags, bool collect, uint64_t *events)
{
    struct checked checked = {0};
    struct collector collector;
    struct random_world *w = random_world_make(seed, flags);
    if (collect)
        collector_init(&collector, w->sim, check_trace, &checked);
    random_world_start(w, 60, 500 * SIM_MS);
    ck_assert(sim_run(w->sim, SIM_S, NULL, NULL));
    sim_finish(w->sim);
    uint64_t print = sim_fingerprint(w->sim);
    *events = w->sim->events;
    if (collect) {
        collector_finish(&collector);
        collector_fini(&collector);
    }
    random_world_free(w);
    return print;
}

START_TEST(collecting_changes_neither_the_fingerprint_nor_the_events)
{
    for (uint64_t seed = 1; seed <= 10; seed++) {
        uint64_t with = 0, without = 0;
        ck_assert_uint_eq(print_of(seed, FLAGS[_i], true, &with), print_of(seed, FLAGS[_i], false, &without));
        ck_assert_uint_eq(with, without);
    }
}
END_TEST

/* ---- inner spans, tags, logs ---- */

struct teller {
    struct sim_node node; /* must be first */
    struct sim_node *to;
};

static const struct sim_segment pause_segment = {"pause", SIM_WAIT};

/* Answers with an inner span within another; the second time leaves both open. */
static void tell(struct sim_flow *f)
{
    FLOW_BEGIN(f);
    sim_tag(f->call, "of", "the call");
    sim_span_begin(f->call, "outer");
    AWAIT(f, sim_sleep(f, 2 * SIM_MS, &pause_segment));
    sim_span_begin(f->call, "inner");
    sim_tag_int(f->call, "tries", 3);
    AWAIT(f, sim_sleep(f, 3 * SIM_MS, &pause_segment));
    sim_log(f->node, f->call, "warn", "no luck");
    if (f->call->request.key == 0)
        sim_span_end(f->call, "inner", true);
    AWAIT(f, sim_sleep(f, 5 * SIM_MS, &pause_segment));
    if (f->call->request.key == 0)
        sim_span_end(f->call, "outer", false);
    FLOW_END(f, ((struct sim_outcome){SIM_OK, NULL}));
}

static void ask(struct sim_flow *f)
{
    struct teller *const teller = (struct teller *)f->node;
    FLOW_BEGIN(f);
    AWAIT(f, sim_call(f, teller->to, KIT_OP, NULL, SIM_NO_TIMEOUT));
    AWAIT(f, sim_call(f, teller->to, KIT_OP, &((struct sim_payload){.key = 1}), SIM_NO_TIMEOUT));
    FLOW_END(f, ((struct sim_outcome){SIM_OK, NULL}));
}

static void start_asking(struct sim_node *node)
{
    sim_flow_run(sim_spawn(node, ask));
}

static const struct sim_node_type teller_type = {.name = "teller",
                                                 .help = "tells",
                                                 .size = sizeof(struct teller),
                                                 .frame_size = sizeof(struct sim_flow),
                                                 .accepts = (uint64_t)1 << KIT_OP,
                                                 .flow = tell};
static const struct sim_node_type asker_type = {.name = "asker",
                                                .help = "asks",
                                                .size = sizeof(struct teller),
                                                .frame_size = sizeof(struct sim_flow),
                                                .start = start_asking};

static void write_down(void *context, struct trace *trace)
{
    FILE *out = context;
    int depth = 0;
    for (const struct trace_span *span = trace->root; span != NULL; span = trace_next(span, &depth)) {
        (void)fprintf(out, "%d %s %d..%d %s", depth, span->name == NULL ? "call" : span->name,
                      (int)(span->begun / SIM_MS), (int)(trace_span_end(span) / SIM_MS),
                      sim_status_name(trace_span_outcome(span).status));
        for (const struct trace_segment *own = span->segments; own != NULL; own = own->next)
            (void)fprintf(out, " %s=%d", own->segment->name, (int)((own->to - own->from) / SIM_MS));
        for (const struct trace_tag *tag = span->tags; tag != NULL; tag = tag->next)
            (void)fprintf(out, " %s:%s", tag->key, tag->value);
        for (const struct trace_event *event = span->events; event != NULL; event = event->next)
            (void)fprintf(out, " %s:%s@%d", event->level, event->message, (int)(event->at / SIM_MS));
        (void)fprintf(out, "\n");
    }
    kit_require(trace_sum(trace).other == 0);
}

START_TEST(inner_spans_hold_their_pieces_and_tags_and_end_with_their_call)
{
    struct collector collector;
    struct sim_error error;
    char *text = NULL;
    size_t size = 0;
    struct sim *sim = sim_create(1);
    struct teller *asker = (struct teller *)sim_add_node(sim, &asker_type, "asker");
    asker->to = sim_add_node(sim, &teller_type, "teller");
    asker->to->in_flight_max = INT64_MAX;
    FILE *out = open_memstream(&text, &size);
    collector_init(&collector, sim, write_down, out);
    ck_assert(sim_start_world(sim, &error));
    ck_assert(sim_run(sim, SIM_S, NULL, NULL));
    collector_finish(&collector);
    ck_assert_int_eq(fclose(out), 0);
    ck_assert_str_eq(text, "0 call 0..10 OK of:the call\n"
                           "1 outer 0..10 OK pause=2 pause=5\n"
                           "2 inner 2..5 ERROR pause=3 tries:3 warn:no luck@5\n"
                           "0 call 10..20 OK of:the call\n"
                           "1 outer 10..20 OK pause=2\n"
                           "2 inner 12..20 OK pause=3 pause=5 tries:3 warn:no luck@15\n");
    free(text);
    collector_fini(&collector);
    sim_destroy(sim);
}
END_TEST

/* ---- bounded memory ---- */

static void keep_none(void *context, struct trace *trace)
{
    *(unsigned *)context |= trace->flags;
}

/* Traces that were handed over whole, and all others. */
struct fates {
    uint64_t complete, closed, refused, cut;
};

static void run_in_room(uint64_t seed, size_t chunks, struct fates *fates)
{
    struct collector collector;
    unsigned flags = 0;
    struct random_world *w = random_world_make(seed, RANDOM_PARALLEL | RANDOM_FAULTS);
    collector_init(&collector, w->sim, keep_none, &flags);
    collector.chunks_max = chunks;
    random_world_start(w, 300, 50 * SIM_MS);
    ck_assert(sim_run(w->sim, SIM_S, NULL, NULL));
    collector_finish(&collector);
    ck_assert_uint_le(collector.chunks, chunks);
    ck_assert_uint_eq(collector.spans.count, 0);
    ck_assert_int_eq((flags & TRACE_CLOSED) != 0, collector.counts.closed > 0);
    ck_assert_int_eq((flags & TRACE_CUT) != 0, collector.counts.cut > 0);
    fates->complete += collector.counts.complete;
    fates->closed += collector.counts.closed;
    fates->refused += collector.counts.refused;
    fates->cut += collector.counts.cut;
    collector_fini(&collector);
    random_world_free(w);
}

START_TEST(without_room_old_traces_are_closed_and_new_ones_refused_and_counted)
{
    struct fates none = {0}, little = {0}, plenty = {0};
    for (uint64_t seed = 1; seed <= 20; seed++) {
        run_in_room(seed, 0, &none);
        run_in_room(seed, 32, &little);
        run_in_room(seed, 4096, &plenty);
    }
    ck_assert_uint_eq(none.complete + none.closed + none.cut, 0);
    ck_assert_uint_gt(none.refused, 0);
    ck_assert_uint_gt(little.complete, 0);
    ck_assert_uint_gt(little.closed, 0);
    ck_assert_uint_gt(little.refused, 0);
    ck_assert_uint_gt(little.cut, 0);
    ck_assert_uint_gt(plenty.complete, little.complete);
    ck_assert_uint_eq(plenty.closed + plenty.refused + plenty.cut, 0);
}
END_TEST

/* ---- shipped scenarios ---- */

START_TEST(every_shipped_scenario_adds_up_without_a_rest)
{
    char **names = scenario_list_shipped();
    ck_assert_ptr_nonnull(names[0]);
    for (size_t i = 0; names[i] != NULL; i++) {
        struct json_errors errors;
        struct checked checked = {0};
        struct collector collector;
        char *path = scenario_find_shipped(names[i]);
        struct scenario *scenario = cells_load(path);
        json_errors_init(&errors);
        struct cell *cell = cell_build(scenario, NULL, 0, 1, &errors);
        ck_assert_ptr_nonnull(cell);
        collector_init(&collector, cell->sim, check_trace, &checked);
        const sim_ns most = 200 * SIM_S;
        const struct fault *fault = cell->fault_count > 0 ? &cell->faults[0] : NULL;
        const sim_ns until = fault != NULL ? fault->at + most / 4 : most;
        ck_assert(sim_run(cell->sim, until < cell->until ? until : cell->until, NULL, NULL));
        collector_finish(&collector);
        ck_assert_uint_eq(checked.spans, cell->sim->calls);
        ck_assert_msg(checked.other == 0, "%s: %lld ns that nothing accounts for", names[i], (long long)checked.other);
        collector_fini(&collector);
        json_errors_fini(&errors);
        cell_destroy(cell);
        scenario_destroy(scenario);
        free(path);
        free(names[i]);
    }
    free(names);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("collect");
    TCase *tests = tcase_create("collect");
    tcase_set_timeout(tests, 60);
    tcase_add_loop_test(tests, a_thousand_random_traces_nest_and_add_up_to_the_nanosecond, 0, 4);
    tcase_add_loop_test(tests, traces_that_the_end_of_the_run_cuts_off_are_handed_over_marked, 0, 4);
    tcase_add_loop_test(tests, every_call_is_a_span_of_one_trace, 0, 4);
    tcase_add_loop_test(tests, collecting_changes_neither_the_fingerprint_nor_the_events, 0, 4);
    tcase_add_test(tests, inner_spans_hold_their_pieces_and_tags_and_end_with_their_call);
    tcase_add_test(tests, without_room_old_traces_are_closed_and_new_ones_refused_and_counted);
    tcase_add_test(tests, every_shipped_scenario_adds_up_without_a_rest);
    suite_add_tcase(suite, tests);
    return kit_run(suite);
}
