/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The answers. promtool prints of every evaluation at which an alert was pending or firing
 *
 *         expr: "ALERTS # 45", time: 11m15s,
 *             exp: nil
 *             got: {__name__="ALERTS", alertname="A", alertstate="firing", signal="errors"} 1E+00, {...} 1E+00
 *
 * where 45 is the number that we gave it, and texts are quoted as Go quotes them. */
#include "reports/alert_run.h"

#include <stdlib.h>
#include <string.h>

/* ---- reading ---- */

static size_t rule_named(const struct alert_rules *rules, const char *name, size_t length)
{
    size_t i = 0;
    while (i < rules->count &&
           (strlen(rules->items[i].name) != length || strncmp(rules->items[i].name, name, length) != 0))
        i++;
    return i;
}

/* From the quote that opens a text to behind the one that closes it. */
static const char *skip_text(const char *at)
{
    for (at++; *at != '\0' && *at != '"'; at++) {
        if (*at == '\\' && at[1] != '\0')
            at++;
    }
    return *at == '\0' ? at : at + 1;
}

/* One `{a="b", c="d"}`; returns what is behind it. */
static const char *take_labels(struct alert_run *run, size_t evaluation, const char *at)
{
    size_t rule = run->rules->count;
    enum alert_state state = ALERT_INACTIVE;
    while (*at != '\0' && *at != '}') {
        const char *name = at + strspn(at, "{, ");
        const size_t length = strcspn(name, "=}");
        const char *text = name + length + (name[length] == '=');
        if (*text != '"')
            break;
        at = skip_text(text);
        if (length == strlen("alertname") && strncmp(name, "alertname", length) == 0)
            rule = rule_named(run->rules, text + 1, (size_t)(at - text) - 2);
        else if (length == strlen("alertstate") && strncmp(name, "alertstate", length) == 0)
            state = strncmp(text, "\"firing\"", (size_t)(at - text)) == 0 ? ALERT_FIRING : ALERT_PENDING;
    }
    if (rule < run->rules->count && run->states[rule * run->evaluations + evaluation] < state)
        run->states[rule * run->evaluations + evaluation] = (unsigned char)state;
    return *at == '{' ? at + 1 : at;
}

static bool begins(const char *line, const char *with)
{
    return strncmp(line, with, strlen(with)) == 0;
}

/* Everything that promtool said; where it says what is no answer, that place. */
static const char *take_answers(struct alert_run *run, const char *said)
{
    size_t evaluation = 0;
    for (const char *line = said; *line != '\0';) {
        const char *end = line + strcspn(line, "\n");
        const char *text = line + strspn(line, " \t");
        if (begins(text, "expr: \"ALERTS # ")) {
            evaluation = strtoull(text + strlen("expr: \"ALERTS # "), NULL, 10);
            if (evaluation == 0 || evaluation > run->evaluations)
                return text;
        } else if (begins(text, "got: ") && evaluation > 0) {
            for (const char *at = strchr(text, '{'); at != NULL && at < end; at = strchr(at, '{'))
                at = take_labels(run, evaluation - 1, at);
        } else if (text < end && !begins(text, "exp: nil") && !begins(text, "FAILED:") && !begins(text, "SUCCESS") &&
                   !begins(text, "Unit Testing:")) {
            return text;
        }
        line = *end == '\0' ? end : end + 1;
    }
    return NULL;
}

/* ---- what it means ---- */

static sim_ns time_of(const struct alert_run *run, size_t evaluation)
{
    return run->every * (sim_ns)(evaluation + 1);
}

static const struct record_fault *latest_fault(const struct alert_faults *faults, sim_ns at)
{
    const struct record_fault *latest = NULL;
    for (size_t i = 0; i < faults->count; i++) {
        const struct record_fault *fault = &faults->items[i];
        if (fault->at <= at && (latest == NULL || fault->at >= latest->at))
            latest = fault;
    }
    return latest;
}

static void add_stretch(struct alert_run *run, struct alert_result *result, sim_ns pending, size_t first, size_t end)
{
    struct alert_stretch stretch = {.pending = pending, .from = time_of(run, first), .to = SIM_NEVER};
    if (end < run->evaluations)
        stretch.to = time_of(run, end);
    stretch.fault = latest_fault(&run->faults, stretch.from);
    stretch.in_time = stretch.fault != NULL && stretch.from <= stretch.fault->until;
    result->stretches = sim_xrealloc(result->stretches, (result->count + 1) * sizeof *result->stretches);
    result->stretches[result->count++] = stretch;
}

static void find_stretches(struct alert_run *run, struct alert_result *result, const unsigned char *states)
{
    sim_ns pending = SIM_NEVER;
    result->first_pending = SIM_NEVER;
    for (size_t i = 0; i < run->evaluations; i++) {
        const size_t first = i;
        if (states[i] == ALERT_INACTIVE) {
            pending = SIM_NEVER;
            continue;
        }
        if (pending == SIM_NEVER)
            pending = time_of(run, i);
        if (result->first_pending == SIM_NEVER)
            result->first_pending = pending;
        if (states[i] != ALERT_FIRING)
            continue;
        while (i < run->evaluations && states[i] == ALERT_FIRING)
            i++;
        add_stretch(run, result, pending, first, i);
        pending = SIM_NEVER;
        i--;
    }
}

static void find_detections(struct alert_run *run)
{
    for (size_t i = 0; i < run->faults.count; i++) {
        struct alert_detection *detection = &run->detected[i];
        detection->fault = &run->faults.items[i];
        for (size_t k = 0; k < run->rules->count; k++) {
            const struct alert_result *result = &run->results[k];
            for (size_t n = 0; n < result->count; n++) {
                const struct alert_stretch *stretch = &result->stretches[n];
                const sim_ns after = stretch->from - detection->fault->at;
                if (stretch->fault != detection->fault || !stretch->in_time ||
                    (detection->rule != NULL && after >= detection->after))
                    continue;
                detection->rule = result->rule;
                detection->after = after;
            }
        }
    }
}

bool alert_run_init(struct alert_run *run, const struct record *record, const struct alert_rules *rules, sim_ns every,
                    const char *said, const char **complaint)
{
    *run = (struct alert_run){.record = record, .rules = rules, .every = every};
    run->evaluations = alert_evaluations(record, every);
    run->states = sim_xcalloc(rules->count * run->evaluations + 1, 1);
    run->results = sim_xcalloc(rules->count + 1, sizeof *run->results);
    alert_faults_init(&run->faults, record);
    run->detected = sim_xcalloc(run->faults.count + 1, sizeof *run->detected);
    *complaint = take_answers(run, said);
    if (*complaint != NULL)
        return false;
    for (size_t i = 0; i < rules->count; i++) {
        run->results[i].rule = &rules->items[i];
        find_stretches(run, &run->results[i], run->states + i * run->evaluations);
    }
    find_detections(run);
    return true;
}

void alert_run_fini(struct alert_run *run)
{
    for (size_t i = 0; run->results != NULL && i < run->rules->count; i++)
        free(run->results[i].stretches);
    free(run->results);
    alert_faults_fini(&run->faults);
    free(run->detected);
    free(run->states);
    *run = (struct alert_run){.record = NULL};
}
