/* SPDX-License-Identifier: GPL-3.0-or-later */
/* See retry.h. Changes of its params act on the next pause. */
#include "models/retry.h"

#include "models/http.h"

enum retry_growth { GROWTH_EXPONENTIAL, GROWTH_CONSTANT };
enum retry_jitter { JITTER_NONE, JITTER_FULL, JITTER_EQUAL, JITTER_DECORRELATED, JITTER_PROPORTIONAL };

enum { DOUBLINGS_MAX = 60 };

bool retry_wants(const struct retry *retry, enum sim_status status, int64_t attempt)
{
    return (retry->on >> status & 1) != 0 && attempt < retry->max_attempts;
}

/* min(backoff x 2^(n-1), cap) without overflow. */
static sim_ns base_pause(const struct retry *retry, int64_t attempt)
{
    sim_ns pause = retry->backoff;
    if (retry->growth == GROWTH_EXPONENTIAL) {
        for (int64_t n = 1; n < attempt && n < DOUBLINGS_MAX && pause < SIM_NS_MAX / 2 && pause < retry->cap; n++)
            pause *= 2;
    }
    return pause < retry->cap ? pause : retry->cap;
}

/* x U(low, high). */
static sim_ns spread(struct retry *retry, sim_ns pause, double low, double high)
{
    double factor = low + (high - low) * sim_rng_uniform(&retry->rng);
    return sim_ns_from_s(sim_ns_to_s(pause) * factor);
}

sim_ns retry_pause(struct retry *retry, int64_t attempt, sim_ns last)
{
    sim_ns pause = base_pause(retry, attempt);
    switch ((enum retry_jitter)retry->jitter.choice) {
    case JITTER_NONE:
        break;
    case JITTER_FULL:
        return spread(retry, pause, 0, 1);
    case JITTER_EQUAL:
        return spread(retry, pause, 0.5, 1);
    case JITTER_PROPORTIONAL:
        return spread(retry, pause, 1 - retry->jitter.ratio, 1 + retry->jitter.ratio);
    case JITTER_DECORRELATED: {
        double low = sim_ns_to_s(retry->backoff);
        double high = 3 * sim_ns_to_s(last > retry->backoff ? last : retry->backoff);
        sim_ns drawn = sim_ns_from_s(low + (high - low) * sim_rng_uniform(&retry->rng));
        return drawn < retry->cap ? drawn : retry->cap;
    }
    }
    return pause;
}

static void start(void *part)
{
    struct retry *retry = part;
    if (retry->part.node->incarnation == 1)
        sim_node_stream(retry->part.node, &retry->rng, "retry jitter");
}

static const char *const growths[] = {"exponential", "constant", NULL};
static const char *const jitters[] = {"none", "full", "equal", "decorrelated", "proportional", NULL};

#define FIELD(member) .offset = offsetof(struct retry, member)

static const struct sim_param params[] = {{.name = "on",
                                           .kind = SIM_PARAM_SET,
                                           FIELD(on),
                                           .initial = "UNAVAILABLE",
                                           .choices = http_status_names,
                                           .also = http_status_numbers,
                                           .live = true,
                                           .help = "outcomes that are tried again"},
                                          {.name = "max_attempts",
                                           .kind = SIM_PARAM_COUNT,
                                           FIELD(max_attempts),
                                           .initial = "1",
                                           .min = 1,
                                           .max = 1e9,
                                           .none = true,
                                           .live = true,
                                           .help = "attempts in all, the first one counts; 1: no retries"},
                                          {.name = "backoff",
                                           .kind = SIM_PARAM_DURATION,
                                           FIELD(backoff),
                                           .initial = "100ms",
                                           .live = true,
                                           .help = "pause after the first attempt"},
                                          {.name = "growth",
                                           .kind = SIM_PARAM_CHOICE,
                                           FIELD(growth),
                                           .initial = "exponential",
                                           .choices = growths,
                                           .live = true,
                                           .help = "whether the pause doubles with each attempt"},
                                          {.name = "cap",
                                           .kind = SIM_PARAM_DURATION,
                                           FIELD(cap),
                                           .initial = "none",
                                           .none = true,
                                           .live = true,
                                           .help = "longest pause, before a proportional jitter"},
                                          {.name = "jitter",
                                           .kind = SIM_PARAM_VARIANT,
                                           FIELD(jitter),
                                           .initial = "none",
                                           .choices = jitters,
                                           .takes_ratio = 1u << JITTER_PROPORTIONAL,
                                           .live = true,
                                           .help = "how pauses are made uneven"},
                                          {0}};

static const struct sim_metric metrics[] = {{.name = "retries",
                                             .kind = SIM_METRIC_COUNTER,
                                             FIELD(retries),
                                             .unit = "retries",
                                             .help = "attempts after the first"},
                                            {0}};

const struct sim_part_type retry_type = {
    .name = "retry",
    .help = "which outcomes are tried again, how often, and after how long",
    .params = params,
    .metrics = metrics,
    .start = start,
};
