/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Blame for people and for programs; explain and profile --of share it. */
#ifndef REPORTS_BLAME_SHOW_H
#define REPORTS_BLAME_SHOW_H

#include "reports/blame.h"

#include <cjson/cJSON.h>
#include <stdio.h>

/* "the 15319 of 53795 requests that took 5000.0 ms", "all 53795 requests, 2232.2 ms each"; to `out`. */
void blame_show_who(FILE *out, const struct blame *blame);
/* Its entries, `most` of them one by one, as a table of shares with bars, and what was done for nobody; `indent` blanks
 * before each line. */
void blame_show_table(FILE *out, const struct blame *blame, uint32_t most, int indent);

/* [{where, kind, share}] */
cJSON *blame_tree(const struct blame *blame);
/* Adds count, of, from, to (seconds, of a percentile), seconds, abandoned_seconds. */
void blame_put_requests(cJSON *object, const struct blame *blame);

#endif
