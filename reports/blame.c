/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A percentile is known only when all requests are; so of each request the time by entry is kept, not its trace: some
 * ten pieces of 16 bytes. With all or failed requests the sums suffice. */
#include "reports/blame.h"

#include "reports/keep.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { BAND_LEAST = 30, BAND_SHARE = 100 };

struct piece {
    uint32_t entry;
    sim_ns ns;
};

struct row {
    sim_ns duration, abandoned;
    uint64_t hash;
    size_t first; /* of its pieces */
    uint32_t count;
};

struct blame_rows {
    struct row *rows;
    struct piece *pieces;
    size_t count, room, piece_count, piece_room;
    uint64_t below; /* rows with a hash below this are kept */
    /* Of the request at hand, by entry. */
    sim_ns *times;
    uint32_t time_room;
};

/* ---- what to look at ---- */

struct blame_of blame_of_reading(const struct sim_reading *reading)
{
    struct blame_of of = {.node = NULL, .which = BLAME_ALL};
    const bool times = reading->metric->kind == SIM_METRIC_HISTOGRAM && reading->part == NULL;
    if (times) {
        of.node = reading->node;
        of.which =
            reading->stat == SIM_STAT_PERCENTILE || reading->stat == SIM_STAT_MAX || reading->stat == SIM_STAT_MIN
                ? BLAME_AT_RANK
                : BLAME_ALL;
        of.percentile = reading->stat == SIM_STAT_PERCENTILE ? reading->percentile
                        : reading->stat == SIM_STAT_MAX      ? 100
                                                             : 0;
    } else if (reading->part == NULL && strstr(reading->metric->name, "error") != NULL) {
        of.node = reading->node;
        of.which = BLAME_FAILED;
    }
    return of;
}

void blame_init(struct blame *blame, const struct blame_of *of)
{
    *blame = (struct blame){.of = *of, .rows = sim_xcalloc(1, sizeof *blame->rows)};
    blame->rows->below = UINT64_MAX;
}

void blame_fini(struct blame *blame)
{
    if (blame->rows != NULL) {
        free(blame->rows->rows);
        free(blame->rows->pieces);
        free(blame->rows->times);
    }
    free(blame->rows);
    for (uint32_t i = 0; i < blame->entry_count; i++)
        free(blame->entries[i].where);
    free(blame->entries);
    *blame = (struct blame){.rows = NULL};
}

/* ---- one request ---- */

/* Names are compared as texts: two models may each have a "cpu queue". */
static uint32_t entry_of(struct blame *blame, const char *where, const char *kind)
{
    for (uint32_t i = 0; i < blame->entry_count; i++) {
        if (strcmp(blame->entries[i].where, where) == 0 && strcmp(blame->entries[i].kind, kind) == 0)
            return i;
    }
    struct blame_rows *rows = blame->rows;
    blame->entries = sim_xrealloc(blame->entries, (blame->entry_count + 1) * sizeof *blame->entries);
    blame->entries[blame->entry_count] = (struct blame_entry){.where = sim_xstrdup(where), .kind = kind};
    if (blame->entry_count == rows->time_room) {
        rows->time_room = rows->time_room == 0 ? 32 : rows->time_room * 2;
        rows->times = sim_xrealloc(rows->times, rows->time_room * sizeof *rows->times);
    }
    rows->times[blame->entry_count] = 0;
    return blame->entry_count++;
}

static void add_piece(void *context, const struct trace_span *span, const struct sim_segment *segment, sim_ns from,
                      sim_ns to)
{
    struct blame *blame = context;
    const uint32_t entry = entry_of(blame, span->to->name, segment == NULL ? "(not told)" : segment->name);
    blame->rows->times[entry] += to - from;
}

/* What went on in a span and below it after callers had gone. */
static sim_ns abandoned_below(const struct trace_span *top)
{
    sim_ns sum = 0, from = 0, to = 0;
    int depth = 0;
    for (const struct trace_span *span = top; span != NULL; span = depth > 0 ? span : NULL) {
        if (trace_span_abandoned(span, &from, &to))
            sum += to - from;
        span = trace_next(span, &depth);
    }
    return sum;
}

/* Drops the rows whose hash is in the upper half: a sample that does not hang on the order. */
static void halve(struct blame *blame)
{
    struct blame_rows *rows = blame->rows;
    size_t kept = 0, pieces = 0;
    rows->below /= 2;
    for (size_t i = 0; i < rows->count; i++) {
        struct row row = rows->rows[i];
        if (row.hash >= rows->below) {
            blame->left_out++;
            continue;
        }
        memmove(rows->pieces + pieces, rows->pieces + row.first, row.count * sizeof *rows->pieces);
        row.first = pieces;
        pieces += row.count;
        rows->rows[kept++] = row;
    }
    rows->count = kept;
    rows->piece_count = pieces;
}

static void add_row(struct blame *blame, struct row row)
{
    struct blame_rows *rows = blame->rows;
    if (rows->count == BLAME_ROWS_MAX)
        halve(blame);
    if (row.hash >= rows->below) {
        blame->left_out++;
        return;
    }
    if (rows->count == rows->room) {
        rows->room = rows->room == 0 ? 4096 : rows->room * 2;
        rows->rows = sim_xrealloc(rows->rows, rows->room * sizeof *rows->rows);
    }
    row.first = rows->piece_count;
    for (uint32_t i = 0; i < blame->entry_count; i++) {
        if (rows->times[i] == 0)
            continue;
        if (rows->piece_count == rows->piece_room) {
            rows->piece_room = rows->piece_room == 0 ? 32768 : rows->piece_room * 2;
            rows->pieces = sim_xrealloc(rows->pieces, rows->piece_room * sizeof *rows->pieces);
        }
        rows->pieces[rows->piece_count++] = (struct piece){i, rows->times[i]};
        row.count++;
    }
    rows->rows[rows->count++] = row;
}

static void take_span(struct blame *blame, const struct trace_span *span, sim_ns from, sim_ns to)
{
    const struct trace_visitor visitor = {.piece = add_piece, .context = blame};
    struct blame_rows *rows = blame->rows;
    blame->total++;
    if (blame->of.which == BLAME_FAILED && !sim_status_is_error(trace_span_outcome(span).status))
        return;
    for (uint32_t i = 0; i < blame->entry_count; i++)
        rows->times[i] = 0;
    trace_blame(span, from, to, &visitor);
    const sim_ns abandoned = abandoned_below(span);
    if (blame->of.which == BLAME_AT_RANK) {
        const struct row row = {.duration = to - from, .abandoned = abandoned, .hash = trace_hash(span->id)};
        add_row(blame, row);
        return;
    }
    blame->requests++;
    blame->abandoned += abandoned;
    for (uint32_t i = 0; i < blame->entry_count; i++)
        blame->entries[i].ns += rows->times[i];
}

void blame_take(struct blame *blame, const struct trace *trace)
{
    const struct sim_node *node = blame->of.node;
    const bool roots = node == NULL || (node->type->flow == NULL && node->type->request == NULL);
    for (const struct trace_span *span = trace->root; span != NULL; span = roots ? NULL : trace_next(span, NULL)) {
        const unsigned wanted = roots ? TRACE_SPAN_ENDED : TRACE_SPAN_ARRIVED | TRACE_SPAN_REPLIED;
        if (span->name != NULL || (span->flags & wanted) != wanted || span->from == span->to)
            continue;
        if (node != NULL && (roots ? span->from : span->to) != node)
            continue;
        const sim_ns begun = roots ? span->begun : span->arrived;
        const sim_ns ended = roots ? span->ended : span->replied;
        if (ended >= blame->of.from && ended < blame->of.to)
            take_span(blame, span, begun, ended);
    }
}

/* ---- summing up ---- */

static int by_duration(const void *left, const void *right)
{
    const struct row *a = left, *b = right;
    if (a->duration != b->duration)
        return a->duration < b->duration ? -1 : 1;
    return (a->hash > b->hash) - (a->hash < b->hash);
}

/* How many make a band: 1 %, 30 at least, of few requests a tenth. */
static size_t band_width(size_t count)
{
    const size_t share = (count + BAND_SHARE - 1) / BAND_SHARE;
    const size_t tenth = (count + 9) / 10;
    const size_t least = tenth < BAND_LEAST ? tenth : BAND_LEAST;
    return share > least ? share : least;
}

/* The requests that took nearest as long as the one at the percentile's rank, by time and not by rank: a percentile may
 * stand beside a gap. */
static void choose(struct blame *blame)
{
    struct blame_rows *rows = blame->rows;
    if (rows->count == 0)
        return;
    qsort(rows->rows, rows->count, sizeof *rows->rows, by_duration);
    const double exact = ceil(blame->of.percentile / 100 * (double)rows->count);
    const size_t rank = exact < 1 ? 0 : (size_t)exact - 1;
    const sim_ns middle = rows->rows[rank].duration;
    size_t first = rank, last = rank;
    for (size_t left = band_width(rows->count) - 1; left > 0; left--) {
        const sim_ns below = first == 0 ? SIM_NEVER : middle - rows->rows[first - 1].duration;
        const sim_ns above = last + 1 == rows->count ? SIM_NEVER : rows->rows[last + 1].duration - middle;
        first -= below <= above;
        last += below > above;
    }
    blame->low = rows->rows[first].duration;
    blame->high = rows->rows[last].duration;
    for (size_t i = 0; i < rows->count; i++) {
        const struct row *row = &rows->rows[i];
        if (row->duration < blame->low || row->duration > blame->high)
            continue;
        blame->requests++;
        blame->abandoned += row->abandoned;
        for (uint32_t k = 0; k < row->count; k++)
            blame->entries[rows->pieces[row->first + k].entry].ns += rows->pieces[row->first + k].ns;
    }
}

static int by_share(const void *left, const void *right)
{
    const struct blame_entry *a = left, *b = right;
    if (a->ns != b->ns)
        return a->ns > b->ns ? -1 : 1;
    const int order = strcmp(a->where, b->where);
    return order != 0 ? order : strcmp(a->kind, b->kind);
}

/* Tenths of a percent by the largest remainders: they add up to 100.0. */
static void round_shares(struct blame *blame)
{
    const long whole = 1000;
    long left = whole;
    for (uint32_t i = 0; i < blame->entry_count; i++) {
        blame->entries[i].percents = floor(blame->entries[i].share * (double)whole);
        left -= (long)blame->entries[i].percents;
    }
    for (; left > 0; left--) {
        uint32_t most = 0;
        double greatest = -1;
        for (uint32_t i = 0; i < blame->entry_count; i++) {
            const double rest = blame->entries[i].share * (double)whole - blame->entries[i].percents;
            if (rest > greatest) {
                greatest = rest;
                most = i;
            }
        }
        blame->entries[most].percents++;
    }
    for (uint32_t i = 0; i < blame->entry_count; i++)
        blame->entries[i].percents /= 10;
}

void blame_finish(struct blame *blame)
{
    uint32_t kept = 0;
    if (blame->of.which == BLAME_AT_RANK)
        choose(blame);
    for (uint32_t i = 0; i < blame->entry_count; i++) {
        blame->ns += blame->entries[i].ns;
        if (blame->entries[i].ns > 0)
            blame->entries[kept++] = blame->entries[i];
        else
            free(blame->entries[i].where);
    }
    blame->entry_count = kept;
    if (kept == 0)
        return;
    qsort(blame->entries, kept, sizeof *blame->entries, by_share);
    for (uint32_t i = 0; i < kept; i++)
        blame->entries[i].share = (double)blame->entries[i].ns / (double)blame->ns;
    round_shares(blame);
}

static bool is_kind(const char *kind, const char *wanted)
{
    for (; *kind != '\0' && *wanted != '\0'; kind++, wanted++) {
        if (*kind != *wanted && !(*kind == ' ' && *wanted == '_'))
            return false;
    }
    return *kind == *wanted;
}

double blame_share(const struct blame *blame, const char *where, const char *kind)
{
    double share = 0;
    for (uint32_t i = 0; i < blame->entry_count; i++) {
        const struct blame_entry *entry = &blame->entries[i];
        if (strcmp(entry->where, where) == 0 && (kind == NULL || is_kind(entry->kind, kind)))
            share += entry->share;
    }
    return share;
}
