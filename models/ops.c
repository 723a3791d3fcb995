/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/ops.h"

#include "sim/call.h"

#include <string.h>

const char *op_name(int op)
{
    static const char *const names[OPS] = {
        [OP_GET_PRODUCT] = "GET /products/{id}",
        [OP_CACHE_GET] = "GET",
        [OP_CACHE_SET] = "SET",
        [OP_ACQUIRE] = "acquire",
        [OP_RELEASE] = "release",
        [OP_QUERY] = "query",
        [OP_ROOT] = "GET /",
        [OP_HEALTH] = "GET /health",
        [OP_BULK] = "GET /products/bulk/test",
        [OP_BULK_LOOKUP] = "look-up",
        [OP_CONFIGURE] = "POST /chaos/configure",
        [OP_RESET] = "POST /chaos/reset",
        [OP_CLEAR_CACHE] = "POST /chaos/clear_cache",
        [OP_LEAK] = "POST /chaos/leak",
        [OP_REFRESH] = "refresh",
    };
    return op >= 0 && op < OPS ? names[op] : "call";
}

const char *source_name(int64_t source)
{
    static const char *const names[SOURCES] = {
        NULL, "cache", "database", "shared", "fallback_emergency", "stale",
    };
    return source > 0 && source < SOURCES ? names[source] : NULL;
}

/* word[3] holds what is small: the threshold is an int in the lab too. */
void knobs_pack(const struct knobs *knobs, struct sim_payload *payload)
{
    *payload = (struct sim_payload){.key = knobs->given | (uint64_t)knobs->in_body << 8, .amount = knobs->cb_threshold};
    payload->word[0] = knobs->db_latency;
    memcpy(&payload->word[1], &knobs->db_failure_rate, sizeof(double));
    memcpy(&payload->word[2], &knobs->cache_failure_rate, sizeof(double));
    payload->word[3] = knobs->cpu_stress;
}

struct knobs knobs_unpack(const struct sim_payload *payload)
{
    struct knobs knobs = {.given = (unsigned)(payload->key & 0xff),
                          .in_body = (unsigned)(payload->key >> 8 & 0xff),
                          .db_latency = payload->word[0],
                          .cpu_stress = payload->word[3] != 0,
                          .cb_threshold = payload->amount};
    memcpy(&knobs.db_failure_rate, &payload->word[1], sizeof(double));
    memcpy(&knobs.cache_failure_rate, &payload->word[2], sizeof(double));
    return knobs;
}
