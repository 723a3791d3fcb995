/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The estimates beside the exact values, and why they differ. */
#include "reports/as_prometheus.h"
#include "reports/command.h"
#include "reports/show.h"
#include "reports/terminal.h"
#include "reports/texts.h"

#include "sim/units.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

/* ---- why ---- */

/* The bucket that holds a value: its index, bounds->count for above all. */
static size_t bucket_of(const struct openmetrics_bounds *bounds, double value)
{
    size_t at = 0;
    while (at < bounds->count && bounds->upper[at] < value)
        at++;
    return at;
}

/* "2.5..5 s", "above 10 s" */
static const char *show_bucket(char buffer[SHOWN_ROOM], const struct openmetrics_bounds *bounds, double value)
{
    const size_t at = bucket_of(bounds, value);
    char low[EXPORT_ROOM], high[EXPORT_ROOM];
    sim_format_number(low, sizeof low, at == 0 ? 0 : bounds->upper[at - 1]);
    if (at == bounds->count)
        (void)snprintf(buffer, SHOWN_ROOM, "above %s s", low);
    else
        (void)snprintf(buffer, SHOWN_ROOM, "%s..%s s", low, sim_format_number(high, sizeof high, bounds->upper[at]));
    return buffer;
}

static double apart(double a, double b)
{
    return b > 0 ? fabs(a - b) / b : 0;
}

/* The phase in which two of its values are furthest apart, relatively; NULL when none has both. */
static const struct as_prometheus_phase *furthest(const struct as_prometheus *as,
                                                  const struct as_prometheus_reading *reading, bool whole_from_exact)
{
    const struct as_prometheus_phase *found = NULL;
    double most = -1;
    for (uint32_t i = 0; i < as->record->phase_count; i++) {
        const struct as_prometheus_phase *phase = &reading->phases[i];
        if (!phase->exact.has_data || isnan(phase->whole) || isnan(phase->mean))
            continue;
        const double now =
            whole_from_exact ? apart(phase->whole, phase->exact.value) : apart(phase->mean, phase->whole);
        if (now > most) {
            most = now;
            found = phase;
        }
    }
    return found;
}

static void explain_buckets(FILE *out, const struct as_prometheus *as, const struct as_prometheus_phase *phase)
{
    char exact[SHOWN_ROOM], whole[SHOWN_ROOM], bucket[SHOWN_ROOM], highest[EXPORT_ROOM];
    const struct openmetrics_bounds *bounds = as->bounds;
    show_value(exact, "s", phase->exact.value);
    show_value(whole, "s", phase->whole);
    show_bucket(bucket, bounds, phase->exact.value);
    if (bucket_of(bounds, phase->exact.value) == bounds->count)
        (void)fprintf(out,
                      "In %s the exact value, %s, is above the highest bound: there Prometheus says no more than that "
                      "bound, %s s.",
                      phase->phase->name, exact,
                      sim_format_number(highest, sizeof highest, bounds->upper[bounds->count - 1]));
    else
        (void)fprintf(out,
                      "In %s the exact value, %s, lies in the bucket %s; Prometheus knows how many requests fell into "
                      "that bucket but not where in it, spreads them evenly, and comes to %s.",
                      phase->phase->name, exact, bucket, whole);
}

char *as_prometheus_why(const struct as_prometheus *as, const struct as_prometheus_reading *reading)
{
    char *text = NULL;
    size_t size = 0;
    char mean[SHOWN_ROOM];
    FILE *out = open_memstream(&text, &size);
    sim_assert(out != NULL);
    const struct as_prometheus_phase *phase = furthest(as, reading, true);
    if (phase == NULL) {
        (void)fputs("No phase has both an exact value and data for Prometheus.", out);
    } else {
        explain_buckets(out, as, phase);
        phase = furthest(as, reading, false);
        (void)fprintf(out,
                      " A dashboard draws a point every 15 s, each from the 60 s before it, so it lags behind a "
                      "change; and the mean of its %zu points in %s, %s, is a mean of percentiles, which is no "
                      "percentile of the phase.",
                      phase->data_count, phase->phase->name, show_value(mean, "s", phase->mean));
    }
    (void)fclose(out);
    return text;
}

/* ---- text ---- */

static void add_value(struct texts *texts, bool has_data, double value)
{
    char shown[SHOWN_ROOM];
    texts_add(texts, has_data && !isnan(value) ? show_value(shown, "s", value) : "no data");
}

/* Words of a text in lines of at most the terminal's width. */
static void print_wrapped(FILE *out, const char *text)
{
    const size_t width = terminal_width();
    size_t column = 0;
    while (*text != '\0') {
        size_t length = 0;
        while (text[length] != '\0' && text[length] != ' ')
            length++;
        if (column > 0 && column + 1 + length > width) {
            (void)fputc('\n', out);
            column = 0;
        }
        (void)fprintf(out, "%s%.*s", column > 0 ? " " : "", (int)length, text);
        column += length + (column > 0);
        text += length + (text[length] == ' ');
    }
    (void)fputc('\n', out);
}

static void print_reading(FILE *out, const struct as_prometheus *as, const struct as_prometheus_reading *reading)
{
    static const char *const heads[] = {"", "exact", "its bucket", "Prometheus", "mean", "max", "last"};
    enum { COLUMNS = SIM_COUNT_OF(heads) };
    enum align aligns[COLUMNS] = {ALIGN_LEFT};
    struct texts texts = {0};
    char shown[JSON_SHOWN_BYTES], bucket[SHOWN_ROOM];
    (void)fprintf(out, "\n%s\n%s\n\n", json_shown(shown, reading->item->title), reading->query);
    for (size_t c = 0; c < COLUMNS; c++) {
        aligns[c] = c == 0 ? ALIGN_LEFT : ALIGN_RIGHT;
        texts_add(&texts, heads[c]);
    }
    for (uint32_t i = 0; i < as->record->phase_count; i++) {
        const struct as_prometheus_phase *phase = &reading->phases[i];
        texts_add(&texts, phase->phase->name);
        add_value(&texts, phase->exact.has_data, phase->exact.value);
        texts_add(&texts, phase->exact.has_data ? show_bucket(bucket, as->bounds, phase->exact.value) : "");
        add_value(&texts, true, phase->whole);
        add_value(&texts, true, phase->mean);
        add_value(&texts, true, phase->max);
        add_value(&texts, true, phase->last);
    }
    terminal_table(out, (const char *const *)texts.items, texts.count / COLUMNS, COLUMNS, aligns, 0);
    texts_fini(&texts);
    char *why = as_prometheus_why(as, reading);
    (void)fputc('\n', out);
    print_wrapped(out, why);
    free(why);
}

static void print_text(FILE *out, const struct as_prometheus *as)
{
    const struct record *record = as->record;
    char shown[JSON_SHOWN_BYTES], bound[EXPORT_ROOM];
    (void)fprintf(out, "%s\n", json_shown(shown, record->title));
    (void)fprintf(out, "%s, seed %" PRIu64 ", run %s\n", json_shown(shown, record->scenario), record->seed, record->id);
    if (as->count == 0) {
        (void)fputs("\nThe panel has no percentile, so there is nothing that Prometheus would estimate.\n", out);
        return;
    }
    for (size_t i = 0; i < as->count; i++)
        print_reading(out, as, &as->readings[i]);
    (void)fputs("\nBuckets: up to", out);
    for (size_t i = 0; i < as->bounds->count; i++)
        (void)fprintf(out, " %s", sim_format_number(bound, sizeof bound, as->bounds->upper[i]));
    (void)fputs(" s, above.\n", out);
    print_wrapped(out, "Prometheus: the same estimate from the whole measured part of the phase at once. mean, max, "
                       "last: of the query above, every 15 s of it.");
}

/* ---- JSON ---- */

static void put_number(cJSON *object, const char *name, double value)
{
    if (isnan(value))
        (void)cJSON_AddNullToObject(object, name);
    else
        (void)cJSON_AddNumberToObject(object, name, value);
}

static cJSON *phase_tree(const struct as_prometheus_phase *phase)
{
    cJSON *tree = cJSON_CreateObject();
    const sim_ns from = phase->phase->from + phase->phase->settle;
    (void)cJSON_AddStringToObject(tree, "name", phase->phase->name);
    (void)cJSON_AddNumberToObject(tree, "measured_from_s", sim_ns_to_s(from));
    (void)cJSON_AddNumberToObject(tree, "to_s", sim_ns_to_s(phase->phase->to));
    put_number(tree, "exact", phase->exact.has_data ? phase->exact.value : (double)NAN);
    put_number(tree, "whole_phase", phase->whole);
    put_number(tree, "mean", phase->mean);
    put_number(tree, "max", phase->max);
    put_number(tree, "last", phase->last);
    cJSON *steps = cJSON_AddArrayToObject(tree, "steps");
    for (size_t i = 0; i < phase->step_count; i++) {
        cJSON *step = cJSON_CreateObject();
        (void)cJSON_AddNumberToObject(step, "t_s", sim_ns_to_s(from + AS_PROMETHEUS_STEP * (sim_ns)i));
        put_number(step, "value", phase->steps[i]);
        (void)cJSON_AddItemToArray(steps, step);
    }
    return tree;
}

static void print_json(FILE *out, const struct as_prometheus *as)
{
    cJSON *tree = cJSON_CreateObject();
    (void)cJSON_AddStringToObject(tree, "run", as->record->id);
    (void)cJSON_AddNumberToObject(tree, "range_s", sim_ns_to_s(AS_PROMETHEUS_RANGE));
    (void)cJSON_AddNumberToObject(tree, "step_s", sim_ns_to_s(AS_PROMETHEUS_STEP));
    (void)cJSON_AddItemToObject(tree, "buckets_s", cJSON_CreateDoubleArray(as->bounds->upper, (int)as->bounds->count));
    cJSON *readings = cJSON_AddArrayToObject(tree, "readings");
    for (size_t i = 0; i < as->count; i++) {
        const struct as_prometheus_reading *reading = &as->readings[i];
        cJSON *object = cJSON_CreateObject();
        (void)cJSON_AddStringToObject(object, "key", reading->item->key);
        (void)cJSON_AddStringToObject(object, "title", reading->item->title);
        (void)cJSON_AddStringToObject(object, "reading", reading->item->reading);
        (void)cJSON_AddStringToObject(object, "query", reading->query);
        cJSON *phases = cJSON_AddArrayToObject(object, "phases");
        for (uint32_t k = 0; k < as->record->phase_count; k++)
            (void)cJSON_AddItemToArray(phases, phase_tree(&reading->phases[k]));
        char *why = as_prometheus_why(as, reading);
        (void)cJSON_AddStringToObject(object, "why", why);
        free(why);
        (void)cJSON_AddItemToArray(readings, object);
    }
    show_json(out, tree);
}

int as_prometheus_show(const struct store *store, int64_t key, const struct record *record,
                       const struct openmetrics_bounds *bounds, enum output_format format)
{
    struct export_run run;
    struct as_prometheus as = {.count = 0};
    int code = EXIT_IO;
    if (export_run_init(&run, store, key, record) && as_prometheus_init(&as, &run, bounds)) {
        code = EXIT_FINE;
        if (format == FORMAT_JSON)
            print_json(stdout, &as);
        else
            print_text(stdout, &as);
    }
    as_prometheus_fini(&as);
    export_run_fini(&run);
    return code;
}
