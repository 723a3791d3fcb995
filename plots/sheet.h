/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A sheet: one picture. Its panes lie below each other over the same time axis; a single chart is a sheet of a pane or
 * two, the overview has a pane of every chart. With one run a pane shows measures side by side (P50, P95, P99); with
 * several it shows one measure of all runs. */
#ifndef PLOTS_SHEET_H
#define PLOTS_SHEET_H

#include "plots/chart.h"
#include "plots/ruler.h"

struct pane {
    const struct chart *chart;
    uint32_t members[MEASURES_MAX]; /* measures */
    uint32_t count;
    char *title;
    double top, bottom; /* of the plotted area, in pixels */
    struct axis axis;
};

struct sheet {
    const struct plot *plot;
    const struct heading *heading;
    const char *name; /* of its files */
    struct pane *panes;
    size_t count;
    double ruler_top;
    struct frame frame;
    struct ruler ruler;
};

/* A sheet of one chart, or of all of them when `chart` is NULL. */
struct sheet sheet_of(const struct plot *plot, const struct heading *heading, const struct charts *charts,
                      const struct chart *chart);
void sheet_fini(struct sheet *sheet);

/* The script that draws NAME.svg and NAME.png in the folder it is run in. */
void sheet_write_script(FILE *out, const struct sheet *sheet);
/* The plot command of a pane, a part of the script. */
void sheet_put_curves(FILE *out, const struct sheet *sheet, const struct pane *pane);

#endif
