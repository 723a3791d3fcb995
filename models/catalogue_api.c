/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the catalogue service answers besides look-ups: the bulk test, and the lab's chaos interface. `configure` sets all
 * five knobs, those left out to their defaults, which are the values of the scenario; `reset` gives all five back and
 * closes the breaker. Cache, pool, the database's window and the leak stay as they are. A knob and a fault of the
 * scenario are one mechanism (sim_hold): what began last wins.
 *
 * Profile `original` takes knobs from the query only, as the original service does; the others from a JSON body too. */
#include "models/catalogue.h"

#include <string.h>

/* ---- knobs ---- */

static struct sim_target target_of(struct sim_node *node, const struct sim_part *part, void *base,
                                   const struct sim_param *table, const char *name)
{
    return (struct sim_target){
        .param = sim_param_find(table, name), .field = -1, .base = base, .node = node, .part = part};
}

/* Where a knob turns; `param` NULL when the service has no such neighbour. */
static struct sim_target knob_target(struct catalogue *service, enum knob knob)
{
    static const char *const names[KNOBS] = {"added_latency", "failure_rate", "failure_rate", "cpu_stress",
                                             "threshold"};
    if (knob == KNOB_CB_THRESHOLD)
        return target_of(&service->node, service->breaker.part.part, &service->breaker, breaker_type.params,
                         names[knob]);
    struct sim_node *node = knob == KNOB_CPU_STRESS           ? &service->node
                            : knob == KNOB_CACHE_FAILURE_RATE ? service->cache
                                                              : service->database;
    if (node == NULL)
        return (struct sim_target){0};
    return target_of(node, NULL, node, node->type->params, names[knob]);
}

static struct sim_value knob_value(const struct knobs *knobs, enum knob knob)
{
    switch (knob) {
    case KNOB_DB_LATENCY:
        return (struct sim_value){.duration = knobs->db_latency};
    case KNOB_DB_FAILURE_RATE:
        return (struct sim_value){.number = knobs->db_failure_rate};
    case KNOB_CACHE_FAILURE_RATE:
        return (struct sim_value){.number = knobs->cache_failure_rate};
    case KNOB_CPU_STRESS:
        return (struct sim_value){.flag = knobs->cpu_stress};
    default:
        return (struct sim_value){.count = knobs->cb_threshold};
    }
}

/* What is not given is given back: then the params hold what is to be told. */
static void turn(struct catalogue *service, const struct knobs *knobs, unsigned given)
{
    static const char *const points[KNOBS] = {"catalog.chaos.db_latency", "catalog.chaos.db_failure_rate",
                                              "catalog.chaos.cache_failure_rate", "catalog.chaos.cpu_stress_enabled",
                                              "catalog.chaos.cb_threshold"};
    for (int knob = 0; knob < KNOBS; knob++) {
        const struct sim_target target = knob_target(service, (enum knob)knob);
        const struct sim_value value = knob_value(knobs, (enum knob)knob);
        if (target.param == NULL || !target.param->live)
            continue;
        sim_hold(service->node.sim, &target, (given >> knob & 1) != 0 ? &value : NULL);
        const struct sim_value now = sim_param_get(&target);
        sim_emit(&service->node, points[knob],
                 knob == KNOB_DB_LATENCY     ? sim_ns_to_s(now.duration)
                 : knob == KNOB_CPU_STRESS   ? (double)now.flag
                 : knob == KNOB_CB_THRESHOLD ? (double)now.count
                                             : now.number);
    }
}

void catalogue_clear_cache(struct catalogue *service)
{
    if (service->cache != NULL)
        sim_node_find_action(service->cache, "clear")->act(service->cache, 0);
}

void catalogue_leak(struct sim_node *node, int64_t items)
{
    struct catalogue *service = (struct catalogue *)node;
    int64_t bytes = 0;
    items = items > 0 ? items : 0;
    sim_gauge_add(&service->leaked, sim_now(node), items);
    sim_emit(node, "catalog.app.memory_leak_size", (double)service->leaked.value);
    if (__builtin_mul_overflow(items, service->leak_item, &bytes))
        bytes = INT64_MAX;
    memory_leak(&service->memory, bytes);
}

/* ---- requests ---- */

static void act(struct catalogue *service, struct sim_call *call)
{
    const struct knobs knobs = knobs_unpack(&call->request);
    const bool reads_body = service->profile != PROFILE_ORIGINAL;
    switch (call->op) {
    case OP_CONFIGURE:
        turn(service, &knobs, knobs.given | (reads_body ? knobs.in_body : 0));
        break;
    case OP_RESET:
        breaker_close(&service->breaker);
        turn(service, &knobs, 0);
        break;
    case OP_CLEAR_CACHE:
        catalogue_clear_cache(service);
        break;
    case OP_LEAK:
        catalogue_leak(&service->node, call->request.amount);
        call->reply.word[1] = service->leaked.value;
        break;
    default: /* GET / and GET /health only answer */
        break;
    }
}

void catalogue_serve_api(struct sim_flow *f)
{
    struct lookup *const my = (struct lookup *)f;
    struct catalogue *const service = (struct catalogue *)f->node;

    FLOW_BEGIN(f);
    AWAIT(f, cpu_run(f, &service->cpu, catalogue_cost(service, STAGE_PARSE)));
    if (!f->cancelled) {
        act(service, f->call);
        catalogue_count_request(service, f->call, SIM_OK);
    }
    my->outcome = sim_flow_outcome(f);
    FLOW_END(f, my->outcome);
}

/* ---- bulk ---- */

static void tally(struct sim_flow *f)
{
    struct sim_payload *reply = &f->call->reply;
    for (const struct sim_call *member = f->started; member != NULL; member = member->sibling) {
        reply->word[1]++;
        reply->word[2] += member->end.status == SIM_OK;
    }
}

/* The look-ups begin one after the other, each running to its first wait. On one event loop the bulk goes on in the wake
 * of its last member's step, before what came meanwhile, as asyncio.gather does: it asks for no turn of its own. */
static void begin_members(struct sim_flow *f)
{
    const struct sim_payload product = {.key = 1};
    for (int64_t i = 0; i < f->call->request.amount; i++) {
        if (sim_start(f, f->node, OP_BULK_LOOKUP, &product, SIM_NO_TIMEOUT) == NULL)
            return;
    }
}

void catalogue_serve_bulk(struct sim_flow *f)
{
    struct lookup *const my = (struct lookup *)f;
    struct catalogue *const service = (struct catalogue *)f->node;

    FLOW_BEGIN(f);
    AWAIT(f, cpu_run(f, &service->cpu, catalogue_cost(service, STAGE_PARSE)));
    if (!f->cancelled)
        begin_members(f);
    AWAIT(f, sim_join(f, UINT32_MAX));
    my->outcome = sim_flow_outcome(f);
    if (!f->cancelled) {
        tally(f);
        catalogue_count_request(service, f->call, SIM_OK);
    }
    sim_drop(f);
    FLOW_END(f, my->outcome);
}
