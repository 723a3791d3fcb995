/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Arithmetic over the bins of a plot. An array of a plot's bins has NaN where there is no data, beyond the end of a
 * shorter run for example; NULL is an array without any. All arrays are the caller's to free. */
#ifndef PLOTS_BINS_H
#define PLOTS_BINS_H

#include "plots/plot.h"

/* A counter's increases, or a gauge's time-weighted means. NULL when the run has no such series; *fine becomes false
 * after an error that was printed. */
double *bins_read(const struct plot *plot, uint32_t run, const char *node, const char *part, const char *metric,
                  bool *fine);
/* over / under where under is above 0. Frees both. */
double *bins_ratio(const struct plot *plot, double *over, double *under);
/* a + sign x b. Frees both; either may be NULL. */
double *bins_add(const struct plot *plot, double *a, double *b, double sign);
/* Increases as rates per second. */
double *bins_rate(const struct plot *plot, uint32_t run, double *increases);
/* A copy, and a sum without the NaNs. */
double *bins_copy(const struct plot *plot, const double *values);
double bins_sum(const struct plot *plot, const double *values);
/* `count` NaNs. */
double *bins_empty(const struct plot *plot);

#endif
