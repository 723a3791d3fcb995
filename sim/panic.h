/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What sim_panic (base.h) says about the world that this thread runs. */
#ifndef SIM_PANIC_H
#define SIM_PANIC_H

struct sim;

/* From here on a panic of this thread speaks of `sim`; NULL: of none. */
void sim_panic_watch(const struct sim *sim);

#endif
