/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The baseline file: JSON to be kept beside the scenarios in version control, so it is laid out for diffs.
 *
 *   {"simex_baseline": 1, "version", "model", "scenarios": {NAME: {"seed", "replications", "overrides", "canonical":
 *    [LINE...], "fingerprints": [...], "readings": [{"phase", "key", "unit", "values": [NUMBER or null, ...]}]}}}
 *
 * NAME is the scenario's file name without .json. Seeds are texts, as JSON's numbers are doubles. */
#include "reports/check.h"
#include "reports/command.h"

#include "sim/units.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { FORMAT_VERSION = 1, FILE_MAX = 256 * 1024 * 1024 };

/* ---- writing ---- */

static void add_u64(cJSON *object, const char *key, uint64_t number)
{
    char text[24];
    (void)snprintf(text, sizeof text, "%" PRIu64, number);
    (void)cJSON_AddStringToObject(object, key, text);
}

static cJSON *lines_of(const char *text)
{
    cJSON *list = cJSON_CreateArray();
    char *copy = sim_xstrdup(text), *rest = copy;
    for (char *line = strsep(&rest, "\n"); line != NULL; line = strsep(&rest, "\n")) {
        if (line[0] != '\0')
            (void)cJSON_AddItemToArray(list, cJSON_CreateString(line));
    }
    free(copy);
    return list;
}

static void add_readings(cJSON *list, const struct experiment *experiment, size_t variant)
{
    const struct record *first = experiment_record(experiment, variant, 0);
    for (uint32_t phase = 0; phase < first->phase_count; phase++) {
        for (uint32_t item = 0; item < first->item_count; item++) {
            cJSON *reading = cJSON_CreateObject();
            (void)cJSON_AddStringToObject(reading, "phase", first->phases[phase].name);
            (void)cJSON_AddStringToObject(reading, "key", first->items[item].key);
            (void)cJSON_AddStringToObject(reading, "unit", first->items[item].unit);
            cJSON *values = cJSON_AddArrayToObject(reading, "values");
            for (size_t i = 0; i < experiment->replications; i++) {
                const struct sim_reading_value value = record_reading(
                    experiment_record(experiment, variant, i), first->phases[phase].name, first->items[item].key);
                (void)cJSON_AddItemToArray(values,
                                           value.has_data ? cJSON_CreateNumber(value.value) : cJSON_CreateNull());
            }
            (void)cJSON_AddItemToArray(list, reading);
        }
    }
}

static cJSON *scenario_tree(const struct experiment *experiment, size_t variant)
{
    const struct record *first = experiment_record(experiment, variant, 0);
    char text[24];
    cJSON *tree = cJSON_CreateObject();
    add_u64(tree, "seed", experiment->seed);
    (void)cJSON_AddNumberToObject(tree, "replications", (double)experiment->replications);
    (void)cJSON_AddItemToObject(tree, "overrides", cJSON_Parse(first->overrides));
    (void)cJSON_AddItemToObject(tree, "canonical", lines_of(first->canonical));
    cJSON *prints = cJSON_AddArrayToObject(tree, "fingerprints");
    for (size_t i = 0; i < experiment->replications; i++) {
        (void)snprintf(text, sizeof text, "%016" PRIx64, experiment_record(experiment, variant, i)->fingerprint);
        (void)cJSON_AddItemToArray(prints, cJSON_CreateString(text));
    }
    add_readings(cJSON_AddArrayToObject(tree, "readings"), experiment, variant);
    return tree;
}

int baseline_write(const char *path, const struct check *check)
{
    cJSON *tree = cJSON_CreateObject();
    (void)cJSON_AddNumberToObject(tree, "simex_baseline", FORMAT_VERSION);
    for (size_t i = 0; i < check->count && !cJSON_HasObjectItem(tree, "version"); i++) {
        if (check->scenarios[i].record == NULL)
            continue;
        (void)cJSON_AddStringToObject(tree, "version", check->scenarios[i].record->version);
        (void)cJSON_AddStringToObject(tree, "model", check->scenarios[i].record->model);
    }
    cJSON *scenarios = cJSON_AddObjectToObject(tree, "scenarios");
    for (size_t i = 0; i < check->count; i++) {
        if (check->scenarios[i].record != NULL)
            (void)cJSON_AddItemToObject(scenarios, check->scenarios[i].scenario->name,
                                        scenario_tree(check->experiment, i));
    }
    FILE *out = fopen(path, "w");
    bool fine = out != NULL;
    if (fine)
        show_json(out, tree);
    else
        cJSON_Delete(tree);
    fine = fine && ferror(out) == 0;
    fine = (out == NULL || fclose(out) == 0) && fine;
    if (fine)
        return EXIT_FINE;
    (void)fprintf(stderr, "simex: cannot write %s: %s\n", path, strerror(errno));
    return EXIT_CANT_CREATE;
}

/* ---- reading ---- */

static char *read_whole(const char *path)
{
    FILE *in = fopen(path, "r");
    if (in == NULL)
        return NULL;
    char *text = NULL;
    size_t count = 0, room = 0;
    do {
        room = room == 0 ? 1 << 16 : room * 2;
        text = sim_xrealloc(text, room + 1);
        count += fread(text + count, 1, room - count, in);
    } while (count == room && room < FILE_MAX);
    text[count] = '\0';
    const bool failed = ferror(in) != 0;
    (void)fclose(in);
    if (!failed)
        return text;
    free(text);
    return NULL;
}

static const cJSON *member(const cJSON *object, const char *key)
{
    return cJSON_GetObjectItemCaseSensitive(object, key);
}

static cJSON *load(const char *path, int *code)
{
    char *text = read_whole(path);
    if (text == NULL) {
        (void)fprintf(stderr, "simex: cannot read %s: %s\n", path, strerror(errno));
        *code = EXIT_NO_INPUT;
        return NULL;
    }
    cJSON *tree = cJSON_ParseWithOpts(text, NULL, true);
    free(text);
    const cJSON *version = member(tree, "simex_baseline");
    if (cJSON_IsNumber(version) && version->valueint == FORMAT_VERSION && cJSON_IsObject(member(tree, "scenarios")))
        return tree;
    (void)fprintf(stderr, "simex: %s: is no baseline of this simex; write one with simex check --write-baseline %s\n",
                  path, path);
    *code = EXIT_BAD_SCENARIO;
    cJSON_Delete(tree);
    return NULL;
}

/* The values that there are; returns how many. */
static size_t values_of(const cJSON *list, double **values)
{
    size_t count = 0;
    const cJSON *value = NULL;
    *values = sim_xcalloc((size_t)cJSON_GetArraySize(list) + 1, sizeof **values);
    cJSON_ArrayForEach(value, list)
    {
        if (cJSON_IsNumber(value))
            (*values)[count++] = value->valuedouble;
    }
    return count;
}

static size_t present_values(const struct experiment *experiment, size_t variant, const char *phase, const char *key,
                             double **values)
{
    size_t count = 0;
    *values = sim_xcalloc(experiment->replications + 1, sizeof **values);
    for (size_t i = 0; i < experiment->replications; i++) {
        const struct sim_reading_value value = record_reading(experiment_record(experiment, variant, i), phase, key);
        if (value.has_data)
            (*values)[count++] = value.value;
    }
    return count;
}

/* ---- comparing ---- */

static void note_change(struct check_scenario *scenario, const struct check_change *change)
{
    scenario->changes = sim_xrealloc(scenario->changes, (scenario->change_count + 1) * sizeof *scenario->changes);
    scenario->changes[scenario->change_count++] = *change;
}

static struct check_change name_change(const char *phase, const char *key, const char *unit)
{
    return (struct check_change){.phase = sim_xstrdup(phase), .key = sim_xstrdup(key), .unit = sim_xstrdup(unit)};
}

static const char *text_of(const cJSON *object, const char *key)
{
    const char *text = cJSON_GetStringValue(member(object, key));
    return text == NULL ? "" : text;
}

/* Where one side has data on at most half of its seeds and the other on all, data itself came or went. */
static double test_values(const double *a, size_t a_count, size_t a_all, const double *b, size_t b_count, size_t b_all,
                          struct check_change *change)
{
    if ((a_count == a_all && 2 * b_count <= b_all) || (b_count == b_all && 2 * a_count <= a_all))
        return a_count + b_count == 0 ? 1 : 0;
    if (a_count < 2 || b_count < 2)
        return 1;
    return baseline_test(a, a_count, b, b_count, &change->low, &change->high);
}

/* All readings of the baseline's scenario as changes with their p-values; those of no significance are taken out once
 * all scenarios have been read. */
static void compare_readings(const struct check *check, size_t variant, const cJSON *baseline)
{
    struct check_scenario *scenario = &check->scenarios[variant];
    const cJSON *reading = NULL;
    cJSON_ArrayForEach(reading, member(baseline, "readings"))
    {
        const cJSON *list = member(reading, "values");
        struct check_change change =
            name_change(text_of(reading, "phase"), text_of(reading, "key"), text_of(reading, "unit"));
        double *before = NULL, *after = NULL;
        const size_t before_count = values_of(list, &before);
        const size_t after_count = present_values(check->experiment, variant, change.phase, change.key, &after);
        change.before = estimate_of(before, before_count);
        change.after = estimate_of(after, after_count);
        change.p = test_values(before, before_count, (size_t)cJSON_GetArraySize(list), after, after_count,
                               check->experiment->replications, &change);
        note_change(scenario, &change);
        scenario->tested++;
        free(before);
        free(after);
    }
}

static void compare_prints(const struct check *check, size_t variant, const cJSON *baseline)
{
    struct check_scenario *scenario = &check->scenarios[variant];
    uint64_t seed = 0;
    if (!sim_parse_u64(text_of(baseline, "seed"), &seed))
        return;
    const cJSON *print = NULL;
    cJSON_ArrayForEach(print, member(baseline, "fingerprints"))
    {
        const uint64_t now = seed - check->experiment->seed; /* wraps to a large number below the first */
        if (now < check->experiment->replications && cJSON_IsString(print)) {
            struct check_change change = {.seed = seed,
                                          .print_before = strtoull(print->valuestring, NULL, 16),
                                          .print_after =
                                              experiment_record(check->experiment, variant, (size_t)now)->fingerprint};
            scenario->tested++;
            if (change.print_before != change.print_after)
                note_change(scenario, &change);
        }
        seed++;
    }
    scenario->missing = scenario->no_seed = scenario->tested == 0;
}

static void compare_params(struct check_scenario *scenario, const cJSON *baseline)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    sim_assert(out != NULL);
    const cJSON *line = NULL;
    cJSON_ArrayForEach(line, member(baseline, "canonical"))
    {
        if (cJSON_IsString(line))
            (void)fprintf(out, "%s\n", line->valuestring);
    }
    (void)fclose(out);
    baseline_params(scenario, text, scenario->record->canonical);
    free(text);
}

/* Keeps the changes that are significant over all readings of the check. */
static void keep_significant(struct check *check)
{
    size_t total = 0, next = 0;
    for (size_t i = 0; i < check->count; i++)
        total += check->scenarios[i].change_count;
    double *p = sim_xcalloc(total + 1, sizeof *p);
    bool *significant = sim_xcalloc(total + 1, sizeof *significant);
    for (size_t i = 0; i < check->count; i++) {
        for (size_t k = 0; k < check->scenarios[i].change_count; k++)
            p[next++] = check->scenarios[i].changes[k].p;
    }
    baseline_holm(p, total, significant);
    next = 0;
    for (size_t i = 0; i < check->count; i++) {
        struct check_scenario *scenario = &check->scenarios[i];
        size_t kept = 0;
        for (size_t k = 0; k < scenario->change_count; k++) {
            if (significant[next++]) {
                scenario->changes[kept++] = scenario->changes[k];
                continue;
            }
            free(scenario->changes[k].phase);
            free(scenario->changes[k].key);
            free(scenario->changes[k].unit);
        }
        scenario->change_count = kept;
    }
    free(p);
    free(significant);
}

static int refuse_few(const char *path, const char *name, int count)
{
    (void)fprintf(stderr,
                  "simex: %s: has %d replications of %s; %d or more are needed to compare (or --exact, on the same "
                  "seeds)\n",
                  path, count, name, BASELINE_REPLICATIONS);
    return EXIT_USAGE;
}

int baseline_compare(const char *path, struct check *check)
{
    int code = EXIT_FINE;
    cJSON *tree = load(path, &code);
    for (size_t i = 0; i < check->count && tree != NULL; i++) {
        struct check_scenario *scenario = &check->scenarios[i];
        const cJSON *baseline = member(member(tree, "scenarios"), scenario->scenario->name);
        const int replications = cJSON_GetArraySize(member(baseline, "fingerprints"));
        if (scenario->record == NULL)
            continue;
        scenario->compared = true;
        scenario->missing = baseline == NULL;
        if (baseline == NULL)
            continue;
        if (!check->exact && replications < BASELINE_REPLICATIONS) {
            code = worse_exit(code, refuse_few(path, scenario->scenario->name, replications));
            continue;
        }
        if (check->exact)
            compare_prints(check, i, baseline);
        else
            compare_readings(check, i, baseline);
        compare_params(scenario, baseline);
    }
    if (!check->exact)
        keep_significant(check);
    cJSON_Delete(tree);
    return code;
}
