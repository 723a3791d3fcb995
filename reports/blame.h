/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where the time of some requests went. Of each request its span is taken, from its arrival to its reply; its own segments
 * and the calls it made tile it (trace_blame: the child that blocks, clipped at its parent's end), so the shares add up
 * to 1 whatever the requests. What went on after a caller had gone is no time of the request: it is reported apart.
 *
 * Which requests, follows from a reading:
 *
 *   of a percentile, max or min of a node's times  those nearest to it in time: 1 % of all, 30 at least (of few a
 *                                                  tenth), and all that took as long as one of them
 *   of mean, sum or count of such times            all requests of the node
 *   of its errors (error_rate, errors, ...)        those that ended 5xx
 *   of anything else                               all requests of those who begin them (clients)
 *
 * Of a node that only makes calls its own are taken, from the sending to the end; calls of a node to itself (members of a
 * bulk) are part of their request. A request belongs to the time at which it ended, as with readings. */
#ifndef REPORTS_BLAME_H
#define REPORTS_BLAME_H

#include "reports/collect.h"
#include "scenarios/scenario.h"

enum blame_which { BLAME_ALL, BLAME_FAILED, BLAME_AT_RANK };

/* What is looked at. */
struct blame_of {
    const struct sim_node *node; /* NULL: the roots of traces */
    enum blame_which which;
    double percentile; /* AT_RANK: 0..100 */
    sim_ns from, to;   /* requests that ended in [from, to) */
};

struct blame_entry {
    char *where;      /* "db-pool"; owned */
    const char *kind; /* "pool queue"; the model's, static */
    sim_wide ns;
    double share;    /* 0..1; all add up to 1 */
    double percents; /* of it, to one decimal: these add up to 100.0 */
};

struct blame {
    struct blame_of of;
    struct blame_entry *entries; /* once finished the largest first, then by name */
    uint32_t entry_count;
    uint64_t requests, total; /* looked at, of those there were */
    uint64_t left_out;        /* requests that were not remembered, for want of memory */
    sim_ns low, high;         /* AT_RANK: shortest and longest of them */
    sim_wide ns;              /* of all entries */
    sim_wide abandoned;       /* besides: after callers had gone */
    struct blame_rows *rows;
};

/* Most requests that a percentile is chosen from; beyond, those with the lowest hash of their id. */
enum { BLAME_ROWS_MAX = 400000 };

/* What to look at for a reading; the interval is the caller's. */
struct blame_of blame_of_reading(const struct sim_reading *reading);

void blame_init(struct blame *blame, const struct blame_of *of);
/* Takes the requests of a complete trace. */
void blame_take(struct blame *blame, const struct trace *trace);
/* Chooses and sums up. Once, after the last trace. */
void blame_finish(struct blame *blame);
void blame_fini(struct blame *blame);

/* The share of a node's time of a kind (blanks written as `_`; NULL: all kinds). */
double blame_share(const struct blame *blame, const char *where, const char *kind);

#endif
