/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The retry policy part: which outcomes are tried again, how often, and after how long.
 *
 * The pause after the n-th attempt is b(n) = backoff (constant) or min(backoff x 2^(n-1), cap) (exponential), made
 * uneven by a jitter (Brooker, "Exponential Backoff and Jitter", AWS 2015):
 *   none  b;  full  U(0, b);  equal  b/2 + U(0, b/2);  decorrelated  min(cap, U(backoff, 3 x the last pause));
 *   proportional j  b x U(1-j, 1+j), applied after the cap. */
#ifndef MODELS_RETRY_H
#define MODELS_RETRY_H

#include "sim/node.h"

struct retry {
    struct sim_part_base part; /* must be first */
    uint64_t on;               /* param: set of statuses */
    int64_t max_attempts;      /* param: the first one counts */
    sim_ns backoff, cap;       /* params */
    int growth;                /* param: enum retry_growth */
    struct sim_variant jitter; /* param: enum retry_jitter */
    struct sim_rng rng;
    struct sim_counter retries;
};

extern const struct sim_part_type retry_type;

/* Whether the policy tries again after attempt `attempt` (1: the first) ended with `status`. */
bool retry_wants(const struct retry *retry, enum sim_status status, int64_t attempt);

/* The pause after attempt `attempt`, in ns; draws once unless the jitter is none. `last` is the pause before, 0 at
 * first (for decorrelated). The retry is counted by the caller, once it is made: a deadline may come first. */
sim_ns retry_pause(struct retry *retry, int64_t attempt, sim_ns last);

#endif
