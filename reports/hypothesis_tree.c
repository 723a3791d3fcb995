/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Judges predictions and makes the score card. A prediction comes down to a range once the steady value is known; it is
 * right when what happened lies in it. How far it is off: from the one value that was predicted, else from the nearer end
 * of the range. No data is never right. */
#include "reports/hypothesis.h"
#include "reports/show.h"

#include "models/script.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const double unchanged_share = 0.05;

struct range {
    bool known, negated; /* known: there is a steady value where one is needed */
    double low, high;
    bool above_low, below_high;
    bool has_middle;
    double middle;
};

static struct range resolve(const struct prediction *prediction, const struct probe_result *result)
{
    struct range range = {.known = result->has_steady || !prediction_is_relative(prediction),
                          .negated = prediction->kind == PREDICTS_OTHER,
                          .low = prediction->low,
                          .high = prediction->high,
                          .above_low = prediction->above_low,
                          .below_high = prediction->below_high,
                          .has_middle = prediction->has_middle,
                          .middle = prediction->middle};
    switch (prediction->kind) {
    case PREDICTS_FACTOR:
        range.low *= result->steady;
        range.high *= result->steady;
        range.middle *= result->steady;
        range.known = range.known && (result->steady < 0 || result->steady > 0); /* no multiple of nothing */
        break;
    case PREDICTS_CHANGE:
        range.low += result->steady;
        range.high += result->steady;
        range.middle += result->steady;
        break;
    case PREDICTS_RISE:
        range.low = result->high;
        range.above_low = true;
        break;
    case PREDICTS_FALL:
        range.high = result->low;
        range.below_high = true;
        break;
    case PREDICTS_UNCHANGED:
        range.low = result->low;
        range.high = result->high;
        break;
    default:
        break;
    }
    return range;
}

/* What lies within a billionth of a bound lies on it: 1.1 x 3 is no better than 3.3. */
static bool within(const struct range *range, double value)
{
    const double slack = 1e-9;
    const double low = isinf(range->low) ? range->low : range->low - slack * fabs(range->low);
    const double high = isinf(range->high) ? range->high : range->high + slack * fabs(range->high);
    const bool above = range->above_low ? value > range->low : value >= low;
    const bool below = range->below_high ? value < range->high : value <= high;
    return above && below;
}

static double off_by(const struct range *range, double value)
{
    if (range->has_middle)
        return value - range->middle;
    return value < range->low || isinf(range->high) ? value - range->low : value - range->high;
}

static void put_predicted(cJSON *entry, const char *unit, const struct range *range)
{
    char want[WANT_ROOM], text[WANT_ROOM + 8];
    const struct record_verdict bounds = {
        .min = range->low, .max = range->high, .above_min = range->above_low, .below_max = range->below_high};
    if (range->known)
        (void)snprintf(text, sizeof text, "%s%s", range->negated ? "not " : "", show_want(want, unit, &bounds));
    else
        (void)snprintf(text, sizeof text, "no steady value to compare with");
    (void)cJSON_AddStringToObject(entry, "predicted", text);
}

static void put_number(cJSON *entry, const char *key, bool has, double value)
{
    if (has && isfinite(value))
        (void)cJSON_AddNumberToObject(entry, key, value);
    else
        (void)cJSON_AddNullToObject(entry, key);
}

/* ---- entries ---- */

static bool put_reading(cJSON *entry, const struct hypothesis *hypothesis, size_t index)
{
    const struct prediction *prediction = &hypothesis->predictions[index];
    const struct probe_result result =
        probe_result(&hypothesis->probes[index], hypothesis->replications, unchanged_share);
    const struct range range = resolve(prediction, &result);
    const bool judged = range.known && result.count > 0;
    const bool right = judged && within(&range, result.value) != range.negated;
    put_predicted(entry, prediction->unit, &range);
    put_number(entry, "happened", result.count > 0, result.value);
    (void)cJSON_AddBoolToObject(entry, "right", right);
    put_number(entry, "off_by", judged && !right, off_by(&range, result.value));
    if (right)
        (void)cJSON_AddNullToObject(entry, "why");
    else
        hypothesis_put_why(entry, hypothesis, prediction);
    (void)cJSON_AddStringToObject(entry, "unit", prediction->unit);
    put_number(entry, "steady", result.has_steady, result.steady);
    put_number(entry, "expected", range.known && range.has_middle, range.middle);
    put_number(entry, "low", range.known, range.low);
    put_number(entry, "high", range.known, range.high);
    return right;
}

static bool says(const struct prediction *prediction, const char *node)
{
    for (size_t i = 0; i < prediction->nodes.count; i++) {
        if (strcmp(prediction->nodes.items[i], node) == 0)
            return true;
    }
    return false;
}

/* Off by: the nodes that were named for nothing, and those that were missed. */
static bool put_radius(cJSON *entry, const struct hypothesis *hypothesis, const struct prediction *prediction)
{
    const struct blast *blast = &hypothesis->blast;
    double wrong = 0;
    cJSON *predicted = cJSON_AddArrayToObject(entry, "predicted");
    for (size_t i = 0; i < prediction->nodes.count; i++)
        (void)cJSON_AddItemToArray(predicted, cJSON_CreateString(prediction->nodes.items[i]));
    cJSON *happened = cJSON_AddArrayToObject(entry, "happened");
    for (size_t i = 0; i < blast->count; i++) {
        const bool reached = blast_reached(blast, &blast->nodes[i]);
        wrong += reached != says(prediction, blast->nodes[i].name);
        if (reached)
            (void)cJSON_AddItemToArray(happened, cJSON_CreateString(blast->nodes[i].name));
    }
    const bool right = !(wrong > 0);
    (void)cJSON_AddBoolToObject(entry, "right", right);
    put_number(entry, "off_by", !right, wrong);
    if (right)
        (void)cJSON_AddNullToObject(entry, "why");
    else
        hypothesis_put_why(entry, hypothesis, prediction);
    (void)cJSON_AddStringToObject(entry, "unit", "nodes");
    return right;
}

static size_t put_predictions(cJSON *tree, const struct hypothesis *hypothesis)
{
    size_t right = 0;
    cJSON *list = cJSON_AddArrayToObject(tree, "predictions");
    for (size_t i = 0; i < hypothesis->count; i++) {
        const struct prediction *prediction = &hypothesis->predictions[i];
        cJSON *entry = cJSON_CreateObject();
        (void)cJSON_AddStringToObject(entry, "say", prediction->say);
        (void)cJSON_AddStringToObject(entry, "phase", hypothesis->cell->phases[prediction->phase].name);
        (void)cJSON_AddStringToObject(entry, "key", prediction->key);
        right += prediction->kind == PREDICTS_BLAST ? put_radius(entry, hypothesis, prediction)
                                                    : put_reading(entry, hypothesis, i);
        (void)cJSON_AddItemToArray(list, entry);
    }
    return right;
}

/* ---- the rest ---- */

static void put_blast(cJSON *tree, const struct hypothesis *hypothesis)
{
    const struct blast *blast = &hypothesis->blast;
    const struct cell *cell = hypothesis->cell;
    cJSON *object = cJSON_AddObjectToObject(tree, "blast");
    (void)cJSON_AddStringToObject(object, "phase", cell->phases[blast->phase].name);
    (void)cJSON_AddStringToObject(object, "steady", cell->phases[blast->steady].name);
    cJSON *nodes = cJSON_AddArrayToObject(object, "nodes");
    for (size_t i = 0; i < blast->count; i++) {
        const struct blast_node *node = &blast->nodes[i];
        cJSON *entry = cJSON_CreateObject();
        (void)cJSON_AddStringToObject(entry, "node", node->name);
        (void)cJSON_AddBoolToObject(entry, "left", blast_reached(blast, node));
        for (size_t k = 0; k < hypothesis->count; k++) {
            if (hypothesis->predictions[k].kind == PREDICTS_BLAST)
                (void)cJSON_AddBoolToObject(entry, "predicted", says(&hypothesis->predictions[k], node->name));
        }
        cJSON *readings = cJSON_AddArrayToObject(entry, "readings");
        for (size_t k = 0; k < node->count; k++) {
            struct probe_result result;
            const bool left = blast_left(blast, &node->readings[k], &result);
            cJSON *reading = cJSON_CreateObject();
            (void)cJSON_AddStringToObject(reading, "reading", node->readings[k].text);
            (void)cJSON_AddStringToObject(reading, "unit", node->readings[k].unit);
            put_number(reading, "steady", result.has_steady, result.steady);
            put_number(reading, "low", result.has_steady, result.low);
            put_number(reading, "high", result.has_steady, result.high);
            put_number(reading, "happened", result.count > 0, result.value);
            (void)cJSON_AddBoolToObject(reading, "left", left);
            (void)cJSON_AddItemToArray(readings, reading);
        }
        (void)cJSON_AddItemToArray(nodes, entry);
    }
}

/* The panel in the steady phase: what is known before. Nothing when there is no such phase. */
static void put_known(cJSON *tree, const struct hypothesis *hypothesis)
{
    const struct cell *cell = hypothesis->cell;
    cJSON *list = cJSON_AddArrayToObject(tree, "known");
    for (uint32_t i = 0; i < cell->panel_count && !hypothesis->disturbed[hypothesis->steady]; i++) {
        const struct probe_result result = probe_result(&hypothesis->known[i], hypothesis->replications, 0);
        cJSON *entry = cJSON_CreateObject();
        (void)cJSON_AddStringToObject(entry, "key", cell->panel[i].key);
        (void)cJSON_AddStringToObject(entry, "title", cell->panel[i].title);
        (void)cJSON_AddStringToObject(entry, "unit", cell->panel[i].reading.unit);
        put_number(entry, "value", result.count > 0, result.value);
        (void)cJSON_AddItemToArray(list, entry);
    }
}

/* Faults, and what the script asks of the chaos interface. */
static void put_done(cJSON *tree, const struct hypothesis *hypothesis)
{
    const struct cell *cell = hypothesis->cell;
    cJSON *list = cJSON_AddArrayToObject(tree, "faults");
    for (uint32_t i = 0; i < cell->fault_count; i++) {
        cJSON *entry = cJSON_CreateObject();
        (void)cJSON_AddNumberToObject(entry, "at_s", sim_ns_to_s(cell->faults[i].at));
        (void)cJSON_AddStringToObject(entry, "what", hypothesis->faults.items[i]);
        (void)cJSON_AddItemToArray(list, entry);
    }
    for (size_t i = 0; i < cell->script_count; i++) {
        if (strstr(cell->script[i].text, "/chaos/") == NULL)
            continue;
        cJSON *entry = cJSON_CreateObject();
        (void)cJSON_AddNumberToObject(entry, "at_s", sim_ns_to_s(cell->script[i].at));
        (void)cJSON_AddStringToObject(entry, "what", cell->script[i].text);
        (void)cJSON_AddItemToArray(list, entry);
    }
}

cJSON *hypothesis_tree(const struct hypothesis *hypothesis)
{
    const struct cell *cell = hypothesis->cell;
    char seed[24];
    cJSON *tree = cJSON_CreateObject();
    (void)snprintf(seed, sizeof seed, "%" PRIu64, hypothesis->options->seed);
    (void)cJSON_AddStringToObject(tree, "scenario", cell->scenario->name);
    (void)cJSON_AddStringToObject(tree, "title", cell->scenario->title);
    (void)cJSON_AddStringToObject(tree, "seed", seed);
    (void)cJSON_AddNumberToObject(tree, "replications", (double)hypothesis->replications);
    (void)cJSON_AddStringToObject(tree, "phase", cell->phases[hypothesis->phase].name);
    (void)cJSON_AddStringToObject(tree, "steady", cell->phases[hypothesis->steady].name);
    put_done(tree, hypothesis);
    put_known(tree, hypothesis);
    const size_t right = put_predictions(tree, hypothesis);
    put_number(tree, "score", hypothesis->count > 0, (double)right / (double)hypothesis->count);
    (void)cJSON_AddNumberToObject(tree, "right", (double)right);
    (void)cJSON_AddNumberToObject(tree, "of", (double)hypothesis->count);
    put_blast(tree, hypothesis);
    return tree;
}
