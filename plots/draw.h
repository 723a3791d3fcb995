/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Drawing stored runs over each other: what plot and compare share. */
#ifndef PLOTS_DRAW_H
#define PLOTS_DRAW_H

#include "plots/plot.h"
#include "reports/texts.h"

struct drawing {
    sim_ns bin;
    char *folder;
    struct texts runs;  /* ids */
    struct texts files; /* paths, in the order of writing */
};

/* Draws runs of the store `db` (store_path) into the folder `out` (NULL: one named after them), in bins of `bin` ns (0:
 * chosen). gnuplot_find said that gnuplot is there. 0, or an exit code with the reason printed; drawing_fini in any case. */
int draw_runs(const char *db, const int64_t *keys, uint32_t count, sim_ns bin, const char *out,
              struct drawing *drawing);
void drawing_fini(struct drawing *drawing);

#endif
