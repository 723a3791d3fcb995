/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The gnuplot script of a sheet. Its order is what someone who edits it looks for: texts, colours, style, marks, then
 * pane by pane, drawn twice (SVG, PNG). Lengths are in pixels here and in shares of the picture there. */
#include "plots/sheet.h"

enum { TITLE_LONGEST = 90, SUBTITLE_LONGEST = 150, LABEL_LONGEST = 140, PANE_LONGEST = 110 };

static double across(const struct sheet *sheet, double px)
{
    return px / sheet->frame.width;
}

static double up(const struct sheet *sheet, double px)
{
    return 1 - px / sheet->frame.height;
}

/* ---- before the panes ---- */

static void put_columns(FILE *out, const struct sheet *sheet)
{
    const struct chart *last = NULL;
    for (size_t p = 0; p < sheet->count; p++) {
        const struct chart *chart = sheet->panes[p].chart;
        if (chart == last)
            continue;
        last = chart;
        (void)fprintf(out, "# Columns of %s.csv: 1 from_s, 2 to_s", chart->name);
        for (uint32_t r = 0; r < sheet->plot->run_count; r++) {
            for (uint32_t m = 0; m < chart->count; m++) {
                (void)fprintf(out, ", %u ", chart_column(chart, r, m));
                chart_put_column(out, chart, sheet->plot, r, m);
            }
        }
        (void)fputs(".\n", out);
    }
}

/* A text as a variable, and a second one for pngcairo when it has characters that fonts may lack; or, with `choose`, the
 * second one in place of the first. */
static void put_text(FILE *out, const char *name, const char *text, size_t longest, bool choose)
{
    if (choose) {
        if (!text_is_common(text))
            (void)fprintf(out, "        %s = %s_png\n", name, name);
        return;
    }
    (void)fprintf(out, "%s = ", name);
    put_quoted(out, text, longest, false);
    if (!text_is_common(text)) {
        (void)fprintf(out, "\n%s_png = ", name);
        put_quoted(out, text, longest, true);
        (void)fputs("   # pngcairo draws a character that no font has over the whole picture", out);
    }
    (void)fputc('\n', out);
}

static void put_texts(FILE *out, const struct sheet *sheet, bool choose)
{
    char name[RULER_NAME_ROOM];
    put_text(out, "heading", sheet->heading->title, TITLE_LONGEST, choose);
    put_text(out, "subheading", sheet->heading->subtitle, SUBTITLE_LONGEST, choose);
    for (uint32_t r = 0; sheet->plot->run_count > 1 && r < sheet->plot->run_count; r++) {
        (void)snprintf(name, sizeof name, "run_%u", r + 1);
        put_text(out, name, sheet->plot->runs[r].label, LABEL_LONGEST, choose);
    }
    for (size_t i = 0; i < sheet->ruler.count; i++) {
        const struct ruler_bar *bar = &sheet->ruler.bars[i];
        put_text(out, ruler_name(name, bar), bar->text, RULER_TEXT_LONGEST, choose);
    }
    for (size_t p = 0; p < sheet->count; p++) {
        (void)snprintf(name, sizeof name, "pane_%zu", p + 1);
        put_text(out, name, sheet->panes[p].title, PANE_LONGEST, choose);
    }
}

static void put_style(FILE *out, const struct sheet *sheet)
{
    const struct frame *frame = &sheet->frame;
    (void)fputs("\n# ---- colours (Okabe and Ito's) and style ----\n", out);
    put_palette(out);
    (void)fprintf(out,
                  "set encoding utf8\nset datafile separator comma\n"
                  "set border 3 lc rgb '#808080'\nset tics nomirror out scale 0.5 textcolor rgb '#404040'\n"
                  "set grid back lt 1 lw 0.5 lc rgb '#D8D8D8'\n"
                  "set lmargin at screen %.5f\nset rmargin at screen %.5f\n",
                  across(sheet, frame->left), across(sheet, frame->right));
    (void)fputs("\n# ---- the time axis; a value is drawn in the middle of its bin ----\nper = ", out);
    put_number(out, frame->time.per);
    (void)fprintf(out, "   # seconds a unit, which is %s\nset xrange [0:", frame->time.unit);
    put_number(out, frame->time.until);
    (void)fputs("]\nset xtics ", out);
    put_number(out, frame->time.step);
    (void)fputs("\nmiddle(from, to) = (from + to) / 2.0 / per\n"
                "cell(column_number) = valid(column_number) ? column(column_number) : NaN   # empty fields are gaps\n",
                out);
}

/* What the marks mean, and whose they are. */
static void put_footnote(FILE *out, const struct sheet *sheet)
{
    const struct record *record = ruler_record(sheet->plot);
    const char *between = "";
    (void)fputs("    set label 902 '", out);
    if (!ruler_is_common(sheet->plot)) {
        (void)fprintf(out, "phases and faults of run %.8s", record->id);
        between = "; ";
    }
    if (record->phase_count > 0) {
        (void)fprintf(out, "%sshaded: phases, paler while they settle", between);
        between = "; ";
        if (record->phases[0].from > 0)
            (void)fputs("; grey: warm-up", out);
    }
    if (record->fault_count > 0)
        (void)fprintf(out, "%sdashed red: faults", between);
    (void)fprintf(out, "' at screen %.5f, screen %.5f right font ',11' tc rgb '#707070'\n",
                  across(sheet, sheet->frame.right), up(sheet, sheet->frame.height - 12));
}

static void put_header(FILE *out, const struct sheet *sheet)
{
    (void)fprintf(out,
                  "\n    # ---- heading ----\n    set label 900 heading at screen %.5f, screen %.5f left font ',20'\n",
                  across(sheet, sheet->frame.left), up(sheet, 24));
    (void)fprintf(out, "    set label 901 subheading at screen %.5f, screen %.5f left font ',13' tc rgb '#505050'\n",
                  across(sheet, sheet->frame.left), up(sheet, 50));
    put_footnote(out, sheet);
    for (uint32_t r = 0; sheet->plot->run_count > 1 && r < sheet->plot->run_count; r++) {
        const double y = up(sheet, 78 + 20.0 * r);
        const double begin = across(sheet, sheet->frame.left);
        const double end = across(sheet, sheet->frame.left + 46);
        (void)fprintf(out,
                      "    set arrow %u from screen %.5f, screen %.5f to screen %.5f, screen %.5f nohead front lw 2.5 ",
                      900 + r, begin, y, end, y);
        put_stroke(out, (int)r, (int)(r + r / PALETTE * 2));
        (void)fprintf(out, "\n    set label %u run_%u at screen %.5f, screen %.5f left font ',13'\n", 903 + r, r + 1,
                      across(sheet, sheet->frame.left + 56), y);
    }
}

static void put_header_end(FILE *out, const struct sheet *sheet)
{
    const uint32_t runs = sheet->plot->run_count > 1 ? sheet->plot->run_count : 0;
    (void)fprintf(out, "    do for [tag = 900:%u] { unset label tag }\n", 902 + runs);
    if (runs > 0)
        (void)fprintf(out, "    do for [tag = 900:%u] { unset arrow tag }\n", 899 + runs);
    ruler_undo_bars(out, &sheet->ruler);
}

/* ---- a pane ---- */

static void put_pane(FILE *out, const struct sheet *sheet, size_t index)
{
    const struct pane *pane = &sheet->panes[index];
    const bool last = index + 1 == sheet->count;
    (void)fprintf(out, "\n    # %zu: %s.csv\n", index + 1, pane->chart->name);
    (void)fprintf(out, "    set tmargin at screen %.5f\n    set bmargin at screen %.5f\n", up(sheet, pane->top),
                  up(sheet, pane->bottom));
    (void)fprintf(out, "    set label 800 pane_%zu at screen %.5f, screen %.5f left font ',15'\n", index + 1,
                  across(sheet, sheet->frame.left), up(sheet, pane->top - 14));
    (void)fprintf(out, "    set label 801 '%s%s' at screen %.5f, screen %.5f center rotate by 90 font ',13'\n",
                  pane->chart->axes[pane->chart->measures[pane->members[0]].pane],
                  pane->axis.logarithmic ? ", log scale" : "", across(sheet, 16),
                  up(sheet, (pane->top + pane->bottom) / 2));
    put_axis(out, &pane->axis);
    if (sheet->plot->run_count > 1)
        (void)fputs("    unset key\n", out);
    else
        (void)fprintf(out, "    set key at screen %.5f, screen %.5f left top Left reverse samplen 2.5 font ',13'\n",
                      across(sheet, sheet->frame.right + 6), up(sheet, pane->top - 6));
    if (last)
        (void)fprintf(out,
                      "    set format x '%%g'\n    set label 802 'simulated time (%s)' at screen %.5f, screen %.5f "
                      "center font ',13'\n",
                      sheet->frame.time.unit, across(sheet, (sheet->frame.left + sheet->frame.right) / 2),
                      up(sheet, pane->bottom + 47));
    else
        (void)fputs("    set format x ''\n", out);
    sheet_put_curves(out, sheet, pane);
    if (index == 0)
        put_header_end(out, sheet);
}

void sheet_write_script(FILE *out, const struct sheet *sheet)
{
    const struct frame *frame = &sheet->frame;
    (void)fprintf(out,
                  "# %s.gp, written by simex plot. Draws %s.svg and %s.png; after an edit, once more: gnuplot %s.gp\n"
                  "# To edit: texts and colours are below; ranges (yrange), curves (plot) and their legends stand with "
                  "each pane.\n",
                  sheet->name, sheet->name, sheet->name, sheet->name);
    put_columns(out, sheet);
    (void)fputs("reset\n", out);
    (void)fputs("\n# ---- texts ----\n", out);
    put_texts(out, sheet, false);
    put_style(out, sheet);
    (void)fputs("\n# ---- phases and faults ----\n", out);
    ruler_put_marks(out, ruler_record(sheet->plot), frame);
    (void)fprintf(out,
                  "\n# ---- the picture, twice ----\ndo for [format in 'svg png'] {\n"
                  "    if (format eq 'svg') {\n"
                  "        set terminal svg noenhanced size %.0f,%.0f font 'sans-serif,14' background '#FFFFFF' name "
                  "'simex_%s'\n    } else {\n"
                  "        set terminal pngcairo noenhanced size %.0f,%.0f font 'sans-serif,14' fontscale 0.75 "
                  "background '#FFFFFF'\n",
                  frame->width, frame->height, sheet->name, frame->width, frame->height);
    put_texts(out, sheet, true);
    (void)fprintf(out, "    }\n    set output '%s.'.format\n    set multiplot\n", sheet->name);
    put_header(out, sheet);
    ruler_put_bars(out, &sheet->ruler, frame, sheet->ruler_top);
    for (size_t i = 0; i < sheet->count; i++)
        put_pane(out, sheet, i);
    (void)fputs("    unset multiplot\n    unset output\n    unset label 802\n}\n", out);
}
