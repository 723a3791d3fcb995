/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The scenarios that ship: name, levels of the learning journey, title. */
#include "reports/command.h"
#include "reports/options.h"
#include "reports/show.h"
#include "reports/terminal.h"
#include "reports/texts.h"
#include "scenarios/json_strict.h"

#include <stdlib.h>
#include <string.h>

enum { LEVELS = 5, LEVELS_ROOM = 16, TITLE_MAX = 200, TITLE_ROOM = 6 * TITLE_MAX + 8, OPTION_LEVEL = 2000 };

struct row {
    char *name, *path;
    struct scenario *scenario; /* NULL: it cannot be read */
};

struct arguments {
    enum output_format format;
    int level; /* 0: all */
};

static error_t parse(int key, char *argument, struct argp_state *state)
{
    struct arguments *arguments = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &arguments->format;
        return 0;
    case OPTION_LEVEL:
        if (strlen(argument) != 1 || *argument < '1' || *argument > '0' + LEVELS)
            argp_error(state, "--level wants a number from 1 to %d, got \"%s\"", LEVELS, argument);
        else
            arguments->level = *argument - '0';
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

/* ---- levels ---- */

static bool has_level(const struct row *row, int level)
{
    const cJSON *entry = NULL;
    const cJSON *levels =
        row->scenario == NULL ? NULL : cJSON_GetObjectItemCaseSensitive(row->scenario->tree, "levels");
    if (!cJSON_IsArray(levels))
        return false;
    cJSON_ArrayForEach(entry, levels)
    {
        if (cJSON_IsNumber(entry) && entry->valueint == level)
            return true;
    }
    return false;
}

/* "L2", "L2,5", and of three or more in a row "L1-5"; empty for none. */
static const char *show_levels(char text[LEVELS_ROOM], const struct row *row)
{
    size_t used = 0;
    text[0] = '\0';
    for (int level = 1; level <= LEVELS; level++) {
        int last = level;
        if (!has_level(row, level))
            continue;
        while (last < LEVELS && has_level(row, last + 1))
            last++;
        used += (size_t)snprintf(text + used, LEVELS_ROOM - used, "%s%d", used == 0 ? "L" : ",", level);
        if (last < level + 2)
            continue;
        used += (size_t)snprintf(text + used, LEVELS_ROOM - used, "-%d", last);
        level = last;
    }
    return text;
}

/* ---- rows ---- */

static struct row read_row(char *name)
{
    struct row row = {.name = name, .path = scenario_find_shipped(name)};
    struct json_errors errors;
    json_errors_init(&errors);
    row.scenario = row.path == NULL ? NULL : scenario_load(row.path, &errors);
    json_errors_fini(&errors);
    return row;
}

static void free_row(struct row *row)
{
    scenario_destroy(row->scenario);
    free(row->path);
    free(row->name);
}

static void print_text(const struct row *rows, size_t count)
{
    enum { COLUMNS = 3 };
    static const enum align aligns[COLUMNS] = {ALIGN_LEFT, ALIGN_LEFT, ALIGN_WRAP};
    struct texts cells = {0};
    for (size_t i = 0; i < count; i++) {
        char title[TITLE_ROOM] = "(cannot be read: see simex validate)", levels[LEVELS_ROOM];
        if (rows[i].scenario != NULL)
            json_safe_text(title, sizeof title, TITLE_MAX, rows[i].scenario->title);
        texts_add(&cells, rows[i].name);
        texts_add(&cells, show_levels(levels, &rows[i]));
        texts_add(&cells, title);
    }
    terminal_table(stdout, (const char *const *)cells.items, count, COLUMNS, aligns, 0);
    texts_fini(&cells);
}

static void print_json(const struct row *rows, size_t count)
{
    cJSON *tree = cJSON_CreateArray();
    for (size_t i = 0; i < count; i++) {
        cJSON *object = cJSON_CreateObject();
        (void)cJSON_AddStringToObject(object, "name", rows[i].name);
        if (rows[i].scenario != NULL)
            (void)cJSON_AddStringToObject(object, "title", rows[i].scenario->title);
        else
            (void)cJSON_AddNullToObject(object, "title");
        cJSON *levels = cJSON_AddArrayToObject(object, "levels");
        for (int level = 1; level <= LEVELS; level++) {
            if (has_level(&rows[i], level))
                (void)cJSON_AddItemToArray(levels, cJSON_CreateNumber(level));
        }
        (void)cJSON_AddStringToObject(object, "file", rows[i].path);
        (void)cJSON_AddItemToArray(tree, object);
    }
    show_json(stdout, tree);
}

int cmd_list(int argc, char **argv)
{
    static const struct argp_option options[] = {
        {.name = "level", .key = OPTION_LEVEL, .arg = "N", .doc = "only the scenarios of that level"}, {0}};
    static const struct argp_child children[] = {{&format_argp, 0, NULL, 0}, {0}};
    static const struct argp argp = {
        .options = options,
        .parser = parse,
        .doc = "Lists the scenarios that ship with simex, one line each: name, levels, title."
               "\v"
               "The levels are those of the learning journey: L1 visibility, L2 active defense, L3 resources, "
               "L4 continuity, L5 forensics.",
        .children = children};
    struct arguments arguments = {.format = FORMAT_TEXT};
    if (argp_parse(&argp, argc, argv, 0, NULL, &arguments) != 0)
        return EXIT_USAGE;
    char **names = scenario_list_shipped();
    size_t count = 0, kept = 0;
    while (names[count] != NULL)
        count++;
    struct row *rows = sim_xcalloc(count + 1, sizeof *rows);
    for (size_t i = 0; i < count; i++) {
        rows[kept] = read_row(names[i]);
        if (arguments.level == 0 || has_level(&rows[kept], arguments.level))
            kept++;
        else
            free_row(&rows[kept]);
    }
    if (arguments.format == FORMAT_JSON)
        print_json(rows, kept);
    else
        print_text(rows, kept);
    for (size_t i = 0; i < kept; i++)
        free_row(&rows[i]);
    free(rows);
    free(names);
    return EXIT_FINE;
}
