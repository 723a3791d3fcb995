/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The map for programs: JSON, and a graph for Graphviz. Rates in 1/s, times in s; a time of nothing is null. */
#include "reports/callmap_show.h"
#include "reports/show.h"

#include <inttypes.h>

/* ---- JSON ---- */

static void put_seconds(cJSON *object, const char *key, const struct sim_hist *took, double p)
{
    if (took->count == 0)
        (void)cJSON_AddNullToObject(object, key);
    else
        (void)cJSON_AddNumberToObject(object, key, sim_ns_to_s(sim_hist_percentile(took, p)));
}

static void put_times(cJSON *object, const struct sim_hist *took)
{
    put_seconds(object, "p50_s", took, 50);
    put_seconds(object, "p95_s", took, 95);
    put_seconds(object, "p99_s", took, 99);
    put_seconds(object, "max_s", took, 100);
}

static void put_outcome(cJSON *object, const char *status, const char *reason, struct sim_outcome outcome)
{
    (void)cJSON_AddStringToObject(object, status, sim_status_name(outcome.status));
    if (outcome.reason == NULL)
        (void)cJSON_AddNullToObject(object, reason);
    else
        (void)cJSON_AddStringToObject(object, reason, outcome.reason);
}

static void put_outcomes(cJSON *object, const char *key, const struct callmap_outcomes *outcomes)
{
    cJSON *list = cJSON_AddArrayToObject(object, key);
    for (size_t i = 0; i < outcomes->count; i++) {
        cJSON *item = cJSON_CreateObject();
        put_outcome(item, "status", "reason", outcomes->items[i].outcome);
        (void)cJSON_AddNumberToObject(item, "count", (double)outcomes->items[i].count);
        (void)cJSON_AddItemToArray(list, item);
    }
}

static cJSON *edge_tree(const struct callmap *map, const struct callmap_edge *edge)
{
    cJSON *tree = cJSON_CreateObject();
    (void)cJSON_AddStringToObject(tree, "from", edge->from->name);
    (void)cJSON_AddStringToObject(tree, "to", edge->to->name);
    (void)cJSON_AddNumberToObject(tree, "ended", (double)edge->ended);
    (void)cJSON_AddNumberToObject(tree, "rate", (double)edge->ended / callmap_seconds(map));
    (void)cJSON_AddNumberToObject(tree, "errors", (double)edge->errors);
    (void)cJSON_AddNumberToObject(tree, "timed_out", (double)edge->timed_out);
    (void)cJSON_AddNumberToObject(tree, "cancelled", (double)edge->cancelled);
    put_times(tree, &edge->took);
    cJSON *statuses = cJSON_AddObjectToObject(tree, "by_status");
    for (int i = 0; i < SIM_STATUSES; i++) {
        if (edge->by_status[i] > 0)
            (void)cJSON_AddNumberToObject(statuses, sim_status_name((enum sim_status)i), (double)edge->by_status[i]);
    }
    put_outcomes(tree, "outcomes", &edge->outcomes);
    return tree;
}

static cJSON *node_tree(const struct callmap *map, const struct callmap_node *node)
{
    cJSON *tree = cJSON_CreateObject();
    (void)cJSON_AddStringToObject(tree, "node", node->node->name);
    (void)cJSON_AddStringToObject(tree, "type", node->node->type->name);
    (void)cJSON_AddNumberToObject(tree, "replies", (double)node->replied);
    (void)cJSON_AddNumberToObject(tree, "rate", (double)node->replied / callmap_seconds(map));
    (void)cJSON_AddNumberToObject(tree, "errors", (double)node->errors);
    (void)cJSON_AddNumberToObject(tree, "born_here", (double)node->born);
    put_times(tree, &node->took);
    put_outcomes(tree, "births", &node->births);
    return tree;
}

static cJSON *death_tree(const struct callmap_death *death)
{
    cJSON *tree = cJSON_CreateObject();
    (void)cJSON_AddStringToObject(tree, "node", death->node->name);
    put_outcome(tree, "status", "reason", death->outcome);
    (void)cJSON_AddNumberToObject(tree, "requests", (double)death->count);
    if (death->heard_from == NULL) {
        (void)cJSON_AddNullToObject(tree, "last_heard");
        return tree;
    }
    cJSON *heard = cJSON_AddObjectToObject(tree, "last_heard");
    (void)cJSON_AddStringToObject(heard, "node", death->heard_from->name);
    put_outcome(heard, "status", "reason", death->heard);
    return tree;
}

void callmap_json(FILE *out, const struct callmap_picture *picture)
{
    const struct callmap *map = picture->map;
    cJSON *tree = cJSON_CreateObject();
    (void)cJSON_AddStringToObject(tree, "run", picture->cell->id);
    (void)cJSON_AddStringToObject(tree, "scenario", picture->cell->scenario->name);
    if (picture->phase == NULL)
        (void)cJSON_AddNullToObject(tree, "phase");
    else
        (void)cJSON_AddStringToObject(tree, "phase", picture->phase->name);
    (void)cJSON_AddNumberToObject(tree, "from_s", sim_ns_to_s(map->from));
    (void)cJSON_AddNumberToObject(tree, "to_s", sim_ns_to_s(map->to));
    (void)cJSON_AddNumberToObject(tree, "requests", (double)map->requests);
    (void)cJSON_AddNumberToObject(tree, "failed", (double)map->failed);
    cJSON *edges = cJSON_AddArrayToObject(tree, "edges");
    for (size_t i = 0; i < map->edge_count; i++)
        (void)cJSON_AddItemToArray(edges, edge_tree(map, map->edges[i]));
    cJSON *nodes = cJSON_AddArrayToObject(tree, "nodes");
    for (uint32_t i = 0; i < map->sim->node_count; i++)
        (void)cJSON_AddItemToArray(nodes, node_tree(map, &map->nodes[i]));
    cJSON *deaths = cJSON_AddArrayToObject(tree, "deaths");
    for (size_t i = 0; i < map->death_count; i++)
        (void)cJSON_AddItemToArray(deaths, death_tree(&map->deaths[i]));
    show_json(out, tree);
}

/* ---- Graphviz ---- */

/* A quoted string of the DOT language, in which only the quote and the backslash mean something. */
static void put_quoted(FILE *out, const char *text)
{
    (void)fputc('"', out);
    for (; *text != '\0'; text++) {
        if (*text == '"' || *text == '\\')
            (void)fputc('\\', out);
        (void)fputc(*text, out);
    }
    (void)fputc('"', out);
}

/* What is ours to write: lines with "\n" between, empty ones left out. */
static void put_lines(FILE *out, const char *const *lines, size_t count)
{
    (void)fputs("label=\"", out);
    for (size_t i = 0; i < count; i++) {
        if (lines[i][0] != '\0')
            (void)fprintf(out, "%s%s", i > 0 ? "\\n" : "", lines[i]);
    }
    (void)fputc('"', out);
}

void callmap_dot(FILE *out, const struct callmap_picture *picture)
{
    const struct callmap *map = picture->map;
    char heading[CALLMAP_HEADING_ROOM], rate[CALLMAP_ROOM], errors[CALLMAP_ROOM], p95[CALLMAP_ROOM],
        colour[CALLMAP_ROOM];
    (void)fprintf(out, "digraph simex {\n    rankdir=LR;\n    labelloc=t;\n    label=");
    put_quoted(out, callmap_heading(heading, picture));
    (void)fprintf(out, ";\n    node [shape=box, style=rounded, fontname=\"sans-serif\"];\n"
                       "    edge [fontname=\"sans-serif\", fontsize=10];\n");
    for (uint32_t i = 0; i < map->sim->node_count; i++) {
        const struct callmap_node *node = &map->nodes[i];
        const char *const lines[] = {node->node->name, callmap_p95(p95, &node->took),
                                     node->born == 0 ? "" : callmap_rate(rate, map, node->born),
                                     node->born == 0 ? "" : "errors born here"};
        (void)fprintf(out, "    ");
        put_quoted(out, node->node->name);
        (void)fprintf(out, " [color=\"%s\", ", callmap_colour(colour, node->born, node->replied));
        put_lines(out, lines, SIM_COUNT_OF(lines));
        (void)fprintf(out, "];\n");
    }
    for (size_t i = 0; i < map->edge_count; i++) {
        const struct callmap_edge *edge = map->edges[i];
        const char *const lines[] = {callmap_rate(rate, map, edge->ended),
                                     callmap_errors(errors, edge->errors, edge->ended), callmap_p95(p95, &edge->took)};
        if (edge->ended == 0)
            continue;
        (void)fprintf(out, "    ");
        put_quoted(out, edge->from->name);
        (void)fprintf(out, " -> ");
        put_quoted(out, edge->to->name);
        (void)fprintf(out, " [color=\"%s\", penwidth=%.1f, ", callmap_colour(colour, edge->errors, edge->ended),
                      callmap_width(map, edge));
        put_lines(out, lines, SIM_COUNT_OF(lines));
        (void)fprintf(out, "];\n");
    }
    (void)fprintf(out, "}\n");
}
