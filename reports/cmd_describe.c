/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What there is to set and to read, from the tables that the types themselves use. */
#include "reports/command.h"
#include "reports/options.h"
#include "reports/show.h"
#include "reports/terminal.h"
#include "scenarios/suggest.h"

#include "models/models.h"
#include "sim/units.h"

#include <stdlib.h>
#include <string.h>

struct arguments {
    enum output_format format;
    const char *type;
};

/* A type of any sort: node, part or link. */
struct described {
    const char *sort, *name, *help;
    const struct sim_param *params;
    const struct sim_part *parts;
    const struct sim_action *actions;
    const struct sim_metric *metrics;
};

enum { TYPES_MAX = 64, TEXT_ROOM = 400 };

static size_t list_types(struct described *types)
{
    size_t count = 0;
    for (size_t i = 0; model_types[i] != NULL; i++) {
        const struct sim_node_type *type = model_types[i];
        types[count++] =
            (struct described){"node", type->name, type->help, type->params, type->parts, type->actions, type->metrics};
    }
    for (size_t i = 0; model_parts[i] != NULL; i++) {
        const struct sim_part_type *type = model_parts[i];
        types[count++] = (struct described){"part", type->name, type->help, type->params, NULL, NULL, type->metrics};
    }
    types[count++] =
        (struct described){"link", "link", "the edge from one node to another", sim_link_params, NULL, NULL, NULL};
    return count;
}

static error_t parse(int key, char *argument, struct argp_state *state)
{
    struct arguments *arguments = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &arguments->format;
        return 0;
    case ARGP_KEY_ARG:
        if (arguments->type != NULL)
            argp_error(state, "one type at a time, got also \"%s\"", argument);
        arguments->type = argument;
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

/* ---- texts ---- */

static const char *show_default(char *buffer, const struct sim_param *param)
{
    const bool reference = param->kind == SIM_PARAM_NODE || param->kind == SIM_PARAM_NODE_LIST;
    if (param->initial == NULL)
        (void)snprintf(buffer, TEXT_ROOM, "%s", reference ? "(must be given)" : "(none)");
    else
        (void)snprintf(buffer, TEXT_ROOM, "%s", param->initial);
    return buffer;
}

static void show_bound(char *buffer, size_t size, const struct sim_param *param, double bound)
{
    if (param->kind == SIM_PARAM_DURATION)
        (void)sim_format_duration(buffer, size, sim_ns_from_s(bound));
    else if (param->kind == SIM_PARAM_RATE)
        (void)sim_format_rate(buffer, size, bound);
    else if (param->kind == SIM_PARAM_BYTES)
        (void)sim_format_bytes(buffer, size, (int64_t)bound);
    else
        (void)snprintf(buffer, size, "%.0f", bound);
}

static void show_choices(char *buffer, const struct sim_param *param)
{
    size_t used = 0;
    buffer[0] = '\0';
    for (size_t i = 0; param->choices[i] != NULL && used < TEXT_ROOM; i++) {
        const bool ratio = (param->takes_ratio >> i & 1) != 0;
        int wrote = snprintf(buffer + used, TEXT_ROOM - used, "%s%s%s", i == 0 ? "" : " ", param->choices[i],
                             ratio ? ":RATIO" : "");
        used += wrote < 0 ? 0 : (size_t)wrote;
    }
}

/* What the param may be, beyond its kind. */
static const char *show_range(char *buffer, const struct sim_param *param)
{
    char low[48], high[48];
    buffer[0] = '\0';
    if (param->choices != NULL) {
        show_choices(buffer, param);
    } else if (param->min < param->max) {
        show_bound(low, sizeof low, param, param->min);
        show_bound(high, sizeof high, param, param->max);
        (void)snprintf(buffer, TEXT_ROOM, "%s to %s", low, high);
    } else if (param->kind == SIM_PARAM_RATIO) {
        (void)snprintf(buffer, TEXT_ROOM, "0 to 1");
    } else if (param->above_min) {
        (void)snprintf(buffer, TEXT_ROOM, "above 0");
    }
    size_t used = strlen(buffer);
    if (param->none && param->choices == NULL)
        (void)snprintf(buffer + used, TEXT_ROOM - used, "%s", used == 0 ? "or none" : ", or none");
    return buffer;
}

static const char *show_ratio(char *buffer, const struct sim_metric *metric)
{
    size_t used = 0;
    buffer[0] = '\0';
    for (int side = 0; side < 2; side++) {
        const char *const *terms = side == 0 ? metric->over : metric->under;
        for (size_t i = 0; i < SIM_RATIO_TERMS && terms[i] != NULL; i++) {
            int wrote = snprintf(buffer + used, TEXT_ROOM - used, "%s%s",
                                 i > 0       ? " + "
                                 : side == 1 ? " / "
                                             : "",
                                 terms[i]);
            used += wrote < 0 ? 0 : (size_t)wrote;
        }
    }
    return buffer;
}

static const char *metric_kind(const struct sim_metric *metric)
{
    static const char *const names[] = {"counter", "gauge", "histogram", "ratio"};
    return names[metric->kind];
}

/* ---- text ---- */

static void print_params(const struct sim_param *params)
{
    char buffer[TEXT_ROOM];
    for (const struct sim_param *param = params; param != NULL && param->name != NULL; param++) {
        (void)printf("  %-20s %s, %s, default %s", param->name, sim_param_kind_name(param->kind),
                     param->live ? "live" : "fixed", show_default(buffer, param));
        show_range(buffer, param);
        (void)printf("%s%s%s\n      %s\n", buffer[0] == '\0' ? "" : " (", buffer, buffer[0] == '\0' ? "" : ")",
                     param->help);
    }
}

static void print_metrics(const struct sim_metric *metrics)
{
    char buffer[TEXT_ROOM];
    for (const struct sim_metric *metric = metrics; metric != NULL && metric->name != NULL; metric++) {
        if (metric->kind == SIM_METRIC_RATIO)
            (void)printf("  %-20s ratio, %s\n      %s\n", metric->name, show_ratio(buffer, metric), metric->help);
        else
            (void)printf("  %-20s %s, %s\n      %s\n", metric->name, metric_kind(metric), metric->unit, metric->help);
    }
}

static void print_type(const struct described *type)
{
    (void)printf("%s %s: %s\n", type->sort, type->name, type->help);
    if (type->params != NULL) {
        (void)printf("\nParams\n");
        print_params(type->params);
    }
    for (const struct sim_part *part = type->parts; part != NULL && part->name != NULL; part++) {
        (void)printf("\nPart %s: %s\n", part->name, part->type->help);
        print_params(part->type->params);
    }
    if (strcmp(type->sort, "node") == 0) {
        (void)printf("\nActions\n");
        for (const struct sim_action *a = type->actions; a != NULL && a->name != NULL; a++)
            (void)printf("  %-20s %s\n", a->name, a->help);
        for (const struct sim_action *a = sim_node_actions; a->name != NULL; a++)
            (void)printf("  %-20s %s\n", a->name, a->help);
    }
    if (type->metrics != NULL || strcmp(type->sort, "node") == 0)
        (void)printf("\nMetrics\n");
    print_metrics(type->metrics);
    if (strcmp(type->sort, "node") == 0)
        print_metrics(sim_node_metrics);
    for (const struct sim_part *part = type->parts; part != NULL && part->name != NULL; part++) {
        (void)printf("\nMetrics of part %s\n", part->name);
        print_metrics(part->type->metrics);
    }
}

static void print_overview(const struct described *types, size_t count)
{
    static const enum align aligns[] = {ALIGN_LEFT, ALIGN_LEFT, ALIGN_WRAP};
    const char *cells[TYPES_MAX * 3];
    for (size_t i = 0; i < count; i++) {
        cells[3 * i] = types[i].sort;
        cells[3 * i + 1] = types[i].name;
        cells[3 * i + 2] = types[i].help;
    }
    terminal_table(stdout, cells, count, 3, aligns, 0);
    (void)printf("\nsimex describe TYPE says more of each.\n");
}

/* ---- JSON ---- */

static cJSON *params_tree(const struct sim_param *params)
{
    char buffer[TEXT_ROOM];
    cJSON *list = cJSON_CreateArray();
    for (const struct sim_param *param = params; param != NULL && param->name != NULL; param++) {
        cJSON *object = cJSON_CreateObject();
        (void)cJSON_AddStringToObject(object, "name", param->name);
        (void)cJSON_AddStringToObject(object, "kind", sim_param_kind_name(param->kind));
        if (param->initial != NULL)
            (void)cJSON_AddStringToObject(object, "default", param->initial);
        else
            (void)cJSON_AddNullToObject(object, "default");
        (void)cJSON_AddStringToObject(object, "range", show_range(buffer, param));
        (void)cJSON_AddBoolToObject(object, "live", param->live);
        (void)cJSON_AddStringToObject(object, "help", param->help);
        (void)cJSON_AddItemToArray(list, object);
    }
    return list;
}

static void add_metrics(cJSON *list, const struct sim_metric *metrics)
{
    char buffer[TEXT_ROOM];
    for (const struct sim_metric *metric = metrics; metric != NULL && metric->name != NULL; metric++) {
        cJSON *object = cJSON_CreateObject();
        (void)cJSON_AddStringToObject(object, "name", metric->name);
        (void)cJSON_AddStringToObject(object, "kind", metric_kind(metric));
        (void)cJSON_AddStringToObject(object, "unit", metric->unit);
        if (metric->kind == SIM_METRIC_RATIO)
            (void)cJSON_AddStringToObject(object, "of", show_ratio(buffer, metric));
        (void)cJSON_AddStringToObject(object, "help", metric->help);
        (void)cJSON_AddItemToArray(list, object);
    }
}

static void add_actions(cJSON *list, const struct sim_action *actions)
{
    for (; actions != NULL && actions->name != NULL; actions++) {
        cJSON *object = cJSON_CreateObject();
        (void)cJSON_AddStringToObject(object, "name", actions->name);
        (void)cJSON_AddStringToObject(object, "help", actions->help);
        (void)cJSON_AddItemToArray(list, object);
    }
}

static cJSON *type_tree(const struct described *type)
{
    const bool node = strcmp(type->sort, "node") == 0;
    cJSON *tree = cJSON_CreateObject();
    (void)cJSON_AddStringToObject(tree, "sort", type->sort);
    (void)cJSON_AddStringToObject(tree, "name", type->name);
    (void)cJSON_AddStringToObject(tree, "help", type->help);
    (void)cJSON_AddItemToObject(tree, "params", params_tree(type->params));
    cJSON *parts = cJSON_AddObjectToObject(tree, "parts");
    for (const struct sim_part *part = type->parts; part != NULL && part->name != NULL; part++)
        (void)cJSON_AddStringToObject(parts, part->name, part->type->name);
    cJSON *actions = cJSON_AddArrayToObject(tree, "actions");
    add_actions(actions, type->actions);
    add_actions(actions, node ? sim_node_actions : NULL);
    cJSON *metrics = cJSON_AddArrayToObject(tree, "metrics");
    add_metrics(metrics, type->metrics);
    add_metrics(metrics, node ? sim_node_metrics : NULL);
    return tree;
}

/* ---- the command ---- */

static int refuse(const char *name, const struct described *types, size_t count)
{
    const char *names[TYPES_MAX];
    char shown[JSON_SHOWN_BYTES];
    for (size_t i = 0; i < count; i++)
        names[i] = types[i].name;
    const char *near = suggest_nearest(name, names, count);
    (void)fprintf(stderr, "simex: no type \"%s\"", json_shown(shown, name));
    if (near != NULL)
        (void)fprintf(stderr, "; did you mean \"%s\"?\n", near);
    else
        (void)fprintf(stderr, "; see: simex describe\n");
    return EXIT_NO_INPUT;
}

int cmd_describe(int argc, char **argv)
{
    static const struct argp_child children[] = {{&format_argp, 0, NULL, 0}, {0}};
    static const struct argp argp = {
        .parser = parse,
        .args_doc = "[TYPE]",
        .doc =
            "Lists the types of nodes, parts and links, or says of one TYPE which params, actions and metrics it has.",
        .children = children};
    struct arguments arguments = {.format = FORMAT_TEXT};
    struct described types[TYPES_MAX];
    if (argp_parse(&argp, argc, argv, 0, NULL, &arguments) != 0)
        return EXIT_USAGE;
    const size_t count = list_types(types);
    size_t found = 0;
    while (arguments.type != NULL && found < count && strcmp(types[found].name, arguments.type) != 0)
        found++;
    if (arguments.type != NULL && found == count)
        return refuse(arguments.type, types, count);
    if (arguments.format == FORMAT_JSON) {
        cJSON *list = cJSON_CreateArray();
        for (size_t i = 0; i < count; i++) {
            if (arguments.type == NULL || i == found)
                (void)cJSON_AddItemToArray(list, type_tree(&types[i]));
        }
        show_json(stdout, list);
    } else if (arguments.type == NULL) {
        print_overview(types, count);
    } else {
        print_type(&types[found]);
    }
    return EXIT_FINE;
}
