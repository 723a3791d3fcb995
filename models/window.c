/* SPDX-License-Identifier: GPL-3.0-or-later */
/* See window.h. By count: a ring of two bits a result, doubled when it is full (what it outgrew stays in the arena, at
 * most as much again). By time: a list of buckets, each given back to the slab when it leaves. */
#include "models/window.h"

enum { FAILED = 1, SLOW = 2, ROOM_MIN = 64, BUCKETS_MAX = 65536 };

struct window_bucket {
    sim_ns from;
    struct tally tally;
    struct window_bucket *next;
};

void window_init(struct window *window, struct sim_arena *arena)
{
    *window = (struct window){.arena = arena};
    sim_slab_init(&window->buckets, arena, sizeof(struct window_bucket));
}

static void drop_bucket(struct window *window)
{
    struct window_bucket *bucket = window->oldest;
    window->sum.results -= bucket->tally.results;
    window->sum.failed -= bucket->tally.failed;
    window->sum.slow -= bucket->tally.slow;
    window->oldest = bucket->next;
    if (window->oldest == NULL)
        window->newest = NULL;
    sim_slab_give(&window->buckets, bucket);
}

void window_clear(struct window *window)
{
    while (window->oldest != NULL)
        drop_bucket(window);
    window->sum = (struct tally){0};
    window->first = 0;
}

static void add(struct tally *tally, bool failed, bool slow)
{
    tally->results++;
    tally->failed += failed;
    tally->slow += slow;
}

/* ---- by count ---- */

void window_keep_counted(struct window *window, int64_t calls)
{
    sim_assert(calls >= 1 && window->oldest == NULL);
    while (window->sum.results > calls) {
        const uint8_t result = window->ring[window->first];
        window->first = (window->first + 1) & (window->room - 1);
        window->sum.results--;
        window->sum.failed -= (result & FAILED) != 0;
        window->sum.slow -= (result & SLOW) != 0;
    }
}

static void grow(struct window *window)
{
    const uint32_t room = window->room == 0 ? ROOM_MIN : window->room * 2;
    uint8_t *ring = sim_arena_alloc(window->arena, room);
    for (uint32_t i = 0; i < window->room; i++)
        ring[i] = window->ring[(window->first + i) & (window->room - 1)];
    window->ring = ring;
    window->room = room;
    window->first = 0;
}

void window_add_counted(struct window *window, bool failed, bool slow, int64_t calls)
{
    if (calls > 1)
        window_keep_counted(window, calls - 1);
    else
        window_clear(window);
    if (window->sum.results == (int64_t)window->room)
        grow(window);
    const uint32_t last = (window->first + (uint32_t)window->sum.results) & (window->room - 1);
    window->ring[last] = (uint8_t)((failed ? FAILED : 0) | (slow ? SLOW : 0));
    add(&window->sum, failed, slow);
}

/* ---- by time ---- */

static struct window_span in_effect(struct window_span span)
{
    sim_assert(span.length > 0 && span.bucket > 0);
    return (struct window_span){span.length, span.bucket < span.length ? span.bucket : span.length};
}

void window_keep_timed(struct window *window, sim_ns now, struct window_span span)
{
    const struct window_span effect = in_effect(span);
    const int64_t held = effect.length / effect.bucket + (effect.length % effect.bucket != 0);
    while (window->oldest != NULL && now / effect.bucket - window->oldest->from / effect.bucket >= held)
        drop_bucket(window);
}

/* The bucket of `now`. One that began later than it should is one of a finer span, which changed since. */
static struct window_bucket *present_bucket(struct window *window, sim_ns now, sim_ns length)
{
    const sim_ns from = now - now % length;
    struct window_bucket *newest = window->newest;
    if (newest != NULL && (newest->from >= from || window->buckets.in_use >= BUCKETS_MAX))
        return newest;
    struct window_bucket *bucket = sim_slab_take(&window->buckets);
    *bucket = (struct window_bucket){.from = from};
    if (newest != NULL)
        newest->next = bucket;
    else
        window->oldest = bucket;
    window->newest = bucket;
    return bucket;
}

void window_add_timed(struct window *window, bool failed, bool slow, sim_ns now, struct window_span span)
{
    window_keep_timed(window, now, span);
    add(&present_bucket(window, now, in_effect(span).bucket)->tally, failed, slow);
    add(&window->sum, failed, slow);
}
