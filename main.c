/* SPDX-License-Identifier: GPL-3.0-or-later */
/* simex: the table of commands. */
#include "plots/plot.h"
#include "reports/command.h"
#include "scenarios/suggest.h"
#include "tests/bench/bench.h"

#include <argp.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

static const struct command commands[] = {
    {"list", "the scenarios that ship, one line each", cmd_list},
    {"describe", "params, actions and metrics of the types", cmd_describe},
    {"validate", "everything that is wrong with scenario files", cmd_validate},
    {"run", "simulate a scenario: panel by phase, verdicts", cmd_run},
    {"hypothesis", "what you predict beside what happens: a score card", cmd_hypothesis},
    {"explain", "why: the scenario's questions, answered with evidence", cmd_explain},
    {"answers", "the short answers to a scenario's questions", cmd_answers},
    {"compare", "readings of runs or variants side by side, with intervals", cmd_compare},
    {"check", "all expectations of scenarios, and a baseline: the gate of a CI", cmd_check},
    {"trace", "requests of a run: a list, or one as a tree of spans", cmd_trace},
    {"profile", "where time or CPU went: table, folded stacks, flame graph", cmd_profile},
    {"map", "who calls whom, and where requests die", cmd_map},
    {"logs", "what the services would have logged", cmd_logs},
    {"alerts", "would Prometheus have noticed: a run's alert rules", cmd_alerts},
    {"plot", "draw runs: pictures with their data and gnuplot scripts", cmd_plot},
    {"report", "runs as one page for a browser: charts, flame graphs, requests", cmd_report},
    {"export", "a run as CSV, JSON, OpenMetrics, OTLP, Chrome trace or folded", cmd_export},
    {"runs", "what the store holds", cmd_runs},
    {"show", "print a stored run again", cmd_show},
    {"delete", "delete a stored run", cmd_delete},
    {"bench", "how fast this build is on this machine", cmd_bench},
    {"version", "version, model id, libm and CPU class", cmd_version},
    {"complete", NULL, cmd_complete},
};
enum { COMMANDS = sizeof commands / sizeof commands[0] };

static void print_help(FILE *out)
{
    (void)fprintf(out, "Usage: simex COMMAND [ARGUMENT...]\n"
                       "Simulates a service and what is done to it (chaos experiments): in a blink, on a\n"
                       "laptop, with the same numbers every time.\n\n");
    for (size_t i = 0; i < COMMANDS; i++) {
        if (commands[i].help != NULL)
            (void)fprintf(out, "  %-10s %s\n", commands[i].name, commands[i].help);
    }
    (void)fprintf(out, "\nsimex COMMAND --help says more of each. Begin with: simex run part1\n");
}

static int unknown(const char *name)
{
    const char *names[COMMANDS];
    size_t count = 0;
    for (size_t i = 0; i < COMMANDS; i++) {
        if (commands[i].help != NULL)
            names[count++] = commands[i].name;
    }
    const char *near = suggest_nearest(name, names, count);
    (void)fprintf(stderr, "simex: no command \"%.60s\"", name);
    if (near != NULL)
        (void)fprintf(stderr, "; did you mean \"%s\"?\n", near);
    else
        (void)fprintf(stderr, "; see: simex --help\n");
    return EXIT_USAGE;
}

static int dispatch(int argc, char **argv)
{
    if (argc < 2) {
        print_help(stderr);
        return EXIT_USAGE;
    }
    const char *name = argv[1];
    if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0 || strcmp(name, "help") == 0 ||
        strcmp(name, "-?") == 0) {
        print_help(stdout);
        return EXIT_FINE;
    }
    if (strcmp(name, "--version") == 0 || strcmp(name, "-V") == 0)
        name = "version";
    for (size_t i = 0; i < COMMANDS; i++) {
        if (strcmp(commands[i].name, name) != 0)
            continue;
        char shown[40];
        (void)snprintf(shown, sizeof shown, "simex %s", commands[i].name);
        argv[1] = shown;
        return commands[i].run(argc - 1, argv + 1);
    }
    return unknown(name);
}

int main(int argc, char **argv)
{
    /* UTF-8 whatever the user's locale, and numbers as in C: the same bytes everywhere. */
    (void)setlocale(LC_CTYPE, "C.UTF-8");
    argp_err_exit_status = EXIT_USAGE;
    /* A limit on file sizes (ulimit -f) is an error of the write, like a full disk. */
    (void)signal(SIGXFSZ, SIG_IGN);
    int code = dispatch(argc, argv);
    if (fflush(stdout) != 0 || ferror(stdout)) {
        (void)fprintf(stderr, "simex: cannot write to standard output\n");
        code = worse_exit(code, EXIT_IO);
    }
    return code;
}
