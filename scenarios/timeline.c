/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The section `phases`, and what must hold of the times of phases, faults and run together. Phases may overlap and leave
 * gaps; what is before the first is warm-up. */
#include "scenarios/build.h"

#include "sim/units.h"

#include <stdlib.h>
#include <string.h>

static const char *const phase_keys[] = {"from", "to", "settle", "title", NULL};

static void build_phase(struct build *build, const cJSON *object)
{
    struct cell *cell = build->cell;
    if (!build_check_name(build, object->string, false) || !build_check_keys(build, object, phase_keys, "key"))
        return;
    struct phase phase = {.name = object->string, .from = -1, .to = -1};
    (void)build_text(build, object, "title");
    if (cJSON_GetObjectItemCaseSensitive(object, "from") == NULL)
        build_refuse_missing(build, "from", "when the phase begins, such as \"60s\"");
    if (cJSON_GetObjectItemCaseSensitive(object, "to") == NULL)
        build_refuse_missing(build, "to", "when the phase ends, such as \"660s\"");
    (void)build_duration(build, object, "from", false, &phase.from);
    (void)build_duration(build, object, "to", false, &phase.to);
    (void)build_duration(build, object, "settle", false, &phase.settle);
    if (phase.from >= 0 && phase.to >= 0)
        cell->phases[cell->phase_count++] = phase;
}

static int by_time(const void *a, const void *b)
{
    const struct phase *one = a;
    const struct phase *two = b;
    if (one->from != two->from)
        return one->from < two->from ? -1 : 1;
    return strcmp(one->name, two->name);
}

void build_phases(struct build *build, const cJSON *phases)
{
    struct cell *cell = build->cell;
    if (phases == NULL)
        return;
    size_t length = build_enter(build, "phases");
    cell->phases = sim_xcalloc(SCENARIO_PHASES_MAX, sizeof *cell->phases);
    build_members(build, phases, SCENARIO_PHASES_MAX, build_phase);
    build_leave(build, length);
}

static void refuse_time(struct build *build, const char *key, const char *rule, sim_ns limit, sim_ns got)
{
    char a[48], b[48];
    size_t length = build_enter(build, key);
    build_refuse(build, JSON_VALUE, "%s %s, got \"%s\"", rule, sim_format_duration(a, sizeof a, limit),
                 sim_format_duration(b, sizeof b, got));
    build_leave(build, length);
}

static void check_phase(struct build *build, const struct phase *phase)
{
    const sim_ns until = build->cell->until;
    size_t outer = build_enter(build, "phases");
    size_t inner = build_enter(build, phase->name);
    if (phase->to <= phase->from)
        refuse_time(build, "to", "want a time after \"from\", which is", phase->from, phase->to);
    else if (until > 0 && phase->to > until)
        refuse_time(build, "to", "want a time not after the run's end at", until, phase->to);
    else if (phase->settle >= phase->to - phase->from)
        refuse_time(build, "settle", "want less than the phase's length of", phase->to - phase->from, phase->settle);
    build_leave(build, inner);
    build_leave(build, outer);
}

static void add_bins(struct cell *cell)
{
    const sim_ns length = cell->until / CELL_BINS;
    if (length == 0 || cell->open_end)
        return;
    for (int i = 0; i < CELL_BINS; i++) {
        sim_ns to = i + 1 == CELL_BINS ? cell->until : length * (i + 1);
        uint32_t index = sim_add_interval(cell->sim, "bin", length * i, to);
        cell->bin_first = i == 0 ? index : cell->bin_first;
        cell->bin_count++;
    }
}

uint32_t phase_find(const struct cell *cell, const char *name)
{
    uint32_t i = 0;
    while (i < cell->phase_count && strcmp(cell->phases[i].name, name) != 0)
        i++;
    return i;
}

/* Puts the phases in the order of time; expectations refer to them by their place. */
static void sort_phases(struct cell *cell)
{
    const char *names[SCENARIO_PHASES_MAX];
    if (cell->phase_count == 0)
        return;
    for (uint32_t i = 0; i < cell->phase_count; i++)
        names[i] = cell->phases[i].name;
    qsort(cell->phases, cell->phase_count, sizeof *cell->phases, by_time);
    for (uint32_t i = 0; i < cell->expectation_count; i++) {
        struct expectation *expectation = &cell->expectations[i];
        if (expectation->phase == SCENARIO_NO_PHASE)
            continue;
        expectation->phase = phase_find(cell, names[expectation->phase]);
    }
}

void build_timeline(struct build *build)
{
    struct cell *cell = build->cell;
    sort_phases(cell);
    for (uint32_t i = 0; i < cell->phase_count; i++)
        check_phase(build, &cell->phases[i]);
    build_check_faults(build);
    if (!build_fine(build))
        return;
    build_expect_windows(build);
    build_fault_events(cell);
    for (uint32_t i = 0; i < cell->phase_count; i++) {
        struct phase *phase = &cell->phases[i];
        phase->interval = sim_add_interval(cell->sim, phase->name, phase->from + phase->settle, phase->to);
    }
    add_bins(cell);
}
