/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The operations that nodes ask of each other, and what their payloads hold. */
#ifndef MODELS_OPS_H
#define MODELS_OPS_H

#include <stdint.h>

enum op {
    OP_GET_PRODUCT, /* request: key = id of the product. Reply: word[0] = enum source */
    OP_CACHE_GET,   /* request: key. Reply: OK a hit, NOT_FOUND a miss, ERROR the look-up failed */
    OP_CACHE_SET,   /* request: key */
    OP_ACQUIRE,     /* reply OK: amount = the grant's number, to be given back with OP_RELEASE */
    OP_RELEASE,     /* told: amount = the grant's number */
    OP_QUERY        /* request: key */
};

/* "get_product", "cache_get", ...: as traces show it; "call" for one that has no name. Static. */
const char *op_name(int op);

#define OP_BIT(op) ((uint64_t)1 << (op))

/* Where an answer came from; "cache", "database" in the lab's words. */
enum source {
    SOURCE_NONE,
    SOURCE_CACHE,
    SOURCE_DATABASE, /* by a query of the request's own */
    SOURCE_SHARED    /* by the query of another request (single flight) */
};

#endif
