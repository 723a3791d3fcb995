/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Texts of exports, buckets by Prometheus' bounds, and PromQL's two functions against values worked out by hand.
 * tests/test_export.sh looks at whole files, tests/test_prometheus.sh asks a real server. */
#include "models/models.h"
#include "reports/as_prometheus_query.h"
#include "reports/export.h"
#include "reports/openmetrics_names.h"

#include "sim/node.h"

#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define near(a, b) ck_assert_double_eq_tol(a, b, 1e-12)

/* What `put` writes of a text; free. */
static char *written(void (*put)(FILE *out, const char *text), const char *text)
{
    char *result = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&result, &size);
    put(out, text);
    (void)fclose(out);
    return result;
}

START_TEST(fields_of_csv_are_quoted_when_they_have_to_be)
{
    static const char *const cases[][2] = {{"gateway", "gateway"}, {"", ""},
                                           {"a b", "a b"},         {"a,b", "\"a,b\""},
                                           {"a\"b", "\"a\"\"b\""}, {"two\nlines", "\"two\nlines\""},
                                           {"\r", "\"\r\""},       {"\"", "\"\"\"\""}};
    for (size_t i = 0; i < SIM_COUNT_OF(cases); i++) {
        char *got = written(export_csv_field, cases[i][0]);
        ck_assert_str_eq(got, cases[i][1]);
        free(got);
    }
    char *none = written(export_csv_field, NULL);
    ck_assert_str_eq(none, "");
    free(none);
}
END_TEST

START_TEST(label_values_are_escaped)
{
    static const char *const cases[][2] = {{"Pool Exhausted", "Pool Exhausted"},
                                           {"a\"b", "a\\\"b"},
                                           {"a\\b", "a\\\\b"},
                                           {"a\nb", "a\\nb"},
                                           {"\\n", "\\\\n"}};
    for (size_t i = 0; i < SIM_COUNT_OF(cases); i++) {
        char *got = written(openmetrics_escape, cases[i][0]);
        ck_assert_str_eq(got, cases[i][1]);
        free(got);
    }
    const struct series series = {.node = "a\"b", .part = "cpu", .metric = "reason", .status = "OK", .reason = "x\\"};
    char *labels = openmetrics_labels(&series);
    ck_assert_str_eq(labels, "node=\"a\\\"b\",part=\"cpu\",status=\"OK\",reason=\"x\\\\\"");
    free(labels);
}
END_TEST

START_TEST(nanoseconds_are_written_as_seconds_without_loss)
{
    static const struct {
        int64_t ns;
        const char *seconds;
    } cases[] = {{0, "0"},
                 {1, "0.000000001"},
                 {500000000, "0.5"},
                 {SIM_S, "1"},
                 {10 * SIM_S, "10"},
                 {-1500000000, "-1.5"},
                 {1700000000 * SIM_S, "1700000000"},
                 {INT64_MAX, "9223372036.854775807"}};
    char buffer[EXPORT_ROOM];
    for (size_t i = 0; i < SIM_COUNT_OF(cases); i++)
        ck_assert_str_eq(export_seconds(buffer, cases[i].ns), cases[i].seconds);
    const struct series counted = {.kind = SIM_METRIC_COUNTER, .unit = "calls"};
    const struct series busy = {.kind = SIM_METRIC_COUNTER, .unit = "ns"};
    ck_assert_str_eq(export_value(buffer, &counted, 7), "7");
    ck_assert_str_eq(export_value(buffer, &busy, 7), "0.000000007");
    ck_assert_str_eq(export_unit(&busy), "s");
    ck_assert_str_eq(export_mean(buffer, &counted, 0.1), "0.1");
    ck_assert_str_eq(export_mean(buffer, &counted, (double)NAN), "0");
}
END_TEST

/* ---- bounds ---- */

START_TEST(bounds_are_a_name_or_rising_seconds)
{
    static const char *const refused[] = {"", "0", "-1", "1,1", "2,1", "1,", ",1", "1,,2", "1 ,2", "nan", "inf", "x"};
    struct openmetrics_bounds bounds;
    ck_assert(openmetrics_bounds_parse(&bounds, "lab"));
    ck_assert_uint_eq(bounds.count, 11);
    near(bounds.upper[0], 0.005);
    ck_assert_int_eq(bounds.upper_ns[10], 10 * SIM_S);
    ck_assert(openmetrics_bounds_parse(&bounds, "0.1,0.25,3"));
    ck_assert_uint_eq(bounds.count, 3);
    ck_assert_int_eq(bounds.upper_ns[1], 250 * SIM_MS);
    for (size_t i = 0; i < SIM_COUNT_OF(refused); i++)
        ck_assert_msg(!openmetrics_bounds_parse(&bounds, refused[i]), "\"%s\"", refused[i]);
    char many[4 * (OPENMETRICS_BOUNDS_MAX + 1) + 1] = "";
    for (int i = 1; i <= OPENMETRICS_BOUNDS_MAX + 1; i++)
        (void)snprintf(many + strlen(many), sizeof many - strlen(many), "%s%d", i == 1 ? "" : ",", i);
    ck_assert(!openmetrics_bounds_parse(&bounds, many));
}
END_TEST

/* Counts `values` into `counts` by way of their log-linear buckets, as a stored window does. */
static void count_values(const struct openmetrics_bounds *bounds, const int64_t *values, size_t count, int64_t *counts)
{
    struct sim_hist hist;
    unsigned char room[400];
    sim_hist_init(&hist);
    for (size_t i = 0; i < count; i++)
        sim_hist_record(&hist, values[i]);
    const struct series_point point = {.count = (int64_t)count,
                                       .low = hist.min,
                                       .high = hist.max,
                                       .buckets = room,
                                       .bytes = spool_encode(&hist, room)};
    memset(counts, 0, (bounds->count + 1) * sizeof *counts);
    openmetrics_bounds_count(bounds, &point, counts);
    sim_hist_fini(&hist);
}

START_TEST(a_sample_is_counted_below_the_bound_above_it)
{
    struct openmetrics_bounds bounds;
    int64_t counts[OPENMETRICS_BOUNDS_MAX + 1];
    ck_assert(openmetrics_bounds_parse(&bounds, "0.001,1,5"));
    static const int64_t values[] = {0, 990 * SIM_US, 2 * SIM_MS, 4950 * SIM_MS, 6 * SIM_S};
    count_values(&bounds, values, SIM_COUNT_OF(values), counts);
    ck_assert_int_eq(counts[0], 2);
    ck_assert_int_eq(counts[1], 1);
    ck_assert_int_eq(counts[2], 1);
    ck_assert_int_eq(counts[3], 1);
}
END_TEST

START_TEST(a_bucket_that_holds_a_bound_counts_above_it_unless_the_greatest_sample_is_not)
{
    struct openmetrics_bounds bounds;
    int64_t counts[OPENMETRICS_BOUNDS_MAX + 1];
    ck_assert(openmetrics_bounds_parse(&bounds, "5"));
    /* 5 s lies inside a bucket that is 16.8 ms wide. */
    const int64_t at_bound[] = {5 * SIM_S};
    count_values(&bounds, at_bound, 1, counts);
    ck_assert_int_eq(counts[0], 1);
    const int64_t above[] = {5 * SIM_S + 1};
    count_values(&bounds, above, 1, counts);
    ck_assert_int_eq(counts[0], 0);
    const int64_t not_greatest[] = {5 * SIM_S, 6 * SIM_S};
    count_values(&bounds, not_greatest, 2, counts);
    ck_assert_int_eq(counts[0], 0);
    /* 0.4 % below, nothing is in doubt. */
    const int64_t below[] = {4980 * SIM_MS, 6 * SIM_S};
    count_values(&bounds, below, 2, counts);
    ck_assert_int_eq(counts[0], 1);
}
END_TEST

/* ---- PromQL ---- */

START_TEST(a_quantile_is_linear_within_its_bucket)
{
    static const struct {
        double q, counts[4]; /* cumulative: to 0.1, to 0.2, to 1, all */
        double value;
    } cases[] = {
        {0.5, {10, 20, 20, 20}, 0.1},   /* exactly at a bound */
        {0.5, {0, 10, 10, 10}, 0.15},   /* half of the second */
        {0.5, {10, 10, 10, 10}, 0.05},  /* the first begins at 0 */
        {0.95, {0, 0, 100, 100}, 0.96}, /* 0.2 + 0.8 x 0.95 */
        {0.9, {50, 60, 80, 100}, 1},    /* above all bounds: the last of them */
        {0.25, {1.5, 3, 4.5, 6}, 0.1},  /* rates are no whole numbers */
        {1, {5, 10, 10, 10}, 0.2},      {0.5, {0, 0, 0, 4}, 1},
    };
    struct openmetrics_bounds bounds;
    ck_assert(openmetrics_bounds_parse(&bounds, "0.1,0.2,1"));
    for (size_t i = 0; i < SIM_COUNT_OF(cases); i++)
        ck_assert_msg(fabs(prometheus_quantile(cases[i].q, &bounds, cases[i].counts) - cases[i].value) < 1e-12,
                      "case %zu: %g", i, prometheus_quantile(cases[i].q, &bounds, cases[i].counts));
    ck_assert(isnan(prometheus_quantile(0.5, &bounds, (double[]){0, 0, 0, 0})));
    ck_assert(isnan(prometheus_quantile(0.5, &bounds, (double[]){0, 0, 0, (double)NAN})));
}
END_TEST

START_TEST(a_rate_is_extrapolated_to_the_edges_of_its_range)
{
    /* A sample every second, from 1 s on. */
    int64_t totals[10] = {10, 20, 30, 40, 50, 60, 70, 80, 90, 100};
    const struct scraped scraped = {
        .samples = 10, .buckets = 1, .window = SIM_S, .until = 10 * SIM_S, .totals = totals};
    near(prometheus_rate(&scraped, 0, 10 * SIM_S, 5 * SIM_S), 10);
    /* At 9.5 s over 4 s: samples from 6 to 9 s; half a second is added on each side. */
    near(prometheus_rate(&scraped, 0, 9500 * SIM_MS, 4 * SIM_S), 30 * (4.0 / 3.0) / 4);
    /* At 4 s over 60 s: samples from 1 to 4 s. The start is far away, but the counter was 0 one second before. */
    near(prometheus_rate(&scraped, 0, 4 * SIM_S, 60 * SIM_S), 30 * ((3 + 1) / 3.0) / 60);
    /* After the end: nothing is near, half a distance is added. */
    near(prometheus_rate(&scraped, 0, 20 * SIM_S, 15 * SIM_S), 50 * ((5 + 0.5) / 5.0) / 15);
    ck_assert(isnan(prometheus_rate(&scraped, 0, 1 * SIM_S, 60 * SIM_S)));
    ck_assert(isnan(prometheus_rate(&scraped, 0, 100 * SIM_S, 60 * SIM_S)));
    /* A counter that stands still has rate 0. */
    for (size_t i = 0; i < 10; i++)
        totals[i] = 7;
    near(prometheus_rate(&scraped, 0, 10 * SIM_S, 5 * SIM_S), 0);
}
END_TEST

START_TEST(every_alias_is_a_valid_name_and_families_stand_together)
{
    for (const struct openmetrics_alias *alias = openmetrics_aliases; alias->name != NULL; alias++) {
        ck_assert_uint_eq(strspn(alias->name, "abcdefghijklmnopqrstuvwxyz_"), strlen(alias->name));
        ck_assert_msg(strncmp(alias->name, "simex_", 6) != 0, "%s", alias->name);
        for (const struct openmetrics_alias *before = openmetrics_aliases; before + 1 < alias; before++)
            ck_assert_msg(strcmp(before->name, alias->name) != 0 || strcmp(alias[-1].name, alias->name) == 0,
                          "%s is in two pieces", alias->name);
    }
}
END_TEST

static bool has_metric(const struct sim_metric *table, const char *name)
{
    for (; table != NULL && table->name != NULL; table++) {
        if (strcmp(table->name, name) == 0)
            return true;
    }
    return false;
}

/* Whether nodes of the type have what the alias names. */
static bool exists(const struct sim_node_type *type, const struct openmetrics_alias *alias)
{
    if (alias->part == NULL)
        return has_metric(type->metrics, alias->metric) || has_metric(sim_node_metrics, alias->metric);
    for (const struct sim_part *part = type->parts; part != NULL && part->name != NULL; part++) {
        if (strcmp(part->name, alias->part) == 0)
            return has_metric(part->type->metrics, alias->metric);
    }
    return false;
}

START_TEST(every_alias_names_a_metric_of_each_of_its_types)
{
    for (const struct openmetrics_alias *alias = openmetrics_aliases; alias->name != NULL; alias++) {
        char types[80], *rest = types;
        ck_assert_int_lt(snprintf(types, sizeof types, "%s", alias->types), (int)sizeof types);
        for (const char *word = strsep(&rest, " "); word != NULL; word = strsep(&rest, " ")) {
            const struct sim_node_type *type = model_find_type(word);
            ck_assert_msg(type != NULL, "%s: no type %s", alias->name, word);
            ck_assert_msg(exists(type, alias), "%s: %s has no %s", alias->name, word, alias->metric);
        }
    }
}
END_TEST

/* The lab's names, as it sends them: dots become underscores, times end in _seconds. */
START_TEST(every_metric_of_the_lab_has_its_alias)
{
    static const char *const sent[] = {"catalog_cache_hit",
                                       "catalog_cache_miss",
                                       "catalog_db_query_duration_seconds",
                                       "catalog_db_latency_total_seconds",
                                       "catalog_db_load",
                                       "catalog_db_pool_active",
                                       "catalog_db_pool_exhausted",
                                       "catalog_circuit_breaker_state",
                                       "catalog_circuit_breaker_rejected",
                                       "catalog_fallback_hit",
                                       "catalog_app_memory_leak_size",
                                       "trace_fastapi_request_hits",
                                       "trace_fastapi_request_errors",
                                       "trace_fastapi_request_duration_seconds"};
    for (size_t i = 0; i < SIM_COUNT_OF(sent); i++) {
        const struct openmetrics_alias *alias = openmetrics_aliases;
        while (alias->name != NULL && strcmp(alias->name, sent[i]) != 0)
            alias++;
        ck_assert_msg(alias->name != NULL, "%s", sent[i]);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("export");
    TCase *tests = tcase_create("export");
    tcase_add_test(tests, fields_of_csv_are_quoted_when_they_have_to_be);
    tcase_add_test(tests, label_values_are_escaped);
    tcase_add_test(tests, nanoseconds_are_written_as_seconds_without_loss);
    tcase_add_test(tests, bounds_are_a_name_or_rising_seconds);
    tcase_add_test(tests, a_sample_is_counted_below_the_bound_above_it);
    tcase_add_test(tests, a_bucket_that_holds_a_bound_counts_above_it_unless_the_greatest_sample_is_not);
    tcase_add_test(tests, a_quantile_is_linear_within_its_bucket);
    tcase_add_test(tests, a_rate_is_extrapolated_to_the_edges_of_its_range);
    tcase_add_test(tests, every_alias_is_a_valid_name_and_families_stand_together);
    tcase_add_test(tests, every_alias_names_a_metric_of_each_of_its_types);
    tcase_add_test(tests, every_metric_of_the_lab_has_its_alias);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
