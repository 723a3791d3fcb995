/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the simulated services would log, line by line as it happens: a listener that keeps nothing.
 *
 *   error, warn   replies that are errors, logged by the node that gives them (what the model itself says of it wins);
 *                 callers whose timer fired, or whom a dead node refused
 *   warn          a breaker that opens; a retry
 *   info          other changes of state, what is done to the system (service "simex"), starts
 *   debug         every other reply
 */
#ifndef REPORTS_LOGBOOK_H
#define REPORTS_LOGBOOK_H

#include "sim/world.h"

#include <stdio.h>

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR, LOG_LEVELS };
/* "debug", "info", "warn", "error". */
extern const char *const log_levels[LOG_LEVELS];
/* False when there is none of that name. */
bool log_level_of(const char *name, enum log_level *level);

/* One "key": value of a line. */
struct log_attribute {
    const char *key, *text; /* text NULL: the number */
    int64_t number;
    bool seconds; /* the number is ns, shown in s */
};

struct log_line {
    enum log_level level;
    const char *service, *message;
    const struct sim_call *call; /* NULL: of no request */
    const struct log_attribute *attributes;
    size_t count;
};

struct logbook {
    void (*write)(struct logbook *book, const struct log_line *line); /* logbook_json, or another */
    FILE *out;
    const struct sim *sim;
    const char *run;      /* id, 16 hex digits: the first half of every trace id */
    enum log_level least; /* lines below are left out, */
    uint64_t trace;       /* and those of other traces, unless 0, */
    sim_ns from, to;      /* and what is outside of [from, to) */
    uint64_t lines;
    uint64_t said; /* the call about which its node said something at `said_at` */
    sim_ns said_at;
    uint64_t paused;  /* the call that has just paused before a retry, */
    sim_ns paused_at; /* until now, */
    sim_ns pause;     /* for so long */
};

/* A JSON object a line; a line for people. */
void logbook_json(struct logbook *book, const struct log_line *line);
void logbook_text(struct logbook *book, const struct log_line *line);

/* Sets what is left zero, and listens. The book outlives the run. */
void logbook_listen(struct logbook *book, struct sim *sim);

#endif
