/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What became of a run's alert rules, as promtool evaluated them. */
#ifndef REPORTS_ALERT_RUN_H
#define REPORTS_ALERT_RUN_H

#include "reports/alert_files.h"

#include <cjson/cJSON.h>

enum alert_state { ALERT_INACTIVE, ALERT_PENDING, ALERT_FIRING };

/* A stretch in which an alert fired without a break: from the evaluation that first found it firing to the one that no
 * longer did. */
struct alert_stretch {
    sim_ns pending, from, to; /* pending: since when the expression had held. to SIM_NEVER: it still fired at the end */
    const struct record_fault *fault; /* the latest that had begun by then; NULL: none had, a false alarm */
    bool in_time;                     /* it began before that fault ended: the fault was detected */
};

struct alert_result {
    const struct alert *rule;
    struct alert_stretch *stretches;
    size_t count;
    sim_ns first_pending; /* SIM_NEVER: not even that */
};

/* When a fault was first detected. */
struct alert_detection {
    const struct record_fault *fault;
    const struct alert *rule; /* NULL: never */
    sim_ns after;             /* since the fault's beginning */
};

/* What was done to the system: the scenario's faults, then the knobs that a script turned. */
struct alert_faults {
    struct record_fault *items; /* in their order; their texts are the record's, */
    size_t count;
    cJSON *responses; /* or in here; NULL: no script */
};

void alert_faults_init(struct alert_faults *faults, const struct record *record);
void alert_faults_fini(struct alert_faults *faults);

struct alert_run {
    const struct record *record;
    struct alert_faults faults;
    const struct alert_rules *rules;
    sim_ns every;
    size_t evaluations;
    unsigned char *states; /* rule x evaluation: enum alert_state, the higher where an alert has several instances */
    struct alert_result *results;     /* as the rules */
    struct alert_detection *detected; /* as the faults */
};

/* Reads what `promtool test rules` said of the file that alert_write_test wrote. False when there is something in it that
 * is no answer (an error of an expression): `*complaint` is its first line, within `said`. Free with alert_run_fini in
 * any case. All else must outlive the result. */
bool alert_run_init(struct alert_run *run, const struct record *record, const struct alert_rules *rules, sim_ns every,
                    const char *said, const char **complaint);
void alert_run_fini(struct alert_run *run);

void alert_show_text(FILE *out, const struct alert_run *run);
void alert_show_json(FILE *out, const struct alert_run *run);

#endif
