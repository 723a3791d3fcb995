/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Phases and faults in a script: texts, marks, bars. Tags of gnuplot's objects and arrows: the marks of the panes are
 * numbered from 1, the bars and their labels from 1000; sheet_script.c has those between. */
#include "plots/ruler.h"

enum { TAG_MARK = 1, TAG_BAR = 1000, BAR_PX = 18 };

const char *ruler_name(char name[RULER_NAME_ROOM], const struct ruler_bar *bar)
{
    if (bar->kind == RULER_WARM_UP)
        (void)snprintf(name, RULER_NAME_ROOM, "warm_up");
    else
        (void)snprintf(name, RULER_NAME_ROOM, "%s_%u", bar->kind == RULER_FAULT ? "fault" : "phase", bar->number);
    return name;
}

static const char *shade(enum ruler_kind kind, unsigned number)
{
    static const char *const phases[] = {"#E3C08F", "#A9CDE8"};
    return kind == RULER_FAULT ? "#F0B49A" : kind == RULER_WARM_UP ? "#C8C8C8" : phases[number % 2];
}

static void put_shade(FILE *out, unsigned tag, double from, double to, const char *colour, double density)
{
    (void)fprintf(out, "set object %u rect from first ", tag);
    put_number(out, from);
    (void)fputs(", graph 0 to first ", out);
    put_number(out, to);
    (void)fprintf(out, ", graph 1 behind fc rgb '%s' fs transparent solid %.2f noborder\n", colour, density);
}

static void put_line(FILE *out, unsigned tag, double at)
{
    (void)fprintf(out, "set arrow %u from first ", tag);
    put_number(out, at);
    (void)fputs(", graph 0 to first ", out);
    put_number(out, at);
    (void)fputs(", graph 1 nohead front lw 1.2 dt (6,4) lc rgb '#B04000'\n", out);
}

void ruler_put_marks(FILE *out, const struct record *record, const struct frame *frame)
{
    const double settling = 0.12;
    const double measured = 0.30;
    unsigned tag = TAG_MARK;
    if (record->phase_count > 0 && record->phases[0].from > 0)
        put_shade(out, tag++, 0, ruler_time_of(frame, record->phases[0].from), shade(RULER_WARM_UP, 0), measured);
    for (uint32_t i = 0; i < record->phase_count; i++) {
        const struct record_phase *phase = &record->phases[i];
        const double from = ruler_time_of(frame, phase->from);
        const double middle = ruler_time_of(frame, phase->from + phase->settle);
        const char *colour = shade(RULER_PHASE, i + 1);
        if (phase->settle > 0)
            put_shade(out, tag++, from, middle, colour, settling);
        put_shade(out, tag++, middle, ruler_time_of(frame, phase->to), colour, measured);
    }
    tag = TAG_MARK;
    for (uint32_t i = 0; i < record->fault_count; i++) {
        const struct record_fault *fault = &record->faults[i];
        put_line(out, tag++, ruler_time_of(frame, fault->at));
        if (!ruler_is_instant(fault) && fault->until < record->until)
            put_line(out, tag++, ruler_time_of(frame, fault->until));
    }
}

static void put_bar(FILE *out, const struct ruler_bar *bar, const struct frame *frame, double top, unsigned tag)
{
    const double least_px = 5;
    const double upper = 1 - (top + bar->lane * RULER_LANE_PX) / frame->height;
    const double lower = upper - BAR_PX / frame->height;
    const double from = ruler_pixel_of(frame, bar->from) / frame->width;
    const double wanted = ruler_pixel_of(frame, bar->to) / frame->width;
    const double to = wanted - from < least_px / frame->width ? from + least_px / frame->width : wanted;
    const double width = text_width(bar->text, RULER_FONT_PX);
    const bool fits = width + RULER_GAP_PX <= (to - from) * frame->width;
    char name[RULER_NAME_ROOM];
    const bool before = bar->begin < ruler_pixel_of(frame, bar->from) - 0.5;
    const double inset = 4 / frame->width;
    const double anchor = fits     ? (from + to) / 2
                          : before ? (bar->kind == RULER_WARM_UP ? from : to) - inset
                                   : from + inset;
    (void)fprintf(out,
                  "    set object %u rect from screen %.5f, screen %.5f to screen %.5f, screen %.5f "
                  "front noclip fc rgb '%s' fs solid noborder\n    set label %u ",
                  tag, from, lower, to, upper, shade(bar->kind, bar->number), tag);
    (void)fprintf(out, "%s at screen %.5f, screen %.5f %s front font ',12' tc rgb '#202020'\n", ruler_name(name, bar),
                  anchor, (lower + upper) / 2,
                  fits     ? "center"
                  : before ? "right"
                           : "left");
}

void ruler_put_bars(FILE *out, const struct ruler *ruler, const struct frame *frame, double top)
{
    for (size_t i = 0; i < ruler->count; i++) {
        if (ruler->bars[i].lane < RULER_LANES_MAX)
            put_bar(out, &ruler->bars[i], frame, top, TAG_BAR + (unsigned)i);
    }
}

void ruler_undo_bars(FILE *out, const struct ruler *ruler)
{
    for (size_t i = 0; i < ruler->count; i++) {
        if (ruler->bars[i].lane < RULER_LANES_MAX)
            (void)fprintf(out, "    unset object %u; unset label %u\n", TAG_BAR + (unsigned)i, TAG_BAR + (unsigned)i);
    }
}
