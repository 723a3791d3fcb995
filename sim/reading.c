/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Readings: `node.metric[.stat]` found and read. */
#include "sim/metric.h"
#include "sim/units.h"
#include "sim/world.h"

#include <stdio.h>
#include <string.h>

enum { READING_MAX = 200 };

static const struct {
    const char *name;
    enum sim_stat stat;
    unsigned kinds; /* bits of enum sim_metric_kind */
} stats[] = {
    {"mean", SIM_STAT_MEAN, 1u << SIM_METRIC_HISTOGRAM | 1u << SIM_METRIC_GAUGE},
    {"min", SIM_STAT_MIN, 1u << SIM_METRIC_HISTOGRAM | 1u << SIM_METRIC_GAUGE},
    {"max", SIM_STAT_MAX, 1u << SIM_METRIC_HISTOGRAM | 1u << SIM_METRIC_GAUGE},
    {"count", SIM_STAT_COUNT, 1u << SIM_METRIC_HISTOGRAM | 1u << SIM_METRIC_COUNTER},
    {"sum", SIM_STAT_SUM, 1u << SIM_METRIC_HISTOGRAM},
    {"rate", SIM_STAT_RATE, 1u << SIM_METRIC_COUNTER},
};

static const struct sim_metric *find_metric(const struct sim_metric *table, const char *name)
{
    for (const struct sim_metric *metric = table; metric != NULL && metric->name != NULL; metric++) {
        if (strcmp(metric->name, name) == 0)
            return metric;
    }
    return NULL;
}

static bool find_instrument(const struct sim *sim, const struct sim_reading *reading, const char *name, uint32_t *out)
{
    for (uint32_t i = 0; i < sim->instrument_count; i++) {
        const struct sim_instrument *instrument = &sim->instruments[i];
        if (instrument->node != reading->node || instrument->reason != NULL)
            continue;
        if ((instrument->part == NULL) != (reading->part == NULL))
            continue;
        if (reading->part != NULL && strcmp(instrument->part, reading->part) != 0)
            continue;
        if (strcmp(instrument->metric->name, name) != 0)
            continue;
        *out = i;
        return true;
    }
    return false;
}

static void find_terms(const struct sim *sim, struct sim_reading *reading)
{
    const struct sim_metric *metric = reading->metric;
    if (metric->kind != SIM_METRIC_RATIO) {
        sim_assert(find_instrument(sim, reading, metric->name, &reading->over[reading->over_count]));
        reading->over_count++;
        return;
    }
    for (size_t i = 0; i < SIM_RATIO_TERMS && metric->over[i] != NULL; i++)
        sim_assert(find_instrument(sim, reading, metric->over[i], &reading->over[reading->over_count++]));
    for (size_t i = 0; i < SIM_RATIO_TERMS && metric->under[i] != NULL; i++)
        sim_assert(find_instrument(sim, reading, metric->under[i], &reading->under[reading->under_count++]));
    reading->integrals = sim->instruments[reading->over[0]].metric->kind == SIM_METRIC_GAUGE;
}

static bool find_stat(struct sim_reading *reading, const char *text, struct sim_error *error)
{
    const enum sim_metric_kind kind = reading->metric->kind;
    if (text == NULL) {
        reading->stat = kind == SIM_METRIC_HISTOGRAM ? SIM_STAT_MEAN : SIM_STAT_VALUE;
        return true;
    }
    for (size_t i = 0; i < SIM_COUNT_OF(stats); i++) {
        if (strcmp(stats[i].name, text) != 0 || (stats[i].kinds >> kind & 1) == 0)
            continue;
        reading->stat = stats[i].stat;
        return true;
    }
    double p = 0;
    if (kind == SIM_METRIC_HISTOGRAM && text[0] == 'p' && sim_parse_number(text + 1, &p) && p > 0 && p <= 100) {
        reading->stat = SIM_STAT_PERCENTILE;
        reading->percentile = p;
        return true;
    }
    if (kind == SIM_METRIC_HISTOGRAM)
        return sim_fail(error, text, "want a statistic: p50, p95, p99 (any pN), mean, min, max, count or sum");
    if (kind == SIM_METRIC_GAUGE)
        return sim_fail(error, text, "want a statistic of a gauge: mean, min or max");
    if (kind == SIM_METRIC_COUNTER)
        return sim_fail(error, text, "want a statistic of a counter: count or rate");
    return sim_fail(error, text, "want no statistic after a ratio");
}

static void choose_unit(struct sim_reading *reading)
{
    if (reading->stat == SIM_STAT_RATE)
        reading->unit = "/s";
    else if (reading->stat == SIM_STAT_COUNT && reading->metric->kind == SIM_METRIC_HISTOGRAM)
        reading->unit = "samples";
    else
        reading->unit = reading->metric->unit;
}

/* Splits `rest` at its first dot: returns the first word, leaves the remainder (NULL: none). */
static char *take_word(char **rest)
{
    char *word = *rest;
    char *dot = word == NULL ? NULL : strchr(word, '.');
    if (dot != NULL)
        *dot++ = '\0';
    *rest = dot;
    return word;
}

static bool find_in_node(struct sim_reading *reading, char *rest, struct sim_error *error)
{
    struct sim_node *node = reading->node;
    const char *word = take_word(&rest);
    if (word == NULL || word[0] == '\0')
        return sim_fail(error, node->name, "want a metric after the node, such as %s.latency.p95", node->name);
    reading->metric = find_metric(sim_node_metrics, word);
    if (reading->metric == NULL)
        reading->metric = find_metric(node->type->metrics, word);
    const struct sim_part *part = node->type->parts;
    while (reading->metric == NULL && part != NULL && part->name != NULL && strcmp(part->name, word) != 0)
        part++;
    if (reading->metric == NULL && part != NULL && part->name != NULL && part->type->metrics != NULL) {
        reading->part = part->name;
        const char *name = take_word(&rest);
        reading->metric = name == NULL ? part->type->metrics : find_metric(part->type->metrics, name);
        word = name == NULL ? word : name;
    }
    if (reading->metric == NULL)
        return sim_fail(error, word, "want a metric of %s (see: simex describe %s)", node->name, node->type->name);
    return find_stat(reading, rest, error);
}

bool sim_reading_find(struct sim *sim, const char *text, struct sim_reading *reading, struct sim_error *error)
{
    char copy[READING_MAX];
    *reading = (struct sim_reading){0};
    if (strlen(text) >= sizeof copy)
        return sim_fail(error, text, "want a reading of at most %d characters", READING_MAX - 1);
    (void)snprintf(copy, sizeof copy, "%s", text);
    char *rest = copy;
    const char *name = take_word(&rest);
    reading->node = sim_find_node(sim, name);
    if (reading->node == NULL)
        return sim_fail(error, text, "want a reading of a node, such as \"gateway.latency.p95\"");
    if (!find_in_node(reading, rest, error))
        return false;
    if (sim->instruments != NULL)
        find_terms(sim, reading);
    choose_unit(reading);
    return true;
}

/* ---- reading ---- */

static sim_wide add_terms(const uint32_t *terms, uint32_t count, const struct sim_sample *samples, bool integrals)
{
    sim_wide sum = 0;
    for (uint32_t i = 0; i < count; i++)
        sum += integrals ? samples[terms[i]].integral : samples[terms[i]].count;
    return sum;
}

static struct sim_reading_value read_ratio(const struct sim_reading *reading, const struct sim_sample *samples)
{
    sim_wide over = add_terms(reading->over, reading->over_count, samples, reading->integrals);
    sim_wide under = add_terms(reading->under, reading->under_count, samples, reading->integrals);
    if (under == 0)
        return (struct sim_reading_value){0};
    int64_t count = reading->integrals ? samples[reading->over[0]].count + 1 : (int64_t)under;
    return (struct sim_reading_value){true, (double)over / (double)under, count};
}

static struct sim_reading_value read_histogram(const struct sim_reading *reading, const struct sim_hist *hist)
{
    struct sim_reading_value result = {hist->count > 0, 0, (int64_t)hist->count};
    if (reading->stat == SIM_STAT_COUNT) {
        result.has_data = true;
        result.value = (double)hist->count;
        return result;
    }
    if (hist->count == 0)
        return result;
    switch (reading->stat) {
    case SIM_STAT_PERCENTILE:
        result.value = sim_ns_to_s(sim_hist_percentile(hist, reading->percentile));
        break;
    case SIM_STAT_MIN:
        result.value = sim_ns_to_s(hist->min);
        break;
    case SIM_STAT_MAX:
        result.value = sim_ns_to_s(hist->max);
        break;
    case SIM_STAT_SUM:
        result.value = (double)hist->sum / 1e9;
        break;
    default:
        result.value = sim_hist_mean(hist) / 1e9;
        break;
    }
    return result;
}

struct sim_reading_value sim_reading_read(const struct sim_reading *reading, const struct sim_sample *samples,
                                          sim_ns seen)
{
    const enum sim_metric_kind kind = reading->metric->kind;
    if (seen == 0)
        return (struct sim_reading_value){0};
    if (kind == SIM_METRIC_RATIO)
        return read_ratio(reading, samples);
    const struct sim_sample *sample = &samples[reading->over[0]];
    if (kind == SIM_METRIC_HISTOGRAM)
        return read_histogram(reading, sample->hist);
    if (kind == SIM_METRIC_COUNTER) {
        double value = (double)sample->count;
        if (reading->stat == SIM_STAT_RATE)
            value /= sim_ns_to_s(seen);
        return (struct sim_reading_value){true, value, sample->count};
    }
    struct sim_reading_value result = {true, 0, sample->count + 1};
    if (reading->stat == SIM_STAT_MIN)
        result.value = (double)sample->low;
    else if (reading->stat == SIM_STAT_MAX)
        result.value = (double)sample->high;
    else
        result.value = (double)sample->integral / (double)seen;
    return result;
}
