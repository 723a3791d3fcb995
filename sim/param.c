/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Values of params: taken from a field, put into it, changed while the simulation runs, written as text. */
#include "sim/param.h"

#include "sim/units.h"
#include "sim/world.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const kind_names[SIM_PARAM_KINDS] = {
    [SIM_PARAM_DURATION] = "duration", [SIM_PARAM_RATE] = "rate",
    [SIM_PARAM_COUNT] = "count",       [SIM_PARAM_BYTES] = "bytes",
    [SIM_PARAM_NUMBER] = "number",     [SIM_PARAM_RATIO] = "ratio",
    [SIM_PARAM_FLAG] = "flag",         [SIM_PARAM_CHOICE] = "choice",
    [SIM_PARAM_VARIANT] = "choice",    [SIM_PARAM_SET] = "set",
    [SIM_PARAM_TEXT] = "text",         [SIM_PARAM_DIST] = "distribution",
    [SIM_PARAM_NODE] = "node",         [SIM_PARAM_NODE_LIST] = "list of nodes",
};

const char *sim_param_kind_name(enum sim_param_kind kind)
{
    return kind_names[kind];
}

const struct sim_param *sim_param_find(const struct sim_param *table, const char *name)
{
    for (const struct sim_param *param = table; param != NULL && param->name != NULL; param++) {
        if (strcmp(param->name, name) == 0)
            return param;
    }
    return NULL;
}

/* Where a kind's field lies in struct sim_value, and its size. */
static void *member(struct sim_value *value, enum sim_param_kind kind, size_t *size)
{
    switch (kind) {
    case SIM_PARAM_DURATION:
        *size = sizeof value->duration;
        return &value->duration;
    case SIM_PARAM_RATE:
    case SIM_PARAM_NUMBER:
    case SIM_PARAM_RATIO:
        *size = sizeof value->number;
        return &value->number;
    case SIM_PARAM_COUNT:
    case SIM_PARAM_BYTES:
        *size = sizeof value->count;
        return &value->count;
    case SIM_PARAM_FLAG:
        *size = sizeof value->flag;
        return &value->flag;
    case SIM_PARAM_CHOICE:
        *size = sizeof value->choice;
        return &value->choice;
    case SIM_PARAM_VARIANT:
        *size = sizeof value->variant;
        return &value->variant;
    case SIM_PARAM_SET:
        *size = sizeof value->set;
        return &value->set;
    case SIM_PARAM_TEXT:
        *size = sizeof value->text;
        return &value->text;
    case SIM_PARAM_DIST:
        *size = sizeof value->dist;
        return &value->dist;
    case SIM_PARAM_NODE:
        *size = sizeof(struct sim_node *);
        return &value->node;
    case SIM_PARAM_NODE_LIST:
        *size = sizeof value->list;
        return &value->list;
    case SIM_PARAM_KINDS:
        break;
    }
    sim_panic(__FILE__, __LINE__, "a param of no kind");
}

struct sim_value sim_param_get(const struct sim_target *target)
{
    struct sim_value value;
    memset(&value, 0, sizeof value);
    size_t size = 0;
    void *to = member(&value, target->param->kind, &size);
    memcpy(to, (const char *)target->base + target->param->offset, size);
    return value;
}

void sim_param_put(const struct sim_target *target, const struct sim_value *value)
{
    struct sim_value copy = *value;
    size_t size = 0;
    const void *from = member(&copy, target->param->kind, &size);
    memcpy((char *)target->base + target->param->offset, from, size);
}

void sim_param_change(struct sim *sim, const struct sim_target *target, const struct sim_value *value)
{
    sim_assert(target->param->live);
    struct sim_value old = sim_param_get(target);
    if (sim_value_equal(target->param, &old, value))
        return;
    sim_param_put(target, value);
    if (sim->listening != NULL) {
        char path[200];
        const char *owner = target->link != NULL ? target->link->name : target->node->name;
        (void)snprintf(path, sizeof path, "%s%.80s%s%.40s.%.40s", target->link != NULL ? "links." : "", owner,
                       target->part != NULL ? "." : "", target->part != NULL ? target->part->name : "",
                       target->param->name);
        char *text = sim_param_text(target->param, value);
        sim_tell_fault(sim, path, text);
        free(text);
    }
    if (target->part != NULL) {
        if (target->part->type->on_param != NULL)
            target->part->type->on_param(target->base, target->param);
    } else if (target->node != NULL && target->node->type->on_param != NULL) {
        target->node->type->on_param(target->node, target->param);
    }
}

static bool same_number(double a, double b)
{
    return !(a < b) && !(a > b);
}

bool sim_value_equal(const struct sim_param *param, const struct sim_value *a, const struct sim_value *b)
{
    char *left = sim_param_text(param, a);
    char *right = sim_param_text(param, b);
    bool equal = strcmp(left, right) == 0;
    free(left);
    free(right);
    return equal;
}

/* ---- text ---- */

struct text {
    char *chars;
    size_t length, room;
};

static void put(struct text *text, const char *more)
{
    size_t length = strlen(more);
    if (text->length + length + 1 > text->room) {
        text->room = (text->length + length + 1) * 2;
        text->chars = sim_xrealloc(text->chars, text->room);
    }
    memcpy(text->chars + text->length, more, length + 1);
    text->length += length;
}

/* A JSON string. */
static void put_quoted(struct text *text, const char *chars)
{
    put(text, "\"");
    for (const char *c = chars; *c != '\0'; c++) {
        char one[8] = {*c, '\0'};
        if (*c == '"' || *c == '\\')
            (void)snprintf(one, sizeof one, "\\%c", *c);
        else if ((unsigned char)*c < 0x20)
            (void)snprintf(one, sizeof one, "\\u%04x", (unsigned)(unsigned char)*c);
        put(text, one);
    }
    put(text, "\"");
}

static void put_duration(struct text *text, sim_ns duration)
{
    char buffer[48];
    put(text, "\"");
    put(text, duration == SIM_NEVER ? "none" : sim_format_duration(buffer, sizeof buffer, duration));
    put(text, "\"");
}

static void put_table(struct text *text, const struct sim_dist_table *table)
{
    char buffer[48];
    put(text, "{\"table\":{\"values\":[");
    for (size_t i = 0; i < table->count; i++) {
        put(text, i > 0 ? "," : "");
        put_duration(text, table->values[i]);
    }
    put(text, "],\"weights\":[");
    for (size_t i = 0; i < table->count; i++) {
        put(text, i > 0 ? "," : "");
        put(text, sim_format_number(buffer, sizeof buffer, table->weights[i]));
    }
    put(text, "]}}");
}

static void put_dist(struct text *text, const struct sim_dist *dist)
{
    char buffer[48];
    if (dist->law == SIM_LAW_CONSTANT) {
        put_duration(text, (sim_ns)dist->field[SIM_FIELD_VALUE]);
        return;
    }
    if (dist->law == SIM_LAW_TABLE) {
        put_table(text, dist->table);
        return;
    }
    put(text, "{\"");
    put(text, sim_law_name(dist->law));
    put(text, "\":{");
    const char *comma = "";
    for (int field = 0; field < SIM_DIST_FIELDS; field++) {
        if ((dist->set >> field & 1) == 0)
            continue;
        put(text, comma);
        comma = ",";
        put_quoted(text, sim_dist_field_name((enum sim_dist_field)field));
        put(text, ":");
        if (sim_dist_field_is_duration((enum sim_dist_field)field))
            put_duration(text, (sim_ns)dist->field[field]);
        else
            put(text, sim_format_number(buffer, sizeof buffer, dist->field[field]));
    }
    put(text, "}}");
}

static void put_count(struct text *text, int64_t count)
{
    char buffer[32];
    (void)snprintf(buffer, sizeof buffer, "%lld", (long long)count);
    put(text, count == INT64_MAX ? "\"none\"" : buffer);
}

static void put_set(struct text *text, const struct sim_param *param, uint64_t set)
{
    const char *comma = "";
    put(text, "[");
    for (int i = 0; param->choices[i] != NULL; i++) {
        if ((set >> i & 1) == 0)
            continue;
        put(text, comma);
        put_quoted(text, param->choices[i]);
        comma = ",";
    }
    put(text, "]");
}

static void put_variant(struct text *text, const struct sim_param *param, struct sim_variant variant)
{
    char buffer[48];
    if ((param->takes_ratio >> variant.choice & 1) == 0) {
        put_quoted(text, param->choices[variant.choice]);
        return;
    }
    put(text, "{");
    put_quoted(text, param->choices[variant.choice]);
    put(text, ":");
    put(text, sim_format_number(buffer, sizeof buffer, variant.ratio));
    put(text, "}");
}

static void put_nodes(struct text *text, const struct sim_value *value)
{
    put(text, "[");
    for (uint32_t i = 0; i < value->list.count; i++) {
        put(text, i > 0 ? "," : "");
        put_quoted(text, value->list.nodes[i]->name);
    }
    put(text, "]");
}

static void put_quantity(struct text *text, enum sim_param_kind kind, const struct sim_value *value)
{
    char buffer[48];
    const char *quote = kind == SIM_PARAM_RATE || kind == SIM_PARAM_BYTES ? "\"" : "";
    put(text, quote);
    if (kind == SIM_PARAM_RATE && isinf(value->number))
        put(text, "none");
    else if (kind == SIM_PARAM_RATE)
        put(text, sim_format_rate(buffer, sizeof buffer, value->number));
    else if (kind == SIM_PARAM_BYTES)
        put(text, value->count == INT64_MAX ? "none" : sim_format_bytes(buffer, sizeof buffer, value->count));
    else
        put(text, sim_format_number(buffer, sizeof buffer, same_number(value->number, 0) ? 0.0 : value->number));
    put(text, quote);
}

char *sim_param_text(const struct sim_param *param, const struct sim_value *value)
{
    struct text text = {0};
    switch (param->kind) {
    case SIM_PARAM_DURATION:
        put_duration(&text, value->duration);
        break;
    case SIM_PARAM_RATE:
    case SIM_PARAM_BYTES:
    case SIM_PARAM_NUMBER:
    case SIM_PARAM_RATIO:
        put_quantity(&text, param->kind, value);
        break;
    case SIM_PARAM_COUNT:
        put_count(&text, value->count);
        break;
    case SIM_PARAM_FLAG:
        put(&text, value->flag ? "true" : "false");
        break;
    case SIM_PARAM_CHOICE:
        put_quoted(&text, param->choices[value->choice]);
        break;
    case SIM_PARAM_VARIANT:
        put_variant(&text, param, value->variant);
        break;
    case SIM_PARAM_SET:
        put_set(&text, param, value->set);
        break;
    case SIM_PARAM_TEXT:
        put_quoted(&text, value->text == NULL ? "" : value->text);
        break;
    case SIM_PARAM_DIST:
        put_dist(&text, &value->dist);
        break;
    case SIM_PARAM_NODE:
        if (value->node == NULL)
            put(&text, "\"none\"");
        else
            put_quoted(&text, value->node->name);
        break;
    case SIM_PARAM_NODE_LIST:
        put_nodes(&text, value);
        break;
    case SIM_PARAM_KINDS:
        sim_panic(__FILE__, __LINE__, "a param of no kind");
    }
    return text.chars;
}
