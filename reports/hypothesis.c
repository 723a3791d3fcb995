/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which phases are compared, and running the seeds. A prediction is judged in hypothesis_tree.c. */
#include "reports/hypothesis.h"

#include "reports/command.h"
#include "reports/experiment.h"

#include "models/ops.h"
#include "models/script.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- phases ---- */

/* Something is done to the system in [from, until); at `from` alone when they are equal. */
static void disturb(struct hypothesis *hypothesis, sim_ns from, sim_ns until)
{
    const struct cell *cell = hypothesis->cell;
    for (uint32_t i = 0; i < cell->phase_count; i++) {
        const struct phase *phase = &cell->phases[i];
        if (from < phase->to && (until > phase->from || from >= phase->from))
            hypothesis->disturbed[i] = true;
    }
}

/* What the script asks of the chaos interface: a setting lasts until it is given back, the rest is done at once. */
static void disturb_by_script(struct hypothesis *hypothesis)
{
    const struct cell *cell = hypothesis->cell;
    sim_ns since = SIM_NEVER;
    for (size_t i = 0; i < cell->script_count; i++) {
        const struct script_entry *entry = &cell->script[i];
        if (entry->op == OP_LEAK || entry->op == OP_CLEAR_CACHE)
            disturb(hypothesis, entry->at, entry->at);
        if (entry->op != OP_CONFIGURE && entry->op != OP_RESET)
            continue;
        const struct knobs knobs = knobs_unpack(&entry->payload);
        const bool sets = entry->op == OP_CONFIGURE && (knobs.given | knobs.in_body) != 0;
        if (since != SIM_NEVER && !sets) {
            disturb(hypothesis, since, entry->at);
            since = SIM_NEVER;
        } else if (since == SIM_NEVER && sets) {
            since = entry->at;
        }
    }
    if (since != SIM_NEVER)
        disturb(hypothesis, since, SIM_NEVER);
}

/* The last phase before `phase` in which nothing is done; else the first. */
static uint32_t steady_of(const struct hypothesis *hypothesis, uint32_t phase)
{
    for (uint32_t i = phase; i-- > 0;) {
        if (!hypothesis->disturbed[i])
            return i;
    }
    return 0;
}

bool hypothesis_init(struct hypothesis *hypothesis, const struct cell *cell)
{
    hypothesis->cell = cell;
    if (cell->phase_count == 0) {
        (void)fprintf(stderr, "simex: the scenario has no phases, so nothing can be predicted of one\n");
        return false;
    }
    hypothesis->disturbed = sim_xcalloc(cell->phase_count, sizeof *hypothesis->disturbed);
    for (uint32_t i = 0; i < cell->fault_count; i++)
        disturb(hypothesis, cell->faults[i].at,
                cell->faults[i].action != NULL && cell->faults[i].set_count == 0 ? cell->faults[i].at
                                                                                 : cell->faults[i].until);
    disturb_by_script(hypothesis);
    hypothesis->phase = 0;
    while (hypothesis->phase < cell->phase_count && !hypothesis->disturbed[hypothesis->phase])
        hypothesis->phase++;
    if (hypothesis->phase == cell->phase_count)
        hypothesis->phase = cell->phase_count - 1;
    hypothesis->steady = steady_of(hypothesis, hypothesis->phase);
    return true;
}

void hypothesis_fini(struct hypothesis *hypothesis)
{
    for (size_t i = 0; i < hypothesis->count; i++) {
        prediction_fini(&hypothesis->predictions[i]);
        probe_fini(&hypothesis->probes[i]);
    }
    for (uint32_t i = 0; hypothesis->known != NULL && i < hypothesis->cell->panel_count; i++)
        probe_fini(&hypothesis->known[i]);
    texts_fini(&hypothesis->faults);
    blast_fini(&hypothesis->blast);
    free(hypothesis->known);
    free(hypothesis->probes);
    free(hypothesis->predictions);
    free(hypothesis->disturbed);
}

/* ---- sentences ---- */

/* That there is something to compare with, and one blast radius at most. */
static bool check(const struct hypothesis *hypothesis, const struct prediction *prediction, uint32_t phase,
                  struct sim_error *error)
{
    const char *name = hypothesis->cell->phases[phase].name;
    if (prediction_is_relative(prediction) && steady_of(hypothesis, phase) == phase)
        return sim_fail(error, name,
                        "want a phase with a steady one before it to compare with, or a value such as \"KEY < 3s\"");
    for (size_t i = 0; prediction->kind == PREDICTS_BLAST && i < hypothesis->count; i++) {
        if (hypothesis->predictions[i].kind == PREDICTS_BLAST)
            return sim_fail(error, prediction->say, "want one blast radius");
    }
    return true;
}

bool hypothesis_add(struct hypothesis *hypothesis, const char *text, struct sentence_error *error)
{
    struct prediction prediction;
    if (!sentence_read(hypothesis->cell, text, &prediction, error))
        return false;
    const uint32_t phase = prediction.phase < 0 ? hypothesis->phase : (uint32_t)prediction.phase;
    if (!check(hypothesis, &prediction, phase, &error->error)) {
        prediction_fini(&prediction);
        return false;
    }
    const size_t count = hypothesis->count++;
    prediction.phase = (int)phase;
    hypothesis->predictions =
        sim_xrealloc(hypothesis->predictions, hypothesis->count * sizeof *hypothesis->predictions);
    hypothesis->probes = sim_xrealloc(hypothesis->probes, hypothesis->count * sizeof *hypothesis->probes);
    hypothesis->predictions[count] = prediction;
    probe_init(&hypothesis->probes[count], prediction.text, prediction.counted, phase, steady_of(hypothesis, phase),
               hypothesis->replications);
    return true;
}

/* ---- running ---- */

static void take(void *context, struct cell *cell, size_t index)
{
    struct hypothesis *hypothesis = context;
    for (size_t i = 0; i < hypothesis->count; i++) {
        if (hypothesis->predictions[i].text != NULL)
            probe_take(&hypothesis->probes[i], cell, index);
    }
    for (uint32_t i = 0; i < cell->panel_count; i++)
        probe_take(&hypothesis->known[i], cell, index);
    blast_take(&hypothesis->blast, cell, index);
}

int hypothesis_run(struct hypothesis *hypothesis)
{
    const struct cell *cell = hypothesis->cell;
    uint32_t phase = hypothesis->phase;
    for (size_t i = 0; i < hypothesis->count; i++) {
        if (hypothesis->predictions[i].kind == PREDICTS_BLAST)
            phase = (uint32_t)hypothesis->predictions[i].phase;
    }
    blast_init(&hypothesis->blast, cell, phase, steady_of(hypothesis, phase), hypothesis->replications);
    hypothesis->known = sim_xcalloc((size_t)cell->panel_count + 1, sizeof *hypothesis->known);
    for (uint32_t i = 0; i < cell->panel_count; i++)
        probe_init(&hypothesis->known[i], cell->panel[i].text, false, hypothesis->steady, hypothesis->steady,
                   hypothesis->replications);
    const struct variant variant = {cell->scenario->name, cell->scenario, hypothesis->options->overrides,
                                    hypothesis->options->override_count};
    struct experiment experiment = {.variants = &variant,
                                    .variant_count = 1,
                                    .replications = hypothesis->replications,
                                    .seed = hypothesis->options->seed,
                                    .jobs = hypothesis->jobs,
                                    .ended = take,
                                    .context = hypothesis};
    const int code = experiment_run(&experiment);
    const struct record *record = code == EXIT_FINE ? experiment_record(&experiment, 0, 0) : NULL;
    for (uint32_t i = 0; record != NULL && i < record->fault_count; i++)
        texts_add(&hypothesis->faults, record->faults[i].what);
    experiment_fini(&experiment);
    return code;
}
