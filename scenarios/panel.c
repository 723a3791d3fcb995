/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The sections `panel` (readings with a title) and `expectations` (bounds on them, as objects or as sentences). */
#include "scenarios/build.h"
#include "scenarios/suggest.h"

#include "sim/units.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const char *const panel_keys[] = {"reading", "title", NULL};
static const char *const expectation_keys[] = {"phase", "key", "min", "max", "name", NULL};

enum { SENTENCE_MAX = 200, WORDS_MAX = 8 };

/* ---- panel ---- */

static void build_item(struct build *build, const cJSON *object)
{
    struct cell *cell = build->cell;
    if (!build_check_name(build, object->string, true) || !build_check_keys(build, object, panel_keys, "key"))
        return;
    struct panel_item item = {.key = object->string};
    item.text = build_text(build, object, "reading");
    item.title = build_text(build, object, "title");
    if (item.title == NULL)
        item.title = item.key;
    if (item.text == NULL) {
        if (cJSON_GetObjectItemCaseSensitive(object, "reading") == NULL)
            build_refuse(build, JSON_KEY, "is missing \"reading\", such as \"gateway.latency.p95\"");
        return;
    }
    struct sim_error error = {0};
    if (sim_reading_find(cell->sim, item.text, &item.reading, &error)) {
        cell->panel[cell->panel_count++] = item;
        return;
    }
    size_t length = build_enter(build, "reading");
    build_refuse_sim(build, &error);
    build_leave(build, length);
}

void build_panel(struct build *build, const cJSON *panel)
{
    struct cell *cell = build->cell;
    if (panel == NULL)
        return;
    size_t length = build_enter(build, "panel");
    if (!cJSON_IsObject(panel) || cJSON_GetArraySize(panel) > SCENARIO_PANEL_MAX) {
        build_refuse(build, JSON_VALUE, "want an object of at most %d readings", SCENARIO_PANEL_MAX);
        build_leave(build, length);
        return;
    }
    cell->panel = sim_xcalloc((size_t)cJSON_GetArraySize(panel) + 1, sizeof *cell->panel);
    const cJSON *member = NULL;
    cJSON_ArrayForEach(member, panel)
    {
        size_t inner = build_enter(build, member->string);
        build_item(build, member);
        build_leave(build, inner);
    }
    build_leave(build, length);
}

/* ---- bounds ---- */

/* A number in base units, or a text with the reading's unit: "5s", "30%", "100/s". */
static bool read_bound(const char *unit, const struct sim_raw *raw, double *out, struct sim_error *error)
{
    sim_ns duration = 0;
    char number[48];
    size_t length = raw->shape == SIM_RAW_NUMBER ? 0 : strlen(raw->text);
    if (raw->shape == SIM_RAW_NUMBER) {
        *out = raw->number;
        return true;
    }
    if (strcmp(unit, "s") == 0 && sim_parse_duration(raw->text, &duration)) {
        *out = sim_ns_to_s(duration);
        return true;
    }
    if (strcmp(unit, "/s") == 0 && sim_parse_rate(raw->text, out))
        return true;
    if (strcmp(unit, "1") == 0 && length > 1 && length < sizeof number && raw->text[length - 1] == '%') {
        (void)snprintf(number, sizeof number, "%.*s", (int)length - 1, raw->text);
        size_t end = strlen(number);
        while (end > 0 && number[end - 1] == ' ')
            number[--end] = '\0';
        if (sim_parse_number(number, out)) {
            *out /= 100;
            return true;
        }
    }
    if (sim_parse_number(raw->text, out))
        return true;
    const char *example = strcmp(unit, "s") == 0 ? "\"5s\"" : strcmp(unit, "1") == 0 ? "0.3 or \"30%\"" : "100";
    return sim_fail(error, raw->text, "want a bound such as %s", example);
}

static const struct panel_item *find_item(const struct cell *cell, const char *key, uint32_t *index)
{
    for (uint32_t i = 0; i < cell->panel_count; i++) {
        if (strcmp(cell->panel[i].key, key) != 0)
            continue;
        *index = i;
        return &cell->panel[i];
    }
    return NULL;
}

static bool find_phase(const struct cell *cell, const char *name, uint32_t *index)
{
    for (uint32_t i = 0; i < cell->phase_count; i++) {
        if (strcmp(cell->phases[i].name, name) == 0) {
            *index = i;
            return true;
        }
    }
    return false;
}

/* Fills phase and item by name. */
static bool find_subject(const struct cell *cell, const char *key, const char *phase, struct expectation *expectation,
                         struct sim_error *error)
{
    if (find_item(cell, key, &expectation->item) == NULL) {
        const char *names[SCENARIO_PANEL_MAX];
        for (uint32_t i = 0; i < cell->panel_count; i++)
            names[i] = cell->panel[i].key;
        const char *near = suggest_nearest(key, names, cell->panel_count);
        return sim_fail(error, key, "want a key of the panel%s%s%s", near == NULL ? "" : "; did you mean \"",
                        near == NULL ? "" : near, near == NULL ? "" : "\"?");
    }
    if (!find_phase(cell, phase, &expectation->phase))
        return sim_fail(error, phase, "want the name of a phase there is");
    return true;
}

/* ---- sentences: KEY in LOW..HIGH during PHASE, KEY OP BOUND during PHASE ---- */

static uint32_t split_words(char *text, const char **words)
{
    uint32_t count = 0;
    for (char *at = text; *at != '\0' && count < WORDS_MAX;) {
        at += strspn(at, " ");
        if (*at == '\0')
            break;
        words[count++] = at;
        at += strcspn(at, " ");
        if (*at != '\0')
            *at++ = '\0';
    }
    return count;
}

static bool word_bound(const char *unit, const char *word, double *out, struct sim_error *error)
{
    const struct sim_raw raw = {.shape = SIM_RAW_WORD, .text = word};
    return read_bound(unit, &raw, out, error);
}

static bool read_comparison(struct expectation *expectation, const char *unit, const char *op, const char *word,
                            struct sim_error *error)
{
    double bound = 0;
    if (!word_bound(unit, word, &bound, error))
        return false;
    if (op[0] == '<') {
        expectation->max = bound;
        expectation->below_max = op[1] == '\0';
    } else if (op[0] == '>') {
        expectation->min = bound;
        expectation->above_min = op[1] == '\0';
    } else {
        expectation->min = expectation->max = bound;
    }
    return true;
}

static bool read_range(struct expectation *expectation, const char *unit, const char *word, struct sim_error *error)
{
    char low[SENTENCE_MAX];
    (void)snprintf(low, sizeof low, "%s", word);
    char *dots = strstr(low, "..");
    if (dots == NULL)
        return sim_fail(error, word, "want a range such as 4.9s..5.05s");
    *dots = '\0';
    return word_bound(unit, low, &expectation->min, error) && word_bound(unit, dots + 2, &expectation->max, error);
}

static bool read_sentence(const struct cell *cell, const char *text, struct expectation *expectation,
                          struct sim_error *error)
{
    static const char *const ops[] = {"<", "<=", ">", ">=", "="};
    char copy[SENTENCE_MAX + 1];
    const char *words[WORDS_MAX];
    if (strlen(text) > SENTENCE_MAX)
        return sim_fail(error, text, "want a sentence of at most %d characters", SENTENCE_MAX);
    (void)snprintf(copy, sizeof copy, "%s", text);
    uint32_t count = split_words(copy, words);
    bool range = count == 5 && strcmp(words[1], "in") == 0;
    bool compares = false;
    for (size_t i = 0; i < SIM_COUNT_OF(ops) && count == 5; i++)
        compares = compares || strcmp(words[1], ops[i]) == 0;
    if (!(range || compares) || strcmp(words[3], "during") != 0)
        return sim_fail(error, text,
                        "want a sentence such as \"p95_latency in 4.9s..5.05s during chaos\" or \"error_rate < 1%% "
                        "during steady\"");
    if (!find_subject(cell, words[0], words[4], expectation, error))
        return false;
    const char *unit = cell->panel[expectation->item].reading.unit;
    return range ? read_range(expectation, unit, words[2], error)
                 : read_comparison(expectation, unit, words[1], words[2], error);
}

/* ---- objects ---- */

static bool member_bound(struct build *build, const cJSON *object, const char *key, const char *unit, double *out)
{
    const cJSON *member = cJSON_GetObjectItemCaseSensitive(object, key);
    struct sim_error error = {0};
    if (member == NULL)
        return true;
    if (cJSON_IsNumber(member) || cJSON_IsString(member)) {
        struct sim_raw raw = build_raw(build, member);
        if (read_bound(unit, &raw, out, &error))
            return true;
    } else {
        (void)sim_fail(&error, NULL, "want a number, or a text with its unit");
    }
    size_t length = build_enter(build, key);
    build_refuse_sim(build, &error);
    build_leave(build, length);
    return false;
}

static bool build_object(struct build *build, const cJSON *object, struct expectation *expectation)
{
    struct sim_error error = {0};
    if (!build_check_keys(build, object, expectation_keys, "key"))
        return false;
    const char *key = build_text(build, object, "key");
    const char *phase = build_text(build, object, "phase");
    expectation->name = build_text(build, object, "name");
    if (key == NULL || phase == NULL) {
        build_refuse(build, JSON_VALUE, "want a \"key\" of the panel and a \"phase\"");
        return false;
    }
    if (!find_subject(build->cell, key, phase, expectation, &error)) {
        (void)snprintf(error.path, sizeof error.path, strcmp(error.value, phase) == 0 ? "/phase" : "/key");
        build_refuse_sim(build, &error);
        return false;
    }
    const char *unit = build->cell->panel[expectation->item].reading.unit;
    bool fine = member_bound(build, object, "min", unit, &expectation->min);
    return member_bound(build, object, "max", unit, &expectation->max) && fine;
}

static void build_expectation(struct build *build, const cJSON *value)
{
    struct cell *cell = build->cell;
    struct expectation expectation = {.min = (double)-INFINITY, .max = (double)INFINITY};
    struct sim_error error = {0};
    if (cJSON_IsString(value)) {
        if (!read_sentence(cell, value->valuestring, &expectation, &error)) {
            build_refuse_sim(build, &error);
            return;
        }
        expectation.name = value->valuestring;
    } else if (!cJSON_IsObject(value)) {
        build_refuse(build, JSON_VALUE, "want an object with key, phase, min and max, or a sentence");
        return;
    } else if (!build_object(build, value, &expectation)) {
        return;
    }
    if (isinf(expectation.min) && isinf(expectation.max)) {
        build_refuse(build, JSON_VALUE, "want a \"min\", a \"max\" or both");
        return;
    }
    if (expectation.min > expectation.max) {
        build_refuse(build, JSON_VALUE, "want \"min\" not above \"max\"");
        return;
    }
    cell->expectations[cell->expectation_count++] = expectation;
}

void build_expectations(struct build *build, const cJSON *expectations)
{
    struct cell *cell = build->cell;
    if (expectations == NULL)
        return;
    size_t length = build_enter(build, "expectations");
    if (!cJSON_IsArray(expectations) || cJSON_GetArraySize(expectations) > SCENARIO_EXPECTATIONS_MAX) {
        build_refuse(build, JSON_VALUE, "want a list of at most %d expectations", SCENARIO_EXPECTATIONS_MAX);
        build_leave(build, length);
        return;
    }
    cell->expectations = sim_xcalloc((size_t)cJSON_GetArraySize(expectations) + 1, sizeof *cell->expectations);
    size_t index = 0;
    const cJSON *item = NULL;
    cJSON_ArrayForEach(item, expectations)
    {
        size_t inner = json_pointer_push_index(build->pointer, sizeof build->pointer, index++);
        build_expectation(build, item);
        build_leave(build, inner);
    }
    build_leave(build, length);
}
