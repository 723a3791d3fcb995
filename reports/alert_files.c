/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Series come from `simex export`'s own writer, by way of a temporary file, so that they have the very names and values
 * that a Prometheus would be given. The scalars of the YAML are JSON's, which YAML contains. */
#define _GNU_SOURCE /* asprintf */
#include "reports/alert_files.h"

#include "reports/command.h"
#include "reports/openmetrics.h"
#include "reports/show.h"
#include "reports/spool.h"

#include "sim/map.h"
#include "sim/units.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

/* ---- rules ---- */

/* The scenario was checked when its cell was built. */
static sim_ns hold_of(const cJSON *rule)
{
    const char *text = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(rule, "for"));
    sim_ns hold = 0;
    return text != NULL && sim_parse_duration(text, &hold) ? hold : 0;
}

void alert_rules_init(struct alert_rules *rules, const cJSON *scenario)
{
    const cJSON *rule = NULL;
    *rules =
        (struct alert_rules){.alerts = cJSON_Duplicate(cJSON_GetObjectItemCaseSensitive(scenario, "alerts"), true)};
    rules->items = sim_xcalloc((size_t)cJSON_GetArraySize(rules->alerts) + 1, sizeof *rules->items);
    cJSON_ArrayForEach(rule, rules->alerts)
    {
        const char *expr = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(rule, "expr"));
        if (expr != NULL)
            rules->items[rules->count++] =
                (struct alert){rule->string, expr, hold_of(rule), cJSON_GetObjectItemCaseSensitive(rule, "labels"),
                               cJSON_GetObjectItemCaseSensitive(rule, "annotations")};
    }
}

void alert_rules_fini(struct alert_rules *rules)
{
    free(rules->items);
    cJSON_Delete(rules->alerts);
    *rules = (struct alert_rules){.count = 0};
}

size_t alert_evaluations(const struct record *record, sim_ns every)
{
    return (size_t)(record->until / every);
}

/* ---- files ---- */

static FILE *open_in(const char *folder, const char *name, int *code)
{
    char *path = NULL;
    sim_assert(asprintf(&path, "%s/%s", folder, name) > 0);
    FILE *out = fopen(path, "we");
    if (out == NULL) {
        (void)fprintf(stderr, "simex: %s: cannot create: %s\n", path, strerror(errno));
        *code = EXIT_CANT_CREATE;
    }
    free(path);
    return out;
}

static int close_in(FILE *out, const char *folder, const char *name)
{
    bool failed = ferror(out) != 0;
    failed = fclose(out) != 0 || failed;
    if (failed)
        (void)fprintf(stderr, "simex: %s/%s: cannot write: %s\n", folder, name, strerror(errno));
    return failed ? EXIT_IO : EXIT_FINE;
}

static void put_string(FILE *out, const char *text)
{
    show_json_inline(out, cJSON_CreateStringReference(text));
}

/* Prometheus keeps time in milliseconds. */
static void put_duration(FILE *out, sim_ns duration)
{
    (void)fprintf(out, "%" PRId64 "ms", (duration + SIM_MS / 2) / SIM_MS);
}

static void put_pairs(FILE *out, const char *key, const cJSON *pairs)
{
    const cJSON *pair = NULL;
    if (pairs == NULL || pairs->child == NULL)
        return;
    (void)fprintf(out, "        %s:\n", key);
    cJSON_ArrayForEach(pair, pairs)
    {
        (void)fprintf(out, "          %s: ", pair->string);
        put_string(out, pair->valuestring);
        (void)fputc('\n', out);
    }
}

int alert_write_rules(const char *folder, const struct alert_rules *rules, sim_ns every)
{
    int code = EXIT_FINE;
    FILE *out = open_in(folder, ALERT_RULES_FILE, &code);
    if (out == NULL)
        return code;
    (void)fprintf(out, "groups:\n  - name: simex\n    interval: ");
    put_duration(out, every);
    (void)fprintf(out, "\n    rules:\n");
    for (size_t i = 0; i < rules->count; i++) {
        const struct alert *rule = &rules->items[i];
        (void)fprintf(out, "      - alert: %s\n        expr: ", rule->name);
        put_string(out, rule->expr);
        (void)fprintf(out, "\n        for: ");
        put_duration(out, rule->hold);
        (void)fputc('\n', out);
        put_pairs(out, "labels", rule->labels);
        put_pairs(out, "annotations", rule->annotations);
    }
    return close_in(out, folder, ALERT_RULES_FILE);
}

/* ---- series ---- */

struct wanted {
    char *name; /* with labels */
    FILE *out;
    char *values;
    size_t size;
    int64_t samples; /* written so far; the next window to write has this number */
};

struct wanteds {
    struct wanted **items;
    size_t count, room;
    struct sim_map by_name;
    char last[256]; /* the metric of the line before: lines of one follow each other */
    bool last_mentioned;
};

static bool is_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == ':';
}

/* Whether a rule speaks of a family, or may mean any (`{__name__=~"..."}`). */
static bool is_mentioned(const struct alert_rules *rules, const char *name, size_t length)
{
    for (size_t i = 0; i < rules->count; i++) {
        const char *expr = rules->items[i].expr;
        if (strstr(expr, "__name__") != NULL)
            return true;
        for (const char *at = expr; *at != '\0';) {
            size_t word = 0;
            while (is_word(at[word]))
                word++;
            if (word == length && strncmp(at, name, length) == 0)
                return true;
            at += word > 0 ? word : 1;
        }
    }
    return false;
}

static bool is_wanted(struct wanteds *list, const struct alert_rules *rules, const char *name, size_t length)
{
    if (length >= sizeof list->last)
        return is_mentioned(rules, name, length);
    if (strncmp(list->last, name, length) != 0 || list->last[length] != '\0') {
        memcpy(list->last, name, length);
        list->last[length] = '\0';
        list->last_mentioned = is_mentioned(rules, name, length);
    }
    return list->last_mentioned;
}

static struct wanted *series_of(struct wanteds *list, const char *name)
{
    const uint64_t hash = XXH3_64bits(name, strlen(name));
    struct wanted *found = sim_map_get(&list->by_name, hash);
    if (found != NULL)
        return found;
    if (list->count == list->room) {
        list->room = list->room == 0 ? 32 : list->room * 2;
        list->items = sim_xrealloc(list->items, list->room * sizeof(struct wanted *));
    }
    found = sim_xcalloc(1, sizeof *found);
    found->name = sim_xstrdup(name);
    found->out = open_memstream(&found->values, &found->size);
    sim_assert(found->out != NULL);
    list->items[list->count++] = found;
    sim_map_put(&list->by_name, hash, found);
    return found;
}

/* Takes one line of OpenMetrics, `name{labels} value time`; a label may hold blanks, the numbers do not. */
static void take_line(struct wanteds *list, const struct alert_rules *rules, sim_ns window, char *line)
{
    const size_t name = strcspn(line, "{ ");
    char *time = strrchr(line, ' ');
    if (line[0] == '#' || time == NULL || !is_wanted(list, rules, line, name))
        return;
    *time++ = '\0';
    char *value = strrchr(line, ' ');
    sim_assert(value != NULL);
    *value++ = '\0';
    const sim_ns at = sim_ns_from_s(strtod(time, NULL));
    if (at % window != 0)
        return; /* the last window, when it is shorter */
    struct wanted *series = series_of(list, line);
    for (; series->samples < at / window; series->samples++)
        (void)fputs(series->samples == 0 ? "_" : " _", series->out);
    (void)fprintf(series->out, " %s", value);
    series->samples++;
}

/* All samples of the run that the rules speak of. */
static int collect(struct wanteds *list, const struct export_run *run, const struct alert_rules *rules)
{
    struct openmetrics_options options = {.epoch = 0};
    FILE *spool = spool_open_file();
    char *line = NULL;
    size_t room = 0;
    ssize_t length = 0;
    (void)openmetrics_bounds_parse(&options.bounds, "lab");
    if (spool == NULL) {
        (void)fprintf(stderr, "simex: cannot make a temporary file: %s\n", strerror(errno));
        return EXIT_CANT_CREATE;
    }
    bool fine = openmetrics_write(spool, run, &options);
    if (fine && (fflush(spool) != 0 || ferror(spool) != 0)) {
        (void)fprintf(stderr, "simex: cannot write a temporary file: %s\n", strerror(errno));
        fine = false;
    }
    rewind(spool);
    while (fine && (length = getline(&line, &room, spool)) > 0) {
        line[length - 1] = '\0';
        take_line(list, rules, run->record->window, line);
    }
    free(line);
    (void)fclose(spool);
    return fine ? EXIT_FINE : EXIT_IO;
}

static void put_test(FILE *out, struct wanteds *list, const struct record *record, sim_ns every)
{
    (void)fprintf(out, "rule_files: [" ALERT_RULES_FILE "]\nevaluation_interval: ");
    put_duration(out, every);
    (void)fprintf(out, "\ntests:\n  - interval: ");
    put_duration(out, record->window);
    (void)fprintf(out, "\n    input_series:%s\n", list->count == 0 ? " []" : "");
    for (size_t i = 0; i < list->count; i++) {
        (void)fflush(list->items[i]->out);
        (void)fprintf(out, "      - series: ");
        put_string(out, list->items[i]->name);
        (void)fprintf(out, "\n        values: \"%s\"\n", list->items[i]->values);
    }
    (void)fprintf(out, "    # Nothing is expected, so promtool prints what it finds: all alerts at every evaluation.\n"
                       "    promql_expr_test:\n");
    for (size_t i = 1; i <= alert_evaluations(record, every); i++) {
        (void)fprintf(out, "      - {expr: \"ALERTS # %zu\", eval_time: ", i);
        put_duration(out, (sim_ns)i * every);
        (void)fprintf(out, "}\n");
    }
}

int alert_write_test(const char *folder, const struct export_run *run, const struct alert_rules *rules, sim_ns every)
{
    struct wanteds list = {.count = 0};
    int code = collect(&list, run, rules);
    FILE *out = code == EXIT_FINE ? open_in(folder, ALERT_TEST_FILE, &code) : NULL;
    if (out != NULL) {
        put_test(out, &list, run->record, every);
        code = close_in(out, folder, ALERT_TEST_FILE);
    }
    for (size_t i = 0; i < list.count; i++) {
        (void)fclose(list.items[i]->out);
        free(list.items[i]->values);
        free(list.items[i]->name);
        free(list.items[i]);
    }
    free(list.items);
    sim_map_fini(&list.by_name);
    return code;
}
