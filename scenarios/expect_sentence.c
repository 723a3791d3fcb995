/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The sentences of expectations, word by word:
 *
 *     [never|always] LEFT OP BOUND during PHASE [in windows of DURATION]
 *     LEFT OP BOUND within DURATION of INSTANT [in windows of DURATION]
 *
 * where OP BOUND may be `in LOW..HIGH`, or `= STATE` when LEFT is of a breaker. Windows want never, always or within. */
#include "scenarios/build.h"

#include "sim/units.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { SENTENCE_MAX = 200, WORDS_MAX = 16, BOUND_WORDS = 3, WINDOW_WORDS = 4 };

/* A share of time that rounding may put between none and all: less than 1 ns in 3 hours. */
static const double share_slack = 1e-13;

/* ---- bounds ---- */

bool build_percent(const char *text, double *out)
{
    char number[48];
    size_t length = strlen(text);
    if (length < 2 || length >= sizeof number || text[length - 1] != '%')
        return false;
    do
        length--;
    while (length > 0 && text[length - 1] == ' ');
    (void)snprintf(number, sizeof number, "%.*s", (int)length, text);
    if (!sim_parse_number(number, out))
        return false;
    *out /= 100;
    return true;
}

bool expect_bound(const char *unit, const struct sim_raw *raw, double *out, struct sim_error *error)
{
    sim_ns duration = 0;
    int64_t bytes = 0;
    if (raw->shape == SIM_RAW_NUMBER) {
        *out = raw->number;
        return true;
    }
    if (strcmp(unit, "s") == 0 && sim_parse_duration(raw->text, &duration)) {
        *out = sim_ns_to_s(duration);
        return true;
    }
    if (strcmp(unit, "/s") == 0 && sim_parse_rate(raw->text, out))
        return true;
    if (strcmp(unit, "bytes") == 0 && sim_parse_bytes(raw->text, &bytes)) {
        *out = (double)bytes;
        return true;
    }
    if (strcmp(unit, "1") == 0 && build_percent(raw->text, out))
        return true;
    if (sim_parse_number(raw->text, out))
        return true;
    const char *example = strcmp(unit, "s") == 0       ? "\"5s\""
                          : strcmp(unit, "1") == 0     ? "0.3 or \"30%\""
                          : strcmp(unit, "/s") == 0    ? "\"100/s\""
                          : strcmp(unit, "bytes") == 0 ? "\"64MiB\""
                                                       : "100";
    return sim_fail(error, raw->text,
                    raw->text[0] == '\0' ? "want a bound such as %s, got \"\"" : "want a bound such as %s", example);
}

static bool word_bound(const char *unit, const char *word, double *out, struct sim_error *error)
{
    const struct sim_raw raw = {.shape = SIM_RAW_WORD, .text = word};
    return expect_bound(unit, &raw, out, error);
}

static bool is_comparison(const char *op)
{
    static const char *const ops[] = {"<", "<=", ">", ">=", "="};
    for (size_t i = 0; i < SIM_COUNT_OF(ops); i++) {
        if (strcmp(op, ops[i]) == 0)
            return true;
    }
    return false;
}

static bool read_comparison(struct expectation *expectation, const char *unit, const char *op, const char *word,
                            struct sim_error *error)
{
    double bound = 0;
    if (!word_bound(unit, word, &bound, error))
        return false;
    if (op[0] == '<') {
        expectation->max = bound;
        expectation->below_max = op[1] == '\0';
    } else if (op[0] == '>') {
        expectation->min = bound;
        expectation->above_min = op[1] == '\0';
    } else {
        expectation->min = expectation->max = bound;
    }
    return true;
}

static bool read_range(struct expectation *expectation, const char *unit, const char *word, struct sim_error *error)
{
    char low[SENTENCE_MAX + 1];
    (void)snprintf(low, sizeof low, "%s", word);
    char *dots = strstr(low, "..");
    if (dots == NULL)
        return sim_fail(error, word, "want a range such as 4.9s..5.05s");
    *dots = '\0';
    return word_bound(unit, low, &expectation->min, error) && word_bound(unit, dots + 2, &expectation->max, error);
}

/* ---- states of a breaker ---- */

/* The gauge of the same part as `reading`; false when it has none of that name. */
static bool part_gauge(struct build *build, const struct sim_reading *reading, const char *title, const char *gauge,
                       uint32_t *item)
{
    char text[SENTENCE_MAX * 2];
    struct sim_reading found;
    struct sim_error error;
    (void)snprintf(text, sizeof text, "%s.%s.%s", reading->node->name, reading->part, gauge);
    if (!sim_reading_find(build->cell->sim, text, &found, &error) || found.metric->kind != SIM_METRIC_GAUGE)
        return false;
    *item = expect_hide(build, title, text, &found);
    return true;
}

static bool has_states(struct build *build, const struct sim_reading *reading)
{
    char text[SENTENCE_MAX * 2];
    struct sim_reading found;
    struct sim_error error;
    if (reading->part == NULL)
        return false;
    (void)snprintf(text, sizeof text, "%s.%s.half_open", reading->node->name, reading->part);
    return sim_reading_find(build->cell->sim, text, &found, &error);
}

/* Takes a reading out again that was hidden for this expectation alone. */
static void unhide(struct cell *cell, uint32_t item)
{
    bool used = item < cell->panel_count || item + 1 != cell->panel_count + cell->hidden_count;
    for (uint32_t i = 0; i < cell->expectation_count; i++)
        used = used || cell->expectations[i].item == item || cell->expectations[i].other == item;
    cell->hidden_count -= used ? 0 : 1;
}

/* A word that begins like one, of a part that has states, is a state. `*is_state` says so when it was not refused. */
static bool read_state(struct build *build, struct expectation *expectation, const char *word, bool *is_state,
                       struct sim_error *error)
{
    static const char *const states[] = {"open", "half-open", "closed"};
    const struct panel_item item = build->cell->panel[expectation->item];
    *is_state = false;
    if (word[0] < 'a' || word[0] > 'z' || !has_states(build, &item.reading))
        return true;
    for (size_t i = 0; i < SIM_COUNT_OF(states); i++) {
        if (strcmp(states[i], word) == 0)
            expectation->state = states[i];
    }
    if (expectation->state == NULL)
        return sim_fail(error, word, "want a bound, or a state of a breaker: open, half-open or closed");
    unhide(build->cell, expectation->item);
    *is_state = part_gauge(build, &item.reading, item.title, "open", &expectation->item) &&
                part_gauge(build, &item.reading, item.title, "half_open", &expectation->other);
    const bool never = expectation->form == EXPECT_NEVER;
    expectation->min = never ? share_slack : 1 - share_slack;
    expectation->above_min = never;
    return true;
}

/* ---- sentences ---- */

static uint32_t split_words(char *text, const char **words)
{
    uint32_t count = 0;
    for (char *at = text; *at != '\0' && count < WORDS_MAX;) {
        at += strspn(at, " ");
        if (*at == '\0')
            break;
        words[count++] = at;
        at += strcspn(at, " ");
        if (*at != '\0')
            *at++ = '\0';
    }
    return count;
}

static bool word_duration(const char *word, const char *rule, sim_ns *out, struct sim_error *error)
{
    return (sim_parse_duration(word, out) && *out > 0) || sim_fail(error, word, "%s", rule);
}

/* LEFT OP BOUND. */
static bool read_bounds(struct build *build, const char *const *words, struct expectation *expectation,
                        struct sim_error *error)
{
    bool is_state = false;
    if (strcmp(words[1], "=") == 0 && !read_state(build, expectation, words[2], &is_state, error))
        return false;
    if (is_state)
        return true;
    const char *unit = build->cell->panel[expectation->item].reading.unit;
    return strcmp(words[1], "in") == 0 ? read_range(expectation, unit, words[2], error)
                                       : read_comparison(expectation, unit, words[1], words[2], error);
}

/* faults.NAME.at|until, phases.NAME.from|to, or a time of the run. The names are checked; what instant it is shows once
 * overrides are in (build_expect_windows). */
static bool read_instant(const struct build *build, const char *word, struct expectation *expectation,
                         struct sim_error *error)
{
    char name[SENTENCE_MAX + 1];
    uint32_t phase = 0;
    const bool fault = strncmp(word, "faults.", strlen("faults.")) == 0;
    const char *from = strchr(word, '.');
    const char *dot = from == NULL ? NULL : strchr(from + 1, '.');
    expectation->instant = sim_arena_strdup(&build->cell->sim->arena, word);
    if (sim_parse_duration(word, &expectation->at))
        return true;
    if (dot == NULL || !(fault || strncmp(word, "phases.", strlen("phases.")) == 0))
        return sim_fail(error, word, "want an instant such as faults.NAME.until, phases.NAME.from or 600s");
    (void)snprintf(name, sizeof name, "%.*s", (int)(dot - from - 1), from + 1);
    if (!fault && !expect_find_phase(build, name, &phase, error))
        return false;
    if (fault && fault_find(build->cell, name) == NULL) {
        if (build_written(build, "faults", name))
            return false; /* refused where it stands */
        (void)sim_fail(error, name, "want the name of a fault");
        error->near = near_fault(build->cell, name);
        return false;
    }
    const char *first = fault ? "at" : "from";
    const char *second = fault ? "until" : "to";
    return strcmp(dot + 1, first) == 0 || strcmp(dot + 1, second) == 0 ||
           sim_fail(error, word, "want \"%s\" or \"%s\" after the name of a %s", first, second,
                    fault ? "fault" : "phase");
}

/* What follows the bound: during PHASE, within DURATION of INSTANT. */
static bool read_tail(const struct build *build, const char *const *words, uint32_t count,
                      struct expectation *expectation, struct sim_error *error)
{
    if (count == 2)
        return expect_find_phase(build, words[1], &expectation->phase, error);
    if (expectation->form != EXPECT_DURING)
        return sim_fail(error, words[0], "want \"during PHASE\" after \"never\" and \"always\"");
    expectation->form = EXPECT_WITHIN;
    expectation->phase = SCENARIO_NO_PHASE;
    return word_duration(words[1], "want how long it may take after \"within\", such as 30s", &expectation->within,
                         error) &&
           read_instant(build, words[3], expectation, error);
}

/* The words but for the windows: how many. */
static uint32_t take_windows(const char *const *words, uint32_t count, const char **window)
{
    *window = NULL;
    if (count <= WINDOW_WORDS || strcmp(words[count - 4], "in") != 0 || strcmp(words[count - 3], "windows") != 0 ||
        strcmp(words[count - 2], "of") != 0)
        return count;
    *window = words[count - 1];
    return count - WINDOW_WORDS;
}

static bool is_tail(const char *const *words, uint32_t count)
{
    return (count == 2 && strcmp(words[0], "during") == 0) ||
           (count == 4 && strcmp(words[0], "within") == 0 && strcmp(words[2], "of") == 0);
}

bool expect_sentence(struct build *build, const char *text, struct expectation *expectation, struct sim_error *error)
{
    char copy[SENTENCE_MAX + 1];
    const char *all[WORDS_MAX], *window = NULL;
    const char *const *words = all;
    if (strlen(text) > SENTENCE_MAX)
        return sim_fail(error, text, "want a sentence of at most %d characters", SENTENCE_MAX);
    (void)snprintf(copy, sizeof copy, "%s", text);
    uint32_t count = take_windows(words, split_words(copy, all), &window);
    const bool never = count > BOUND_WORDS && strcmp(words[0], "never") == 0;
    const bool always = count > BOUND_WORDS && strcmp(words[0], "always") == 0;
    if ((never || always) && !is_comparison(words[1]) && strcmp(words[1], "in") != 0) {
        expectation->form = never ? EXPECT_NEVER : EXPECT_ALWAYS;
        words++;
        count--;
    }
    if (count <= BOUND_WORDS || !(is_comparison(words[1]) || strcmp(words[1], "in") == 0) ||
        !is_tail(words + BOUND_WORDS, count - BOUND_WORDS))
        return sim_fail(error, text,
                        "want a sentence such as \"p95_latency in 4.9s..5.05s during chaos\" or \"error_rate < 1%% "
                        "during steady\"");
    if (!expect_find_left(build, words[0], &expectation->item, error) ||
        !read_tail(build, words + BOUND_WORDS, count - BOUND_WORDS, expectation, error) ||
        !read_bounds(build, words, expectation, error))
        return false;
    if (window != NULL && expectation->form == EXPECT_DURING)
        return sim_fail(error, window, "want \"in windows of\" only with never, always or within");
    return window == NULL ||
           word_duration(window, "want the length of a window, such as 5s", &expectation->windows.step, error);
}
