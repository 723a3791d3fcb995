/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Laws of durations, and popularity of keys.
 *
 * With U uniform in [0, 1) and Z standard normal (GSL's ziggurat), a draw in seconds is
 *
 *     constant      value
 *     uniform       min + (max - min) U
 *     exponential   -mean ln(1 - U)
 *     normal        mean + sd Z, draws below 0 become 0
 *     lognormal     median exp(sigma Z)          median = mean exp(-sigma^2 / 2), sigma = ln(p95 / median) / z95
 *     pareto        min (1 - U)^(-1 / alpha)
 *     table         a value by Walker's alias method (gsl_ran_discrete)
 *
 * (inverse CDFs and moments: GSL reference manual, "Random Number Distributions"; z95 is the normal quantile of 0.95).
 * `a` and `b` of struct sim_dist hold the two numbers of the law's line.
 *
 * Invariants: the n-th draw of a stream uses the same U or Z whatever the law's fields say, so a changed mean or median
 * scales every draw and shifts none; a prepared distribution never yields NaN; a refused one keeps what was derived. */
#include "sim/dist.h"

#include "sim/units.h"

#include <float.h>
#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define BIT(field) (1U << (unsigned)(field))

/* Above this sigma the mean of a lognormal is e^200 medians, and its double would be in danger. */
static const double SIGMA_MAX = 20.0;

static const struct {
    const char *name;
    unsigned fields;
} LAWS[SIM_LAWS] = {
    [SIM_LAW_CONSTANT] = {"constant", BIT(SIM_FIELD_VALUE)},
    [SIM_LAW_UNIFORM] = {"uniform", BIT(SIM_FIELD_MIN) | BIT(SIM_FIELD_MAX)},
    [SIM_LAW_EXPONENTIAL] = {"exponential", BIT(SIM_FIELD_MEAN)},
    [SIM_LAW_NORMAL] = {"normal", BIT(SIM_FIELD_MEAN) | BIT(SIM_FIELD_SD)},
    [SIM_LAW_LOGNORMAL] = {"lognormal",
                           BIT(SIM_FIELD_MEDIAN) | BIT(SIM_FIELD_MEAN) | BIT(SIM_FIELD_P95) | BIT(SIM_FIELD_SIGMA)},
    [SIM_LAW_PARETO] = {"pareto", BIT(SIM_FIELD_MIN) | BIT(SIM_FIELD_ALPHA)},
    [SIM_LAW_TABLE] = {"table", 0},
};

static const char *const FIELDS[SIM_DIST_FIELDS] = {
    [SIM_FIELD_VALUE] = "value", [SIM_FIELD_MIN] = "min",       [SIM_FIELD_MAX] = "max",
    [SIM_FIELD_MEAN] = "mean",   [SIM_FIELD_MEDIAN] = "median", [SIM_FIELD_P95] = "p95",
    [SIM_FIELD_SD] = "sd",       [SIM_FIELD_SIGMA] = "sigma",   [SIM_FIELD_ALPHA] = "alpha",
};

const char *sim_law_name(enum sim_law law)
{
    sim_assert((unsigned)law < SIM_LAWS);
    return LAWS[law].name;
}

unsigned sim_law_fields(enum sim_law law)
{
    sim_assert((unsigned)law < SIM_LAWS);
    return LAWS[law].fields;
}

const char *sim_dist_field_name(enum sim_dist_field field)
{
    sim_assert((unsigned)field < SIM_DIST_FIELDS);
    return FIELDS[field];
}

bool sim_dist_field_is_duration(enum sim_dist_field field)
{
    sim_assert((unsigned)field < SIM_DIST_FIELDS);
    return field != SIM_FIELD_SIGMA && field != SIM_FIELD_ALPHA;
}

struct sim_dist sim_dist_constant(sim_ns value)
{
    sim_assert(value >= 0 && value <= SIM_NS_MAX);
    struct sim_dist dist = {.law = SIM_LAW_CONSTANT, .set = BIT(SIM_FIELD_VALUE)};
    dist.field[SIM_FIELD_VALUE] = (double)value;
    dist.a = (double)value;
    return dist;
}

/* Writes a field as a scenario would: "min 3s". */
static void print_field(char *buffer, size_t size, const struct sim_dist *dist, enum sim_dist_field field)
{
    char text[40];
    double value = dist->field[field];
    if (sim_dist_field_is_duration(field) && fabs(value) <= (double)SIM_NS_MAX)
        sim_format_duration(text, sizeof text, (sim_ns)value);
    else
        sim_format_number(text, sizeof text, value);
    snprintf(buffer, size, "%s %s", FIELDS[field], text);
}

static bool check_range(const struct sim_dist *dist, enum sim_dist_field field, struct sim_error *error)
{
    char got[64];
    double value = dist->field[field];
    print_field(got, sizeof got, dist, field);
    if (sim_dist_field_is_duration(field) && !(value >= 0.0 && value <= (double)SIM_NS_MAX))
        return sim_fail(error, got, "want \"%s\" from 0s to 3650d", FIELDS[field]);
    if (field == SIM_FIELD_SIGMA && !(value >= 0.0 && value <= SIGMA_MAX))
        return sim_fail(error, got, "want \"sigma\" from 0 to %g", SIGMA_MAX);
    if (field == SIM_FIELD_ALPHA && !(value > 0.0 && value <= DBL_MAX))
        return sim_fail(error, got, "want a finite \"alpha\" above 0");
    return true;
}

static bool check_order(const struct sim_dist *dist, enum sim_dist_field low, enum sim_dist_field high,
                        struct sim_error *error)
{
    if (dist->field[low] <= dist->field[high])
        return true;
    char first[64];
    char second[64];
    char got[sizeof first + sizeof second + 2];
    print_field(first, sizeof first, dist, low);
    print_field(second, sizeof second, dist, high);
    snprintf(got, sizeof got, "%s, %s", first, second);
    return sim_fail(error, got, "want \"%s\" not above \"%s\"", FIELDS[low], FIELDS[high]);
}

static bool check_lognormal(const struct sim_dist *dist, struct sim_error *error)
{
    unsigned set = dist->set;
    bool median = (set & BIT(SIM_FIELD_MEDIAN)) != 0;
    bool mean = (set & BIT(SIM_FIELD_MEAN)) != 0;
    bool p95 = (set & BIT(SIM_FIELD_P95)) != 0;
    if ((set & BIT(SIM_FIELD_SIGMA)) != 0) {
        if (p95)
            return sim_fail(error, NULL, "want either \"sigma\" or \"p95\", not both");
        if (median == mean)
            return sim_fail(error, NULL, "want exactly one of \"median\" and \"mean\" beside \"sigma\"");
        return true;
    }
    if (!p95)
        return sim_fail(error, NULL, "want \"sigma\" with \"median\" or \"mean\", or \"median\" with \"p95\"");
    if (!median || mean)
        return sim_fail(error, NULL, "want \"median\" and no \"mean\" beside \"p95\"");
    if (!(dist->field[SIM_FIELD_MEDIAN] > 0.0))
        return sim_fail(error, "median 0s", "want \"median\" above 0s beside \"p95\"");
    return check_order(dist, SIM_FIELD_MEDIAN, SIM_FIELD_P95, error);
}

/* Which fields are there: every one of the law's (a lognormal has its own rule), and none of another's. */
static bool check_presence(const struct sim_dist *dist, struct sim_error *error)
{
    unsigned wanted = LAWS[dist->law].fields;
    for (int field = 0; field < SIM_DIST_FIELDS; field++) {
        if ((dist->set & ~wanted & BIT(field)) != 0)
            return sim_fail(error, FIELDS[field], "\"%s\" takes no \"%s\"", LAWS[dist->law].name, FIELDS[field]);
        if (dist->law != SIM_LAW_LOGNORMAL && (wanted & ~dist->set & BIT(field)) != 0)
            return sim_fail(error, NULL, "\"%s\" wants \"%s\"", LAWS[dist->law].name, FIELDS[field]);
    }
    if (dist->law == SIM_LAW_TABLE && dist->table == NULL)
        return sim_fail(error, NULL, "\"table\" wants \"values\"");
    return true;
}

static bool check(const struct sim_dist *dist, struct sim_error *error)
{
    sim_assert((unsigned)dist->law < SIM_LAWS);
    if (!check_presence(dist, error))
        return false;
    for (int field = 0; field < SIM_DIST_FIELDS; field++) {
        if ((dist->set & BIT(field)) != 0 && !check_range(dist, (enum sim_dist_field)field, error))
            return false;
    }
    if (dist->law == SIM_LAW_UNIFORM)
        return check_order(dist, SIM_FIELD_MIN, SIM_FIELD_MAX, error);
    return dist->law != SIM_LAW_LOGNORMAL || check_lognormal(dist, error);
}

static void derive_lognormal(struct sim_dist *dist)
{
    const double *field = dist->field;
    if ((dist->set & BIT(SIM_FIELD_P95)) != 0)
        dist->b = log(field[SIM_FIELD_P95] / field[SIM_FIELD_MEDIAN]) / gsl_cdf_ugaussian_Pinv(0.95);
    else
        dist->b = field[SIM_FIELD_SIGMA];
    if ((dist->set & BIT(SIM_FIELD_MEDIAN)) != 0)
        dist->a = field[SIM_FIELD_MEDIAN] / 1e9;
    else
        dist->a = field[SIM_FIELD_MEAN] / 1e9 * exp(-0.5 * dist->b * dist->b);
}

bool sim_dist_prepare(struct sim_dist *dist, struct sim_error *error)
{
    if (!check(dist, error))
        return false;
    const double *field = dist->field;
    dist->a = 0.0;
    dist->b = 0.0;
    switch (dist->law) {
    case SIM_LAW_CONSTANT:
        dist->a = field[SIM_FIELD_VALUE]; /* in ns, so that long ones stay exact */
        break;
    case SIM_LAW_UNIFORM:
        dist->a = field[SIM_FIELD_MIN] / 1e9;
        dist->b = (field[SIM_FIELD_MAX] - field[SIM_FIELD_MIN]) / 1e9;
        break;
    case SIM_LAW_EXPONENTIAL:
        dist->a = field[SIM_FIELD_MEAN] / 1e9;
        break;
    case SIM_LAW_NORMAL:
        dist->a = field[SIM_FIELD_MEAN] / 1e9;
        dist->b = field[SIM_FIELD_SD] / 1e9;
        break;
    case SIM_LAW_LOGNORMAL:
        derive_lognormal(dist);
        break;
    case SIM_LAW_PARETO:
        dist->a = field[SIM_FIELD_MIN] / 1e9;
        /* A scale of 0 times the infinity of a heavy tail would be NaN. */
        dist->b = dist->a > 0.0 ? -1.0 / field[SIM_FIELD_ALPHA] : 0.0;
        break;
    case SIM_LAW_TABLE:
    case SIM_LAWS:
        break;
    }
    return true;
}

struct sim_dist_table *sim_dist_table_make(size_t count, const sim_ns *values, const double *weights,
                                           struct sim_error *error)
{
    char got[40];
    if (count < 1 || count > 10000) {
        snprintf(got, sizeof got, "%zu", count);
        sim_fail(error, got, "want 1 to 10000 \"values\"");
        return NULL;
    }
    for (size_t i = 0; i < count; i++) {
        if (values[i] < 0 || values[i] > SIM_NS_MAX) {
            sim_format_duration(got, sizeof got, values[i]);
            sim_fail(error, got, "want every one of \"values\" from 0s to 3650d");
            return NULL;
        }
        if (weights != NULL && !(weights[i] > 0.0 && weights[i] <= 1e100)) {
            sim_format_number(got, sizeof got, weights[i]);
            sim_fail(error, got, "want every one of \"weights\" above 0 and at most 1e100");
            return NULL;
        }
    }
    sim_ns *own_values = sim_xmalloc(count * sizeof *own_values);
    double *own_weights = sim_xmalloc(count * sizeof *own_weights);
    for (size_t i = 0; i < count; i++) {
        own_values[i] = values[i];
        own_weights[i] = weights == NULL ? 1.0 : weights[i];
    }
    struct sim_dist_table *table = sim_xmalloc(sizeof *table);
    *table = (struct sim_dist_table){.count = count, .values = own_values, .weights = own_weights};
    table->discrete = gsl_ran_discrete_preproc(count, own_weights);
    sim_assert(table->discrete != NULL);
    return table;
}

void sim_dist_table_free(struct sim_dist_table *table)
{
    if (table == NULL)
        return;
    gsl_ran_discrete_free(table->discrete);
    free((void *)(uintptr_t)table->values);
    free((void *)(uintptr_t)table->weights);
    free(table);
}

sim_ns sim_dist_draw(const struct sim_dist *dist, struct sim_rng *rng)
{
    switch (dist->law) {
    case SIM_LAW_CONSTANT:
        return (sim_ns)dist->a; /* whole nanoseconds already: nothing is rounded */
    case SIM_LAW_UNIFORM:
        return sim_ns_from_s(dist->a + dist->b * sim_rng_uniform(rng));
    case SIM_LAW_EXPONENTIAL:
        return sim_ns_from_s(-dist->a * log(1.0 - sim_rng_uniform(rng)));
    case SIM_LAW_NORMAL:
        return sim_ns_from_s(dist->a + gsl_ran_gaussian_ziggurat(&rng->gsl, 1.0) * dist->b);
    case SIM_LAW_LOGNORMAL:
        return sim_ns_from_s(dist->a * exp(dist->b * gsl_ran_gaussian_ziggurat(&rng->gsl, 1.0)));
    case SIM_LAW_PARETO:
        return sim_ns_from_s(dist->a * pow(1.0 - sim_rng_uniform(rng), dist->b));
    case SIM_LAW_TABLE:
        return dist->table->values[gsl_ran_discrete(&rng->gsl, dist->table->discrete)];
    case SIM_LAWS:
        break;
    }
    sim_panic(__FILE__, __LINE__, "a draw from an unknown law");
}

bool sim_dist_is_zero(const struct sim_dist *dist)
{
    if (dist->law != SIM_LAW_TABLE)
        return dist->a == 0.0 && (dist->b == 0.0 || dist->law == SIM_LAW_LOGNORMAL);
    for (size_t i = 0; i < dist->table->count; i++) {
        if (dist->table->values[i] != 0)
            return false;
    }
    return true;
}

double sim_dist_mean_s(const struct sim_dist *dist)
{
    switch (dist->law) {
    case SIM_LAW_CONSTANT:
        return dist->a / 1e9;
    case SIM_LAW_UNIFORM:
        return dist->a + 0.5 * dist->b;
    case SIM_LAW_EXPONENTIAL:
    case SIM_LAW_NORMAL:
        return dist->a;
    case SIM_LAW_LOGNORMAL:
        return dist->a * exp(0.5 * dist->b * dist->b);
    case SIM_LAW_PARETO: {
        double alpha = dist->field[SIM_FIELD_ALPHA];
        if (dist->a == 0.0)
            return 0.0;
        return alpha > 1.0 ? dist->a * (alpha / (alpha - 1.0)) : (double)INFINITY;
    }
    case SIM_LAW_TABLE: {
        double sum = 0.0;
        double weight = 0.0;
        for (size_t i = 0; i < dist->table->count; i++) {
            sum += dist->table->weights[i] * ((double)dist->table->values[i] / 1e9);
            weight += dist->table->weights[i];
        }
        return sum / weight;
    }
    case SIM_LAWS:
        break;
    }
    sim_panic(__FILE__, __LINE__, "the mean of an unknown law");
}

void sim_popularity_build(struct sim_popularity *popularity, uint64_t count, double exponent)
{
    sim_assert(count >= 1 && count <= 10000000);
    sim_assert(exponent >= 0.0 && exponent <= 10.0);
    double *weights = sim_xmalloc(count * sizeof *weights);
    for (uint64_t i = 0; i < count; i++)
        weights[i] = pow((double)(i + 1), -exponent);
    sim_popularity_fini(popularity);
    popularity->count = count;
    popularity->discrete = gsl_ran_discrete_preproc(count, weights);
    sim_assert(popularity->discrete != NULL);
    free(weights);
}

void sim_popularity_fini(struct sim_popularity *popularity)
{
    if (popularity->discrete != NULL)
        gsl_ran_discrete_free(popularity->discrete);
    *popularity = (struct sim_popularity){0};
}

uint64_t sim_popularity_draw(const struct sim_popularity *popularity, struct sim_rng *rng)
{
    return 1 + (uint64_t)gsl_ran_discrete(&rng->gsl, popularity->discrete);
}
