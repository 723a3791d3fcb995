/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The blast radius: the nodes of which a reading left its steady band. What is read of every node that answers calls: its
 * error rate, the 95th percentile of its latency, its calls in flight, and what it or a part of it has of utilisation. The
 * band (probe.h) is at least 10 % of the steady value wide to either side. */
#ifndef REPORTS_BLAST_H
#define REPORTS_BLAST_H

#include "reports/probe.h"

enum { BLAST_READINGS_MAX = 8 };

struct blast_reading {
    char *text; /* "postgres.latency.p95" */
    const char *unit;
    struct probe probe;
};

struct blast_node {
    const char *name; /* the cell's */
    struct blast_reading readings[BLAST_READINGS_MAX];
    size_t count;
};

struct blast {
    struct blast_node *nodes; /* by name */
    size_t count, seeds;
    uint32_t phase, steady;
};

void blast_init(struct blast *blast, const struct cell *cell, uint32_t phase, uint32_t steady, size_t seeds);
void blast_fini(struct blast *blast);
/* Reads a cell that has run. */
void blast_take(struct blast *blast, const struct cell *cell, size_t seed);
/* Whether the reading left its band; fills `result`. */
bool blast_left(const struct blast *blast, const struct blast_reading *reading, struct probe_result *result);
bool blast_reached(const struct blast *blast, const struct blast_node *node);

#endif
