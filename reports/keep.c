/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "reports/keep.h"

#include <stdlib.h>
#include <string.h>

/* The finaliser of SplitMix64 (Steele, Lea, Flood 2014): a bijection. */
uint64_t trace_hash(uint64_t id)
{
    id += UINT64_C(0x9E3779B97F4A7C15);
    id = (id ^ id >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    id = (id ^ id >> 27) * UINT64_C(0x94D049BB133111EB);
    return id ^ id >> 31;
}

/* ---- lists: whether a goes before b ---- */

typedef bool (*goes_first)(const struct trace *a, const struct trace *b);

static bool hash_is_higher(const struct trace *a, const struct trace *b)
{
    return trace_hash(a->id) > trace_hash(b->id);
}

static bool is_faster(const struct trace *a, const struct trace *b)
{
    const sim_ns left = trace_duration(a), right = trace_duration(b);
    return left != right ? left < right : hash_is_higher(a, b);
}

static void swap(struct trace **a, struct trace **b)
{
    struct trace *other = *a;
    *a = *b;
    *b = other;
}

static void sift_up(const struct keep_list *list, uint32_t at, goes_first first)
{
    for (; at > 0 && first(list->traces[at], list->traces[(at - 1) / 2]); at = (at - 1) / 2)
        swap(&list->traces[at], &list->traces[(at - 1) / 2]);
}

static void sift_down(const struct keep_list *list, goes_first first)
{
    uint32_t at = 0;
    while (2 * at + 1 < list->count) {
        uint32_t child = 2 * at + 1;
        if (child + 1 < list->count && first(list->traces[child + 1], list->traces[child]))
            child++;
        if (!first(list->traces[child], list->traces[at]))
            return;
        swap(&list->traces[child], &list->traces[at]);
        at = child;
    }
}

static void offer(struct keep *keep, struct keep_list *list, struct trace *trace, uint32_t room, goes_first first)
{
    if (room == 0 || (list->count == room && !first(list->traces[0], trace)))
        return;
    trace_retain(keep->collector, trace);
    if (list->count == room) {
        trace_release(keep->collector, list->traces[0]);
        list->traces[0] = trace;
        sift_down(list, first);
        return;
    }
    if (list->count == list->room) {
        list->room = list->room == 0 ? 4 : list->room * 2;
        list->traces = sim_xrealloc(list->traces, list->room * sizeof(struct trace *));
    }
    list->traces[list->count] = trace;
    sift_up(list, list->count++, first);
}

/* ---- taking ---- */

static struct keep_list *slice_of(const struct keep *keep, sim_ns end, enum sim_status status)
{
    const sim_ns length = keep->options.run / KEEP_SLICES + 1;
    const sim_ns slice = end / length < KEEP_SLICES ? end / length : KEEP_SLICES - 1;
    return &keep->slices[(size_t)slice * SIM_STATUSES + (size_t)status];
}

void keep_take(void *context, struct trace *trace)
{
    struct keep *keep = context;
    const struct keep_options *options = &keep->options;
    const sim_ns end = trace_end(trace);
    if (end < options->from || end >= options->to)
        return;
    keep->counts.seen++;
    if (options->wants != NULL && !options->wants(options->context, trace))
        return;
    const enum sim_status status = trace_outcome(trace).status;
    keep->counts.wanted++;
    keep->counts.unfinished += (trace->flags & TRACE_UNFINISHED) != 0;
    keep->counts.by_status[status]++;
    offer(keep, slice_of(keep, end, status), trace, options->per_slice, hash_is_higher);
    offer(keep, &keep->slowest, trace, options->slowest, is_faster);
    offer(keep, &keep->sample, trace, options->sample, hash_is_higher);
}

void keep_init(struct keep *keep, struct collector *collector, const struct keep_options *options)
{
    *keep = (struct keep){.collector = collector, .options = *options};
    keep->slices = sim_xcalloc((size_t)KEEP_SLICES * SIM_STATUSES, sizeof *keep->slices);
}

static void drop(struct keep *keep, struct keep_list *list)
{
    for (uint32_t i = 0; i < list->count; i++)
        trace_release(keep->collector, list->traces[i]);
    free(list->traces);
    *list = (struct keep_list){0};
}

void keep_fini(struct keep *keep)
{
    if (keep->slices == NULL)
        return;
    for (size_t i = 0; i < (size_t)KEEP_SLICES * SIM_STATUSES; i++)
        drop(keep, &keep->slices[i]);
    drop(keep, &keep->slowest);
    drop(keep, &keep->sample);
    free(keep->slices);
    keep->slices = NULL;
}

/* ---- what is kept ---- */

static int by_end(const void *left, const void *right)
{
    const struct trace *a = *(const struct trace *const *)left, *b = *(const struct trace *const *)right;
    const sim_ns a_end = trace_end(a), b_end = trace_end(b);
    if (a_end != b_end)
        return a_end < b_end ? -1 : 1;
    return (a->id > b->id) - (a->id < b->id);
}

static int slowest_first(const void *left, const void *right)
{
    const struct trace *a = *(const struct trace *const *)left, *b = *(const struct trace *const *)right;
    return a == b ? 0 : is_faster(b, a) ? -1 : 1;
}

static int lowest_hash_first(const void *left, const void *right)
{
    const struct trace *a = *(const struct trace *const *)left, *b = *(const struct trace *const *)right;
    const uint64_t a_hash = trace_hash(a->id), b_hash = trace_hash(b->id);
    return (a_hash > b_hash) - (a_hash < b_hash);
}

static void append(struct trace **traces, size_t *count, const struct keep_list *list)
{
    for (uint32_t i = 0; i < list->count; i++)
        traces[(*count)++] = list->traces[i];
}

struct trace **keep_all(const struct keep *keep, size_t *count)
{
    size_t most = (size_t)keep->slowest.count + keep->sample.count, found = 0;
    for (size_t i = 0; i < (size_t)KEEP_SLICES * SIM_STATUSES; i++)
        most += keep->slices[i].count;
    struct trace **traces = sim_xcalloc(most + 1, sizeof(struct trace *));
    for (size_t i = 0; i < (size_t)KEEP_SLICES * SIM_STATUSES; i++)
        append(traces, &found, &keep->slices[i]);
    append(traces, &found, &keep->slowest);
    append(traces, &found, &keep->sample);
    qsort(traces, found, sizeof(struct trace *), by_end);
    *count = 0;
    for (size_t i = 0; i < found; i++) {
        if (*count == 0 || traces[*count - 1] != traces[i])
            traces[(*count)++] = traces[i];
    }
    return traces;
}

struct trace **keep_slowest(const struct keep *keep, size_t *count)
{
    struct trace **traces = sim_xcalloc((size_t)keep->slowest.count + 1, sizeof(struct trace *));
    *count = 0;
    append(traces, count, &keep->slowest);
    qsort(traces, *count, sizeof(struct trace *), slowest_first);
    return traces;
}

struct trace **keep_varied(const struct keep *keep, size_t most, size_t *count)
{
    size_t all = 0, next[SIM_STATUSES] = {0};
    struct trace **traces = keep_all(keep, &all);
    struct trace **chosen = sim_xcalloc(most + 1, sizeof(struct trace *));
    qsort(traces, all, sizeof(struct trace *), lowest_hash_first);
    *count = 0;
    for (bool any = true; any && *count < most;) {
        any = false;
        for (int status = 0; status < SIM_STATUSES && *count < most; status++) {
            size_t *at = &next[status];
            while (*at < all && (int)trace_outcome(traces[*at]).status != status)
                (*at)++;
            if (*at == all)
                continue;
            chosen[(*count)++] = traces[(*at)++];
            any = true;
        }
    }
    free(traces);
    qsort(chosen, *count, sizeof(struct trace *), by_end);
    return chosen;
}
