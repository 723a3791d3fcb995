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

enum { TRIALS = 3, MM1_OBJECTS = 5000000, CHAIN_REQUESTS = 1000000, HOLDS = 500000 };

/* Numbers of pending events of the hold model. */
static const uint32_t pendings[] = {1, 16, 256, 4096, 65536, 1048576};
enum { PENDINGS = sizeof pendings / sizeof pendings[0] };

/* The best of the trials. */
struct results {
    struct bench_mm1 mm1;
    double chain;
    struct bench_part1 part1, traced;
    double hold_ns[PENDINGS];
};

static error_t parse(int key, char *argument, struct argp_state *state)
{
    (void)argument;
    if (key == ARGP_KEY_INIT) {
        state->child_inputs[0] = state->input;
        return 0;
    }
    return ARGP_ERR_UNKNOWN;
}

/* Replaces the forked process by `simex run part1 --quiet --no-store`, or trace. */
_Noreturn static void become_part1(bool traced)
{
    char program[] = "/proc/self/exe";
    char name[] = "simex", run[] = "run", trace[] = "trace", scenario[] = "part1", quiet[] = "--quiet",
         no_store[] = "--no-store";
    char *const arguments[] = {name, traced ? trace : run, scenario, quiet, no_store, NULL};
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

struct bench_part1 bench_part1(bool traced)
{
    struct bench_part1 result = {-1, 0, 0};
    struct timespec begun, ended;
    struct rusage usage;
    int status = 0;
    (void)clock_gettime(CLOCK_MONOTONIC, &begun);
    pid_t child = fork();
    if (child == 0)
        become_part1(traced);
    if (child < 0 || wait4(child, &status, 0, &usage) != child || !WIFEXITED(status))
        return result;
    (void)clock_gettime(CLOCK_MONOTONIC, &ended);
    if (WEXITSTATUS(status) != EXIT_FINE && WEXITSTATUS(status) != EXIT_VERDICT)
        return result;
    result.wall_s = (double)(ended.tv_sec - begun.tv_sec) + (double)(ended.tv_nsec - begun.tv_nsec) / 1e9;
    result.max_rss_mib = (double)usage.ru_maxrss / 1024;
    return result;
}

static void best_of(struct results *best)
{
    /* Before this process grows: what it holds when it forks counts as the child's. */
    for (int i = 0; i < TRIALS; i++) {
        struct bench_part1 part1 = bench_part1(false), traced = bench_part1(true);
        if (i == 0 || (part1.wall_s >= 0 && part1.wall_s < best->part1.wall_s))
            best->part1 = part1;
        if (i == 0 || (traced.wall_s >= 0 && traced.wall_s < best->traced.wall_s))
            best->traced = traced;
    }
    for (int i = 0; i < TRIALS; i++) {
        struct bench_mm1 mm1 = bench_mm1(MM1_OBJECTS);
        double chain = bench_chain(CHAIN_REQUESTS);
        if (i == 0 || mm1.objects_per_s > best->mm1.objects_per_s)
            best->mm1 = mm1;
        if (i == 0 || chain > best->chain)
            best->chain = chain;
        for (size_t k = 0; k < PENDINGS; k++) {
            double ns = bench_hold(pendings[k], HOLDS);
            if (i == 0 || ns < best->hold_ns[k])
                best->hold_ns[k] = ns;
        }
    }
    best->part1.events = count_events();
}

static void print_json(const struct results *best)
{
    cJSON *tree = cJSON_CreateObject();
    cJSON *object = cJSON_AddObjectToObject(tree, "mm1");
    (void)cJSON_AddNumberToObject(object, "objects_per_s", best->mm1.objects_per_s);
    (void)cJSON_AddNumberToObject(object, "events_per_object", best->mm1.events_per_object);
    object = cJSON_AddObjectToObject(tree, "chain");
    (void)cJSON_AddNumberToObject(object, "requests_per_s", best->chain);
    object = cJSON_AddObjectToObject(tree, "part1");
    (void)cJSON_AddNumberToObject(object, "wall_s", best->part1.wall_s);
    (void)cJSON_AddNumberToObject(object, "max_rss_mib", best->part1.max_rss_mib);
    (void)cJSON_AddNumberToObject(object, "events", (double)best->part1.events);
    object = cJSON_AddObjectToObject(tree, "part1_traced");
    (void)cJSON_AddNumberToObject(object, "wall_s", best->traced.wall_s);
    (void)cJSON_AddNumberToObject(object, "max_rss_mib", best->traced.max_rss_mib);
    cJSON *list = cJSON_AddArrayToObject(tree, "hold");
    for (size_t i = 0; i < PENDINGS; i++) {
        object = cJSON_CreateObject();
        (void)cJSON_AddNumberToObject(object, "pending", pendings[i]);
        (void)cJSON_AddNumberToObject(object, "ns", best->hold_ns[i]);
        (void)cJSON_AddItemToArray(list, object);
    }
    show_json(stdout, tree);
}

static void print_text(const struct results *best)
{
    (void)printf("mm1     %.1f M objects/s, %.2f events an object\n", best->mm1.objects_per_s / 1e6,
                 best->mm1.events_per_object);
    (void)printf("chain   %.2f M requests/s\n", best->chain / 1e6);
    (void)printf("part1   %.2f s, %.1f MiB, %llu events\n", best->part1.wall_s, best->part1.max_rss_mib,
                 (unsigned long long)best->part1.events);
    (void)printf("traced  %.2f s, %.1f MiB: part1 with all its traces collected, %.2f times as long\n",
                 best->traced.wall_s, best->traced.max_rss_mib, best->traced.wall_s / best->part1.wall_s);
    for (size_t i = 0; i < PENDINGS; i++)
        (void)printf("%-7s %.0f ns with %u pending\n", i == 0 ? "hold" : "", best->hold_ns[i], pendings[i]);
}

int cmd_bench(int argc, char **argv)
{
    static const struct argp_child children[] = {{&format_argp, 0, NULL, 0}, {0}};
    static const struct argp argp = {
        .parser = parse,
        .doc = "Measures how fast this build is on this machine: the best of three trials of an M/M/1 queue on events "
               "(objects a second), of clients, link and service (requests a second), of part1 (wall time and memory "
               "of a process of its own; also with all its traces collected), and of the hold model (an event fires "
               "and schedules its successor) at "
               "several numbers of pending events. Compare ratios within one run, not figures of two machines.",
        .children = children};
    enum output_format format = FORMAT_TEXT;
    struct results best = {.part1 = {-1, 0, 0}};
    if (argp_parse(&argp, argc, argv, 0, NULL, &format) != 0)
        return EXIT_USAGE;
    best_of(&best);
    if (format == FORMAT_JSON)
        print_json(&best);
    else
        print_text(&best);
    return best.part1.wall_s < 0 ? EXIT_NO_INPUT : EXIT_FINE;
}
