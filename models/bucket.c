/* SPDX-License-Identifier: GPL-3.0-or-later */
/* See bucket.h. The greatest gain, 1e9 tokens a second for ten years, is 3e35 and fits 128 bits. */
#include "models/bucket.h"

#include <math.h>

__extension__ typedef __int128 wide;

int64_t bucket_units(double tokens)
{
    sim_assert(fabs(tokens) <= 1e9);
    return llround(tokens * (double)BUCKET_TOKEN);
}

static void put(struct bucket *bucket, wide level)
{
    if (level >= bucket->cap) {
        level = bucket->cap;
        bucket->remainder = 0;
    }
    bucket->level = level < 0 ? 0 : (int64_t)level;
}

static void settle(struct bucket *bucket, sim_ns now)
{
    const wide gain = (wide)(now - bucket->since) * bucket->rate + bucket->remainder;
    sim_assert(now >= bucket->since);
    bucket->since = now;
    bucket->remainder = (int64_t)(gain % SIM_S);
    put(bucket, bucket->level + gain / SIM_S);
}

void bucket_start(struct bucket *bucket, sim_ns now, int64_t level, int64_t cap, int64_t rate)
{
    sim_assert(level >= 0 && cap >= 0 && rate >= 0);
    *bucket = (struct bucket){.cap = cap, .rate = rate, .since = now};
    put(bucket, level);
}

void bucket_change(struct bucket *bucket, sim_ns now, int64_t cap, int64_t rate)
{
    sim_assert(cap >= 0 && rate >= 0);
    settle(bucket, now);
    bucket->cap = cap;
    bucket->rate = rate;
    put(bucket, bucket->level);
}

void bucket_add(struct bucket *bucket, sim_ns now, int64_t units)
{
    settle(bucket, now);
    put(bucket, (wide)bucket->level + units);
}

bool bucket_take(struct bucket *bucket, sim_ns now, int64_t units)
{
    settle(bucket, now);
    if (bucket->level < units)
        return false;
    put(bucket, (wide)bucket->level - units);
    return true;
}
