/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A map of calls, written four ways. */
#ifndef REPORTS_CALLMAP_SHOW_H
#define REPORTS_CALLMAP_SHOW_H

#include "reports/callmap.h"
#include "scenarios/scenario.h"

#include <stdio.h>

/* A finished map of a cell that has run; `phase` NULL: of the whole run. Errors of `out` stay with it. */
struct callmap_picture {
    const struct cell *cell;
    const struct phase *phase;
    const struct callmap *map;
};

void callmap_text(FILE *out, const struct callmap_picture *picture);
void callmap_json(FILE *out, const struct callmap_picture *picture);
/* For Graphviz' dot. */
void callmap_dot(FILE *out, const struct callmap_picture *picture);
/* A picture that stands alone; layers from callers to callees, laid out here. */
void callmap_svg(FILE *out, const struct callmap_picture *picture);

/* ---- shared by the pictures ---- */

/* "99.9/s" or "0.032/s": how often, in what the map covers. Returns `buffer`. */
enum { CALLMAP_ROOM = 96 };
const char *callmap_rate(char buffer[CALLMAP_ROOM], const struct callmap *map, uint64_t count);
/* "P95 48.8 ms", or "" when there is nothing. */
const char *callmap_p95(char buffer[CALLMAP_ROOM], const struct sim_hist *took);
/* "29.0 % errors", or "" without. */
const char *callmap_errors(char buffer[CALLMAP_ROOM], uint64_t errors, uint64_t ended);
/* "#rrggbb", from grey without errors to red. */
const char *callmap_colour(char buffer[CALLMAP_ROOM], uint64_t errors, uint64_t ended);
/* Width of a line: 1 to 6, by how often the edge is used beside the busiest one. */
double callmap_width(const struct callmap *map, const struct callmap_edge *edge);
/* Scenario and stretch of time: "part1, chaos: 720..1260 s". Returns `buffer`. */
enum { CALLMAP_HEADING_ROOM = 256 };
const char *callmap_heading(char buffer[CALLMAP_HEADING_ROOM], const struct callmap_picture *picture);

#endif
