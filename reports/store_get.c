/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reading a run back into a record. */
#include "reports/store_sql.h"

#include "sim/units.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct reader {
    const struct store *store;
    struct record *record;
    int64_t run;
    bool failed;
};

/* Rows of a query with the run bound to ?1; NULL after a failure. */
static sqlite3_stmt *query(struct reader *reader, const char *sql)
{
    sqlite3_stmt *statement = NULL;
    if (!reader->failed)
        reader->failed = sqlite3_prepare_v2(reader->store->db, sql, -1, &statement, NULL) != SQLITE_OK ||
                         sqlite3_bind_int64(statement, 1, reader->run) != SQLITE_OK;
    return statement;
}

/* Whether there is one more row; at the end the statement is finalised. */
static bool next(struct reader *reader, sqlite3_stmt *statement)
{
    int step = reader->failed ? SQLITE_ERROR : sqlite3_step(statement);
    if (step == SQLITE_ROW)
        return true;
    reader->failed = reader->failed || step != SQLITE_DONE;
    (void)sqlite3_finalize(statement);
    return false;
}

/* NULL is what a damaged store gives where the schema forbids it. */
static const char *optional_text(struct reader *reader, sqlite3_stmt *statement, int column)
{
    const char *found = (const char *)sqlite3_column_text(statement, column);
    return found == NULL ? NULL : sim_arena_strdup(&reader->record->arena, found);
}

static const char *text(struct reader *reader, sqlite3_stmt *statement, int column)
{
    const char *found = optional_text(reader, statement, column);
    reader->failed = reader->failed || found == NULL;
    return found == NULL ? "" : found;
}

/* What the rest of simex counts on, and divides by. */
static void require(struct reader *reader, bool holds)
{
    reader->failed = reader->failed || !holds;
}

static double real_or(sqlite3_stmt *statement, int column, double otherwise)
{
    return sqlite3_column_type(statement, column) == SQLITE_NULL ? otherwise : sqlite3_column_double(statement, column);
}

static struct sim_reading_value value(sqlite3_stmt *statement, int column)
{
    struct sim_reading_value found = {.has_data = sqlite3_column_type(statement, column) != SQLITE_NULL,
                                      .samples = sqlite3_column_int64(statement, column + 1)};
    found.value = found.has_data ? sqlite3_column_double(statement, column) : 0;
    return found;
}

static uint32_t count_rows(struct reader *reader, const char *sql)
{
    uint32_t count = 0;
    sqlite3_stmt *statement = query(reader, sql);
    while (next(reader, statement))
        count = (uint32_t)sqlite3_column_int64(statement, 0);
    return count;
}

static void *room(struct reader *reader, size_t count, size_t bytes)
{
    return sim_arena_alloc(&reader->record->arena, (count + 1) * bytes);
}

static void read_run(struct reader *reader)
{
    struct record *record = reader->record;
    sqlite3_stmt *row =
        query(reader, "SELECT id, scenario, title, seed, version, model, fingerprint, events, until_ns, "
                      "window_ns, bins, source, overrides, canonical FROM run WHERE run = ?1");
    while (next(reader, row)) {
        record->id = text(reader, row, 0);
        record->scenario = text(reader, row, 1);
        record->title = text(reader, row, 2);
        require(reader, sim_parse_u64(text(reader, row, 3), &record->seed));
        record->version = text(reader, row, 4);
        record->model = text(reader, row, 5);
        record->fingerprint = strtoull(text(reader, row, 6), NULL, 16);
        record->events = (uint64_t)sqlite3_column_int64(row, 7);
        record->until = sqlite3_column_int64(row, 8);
        record->window = sqlite3_column_int64(row, 9);
        record->bin_count = (uint32_t)sqlite3_column_int64(row, 10);
        record->source = text(reader, row, 11);
        record->overrides = text(reader, row, 12);
        record->canonical = text(reader, row, 13);
        require(reader, record->until > 0 && record->until <= SIM_NS_MAX && record->window > 0 &&
                            (record->until - 1) / record->window < SCENARIO_WINDOWS_MAX &&
                            record->bin_count <= SCENARIO_WINDOWS_MAX);
    }
}

static void read_responses(struct reader *reader)
{
    sqlite3_stmt *row = query(reader, "SELECT json FROM responses WHERE run = ?1");
    while (next(reader, row))
        reader->record->responses = text(reader, row, 0);
}

static void read_phases(struct reader *reader)
{
    struct record *record = reader->record;
    const uint32_t count = count_rows(reader, "SELECT count(*) FROM phase WHERE run = ?1");
    record->phases = room(reader, count, sizeof *record->phases);
    sqlite3_stmt *row = query(reader, "SELECT name, from_ns, to_ns, settle_ns, unfinished, ended FROM phase "
                                      "WHERE run = ?1 ORDER BY phase");
    while (next(reader, row) && record->phase_count < count) {
        struct record_phase *phase = &record->phases[record->phase_count++];
        *phase = (struct record_phase){.name = text(reader, row, 0),
                                       .from = sqlite3_column_int64(row, 1),
                                       .to = sqlite3_column_int64(row, 2),
                                       .settle = sqlite3_column_int64(row, 3),
                                       .open = sqlite3_column_int64(row, 4),
                                       .ended = sqlite3_column_int64(row, 5)};
        require(reader, phase->from >= 0 && phase->from < phase->to && phase->to <= record->until &&
                            phase->settle >= 0 && phase->settle < phase->to - phase->from);
    }
}

static void read_faults(struct reader *reader)
{
    struct record *record = reader->record;
    const uint32_t count = count_rows(reader, "SELECT count(*) FROM fault WHERE run = ?1");
    record->faults = room(reader, count, sizeof *record->faults);
    sqlite3_stmt *row = query(reader, "SELECT name, what, at_ns, until_ns FROM fault WHERE run = ?1 ORDER BY name");
    while (next(reader, row) && record->fault_count < count) {
        const bool lasts = sqlite3_column_type(row, 3) == SQLITE_NULL;
        record->faults[record->fault_count++] =
            (struct record_fault){text(reader, row, 0), text(reader, row, 1), sqlite3_column_int64(row, 2),
                                  lasts ? SIM_NEVER : sqlite3_column_int64(row, 3)};
    }
}

static void read_panel(struct reader *reader)
{
    struct record *record = reader->record;
    const uint32_t count = count_rows(reader, "SELECT count(*) FROM panel WHERE run = ?1 AND hidden = 0");
    const uint32_t all = count_rows(reader, "SELECT count(*) FROM panel WHERE run = ?1");
    uint32_t i = 0;
    record->items = room(reader, all, sizeof *record->items);
    sqlite3_stmt *row =
        query(reader, "SELECT key, title, reading, unit FROM panel WHERE run = ?1 ORDER BY hidden, item");
    while (next(reader, row) && i < all)
        record->items[i++] = (struct record_item){text(reader, row, 0), text(reader, row, 1), text(reader, row, 2),
                                                  text(reader, row, 3)};
    record->item_count = count;
    record->hidden_count = all - count;
    const size_t phases = record->phase_count;
    record->values = room(reader, phases * count, sizeof *record->values);
    row = query(reader, "SELECT phase, item, value, samples FROM reading WHERE run = ?1");
    while (next(reader, row)) {
        size_t phase = (size_t)sqlite3_column_int64(row, 0);
        size_t item = (size_t)sqlite3_column_int64(row, 1);
        if (phase < phases && item < count)
            record->values[phase * count + item] = value(row, 2);
    }
    record->bins = room(reader, (size_t)record->bin_count * count, sizeof *record->bins);
    row = query(reader, "SELECT bin, item, value, samples FROM bin WHERE run = ?1");
    while (next(reader, row)) {
        size_t bin = (size_t)sqlite3_column_int64(row, 0);
        size_t item = (size_t)sqlite3_column_int64(row, 1);
        if (bin < record->bin_count && item < count)
            record->bins[item * record->bin_count + bin] = value(row, 2);
    }
}

static enum verdict verdict_of(const char *name)
{
    for (int verdict = VERDICT_HOLDS; verdict < VERDICT_NO_DATA; verdict++) {
        if (strcmp(verdict_name((enum verdict)verdict), name) == 0)
            return (enum verdict)verdict;
    }
    return VERDICT_NO_DATA;
}

static enum expect_form form_of(const char *name)
{
    enum expect_form form = EXPECT_DURING;
    while (form + 1 < EXPECT_FORMS && strcmp(expect_form_name(form), name) != 0)
        form++;
    return form;
}

/* A time that NULL stands for when there is none. */
static sim_ns time_or_none(sqlite3_stmt *statement, int column)
{
    return sqlite3_column_type(statement, column) == SQLITE_NULL ? -1 : sqlite3_column_int64(statement, column);
}

static void read_verdict_windows(struct reader *reader)
{
    struct record *record = reader->record;
    sqlite3_stmt *row =
        query(reader, "SELECT verdict, instant, at_ns, within_ns, from_ns, to_ns, step_ns, count, bad, empty, "
                      "first_bad_ns, worst, worst_ns FROM verdict_windows WHERE run = ?1");
    while (next(reader, row)) {
        const int64_t index = sqlite3_column_int64(row, 0);
        require(reader, index >= 0 && index < (int64_t)record->verdict_count);
        if (reader->failed)
            continue;
        struct record_verdict *verdict = &record->verdicts[index];
        verdict->instant = optional_text(reader, row, 1);
        verdict->at = sqlite3_column_int64(row, 2);
        verdict->within = sqlite3_column_int64(row, 3);
        verdict->windows = (struct expect_windows){.from = sqlite3_column_int64(row, 4),
                                                   .to = sqlite3_column_int64(row, 5),
                                                   .step = sqlite3_column_int64(row, 6),
                                                   .count = sqlite3_column_int64(row, 7),
                                                   .bad = sqlite3_column_int64(row, 8),
                                                   .empty = sqlite3_column_int64(row, 9),
                                                   .first_bad = time_or_none(row, 10),
                                                   .has_worst = sqlite3_column_type(row, 11) != SQLITE_NULL,
                                                   .worst = real_or(row, 11, 0),
                                                   .worst_at = time_or_none(row, 12)};
    }
    for (uint32_t i = 0; i < record->verdict_count && !reader->failed; i++)
        require(reader, record->verdicts[i].form != EXPECT_WITHIN || record->verdicts[i].instant != NULL);
}

static void read_verdicts(struct reader *reader)
{
    struct record *record = reader->record;
    const uint32_t count = count_rows(reader, "SELECT count(*) FROM verdict WHERE run = ?1");
    record->verdicts = room(reader, count, sizeof *record->verdicts);
    sqlite3_stmt *row =
        query(reader, "SELECT name, phase, item, min, max, above_min, below_max, value, samples, result, form, "
                      "state "
                      "FROM verdict WHERE run = ?1 ORDER BY verdict");
    while (next(reader, row) && record->verdict_count < count) {
        struct record_verdict *verdict = &record->verdicts[record->verdict_count++];
        verdict->name = optional_text(reader, row, 0);
        verdict->phase = (uint32_t)sqlite3_column_int64(row, 1);
        verdict->item = (uint32_t)sqlite3_column_int64(row, 2);
        verdict->min = real_or(row, 3, (double)-INFINITY);
        verdict->max = real_or(row, 4, (double)INFINITY);
        verdict->above_min = sqlite3_column_int(row, 5) != 0;
        verdict->below_max = sqlite3_column_int(row, 6) != 0;
        verdict->value = value(row, 7);
        verdict->result = verdict_of(text(reader, row, 9));
        verdict->form = form_of(text(reader, row, 10));
        verdict->state = optional_text(reader, row, 11);
        if (verdict->form == EXPECT_WITHIN)
            verdict->phase = SCENARIO_NO_PHASE;
        require(reader, verdict->form == EXPECT_WITHIN || verdict->phase < record->phase_count);
        require(reader, verdict->item < record->item_count + record->hidden_count);
    }
    read_verdict_windows(reader);
}

struct record *store_get(const struct store *store, int64_t run)
{
    struct record *record = sim_xcalloc(1, sizeof *record);
    struct reader reader = {store, record, run, false};
    sim_arena_init(&record->arena);
    read_run(&reader);
    read_phases(&reader);
    read_responses(&reader);
    read_faults(&reader);
    read_panel(&reader);
    read_verdicts(&reader);
    if (!reader.failed && record->id != NULL)
        return record;
    (void)store_fail(store, "read the run");
    record_destroy(record);
    return NULL;
}
