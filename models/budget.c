/* SPDX-License-Identifier: GPL-3.0-or-later */
/* See budget.h. Sources: Envoy, config.cluster.v3.CircuitBreakers.Thresholds.RetryBudget; Finagle, RetryBudget; gRPC
 * proposal A6, client retries; AWS SDKs and Tools Reference Guide, retry behavior.
 *
 * Invariant: under_way counts the frames whose `holds` is set, whatever the kind is meanwhile. Every change of a param
 * acts on the next question; a bucket that is turned on begins with `start`, as after a restart. */
#include "models/budget.h"

#include <string.h>

/* Units of a thousandth of a token, as the metrics show it. */
enum { MILLI = 1000000 };

static void show_level(struct budget *budget)
{
    const int64_t milli = budget->bucket.level / MILLI;
    if (milli != budget->level.value)
        sim_gauge_set(&budget->level, sim_now(budget->part.node), milli);
}

static void add(struct budget *budget, double tokens)
{
    bucket_add(&budget->bucket, sim_now(budget->part.node), bucket_units(tokens));
    show_level(budget);
}

void budget_count_request(struct budget *budget)
{
    if (budget->kind == BUDGET_TOKENS)
        add(budget, budget->per_request);
}

void budget_count_attempt(struct budget *budget, enum sim_status status)
{
    if (budget->kind != BUDGET_TOKENS)
        return;
    if (status == SIM_OK || status == SIM_NOT_FOUND)
        add(budget, budget->per_success);
    else if (status == SIM_LIMITED || sim_status_is_error(status))
        add(budget, -budget->per_failure);
}

static bool take_tokens(struct budget *budget, enum sim_status status)
{
    const bool dearer = status == SIM_TIMEOUT && budget->timeout_cost > 0;
    const int64_t cost = bucket_units(dearer ? budget->timeout_cost : budget->cost);
    bucket_add(&budget->bucket, sim_now(budget->part.node), 0); /* what came in since */
    const sim_wide share = (sim_wide)bucket_units(budget->retry_above) * budget->bucket.cap;
    const bool above = (sim_wide)budget->bucket.level * BUCKET_TOKEN > share;
    const bool taken = above && bucket_take(&budget->bucket, sim_now(budget->part.node), cost);
    show_level(budget);
    if (!taken)
        return false;
    budget->spent_units += cost;
    sim_count(&budget->spent, budget->spent_units / MILLI - budget->spent.value);
    return true;
}

static bool take_place(struct budget *budget, int64_t active)
{
    const int64_t share = (int64_t)((sim_wide)bucket_units(budget->share) * active / BUCKET_TOKEN);
    const int64_t places = share > budget->minimum ? share : budget->minimum;
    if (budget->under_way.value >= places)
        return false;
    sim_gauge_add(&budget->under_way, sim_now(budget->part.node), 1);
    return true;
}

bool budget_grants(struct budget *budget, bool *holds, enum sim_status status, int64_t active)
{
    sim_assert(!*holds && active >= 0);
    bool granted = false;
    if (budget->kind == BUDGET_TOKENS) {
        granted = take_tokens(budget, status);
    } else {
        granted = take_place(budget, active);
        *holds = granted;
    }
    sim_count(granted ? &budget->granted : &budget->denied, 1);
    return granted;
}

void budget_let_go(struct budget *budget, bool *holds)
{
    sim_assert(*holds && budget->under_way.value > 0);
    *holds = false;
    sim_gauge_add(&budget->under_way, sim_now(budget->part.node), -1);
}

/* ---- life ---- */

static void start(void *part)
{
    struct budget *budget = part;
    const int64_t level = budget->kind == BUDGET_TOKENS ? bucket_units(budget->start) : 0;
    bucket_start(&budget->bucket, sim_now(budget->part.node), level, bucket_units(budget->cap),
                 bucket_units(budget->per_second));
    show_level(budget);
}

static void reset(void *part)
{
    struct budget *budget = part;
    sim_ns now = sim_now(budget->part.node);
    if (budget->under_way.value != 0) /* their frames are gone */
        sim_gauge_set(&budget->under_way, now, 0);
    if (budget->level.value != 0)
        sim_gauge_set(&budget->level, now, 0);
}

static void on_param(void *part, const struct sim_param *param)
{
    struct budget *budget = part;
    if (budget->part.node->down)
        return; /* the start reads them all */
    if (strcmp(param->name, "kind") == 0) {
        start(budget);
    } else if (budget->kind == BUDGET_TOKENS) {
        bucket_change(&budget->bucket, sim_now(budget->part.node), bucket_units(budget->cap),
                      bucket_units(budget->per_second));
        show_level(budget);
    }
}

static bool check(const void *part, struct sim_error *error)
{
    const struct budget *budget = part;
    if (budget->start <= budget->cap)
        return true;
    (void)sim_fail(error, NULL, "want at most `cap`, %g tokens, got %g", budget->cap, budget->start);
    (void)strcpy(error->path, "start");
    return false;
}

static const char *const kinds[] = {"none", "tokens", "share", NULL};

#define FIELD(member) .offset = offsetof(struct budget, member)
#define TOKENS(n, initial_, h) \
    { \
        .name = #n, .kind = SIM_PARAM_NUMBER, FIELD(n), .initial = initial_, .min = 0, .max = 1e6, .live = true, \
        .help = h \
    }

static const struct sim_param params[] = {
    {.name = "kind",
     .kind = SIM_PARAM_CHOICE,
     FIELD(kind),
     .initial = "none",
     .choices = kinds,
     .live = true,
     .help = "what bounds retries: nothing, a bucket of tokens, or a share of the calls under way"},
    {.name = "start",
     .kind = SIM_PARAM_NUMBER,
     FIELD(start),
     .initial = "0",
     .min = 0,
     .max = 1e6,
     .help = "tokens: level at first, after a restart, and when the kind becomes `tokens`"},
    TOKENS(cap, "100", "tokens: highest level; what is above it when it shrinks is lost"),
    TOKENS(per_request, "0.2", "tokens: added at each first attempt"),
    TOKENS(per_success, "0", "tokens: added at each attempt that ends OK or NOT_FOUND"),
    TOKENS(per_second, "0", "tokens: added a second"),
    TOKENS(cost, "1", "tokens: taken by a retry, which must find as many"),
    TOKENS(timeout_cost, "0", "tokens: taken by a retry after a TIMEOUT; 0: as `cost`"),
    TOKENS(per_failure, "0", "tokens: taken at each attempt that ends 5xx or LIMITED"),
    {.name = "retry_above",
     .kind = SIM_PARAM_RATIO,
     FIELD(retry_above),
     .initial = "0",
     .live = true,
     .help = "tokens: retries only while the level is above this share of the cap"},
    {.name = "share",
     .kind = SIM_PARAM_RATIO,
     FIELD(share),
     .initial = "0.2",
     .live = true,
     .help = "share: retries under way, at most, of the calls under way"},
    {.name = "minimum",
     .kind = SIM_PARAM_COUNT,
     FIELD(minimum),
     .initial = "3",
     .min = 0,
     .max = 1e6,
     .live = true,
     .help = "share: retries that may be under way however few calls are"},
    {0}};

#define COUNTER(n, u, h) \
    { \
        .name = #n, .kind = SIM_METRIC_COUNTER, FIELD(n), .unit = u, .help = h \
    }

static const struct sim_metric metrics[] = {
    {.name = "level",
     .kind = SIM_METRIC_GAUGE,
     FIELD(level),
     .unit = "millitokens",
     .help = "tokens: what the bucket held when it was last asked, in thousandths of a token"},
    {.name = "under_way",
     .kind = SIM_METRIC_GAUGE,
     FIELD(under_way),
     .unit = "retries",
     .help = "share: retries granted whose attempt has not ended"},
    COUNTER(granted, "retries", "retries that the budget let pass"),
    COUNTER(denied, "retries", "retries that the policy wanted and the budget denied"),
    COUNTER(spent, "millitokens", "tokens: taken by retries, in thousandths of a token"),
    {0}};

const struct sim_part_type budget_type = {
    .name = "budget",
    .help = "a retry budget: bounds the retries of all requests together",
    .params = params,
    .metrics = metrics,
    .check = check,
    .start = start,
    .reset = reset,
    .on_param = on_param,
};
