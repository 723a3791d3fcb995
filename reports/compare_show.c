/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A comparison for people and for programs: what differs in what was simulated, then each reading beside the first side's.
 * Intervals are Student's, of the paired differences, so symmetric: "+- X". A phase or reading that a side has not is
 * blank there. */
#include "reports/compare.h"
#include "reports/differences.h"
#include "reports/show.h"
#include "reports/terminal.h"
#include "reports/texts.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { PARAMS_SHOWN = 30 };

/* ---- all phases and readings that any side has ---- */

struct names {
    const char *items[SIDES_MAX * 64];
    size_t count;
};

static void add_name(struct names *names, const char *name)
{
    for (size_t i = 0; i < names->count; i++) {
        if (strcmp(names->items[i], name) == 0)
            return;
    }
    if (names->count < SIM_COUNT_OF(names->items))
        names->items[names->count++] = name;
}

static const struct record *record_of(const struct comparison *comparison, size_t side)
{
    return experiment_record(&comparison->experiment, side, 0);
}

static struct names phases_of(const struct comparison *comparison)
{
    struct names names = {.count = 0};
    for (size_t side = 0; side < comparison->count; side++) {
        const struct record *record = record_of(comparison, side);
        for (uint32_t i = 0; i < record->phase_count; i++)
            add_name(&names, record->phases[i].name);
    }
    return names;
}

static struct names keys_of(const struct comparison *comparison)
{
    struct names names = {.count = 0};
    for (size_t side = 0; side < comparison->count; side++) {
        const struct record *record = record_of(comparison, side);
        for (uint32_t i = 0; i < record->item_count; i++)
            add_name(&names, record->items[i].key);
    }
    return names;
}

/* The first side's item of a key, else the first that there is. */
static const struct record_item *item_of(const struct comparison *comparison, const char *key)
{
    for (size_t side = 0; side < comparison->count; side++) {
        const struct record *record = record_of(comparison, side);
        for (uint32_t i = 0; i < record->item_count; i++) {
            if (strcmp(record->items[i].key, key) == 0)
                return &record->items[i];
        }
    }
    sim_assert(false);
    return NULL;
}

static struct differences params_of(const struct comparison *comparison)
{
    const char *texts[SIDES_MAX];
    for (size_t i = 0; i < comparison->count; i++)
        texts[i] = record_of(comparison, i)->canonical;
    return differences_of(texts, comparison->count);
}

static char letter(size_t side)
{
    return (char)('A' + side);
}

/* ---- text ---- */

static void print_sides(FILE *out, const struct comparison *comparison)
{
    char shown[JSON_SHOWN_BYTES];
    for (size_t i = 0; i < comparison->count; i++)
        (void)fprintf(out, "%c  %s\n", letter(i), json_shown(shown, comparison->sides[i].label));
    if (comparison->mixed_seeds)
        (void)fprintf(out, "The runs are of different seeds: a difference may be chance\n");
    else if (comparison->replications == 1)
        (void)fprintf(out, "One seed, %" PRIu64 ": no intervals (see --replications)\n", comparison->seed);
    else
        (void)fprintf(out, "%zu seeds from %" PRIu64 ": means; changes with 95 %% intervals of paired differences\n",
                      comparison->replications, comparison->seed);
}

static const char *cut(char buffer[SHOWN_ROOM], const char *text)
{
    enum { LONGEST = 30 };
    char shown[JSON_SHOWN_BYTES];
    if (text == NULL)
        return "-";
    json_shown(shown, text);
    (void)snprintf(buffer, SHOWN_ROOM, strlen(shown) > LONGEST ? "%.27s..." : "%.30s", shown);
    return buffer;
}

/* Whether a row says no more than one before it: a side has not the node, or link, that the param is of. */
static bool is_implied(const struct differences *differences, size_t index)
{
    const struct difference *item = &differences->items[index];
    for (size_t i = 0; i < index; i++) {
        const struct difference *before = &differences->items[i];
        const size_t length = strlen(before->path);
        bool lacks = false;
        for (size_t k = 0; k < differences->texts; k++)
            lacks = lacks || before->values[k] == NULL;
        if (lacks && strncmp(item->path, before->path, length) == 0 && item->path[length] == '.')
            return true;
    }
    return false;
}

static void print_params(FILE *out, const struct comparison *comparison)
{
    struct differences differences = params_of(comparison);
    struct texts texts = {0};
    char buffer[SHOWN_ROOM], name[2] = "";
    enum align aligns[SIDES_MAX + 1] = {ALIGN_LEFT};
    size_t rows = 0;
    (void)fprintf(out, "\n%s\n", differences.count == 0 ? "No param differs" : "What differs");
    texts_add(&texts, "");
    for (size_t i = 0; i < comparison->count; i++) {
        name[0] = letter(i);
        texts_add(&texts, name);
    }
    for (size_t i = 0; i < differences.count; i++) {
        if (is_implied(&differences, i))
            continue;
        if (++rows > PARAMS_SHOWN)
            continue;
        texts_add(&texts, differences.items[i].path);
        for (size_t k = 0; k < comparison->count; k++)
            texts_add(&texts, cut(buffer, differences.items[i].values[k]));
    }
    if (differences.count > 0)
        terminal_table(out, (const char *const *)texts.items, texts.count / (comparison->count + 1),
                       comparison->count + 1, aligns, 2);
    if (rows > PARAMS_SHOWN)
        (void)fprintf(out, "  and %zu more (all with --format json)\n", rows - PARAMS_SHOWN);
    texts_fini(&texts);
    differences_fini(&differences);
}

/* Signed; of a ratio in points of percentages. */
static const char *show_change(char buffer[SHOWN_ROOM], const char *unit, double value)
{
    const double hundred = 100;
    const double nothing = 1e-12; /* what rounding leaves of two equal means */
    char size[SHOWN_ROOM];
    if (fabs(value) < nothing)
        value = 0;
    if (strcmp(unit, "1") == 0)
        (void)snprintf(size, sizeof size, "%.2f pts", hundred * fabs(value));
    else
        show_value(size, unit, fabs(value));
    (void)snprintf(buffer, SHOWN_ROOM, "%s%.60s", value < 0 ? "-" : "+", size);
    return buffer;
}

static void add_value(struct texts *texts, const char *unit, const struct estimate *value)
{
    char buffer[SHOWN_ROOM];
    texts_add(texts, value->count == 0 ? "no data" : show_value(buffer, unit, value->mean));
}

static void add_change(struct texts *texts, const char *unit, const struct estimate *change)
{
    char buffer[SHOWN_ROOM], half[SHOWN_ROOM + 4];
    if (change->count == 0 || change->identical) {
        texts_add(texts, change->count == 0 ? "" : "identical");
        texts_add(texts, "");
        return;
    }
    texts_add(texts, show_change(buffer, unit, change->mean));
    (void)snprintf(half, sizeof half, "+- %s", show_change(buffer, unit, change->high - change->mean) + 1);
    texts_add(texts, change->count == 1 ? "" : half);
}

static void print_readings(FILE *out, const struct comparison *comparison, size_t side)
{
    enum { COLUMNS = 6 };
    static const enum align aligns[COLUMNS] = {ALIGN_LEFT,  ALIGN_LEFT,  ALIGN_RIGHT,
                                               ALIGN_RIGHT, ALIGN_RIGHT, ALIGN_LEFT};
    const struct names phases = phases_of(comparison);
    const struct names keys = keys_of(comparison);
    struct texts texts = {0};
    char shown[JSON_SHOWN_BYTES];
    const char heads[COLUMNS][8] = {"", "", "A", {letter(side)}, {letter(side), ' ', '-', ' ', 'A'}, ""};
    for (size_t i = 0; i < COLUMNS; i++)
        texts_add(&texts, heads[i]);
    for (size_t p = 0; p < phases.count; p++) {
        for (size_t k = 0; k < keys.count; k++) {
            const struct record_item *item = item_of(comparison, keys.items[k]);
            const struct estimate a = experiment_value(&comparison->experiment, 0, phases.items[p], item->key);
            const struct estimate b = experiment_value(&comparison->experiment, side, phases.items[p], item->key);
            const struct estimate change =
                experiment_change(&comparison->experiment, 0, side, phases.items[p], item->key);
            if (a.count == 0 && b.count == 0)
                continue;
            texts_add(&texts, phases.items[p]);
            texts_add(&texts, json_shown(shown, item->title));
            add_value(&texts, item->unit, &a);
            add_value(&texts, item->unit, &b);
            add_change(&texts, item->unit, &change);
        }
    }
    (void)fprintf(out, "\n");
    if (texts.count > COLUMNS)
        terminal_table(out, (const char *const *)texts.items, texts.count / COLUMNS, COLUMNS, aligns, 0);
    else
        (void)fprintf(out, "No readings: there are no phases, or no panel\n");
    texts_fini(&texts);
}

void comparison_print(FILE *out, const struct comparison *comparison)
{
    print_sides(out, comparison);
    print_params(out, comparison);
    for (size_t side = 1; side < comparison->count; side++)
        print_readings(out, comparison, side);
}

/* ---- JSON ---- */

static cJSON *sides_tree(const struct comparison *comparison)
{
    cJSON *list = cJSON_CreateArray();
    for (size_t i = 0; i < comparison->count; i++) {
        const struct record *record = record_of(comparison, i);
        cJSON *entry = cJSON_CreateObject();
        char seed[24];
        (void)snprintf(seed, sizeof seed, "%" PRIu64, record->seed);
        (void)cJSON_AddStringToObject(entry, "label", comparison->sides[i].label);
        (void)cJSON_AddStringToObject(entry, "scenario", record->scenario);
        (void)cJSON_AddStringToObject(entry, "run", record->id);
        (void)cJSON_AddStringToObject(entry, "seed", seed);
        (void)cJSON_AddItemToObject(entry, "overrides", cJSON_Parse(record->overrides));
        (void)cJSON_AddItemToArray(list, entry);
    }
    return list;
}

static cJSON *params_tree(const struct comparison *comparison)
{
    struct differences differences = params_of(comparison);
    cJSON *list = cJSON_CreateArray();
    for (size_t i = 0; i < differences.count; i++) {
        cJSON *entry = cJSON_CreateObject();
        (void)cJSON_AddStringToObject(entry, "path", differences.items[i].path);
        cJSON *values = cJSON_AddArrayToObject(entry, "values");
        for (size_t k = 0; k < comparison->count; k++) {
            const char *value = differences.items[i].values[k];
            (void)cJSON_AddItemToArray(values, value == NULL ? cJSON_CreateNull() : cJSON_CreateString(value));
        }
        (void)cJSON_AddItemToArray(list, entry);
    }
    differences_fini(&differences);
    return list;
}

static cJSON *estimate_tree(const struct estimate *estimate, const char *name)
{
    cJSON *tree = cJSON_CreateObject();
    (void)cJSON_AddNumberToObject(tree, "count", (double)estimate->count);
    if (estimate->count == 0)
        return tree;
    (void)cJSON_AddNumberToObject(tree, name, estimate->mean);
    if (estimate->count > 1) {
        (void)cJSON_AddNumberToObject(tree, "low", estimate->low);
        (void)cJSON_AddNumberToObject(tree, "high", estimate->high);
    }
    return tree;
}

static cJSON *reading_tree(const struct comparison *comparison, const char *phase, const struct record_item *item)
{
    cJSON *entry = cJSON_CreateObject();
    (void)cJSON_AddStringToObject(entry, "phase", phase);
    (void)cJSON_AddStringToObject(entry, "key", item->key);
    (void)cJSON_AddStringToObject(entry, "title", item->title);
    (void)cJSON_AddStringToObject(entry, "unit", item->unit);
    cJSON *values = cJSON_AddArrayToObject(entry, "values");
    cJSON *changes = cJSON_AddArrayToObject(entry, "changes");
    for (size_t side = 0; side < comparison->count; side++) {
        const struct estimate value = experiment_value(&comparison->experiment, side, phase, item->key);
        (void)cJSON_AddItemToArray(values, estimate_tree(&value, "value"));
        if (side == 0)
            continue;
        const struct estimate change = experiment_change(&comparison->experiment, 0, side, phase, item->key);
        cJSON *tree = estimate_tree(&change, "change");
        (void)cJSON_AddBoolToObject(tree, "identical", change.identical);
        (void)cJSON_AddItemToArray(changes, tree);
    }
    return entry;
}

cJSON *comparison_tree(const struct comparison *comparison)
{
    const struct names phases = phases_of(comparison);
    const struct names keys = keys_of(comparison);
    char seed[24];
    cJSON *tree = cJSON_CreateObject();
    (void)snprintf(seed, sizeof seed, "%" PRIu64, comparison->seed);
    (void)cJSON_AddItemToObject(tree, "sides", sides_tree(comparison));
    (void)cJSON_AddStringToObject(tree, "seed", seed);
    (void)cJSON_AddNumberToObject(tree, "replications", (double)comparison->replications);
    (void)cJSON_AddItemToObject(tree, "params", params_tree(comparison));
    cJSON *readings = cJSON_AddArrayToObject(tree, "readings");
    for (size_t p = 0; p < phases.count; p++) {
        for (size_t k = 0; k < keys.count; k++)
            (void)cJSON_AddItemToArray(readings,
                                       reading_tree(comparison, phases.items[p], item_of(comparison, keys.items[k])));
    }
    return tree;
}
