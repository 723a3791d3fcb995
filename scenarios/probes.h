/* SPDX-License-Identifier: GPL-3.0-or-later */
/* USDT probes: static places in the program that bpftrace, perf or SystemTap can attach to, with the simulated world as
 * arguments. docs/bpf.md is their manual, docs/bpf/ holds scripts. */
#ifndef SCENARIOS_PROBES_H
#define SCENARIOS_PROBES_H

#include "sim/world.h"

/* Whether this build has them (sys/sdt.h, Debian package systemtap-sdt-dev, was there). */
bool probes_built(void);

/* Lets the probes hear a world if a tracer is attached to one of them, once at most; else without effect and without
 * cost. `*hearing` begins as false. */
void probes_look(struct sim *sim, bool *hearing);

#endif
