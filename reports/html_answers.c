/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Explanations, score cards and comparisons, as other commands write them with --format json. They may come from another
 * version of simex or from hand: what is missing is left out, what has another type is shown as it is. */
#include "reports/html_parts.h"
#include "reports/show.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { COLUMNS_MAX = 8, ROWS_MAX = 100, QUESTIONS_MAX = 40, SHARE = 100 };

struct answers {
    FILE *out;
    const struct html_run *runs;
    size_t count;
    struct scenario *scenario; /* that the document names, when it ships; may be NULL */
    struct cell *cell;
};

static const cJSON *member(const cJSON *object, const char *key)
{
    return cJSON_GetObjectItemCaseSensitive(object, key);
}

static const char *text_of(const cJSON *object, const char *key)
{
    return cJSON_GetStringValue(member(object, key));
}

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

/* NULL: not known. */
static const char *unit_of(const struct answers *answers, const char *key)
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

static void put_number(const struct answers *answers, const char *key, const cJSON *value, bool sign)
{
    const char *unit = unit_of(answers, key);
    char shown[SHOWN_ROOM];
    if (!cJSON_IsNumber(value) || unit == NULL || !isfinite(value->valuedouble)) {
        html_value(answers->out, value);
        return;
    }
    if (sign && value->valuedouble > 0)
        (void)fputc('+', answers->out);
    html_text(answers->out, show_value(shown, unit, value->valuedouble));
}

/* ---- a panel in a row ---- */

/* The keys of the panels of rows, as they are met. */
static int keys_of(const cJSON *rows, const char *keys[COLUMNS_MAX])
{
    int count = 0;
    const cJSON *row = NULL, *item = NULL;
    cJSON_ArrayForEach(row, rows)
    {
        cJSON_ArrayForEach(item, member(row, "panel"))
        {
            bool known = item->string == NULL;
            for (int i = 0; i < count && !known; i++)
                known = strcmp(keys[i], item->string) == 0;
            if (!known && count < COLUMNS_MAX)
                keys[count++] = item->string;
        }
    }
    return count;
}

/* {value, change, low, high}, or a number. */
static void put_estimate(const struct answers *answers, const char *key, const cJSON *item)
{
    const cJSON *change = member(item, "change"), *low = member(item, "low"), *high = member(item, "high");
    if (!cJSON_IsObject(item)) {
        if (item != NULL)
            put_number(answers, key, item, false);
        return;
    }
    put_number(answers, key, member(item, "value"), false);
    if (cJSON_IsTrue(member(item, "identical"))) {
        (void)fputs("<br><small>identical</small>", answers->out);
    } else if (cJSON_IsNumber(change)) {
        (void)fputs("<br><small>", answers->out);
        put_number(answers, key, change, true);
        if (cJSON_IsNumber(low) && cJSON_IsNumber(high)) {
            (void)fputs(" [", answers->out);
            put_number(answers, key, low, true);
            (void)fputs(", ", answers->out);
            put_number(answers, key, high, true);
            (void)fputc(']', answers->out);
        }
        (void)fputs("</small>", answers->out);
    }
}

/* Rows of {title, overrides, panel, rank}. */
static void put_variants(const struct answers *answers, const char *caption, const cJSON *rows, bool ranked)
{
    const char *keys[COLUMNS_MAX], *columns[COLUMNS_MAX + 4];
    FILE *out = answers->out;
    const int count = keys_of(rows, keys);
    int column = 0, shown = 0;
    if (!cJSON_IsArray(rows) || cJSON_GetArraySize(rows) == 0)
        return;
    if (ranked)
        columns[column++] = "Rank";
    columns[column++] = "Change";
    for (int i = 0; i < count; i++)
        columns[column++] = keys[i];
    columns[column++] = "Overrides";
    columns[column] = NULL;
    html_table(out, caption, columns);
    for (const cJSON *row = rows->child; row != NULL && shown < ROWS_MAX; row = row->next, shown++) {
        (void)fputs("<tr>", out);
        if (ranked) {
            (void)fputs("<td class=\"n\">", out);
            html_value(out, member(row, "rank"));
            (void)fputs("</td>", out);
        }
        (void)fputs("<th scope=\"row\">", out);
        html_value(out, member(row, "title"));
        (void)fputs("</th>", out);
        for (int i = 0; i < count; i++) {
            (void)fputs("<td class=\"n\">", out);
            put_estimate(answers, keys[i], member(member(row, "panel"), keys[i]));
            (void)fputs("</td>", out);
        }
        (void)fputs("<td>", out);
        if (member(row, "overrides") != NULL)
            html_value(out, member(row, "overrides"));
        (void)fputs("</td></tr>\n", out);
    }
    html_table_end(out);
    if (shown < cJSON_GetArraySize(rows))
        (void)fprintf(out, "<p class=\"left\">%d rows more are left out.</p>\n", cJSON_GetArraySize(rows) - shown);
}

/* ---- an explanation ---- */

/* Rows of {where, kind, share}: a bar beside each number. */
static void put_blame(FILE *out, const cJSON *rows)
{
    static const char *const columns[] = {"Where the time went", "Kind", "Share", "", NULL};
    const cJSON *row = NULL;
    int shown = 0;
    if (!cJSON_IsArray(rows) || rows->child == NULL)
        return;
    html_table(out, NULL, columns);
    cJSON_ArrayForEach(row, rows)
    {
        const cJSON *share = member(row, "share");
        if (shown++ == ROWS_MAX)
            break;
        (void)fputs("<tr><th scope=\"row\">", out);
        html_value(out, member(row, "where"));
        (void)fputs("</th><td>", out);
        html_value(out, member(row, "kind"));
        (void)fputs("</td><td class=\"n\">", out);
        if (cJSON_IsNumber(share))
            (void)fprintf(out, "%.1f %%", SHARE * share->valuedouble);
        else
            html_value(out, share);
        (void)fputs("</td><td class=\"bar\">", out);
        if (cJSON_IsNumber(share) && share->valuedouble > 0 && share->valuedouble <= 1)
            (void)fprintf(out,
                          "<svg viewBox=\"0 0 100 16\" preserveAspectRatio=\"none\" aria-hidden=\"true\"><rect "
                          "class=\"wait\" y=\"2\" height=\"12\" width=\"%.2f\"/></svg>",
                          SHARE * share->valuedouble);
        (void)fputs("</td></tr>\n", out);
    }
    html_table_end(out);
}

/* A text, or a list of sentences. */
static void put_answer(FILE *out, const cJSON *answer)
{
    const cJSON *sentence = NULL;
    (void)fputs("<p class=\"answer\">", out);
    if (cJSON_IsArray(answer)) {
        cJSON_ArrayForEach(sentence, answer)
        {
            html_value(out, sentence);
            (void)fputc(' ', out);
        }
    } else {
        html_value(out, answer);
    }
    (void)fputs("</p>\n", out);
}

static void put_question(const struct answers *answers, const cJSON *question)
{
    FILE *out = answers->out;
    (void)fputs("<h3>", out);
    html_bdi(out, text_of(question, "ask") != NULL ? text_of(question, "ask") : text_of(question, "id"));
    (void)fputs("</h3>\n", out);
    put_answer(out, member(question, "answer"));
    if (text_of(question, "key") != NULL) {
        (void)fputs("<p class=\"left\">About <code>", out);
        html_text(out, text_of(question, "key"));
        (void)fputs("</code>", out);
        if (text_of(question, "phase") != NULL)
            (void)fputs(" in <code>", out);
        html_text(out, text_of(question, "phase"));
        (void)fputs(text_of(question, "phase") != NULL ? "</code>.</p>\n" : ".</p>\n", out);
    }
    put_blame(out, member(question, "blame"));
    put_variants(answers, "What if: each change alone, beside the scenario as it is; in brackets the 95 % interval",
                 member(question, "what_if"), false);
}

static void put_explanation(const struct answers *answers, const cJSON *tree)
{
    const cJSON *question = NULL;
    int count = 0;
    cJSON_ArrayForEach(question, member(tree, "questions"))
    {
        if (count++ < QUESTIONS_MAX)
            put_question(answers, question);
    }
    if (count > QUESTIONS_MAX)
        (void)fprintf(answers->out, "<p class=\"left\">%d questions more are left out.</p>\n", count - QUESTIONS_MAX);
    if (cJSON_GetArraySize(member(tree, "remedies")) > 0) {
        (void)fputs("<h3>Remedies</h3>\n", answers->out);
        put_variants(answers, "Each remedy, beside the scenario as it is", member(tree, "remedies"), true);
    }
}

/* ---- a score card ---- */

static void put_score(FILE *out, const cJSON *score)
{
    if (score == NULL)
        return;
    (void)fputs("<p class=\"answer\">Score: ", out);
    html_value(out, score);
    (void)fputs("</p>\n", out);
}

static void put_score_card(const struct answers *answers, const cJSON *tree)
{
    static const char *const columns[] = {"Prediction", "Phase",  "Predicted", "Happened",
                                          "Right?",     "Off by", "Why",       NULL};
    FILE *out = answers->out;
    const cJSON *row = NULL;
    int count = 0;
    put_score(out, member(tree, "score"));
    html_table(out, NULL, columns);
    cJSON_ArrayForEach(row, member(tree, "predictions"))
    {
        const cJSON *right = member(row, "right");
        const char *key = text_of(row, "key");
        if (count++ >= ROWS_MAX)
            continue;
        (void)fputs("<tr><th scope=\"row\">", out);
        html_value(out, member(row, "say"));
        (void)fputs("</th><td>", out);
        html_value(out, member(row, "phase"));
        (void)fputs("</td><td class=\"n\">", out);
        put_number(answers, key, member(row, "predicted"), false);
        (void)fputs("</td><td class=\"n\">", out);
        put_number(answers, key, member(row, "happened"), false);
        (void)fputs(cJSON_IsTrue(right)    ? "</td><td class=\"holds\">&#10003; right"
                    : cJSON_IsFalse(right) ? "</td><td class=\"fails\">&#10007; wrong"
                                           : "</td><td class=\"none\">? no data",
                    out);
        (void)fputs("</td><td class=\"n\">", out);
        if (!cJSON_IsNull(member(row, "off_by")) && member(row, "off_by") != NULL)
            html_value(out, member(row, "off_by"));
        (void)fputs("</td><td>", out);
        if (!cJSON_IsNull(member(row, "why")) && member(row, "why") != NULL)
            html_value(out, member(row, "why"));
        (void)fputs("</td></tr>\n", out);
    }
    html_table_end(out);
    if (count > ROWS_MAX)
        (void)fprintf(out, "<p class=\"left\">%d predictions more are left out.</p>\n", count - ROWS_MAX);
}

/* ---- documents ---- */

enum html_document html_document_kind(const cJSON *tree)
{
    static const char *const of_comparisons[] = {"runs", "variants", "cells", "readings", "changes", "differences"};
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

/* The command that made the document, as far as it says. */
static void put_command(struct html_page *page, const cJSON *tree, const char *verb, const char *what)
{
    static const char *const options[] = {"seed", "replications"};
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    sim_assert(out != NULL);
    (void)fprintf(out, "simex %s ", verb);
    html_shell_word(out, text_of(tree, "scenario") == NULL ? "SCENARIO" : text_of(tree, "scenario"));
    for (size_t i = 0; i < SIM_COUNT_OF(options); i++) {
        const cJSON *value = member(tree, options[i]);
        if (!cJSON_IsNumber(value) && !cJSON_IsString(value))
            continue;
        (void)fprintf(out, " --%s ", options[i]);
        if (cJSON_IsString(value))
            html_shell_word(out, value->valuestring);
        else
            (void)fprintf(out, "%.0f", value->valuedouble);
    }
    const cJSON *say = NULL;
    cJSON_ArrayForEach(say, member(tree, "predictions"))
    {
        if (text_of(say, "say") == NULL)
            continue;
        (void)fputs(" --say ", out);
        html_shell_word(out, text_of(say, "say"));
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
        put_explanation(&answers, tree);
        put_command(page, tree, "explain", "answers with evidence");
    } else if (kind == HTML_SCORE_CARD) {
        put_score_card(&answers, tree);
        put_command(page, tree, "hypothesis", "score card");
    } else {
        html_tree(answers.out, tree);
    }
    cell_destroy(answers.cell);
    scenario_destroy(answers.scenario);
}
