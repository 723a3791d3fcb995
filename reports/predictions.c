/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "reports/predictions.h"

#include "reports/command.h"
#include "reports/store_sql.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#define COLUMNS "SELECT token, scenario, title, said, card, hits, total, blind FROM prediction"

static char *copy(sqlite3_stmt *row, int column)
{
    const char *text = (const char *)sqlite3_column_text(row, column);
    return sim_xstrdup(text == NULL ? "" : text);
}

static struct stored_prediction read_row(sqlite3_stmt *row)
{
    return (struct stored_prediction){.token = copy(row, 0),
                                      .scenario = copy(row, 1),
                                      .title = copy(row, 2),
                                      .said = copy(row, 3),
                                      .card = copy(row, 4),
                                      .right = sqlite3_column_int64(row, 5),
                                      .of = sqlite3_column_int64(row, 6),
                                      .blind = sqlite3_column_int(row, 7) != 0};
}

void stored_prediction_fini(struct stored_prediction *prediction)
{
    free(prediction->token);
    free(prediction->scenario);
    free(prediction->title);
    free(prediction->said);
    free(prediction->card);
    *prediction = (struct stored_prediction){0};
}

static char *sentences(const cJSON *card)
{
    cJSON *list = cJSON_CreateArray();
    const cJSON *entry = NULL;
    cJSON_ArrayForEach(entry, cJSON_GetObjectItemCaseSensitive(card, "predictions"))(void)
        cJSON_AddItemToArray(list, cJSON_Duplicate(cJSON_GetObjectItemCaseSensitive(entry, "say"), true));
    char *text = cJSON_PrintUnformatted(list);
    sim_assert(text != NULL);
    cJSON_Delete(list);
    return text;
}

static int64_t number_of(const cJSON *card, const char *key)
{
    const cJSON *number = cJSON_GetObjectItemCaseSensitive(card, key);
    return cJSON_IsNumber(number) ? (int64_t)number->valuedouble : 0;
}

static bool bind_texts(sqlite3_stmt *statement, const char *const *texts, int count)
{
    for (int i = 0; i < count; i++) {
        if (sqlite3_bind_text(statement, i + 1, texts[i] == NULL ? "" : texts[i], -1, SQLITE_STATIC) != SQLITE_OK)
            return false;
    }
    return true;
}

int predictions_put(struct store *store, const cJSON *card, bool blind, char token[TOKEN_ROOM])
{
    char *text = cJSON_PrintUnformatted(card);
    char *said = sentences(card);
    sqlite3_stmt *insert = NULL;
    sim_assert(text != NULL);
    (void)snprintf(token, TOKEN_ROOM, "%016" PRIx64, XXH3_64bits(text, strlen(text)));
    const char *texts[] = {token, cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(card, "scenario")),
                           cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(card, "title")), said, text};
    bool fine = sqlite3_prepare_v2(store->db,
                                   "INSERT INTO prediction (token, scenario, title, said, card, hits, total, blind) "
                                   "VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (token) DO UPDATE SET "
                                   "blind = min(blind, excluded.blind)",
                                   -1, &insert, NULL) == SQLITE_OK;
    fine = fine && bind_texts(insert, texts, (int)SIM_COUNT_OF(texts)) &&
           sqlite3_bind_int64(insert, 6, number_of(card, "right")) == SQLITE_OK &&
           sqlite3_bind_int64(insert, 7, number_of(card, "of")) == SQLITE_OK &&
           sqlite3_bind_int(insert, 8, blind) == SQLITE_OK && sqlite3_step(insert) == SQLITE_DONE;
    const int code = fine ? EXIT_FINE : store_fail(store, "write");
    (void)sqlite3_finalize(insert);
    free(said);
    free(text);
    return code;
}

bool predictions_get(const struct store *store, const char *token, struct stored_prediction *found, int *code)
{
    const bool last = strcmp(token, "last") == 0;
    char shown[JSON_SHOWN_BYTES];
    sqlite3_stmt *row = NULL;
    size_t count = 0;
    *found = (struct stored_prediction){0};
    if (store->db != NULL && (last || (strlen(token) >= 4 && strspn(token, "0123456789abcdef") == strlen(token)))) {
        const char *sql = last ? COLUMNS " ORDER BY prediction DESC LIMIT 1"
                               : COLUMNS " WHERE substr(token, 1, length(?1)) = ?1 LIMIT 2";
        bool fine = sqlite3_prepare_v2(store->db, sql, -1, &row, NULL) == SQLITE_OK;
        fine = fine && (last || sqlite3_bind_text(row, 1, token, -1, SQLITE_STATIC) == SQLITE_OK);
        int step = fine ? sqlite3_step(row) : SQLITE_ERROR;
        for (; step == SQLITE_ROW; step = sqlite3_step(row)) {
            if (count++ == 0)
                *found = read_row(row);
        }
        *code = step == SQLITE_DONE ? EXIT_FINE : store_fail(store, "read");
        (void)sqlite3_finalize(row);
        if (step == SQLITE_DONE && count == 1)
            return true;
        stored_prediction_fini(found);
        if (step != SQLITE_DONE)
            return false;
    }
    (void)fprintf(stderr, "simex: %s: %s \"%s\" (see: simex hypothesis --list)\n", store->path,
                  count > 1 ? "several predictions begin with" : "no prediction", json_shown(shown, token));
    *code = EXIT_NO_INPUT;
    return false;
}

int predictions_reveal(struct store *store, const char *token)
{
    sqlite3_stmt *update = NULL;
    const bool fine = sqlite3_prepare_v2(store->db, "UPDATE prediction SET blind = 0 WHERE token = ?1", -1, &update,
                                         NULL) == SQLITE_OK &&
                      sqlite3_bind_text(update, 1, token, -1, SQLITE_STATIC) == SQLITE_OK &&
                      sqlite3_step(update) == SQLITE_DONE;
    const int code = fine ? EXIT_FINE : store_fail(store, "write");
    (void)sqlite3_finalize(update);
    return code;
}

int predictions_each(const struct store *store, void (*each)(void *context, const struct stored_prediction *prediction),
                     void *context)
{
    sqlite3_stmt *row = NULL;
    if (store->db == NULL)
        return EXIT_FINE;
    int step = sqlite3_prepare_v2(store->db, COLUMNS " ORDER BY prediction", -1, &row, NULL);
    while (step == SQLITE_OK || step == SQLITE_ROW) {
        step = sqlite3_step(row);
        if (step != SQLITE_ROW)
            break;
        struct stored_prediction prediction = read_row(row);
        each(context, &prediction);
        stored_prediction_fini(&prediction);
    }
    const int code = step == SQLITE_DONE ? EXIT_FINE : store_fail(store, "read");
    (void)sqlite3_finalize(row);
    return code;
}
