/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Overrides, `--set path=value`: of nodes and links before the faults are read (a fault on one field of a distribution
 * starts from the overridden one), of faults, phases and run after. Errors are said of "--set path=value". */
#include "scenarios/build.h"
#include "scenarios/suggest.h"

#include <stdio.h>
#include <string.h>

enum { CANDIDATES_MAX = 2200 };

static bool begins(const char *path, const char *word)
{
    size_t length = strlen(word);
    return strncmp(path, word, length) == 0 && (path[length] == '.' || path[length] == '\0');
}

static bool is_late(const char *path)
{
    return begins(path, "faults") || begins(path, "phases") || begins(path, "run") || begins(path, "panel");
}

/* Adds "; did you mean ...?" to an error about an unknown word. */
static void add_suggestion(struct build *build, const char *path, struct sim_error *error)
{
    const struct sim *sim = build->cell->sim;
    const char *names[CANDIDATES_MAX];
    size_t count = 0;
    char word[SUGGEST_LENGTH_MAX + 1];
    size_t length = strcspn(path, ".");
    (void)snprintf(word, sizeof word, "%.*s", (int)(length < sizeof word ? length : sizeof word - 1), path);
    const struct sim_node *node = sim_find_node(sim, word);
    if (node == NULL) {
        for (uint32_t i = 0; i < sim->node_count && count < CANDIDATES_MAX - 8; i++)
            names[count++] = sim->nodes[i]->name;
        names[count++] = "faults";
        names[count++] = "links";
        names[count++] = "phases";
    } else {
        for (const struct sim_param *p = node->type->params; p != NULL && p->name != NULL; p++)
            names[count++] = p->name;
        for (const struct sim_part *p = node->type->parts; p != NULL && p->name != NULL; p++) {
            names[count++] = p->name;
            for (const struct sim_param *q = p->type->params; q != NULL && q->name != NULL; q++)
                names[count++] = q->name;
        }
    }
    const char *near = suggest_nearest(node == NULL ? word : error->value, names, count);
    size_t used = strlen(error->rule);
    if (near != NULL)
        (void)snprintf(error->rule + used, sizeof error->rule - used, "; did you mean \"%s\"?", near);
}

static void refuse(struct build *build, const struct override *override, const struct sim_error *error)
{
    char source[300];
    char shown[JSON_SHOWN_BYTES];
    (void)snprintf(source, sizeof source, "--set %.100s=%.100s", override->path, override->value);
    char *name = source;
    if (error->value[0] != '\0')
        json_errors_add_file(build->errors, name, 0, 0, "%s, got \"%s\"", error->rule, json_shown(shown, error->value));
    else
        json_errors_add_file(build->errors, name, 0, 0, "%s", error->rule);
}

static bool set_early(struct build *build, const char *path, const struct sim_raw *raw, struct sim_error *error)
{
    struct sim *sim = build->cell->sim;
    struct sim_target target;
    struct sim_value value;
    if (!sim_target_find(sim, path, &target, error)) {
        add_suggestion(build, path, error);
        return false;
    }
    if (!sim_param_read(sim, &target, raw, &value, error))
        return false;
    sim_param_put(&target, &value);
    return true;
}

static struct fault *find_fault(const struct cell *cell, const char *name)
{
    for (uint32_t i = 0; i < cell->fault_count; i++) {
        if (strcmp(cell->faults[i].name, name) == 0)
            return &cell->faults[i];
    }
    return NULL;
}

static bool set_fault(struct build *build, char *name, char *rest, const struct sim_raw *raw, struct sim_error *error)
{
    struct cell *cell = build->cell;
    struct fault *fault = find_fault(cell, name);
    if (fault == NULL) {
        const char *names[SCENARIO_FAULTS_MAX];
        for (uint32_t i = 0; i < cell->fault_count; i++)
            names[i] = cell->faults[i].name;
        const char *near = suggest_nearest(name, names, cell->fault_count);
        return sim_fail(error, name, "want the name of a fault there is%s%s%s", near == NULL ? "" : "; did you mean \"",
                        near == NULL ? "" : near, near == NULL ? "" : "\"?");
    }
    if (strcmp(rest, "at") == 0)
        return build_duration_raw(raw, false, &fault->at, error);
    if (strcmp(rest, "until") == 0)
        return build_duration_raw(raw, true, &fault->until, error);
    return fault_add_set(build, fault, rest, raw, error);
}

static bool set_phase(const struct cell *cell, const char *name, const char *rest, const struct sim_raw *raw,
                      struct sim_error *error)
{
    for (uint32_t i = 0; i < cell->phase_count; i++) {
        struct phase *phase = &cell->phases[i];
        if (strcmp(phase->name, name) != 0)
            continue;
        if (strcmp(rest, "from") == 0)
            return build_duration_raw(raw, false, &phase->from, error);
        if (strcmp(rest, "to") == 0)
            return build_duration_raw(raw, false, &phase->to, error);
        if (strcmp(rest, "settle") == 0)
            return build_duration_raw(raw, false, &phase->settle, error);
        return sim_fail(error, rest, "want from, to or settle of a phase");
    }
    return sim_fail(error, name, "want the name of a phase there is");
}

static bool set_late(struct build *build, const char *path, const struct sim_raw *raw, struct sim_error *error)
{
    char copy[240];
    if (strlen(path) >= sizeof copy)
        return sim_fail(error, path, "want a shorter path");
    (void)snprintf(copy, sizeof copy, "%s", path);
    char *first = strchr(copy, '.');
    if (first == NULL)
        return sim_fail(error, path, "want a path such as \"faults.NAME.at\" or \"phases.NAME.to\"");
    *first++ = '\0';
    if (strcmp(copy, "run") == 0)
        return run_set(build->cell, first, raw, error);
    char *second = strchr(first, '.');
    if (second == NULL || strcmp(copy, "panel") == 0)
        return sim_fail(error, path, "want a path such as \"faults.NAME.at\" or \"phases.NAME.to\"");
    *second++ = '\0';
    if (strcmp(copy, "faults") == 0)
        return set_fault(build, first, second, raw, error);
    return set_phase(build->cell, first, second, raw, error);
}

void build_overrides(struct build *build, const struct override *overrides, size_t count, bool late)
{
    for (size_t i = 0; i < count; i++) {
        struct sim_error error = {0};
        struct sim_raw raw;
        if (is_late(overrides[i].path) != late)
            continue;
        if (!build_raw_word(build, overrides[i].value, &raw)) {
            (void)sim_fail(&error, NULL, "want a word, or valid JSON");
            refuse(build, &overrides[i], &error);
            continue;
        }
        bool fine =
            late ? set_late(build, overrides[i].path, &raw, &error) : set_early(build, overrides[i].path, &raw, &error);
        if (!fine)
            refuse(build, &overrides[i], &error);
    }
}
