/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `simex alerts`: would Prometheus have noticed? The scenario's alert rules over the run's series, evaluated by the real
 * promtool. */
#define _GNU_SOURCE /* asprintf */
#include "reports/alert_run.h"
#include "reports/command.h"
#include "reports/program.h"
#include "reports/simulate.h"
#include "reports/terminal.h"

#include "sim/units.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { OPTION_OUT = 'o', OPTION_EVERY = 'e', EVALUATIONS_MAX = 50000 };

struct arguments {
    struct cell_options cell;
    enum output_format format;
    const char *run, *out;
    sim_ns every;
};

static error_t parse(int key, char *argument, struct argp_state *state)
{
    struct arguments *arguments = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &arguments->format;
        state->child_inputs[1] = &arguments->cell;
        return 0;
    case OPTION_OUT:
        arguments->out = argument;
        return 0;
    case OPTION_EVERY:
        if (!sim_parse_duration(argument, &arguments->every) || arguments->every < SIM_S)
            argp_error(state, "--every wants a duration of at least 1s, such as 15s, got \"%s\"", argument);
        return 0;
    default:
        return parse_run(key, argument, state, &arguments->run);
    }
}

static const struct argp_option options[] = {
    {.name = "every", .key = OPTION_EVERY, .arg = "DURATION", .doc = "how often the rules are evaluated (default 15s)"},
    {.name = "out",
     .key = OPTION_OUT,
     .arg = "FOLDER",
     .doc = "keep rules and series there, as `promtool test rules` reads them"},
    {0}};

/* ---- promtool ---- */

/* Prints what promtool complains of: the rules are the scenario's, so it is the scenario that is wrong. */
static int refuse(const struct record *record, const char *complaint)
{
    char shown[JSON_SHOWN_BYTES];
    (void)fprintf(stderr, "simex: promtool refuses the alerts of %s:\n", json_shown(shown, record->scenario));
    for (const char *line = complaint; *line != '\0';) {
        const size_t length = strcspn(line, "\n");
        const size_t blanks = strspn(line, " \t");
        if (blanks < length)
            (void)fprintf(stderr, "  %.*s\n", (int)(length - blanks < 1000 ? length - blanks : 1000), line + blanks);
        line += length + (line[length] == '\n');
    }
    return EXIT_BAD_SCENARIO;
}

/* What promtool says, `*said` (free, in any case), and its exit status; 0 or an exit code. One that was killed has said
 * nothing, which must not pass for alerts that never fired. */
static int run_promtool(const char *const *arguments, const char *folder, char **said, int *status)
{
    const int code = program_run(arguments, "prometheus", folder, SIZE_MAX, said, status);
    if (code != EXIT_FINE || *status >= 0)
        return code;
    if (interrupt_code() != 0)
        return interrupt_code();
    (void)fprintf(stderr, "simex: promtool was killed\n");
    return EXIT_INTERNAL;
}

static int check_rules(const struct record *record, const char *folder)
{
    static const char *const check[] = {"promtool", "check", "rules", ALERT_RULES_FILE, NULL};
    char *said = NULL;
    int status = 0;
    int code = run_promtool(check, folder, &said, &status);
    if (code == EXIT_FINE && status != 0) {
        const char *complaint = strstr(said, ALERT_RULES_FILE ": ");
        code = refuse(record, complaint == NULL ? said : complaint);
    }
    free(said);
    return code;
}

static int ask(const struct record *record, const struct alert_rules *rules, const char *folder,
               const struct arguments *arguments)
{
    static const char *const test[] = {"promtool", "test", "rules", ALERT_TEST_FILE, NULL};
    struct alert_run run;
    char *said = NULL;
    const char *complaint = NULL;
    int status = 0;
    int code = run_promtool(test, folder, &said, &status);
    if (code != EXIT_FINE) {
        free(said);
        return code;
    }
    if (!alert_run_init(&run, record, rules, arguments->every, said, &complaint))
        code = refuse(record, complaint);
    else if (arguments->cell.quiet)
        ;
    else if (arguments->format == FORMAT_JSON)
        alert_show_json(stdout, &run);
    else
        alert_show_text(stdout, &run);
    alert_run_fini(&run);
    free(said);
    return code;
}

/* ---- the folder ---- */

static char *make_folder(const struct arguments *arguments)
{
    const char *base = getenv("TMPDIR");
    char *folder = NULL;
    if (arguments->out != NULL) {
        folder = sim_xstrdup(arguments->out);
        if (mkdir(folder, 0777) == 0 || errno == EEXIST)
            return folder;
    } else {
        sim_assert(asprintf(&folder, "%s/simex-alerts-XXXXXX", base == NULL || base[0] == '\0' ? "/tmp" : base) > 0);
        if (mkdtemp(folder) != NULL)
            return folder;
    }
    (void)fprintf(stderr, "simex: %s: cannot create: %s\n", folder, strerror(errno));
    free(folder);
    return NULL;
}

static void remove_folder(const char *folder)
{
    static const char *const files[] = {ALERT_RULES_FILE, ALERT_TEST_FILE};
    for (size_t i = 0; i < SIM_COUNT_OF(files); i++) {
        char *path = NULL;
        sim_assert(asprintf(&path, "%s/%s", folder, files[i]) > 0);
        (void)unlink(path);
        free(path);
    }
    (void)rmdir(folder);
}

static int evaluate(const struct export_run *run, const struct alert_rules *rules, const struct arguments *arguments)
{
    char *folder = make_folder(arguments);
    if (folder == NULL)
        return EXIT_CANT_CREATE;
    int code = alert_write_rules(folder, rules, arguments->every);
    if (code == EXIT_FINE)
        code = check_rules(run->record, folder);
    if (code == EXIT_FINE)
        code = alert_write_test(folder, run, rules, arguments->every);
    if (code == EXIT_FINE)
        code = ask(run->record, rules, folder, arguments);
    if (arguments->out == NULL)
        remove_folder(folder);
    free(folder);
    return code;
}

/* ---- the run ---- */

static int with_scenario(const struct store *store, int64_t key, const struct record *record, const cJSON *scenario,
                         const struct arguments *arguments)
{
    struct alert_rules rules;
    struct export_run run;
    char shown[JSON_SHOWN_BYTES];
    int code = EXIT_NO_INPUT;
    alert_rules_init(&rules, scenario);
    if (rules.count == 0) {
        (void)fprintf(stderr, "simex: the scenario %s has no alerts; docs/alerts.md says how to write some\n",
                      json_shown(shown, record->scenario));
    } else if (alert_evaluations(record, arguments->every) > EVALUATIONS_MAX) {
        (void)fprintf(stderr, "simex: more than %d evaluations: choose a longer --every\n", EVALUATIONS_MAX);
        code = EXIT_USAGE;
    } else {
        code = export_run_init(&run, store, key, record) ? evaluate(&run, &rules, arguments) : EXIT_IO;
        export_run_fini(&run);
    }
    alert_rules_fini(&rules);
    return code;
}

/* The rules of a stored run are those it was stored with. Of a scenario they are those of the file as it is now: the
 * store may hold an equal run that was made when the rules were others, since alerts are no part of its id. */
static int with_run(const struct store *store, int64_t key, bool fresh, const struct arguments *arguments)
{
    int code = EXIT_IO;
    struct record *record = store_get(store, key);
    if (record == NULL)
        return code;
    struct scenario *scenario = fresh ? load_argument(arguments->run, &code) : NULL;
    cJSON *source = fresh ? NULL : cJSON_Parse(record->source);
    if (scenario != NULL || source != NULL)
        code = with_scenario(store, key, record, scenario != NULL ? scenario->tree : source, arguments);
    cJSON_Delete(source);
    scenario_destroy(scenario);
    record_destroy(record);
    return code;
}

/* As `simex export` finds its run. */
static int find_and_do(struct store *store, const struct arguments *arguments)
{
    const char *path = arguments->cell.no_store ? ":memory:" : store_path(arguments->cell.db);
    int64_t key = 0;
    bool fresh = false;
    int code = store_open(store, path, STORE_READ);
    if (code == EXIT_FINE)
        key = store_find(store, arguments->run);
    if (code == EXIT_FINE && key == 0) {
        fresh = true;
        store_close(store);
        code = store_open(store, path, STORE_WRITE);
        key = code == EXIT_FINE ? simulate_run_argument(store, arguments->run, &arguments->cell, &code) : 0;
    } else if (code == EXIT_FINE && key < 0) {
        key = run_argument(store, arguments->run, &code);
    } else if (code == EXIT_FINE && !cell_options_fit_stored(&arguments->cell, arguments->run)) {
        return EXIT_USAGE;
    }
    return key > 0 ? with_run(store, key, fresh, arguments) : code;
}

int cmd_alerts(int argc, char **argv)
{
    static const struct argp_child children[] = {
        {&format_argp, 0, NULL, 0}, {&cell_argp, 0, "When RUN is a scenario:", 1}, {0}};
    static const struct argp argp = {
        .options = options,
        .parser = parse,
        .args_doc = "RUN",
        .doc =
            "Has Prometheus' own promtool evaluate the alert rules of a run's scenario over the run's series, and "
            "prints which fired, when, and how long after the fault.\v"
            "RUN is the id of a stored run, its first four digits or more, `last`, or a scenario, which is run "
            "first. Exit status: 65 when promtool refuses a rule, 66 when the scenario has none, 69 when promtool is "
            "not installed (Debian package: prometheus).",
        .children = children};
    struct arguments arguments = {.format = FORMAT_TEXT, .every = 15 * SIM_S};
    struct store store = {NULL, NULL};
    cell_options_init(&arguments.cell);
    if (argp_parse(&argp, argc, argv, 0, NULL, &arguments) != 0)
        return EXIT_USAGE;
    int code = find_and_do(&store, &arguments);
    store_close(&store);
    cell_options_fini(&arguments.cell);
    return code;
}
