/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The panel's readings over time. A chart is drawn in the browser from the page's data; here stand its frame, what it shows
 * in words, and the data. A reading's line of several runs is drawn in one chart. */
#include "reports/html_parts.h"
#include "reports/show.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A line of a chart: an item of a run's panel. */
static bool find_item(const struct record *record, const char *key, uint32_t *item)
{
    for (*item = 0; *item < record->item_count; ++*item) {
        if (strcmp(record->items[*item].key, key) == 0)
            return true;
    }
    return false;
}

static double point_of(const struct html_run *run, size_t point, uint32_t item)
{
    return run->values[point * run->record->item_count + item];
}

/* ---- in words ---- */

/* "lowest 45.0 ms at 101 s, highest 5.00 s at 721 s". */
static void put_extremes(FILE *out, const struct html_run *run, uint32_t item)
{
    const char *unit = run->record->items[item].unit;
    char value[SHOWN_ROOM], time[SHOWN_ROOM];
    size_t low = run->points, high = run->points;
    for (size_t i = 0; i < run->points; i++) {
        const double at = point_of(run, i, item);
        if (isnan(at))
            continue;
        low = low == run->points || at < point_of(run, low, item) ? i : low;
        high = high == run->points || at > point_of(run, high, item) ? i : high;
    }
    if (low == run->points) {
        (void)fputs("no data", out);
        return;
    }
    (void)fprintf(out, "lowest %s at %s, ", show_value(value, unit, point_of(run, low, item)),
                  show_time(time, run->step * (sim_ns)low));
    (void)fprintf(out, "highest %s at %s", show_value(value, unit, point_of(run, high, item)),
                  show_time(time, run->step * (sim_ns)high));
}

static void put_figure(FILE *out, const struct html_run *runs, size_t count, const struct record_item *item,
                       unsigned number)
{
    char *words = NULL;
    size_t size = 0;
    uint32_t at = 0;
    FILE *text = open_memstream(&words, &size);
    sim_assert(text != NULL);
    for (size_t i = 0; i < count; i++) {
        if (!find_item(runs[i].record, item->key, &at))
            continue;
        (void)fprintf(text, "%s%s%s", i > 0 ? "; " : "", html_letter(i, count), count > 1 ? ": " : "");
        put_extremes(text, &runs[i], at);
    }
    (void)fclose(text);
    (void)fprintf(out, "<figure><h3 id=\"chart-%u-title\">", number);
    html_bdi(out, item->title);
    (void)fprintf(out, "</h3>\n<div class=\"chart\" id=\"chart-%u\" tabindex=\"0\" role=\"img\" aria-label=\"", number);
    html_text(out, item->title);
    (void)fputs(" over time: ", out);
    html_text(out, words);
    (void)fprintf(
        out, "\"></div>\n<p class=\"readout\" id=\"readout-%u\" aria-live=\"polite\">&nbsp;</p>\n<figcaption>", number);
    html_text(out, words);
    (void)fputs("</figcaption></figure>\n", out);
    free(words);
}

/* ---- data ---- */

static void put_line(FILE *out, const struct html_run *run, const char *letter, uint32_t item)
{
    (void)fputs("{\"name\": ", out);
    html_json_text(out, *letter == '\0' ? run->record->items[item].title : letter);
    (void)fputs(", \"values\": [", out);
    for (size_t i = 0; i < run->points; i++) {
        if (i > 0)
            (void)fputc(',', out);
        html_json_number(out, point_of(run, i, item));
    }
    (void)fputs("]}", out);
}

static void put_data(struct html_page *page, const struct html_run *runs, size_t count, const struct record_item *item)
{
    FILE *out = page->charts;
    uint32_t at = 0;
    bool first = true;
    (void)fprintf(out, "%s\n{\"id\": %u, \"title\": ", page->chart_count > 0 ? "," : "", page->chart_count);
    html_json_text(out, item->title);
    (void)fputs(", \"unit\": ", out);
    html_json_text(out, item->unit);
    (void)fputs(", \"lines\": [", out);
    for (size_t i = 0; i < count; i++) {
        if (!find_item(runs[i].record, item->key, &at))
            continue;
        (void)fputs(first ? "" : ", ", out);
        put_line(out, &runs[i], html_letter(i, count), at);
        first = false;
    }
    (void)fputs("]}", out);
    page->chart_count++;
}

static void put_mark(FILE *out, const char *name, sim_ns from, sim_ns to, bool first)
{
    (void)fputs(first ? "\n{\"name\": " : ",\n{\"name\": ", out);
    html_json_text(out, name);
    (void)fputs(", \"from\": ", out);
    html_json_number(out, sim_ns_to_s(from));
    (void)fputs(", \"to\": ", out);
    html_json_number(out, to == SIM_NEVER ? (double)NAN : sim_ns_to_s(to));
    (void)fputc('}', out);
}

/* Step, phases and faults: of the first run. */
static void set_timeline(struct html_page *page, const struct html_run *runs, size_t count)
{
    const struct record *record = runs[0].record;
    size_t size = 0;
    sim_ns until = 0;
    FILE *out = open_memstream(&page->timeline, &size);
    sim_assert(out != NULL);
    for (size_t i = 0; i < count; i++)
        until = runs[i].record->until > until ? runs[i].record->until : until;
    (void)fputs("\"step_s\": ", out);
    html_json_number(out, sim_ns_to_s(runs[0].step));
    (void)fputs(", \"until_s\": ", out);
    html_json_number(out, sim_ns_to_s(until));
    (void)fputs(", \"phases\": [", out);
    for (uint32_t i = 0; i < record->phase_count; i++)
        put_mark(out, record->phases[i].name, record->phases[i].from, record->phases[i].to, i == 0);
    (void)fputs("], \"faults\": [", out);
    for (uint32_t i = 0; i < record->fault_count; i++)
        put_mark(out, record->faults[i].name, record->faults[i].at, record->faults[i].until, i == 0);
    (void)fputs("]", out);
    (void)fclose(out);
}

/* ---- the section ---- */

static void put_notes(FILE *out, const struct html_run *runs, size_t count, uint32_t items)
{
    char step[SHOWN_ROOM];
    (void)fprintf(
        out,
        "<p>Each point is the reading over %s. Drag to zoom, double-click for the whole; with the keyboard: "
        "arrows move the cursor, + and &minus; zoom, 0 shows the whole. Grey bands are phases, hatched ones "
        "faults.</p>\n<p class=\"tools\" id=\"tools\" role=\"group\" aria-label=\"Zoom of all charts\"></p>\n",
        show_time(step, runs[0].step));
    if (items > HTML_CHARTS)
        (void)fprintf(out, "<p class=\"left\">%u readings more of the panel are not drawn.</p>\n", items - HTML_CHARTS);
    for (size_t i = 0; i < count; i++) {
        if (runs[i].points_left_out > 0)
            (void)fprintf(out, "<p class=\"left\">The last %zu points of a line are left out.</p>\n",
                          runs[i].points_left_out);
    }
}

void html_add_charts(struct html_page *page, const struct html_run *runs, size_t count)
{
    const struct record *record = runs[0].record;
    if (record->item_count == 0)
        return;
    FILE *out = html_section(page, "time", "Over time");
    put_notes(out, runs, count, record->item_count);
    set_timeline(page, runs, count);
    (void)fputs("<div class=\"charts\">\n", out);
    for (uint32_t k = 0; k < record->item_count && k < HTML_CHARTS; k++) {
        put_figure(out, runs, count, &record->items[k], page->chart_count);
        put_data(page, runs, count, &record->items[k]);
    }
    (void)fputs("</div>\n", out);
    for (size_t i = 0; i < count; i++)
        html_run_again(page, "readings over time", &runs[i], "export", "--format csv");
}
