/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Predictions about a scenario beside what happens: the score card.
 *
 *   hypothesis_init -> hypothesis_add (sentences) -> hypothesis_run -> hypothesis_tree -> hypothesis_fini
 *
 * A prediction is about the phase that it names, else the first phase in which something is done to the system: a fault,
 * or a request to the chaos interface. The steady phase of a phase is the last one before it in which nothing is. */
#ifndef REPORTS_HYPOTHESIS_H
#define REPORTS_HYPOTHESIS_H

#include "reports/blast.h"
#include "reports/options.h"
#include "reports/probe.h"
#include "reports/sentence.h"

#include <stdio.h>

struct hypothesis {
    const char *argument;    /* the scenario, as the command line names it */
    const struct cell *cell; /* built, not run: its names */
    const struct cell_options *options;
    size_t replications;
    unsigned jobs;
    bool *disturbed;        /* phases of the cell in which something is done */
    uint32_t phase, steady; /* those of a sentence that names none */
    struct prediction *predictions;
    struct probe *probes; /* one a prediction; a blast radius has none */
    size_t count;
    struct blast blast;  /* of `phase`, or of the phase that a blast radius was predicted of */
    struct probe *known; /* the panel in the steady phase */
    struct texts faults; /* what each fault of the cell does */
};

/* False, with the reason printed, when the cell has no phases. */
bool hypothesis_init(struct hypothesis *hypothesis, const struct cell *cell);
void hypothesis_fini(struct hypothesis *hypothesis);
/* Adds a sentence. False with `error` filled. */
bool hypothesis_add(struct hypothesis *hypothesis, const char *text, struct sentence_error *error);
/* Runs the seeds and reads them. 0, or an exit code with the reason printed. */
int hypothesis_run(struct hypothesis *hypothesis);
/* The score card as JSON (docs/hypothesis.md). Owned by the caller. */
cJSON *hypothesis_tree(const struct hypothesis *hypothesis);
/* Adds `why`: the exercise's question about what was predicted, and commands that show what happened. */
void hypothesis_put_why(cJSON *entry, const struct hypothesis *hypothesis, const struct prediction *prediction);
/* The same tree without what would give the scenario away: no names, no faults, no outcome. */
cJSON *hypothesis_hide(const cJSON *tree);
/* Prints a tree for people. */
void hypothesis_print(FILE *out, const cJSON *tree);

#endif
