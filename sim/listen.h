/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where collectors listen: traces, profiles, logs, probes. A listener posts no events and draws no numbers, so it
 * cannot change a run. With none the cost is one predictable branch at each place. */
#ifndef SIM_LISTEN_H
#define SIM_LISTEN_H

#include "sim/base.h"

struct sim_call;
struct sim_node;

/* What a segment of a span's own time was. */
enum sim_segment_kind {
    SIM_WORK, /* burning a resource: cpu, a query, a look-up */
    SIM_WAIT  /* waiting for one: queues, backoff, network */
};

struct sim_segment {
    const char *name; /* "cpu", "cpu queue", "pool queue", "backoff", "network" */
    enum sim_segment_kind kind;
};

/* Why the caller's side of a call ended. */
enum sim_call_end {
    SIM_END_ANSWERED,
    SIM_END_TIMED_OUT,
    SIM_END_CANCELLED /* the caller was cancelled, killed, or went on without it */
};

/* Every member may be NULL. Times are sim_now unless given. */
struct sim_listener {
    void (*call_begin)(void *context, const struct sim_call *call);  /* the caller sends */
    void (*call_arrive)(void *context, const struct sim_call *call); /* the callee has it */
    void (*call_reply)(void *context, const struct sim_call *call);  /* the callee sealed its outcome */
    void (*call_end)(void *context, const struct sim_call *call,
                     enum sim_call_end end); /* the caller has done with it */
    /* [from, to) of the own time of the span of `call` (NULL: a flow that answers no call). */
    void (*segment)(void *context, const struct sim_call *call, const struct sim_segment *segment, sim_ns from,
                    sim_ns to);
    /* A named inner span opens and closes; inner spans of one call nest. */
    void (*span_begin)(void *context, const struct sim_call *call, const char *name);
    void (*span_end)(void *context, const struct sim_call *call, const char *name, bool error);
    /* A tag of the innermost open inner span, else of the call's span. */
    void (*tag)(void *context, const struct sim_call *call, const char *key, const char *value);
    /* One whose value is a whole number; NULL: it is told to `tag` as text. */
    void (*tag_int)(void *context, const struct sim_call *call, const char *key, int64_t value);
    /* Something a service would log. `level`: "debug", "info", "warn", "error". */
    void (*log)(void *context, const struct sim_node *node, const struct sim_call *call, const char *level,
                const char *message);
    /* A live param changed, or an action was done (path: the node, value: the action). */
    void (*fault)(void *context, const char *path, const char *value);
    /* A part of a node went from one of its states to another: ("breaker", "CLOSED", "OPEN"). */
    void (*transition)(void *context, const struct sim_node *node, const char *part, const char *from, const char *to);
    /* A point of a metric that the simulated service itself sends, as to a statsd agent: ("catalog.cache.hit", 1). */
    void (*emit)(void *context, const struct sim_node *node, const char *metric, double value);
    /* A message enters a link. `try` 0 is the first; each one after it is a retransmission at its time. */
    void (*message)(void *context, const struct sim_call *call, unsigned try);
};

/* One who listens; kept in the world's arena, told in the order of coming. */
struct sim_listening {
    const struct sim_listener *listener;
    void *context;
    struct sim_listening *next;
};

#endif
