/* SPDX-License-Identifier: GPL-3.0-or-later */
/* For each miss the exercise's question that explains it, and the commands to see why. */
#include "reports/hypothesis.h"
#include "reports/shell_word.h"
#include "scenarios/questions.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The command line that runs the same cell with `command`. */
static void put_command(cJSON *list, const struct hypothesis *hypothesis, const char *command, const char *tail)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    sim_assert(out != NULL);
    (void)fprintf(out, "simex %s ", command);
    shell_word(out, hypothesis->argument);
    if (hypothesis->options->has_seed)
        (void)fprintf(out, " --seed %" PRIu64, hypothesis->options->seed);
    for (size_t i = 0; i < hypothesis->options->override_count; i++) {
        (void)fprintf(out, " --set ");
        shell_pair(out, hypothesis->options->overrides[i].path, hypothesis->options->overrides[i].value);
    }
    if (hypothesis->options->script != NULL) {
        (void)fprintf(out, " --script ");
        shell_word(out, hypothesis->options->script);
    }
    (void)fprintf(out, "%s", tail);
    (void)fclose(out);
    (void)cJSON_AddItemToArray(list, cJSON_CreateString(text));
    free(text);
}

/* The exercise's question about a key, in this phase rather than in another; NULL: none. */
static const struct question *find_question(const struct hypothesis *hypothesis, const struct prediction *prediction)
{
    const struct questions *questions = hypothesis->cell->questions;
    const struct question *found = NULL;
    for (uint32_t i = 0; questions != NULL && i < questions->count; i++) {
        const struct question *question = &questions->list[i];
        if (strcmp(questions->measures[question->measure].key, prediction->key) != 0)
            continue;
        if (question->phase == (uint32_t)prediction->phase)
            return question;
        found = found == NULL ? question : found;
    }
    return found;
}

/* What explains a miss: the question, if there is one, and commands that show it. */
void hypothesis_put_why(cJSON *entry, const struct hypothesis *hypothesis, const struct prediction *prediction)
{
    const char *phase = hypothesis->cell->phases[prediction->phase].name;
    const struct question *question = find_question(hypothesis, prediction);
    char tail[SCENARIO_NAME_MAX + 60];
    cJSON *why = cJSON_AddObjectToObject(entry, "why");
    if (question != NULL) {
        (void)cJSON_AddStringToObject(why, "question", question->id);
        (void)cJSON_AddStringToObject(why, "ask", question->ask);
    } else {
        (void)cJSON_AddNullToObject(why, "question");
        (void)cJSON_AddNullToObject(why, "ask");
    }
    cJSON *commands = cJSON_AddArrayToObject(why, "commands");
    if (question != NULL)
        put_command(commands, hypothesis, "explain", "");
    const char *text = prediction->text == NULL ? "" : prediction->text;
    const bool cpu = strstr(text, "cpu") != NULL;
    (void)snprintf(tail, sizeof tail, " --phase %s %s", phase,
                   cpu                             ? "--cpu"
                   : strstr(text, "error") != NULL ? "--where 'status>=500'"
                                                   : "--slowest 5");
    put_command(commands, hypothesis, cpu ? "profile" : "trace", tail);
}
