/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What tells canonical scenarios from each other (scenarios/canonical.c), by path: nodes and their params, links, faults,
 * phases, the panel, the script. Expectations change nothing in a run and are left out. */
#ifndef REPORTS_DIFFERENCES_H
#define REPORTS_DIFFERENCES_H

#include <stddef.h>

struct difference {
    char *path;    /* "gateway.timeout", "faults.slow-database.at", "links.edge.delay" */
    char **values; /* one a text, as --set takes it; NULL: that one has no such path */
};

struct differences {
    struct difference *items; /* in the order of the first text that has the path */
    size_t count, texts;
};

/* Of `count` canonical texts. Free with differences_fini. */
struct differences differences_of(const char *const *texts, size_t count);
void differences_fini(struct differences *differences);

#endif
