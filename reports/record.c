/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "reports/record.h"

#include "reports/responses_json.h"

#include "simex_build.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *keep(struct record *record, const char *text)
{
    return sim_arena_strdup(&record->arena, text == NULL ? "" : text);
}

static void *make(struct record *record, size_t count, size_t bytes)
{
    return sim_arena_alloc(&record->arena, (count + 1) * bytes);
}

static const char *keep_json(struct record *record, cJSON *tree)
{
    char *text = cJSON_PrintUnformatted(tree);
    sim_assert(text != NULL);
    const char *kept = keep(record, text);
    free(text);
    return kept;
}

static const char *overrides_text(struct record *record, const struct override *overrides, size_t count)
{
    cJSON *list = cJSON_CreateArray();
    for (size_t i = 0; i < count; i++) {
        const char *pair[] = {overrides[i].path, overrides[i].value};
        (void)cJSON_AddItemToArray(list, cJSON_CreateStringArray(pair, 2));
    }
    const char *text = keep_json(record, list);
    cJSON_Delete(list);
    return text;
}

static void add_phases(struct record *record, const struct cell *cell)
{
    record->phase_count = cell->phase_count;
    record->phases = make(record, cell->phase_count, sizeof *record->phases);
    for (uint32_t i = 0; i < cell->phase_count; i++) {
        const struct phase *phase = &cell->phases[i];
        struct cell_unfinished unfinished = cell_unfinished(cell, i);
        record->phases[i] = (struct record_phase){.name = keep(record, phase->name),
                                                  .from = phase->from,
                                                  .to = phase->to,
                                                  .settle = phase->settle,
                                                  .open = unfinished.open,
                                                  .ended = unfinished.ended};
    }
}

static void add_panel(struct record *record, const struct cell *cell)
{
    record->item_count = cell->panel_count;
    record->bin_count = cell->bin_count;
    record->hidden_count = cell->hidden_count;
    record->items = make(record, (size_t)cell->panel_count + cell->hidden_count, sizeof *record->items);
    record->values = make(record, (size_t)cell->phase_count * cell->panel_count, sizeof *record->values);
    record->bins = make(record, (size_t)cell->bin_count * cell->panel_count, sizeof *record->bins);
    for (uint32_t k = 0; k < cell->panel_count + cell->hidden_count; k++) {
        const struct panel_item *item = &cell->panel[k];
        record->items[k] = (struct record_item){keep(record, item->key), keep(record, item->title),
                                                keep(record, item->text), keep(record, item->reading.unit)};
    }
    for (uint32_t k = 0; k < cell->panel_count; k++) {
        for (uint32_t i = 0; i < cell->phase_count; i++)
            record->values[(size_t)i * cell->panel_count + k] = cell_value(cell, i, k);
        for (uint32_t i = 0; i < cell->bin_count; i++)
            record->bins[(size_t)k * cell->bin_count + i] = cell_bin_value(cell, i, k);
    }
}

static void add_verdicts(struct record *record, const struct cell *cell)
{
    record->verdict_count = cell->expectation_count;
    record->verdicts = make(record, cell->expectation_count, sizeof *record->verdicts);
    for (uint32_t i = 0; i < cell->expectation_count; i++) {
        const struct expectation *expectation = &cell->expectations[i];
        struct record_verdict *verdict = &record->verdicts[i];
        *verdict = (struct record_verdict){.name = expectation->name == NULL ? NULL : keep(record, expectation->name),
                                           .form = expectation->form,
                                           .phase = expectation->phase,
                                           .item = expectation->item,
                                           .min = expectation->min,
                                           .max = expectation->max,
                                           .above_min = expectation->above_min,
                                           .below_max = expectation->below_max,
                                           .at = expectation->at,
                                           .within = expectation->within,
                                           .windows = expectation->windows};
        verdict->state = expectation->state == NULL ? NULL : keep(record, expectation->state);
        verdict->instant = expectation->instant == NULL ? NULL : keep(record, expectation->instant);
        verdict->result = cell_verdict(cell, expectation, &verdict->value);
    }
}

static const char *describe_fault(struct record *record, const struct fault *fault)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    sim_assert(out != NULL);
    const char *place = fault->node != NULL ? fault->node->name : fault->link->name;
    const char *links = fault->node != NULL ? "" : "links.";
    if (fault->action != NULL)
        (void)fprintf(out, "%s%s: %s", links, place, fault->action->name);
    for (uint32_t i = 0; i < fault->set_count; i++) {
        char *value = sim_param_text(fault->sets[i].target.param, &fault->sets[i].value);
        (void)fprintf(out, "%s%s%s.%s = %s", i > 0 ? ", " : "", links, place, fault->sets[i].path, value);
        free(value);
    }
    (void)fclose(out);
    const char *kept = keep(record, text);
    free(text);
    return kept;
}

static void add_faults(struct record *record, const struct cell *cell)
{
    record->fault_count = cell->fault_count;
    record->faults = make(record, cell->fault_count, sizeof *record->faults);
    for (uint32_t i = 0; i < cell->fault_count; i++) {
        const struct fault *fault = &cell->faults[i];
        record->faults[i] =
            (struct record_fault){keep(record, fault->name), describe_fault(record, fault), fault->at, fault->until};
    }
}

static void add_responses(struct record *record, const struct cell *cell)
{
    if (cell->responses == NULL)
        return;
    cJSON *tree = responses_tree(cell->responses);
    record->responses = keep_json(record, tree);
    cJSON_Delete(tree);
}

struct record *record_of_cell(const struct cell *cell, const struct override *overrides, size_t override_count)
{
    struct record *record = sim_xcalloc(1, sizeof *record);
    sim_arena_init(&record->arena);
    record->id = keep(record, cell->id);
    record->scenario = keep(record, cell->scenario->name);
    record->title = keep(record, cell->scenario->title);
    record->version = keep(record, SIMEX_VERSION);
    record->model = keep(record, SIMEX_MODEL_ID);
    record->source = keep_json(record, cell->scenario->tree);
    record->overrides = overrides_text(record, overrides, override_count);
    record->canonical = keep(record, cell->canonical);
    record->seed = cell->seed;
    record->fingerprint = sim_fingerprint(cell->sim);
    record->events = cell->sim->events;
    record->until = cell->until;
    record->window = cell->window;
    add_phases(record, cell);
    add_panel(record, cell);
    add_verdicts(record, cell);
    add_faults(record, cell);
    add_responses(record, cell);
    return record;
}

void record_destroy(struct record *record)
{
    if (record == NULL)
        return;
    sim_arena_fini(&record->arena);
    free(record);
}

struct sim_reading_value record_reading(const struct record *record, const char *phase, const char *key)
{
    for (uint32_t i = 0; i < record->phase_count; i++) {
        if (strcmp(record->phases[i].name, phase) != 0)
            continue;
        for (uint32_t k = 0; k < record->item_count; k++) {
            if (strcmp(record->items[k].key, key) == 0)
                return record->values[(size_t)i * record->item_count + k];
        }
    }
    return (struct sim_reading_value){.has_data = false};
}

bool record_holds(const struct record *record)
{
    for (uint32_t i = 0; i < record->verdict_count; i++) {
        if (record->verdicts[i].result != VERDICT_HOLDS)
            return false;
    }
    return true;
}
