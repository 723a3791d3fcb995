/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A trace as a tree of JSON. Times are whole nanoseconds since the run's start, which a double holds exactly. */
#include "models/http.h"
#include "reports/trace_show.h"

#include <inttypes.h>

static void add_ns(cJSON *object, const char *name, sim_ns time)
{
    (void)cJSON_AddNumberToObject(object, name, (double)time);
}

static void add_outcome(cJSON *object, struct sim_outcome outcome)
{
    (void)cJSON_AddStringToObject(object, "status", sim_status_name(outcome.status));
    (void)cJSON_AddNumberToObject(object, "http_status", http_status(outcome.status));
    if (outcome.reason != NULL)
        (void)cJSON_AddStringToObject(object, "reason", outcome.reason);
}

static void add_segment(cJSON *list, const struct sim_segment *segment, sim_ns from, sim_ns to)
{
    if (from >= to)
        return;
    cJSON *object = cJSON_CreateObject();
    (void)cJSON_AddStringToObject(object, "name", segment->name);
    (void)cJSON_AddStringToObject(object, "kind", segment->kind == SIM_WORK ? "work" : "wait");
    add_ns(object, "from_ns", from);
    add_ns(object, "to_ns", to);
    (void)cJSON_AddItemToArray(list, object);
}

static void add_segments(cJSON *object, const struct trace_span *span)
{
    cJSON *list = cJSON_AddArrayToObject(object, "segments");
    sim_ns there = 0, back = 0;
    trace_span_network(span, &there, &back);
    add_segment(list, &trace_network, span->begun, there);
    for (const struct trace_segment *own = span->segments; own != NULL; own = own->next)
        add_segment(list, own->segment, own->from, own->to);
    add_segment(list, &trace_network, back, trace_span_end(span));
}

static void add_notes(cJSON *object, const struct trace_span *span)
{
    cJSON *tags = cJSON_AddObjectToObject(object, "tags");
    cJSON *events = cJSON_AddArrayToObject(object, "events");
    for (const struct trace_tag *tag = span->tags; tag != NULL; tag = tag->next) {
        cJSON_DeleteItemFromObjectCaseSensitive(tags, tag->key); /* the last one said holds */
        (void)cJSON_AddStringToObject(tags, tag->key, tag->value);
    }
    for (const struct trace_event *event = span->events; event != NULL; event = event->next) {
        cJSON *one = cJSON_CreateObject();
        add_ns(one, "at_ns", event->at);
        (void)cJSON_AddStringToObject(one, "level", event->level);
        (void)cJSON_AddStringToObject(one, "message", event->message);
        (void)cJSON_AddItemToArray(events, one);
    }
}

static void add_times(cJSON *object, const struct trace_span *span)
{
    sim_ns from = 0, to = 0;
    add_ns(object, "begun_ns", span->begun);
    if ((span->flags & TRACE_SPAN_ARRIVED) != 0)
        add_ns(object, "arrived_ns", span->arrived);
    if ((span->flags & TRACE_SPAN_REPLIED) != 0)
        add_ns(object, "replied_ns", span->replied);
    if ((span->flags & TRACE_SPAN_ENDED) != 0)
        add_ns(object, "ended_ns", span->ended);
    if (trace_span_abandoned(span, &from, &to))
        add_ns(object, "abandoned_ns", to - from);
}

static cJSON *span_json(const struct trace_span *span)
{
    char id[24];
    cJSON *object = cJSON_CreateObject();
    (void)snprintf(id, sizeof id, "%016" PRIx64, trace_span_id(span));
    (void)cJSON_AddStringToObject(object, "span_id", id);
    (void)cJSON_AddStringToObject(object, "name", trace_span_name(span));
    (void)cJSON_AddStringToObject(object, "node", span->to->name);
    if (span->name == NULL)
        (void)cJSON_AddStringToObject(object, "from", span->from->name);
    (void)cJSON_AddBoolToObject(object, "inner", span->name != NULL);
    add_outcome(object, trace_span_outcome(span));
    add_times(object, span);
    add_segments(object, span);
    add_notes(object, span);
    cJSON *children = cJSON_AddArrayToObject(object, "children");
    for (const struct trace_span *child = span->first; child != NULL; child = child->next)
        (void)cJSON_AddItemToArray(children, span_json(child));
    return object;
}

cJSON *trace_tree_json(const struct cell *cell, const struct trace *trace)
{
    char id[TRACE_ID_ROOM];
    const struct trace_sums sums = trace_sum(trace);
    cJSON *object = cJSON_CreateObject();
    (void)cJSON_AddNumberToObject(object, "trace", (double)trace->id);
    (void)cJSON_AddStringToObject(object, "trace_id", trace_id_text(id, cell, trace));
    add_outcome(object, trace_outcome(trace));
    add_ns(object, "begun_ns", trace->root->begun);
    add_ns(object, "duration_ns", trace_duration(trace));
    add_ns(object, "work_ns", sums.work);
    add_ns(object, "wait_ns", sums.wait);
    add_ns(object, "other_ns", sums.other);
    (void)cJSON_AddBoolToObject(object, "complete", trace->flags == 0);
    (void)cJSON_AddItemToObject(object, "root", span_json(trace->root));
    return object;
}
