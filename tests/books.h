/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The books of a finished world must balance to the unit and, where they hold times, to the nanosecond: conservation of
 * calls, and Little's law in its exact form: the integral of the number in a queue is the time of those who left it,
 * plus the time so far of those who are still in it (Little 1961; for a finite horizon, Stidham 1974).
 *
 * Every check returns NULL, or what is wrong (static text of the thread), so that it can be used on any thread. */
#ifndef TESTS_BOOKS_H
#define TESTS_BOOKS_H

#include "sim/cpu.h"
#include "sim/world.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static inline const char *books_wrong(const struct sim_node *node, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
static inline const char *books_wrong(const struct sim_node *node, const char *format, ...)
{
    static _Thread_local char text[240];
    int used = snprintf(text, sizeof text, "%s: ", node->name);
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(text + used, sizeof text - (size_t)used, format, arguments);
    va_end(arguments);
    return text;
}

/* What the whole run holds of one metric of a node, or of a part of it. */
static inline const struct sim_sample *books_sample(const struct sim_node *node, const char *part, const char *metric)
{
    const struct sim *sim = node->sim;
    for (uint32_t i = 0; i < sim->instrument_count; i++) {
        const struct sim_instrument *instrument = &sim->instruments[i];
        bool same_part =
            part == NULL ? instrument->part == NULL : instrument->part != NULL && strcmp(instrument->part, part) == 0;
        if (instrument->node == node && same_part && strcmp(instrument->metric->name, metric) == 0)
            return &sim->intervals[0].samples[i];
    }
    sim_panic(__FILE__, __LINE__, metric);
}

static inline int64_t books_count(const struct sim_node *node, const char *metric)
{
    return books_sample(node, NULL, metric)->count;
}

/* Integral of a gauge = sum of a histogram + `unfinished`. */
static inline const char *books_little(const struct sim_node *node, const char *part, const char *gauge,
                                       const char *times, sim_wide unfinished)
{
    sim_wide integral = books_sample(node, part, gauge)->integral;
    sim_wide sum = books_sample(node, part, times)->hist->sum + unfinished;
    if (integral == sum)
        return NULL;
    return books_wrong(node, "integral of %s is %" PRId64 " ns, %s is %" PRId64 " ns", gauge, (int64_t)integral, times,
                       (int64_t)sum);
}

static inline const char *books_of_calls(const struct sim_node *node)
{
    int64_t by_status = 0;
    sim_wide unfinished = 0;
    for (int status = 0; status < SIM_STATUSES; status++)
        by_status += node->by_status[status].value;
    for (const struct sim_call *call = node->calls; call != NULL; call = call->next)
        unfinished += node->sim->now - call->arrived;
    if (node->received.value != node->ended.value + node->in_flight.value)
        return books_wrong(node, "calls are not ended + in flight");
    if (by_status != node->ended.value)
        return books_wrong(node, "calls ended by status are not calls ended");
    if (node->sent.value !=
        node->answered.value + node->timed_out.value + node->cancelled.value + node->outstanding.value)
        return books_wrong(node, "sent is not answered + timed out + cancelled + outstanding");
    return books_little(node, NULL, "in_flight", "latency", unfinished);
}

static inline const char *books_of_cpu(const struct sim_node *node, const char *part, const struct sim_cpu *cpu)
{
    sim_wide waiting = 0;
    sim_wide burning = 0;
    int64_t queued = 0;
    for (const struct sim_flow *f = cpu->first; f != NULL; f = f->wait_next) {
        waiting += node->sim->now - f->since;
        queued++;
    }
    for (const struct sim_flow *f = node->flows; f != NULL; f = f->next) {
        if (f->waiting == SIM_WAITING_CPU && f->waits_in == cpu)
            burning += node->sim->now - f->since;
    }
    if (books_sample(node, part, "busy")->integral != books_sample(node, part, "busy_time")->count + burning)
        return books_wrong(node, "integral of busy cores is not the CPU time burnt");
    if (cpu->bursts.value != (int64_t)books_sample(node, part, "wait")->hist->count + queued)
        return books_wrong(node, "bursts are not those that got a core + those that wait");
    return books_little(node, part, "queue", "wait", waiting);
}

static inline const char *books_of_pool(const struct sim_node *node)
{
    sim_wide waiting = 0;
    int64_t queued = 0;
    for (const struct sim_call *call = node->calls; call != NULL; call = call->next) {
        waiting += node->sim->now - call->arrived;
        queued++;
    }
    int64_t answered = books_count(node, "granted") + books_count(node, "exhausted") + books_count(node, "abandoned");
    if (books_count(node, "calls") != answered + queued)
        return books_wrong(node, "acquires are not granted + exhausted + cancelled + waiting");
    if (books_sample(node, NULL, "in_use")->high > books_sample(node, NULL, "size")->high)
        return books_wrong(node, "more connections in use than there are");
    return books_little(node, NULL, "waiting", "wait", waiting);
}

/* `get`: the operation that is a look-up. */
static inline const char *books_of_cache(const struct sim_node *node, int get)
{
    int64_t under_way = 0;
    for (const struct sim_call *call = node->calls; call != NULL; call = call->next)
        under_way += call->op == get;
    int64_t judged = books_count(node, "hits") + books_count(node, "misses");
    if (books_count(node, "lookups") != judged + books_count(node, "failed") + under_way)
        return books_wrong(node, "look-ups are not hits + misses + failed + in flight");
    if (books_count(node, "judged") != judged)
        return books_wrong(node, "judged is not hits + misses");
    return NULL;
}

#endif
