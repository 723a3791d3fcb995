/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which params two scenarios do not share, from their canonical texts (scenarios/canonical.c): lines of params stand
 * below their node, part, link or fault, and become paths as --set has them. Other lines are their own path. */
#include "reports/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PATH_ROOM = 256 };

struct entry {
    char *path, *value;
    bool paired;
};

struct entries {
    struct entry *items;
    size_t count, room;
};

static void add(struct entries *entries, const char *path, const char *value)
{
    if (entries->count == entries->room) {
        entries->room = entries->room == 0 ? 64 : entries->room * 2;
        entries->items = sim_xrealloc(entries->items, entries->room * sizeof *entries->items);
    }
    entries->items[entries->count++] = (struct entry){sim_xstrdup(path), sim_xstrdup(value), false};
}

static void entries_fini(struct entries *entries)
{
    for (size_t i = 0; i < entries->count; i++) {
        free(entries->items[i].path);
        free(entries->items[i].value);
    }
    free(entries->items);
}

/* What stands before the params of a section: "node redis cache" is "redis", "link l a b" is "links.l". */
static void read_heading(char owner[PATH_ROOM], const char *line)
{
    char kind[16] = "", name[PATH_ROOM / 2] = "";
    (void)sscanf(line, "%15s %127s", kind, name);
    const bool node = strcmp(kind, "node") == 0;
    (void)snprintf(owner, PATH_ROOM, "%s%s%s", node ? "" : kind, node ? "" : "s.", name);
}

/* One line; `owner` and `part` are those of the lines above. */
static void read_line(struct entries *entries, const char *line, char owner[PATH_ROOM], char part[PATH_ROOM])
{
    char path[3 * PATH_ROOM];
    const size_t indent = strspn(line, " ");
    const char *text = line + indent;
    const char *value = strchr(text, ' ');
    if (strncmp(line, "expect ", strlen("expect ")) == 0)
        return;
    if (indent == 2 && value != NULL) {
        (void)snprintf(path, sizeof path, "%s%s%s.%.*s", owner, part[0] == '\0' ? "" : ".", part, (int)(value - text),
                       text);
        add(entries, path, value + 1);
        return;
    }
    if (indent == 1) {
        part[0] = '\0';
        (void)sscanf(text, "part %127s", part);
        return;
    }
    read_heading(owner, line);
    part[0] = '\0';
    value = strchr(text, ' ');
    value = value == NULL ? NULL : strchr(value + 1, ' ');
    const bool single = strncmp(line, "run ", 4) == 0 || strncmp(line, "request ", strlen("request ")) == 0;
    if (single || value == NULL)
        add(entries, line, "");
    else
        add(entries, owner, value + 1);
}

static struct entries read_all(const char *canonical)
{
    struct entries entries = {0};
    char owner[PATH_ROOM] = "", part[PATH_ROOM] = "";
    char *copy = sim_xstrdup(canonical);
    char *rest = copy;
    for (char *line = strsep(&rest, "\n"); line != NULL; line = strsep(&rest, "\n")) {
        if (line[0] != '\0')
            read_line(&entries, line, owner, part);
    }
    free(copy);
    return entries;
}

static struct entry *find(struct entries *entries, const char *path)
{
    for (size_t i = 0; i < entries->count; i++) {
        if (!entries->items[i].paired && strcmp(entries->items[i].path, path) == 0)
            return &entries->items[i];
    }
    return NULL;
}

/* A copy without the quotes that texts have in a scenario; NULL of NULL. */
static char *plain(const char *value)
{
    if (value == NULL)
        return NULL;
    const size_t length = strlen(value);
    const bool quoted = length > 1 && value[0] == '"' && strchr(value + 1, '"') == value + length - 1;
    char *copy = sim_xstrdup(quoted ? value + 1 : value);
    if (quoted)
        copy[length - 2] = '\0';
    return copy;
}

static void note(struct check_scenario *scenario, const char *path, const char *before, const char *after)
{
    scenario->params = sim_xrealloc(scenario->params, (scenario->param_count + 1) * sizeof *scenario->params);
    scenario->params[scenario->param_count++] = (struct check_param){sim_xstrdup(path), plain(before), plain(after)};
}

void baseline_params(struct check_scenario *scenario, const char *before, const char *after)
{
    struct entries old = read_all(before), now = read_all(after);
    for (size_t i = 0; i < old.count; i++) {
        struct entry *entry = find(&now, old.items[i].path);
        if (entry == NULL)
            note(scenario, old.items[i].path, old.items[i].value, NULL);
        else if (strcmp(entry->value, old.items[i].value) != 0)
            note(scenario, entry->path, old.items[i].value, entry->value);
        if (entry != NULL)
            entry->paired = true;
    }
    for (size_t i = 0; i < now.count; i++) {
        if (!now.items[i].paired)
            note(scenario, now.items[i].path, NULL, now.items[i].value);
    }
    entries_fini(&old);
    entries_fini(&now);
}
