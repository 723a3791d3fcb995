/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The section `alerts`: alert rules of Prometheus, by name. Here only their form is looked at; what an expression means
 * promtool says when `simex alerts` asks it. Alerts change nothing that happens, so they are no part of the canonical
 * scenario, and a run keeps its id when they are rewritten. */
#include "scenarios/build.h"

#include <stdlib.h>
#include <string.h>

static const char *const alert_keys[] = {"expr", "for", "labels", "annotations", NULL};

/* Of a label, or of an alert: what Prometheus takes as both. */
static bool is_name(const char *name)
{
    const size_t length = strlen(name);
    bool fine = length > 0 && length <= SCENARIO_NAME_MAX && (name[0] < '0' || name[0] > '9');
    for (size_t i = 0; fine && i < length; i++) {
        const char c = name[i];
        fine = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
    }
    return fine;
}

static void check_text(struct build *build, const cJSON *value, const char *what)
{
    if (!cJSON_IsString(value) || value->valuestring[0] == '\0')
        build_refuse_value(build, value, what);
    else if (strlen(value->valuestring) > SCENARIO_ALERT_TEXT_MAX)
        build_refuse(build, JSON_VALUE, "want a text of at most %d bytes, got %zu", SCENARIO_ALERT_TEXT_MAX,
                     strlen(value->valuestring));
}

static void check_pair(struct build *build, const cJSON *value)
{
    char shown[JSON_SHOWN_BYTES];
    /* Prometheus writes the first of them itself; the others begin with two underscores. */
    const bool own = strcmp(value->string, "alertname") == 0 || strncmp(value->string, "__", 2) == 0;
    if (!is_name(value->string) || own)
        build_refuse(build, JSON_KEY,
                     "want a name of at most %d letters, digits and underscores, no digit first, that Prometheus does "
                     "not give itself, got \"%s\"",
                     SCENARIO_NAME_MAX, json_shown(shown, value->string));
    check_text(build, value, "a text");
}

static void check_pairs(struct build *build, const cJSON *object, const char *key)
{
    const cJSON *pairs = cJSON_GetObjectItemCaseSensitive(object, key);
    if (pairs == NULL)
        return;
    size_t length = build_enter(build, key);
    build_members(build, pairs, SCENARIO_ALERT_LABELS_MAX, check_pair);
    build_leave(build, length);
}

static void build_alert(struct build *build, const cJSON *object)
{
    struct cell *cell = build->cell;
    struct alert alert = {.name = object->string};
    char shown[JSON_SHOWN_BYTES];
    if (!is_name(object->string)) {
        build_refuse(build, JSON_KEY,
                     "want a name of at most %d letters, digits and underscores, no digit first, such as "
                     "\"HighErrorRate\", got \"%s\"",
                     SCENARIO_NAME_MAX, json_shown(shown, object->string));
        return;
    }
    if (!build_check_keys(build, object, alert_keys, "key"))
        return;
    const cJSON *expr = cJSON_GetObjectItemCaseSensitive(object, "expr");
    if (expr == NULL) {
        build_refuse_missing(build, "expr",
                             "an expression of PromQL, such as \"simex_busy{node=\\\"sre-lab\\\"} > 1\"");
    } else {
        size_t length = build_enter(build, "expr");
        check_text(build, expr, "an expression of PromQL");
        build_leave(build, length);
        alert.expr = cJSON_GetStringValue(expr);
    }
    (void)build_duration(build, object, "for", false, &alert.hold);
    check_pairs(build, object, "labels");
    check_pairs(build, object, "annotations");
    alert.labels = cJSON_GetObjectItemCaseSensitive(object, "labels");
    alert.annotations = cJSON_GetObjectItemCaseSensitive(object, "annotations");
    cell->alerts[cell->alert_count++] = alert;
}

void build_alerts(struct build *build, const cJSON *alerts)
{
    if (alerts == NULL)
        return;
    size_t length = build_enter(build, "alerts");
    build->cell->alerts = sim_xcalloc(SCENARIO_ALERTS_MAX, sizeof *build->cell->alerts);
    build_members(build, alerts, SCENARIO_ALERTS_MAX, build_alert);
    build_leave(build, length);
}
