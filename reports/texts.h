/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A list of texts that grows: the cells of a table. */
#ifndef REPORTS_TEXTS_H
#define REPORTS_TEXTS_H

#include <stddef.h>

struct texts {
    char **items;
    size_t count, room;
};

/* Adds a copy. A zeroed struct is an empty list. */
void texts_add(struct texts *texts, const char *text);
void texts_fini(struct texts *texts);

#endif
