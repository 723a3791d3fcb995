/* SPDX-License-Identifier: GPL-3.0-or-later */
/* See rate_limit.h. A new rate counts from its change on; a smaller burst takes away at once what is above it. A limit
 * that is turned on begins full, as after a restart. */
#include "models/rate_limit.h"

#include <math.h>

const struct sim_outcome rate_limit_outcome = {SIM_LIMITED, "Rate Limited"};

bool rate_limit_takes(struct rate_limit *limit)
{
    const bool taken = bucket_take(&limit->bucket, sim_now(limit->part.node), BUCKET_TOKEN);
    sim_count(&limit->limited, !taken);
    return taken;
}

static void start(void *part)
{
    struct rate_limit *limit = part;
    limit->on = isfinite(limit->rate);
    if (!limit->on)
        return;
    const int64_t burst = limit->burst * BUCKET_TOKEN;
    bucket_start(&limit->bucket, sim_now(limit->part.node), burst, burst, bucket_units(limit->rate));
}

static void on_param(void *part, const struct sim_param *param)
{
    (void)param;
    struct rate_limit *limit = part;
    if (limit->part.node->down)
        return; /* the start reads them */
    if (!limit->on || !isfinite(limit->rate))
        start(limit);
    else
        bucket_change(&limit->bucket, sim_now(limit->part.node), limit->burst * BUCKET_TOKEN,
                      bucket_units(limit->rate));
}

#define FIELD(member) .offset = offsetof(struct rate_limit, member)

static const struct sim_param params[] = {{.name = "rate",
                                           .kind = SIM_PARAM_RATE,
                                           FIELD(rate),
                                           .initial = "none",
                                           .min = 0,
                                           .max = 1e9,
                                           .none = true,
                                           .live = true,
                                           .help = "requests that may pass a second, in the long run; none: no limit"},
                                          {.name = "burst",
                                           .kind = SIM_PARAM_COUNT,
                                           FIELD(burst),
                                           .initial = "1",
                                           .min = 1,
                                           .max = 1e6,
                                           .live = true,
                                           .help = "requests that may pass at once after a time without any"},
                                          {0}};

static const struct sim_metric metrics[] = {
    {.name = "limited", .kind = SIM_METRIC_COUNTER, FIELD(limited), .unit = "requests", .help = "requests turned away"},
    {0}};

const struct sim_part_type rate_limit_type = {
    .name = "rate_limit",
    .help = "a token bucket in front of a node: an excess request is answered LIMITED (429)",
    .params = params,
    .metrics = metrics,
    .start = start,
    .on_param = on_param,
};
