/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where the time of a run's requests went, or its CPU: a tree of frames, as a flame graph shows it.
 *
 * A frame is a call ("sre-lab get_product"), an inner span, or at the leaves a piece of own time ("pool queue"). The time
 * of a trace is shared out by trace_blame, so the whole is the sum of all durations, to the nanosecond. CPU is counted
 * where it burned, also below the frame "(abandoned)", for nobody. Abandoned work takes no time of any request; it has a
 * sum of its own. */
#ifndef REPORTS_PROFILE_H
#define REPORTS_PROFILE_H

#include "reports/collect.h"

#include <stdio.h>

enum frame_kind { FRAME_ROOT, FRAME_CALL, FRAME_INNER, FRAME_ABANDONED, FRAME_WORK, FRAME_WAIT, FRAME_OTHER };

struct frame {
    enum frame_kind kind;
    const char *node; /* of a call or inner span */
    int op;           /* of a call */
    const char *name; /* of a piece or inner span */
    struct frame *parent, *next, *first;
    sim_ns self[2];    /* ns that stop here; [1]: of what it is compared with */
    sim_ns total[2];   /* with all below: set by profile_finish */
    uint64_t count[2]; /* pieces, or calls */
};

struct profile {
    struct sim_arena arena;
    struct frame *root;
    bool cpu;
    int side; /* 0, or 1 while what it is compared with is taken */
    bool compared;
    uint64_t traces[2];
    sim_ns abandoned[2]; /* time of callees after their callers had gone */
    struct frame *at;    /* while a trace is taken */
};

void profile_init(struct profile *profile, bool cpu);
void profile_fini(struct profile *profile);

/* Adds a trace. Names are compared as texts, so that traces of another world with the same nodes find their frames. Strings
 * of the trace's are copied; nodes' names are not. */
void profile_add(struct profile *profile, const struct trace *trace);

/* Sums up, and sorts the frames by name. Once. */
void profile_finish(struct profile *profile);

/* "sre-lab get_product", "pool queue", ...; fills and returns `buffer`. */
enum { FRAME_NAME_ROOM = 600 };
const char *frame_name(char buffer[FRAME_NAME_ROOM], const struct frame *frame);

/* What side 1 has to be multiplied by to be compared with side 0: requests of one over requests of the other. */
double profile_scale(const struct profile *profile);

/* Folded stacks, one a line: "gateway get_product;sre-lab get_product;cpu 1234", ns; with a comparison first the other's
 * count, then this one's (as difffolded.pl has it). */
void profile_folded(FILE *out, const struct profile *profile);

/* A flame graph, self-contained, for a browser. `title` is the user's. */
void profile_svg(FILE *out, const struct profile *profile, const char *title);
/* The same for the inside of a page, whose style has rules for svg.flame; without title. `label` tells what it shows. */
void profile_svg_inside(FILE *out, const struct profile *profile, const char *label);

#endif
