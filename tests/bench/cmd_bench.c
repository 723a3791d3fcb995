/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "reports/command.h"
#include "reports/options.h"
#include "reports/show.h"
#include "tests/bench/bench.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { TRIALS = 3, MM1_OBJECTS = 5000000, CHAIN_REQUESTS = 1000000 };

static error_t parse(int key, char *argument, struct argp_state *state)
{
    (void)argument;
    if (key == ARGP_KEY_INIT) {
        state->child_inputs[0] = state->input;
        return 0;
    }
    return ARGP_ERR_UNKNOWN;
}

/* Replaces the forked process by `simex run part1 --quiet --no-store`. */
_Noreturn static void become_part1(void)
{
    char program[] = "/proc/self/exe";
    char name[] = "simex", run[] = "run", scenario[] = "part1", quiet[] = "--quiet", no_store[] = "--no-store";
    char *const arguments[] = {name, run, scenario, quiet, no_store, NULL};
    int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
    (void)dup2(nowhere, STDERR_FILENO);
    (void)execv(program, arguments);
    _exit(EXIT_INTERNAL);
}

/* How many events a run of part1 dispatches; the same for all of them. */
static uint64_t count_events(void)
{
    int code = 0;
    uint64_t events = 0;
    struct cell_options options;
    cell_options_init(&options);
    struct scenario *scenario = load_argument("part1", &code);
    struct cell *cell = scenario == NULL ? NULL : build_argument(scenario, &options, 1, &code);
    if (cell != NULL && cell_run(cell, NULL, NULL))
        events = cell->sim->events;
    cell_destroy(cell);
    scenario_destroy(scenario);
    return events;
}

struct bench_part1 bench_part1(void)
{
    struct bench_part1 result = {-1, 0, 0};
    struct timespec begun, ended;
    struct rusage usage;
    int status = 0;
    (void)clock_gettime(CLOCK_MONOTONIC, &begun);
    pid_t child = fork();
    if (child == 0)
        become_part1();
    if (child < 0 || wait4(child, &status, 0, &usage) != child || !WIFEXITED(status))
        return result;
    (void)clock_gettime(CLOCK_MONOTONIC, &ended);
    if (WEXITSTATUS(status) != EXIT_FINE && WEXITSTATUS(status) != EXIT_VERDICT)
        return result;
    result.wall_s = (double)(ended.tv_sec - begun.tv_sec) + (double)(ended.tv_nsec - begun.tv_nsec) / 1e9;
    result.max_rss_mib = (double)usage.ru_maxrss / 1024;
    return result;
}

static void best_of(struct bench_mm1 *mm1, double *chain, struct bench_part1 *part1)
{
    for (int i = 0; i < TRIALS; i++) {
        struct bench_part1 one = bench_part1();
        struct bench_mm1 queue = bench_mm1(MM1_OBJECTS);
        double rate = bench_chain(CHAIN_REQUESTS);
        if (i == 0 || (one.wall_s >= 0 && one.wall_s < part1->wall_s))
            *part1 = one;
        if (i == 0 || queue.objects_per_s > mm1->objects_per_s)
            *mm1 = queue;
        if (i == 0 || rate > *chain)
            *chain = rate;
    }
    part1->events = count_events();
}

static void print_json(const struct bench_mm1 *mm1, double chain, const struct bench_part1 *part1)
{
    cJSON *tree = cJSON_CreateObject();
    cJSON *object = cJSON_AddObjectToObject(tree, "mm1");
    (void)cJSON_AddNumberToObject(object, "objects_per_s", mm1->objects_per_s);
    (void)cJSON_AddNumberToObject(object, "events_per_object", mm1->events_per_object);
    object = cJSON_AddObjectToObject(tree, "chain");
    (void)cJSON_AddNumberToObject(object, "requests_per_s", chain);
    object = cJSON_AddObjectToObject(tree, "part1");
    (void)cJSON_AddNumberToObject(object, "wall_s", part1->wall_s);
    (void)cJSON_AddNumberToObject(object, "max_rss_mib", part1->max_rss_mib);
    (void)cJSON_AddNumberToObject(object, "events", (double)part1->events);
    show_json(stdout, tree);
}

int cmd_bench(int argc, char **argv)
{
    static const struct argp_child children[] = {{&format_argp, 0, NULL, 0}, {0}};
    static const struct argp argp = {
        .parser = parse,
        .doc = "Measures how fast this build is on this machine: the best of three trials of an M/M/1 queue on events "
               "(objects a second), of clients, link and service (requests a second), and of part1 (wall time and "
               "memory of a process of its own). Compare ratios within one run, not figures of two machines.",
        .children = children};
    enum output_format format = FORMAT_TEXT;
    struct bench_mm1 mm1 = {0, 0};
    struct bench_part1 part1 = {-1, 0, 0};
    double chain = 0;
    if (argp_parse(&argp, argc, argv, 0, NULL, &format) != 0)
        return EXIT_USAGE;
    best_of(&mm1, &chain, &part1);
    if (format == FORMAT_JSON) {
        print_json(&mm1, chain, &part1);
    } else {
        (void)printf("mm1     %.1f M objects/s, %.2f events an object\n", mm1.objects_per_s / 1e6,
                     mm1.events_per_object);
        (void)printf("chain   %.2f M requests/s\n", chain / 1e6);
        (void)printf("part1   %.2f s, %.1f MiB, %llu events\n", part1.wall_s, part1.max_rss_mib,
                     (unsigned long long)part1.events);
    }
    return part1.wall_s < 0 ? EXIT_NO_INPUT : EXIT_FINE;
}
