/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `simex check`: what is judged, and what came of it. The command runs an experiment (one variant a scenario), check.c
 * judges it, baseline.c compares it with an earlier one, check_show.c and check_junit.c print it. */
#ifndef REPORTS_CHECK_H
#define REPORTS_CHECK_H

#include "reports/experiment.h"
#include "reports/show.h"

/* One expectation of one scenario, judged on all replications: a reading on its mean, the time of a recovery on its mean,
 * never and always on every seed. */
struct check_verdict {
    struct record_verdict verdict; /* value and result: of all seeds; texts belong to the records */
    size_t seeds, holding;         /* on how many seeds it holds by itself */
};

/* A reading that is not what it was in the baseline, or a fingerprint. */
struct check_change {
    char *phase, *key, *unit;                 /* of a fingerprint: NULL */
    struct estimate before, after;            /* count 0: there is no such reading, or it has no data */
    double low, high;                         /* 95 % interval of after - before */
    double p;                                 /* as tested, before Holm; 0: it never varied and is another now */
    uint64_t seed, print_before, print_after; /* of a fingerprint */
};

/* A param, or another line of the canonical scenario, that differs from the baseline's. */
struct check_param {
    char *path;
    char *before, *after; /* NULL: there is none */
};

struct check_scenario {
    const char *argument; /* as given on the command line */
    const struct scenario *scenario;
    const struct record *record; /* of the first seed; NULL: it could not be run */
    struct check_verdict *verdicts;
    size_t verdict_count;
    bool nothing; /* it has neither expectations nor a baseline: nothing was checked */
    /* With a baseline. */
    bool compared,
        missing; /* missing: the baseline has no such scenario, or (no_seed) none of the seeds of an exact check */
    bool no_seed;
    size_t tested; /* readings, or seeds */
    struct check_change *changes;
    size_t change_count;
    struct check_param *params;
    size_t param_count;
    char *reproduce; /* the command; owned */
};

struct check {
    struct check_scenario *scenarios;
    size_t count;
    const struct experiment *experiment;
    const char *baseline; /* the file compared with; NULL: none */
    bool exact;
};

/* Judges what an experiment came to: check->scenarios[i] is its variant i. */
void check_judge(struct check *check);
void check_fini(struct check *check);
bool check_scenario_passes(const struct check_scenario *scenario);
size_t check_holding(const struct check_scenario *scenario);

/* Writes an experiment to a file. 0, or an exit code after having printed why. */
int baseline_write(const char *path, const struct check *check);
/* Reads a file and compares. The same. */
int baseline_compare(const char *path, struct check *check);
/* Which params two canonical texts do not share: fills scenario->params. */
void baseline_params(struct check_scenario *scenario, const char *before, const char *after);

/* Whether two samples differ: Welch's t-test; but 1 when a rank test sees nothing at level BASELINE_ALPHA, so that one
 * odd value decides nothing. Both samples constant: 0 when they differ, else 1. Each of 2 values at least. */
double baseline_test(const double *a, size_t a_count, const double *b, size_t b_count, double *low, double *high);
/* Of p-values: which are significant at level BASELINE_ALPHA in all (Holm 1979). */
void baseline_holm(const double *p, size_t count, bool *significant);
#define BASELINE_ALPHA 0.001
enum { BASELINE_REPLICATIONS = 10 /* the least that are compared */ };

/* A change in words: "1.20 s -> 3.40 s (+2.10 s..+2.30 s)". */
enum { CHANGE_ROOM = 8 * SHOWN_ROOM };
const char *check_change_text(char buffer[CHANGE_ROOM], const struct check_change *change);
void check_show_text(FILE *out, const struct check *check);
/* The same, and a line a failure as GitHub Actions understands it. */
void check_show_github(FILE *out, const struct check *check);
void check_show_json(FILE *out, const struct check *check);
/* False when it could not be written; errno. */
bool check_write_junit(const char *path, const struct check *check);

#endif
