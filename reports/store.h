/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The store: runs in one SQLite file (schema.sql). A run is stored whole, in one short transaction; storing an equal run
 * again changes nothing but what `last` means. Every function that can fail prints why to standard error, once, and
 * gives an exit code (73 cannot be created or written, 74 cannot be read or is no store, 70 an equal run that came out
 * otherwise). */
#ifndef REPORTS_STORE_H
#define REPORTS_STORE_H

#include "reports/record.h"
#include "reports/spool.h"

struct sqlite3;

struct store {
    struct sqlite3 *db;
    char *path;
};

enum store_mode {
    STORE_WRITE, /* created when it is not there */
    STORE_READ   /* must be there; db is NULL when it is not */
};

/* The store's path: `db` when given, else $SIMEX_DB, else "simex.db". */
const char *store_path(const char *db);

/* Opens it, brings its schema up to date. 0, or an exit code. In STORE_READ a missing file is no error: store->db is
 * NULL then, and there are no runs. */
int store_open(struct store *store, const char *path, enum store_mode mode);
void store_close(struct store *store);

/* Puts a run and its windows into the store. `spool` was filled by the run of `sim`. 0, or an exit code. */
int store_put(struct store *store, const struct record *record, const struct sim *sim, struct spool *spool);

/* Finds a run by a prefix of its id (4 digits or more) or `last`. Returns its key, 0 when there is none, -1 when several
 * begin so, -2 after an error that was printed. */
int64_t store_find(const struct store *store, const char *text);
/* The run that an argument names; 0, with *code set and the reason printed, when there is none. */
int64_t run_argument(const struct store *store, const char *argument, int *code);
/* Reads a run; NULL after an error that was printed. */
struct record *store_get(const struct store *store, int64_t run);
/* The id of a run, NULL when it is not there; free. */
char *store_id(const struct store *store, int64_t run);
/* Deletes a run. 0, or an exit code. */
int store_delete(struct store *store, int64_t run);
/* Keys of all runs in the order of storing; *count of them. Free. NULL after an error that was printed. */
int64_t *store_list(const struct store *store, size_t *count);

#endif
