/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A sentence is cut into words and signs, each of which knows its column, and read from left to right. A value may stand
 * apart from its unit ("30 %", "3 s", "15 connections"). */
#include "reports/sentence.h"

#include "reports/sentence_words.h"
#include "scenarios/build.h"
#include "scenarios/suggest.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const double value_tolerance = 0.10, change_tolerance = 0.25;

struct parser {
    const struct cell *cell;
    struct prediction *prediction;
    struct words words;
    size_t at;
    struct sentence_error *error;
};

static const char *peek(const struct parser *parser)
{
    return parser->at < parser->words.count ? parser->words.items[parser->at].text : NULL;
}

/* Takes the next word when it is one of a list that ends with NULL. */
static bool take(struct parser *parser, const char *const *list)
{
    const char *word = peek(parser);
    for (; word != NULL && *list != NULL; list++) {
        if (strcmp(word, *list) != 0)
            continue;
        parser->at++;
        return true;
    }
    return false;
}

static bool take_word(struct parser *parser, const char *word)
{
    return take(parser, (const char *const[]){word, NULL});
}

/* Refuses the word at `at`, or the end of the sentence. */
static bool refuse_at(struct parser *parser, size_t at, const char *rule)
{
    const struct words *words = &parser->words;
    parser->error->column = at < words->count ? words->items[at].column : words->end;
    return sim_fail(&parser->error->error, at < words->count ? words->items[at].text : "the end of the sentence", "%s",
                    rule);
}

static bool refuse(struct parser *parser, const char *rule)
{
    return refuse_at(parser, parser->at, rule);
}

/* ---- amounts ---- */

/* Reads the next word, or the next two together, as an amount of the reading's unit. */
static bool take_amount(struct parser *parser, struct amount *amount)
{
    const char *unit = parser->prediction->unit;
    const size_t at = parser->at;
    const char *first = peek(parser);
    const char *second = at + 1 < parser->words.count ? parser->words.items[at + 1].text : NULL;
    char both[2 * WORD_ROOM];
    if (first != NULL && second != NULL) {
        (void)snprintf(both, sizeof both, "%s%s", first, second);
        if (amount_read(unit, both, amount)) {
            parser->at += 2;
            return true;
        }
    }
    if (first == NULL || !amount_read(unit, first, amount)) {
        char rule[120];
        (void)snprintf(rule, sizeof rule, "want a value such as %s", amount_example(unit));
        return refuse(parser, rule);
    }
    parser->at++;
    (void)take_word(parser, unit); /* "15 connections" */
    return true;
}

/* A value of the reading: no factor, percentages only of ratios. */
static bool take_value(struct parser *parser, double *value)
{
    struct amount amount = {AMOUNT_PLAIN, 0};
    char rule[120];
    const size_t at = parser->at;
    if (!take_amount(parser, &amount))
        return false;
    const bool ratio = strcmp(parser->prediction->unit, "1") == 0;
    if (amount.kind == AMOUNT_PLAIN || (amount.kind == AMOUNT_PERCENT && ratio)) {
        *value = amount.value;
        return true;
    }
    (void)snprintf(rule, sizeof rule, "want a value such as %s", amount_example(parser->prediction->unit));
    return refuse_at(parser, at, rule);
}

/* [+- T]: how far from `size`, which is what it is a share of, it may be. */
static bool take_tolerance(struct parser *parser, double size, double share, bool plain, double *tolerance)
{
    struct amount amount = {AMOUNT_PLAIN, 0};
    *tolerance = share * fabs(size);
    if (!take_word(parser, "+-"))
        return true;
    const size_t at = parser->at;
    if (!take_amount(parser, &amount))
        return false;
    if (amount.kind == AMOUNT_FACTOR || (amount.kind != AMOUNT_PERCENT && !plain) || amount.value < 0)
        return refuse_at(parser, at,
                         plain ? "want a tolerance such as 10% or a value" : "want a tolerance such as 10%");
    *tolerance = amount.kind == AMOUNT_PERCENT ? amount.value * fabs(size) : amount.value;
    return true;
}

/* ---- what it will be ---- */

static bool read_about(struct parser *parser)
{
    struct prediction *prediction = parser->prediction;
    double tolerance = 0;
    if (!take_value(parser, &prediction->middle) ||
        !take_tolerance(parser, prediction->middle, value_tolerance, true, &tolerance))
        return false;
    prediction->has_middle = true;
    prediction->low = prediction->middle - tolerance;
    prediction->high = prediction->middle + tolerance;
    return true;
}

static bool read_comparison(struct parser *parser)
{
    struct prediction *prediction = parser->prediction;
    if (take_word(parser, "<") || take_word(parser, "below")) {
        prediction->below_high = true;
        return take_value(parser, &prediction->high);
    }
    if (take_word(parser, "<="))
        return take_value(parser, &prediction->high);
    if (take_word(parser, ">") || take_word(parser, "above")) {
        prediction->above_low = true;
        return take_value(parser, &prediction->low);
    }
    if (take_word(parser, ">="))
        return take_value(parser, &prediction->low);
    if (take_word(parser, "!=")) {
        prediction->kind = PREDICTS_OTHER;
        return read_about(parser);
    }
    if (take_word(parser, "=") || take_word(parser, "=="))
        return read_about(parser);
    return refuse(parser, "want = != < <= > >= in, rises, falls, unchanged, doubles, halves, or a change such as +20%");
}

static bool read_range(struct parser *parser)
{
    struct prediction *prediction = parser->prediction;
    const size_t at = parser->at;
    if (!take_value(parser, &prediction->low))
        return false;
    if (!take_word(parser, ".."))
        return refuse(parser, "want a range such as 4.9s..5.05s");
    if (!take_value(parser, &prediction->high))
        return false;
    return prediction->low <= prediction->high ||
           refuse_at(parser, at, "want a range whose first value is the smaller");
}

/* ---- what becomes of the steady value ---- */

static bool set_change(struct parser *parser, enum prediction_kind kind, double middle, double change)
{
    struct prediction *prediction = parser->prediction;
    double tolerance = 0;
    prediction->kind = kind;
    prediction->has_middle = true;
    prediction->middle = middle;
    if (!take_tolerance(parser, change, change_tolerance, kind == PREDICTS_CHANGE, &tolerance))
        return false;
    prediction->low = middle - tolerance;
    prediction->high = middle + tolerance;
    return true;
}

/* By so much; `sign` is -1 when it falls. */
static bool read_change(struct parser *parser, double sign)
{
    struct amount amount = {AMOUNT_PLAIN, 0};
    const size_t at = parser->at;
    if (!take_amount(parser, &amount))
        return false;
    if (amount.value < 0)
        return refuse_at(parser, at, "want how much it changes by, above 0");
    if (amount.kind == AMOUNT_PERCENT)
        return set_change(parser, PREDICTS_FACTOR, 1 + sign * amount.value, amount.value);
    if (amount.kind != AMOUNT_FACTOR)
        return set_change(parser, PREDICTS_CHANGE, sign * amount.value, amount.value);
    if (!(amount.value > 0))
        return refuse_at(parser, at, "want how many times as much, above 0");
    const double factor = sign < 0 ? 1 / amount.value : amount.value;
    return set_change(parser, PREDICTS_FACTOR, factor, fabs(factor - 1));
}

/* "+20%", "-10ms": the sign is a word of its own. */
static bool read_verb(struct parser *parser)
{
    static const char *const rises[] = {"rises", "rise", "increases", NULL};
    static const char *const falls[] = {"falls", "fall", "drops", "decreases", NULL};
    static const char *const same[] = {"unchanged", "same", NULL};
    struct prediction *prediction = parser->prediction;
    struct amount amount = {AMOUNT_PLAIN, 0};
    const bool up = take(parser, rises);
    if (up || take(parser, falls)) {
        prediction->kind = up ? PREDICTS_RISE : PREDICTS_FALL;
        if (take_word(parser, "by"))
            return read_change(parser, up ? 1 : -1);
        if (!take_word(parser, "to"))
            return true;
        prediction->kind = PREDICTS_VALUE;
        return read_about(parser);
    }
    if (take(parser, same)) {
        prediction->kind = PREDICTS_UNCHANGED;
        return true;
    }
    if (take_word(parser, "doubles"))
        return set_change(parser, PREDICTS_FACTOR, 2, 1);
    if (take_word(parser, "halves"))
        return set_change(parser, PREDICTS_FACTOR, 0.5, 0.5);
    if (take_word(parser, "+"))
        return read_change(parser, 1);
    if (take_word(parser, "-"))
        return read_change(parser, -1);
    if (take_word(parser, "in"))
        return read_range(parser);
    const char *word = peek(parser);
    if (word != NULL && amount_read(prediction->unit, word, &amount) && amount.kind == AMOUNT_FACTOR)
        return read_change(parser, 1);
    return read_comparison(parser);
}

/* ---- names ---- */

static bool find_key(struct parser *parser)
{
    struct prediction *prediction = parser->prediction;
    const struct cell *cell = parser->cell;
    const char *keys[SCENARIO_PANEL_MAX];
    struct sim_reading reading;
    struct sim_error error = {0};
    const char *word = peek(parser);
    if (word == NULL)
        return refuse(parser, "want a sentence such as \"error_rate < 1%\"");
    const char *text = word;
    for (uint32_t i = 0; i < cell->panel_count; i++) {
        keys[i] = cell->panel[i].key;
        text = strcmp(keys[i], word) == 0 ? cell->panel[i].text : text;
    }
    if (!sim_reading_find(cell->sim, text, &reading, &error)) {
        (void)refuse(parser, "want a key of the panel, or a reading such as gateway.latency.p99");
        parser->error->error.near =
            strchr(word, '.') == NULL ? suggest_nearest(word, keys, cell->panel_count) : near_reading(cell->sim, word);
        return false;
    }
    prediction->key = sim_xstrdup(word);
    prediction->text = sim_xstrdup(text);
    prediction->unit = sim_xstrdup(reading.unit);
    prediction->counted = (reading.metric->kind == SIM_METRIC_COUNTER && reading.stat != SIM_STAT_RATE) ||
                          reading.stat == SIM_STAT_COUNT || reading.stat == SIM_STAT_SUM;
    parser->at++;
    return true;
}

static bool read_phase(struct parser *parser)
{
    const struct cell *cell = parser->cell;
    const char *names[SCENARIO_PHASES_MAX];
    if (!take_word(parser, "during"))
        return refuse(parser, "want the end of the sentence, or during PHASE");
    const char *word = peek(parser);
    for (uint32_t i = 0; i < cell->phase_count; i++) {
        names[i] = cell->phases[i].name;
        if (word == NULL || strcmp(names[i], word) != 0)
            continue;
        parser->prediction->phase = (int)i;
        parser->at++;
        return parser->at == parser->words.count || refuse(parser, "want the end of the sentence");
    }
    (void)refuse(parser, "want the name of a phase");
    parser->error->error.near = word == NULL ? NULL : suggest_nearest(word, names, cell->phase_count);
    return false;
}

static bool add_node(struct parser *parser, const char *word)
{
    struct texts *nodes = &parser->prediction->nodes;
    const struct sim_node *node = sim_find_node(parser->cell->sim, word);
    if (node == NULL || node->type->accepts == 0) {
        (void)refuse(parser, "want the name of a node that answers calls");
        parser->error->error.near = near_node(parser->cell->sim, word);
        return false;
    }
    for (size_t i = 0; i < nodes->count; i++) {
        if (strcmp(nodes->items[i], word) == 0)
            return refuse(parser, "want every node once");
    }
    texts_add(nodes, word);
    return true;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool read_blast(struct parser *parser)
{
    struct prediction *prediction = parser->prediction;
    prediction->kind = PREDICTS_BLAST;
    prediction->key = sim_xstrdup("blast radius");
    prediction->unit = sim_xstrdup("nodes");
    (void)take_word(parser, "radius");
    (void)take(parser, (const char *const[]){":", "=", NULL});
    const bool none = take_word(parser, "none");
    if (!none && peek(parser) == NULL)
        return refuse(parser, "want names of nodes such as \"blast radius: gateway, redis\", or none");
    while (!none && peek(parser) != NULL && strcmp(peek(parser), "during") != 0) {
        if (!add_node(parser, peek(parser)))
            return false;
        parser->at++;
        (void)take_word(parser, ",");
    }
    if (prediction->nodes.count > 1)
        qsort(prediction->nodes.items, prediction->nodes.count, sizeof(char *), by_name);
    return true;
}

static bool read_sentence(struct parser *parser)
{
    static const char *const fillers[] = {"is", "stays", "remains", "the", NULL};
    if (take_word(parser, "blast")) {
        if (!read_blast(parser))
            return false;
    } else {
        if (!find_key(parser))
            return false;
        while (take(parser, fillers))
            ;
        if (!read_verb(parser))
            return false;
    }
    return parser->at == parser->words.count || read_phase(parser);
}

bool sentence_read(const struct cell *cell, const char *text, struct prediction *prediction,
                   struct sentence_error *error)
{
    struct parser parser = {.cell = cell, .prediction = prediction, .error = error};
    *error = (struct sentence_error){.column = 1};
    *prediction =
        (struct prediction){.say = sim_xstrdup(text), .phase = -1, .low = (double)-INFINITY, .high = (double)INFINITY};
    bool fine = false;
    if (strlen(text) > SENTENCE_LONGEST || !words_split(text, &parser.words))
        (void)sim_fail(&error->error, text, "want a sentence of at most %d bytes, in words of at most %d",
                       SENTENCE_LONGEST, WORD_ROOM - 1);
    else
        fine = read_sentence(&parser);
    if (!fine)
        prediction_fini(prediction);
    return fine;
}

void prediction_fini(struct prediction *prediction)
{
    free(prediction->say);
    free(prediction->key);
    free(prediction->text);
    free(prediction->unit);
    texts_fini(&prediction->nodes);
    *prediction = (struct prediction){0};
}

bool prediction_is_relative(const struct prediction *prediction)
{
    return prediction->kind != PREDICTS_VALUE && prediction->kind != PREDICTS_OTHER;
}
