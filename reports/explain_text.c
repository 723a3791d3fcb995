/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An explanation for people: of each question the answer, then the evidence it stands on, with the commands that find it
 * again. As wide as the terminal, 80 columns else. */
#include "reports/blame_show.h"
#include "reports/explain.h"
#include "reports/show.h"
#include "reports/terminal.h"
#include "reports/texts.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { INDENT = 3, KEYS_SHOWN = 4, PAIRS_SHOWN = 5, ENTRIES_SHOWN = 8 };

/* ---- pieces ---- */

/* Where a line may not break: before a unit ("5 s", "30 %") and behind an option. */
static bool is_tied(const char *text, size_t blank)
{
    const char *unit = text + blank + 1;
    const size_t length = strcspn(unit, " .,;:)");
    size_t from = blank;
    while (from > 0 && text[from - 1] != ' ')
        from--;
    if (strncmp(text + from, "--", 2) == 0)
        return true;
    return blank > 0 && text[blank - 1] >= '0' && text[blank - 1] <= '9' && length <= 2 && unit[0] != '+' &&
           unit[0] != '\\' && unit[0] != '$';
}

/* Bytes up to the blank at which a line may break. */
static size_t piece_length(const char *text)
{
    size_t at = strcspn(text, " ");
    while (text[at] == ' ' && is_tied(text, at))
        at += 1 + strcspn(text + at + 1, " ");
    return at;
}

/* Text in lines of the terminal's width. Later lines are indented by `hanging` more; `end` goes before each break. */
static void print_wrapped(FILE *out, size_t indent, size_t hanging, const char *end, const char *text)
{
    const size_t width = terminal_width();
    size_t column = indent;
    bool first = true; /* of its line */
    (void)fprintf(out, "%*s", (int)indent, "");
    while (*text != '\0') {
        const size_t length = piece_length(text);
        size_t shown = 0;
        for (size_t i = 0; i < length; i++)
            shown += ((unsigned char)text[i] & 0xc0) != 0x80;
        if (!first && column + 1 + shown + strlen(end) > width) {
            column = indent + hanging;
            (void)fprintf(out, "%s\n%*s", end, (int)column, "");
            first = true;
        }
        (void)fprintf(out, "%s%.*s", first ? "" : " ", (int)length, text);
        column += shown + !first;
        first = false;
        text += length + (text[length] == ' ');
    }
    (void)fputc('\n', out);
}

static void print_prose(FILE *out, size_t indent, const char *text)
{
    print_wrapped(out, indent, 0, "", text);
}

static void print_command(FILE *out, size_t indent, char *command)
{
    char *line = sim_xmalloc(strlen(command) + 3);
    (void)sprintf(line, "$ %s", command);
    print_wrapped(out, indent, 4, " \\", line);
    free(line);
    free(command);
}

/* "+10.1 s", "-28.9 points", "identical" */
static const char *show_change(char shown[SHOWN_ROOM + 8], const char *unit, double value)
{
    char buffer[SHOWN_ROOM];
    if (strcmp(unit, "1") == 0)
        (void)snprintf(shown, SHOWN_ROOM + 8, "%+.2f points", value * 100);
    else
        (void)snprintf(shown, SHOWN_ROOM + 8, "%s%s", value < 0 ? "-" : "+", show_value(buffer, unit, fabs(value)));
    return shown;
}

/* ---- (a) blame ---- */

static void print_blame(FILE *out, const struct explanation *explanation, const struct question *question)
{
    const struct blame *blame = &explanation->blames[question - explanation->cell->questions->list];
    char *text = NULL;
    size_t size = 0;
    if (blame->entry_count == 0)
        return;
    FILE *line = open_memstream(&text, &size);
    sim_assert(line != NULL);
    (void)fprintf(line, "Where the time went (%s, seed %" PRIu64 "): ", explanation->cell->phases[question->phase].name,
                  explanation->seed);
    blame_show_who(line, blame);
    (void)fclose(line);
    (void)fputc('\n', out);
    print_wrapped(out, INDENT, 0, "", text);
    free(text);
    blame_show_table(out, blame, ENTRIES_SHOWN, 5);
    print_command(out, 5, explain_blame_command(explanation, question));
}

/* ---- (b) what if ---- */

/* The question's own reading, then those of the panel. */
static uint32_t choose_keys(const struct explanation *explanation, const struct question *question,
                            uint32_t keys[KEYS_SHOWN])
{
    uint32_t count = 0;
    keys[count++] = question->measure;
    for (uint32_t m = 0; m < explanation->cell->panel_count && count < KEYS_SHOWN; m++) {
        if (m != question->measure)
            keys[count++] = m;
    }
    return count;
}

static void add_row(struct texts *texts, const struct explanation *explanation, const struct question *question,
                    const char *title, size_t variant, const uint32_t *keys, uint32_t count)
{
    char shown[JSON_SHOWN_BYTES], value[SHOWN_ROOM];
    texts_add(texts, json_shown(shown, title));
    for (uint32_t k = 0; k < count; k++) {
        const struct estimate estimate = explain_value(explanation, variant, question->phase, keys[k]);
        texts_add(texts, estimate.count == 0
                             ? "no data"
                             : show_value(value, explanation->cell->questions->measures[keys[k]].unit, estimate.mean));
    }
}

static void print_table(FILE *out, struct texts *texts, uint32_t keys)
{
    static const enum align aligns[KEYS_SHOWN + 2] = {ALIGN_WRAP,  ALIGN_RIGHT, ALIGN_RIGHT,
                                                      ALIGN_RIGHT, ALIGN_RIGHT, ALIGN_RIGHT};
    terminal_table(out, (const char *const *)texts->items, texts->count / (keys + 1), keys + 1, aligns, 5);
    texts_fini(texts);
}

static void print_change(FILE *out, const struct explanation *explanation, const struct question *question,
                         const struct change *change)
{
    char shown[JSON_SHOWN_BYTES], mean[SHOWN_ROOM + 8], low[SHOWN_ROOM + 8], high[SHOWN_ROOM + 8], line[600];
    const size_t variant = explain_variant(explanation, change);
    const struct measure *measure = &explanation->cell->questions->measures[question->measure];
    const struct estimate difference = explain_difference(explanation, 0, variant, question->phase, question->measure);
    json_shown(shown, change->title);
    show_change(mean, measure->unit, difference.mean);
    if (difference.count == 0)
        (void)snprintf(line, sizeof line, "%s: %s has no data", shown, measure->key);
    else if (difference.identical)
        (void)snprintf(line, sizeof line, "%s: %s identical", shown, measure->key);
    else if (difference.count == 1)
        (void)snprintf(line, sizeof line, "%s: %s %s (one seed)", shown, measure->key, mean);
    else
        (void)snprintf(line, sizeof line, "%s: %s %s, 95 %% from %s to %s", shown, measure->key, mean,
                       show_change(low, measure->unit, difference.low),
                       show_change(high, measure->unit, difference.high));
    print_wrapped(out, 5, 2, "", line);
    print_command(out, 7, explain_run_command(explanation, variant, question));
}

static void print_what_if(FILE *out, const struct explanation *explanation, const struct question *question)
{
    uint32_t keys[KEYS_SHOWN];
    struct texts texts = {0};
    const uint32_t count = choose_keys(explanation, question, keys);
    (void)fprintf(out, "\n   What if, each alone (%s, ", explanation->cell->phases[question->phase].name);
    if (explanation->replications > 1)
        (void)fprintf(out, "mean of %zu seeds):\n", explanation->replications);
    else
        (void)fprintf(out, "one seed):\n");
    texts_add(&texts, "");
    for (uint32_t k = 0; k < count; k++)
        texts_add(&texts, explanation->cell->questions->measures[keys[k]].key);
    add_row(&texts, explanation, question, "as it is", 0, keys, count);
    for (uint32_t i = 0; i < question->change_count; i++)
        add_row(&texts, explanation, question, question->changes[i].title,
                explain_variant(explanation, &question->changes[i]), keys, count);
    print_table(out, &texts, count);
    print_command(out, 5, explain_run_command(explanation, 0, question));
    for (uint32_t i = 0; i < question->change_count; i++)
        print_change(out, explanation, question, &question->changes[i]);
}

/* ---- (c) over time ---- */

static void print_over_time(FILE *out, const struct explanation *explanation, const struct question *question)
{
    const struct record *first = explanation->experiment.records[0];
    if (question->over_time_count == 0 || first->bin_count == 0)
        return;
    struct record_item items[QUESTION_OVER_TIME_MAX];
    struct sim_reading_value *bins = sim_xcalloc((size_t)QUESTION_OVER_TIME_MAX * CELL_BINS, sizeof *bins);
    struct record shown = *first;
    for (uint32_t i = 0; i < question->over_time_count; i++) {
        const struct measure *measure = &explanation->cell->questions->measures[question->over_time[i]];
        items[i] = (struct record_item){measure->key, measure->title, measure->text, measure->unit};
        for (uint32_t b = 0; b < first->bin_count; b++)
            bins[(size_t)i * first->bin_count + b] = explanation->bins[(size_t)question->over_time[i] * CELL_BINS + b];
    }
    shown.items = items;
    shown.bins = bins;
    shown.item_count = question->over_time_count;
    char width[SHOWN_ROOM];
    (void)fprintf(out, "\n   Over time (seed %" PRIu64 ", %s in all):", explanation->seed,
                  show_time(width, first->until));
    show_sparklines(out, &shown);
    free(bins);
}

/* ---- remedies ---- */

/* To two decimals, without a sign at 0. */
static double rounded(double score)
{
    return floor(score * 100 + 0.5) / 100 + 0.0;
}

static void print_alone(FILE *out, const struct explanation *explanation)
{
    struct texts texts = {0};
    char shown[SHOWN_ROOM], value[SHOWN_ROOM], title[JSON_SHOWN_BYTES];
    const struct question *question = explanation->ranked;
    const struct questions *questions = explanation->cell->questions;
    const uint32_t keys = question->ranking.count < KEYS_SHOWN ? question->ranking.count : KEYS_SHOWN;
    const struct explain_remedy *remedy = NULL;
    texts_add(&texts, "");
    for (uint32_t i = 0; i < keys; i++)
        texts_add(&texts, questions->measures[question->ranking.weights[i].measure].key);
    texts_add(&texts, "score");
    for (uint32_t place = 1; (remedy = remedies_at(explanation, false, place)) != NULL; place++) {
        texts_add(&texts, json_shown(title, remedy->first->title));
        for (uint32_t i = 0; i < keys; i++) {
            const uint32_t m = question->ranking.weights[i].measure;
            const struct estimate estimate = explain_value(explanation, remedy->variant, question->phase, m);
            texts_add(&texts, show_value(value, questions->measures[m].unit, estimate.mean));
        }
        (void)snprintf(shown, sizeof shown, "%+.2f", rounded(remedy->score));
        texts_add(&texts, shown);
    }
    (void)fprintf(out, "\n   Remedies, each alone:\n");
    print_table(out, &texts, keys + 1);
}

/* "+0.96  stale if error + TTL 60 s: error_rate 0.11 %, ...", and what it changes in the steady phase. */
static void print_remedy(FILE *out, const struct explanation *explanation, const struct explain_remedy *remedy,
                         bool values)
{
    char low[SHOWN_ROOM], high[SHOWN_ROOM], shown[JSON_SHOWN_BYTES];
    char *text = NULL, *title = remedy_title(remedy);
    size_t size = 0;
    const struct question *question = explanation->ranked;
    const struct ranking *ranking = &question->ranking;
    FILE *line = open_memstream(&text, &size);
    sim_assert(line != NULL);
    (void)fprintf(line, "%+.2f  %s", rounded(remedy->score), json_shown(shown, title));
    free(title);
    for (uint32_t i = 0; i < ranking->count && values; i++) {
        const struct measure *measure = &explanation->cell->questions->measures[ranking->weights[i].measure];
        const struct estimate value =
            explain_value(explanation, remedy->variant, question->phase, ranking->weights[i].measure);
        (void)fprintf(line, "%s %s %s", i == 0 ? ":" : ",", measure->key, show_value(low, measure->unit, value.mean));
    }
    for (uint32_t i = 0; i < ranking->count; i++) {
        const uint32_t m = ranking->weights[i].measure;
        const struct measure *measure = &explanation->cell->questions->measures[m];
        const struct estimate change = explain_difference(explanation, 0, remedy->variant, ranking->steady, m);
        if (change.count == 0 || !(change.low > 0 || change.high < 0))
            continue;
        const struct estimate before = explain_value(explanation, 0, ranking->steady, m);
        const struct estimate after = explain_value(explanation, remedy->variant, ranking->steady, m);
        (void)fprintf(line, "; in %s %s goes from %s to %s", explanation->cell->phases[ranking->steady].name,
                      measure->key, show_value(low, measure->unit, before.mean),
                      show_value(high, measure->unit, after.mean));
    }
    (void)fclose(line);
    print_wrapped(out, 5, 7, "", text);
    free(text);
    print_command(out, 12, explain_run_command(explanation, remedy->variant, NULL));
}

static void print_remedies(FILE *out, const struct explanation *explanation)
{
    const struct explain_remedy *remedy = NULL;
    print_alone(out, explanation);
    (void)fputc('\n', out);
    for (uint32_t i = 1; (remedy = remedies_at(explanation, false, i)) != NULL; i++)
        print_remedy(out, explanation, remedy, false);
    (void)fprintf(out, "\n   Two together, the best:\n");
    for (uint32_t i = 1; i <= PAIRS_SHOWN && (remedy = remedies_at(explanation, true, i)) != NULL; i++)
        print_remedy(out, explanation, remedy, true);
    (void)fputc('\n', out);
    print_prose(out, INDENT,
                "A score of 1: all as in the steady phase; 0: no better than it is; below 0: worse. How it is "
                "reckoned: docs/explain.md.");
    if (explanation->excluded > 0)
        (void)fprintf(out, "   %" PRIu32 " pairs that exclude each other are left out.\n", explanation->excluded);
}

/* ---- the whole ---- */

static void print_heading(FILE *out, const struct explanation *explanation)
{
    char title[JSON_SHOWN_BYTES], name[JSON_SHOWN_BYTES];
    (void)fprintf(out, "%s\n%s, ", json_shown(title, explanation->scenario->title),
                  json_shown(name, explanation->scenario->name));
    if (explanation->replications > 1)
        (void)fprintf(out, "seeds %" PRIu64 " to %" PRIu64, explanation->seed,
                      explanation->seed + explanation->replications - 1);
    else
        (void)fprintf(out, "seed %" PRIu64, explanation->seed);
    for (size_t i = 0; i < explanation->override_count; i++)
        (void)fprintf(out, ", %s = %s", json_shown(title, explanation->overrides[i].path),
                      json_shown(name, explanation->overrides[i].value));
    (void)fprintf(out, "\n");
}

static void print_question(FILE *out, const struct explanation *explanation, uint32_t index)
{
    const struct question *question = &explanation->cell->questions->list[index];
    char ask[QUESTION_TEXT_MAX + 20];
    char *answer = explain_answer(explanation, question);
    (void)snprintf(ask, sizeof ask, "%u. %s", index + 1, question->ask);
    (void)fputc('\n', out);
    print_wrapped(out, 0, INDENT, "", ask);
    (void)fputc('\n', out);
    print_prose(out, INDENT, answer);
    free(answer);
}

void explain_answers(FILE *out, const struct explanation *explanation)
{
    print_heading(out, explanation);
    for (uint32_t i = 0; i < explanation->cell->questions->count; i++) {
        if (explain_wants(explanation, &explanation->cell->questions->list[i]))
            print_question(out, explanation, i);
    }
}

void explain_text(FILE *out, const struct explanation *explanation)
{
    print_heading(out, explanation);
    for (uint32_t i = 0; i < explanation->cell->questions->count; i++) {
        const struct question *question = &explanation->cell->questions->list[i];
        if (!explain_wants(explanation, question))
            continue;
        print_question(out, explanation, i);
        if (question == explanation->ranked)
            print_remedies(out, explanation);
        else
            print_blame(out, explanation, question);
        if (question->change_count > 0 || question != explanation->ranked)
            print_what_if(out, explanation, question);
        print_over_time(out, explanation, question);
    }
}
