/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The answers to a scenario's questions with their evidence, as `simex explain --format json` has them. */
#include "reports/html_document.h"

#include <string.h>

enum { COLUMNS_MAX = 8, QUESTIONS_MAX = 40, SHARE = 100 };

/* ---- a panel in a row ---- */

/* The keys of the panels of rows, as they are met; with `panel_only` only those of a panel whose units are known, so that what
 * was measured besides takes no room. */
static int keys_of(const struct answers *answers, const cJSON *rows, bool panel_only, const char *keys[COLUMNS_MAX])
{
    int count = 0;
    const cJSON *row = NULL, *item = NULL;
    cJSON_ArrayForEach(row, rows)
    {
        cJSON_ArrayForEach(item, member(row, "panel"))
        {
            bool known = item->string == NULL || (panel_only && html_unit_of(answers, item->string) == NULL);
            for (int i = 0; i < count && !known; i++)
                known = strcmp(keys[i], item->string) == 0;
            if (!known && count < COLUMNS_MAX)
                keys[count++] = item->string;
        }
    }
    return count;
}

/* Rows of {title, overrides, panel, rank}. */
static void put_variants(const struct answers *answers, const char *caption, const cJSON *rows, bool ranked)
{
    const char *keys[COLUMNS_MAX], *columns[COLUMNS_MAX + 4];
    FILE *out = answers->out;
    int count = keys_of(answers, rows, true, keys), column = 0, shown = 0;
    if (count == 0)
        count = keys_of(answers, rows, false, keys);
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
    for (const cJSON *row = rows->child; row != NULL && shown < HTML_DOCUMENT_ROWS; row = row->next, shown++) {
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
            html_put_estimate(out, html_unit_of(answers, keys[i]), member(member(row, "panel"), keys[i]));
            (void)fputs("</td>", out);
        }
        (void)fputs("<td>", out);
        html_put_overrides(out, member(row, "overrides"));
        (void)fputs("</td></tr>\n", out);
    }
    html_table_end(out);
    if (shown < cJSON_GetArraySize(rows))
        (void)fprintf(out, "<p class=\"left\">%d rows more are left out.</p>\n", cJSON_GetArraySize(rows) - shown);
}

/* The command that a part of a document names. */
static void put_document_command(FILE *out, const cJSON *object)
{
    if (text_of(object, "command") == NULL)
        return;
    (void)fputs("<p class=\"again\">Again: <code>", out);
    html_text(out, text_of(object, "command"));
    (void)fputs("</code></p>\n", out);
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
        if (shown++ == HTML_DOCUMENT_ROWS)
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
    put_document_command(out, question);
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
    put_document_command(out, member(question, "requests"));
    put_variants(answers, "What if: each change alone, beside the scenario as it is; in brackets the 95 % interval",
                 member(question, "what_if"), false);
}

void html_put_explanation(const struct answers *answers, const cJSON *tree)
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
