/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "reports/simulate.h"

#include "reports/command.h"
#include "reports/terminal.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int simulate_open_store(struct store *store, const struct cell_options *options)
{
    *store = (struct store){NULL, NULL};
    return options->no_store ? EXIT_FINE : store_open(store, store_path(options->db), STORE_WRITE);
}

int simulate_stopped(const struct cell *cell)
{
    if (interrupt_code() != 0) {
        (void)fprintf(stderr, "simex: interrupted at %.3f s of simulated time; nothing of this run is stored\n",
                      sim_ns_to_s(cell->sim->now));
        return interrupt_code();
    }
    char shown[JSON_SHOWN_BYTES];
    (void)fprintf(stderr, "simex: %s: stopped at %s of simulated time: %s\n", json_shown(shown, cell->scenario->path),
                  cell->sim->error.value, cell->sim->error.rule);
    return EXIT_BAD_SCENARIO;
}

bool simulate_to_end(struct cell *cell)
{
    struct progress progress;
    interrupt_watch();
    progress_begin(&progress, cell->scenario->name, cell->until);
    bool ended = cell_run(cell, progress_poll, &progress);
    progress_end(&progress);
    return ended;
}

struct record *simulate_cell(struct cell *cell, const struct cell_options *options, struct store *store, int *code)
{
    struct spool spool = {.file = NULL};
    struct record *record = NULL;
    *code = EXIT_FINE;
    if (store->db != NULL && !spool_init(&spool, cell->sim, cell->window)) {
        (void)fprintf(stderr, "simex: cannot make a temporary file: %s\n", strerror(errno));
        *code = EXIT_CANT_CREATE;
        return NULL;
    }
    if (!simulate_to_end(cell)) {
        *code = simulate_stopped(cell);
    } else {
        record = record_of_cell(cell, options->overrides, options->override_count);
        if (store->db != NULL)
            *code = store_put(store, record, cell->sim, &spool);
    }
    spool_fini(&spool);
    return record;
}

/* Runs and stores a scenario; its key, or 0. */
static int64_t run_scenario(struct store *store, const char *argument, const struct cell_options *options, int *code)
{
    struct scenario *scenario = load_with_script(argument, options, code);
    struct cell *cell = scenario == NULL ? NULL : build_argument(scenario, options, options->seed, code);
    struct record *record = cell == NULL ? NULL : simulate_cell(cell, options, store, code);
    int64_t run = record == NULL || *code != EXIT_FINE ? 0 : store_find(store, "last");
    if (run < 0) {
        *code = EXIT_IO;
        run = 0;
    }
    record_destroy(record);
    cell_destroy(cell);
    scenario_destroy(scenario);
    return run;
}

int64_t simulate_run_argument(struct store *store, const char *argument, const struct cell_options *options, int *code)
{
    char *path = strcmp(argument, "last") == 0 ? NULL : scenario_find(argument);
    int64_t run = store_find(store, argument);
    *code = EXIT_FINE;
    if (run == 0 && path != NULL)
        run = run_scenario(store, argument, options, code);
    else
        run = run_argument(store, argument, code);
    free(path);
    return run;
}
