/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Experiments: variants of cells, each run with the same seeds, in memory. What explain, compare, check and hypothesis
 * stand on. Results stand in the order of variant and seed, however many workers there are. */
#ifndef REPORTS_EXPERIMENT_H
#define REPORTS_EXPERIMENT_H

#include "reports/record.h"

/* A scenario with overrides of its own, applied in their order. Everything belongs to the caller. */
struct variant {
    const char *title;
    const struct scenario *scenario;
    const struct override *overrides;
    size_t override_count;
};

struct experiment {
    const struct variant *variants;
    size_t variant_count, replications; /* seeds seed .. seed + replications - 1 */
    uint64_t seed;
    unsigned jobs; /* worker threads; 0: one a core */
    /* May be NULL. Told of each cell before it runs, to listen to its world, and once it has run to its end; on worker
     * threads, so for different cells at the same time. `index`: variant x replications + replication. */
    void (*prepare)(void *context, struct cell *cell, size_t index);
    void (*ended)(void *context, struct cell *cell, size_t index);
    void *context;
    /* Out: variant x replication; NULL where a cell failed. Owned: experiment_fini. */
    struct record **records;
};

/* Runs all cells. Prints on stderr why a variant could not be built or run (once a variant). The exit code: the worst
 * of them, EXIT_FINE when all ran; verdicts mean nothing here. */
int experiment_run(struct experiment *experiment);
void experiment_fini(struct experiment *experiment);

static inline struct record *experiment_record(const struct experiment *experiment, size_t variant, size_t replication)
{
    return experiment->records[variant * experiment->replications + replication];
}

/* A mean over seeds with its 95 % interval (Student's t; of one value the value itself). */
struct estimate {
    size_t count;   /* seeds that had data, in both variants when it is a change */
    bool identical; /* a change: every pair is equal to the bit */
    double mean, sd, low, high;
};
/* Of one reading. Phases and items are found by their names, since variants may order them otherwise: count is 0 where a
 * record has no such phase or item. */
struct estimate experiment_value(const struct experiment *experiment, size_t variant, const char *phase,
                                 const char *key);
/* Of the paired differences variant - base. */
struct estimate experiment_change(const struct experiment *experiment, size_t base, size_t variant, const char *phase,
                                  const char *key);
/* The same statistics of any values. */
struct estimate estimate_of(const double *values, size_t count);

#endif
