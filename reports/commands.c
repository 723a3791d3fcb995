/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The command that finds a number again, as a shell reads it. */
#include "reports/explain.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* A word in quotes where a shell would see more in it than a word. */
static void put_word(FILE *out, const char *word)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._/:=,%+-@";
    if (word[0] != '\0' && word[strspn(word, plain)] == '\0') {
        (void)fputs(word, out);
        return;
    }
    (void)fputc('\'', out);
    for (; *word != '\0'; word++) {
        if (*word == '\'')
            (void)fputs("'\\''", out);
        else
            (void)fputc(*word, out);
    }
    (void)fputc('\'', out);
}

static void put_option(FILE *out, const char *option, const char *left, const char *right)
{
    char word[1000];
    (void)snprintf(word, sizeof word, "%s%s%s", left, right == NULL ? "" : "=", right == NULL ? "" : right);
    (void)fprintf(out, " %s ", option);
    put_word(out, word);
}

/* The name under which it was found, or the path. */
static void put_scenario(FILE *out, const struct explanation *explanation)
{
    char *shipped = scenario_find_shipped(explanation->scenario->name);
    const bool is_shipped = shipped != NULL && strcmp(shipped, explanation->scenario->path) == 0;
    free(shipped);
    put_word(out, is_shipped ? explanation->scenario->name : explanation->scenario->path);
    if (explanation->script != NULL)
        put_option(out, "--script", explanation->script, NULL);
}

static void put_overrides(FILE *out, const struct explanation *explanation, size_t variant)
{
    const struct variant *one = &explanation->variants[variant];
    for (size_t i = 0; i < one->override_count; i++)
        put_option(out, "--set", one->overrides[i].path, one->overrides[i].value);
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
        if (wanted[m])
            put_option(out, "--show", cell->questions->measures[m].text, NULL);
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
