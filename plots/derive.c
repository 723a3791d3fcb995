/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which charts a world has. Nothing here knows a scenario: places (a node, or a part of one) are recognised by the
 * metrics they have, so a new model that counts hits and misses has its hit rate drawn.
 *
 *   latency, errors, throughput   of the front node (front.c)
 *   hit_rate                      of every place with `hits` and `misses`
 *   cpu                           of every place with `busy` and `cores`
 *   pool                          of every place with `in_use`, `size` and `waiting`
 *   attempts                      of every place with `attempts` */
#include "plots/derive.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct measure *derive_put(struct derivation *derivation, uint32_t run, const char *column, const char *label,
                           double *values)
{
    struct measure *measure = values == NULL ? NULL : chart_measure(derivation->chart, derivation->plot, column, label);
    if (measure == NULL)
        free(values);
    else
        measure->values[run] = values;
    return measure;
}

static const struct {
    const char *name, *title; /* %s: the front node */
    const char *titles[PANES_MAX], *axes[PANES_MAX];
    enum chart_unit unit;
    uint32_t measures_a_place;
    const char *metric; /* that a place is recognised by; NULL: of the front node */
    void (*whole)(struct derivation *derivation);
    void (*of_run)(struct derivation *derivation, uint32_t run);
    void (*of_place)(struct derivation *derivation, uint32_t run, const struct series *place);
} table[] = {
    {"latency", "Latency of %s", {NULL}, {"latency"}, UNIT_SECONDS, 0, NULL, NULL, derive_latency, NULL},
    {"errors", "Errors of %s", {NULL}, {"% of ended calls"}, UNIT_SMALL_SHARE, 0, NULL, derive_errors, NULL, NULL},
    {"hit_rate", "Cache hit rate", {NULL}, {"% of look-ups"}, UNIT_SHARE, 1, "hits", NULL, NULL, derive_hit_rate},
    {"cpu", "CPU utilisation", {NULL}, {"% of the cores"}, UNIT_SHARE, 1, "busy", NULL, NULL, derive_cpu},
    {"pool",
     "Pool",
     {"Connections in use", "Waiting for a connection"},
     {"connections", "acquires"},
     UNIT_COUNT,
     3,
     "in_use",
     NULL,
     NULL,
     derive_pool},
    {"attempts",
     "Attempts and requests",
     {NULL},
     {"per second"},
     UNIT_RATE,
     2,
     "attempts",
     NULL,
     NULL,
     derive_attempts},
    {"throughput", "Throughput of %s", {NULL}, {"calls per second"}, UNIT_RATE, 0, NULL, NULL, derive_throughput, NULL},
};

static void derive_places(struct derivation *derivation, size_t row, uint32_t run)
{
    const struct series_list *list = &derivation->plot->runs[run].series;
    for (size_t i = 0; i < list->count; i++) {
        if (list->items[i].reason == NULL && strcmp(list->items[i].metric, table[row].metric) == 0)
            table[row].of_place(derivation, run, &list->items[i]);
    }
}

static char *make_title(const struct plot *plot, const char *format)
{
    char *title = NULL;
    const char *front = plot->runs[0].front;
    for (uint32_t r = 0; front != NULL && r < plot->run_count; r++) {
        if (plot->runs[r].front == NULL || strcmp(plot->runs[r].front, front) != 0)
            front = NULL;
    }
    const size_t length = strlen(format) + (front == NULL ? 32 : strlen(front));
    title = sim_xmalloc(length);
    const char *where = strstr(format, "%s");
    if (where == NULL)
        (void)snprintf(title, length, "%s", format);
    else
        (void)snprintf(title, length, "%.*s%s", (int)(where - format), format, front == NULL ? "the front" : front);
    return title;
}

/* Drops what has no data at all, and says so. */
static void drop_empty(struct chart *chart, const struct plot *plot)
{
    const uint32_t count = chart->count;
    bool keep[MEASURES_MAX];
    uint32_t full = 0;
    for (uint32_t m = 0; m < count; m++) {
        keep[m] = measure_has_data(&chart->measures[m], plot);
        full += keep[m];
    }
    if (count > 0 && full == 0)
        (void)fprintf(stderr, "simex: no chart %s: there is no data\n", chart->name);
    chart->count = 0;
    for (uint32_t m = 0; m < count; m++) {
        struct measure *measure = &chart->measures[m];
        if (keep[m]) {
            chart->measures[chart->count++] = *measure;
            continue;
        }
        if (full > 0)
            (void)fprintf(stderr, "simex: chart %s: no data of %s\n", chart->name, measure->label);
        measure_fini(measure, plot);
    }
    if (chart->left_out)
        (void)fprintf(stderr, "simex: chart %s: only the first %d are drawn\n", chart->name, PLACES_MAX);
}

bool charts_derive(struct charts *charts, const struct plot *plot)
{
    struct derivation derivation = {.plot = plot, .fine = true};
    charts->items = sim_xcalloc(SIM_COUNT_OF(table), sizeof *charts->items);
    charts->count = 0;
    for (size_t i = 0; i < SIM_COUNT_OF(table) && derivation.fine; i++) {
        struct chart *chart = &charts->items[charts->count];
        *chart = (struct chart){.name = table[i].name, .unit = table[i].unit};
        chart->room = table[i].measures_a_place == 0 ? MEASURES_MAX : table[i].measures_a_place * PLACES_MAX;
        memcpy(chart->titles, table[i].titles, sizeof chart->titles);
        memcpy(chart->axes, table[i].axes, sizeof chart->axes);
        derivation.chart = chart;
        if (table[i].whole != NULL)
            table[i].whole(&derivation);
        for (uint32_t r = 0; r < plot->run_count; r++) {
            if (table[i].of_run != NULL)
                table[i].of_run(&derivation, r);
            if (table[i].of_place != NULL)
                derive_places(&derivation, i, r);
        }
        drop_empty(chart, plot);
        if (chart->count == 0)
            continue;
        chart->title = make_title(plot, table[i].title);
        charts->count++;
    }
    return derivation.fine;
}
