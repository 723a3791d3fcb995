/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What happened recently: the instants of events, kept while they are younger than a window. */
#ifndef MODELS_RECENT_H
#define MODELS_RECENT_H

#include "sim/base.h"

/* Zeroed memory is an empty one. */
struct recent {
    sim_ns *instants; /* a ring; the oldest at `first` */
    size_t first, count, room;
};

/* Adds an event at `now`, which is not before the last one, and forgets those that are `window` old or older; returns how
 * many are left, this one included (also with a window of 0). The ring doubles when it is full: it holds as many events as
 * ever came within one window, 8 bytes each. */
int64_t recent_add(struct recent *recent, sim_ns now, sim_ns window);

void recent_clear(struct recent *recent);
/* Frees what it holds. */
void recent_fini(struct recent *recent);

#endif
