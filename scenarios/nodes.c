/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The sections `nodes` and `links`: first all names and types, so that references find them, then the params. */
#include "scenarios/build.h"

#include "models/models.h"

#include <string.h>

enum { KEYS_MAX = 64 };

static void build_node(struct build *build, const cJSON *node)
{
    static const char type_rule[] = "want a type of node (see: simex describe)";
    if (!build_check_name(build, node->string, false))
        return;
    if (!cJSON_IsObject(node)) {
        build_refuse_value(build, node, "an object with a \"type\"");
        return;
    }
    const cJSON *type = cJSON_GetObjectItemCaseSensitive(node, "type");
    if (type == NULL) {
        build_refuse_missing(build, "type", "the type of the node (see: simex describe)");
        return;
    }
    size_t length = build_enter(build, "type");
    const struct sim_node_type *found = cJSON_IsString(type) ? model_find_type(type->valuestring) : NULL;
    if (!cJSON_IsString(type))
        build_refuse_value(build, type, type_rule + strlen("want "));
    else if (found == NULL)
        build_refuse_text(build, type_rule, type->valuestring, near_type(type->valuestring));
    else
        (void)sim_add_node(build->cell->sim, found, node->string);
    build_leave(build, length);
}

void build_nodes(struct build *build, const cJSON *nodes)
{
    size_t length = build_enter(build, "nodes");
    if (nodes == NULL)
        build_refuse(build, JSON_KEY, "is missing: the simulated components, at least one");
    else if (cJSON_IsObject(nodes) && nodes->child == NULL)
        build_refuse(build, JSON_VALUE, "want at least one node");
    else
        build_members(build, nodes, SCENARIO_NODES_MAX, build_node);
    build_leave(build, length);
}

/* ---- params ---- */

static void list_keys(const struct sim_param *params, const struct sim_part *parts, const char *const *more,
                      const char **keys)
{
    size_t count = 0;
    for (; more != NULL && *more != NULL; more++)
        keys[count++] = *more;
    for (const struct sim_param *param = params; param != NULL && param->name != NULL && count < KEYS_MAX - 1; param++)
        keys[count++] = param->name;
    for (const struct sim_part *part = parts; part != NULL && part->name != NULL && count < KEYS_MAX - 1; part++)
        keys[count++] = part->name;
    keys[count] = NULL;
}

static void put_param(struct build *build, struct sim_target target, const struct sim_param *param, const cJSON *value)
{
    struct sim *sim = build->cell->sim;
    struct sim_error error = {0};
    struct sim_value read;
    target.param = param;
    target.field = -1;
    struct sim_raw raw = build_raw(build, value);
    if (sim_param_read(sim, &target, &raw, &read, &error)) {
        sim_param_put(&target, &read);
        return;
    }
    if (param->kind == SIM_PARAM_NODE && sim_find_node(sim, error.value) == NULL) {
        if (build_written(build, "nodes", error.value))
            return; /* that node was refused, not this reference to it */
        error.near = near_node(sim, error.value);
    }
    build_refuse_sim(build, JSON_VALUE, &error);
}

static void build_part(struct build *build, struct sim_node *node, const struct sim_part *part, const cJSON *object)
{
    const char *keys[KEYS_MAX];
    list_keys(part->type->params, NULL, NULL, keys);
    if (!cJSON_IsObject(object)) {
        build_refuse_value(build, object, "an object of params");
        return;
    }
    const struct sim_target target = {.base = (char *)node + part->offset, .node = node, .part = part};
    const cJSON *member = NULL;
    cJSON_ArrayForEach(member, object)
    {
        size_t length = build_enter(build, member->string);
        const struct sim_param *param = sim_param_find(part->type->params, member->string);
        if (param == NULL)
            build_refuse_key(build, member->string, keys, "param");
        else
            put_param(build, target, param, member);
        build_leave(build, length);
    }
}

static const struct sim_part *find_part(const struct sim_node_type *type, const char *name)
{
    for (const struct sim_part *part = type->parts; part != NULL && part->name != NULL; part++) {
        if (strcmp(part->name, name) == 0)
            return part;
    }
    return NULL;
}

/* What is a param of a part is suggested with the part's name: "cpu.cores" for "cores". */
static void refuse_param(struct build *build, const struct sim_node *node, const char *name, const char *const *keys)
{
    char shown[JSON_SHOWN_BYTES];
    const char *near = near_param(build->cell->sim, node, name);
    if (near != NULL && strchr(near, '.') != NULL)
        build_refuse(build, JSON_KEY, "unknown param \"%s\"; did you mean \"%s\"?", json_shown(shown, name), near);
    else
        build_refuse_key(build, name, keys, "param");
}

static void node_params(struct build *build, const cJSON *object)
{
    static const char *const more[] = {"type", "title", NULL};
    struct sim_node *node = sim_find_node(build->cell->sim, object->string);
    if (node == NULL)
        return; /* refused already */
    const char *keys[KEYS_MAX];
    list_keys(node->type->params, node->type->parts, more, keys);
    (void)build_text(build, object, "title");
    const cJSON *member = NULL;
    cJSON_ArrayForEach(member, object)
    {
        if (strcmp(member->string, "type") == 0 || strcmp(member->string, "title") == 0)
            continue;
        size_t length = build_enter(build, member->string);
        const struct sim_param *param = sim_param_find(node->type->params, member->string);
        const struct sim_part *part = find_part(node->type, member->string);
        if (param != NULL)
            put_param(build, (struct sim_target){.base = node, .node = node}, param, member);
        else if (part != NULL)
            build_part(build, node, part, member);
        else
            refuse_param(build, node, member->string, keys);
        build_leave(build, length);
    }
}

/* ---- links ---- */

static struct sim_node *link_end(struct build *build, const cJSON *link, const char *key)
{
    const cJSON *name = cJSON_GetObjectItemCaseSensitive(link, key);
    if (name == NULL) {
        build_refuse_missing(build, key, "the name of a node");
        return NULL;
    }
    const struct sim *sim = build->cell->sim;
    struct sim_node *node = cJSON_IsString(name) ? sim_find_node(sim, name->valuestring) : NULL;
    if (node != NULL)
        return node;
    size_t length = build_enter(build, key);
    if (!cJSON_IsString(name))
        build_refuse_value(build, name, "the name of a node");
    else if (!build_written(build, "nodes", name->valuestring))
        build_refuse_text(build, "want the name of a node", name->valuestring, near_node(sim, name->valuestring));
    build_leave(build, length);
    return NULL;
}

/* `link` is NULL when it was refused: its params are read all the same, so that their errors show too. */
static void link_params(struct build *build, struct sim_link *link, const cJSON *object)
{
    struct sim_link nowhere = {.sim = build->cell->sim};
    struct sim_link *target = link != NULL ? link : &nowhere;
    const cJSON *member = NULL;
    cJSON_ArrayForEach(member, object)
    {
        const struct sim_param *param = sim_param_find(sim_link_params, member->string);
        if (param == NULL)
            continue;
        size_t length = build_enter(build, member->string);
        put_param(build, (struct sim_target){.base = target, .link = target}, param, member);
        build_leave(build, length);
    }
}

static void build_link(struct build *build, const cJSON *object)
{
    static const char *const more[] = {"from", "to", "title", NULL};
    const char *keys[KEYS_MAX];
    if (!build_check_name(build, object->string, false))
        return;
    list_keys(sim_link_params, NULL, more, keys);
    if (!build_check_keys(build, object, keys, "param"))
        return;
    (void)build_text(build, object, "title");
    struct sim_node *from = link_end(build, object, "from");
    struct sim_node *to = link_end(build, object, "to");
    struct sim_link *link = NULL;
    if (from != NULL && from == to)
        build_refuse(build, JSON_KEY, "want a link between two nodes, got \"%s\" twice", from->name);
    else if (from != NULL && to != NULL) {
        link = sim_add_link(build->cell->sim, object->string, from, to);
        if (link == NULL)
            build_refuse(build, JSON_KEY, "want one link from \"%s\" to \"%s\", there is another", from->name,
                         to->name);
    }
    link_params(build, link, object);
}

void build_links(struct build *build, const cJSON *links)
{
    if (links == NULL)
        return;
    size_t length = build_enter(build, "links");
    build_members(build, links, SCENARIO_LINKS_MAX, build_link);
    build_leave(build, length);
}

void build_params(struct build *build, const cJSON *tree)
{
    const cJSON *nodes = cJSON_GetObjectItemCaseSensitive(tree, "nodes");
    if (!cJSON_IsObject(nodes) || cJSON_GetArraySize(nodes) > SCENARIO_NODES_MAX)
        return;
    size_t length = build_enter(build, "nodes");
    build_members(build, nodes, SCENARIO_NODES_MAX, node_params);
    build_leave(build, length);
}
