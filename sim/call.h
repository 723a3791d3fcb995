/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Calls: one request from a node to another. Every call is a span.
 *
 *        begin          arrive            reply           end
 *   caller |--- network ---|--- callee ------|--- network ---|      with a link: both legs are delayed by it
 *   caller |===============|--- callee ------|===============|      without: nothing lies between, same instant
 *
 * The two sides end separately. The callee's side ends when it replies (its outcome is sealed and counted there). The
 * caller's side ends when the reply reaches it, when its timer fires, or when it is cancelled; a reply that comes after
 * that is dropped and counted `late`. The struct lives until both sides have ended. */
#ifndef SIM_CALL_H
#define SIM_CALL_H

#include "sim/event.h"
#include "sim/listen.h"

struct sim;
struct sim_flow;
struct sim_link;

/* What a call carries, each way, by value. models/ops.h says what an operation puts where. */
struct sim_payload {
    uint64_t key;
    int64_t amount;
    int64_t word[4];
};

struct sim_outcome {
    enum sim_status status;
    const char *reason; /* static text, or NULL; shown to people and counted beside the status */
};

enum sim_call_flags {
    SIM_CALL_ARRIVED = 1,
    SIM_CALL_REPLIED = 2,   /* the callee's side has ended */
    SIM_CALL_ENDED = 4,     /* the caller's side has ended */
    SIM_CALL_STARTING = 8,  /* being begun: a reply now needs no event */
    SIM_CALL_STARTED = 16,  /* by sim_start: collected by sim_join */
    SIM_CALL_ANSWERED = 32, /* the reply reached the caller in time; else what `reply` holds is not for it */
    SIM_CALL_ABANDONED = 64 /* the callee knows, or its node will on arrival, that the caller has gone */
};

struct sim_call {
    struct sim_node *from, *to;
    struct sim_link *link; /* NULL: none */
    uint64_t id;           /* of the span; 1, 2, ... in the order of their beginning */
    uint64_t parent;       /* id of the call that the caller was answering; 0: none */
    uint64_t root;         /* id of the first call of the tree: the trace */
    int op;
    unsigned flags;
    sim_ns begun, arrived, replied;
    struct sim_payload request, reply;
    struct sim_outcome outcome; /* the callee's, sealed by sim_reply */
    struct sim_outcome end;     /* the caller's: the same, or TIMEOUT or CANCELLED when that came first */
    uint32_t refs;

    struct sim_flow *caller; /* NULL once the caller's side has ended */
    uint64_t ticket;         /* of the wait it answers */
    sim_event timer;
    struct sim_call *sibling; /* the calls a flow started, in order */

    struct sim_flow *handler;     /* the callee's flow, while there is one */
    struct sim_call *prev, *next; /* the callee's calls not yet replied to */
    struct {                      /* for the callee alone, when it is an event handler */
        struct sim_call *prev, *next;
        sim_event event;
        sim_ns since;
        int64_t word;
    } at_callee;
};

/* Whether the caller still waits for it. */
static inline bool sim_call_open(const struct sim_call *call)
{
    return (call->flags & SIM_CALL_ENDED) == 0;
}

/* Ends the callee's side: seals the outcome and call->reply. Without a link the caller's timer is cancelled at once and
 * the caller goes on at +0; with one, the reply travels. A call is replied to once (sim_assert). */
void sim_reply(struct sim_call *call, struct sim_outcome outcome);

/* A one-way message that is handled at once and has no answer (a pool's release). Crosses no link; lost when the node
 * is down. */
void sim_tell(struct sim_node *to, int op, const struct sim_payload *payload);

/* Tells the listeners that the callee spent [from, now) of this call's span so. */
void sim_call_segment(const struct sim_call *call, const struct sim_segment *segment, sim_ns from);
/* Inner spans and tags of a call, for listeners. `call` may be NULL. Strings are copied by whoever keeps them. */
void sim_span_begin(const struct sim_call *call, const char *name);
void sim_span_end(const struct sim_call *call, const char *name, bool error);
void sim_tag(const struct sim_call *call, const char *key, const char *value);
void sim_tag_int(const struct sim_call *call, const char *key, int64_t value);
void sim_log(const struct sim_node *node, const struct sim_call *call, const char *level, const char *message);
/* A part's change of state, and a point of a metric that the simulated service itself sends; for listeners. */
void sim_transition(const struct sim_node *node, const char *part, const char *from, const char *to);
void sim_emit(const struct sim_node *node, const char *metric, double value);
/* What was done to the world: see `fault` of struct sim_listener. */
void sim_tell_fault(const struct sim *sim, const char *path, const char *value);

#endif
