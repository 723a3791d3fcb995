/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Two cells in lockstep up to the first event that differs. Both are run slice by slice; the events of a slice are taken
 * from the buffer of the fingerprint (sim/fingerprint.h) and compared in order, so neither run is slowed down or stopped
 * between events. An event is its time, its node and its kind. */
#ifndef REPORTS_DIVERGENCE_H
#define REPORTS_DIVERGENCE_H

#include "scenarios/scenario.h"

enum { DIVERGENCE_COMMON_MAX = 1000 };

struct divergence_event {
    bool exists; /* false: the run has no event any more */
    sim_ns at;
    const char *node; /* the cell's */
    char kind[17];
};

struct divergence {
    bool found;
    uint64_t common;               /* events that are equal, from the start */
    struct divergence_event *last; /* the last of these */
    size_t last_count;
    struct divergence_event events[2]; /* the first that differ; of a and of b */
};

/* Runs two cells that have not run, to their first difference or to their end; they cannot be read afterwards. Keeps the
 * last `keep` common events, DIVERGENCE_COMMON_MAX at most. 0, or an exit code with the reason printed. The names belong
 * to the cells. */
int divergence_find(struct cell *a, struct cell *b, size_t keep, struct divergence *divergence);
void divergence_fini(struct divergence *divergence);

void divergence_print(FILE *out, const struct divergence *divergence, const char *a, const char *b);
cJSON *divergence_tree(const struct divergence *divergence);

#endif
