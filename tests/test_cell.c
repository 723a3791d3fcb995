/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Cells: the id of a run, which is the same for the same simulation however it is written, and another for any other;
 * and what a limit says when it ends a run. */
#include "tests/live_params.h"
#include "tests/worlds.h"

#include "models/models.h"

static const char plain[] =
    "{'title': 'A', 'description': 'B', 'run': {'until': '20s'},"
    "'nodes': {'c': {'type': 'clients', 'to': 'g', 'load': 'closed', 'population': 1, 'think_time': '1s'},"
    "'g': {'type': 'gateway', 'to': 's', 'timeout': '5s', 'retry': {'on': ['UNAVAILABLE', 'TIMEOUT']}},"
    "'s': {'type': 'catalogue', 'cache': 'r', 'pool': 'p', 'database': 'd'}, 'r': {'type': 'cache', 'ttl': '5s'},"
    "'p': {'type': 'pool'}, 'd': {'type': 'database', 'latency': '3s'},"
    "'t': {'type': 'script', 'to': 'u'}, 'u': {'type': 'catalogue', 'database': 'v'}, 'v': {'type': 'database'}},"
    "'links': {'e': {'from': 'g', 'to': 's', 'delay': {'lognormal': {'median': '500us', 'sigma': 0.3}}}},"
    "'faults': {'f': {'node': 'd', 'at': '10s', 'until': '15s', 'set': {'added_latency': '3s', 'failure_rate': 0.5}}},"
    "'phases': {'a': {'from': '0s', 'to': '10s'}, 'b': {'from': '10s', 'to': '20s', 'settle': '1s'}},"
    "'panel': {'x': {'reading': 'g.latency.p95', 'title': 'X'}, 'y': {'reading': 'g.error_rate'}},"
    "'expectations': [{'phase': 'a', 'key': 'y', 'max': 0.5}]}";

/* The same in other words: order, spelling, units, defaults written out, prose. */
static const char other_words[] =
    "{'expectations': ['y <= 50% during a'], '$schema': 'x', 'title': 'C',"
    "'panel': {'y': {'reading': 'g.error_rate', 'title': 'Y'}, 'x': {'title': 'Z', 'reading': 'g.latency.p95'}},"
    "'phases': {'b': {'to': '20000ms', 'from': '10.0s', 'settle': '1000ms'}, 'a': {'title': 'A', 'from': '0s', 'to': "
    "'10s'}},"
    "'faults': {'f': {'title': 'F', 'set': {'failure_rate': 0.50, 'added_latency': '3000ms'}, 'until': '0m15s', 'at': "
    "'10s', 'node': 'd'}},"
    "'links': {'e': {'to': 's', 'from': 'g', 'loss': 0, 'title': 'E',"
    "'delay': {'lognormal': {'sigma': 3e-1, 'median': '0.5ms'}}}},"
    "'nodes': {'v': {'type': 'database'}, 'u': {'database': 'v', 'type': 'catalogue', 'pool': 'none'},"
    "'t': {'timeout': 'none', 'to': 'u', 'type': 'script'}, 'd': {'type': 'database', 'latency': "
    "{'constant': '3s'}, 'failure_rate': 0.0, 'title': 'D'},"
    "'p': {'type': 'pool', 'size': 10}, 'r': {'type': 'cache', 'ttl': '5000000us', 'capacity': 'none'},"
    "'s': {'database': 'd', 'pool': 'p', 'cache': 'r', 'type': 'catalogue', 'cpu': {}},"
    "'g': {'type': 'gateway', 'to': 's', 'timeout': '5s', 'retry': {'on': [504, '503', 'TIMEOUT'], 'max_attempts': 1}},"
    "'c': {'type': 'clients', 'rate': '6000/min', 'to': 'g', 'load': 'closed', 'population': 1.0, 'think_time': '1s'}},"
    "'run': {'window': '1s', 'until': '20s'}}";

static char *id_with(const char *text, const char *const *sets, uint64_t seed)
{
    struct world world = world_try(text, sets, seed);
    ck_assert_msg(world.cell != NULL, "%s", world.messages);
    char *id = sim_xstrdup(world.cell->id);
    ck_assert_uint_eq(strlen(id), 16);
    ck_assert_uint_eq(strspn(id, "0123456789abcdef"), 16);
    world_end(&world);
    return id;
}

static char *id_of(const char *text, const char *set, uint64_t seed)
{
    const char *const sets[] = {set, NULL};
    return id_with(text, sets, seed);
}

START_TEST(the_same_in_other_words_is_the_same_run)
{
    struct world one = world_make(plain, NULL);
    struct world two = world_make(other_words, NULL);
    ck_assert_str_eq(one.cell->canonical, two.cell->canonical);
    ck_assert_str_eq(one.cell->id, two.cell->id);
    world_finish(&one);
    world_finish(&two);
    ck_assert_uint_eq(sim_fingerprint(one.cell->sim), sim_fingerprint(two.cell->sim));
    world_end(&one);
    world_end(&two);
}
END_TEST

START_TEST(an_override_is_the_same_as_writing_it)
{
    char *overridden = id_of(plain, "d.latency=3000ms", 1);
    char *written = id_of(plain, NULL, 1);
    ck_assert_str_eq(overridden, written);
    char *another = id_of(plain, "d.latency=2s", 1);
    ck_assert_str_ne(another, written);
    free(another);
    free(overridden);
    free(written);
}
END_TEST

/* Parts are called by the names of their types. */
static const char *part_name(const char *type)
{
    for (size_t i = 0; model_parts[i] != NULL; i++) {
        if (strcmp(model_parts[i]->name, type) == 0)
            return type;
    }
    return "";
}

/* From the same sets as in live_params.h: the value may be the default. */
START_TEST(every_live_param_is_part_of_the_id)
{
    for (size_t i = 0; i < SIM_COUNT_OF(live_params); i++) {
        const struct live *entry = &live_params[i];
        const char *part = part_name(entry->type), *sets[LIVE_SETS_MAX + 2] = {NULL};
        char set[200];
        size_t count = 0;
        for (; count < LIVE_SETS_MAX && entry->sets[count] != NULL; count++)
            sets[count] = entry->sets[count];
        char *before = id_with(plain, sets, 1);
        (void)snprintf(set, sizeof set, "%s%s%s.%s=%s", entry->owner, part[0] == '\0' ? "" : ".", part, entry->param,
                       entry->value);
        sets[count] = set;
        char *after = id_with(plain, sets, 1);
        ck_assert_msg(strcmp(before, after) != 0, "%s does not change the id", set);
        free(before);
        free(after);
    }
}
END_TEST

START_TEST(everything_else_that_matters_is_part_of_the_id)
{
    static const char *const sets[] = {
        "s.cache=none",
        "s.pool=none",
        "run.until=21s",
        "run.window=2s",
        "run.max_events=7000000",
        "faults.f.at=9s",
        "faults.f.until=16s",
        "faults.f.until=none",
        "faults.f.added_latency=4s",
        "faults.f.latency=1s",
        "phases.a.from=1s",
        "phases.a.to=9s",
        "phases.a.settle=500ms",
    };
    char *before = id_of(plain, NULL, 1);
    for (size_t i = 0; i < SIM_COUNT_OF(sets); i++) {
        char *after = id_of(plain, sets[i], 1);
        ck_assert_msg(strcmp(before, after) != 0, "%s does not change the id", sets[i]);
        free(after);
    }
    free(before);
}
END_TEST

/* The plain scenario with one text in place of another. */
static char *with(const char *old, const char *new)
{
    const char *at = strstr(plain, old);
    ck_assert_msg(at != NULL, "%s", old);
    char *text = sim_xmalloc(sizeof plain + strlen(new));
    (void)sprintf(text, "%.*s%s%s", (int)(at - plain), plain, new, at + strlen(old));
    return text;
}

START_TEST(names_readings_and_expectations_are_part_of_the_id)
{
    static const struct {
        const char *old, *new;
    } cases[] = {
        {"'f': {'node'", "'f2': {'node'"},
        {"'e': {'from'", "'e2': {'from'"},
        {"'b': {'from'", "'b2': {'from'"},
        {"'x': {'reading'", "'x2': {'reading'"},
        {"g.latency.p95", "g.latency.p99"},
        {"'max': 0.5", "'max': 0.6"},
        {"'max': 0.5", "'min': 0.5"},
        {"'phase': 'a'", "'phase': 'b'"},
        {"[{'phase': 'a', 'key': 'y', 'max': 0.5}]", "['y < 50% during a']"},
        {"[{'phase': 'a', 'key': 'y', 'max': 0.5}]", "[]"},
        {"'failure_rate': 0.5", "'failure_rate': 0.6"},
        {", 'failure_rate': 0.5", ""},
    };
    char *before = id_of(plain, NULL, 1);
    for (size_t i = 0; i < SIM_COUNT_OF(cases); i++) {
        char *text = with(cases[i].old, cases[i].new);
        char *after = id_of(text, NULL, 1);
        ck_assert_msg(strcmp(before, after) != 0, "%s does not change the id", cases[i].new);
        free(after);
        free(text);
    }
    free(before);
}
END_TEST

START_TEST(another_seed_is_another_run)
{
    static const uint64_t seeds[] = {0, 1, 2, UINT64_MAX};
    char *ids[4];
    for (int i = 0; i < 4; i++) {
        ids[i] = id_of(plain, NULL, seeds[i]);
        for (int k = 0; k < i; k++)
            ck_assert_str_ne(ids[i], ids[k]);
    }
    for (int i = 0; i < 4; i++)
        free(ids[i]);
}
END_TEST

START_TEST(prose_is_not_part_of_the_id)
{
    char *before = id_of(plain, NULL, 1);
    char *text = with("'title': 'A', 'description': 'B'", "'title': 'other', '$schema': 'this'");
    char *after = id_of(text, NULL, 1);
    ck_assert_str_eq(before, after);
    free(before);
    free(after);
    free(text);
}
END_TEST

/* ---- limits ---- */

START_TEST(the_limit_of_events_names_the_param_that_raises_it)
{
    static const char *const sets[] = {"c.load=open", "c.rate=1000/s", "run.max_events=1000", NULL};
    struct world world = world_make(plain, sets);
    ck_assert(!cell_run(world.cell, NULL, NULL));
    ck_assert(world.cell->sim->stopped);
    ck_assert_str_eq(world.cell->sim->error.rule, "more than 1000 events (run.max_events)");
    world_end(&world);
}
END_TEST

START_TEST(other_limits_do_not_name_it)
{
    static const char *const sets[] = {"c.think_time=0s", "d.latency=0s",        "links.e.delay=0s",
                                       "faults.f.at=19s", "faults.f.until=none", NULL};
    struct world world = world_make(plain, sets);
    ck_assert(!cell_run(world.cell, NULL, NULL));
    ck_assert_str_eq(world.cell->sim->error.rule,
                     "more than 5000000 steps at one instant: something loops without time going on");
    world_end(&world);
}
END_TEST

static bool stop_at_once(void *context, const struct sim *sim)
{
    (void)sim;
    ++*(int *)context;
    return false;
}

START_TEST(a_run_that_is_interrupted_is_not_finished)
{
    static const char *const sets[] = {"c.load=open", "c.rate=1000/s", NULL};
    struct world world = world_make(plain, sets);
    int polls = 0;
    ck_assert(!cell_run(world.cell, stop_at_once, &polls));
    ck_assert_int_eq(polls, 1);
    ck_assert(!world.cell->sim->stopped && !world.cell->sim->finished);
    world_end(&world);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("cell");
    TCase *tests = tcase_create("cell");
    tcase_add_test(tests, the_same_in_other_words_is_the_same_run);
    tcase_add_test(tests, an_override_is_the_same_as_writing_it);
    tcase_add_test(tests, every_live_param_is_part_of_the_id);
    tcase_add_test(tests, everything_else_that_matters_is_part_of_the_id);
    tcase_add_test(tests, names_readings_and_expectations_are_part_of_the_id);
    tcase_add_test(tests, another_seed_is_another_run);
    tcase_add_test(tests, prose_is_not_part_of_the_id);
    tcase_add_test(tests, the_limit_of_events_names_the_param_that_raises_it);
    tcase_add_test(tests, other_limits_do_not_name_it);
    tcase_add_test(tests, a_run_that_is_interrupted_is_not_finished);
    suite_add_tcase(suite, tests);
    return worlds_run(suite);
}
