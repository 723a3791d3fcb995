/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which of the traces of a run stay in memory: a bounded sample that does not hang on the order in which they came.
 *
 *  - of each status in each slice of time, those whose id has the lowest hash (a uniform sample of them);
 *  - the slowest;
 *  - of all, those whose id has the lowest hash, up to a number: a uniform sample of what was asked for.
 *
 * Only traces that are wanted are looked at (phase, filter). All are counted, so that it can be said what was dropped. */
#ifndef REPORTS_KEEP_H
#define REPORTS_KEEP_H

#include "reports/collect.h"
#include "scenarios/scenario.h"

enum { KEEP_SLICES = 400 };

struct keep_options {
    sim_ns from, to;    /* traces whose root ends in [from, to) */
    sim_ns run;         /* length of the run */
    uint32_t per_slice; /* of each status in each of KEEP_SLICES slices of the run */
    uint32_t slowest;
    uint32_t sample;                                         /* by lowest hash of all */
    bool (*wants)(void *context, const struct trace *trace); /* NULL: all */
    void *context;
};

struct keep_counts {
    uint64_t seen;                    /* in [from, to) */
    uint64_t wanted;                  /* of these */
    uint64_t by_status[SIM_STATUSES]; /* of the wanted */
    uint64_t unfinished;              /* of the wanted: the run ended first */
};

/* A list of at most `room` traces, the first to go at its head (a binary heap). */
struct keep_list {
    struct trace **traces;
    uint32_t count, room;
};

struct keep {
    struct collector *collector;
    struct keep_options options;
    struct keep_counts counts;
    struct keep_list *slices; /* KEEP_SLICES x SIM_STATUSES */
    struct keep_list slowest, sample;
};

void keep_init(struct keep *keep, struct collector *collector, const struct keep_options *options);
/* Releases all. */
void keep_fini(struct keep *keep);

/* Looks at a trace: a trace_sink, whose context is a struct keep. */
void keep_take(void *context, struct trace *trace);

/* All that are kept, each once, in the order of their end; *count of them. Free the list, not the traces. */
struct trace **keep_all(const struct keep *keep, size_t *count);
/* The slowest, slowest first. The same. */
struct trace **keep_slowest(const struct keep *keep, size_t *count);
/* Of what is kept, `most` traces that show as many statuses as there are, those with the lowest hash first; in the order
 * of their end. The same. */
struct trace **keep_varied(const struct keep *keep, size_t most, size_t *count);

/* The hash that decides. */
uint64_t trace_hash(uint64_t id);

#endif
