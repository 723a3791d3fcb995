/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The windows of a run on their way to the store. A run's windows go to a temporary file as it advances, and from there
 * into the store in one transaction when it has ended: so memory does not grow with simulated time, no other process
 * waits for the store while a run runs, workers need no lock, and an interrupted run leaves nothing.
 *
 * Of a window only what happened is kept: counters that rose, gauges that changed, histograms with samples. */
#ifndef REPORTS_SPOOL_H
#define REPORTS_SPOOL_H

#include "sim/world.h"

#include <stdio.h>

struct spool {
    FILE *file;  /* unlinked */
    bool failed; /* the temporary file could not be written; errno of the first failure in `error` */
    int error;
    const struct sim *sim;
    unsigned char *room; /* for a histogram's buckets */
    size_t room_size;
};

/* One window of one instrument. */
struct spool_point {
    uint32_t instrument; /* index in sim->instruments */
    uint32_t bytes;      /* of `buckets` that follow */
    int64_t t, length;
    int64_t count, low, high, last; /* counter: increase; gauge: changes; histogram: count, min, max */
    int64_t sum;                    /* histogram */
    int64_t p50, p95, p99;          /* histogram */
    double mean;                    /* gauge */
};

/* A file without a name in $TMPDIR or /tmp, for writing and reading. NULL with errno set. */
FILE *spool_open_file(void);

/* Opens the temporary file and makes it the world's sink; before the world starts. False with errno set. */
bool spool_init(struct spool *spool, struct sim *sim, sim_ns window);
void spool_fini(struct spool *spool);

/* Back to the start, for reading. False when something could not be written. */
bool spool_rewind(struct spool *spool);
/* The next point; its buckets stay valid until the next call. False at the end, or with spool->failed. */
bool spool_next(struct spool *spool, struct spool_point *point, const unsigned char **buckets);

/* Buckets as bytes: for each in use, ascending, LEB128 of its distance from the one before (the first: from 0) and of its
 * count. Returns the length; `room` needs 20 bytes a bucket in use. */
size_t spool_encode(const struct sim_hist *hist, unsigned char *room);
/* Adds encoded buckets to a histogram whose count, sum, min and max the caller keeps. False when they are malformed. */
bool spool_decode(const unsigned char *bytes, size_t length,
                  void (*each)(void *context, uint32_t bucket, uint64_t count), void *context);

#endif
