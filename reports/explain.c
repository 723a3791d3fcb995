/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Running what a scenario's questions ask for: variants, readings by phase, blame of the first seed. Each cell writes to
 * a place of its own, so workers need no lock. */
#include "reports/explain.h"

#include "reports/command.h"
#include "scenarios/suggest.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- variants ---- */

static bool same_overrides(const struct variant *variant, const struct override *list, size_t count)
{
    if (variant->override_count != count)
        return false;
    for (size_t i = 0; i < count; i++) {
        if (strcmp(variant->overrides[i].path, list[i].path) != 0 ||
            strcmp(variant->overrides[i].value, list[i].value) != 0)
            return false;
    }
    return true;
}

size_t explain_add_variant(struct explanation *explanation, const char *title, const struct override *sets,
                           size_t count)
{
    const size_t all = explanation->override_count + count;
    struct override *list = sim_xcalloc(all + 1, sizeof *list);
    for (size_t i = 0; i < explanation->override_count; i++)
        list[i] = explanation->overrides[i];
    for (size_t i = 0; i < count; i++)
        list[explanation->override_count + i] = sets[i];
    for (size_t i = 0; i < explanation->variant_count; i++) {
        if (same_overrides(&explanation->variants[i], list, all)) {
            free(list);
            return i;
        }
    }
    if (explanation->variant_count == explanation->variant_room) {
        explanation->variant_room = explanation->variant_room == 0 ? 32 : explanation->variant_room * 2;
        explanation->variants =
            sim_xrealloc(explanation->variants, explanation->variant_room * sizeof *explanation->variants);
    }
    explanation->variants[explanation->variant_count] =
        (struct variant){.title = title, .scenario = explanation->scenario, .overrides = list, .override_count = all};
    return explanation->variant_count++;
}

/* Gives a change its variant, once. */
static void add_change(struct explanation *explanation, const struct change *change)
{
    for (size_t i = 0; i < explanation->change_count; i++) {
        if (explanation->changes[i].change == change)
            return;
    }
    explanation->changes =
        sim_xrealloc(explanation->changes, (explanation->change_count + 1) * sizeof *explanation->changes);
    explanation->changes[explanation->change_count++] = (struct explain_change){
        change, explain_add_variant(explanation, change->title, change->sets, change->set_count)};
}

static void add_operand(struct explanation *explanation, const struct operand *operand)
{
    if (operand->kind == OPERAND_READING && operand->change != NULL)
        add_change(explanation, operand->change);
}

/* Its own changes, and the remedies that its sentences refer to. */
static void add_question(struct explanation *explanation, const struct question *question)
{
    for (uint32_t i = 0; i < question->change_count; i++)
        add_change(explanation, &question->changes[i]);
    for (uint32_t s = 0; s < question->sentence_count; s++) {
        const struct sentence *sentence = &question->sentences[s];
        for (uint32_t i = 0; i < sentence->place_count; i++)
            add_operand(explanation, &sentence->places[i].operand);
        for (uint32_t i = 0; i < sentence->claim_count; i++) {
            add_operand(explanation, &sentence->claims[i].left);
            add_operand(explanation, &sentence->claims[i].right);
        }
    }
    if (question->ranking.count > 0 && explanation->cell->questions->remedy_count > 0 && explanation->ranked == NULL)
        explanation->ranked = question;
}

static void add_variants(struct explanation *explanation)
{
    const struct questions *questions = explanation->cell->questions;
    (void)explain_add_variant(explanation, "as it is", NULL, 0);
    for (uint32_t q = 0; q < questions->count; q++) {
        if (explain_wants(explanation, &questions->list[q]))
            add_question(explanation, &questions->list[q]);
    }
    for (uint32_t i = 0; i < questions->remedy_count && explanation->ranked != NULL; i++)
        add_change(explanation, &questions->remedies[i]);
    if (explanation->ranked != NULL)
        remedies_add(explanation);
}

bool explain_wants(const struct explanation *explanation, const struct question *question)
{
    return explanation->only == NULL || strcmp(explanation->only, question->id) == 0;
}

size_t explain_variant(const struct explanation *explanation, const struct change *change)
{
    for (size_t i = 0; change != NULL && i < explanation->change_count; i++) {
        if (explanation->changes[i].change == change)
            return explanation->changes[i].variant;
    }
    return 0;
}

/* ---- listening to the cells ---- */

static void sink(void *context, struct trace *trace)
{
    struct explanation *explanation = context;
    for (uint32_t q = 0; q < explanation->cell->questions->count; q++)
        blame_take(&explanation->blames[q], trace);
}

/* What the requests of a question are, in the world of `cell`. */
static struct blame_of blame_of_question(const struct question *question, const struct cell *cell)
{
    struct sim_reading reading;
    struct sim_error error;
    const struct phase *phase = &cell->phases[question->phase];
    sim_assert(sim_reading_find(cell->sim, question->blame, &reading, &error));
    struct blame_of of = blame_of_reading(&reading);
    of.from = phase->from + phase->settle;
    of.to = phase->to;
    return of;
}

static void prepare(void *context, struct cell *cell, size_t index)
{
    struct explanation *explanation = context;
    if (index != 0)
        return;
    for (uint32_t q = 0; q < cell->questions->count; q++) {
        const struct blame_of of = blame_of_question(&cell->questions->list[q], cell);
        blame_init(&explanation->blames[q], &of);
    }
    collector_init(&explanation->collector, cell->sim, sink, explanation);
    explanation->collected = true;
}

static size_t slot(const struct explanation *explanation, size_t cell, uint32_t phase, uint32_t measure)
{
    return (cell * explanation->cell->phase_count + phase) * explanation->cell->questions->measure_count + measure;
}

static void read_measures(struct explanation *explanation, const struct cell *cell, size_t index)
{
    const struct questions *questions = explanation->cell->questions;
    for (uint32_t m = 0; m < questions->measure_count; m++) {
        struct sim_reading reading;
        struct sim_error error;
        sim_assert(sim_reading_find(cell->sim, questions->measures[m].text, &reading, &error));
        for (uint32_t p = 0; p < cell->phase_count; p++) {
            const struct sim_interval *interval = &cell->sim->intervals[cell->phases[p].interval];
            const struct sim_reading_value value = sim_reading_read(&reading, interval->samples, interval->seen);
            uint32_t phase = 0; /* a change may move phases past each other */
            while (strcmp(explanation->cell->phases[phase].name, cell->phases[p].name) != 0)
                phase++;
            explanation->values[slot(explanation, index, phase, m)] = value.has_data ? value.value : (double)NAN;
        }
        for (uint32_t b = 0; index == 0 && b < cell->bin_count; b++) {
            const struct sim_interval *interval = &cell->sim->intervals[cell->bin_first + b];
            explanation->bins[(size_t)m * CELL_BINS + b] =
                sim_reading_read(&reading, interval->samples, interval->seen);
        }
    }
}

static void ended(void *context, struct cell *cell, size_t index)
{
    struct explanation *explanation = context;
    read_measures(explanation, cell, index);
    if (index != 0)
        return;
    collector_finish(&explanation->collector);
    for (uint32_t q = 0; q < cell->questions->count; q++)
        blame_finish(&explanation->blames[q]);
    collector_fini(&explanation->collector);
    explanation->collected = false;
}

/* ---- the whole ---- */

static int refuse_no_questions(const struct explanation *explanation)
{
    char shown[JSON_SHOWN_BYTES];
    (void)fprintf(stderr,
                  "simex: %s has no questions to explain; part1 and the part3 and part4 scenarios have "
                  "(docs/explain.md tells how to write some)\n",
                  json_shown(shown, explanation->scenario->path));
    return EXIT_BAD_SCENARIO;
}

static bool has_question(const struct explanation *explanation)
{
    const struct questions *questions = explanation->cell->questions;
    for (uint32_t q = 0; q < questions->count; q++) {
        if (explain_wants(explanation, &questions->list[q]))
            return true;
    }
    return false;
}

static int refuse_question(const struct explanation *explanation)
{
    const struct questions *questions = explanation->cell->questions;
    const char *ids[QUESTIONS_MAX];
    char shown[JSON_SHOWN_BYTES];
    for (uint32_t q = 0; q < questions->count; q++)
        ids[q] = questions->list[q].id;
    const char *near = suggest_nearest(explanation->only, ids, questions->count);
    (void)fprintf(stderr, "simex: no question \"%s\"", json_shown(shown, explanation->only));
    if (near != NULL)
        (void)fprintf(stderr, "; did you mean \"%s\"?\n", near);
    else {
        (void)fprintf(stderr, "; there are:");
        for (uint32_t q = 0; q < questions->count; q++)
            (void)fprintf(stderr, " %s", ids[q]);
        (void)fprintf(stderr, "\n");
    }
    return EXIT_USAGE;
}

static int run_all(struct explanation *explanation)
{
    const struct cell *cell = explanation->cell;
    const size_t cells = explanation->variant_count * explanation->replications;
    const size_t slots = slot(explanation, cells, 0, 0);
    explanation->values = sim_xcalloc(slots + 1, sizeof *explanation->values);
    for (size_t i = 0; i < slots; i++)
        explanation->values[i] = (double)NAN;
    explanation->bins = sim_xcalloc((size_t)cell->questions->measure_count * CELL_BINS + 1, sizeof *explanation->bins);
    explanation->blames = sim_xcalloc(cell->questions->count + 1, sizeof *explanation->blames);
    explanation->experiment = (struct experiment){.variants = explanation->variants,
                                                  .variant_count = explanation->variant_count,
                                                  .replications = explanation->replications,
                                                  .seed = explanation->seed,
                                                  .jobs = explanation->jobs,
                                                  .prepare = prepare,
                                                  .ended = ended,
                                                  .context = explanation};
    return experiment_run(&explanation->experiment);
}

int explain_run(struct explanation *explanation)
{
    struct json_errors errors;
    json_errors_init(&errors);
    explanation->cell = cell_build(explanation->scenario, explanation->overrides, explanation->override_count,
                                   explanation->seed, &errors);
    if (explanation->cell == NULL)
        json_errors_print(&errors, stderr);
    json_errors_fini(&errors);
    if (explanation->cell == NULL)
        return EXIT_BAD_SCENARIO;
    if (explanation->cell->questions == NULL || explanation->cell->questions->count == 0)
        return refuse_no_questions(explanation);
    if (!has_question(explanation))
        return refuse_question(explanation);
    add_variants(explanation);
    const int code = run_all(explanation);
    if (code == EXIT_FINE && explanation->ranked != NULL)
        remedies_rank(explanation);
    return code;
}

void explain_fini(struct explanation *explanation)
{
    experiment_fini(&explanation->experiment);
    if (explanation->collected)
        collector_fini(&explanation->collector);
    for (uint32_t q = 0; explanation->blames != NULL && q < explanation->cell->questions->count; q++)
        blame_fini(&explanation->blames[q]);
    for (size_t i = 0; i < explanation->variant_count; i++)
        free((void *)(uintptr_t)explanation->variants[i].overrides);
    free(explanation->variants);
    free(explanation->changes);
    free(explanation->remedies);
    free(explanation->values);
    free(explanation->bins);
    free(explanation->blames);
    cell_destroy(explanation->cell);
}

/* ---- estimates ---- */

static struct estimate estimate_slots(const struct explanation *explanation, const size_t *base, size_t variant,
                                      uint32_t phase, uint32_t measure)
{
    const size_t seeds = explanation->replications;
    double *list = sim_xcalloc(seeds + 1, sizeof *list);
    size_t count = 0;
    bool identical = true;
    for (size_t i = 0; i < seeds; i++) {
        double value = explanation->values[slot(explanation, variant * seeds + i, phase, measure)];
        if (base != NULL)
            value -= explanation->values[slot(explanation, *base * seeds + i, phase, measure)];
        if (isnan(value))
            continue;
        identical = identical && !(value < 0) && !(value > 0);
        list[count++] = value;
    }
    struct estimate result = estimate_of(list, count);
    result.identical = base != NULL && count > 0 && identical;
    free(list);
    return result;
}

struct estimate explain_value(const struct explanation *explanation, size_t variant, uint32_t phase, uint32_t measure)
{
    return estimate_slots(explanation, NULL, variant, phase, measure);
}

struct estimate explain_difference(const struct explanation *explanation, size_t base, size_t variant, uint32_t phase,
                                   uint32_t measure)
{
    return estimate_slots(explanation, &base, variant, phase, measure);
}
