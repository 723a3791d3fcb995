/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From evidence to sentences. A claim holds when the 95 % interval of the paired differences says so, over all seeds; with
 * one seed the difference itself. A sentence is said when all its claims hold and all its numbers exist. */
#include "reports/explain.h"
#include "reports/show.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const struct blame *blame_of(const struct explanation *explanation, const struct question *question)
{
    return &explanation->blames[question - explanation->cell->questions->list];
}

/* The operand at each seed; false: there is no data for one of them. */
static bool values_of(const struct explanation *explanation, const struct question *question,
                      const struct operand *operand, double *values)
{
    const struct blame *blame = blame_of(explanation, question);
    double constant = operand->number;
    if (operand->kind == OPERAND_BLAME)
        constant = blame->entry_count == 0 ? (double)NAN : blame_share(blame, operand->node, operand->segment);
    const struct cell *cell = explanation->cell;
    const size_t variant = explain_variant(explanation, operand->change);
    for (size_t i = 0; i < explanation->replications; i++) {
        const size_t at = (variant * explanation->replications + i) * cell->phase_count + operand->phase;
        values[i] = operand->kind == OPERAND_READING
                        ? explanation->values[at * cell->questions->measure_count + operand->measure]
                        : constant;
        values[i] *= operand->factor;
        if (isnan(values[i]))
            return false;
    }
    return true;
}

static bool holds(const struct claim *claim, const struct estimate *difference, double right)
{
    const double slack = fabs(right) * claim->tolerance;
    switch (claim->relation) {
    case CLAIM_ABOVE:
        return difference->low > 0;
    case CLAIM_AT_LEAST:
        return difference->low >= 0;
    case CLAIM_BELOW:
        return difference->high < 0;
    case CLAIM_AT_MOST:
        return difference->high <= 0;
    default:
        return difference->low >= -slack && difference->high <= slack;
    }
}

static bool claim_holds(const struct explanation *explanation, const struct question *question,
                        const struct claim *claim)
{
    const size_t seeds = explanation->replications;
    double *left = sim_xcalloc(2 * seeds, sizeof *left);
    double *right = left + seeds;
    bool result =
        values_of(explanation, question, &claim->left, left) && values_of(explanation, question, &claim->right, right);
    if (result) {
        for (size_t i = 0; i < seeds; i++)
            left[i] -= right[i];
        const struct estimate difference = estimate_of(left, seeds);
        result = holds(claim, &difference, estimate_of(right, seeds).mean);
    }
    free(left);
    return result;
}

bool explain_operand(const struct explanation *explanation, const struct question *question,
                     const struct operand *operand, char *shown)
{
    double *values = sim_xcalloc(explanation->replications, sizeof *values);
    const bool has_data = values_of(explanation, question, operand, values);
    if (operand->kind == OPERAND_PARAM)
        (void)snprintf(shown, SHOWN_ROOM, "%.60s", operand->shown);
    else if (operand->kind == OPERAND_NUMBER)
        (void)snprintf(shown, SHOWN_ROOM, "%.60s", operand->text);
    else if (has_data)
        (void)show_value(shown, operand->unit, estimate_of(values, explanation->replications).mean);
    free(values);
    return has_data || operand->kind == OPERAND_PARAM;
}

bool explain_says(const struct explanation *explanation, const struct question *question,
                  const struct sentence *sentence)
{
    char shown[SHOWN_ROOM];
    for (uint32_t i = 0; i < sentence->claim_count; i++) {
        if (!claim_holds(explanation, question, &sentence->claims[i]))
            return false;
    }
    for (uint32_t i = 0; i < sentence->place_count; i++) {
        if (!explain_operand(explanation, question, &sentence->places[i].operand, shown))
            return false;
    }
    return true;
}

static void say(FILE *out, const struct explanation *explanation, const struct question *question,
                const struct sentence *sentence)
{
    char shown[SHOWN_ROOM];
    size_t at = 0;
    for (uint32_t i = 0; i < sentence->place_count; i++) {
        const struct place *place = &sentence->places[i];
        (void)explain_operand(explanation, question, &place->operand, shown);
        if (place->bare)
            shown[strcspn(shown, " ")] = '\0';
        (void)fprintf(out, "%.*s%s", (int)(place->from - at), sentence->say + at, shown);
        at = place->to;
    }
    (void)fputs(sentence->say + at, out);
}

char *explain_answer(const struct explanation *explanation, const struct question *question)
{
    char *text = NULL;
    size_t size = 0;
    bool said = false;
    FILE *out = open_memstream(&text, &size);
    sim_assert(out != NULL);
    if (question == explanation->ranked) {
        remedies_say(out, explanation);
        said = true;
    }
    uint32_t done = UINT32_MAX; /* the choice that has been made */
    for (uint32_t i = 0; i < question->sentence_count; i++) {
        const struct sentence *sentence = &question->sentences[i];
        if (sentence->choice == done || !explain_says(explanation, question, sentence))
            continue;
        (void)fputs(said ? " " : "", out);
        say(out, explanation, question, sentence);
        done = sentence->choice;
        said = true;
    }
    if (!said)
        (void)fputs("None of the causes that this question knows shows in the evidence.", out);
    (void)fclose(out);
    return text;
}
