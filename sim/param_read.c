/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a scenario, a fault or the command line wrote, read as a param's kind wants it. Messages say what is wanted with
 * an example, and give what was got as it was written. */
#include "sim/units.h"
#include "sim/world.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LIST_SHOWN = 200 };

/* ---- messages ---- */

/* Writes what was got, as it was written. */
static const char *shown(const struct sim_raw *raw, char *buffer, size_t size)
{
    char number[48];
    switch (raw->shape) {
    case SIM_RAW_WORD:
    case SIM_RAW_STRING:
        (void)snprintf(buffer, size, "%s", raw->text);
        break;
    case SIM_RAW_NUMBER:
        (void)snprintf(buffer, size, "%s", sim_format_number(number, sizeof number, raw->number));
        break;
    case SIM_RAW_FLAG:
        (void)snprintf(buffer, size, "%s", raw->number > 0 ? "true" : "false");
        break;
    case SIM_RAW_LIST:
        (void)snprintf(buffer, size, "a list");
        break;
    case SIM_RAW_OBJECT:
        (void)snprintf(buffer, size, "an object");
        break;
    case SIM_RAW_NULL:
        (void)snprintf(buffer, size, "null");
        break;
    }
    return buffer;
}

static bool refuse(struct sim_error *error, const struct sim_raw *raw, const char *rule)
{
    char buffer[120];
    return sim_fail(error, shown(raw, buffer, sizeof buffer), "%s", rule);
}

/* "want a <what> from MIN to MAX such as EXAMPLE", as far as there are bounds. `show` writes one in the kind's unit. */
static bool refuse_range(struct sim_error *error, const struct sim_raw *raw, const struct sim_param *param,
                         const char *what, char *(*show)(char *, size_t, double), const char *example)
{
    char low[48], high[48], buffer[120], bounds[140] = "";
    if (param->min < param->max) {
        show(low, sizeof low, param->min);
        show(high, sizeof high, param->max);
        const bool from_zero = !(param->min > 0);
        if (param->above_min && from_zero)
            (void)snprintf(bounds, sizeof bounds, " above 0 and up to %s", high);
        else if (param->above_min)
            (void)snprintf(bounds, sizeof bounds, " above %s and up to %s", low, high);
        else
            (void)snprintf(bounds, sizeof bounds, " from %s to %s", low, high);
    } else if (param->above_min) {
        (void)snprintf(bounds, sizeof bounds, " above 0");
    }
    return sim_fail(error, shown(raw, buffer, sizeof buffer), "want a %s%s such as %s%s", what, bounds, example,
                    param->none ? ", or \"none\"" : "");
}

static char *show_duration(char *buffer, size_t size, double seconds)
{
    return sim_format_duration(buffer, size, sim_ns_from_s(seconds));
}

static char *show_bytes(char *buffer, size_t size, double bytes)
{
    return sim_format_bytes(buffer, size, (int64_t)bytes);
}

static char *show_count(char *buffer, size_t size, double count)
{
    (void)snprintf(buffer, size, "%.0f", count);
    return buffer;
}

/* ---- scalars ---- */

static bool is_text(const struct sim_raw *raw)
{
    return raw->shape == SIM_RAW_WORD || raw->shape == SIM_RAW_STRING;
}

static bool is_none(const struct sim_param *param, const struct sim_raw *raw)
{
    return param->none && is_text(raw) && strcmp(raw->text, "none") == 0;
}

static bool in_range(const struct sim_param *param, double value)
{
    if (param->above_min && !(value > param->min))
        return false;
    return !(param->min < param->max) || (value >= param->min && value <= param->max);
}

static bool read_duration(const struct sim_param *param, const struct sim_raw *raw, sim_ns *out,
                          struct sim_error *error)
{
    if (is_none(param, raw)) {
        *out = SIM_NEVER;
        return true;
    }
    if (is_text(raw) && sim_parse_duration(raw->text, out) && in_range(param, sim_ns_to_s(*out)))
        return true;
    return refuse_range(error, raw, param, "duration", show_duration, "\"60s\"");
}

static bool read_rate(const struct sim_param *param, const struct sim_raw *raw, double *out, struct sim_error *error)
{
    if (is_none(param, raw)) {
        *out = (double)INFINITY;
        return true;
    }
    if (is_text(raw) && sim_parse_rate(raw->text, out) && in_range(param, *out))
        return true;
    return refuse_range(error, raw, param, "rate", sim_format_rate, "\"100/s\"");
}

/* A number from JSON, or a word that is one. */
static bool get_number(const struct sim_raw *raw, double *out)
{
    if (raw->shape == SIM_RAW_NUMBER) {
        *out = raw->number;
        return true;
    }
    return raw->shape == SIM_RAW_WORD && sim_parse_number(raw->text, out);
}

static bool read_count(const struct sim_param *param, const struct sim_raw *raw, int64_t *out, struct sim_error *error)
{
    double number = 0;
    const double largest = 0x1p53;
    if (is_none(param, raw)) {
        *out = INT64_MAX;
        return true;
    }
    if (get_number(raw, &number) && number >= -largest && number <= largest && !(floor(number) < number) &&
        in_range(param, number)) {
        *out = (int64_t)number;
        return true;
    }
    return refuse_range(error, raw, param, "whole number", show_count, param->min > 15 ? "1000" : "15");
}

static bool read_bytes(const struct sim_param *param, const struct sim_raw *raw, int64_t *out, struct sim_error *error)
{
    if (is_none(param, raw)) {
        *out = INT64_MAX;
        return true;
    }
    if (is_text(raw) && sim_parse_bytes(raw->text, out) && in_range(param, (double)*out))
        return true;
    return refuse_range(error, raw, param, "size", show_bytes, "\"64MiB\"");
}

static bool read_number(const struct sim_param *param, const struct sim_raw *raw, double *out, struct sim_error *error)
{
    struct sim_param bounded = *param;
    if (param->kind == SIM_PARAM_RATIO && !(param->min < param->max))
        bounded.max = 1;
    if (get_number(raw, out) && in_range(&bounded, *out))
        return true;
    const char *what = param->kind == SIM_PARAM_RATIO ? "ratio" : "number";
    return refuse_range(error, raw, &bounded, what, sim_format_number, param->kind == SIM_PARAM_RATIO ? "0.3" : "0.7");
}

static bool read_flag(const struct sim_raw *raw, bool *out, struct sim_error *error)
{
    if (raw->shape == SIM_RAW_FLAG) {
        *out = raw->number > 0;
        return true;
    }
    static const struct {
        const char *word;
        bool value;
    } words[] = {{"true", true}, {"on", true}, {"yes", true}, {"false", false}, {"off", false}, {"no", false}};
    for (size_t i = 0; raw->shape == SIM_RAW_WORD && i < SIM_COUNT_OF(words); i++) {
        if (strcmp(raw->text, words[i].word) == 0) {
            *out = words[i].value;
            return true;
        }
    }
    return refuse(error, raw, "want true or false");
}

/* ---- choices ---- */

static int find_choice(const struct sim_param *param, const char *text)
{
    for (int i = 0; param->choices[i] != NULL; i++) {
        if (strcmp(param->choices[i], text) == 0)
            return i;
        if (param->also != NULL && strcmp(param->also[i], text) == 0)
            return i;
    }
    return -1;
}

/* A choice may be written as a bare number where its second spelling is one: 503. */
static int find_raw_choice(const struct sim_param *param, const struct sim_raw *raw)
{
    char number[48];
    if (is_text(raw))
        return find_choice(param, raw->text);
    if (raw->shape == SIM_RAW_NUMBER)
        return find_choice(param, sim_format_number(number, sizeof number, raw->number));
    return -1;
}

static bool refuse_choice(const struct sim_param *param, const struct sim_raw *raw, const char *lead,
                          struct sim_error *error)
{
    char list[LIST_SHOWN] = "", buffer[120];
    size_t length = 0;
    for (int i = 0; param->choices[i] != NULL && length < sizeof list; i++) {
        const char *joint = i == 0 ? "" : param->choices[i + 1] == NULL ? " or " : ", ";
        const bool ratio = (param->takes_ratio >> i & 1) != 0;
        char one[64];
        (void)snprintf(one, sizeof one, ratio ? "{\"%s\": 0.5}" : "\"%s\"", param->choices[i]);
        int wrote = snprintf(list + length, sizeof list - length, "%s%s", joint, one);
        length += wrote < 0 ? 0 : (size_t)wrote;
    }
    return sim_fail(error, shown(raw, buffer, sizeof buffer), "%s %s", lead, list);
}

static bool read_choice(const struct sim_param *param, const struct sim_raw *raw, int *out, struct sim_error *error)
{
    *out = find_raw_choice(param, raw);
    return *out >= 0 || refuse_choice(param, raw, "want", error);
}

static bool read_variant(const struct sim_target *target, const struct sim_raw *raw, struct sim_variant *out,
                         struct sim_error *error)
{
    const struct sim_param *param = target->param;
    const struct sim_raw *name = raw;
    struct sim_raw key = {.shape = SIM_RAW_STRING};
    struct sim_raw ratio_raw = {0};
    if (raw->shape == SIM_RAW_OBJECT && raw->count == 1) {
        key.text = raw->items[0].name;
        ratio_raw = raw->items[0];
        name = &key;
    }
    char copy[64] = "";
    if (raw->shape == SIM_RAW_WORD && strchr(raw->text, ':') != NULL) {
        (void)snprintf(copy, sizeof copy, "%s", raw->text);
        char *colon = strchr(copy, ':');
        if (colon == NULL)
            return refuse_choice(param, raw, "want", error);
        *colon = '\0';
        key.text = copy;
        ratio_raw = (struct sim_raw){.shape = SIM_RAW_WORD, .text = colon + 1};
        name = &key;
    }
    int choice = find_raw_choice(param, name);
    bool takes = choice >= 0 && (param->takes_ratio >> choice & 1) != 0;
    if (choice < 0 || takes != (name == &key))
        return refuse_choice(param, name, "want", error);
    *out = (struct sim_variant){.choice = choice};
    static const struct sim_param ratio = {.kind = SIM_PARAM_RATIO};
    return !takes || read_number(&ratio, &ratio_raw, &out->ratio, error);
}

static bool add_to_set(const struct sim_param *param, const struct sim_raw *raw, uint64_t *set, struct sim_error *error)
{
    int choice = find_raw_choice(param, raw);
    if (choice < 0)
        return refuse_choice(param, raw, "want a list of", error);
    *set |= (uint64_t)1 << choice;
    return true;
}

/* "UNAVAILABLE,TIMEOUT" from the command line. */
static bool read_word_set(const struct sim_param *param, const char *text, uint64_t *set, struct sim_error *error)
{
    char word[64];
    while (*text != '\0') {
        size_t length = strcspn(text, ",");
        (void)snprintf(word, sizeof word, "%.*s", (int)(length < sizeof word ? length : sizeof word - 1), text);
        const struct sim_raw one = {.shape = SIM_RAW_WORD, .text = word};
        if (!add_to_set(param, &one, set, error))
            return false;
        text += length + (text[length] == ',');
    }
    return true;
}

static bool read_set(const struct sim_param *param, const struct sim_raw *raw, uint64_t *set, struct sim_error *error)
{
    *set = 0;
    if (is_text(raw) && (strcmp(raw->text, "none") == 0 || raw->text[0] == '\0'))
        return true;
    if (raw->shape == SIM_RAW_WORD)
        return read_word_set(param, raw->text, set, error);
    if (raw->shape != SIM_RAW_LIST)
        return refuse_choice(param, raw, "want a list of", error);
    for (uint32_t i = 0; i < raw->count; i++) {
        if (!add_to_set(param, &raw->items[i], set, error)) {
            if (error != NULL)
                (void)snprintf(error->path, sizeof error->path, "/%" PRIu32, i);
            return false;
        }
    }
    return true;
}

/* ---- distributions ---- */

static bool read_dist_field(struct sim_dist *dist, int field, const struct sim_raw *raw, struct sim_error *error)
{
    static const struct sim_param duration = {.kind = SIM_PARAM_DURATION};
    static const struct sim_param number = {.kind = SIM_PARAM_NUMBER};
    sim_ns ns = 0;
    double plain = 0;
    if (sim_dist_field_is_duration((enum sim_dist_field)field)) {
        if (!read_duration(&duration, raw, &ns, error))
            return false;
        dist->field[field] = (double)ns;
    } else {
        if (!read_number(&number, raw, &plain, error))
            return false;
        dist->field[field] = plain;
    }
    dist->set |= 1u << field;
    return true;
}

static bool refuse_field(enum sim_law law, const char *name, struct sim_error *error)
{
    char list[LIST_SHOWN] = "";
    size_t length = 0;
    for (int field = 0; field < SIM_DIST_FIELDS; field++) {
        if ((sim_law_fields(law) >> field & 1) == 0)
            continue;
        int wrote = snprintf(list + length, sizeof list - length, "%s%s", length == 0 ? "" : ", ",
                             sim_dist_field_name((enum sim_dist_field)field));
        length += wrote < 0 ? 0 : (size_t)wrote;
    }
    return sim_fail(error, name, "want a field of \"%s\": %s", sim_law_name(law),
                    law == SIM_LAW_TABLE ? "values, weights" : list);
}

static int find_field(enum sim_law law, const char *name)
{
    for (int field = 0; field < SIM_DIST_FIELDS; field++) {
        if ((sim_law_fields(law) >> field & 1) != 0 &&
            strcmp(sim_dist_field_name((enum sim_dist_field)field), name) == 0)
            return field;
    }
    return -1;
}

static bool table_lists(const struct sim_raw *raw, const struct sim_raw **values, const struct sim_raw **weights,
                        struct sim_error *error)
{
    for (uint32_t i = 0; i < raw->count; i++) {
        const struct sim_raw *item = &raw->items[i];
        bool is_values = strcmp(item->name, "values") == 0;
        if (!is_values && strcmp(item->name, "weights") != 0)
            return refuse_field(SIM_LAW_TABLE, item->name, error);
        if (item->shape != SIM_RAW_LIST)
            return refuse(error, item, "want a list");
        *(is_values ? values : weights) = item;
    }
    if (*values == NULL)
        return sim_fail(error, NULL, "want \"values\", a list of durations such as [\"1ms\", \"20ms\"]");
    if (*weights != NULL && (*weights)->count != (*values)->count)
        return sim_fail(error, NULL, "want as many weights as values");
    return true;
}

/* Keeps the table for the life of the world. */
static void keep_table(struct sim *sim, struct sim_dist_table *table)
{
    if (sim->dist_table_count == sim->dist_table_room) {
        sim->dist_table_room = sim->dist_table_room == 0 ? 4 : sim->dist_table_room * 2;
        sim->dist_tables = sim_xrealloc(sim->dist_tables, sim->dist_table_room * sizeof(struct sim_dist_table *));
    }
    sim->dist_tables[sim->dist_table_count++] = table;
}

static bool read_table(struct sim *sim, const struct sim_raw *raw, struct sim_dist *dist, struct sim_error *error)
{
    static const struct sim_param duration = {.kind = SIM_PARAM_DURATION};
    static const struct sim_param number = {.kind = SIM_PARAM_NUMBER};
    const struct sim_raw *values = NULL;
    const struct sim_raw *weights = NULL;
    if (!table_lists(raw, &values, &weights, error) || values == NULL)
        return false;
    sim_ns *ns = sim_xcalloc((size_t)values->count + 1, sizeof *ns);
    double *shares = sim_xcalloc((size_t)values->count + 1, sizeof *shares);
    bool fine = true;
    for (uint32_t i = 0; i < values->count && fine; i++) {
        fine = read_duration(&duration, &values->items[i], &ns[i], error);
        if (fine && weights != NULL)
            fine = read_number(&number, &weights->items[i], &shares[i], error);
    }
    struct sim_dist_table *table =
        fine ? sim_dist_table_make(values->count, ns, weights == NULL ? NULL : shares, error) : NULL;
    free(ns);
    free(shares);
    if (table == NULL)
        return false;
    keep_table(sim, table);
    dist->table = table;
    return true;
}

static bool read_law(struct sim *sim, enum sim_law law, const struct sim_raw *raw, struct sim_dist *dist,
                     struct sim_error *error)
{
    *dist = (struct sim_dist){.law = law};
    if (raw->shape != SIM_RAW_OBJECT) {
        if (law != SIM_LAW_CONSTANT && law != SIM_LAW_EXPONENTIAL)
            return refuse(error, raw, "want the law's fields as an object");
        int only = law == SIM_LAW_CONSTANT ? SIM_FIELD_VALUE : SIM_FIELD_MEAN;
        return read_dist_field(dist, only, raw, error) && sim_dist_prepare(dist, error);
    }
    if (law == SIM_LAW_TABLE)
        return read_table(sim, raw, dist, error) && sim_dist_prepare(dist, error);
    for (uint32_t i = 0; i < raw->count; i++) {
        int field = find_field(law, raw->items[i].name);
        if (field < 0)
            return refuse_field(law, raw->items[i].name, error);
        if (!read_dist_field(dist, field, &raw->items[i], error)) {
            if (error != NULL)
                (void)snprintf(error->path, sizeof error->path, "/%s/%s", sim_law_name(law), raw->items[i].name);
            return false;
        }
    }
    if (sim_dist_prepare(dist, error))
        return true;
    if (error != NULL)
        (void)snprintf(error->path, sizeof error->path, "/%s", sim_law_name(law));
    return false;
}

static const char law_rule[] =
    "want a duration such as \"40ms\", or one law: constant, uniform, exponential, normal, "
    "lognormal, pareto or table, such as {\"lognormal\": {\"median\": \"40ms\", \"sigma\": 0.3}}";

/* "lognormal:median=40ms,sigma=0.3", as the command line and the tables of params write it: turned into the members of
 * an object, which point into `copy`. */
static bool split_word(char *copy, struct sim_raw *law, struct sim_raw *items, uint32_t room)
{
    char *colon = strchr(copy, ':');
    if (colon == NULL)
        return false;
    *colon = '\0';
    *law = (struct sim_raw){.shape = SIM_RAW_OBJECT, .name = copy, .items = items};
    for (char *field = colon + 1; *field != '\0' && law->count < room;) {
        char *end = field + strcspn(field, ",");
        char *next = *end == '\0' ? end : end + 1;
        *end = '\0';
        char *equals = strchr(field, '=');
        if (equals == NULL)
            return false;
        *equals = '\0';
        items[law->count++] = (struct sim_raw){.shape = SIM_RAW_WORD, .name = field, .text = equals + 1};
        field = next;
    }
    return true;
}

static bool read_dist(struct sim *sim, const struct sim_raw *raw, struct sim_dist *dist, struct sim_error *error)
{
    sim_ns constant = 0;
    char copy[200];
    struct sim_raw word, law, items[SIM_DIST_FIELDS];
    if (is_text(raw) && sim_parse_duration(raw->text, &constant)) {
        *dist = sim_dist_constant(constant);
        return true;
    }
    if (raw->shape == SIM_RAW_WORD) {
        (void)snprintf(copy, sizeof copy, "%s", raw->text);
        if (!split_word(copy, &law, items, SIM_DIST_FIELDS))
            return refuse(error, raw, law_rule);
        word = (struct sim_raw){.shape = SIM_RAW_OBJECT, .items = &law, .count = 1};
        raw = &word;
    }
    if (raw->shape != SIM_RAW_OBJECT || raw->count != 1)
        return refuse(error, raw, law_rule);
    for (int l = 0; l < SIM_LAWS; l++) {
        if (strcmp(raw->items[0].name, sim_law_name((enum sim_law)l)) == 0)
            return read_law(sim, (enum sim_law)l, &raw->items[0], dist, error);
    }
    return sim_fail(error, raw->items[0].name, "%s", law_rule);
}

/* One field of the present distribution. */
static bool read_field(const struct sim_target *target, const struct sim_raw *raw, struct sim_dist *dist,
                       struct sim_error *error)
{
    *dist = sim_param_get(target).dist;
    if ((sim_law_fields(dist->law) >> target->field & 1) == 0)
        return refuse_field(dist->law, sim_dist_field_name((enum sim_dist_field)target->field), error);
    return read_dist_field(dist, target->field, raw, error) && sim_dist_prepare(dist, error);
}

/* ---- references ---- */

static bool read_node(struct sim *sim, const struct sim_target *target, const struct sim_raw *raw,
                      struct sim_node **out, struct sim_error *error)
{
    const struct sim_param *param = target->param;
    char buffer[120];
    const char *name = is_text(raw) ? raw->text : NULL;
    *out = NULL;
    if (is_none(param, raw))
        return true;
    struct sim_node *node = name == NULL ? NULL : sim_find_node(sim, name);
    if (node == NULL)
        return sim_fail(error, shown(raw, buffer, sizeof buffer), "want the name of a node");
    if ((node->type->accepts & param->accepts) != param->accepts)
        return sim_fail(error, name, "want a node that answers what \"%s\" asks of it; a %s does not", param->name,
                        node->type->name);
    *out = node;
    return true;
}

static bool read_nodes(struct sim *sim, const struct sim_target *target, const struct sim_raw *raw,
                       struct sim_node_list *out, struct sim_error *error)
{
    if (raw->shape != SIM_RAW_LIST || raw->count == 0 || raw->count > SIM_NODE_LIST_MAX)
        return refuse(error, raw, "want a list of 1 to 64 names of nodes");
    out->count = raw->count;
    out->nodes = sim_arena_alloc(&sim->arena, raw->count * sizeof(struct sim_node *));
    for (uint32_t i = 0; i < raw->count; i++) {
        if (!read_node(sim, target, &raw->items[i], &out->nodes[i], error))
            return false;
    }
    return true;
}

static bool read_text(struct sim *sim, const struct sim_raw *raw, const char **out, struct sim_error *error)
{
    if (!is_text(raw))
        return refuse(error, raw, "want a text");
    *out = sim_arena_strdup(&sim->arena, raw->text);
    return true;
}

bool sim_param_read(struct sim *sim, const struct sim_target *target, const struct sim_raw *raw,
                    struct sim_value *value, struct sim_error *error)
{
    const struct sim_param *param = target->param;
    memset(value, 0, sizeof *value);
    if (target->field >= 0)
        return read_field(target, raw, &value->dist, error);
    switch (param->kind) {
    case SIM_PARAM_DURATION:
        return read_duration(param, raw, &value->duration, error);
    case SIM_PARAM_RATE:
        return read_rate(param, raw, &value->number, error);
    case SIM_PARAM_COUNT:
        return read_count(param, raw, &value->count, error);
    case SIM_PARAM_BYTES:
        return read_bytes(param, raw, &value->count, error);
    case SIM_PARAM_NUMBER:
    case SIM_PARAM_RATIO:
        return read_number(param, raw, &value->number, error);
    case SIM_PARAM_FLAG:
        return read_flag(raw, &value->flag, error);
    case SIM_PARAM_CHOICE:
        return read_choice(param, raw, &value->choice, error);
    case SIM_PARAM_VARIANT:
        return read_variant(target, raw, &value->variant, error);
    case SIM_PARAM_SET:
        return read_set(param, raw, &value->set, error);
    case SIM_PARAM_TEXT:
        return read_text(sim, raw, &value->text, error);
    case SIM_PARAM_DIST:
        return read_dist(sim, raw, &value->dist, error);
    case SIM_PARAM_NODE:
        return read_node(sim, target, raw, &value->node, error);
    case SIM_PARAM_NODE_LIST:
        return read_nodes(sim, target, raw, &value->list, error);
    case SIM_PARAM_KINDS:
        break;
    }
    sim_panic(__FILE__, __LINE__, "a param of no kind");
}

void sim_param_read_default(struct sim *sim, const struct sim_target *target, struct sim_value *value)
{
    const struct sim_raw raw = {.shape = SIM_RAW_WORD, .text = target->param->initial};
    sim_assert(sim_param_read(sim, target, &raw, value, NULL));
}
