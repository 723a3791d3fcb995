/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Metrics: instruments that models embed, tables that name them, readings that a panel shows.
 *
 * Instruments only accumulate. When time crosses the edge of a window or of an interval (a phase's measured part), the
 * main loop cuts: what came together since the last cut is added to every interval that is open and to the window,
 * without an event. So a window costs the buckets that were touched in it, and memory holds one window and the
 * intervals. An interval's percentile is read from its own histogram, never from windows. */
#ifndef SIM_METRIC_H
#define SIM_METRIC_H

#include "sim/hist.h"

struct sim;
struct sim_node;
struct sim_reason;

__extension__ typedef __int128 sim_wide;

struct sim_counter {
    int64_t value;
    int64_t cut; /* value at the last cut */
};

/* Time-weighted: the integral of value x ns is kept, so that any interval has an exact mean. */
struct sim_gauge {
    int64_t value;
    sim_ns since;      /* of the last change or cut */
    sim_wide integral; /* value x ns since the last cut */
    int64_t changes;   /* since the last cut */
    int64_t low, high; /* of the values that held for some time since the last cut */
};

struct sim_histogram {
    struct sim_hist slice; /* since the last cut */
};

static inline void sim_count(struct sim_counter *counter, int64_t by)
{
    counter->value += by;
}

/* The value held until `now`, which is later than `since`. */
static inline void sim_gauge_hold(struct sim_gauge *gauge, sim_ns now)
{
    gauge->integral += (sim_wide)gauge->value * (now - gauge->since);
    gauge->since = now;
    gauge->low = gauge->value < gauge->low ? gauge->value : gauge->low;
    gauge->high = gauge->value > gauge->high ? gauge->value : gauge->high;
}

static inline void sim_gauge_set(struct sim_gauge *gauge, sim_ns now, int64_t value)
{
    if (now > gauge->since)
        sim_gauge_hold(gauge, now);
    gauge->value = value;
    gauge->changes++;
}

static inline void sim_gauge_add(struct sim_gauge *gauge, sim_ns now, int64_t by)
{
    sim_gauge_set(gauge, now, gauge->value + by);
}

enum sim_metric_kind {
    SIM_METRIC_COUNTER,   /* struct sim_counter */
    SIM_METRIC_GAUGE,     /* struct sim_gauge */
    SIM_METRIC_HISTOGRAM, /* struct sim_histogram, of ns */
    SIM_METRIC_RATIO,     /* no field: sum of `over` / sum of `under`, counters or gauges (by their integrals) */
    SIM_METRIC_KINDS
};

enum { SIM_RATIO_TERMS = 4 };

/* One row of a type's table of metrics, which ends with an entry whose name is NULL. */
struct sim_metric {
    const char *name; /* [a-z][a-z0-9_]* */
    enum sim_metric_kind kind;
    size_t offset;                     /* of the instrument in the owner's struct */
    const char *unit;                  /* "s", "1" (ratio), "bytes", or what is counted: "calls", "cores" */
    const char *over[SIM_RATIO_TERMS]; /* RATIO: names in the same table, NULL-filled */
    const char *under[SIM_RATIO_TERMS];
    const char *help;
};

/* What an interval, or a window, holds of one instrument. */
struct sim_sample {
    int64_t count;         /* counter: increase; gauge: changes */
    sim_wide integral;     /* gauge: value x ns */
    int64_t low, high;     /* gauge */
    int64_t last;          /* gauge: value at the end */
    struct sim_hist *hist; /* histogram; else NULL */
};

/* One instrument of the world, in a fixed order: nodes by name, then the order of the tables. */
struct sim_instrument {
    struct sim_node *node;
    const char *part; /* NULL, or the part's name in the node */
    const struct sim_metric *metric;
    void *field;
    const struct sim_reason *reason; /* of the counters of reasons; else NULL */
};

struct sim_interval;

/* What makes an interval go on by steps: at the end of each it is told of, emptied, and begins anew there. */
struct sim_rolling {
    sim_ns step; /* 0: the interval does not roll */
    sim_ns end;
    void (*closed)(void *context, const struct sim_interval *window);
    void *context;
};

/* [from, to): the measured part of a phase, or of a rolling one the present window. */
struct sim_interval {
    const char *name;
    sim_ns from, to;
    sim_ns seen;                /* ns of it simulated so far */
    struct sim_sample *samples; /* one an instrument */
    struct sim_rolling rolling;
};

/* Told about every window as it closes. `samples` are in the order of sim->instruments and belong to the world. */
struct sim_sink {
    void (*window)(void *context, sim_ns from, sim_ns to, const struct sim_sample *samples);
    void *context;
};

enum sim_stat {
    SIM_STAT_VALUE, /* counter: increase; gauge: time-weighted mean; ratio: the ratio */
    SIM_STAT_RATE,  /* counter: increase per second */
    SIM_STAT_MEAN,
    SIM_STAT_MIN,
    SIM_STAT_MAX,
    SIM_STAT_COUNT, /* histogram: samples */
    SIM_STAT_SUM,   /* histogram */
    SIM_STAT_PERCENTILE
};

/* `node.metric[.stat]`, found. */
struct sim_reading {
    struct sim_node *node;
    const char *part;
    const struct sim_metric *metric;
    uint32_t over[SIM_RATIO_TERMS], under[SIM_RATIO_TERMS]; /* instruments; only over[0] unless a ratio */
    uint32_t over_count, under_count;
    bool integrals; /* a ratio of gauges */
    enum sim_stat stat;
    double percentile;
    const char *unit; /* "s", "1", "/s", "bytes", "calls", ... */
};

struct sim_reading_value {
    bool has_data;
    double value;    /* seconds, ratio 0..1, per second, or a count */
    int64_t samples; /* histogram: values recorded; ratio of counters: the denominator; counter: the count; gauge, and
                        ratio of gauges: how often it changed, plus one */
};

/* Finds "node.metric", "node.metric.stat", "node.part" (the part's first metric), "node.part.metric[.stat]". Stats:
 * p50 p95 p99 p99.9 (any pN, 0 < N <= 100), mean min max count sum rate. False with `error` filled when there is none. */
bool sim_reading_find(struct sim *sim, const char *text, struct sim_reading *reading, struct sim_error *error);
/* Reads it over an interval of the world, or over a window's samples. `seen` ns long. */
struct sim_reading_value sim_reading_read(const struct sim_reading *reading, const struct sim_sample *samples,
                                          sim_ns seen);

/* Gives the world a sink for windows of `window` ns; before it runs, started or not. */
void sim_set_sink(struct sim *sim, sim_ns window, struct sim_sink sink);

/* Adds what one instrument did in a slice of time to `into`; `first`: nothing was added so far. */
void sim_sample_add(struct sim_sample *into, const struct sim_sample *slice, const struct sim_metric *metric,
                    bool first);

/* ---- for the kernel ---- */

void sim_gauge_start(struct sim_gauge *gauge, sim_ns now, int64_t value);
/* Lists every instrument of the world, makes room in its intervals; after all nodes exist, before the start. */
void sim_metrics_build(struct sim *sim);
/* Adds what came together since the last cut to the window and the open intervals. */
void sim_metrics_cut(struct sim *sim, sim_ns at);
/* The last cut, now, and the end of the last window. */
void sim_metrics_finish(struct sim *sim);
/* Name of an instrument for the fingerprint, NULL for a reason not yet seen. */
const char *sim_instrument_label(const struct sim_instrument *instrument);
void sim_metrics_fini(struct sim *sim);

#endif
