/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Complete traces of a world that runs. A trace is the tree of calls below one root call, which a flow that answers no
 * call begins (a client's). Each call is a span; inner spans that a service opens are spans too.
 *
 *     span of a call:   begun ---- arrived ------------------ replied ---- ended
 *                        network     the callee's own time:      network
 *                                    segments, inner spans,
 *                                    calls of its own
 *
 * For every trace the pieces add up to its duration, to the nanosecond: trace_blame visits pieces that tile any stretch
 * of a span. What a callee did after its caller had gone is abandoned work, outside of the trace's duration.
 *
 * A trace is handed to the sink once both sides of all its calls have ended; unless the sink retains it, its memory is
 * used again at once. Traces whose root had not ended with the run are handed over at collector_finish, marked. */
#ifndef REPORTS_COLLECT_H
#define REPORTS_COLLECT_H

#include "sim/map.h"
#include "sim/world.h"

struct trace_segment {
    const struct sim_segment *segment; /* the model's, static */
    sim_ns from, to;
    struct trace_segment *next; /* in the order of ending */
};

struct trace_tag {
    const char *key, *value;
    struct trace_tag *next;
};

struct trace_span;

struct trace_event {
    const char *level, *message;
    sim_ns at;
    const struct trace_span *after; /* the span's last child when it was said; NULL: it had none */
    struct trace_event *next;
};

enum trace_span_flags {
    TRACE_SPAN_ARRIVED = 1,
    TRACE_SPAN_REPLIED = 2, /* of an inner span: it was closed */
    TRACE_SPAN_ENDED = 4,   /* the caller's side */
    TRACE_SPAN_ANSWERED = 8,
    TRACE_SPAN_ERROR = 16 /* an inner span that was closed as an error */
};

struct trace_span {
    struct trace *trace;
    struct trace_span *parent, *next; /* next: of the same parent, in the order of beginning */
    struct trace_span *first, *last;  /* children: calls and inner spans */
    struct trace_segment *segments, *last_segment;
    struct trace_tag *tags, *last_tag;
    struct trace_event *events, *last_event;
    struct trace_span *open_inner;    /* of a call: the innermost inner span that is open */
    const struct sim_call *call;      /* while it is under way */
    const char *name;                 /* of an inner span; NULL: a call */
    const struct sim_node *from, *to; /* an inner span: both the node */
    uint64_t id;                      /* of the call; of an inner span 1, 2, ... in its trace */
    int op;
    unsigned flags;
    sim_ns begun, arrived, replied, ended; /* valid as the flags say; an inner span: begun = arrived, replied = ended */
    struct sim_outcome outcome, end;       /* the callee's; the caller's */
};

enum trace_flags {
    TRACE_UNFINISHED = 1, /* the run ended first */
    TRACE_CLOSED = 2,     /* handed over while abandoned work went on, for want of memory */
    TRACE_CUT = 4         /* spans or segments were left out: it is too large */
};

struct trace {
    struct trace_span *root;
    uint64_t id; /* of the root call */
    uint32_t span_count, inner_count;
    uint32_t open;    /* sides of calls that have not ended */
    uint32_t keepers; /* see trace_retain */
    unsigned flags;
    bool lingers;   /* in the list of those whose root has ended */
    sim_ns horizon; /* when it was handed over: what had not ended by then is taken to last until then */
    struct trace_chunk *chunks, *oldest_chunk;
    size_t used, chunk_count;
    struct trace *prev, *next;
};

/* What the collector does with a trace that is complete. It lives on only when the sink retains it. */
typedef void (*trace_sink)(void *context, struct trace *trace);

struct collector_counts {
    uint64_t complete;   /* traces handed over whole */
    uint64_t unfinished; /* of these, root or abandoned work not ended with the run */
    uint64_t closed;     /* TRACE_CLOSED */
    uint64_t cut;        /* TRACE_CUT */
    uint64_t refused;    /* root calls not collected: no memory left */
};

struct collector {
    struct sim *sim;
    trace_sink sink;
    void *context;
    uint64_t only;        /* collect this root alone; 0: all */
    uint64_t only_root;   /* the root of `only`, should it be no root itself; 0: not seen */
    struct sim_map spans; /* id -> span under way */
    struct trace_chunk *free_chunks;
    struct trace_slab *slabs;
    size_t chunks, chunks_max;
    struct trace *live, *lingering, *lingering_last;
    const struct sim_segment *network; /* as the kernel's links name it */
    struct collector_counts counts;
};

/* Bytes of traces at once, retained ones included. */
#define COLLECTOR_BYTES ((size_t)96 << 20)

/* Listens to `sim`, which outlives the collector's traces (names belong to it). Before the run. */
void collector_init(struct collector *collector, struct sim *sim, trace_sink sink, void *context);
/* After the run: hands over what is still open. */
void collector_finish(struct collector *collector);
/* Frees everything, retained traces too. */
void collector_fini(struct collector *collector);

/* For the sink: the trace stays until as many releases; one that nobody retains is gone after the sink returns. */
void trace_retain(struct collector *collector, struct trace *trace);
void trace_release(struct collector *collector, struct trace *trace);

/* ---- reading a trace (trace.c) ---- */

/* When the root's caller was done with it, or the horizon. */
sim_ns trace_end(const struct trace *trace);
sim_ns trace_duration(const struct trace *trace);
/* When the last of its work, abandoned work included, ended. */
sim_ns trace_last(const struct trace *trace);
/* What the root came to, for its caller. */
struct sim_outcome trace_outcome(const struct trace *trace);

/* What a span came to: for its caller once it has ended, else for the callee. An inner span: OK or ERROR. */
struct sim_outcome trace_span_outcome(const struct trace_span *span);
/* Its end as its caller sees it, or the horizon. */
sim_ns trace_span_end(const struct trace_span *span);
/* The operation's name, or the inner span's. */
const char *trace_span_name(const struct trace_span *span);
/* Time between nodes, as the caller sees it: [begun, *there) and [*back, end). An inner span has none. */
void trace_span_network(const struct trace_span *span, sim_ns *there, sim_ns *back);
/* Whether the callee went on after the caller's side had ended: [*from, *to) is what it did then. */
bool trace_span_abandoned(const struct trace_span *span, sim_ns *from, sim_ns *to);
/* Unique in the run: the call's id; of an inner span one with the highest bit set. */
uint64_t trace_span_id(const struct trace_span *span);
/* The next span in the order of the tree, NULL after the last; *depth (may be NULL) follows. */
const struct trace_span *trace_next(const struct trace_span *span, int *depth);

/* Who is told of the pieces of a stretch of time. `segment` NULL: time that nothing accounts for. */
struct trace_visitor {
    /* [from, to): the part of the span that is looked at. Pieces, and spans inside, come between the two. May be NULL. */
    void (*enter)(void *context, const struct trace_span *span, sim_ns from, sim_ns to);
    void (*leave)(void *context, const struct trace_span *span);
    void (*piece)(void *context, const struct trace_span *span, const struct sim_segment *segment, sim_ns from,
                  sim_ns to);
    void *context;
};

/* Visits the pieces of [from, to) of a span, in no order of time. They tile it: no hole, no overlap. Where calls run side
 * by side, the time goes to the one that ended last, and before its beginning to the one that ended last before that
 * (the critical path). */
void trace_blame(const struct trace_span *span, sim_ns from, sim_ns to, const struct trace_visitor *visitor);

/* The pieces of the whole trace, [begun, end) of the root. */
void trace_blame_all(const struct trace *trace, const struct trace_visitor *visitor);

/* Work, waits and what nothing accounts for; they add up to the duration. */
struct trace_sums {
    sim_ns work, wait, other;
};
struct trace_sums trace_sum(const struct trace *trace);

extern const struct sim_segment trace_network; /* what trace_blame calls the time between nodes */

#endif
