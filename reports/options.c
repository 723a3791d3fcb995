/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "reports/options.h"

#include "reports/command.h"
#include "scenarios/suggest.h"

#include "sim/units.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static error_t parse_format(int key, char *argument, struct argp_state *state)
{
    enum output_format *format = state->input;
    if (key != OPTION_FORMAT)
        return ARGP_ERR_UNKNOWN;
    if (strcmp(argument, "json") == 0)
        *format = FORMAT_JSON;
    else if (strcmp(argument, "text") == 0)
        *format = FORMAT_TEXT;
    else
        argp_error(state, "--format wants text or json, got \"%s\"", argument);
    return 0;
}

static const struct argp_option format_options[] = {
    {.name = "format", .key = OPTION_FORMAT, .arg = "FORMAT", .doc = "text (default) or json"}, {0}};

const struct argp format_argp = {.options = format_options, .parser = parse_format};

static void add_override(struct cell_options *options, char *argument, struct argp_state *state)
{
    char *equals = strchr(argument, '=');
    if (equals == NULL || equals == argument) {
        argp_error(state, "--set wants PATH=VALUE such as gateway.timeout=8s, got \"%s\"", argument);
        return;
    }
    char *copy = sim_xstrdup(argument);
    copy[equals - argument] = '\0';
    options->overrides = sim_xrealloc(options->overrides, (options->override_count + 1) * sizeof *options->overrides);
    options->overrides[options->override_count++] = (struct override){copy, copy + (equals - argument) + 1};
}

static error_t parse_cell(int key, char *argument, struct argp_state *state)
{
    struct cell_options *options = state->input;
    switch (key) {
    case OPTION_SEED:
        options->has_seed = true;
        if (!sim_parse_u64(argument, &options->seed))
            argp_error(state, "--seed wants a whole number from 0 to 18446744073709551615, got \"%s\"", argument);
        return 0;
    case OPTION_SET:
        add_override(options, argument, state);
        return 0;
    case OPTION_SCRIPT:
        options->script = argument;
        return 0;
    case OPTION_SHOW:
        options->shows = sim_xrealloc((void *)options->shows, (options->show_count + 1) * sizeof *options->shows);
        options->shows[options->show_count++] = argument;
        return 0;
    case OPTION_NO_STORE:
        options->no_store = true;
        return 0;
    case OPTION_DB:
        options->db = argument;
        return 0;
    case OPTION_QUIET:
        options->quiet = true;
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp_option cell_option_list[] = {
    {.name = "seed", .key = OPTION_SEED, .arg = "N", .doc = "seed of all random streams (default 1)"},
    {.name = "set",
     .key = OPTION_SET,
     .arg = "PATH=VALUE",
     .doc = "override a param before the run, such as gateway.timeout=8s; may be repeated"},
    {.name = "script",
     .key = OPTION_SCRIPT,
     .arg = "FILE",
     .doc = "the requests of the scenario's scripted client, a JSON list such as [{\"at\": 0, \"request\": \"GET "
            "/products/1\"}]"},
    {.name = "show",
     .key = OPTION_SHOW,
     .arg = "READING",
     .doc = "add a reading to the panel, such as gateway.attempts.rate; may be repeated"},
    {.name = "no-store", .key = OPTION_NO_STORE, .doc = "do not store the run"},
    {.name = "db", .key = OPTION_DB, .arg = "FILE", .doc = "the store (default simex.db, or $SIMEX_DB)"},
    {.name = "quiet", .key = OPTION_QUIET, .doc = "print nothing on standard output"},
    {0}};

const struct argp cell_argp = {.options = cell_option_list, .parser = parse_cell};

void cell_options_init(struct cell_options *options)
{
    *options = (struct cell_options){.seed = 1};
}

void cell_options_fini(struct cell_options *options)
{
    for (size_t i = 0; i < options->override_count; i++)
        free((void *)(uintptr_t)options->overrides[i].path);
    free(options->overrides);
    free((void *)options->shows);
}

/* ---- arguments ---- */

error_t parse_run(int key, char *argument, struct argp_state *state, const char **run)
{
    switch (key) {
    case ARGP_KEY_ARG:
        if (*run != NULL)
            argp_error(state, "one run at a time, got also \"%s\"", argument);
        *run = argument;
        return 0;
    case ARGP_KEY_NO_ARGS:
        argp_error(state, "which run? (see: simex runs, simex list)");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

uint64_t parse_count(const char *text, const char *option, uint64_t most, struct argp_state *state)
{
    uint64_t count = 0;
    if (!sim_parse_u64(text, &count) || count == 0 || count > most)
        argp_error(state, "%s wants a whole number from 1 to %" PRIu64 ", got \"%s\"", option, most, text);
    return count;
}

enum { TRACE_DIGITS = 32 };

void parse_trace_name(struct trace_name *name, const char *text, const char *option, struct argp_state *state)
{
    *name = (struct trace_name){.number = 0};
    if (strlen(text) == TRACE_DIGITS && strspn(text, "0123456789abcdef") == TRACE_DIGITS)
        *name = (struct trace_name){strtoull(text + TRACE_DIGITS / 2, NULL, 16), text};
    else if (!sim_parse_u64(text, &name->number))
        name->number = 0;
    if (name->number == 0)
        argp_error(state, "%s wants the number of a trace, or its 32 hex digits, got \"%s\"", option, text);
}

bool trace_name_fits(const struct trace_name *name, const char *run)
{
    if (name->digits == NULL || strncmp(name->digits, run, TRACE_DIGITS / 2) == 0)
        return true;
    (void)fprintf(stderr, "simex: trace %s is not of this run, which is %s\n", name->digits, run);
    return false;
}

static void print_missing(const char *argument)
{
    char shown[JSON_SHOWN_BYTES];
    char **names = scenario_list_shipped();
    size_t count = 0;
    while (names[count] != NULL)
        count++;
    const char *near = suggest_nearest(argument, (const char *const *)names, count);
    (void)fprintf(stderr, "simex: no scenario or file \"%s\"", json_shown(shown, argument));
    if (near != NULL)
        (void)fprintf(stderr, "; did you mean \"%s\"?\n", near);
    else
        (void)fprintf(stderr, "; see: simex list\n");
    for (size_t i = 0; i < count; i++)
        free(names[i]);
    free(names);
}

struct scenario *load_argument(const char *argument, int *code)
{
    char *path = scenario_find(argument);
    if (path == NULL) {
        print_missing(argument);
        *code = EXIT_NO_INPUT;
        return NULL;
    }
    struct json_errors errors;
    json_errors_init(&errors);
    struct scenario *scenario = scenario_load(path, &errors);
    if (json_errors_total(&errors) > 0) {
        json_errors_print(&errors, stderr);
        *code = errors.unreadable > 0 ? EXIT_NO_INPUT : EXIT_BAD_SCENARIO;
    }
    json_errors_fini(&errors);
    free(path);
    return scenario;
}

bool cell_options_fit_stored(const struct cell_options *options, const char *argument)
{
    if (!options->has_seed && options->override_count == 0 && options->script == NULL)
        return true;
    (void)fprintf(stderr,
                  "simex: --seed, --set and --script go with a scenario; \"%s\" is a stored run, which has its own\n",
                  argument);
    return false;
}

struct scenario *load_with_script(const char *argument, const struct cell_options *options, int *code)
{
    struct scenario *scenario = load_argument(argument, code);
    if (scenario == NULL || (options->script == NULL && options->show_count == 0))
        return scenario;
    struct json_errors errors;
    json_errors_init(&errors);
    bool fine = options->script == NULL || scenario_load_script(scenario, options->script, &errors);
    for (size_t i = 0; i < options->show_count && fine; i++)
        fine = scenario_show(scenario, options->shows[i], &errors);
    if (!fine) {
        json_errors_print(&errors, stderr);
        *code = errors.unreadable > 0 ? EXIT_NO_INPUT : EXIT_BAD_SCENARIO;
        scenario_destroy(scenario);
        scenario = NULL;
    }
    json_errors_fini(&errors);
    return scenario;
}

struct cell *build_argument(const struct scenario *scenario, const struct cell_options *options, uint64_t seed,
                            int *code)
{
    struct json_errors errors;
    json_errors_init(&errors);
    struct cell *cell = cell_build(scenario, options->overrides, options->override_count, seed, &errors);
    if (cell == NULL) {
        json_errors_print(&errors, stderr);
        *code = EXIT_BAD_SCENARIO;
    }
    json_errors_fini(&errors);
    return cell;
}
