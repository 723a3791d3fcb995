/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Walking a scenario's tree, and saying what is wrong with it at the right place. */
#include "scenarios/build.h"
#include "scenarios/suggest.h"

#include "sim/units.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const char *const reserved[] = {"faults", "links", "phases", "panel", "run"};

size_t build_enter(struct build *build, const char *key)
{
    return json_pointer_push(build->pointer, sizeof build->pointer, key);
}

void build_leave(struct build *build, size_t length)
{
    build->pointer[length] = '\0';
}

void build_refuse(struct build *build, enum json_side side, const char *format, ...)
{
    char message[JSON_MESSAGE_MAX];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    json_errors_add(build->errors, build->cell->scenario->doc, build->pointer, side, "%s", message);
}

void build_refuse_sim(struct build *build, const struct sim_error *error)
{
    char pointer[POINTER_ROOM + sizeof error->path];
    (void)snprintf(pointer, sizeof pointer, "%s%s", build->pointer, error->path);
    json_errors_add_sim(build->errors, build->cell->scenario->doc, pointer, JSON_VALUE, error);
}

void build_refuse_key(struct build *build, const char *key, const char *const *known, const char *what)
{
    char shown[JSON_SHOWN_BYTES];
    size_t count = 0;
    while (known[count] != NULL)
        count++;
    const char *near = suggest_nearest(key, known, count);
    if (near != NULL)
        build_refuse(build, JSON_KEY, "unknown %s \"%s\"; did you mean \"%s\"?", what, json_shown(shown, key), near);
    else
        build_refuse(build, JSON_KEY, "unknown %s \"%s\"", what, json_shown(shown, key));
}

bool build_fine(const struct build *build)
{
    return json_errors_total(build->errors) == build->errors_before;
}

bool build_check_keys(struct build *build, const cJSON *object, const char *const *known, const char *what)
{
    if (!cJSON_IsObject(object)) {
        build_refuse(build, JSON_VALUE, "want an object");
        return false;
    }
    bool fine = true;
    const cJSON *member = NULL;
    cJSON_ArrayForEach(member, object)
    {
        size_t i = 0;
        while (known[i] != NULL && strcmp(known[i], member->string) != 0)
            i++;
        if (known[i] != NULL)
            continue;
        size_t length = build_enter(build, member->string);
        build_refuse_key(build, member->string, known, what);
        build_leave(build, length);
        fine = false;
    }
    return fine;
}

bool build_check_name(struct build *build, const char *name, bool underscore)
{
    char shown[JSON_SHOWN_BYTES];
    size_t length = strlen(name);
    bool fine = length > 0 && length <= SCENARIO_NAME_MAX && name[0] >= 'a' && name[0] <= 'z';
    for (size_t i = 0; fine && i < length; i++) {
        bool letter = (name[i] >= 'a' && name[i] <= 'z') || (name[i] >= '0' && name[i] <= '9');
        fine = letter || name[i] == (underscore ? '_' : '-');
    }
    if (!fine) {
        build_refuse(build, JSON_KEY, "want a name of small letters, digits and %s, a letter first, got \"%s\"",
                     underscore ? "underscores" : "hyphens", json_shown(shown, name));
        return false;
    }
    for (size_t i = 0; i < SIM_COUNT_OF(reserved); i++) {
        if (strcmp(name, reserved[i]) == 0) {
            build_refuse(build, JSON_KEY, "want another name, \"%s\" is reserved", name);
            return false;
        }
    }
    return true;
}

/* ---- raw values ---- */

struct sim_raw build_raw(struct build *build, const cJSON *value)
{
    struct sim_raw raw = {.shape = SIM_RAW_NULL, .name = value->string};
    if (cJSON_IsString(value)) {
        raw.shape = SIM_RAW_STRING;
        raw.text = value->valuestring;
    } else if (cJSON_IsNumber(value)) {
        raw.shape = SIM_RAW_NUMBER;
        raw.number = value->valuedouble;
    } else if (cJSON_IsBool(value)) {
        raw.shape = SIM_RAW_FLAG;
        raw.number = cJSON_IsTrue(value) ? 1 : 0;
    } else if (cJSON_IsArray(value) || cJSON_IsObject(value)) {
        raw.shape = cJSON_IsArray(value) ? SIM_RAW_LIST : SIM_RAW_OBJECT;
        raw.count = (uint32_t)cJSON_GetArraySize(value);
        struct sim_raw *items = sim_arena_alloc(&build->cell->sim->arena, (raw.count + 1) * sizeof *items);
        const cJSON *item = NULL;
        uint32_t i = 0;
        cJSON_ArrayForEach(item, value) items[i++] =
            build_raw(build, item); /* as deep as the document, which has a bound */
        raw.items = items;
    }
    return raw;
}

/* Copies the texts of a raw value into the arena, so that the tree it came from may go. */
static void keep_texts(struct sim_arena *arena, struct sim_raw *raw)
{
    if (raw->name != NULL)
        raw->name = sim_arena_strdup(arena, raw->name);
    if (raw->text != NULL)
        raw->text = sim_arena_strdup(arena, raw->text);
    for (uint32_t i = 0; i < raw->count; i++)
        keep_texts(arena, (struct sim_raw *)&raw->items[i]);
}

bool build_raw_word(struct build *build, const char *text, struct sim_raw *raw)
{
    if (text[0] != '[' && text[0] != '{' && text[0] != '"') {
        *raw = (struct sim_raw){.shape = SIM_RAW_WORD, .text = text};
        return true;
    }
    struct json_errors errors;
    json_errors_init(&errors);
    struct json_doc *doc = json_parse("value", text, strlen(text), &errors);
    bool fine = doc != NULL && json_errors_total(&errors) == 0;
    if (fine) {
        *raw = build_raw(build, doc->root);
        keep_texts(&build->cell->sim->arena, raw);
    }
    json_destroy(doc);
    json_errors_fini(&errors);
    return fine;
}

bool build_duration_raw(const struct sim_raw *raw, bool none, sim_ns *out, struct sim_error *error)
{
    char number[48];
    if (raw->shape == SIM_RAW_STRING || raw->shape == SIM_RAW_WORD) {
        if (none && strcmp(raw->text, "none") == 0) {
            *out = SIM_NEVER;
            return true;
        }
        if (sim_parse_duration(raw->text, out))
            return true;
        return sim_fail(error, raw->text, "want a duration such as \"60s\"");
    }
    if (raw->shape == SIM_RAW_NUMBER)
        return sim_fail(error, sim_format_number(number, sizeof number, raw->number),
                        "want a duration with its unit, such as \"60s\"");
    return sim_fail(error, NULL, "want a duration such as \"60s\"");
}

bool build_duration(struct build *build, const cJSON *object, const char *key, bool none, sim_ns *out)
{
    const cJSON *member = cJSON_GetObjectItemCaseSensitive(object, key);
    if (member == NULL)
        return true;
    struct sim_error error = {0};
    struct sim_raw raw = build_raw(build, member);
    if (build_duration_raw(&raw, none, out, &error))
        return true;
    size_t length = build_enter(build, key);
    build_refuse_sim(build, &error);
    build_leave(build, length);
    return false;
}

const char *build_text(struct build *build, const cJSON *object, const char *key)
{
    const cJSON *member = cJSON_GetObjectItemCaseSensitive(object, key);
    if (member == NULL || cJSON_IsString(member))
        return member == NULL ? NULL : member->valuestring;
    size_t length = build_enter(build, key);
    build_refuse(build, JSON_VALUE, "want a text");
    build_leave(build, length);
    return NULL;
}
