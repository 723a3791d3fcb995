/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Between where.c, which reads an expression, and where_match.c, which looks at traces. */
#ifndef REPORTS_WHERE_NODE_H
#define REPORTS_WHERE_NODE_H

#include "reports/where.h"

enum where_kind { WHERE_AND, WHERE_OR, WHERE_NOT, WHERE_TEST };
enum where_field {
    WHERE_STATUS,
    WHERE_NODE,
    WHERE_OP,
    WHERE_REASON,
    WHERE_DURATION,
    WHERE_PHASE,
    WHERE_TAG,
    WHERE_SEGMENT,
    WHERE_FIELDS
};
enum where_relation { WHERE_IS, WHERE_IS_NOT, WHERE_BELOW, WHERE_UP_TO, WHERE_ABOVE, WHERE_FROM, WHERE_THERE_IS };

enum { WHERE_NODES_MAX = 200, WHERE_DEPTH_MAX = 50, WHERE_WORD_MAX = 128 };

struct where_node {
    enum where_kind kind;
    int left, right; /* WHERE_NOT: left */
    size_t at;       /* of the value, or the field without one */
    enum where_field field;
    enum where_relation relation;
    char key[WHERE_WORD_MAX]; /* of a tag or segment */
    char text[WHERE_WORD_MAX];
    int64_t whole; /* ns, or a status as a number */
    double number; /* of a tag compared by size */
};

struct where {
    struct where_node nodes[WHERE_NODES_MAX];
    int count, top;
};

#endif
