/* SPDX-License-Identifier: GPL-3.0-or-later */
/* See shedder.h. CoDel after the pseudo-code of RFC 8289, sections 5.5 and 5.6, each request being one `dequeue`:
 *
 *               a sojourn below the target
 *        +-------------------------------------+
 *        v                                     |
 *     watches -----------------------------> drops   at once, then each time drop_next comes, which moves on
 *              above it for an interval              by interval / sqrt(count)
 *
 * When dropping begins again within 16 intervals, it goes on at the rate at which it left off. Two things differ from a
 * packet queue: a queue of less than one packet, which CoDel spares, is here a sojourn of 0, below any target; and after
 * a drop the next request is judged when it leaves the queue, mostly the same instant.
 *
 * Integers only: drop_next feeds back into itself. floor(i / sqrt(n)) = isqrt(floor(i^2 / n)). */
#include "models/shedder.h"

#include <string.h>

__extension__ typedef unsigned __int128 wide;

const struct sim_outcome shedder_outcome = {SIM_UNAVAILABLE, "Shed"};

enum { REMEMBERED = 16 }; /* intervals */

/* floor of the square root, a bit at a time. */
static sim_ns isqrt(wide square)
{
    wide root = 0;
    wide bit = (wide)1 << 126;
    while (bit > square)
        bit >>= 2;
    for (; bit != 0; bit >>= 2) {
        if (square >= root + bit) {
            square -= root + bit;
            root = (root >> 1) + bit;
        } else {
            root >>= 1;
        }
    }
    return (sim_ns)root;
}

sim_ns shedder_codel_pause(sim_ns interval, int64_t count)
{
    sim_assert(interval >= 0 && count >= 1);
    return isqrt((wide)interval * (wide)interval / (wide)count);
}

static bool shed(struct shedder *shedder)
{
    sim_count(&shedder->shed, 1);
    return false;
}

bool shedder_admits_by_count(struct shedder *shedder, int64_t in_flight)
{
    return in_flight <= shedder->limit || shed(shedder);
}

/* Whether sojourns have been at the target or above for an interval. */
static bool stands(struct shedder *shedder, sim_ns now, sim_ns sojourn)
{
    if (sojourn < shedder->target)
        shedder->codel.above_since = SIM_NEVER;
    else if (shedder->codel.above_since == SIM_NEVER)
        shedder->codel.above_since = now;
    else
        return now - shedder->codel.above_since >= shedder->interval;
    return false;
}

static void begin_dropping(struct shedder *shedder, sim_ns now)
{
    const int64_t dropped = shedder->codel.count - shedder->codel.last_count;
    const sim_ns remembered = shedder->interval < SIM_NS_MAX / REMEMBERED ? REMEMBERED * shedder->interval : SIM_NS_MAX;
    const bool lately = now - shedder->codel.drop_next < remembered;
    shedder->codel.dropping = true;
    shedder->codel.count = dropped > 1 && lately ? dropped : 1;
    shedder->codel.last_count = shedder->codel.count;
    shedder->codel.drop_next = sim_ns_add(now, shedder_codel_pause(shedder->interval, shedder->codel.count));
}

bool shedder_keeps_by_sojourn(struct shedder *shedder, sim_ns sojourn)
{
    const sim_ns now = sim_now(shedder->part.node);
    if (!stands(shedder, now, sojourn)) {
        shedder->codel.dropping = false;
        return true;
    }
    if (!shedder->codel.dropping) {
        begin_dropping(shedder, now);
        return shed(shedder);
    }
    if (now < shedder->codel.drop_next)
        return true;
    shedder->codel.count++;
    shedder->codel.drop_next =
        sim_ns_add(shedder->codel.drop_next, shedder_codel_pause(shedder->interval, shedder->codel.count));
    return shed(shedder);
}

/* ---- life ---- */

/* Nothing is remembered: after a restart, or of another kind. */
static void start(void *part)
{
    struct shedder *shedder = part;
    memset(&shedder->codel, 0, sizeof shedder->codel);
    shedder->codel.above_since = SIM_NEVER;
}

static void on_param(void *part, const struct sim_param *param)
{
    if (strcmp(param->name, "kind") == 0)
        start(part);
}

static const char *const kinds[] = {"none", "concurrency", "codel", NULL};

#define FIELD(member) .offset = offsetof(struct shedder, member)

static const struct sim_param params[] = {
    {.name = "kind",
     .kind = SIM_PARAM_CHOICE,
     FIELD(kind),
     .initial = "none",
     .choices = kinds,
     .live = true,
     .help = "what is shed by: nothing, requests in flight, time in the CPU queue"},
    {.name = "limit",
     .kind = SIM_PARAM_COUNT,
     FIELD(limit),
     .initial = "100",
     .min = 1,
     .max = 1e6,
     .live = true,
     .help = "concurrency: most requests in flight; one more is shed"},
    {.name = "target",
     .kind = SIM_PARAM_DURATION,
     FIELD(target),
     .initial = "5ms",
     .above_min = true,
     .live = true,
     .help = "codel: time in the CPU queue that may stand"},
    {.name = "interval",
     .kind = SIM_PARAM_DURATION,
     FIELD(interval),
     .initial = "100ms",
     .above_min = true,
     .live = true,
     .help =
         "codel: how long it may stand above the target before one is shed; a pause between two that has begun stays"},
    {0}};

static const struct sim_metric metrics[] = {
    {.name = "shed", .kind = SIM_METRIC_COUNTER, FIELD(shed), .unit = "requests", .help = "requests turned away"}, {0}};

const struct sim_part_type shedder_type = {
    .name = "shedder",
    .help = "load shedding at admission, by requests in flight or by time in the CPU queue",
    .params = params,
    .metrics = metrics,
    .start = start,
    .on_param = on_param,
};
