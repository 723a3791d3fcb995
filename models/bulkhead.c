/* SPDX-License-Identifier: GPL-3.0-or-later */
/* See bulkhead.h. Invariants: count <= max_concurrent, except after that shrank, until enough have left; somebody waits
 * only while count >= max_concurrent; at most queue_max wait. Who leaves the queue, for whatever reason, has no place in
 * it any more. */
#include "models/bulkhead.h"

static const struct sim_segment wait_segment = {"bulkhead queue", SIM_WAIT};
static const struct sim_outcome fine = {SIM_OK, NULL};
static const struct sim_outcome full = {SIM_UNAVAILABLE, "Bulkhead Full"};

static bool is_off(const struct bulkhead *bulkhead)
{
    return bulkhead->max_concurrent == INT64_MAX;
}

/* The gauge stands still while the bulkhead is off: nobody pays for what nobody uses. */
static void move(struct bulkhead *bulkhead, int64_t by)
{
    bulkhead->count += by;
    if (!is_off(bulkhead))
        sim_gauge_set(&bulkhead->inside, sim_now(bulkhead->part.node), bulkhead->count);
}

static void left(struct sim_waitq *queue, sim_ns waited, bool late)
{
    struct bulkhead *bulkhead = sim_container_of(queue, struct bulkhead, queue);
    sim_gauge_add(&bulkhead->waiting, sim_now(bulkhead->part.node), -1);
    sim_hist_record(&bulkhead->wait.slice, waited);
    sim_count(&bulkhead->timeouts, late);
    sim_count(&bulkhead->rejected, late);
}

bool bulkhead_enter(struct sim_flow *f, struct bulkhead *bulkhead)
{
    sim_assert(f->node == bulkhead->part.node);
    if (f->cancelled)
        return sim_settle(f, fine); /* CANCELLED */
    if (bulkhead->count < bulkhead->max_concurrent) {
        move(bulkhead, 1);
        if (!is_off(bulkhead))
            sim_hist_record(&bulkhead->wait.slice, 0);
        return sim_settle(f, fine);
    }
    if (bulkhead->max_wait == 0 || bulkhead->queue.count >= bulkhead->queue_max) {
        sim_count(&bulkhead->rejected, 1);
        return sim_settle(f, full);
    }
    sim_gauge_add(&bulkhead->waiting, sim_now(f->node), 1);
    return sim_wait_for(f, &bulkhead->queue, &wait_segment, bulkhead->max_wait, full);
}

static void grant(struct bulkhead *bulkhead)
{
    while (bulkhead->queue.first != NULL && bulkhead->count < bulkhead->max_concurrent) {
        move(bulkhead, 1);
        (void)sim_wake(&bulkhead->queue, fine, NULL);
    }
}

void bulkhead_leave(struct bulkhead *bulkhead)
{
    sim_assert(bulkhead->count > 0);
    move(bulkhead, -1);
    if (bulkhead->queue.first != NULL)
        grant(bulkhead);
}

/* ---- life ---- */

static void start(void *part)
{
    struct bulkhead *bulkhead = part;
    bulkhead->queue.left = left;
}

static void reset(void *part)
{
    struct bulkhead *bulkhead = part;
    sim_assert(bulkhead->queue.first == NULL); /* the flows left it as they were discarded */
    bulkhead->count = 0;
    if (bulkhead->inside.value != 0)
        sim_gauge_set(&bulkhead->inside, sim_now(bulkhead->part.node), 0);
}

static void on_param(void *part, const struct sim_param *param)
{
    (void)param;
    struct bulkhead *bulkhead = part;
    sim_gauge_set(&bulkhead->inside, sim_now(bulkhead->part.node), is_off(bulkhead) ? 0 : bulkhead->count);
    grant(bulkhead);
    while (bulkhead->queue.count > bulkhead->queue_max) {
        sim_count(&bulkhead->rejected, 1);
        (void)sim_wake_last(&bulkhead->queue, full);
    }
}

#define FIELD(member) .offset = offsetof(struct bulkhead, member)

static const struct sim_param params[] = {
    {.name = "max_concurrent",
     .kind = SIM_PARAM_COUNT,
     FIELD(max_concurrent),
     .initial = "none",
     .min = 1,
     .max = 1e6,
     .none = true,
     .live = true,
     .help =
         "most calls inside, none: no bulkhead; who waits goes in when it grows, nobody is put out when it shrinks"},
    {.name = "max_wait",
     .kind = SIM_PARAM_DURATION,
     FIELD(max_wait),
     .initial = "0s",
     .none = true,
     .live = true,
     .help = "longest wait for a place, then UNAVAILABLE; 0s: nobody waits; acts on waits that begin after a change"},
    {.name = "queue_max",
     .kind = SIM_PARAM_COUNT,
     FIELD(queue_max),
     .initial = "10000",
     .min = 0,
     .max = 1e6,
     .live = true,
     .help = "most calls that wait; who finds as many, or is last when it shrinks, is turned away"},
    {0}};

static const struct sim_metric metrics[] = {
    {.name = "inside",
     .kind = SIM_METRIC_GAUGE,
     FIELD(inside),
     .unit = "calls",
     .help = "calls inside; 0 while there is no bulkhead"},
    {.name = "waiting",
     .kind = SIM_METRIC_GAUGE,
     FIELD(waiting),
     .unit = "calls",
     .help = "calls that wait for a place"},
    {.name = "rejected",
     .kind = SIM_METRIC_COUNTER,
     FIELD(rejected),
     .unit = "calls",
     .help = "calls turned away: no place, queue full, or max_wait over"},
    {.name = "timeouts",
     .kind = SIM_METRIC_COUNTER,
     FIELD(timeouts),
     .unit = "calls",
     .help = "calls turned away because max_wait was over"},
    {.name = "wait",
     .kind = SIM_METRIC_HISTOGRAM,
     FIELD(wait),
     .unit = "s",
     .help = "time from asking for a place to getting it or giving up, of all but those turned away at once"},
    {0}};

const struct sim_part_type bulkhead_type = {
    .name = "bulkhead",
    .help = "at most so many calls at once in a section of a node",
    .params = params,
    .metrics = metrics,
    .start = start,
    .reset = reset,
    .on_param = on_param,
};
