/* SPDX-License-Identifier: GPL-3.0-or-later */
/* "Did you mean": the known name nearest to a mistyped one. */
#ifndef SCENARIOS_SUGGEST_H
#define SCENARIOS_SUGGEST_H

#include <stddef.h>

/* Names longer than this many bytes get no suggestion and are never suggested. */
#define SUGGEST_LENGTH_MAX 64

/* The candidate nearest to `name`, the earliest of equally near ones, or NULL when none is near: at most a third of the
 * name's bytes wrong (and one in any case), never all of them. Candidates may be NULL (skipped). Returns one of the
 * candidates' pointers. */
const char *suggest_nearest(const char *name, const char *const *candidates, size_t count);

/* Edits between two names of at most SUGGEST_LENGTH_MAX bytes: one for a byte inserted, deleted, replaced, or swapped
 * with its neighbour. Upper and lower case are equal, and so are `-` and `_`. */
size_t suggest_distance(const char *a, const char *b);

#endif
