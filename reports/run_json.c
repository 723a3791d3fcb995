/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A run for programs. Seconds and ratios in base units; seeds are texts, since JSON's numbers are doubles; a reading
 * without data is null. */
#include "reports/show.h"
#include "simex_build.h"

#include <inttypes.h>
#include <math.h>

static void put_value(cJSON *object, struct sim_reading_value value)
{
    if (value.has_data)
        (void)cJSON_AddNumberToObject(object, "value", value.value);
    else
        (void)cJSON_AddNullToObject(object, "value");
}

static cJSON *phase_tree(const struct cell *cell, uint32_t index)
{
    const struct phase *phase = &cell->phases[index];
    cJSON *tree = cJSON_CreateObject();
    (void)cJSON_AddStringToObject(tree, "name", phase->name);
    (void)cJSON_AddNumberToObject(tree, "from_s", sim_ns_to_s(phase->from));
    (void)cJSON_AddNumberToObject(tree, "to_s", sim_ns_to_s(phase->to));
    (void)cJSON_AddNumberToObject(tree, "measured_from_s", sim_ns_to_s(phase->from + phase->settle));
    cJSON *panel = cJSON_AddArrayToObject(tree, "panel");
    for (uint32_t k = 0; k < cell->panel_count; k++) {
        const struct panel_item *item = &cell->panel[k];
        struct sim_reading_value value = cell_value(cell, index, k);
        cJSON *reading = cJSON_CreateObject();
        (void)cJSON_AddStringToObject(reading, "key", item->key);
        (void)cJSON_AddStringToObject(reading, "title", item->title);
        (void)cJSON_AddStringToObject(reading, "reading", item->text);
        (void)cJSON_AddStringToObject(reading, "unit", item->reading.unit);
        put_value(reading, value);
        (void)cJSON_AddNumberToObject(reading, "samples", (double)value.samples);
        (void)cJSON_AddItemToArray(panel, reading);
    }
    return tree;
}

static cJSON *verdict_tree(const struct cell *cell, const struct expectation *expectation)
{
    const struct panel_item *item = &cell->panel[expectation->item];
    const char *phase = cell->phases[expectation->phase].name;
    struct sim_reading_value value;
    enum verdict verdict = cell_verdict(cell, expectation, &value);
    char name[400], want[3 * SHOWN_ROOM];
    show_want(want, item->reading.unit, expectation);
    (void)snprintf(name, sizeof name, "%s %s during %s", item->key, want, phase);
    cJSON *tree = cJSON_CreateObject();
    (void)cJSON_AddStringToObject(tree, "name", expectation->name != NULL ? expectation->name : name);
    (void)cJSON_AddStringToObject(tree, "phase", phase);
    (void)cJSON_AddStringToObject(tree, "key", item->key);
    cJSON *bounds = cJSON_AddObjectToObject(tree, "want");
    if (!isinf(expectation->min))
        (void)cJSON_AddNumberToObject(bounds, "min", expectation->min);
    if (!isinf(expectation->max))
        (void)cJSON_AddNumberToObject(bounds, "max", expectation->max);
    put_value(tree, value);
    (void)cJSON_AddStringToObject(tree, "result", verdict_name(verdict));
    return tree;
}

void show_run_json(FILE *out, const struct cell *cell)
{
    char text[32];
    cJSON *tree = cJSON_CreateObject();
    (void)cJSON_AddStringToObject(tree, "run", cell->id);
    (void)cJSON_AddStringToObject(tree, "scenario", cell->scenario->name);
    (void)cJSON_AddStringToObject(tree, "title", cell->scenario->title);
    (void)snprintf(text, sizeof text, "%" PRIu64, cell->seed);
    (void)cJSON_AddStringToObject(tree, "seed", text);
    (void)cJSON_AddStringToObject(tree, "version", SIMEX_VERSION);
    (void)snprintf(text, sizeof text, "%016" PRIx64, sim_fingerprint(cell->sim));
    (void)cJSON_AddStringToObject(tree, "fingerprint", text);
    (void)cJSON_AddNumberToObject(tree, "events", (double)cell->sim->events);
    (void)cJSON_AddNumberToObject(tree, "simulated_s", sim_ns_to_s(cell->until));
    cJSON *phases = cJSON_AddArrayToObject(tree, "phases");
    for (uint32_t i = 0; i < cell->phase_count; i++)
        (void)cJSON_AddItemToArray(phases, phase_tree(cell, i));
    cJSON *verdicts = cJSON_AddArrayToObject(tree, "verdicts");
    for (uint32_t i = 0; i < cell->expectation_count; i++)
        (void)cJSON_AddItemToArray(verdicts, verdict_tree(cell, &cell->expectations[i]));
    show_json(out, tree);
}
