/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Remedies, alone and in pairs, ranked by what they do to the weighed readings, to the steady state, and by their number.
 *
 * Of each reading: s, its mean in the steady phase, and c, in the question's phase, both of the world as it is; v, in the
 * question's phase with the remedy. Then
 *
 *     mended = 1 - (v - s) / (c - s)        1: as in the steady phase; 0: no better; cut to [-1, 1]
 *     harm   = worsening of the steady phase / s, when its 95 % interval says that there is one; at most 1
 *     score  = sum of weight x (mended - harm) / sum of weights, less 0.02 for two remedies instead of one
 *
 * What is worse is the direction from s to c. A reading that the trouble leaves alone (the interval of c - s holds 0) does
 * not count. Two remedies that set one param to different values exclude each other, but for sets, which are united. */
#include "reports/explain.h"
#include "reports/show.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double pair_cost = 0.02;
static const double worth_having = 0.1; /* score from which a third one belongs in the backlog */
static const double small_harm = 0.05;

/* ---- variants ---- */

/* Whether `word` is in the list "a,b". */
static bool in_list(const char *list, const char *word, size_t length)
{
    while (*list != '\0') {
        const size_t own = strcspn(list, ",");
        if (own == length && strncmp(list, word, length) == 0)
            return true;
        list += own + (list[own] == ',');
    }
    return false;
}

/* ["a","b"] or a,b: as a,b. */
static void words_of(char *out, size_t size, const char *value)
{
    size_t used = 0;
    for (; *value != '\0' && used + 1 < size; value++) {
        if (strchr("[]\" ", *value) == NULL)
            out[used++] = *value;
    }
    out[used] = '\0';
}

/* The union of two values of a set; NULL: the param is none. */
static const char *unite(struct explanation *explanation, const char *path, const char *one, const char *other)
{
    char a[200], b[200], both[402];
    struct sim *sim = explanation->cell->sim;
    struct sim_target target;
    if (!sim_target_find(sim, path, &target, NULL) || target.param->kind != SIM_PARAM_SET)
        return NULL;
    words_of(a, sizeof a, one);
    words_of(b, sizeof b, other);
    (void)snprintf(both, sizeof both, "%s", a);
    for (const char *word = b; *word != '\0';) {
        const size_t length = strcspn(word, ",");
        const size_t used = strlen(both);
        if (!in_list(both, word, length))
            (void)snprintf(both + used, sizeof both - used, "%s%.*s", used > 0 ? "," : "", (int)length, word);
        word += length + (word[length] == ',');
    }
    return sim_arena_strdup(&sim->arena, both);
}

/* The overrides of both; false: they exclude each other. */
static bool combine(struct explanation *explanation, const struct change *first, const struct change *second,
                    struct override *sets, size_t *count)
{
    for (*count = 0; *count < first->set_count; ++*count)
        sets[*count] = first->sets[*count];
    for (uint32_t i = 0; i < second->set_count; i++) {
        size_t k = 0;
        while (k < first->set_count && strcmp(sets[k].path, second->sets[i].path) != 0)
            k++;
        if (k == first->set_count) {
            sets[(*count)++] = second->sets[i];
            continue;
        }
        if (strcmp(sets[k].value, second->sets[i].value) == 0)
            continue;
        sets[k].value = unite(explanation, sets[k].path, sets[k].value, second->sets[i].value);
        if (sets[k].value == NULL)
            return false;
    }
    return true;
}

static void add(struct explanation *explanation, const struct change *first, const struct change *second,
                const struct override *sets, size_t count)
{
    const char *title = second == NULL ? first->title : "two remedies";
    explanation->remedies[explanation->remedy_count++] = (struct explain_remedy){
        .first = first, .second = second, .variant = explain_add_variant(explanation, title, sets, count)};
}

void remedies_add(struct explanation *explanation)
{
    const struct questions *questions = explanation->cell->questions;
    const uint32_t count = questions->remedy_count;
    struct override sets[2 * QUESTION_SETS_MAX];
    size_t set_count = 0;
    explanation->remedies = sim_xcalloc((size_t)count * count + 1, sizeof *explanation->remedies);
    for (uint32_t i = 0; i < count; i++)
        add(explanation, &questions->remedies[i], NULL, questions->remedies[i].sets, questions->remedies[i].set_count);
    for (uint32_t i = 0; i < count; i++) {
        for (uint32_t k = i + 1; k < count; k++) {
            const struct change *first = &questions->remedies[i], *second = &questions->remedies[k];
            if (combine(explanation, first, second, sets, &set_count))
                add(explanation, first, second, sets, set_count);
            else
                explanation->excluded++;
        }
    }
}

/* ---- ranking ---- */

static double clamp(double value, double least, double most)
{
    return value < least ? least : value > most ? most : value;
}

/* NAN: no data. */
static void score(const struct explanation *explanation, struct explain_remedy *remedy)
{
    const struct question *question = explanation->ranked;
    const struct ranking *ranking = &question->ranking;
    double sum = 0, weights = 0, harms = 0;
    remedy->score = (double)NAN;
    for (uint32_t i = 0; i < ranking->count; i++) {
        const uint32_t m = ranking->weights[i].measure;
        const double weight = ranking->weights[i].weight;
        const struct estimate steady = explain_value(explanation, 0, ranking->steady, m);
        const struct estimate trouble = explain_value(explanation, 0, question->phase, m);
        const struct estimate value = explain_value(explanation, remedy->variant, question->phase, m);
        const struct estimate cost = explain_difference(explanation, 0, remedy->variant, ranking->steady, m);
        const double damage = trouble.mean - steady.mean;
        if (steady.count == 0 || trouble.count == 0 || !(fabs(damage) > 0) ||
            (damage > 0 ? trouble.low <= steady.high : trouble.high >= steady.low))
            continue;
        if (value.count < explanation->replications || cost.count < explanation->replications)
            return;
        const double sign = damage > 0 ? 1 : -1;
        const bool worse = sign > 0 ? cost.low > 0 : cost.high < 0;
        const double harm = worse && fabs(steady.mean) > 0 ? clamp(sign * cost.mean / fabs(steady.mean), 0, 1) : 0;
        sum += weight * (clamp(1 - (value.mean - steady.mean) / damage, -1, 1) - harm);
        harms += weight * harm;
        weights += weight;
    }
    if (!(weights > 0))
        return;
    remedy->harm = harms / weights;
    remedy->score = sum / weights - (remedy->second != NULL ? pair_cost : 0);
}

void remedies_rank(struct explanation *explanation)
{
    for (size_t i = 0; i < explanation->remedy_count; i++)
        score(explanation, &explanation->remedies[i]);
    uint32_t place = 0;
    for (;;) {
        struct explain_remedy *best = NULL;
        for (size_t i = 0; i < explanation->remedy_count; i++) {
            struct explain_remedy *remedy = &explanation->remedies[i];
            if (remedy->place == 0 && !isnan(remedy->score) && (best == NULL || remedy->score > best->score))
                best = remedy;
        }
        if (best == NULL)
            return;
        best->place = ++place;
    }
}

const struct explain_remedy *remedies_at(const struct explanation *explanation, bool pairs, uint32_t place)
{
    for (uint32_t all = 1; all <= explanation->remedy_count; all++) {
        for (size_t i = 0; i < explanation->remedy_count; i++) {
            const struct explain_remedy *remedy = &explanation->remedies[i];
            if (remedy->place == all && (remedy->second != NULL) == pairs && --place == 0)
                return remedy;
        }
    }
    return NULL;
}

char *remedy_title(const struct explain_remedy *remedy)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    sim_assert(out != NULL);
    (void)fprintf(out, "%s", remedy->first->title);
    if (remedy->second != NULL)
        (void)fprintf(out, " + %s", remedy->second->title);
    (void)fclose(out);
    return text;
}

/* ---- what to do ---- */

static const struct explain_remedy *alone(const struct explanation *explanation, const struct change *change)
{
    for (size_t i = 0; i < explanation->remedy_count; i++) {
        if (explanation->remedies[i].first == change && explanation->remedies[i].second == NULL)
            return &explanation->remedies[i];
    }
    return NULL;
}

/* The best pair with `change`, or of all (NULL). */
static const struct explain_remedy *best_pair(const struct explanation *explanation, const struct change *change)
{
    const struct explain_remedy *pair = NULL;
    for (uint32_t i = 1; (pair = remedies_at(explanation, true, i)) != NULL; i++) {
        if (change == NULL || pair->first == change || pair->second == change)
            return pair;
    }
    return NULL;
}

/* The best pair, or the best one alone and who goes with it best; then the best other one that does some good and
 * hardly any harm. */
uint32_t remedies_backlog(const struct explanation *explanation, const struct change *backlog[3])
{
    uint32_t count = 0;
    const struct explain_remedy *best = remedies_at(explanation, false, 1);
    const struct explain_remedy *pair = best_pair(explanation, NULL);
    if (best == NULL || best->score < worth_having)
        return 0;
    if (pair == NULL || pair->place > best->place)
        pair = best_pair(explanation, best->first);
    backlog[count++] = pair == NULL ? best->first : pair->first;
    if (pair != NULL && pair->score > worth_having) {
        const bool swapped = alone(explanation, pair->second)->place < alone(explanation, pair->first)->place;
        backlog[0] = swapped ? pair->second : pair->first;
        backlog[count++] = swapped ? pair->first : pair->second;
    }
    const struct explain_remedy *other = NULL;
    for (uint32_t i = 1; (other = remedies_at(explanation, false, i)) != NULL && count < 3; i++) {
        if (other->first == backlog[0] || other->first == backlog[1 % count] || other->score < worth_having ||
            other->harm > small_harm)
            continue;
        backlog[count++] = other->first;
    }
    return count;
}

static void say_readings(FILE *out, const struct explanation *explanation, size_t variant)
{
    const struct question *question = explanation->ranked;
    char value[SHOWN_ROOM], shown[JSON_SHOWN_BYTES];
    for (uint32_t i = 0; i < question->ranking.count; i++) {
        const struct measure *measure = &explanation->cell->questions->measures[question->ranking.weights[i].measure];
        const struct estimate estimate =
            explain_value(explanation, variant, question->phase, question->ranking.weights[i].measure);
        (void)fprintf(out, "%s%s %s", i == 0 ? "" : ", ", json_shown(shown, measure->title),
                      show_value(value, measure->unit, estimate.mean));
    }
}

void remedies_say(FILE *out, const struct explanation *explanation)
{
    const struct change *backlog[3];
    const uint32_t count = remedies_backlog(explanation, backlog);
    if (count == 0) {
        (void)fputs("No remedy that this scenario knows mends a tenth of the damage.", out);
        return;
    }
    (void)fputs("For the backlog:", out);
    for (uint32_t i = 0; i < count; i++)
        (void)fprintf(out, " %u. %s%s", i + 1, backlog[i]->title, i + 1 < count ? ";" : ".");
    (void)fputs(" As it is: ", out);
    say_readings(out, explanation, 0);
    (void)fputs(". With the first alone: ", out);
    say_readings(out, explanation, alone(explanation, backlog[0])->variant);
    for (size_t i = 0; i < explanation->remedy_count && count > 1; i++) {
        const struct explain_remedy *pair = &explanation->remedies[i];
        if (pair->second == NULL || !((pair->first == backlog[0] && pair->second == backlog[1]) ||
                                      (pair->first == backlog[1] && pair->second == backlog[0])))
            continue;
        (void)fputs(". With the first two: ", out);
        say_readings(out, explanation, pair->variant);
    }
    (void)fputs(".", out);
}
