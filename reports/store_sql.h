/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Between the files of the store. */
#ifndef REPORTS_STORE_SQL_H
#define REPORTS_STORE_SQL_H

#include "reports/store.h"

#include <sqlite3.h>

/* Prints why the last statement failed; gives the exit code. */
int store_fail(const struct store *store, const char *doing);
bool store_exec(const struct store *store, const char *sql);

#endif
