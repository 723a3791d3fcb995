/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The retry budget part: bounds the retries of all requests together, where a retry policy bounds those of one. It is
 * asked when the policy wants a retry, before its pause; when it denies, the answer of the last attempt is the answer.
 *
 *   tokens  a bucket. In: per_request at each first attempt, per_success at each success, per_second all the time. Out:
 *           cost (timeout_cost after a TIMEOUT) at each retry, per_failure at each failed attempt. A retry needs its cost
 *           and a level above retry_above x cap. Settings of it are Finagle's RetryBudget (20 % of requests + 10/s),
 *           gRPC's throttling (A6: out 1 a failure, in a ratio a success, only above half), the quota of AWS' standard mode
 *           (500 tokens, cost 5, 10 after a timeout).
 *   share   Envoy's retry_budget: at most max(minimum, share x calls under way) retries under way, each from the moment
 *           it is granted to the end of its attempt.
 *
 * Failed: an error (5xx) or LIMITED. Success: OK or NOT_FOUND. CANCELLED is neither. docs/limits.md has the presets. */
#ifndef MODELS_BUDGET_H
#define MODELS_BUDGET_H

#include "models/bucket.h"
#include "sim/node.h"

enum budget_kind { BUDGET_NONE, BUDGET_TOKENS, BUDGET_SHARE };

struct budget {
    struct sim_part_base part; /* must be first */
    int kind;                  /* param: enum budget_kind */
    double start, cap;         /* params, tokens */
    double per_request, per_success, per_second;
    double cost, timeout_cost, per_failure;
    double retry_above; /* param, share of the cap */
    double share;       /* param */
    int64_t minimum;    /* param, retries */
    struct bucket bucket;
    int64_t spent_units;
    struct sim_gauge level, under_way;
    struct sim_counter granted, denied, spent;
};

extern const struct sim_part_type budget_type;

/* For the inline functions below. `holds` is of the request's frame, false at first: whether it has a retry under way. */
void budget_count_request(struct budget *budget);
void budget_count_attempt(struct budget *budget, enum sim_status status);
bool budget_grants(struct budget *budget, bool *holds, enum sim_status status, int64_t active);
void budget_let_go(struct budget *budget, bool *holds);

/* A request makes its first attempt. */
static inline void budget_begin(struct budget *budget)
{
    if (__builtin_expect(budget->kind != BUDGET_NONE, 0))
        budget_count_request(budget);
}

/* An attempt of its ended. */
static inline void budget_attempt(struct budget *budget, bool *holds, enum sim_status status)
{
    if (*holds)
        budget_let_go(budget, holds);
    if (__builtin_expect(budget->kind != BUDGET_NONE, 0))
        budget_count_attempt(budget, status);
}

/* Whether it may try again after an attempt that ended with `status`; takes the cost. `active`: calls under way. */
static inline bool budget_allows(struct budget *budget, bool *holds, enum sim_status status, int64_t active)
{
    return __builtin_expect(budget->kind == BUDGET_NONE, 1) || budget_grants(budget, holds, status, active);
}

/* The request is done, perhaps before the retry that was granted: tokens are spent, a place is given back. */
static inline void budget_end(struct budget *budget, bool *holds)
{
    if (*holds)
        budget_let_go(budget, holds);
}

#endif
