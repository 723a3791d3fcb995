/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a scenario, a fault or the command line wrote, read as a param's kind wants it. Messages say what is wanted with
 * an example, and give what was got as it was written. */
#include "sim/param_raw.h"
#include "sim/units.h"
#include "sim/world.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LIST_SHOWN = 200 };

/* ---- messages ---- */

bool sim_raw_refuse(struct sim_error *error, const struct sim_raw *raw, const char *rule)
{
    char number[48];
    switch (raw->shape) {
    case SIM_RAW_WORD:
    case SIM_RAW_STRING:
        if (raw->text[0] == '\0')
            return sim_fail(error, NULL, "%s, got \"\"", rule);
        return sim_fail(error, raw->text, "%s", rule);
    case SIM_RAW_NUMBER:
        return sim_fail(error, sim_format_number(number, sizeof number, raw->number), "%s", rule);
    case SIM_RAW_FLAG:
        return sim_fail(error, raw->number > 0 ? "true" : "false", "%s", rule);
    case SIM_RAW_LIST:
        return sim_fail(error, NULL, "%s, got a list", rule);
    case SIM_RAW_OBJECT:
        return sim_fail(error, NULL, "%s, got an object", rule);
    case SIM_RAW_NULL:
        break;
    }
    return sim_fail(error, NULL, "%s, got null", rule);
}

bool sim_raw_is_text(const struct sim_raw *raw)
{
    return raw->shape == SIM_RAW_WORD || raw->shape == SIM_RAW_STRING;
}

static bool is_number(const struct sim_raw *raw)
{
    double number = 0;
    return raw->shape == SIM_RAW_NUMBER || (sim_raw_is_text(raw) && sim_parse_number(raw->text, &number));
}

/* A kind for messages: what it is, an example, how to write a bound. */
struct wanted {
    const char *what, *example;
    char *(*show)(char *buffer, size_t size, double bound);
    bool unit; /* is written with one, as a text */
};

/* "want a <what> from MIN to MAX such as EXAMPLE", as far as there are bounds. */
static bool refuse_range(struct sim_error *error, const struct sim_raw *raw, const struct sim_param *param,
                         const struct wanted *wanted)
{
    char low[48], high[48], bounds[140] = "", rule[sizeof error->rule];
    if (param->min < param->max) {
        wanted->show(low, sizeof low, param->min);
        wanted->show(high, sizeof high, param->max);
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
    const char *form = "";
    if (wanted->unit && is_number(raw))
        form = " with its unit,";
    else if (!wanted->unit && raw->shape == SIM_RAW_STRING && is_number(raw))
        form = " without quotes,";
    (void)snprintf(rule, sizeof rule, "want a %s%s%s such as %s%s", wanted->what, bounds, form, wanted->example,
                   param->none ? ", or \"none\"" : "");
    return sim_raw_refuse(error, raw, rule);
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

static bool is_none(const struct sim_param *param, const struct sim_raw *raw)
{
    return param->none && sim_raw_is_text(raw) && strcmp(raw->text, "none") == 0;
}

static bool in_range(const struct sim_param *param, double value)
{
    if (param->above_min && !(value > param->min))
        return false;
    return !(param->min < param->max) || (value >= param->min && value <= param->max);
}

/* Whether a text would be a duration, were it shorter: it is one with every digit a 0. */
static bool is_too_long(const char *text)
{
    char zeros[64];
    sim_ns ignored = 0;
    size_t length = strlen(text);
    if (length >= sizeof zeros)
        return false;
    for (size_t i = 0; i <= length; i++)
        zeros[i] = text[i] >= '0' && text[i] <= '9' ? '0' : text[i];
    return sim_parse_duration(zeros, &ignored);
}

bool sim_raw_duration(const struct sim_param *param, const struct sim_raw *raw, sim_ns *out, struct sim_error *error)
{
    static const struct wanted wanted = {"duration", "\"60s\"", show_duration, true};
    if (is_none(param, raw)) {
        *out = SIM_NEVER;
        return true;
    }
    const bool read = sim_raw_is_text(raw) && sim_parse_duration(raw->text, out);
    if (read && in_range(param, sim_ns_to_s(*out)))
        return true;
    if (!read && sim_raw_is_text(raw) && is_too_long(raw->text))
        return sim_raw_refuse(error, raw, "want a duration of at most 3650d");
    return refuse_range(error, raw, param, &wanted);
}

static bool read_rate(const struct sim_param *param, const struct sim_raw *raw, double *out, struct sim_error *error)
{
    static const struct wanted wanted = {"rate", "\"100/s\"", sim_format_rate, true};
    if (is_none(param, raw)) {
        *out = (double)INFINITY;
        return true;
    }
    if (sim_raw_is_text(raw) && sim_parse_rate(raw->text, out) && in_range(param, *out))
        return true;
    return refuse_range(error, raw, param, &wanted);
}

/* A finite number from JSON, or a word that is one. -0 is 0, so that equal values have equal texts. */
static bool get_number(const struct sim_raw *raw, double *out)
{
    double number = raw->number;
    if (raw->shape != SIM_RAW_NUMBER && (raw->shape != SIM_RAW_WORD || !sim_parse_number(raw->text, &number)))
        return false;
    *out = number < 0 || number > 0 ? number : 0;
    return isfinite(number);
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
    const struct wanted wanted = {"whole number", param->max > 1e9 ? "1000000" : "15", show_count, false};
    return refuse_range(error, raw, param, &wanted);
}

static bool read_bytes(const struct sim_param *param, const struct sim_raw *raw, int64_t *out, struct sim_error *error)
{
    static const struct wanted wanted = {"size", "\"64MiB\"", show_bytes, true};
    if (is_none(param, raw)) {
        *out = INT64_MAX;
        return true;
    }
    if (sim_raw_is_text(raw) && sim_parse_bytes(raw->text, out) && in_range(param, (double)*out))
        return true;
    return refuse_range(error, raw, param, &wanted);
}

bool sim_raw_number(const struct sim_param *param, const struct sim_raw *raw, double *out, struct sim_error *error)
{
    struct sim_param bounded = *param;
    if (param->kind == SIM_PARAM_RATIO && !(param->min < param->max))
        bounded.max = 1;
    if (get_number(raw, out) && in_range(&bounded, *out))
        return true;
    static const struct wanted number = {"number", "0.7", sim_format_number, false};
    static const struct wanted ratio = {"ratio", "0.3", sim_format_number, false};
    return refuse_range(error, raw, &bounded, param->kind == SIM_PARAM_RATIO ? &ratio : &number);
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
    return sim_raw_refuse(error, raw, "want true or false");
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
    if (sim_raw_is_text(raw))
        return find_choice(param, raw->text);
    if (raw->shape == SIM_RAW_NUMBER)
        return find_choice(param, sim_format_number(number, sizeof number, raw->number));
    return -1;
}

static bool refuse_choice(const struct sim_param *param, const struct sim_raw *raw, const char *lead,
                          struct sim_error *error)
{
    char list[LIST_SHOWN] = "", rule[sizeof error->rule];
    size_t length = 0;
    for (int i = 0; param->choices[i] != NULL && length < sizeof list; i++) {
        const char *joint = i == 0 ? "" : param->choices[i + 1] == NULL ? " or " : ", ";
        const bool ratio = (param->takes_ratio >> i & 1) != 0;
        char one[64];
        (void)snprintf(one, sizeof one, ratio ? "{\"%s\": 0.5}" : "\"%s\"", param->choices[i]);
        int wrote = snprintf(list + length, sizeof list - length, "%s%s", joint, one);
        length += wrote < 0 ? 0 : (size_t)wrote;
    }
    (void)snprintf(rule, sizeof rule, "%s %s", lead, list);
    return sim_raw_refuse(error, raw, rule);
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
        if (colon == NULL || strlen(raw->text) >= sizeof copy)
            return refuse_choice(param, raw, "want", error);
        *colon = '\0';
        key.text = copy;
        ratio_raw = (struct sim_raw){.shape = SIM_RAW_WORD, .text = colon + 1};
        name = &key;
    }
    int choice = find_raw_choice(param, name);
    bool takes = choice >= 0 && (param->takes_ratio >> choice & 1) != 0;
    if (choice < 0 || takes != (name == &key))
        return refuse_choice(param, choice < 0 && raw->shape == SIM_RAW_OBJECT ? name : raw, "want", error);
    *out = (struct sim_variant){.choice = choice};
    static const struct sim_param ratio = {.kind = SIM_PARAM_RATIO};
    return !takes || sim_raw_number(&ratio, &ratio_raw, &out->ratio, error);
}

/* Says which item of a list the error is about. */
static bool at_item(struct sim_error *error, uint32_t index)
{
    if (error != NULL)
        (void)snprintf(error->path, sizeof error->path, "/%" PRIu32, index);
    return false;
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
    if (sim_raw_is_text(raw) && (strcmp(raw->text, "none") == 0 || raw->text[0] == '\0'))
        return true;
    if (raw->shape == SIM_RAW_WORD)
        return read_word_set(param, raw->text, set, error);
    if (raw->shape != SIM_RAW_LIST)
        return refuse_choice(param, raw, "want a list of", error);
    for (uint32_t i = 0; i < raw->count; i++) {
        if (!add_to_set(param, &raw->items[i], set, error))
            return at_item(error, i);
    }
    return true;
}

/* ---- references ---- */

static bool read_node(struct sim *sim, const struct sim_target *target, const struct sim_raw *raw,
                      struct sim_node **out, struct sim_error *error)
{
    const struct sim_param *param = target->param;
    *out = NULL;
    if (is_none(param, raw))
        return true;
    struct sim_node *node = sim_raw_is_text(raw) ? sim_find_node(sim, raw->text) : NULL;
    if (node == NULL)
        return sim_raw_refuse(error, raw, "want the name of a node");
    if ((node->type->accepts & param->accepts) != param->accepts)
        return sim_fail(error, raw->text, "want a node that answers what \"%s\" asks of it; a %s does not", param->name,
                        node->type->name);
    *out = node;
    return true;
}

static bool read_nodes(struct sim *sim, const struct sim_target *target, const struct sim_raw *raw,
                       struct sim_node_list *out, struct sim_error *error)
{
    if (raw->shape != SIM_RAW_LIST || raw->count == 0 || raw->count > SIM_NODE_LIST_MAX)
        return sim_raw_refuse(error, raw, "want a list of 1 to 64 names of nodes");
    out->count = raw->count;
    out->nodes = sim_arena_alloc(&sim->arena, raw->count * sizeof(struct sim_node *));
    for (uint32_t i = 0; i < raw->count; i++) {
        if (!read_node(sim, target, &raw->items[i], &out->nodes[i], error))
            return at_item(error, i);
    }
    return true;
}

static bool read_text(struct sim *sim, const struct sim_raw *raw, const char **out, struct sim_error *error)
{
    if (!sim_raw_is_text(raw))
        return sim_raw_refuse(error, raw, "want a text");
    *out = sim_arena_strdup(&sim->arena, raw->text);
    return true;
}

bool sim_param_read(struct sim *sim, const struct sim_target *target, const struct sim_raw *raw,
                    struct sim_value *value, struct sim_error *error)
{
    const struct sim_param *param = target->param;
    memset(value, 0, sizeof *value);
    if (target->field >= 0)
        return sim_raw_dist_field(target, raw, &value->dist, error);
    switch (param->kind) {
    case SIM_PARAM_DURATION:
        return sim_raw_duration(param, raw, &value->duration, error);
    case SIM_PARAM_RATE:
        return read_rate(param, raw, &value->number, error);
    case SIM_PARAM_COUNT:
        return read_count(param, raw, &value->count, error);
    case SIM_PARAM_BYTES:
        return read_bytes(param, raw, &value->count, error);
    case SIM_PARAM_NUMBER:
    case SIM_PARAM_RATIO:
        return sim_raw_number(param, raw, &value->number, error);
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
        return sim_raw_dist(sim, raw, &value->dist, error);
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
