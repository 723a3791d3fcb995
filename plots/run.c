/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Runs to draw: read from the store, with the node that stands for the whole service. That front node is the one whose
 * latency the panel shows; without such a reading, the node that the clients call; without clients, the node that ended
 * most calls. */
#include "plots/plot.h"

#include <stdlib.h>
#include <string.h>

static const char *find_node(const struct series_list *list, const char *name, size_t length)
{
    for (size_t i = 0; i < list->count; i++) {
        if (strlen(list->items[i].node) == length && strncmp(list->items[i].node, name, length) == 0)
            return list->items[i].node;
    }
    return NULL;
}

static const char *of_panel(const struct plot_run *run)
{
    static const char metric[] = ".latency";
    for (uint32_t i = 0; i < run->record->item_count; i++) {
        const char *reading = run->record->items[i].reading;
        const size_t node = strcspn(reading, ".");
        const size_t end = node + strcspn(reading + node + (reading[node] == '.'), ".") + 1;
        if (end - node == strlen(metric) && strncmp(reading + node, metric, strlen(metric)) == 0)
            return find_node(&run->series, reading, node);
    }
    return NULL;
}

static const char *of_clients(const struct plot_run *run)
{
    const char *found = NULL;
    cJSON *source = cJSON_Parse(run->record->source);
    const cJSON *node = NULL;
    cJSON_ArrayForEach(node, cJSON_GetObjectItemCaseSensitive(source, "nodes"))
    {
        const char *type = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(node, "type"));
        const char *to = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(node, "to"));
        if (found == NULL && type != NULL && to != NULL && strcmp(type, "clients") == 0)
            found = find_node(&run->series, to, strlen(to));
    }
    cJSON_Delete(source);
    return found;
}

static void add_up(void *context, const struct series_point *point)
{
    int64_t *sum = context;
    *sum += point->count;
}

static bool of_most_calls(const struct store *store, struct plot_run *run)
{
    int64_t most = 0;
    for (size_t i = 0; i < run->series.count; i++) {
        const struct series *series = &run->series.items[i];
        int64_t sum = 0;
        if (series->part != NULL || series->reason != NULL || strcmp(series->metric, "ended") != 0)
            continue;
        if (!series_each(store, series, add_up, &sum))
            return false;
        if (sum <= most)
            continue;
        most = sum;
        run->front = series->node;
    }
    return true;
}

bool plot_add_run(struct plot *plot, int64_t key)
{
    sim_assert(plot->run_count < PLOT_RUNS_MAX);
    struct plot_run *run = &plot->runs[plot->run_count];
    *run = (struct plot_run){.record = store_get(plot->store, key)};
    if (run->record == NULL)
        return false;
    plot->run_count++;
    if (!series_list_read(plot->store, key, &run->series))
        return false;
    run->front = of_panel(run);
    if (run->front == NULL)
        run->front = of_clients(run);
    if (run->front == NULL && !of_most_calls(plot->store, run))
        return false;
    plot->until = run->record->until > plot->until ? run->record->until : plot->until;
    return true;
}

void plot_fini(struct plot *plot)
{
    for (uint32_t r = 0; r < plot->run_count; r++) {
        record_destroy(plot->runs[r].record);
        series_list_fini(&plot->runs[r].series);
        free(plot->runs[r].label);
    }
}

/* ---- bins ---- */

/* The length that all windows divide, or as good as endless. */
static sim_ns common_window(const struct plot *plot)
{
    sim_ns common = 1;
    for (uint32_t r = 0; r < plot->run_count; r++) {
        const sim_ns window = plot->runs[r].record->window;
        sim_ns a = common;
        sim_ns b = window;
        while (b != 0) {
            const sim_ns rest = a % b;
            a = b;
            b = rest;
        }
        if (__builtin_mul_overflow(common / a, window, &common))
            return SIM_NS_MAX;
    }
    return common < SIM_NS_MAX ? common : SIM_NS_MAX;
}

sim_ns plot_default_bin(const struct plot *plot)
{
    static const sim_ns longer[] = {20, 30, 60, 120, 300, 600, 1200, 1800, 3600};
    const sim_ns most = 600;
    const sim_ns least = 10;
    const sim_ns window = common_window(plot);
    sim_ns bin = 10 * SIM_S;
    while (plot->until / bin < least && bin / 10 >= window)
        bin /= 10;
    for (size_t i = 0; i < SIM_COUNT_OF(longer) && plot->until / bin > most; i++)
        bin = longer[i] * SIM_S;
    return (bin + window - 1) / window * window;
}
