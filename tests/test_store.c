/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The store from inside: finding, what a record is when it comes back, buckets as bytes, windows against phases, and
 * how much memory a run with a store takes. tests/test_store.sh does the rest from outside. */
#include "reports/series.h"
#include "reports/show.h"
#include "tests/cells.h"

#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

/* A scenario of the tests, run and stored in memory. */
struct stored {
    struct scenario *scenario;
    struct cell *cell;
    struct record *record;
    struct store store;
    struct spool spool;
};

static const char *test_scenario(char *path, size_t size, const char *name)
{
    const char *source = getenv("SIMEX_SOURCE");
    (void)snprintf(path, size, "%s/tests/scenarios/%s", source == NULL ? "." : source, name);
    return path;
}

static void setup(struct stored *stored)
{
    char path[512];
    struct json_errors errors;
    json_errors_init(&errors);
    *stored = (struct stored){.scenario = cells_load(test_scenario(path, sizeof path, "short.json"))};
    stored->cell = cell_build(stored->scenario, NULL, 0, 1, &errors);
    ck_assert_ptr_nonnull(stored->cell);
    json_errors_fini(&errors);
    ck_assert_int_eq(store_open(&stored->store, ":memory:", STORE_WRITE), 0);
    ck_assert(spool_init(&stored->spool, stored->cell->sim, stored->cell->window));
    ck_assert(cell_run(stored->cell, NULL, NULL));
    stored->record = record_of_cell(stored->cell, NULL, 0);
}

static void teardown(struct stored *stored)
{
    spool_fini(&stored->spool);
    store_close(&stored->store);
    record_destroy(stored->record);
    cell_destroy(stored->cell);
    scenario_destroy(stored->scenario);
}

static int put(struct stored *stored)
{
    return store_put(&stored->store, stored->record, stored->cell->sim, &stored->spool);
}

/* What `show` prints of a record, as JSON; free. */
static char *shown(const struct record *record)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    show_run_json(out, record);
    (void)fclose(out);
    return text;
}

START_TEST(a_record_comes_back_as_it_was)
{
    struct stored stored;
    setup(&stored);
    /* What a run seldom has: a reading without data, a verdict without name and bounds. */
    stored.record->values[0] = (struct sim_reading_value){.samples = 3};
    struct record_verdict odd = {
        .min = (double)-INFINITY, .max = (double)INFINITY, .below_max = true, .result = VERDICT_NO_DATA};
    stored.record->verdicts = &odd;
    stored.record->verdict_count = 1;
    ck_assert_int_eq(put(&stored), 0);
    struct record *back = store_get(&stored.store, store_find(&stored.store, "last"));
    ck_assert_ptr_nonnull(back);
    char *before = shown(stored.record);
    char *after = shown(back);
    ck_assert_str_eq(before, after);
    ck_assert(!back->values[0].has_data);
    ck_assert_int_eq(back->values[0].samples, 3);
    ck_assert(isinf(back->verdicts[0].min) && isinf(back->verdicts[0].max) && back->verdicts[0].below_max);
    ck_assert_uint_eq(back->fault_count, stored.record->fault_count);
    ck_assert_str_eq(back->faults[0].what, stored.record->faults[0].what);
    ck_assert_str_eq(back->canonical, stored.record->canonical);
    ck_assert_str_eq(back->source, stored.record->source);
    free(before);
    free(after);
    record_destroy(back);
    teardown(&stored);
}
END_TEST

START_TEST(a_run_is_found_by_four_digits_of_its_id_or_more_or_as_last)
{
    struct stored stored;
    setup(&stored);
    ck_assert_int_eq(store_find(&stored.store, "last"), 0);
    ck_assert_int_eq(put(&stored), 0);
    ck_assert_int_eq(put(&stored), 0); /* the same run again */
    const char *id = stored.record->id;
    char prefix[20];
    for (int length = 0; length <= 16; length++) {
        (void)snprintf(prefix, sizeof prefix, "%.*s", length, id);
        ck_assert_msg(store_find(&stored.store, prefix) == (length >= 4), "a prefix of %d digits", length);
    }
    (void)snprintf(prefix, sizeof prefix, "%s0", id);
    ck_assert_int_eq(store_find(&stored.store, prefix), 0);
    ck_assert_int_eq(store_find(&stored.store, "%%%%"), 0);
    ck_assert_int_eq(store_find(&stored.store, "LAST"), 0);
    /* A second run whose id begins alike. */
    char other[17];
    (void)snprintf(other, sizeof other, "%.15s%c", id, id[15] == '0' ? '1' : '0');
    stored.record->id = other;
    ck_assert_int_eq(put(&stored), 0);
    (void)snprintf(prefix, sizeof prefix, "%.8s", id);
    ck_assert_int_eq(store_find(&stored.store, prefix), -1);
    ck_assert_int_eq(store_find(&stored.store, other), 2);
    ck_assert_int_eq(store_find(&stored.store, "last"), 2);
    ck_assert_int_eq(store_delete(&stored.store, 2), 0);
    ck_assert_int_eq(store_find(&stored.store, "last"), 0);
    ck_assert_int_eq(store_find(&stored.store, prefix), 1);
    teardown(&stored);
}
END_TEST

START_TEST(an_equal_id_with_another_fingerprint_is_an_internal_error)
{
    struct stored stored;
    setup(&stored);
    ck_assert_int_eq(put(&stored), 0);
    stored.record->fingerprint++;
    ck_assert_int_eq(put(&stored), 70);
    stored.record->fingerprint--;
    ck_assert_int_eq(put(&stored), 0);
    teardown(&stored);
}
END_TEST

/* ---- windows against phases ---- */

struct gathered {
    sim_ns from, to;
    int64_t increase;
    struct sim_hist hist;
};

static void gather(void *context, const struct series_point *point)
{
    struct gathered *gathered = context;
    if (point->t < gathered->from || point->t >= gathered->to)
        return;
    gathered->increase += point->count;
    if (point->buckets != NULL)
        series_add_histogram(&gathered->hist, point);
}

START_TEST(the_windows_of_a_phase_add_up_to_the_phase)
{
    struct stored stored;
    struct series_list list;
    setup(&stored);
    ck_assert_int_eq(put(&stored), 0);
    ck_assert(series_list_read(&stored.store, store_find(&stored.store, "last"), &list));
    const struct sim *sim = stored.cell->sim;
    size_t compared = 0;
    for (uint32_t p = 0; p < stored.cell->phase_count; p++) {
        const struct sim_interval *interval = &sim->intervals[stored.cell->phases[p].interval];
        for (uint32_t i = 0; i < sim->instrument_count; i++) {
            const struct sim_instrument *instrument = &sim->instruments[i];
            const struct sim_sample *sample = &interval->samples[i];
            const struct series *series =
                series_find(&list, instrument->node->name, instrument->part, instrument->metric->name);
            if (series == NULL || instrument->reason != NULL || series->kind == SIM_METRIC_GAUGE)
                continue;
            struct gathered gathered = {.from = interval->from, .to = interval->to};
            sim_hist_init(&gathered.hist);
            ck_assert(series_each(&stored.store, series, gather, &gathered));
            if (sample->hist == NULL) {
                ck_assert_int_eq(gathered.increase, sample->count);
            } else {
                ck_assert_uint_eq(gathered.hist.count, sample->hist->count);
                ck_assert(gathered.hist.sum == sample->hist->sum);
            }
            for (double q = 1; sample->hist != NULL && sample->hist->count > 0 && q <= 100; q += 1)
                ck_assert_int_eq(sim_hist_percentile(&gathered.hist, q), sim_hist_percentile(sample->hist, q));
            sim_hist_fini(&gathered.hist);
            compared++;
        }
    }
    ck_assert_uint_gt(compared, 200);
    series_list_fini(&list);
    teardown(&stored);
}
END_TEST

/* ---- buckets as bytes ---- */

static void add_bucket(void *context, uint32_t bucket, uint64_t count)
{
    sim_hist_add_bucket(context, bucket, count);
}

START_TEST(buckets_survive_as_bytes_and_malformed_bytes_are_refused)
{
    static const int64_t values[] = {0, 1, 255, 256, 300, 1000000, 5000000000, INT64_MAX};
    struct sim_hist hist, back;
    unsigned char room[20 * SIM_COUNT_OF(values)];
    sim_hist_init(&hist);
    sim_hist_init(&back);
    for (size_t i = 0; i < SIM_COUNT_OF(values); i++) {
        for (size_t times = 0; times < i * i + 1; times++)
            sim_hist_record(&hist, values[i]);
    }
    size_t length = spool_encode(&hist, room);
    ck_assert(spool_decode(room, length, add_bucket, &back));
    for (size_t i = 0; i < SIM_COUNT_OF(values); i++) {
        uint32_t bucket = sim_hist_bucket(values[i]);
        ck_assert_uint_eq(back.rows[bucket / SIM_HIST_SUB][bucket % SIM_HIST_SUB],
                          hist.rows[bucket / SIM_HIST_SUB][bucket % SIM_HIST_SUB]);
    }
    ck_assert_uint_eq(back.touched_count, hist.touched_count);
    static const struct {
        const char *bytes;
        size_t length;
    } malformed[] = {{"\x01", 1},                                                  /* no count */
                     {"\x80", 1},                                                  /* a number that does not end */
                     {"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01\x01", 13}, /* and one of too many bits */
                     {"\x80\x80\x01\x01", 4}};                                     /* a bucket there is not */
    for (size_t i = 0; i < SIM_COUNT_OF(malformed); i++)
        ck_assert_msg(!spool_decode((const unsigned char *)malformed[i].bytes, malformed[i].length, add_bucket, &back),
                      "malformed %zu", i);
    sim_hist_fini(&hist);
    sim_hist_fini(&back);
}
END_TEST

/* ---- memory ---- */

/* Greatest resident memory of `simex run SCENARIO` with a store, in KiB. */
static long resident(const char *scenario, const char *store)
{
    const char *program = getenv("SIMEX");
    ck_assert_ptr_nonnull(program);
    struct rusage usage;
    int status = 0;
    pid_t child = fork();
    ck_assert_int_ge(child, 0);
    if (child == 0) {
        (void)execl(program, program, "run", scenario, "--quiet", "--db", store, (char *)NULL);
        _exit(127);
    }
    ck_assert_int_eq(wait4(child, &status, 0, &usage), child);
    ck_assert_msg(WIFEXITED(status) && (WEXITSTATUS(status) == 0 || WEXITSTATUS(status) == 99), "%s: status %d",
                  scenario, status);
    (void)unlink(store);
    return usage.ru_maxrss;
}

START_TEST(memory_is_small_and_does_not_grow_with_simulated_time)
{
    enum { KIB_MAX = 64 * 1024, KIB_NOISE = 2048 };
    if (getenv("SIMEX") == NULL || CELLS_SLOW) {
        (void)fprintf(stderr, "test_store: SKIPPED: memory, of a program that is not there or has sanitizers in it\n");
        return;
    }
    FILE *file = fopen("longer.json", "w");
    ck_assert_ptr_nonnull(file);
    (void)fputs("{\"extends\": \"part1\", \"run\": {\"until\": \"15600s\"}, \"phases\": {\"recovery\": {\"to\": "
                "\"15600s\"}}, \"faults\": {\"slow-database\": {\"until\": \"2460s\"}}}\n",
                file);
    ck_assert_int_eq(fclose(file), 0);
    long part1 = resident("part1", "memory.db");
    long longer = resident("./longer.json", "memory.db");
    ck_assert_msg(part1 < KIB_MAX, "part1 takes %ld KiB", part1);
    ck_assert_msg(longer < part1 + KIB_NOISE, "part1 takes %ld KiB, ten times as long %ld KiB", part1, longer);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("store");
    TCase *tests = tcase_create("store");
    tcase_set_timeout(tests, 120);
    tcase_add_test(tests, a_record_comes_back_as_it_was);
    tcase_add_test(tests, a_run_is_found_by_four_digits_of_its_id_or_more_or_as_last);
    tcase_add_test(tests, an_equal_id_with_another_fingerprint_is_an_internal_error);
    tcase_add_test(tests, the_windows_of_a_phase_add_up_to_the_phase);
    tcase_add_test(tests, buckets_survive_as_bytes_and_malformed_bytes_are_refused);
    tcase_add_test(tests, memory_is_small_and_does_not_grow_with_simulated_time);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
