/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of sim/reading.c: readings found by name, and what they read. */
#include "tests/kit.h"

#include <math.h>

/* A node of which everything is known. */
struct meter {
    struct sim_node node; /* must be first */
    struct sim_cpu cpu;
    struct sim_counter good, bad, all, more;
    struct sim_gauge used, held, there;
    struct sim_histogram sizes;
};

#define FIELD(member) .offset = offsetof(struct meter, member)

static const struct sim_metric meter_metrics[] = {
    {.name = "good", .kind = SIM_METRIC_COUNTER, FIELD(good), .unit = "things"},
    {.name = "bad", .kind = SIM_METRIC_COUNTER, FIELD(bad), .unit = "things"},
    {.name = "all", .kind = SIM_METRIC_COUNTER, FIELD(all), .unit = "things"},
    {.name = "more", .kind = SIM_METRIC_COUNTER, FIELD(more), .unit = "things"},
    {.name = "used", .kind = SIM_METRIC_GAUGE, FIELD(used), .unit = "bytes"},
    {.name = "held", .kind = SIM_METRIC_GAUGE, FIELD(held), .unit = "bytes"},
    {.name = "there", .kind = SIM_METRIC_GAUGE, FIELD(there), .unit = "bytes"},
    {.name = "sizes", .kind = SIM_METRIC_HISTOGRAM, FIELD(sizes), .unit = "s"},
    {.name = "share", .kind = SIM_METRIC_RATIO, .unit = "1", .over = {"good", "bad"}, .under = {"all", "more"}},
    {.name = "fill", .kind = SIM_METRIC_RATIO, .unit = "1", .over = {"used", "held"}, .under = {"there"}},
    {0}};

static const struct sim_part meter_parts[] = {{"cpu", &sim_cpu_type, offsetof(struct meter, cpu)}, {0}};
static const struct sim_node_type meter_type = {
    .name = "meter", .size = sizeof(struct meter), .parts = meter_parts, .metrics = meter_metrics};

static struct sim *world_make(void)
{
    struct sim *sim = sim_create(1);
    ck_assert_ptr_nonnull(sim_add_node(sim, &meter_type, "meter"));
    ck_assert_ptr_nonnull(sim_add_node(sim, &meter_type, "other"));
    return sim;
}

/* ---- finding ---- */

static const struct {
    const char *text, *part, *metric, *unit;
    enum sim_stat stat;
    double percentile;
} GOOD[] = {
    {"meter.good", NULL, "good", "things", SIM_STAT_VALUE, 0},
    {"meter.good.count", NULL, "good", "things", SIM_STAT_COUNT, 0},
    {"meter.good.rate", NULL, "good", "/s", SIM_STAT_RATE, 0},
    {"meter.used", NULL, "used", "bytes", SIM_STAT_VALUE, 0},
    {"meter.used.mean", NULL, "used", "bytes", SIM_STAT_MEAN, 0},
    {"meter.used.min", NULL, "used", "bytes", SIM_STAT_MIN, 0},
    {"meter.used.max", NULL, "used", "bytes", SIM_STAT_MAX, 0},
    {"meter.sizes", NULL, "sizes", "s", SIM_STAT_MEAN, 0},
    {"meter.sizes.count", NULL, "sizes", "samples", SIM_STAT_COUNT, 0},
    {"meter.sizes.sum", NULL, "sizes", "s", SIM_STAT_SUM, 0},
    {"meter.sizes.p50", NULL, "sizes", "s", SIM_STAT_PERCENTILE, 50},
    {"meter.sizes.p99.9", NULL, "sizes", "s", SIM_STAT_PERCENTILE, 99.9},
    {"meter.sizes.p100", NULL, "sizes", "s", SIM_STAT_PERCENTILE, 100},
    {"meter.sizes.p0.001", NULL, "sizes", "s", SIM_STAT_PERCENTILE, 0.001},
    {"meter.share", NULL, "share", "1", SIM_STAT_VALUE, 0},
    {"meter.fill", NULL, "fill", "1", SIM_STAT_VALUE, 0},
    {"meter.latency.p95", NULL, "latency", "s", SIM_STAT_PERCENTILE, 95},
    {"meter.error_rate", NULL, "error_rate", "1", SIM_STAT_VALUE, 0},
    {"other.late.rate", NULL, "late", "/s", SIM_STAT_RATE, 0},
    {"meter.cpu", "cpu", "utilisation", "1", SIM_STAT_VALUE, 0},
    {"meter.cpu.utilisation", "cpu", "utilisation", "1", SIM_STAT_VALUE, 0},
    {"meter.cpu.queue.max", "cpu", "queue", "bursts", SIM_STAT_MAX, 0},
    {"meter.cpu.wait.p99", "cpu", "wait", "s", SIM_STAT_PERCENTILE, 99},
};

START_TEST(a_reading_is_found)
{
    struct sim *sim = world_make();
    struct sim_reading reading;
    struct sim_error error = {0};
    for (int started = 0; started < 2; started++) {
        ck_assert_msg(sim_reading_find(sim, GOOD[_i].text, &reading, &error), "%s", error.rule);
        ck_assert_str_eq(reading.metric->name, GOOD[_i].metric);
        ck_assert_str_eq(reading.unit, GOOD[_i].unit);
        ck_assert_int_eq(reading.stat, GOOD[_i].stat);
        ck_assert_double_eq(reading.percentile, GOOD[_i].percentile);
        ck_assert_pstr_eq(reading.part, GOOD[_i].part);
        ck_assert_uint_eq(reading.over_count > 0, started == 1);
        for (uint32_t i = 0; i < reading.over_count; i++)
            ck_assert_ptr_eq(sim->instruments[reading.over[i]].node, reading.node);
        if (started == 0)
            kit_start_world(sim);
    }
    sim_destroy(sim);
}
END_TEST

static const struct {
    const char *text;
    const char *rule; /* some of it */
} BAD[] = {
    {"", "want a reading of a node"},
    {"nobody.latency", "want a reading of a node"},
    {"meter", "metric after the node"},
    {"meter.", "metric after the node"},
    {"meter.speed", "metric of meter"},
    {"meter.cpu.speed", "metric of meter"},
    {"meter.cpu.p95", "metric of meter"},
    {"meter.good.p95", "statistic of a counter"},
    {"meter.good.mean", "statistic of a counter"},
    {"meter.good.", "statistic of a counter"},
    {"meter.used.p95", "statistic of a gauge"},
    {"meter.used.rate", "statistic of a gauge"},
    {"meter.used.count", "statistic of a gauge"},
    {"meter.share.p95", "no statistic after a ratio"},
    {"meter.share.mean", "no statistic after a ratio"},
    {"meter.sizes.rate", "statistic: p50"},
    {"meter.sizes.p0", "statistic: p50"},
    {"meter.sizes.p-5", "statistic: p50"},
    {"meter.sizes.p100.1", "statistic: p50"},
    {"meter.sizes.p", "statistic: p50"},
    {"meter.sizes.p95x", "statistic: p50"},
    {"meter.sizes.p95.x", "statistic: p50"},
    {"meter.sizes.p1e400", "statistic: p50"},
    {"meter.reason", "metric of meter"},
};

START_TEST(a_reading_there_is_not_is_refused)
{
    struct sim *sim = world_make();
    kit_start_world(sim);
    struct sim_reading reading;
    struct sim_error error = {0};
    ck_assert(!sim_reading_find(sim, BAD[_i].text, &reading, &error));
    ck_assert_msg(strstr(error.rule, BAD[_i].rule) != NULL, "%s", error.rule);
    ck_assert(!sim_reading_find(sim, BAD[_i].text, &reading, NULL));
    sim_destroy(sim);
}
END_TEST

START_TEST(a_reading_has_a_bound)
{
    char text[400];
    memset(text, 'x', sizeof text);
    text[sizeof text - 1] = '\0';
    struct sim *sim = world_make();
    struct sim_reading reading;
    struct sim_error error = {0};
    ck_assert(!sim_reading_find(sim, text, &reading, &error));
    ck_assert_ptr_nonnull(strstr(error.rule, "at most 199 characters"));
    sim_destroy(sim);
}
END_TEST

static bool is_taken(const struct sim_metric *table, const struct sim_metric *end, const char *name)
{
    for (const struct sim_metric *metric = table; metric != NULL && metric->name != NULL && metric != end; metric++) {
        if (strcmp(metric->name, name) == 0)
            return true;
    }
    return false;
}

START_TEST(no_metric_of_a_model_hides_another)
{
    for (size_t t = 0; model_types[t] != NULL; t++) {
        const struct sim_node_type *type = model_types[t];
        for (const struct sim_metric *metric = type->metrics; metric != NULL && metric->name != NULL; metric++) {
            ck_assert_msg(!is_taken(sim_node_metrics, NULL, metric->name), "%s.%s", type->name, metric->name);
            ck_assert_msg(!is_taken(type->metrics, metric, metric->name), "%s.%s", type->name, metric->name);
        }
        for (const struct sim_part *part = type->parts; part != NULL && part->name != NULL; part++) {
            ck_assert(!is_taken(sim_node_metrics, NULL, part->name));
            ck_assert(!is_taken(type->metrics, NULL, part->name));
            for (const struct sim_metric *metric = part->type->metrics; metric != NULL && metric->name != NULL;
                 metric++)
                ck_assert(!is_taken(part->type->metrics, metric, metric->name));
        }
    }
}
END_TEST

/* ---- reading ---- */

static struct sim_reading_value read_text(struct sim *sim, const char *text, const struct sim_interval *interval)
{
    struct sim_reading reading;
    struct sim_error error = {0};
    ck_assert_msg(sim_reading_find(sim, text, &reading, &error), "%s: %s", text, error.rule);
    return sim_reading_read(&reading, interval->samples, interval->seen);
}

static void fire_work(struct sim_node *node, void *subject)
{
    (void)subject;
    struct meter *meter = (struct meter *)node;
    sim_ns now = sim_now(node);
    sim_count(&meter->good, 3);
    sim_count(&meter->bad, 1);
    sim_count(&meter->all, 5);
    sim_count(&meter->more, 3);
    sim_gauge_set(&meter->used, now, 10);
    sim_gauge_set(&meter->held, now, 20);
    sim_gauge_set(&meter->there, now, 100);
    for (int i = 1; i <= 100; i++)
        sim_hist_record(&meter->sizes.slice, i * SIM_S);
}

static const struct sim_event_kind work_kind = {"work", fire_work};

/* Works at 2 s of the 4 s that are seen. */
static const struct {
    const char *text;
    double value, error;
    int64_t samples;
} VALUES[] = {
    {"meter.good", 3, 0, 3},
    {"meter.good.count", 3, 0, 3},
    {"meter.good.rate", 0.75, 0, 3},
    {"meter.used", 5, 0, 2},
    {"meter.used.mean", 5, 0, 2},
    {"meter.used.min", 0, 0, 2},
    {"meter.used.max", 10, 0, 2},
    {"meter.sizes", 50.5, 1e-12, 100},
    {"meter.sizes.count", 100, 0, 100},
    {"meter.sizes.sum", 5050, 0, 100},
    {"meter.sizes.min", 1, 0, 100},
    {"meter.sizes.max", 100, 0, 100},
    {"meter.sizes.p1", 1, 0, 100},
    {"meter.sizes.p50", 50, 0.1, 100},
    {"meter.sizes.p95", 95, 0.2, 100},
    {"meter.sizes.p99.5", 100, 0, 100},
    {"meter.sizes.p100", 100, 0, 100},
    {"meter.share", 0.5, 0, 8},
    {"meter.fill", 0.3, 1e-15, 2},
    {"meter.cpu", 0, 0, 1},
    {"other.good", 0, 0, 0},
    {"other.good.rate", 0, 0, 0},
    {"other.sizes.count", 0, 0, 0},
    {"other.used.max", 0, 0, 1},
};

static struct sim *world_that_worked(void)
{
    struct sim *sim = world_make();
    (void)sim_add_interval(sim, "first", 0, 2 * SIM_S);
    (void)sim_add_interval(sim, "never", 10 * SIM_S, 20 * SIM_S);
    (void)sim_add_interval(sim, "empty", SIM_S, SIM_S);
    kit_start_world(sim);
    (void)sim_schedule(sim_find_node(sim, "meter"), 2 * SIM_S, &work_kind, NULL);
    sim_run(sim, 4 * SIM_S, NULL, NULL);
    sim_finish(sim);
    return sim;
}

START_TEST(a_reading_reads_its_interval)
{
    struct sim *sim = world_that_worked();
    const struct sim_reading_value got = read_text(sim, VALUES[_i].text, &sim->intervals[0]);
    ck_assert(got.has_data);
    ck_assert_msg(fabs(got.value - VALUES[_i].value) <= VALUES[_i].error, "%s: %.17g", VALUES[_i].text, got.value);
    if (strcmp(VALUES[_i].text, "meter.cpu") != 0)
        ck_assert_int_eq(got.samples, VALUES[_i].samples);
    sim_destroy(sim);
}
END_TEST

/* Where nothing was recorded there is no latency and no share; what counts is 0. */
START_TEST(no_samples_are_no_data)
{
    static const struct {
        const char *text;
        bool has_data;
    } cases[] = {{"meter.sizes", false},     {"meter.sizes.p95", false}, {"meter.sizes.min", false},
                 {"meter.sizes.max", false}, {"meter.sizes.sum", false}, {"meter.sizes.count", true},
                 {"meter.share", false},     {"meter.fill", false},      {"meter.error_rate", false},
                 {"meter.good", true},       {"meter.good.rate", true},  {"meter.used", true}};
    struct sim *sim = world_that_worked();
    for (size_t i = 0; i < SIM_COUNT_OF(cases); i++) {
        const struct sim_reading_value got = read_text(sim, cases[i].text, &sim->intervals[1]);
        ck_assert_msg(got.has_data == cases[i].has_data, "%s", cases[i].text);
        ck_assert_double_eq(got.value, 0);
        ck_assert(!read_text(sim, cases[i].text, &sim->intervals[2]).has_data);
        ck_assert(!read_text(sim, cases[i].text, &sim->intervals[3]).has_data);
    }
    sim_destroy(sim);
}
END_TEST

START_TEST(a_node_that_is_down_has_no_utilisation)
{
    struct sim *sim = world_make();
    (void)sim_add_interval(sim, "down", SIM_S, 2 * SIM_S);
    kit_start_world(sim);
    kit_kill_at(sim_find_node(sim, "meter"), SIM_S);
    kit_restart_at(sim_find_node(sim, "meter"), 2 * SIM_S);
    sim_run(sim, 4 * SIM_S, NULL, NULL);
    sim_finish(sim);
    ck_assert(!read_text(sim, "meter.cpu", &sim->intervals[1]).has_data);
    ck_assert(read_text(sim, "meter.cpu", &sim->intervals[0]).has_data);
    ck_assert_double_eq(read_text(sim, "meter.cpu.cores", &sim->intervals[0]).value, 0.75);
    ck_assert_double_eq(read_text(sim, "meter.cpu.cores.min", &sim->intervals[0]).value, 0);
    sim_destroy(sim);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("reading");
    TCase *tests = tcase_create("reading");
    tcase_set_timeout(tests, 60);
    tcase_add_loop_test(tests, a_reading_is_found, 0, SIM_COUNT_OF(GOOD));
    tcase_add_loop_test(tests, a_reading_there_is_not_is_refused, 0, SIM_COUNT_OF(BAD));
    tcase_add_test(tests, a_reading_has_a_bound);
    tcase_add_test(tests, no_metric_of_a_model_hides_another);
    tcase_add_loop_test(tests, a_reading_reads_its_interval, 0, SIM_COUNT_OF(VALUES));
    tcase_add_test(tests, no_samples_are_no_data);
    tcase_add_test(tests, a_node_that_is_down_has_no_utilisation);
    suite_add_tcase(suite, tests);
    return kit_run(suite);
}
