/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A stored run simulated again: the same cell, the same fingerprint, or the right complaint. */
#include "reports/command.h"
#include "reports/replay.h"
#include "reports/simulate.h"
#include "reports/store_sql.h"
#include "tests/cells.h"

#include <check.h>
#include <unistd.h>

static const char db[] = "replay.db";

static const char *test_scenario(char *path, size_t size, const char *name)
{
    const char *source = getenv("SIMEX_SOURCE");
    (void)snprintf(path, size, "%s/tests/scenarios/%s", source == NULL ? "." : source, name);
    return path;
}

/* Stores a run of short.json with an override and seed 7; its id in `id`. */
static void store_one(char id[17])
{
    char path[512];
    struct override overrides[] = {{"clients.rate", "3/s"}, {"gateway.timeout", "4s"}};
    struct cell_options options = {.seed = 7, .has_seed = true, .overrides = overrides, .override_count = 2, .db = db};
    struct store store;
    int code = EXIT_FINE;
    (void)unlink(db);
    ck_assert_int_eq(simulate_open_store(&store, &options), 0);
    int64_t key = simulate_run_argument(&store, test_scenario(path, sizeof path, "short.json"), &options, &code);
    ck_assert_int_eq(code, EXIT_FINE);
    char *stored = store_id(&store, key);
    (void)snprintf(id, 17, "%s", stored);
    free(stored);
    store_close(&store);
}

static void tamper(const char *sql)
{
    sqlite3 *open = NULL;
    ck_assert_int_eq(sqlite3_open(db, &open), SQLITE_OK);
    ck_assert_int_eq(sqlite3_exec(open, sql, NULL, NULL, NULL), SQLITE_OK);
    ck_assert_int_eq(sqlite3_close(open), SQLITE_OK);
}

static void count_call(void *context, const struct sim_call *call)
{
    (void)call;
    ++*(uint64_t *)context;
}

static const struct sim_listener counter = {.call_begin = count_call};

/* Opens, runs with a listener, closes: the exit code. */
static int again(const char *argument, const struct cell_options *options, uint64_t *calls, char id[17])
{
    struct replay replay;
    int code = replay_open(&replay, argument, options);
    if (code == EXIT_FINE) {
        sim_listen(replay.cell->sim, &counter, calls);
        sim_listen(replay.cell->sim, &counter, calls);
        code = replay_run(&replay);
        (void)snprintf(id, 17, "%s", replay.cell->id);
        ck_assert_uint_eq(*calls, 2 * replay.cell->sim->calls);
    }
    replay_close(&replay);
    return code;
}

START_TEST(a_stored_run_is_built_and_run_again_by_its_id_or_as_the_last)
{
    const struct cell_options options = {.seed = 1, .db = db};
    char id[17], got[17], prefix[5];
    store_one(id);
    (void)snprintf(prefix, sizeof prefix, "%.4s", id);
    const char *arguments[] = {id, prefix, "last"};
    for (size_t i = 0; i < SIM_COUNT_OF(arguments); i++) {
        uint64_t calls = 0;
        ck_assert_int_eq(again(arguments[i], &options, &calls, got), EXIT_FINE);
        ck_assert_str_eq(got, id);
        ck_assert_uint_gt(calls, 0);
    }
}
END_TEST

START_TEST(a_scenario_is_run_with_the_options_and_nothing_is_stored)
{
    char path[512], stored[17], got[17];
    uint64_t calls = 0;
    store_one(stored);
    (void)unlink(db);
    struct override overrides[] = {{"clients.rate", "3/s"}, {"gateway.timeout", "4s"}};
    struct cell_options options = {.seed = 7, .has_seed = true, .overrides = overrides, .override_count = 2, .db = db};
    for (int no_store = 0; no_store < 2; no_store++, calls = 0) {
        options.no_store = no_store == 1;
        ck_assert_int_eq(again(test_scenario(path, sizeof path, "short.json"), &options, &calls, got), EXIT_FINE);
        ck_assert_str_eq(got, stored);
    }
    ck_assert_int_ne(access(db, F_OK), 0);
}
END_TEST

START_TEST(a_run_that_cannot_be_had_again_is_refused_with_its_exit_code)
{
    static const struct {
        const char *sql, *argument;
        int code;
        bool has_seed;
    } cases[] = {
        {"UPDATE run SET fingerprint = '0000000000000001'", "last", EXIT_INTERNAL, false},
        {"UPDATE run SET model = 'other'", "last", EXIT_BAD_SCENARIO, false},
        {"UPDATE run SET version = '0.0.0'", "last", EXIT_BAD_SCENARIO, false},
        {"UPDATE run SET seed = '8'", "last", EXIT_INTERNAL, false},
        {"UPDATE run SET overrides = '[[1,2]]'", "last", EXIT_IO, false},
        {"UPDATE run SET source = '[]'", "last", EXIT_IO, false},
        {"UPDATE run SET source = '{\"nodes\": 1}'", "last", EXIT_IO, false},
        {"DELETE FROM run; DELETE FROM recent", "last", EXIT_NO_INPUT, false},
        {"SELECT 1", "part0", EXIT_NO_INPUT, false},
        {"SELECT 1", "ffffffffffffffff", EXIT_NO_INPUT, false},
        {"SELECT 1", "last", EXIT_USAGE, true},
    };
    char id[17];
    uint64_t calls = 0;
    const struct cell_options options = {.seed = 1, .has_seed = cases[_i].has_seed, .db = db};
    store_one(id);
    tamper(cases[_i].sql);
    ck_assert_int_eq(again(cases[_i].argument, &options, &calls, id), cases[_i].code);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("replay");
    TCase *tests = tcase_create("replay");
    tcase_add_test(tests, a_stored_run_is_built_and_run_again_by_its_id_or_as_the_last);
    tcase_add_test(tests, a_scenario_is_run_with_the_options_and_nothing_is_stored);
    tcase_add_loop_test(tests, a_run_that_cannot_be_had_again_is_refused_with_its_exit_code, 0, 11);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
