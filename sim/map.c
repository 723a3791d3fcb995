/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Invariants: at most two thirds full; every key lies between its home place and the next free one. */
#include "sim/map.h"

#include <stdlib.h>
#include <string.h>

enum { FIRST_ROOM = 64 };

static uint32_t home(const struct sim_map *map, uint64_t key)
{
    key ^= key >> 32; /* Fibonacci hashing (Knuth, TAOCP 3, 6.4) of the folded key */
    return (uint32_t)(key * UINT64_C(0x9E3779B97F4A7C15) >> 32) & (map->room - 1);
}

void sim_map_fini(struct sim_map *map)
{
    free(map->entries);
    *map = (struct sim_map){0};
}

void sim_map_clear(struct sim_map *map)
{
    if (map->room > 0)
        memset(map->entries, 0, map->room * sizeof *map->entries);
    map->count = 0;
}

/* The key's place, or the free one where it would go. */
static uint32_t find(const struct sim_map *map, uint64_t key)
{
    uint32_t at = home(map, key);
    while (map->entries[at].value != NULL && map->entries[at].key != key)
        at = (at + 1) & (map->room - 1);
    return at;
}

void *sim_map_get(const struct sim_map *map, uint64_t key)
{
    return map->count == 0 ? NULL : map->entries[find(map, key)].value;
}

static void grow(struct sim_map *map)
{
    struct sim_map old = *map;
    map->room = old.room == 0 ? FIRST_ROOM : old.room * 2;
    map->entries = sim_xcalloc(map->room, sizeof *map->entries);
    for (uint32_t i = 0; i < old.room; i++) {
        if (old.entries[i].value != NULL)
            map->entries[find(map, old.entries[i].key)] = old.entries[i];
    }
    free(old.entries);
}

void sim_map_put(struct sim_map *map, uint64_t key, void *value)
{
    sim_assert(value != NULL);
    if ((uint64_t)map->count * 3 >= (uint64_t)map->room * 2)
        grow(map);
    struct sim_map_entry *entry = &map->entries[find(map, key)];
    map->count += entry->value == NULL;
    *entry = (struct sim_map_entry){key, value};
}

void sim_map_remove(struct sim_map *map, uint64_t key)
{
    if (map->count == 0)
        return;
    const uint32_t mask = map->room - 1;
    uint32_t hole = find(map, key);
    if (map->entries[hole].value == NULL)
        return;
    map->count--;
    /* Shift back what would no longer be found: everything up to the next free place whose home is not after the hole. */
    for (uint32_t at = (hole + 1) & mask; map->entries[at].value != NULL; at = (at + 1) & mask) {
        uint32_t distance_home = (at - home(map, map->entries[at].key)) & mask;
        uint32_t distance_hole = (at - hole) & mask;
        if (distance_home < distance_hole)
            continue;
        map->entries[hole] = map->entries[at];
        hole = at;
    }
    map->entries[hole] = (struct sim_map_entry){0};
}
