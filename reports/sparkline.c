/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Readings over time in the terminal: one column a bin, or two bins a column where the width wants it. A bar's height is
 * the value between 0 and the greatest of the row; a bin without data stays empty. Of two bins of durations in a column
 * the greater is drawn, of others the mean. */
#include "reports/show.h"
#include "reports/terminal.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LEVELS = 8, TITLE_LONGEST = 40, SCALE_ROOM = 14, FAULTS_SHOWN = 8, GAP = 2 };

static const char *const bars[LEVELS] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
static const char *const plain_bars[LEVELS] = {"_", ".", "-", "=", "+", "*", "%", "#"};

struct frame {
    const struct record *record;
    size_t title; /* width of the titles */
    size_t columns, per_column;
    bool unicode;
};

static struct frame make_frame(const struct record *record)
{
    struct frame frame = {.record = record, .unicode = terminal_unicode(), .per_column = 1};
    char shown[JSON_SHOWN_BYTES];
    for (uint32_t i = 0; i < record->item_count; i++) {
        size_t width = terminal_columns(json_shown(shown, record->items[i].title));
        frame.title = width > frame.title ? width : frame.title;
    }
    frame.title = frame.title > TITLE_LONGEST ? TITLE_LONGEST : frame.title;
    while (frame.per_column < record->bin_count &&
           frame.title + GAP + record->bin_count / frame.per_column + SCALE_ROOM > terminal_width())
        frame.per_column++;
    frame.columns = (record->bin_count + frame.per_column - 1) / frame.per_column;
    return frame;
}

/* The value a column shows; NaN: no data. */
static double column_value(const struct frame *frame, uint32_t item, size_t column)
{
    const struct record *record = frame->record;
    const bool greatest = strcmp(record->items[item].unit, "s") == 0;
    double sum = 0;
    double high = 0;
    size_t count = 0;
    for (size_t i = 0; i < frame->per_column; i++) {
        size_t bin = column * frame->per_column + i;
        if (bin >= record->bin_count || !record->bins[(size_t)item * record->bin_count + bin].has_data)
            continue;
        double value = record->bins[(size_t)item * record->bin_count + bin].value;
        high = count == 0 || value > high ? value : high;
        sum += value;
        count++;
    }
    if (count == 0)
        return (double)NAN;
    return greatest ? high : sum / (double)count;
}

static void print_row(FILE *out, const struct frame *frame, uint32_t item)
{
    const struct record_item *reading = &frame->record->items[item];
    char shown[JSON_SHOWN_BYTES], scale[SHOWN_ROOM];
    double greatest = 0;
    bool has_data = false;
    for (size_t i = 0; i < frame->columns; i++) {
        double value = column_value(frame, item, i);
        has_data = has_data || !isnan(value);
        greatest = value > greatest ? value : greatest;
    }
    json_shown(shown, reading->title);
    size_t width = terminal_columns(shown);
    (void)fprintf(out, "%s%*s", shown, (int)(width < frame->title ? frame->title - width + GAP : GAP), "");
    if (!has_data)
        (void)fputs("no data", out);
    for (size_t i = 0; i < frame->columns && has_data; i++) {
        double value = column_value(frame, item, i);
        if (isnan(value)) {
            (void)fputc(' ', out);
            continue;
        }
        int level = greatest > 0 ? (int)(value / greatest * (LEVELS - 1) + 0.5) : 0;
        level = level < 0 ? 0 : level;
        (void)fputs(frame->unicode ? bars[level] : plain_bars[level], out);
    }
    if (has_data)
        (void)fprintf(out, "  0..%s\n", show_value(scale, reading->unit, greatest));
    else
        (void)fprintf(out, "\n");
}

/* ---- marks ---- */

static size_t column_of(const struct frame *frame, sim_ns time)
{
    double share = sim_ns_to_s(time) / sim_ns_to_s(frame->record->until);
    size_t column = (size_t)(share * (double)frame->columns + 0.5);
    return column < frame->columns ? column : frame->columns;
}

/* Writes `name`, cut, into the columns from `from` up to `to` of `line`, an edge at the first. */
static void mark(char *line, size_t from, size_t to, char edge, const char *name)
{
    if (from >= to)
        return;
    line[from] = edge;
    for (size_t i = from + 1; i < to && *name != '\0'; i++)
        line[i] = *name++;
}

static void print_marks(FILE *out, const struct frame *frame, const char *heading, const char *line)
{
    size_t length = frame->columns;
    while (length > 0 && line[length - 1] == ' ')
        length--;
    if (length > 0)
        (void)fprintf(out, "%-*s%.*s\n", (int)(frame->title + GAP), heading, (int)length, line);
}

static void print_phases(FILE *out, const struct frame *frame)
{
    const struct record *record = frame->record;
    char *line = sim_xmalloc(frame->columns + 1);
    memset(line, ' ', frame->columns);
    for (uint32_t i = 0; i < record->phase_count; i++)
        mark(line, column_of(frame, record->phases[i].from), column_of(frame, record->phases[i].to), '|',
             record->phases[i].name);
    print_marks(out, frame, "phases", line);
    free(line);
}

static void print_faults(FILE *out, const struct frame *frame)
{
    const struct record *record = frame->record;
    char *line = sim_xmalloc(frame->columns + 1);
    for (uint32_t i = 0; i < record->fault_count && i < FAULTS_SHOWN; i++) {
        const struct record_fault *fault = &record->faults[i];
        size_t from = column_of(frame, fault->at);
        size_t to = fault->until == SIM_NEVER ? frame->columns : column_of(frame, fault->until);
        size_t end = from + 1 + strlen(fault->name);
        memset(line, ' ', frame->columns);
        for (size_t k = from; k < to; k++)
            line[k] = '!';
        mark(line, from, end > frame->columns ? frame->columns : end, '!', fault->name);
        print_marks(out, frame, i == 0 ? "faults" : "", line);
    }
    free(line);
}

void show_sparklines(FILE *out, const struct record *record)
{
    if (record->bin_count == 0 || record->item_count == 0)
        return;
    const struct frame frame = make_frame(record);
    (void)fprintf(out, "\n");
    for (uint32_t i = 0; i < record->item_count; i++)
        print_row(out, &frame, i);
    print_phases(out, &frame);
    print_faults(out, &frame);
}
