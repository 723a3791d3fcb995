/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Phases and faults of a picture: a ruler above the panes with a bar for each, and marks through all panes. */
#ifndef PLOTS_RULER_H
#define PLOTS_RULER_H

#include "plots/plot.h"
#include "plots/script.h"

enum { RULER_LANE_PX = 22, RULER_LANES_MAX = 12, RULER_FONT_PX = 12, RULER_GAP_PX = 8, RULER_TEXT_LONGEST = 64 };

enum ruler_kind { RULER_WARM_UP, RULER_PHASE, RULER_FAULT };

struct ruler_bar {
    double from, to;   /* in units of the time axis */
    double begin, end; /* pixels that it takes up with its text */
    char *text;
    unsigned lane; /* RULER_LANES_MAX: there was no room; it is marked but has no bar */
    enum ruler_kind kind;
    unsigned number; /* of the phase or fault, from 1 */
};

struct ruler {
    struct ruler_bar *bars;
    size_t count;
    unsigned lanes;
};

/* Where things are on a picture, in pixels from its top left corner. */
struct frame {
    double width, height, left, right;
    struct time_axis time;
};

/* The run whose phases and faults are shown: the first that has any. */
const struct record *ruler_record(const struct plot *plot);
/* Whether all runs have the same ones. */
bool ruler_is_common(const struct plot *plot);

/* Free with ruler_fini. */
struct ruler ruler_of(const struct record *record, const struct frame *frame);
void ruler_fini(struct ruler *ruler);

/* Where an instant lies, in units of the time axis and in pixels. SIM_NEVER is the end. */
double ruler_time_of(const struct frame *frame, sim_ns at);
double ruler_pixel_of(const struct frame *frame, double time);
/* An action such as a kill without an end is done at once; a changed param lasts. */
bool ruler_is_instant(const struct record_fault *fault);

/* The variable of a bar's text: "phase_1". Fills and returns `name`. */
enum { RULER_NAME_ROOM = 32 };
const char *ruler_name(char name[RULER_NAME_ROOM], const struct ruler_bar *bar);
/* Marks that every pane has. */
void ruler_put_marks(FILE *out, const struct record *record, const struct frame *frame);
/* The bars, `top` pixels from the top; to be undone after the first pane. */
void ruler_put_bars(FILE *out, const struct ruler *ruler, const struct frame *frame, double top);
void ruler_undo_bars(FILE *out, const struct ruler *ruler);

#endif
