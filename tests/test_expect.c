/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Expectations over windows: each sentence's verdict in a world whose every request is known, recoveries against phases
 * cut by hand, never and always against windows taken apart, and that none of it changes a run. */
#include "tests/worlds.h"

#include <math.h>

/* One user, who asks 80 ms after each answer: ten times a second while an answer takes 20 ms. From 20 s to 40 s it takes
 * 120 ms, from 60 s to 61 s 220 ms. From 80 s on nobody asks. */
static const char world_text[] =
    "{'run': {'until': '100s'},"
    "'nodes': {'c': {'type': 'clients', 'to': 's', 'load': 'closed', 'population': 1, 'think_time': '80ms'},"
    "'s': {'type': 'catalogue', 'cache': 'r', 'database': 'd'}, 'r': {'type': 'cache'}, 'd': {'type': 'database', "
    "'latency': '0s'}},"
    "'links': {'l': {'from': 'c', 'to': 's', 'delay': '10ms'}},"
    "'faults': {'slow': {'link': 'l', 'at': '20s', 'until': '40s', 'set': {'added_delay': '50ms'}},"
    "'again': {'link': 'l', 'at': '60s', 'until': '61s', 'set': {'added_delay': '100ms'}},"
    "'quiet': {'node': 'c', 'at': '80s', 'set': {'population': 0}}},"
    "'phases': {'all': {'from': '0s', 'to': '100s'}, 'calm': {'from': '1s', 'to': '19s'},"
    "'bad': {'from': '20s', 'to': '40s', 'settle': '1s'}, 'odd': {'from': '1s', 'to': '5500ms'}},"
    "'panel': {'slowest': {'reading': 'c.response.max'}, 'asked': {'reading': 'c.requests'}},"
    "'expectations': [%s]}";

static struct world make(const char *sentence, const char *const *sets)
{
    char text[4096];
    (void)snprintf(text, sizeof text, world_text, sentence);
    return world_make(text, sets);
}

static const struct expectation *judge(struct world *world, const char *sentence, enum verdict *verdict,
                                       struct sim_reading_value *value)
{
    char quoted[300];
    (void)snprintf(quoted, sizeof quoted, "'%s'", sentence);
    *world = make(quoted, NULL);
    world_finish(world);
    *verdict = cell_verdict(world->cell, &world->cell->expectations[0], value);
    return &world->cell->expectations[0];
}

START_TEST(every_sentence_has_its_verdict)
{
    static const struct {
        const char *sentence;
        enum verdict want;
        double value; /* below 0: none */
    } cases[] = {
        {"never slowest > 100ms during calm", VERDICT_HOLDS, 0.02},
        {"never slowest > 19ms during calm", VERDICT_FAILS, 0.02},
        {"never slowest > 100ms during bad", VERDICT_FAILS, 0.12},
        {"never slowest in 10ms..30ms during bad", VERDICT_HOLDS, 0.12},
        {"never slowest in 10ms..30ms during calm", VERDICT_FAILS, 0.02},
        {"always slowest < 100ms during calm", VERDICT_HOLDS, 0.02},
        {"always slowest < 100ms during bad", VERDICT_FAILS, 0.12},
        {"always slowest in 10ms..30ms during calm", VERDICT_HOLDS, 0.02},
        {"always asked = 10 during calm", VERDICT_HOLDS, 10},
        {"always asked = 20 during calm in windows of 2s", VERDICT_HOLDS, 20},
        {"always asked = 15 during odd", VERDICT_FAILS, 10},
        {"always asked in 10..15 during odd", VERDICT_HOLDS, 10},
        {"always asked > 0 during all", VERDICT_FAILS, 0},
        {"always slowest < 1s during all", VERDICT_NO_DATA, 0.22},
        {"never slowest > 1s during all", VERDICT_NO_DATA, 0.22},
        {"never slowest > 200ms during all", VERDICT_FAILS, 0.22},
        {"slowest < 30ms within 5s of faults.slow.until", VERDICT_HOLDS, 2},
        {"slowest < 30ms within 1s of faults.slow.until", VERDICT_FAILS, 2},
        {"slowest < 30ms within 5s of 40s", VERDICT_HOLDS, 2},
        {"slowest < 30ms within 5s of phases.bad.to", VERDICT_HOLDS, 2},
        {"slowest < 30ms within 5s of phases.bad.to in windows of 5s", VERDICT_FAILS, 10},
        {"slowest < 30ms within 5s of phases.bad.to in windows of 500ms", VERDICT_HOLDS, 1},
        {"slowest > 100ms within 3s of faults.slow.at", VERDICT_HOLDS, 1},
        {"slowest < 30ms within 5s of faults.slow.at", VERDICT_FAILS, -1},
        {"slowest < 30ms within 5s of phases.bad.from", VERDICT_FAILS, -1},
        {"slowest < 30ms within 30s of faults.again.at", VERDICT_FAILS, -1},
        {"slowest < 30ms within 10s of phases.calm.from", VERDICT_HOLDS, 1},
        {"slowest < 30ms within 5s of 82s", VERDICT_NO_DATA, -1},
        {"c.response.p50 < 30ms within 5s of faults.slow.until", VERDICT_HOLDS, 1},
        {"c.requests.rate = 10/s during calm", VERDICT_HOLDS, 10},
        {"c.response.p99 < 30ms during calm", VERDICT_HOLDS, 0.02},
        {"never s.breaker = open during all", VERDICT_HOLDS, 0},
        {"never s.breaker = half-open during all", VERDICT_HOLDS, 0},
        {"never s.breaker = closed during all", VERDICT_FAILS, 1},
        {"always s.breaker = closed during all", VERDICT_HOLDS, 1},
        {"s.breaker = closed during all", VERDICT_HOLDS, 1},
        {"s.breaker = open during all", VERDICT_FAILS, 0},
        {"s.breaker.open = open within 5s of 1s", VERDICT_FAILS, -1},
        {"s.breaker.opened = closed within 5s of 1s", VERDICT_HOLDS, 1},
    };
    for (size_t i = 0; i < SIM_COUNT_OF(cases); i++) {
        struct world world;
        enum verdict verdict;
        struct sim_reading_value value;
        (void)judge(&world, cases[i].sentence, &verdict, &value);
        ck_assert_msg(verdict == cases[i].want, "%s: %s, want %s (value %g)", cases[i].sentence, verdict_name(verdict),
                      verdict_name(cases[i].want), value.value);
        ck_assert_msg(value.has_data == (cases[i].value >= 0), "%s: has data %d", cases[i].sentence, value.has_data);
        ck_assert_msg(!value.has_data || fabs(value.value - cases[i].value) < 1e-9, "%s: %.12g, want %g",
                      cases[i].sentence, value.value, cases[i].value);
        world_end(&world);
    }
}
END_TEST

START_TEST(windows_tile_the_span_and_the_rest_belongs_to_the_last)
{
    static const struct {
        const char *sentence;
        double from, to, step;
        int64_t count, bad, empty;
    } cases[] = {
        {"never slowest > 1s during calm", 1, 19, 1, 18, 0, 0},
        {"never slowest > 1s during bad", 21, 40, 1, 19, 0, 0},
        {"always slowest < 100ms during odd", 1, 5.5, 1, 4, 0, 0},
        {"always slowest < 100ms during odd in windows of 4s", 1, 5.5, 4, 1, 0, 0},
        {"always slowest < 100ms during odd in windows of 1500ms", 1, 5.5, 1.5, 3, 0, 0},
        {"always slowest < 100ms during bad in windows of 10s", 21, 40, 10, 1, 1, 0},
        {"never slowest > 1s during all", 0, 100, 1, 100, 0, 19},
        {"slowest < 1s within 200s of 1s", 1, 20, 2, 9, 0, 0},
        {"slowest < 1s within 30s of faults.slow.at", 20, 40, 1, 20, 0, 0},
        {"slowest < 1s within 30s of faults.slow.until", 40, 60, 1, 20, 0, 0},
        {"slowest < 1s within 30s of phases.bad.from", 20, 40, 1, 20, 0, 0},
        {"slowest < 1s within 30s of faults.again.until", 61, 80, 1, 19, 0, 0},
    };
    for (size_t i = 0; i < SIM_COUNT_OF(cases); i++) {
        struct world world;
        enum verdict verdict;
        struct sim_reading_value value;
        const struct expect_windows *windows = &judge(&world, cases[i].sentence, &verdict, &value)->windows;
        ck_assert_int_eq(windows->from, sim_ns_from_s(cases[i].from));
        ck_assert_int_eq(windows->to, sim_ns_from_s(cases[i].to));
        ck_assert_int_eq(windows->step, sim_ns_from_s(cases[i].step));
        ck_assert_msg(windows->count == cases[i].count && windows->bad == cases[i].bad &&
                          windows->empty == cases[i].empty,
                      "%s: %d windows, %d bad, %d empty", cases[i].sentence, (int)windows->count, (int)windows->bad,
                      (int)windows->empty);
        world_end(&world);
    }
}
END_TEST

/* One request every half second to a database without a cache before it; from 5.25 s on an answer takes 100 ms. The run
 * ends with the answer to the last one, at 6.6 s. */
static const char script_text[] =
    "{'nodes': {'c': {'type': 'script', 'to': 's'}, 's': {'type': 'catalogue', 'database': 'd'},"
    "'d': {'type': 'database', 'latency': '10ms'}},"
    "'script': [{'at': 0, 'request': 'GET /products/1', 'every': 0.5, 'times': 14},"
    "{'at': 5.25, 'request': 'POST /chaos/configure?db_latency=0.09'}],"
    "'expectations': ['%s']}";

START_TEST(a_run_that_ends_with_its_script_is_looked_at_to_its_end)
{
    static const struct {
        const char *sentence;
        enum verdict want;
        double value, to; /* value below 0: none */
    } cases[] = {
        {"c.response.max < 50ms within 3s of 1s", VERDICT_FAILS, -1, 6.6},
        {"c.response.max < 50ms within 2s of 1s", VERDICT_FAILS, -1, 6.6},
        {"c.response.max < 200ms within 5s of 3s", VERDICT_HOLDS, 1, 6.6},
        {"c.response.max < 200ms within 50s of 1s", VERDICT_HOLDS, 1, 6.6},
        {"c.response.max > 50ms within 3s of 3s", VERDICT_HOLDS, 3, 6.6},
        {"c.response.max < 200ms within 5s of 20s", VERDICT_NO_DATA, -1, 20},
    };
    for (size_t i = 0; i < SIM_COUNT_OF(cases); i++) {
        char text[1024];
        struct sim_reading_value value;
        (void)snprintf(text, sizeof text, script_text, cases[i].sentence);
        struct world world = world_make(text, NULL);
        world_finish(&world);
        const struct expectation *expectation = &world.cell->expectations[0];
        ck_assert_msg(cell_verdict(world.cell, expectation, &value) == cases[i].want, "%s", cases[i].sentence);
        ck_assert_msg(value.has_data == (cases[i].value >= 0), "%s", cases[i].sentence);
        ck_assert_msg(!value.has_data || value.value == cases[i].value, "%s: %g", cases[i].sentence, value.value);
        ck_assert_int_eq(expectation->windows.to, sim_ns_from_s(cases[i].to));
        world_end(&world);
    }
}
END_TEST

START_TEST(an_instant_moves_with_the_overrides)
{
    static const char *const sets[] = {"faults.slow.until=30s", "faults.again.at=50s", NULL};
    struct world world = make("'slowest < 30ms within 5s of faults.slow.until'", sets);
    const struct expectation *expectation = &world.cell->expectations[0];
    ck_assert_int_eq(expectation->at, 30 * SIM_S);
    ck_assert_int_eq(expectation->windows.from, 30 * SIM_S);
    ck_assert_int_eq(expectation->windows.to, 50 * SIM_S);
    world_end(&world);
}
END_TEST

START_TEST(readings_that_the_panel_does_not_show_are_no_rows_of_it)
{
    struct world world = make("'c.response.p99 < 1s during calm', 'c.response.p99 > 0s during bad',"
                              "'never s.breaker = open during all', 's.breaker = closed during all'",
                              NULL);
    ck_assert_uint_eq(world.cell->panel_count, 2);
    ck_assert_uint_eq(world.cell->hidden_count, 3);
    ck_assert_uint_eq(world.cell->expectations[0].item, world.cell->expectations[1].item);
    ck_assert_uint_eq(world.cell->expectations[2].item, world.cell->expectations[3].item);
    world_end(&world);
}
END_TEST

/* ---- against windows taken apart ---- */

static const char noisy_text[] =
    "{'run': {'until': '120s'},"
    "'nodes': {'c': {'type': 'clients', 'to': 'g', 'rate': '20/s', 'products': 20},"
    "'g': {'type': 'gateway', 'to': 's', 'timeout': '300ms'},"
    "'s': {'type': 'catalogue', 'cache': 'r', 'database': 'd'}, 'r': {'type': 'cache', 'ttl': '2s'},"
    "'d': {'type': 'database', 'latency': {'lognormal': {'median': '60ms', 'sigma': 1}}}},"
    "'faults': {'slow': {'node': 'd', 'at': '30s', 'until': '50s', 'set': {'added_latency': '250ms'}}},"
    "'phases': {%s 'all': {'from': '0s', 'to': '120s'}},"
    "'panel': {'p90': {'reading': 'g.latency.p90'}, 'errors': {'reading': 'g.error_rate'}},"
    "'expectations': [%s]}";

/* What a second sink saw of each window of a second. */
struct seen {
    const struct cell *cell;
    struct sim_reading_value values[120];
    uint32_t count;
};

static void note(void *context, sim_ns from, sim_ns to, const struct sim_sample *samples)
{
    struct seen *seen = context;
    ck_assert_uint_lt(seen->count, SIM_COUNT_OF(seen->values));
    seen->values[seen->count++] = sim_reading_read(&seen->cell->panel[0].reading, samples, to - from);
}

START_TEST(never_and_always_are_what_the_windows_say_and_change_nothing)
{
    for (uint64_t seed = 1; seed <= 8; seed++) {
        char text[4096];
        struct seen seen = {.count = 0};
        (void)snprintf(text, sizeof text, noisy_text, "",
                       "'never p90 > 280ms during all', 'always p90 < 280ms during all'");
        struct world world = world_try(text, NULL, seed);
        ck_assert_msg(world.cell != NULL, "%s", world.messages);
        seen.cell = world.cell;
        sim_set_sink(world.cell->sim, SIM_S, (struct sim_sink){note, &seen});
        world_finish(&world);
        int64_t bad = 0, empty = 0, not_below = 0;
        double worst = -1;
        for (uint32_t i = 0; i < seen.count; i++) {
            empty += !seen.values[i].has_data;
            bad += seen.values[i].has_data && seen.values[i].value > 0.28;
            not_below += seen.values[i].has_data && seen.values[i].value >= 0.28;
            worst = seen.values[i].has_data && seen.values[i].value > worst ? seen.values[i].value : worst;
        }
        const struct expect_windows *never = &world.cell->expectations[0].windows;
        const struct expect_windows *always = &world.cell->expectations[1].windows;
        ck_assert_uint_eq(seen.count, 120);
        ck_assert_int_gt(bad, 0);
        ck_assert_int_lt(bad, 120);
        ck_assert_int_eq(never->bad, bad);
        ck_assert_int_eq(always->bad, not_below);
        ck_assert_int_eq(never->empty, empty);
        ck_assert(fabs(never->worst - worst) < 1e-12 && fabs(always->worst - worst) < 1e-12);
        const uint64_t print = sim_fingerprint(world.cell->sim);
        world_end(&world);
        (void)snprintf(text, sizeof text, noisy_text, "", "");
        world = world_try(text, NULL, seed);
        world_finish(&world);
        ck_assert_uint_eq(sim_fingerprint(world.cell->sim), print);
        world_end(&world);
    }
}
END_TEST

/* Phases for the rest of each stretch of 10 s from each of its seconds on, of [50 s, 120 s): SECOND to END. */
static void cut_phases(char *out, size_t room, int first)
{
    size_t used = 0;
    for (int at = first; at < first + 20; at++) {
        const int end = at / 10 * 10 + 10;
        used += (size_t)snprintf(out + used, room - used, "'r%d': {'from': '%ds', 'to': '%ds'},", at, at, end);
        used += (size_t)snprintf(out + used, room - used, "'w%d': {'from': '%ds', 'to': '%ds'},", at, at, at + 1);
    }
}

static struct sim_reading_value phase_value(const struct cell *cell, char kind, int at, uint32_t item)
{
    char name[16];
    (void)snprintf(name, sizeof name, "%c%d", kind, at);
    for (uint32_t i = 0; i < cell->phase_count; i++) {
        if (strcmp(cell->phases[i].name, name) == 0)
            return cell_value(cell, i, item);
    }
    ck_abort_msg("no phase %s", name);
}

/* A recovery by its definition (scenarios/recovery.h), from the phases of [50 s, 70 s): -1: none. */
static double took(const struct cell *cell, uint32_t item, double bound)
{
    double since = -1;
    for (int stretch = 50; stretch < 70; stretch += 10) {
        double found = -1;
        for (int at = stretch + 9; at >= stretch; at--) {
            const struct sim_reading_value rest = phase_value(cell, 'r', at, item);
            const struct sim_reading_value window = phase_value(cell, 'w', at, item);
            if (rest.has_data && rest.value < bound && window.has_data && window.value < bound)
                found = at + 1 - 50;
        }
        const struct sim_reading_value whole = phase_value(cell, 'r', stretch, item);
        if (since < 0 || !whole.has_data || whole.value >= bound)
            since = found;
    }
    return since;
}

START_TEST(a_recovery_is_what_its_definition_says)
{
    static const char *const items[] = {"p90", "errors"};
    static const double bounds[][2] = {{0.2, 0.02}, {0.25, 0.06}, {0.28, 0.15}};
    size_t recovered = 0, late = 0, never = 0;
    for (uint64_t seed = 1; seed <= 12; seed++) {
        for (size_t b = 0; b < SIM_COUNT_OF(bounds); b++) {
            char phases[4000], sentences[400], text[8000];
            static const char *const sets[] = {"phases.all.to=70s", "run.until=70s", NULL};
            cut_phases(phases, sizeof phases, 50);
            (void)snprintf(sentences, sizeof sentences,
                           "'p90 < %gms within 10s of faults.slow.until', 'errors < %g within 10s of 50s'",
                           bounds[b][0] * 1e3, bounds[b][1]);
            (void)snprintf(text, sizeof text, noisy_text, phases, sentences);
            struct world world = world_try(text, sets, seed);
            ck_assert_msg(world.cell != NULL, "%s", world.messages);
            world_finish(&world);
            for (uint32_t i = 0; i < SIM_COUNT_OF(items); i++) {
                struct sim_reading_value value;
                const enum verdict verdict = cell_verdict(world.cell, &world.cell->expectations[i], &value);
                const double want = took(world.cell, i, bounds[b][i]);
                ck_assert_msg(value.has_data == (want > 0) && (want < 0 || fabs(value.value - want) < 1e-9),
                              "seed %d, %s < %g: took %g, want %g", (int)seed, items[i], bounds[b][i], value.value,
                              want);
                ck_assert_int_eq(verdict, want > 0 && want <= 10 ? VERDICT_HOLDS : VERDICT_FAILS);
                recovered += want > 0 && want <= 10;
                late += want > 10;
                never += want < 0;
            }
            world_end(&world);
        }
    }
    ck_assert_msg(recovered > 5 && late > 2 && never > 2, "too easy: %zu in time, %zu late, %zu never", recovered, late,
                  never);
}
END_TEST

START_TEST(a_breaker_that_opens_is_seen_in_its_states)
{
    static const char text[] =
        "{'extends': 'part3-breaker', 'expectations': ["
        "'never sre-lab.breaker = open during failing', 'sre-lab.breaker = open within 1s of phases.open.from',"
        "'always breaker = open during open', 'breaker = closed within 10s of phases.recovered.from',"
        "'never breaker = half-open during open', 'breaker = 1 during open']}";
    static const enum verdict want[] = {VERDICT_FAILS, VERDICT_HOLDS, VERDICT_HOLDS,
                                        VERDICT_HOLDS, VERDICT_HOLDS, VERDICT_HOLDS};
    struct world world = world_make(text, NULL);
    world_finish(&world);
    for (size_t i = 0; i < SIM_COUNT_OF(want); i++) {
        struct sim_reading_value value;
        const struct expectation *expectation = &world.cell->expectations[i];
        const enum verdict got = cell_verdict(world.cell, expectation, &value);
        ck_assert_msg(got == want[i], "%s: %s (%g)", expectation->name, verdict_name(got), value.value);
    }
    world_end(&world);
}
END_TEST

START_TEST(every_word_of_a_sentence_is_part_of_the_run_s_id)
{
    static const char *const sentences[] = {
        "slowest < 30ms within 5s of faults.slow.until",
        "slowest < 31ms within 5s of faults.slow.until",
        "slowest < 30ms within 6s of faults.slow.until",
        "slowest < 30ms within 5s of faults.slow.at",
        "slowest < 30ms within 5s of 40s",
        "slowest < 30ms within 5s of faults.slow.until in windows of 2s",
        "never slowest < 30ms during bad",
        "always slowest < 30ms during bad",
        "slowest < 30ms during bad",
        "never s.breaker = open during bad",
        "never s.breaker = half-open during bad",
        "never s.breaker = closed during bad",
        "s.breaker = closed during bad",
    };
    char ids[SIM_COUNT_OF(sentences)][sizeof(((struct cell *)NULL)->id)];
    for (size_t i = 0; i < SIM_COUNT_OF(sentences); i++) {
        char quoted[200];
        (void)snprintf(quoted, sizeof quoted, "'%s'", sentences[i]);
        struct world world = make(quoted, NULL);
        (void)snprintf(ids[i], sizeof ids[i], "%s", world.cell->id);
        world_end(&world);
        for (size_t k = 0; k < i; k++)
            ck_assert_msg(strcmp(ids[i], ids[k]) != 0, "\"%s\" and \"%s\" have one id", sentences[i], sentences[k]);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("expect");
    TCase *tests = tcase_create("expect");
    tcase_add_test(tests, every_sentence_has_its_verdict);
    tcase_add_test(tests, windows_tile_the_span_and_the_rest_belongs_to_the_last);
    tcase_add_test(tests, a_run_that_ends_with_its_script_is_looked_at_to_its_end);
    tcase_add_test(tests, an_instant_moves_with_the_overrides);
    tcase_add_test(tests, readings_that_the_panel_does_not_show_are_no_rows_of_it);
    tcase_add_test(tests, never_and_always_are_what_the_windows_say_and_change_nothing);
    tcase_add_test(tests, a_recovery_is_what_its_definition_says);
    tcase_add_test(tests, a_breaker_that_opens_is_seen_in_its_states);
    tcase_add_test(tests, every_word_of_a_sentence_is_part_of_the_run_s_id);
    suite_add_tcase(suite, tests);
    return worlds_run(suite);
}
