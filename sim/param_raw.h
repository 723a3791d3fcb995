/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Between param_read.c and param_dist.c. Functions that return false fill `error`, which may be NULL. */
#ifndef SIM_PARAM_RAW_H
#define SIM_PARAM_RAW_H

#include "sim/param.h"

/* Fails with a rule, and what was got as it was written: a scalar as the error's value, the rest as a word. */
bool sim_raw_refuse(struct sim_error *error, const struct sim_raw *raw, const char *rule);
bool sim_raw_is_text(const struct sim_raw *raw);
bool sim_raw_duration(const struct sim_param *param, const struct sim_raw *raw, sim_ns *out, struct sim_error *error);
/* NUMBER and RATIO. */
bool sim_raw_number(const struct sim_param *param, const struct sim_raw *raw, double *out, struct sim_error *error);
/* A whole distribution, and one field of the target's present one. */
bool sim_raw_dist(struct sim *sim, const struct sim_raw *raw, struct sim_dist *dist, struct sim_error *error);
bool sim_raw_dist_field(const struct sim_target *target, const struct sim_raw *raw, struct sim_dist *dist,
                        struct sim_error *error);

#endif
