/* SPDX-License-Identifier: GPL-3.0-or-later */
/* See breaker.h. Shares are compared as results / results in one division, so that 10 of 100 is exactly a rate of 0.1
 * whatever the rate. No event is scheduled and no number drawn. */
#include "models/breaker.h"

#include "models/http.h"
#include "sim/world.h"

enum breaker_mode { MODE_OFF, MODE_CONSECUTIVE, MODE_COUNT, MODE_TIME };

static const char *const state_names[] = {"CLOSED", "HALF_OPEN", "OPEN"};
static const double state_points[] = {0, 0.5, 1};

bool breaker_on(const struct breaker *breaker)
{
    return breaker->mode != MODE_OFF;
}

bool breaker_counts(const struct breaker *breaker, enum sim_status status)
{
    return (breaker->failures >> status & 1) != 0;
}

static sim_ns now(const struct breaker *breaker)
{
    return sim_now(breaker->part.node);
}

/* The lab's breaker: results of any era count in any state. */
static bool is_labs(const struct breaker *breaker)
{
    return breaker->mode == MODE_CONSECUTIVE && breaker->late_results;
}

static void show(const struct breaker *breaker, double value)
{
    if (breaker->point != NULL)
        sim_emit(breaker->part.node, breaker->point, value);
}

/* ---- states ---- */

/* What closing by a success needs not: that has ended the row, and the window is empty since it opened. */
static void forget(struct breaker *breaker)
{
    breaker->in_a_row = 0;
    window_clear(&breaker->window);
}

static void move(struct breaker *breaker, enum breaker_state to)
{
    if (breaker->state == to)
        return;
    sim_transition(breaker->part.node, "breaker", state_names[breaker->state], state_names[to]);
    breaker->state = to;
    breaker->era++;
    breaker->lent = 0;
    breaker->spent = 0;
    breaker->half = (struct tally){0};
    window_clear(&breaker->window);
    sim_gauge_set(&breaker->open, now(breaker), to == BREAKER_OPEN);
    sim_gauge_set(&breaker->half_open, now(breaker), to == BREAKER_HALF_OPEN);
    sim_count(&breaker->opened, to == BREAKER_OPEN);
}

/* From any state; in OPEN its time begins anew. */
static void open_since(struct breaker *breaker, sim_ns since)
{
    breaker->opened_at = since;
    move(breaker, BREAKER_OPEN);
}

static void half_open(struct breaker *breaker)
{
    breaker->half_open_at = now(breaker);
    move(breaker, BREAKER_HALF_OPEN);
}

void breaker_close(struct breaker *breaker)
{
    if (!breaker_on(breaker))
        return;
    move(breaker, BREAKER_CLOSED);
    forget(breaker);
    breaker->era++;
    show(breaker, 0);
}

/* ---- judgement ---- */

static double share(int64_t part, int64_t whole)
{
    return (double)part / (double)whole;
}

/* Of a tally that is not empty. */
static bool is_bad(const struct breaker *breaker, const struct tally *tally)
{
    if (breaker->mode == MODE_CONSECUTIVE)
        return tally->failed > 0;
    return share(tally->failed, tally->results) >= breaker->failure_rate ||
           share(tally->slow, tally->results) >= breaker->slow_rate;
}

static void judge_half_open(struct breaker *breaker)
{
    const int64_t needed = breaker->deciding < breaker->permits ? breaker->deciding : breaker->permits;
    if (breaker->state != BREAKER_HALF_OPEN || breaker->half.results < needed)
        return;
    if (is_bad(breaker, &breaker->half))
        open_since(breaker, now(breaker));
    else
        move(breaker, BREAKER_CLOSED);
}

static void judge_window(struct breaker *breaker)
{
    int64_t needed = breaker->minimum_calls;
    if (breaker->mode == MODE_COUNT && needed > breaker->window_calls)
        needed = breaker->window_calls;
    if (breaker->window.sum.results >= needed && is_bad(breaker, &breaker->window.sum))
        open_since(breaker, now(breaker));
}

/* ---- consults ---- */

bool breaker_try(struct breaker *breaker, struct breaker_pass *pass)
{
    const sim_ns at = now(breaker);
    *pass = (struct breaker_pass){.era = breaker->era, .begun = at};
    if (!breaker_on(breaker))
        return true;

    double value = 0;
    if (breaker->state == BREAKER_HALF_OPEN && at - breaker->half_open_at > breaker->half_open_for)
        open_since(breaker, breaker->half_open_at + breaker->half_open_for);
    if (breaker->state == BREAKER_OPEN && at - breaker->opened_at > breaker->open_for) {
        half_open(breaker);
        value = state_points[BREAKER_HALF_OPEN];
    }

    bool passes = breaker->state == BREAKER_CLOSED;
    if (breaker->state == BREAKER_HALF_OPEN && breaker->lent + breaker->spent < breaker->permits) {
        breaker->lent++;
        pass->permit = true;
        passes = true;
    }
    pass->era = breaker->era;
    sim_count(passes ? &breaker->passed : &breaker->refused, 1);
    show(breaker, passes ? value : state_points[BREAKER_OPEN]);
    return passes;
}

/* ---- results ---- */

/* Takes a permit of this half-open back from its holder; false when the pass holds none. */
static bool take_back(struct breaker *breaker, const struct breaker_pass *pass)
{
    if (!pass->permit || pass->era != breaker->era || breaker->lent == 0)
        return false;
    breaker->lent--;
    return true;
}

static void in_lab(struct breaker *breaker, bool failed)
{
    if (!failed)
        move(breaker, BREAKER_CLOSED);
    else if (breaker->in_a_row >= breaker->threshold)
        open_since(breaker, now(breaker));
}

static void in_half_open(struct breaker *breaker, bool failed, bool slow)
{
    breaker->half.results++;
    breaker->half.failed += failed;
    breaker->half.slow += slow;
    judge_half_open(breaker);
}

static void in_closed(struct breaker *breaker, bool failed, bool slow)
{
    if (breaker->mode == MODE_CONSECUTIVE) {
        if (failed && breaker->in_a_row >= breaker->threshold)
            open_since(breaker, now(breaker));
        return;
    }
    if (breaker->mode == MODE_COUNT)
        window_add_counted(&breaker->window, failed, slow, breaker->window_calls);
    else
        window_add_timed(&breaker->window, failed, slow, now(breaker), breaker->span);
    judge_window(breaker);
}

/* Whether a result is dropped because it is of an earlier era. */
static bool is_late(const struct breaker *breaker, const struct breaker_pass *pass)
{
    if (!breaker->late_results)
        return pass->era != breaker->era;
    return breaker->mode != MODE_CONSECUTIVE && breaker->state == BREAKER_OPEN;
}

void breaker_result(struct breaker *breaker, const struct breaker_pass *pass, enum breaker_result result)
{
    if (result == BREAKER_IGNORED) {
        breaker_cancel(breaker, pass);
        return;
    }
    if (!breaker_on(breaker))
        return;
    if (is_late(breaker, pass)) {
        sim_count(&breaker->late, 1);
        return;
    }
    const bool slow = now(breaker) - pass->begun > breaker->slow_call;
    const bool failed = result == BREAKER_FAILURE || (slow && breaker->slow_fails);
    sim_count(failed ? &breaker->failed : &breaker->succeeded, 1);
    sim_count(&breaker->slow, slow);
    breaker->in_a_row = failed ? breaker->in_a_row + 1 : 0;

    const bool used = take_back(breaker, pass);
    if (is_labs(breaker)) {
        in_lab(breaker, failed);
    } else if (breaker->state == BREAKER_HALF_OPEN) {
        breaker->spent += used;
        in_half_open(breaker, failed, slow);
    } else {
        in_closed(breaker, failed, slow);
    }
    const bool opens = is_labs(breaker) ? breaker->in_a_row >= breaker->threshold : breaker->state == BREAKER_OPEN;
    if (!failed || opens)
        show(breaker, state_points[breaker->state]);
}

void breaker_cancel(struct breaker *breaker, const struct breaker_pass *pass)
{
    if (!breaker_on(breaker))
        return;
    sim_count(&breaker->ignored, 1);
    (void)take_back(breaker, pass);
}

void breaker_status(struct breaker *breaker, const struct breaker_pass *pass, enum sim_status status)
{
    enum breaker_result result = status == SIM_CANCELLED ? BREAKER_IGNORED : BREAKER_SUCCESS;
    breaker_result(breaker, pass, breaker_counts(breaker, status) ? BREAKER_FAILURE : result);
}

/* ---- life ---- */

static void start(void *part)
{
    struct breaker *breaker = part;
    if (breaker->part.node->incarnation == 1)
        window_init(&breaker->window, &breaker->part.node->sim->arena);
}

/* Nothing is emitted: the process is gone. */
static void reset(void *part)
{
    struct breaker *breaker = part;
    move(breaker, BREAKER_CLOSED);
    forget(breaker);
    breaker->era++;
}

static void mode_changed(struct breaker *breaker)
{
    forget(breaker);
    if (!breaker_on(breaker) && breaker->state != BREAKER_CLOSED) {
        move(breaker, BREAKER_CLOSED);
        show(breaker, state_points[BREAKER_CLOSED]);
    }
    if (breaker->state == BREAKER_CLOSED)
        breaker->era++; /* not in HALF_OPEN, whose permits are still to come back */
}

static void on_param(void *part, const struct sim_param *param)
{
    struct breaker *breaker = part;
    if (param->offset == offsetof(struct breaker, mode))
        mode_changed(breaker);
    if (param->offset == offsetof(struct breaker, mode) || param->offset == offsetof(struct breaker, late_results)) {
        /* What was judged by another rule is judged no more; else permits spent under it might never come back. */
        breaker->spent = 0;
        breaker->half = (struct tally){0};
    }
    if (breaker->mode == MODE_COUNT)
        window_keep_counted(&breaker->window, breaker->window_calls);
    else if (breaker->mode == MODE_TIME)
        window_keep_timed(&breaker->window, now(breaker), breaker->span);
    judge_half_open(breaker);
}

static const char *const modes[] = {"off", "consecutive", "count", "time", NULL};

#define FIELD(member) .offset = offsetof(struct breaker, member)
#define COUNT(n, member, value, low, high, may_none, h) \
    { \
        .name = n, .kind = SIM_PARAM_COUNT, FIELD(member), .initial = value, .min = low, .max = high, \
        .none = may_none, .live = true, .help = h \
    }
#define RATE(n, member, value, h) \
    { \
        .name = n, .kind = SIM_PARAM_RATIO, FIELD(member), .initial = value, .min = 0, .max = 1, .above_min = true, \
        .live = true, .help = h \
    }
#define DURATION(n, member, value, may_none, above, h) \
    { \
        .name = n, .kind = SIM_PARAM_DURATION, FIELD(member), .initial = value, .none = may_none, .above_min = above, \
        .live = true, .help = h \
    }
#define FLAG(n, member, h) \
    { \
        .name = n, .kind = SIM_PARAM_FLAG, FIELD(member), .initial = "false", .live = true, .help = h \
    }

static const struct sim_param params[] = {
    {.name = "mode",
     .kind = SIM_PARAM_CHOICE,
     FIELD(mode),
     .initial = "off",
     .choices = modes,
     .live = true,
     .help = "what opens it: failures in a row, or a share of the last calls, or of the calls of the last time"},
    COUNT("threshold", threshold, "5", 0, 1e9, false, "consecutive: failures in a row that open it; 0 is as 1"),
    COUNT("window_calls", window_calls, "100", 1, 1e6, false, "count: results that are judged"),
    DURATION("window_time", span.length, "10s", false, true, "time: how long a result is judged"),
    DURATION("bucket", span.bucket, "1s", false, true,
             "time: results are kept by buckets of this length, and leave with them; 1ns: each by itself"),
    COUNT("minimum_calls", minimum_calls, "100", 1, 1e9, false,
          "count, time: results needed for a judgement; count: at most window_calls"),
    RATE("failure_rate", failure_rate, "0.5", "count, time: share of failures that opens it, this share included"),
    DURATION("slow_call", slow_call, "none", true, false, "a call that takes longer is slow"),
    RATE("slow_rate", slow_rate, "1", "count, time: share of slow calls that opens it, this share included"),
    FLAG("slow_fails", slow_fails, "whether a slow success is a failure"),
    DURATION("open_for", open_for, "30s", true, false,
             "how long it refuses all; the first call later than that turns it half-open"),
    DURATION("half_open_for", half_open_for, "none", true, true,
             "how long it waits half-open for its decision; a call later than that finds it open again"),
    COUNT("permits", permits, "1", 1, 1e6, true, "calls let through half-open until it decides"),
    COUNT("deciding", deciding, "1", 1, 1e6, false, "results that decide half-open; at most permits"),
    {.name = "failures",
     .kind = SIM_PARAM_SET,
     FIELD(failures),
     .initial = "ERROR,REFUSED,UNAVAILABLE,TIMEOUT",
     .choices = http_status_names,
     .also = http_status_numbers,
     .live = true,
     .help = "outcomes that are failures; of the others CANCELLED is no result, the rest are successes"},
    FLAG("late_results", late_results,
         "whether results of calls begun in an earlier state count; consecutive: in any state, as in the lab"),
    {0}};

#define COUNTER(n, member, u, h) \
    { \
        .name = n, .kind = SIM_METRIC_COUNTER, FIELD(member), .unit = u, .help = h \
    }

/* passed = successes + failures + ignored + late + those still out. */
static const struct sim_metric metrics[] = {
    {.name = "open",
     .kind = SIM_METRIC_GAUGE,
     FIELD(open),
     .unit = "breakers",
     .help = "1 while OPEN, until the call that turns it half-open"},
    {.name = "half_open", .kind = SIM_METRIC_GAUGE, FIELD(half_open), .unit = "breakers", .help = "1 while HALF_OPEN"},
    COUNTER("opened", opened, "openings", "times it went to OPEN from another state"),
    COUNTER("refused", refused, "calls", "calls refused"),
    COUNTER("passed", passed, "calls", "calls let through"),
    COUNTER("failures", failed, "results", "results counted as failures, slow successes among them when slow_fails"),
    COUNTER("successes", succeeded, "results", "results counted as successes"),
    COUNTER("slow", slow, "results", "results counted, of calls that took longer than slow_call"),
    COUNTER("ignored", ignored, "calls", "calls that passed and had no result"),
    COUNTER("late", late, "results", "results dropped, of calls begun in an earlier state"),
    {0}};

const struct sim_part_type breaker_type = {
    .name = "breaker",
    .help = "a circuit breaker: refuses calls while what it guards fails",
    .params = params,
    .metrics = metrics,
    .start = start,
    .reset = reset,
    .on_param = on_param,
};
