/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The list of instruments and the cut. Invariants: instruments are in the order of node names, then: the metrics of
 * every node, the reasons, the type's, the parts'; an interval is open in a slice exactly when it spans the whole of it,
 * because every edge of an interval is a cut. */
#include "sim/metric.h"

#include "sim/world.h"

#include <stdlib.h>

void sim_gauge_start(struct sim_gauge *gauge, sim_ns now, int64_t value)
{
    *gauge = (struct sim_gauge){.value = value, .since = now, .low = INT64_MAX, .high = INT64_MIN};
}

/* ---- building ---- */

static void add_instrument(struct sim *sim, struct sim_instrument instrument)
{
    if (sim->instruments != NULL)
        sim->instruments[sim->instrument_count] = instrument;
    sim->instrument_count++;
}

static void add_table(struct sim *sim, struct sim_node *node, const char *part, void *base,
                      const struct sim_metric *table)
{
    for (const struct sim_metric *metric = table; metric != NULL && metric->name != NULL; metric++) {
        void *field = metric->kind == SIM_METRIC_RATIO ? NULL : (char *)base + metric->offset;
        if (field == NULL)
            continue;
        add_instrument(sim, (struct sim_instrument){.node = node, .part = part, .metric = metric, .field = field});
    }
}

static const struct sim_metric reason_metric = {
    .name = "reason", .kind = SIM_METRIC_COUNTER, .unit = "calls", .help = "calls that ended for a reason"};

static void add_all(struct sim *sim)
{
    sim->instrument_count = 0;
    for (uint32_t i = 0; i < sim->node_count; i++) {
        struct sim_node *node = sim->nodes[i];
        add_table(sim, node, NULL, node, sim_node_metrics);
        for (uint32_t r = 0; r < SIM_REASONS; r++)
            add_instrument(sim, (struct sim_instrument){.node = node,
                                                        .metric = &reason_metric,
                                                        .field = &node->reasons[r].count,
                                                        .reason = &node->reasons[r]});
        add_table(sim, node, NULL, node, node->type->metrics);
        for (const struct sim_part *part = node->type->parts; part != NULL && part->name != NULL; part++)
            add_table(sim, node, part->name, (char *)node + part->offset, part->type->metrics);
    }
}

static struct sim_sample *make_samples(const struct sim *sim)
{
    struct sim_sample *samples = sim_xcalloc(sim->instrument_count + 1, sizeof *samples);
    for (uint32_t i = 0; i < sim->instrument_count; i++) {
        if (sim->instruments[i].metric->kind != SIM_METRIC_HISTOGRAM)
            continue;
        samples[i].hist = sim_xmalloc(sizeof(struct sim_hist));
        sim_hist_init(samples[i].hist);
    }
    return samples;
}

static void free_samples(const struct sim *sim, struct sim_sample *samples)
{
    for (uint32_t i = 0; samples != NULL && i < sim->instrument_count; i++) {
        if (samples[i].hist == NULL)
            continue;
        sim_hist_fini(samples[i].hist);
        free(samples[i].hist);
    }
    free(samples);
}

/* The earliest edge of a window or interval after `after`. */
static sim_ns next_edge(const struct sim *sim, sim_ns after)
{
    sim_ns next = SIM_NEVER;
    if (sim->sink.window != NULL && sim->window != SIM_NEVER)
        next = sim_ns_add(sim->window_from, sim->window);
    for (uint32_t i = 0; i < sim->interval_count; i++) {
        const struct sim_interval *interval = &sim->intervals[i];
        if (interval->from > after && interval->from < next)
            next = interval->from;
        if (interval->to > after && interval->to < next)
            next = interval->to;
    }
    return next;
}

void sim_metrics_build(struct sim *sim)
{
    add_all(sim);
    sim->instruments = sim_xcalloc(sim->instrument_count + 1, sizeof *sim->instruments);
    add_all(sim);
    for (uint32_t i = 0; i < sim->instrument_count; i++) {
        const struct sim_instrument *instrument = &sim->instruments[i];
        if (instrument->metric->kind == SIM_METRIC_HISTOGRAM)
            sim_hist_init(&((struct sim_histogram *)instrument->field)->slice);
        else if (instrument->metric->kind == SIM_METRIC_GAUGE)
            sim_gauge_start(instrument->field, 0, 0);
    }
    for (uint32_t i = 0; i < sim->interval_count; i++)
        sim->intervals[i].samples = make_samples(sim);
    sim->open = sim_xcalloc(sim->interval_count + 1, sizeof(struct sim_interval *));
    if (sim->sink.window != NULL)
        sim->window_samples = make_samples(sim);
    sim->next_cut = next_edge(sim, 0);
}

void sim_set_sink(struct sim *sim, sim_ns window, struct sim_sink sink)
{
    sim_assert(sim->now == 0 && sim->sink.window == NULL && window > 0);
    sim->window = window;
    sim->sink = sink;
    if (!sim->started)
        return;
    sim->window_samples = make_samples(sim);
    sim->next_cut = next_edge(sim, 0);
}

void sim_metrics_fini(struct sim *sim)
{
    for (uint32_t i = 0; i < sim->instrument_count; i++) {
        if (sim->instruments[i].metric->kind == SIM_METRIC_HISTOGRAM)
            sim_hist_fini(&((struct sim_histogram *)sim->instruments[i].field)->slice);
    }
    for (uint32_t i = 0; i < sim->interval_count; i++)
        free_samples(sim, sim->intervals[i].samples);
    free_samples(sim, sim->window_samples);
    free(sim->open);
    free(sim->intervals);
    free(sim->instruments);
    sim->interval_count = 0;
    sim->instrument_count = 0;
}

uint32_t sim_add_interval(struct sim *sim, const char *name, sim_ns from, sim_ns to)
{
    sim_assert(!sim->started && from >= 0 && to >= from);
    if (sim->interval_count == sim->interval_room) {
        sim->interval_room = sim->interval_room == 0 ? 8 : sim->interval_room * 2;
        sim->intervals = sim_xrealloc(sim->intervals, sim->interval_room * sizeof *sim->intervals);
    }
    sim->intervals[sim->interval_count] =
        (struct sim_interval){.name = sim_arena_strdup(&sim->arena, name), .from = from, .to = to};
    return sim->interval_count++;
}

/* The end of the window that begins at `from`, from where at least a step is left. */
static sim_ns window_end(const struct sim_rolling *rolling, sim_ns from)
{
    const sim_ns left = rolling->end - from;
    return left - rolling->step < rolling->step ? rolling->end : from + rolling->step;
}

uint32_t sim_add_rolling(struct sim *sim, const char *name, sim_ns from, sim_ns to, sim_ns step,
                         void (*closed)(void *context, const struct sim_interval *window), void *context)
{
    sim_assert(step > 0 && step <= to - from);
    const uint32_t index = sim_add_interval(sim, name, from, to);
    struct sim_interval *interval = &sim->intervals[index];
    interval->rolling = (struct sim_rolling){step, to, closed, context};
    interval->to = window_end(&interval->rolling, from);
    return index;
}

const char *sim_instrument_label(const struct sim_instrument *instrument)
{
    return instrument->reason == NULL ? instrument->metric->name : instrument->reason->text;
}

/* ---- the cut ---- */

static void take_counter(struct sim_counter *counter, struct sim_sample *sample)
{
    sample->count = counter->value - counter->cut;
    counter->cut = counter->value;
}

static void take_gauge(struct sim_gauge *gauge, sim_ns at, struct sim_sample *sample)
{
    if (at > gauge->since)
        sim_gauge_hold(gauge, at);
    sample->integral = gauge->integral;
    sample->count = gauge->changes;
    sample->low = gauge->low;
    sample->high = gauge->high;
    sample->last = gauge->value;
    sim_gauge_start(gauge, at, gauge->value);
}

void sim_sample_add(struct sim_sample *into, const struct sim_sample *slice, const struct sim_metric *metric,
                    bool first)
{
    into->count += slice->count;
    into->integral += slice->integral;
    if (metric->kind == SIM_METRIC_GAUGE) {
        into->last = slice->last;
        into->low = first || slice->low < into->low ? slice->low : into->low;
        into->high = first || slice->high > into->high ? slice->high : into->high;
    } else if (slice->hist != NULL) {
        sim_hist_merge(into->hist, slice->hist);
    }
}

static void clear_samples(const struct sim *sim, struct sim_sample *samples)
{
    for (uint32_t i = 0; i < sim->instrument_count; i++) {
        struct sim_hist *hist = samples[i].hist;
        if (hist != NULL)
            sim_hist_clear(hist);
        samples[i] = (struct sim_sample){.hist = hist};
    }
}

static void close_window(struct sim *sim, sim_ns at)
{
    sim->sink.window(sim->sink.context, sim->window_from, at, sim->window_samples);
    sim->window_from = at;
    clear_samples(sim, sim->window_samples);
}

/* Past its end it is empty, and no slice falls into it. */
static void roll(const struct sim *sim, struct sim_interval *interval)
{
    interval->rolling.closed(interval->rolling.context, interval);
    clear_samples(sim, interval->samples);
    interval->seen = 0;
    interval->from = interval->to;
    if (interval->from < interval->rolling.end)
        interval->to = window_end(&interval->rolling, interval->from);
}

static bool spans(const struct sim_interval *interval, sim_ns from, sim_ns to)
{
    return interval->from <= from && to <= interval->to;
}

static void cut_instrument(struct sim *sim, uint32_t i, sim_ns at)
{
    const struct sim_instrument *instrument = &sim->instruments[i];
    struct sim_sample slice = {0};
    struct sim_hist *hist = NULL;
    if (instrument->metric->kind == SIM_METRIC_COUNTER) {
        take_counter(instrument->field, &slice);
        if (slice.count == 0)
            return;
    } else if (instrument->metric->kind == SIM_METRIC_GAUGE) {
        take_gauge(instrument->field, at, &slice);
    } else {
        hist = &((struct sim_histogram *)instrument->field)->slice;
        if (hist->count == 0)
            return;
        slice.hist = hist;
    }
    for (uint32_t k = 0; k < sim->open_count; k++) {
        struct sim_interval *interval = sim->open[k];
        sim_sample_add(&interval->samples[i], &slice, instrument->metric, interval->seen == 0);
    }
    if (sim->sink.window != NULL)
        sim_sample_add(&sim->window_samples[i], &slice, instrument->metric, sim->window_from == sim->last_cut);
    if (hist != NULL)
        sim_hist_clear(hist);
}

void sim_metrics_cut(struct sim *sim, sim_ns at)
{
    sim_assert(at > sim->last_cut || at == 0);
    sim->open_count = 0;
    for (uint32_t k = 0; k < sim->interval_count; k++) {
        if (spans(&sim->intervals[k], sim->last_cut, at))
            sim->open[sim->open_count++] = &sim->intervals[k];
    }
    for (uint32_t i = 0; i < sim->instrument_count; i++)
        cut_instrument(sim, i, at);
    for (uint32_t k = 0; k < sim->open_count; k++)
        sim->open[k]->seen += at - sim->last_cut;
    for (uint32_t k = 0; k < sim->open_count; k++) {
        if (sim->open[k]->rolling.step > 0 && sim->open[k]->to == at)
            roll(sim, sim->open[k]);
    }
    sim->last_cut = at;
    if (sim->sink.window != NULL && at == sim_ns_add(sim->window_from, sim->window))
        close_window(sim, at);
    sim->next_cut = next_edge(sim, at);
}

void sim_metrics_finish(struct sim *sim)
{
    if (sim->last_cut < sim->now)
        sim_metrics_cut(sim, sim->now);
    if (sim->sink.window != NULL && sim->window_from < sim->now)
        close_window(sim, sim->now);
}
