/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Explanations: the questions of a scenario, answered with evidence. The scenario as it is, each change of its questions,
 * each remedy and each pair of remedies are run with the same seeds; what is said follows from the paired differences.
 *
 *   explain_run -> explain_text, explain_answers or explain_json -> explain_fini
 *
 * Blame and readings over time are those of the first seed; all other numbers are means over the seeds. */
#ifndef REPORTS_EXPLAIN_H
#define REPORTS_EXPLAIN_H

#include "reports/blame.h"
#include "reports/experiment.h"
#include "scenarios/questions.h"

/* Which variant of the experiment a change is. */
struct explain_change {
    const struct change *change;
    size_t variant;
};

/* A remedy, or two together. */
struct explain_remedy {
    const struct change *first, *second; /* second NULL: alone */
    size_t variant;
    double score;   /* see remedies.c; NAN: no data */
    double harm;    /* what it costs in the steady state, a part of the score */
    uint32_t place; /* from 1, of all; 0: no data */
};

struct explanation {
    /* Set before. Borrowed. */
    const struct scenario *scenario;
    const struct override *overrides;
    size_t override_count, replications;
    uint64_t seed;
    unsigned jobs;      /* 0: one a core */
    const char *only;   /* id of the one question that is asked; NULL: all */
    const char *script; /* file of --script, for commands; NULL */
    /* Set by explain_run. */
    struct cell *cell; /* as it is, never run: questions, phases, panel */
    struct experiment experiment;
    struct variant *variants; /* 0: as it is */
    size_t variant_count, variant_room;
    struct explain_change *changes;
    size_t change_count;
    struct explain_remedy *remedies; /* alone in the order of the file, then pairs */
    size_t remedy_count;
    uint32_t excluded;              /* pairs that exclude each other: both set a param, to different values */
    double *values;                 /* variant x replication x phase x measure; NAN: no data */
    struct sim_reading_value *bins; /* measure x bin, of the first seed */
    struct blame *blames;           /* a question each */
    struct collector collector;
    bool collected;
    const struct question *ranked; /* the question about remedies, if it is asked and there are any; else NULL */
};

/* An exit code; what is wrong has been printed. The explanation may be shown when it is EXIT_FINE. */
int explain_run(struct explanation *explanation);
void explain_fini(struct explanation *explanation);

/* ---- evidence (explain.c) ---- */

/* A measure of a variant over the seeds; with `base` its paired difference to that variant. */
struct estimate explain_value(const struct explanation *explanation, size_t variant, uint32_t phase, uint32_t measure);
struct estimate explain_difference(const struct explanation *explanation, size_t base, size_t variant, uint32_t phase,
                                   uint32_t measure);
size_t explain_variant(const struct explanation *explanation, const struct change *change);
/* Whether the question is asked. */
bool explain_wants(const struct explanation *explanation, const struct question *question);

/* ---- what is said (answer.c) ---- */

/* Whether the claims of a sentence hold and all its numbers exist. */
bool explain_says(const struct explanation *explanation, const struct question *question,
                  const struct sentence *sentence);
/* The answer to a question, sentences put together; free it. */
char *explain_answer(const struct explanation *explanation, const struct question *question);
/* An operand's number as it is printed; false: no data. `room` SHOWN_ROOM. */
bool explain_operand(const struct explanation *explanation, const struct question *question,
                     const struct operand *operand, char *shown);

/* ---- remedies (remedies.c) ---- */

/* Adds variants for remedies and pairs; ranks them once all have run. */
void remedies_add(struct explanation *explanation);
void remedies_rank(struct explanation *explanation);
/* The remedy in a place (from 1) among those alone or, `pairs`, two together; NULL: there are not as many. */
const struct explain_remedy *remedies_at(const struct explanation *explanation, bool pairs, uint32_t place);
/* What belongs in the backlog, best first: at most 3; returns how many. */
uint32_t remedies_backlog(const struct explanation *explanation, const struct change *backlog[3]);
/* The answer about remedies: sentences before those of the question. To `out`. */
void remedies_say(FILE *out, const struct explanation *explanation);
/* "larger pool", "larger pool + single flight"; free it. */
char *remedy_title(const struct explain_remedy *remedy);

/* Adds a variant with the overrides of the command line and then these, unless there is one alike; its number. */
size_t explain_add_variant(struct explanation *explanation, const char *title, const struct override *sets,
                           size_t count);

/* ---- commands that find a number again (commands.c) ---- */

/* The run of a variant, with readings that are not in the panel; `question` NULL: without these. Free it. */
char *explain_run_command(const struct explanation *explanation, size_t variant, const struct question *question);
/* The time of the requests that are blamed; free it. */
char *explain_blame_command(const struct explanation *explanation, const struct question *question);

/* ---- showing ---- */

void explain_text(FILE *out, const struct explanation *explanation);
void explain_answers(FILE *out, const struct explanation *explanation);
cJSON *explain_json(const struct explanation *explanation);
cJSON *explain_answers_json(const struct explanation *explanation);

#endif
