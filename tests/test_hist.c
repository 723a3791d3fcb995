/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of sim/hist.c: geometry of the buckets, percentiles against sorted samples, merging and clearing. */
#include "sim/base.h"
#include "sim/hist.h"
#include "sim/rng.h"

#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { EXIT_INTERNAL = 70, BUCKETS = SIM_HIST_ROWS * SIM_HIST_SUB, SAMPLE_MAX = 5000 };

/* What sim/hist.h claims, and what the simulator promises. */
static const double CLAIMED = 0.002;

/* Percentiles in thousandths, so that the exact rank is integer arithmetic. */
static const int64_t PERMILLES[] = {1,     10,    100,   1000,  5000,  7000,  14000, 25000, 28000, 50000, 55000,
                                    56000, 57000, 58000, 75000, 90000, 95000, 99000, 99900, 99990, 99999, 100000};

static uint64_t rank_of(int64_t permille, uint64_t count)
{
    return ((uint64_t)permille * count + 99999) / 100000;
}

static void record_all(struct sim_hist *hist, const int64_t *values, size_t count)
{
    for (size_t i = 0; i < count; i++)
        sim_hist_record(hist, values[i]);
}

/* Same content, whatever the order of first use. */
static void assert_equal(const struct sim_hist *one, const struct sim_hist *other)
{
    ck_assert_uint_eq(one->count, other->count);
    ck_assert_int_eq(one->min, other->min);
    ck_assert_int_eq(one->max, other->max);
    ck_assert(one->sum == other->sum);
    ck_assert_uint_eq(one->touched_count, other->touched_count);
    uint32_t different = 0;
    for (uint32_t i = 0; i < one->touched_count; i++) {
        uint32_t row = one->touched[i] / SIM_HIST_SUB;
        uint32_t column = one->touched[i] % SIM_HIST_SUB;
        different += other->rows[row] == NULL || one->rows[row][column] != other->rows[row][column];
    }
    ck_assert_uint_eq(different, 0);
}

/* Every bucket above 0 is in `touched` once and no other is; the counts sum up. */
static void assert_sound(const struct sim_hist *hist)
{
    static bool listed[BUCKETS];
    memset(listed, 0, sizeof listed);
    uint64_t sum = 0;
    uint32_t wrong = 0;
    for (uint32_t i = 0; i < hist->touched_count; i++) {
        wrong += listed[hist->touched[i]];
        listed[hist->touched[i]] = true;
    }
    for (uint32_t bucket = 0; bucket < BUCKETS; bucket++) {
        const uint64_t *row = hist->rows[bucket / SIM_HIST_SUB];
        uint64_t here = row == NULL ? 0 : row[bucket % SIM_HIST_SUB];
        sum += here;
        wrong += (here > 0) != listed[bucket];
    }
    ck_assert_uint_eq(wrong, 0);
    ck_assert_uint_eq(sum, hist->count);
}

static const struct {
    int64_t value;
    uint32_t bucket;
} BUCKET_OF[] = {
    {0, 0},
    {1, 1},
    {255, 255},
    {256, 256},
    {511, 511},
    {512, 512},
    {513, 512},
    {514, 513},
    {1023, 767},
    {1024, 768},
    {1027, 768},
    {1028, 769},
    {((int64_t)1 << 62) - 1, 55 * 256 - 1},
    {(int64_t)1 << 62, 55 * 256},
    {INT64_MAX, 56 * 256 - 1},
};

START_TEST(a_value_has_its_bucket)
{
    ck_assert_uint_eq(sim_hist_bucket(BUCKET_OF[_i].value), BUCKET_OF[_i].bucket);
}
END_TEST

START_TEST(the_buckets_tile_the_numbers)
{
    int64_t next = 0;
    uint32_t wrong = 0;
    for (uint32_t bucket = 0; bucket < BUCKETS; bucket++) {
        int64_t low = sim_hist_bucket_low(bucket);
        int64_t width = sim_hist_bucket_width(bucket);
        int64_t last = low + (width - 1);
        wrong += low != next;
        wrong += sim_hist_bucket(low) != bucket || sim_hist_bucket(last) != bucket;
        wrong += width > 1 && (double)width / 2.0 > CLAIMED * (double)low;
        next = bucket + 1 < BUCKETS ? last + 1 : last;
    }
    ck_assert_uint_eq(wrong, 0);
    ck_assert_int_eq(next, INT64_MAX);
}
END_TEST

START_TEST(a_negative_value_is_a_bug)
{
    struct sim_hist hist;
    sim_hist_init(&hist);
    sim_hist_record(&hist, -1);
}
END_TEST

START_TEST(an_empty_histogram_has_no_percentile)
{
    struct sim_hist hist;
    sim_hist_init(&hist);
    sim_hist_percentile(&hist, 50.0);
}
END_TEST

START_TEST(a_percentile_of_zero_is_a_bug)
{
    struct sim_hist hist;
    sim_hist_init(&hist);
    sim_hist_record(&hist, 1);
    sim_hist_percentile(&hist, 0.0);
}
END_TEST

START_TEST(an_empty_histogram_is_small)
{
    struct sim_hist hist;
    sim_hist_init(&hist);
    ck_assert_uint_eq(hist.count, 0);
    ck_assert_int_eq(hist.min, INT64_MAX);
    ck_assert_int_eq(hist.max, 0);
    ck_assert(hist.sum == 0);
    ck_assert_uint_eq(sim_hist_count_up_to(&hist, INT64_MAX), 0);
    ck_assert_ptr_null(hist.touched);
    for (size_t row = 0; row < SIM_HIST_ROWS; row++)
        ck_assert_ptr_null(hist.rows[row]);
    assert_sound(&hist);
    sim_hist_fini(&hist);
}
END_TEST

START_TEST(one_value_is_read_back_exactly)
{
    static const int64_t values[] = {0, 1, 255, 256, 257, 1000000007, INT64_MAX - 1, INT64_MAX};
    for (size_t i = 0; i < SIM_COUNT_OF(values); i++) {
        struct sim_hist hist;
        sim_hist_init(&hist);
        for (int times = 0; times < 3; times++)
            sim_hist_record(&hist, values[i]);
        for (size_t p = 0; p < SIM_COUNT_OF(PERMILLES); p++)
            ck_assert_int_eq(sim_hist_percentile(&hist, (double)PERMILLES[p] / 1000.0), values[i]);
        ck_assert_double_eq(sim_hist_mean(&hist), (double)values[i]);
        ck_assert_int_eq(hist.min, values[i]);
        ck_assert_int_eq(hist.max, values[i]);
        assert_sound(&hist);
        sim_hist_fini(&hist);
    }
}
END_TEST

START_TEST(the_sum_of_great_values_does_not_wrap)
{
    struct sim_hist hist;
    sim_hist_init(&hist);
    for (int i = 0; i < 1000; i++)
        sim_hist_record(&hist, INT64_MAX);
    ck_assert_double_eq(sim_hist_mean(&hist), (double)INT64_MAX);
    sim_hist_fini(&hist);
}
END_TEST

START_TEST(a_rank_is_not_lifted_by_rounding)
{
    /* Of 0..count-1 the p-th percentile is rank - 1; 7 / 100.0 * 100 is above 7 in doubles. */
    static const uint64_t counts[] = {1, 2, 3, 7, 20, 99, 100, 101, 200, 250};
    for (size_t i = 0; i < SIM_COUNT_OF(counts); i++) {
        struct sim_hist hist;
        sim_hist_init(&hist);
        for (uint64_t value = 0; value < counts[i]; value++)
            sim_hist_record(&hist, (int64_t)value);
        for (int64_t permille = 100; permille <= 100000; permille += 100) {
            int64_t want = (int64_t)rank_of(permille, counts[i]) - 1;
            int64_t got = sim_hist_percentile(&hist, (double)permille / 1000.0);
            if (got != want)
                ck_abort_msg("p %g of %d: %d, not %d", (double)permille / 1000.0, (int)counts[i], (int)got, (int)want);
        }
        sim_hist_fini(&hist);
    }
}
END_TEST

/* ---- Random data. ---- */

enum shape { SPREAD, SMALL, OCTAVE_EDGES, HEAVY_TAIL, TWO_HUMPS, SHAPES };

static int64_t random_value(struct sim_rng *rng, enum shape shape)
{
    double u = sim_rng_uniform(rng);
    switch (shape) {
    case SPREAD: /* every magnitude */
        return (int64_t)(sim_rng_next(rng) >> (1 + (int)(u * 63.0)));
    case SMALL:
        return (int64_t)(u * 600.0);
    case OCTAVE_EDGES:
        return ((int64_t)1 << (int)(u * 62.0)) - (int64_t)(sim_rng_next(rng) % 2);
    case HEAVY_TAIL:
        return (int64_t)(1e6 * pow(1.0 - u, -1.0));
    default:
        return u < 0.93 ? 5000000 + (int64_t)(u * 1e5) : 3000000000 + (int64_t)(u * 1e8);
    }
}

static int compare(const void *one, const void *other)
{
    int64_t a = *(const int64_t *)one;
    int64_t b = *(const int64_t *)other;
    return (a > b) - (a < b);
}

static size_t random_sample(struct sim_rng *rng, int64_t *values, enum shape shape)
{
    size_t count = 1 + (size_t)(sim_rng_uniform(rng) * sim_rng_uniform(rng) * (SAMPLE_MAX - 1));
    for (size_t i = 0; i < count; i++)
        values[i] = random_value(rng, shape);
    return count;
}

START_TEST(a_percentile_is_the_nearest_rank_within_the_claimed_error)
{
    static int64_t values[SAMPLE_MAX];
    double worst = 0.0;
    for (uint64_t seed = 1; seed <= 60; seed++) {
        struct sim_rng rng;
        struct sim_hist hist;
        sim_rng_init(&rng, seed, "hist", "sample");
        sim_hist_init(&hist);
        size_t count = random_sample(&rng, values, (enum shape)_i);
        record_all(&hist, values, count);
        qsort(values, count, sizeof *values, compare);
        for (size_t p = 0; p < SIM_COUNT_OF(PERMILLES); p++) {
            int64_t exact = values[rank_of(PERMILLES[p], count) - 1];
            int64_t got = sim_hist_percentile(&hist, (double)PERMILLES[p] / 1000.0);
            worst = fmax(worst, fabs((double)got - (double)exact) / fmax(1.0, (double)exact));
            if (exact < 512)
                ck_assert_int_eq(got, exact);
        }
        ck_assert_int_eq(sim_hist_percentile(&hist, 100.0), values[count - 1]);
        ck_assert_int_eq(hist.min, values[0]);
        ck_assert_int_eq(hist.max, values[count - 1]);
        sim_hist_fini(&hist);
    }
    ck_assert_double_le(worst, CLAIMED);
    if (_i != SMALL)
        ck_assert_double_gt(worst, 0.0); /* else nothing was measured */
}
END_TEST

START_TEST(a_percentile_is_never_above_the_exact_maximum_nor_below_the_minimum)
{
    static int64_t values[SAMPLE_MAX];
    for (uint64_t seed = 1; seed <= 60; seed++) {
        struct sim_rng rng;
        struct sim_hist hist;
        sim_rng_init(&rng, seed, "hist", "bounds");
        sim_hist_init(&hist);
        size_t count = random_sample(&rng, values, (enum shape)_i);
        record_all(&hist, values, count);
        int64_t before = hist.min;
        for (size_t p = 0; p < SIM_COUNT_OF(PERMILLES); p++) {
            int64_t got = sim_hist_percentile(&hist, (double)PERMILLES[p] / 1000.0);
            ck_assert_int_ge(got, before);
            ck_assert_int_le(got, hist.max);
            before = got;
        }
        sim_hist_fini(&hist);
    }
}
END_TEST

START_TEST(the_middle_of_a_bucket_is_clamped_to_the_extremes)
{
    /* One bucket of row 4, [2048, 2055]: its middle, 2051, is above the maximum here and below the minimum there. */
    static const struct {
        int64_t values[3];
        int64_t median;
    } rows[] = {{{2048, 2049, 2049}, 2049}, {{2053, 2054, 2055}, 2053}, {{2048, 2050, 2055}, 2051}};
    for (size_t i = 0; i < SIM_COUNT_OF(rows); i++) {
        struct sim_hist hist;
        sim_hist_init(&hist);
        record_all(&hist, rows[i].values, 3);
        ck_assert_int_eq(sim_hist_percentile(&hist, 50.0), rows[i].median);
        sim_hist_fini(&hist);
    }
}
END_TEST

START_TEST(merging_equals_recording_all)
{
    static int64_t values[SAMPLE_MAX];
    for (uint64_t seed = 1; seed <= 40; seed++) {
        struct sim_rng rng;
        struct sim_hist all;
        struct sim_hist merged;
        sim_rng_init(&rng, seed, "hist", "merge");
        sim_hist_init(&all);
        sim_hist_init(&merged);
        for (int part = 0; part < 4; part++) {
            struct sim_hist one;
            sim_hist_init(&one);
            size_t count = part == 2 ? 0 : random_sample(&rng, values, (enum shape)_i);
            record_all(&one, values, count);
            record_all(&all, values, count);
            sim_hist_merge(&merged, &one);
            sim_hist_fini(&one);
        }
        assert_equal(&merged, &all);
        assert_sound(&merged);
        sim_hist_fini(&all);
        sim_hist_fini(&merged);
    }
}
END_TEST

START_TEST(a_cleared_histogram_is_as_good_as_new)
{
    static int64_t values[SAMPLE_MAX];
    struct sim_hist reused;
    sim_hist_init(&reused);
    for (uint64_t seed = 1; seed <= 40; seed++) {
        struct sim_rng rng;
        struct sim_hist fresh;
        sim_rng_init(&rng, seed, "hist", "clear");
        sim_hist_init(&fresh);
        size_t count = random_sample(&rng, values, (enum shape)(seed % SHAPES));
        sim_hist_clear(&reused);
        ck_assert_uint_eq(reused.count, 0);
        assert_sound(&reused);
        record_all(&reused, values, count);
        record_all(&fresh, values, count);
        assert_equal(&reused, &fresh);
        assert_sound(&reused);
        sim_hist_fini(&fresh);
    }
    sim_hist_fini(&reused);
    assert_sound(&reused);
}
END_TEST

START_TEST(an_empty_histogram_changes_nothing_when_merged)
{
    struct sim_hist hist;
    struct sim_hist empty;
    sim_hist_init(&hist);
    sim_hist_init(&empty);
    sim_hist_merge(&hist, &empty);
    ck_assert_int_eq(hist.min, INT64_MAX);
    ck_assert_int_eq(hist.max, 0);
    sim_hist_record(&hist, 1000);
    sim_hist_merge(&hist, &empty);
    ck_assert_int_eq(hist.min, 1000);
    ck_assert_int_eq(hist.max, 1000);
    ck_assert_uint_eq(hist.count, 1);
    sim_hist_fini(&hist);
    sim_hist_fini(&empty);
}
END_TEST

START_TEST(a_count_up_to_the_last_value_of_a_bucket_is_exact)
{
    static int64_t values[SAMPLE_MAX];
    for (uint64_t seed = 1; seed <= 20; seed++) {
        struct sim_rng rng;
        struct sim_hist hist;
        sim_rng_init(&rng, seed, "hist", "up to");
        sim_hist_init(&hist);
        size_t count = random_sample(&rng, values, (enum shape)_i);
        record_all(&hist, values, count);
        for (int i = 0; i < 50; i++) {
            uint32_t bucket = sim_hist_bucket(random_value(&rng, (enum shape)_i));
            int64_t low = sim_hist_bucket_low(bucket);
            int64_t last = low + (sim_hist_bucket_width(bucket) - 1);
            uint64_t below = 0;
            uint64_t up_to = 0;
            for (size_t k = 0; k < count; k++) {
                below += values[k] < low;
                up_to += values[k] <= last;
            }
            ck_assert_uint_eq(sim_hist_count_up_to(&hist, last), up_to);
            ck_assert_uint_eq(sim_hist_count_up_to(&hist, low - 1), below);
            if (last > low)
                ck_assert_uint_eq(sim_hist_count_up_to(&hist, last - 1), below);
        }
        ck_assert_uint_eq(sim_hist_count_up_to(&hist, INT64_MAX), count);
        ck_assert_uint_eq(sim_hist_count_up_to(&hist, -1), 0);
        sim_hist_fini(&hist);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("hist");
    TCase *tests = tcase_create("hist");
    tcase_set_timeout(tests, 120);
    tcase_add_loop_test(tests, a_value_has_its_bucket, 0, SIM_COUNT_OF(BUCKET_OF));
    tcase_add_test(tests, the_buckets_tile_the_numbers);
    tcase_add_test(tests, an_empty_histogram_is_small);
    tcase_add_test(tests, one_value_is_read_back_exactly);
    tcase_add_test(tests, the_sum_of_great_values_does_not_wrap);
    tcase_add_test(tests, a_rank_is_not_lifted_by_rounding);
    tcase_add_loop_test(tests, a_percentile_is_the_nearest_rank_within_the_claimed_error, 0, SHAPES);
    tcase_add_loop_test(tests, a_percentile_is_never_above_the_exact_maximum_nor_below_the_minimum, 0, SHAPES);
    tcase_add_test(tests, the_middle_of_a_bucket_is_clamped_to_the_extremes);
    tcase_add_loop_test(tests, merging_equals_recording_all, 0, SHAPES);
    tcase_add_test(tests, a_cleared_histogram_is_as_good_as_new);
    tcase_add_test(tests, an_empty_histogram_changes_nothing_when_merged);
    tcase_add_loop_test(tests, a_count_up_to_the_last_value_of_a_bucket_is_exact, 0, SHAPES);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    if (srunner_fork_status(runner) == CK_FORK) { /* these end their process */
        tcase_add_exit_test(tests, a_negative_value_is_a_bug, EXIT_INTERNAL);
        tcase_add_exit_test(tests, an_empty_histogram_has_no_percentile, EXIT_INTERNAL);
        tcase_add_exit_test(tests, a_percentile_of_zero_is_a_bug, EXIT_INTERNAL);
    }
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
