/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The memory part: a heap that leaks. As it fills, garbage collection takes a growing share of the CPU; at the limit the
 * node is killed for want of memory, and its restart policy brings it back, cold. */
#ifndef MODELS_MEMORY_H
#define MODELS_MEMORY_H

#include "sim/node.h"

struct memory {
    struct sim_part_base part; /* must be first */
    int64_t limit;             /* param, bytes; INT64_MAX: none */
    int64_t base;              /* param, bytes */
    double gc_cost;            /* param */
    sim_ns start_up;           /* param */
    sim_ns backoff;            /* param; SIM_NEVER: no restart */
    sim_ns backoff_max;        /* param */
    sim_ns backoff_reset;      /* param */
    sim_event kill, restart;   /* pending; 0: none */
    bool by_policy;            /* the restart that is under way is the policy's */
    int64_t in_a_row;          /* kills since it last ran for backoff_reset */
    sim_ns began;              /* when its process began */
    struct sim_gauge live, ceiling;
    struct sim_counter oom_kills, leaked;
    struct sim_counter gc_time, burst_time; /* ns */
};

extern const struct sim_part_type memory_type;

/* Adds bytes (0 or more) to the heap, which nothing frees but a restart. When that fills it the node is killed by an
 * event at this instant, so flows of the node may call it; it goes on until its next wait. Without effect on a node that
 * is down. */
void memory_leak(struct memory *memory, int64_t bytes);

/* What each CPU burst is multiplied by now: 1 without a limit, 50 at most. */
double memory_gc_factor(const struct memory *memory);

/* The burst with the garbage collection it pays for, in ns; counts both. To be given to cpu_run, and called once a burst. */
sim_ns memory_stretch(struct memory *memory, sim_ns burst);

#endif
