/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which panes a sheet has, and where everything lies. */
#include "plots/sheet.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    SINGLE_HEIGHT = 700,
    SINGLE_PANE = 260, /* at least */
    OVERVIEW_PANE = 170,
    PANE_TITLE = 30, /* above the plotted area */
    PANE_GAP = 12,   /* below it */
    HEADING = 72,
    RUN_LINE = 20,
    BOTTOM = 78,
    LEFT = 100,
    RIGHT = 24
};

/* ---- panes ---- */

static struct pane *add_pane(struct sheet *sheet, const struct chart *chart)
{
    sheet->panes = sim_xrealloc(sheet->panes, (sheet->count + 1) * sizeof *sheet->panes);
    struct pane *pane = &sheet->panes[sheet->count++];
    *pane = (struct pane){.chart = chart};
    return pane;
}

static char *join(const char *a, const char *b, const char *c, const char *d, const char *e)
{
    const size_t size = strlen(a) + strlen(b) + strlen(c) + strlen(d) + strlen(e) + 1;
    char *text = sim_xmalloc(size);
    (void)snprintf(text, size, "%s%s%s%s%s", a, b, c, d, e);
    return text;
}

static const char *title_of(const struct chart *chart, unsigned pane)
{
    return chart->titles[pane] == NULL ? chart->title : chart->titles[pane];
}

/* One run: the measures that belong together in one pane. */
static void add_side_by_side(struct sheet *sheet, const struct chart *chart)
{
    for (unsigned k = 0; k < PANES_MAX; k++) {
        struct pane *pane = NULL;
        for (uint32_t m = 0; m < chart->count; m++) {
            if (chart->measures[m].pane != k)
                continue;
            if (pane == NULL)
                pane = add_pane(sheet, chart);
            pane->members[pane->count++] = m;
        }
        if (pane != NULL)
            pane->title = sim_xstrdup(title_of(chart, k));
    }
}

/* Several runs: a pane a measure, with the limit that belongs to it. */
static void add_overlay(struct sheet *sheet, const struct chart *chart, bool overview)
{
    for (uint32_t m = 0; m < chart->count; m++) {
        const struct measure *measure = &chart->measures[m];
        const struct measure *limit = m + 1 < chart->count && measure[1].style == STYLE_LIMIT ? &measure[1] : NULL;
        if (overview && !measure->overview)
            continue;
        struct pane *pane = add_pane(sheet, chart);
        pane->members[pane->count++] = m;
        if (limit != NULL)
            pane->members[pane->count++] = ++m;
        pane->title = join(title_of(chart, measure->pane), ": ", measure->label,
                           limit == NULL ? "" : "; thin: ", limit == NULL ? "" : limit->label);
    }
}

static void add_chart(struct sheet *sheet, const struct chart *chart, bool overview)
{
    if (sheet->plot->run_count == 1)
        add_side_by_side(sheet, chart);
    else
        add_overlay(sheet, chart, overview);
}

/* ---- axes ---- */

static struct axis axis_of(const struct sheet *sheet, const struct pane *pane)
{
    const struct plot *plot = sheet->plot;
    double least = (double)INFINITY;
    double most = 0;
    const int intervals = pane->bottom - pane->top < SINGLE_PANE / 2.0 + 40 ? 4 : 6;
    for (uint32_t i = 0; i < pane->count; i++) {
        const struct measure *measure = &pane->chart->measures[pane->members[i]];
        for (uint32_t r = 0; r < plot->run_count; r++) {
            for (size_t b = 0; measure->values[r] != NULL && b < plot->bin_count; b++) {
                const double value = measure->values[r][b];
                least = value < least ? value : least; /* false for NaN */
                most = value > most ? value : most;
            }
        }
    }
    switch (pane->chart->unit) {
    case UNIT_SECONDS:
        return axis_of_seconds(least, most, intervals);
    case UNIT_SHARE:
        return axis_of_shares();
    case UNIT_SMALL_SHARE:
        return axis_from_zero(most, 100, " %", intervals);
    default:
        return axis_from_zero(most, 1, "", intervals);
    }
}

/* ---- layout ---- */

static double legend_width(const struct sheet *sheet)
{
    const double sample = 60;
    const double widest = 260;
    double width = 0;
    if (sheet->plot->run_count > 1)
        return 0;
    for (size_t p = 0; p < sheet->count; p++) {
        const struct pane *pane = &sheet->panes[p];
        for (uint32_t i = 0; i < pane->count; i++) {
            const double text = text_width(pane->chart->measures[pane->members[i]].label, 13);
            width = text > width ? text : width;
        }
    }
    return width + sample < widest ? width + sample : widest;
}

static void lay_out(struct sheet *sheet, bool overview)
{
    struct frame *frame = &sheet->frame;
    const uint32_t runs = sheet->plot->run_count;
    sheet->ruler_top = HEADING + (runs > 1 ? RUN_LINE * runs + 8 : 0);
    const double top = sheet->ruler_top + RULER_LANE_PX * sheet->ruler.lanes + 4;
    double pane = overview ? OVERVIEW_PANE : (SINGLE_HEIGHT - BOTTOM - top + PANE_GAP) / (double)sheet->count;
    if (!overview && pane < SINGLE_PANE)
        pane = SINGLE_PANE;
    frame->height = ceil(top + pane * (double)sheet->count + BOTTOM - PANE_GAP);
    for (size_t i = 0; i < sheet->count; i++) {
        sheet->panes[i].top = top + pane * (double)i + PANE_TITLE;
        sheet->panes[i].bottom = top + pane * (double)(i + 1) - PANE_GAP;
        sheet->panes[i].axis = axis_of(sheet, &sheet->panes[i]);
    }
}

struct sheet sheet_of(const struct plot *plot, const struct heading *heading, const struct charts *charts,
                      const struct chart *chart)
{
    struct sheet sheet = {.plot = plot, .heading = heading, .name = chart == NULL ? "overview" : chart->name};
    for (size_t i = 0; i < charts->count; i++) {
        if (chart == NULL || chart == &charts->items[i])
            add_chart(&sheet, &charts->items[i], chart == NULL);
    }
    sheet.frame = (struct frame){.width = 1200, .left = LEFT, .time = time_axis_until(plot->until)};
    sheet.frame.right = sheet.frame.width - RIGHT - legend_width(&sheet);
    sheet.ruler = ruler_of(ruler_record(plot), &sheet.frame);
    lay_out(&sheet, chart == NULL);
    return sheet;
}

void sheet_fini(struct sheet *sheet)
{
    for (size_t i = 0; i < sheet->count; i++)
        free(sheet->panes[i].title);
    free(sheet->panes);
    ruler_fini(&sheet->ruler);
}
