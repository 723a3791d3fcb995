/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Evaluating the panel's percentiles as a dashboard would. */
#define _GNU_SOURCE /* asprintf */
#include "reports/as_prometheus.h"

#include "reports/as_prometheus_query.h"

#include "sim/units.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- which readings ---- */

/* 0.999 for 99.9, not 0.9990000000000001. */
static double as_fraction(double percent)
{
    char text[EXPORT_ROOM];
    (void)snprintf(text, sizeof text, "%.15g", percent / 100);
    return strtod(text, NULL);
}

/* Splits "gateway.latency.p95" or "sre-lab.cpu.wait.p99" and finds the histogram; NULL when it is no percentile. */
static const struct series *find_percentile(const struct series_list *list, const char *reading, double *q)
{
    char *copy = sim_xstrdup(reading);
    char *rest = copy;
    const char *words[4] = {NULL};
    size_t count = 0;
    /* A percentile may have decimals: what follows ".p" is one word. */
    char *percent = strstr(copy, ".p");
    for (char *next = percent; next != NULL; next = strstr(next + 1, ".p"))
        percent = next;
    const struct series *series = NULL;
    if (percent != NULL && sim_parse_number(percent + 2, q)) {
        *percent = '\0';
        while (rest != NULL && count < SIM_COUNT_OF(words))
            words[count++] = strsep(&rest, ".");
        if (count == 2 || count == 3)
            series = series_find(list, words[0], count == 3 ? words[1] : NULL, words[count - 1]);
    }
    *q = as_fraction(*q);
    free(copy);
    return series != NULL && series->kind == SIM_METRIC_HISTOGRAM ? series : NULL;
}

/* ---- evaluating ---- */

static double divide(double sum, size_t count)
{
    return count == 0 ? (double)NAN : sum / (double)count;
}

static void evaluate_phase(struct as_prometheus *as, struct as_prometheus_phase *phase, double q,
                           const struct scraped *scraped)
{
    const sim_ns from = phase->phase->from + phase->phase->settle;
    const sim_ns length = phase->phase->to - from;
    double sum = 0;
    sim_assert(length >= 0);
    phase->max = phase->last = (double)NAN;
    phase->step_count = (size_t)(length / AS_PROMETHEUS_STEP) + 1;
    phase->steps = sim_arena_alloc(&as->arena, phase->step_count * sizeof *phase->steps);
    phase->whole = prometheus_quantile_at(q, scraped, as->bounds, phase->phase->to, length);
    for (size_t i = 0; i < phase->step_count; i++) {
        const double value =
            prometheus_quantile_at(q, scraped, as->bounds, from + AS_PROMETHEUS_STEP * (sim_ns)i, AS_PROMETHEUS_RANGE);
        phase->steps[i] = value;
        if (isnan(value))
            continue;
        sum += value;
        phase->max = phase->data_count == 0 || value > phase->max ? value : phase->max;
        phase->last = value;
        phase->data_count++;
    }
    phase->mean = divide(sum, phase->data_count);
}

static const char *query_text(struct as_prometheus *as, const struct series *series, double q)
{
    char number[EXPORT_ROOM];
    char *text = NULL;
    int length =
        asprintf(&text, "histogram_quantile(%s, sum by (le) (rate(simex_%s_seconds_bucket{node=\"%s\"%s%s%s}[60s])))",
                 sim_format_number(number, sizeof number, q), series->metric, series->node,
                 series->part == NULL ? "" : ",part=\"", series->part == NULL ? "" : series->part,
                 series->part == NULL ? "" : "\"");
    sim_assert(length > 0);
    const char *kept = sim_arena_strdup(&as->arena, text);
    free(text);
    return kept;
}

static bool evaluate(struct as_prometheus *as, const struct export_run *run, uint32_t item, const struct series *series,
                     double q)
{
    const struct record *record = run->record;
    struct scraped scraped;
    struct as_prometheus_reading *reading = &as->readings[as->count++];
    *reading = (struct as_prometheus_reading){.item = &record->items[item], .q = q};
    reading->query = query_text(as, series, q);
    reading->phases = sim_arena_alloc(&as->arena, (record->phase_count + 1) * sizeof *reading->phases);
    bool fine = scraped_read(&scraped, run->store, series, record, as->bounds);
    for (uint32_t i = 0; i < record->phase_count && fine; i++) {
        reading->phases[i] = (struct as_prometheus_phase){
            .phase = &record->phases[i], .exact = record->values[(size_t)i * record->item_count + item]};
        evaluate_phase(as, &reading->phases[i], q, &scraped);
    }
    scraped_fini(&scraped);
    return fine;
}

bool as_prometheus_init(struct as_prometheus *as, const struct export_run *run, const struct openmetrics_bounds *bounds)
{
    const struct record *record = run->record;
    bool fine = true;
    *as = (struct as_prometheus){.record = record, .bounds = bounds};
    sim_arena_init(&as->arena);
    as->readings = sim_arena_alloc(&as->arena, (record->item_count + 1) * sizeof *as->readings);
    for (uint32_t item = 0; item < record->item_count && fine; item++) {
        double q = 0;
        const struct series *series = find_percentile(&run->list, record->items[item].reading, &q);
        if (series != NULL)
            fine = evaluate(as, run, item, series, q);
    }
    return fine;
}

void as_prometheus_fini(struct as_prometheus *as)
{
    sim_arena_fini(&as->arena);
    *as = (struct as_prometheus){0};
}
