/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The folder that pictures are written into, and the list of files that were. Functions that fail print why. */
#ifndef PLOTS_FOLDER_H
#define PLOTS_FOLDER_H

#include "plots/sheet.h"
#include "reports/texts.h"

struct folder {
    char *path;
    struct texts files; /* as paths, in the order of writing */
};

/* `path`, or when that is NULL a name made of the scenario and the ids of the runs. Not created yet. */
struct folder folder_of(const struct plot *plot, const char *path);
void folder_fini(struct folder *folder);

/* Creates it, with the folders above it. Files of those names that are there already must have been written by simex
 * plot. 0, or an exit code. */
int folder_prepare(const struct folder *folder, const struct charts *charts);

/* Writes NAME.csv, and NAME.gp. 0, or an exit code. */
int folder_write_csv(struct folder *folder, const struct chart *chart, const struct plot *plot);
int folder_write_script(struct folder *folder, const struct sheet *sheet);
/* Lists NAME.svg and NAME.png, which gnuplot wrote. */
void folder_list_pictures(struct folder *folder, const char *name);

#endif
