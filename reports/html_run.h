/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a page shows of a run, gathered while the run is simulated again: its record, its readings over time, for each
 * phase where the time went and a few traces worth looking at. All bounded. */
#ifndef REPORTS_HTML_RUN_H
#define REPORTS_HTML_RUN_H

#include "reports/callmap.h"
#include "reports/keep.h"
#include "reports/profile.h"
#include "reports/record.h"
#include "reports/replay.h"
#include "reports/texts.h"

enum {
    HTML_RUNS_MAX = 6,      /* side by side */
    HTML_STRETCHES = 4,     /* phases that are looked into */
    HTML_CHARTS = 16,       /* readings that are drawn */
    HTML_NUMBERS = 24000,   /* in all charts of a page */
    HTML_POINTS_MAX = 1200, /* of a line */
    HTML_POINTS_LEAST = 120
};

/* The measured part of a phase, or the whole run. */
struct html_stretch {
    const char *phase; /* NULL: the whole run */
    sim_ns from, to;
    struct keep keep;
    struct profile profile;
    struct callmap map;
};

struct html_run {
    char *argument;              /* without overrides of its own */
    struct cell_options options; /* with these; the texts belong to `texts` or to whom the options were given by */
    struct texts texts;
    struct replay replay;
    struct override *overrides; /* of the replay or of the options */
    size_t override_count;
    struct record *record;
    sim_ns step;    /* length of a point */
    double *values; /* point x item; NAN: no data */
    size_t points, room, points_left_out;
    struct collector collector;
    bool collecting;
    struct html_stretch stretches[HTML_STRETCHES];
    uint32_t stretch_count, phases_left_out;
    struct html_run *base; /* the profiles of its phases are compared with this run's; may be NULL */
};

/* Finds the run and builds its cell (replay_open). A scenario may have overrides of its own behind a plus sign, as in
 * compare.h; without a name before it, it is `first`, the argument of the first run (NULL: this is it). 0, or an exit code
 * after having said why; html_run_close in any case. */
int html_run_open(struct html_run *run, const char *argument, const char *first, const struct cell_options *options);
/* Its length as far as it is known before. */
sim_ns html_run_length(const struct html_run *run);
/* How long the points of `items` lines of each of `runs` runs are, the longest of which lasts `length`. */
sim_ns html_step(const struct html_run *run, sim_ns length, size_t items, size_t runs);
/* Simulates it. run->step and run->base are set before. 0, or an exit code. */
int html_run_go(struct html_run *run);
/* Sums up the profiles; after all runs that have this one as their base. */
void html_run_finish(struct html_run *run);
void html_run_close(struct html_run *run);

/* "simex VERB RUN EXTRA", with seed and overrides of a scenario. `verb` "run" of a stored run names its scenario when that
 * ships, and is "show" otherwise, or when it had a script, which may have been another. Free. */
char *html_run_command(const struct html_run *run, const char *verb, const char *extra);
/* " --show READING... --script FILE", what of it was given. */
void html_put_options(FILE *out, const struct cell_options *options);

/* The phase that a reader looks at first: the first in which a fault acts, else the first. An index into `phases`; 0 when
 * there is none. */
uint32_t html_focus(const struct record *record);

#endif
