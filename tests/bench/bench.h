/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `simex bench`: how fast this build is on this machine. Figures of different machines, or of one machine at different
 * times, do not compare; ratios within one run do. */
#ifndef TESTS_BENCH_BENCH_H
#define TESTS_BENCH_BENCH_H

#include <stdbool.h>
#include <stdint.h>

struct bench_mm1 {
    double objects_per_s;
    double events_per_object;
};

struct bench_part1 {
    double wall_s;
    double max_rss_mib; /* of a process that does nothing else */
    uint64_t events;
};

/* M/M/1 at rho 0.8 at event level through the public API: `objects` arrivals, each an arrival and a departure event. */
struct bench_mm1 bench_mm1(uint64_t objects);
/* The hold model: wall ns of one hold (one event fires and schedules its successor) when `pending` events are pending,
 * over `holds` of them. */
double bench_hold(uint32_t pending, uint64_t holds);
/* Closed clients, a link, a service with one cpu burst: requests a second of wall time. */
double bench_chain(uint64_t requests);
/* `simex run part1 --quiet`, in a process of its own; or `simex trace`, which collects all its traces. wall_s < 0: it
 * could not be run. */
struct bench_part1 bench_part1(bool traced);

int cmd_bench(int argc, char **argv);

#endif
