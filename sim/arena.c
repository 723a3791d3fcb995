/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Chunks in a list, newest first; a slab is a free list threaded through objects cut from its arena. Under
 * AddressSanitizer an object that was given back is poisoned, so that its use is found. */
#include "sim/arena.h"

#include <stdlib.h>
#include <string.h>

#if defined(__SANITIZE_ADDRESS__)
#define SIM_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SIM_ASAN 1
#endif
#endif
#ifdef SIM_ASAN
#include <sanitizer/asan_interface.h>
#else
#define ASAN_POISON_MEMORY_REGION(address, size) ((void)(address), (void)(size))
#define ASAN_UNPOISON_MEMORY_REGION(address, size) ((void)(address), (void)(size))
#endif

enum { CHUNK_BYTES = 64 * 1024, ALIGNMENT = 16, FIRST_BATCH = 16, LARGEST_BATCH = 1024 };

struct sim_arena_chunk {
    struct sim_arena_chunk *next;
    size_t pad; /* keeps `bytes` aligned to 16 */
    char bytes[];
};

void sim_arena_init(struct sim_arena *arena)
{
    *arena = (struct sim_arena){0};
}

void sim_arena_fini(struct sim_arena *arena)
{
    struct sim_arena_chunk *chunk = arena->chunks;
    while (chunk != NULL) {
        struct sim_arena_chunk *next = chunk->next;
        free(chunk);
        chunk = next;
    }
    *arena = (struct sim_arena){0};
}

void *sim_arena_alloc(struct sim_arena *arena, size_t bytes)
{
    bytes = bytes == 0 ? ALIGNMENT : (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    if (bytes > arena->room - arena->used) {
        size_t room = bytes > CHUNK_BYTES ? bytes : CHUNK_BYTES;
        struct sim_arena_chunk *chunk = sim_xcalloc(1, sizeof *chunk + room);
        chunk->next = arena->chunks;
        arena->chunks = chunk;
        arena->used = 0;
        arena->room = room;
        arena->bytes += room;
    }
    void *result = arena->chunks->bytes + arena->used;
    arena->used += bytes;
    return result;
}

char *sim_arena_strdup(struct sim_arena *arena, const char *text)
{
    size_t bytes = strlen(text) + 1;
    return memcpy(sim_arena_alloc(arena, bytes), text, bytes);
}

void sim_slab_init(struct sim_slab *slab, struct sim_arena *arena, size_t size)
{
    if (size < sizeof(void *))
        size = sizeof(void *);
    size = (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    *slab = (struct sim_slab){.arena = arena, .size = size, .batch = FIRST_BATCH};
}

static void slab_grow(struct sim_slab *slab)
{
    char *objects = sim_arena_alloc(slab->arena, slab->size * slab->batch);
    for (unsigned i = slab->batch; i-- > 0;) {
        void *object = objects + slab->size * i;
        memcpy(object, &slab->free, sizeof(void *));
        slab->free = object;
        ASAN_POISON_MEMORY_REGION(object, slab->size);
    }
    if (slab->batch < LARGEST_BATCH)
        slab->batch *= 2;
}

void *sim_slab_take(struct sim_slab *slab)
{
    if (slab->free == NULL)
        slab_grow(slab);
    void *object = slab->free;
    sim_assert(object != NULL);
    ASAN_UNPOISON_MEMORY_REGION(object, slab->size);
    memcpy(&slab->free, object, sizeof(void *));
    slab->in_use++;
    return object;
}

void sim_slab_give(struct sim_slab *slab, void *object)
{
    memcpy(object, &slab->free, sizeof(void *));
    slab->free = object;
    slab->in_use--;
    ASAN_POISON_MEMORY_REGION(object, slab->size);
}
