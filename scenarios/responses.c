/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A request is found again by the id of its root call, the member of a bulk by the id of its own. */
#include "scenarios/responses.h"

#include "models/ops.h"
#include "models/script.h"
#include "sim/map.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct recorder {
    struct responses responses; /* must be first */
    struct sim *sim;
    const struct sim_node *client;
    struct sim_map by_call; /* id -> struct response */
    struct response *last;
    size_t transition_room;
};

static void *make(struct recorder *recorder, size_t bytes)
{
    return sim_arena_alloc(&recorder->sim->arena, bytes);
}

static struct response *find(struct recorder *recorder, const struct sim_call *call)
{
    struct response *own = call->op == OP_BULK_LOOKUP ? sim_map_get(&recorder->by_call, call->id) : NULL;
    return own != NULL ? own : sim_map_get(&recorder->by_call, call->root);
}

static struct response *keep(struct recorder *recorder, const struct sim_call *call)
{
    if (recorder->responses.count == RESPONSES_MAX) {
        recorder->responses.dropped++;
        return NULL;
    }
    recorder->responses.count++;
    struct response *response = make(recorder, sizeof *response);
    *response = (struct response){.at = call->begun};
    sim_map_put(&recorder->by_call, call->id, response);
    return response;
}

/* ---- calls ---- */

static void begin_member(struct recorder *recorder, const struct sim_call *call)
{
    char text[40];
    struct response *bulk = sim_map_get(&recorder->by_call, call->root);
    struct response *response = bulk == NULL ? NULL : keep(recorder, call);
    if (response == NULL) {
        recorder->responses.dropped += bulk == NULL; /* its bulk did not fit either */
        return;
    }
    (void)snprintf(text, sizeof text, "GET /products/%lld", (long long)call->request.key);
    response->request = sim_arena_strdup(&recorder->sim->arena, text);
    response->in_bulk = true;
    response->at = bulk->at;
    *(bulk->last_member != NULL ? &bulk->last_member->next : &bulk->members) = response;
    bulk->last_member = response;
}

static void on_begin(void *context, const struct sim_call *call)
{
    struct recorder *recorder = context;
    if (call->op == OP_BULK_LOOKUP) {
        begin_member(recorder, call);
        return;
    }
    if (call->from != recorder->client)
        return;
    struct response *response = keep(recorder, call);
    if (response == NULL)
        return;
    response->request = script_entry_of(call)->text;
    response->is_bulk = call->op == OP_BULK;
    *(recorder->last != NULL ? &recorder->last->next : &recorder->responses.first) = response;
    recorder->last = response;
}

static void on_end(void *context, const struct sim_call *call, enum sim_call_end end)
{
    struct recorder *recorder = context;
    struct response *response = sim_map_get(&recorder->by_call, call->id);
    if (response == NULL)
        return;
    response->ended = true;
    response->duration = recorder->sim->now - response->at;
    response->status = call->end.status;
    response->reason = call->end.reason;
    if (end != SIM_END_ANSWERED)
        return;
    response->source = source_name(call->reply.word[0]);
    if (response->is_bulk) {
        response->total = call->reply.word[1];
        response->success = call->reply.word[2];
    }
}

/* ---- spans ---- */

static struct response_span *innermost(const struct response *response)
{
    struct response_span *found = NULL;
    for (struct response_span *span = response->spans; span != NULL; span = span->next)
        found = span->end == SIM_NEVER ? span : found;
    return found;
}

static void on_span_begin(void *context, const struct sim_call *call, const char *name)
{
    struct recorder *recorder = context;
    struct response *response = find(recorder, call);
    size_t count = 0;
    if (response == NULL)
        return;
    struct response_span **last = &response->spans;
    for (; *last != NULL; last = &(*last)->next)
        count++;
    if (count >= RESPONSE_SPANS_MAX)
        return;
    struct response_span *span = make(recorder, sizeof *span);
    *span = (struct response_span){
        .name = sim_arena_strdup(&recorder->sim->arena, name), .start = recorder->sim->now, .end = SIM_NEVER};
    span->tags = make(recorder, RESPONSE_TAGS_MAX * sizeof *span->tags);
    *last = span;
}

static void on_span_end(void *context, const struct sim_call *call, const char *name, bool error)
{
    struct recorder *recorder = context;
    const struct response *response = find(recorder, call);
    struct response_span *span = response == NULL ? NULL : innermost(response);
    if (span == NULL || strcmp(span->name, name) != 0)
        return;
    span->end = recorder->sim->now;
    span->error = error;
}

static struct response_tag *add_tag(struct recorder *recorder, const struct sim_call *call, const char *key)
{
    const struct response *response = find(recorder, call);
    struct response_span *span = response == NULL ? NULL : innermost(response);
    if (span == NULL || span->tag_count == RESPONSE_TAGS_MAX)
        return NULL;
    struct response_tag *tag = &span->tags[span->tag_count++];
    tag->key = sim_arena_strdup(&recorder->sim->arena, key);
    return tag;
}

static void on_tag(void *context, const struct sim_call *call, const char *key, const char *value)
{
    struct recorder *recorder = context;
    struct response_tag *tag = add_tag(recorder, call, key);
    if (tag != NULL)
        tag->text = sim_arena_strdup(&recorder->sim->arena, value);
}

static void on_tag_int(void *context, const struct sim_call *call, const char *key, int64_t value)
{
    struct response_tag *tag = add_tag(context, call, key);
    if (tag != NULL)
        tag->number = value;
}

/* ---- what services say ---- */

static void on_transition(void *context, const struct sim_node *node, const char *part, const char *from,
                          const char *to)
{
    struct recorder *recorder = context;
    struct responses *responses = &recorder->responses;
    if (strcmp(part, "breaker") != 0 || responses->transition_count == TRANSITIONS_MAX)
        return;
    if (responses->transition_count == recorder->transition_room) {
        recorder->transition_room = recorder->transition_room == 0 ? 16 : 2 * recorder->transition_room;
        responses->transitions =
            sim_xrealloc(responses->transitions, recorder->transition_room * sizeof *responses->transitions);
    }
    responses->transitions[responses->transition_count++] =
        (struct response_transition){recorder->sim->now, node->name, from, to};
}

static void on_emit(void *context, const struct sim_node *node, const char *metric, double value)
{
    struct responses *responses = &((struct recorder *)context)->responses;
    (void)node;
    size_t place = 0;
    while (place < responses->point_count && strcmp(responses->points[place].name, metric) < 0)
        place++;
    struct response_point *point = &responses->points[place];
    if (place == responses->point_count || strcmp(point->name, metric) != 0) {
        if (responses->point_count == POINTS_MAX)
            return;
        memmove(point + 1, point, (responses->point_count++ - place) * sizeof *point);
        *point = (struct response_point){.name = metric};
    }
    point->count++;
    point->sum += value;
    point->last = value;
}

static const struct sim_listener listener = {
    .call_begin = on_begin,
    .call_end = on_end,
    .span_begin = on_span_begin,
    .span_end = on_span_end,
    .tag = on_tag,
    .tag_int = on_tag_int,
    .transition = on_transition,
    .emit = on_emit,
};

struct responses *responses_create(struct sim *sim, const struct sim_node *client)
{
    struct recorder *recorder = sim_xcalloc(1, sizeof *recorder);
    recorder->sim = sim;
    recorder->client = client;
    recorder->responses.points = sim_xcalloc(POINTS_MAX + 1, sizeof *recorder->responses.points);
    sim_listen(sim, &listener, recorder);
    return &recorder->responses;
}

void responses_destroy(struct responses *responses)
{
    struct recorder *recorder = (struct recorder *)responses;
    if (recorder == NULL)
        return;
    sim_map_fini(&recorder->by_call);
    free(responses->points);
    free(responses->transitions);
    free(recorder);
}
