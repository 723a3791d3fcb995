/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `simex check`: the gate of a CI. */
#include "reports/check.h"
#include "reports/command.h"
#include "reports/options.h"
#include "reports/shell_word.h"
#include "reports/terminal.h"

#include "sim/units.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    OPTION_ALL = 'a',
    OPTION_JOBS = 'j',
    OPTION_REPLICATIONS = 'r',
    OPTION_JUNIT = 2100,
    OPTION_BASELINE,
    OPTION_WRITE_BASELINE,
    OPTION_EXACT,
    REPLICATIONS_MAX = 100000,
    JOBS_MAX = 1024
};

enum check_format { CHECK_TEXT, CHECK_JSON, CHECK_GITHUB };

struct arguments {
    struct cell_options cell;
    char **names;
    size_t count;
    bool all, exact;
    uint64_t replications, jobs; /* 0: not given */
    const char *junit, *baseline, *write_baseline;
    enum check_format format;
};

static const struct argp_option options[] = {
    {.name = "all", .key = OPTION_ALL, .doc = "all scenarios that ship and have expectations"},
    {.name = "seed", .key = OPTION_SEED, .arg = "N", .doc = "the first seed (default 1)"},
    {.name = "set",
     .key = OPTION_SET,
     .arg = "PATH=VALUE",
     .doc = "override a param before the run, such as gateway.timeout=8s; may be repeated"},
    {.name = "replications",
     .key = OPTION_REPLICATIONS,
     .arg = "R",
     .doc = "run with R seeds and judge the means (default 1; 10 with a baseline)"},
    {.name = "jobs", .key = OPTION_JOBS, .arg = "J", .doc = "worker threads (default: one a core)"},
    {.name = "junit", .key = OPTION_JUNIT, .arg = "FILE", .doc = "write the results as JUnit XML too"},
    {.name = "baseline",
     .key = OPTION_BASELINE,
     .arg = "FILE",
     .doc = "compare the readings with those that --write-baseline wrote"},
    {.name = "write-baseline", .key = OPTION_WRITE_BASELINE, .arg = "FILE", .doc = "keep the readings as a baseline"},
    {.name = "exact", .key = OPTION_EXACT, .doc = "with --baseline: compare the fingerprints of equal seeds"},
    {.name = "format", .key = OPTION_FORMAT, .arg = "FORMAT", .doc = "text (default), json or github"},
    {0}};

/* ---- the command line ---- */

static void parse_check_format(struct arguments *arguments, const char *text, struct argp_state *state)
{
    static const char *const names[] = {"text", "json", "github"};
    for (size_t i = 0; i < SIM_COUNT_OF(names); i++) {
        if (strcmp(names[i], text) == 0) {
            arguments->format = (enum check_format)i;
            return;
        }
    }
    argp_error(state, "--format wants text, json or github, got \"%s\"", text);
}

static void check_arguments(struct arguments *arguments, struct argp_state *state)
{
    const bool compares = arguments->baseline != NULL && !arguments->exact;
    if (arguments->all && arguments->count > 0)
        argp_error(state, "scenarios or --all, not both");
    if (!arguments->all && arguments->count == 0)
        argp_error(state, "which scenario? (see: simex list; or --all)");
    if (arguments->baseline != NULL && arguments->write_baseline != NULL)
        argp_error(state, "--baseline or --write-baseline, not both");
    if (arguments->exact && arguments->baseline == NULL)
        argp_error(state, "--exact wants a --baseline");
    if (arguments->replications == 0)
        arguments->replications = compares || arguments->write_baseline != NULL ? BASELINE_REPLICATIONS : 1;
    if (compares && arguments->replications < BASELINE_REPLICATIONS)
        argp_error(state, "--baseline wants --replications of %d or more (or --exact, on the same seeds)",
                   BASELINE_REPLICATIONS);
}

static error_t parse(int key, char *argument, struct argp_state *state)
{
    struct arguments *arguments = state->input;
    error_t result = 0;
    switch (key) {
    case OPTION_SEED:
    case OPTION_SET:
        state->input = &arguments->cell;
        result = cell_argp.parser(key, argument, state);
        state->input = arguments;
        return result;
    case OPTION_ALL:
        arguments->all = true;
        return 0;
    case OPTION_EXACT:
        arguments->exact = true;
        return 0;
    case OPTION_REPLICATIONS:
        arguments->replications = parse_count(argument, "--replications", REPLICATIONS_MAX, state);
        return 0;
    case OPTION_JOBS:
        arguments->jobs = parse_count(argument, "--jobs", JOBS_MAX, state);
        return 0;
    case OPTION_JUNIT:
        arguments->junit = argument;
        return 0;
    case OPTION_BASELINE:
        arguments->baseline = argument;
        return 0;
    case OPTION_WRITE_BASELINE:
        arguments->write_baseline = argument;
        return 0;
    case OPTION_FORMAT:
        parse_check_format(arguments, argument, state);
        return 0;
    case ARGP_KEY_ARGS:
        arguments->names = state->argv + state->next;
        arguments->count = (size_t)(state->argc - state->next);
        return 0;
    case ARGP_KEY_END:
        check_arguments(arguments, state);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

/* ---- scenarios ---- */

static bool has_expectations(const struct scenario *scenario)
{
    return cJSON_GetArraySize(cJSON_GetObjectItemCaseSensitive(scenario->tree, "expectations")) > 0;
}

static void add_scenario(struct check *check, const char *argument, const struct scenario *scenario)
{
    check->scenarios = sim_xrealloc(check->scenarios, (check->count + 1) * sizeof *check->scenarios);
    check->scenarios[check->count++] = (struct check_scenario){.argument = argument, .scenario = scenario};
}

static int load_named(struct check *check, const struct arguments *arguments)
{
    int code = EXIT_FINE;
    for (size_t i = 0; i < arguments->count; i++) {
        int one = EXIT_FINE;
        const struct scenario *scenario = load_argument(arguments->names[i], &one);
        code = worse_exit(code, one);
        if (scenario != NULL)
            add_scenario(check, arguments->names[i], scenario);
    }
    return code;
}

/* Those without expectations are for others to extend; a baseline takes them too. */
static int load_all(struct check *check, const struct arguments *arguments)
{
    int code = EXIT_FINE;
    const bool every = arguments->baseline != NULL || arguments->write_baseline != NULL;
    char **names = scenario_list_shipped();
    for (size_t i = 0; names[i] != NULL; i++) {
        int one = EXIT_FINE;
        struct scenario *scenario = load_argument(names[i], &one);
        code = worse_exit(code, one);
        if (scenario != NULL && (every || has_expectations(scenario)))
            add_scenario(check, scenario->name, scenario);
        else
            scenario_destroy(scenario);
        free(names[i]);
    }
    free(names);
    return code;
}

/* A baseline is keyed by names. */
static int refuse_twins(const struct check *check)
{
    for (size_t i = 0; i < check->count; i++) {
        for (size_t k = 0; k < i; k++) {
            const char *name = check->scenarios[i].scenario->name;
            char shown[JSON_SHOWN_BYTES];
            if (strcmp(name, check->scenarios[k].scenario->name) != 0)
                continue;
            (void)fprintf(stderr, "simex: two scenarios are called \"%s\"; check them one by one\n",
                          json_shown(shown, name));
            return EXIT_USAGE;
        }
    }
    return EXIT_FINE;
}

/* ---- the command that does it again ---- */

static char *reproduce_text(const struct arguments *arguments, const char *name)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    sim_assert(out != NULL);
    (void)fprintf(out, "simex check ");
    shell_word(out, name);
    (void)fprintf(out, " --seed %" PRIu64, arguments->cell.seed);
    if (arguments->replications > 1)
        (void)fprintf(out, " --replications %" PRIu64, arguments->replications);
    for (size_t i = 0; i < arguments->cell.override_count; i++) {
        (void)fprintf(out, " --set ");
        shell_pair(out, arguments->cell.overrides[i].path, arguments->cell.overrides[i].value);
    }
    if (arguments->baseline != NULL) {
        (void)fprintf(out, " --baseline ");
        shell_word(out, arguments->baseline);
        (void)fprintf(out, "%s", arguments->exact ? " --exact" : "");
    }
    (void)fclose(out);
    return text;
}

/* ---- running and printing ---- */

static void print_check(const struct arguments *arguments, const struct check *check)
{
    if (arguments->format == CHECK_JSON)
        check_show_json(stdout, check);
    else if (arguments->format == CHECK_GITHUB)
        check_show_github(stdout, check);
    else
        check_show_text(stdout, check);
}

static int write_files(const struct arguments *arguments, const struct check *check)
{
    int code = EXIT_FINE;
    if (arguments->write_baseline != NULL)
        code = baseline_write(arguments->write_baseline, check);
    if (arguments->write_baseline != NULL && code == EXIT_FINE)
        (void)fprintf(stderr, "simex: wrote the baseline %s: %zu scenario%s, %" PRIu64 " replications\n",
                      arguments->write_baseline, check->count, check->count == 1 ? "" : "s", arguments->replications);
    if (arguments->junit != NULL && !check_write_junit(arguments->junit, check)) {
        (void)fprintf(stderr, "simex: cannot write %s: %s\n", arguments->junit, strerror(errno));
        code = worse_exit(code, EXIT_CANT_CREATE);
    }
    return code;
}

/* A baseline is written only of what ran to its end. */
static int conclude(const struct arguments *arguments, struct check *check, int code)
{
    struct arguments writes = *arguments;
    check->baseline = arguments->baseline;
    check->exact = arguments->exact;
    check_judge(check);
    for (size_t i = 0; i < check->count; i++) {
        if (arguments->write_baseline != NULL)
            check->scenarios[i].nothing = false; /* what it is for is to be compared with */
        check->scenarios[i].reproduce = reproduce_text(arguments, check->scenarios[i].argument);
    }
    if (arguments->baseline != NULL) {
        const int compared = baseline_compare(arguments->baseline, check);
        if (compared != EXIT_FINE)
            return worse_exit(code, compared);
    }
    writes.write_baseline = code == EXIT_FINE ? writes.write_baseline : NULL;
    print_check(arguments, check);
    code = worse_exit(code, write_files(&writes, check));
    for (size_t i = 0; i < check->count; i++)
        code = check_scenario_passes(&check->scenarios[i]) ? code : worse_exit(code, EXIT_VERDICT);
    return code;
}

static int run_check(const struct arguments *arguments, struct check *check)
{
    struct variant *variants = sim_xcalloc(check->count + 1, sizeof *variants);
    for (size_t i = 0; i < check->count; i++)
        variants[i] = (struct variant){check->scenarios[i].scenario->name, check->scenarios[i].scenario,
                                       arguments->cell.overrides, arguments->cell.override_count};
    struct experiment experiment = {.variants = variants,
                                    .variant_count = check->count,
                                    .replications = arguments->replications,
                                    .seed = arguments->cell.seed,
                                    .jobs = (unsigned)arguments->jobs};
    check->experiment = &experiment;
    int code = experiment_run(&experiment);
    if (interrupt_code() == 0)
        code = conclude(arguments, check, code);
    check->experiment = NULL;
    experiment_fini(&experiment);
    free(variants);
    return code;
}

int cmd_check(int argc, char **argv)
{
    static const struct argp argp = {
        .options = options,
        .parser = parse,
        .args_doc = "[SCENARIO...]",
        .doc =
            "Judges all expectations of scenarios, one line a scenario; with a baseline also whether their readings "
            "are what they were. Runs are not stored.\v"
            "With replications a reading, and the time of a recovery, is judged on its mean over the seeds; never and "
            "always must hold on every seed. No data is never a pass. A baseline compares the readings of 10 "
            "replications or more on both sides, of any seeds (Welch's t-test and a rank test, Holm over all "
            "readings, alpha 0.001). Exit status: 0 when all is as expected, 99 when something is not, 65 when a "
            "scenario or the baseline is wrong, 66 when there is none, 73 when a file cannot be written, 130 after "
            "Ctrl-C.",
    };
    struct arguments arguments = {0};
    struct check check = {0};
    cell_options_init(&arguments.cell);
    if (argp_parse(&argp, argc, argv, 0, NULL, &arguments) != 0)
        return EXIT_USAGE;
    interrupt_watch();
    if (arguments.baseline != NULL && access(arguments.baseline, R_OK) != 0) { /* before anything is run */
        (void)fprintf(stderr, "simex: cannot read %s: %s\n", arguments.baseline, strerror(errno));
        cell_options_fini(&arguments.cell);
        return EXIT_NO_INPUT;
    }
    int code = arguments.all ? load_all(&check, &arguments) : load_named(&check, &arguments);
    if (code == EXIT_FINE)
        code = refuse_twins(&check);
    if (code == EXIT_FINE)
        code = run_check(&arguments, &check);
    for (size_t i = 0; i < check.count; i++)
        scenario_destroy((struct scenario *)(uintptr_t)check.scenarios[i].scenario);
    check_fini(&check);
    cell_options_fini(&arguments.cell);
    return code;
}
