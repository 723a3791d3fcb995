/* SPDX-License-Identifier: GPL-3.0-or-later */
/* OTLP/JSON as opentelemetry-proto 1.x defines it: ids in hex, 64-bit numbers as texts, enumerations as numbers.
 *
 * A tag that says `env` or `version` (the unified tags of a tracer) belongs to the service: it goes to the node's resource,
 * the first one said, before what the options say. Other tags are attributes, with the type their text has:
 * true and false, whole numbers, numbers, else text. */
#include "models/http.h"
#include "reports/export_traces.h"
#include "reports/show.h"
#include "reports/trace_show.h"

#include "sim/units.h"

#include <inttypes.h>
#include <string.h>

enum { KIND_INTERNAL = 1, KIND_SERVER = 2, CODE_UNSET = 0, CODE_ERROR = 2, ID_ROOM = 24 };

struct otlp {
    FILE *out;
    const struct cell *cell;
    struct trace *const *traces;
    size_t count;
    const struct otlp_options *options;
};

/* ---- values ---- */

static void add_attribute(cJSON *list, const char *key, const char *type, cJSON *value)
{
    cJSON *attribute = cJSON_CreateObject();
    cJSON *any = cJSON_CreateObject();
    (void)cJSON_AddStringToObject(attribute, "key", key);
    (void)cJSON_AddItemToObject(any, type, value);
    (void)cJSON_AddItemToObject(attribute, "value", any);
    (void)cJSON_AddItemToArray(list, attribute);
}

static void add_text(cJSON *list, const char *key, const char *text)
{
    add_attribute(list, key, "stringValue", cJSON_CreateString(text));
}

static void add_whole(cJSON *list, const char *key, int64_t value)
{
    char text[ID_ROOM];
    (void)snprintf(text, sizeof text, "%" PRId64, value);
    add_attribute(list, key, "intValue", cJSON_CreateString(text));
}

static void add_tag(cJSON *list, const struct trace_tag *tag)
{
    double number = 0;
    int64_t whole = 0;
    if (strcmp(tag->value, "true") == 0 || strcmp(tag->value, "false") == 0)
        add_attribute(list, tag->key, "boolValue", cJSON_CreateBool(tag->value[0] == 't'));
    else if (sim_parse_integer(tag->value, &whole))
        add_whole(list, tag->key, whole);
    else if (sim_parse_number(tag->value, &number))
        add_attribute(list, tag->key, "doubleValue", cJSON_CreateNumber(number));
    else
        add_text(list, tag->key, tag->value);
}

static void add_time(const struct otlp *otlp, cJSON *object, const char *name, sim_ns at)
{
    char text[ID_ROOM];
    (void)snprintf(text, sizeof text, "%" PRIu64, (uint64_t)otlp->options->epoch * (uint64_t)SIM_S + (uint64_t)at);
    (void)cJSON_AddStringToObject(object, name, text);
}

/* ---- spans ---- */

static bool is_of_service(const struct trace_tag *tag)
{
    return strcmp(tag->key, "env") == 0 || strcmp(tag->key, "version") == 0;
}

static cJSON *attributes_of(const struct trace_span *span)
{
    cJSON *list = cJSON_CreateArray();
    const struct sim_outcome outcome = trace_span_outcome(span);
    if (span->name == NULL) {
        add_text(list, "peer.service", span->from->name);
        add_text(list, "simex.status", sim_status_name(outcome.status));
        add_whole(list, "http.response.status_code", http_status(outcome.status));
    }
    if (outcome.reason != NULL && sim_status_is_error(outcome.status))
        add_text(list, "error.type", outcome.reason);
    for (const struct trace_tag *tag = span->tags; tag != NULL; tag = tag->next) {
        if (!is_of_service(tag))
            add_tag(list, tag);
    }
    return list;
}

static void add_event(const struct otlp *otlp, cJSON *list, sim_ns at, const char *name, const char *key,
                      const char *text, int64_t ns)
{
    cJSON *event = cJSON_CreateObject();
    cJSON *attributes = cJSON_CreateArray();
    add_time(otlp, event, "timeUnixNano", at);
    (void)cJSON_AddStringToObject(event, "name", name);
    if (text != NULL)
        add_text(attributes, key, text);
    else
        add_whole(attributes, key, ns);
    (void)cJSON_AddItemToObject(event, "attributes", attributes);
    (void)cJSON_AddItemToArray(list, event);
}

/* What was logged, the pieces of own time where they begin, and abandoned work. */
static cJSON *events_of(const struct otlp *otlp, const struct trace_span *span)
{
    cJSON *list = cJSON_CreateArray();
    sim_ns from = 0, to = 0;
    for (const struct trace_segment *own = span->segments; own != NULL; own = own->next)
        add_event(otlp, list, own->from, own->segment->name, own->segment->kind == SIM_WORK ? "work_ns" : "wait_ns",
                  NULL, own->to - own->from);
    for (const struct trace_event *event = span->events; event != NULL; event = event->next)
        add_event(otlp, list, event->at, event->message, "level", event->level, 0);
    if (trace_span_abandoned(span, &from, &to))
        add_event(otlp, list, from, "abandoned", "work_ns", NULL, to - from);
    return list;
}

static cJSON *span_json(const struct otlp *otlp, const struct trace *trace, const struct trace_span *span)
{
    char id[TRACE_ID_ROOM];
    const struct sim_outcome outcome = trace_span_outcome(span);
    cJSON *object = cJSON_CreateObject();
    (void)cJSON_AddStringToObject(object, "traceId", trace_id_text(id, otlp->cell, trace));
    (void)snprintf(id, sizeof id, "%016" PRIx64, trace_span_id(span));
    (void)cJSON_AddStringToObject(object, "spanId", id);
    (void)snprintf(id, sizeof id, "%016" PRIx64, span->parent == NULL ? 0 : trace_span_id(span->parent));
    if (span->parent != NULL)
        (void)cJSON_AddStringToObject(object, "parentSpanId", id);
    (void)cJSON_AddStringToObject(object, "name", trace_span_name(span));
    (void)cJSON_AddNumberToObject(object, "kind", span->name == NULL ? KIND_SERVER : KIND_INTERNAL);
    add_time(otlp, object, "startTimeUnixNano", span->begun);
    add_time(otlp, object, "endTimeUnixNano", trace_span_end(span));
    (void)cJSON_AddItemToObject(object, "attributes", attributes_of(span));
    (void)cJSON_AddItemToObject(object, "events", events_of(otlp, span));
    cJSON *status = cJSON_AddObjectToObject(object, "status");
    const bool error = sim_status_is_error(outcome.status);
    (void)cJSON_AddNumberToObject(status, "code", error ? CODE_ERROR : CODE_UNSET);
    if (error)
        (void)cJSON_AddStringToObject(status, "message",
                                      outcome.reason != NULL ? outcome.reason : sim_status_name(outcome.status));
    return object;
}

/* ---- resources ---- */

/* What a tag of a node's spans says first, or NULL. */
static const char *said_of(const struct otlp *otlp, const struct sim_node *node, const char *key)
{
    for (size_t i = 0; i < otlp->count; i++) {
        for (const struct trace_span *span = otlp->traces[i]->root; span != NULL; span = trace_next(span, NULL)) {
            for (const struct trace_tag *tag = span->to == node ? span->tags : NULL; tag != NULL; tag = tag->next) {
                if (strcmp(tag->key, key) == 0)
                    return tag->value;
            }
        }
    }
    return NULL;
}

static void begin_resource(const struct otlp *otlp, const struct sim_node *node)
{
    const struct otlp_resource resource = {.service = node->name,
                                           .type = node->type->name,
                                           .scenario = otlp->cell->scenario->name,
                                           .run = otlp->cell->id,
                                           .env = said_of(otlp, node, "env"),
                                           .version = said_of(otlp, node, "version"),
                                           .scopes = "scopeSpans",
                                           .items = "spans"};
    otlp_begin_resource(otlp->out, otlp->options, &resource);
}

static bool is_in(const struct otlp *otlp, const struct sim_node *node)
{
    for (size_t i = 0; i < otlp->count; i++) {
        for (const struct trace_span *span = otlp->traces[i]->root; span != NULL; span = trace_next(span, NULL)) {
            if (span->to == node)
                return true;
        }
    }
    return false;
}

static void put_spans(const struct otlp *otlp, const struct sim_node *node)
{
    const char *between = "";
    for (size_t i = 0; i < otlp->count; i++) {
        for (const struct trace_span *span = otlp->traces[i]->root; span != NULL; span = trace_next(span, NULL)) {
            if (span->to != node)
                continue;
            (void)fputs(between, otlp->out);
            show_json_inline(otlp->out, span_json(otlp, otlp->traces[i], span));
            between = ",\n";
        }
    }
}

void export_otlp(FILE *out, const struct cell *cell, struct trace *const *traces, size_t count,
                 const struct otlp_options *options)
{
    const struct otlp otlp = {out, cell, traces, count, options};
    const char *between = "";
    (void)fputs("{\"resourceSpans\":[", out);
    for (uint32_t i = 0; i < cell->sim->node_count; i++) {
        const struct sim_node *node = cell->sim->nodes[i];
        if (!is_in(&otlp, node))
            continue;
        (void)fputs(between, out);
        begin_resource(&otlp, node);
        put_spans(&otlp, node);
        (void)fputs("]}]}", out);
        between = ",\n";
    }
    (void)fputs("]}\n", out);
}
