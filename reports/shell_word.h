/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Command lines that are printed to be run again. */
#ifndef REPORTS_SHELL_WORD_H
#define REPORTS_SHELL_WORD_H

#include <stdio.h>

/* Writes a text as one word of a POSIX shell: as it is when no character of it means anything there, else in single
 * quotes. */
void shell_word(FILE *out, const char *text);
/* LEFT=RIGHT as one word: what follows --set. */
void shell_pair(FILE *out, const char *left, const char *right);

#endif
