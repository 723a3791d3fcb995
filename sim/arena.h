/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Memory of one world. An arena hands out memory that lives until the arena ends; a slab hands out objects of one size
 * that are given back and used again. Neither calls malloc for an event, a call or a frame once its chunks exist. */
#ifndef SIM_ARENA_H
#define SIM_ARENA_H

#include "sim/base.h"

struct sim_arena_chunk;

struct sim_arena {
    struct sim_arena_chunk *chunks;
    size_t used, room; /* of the newest chunk */
    size_t bytes;      /* of all chunks */
};

void sim_arena_init(struct sim_arena *arena);
void sim_arena_fini(struct sim_arena *arena);
/* Zeroed, aligned to 16. Never NULL. */
void *sim_arena_alloc(struct sim_arena *arena, size_t bytes);
char *sim_arena_strdup(struct sim_arena *arena, const char *text);

struct sim_slab {
    struct sim_arena *arena;
    void *free;
    size_t size;    /* of one object */
    unsigned batch; /* objects of the next chunk; doubles */
    uint64_t in_use;
};

void sim_slab_init(struct sim_slab *slab, struct sim_arena *arena, size_t size);
/* Contents are what the last user left there. */
void *sim_slab_take(struct sim_slab *slab);
void sim_slab_give(struct sim_slab *slab, void *object);

#endif
