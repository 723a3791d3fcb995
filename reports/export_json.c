/* SPDX-License-Identifier: GPL-3.0-or-later */
/* JSON: the run as `simex show --format json` has it, and every series with its points as rows. Written as it is read,
 * one series a line, so that memory does not grow with simulated time. */
#include "reports/export.h"
#include "reports/show.h"

#include <inttypes.h>
#include <stdlib.h>

/* NULL is null. */
static void put_tree(FILE *out, cJSON *tree)
{
    show_json_inline(out, tree == NULL ? cJSON_CreateNull() : tree);
}

static void put_text(FILE *out, const char *text)
{
    put_tree(out, text == NULL ? NULL : cJSON_CreateString(text));
}

/* ---- the run ---- */

static void put_record(FILE *out, const struct record *record)
{
    char *text = NULL;
    size_t size = 0;
    FILE *memory = open_memstream(&text, &size);
    sim_assert(memory != NULL);
    show_run_json(memory, record);
    (void)fclose(memory); /* what it printed ends with a newline */
    (void)fprintf(out, "\"run\": %.*s", (int)size - 1, text);
    free(text);
}

static void put_faults(FILE *out, const struct record *record)
{
    char buffer[EXPORT_ROOM];
    (void)fputs("\"faults\": [", out);
    for (uint32_t i = 0; i < record->fault_count; i++) {
        const struct record_fault *fault = &record->faults[i];
        (void)fputs(i > 0 ? ", {\"name\": " : "{\"name\": ", out);
        put_text(out, fault->name);
        (void)fputs(", \"what\": ", out);
        put_text(out, fault->what);
        (void)fprintf(out, ", \"at_s\": %s", export_seconds(buffer, fault->at));
        (void)fprintf(out, ", \"until_s\": %s}",
                      fault->until == SIM_NEVER ? "null" : export_seconds(buffer, fault->until));
    }
    (void)fputs("]", out);
}

/* ---- series ---- */

struct writer {
    FILE *out;
    const struct series *series;
    bool begun;
};

static const char *const columns[] = {
    [SIM_METRIC_COUNTER] = "\"t_s\", \"increase\"",
    [SIM_METRIC_GAUGE] = "\"t_s\", \"mean\", \"min\", \"max\", \"last\"",
    [SIM_METRIC_HISTOGRAM] = "\"t_s\", \"count\", \"sum\", \"min\", \"max\", \"p50\", \"p95\", \"p99\"",
};

static void put_point(void *context, const struct series_point *point)
{
    struct writer *writer = context;
    const struct series *series = writer->series;
    const int64_t gauge[] = {point->low, point->high, point->last};
    const int64_t histogram[] = {point->sum, point->low, point->high, point->p50, point->p95, point->p99};
    char buffer[EXPORT_ROOM];
    (void)fprintf(writer->out, "%s[%s", writer->begun ? ", " : "", export_seconds(buffer, point->t));
    writer->begun = true;
    if (series->kind == SIM_METRIC_COUNTER)
        (void)fprintf(writer->out, ", %s", export_value(buffer, series, point->count));
    if (series->kind == SIM_METRIC_GAUGE)
        (void)fprintf(writer->out, ", %s", export_mean(buffer, series, point->mean));
    for (size_t i = 0; series->kind == SIM_METRIC_GAUGE && i < SIM_COUNT_OF(gauge); i++)
        (void)fprintf(writer->out, ", %s", export_value(buffer, series, gauge[i]));
    if (series->kind == SIM_METRIC_HISTOGRAM)
        (void)fprintf(writer->out, ", %" PRId64, point->count);
    for (size_t i = 0; series->kind == SIM_METRIC_HISTOGRAM && i < SIM_COUNT_OF(histogram); i++)
        (void)fprintf(writer->out, ", %s", export_value(buffer, series, histogram[i]));
    (void)fputs("]", writer->out);
}

static void put_heading(FILE *out, const struct series *series)
{
    static const char *const kinds[] = {"counter", "gauge", "histogram"};
    const char *const fields[][2] = {{"node", series->node},       {"part", series->part},
                                     {"metric", series->metric},   {"status", series->status},
                                     {"reason", series->reason},   {"kind", kinds[series->kind]},
                                     {"unit", export_unit(series)}};
    for (size_t i = 0; i < SIM_COUNT_OF(fields); i++) {
        (void)fprintf(out, "%s\"%s\": ", i == 0 ? "{" : ", ", fields[i][0]);
        put_text(out, fields[i][1]);
    }
    (void)fprintf(out, ", \"columns\": [%s], \"points\": [", columns[series->kind]);
}

bool export_json(FILE *out, const struct export_run *run)
{
    const struct record *record = run->record;
    char buffer[EXPORT_ROOM];
    bool fine = true;
    (void)fputs("{", out);
    put_record(out, record);
    (void)fputs(",\n\"model\": ", out);
    put_text(out, record->model);
    (void)fprintf(out, ",\n\"window_s\": %s,\n\"overrides\": ", export_seconds(buffer, record->window));
    put_tree(out, cJSON_Parse(record->overrides));
    (void)fputs(",\n", out);
    put_faults(out, record);
    (void)fputs(",\n\"series\": [", out);
    for (size_t i = 0; i < run->list.count && fine; i++) {
        struct writer writer = {out, &run->list.items[i], false};
        (void)fputs(i == 0 ? "\n" : ",\n", out);
        put_heading(out, writer.series);
        fine = series_each(run->store, writer.series, put_point, &writer);
        (void)fputs("]}", out);
    }
    (void)fputs("\n]}\n", out);
    return fine;
}
