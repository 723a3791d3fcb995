/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reading claims and operands (grammar: questions.h). What is compared must have one unit. */
#include "scenarios/questions_build.h"
#include "scenarios/suggest.h"

#include "sim/units.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { WORDS_MAX = 10, KEYS_MAX = SCENARIO_PANEL_MAX + EVIDENCE_MAX };

static const double unchanged_tolerance = 0.05;

uint32_t measure_find(const struct questions *questions, const char *key)
{
    uint32_t i = 0;
    while (i < questions->measure_count && strcmp(questions->measures[i].key, key) != 0)
        i++;
    return i;
}

const struct change *question_change(const struct questions *questions, const struct question *question, const char *id)
{
    for (uint32_t i = 0; question != NULL && i < question->change_count; i++) {
        if (strcmp(question->changes[i].id, id) == 0)
            return &question->changes[i];
    }
    for (uint32_t i = 0; i < questions->remedy_count; i++) {
        if (strcmp(questions->remedies[i].id, id) == 0)
            return &questions->remedies[i];
    }
    return NULL;
}

/* ---- numbers ---- */

/* "5s", "30%", "100/s", "64MiB", "0.3". */
static bool read_number(const char *text, struct operand *operand)
{
    sim_ns duration = 0;
    int64_t bytes = 0;
    if (sim_parse_number(text, &operand->number)) {
        operand->unit = "";
    } else if (build_percent(text, &operand->number)) {
        operand->unit = "1";
    } else if (sim_parse_duration(text, &duration)) {
        operand->number = sim_ns_to_s(duration);
        operand->unit = "s";
    } else if (sim_parse_rate(text, &operand->number)) {
        operand->unit = "/s";
    } else if (sim_parse_bytes(text, &bytes)) {
        operand->number = (double)bytes;
        operand->unit = "bytes";
    } else {
        return false;
    }
    operand->kind = OPERAND_NUMBER;
    return true;
}

/* ---- params ---- */

static void take_param(struct asking *asking, const struct sim_param *param, const struct sim_value *value,
                       struct operand *operand)
{
    char *text = sim_param_text(param, value);
    size_t length = strlen(text);
    const bool quoted = length > 1 && text[0] == '"' && text[length - 1] == '"';
    text[quoted ? length - 1 : length] = '\0';
    operand->shown = sim_arena_strdup(&asking->build->cell->sim->arena, text + quoted);
    free(text);
    operand->number = (double)NAN;
    operand->unit = "";
    if (strcmp(operand->shown, "none") != 0)
        (void)read_number(operand->shown, operand);
    operand->kind = OPERAND_PARAM;
}

/* faults.NAME.PARAM */
static bool read_fault_param(struct asking *asking, const char *path, struct operand *operand, struct sim_error *error)
{
    const struct cell *cell = asking->build->cell;
    const size_t length = strcspn(path, ".");
    for (uint32_t i = 0; i < cell->fault_count; i++) {
        const struct fault *fault = &cell->faults[i];
        if (strncmp(fault->name, path, length) != 0 || fault->name[length] != '\0' || path[length] == '\0')
            continue;
        for (uint32_t k = 0; k < fault->set_count; k++) {
            if (strcmp(fault->sets[k].path, path + length + 1) == 0) {
                take_param(asking, fault->sets[k].target.param, &fault->sets[k].value, operand);
                return true;
            }
        }
    }
    return sim_fail(error, path, "want a fault and a param that it sets");
}

static bool read_param(struct asking *asking, const char *path, struct operand *operand, struct sim_error *error)
{
    struct sim *sim = asking->build->cell->sim;
    struct sim_target target;
    if (strncmp(path, "faults.", strlen("faults.")) == 0)
        return read_fault_param(asking, path + strlen("faults."), operand, error);
    if (!sim_target_find(sim, path, &target, error)) {
        error->near = near_path(sim, path);
        return false;
    }
    const struct sim_value value = sim_param_get(&target);
    take_param(asking, target.param, &value, operand);
    return true;
}

/* ---- readings and blame ---- */

static bool read_blame(struct asking *asking, char *text, struct operand *operand, struct sim_error *error)
{
    const struct sim *sim = asking->build->cell->sim;
    char *segment = text;
    const char *node = strsep(&segment, ".");
    operand->kind = OPERAND_BLAME;
    operand->unit = "1";
    if (sim_find_node(sim, node) == NULL) {
        (void)sim_fail(error, node, "want the name of a node");
        error->near = near_node(sim, node);
        return false;
    }
    operand->node = sim_arena_strdup(&asking->build->cell->sim->arena, node);
    operand->segment = segment == NULL ? NULL : sim_arena_strdup(&asking->build->cell->sim->arena, segment);
    return true;
}

static bool refuse_key(const struct asking *asking, const char *key, struct sim_error *error)
{
    const char *keys[KEYS_MAX];
    for (uint32_t i = 0; i < asking->questions->measure_count; i++)
        keys[i] = asking->questions->measures[i].key;
    (void)sim_fail(error, key, "want a key of the panel or the evidence");
    error->near = suggest_nearest(key, keys, asking->questions->measure_count);
    return false;
}

static bool read_reading(struct asking *asking, char *text, struct operand *operand, struct sim_error *error)
{
    const struct cell *cell = asking->build->cell;
    operand->kind = OPERAND_READING;
    operand->phase = asking->question->phase;
    for (char *dot = strchr(text, '.'); dot != NULL; dot = strchr(text, '.')) {
        *dot = '\0';
        const struct change *change = question_change(asking->questions, asking->question, text);
        const uint32_t phase = phase_find(cell, text);
        if (change != NULL && operand->change == NULL)
            operand->change = change;
        else if (phase < cell->phase_count)
            operand->phase = phase;
        else
            return sim_fail(error, text, "want a change of the question, a remedy or a phase before the key");
        text = dot + 1;
    }
    operand->measure = measure_find(asking->questions, text);
    if (operand->measure == asking->questions->measure_count)
        return refuse_key(asking, text, error);
    operand->unit = asking->questions->measures[operand->measure].unit;
    return true;
}

bool operand_read(struct asking *asking, const char *text, struct operand *operand, struct sim_error *error)
{
    char copy[201];
    *operand = (struct operand){.text = text, .factor = 1, .unit = ""};
    if (text[0] == '\0' || strlen(text) >= sizeof copy)
        return sim_fail(error, text, "want 1 to %zu characters, such as p95_latency, got %zu", sizeof copy - 1,
                        strlen(text));
    (void)snprintf(copy, sizeof copy, "%s", text);
    if (read_number(text, operand))
        return true;
    if (!asking->resolve)
        return true;
    if (strncmp(copy, "param.", strlen("param.")) == 0)
        return read_param(asking, copy + strlen("param."), operand, error);
    if (strncmp(copy, "blame.", strlen("blame.")) == 0)
        return read_blame(asking, copy + strlen("blame."), operand, error);
    return read_reading(asking, copy, operand, error);
}

/* ---- claims ---- */

struct words {
    char *words[WORDS_MAX];
    size_t count, next;
};

static const char *next_word(struct words *words)
{
    return words->next < words->count ? words->words[words->next++] : "";
}

/* operand, or PERCENT of operand. */
static bool read_side(struct asking *asking, struct words *words, struct operand *side, struct sim_error *error)
{
    double factor = 1;
    const char *word = next_word(words);
    if (words->next < words->count && strcmp(words->words[words->next], "of") == 0) {
        struct operand share;
        if (!read_number(word, &share) || strcmp(share.unit, "1") != 0)
            return sim_fail(error, word, "want a percentage before \"of\" such as 50%%");
        factor = share.number;
        words->next++;
        word = next_word(words);
    }
    if (!operand_read(asking, word, side, error))
        return false;
    side->factor = factor;
    return true;
}

static bool read_relation(const char *word, enum claim_relation *relation)
{
    static const char *const signs[] = {
        [CLAIM_ABOVE] = ">", [CLAIM_AT_LEAST] = ">=", [CLAIM_BELOW] = "<", [CLAIM_AT_MOST] = "<=", [CLAIM_NEAR] = "="};
    for (size_t i = 0; i < SIM_COUNT_OF(signs); i++) {
        if (strcmp(word, signs[i]) == 0) {
            *relation = (enum claim_relation)i;
            return true;
        }
    }
    return false;
}

/* rises, falls, unchanged: against the same reading of the world as it is. */
static bool read_trend(const struct asking *asking, const char *word, struct claim *claim, struct sim_error *error)
{
    const bool rises = strcmp(word, "rises") == 0;
    const bool falls = strcmp(word, "falls") == 0;
    if (!rises && !falls && strcmp(word, "unchanged") != 0)
        return sim_fail(error, word, "want rises, falls, unchanged, >, >=, <, <= or = after what is compared");
    if (asking->resolve && (claim->left.kind != OPERAND_READING || claim->left.change == NULL))
        return sim_fail(error, claim->left.text, "want the reading of a change, such as \"no-retries.%s\"",
                        claim->left.text);
    claim->right = claim->left;
    claim->right.change = NULL;
    claim->relation = rises ? CLAIM_ABOVE : falls ? CLAIM_BELOW : CLAIM_NEAR;
    claim->tolerance = unchanged_tolerance;
    return true;
}

static bool read_tolerance(struct words *words, struct claim *claim, struct sim_error *error)
{
    struct operand share;
    const char *sign = next_word(words);
    const char *word = next_word(words);
    if (strcmp(sign, "+-") != 0 || !read_number(word, &share) || strcmp(share.unit, "1") != 0 || share.number < 0)
        return sim_fail(error, claim->text, "want how near after \"=\", such as +- 2%%");
    claim->tolerance = share.number;
    return true;
}

static bool read_words(struct asking *asking, struct words *words, struct claim *claim, struct sim_error *error)
{
    if (!read_side(asking, words, &claim->left, error))
        return false;
    const char *word = next_word(words);
    if (!read_relation(word, &claim->relation))
        return read_trend(asking, word, claim, error);
    if (!read_side(asking, words, &claim->right, error))
        return false;
    if (claim->relation == CLAIM_NEAR && !read_tolerance(words, claim, error))
        return false;
    const char *a = claim->left.unit, *b = claim->right.unit;
    if (asking->resolve && a[0] != '\0' && b[0] != '\0' && strcmp(a, b) != 0)
        return sim_fail(error, claim->text, "want two sides of one unit, these are %s and %s", a, b);
    return true;
}

bool claim_read(struct asking *asking, const char *text, struct claim *claim, struct sim_error *error)
{
    struct words words = {.count = 0};
    char *copy = sim_arena_strdup(&asking->build->cell->sim->arena, text);
    *claim = (struct claim){.text = text};
    for (char *at = copy + strspn(copy, " "); *at != '\0' && words.count < WORDS_MAX; at += strspn(at, " ")) {
        words.words[words.count++] = at;
        at += strcspn(at, " ");
        if (*at != '\0')
            *at++ = '\0';
    }
    if (!read_words(asking, &words, claim, error))
        return false;
    if (words.next < words.count)
        return sim_fail(error, words.words[words.next], "want nothing after the claim");
    return true;
}
