/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The list of everything wrong with the scenario files of one command. Sorted on insertion, bounded, and free of the
 * documents it speaks of. Texts are made safe for a terminal on the way in, so nothing unsafe can come out. */
#include "scenarios/json_strict.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

/* A message cut to this many bytes still has more than JSON_MESSAGE_MAX characters, so that the visible cut is ours. */
enum { RAW_BYTES = JSON_MESSAGE_MAX * 4 + 48, SAFE_BYTES = JSON_MESSAGE_MAX * 6 + 4 };

struct place {
    const char *file;
    int line;
    int column;
    const char *pointer;
};

void json_errors_init(struct json_errors *errors)
{
    *errors = (struct json_errors){0};
}

static void free_error(struct json_error *error)
{
    free(error->file);
    free(error->pointer);
    free(error->message);
}

void json_errors_fini(struct json_errors *errors)
{
    for (size_t i = 0; i < errors->count; i++)
        free_error(&errors->list[i]);
    for (size_t i = 0; i < errors->file_count; i++)
        free(errors->files[i]);
    free(errors->files);
    *errors = (struct json_errors){0};
}

size_t json_errors_total(const struct json_errors *errors)
{
    return errors->count + errors->more;
}

static int file_order(struct json_errors *errors, const char *file)
{
    for (size_t i = 0; i < errors->file_count; i++) {
        if (strcmp(errors->files[i], file) == 0)
            return (int)i;
    }
    errors->files = sim_xrealloc(errors->files, (errors->file_count + 1) * sizeof *errors->files);
    errors->files[errors->file_count] = sim_xstrdup(file);
    return (int)errors->file_count++;
}

void json_errors_note_file(struct json_errors *errors, const char *file)
{
    file_order(errors, file);
}

static char *safe_copy(const char *text)
{
    char safe[SAFE_BYTES];
    json_safe_text(safe, sizeof safe, JSON_MESSAGE_MAX, text);
    return sim_xstrdup(safe);
}

/* Below 0, 0 or above 0 as `a` is printed before, with or after `b`. */
static int compare_places(const struct json_error *a, const struct json_error *b)
{
    if (a->file_order != b->file_order)
        return a->file_order - b->file_order;
    return a->line != b->line ? a->line - b->line : a->column - b->column;
}

static void add(struct json_errors *errors, const struct place *place, const char *raw)
{
    struct json_error error = {.file = safe_copy(place->file), .line = place->line, .column = place->column};
    error.pointer = safe_copy(place->pointer);
    error.message = safe_copy(raw);
    error.file_order = file_order(errors, place->file);

    size_t slot = errors->count;
    while (slot > 0 && compare_places(&errors->list[slot - 1], &error) > 0)
        slot--;
    bool known = false;
    for (size_t i = slot; i > 0 && compare_places(&errors->list[i - 1], &error) == 0; i--) {
        known = known || (strcmp(errors->list[i - 1].message, error.message) == 0 &&
                          strcmp(errors->list[i - 1].pointer, error.pointer) == 0);
    }
    if (known || errors->count == JSON_ERRORS_MAX) {
        errors->more += !known;
        free_error(&error);
        return;
    }
    memmove(&errors->list[slot + 1], &errors->list[slot], (errors->count - slot) * sizeof errors->list[0]);
    errors->list[slot] = error;
    errors->count++;
}

void json_errors_add(struct json_errors *errors, const struct json_doc *doc, const char *pointer, enum json_side side,
                     const char *format, ...)
{
    if (errors->count == JSON_ERRORS_MAX) {
        errors->more++; /* finding the lines of thousands would take long */
        return;
    }
    char raw[RAW_BYTES];
    va_list args;
    va_start(args, format);
    vsnprintf(raw, sizeof raw, format, args);
    va_end(args);
    struct json_where where;
    json_locate_merged(doc, pointer, side, &where);
    add(errors, &(struct place){where.file, where.line, where.column, pointer}, raw);
}

void json_errors_add_value(struct json_errors *errors, const struct json_doc *doc, size_t number, enum json_side side,
                           const char *format, ...)
{
    char raw[RAW_BYTES];
    va_list args;
    va_start(args, format);
    vsnprintf(raw, sizeof raw, format, args);
    va_end(args);
    char *pointer = json_pointer_of(doc, number);
    struct place place = {.file = doc->name, .pointer = pointer};
    const struct json_place *at = &doc->places[number];
    json_line_column(doc->text, side == JSON_KEY ? at->key : at->value, &place.line, &place.column);
    add(errors, &place, raw);
    free(pointer);
}

void json_errors_add_sim(struct json_errors *errors, const struct json_doc *doc, const char *pointer,
                         enum json_side side, const struct sim_error *error)
{
    const char *path = pointer != NULL ? pointer : error->path;
    char text[RAW_BYTES];
    json_errors_add(errors, doc, path, side, "%s", json_error_text(text, sizeof text, error));
}

const char *json_error_text(char *text, size_t size, const struct sim_error *error)
{
    char value[JSON_SHOWN_BYTES];
    const bool got = error->value[0] != '\0';
    const bool near = error->near != NULL;
    (void)snprintf(text, size, "%s%s%s%s%s%s%s", error->rule, got ? ", got \"" : "",
                   got ? json_shown(value, error->value) : "", got ? "\"" : "", near ? "; did you mean \"" : "",
                   near ? error->near : "", near ? "\"?" : "");
    return text;
}

void json_errors_add_file(struct json_errors *errors, const char *file, int line, int column, const char *format, ...)
{
    char raw[RAW_BYTES];
    va_list args;
    va_start(args, format);
    vsnprintf(raw, sizeof raw, format, args);
    va_end(args);
    add(errors, &(struct place){file, line, column, ""}, raw);
}

void json_errors_print(const struct json_errors *errors, FILE *out)
{
    for (size_t i = 0; i < errors->count; i++) {
        const struct json_error *error = &errors->list[i];
        fputs(error->file, out);
        if (error->line > 0)
            fprintf(out, ":%d:%d", error->line, error->column);
        if (error->pointer[0] != '\0')
            fprintf(out, ": %s", error->pointer);
        fprintf(out, ": %s\n", error->message);
    }
    if (errors->more > 0)
        fprintf(out, "and %zu more error%s\n", errors->more, errors->more == 1 ? "" : "s");
}

const char *json_shown(char out[JSON_SHOWN_BYTES], const char *text)
{
    json_safe_text(out, JSON_SHOWN_BYTES, JSON_SHOWN_MAX, text);
    return out;
}
