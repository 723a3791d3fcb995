/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/ops.h"

#include "sim/call.h"

#include <string.h>

const char *op_name(int op)
{
    static const char *const names[OPS] = {
        [OP_GET_PRODUCT] = "get_product",
        [OP_CACHE_GET] = "cache_get",
        [OP_CACHE_SET] = "cache_set",
        [OP_ACQUIRE] = "acquire",
        [OP_RELEASE] = "release",
        [OP_QUERY] = "query",
        [OP_ROOT] = "root",
        [OP_HEALTH] = "health",
        [OP_BULK] = "bulk",
        [OP_BULK_LOOKUP] = "bulk_lookup",
        [OP_CONFIGURE] = "configure",
        [OP_RESET] = "reset",
        [OP_CLEAR_CACHE] = "clear_cache",
        [OP_LEAK] = "leak",
        [OP_REFRESH] = "refresh",
    };
    return op >= 0 && op < OPS && names[op] != NULL ? names[op] : "call";
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
