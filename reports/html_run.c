/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "reports/html_run.h"

#include "reports/command.h"
#include "reports/compare.h"
#include "reports/shell_word.h"

#include "models/script.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- opening ---- */

/* The pairs that the cell was built with, so that they can be shown. */
static void list_overrides(struct html_run *run)
{
    const struct cell_options *options = &run->options;
    const cJSON *pair = NULL;
    const size_t room = (size_t)cJSON_GetArraySize(run->replay.overrides) + options->override_count + 1;
    run->overrides = sim_xcalloc(room, sizeof *run->overrides);
    cJSON_ArrayForEach(pair, run->replay.overrides)
    {
        run->overrides[run->override_count++] =
            (struct override){cJSON_GetArrayItem(pair, 0)->valuestring, cJSON_GetArrayItem(pair, 1)->valuestring};
    }
    for (size_t i = 0; i < options->override_count && !run->replay.stored; i++)
        run->overrides[run->override_count++] = options->overrides[i];
}

/* Adds the overrides behind the plus sign to those of the command line. */
static void add_own(struct html_run *run, const char *text)
{
    struct cell_options *options = &run->options;
    struct override *all = sim_xcalloc(options->override_count + strlen(text) + 1, sizeof *all);
    if (options->override_count > 0)
        memcpy(all, options->overrides, options->override_count * sizeof *all);
    options->overrides = all;
    while (*text == '+' || *text == ',') {
        const size_t length = side_override_length(++text);
        char *pair = strndup(text, length);
        sim_assert(pair != NULL);
        pair[strcspn(pair, "=")] = '\0';
        texts_add(&run->texts, pair);
        texts_add(&run->texts, pair + strlen(pair) + (strlen(pair) < length));
        free(pair);
        all[options->override_count++] =
            (struct override){run->texts.items[run->texts.count - 2], run->texts.items[run->texts.count - 1]};
        text += length;
    }
}

int html_run_open(struct html_run *run, const char *argument, const char *first, const struct cell_options *options)
{
    const size_t at = access(argument, F_OK) == 0 ? strlen(argument) : side_overrides_at(argument);
    *run = (struct html_run){.options = *options};
    add_own(run, argument + at);
    if (at == 0 && *argument != '\0' && first == NULL) {
        (void)fprintf(stderr, "simex: want a scenario or a run before the first \"+\"\n");
        return EXIT_USAGE;
    }
    run->argument = at == 0 && first != NULL ? sim_xstrdup(first) : strndup(argument, at);
    sim_assert(run->argument != NULL);
    int code = replay_open(&run->replay, run->argument, &run->options);
    if (code == EXIT_FINE)
        list_overrides(run);
    return code;
}

sim_ns html_run_length(const struct html_run *run)
{
    const struct cell *cell = run->replay.cell;
    const sim_ns afterwards = 60 * SIM_S; /* what the last request of a script may take: a guess, only for the scale */
    if (!cell->open_end || cell->script_count == 0)
        return cell->until;
    const sim_ns last = cell->script[cell->script_count - 1].at;
    return last < cell->until - afterwards ? last + afterwards : cell->until;
}

sim_ns html_step(const struct html_run *run, sim_ns length, size_t items, size_t runs)
{
    const sim_ns window = run->replay.cell->window > 0 ? run->replay.cell->window : SIM_S;
    const size_t lines = (items == 0 ? 1 : items < HTML_CHARTS ? items : HTML_CHARTS) * (runs == 0 ? 1 : runs);
    sim_ns points = (sim_ns)(HTML_NUMBERS / lines);
    points = points > HTML_POINTS_MAX ? HTML_POINTS_MAX : points < HTML_POINTS_LEAST ? HTML_POINTS_LEAST : points;
    const sim_ns windows = length / window / points + (length / window % points != 0);
    return window * (windows > 1 ? windows : 1);
}

/* ---- gathering ---- */

static void add_point(void *context, sim_ns from, sim_ns to, const struct sim_sample *samples)
{
    struct html_run *run = context;
    const struct cell *cell = run->replay.cell;
    if (run->points == (size_t)2 * HTML_POINTS_MAX) {
        run->points_left_out++;
        return;
    }
    if (run->points == run->room) {
        run->room = run->room == 0 ? 256 : 2 * run->room;
        run->values = sim_xrealloc(run->values, run->room * (cell->panel_count + 1) * sizeof *run->values);
    }
    double *values = run->values + run->points++ * cell->panel_count;
    for (uint32_t k = 0; k < cell->panel_count; k++) {
        const struct sim_reading_value value = sim_reading_read(&cell->panel[k].reading, samples, to - from);
        values[k] = value.has_data ? value.value : (double)NAN;
    }
}

/* The base's stretch of the same name; NULL when there is none. */
static struct html_stretch *base_of(const struct html_run *run, const struct html_stretch *stretch)
{
    for (uint32_t i = 0; run->base != NULL && i < run->base->stretch_count; i++) {
        struct html_stretch *other = &run->base->stretches[i];
        if (stretch->phase == NULL ? other->phase == NULL
                                   : other->phase != NULL && strcmp(other->phase, stretch->phase) == 0)
            return other;
    }
    return NULL;
}

static void take_trace(void *context, struct trace *trace)
{
    struct html_run *run = context;
    const sim_ns end = trace_end(trace);
    for (uint32_t i = 0; i < run->stretch_count; i++) {
        struct html_stretch *stretch = &run->stretches[i];
        if (end < stretch->from || end >= stretch->to)
            continue;
        struct html_stretch *base = base_of(run, stretch);
        struct profile *profile = base == NULL ? &stretch->profile : &base->profile;
        profile->side = base != NULL;
        profile->compared = profile->compared || base != NULL;
        profile_add(profile, trace);
        keep_take(&stretch->keep, trace);
    }
}

static void choose_stretches(struct html_run *run)
{
    const struct cell *cell = run->replay.cell;
    for (uint32_t i = 0; i < cell->phase_count && i < HTML_STRETCHES; i++)
        run->stretches[run->stretch_count++] =
            (struct html_stretch){.phase = cell->phases[i].name,
                                  .from = cell->phases[i].from + cell->phases[i].settle,
                                  .to = cell->phases[i].to};
    run->phases_left_out = cell->phase_count - run->stretch_count;
    if (cell->phase_count == 0)
        run->stretches[run->stretch_count++] = (struct html_stretch){.from = 0, .to = SIM_NEVER};
}

static void begin(struct html_run *run)
{
    struct cell *cell = run->replay.cell;
    choose_stretches(run);
    collector_init(&run->collector, cell->sim, take_trace, run);
    for (uint32_t i = 0; i < run->stretch_count; i++) {
        struct html_stretch *stretch = &run->stretches[i];
        const struct keep_options options = {
            .from = stretch->from, .to = stretch->to, .run = cell->until, .per_slice = 1, .slowest = 1};
        keep_init(&stretch->keep, &run->collector, &options);
        profile_init(&stretch->profile, false);
        callmap_init(&stretch->map, cell->sim, stretch->from, stretch->to < cell->until ? stretch->to : cell->until);
    }
    run->collecting = true;
    sim_set_sink(cell->sim, run->step, (struct sim_sink){add_point, run});
}

int html_run_go(struct html_run *run)
{
    begin(run);
    const int code = replay_run(&run->replay);
    if (code != EXIT_FINE)
        return code;
    collector_finish(&run->collector);
    for (uint32_t i = 0; i < run->stretch_count; i++) {
        struct callmap *map = &run->stretches[i].map;
        map->to = map->to < run->replay.cell->until ? map->to : run->replay.cell->until; /* of a run with an open end */
        callmap_finish(map);
    }
    run->record = record_of_cell(run->replay.cell, run->overrides, run->override_count);
    return EXIT_FINE;
}

void html_run_finish(struct html_run *run)
{
    for (uint32_t i = 0; i < run->stretch_count; i++)
        profile_finish(&run->stretches[i].profile);
}

void html_run_close(struct html_run *run)
{
    for (uint32_t i = 0; i < run->stretch_count && run->collecting; i++) {
        keep_fini(&run->stretches[i].keep);
        profile_fini(&run->stretches[i].profile);
        callmap_fini(&run->stretches[i].map);
    }
    if (run->collecting)
        collector_fini(&run->collector);
    record_destroy(run->record);
    free(run->values);
    free(run->overrides);
    free(run->options.overrides);
    texts_fini(&run->texts);
    free(run->argument);
    replay_close(&run->replay);
    *run = (struct html_run){.argument = NULL};
}

/* ---- words ---- */

void html_put_options(FILE *out, const struct cell_options *options)
{
    for (size_t i = 0; i < options->show_count; i++) {
        (void)fputs(" --show ", out);
        shell_word(out, options->shows[i]);
    }
    if (options->script != NULL) {
        (void)fputs(" --script ", out);
        shell_word(out, options->script);
    }
}

/* Whether a stored run's scenario can be run anew by its name. */
static bool is_shipped(const struct html_run *run)
{
    char *path = scenario_find_shipped(run->replay.cell->scenario->name);
    const bool shipped = path != NULL;
    free(path);
    return shipped;
}

char *html_run_command(const struct html_run *run, const char *verb, const char *extra)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    sim_assert(out != NULL);
    const bool runs = strcmp(verb, "run") == 0;
    const bool by_id = run->replay.stored && !(runs && is_shipped(run) && run->record->responses == NULL);
    verb = runs && by_id ? "show" : verb;
    (void)fprintf(out, "simex %s ", verb);
    shell_word(out, by_id                ? run->replay.cell->id
                    : run->replay.stored ? run->replay.cell->scenario->name
                                         : run->argument);
    if (!by_id)
        (void)fprintf(out, " --seed %" PRIu64, run->replay.cell->seed);
    for (size_t i = 0; i < run->override_count && !by_id; i++) {
        (void)fputs(" --set ", out);
        shell_pair(out, run->overrides[i].path, run->overrides[i].value);
    }
    if (!run->replay.stored)
        html_put_options(out, &run->options);
    if (by_id && run->options.db != NULL) {
        (void)fputs(" --db ", out);
        shell_word(out, run->options.db);
    }
    if (*extra != '\0')
        (void)fprintf(out, " %s", extra);
    (void)fclose(out);
    return text;
}

uint32_t html_focus(const struct record *record)
{
    for (uint32_t i = 0; i < record->phase_count; i++) {
        for (uint32_t k = 0; k < record->fault_count; k++) {
            const struct record_fault *fault = &record->faults[k];
            if (fault->at < record->phases[i].to && fault->until > record->phases[i].from)
                return i;
        }
    }
    return 0;
}
