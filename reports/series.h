/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The windows of a stored run, series by series, point by point or gathered into bins. For plots and exports. Functions
 * that fail print why and return false or NULL. */
#ifndef REPORTS_SERIES_H
#define REPORTS_SERIES_H

#include "reports/store.h"

#include "sim/hist.h"

struct series {
    int64_t key;
    char *node, *part, *metric, *unit; /* part: NULL for the node's own */
    enum sim_metric_kind kind;         /* counter, gauge or histogram */
    char *status, *reason;             /* of the counters `reason`, else NULL */
};

struct series_list {
    struct series *items; /* in the order of the world's instruments: by node, then as their tables stand */
    size_t count;
};

/* All series of a run. False after an error that was printed. Free with series_list_fini. */
bool series_list_read(const struct store *store, int64_t run, struct series_list *list);
void series_list_fini(struct series_list *list);
/* The series of a metric; part NULL: the node's own. NULL when there is none. */
const struct series *series_find(const struct series_list *list, const char *node, const char *part,
                                 const char *metric);

/* One window. Windows in which nothing happened are left out: a counter did not rise, a gauge kept its `last`. */
struct series_point {
    sim_ns t;              /* start of the window */
    int64_t count;         /* counter: increase; gauge: changes; histogram: samples */
    double mean;           /* gauge, time-weighted */
    int64_t low, high;     /* gauge; histogram: min, max in ns */
    int64_t last;          /* gauge: value at the window's end */
    int64_t sum;           /* histogram: ns */
    int64_t p50, p95, p99; /* histogram: ns */
    const unsigned char *buckets;
    size_t bytes;
};

/* Calls `each` for every point of a series in the order of time. */
bool series_each(const struct store *store, const struct series *series,
                 void (*each)(void *context, const struct series_point *point), void *context);

/* Adds the buckets of a histogram's point to `hist` (count, sum, min, max included). */
void series_add_histogram(struct sim_hist *hist, const struct series_point *point);

/* A series gathered into bins [0, length), [length, 2 length), ... up to `until`; the last bin may be shorter. `length`
 * is a multiple of the run's window, or a window belongs to the bin it starts in. */
struct series_bins {
    size_t count;
    sim_ns length, until;
    double *values;         /* counter: increase; gauge: time-weighted mean; else NULL */
    double *highs;          /* gauge: greatest value; else NULL */
    struct sim_hist *hists; /* histogram; else NULL */
};
bool series_bin(const struct store *store, const struct series *series, sim_ns window, sim_ns length, sim_ns until,
                struct series_bins *bins);
void series_bins_fini(struct series_bins *bins);

#endif
