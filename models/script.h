/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a scripted client is given to do. */
#ifndef MODELS_SCRIPT_H
#define MODELS_SCRIPT_H

#include "sim/node.h"

/* One request: at `at` ns of simulated time, `op` of models/ops.h with `payload`. */
struct script_entry {
    sim_ns at;
    int op;
    struct sim_payload payload;
    const char *text; /* as written: "GET /products/1" */
    size_t order;     /* place in the script, for those of one instant */
};

/* Gives the node, of type `script`, its requests: in the order of `at`, those of one instant in the order in which they
 * are sent. They belong to the caller and outlive the run. Before the start. With `ends` the run ends with the instant at
 * which the last one is answered. */
void script_give(struct sim_node *node, const struct script_entry *entries, size_t count, bool ends);

/* The entry that a call of the node was made for. */
const struct script_entry *script_entry_of(const struct sim_call *call);

#endif
