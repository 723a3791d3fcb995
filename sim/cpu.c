/* SPDX-License-Identifier: GPL-3.0-or-later */
/* See cpu.h. Invariants: busy <= cores except after cores shrank (running bursts end; none is granted until busy is
 * below cores again); the queue is empty or busy >= cores; a core is granted when one is released, not when the waiter
 * wakes. */
#include "sim/cpu.h"

#include "sim/call_internal.h"
#include "sim/world.h"

static const struct sim_segment queue_segment = {"cpu queue", SIM_WAIT};
static const struct sim_segment burst_segment = {"cpu", SIM_WORK};
static const struct sim_outcome shed = {SIM_UNAVAILABLE, "Shed"};

static void fire_done(struct sim_node *node, void *subject);
static const struct sim_event_kind done_kind = {"cpu done", fire_done};

static void begin_burst(struct sim_cpu *cpu, struct sim_flow *f)
{
    struct sim *sim = f->node->sim;
    f->waiting = SIM_WAITING_CPU;
    f->waits_in = cpu;
    f->since = sim->now;
    sim_gauge_add(&cpu->busy, sim->now, 1);
    f->timer = sim_schedule_in(f->node, f->burst, &done_kind, f);
}

static void unqueue(struct sim_cpu *cpu, struct sim_flow *f)
{
    if (f->wait_prev != NULL)
        f->wait_prev->wait_next = f->wait_next;
    else
        cpu->first = f->wait_next;
    if (f->wait_next != NULL)
        f->wait_next->wait_prev = f->wait_prev;
    else
        cpu->last = f->wait_prev;
    f->wait_prev = f->wait_next = NULL;
    sim_gauge_add(&cpu->queue, sim_now(f->node), -1);
}

static bool is_shed(struct sim_cpu *cpu, const struct sim_flow *f, sim_ns sojourn)
{
    return __builtin_expect(f->may_be_shed, 0) && !cpu->keeps(cpu, sojourn);
}

static void grant(struct sim_cpu *cpu)
{
    while (cpu->first != NULL && cpu->busy.value < cpu->cores && !cpu->part.node->down) {
        struct sim_flow *f = cpu->first;
        const sim_ns sojourn = sim_now(f->node) - f->since;
        unqueue(cpu, f);
        sim_hist_record(&cpu->wait.slice, sojourn);
        sim_call_segment(f->call, &queue_segment, f->since);
        f->waits_in = NULL;
        if (is_shed(cpu, f, sojourn))
            sim_flow_seal(f, shed, NULL);
        else
            begin_burst(cpu, f);
    }
}

static bool run(struct sim_flow *f, struct sim_cpu *cpu, sim_ns burst)
{
    struct sim *sim = f->node->sim;
    f->status = f->cancelled ? SIM_CANCELLED : SIM_OK;
    f->reason = f->cancelled ? "Cancelled" : NULL;
    f->reply = (struct sim_payload){0};
    if (f->cancelled || !sim_step(sim))
        return f->cancelled;
    f->ticket = ++sim->tickets;
    f->burst = burst;
    sim_count(&cpu->bursts, 1);
    if (cpu->busy.value < cpu->cores) {
        sim_hist_record(&cpu->wait.slice, 0);
        if (is_shed(cpu, f, 0)) {
            f->status = shed.status;
            f->reason = shed.reason;
            return true;
        }
        if (f->may_be_shed && cpu->cost != NULL)
            f->burst = cpu->cost(cpu);
        if (f->burst == 0)
            return true;
        begin_burst(cpu, f);
        return false;
    }
    f->waiting = SIM_WAITING_CPU_QUEUE;
    f->waits_in = cpu;
    f->since = sim->now;
    f->wait_prev = cpu->last;
    f->wait_next = NULL;
    if (cpu->last != NULL)
        cpu->last->wait_next = f;
    else
        cpu->first = f;
    cpu->last = f;
    sim_gauge_add(&cpu->queue, sim->now, 1);
    return false;
}

bool cpu_run(struct sim_flow *f, struct sim_cpu *cpu, sim_ns burst)
{
    f->may_be_shed = false;
    return run(f, cpu, burst);
}

bool cpu_run_or_shed(struct sim_flow *f, struct sim_cpu *cpu, sim_ns burst)
{
    f->may_be_shed = cpu->keeps != NULL;
    return run(f, cpu, burst);
}

static void release(struct sim_cpu *cpu, struct sim_flow *f)
{
    sim_ns now = sim_now(f->node);
    sim_gauge_add(&cpu->busy, now, -1);
    sim_count(&cpu->busy_ns, now - f->since);
    sim_call_segment(f->call, &burst_segment, f->since);
    f->waits_in = NULL;
    grant(cpu);
}

/* Whether what stood in the queue for nothing learns only now, with its core, what it burns. */
static bool begins_late(struct sim_cpu *cpu, struct sim_flow *f)
{
    if (__builtin_expect(!f->may_be_shed || cpu->cost == NULL || f->burst != 0, 1))
        return false;
    f->may_be_shed = false;
    f->burst = cpu->cost(cpu);
    if (f->burst == 0)
        return false;
    f->timer = sim_schedule_in(f->node, f->burst, &done_kind, f);
    return true;
}

static void fire_done(struct sim_node *node, void *subject)
{
    (void)node;
    struct sim_flow *f = subject;
    f->timer = 0;
    if (begins_late(f->waits_in, f))
        return;
    release(f->waits_in, f);
    sim_flow_run(f);
}

void sim_cpu_leave(struct sim_flow *f)
{
    struct sim_cpu *cpu = f->waits_in;
    if (f->waiting == SIM_WAITING_CPU_QUEUE) {
        unqueue(cpu, f);
        sim_call_segment(f->call, &queue_segment, f->since);
        f->waits_in = NULL;
        return;
    }
    sim_cancel(f->node->sim, &f->timer);
    release(cpu, f);
}

static void start(void *part)
{
    struct sim_cpu *cpu = part;
    sim_gauge_set(&cpu->total, sim_now(cpu->part.node), cpu->cores);
}

static void reset(void *part)
{
    struct sim_cpu *cpu = part;
    sim_assert(cpu->first == NULL && cpu->busy.value == 0); /* the flows left it as they were discarded */
    sim_gauge_set(&cpu->total, sim_now(cpu->part.node), 0);
}

static void on_param(void *part, const struct sim_param *param)
{
    (void)param; /* cores is the only one */
    struct sim_cpu *cpu = part;
    if (cpu->part.node->down)
        return;
    sim_gauge_set(&cpu->total, sim_now(cpu->part.node), cpu->cores);
    grant(cpu);
}

static const struct sim_param params[] = {
    {.name = "cores",
     .kind = SIM_PARAM_COUNT,
     .offset = offsetof(struct sim_cpu, cores),
     .initial = "1",
     .min = 1,
     .max = 4096,
     .live = true,
     .help = "cores; running bursts end when it shrinks, waiting ones start when it grows"},
    {0}};

static const struct sim_metric metrics[] = {{.name = "utilisation",
                                             .kind = SIM_METRIC_RATIO,
                                             .unit = "1",
                                             .over = {"busy"},
                                             .under = {"cores"},
                                             .help = "share of the core time there was that was burnt"},
                                            {.name = "busy",
                                             .kind = SIM_METRIC_GAUGE,
                                             .offset = offsetof(struct sim_cpu, busy),
                                             .unit = "cores",
                                             .help = "cores that burn"},
                                            {.name = "cores",
                                             .kind = SIM_METRIC_GAUGE,
                                             .offset = offsetof(struct sim_cpu, total),
                                             .unit = "cores",
                                             .help = "cores there are; 0 while the node is down"},
                                            {.name = "queue",
                                             .kind = SIM_METRIC_GAUGE,
                                             .offset = offsetof(struct sim_cpu, queue),
                                             .unit = "bursts",
                                             .help = "bursts that wait for a core"},
                                            {.name = "bursts",
                                             .kind = SIM_METRIC_COUNTER,
                                             .offset = offsetof(struct sim_cpu, bursts),
                                             .unit = "bursts",
                                             .help = "bursts asked for"},
                                            {.name = "busy_time",
                                             .kind = SIM_METRIC_COUNTER,
                                             .offset = offsetof(struct sim_cpu, busy_ns),
                                             .unit = "ns",
                                             .help = "CPU time of ended bursts"},
                                            {.name = "wait",
                                             .kind = SIM_METRIC_HISTOGRAM,
                                             .offset = offsetof(struct sim_cpu, wait),
                                             .unit = "s",
                                             .help = "time in the run queue, of every burst that got a core"},
                                            {0}};

const struct sim_part_type sim_cpu_type = {
    .name = "cpu",
    .help = "k cores and one run queue, first come first served",
    .params = params,
    .metrics = metrics,
    .start = start,
    .reset = reset,
    .on_param = on_param,
};
