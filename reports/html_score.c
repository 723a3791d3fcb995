/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A learner's predictions beside what happened, as `simex hypothesis --format json` has them. */
#include "reports/html_document.h"

/* "1 of 2 predictions are right", or whatever stands there. */
static void put_score(FILE *out, const cJSON *tree)
{
    const cJSON *right = member(tree, "right"), *of = member(tree, "of");
    if (member(tree, "score") == NULL)
        return;
    (void)fputs("<p class=\"answer\">", out);
    if (cJSON_IsNumber(right) && cJSON_IsNumber(of)) {
        (void)fprintf(out, "%.0f of %.0f predictions are right.", right->valuedouble, of->valuedouble);
    } else {
        (void)fputs("Score: ", out);
        html_value(out, member(tree, "score"));
    }
    (void)fputs("</p>\n", out);
}

/* Why a prediction was off: a question of the exercise, and commands; or any text. */
static void put_why(FILE *out, const cJSON *why)
{
    const cJSON *command = NULL;
    if (why == NULL || cJSON_IsNull(why))
        return;
    if (!cJSON_IsArray(member(why, "commands"))) {
        html_value(out, why);
        return;
    }
    html_bdi(out, text_of(why, "ask"));
    cJSON_ArrayForEach(command, member(why, "commands"))
    {
        (void)fputs(" <code>", out);
        html_text(out, cJSON_GetStringValue(command));
        (void)fputs("</code>", out);
    }
}

/* Which nodes left their steady interval: {nodes: [{node, left, readings}]}. */
static void put_blast(const struct answers *answers, const cJSON *blast)
{
    static const char *const columns[] = {"Node", "Reading", "Steady", "Happened", "Left its interval?", NULL};
    FILE *out = answers->out;
    const cJSON *node = NULL, *reading = NULL;
    int count = 0;
    if (!cJSON_IsArray(member(blast, "nodes")))
        return;
    html_table(out, "Blast radius", columns);
    cJSON_ArrayForEach(node, member(blast, "nodes"))
    {
        cJSON_ArrayForEach(reading, member(node, "readings"))
        {
            const char *unit = text_of(reading, "unit");
            if (!cJSON_IsTrue(member(reading, "left")) || count++ >= HTML_DOCUMENT_ROWS)
                continue;
            (void)fputs("<tr><th scope=\"row\">", out);
            html_value(out, member(node, "node"));
            (void)fputs("</th><td>", out);
            html_value(out, member(reading, "reading"));
            (void)fputs("</td><td class=\"n\">", out);
            html_put_in_unit(out, unit, member(reading, "steady"), false);
            (void)fputs("</td><td class=\"n\">", out);
            html_put_in_unit(out, unit, member(reading, "happened"), false);
            (void)fputs("</td><td>yes</td></tr>\n", out);
        }
    }
    html_table_end(out);
    if (count > HTML_DOCUMENT_ROWS)
        (void)fprintf(out, "<p class=\"left\">%d readings more are left out.</p>\n", count - HTML_DOCUMENT_ROWS);
}

void html_put_score_card(const struct answers *answers, const cJSON *tree)
{
    static const char *const columns[] = {"Prediction", "Phase",  "Predicted", "Happened",
                                          "Right?",     "Off by", "Why",       NULL};
    FILE *out = answers->out;
    const cJSON *row = NULL;
    int count = 0;
    put_score(out, tree);
    html_table(out, NULL, columns);
    cJSON_ArrayForEach(row, member(tree, "predictions"))
    {
        const cJSON *right = member(row, "right");
        const char *unit =
            text_of(row, "unit") != NULL ? text_of(row, "unit") : html_unit_of(answers, text_of(row, "key"));
        if (count++ >= HTML_DOCUMENT_ROWS)
            continue;
        (void)fputs("<tr><th scope=\"row\">", out);
        html_value(out, member(row, "say"));
        (void)fputs("</th><td>", out);
        html_value(out, member(row, "phase"));
        (void)fputs("</td><td class=\"n\">", out);
        html_put_in_unit(out, unit, member(row, "predicted"), false);
        (void)fputs("</td><td class=\"n\">", out);
        html_put_in_unit(out, unit, member(row, "happened"), false);
        (void)fputs(cJSON_IsTrue(right)    ? "</td><td class=\"holds\">&#10003; right"
                    : cJSON_IsFalse(right) ? "</td><td class=\"fails\">&#10007; wrong"
                                           : "</td><td class=\"none\">? no data",
                    out);
        (void)fputs("</td><td class=\"n\">", out);
        if (!cJSON_IsNull(member(row, "off_by")) && member(row, "off_by") != NULL)
            html_put_in_unit(out, unit, member(row, "off_by"), true);
        (void)fputs("</td><td>", out);
        put_why(out, member(row, "why"));
        (void)fputs("</td></tr>\n", out);
    }
    html_table_end(out);
    if (count > HTML_DOCUMENT_ROWS)
        (void)fprintf(out, "<p class=\"left\">%d predictions more are left out.</p>\n", count - HTML_DOCUMENT_ROWS);
    put_blast(answers, member(tree, "blast"));
}
