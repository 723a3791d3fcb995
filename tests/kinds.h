/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the tests of params share: a node with a param of every kind, and JSON as the scenario layer hands it over. */
#ifndef TESTS_KINDS_H
#define TESTS_KINDS_H

#include "tests/kit.h"

#include <cjson/cJSON.h>

/* ---- a node with a param of every kind ---- */

struct kinds_part {
    struct sim_part_base base; /* must be first */
    sim_ns pause;
    int changes;
};

struct kinds {
    struct sim_node node; /* must be first */
    struct kinds_part part;
    sim_ns duration, bounded;
    double rate, number, share;
    int64_t count, bytes;
    bool flag;
    int choice;
    struct sim_variant variant;
    uint64_t set;
    const char *text;
    struct sim_dist dist, table;
    struct sim_node *ref;
    struct sim_node_list refs;
    int changes;
    const struct sim_param *changed;
    sim_ns changed_to;
};

#define FIELD(member) .offset = offsetof(struct kinds, member)

static const char *const colours[] = {"red", "green", "blue", NULL};
static const char *const numbers[] = {"1", "2", "503", NULL};
static const char *const jitters[] = {"none", "full", "proportional", NULL};

static const struct sim_param kinds_params[] = {
    {.name = "duration", .kind = SIM_PARAM_DURATION, FIELD(duration), .initial = "1s", .none = true, .live = true},
    {.name = "bounded",
     .kind = SIM_PARAM_DURATION,
     FIELD(bounded),
     .initial = "2s",
     .min = 0,
     .max = 60,
     .above_min = true,
     .live = true},
    {.name = "rate", .kind = SIM_PARAM_RATE, FIELD(rate), .initial = "100/s", .none = true, .live = true},
    {.name = "number", .kind = SIM_PARAM_NUMBER, FIELD(number), .initial = "0", .min = -5, .max = 5, .live = true},
    {.name = "share", .kind = SIM_PARAM_RATIO, FIELD(share), .initial = "0", .live = true},
    {.name = "count",
     .kind = SIM_PARAM_COUNT,
     FIELD(count),
     .initial = "7",
     .min = 1,
     .max = 1000,
     .none = true,
     .live = true},
    {.name = "bytes", .kind = SIM_PARAM_BYTES, FIELD(bytes), .initial = "64MiB", .none = true, .live = true},
    {.name = "flag", .kind = SIM_PARAM_FLAG, FIELD(flag), .initial = "false", .live = true},
    {.name = "choice",
     .kind = SIM_PARAM_CHOICE,
     FIELD(choice),
     .initial = "red",
     .choices = colours,
     .also = numbers,
     .live = true},
    {.name = "variant",
     .kind = SIM_PARAM_VARIANT,
     FIELD(variant),
     .initial = "none",
     .choices = jitters,
     .takes_ratio = 4,
     .live = true},
    {.name = "set",
     .kind = SIM_PARAM_SET,
     FIELD(set),
     .initial = "red,blue",
     .choices = colours,
     .also = numbers,
     .live = true},
    {.name = "text", .kind = SIM_PARAM_TEXT, FIELD(text), .initial = "hello", .live = true},
    {.name = "dist", .kind = SIM_PARAM_DIST, FIELD(dist), .initial = "lognormal:median=40ms,sigma=0.25", .live = true},
    {.name = "table", .kind = SIM_PARAM_DIST, FIELD(table), .initial = "3ms", .live = true},
    {.name = "ref", .kind = SIM_PARAM_NODE, FIELD(ref), .initial = "none", .none = true, .accepts = OP_BIT(OP_QUERY)},
    {.name = "refs", .kind = SIM_PARAM_NODE_LIST, FIELD(refs), .initial = "", .accepts = OP_BIT(OP_QUERY)},
    {0}};

static const struct sim_param part_params[] = {{.name = "pause",
                                                .kind = SIM_PARAM_DURATION,
                                                .initial = "1ms",
                                                .offset = offsetof(struct kinds_part, pause),
                                                .live = true},
                                               {0}};

static inline void part_on_param(void *part, const struct sim_param *param)
{
    (void)param;
    ((struct kinds_part *)part)->changes++;
}

static inline void kinds_on_param(struct sim_node *node, const struct sim_param *param)
{
    struct kinds *kinds = (struct kinds *)node;
    kinds->changes++;
    kinds->changed = param;
    kinds->changed_to = kinds->duration; /* the new value is there already */
}

static const struct sim_part_type part_type = {.name = "part", .params = part_params, .on_param = part_on_param};
static const struct sim_part kinds_parts[] = {{"part", &part_type, offsetof(struct kinds, part)}, {0}};
static const struct sim_node_type kinds_type = {.name = "kinds",
                                                .size = sizeof(struct kinds),
                                                .params = kinds_params,
                                                .parts = kinds_parts,
                                                .on_param = kinds_on_param};

struct bench {
    struct sim *sim;
    struct kinds *kinds;
};

static inline struct bench bench_make(void)
{
    struct bench b = {.sim = sim_create(1)};
    b.kinds = (struct kinds *)sim_add_node(b.sim, &kinds_type, "kinds");
    (void)sim_add_node(b.sim, &database_type, "postgres");
    (void)sim_add_node(b.sim, &database_type, "mysql");
    (void)sim_add_node(b.sim, &pool_type, "pool");
    return b;
}

static inline struct sim_target target_of(const struct bench *b, const char *path)
{
    struct sim_target target;
    struct sim_error error = {0};
    ck_assert_msg(sim_target_find_in_node(&b->kinds->node, path, &target, &error), "%s", error.rule);
    return target;
}

/* ---- JSON, as the scenario layer would hand it over ---- */

enum { RAW_ITEMS = 64 };

struct raw_json {
    cJSON *json;
    struct sim_raw items[RAW_ITEMS];
    uint32_t used;
};

static inline struct sim_raw raw_from(struct raw_json *raw, const cJSON *json)
{
    struct sim_raw result = {.name = json->string};
    if (cJSON_IsString(json)) {
        result.shape = SIM_RAW_STRING;
        result.text = json->valuestring;
    } else if (cJSON_IsNumber(json)) {
        result.shape = SIM_RAW_NUMBER;
        result.number = json->valuedouble;
    } else if (cJSON_IsBool(json)) {
        result.shape = SIM_RAW_FLAG;
        result.number = cJSON_IsTrue(json);
    } else if (cJSON_IsNull(json)) {
        result.shape = SIM_RAW_NULL;
    } else {
        result.shape = cJSON_IsArray(json) ? SIM_RAW_LIST : SIM_RAW_OBJECT;
        result.count = (uint32_t)cJSON_GetArraySize(json);
        struct sim_raw *items = &raw->items[raw->used];
        result.items = items;
        raw->used += result.count;
        ck_assert_uint_le(raw->used, RAW_ITEMS);
        const cJSON *child = json->child;
        for (uint32_t i = 0; i < result.count; i++, child = child->next)
            items[i] = raw_from(raw, child);
    }
    return result;
}

static inline bool read_json(const struct bench *b, const struct sim_target *target, const char *text,
                             struct sim_value *value, struct sim_error *error)
{
    struct raw_json raw = {.json = cJSON_Parse(text)};
    ck_assert_msg(raw.json != NULL, "no JSON: %s", text);
    const struct sim_raw top = raw_from(&raw, raw.json);
    bool fine = sim_param_read(b->sim, target, &top, value, error);
    cJSON_Delete(raw.json);
    return fine;
}

static inline bool read_word(const struct bench *b, const struct sim_target *target, const char *text,
                             struct sim_value *value, struct sim_error *error)
{
    const struct sim_raw raw = {.shape = SIM_RAW_WORD, .text = text};
    return sim_param_read(b->sim, target, &raw, value, error);
}

#endif
