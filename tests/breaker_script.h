/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Hand-worked sequences for a circuit breaker, one line each. Words of a script:
 *
 *   S F C R     a call that passes and at once succeeds, fails, is cancelled; a call that is refused
 *   a?          the call `a` (a letter) passes; it ends later, by aS, aF or aC
 *   F*4         four times
 *   =C =H =O    the state is CLOSED, HALF_OPEN, OPEN
 *   @30 @30+1   the time is 30 s, 30 s and 1 ns; @30-1
 *   mode:off    the param changes
 *   close kill restart
 *
 * After each word the books must add up, and a half-open breaker must have somebody who can free it. */
#ifndef TESTS_BREAKER_SCRIPT_H
#define TESTS_BREAKER_SCRIPT_H

#include "models/breaker.h"
#include "tests/kit.h"

enum { CALLS = 26, HEARD = 2048 };

/* A node that is nothing but its breaker. */
struct guarded {
    struct sim_node node; /* must be first */
    struct breaker breaker;
};

static const struct sim_part guarded_parts[] = {{"breaker", &breaker_type, offsetof(struct guarded, breaker)}, {0}};
static const struct sim_node_type guarded_type = {
    .name = "guarded", .help = "a breaker", .size = sizeof(struct guarded), .parts = guarded_parts};

struct script {
    struct sim *sim;
    struct guarded *guarded;
    struct breaker *breaker;
    const char *name, *text; /* for messages */
    struct breaker_pass passes[CALLS];
    bool out[CALLS];
    int64_t lost; /* calls that died with the node */
    char heard[HEARD];
    size_t heard_length;
};

#define script_require(script, condition, ...) \
    do { \
        if (!(condition)) { \
            (void)fprintf(stderr, "%s: %s: ", (script)->name, (script)->text); \
            (void)fprintf(stderr, __VA_ARGS__); \
            ck_abort_msg("%s", #condition); \
        } \
    } while (0)

static inline void script_note(struct script *script, const char *text)
{
    const size_t length = strlen(text);
    kit_require(script->heard_length + length + 2 < HEARD);
    if (script->heard_length > 0)
        script->heard[script->heard_length++] = ' ';
    memcpy(script->heard + script->heard_length, text, length + 1);
    script->heard_length += length;
}

static inline void script_hear_transition(void *context, const struct sim_node *node, const char *part,
                                          const char *from, const char *to)
{
    (void)node;
    ck_assert_str_eq(part, "breaker");
    char text[] = {from[0], '>', to[0], '\0'};
    script_note(context, text);
}

static inline void script_hear_point(void *context, const struct sim_node *node, const char *metric, double value)
{
    (void)node;
    ck_assert_str_eq(metric, "state");
    script_note(context, value > 0.75 ? "1" : value > 0.25 ? ".5" : "0");
}

static const struct sim_listener script_listener = {.transition = script_hear_transition, .emit = script_hear_point};

/* `params`: "mode=count threshold=3". */
static inline struct script *script_make(const char *params)
{
    struct script *script = sim_xcalloc(1, sizeof *script);
    script->sim = sim_create(1);
    script->guarded = (struct guarded *)sim_add_node(script->sim, &guarded_type, "guarded");
    script->breaker = &script->guarded->breaker;
    script->breaker->point = "state";
    char *copy = sim_xstrdup(params), *rest = NULL;
    for (char *word = strtok_r(copy, " ", &rest); word != NULL; word = strtok_r(NULL, " ", &rest)) {
        char path[80];
        char *equals = strchr(word, '=');
        ck_assert_ptr_nonnull(equals);
        *equals = '\0';
        (void)snprintf(path, sizeof path, "guarded.breaker.%.40s", word);
        kit_set(script->sim, path, equals + 1);
    }
    free(copy);
    sim_listen(script->sim, &script_listener, script);
    kit_start_world(script->sim);
    return script;
}

static inline void script_free(struct script *script)
{
    sim_finish(script->sim);
    sim_destroy(script->sim);
    free(script);
}

static inline int64_t script_out(const struct script *script)
{
    int64_t out = script->lost;
    for (int i = 0; i < CALLS; i++)
        out += script->out[i];
    return out;
}

/* Permits that calls under way hold of the present half-open. */
static inline int64_t script_lent(const struct script *script)
{
    int64_t lent = 0;
    for (int i = 0; i < CALLS; i++)
        lent += script->out[i] && script->passes[i].permit && script->passes[i].era == script->breaker->era;
    return lent;
}

static inline void script_check(const struct script *script)
{
    const struct breaker *b = script->breaker;
    script_require(script,
                   b->passed.value ==
                       b->succeeded.value + b->failed.value + b->ignored.value + b->late.value + script_out(script),
                   "the books do not add up at %.9f s\n", sim_ns_to_s(script->sim->now));
    script_require(script, b->open.value == (b->state == BREAKER_OPEN), "the gauge open\n");
    script_require(script, b->half_open.value == (b->state == BREAKER_HALF_OPEN), "the gauge half_open\n");
    if (b->state != BREAKER_HALF_OPEN)
        return;
    script_require(script, b->lent == script_lent(script), "permits have come astray\n");
    script_require(script, b->lent > 0 || b->spent < b->permits, "it is stuck\n");
}

/* ---- words ---- */

static inline void script_end(struct script *script, const struct breaker_pass *pass, char how)
{
    if (how == 'C')
        breaker_cancel(script->breaker, pass);
    else
        breaker_result(script->breaker, pass, how == 'S' ? BREAKER_SUCCESS : BREAKER_FAILURE);
}

static inline void script_at(struct script *script, const char *word)
{
    char *rest = NULL;
    const sim_ns at = sim_ns_from_s(strtod(word, &rest)) + (sim_ns)strtol(rest, NULL, 10);
    script_require(script, at >= script->sim->now, "%s is in the past\n", word);
    if (at > script->sim->now)
        ck_assert(sim_run(script->sim, at, NULL, NULL));
}

static inline void script_change(struct script *script, const char *name, const char *value)
{
    char path[80];
    (void)snprintf(path, sizeof path, "guarded.breaker.%.40s", name);
    kit_set(script->sim, path, value);
}

static inline bool script_command(struct script *script, const char *word)
{
    if (strcmp(word, "close") == 0) {
        breaker_close(script->breaker);
    } else if (strcmp(word, "kill") == 0) {
        script->lost = script_out(script);
        memset(script->out, 0, sizeof script->out);
        sim_node_kill(&script->guarded->node);
    } else if (strcmp(word, "restart") == 0) {
        sim_node_restart(&script->guarded->node);
    } else {
        return false;
    }
    return true;
}

static inline void script_call(struct script *script, const char *word)
{
    const bool named = word[0] >= 'a' && word[0] <= 'z';
    struct breaker_pass once;
    const int i = named ? word[0] - 'a' : 0;
    struct breaker_pass *pass = named ? &script->passes[i] : &once;
    const char how = named ? word[1] : word[0];
    script_require(script, strchr("SFCR?", how) != NULL && word[named + 1] == '\0', "what is %s?\n", word);
    if (!named || how == '?') {
        const bool passes = breaker_try(script->breaker, pass);
        script_require(script, passes == (how != 'R'), "%s at %.9f s %s\n", word, sim_ns_to_s(script->sim->now),
                       passes ? "passes" : "is refused");
    }
    if (how == '?')
        script->out[i] = true;
    else if (how != 'R')
        script_end(script, pass, how);
    if (named && how != '?') {
        script_require(script, script->out[i], "%s was not under way\n", word);
        script->out[i] = false;
    }
}

static inline void script_do(struct script *script, char *word)
{
    char *colon = strchr(word, ':');
    if (word[0] == '@') {
        script_at(script, word + 1);
    } else if (word[0] == '=') {
        const char state = "CHO"[script->breaker->state];
        script_require(script, state == word[1], "at %.9f s it is %c, want %c (heard: %s)\n",
                       sim_ns_to_s(script->sim->now), state, word[1], script->heard);
    } else if (colon != NULL) {
        *colon = '\0';
        script_change(script, word, colon + 1);
    } else if (!script_command(script, word)) {
        script_call(script, word);
    }
    script_check(script);
}

/* Runs a script to its end; returns the breaker's world for a look. */
static inline struct script *script_run(const char *name, const char *params, const char *text)
{
    struct script *script = script_make(params);
    script->name = name;
    script->text = text;
    char *copy = sim_xstrdup(text), *rest = NULL;
    for (char *word = strtok_r(copy, " ", &rest); word != NULL; word = strtok_r(NULL, " ", &rest)) {
        char *times = strchr(word, '*');
        long n = times == NULL ? 1 : strtol(times + 1, NULL, 10);
        if (times != NULL)
            *times = '\0';
        while (n-- > 0)
            script_do(script, word);
    }
    free(copy);
    return script;
}

#endif
