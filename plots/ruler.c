/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Bars never lie on each other: each takes the first lane that is free over its own length and that of its text, phases
 * above, faults below. A mark of a pane is a shade (a phase; paler while it settles), or a dashed line (a fault's begin
 * and end). */
#include "plots/ruler.h"

#include <stdlib.h>
#include <string.h>

/* ---- whose ---- */

const struct record *ruler_record(const struct plot *plot)
{
    for (uint32_t r = 0; r < plot->run_count; r++) {
        const struct record *record = plot->runs[r].record;
        if (record->phase_count + record->fault_count > 0)
            return record;
    }
    return plot->runs[0].record;
}

static bool are_alike(const struct record *a, const struct record *b)
{
    if (a->phase_count != b->phase_count || a->fault_count != b->fault_count)
        return false;
    for (uint32_t i = 0; i < a->phase_count; i++) {
        const struct record_phase *one = &a->phases[i];
        const struct record_phase *two = &b->phases[i];
        if (strcmp(one->name, two->name) != 0 || one->from != two->from || one->to != two->to ||
            one->settle != two->settle)
            return false;
    }
    for (uint32_t i = 0; i < a->fault_count; i++) {
        const struct record_fault *one = &a->faults[i];
        const struct record_fault *two = &b->faults[i];
        if (strcmp(one->name, two->name) != 0 || strcmp(one->what, two->what) != 0 || one->at != two->at ||
            one->until != two->until)
            return false;
    }
    return true;
}

bool ruler_is_common(const struct plot *plot)
{
    for (uint32_t r = 1; r < plot->run_count; r++) {
        if (!are_alike(plot->runs[0].record, plot->runs[r].record))
            return false;
    }
    return true;
}

/* ---- the bars ---- */

double ruler_pixel_of(const struct frame *frame, double time)
{
    return frame->left + time / frame->time.until * (frame->right - frame->left);
}

double ruler_time_of(const struct frame *frame, sim_ns at)
{
    const double time = at == SIM_NEVER ? frame->time.until : sim_ns_to_s(at) / frame->time.per;
    return time < frame->time.until ? time : frame->time.until;
}

static void add_bar(struct ruler *ruler, const struct frame *frame, struct ruler_bar bar, const char *text)
{
    const double width = text_width(text, RULER_FONT_PX);
    const double from = ruler_pixel_of(frame, bar.from);
    const double to = ruler_pixel_of(frame, bar.to);
    bar.text = sim_xstrdup(text);
    bar.begin = from;
    bar.end = to;
    if (bar.kind == RULER_WARM_UP && width + RULER_GAP_PX > to - from && width + RULER_GAP_PX < from)
        bar.begin = from - width - RULER_GAP_PX; /* before the time axis is room */
    else if (width + RULER_GAP_PX > to - from && from + width + RULER_GAP_PX < frame->width)
        bar.end = from + width + RULER_GAP_PX;
    else if (width + RULER_GAP_PX > to - from)
        bar.begin = to - width - RULER_GAP_PX;
    bar.end = bar.end > to ? bar.end : to;
    ruler->bars[ruler->count++] = bar;
}

bool ruler_is_instant(const struct record_fault *fault)
{
    return fault->until == SIM_NEVER && strstr(fault->what, " = ") == NULL;
}

static void add_fault(struct ruler *ruler, const struct frame *frame, const struct record_fault *fault, unsigned number)
{
    char text[RULER_TEXT_LONGEST * 4 + 1];
    const double at = ruler_time_of(frame, fault->at);
    size_t length = (size_t)snprintf(text, sizeof text, "%s (", fault->name);
    for (const char *c = fault->what; *c != '\0' && length + 2 < sizeof text; c++) {
        if (*c != '"')
            text[length++] = *c;
    }
    (void)snprintf(text + length, sizeof text - length, ")");
    if (text_length(text) > RULER_TEXT_LONGEST)
        (void)snprintf(text, sizeof text, "%s", fault->name);
    add_bar(ruler, frame,
            (struct ruler_bar){.from = at,
                               .to = ruler_is_instant(fault) ? at : ruler_time_of(frame, fault->until),
                               .kind = RULER_FAULT,
                               .number = number},
            text);
}

static int by_place(const void *a, const void *b)
{
    const struct ruler_bar *one = a;
    const struct ruler_bar *two = b;
    if ((one->kind == RULER_FAULT) != (two->kind == RULER_FAULT))
        return one->kind == RULER_FAULT ? 1 : -1;
    if (one->begin != two->begin)
        return one->begin < two->begin ? -1 : 1;
    return one->number < two->number ? -1 : 1;
}

static void choose_lanes(struct ruler *ruler)
{
    double ends[RULER_LANES_MAX] = {0};
    unsigned first = 0;
    unsigned without = 0;
    qsort(ruler->bars, ruler->count, sizeof *ruler->bars, by_place);
    for (size_t i = 0; i < ruler->count; i++) {
        struct ruler_bar *bar = &ruler->bars[i];
        if (bar->kind == RULER_FAULT && (i == 0 || ruler->bars[i - 1].kind != RULER_FAULT))
            first = ruler->lanes;
        bar->lane = first;
        while (bar->lane < RULER_LANES_MAX && ends[bar->lane] > bar->begin + 0.5)
            bar->lane++;
        if (bar->lane == RULER_LANES_MAX) {
            without++;
            continue;
        }
        ends[bar->lane] = bar->end;
        ruler->lanes = bar->lane + 1 > ruler->lanes ? bar->lane + 1 : ruler->lanes;
    }
    if (without > 0)
        (void)fprintf(stderr, "simex: no room for the names of %u phases and faults\n", without);
}

struct ruler ruler_of(const struct record *record, const struct frame *frame)
{
    struct ruler ruler = {NULL, 0, 0};
    ruler.bars = sim_xcalloc((size_t)record->phase_count + record->fault_count + 1, sizeof *ruler.bars);
    if (record->phase_count > 0 && record->phases[0].from > 0)
        add_bar(&ruler, frame,
                (struct ruler_bar){.to = ruler_time_of(frame, record->phases[0].from), .kind = RULER_WARM_UP},
                "warm-up");
    for (uint32_t i = 0; i < record->phase_count; i++) {
        const struct record_phase *phase = &record->phases[i];
        add_bar(&ruler, frame,
                (struct ruler_bar){.from = ruler_time_of(frame, phase->from),
                                   .to = ruler_time_of(frame, phase->to),
                                   .kind = RULER_PHASE,
                                   .number = i + 1},
                phase->name);
    }
    for (uint32_t i = 0; i < record->fault_count; i++)
        add_fault(&ruler, frame, &record->faults[i], i + 1);
    choose_lanes(&ruler);
    return ruler;
}

void ruler_fini(struct ruler *ruler)
{
    for (size_t i = 0; i < ruler->count; i++)
        free(ruler->bars[i].text);
    free(ruler->bars);
}
