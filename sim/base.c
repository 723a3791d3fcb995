/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Time, statuses, refusals and memory: the small things of base.h that are not inline.
 *
 * Invariants: a sum of two finite times is finite or a bug, so that a time never wraps; a text of struct sim_error is
 * always terminated and valid UTF-8 when its source was, however long that source. */
#include "sim/base.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* EX_SOFTWARE of sysexits.h, which the command line documents as "internal". */
enum { EXIT_INTERNAL = 70 };

sim_ns sim_ns_add(sim_ns a, sim_ns b)
{
    if (a == SIM_NEVER || b == SIM_NEVER)
        return SIM_NEVER;
    sim_ns sum = 0;
    bool overflows = __builtin_add_overflow(a, b, &sum);
    sim_assert(!overflows);
    return sum;
}

double sim_ns_to_s(sim_ns t)
{
    return t == SIM_NEVER ? (double)INFINITY : (double)t / 1e9;
}

static const struct {
    const char *name;
    bool is_error;
} STATUSES[SIM_STATUSES] = {
    [SIM_OK] = {"OK", false},           [SIM_NOT_FOUND] = {"NOT_FOUND", false},
    [SIM_LIMITED] = {"LIMITED", false}, [SIM_ERROR] = {"ERROR", true},
    [SIM_REFUSED] = {"REFUSED", true},  [SIM_UNAVAILABLE] = {"UNAVAILABLE", true},
    [SIM_TIMEOUT] = {"TIMEOUT", true},  [SIM_CANCELLED] = {"CANCELLED", false},
};

const char *sim_status_name(enum sim_status status)
{
    sim_assert((unsigned)status < SIM_STATUSES);
    return STATUSES[status].name;
}

bool sim_status_is_error(enum sim_status status)
{
    sim_assert((unsigned)status < SIM_STATUSES);
    return STATUSES[status].is_error;
}

/* Copies `text` into `size` bytes; what does not fit is cut before a character of UTF-8, not within one. */
static void copy_cut(char *to, size_t size, const char *text)
{
    size_t length = strnlen(text, size);
    if (length == size) {
        length--;
        while (length > 0 && ((unsigned char)text[length] & 0xC0U) == 0x80U)
            length--;
    }
    memmove(to, text, length);
    to[length] = '\0';
}

bool sim_fail(struct sim_error *error, const char *value, const char *rule, ...)
{
    if (error == NULL)
        return false;
    char text[2 * sizeof error->rule]; /* longer than the rule, so that its cut is ours */
    va_list arguments;
    va_start(arguments, rule);
    vsnprintf(text, sizeof text, rule, arguments);
    va_end(arguments);
    copy_cut(error->value, sizeof error->value, value == NULL ? "" : value);
    copy_cut(error->rule, sizeof error->rule, text);
    error->path[0] = '\0';
    error->near = NULL;
    return false;
}

static void *or_die(void *memory, size_t bytes)
{
    if (memory != NULL)
        return memory;
    fprintf(stderr, "simex: out of memory (%zu bytes wanted)\n", bytes);
    exit(EXIT_INTERNAL);
}

void *sim_xmalloc(size_t bytes)
{
    return or_die(malloc(bytes > 0 ? bytes : 1), bytes);
}

void *sim_xcalloc(size_t count, size_t bytes)
{
    if (count == 0 || bytes == 0)
        return or_die(calloc(1, 1), 1);
    size_t total = 0;
    if (__builtin_mul_overflow(count, bytes, &total))
        return or_die(NULL, SIZE_MAX);
    return or_die(calloc(count, bytes), total);
}

void *sim_xrealloc(void *old, size_t bytes)
{
    return or_die(realloc(old, bytes > 0 ? bytes : 1), bytes);
}

char *sim_xstrdup(const char *text)
{
    size_t bytes = strlen(text) + 1;
    return memcpy(sim_xmalloc(bytes), text, bytes);
}
