/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A stored run's windows as OTLP/JSON metrics (opentelemetry-proto, MetricsData): a resource a node, a metric a series (all
 * reasons of a node are one, told apart by attributes), a data point a window in which something happened. Counters and
 * histograms are deltas of their window; a gauge is its value at the window's end. */
#include "reports/export_traces.h"

#include "sim/units.h"

#include <inttypes.h>
#include <string.h>

enum { TEMPORALITY_DELTA = 1 };

struct otlp_metrics {
    FILE *out;
    const struct export_run *run;
    const struct openmetrics_bounds *bounds;
    const struct otlp_options *options;
    const struct series *series; /* at hand */
    const char *between;
};

/* ---- points ---- */

static void put_histogram(const struct otlp_metrics *otlp, const struct series_point *point)
{
    int64_t counts[OPENMETRICS_BOUNDS_MAX + 1] = {0};
    char text[EXPORT_ROOM];
    (void)fprintf(otlp->out, ",\"count\":\"%" PRId64 "\",\"sum\":%s", point->count, export_seconds(text, point->sum));
    (void)fprintf(otlp->out, ",\"min\":%s", export_seconds(text, point->low));
    (void)fprintf(otlp->out, ",\"max\":%s,\"bucketCounts\":[", export_seconds(text, point->high));
    openmetrics_bounds_count(otlp->bounds, point, counts);
    for (size_t i = 0; i <= otlp->bounds->count; i++)
        (void)fprintf(otlp->out, "%s\"%" PRId64 "\"", i == 0 ? "" : ",", counts[i]);
    (void)fputs("],\"explicitBounds\":[", otlp->out);
    for (size_t i = 0; i < otlp->bounds->count; i++)
        (void)fprintf(otlp->out, "%s%s", i == 0 ? "" : ",", export_seconds(text, otlp->bounds->upper_ns[i]));
    (void)fputs("]", otlp->out);
}

static void put_point(void *context, const struct series_point *point)
{
    struct otlp_metrics *otlp = context;
    const struct record *record = otlp->run->record;
    const sim_ns end = point->t + record->window < record->until ? point->t + record->window : record->until;
    const struct series *series = otlp->series;
    char text[EXPORT_ROOM];
    (void)fprintf(otlp->out, "%s{\"startTimeUnixNano\":", otlp->between);
    otlp_put_time(otlp->out, otlp->options, point->t);
    (void)fputs(",\"timeUnixNano\":", otlp->out);
    otlp_put_time(otlp->out, otlp->options, end);
    otlp->between = ",\n";
    if (series->kind == SIM_METRIC_HISTOGRAM)
        put_histogram(otlp, point);
    else if (strcmp(series->unit, "ns") == 0)
        (void)fprintf(otlp->out, ",\"asDouble\":%s",
                      export_value(text, series, series->kind == SIM_METRIC_GAUGE ? point->last : point->count));
    else
        (void)fprintf(otlp->out, ",\"asInt\":\"%" PRId64 "\"",
                      series->kind == SIM_METRIC_GAUGE ? point->last : point->count);
    (void)fputs(",\"attributes\":[", otlp->out);
    if (series->status != NULL)
        otlp_put_attribute(otlp->out, "", "simex.status", series->status);
    if (series->reason != NULL)
        otlp_put_attribute(otlp->out, series->status == NULL ? "" : ",", "error.type", series->reason);
    (void)fputs("]}", otlp->out);
}

/* ---- metrics ---- */

static bool same_text(const char *a, const char *b)
{
    return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

static bool same_metric(const struct series *a, const struct series *b)
{
    return strcmp(a->node, b->node) == 0 && same_text(a->part, b->part) && strcmp(a->metric, b->metric) == 0;
}

static void begin_metric(struct otlp_metrics *otlp, const struct series *series)
{
    static const char *const kinds[] = {"sum", "gauge", "histogram"};
    char name[200];
    (void)snprintf(name, sizeof name, "simex.%s%s%s", series->part == NULL ? "" : series->part,
                   series->part == NULL ? "" : ".", series->metric);
    (void)fputs("{\"name\":", otlp->out);
    otlp_put_text(otlp->out, name);
    (void)fputs(",\"unit\":", otlp->out);
    otlp_put_text(otlp->out, export_unit(series));
    (void)fprintf(otlp->out, ",\"%s\":{", kinds[series->kind]);
    if (series->kind != SIM_METRIC_GAUGE)
        (void)fprintf(otlp->out, "\"aggregationTemporality\":%d,", TEMPORALITY_DELTA);
    if (series->kind == SIM_METRIC_COUNTER)
        (void)fputs("\"isMonotonic\":true,", otlp->out);
    (void)fputs("\"dataPoints\":[", otlp->out);
    otlp->between = "\n";
}

static void begin_resource(const struct otlp_metrics *otlp, const char *node)
{
    const struct record *record = otlp->run->record;
    const struct otlp_resource resource = {
        .service = node, .scenario = record->scenario, .run = record->id, .scopes = "scopeMetrics", .items = "metrics"};
    otlp_begin_resource(otlp->out, otlp->options, &resource);
}

/* One series, with what begins before it and ends behind it. Its neighbours may be NULL. */
static bool put_series(struct otlp_metrics *otlp, const struct series *before, const struct series *series,
                       const struct series *after)
{
    const bool new_node = before == NULL || strcmp(before->node, series->node) != 0;
    if (new_node) {
        (void)fputs(before == NULL ? "" : "]}]},\n", otlp->out);
        begin_resource(otlp, series->node);
    }
    if (new_node || !same_metric(before, series)) {
        (void)fputs(new_node ? "" : ",\n", otlp->out);
        begin_metric(otlp, series);
    }
    otlp->series = series;
    bool fine = series_each(otlp->run->store, series, put_point, otlp);
    if (after == NULL || !same_metric(series, after))
        (void)fputs("]}}", otlp->out);
    return fine;
}

bool export_otlp_metrics(FILE *out, const struct export_run *run, const struct openmetrics_bounds *bounds,
                         const struct otlp_options *options)
{
    struct otlp_metrics otlp = {.out = out, .run = run, .bounds = bounds, .options = options};
    const struct series *items = run->list.items;
    const size_t count = run->list.count;
    bool fine = true;
    (void)fputs("{\"resourceMetrics\":[", out);
    for (size_t i = 0; i < count && fine; i++)
        fine = put_series(&otlp, i == 0 ? NULL : &items[i - 1], &items[i], i + 1 == count ? NULL : &items[i + 1]);
    (void)fputs(count > 0 ? "]}]}]}\n" : "]}\n", out);
    return fine;
}
