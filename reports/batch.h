/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Many cells: scenarios x seeds on worker threads, stored by one writer in the order of the cells, so that output and
 * store do not depend on how many workers there are or which finishes first. A cell that fails is reported and the
 * others go on. */
#ifndef REPORTS_BATCH_H
#define REPORTS_BATCH_H

#include "reports/options.h"
#include "reports/record.h"

struct batch {
    struct scenario **scenarios;
    size_t scenario_count;
    uint64_t seed_first, seed_last;
    unsigned jobs;
    const struct cell_options *options;
    /* Out: scenario x seed; NULL where a cell failed. */
    struct record **records;
    size_t record_count;
};

/* Runs and stores all cells. The exit code: the worst of them. */
int batch_run(struct batch *batch);
void batch_fini(struct batch *batch);

/* Mean, standard deviation and 95 % interval (Student's t) of a reading over the seeds that had data. */
struct batch_reading {
    size_t count;
    double mean, sd, low, high; /* sd 0 and low = high = mean for one value */
};
struct batch_reading batch_summarise(struct record *const *records, size_t count, uint32_t phase, uint32_t item);

/* Summary of one scenario's records (count of them, failed ones NULL). */
void batch_show_text(FILE *out, const struct batch *batch, size_t scenario);
cJSON *batch_tree(const struct batch *batch, size_t scenario);

#endif
