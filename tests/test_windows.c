/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Windows against intervals, in random worlds with faults: the same run told in windows of any length adds up to what the
 * intervals (phases) hold, to the unit, the nanosecond and the bucket; and intervals hold the same with windows of any
 * length, or none. So what is drawn of windows and what a panel says of phases are one thing. */
#include "tests/random_world.h"

#define LENGTH (7100 * SIM_MS) /* of a run: no multiple of any window */

enum { SEEDS = 10, REQUESTS = 700, SPANS = 6 };

static const sim_ns windows[] = {SIM_S, 300 * SIM_MS, 100 * SIM_S, 7 * SIM_MS + 1};

/* Intervals. The first ones begin and end with windows of 1 s and of 0.3 s, the others do not. */
static const struct span {
    sim_ns from, to;
} spans[SPANS] = {{3 * SIM_S, 6 * SIM_S},         {0, 3 * SIM_S},
                  {1234567890, 4567890123},       {2 * SIM_S + 1, 2 * SIM_S + 2},
                  {2010 * SIM_MS, 2090 * SIM_MS}, {3 * SIM_S - 1, LENGTH}};

/* What windows add up to, for each interval (0: the whole run): those that lie in it, and those that touch it. */
struct sums {
    const struct sim *sim;
    sim_ns window, end; /* end of the last */
    sim_ns inside_ns[SPANS + 1];
    struct sim_sample *inside[SPANS + 1], *touching[SPANS + 1];
};

static struct sim_sample *make_samples(const struct sim *sim)
{
    struct sim_sample *samples = sim_xcalloc(sim->instrument_count, sizeof *samples);
    for (uint32_t i = 0; i < sim->instrument_count; i++) {
        samples[i].low = INT64_MAX;
        samples[i].high = INT64_MIN;
        if (sim->instruments[i].metric->kind == SIM_METRIC_HISTOGRAM)
            sim_hist_init(samples[i].hist = sim_xmalloc(sizeof(struct sim_hist)));
    }
    return samples;
}

static void free_samples(const struct sim *sim, struct sim_sample *samples)
{
    for (uint32_t i = 0; i < sim->instrument_count; i++) {
        if (samples[i].hist != NULL)
            sim_hist_fini(samples[i].hist);
        free(samples[i].hist);
    }
    free(samples);
}

static void add(const struct sim *sim, struct sim_sample *into, const struct sim_sample *samples)
{
    for (uint32_t i = 0; i < sim->instrument_count; i++) {
        into[i].count += samples[i].count;
        into[i].integral += samples[i].integral;
        into[i].low = samples[i].low < into[i].low ? samples[i].low : into[i].low;
        into[i].high = samples[i].high > into[i].high ? samples[i].high : into[i].high;
        into[i].last = samples[i].last;
        if (into[i].hist != NULL)
            sim_hist_merge(into[i].hist, samples[i].hist);
    }
}

/* A window's last value of a gauge is the present one. */
static bool ends_as_it_is(const struct sim *sim, const struct sim_sample *samples)
{
    for (uint32_t i = 0; i < sim->instrument_count; i++) {
        const struct sim_instrument *instrument = &sim->instruments[i];
        if (instrument->metric->kind == SIM_METRIC_GAUGE &&
            samples[i].last != ((const struct sim_gauge *)instrument->field)->value)
            return false;
    }
    return true;
}

static void take(void *context, sim_ns from, sim_ns to, const struct sim_sample *samples)
{
    struct sums *sums = context;
    const struct sim *sim = sums->sim;
    ck_assert_int_eq(from, sums->end);
    ck_assert_int_eq(to, from + sums->window < LENGTH ? from + sums->window : LENGTH);
    ck_assert(ends_as_it_is(sim, samples));
    sums->end = to;
    for (uint32_t k = 0; k < sim->interval_count; k++) {
        const struct sim_interval *interval = &sim->intervals[k];
        if (from < interval->to && to > interval->from)
            add(sim, sums->touching[k], samples);
        if (from < interval->from || (to > interval->to && k > 0))
            continue;
        add(sim, sums->inside[k], samples);
        sums->inside_ns[k] += to - from;
    }
}

/* Runs a world told in windows (0: in none). */
static struct random_world *run(uint64_t seed, sim_ns window, struct sums *sums)
{
    struct random_world *w = random_world_make(seed, RANDOM_PARALLEL | RANDOM_FAULTS);
    const struct sim_sink sink = {take, sums};
    for (int k = 0; k < SPANS; k++)
        (void)sim_add_interval(w->sim, "phase", spans[k].from, spans[k].to);
    *sums = (struct sums){.sim = w->sim, .window = window};
    if (window > 0 && seed % 2 == 0)
        sim_set_sink(w->sim, window, sink);
    random_world_start(w, REQUESTS, 6 * SIM_S);
    if (window > 0 && seed % 2 == 1)
        sim_set_sink(w->sim, window, sink);
    for (int k = 0; k <= SPANS; k++) {
        sums->inside[k] = make_samples(w->sim);
        sums->touching[k] = make_samples(w->sim);
    }
    ck_assert(sim_run(w->sim, LENGTH, NULL, NULL));
    sim_finish(w->sim);
    ck_assert_int_eq(sums->end, window > 0 ? LENGTH : 0);
    return w;
}

static void end(struct random_world *w, struct sums *sums)
{
    for (int k = 0; k <= SPANS; k++) {
        free_samples(w->sim, sums->inside[k]);
        free_samples(w->sim, sums->touching[k]);
    }
    random_world_free(w);
}

static uint64_t in_bucket(const struct sim_hist *hist, uint32_t bucket)
{
    const uint64_t *row = hist->rows[bucket / SIM_HIST_SUB];
    return row == NULL ? 0 : row[bucket % SIM_HIST_SUB];
}

/* Whether every bucket of `a` holds as much as (at most as much as) that of `b`. Without assertions, which are slow. */
static bool same_buckets(const struct sim_hist *a, const struct sim_hist *b)
{
    for (uint32_t bucket = 0; bucket < SIM_HIST_ROWS * SIM_HIST_SUB; bucket++) {
        if (in_bucket(a, bucket) != in_bucket(b, bucket))
            return false;
    }
    return a->count == b->count && a->sum == b->sum && a->min == b->min && a->max == b->max;
}

static bool buckets_at_most(const struct sim_hist *a, const struct sim_hist *b)
{
    for (uint32_t bucket = 0; bucket < SIM_HIST_ROWS * SIM_HIST_SUB; bucket++) {
        if (in_bucket(a, bucket) > in_bucket(b, bucket))
            return false;
    }
    return true;
}

static void check_equal(const struct sim *sim, const struct sim_sample *a, const struct sim_sample *b)
{
    for (uint32_t i = 0; i < sim->instrument_count; i++) {
        const struct sim_instrument *instrument = &sim->instruments[i];
        bool equal = a[i].count == b[i].count && a[i].integral == b[i].integral;
        if (instrument->metric->kind == SIM_METRIC_GAUGE)
            equal = equal && a[i].low == b[i].low && a[i].high == b[i].high && a[i].last == b[i].last;
        else if (a[i].hist != NULL)
            equal = equal && same_buckets(a[i].hist, b[i].hist);
        if (!equal)
            ck_abort_msg("%s.%s differs", instrument->node->name, instrument->metric->name);
    }
}

/* Counts, integrals and buckets of `a` are at most those of `b`; no gauge of these worlds is ever negative. */
static void check_at_most(const struct sim *sim, const struct sim_sample *a, const struct sim_sample *b)
{
    for (uint32_t i = 0; i < sim->instrument_count; i++) {
        const struct sim_instrument *instrument = &sim->instruments[i];
        if (a[i].count > b[i].count || a[i].integral > b[i].integral ||
            (a[i].hist != NULL && !buckets_at_most(a[i].hist, b[i].hist)))
            ck_abort_msg("%s.%s is more", instrument->node->name, instrument->metric->name);
    }
}

/* Whether windows begin and end where interval `k` does. */
static bool is_aligned(const struct sim *sim, uint32_t k, sim_ns window)
{
    const struct sim_interval *interval = &sim->intervals[k];
    return k == 0 || (interval->from % window == 0 && interval->to % window == 0);
}

START_TEST(windows_add_up_to_the_intervals_that_they_tile)
{
    uint64_t calls = 0;
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        struct sums sums;
        struct random_world *w = run(seed, windows[_i], &sums);
        uint32_t aligned = 0;
        for (uint32_t k = 0; k <= SPANS; k++) {
            const struct sim_interval *interval = &w->sim->intervals[k];
            if (is_aligned(w->sim, k, windows[_i])) {
                check_equal(w->sim, sums.inside[k], interval->samples);
                ck_assert_int_eq(sums.inside_ns[k], interval->seen);
                aligned++;
            } else {
                check_at_most(w->sim, sums.inside[k], interval->samples);
                check_at_most(w->sim, interval->samples, sums.touching[k]);
            }
        }
        ck_assert_uint_eq(aligned, windows[_i] == SIM_S || windows[_i] == 300 * SIM_MS ? 3 : 1);
        calls += w->sim->calls;
        end(w, &sums);
    }
    ck_assert_uint_gt(calls, 10000); /* not of nothing */
}
END_TEST

/* A window's readings are those of an interval of that length: what is drawn is what a panel would say. */
START_TEST(readings_of_summed_windows_are_those_of_the_interval)
{
    static const char *const texts[] = {"s0.latency.p99",  "s0.latency.mean", "s0.error_rate", "s0.cpu",
                                        "s0.cpu.wait.p95", "s0.calls.rate",   "s0.in_flight",  "s0.in_flight.max"};
    uint32_t with_data = 0;
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        struct sums sums;
        struct random_world *w = run(seed, windows[_i], &sums);
        for (size_t t = 0; t < SIM_COUNT_OF(texts); t++) {
            struct sim_reading reading;
            struct sim_error error;
            ck_assert_msg(sim_reading_find(w->sim, texts[t], &reading, &error), "%s: %s", texts[t], error.rule);
            for (uint32_t k = 0; k <= SPANS; k++) {
                if (!is_aligned(w->sim, k, windows[_i]))
                    continue;
                const struct sim_interval *interval = &w->sim->intervals[k];
                struct sim_reading_value told = sim_reading_read(&reading, sums.inside[k], sums.inside_ns[k]);
                struct sim_reading_value measured = sim_reading_read(&reading, interval->samples, interval->seen);
                ck_assert(told.has_data == measured.has_data && told.samples == measured.samples);
                ck_assert(!told.has_data || told.value == measured.value);
                with_data += told.has_data;
            }
        }
        end(w, &sums);
    }
    ck_assert_uint_gt(with_data, SEEDS * SIM_COUNT_OF(texts) / 2);
}
END_TEST

enum { READINGS = 32 };

struct means {
    struct sim_reading readings[READINGS]; /* in_flight of every node */
    double sums[READINGS];                 /* of mean x length */
    uint32_t count;
};

static void take_means(void *context, sim_ns from, sim_ns to, const struct sim_sample *samples)
{
    struct means *means = context;
    for (uint32_t i = 0; i < means->count; i++)
        means->sums[i] += sim_reading_read(&means->readings[i], samples, to - from).value * sim_ns_to_s(to - from);
}

START_TEST(the_mean_of_a_gauge_is_the_average_of_its_windows_means)
{
    uint32_t busy = 0;
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        struct random_world *w = random_world_make(seed, RANDOM_PARALLEL | RANDOM_FAULTS);
        struct sim_error error;
        struct means means = {.count = 0};
        random_world_start(w, REQUESTS, 6 * SIM_S);
        for (uint32_t i = 0; i < w->sim->node_count; i++) {
            char text[80];
            (void)snprintf(text, sizeof text, "%s.in_flight", w->sim->nodes[i]->name);
            ck_assert_uint_lt(means.count, READINGS);
            ck_assert(sim_reading_find(w->sim, text, &means.readings[means.count++], &error));
        }
        sim_set_sink(w->sim, windows[_i], (struct sim_sink){take_means, &means});
        ck_assert(sim_run(w->sim, LENGTH, NULL, NULL));
        sim_finish(w->sim);
        const struct sim_interval *run = &w->sim->intervals[0];
        for (uint32_t i = 0; i < means.count; i++) {
            const double mean = sim_reading_read(&means.readings[i], run->samples, run->seen).value;
            ck_assert_double_eq_tol(means.sums[i] / sim_ns_to_s(LENGTH), mean, 1e-12 * (1 + mean));
            busy += mean > 0;
        }
        random_world_free(w);
    }
    ck_assert_uint_gt(busy, SEEDS);
}
END_TEST

START_TEST(intervals_hold_the_same_whatever_the_windows)
{
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        struct sums none, sums;
        struct random_world *plain = run(seed, 0, &none);
        struct random_world *told = run(seed, windows[_i], &sums);
        ck_assert_uint_eq(sim_fingerprint(plain->sim), sim_fingerprint(told->sim));
        for (uint32_t k = 0; k <= SPANS; k++) {
            ck_assert_int_eq(plain->sim->intervals[k].seen, told->sim->intervals[k].seen);
            check_equal(plain->sim, plain->sim->intervals[k].samples, told->sim->intervals[k].samples);
        }
        end(told, &sums);
        end(plain, &none);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("windows");
    TCase *tests = tcase_create("windows");
    tcase_add_loop_test(tests, windows_add_up_to_the_intervals_that_they_tile, 0, SIM_COUNT_OF(windows));
    tcase_add_loop_test(tests, readings_of_summed_windows_are_those_of_the_interval, 0, SIM_COUNT_OF(windows));
    tcase_add_loop_test(tests, the_mean_of_a_gauge_is_the_average_of_its_windows_means, 0, SIM_COUNT_OF(windows));
    tcase_add_loop_test(tests, intervals_hold_the_same_whatever_the_windows, 0, SIM_COUNT_OF(windows));
    suite_add_tcase(suite, tests);
    return kit_run(suite);
}
