/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The end of a process that found a bug in itself. Which world was running is kept per thread, for this message alone:
 * nothing reads it to decide anything. */
#include "sim/panic.h"

#include "sim/world.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum { EXIT_INTERNAL = 70 };

static _Thread_local const struct sim *running;

void sim_panic_watch(const struct sim *sim)
{
    running = sim;
}

_Noreturn void sim_panic(const char *file, int line, const char *what)
{
    (void)fprintf(stderr, "simex: internal error at %s:%d: %s\n", file, line, what);
    if (running != NULL) {
        const char *node = running->acting == NULL ? "none" : running->acting->name;
        (void)fprintf(stderr, "simex: seed %" PRIu64 ", simulated time %" PRId64 " ns, event %" PRIu64 ", node %s\n",
                      running->seed, running->now, running->events, node);
    }
    (void)fflush(stderr);
    _Exit(EXIT_INTERNAL);
}
