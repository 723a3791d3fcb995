/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A run for programs. Seconds and ratios in base units; seeds are texts, since JSON's numbers are doubles; a reading
 * without data is null. */
#include "reports/show.h"

#include <inttypes.h>
#include <math.h>

static void put_value(cJSON *object, struct sim_reading_value value)
{
    if (value.has_data)
        (void)cJSON_AddNumberToObject(object, "value", value.value);
    else
        (void)cJSON_AddNullToObject(object, "value");
}

static cJSON *phase_tree(const struct record *record, uint32_t index)
{
    const struct record_phase *phase = &record->phases[index];
    cJSON *tree = cJSON_CreateObject();
    (void)cJSON_AddStringToObject(tree, "name", phase->name);
    (void)cJSON_AddNumberToObject(tree, "from_s", sim_ns_to_s(phase->from));
    (void)cJSON_AddNumberToObject(tree, "to_s", sim_ns_to_s(phase->to));
    (void)cJSON_AddNumberToObject(tree, "measured_from_s", sim_ns_to_s(phase->from + phase->settle));
    cJSON *panel = cJSON_AddArrayToObject(tree, "panel");
    for (uint32_t k = 0; k < record->item_count; k++) {
        const struct record_item *item = &record->items[k];
        struct sim_reading_value value = record->values[(size_t)index * record->item_count + k];
        cJSON *reading = cJSON_CreateObject();
        (void)cJSON_AddStringToObject(reading, "key", item->key);
        (void)cJSON_AddStringToObject(reading, "title", item->title);
        (void)cJSON_AddStringToObject(reading, "reading", item->reading);
        (void)cJSON_AddStringToObject(reading, "unit", item->unit);
        put_value(reading, value);
        (void)cJSON_AddNumberToObject(reading, "samples", (double)value.samples);
        (void)cJSON_AddItemToArray(panel, reading);
    }
    return tree;
}

static void put_seconds(cJSON *object, const char *key, sim_ns time)
{
    (void)cJSON_AddNumberToObject(object, key, sim_ns_to_s(time));
}

/* What only never, always and within have. */
static void put_windows(cJSON *tree, const struct record_verdict *verdict)
{
    const struct expect_windows *windows = &verdict->windows;
    if (verdict->form == EXPECT_DURING)
        return;
    if (verdict->form == EXPECT_WITHIN) {
        (void)cJSON_AddStringToObject(tree, "of", verdict->instant);
        put_seconds(tree, "of_s", verdict->at);
        put_seconds(tree, "within_s", verdict->within);
        if (verdict->value.has_data)
            (void)cJSON_AddNumberToObject(tree, "took_s", verdict->value.value);
        else
            (void)cJSON_AddNullToObject(tree, "took_s");
    }
    cJSON *object = cJSON_AddObjectToObject(tree, "windows");
    put_seconds(object, "from_s", windows->from);
    put_seconds(object, "to_s", windows->to);
    put_seconds(object, "length_s", windows->step);
    (void)cJSON_AddNumberToObject(object, "count", (double)windows->count);
    (void)cJSON_AddNumberToObject(object, "bad", (double)windows->bad);
    (void)cJSON_AddNumberToObject(object, "empty", (double)windows->empty);
    if (windows->bad + windows->empty > 0)
        put_seconds(object, "first_bad_s", windows->first_bad);
    if (windows->has_worst) {
        (void)cJSON_AddNumberToObject(object, "worst", windows->worst);
        put_seconds(object, "worst_s", windows->worst_at);
    }
}

cJSON *show_verdict_tree(const struct record *record, const struct record_verdict *verdict)
{
    char name[3 * WANT_ROOM];
    cJSON *tree = cJSON_CreateObject();
    (void)cJSON_AddStringToObject(tree, "name", show_expectation(name, record, verdict));
    if (verdict->form != EXPECT_DURING)
        (void)cJSON_AddStringToObject(tree, "form", expect_form_name(verdict->form));
    if (verdict->phase != SCENARIO_NO_PHASE)
        (void)cJSON_AddStringToObject(tree, "phase", record->phases[verdict->phase].name);
    (void)cJSON_AddStringToObject(
        tree, "key", verdict->state == NULL ? record->items[verdict->item].key : record->items[verdict->item].title);
    cJSON *bounds = cJSON_AddObjectToObject(tree, "want");
    if (verdict->state != NULL)
        (void)cJSON_AddStringToObject(bounds, "state", verdict->state);
    else if (!isinf(verdict->min))
        (void)cJSON_AddNumberToObject(bounds, "min", verdict->min);
    if (!isinf(verdict->max))
        (void)cJSON_AddNumberToObject(bounds, "max", verdict->max);
    put_value(tree, verdict->value);
    put_windows(tree, verdict);
    (void)cJSON_AddStringToObject(tree, "result", verdict_name(verdict->result));
    return tree;
}

void show_run_json(FILE *out, const struct record *record)
{
    char text[32];
    cJSON *tree = cJSON_CreateObject();
    (void)cJSON_AddStringToObject(tree, "run", record->id);
    (void)cJSON_AddStringToObject(tree, "scenario", record->scenario);
    (void)cJSON_AddStringToObject(tree, "title", record->title);
    (void)snprintf(text, sizeof text, "%" PRIu64, record->seed);
    (void)cJSON_AddStringToObject(tree, "seed", text);
    (void)cJSON_AddStringToObject(tree, "version", record->version);
    (void)snprintf(text, sizeof text, "%016" PRIx64, record->fingerprint);
    (void)cJSON_AddStringToObject(tree, "fingerprint", text);
    (void)cJSON_AddNumberToObject(tree, "events", (double)record->events);
    (void)cJSON_AddNumberToObject(tree, "simulated_s", sim_ns_to_s(record->until));
    cJSON *responses = record->responses == NULL ? NULL : cJSON_Parse(record->responses);
    while (responses != NULL && responses->child != NULL) {
        cJSON *member = cJSON_DetachItemViaPointer(responses, responses->child);
        (void)cJSON_AddItemToObject(tree, member->string, member);
    }
    cJSON_Delete(responses);
    cJSON *phases = cJSON_AddArrayToObject(tree, "phases");
    for (uint32_t i = 0; i < record->phase_count; i++)
        (void)cJSON_AddItemToArray(phases, phase_tree(record, i));
    cJSON *verdicts = cJSON_AddArrayToObject(tree, "verdicts");
    for (uint32_t i = 0; i < record->verdict_count; i++)
        (void)cJSON_AddItemToArray(verdicts, show_verdict_tree(record, &record->verdicts[i]));
    show_json(out, tree);
}
