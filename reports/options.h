/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The options that commands share, for argp. */
#ifndef REPORTS_OPTIONS_H
#define REPORTS_OPTIONS_H

#include "scenarios/scenario.h"

#include <argp.h>

enum output_format { FORMAT_TEXT, FORMAT_JSON };

enum {
    OPTION_SEED = 's',
    OPTION_SET = 1000,
    OPTION_FORMAT,
    OPTION_NO_STORE,
    OPTION_DB,
    OPTION_SCRIPT,
    OPTION_SHOW,
    OPTION_QUIET = 'q'
};

/* --format text|json, a child of a command's argp. Its input is an enum output_format. */
extern const struct argp format_argp;

/* --seed, --set, --script, --show, --no-store, --db, --quiet: how cells are made and kept. Its input is a struct cell_options. */
extern const struct argp cell_argp;

/* For the parsers of commands that take one RUN: its argument, more than one, none. ARGP_ERR_UNKNOWN for all else. */
error_t parse_run(int key, char *argument, struct argp_state *state, const char **run);

/* A whole number from 1 to `most`, of the option of that name; else argp_error. */
uint64_t parse_count(const char *text, const char *option, uint64_t most, struct argp_state *state);

/* A trace: its number in the run, 1 or more, as `simex trace` lists it, or the 32 hex digits of logs and exports, which
 * are the run's id and the number. */
struct trace_name {
    uint64_t number;
    const char *digits; /* the 32; NULL: given by number */
};
void parse_trace_name(struct trace_name *name, const char *text, const char *option, struct argp_state *state);
/* Whether it may be of the run of that id; false after having said that it is not. */
bool trace_name_fits(const struct trace_name *name, const char *run);

struct cell_options {
    uint64_t seed;
    bool has_seed; /* given, not the default */
    struct override *overrides;
    size_t override_count;
    bool no_store, quiet;
    const char *db;
    const char *script; /* file of --script; NULL: none */
    const char **shows; /* readings of --show */
    size_t show_count;
};

void cell_options_init(struct cell_options *options);
void cell_options_fini(struct cell_options *options);

/* A stored run has its own seed, overrides and script. False after having said so when the options give others. */
bool cell_options_fit_stored(const struct cell_options *options, const char *argument);

/* Loads the scenario an argument names. NULL after having printed why; *code is then the exit code. */
struct scenario *load_argument(const char *argument, int *code);
/* The same, with the script that the options name in place of its own, and the readings they add to its panel. */
struct scenario *load_with_script(const char *argument, const struct cell_options *options, int *code);
/* Builds its cell; the same. */
struct cell *build_argument(const struct scenario *scenario, const struct cell_options *options, uint64_t seed,
                            int *code);

#endif
