/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A chart: what is drawn in one single picture, as numbers. It has measures (P50, P95; a node's CPU), each with one
 * value a run and bin. A chart is one CSV file. */
#ifndef PLOTS_CHART_H
#define PLOTS_CHART_H

#include "plots/plot.h"

enum chart_unit {
    UNIT_SECONDS,
    UNIT_SHARE,       /* 0..1, drawn as % of 0..100 */
    UNIT_SMALL_SHARE, /* the same, drawn as large as it gets */
    UNIT_RATE,
    UNIT_COUNT
};

enum measure_style {
    STYLE_LINE,
    STYLE_STACK, /* an area on top of the stacked ones before it */
    STYLE_TOTAL, /* the thin line on top of a stack */
    STYLE_LIMIT  /* thin and dashed, belongs to the measure before it: a pool's size */
};

enum { STYLE_NEXT = -1, MEASURES_MAX = 64 };

struct measure {
    char *label;   /* in the legend: "P95", "504 TIMEOUT", "db-pool" */
    char *column;  /* in the CSV file, the unit last: "latency_p95_s" */
    unsigned pane; /* with one run: measures of one pane are drawn together */
    enum measure_style style;
    int colour, dash; /* of the palette; STYLE_NEXT: the next ones */
    bool overview;    /* with several runs: whether it has a place on the overview */
    double **values;  /* by run, then bin; NULL: the run has none; NaN: no data in that bin */
};

enum { PANES_MAX = 2 };

struct chart {
    const char *name;              /* of its files */
    char *title;                   /* "Latency of gateway" */
    const char *titles[PANES_MAX]; /* of its panes, when it has more than one; else NULL */
    const char *axes[PANES_MAX];   /* y axis: "latency of a request" */
    enum chart_unit unit;
    struct measure measures[MEASURES_MAX];
    uint32_t count, room; /* room: at most MEASURES_MAX */
    bool left_out;        /* there was more than room for */
};

struct charts {
    struct chart *items;
    size_t count;
};

/* All charts that the runs have data for; says on standard error what is left out. False after an error that was
 * printed. */
bool charts_derive(struct charts *charts, const struct plot *plot);
void charts_fini(struct charts *charts, const struct plot *plot);

/* The measure of that column; added when there is none yet. NULL,
 * and left_out set, when the chart is full. */
struct measure *chart_measure(struct chart *chart, const struct plot *plot, const char *column, const char *label);
/* Whether a run has a value at all, and whether any has. */
bool measure_has_run(const struct measure *measure, const struct plot *plot, uint32_t run);
bool measure_has_data(const struct measure *measure, const struct plot *plot);
void measure_fini(struct measure *measure, const struct plot *plot);

/* The chart's bins as CSV: from_s, to_s, then its measures run by run. */
void chart_write_csv(FILE *out, const struct chart *chart, const struct plot *plot);
/* Number of the column, from 1; its name. */
uint32_t chart_column(const struct chart *chart, uint32_t run, uint32_t measure);
void chart_put_column(FILE *out, const struct chart *chart, const struct plot *plot, uint32_t run, uint32_t measure);

#endif
