/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of sim/dist.c: what is refused and with which words, golden draws, and the laws themselves.
 *
 * A continuous law is held against its CDF by the Kolmogorov-Smirnov distance D of n draws. By the inequality of
 * Dvoretzky, Kiefer, Wolfowitz and Massart a true sample has D > d with a probability of at most 2 exp(-2 n d^2), for
 * every n, so the limit is no approximation. Tables and popularity are held against chi-square, both tails. Confidence:
 * a right implementation fails one of these checks, all laws and seeds of a check together, with a probability of 1e-6
 * at most (Bonferroni). The same checks must refuse laws that are 10 % wrong, at every seed.
 *
 * A draw is a whole number of nanoseconds: the CDF of the draw t is the law's at t + 1/2 ns, and all that is below 0 is
 * at 0; with that the comparison is exact, atoms included. */
#include "sim/base.h"
#include "sim/dist.h"
#include "sim/rng.h"

#include <check.h>
#include <float.h>
#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define BIT(field) (1U << (unsigned)(field))

enum { EXIT_INTERNAL = 70 };

static const double FALSE_ALARM = 1e-6;

enum { SEEDS = 20, DRAWS = 50000 };

static struct sim_dist make(enum sim_law law, enum sim_dist_field f, double x, enum sim_dist_field g, double y)
{
    struct sim_dist dist = {.law = law, .set = BIT(f) | BIT(g)};
    dist.field[f] = x;
    dist.field[g] = y;
    return dist;
}

static struct sim_dist prepared(enum sim_law law, enum sim_dist_field f, double x, enum sim_dist_field g, double y)
{
    struct sim_dist dist = make(law, f, x, g, y);
    struct sim_error error;
    bool ok = sim_dist_prepare(&dist, &error);
    ck_assert_msg(ok, "%s", error.rule);
    return dist;
}

static struct sim_dist exponential(double mean_ns)
{
    return prepared(SIM_LAW_EXPONENTIAL, SIM_FIELD_MEAN, mean_ns, SIM_FIELD_MEAN, mean_ns);
}

static struct sim_dist lognormal(double median_ns, double sigma)
{
    return prepared(SIM_LAW_LOGNORMAL, SIM_FIELD_MEDIAN, median_ns, SIM_FIELD_SIGMA, sigma);
}

/* ---- Names and refusals. ---- */

START_TEST(laws_and_fields_have_the_names_a_scenario_uses)
{
    static const struct {
        const char *name;
        unsigned fields;
    } laws[SIM_LAWS] = {
        {"constant", BIT(SIM_FIELD_VALUE)},
        {"uniform", BIT(SIM_FIELD_MIN) | BIT(SIM_FIELD_MAX)},
        {"exponential", BIT(SIM_FIELD_MEAN)},
        {"normal", BIT(SIM_FIELD_MEAN) | BIT(SIM_FIELD_SD)},
        {"lognormal", BIT(SIM_FIELD_MEDIAN) | BIT(SIM_FIELD_MEAN) | BIT(SIM_FIELD_P95) | BIT(SIM_FIELD_SIGMA)},
        {"pareto", BIT(SIM_FIELD_MIN) | BIT(SIM_FIELD_ALPHA)},
        {"table", 0},
    };
    static const char *const fields[SIM_DIST_FIELDS] = {
        "value", "min", "max", "mean", "median", "p95", "sd", "sigma", "alpha",
    };
    for (int i = 0; i < SIM_LAWS; i++) {
        ck_assert_str_eq(sim_law_name((enum sim_law)i), laws[i].name);
        ck_assert_uint_eq(sim_law_fields((enum sim_law)i), laws[i].fields);
    }
    for (int i = 0; i < SIM_DIST_FIELDS; i++) {
        ck_assert_str_eq(sim_dist_field_name((enum sim_dist_field)i), fields[i]);
        ck_assert_int_eq(sim_dist_field_is_duration((enum sim_dist_field)i), i < SIM_FIELD_SIGMA);
    }
}
END_TEST

/* Rows with up to three written fields; a row ends at its first field without a value. */
struct written {
    enum sim_dist_field field;
    double value;
};

static const struct {
    enum sim_law law;
    int count;
    struct written written[3];
    const char *rule;
    const char *value;
} REFUSED[] = {
    {SIM_LAW_CONSTANT, 0, {{0}}, "\"constant\" wants \"value\"", ""},
    {SIM_LAW_CONSTANT, 1, {{SIM_FIELD_VALUE, -1.0}}, "want \"value\" from 0s to 3650d", "value -1ns"},
    {SIM_LAW_CONSTANT, 1, {{SIM_FIELD_VALUE, 4e17}}, "want \"value\" from 0s to 3650d", "value 4e17"},
    {SIM_LAW_CONSTANT, 1, {{SIM_FIELD_VALUE, NAN}}, "want \"value\" from 0s to 3650d", "value nan"},
    {SIM_LAW_CONSTANT, 2, {{SIM_FIELD_VALUE, 1.0}, {SIM_FIELD_MEAN, 1.0}}, "\"constant\" takes no \"mean\"", "mean"},
    {SIM_LAW_UNIFORM, 1, {{SIM_FIELD_MIN, 1.0}}, "\"uniform\" wants \"max\"", ""},
    {SIM_LAW_UNIFORM, 1, {{SIM_FIELD_MAX, 1.0}}, "\"uniform\" wants \"min\"", ""},
    {SIM_LAW_UNIFORM,
     2,
     {{SIM_FIELD_MIN, 3e9}, {SIM_FIELD_MAX, 2e9}},
     "want \"min\" not above \"max\"",
     "min 3s, max 2s"},
    {SIM_LAW_EXPONENTIAL, 0, {{0}}, "\"exponential\" wants \"mean\"", ""},
    {SIM_LAW_EXPONENTIAL, 1, {{SIM_FIELD_MEAN, INFINITY}}, "want \"mean\" from 0s to 3650d", "mean inf"},
    {SIM_LAW_NORMAL, 1, {{SIM_FIELD_MEAN, 1.0}}, "\"normal\" wants \"sd\"", ""},
    {SIM_LAW_NORMAL, 2, {{SIM_FIELD_MEAN, 1.0}, {SIM_FIELD_SD, -5e6}}, "want \"sd\" from 0s to 3650d", "sd -5ms"},
    {SIM_LAW_LOGNORMAL, 0, {{0}}, "want \"sigma\" with \"median\" or \"mean\", or \"median\" with \"p95\"", ""},
    {SIM_LAW_LOGNORMAL,
     1,
     {{SIM_FIELD_MEDIAN, 1.0}},
     "want \"sigma\" with \"median\" or \"mean\", or \"median\" with \"p95\"",
     ""},
    {SIM_LAW_LOGNORMAL,
     1,
     {{SIM_FIELD_SIGMA, 1.0}},
     "want exactly one of \"median\" and \"mean\" beside \"sigma\"",
     ""},
    {SIM_LAW_LOGNORMAL,
     3,
     {{SIM_FIELD_SIGMA, 1.0}, {SIM_FIELD_MEAN, 1.0}, {SIM_FIELD_MEDIAN, 1.0}},
     "want exactly one of \"median\" and \"mean\" beside \"sigma\"",
     ""},
    {SIM_LAW_LOGNORMAL,
     3,
     {{SIM_FIELD_SIGMA, 1.0}, {SIM_FIELD_P95, 1.0}, {SIM_FIELD_MEDIAN, 1.0}},
     "want either \"sigma\" or \"p95\", not both",
     ""},
    {SIM_LAW_LOGNORMAL,
     2,
     {{SIM_FIELD_MEAN, 1.0}, {SIM_FIELD_P95, 2.0}},
     "want \"median\" and no \"mean\" beside \"p95\"",
     ""},
    {SIM_LAW_LOGNORMAL,
     2,
     {{SIM_FIELD_MEDIAN, 0.0}, {SIM_FIELD_P95, 2.0}},
     "want \"median\" above 0s beside \"p95\"",
     "median 0s"},
    {SIM_LAW_LOGNORMAL,
     2,
     {{SIM_FIELD_MEDIAN, 3e6}, {SIM_FIELD_P95, 2500e3}},
     "want \"median\" not above \"p95\"",
     "median 3ms, p95 2.5ms"},
    {SIM_LAW_LOGNORMAL,
     2,
     {{SIM_FIELD_MEDIAN, 1.0}, {SIM_FIELD_SIGMA, -0.5}},
     "want \"sigma\" from 0 to 20",
     "sigma -0.5"},
    {SIM_LAW_LOGNORMAL,
     2,
     {{SIM_FIELD_MEDIAN, 1.0}, {SIM_FIELD_SIGMA, 20.5}},
     "want \"sigma\" from 0 to 20",
     "sigma 20.5"},
    {SIM_LAW_PARETO, 1, {{SIM_FIELD_ALPHA, 1.0}}, "\"pareto\" wants \"min\"", ""},
    {SIM_LAW_PARETO, 2, {{SIM_FIELD_MIN, 1.0}, {SIM_FIELD_ALPHA, 0.0}}, "want a finite \"alpha\" above 0", "alpha 0"},
    {SIM_LAW_PARETO,
     2,
     {{SIM_FIELD_MIN, 1.0}, {SIM_FIELD_ALPHA, INFINITY}},
     "want a finite \"alpha\" above 0",
     "alpha inf"},
    {SIM_LAW_TABLE, 0, {{0}}, "\"table\" wants \"values\"", ""},
};

START_TEST(a_wrong_law_is_refused_with_helpful_words)
{
    struct sim_dist dist = {.law = REFUSED[_i].law, .a = 7.0, .b = 8.0};
    for (int i = 0; i < REFUSED[_i].count; i++) {
        dist.set |= BIT(REFUSED[_i].written[i].field);
        dist.field[REFUSED[_i].written[i].field] = REFUSED[_i].written[i].value;
    }
    struct sim_error error;
    ck_assert(!sim_dist_prepare(&dist, &error));
    ck_assert_str_eq(error.rule, REFUSED[_i].rule);
    ck_assert_str_eq(error.value, REFUSED[_i].value);
    ck_assert(!sim_dist_prepare(&dist, NULL));
    ck_assert_double_eq(dist.a, 7.0);
    ck_assert_double_eq(dist.b, 8.0);
}
END_TEST

START_TEST(a_wrong_table_is_refused_with_helpful_words)
{
    static const sim_ns values[] = {1, 2, 3};
    static const sim_ns negative[] = {1, -2 * SIM_S, 3};
    static const sim_ns endless[] = {1, 2, SIM_NEVER};
    static const double weights[] = {1.0, 0.0, 1.0};
    static const double no_numbers[] = {1.0, 1.0, NAN};
    static const struct {
        size_t count;
        const sim_ns *values;
        const double *weights;
        const char *rule;
        const char *value;
    } rows[] = {
        {0, values, NULL, "want 1 to 10000 \"values\"", "0"},
        {10001, values, NULL, "want 1 to 10000 \"values\"", "10001"},
        {3, negative, NULL, "want every one of \"values\" from 0s to 3650d", "-2s"},
        {3, endless, NULL, "want every one of \"values\" from 0s to 3650d", "none"},
        {3, values, weights, "want every one of \"weights\" above 0 and at most 1e100", "0"},
        {3, values, no_numbers, "want every one of \"weights\" above 0 and at most 1e100", "nan"},
    };
    for (size_t i = 0; i < SIM_COUNT_OF(rows); i++) {
        struct sim_error error;
        ck_assert_ptr_null(sim_dist_table_make(rows[i].count, rows[i].values, rows[i].weights, &error));
        ck_assert_str_eq(error.rule, rows[i].rule);
        ck_assert_str_eq(error.value, rows[i].value);
    }
    sim_dist_table_free(NULL);
}
END_TEST

START_TEST(a_draw_of_no_law_is_a_bug)
{
    struct sim_dist dist = {.law = SIM_LAWS};
    struct sim_rng rng;
    sim_rng_init(&rng, 1, "svc", "latency");
    sim_dist_draw(&dist, &rng);
}
END_TEST

/* ---- Derived numbers. ---- */

START_TEST(a_lognormal_is_the_same_by_any_of_its_three_spellings)
{
    double median = 40e6;
    double sigma = 0.7;
    struct sim_dist by_median = lognormal(median, sigma);
    struct sim_dist by_mean =
        prepared(SIM_LAW_LOGNORMAL, SIM_FIELD_MEAN, median * exp(sigma * sigma / 2.0), SIM_FIELD_SIGMA, sigma);
    struct sim_dist by_p95 =
        prepared(SIM_LAW_LOGNORMAL, SIM_FIELD_MEDIAN, median, SIM_FIELD_P95, median * exp(sigma * 1.6448536269514722));
    ck_assert_double_eq_tol(by_mean.a, by_median.a, 1e-16);
    ck_assert_double_eq_tol(by_p95.a, by_median.a, 1e-16);
    ck_assert_double_eq_tol(by_p95.b, by_median.b, 1e-14);
    ck_assert_double_eq_tol(sim_dist_mean_s(&by_mean), median * 1e-9 * exp(sigma * sigma / 2.0), 1e-15);
    struct sim_rng rngs[3];
    for (int i = 0; i < 3; i++)
        sim_rng_init(&rngs[i], 1, "svc", "latency");
    for (int i = 0; i < 1000; i++) {
        sim_ns draw = sim_dist_draw(&by_median, &rngs[0]);
        ck_assert_int_le(llabs(sim_dist_draw(&by_mean, &rngs[1]) - draw), 1);
        ck_assert_int_le(llabs(sim_dist_draw(&by_p95, &rngs[2]) - draw), 1);
    }
}
END_TEST

START_TEST(a_law_knows_its_mean_and_whether_it_is_zero)
{
    static const sim_ns values[] = {0, 10 * SIM_MS, 40 * SIM_MS};
    static const double weights[] = {1.0, 2.0, 1.0};
    static const sim_ns zeros[] = {0, 0};
    struct sim_dist_table *table = sim_dist_table_make(3, values, weights, NULL);
    struct sim_dist_table *zero_table = sim_dist_table_make(2, zeros, NULL, NULL);
    struct sim_dist table_dist = {.law = SIM_LAW_TABLE, .table = table};
    struct sim_dist zero_dist = {.law = SIM_LAW_TABLE, .table = zero_table};
    ck_assert(sim_dist_prepare(&table_dist, NULL));
    ck_assert(sim_dist_prepare(&zero_dist, NULL));
    const struct {
        struct sim_dist dist;
        double mean_s;
        bool zero;
    } rows[] = {
        {sim_dist_constant(0), 0.0, true},
        {sim_dist_constant(1), 1e-9, false},
        {prepared(SIM_LAW_UNIFORM, SIM_FIELD_MIN, 1e9, SIM_FIELD_MAX, 3e9), 2.0, false},
        {prepared(SIM_LAW_UNIFORM, SIM_FIELD_MIN, 0.0, SIM_FIELD_MAX, 3e9), 1.5, false},
        {prepared(SIM_LAW_UNIFORM, SIM_FIELD_MIN, 0.0, SIM_FIELD_MAX, 0.0), 0.0, true},
        {exponential(5e6), 0.005, false},
        {exponential(0.0), 0.0, true},
        {prepared(SIM_LAW_NORMAL, SIM_FIELD_MEAN, 5e6, SIM_FIELD_SD, 0.0), 0.005, false},
        {prepared(SIM_LAW_NORMAL, SIM_FIELD_MEAN, 0.0, SIM_FIELD_SD, 1e6), 0.0, false},
        {prepared(SIM_LAW_NORMAL, SIM_FIELD_MEAN, 0.0, SIM_FIELD_SD, 0.0), 0.0, true},
        {lognormal(0.0, 1.0), 0.0, true},
        {lognormal(1e9, 2.0), exp(2.0), false},
        {prepared(SIM_LAW_PARETO, SIM_FIELD_MIN, 1e9, SIM_FIELD_ALPHA, 1.5), 3.0, false},
        {prepared(SIM_LAW_PARETO, SIM_FIELD_MIN, 1e9, SIM_FIELD_ALPHA, 1.0), INFINITY, false},
        {prepared(SIM_LAW_PARETO, SIM_FIELD_MIN, 0.0, SIM_FIELD_ALPHA, 0.5), 0.0, true},
        {table_dist, 0.015, false},
        {zero_dist, 0.0, true},
    };
    for (size_t i = 0; i < SIM_COUNT_OF(rows); i++) {
        double mean = sim_dist_mean_s(&rows[i].dist);
        ck_assert(mean == rows[i].mean_s || fabs(mean - rows[i].mean_s) < 1e-14);
        ck_assert_int_eq(sim_dist_is_zero(&rows[i].dist), rows[i].zero);
        struct sim_rng rng;
        sim_rng_init(&rng, 1, "svc", "latency");
        bool all_zero = true;
        for (int draw = 0; draw < 100; draw++)
            all_zero = sim_dist_draw(&rows[i].dist, &rng) == 0 && all_zero;
        ck_assert_int_eq(all_zero, rows[i].zero);
    }
    sim_dist_table_free(table);
    sim_dist_table_free(zero_table);
}
END_TEST

START_TEST(a_constant_is_exact_however_long)
{
    static const sim_ns values[] = {
        0, 1, 999999999, 660 * SIM_S, 86400 * SIM_S + 1, 8640000 * SIM_S + 1, ((sim_ns)1 << 53) - 1, SIM_NS_MAX,
    };
    struct sim_rng rng;
    struct sim_rng untouched;
    sim_rng_init(&rng, 1, "svc", "latency");
    sim_rng_init(&untouched, 1, "svc", "latency");
    for (size_t i = 0; i < SIM_COUNT_OF(values); i++) {
        struct sim_dist dist = sim_dist_constant(values[i]);
        ck_assert_int_eq(sim_dist_draw(&dist, &rng), values[i]);
        ck_assert(sim_dist_prepare(&dist, NULL));
        ck_assert_int_eq(sim_dist_draw(&dist, &rng), values[i]);
    }
    ck_assert_int_eq(memcmp(rng.state, untouched.state, sizeof rng.state), 0);
}
END_TEST

/* ---- Draws. ---- */

static const struct {
    enum sim_law law;
    enum sim_dist_field f;
    double x;
    enum sim_dist_field g;
    double y;
    sim_ns want[4];
} GOLDEN[] = {
    {SIM_LAW_UNIFORM, SIM_FIELD_MIN, 1e6, SIM_FIELD_MAX, 9e6, {4584178, 4154189, 2116190, 2906541}},
    {SIM_LAW_EXPONENTIAL, SIM_FIELD_MEAN, 10e6, SIM_FIELD_MEAN, 10e6, {5942475, 5013270, 1502693, 2722256}},
    {SIM_LAW_NORMAL, SIM_FIELD_MEAN, 10e6, SIM_FIELD_SD, 3e6, {7141391, 10145343, 13992881, 9618856}},
    {SIM_LAW_LOGNORMAL, SIM_FIELD_MEDIAN, 10e6, SIM_FIELD_SIGMA, 0.5, {6209934, 10245196, 19454243, 9384516}},
    {SIM_LAW_LOGNORMAL, SIM_FIELD_MEAN, 10e6, SIM_FIELD_SIGMA, 0.5, {5480247, 9041354, 17168309, 8281806}},
    {SIM_LAW_LOGNORMAL, SIM_FIELD_MEDIAN, 10e6, SIM_FIELD_P95, 30e6, {5291782, 10328879, 24325986, 9186441}},
    {SIM_LAW_PARETO, SIM_FIELD_MIN, 1e6, SIM_FIELD_ALPHA, 1.5, {1486114, 1396848, 1105369, 1198995}},
};

START_TEST(a_law_has_its_golden_draws)
{
    struct sim_dist dist = prepared(GOLDEN[_i].law, GOLDEN[_i].f, GOLDEN[_i].x, GOLDEN[_i].g, GOLDEN[_i].y);
    struct sim_rng rng;
    sim_rng_init(&rng, 42, "svc", "latency");
    for (int i = 0; i < 4; i++)
        ck_assert_int_eq(sim_dist_draw(&dist, &rng), GOLDEN[_i].want[i]);
}
END_TEST

START_TEST(an_inverse_cdf_draws_exactly_one_uniform)
{
    static const sim_ns values[] = {1, 2, 3};
    struct sim_dist_table *table = sim_dist_table_make(3, values, NULL, NULL);
    struct sim_popularity keys = {0};
    sim_popularity_build(&keys, 50, 0.7);
    struct sim_dist dists[] = {
        prepared(SIM_LAW_UNIFORM, SIM_FIELD_MIN, 5.0, SIM_FIELD_MAX, 5.0),
        exponential(0.0),
        prepared(SIM_LAW_PARETO, SIM_FIELD_MIN, 0.0, SIM_FIELD_ALPHA, 0.001),
        {.law = SIM_LAW_TABLE, .table = table},
    };
    struct sim_rng rng;
    struct sim_rng shadow;
    sim_rng_init(&rng, 1, "svc", "latency");
    sim_rng_init(&shadow, 1, "svc", "latency");
    for (int i = 0; i < 1000; i++) {
        for (size_t law = 0; law < SIM_COUNT_OF(dists); law++) {
            sim_dist_draw(&dists[law], &rng);
            sim_rng_next(&shadow);
        }
        sim_popularity_draw(&keys, &rng);
        sim_rng_next(&shadow);
        ck_assert_int_eq(memcmp(rng.state, shadow.state, sizeof rng.state), 0);
    }
    sim_popularity_fini(&keys);
    sim_dist_table_free(table);
}
END_TEST

START_TEST(a_changed_mean_scales_every_draw_and_shifts_none)
{
    /* 3 x (t + 1/2 ns at most) against (3 t) + 1/2 ns at most. */
    const struct {
        struct sim_dist one, three;
    } rows[] = {
        {exponential(10e6), exponential(30e6)},
        {lognormal(10e6, 0.8), lognormal(30e6, 0.8)},
        {prepared(SIM_LAW_LOGNORMAL, SIM_FIELD_MEAN, 10e6, SIM_FIELD_SIGMA, 1.5),
         prepared(SIM_LAW_LOGNORMAL, SIM_FIELD_MEAN, 30e6, SIM_FIELD_SIGMA, 1.5)},
        {prepared(SIM_LAW_UNIFORM, SIM_FIELD_MIN, 1e6, SIM_FIELD_MAX, 2e6),
         prepared(SIM_LAW_UNIFORM, SIM_FIELD_MIN, 3e6, SIM_FIELD_MAX, 6e6)},
        {prepared(SIM_LAW_NORMAL, SIM_FIELD_MEAN, 2e6, SIM_FIELD_SD, 1e6),
         prepared(SIM_LAW_NORMAL, SIM_FIELD_MEAN, 6e6, SIM_FIELD_SD, 3e6)},
        {prepared(SIM_LAW_PARETO, SIM_FIELD_MIN, 1e6, SIM_FIELD_ALPHA, 3.0),
         prepared(SIM_LAW_PARETO, SIM_FIELD_MIN, 3e6, SIM_FIELD_ALPHA, 3.0)},
    };
    for (size_t row = 0; row < SIM_COUNT_OF(rows); row++) {
        struct sim_rng one;
        struct sim_rng three;
        sim_rng_init(&one, 5, "svc", "latency");
        sim_rng_init(&three, 5, "svc", "latency");
        long long farthest = 0;
        for (int i = 0; i < 20000; i++) {
            sim_ns small = sim_dist_draw(&rows[row].one, &one);
            sim_ns large = sim_dist_draw(&rows[row].three, &three);
            long long far = llabs(large - 3 * small);
            farthest = far > farthest ? far : farthest;
        }
        ck_assert_int_le(farthest, 2);
        ck_assert_int_eq(memcmp(one.state, three.state, sizeof one.state), 0);
    }
}
END_TEST

START_TEST(a_changed_sigma_keeps_the_underlying_normal)
{
    struct sim_dist narrow = lognormal(1e9, 0.25);
    struct sim_dist wide = lognormal(1e9, 0.5);
    struct sim_rng one;
    struct sim_rng other;
    sim_rng_init(&one, 5, "svc", "latency");
    sim_rng_init(&other, 5, "svc", "latency");
    double farthest = 0.0;
    for (int i = 0; i < 20000; i++) {
        double z = log((double)sim_dist_draw(&narrow, &one) / 1e9) / 0.25;
        farthest = fmax(farthest, fabs(log((double)sim_dist_draw(&wide, &other) / 1e9) / 0.5 - z));
    }
    ck_assert_double_lt(farthest, 1e-7);
    ck_assert_int_eq(memcmp(one.state, other.state, sizeof one.state), 0);
}
END_TEST

START_TEST(a_draw_stays_between_zero_and_ten_years)
{
    struct sim_dist dists[] = {
        lognormal((double)SIM_NS_MAX, 20.0),
        prepared(SIM_LAW_LOGNORMAL, SIM_FIELD_MEDIAN, 1.0, SIM_FIELD_P95, (double)SIM_NS_MAX),
        prepared(SIM_LAW_LOGNORMAL, SIM_FIELD_MEAN, 1.0, SIM_FIELD_SIGMA, 20.0),
        prepared(SIM_LAW_PARETO, SIM_FIELD_MIN, 1.0, SIM_FIELD_ALPHA, 1e-310),
        prepared(SIM_LAW_PARETO, SIM_FIELD_MIN, 1e9, SIM_FIELD_ALPHA, 0.01),
        prepared(SIM_LAW_PARETO, SIM_FIELD_MIN, 1e9, SIM_FIELD_ALPHA, DBL_MAX),
        prepared(SIM_LAW_NORMAL, SIM_FIELD_MEAN, 1.0, SIM_FIELD_SD, (double)SIM_NS_MAX),
        exponential((double)SIM_NS_MAX),
        prepared(SIM_LAW_UNIFORM, SIM_FIELD_MIN, 0.0, SIM_FIELD_MAX, (double)SIM_NS_MAX),
    };
    struct sim_rng rng;
    sim_rng_init(&rng, 1, "svc", "latency");
    for (size_t law = 0; law < SIM_COUNT_OF(dists); law++) {
        sim_ns least = SIM_NEVER;
        sim_ns greatest = -1;
        for (int i = 0; i < 10000; i++) {
            sim_ns draw = sim_dist_draw(&dists[law], &rng);
            least = draw < least ? draw : least;
            greatest = draw > greatest ? draw : greatest;
        }
        ck_assert_int_ge(least, 0);
        ck_assert_int_le(greatest, SIM_NS_MAX);
    }
}
END_TEST

/* ---- Continuous laws against their CDF. ---- */

/* F(t) of a law as the books give it, from the written fields, not from what sim_dist_prepare derived. */
static double cdf(const struct sim_dist *dist, double ns)
{
    const double *field = dist->field;
    double sigma = field[SIM_FIELD_SIGMA];
    double zeta = 0.0;
    switch (dist->law) {
    case SIM_LAW_UNIFORM:
        return gsl_cdf_flat_P(ns, field[SIM_FIELD_MIN], field[SIM_FIELD_MAX]);
    case SIM_LAW_EXPONENTIAL:
        return gsl_cdf_exponential_P(ns, field[SIM_FIELD_MEAN]);
    case SIM_LAW_NORMAL:
        return ns < 0.0 ? 0.0 : gsl_cdf_gaussian_P(ns - field[SIM_FIELD_MEAN], field[SIM_FIELD_SD]);
    case SIM_LAW_LOGNORMAL:
        if ((dist->set & BIT(SIM_FIELD_P95)) != 0)
            sigma = log(field[SIM_FIELD_P95] / field[SIM_FIELD_MEDIAN]) / 1.6448536269514722;
        zeta = (dist->set & BIT(SIM_FIELD_MEAN)) != 0 ? log(field[SIM_FIELD_MEAN]) - 0.5 * sigma * sigma
                                                      : log(field[SIM_FIELD_MEDIAN]);
        return ns <= 0.0 ? 0.0 : gsl_cdf_lognormal_P(ns, zeta, sigma);
    case SIM_LAW_PARETO:
        return gsl_cdf_pareto_P(ns, field[SIM_FIELD_ALPHA], field[SIM_FIELD_MIN]);
    default:
        ck_abort_msg("no CDF for law %d", (int)dist->law);
        return 0.0;
    }
}

static int compare(const void *one, const void *other)
{
    sim_ns a = *(const sim_ns *)one;
    sim_ns b = *(const sim_ns *)other;
    return (a > b) - (a < b);
}

/* The distance between the CDF of the law `claimed` and the empirical one of DRAWS draws of `drawn`. */
static double distance(const struct sim_dist *drawn, const struct sim_dist *claimed, uint64_t seed, const char *purpose)
{
    static sim_ns sample[DRAWS];
    struct sim_rng rng;
    sim_rng_init(&rng, seed, "svc", purpose);
    for (int i = 0; i < DRAWS; i++)
        sample[i] = sim_dist_draw(drawn, &rng);
    qsort(sample, DRAWS, sizeof *sample, compare);
    double farthest = 0.0;
    for (int i = 0; i < DRAWS;) {
        int next = i;
        while (next < DRAWS && sample[next] == sample[i])
            next++;
        double below = cdf(claimed, (double)sample[i] - 0.5);
        double up_to = cdf(claimed, (double)sample[i] + 0.5);
        farthest = fmax(farthest, fabs(below - (double)i / DRAWS));
        farthest = fmax(farthest, fabs(up_to - (double)next / DRAWS));
        i = next;
    }
    return farthest;
}

/* The distance that any of `laws` true samples at each of SEEDS seeds exceeds with a probability of FALSE_ALARM at
 * most. */
static double distance_limit(size_t laws)
{
    return sqrt(log(2.0 * SEEDS * (double)laws / FALSE_ALARM) / (2.0 * DRAWS));
}

/* Right laws, each with one that is 10 % wrong. */
static const struct {
    enum sim_law law;
    enum sim_dist_field f;
    double x;
    enum sim_dist_field g;
    double y;
    enum sim_dist_field wrong;
} CONTINUOUS[] = {
    {SIM_LAW_UNIFORM, SIM_FIELD_MIN, 2e6, SIM_FIELD_MAX, 8e6, SIM_FIELD_MAX},
    {SIM_LAW_EXPONENTIAL, SIM_FIELD_MEAN, 10e6, SIM_FIELD_MEAN, 10e6, SIM_FIELD_MEAN},
    {SIM_LAW_EXPONENTIAL, SIM_FIELD_MEAN, 20.0, SIM_FIELD_MEAN, 20.0, SIM_FIELD_MEAN},
    {SIM_LAW_NORMAL, SIM_FIELD_MEAN, 50e6, SIM_FIELD_SD, 10e6, SIM_FIELD_SD},
    {SIM_LAW_NORMAL, SIM_FIELD_MEAN, 10e6, SIM_FIELD_SD, 10e6, SIM_FIELD_MEAN},
    {SIM_LAW_LOGNORMAL, SIM_FIELD_MEDIAN, 40e6, SIM_FIELD_SIGMA, 0.5, SIM_FIELD_SIGMA},
    {SIM_LAW_LOGNORMAL, SIM_FIELD_MEAN, 40e6, SIM_FIELD_SIGMA, 1.0, SIM_FIELD_MEAN},
    {SIM_LAW_LOGNORMAL, SIM_FIELD_MEDIAN, 40e6, SIM_FIELD_P95, 90e6, SIM_FIELD_MEDIAN},
    {SIM_LAW_PARETO, SIM_FIELD_MIN, 1e6, SIM_FIELD_ALPHA, 1.2, SIM_FIELD_ALPHA},
};

START_TEST(a_continuous_law_has_its_cdf)
{
    struct sim_dist dist =
        prepared(CONTINUOUS[_i].law, CONTINUOUS[_i].f, CONTINUOUS[_i].x, CONTINUOUS[_i].g, CONTINUOUS[_i].y);
    double limit = distance_limit(SIM_COUNT_OF(CONTINUOUS));
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        double far = distance(&dist, &dist, seed, sim_law_name(dist.law));
        ck_assert_msg(far < limit, "seed %d: distance %g, limit %g", (int)seed, far, limit);
    }
}
END_TEST

START_TEST(a_law_that_is_a_tenth_off_is_told_apart)
{
    struct sim_dist claimed =
        prepared(CONTINUOUS[_i].law, CONTINUOUS[_i].f, CONTINUOUS[_i].x, CONTINUOUS[_i].g, CONTINUOUS[_i].y);
    struct sim_dist drawn = claimed;
    drawn.field[CONTINUOUS[_i].wrong] *= 1.1;
    ck_assert(sim_dist_prepare(&drawn, NULL));
    double limit = distance_limit(SIM_COUNT_OF(CONTINUOUS));
    for (uint64_t seed = 1; seed <= SEEDS; seed += 4) {
        double far = distance(&drawn, &claimed, seed, sim_law_name(drawn.law));
        ck_assert_msg(far > limit, "seed %d: distance %g, limit %g", (int)seed, far, limit);
    }
}
END_TEST

START_TEST(the_mean_of_many_draws_is_the_mean_of_the_law)
{
    /* z-test with the law's own standard deviation; DRAWS are enough for the normal limit of these laws. */
    const struct {
        struct sim_dist dist;
        double sd_s;
    } rows[] = {
        {prepared(SIM_LAW_UNIFORM, SIM_FIELD_MIN, 2e6, SIM_FIELD_MAX, 8e6), 0.006 / sqrt(12.0)},
        {exponential(10e6), 0.01},
        {prepared(SIM_LAW_NORMAL, SIM_FIELD_MEAN, 90e6, SIM_FIELD_SD, 10e6), 0.01},
        {lognormal(10e6, 0.5), 0.01 * exp(0.125) * sqrt(exp(0.25) - 1.0)},
    };
    size_t laws = SIM_COUNT_OF(rows);
    double limit = gsl_cdf_ugaussian_Qinv(0.5 * FALSE_ALARM / (SEEDS * (double)laws));
    for (size_t row = 0; row < laws; row++) {
        for (uint64_t seed = 1; seed <= SEEDS; seed++) {
            struct sim_rng rng;
            double sum = 0.0;
            sim_rng_init(&rng, seed, "svc", "mean");
            for (int i = 0; i < DRAWS; i++)
                sum += sim_ns_to_s(sim_dist_draw(&rows[row].dist, &rng));
            double z = (sum / DRAWS - sim_dist_mean_s(&rows[row].dist)) / (rows[row].sd_s / sqrt(DRAWS));
            ck_assert_double_lt(fabs(z), limit);
        }
    }
}
END_TEST

/* ---- Tables and keys against their probabilities. ---- */

/* The lesser tail of chi-square of `counts` against weights. */
static double fit(const unsigned *counts, const double *weights, size_t cells)
{
    double total = 0.0;
    double draws = 0.0;
    for (size_t i = 0; i < cells; i++) {
        total += weights[i];
        draws += counts[i];
    }
    double chi2 = 0.0;
    for (size_t i = 0; i < cells; i++) {
        double expected = draws * weights[i] / total;
        ck_assert_double_gt(expected, 20.0);
        chi2 += (counts[i] - expected) * (counts[i] - expected) / expected;
    }
    double freedom = (double)(cells - 1);
    return fmin(gsl_cdf_chisq_Q(chi2, freedom), gsl_cdf_chisq_P(chi2, freedom));
}

START_TEST(a_table_gives_its_values_by_their_weights)
{
    static const sim_ns values[] = {5, 10, 10000, SIM_NS_MAX};
    static const double equal[] = {1.0, 1.0, 1.0, 1.0};
    static const double skew[] = {70.0, 0.5, 20.0, 9.5};
    static const double wrong[] = {67.0, 0.5, 23.0, 9.5};
    for (int skewed = 0; skewed < 2; skewed++) {
        struct sim_dist_table *table = sim_dist_table_make(4, values, skewed ? skew : NULL, NULL);
        struct sim_dist dist = {.law = SIM_LAW_TABLE, .table = table};
        ck_assert(sim_dist_prepare(&dist, NULL));
        for (uint64_t seed = 1; seed <= SEEDS; seed++) {
            struct sim_rng rng;
            unsigned counts[5] = {0}; /* the last: no value of the table */
            sim_rng_init(&rng, seed, "svc", "table");
            for (int i = 0; i < DRAWS; i++) {
                sim_ns draw = sim_dist_draw(&dist, &rng);
                size_t cell = 0;
                while (cell < 4 && values[cell] != draw)
                    cell++;
                counts[cell]++;
            }
            ck_assert_uint_eq(counts[4], 0);
            ck_assert_double_gt(fit(counts, skewed ? skew : equal, 4), FALSE_ALARM / (4.0 * SEEDS));
            ck_assert_double_lt(fit(counts, wrong, 4), FALSE_ALARM / (4.0 * SEEDS));
        }
        sim_dist_table_free(table);
    }
}
END_TEST

START_TEST(a_table_keeps_its_own_copy)
{
    sim_ns values[] = {7};
    double weights[] = {2.0};
    struct sim_dist_table *table = sim_dist_table_make(1, values, weights, NULL);
    values[0] = 8;
    weights[0] = 3.0;
    ck_assert_uint_eq(table->count, 1);
    ck_assert_int_eq(table->values[0], 7);
    ck_assert_double_eq(table->weights[0], 2.0);
    struct sim_dist dist = {.law = SIM_LAW_TABLE, .table = table};
    struct sim_rng rng;
    sim_rng_init(&rng, 1, "svc", "table");
    for (int i = 0; i < 100; i++)
        ck_assert_int_eq(sim_dist_draw(&dist, &rng), 7);
    sim_dist_table_free(table);
}
END_TEST

static const struct {
    uint64_t count;
    double exponent;
} POPULARITY[] = {{1, 0.7}, {50, 0.7}, {50, 0.0}, {1000, 1.0}, {30, 1.5}};

START_TEST(a_key_is_as_popular_as_zipf_says)
{
    enum { KEYS_MAX = 1000, KEY_DRAWS = 200000, KEY_SEEDS = 12 };
    static unsigned counts[KEYS_MAX + 1];
    static double weights[KEYS_MAX];
    static double wrong[KEYS_MAX];
    struct sim_popularity keys = {0};
    uint64_t count = POPULARITY[_i].count;
    sim_popularity_build(&keys, 7, 3.0); /* to be rebuilt */
    sim_popularity_build(&keys, count, POPULARITY[_i].exponent);
    for (uint64_t key = 0; key < count; key++) {
        weights[key] = 1.0 / pow((double)(key + 1), POPULARITY[_i].exponent);
        wrong[key] = 1.0 / pow((double)(key + 1), POPULARITY[_i].exponent + 0.05);
    }
    size_t laws = SIM_COUNT_OF(POPULARITY);
    double limit = FALSE_ALARM / (2.0 * KEY_SEEDS * (double)laws);
    for (uint64_t seed = 1; seed <= KEY_SEEDS; seed++) {
        struct sim_rng rng;
        sim_rng_init(&rng, seed, "clients", "keys");
        memset(counts, 0, sizeof counts);
        for (int i = 0; i < KEY_DRAWS; i++) {
            uint64_t key = sim_popularity_draw(&keys, &rng);
            counts[key - 1 < count ? key - 1 : count]++; /* the last one stays empty */
        }
        ck_assert_uint_eq(counts[count], 0);
        if (count == 1)
            continue; /* nothing to choose, nothing to fit */
        ck_assert_double_gt(fit(counts, weights, count), limit);
        ck_assert_double_lt(fit(counts, wrong, count), limit);
    }
    sim_popularity_fini(&keys);
    sim_popularity_fini(&keys);
}
END_TEST

START_TEST(a_million_keys_are_drawn_from_end_to_end)
{
    struct sim_popularity keys = {0};
    sim_popularity_build(&keys, 1000000, 0.0);
    struct sim_rng rng;
    sim_rng_init(&rng, 1, "clients", "keys");
    unsigned tenths[10] = {0};
    static const double equal[10] = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1};
    for (int i = 0; i < 100000; i++)
        tenths[(sim_popularity_draw(&keys, &rng) - 1) / 100000]++;
    ck_assert_double_gt(fit(tenths, equal, 10), FALSE_ALARM / 2.0);
    sim_popularity_fini(&keys);
}
END_TEST

START_TEST(no_keys_at_all_are_a_bug)
{
    struct sim_popularity keys = {0};
    sim_popularity_build(&keys, 0, 1.0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("dist");
    TCase *tests = tcase_create("dist");
    tcase_set_timeout(tests, 120);
    tcase_add_test(tests, laws_and_fields_have_the_names_a_scenario_uses);
    tcase_add_loop_test(tests, a_wrong_law_is_refused_with_helpful_words, 0, SIM_COUNT_OF(REFUSED));
    tcase_add_test(tests, a_wrong_table_is_refused_with_helpful_words);
    tcase_add_test(tests, a_lognormal_is_the_same_by_any_of_its_three_spellings);
    tcase_add_test(tests, a_law_knows_its_mean_and_whether_it_is_zero);
    tcase_add_test(tests, a_constant_is_exact_however_long);
    tcase_add_loop_test(tests, a_law_has_its_golden_draws, 0, SIM_COUNT_OF(GOLDEN));
    tcase_add_test(tests, an_inverse_cdf_draws_exactly_one_uniform);
    tcase_add_test(tests, a_changed_mean_scales_every_draw_and_shifts_none);
    tcase_add_test(tests, a_changed_sigma_keeps_the_underlying_normal);
    tcase_add_test(tests, a_draw_stays_between_zero_and_ten_years);
    tcase_add_loop_test(tests, a_continuous_law_has_its_cdf, 0, SIM_COUNT_OF(CONTINUOUS));
    tcase_add_loop_test(tests, a_law_that_is_a_tenth_off_is_told_apart, 0, SIM_COUNT_OF(CONTINUOUS));
    tcase_add_test(tests, the_mean_of_many_draws_is_the_mean_of_the_law);
    tcase_add_test(tests, a_table_gives_its_values_by_their_weights);
    tcase_add_test(tests, a_table_keeps_its_own_copy);
    tcase_add_loop_test(tests, a_key_is_as_popular_as_zipf_says, 0, SIM_COUNT_OF(POPULARITY));
    tcase_add_test(tests, a_million_keys_are_drawn_from_end_to_end);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    if (srunner_fork_status(runner) == CK_FORK) { /* these end their process */
        tcase_add_exit_test(tests, a_draw_of_no_law_is_a_bug, EXIT_INTERNAL);
        tcase_add_exit_test(tests, no_keys_at_all_are_a_bug, EXIT_INTERNAL);
    }
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
