/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the requests of a script came to (responses_json.h), as tables. */
#include "reports/html_parts.h"

enum { ANSWERS_MAX = 500 };

static void put_cell(FILE *out, const cJSON *row, const char *key)
{
    const cJSON *value = cJSON_GetObjectItemCaseSensitive(row, key);
    (void)fputs(cJSON_IsNumber(value) ? "<td class=\"n\">" : "<td>", out);
    if (value != NULL && !cJSON_IsNull(value))
        html_value(out, value);
    (void)fputs("</td>", out);
}

static void put_spans(FILE *out, const cJSON *row)
{
    const cJSON *span = NULL;
    const char *between = "";
    (void)fputs("<td>", out);
    cJSON_ArrayForEach(span, cJSON_GetObjectItemCaseSensitive(row, "spans"))
    {
        const cJSON *error = cJSON_GetObjectItemCaseSensitive(span, "error");
        (void)fputs(between, out);
        html_bdi(out, cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(span, "name")));
        if (error != NULL && error->valuedouble > 0)
            (void)fputs(" (error)", out);
        between = ", ";
    }
    (void)fputs("</td>", out);
}

static void put_answers(FILE *out, const cJSON *list)
{
    static const char *const columns[] = {"At, s", "Request", "Status", "Source", "Reason", "Took, s", "Spans", NULL};
    static const char *const keys[] = {"status", "source", "reason", "duration_s"};
    const cJSON *row = NULL;
    int count = 0;
    html_table(out, NULL, columns);
    cJSON_ArrayForEach(row, list)
    {
        if (count++ >= ANSWERS_MAX)
            continue;
        (void)fputs("<tr>", out);
        put_cell(out, row, "at_s");
        (void)fputs("<th scope=\"row\">", out);
        html_bdi(out, cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(row, "request")));
        (void)fputs(cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(row, "in_bulk"))
                        ? " <small>(of the above)</small></th>"
                        : "</th>",
                    out);
        for (size_t i = 0; i < SIM_COUNT_OF(keys); i++)
            put_cell(out, row, keys[i]);
        put_spans(out, row);
        (void)fputs("</tr>\n", out);
    }
    html_table_end(out);
    if (count > ANSWERS_MAX)
        (void)fprintf(out, "<p class=\"left\">%d answers more are left out.</p>\n", count - ANSWERS_MAX);
}

static void put_rest(FILE *out, const cJSON *tree, const char *key, const char *title)
{
    const cJSON *value = cJSON_GetObjectItemCaseSensitive(tree, key);
    if (value == NULL || cJSON_GetArraySize(value) == 0)
        return;
    (void)fprintf(out, "<h3>%s</h3>\n", title);
    html_tree(out, value);
}

static void put_transitions(FILE *out, const cJSON *tree)
{
    static const char *const columns[] = {"At, s", "From", "To", NULL};
    const cJSON *list = cJSON_GetObjectItemCaseSensitive(tree, "breaker_transitions"), *entry = NULL;
    if (cJSON_GetArraySize(list) == 0)
        return;
    html_table(out, "Changes of the breaker", columns);
    cJSON_ArrayForEach(entry, list)
    {
        const cJSON *part = NULL;
        (void)fputs("<tr>", out);
        cJSON_ArrayForEach(part, entry)
        {
            (void)fputs("<td>", out);
            html_value(out, part);
            (void)fputs("</td>", out);
        }
        (void)fputs("</tr>\n", out);
    }
    html_table_end(out);
}

void html_add_script(struct html_page *page, const struct html_run *run)
{
    if (run->record->responses == NULL)
        return;
    cJSON *tree = cJSON_Parse(run->record->responses);
    FILE *out = html_section(page, "answers", "Answers to the script's requests");
    put_answers(out, cJSON_GetObjectItemCaseSensitive(tree, "responses"));
    put_transitions(out, tree);
    put_rest(out, tree, "metrics", "The service's own metrics");
    html_run_again(page, "answers to the script", run, "run", "");
    cJSON_Delete(tree);
}
