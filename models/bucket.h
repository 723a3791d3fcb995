/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A token bucket in exact integers, for parts that embed one: retry budget, rate limit. It holds at most `cap`, gains
 * `rate` a second, and is brought up to date when it is asked, so it needs no event.
 *
 * The level counts units of 1e-9 token, and `remainder` what is less than a unit, so a gain does not depend on how often
 * the bucket was asked meanwhile: 3/s gives exactly 3 tokens a second. Invariant: 0 <= level <= cap; a full bucket has
 * no remainder. */
#ifndef MODELS_BUCKET_H
#define MODELS_BUCKET_H

#include "sim/base.h"

/* Units a token. */
#define BUCKET_TOKEN INT64_C(1000000000)

struct bucket {
    int64_t level, cap; /* units */
    int64_t rate;       /* units a second */
    int64_t remainder;  /* of a unit, in 1e-9 */
    sim_ns since;       /* up to date until then */
};

/* Tokens in units, rounded half away from zero; within -1e9..1e9 tokens. */
int64_t bucket_units(double tokens);

/* Sets everything, at `now`: the level is at most the cap. Arguments in units, none below 0. */
void bucket_start(struct bucket *bucket, sim_ns now, int64_t level, int64_t cap, int64_t rate);

/* Brings it up to date, then sets cap and rate; what is above the new cap is lost at once. */
void bucket_change(struct bucket *bucket, sim_ns now, int64_t cap, int64_t rate);

/* Adds units, or takes them when below 0, within 0 and the cap. */
void bucket_add(struct bucket *bucket, sim_ns now, int64_t units);

/* Takes units if there are as many; false leaves it as it is. */
bool bucket_take(struct bucket *bucket, sim_ns now, int64_t units);

#endif
