/* SPDX-License-Identifier: GPL-3.0-or-later */
/* USDT probes (sys/sdt.h). A probe is a nop and a note in the ELF file that says where the nop is and where its arguments
 * are; a tracer puts a breakpoint there. Each has a semaphore, a counter in the program that the tracer raises while it
 * is attached.
 *
 * The probes are one more listener (sim/listen.h), and it comes only when a semaphore is up: a look at the counters when
 * the cell is built and then with every poll of the run. So an idle probe costs nothing, and one may attach before the
 * start (bpftrace -c) or in the middle (-p). Being a listener, it posts no events and draws no numbers: who looks on
 * changes nothing.
 *
 * All times are simulated, in ns. What a call spent waiting is known when the wait is over; so wait_begin fires then
 * too, just before its wait_end, with the time at which the wait had begun.
 *
 * bpftrace on x86-64 reads six arguments of a probe at most; what comes after the sixth is for perf, gdb and SystemTap.
 *
 * This file lies here and not in sim/ because it knows what a cache look-up is (models/ops.h), and because the model id
 * is a hash of sim/ and models/, which probes are no part of. */
#include "scenarios/probes.h"

#if SIMEX_HAVE_SDT /* given by CMake */

#include "models/ops.h"

#include <string.h>

#define _SDT_HAS_SEMAPHORES 1 /* NOLINT(bugprone-reserved-identifier): the header asks for it */
#include <sys/sdt.h>

#ifdef __clang__ /* which finds fault with the header's macros where they are used */
#pragma clang diagnostic ignored "-Wgnu-zero-variadic-macro-arguments"
#endif

#define PROBES(X) \
    X(call_begin) \
    X(call_arrive) \
    X(call_reply) \
    X(call_end) \
    X(wait_begin) \
    X(wait_end) \
    X(cpu_run) \
    X(network_send) \
    X(retransmit) \
    X(breaker_state) \
    X(cache_lookup) \
    X(fault)

/* The kernel counts in them, so they are no state of ours; the note names them, so they have linkage. */
#define DEFINE_SEMAPHORE(name) \
    extern volatile unsigned short simex_##name##_semaphore; \
    volatile unsigned short simex_##name##_semaphore __attribute__((section(".probes"), used));
PROBES(DEFINE_SEMAPHORE)

#define ATTACHED(name) __builtin_expect(simex_##name##_semaphore != 0, 0)

static bool is_any_attached(void)
{
    bool any = false;
#define LOOK(name) any = any || simex_##name##_semaphore != 0;
    PROBES(LOOK)
#undef LOOK
    return any;
}

/* A tracer reads a text when the probe fires; none is the empty one. */
static const char *text_of(const char *text)
{
    return text == NULL ? "" : text;
}

static sim_ns now_of(const struct sim_call *call)
{
    return call->to->sim->now;
}

/* ---- calls ---- */

static void on_begin(void *context, const struct sim_call *call)
{
    (void)context;
    if (ATTACHED(call_begin))
        STAP_PROBE8(simex, call_begin, now_of(call), call->from->name, call->to->name, call->id, call->parent,
                    call->request.key, call->op, call->root);
}

static void on_arrive(void *context, const struct sim_call *call)
{
    (void)context;
    if (ATTACHED(call_arrive))
        STAP_PROBE8(simex, call_arrive, now_of(call), call->from->name, call->to->name, call->id, call->parent,
                    call->request.key, call->op, call->root);
}

static void on_reply(void *context, const struct sim_call *call)
{
    (void)context;
    const enum sim_status status = call->outcome.status;
    if (ATTACHED(call_reply))
        STAP_PROBE8(simex, call_reply, now_of(call), call->to->name, call->id, call->replied - call->arrived,
                    sim_status_name(status), text_of(call->outcome.reason), call->from->name, call->root);
    /* One that was refused, or failed, was no look-up. */
    if (ATTACHED(cache_lookup) && call->op == OP_CACHE_GET && (status == SIM_OK || status == SIM_NOT_FOUND))
        STAP_PROBE5(simex, cache_lookup, now_of(call), call->to->name, call->request.key, (int)(status == SIM_OK),
                    call->id);
}

static void on_end(void *context, const struct sim_call *call, enum sim_call_end end)
{
    (void)context;
    if (ATTACHED(call_end))
        STAP_PROBE9(simex, call_end, now_of(call), call->from->name, call->to->name, now_of(call) - call->begun,
                    sim_status_name(call->end.status), text_of(call->end.reason), call->id, call->root, (int)end);
}

/* ---- time of their own ---- */

static void on_segment(void *context, const struct sim_call *call, const struct sim_segment *segment, sim_ns from,
                       sim_ns to)
{
    (void)context;
    const char *node = call == NULL ? "" : call->to->name;
    const uint64_t id = call == NULL ? 0 : call->id;
    if (segment->kind == SIM_WAIT) {
        if (ATTACHED(wait_begin))
            STAP_PROBE4(simex, wait_begin, from, node, segment->name, id);
        if (ATTACHED(wait_end))
            STAP_PROBE5(simex, wait_end, to, node, segment->name, id, to - from);
    } else if (ATTACHED(cpu_run) && strcmp(segment->name, "cpu") == 0) {
        STAP_PROBE4(simex, cpu_run, to, node, to - from, id);
    }
}

static void on_message(void *context, const struct sim_call *call, unsigned try)
{
    (void)context;
    if (try == 0 && ATTACHED(network_send))
        STAP_PROBE5(simex, network_send, now_of(call), call->from->name, call->to->name, call->link->name, call->id);
    if (try > 0 && ATTACHED(retransmit))
        STAP_PROBE6(simex, retransmit, now_of(call), call->from->name, call->to->name, call->link->name, call->id, try);
}

/* ---- what happens to nodes ---- */

static void on_transition(void *context, const struct sim_node *node, const char *part, const char *from,
                          const char *to)
{
    (void)context;
    if (ATTACHED(breaker_state))
        STAP_PROBE5(simex, breaker_state, sim_now(node), node->name, part, from, to);
}

static void on_fault(void *context, const char *path, const char *value)
{
    const struct sim *sim = context;
    if (ATTACHED(fault))
        STAP_PROBE3(simex, fault, sim->now, path, text_of(value));
}

static const struct sim_listener probes = {
    .call_begin = on_begin,
    .call_arrive = on_arrive,
    .call_reply = on_reply,
    .call_end = on_end,
    .segment = on_segment,
    .message = on_message,
    .transition = on_transition,
    .fault = on_fault,
};

bool probes_built(void)
{
    return true;
}

void probes_look(struct sim *sim, bool *hearing)
{
    if (*hearing || !is_any_attached())
        return;
    *hearing = true;
    sim_listen(sim, &probes, sim);
}

#else

bool probes_built(void)
{
    return false;
}

void probes_look(struct sim *sim, bool *hearing)
{
    (void)sim;
    (void)hearing;
}

#endif
