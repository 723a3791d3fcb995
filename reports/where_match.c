/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Looking at traces with an expression that where.c has read. */
#include "models/http.h"
#include "reports/where_node.h"
#include "scenarios/suggest.h"

#include "sim/units.h"

#include <stdio.h>
#include <string.h>

/* ---- comparing ---- */

/* `order`: below, at or above 0, as the value found is against the one wanted. */
static bool holds(enum where_relation relation, int order)
{
    switch (relation) {
    case WHERE_IS:
        return order == 0;
    case WHERE_IS_NOT:
        return order != 0;
    case WHERE_BELOW:
        return order < 0;
    case WHERE_UP_TO:
        return order <= 0;
    case WHERE_ABOVE:
        return order > 0;
    case WHERE_FROM:
        return order >= 0;
    default:
        return true;
    }
}

static bool whole_holds(const struct where_node *node, int64_t found)
{
    return holds(node->relation, (found > node->whole) - (found < node->whole));
}

static bool text_holds(const struct where_node *node, const char *found)
{
    return holds(node->relation, strcmp(found, node->text));
}

static bool tag_holds(const struct where_node *node, const char *found)
{
    double number = 0;
    if (node->relation == WHERE_IS || node->relation == WHERE_IS_NOT || node->relation == WHERE_THERE_IS)
        return text_holds(node, found);
    return sim_parse_number(found, &number) && holds(node->relation, (number > node->number) - (number < node->number));
}

/* ---- spans ---- */

static bool is_segment(const char *name, const char *wanted)
{
    for (; *name != '\0' && *wanted != '\0'; name++, wanted++) {
        if (*name != *wanted && !(*name == ' ' && (*wanted == '_' || *wanted == '-')))
            return false;
    }
    return *name == *wanted;
}

/* The span's own time in segments of a name; below 0: it has none. */
static sim_ns segment_time(const struct trace_span *span, const char *wanted)
{
    sim_ns time = -1, there = 0, back = 0;
    for (const struct trace_segment *own = span->segments; own != NULL; own = own->next) {
        if (is_segment(own->segment->name, wanted))
            time = (time < 0 ? 0 : time) + own->to - own->from;
    }
    if (!is_segment(trace_network.name, wanted))
        return time;
    trace_span_network(span, &there, &back);
    const sim_ns network = there - span->begun + trace_span_end(span) - back;
    return network > 0 ? network : time;
}

static bool has_tag(const struct where_node *node, const struct trace_span *span)
{
    for (const struct trace_tag *tag = span->tags; tag != NULL; tag = tag->next) {
        if (strcmp(tag->key, node->key) == 0 && tag_holds(node, tag->value))
            return true;
    }
    return false;
}

static bool span_holds(const struct where_node *node, const struct trace_span *span)
{
    const struct sim_outcome outcome = trace_span_outcome(span);
    switch (node->field) {
    case WHERE_STATUS:
        return span->name == NULL && whole_holds(node, http_status(outcome.status));
    case WHERE_NODE:
        return text_holds(node, span->to->name);
    case WHERE_OP:
        return text_holds(node, trace_span_name(span));
    case WHERE_REASON:
        return outcome.reason != NULL && text_holds(node, outcome.reason);
    case WHERE_DURATION:
        return whole_holds(node, trace_span_end(span) - span->begun);
    case WHERE_TAG:
        return has_tag(node, span);
    case WHERE_SEGMENT:
        return segment_time(span, node->key) >= 0 && whole_holds(node, segment_time(span, node->key));
    default:
        return false;
    }
}

/* ---- traces ---- */

static bool phase_holds(const struct where_node *node, const struct cell *cell, const struct trace *trace)
{
    const sim_ns end = trace_end(trace);
    for (uint32_t i = 0; i < cell->phase_count; i++) {
        const struct phase *phase = &cell->phases[i];
        if (end >= phase->from + phase->settle && end < phase->to && text_holds(node, phase->name))
            return true;
    }
    return false;
}

static bool node_holds(const struct where *where, int at, const struct cell *cell, const struct trace *trace)
{
    const struct where_node *node = &where->nodes[at];
    switch (node->kind) {
    case WHERE_AND:
        return node_holds(where, node->left, cell, trace) && node_holds(where, node->right, cell, trace);
    case WHERE_OR:
        return node_holds(where, node->left, cell, trace) || node_holds(where, node->right, cell, trace);
    case WHERE_NOT:
        return !node_holds(where, node->left, cell, trace);
    default:
        break;
    }
    if (node->field == WHERE_PHASE)
        return phase_holds(node, cell, trace);
    for (const struct trace_span *span = trace->root; span != NULL; span = trace_next(span, NULL)) {
        if (span_holds(node, span))
            return true;
    }
    return false;
}

bool where_matches(const struct where *where, const struct cell *cell, const struct trace *trace)
{
    return node_holds(where, where->top, cell, trace);
}

/* ---- names ---- */

static bool refuse(struct where_error *error, const struct where_node *node, const char *what, const char *near)
{
    char shown[JSON_SHOWN_BYTES];
    error->at = node->at;
    (void)snprintf(error->rule, sizeof error->rule, "the scenario has no %s \"%s\"%s%s%s", what,
                   json_shown(shown, node->text), near == NULL ? "" : "; did you mean \"", near == NULL ? "" : near,
                   near == NULL ? "" : "\"?");
    return false;
}

static bool check_node(const struct where_node *node, const struct cell *cell, struct where_error *error)
{
    const char *names[SCENARIO_NODES_MAX];
    const struct sim *sim = cell->sim;
    if (sim_find_node(sim, node->text) != NULL)
        return true;
    for (uint32_t i = 0; i < sim->node_count; i++)
        names[i] = sim->nodes[i]->name;
    return refuse(error, node, "node", suggest_nearest(node->text, names, sim->node_count));
}

static bool check_phase(const struct where_node *node, const struct cell *cell, struct where_error *error)
{
    const char *names[SCENARIO_PHASES_MAX];
    for (uint32_t i = 0; i < cell->phase_count; i++) {
        names[i] = cell->phases[i].name;
        if (strcmp(names[i], node->text) == 0)
            return true;
    }
    return refuse(error, node, "phase", suggest_nearest(node->text, names, cell->phase_count));
}

bool where_check(const struct where *where, const struct cell *cell, struct where_error *error)
{
    for (int i = 0; i < where->count; i++) {
        const struct where_node *node = &where->nodes[i];
        if (node->kind != WHERE_TEST)
            continue;
        if (node->field == WHERE_NODE && !check_node(node, cell, error))
            return false;
        if (node->field == WHERE_PHASE && !check_phase(node, cell, error))
            return false;
    }
    return true;
}
