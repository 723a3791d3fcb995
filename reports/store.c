/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Opening, migrating, finding, listing, deleting. The journal is SQLite's rollback journal: one file, readable on a
 * read-only disk, and writers are short, so readers hardly ever wait. */
#include "reports/store.h"

#include "reports/command.h"
#include "reports/store_sql.h"
#include "schema_sql.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { APPLICATION_ID = 0x73696d78, BUSY_MS = 60000, MIGRATIONS = 4, ID_LENGTH = 16, PREFIX_LEAST = 4 };

const char *store_path(const char *db)
{
    const char *environment = getenv("SIMEX_DB");
    if (db != NULL)
        return db;
    return environment != NULL && environment[0] != '\0' ? environment : "simex.db";
}

/* ---- errors ---- */

int store_fail(const struct store *store, const char *doing)
{
    int code = sqlite3_errcode(store->db);
    const char *said = sqlite3_errmsg(store->db);
    const char *hint = "";
    int exit_code = EXIT_IO;
    switch (code) {
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY:
    case SQLITE_PERM:
        hint = "; choose another store with --db, or none with --no-store";
        exit_code = EXIT_CANT_CREATE;
        break;
    case SQLITE_NOTADB:
        said = "it is no simex store";
        break;
    case SQLITE_BUSY:
        said = "another process holds it";
        break;
    case SQLITE_CORRUPT:
    case SQLITE_OK: /* SQLite is content, what it read is not */
    case SQLITE_ROW:
    case SQLITE_DONE:
        said = "it is damaged";
        break;
    default:
        break;
    }
    (void)fprintf(stderr, "simex: %s: cannot %s: %s%s\n", store->path, doing, said, hint);
    return exit_code;
}

bool store_exec(const struct store *store, const char *sql)
{
    return sqlite3_exec(store->db, sql, NULL, NULL, NULL) == SQLITE_OK;
}

/* The number that a pragma gives, -1 on error. */
static int64_t pragma(const struct store *store, const char *sql)
{
    sqlite3_stmt *statement = NULL;
    int64_t value = -1;
    if (sqlite3_prepare_v2(store->db, sql, -1, &statement, NULL) == SQLITE_OK && sqlite3_step(statement) == SQLITE_ROW)
        value = sqlite3_column_int64(statement, 0);
    (void)sqlite3_finalize(statement);
    return value;
}

/* ---- opening ---- */

/* The statements of migration `number` (1, 2, ...) in schema.sql; free. */
static char *migration(int number)
{
    char heading[40];
    (void)snprintf(heading, sizeof heading, "-- migration %d\n", number);
    const char *from = strstr(schema_sql, heading);
    sim_assert(from != NULL);
    (void)snprintf(heading, sizeof heading, "-- migration %d\n", number + 1);
    const char *to = strstr(from, heading);
    return to == NULL ? sim_xstrdup(from) : strndup(from, (size_t)(to - from));
}

static int apply_migrations(const struct store *store)
{
    if (!store_exec(store, "BEGIN IMMEDIATE"))
        return store_fail(store, "write");
    for (int64_t version = pragma(store, "PRAGMA user_version"); version < MIGRATIONS; version++) {
        char done[120];
        char *sql = migration((int)version + 1);
        (void)snprintf(done, sizeof done, "PRAGMA application_id = %d; PRAGMA user_version = %d", APPLICATION_ID,
                       (int)version + 1);
        bool fine = store_exec(store, sql) && store_exec(store, done);
        free(sql);
        if (fine)
            continue;
        int code = store_fail(store, "write");
        (void)store_exec(store, "ROLLBACK");
        return code;
    }
    return store_exec(store, "COMMIT") ? 0 : store_fail(store, "write");
}

static int check_version(const struct store *store, enum store_mode mode)
{
    int64_t tables = pragma(store, "SELECT count(*) FROM sqlite_schema");
    if (tables < 0)
        return store_fail(store, "read");
    int64_t application = pragma(store, "PRAGMA application_id");
    int64_t version = pragma(store, "PRAGMA user_version");
    if (tables > 0 && application != APPLICATION_ID) {
        (void)fprintf(stderr, "simex: %s: is no simex store but another SQLite file\n", store->path);
        return EXIT_IO;
    }
    if (version > MIGRATIONS) {
        (void)fprintf(stderr, "simex: %s: was written by a newer simex (schema %d, this one knows %d)\n", store->path,
                      (int)version, MIGRATIONS);
        return EXIT_IO;
    }
    if (version == MIGRATIONS || (mode == STORE_READ && tables == 0))
        return 0;
    return apply_migrations(store);
}

int store_open(struct store *store, const char *path, enum store_mode mode)
{
    *store = (struct store){.path = sim_xstrdup(path)};
    if (mode == STORE_READ && access(path, F_OK) != 0)
        return 0;
    int flags = SQLITE_OPEN_READWRITE | (mode == STORE_WRITE ? SQLITE_OPEN_CREATE : 0);
    int result = sqlite3_open_v2(path, &store->db, flags, NULL);
    sim_assert(store->db != NULL);
    if (result != SQLITE_OK)
        return store_fail(store, mode == STORE_WRITE ? "create" : "open");
    (void)sqlite3_extended_result_codes(store->db, 0);
    (void)sqlite3_busy_timeout(store->db, BUSY_MS);
    if (!store_exec(store, "PRAGMA foreign_keys = ON; PRAGMA synchronous = FULL; PRAGMA trusted_schema = OFF"))
        return store_fail(store, "open");
    if (mode == STORE_WRITE && sqlite3_db_readonly(store->db, "main") == 1) {
        (void)fprintf(stderr, "simex: %s: is read-only; choose another store with --db, or none with --no-store\n",
                      path);
        return EXIT_CANT_CREATE;
    }
    return check_version(store, mode);
}

void store_close(struct store *store)
{
    (void)sqlite3_close(store->db);
    free(store->path);
    *store = (struct store){0};
}

/* ---- finding ---- */

/* No file, or one without a table, as a kill before the first run leaves it. */
static bool is_empty(const struct store *store)
{
    return store->db == NULL || pragma(store, "PRAGMA user_version") == 0;
}

static bool is_prefix(const char *text)
{
    size_t length = strlen(text);
    return length >= PREFIX_LEAST && length <= ID_LENGTH && strspn(text, "0123456789abcdef") == length;
}

int64_t store_find(const struct store *store, const char *text)
{
    const bool last = strcmp(text, "last") == 0;
    sqlite3_stmt *statement = NULL;
    int64_t found = 0;
    if (is_empty(store) || (!last && !is_prefix(text)))
        return 0;
    const char *sql = last ? "SELECT run FROM recent WHERE run IS NOT NULL"
                           : "SELECT run FROM run WHERE substr(id, 1, length(?1)) = ?1 LIMIT 2";
    if (sqlite3_prepare_v2(store->db, sql, -1, &statement, NULL) != SQLITE_OK) {
        (void)store_fail(store, "read");
        return -2;
    }
    if (!last)
        (void)sqlite3_bind_text(statement, 1, text, -1, SQLITE_STATIC);
    int step = sqlite3_step(statement);
    if (step == SQLITE_ROW) {
        found = sqlite3_column_int64(statement, 0);
        step = sqlite3_step(statement);
        if (step == SQLITE_ROW)
            found = -1;
    }
    (void)sqlite3_finalize(statement);
    if (step != SQLITE_ROW && step != SQLITE_DONE) {
        (void)store_fail(store, "read");
        return -2;
    }
    return found;
}

int64_t *store_list(const struct store *store, size_t *count)
{
    sqlite3_stmt *statement = NULL;
    int64_t *runs = sim_xcalloc(1, sizeof *runs);
    *count = 0;
    if (is_empty(store))
        return runs;
    int step = sqlite3_prepare_v2(store->db, "SELECT run FROM run ORDER BY run", -1, &statement, NULL);
    while (step == SQLITE_OK || step == SQLITE_ROW) {
        step = sqlite3_step(statement);
        if (step != SQLITE_ROW)
            break;
        runs = sim_xrealloc(runs, (*count + 1) * sizeof *runs);
        runs[(*count)++] = sqlite3_column_int64(statement, 0);
    }
    (void)sqlite3_finalize(statement);
    if (step == SQLITE_DONE)
        return runs;
    (void)store_fail(store, "read");
    free(runs);
    return NULL;
}

char *store_id(const struct store *store, int64_t run)
{
    sqlite3_stmt *statement = NULL;
    char *id = NULL;
    if (sqlite3_prepare_v2(store->db, "SELECT id FROM run WHERE run = ?1", -1, &statement, NULL) == SQLITE_OK &&
        sqlite3_bind_int64(statement, 1, run) == SQLITE_OK && sqlite3_step(statement) == SQLITE_ROW)
        id = sim_xstrdup((const char *)sqlite3_column_text(statement, 0));
    (void)sqlite3_finalize(statement);
    return id;
}

int store_delete(struct store *store, int64_t run)
{
    sqlite3_stmt *statement = NULL;
    if (!store_exec(store, "BEGIN IMMEDIATE"))
        return store_fail(store, "write");
    bool fine = sqlite3_prepare_v2(store->db, "DELETE FROM run WHERE run = ?1", -1, &statement, NULL) == SQLITE_OK;
    if (fine) {
        (void)sqlite3_bind_int64(statement, 1, run);
        fine = sqlite3_step(statement) == SQLITE_DONE;
    }
    int code = fine ? 0 : store_fail(store, "delete");
    (void)sqlite3_finalize(statement);
    if (fine && store_exec(store, "COMMIT"))
        return 0;
    if (fine)
        code = store_fail(store, "write");
    (void)store_exec(store, "ROLLBACK");
    return code;
}
