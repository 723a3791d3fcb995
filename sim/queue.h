/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The pending-event set: a 4-ary heap of 16-byte entries that point into an array of slots. Used by the kernel alone.
 *
 * An entry's key is (sequence << 24 | slot); as sequences are unique, comparing (time, key) compares (time, sequence).
 * A cancelled event frees its slot at once and leaves its entry behind, recognised because the slot no longer carries
 * the entry's key; entries left behind are swept when they outnumber the living. After a pop the root is a hole, which
 * the next push fills without a trip through the leaves (most events schedule their successor). */
#ifndef SIM_QUEUE_H
#define SIM_QUEUE_H

#include "sim/event.h"

struct sim_queue_entry {
    int64_t at;
    uint64_t key;
};

struct sim_queue_slot {
    uint64_t key; /* 0 when free */
    const struct sim_event_kind *kind;
    struct sim_node *node;
    void *subject;
    uint32_t incarnation; /* of the node when scheduled; 0: any */
    uint32_t next_free;
};

struct sim_queue {
    struct sim_queue_entry *entries;
    struct sim_queue_slot *slots;
    uint32_t count, room;           /* entries, stale ones included */
    uint32_t slot_count, slot_room; /* slots ever used; slot 0 is not */
    uint32_t free_slot;             /* 0: none */
    uint32_t live;
    bool hole; /* the root was popped */
    uint64_t sequence;
};

void sim_queue_init(struct sim_queue *queue);
void sim_queue_fini(struct sim_queue *queue);
/* Returns the event's handle, 0 when 16,777,215 events are pending already. */
sim_event sim_queue_push(struct sim_queue *queue, sim_ns at, const struct sim_queue_slot *event);
void sim_queue_cancel(struct sim_queue *queue, sim_event event);
/* Time of the next event, SIM_NEVER when there is none. */
sim_ns sim_queue_next(struct sim_queue *queue);
/* Takes the next event, which must exist (sim_queue_next said so); its handle is stale from here on. */
void sim_queue_pop(struct sim_queue *queue, struct sim_queue_slot *event);

#endif
