/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A sliding window over the results of calls: how many it holds, how many of them failed, how many were slow.
 *
 * It slides by count (the last N results) or by time. By time it works in buckets, as resilience4j (whole seconds) and
 * Hystrix (10 of them) do: a result lies in bucket floor(t / bucket), and the window holds the present bucket and those
 * before it, ceil(length / bucket) in all. So what is as old as the window is out at that very instant, and what is
 * younger may be out up to one bucket early. A bucket of 1 ns makes it exact: a result is in while it is younger than
 * (not as old as) `length`. Buckets longer than the window count as long as it.
 *
 * Invariant: `sum` is the sum of what the window holds. Only one of the two ways is in use between two clears. Both
 * are O(1) a result, amortised. */
#ifndef MODELS_WINDOW_H
#define MODELS_WINDOW_H

#include "sim/arena.h"

/* What became of some calls. */
struct tally {
    int64_t results, failed, slow;
};

/* How a window slides by time: both above 0, in ns. */
struct window_span {
    sim_ns length, bucket;
};

struct window_bucket;

struct window {
    struct tally sum;
    struct sim_arena *arena;
    uint8_t *ring; /* by count: a result each; `room` is 0 or a power of two */
    uint32_t room, first;
    struct window_bucket *oldest, *newest; /* by time: only buckets that hold something */
    struct sim_slab buckets;
};

/* Empty. Its memory comes from the arena and lives as long. */
void window_init(struct window *window, struct sim_arena *arena);
void window_clear(struct window *window);

/* Adds a result and keeps the last `calls` (1 to 2^31). */
void window_add_counted(struct window *window, bool failed, bool slow, int64_t calls);
/* Adds a result at `now` and keeps what the span holds at that instant. Past 65,536 buckets the newest one takes all
 * that comes until the oldest has left. */
void window_add_timed(struct window *window, bool failed, bool slow, sim_ns now, struct window_span span);

/* Lets go of all but the last `calls` results, of all that the span does not hold at `now`. */
void window_keep_counted(struct window *window, int64_t calls);
void window_keep_timed(struct window *window, sim_ns now, struct window_span span);

#endif
