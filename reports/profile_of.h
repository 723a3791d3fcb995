/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `simex profile --of READING`: where the time of the requests went that a reading is about (blame.h). */
#ifndef REPORTS_PROFILE_OF_H
#define REPORTS_PROFILE_OF_H

#include "reports/options.h"

/* Replays RUN and writes to `out`; `phase` NULL: all of it. An exit code. */
int profile_of(FILE *out, const char *run, const char *phase, const char *reading, enum output_format format,
               const struct cell_options *options);

#endif
