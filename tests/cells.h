/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the tests that run shipped scenarios share. */
#ifndef TESTS_CELLS_H
#define TESTS_CELLS_H

#include "scenarios/scenario.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Whether sanitizers make everything slow. */
#if defined(__SANITIZE_ADDRESS__)
#define CELLS_SLOW 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define CELLS_SLOW 1
#endif
#endif
#ifndef CELLS_SLOW
#define CELLS_SLOW 0
#endif

static inline bool cells_many_seeds(void)
{
    const char *many = getenv("SIMEX_MANY_SEEDS");
    return many != NULL && strcmp(many, "") != 0 && strcmp(many, "0") != 0;
}

/* Ends the process with what is wrong. */
_Noreturn static inline void cells_give_up(const struct json_errors *errors)
{
    json_errors_print(errors, stderr);
    exit(EXIT_FAILURE);
}

/* A scenario of the source tree, or of a file that a test wrote. */
static inline struct scenario *cells_load(const char *path)
{
    struct json_errors errors;
    json_errors_init(&errors);
    struct scenario *scenario = scenario_load(path, &errors);
    if (scenario == NULL)
        cells_give_up(&errors);
    json_errors_fini(&errors);
    return scenario;
}

/* Runs a cell to its end. */
static inline struct cell *cells_run(const struct scenario *scenario, const struct override *overrides, size_t count,
                                     uint64_t seed)
{
    struct json_errors errors;
    json_errors_init(&errors);
    struct cell *cell = cell_build(scenario, overrides, count, seed, &errors);
    if (cell == NULL)
        cells_give_up(&errors);
    json_errors_fini(&errors);
    sim_assert(cell_run(cell, NULL, NULL));
    return cell;
}

static inline const struct phase *cells_phase(const struct cell *cell, const char *name)
{
    for (uint32_t i = 0; i < cell->phase_count; i++) {
        if (strcmp(cell->phases[i].name, name) == 0)
            return &cell->phases[i];
    }
    sim_panic(__FILE__, __LINE__, name);
}

/* Any reading of a phase, whether the panel shows it or not. */
static inline double cells_read(const struct cell *cell, const char *phase, const char *text)
{
    struct sim_reading reading;
    struct sim_error error;
    sim_assert(sim_reading_find(cell->sim, text, &reading, &error));
    const struct sim_interval *interval = &cell->sim->intervals[cells_phase(cell, phase)->interval];
    struct sim_reading_value value = sim_reading_read(&reading, interval->samples, interval->seen);
    sim_assert(value.has_data);
    return value.value;
}

static inline double cells_ratio(const struct cell *cell, const char *phase, const char *over, const char *under)
{
    return cells_read(cell, phase, over) / cells_read(cell, phase, under);
}

#endif
