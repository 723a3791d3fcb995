/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A run again. A run is a recipe: trace, profile, map, logs and alerts simulate its cell once more with listeners of
 * their own, and see that the same came out.
 *
 *     struct replay replay;
 *     int code = replay_open(&replay, argument, &options);
 *     if (code == EXIT_FINE) {
 *         sim_listen(replay.cell->sim, &listener, &mine);       as many as wanted
 *         code = replay_run(&replay);
 *     }
 *     ... replay.cell holds what any cell holds that has run ...
 *     replay_close(&replay);
 *
 * Every function that fails prints why to standard error, once, and gives an exit code. */
#ifndef REPORTS_REPLAY_H
#define REPORTS_REPLAY_H

#include "reports/options.h"
#include "reports/record.h"

struct replay {
    struct cell *cell; /* built and started, not yet run */
    struct scenario *scenario;
    cJSON *overrides;             /* of a stored run: [["path", "value"], ...] */
    bool stored;                  /* it is a run of the store: */
    uint64_t fingerprint, events; /* what the stored one came to */
};

/* Finds what RUN names (the prefix of an id, `last`, or else a scenario) and builds its cell. Of a scenario the seed and
 * overrides of `options` count, and nothing is stored; with a stored run they are a usage error (64). The store is only
 * read, and not at all with --no-store; 65 when the run is of another build of simex, 66 when there is no such run. Close
 * it in any case. */
int replay_open(struct replay *replay, const char *argument, const struct cell_options *options);

/* Runs the cell to its end, with progress, and compares the fingerprint of a stored run: 70 when it differs. 130 or 143
 * when interrupted, 65 when a limit stopped it. */
int replay_run(struct replay *replay);

void replay_close(struct replay *replay);

/* The merged scenario that a stored run keeps, as scenario_load makes one of a file; NULL with errors added when it cannot
 * be read. The caller destroys it. */
struct scenario *replay_scenario(const struct record *record, struct json_errors *errors);

/* The phase of that name; NULL after having said which there are, *code is EXIT_USAGE then. What a phase's readings cover
 * is [from + settle, to). */
const struct phase *replay_phase(const struct replay *replay, const char *name, int *code);

#endif
