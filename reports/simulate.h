/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Simulating a cell for a command: progress, interruption, the store. */
#ifndef REPORTS_SIMULATE_H
#define REPORTS_SIMULATE_H

#include "reports/options.h"
#include "reports/store.h"

/* Opens the store that the options name for writing; store->db is NULL when they want none. 0, or an exit code. */
int simulate_open_store(struct store *store, const struct cell_options *options);

/* Runs a cell to its end and stores it when `store` is open. Returns what came out, also when storing failed (*code is
 * then not EXIT_FINE); NULL, with *code set and the reason printed, when it did not come to its end. */
struct record *simulate_cell(struct cell *cell, const struct cell_options *options, struct store *store, int *code);

/* Runs a cell to its end, with progress; Ctrl-C is noted. False when it did not come there (simulate_stopped). */
bool simulate_to_end(struct cell *cell);

/* Why a cell's run did not come to its end: prints it, gives the exit code. */
int simulate_stopped(const struct cell *cell);

/* The stored run that an argument names: an id's prefix, `last`, or else a scenario, which is run with the options (and
 * their seed) and stored first. Its key in the store, which must be open for writing; 0 with *code set. */
int64_t simulate_run_argument(struct store *store, const char *argument, const struct cell_options *options, int *code);

#endif
