/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of sim/metric.c: what an interval and a window hold, against sums over the list of what was recorded. */
#include "tests/random_world.h"

struct meter {
    struct sim_node node; /* must be first */
    struct sim_counter count;
    struct sim_gauge level;
    struct sim_histogram sizes;
};

static const struct sim_metric meter_metrics[] = {
    {.name = "count", .kind = SIM_METRIC_COUNTER, .offset = offsetof(struct meter, count), .unit = "things"},
    {.name = "level", .kind = SIM_METRIC_GAUGE, .offset = offsetof(struct meter, level), .unit = "things"},
    {.name = "sizes", .kind = SIM_METRIC_HISTOGRAM, .offset = offsetof(struct meter, sizes), .unit = "s"},
    {0}};

static const struct sim_node_type meter_type = {
    .name = "meter", .size = sizeof(struct meter), .metrics = meter_metrics};

enum record_kind { COUNT, SET, RECORD };
struct record {
    sim_ns at;
    enum record_kind kind;
    int64_t value;
};

static void fire_record(struct sim_node *node, void *subject)
{
    struct meter *meter = (struct meter *)node;
    const struct record *record = subject;
    if (record->kind == COUNT)
        sim_count(&meter->count, record->value);
    else if (record->kind == SET)
        sim_gauge_set(&meter->level, sim_now(node), record->value);
    else
        sim_hist_record(&meter->sizes.slice, record->value);
}

static const struct sim_event_kind record_kind = {"record", fire_record};

static struct meter *meter_add(struct sim *sim)
{
    return (struct meter *)sim_add_node(sim, &meter_type, "meter");
}

static void schedule_all(struct meter *meter, const struct record *records, size_t count)
{
    for (size_t i = 0; i < count; i++)
        (void)sim_schedule(&meter->node, records[i].at, &record_kind, (void *)(uintptr_t)&records[i]);
}

/* Places of the meter's own instruments in the samples. */
struct places {
    uint32_t count, level, sizes;
};

static uint32_t place_of(const struct sim *sim, const struct sim_metric *metric)
{
    for (uint32_t i = 0; i < sim->instrument_count; i++) {
        if (sim->instruments[i].metric == metric)
            return i;
    }
    ck_abort_msg("no instrument \"%s\"", metric->name);
    return 0;
}

static struct places places_of(const struct sim *sim)
{
    return (struct places){place_of(sim, &meter_metrics[0]), place_of(sim, &meter_metrics[1]),
                           place_of(sim, &meter_metrics[2])};
}

/* ---- the reference ---- */

/* `records` are in the order of time. Checks what [from, to) of a run until `end` holds. */
static void check_samples(const struct places *places, const struct sim_sample *samples, const struct record *records,
                          size_t count, sim_ns from, sim_ns to)
{
    int64_t counted = 0, changes = 0, level = 0, low = INT64_MAX, high = INT64_MIN;
    sim_wide integral = 0;
    sim_ns since = from;
    struct sim_hist sizes;
    sim_hist_init(&sizes);
    for (size_t i = 0; i < count && records[i].at < to; i++) {
        bool inside = records[i].at >= from;
        if (inside && records[i].kind == COUNT)
            counted += records[i].value;
        if (inside && records[i].kind == RECORD)
            sim_hist_record(&sizes, records[i].value);
        if (records[i].kind != SET)
            continue;
        if (records[i].at > since) { /* a value that held for no time does not count */
            integral += (sim_wide)level * (records[i].at - since);
            low = level < low ? level : low;
            high = level > high ? level : high;
            since = records[i].at;
        }
        changes += inside;
        level = records[i].value;
    }
    integral += (sim_wide)level * (to - since);
    low = level < low ? level : low;
    high = level > high ? level : high;
    ck_assert_int_eq(samples[places->count].count, counted);
    ck_assert_int_eq(samples[places->level].count, changes);
    ck_assert(samples[places->level].integral == integral);
    ck_assert_int_eq(samples[places->level].low, low);
    ck_assert_int_eq(samples[places->level].high, high);
    const struct sim_hist *hist = samples[places->sizes].hist;
    ck_assert_uint_eq(hist->count, sizes.count);
    ck_assert(hist->sum == sizes.sum);
    ck_assert_int_eq(hist->min, sizes.min);
    ck_assert_int_eq(hist->max, sizes.max);
    for (int p = 1; p <= 100 && sizes.count > 0; p += 3)
        kit_require(sim_hist_percentile(hist, p) == sim_hist_percentile(&sizes, p));
    sim_hist_fini(&sizes);
}

/* ---- windows ---- */

enum { WINDOWS = 400 };

struct windows {
    const struct places *places;
    const struct record *records;
    size_t record_count;
    uint32_t count;
    sim_ns to[WINDOWS];
    struct sim_sample sum[3];
    struct sim_hist sizes;
};

static void take_window(void *context, sim_ns from, sim_ns to, const struct sim_sample *samples)
{
    struct windows *windows = context;
    ck_assert_uint_lt(windows->count, WINDOWS);
    ck_assert_int_eq(from, windows->count == 0 ? 0 : windows->to[windows->count - 1]);
    ck_assert_int_lt(from, to);
    windows->to[windows->count++] = to;
    check_samples(windows->places, samples, windows->records, windows->record_count, from, to);
    windows->sum[0].count += samples[windows->places->count].count;
    windows->sum[1].count += samples[windows->places->level].count;
    windows->sum[1].integral += samples[windows->places->level].integral;
    sim_hist_merge(&windows->sizes, samples[windows->places->sizes].hist);
}

static void check_sums(const struct windows *windows, const struct sim_sample *run)
{
    ck_assert_int_eq(windows->sum[0].count, run[windows->places->count].count);
    ck_assert_int_eq(windows->sum[1].count, run[windows->places->level].count);
    ck_assert(windows->sum[1].integral == run[windows->places->level].integral);
    const struct sim_hist *hist = run[windows->places->sizes].hist;
    ck_assert_uint_eq(windows->sizes.count, hist->count);
    ck_assert(windows->sizes.sum == hist->sum);
}

/* ---- tests ---- */

static int by_time(const void *a, const void *b)
{
    const struct record *left = a, *right = b;
    if (left->at != right->at)
        return left->at < right->at ? -1 : 1;
    return left < right ? -1 : left > right;
}

enum { RECORDS = 400, RUN = 1000 };

static size_t random_records(struct sim_rng *rng, struct record *records)
{
    size_t count = sim_rng_next(rng) % RECORDS;
    for (size_t i = 0; i < count; i++) {
        records[i].at = (sim_ns)(sim_rng_next(rng) % RUN);
        if (sim_rng_chance(rng, 0.5))
            records[i].at = records[i].at / 50 * 50; /* on an edge */
        records[i].kind = (enum record_kind)(sim_rng_next(rng) % 3);
        records[i].value = (int64_t)(sim_rng_next(rng) >> (records[i].kind == RECORD ? 2 : 40));
    }
    qsort(records, count, sizeof records[0], by_time);
    return count;
}

START_TEST(intervals_and_windows_hold_what_was_recorded_in_them)
{
    static struct record records[RECORDS];
    struct sim_rng rng;
    for (uint64_t seed = 1; seed <= 150; seed++) {
        sim_rng_init(&rng, seed, "metric", "records");
        size_t count = random_records(&rng, records);
        struct sim *sim = sim_create(seed);
        struct meter *meter = meter_add(sim);
        for (int i = 0; i < 12; i++) {
            sim_ns from = (sim_ns)(sim_rng_next(&rng) % 21) * 50;
            sim_ns to = from + (sim_ns)(sim_rng_next(&rng) % 15) * (seed % 2 == 0 ? 50 : 37);
            ck_assert_uint_eq(sim_add_interval(sim, "i", from, to), (unsigned)i + 1);
        }
        struct places places;
        struct windows windows = {.places = &places, .records = records, .record_count = count};
        sim_hist_init(&windows.sizes);
        sim->window = 1 + (sim_ns)(sim_rng_next(&rng) % 150);
        if (seed % 3 != 0) {
            sim->window = sim->window < 10 ? 10 : sim->window;
            sim->sink = (struct sim_sink){take_window, &windows};
        }
        kit_start_world(sim);
        places = places_of(sim);
        schedule_all(meter, records, count);
        sim_ns end = 500 + (sim_ns)(sim_rng_next(&rng) % 11) * 50;
        sim_run(sim, end / 2, NULL, NULL);
        sim_run(sim, end, NULL, NULL);
        sim_finish(sim);
        size_t seen = 0;
        while (seen < count && records[seen].at < end)
            seen++;
        for (uint32_t i = 0; i < sim->interval_count; i++) {
            const struct sim_interval *interval = &sim->intervals[i];
            sim_ns to = interval->to < end ? interval->to : end;
            ck_assert_int_eq(interval->seen, to > interval->from ? to - interval->from : 0);
            if (interval->seen > 0)
                check_samples(&places, interval->samples, records, seen, interval->from, to);
        }
        if (sim->sink.window != NULL) {
            ck_assert_int_eq((int64_t)windows.count, (end + sim->window - 1) / sim->window);
            ck_assert_int_eq(windows.to[windows.count - 1], end);
            check_sums(&windows, sim->intervals[0].samples);
        }
        sim_hist_fini(&windows.sizes);
        sim_destroy(sim);
    }
}
END_TEST

START_TEST(what_happens_at_an_edge_belongs_to_the_later_interval)
{
    static const struct record records[] = {{10, COUNT, 1},  {10, SET, 5},  {10, RECORD, 7},
                                            {20, COUNT, 10}, {20, SET, 9},  {20, RECORD, 8},
                                            {30, COUNT, 99}, {30, SET, 99}, {30, RECORD, 99}};
    struct sim *sim = sim_create(1);
    struct meter *meter = meter_add(sim);
    uint32_t first = sim_add_interval(sim, "first", 10, 20);
    uint32_t second = sim_add_interval(sim, "second", 20, 30);
    kit_start_world(sim);
    struct places places = places_of(sim);
    schedule_all(meter, records, SIM_COUNT_OF(records));
    sim_run(sim, 100, NULL, NULL);
    sim_finish(sim);
    const struct sim_sample *samples = sim->intervals[first].samples;
    ck_assert_int_eq(samples[places.count].count, 1);
    ck_assert_int_eq((int64_t)samples[places.level].integral, 50);
    ck_assert_int_eq(samples[places.level].low, 5);
    ck_assert_int_eq(samples[places.level].high, 5);
    ck_assert_int_eq(samples[places.sizes].hist->max, 7);
    samples = sim->intervals[second].samples;
    ck_assert_int_eq(samples[places.count].count, 10);
    ck_assert_int_eq((int64_t)samples[places.level].integral, 90);
    ck_assert_int_eq(samples[places.level].low, 9);
    ck_assert_int_eq(samples[places.level].high, 9);
    ck_assert_int_eq(samples[places.sizes].hist->min, 8);
    ck_assert_int_eq(samples[places.sizes].hist->max, 8);
    sim_destroy(sim);
}
END_TEST

/* One window of 99 fast samples, one of a single slow one: the interval's median is of the hundred samples, not of two
 * windows. */
START_TEST(an_intervals_percentile_is_that_of_its_samples_not_of_windows)
{
    struct record records[100];
    for (int i = 0; i < 100; i++)
        records[i] = (struct record){i < 99 ? 5 : 15, RECORD, i < 99 ? 10 : 200};
    struct sim *sim = sim_create(1);
    struct meter *meter = meter_add(sim);
    struct places places;
    struct windows windows = {.places = &places, .records = records, .record_count = 100};
    sim_hist_init(&windows.sizes);
    sim->window = 10;
    sim->sink = (struct sim_sink){take_window, &windows};
    kit_start_world(sim);
    places = places_of(sim);
    schedule_all(meter, records, 100);
    sim_run(sim, 20, NULL, NULL);
    sim_finish(sim);
    const struct sim_hist *hist = sim->intervals[0].samples[places.sizes].hist;
    ck_assert_int_eq(sim_hist_percentile(hist, 50), 10);
    ck_assert_int_eq(sim_hist_percentile(hist, 99), 10);
    ck_assert_int_eq(sim_hist_percentile(hist, 100), 200);
    ck_assert_uint_eq(windows.count, 2);
    sim_hist_fini(&windows.sizes);
    sim_destroy(sim);
}
END_TEST

/* The run ends in the middle of a window; and there, too, where an interval ends at the run's end. */
START_TEST(the_last_window_is_closed_wherever_the_run_ends)
{
    static const struct {
        sim_ns end, interval_to;
        uint32_t windows;
    } cases[] = {{25, 0, 3}, {25, 25, 3}, {30, 0, 3}, {30, 30, 3}, {5, 5, 1}, {25, 24, 3}, {0, 0, 0}};
    for (size_t i = 0; i < SIM_COUNT_OF(cases); i++) {
        struct sim *sim = sim_create(1);
        (void)meter_add(sim);
        struct places places;
        struct windows windows = {.places = &places};
        sim_hist_init(&windows.sizes);
        (void)sim_add_interval(sim, "phase", 0, cases[i].interval_to);
        sim->window = 10;
        sim->sink = (struct sim_sink){take_window, &windows};
        kit_start_world(sim);
        places = places_of(sim);
        sim_run(sim, cases[i].end, NULL, NULL);
        sim_finish(sim);
        ck_assert_uint_eq(windows.count, cases[i].windows);
        ck_assert(windows.count == 0 || windows.to[windows.count - 1] == cases[i].end);
        sim_hist_fini(&windows.sizes);
        sim_destroy(sim);
    }
}
END_TEST

START_TEST(a_gauge_starts_with_the_value_its_node_starts_with)
{
    struct sim *sim = sim_create(1);
    struct sim_node *pool = kit_add_pool(sim, "pool", "7");
    (void)kit_add(sim, "a");
    kit_start_world(sim);
    sim_run(sim, SIM_S, NULL, NULL);
    sim_finish(sim);
    for (uint32_t i = 0; i < sim->instrument_count; i++) {
        const struct sim_instrument *instrument = &sim->instruments[i];
        const struct sim_sample *sample = &sim->intervals[0].samples[i];
        if (instrument->node == pool && strcmp(instrument->metric->name, "size") == 0) {
            ck_assert_int_eq(sample->low, 7);
            ck_assert_int_eq(sample->high, 7);
        }
        if (instrument->part != NULL && strcmp(instrument->metric->name, "cores") == 0)
            ck_assert_int_eq(sample->low, 1);
    }
    sim_destroy(sim);
}
END_TEST

static void drop_window(void *context, sim_ns from, sim_ns to, const struct sim_sample *samples)
{
    (void)from;
    (void)to;
    (void)samples;
    ++*(int *)context;
}

START_TEST(windows_and_intervals_change_neither_the_fingerprint_nor_the_number_of_events)
{
    for (uint64_t seed = 1; seed <= 20; seed++) {
        uint64_t prints[2], events[2];
        int windows = 0;
        for (int i = 0; i < 2; i++) {
            struct random_world *w = random_world_make(seed, RANDOM_PARALLEL | RANDOM_FAULTS);
            if (i == 1) {
                w->sim->window = 3 * SIM_MS + 1;
                w->sim->sink = (struct sim_sink){drop_window, &windows};
                for (int k = 0; k < 10; k++)
                    (void)sim_add_interval(w->sim, "phase", (sim_ns)k * 17 * SIM_MS, (sim_ns)k * 40 * SIM_MS);
            }
            random_world_start(w, 60, 500 * SIM_MS);
            ck_assert(sim_run(w->sim, SIM_S, NULL, NULL));
            sim_finish(w->sim);
            prints[i] = sim_fingerprint(w->sim);
            events[i] = w->sim->events;
            random_world_free(w);
        }
        ck_assert_int_eq(windows, 334);
        ck_assert_uint_eq(prints[0], prints[1]);
        ck_assert_uint_eq(events[0], events[1]);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("metric");
    TCase *tests = tcase_create("metric");
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, intervals_and_windows_hold_what_was_recorded_in_them);
    tcase_add_test(tests, what_happens_at_an_edge_belongs_to_the_later_interval);
    tcase_add_test(tests, an_intervals_percentile_is_that_of_its_samples_not_of_windows);
    tcase_add_test(tests, the_last_window_is_closed_wherever_the_run_ends);
    tcase_add_test(tests, a_gauge_starts_with_the_value_its_node_starts_with);
    tcase_add_test(tests, windows_and_intervals_change_neither_the_fingerprint_nor_the_number_of_events);
    suite_add_tcase(suite, tests);
    return kit_run(suite);
}
