/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the tests of the kernel share: a node whose flows follow a script.
 *
 * A script is an array of steps that ends with KIT_END. A call's operation chooses the script that answers it; a script
 * may also be spawned at an instant (kit_spawn_at). What each step came to is kept in the node's log. A flow that got
 * a connection gives it back at the next KIT_RELEASE, or at the end of its script, as a service would. */
#ifndef TESTS_KIT_H
#define TESTS_KIT_H

#include "models/models.h"
#include "models/ops.h"
#include "sim/cpu.h"
#include "sim/waitq.h"
#include "sim/world.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Operations of a kit node; the kit's own, beside those of models/ops.h. */
enum { KIT_OP = 8, KIT_SCRIPTS = 8, KIT_RECORDS = 256 };

enum kit_kind {
    KIT_END,
    KIT_CALL,    /* to, op, timeout */
    KIT_ACQUIRE, /* to: a pool; timeout */
    KIT_RELEASE, /* what was acquired, if it was */
    KIT_SLEEP,   /* ns */
    KIT_CPU,     /* ns; of the node's own cores */
    KIT_SHED,    /* the same by cpu_run_or_shed */
    KIT_WAIT,    /* in the node's queue */
    KIT_PATIENT, /* the same for `timeout` at most, then UNAVAILABLE "Late" */
    KIT_WAKE,    /* the first of the queue of `to`; the outcome is LIMITED "Woken" when ns is 1 */
    KIT_START,   /* to, op, timeout */
    KIT_JOIN,    /* want */
    KIT_DROP,
    KIT_REPLY, /* now, and goes on */
    KIT_FAIL,  /* the script's outcome becomes ERROR "Failed" */
    KIT_AGAIN  /* from the first step */
};

struct kit_step {
    enum kit_kind kind;
    struct sim_node *to;
    int op;
    uint32_t want;
    sim_ns ns;
    sim_ns timeout; /* 0: none */
};

struct kit_record {
    sim_ns at;
    const struct kit_step *step;
    uint64_t flow; /* 1, 2, ... in the order of their beginning at this node */
    enum sim_status status;
    const char *reason;
    uint64_t ticket;
    uint64_t events; /* dispatched until then */
    struct sim_payload reply;
};

struct kit_node {
    struct sim_node node; /* must be first */
    struct sim_cpu cpu;
    struct sim_waitq queue;
    struct sim_node *pool; /* param */
    struct sim_node *peer; /* param */
    const struct kit_step *scripts[KIT_SCRIPTS];
    uint64_t flows_begun;
    unsigned starts, resets;
    uint32_t record_count;
    struct kit_record records[KIT_RECORDS];
};

struct kit_frame {
    struct sim_flow flow; /* must be first */
    const struct kit_step *script, *step;
    uint64_t number;
    struct sim_node *granted_by; /* NULL: holds nothing */
    struct sim_payload grant;
    struct sim_outcome outcome;
};

static const struct sim_segment kit_sleep_segment = {"sleep", SIM_WAIT};
static const struct sim_segment kit_wait_segment = {"wait", SIM_WAIT};
static const struct sim_outcome kit_late = {SIM_UNAVAILABLE, "Late"};

static inline sim_ns kit_timeout(const struct kit_step *step)
{
    return step->timeout == 0 ? SIM_NO_TIMEOUT : step->timeout;
}

static inline void kit_record(struct kit_frame *my)
{
    struct kit_node *node = (struct kit_node *)my->flow.node;
    if (node->record_count == KIT_RECORDS)
        return;
    node->records[node->record_count++] = (struct kit_record){
        .at = sim_now(&node->node),
        .step = my->step,
        .flow = my->number,
        .status = my->flow.status,
        .reason = my->flow.reason,
        .ticket = my->flow.ticket,
        .events = node->node.sim->events,
        .reply = my->flow.reply,
    };
}

static inline void kit_begin(struct kit_frame *my)
{
    struct kit_node *node = (struct kit_node *)my->flow.node;
    my->number = ++node->flows_begun;
    if (my->script == NULL) {
        my->script = node->scripts[my->flow.call->op - KIT_OP];
        my->flow.call->reply.key = my->number;
    }
    my->step = my->script;
}

static inline void kit_release(struct kit_frame *my)
{
    if (my->granted_by != NULL)
        sim_tell(my->granted_by, OP_RELEASE, &my->grant);
    my->granted_by = NULL;
}

/* The steps that are no waits. */
static inline void kit_do(struct kit_frame *my)
{
    const struct kit_step *step = my->step;
    struct sim_flow *f = &my->flow;
    if (step->kind == KIT_ACQUIRE && f->status == SIM_OK) {
        my->granted_by = step->to;
        my->grant = f->reply;
    } else if (step->kind == KIT_RELEASE) {
        kit_release(my);
    } else if (step->kind == KIT_WAKE) {
        const struct sim_outcome outcome =
            step->ns == 1 ? (struct sim_outcome){SIM_LIMITED, "Woken"} : (struct sim_outcome){SIM_OK, NULL};
        (void)sim_wake(&((struct kit_node *)step->to)->queue, outcome, NULL);
    } else if (step->kind == KIT_START) {
        const struct sim_payload payload = {.key = my->number};
        (void)sim_start(f, step->to, step->op, &payload, kit_timeout(step));
    } else if (step->kind == KIT_DROP) {
        sim_drop(f);
    } else if (step->kind == KIT_REPLY && f->call != NULL) {
        sim_flow_reply(f, my->outcome);
    } else if (step->kind == KIT_FAIL) {
        my->outcome = (struct sim_outcome){SIM_ERROR, "Failed"};
    }
}

static inline void kit_serve(struct sim_flow *f)
{
    struct kit_frame *const my = (struct kit_frame *)f;
    struct kit_node *const node = (struct kit_node *)f->node;

    FLOW_BEGIN(f);
    kit_begin(my);
    while (my->step->kind != KIT_END) {
        if (my->step->kind == KIT_CALL)
            AWAIT(f, sim_call(f, my->step->to, my->step->op, NULL, kit_timeout(my->step)));
        if (my->step->kind == KIT_ACQUIRE)
            kit_release(my); /* one at a time: who holds and waits may wait for ever */
        if (my->step->kind == KIT_ACQUIRE)
            AWAIT(f, sim_call(f, my->step->to, OP_ACQUIRE, NULL, kit_timeout(my->step)));
        if (my->step->kind == KIT_SLEEP)
            AWAIT(f, sim_sleep(f, my->step->ns, &kit_sleep_segment));
        if (my->step->kind == KIT_CPU)
            AWAIT(f, cpu_run(f, &node->cpu, my->step->ns));
        if (my->step->kind == KIT_SHED)
            AWAIT(f, cpu_run_or_shed(f, &node->cpu, my->step->ns));
        if (my->step->kind == KIT_WAIT)
            AWAIT(f, sim_wait(f, &node->queue, &kit_wait_segment));
        if (my->step->kind == KIT_PATIENT)
            AWAIT(f, sim_wait_for(f, &node->queue, &kit_wait_segment, my->step->timeout, kit_late));
        if (my->step->kind == KIT_JOIN)
            AWAIT(f, sim_join(f, my->step->want));
        kit_do(my);
        kit_record(my);
        my->step++;
        if (my->step->kind == KIT_AGAIN)
            my->step = my->script;
    }
    kit_release(my);
    if (f->call == NULL) {
        sim_flow_end(f, my->outcome);
        return;
    }
    FLOW_END(f, my->outcome);
}

static inline void kit_start(struct sim_node *node)
{
    ((struct kit_node *)node)->starts++;
}

static inline void kit_reset(struct sim_node *node)
{
    struct kit_node *kit = (struct kit_node *)node;
    kit->resets++;
    ck_assert_ptr_null(kit->queue.first); /* the frames have left it */
    ck_assert_uint_eq(kit->queue.count, 0);
}

static const char *const kit_on_abandon[] = {"continue", "cancel", NULL};

static const struct sim_param kit_params[] = {{.name = "pool",
                                               .kind = SIM_PARAM_NODE,
                                               .offset = offsetof(struct kit_node, pool),
                                               .initial = "none",
                                               .none = true,
                                               .accepts = OP_BIT(OP_ACQUIRE),
                                               .owns = true,
                                               .help = "the pool it owns"},
                                              {.name = "peer",
                                               .kind = SIM_PARAM_NODE,
                                               .offset = offsetof(struct kit_node, peer),
                                               .initial = "none",
                                               .none = true,
                                               .help = "a node it refers to"},
                                              {.name = "on_abandon",
                                               .kind = SIM_PARAM_CHOICE,
                                               .offset = offsetof(struct sim_node, on_abandon),
                                               .initial = "continue",
                                               .choices = kit_on_abandon,
                                               .live = true,
                                               .help = "what an abandoned call does"},
                                              {0}};

static const struct sim_part kit_parts[] = {{"cpu", &sim_cpu_type, offsetof(struct kit_node, cpu)}, {0}};

static const struct sim_node_type kit_type = {
    .name = "kit",
    .help = "a node that follows a script",
    .size = sizeof(struct kit_node),
    .frame_size = sizeof(struct kit_frame),
    .accepts = UINT64_C(0xff) << KIT_OP,
    .params = kit_params,
    .parts = kit_parts,
    .start = kit_start,
    .reset = kit_reset,
    .flow = kit_serve,
};

/* ---- worlds ---- */

static inline struct kit_node *kit_add(struct sim *sim, const char *name)
{
    struct sim_node *node = sim_add_node(sim, &kit_type, name);
    ck_assert_ptr_nonnull(node);
    return (struct kit_node *)node;
}

/* Puts `path` to what `word` says, before the start or as a live change after it. */
static inline void kit_set(struct sim *sim, const char *path, const char *word)
{
    struct sim_target target;
    struct sim_error error = {0};
    struct sim_value value;
    const struct sim_raw raw = {.shape = SIM_RAW_WORD, .text = word};
    bool fine = sim_target_find(sim, path, &target, &error) && sim_param_read(sim, &target, &raw, &value, &error);
    ck_assert_msg(fine, "%s=%s: %s, got %s", path, word, error.rule, error.value);
    if (sim->started)
        sim_param_change(sim, &target, &value);
    else
        sim_param_put(&target, &value);
}

static inline struct sim_node *kit_add_pool(struct sim *sim, const char *name, const char *size)
{
    struct sim_node *pool = sim_add_node(sim, &pool_type, name);
    ck_assert_ptr_nonnull(pool);
    char path[80];
    (void)snprintf(path, sizeof path, "%.60s.size", name);
    kit_set(sim, path, size);
    (void)snprintf(path, sizeof path, "%.60s.acquire_timeout", name);
    kit_set(sim, path, "none");
    return pool;
}

static inline void kit_link(struct sim *sim, struct kit_node *from, struct kit_node *to, const char *delay)
{
    char name[80];
    char path[100];
    (void)snprintf(name, sizeof name, "%s-%s", from->node.name, to->node.name);
    ck_assert_ptr_nonnull(sim_add_link(sim, name, &from->node, &to->node));
    (void)snprintf(path, sizeof path, "links.%s.delay", name);
    kit_set(sim, path, delay);
}

static inline void kit_start_world(struct sim *sim)
{
    struct sim_error error = {0};
    ck_assert_msg(sim_start_world(sim, &error), "%s: %s", error.path, error.rule);
}

/* ---- things that happen at an instant ---- */

static inline void kit_spawn(struct kit_node *node, const struct kit_step *script)
{
    struct sim_flow *f = sim_spawn(&node->node, kit_serve);
    ((struct kit_frame *)f)->script = script;
    sim_flow_run(f);
}

static inline void kit_fire_spawn(struct sim_node *node, void *subject)
{
    if (!node->down)
        kit_spawn((struct kit_node *)node, subject);
}

static inline void kit_fire_kill(struct sim_node *node, void *subject)
{
    (void)subject;
    sim_node_kill(node);
}

static inline void kit_fire_restart(struct sim_node *node, void *subject)
{
    (void)subject;
    sim_node_restart(node);
}

/* "path=word" as a live change. */
static inline void kit_fire_set(struct sim_node *node, void *subject)
{
    char path[120];
    (void)snprintf(path, sizeof path, "%s", (const char *)subject);
    char *equals = strchr(path, '=');
    ck_assert_ptr_nonnull(equals);
    *equals = '\0';
    kit_set(node->sim, path, equals + 1);
}

static const struct sim_event_kind kit_spawn_kind = {"kit spawn", kit_fire_spawn};
static const struct sim_event_kind kit_kill_kind = {"kit kill", kit_fire_kill};
static const struct sim_event_kind kit_restart_kind = {"kit restart", kit_fire_restart};
static const struct sim_event_kind kit_set_kind = {"kit set", kit_fire_set};

static inline void kit_spawn_at(struct kit_node *node, sim_ns at, const struct kit_step *script)
{
    (void)sim_schedule_undying(&node->node, at, &kit_spawn_kind, (void *)(uintptr_t)script);
}

static inline void kit_kill_at(struct sim_node *node, sim_ns at)
{
    (void)sim_schedule_undying(node, at, &kit_kill_kind, NULL);
}

static inline void kit_restart_at(struct sim_node *node, sim_ns at)
{
    (void)sim_schedule_undying(node, at, &kit_restart_kind, NULL);
}

static inline void kit_set_at(struct sim_node *node, sim_ns at, const char *assignment)
{
    (void)sim_schedule_undying(node, at, &kit_set_kind, (void *)(uintptr_t)assignment);
}

/* ---- what came of it ---- */

/* The n-th time (1, 2, ...) that `step` was done at `node`; the test fails when it was not. */
static inline const struct kit_record *kit_nth(const struct kit_node *node, const struct kit_step *step, unsigned n)
{
    for (uint32_t i = 0; i < node->record_count; i++) {
        if (node->records[i].step == step && --n == 0)
            return &node->records[i];
    }
    ck_abort_msg("a step of %s was not done", node->node.name);
    return NULL;
}

static inline bool kit_done(const struct kit_node *node, const struct kit_step *step)
{
    for (uint32_t i = 0; i < node->record_count; i++) {
        if (node->records[i].step == step)
            return true;
    }
    return false;
}

/* Asserts when a step ended and with what. */
#define kit_expect(node_, step_, at_, status_) \
    do { \
        const struct kit_record *record_ = kit_nth((node_), (step_), 1); \
        ck_assert_int_eq(record_->at, (at_)); \
        ck_assert_str_eq(sim_status_name(record_->status), sim_status_name(status_)); \
    } while (0)

/* The gauge `in_use` of a pool now. */
static inline int64_t kit_in_use(struct sim_node *pool)
{
    for (const struct sim_metric *metric = pool->type->metrics; metric->name != NULL; metric++) {
        if (strcmp(metric->name, "in_use") == 0)
            return ((struct sim_gauge *)(void *)((char *)pool + metric->offset))->value;
    }
    ck_abort_msg("a pool without in_use");
    return -1;
}

/* As ck_assert, for what is checked a million times: Check writes down each place that it passes. */
#define kit_require(condition) ((condition) ? (void)0 : ck_abort_msg("%s does not hold", #condition))

static inline void kit_check_node(const struct sim_node *node)
{
    int64_t in_list = 0, by_status = 0, reasons = 0;
    uint64_t frames = 0;
    for (const struct sim_call *call = node->calls; call != NULL; call = call->next)
        in_list++;
    for (int status = 0; status < SIM_STATUSES; status++)
        by_status += node->by_status[status].value;
    for (uint32_t r = 0; r < node->reason_count; r++)
        reasons += node->reasons[r].count.value;
    for (const struct sim_flow *f = node->flows; f != NULL; f = f->next)
        frames++;
    kit_require(node->received.value == node->ended.value + node->in_flight.value);
    kit_require(node->sent.value ==
                node->answered.value + node->timed_out.value + node->cancelled.value + node->outstanding.value);
    kit_require(node->in_flight.value == in_list);
    kit_require(by_status == node->ended.value);
    kit_require(reasons <= node->ended.value);
    kit_require(frames == node->frames.in_use);
}

/* What holds at every instant. */
static inline void kit_check_conservation(const struct sim *sim)
{
    for (uint32_t i = 0; i < sim->node_count; i++)
        kit_check_node(sim->nodes[i]);
}

/* What holds when nothing is under way any more: nothing is leaked. */
static inline void kit_check_quiet(const struct sim *sim)
{
    kit_check_conservation(sim);
    ck_assert_uint_eq(sim->call_slab.in_use, 0);
    ck_assert_uint_eq(sim->message_slab.in_use, 0);
    ck_assert_uint_eq(sim->queue.live, 0);
    for (uint32_t i = 0; i < sim->node_count; i++) {
        const struct sim_node *node = sim->nodes[i];
        ck_assert_uint_eq(node->frames.in_use, 0);
        ck_assert_int_eq(node->in_flight.value, 0);
        ck_assert_int_eq(node->outstanding.value, 0);
    }
}

/* Runs to the end of all events, checks that nothing leaks, closes the world's books and frees it. */
static inline void kit_finish(struct sim *sim)
{
    sim_run(sim, SIM_NS_MAX, NULL, NULL);
    ck_assert_msg(!sim->stopped, "%s", sim->error.rule);
    kit_check_quiet(sim);
    sim_finish(sim);
    sim_destroy(sim);
}

/* Runs a suite; the exit status of main(). */
static inline int kit_run(Suite *suite)
{
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

#endif
