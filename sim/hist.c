/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The log-linear histogram: rows on demand, and the list of buckets in use.
 *
 * After HdrHistogram (G. Tene, 2012; https://hdrhistogram.org) with 8 bits of mantissa: a bucket of row r >= 1 is
 * 2^(r-1) wide and starts at 2^(r+7) or above, so its middle is within 2^-9 = 0.195 % of every value in it.
 *
 * Invariants: a bucket is in `touched` exactly once if its count is above 0 and not at all otherwise; the counts sum to
 * `count`; every value lies in [min, max]; rows are never freed before sim_hist_fini. */
#include "sim/hist.h"

#include <math.h>
#include <stdlib.h>

void sim_hist_init(struct sim_hist *hist)
{
    *hist = (struct sim_hist){.min = INT64_MAX};
}

void sim_hist_fini(struct sim_hist *hist)
{
    for (size_t row = 0; row < SIM_HIST_ROWS; row++)
        free(hist->rows[row]);
    free(hist->touched);
    sim_hist_init(hist);
}

int64_t sim_hist_bucket_low(uint32_t bucket)
{
    sim_assert(bucket < SIM_HIST_ROWS * SIM_HIST_SUB);
    uint32_t row = bucket / SIM_HIST_SUB;
    int64_t column = bucket % SIM_HIST_SUB;
    return row == 0 ? column : (SIM_HIST_SUB + column) << (row - 1);
}

int64_t sim_hist_bucket_width(uint32_t bucket)
{
    sim_assert(bucket < SIM_HIST_ROWS * SIM_HIST_SUB);
    uint32_t row = bucket / SIM_HIST_SUB;
    return row == 0 ? 1 : (int64_t)1 << (row - 1);
}

void sim_hist_first_use(struct sim_hist *hist, uint32_t bucket)
{
    uint64_t **row = &hist->rows[bucket / SIM_HIST_SUB];
    if (*row == NULL)
        *row = sim_xcalloc(SIM_HIST_SUB, sizeof **row);
    if (hist->touched_count == hist->touched_room) {
        hist->touched_room = hist->touched_room == 0 ? 32 : 2 * hist->touched_room;
        hist->touched = sim_xrealloc(hist->touched, hist->touched_room * sizeof *hist->touched);
    }
    hist->touched[hist->touched_count++] = (uint16_t)bucket;
}

void sim_hist_add_bucket(struct sim_hist *hist, uint32_t bucket, uint64_t count)
{
    uint32_t row = bucket / SIM_HIST_SUB;
    uint32_t column = bucket % SIM_HIST_SUB;
    if (hist->rows[row] == NULL || hist->rows[row][column] == 0)
        sim_hist_first_use(hist, bucket);
    hist->rows[row][column] += count;
}

void sim_hist_merge(struct sim_hist *into, const struct sim_hist *from)
{
    sim_assert(into != from);
    for (uint32_t i = 0; i < from->touched_count; i++) {
        uint32_t bucket = from->touched[i];
        sim_hist_add_bucket(into, bucket, from->rows[bucket / SIM_HIST_SUB][bucket % SIM_HIST_SUB]);
    }
    into->count += from->count;
    into->sum += from->sum;
    into->min = from->min < into->min ? from->min : into->min;
    into->max = from->max > into->max ? from->max : into->max;
}

void sim_hist_clear(struct sim_hist *hist)
{
    for (uint32_t i = 0; i < hist->touched_count; i++)
        hist->rows[hist->touched[i] / SIM_HIST_SUB][hist->touched[i] % SIM_HIST_SUB] = 0;
    hist->touched_count = 0;
    hist->count = 0;
    hist->sum = 0;
    hist->min = INT64_MAX;
    hist->max = 0;
}

/* ceil(p/100 * count), where a product that misses a whole number by rounding alone counts as that number: 7 % of 100
 * is rank 7, though 7.0 / 100 * 100 is above 7. */
static uint64_t nearest_rank(double p, uint64_t count)
{
    double exact = p * (double)count / 100.0;
    double rank = ceil(exact * (1.0 - 0x1.0p-51));
    if (rank < 1.0)
        return 1;
    return rank >= (double)count ? count : (uint64_t)rank;
}

static int64_t middle(const struct sim_hist *hist, uint32_t bucket)
{
    int64_t value = sim_hist_bucket_low(bucket) + (sim_hist_bucket_width(bucket) - 1) / 2;
    if (value < hist->min)
        return hist->min;
    return value > hist->max ? hist->max : value;
}

int64_t sim_hist_percentile(const struct sim_hist *hist, double p)
{
    sim_assert(hist->count > 0);
    sim_assert(p > 0.0 && p <= 100.0);
    uint64_t rank = nearest_rank(p, hist->count);
    if (rank == 1)
        return hist->min;
    if (rank == hist->count)
        return hist->max;
    uint32_t last = sim_hist_bucket(hist->max);
    uint64_t seen = 0;
    for (uint32_t bucket = sim_hist_bucket(hist->min); bucket <= last; bucket++) {
        const uint64_t *row = hist->rows[bucket / SIM_HIST_SUB];
        if (row == NULL) {
            bucket |= SIM_HIST_SUB - 1U; /* on to the next row */
            continue;
        }
        seen += row[bucket % SIM_HIST_SUB];
        if (seen >= rank)
            return middle(hist, bucket);
    }
    sim_panic(__FILE__, __LINE__, "the buckets of a histogram hold less than its count");
}

double sim_hist_mean(const struct sim_hist *hist)
{
    sim_assert(hist->count > 0);
    return (double)hist->sum / (double)hist->count;
}

uint64_t sim_hist_count_up_to(const struct sim_hist *hist, int64_t value)
{
    if (value < 0)
        return 0;
    /* The buckets below `end` hold values up to `value` and no other. */
    uint32_t end = sim_hist_bucket(value);
    if (value - sim_hist_bucket_low(end) == sim_hist_bucket_width(end) - 1)
        end++;
    uint64_t seen = 0;
    for (uint32_t first = 0; first < end; first += SIM_HIST_SUB) {
        const uint64_t *row = hist->rows[first / SIM_HIST_SUB];
        uint32_t columns = end - first < SIM_HIST_SUB ? end - first : SIM_HIST_SUB;
        for (uint32_t column = 0; row != NULL && column < columns; column++)
            seen += row[column];
    }
    return seen;
}
