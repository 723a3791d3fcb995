/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A map from a 64-bit key to a pointer: open addressing, linear probing, no tombstones (deletion shifts back). Its order
 * is never iterated, so it cannot leak into a run. */
#ifndef SIM_MAP_H
#define SIM_MAP_H

#include "sim/base.h"

struct sim_map {
    struct sim_map_entry *entries;
    uint32_t count, room; /* room is a power of two, or 0 */
};

struct sim_map_entry {
    uint64_t key;
    void *value; /* NULL: free */
};

/* A zeroed struct is an empty map. */
void sim_map_fini(struct sim_map *map);
/* Forgets all, keeping the room. */
void sim_map_clear(struct sim_map *map);
/* NULL when the key is not there. */
void *sim_map_get(const struct sim_map *map, uint64_t key);
/* Sets or replaces; value must not be NULL. */
void sim_map_put(struct sim_map *map, uint64_t key, void *value);
void sim_map_remove(struct sim_map *map, uint64_t key);

#endif
