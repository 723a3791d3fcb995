/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What stands above a picture. What all runs have in common goes into the subtitle, what tells one from the others
 * (scenario, seed, overrides, model) is its label. */
#include "plots/plot.h"

#include "sim/units.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Text that is put together of pieces with ", " between them. */
struct pieces {
    FILE *out;
    char *text;
    size_t size, count;
};

static void open_pieces(struct pieces *pieces)
{
    *pieces = (struct pieces){NULL, NULL, 0, 0};
    pieces->out = open_memstream(&pieces->text, &pieces->size);
    sim_assert(pieces->out != NULL);
}

static void next(struct pieces *pieces)
{
    (void)fputs(pieces->count++ > 0 ? ", " : "", pieces->out);
}

static char *close_pieces(struct pieces *pieces)
{
    sim_assert(fclose(pieces->out) == 0);
    return pieces->text;
}

struct pair {
    const char *path, *value;
};

static struct pair pair_of(const cJSON *item)
{
    const char *path = cJSON_GetStringValue(cJSON_GetArrayItem(item, 0));
    const char *value = cJSON_GetStringValue(cJSON_GetArrayItem(item, 1));
    return (struct pair){path == NULL ? "" : path, value == NULL ? "" : value};
}

static bool has_override(const struct record *record, struct pair wanted)
{
    bool found = false;
    cJSON *list = cJSON_Parse(record->overrides);
    const cJSON *item = NULL;
    cJSON_ArrayForEach(item, list)
    {
        struct pair pair = pair_of(item);
        found = found || (strcmp(pair.path, wanted.path) == 0 && strcmp(pair.value, wanted.value) == 0);
    }
    cJSON_Delete(list);
    return found;
}

static bool all_have_override(const struct plot *plot, struct pair pair)
{
    for (uint32_t r = 0; r < plot->run_count; r++) {
        if (!has_override(plot->runs[r].record, pair))
            return false;
    }
    return true;
}

/* The overrides of a run that all runs have, or those that not all have. */
static void put_overrides(struct pieces *pieces, const struct plot *plot, uint32_t run, bool common)
{
    cJSON *list = cJSON_Parse(plot->runs[run].record->overrides);
    const cJSON *item = NULL;
    cJSON_ArrayForEach(item, list)
    {
        struct pair pair = pair_of(item);
        if (all_have_override(plot, pair) != common)
            continue;
        next(pieces);
        (void)fprintf(pieces->out, "%s=%s", pair.path, pair.value);
    }
    cJSON_Delete(list);
}

struct agreement {
    bool title, scenario, seed, model, overrides; /* whether all runs have the same */
};

static struct agreement agree(const struct plot *plot)
{
    const struct record *first = plot->runs[0].record;
    struct agreement agreement = {true, true, true, true, true};
    for (uint32_t r = 1; r < plot->run_count; r++) {
        const struct record *record = plot->runs[r].record;
        agreement.title = agreement.title && strcmp(record->title, first->title) == 0;
        agreement.scenario = agreement.scenario && strcmp(record->scenario, first->scenario) == 0;
        agreement.seed = agreement.seed && record->seed == first->seed;
        agreement.model = agreement.model && strcmp(record->model, first->model) == 0;
        agreement.overrides = agreement.overrides && strcmp(record->overrides, first->overrides) == 0;
    }
    return agreement;
}

static char *make_label(const struct plot *plot, uint32_t run, const struct agreement *agreement)
{
    struct pieces pieces;
    const struct record *record = plot->runs[run].record;
    open_pieces(&pieces);
    if (!agreement->scenario) {
        next(&pieces);
        (void)fputs(record->scenario, pieces.out);
    }
    if (!agreement->seed) {
        next(&pieces);
        (void)fprintf(pieces.out, "seed %" PRIu64, record->seed);
    }
    size_t before = pieces.count;
    put_overrides(&pieces, plot, run, false);
    if (pieces.count == before && !agreement->overrides && agreement->scenario && agreement->seed) {
        next(&pieces);
        (void)fputs("as the scenario says", pieces.out);
    }
    if (!agreement->model) {
        next(&pieces);
        (void)fprintf(pieces.out, "model %s", record->model);
    }
    (void)fprintf(pieces.out, "%srun %.8s%s", pieces.count > 0 ? "  (" : "", record->id, pieces.count > 0 ? ")" : "");
    return close_pieces(&pieces);
}

static char *make_subtitle(const struct plot *plot, const struct agreement *agreement)
{
    struct pieces pieces;
    char bin[48];
    const struct record *first = plot->runs[0].record;
    open_pieces(&pieces);
    if (agreement->scenario) {
        next(&pieces);
        (void)fprintf(pieces.out, "scenario %s", first->scenario);
    }
    if (agreement->seed) {
        next(&pieces);
        (void)fprintf(pieces.out, "seed %" PRIu64, first->seed);
    }
    put_overrides(&pieces, plot, 0, true);
    if (plot->run_count == 1) {
        next(&pieces);
        (void)fprintf(pieces.out, "run %s", first->id);
    }
    next(&pieces);
    (void)fprintf(pieces.out, "bins of %s", sim_format_duration(bin, sizeof bin, plot->bin));
    return close_pieces(&pieces);
}

struct heading heading_of(struct plot *plot)
{
    enum { ROOM = 40 };
    struct agreement agreement = agree(plot);
    struct heading heading = {NULL, make_subtitle(plot, &agreement)};
    if (agreement.title) {
        heading.title = sim_xstrdup(plot->runs[0].record->title);
    } else {
        heading.title = sim_xmalloc(ROOM);
        (void)snprintf(heading.title, ROOM, "%u runs", plot->run_count);
    }
    for (uint32_t r = 0; r < plot->run_count; r++)
        plot->runs[r].label = make_label(plot, r, &agreement);
    return heading;
}

void heading_fini(struct heading *heading)
{
    free(heading->title);
    free(heading->subtitle);
}
