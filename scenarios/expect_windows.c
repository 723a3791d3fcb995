/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Expectations over windows, and all verdicts.
 *
 * `never` and `always` look at [from + settle, to) of their phase. `within` looks from its instant T to E, which is the
 * first of: the begin of the next fault after T; for `faults.NAME.at` the fault's own end; for `phases.NAME.from` the
 * phase's own end; the run's end. The span is tiled by windows from its beginning (1 s by default, less in shorter
 * spans, more when `within` is above 100 s); what is left over belongs to the last one.
 *
 *   never    holds: every window has data and is not within the bounds
 *   always   holds: every window has data and is within the bounds
 *   within   it took from T to the end of the window from which on it holds (recovery.h); holds: that is at most what
 *            `within` says
 *
 * A window without data is never good. When no window is bad but some are empty, the verdict is `no data`.
 *
 * Only running figures are kept. Windows are rolling intervals of the world, which post no events, so expectations do not
 * change a run. */
#include "scenarios/build.h"
#include "scenarios/recovery.h"

#include "sim/units.h"

#include <stdio.h>
#include <string.h>

enum { WINDOWS_EACH = 100 /* at most by default, of what `within` says */ };

/* What one rolling interval is for. */
struct expect_watch {
    struct cell *cell;
    struct expectation *expectation;
};

/* ---- windows ---- */

bool expect_within_bounds(const struct expectation *expectation, double value)
{
    bool high_enough = expectation->above_min ? value > expectation->min : value >= expectation->min;
    bool low_enough = expectation->below_max ? value < expectation->max : value <= expectation->max;
    return high_enough && low_enough;
}

struct sim_reading_value expect_read(const struct cell *cell, const struct expectation *expectation,
                                     const struct sim_sample *samples, sim_ns seen)
{
    struct sim_reading_value value = sim_reading_read(&cell->panel[expectation->item].reading, samples, seen);
    if (expectation->state == NULL || !value.has_data)
        return value;
    struct sim_reading_value half = sim_reading_read(&cell->panel[expectation->other].reading, samples, seen);
    if (strcmp(expectation->state, "half-open") == 0)
        return half;
    if (strcmp(expectation->state, "closed") == 0)
        value.value = 1 - value.value - half.value;
    return value;
}

/* How far a value is from being bad; below 0 when it is. */
static double margin(const struct expectation *expectation, double value)
{
    const double low = value - expectation->min;
    const double high = expectation->max - value;
    const double inside = low < high ? low : high;
    return expectation->form == EXPECT_NEVER ? -inside : inside;
}

static void note_window(void *context, const struct sim_interval *window)
{
    const struct expect_watch *watch = context;
    struct expectation *expectation = watch->expectation;
    struct expect_windows *windows = &expectation->windows;
    const struct sim_reading_value value = expect_read(watch->cell, expectation, window->samples, window->seen);
    const bool never = expectation->form == EXPECT_NEVER;
    const bool good = value.has_data && expect_within_bounds(expectation, value.value) != never;
    windows->count++;
    if (value.has_data &&
        (!windows->has_worst || margin(expectation, value.value) < margin(expectation, windows->worst))) {
        windows->has_worst = true;
        windows->worst = value.value;
        windows->worst_at = window->from;
    }
    if (expectation->form == EXPECT_WITHIN)
        recovery_note(watch->cell, expectation, window, good);
    if (good)
        return;
    if (windows->bad + windows->empty == 0)
        windows->first_bad = window->from;
    windows->bad += value.has_data;
    windows->empty += !value.has_data;
    windows->ends_empty = !value.has_data;
}

/* ---- instants and spans ---- */

static sim_ns earlier(sim_ns a, sim_ns b)
{
    return a < b ? a : b;
}

/* The span after an instant. */
static void find_span(const struct cell *cell, struct expectation *expectation)
{
    struct expect_windows *windows = &expectation->windows;
    const char *dot = strchr(expectation->instant, '.');
    const char *edge = strrchr(expectation->instant, '.');
    char name[SCENARIO_NAME_MAX + 1] = "";
    if (dot < edge)
        (void)snprintf(name, sizeof name, "%.*s", (int)(edge - dot - 1), dot + 1);
    windows->to = cell->until;
    if (strncmp(expectation->instant, "faults.", strlen("faults.")) == 0) {
        const struct fault *fault = fault_find(cell, name);
        const bool begins = strcmp(edge, ".at") == 0;
        expectation->at = begins ? fault->at : fault->until;
        windows->to = begins ? earlier(windows->to, fault->until) : windows->to;
    } else if (strncmp(expectation->instant, "phases.", strlen("phases.")) == 0) {
        const struct phase *phase = &cell->phases[phase_find(cell, name)];
        const bool begins = strcmp(edge, ".from") == 0;
        expectation->at = begins ? phase->from : phase->to;
        windows->to = begins ? earlier(windows->to, phase->to) : windows->to;
    }
    windows->from = expectation->at;
    for (uint32_t i = 0; i < cell->fault_count; i++) {
        if (cell->faults[i].at > windows->from)
            windows->to = earlier(windows->to, cell->faults[i].at);
    }
}

static void refuse(struct build *build, const char *rule, sim_ns limit, sim_ns got)
{
    char a[48], b[48];
    build_refuse(build, JSON_VALUE, "%s %s, got \"%s\"", rule, sim_format_duration(a, sizeof a, limit),
                 sim_format_duration(b, sizeof b, got));
}

static bool check_windows(struct build *build, struct expectation *expectation)
{
    struct expect_windows *windows = &expectation->windows;
    if (windows->from == SIM_NEVER) {
        build_refuse(build, JSON_VALUE, "want a fault that has an \"until\", got \"%s\"", expectation->instant);
        return false;
    }
    if (windows->from >= windows->to) {
        refuse(build, "want an instant before the run's end at", windows->to, windows->from);
        return false;
    }
    sim_ns longest = windows->to - windows->from;
    if (expectation->form == EXPECT_WITHIN)
        longest = earlier(longest, expectation->within);
    const sim_ns least = (expectation->within + RECOVERY_WINDOWS_MAX - 1) / RECOVERY_WINDOWS_MAX;
    if (windows->step == 0)
        windows->step =
            earlier(expectation->within / WINDOWS_EACH > SIM_S ? expectation->within / WINDOWS_EACH : SIM_S, longest);
    if (windows->step > longest)
        refuse(build, "want windows of at most", longest, windows->step);
    else if (expectation->form == EXPECT_WITHIN && windows->step < least)
        refuse(build, "want windows of at least", least, windows->step);
    else if ((windows->to - windows->from) / windows->step > SCENARIO_WINDOWS_MAX)
        refuse(build, "want fewer windows, such as of",
               (windows->to - windows->from + SCENARIO_WINDOWS_MAX - 1) / SCENARIO_WINDOWS_MAX, windows->step);
    return build_fine(build);
}

void build_expect_windows(struct build *build)
{
    struct cell *cell = build->cell;
    size_t outer = build_enter(build, "expectations");
    for (uint32_t i = 0; i < cell->expectation_count; i++) {
        struct expectation *expectation = &cell->expectations[i];
        struct expect_windows *windows = &expectation->windows;
        if (expectation->form == EXPECT_DURING)
            continue;
        size_t inner = json_pointer_push_index(build->pointer, sizeof build->pointer, expectation->index);
        if (expectation->form == EXPECT_WITHIN) {
            find_span(cell, expectation);
        } else {
            const struct phase *phase = &cell->phases[expectation->phase];
            windows->from = phase->from + phase->settle;
            windows->to = phase->to;
        }
        windows->good_since = -1;
        if (check_windows(build, expectation)) {
            struct expect_watch *watch = sim_arena_alloc(&cell->sim->arena, sizeof *watch);
            *watch = (struct expect_watch){cell, expectation};
            if (expectation->form == EXPECT_WITHIN)
                expectation->recovery = recovery_create(expectation);
            (void)sim_add_rolling(cell->sim, "expectation", windows->from, windows->to, windows->step, note_window,
                                  watch);
        }
        build_leave(build, inner);
    }
    build_leave(build, outer);
}

void expect_end(struct cell *cell)
{
    for (uint32_t i = 0; i < cell->expectation_count; i++) {
        struct expectation *expectation = &cell->expectations[i];
        struct expect_windows *windows = &expectation->windows;
        if (expectation->form != EXPECT_WITHIN)
            continue;
        recovery_end(cell, expectation);
        if (windows->to > cell->until)
            windows->to = cell->until > windows->from ? cell->until : windows->from;
    }
}

/* ---- verdicts ---- */

static enum verdict judge_windows(const struct expectation *expectation, struct sim_reading_value *value)
{
    const struct expect_windows *windows = &expectation->windows;
    *value = (struct sim_reading_value){windows->has_worst, windows->has_worst ? windows->worst : 0, windows->count};
    if (windows->bad > 0)
        return VERDICT_FAILS;
    return windows->empty > 0 || windows->count == 0 ? VERDICT_NO_DATA : VERDICT_HOLDS;
}

static enum verdict judge_recovery(const struct expectation *expectation, struct sim_reading_value *value)
{
    const struct expect_windows *windows = &expectation->windows;
    *value = (struct sim_reading_value){.samples = windows->count};
    if (windows->good_since < 0)
        return windows->count == 0 || windows->ends_empty ? VERDICT_NO_DATA : VERDICT_FAILS;
    const sim_ns took = windows->good_since - expectation->at;
    value->has_data = true;
    value->value = sim_ns_to_s(took);
    return took <= expectation->within ? VERDICT_HOLDS : VERDICT_FAILS;
}

enum verdict cell_verdict(const struct cell *cell, const struct expectation *expectation,
                          struct sim_reading_value *value)
{
    if (expectation->form == EXPECT_WITHIN)
        return judge_recovery(expectation, value);
    if (expectation->form != EXPECT_DURING)
        return judge_windows(expectation, value);
    const struct sim_interval *interval = &cell->sim->intervals[cell->phases[expectation->phase].interval];
    *value = expect_read(cell, expectation, interval->samples, interval->seen);
    if (!value->has_data)
        return VERDICT_NO_DATA;
    return expect_within_bounds(expectation, value->value) ? VERDICT_HOLDS : VERDICT_FAILS;
}

const char *verdict_name(enum verdict verdict)
{
    static const char *const names[] = {"holds", "fails", "no data"};
    return names[verdict];
}

const char *expect_form_name(enum expect_form form)
{
    static const char *const names[EXPECT_FORMS] = {"during", "within", "never", "always"};
    return names[form];
}
