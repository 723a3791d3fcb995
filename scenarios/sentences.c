/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sentences of a question: what is said, its placeholders, and the claims that must hold for it. */
#include "scenarios/questions_build.h"

#include <string.h>

static const char *const sentence_keys[] = {"say", "when", NULL};

static struct sim_arena *arena_of(const struct asking *asking)
{
    return &asking->build->cell->sim->arena;
}

/* ---- {placeholders} ---- */

static bool add_place(struct asking *asking, struct sentence *sentence, size_t from, size_t to, struct sim_error *error)
{
    char *text = sim_arena_alloc(arena_of(asking), to - from);
    memcpy(text, sentence->say + from + 1, to - from - 2);
    text[to - from - 2] = '\0';
    if (sentence->place_count == QUESTION_PLACES_MAX)
        return sim_fail(error, text, "want at most %d placeholders", QUESTION_PLACES_MAX);
    struct place *place = &sentence->places[sentence->place_count++];
    place->from = from;
    place->to = to;
    place->bare = text[0] == '#';
    return operand_read(asking, text + place->bare, &place->operand, error);
}

static bool read_places(struct asking *asking, struct sentence *sentence, struct sim_error *error)
{
    const char *say = sentence->say;
    sentence->places = sim_arena_alloc(arena_of(asking), QUESTION_PLACES_MAX * sizeof *sentence->places);
    for (size_t at = strcspn(say, "{}"); say[at] != '\0'; at += strcspn(say + at, "{}")) {
        const size_t end = at + 1 + strcspn(say + at + 1, "{}");
        if (say[at] == '}' || say[end] != '}')
            return sim_fail(error, say + at, "want brackets in pairs, {OPERAND}");
        if (!add_place(asking, sentence, at, end + 1, error))
            return false;
        at = end + 1;
    }
    if (sentence->place_count == 0)
        return sim_fail(error, say, "want a number that supports it: a placeholder such as {p95_latency}");
    return true;
}

static void build_say(struct asking *asking, const cJSON *object, struct sentence *sentence)
{
    struct build *build = asking->build;
    struct sim_error error = {0};
    sentence->say = build_text(build, object, "say");
    if (cJSON_GetObjectItemCaseSensitive(object, "say") == NULL)
        build_refuse_missing(build, "say", "the sentence, with placeholders such as {p95_latency}");
    if (sentence->say == NULL)
        return;
    size_t length = build_enter(build, "say");
    if (strlen(sentence->say) > QUESTION_TEXT_MAX)
        build_refuse(build, JSON_VALUE, "want at most %d bytes", QUESTION_TEXT_MAX);
    else if (!read_places(asking, sentence, &error))
        build_refuse_sim(build, JSON_VALUE, &error);
    build_leave(build, length);
}

/* ---- when ---- */

static void build_claim(struct asking *asking, const cJSON *value, struct sentence *sentence)
{
    struct sim_error error = {0};
    if (!cJSON_IsString(value))
        build_refuse_value(asking->build, value, "a claim such as \"no-retries.p95_latency falls\"");
    else if (claim_read(asking, value->valuestring, &sentence->claims[sentence->claim_count], &error))
        sentence->claim_count++;
    else
        build_refuse_sim(asking->build, JSON_VALUE, &error);
}

static void build_claims(struct asking *asking, const cJSON *value, struct sentence *sentence)
{
    struct build *build = asking->build;
    sentence->claims = sim_arena_alloc(arena_of(asking), QUESTION_CLAIMS_MAX * sizeof *sentence->claims);
    const int count = cJSON_GetArraySize(value);
    if (!cJSON_IsArray(value)) {
        build_claim(asking, value, sentence);
        return;
    }
    if (count < 1 || count > QUESTION_CLAIMS_MAX) {
        build_refuse(build, JSON_VALUE, "want 1 to %d claims, got %d", QUESTION_CLAIMS_MAX, count);
        return;
    }
    size_t index = 0;
    const cJSON *item = NULL;
    cJSON_ArrayForEach(item, value)
    {
        size_t length = json_pointer_push_index(build->pointer, sizeof build->pointer, index++);
        build_claim(asking, item, sentence);
        build_leave(build, length);
    }
}

/* Whether a placeholder shows what a claim compares. */
static bool is_supported(const struct sentence *sentence)
{
    for (uint32_t p = 0; p < sentence->place_count; p++) {
        for (uint32_t c = 0; c < sentence->claim_count; c++) {
            const char *shown = sentence->places[p].operand.text;
            const struct claim *claim = &sentence->claims[c];
            if (strcmp(shown, claim->left.text) == 0 || strcmp(shown, claim->right.text) == 0)
                return true;
        }
    }
    return false;
}

/* ---- sentences ---- */

static void build_one(struct asking *asking, const cJSON *object, uint32_t choice)
{
    struct build *build = asking->build;
    struct question *question = asking->question;
    struct sentence sentence = {.choice = choice};
    const size_t before = json_errors_total(build->errors);
    if (!build_check_keys(build, object, sentence_keys, "key"))
        return;
    if (question->sentence_count == QUESTION_SENTENCES_MAX) {
        build_refuse(build, JSON_VALUE, "want at most %d sentences in a question", QUESTION_SENTENCES_MAX);
        return;
    }
    build_say(asking, object, &sentence);
    const cJSON *when = cJSON_GetObjectItemCaseSensitive(object, "when");
    if (when == NULL) {
        build_refuse_missing(build, "when", "the claim that must hold, such as \"no-retries.p95_latency falls\"");
        return;
    }
    size_t length = build_enter(build, "when");
    build_claims(asking, when, &sentence);
    build_leave(build, length);
    if (json_errors_total(build->errors) > before)
        return;
    if (is_supported(&sentence)) {
        question->sentences[question->sentence_count++] = sentence;
        return;
    }
    length = build_enter(build, "say");
    build_refuse(build, JSON_VALUE, "want a placeholder of what \"when\" compares, so that its number supports it");
    build_leave(build, length);
}

void build_sentence(struct asking *asking, const cJSON *value, uint32_t choice)
{
    struct build *build = asking->build;
    if (!cJSON_IsArray(value)) {
        build_one(asking, value, choice);
        return;
    }
    size_t index = 0;
    const cJSON *item = NULL;
    cJSON_ArrayForEach(item, value)
    {
        size_t length = json_pointer_push_index(build->pointer, sizeof build->pointer, index++);
        build_one(asking, item, choice);
        build_leave(build, length);
    }
}
