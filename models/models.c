/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/models.h"

#include "models/breaker.h"
#include "models/budget.h"
#include "models/bulkhead.h"
#include "models/memory.h"
#include "models/rate_limit.h"
#include "models/retry.h"
#include "models/shedder.h"
#include "sim/cpu.h"

#include <string.h>

const struct sim_node_type *const model_types[] = {&cache_type,   &catalogue_type, &clients_type, &database_type,
                                                   &gateway_type, &pool_type,      &script_type,  NULL};

const struct sim_part_type *const model_parts[] = {&breaker_type, &budget_type,  &bulkhead_type,
                                                   &sim_cpu_type, &memory_type,  &rate_limit_type,
                                                   &retry_type,   &shedder_type, NULL};

const struct sim_node_type *model_find_type(const char *name)
{
    for (size_t i = 0; model_types[i] != NULL; i++) {
        if (strcmp(model_types[i]->name, name) == 0)
            return model_types[i];
    }
    return NULL;
}
