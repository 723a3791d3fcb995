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

void build_refuse_sim(struct build *build, enum json_side side, const struct sim_error *error)
{
    char pointer[POINTER_ROOM + sizeof error->path];
    (void)snprintf(pointer, sizeof pointer, "%s%s", build->pointer, error->path);
    json_errors_add_sim(build->errors, build->cell->scenario->doc, pointer, side, error);
}

void build_refuse_value(struct build *build, const cJSON *value, const char *wanted)
{
    struct sim_error error = {0};
    char number[48];
    if (cJSON_IsString(value) && value->valuestring[0] != '\0')
        (void)sim_fail(&error, value->valuestring, "want %s", wanted);
    else if (cJSON_IsNumber(value))
        (void)sim_fail(&error, sim_format_number(number, sizeof number, value->valuedouble), "want %s", wanted);
    else if (cJSON_IsBool(value))
        (void)sim_fail(&error, cJSON_IsTrue(value) ? "true" : "false", "want %s", wanted);
    else
        (void)sim_fail(&error, NULL, "want %s, got %s", wanted,
                       cJSON_IsString(value)   ? "\"\""
                       : cJSON_IsArray(value)  ? "a list"
                       : cJSON_IsObject(value) ? "an object"
                                               : "null");
    build_refuse_sim(build, JSON_VALUE, &error);
}

void build_members(struct build *build, const cJSON *section, int most, void (*each)(struct build *, const cJSON *))
{
    if (!cJSON_IsObject(section)) {
        build_refuse_value(build, section, "an object");
        return;
    }
    if (cJSON_GetArraySize(section) > most) {
        build_refuse(build, JSON_VALUE, "want at most %d members, got %d", most, cJSON_GetArraySize(section));
        return;
    }
    const cJSON *member = NULL;
    cJSON_ArrayForEach(member, section)
    {
        size_t length = build_enter(build, member->string);
        each(build, member);
        build_leave(build, length);
    }
}

void build_refuse_text(struct build *build, const char *wanted, const char *text, const char *near)
{
    struct sim_error error = {0};
    (void)sim_fail(&error, text, text[0] == '\0' ? "%s, got \"\"" : "%s", wanted);
    error.near = near;
    build_refuse_sim(build, JSON_VALUE, &error);
}

void build_refuse_missing(struct build *build, const char *key, const char *what)
{
    size_t length = build_enter(build, key);
    build_refuse(build, JSON_KEY, "is missing: %s", what);
    build_leave(build, length);
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

bool build_written(const struct build *build, const char *section, const char *name)
{
    const cJSON *members = cJSON_GetObjectItemCaseSensitive(build->cell->scenario->tree, section);
    return cJSON_IsObject(members) && cJSON_GetObjectItemCaseSensitive(members, name) != NULL;
}

bool build_fine(const struct build *build)
{
    return json_errors_total(build->errors) == build->errors_before;
}

bool build_check_keys(struct build *build, const cJSON *object, const char *const *known, const char *what)
{
    if (!cJSON_IsObject(object)) {
        build_refuse_value(build, object, "an object");
        return false;
    }
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
    }
    return true;
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
        build_refuse(build, JSON_KEY,
                     "want a name of at most %d small letters, digits and %s, a letter first, got \"%s\"",
                     SCENARIO_NAME_MAX, underscore ? "underscores" : "hyphens", json_shown(shown, name));
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
    const struct sim_param param = {.name = "time", .kind = SIM_PARAM_DURATION, .none = none};
    const struct sim_target target = {.param = &param, .field = -1};
    struct sim_value value;
    if (!sim_param_read(NULL, &target, raw, &value, error))
        return false;
    *out = value.duration;
    return true;
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
    build_refuse_sim(build, JSON_VALUE, &error);
    build_leave(build, length);
    return false;
}

const char *build_text(struct build *build, const cJSON *object, const char *key)
{
    const cJSON *member = cJSON_GetObjectItemCaseSensitive(object, key);
    if (member == NULL || cJSON_IsString(member))
        return member == NULL ? NULL : member->valuestring;
    size_t length = build_enter(build, key);
    build_refuse_value(build, member, "a text");
    build_leave(build, length);
    return NULL;
}
