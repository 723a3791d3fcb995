/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files that build a cell share. */
#ifndef SCENARIOS_BUILD_H
#define SCENARIOS_BUILD_H

#include "scenarios/scenario.h"

enum { POINTER_ROOM = 600 };

struct build {
    struct cell *cell;
    struct json_errors *errors;
    size_t errors_before;
    char pointer[POINTER_ROOM]; /* of what is being read */
};

/* The param that faults hold, with the value it has when none does. */
struct base_value {
    struct sim_target target;
    struct sim_value value;
};

/* A param that a service's own interface (the lab's /chaos/configure) holds, or held. */
struct knob_value {
    struct sim_target target;
    struct sim_value value, base; /* base: when nothing holds it */
    bool held;
    uint64_t started;
};

/* ---- errors and walking (read.c) ---- */

/* Steps down to a member, and back up. */
size_t build_enter(struct build *build, const char *key);
void build_leave(struct build *build, size_t length);
/* An error at the present pointer. */
void build_refuse(struct build *build, enum json_side side, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* One at the present pointer, or below it when `error` has a path. */
void build_refuse_sim(struct build *build, enum json_side side, const struct sim_error *error);
/* `want WANTED, got ...` about a value of the wrong sort. */
void build_refuse_value(struct build *build, const cJSON *value, const char *wanted);
/* `WANTED, got "TEXT"`, with the nearest known name; `near` may be NULL. */
void build_refuse_text(struct build *build, const char *wanted, const char *text, const char *near);
/* Says that the member `key` is missing, and what it is. */
void build_refuse_missing(struct build *build, const char *key, const char *what);
/* An unknown key, with the nearest known name; `known` ends with NULL. The pointer stands at the key. */
void build_refuse_key(struct build *build, const char *key, const char *const *known, const char *what);
/* Whether nothing was refused so far. */
bool build_fine(const struct build *build);
/* Whether a section of the scenario has a member of that name. One that it has and the cell has not was refused: then
 * those who refer to it are not to blame. */
bool build_written(const struct build *build, const char *section, const char *name);
/* Whether a reading is of a node that the scenario has and the world has not: that node was refused. */
bool build_of_refused_node(const struct build *build, const char *reading);
/* Calls `each` for every member of a section, the pointer at it; refuses one that is no object or has too many. */
void build_members(struct build *build, const cJSON *section, int most, void (*each)(struct build *, const cJSON *));
/* Refuses the members of an object that are not in `known`, and what is no object (then false). */
bool build_check_keys(struct build *build, const cJSON *object, const char *const *known, const char *what);
/* Refuses a name that is not [a-z][a-z0-9-]*, too long or reserved; `underscore`: [a-z][a-z0-9_]*. */
bool build_check_name(struct build *build, const char *name, bool underscore);

/* JSON as the kernel's params want it; lives in the arena of the world. */
struct sim_raw build_raw(struct build *build, const cJSON *value);
/* A value of the command line: JSON when it begins like it (`[`, `{`, `"`), else a word. False when it is malformed. */
bool build_raw_word(struct build *build, const char *text, struct sim_raw *raw);

/* One duration of the file or, with `raw`, of an override. Member `key` of `object`; absent: `*out` stays. */
bool build_duration(struct build *build, const cJSON *object, const char *key, bool none, sim_ns *out);
bool build_duration_raw(const struct sim_raw *raw, bool none, sim_ns *out, struct sim_error *error);
/* A text member; NULL when absent or refused. */
const char *build_text(struct build *build, const cJSON *object, const char *key);

/* The fault of a name; NULL when there is none. (overrides.c) */
struct fault *fault_find(const struct cell *cell, const char *name);
/* The phase of a name; cell->phase_count when there is none. (timeline.c) */
uint32_t phase_find(const struct cell *cell, const char *name);

/* ---- the nearest name there is, or NULL (near.c) ---- */

const char *near_type(const char *name);
const char *near_node(const struct sim *sim, const char *name);
const char *near_link(const struct sim *sim, const char *name);
const char *near_fault(const struct cell *cell, const char *name);
const char *near_phase(const struct cell *cell, const char *name);
const char *near_item(const struct cell *cell, const char *key);
const char *near_action(const struct sim_node *node, const char *name);
/* For a path below a node (`node` NULL: below a link), a whole path of an override, a reading: what to put in place of
 * the first word that is not known. */
const char *near_param(struct sim *sim, const struct sim_node *node, const char *path);
const char *near_path(struct sim *sim, const char *path);
const char *near_reading(const struct sim *sim, const char *text);

/* ---- sections ---- */

void build_nodes(struct build *build, const cJSON *nodes);
void build_links(struct build *build, const cJSON *links);
void build_params(struct build *build, const cJSON *tree);
void build_faults(struct build *build, const cJSON *faults);
void build_phases(struct build *build, const cJSON *phases);
void build_panel(struct build *build, const cJSON *panel);
void build_expectations(struct build *build, const cJSON *expectations);
/* Resolves the instants and windows of expectations, and makes the world tell of the windows; once phases and faults are
 * right. */
void build_expect_windows(struct build *build);
/* The run has ended, perhaps with its script and long before what a span after an instant could have lasted. */
void expect_end(struct cell *cell);
/* Evidence, remedies and questions of the whole tree (questions.c); last, as they refer to all else. */
void build_questions(struct build *build, const cJSON *tree);
void build_script(struct build *build, const cJSON *script);
/* Gives the scripted client its requests, and begins to listen; once everything else is fine. */
void build_script_events(struct build *build);
void build_alerts(struct build *build, const cJSON *alerts);
/* What an expectation, as an object or a sentence, names at its left: a key of the panel, or any reading. False when
 * there is none; `error` has no rule when that was refused already where it stands. (expect.c) */
bool expect_find_left(struct build *build, const char *text, uint32_t *item, struct sim_error *error);
/* Adds a reading that the panel does not show, unless it is there; its index. The texts live as long as the cell. */
uint32_t expect_hide(struct build *build, const char *title, const char *text, const struct sim_reading *reading);
bool expect_find_phase(const struct build *build, const char *name, uint32_t *index, struct sim_error *error);
/* A share: "30%", "0.5 %". */
bool build_percent(const char *text, double *out);
/* A number in base units, or a text with the unit: "5s", "30%", "100/s". (expect_sentence.c) */
bool expect_bound(const char *unit, const struct sim_raw *raw, double *out, struct sim_error *error);
bool expect_sentence(struct build *build, const char *text, struct expectation *expectation, struct sim_error *error);
/* Overrides of nodes and links (`late` false: before the faults are read), of faults, phases and run (true). */
void build_overrides(struct build *build, const struct override *overrides, size_t count, bool late);
/* Checks that need all of the timeline, then puts the faults' events and the phases' intervals into the world. */
void build_timeline(struct build *build);
/* The parts of build_timeline that are about faults: what must hold of them, then their events. */
void build_check_faults(struct build *build);
void build_fault_events(struct cell *cell);
/* Adds one value that a fault sets, or replaces it. False with `error` filled; `*found`: the path was right. */
bool fault_add_set(struct cell *cell, struct fault *fault, const char *path, const struct sim_raw *raw, bool *found,
                   struct sim_error *error);
bool run_set(struct cell *cell, const char *key, const struct sim_raw *raw, struct sim_error *error);
char *cell_canonical(const struct cell *cell);

#endif
