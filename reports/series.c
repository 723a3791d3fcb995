/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "reports/series.h"

#include "reports/store_sql.h"

#include <stdlib.h>
#include <string.h>

/* ---- the list ---- */

static char *column(sqlite3_stmt *row, int index)
{
    const char *text = (const char *)sqlite3_column_text(row, index);
    return text == NULL ? NULL : sim_xstrdup(text);
}

static enum sim_metric_kind kind_of(const char *name)
{
    static const char *const kinds[] = {"counter", "gauge", "histogram"};
    for (size_t kind = 0; name != NULL && kind < SIM_COUNT_OF(kinds); kind++) {
        if (strcmp(name, kinds[kind]) == 0)
            return (enum sim_metric_kind)kind;
    }
    return SIM_METRIC_KINDS;
}

/* False when the row is not what the schema allows: the store is damaged. */
static bool add_series(struct series_list *list, sqlite3_stmt *row)
{
    list->items = sim_xrealloc(list->items, (list->count + 1) * sizeof *list->items);
    struct series *series = &list->items[list->count++];
    series->key = sqlite3_column_int64(row, 0);
    series->node = column(row, 1);
    series->part = column(row, 2);
    series->metric = column(row, 3);
    series->kind = kind_of((const char *)sqlite3_column_text(row, 4));
    series->unit = column(row, 5);
    series->status = column(row, 6);
    series->reason = column(row, 7);
    return series->node != NULL && series->metric != NULL && series->unit != NULL &&
           (series->status == NULL) == (series->reason == NULL) && series->kind != SIM_METRIC_KINDS;
}

bool series_list_read(const struct store *store, int64_t run, struct series_list *list)
{
    sqlite3_stmt *statement = NULL;
    *list = (struct series_list){NULL, 0};
    int step = sqlite3_prepare_v2(store->db,
                                  "SELECT series, node, part, metric, kind, unit, status, reason FROM series "
                                  "WHERE run = ?1 ORDER BY series",
                                  -1, &statement, NULL);
    if (step == SQLITE_OK)
        step = sqlite3_bind_int64(statement, 1, run);
    while (step == SQLITE_OK || step == SQLITE_ROW) {
        step = sqlite3_step(statement);
        if (step == SQLITE_ROW && !add_series(list, statement))
            step = SQLITE_CORRUPT;
    }
    if (step != SQLITE_DONE)
        (void)store_fail(store, "read the series");
    (void)sqlite3_finalize(statement);
    return step == SQLITE_DONE;
}

void series_list_fini(struct series_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        struct series *series = &list->items[i];
        char *const texts[] = {series->node, series->part,   series->metric,
                               series->unit, series->status, series->reason};
        for (size_t k = 0; k < SIM_COUNT_OF(texts); k++)
            free(texts[k]);
    }
    free(list->items);
    *list = (struct series_list){NULL, 0};
}

const struct series *series_find(const struct series_list *list, const char *node, const char *part, const char *metric)
{
    for (size_t i = 0; i < list->count; i++) {
        const struct series *series = &list->items[i];
        if (series->reason != NULL || strcmp(series->node, node) != 0 || strcmp(series->metric, metric) != 0)
            continue;
        if (part == NULL ? series->part == NULL : series->part != NULL && strcmp(series->part, part) == 0)
            return series;
    }
    return NULL;
}

/* ---- points ---- */

static const char *const queries[] = {
    [SIM_METRIC_COUNTER] = "SELECT t_ns, increase FROM counter_point WHERE series = ?1 ORDER BY t_ns",
    [SIM_METRIC_GAUGE] = "SELECT t_ns, changes, mean, low, high, last FROM gauge_point WHERE series = ?1 ORDER BY t_ns",
    [SIM_METRIC_HISTOGRAM] = ("SELECT t_ns, count, sum_ns, min_ns, max_ns, p50_ns, p95_ns, p99_ns, buckets "
                              "FROM histogram_point WHERE series = ?1 ORDER BY t_ns"),
};

static void add_up(void *context, uint32_t bucket, uint64_t count)
{
    uint64_t *sum = context;
    (void)bucket;
    *sum += count;
}

/* A histogram's buckets must hold what its count says, or its percentiles have no answer. */
static bool is_whole(const struct series_point *point)
{
    uint64_t sum = 0;
    return point->count > 0 && point->low >= 0 && point->low <= point->high &&
           spool_decode(point->buckets, point->bytes, add_up, &sum) && sum == (uint64_t)point->count;
}

/* False when the row is not what the schema allows: the store is damaged. */
static bool read_point(sqlite3_stmt *row, enum sim_metric_kind kind, struct series_point *point)
{
    *point = (struct series_point){.t = sqlite3_column_int64(row, 0), .count = sqlite3_column_int64(row, 1)};
    if (kind == SIM_METRIC_GAUGE) {
        point->mean = sqlite3_column_double(row, 2);
        point->low = sqlite3_column_int64(row, 3);
        point->high = sqlite3_column_int64(row, 4);
        point->last = sqlite3_column_int64(row, 5);
    } else if (kind == SIM_METRIC_HISTOGRAM) {
        point->sum = sqlite3_column_int64(row, 2);
        point->low = sqlite3_column_int64(row, 3);
        point->high = sqlite3_column_int64(row, 4);
        point->p50 = sqlite3_column_int64(row, 5);
        point->p95 = sqlite3_column_int64(row, 6);
        point->p99 = sqlite3_column_int64(row, 7);
        point->buckets = sqlite3_column_blob(row, 8);
        point->bytes = (size_t)sqlite3_column_bytes(row, 8);
        return point->t >= 0 && is_whole(point);
    }
    return point->t >= 0;
}

bool series_each(const struct store *store, const struct series *series,
                 void (*each)(void *context, const struct series_point *point), void *context)
{
    sqlite3_stmt *statement = NULL;
    int step = sqlite3_prepare_v2(store->db, queries[series->kind], -1, &statement, NULL);
    if (step == SQLITE_OK)
        step = sqlite3_bind_int64(statement, 1, series->key);
    while (step == SQLITE_OK || step == SQLITE_ROW) {
        struct series_point point;
        step = sqlite3_step(statement);
        if (step != SQLITE_ROW)
            break;
        if (read_point(statement, series->kind, &point))
            each(context, &point);
        else
            step = SQLITE_CORRUPT;
    }
    if (step != SQLITE_DONE)
        (void)store_fail(store, "read a series");
    (void)sqlite3_finalize(statement);
    return step == SQLITE_DONE;
}

static void add_bucket(void *context, uint32_t bucket, uint64_t count)
{
    sim_hist_add_bucket(context, bucket, count);
}

void series_add_histogram(struct sim_hist *hist, const struct series_point *point)
{
    (void)spool_decode(point->buckets, point->bytes, add_bucket, hist);
    hist->count += (uint64_t)point->count;
    hist->sum += point->sum;
    hist->min = point->low < hist->min ? point->low : hist->min;
    hist->max = point->high > hist->max ? point->high : hist->max;
}

/* ---- bins ---- */

struct gathering {
    const struct series *series;
    struct series_bins *bins;
    sim_ns window;
    sim_ns filled; /* gauges: everything before is in the bins */
    int64_t last;  /* gauges: value at `filled` */
};

/* A gauge that was `value` in [from, to). */
static void add_gauge(struct gathering *gathering, sim_ns from, sim_ns to, double value)
{
    struct series_bins *bins = gathering->bins;
    while (from < to) {
        size_t bin = (size_t)(from / bins->length);
        if (bin >= bins->count)
            return;
        sim_ns end = bins->length * (sim_ns)(bin + 1);
        end = end < to ? end : to;
        bins->values[bin] += value * sim_ns_to_s(end - from);
        if (value > bins->highs[bin])
            bins->highs[bin] = value;
        from = end;
    }
}

static void gather(void *context, const struct series_point *point)
{
    struct gathering *gathering = context;
    struct series_bins *bins = gathering->bins;
    size_t bin = (size_t)(point->t / bins->length);
    if (bin >= bins->count)
        return;
    if (gathering->series->kind == SIM_METRIC_COUNTER) {
        bins->values[bin] += (double)point->count;
    } else if (gathering->series->kind == SIM_METRIC_HISTOGRAM) {
        series_add_histogram(&bins->hists[bin], point);
    } else {
        sim_ns end = point->t + gathering->window < bins->until ? point->t + gathering->window : bins->until;
        add_gauge(gathering, gathering->filled, point->t, (double)gathering->last);
        add_gauge(gathering, point->t, end, point->mean);
        if ((double)point->high > bins->highs[bin])
            bins->highs[bin] = (double)point->high;
        gathering->filled = end;
        gathering->last = point->last;
    }
}

bool series_bin(const struct store *store, const struct series *series, sim_ns window, sim_ns length, sim_ns until,
                struct series_bins *bins)
{
    sim_assert(length > 0 && until > 0);
    *bins = (struct series_bins){.count = (size_t)((until + length - 1) / length), .length = length, .until = until};
    struct gathering gathering = {.series = series, .bins = bins, .window = window};
    if (series->kind == SIM_METRIC_HISTOGRAM) {
        bins->hists = sim_xcalloc(bins->count, sizeof *bins->hists);
        for (size_t i = 0; i < bins->count; i++)
            sim_hist_init(&bins->hists[i]);
    } else {
        bins->values = sim_xcalloc(bins->count, sizeof *bins->values);
        bins->highs = sim_xcalloc(bins->count, sizeof *bins->highs);
    }
    bool fine = series_each(store, series, gather, &gathering);
    if (series->kind != SIM_METRIC_GAUGE)
        return fine;
    add_gauge(&gathering, gathering.filled, until, (double)gathering.last);
    for (size_t i = 0; i < bins->count; i++) {
        sim_ns end = length * (sim_ns)(i + 1) < until ? length * (sim_ns)(i + 1) : until;
        bins->values[i] /= sim_ns_to_s(end - length * (sim_ns)i);
    }
    return fine;
}

void series_bins_fini(struct series_bins *bins)
{
    for (size_t i = 0; bins->hists != NULL && i < bins->count; i++)
        sim_hist_fini(&bins->hists[i]);
    free(bins->hists);
    free(bins->values);
    free(bins->highs);
    *bins = (struct series_bins){0};
}
