/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From a file to a document: bounded reading, the strict scan, cJSON, and the two checks that need the tree: duplicate
 * keys (all of them are reported) and numbers beyond a double. Invariant: what passed the scan, cJSON takes too, and
 * the tree's pre-order is the order of the places; both are asserted. */
#include "scenarios/json_strict.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* cJSON writes a global of its own on each parse. */
static pthread_mutex_t cjson_lock = PTHREAD_MUTEX_INITIALIZER;

/* Opens a regular file without waiting for anything: a FIFO or a terminal must not hang the program. */
static int open_regular(const char *path, struct json_errors *errors)
{
    const int file = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
    struct stat status;
    if (file < 0 || fstat(file, &status) != 0) {
        json_errors_add_file(errors, path, 0, 0, "want a readable file, got \"%s\"", strerror(errno));
    } else if (!S_ISREG(status.st_mode)) {
        json_errors_add_file(errors, path, 0, 0, "want a regular file, got a %s",
                             S_ISDIR(status.st_mode) ? "directory" : "device or pipe");
    } else {
        return file;
    }
    if (file >= 0)
        close(file);
    errors->unreadable++;
    return -1;
}

/* The file's bytes, at most JSON_BYTES_MAX; the caller frees them. The size that the system tells is not trusted: a
 * file may grow, and those of /proc claim to be empty. */
static char *read_text(const char *path, size_t *length, struct json_errors *errors)
{
    const int file = open_regular(path, errors);
    if (file < 0)
        return NULL;
    size_t room = 4096;
    char *text = sim_xmalloc(room);
    *length = 0;
    for (;;) {
        if (*length == room) {
            room *= 2;
            text = sim_xrealloc(text, room);
        }
        const ssize_t got = read(file, text + *length, room - *length);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0) {
            json_errors_add_file(errors, path, 0, 0, "want a readable file, got \"%s\"", strerror(errno));
            errors->unreadable++;
            goto free_text;
        }
        *length += (size_t)got;
        if (*length > JSON_BYTES_MAX) {
            json_errors_add_file(errors, path, 0, 0, "want at most %zu bytes", JSON_BYTES_MAX);
            goto free_text;
        }
        if (got == 0) {
            close(file);
            return text;
        }
    }
free_text:
    free(text);
    close(file);
    return NULL;
}

struct key {
    const char *text;
    size_t number;
};

static int compare_keys(const void *left, const void *right)
{
    const struct key *a = left;
    const struct key *b = right;
    const int order = strcmp(a->text, b->text);
    return order != 0 ? order : (a->number > b->number) - (a->number < b->number);
}

/* Reports each member whose key was there before. `number` is the object's. */
static void check_keys(const struct json_doc *doc, const cJSON *object, size_t number, struct json_errors *errors)
{
    size_t count = 0;
    struct key *keys = sim_xmalloc(((size_t)cJSON_GetArraySize(object) + 1) * sizeof *keys);
    size_t at = number + 1;
    for (const cJSON *item = object->child; item != NULL; item = item->next) {
        keys[count++] = (struct key){.text = item->string, .number = at};
        at = doc->places[at].end;
    }
    sim_assert(at == doc->places[number].end);
    qsort(keys, count, sizeof *keys, compare_keys);
    size_t first = 0;
    for (size_t i = 1; i < count; i++) {
        if (strcmp(keys[i].text, keys[first].text) != 0) {
            first = i;
        } else if (errors->count == JSON_ERRORS_MAX) {
            errors->more++; /* finding the lines of thousands would take long */
        } else {
            int line = 0;
            int column = 0;
            char shown[JSON_SHOWN_BYTES];
            json_line_column(doc->text, doc->places[keys[first].number].key, &line, &column);
            json_errors_add_value(errors, doc, keys[i].number, JSON_KEY,
                                  "want each key once, got \"%s\" again (first in line %d)",
                                  json_shown(shown, keys[i].text), line);
        }
    }
    free(keys);
}

static void check_number(const struct json_doc *doc, size_t number, struct json_errors *errors)
{
    if (errors->count == JSON_ERRORS_MAX) {
        errors->more++;
        return;
    }
    const char *text = doc->text + doc->places[number].value;
    json_errors_add_value(errors, doc, number, JSON_VALUE, "number out of range: want at most 1.79e308, got \"%.*s\"",
                          (int)strspn(text, "+-.eE0123456789"), text);
}

/* Checks value `number` and all it holds; false when a number is out of range. JSON_DEPTH_MAX bounds the recursion. */
static bool check_value(const struct json_doc *doc, const cJSON *item, size_t number, struct json_errors *errors)
{
    if (cJSON_IsNumber(item) && !isfinite(item->valuedouble)) {
        check_number(doc, number, errors);
        return false;
    }
    if (cJSON_IsObject(item))
        check_keys(doc, item, number, errors);
    if (!cJSON_IsObject(item) && !cJSON_IsArray(item))
        return true;
    bool fine = true;
    size_t at = number + 1;
    for (const cJSON *child = item->child; child != NULL; child = child->next) {
        fine = check_value(doc, child, at, errors) && fine;
        at = doc->places[at].end;
    }
    return fine;
}

/* Takes over `text`, which has room for a NUL byte behind it. */
static struct json_doc *parse(const char *name, char *text, size_t length, struct json_errors *errors)
{
    struct json_fault fault = {0};
    struct json_doc *doc = sim_xcalloc(1, sizeof *doc);
    doc->name = sim_xstrdup(name);
    doc->text = text;
    doc->length = length;
    doc->places = json_strict_scan(text, length, &doc->place_count, &fault);
    if (doc->places == NULL) {
        int line = 0;
        int column = 0;
        json_line_column(text, fault.at, &line, &column);
        json_errors_add_file(errors, name, line, column, "%s", fault.message);
        json_destroy(doc);
        return NULL;
    }
    text[length] = '\0';
    (void)pthread_mutex_lock(&cjson_lock);
    doc->root = cJSON_ParseWithLengthOpts(text, length + 1, NULL, true);
    (void)pthread_mutex_unlock(&cjson_lock);
    sim_assert(doc->root != NULL && doc->places[0].end == doc->place_count);
    if (!check_value(doc, doc->root, 0, errors)) {
        json_destroy(doc);
        return NULL;
    }
    return doc;
}

struct json_doc *json_read(const char *path, struct json_errors *errors)
{
    size_t length = 0;
    json_errors_note_file(errors, path);
    char *text = read_text(path, &length, errors);
    if (text == NULL)
        return NULL;
    return parse(path, sim_xrealloc(text, length + 1), length, errors);
}

struct json_doc *json_parse(const char *name, const char *text, size_t length, struct json_errors *errors)
{
    json_errors_note_file(errors, name);
    char *copy = sim_xmalloc(length + 1);
    memcpy(copy, text, length);
    return parse(name, copy, length, errors);
}

void json_destroy(struct json_doc *doc)
{
    while (doc != NULL) {
        struct json_doc *base = doc->base;
        cJSON_Delete((cJSON *)(uintptr_t)doc->root);
        free(doc->name);
        free(doc->text);
        free(doc->places);
        free(doc);
        doc = base;
    }
}
