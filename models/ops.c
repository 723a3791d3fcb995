/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/ops.h"

#include <stddef.h>

const char *op_name(int op)
{
    static const char *const names[] = {
        [OP_GET_PRODUCT] = "get_product", [OP_CACHE_GET] = "cache_get", [OP_CACHE_SET] = "cache_set",
        [OP_ACQUIRE] = "acquire",         [OP_RELEASE] = "release",     [OP_QUERY] = "query"};
    const size_t count = sizeof names / sizeof names[0];
    return op < 0 || (size_t)op >= count || names[op] == NULL ? "call" : names[op];
}
