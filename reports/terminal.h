/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The terminal: width, colour, tables, progress. */
#ifndef REPORTS_TERMINAL_H
#define REPORTS_TERMINAL_H

#include "sim/world.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* Columns of standard output; 80 when it is no terminal. */
size_t terminal_width(void);
/* Columns that a text takes: its characters, all of them one wide. */
size_t terminal_columns(const char *text);
/* Whether standard output may be coloured: a terminal, and NO_COLOR is not set (no-color.org), and TERM is not dumb. */
bool terminal_colour(void);

enum align { ALIGN_LEFT, ALIGN_RIGHT, ALIGN_WRAP };

/* Whether to print bars and arrows: always, but on a terminal whose locale is not UTF-8. */
bool terminal_unicode(void);

/* Prints rows of cells, `columns` each (rows x columns texts, NULL is empty), aligned, two blanks between. ALIGN_WRAP
 * (one column at most) wraps at blanks to what the width leaves. `indent` blanks before each line. */
void terminal_table(FILE *out, const char *const *cells, size_t rows, size_t columns, const enum align *aligns,
                    size_t indent);

/* Progress on standard error, when that is a terminal; a poll function for sim_run. Also looks whether the user
 * interrupted: then it returns false. `context` is a struct progress. */
struct progress {
    const char *name;
    sim_ns until;
    double next; /* wall time of the next line */
    bool shown;
};
void progress_begin(struct progress *progress, const char *name, sim_ns until);
bool progress_poll(void *context, const struct sim *sim);
void progress_end(struct progress *progress);

/* From here on SIGINT and SIGTERM are noted rather than end the process. */
void interrupt_watch(void);
/* 0, or the exit code of the signal that came: 130 or 143. */
int interrupt_code(void);
/* A poll function for sim_run without progress: false once such a signal came. `context` is not looked at. */
bool interrupt_poll(void *context, const struct sim *sim);

/* Seconds on the wall, from any start. */
double wall_seconds(void);

#endif
