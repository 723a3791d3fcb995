/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How the measures of each chart come about; for derive.c. Each function adds to derivation->chart. */
#ifndef PLOTS_DERIVE_H
#define PLOTS_DERIVE_H

#include "plots/bins.h"
#include "plots/chart.h"

enum { PLACES_MAX = 8, LABEL_ROOM = 160 };

struct derivation {
    const struct plot *plot;
    struct chart *chart;
    bool fine; /* false: the store could not be read, which was printed */
};

/* Gives a measure its values of a run, for the chart to free. NULL, the values freed, when there are none or no room. */
struct measure *derive_put(struct derivation *derivation, uint32_t run, const char *column, const char *label,
                           double *values);

/* Of the front node. */
void derive_latency(struct derivation *derivation, uint32_t run);
void derive_errors(struct derivation *derivation);
void derive_throughput(struct derivation *derivation, uint32_t run);

/* Of a place: the node, and the part when there is one, of `place`. */
void derive_hit_rate(struct derivation *derivation, uint32_t run, const struct series *place);
void derive_cpu(struct derivation *derivation, uint32_t run, const struct series *place);
void derive_pool(struct derivation *derivation, uint32_t run, const struct series *place);
void derive_attempts(struct derivation *derivation, uint32_t run, const struct series *place);

#endif
