/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The sections `evidence`, `remedies` and `questions`. They are read last: they refer to everything else. */
#include "scenarios/questions_build.h"

#include <string.h>

static const char *const evidence_keys[] = {"reading", "title", NULL};
static const char *const question_keys[] = {"ask",       "phase",     "key",  "blame", "what_if",
                                            "over_time", "sentences", "rank", NULL};
static const char *const rank_keys[] = {"steady", "weights", NULL};

static struct sim_arena *arena_of(const struct asking *asking)
{
    return &asking->build->cell->sim->arena;
}

/* Whether what the pointer stands at was written in another file: one that the scenario extends. */
static bool is_inherited(const struct build *build)
{
    struct json_where where;
    const struct scenario *scenario = build->cell->scenario;
    return json_locate_merged(scenario->doc, build->pointer, JSON_VALUE, &where) &&
           strcmp(where.file, scenario->path) != 0;
}

/* Reads a member with `each`. One that is inherited and no longer fits, since the scenario has removed or replaced what it
 * refers to, is left out: false, and nothing is said. */
bool build_fitting(struct asking *asking, const cJSON *member, void (*each)(struct asking *, const cJSON *))
{
    struct build *build = asking->build;
    if (!asking->resolve || !is_inherited(build)) {
        each(asking, member);
        return true;
    }
    struct json_errors *const errors = build->errors;
    struct json_errors own;
    json_errors_init(&own);
    build->errors = &own;
    each(asking, member);
    const bool fits = json_errors_total(&own) == 0;
    build->errors = errors;
    json_errors_fini(&own);
    return fits;
}

/* ---- evidence ---- */

static void build_measure(struct asking *asking, const cJSON *object)
{
    struct build *build = asking->build;
    struct questions *questions = asking->questions;
    if (!build_check_name(build, object->string, true) || !build_check_keys(build, object, evidence_keys, "key"))
        return;
    struct measure measure = {.key = object->string, .unit = ""};
    measure.text = build_text(build, object, "reading");
    measure.title = build_text(build, object, "title");
    measure.title = measure.title == NULL ? measure.key : measure.title;
    if (cJSON_GetObjectItemCaseSensitive(object, "reading") == NULL)
        build_refuse_missing(build, "reading", "what is read off, such as \"gateway.attempts.rate\"");
    if (measure.text == NULL)
        return;
    /* The panel of one that extends a scenario may show what its evidence holds. */
    const uint32_t present = measure_find(questions, measure.key);
    if (present < questions->measure_count) {
        if (strcmp(questions->measures[present].text, measure.text) != 0)
            build_refuse(build, JSON_KEY, "want another name: \"%s\" is a key of the panel", measure.key);
        return;
    }
    struct sim_reading reading;
    struct sim_error error = {0};
    if (asking->resolve && !sim_reading_find(build->cell->sim, measure.text, &reading, &error)) {
        error.near = near_reading(build->cell->sim, measure.text);
        size_t length = build_enter(build, "reading");
        build_refuse_sim(build, JSON_VALUE, &error);
        build_leave(build, length);
        return;
    }
    measure.unit = asking->resolve ? reading.unit : "";
    questions->measures[questions->measure_count++] = measure;
}

static void build_evidence(struct asking *asking, const cJSON *evidence)
{
    struct build *build = asking->build;
    const struct cell *cell = build->cell;
    struct questions *questions = asking->questions;
    questions->measures =
        sim_arena_alloc(arena_of(asking), (SCENARIO_PANEL_MAX + EVIDENCE_MAX) * sizeof *questions->measures);
    for (uint32_t i = 0; i < cell->panel_count; i++) {
        const struct panel_item *item = &cell->panel[i];
        questions->measures[questions->measure_count++] =
            (struct measure){item->key, item->title, item->text, item->reading.unit};
    }
    if (evidence == NULL)
        return;
    size_t length = build_enter(build, "evidence");
    if (!cJSON_IsObject(evidence))
        build_refuse_value(build, evidence, "an object");
    else if (cJSON_GetArraySize(evidence) > EVIDENCE_MAX)
        build_refuse(build, JSON_VALUE, "want at most %d members, got %d", EVIDENCE_MAX, cJSON_GetArraySize(evidence));
    const cJSON *member = cJSON_IsObject(evidence) ? evidence->child : NULL;
    for (; member != NULL && questions->measure_count < SCENARIO_PANEL_MAX + EVIDENCE_MAX; member = member->next) {
        size_t inner = build_enter(build, member->string);
        (void)build_fitting(asking, member, build_measure);
        build_leave(build, inner);
    }
    build_leave(build, length);
}

/* ---- members of a question ---- */

/* A key of the panel or the evidence; false when it was refused. The pointer stands at the text. */
static bool read_key(struct asking *asking, const char *key, uint32_t *measure)
{
    struct build *build = asking->build;
    *measure = measure_find(asking->questions, key);
    if (*measure < asking->questions->measure_count || !asking->resolve)
        return true;
    build_refuse_text(build, "want a key of the panel or the evidence", key, near_item(build->cell, key));
    return false;
}

static bool read_phase(struct asking *asking, const char *name, uint32_t *phase)
{
    struct build *build = asking->build;
    *phase = phase_find(build->cell, name);
    if (*phase < build->cell->phase_count || !asking->resolve)
        return true;
    build_refuse_text(build, "want the name of a phase", name, near_phase(build->cell, name));
    return false;
}

/* Reads the text member `name` with `read`, which it must have. */
static bool read_member(struct asking *asking, const cJSON *object, const char *name, const char *what,
                        bool (*read)(struct asking *, const char *, uint32_t *), uint32_t *out)
{
    struct build *build = asking->build;
    const char *text = build_text(build, object, name);
    if (cJSON_GetObjectItemCaseSensitive(object, name) == NULL)
        build_refuse_missing(build, name, what);
    if (text == NULL)
        return false;
    size_t length = build_enter(build, name);
    const bool fine = read(asking, text, out);
    build_leave(build, length);
    return fine;
}

static void build_over_time(struct asking *asking, const cJSON *list)
{
    struct build *build = asking->build;
    struct question *question = asking->question;
    const int count = cJSON_GetArraySize(list);
    if (!cJSON_IsArray(list) || count > QUESTION_OVER_TIME_MAX) {
        build_refuse(build, JSON_VALUE, "want a list of at most %d keys of the panel or the evidence",
                     QUESTION_OVER_TIME_MAX);
        return;
    }
    size_t index = 0;
    const cJSON *item = NULL;
    cJSON_ArrayForEach(item, list)
    {
        size_t length = json_pointer_push_index(build->pointer, sizeof build->pointer, index++);
        if (!cJSON_IsString(item))
            build_refuse_value(build, item, "a key of the panel or the evidence");
        else if (read_key(asking, item->valuestring, &question->over_time[question->over_time_count]))
            question->over_time_count++;
        build_leave(build, length);
    }
}

static void build_weights(struct asking *asking, const cJSON *weights)
{
    struct build *build = asking->build;
    struct ranking *ranking = &asking->question->ranking;
    const cJSON *member = NULL;
    if (!cJSON_IsObject(weights) || cJSON_GetArraySize(weights) < 1 ||
        cJSON_GetArraySize(weights) > SCENARIO_PANEL_MAX) {
        build_refuse_value(build, weights, "an object of keys of the panel and their weights");
        return;
    }
    cJSON_ArrayForEach(member, weights)
    {
        size_t length = build_enter(build, member->string);
        uint32_t measure = 0;
        const bool known = read_key(asking, member->string, &measure);
        if (!cJSON_IsNumber(member) || !(member->valuedouble > 0) || member->valuedouble > 1000)
            build_refuse_value(build, member, "a weight above 0, up to 1000");
        else if (known) {
            ranking->weights[ranking->count].measure = measure;
            ranking->weights[ranking->count++].weight = member->valuedouble;
        }
        build_leave(build, length);
    }
}

static void build_rank(struct asking *asking, const cJSON *rank)
{
    struct build *build = asking->build;
    if (!build_check_keys(build, rank, rank_keys, "key"))
        return;
    (void)read_member(asking, rank, "steady", "the phase that things should be as in", read_phase,
                      &asking->question->ranking.steady);
    const cJSON *weights = cJSON_GetObjectItemCaseSensitive(rank, "weights");
    if (weights == NULL) {
        build_refuse_missing(build, "weights", "how much each reading counts, such as {\"error_rate\": 4}");
        return;
    }
    size_t length = build_enter(build, "weights");
    build_weights(asking, weights);
    build_leave(build, length);
}

static void build_sentences(struct asking *asking, const cJSON *list)
{
    struct build *build = asking->build;
    struct question *question = asking->question;
    if (!cJSON_IsArray(list)) {
        build_refuse_value(build, list, "a list of sentences");
        return;
    }
    question->sentences = sim_arena_alloc(arena_of(asking), QUESTION_SENTENCES_MAX * sizeof *question->sentences);
    uint32_t index = 0;
    const cJSON *item = NULL;
    cJSON_ArrayForEach(item, list)
    {
        size_t length = json_pointer_push_index(build->pointer, sizeof build->pointer, index);
        build_sentence(asking, item, index++);
        build_leave(build, length);
    }
}

/* The requests of which reading are blamed. */
static void build_blame(struct asking *asking, const cJSON *object)
{
    struct build *build = asking->build;
    struct sim_reading reading;
    struct sim_error error = {0};
    const char *text = build_text(build, object, "blame");
    if (text == NULL)
        return;
    asking->question->blame = text;
    size_t length = build_enter(build, "blame");
    if (asking->resolve && !sim_reading_find(build->cell->sim, text, &reading, &error)) {
        error.near = near_reading(build->cell->sim, text);
        build_refuse_sim(build, JSON_VALUE, &error);
    }
    build_leave(build, length);
}

/* ---- questions ---- */

static void build_ask(struct asking *asking, const cJSON *object)
{
    struct build *build = asking->build;
    struct question *question = asking->question;
    question->ask = build_text(build, object, "ask");
    if (cJSON_GetObjectItemCaseSensitive(object, "ask") == NULL)
        build_refuse_missing(build, "ask", "the question, such as \"Why did the latency rise?\"");
    if (question->ask == NULL || strlen(question->ask) <= QUESTION_TEXT_MAX)
        return;
    size_t length = build_enter(build, "ask");
    build_refuse(build, JSON_VALUE, "want at most %d bytes", QUESTION_TEXT_MAX);
    build_leave(build, length);
}

/* Members that are read one level deeper, when they are there. */
static void build_member(struct asking *asking, const cJSON *object, const char *name,
                         void (*each)(struct asking *, const cJSON *))
{
    const cJSON *member = cJSON_GetObjectItemCaseSensitive(object, name);
    if (member == NULL)
        return;
    size_t length = build_enter(asking->build, name);
    each(asking, member);
    build_leave(asking->build, length);
}

static void build_what_if(struct asking *asking, const cJSON *object)
{
    asking->question->changes = build_changes(asking, object, QUESTION_CHANGES_MAX, &asking->question->change_count);
}

static void build_question(struct asking *asking, const cJSON *object)
{
    struct build *build = asking->build;
    struct question *question = &asking->questions->list[asking->questions->count];
    asking->question = question;
    *question = (struct question){.id = object->string};
    if (!build_check_name(build, object->string, false) || !build_check_keys(build, object, question_keys, "key"))
        return;
    asking->questions->count++;
    build_ask(asking, object);
    bool fine = read_member(asking, object, "phase", "the name of a phase", read_phase, &question->phase);
    fine =
        read_member(asking, object, "key", "a key of the panel or the evidence", read_key, &question->measure) && fine;
    if (asking->resolve && fine)
        question->blame = asking->questions->measures[question->measure].text;
    build_blame(asking, object);
    build_member(asking, object, "what_if", build_what_if);
    build_member(asking, object, "over_time", build_over_time);
    build_member(asking, object, "rank", build_rank);
    if (cJSON_GetObjectItemCaseSensitive(object, "sentences") == NULL)
        build_refuse_missing(build, "sentences", "what may be answered, and when");
    const bool resolve = asking->resolve;
    asking->resolve = resolve && fine;
    build_member(asking, object, "sentences", build_sentences);
    asking->resolve = resolve;
}

static void build_remedies(struct asking *asking, const cJSON *remedies)
{
    struct questions *questions = asking->questions;
    uint32_t count = 0;
    questions->remedies = build_changes(asking, remedies, REMEDIES_MAX, &count);
    questions->remedy_count = count;
}

static void build_list(struct asking *asking, const cJSON *list)
{
    struct build *build = asking->build;
    if (!cJSON_IsObject(list) || cJSON_GetArraySize(list) > QUESTIONS_MAX) {
        if (cJSON_IsObject(list))
            build_refuse(build, JSON_VALUE, "want at most %d members, got %d", QUESTIONS_MAX, cJSON_GetArraySize(list));
        else
            build_refuse_value(build, list, "an object");
        return;
    }
    const cJSON *member = NULL;
    cJSON_ArrayForEach(member, list)
    {
        size_t length = build_enter(build, member->string);
        const uint32_t before = asking->questions->count;
        if (!build_fitting(asking, member, build_question))
            asking->questions->count = before;
        build_leave(build, length);
    }
}

void build_questions(struct build *build, const cJSON *tree)
{
    struct cell *cell = build->cell;
    if (cJSON_GetObjectItemCaseSensitive(tree, "questions") == NULL &&
        cJSON_GetObjectItemCaseSensitive(tree, "remedies") == NULL &&
        cJSON_GetObjectItemCaseSensitive(tree, "evidence") == NULL)
        return;
    struct questions *questions = sim_arena_alloc(&cell->sim->arena, sizeof *questions);
    questions->list = sim_arena_alloc(&cell->sim->arena, (QUESTIONS_MAX + 1) * sizeof *questions->list);
    struct asking asking = {.build = build, .questions = questions, .resolve = build_fine(build)};
    build_evidence(&asking, cJSON_GetObjectItemCaseSensitive(tree, "evidence"));
    build_member(&asking, tree, "remedies", build_remedies);
    build_member(&asking, tree, "questions", build_list);
    cell->questions = questions;
}
