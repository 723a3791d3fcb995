/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Commands: one file each, listed in main.c. */
#ifndef REPORTS_COMMAND_H
#define REPORTS_COMMAND_H

/* Exit codes, as sysexits.h has them but for 99. Where several apply: 130/143 > 70 > 73/74 > 69 > 66 > 65 > 64 > 99. */
enum exit_code {
    EXIT_FINE = 0,
    EXIT_USAGE = 64,        /* the command line is wrong */
    EXIT_BAD_SCENARIO = 65, /* a scenario, or an override of it, is wrong */
    EXIT_NO_INPUT = 66,     /* there is no such scenario, file or run */
    EXIT_MISSING = 69,      /* a program that is needed is not installed */
    EXIT_INTERNAL = 70,     /* a bug (sim_panic) */
    EXIT_CANT_CREATE = 73,
    EXIT_IO = 74,
    EXIT_VERDICT = 99,      /* an expectation failed or had no data */
    EXIT_INTERRUPTED = 130, /* SIGINT */
    EXIT_TERMINATED = 143   /* SIGTERM */
};

struct command {
    const char *name;
    const char *help; /* one line; NULL: not listed */
    /* argv[0] is "simex NAME". Returns an exit code. */
    int (*run)(int argc, char **argv);
};

int cmd_list(int argc, char **argv);
int cmd_describe(int argc, char **argv);
int cmd_validate(int argc, char **argv);
int cmd_run(int argc, char **argv);
int cmd_hypothesis(int argc, char **argv);
int cmd_check(int argc, char **argv);
int cmd_runs(int argc, char **argv);
int cmd_show(int argc, char **argv);
int cmd_delete(int argc, char **argv);
int cmd_trace(int argc, char **argv);
int cmd_profile(int argc, char **argv);
int cmd_explain(int argc, char **argv);
int cmd_answers(int argc, char **argv);
int cmd_export(int argc, char **argv);
int cmd_report(int argc, char **argv);
int cmd_map(int argc, char **argv);
int cmd_logs(int argc, char **argv);
int cmd_alerts(int argc, char **argv);
int cmd_version(int argc, char **argv);
int cmd_complete(int argc, char **argv);

/* The exit code that outranks the other. */
int worse_exit(int a, int b);

#endif
