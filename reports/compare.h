/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sides that are compared, each with the first: stored runs as they are, or scenarios with overrides on the same seeds.
 *
 *   comparison_add (for each argument) -> comparison_run -> show, diverge -> comparison_fini
 *
 * An argument is the id of a run (a prefix, or `last`), or a scenario, with overrides of its own behind a plus sign:
 * part1+gateway.timeout=8s,db-pool.size=150. Without a scenario before the plus it is that of the first argument. A run is
 * compared as it is stored, unless it has overrides here, or a seed or a number of replications was asked for: then what
 * it was made of is simulated. */
#ifndef REPORTS_COMPARE_H
#define REPORTS_COMPARE_H

#include "reports/experiment.h"
#include "reports/options.h"
#include "reports/store.h"

enum { SIDES_MAX = 12 };

struct side {
    char *label; /* "part1 gateway.timeout=8s" */
    char *base;  /* the argument without its overrides */
    struct scenario *scenario;
    struct record *stored; /* the run that was named; NULL: none was */
    bool as_stored;
    struct override *overrides; /* of the run, of all sides, its own; each path owns path and value */
    size_t override_count, own; /* own: those of the argument, at the end */
};

struct comparison {
    struct side sides[SIDES_MAX];
    size_t count;
    uint64_t seed;
    size_t replications; /* 0: not asked for */
    unsigned jobs;
    bool mixed_seeds;             /* stored runs of different seeds */
    struct experiment experiment; /* one variant a side */
};

/* Adds a side. 0, or an exit code with the reason printed. The store may be closed (db NULL). */
int comparison_add(struct comparison *comparison, const struct store *store, const char *argument,
                   const struct cell_options *options);
/* Simulates what is not stored. Afterwards every record of the experiment is there. 0, or an exit code. */
int comparison_run(struct comparison *comparison, const struct cell_options *options);
void comparison_fini(struct comparison *comparison);

/* Builds the cell of a side at its first seed; NULL with *code set and the reason printed. */
struct cell *comparison_cell(const struct comparison *comparison, size_t side, int *code);

/* Where the argument's own overrides begin: at the plus sign, or at its end. */
size_t side_overrides_at(const char *argument);
/* Length of the first override of `path=value,path=value`; commas inside brackets belong to the value. */
size_t side_override_length(const char *text);

/* Prints the comparison, for people or as JSON (docs/compare.md). */
void comparison_print(FILE *out, const struct comparison *comparison);
cJSON *comparison_tree(const struct comparison *comparison);

#endif
