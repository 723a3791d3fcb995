/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A log-linear histogram of non-negative 64-bit values (after HdrHistogram, Tene 2012): values below 256 have a bucket
 * each, above that every octave [2^k, 2^(k+1)) has 256 buckets of equal width, so a value read back is within 0.2 % of
 * what was recorded. Count, sum, minimum and maximum are exact. Rows of 256 buckets appear when first used, so an
 * empty histogram is small. Histograms of equal geometry merge without loss; no estimator runs anywhere. */
#ifndef SIM_HIST_H
#define SIM_HIST_H

#include "sim/base.h"

enum { SIM_HIST_SUB = 256, SIM_HIST_ROWS = 56 };

struct sim_hist {
    uint64_t count;
    int64_t min, max; /* INT64_MAX and 0 when empty */
    __extension__ __int128 sum;
    uint64_t *rows[SIM_HIST_ROWS]; /* NULL until a value falls there */
    uint16_t *touched;             /* the buckets in use, in order of first use */
    uint32_t touched_count, touched_room;
};

void sim_hist_init(struct sim_hist *hist);
void sim_hist_fini(struct sim_hist *hist);

/* Index of the bucket of a value (>= 0; negative is a bug): row * SIM_HIST_SUB + column. Row 0 holds 0..255, row r >= 1
 * holds [2^(r+7), 2^(r+8)). */
static inline uint32_t sim_hist_bucket(int64_t value)
{
    sim_assert(value >= 0);
    uint32_t row = 56U - (uint32_t)__builtin_clzll((unsigned long long)value | 255U);
    uint32_t shift = row - (row > 0 ? 1U : 0U);
    return row * SIM_HIST_SUB + ((uint32_t)(value >> shift) & (SIM_HIST_SUB - 1U));
}
/* Smallest value of a bucket, and how many values it holds. */
int64_t sim_hist_bucket_low(uint32_t bucket);
int64_t sim_hist_bucket_width(uint32_t bucket);

/* The slow half of sim_hist_record: makes the row of a bucket, or notes its first use. For sim_hist_record alone. */
void sim_hist_first_use(struct sim_hist *hist, uint32_t bucket);

/* Counts one value (>= 0; negative is a bug). */
static inline void sim_hist_record(struct sim_hist *hist, int64_t value)
{
    uint32_t bucket = sim_hist_bucket(value);
    uint64_t *row = hist->rows[bucket / SIM_HIST_SUB];
    if (__builtin_expect(row == NULL || row[bucket % SIM_HIST_SUB] == 0, 0)) {
        sim_hist_first_use(hist, bucket);
        row = hist->rows[bucket / SIM_HIST_SUB];
    }
    row[bucket % SIM_HIST_SUB]++;
    hist->count++;
    hist->sum += value;
    hist->min = value < hist->min ? value : hist->min;
    hist->max = value > hist->max ? value : hist->max;
}
/* Adds all of `from` to `into`; costs the buckets in use, not the buckets there are. */
void sim_hist_merge(struct sim_hist *into, const struct sim_hist *from);
/* Adds `count` to a bucket alone, for whoever keeps count, sum, min and max right himself (a stored histogram). */
void sim_hist_add_bucket(struct sim_hist *hist, uint32_t bucket, uint64_t count);
/* Empties, keeping the rows for re-use; costs the buckets in use. */
void sim_hist_clear(struct sim_hist *hist);

/* The nearest-rank percentile, 0 < p <= 100: the value of rank ceil(p/100 * count), read as the middle of its bucket,
 * clamped to [min, max]; the first and the last rank are the exact minimum and maximum. An empty histogram has none:
 * count must be above 0 (sim_assert). */
int64_t sim_hist_percentile(const struct sim_hist *hist, double p);
/* Mean; count must be above 0. */
double sim_hist_mean(const struct sim_hist *hist);
/* How many recorded values are <= `value`, counting whole buckets whose every value is (exact when the value is the
 * last one of a bucket). */
uint64_t sim_hist_count_up_to(const struct sim_hist *hist, int64_t value);

#endif
