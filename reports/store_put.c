/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Storing a run: one transaction, bound parameters only. */
#include "reports/command.h"
#include "reports/store_sql.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A statement that is used again and again. Bind in order, then `done`. */
struct insert {
    sqlite3 *db;
    sqlite3_stmt *statement;
    int next;
    bool failed;
};

static struct insert prepare(const struct store *store, const char *sql)
{
    struct insert insert = {.db = store->db, .next = 1};
    insert.failed = sqlite3_prepare_v2(store->db, sql, -1, &insert.statement, NULL) != SQLITE_OK;
    return insert;
}

static void put_int(struct insert *insert, int64_t value)
{
    if (!insert->failed)
        insert->failed = sqlite3_bind_int64(insert->statement, insert->next++, value) != SQLITE_OK;
}

static void put_text(struct insert *insert, const char *text)
{
    if (!insert->failed)
        insert->failed = sqlite3_bind_text(insert->statement, insert->next++, text, -1, SQLITE_STATIC) != SQLITE_OK;
}

/* NaN and the infinities are stored as NULL. */
static void put_real(struct insert *insert, double value)
{
    if (!insert->failed && isfinite(value))
        insert->failed = sqlite3_bind_double(insert->statement, insert->next, value) != SQLITE_OK;
    insert->next++;
}

static void put_blob(struct insert *insert, const void *bytes, size_t count)
{
    if (!insert->failed)
        insert->failed =
            sqlite3_bind_blob(insert->statement, insert->next++, bytes, (int)count, SQLITE_STATIC) != SQLITE_OK;
}

static void done(struct insert *insert)
{
    if (insert->failed)
        return;
    insert->failed = sqlite3_step(insert->statement) != SQLITE_DONE;
    (void)sqlite3_reset(insert->statement);
    (void)sqlite3_clear_bindings(insert->statement);
    insert->next = 1;
}

/* Whether all went well. */
static bool finish(struct insert *insert)
{
    (void)sqlite3_finalize(insert->statement);
    return !insert->failed;
}

/* ---- the record ---- */

static bool put_run(const struct store *store, const struct record *record)
{
    char seed[24], fingerprint[20];
    struct insert insert =
        prepare(store, "INSERT INTO run (id, scenario, title, seed, version, model, fingerprint, events, "
                       "until_ns, window_ns, bins, source, overrides, canonical) "
                       "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    (void)snprintf(seed, sizeof seed, "%" PRIu64, record->seed);
    (void)snprintf(fingerprint, sizeof fingerprint, "%016" PRIx64, record->fingerprint);
    put_text(&insert, record->id);
    put_text(&insert, record->scenario);
    put_text(&insert, record->title);
    put_text(&insert, seed);
    put_text(&insert, record->version);
    put_text(&insert, record->model);
    put_text(&insert, fingerprint);
    put_int(&insert, (int64_t)record->events);
    put_int(&insert, record->until);
    put_int(&insert, record->window);
    put_int(&insert, record->bin_count);
    put_text(&insert, record->source);
    put_text(&insert, record->overrides);
    put_text(&insert, record->canonical);
    done(&insert);
    return finish(&insert);
}

static bool put_phases(const struct store *store, int64_t run, const struct record *record)
{
    struct insert insert = prepare(store, "INSERT INTO phase VALUES (?, ?, ?, ?, ?, ?, ?, ?)");
    for (uint32_t i = 0; i < record->phase_count; i++) {
        const struct record_phase *phase = &record->phases[i];
        put_int(&insert, run);
        put_int(&insert, i);
        put_text(&insert, phase->name);
        put_int(&insert, phase->from);
        put_int(&insert, phase->to);
        put_int(&insert, phase->settle);
        put_int(&insert, phase->open);
        put_int(&insert, phase->ended);
        done(&insert);
    }
    return finish(&insert);
}

static bool put_responses(const struct store *store, int64_t run, const struct record *record)
{
    struct insert insert = prepare(store, "INSERT INTO responses VALUES (?, ?)");
    if (record->responses != NULL) {
        put_int(&insert, run);
        put_text(&insert, record->responses);
        done(&insert);
    }
    return finish(&insert);
}

static bool put_faults(const struct store *store, int64_t run, const struct record *record)
{
    struct insert insert = prepare(store, "INSERT INTO fault VALUES (?, ?, ?, ?, nullif(?, ?))");
    for (uint32_t i = 0; i < record->fault_count; i++) {
        const struct record_fault *fault = &record->faults[i];
        put_int(&insert, run);
        put_text(&insert, fault->name);
        put_text(&insert, fault->what);
        put_int(&insert, fault->at);
        put_int(&insert, fault->until);
        put_int(&insert, SIM_NEVER);
        done(&insert);
    }
    return finish(&insert);
}

static void put_value(struct insert *insert, struct sim_reading_value value)
{
    put_real(insert, value.has_data ? value.value : (double)NAN);
    put_int(insert, value.samples);
}

/* `values` of `rows` per item: readings by phase, or by bin. */
static bool put_values(const struct store *store, const char *sql, int64_t run, uint32_t items, uint32_t rows,
                       const struct sim_reading_value *values, bool by_item)
{
    struct insert insert = prepare(store, sql);
    for (uint32_t item = 0; item < items; item++) {
        for (uint32_t row = 0; row < rows; row++) {
            put_int(&insert, run);
            put_int(&insert, item);
            put_int(&insert, row);
            put_value(&insert, values[by_item ? (size_t)item * rows + row : (size_t)row * items + item]);
            done(&insert);
        }
    }
    return finish(&insert);
}

static bool put_panel(const struct store *store, int64_t run, const struct record *record)
{
    struct insert insert = prepare(store, "INSERT INTO panel VALUES (?, ?, ?, ?, ?, ?, ?)");
    for (uint32_t i = 0; i < record->item_count + record->hidden_count; i++) {
        const struct record_item *item = &record->items[i];
        put_int(&insert, run);
        put_int(&insert, i);
        put_text(&insert, item->key);
        put_text(&insert, item->title);
        put_text(&insert, item->reading);
        put_text(&insert, item->unit);
        put_int(&insert, i >= record->item_count);
        done(&insert);
    }
    return finish(&insert) &&
           put_values(store, "INSERT INTO reading VALUES (?, ?, ?, ?, ?)", run, record->item_count, record->phase_count,
                      record->values, false) &&
           put_values(store, "INSERT INTO bin VALUES (?, ?, ?, ?, ?)", run, record->item_count, record->bin_count,
                      record->bins, true);
}

static bool put_verdict_windows(const struct store *store, int64_t run, const struct record *record)
{
    struct insert insert = prepare(store, "INSERT INTO verdict_windows VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, "
                                          "nullif(?, -1), ?, nullif(?, -1))");
    for (uint32_t i = 0; i < record->verdict_count; i++) {
        const struct record_verdict *verdict = &record->verdicts[i];
        const struct expect_windows *windows = &verdict->windows;
        if (verdict->form == EXPECT_DURING)
            continue;
        put_int(&insert, run);
        put_int(&insert, i);
        put_text(&insert, verdict->instant);
        put_int(&insert, verdict->at);
        put_int(&insert, verdict->within);
        put_int(&insert, windows->from);
        put_int(&insert, windows->to);
        put_int(&insert, windows->step);
        put_int(&insert, windows->count);
        put_int(&insert, windows->bad);
        put_int(&insert, windows->empty);
        put_int(&insert, windows->bad + windows->empty > 0 ? windows->first_bad : -1);
        put_real(&insert, windows->has_worst ? windows->worst : (double)NAN);
        put_int(&insert, windows->has_worst ? windows->worst_at : -1);
        done(&insert);
    }
    return finish(&insert);
}

static bool put_verdicts(const struct store *store, int64_t run, const struct record *record)
{
    struct insert insert = prepare(store, "INSERT INTO verdict VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    for (uint32_t i = 0; i < record->verdict_count; i++) {
        const struct record_verdict *verdict = &record->verdicts[i];
        put_int(&insert, run);
        put_int(&insert, i);
        put_text(&insert, verdict->name);
        put_int(&insert, verdict->phase == SCENARIO_NO_PHASE ? -1 : (int64_t)verdict->phase);
        put_int(&insert, verdict->item);
        put_real(&insert, verdict->min);
        put_real(&insert, verdict->max);
        put_int(&insert, verdict->above_min);
        put_int(&insert, verdict->below_max);
        put_value(&insert, verdict->value);
        put_text(&insert, verdict_name(verdict->result));
        put_text(&insert, expect_form_name(verdict->form));
        put_text(&insert, verdict->state);
        done(&insert);
    }
    return finish(&insert) && put_verdict_windows(store, run, record);
}

/* ---- windows ---- */

/* Fills the keys of the series by instrument; 0 for a reason that never came. */
static bool put_series(const struct store *store, int64_t run, const struct sim *sim, int64_t *keys)
{
    static const char *const kinds[] = {"counter", "gauge", "histogram"};
    struct insert insert = prepare(
        store,
        "INSERT INTO series (run, node, part, metric, kind, unit, status, reason) VALUES (?, ?, ?, ?, ?, ?, ?, ?)");
    for (uint32_t i = 0; i < sim->instrument_count; i++) {
        const struct sim_instrument *instrument = &sim->instruments[i];
        if (sim_instrument_label(instrument) == NULL)
            continue;
        put_int(&insert, run);
        put_text(&insert, instrument->node->name);
        put_text(&insert, instrument->part);
        put_text(&insert, instrument->metric->name);
        put_text(&insert, kinds[instrument->metric->kind]);
        put_text(&insert, instrument->metric->unit);
        put_text(&insert, instrument->reason == NULL ? NULL : sim_status_name(instrument->reason->status));
        put_text(&insert, instrument->reason == NULL ? NULL : instrument->reason->text);
        done(&insert);
        keys[i] = sqlite3_last_insert_rowid(store->db);
    }
    return finish(&insert);
}

struct inserts {
    struct insert counter, gauge, histogram;
};

static void put_histogram(struct insert *insert, const struct spool_point *point, const unsigned char *buckets)
{
    put_int(insert, point->count);
    put_int(insert, point->sum);
    put_int(insert, point->low);
    put_int(insert, point->high);
    put_int(insert, point->p50);
    put_int(insert, point->p95);
    put_int(insert, point->p99);
    put_blob(insert, buckets, point->bytes);
    done(insert);
}

static void put_point(struct inserts *inserts, const struct sim_instrument *instrument, int64_t key,
                      const struct spool_point *point, const unsigned char *buckets)
{
    const enum sim_metric_kind kind = instrument->metric->kind;
    struct insert *insert = kind == SIM_METRIC_COUNTER ? &inserts->counter
                            : kind == SIM_METRIC_GAUGE ? &inserts->gauge
                                                       : &inserts->histogram;
    put_int(insert, key);
    put_int(insert, point->t);
    if (kind == SIM_METRIC_HISTOGRAM) {
        put_histogram(insert, point, buckets);
        return;
    }
    if (kind == SIM_METRIC_GAUGE) {
        put_real(insert, point->mean);
        put_int(insert, point->low);
        put_int(insert, point->high);
        put_int(insert, point->last);
    }
    put_int(insert, point->count);
    done(insert);
}

static bool put_points(const struct store *store, const struct sim *sim, const int64_t *keys, struct spool *spool)
{
    struct inserts inserts = {
        prepare(store, "INSERT INTO counter_point VALUES (?, ?, ?)"),
        prepare(store, "INSERT INTO gauge_point VALUES (?, ?, ?, ?, ?, ?, ?)"),
        prepare(store, "INSERT INTO histogram_point VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"),
    };
    struct spool_point point;
    const unsigned char *buckets = NULL;
    /* The first failure ends it: SQLite may have rolled back, and what came after would be no part of a transaction. */
    while (!inserts.counter.failed && !inserts.gauge.failed && !inserts.histogram.failed &&
           spool_next(spool, &point, &buckets))
        put_point(&inserts, &sim->instruments[point.instrument], keys[point.instrument], &point, buckets);
    bool fine = finish(&inserts.counter);
    fine = finish(&inserts.gauge) && fine;
    return finish(&inserts.histogram) && fine;
}

static bool put_windows(const struct store *store, int64_t run, const struct sim *sim, struct spool *spool)
{
    int64_t *keys = sim_xcalloc((size_t)sim->instrument_count + 1, sizeof *keys);
    bool fine = put_series(store, run, sim, keys) && put_points(store, sim, keys, spool);
    free(keys);
    return fine;
}

/* ---- all of it ---- */

static bool note_recent(const struct store *store, int64_t run)
{
    struct insert insert = prepare(store, "INSERT OR REPLACE INTO recent VALUES (1, ?)");
    put_int(&insert, run);
    done(&insert);
    return finish(&insert);
}

/* The key of an equal run, 0 when there is none; *differs when its fingerprint is another. */
static bool find_equal(const struct store *store, const struct record *record, int64_t *run, bool *differs)
{
    char fingerprint[20];
    struct insert select = prepare(store, "SELECT run, fingerprint <> ? FROM run WHERE id = ?");
    (void)snprintf(fingerprint, sizeof fingerprint, "%016" PRIx64, record->fingerprint);
    put_text(&select, fingerprint);
    put_text(&select, record->id);
    int step = select.failed ? SQLITE_ERROR : sqlite3_step(select.statement);
    *run = step == SQLITE_ROW ? sqlite3_column_int64(select.statement, 0) : 0;
    *differs = step == SQLITE_ROW && sqlite3_column_int(select.statement, 1) != 0;
    select.failed = step != SQLITE_ROW && step != SQLITE_DONE;
    return finish(&select);
}

static bool put_all(const struct store *store, const struct record *record, const struct sim *sim, struct spool *spool)
{
    if (!put_run(store, record))
        return false;
    const int64_t run = sqlite3_last_insert_rowid(store->db);
    return put_phases(store, run, record) && put_faults(store, run, record) && put_responses(store, run, record) &&
           put_panel(store, run, record) && put_verdicts(store, run, record) && put_windows(store, run, sim, spool) &&
           note_recent(store, run);
}

static int refuse_spool(const struct spool *spool)
{
    (void)fprintf(stderr, "simex: cannot keep the run's windows in a temporary file: %s; nothing stored\n",
                  strerror(spool->error));
    return EXIT_IO;
}

static int refuse_difference(const struct store *store, const struct record *record)
{
    (void)fprintf(stderr,
                  "simex: internal error: %s holds run %s with another fingerprint than %016" PRIx64
                  ": the same build, scenario and seed came out otherwise\n",
                  store->path, record->id, record->fingerprint);
    return EXIT_INTERNAL;
}

int store_put(struct store *store, const struct record *record, const struct sim *sim, struct spool *spool)
{
    int64_t equal = 0;
    bool differs = false;
    if (!spool_rewind(spool))
        return refuse_spool(spool);
    if (!store_exec(store, "BEGIN IMMEDIATE"))
        return store_fail(store, "write");
    bool fine = find_equal(store, record, &equal, &differs);
    if (fine && equal == 0)
        fine = put_all(store, record, sim, spool);
    else if (fine && !differs)
        fine = note_recent(store, equal);
    if (fine && !differs && !spool->failed && store_exec(store, "COMMIT"))
        return 0;
    int code = differs         ? refuse_difference(store, record)
               : spool->failed ? refuse_spool(spool)
                               : store_fail(store, "store the run");
    (void)store_exec(store, "ROLLBACK");
    return code;
}
