/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The sections `panel` (readings with a title) and `expectations` (bounds on them, as objects or as sentences). */
#include "scenarios/build.h"

#include "sim/units.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const char *const panel_keys[] = {"reading", "title", NULL};
static const char *const expectation_keys[] = {"phase", "key", "min", "max", "name", NULL};

enum { SENTENCE_MAX = 200, WORDS_MAX = 8 };

/* ---- panel ---- */

/* Whether a reading is of a node that the scenario has and the world has not: that node was refused. */
static bool of_refused_node(const struct build *build, const char *reading)
{
    char name[SCENARIO_NAME_MAX + 1];
    const size_t length = strcspn(reading, ".");
    if (length >= sizeof name)
        return false;
    memcpy(name, reading, length);
    name[length] = '\0';
    return sim_find_node(build->cell->sim, name) == NULL && build_written(build, "nodes", name);
}

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
            build_refuse_missing(build, "reading", "what is read off, such as \"gateway.latency.p95\"");
        return;
    }
    struct sim_error error = {0};
    if (sim_reading_find(cell->sim, item.text, &item.reading, &error)) {
        cell->panel[cell->panel_count++] = item;
        return;
    }
    if (of_refused_node(build, item.text))
        return;
    error.near = near_reading(cell->sim, item.text);
    size_t length = build_enter(build, "reading");
    build_refuse_sim(build, JSON_VALUE, &error);
    build_leave(build, length);
}

void build_panel(struct build *build, const cJSON *panel)
{
    struct cell *cell = build->cell;
    if (panel == NULL)
        return;
    size_t length = build_enter(build, "panel");
    cell->panel = sim_xcalloc(SCENARIO_PANEL_MAX, sizeof *cell->panel);
    build_members(build, panel, SCENARIO_PANEL_MAX, build_item);
    build_leave(build, length);
}

/* ---- bounds ---- */

/* A number in base units, or a text with the reading's unit: "5s", "30%", "100/s". */
static bool read_bound(const char *unit, const struct sim_raw *raw, double *out, struct sim_error *error)
{
    sim_ns duration = 0;
    int64_t bytes = 0;
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
    if (strcmp(unit, "bytes") == 0 && sim_parse_bytes(raw->text, &bytes)) {
        *out = (double)bytes;
        return true;
    }
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
    const char *example = strcmp(unit, "s") == 0       ? "\"5s\""
                          : strcmp(unit, "1") == 0     ? "0.3 or \"30%\""
                          : strcmp(unit, "/s") == 0    ? "\"100/s\""
                          : strcmp(unit, "bytes") == 0 ? "\"64MiB\""
                                                       : "100";
    return sim_fail(error, raw->text,
                    raw->text[0] == '\0' ? "want a bound such as %s, got \"\"" : "want a bound such as %s", example);
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

/* Two names of an expectation. False when there is none: `error` is filled, but has no rule when the name was refused
 * already where it stands. */
static bool find_key(const struct build *build, const char *key, uint32_t *index, struct sim_error *error)
{
    const struct cell *cell = build->cell;
    *error = (struct sim_error){0};
    if (find_item(cell, key, index) != NULL)
        return true;
    if (!build_written(build, "panel", key)) {
        (void)sim_fail(error, key, "want a key of the panel");
        error->near = near_item(cell, key);
    }
    return false;
}

static bool find_phase(const struct build *build, const char *name, uint32_t *index, struct sim_error *error)
{
    const struct cell *cell = build->cell;
    *error = (struct sim_error){0};
    for (*index = 0; *index < cell->phase_count; (*index)++) {
        if (strcmp(cell->phases[*index].name, name) == 0)
            return true;
    }
    if (!build_written(build, "phases", name)) {
        (void)sim_fail(error, name, "want the name of a phase");
        error->near = near_phase(cell, name);
    }
    return false;
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

static bool read_sentence(const struct build *build, const char *text, struct expectation *expectation,
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
    if (!find_key(build, words[0], &expectation->item, error) ||
        !find_phase(build, words[4], &expectation->phase, error))
        return false;
    const char *unit = build->cell->panel[expectation->item].reading.unit;
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
        size_t length = build_enter(build, key);
        build_refuse_value(build, member, "a number, or a text with its unit");
        build_leave(build, length);
        return false;
    }
    size_t length = build_enter(build, key);
    build_refuse_sim(build, JSON_VALUE, &error);
    build_leave(build, length);
    return false;
}

static void refuse_name(struct build *build, const char *key, const struct sim_error *error)
{
    size_t length = build_enter(build, key);
    if (error->rule[0] != '\0')
        build_refuse_sim(build, JSON_VALUE, error);
    build_leave(build, length);
}

static bool build_object(struct build *build, const cJSON *object, struct expectation *expectation)
{
    struct sim_error error = {0};
    const size_t before = json_errors_total(build->errors);
    (void)build_check_keys(build, object, expectation_keys, "key");
    const bool known = json_errors_total(build->errors) == before;
    if (cJSON_GetObjectItemCaseSensitive(object, "key") == NULL)
        build_refuse_missing(build, "key", "a key of the panel");
    if (cJSON_GetObjectItemCaseSensitive(object, "phase") == NULL)
        build_refuse_missing(build, "phase", "the name of a phase");
    const char *key = build_text(build, object, "key");
    const char *phase = build_text(build, object, "phase");
    expectation->name = build_text(build, object, "name");
    bool fine = phase != NULL && find_phase(build, phase, &expectation->phase, &error);
    if (phase != NULL && !fine)
        refuse_name(build, "phase", &error);
    if (key != NULL && !find_key(build, key, &expectation->item, &error)) {
        refuse_name(build, "key", &error);
        return false;
    }
    if (key == NULL)
        return false;
    const char *unit = build->cell->panel[expectation->item].reading.unit;
    fine = member_bound(build, object, "min", unit, &expectation->min) && fine;
    return member_bound(build, object, "max", unit, &expectation->max) && fine && known;
}

static void build_expectation(struct build *build, const cJSON *value)
{
    struct cell *cell = build->cell;
    struct expectation expectation = {.min = (double)-INFINITY, .max = (double)INFINITY};
    struct sim_error error = {0};
    if (cJSON_IsString(value)) {
        if (!read_sentence(build, value->valuestring, &expectation, &error)) {
            if (error.rule[0] != '\0')
                build_refuse_sim(build, JSON_VALUE, &error);
            return;
        }
        expectation.name = value->valuestring;
    } else if (!cJSON_IsObject(value)) {
        build_refuse_value(build, value, "an object with key, phase, min and max, or a sentence");
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
    const int count = cJSON_GetArraySize(expectations);
    if (!cJSON_IsArray(expectations) || count > SCENARIO_EXPECTATIONS_MAX) {
        if (!cJSON_IsArray(expectations))
            build_refuse_value(build, expectations, "a list of expectations");
        else
            build_refuse(build, JSON_VALUE, "want at most %d expectations, got %d", SCENARIO_EXPECTATIONS_MAX, count);
        build_leave(build, length);
        return;
    }
    cell->expectations = sim_xcalloc((size_t)count + 1, sizeof *cell->expectations);
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
