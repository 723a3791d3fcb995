/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "reports/command.h"
#include "reports/options.h"
#include "reports/show.h"
#include "reports/terminal.h"

#include <stdlib.h>

struct row {
    char *name, *path;
    struct scenario *scenario; /* NULL: it cannot be read */
};

static error_t parse(int key, char *argument, struct argp_state *state)
{
    (void)argument;
    if (key == ARGP_KEY_INIT) {
        state->child_inputs[0] = state->input;
        return 0;
    }
    return ARGP_ERR_UNKNOWN;
}

static struct row read_row(char *name)
{
    struct row row = {.name = name, .path = scenario_find_shipped(name)};
    struct json_errors errors;
    json_errors_init(&errors);
    row.scenario = row.path == NULL ? NULL : scenario_load(row.path, &errors);
    json_errors_fini(&errors);
    return row;
}

static void print_text(const struct row *rows, size_t count)
{
    static const enum align aligns[] = {ALIGN_LEFT, ALIGN_WRAP};
    const char **cells = sim_xcalloc(count * 2 + 1, sizeof *cells);
    char(*shown)[JSON_SHOWN_BYTES] = sim_xcalloc(count + 1, sizeof *shown);
    for (size_t i = 0; i < count; i++) {
        cells[2 * i] = rows[i].name;
        cells[2 * i + 1] = rows[i].scenario == NULL ? "(cannot be read: see simex validate)"
                                                    : json_shown(shown[i], rows[i].scenario->title);
    }
    terminal_table(stdout, cells, count, 2, aligns, 0);
    free(shown);
    free(cells);
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
        (void)cJSON_AddStringToObject(object, "file", rows[i].path);
        (void)cJSON_AddItemToArray(tree, object);
    }
    show_json(stdout, tree);
}

int cmd_list(int argc, char **argv)
{
    static const struct argp_child children[] = {{&format_argp, 0, NULL, 0}, {0}};
    static const struct argp argp = {
        .parser = parse, .doc = "Lists the scenarios that ship with simex, one line each.", .children = children};
    enum output_format format = FORMAT_TEXT;
    if (argp_parse(&argp, argc, argv, 0, NULL, &format) != 0)
        return EXIT_USAGE;
    char **names = scenario_list_shipped();
    size_t count = 0;
    while (names[count] != NULL)
        count++;
    struct row *rows = sim_xcalloc(count + 1, sizeof *rows);
    for (size_t i = 0; i < count; i++)
        rows[i] = read_row(names[i]);
    if (format == FORMAT_JSON)
        print_json(rows, count);
    else
        print_text(rows, count);
    for (size_t i = 0; i < count; i++) {
        scenario_destroy(rows[i].scenario);
        free(rows[i].path);
        free(rows[i].name);
    }
    free(rows);
    free(names);
    return EXIT_FINE;
}
