/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "reports/html_document.h"

#include "reports/shell_word.h"
#include "reports/show.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { OVERRIDES_OPEN = 2 }; /* more are folded */

/* ---- units ---- */

/* The cell of a shipped scenario, never run: for the units of its panel. */
static void find_cell(struct answers *answers, const char *name)
{
    struct json_errors errors;
    char *path = name == NULL ? NULL : scenario_find_shipped(name);
    json_errors_init(&errors);
    if (path != NULL)
        answers->scenario = scenario_load(path, &errors);
    if (answers->scenario != NULL)
        answers->cell = cell_build(answers->scenario, NULL, 0, 1, &errors);
    json_errors_fini(&errors);
    free(path);
}

const char *html_unit_of(const struct answers *answers, const char *key)
{
    for (size_t i = 0; i < answers->count && key != NULL; i++) {
        const struct record *record = answers->runs[i].record;
        for (uint32_t k = 0; k < record->item_count; k++) {
            if (strcmp(record->items[k].key, key) == 0)
                return record->items[k].unit;
        }
    }
    for (uint32_t k = 0; answers->cell != NULL && key != NULL && k < answers->cell->panel_count; k++) {
        if (strcmp(answers->cell->panel[k].key, key) == 0)
            return answers->cell->panel[k].reading.unit;
    }
    return NULL;
}

void html_put_in_unit(FILE *out, const char *unit, const cJSON *value, bool sign)
{
    char shown[SHOWN_ROOM];
    const bool fits = unit != NULL && strlen(unit) < SHOWN_ROOM / 2;
    if (!cJSON_IsNumber(value) || !fits || !isfinite(value->valuedouble)) {
        html_value(out, value);
        return;
    }
    if (sign && value->valuedouble > 0)
        (void)fputc('+', out);
    html_text(out, show_value(shown, unit, value->valuedouble));
}

/* ---- values ---- */

static void put_change(FILE *out, const char *unit, const cJSON *item)
{
    const cJSON *low = member(item, "low"), *high = member(item, "high");
    (void)fputs("<br><small>", out);
    html_put_in_unit(out, unit, member(item, "change"), true);
    if (cJSON_IsNumber(low) && cJSON_IsNumber(high)) {
        (void)fputs("</small><br><small>[", out);
        html_put_in_unit(out, unit, low, true);
        (void)fputs(", ", out);
        html_put_in_unit(out, unit, high, true);
        (void)fputc(']', out);
    }
    (void)fputs("</small>", out);
}

void html_put_estimate(FILE *out, const char *unit, const cJSON *item)
{
    if (!cJSON_IsObject(item)) {
        if (item != NULL)
            html_put_in_unit(out, unit, item, false);
        return;
    }
    if (member(item, "value") != NULL)
        html_put_in_unit(out, unit, member(item, "value"), false);
    if (cJSON_IsTrue(member(item, "identical")))
        (void)fputs("<br><small>identical</small>", out);
    else if (cJSON_IsNumber(member(item, "change")))
        put_change(out, unit, item);
}

static void put_override(FILE *out, const cJSON *item)
{
    const char *path = item->string != NULL ? item->string : cJSON_GetStringValue(cJSON_GetArrayItem(item, 0));
    (void)fputs("<code>", out);
    if (path != NULL) {
        html_text(out, path);
        (void)fputc('=', out);
        item = item->string != NULL ? item : cJSON_GetArrayItem(item, 1);
    }
    html_value(out, item);
    (void)fputs("</code> ", out);
}

void html_put_overrides(FILE *out, const cJSON *overrides)
{
    const cJSON *item = NULL;
    const int count = cJSON_GetArraySize(overrides); /* of an object too */
    if (!cJSON_IsObject(overrides) && !cJSON_IsArray(overrides)) {
        if (overrides != NULL)
            html_value(out, overrides);
        return;
    }
    if (count > OVERRIDES_OPEN)
        (void)fprintf(out, "<details><summary>%d params</summary>", count);
    cJSON_ArrayForEach(item, overrides)
    {
        put_override(out, item);
    }
    if (count > OVERRIDES_OPEN)
        (void)fputs("</details>", out);
}

/* ---- documents ---- */

enum html_document html_document_kind(const cJSON *tree)
{
    static const char *const of_comparisons[] = {"sides",    "runs",    "variants",   "cells",
                                                 "readings", "changes", "differences"};
    if (!cJSON_IsObject(tree) || member(tree, "nodes") != NULL || member(tree, "extends") != NULL)
        return HTML_NO_DOCUMENT;
    if (cJSON_IsArray(member(tree, "predictions")))
        return HTML_SCORE_CARD;
    /* A scenario has questions too, but no seed. */
    if (cJSON_IsArray(member(tree, "questions")) && member(tree, "scenario") != NULL)
        return HTML_EXPLANATION;
    for (size_t i = 0; i < SIM_COUNT_OF(of_comparisons); i++) {
        if (cJSON_IsArray(member(tree, of_comparisons[i])))
            return HTML_COMPARISON;
    }
    return HTML_NO_DOCUMENT;
}

/* The sides of a comparison as arguments: part1+gateway.timeout=8s,db-pool.size=150. */
static void put_sides(FILE *out, const cJSON *sides)
{
    const cJSON *side = NULL, *pair = NULL;
    cJSON_ArrayForEach(side, sides)
    {
        char *word = NULL;
        size_t size = 0;
        FILE *text = open_memstream(&word, &size);
        sim_assert(text != NULL);
        const char *between = "+";
        (void)fputs(text_of(side, "scenario") == NULL ? "SCENARIO" : text_of(side, "scenario"), text);
        cJSON_ArrayForEach(pair, member(side, "overrides"))
        {
            const char *path = cJSON_GetStringValue(cJSON_GetArrayItem(pair, 0));
            const char *value = cJSON_GetStringValue(cJSON_GetArrayItem(pair, 1));
            if (path != NULL && value != NULL)
                (void)fprintf(text, "%s%s=%s", between, path, value);
            between = ",";
        }
        (void)fclose(text);
        (void)fputc(' ', out);
        shell_word(out, word);
        free(word);
    }
}

/* The command that made the document, as far as it says. */
static void put_command(struct html_page *page, const cJSON *tree, const char *verb, const char *what)
{
    static const char *const options[] = {"seed", "replications"};
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    sim_assert(out != NULL);
    (void)fprintf(out, "simex %s", verb);
    if (member(tree, "sides") == NULL) {
        (void)fputc(' ', out);
        shell_word(out, text_of(tree, "scenario") == NULL ? "SCENARIO" : text_of(tree, "scenario"));
    }
    put_sides(out, member(tree, "sides"));
    for (size_t i = 0; i < SIM_COUNT_OF(options); i++) {
        const cJSON *value = member(tree, options[i]);
        if (!cJSON_IsNumber(value) && !cJSON_IsString(value))
            continue;
        (void)fprintf(out, " --%s ", options[i]);
        if (cJSON_IsString(value))
            shell_word(out, value->valuestring);
        else
            (void)fprintf(out, "%.0f", value->valuedouble);
    }
    const cJSON *say = NULL;
    cJSON_ArrayForEach(say, member(tree, "predictions"))
    {
        if (text_of(say, "say") == NULL)
            continue;
        (void)fputs(" --say ", out);
        shell_word(out, text_of(say, "say"));
    }
    (void)fclose(out);
    html_command(page, what, text);
    free(text);
}

void html_add_document(struct html_page *page, const cJSON *tree, const char *source, const struct html_run *runs,
                       size_t count)
{
    const enum html_document kind = html_document_kind(tree);
    struct answers answers = {.runs = runs, .count = count};
    find_cell(&answers, text_of(tree, "scenario"));
    answers.out = kind == HTML_EXPLANATION  ? html_section(page, "explanation", "Questions and answers")
                  : kind == HTML_SCORE_CARD ? html_section(page, "score", "Score card")
                                            : html_section(page, "comparison", "Comparison");
    if (source != NULL) {
        (void)fputs("<p class=\"left\">From the file <code>", answers.out);
        html_text(answers.out, source);
        (void)fputs("</code>.</p>\n", answers.out);
    }
    if (kind == HTML_EXPLANATION) {
        html_put_explanation(&answers, tree);
        put_command(page, tree, "explain", "answers with evidence");
    } else if (kind == HTML_SCORE_CARD) {
        html_put_score_card(&answers, tree);
        put_command(page, tree, "hypothesis", "score card");
    } else {
        html_put_comparison(&answers, tree);
        if (member(tree, "sides") != NULL)
            put_command(page, tree, "compare", "comparison");
    }
    cell_destroy(answers.cell);
    scenario_destroy(answers.scenario);
}
