/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The cpu part: k cores and one run queue, first come first served, bursts run to their end. An M/G/k queue, without
 * preemption: a burst is short beside a scheduler's time slice. */
#ifndef SIM_CPU_H
#define SIM_CPU_H

#include "sim/flow.h"
#include "sim/metric.h"
#include "sim/node.h"

struct sim_cpu {
    struct sim_part_base part; /* must be first */
    int64_t cores;             /* param, >= 1 */
    struct sim_flow *first, *last;
    /* Whether work that stood `sojourn` ns in the run queue, and may be shed, is still worth a core; asked once for each.
     * Set by the node; NULL: all is kept. */
    bool (*keeps)(struct sim_cpu *cpu, sim_ns sojourn);
    /* What such work burns, asked once it has a core and the step of the one before is over, for a node whose costs may
     * change while it waits. NULL: what it asked for. */
    sim_ns (*cost)(struct sim_cpu *cpu);
    struct sim_gauge busy, total, queue;
    struct sim_counter bursts;
    struct sim_counter busy_ns; /* CPU time of finished bursts */
    struct sim_histogram wait;
};

extern const struct sim_part_type sim_cpu_type;

#endif
