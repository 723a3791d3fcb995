/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `simex explain` and `simex answers`: a scenario's questions, with and without the evidence. */
#include "reports/command.h"
#include "reports/explain.h"
#include "reports/options.h"
#include "reports/show.h"
#include "reports/terminal.h"

#include "sim/units.h"

#include <stdio.h>

enum {
    OPTION_REPLICATIONS = 2000,
    OPTION_QUESTION,
    OPTION_JOBS = 'j',
    REPLICATIONS_DEFAULT = 3,
    REPLICATIONS_MAX = 1000,
    JOBS_MAX = 1024
};

struct arguments {
    enum output_format format;
    struct cell_options cell;
    const char *scenario, *question;
    uint64_t replications, jobs;
};

static const struct argp_option options[] = {
    {.name = "replications",
     .key = OPTION_REPLICATIONS,
     .arg = "R",
     .doc = "seeds N to N+R-1 of everything; intervals come from their differences (default 3)"},
    {.name = "question", .key = OPTION_QUESTION, .arg = "ID", .doc = "this question only"},
    {.name = "jobs", .key = OPTION_JOBS, .arg = "J", .doc = "worker threads (default: one a core)"},
    {0}};

static error_t parse(int key, char *argument, struct argp_state *state)
{
    struct arguments *arguments = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &arguments->cell;
        state->child_inputs[1] = &arguments->format;
        return 0;
    case OPTION_REPLICATIONS:
        arguments->replications = parse_count(argument, "--replications", REPLICATIONS_MAX, state);
        return 0;
    case OPTION_QUESTION:
        arguments->question = argument;
        return 0;
    case OPTION_JOBS:
        arguments->jobs = parse_count(argument, "--jobs", JOBS_MAX, state);
        return 0;
    case ARGP_KEY_ARG:
        if (arguments->scenario != NULL)
            argp_error(state, "one scenario at a time, got also \"%s\"", argument);
        arguments->scenario = argument;
        return 0;
    case ARGP_KEY_NO_ARGS:
        argp_error(state, "which scenario? (see: simex list)");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static void print(const struct arguments *arguments, const struct explanation *explanation, bool evidence)
{
    if (arguments->cell.quiet)
        return;
    if (arguments->format == FORMAT_JSON)
        show_json(stdout, evidence ? explain_json(explanation) : explain_answers_json(explanation));
    else if (evidence)
        explain_text(stdout, explanation);
    else
        explain_answers(stdout, explanation);
}

static int explain(const struct arguments *arguments, bool evidence)
{
    int code = EXIT_FINE;
    struct scenario *scenario = load_with_script(arguments->scenario, &arguments->cell, &code);
    if (scenario == NULL)
        return code;
    struct explanation explanation = {.scenario = scenario,
                                      .overrides = arguments->cell.overrides,
                                      .override_count = arguments->cell.override_count,
                                      .replications = arguments->replications,
                                      .seed = arguments->cell.seed,
                                      .jobs = (unsigned)arguments->jobs,
                                      .only = arguments->question,
                                      .script = arguments->cell.script};
    code = explain_run(&explanation);
    if (code == EXIT_FINE)
        print(arguments, &explanation, evidence);
    explain_fini(&explanation);
    scenario_destroy(scenario);
    return code;
}

static const struct argp_child children[] = {{&cell_argp, 0, NULL, 0}, {&format_argp, 0, NULL, 0}, {0}};

#define EXIT_STATUS \
    "Nothing is stored. Exit status: 0, 65 when the scenario is wrong or has no questions, 66 when there is none, " \
    "130 " \
    "after Ctrl-C."

static int run(const struct argp *argp, int argc, char **argv, bool evidence)
{
    struct arguments arguments = {.format = FORMAT_TEXT, .replications = REPLICATIONS_DEFAULT};
    int code = EXIT_USAGE;
    cell_options_init(&arguments.cell);
    if (argp_parse(argp, argc, argv, 0, NULL, &arguments) == 0) {
        interrupt_watch();
        code = explain(&arguments, evidence);
    }
    cell_options_fini(&arguments.cell);
    return code;
}

int cmd_explain(int argc, char **argv)
{
    static const struct argp argp = {
        .options = options,
        .parser = parse,
        .args_doc = "SCENARIO",
        .doc =
            "Answers the questions of a scenario: what is said follows from the runs that are made for it, and stands "
            "beside its evidence: where the time of the requests went, what each change alone would do, readings over "
            "time, remedies alone and in pairs; and the commands that find the numbers again.\v" EXIT_STATUS,
        .children = children,
    };
    return run(&argp, argc, argv, true);
}

int cmd_answers(int argc, char **argv)
{
    static const struct argp argp = {
        .options = options,
        .parser = parse,
        .args_doc = "SCENARIO",
        .doc = "The answers of `simex explain`, without the evidence: for a tutor.\v" EXIT_STATUS,
        .children = children,
    };
    return run(&argp, argc, argv, false);
}
