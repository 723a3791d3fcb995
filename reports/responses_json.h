/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the requests of a script came to, as JSON and as a table. */
#ifndef REPORTS_RESPONSES_JSON_H
#define REPORTS_RESPONSES_JSON_H

#include "scenarios/responses.h"

#include <cjson/cJSON.h>
#include <stdio.h>

/* {"responses": [{at_s, request, in_bulk, status, source, reason, duration_s, spans}], "breaker_transitions": [[s, from,
 * to]], "metrics": {name: {n, sum, last}}}. A request that had no answer when the run ended has null for its status and
 * duration. Caller deletes it. */
cJSON *responses_tree(const struct responses *responses);

/* One line a request. Asserts nothing about the tree: it may come from a store. */
void responses_print(FILE *out, const cJSON *tree);

#endif
