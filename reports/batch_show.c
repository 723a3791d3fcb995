/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A batch for people and for programs: each reading over the seeds, and on which share of them each verdict holds. */
#include "reports/batch.h"
#include "reports/show.h"
#include "reports/terminal.h"
#include "reports/texts.h"

#include <inttypes.h>
#include <stdio.h>

/* The records of one scenario. */
struct slice {
    struct record *const *records;
    size_t count, ended;
    const struct record *first; /* of those that ended; NULL: none did */
};

static struct slice slice_of(const struct batch *batch, size_t scenario)
{
    const size_t count = batch->record_count / batch->scenario_count;
    struct slice slice = {.records = batch->records + scenario * count, .count = count};
    for (size_t i = 0; i < count; i++) {
        slice.ended += slice.records[i] != NULL;
        if (slice.first == NULL)
            slice.first = slice.records[i];
    }
    return slice;
}

static size_t count_holding(const struct slice *slice, uint32_t verdict)
{
    size_t holds = 0;
    for (size_t i = 0; i < slice->count; i++)
        holds += slice->records[i] != NULL && slice->records[i]->verdicts[verdict].result == VERDICT_HOLDS;
    return holds;
}

/* ---- text ---- */

static void print_readings(FILE *out, const struct slice *slice)
{
    enum { COLUMNS = 6 };
    static const enum align aligns[COLUMNS] = {ALIGN_LEFT,  ALIGN_LEFT,  ALIGN_RIGHT,
                                               ALIGN_RIGHT, ALIGN_RIGHT, ALIGN_RIGHT};
    static const char *const heads[COLUMNS] = {"", "", "mean", "sd", "95 % from", "to"};
    const struct record *first = slice->first;
    struct texts texts = {0};
    char shown[JSON_SHOWN_BYTES], value[SHOWN_ROOM];
    for (size_t c = 0; c < COLUMNS; c++)
        texts_add(&texts, heads[c]);
    for (uint32_t phase = 0; phase < first->phase_count; phase++) {
        for (uint32_t item = 0; item < first->item_count; item++) {
            struct batch_reading reading = batch_summarise(slice->records, slice->count, phase, item);
            const double figures[] = {reading.mean, reading.sd, reading.low, reading.high};
            texts_add(&texts, first->phases[phase].name);
            texts_add(&texts, json_shown(shown, first->items[item].title));
            for (size_t i = 0; i < SIM_COUNT_OF(figures); i++)
                texts_add(&texts, reading.count == 0 ? i == 0 ? "no data" : ""
                                                     : show_value(value, first->items[item].unit, figures[i]));
        }
    }
    terminal_table(out, (const char *const *)texts.items, texts.count / COLUMNS, COLUMNS, aligns, 0);
    texts_fini(&texts);
}

static void print_verdicts(FILE *out, const struct slice *slice)
{
    enum { COLUMNS = 4 };
    static const enum align aligns[COLUMNS] = {ALIGN_LEFT, ALIGN_LEFT, ALIGN_LEFT, ALIGN_LEFT};
    const struct record *first = slice->first;
    struct texts texts = {0};
    char shown[JSON_SHOWN_BYTES], want[WANT_ROOM], share[SHOWN_ROOM];
    for (uint32_t i = 0; i < first->verdict_count; i++) {
        const struct record_verdict *verdict = &first->verdicts[i];
        const struct record_item *item = &first->items[verdict->item];
        (void)snprintf(share, sizeof share, "holds on %zu of %zu seeds", count_holding(slice, i), slice->ended);
        texts_add(&texts, show_where(first, verdict));
        texts_add(&texts, json_shown(shown, item->title));
        texts_add(&texts, show_want(want, record_verdict_unit(first, verdict), verdict));
        texts_add(&texts, share);
    }
    (void)fprintf(out, "\n");
    terminal_table(out, (const char *const *)texts.items, texts.count / COLUMNS, COLUMNS, aligns, 0);
    texts_fini(&texts);
}

void batch_show_text(FILE *out, const struct batch *batch, size_t scenario)
{
    const struct slice slice = slice_of(batch, scenario);
    char title[JSON_SHOWN_BYTES], name[JSON_SHOWN_BYTES];
    (void)fprintf(out, "%s\n%s, seeds %" PRIu64 " to %" PRIu64 ", %zu of %zu runs ended\n\n",
                  json_shown(title, batch->scenarios[scenario]->title),
                  json_shown(name, batch->scenarios[scenario]->name), batch->seed_first, batch->seed_last, slice.ended,
                  slice.count);
    if (slice.first == NULL)
        return;
    print_readings(out, &slice);
    if (slice.first->verdict_count > 0)
        print_verdicts(out, &slice);
}

/* ---- JSON ---- */

static cJSON *readings_tree(const struct slice *slice)
{
    cJSON *list = cJSON_CreateArray();
    const struct record *first = slice->first;
    for (uint32_t phase = 0; first != NULL && phase < first->phase_count; phase++) {
        for (uint32_t item = 0; item < first->item_count; item++) {
            struct batch_reading reading = batch_summarise(slice->records, slice->count, phase, item);
            cJSON *object = cJSON_CreateObject();
            (void)cJSON_AddStringToObject(object, "phase", first->phases[phase].name);
            (void)cJSON_AddStringToObject(object, "key", first->items[item].key);
            (void)cJSON_AddStringToObject(object, "unit", first->items[item].unit);
            (void)cJSON_AddNumberToObject(object, "count", (double)reading.count);
            if (reading.count > 0) {
                (void)cJSON_AddNumberToObject(object, "mean", reading.mean);
                (void)cJSON_AddNumberToObject(object, "sd", reading.sd);
                (void)cJSON_AddNumberToObject(object, "low", reading.low);
                (void)cJSON_AddNumberToObject(object, "high", reading.high);
            }
            (void)cJSON_AddItemToArray(list, object);
        }
    }
    return list;
}

static cJSON *verdicts_tree(const struct slice *slice)
{
    cJSON *list = cJSON_CreateArray();
    const struct record *first = slice->first;
    for (uint32_t i = 0; first != NULL && i < first->verdict_count; i++) {
        const struct record_verdict *verdict = &first->verdicts[i];
        cJSON *object = cJSON_CreateObject();
        const bool of_phase = verdict->phase != SCENARIO_NO_PHASE;
        (void)cJSON_AddStringToObject(object, of_phase ? "phase" : "of", show_where(first, verdict));
        (void)cJSON_AddStringToObject(object, "key", first->items[verdict->item].key);
        (void)cJSON_AddNumberToObject(object, "share", (double)count_holding(slice, i) / (double)slice->ended);
        (void)cJSON_AddItemToArray(list, object);
    }
    return list;
}

cJSON *batch_tree(const struct batch *batch, size_t scenario)
{
    const struct slice slice = slice_of(batch, scenario);
    char text[24];
    cJSON *tree = cJSON_CreateObject();
    (void)cJSON_AddStringToObject(tree, "scenario", batch->scenarios[scenario]->name);
    (void)cJSON_AddStringToObject(tree, "title", batch->scenarios[scenario]->title);
    cJSON *runs = cJSON_AddArrayToObject(tree, "runs");
    for (size_t i = 0; i < slice.count; i++) {
        const struct record *record = slice.records[i];
        cJSON *run = cJSON_CreateObject();
        (void)snprintf(text, sizeof text, "%" PRIu64, batch->seed_first + i);
        (void)cJSON_AddStringToObject(run, "seed", text);
        if (record != NULL)
            (void)snprintf(text, sizeof text, "%016" PRIx64, record->fingerprint);
        if (record != NULL)
            (void)cJSON_AddStringToObject(run, "run", record->id);
        else
            (void)cJSON_AddNullToObject(run, "run");
        if (record != NULL)
            (void)cJSON_AddStringToObject(run, "fingerprint", text);
        (void)cJSON_AddItemToArray(runs, run);
    }
    (void)cJSON_AddItemToObject(tree, "readings", readings_tree(&slice));
    (void)cJSON_AddItemToObject(tree, "verdicts", verdicts_tree(&slice));
    return tree;
}
