/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A reading in one phase beside the steady phase, with the band in which it stays while nothing is wrong.
 *
 * The band is the steady value +- the larger of a share of it and twice the standard deviation that the reading has over
 * the windows of the steady phase (the bins of the run, a sixtieth of it each, that lie in its measured part; at least
 * five with data, or they say nothing). What is counted is brought to the length of the phase first, so that a longer
 * phase is no rise. Over several seeds values are means, and so are the variances. */
#ifndef REPORTS_PROBE_H
#define REPORTS_PROBE_H

#include "scenarios/scenario.h"

struct probe_sample {
    bool has_value, has_steady, has_spread;
    double value, steady, variance; /* variance: over the windows */
};

struct probe {
    const char *text; /* the reading; the caller's */
    bool counted;
    uint32_t phase, steady;       /* of the cell */
    struct probe_sample *samples; /* one a seed */
};

struct probe_result {
    size_t count; /* seeds with data */
    bool has_steady;
    double value, steady;
    double low, high; /* the steady band, with the share that was asked for */
};

void probe_init(struct probe *probe, const char *text, bool counted, uint32_t phase, uint32_t steady, size_t seeds);
void probe_fini(struct probe *probe);
/* Reads a cell that has run. For different seeds at the same time, too. */
void probe_take(struct probe *probe, const struct cell *cell, size_t seed);
/* `share` of the steady value: the least half width of the band. */
struct probe_result probe_result(const struct probe *probe, size_t seeds, double share);

#endif
