/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Scenarios and cells.
 *
 * A scenario is a file and what it extends, merged: text that is valid JSON, no more is known of it. A cell is scenario +
 * overrides + seed: a world ready to run, with its phases, faults, panel and expectations. All errors of a scenario are
 * collected in one pass.
 *
 *   scenario_load -> cell_build -> cell_run -> cell_value, cell_verdict -> cell_destroy -> scenario_destroy
 */
#ifndef SCENARIOS_SCENARIO_H
#define SCENARIOS_SCENARIO_H

#include "scenarios/json.h"
#include "sim/world.h"

struct responses;
struct questions;
struct script_entry;
struct knob_value;

enum {
    SCENARIO_EXTENDS_MAX = 8,
    SCENARIO_NODES_MAX = 1000,
    SCENARIO_LINKS_MAX = 2000,
    SCENARIO_FAULTS_MAX = 200,
    SCENARIO_FAULT_SETS_MAX = 32,
    SCENARIO_PHASES_MAX = 64,
    SCENARIO_PANEL_MAX = 64,
    SCENARIO_EXPECTATIONS_MAX = 500,
    SCENARIO_WINDOWS_MAX = 100000,
    SCENARIO_REQUESTS_MAX = 100000,
    SCENARIO_NAME_MAX = 64,
    SCENARIO_ALERTS_MAX = 64,
    SCENARIO_ALERT_LABELS_MAX = 32,
    SCENARIO_ALERT_TEXT_MAX = 4000,
    CELL_BINS = 60
};
#define SCENARIO_NO_PHASE UINT32_MAX

struct scenario {
    char *name; /* the file's name without folder and .json */
    char *path;
    struct json_doc *doc;
    cJSON *tree; /* merged; owned */
    const char *title;
};

/* One `path=value` of the command line. */
struct override {
    const char *path;
    const char *value;
};

struct phase {
    const char *name;
    sim_ns from, to, settle; /* measured: [from + settle, to) */
    uint32_t interval;       /* of the world */
};

struct fault_set {
    struct sim_target target;
    struct sim_value value;
    const char *path; /* "added_latency", "cpu.cores", as below the node */
};

struct fault {
    const char *name;
    struct cell *cell;
    struct sim_node *node; /* or */
    struct sim_link *link;
    sim_ns at, until; /* until: SIM_NEVER when it lasts */
    struct fault_set *sets;
    uint32_t set_count;
    const struct sim_action *action; /* NULL: none */
    int64_t amount;
    bool active;
    uint64_t started; /* order of starting */
};

struct panel_item {
    const char *key, *title, *text; /* text: the reading as written */
    struct sim_reading reading;
};

/* How a bound is asked for (docs/scenario_format.md has the sentences). */
enum expect_form {
    EXPECT_DURING, /* the reading of a whole phase */
    EXPECT_WITHIN, /* it comes to hold soon after an instant, and goes on to */
    EXPECT_NEVER,  /* in no window of a phase */
    EXPECT_ALWAYS, /* in every window of a phase */
    EXPECT_FORMS
};

/* What the windows of an expectation came to. A window is good when its reading is what is wanted, bad when it is not,
 * empty when there is none. */
struct expect_windows {
    sim_ns from, to, step; /* the span that is looked at, the length of a window */
    int64_t count, bad, empty;
    sim_ns first_bad;  /* where the first window begins that is not good; when bad or empty */
    sim_ns good_since; /* WITHIN: end of the window from which on it holds to the end; -1: none */
    bool ends_empty;   /* the last window that is not good is empty */
    bool has_worst;
    double worst; /* of the windows' readings the nearest to being bad, or the worst of the bad ones */
    sim_ns worst_at;
};

struct expectation {
    const char *name; /* what is shown: "error_rate in 27 %..33 % during chaos" */
    enum expect_form form;
    uint32_t phase;            /* SCENARIO_NO_PHASE: WITHIN */
    uint32_t item;             /* at panel_count and above: a reading that the panel does not show */
    double min, max;           /* base units; -INFINITY and INFINITY: none */
    bool above_min, below_max; /* the bound itself does not hold */
    /* "open", "half-open" or "closed" of a breaker; NULL: a bound. `item` is then its gauge `open`, `other` its gauge
     * `half_open`, and what the bounds are of is the share of time in the state. */
    const char *state;
    uint32_t other;
    uint32_t index;      /* in the section */
    const char *instant; /* WITHIN: as written, "faults.slow-database.until" */
    sim_ns at, within;   /* the instant, and how long it may take */
    struct expect_windows windows;
    struct expect_recovery *recovery; /* WITHIN: the stretch that goes on */
};

/* An alert rule of Prometheus. */
struct alert {
    const char *name, *expr;
    sim_ns hold;                       /* `for`: how long the expression must hold before it fires */
    const cJSON *labels, *annotations; /* objects of texts; NULL: none */
};

enum verdict { VERDICT_HOLDS, VERDICT_FAILS, VERDICT_NO_DATA };

struct cell {
    const struct scenario *scenario;
    struct sim *sim;
    uint64_t seed;
    char *canonical; /* canonical resolved scenario */
    char id[17];     /* of the run: 16 hex digits */
    sim_ns until, window;
    struct phase *phases; /* by from, then name */
    uint32_t phase_count;
    struct fault *faults; /* by name */
    uint32_t fault_count;
    uint64_t faults_started;
    struct base_value *bases; /* of the params that faults hold */
    uint32_t base_count;
    struct panel_item *panel; /* in the order of the file */
    uint32_t panel_count;
    uint32_t hidden_count; /* behind those of the panel: readings that only expectations use */
    struct expectation *expectations;
    uint32_t expectation_count;
    struct sim_node *script_client; /* the node that follows the script; NULL: none */
    struct script_entry *script;    /* by time */
    size_t script_count, script_room;
    bool open_end; /* the run ends when the script is answered; `until` is the instant once it has run */
    const struct questions *questions; /* what may be explained (questions.h); NULL: nothing */
    struct responses *responses;       /* NULL without a script */
    struct knob_value *knobs;          /* params that a service's own interface holds */
    uint32_t knob_count;
    struct alert *alerts; /* in the order of the file */
    uint32_t alert_count;
    bool probed;                   /* a tracer listens (probes.h) */
    uint32_t bin_first, bin_count; /* intervals of equal length that tile the run: readings over time */
};

/* Reads `path` and what it extends. NULL with errors added when that cannot be done. */
struct scenario *scenario_load(const char *path, struct json_errors *errors);
/* Gives it the script that `path` holds, a JSON list of requests, in place of its own. False with errors added. */
bool scenario_load_script(struct scenario *scenario, const char *path, struct json_errors *errors);
/* Adds a reading such as "gateway.attempts.rate" to its panel. False with errors added when the text is no text. */
bool scenario_show(struct scenario *scenario, const char *reading, struct json_errors *errors);
void scenario_destroy(struct scenario *scenario);

/* The file of a scenario: `argument` itself when it names a file (it holds a slash or ends in .json), else the shipped
 * scenario of that name, else any file of that name. NULL when there is none (caller says so); free the result. */
char *scenario_find(const char *argument);
/* The shipped scenario of a file name ("sre-lab.json" or "sre-lab"); NULL when there is none. Free the result. */
char *scenario_find_shipped(const char *name);
/* Names of all shipped scenarios, sorted, NULL at the end. Free each and the list. */
char **scenario_list_shipped(void);

/* Builds a cell. NULL with errors added when the scenario or an override is wrong. `scenario` must outlive it. A scenario
 * may be built by several threads at once, each with its own errors. */
struct cell *cell_build(const struct scenario *scenario, const struct override *overrides, size_t override_count,
                        uint64_t seed, struct json_errors *errors);
void cell_destroy(struct cell *cell);

/* Runs it to its end. False when `poll` said so (interrupted), or a limit stopped the world (cell->sim->stopped). */
bool cell_run(struct cell *cell, bool (*poll)(void *context, const struct sim *sim), void *context);

struct sim_reading_value cell_value(const struct cell *cell, uint32_t phase, uint32_t item);
/* The reading of a panel item over one of the bins. */
struct sim_reading_value cell_bin_value(const struct cell *cell, uint32_t bin, uint32_t item);
/* The verdict on an expectation. `*value`: the reading of the phase; NEVER and ALWAYS: of the worst window; WITHIN: the
 * seconds it took, no data when it did not come to hold. */
enum verdict cell_verdict(const struct cell *cell, const struct expectation *expectation,
                          struct sim_reading_value *value);
/* Requests of the phase's clients (nodes that nobody calls) that had not ended at its end, and those that ended in its
 * measured part. */
struct cell_unfinished {
    int64_t open, ended;
};
struct cell_unfinished cell_unfinished(const struct cell *cell, uint32_t phase);
/* "holds", "fails", "no data"; static. */
const char *verdict_name(enum verdict verdict);
/* "during", "within", "never", "always"; static. */
const char *expect_form_name(enum expect_form form);
/* Whether a value is within the bounds of an expectation. */
bool expect_within_bounds(const struct expectation *expectation, double value);

#endif
