/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `simex plot`: runs of the store as pictures, drawn by gnuplot.
 *
 *   run(s) -> charts (chart.h: what there is to draw, as numbers by bin) -> CSV files
 *          -> sheets (sheet.h: charts laid out as panes on one picture) -> gnuplot scripts -> SVG and PNG
 *
 * A script is complete in itself: it reads the CSV files beside it, can be edited and run again. Text of users (titles,
 * overrides, what faults do) gets into a script only through put_quoted, as a single-quoted string that is assigned to
 * a variable; it never is a file name. */
#ifndef PLOTS_PLOT_H
#define PLOTS_PLOT_H

#include "reports/series.h"

enum { PLOT_RUNS_MAX = 12 };

/* A run to draw. */
struct plot_run {
    struct record *record;
    struct series_list series;
    const char *front; /* the node that answers the clients; NULL: none is known */
    char *label;       /* what tells it from the other runs */
};

/* The runs of one picture, and the bins they are cut into. */
struct plot {
    const struct store *store;
    struct plot_run runs[PLOT_RUNS_MAX];
    uint32_t run_count;
    sim_ns bin, until; /* until: of the longest run */
    size_t bin_count;
};

/* Reads a stored run into plot->runs. False after an error that was printed. */
bool plot_add_run(struct plot *plot, int64_t run);
void plot_fini(struct plot *plot);
/* 10 s, or what cuts a short or long run into 10 to 600 bins; a multiple of the runs' windows. */
sim_ns plot_default_bin(const struct plot *plot);

/* Texts above a picture. */
struct heading {
    char *title, *subtitle;
};
/* Makes them, and the labels of the runs. Free with heading_fini. */
struct heading heading_of(struct plot *plot);
void heading_fini(struct heading *heading);

int cmd_plot(int argc, char **argv);
int cmd_compare(int argc, char **argv);

#endif
