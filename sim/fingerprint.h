/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The fingerprint of a run: XXH3-64 over (time, node name, kind) of every event dispatched, in order, and the integer
 * metric values at the end. Two builds that print the same fingerprint did the same things at the same instants. */
#ifndef SIM_FINGERPRINT_H
#define SIM_FINGERPRINT_H

#include "sim/event.h"

struct XXH3_state_s;

enum { SIM_FINGERPRINT_BUFFER = 256 };

struct sim_fingerprint_record {
    uint64_t at, node, kind[2];
};

struct sim_fingerprint {
    struct XXH3_state_s *state;
    /* May be NULL. Told of every event, some at a time, in the order of dispatch, as the buffer is hashed; to look on
     * costs nothing while nobody does. */
    void (*tap)(void *context, const struct sim_fingerprint_record *records, uint32_t count);
    void *tap_context;
    uint32_t count;
    struct sim_fingerprint_record records[SIM_FINGERPRINT_BUFFER];
};

void sim_fingerprint_init(struct sim_fingerprint *print);
void sim_fingerprint_fini(struct sim_fingerprint *print);
/* Hashes what the buffer holds. When it is done makes no difference to the fingerprint. */
void sim_fingerprint_flush(struct sim_fingerprint *print);
/* Adds bytes that are not an event. */
void sim_fingerprint_bytes(struct sim_fingerprint *print, const void *bytes, size_t count);
uint64_t sim_fingerprint_value(struct sim_fingerprint *print);

#endif
