/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The words that a shell offers after Tab, one a line, for the completion files (packaging/completion.sh). Not listed by
 * simex --help, and without messages: what cannot be read offers nothing. */
#include "reports/command.h"
#include "reports/store.h"
#include "scenarios/scenario.h"

#include "models/models.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void complete_scenarios(const char *argument)
{
    (void)argument;
    char **names = scenario_list_shipped();
    for (size_t i = 0; names[i] != NULL; i++) {
        (void)puts(names[i]);
        free(names[i]);
    }
    free(names);
}

static void complete_types(const char *argument)
{
    (void)argument;
    for (size_t i = 0; model_types[i] != NULL; i++)
        (void)puts(model_types[i]->name);
    for (size_t i = 0; model_parts[i] != NULL; i++)
        (void)puts(model_parts[i]->name);
    (void)puts("link");
}

/* The ids in the store `argument`, or in the usual one. */
static void complete_runs(const char *argument)
{
    struct store store;
    size_t count = 0;
    if (store_open(&store, store_path(argument), STORE_READ) == EXIT_FINE) {
        int64_t *runs = store_list(&store, &count);
        for (size_t i = 0; runs != NULL && i < count; i++) {
            struct record *record = store_get(&store, runs[i]);
            if (record != NULL)
                (void)puts(record->id);
            record_destroy(record);
        }
        if (count > 0)
            (void)puts("last");
        free(runs);
    }
    store_close(&store);
}

/* ---- what --set takes ---- */

static void print_params(const char *prefix, const char *name, const char *part, const struct sim_param *params)
{
    for (; params != NULL && params->name != NULL; params++)
        (void)printf("%s%s.%s%s%s\n", prefix, name, part == NULL ? "" : part, part == NULL ? "" : ".", params->name);
}

static void print_paths(const struct cell *cell)
{
    const struct sim *sim = cell->sim;
    for (uint32_t i = 0; i < sim->node_count; i++) {
        const struct sim_node *node = sim->nodes[i];
        print_params("", node->name, NULL, node->type->params);
        for (const struct sim_part *part = node->type->parts; part != NULL && part->name != NULL; part++)
            print_params("", node->name, part->name, part->type->params);
    }
    for (uint32_t i = 0; i < sim->link_count; i++)
        print_params("links.", sim->links[i]->name, NULL, sim_link_params);
    for (uint32_t i = 0; i < cell->fault_count; i++) {
        const struct fault *fault = &cell->faults[i];
        (void)printf("faults.%s.at\nfaults.%s.until\n", fault->name, fault->name);
        for (uint32_t s = 0; s < fault->set_count; s++)
            (void)printf("faults.%s.%s\n", fault->name, fault->sets[s].path);
    }
    for (uint32_t i = 0; i < cell->phase_count; i++) {
        const char *name = cell->phases[i].name;
        (void)printf("phases.%s.from\nphases.%s.to\nphases.%s.settle\n", name, name, name);
    }
    (void)puts("run.until");
}

/* Of the scenario `argument`. */
static void complete_paths(const char *argument)
{
    struct json_errors errors;
    json_errors_init(&errors);
    char *path = argument == NULL ? NULL : scenario_find(argument);
    struct scenario *scenario = path == NULL ? NULL : scenario_load(path, &errors);
    struct cell *cell = scenario == NULL ? NULL : cell_build(scenario, NULL, 0, 1, &errors);
    if (cell != NULL)
        print_paths(cell);
    cell_destroy(cell);
    scenario_destroy(scenario);
    free(path);
    json_errors_fini(&errors);
}

int cmd_complete(int argc, char **argv)
{
    static const struct {
        const char *name;
        void (*print)(const char *argument);
    } kinds[] = {{"scenarios", complete_scenarios},
                 {"types", complete_types},
                 {"runs", complete_runs},
                 {"paths", complete_paths}};
    (void)freopen("/dev/null", "w", stderr);
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if (argc > 1 && strcmp(argv[1], kinds[i].name) == 0) {
            kinds[i].print(argc > 2 ? argv[2] : NULL);
            return EXIT_FINE;
        }
    }
    return EXIT_USAGE;
}
