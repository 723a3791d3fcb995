/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Small worlds for tests: a scenario written in place, overrides, and a look at any instant of its run. */
#ifndef TESTS_WORLDS_H
#define TESTS_WORLDS_H

#include "scenarios/scenario.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WORLD_SETS_MAX = 16 };

struct world {
    struct scenario *scenario;
    struct cell *cell; /* NULL: refused */
    char *messages;    /* what was refused */
};

/* Reads a scenario from a text; single quotes may stand for double ones. */
static inline struct scenario *world_load(const char *text, struct json_errors *errors)
{
    FILE *out = fopen("world.json", "w");
    ck_assert_ptr_nonnull(out);
    for (const char *c = text; *c != '\0'; c++)
        (void)fputc(*c == '\'' ? '"' : *c, out);
    ck_assert_int_eq(fclose(out), 0);
    return scenario_load("world.json", errors);
}

/* `sets` are overrides "path=value", NULL at the end; NULL for none. */
static inline struct world world_try(const char *text, const char *const *sets, uint64_t seed)
{
    struct world world = {0};
    struct json_errors errors;
    struct override overrides[WORLD_SETS_MAX];
    char *copies[WORLD_SETS_MAX];
    size_t count = 0, size = 0;
    for (; sets != NULL && sets[count] != NULL; count++) {
        ck_assert_uint_lt(count, WORLD_SETS_MAX);
        copies[count] = sim_xstrdup(sets[count]);
        char *equals = strchr(copies[count], '=');
        ck_assert_ptr_nonnull(equals);
        *equals = '\0';
        overrides[count] = (struct override){copies[count], equals + 1};
    }
    json_errors_init(&errors);
    world.scenario = world_load(text, &errors);
    if (world.scenario != NULL)
        world.cell = cell_build(world.scenario, overrides, count, seed, &errors);
    FILE *out = open_memstream(&world.messages, &size);
    ck_assert_ptr_nonnull(out);
    json_errors_print(&errors, out);
    (void)fclose(out);
    json_errors_fini(&errors);
    while (count > 0)
        free(copies[--count]);
    return world;
}

static inline struct world world_make(const char *text, const char *const *sets)
{
    struct world world = world_try(text, sets, 1);
    ck_assert_msg(world.cell != NULL, "%s", world.messages);
    return world;
}

static inline void world_end(struct world *world)
{
    cell_destroy(world->cell);
    scenario_destroy(world->scenario);
    free(world->messages);
    *world = (struct world){0};
}

/* Runs all that happens up to and at an instant. */
static inline void world_to(const struct world *world, double seconds)
{
    struct sim *sim = world->cell->sim;
    sim_ns until = sim_ns_from_s(seconds) + 1;
    ck_assert_msg(sim_run(sim, until, NULL, NULL), "%s", sim->error.rule);
}

/* Runs to the end, closes the books. */
static inline void world_finish(const struct world *world)
{
    ck_assert_msg(cell_run(world->cell, NULL, NULL), "%s", world->cell->sim->error.rule);
}

/* A param now, as a scenario would write it; free it. */
static inline char *world_param(const struct world *world, const char *path)
{
    struct sim_target target;
    struct sim_error error;
    ck_assert_msg(sim_target_find(world->cell->sim, path, &target, &error), "%s: %s", path, error.rule);
    struct sim_value value = sim_param_get(&target);
    return sim_param_text(target.param, &value);
}

/* Asserts what a param is now. */
static inline void world_expect(const struct world *world, const char *path, const char *want)
{
    char *text = world_param(world, path);
    ck_assert_msg(strcmp(text, want) == 0, "at %.9f s %s is %s, want %s", sim_ns_to_s(world->cell->sim->now), path,
                  text, want);
    free(text);
}

/* The value of a counter or gauge now: "node.metric", "node.part.metric". */
static inline int64_t world_now(const struct world *world, const char *text)
{
    struct sim_reading reading;
    struct sim_error error;
    ck_assert_msg(sim_reading_find(world->cell->sim, text, &reading, &error), "%s: %s", text, error.rule);
    const struct sim_instrument *instrument = &world->cell->sim->instruments[reading.over[0]];
    if (reading.metric->kind == SIM_METRIC_COUNTER)
        return ((const struct sim_counter *)instrument->field)->value;
    ck_assert_int_eq(reading.metric->kind, SIM_METRIC_GAUGE);
    return ((const struct sim_gauge *)instrument->field)->value;
}

/* Any reading of a phase, after world_finish. */
static inline struct sim_reading_value world_phase(const struct world *world, const char *phase, const char *text)
{
    struct sim_reading reading;
    struct sim_error error;
    const struct cell *cell = world->cell;
    ck_assert_msg(sim_reading_find(cell->sim, text, &reading, &error), "%s: %s", text, error.rule);
    for (uint32_t i = 0; i < cell->phase_count; i++) {
        const struct sim_interval *interval = &cell->sim->intervals[cell->phases[i].interval];
        if (strcmp(cell->phases[i].name, phase) == 0)
            return sim_reading_read(&reading, interval->samples, interval->seen);
    }
    ck_abort_msg("no phase %s", phase);
    return (struct sim_reading_value){0};
}

/* A main() in one line. */
static inline int worlds_run(Suite *suite)
{
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

#endif
