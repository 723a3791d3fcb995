/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Overrides, `--set path=value`: of nodes and links before the faults are read (a fault on one field of a distribution
 * starts from the overridden one), of faults, phases and run after. Errors are said of "--set path=value". */
#include "scenarios/build.h"

#include <stdio.h>
#include <string.h>

enum { PATH_ROOM = 201 };

static bool begins(const char *path, const char *word)
{
    size_t length = strlen(word);
    return strncmp(path, word, length) == 0 && (path[length] == '.' || path[length] == '\0');
}

static bool is_late(const char *path)
{
    return begins(path, "faults") || begins(path, "phases") || begins(path, "run") || begins(path, "panel");
}

static void refuse(struct build *build, const struct override *override, const struct sim_error *error)
{
    char source[300], text[JSON_MESSAGE_MAX];
    (void)snprintf(source, sizeof source, "--set %.100s=%.100s", override->path, override->value);
    json_errors_add_file(build->errors, source, 0, 0, "%s", json_error_text(text, sizeof text, error));
}

/* Whether the path is about a node or a link that the scenario has and the cell has not: it was refused before. */
static bool is_refused(const struct build *build, const char *path)
{
    char copy[PATH_ROOM];
    const struct sim *sim = build->cell->sim;
    (void)snprintf(copy, sizeof copy, "%s", path);
    char *rest = copy;
    const char *name = strsep(&rest, ".");
    if (strcmp(name, "links") != 0)
        return sim_find_node(sim, name) == NULL && build_written(build, "nodes", name);
    name = strsep(&rest, ".");
    return name != NULL && sim_find_link(sim, name) == NULL && build_written(build, "links", name);
}

static bool set_early(struct build *build, const char *path, const struct sim_raw *raw, struct sim_error *error)
{
    struct sim *sim = build->cell->sim;
    struct sim_target target;
    struct sim_value value;
    if (is_refused(build, path))
        return true;
    if (!sim_target_find(sim, path, &target, error)) {
        error->near = near_path(sim, path);
        return false;
    }
    if (!sim_param_read(sim, &target, raw, &value, error)) {
        if (target.param->kind == SIM_PARAM_NODE && sim_find_node(sim, error->value) == NULL)
            error->near = near_node(sim, error->value);
        return false;
    }
    sim_param_put(&target, &value);
    return true;
}

struct fault *fault_find(const struct cell *cell, const char *name)
{
    for (uint32_t i = 0; i < cell->fault_count; i++) {
        if (strcmp(cell->faults[i].name, name) == 0)
            return &cell->faults[i];
    }
    return NULL;
}

static bool set_fault(struct build *build, const char *name, const char *rest, const struct sim_raw *raw,
                      struct sim_error *error)
{
    struct cell *cell = build->cell;
    struct fault *fault = fault_find(cell, name);
    bool found = false;
    if (fault == NULL && build_written(build, "faults", name))
        return true; /* refused already */
    if (fault == NULL) {
        (void)sim_fail(error, name, "want the name of a fault");
        error->near = near_fault(cell, name);
        return false;
    }
    if (strcmp(rest, "at") == 0)
        return build_duration_raw(raw, false, &fault->at, error);
    if (strcmp(rest, "until") == 0)
        return build_duration_raw(raw, true, &fault->until, error);
    if (fault->action != NULL)
        return sim_fail(error, rest, "want \"at\" or \"until\" of a fault that is an action");
    return fault_add_set(cell, fault, rest, raw, &found, error);
}

static bool set_phase(const struct build *build, const char *name, const char *rest, const struct sim_raw *raw,
                      struct sim_error *error)
{
    const struct cell *cell = build->cell;
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
    if (build_written(build, "phases", name))
        return true; /* refused already */
    (void)sim_fail(error, name, "want the name of a phase");
    error->near = near_phase(cell, name);
    return false;
}

static bool set_late(struct build *build, const char *path, const struct sim_raw *raw, struct sim_error *error)
{
    static const char rule[] = "want a path such as \"faults.NAME.at\", \"phases.NAME.to\" or \"run.until\"";
    char copy[PATH_ROOM];
    if (strlen(path) >= sizeof copy)
        return sim_fail(error, path, "want a path of at most %d characters", PATH_ROOM - 1);
    (void)snprintf(copy, sizeof copy, "%s", path);
    char *first = strchr(copy, '.');
    if (first == NULL)
        return sim_fail(error, path, "%s", rule);
    *first++ = '\0';
    if (strcmp(copy, "run") == 0)
        return run_set(build->cell, first, raw, error);
    char *second = strchr(first, '.');
    if (second == NULL || begins(path, "panel"))
        return sim_fail(error, path, "%s", rule);
    *second++ = '\0';
    if (strcmp(copy, "faults") == 0)
        return set_fault(build, first, second, raw, error);
    return set_phase(build, first, second, raw, error);
}

void build_overrides(struct build *build, const struct override *overrides, size_t count, bool late)
{
    for (size_t i = 0; i < count; i++) {
        struct sim_error error = {0};
        struct sim_raw raw;
        if (is_late(overrides[i].path) != late)
            continue;
        if (!build_raw_word(build, overrides[i].value, &raw)) {
            (void)sim_fail(&error, overrides[i].value, "want a word, or valid JSON");
            refuse(build, &overrides[i], &error);
            continue;
        }
        bool fine =
            late ? set_late(build, overrides[i].path, &raw, &error) : set_early(build, overrides[i].path, &raw, &error);
        if (!fine)
            refuse(build, &overrides[i], &error);
    }
}
