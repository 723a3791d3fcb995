/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which alerts fired, when, and how long after the fault. */
#include "reports/alert_run.h"
#include "reports/show.h"
#include "reports/terminal.h"
#include "reports/texts.h"

#include <string.h>

/* ---- text ---- */

static void add_time(struct texts *texts, sim_ns time)
{
    char text[SHOWN_ROOM];
    texts_add(texts, time == SIM_NEVER ? "the end" : show_time(text, time));
}

static void add_stretch(struct texts *texts, const struct alert_stretch *stretch)
{
    char time[SHOWN_ROOM], text[2 * SHOWN_ROOM];
    add_time(texts, stretch->pending);
    add_time(texts, stretch->from);
    add_time(texts, stretch->to);
    if (stretch->fault == NULL) {
        texts_add(texts, "no fault: a false alarm");
        return;
    }
    if (stretch->in_time)
        (void)snprintf(text, sizeof text, "%s after %.64s", show_time(time, stretch->from - stretch->fault->at),
                       stretch->fault->name);
    else
        (void)snprintf(text, sizeof text, "%s after the end of %.64s",
                       show_time(time, stretch->from - stretch->fault->until), stretch->fault->name);
    texts_add(texts, text);
}

static void add_result(struct texts *texts, const struct alert_result *result)
{
    char text[SHOWN_ROOM];
    texts_add(texts, result->rule->name);
    texts_add(texts, show_time(text, result->rule->hold));
    for (size_t i = 0; i < result->count; i++) {
        if (i > 0) {
            texts_add(texts, "");
            texts_add(texts, "");
        }
        add_stretch(texts, &result->stretches[i]);
    }
    if (result->count > 0)
        return;
    texts_add(texts, result->first_pending == SIM_NEVER ? "" : show_time(text, result->first_pending));
    texts_add(texts, "never");
    texts_add(texts, "");
    texts_add(texts, "");
}

static void print_detections(FILE *out, const struct alert_run *run)
{
    char time[SHOWN_ROOM];
    for (size_t i = 0; i < run->faults.count; i++) {
        const struct alert_detection *detection = &run->detected[i];
        (void)fprintf(out, "%s, from %s on: ", detection->fault->name, show_time(time, detection->fault->at));
        if (detection->rule == NULL)
            (void)fprintf(out, "not detected\n");
        else
            (void)fprintf(out, "detected by %s after %s\n", detection->rule->name, show_time(time, detection->after));
    }
}

void alert_show_text(FILE *out, const struct alert_run *run)
{
    static const enum align aligns[] = {ALIGN_LEFT, ALIGN_RIGHT, ALIGN_RIGHT, ALIGN_RIGHT, ALIGN_RIGHT, ALIGN_LEFT};
    static const char *const heads[] = {"alert", "for", "pending at", "fires from", "to", "begins to fire"};
    struct texts texts = {0};
    char title[JSON_SHOWN_BYTES], name[JSON_SHOWN_BYTES], every[SHOWN_ROOM];
    (void)fprintf(out, "%s\n%s, run %s; rules evaluated every %s by promtool\n\n",
                  json_shown(title, run->record->title), json_shown(name, run->record->scenario), run->record->id,
                  show_time(every, run->every));
    for (size_t i = 0; i < SIM_COUNT_OF(heads); i++)
        texts_add(&texts, heads[i]);
    for (size_t i = 0; i < run->rules->count; i++)
        add_result(&texts, &run->results[i]);
    terminal_table(out, (const char *const *)texts.items, texts.count / SIM_COUNT_OF(heads), SIM_COUNT_OF(heads),
                   aligns, 0);
    texts_fini(&texts);
    if (run->faults.count > 0)
        (void)fputc('\n', out);
    print_detections(out, run);
}

/* ---- JSON ---- */

static void put_time(cJSON *object, const char *key, sim_ns time)
{
    if (time == SIM_NEVER)
        (void)cJSON_AddNullToObject(object, key);
    else
        (void)cJSON_AddNumberToObject(object, key, sim_ns_to_s(time));
}

static cJSON *stretch_tree(const struct alert_stretch *stretch)
{
    cJSON *tree = cJSON_CreateObject();
    put_time(tree, "pending_s", stretch->pending);
    put_time(tree, "from_s", stretch->from);
    put_time(tree, "to_s", stretch->to);
    if (stretch->fault == NULL)
        (void)cJSON_AddNullToObject(tree, "fault");
    else
        (void)cJSON_AddStringToObject(tree, "fault", stretch->fault->name);
    (void)cJSON_AddBoolToObject(tree, "detects", stretch->in_time);
    if (stretch->fault != NULL)
        put_time(tree, "after_s", stretch->from - stretch->fault->at);
    return tree;
}

static cJSON *result_tree(const struct alert_result *result)
{
    cJSON *tree = cJSON_CreateObject();
    (void)cJSON_AddStringToObject(tree, "alert", result->rule->name);
    (void)cJSON_AddStringToObject(tree, "expr", result->rule->expr);
    put_time(tree, "for_s", result->rule->hold);
    (void)cJSON_AddItemToObject(tree, "labels",
                                result->rule->labels == NULL ? cJSON_CreateObject()
                                                             : cJSON_Duplicate(result->rule->labels, true));
    put_time(tree, "first_pending_s", result->first_pending);
    cJSON *fired = cJSON_AddArrayToObject(tree, "fired");
    for (size_t i = 0; i < result->count; i++)
        (void)cJSON_AddItemToArray(fired, stretch_tree(&result->stretches[i]));
    return tree;
}

void alert_show_json(FILE *out, const struct alert_run *run)
{
    cJSON *tree = cJSON_CreateObject();
    (void)cJSON_AddStringToObject(tree, "run", run->record->id);
    (void)cJSON_AddStringToObject(tree, "scenario", run->record->scenario);
    put_time(tree, "every_s", run->every);
    cJSON *alerts = cJSON_AddArrayToObject(tree, "alerts");
    for (size_t i = 0; i < run->rules->count; i++)
        (void)cJSON_AddItemToArray(alerts, result_tree(&run->results[i]));
    cJSON *faults = cJSON_AddArrayToObject(tree, "faults");
    for (size_t i = 0; i < run->faults.count; i++) {
        const struct alert_detection *detection = &run->detected[i];
        cJSON *fault = cJSON_CreateObject();
        (void)cJSON_AddStringToObject(fault, "fault", detection->fault->name);
        put_time(fault, "at_s", detection->fault->at);
        put_time(fault, "until_s", detection->fault->until);
        if (detection->rule == NULL)
            (void)cJSON_AddNullToObject(fault, "detected_by");
        else
            (void)cJSON_AddStringToObject(fault, "detected_by", detection->rule->name);
        put_time(fault, "detected_after_s", detection->rule == NULL ? SIM_NEVER : detection->after);
        (void)cJSON_AddItemToArray(faults, fault);
    }
    show_json(out, tree);
}
