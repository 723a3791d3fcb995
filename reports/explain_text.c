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

enum { INDENT = 3, KEYS_SHOWN = 4, PAIRS_SHOWN = 8, ENTRIES_SHOWN = 8 };

/* ---- pieces ---- */

/* Text in lines of the terminal's width, breaks at blanks; later lines `hanging` deeper, `before` ends lines. */
static void print_wrapped(FILE *out, size_t indent, size_t hanging, const char *end, const char *text)
{
    const size_t width = terminal_width();
    size_t column = indent;
    (void)fprintf(out, "%*s", (int)indent, "");
    while (*text != '\0') {
        size_t length = strcspn(text, " "), shown = 0;
        for (size_t i = 0; i < length; i++)
            shown += ((unsigned char)text[i] & 0xc0) != 0x80;
        if (column + shown + strlen(end) > width && column > indent + hanging) {
            (void)fprintf(out, "%s\n%*s", end, (int)(indent + hanging), "");
            column = indent + hanging;
        }
        (void)fprintf(out, "%.*s", (int)length, text);
        column += shown;
        text += length;
        if (*text == ' ') {
            text++;
            if (column + 1 < width) {
                const size_t next = strcspn(text, " ");
                if (column + 1 + next + strlen(end) <= width) {
                    (void)fputc(' ', out);
                    column++;
                } else {
                    column = width;
                }
            }
        }
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

static void add_remedies(struct texts *texts, const struct explanation *explanation, bool pairs, uint32_t most)
{
    char shown[SHOWN_ROOM], value[SHOWN_ROOM];
    const struct question *question = explanation->ranked;
    const struct explain_remedy *remedy = NULL;
    for (uint32_t place = 1; place <= most && (remedy = remedies_at(explanation, pairs, place)) != NULL; place++) {
        char *title = remedy_title(remedy);
        texts_add(texts, title);
        free(title);
        for (uint32_t i = 0; i < question->ranking.count && i < KEYS_SHOWN; i++) {
            const uint32_t m = question->ranking.weights[i].measure;
            const struct estimate estimate = explain_value(explanation, remedy->variant, question->phase, m);
            texts_add(texts, estimate.count == 0
                                 ? "no data"
                                 : show_value(value, explanation->cell->questions->measures[m].unit, estimate.mean));
        }
        (void)snprintf(shown, sizeof shown, "%+.2f", remedy->score);
        texts_add(texts, shown);
    }
}

static void print_ranked(FILE *out, const struct explanation *explanation, bool pairs, uint32_t most)
{
    struct texts texts = {0};
    const struct ranking *ranking = &explanation->ranked->ranking;
    const uint32_t keys = ranking->count < KEYS_SHOWN ? ranking->count : KEYS_SHOWN;
    (void)fprintf(out, "\n   %s\n", pairs ? "Two together, the best:" : "Remedies, each alone:");
    texts_add(&texts, "");
    for (uint32_t i = 0; i < keys; i++)
        texts_add(&texts, explanation->cell->questions->measures[ranking->weights[i].measure].key);
    texts_add(&texts, "score");
    add_remedies(&texts, explanation, pairs, most);
    print_table(out, &texts, keys + 1);
}

static void print_harm(FILE *out, const struct explanation *explanation, const struct explain_remedy *remedy)
{
    char low[SHOWN_ROOM], high[SHOWN_ROOM], line[600];
    const struct ranking *ranking = &explanation->ranked->ranking;
    for (uint32_t i = 0; i < ranking->count; i++) {
        const uint32_t m = ranking->weights[i].measure;
        const struct measure *measure = &explanation->cell->questions->measures[m];
        const struct estimate change = explain_difference(explanation, 0, remedy->variant, ranking->steady, m);
        if (change.count == 0 || !(change.low > 0 || change.high < 0))
            continue;
        (void)snprintf(
            line, sizeof line, "in %s, %s changes %.80s from %s to %s", explanation->cell->phases[ranking->steady].name,
            remedy->first->title, measure->key,
            show_value(low, measure->unit, explain_value(explanation, 0, ranking->steady, m).mean),
            show_value(high, measure->unit, explain_value(explanation, remedy->variant, ranking->steady, m).mean));
        print_wrapped(out, 5, 2, "", line);
    }
}

static void print_remedies(FILE *out, const struct explanation *explanation)
{
    const struct explain_remedy *remedy = NULL;
    print_ranked(out, explanation, false, REMEDIES_MAX);
    print_ranked(out, explanation, true, PAIRS_SHOWN);
    print_wrapped(
        out, 5, 0, "",
        "A score of 1: all as in the steady phase; 0: no better than it is; below: worse. How it is reckoned: "
        "docs/explain.md.");
    if (explanation->excluded > 0)
        (void)fprintf(out, "     %" PRIu32 " pairs that exclude each other are left out.\n", explanation->excluded);
    for (uint32_t i = 1; (remedy = remedies_at(explanation, false, i)) != NULL; i++) {
        print_harm(out, explanation, remedy);
        print_command(out, 5, explain_run_command(explanation, remedy->variant, NULL));
    }
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
    for (uint32_t i = 0; i < explanation->cell->questions->count; i++)
        print_question(out, explanation, i);
}

void explain_text(FILE *out, const struct explanation *explanation)
{
    print_heading(out, explanation);
    for (uint32_t i = 0; i < explanation->cell->questions->count; i++) {
        const struct question *question = &explanation->cell->questions->list[i];
        print_question(out, explanation, i);
        if (question == explanation->ranked && explain_has_remedies(explanation)) {
            print_remedies(out, explanation);
            continue;
        }
        print_blame(out, explanation, question);
        print_what_if(out, explanation, question);
        print_over_time(out, explanation, question);
    }
}
