/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The command that finds a number again, as a shell reads it. */
#include "reports/explain.h"
#include "reports/shell_word.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* The name under which it was found, or the path. */
static void put_scenario(FILE *out, const struct explanation *explanation)
{
    char *shipped = scenario_find_shipped(explanation->scenario->name);
    const bool is_shipped = shipped != NULL && strcmp(shipped, explanation->scenario->path) == 0;
    free(shipped);
    shell_word(out, is_shipped ? explanation->scenario->name : explanation->scenario->path);
    if (explanation->script != NULL) {
        (void)fputs(" --script ", out);
        shell_word(out, explanation->script);
    }
}

static void put_overrides(FILE *out, const struct explanation *explanation, size_t variant)
{
    const struct variant *one = &explanation->variants[variant];
    for (size_t i = 0; i < one->override_count; i++) {
        (void)fputs(" --set ", out);
        shell_pair(out, one->overrides[i].path, one->overrides[i].value);
    }
}

static void want(bool *wanted, const struct explanation *explanation, const struct operand *operand, size_t variant)
{
    if (operand->kind == OPERAND_READING && explain_variant(explanation, operand->change) == variant)
        wanted[operand->measure] = true;
}

/* Readings of the variant that the question shows and the panel does not. */
static void put_shows(FILE *out, const struct explanation *explanation, const struct question *question, size_t variant)
{
    const struct cell *cell = explanation->cell;
    bool wanted[SCENARIO_PANEL_MAX + EVIDENCE_MAX] = {false};
    wanted[question->measure] = true;
    for (uint32_t i = 0; i < question->over_time_count && variant == 0; i++)
        wanted[question->over_time[i]] = true;
    for (uint32_t s = 0; s < question->sentence_count; s++) {
        const struct sentence *sentence = &question->sentences[s];
        const bool said = explain_says(explanation, question, sentence);
        for (uint32_t i = 0; i < sentence->place_count && said; i++)
            want(wanted, explanation, &sentence->places[i].operand, variant);
    }
    for (uint32_t m = cell->panel_count; m < cell->questions->measure_count; m++) {
        if (!wanted[m])
            continue;
        (void)fputs(" --show ", out);
        shell_word(out, cell->questions->measures[m].text);
    }
}

char *explain_run_command(const struct explanation *explanation, size_t variant, const struct question *question)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    sim_assert(out != NULL);
    (void)fputs("simex run ", out);
    put_scenario(out, explanation);
    if (explanation->replications > 1)
        (void)fprintf(out, " --seeds %" PRIu64 "..%" PRIu64, explanation->seed,
                      explanation->seed + explanation->replications - 1);
    else
        (void)fprintf(out, " --seed %" PRIu64, explanation->seed);
    put_overrides(out, explanation, variant);
    if (question != NULL)
        put_shows(out, explanation, question, variant);
    (void)fclose(out);
    return text;
}

char *explain_blame_command(const struct explanation *explanation, const struct question *question)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    sim_assert(out != NULL);
    (void)fputs("simex profile ", out);
    put_scenario(out, explanation);
    (void)fprintf(out, " --seed %" PRIu64 " --phase %s --of %s", explanation->seed,
                  explanation->cell->phases[question->phase].name, question->blame);
    put_overrides(out, explanation, 0);
    (void)fclose(out);
    return text;
}
