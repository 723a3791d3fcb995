/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Other programs as child processes: found by PATH, run without a shell, their standard output and error read. */
#ifndef REPORTS_PROGRAM_H
#define REPORTS_PROGRAM_H

#include <stddef.h>

/* Runs `arguments` (the program first, NULL at the end) in `folder` (NULL: where simex is) until it ends. EXIT_FINE: it
 * ran, `*status` is its exit status (-1: it was killed) and `*said` the first `most` bytes that it printed (free). Else
 * prints why, and `*said` is NULL: EXIT_MISSING, naming the Debian package, when it is not installed; EXIT_INTERNAL. */
int program_run(const char *const *arguments, const char *package, const char *folder, size_t most, char **said,
                int *status);

#endif
