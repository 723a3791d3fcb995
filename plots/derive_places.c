/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Measures of caches, CPUs, pools and of whatever makes attempts. */
#include "plots/derive.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static double *read_place(struct derivation *derivation, uint32_t run, const struct series *place, const char *metric)
{
    return bins_read(derivation->plot, run, place->node, place->part, metric, &derivation->fine);
}

/* "redis", "sre-lab" (of its part cpu), "sre-lab.bulkhead". */
static void name_place(char *out, const struct series *place, char separator)
{
    if (place->part == NULL || strcmp(place->part, "cpu") == 0)
        (void)snprintf(out, LABEL_ROOM, "%.70s", place->node);
    else
        (void)snprintf(out, LABEL_ROOM, "%.70s%c%.70s", place->node, separator, place->part);
}

static struct measure *put_place(struct derivation *derivation, uint32_t run, const struct series *place,
                                 const char *suffix, const char *column_suffix, double *values)
{
    char name[LABEL_ROOM], column[2 * LABEL_ROOM], label[2 * LABEL_ROOM];
    name_place(name, place, '_');
    (void)snprintf(column, sizeof column, "%s_%s", name, column_suffix);
    name_place(name, place, '.');
    (void)snprintf(label, sizeof label, "%s%s", name, suffix);
    return derive_put(derivation, run, column, label, values);
}

void derive_hit_rate(struct derivation *derivation, uint32_t run, const struct series *place)
{
    double *hits = read_place(derivation, run, place, "hits");
    double *misses = read_place(derivation, run, place, "misses");
    double *all = misses == NULL ? NULL : bins_add(derivation->plot, misses, bins_copy(derivation->plot, hits), 1);
    (void)put_place(derivation, run, place, "", "hit_ratio", bins_ratio(derivation->plot, hits, all));
}

void derive_cpu(struct derivation *derivation, uint32_t run, const struct series *place)
{
    double *busy = read_place(derivation, run, place, "busy");
    double *cores = read_place(derivation, run, place, "cores");
    (void)put_place(derivation, run, place, "", "cpu_ratio", bins_ratio(derivation->plot, busy, cores));
}

void derive_pool(struct derivation *derivation, uint32_t run, const struct series *place)
{
    double *size = read_place(derivation, run, place, "size");
    double *waiting = read_place(derivation, run, place, "waiting");
    if (size == NULL || waiting == NULL) {
        free(size);
        free(waiting);
        return;
    }
    (void)put_place(derivation, run, place, "", "in_use_connections", read_place(derivation, run, place, "in_use"));
    struct measure *limit = put_place(derivation, run, place, " size", "size_connections", size);
    if (limit != NULL)
        limit->style = STYLE_LIMIT;
    struct measure *queue = put_place(derivation, run, place, "", "waiting_acquires", waiting);
    if (queue != NULL)
        queue->pane = 1;
}

void derive_attempts(struct derivation *derivation, uint32_t run, const struct series *place)
{
    const struct plot *plot = derivation->plot;
    double *attempts = read_place(derivation, run, place, "attempts");
    double *requests = read_place(derivation, run, place, "requests");
    if (requests == NULL)
        requests = read_place(derivation, run, place, "calls");
    (void)put_place(derivation, run, place, " attempts", "attempts_per_s", bins_rate(plot, run, attempts));
    struct measure *measure =
        put_place(derivation, run, place, " requests", "requests_per_s", bins_rate(plot, run, requests));
    if (measure != NULL)
        measure->style = STYLE_LIMIT;
}
