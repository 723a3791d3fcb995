/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Building the traces while the world runs. See collect.h.
 *
 *             call_begin                both sides of all calls ended
 *   (chunks) -----------> live, growing ------------------------------> sink -> retained, or its chunks are free again
 *                           |  root ended, abandoned work goes on           ^
 *                           +--> lingering --- no chunk left: the oldest ---+ (TRACE_CLOSED)
 *
 * A trace owns a chain of chunks of one size, which hold all that belongs to it; so nothing is freed but whole chains,
 * and nothing is allocated for a span. A span is in the map while a side of its call is open: nothing that has to be kept
 * is said of it afterwards.
 *
 * A message that is lost for good after its caller has gone ends nothing that a listener hears of; such a trace lingers
 * until the end of the run. */
#include "reports/collect.h"

#include <stdlib.h>
#include <string.h>

enum {
    CHUNK_BYTES = 2048,
    SPANS_MAX = 20000,          /* of one trace */
    CHUNKS_OF_TRACE_MAX = 8192, /* 16 MiB */
    TEXT_MAX = 500,             /* bytes of a tag's value, a message, a name */
    SLAB_CHUNKS = 32
};

struct trace_chunk {
    struct trace_chunk *next;
    unsigned char bytes[CHUNK_BYTES - sizeof(struct trace_chunk *)] __attribute__((aligned(8)));
};

struct trace_slab {
    struct trace_slab *next;
    struct trace_chunk chunks[SLAB_CHUNKS];
};

const struct sim_segment trace_network = {"network", SIM_WAIT};

static void close_oldest_lingering(struct collector *collector);

/* ---- memory ---- */

static void add_slab(struct collector *collector)
{
    struct trace_slab *slab = sim_xmalloc(sizeof *slab);
    slab->next = collector->slabs;
    collector->slabs = slab;
    for (size_t i = 0; i < SLAB_CHUNKS; i++) {
        slab->chunks[i].next = collector->free_chunks;
        collector->free_chunks = &slab->chunks[i];
    }
    collector->chunks += SLAB_CHUNKS;
}

/* For `trace` (NULL: a new one). When there is none left, the trace that has lingered longest makes room. */
static struct trace_chunk *take_chunk(struct collector *collector, const struct trace *trace)
{
    if (collector->free_chunks == NULL && collector->chunks < collector->chunks_max)
        add_slab(collector);
    if (collector->free_chunks == NULL && collector->lingering != NULL && collector->lingering != trace)
        close_oldest_lingering(collector);
    struct trace_chunk *chunk = collector->free_chunks;
    if (chunk != NULL)
        collector->free_chunks = chunk->next;
    return chunk;
}

/* Zeroed; NULL when the trace is too large or there is no memory left. bytes <= a chunk. */
static void *take(struct collector *collector, struct trace *trace, size_t bytes)
{
    bytes = (bytes + 7) & ~(size_t)7;
    if (trace->used + bytes > sizeof trace->chunks->bytes) {
        const bool full = trace->chunk_count == CHUNKS_OF_TRACE_MAX;
        struct trace_chunk *chunk = full ? NULL : take_chunk(collector, trace);
        if (chunk == NULL) {
            trace->flags |= TRACE_CUT;
            return NULL;
        }
        chunk->next = trace->chunks;
        trace->chunks = chunk;
        trace->chunk_count++;
        trace->used = 0;
    }
    void *memory = trace->chunks->bytes + trace->used;
    trace->used += bytes;
    return memset(memory, 0, bytes);
}

static const char *take_text(struct collector *collector, struct trace *trace, const char *text)
{
    size_t length = strnlen(text, TEXT_MAX);
    char *copy = take(collector, trace, length + 1);
    if (copy == NULL)
        return "";
    memcpy(copy, text, length);
    return copy;
}

static void give_chunks(struct collector *collector, struct trace *trace)
{
    struct trace_chunk *const newest = trace->chunks;
    trace->oldest_chunk->next = collector->free_chunks; /* where the trace itself lies */
    collector->free_chunks = newest;
}

/* ---- the lists of traces under way ---- */

static void link_live(struct collector *collector, struct trace *trace)
{
    trace->next = collector->live;
    if (trace->next != NULL)
        trace->next->prev = trace;
    collector->live = trace;
}

static void unlink_trace(struct collector *collector, struct trace *trace)
{
    if (trace->prev != NULL)
        trace->prev->next = trace->next;
    else if (trace->lingers)
        collector->lingering = trace->next;
    else
        collector->live = trace->next;
    if (trace->next != NULL)
        trace->next->prev = trace->prev;
    else if (trace->lingers)
        collector->lingering_last = trace->prev;
    trace->prev = trace->next = NULL;
}

static void let_linger(struct collector *collector, struct trace *trace)
{
    unlink_trace(collector, trace);
    trace->lingers = true;
    trace->prev = collector->lingering_last;
    if (trace->prev != NULL)
        trace->prev->next = trace;
    else
        collector->lingering = trace;
    collector->lingering_last = trace;
}

/* ---- the end of a trace ---- */

static void hand_over(struct collector *collector, struct trace *trace)
{
    unlink_trace(collector, trace);
    collector->counts.complete += (trace->flags & (TRACE_UNFINISHED | TRACE_CLOSED)) == 0;
    collector->counts.unfinished += (trace->flags & TRACE_UNFINISHED) != 0;
    collector->counts.closed += (trace->flags & TRACE_CLOSED) != 0;
    collector->counts.cut += (trace->flags & TRACE_CUT) != 0;
    trace->horizon = collector->sim->now;
    trace->keepers = 1;
    collector->sink(collector->context, trace);
    trace_release(collector, trace);
}

void trace_retain(struct collector *collector, struct trace *trace)
{
    (void)collector;
    sim_assert(trace->keepers > 0);
    trace->keepers++;
}

void trace_release(struct collector *collector, struct trace *trace)
{
    sim_assert(trace->keepers > 0);
    if (--trace->keepers == 0)
        give_chunks(collector, trace);
}

/* What is open in a trace that will hear no more: the arrival is read from the call, if that is still the same one. */
static void close_spans(struct collector *collector, struct trace *trace)
{
    for (struct trace_span *span = trace->root; span != NULL;
         span = (struct trace_span *)(uintptr_t)trace_next(span, NULL)) {
        const struct sim_call *call = span->call;
        if (call == NULL)
            continue;
        if (call->id == span->id && (call->flags & SIM_CALL_ARRIVED) != 0) {
            span->flags |= TRACE_SPAN_ARRIVED;
            span->arrived = call->arrived;
        }
        span->call = NULL;
        sim_map_remove(&collector->spans, span->id);
    }
}

static void close_oldest_lingering(struct collector *collector)
{
    struct trace *trace = collector->lingering;
    close_spans(collector, trace);
    trace->flags |= TRACE_CLOSED;
    hand_over(collector, trace);
}

/* ---- spans ---- */

static struct trace *trace_begin(struct collector *collector, uint64_t id)
{
    struct trace_chunk *chunk = take_chunk(collector, NULL);
    if (chunk == NULL) {
        collector->counts.refused++;
        return NULL;
    }
    struct trace *trace = (struct trace *)(void *)chunk->bytes;
    chunk->next = NULL;
    memset(trace, 0, sizeof *trace);
    trace->id = id;
    trace->chunks = trace->oldest_chunk = chunk;
    trace->chunk_count = 1;
    trace->used = (sizeof *trace + 7) & ~(size_t)7;
    link_live(collector, trace);
    return trace;
}

static struct trace_span *add_span(struct collector *collector, struct trace *trace, struct trace_span *parent)
{
    struct trace_span *span = NULL;
    if (trace->span_count + trace->inner_count >= SPANS_MAX)
        trace->flags |= TRACE_CUT;
    else
        span = take(collector, trace, sizeof *span);
    if (span == NULL)
        return NULL;
    span->parent = parent;
    span->trace = trace;
    span->begun = collector->sim->now;
    if (parent == NULL) {
        trace->root = span;
        return span;
    }
    if (parent->last != NULL)
        parent->last->next = span;
    else
        parent->first = span;
    parent->last = span;
    return span;
}

/* The span of a call that is under way; NULL when it is not collected. */
static struct trace_span *span_of(struct collector *collector, const struct sim_call *call)
{
    return call == NULL ? NULL : sim_map_get(&collector->spans, call->id);
}

/* The innermost open span of a call. */
static struct trace_span *innermost(struct trace_span *span)
{
    return span != NULL && span->open_inner != NULL ? span->open_inner : span;
}

/* ---- what is heard ---- */

static void on_begin(void *context, const struct sim_call *call)
{
    struct collector *collector = context;
    struct trace_span *parent = NULL;
    struct trace *trace = NULL;
    if (collector->only != 0 && call->id == collector->only)
        collector->only_root = call->root;
    if (call->parent != 0) {
        parent = innermost(sim_map_get(&collector->spans, call->parent));
        trace = parent == NULL ? NULL : parent->trace;
    } else if (collector->only == 0 || collector->only == call->id) {
        trace = trace_begin(collector, call->id);
    }
    struct trace_span *span = trace == NULL ? NULL : add_span(collector, trace, parent);
    if (span == NULL)
        return;
    span->call = call;
    span->id = call->id;
    span->from = call->from;
    span->to = call->to;
    span->op = call->op;
    trace->span_count++;
    trace->open += 2;
    sim_map_put(&collector->spans, call->id, span);
}

/* A side of a call has ended. */
static void side_ended(struct collector *collector, struct trace_span *span)
{
    struct trace *trace = span->trace;
    const unsigned both = TRACE_SPAN_REPLIED | TRACE_SPAN_ENDED;
    if ((span->flags & both) == both) {
        span->call = NULL;
        sim_map_remove(&collector->spans, span->id);
    }
    if (--trace->open == 0)
        hand_over(collector, trace);
    else if ((trace->root->flags & TRACE_SPAN_ENDED) != 0 && !trace->lingers)
        let_linger(collector, trace);
}

static void note_arrival(struct trace_span *span, const struct sim_call *call)
{
    if ((call->flags & SIM_CALL_ARRIVED) == 0)
        return;
    span->flags |= TRACE_SPAN_ARRIVED;
    span->arrived = call->arrived;
}

/* Closes the open inner spans of a call that lie within `outermost`. */
static void close_inner(struct trace_span *call, struct trace_span *outermost, sim_ns at)
{
    struct trace_span *inner = call->open_inner;
    for (; inner != NULL && inner != outermost; inner = inner->parent) {
        inner->flags |= TRACE_SPAN_REPLIED | TRACE_SPAN_ENDED | TRACE_SPAN_ANSWERED;
        inner->replied = inner->ended = at;
    }
    call->open_inner = outermost == call ? NULL : outermost;
}

static void on_reply(void *context, const struct sim_call *call)
{
    struct collector *collector = context;
    struct trace_span *span = span_of(collector, call);
    if (span == NULL)
        return;
    note_arrival(span, call);
    span->flags |= TRACE_SPAN_REPLIED;
    span->replied = call->replied;
    span->outcome = call->outcome;
    close_inner(span, span, span->replied); /* left open by who was killed or cancelled */
    side_ended(collector, span);
}

static void on_end(void *context, const struct sim_call *call, enum sim_call_end end)
{
    struct collector *collector = context;
    struct trace_span *span = span_of(collector, call);
    if (span == NULL)
        return;
    note_arrival(span, call);
    span->flags |= TRACE_SPAN_ENDED | (end == SIM_END_ANSWERED ? TRACE_SPAN_ANSWERED : 0U);
    span->ended = collector->sim->now;
    span->end = call->end;
    side_ended(collector, span);
}

/* Time between nodes is known from the span's own times. */
static bool is_network(struct collector *collector, const struct sim_segment *segment)
{
    if (segment == collector->network)
        return true;
    if (collector->network != NULL || strcmp(segment->name, trace_network.name) != 0)
        return false;
    collector->network = segment;
    return true;
}

static void on_segment(void *context, const struct sim_call *call, const struct sim_segment *segment, sim_ns from,
                       sim_ns to)
{
    struct collector *collector = context;
    struct trace_span *span = is_network(collector, segment) ? NULL : innermost(span_of(collector, call));
    struct trace_segment *added = span == NULL ? NULL : take(collector, span->trace, sizeof *added);
    if (added == NULL)
        return;
    *added = (struct trace_segment){.segment = segment, .from = from, .to = to};
    if (span->last_segment != NULL)
        span->last_segment->next = added;
    else
        span->segments = added;
    span->last_segment = added;
}

static void on_span_begin(void *context, const struct sim_call *call, const char *name)
{
    struct collector *collector = context;
    struct trace_span *outer = span_of(collector, call);
    struct trace_span *span = outer == NULL ? NULL : add_span(collector, outer->trace, innermost(outer));
    if (span == NULL)
        return;
    span->name = take_text(collector, outer->trace, name);
    span->from = span->to = call->to;
    span->arrived = span->begun;
    span->flags = TRACE_SPAN_ARRIVED;
    span->id = ++outer->trace->inner_count;
    outer->open_inner = span;
}

static void on_span_end(void *context, const struct sim_call *call, const char *name, bool error)
{
    struct collector *collector = context;
    struct trace_span *outer = span_of(collector, call);
    struct trace_span *span = outer == NULL ? NULL : outer->open_inner;
    while (span != NULL && span != outer && strncmp(span->name, name, TEXT_MAX) != 0)
        span = span->parent; /* its beginning did not fit, or one inside was left open */
    if (span == NULL || span == outer)
        return;
    span->flags |= error ? TRACE_SPAN_ERROR : 0U;
    close_inner(outer, span->parent, collector->sim->now);
}

static void on_tag(void *context, const struct sim_call *call, const char *key, const char *value)
{
    struct collector *collector = context;
    struct trace_span *span = innermost(span_of(collector, call));
    struct trace_tag *tag = span == NULL ? NULL : take(collector, span->trace, sizeof *tag);
    if (tag == NULL)
        return;
    tag->key = take_text(collector, span->trace, key);
    tag->value = take_text(collector, span->trace, value);
    if (span->last_tag != NULL)
        span->last_tag->next = tag;
    else
        span->tags = tag;
    span->last_tag = tag;
}

static void on_log(void *context, const struct sim_node *node, const struct sim_call *call, const char *level,
                   const char *message)
{
    struct collector *collector = context;
    struct trace_span *span = innermost(span_of(collector, call));
    struct trace_event *event = span == NULL ? NULL : take(collector, span->trace, sizeof *event);
    (void)node;
    if (event == NULL)
        return;
    event->at = collector->sim->now;
    event->after = span->last;
    event->level = take_text(collector, span->trace, level);
    event->message = take_text(collector, span->trace, message);
    if (span->last_event != NULL)
        span->last_event->next = event;
    else
        span->events = event;
    span->last_event = event;
}

/* ---- life ---- */

void collector_init(struct collector *collector, struct sim *sim, trace_sink sink, void *context)
{
    static const struct sim_listener listener = {.call_begin = on_begin,
                                                 .call_reply = on_reply,
                                                 .call_end = on_end,
                                                 .segment = on_segment,
                                                 .span_begin = on_span_begin,
                                                 .span_end = on_span_end,
                                                 .tag = on_tag,
                                                 .log = on_log};
    *collector =
        (struct collector){.sim = sim, .sink = sink, .context = context, .chunks_max = COLLECTOR_BYTES / CHUNK_BYTES};
    sim_listen(sim, &listener, collector);
}

void collector_finish(struct collector *collector)
{
    for (int list = 0; list < 2; list++) {
        struct trace **first = list == 0 ? &collector->lingering : &collector->live;
        while (*first != NULL) {
            struct trace *trace = *first;
            close_spans(collector, trace);
            trace->flags |= TRACE_UNFINISHED;
            hand_over(collector, trace);
        }
    }
}

void collector_fini(struct collector *collector)
{
    while (collector->slabs != NULL) {
        struct trace_slab *slab = collector->slabs;
        collector->slabs = slab->next;
        free(slab);
    }
    sim_map_fini(&collector->spans);
}
