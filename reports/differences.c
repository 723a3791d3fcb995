/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A canonical text is read line by line into paths with values. The place that a line belongs to is the last heading
 * before it: `node NAME TYPE`, ` part NAME TYPE`, `link NAME FROM TO`, `fault NAME ...`; lines that begin with two blanks
 * are `PARAM VALUE`. */
#define _GNU_SOURCE /* tdestroy */
#include "reports/differences.h"

#include "sim/base.h"

#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PATH_ROOM = 400 };

struct reader {
    struct differences *all;
    size_t text; /* which is read */
    size_t items_room;
    void *index; /* of the paths, a tree */
    char place[PATH_ROOM / 2], node[PATH_ROOM / 4];
    size_t requests;
};

static int by_path(const void *a, const void *b)
{
    return strcmp(((const struct difference *)a)->path, ((const struct difference *)b)->path);
}

/* A value as --set takes it: a plain text without its quotes. */
static char *plain(const char *value)
{
    const size_t length = strlen(value);
    if (length >= 2 && value[0] == '"' && value[length - 1] == '"' && strchr(value, '\\') == NULL)
        return strndup(value + 1, length - 2);
    return sim_xstrdup(value);
}

/* One path of the text that is read; the first value counts. */
static void put(struct reader *reader, const char *path, const char *value)
{
    const struct difference wanted = {.path = (char *)(uintptr_t)path};
    struct difference *const *found = tfind(&wanted, &reader->index, by_path);
    struct difference *item = found == NULL ? NULL : *found;
    if (item == NULL) {
        item = sim_xcalloc(1, sizeof *item);
        item->path = sim_xstrdup(path);
        item->values = sim_xcalloc(reader->all->texts, sizeof(char *));
        sim_assert(tsearch(item, &reader->index, by_path) != NULL);
        struct differences *all = reader->all;
        if (all->count == reader->items_room) {
            reader->items_room = 2 * reader->items_room + 64;
            all->items = sim_xrealloc(all->items, reader->items_room * sizeof *all->items);
        }
        all->items[all->count++] = *item; /* shares its texts */
    }
    if (item->values[reader->text] == NULL)
        item->values[reader->text] = plain(value);
}

static void put_below(struct reader *reader, const char *place, const char *name, const char *value)
{
    char path[PATH_ROOM];
    (void)snprintf(path, sizeof path, "%s.%s", place, name);
    put(reader, path, value);
}

/* `KEY VALUE KEY VALUE ...` below a place. */
static void put_pairs(struct reader *reader, const char *place, char *text)
{
    char *key = NULL;
    while ((key = strsep(&text, " ")) != NULL) {
        const char *value = strsep(&text, " ");
        if (value != NULL)
            put_below(reader, place, key, value);
    }
}

/* The part of a fault's heading from "at" on. */
static void read_fault(struct reader *reader, char *rest)
{
    const char *name = strsep(&rest, " ");
    const char *kind = strsep(&rest, " ");
    const char *target = strsep(&rest, " ");
    (void)snprintf(reader->place, sizeof reader->place, "faults.%.90s", name);
    char *action = rest == NULL ? NULL : strstr(rest, " do ");
    if (kind != NULL && target != NULL)
        put_below(reader, reader->place, kind, target);
    if (action != NULL) {
        *action = '\0';
        put_below(reader, reader->place, "do", action + strlen(" do "));
    }
    if (rest != NULL)
        put_pairs(reader, reader->place, rest);
}

static void read_heading(struct reader *reader, char *line)
{
    char *rest = line;
    const char *word = strsep(&rest, " ");
    char number[32];
    if (rest == NULL || strcmp(word, "expect") == 0)
        return;
    if (strcmp(word, "run") == 0) {
        put_pairs(reader, "run", rest);
    } else if (strcmp(word, "fault") == 0) {
        read_fault(reader, rest);
    } else if (strcmp(word, "request") == 0) {
        (void)snprintf(number, sizeof number, "%zu", ++reader->requests);
        put_below(reader, "script", number, rest);
    } else {
        const char *name = strsep(&rest, " ");
        const bool node = strcmp(word, "node") == 0;
        (void)snprintf(reader->node, sizeof reader->node, "%.90s", name);
        (void)snprintf(reader->place, sizeof reader->place, "%s%.90s",
                       node                         ? ""
                       : strcmp(word, "link") == 0  ? "links."
                       : strcmp(word, "phase") == 0 ? "phases."
                                                    : "panel.",
                       name);
        if (strcmp(word, "phase") == 0 && rest != NULL)
            put_pairs(reader, reader->place, rest);
        else
            put(reader, reader->place, rest == NULL ? "" : rest);
    }
}

static void read_line(struct reader *reader, char *line)
{
    if (strncmp(line, "  ", 2) == 0) {
        char *value = line + 2;
        const char *name = strsep(&value, " ");
        put_below(reader, reader->place, name, value == NULL ? "" : value);
    } else if (strncmp(line, " part ", strlen(" part ")) == 0) {
        char *rest = line + strlen(" part ");
        const char *name = strsep(&rest, " ");
        (void)snprintf(reader->place, sizeof reader->place, "%.90s.%.90s", reader->node, name);
    } else {
        read_heading(reader, line);
    }
}

static bool is_equal(const struct difference *item, size_t texts)
{
    for (size_t i = 0; i < texts; i++) {
        if (item->values[i] == NULL || strcmp(item->values[i], item->values[0]) != 0)
            return false;
    }
    return true;
}

static void free_item(struct difference *item, size_t texts)
{
    for (size_t i = 0; i < texts; i++)
        free(item->values[i]);
    free(item->values);
    free(item->path);
}

struct differences differences_of(const char *const *texts, size_t count)
{
    struct differences all = {.texts = count};
    struct reader reader = {.all = &all};
    for (; reader.text < count; reader.text++) {
        char *copy = sim_xstrdup(texts[reader.text]);
        char *rest = copy;
        char *line = NULL;
        reader.requests = 0;
        while ((line = strsep(&rest, "\n")) != NULL) {
            if (line[0] != '\0')
                read_line(&reader, line);
        }
        free(copy);
    }
    tdestroy(reader.index, free);
    size_t kept = 0;
    for (size_t i = 0; i < all.count; i++) {
        if (is_equal(&all.items[i], count))
            free_item(&all.items[i], count);
        else
            all.items[kept++] = all.items[i];
    }
    all.count = kept;
    return all;
}

void differences_fini(struct differences *differences)
{
    for (size_t i = 0; i < differences->count; i++)
        free_item(&differences->items[i], differences->texts);
    free(differences->items);
    *differences = (struct differences){0};
}
