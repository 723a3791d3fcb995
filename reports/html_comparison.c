/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sides beside each other with intervals of their changes, as `simex compare --format json` has them: {sides, params,
 * readings}. Any other shape is shown as lists and tables. */
#include "reports/html_document.h"

enum { SIDES_MAX = 12, READINGS_MAX = 400 };

/* The heads of a table: `first` columns, then the sides. How many columns. */
static int heads_of(const cJSON *sides, const char *const *first, const char *heads[SIDES_MAX + 4])
{
    int count = 0;
    const cJSON *side = NULL;
    for (; first[count] != NULL; count++)
        heads[count] = first[count];
    cJSON_ArrayForEach(side, sides)
    {
        if (count < SIDES_MAX + 3)
            heads[count++] = text_of(side, "label") == NULL ? "?" : text_of(side, "label");
    }
    heads[count] = NULL;
    return count;
}

static void put_params(FILE *out, const cJSON *sides, const cJSON *params)
{
    static const char *const first[] = {"Param that differs", NULL};
    const char *heads[SIDES_MAX + 4];
    const cJSON *param = NULL, *value = NULL;
    int count = 0;
    (void)heads_of(sides, first, heads);
    html_table(out, NULL, heads);
    cJSON_ArrayForEach(param, params)
    {
        if (count++ >= HTML_DOCUMENT_ROWS)
            continue;
        (void)fputs("<tr><th scope=\"row\">", out);
        html_value(out, member(param, "path"));
        (void)fputs("</th>", out);
        cJSON_ArrayForEach(value, member(param, "values"))
        {
            (void)fputs("<td>", out);
            if (!cJSON_IsNull(value))
                html_value(out, value);
            (void)fputs("</td>", out);
        }
        (void)fputs("</tr>\n", out);
    }
    html_table_end(out);
    if (count > HTML_DOCUMENT_ROWS)
        (void)fprintf(out, "<p class=\"left\">%d params more are left out.</p>\n", count - HTML_DOCUMENT_ROWS);
}

/* A value of a side, and how it differs from the first one's. */
static void put_side(FILE *out, const char *unit, const cJSON *value, const cJSON *change)
{
    (void)fputs("<td class=\"n\">", out);
    html_put_in_unit(out, unit, cJSON_IsObject(value) ? member(value, "value") : value, false);
    if (change != NULL)
        html_put_estimate(out, unit, change);
    (void)fputs("</td>", out);
}

static void put_readings(const struct answers *answers, const cJSON *sides, const cJSON *readings)
{
    static const char *const first[] = {"Reading", "Phase", NULL};
    const char *heads[SIDES_MAX + 4];
    FILE *out = answers->out;
    const cJSON *reading = NULL;
    int count = 0;
    (void)heads_of(sides, first, heads);
    html_table(out, "Means, the change from the first side, and its 95 % interval", heads);
    cJSON_ArrayForEach(reading, readings)
    {
        const char *unit = text_of(reading, "unit");
        const cJSON *values = member(reading, "values"), *changes = member(reading, "changes");
        if (count++ >= READINGS_MAX)
            continue;
        unit = unit == NULL ? html_unit_of(answers, text_of(reading, "key")) : unit;
        (void)fputs("<tr><th scope=\"row\">", out);
        html_value(out, member(reading, text_of(reading, "title") == NULL ? "key" : "title"));
        (void)fputs("</th><td>", out);
        html_value(out, member(reading, "phase"));
        (void)fputs("</td>", out);
        for (int i = 0; i < cJSON_GetArraySize(values) && i < SIDES_MAX; i++)
            put_side(out, unit, cJSON_GetArrayItem(values, i), i == 0 ? NULL : cJSON_GetArrayItem(changes, i - 1));
        (void)fputs("</tr>\n", out);
    }
    html_table_end(out);
    if (count > READINGS_MAX)
        (void)fprintf(out, "<p class=\"left\">%d readings more are left out.</p>\n", count - READINGS_MAX);
}

void html_put_comparison(const struct answers *answers, const cJSON *tree)
{
    const cJSON *sides = member(tree, "sides"), *readings = member(tree, "readings"), *params = member(tree, "params");
    if (!cJSON_IsArray(sides) || !cJSON_IsArray(readings)) {
        html_tree(answers->out, tree);
        return;
    }
    (void)fputs("<p>", answers->out);
    if (cJSON_IsNumber(member(tree, "replications")))
        (void)fprintf(answers->out, "%.0f seeds of each side.", member(tree, "replications")->valuedouble);
    (void)fputs("</p>\n", answers->out);
    if (cJSON_GetArraySize(params) > 0)
        put_params(answers->out, sides, params);
    put_readings(answers, sides, readings);
}
