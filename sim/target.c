/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Paths to params: "node.param", "node.part.param", "links.name.param", the field of a distribution one dot more. */
#include "sim/world.h"

#include <stdio.h>
#include <string.h>

enum { PATH_MAX_LENGTH = 200, WORDS = 5 };

struct words {
    char copy[PATH_MAX_LENGTH + 1];
    const char *word[WORDS];
    uint32_t count;
};

static bool split(const char *path, struct words *words, struct sim_error *error)
{
    words->count = 0;
    if (strlen(path) > PATH_MAX_LENGTH)
        return sim_fail(error, path, "want a path of at most %d characters", PATH_MAX_LENGTH);
    (void)snprintf(words->copy, sizeof words->copy, "%s", path);
    char *rest = words->copy;
    while (rest != NULL) {
        if (words->count == WORDS)
            return sim_fail(error, path, "want a path such as \"gateway.timeout\" or \"sre-lab.cpu.cores\"");
        words->word[words->count++] = rest;
        rest = strchr(rest, '.');
        if (rest != NULL)
            *rest++ = '\0';
    }
    return true;
}

static int find_field_name(const char *name)
{
    for (int field = 0; field < SIM_DIST_FIELDS; field++) {
        if (strcmp(sim_dist_field_name((enum sim_dist_field)field), name) == 0)
            return field;
    }
    return -1;
}

/* The words from `at` on: "param" or "param.field". */
static bool find_param(const struct sim_param *table, const char *owner, const struct words *words, uint32_t at,
                       struct sim_target *target, struct sim_error *error)
{
    if (at >= words->count)
        return sim_fail(error, NULL, "want a param after \"%s\"", owner);
    const struct sim_param *param = sim_param_find(table, words->word[at]);
    if (param == NULL)
        return sim_fail(error, words->word[at], "want a param of \"%s\"", owner);
    target->param = param;
    target->field = -1;
    if (at + 1 == words->count)
        return true;
    if (param->kind != SIM_PARAM_DIST)
        return sim_fail(error, words->word[at + 1], "want nothing after \"%s.%s\"", owner, param->name);
    target->field = find_field_name(words->word[at + 1]);
    if (target->field < 0)
        return sim_fail(error, words->word[at + 1], "want the field of a distribution, such as median or sigma");
    if (at + 2 != words->count)
        return sim_fail(error, words->word[at + 2], "want nothing after \"%s.%s.%s\"", owner, param->name,
                        words->word[at + 1]);
    return true;
}

static bool find_in_node(struct sim_node *node, const struct words *words, uint32_t at, struct sim_target *target,
                         struct sim_error *error)
{
    *target = (struct sim_target){.base = node, .node = node};
    const char *first = at < words->count ? words->word[at] : NULL;
    for (const struct sim_part *part = node->type->parts; first != NULL && part != NULL && part->name != NULL; part++) {
        if (strcmp(part->name, first) != 0)
            continue;
        target->base = (char *)node + part->offset;
        target->part = part;
        return find_param(part->type->params, part->name, words, at + 1, target, error);
    }
    return find_param(node->type->params, node->name, words, at, target, error);
}

static bool find_in_link(struct sim_link *link, const struct words *words, uint32_t at, struct sim_target *target,
                         struct sim_error *error)
{
    *target = (struct sim_target){.base = link, .link = link};
    return find_param(sim_link_params, link->name, words, at, target, error);
}

bool sim_target_find_in_node(struct sim_node *node, const char *path, struct sim_target *target,
                             struct sim_error *error)
{
    struct words words;
    return split(path, &words, error) && find_in_node(node, &words, 0, target, error);
}

bool sim_target_find_in_link(struct sim_link *link, const char *path, struct sim_target *target,
                             struct sim_error *error)
{
    struct words words;
    return split(path, &words, error) && find_in_link(link, &words, 0, target, error);
}

bool sim_target_find(struct sim *sim, const char *path, struct sim_target *target, struct sim_error *error)
{
    struct words words;
    if (!split(path, &words, error) || words.count == 0)
        return false;
    if (strcmp(words.word[0], "links") == 0) {
        struct sim_link *link = words.count > 1 ? sim_find_link(sim, words.word[1]) : NULL;
        if (link == NULL)
            return sim_fail(error, words.count > 1 ? words.word[1] : NULL, "want the name of a link after \"links\"");
        return find_in_link(link, &words, 2, target, error);
    }
    struct sim_node *node = sim_find_node(sim, words.word[0]);
    if (node == NULL)
        return sim_fail(error, words.word[0],
                        "want a path that begins with a node there is, or with \"links\", \"faults\", \"phases\" or "
                        "\"run\"");
    return find_in_node(node, &words, 1, target, error);
}
