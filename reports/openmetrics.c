/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Writing OpenMetrics. The order is what readers ask for: families in one piece each, in them one series after the
 * other, in a series time rising; so no sample is out of order for whoever reads. A counter has a sample for every
 * window, also where the store has no point, since rate() goes from sample to sample. */
#define _GNU_SOURCE /* asprintf */
#include "reports/openmetrics.h"

#include "reports/openmetrics_names.h"

#include "sim/units.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

struct writer {
    FILE *out;
    const struct export_run *run;
    const struct openmetrics_options *options;
    struct openmetrics_names names;
};

/* Goes through the windows of one series. */
struct cursor {
    const struct writer *writer;
    const struct series *series;
    const char *name, *labels;
    bool means;   /* of a gauge: its windows' means, not their ends */
    sim_ns next;  /* start of the first window not yet written */
    int64_t last; /* counter and histogram: so far; gauge: at the window's end */
    double mean;
    sim_wide sum;
    int64_t counts[OPENMETRICS_BOUNDS_MAX + 1];
};

/* ---- one window ---- */

static void put_sample(const struct cursor *cursor, const char *suffix, const char *le, const char *value,
                       const char *time)
{
    (void)fprintf(cursor->writer->out, "%s%s{%s%s%s%s} %s %s\n", cursor->name, suffix, cursor->labels,
                  le == NULL ? "" : ",le=\"", le == NULL ? "" : le, le == NULL ? "" : "\"", value, time);
}

static void put_buckets(const struct cursor *cursor, const char *time)
{
    const struct openmetrics_bounds *bounds = &cursor->writer->options->bounds;
    char value[EXPORT_ROOM], le[EXPORT_ROOM];
    int64_t below = 0;
    for (size_t i = 0; i <= bounds->count; i++) {
        below += cursor->counts[i];
        (void)snprintf(value, sizeof value, "%" PRId64, below);
        put_sample(cursor, "_bucket", i == bounds->count ? "+Inf" : sim_format_number(le, sizeof le, bounds->upper[i]),
                   value, time);
    }
    put_sample(cursor, "_count", NULL, value, time);
    put_sample(cursor, "_sum", NULL, export_seconds(value, cursor->sum), time);
}

/* Writes the window that begins at cursor->next, as the cursor stands. */
static void put_window(struct cursor *cursor)
{
    const struct record *record = cursor->writer->run->record;
    char time[EXPORT_ROOM], value[EXPORT_ROOM];
    const sim_ns end = cursor->next + record->window < record->until ? cursor->next + record->window : record->until;
    export_seconds(time, (sim_wide)cursor->writer->options->epoch * SIM_S + end);
    cursor->next = end;
    if (cursor->series->kind == SIM_METRIC_HISTOGRAM)
        put_buckets(cursor, time);
    else if (cursor->means)
        put_sample(cursor, "", NULL, export_mean(value, cursor->series, cursor->mean), time);
    else
        put_sample(cursor, cursor->series->kind == SIM_METRIC_COUNTER ? "_total" : "", NULL,
                   export_value(value, cursor->series, cursor->last), time);
    cursor->mean = (double)cursor->last;
}

static void take_point(void *context, const struct series_point *point)
{
    struct cursor *cursor = context;
    while (cursor->next < point->t && cursor->next < cursor->writer->run->record->until)
        put_window(cursor);
    if (cursor->series->kind == SIM_METRIC_GAUGE) {
        cursor->last = point->last;
        cursor->mean = point->mean;
    } else {
        cursor->last += point->count;
        cursor->sum += point->sum;
    }
    if (cursor->series->kind == SIM_METRIC_HISTOGRAM)
        openmetrics_bounds_count(&cursor->writer->options->bounds, point, cursor->counts);
    put_window(cursor);
}

static bool put_series(const struct writer *writer, const struct series *series, const char *name, const char *labels,
                       bool means)
{
    struct cursor cursor = {.writer = writer, .series = series, .name = name, .labels = labels, .means = means};
    if (!series_each(writer->run->store, series, take_point, &cursor))
        return false;
    while (cursor.next < writer->run->record->until)
        put_window(&cursor);
    return true;
}

/* ---- families ---- */

static void put_heading(FILE *out, const char *name, enum sim_metric_kind kind, const char *unit, const char *help)
{
    static const char *const kinds[] = {"counter", "gauge", "histogram"};
    (void)fprintf(out, "# TYPE %s %s\n", name, kinds[kind]);
    if (unit != NULL)
        (void)fprintf(out, "# UNIT %s %s\n", name, unit);
    (void)fprintf(out, "# HELP %s ", name);
    openmetrics_escape(out, help);
    (void)fputc('\n', out);
}

/* All series of the family that series `first` is the first of. */
static bool put_members(const struct writer *writer, size_t first, const char *name, bool means)
{
    const struct series_list *list = &writer->run->list;
    bool fine = true;
    for (size_t i = first; i < list->count && fine; i++) {
        if (strcmp(writer->names.families[i], writer->names.families[first]) != 0)
            continue;
        char *labels = openmetrics_labels(&list->items[i]);
        fine = put_series(writer, &list->items[i], name, labels, means);
        free(labels);
    }
    return fine;
}

/* The windows' means of a gauge are a family of their own: simex_in_use and simex_in_use_mean. */
static bool put_means(const struct writer *writer, size_t first, const char *help)
{
    const struct series *series = &writer->run->list.items[first];
    const char *family = writer->names.families[first];
    const char *unit = openmetrics_unit(series);
    const size_t stem = strlen(family) - (unit == NULL ? 0 : strlen(unit) + 1);
    char *name = NULL;
    char *text = NULL;
    sim_assert(asprintf(&name, "%.*s_mean%s", (int)stem, family, family + stem) > 0);
    sim_assert(asprintf(&text, "time-weighted mean over the window: %s", help) > 0);
    put_heading(writer->out, name, SIM_METRIC_GAUGE, unit, text);
    bool fine = put_members(writer, first, name, true);
    free(text);
    free(name);
    return fine;
}

static bool is_first(const struct openmetrics_names *names, size_t series)
{
    for (size_t i = 0; i < series; i++) {
        if (strcmp(names->families[i], names->families[series]) == 0)
            return false;
    }
    return true;
}

static bool put_family(const struct writer *writer, size_t first)
{
    const struct series *series = &writer->run->list.items[first];
    const char *name = writer->names.families[first];
    char *help = openmetrics_help(&writer->names, name);
    put_heading(writer->out, name, series->kind, openmetrics_unit(series), help);
    bool fine = put_members(writer, first, name, false);
    if (fine && series->kind == SIM_METRIC_GAUGE)
        fine = put_means(writer, first, help);
    free(help);
    return fine;
}

static bool put_alias(const struct writer *writer, const struct openmetrics_alias *alias, bool *begun)
{
    const struct series_list *list = &writer->run->list;
    bool fine = true;
    for (size_t i = 0; i < list->count && fine; i++) {
        const struct series *series = &list->items[i];
        char *labels = NULL;
        if (!openmetrics_alias_fits(&writer->names, i, alias))
            continue;
        if (!*begun)
            put_heading(writer->out, alias->name, series->kind, openmetrics_unit(series), alias->help);
        *begun = true;
        sim_assert(asprintf(&labels, "service=\"%s\"%s%s", series->node, alias->labels[0] == '\0' ? "" : ",",
                            alias->labels) > 0);
        fine = put_series(writer, series, alias->name, labels, false);
        free(labels);
    }
    return fine;
}

bool openmetrics_write(FILE *out, const struct export_run *run, const struct openmetrics_options *options)
{
    struct writer writer = {.out = out, .run = run, .options = options};
    bool fine = true;
    bool begun = false;
    openmetrics_names_init(&writer.names, run);
    for (size_t i = 0; i < run->list.count && fine; i++)
        fine = !is_first(&writer.names, i) || put_family(&writer, i);
    for (const struct openmetrics_alias *alias = openmetrics_aliases; alias->name != NULL && fine; alias++) {
        begun = begun && strcmp(alias->name, alias[-1].name) == 0;
        fine = put_alias(&writer, alias, &begun);
    }
    openmetrics_names_fini(&writer.names);
    if (fine)
        (void)fputs("# EOF\n", out);
    return fine;
}
