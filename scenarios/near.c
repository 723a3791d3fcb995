/* SPDX-License-Identifier: GPL-3.0-or-later */
/* "Did you mean": for every sort of name that a scenario or the command line can get wrong, the nearest one there is.
 * What is returned is static or lives as long as the world. */
#include "scenarios/build.h"
#include "scenarios/suggest.h"

#include "models/models.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Candidates as they are gathered. */
struct names {
    const char **list;
    size_t count, room;
};

static void add(struct names *names, const char *name)
{
    if (names->count == names->room) {
        names->room = names->room == 0 ? 64 : names->room * 2;
        names->list = sim_xrealloc(names->list, names->room * sizeof *names->list);
    }
    names->list[names->count++] = name;
}

/* The nearest of the candidates, which are forgotten; NULL too when one is the name itself. */
static const char *nearest(struct names *names, const char *name)
{
    const char *near = names->count == 0 ? NULL : suggest_nearest(name, names->list, names->count);
    free(names->list);
    *names = (struct names){0};
    return near != NULL && strcmp(near, name) == 0 ? NULL : near; /* it is not that name that is wrong */
}

static void add_params(struct names *names, const struct sim_param *params)
{
    for (; params != NULL && params->name != NULL; params++)
        add(names, params->name);
}

static void add_parts(struct names *names, const struct sim_part *parts)
{
    for (; parts != NULL && parts->name != NULL; parts++)
        add(names, parts->name);
}

static void add_metrics(struct names *names, const struct sim_metric *metrics)
{
    for (; metrics != NULL && metrics->name != NULL; metrics++)
        add(names, metrics->name);
}

const char *near_type(const char *name)
{
    struct names names = {0};
    for (size_t i = 0; model_types[i] != NULL; i++)
        add(&names, model_types[i]->name);
    return nearest(&names, name);
}

const char *near_node(const struct sim *sim, const char *name)
{
    struct names names = {0};
    for (uint32_t i = 0; i < sim->node_count; i++)
        add(&names, sim->nodes[i]->name);
    return nearest(&names, name);
}

const char *near_link(const struct sim *sim, const char *name)
{
    struct names names = {0};
    for (uint32_t i = 0; i < sim->link_count; i++)
        add(&names, sim->links[i]->name);
    return nearest(&names, name);
}

const char *near_fault(const struct cell *cell, const char *name)
{
    struct names names = {0};
    for (uint32_t i = 0; i < cell->fault_count; i++)
        add(&names, cell->faults[i].name);
    return nearest(&names, name);
}

const char *near_phase(const struct cell *cell, const char *name)
{
    struct names names = {0};
    for (uint32_t i = 0; i < cell->phase_count; i++)
        add(&names, cell->phases[i].name);
    return nearest(&names, name);
}

const char *near_item(const struct cell *cell, const char *key)
{
    struct names names = {0};
    for (uint32_t i = 0; i < cell->panel_count; i++)
        add(&names, cell->panel[i].key);
    return nearest(&names, key);
}

const char *near_action(const struct sim_node *node, const char *name)
{
    struct names names = {0};
    for (const struct sim_action *action = node->type->actions; action != NULL && action->name != NULL; action++)
        add(&names, action->name);
    for (const struct sim_action *action = sim_node_actions; action->name != NULL; action++)
        add(&names, action->name);
    return nearest(&names, name);
}

/* ---- params ---- */

/* "timeout" of "timeout.x", cut to what is ever suggested. */
static const char *first_word(char word[SUGGEST_LENGTH_MAX + 2], const char *path)
{
    size_t length = strcspn(path, ".");
    length = length > SUGGEST_LENGTH_MAX + 1 ? SUGGEST_LENGTH_MAX + 1 : length;
    memcpy(word, path, length);
    word[length] = '\0';
    return word;
}

/* What stands behind the first dot; NULL without one. */
static const char *next_word(const char *path)
{
    const char *dot = strchr(path, '.');
    return dot == NULL ? NULL : dot + 1;
}

static const char *near_dist_field(const char *name)
{
    struct names names = {0};
    for (int field = 0; field < SIM_DIST_FIELDS; field++)
        add(&names, sim_dist_field_name((enum sim_dist_field)field));
    return nearest(&names, name);
}

/* A param of one of the node's parts that is called like `name`: "cpu.cores" for "cores". */
static const char *in_a_part(struct sim *sim, const struct sim_part *parts, const char *name)
{
    char path[160];
    for (; parts != NULL && parts->name != NULL; parts++) {
        const struct sim_param *param = sim_param_find(parts->type->params, name);
        if (param == NULL)
            continue;
        (void)snprintf(path, sizeof path, "%s.%s", parts->name, param->name);
        return sim_arena_strdup(&sim->arena, path);
    }
    return NULL;
}

static const char *near_in_table(const struct sim_param *params, const char *path)
{
    char word[SUGGEST_LENGTH_MAX + 2];
    struct names names = {0};
    if (sim_param_find(params, first_word(word, path)) != NULL)
        return next_word(path) == NULL ? NULL : near_dist_field(first_word(word, next_word(path)));
    add_params(&names, params);
    return nearest(&names, word);
}

const char *near_param(struct sim *sim, const struct sim_node *node, const char *path)
{
    char word[SUGGEST_LENGTH_MAX + 2];
    struct names names = {0};
    if (node == NULL)
        return near_in_table(sim_link_params, path);
    const struct sim_part *parts = node->type->parts;
    (void)first_word(word, path);
    for (const struct sim_part *part = parts; part != NULL && part->name != NULL; part++) {
        if (strcmp(part->name, word) == 0)
            return next_word(path) == NULL ? NULL : near_in_table(part->type->params, next_word(path));
    }
    if (sim_param_find(node->type->params, word) != NULL)
        return near_in_table(node->type->params, path);
    const char *inner = in_a_part(sim, parts, word);
    if (inner != NULL)
        return inner;
    add_params(&names, node->type->params);
    add_parts(&names, parts);
    return nearest(&names, word);
}

const char *near_path(struct sim *sim, const char *path)
{
    char word[SUGGEST_LENGTH_MAX + 2];
    const char *rest = next_word(path);
    struct names names = {0};
    (void)first_word(word, path);
    if (strcmp(word, "links") == 0) {
        const struct sim_link *link = rest == NULL ? NULL : sim_find_link(sim, first_word(word, rest));
        if (link == NULL)
            return rest == NULL ? NULL : near_link(sim, word);
        return next_word(rest) == NULL ? NULL : near_param(sim, NULL, next_word(rest));
    }
    const struct sim_node *node = sim_find_node(sim, word);
    if (node != NULL)
        return rest == NULL ? NULL : near_param(sim, node, rest);
    for (uint32_t i = 0; i < sim->node_count; i++)
        add(&names, sim->nodes[i]->name);
    add(&names, "faults");
    add(&names, "links");
    add(&names, "phases");
    add(&names, "run");
    return nearest(&names, word);
}

/* ---- readings ---- */

const char *near_reading(const struct sim *sim, const char *text)
{
    char word[SUGGEST_LENGTH_MAX + 2];
    struct names names = {0};
    const struct sim_node *node = sim_find_node(sim, first_word(word, text));
    if (node == NULL)
        return near_node(sim, word);
    const char *rest = next_word(text);
    if (rest == NULL)
        return NULL;
    (void)first_word(word, rest);
    for (const struct sim_part *part = node->type->parts; part != NULL && part->name != NULL; part++) {
        if (strcmp(part->name, word) != 0)
            continue;
        rest = next_word(rest);
        add_metrics(&names, part->type->metrics);
        return nearest(&names, rest == NULL ? "" : first_word(word, rest));
    }
    add_metrics(&names, node->type->metrics);
    add_metrics(&names, sim_node_metrics);
    add_parts(&names, node->type->parts);
    return nearest(&names, word);
}
