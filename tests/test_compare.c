/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Comparing: overrides behind a plus sign, what differs, and where two cells part. */
#include "reports/compare.h"
#include "reports/differences.h"
#include "reports/divergence.h"
#include "tests/worlds.h"

static const char world_text[] =
    "{'run': {'until': '30s'},"
    "'nodes': {'c': {'type': 'clients', 'to': 's', 'rate': '20/s'},"
    "'s': {'type': 'catalogue', 'cache': 'r', 'database': 'd'}, 'r': {'type': 'cache', 'ttl': '2s'},"
    "'d': {'type': 'database', 'latency': {'lognormal': {'median': '20ms', 'sigma': 0.4}}}},"
    "'faults': {'slow': {'node': 'd', 'at': '10s', 'until': '20s', 'set': {'added_latency': '1s'}}},"
    "'phases': {'all': {'from': '1s', 'to': '30s'}},"
    "'panel': {'p95': {'reading': 's.latency.p95'}}}";

START_TEST(overrides_stand_behind_a_plus_and_are_parted_by_commas)
{
    static const struct {
        const char *argument, *base;
        const char *pairs[4]; /* path, value, path, value */
    } cases[] = {
        {"part1", "part1", {NULL}},
        {"part1+gateway.timeout=8s", "part1", {"gateway.timeout", "8s", NULL}},
        {"part1+gateway.timeout=8s,db-pool.size=9", "part1", {"gateway.timeout", "8s", "db-pool.size", "9"}},
        {"part1+gateway.timeout=8s+db-pool.size=9", "part1", {"gateway.timeout", "8s", "db-pool.size", "9"}},
        {"part1+gateway.retry.on=[\"TIMEOUT\",\"ERROR\"],db-pool.size=9",
         "part1",
         {"gateway.retry.on", "[\"TIMEOUT\",\"ERROR\"]", "db-pool.size", "9"}},
        {"part1+postgres.latency={\"lognormal\":{\"median\":\"4ms\",\"sigma\":0.2}}",
         "part1",
         {"postgres.latency", "{\"lognormal\":{\"median\":\"4ms\",\"sigma\":0.2}}", NULL}},
        {"part1+gateway.retry.on=TIMEOUT,ERROR", "part1", {"gateway.retry.on", "TIMEOUT,ERROR", NULL}},
    };
    struct cell_options options;
    const struct store store = {NULL, NULL};
    cell_options_init(&options);
    for (size_t i = 0; i < SIM_COUNT_OF(cases); i++) {
        struct comparison comparison = {.count = 0};
        ck_assert_int_eq(comparison_add(&comparison, &store, cases[i].argument, &options), 0);
        const struct side *side = &comparison.sides[0];
        ck_assert_str_eq(side->base, cases[i].base);
        size_t count = 0;
        for (; count < 2 && cases[i].pairs[2 * count] != NULL; count++) {
            ck_assert_uint_lt(count, side->override_count);
            ck_assert_str_eq(side->overrides[count].path, cases[i].pairs[2 * count]);
            ck_assert_str_eq(side->overrides[count].value, cases[i].pairs[2 * count + 1]);
        }
        ck_assert_uint_eq(count, side->override_count);
        comparison_fini(&comparison);
    }
    cell_options_fini(&options);
}
END_TEST

/* The path and values of what differs when `set` is overridden: "path: old -> new; ...". */
static char *differs(const char *const *sets)
{
    struct world one = world_make(world_text, NULL);
    struct world two = world_make(world_text, sets);
    const char *texts[] = {one.cell->canonical, two.cell->canonical};
    struct differences differences = differences_of(texts, SIM_COUNT_OF(texts));
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    for (size_t i = 0; i < differences.count; i++) {
        const struct difference *item = &differences.items[i];
        (void)fprintf(out, "%s%s: %s -> %s", i > 0 ? "; " : "", item->path, item->values[0], item->values[1]);
    }
    (void)fclose(out);
    differences_fini(&differences);
    world_end(&one);
    world_end(&two);
    return text;
}

START_TEST(what_differs_is_named_by_its_path_as_set_takes_it)
{
    static const struct {
        const char *sets[3];
        const char *want;
    } cases[] = {
        {{NULL}, ""},
        {{"r.ttl=2s", NULL}, ""},
        {{"r.ttl=3s", NULL}, "r.ttl: 2s -> 3s"},
        {{"s.cpu.cores=2", "c.rate=5/s", NULL}, "c.rate: 20/s -> 5/s; s.cpu.cores: 1 -> 2"},
        {{"d.latency.sigma=0.5", NULL},
         "d.latency: {\"lognormal\":{\"median\":\"20ms\",\"sigma\":0.4}} -> "
         "{\"lognormal\":{\"median\":\"20ms\",\"sigma\":0.5}}"},
        {{"faults.slow.at=11s", NULL}, "faults.slow.at: 10s -> 11s"},
        {{"faults.slow.added_latency=2s", NULL}, "faults.slow.added_latency: 1s -> 2s"},
        {{"phases.all.settle=1s", NULL}, "phases.all.settle: 0s -> 1s"},
        {{"run.until=31s", NULL}, "run.until: 30s -> 31s"},
    };
    for (size_t i = 0; i < SIM_COUNT_OF(cases); i++) {
        char *text = differs(cases[i].sets);
        ck_assert_str_eq(text, cases[i].want);
        free(text);
    }
}
END_TEST

START_TEST(a_path_that_a_text_has_not_has_no_value_there)
{
    static const char *const texts[] = {"run until 10s window 1s\nnode a pool\n  size 3\n  mode \"wait\"\n",
                                        "run until 10s window 1s\nnode b pool\n  size 3\n"};
    struct differences differences = differences_of(texts, SIM_COUNT_OF(texts));
    ck_assert_uint_eq(differences.count, 5);
    ck_assert_str_eq(differences.items[0].path, "a");
    ck_assert_str_eq(differences.items[0].values[0], "pool");
    ck_assert_ptr_null(differences.items[0].values[1]);
    ck_assert_str_eq(differences.items[2].path, "a.mode");
    ck_assert_str_eq(differences.items[2].values[0], "wait");
    ck_assert_str_eq(differences.items[4].path, "b.size");
    ck_assert_ptr_null(differences.items[4].values[0]);
    differences_fini(&differences);
}
END_TEST

/* ---- the first divergence ---- */

static struct divergence diverge(const char *const *sets, uint64_t seed, struct world worlds[2], size_t keep)
{
    struct divergence divergence;
    worlds[0] = world_make(world_text, NULL);
    worlds[1] = world_try(world_text, sets, seed);
    ck_assert_msg(worlds[1].cell != NULL, "%s", worlds[1].messages);
    ck_assert_int_eq(divergence_find(worlds[0].cell, worlds[1].cell, keep, &divergence), 0);
    return divergence;
}

static void end(struct world worlds[2], struct divergence *divergence)
{
    divergence_fini(divergence);
    world_end(&worlds[0]);
    world_end(&worlds[1]);
}

START_TEST(equal_cells_have_all_events_in_common)
{
    struct world worlds[2];
    struct world whole = world_make(world_text, NULL);
    struct divergence divergence = diverge(NULL, 1, worlds, 3);
    world_finish(&whole);
    ck_assert(!divergence.found);
    ck_assert_uint_eq(divergence.common, whole.cell->sim->events);
    ck_assert_uint_eq(divergence.last_count, 3);
    world_end(&whole);
    end(worlds, &divergence);
}
END_TEST

START_TEST(cells_part_at_the_first_event_that_differs)
{
    static const struct {
        const char *set;
        uint64_t seed;
        double from, to; /* when they part */
    } cases[] = {
        {"faults.slow.at=12s", 1, 10, 10},                /* the fault itself */
        {"faults.slow.until=19s", 1, 19, 19},             /* its end */
        {"faults.slow.added_latency=900ms", 1, 10.9, 13}, /* the first query that it slowed ends */
        {"r.ttl=2500ms", 1, 2, 3},                        /* the first entry that would have expired */
        {"r.ttl=2s", 2, 0, 1},                            /* another seed */
    };
    for (size_t i = 0; i < SIM_COUNT_OF(cases); i++) {
        struct world worlds[2];
        const char *const sets[] = {cases[i].set, NULL};
        struct divergence divergence = diverge(sets, cases[i].seed, worlds, 4);
        ck_assert_msg(divergence.found, "%s", cases[i].set);
        const struct divergence_event *a = &divergence.events[0], *b = &divergence.events[1];
        const sim_ns first = !b->exists || (a->exists && a->at < b->at) ? a->at : b->at;
        ck_assert_msg(sim_ns_to_s(first) >= cases[i].from && sim_ns_to_s(first) <= cases[i].to, "%s: at %.9f",
                      cases[i].set, sim_ns_to_s(first));
        ck_assert(a->at != b->at || strcmp(a->node, b->node) != 0 || strcmp(a->kind, b->kind) != 0);
        for (size_t k = 0; k < divergence.last_count; k++)
            ck_assert(divergence.last[k].at <= first && (k == 0 || divergence.last[k - 1].at <= divergence.last[k].at));
        end(worlds, &divergence);
    }
}
END_TEST

START_TEST(a_run_that_ends_sooner_has_no_event_where_they_part)
{
    struct world worlds[2];
    const char *const sets[] = {"run.until=25s", "phases.all.to=25s", NULL};
    struct divergence divergence = diverge(sets, 1, worlds, 0);
    ck_assert(divergence.found && divergence.events[0].exists && !divergence.events[1].exists);
    ck_assert_int_ge(divergence.events[0].at, 25 * SIM_S);
    ck_assert_uint_eq(divergence.last_count, 0);
    end(worlds, &divergence);
}
END_TEST

static void count_records(void *context, const struct sim_fingerprint_record *records, uint32_t count)
{
    (void)records;
    *(uint64_t *)context += count;
}

START_TEST(who_looks_on_sees_every_event_and_changes_nothing)
{
    struct world plain = world_make(world_text, NULL), watched = world_make(world_text, NULL);
    uint64_t seen = 0;
    watched.cell->sim->print.tap = count_records;
    watched.cell->sim->print.tap_context = &seen;
    world_to(&watched, 7.5);
    sim_fingerprint_flush(&watched.cell->sim->print);
    ck_assert_uint_eq(seen, watched.cell->sim->events);
    world_finish(&plain);
    world_finish(&watched);
    ck_assert_uint_eq(seen, watched.cell->sim->events);
    ck_assert_uint_eq(sim_fingerprint(plain.cell->sim), sim_fingerprint(watched.cell->sim));
    world_end(&plain);
    world_end(&watched);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("compare");
    TCase *cases = tcase_create("all");
    tcase_add_test(cases, overrides_stand_behind_a_plus_and_are_parted_by_commas);
    tcase_add_test(cases, what_differs_is_named_by_its_path_as_set_takes_it);
    tcase_add_test(cases, a_path_that_a_text_has_not_has_no_value_there);
    tcase_add_test(cases, equal_cells_have_all_events_in_common);
    tcase_add_test(cases, cells_part_at_the_first_event_that_differs);
    tcase_add_test(cases, a_run_that_ends_sooner_has_no_event_where_they_part);
    tcase_add_test(cases, who_looks_on_sees_every_event_and_changes_nothing);
    suite_add_tcase(suite, cases);
    return worlds_run(suite);
}
