/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Latency, errors and throughput: measures of the node that answers the clients. */
#include "plots/derive.h"

#include "models/http.h"

#include <stdio.h>
#include <stdlib.h>

static double *read_front(struct derivation *derivation, uint32_t run, const char *metric)
{
    const char *front = derivation->plot->runs[run].front;
    return front == NULL ? NULL : bins_read(derivation->plot, run, front, NULL, metric, &derivation->fine);
}

void derive_latency(struct derivation *derivation, uint32_t run)
{
    static const struct {
        const char *label, *column;
        double p;
        int colour, dash;
    } percentiles[] = {
        {"P50", "latency_p50_s", 50, 0, 0}, {"P95", "latency_p95_s", 95, 1, 0}, {"P99", "latency_p99_s", 99, 6, 1}};
    const struct plot *plot = derivation->plot;
    const struct plot_run *it = &plot->runs[run];
    const struct series *series = it->front == NULL ? NULL : series_find(&it->series, it->front, NULL, "latency");
    struct series_bins bins;
    if (series == NULL || series->kind != SIM_METRIC_HISTOGRAM)
        return;
    if (!series_bin(plot->store, series, it->record->window, plot->bin, it->record->until, &bins))
        derivation->fine = false;
    for (size_t i = 0; i < SIM_COUNT_OF(percentiles); i++) {
        double *values = bins_empty(plot);
        for (size_t b = 0; b < bins.count; b++) {
            if (bins.hists[b].count > 0)
                values[b] = sim_ns_to_s(sim_hist_percentile(&bins.hists[b], percentiles[i].p));
        }
        struct measure *measure = derive_put(derivation, run, percentiles[i].column, percentiles[i].label, values);
        if (measure == NULL)
            continue;
        measure->overview = percentiles[i].p == 95;
        measure->colour = percentiles[i].colour;
        measure->dash = percentiles[i].dash;
    }
    series_bins_fini(&bins);
}

/* "TIMEOUT" as "timeout", the name of its counter. */
static void counter_name(char *out, size_t size, enum sim_status status)
{
    (void)snprintf(out, size, "%s", status == SIM_CANCELLED ? "abandoned" : sim_status_name(status));
    for (char *at = out; *at != '\0'; at++)
        *at = *at >= 'A' && *at <= 'Z' ? (char)(*at - 'A' + 'a') : *at;
}

static void derive_status(struct derivation *derivation, enum sim_status status, int colour)
{
    char name[32], column[LABEL_ROOM], label[LABEL_ROOM];
    double sum = 0;
    counter_name(name, sizeof name, status);
    (void)snprintf(column, sizeof column, "status_%d_ratio", http_status(status));
    (void)snprintf(label, sizeof label, "%d %s", http_status(status), sim_status_name(status));
    for (uint32_t r = 0; r < derivation->plot->run_count; r++) {
        double *counts = read_front(derivation, r, name);
        sum += bins_sum(derivation->plot, counts);
        free(counts);
    }
    for (uint32_t r = 0; sum > 0 && r < derivation->plot->run_count; r++) {
        double *share =
            bins_ratio(derivation->plot, read_front(derivation, r, name), read_front(derivation, r, "ended"));
        struct measure *measure = derive_put(derivation, r, column, label, share);
        if (measure == NULL)
            continue;
        measure->style = sim_status_is_error(status) ? STYLE_STACK : STYLE_LINE;
        measure->colour = colour;
        measure->overview = false;
    }
}

/* The shares of the statuses that occurred, stacked, below the share of all errors; those that are no errors (429, 499)
 * as lines. */
void derive_errors(struct derivation *derivation)
{
    static const struct {
        enum sim_status status;
        int colour;
    } statuses[] = {{SIM_TIMEOUT, 5}, {SIM_UNAVAILABLE, 4}, {SIM_REFUSED, 3},
                    {SIM_ERROR, 1},   {SIM_LIMITED, 2},     {SIM_CANCELLED, 0}};
    for (uint32_t r = 0; r < derivation->plot->run_count; r++) {
        double *share =
            bins_ratio(derivation->plot, read_front(derivation, r, "errors"), read_front(derivation, r, "ended"));
        struct measure *measure = derive_put(derivation, r, "error_ratio", "all errors", share);
        if (measure == NULL)
            continue;
        measure->style = STYLE_TOTAL;
        measure->colour = 6;
    }
    for (size_t i = 0; i < SIM_COUNT_OF(statuses); i++)
        derive_status(derivation, statuses[i].status, statuses[i].colour);
}

void derive_throughput(struct derivation *derivation, uint32_t run)
{
    const struct plot *plot = derivation->plot;
    double *ok = read_front(derivation, run, "ok");
    double *errors = read_front(derivation, run, "errors");
    double *other = bins_add(plot, read_front(derivation, run, "ended"), bins_copy(plot, ok), -1);
    other = bins_add(plot, other, bins_copy(plot, errors), -1);
    (void)derive_put(derivation, run, "ok_per_s", "ended OK", bins_rate(plot, run, ok));
    struct measure *measure =
        derive_put(derivation, run, "errors_per_s", "ended as error", bins_rate(plot, run, errors));
    if (measure != NULL)
        measure->overview = false;
    if (bins_sum(plot, other) <= 0) {
        free(other);
        return;
    }
    measure = derive_put(derivation, run, "others_per_s", "404, 429, 499", bins_rate(plot, run, other));
    if (measure != NULL)
        measure->overview = false;
}
