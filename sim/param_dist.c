/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Distributions as they are written: a duration, or an object with one law and its fields; on the command line
 * "lognormal:median=40ms,sigma=0.3". One field of a param's present distribution may be written alone. */
#include "sim/param_raw.h"
#include "sim/units.h"
#include "sim/world.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LIST_SHOWN = 200 };

/* Says which member of a law's object the error is about; a name that a pointer would have to escape is left out. */
static bool at_field(struct sim_error *error, enum sim_law law, const char *name)
{
    if (error != NULL)
        (void)snprintf(error->path, sizeof error->path, strpbrk(name, "/~") == NULL ? "/%s/%.100s" : "/%s",
                       sim_law_name(law), name);
    return false;
}

static bool at_law(struct sim_error *error, enum sim_law law)
{
    if (error != NULL)
        (void)snprintf(error->path, sizeof error->path, "/%s", sim_law_name(law));
    return false;
}

static bool read_dist_field(struct sim_dist *dist, int field, const struct sim_raw *raw, struct sim_error *error)
{
    static const struct sim_param duration = {.kind = SIM_PARAM_DURATION};
    static const struct sim_param number = {.kind = SIM_PARAM_NUMBER};
    sim_ns ns = 0;
    double plain = 0;
    if (sim_dist_field_is_duration((enum sim_dist_field)field)) {
        if (!sim_raw_duration(&duration, raw, &ns, error))
            return false;
        dist->field[field] = (double)ns;
    } else {
        if (!sim_raw_number(&number, raw, &plain, error))
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
        if (!is_values && strcmp(item->name, "weights") != 0) {
            (void)refuse_field(SIM_LAW_TABLE, item->name, error);
            return at_field(error, SIM_LAW_TABLE, item->name);
        }
        if (item->shape != SIM_RAW_LIST) {
            (void)sim_raw_refuse(error, item, "want a list");
            return at_field(error, SIM_LAW_TABLE, item->name);
        }
        *(is_values ? values : weights) = item;
    }
    bool fine = *values != NULL;
    if (!fine)
        (void)sim_fail(error, NULL, "want \"values\", a list of durations such as [\"1ms\", \"20ms\"]");
    else if (*weights != NULL && (*weights)->count != (*values)->count)
        fine = sim_fail(error, NULL, "want as many weights as values");
    return fine || at_law(error, SIM_LAW_TABLE);
}

static bool at_point(struct sim_error *error, const char *list, uint32_t index)
{
    if (error != NULL)
        (void)snprintf(error->path, sizeof error->path, "/table/%s/%" PRIu32, list, index);
    return false;
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
        fine = sim_raw_duration(&duration, &values->items[i], &ns[i], error) || at_point(error, "values", i);
        if (fine && weights != NULL)
            fine = sim_raw_number(&number, &weights->items[i], &shares[i], error) || at_point(error, "weights", i);
    }
    struct sim_dist_table *table = NULL;
    if (fine) {
        table = sim_dist_table_make(values->count, ns, weights == NULL ? NULL : shares, error);
        fine = table != NULL || at_law(error, SIM_LAW_TABLE);
    }
    free(ns);
    free(shares);
    if (!fine)
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
            return sim_raw_refuse(error, raw, "want the law's fields as an object") || at_law(error, law);
        int only = law == SIM_LAW_CONSTANT ? SIM_FIELD_VALUE : SIM_FIELD_MEAN;
        return (read_dist_field(dist, only, raw, error) && sim_dist_prepare(dist, error)) || at_law(error, law);
    }
    if (law == SIM_LAW_TABLE)
        return read_table(sim, raw, dist, error) && (sim_dist_prepare(dist, error) || at_law(error, law));
    for (uint32_t i = 0; i < raw->count; i++) {
        int field = find_field(law, raw->items[i].name);
        bool fine = field >= 0 ? read_dist_field(dist, field, &raw->items[i], error)
                               : refuse_field(law, raw->items[i].name, error);
        if (!fine)
            return at_field(error, law, raw->items[i].name);
    }
    return sim_dist_prepare(dist, error) || at_law(error, law);
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
    for (char *field = colon + 1; *field != '\0';) {
        char *end = field + strcspn(field, ",");
        char *next = *end == '\0' ? end : end + 1;
        *end = '\0';
        char *equals = strchr(field, '=');
        if (equals == NULL || law->count == room)
            return false;
        *equals = '\0';
        items[law->count++] = (struct sim_raw){.shape = SIM_RAW_WORD, .name = field, .text = equals + 1};
        field = next;
    }
    return true;
}

bool sim_raw_dist(struct sim *sim, const struct sim_raw *raw, struct sim_dist *dist, struct sim_error *error)
{
    sim_ns constant = 0;
    char copy[200];
    struct sim_raw word, law, items[SIM_DIST_FIELDS];
    if (sim_raw_is_text(raw) && sim_parse_duration(raw->text, &constant)) {
        *dist = sim_dist_constant(constant);
        return true;
    }
    if (raw->shape == SIM_RAW_WORD) {
        (void)snprintf(copy, sizeof copy, "%s", raw->text);
        if (strlen(raw->text) >= sizeof copy || !split_word(copy, &law, items, SIM_DIST_FIELDS))
            return sim_raw_refuse(error, raw, law_rule);
        word = (struct sim_raw){.shape = SIM_RAW_OBJECT, .items = &law, .count = 1};
        raw = &word;
    }
    if (raw->shape != SIM_RAW_OBJECT || raw->count != 1)
        return sim_raw_refuse(error, raw, law_rule);
    for (int l = 0; l < SIM_LAWS; l++) {
        if (strcmp(raw->items[0].name, sim_law_name((enum sim_law)l)) == 0)
            return read_law(sim, (enum sim_law)l, &raw->items[0], dist, error);
    }
    return sim_fail(error, raw->items[0].name, "%s", law_rule);
}

/* One field of the present distribution. */
bool sim_raw_dist_field(const struct sim_target *target, const struct sim_raw *raw, struct sim_dist *dist,
                        struct sim_error *error)
{
    *dist = sim_param_get(target).dist;
    if ((sim_law_fields(dist->law) >> target->field & 1) == 0)
        return refuse_field(dist->law, sim_dist_field_name((enum sim_dist_field)target->field), error);
    return read_dist_field(dist, target->field, raw, error) && sim_dist_prepare(dist, error);
}
