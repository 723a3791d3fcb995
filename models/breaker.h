/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The circuit breaker part: asked before a call and told of its result, it refuses calls while what it guards fails.
 * (Nygard, "Release It!", 2007; docs/breakers.md has the presets of resilience4j, Polly, Hystrix and others.)
 *
 *            a result finds too many failures        a consult more than open_for later
 *   CLOSED -----------------------------------> OPEN ----------------------------------> HALF_OPEN
 *      ^                                         ^  half-open decides: failures             |  |
 *      |                                         +------------------------------------------+  |
 *      +---------------------------------------------------------------------------------------+
 *                                     half-open decides: healthy; counts cleared
 *
 * CLOSED counts results by `mode`: `consecutive` opens at the threshold-th failure in a row; `count` and `time` open
 * when a window of results (window.h) holds at least minimum_calls of which a share of failure_rate or more failed, or
 * slow_rate or more were slow. Judged at each result, successes too, as resilience4j does; a changed param of the
 * judgement acts on the next one. A result is slow when it took longer than (not as long as) slow_call.
 *
 * OPEN refuses, until a consult comes more than open_for after it opened (at exactly open_for it is still refused; no
 * timer runs). That consult turns it HALF_OPEN and passes.
 *
 * HALF_OPEN lets `permits` calls through in all, not at a time: a result uses its permit up, only a call without a
 * result (cancelled, ignored) gives it back. It decides when min(deciding, permits) results are in, by their share of
 * failures and of slow calls; in `consecutive` one failure among them is enough to open. Calls still out then belong
 * to an earlier era: their results come late, and the next HALF_OPEN begins with all its permits. Without a decision
 * half_open_for after it began, the next consult finds it OPEN again since then.
 *
 * A half-open breaker is never stuck: undecided means results < min(deciding, permits), so either a permit is free
 * or the holder of one is still out, and the call of that holder ends, is cancelled, or dies with the node, which
 * resets the breaker. permits or deciding lowered below the results that are in decide at once. Where a call may
 * take for ever, half_open_for bounds the wait.
 *
 * Results of calls that passed in an earlier era (an era ends with each change of state and each breaker_close) are
 * dropped, unless late_results. Then the windowed modes count them in CLOSED and HALF_OPEN, in whatever state the call
 * began, and drop them in OPEN, as resilience4j and Polly do; and `consecutive` is the breaker of the lab: a success
 * closes it from any state and clears the count; a failure counts, also in OPEN and HALF_OPEN, and finding count >=
 * threshold it opens, or begins the time in OPEN anew; below the threshold the state stays and the permit comes back.
 *
 * `off` neither refuses nor counts; switching it off closes it, switching it on begins afresh, and so do the counts
 * when one mode is changed for another (state and permits stay). A kill resets it: a restarted node has it closed. */
#ifndef MODELS_BREAKER_H
#define MODELS_BREAKER_H

#include "models/window.h"
#include "sim/node.h"

enum breaker_state { BREAKER_CLOSED, BREAKER_HALF_OPEN, BREAKER_OPEN };
enum breaker_result { BREAKER_SUCCESS, BREAKER_FAILURE, BREAKER_IGNORED };

struct breaker {
    struct sim_part_base part; /* must be first */
    int mode;                  /* param: enum breaker_mode */
    int64_t threshold;         /* param */
    int64_t window_calls;      /* param */
    struct window_span span;   /* params */
    int64_t minimum_calls;     /* param */
    double failure_rate;       /* param */
    sim_ns slow_call;          /* param */
    double slow_rate;          /* param */
    bool slow_fails;           /* param */
    sim_ns open_for;           /* param */
    sim_ns half_open_for;      /* param */
    int64_t permits, deciding; /* params */
    uint64_t failures;         /* param: set of statuses */
    bool late_results;         /* param */
    const char *point;         /* the metric it emits its state as (0, 0.5, 1); the node sets it; NULL: none */

    enum breaker_state state;
    uint32_t era;         /* rises with each change of state and each breaker_close */
    int64_t in_a_row;     /* failures since the last success */
    sim_ns opened_at;     /* or opened anew */
    struct window window; /* CLOSED, windowed modes */
    sim_ns half_open_at;  /* HALF_OPEN: since when */
    int64_t lent, spent;  /* HALF_OPEN: permits whose call is out; whose result is in */
    struct tally half;    /* HALF_OPEN: the results that decide */
    struct sim_gauge open, half_open;
    struct sim_counter opened, passed, refused, succeeded, failed, slow, late, ignored;
};

extern const struct sim_part_type breaker_type;

/* What a call that passed carries until its result. */
struct breaker_pass {
    uint32_t era;
    sim_ns begun;
    bool permit; /* it holds one of half-open */
};

/* Whether there is a breaker: the mode is not `off`. */
bool breaker_on(const struct breaker *breaker);

/* Asks whether a call may go on; false: refused. Fills the pass, which goes to exactly one of the functions below once
 * the call has ended (a node that counts a failure twice, as the lab does, tells of it twice). With mode `off` all
 * pass and nothing is counted. */
bool breaker_try(struct breaker *breaker, struct breaker_pass *pass);

/* Tells of the result of a call that passed. A success that took longer than slow_call is counted slow, and as a
 * failure when slow_fails. IGNORED is breaker_cancel. */
void breaker_result(struct breaker *breaker, const struct breaker_pass *pass, enum breaker_result result);

/* A call that passed has no result: it was cancelled, or not made. Gives a half-open permit back. */
void breaker_cancel(struct breaker *breaker, const struct breaker_pass *pass);

/* Closes it from any state, forgets all counts, ends the era. With mode `off` nothing happens. */
void breaker_close(struct breaker *breaker);

/* Whether a status is one of `failures`. Of the others CANCELLED is no result, the rest are successes. */
bool breaker_counts(const struct breaker *breaker, enum sim_status status);

/* breaker_result by that rule. */
void breaker_status(struct breaker *breaker, const struct breaker_pass *pass, enum sim_status status);

#endif
