/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A check as JUnit's XML: a suite a scenario, a case an expectation, and with a baseline one for the readings. No times:
 * a file is the same whenever it is written. */
#include "reports/check.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* XML 1.0 has no control characters but tab and line ends; what is no UTF-8 was refused with the scenario. */
static void put_xml(FILE *out, const char *text)
{
    for (const unsigned char *c = (const unsigned char *)text; *c != '\0'; c++) {
        if (strchr("<>&\"'\t\n\r", *c) != NULL)
            (void)fprintf(out, "&#%u;", (unsigned)*c);
        else if (*c < ' ' || *c == 0x7f)
            (void)fprintf(out, "\\x%02x", (unsigned)*c);
        else if (*c == 0xef && c[1] == 0xbf && (c[2] == 0xbe || c[2] == 0xbf)) {
            (void)fprintf(out, "\\u%s", c[2] == 0xbe ? "fffe" : "ffff"); /* no characters of XML */
            c += 2;
        } else {
            (void)fputc(*c, out);
        }
    }
}

static void put_attribute(FILE *out, const char *name, const char *value)
{
    (void)fprintf(out, " %s=\"", name);
    put_xml(out, value);
    (void)fprintf(out, "\"");
}

/* `message` NULL: it passes. */
static void put_case(FILE *out, const struct check_scenario *scenario, const char *name, const char *type,
                     const char *message)
{
    (void)fprintf(out, "    <testcase");
    put_attribute(out, "classname", scenario->scenario->name);
    put_attribute(out, "name", name);
    put_attribute(out, "file", scenario->scenario->path);
    if (message == NULL) {
        (void)fprintf(out, "/>\n");
        return;
    }
    (void)fprintf(out, ">\n      <failure");
    put_attribute(out, "type", type);
    put_attribute(out, "message", message);
    (void)fprintf(out, ">");
    put_xml(out, message);
    put_xml(out, "\n");
    put_xml(out, scenario->reproduce);
    (void)fprintf(out, "</failure>\n    </testcase>\n");
}

static size_t count_cases(const struct check_scenario *scenario)
{
    const bool alone = scenario->record == NULL || scenario->nothing;
    return alone ? 1 : scenario->verdict_count + scenario->compared;
}

static size_t count_failures(const struct check_scenario *scenario)
{
    if (scenario->record == NULL || scenario->nothing)
        return 1;
    return scenario->verdict_count - check_holding(scenario) + (scenario->missing || scenario->change_count > 0);
}

static void put_baseline(FILE *out, const struct check *check, const struct check_scenario *scenario)
{
    char *text = NULL, change[CHANGE_ROOM];
    size_t size = 0;
    FILE *message = open_memstream(&text, &size);
    sim_assert(message != NULL);
    if (scenario->missing)
        (void)fprintf(message, "there is nothing in the baseline to compare with");
    for (size_t i = 0; i < scenario->change_count; i++) {
        const struct check_change *one = &scenario->changes[i];
        (void)fprintf(message, "%s", i > 0 ? "; " : "");
        if (one->key == NULL)
            (void)fprintf(message, "fingerprint of seed %" PRIu64, one->seed);
        else
            (void)fprintf(message, "%s during %s", one->key, one->phase);
        (void)fprintf(message, ": %s", check_change_text(change, one));
    }
    for (size_t i = 0; i < scenario->param_count && scenario->change_count > 0; i++) {
        const struct check_param *param = &scenario->params[i];
        (void)fprintf(message, "; %s was %s, is %s", param->path, param->before == NULL ? "not there" : param->before,
                      param->after == NULL ? "not there" : param->after);
    }
    (void)fclose(message);
    put_case(out, scenario, check->exact ? "fingerprints are those of the baseline" : "readings are as in the baseline",
             "changed", text[0] == '\0' ? NULL : text);
    free(text);
}

static void put_suite(FILE *out, const struct check *check, const struct check_scenario *scenario)
{
    (void)fprintf(out, "  <testsuite");
    put_attribute(out, "name", scenario->scenario->name);
    (void)fprintf(out, " tests=\"%zu\" failures=\"%zu\" errors=\"0\" skipped=\"0\">\n", count_cases(scenario),
                  count_failures(scenario));
    if (scenario->record == NULL)
        put_case(out, scenario, "runs", "error", "it could not be run");
    else if (scenario->nothing)
        put_case(out, scenario, "has expectations", "no data", "it has no expectations: nothing was checked");
    for (size_t i = 0; i < scenario->verdict_count; i++) {
        const struct record_verdict *verdict = &scenario->verdicts[i].verdict;
        const char *unit = record_verdict_unit(scenario->record, verdict);
        char name[3 * WANT_ROOM], want[WANT_ROOM], got[WANT_ROOM], message[2 * WANT_ROOM + SHOWN_ROOM];
        (void)snprintf(message, sizeof message, "want %s, got %s", show_want(want, unit, verdict),
                       show_got(got, unit, verdict));
        put_case(out, scenario, show_expectation(name, scenario->record, verdict), verdict_name(verdict->result),
                 verdict->result == VERDICT_HOLDS ? NULL : message);
    }
    if (scenario->compared)
        put_baseline(out, check, scenario);
    (void)fprintf(out, "  </testsuite>\n");
}

bool check_write_junit(const char *path, const struct check *check)
{
    size_t cases = 0, failures = 0;
    FILE *out = fopen(path, "w");
    if (out == NULL)
        return false;
    for (size_t i = 0; i < check->count; i++) {
        cases += count_cases(&check->scenarios[i]);
        failures += count_failures(&check->scenarios[i]);
    }
    (void)fprintf(out,
                  "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                  "<testsuites name=\"simex check\" tests=\"%zu\" failures=\"%zu\" errors=\"0\">\n",
                  cases, failures);
    for (size_t i = 0; i < check->count; i++)
        put_suite(out, check, &check->scenarios[i]);
    (void)fprintf(out, "</testsuites>\n");
    const bool fine = ferror(out) == 0;
    return fclose(out) == 0 && fine;
}
