/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Distributions of durations, and popularity of keys.
 *
 * A `struct sim_dist` is a value: it lives in a node's struct, is copied by a fault, and owns nothing; the points of a
 * `table` belong to whoever made them. What a scenario writes (law and named fields) is kept beside what is derived
 * from it, so that a path may set one field (`latency.median`) and the rest is derived again. */
#ifndef SIM_DIST_H
#define SIM_DIST_H

#include "sim/base.h"
#include "sim/rng.h"

#include <gsl/gsl_randist.h>

enum sim_law {
    SIM_LAW_CONSTANT,    /* value */
    SIM_LAW_UNIFORM,     /* min, max */
    SIM_LAW_EXPONENTIAL, /* mean */
    SIM_LAW_NORMAL,      /* mean, sd; draws below 0 become 0 */
    SIM_LAW_LOGNORMAL,   /* sigma with median or mean; or median with p95 */
    SIM_LAW_PARETO,      /* min (scale), alpha (shape) */
    SIM_LAW_TABLE,       /* values with weights (equal when left out) */
    SIM_LAWS
};

/* The named fields of all laws; a duration in seconds or a plain number. */
enum sim_dist_field {
    SIM_FIELD_VALUE,  /* duration */
    SIM_FIELD_MIN,    /* duration */
    SIM_FIELD_MAX,    /* duration */
    SIM_FIELD_MEAN,   /* duration */
    SIM_FIELD_MEDIAN, /* duration */
    SIM_FIELD_P95,    /* duration */
    SIM_FIELD_SD,     /* duration */
    SIM_FIELD_SIGMA,  /* number >= 0: standard deviation of the logarithm */
    SIM_FIELD_ALPHA,  /* number > 0: tail index */
    SIM_DIST_FIELDS
};

/* The points of a table: owned by whoever made it, shared by copies of the distribution. */
struct sim_dist_table {
    size_t count;
    const sim_ns *values;
    const double *weights;        /* as written, all > 0 */
    gsl_ran_discrete_t *discrete; /* Walker's alias method; one uniform a draw */
};

struct sim_dist {
    enum sim_law law;
    unsigned set;                       /* bit 1u << field: which fields were written */
    double field[SIM_DIST_FIELDS];      /* as written; durations in nanoseconds as whole numbers */
    const struct sim_dist_table *table; /* SIM_LAW_TABLE only */
    double a, b;                        /* derived by sim_dist_prepare */
};

/* "constant", "uniform", ...; static. */
const char *sim_law_name(enum sim_law law);
/* "value", "min", ...; static. */
const char *sim_dist_field_name(enum sim_dist_field field);
/* Whether the field is a duration (else a plain number). */
bool sim_dist_field_is_duration(enum sim_dist_field field);
/* Bit set of the fields a law knows. */
unsigned sim_law_fields(enum sim_law law);

/* A constant of that many ns, prepared. */
struct sim_dist sim_dist_constant(sim_ns value);

/* Checks the written fields of `dist` against its law (which are present, ranges, order: uniform min <= max, p95 >=
 * median) and derives what a draw needs. False with `error` filled when they are wrong; lognormal wants sigma with
 * exactly one of median and mean, or median with p95 and no sigma. */
bool sim_dist_prepare(struct sim_dist *dist, struct sim_error *error);

/* Makes the table of a SIM_LAW_TABLE: copies both arrays; weights may be NULL (equal). count 1..10000, values >= 0,
 * weights finite and > 0. Returns NULL with `error` filled when they are wrong. Free with sim_dist_table_free. */
struct sim_dist_table *sim_dist_table_make(size_t count, const sim_ns *values, const double *weights,
                                           struct sim_error *error);
void sim_dist_table_free(struct sim_dist_table *table);

/* One draw in [0, SIM_NS_MAX]. constant draws nothing from the stream; uniform, exponential, pareto and table exactly
 * one uniform (inverse CDF); normal and lognormal one gsl_ran_gaussian_ziggurat. */
sim_ns sim_dist_draw(const struct sim_dist *dist, struct sim_rng *rng);

/* True when every draw is 0 ns. */
bool sim_dist_is_zero(const struct sim_dist *dist);

/* Mean of the law in seconds, before clamping; infinity for pareto with alpha <= 1. */
double sim_dist_mean_s(const struct sim_dist *dist);

/* Popularity of keys 1..count: P(k) proportional to 1 / k^exponent (Zipf). */
struct sim_popularity {
    uint64_t count;
    gsl_ran_discrete_t *discrete;
};
/* (Re)builds; count 1..10,000,000, exponent 0..10 (0: uniform). Free with sim_popularity_fini. A zeroed struct is
 * valid input. */
void sim_popularity_build(struct sim_popularity *popularity, uint64_t count, double exponent);
void sim_popularity_fini(struct sim_popularity *popularity);
/* One key in 1..count; one uniform. */
uint64_t sim_popularity_draw(const struct sim_popularity *popularity, struct sim_rng *rng);

#endif
