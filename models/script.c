/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A client that follows a script: every request at its own time, whatever became of those before. Requests of one
 * instant are sent in the order of the script, each one running to its first wait before the next is sent.
 *
 * All requests are scheduled at the start, so at their instant they come before whatever was set off later. */
#include "models/script.h"

#include "models/models.h"
#include "models/ops.h"
#include "sim/world.h"

struct script {
    struct sim_node node; /* must be first */
    struct sim_node *to;  /* param */
    sim_ns timeout;       /* param */
    const struct script_entry *entries;
    size_t count, next, ended;
    bool ends;
    struct sim_counter requests, failed;
    struct sim_histogram response;
};

struct request {
    struct sim_flow flow; /* must be first */
    const struct script_entry *entry;
    sim_ns sent;
};

static void finish(struct script *script, const struct request *my)
{
    sim_hist_record(&script->response.slice, sim_now(&script->node) - my->sent);
    sim_count(&script->failed, my->flow.status != SIM_OK);
    if (++script->ended == script->count && script->ends)
        sim_end(script->node.sim);
}

static void ask(struct sim_flow *f)
{
    struct request *const my = (struct request *)f;
    struct script *const script = (struct script *)f->node;

    FLOW_BEGIN(f);
    my->sent = sim_now(f->node);
    sim_count(&script->requests, 1);
    AWAIT(f, sim_call(f, script->to, my->entry->op, &my->entry->payload, script->timeout));
    finish(script, my);
    FLOW_END(f, sim_flow_outcome(f));
}

static void fire_send(struct sim_node *node, void *subject)
{
    struct script *script = (struct script *)node;
    const struct script_entry *entry = subject;
    struct request *request = (struct request *)sim_spawn(node, ask);
    script->next++;
    request->entry = entry;
    sim_flow_run(&request->flow);
}

static const struct sim_event_kind send_kind = {"script", fire_send};

void script_give(struct sim_node *node, const struct script_entry *entries, size_t count, bool ends)
{
    struct script *script = (struct script *)node;
    sim_assert(node->type == &script_type && !node->sim->started);
    script->entries = entries;
    script->count = count;
    script->ends = ends;
}

const struct script_entry *script_entry_of(const struct sim_call *call)
{
    return ((const struct request *)call->caller)->entry;
}

/* A killed client loses what it waited for; restarted, it goes on with what is still to be sent. */
static void start(struct sim_node *node)
{
    struct script *script = (struct script *)node;
    while (script->next < script->count && script->entries[script->next].at < sim_now(node)) {
        script->next++;
        script->ended++;
    }
    for (size_t i = script->next; i < script->count; i++)
        (void)sim_schedule(node, script->entries[i].at, &send_kind, (void *)&script->entries[i]);
    if (script->ends && script->ended == script->count)
        sim_end(node->sim);
}

static void reset(struct sim_node *node)
{
    struct script *script = (struct script *)node;
    script->ended = script->next;
    if (script->ends && script->ended == script->count)
        sim_end(node->sim); /* nothing is left to wait for */
}

#define FIELD(member) .offset = offsetof(struct script, member)

static const struct sim_param params[] = {
    {.name = "to", .kind = SIM_PARAM_NODE, FIELD(to), .accepts = OPS_WEB, .help = "the node that is asked"},
    {.name = "timeout",
     .kind = SIM_PARAM_DURATION,
     FIELD(timeout),
     .initial = "none",
     .above_min = true,
     .none = true,
     .live = true,
     .help = "how long the client waits for an answer; acts on requests sent after a change"},
    {0}};

static const struct sim_metric metrics[] = {
    {.name = "requests", .kind = SIM_METRIC_COUNTER, FIELD(requests), .unit = "requests", .help = "requests sent"},
    {.name = "failed",
     .kind = SIM_METRIC_COUNTER,
     FIELD(failed),
     .unit = "requests",
     .help = "requests that ended otherwise than OK"},
    {.name = "response",
     .kind = SIM_METRIC_HISTOGRAM,
     FIELD(response),
     .unit = "s",
     .help = "from sending a request to its answer, or to giving up, as the client sees it"},
    {0}};

const struct sim_node_type script_type = {
    .name = "script",
    .help = "a client that follows the scenario's script",
    .size = sizeof(struct script),
    .frame_size = sizeof(struct request),
    .params = params,
    .metrics = metrics,
    .start = start,
    .reset = reset,
};
