/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "reports/divergence.h"
#include "reports/show.h"
#include "reports/terminal.h"
#include "reports/texts.h"

#include <inttypes.h>

static void add_event(struct texts *texts, const char *who, const struct divergence_event *event)
{
    char time[48];
    (void)snprintf(time, sizeof time, "%" PRId64 ".%09" PRId64 " s", event->at / SIM_S, event->at % SIM_S);
    texts_add(texts, who);
    texts_add(texts, event->exists ? time : "");
    texts_add(texts, event->exists ? event->node : "no event any more");
    texts_add(texts, event->exists ? event->kind : "");
}

void divergence_print(FILE *out, const struct divergence *divergence, const char *a, const char *b)
{
    static const enum align aligns[] = {ALIGN_LEFT, ALIGN_RIGHT, ALIGN_LEFT, ALIGN_LEFT};
    struct texts texts = {0};
    if (!divergence->found) {
        (void)fprintf(out, "No divergence of %s and %s: all %" PRIu64 " events are equal\n", a, b, divergence->common);
        return;
    }
    (void)fprintf(out, "First divergence of %s and %s, after %" PRIu64 " equal events\n", a, b, divergence->common);
    for (size_t i = 0; i < divergence->last_count; i++)
        add_event(&texts, "both", &divergence->last[i]);
    add_event(&texts, a, &divergence->events[0]);
    add_event(&texts, b, &divergence->events[1]);
    terminal_table(out, (const char *const *)texts.items, texts.count / SIM_COUNT_OF(aligns), SIM_COUNT_OF(aligns),
                   aligns, 2);
    texts_fini(&texts);
}

static cJSON *event_tree(const struct divergence_event *event)
{
    if (!event->exists)
        return cJSON_CreateNull();
    cJSON *tree = cJSON_CreateObject();
    (void)cJSON_AddNumberToObject(tree, "at_ns", (double)event->at);
    (void)cJSON_AddStringToObject(tree, "node", event->node);
    (void)cJSON_AddStringToObject(tree, "kind", event->kind);
    return tree;
}

cJSON *divergence_tree(const struct divergence *divergence)
{
    cJSON *tree = cJSON_CreateObject();
    (void)cJSON_AddBoolToObject(tree, "found", divergence->found);
    (void)cJSON_AddNumberToObject(tree, "common", (double)divergence->common);
    cJSON *last = cJSON_AddArrayToObject(tree, "last");
    for (size_t i = 0; i < divergence->last_count; i++)
        (void)cJSON_AddItemToArray(last, event_tree(&divergence->last[i]));
    (void)cJSON_AddItemToObject(tree, "a", event_tree(&divergence->events[0]));
    (void)cJSON_AddItemToObject(tree, "b", event_tree(&divergence->events[1]));
    return tree;
}
