/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a learner predicts, as a sentence of one reading in one phase, or of the nodes that a fault reaches.
 *
 *   KEY = V [+- T]   != < <= > >=   in A..B   rises to V, falls to V         what it will be
 *   KEY rises by A, falls by A, +A, -A [+- T]   doubles, halves, Nx           what becomes of the steady value
 *   KEY rises, falls, unchanged                                              which way it goes
 *   blast radius: NODE, NODE                                                 who leaves the steady state; `none`
 *   ... during PHASE                                                         any of them
 *
 * KEY is a key of the panel or a reading (gateway.latency.p99). An A in % is a share of the steady value, in `points` of
 * the percentages themselves, else in the reading's unit. A T in % is a share of what is predicted, the value or the
 * change; without one it is 10 % of a value and 25 % of a change. */
#ifndef REPORTS_SENTENCE_H
#define REPORTS_SENTENCE_H

#include "reports/texts.h"
#include "scenarios/scenario.h"

enum { SENTENCE_LONGEST = 400 };

enum prediction_kind {
    PREDICTS_VALUE,  /* low..high in base units */
    PREDICTS_OTHER,  /* anything but low..high */
    PREDICTS_FACTOR, /* low..high times the steady value */
    PREDICTS_CHANGE, /* low..high more than the steady value */
    PREDICTS_RISE,
    PREDICTS_FALL,
    PREDICTS_UNCHANGED,
    PREDICTS_BLAST /* `nodes` and no others */
};

struct prediction {
    char *say;  /* as written */
    char *key;  /* as written; "blast radius" */
    char *text; /* the reading; NULL of a blast radius */
    char *unit;
    bool counted; /* a count, which grows with the length of the phase */
    int phase;    /* index in the cell; -1: not named */
    enum prediction_kind kind;
    double low, high;           /* -INFINITY, INFINITY: none */
    bool above_low, below_high; /* the bound itself is wrong */
    bool has_middle;            /* one value was predicted, with a tolerance */
    double middle;
    struct texts nodes; /* sorted */
};

/* Why a sentence was refused. */
struct sentence_error {
    struct sim_error error;
    int column; /* in characters, from 1 */
};

/* Reads a sentence about a cell. False with `error` filled; then there is nothing to free. */
bool sentence_read(const struct cell *cell, const char *text, struct prediction *prediction,
                   struct sentence_error *error);
void prediction_fini(struct prediction *prediction);
/* Whether it compares with the steady phase. */
bool prediction_is_relative(const struct prediction *prediction);

#endif
