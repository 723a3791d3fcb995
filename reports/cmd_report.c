/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `simex report`: runs, and what was found out about them, as one page for a browser. */
#include "reports/command.h"
#include "reports/explain.h"
#include "reports/html_parts.h"
#include "reports/shell_word.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { OPTION_EXPLAIN = 2000, OPTION_OUT = 'o', DOCUMENTS_MAX = 6, SEEDS = 3 };

struct arguments {
    struct cell_options cell;
    const char *given[HTML_RUNS_MAX + DOCUMENTS_MAX];
    size_t given_count;
    const char *out;
    bool explain;
};

/* All that goes into the page. */
struct report {
    struct html_assets assets;
    struct html_run runs[HTML_RUNS_MAX];
    size_t run_count; /* opened, also the one that failed */
    struct json_doc *documents[DOCUMENTS_MAX];
    const char *sources[DOCUMENTS_MAX];
    size_t document_count;
    cJSON *explanation; /* of --explain; NULL: not asked for */
};

static error_t parse(int key, char *argument, struct argp_state *state)
{
    struct arguments *arguments = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &arguments->cell;
        return 0;
    case OPTION_OUT:
        arguments->out = argument;
        return 0;
    case OPTION_EXPLAIN:
        arguments->explain = true;
        return 0;
    case ARGP_KEY_ARG:
        if (arguments->given_count == SIM_COUNT_OF(arguments->given))
            argp_error(state, "at most %zu runs and files", SIM_COUNT_OF(arguments->given));
        arguments->given[arguments->given_count++] = argument;
        return 0;
    case ARGP_KEY_NO_ARGS:
        argp_error(state, "which run? (see: simex runs, simex list)");
        return 0;
    case ARGP_KEY_END:
        if (arguments->out == NULL && isatty(STDOUT_FILENO))
            argp_error(state, "where to? (--out FILE.html)");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp_option options[] = {
    {.name = "out", .key = OPTION_OUT, .arg = "FILE", .doc = "write to FILE rather than standard output"},
    {.name = "explain",
     .key = OPTION_EXPLAIN,
     .doc = "answer the first run's questions as well (simex explain, three seeds)"},
    {0}};

/* ---- what was asked for ---- */

/* What another command wrote, or NULL: then it is a run or a scenario, and errors are for that to tell. */
static struct json_doc *read_document(const char *argument)
{
    struct json_errors errors;
    const size_t length = strlen(argument), suffix = strlen(".json");
    if (length <= suffix || strcmp(argument + length - suffix, ".json") != 0 || access(argument, R_OK) != 0)
        return NULL;
    json_errors_init(&errors);
    struct json_doc *doc = json_read(argument, &errors);
    if (doc != NULL && (json_errors_total(&errors) > 0 || html_document_kind(doc->root) == HTML_NO_DOCUMENT)) {
        json_destroy(doc);
        doc = NULL;
    }
    json_errors_fini(&errors);
    return doc;
}

static int refuse_too_many(const char *what, int most)
{
    (void)fprintf(stderr, "simex: a report holds at most %d %s\n", most, what);
    return EXIT_USAGE;
}

static int open_all(struct report *report, const struct arguments *arguments)
{
    int code = EXIT_FINE;
    for (size_t i = 0; i < arguments->given_count && code == EXIT_FINE; i++) {
        const char *given = arguments->given[i];
        struct json_doc *doc = read_document(given);
        if (doc != NULL && report->document_count == DOCUMENTS_MAX) {
            json_destroy(doc);
            return refuse_too_many("files", DOCUMENTS_MAX);
        }
        if (doc != NULL) {
            report->sources[report->document_count] = given;
            report->documents[report->document_count++] = doc;
        } else if (report->run_count == HTML_RUNS_MAX) {
            return refuse_too_many("runs", HTML_RUNS_MAX);
        } else {
            const char *first = report->run_count > 0 ? report->runs[0].argument : NULL;
            code = html_run_open(&report->runs[report->run_count++], given, first, &arguments->cell);
        }
    }
    return code;
}

static int run_all(struct report *report)
{
    sim_ns length = 0;
    int code = EXIT_FINE;
    for (size_t i = 0; i < report->run_count; i++)
        length = html_run_length(&report->runs[i]) > length ? html_run_length(&report->runs[i]) : length;
    for (size_t i = 0; i < report->run_count && code == EXIT_FINE; i++) {
        struct html_run *run = &report->runs[i];
        run->step = html_step(&report->runs[0], length, report->runs[0].replay.cell->panel_count, report->run_count);
        run->base = i == 1 ? &report->runs[0] : NULL;
        code = html_run_go(run);
    }
    for (size_t i = 0; i < report->run_count && code == EXIT_FINE; i++)
        html_run_finish(&report->runs[i]);
    return code;
}

/* Answers the questions of the first run's scenario, with its overrides and from its seed on. */
static int explain_first(struct report *report, const struct arguments *arguments)
{
    if (report->run_count == 0) {
        (void)fprintf(stderr, "simex: --explain wants a run or a scenario\n");
        return EXIT_USAGE;
    }
    const struct html_run *run = &report->runs[0];
    struct explanation explanation = {.scenario = run->replay.scenario,
                                      .overrides = run->overrides,
                                      .override_count = run->override_count,
                                      .replications = SEEDS,
                                      .seed = run->replay.cell->seed,
                                      .script = run->replay.stored ? NULL : arguments->cell.script};
    const int code = explain_run(&explanation);
    if (code == EXIT_FINE)
        report->explanation = explain_json(&explanation);
    explain_fini(&explanation);
    return code;
}

/* ---- the page ---- */

static char *title_of(const struct report *report)
{
    char *title = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&title, &size);
    sim_assert(out != NULL);
    for (size_t i = 0; i < report->run_count; i++) {
        const struct record *record = report->runs[i].record;
        (void)fprintf(out, "%s%s", i > 0 ? ", " : "", report->run_count > 1 ? record->scenario : record->title);
    }
    if (report->run_count > 1)
        (void)fputs(": side by side", out);
    if (report->run_count == 0) {
        const char *name =
            cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(report->documents[0]->root, "scenario"));
        (void)fprintf(out, "%s: %s", name == NULL ? "simex" : name,
                      html_document_kind(report->documents[0]->root) == HTML_EXPLANATION  ? "questions and answers"
                      : html_document_kind(report->documents[0]->root) == HTML_SCORE_CARD ? "score card"
                                                                                          : "comparison");
    }
    (void)fclose(out);
    return title;
}

static void add_runs(struct html_page *page, const struct report *report)
{
    html_add_summary(page, report->runs, report->run_count);
    html_add_differences(page, report->runs, report->run_count);
    html_add_panel(page, report->runs, report->run_count);
    html_add_verdicts(page, report->runs, report->run_count);
}

static void add_details(struct html_page *page, const struct report *report)
{
    html_add_charts(page, report->runs, report->run_count);
    html_add_profiles(page, report->runs, report->run_count);
    html_add_map(page, report->runs, report->run_count);
    html_add_traces(page, report->runs, report->run_count);
    if (report->run_count == 1)
        html_add_script(page, &report->runs[0]);
}

/* What writes this page again, for the list at its end. */
static void add_command(struct html_page *page, const struct arguments *arguments)
{
    const struct cell_options *cell = &arguments->cell;
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    sim_assert(out != NULL);
    (void)fputs("simex report", out);
    for (size_t i = 0; i < arguments->given_count; i++) {
        (void)fputc(' ', out);
        shell_word(out, arguments->given[i]);
    }
    if (cell->has_seed)
        (void)fprintf(out, " --seed %" PRIu64, cell->seed);
    for (size_t i = 0; i < cell->override_count; i++) {
        (void)fputs(" --set ", out);
        shell_word(out, cell->overrides[i].path);
        (void)fputc('=', out);
        shell_word(out, cell->overrides[i].value);
    }
    html_put_options(out, cell);
    if (cell->db != NULL) {
        (void)fputs(" --db ", out);
        shell_word(out, cell->db);
    }
    (void)fputs(arguments->explain ? " --explain --out page.html" : " --out page.html", out);
    (void)fclose(out);
    texts_add(&page->commands, "this page");
    texts_add(&page->commands, text);
    free(text);
}

static void write_page(FILE *out, const struct report *report, const struct arguments *arguments)
{
    struct html_page page;
    char *title = title_of(report);
    html_page_init(&page, title);
    free(title);
    if (report->run_count > 0)
        add_runs(&page, report);
    if (report->explanation != NULL)
        html_add_document(&page, report->explanation, NULL, report->runs, report->run_count);
    for (size_t i = 0; i < report->document_count; i++)
        html_add_document(&page, report->documents[i]->root, report->sources[i], report->runs, report->run_count);
    if (report->run_count > 0)
        add_details(&page, report);
    add_command(&page, arguments);
    html_page_write(out, &page, &report->assets);
    html_page_fini(&page);
}

static int fail_out(const char *path, const char *doing, int code)
{
    (void)fprintf(stderr, "simex: %s: cannot %s: %s\n", path, doing, strerror(errno));
    return code;
}

/* To the file, or to standard output, whose errors are main's to tell. */
static int write_out(const struct report *report, const struct arguments *arguments)
{
    const char *path = arguments->out;
    FILE *out = path == NULL ? stdout : fopen(path, "w");
    if (out == NULL)
        return fail_out(path, "create", EXIT_CANT_CREATE);
    errno = 0;
    write_page(out, report, arguments);
    if (out == stdout)
        return EXIT_FINE;
    const bool failed = ferror(out) != 0;
    return fclose(out) != 0 || failed ? fail_out(path, "write", EXIT_IO) : EXIT_FINE;
}

static void close_all(struct report *report)
{
    for (size_t i = report->run_count; i-- > 0;)
        html_run_close(&report->runs[i]);
    for (size_t i = 0; i < report->document_count; i++)
        json_destroy(report->documents[i]);
    cJSON_Delete(report->explanation);
    html_assets_fini(&report->assets);
}

int cmd_report(int argc, char **argv)
{
    static const struct argp_child children[] = {{&cell_argp, 0, "When RUN is a scenario:", 1}, {0}};
    static const struct argp argp = {
        .options = options,
        .parser = parse,
        .args_doc = "RUN...",
        .doc =
            "Simulates a run again and writes all there is to see of it as one page for a browser, which needs no "
            "network: panel, verdicts, charts over time, flame graphs, requests as waterfalls, and the commands that "
            "show each part again. Several runs stand side by side.\v"
            "RUN is the id of a stored run, its first four digits or more, `last`, or a scenario, with overrides of "
            "its own "
            "behind a plus sign: simex report part1 +gateway.timeout=8s,db-pool.size=150. Or it is a file that "
            "explain, hypothesis or compare wrote with --format json, which becomes a part of the page. "
            "docs/report.md says more.",
        .children = children};
    struct arguments arguments = {.out = NULL};
    struct report report = {.run_count = 0};
    cell_options_init(&arguments.cell);
    if (argp_parse(&argp, argc, argv, 0, NULL, &arguments) != 0)
        return EXIT_USAGE;
    int code = html_assets_read(&report.assets);
    if (code == EXIT_FINE)
        code = open_all(&report, &arguments);
    if (code == EXIT_FINE)
        code = run_all(&report);
    if (code == EXIT_FINE && arguments.explain)
        code = explain_first(&report, &arguments);
    if (code == EXIT_FINE && !(arguments.cell.quiet && arguments.out == NULL))
        code = write_out(&report, &arguments);
    close_all(&report);
    cell_options_fini(&arguments.cell);
    return code;
}
