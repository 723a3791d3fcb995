/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the requests of a script came to: a listener, so it changes nothing. Every request of the scripted client is
 * kept, every member of a bulk after its bulk, with the named spans that the services opened for them; besides, the
 * breakers' transitions and the totals of the points that services emit. Bounded; what does not fit is counted. */
#ifndef SCENARIOS_RESPONSES_H
#define SCENARIOS_RESPONSES_H

#include "sim/world.h"

enum {
    RESPONSES_MAX = 200000,
    RESPONSE_SPANS_MAX = 64,
    RESPONSE_TAGS_MAX = 16,
    TRANSITIONS_MAX = 10000,
    POINTS_MAX = 128
};

struct response_tag {
    const char *key, *text; /* text NULL: a number */
    int64_t number;
};

struct response_span {
    const char *name;
    sim_ns start, end; /* end SIM_NEVER: open when the run ended */
    bool error;
    uint32_t tag_count;
    struct response_tag *tags;
    struct response_span *next;
};

struct response {
    sim_ns at; /* when the request was sent; of a member: its bulk */
    sim_ns duration;
    const char *request;
    bool in_bulk, is_bulk, ended;
    enum sim_status status;
    const char *reason;     /* NULL: none */
    const char *source;     /* "cache", ...; NULL: none */
    int64_t total, success; /* of a bulk */
    struct response_span *spans;
    struct response *members, *last_member; /* of a bulk, in order */
    struct response *next;                  /* the next one sent, or member */
};

struct response_point {
    const char *name;
    uint64_t count;
    double sum, last;
};

struct response_transition {
    sim_ns at;
    const char *node, *from, *to;
};

struct responses {
    struct response *first; /* in the order of sending */
    size_t count, dropped;
    struct response_point *points; /* by name */
    size_t point_count;
    struct response_transition *transitions;
    size_t transition_count;
};

/* Begins to listen to the world; `client` is its node of the type `script`. Lives in the world's arena but for what
 * responses_destroy frees. */
struct responses *responses_create(struct sim *sim, const struct sim_node *client);
void responses_destroy(struct responses *responses);

#endif
