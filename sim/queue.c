/* SPDX-License-Identifier: GPL-3.0-or-later */
/* See queue.h. Invariants: entries[0] is the least by (at, key), or a hole; a parent is never greater than its children;
 * slots[key & SLOT_MASK].key == key for exactly the entries that live; live = number of those. */
#include "sim/queue.h"

#include <stdlib.h>

enum { ARITY = 4, SLOT_BITS = 24, FIRST_ROOM = 256, SWEEP_ABOVE = 64 };
#define SLOT_MASK ((1u << SLOT_BITS) - 1)

__extension__ typedef unsigned __int128 wide;

static inline wide rank(struct sim_queue_entry entry)
{
    return (wide)(uint64_t)entry.at << 64 | entry.key;
}

void sim_queue_init(struct sim_queue *queue)
{
    *queue = (struct sim_queue){.slot_count = 1};
}

void sim_queue_fini(struct sim_queue *queue)
{
    free(queue->entries);
    free(queue->slots);
    *queue = (struct sim_queue){0};
}

static void sift_down(struct sim_queue *queue, uint32_t hole, struct sim_queue_entry entry)
{
    struct sim_queue_entry *entries = queue->entries;
    const uint32_t count = queue->count;
    const wide mine = rank(entry);
    for (;;) {
        uint32_t first = hole * ARITY + 1;
        if (first >= count)
            break;
        uint32_t least = first;
        wide least_rank = rank(entries[first]);
        uint32_t end = first + ARITY < count ? first + ARITY : count;
        for (uint32_t child = first + 1; child < end; child++) {
            wide r = rank(entries[child]);
            bool smaller = r < least_rank;
            least = smaller ? child : least;
            least_rank = smaller ? r : least_rank;
        }
        if (mine < least_rank)
            break;
        entries[hole] = entries[least];
        hole = least;
    }
    entries[hole] = entry;
}

static void sift_up(struct sim_queue *queue, uint32_t hole, struct sim_queue_entry entry)
{
    struct sim_queue_entry *entries = queue->entries;
    const wide mine = rank(entry);
    while (hole > 0) {
        uint32_t parent = (hole - 1) / ARITY;
        if (rank(entries[parent]) < mine)
            break;
        entries[hole] = entries[parent];
        hole = parent;
    }
    entries[hole] = entry;
}

/* Moves the last entry into the popped root. */
static void close_hole(struct sim_queue *queue)
{
    queue->hole = false;
    queue->count--;
    if (queue->count > 0)
        sift_down(queue, 0, queue->entries[queue->count]);
}

static inline bool is_live(const struct sim_queue *queue, struct sim_queue_entry entry)
{
    return queue->slots[entry.key & SLOT_MASK].key == entry.key;
}

/* Drops the entries of cancelled events and builds the heap anew, from the leaves up. */
static void sweep(struct sim_queue *queue)
{
    if (queue->hole)
        close_hole(queue);
    uint32_t kept = 0;
    for (uint32_t i = 0; i < queue->count; i++) {
        if (is_live(queue, queue->entries[i]))
            queue->entries[kept++] = queue->entries[i];
    }
    queue->count = kept;
    if (kept < 2)
        return;
    for (uint32_t i = (kept - 2) / ARITY + 1; i-- > 0;)
        sift_down(queue, i, queue->entries[i]);
}

static uint32_t take_slot(struct sim_queue *queue)
{
    uint32_t slot = queue->free_slot;
    if (slot != 0) {
        queue->free_slot = queue->slots[slot].next_free;
        return slot;
    }
    if (queue->slot_count > SLOT_MASK)
        return 0;
    if (queue->slot_count >= queue->slot_room) {
        queue->slot_room = queue->slot_room == 0 ? FIRST_ROOM : queue->slot_room * 2;
        queue->slots = sim_xrealloc(queue->slots, queue->slot_room * sizeof *queue->slots);
        queue->slots[0] = (struct sim_queue_slot){0};
    }
    return queue->slot_count++;
}

static void give_slot(struct sim_queue *queue, uint32_t slot)
{
    queue->slots[slot].key = 0;
    queue->slots[slot].next_free = queue->free_slot;
    queue->free_slot = slot;
}

sim_event sim_queue_push(struct sim_queue *queue, sim_ns at, const struct sim_queue_slot *event)
{
    uint32_t slot = take_slot(queue);
    if (slot == 0)
        return 0;
    uint64_t key = ++queue->sequence << SLOT_BITS | slot;
    struct sim_queue_slot *mine = &queue->slots[slot];
    *mine = *event;
    mine->key = key;
    queue->live++;
    struct sim_queue_entry entry = {at, key};
    if (queue->hole) {
        queue->hole = false;
        sift_down(queue, 0, entry);
        return key;
    }
    if (queue->count >= queue->room) {
        queue->room = queue->room == 0 ? FIRST_ROOM : queue->room * 2;
        queue->entries = sim_xrealloc(queue->entries, queue->room * sizeof *queue->entries);
    }
    queue->count++;
    sift_up(queue, queue->count - 1, entry);
    return key;
}

void sim_queue_cancel(struct sim_queue *queue, sim_event event)
{
    uint32_t slot = (uint32_t)(event & SLOT_MASK);
    if (event == 0 || queue->slots[slot].key != event)
        return;
    give_slot(queue, slot);
    queue->live--;
    if (queue->count - queue->live > queue->live + SWEEP_ABOVE)
        sweep(queue);
}

sim_ns sim_queue_next(struct sim_queue *queue)
{
    for (;;) {
        if (queue->hole)
            close_hole(queue);
        if (queue->count == 0)
            return SIM_NEVER;
        if (is_live(queue, queue->entries[0]))
            return queue->entries[0].at;
        queue->hole = true;
    }
}

void sim_queue_pop(struct sim_queue *queue, struct sim_queue_slot *event)
{
    uint32_t slot = (uint32_t)(queue->entries[0].key & SLOT_MASK);
    *event = queue->slots[slot];
    give_slot(queue, slot);
    queue->live--;
    queue->hole = true;
}
