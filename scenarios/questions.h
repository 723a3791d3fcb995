/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Questions about a scenario, as data: what is asked, the reading it is about, changes that tell causes apart, and
 * sentences to choose from by evidence. And remedies: changes that might make it better.
 *
 *     "evidence": {"attempts": {"reading": "gateway.attempts.rate", "title": "Attempts"}},
 *     "remedies": {"larger-pool": {"title": "a larger pool", "set": {"db-pool.size": 30}}},
 *     "questions": {"latency": {
 *         "ask": "Why 5 s?", "phase": "chaos", "key": "p95_latency", "over_time": ["attempts"],
 *         "what_if": {"no-deadline": {"title": "no deadline", "set": {"gateway.timeout": "60s"}}},
 *         "sentences": [{"say": "It is the deadline: without it {no-deadline.p95_latency}.",
 *                        "when": "no-deadline.p95_latency rises"}]}}
 *
 * A claim (`when`, or a list of which all must hold) compares operands, with the 95 % interval of their paired
 * differences over the seeds; no data, no claim:
 *
 *     claim   = operand ( "rises" | "falls" | "unchanged" )      of a change, against the world as it is
 *             | side ( ">" | ">=" | "<" | "<=" ) side
 *             | side "=" side "+-" PERCENT
 *     side    = operand | PERCENT "of" operand
 *     operand = [CHANGE "."] [PHASE "."] KEY                     KEY of the panel or the evidence; CHANGE: of what_if or
 *                                                                the remedies; PHASE: the question's when left out
 *             | "param." PATH                                    the value of a param, as the scenario has it
 *             | "blame." NODE ["." KIND]                         share of the time of the question's requests
 *             | a number with its unit
 *
 * A sentence has at least one placeholder of an operand that its claims compare: so it cannot be printed without a number
 * that supports it. A list of sentences is a choice: the first whose claims hold. All of this is prose: no part of the
 * run's identity. Everything lives as long as the cell. */
#ifndef SCENARIOS_QUESTIONS_H
#define SCENARIOS_QUESTIONS_H

#include "scenarios/scenario.h"

enum {
    QUESTIONS_MAX = 32,
    QUESTION_CHANGES_MAX = 16,
    QUESTION_SETS_MAX = 16,
    QUESTION_SENTENCES_MAX = 40,
    QUESTION_CLAIMS_MAX = 8,
    QUESTION_PLACES_MAX = 16,
    QUESTION_OVER_TIME_MAX = 8,
    QUESTION_TEXT_MAX = 1000, /* bytes of what is asked or said */
    REMEDIES_MAX = 16,
    EVIDENCE_MAX = 64
};

/* A change of the scenario: overrides, applied after those of the command line. */
struct change {
    const char *id, *title;
    const struct override *sets;
    uint32_t set_count;
};

/* A reading: those of the panel first, then those of the section `evidence`. */
struct measure {
    const char *key, *title, *text, *unit;
};

enum operand_kind { OPERAND_READING, OPERAND_PARAM, OPERAND_BLAME, OPERAND_NUMBER };

struct operand {
    const char *text; /* as written, without "N% of" */
    enum operand_kind kind;
    double factor;               /* "N% of": N / 100; else 1 */
    const struct change *change; /* READING; NULL: as it is */
    uint32_t phase, measure;     /* READING */
    const char *node, *segment;  /* BLAME; segment NULL: all of the node; blanks are `_` */
    double number;               /* NUMBER, and PARAM: NAN when it is none */
    const char *shown;           /* PARAM: as a scenario writes it */
    const char *unit;            /* as of a reading; "": any */
};

enum claim_relation { CLAIM_ABOVE, CLAIM_AT_LEAST, CLAIM_BELOW, CLAIM_AT_MOST, CLAIM_NEAR };

struct claim {
    const char *text;
    struct operand left, right;
    enum claim_relation relation;
    double tolerance; /* NEAR: share of the right side */
};

/* {OPERAND} in what is said: bytes [from, to) with the brackets. {#OPERAND}: without its unit. */
struct place {
    size_t from, to;
    bool bare;
    struct operand operand;
};

struct sentence {
    const char *say;
    uint32_t choice; /* of those with one number the first that holds is said */
    struct place *places;
    struct claim *claims;
    uint32_t place_count, claim_count;
};

/* How remedies are ranked (reports/remedies.h). */
struct ranking {
    uint32_t steady; /* phase */
    struct {
        uint32_t measure;
        double weight;
    } weights[SCENARIO_PANEL_MAX];
    uint32_t count; /* 0: the question is not about remedies */
};

struct question {
    const char *id, *ask;
    uint32_t phase, measure;
    const char *blame; /* reading whose requests are looked at; the question's own unless given */
    struct change *changes;
    struct sentence *sentences;
    uint32_t change_count, sentence_count, over_time_count;
    uint32_t over_time[QUESTION_OVER_TIME_MAX]; /* measures */
    struct ranking ranking;
};

struct questions {
    struct question *list;
    struct measure *measures;
    struct change *remedies;
    uint32_t count, measure_count, remedy_count;
};

/* The change of that name; NULL: none. */
const struct change *question_change(const struct questions *questions, const struct question *question,
                                     const char *id);

#endif
