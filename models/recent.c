/* SPDX-License-Identifier: GPL-3.0-or-later */
/* See recent.h. Invariants: the instants are in the order of time; room is 0 or a power of two. */
#include "models/recent.h"

#include <stdlib.h>
#include <string.h>

enum { FIRST_ROOM = 64 };

static void grow(struct recent *recent)
{
    const size_t room = recent->room == 0 ? FIRST_ROOM : recent->room * 2;
    recent->instants = sim_xrealloc(recent->instants, room * sizeof *recent->instants);
    /* It was full, so what stands before `first` came after what stands at the end. */
    if (recent->first > 0)
        memcpy(recent->instants + recent->room, recent->instants, recent->first * sizeof *recent->instants);
    recent->room = room;
}

int64_t recent_add(struct recent *recent, sim_ns now, sim_ns window)
{
    while (recent->count > 0 && now - recent->instants[recent->first] >= window) {
        recent->first = (recent->first + 1) & (recent->room - 1);
        recent->count--;
    }
    if (recent->count == recent->room)
        grow(recent);
    recent->instants[(recent->first + recent->count++) & (recent->room - 1)] = now;
    return (int64_t)recent->count;
}

void recent_clear(struct recent *recent)
{
    recent->first = recent->count = 0;
}

void recent_fini(struct recent *recent)
{
    free(recent->instants);
    *recent = (struct recent){0};
}
