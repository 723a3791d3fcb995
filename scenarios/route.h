/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The web requests that a script may hold, as the lab writes them: "GET /products/1",
 * "POST /chaos/configure?db_latency=10.0". */
#ifndef SCENARIOS_ROUTE_H
#define SCENARIOS_ROUTE_H

#include "models/ops.h"
#include "models/script.h"

#include <cjson/cJSON.h>

enum { ROUTE_TEXT_MAX = 500, ROUTE_BULK_MAX = 10000 };

/* Reads a request and what a JSON body adds to it (NULL: none; only POST /chaos/configure takes one) into entry->op and
 * ->payload. False with `error` filled; its path is "/body..." when the body is wrong. */
bool route_parse(const char *text, const cJSON *body, struct script_entry *entry, struct sim_error *error);

#endif
