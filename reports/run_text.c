/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A run for people: the panel by phase, verdicts, fingerprint. */
#include "reports/responses_json.h"
#include "reports/show.h"
#include "reports/terminal.h"
#include "reports/texts.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { TITLE_LONGEST = 40, COLUMN_LEAST = 12 };

/* User's text without anything a terminal would act on. */
static const char *safe(char shown[JSON_SHOWN_BYTES], const char *text)
{
    return json_shown(shown, text);
}

static const char *show_cell(char buffer[SHOWN_ROOM], const struct record *record, uint32_t phase, uint32_t item)
{
    struct sim_reading_value value = record->values[(size_t)phase * record->item_count + item];
    if (!value.has_data)
        return "no data";
    return show_value(buffer, record->items[item].unit, value.value);
}

/* The phases from `first` up to `end` as one table. */
static void print_panel(FILE *out, const struct record *record, uint32_t first, uint32_t end)
{
    const size_t columns = 1 + end - first;
    struct texts texts = {0};
    char shown[JSON_SHOWN_BYTES], from[SHOWN_ROOM], to[SHOWN_ROOM], value[SHOWN_ROOM], span[3 * SHOWN_ROOM];
    enum align *aligns = sim_xcalloc(columns, sizeof *aligns);
    texts_add(&texts, "");
    for (uint32_t i = first; i < end; i++) {
        aligns[1 + i - first] = ALIGN_RIGHT;
        texts_add(&texts, record->phases[i].name);
    }
    texts_add(&texts, "");
    for (uint32_t i = first; i < end; i++) {
        const struct record_phase *phase = &record->phases[i];
        show_time(from, phase->from + phase->settle);
        from[strlen(from) - 2] = '\0'; /* without its unit */
        (void)snprintf(span, sizeof span, "%s..%s", from, show_time(to, phase->to));
        texts_add(&texts, span);
    }
    for (uint32_t k = 0; k < record->item_count; k++) {
        texts_add(&texts, safe(shown, record->items[k].title));
        for (uint32_t i = first; i < end; i++)
            texts_add(&texts, show_cell(value, record, i, k));
    }
    terminal_table(out, (const char *const *)texts.items, texts.count / columns, columns, aligns, 0);
    free(aligns);
    texts_fini(&texts);
}

static size_t title_width(const struct record *record)
{
    size_t width = 0;
    for (uint32_t k = 0; k < record->item_count; k++) {
        size_t length = strlen(record->items[k].title);
        width = length > width ? length : width;
    }
    return width < TITLE_LONGEST ? width : TITLE_LONGEST;
}

/* As many phases side by side as the width has room for. */
static void print_panels(FILE *out, const struct record *record)
{
    size_t widest = COLUMN_LEAST;
    for (uint32_t i = 0; i < record->phase_count; i++) {
        size_t length = strlen(record->phases[i].name) + 2;
        widest = length > widest ? length : widest;
    }
    size_t beside = (terminal_width() - title_width(record)) / (widest + 2);
    beside = beside == 0 ? 1 : beside;
    for (uint32_t first = 0; first < record->phase_count; first += (uint32_t)beside) {
        uint32_t end = first + (uint32_t)beside;
        if (first > 0)
            (void)fprintf(out, "\n");
        print_panel(out, record, first, end < record->phase_count ? end : record->phase_count);
    }
}

static void print_unfinished(FILE *out, const struct record *record)
{
    for (uint32_t i = 0; i < record->phase_count; i++) {
        const struct record_phase *phase = &record->phases[i];
        if (phase->ended == 0 || (double)phase->open <= 0.01 * (double)phase->ended)
            continue;
        (void)fprintf(out, "note: at the end of %s %" PRId64 " requests were unfinished and are not in its readings\n",
                      phase->name, phase->open);
    }
}

static void print_verdicts(FILE *out, const struct record *record)
{
    enum { COLUMNS = 5 };
    static const enum align aligns[COLUMNS] = {ALIGN_LEFT, ALIGN_LEFT, ALIGN_LEFT, ALIGN_RIGHT, ALIGN_LEFT};
    struct texts texts = {0};
    size_t holds = 0;
    for (uint32_t i = 0; i < record->verdict_count; i++) {
        const struct record_verdict *verdict = &record->verdicts[i];
        const struct record_item *item = &record->items[verdict->item];
        const char *unit = record_verdict_unit(record, verdict);
        char text[WANT_ROOM], shown[JSON_SHOWN_BYTES];
        holds += verdict->result == VERDICT_HOLDS;
        texts_add(&texts, show_where(record, verdict));
        texts_add(&texts, safe(shown, item->title));
        texts_add(&texts, show_want(text, unit, verdict));
        texts_add(&texts, show_got(text, unit, verdict));
        texts_add(&texts, verdict_name(verdict->result));
    }
    const char *colour = !terminal_colour() ? "" : holds == record->verdict_count ? "\033[32m" : "\033[31m";
    (void)fprintf(out, "\n%s%zu of %u expectations hold%s\n", colour, holds, record->verdict_count,
                  colour[0] == '\0' ? "" : "\033[0m");
    terminal_table(out, (const char *const *)texts.items, texts.count / COLUMNS, COLUMNS, aligns, 2);
    texts_fini(&texts);
}

static void print_responses(FILE *out, const struct record *record)
{
    cJSON *tree = record->responses == NULL ? NULL : cJSON_Parse(record->responses);
    if (tree == NULL)
        return;
    responses_print(out, tree);
    if (record->phase_count > 0 && record->item_count > 0)
        (void)fprintf(out, "\n");
    cJSON_Delete(tree);
}

void show_run_text(FILE *out, const struct record *record, bool stored)
{
    char shown[JSON_SHOWN_BYTES], until[SHOWN_ROOM];
    const bool bold = terminal_colour();
    (void)fprintf(out, "%s%s%s\n", bold ? "\033[1m" : "", safe(shown, record->title), bold ? "\033[0m" : "");
    (void)fprintf(out, "%s, seed %" PRIu64 ", run %s\n\n", safe(shown, record->scenario), record->seed, record->id);
    print_responses(out, record);
    if (record->phase_count > 0 && record->item_count > 0)
        print_panels(out, record);
    else if (record->responses == NULL)
        (void)fprintf(out, "The scenario has no %s, so there is nothing to read off.\n",
                      record->phase_count == 0 ? "phases" : "panel");
    print_unfinished(out, record);
    show_sparklines(out, record);
    if (record->verdict_count > 0)
        print_verdicts(out, record);
    (void)fprintf(out, "\n%s simulated, %" PRIu64 " events, fingerprint %016" PRIx64 "\n",
                  show_time(until, record->until), record->events, record->fingerprint);
    if (stored)
        (void)fprintf(out, "next: simex plot %s; simex export %s --format csv\n", record->id, record->id);
}
