/* SPDX-License-Identifier: GPL-3.0-or-later */
/* JSON as a page shows it. Bounded in depth, rows and columns; what is left out is said. */
#include "reports/html.h"

#include <cjson/cJSON.h>
#include <math.h>

enum { DEPTH_MAX = 6, ROWS_MAX = 200, COLUMNS_MAX = 10, PARTS_MAX = 12 };

static void put_value(FILE *out, const cJSON *value, int depth)
{
    int parts = 0;
    if (cJSON_IsString(value))
        html_bdi(out, value->valuestring);
    else if (cJSON_IsNumber(value) && isfinite(value->valuedouble))
        (void)fprintf(out, "%.6g", value->valuedouble);
    else if (cJSON_IsBool(value))
        (void)fputs(cJSON_IsTrue(value) ? "yes" : "no", out);
    else if (!cJSON_IsObject(value) && !cJSON_IsArray(value))
        (void)fputs("no data", out);
    else if (depth > 0) {
        for (const cJSON *part = value->child; part != NULL; part = part->next) {
            if (parts > 0)
                (void)fputs(cJSON_IsObject(value) ? "; " : ", ", out);
            if (parts++ == PARTS_MAX) {
                (void)fprintf(out, "and %d more", cJSON_GetArraySize(value) - PARTS_MAX);
                break;
            }
            if (cJSON_IsObject(value)) {
                html_bdi(out, part->string);
                (void)fputc(' ', out);
            }
            put_value(out, part, depth - 1);
        }
    } else {
        (void)fputs("...", out);
    }
}

void html_value(FILE *out, const cJSON *value)
{
    put_value(out, value, 3);
}

/* ---- tables ---- */

/* The keys of the rows of a table, in the order in which they are met; how many. */
static int columns_of(const cJSON *rows, const char *keys[COLUMNS_MAX], bool *more)
{
    int count = 0;
    for (const cJSON *row = rows->child; row != NULL; row = row->next) {
        for (const cJSON *cell = row->child; cell != NULL; cell = cell->next) {
            bool known = false;
            for (int i = 0; i < count && !known; i++)
                known = cJSON_GetObjectItemCaseSensitive(row, keys[i]) == cell;
            if (!known && count < COLUMNS_MAX)
                keys[count++] = cell->string;
            else if (!known)
                *more = true;
        }
    }
    return count;
}

static void put_table(FILE *out, const cJSON *rows)
{
    const char *keys[COLUMNS_MAX];
    bool more = false;
    const int columns = columns_of(rows, keys, &more);
    int count = 0;
    (void)fputs("<div class=\"wide\" tabindex=\"0\"><table><thead><tr>", out);
    for (int i = 0; i < columns; i++) {
        (void)fputs("<th scope=\"col\">", out);
        html_bdi(out, keys[i]);
        (void)fputs("</th>", out);
    }
    (void)fputs("</tr></thead>\n<tbody>\n", out);
    for (const cJSON *row = rows->child; row != NULL && count < ROWS_MAX; row = row->next, count++) {
        (void)fputs("<tr>", out);
        for (int i = 0; i < columns; i++) {
            const cJSON *cell = cJSON_GetObjectItemCaseSensitive(row, keys[i]);
            (void)fputs(cJSON_IsNumber(cell) ? "<td class=\"n\">" : "<td>", out);
            if (cell != NULL)
                html_value(out, cell);
            (void)fputs("</td>", out);
        }
        (void)fputs("</tr>\n", out);
    }
    (void)fputs("</tbody></table></div>\n", out);
    if (count < cJSON_GetArraySize(rows))
        (void)fprintf(out, "<p class=\"left\">%d rows more are left out.</p>\n", cJSON_GetArraySize(rows) - count);
    if (more)
        (void)fprintf(out, "<p class=\"left\">Columns after the first %d are left out.</p>\n", COLUMNS_MAX);
}

/* ---- any tree ---- */

static bool is_table(const cJSON *tree)
{
    if (!cJSON_IsArray(tree) || tree->child == NULL)
        return false;
    for (const cJSON *row = tree->child; row != NULL; row = row->next) {
        if (!cJSON_IsObject(row))
            return false;
    }
    return true;
}

static void put_tree(FILE *out, const cJSON *tree, int depth)
{
    int count = 0;
    if (is_table(tree)) {
        put_table(out, tree);
        return;
    }
    if (!cJSON_IsObject(tree) || depth == 0) {
        (void)fputs("<p>", out);
        html_value(out, tree);
        (void)fputs("</p>\n", out);
        return;
    }
    (void)fputs("<dl>\n", out);
    for (const cJSON *member = tree->child; member != NULL && count < ROWS_MAX; member = member->next, count++) {
        (void)fputs("<dt>", out);
        html_bdi(out, member->string);
        (void)fputs("</dt><dd>", out);
        if (is_table(member) || (cJSON_IsObject(member) && member->child != NULL))
            put_tree(out, member, depth - 1);
        else
            html_value(out, member);
        (void)fputs("</dd>\n", out);
    }
    (void)fputs("</dl>\n", out);
}

void html_tree(FILE *out, const cJSON *tree)
{
    put_tree(out, tree, DEPTH_MAX);
}
