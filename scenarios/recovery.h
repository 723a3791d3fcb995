/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From when on a reading holds (expectations with `within`).
 *
 * Single windows are noisy: at 100 requests a second one lost request is 1 % of a window. So the windows only say when it
 * began to hold; whether it goes on is asked of stretches as long as what `within` allows. The windows are taken together
 * in stretches of that length, from the first on; what is left over belongs to the last. In a stretch the recovery is the
 * first window that is good and from whose beginning on the reading over the rest of the stretch is good. It is forgotten
 * when a later stretch, read as a whole, is not good: then that stretch's own recovery counts.
 *
 * Memory: the windows of two stretches, of the instruments that the reading needs. */
#ifndef SCENARIOS_RECOVERY_H
#define SCENARIOS_RECOVERY_H

#include "scenarios/scenario.h"

enum { RECOVERY_WINDOWS_MAX = 1000 }; /* a stretch */

/* `windows` of [from, to) and its step are known. */
struct expect_recovery *recovery_create(const struct expectation *expectation);
void recovery_destroy(struct expect_recovery *recovery);
/* Takes the next window; `good`: its reading is what is wanted. */
void recovery_note(const struct cell *cell, struct expectation *expectation, const struct sim_interval *window,
                   bool good);
/* The run has ended: the last stretch is judged, and expectation->windows.good_since known. */
void recovery_end(const struct cell *cell, struct expectation *expectation);

/* The reading of an expectation over a span: of a panel item, or the share of time in a state. (expect_windows.c) */
struct sim_reading_value expect_read(const struct cell *cell, const struct expectation *expectation,
                                     const struct sim_sample *samples, sim_ns seen);

#endif
