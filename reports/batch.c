/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Workers take the next cell, run it with a spool of its own, and put it into its slot; the writer, which is the calling
 * thread, waits for the slots in order. A worker does not run further ahead of the writer than AHEAD cells a worker, so
 * memory and temporary files are bounded. */
#include "reports/batch.h"

#include "reports/command.h"
#include "reports/simulate.h"
#include "reports/terminal.h"

#include <errno.h>
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_statistics_double.h>
#include <inttypes.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { AHEAD = 2 };

enum slot_state { SLOT_WAITS, SLOT_DONE };

struct slot {
    enum slot_state state;
    struct cell *cell; /* NULL: it could not be built */
    struct spool spool;
    struct json_errors errors;
    bool ended;
    int spool_error;
};

struct crew {
    struct batch *batch;
    bool stores;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct slot *slots;
    size_t count, next, written;
    bool stop;
};

/* ---- workers ---- */

static bool poll_stop(void *context, const struct sim *sim)
{
    (void)sim;
    struct crew *crew = context;
    (void)pthread_mutex_lock(&crew->lock);
    bool stop = crew->stop || interrupt_code() != 0;
    (void)pthread_mutex_unlock(&crew->lock);
    return !stop;
}

static void work_on(struct crew *crew, size_t index)
{
    const struct batch *batch = crew->batch;
    const size_t seeds = crew->count / batch->scenario_count;
    struct slot *slot = &crew->slots[index];
    json_errors_init(&slot->errors);
    slot->cell = cell_build(batch->scenarios[index / seeds], batch->options->overrides, batch->options->override_count,
                            batch->seed_first + index % seeds, &slot->errors);
    if (slot->cell == NULL)
        return;
    if (crew->stores && !spool_init(&slot->spool, slot->cell->sim, slot->cell->window))
        slot->spool_error = errno;
    else
        slot->ended = cell_run(slot->cell, poll_stop, crew);
}

static void *work(void *argument)
{
    struct crew *crew = argument;
    (void)pthread_mutex_lock(&crew->lock);
    while (!crew->stop && crew->next < crew->count) {
        if (crew->next >= crew->written + (size_t)AHEAD * crew->batch->jobs) {
            (void)pthread_cond_wait(&crew->changed, &crew->lock);
            continue;
        }
        size_t index = crew->next++;
        (void)pthread_mutex_unlock(&crew->lock);
        work_on(crew, index);
        (void)pthread_mutex_lock(&crew->lock);
        crew->slots[index].state = SLOT_DONE;
        (void)pthread_cond_broadcast(&crew->changed);
    }
    (void)pthread_mutex_unlock(&crew->lock);
    return NULL;
}

/* ---- the writer ---- */

static void print_progress(const struct crew *crew, double begun)
{
    if (!isatty(STDERR_FILENO) || crew->written == 0)
        return;
    double took = wall_seconds() - begun;
    double left = took / (double)crew->written * (double)(crew->count - crew->written);
    (void)fprintf(stderr, "\r%zu of %zu runs, %.0f s left\033[K", crew->written, crew->count, left);
    if (crew->written == crew->count)
        (void)fprintf(stderr, "\r\033[K");
    (void)fflush(stderr);
}

static void report_failure(const struct crew *crew, size_t index, const struct slot *slot, int *code)
{
    const size_t seeds = crew->count / crew->batch->scenario_count;
    (void)fprintf(stderr, "simex: %s, seed %" PRIu64 ":\n", crew->batch->scenarios[index / seeds]->name,
                  crew->batch->seed_first + index % seeds);
    if (slot->cell == NULL) {
        json_errors_print(&slot->errors, stderr);
        *code = worse_exit(*code, EXIT_BAD_SCENARIO);
    } else if (slot->spool_error != 0) {
        (void)fprintf(stderr, "simex: cannot make a temporary file: %s\n", strerror(slot->spool_error));
        *code = worse_exit(*code, EXIT_CANT_CREATE);
    } else {
        *code = worse_exit(*code, simulate_stopped(slot->cell));
    }
}

/* Takes what a worker left in a slot into the store and the batch. */
static void write_slot(struct crew *crew, struct store *store, size_t index, int *code)
{
    struct batch *batch = crew->batch;
    struct slot *slot = &crew->slots[index];
    if (slot->ended) {
        struct record *record = record_of_cell(slot->cell, batch->options->overrides, batch->options->override_count);
        if (crew->stores)
            *code = worse_exit(*code, store_put(store, record, slot->cell->sim, &slot->spool));
        if (!record_holds(record))
            *code = worse_exit(*code, EXIT_VERDICT);
        batch->records[index] = record;
    } else {
        report_failure(crew, index, slot, code);
    }
    spool_fini(&slot->spool);
    cell_destroy(slot->cell);
    json_errors_fini(&slot->errors);
}

static bool must_stop(int code)
{
    return interrupt_code() != 0 || code == EXIT_IO || code == EXIT_CANT_CREATE || code == EXIT_INTERNAL;
}

static int write_all(struct crew *crew, struct store *store)
{
    int code = EXIT_FINE;
    const double begun = wall_seconds();
    for (size_t index = 0; index < crew->count; index++) {
        (void)pthread_mutex_lock(&crew->lock);
        while (crew->slots[index].state != SLOT_DONE && (!crew->stop || index < crew->next))
            (void)pthread_cond_wait(&crew->changed, &crew->lock);
        bool done = crew->slots[index].state == SLOT_DONE;
        (void)pthread_mutex_unlock(&crew->lock);
        if (!done)
            break;
        write_slot(crew, store, index, &code);
        (void)pthread_mutex_lock(&crew->lock);
        crew->written = index + 1;
        crew->stop = crew->stop || must_stop(code);
        (void)pthread_cond_broadcast(&crew->changed);
        (void)pthread_mutex_unlock(&crew->lock);
        print_progress(crew, begun);
    }
    return code;
}

static int run_crew(struct batch *batch, struct store *store)
{
    struct crew crew = {.batch = batch, .stores = store->db != NULL, .count = batch->record_count};
    pthread_t *threads = sim_xcalloc(batch->jobs, sizeof *threads);
    unsigned started = 0;
    crew.slots = sim_xcalloc(crew.count + 1, sizeof *crew.slots);
    (void)pthread_mutex_init(&crew.lock, NULL);
    (void)pthread_cond_init(&crew.changed, NULL);
    interrupt_watch();
    while (started < batch->jobs && pthread_create(&threads[started], NULL, work, &crew) == 0)
        started++;
    sim_assert(started > 0);
    int code = write_all(&crew, store);
    for (unsigned i = 0; i < started; i++)
        (void)pthread_join(threads[i], NULL);
    (void)pthread_cond_destroy(&crew.changed);
    (void)pthread_mutex_destroy(&crew.lock);
    free(crew.slots);
    free(threads);
    return code;
}

int batch_run(struct batch *batch)
{
    struct store store;
    const uint64_t seeds = batch->seed_last - batch->seed_first + 1;
    batch->record_count = (size_t)seeds * batch->scenario_count;
    batch->records = sim_xcalloc(batch->record_count + 1, sizeof(struct record *));
    int code = simulate_open_store(&store, batch->options);
    if (code == EXIT_FINE)
        code = run_crew(batch, &store);
    store_close(&store);
    return code;
}

void batch_fini(struct batch *batch)
{
    for (size_t i = 0; i < batch->record_count; i++)
        record_destroy(batch->records[i]);
    free(batch->records);
    batch->records = NULL;
    batch->record_count = 0;
}

/* ---- statistics ---- */

struct batch_reading batch_summarise(struct record *const *records, size_t count, uint32_t phase, uint32_t item)
{
    struct batch_reading result = {0, 0, 0, 0, 0};
    double *values = sim_xcalloc(count + 1, sizeof *values);
    const double upper = 0.975;
    bool ratio = false;
    for (size_t i = 0; i < count; i++) {
        const struct record *record = records[i];
        if (record == NULL || !record->values[(size_t)phase * record->item_count + item].has_data)
            continue;
        ratio = strcmp(record->items[item].unit, "1") == 0;
        values[result.count++] = record->values[(size_t)phase * record->item_count + item].value;
    }
    if (result.count > 0)
        result.mean = result.low = result.high = gsl_stats_mean(values, 1, result.count);
    if (result.count > 1) {
        result.sd = gsl_stats_sd_m(values, 1, result.count, result.mean);
        double half = gsl_cdf_tdist_Pinv(upper, (double)result.count - 1) * result.sd / sqrt((double)result.count);
        result.low = result.mean - half;
        result.high = result.mean + half;
        if (ratio) { /* no ratio of what there is lies outside 0..1 */
            result.low = result.low < 0 ? 0 : result.low;
            result.high = result.high > 1 ? 1 : result.high;
        }
    }
    free(values);
    return result;
}
