/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Events are gathered in a buffer of fixed records (all 64-bit words, no padding) and hashed as it fills; sequence
 * numbers, ids, cancelled timers and doubles are left out on purpose. */
#include "sim/fingerprint.h"

#include <stdlib.h>
#include <xxhash.h>

void sim_fingerprint_init(struct sim_fingerprint *print)
{
    print->count = 0;
    print->state = XXH3_createState();
    if (print->state == NULL)
        sim_panic(__FILE__, __LINE__, "out of memory");
    XXH3_64bits_reset(print->state);
}

void sim_fingerprint_fini(struct sim_fingerprint *print)
{
    XXH3_freeState(print->state);
    print->state = NULL;
}

void sim_fingerprint_flush(struct sim_fingerprint *print)
{
    XXH3_64bits_update(print->state, print->records, print->count * sizeof print->records[0]);
    if (print->tap != NULL)
        print->tap(print->tap_context, print->records, print->count);
    print->count = 0;
}

void sim_fingerprint_bytes(struct sim_fingerprint *print, const void *bytes, size_t count)
{
    sim_fingerprint_flush(print);
    XXH3_64bits_update(print->state, bytes, count);
}

uint64_t sim_fingerprint_value(struct sim_fingerprint *print)
{
    sim_fingerprint_flush(print);
    return XXH3_64bits_digest(print->state);
}
