/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A trace made by hand, for what reads traces: clients ask the gateway, which asks the shop twice: the first time in vain,
 * the second time it falls back.
 *
 *     0        10       20       30       40       50       60       70       80 ms
 *     gateway get_product ============================================  200
 *       shop get_product ========                                       504 Timed Out, abandoned until 70
 *         cpu            ====[=======================================]
 *       backoff                  ++++++++
 *       shop get_product                 ========================       200
 *         network                        ++++                  ++
 *         logic.fallback                       ==============
 *           redis cache_get                    ======                   404
 *           cpu queue                                ++++
 *           cpu                                          ----
 *         cpu                                                ----            */
#ifndef TESTS_TRACES_H
#define TESTS_TRACES_H

#include "models/ops.h"
#include "reports/collect.h"

struct made_trace {
    struct trace trace;
    struct sim_node clients, gateway, shop, redis;
    struct trace_span root, lost, second, fallback, get;
    struct trace_segment segments[8];
    struct trace_tag tags[2];
    struct trace_event event;
};

static const struct sim_segment made_cpu = {"cpu", SIM_WORK};
static const struct sim_segment made_queue = {"cpu queue", SIM_WAIT};
static const struct sim_segment made_backoff = {"backoff", SIM_WAIT};
static const struct sim_segment made_look = {"cache get", SIM_WORK};

static inline void made_span(struct made_trace *made, struct trace_span *span, struct trace_span *parent,
                             struct sim_node *from, struct sim_node *to, const sim_ns times[4])
{
    *span =
        (struct trace_span){.trace = &made->trace,
                            .parent = parent,
                            .from = from,
                            .to = to,
                            .id = ++made->trace.span_count,
                            .flags = TRACE_SPAN_ARRIVED | TRACE_SPAN_REPLIED | TRACE_SPAN_ENDED | TRACE_SPAN_ANSWERED,
                            .begun = times[0] * SIM_MS,
                            .arrived = times[1] * SIM_MS,
                            .replied = times[2] * SIM_MS,
                            .ended = times[3] * SIM_MS};
    if (parent == NULL)
        return;
    if (parent->last != NULL)
        parent->last->next = span;
    else
        parent->first = span;
    parent->last = span;
}

static inline void made_segment(struct made_trace *made, int at, struct trace_span *span,
                                const struct sim_segment *what, sim_ns from, sim_ns to)
{
    made->segments[at] = (struct trace_segment){.segment = what, .from = from * SIM_MS, .to = to * SIM_MS};
    if (span->last_segment != NULL)
        span->last_segment->next = &made->segments[at];
    else
        span->segments = &made->segments[at];
    span->last_segment = &made->segments[at];
}

static inline void made_trace_init(struct made_trace *made)
{
    *made = (struct made_trace){
        .clients.name = "clients", .gateway.name = "gateway", .shop.name = "shop", .redis.name = "redis"};
    made->trace.root = &made->root;
    made->trace.id = 1;
    made->trace.horizon = 80 * SIM_MS;
    made_span(made, &made->root, NULL, &made->clients, &made->gateway, (sim_ns[]){0, 0, 60, 60});
    made_span(made, &made->lost, &made->root, &made->gateway, &made->shop, (sim_ns[]){0, 0, 70, 10});
    made->lost.flags &= ~(unsigned)TRACE_SPAN_ANSWERED;
    made->lost.end = (struct sim_outcome){SIM_TIMEOUT, "Timed Out"};
    made_segment(made, 0, &made->lost, &made_cpu, 0, 70);
    made_segment(made, 1, &made->root, &made_backoff, 10, 20);
    made_span(made, &made->second, &made->root, &made->gateway, &made->shop, (sim_ns[]){20, 25, 57, 60});
    made_span(made, &made->fallback, &made->second, &made->shop, &made->shop, (sim_ns[]){25, 25, 50, 50});
    made->fallback.name = "logic.fallback";
    made_span(made, &made->get, &made->fallback, &made->shop, &made->redis, (sim_ns[]){25, 25, 35, 35});
    made->get.op = OP_CACHE_GET;
    made->get.end = made->get.outcome = (struct sim_outcome){SIM_NOT_FOUND, NULL};
    made_segment(made, 2, &made->get, &made_look, 25, 35);
    made_segment(made, 3, &made->fallback, &made_queue, 35, 42);
    made_segment(made, 4, &made->fallback, &made_cpu, 42, 50);
    made_segment(made, 5, &made->second, &made_cpu, 50, 57);
    made->tags[0] = (struct trace_tag){"app.fallback_used", "true", &made->tags[1]};
    made->tags[1] = (struct trace_tag){"stock", "-2.5", NULL};
    made->fallback.tags = &made->tags[0];
    made->event = (struct trace_event){"warn", "stock <unknown> & \"old\"", 42 * SIM_MS, NULL, NULL};
    made->second.events = &made->event;
}

#endif
