/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A run as it is shown and stored: what came out of a cell, without its world. `simex run` makes one from the cell,
 * `simex show` reads one from the store; both print it with the same code. Everything lives in one arena. */
#ifndef REPORTS_RECORD_H
#define REPORTS_RECORD_H

#include "scenarios/scenario.h"

struct record_phase {
    const char *name;
    sim_ns from, to, settle;
    int64_t open, ended; /* requests of clients: unfinished at its end, ended in its measured part */
};

struct record_item {
    const char *key, *title, *reading, *unit;
};

struct record_verdict {
    const char *name;
    enum expect_form form;
    uint32_t phase, item; /* SCENARIO_NO_PHASE: WITHIN */
    double min, max;      /* -INFINITY, INFINITY: none */
    bool above_min, below_max;
    const char *state;              /* of a breaker, then the reading is a share of time; NULL: none */
    const char *instant;            /* WITHIN: as written; else NULL */
    sim_ns at, within;              /* WITHIN */
    struct expect_windows windows;  /* but DURING */
    struct sim_reading_value value; /* see cell_verdict */
    enum verdict result;
};

struct record_fault {
    const char *name, *what; /* "postgres.added_latency = 3s", "redis: kill" */
    sim_ns at, until;        /* SIM_NEVER: to the end */
};

struct record {
    struct sim_arena arena;
    const char *id, *scenario, *title, *version, *model;
    const char *source;    /* the scenario, merged, as JSON: enough to run it again */
    const char *overrides; /* JSON: [["path", "value"], ...] */
    const char *canonical;
    const char *responses; /* JSON: what a script's requests came to (responses_json.h); NULL: no script */
    uint64_t seed, fingerprint, events;
    sim_ns until, window;
    struct record_phase *phases;
    struct record_item *items;        /* of the panel; behind them those that only verdicts use */
    struct sim_reading_value *values; /* phase x item */
    struct sim_reading_value *bins;   /* item x bin */
    struct record_verdict *verdicts;
    struct record_fault *faults;
    uint32_t phase_count, item_count, hidden_count, bin_count, verdict_count, fault_count;
};

/* Of a cell that has run. The overrides are those it was built with. */
struct record *record_of_cell(const struct cell *cell, const struct override *overrides, size_t override_count);
void record_destroy(struct record *record);

/* One reading of the panel; no data where there is none. */
struct sim_reading_value record_reading(const struct record *record, const char *phase, const char *key);

/* The unit of what a verdict's reading is compared with. */
static inline const char *record_verdict_unit(const struct record *record, const struct record_verdict *verdict)
{
    return verdict->state != NULL ? "1" : record->items[verdict->item].unit;
}

/* Whether every expectation holds. */
bool record_holds(const struct record *record);

#endif
