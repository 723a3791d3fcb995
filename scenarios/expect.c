/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The section `expectations`: bounds on readings, as objects or as sentences (expect_sentence.c). What stands at the left
 * is a key of the panel or any reading; readings that the panel does not show stand behind it in cell->panel, hidden. */
#include "scenarios/build.h"

#include <math.h>
#include <string.h>

static const char *const expectation_keys[] = {"phase", "key", "min", "max", "name", NULL};

enum { READINGS_EACH = 3 /* that one expectation may hide: what it names, the two gauges of a breaker */ };

/* ---- names ---- */

static bool find_item(const struct cell *cell, const char *key, uint32_t *index)
{
    for (*index = 0; *index < cell->panel_count; (*index)++) {
        if (strcmp(cell->panel[*index].key, key) == 0)
            return true;
    }
    return false;
}

uint32_t expect_hide(struct build *build, const char *title, const char *text, const struct sim_reading *reading)
{
    struct cell *cell = build->cell;
    const uint32_t end = cell->panel_count + cell->hidden_count;
    for (uint32_t i = cell->panel_count; i < end; i++) {
        if (strcmp(cell->panel[i].text, text) == 0 && strcmp(cell->panel[i].title, title) == 0)
            return i;
    }
    text = sim_arena_strdup(&cell->sim->arena, text);
    cell->panel[end] = (struct panel_item){
        .key = text, .title = sim_arena_strdup(&cell->sim->arena, title), .text = text, .reading = *reading};
    cell->hidden_count++;
    return end;
}

bool expect_find_left(struct build *build, const char *text, uint32_t *item, struct sim_error *error)
{
    struct cell *cell = build->cell;
    struct sim_reading reading;
    *error = (struct sim_error){0};
    if (find_item(cell, text, item))
        return true;
    if (strchr(text, '.') != NULL) {
        if (sim_reading_find(cell->sim, text, &reading, error)) {
            *item = expect_hide(build, text, text, &reading);
            return true;
        }
        if (build_of_refused_node(build, text))
            *error = (struct sim_error){0};
        else
            error->near = near_reading(cell->sim, text);
        return false;
    }
    if (!build_written(build, "panel", text)) {
        (void)sim_fail(error, text, "want a key of the panel");
        error->near = near_item(cell, text);
    }
    return false;
}

bool expect_find_phase(const struct build *build, const char *name, uint32_t *index, struct sim_error *error)
{
    const struct cell *cell = build->cell;
    *error = (struct sim_error){0};
    *index = phase_find(cell, name);
    if (*index < cell->phase_count)
        return true;
    if (!build_written(build, "phases", name)) {
        (void)sim_fail(error, name, "want the name of a phase");
        error->near = near_phase(cell, name);
    }
    return false;
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
        if (expect_bound(unit, &raw, out, &error))
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
    bool fine = phase != NULL && expect_find_phase(build, phase, &expectation->phase, &error);
    if (phase != NULL && !fine)
        refuse_name(build, "phase", &error);
    if (key != NULL && !expect_find_left(build, key, &expectation->item, &error)) {
        refuse_name(build, "key", &error);
        return false;
    }
    if (key == NULL)
        return false;
    const char *unit = build->cell->panel[expectation->item].reading.unit;
    fine = member_bound(build, object, "min", unit, &expectation->min) && fine;
    return member_bound(build, object, "max", unit, &expectation->max) && fine && known;
}

static void build_expectation(struct build *build, const cJSON *value, uint32_t index)
{
    struct cell *cell = build->cell;
    struct expectation expectation = {.min = (double)-INFINITY, .max = (double)INFINITY, .index = index};
    struct sim_error error = {0};
    if (cJSON_IsString(value)) {
        if (!expect_sentence(build, value->valuestring, &expectation, &error)) {
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
    cell->panel = sim_xrealloc(cell->panel, (SCENARIO_PANEL_MAX + READINGS_EACH * (size_t)count) * sizeof *cell->panel);
    uint32_t index = 0;
    const cJSON *item = NULL;
    cJSON_ArrayForEach(item, expectations)
    {
        size_t inner = json_pointer_push_index(build->pointer, sizeof build->pointer, index);
        build_expectation(build, item, index++);
        build_leave(build, inner);
    }
    build_leave(build, length);
}
