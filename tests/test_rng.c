/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of sim/rng.c: published and golden values, the same numbers by every door, and independence of streams.
 *
 * Statistical checks state their confidence: a true generator fails one of them, all seeds taken together, with a
 * probability of 1e-6 at most (Bonferroni: each of the K values of a check is held against 1e-6 / K). They are run on
 * streams that are known to be dependent as well, and must refuse them at every seed. */
#include "sim/base.h"
#include "sim/rng.h"

#include <check.h>
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_randist.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const double FALSE_ALARM = 1e-6;

enum { SEEDS = 200, PAIRS = 20000, CELLS = 16 };

START_TEST(the_generator_gives_the_published_numbers)
{
    static const uint64_t want[] = {
        41943041U,
        58720359U,
        3588806011781223U,
        3591011842654386U,
        9228616714210784205U,
        9973669472204895162U,
        14011001112246962877U,
        12406186145184390807U,
        15849039046786891736U,
        10450023813501588000U,
    };
    struct sim_rng rng = {.state = {1, 2, 3, 4}};
    for (size_t i = 0; i < SIM_COUNT_OF(want); i++)
        ck_assert_uint_eq(sim_rng_next(&rng), want[i]);
}
END_TEST

START_TEST(gsl_seeds_it_through_the_published_splitmix64)
{
    static const uint64_t want[4] = {
        6457827717110365317U,
        3203168211198807973U,
        9817491932198370423U,
        4593380528125082431U,
    };
    gsl_rng *gsl = gsl_rng_alloc(sim_rng_type);
    gsl_rng_set(gsl, 1234567);
    ck_assert_str_eq(gsl_rng_name(gsl), "xoshiro256++");
    ck_assert_uint_eq(gsl_rng_size(gsl), sizeof want);
    ck_assert_int_eq(memcmp(gsl_rng_state(gsl), want, sizeof want), 0);
    gsl_rng *copy = gsl_rng_clone(gsl);
    for (int i = 0; i < 100; i++)
        ck_assert_uint_eq(gsl_rng_get(gsl), gsl_rng_get(copy));
    gsl_rng_free(copy);
    gsl_rng_free(gsl);
}
END_TEST

static const struct {
    uint64_t seed;
    const char *node;
    const char *purpose;
    uint64_t want[4];
} GOLDEN[] = {
    {42,
     "clients",
     "arrivals",
     {5507660050107242930U, 9540503623463339483U, 14245212580905910360U, 16986017791640951064U}},
    {42,
     "clients",
     "keys",
     {13596826448135359130U, 12554536356085696665U, 14582034897797678705U, 7193507808895465675U}},
    {43,
     "clients",
     "arrivals",
     {11755773634516254395U, 2236473514148072995U, 16790646226314496122U, 16990180460306480190U}},
    {42, "", "", {11928175911351237778U, 14073052923110552845U, 17327057900200930839U, 4196678500371729537U}},
    {UINT64_MAX,
     "db-pool",
     "latency",
     {12036210807201039974U, 17586358839596742330U, 5178732694345360321U, 6424486913809041155U}},
};

START_TEST(a_stream_has_its_golden_numbers)
{
    struct sim_rng rng;
    sim_rng_init(&rng, GOLDEN[_i].seed, GOLDEN[_i].node, GOLDEN[_i].purpose);
    for (int i = 0; i < 4; i++)
        ck_assert_uint_eq(sim_rng_next(&rng), GOLDEN[_i].want[i]);
}
END_TEST

START_TEST(a_stream_is_named_by_seed_node_and_purpose_together)
{
    static const struct {
        uint64_t seed;
        const char *node;
        const char *purpose;
    } names[] = {
        {1, "a", "bc"}, {1, "ab", "c"}, {1, "abc", ""}, {1, "", "abc"}, {2, "a", "bc"}, {256, "a", "bc"}, {1, "a", "b"},
    };
    uint64_t first[SIM_COUNT_OF(names)];
    for (size_t i = 0; i < SIM_COUNT_OF(names); i++) {
        struct sim_rng rng;
        sim_rng_init(&rng, names[i].seed, names[i].node, names[i].purpose);
        first[i] = sim_rng_next(&rng);
        for (size_t j = 0; j < i; j++)
            ck_assert_uint_ne(first[i], first[j]);
    }
}
END_TEST

START_TEST(a_long_name_counts_to_its_last_byte)
{
    char node[3000];
    memset(node, 'n', sizeof node);
    node[sizeof node - 1] = '\0';
    struct sim_rng one;
    struct sim_rng other;
    sim_rng_init(&one, 1, node, "keys");
    node[sizeof node - 2] = 'm';
    sim_rng_init(&other, 1, node, "keys");
    ck_assert_uint_ne(sim_rng_next(&one), sim_rng_next(&other));
}
END_TEST

START_TEST(gsl_and_the_inline_functions_draw_from_one_stream)
{
    struct sim_rng ours;
    struct sim_rng theirs;
    sim_rng_init(&ours, 7, "svc", "latency");
    sim_rng_init(&theirs, 7, "svc", "latency");
    ck_assert_uint_eq(gsl_rng_min(&theirs.gsl), 0);
    ck_assert_uint_eq(gsl_rng_max(&theirs.gsl), UINT64_MAX);
    for (int i = 0; i < 1000; i++) {
        ck_assert_uint_eq(sim_rng_next(&ours), gsl_rng_get(&theirs.gsl));
        ck_assert_double_eq(sim_rng_uniform(&ours), gsl_rng_uniform(&theirs.gsl));
        ck_assert_double_eq(gsl_rng_uniform(&ours.gsl), sim_rng_uniform(&theirs));
    }
}
END_TEST

START_TEST(a_uniform_is_at_least_zero_and_below_one)
{
    struct sim_rng rng = {.state = {0, 5, 0, 0}}; /* sum and output are 0 */
    ck_assert_double_eq(sim_rng_uniform(&rng), 0.0);
    /* rotl(s0 + s3, 23) + s0 with s0 = 0, s3 = -1 is the greatest output. */
    rng = (struct sim_rng){.state = {0, 0, 0, UINT64_MAX}};
    double greatest = sim_rng_uniform(&rng);
    ck_assert_double_eq(greatest, 1.0 - 0x1.0p-53);
}
END_TEST

START_TEST(a_chance_draws_once_even_when_it_is_certain)
{
    static const double probabilities[] = {0.0, 1.0, 0.3};
    struct sim_rng rng;
    struct sim_rng shadow;
    sim_rng_init(&rng, 1, "link", "loss");
    sim_rng_init(&shadow, 1, "link", "loss");
    for (int i = 0; i < 3000; i++) {
        double p = probabilities[i % 3];
        bool hit = sim_rng_chance(&rng, p);
        ck_assert_int_eq(hit, sim_rng_uniform(&shadow) < p);
        if (i % 3 < 2)
            ck_assert_int_eq(hit, p > 0.0);
    }
    ck_assert_int_eq(memcmp(rng.state, shadow.state, sizeof rng.state), 0);
}
END_TEST

/* What two columns of uniforms have to do with each other: the least p-value of chi-square over a grid of cells, both
 * tails, and of the correlation coefficient. Three values, so Bonferroni counts three for every call. */
static double dependence(const double *x, const double *y)
{
    static unsigned grid[CELLS * CELLS];
    memset(grid, 0, sizeof grid);
    double sum = 0.0;
    for (int i = 0; i < PAIRS; i++) {
        grid[(int)(x[i] * CELLS) * CELLS + (int)(y[i] * CELLS)]++;
        sum += (x[i] - 0.5) * (y[i] - 0.5);
    }
    double expected = (double)PAIRS / (CELLS * CELLS);
    double chi2 = 0.0;
    for (int i = 0; i < CELLS * CELLS; i++)
        chi2 += (grid[i] - expected) * (grid[i] - expected) / expected;
    double freedom = CELLS * CELLS - 1;
    double tails = fmin(gsl_cdf_chisq_Q(chi2, freedom), gsl_cdf_chisq_P(chi2, freedom));
    double z = 12.0 * sum / sqrt(PAIRS); /* each product has variance 1/144 */
    return fmin(tails, 2.0 * gsl_cdf_ugaussian_Q(fabs(z)));
}

static void fill(double *column, uint64_t seed, const char *node, const char *purpose)
{
    struct sim_rng rng;
    sim_rng_init(&rng, seed, node, purpose);
    for (int i = 0; i < PAIRS; i++)
        column[i] = sim_rng_uniform(&rng);
}

static double first[PAIRS];
static double second[PAIRS];

START_TEST(neighbouring_streams_are_independent)
{
    static const struct {
        uint64_t seed_step;
        const char *node;
        const char *purpose;
    } neighbours[] = {
        {1, "clients", "arrivals"}, {0, "clients", "keys"},       {0, "clients2", "arrivals"},
        {0, "clientt", "arrivals"}, {256, "clients", "arrivals"}, {0, "", "arrivals"},
    };
    size_t pairs = SIM_COUNT_OF(neighbours);
    double limit = FALSE_ALARM / (3.0 * SEEDS * (double)pairs);
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        fill(first, seed, "clients", "arrivals");
        for (size_t i = 0; i < pairs; i++) {
            fill(second, seed + neighbours[i].seed_step, neighbours[i].node, neighbours[i].purpose);
            ck_assert_double_gt(dependence(first, second), limit);
        }
    }
}
END_TEST

START_TEST(successive_numbers_of_a_stream_are_independent)
{
    double limit = FALSE_ALARM / (3.0 * SEEDS * 3.0);
    static double long_stream[PAIRS + 3];
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        struct sim_rng rng;
        sim_rng_init(&rng, seed, "svc", "cpu");
        for (size_t i = 0; i < SIM_COUNT_OF(long_stream); i++)
            long_stream[i] = sim_rng_uniform(&rng);
        for (int lag = 1; lag <= 3; lag++)
            ck_assert_double_gt(dependence(long_stream, long_stream + lag), limit);
    }
}
END_TEST

START_TEST(the_check_of_independence_sees_a_slight_dependence)
{
    /* One number in ten is the neighbour's: a correlation of 0.1. And a stream against itself. */
    double limit = FALSE_ALARM / (3.0 * SEEDS * 6.0);
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        fill(first, seed, "clients", "arrivals");
        fill(second, seed, "clients", "keys");
        for (int i = 0; i < PAIRS; i += 10)
            second[i] = first[i];
        ck_assert_double_lt(dependence(first, second), limit);
        ck_assert_double_lt(dependence(first, first), limit);
    }
}
END_TEST

START_TEST(every_bit_is_set_half_the_time)
{
    enum { DRAWS = 20000 };
    double limit = FALSE_ALARM / (64.0 * SEEDS);
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        struct sim_rng rng;
        unsigned ones[64] = {0};
        sim_rng_init(&rng, seed, "svc", "bits");
        for (int i = 0; i < DRAWS; i++) {
            uint64_t bits = sim_rng_next(&rng);
            for (int bit = 0; bit < 64; bit++)
                ones[bit] += (unsigned)(bits >> bit) & 1U;
        }
        for (int bit = 0; bit < 64; bit++) {
            double z = (ones[bit] - 0.5 * DRAWS) / sqrt(0.25 * DRAWS);
            ck_assert_double_gt(2.0 * gsl_cdf_ugaussian_Q(fabs(z)), limit);
        }
    }
}
END_TEST

START_TEST(the_first_numbers_of_many_streams_are_uniform)
{
    /* Across seeds and across names, where a poor seeding would show. */
    enum { STREAMS = 20000 };
    for (int by_name = 0; by_name < 2; by_name++) {
        unsigned cells[100] = {0};
        for (unsigned i = 0; i < STREAMS; i++) {
            char node[16];
            struct sim_rng rng;
            snprintf(node, sizeof node, "svc-%u", by_name ? i : 0);
            sim_rng_init(&rng, by_name ? 1 : i, node, "latency");
            cells[(int)(100.0 * sim_rng_uniform(&rng))]++;
        }
        double chi2 = 0.0;
        for (int i = 0; i < 100; i++)
            chi2 += (cells[i] - STREAMS / 100.0) * (cells[i] - STREAMS / 100.0) / (STREAMS / 100.0);
        ck_assert_double_gt(gsl_cdf_chisq_Q(chi2, 99), FALSE_ALARM / 4.0);
        ck_assert_double_gt(gsl_cdf_chisq_P(chi2, 99), FALSE_ALARM / 4.0);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("rng");
    TCase *tests = tcase_create("rng");
    tcase_set_timeout(tests, 120);
    tcase_add_test(tests, the_generator_gives_the_published_numbers);
    tcase_add_test(tests, gsl_seeds_it_through_the_published_splitmix64);
    tcase_add_loop_test(tests, a_stream_has_its_golden_numbers, 0, SIM_COUNT_OF(GOLDEN));
    tcase_add_test(tests, a_stream_is_named_by_seed_node_and_purpose_together);
    tcase_add_test(tests, a_long_name_counts_to_its_last_byte);
    tcase_add_test(tests, gsl_and_the_inline_functions_draw_from_one_stream);
    tcase_add_test(tests, a_uniform_is_at_least_zero_and_below_one);
    tcase_add_test(tests, a_chance_draws_once_even_when_it_is_certain);
    tcase_add_test(tests, neighbouring_streams_are_independent);
    tcase_add_test(tests, successive_numbers_of_a_stream_are_independent);
    tcase_add_test(tests, the_check_of_independence_sees_a_slight_dependence);
    tcase_add_test(tests, every_bit_is_set_half_the_time);
    tcase_add_test(tests, the_first_numbers_of_many_streams_are_uniform);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
