/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Workers take the next cell; every cell has a slot of its own, so nothing depends on their order. Arrivals and keys are
 * common to variants with the same seed (design: common random numbers), other draws align only until behaviours part:
 * so intervals come from the observed paired differences. */
#include "reports/experiment.h"

#include "reports/command.h"
#include "reports/simulate.h"
#include "reports/terminal.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_statistics_double.h>
#include <inttypes.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct crew {
    struct experiment *experiment;
    pthread_mutex_t lock;
    size_t next, count;
    int code;
    bool *complained; /* a variant */
};

static void complain(struct crew *crew, size_t index, const struct cell *cell, const struct json_errors *errors)
{
    const struct experiment *experiment = crew->experiment;
    const size_t variant = index / experiment->replications;
    int code = EXIT_BAD_SCENARIO;
    (void)pthread_mutex_lock(&crew->lock);
    if (!crew->complained[variant] && interrupt_code() == 0)
        (void)fprintf(stderr, "simex: %s, seed %" PRIu64 ":\n", experiment->variants[variant].title,
                      experiment->seed + index % experiment->replications);
    if (cell == NULL && !crew->complained[variant])
        json_errors_print(errors, stderr);
    else if (cell != NULL && (!crew->complained[variant] || interrupt_code() != 0))
        code = simulate_stopped(cell);
    crew->complained[variant] = true;
    crew->code = worse_exit(crew->code, code);
    (void)pthread_mutex_unlock(&crew->lock);
}

static void run_one(struct crew *crew, size_t index)
{
    struct experiment *experiment = crew->experiment;
    const struct variant *variant = &experiment->variants[index / experiment->replications];
    struct json_errors errors;
    json_errors_init(&errors);
    struct cell *cell = cell_build(variant->scenario, variant->overrides, variant->override_count,
                                   experiment->seed + index % experiment->replications, &errors);
    if (cell != NULL && experiment->prepare != NULL)
        experiment->prepare(experiment->context, cell, index);
    if (cell == NULL || !cell_run(cell, interrupt_poll, NULL)) {
        complain(crew, index, cell, &errors);
    } else {
        experiment->records[index] = record_of_cell(cell, variant->overrides, variant->override_count);
        if (experiment->ended != NULL)
            experiment->ended(experiment->context, cell, index);
    }
    cell_destroy(cell);
    json_errors_fini(&errors);
}

static void *work(void *argument)
{
    struct crew *crew = argument;
    for (;;) {
        (void)pthread_mutex_lock(&crew->lock);
        const size_t index = crew->next < crew->count && interrupt_code() == 0 ? crew->next++ : crew->count;
        (void)pthread_mutex_unlock(&crew->lock);
        if (index == crew->count)
            return NULL;
        run_one(crew, index);
    }
}

int experiment_run(struct experiment *experiment)
{
    struct crew crew = {.experiment = experiment, .count = experiment->variant_count * experiment->replications};
    const long cores = sysconf(_SC_NPROCESSORS_ONLN);
    size_t jobs = experiment->jobs > 0 ? experiment->jobs : cores > 0 ? (size_t)cores : 1;
    jobs = jobs < crew.count ? jobs : crew.count;
    pthread_t *threads = sim_xcalloc(jobs + 1, sizeof *threads);
    size_t started = 0;
    crew.complained = sim_xcalloc(experiment->variant_count + 1, sizeof *crew.complained);
    experiment->records = sim_xcalloc(crew.count + 1, sizeof(struct record *));
    (void)pthread_mutex_init(&crew.lock, NULL);
    interrupt_watch();
    while (started < jobs && pthread_create(&threads[started], NULL, work, &crew) == 0)
        started++;
    sim_assert(started > 0 || crew.count == 0);
    for (size_t i = 0; i < started; i++)
        (void)pthread_join(threads[i], NULL);
    (void)pthread_mutex_destroy(&crew.lock);
    free(crew.complained);
    free(threads);
    return interrupt_code() != 0 ? interrupt_code() : crew.code;
}

void experiment_fini(struct experiment *experiment)
{
    const size_t count = experiment->records == NULL ? 0 : experiment->variant_count * experiment->replications;
    for (size_t i = 0; i < count; i++)
        record_destroy(experiment->records[i]);
    free(experiment->records);
    experiment->records = NULL;
}

/* ---- readings and statistics ---- */

struct estimate estimate_of(const double *values, size_t count)
{
    const double upper = 0.975;
    struct estimate result = {.count = count};
    if (count == 0)
        return result;
    result.mean = result.low = result.high = gsl_stats_mean(values, 1, count);
    if (count == 1)
        return result;
    result.sd = gsl_stats_sd_m(values, 1, count, result.mean);
    const double half = gsl_cdf_tdist_Pinv(upper, (double)count - 1) * result.sd / sqrt((double)count);
    result.low = result.mean - half;
    result.high = result.mean + half;
    return result;
}

/* The reading of a variant, or with a base the difference to it. */
static struct estimate estimate(const struct experiment *experiment, const size_t *base, size_t variant,
                                const char *phase, const char *key)
{
    double *values = sim_xcalloc(experiment->replications + 1, sizeof *values);
    size_t count = 0;
    bool identical = true;
    for (size_t i = 0; i < experiment->replications; i++) {
        const struct record *record = experiment_record(experiment, variant, i);
        const struct record *other = base == NULL ? NULL : experiment_record(experiment, *base, i);
        if (record == NULL || (base != NULL && other == NULL))
            continue;
        const struct sim_reading_value value = record_reading(record, phase, key);
        struct sim_reading_value before = {.has_data = true};
        if (other != NULL)
            before = record_reading(other, phase, key);
        if (!value.has_data || !before.has_data)
            continue;
        values[count] = value.value - before.value;
        identical = identical && !(values[count] < 0) && !(values[count] > 0);
        count++;
    }
    struct estimate result = estimate_of(values, count);
    result.identical = base != NULL && count > 0 && identical;
    free(values);
    return result;
}

struct estimate experiment_value(const struct experiment *experiment, size_t variant, const char *phase,
                                 const char *key)
{
    return estimate(experiment, NULL, variant, phase, key);
}

struct estimate experiment_change(const struct experiment *experiment, size_t base, size_t variant, const char *phase,
                                  const char *key)
{
    return estimate(experiment, &base, variant, phase, key);
}
