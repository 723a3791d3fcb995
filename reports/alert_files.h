/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The two files that `promtool test rules` wants: the alert rules, and a run's series with a question for every instant
 * at which the rules are evaluated. Simulated second 0 is Prometheus' 0. */
#ifndef REPORTS_ALERT_FILES_H
#define REPORTS_ALERT_FILES_H

#include "reports/export.h"

#define ALERT_RULES_FILE "rules.yml"
#define ALERT_TEST_FILE "test.yml"

struct alert_rules {
    cJSON *alerts; /* the scenario's section: the texts of the rules live here */
    struct alert *items;
    size_t count;
};

/* The rules of a scenario, valid and merged. Free with alert_rules_fini. */
void alert_rules_init(struct alert_rules *rules, const cJSON *scenario);
void alert_rules_fini(struct alert_rules *rules);

/* How many evaluations there are: at every, 2 every, ... up to the end. */
size_t alert_evaluations(const struct record *record, sim_ns every);

/* Both return 0 or an exit code, having printed why. */
int alert_write_rules(const char *folder, const struct alert_rules *rules, sim_ns every);
/* Only series whose names occur in the rules are written: one sample at the end of every whole window. */
int alert_write_test(const char *folder, const struct export_run *run, const struct alert_rules *rules, sim_ns every);

#endif
