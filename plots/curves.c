/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The plot command of a pane. With one run: the stack of areas, then lines, each with its legend. With several: a line a
 * run, in the strokes of the legend above the picture. */
#include "plots/sheet.h"

enum { LEGEND_LONGEST = 26 };

static bool is_lonely(const double *values, size_t count, size_t at)
{
    const bool before = at > 0 && values[at - 1] == values[at - 1];
    const bool after = at + 1 < count && values[at + 1] == values[at + 1];
    return values[at] == values[at] && !before && !after;
}

/* Whether a line would not show some bin, because neither neighbour has data. */
static bool has_lonely_bins(const struct plot *plot, const double *values)
{
    for (size_t b = 0; b < plot->bin_count; b++) {
        if (is_lonely(values, plot->bin_count, b))
            return true;
    }
    return false;
}

struct pen {
    FILE *out;
    const struct sheet *sheet;
    const struct pane *pane;
    size_t drawn;
};

static void put_factor(struct pen *pen)
{
    if (pen->pane->axis.factor < 1 || pen->pane->axis.factor > 1) {
        put_number(pen->out, pen->pane->axis.factor);
        (void)fputc('*', pen->out);
    }
}

/* What a curve begins with, up to the parenthesis of its y. */
static void begin_curve(struct pen *pen)
{
    (void)fprintf(pen->out, "%s'%s.csv' skip 1 using (middle($1,$2)):(",
                  pen->drawn++ > 0 ? ", \\\n        " : "    plot ", pen->pane->chart->name);
}

static void put_line(struct pen *pen, uint32_t member, uint32_t run, int colour, int dash)
{
    const struct plot *plot = pen->sheet->plot;
    const uint32_t m = pen->pane->members[member];
    const struct measure *measure = &pen->pane->chart->measures[m];
    if (!measure_has_run(measure, plot, run))
        return;
    begin_curve(pen);
    put_factor(pen);
    (void)fprintf(pen->out, "cell(%u)) with ", chart_column(pen->pane->chart, run, m));
    const bool thin = measure->style == STYLE_LIMIT || (measure->style == STYLE_TOTAL && plot->run_count == 1);
    const double width = thin ? 1.3 : dash == 0 ? 2.5 : 2.2;
    (void)fputs(has_lonely_bins(plot, measure->values[run]) ? "linespoints pt 7 ps 0.5 " : "lines ", pen->out);
    (void)fputs("lw ", pen->out);
    put_number(pen->out, width);
    (void)fputc(' ', pen->out);
    put_stroke(pen->out, colour, dash);
}

static bool is_stacked(const struct pane *pane, uint32_t member)
{
    return pane->chart->measures[pane->members[member]].style == STYLE_STACK;
}

static void put_title(struct pen *pen, uint32_t member)
{
    (void)fputs(" title ", pen->out);
    put_quoted(pen->out, pen->pane->chart->measures[pen->pane->members[member]].label, LEGEND_LONGEST, false);
}

/* The sum of the stacked members before `end`, in the unit of the axis. */
static void put_sum(struct pen *pen, uint32_t end)
{
    const struct pane *pane = pen->pane;
    const char *begin = "(";
    put_factor(pen);
    for (uint32_t i = 0; i < end; i++) {
        if (!is_stacked(pane, i))
            continue;
        (void)fprintf(pen->out, "%scell(%u)", begin, chart_column(pane->chart, 0, pane->members[i]));
        begin = " + ";
    }
    (void)fputs(begin[0] == '(' ? "(0)" : ")", pen->out);
}

/* Stacked areas, the upper ones first, as the eye meets them. */
static void put_stack(struct pen *pen)
{
    const struct pane *pane = pen->pane;
    for (uint32_t i = pane->count; i-- > 0;) {
        if (!is_stacked(pane, i))
            continue;
        begin_curve(pen);
        put_sum(pen, i);
        (void)fputs("):(", pen->out);
        put_sum(pen, i + 1);
        (void)fprintf(pen->out, ") with filledcurves fs solid noborder fc rgb %s",
                      palette_name(pane->chart->measures[pane->members[i]].colour));
        put_title(pen, i);
    }
}

void sheet_put_curves(FILE *out, const struct sheet *sheet, const struct pane *pane)
{
    struct pen drawing = {out, sheet, pane, 0};
    struct pen *const pen = &drawing;
    const struct plot *plot = sheet->plot;
    int next = 0;
    if (plot->run_count == 1)
        put_stack(pen);
    for (uint32_t i = 0; i < pane->count; i++) {
        const struct measure *measure = &pane->chart->measures[pane->members[i]];
        const bool limit = measure->style == STYLE_LIMIT;
        if (plot->run_count == 1 && !is_stacked(pane, i)) {
            const int colour = measure->colour == STYLE_NEXT ? next : measure->colour;
            put_line(pen, i, 0, limit && next > 0 ? PALETTE - 1 : colour,
                     limit                         ? 1
                     : measure->dash == STYLE_NEXT ? next
                                                   : measure->dash);
            put_title(pen, i);
            next += limit ? 0 : 1;
        }
        for (uint32_t r = 0; plot->run_count > 1 && r < plot->run_count; r++) {
            const size_t before = pen->drawn;
            put_line(pen, i, r, (int)r, limit ? 2 : (int)(r + r / PALETTE * 2));
            if (pen->drawn > before)
                (void)fputs(" notitle", pen->out);
        }
    }
    (void)fputc('\n', pen->out);
}
