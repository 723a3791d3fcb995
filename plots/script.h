/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pieces of a gnuplot script. */
#ifndef PLOTS_SCRIPT_H
#define PLOTS_SCRIPT_H

#include "sim/base.h"

#include <stdio.h>

/* A text as a gnuplot string: single-quoted, quotes doubled, so that nothing in it is code. Control characters become
 * blanks; more than `longest` characters are cut with an ellipsis. With `common`, what is not in any font of Latin, Greek
 * and Cyrillic becomes a question mark: a character that no font has is drawn all over the picture by pngcairo. */
void put_quoted(FILE *out, const char *text, size_t longest, bool common);
/* Whether `common` would make no difference. */
bool text_is_common(const char *text);
/* The shortest text that reads back as the same number. */
void put_number(FILE *out, double number);
/* Characters of a text in UTF-8, and about how many pixels it is wide. */
size_t text_length(const char *text);
double text_width(const char *text, double font_px);

/* Okabe and Ito's colours, told apart by colour-blind readers (jfly.uni-koeln.de/color), but for yellow, which is too
 * pale on white. The names are variables of the script. */
enum { PALETTE = 7, DASHES = 4 };
const char *palette_name(int colour);
void put_palette(FILE *out);
/* "lc rgb blue dt (10,5)" */
void put_stroke(FILE *out, int colour, int dash);

/* The y axis of a pane. */
struct axis {
    bool logarithmic;
    double factor;    /* what is drawn is the value x factor */
    const char *unit; /* after the numbers: " %", " ms" or "" */
    double low, high, step;
};
/* An axis of shares of 0..100 %. */
struct axis axis_of_shares(void);
/* From 0 to a round number above `most`. `intervals`: about how many. */
struct axis axis_from_zero(double most, double factor, const char *unit, int intervals);
/* Of seconds: logarithmic when they span much. `least` above 0. */
struct axis axis_of_seconds(double least, double most, int intervals);
void put_axis(FILE *out, const struct axis *axis);

/* A round step that cuts `most` into about `intervals` pieces: 1, 2 or 5 times a power of ten. */
double round_step(double most, int intervals);

/* The x axis: simulated time in the unit that suits the run. */
struct time_axis {
    const char *unit;
    double per;         /* seconds a unit */
    double until, step; /* in units */
};
struct time_axis time_axis_until(sim_ns until);

#endif
