/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What every other file of the kernel leans on: simulated time, statuses, the two kinds of error that are not data
 * (bad input, bugs), and a few macros. Nothing here allocates. */
#ifndef SIM_BASE_H
#define SIM_BASE_H

#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Simulated time and durations, in integer nanoseconds since the start of the run. */
typedef int64_t sim_ns;

#define SIM_US ((sim_ns)1000)
#define SIM_MS ((sim_ns)1000000)
#define SIM_S ((sim_ns)1000000000)
/* An instant that is never reached, a duration that never ends; `none` in a scenario. */
#define SIM_NEVER INT64_MAX
#define SIM_NO_TIMEOUT SIM_NEVER
/* The longest duration the kernel computes with: ten years of 365 days. Draws of a distribution are clamped to it, and
 * a scenario's durations must stay within it, so that no sum of a few overflows. */
#define SIM_NS_MAX ((sim_ns)10 * 365 * 86400 * SIM_S)

/* Adds two times; SIM_NEVER absorbs. A sum that overflows is a bug (sim_panic). */
sim_ns sim_ns_add(sim_ns a, sim_ns b);

/* Seconds of a time, for output. SIM_NEVER gives infinity. */
double sim_ns_to_s(sim_ns t);

/* Outcome of a call: data, never a C error. models/http.h maps them to the web's numbers. */
enum sim_status {
    SIM_OK,
    SIM_NOT_FOUND,
    SIM_LIMITED,
    SIM_ERROR,
    SIM_REFUSED,
    SIM_UNAVAILABLE,
    SIM_TIMEOUT,
    SIM_CANCELLED,
    SIM_STATUSES
};

/* "OK", "NOT_FOUND", ...; static. */
const char *sim_status_name(enum sim_status status);

/* Whether a status counts in error_rate: ERROR, REFUSED, UNAVAILABLE and TIMEOUT (5xx on the web) do; NOT_FOUND (404),
 * LIMITED (429) and CANCELLED (499) do not. */
bool sim_status_is_error(enum sim_status status);

/* Bad input: a function that refuses it returns false and fills one of these. Texts are cut at their end. */
struct sim_error {
    char path[160];   /* where in the input: "/nodes/redis/ttl", or "" */
    char rule[240];   /* what was wanted: "want a duration above 0 such as \"60s\"" */
    char value[96];   /* what was got, as written, or "" */
    const char *near; /* the nearest thing there is, for "did you mean"; NULL: none. Static, or as old as the world */
};

/* Fills `error` (may be NULL) with an empty path, for the caller who knows where to set; always returns false. `value`
 * may be NULL. Arguments may point into `error`. */
bool sim_fail(struct sim_error *error, const char *value, const char *rule, ...) __attribute__((format(printf, 3, 4)));

/* A bug in simex or in a model: prints what is known of the world that this thread runs (seed, simulated time, event
 * number, node) to stderr and exits with status 70. The place for a breakpoint. */
_Noreturn void sim_panic(const char *file, int line, const char *what);

/* Kept in release builds, unlike assert. */
#define sim_assert(condition) ((condition) ? (void)0 : sim_panic(__FILE__, __LINE__, #condition))

/* The one place where a double becomes nanoseconds: rounds to the nearest, ties to even as IEEE 754 does, clamps to
 * [0, SIM_NS_MAX]. NaN is a bug (sim_panic). `seconds` in s. Inline, because every draw ends here. */
static inline sim_ns sim_ns_from_s(double seconds)
{
    double ns = seconds * 1e9;
    if (ns >= (double)SIM_NS_MAX)
        return SIM_NS_MAX;
    if (!(ns > 0.0)) {
        sim_assert(ns <= 0.0);
        return 0;
    }
    return (sim_ns)llrint(ns); /* one instruction, and no branch that half the draws mispredict */
}

#define sim_container_of(pointer, type, member) ((type *)(void *)((char *)(pointer)-offsetof(type, member)))
#define SIM_COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

/* malloc, calloc and realloc that never return NULL: out of memory ends the process with status 70. Caller frees. */
void *sim_xmalloc(size_t bytes);
void *sim_xcalloc(size_t count, size_t bytes);
void *sim_xrealloc(void *old, size_t bytes);
char *sim_xstrdup(const char *text);

#endif
