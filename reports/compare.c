/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Arguments become sides, sides become records. */
#include "reports/compare.h"

#include "reports/command.h"
#include "reports/replay.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { REPLICATIONS_DEFAULT = 5 };

/* ---- overrides in an argument ---- */

/* Whether a text begins as an override does: PATH=. */
static bool begins_override(const char *text)
{
    const size_t path = strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789_.-");
    return path > 0 && text[0] >= 'a' && text[0] <= 'z' && text[path] == '=';
}

size_t side_overrides_at(const char *argument)
{
    size_t at = 0;
    while (argument[at] != '\0' && !(argument[at] == '+' && begins_override(argument + at + 1)))
        at++;
    return at;
}

static void add_override(struct side *side, const char *path, size_t path_length, const char *value,
                         size_t value_length)
{
    char *copy = sim_xmalloc(path_length + value_length + 2);
    memcpy(copy, path, path_length);
    copy[path_length] = '\0';
    memcpy(copy + path_length + 1, value, value_length);
    copy[path_length + 1 + value_length] = '\0';
    side->overrides = sim_xrealloc(side->overrides, (side->override_count + 1) * sizeof *side->overrides);
    side->overrides[side->override_count++] = (struct override){copy, copy + path_length + 1};
}

/* Where an override ends: at a comma or plus before the next one, outside of brackets and quotes. */
size_t side_override_length(const char *text)
{
    size_t depth = 0, at = 0;
    bool quoted = false;
    for (; text[at] != '\0'; at++) {
        const char c = text[at];
        if (c == '"')
            quoted = !quoted;
        if (quoted)
            continue;
        depth += c == '{' || c == '[';
        depth -= (c == '}' || c == ']') && depth > 0;
        if (depth == 0 && (c == ',' || c == '+') && begins_override(text + at + 1))
            break;
    }
    return at;
}

static void add_own(struct side *side, const char *text)
{
    while (*text == '+' || *text == ',') {
        text++;
        const size_t length = side_override_length(text);
        const size_t path = strcspn(text, "=");
        add_override(side, text, path, text + path + 1, length - path - 1);
        side->own++;
        text += length;
    }
}

static void add_stored(struct side *side, const struct record *record)
{
    cJSON *list = cJSON_Parse(record->overrides);
    const cJSON *pair = NULL;
    cJSON_ArrayForEach(pair, list)
    {
        const char *path = cJSON_GetStringValue(cJSON_GetArrayItem(pair, 0));
        const char *value = cJSON_GetStringValue(cJSON_GetArrayItem(pair, 1));
        if (path != NULL && value != NULL)
            add_override(side, path, strlen(path), value, strlen(value));
    }
    cJSON_Delete(list);
}

static char *label_of(const struct side *side)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    sim_assert(out != NULL);
    if (side->stored != NULL)
        (void)fprintf(out, "run %.8s of %s", side->stored->id, side->stored->scenario);
    else
        (void)fputs(side->scenario->name, out);
    const size_t first = side->stored != NULL ? 0 : side->override_count - side->own;
    for (size_t i = first; i < side->override_count; i++)
        (void)fprintf(out, "%s %s=%s", i > first ? "," : "", side->overrides[i].path, side->overrides[i].value);
    (void)fclose(out);
    return text;
}

/* ---- a side ---- */

static int load_run(struct side *side, const struct store *store, int64_t key)
{
    struct json_errors errors;
    side->stored = store_get(store, key);
    if (side->stored == NULL)
        return EXIT_IO;
    json_errors_init(&errors);
    side->scenario = replay_scenario(side->stored, &errors);
    json_errors_print(&errors, stderr);
    json_errors_fini(&errors);
    if (side->scenario == NULL) {
        (void)fprintf(stderr, "simex: run %s: its stored scenario cannot be read\n", side->stored->id);
        return EXIT_IO;
    }
    add_stored(side, side->stored);
    return EXIT_FINE;
}

static bool looks_stored(const char *name)
{
    return strcmp(name, "last") == 0 || (strlen(name) >= 4 && strspn(name, "0123456789abcdef") == strlen(name));
}

static int load_base(struct side *side, const struct store *store, const struct cell_options *options)
{
    const int64_t key = store->db == NULL ? 0 : store_find(store, side->base);
    int code = EXIT_FINE;
    char *path = key == 0 ? scenario_find(side->base) : NULL;
    if (key > 0) {
        code = load_run(side, store, key);
    } else if (key < 0 || (path == NULL && looks_stored(side->base) && store->db != NULL)) {
        (void)run_argument(store, side->base, &code);
    } else {
        side->scenario = load_with_script(side->base, options, &code);
    }
    free(path);
    return code;
}

int comparison_add(struct comparison *comparison, const struct store *store, const char *argument,
                   const struct cell_options *options)
{
    sim_assert(comparison->count < SIDES_MAX);
    struct side *side = &comparison->sides[comparison->count];
    const size_t at = access(argument, F_OK) == 0 ? strlen(argument) : side_overrides_at(argument);
    if (at == 0 && comparison->count == 0) {
        (void)fprintf(stderr, "simex: want a scenario or a run before the first \"+\"\n");
        return EXIT_USAGE;
    }
    comparison->count++;
    side->base = at == 0 ? sim_xstrdup(comparison->sides[0].base) : strndup(argument, at);
    sim_assert(side->base != NULL);
    int code = load_base(side, store, options);
    for (size_t i = 0; i < options->override_count; i++)
        add_override(side, options->overrides[i].path, strlen(options->overrides[i].path), options->overrides[i].value,
                     strlen(options->overrides[i].value));
    add_own(side, argument + at);
    if (code != EXIT_FINE)
        return code;
    side->label = label_of(side);
    side->as_stored = side->stored != NULL && side->own == 0 && options->override_count == 0 && !options->has_seed &&
                      comparison->replications == 0;
    return EXIT_FINE;
}

void comparison_fini(struct comparison *comparison)
{
    experiment_fini(&comparison->experiment);
    for (size_t i = 0; i < comparison->count; i++) {
        struct side *side = &comparison->sides[i];
        for (size_t k = 0; k < side->override_count; k++)
            free((void *)(uintptr_t)side->overrides[k].path);
        free(side->overrides);
        free(side->label);
        free(side->base);
        record_destroy(side->stored);
        scenario_destroy(side->scenario);
    }
}

/* ---- records ---- */

/* Without a wish: stored runs are compared as they are, and others beside them on the same seed. */
static void choose_seeds(struct comparison *comparison, const struct cell_options *options)
{
    const struct record *first = NULL;
    for (size_t i = 0; i < comparison->count; i++) {
        const struct side *side = &comparison->sides[i];
        if (!side->as_stored)
            continue;
        comparison->mixed_seeds = comparison->mixed_seeds || (first != NULL && first->seed != side->stored->seed);
        first = first == NULL ? side->stored : first;
    }
    comparison->seed = first != NULL ? first->seed : options->seed;
    if (first != NULL)
        comparison->replications = 1;
    else if (comparison->replications == 0)
        comparison->replications = REPLICATIONS_DEFAULT;
}

int comparison_run(struct comparison *comparison, const struct cell_options *options)
{
    struct variant variants[SIDES_MAX];
    size_t places[SIDES_MAX], count = 0;
    choose_seeds(comparison, options);
    const size_t seeds = comparison->replications;
    for (size_t i = 0; i < comparison->count; i++) {
        const struct side *side = &comparison->sides[i];
        if (side->as_stored)
            continue;
        variants[count] = (struct variant){side->label, side->scenario, side->overrides, side->override_count};
        places[count++] = i;
    }
    struct experiment runs = {.variants = variants,
                              .variant_count = count,
                              .replications = seeds,
                              .seed = comparison->seed,
                              .jobs = comparison->jobs};
    const int code = experiment_run(&runs);
    comparison->experiment =
        (struct experiment){.variant_count = comparison->count, .replications = seeds, .seed = comparison->seed};
    comparison->experiment.records = sim_xcalloc(comparison->count * seeds + 1, sizeof(struct record *));
    struct record **records = comparison->experiment.records;
    for (size_t i = 0; i < count; i++) {
        memcpy(&records[places[i] * seeds], &runs.records[i * seeds], seeds * sizeof(struct record *));
        memset(&runs.records[i * seeds], 0, seeds * sizeof(struct record *));
    }
    for (size_t i = 0; i < comparison->count; i++) {
        if (!comparison->sides[i].as_stored)
            continue;
        records[i] = comparison->sides[i].stored; /* one seed */
        comparison->sides[i].stored = NULL;
    }
    experiment_fini(&runs);
    return code;
}

struct cell *comparison_cell(const struct comparison *comparison, size_t index, int *code)
{
    const struct side *side = &comparison->sides[index];
    const struct record *record = experiment_record(&comparison->experiment, index, 0);
    struct json_errors errors;
    json_errors_init(&errors);
    struct cell *cell = cell_build(side->scenario, side->overrides, side->override_count, record->seed, &errors);
    if (cell == NULL) {
        json_errors_print(&errors, stderr);
        *code = EXIT_BAD_SCENARIO;
    }
    json_errors_fini(&errors);
    return cell;
}
