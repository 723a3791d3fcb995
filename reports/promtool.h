/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Prometheus' promtool as a child process. */
#ifndef REPORTS_PROMTOOL_H
#define REPORTS_PROMTOOL_H

/* Runs `promtool ARGUMENT...` (at most 6; NULL at the end) in `folder`. EXIT_FINE: it ran, `*status` is its exit status
 * (-1: it was killed) and `*said` all that it printed (free). Else prints why, and `*said` is NULL: EXIT_MISSING when it
 * is not installed. */
int promtool_run(const char *folder, const char *const *arguments, char **said, int *status);

#endif
