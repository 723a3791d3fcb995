/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scenarios/recovery.h"

#include <stdlib.h>

/* One window of the stretch. */
struct kept {
    struct sim_sample *samples; /* one a term */
    sim_ns to, seen;
    bool good;
};

struct expect_recovery {
    int64_t stretch;      /* windows a stretch */
    struct kept *windows; /* of this stretch, and of the next until that is whole: else they would belong to this one */
    int64_t count, room;
    uint32_t *terms; /* instruments that the reading needs */
    uint32_t term_count;
    struct sim_sample *sum; /* as many as the world has instruments; all but the terms stay zero */
};

struct expect_recovery *recovery_create(const struct expectation *expectation)
{
    const struct expect_windows *windows = &expectation->windows;
    struct expect_recovery *recovery = sim_xcalloc(1, sizeof *recovery);
    recovery->stretch = expectation->within / windows->step;
    sim_assert(recovery->stretch > 0 && recovery->stretch <= RECOVERY_WINDOWS_MAX);
    return recovery;
}

static struct sim_sample *make_samples(const struct cell *cell, const struct expect_recovery *recovery, bool all)
{
    const struct sim *sim = cell->sim;
    struct sim_sample *samples = sim_xcalloc((all ? sim->instrument_count : recovery->term_count) + 1, sizeof *samples);
    for (uint32_t i = 0; i < recovery->term_count; i++) {
        const uint32_t term = recovery->terms[i];
        if (sim->instruments[term].metric->kind != SIM_METRIC_HISTOGRAM)
            continue;
        struct sim_hist *hist = sim_xmalloc(sizeof *hist);
        sim_hist_init(hist);
        samples[all ? term : i].hist = hist;
    }
    return samples;
}

static void free_samples(const struct expect_recovery *recovery, struct sim_sample *samples, bool all)
{
    for (uint32_t i = 0; samples != NULL && i < recovery->term_count; i++) {
        struct sim_hist *hist = samples[all ? recovery->terms[i] : i].hist;
        if (hist != NULL)
            sim_hist_fini(hist);
        free(hist);
    }
    free(samples);
}

void recovery_destroy(struct expect_recovery *recovery)
{
    if (recovery == NULL)
        return;
    for (int64_t i = 0; i < recovery->room; i++)
        free_samples(recovery, recovery->windows[i].samples, false);
    free_samples(recovery, recovery->sum, true);
    free(recovery->windows);
    free(recovery->terms);
    free(recovery);
}

/* Empties a sample; the next that is added is the first. */
static void clear(struct sim_sample *sample)
{
    struct sim_hist *hist = sample->hist;
    if (hist != NULL)
        sim_hist_clear(hist);
    *sample = (struct sim_sample){.hist = hist};
}

static void add_terms(struct expect_recovery *recovery, const struct sim_reading *reading)
{
    for (uint32_t i = 0; i < reading->over_count; i++)
        recovery->terms[recovery->term_count++] = reading->over[i];
    for (uint32_t i = 0; i < reading->under_count; i++) {
        bool known = false;
        for (uint32_t k = 0; k < recovery->term_count; k++)
            known = known || recovery->terms[k] == reading->under[i];
        if (!known)
            recovery->terms[recovery->term_count++] = reading->under[i];
    }
}

/* Readings know their instruments only once the world has started. */
static void start(const struct cell *cell, const struct expectation *expectation, struct expect_recovery *recovery)
{
    recovery->terms = sim_xcalloc(4 * (size_t)SIM_RATIO_TERMS, sizeof *recovery->terms);
    add_terms(recovery, &cell->panel[expectation->item].reading);
    if (expectation->state != NULL)
        add_terms(recovery, &cell->panel[expectation->other].reading);
    recovery->sum = make_samples(cell, recovery, true);
}

static struct kept *next_window(const struct cell *cell, struct expect_recovery *recovery)
{
    if (recovery->count == recovery->room) {
        recovery->windows = sim_xrealloc(recovery->windows, ((size_t)recovery->room + 1) * sizeof *recovery->windows);
        recovery->windows[recovery->room++] = (struct kept){.samples = make_samples(cell, recovery, false)};
    }
    return &recovery->windows[recovery->count++];
}

/* Forgets the first `count` windows; their room stays for others. */
static void forget(struct expect_recovery *recovery, int64_t count)
{
    recovery->count -= count;
    for (int64_t i = 0; i < recovery->count; i++) {
        const struct kept window = recovery->windows[i];
        recovery->windows[i] = recovery->windows[count + i];
        recovery->windows[count + i] = window;
    }
}

/* Judges the first `count` windows: a stretch. */
static void end_stretch(const struct cell *cell, struct expectation *expectation, int64_t count)
{
    struct expect_recovery *recovery = expectation->recovery;
    sim_ns found = -1, seen = 0;
    bool good = false;
    for (uint32_t t = 0; t < recovery->term_count; t++)
        clear(&recovery->sum[recovery->terms[t]]);
    for (int64_t i = count; i-- > 0;) {
        const struct kept *window = &recovery->windows[i];
        for (uint32_t t = 0; t < recovery->term_count; t++) {
            const uint32_t term = recovery->terms[t];
            sim_sample_add(&recovery->sum[term], &window->samples[t], cell->sim->instruments[term].metric, seen == 0);
        }
        seen += window->seen;
        const struct sim_reading_value value = expect_read(cell, expectation, recovery->sum, seen);
        good = value.has_data && expect_within_bounds(expectation, value.value);
        if (good && window->good)
            found = window->to;
    }
    if (!good || expectation->windows.good_since < 0)
        expectation->windows.good_since = found;
    forget(recovery, count);
}

void recovery_note(const struct cell *cell, struct expectation *expectation, const struct sim_interval *window,
                   bool good)
{
    struct expect_recovery *recovery = expectation->recovery;
    if (recovery->sum == NULL)
        start(cell, expectation, recovery);
    struct kept *kept = next_window(cell, recovery);
    kept->to = window->to;
    kept->seen = window->seen;
    kept->good = good;
    for (uint32_t t = 0; t < recovery->term_count; t++) {
        const uint32_t term = recovery->terms[t];
        clear(&kept->samples[t]);
        sim_sample_add(&kept->samples[t], &window->samples[term], cell->sim->instruments[term].metric, true);
    }
    if (recovery->count == 2 * recovery->stretch)
        end_stretch(cell, expectation, recovery->stretch);
}

void recovery_end(const struct cell *cell, struct expectation *expectation)
{
    if (expectation->recovery->count > 0)
        end_stretch(cell, expectation, expectation->recovery->count);
}
