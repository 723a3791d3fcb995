/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A check for programs. Base units; seeds are texts. */
#include "reports/check.h"

#include <inttypes.h>

static cJSON *estimate_tree(const struct estimate *estimate)
{
    if (estimate->count == 0)
        return cJSON_CreateNull();
    cJSON *tree = cJSON_CreateObject();
    (void)cJSON_AddNumberToObject(tree, "mean", estimate->mean);
    (void)cJSON_AddNumberToObject(tree, "low", estimate->low);
    (void)cJSON_AddNumberToObject(tree, "high", estimate->high);
    (void)cJSON_AddNumberToObject(tree, "count", (double)estimate->count);
    return tree;
}

static cJSON *change_tree(const struct check_change *change)
{
    char text[24];
    cJSON *tree = cJSON_CreateObject();
    if (change->key == NULL) {
        (void)snprintf(text, sizeof text, "%" PRIu64, change->seed);
        (void)cJSON_AddStringToObject(tree, "seed", text);
        (void)snprintf(text, sizeof text, "%016" PRIx64, change->print_before);
        (void)cJSON_AddStringToObject(tree, "before", text);
        (void)snprintf(text, sizeof text, "%016" PRIx64, change->print_after);
        (void)cJSON_AddStringToObject(tree, "after", text);
        return tree;
    }
    (void)cJSON_AddStringToObject(tree, "phase", change->phase);
    (void)cJSON_AddStringToObject(tree, "key", change->key);
    (void)cJSON_AddStringToObject(tree, "unit", change->unit);
    (void)cJSON_AddItemToObject(tree, "before", estimate_tree(&change->before));
    (void)cJSON_AddItemToObject(tree, "after", estimate_tree(&change->after));
    if (change->before.count > 0 && change->after.count > 0) {
        (void)cJSON_AddNumberToObject(tree, "change", change->after.mean - change->before.mean);
        (void)cJSON_AddNumberToObject(tree, "low", change->low);
        (void)cJSON_AddNumberToObject(tree, "high", change->high);
    }
    (void)cJSON_AddNumberToObject(tree, "p", change->p);
    return tree;
}

static void add_text_or_null(cJSON *object, const char *key, const char *text)
{
    (void)cJSON_AddItemToObject(object, key, text == NULL ? cJSON_CreateNull() : cJSON_CreateString(text));
}

static cJSON *baseline_tree(const struct check *check, const struct check_scenario *scenario)
{
    cJSON *tree = cJSON_CreateObject();
    (void)cJSON_AddStringToObject(tree, "file", check->baseline);
    (void)cJSON_AddBoolToObject(tree, "exact", check->exact);
    (void)cJSON_AddBoolToObject(tree, "found", !scenario->missing);
    (void)cJSON_AddNumberToObject(tree, "compared", (double)scenario->tested);
    cJSON *changes = cJSON_AddArrayToObject(tree, "changes");
    for (size_t i = 0; i < scenario->change_count; i++)
        (void)cJSON_AddItemToArray(changes, change_tree(&scenario->changes[i]));
    cJSON *params = cJSON_AddArrayToObject(tree, "params");
    for (size_t i = 0; i < scenario->param_count; i++) {
        cJSON *param = cJSON_CreateObject();
        (void)cJSON_AddStringToObject(param, "path", scenario->params[i].path);
        add_text_or_null(param, "before", scenario->params[i].before);
        add_text_or_null(param, "after", scenario->params[i].after);
        (void)cJSON_AddItemToArray(params, param);
    }
    return tree;
}

static cJSON *scenario_tree(const struct check *check, const struct check_scenario *scenario)
{
    cJSON *tree = cJSON_CreateObject();
    (void)cJSON_AddStringToObject(tree, "scenario", scenario->scenario->name);
    (void)cJSON_AddStringToObject(tree, "file", scenario->scenario->path);
    (void)cJSON_AddBoolToObject(tree, "passes", check_scenario_passes(scenario));
    (void)cJSON_AddBoolToObject(tree, "ran", scenario->record != NULL);
    cJSON *list = cJSON_AddArrayToObject(tree, "expectations");
    for (size_t i = 0; scenario->record != NULL && i < scenario->verdict_count; i++) {
        const struct check_verdict *judged = &scenario->verdicts[i];
        const char *unit = record_verdict_unit(scenario->record, &judged->verdict);
        char text[WANT_ROOM];
        cJSON *object = show_verdict_tree(scenario->record, &judged->verdict);
        (void)cJSON_AddStringToObject(object, "expected", show_want(text, unit, &judged->verdict));
        (void)cJSON_AddStringToObject(object, "got", show_got(text, unit, &judged->verdict));
        (void)cJSON_AddNumberToObject(object, "seeds_holding", (double)judged->holding);
        (void)cJSON_AddItemToArray(list, object);
    }
    if (scenario->compared)
        (void)cJSON_AddItemToObject(tree, "baseline", baseline_tree(check, scenario));
    (void)cJSON_AddStringToObject(tree, "reproduce", scenario->reproduce);
    return tree;
}

void check_show_json(FILE *out, const struct check *check)
{
    char text[24];
    bool passes = true;
    cJSON *tree = cJSON_CreateObject();
    for (size_t i = 0; i < check->count; i++)
        passes = passes && check_scenario_passes(&check->scenarios[i]);
    (void)cJSON_AddBoolToObject(tree, "passes", passes);
    (void)snprintf(text, sizeof text, "%" PRIu64, check->experiment->seed);
    (void)cJSON_AddStringToObject(tree, "seed", text);
    (void)cJSON_AddNumberToObject(tree, "replications", (double)check->experiment->replications);
    cJSON *list = cJSON_AddArrayToObject(tree, "scenarios");
    for (size_t i = 0; i < check->count; i++)
        (void)cJSON_AddItemToArray(list, scenario_tree(check, &check->scenarios[i]));
    show_json(out, tree);
}
