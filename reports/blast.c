/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "reports/blast.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const double share = 0.10;

static void add(struct blast *blast, struct blast_node *node, const struct cell *cell, const char *part,
                const char *metric)
{
    char text[2 * SCENARIO_NAME_MAX + 40];
    struct sim_reading reading;
    struct sim_error error;
    (void)snprintf(text, sizeof text, "%s.%s%s%s", node->name, part == NULL ? "" : part, part == NULL ? "" : ".",
                   metric);
    if (node->count == BLAST_READINGS_MAX || !sim_reading_find(cell->sim, text, &reading, &error))
        return;
    struct blast_reading *added = &node->readings[node->count++];
    added->text = sim_xstrdup(text);
    added->unit = reading.unit;
    probe_init(&added->probe, added->text, false, blast->phase, blast->steady, blast->seeds);
}

static bool has_utilisation(const struct sim_metric *metrics)
{
    for (; metrics != NULL && metrics->name != NULL; metrics++) {
        if (strcmp(metrics->name, "utilisation") == 0)
            return true;
    }
    return false;
}

void blast_init(struct blast *blast, const struct cell *cell, uint32_t phase, uint32_t steady, size_t seeds)
{
    const struct sim *sim = cell->sim;
    *blast = (struct blast){.phase = phase, .steady = steady, .seeds = seeds};
    blast->nodes = sim_xcalloc((size_t)sim->node_count + 1, sizeof *blast->nodes);
    for (uint32_t i = 0; i < sim->node_count; i++) {
        const struct sim_node *from = sim->nodes[i];
        if (from->type->accepts == 0)
            continue;
        struct blast_node *node = &blast->nodes[blast->count++];
        node->name = from->name;
        add(blast, node, cell, NULL, "error_rate");
        add(blast, node, cell, NULL, "latency.p95");
        add(blast, node, cell, NULL, "in_flight");
        if (has_utilisation(from->type->metrics))
            add(blast, node, cell, NULL, "utilisation");
        for (const struct sim_part *part = from->type->parts; part != NULL && part->name != NULL; part++) {
            if (has_utilisation(part->type->metrics))
                add(blast, node, cell, part->name, "utilisation");
        }
    }
}

void blast_fini(struct blast *blast)
{
    for (size_t i = 0; i < blast->count; i++) {
        for (size_t k = 0; k < blast->nodes[i].count; k++) {
            probe_fini(&blast->nodes[i].readings[k].probe);
            free(blast->nodes[i].readings[k].text);
        }
    }
    free(blast->nodes);
    *blast = (struct blast){0};
}

void blast_take(struct blast *blast, const struct cell *cell, size_t seed)
{
    for (size_t i = 0; i < blast->count; i++) {
        for (size_t k = 0; k < blast->nodes[i].count; k++)
            probe_take(&blast->nodes[i].readings[k].probe, cell, seed);
    }
}

bool blast_left(const struct blast *blast, const struct blast_reading *reading, struct probe_result *result)
{
    *result = probe_result(&reading->probe, blast->seeds, share);
    return result->count > 0 && result->has_steady && (result->value < result->low || result->value > result->high);
}

bool blast_reached(const struct blast *blast, const struct blast_node *node)
{
    struct probe_result result;
    for (size_t i = 0; i < node->count; i++) {
        if (blast_left(blast, &node->readings[i], &result))
            return true;
    }
    return false;
}
