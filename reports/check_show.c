/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A check for people, for GitHub Actions and for programs. */
#include "reports/check.h"
#include "reports/terminal.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { PARAMS_SHOWN = 12 };

/* ---- text ---- */

static const char *signed_value(char buffer[SHOWN_ROOM], const char *unit, double value)
{
    char text[SHOWN_ROOM];
    (void)snprintf(buffer, SHOWN_ROOM, "%s%.60s", value > 0 ? "+" : "", show_value(text, unit, value));
    return buffer;
}

const char *check_change_text(char buffer[CHANGE_ROOM], const struct check_change *change)
{
    char before[SHOWN_ROOM] = "no data", after[SHOWN_ROOM] = "no data", low[SHOWN_ROOM], high[SHOWN_ROOM];
    if (change->key == NULL) {
        (void)snprintf(buffer, CHANGE_ROOM, "%016" PRIx64 " -> %016" PRIx64, change->print_before, change->print_after);
        return buffer;
    }
    if (change->before.count > 0)
        show_value(before, change->unit, change->before.mean);
    if (change->after.count > 0)
        show_value(after, change->unit, change->after.mean);
    int length = snprintf(buffer, CHANGE_ROOM, "%s -> %s", before, after);
    if (change->before.count > 0 && change->after.count > 0)
        (void)snprintf(buffer + length, (size_t)(CHANGE_ROOM - length), " (%s..%s)",
                       signed_value(low, change->unit, change->low), signed_value(high, change->unit, change->high));
    return buffer;
}

static void print_change(FILE *out, const struct check_change *change)
{
    char text[CHANGE_ROOM], phase[JSON_SHOWN_BYTES], key[JSON_SHOWN_BYTES];
    check_change_text(text, change);
    if (change->key == NULL)
        (void)fprintf(out, "  changed  fingerprint of seed %" PRIu64 ": %s\n", change->seed, text);
    else if (change->p > 0)
        (void)fprintf(out, "  changed  %s during %s: %s, p = %.1e\n", json_shown(key, change->key),
                      json_shown(phase, change->phase), text, change->p);
    else
        (void)fprintf(out, "  changed  %s during %s: %s\n", json_shown(key, change->key),
                      json_shown(phase, change->phase), text);
}

static void print_params(FILE *out, const struct check_scenario *scenario)
{
    char path[JSON_SHOWN_BYTES], before[JSON_SHOWN_BYTES], after[JSON_SHOWN_BYTES];
    for (size_t i = 0; i < scenario->param_count && i < PARAMS_SHOWN; i++) {
        const struct check_param *param = &scenario->params[i];
        (void)fprintf(out, "  differs  %s: %s -> %s\n", json_shown(path, param->path),
                      param->before == NULL ? "not there" : json_shown(before, param->before),
                      param->after == NULL ? "not there" : json_shown(after, param->after));
    }
    if (scenario->param_count > PARAMS_SHOWN)
        (void)fprintf(out, "  differs  and %zu more params\n", scenario->param_count - PARAMS_SHOWN);
    if (scenario->param_count == 0)
        (void)fprintf(out, "  differs  no param: it is the build that changed, or the seeds\n");
}

static void print_verdict(FILE *out, const struct check_scenario *scenario, const struct check_verdict *judged)
{
    const struct record_verdict *verdict = &judged->verdict;
    const char *unit = record_verdict_unit(scenario->record, verdict);
    char name[3 * WANT_ROOM], shown[JSON_SHOWN_BYTES], want[WANT_ROOM], got[WANT_ROOM], seeds[80] = "";
    if (verdict->name != NULL)
        (void)snprintf(name, sizeof name, "%s", verdict->name);
    else
        (void)snprintf(name, sizeof name, "%s during %s", scenario->record->items[verdict->item].key,
                       show_where(scenario->record, verdict));
    if (judged->seeds > 1)
        (void)snprintf(seeds, sizeof seeds, "; holds on %zu of %zu seeds", judged->holding, judged->seeds);
    (void)fprintf(out, "  %-7s  %s: want %s, got %s%s\n", verdict_name(verdict->result), json_shown(shown, name),
                  show_want(want, unit, verdict), show_got(got, unit, verdict), seeds);
}

/* "8 of 8 expectations hold, 12 readings as in the baseline". */
static void print_summary(FILE *out, const struct check *check, const struct check_scenario *scenario)
{
    if (scenario->record == NULL)
        (void)fprintf(out, "it could not be run");
    else if (scenario->nothing)
        (void)fprintf(out, "it has no expectations: nothing was checked");
    else
        (void)fprintf(out, "%zu of %zu expectations hold", check_holding(scenario), scenario->verdict_count);
    if (scenario->missing)
        (void)fprintf(out, scenario->no_seed ? ", the baseline has none of the seeds" : ", it is not in the baseline");
    else if (scenario->compared)
        (void)fprintf(out, ", %zu of %zu %s changed", scenario->change_count, scenario->tested,
                      check->exact ? "fingerprints" : "readings");
    (void)fprintf(out, "\n");
}

static size_t name_width(const struct check *check)
{
    size_t width = 0;
    for (size_t i = 0; i < check->count; i++) {
        const size_t length = strlen(check->scenarios[i].scenario->name);
        width = length > width ? length : width;
    }
    return width < SCENARIO_NAME_MAX ? width : SCENARIO_NAME_MAX;
}

static void print_scenario(FILE *out, const struct check *check, const struct check_scenario *scenario, int width)
{
    const bool passes = check_scenario_passes(scenario);
    const bool colour = terminal_colour();
    char name[JSON_SHOWN_BYTES];
    (void)fprintf(out, "%s%s%s  %-*s  ",
                  !colour  ? ""
                  : passes ? "\033[32m"
                           : "\033[31m",
                  passes ? "ok  " : "FAIL", colour ? "\033[0m" : "", width, json_shown(name, scenario->scenario->name));
    print_summary(out, check, scenario);
    if (passes)
        return;
    for (size_t i = 0; i < scenario->verdict_count; i++) {
        if (scenario->verdicts[i].verdict.result != VERDICT_HOLDS)
            print_verdict(out, scenario, &scenario->verdicts[i]);
    }
    for (size_t i = 0; i < scenario->change_count; i++)
        print_change(out, &scenario->changes[i]);
    if (scenario->change_count > 0)
        print_params(out, scenario);
    (void)fprintf(out, "  again    %s\n", scenario->reproduce);
}

void check_show_text(FILE *out, const struct check *check)
{
    const int width = (int)name_width(check);
    size_t passing = 0;
    for (size_t i = 0; i < check->count; i++) {
        print_scenario(out, check, &check->scenarios[i], width);
        passing += check_scenario_passes(&check->scenarios[i]);
    }
    const uint64_t seed = check->experiment->seed;
    if (check->experiment->replications > 1)
        (void)fprintf(out, "\n%zu of %zu scenarios pass, seeds %" PRIu64 " to %" PRIu64 "\n", passing, check->count,
                      seed, seed + check->experiment->replications - 1);
    else
        (void)fprintf(out, "\n%zu of %zu scenarios pass, seed %" PRIu64 "\n", passing, check->count, seed);
}

/* ---- GitHub ---- */

/* Escapes what a workflow command would act on; properties also end at a comma or colon. */
static void put_escaped(FILE *out, const char *text, bool property)
{
    for (const char *c = text; *c != '\0'; c++) {
        const bool escape = *c == '%' || *c == '\n' || *c == '\r' || (property && (*c == ':' || *c == ','));
        if (escape)
            (void)fprintf(out, "%%%02X", (unsigned)(unsigned char)*c);
        else
            (void)fputc(*c, out);
    }
}

static void put_error(FILE *out, const struct check_scenario *scenario, int line, const char *title, const char *text)
{
    (void)fprintf(out, "::error file=");
    put_escaped(out, scenario->scenario->path, true);
    if (line > 0)
        (void)fprintf(out, ",line=%d", line);
    (void)fprintf(out, ",title=");
    put_escaped(out, title, true);
    (void)fprintf(out, "::");
    put_escaped(out, text, false);
    (void)fprintf(out, "\n");
}

/* The line of an expectation in the scenario's own file; 0 when it stands in another one. */
static int line_of(const struct check_scenario *scenario, size_t index)
{
    char pointer[48];
    int line = 0, column = 0;
    (void)snprintf(pointer, sizeof pointer, "/expectations/%zu", index);
    return json_locate(scenario->scenario->doc, pointer, JSON_VALUE, &line, &column) ? line : 0;
}

static void github_scenario(FILE *out, const struct check_scenario *scenario)
{
    char title[4 * WANT_ROOM], text[4 * WANT_ROOM + CHANGE_ROOM], name[3 * WANT_ROOM], want[WANT_ROOM], got[WANT_ROOM];
    for (size_t i = 0; i < scenario->verdict_count; i++) {
        const struct record_verdict *verdict = &scenario->verdicts[i].verdict;
        const char *unit = record_verdict_unit(scenario->record, verdict);
        if (verdict->result == VERDICT_HOLDS)
            continue;
        (void)snprintf(title, sizeof title, "%s: %s", scenario->scenario->name,
                       show_expectation(name, scenario->record, verdict));
        (void)snprintf(text, sizeof text, "want %s, got %s\n%.500s", show_want(want, unit, verdict),
                       show_got(got, unit, verdict), scenario->reproduce);
        put_error(out, scenario, line_of(scenario, i), title, text);
    }
    for (size_t i = 0; i < scenario->change_count; i++) {
        const struct check_change *change = &scenario->changes[i];
        if (change->key == NULL)
            (void)snprintf(title, sizeof title, "%s: fingerprint of seed %" PRIu64 " changed", scenario->scenario->name,
                           change->seed);
        else
            (void)snprintf(title, sizeof title, "%s: %s during %s changed", scenario->scenario->name, change->key,
                           change->phase);
        (void)snprintf(text, sizeof text, "%s\n%.500s", check_change_text(name, change), scenario->reproduce);
        put_error(out, scenario, 0, title, text);
    }
    if (scenario->missing || scenario->nothing || scenario->record == NULL)
        put_error(out, scenario, 0, scenario->scenario->name,
                  scenario->missing   ? "there is nothing in the baseline to compare with"
                  : scenario->nothing ? "it has no expectations: nothing was checked"
                                      : "it could not be run");
}

void check_show_github(FILE *out, const struct check *check)
{
    check_show_text(out, check);
    for (size_t i = 0; i < check->count; i++) {
        if (!check_scenario_passes(&check->scenarios[i]))
            github_scenario(out, &check->scenarios[i]);
    }
}
