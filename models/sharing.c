/* SPDX-License-Identifier: GPL-3.0-or-later */
/* See sharing.h. All calls get on at the same rate, so one clock serves them all (the virtual time of Parekh and
 * Gallager, "A generalized processor sharing approach to flow control", 1993): `done` runs at min(1, k / n), a call that
 * joins with the work w ends when it has come to done + w, and the order in which calls end never changes while they are
 * there. A heap keeps that order; an arrival, an end, or another k only changes how fast the clock runs.
 *
 * The clock is fixed point, in 2^-32 ns, in 128 bits: no double is carried from event to event. An advance rounds to the
 * nearest such unit, so after a million events without an idle moment it is off by 0.0002 ns at most; it starts anew
 * whenever nobody is there. An end is due at the nearest whole nanosecond; who has half of one to go, or less, ends at
 * once. Nothing overflows: ten years are 2^59 ns, so 32 bits below and 20 bits of calls or servers fit.
 *
 * Invariants: jobs[0] ends first; jobs[i].call->at_callee.word == i + 1, and 0 for a call that is not there; `since` is
 * never after now. */
#include "models/sharing.h"

#include <stdlib.h>

enum { FRACTION_BITS = 32, FIRST_ROOM = 16 };

struct sharing_job {
    sim_wide finish; /* on the virtual clock */
    uint64_t sequence;
    struct sim_call *call;
};

/* ---- the clock ---- */

static bool is_crowded(const struct sharing *sharing)
{
    return (int64_t)sharing->count > sharing->servers;
}

static void advance(struct sharing *sharing, sim_ns now)
{
    const sim_wide units = (sim_wide)(now - sharing->since) << FRACTION_BITS;
    sharing->since = now;
    if (sharing->count == 0)
        sharing->done = 0;
    else if (is_crowded(sharing))
        sharing->done += (units * sharing->servers + (sim_wide)(sharing->count / 2)) / (sim_wide)sharing->count;
    else
        sharing->done += units;
}

/* What the first job has still to get, and what it gets a ns, both times the calls that share. */
static sim_wide left_of_first(const struct sharing *sharing, sim_wide *per_ns)
{
    const sim_wide left = sharing->jobs[0].finish - sharing->done;
    const bool crowded = is_crowded(sharing);
    *per_ns = (sim_wide)(crowded ? sharing->servers : 1) << FRACTION_BITS;
    return crowded ? left * (sim_wide)sharing->count : left;
}

/* ns until the first job ends, as of `since`. */
static sim_ns until_next(const struct sharing *sharing)
{
    sim_wide per_ns;
    const sim_wide left = left_of_first(sharing, &per_ns);
    if (left <= 0)
        return 0;
    const sim_wide ns = (left + per_ns / 2) / per_ns;
    return ns > 2 * (sim_wide)SIM_NS_MAX ? SIM_NEVER : (sim_ns)ns; /* no run lasts as long */
}

/* Half a nanosecond to go or less; what an advance may have rounded off does not count, so that at sharing_next somebody
 * always ends. */
static bool is_due(const struct sharing *sharing)
{
    sim_wide per_ns;
    const sim_wide left = left_of_first(sharing, &per_ns);
    return left <= per_ns / 2 + (sim_wide)sharing->count;
}

/* ---- the heap ---- */

static bool is_before(const struct sharing_job *a, const struct sharing_job *b)
{
    return a->finish != b->finish ? a->finish < b->finish : a->sequence < b->sequence;
}

static void place(struct sharing *sharing, size_t at, struct sharing_job job)
{
    sharing->jobs[at] = job;
    job.call->at_callee.word = (int64_t)at + 1;
}

static void sift_up(struct sharing *sharing, size_t hole, struct sharing_job job)
{
    while (hole > 0 && is_before(&job, &sharing->jobs[(hole - 1) / 2])) {
        place(sharing, hole, sharing->jobs[(hole - 1) / 2]);
        hole = (hole - 1) / 2;
    }
    place(sharing, hole, job);
}

static void sift_down(struct sharing *sharing, size_t hole, struct sharing_job job)
{
    for (size_t child = 2 * hole + 1; child < sharing->count; child = 2 * hole + 1) {
        if (child + 1 < sharing->count && is_before(&sharing->jobs[child + 1], &sharing->jobs[child]))
            child++;
        if (is_before(&job, &sharing->jobs[child]))
            break;
        place(sharing, hole, sharing->jobs[child]);
        hole = child;
    }
    place(sharing, hole, job);
}

static struct sim_call *take_out(struct sharing *sharing, size_t at)
{
    struct sim_call *call = sharing->jobs[at].call;
    const struct sharing_job last = sharing->jobs[--sharing->count];
    call->at_callee.word = 0;
    if (at == sharing->count)
        return call;
    if (at > 0 && is_before(&last, &sharing->jobs[(at - 1) / 2]))
        sift_up(sharing, at, last);
    else
        sift_down(sharing, at, last);
    return call;
}

/* ---- calls ---- */

void sharing_set_servers(struct sharing *sharing, sim_ns now, int64_t servers)
{
    sim_assert(servers >= 1);
    advance(sharing, now);
    sharing->servers = servers;
}

void sharing_join(struct sharing *sharing, sim_ns now, sim_ns work, struct sim_call *call)
{
    sim_assert(sharing->servers >= 1 && work >= 0);
    advance(sharing, now);
    if (sharing->count == sharing->room) {
        sharing->room = sharing->room == 0 ? FIRST_ROOM : sharing->room * 2;
        sharing->jobs = sim_xrealloc(sharing->jobs, sharing->room * sizeof *sharing->jobs);
    }
    const struct sharing_job job = {
        .finish = sharing->done + ((sim_wide)work << FRACTION_BITS), .sequence = ++sharing->sequence, .call = call};
    sift_up(sharing, sharing->count++, job);
}

bool sharing_has(const struct sharing *sharing, const struct sim_call *call)
{
    const int64_t place = call->at_callee.word;
    return place > 0 && (size_t)place <= sharing->count && sharing->jobs[place - 1].call == call;
}

void sharing_leave(struct sharing *sharing, sim_ns now, struct sim_call *call)
{
    sim_assert(sharing_has(sharing, call));
    advance(sharing, now);
    (void)take_out(sharing, (size_t)call->at_callee.word - 1);
}

sim_ns sharing_next(const struct sharing *sharing)
{
    return sharing->count == 0 ? SIM_NEVER : sim_ns_add(sharing->since, until_next(sharing));
}

struct sim_call *sharing_take(struct sharing *sharing, sim_ns now)
{
    advance(sharing, now);
    return sharing->count > 0 && is_due(sharing) ? take_out(sharing, 0) : NULL;
}

void sharing_clear(struct sharing *sharing)
{
    sharing->count = 0;
}

void sharing_fini(struct sharing *sharing)
{
    free(sharing->jobs);
    *sharing = (struct sharing){0};
}
