/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The types there are: each model exports one. */
#ifndef MODELS_MODELS_H
#define MODELS_MODELS_H

#include "sim/node.h"

extern const struct sim_node_type clients_type;
extern const struct sim_node_type gateway_type;
extern const struct sim_node_type catalogue_type;
extern const struct sim_node_type cache_type;
extern const struct sim_node_type pool_type;
extern const struct sim_node_type database_type;
extern const struct sim_node_type script_type;

/* A database's load now, as its metric `load` has it; `otherwise` of a node of another type. */
int64_t database_load(const struct sim_node *node, int64_t otherwise);

/* All node types, by name; NULL at the end. */
extern const struct sim_node_type *const model_types[];
/* All part types that they use, by name; NULL at the end. */
extern const struct sim_part_type *const model_parts[];

/* NULL when there is none of that name. */
const struct sim_node_type *model_find_type(const char *name);

#endif
