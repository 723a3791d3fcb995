/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "reports/responses_json.h"

#include "models/http.h"
#include "reports/show.h"
#include "reports/terminal.h"
#include "reports/texts.h"
#include "scenarios/json.h"

#include <stdlib.h>

static void put_text(cJSON *object, const char *key, const char *text)
{
    if (text == NULL)
        (void)cJSON_AddNullToObject(object, key);
    else
        (void)cJSON_AddStringToObject(object, key, text);
}

/* ---- as JSON ---- */

static cJSON *span_tree(const struct response_span *span)
{
    cJSON *tree = cJSON_CreateObject();
    put_text(tree, "name", span->name);
    (void)cJSON_AddNumberToObject(tree, "start_s", sim_ns_to_s(span->start));
    if (span->end == SIM_NEVER)
        (void)cJSON_AddNullToObject(tree, "duration_s");
    else
        (void)cJSON_AddNumberToObject(tree, "duration_s", sim_ns_to_s(span->end - span->start));
    (void)cJSON_AddNumberToObject(tree, "error", span->error);
    cJSON *tags = cJSON_AddObjectToObject(tree, "tags");
    for (uint32_t i = 0; i < span->tag_count; i++) {
        const struct response_tag *tag = &span->tags[i];
        if (tag->text == NULL)
            (void)cJSON_AddNumberToObject(tags, tag->key, (double)tag->number);
        else
            put_text(tags, tag->key, tag->text);
    }
    return tree;
}

static cJSON *response_tree(const struct response *response)
{
    cJSON *tree = cJSON_CreateObject();
    (void)cJSON_AddNumberToObject(tree, "at_s", sim_ns_to_s(response->at));
    put_text(tree, "request", response->request);
    (void)cJSON_AddBoolToObject(tree, "in_bulk", response->in_bulk);
    if (response->ended)
        (void)cJSON_AddNumberToObject(tree, "status", http_status(response->status));
    else
        (void)cJSON_AddNullToObject(tree, "status");
    put_text(tree, "source", response->source);
    put_text(tree, "reason", response->reason);
    if (response->ended)
        (void)cJSON_AddNumberToObject(tree, "duration_s", sim_ns_to_s(response->duration));
    else
        (void)cJSON_AddNullToObject(tree, "duration_s");
    if (response->is_bulk && response->ended) {
        (void)cJSON_AddNumberToObject(tree, "total", (double)response->total);
        (void)cJSON_AddNumberToObject(tree, "success", (double)response->success);
        (void)cJSON_AddNumberToObject(tree, "failed", (double)(response->total - response->success));
    }
    cJSON *spans = cJSON_AddArrayToObject(tree, "spans");
    for (const struct response_span *span = response->spans; span != NULL; span = span->next)
        (void)cJSON_AddItemToArray(spans, span_tree(span));
    return tree;
}

static void add_transitions(cJSON *tree, const struct responses *responses)
{
    cJSON *list = cJSON_AddArrayToObject(tree, "breaker_transitions");
    for (size_t i = 0; i < responses->transition_count; i++) {
        const struct response_transition *transition = &responses->transitions[i];
        cJSON *entry = cJSON_CreateArray();
        (void)cJSON_AddItemToArray(entry, cJSON_CreateNumber(sim_ns_to_s(transition->at)));
        (void)cJSON_AddItemToArray(entry, cJSON_CreateString(transition->from));
        (void)cJSON_AddItemToArray(entry, cJSON_CreateString(transition->to));
        (void)cJSON_AddItemToArray(list, entry);
    }
}

static void add_points(cJSON *tree, const struct responses *responses)
{
    cJSON *metrics = cJSON_AddObjectToObject(tree, "metrics");
    for (size_t i = 0; i < responses->point_count; i++) {
        const struct response_point *point = &responses->points[i];
        cJSON *entry = cJSON_AddObjectToObject(metrics, point->name);
        (void)cJSON_AddNumberToObject(entry, "n", (double)point->count);
        (void)cJSON_AddNumberToObject(entry, "sum", point->sum);
        (void)cJSON_AddNumberToObject(entry, "last", point->last);
    }
}

cJSON *responses_tree(const struct responses *responses)
{
    cJSON *tree = cJSON_CreateObject();
    cJSON *list = cJSON_AddArrayToObject(tree, "responses");
    for (const struct response *response = responses->first; response != NULL; response = response->next) {
        (void)cJSON_AddItemToArray(list, response_tree(response));
        for (const struct response *member = response->members; member != NULL; member = member->next)
            (void)cJSON_AddItemToArray(list, response_tree(member));
    }
    if (responses->dropped > 0)
        (void)cJSON_AddNumberToObject(tree, "responses_dropped", (double)responses->dropped);
    add_transitions(tree, responses);
    add_points(tree, responses);
    return tree;
}

/* ---- as a table ---- */

static const char *text_of(const cJSON *entry, const char *key)
{
    const cJSON *member = cJSON_GetObjectItemCaseSensitive(entry, key);
    return cJSON_IsString(member) ? member->valuestring : "";
}

static bool flag_of(const cJSON *entry, const char *key)
{
    return cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(entry, key));
}

static void add_time(struct texts *texts, const cJSON *entry, const char *key)
{
    const cJSON *member = cJSON_GetObjectItemCaseSensitive(entry, key);
    char text[SHOWN_ROOM];
    if (!cJSON_IsNumber(member) || member->valuedouble < 0)
        texts_add(texts, "");
    else
        texts_add(texts, show_value(text, "s", member->valuedouble));
}

enum { ANSWER_ROOM = 2 * JSON_SHOWN_BYTES + 4 };

/* Where the answer came from, why there was none, or what a bulk counted. */
static const char *show_answer(char text[ANSWER_ROOM], const cJSON *entry)
{
    const cJSON *total = cJSON_GetObjectItemCaseSensitive(entry, "total");
    const cJSON *success = cJSON_GetObjectItemCaseSensitive(entry, "success");
    char source[JSON_SHOWN_BYTES], reason[JSON_SHOWN_BYTES];
    if (cJSON_IsNumber(total) && cJSON_IsNumber(success)) {
        (void)snprintf(text, ANSWER_ROOM, "%.0f of %.0f succeeded", success->valuedouble, total->valuedouble);
        return text;
    }
    (void)json_shown(source, text_of(entry, "source"));
    (void)json_shown(reason, text_of(entry, "reason"));
    (void)snprintf(text, ANSWER_ROOM, "%s%s%s", source, source[0] != '\0' && reason[0] != '\0' ? ": " : "", reason);
    return text;
}

/* An instant: as exact as the script is written, to the millisecond. */
static const char *show_at(char text[SHOWN_ROOM], double seconds)
{
    (void)snprintf(text, SHOWN_ROOM, "%.3f s", seconds);
    return text;
}

static void add_row(struct texts *texts, const cJSON *entry)
{
    char shown[JSON_SHOWN_BYTES], request[JSON_SHOWN_BYTES + 4], status[16] = "none", at[SHOWN_ROOM];
    char answer[ANSWER_ROOM];
    const cJSON *number = cJSON_GetObjectItemCaseSensitive(entry, "status");
    const cJSON *at_s = cJSON_GetObjectItemCaseSensitive(entry, "at_s");
    texts_add(texts, cJSON_IsNumber(at_s) && at_s->valuedouble >= 0 ? show_at(at, at_s->valuedouble) : "");
    (void)snprintf(request, sizeof request, "%s%s", flag_of(entry, "in_bulk") ? "  " : "",
                   json_shown(shown, text_of(entry, "request")));
    texts_add(texts, request);
    if (cJSON_IsNumber(number))
        (void)snprintf(status, sizeof status, "%d", number->valueint);
    texts_add(texts, status);
    add_time(texts, entry, "duration_s");
    texts_add(texts, show_answer(answer, entry));
}

void responses_print(FILE *out, const cJSON *tree)
{
    enum { COLUMNS = 5 };
    static const enum align aligns[COLUMNS] = {ALIGN_RIGHT, ALIGN_LEFT, ALIGN_RIGHT, ALIGN_RIGHT, ALIGN_LEFT};
    static const char *const heads[COLUMNS] = {"at", "request", "status", "took", "source, or reason"};
    struct texts texts = {0};
    const cJSON *entry = NULL;
    for (size_t i = 0; i < COLUMNS; i++)
        texts_add(&texts, heads[i]);
    cJSON_ArrayForEach(entry, cJSON_GetObjectItemCaseSensitive(tree, "responses"))
    {
        add_row(&texts, entry);
    }
    if (texts.count > COLUMNS)
        terminal_table(out, (const char *const *)texts.items, texts.count / COLUMNS, COLUMNS, aligns, 0);
    else
        (void)fprintf(out, "The script has no requests.\n");
    const cJSON *dropped = cJSON_GetObjectItemCaseSensitive(tree, "responses_dropped");
    if (cJSON_IsNumber(dropped))
        (void)fprintf(out, "%.0f more answers were not kept\n", dropped->valuedouble);
    cJSON_ArrayForEach(entry, cJSON_GetObjectItemCaseSensitive(tree, "breaker_transitions"))
    {
        char at[SHOWN_ROOM];
        const cJSON *time = cJSON_GetArrayItem(entry, 0);
        if (cJSON_IsNumber(time) && time->valuedouble >= 0)
            (void)fprintf(out, "breaker: %s to %s at %s\n", cJSON_GetStringValue(cJSON_GetArrayItem(entry, 1)),
                          cJSON_GetStringValue(cJSON_GetArrayItem(entry, 2)), show_at(at, time->valuedouble));
    }
    texts_fini(&texts);
}
