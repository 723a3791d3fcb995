/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which traces: the expression of --where.
 *
 *     expression = term { "or" term }          term = factor { "and" factor }
 *     factor     = "not" factor | "(" expression ")" | test
 *     test       = field operator value  |  tag:KEY  |  segment:NAME
 *     field      = status | node | op | reason | duration | phase | tag:KEY | segment:NAME
 *     operator   = "=" | "!=" | "<" | "<=" | ">" | ">="
 *
 * Each test says that SOME span of the trace is so; two tests may be met by two spans. So `node!=redis` is true of a
 * trace that has any other node, and `not node=redis` of one that never comes to redis.
 *
 *  - status: 503 or UNAVAILABLE, of the span for its caller; < and > compare the numbers of the web.
 *  - node: that answers; op: what it is asked, or the name of an inner span; reason: the text beside the status.
 *  - duration: of the span for its caller, such as 2s. segment:NAME: the time the span itself spent so.
 *  - tag:KEY: its value; < and > compare numbers. Without an operator: that there is one, as with segment:NAME.
 *  - phase: of the trace: that in whose measured part it ended.
 *
 * Values with blanks, brackets or operators in them go in quotes, '...' or "..."; in a segment's name `_` and `-` stand
 * for a blank as well: segment:pool_queue. */
#ifndef REPORTS_WHERE_H
#define REPORTS_WHERE_H

#include "reports/collect.h"
#include "scenarios/scenario.h"

struct where;

struct where_error {
    size_t at; /* byte of the text, from 0 */
    char rule[200];
};

/* NULL with `error` filled when the text is no expression. */
struct where *where_parse(const char *text, struct where_error *error);
void where_destroy(struct where *where);

/* Whether the nodes and phases it names are in the cell. False with `error` filled. */
bool where_check(const struct where *where, const struct cell *cell, struct where_error *error);

bool where_matches(const struct where *where, const struct cell *cell, const struct trace *trace);

/* Says what is wrong on standard error, with a mark below the place. */
void where_print_error(const char *text, const struct where_error *error);

#endif
