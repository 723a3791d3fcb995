/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The operations that nodes ask of each other, and what their payloads hold. */
#ifndef MODELS_OPS_H
#define MODELS_OPS_H

#include <stdbool.h>
#include <stdint.h>

enum op {
    OP_GET_PRODUCT, /* request: key = id of the product. Reply: word[0] = enum source */
    OP_CACHE_GET,   /* request: key. Reply: OK a hit, ERROR the look-up failed, NOT_FOUND a miss; then word[1] = 1 when
                       an entry past its time is kept, word[2] = ns past it */
    OP_CACHE_SET,   /* request: key */
    OP_ACQUIRE, /* reply OK: amount = the grant's number, to be given back with OP_RELEASE. Any reply: word[0] = connections
                       in use, this one included, word[1] = connections there are */
    OP_RELEASE, /* told: amount = the grant's number */
    /* Request: key. Reply: word[0] = ns that the query was given at its start, 0 when it failed; word[1] = the load it met,
     * itself included; word[2] = 1 when the failure draw failed it; word[3] = the load as it ended. */
    OP_QUERY,
    /* What the catalogue service answers besides; `GET /`, `GET /health`. */
    OP_ROOT,
    OP_HEALTH,
    OP_BULK,        /* request: amount = look-ups. Reply: word[1] = look-ups, word[2] = those that ended OK */
    OP_BULK_LOOKUP, /* as OP_GET_PRODUCT; one member of a bulk, from the service to itself */
    OP_CONFIGURE,   /* request: struct knobs, packed by knobs_pack */
    OP_RESET,       /* closes the breaker, gives the knobs back */
    OP_CLEAR_CACHE,
    OP_LEAK,    /* request: amount = items; reply: word[1] = items in all */
    OP_REFRESH, /* from the service to itself: fetches a product for the cache. request: key */
    OPS
};

/* `POST /chaos/configure`: what is not given goes back to its default. */
struct knobs {
    unsigned given;     /* bits 1 << enum knob: as query parameters */
    unsigned in_body;   /* the same: in a JSON body */
    int64_t db_latency; /* ns */
    double db_failure_rate, cache_failure_rate;
    bool cpu_stress;
    int64_t cb_threshold;
};
enum knob { KNOB_DB_LATENCY, KNOB_DB_FAILURE_RATE, KNOB_CACHE_FAILURE_RATE, KNOB_CPU_STRESS, KNOB_CB_THRESHOLD, KNOBS };

/* "get_product", "cache_get", ...; "call" for a number that is none of them; static. */
const char *op_name(int op);
struct sim_payload;
void knobs_pack(const struct knobs *knobs, struct sim_payload *payload);
struct knobs knobs_unpack(const struct sim_payload *payload);

#define OP_BIT(op) ((uint64_t)1 << (op))

/* Where an answer came from; "cache", "database" in the lab's words. */
enum source {
    SOURCE_NONE,
    SOURCE_CACHE,
    SOURCE_DATABASE, /* by a query of the request's own */
    SOURCE_SHARED,   /* by the query of another request (single flight) */
    SOURCE_FALLBACK, /* static data, instead of an error */
    SOURCE_STALE,    /* an expired entry of the cache, instead of an error or while it is refreshed */
    SOURCES
};
/* "cache", "database", "shared", "fallback_emergency", "stale"; NULL for none. */
const char *source_name(int64_t source);

/* Operations that an HTTP client may ask for. */
#define OPS_WEB \
    (OP_BIT(OP_GET_PRODUCT) | OP_BIT(OP_ROOT) | OP_BIT(OP_HEALTH) | OP_BIT(OP_BULK) | OP_BIT(OP_CONFIGURE) | \
     OP_BIT(OP_RESET) | OP_BIT(OP_CLEAR_CACHE) | OP_BIT(OP_LEAK))

#endif
