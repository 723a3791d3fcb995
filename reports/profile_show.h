/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A profile as a table of where the time stops, and as JSON. */
#ifndef REPORTS_PROFILE_SHOW_H
#define REPORTS_PROFILE_SHOW_H

#include "reports/profile.h"

#include <cjson/cJSON.h>

/* A line a place (a call or inner span, and what it did there), whatever the stack above; those with the most time, or
 * the greatest change when it is compared, first. At most `most` lines. */
void profile_show_text(FILE *out, const struct profile *profile, size_t most, size_t width);

/* The tree of frames. */
cJSON *profile_json(const struct profile *profile);

#endif
