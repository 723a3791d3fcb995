/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Each cell has a list of events that were not compared yet. After a slice both lists are complete up to its end: where
 * one is empty and the other is not, they differ, and the cell with the empty one is run on until it shows its next event. */
#include "reports/divergence.h"

#include "reports/command.h"
#include "reports/simulate.h"
#include "reports/terminal.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { SLICES_MOST = 4096 };

struct walker {
    struct cell *cell;
    struct sim_fingerprint_record *events;
    size_t count, at, room;
};

/* The last events that were common. */
struct ring {
    struct sim_fingerprint_record *records;
    size_t size;
};

static void note(void *context, const struct sim_fingerprint_record *records, uint32_t count)
{
    struct walker *walker = context;
    if (walker->count + count > walker->room) {
        walker->room = 2 * (walker->count + count);
        walker->events = sim_xrealloc(walker->events, walker->room * sizeof *walker->events);
    }
    if (count > 0)
        memcpy(&walker->events[walker->count], records, count * sizeof *records);
    walker->count += count;
}

/* Up to `until`, or to the cell's end. False when the run was stopped. */
static bool walk(struct walker *walker, sim_ns until)
{
    struct sim *sim = walker->cell->sim;
    const sim_ns end = until < walker->cell->until ? until : walker->cell->until;
    if (walker->at == walker->count)
        walker->at = walker->count = 0;
    if (sim->now < end && sim->last == SIM_NEVER && !sim_run(sim, end, interrupt_poll, NULL))
        return false;
    sim_fingerprint_flush(&sim->print);
    return true;
}

static bool has_next(const struct walker *walker)
{
    return walker->at < walker->count;
}

static struct divergence_event event_of(const struct walker *walker, const struct sim_fingerprint_record *record)
{
    const struct sim *sim = walker->cell->sim;
    struct divergence_event event = {.exists = true, .at = (sim_ns)record->at, .node = "?"};
    for (uint32_t i = 0; i < sim->node_count; i++) {
        if (sim->nodes[i]->name_hash == record->node)
            event.node = sim->nodes[i]->name;
    }
    memcpy(event.kind, record->kind, sizeof record->kind);
    return event;
}

/* Compares what both have. False at the first difference. */
static bool match(struct walker *a, struct walker *b, struct divergence *divergence, struct ring *ring)
{
    while (has_next(a) && has_next(b)) {
        const struct sim_fingerprint_record *one = &a->events[a->at];
        if (memcmp(one, &b->events[b->at], sizeof *one) != 0)
            return false;
        if (ring->size > 0)
            ring->records[divergence->common % ring->size] = *one;
        divergence->common++;
        a->at++;
        b->at++;
    }
    return !has_next(a) && !has_next(b);
}

/* The last events of the ring, in order. */
static void take_last(struct divergence *divergence, const struct walker *walker, const struct ring *ring)
{
    divergence->last_count = divergence->common < ring->size ? (size_t)divergence->common : ring->size;
    divergence->last = sim_xcalloc(divergence->last_count + 1, sizeof *divergence->last);
    for (size_t i = 0; i < divergence->last_count; i++) {
        const uint64_t place = divergence->common - divergence->last_count + i;
        divergence->last[i] = event_of(walker, &ring->records[place % ring->size]);
    }
}

static bool step(struct walker *walkers, sim_ns at, int *code)
{
    for (size_t i = 0; i < 2; i++) {
        if (walk(&walkers[i], at))
            continue;
        *code = simulate_stopped(walkers[i].cell);
        return false;
    }
    return true;
}

int divergence_find(struct cell *a, struct cell *b, size_t keep, struct divergence *divergence)
{
    struct walker walkers[2] = {{.cell = a}, {.cell = b}};
    const sim_ns until = a->until > b->until ? a->until : b->until;
    const sim_ns least = until / SLICES_MOST + 1;
    const sim_ns slice = least > SIM_S ? least : SIM_S;
    int code = EXIT_FINE;
    sim_assert(keep <= DIVERGENCE_COMMON_MAX);
    struct ring ring = {sim_xcalloc(keep + 1, sizeof *ring.records), keep};
    *divergence = (struct divergence){0};
    interrupt_watch();
    for (size_t i = 0; i < 2; i++) {
        walkers[i].cell->sim->print.tap = note;
        walkers[i].cell->sim->print.tap_context = &walkers[i];
    }
    sim_ns at = 0;
    while (at < until && !divergence->found && code == EXIT_FINE) {
        at = at > until - slice ? until : at + slice;
        if (step(walkers, at, &code))
            divergence->found = !match(&walkers[0], &walkers[1], divergence, &ring);
    }
    while (divergence->found && code == EXIT_FINE && at < until && !(has_next(&walkers[0]) && has_next(&walkers[1]))) {
        at = at > until - slice ? until : at + slice;
        (void)step(walkers, at, &code);
    }
    for (size_t i = 0; i < 2; i++) {
        if (divergence->found && has_next(&walkers[i]))
            divergence->events[i] = event_of(&walkers[i], &walkers[i].events[walkers[i].at]);
        free(walkers[i].events);
        walkers[i].cell->sim->print.tap = NULL;
    }
    take_last(divergence, &walkers[0], &ring);
    free(ring.records);
    return code;
}

void divergence_fini(struct divergence *divergence)
{
    free(divergence->last);
    *divergence = (struct divergence){0};
}
