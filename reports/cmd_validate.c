/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "reports/command.h"
#include "reports/options.h"
#include "reports/show.h"

#include <stdio.h>
#include <stdlib.h>

struct arguments {
    enum output_format format;
    char **files;
    int count;
};

static error_t parse(int key, char *argument, struct argp_state *state)
{
    struct arguments *arguments = state->input;
    (void)argument;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &arguments->format;
        return 0;
    case ARGP_KEY_ARGS:
        arguments->files = state->argv + state->next;
        arguments->count = state->argc - state->next;
        return 0;
    case ARGP_KEY_NO_ARGS:
        argp_error(state, "which files?");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

/* Errors of one file, schema and all. */
static int check(const char *argument, struct json_errors *errors)
{
    char *found = scenario_find(argument);
    struct scenario *scenario = scenario_load(found == NULL ? argument : found, errors);
    if (scenario != NULL)
        cell_destroy(cell_build(scenario, NULL, 0, 1, errors));
    scenario_destroy(scenario);
    free(found);
    if (json_errors_total(errors) == 0)
        return EXIT_FINE;
    return errors->unreadable > 0 ? EXIT_NO_INPUT : EXIT_BAD_SCENARIO;
}

static cJSON *result_tree(const char *argument, const struct json_errors *errors)
{
    cJSON *object = cJSON_CreateObject();
    (void)cJSON_AddStringToObject(object, "file", argument);
    (void)cJSON_AddBoolToObject(object, "valid", json_errors_total(errors) == 0);
    cJSON *list = cJSON_AddArrayToObject(object, "errors");
    for (size_t i = 0; i < errors->count; i++) {
        const struct json_error *error = &errors->list[i];
        cJSON *one = cJSON_CreateObject();
        (void)cJSON_AddStringToObject(one, "file", error->file);
        (void)cJSON_AddNumberToObject(one, "line", error->line);
        (void)cJSON_AddNumberToObject(one, "column", error->column);
        (void)cJSON_AddStringToObject(one, "pointer", error->pointer);
        (void)cJSON_AddStringToObject(one, "message", error->message);
        (void)cJSON_AddItemToArray(list, one);
    }
    return object;
}

int cmd_validate(int argc, char **argv)
{
    static const struct argp_child children[] = {{&format_argp, 0, NULL, 0}, {0}};
    static const struct argp argp = {
        .parser = parse,
        .args_doc = "FILE...",
        .doc =
            "Reads scenarios without running them, and says all that is wrong with each, with line and column.\v"
            "FILE may also be a name of simex list. Exit status: 0 when all are right, 65 when one is wrong, 66 when "
            "one cannot be read.",
        .children = children,
    };
    struct arguments arguments = {.format = FORMAT_TEXT};
    int code = EXIT_FINE;
    if (argp_parse(&argp, argc, argv, 0, NULL, &arguments) != 0)
        return EXIT_USAGE;
    cJSON *tree = cJSON_CreateArray();
    for (int i = 0; i < arguments.count; i++) {
        struct json_errors errors;
        json_errors_init(&errors);
        code = worse_exit(code, check(arguments.files[i], &errors));
        if (arguments.format == FORMAT_JSON) {
            (void)cJSON_AddItemToArray(tree, result_tree(arguments.files[i], &errors));
        } else if (json_errors_total(&errors) > 0) {
            json_errors_print(&errors, stderr);
        } else {
            char shown[JSON_SHOWN_BYTES];
            (void)printf("%s: valid\n", json_shown(shown, arguments.files[i]));
        }
        json_errors_fini(&errors);
    }
    if (arguments.format == FORMAT_JSON)
        show_json(stdout, tree);
    else
        cJSON_Delete(tree);
    return code;
}
