/* SPDX-License-Identifier: GPL-3.0-or-later */
/* CSV in long form: one line a number, so that one header fits every metric. */
#include "reports/export.h"

#include <inttypes.h>

struct writer {
    FILE *out;
    const struct series *series;
};

static void put_line(const struct writer *writer, sim_ns t, const char *stat, const char *unit, const char *value)
{
    const struct series *series = writer->series;
    const char *const names[] = {series->node,   series->part, series->metric, series->status,
                                 series->reason, stat,         unit,           value};
    char buffer[EXPORT_ROOM];
    (void)fputs(export_seconds(buffer, t), writer->out);
    for (size_t i = 0; i < SIM_COUNT_OF(names); i++) {
        (void)fputc(',', writer->out);
        export_csv_field(writer->out, names[i]);
    }
    (void)fputc('\n', writer->out);
}

static void put_value(const struct writer *writer, sim_ns t, const char *stat, int64_t value)
{
    char buffer[EXPORT_ROOM];
    put_line(writer, t, stat, export_unit(writer->series), export_value(buffer, writer->series, value));
}

static void put_histogram(const struct writer *writer, const struct series_point *point)
{
    char buffer[EXPORT_ROOM];
    (void)snprintf(buffer, sizeof buffer, "%" PRId64, point->count);
    put_line(writer, point->t, "count", "1", buffer);
    put_value(writer, point->t, "sum", point->sum);
    put_value(writer, point->t, "min", point->low);
    put_value(writer, point->t, "max", point->high);
    put_value(writer, point->t, "p50", point->p50);
    put_value(writer, point->t, "p95", point->p95);
    put_value(writer, point->t, "p99", point->p99);
}

static void put_gauge(const struct writer *writer, const struct series_point *point)
{
    char buffer[EXPORT_ROOM];
    put_line(writer, point->t, "mean", export_unit(writer->series), export_mean(buffer, writer->series, point->mean));
    put_value(writer, point->t, "min", point->low);
    put_value(writer, point->t, "max", point->high);
    put_value(writer, point->t, "last", point->last);
}

static void put_point(void *context, const struct series_point *point)
{
    const struct writer *writer = context;
    if (writer->series->kind == SIM_METRIC_HISTOGRAM)
        put_histogram(writer, point);
    else if (writer->series->kind == SIM_METRIC_GAUGE)
        put_gauge(writer, point);
    else
        put_value(writer, point->t, "increase", point->count);
}

bool export_csv(FILE *out, const struct export_run *run)
{
    (void)fputs("t_s,node,part,metric,status,reason,stat,unit,value\n", out);
    for (size_t i = 0; i < run->list.count; i++) {
        struct writer writer = {out, &run->list.items[i]};
        if (!series_each(run->store, writer.series, put_point, &writer))
            return false;
    }
    return true;
}
