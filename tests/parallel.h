/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Two threads for tests that run many worlds. Worlds share nothing, so the order in which they run changes nothing. */
#ifndef TESTS_PARALLEL_H
#define TESTS_PARALLEL_H

#include "sim/base.h"

#include <pthread.h>
#include <stdatomic.h>

enum { PARALLEL_THREADS = 2 };

struct parallel {
    void (*work)(void *context, uint32_t item);
    void *context;
    uint32_t count;
    atomic_uint next;
};

static inline void *parallel_thread(void *argument)
{
    struct parallel *all = argument;
    for (;;) {
        uint32_t item = atomic_fetch_add(&all->next, 1);
        if (item >= all->count)
            return NULL;
        all->work(all->context, item);
    }
}

/* Calls work(context, item) for item 0..count-1, on two threads; returns when all are done. `work` must not assert by
 * Check: only the thread that runs the test may. */
static inline void parallel_for(uint32_t count, void (*work)(void *context, uint32_t item), void *context)
{
    struct parallel all = {.work = work, .context = context, .count = count};
    pthread_t threads[PARALLEL_THREADS];
    for (int i = 0; i < PARALLEL_THREADS; i++)
        sim_assert(pthread_create(&threads[i], NULL, parallel_thread, &all) == 0);
    for (int i = 0; i < PARALLEL_THREADS; i++)
        sim_assert(pthread_join(threads[i], NULL) == 0);
}

#endif
