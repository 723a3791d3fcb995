/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An explanation for programs. Values in base units; `change`, `low` and `high` are of the paired difference to the world
 * as it is. Keys are those of the panel and the evidence. */
#include "reports/blame_show.h"
#include "reports/explain.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static void put(cJSON *object, const char *key, cJSON *value)
{
    (void)cJSON_AddItemToObject(object, key, value);
}

static cJSON *number(double value)
{
    return isfinite(value) ? cJSON_CreateNumber(value) : cJSON_CreateNull();
}

static void put_command(cJSON *object, char *command)
{
    put(object, "command", cJSON_CreateString(command));
    free(command);
}

/* ---- readings ---- */

static cJSON *panel_tree(const struct explanation *explanation, size_t variant, uint32_t phase)
{
    cJSON *panel = cJSON_CreateObject();
    const struct questions *questions = explanation->cell->questions;
    for (uint32_t m = 0; m < questions->measure_count; m++) {
        cJSON *item = cJSON_CreateObject();
        const struct estimate value = explain_value(explanation, variant, phase, m);
        const struct estimate change = explain_difference(explanation, 0, variant, phase, m);
        put(item, "value", number(value.count > 0 ? value.mean : (double)NAN));
        put(item, "change", number(change.count > 0 ? change.mean : (double)NAN));
        put(item, "low", number(change.count > 0 ? change.low : (double)NAN));
        put(item, "high", number(change.count > 0 ? change.high : (double)NAN));
        put(item, "identical", cJSON_CreateBool(change.identical));
        put(panel, questions->measures[m].key, item);
    }
    return panel;
}

static cJSON *overrides_tree(const struct explanation *explanation, size_t variant)
{
    cJSON *overrides = cJSON_CreateObject();
    const struct variant *one = &explanation->variants[variant];
    for (size_t i = 0; i < one->override_count; i++) {
        cJSON_DeleteItemFromObjectCaseSensitive(overrides, one->overrides[i].path); /* the later one counts */
        put(overrides, one->overrides[i].path, cJSON_CreateString(one->overrides[i].value));
    }
    return overrides;
}

/* ---- a question ---- */

static cJSON *requests_tree(const struct explanation *explanation, const struct question *question,
                            const struct blame *blame)
{
    cJSON *tree = cJSON_CreateObject();
    blame_put_requests(tree, blame);
    put_command(tree, explain_blame_command(explanation, question));
    return tree;
}

static cJSON *what_if_tree(const struct explanation *explanation, const struct question *question,
                           const struct change *change)
{
    cJSON *tree = cJSON_CreateObject();
    const size_t variant = explain_variant(explanation, change);
    put(tree, "id", cJSON_CreateString(change->id));
    put(tree, "title", cJSON_CreateString(change->title));
    put(tree, "overrides", overrides_tree(explanation, variant));
    put(tree, "panel", panel_tree(explanation, variant, question->phase));
    put_command(tree, explain_run_command(explanation, variant, question));
    return tree;
}

static cJSON *over_time_tree(const struct explanation *explanation, const struct question *question)
{
    cJSON *tree = cJSON_CreateObject();
    for (uint32_t i = 0; i < question->over_time_count; i++) {
        cJSON *bins = cJSON_CreateArray();
        for (uint32_t b = 0; b < explanation->experiment.records[0]->bin_count; b++) {
            const struct sim_reading_value *value = &explanation->bins[(size_t)question->over_time[i] * CELL_BINS + b];
            (void)cJSON_AddItemToArray(bins, number(value->has_data ? value->value : (double)NAN));
        }
        put(tree, explanation->cell->questions->measures[question->over_time[i]].key, bins);
    }
    return tree;
}

static cJSON *question_tree(const struct explanation *explanation, const struct question *question, bool evidence)
{
    cJSON *tree = cJSON_CreateObject();
    const struct blame *blame = &explanation->blames[question - explanation->cell->questions->list];
    char *answer = explain_answer(explanation, question);
    put(tree, "id", cJSON_CreateString(question->id));
    put(tree, "ask", cJSON_CreateString(question->ask));
    put(tree, "phase", cJSON_CreateString(explanation->cell->phases[question->phase].name));
    put(tree, "key", cJSON_CreateString(explanation->cell->questions->measures[question->measure].key));
    put(tree, "answer", cJSON_CreateString(answer));
    free(answer);
    if (!evidence)
        return tree;
    put(tree, "panel", panel_tree(explanation, 0, question->phase));
    put_command(tree, explain_run_command(explanation, 0, question));
    put(tree, "blame", blame_tree(blame));
    put(tree, "requests", requests_tree(explanation, question, blame));
    cJSON *list = cJSON_CreateArray();
    for (uint32_t i = 0; i < question->change_count; i++)
        (void)cJSON_AddItemToArray(list, what_if_tree(explanation, question, &question->changes[i]));
    put(tree, "what_if", list);
    put(tree, "over_time", over_time_tree(explanation, question));
    return tree;
}

/* ---- remedies ---- */

static cJSON *remedy_tree(const struct explanation *explanation, const struct explain_remedy *remedy)
{
    cJSON *tree = cJSON_CreateObject();
    cJSON *ids = cJSON_CreateArray();
    char *title = remedy_title(remedy);
    (void)cJSON_AddItemToArray(ids, cJSON_CreateString(remedy->first->id));
    if (remedy->second != NULL)
        (void)cJSON_AddItemToArray(ids, cJSON_CreateString(remedy->second->id));
    put(tree, "ids", ids);
    put(tree, "title", cJSON_CreateString(title));
    free(title);
    put(tree, "overrides", overrides_tree(explanation, remedy->variant));
    put(tree, "panel", panel_tree(explanation, remedy->variant, explanation->ranked->phase));
    put(tree, "steady", panel_tree(explanation, remedy->variant, explanation->ranked->ranking.steady));
    put(tree, "rank", remedy->place == 0 ? cJSON_CreateNull() : cJSON_CreateNumber(remedy->place));
    put(tree, "score", number(remedy->score));
    put(tree, "harm", number(remedy->harm));
    put_command(tree, explain_run_command(explanation, remedy->variant, NULL));
    return tree;
}

/* ---- the whole ---- */

static cJSON *tree_of(const struct explanation *explanation, bool evidence)
{
    cJSON *tree = cJSON_CreateObject();
    cJSON *questions = cJSON_CreateArray(), *remedies = cJSON_CreateArray();
    char seed[24];
    (void)snprintf(seed, sizeof seed, "%llu", (unsigned long long)explanation->seed);
    put(tree, "scenario", cJSON_CreateString(explanation->scenario->name));
    put(tree, "seed", cJSON_CreateRaw(seed));
    put(tree, "replications", cJSON_CreateNumber((double)explanation->replications));
    put(tree, "overrides", overrides_tree(explanation, 0));
    for (uint32_t i = 0; i < explanation->cell->questions->count; i++)
        if (explain_wants(explanation, &explanation->cell->questions->list[i]))
            (void)cJSON_AddItemToArray(questions,
                                       question_tree(explanation, &explanation->cell->questions->list[i], evidence));
    put(tree, "questions", questions);
    for (uint32_t place = 1; evidence && place <= explanation->remedy_count; place++) {
        for (size_t i = 0; i < explanation->remedy_count; i++) {
            if (explanation->remedies[i].place == place)
                (void)cJSON_AddItemToArray(remedies, remedy_tree(explanation, &explanation->remedies[i]));
        }
    }
    if (evidence)
        put(tree, "remedies", remedies);
    else
        cJSON_Delete(remedies);
    return tree;
}

cJSON *explain_json(const struct explanation *explanation)
{
    return tree_of(explanation, true);
}

cJSON *explain_answers_json(const struct explanation *explanation)
{
    return tree_of(explanation, false);
}
