/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The rate limit part: a token bucket in front of a node. A request takes a token or is answered LIMITED (429) at once;
 * nobody waits. `rate` tokens come in a second, at most `burst` are kept, and it begins full: over any time t at most
 * burst + rate x t requests pass. So do AWS API Gateway's throttling and Envoy's local rate limit. */
#ifndef MODELS_RATE_LIMIT_H
#define MODELS_RATE_LIMIT_H

#include "models/bucket.h"
#include "sim/node.h"

struct rate_limit {
    struct sim_part_base part; /* must be first */
    double rate;               /* param, requests a second; infinity: off */
    int64_t burst;             /* param, requests */
    bool on;                   /* rate is finite */
    struct bucket bucket;
    struct sim_counter limited;
};

extern const struct sim_part_type rate_limit_type;

/* What a request that was turned away is answered: LIMITED "Rate Limited". */
extern const struct sim_outcome rate_limit_outcome;

bool rate_limit_takes(struct rate_limit *limit);

/* Whether a request that arrives now may pass. */
static inline bool rate_limit_passes(struct rate_limit *limit)
{
    return __builtin_expect(!limit->on, 1) || rate_limit_takes(limit);
}

#endif
