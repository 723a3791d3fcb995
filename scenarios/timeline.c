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
    bool fine = build_duration(build, object, "from", false, &phase.from);
    fine = build_duration(build, object, "to", false, &phase.to) && fine;
    fine = build_duration(build, object, "settle", false, &phase.settle) && fine;
    if (fine && (phase.from < 0 || phase.to < 0))
        build_refuse(build, JSON_KEY, "is missing \"%s\", a time such as \"60s\"", phase.from < 0 ? "from" : "to");
    else if (fine)
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
    if (!cJSON_IsObject(phases) || cJSON_GetArraySize(phases) > SCENARIO_PHASES_MAX) {
        build_refuse(build, JSON_VALUE, "want an object of at most %d phases", SCENARIO_PHASES_MAX);
        build_leave(build, length);
        return;
    }
    cell->phases = sim_xcalloc((size_t)cJSON_GetArraySize(phases) + 1, sizeof *cell->phases);
    const cJSON *member = NULL;
    cJSON_ArrayForEach(member, phases)
    {
        size_t inner = build_enter(build, member->string);
        build_phase(build, member);
        build_leave(build, inner);
    }
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
    else if (phase->to > until)
        refuse_time(build, "to", "want a time not after the run's end at", until, phase->to);
    else if (phase->settle >= phase->to - phase->from)
        refuse_time(build, "settle", "want less than the phase's length of", phase->to - phase->from, phase->settle);
    build_leave(build, inner);
    build_leave(build, outer);
}

static void add_bins(struct cell *cell)
{
    const sim_ns length = cell->until / CELL_BINS;
    if (length == 0)
        return;
    for (int i = 0; i < CELL_BINS; i++) {
        sim_ns to = i + 1 == CELL_BINS ? cell->until : length * (i + 1);
        uint32_t index = sim_add_interval(cell->sim, "bin", length * i, to);
        cell->bin_first = i == 0 ? index : cell->bin_first;
        cell->bin_count++;
    }
}

void build_timeline(struct build *build)
{
    struct cell *cell = build->cell;
    if (cell->until <= 0)
        return; /* refused already */
    if (cell->phase_count > 0)
        qsort(cell->phases, cell->phase_count, sizeof *cell->phases, by_time);
    for (uint32_t i = 0; i < cell->phase_count; i++)
        check_phase(build, &cell->phases[i]);
    build_fault_events(build);
    if (!build_fine(build))
        return;
    for (uint32_t i = 0; i < cell->phase_count; i++) {
        struct phase *phase = &cell->phases[i];
        phase->interval = sim_add_interval(cell->sim, phase->name, phase->from + phase->settle, phase->to);
    }
    add_bins(cell);
}
