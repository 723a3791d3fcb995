/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a run is, its panel by phase, and the verdicts. */
#include "reports/html_parts.h"
#include "reports/show.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

/* ---- shared ---- */

const char *html_letter(size_t index, size_t count)
{
    static const char *const letters[HTML_RUNS_MAX] = {"A", "B", "C", "D", "E", "F"};
    return count < 2 || index >= HTML_RUNS_MAX ? "" : letters[index];
}

void html_put_reading(FILE *out, const char *unit, struct sim_reading_value value)
{
    char shown[SHOWN_ROOM];
    html_text(out, value.has_data ? show_value(shown, unit, value.value) : "no data");
}

void html_run_again(struct html_page *page, const char *what, const struct html_run *run, const char *verb,
                    const char *extra)
{
    char *command = html_run_command(run, verb, extra);
    html_command(page, what, command);
    free(command);
}

void html_table(FILE *out, const char *caption, const char *const *columns)
{
    (void)fputs("<div class=\"wide\" tabindex=\"0\"><table>\n", out);
    if (caption != NULL) {
        (void)fputs("<caption>", out);
        html_text(out, caption);
        (void)fputs("</caption>\n", out);
    }
    (void)fputs("<thead><tr>", out);
    for (; *columns != NULL; columns++) {
        (void)fputs("<th scope=\"col\">", out);
        html_bdi(out, *columns);
        (void)fputs("</th>", out);
    }
    (void)fputs("</tr></thead>\n<tbody>\n", out);
}

void html_table_end(FILE *out)
{
    (void)fputs("</tbody></table></div>\n", out);
}

static void put_row(FILE *out, const char *head)
{
    (void)fputs("<tr><th scope=\"row\">", out);
    html_bdi(out, head);
    (void)fputs("</th>", out);
}

/* ---- what it is ---- */

static void put_overrides(FILE *out, const struct html_run *run)
{
    for (size_t i = 0; i < run->override_count; i++) {
        (void)fputs(i > 0 ? ", <code>" : "<code>", out);
        html_text(out, run->overrides[i].path);
        (void)fputc('=', out);
        html_text(out, run->overrides[i].value);
        (void)fputs("</code>", out);
    }
    if (run->override_count == 0)
        (void)fputs("none", out);
}

static void put_summary(FILE *out, const struct html_run *run, const char *letter)
{
    const struct record *record = run->record;
    char time[SHOWN_ROOM];
    if (*letter != '\0')
        (void)fprintf(out, "<h3>Run %s: ", letter);
    if (*letter != '\0')
        html_bdi(out, record->title);
    (void)fputs(*letter != '\0' ? "</h3>\n<dl class=\"facts\">\n" : "<dl class=\"facts\">\n", out);
    (void)fputs("<dt>Scenario</dt><dd>", out);
    html_bdi(out, record->scenario);
    (void)fprintf(out, "</dd>\n<dt>Seed</dt><dd>%" PRIu64 "</dd>\n<dt>Overrides</dt><dd>", record->seed);
    put_overrides(out, run);
    (void)fprintf(out, "</dd>\n<dt>Simulated</dt><dd>%s, %" PRIu64 " events</dd>\n", show_time(time, record->until),
                  record->events);
    (void)fprintf(
        out, "<dt>Run</dt><dd><code>%s</code></dd>\n<dt>Fingerprint</dt><dd><code>%016" PRIx64 "</code></dd>\n</dl>\n",
        record->id, record->fingerprint);
}

static void put_phases(FILE *out, const struct record *record)
{
    static const char *const columns[] = {"Phase or fault", "From", "To", "What", NULL};
    char from[SHOWN_ROOM], to[SHOWN_ROOM], measured[SHOWN_ROOM];
    if (record->phase_count + record->fault_count == 0)
        return;
    html_table(out, "Phases and faults", columns);
    for (uint32_t i = 0; i < record->phase_count; i++) {
        const struct record_phase *phase = &record->phases[i];
        put_row(out, phase->name);
        (void)fprintf(out, "<td class=\"n\">%s</td><td class=\"n\">%s</td><td>phase, measured from %s</td></tr>\n",
                      show_time(from, phase->from), show_time(to, phase->to),
                      show_time(measured, phase->from + phase->settle));
    }
    for (uint32_t i = 0; i < record->fault_count; i++) {
        const struct record_fault *fault = &record->faults[i];
        put_row(out, fault->name);
        (void)fprintf(out, "<td class=\"n\">%s</td><td class=\"n\">%s</td><td>fault: ", show_time(from, fault->at),
                      fault->until == SIM_NEVER ? "the end" : show_time(to, fault->until));
        html_bdi(out, fault->what);
        (void)fputs("</td></tr>\n", out);
    }
    html_table_end(out);
}

void html_add_summary(struct html_page *page, const struct html_run *runs, size_t count)
{
    FILE *out = html_section(page, "run", count > 1 ? "The runs" : "The run");
    for (size_t i = 0; i < count; i++)
        put_summary(out, &runs[i], html_letter(i, count));
    put_phases(out, runs[0].record);
}

/* ---- the panel ---- */

static void put_panel_head(FILE *out, const struct record *record)
{
    (void)fputs("<div class=\"wide\" tabindex=\"0\"><table>\n<thead><tr><th scope=\"col\">Reading</th>", out);
    for (uint32_t i = 0; i < record->phase_count; i++) {
        (void)fputs("<th scope=\"col\">", out);
        html_bdi(out, record->phases[i].name);
        (void)fputs("</th>", out);
    }
    (void)fputs("</tr></thead>\n<tbody>\n", out);
}

static void put_panel(FILE *out, const struct record *record)
{
    put_panel_head(out, record);
    for (uint32_t k = 0; k < record->item_count; k++) {
        put_row(out, record->items[k].title);
        for (uint32_t i = 0; i < record->phase_count; i++) {
            (void)fputs("<td class=\"n\">", out);
            html_put_reading(out, record->items[k].unit, record->values[(size_t)i * record->item_count + k]);
            (void)fputs("</td>", out);
        }
        (void)fputs("</tr>\n", out);
    }
    html_table_end(out);
}

/* "+12.3 %" beside A's value: words and a sign, no colour. */
static void put_change(FILE *out, const char *unit, struct sim_reading_value base, struct sim_reading_value value)
{
    char shown[SHOWN_ROOM];
    if (!base.has_data || !value.has_data)
        return;
    const double change = value.value - base.value;
    if (!(fabs(change) > 0)) {
        (void)fputs("<br><small>the same</small>", out);
        return;
    }
    (void)fprintf(out, "<br><small>%s", change > 0 ? "+" : "&minus;");
    html_text(out, show_value(shown, unit, fabs(change)));
    (void)fputs("</small>", out);
}

static void put_panels(FILE *out, const struct html_run *runs, size_t count, uint32_t phase)
{
    const struct record *first = runs[0].record;
    const char *name = first->phases[phase].name;
    (void)fputs("<div class=\"wide\" tabindex=\"0\"><table>\n<caption>", out);
    html_bdi(out, name);
    (void)fputs("</caption>\n<thead><tr><th scope=\"col\">Reading</th>", out);
    for (size_t i = 0; i < count; i++)
        (void)fprintf(out, "<th scope=\"col\">%s</th>", html_letter(i, count));
    (void)fputs("</tr></thead>\n<tbody>\n", out);
    for (uint32_t k = 0; k < first->item_count; k++) {
        const struct record_item *item = &first->items[k];
        const struct sim_reading_value base = record_reading(first, name, item->key);
        put_row(out, item->title);
        for (size_t i = 0; i < count; i++) {
            const struct sim_reading_value value = record_reading(runs[i].record, name, item->key);
            (void)fputs("<td class=\"n\">", out);
            html_put_reading(out, item->unit, value);
            if (i > 0)
                put_change(out, item->unit, base, value);
            (void)fputs("</td>", out);
        }
        (void)fputs("</tr>\n", out);
    }
    html_table_end(out);
}

void html_add_panel(struct html_page *page, const struct html_run *runs, size_t count)
{
    const struct record *record = runs[0].record;
    if (record->item_count == 0 || record->phase_count == 0)
        return;
    FILE *out = html_section(page, "panel", "Panel by phase");
    if (count == 1) {
        put_panel(out, record);
    } else {
        (void)fputs(
            "<p>Each value, and below it how far it lies from A's. One seed each: for intervals over many seeds see "
            "<code>simex compare</code>.</p>\n",
            out);
        for (uint32_t i = 0; i < record->phase_count; i++)
            put_panels(out, runs, count, i);
    }
    for (size_t i = 0; i < count; i++)
        html_run_again(page, "panel, verdicts", &runs[i], "run", "");
}

/* ---- verdicts ---- */

static void put_verdict(FILE *out, const struct record *record, const struct record_verdict *verdict)
{
    static const char *const marks[] = {
        [VERDICT_HOLDS] = "&#10003;", [VERDICT_FAILS] = "&#10007;", [VERDICT_NO_DATA] = "?"};
    static const char *const classes[] = {
        [VERDICT_HOLDS] = "holds", [VERDICT_FAILS] = "fails", [VERDICT_NO_DATA] = "none"};
    const char *unit = record_verdict_unit(record, verdict);
    char text[WANT_ROOM];
    put_row(out, verdict->name != NULL ? verdict->name : record->items[verdict->item].title);
    (void)fprintf(out, "<td class=\"%s\"><span aria-hidden=\"true\">%s</span> %s</td><td>", classes[verdict->result],
                  marks[verdict->result], verdict_name(verdict->result));
    html_bdi(out, show_where(record, verdict));
    (void)fputs("</td><td class=\"n\">", out);
    html_text(out, show_want(text, unit, verdict));
    (void)fputs("</td><td class=\"n\">", out);
    html_text(out, show_got(text, unit, verdict));
    (void)fputs("</td></tr>\n", out);
}

void html_add_verdicts(struct html_page *page, const struct html_run *runs, size_t count)
{
    static const char *const columns[] = {"Expectation", "Verdict", "When", "Wanted", "Came out", NULL};
    FILE *out = NULL;
    char caption[16];
    for (size_t i = 0; i < count; i++) {
        const struct record *record = runs[i].record;
        if (record->verdict_count == 0)
            continue;
        if (out == NULL)
            out = html_section(page, "verdicts", "Verdicts");
        (void)snprintf(caption, sizeof caption, "Run %s", html_letter(i, count));
        html_table(out, count > 1 ? caption : NULL, columns);
        for (uint32_t k = 0; k < record->verdict_count; k++)
            put_verdict(out, record, &record->verdicts[k]);
        html_table_end(out);
    }
}
