/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `simex trace`: the requests of a run, listed, or one as a tree. */
#include "reports/command.h"
#include "reports/show.h"
#include "reports/terminal.h"
#include "reports/trace_query.h"
#include "reports/trace_show.h"

#include "sim/units.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum {
    OPTION_WHERE = 'w',
    OPTION_SLOWEST = 2000,
    OPTION_ID,
    OPTION_PHASE = 'p',
    OPTION_LIMIT = 'n',
    LISTED = 20,
    LISTED_MAX = 10000,
    PER_SLICE = 1
};

struct arguments {
    enum output_format format;
    struct cell_options cell;
    struct trace_query query;
    uint32_t limit;
};

static error_t parse(int key, char *argument, struct argp_state *state)
{
    struct arguments *arguments = state->input;
    struct trace_query *query = &arguments->query;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &arguments->format;
        state->child_inputs[1] = &arguments->cell;
        return 0;
    case OPTION_WHERE:
        query->where = argument;
        return 0;
    case OPTION_SLOWEST:
        query->slowest = (uint32_t)parse_count(argument, "--slowest", LISTED_MAX, state);
        return 0;
    case OPTION_LIMIT:
        arguments->limit = (uint32_t)parse_count(argument, "--limit", LISTED_MAX, state);
        return 0;
    case OPTION_ID:
        parse_trace_name(&query->trace, argument, "--id", state);
        return 0;
    case OPTION_PHASE:
        query->phase = argument;
        return 0;
    default:
        return parse_run(key, argument, state, &query->run);
    }
}

static const struct argp_option options[] = {
    {.name = "where", .key = OPTION_WHERE, .arg = "EXPR", .doc = "only traces of which this is true"},
    {.name = "phase", .key = OPTION_PHASE, .arg = "PHASE", .doc = "only traces that ended in its measured part"},
    {.name = "slowest", .key = OPTION_SLOWEST, .arg = "N", .doc = "the N that took longest, longest first"},
    {.name = "id", .key = OPTION_ID, .arg = "TRACE", .doc = "this one, as a tree"},
    {.name = "limit", .key = OPTION_LIMIT, .arg = "N", .doc = "list at most N (default 20)"},
    {0}};

/* ---- printing ---- */

static struct trace **chosen(const struct arguments *arguments, size_t *count)
{
    if (arguments->query.slowest > 0)
        return keep_slowest(&arguments->query.keep, count);
    return keep_varied(&arguments->query.keep, arguments->limit, count);
}

static void print_text(const struct arguments *arguments, struct trace *const *traces, size_t count)
{
    const struct trace_query *query = &arguments->query;
    if (count == 1) {
        trace_show_tree(stdout, query->replay.cell, traces[0], terminal_width());
        if (query->trace.number != 0)
            return;
        (void)printf("\n");
    } else if (count > 1) {
        trace_show_list(stdout, traces, count);
        (void)printf("\n");
    }
    trace_query_show_counts(stdout, query, count);
    if (count > 1)
        (void)printf("one as a tree: --id %" PRIu64 "\n", traces[0]->id);
}

static void print_json(const struct arguments *arguments, struct trace *const *traces, size_t count)
{
    const struct trace_query *query = &arguments->query;
    const struct cell *cell = query->replay.cell;
    const struct keep_counts *counts = &query->keep.counts;
    cJSON *tree = cJSON_CreateObject();
    (void)cJSON_AddStringToObject(tree, "scenario", cell->scenario->name);
    (void)cJSON_AddStringToObject(tree, "run", cell->id);
    (void)cJSON_AddNumberToObject(tree, "seen", (double)counts->seen);
    (void)cJSON_AddNumberToObject(tree, "matching", (double)counts->wanted);
    cJSON *statuses = cJSON_AddObjectToObject(tree, "matching_by_status");
    for (int status = 0; status < SIM_STATUSES; status++)
        (void)cJSON_AddNumberToObject(statuses, sim_status_name((enum sim_status)status),
                                      (double)counts->by_status[status]);
    (void)cJSON_AddNumberToObject(tree, "unfinished", (double)counts->unfinished);
    (void)cJSON_AddNumberToObject(tree, "not_collected", (double)query->collector.counts.refused);
    cJSON *list = cJSON_AddArrayToObject(tree, "traces");
    for (size_t i = 0; i < count; i++)
        (void)cJSON_AddItemToArray(list, trace_tree_json(cell, traces[i]));
    show_json(stdout, tree);
}

static int say_no_such_trace(const struct trace_query *query)
{
    const uint64_t root = query->collector.only_root;
    (void)fprintf(stderr, "simex: run %s has no trace %" PRIu64, query->replay.cell->id, query->trace.number);
    if (root != 0 && root != query->trace.number)
        (void)fprintf(stderr, "; that is a span of trace %" PRIu64, root);
    else if (root != 0)
        (void)fprintf(stderr, " of which that is true");
    (void)fprintf(stderr, "\n");
    return EXIT_NO_INPUT;
}

static int run(struct arguments *arguments)
{
    struct trace_query *query = &arguments->query;
    int code = trace_query_parse(query);
    if (code == EXIT_FINE)
        code = trace_query_run(query);
    if (code != EXIT_FINE)
        return code;
    if (query->trace.number != 0 && query->keep.counts.wanted == 0)
        return say_no_such_trace(query);
    size_t count = 0;
    struct trace **traces = chosen(arguments, &count);
    if (arguments->cell.quiet)
        ;
    else if (arguments->format == FORMAT_JSON)
        print_json(arguments, traces, count);
    else
        print_text(arguments, traces, count);
    free(traces);
    return EXIT_FINE;
}

int cmd_trace(int argc, char **argv)
{
    static const struct argp_child children[] = {
        {&format_argp, 0, NULL, 0}, {&cell_argp, 0, "When RUN is a scenario:", 1}, {0}};
    static const struct argp argp = {
        .options = options,
        .parser = parse,
        .args_doc = "RUN",
        .doc = "Simulates a run again and shows its traces: a list, or one as a tree of spans with all their time.\v"
               "RUN is the id of a stored run, its first four digits or more, `last`, or a scenario. "
               "EXPR is made of tests such as status=503, node=postgres, op=query, reason=\"Pool Exhausted\", "
               "duration>2s, tag:app.fallback_used=true, segment:pool_queue>100ms, phase=chaos, with = != < <= > >=, "
               "and, or, not and brackets; each test says that some span of the trace is so. docs/traces.md says more.",
        .children = children};
    struct arguments arguments = {.format = FORMAT_TEXT, .limit = LISTED};
    cell_options_init(&arguments.cell);
    arguments.query.cell = &arguments.cell;
    if (argp_parse(&argp, argc, argv, 0, NULL, &arguments) != 0)
        return EXIT_USAGE;
    struct trace_query *query = &arguments.query;
    query->per_slice = query->slowest > 0 ? 0 : PER_SLICE;
    query->sample = query->slowest > 0 ? 0 : arguments.limit;
    int code = run(&arguments);
    trace_query_fini(query);
    cell_options_fini(&arguments.cell);
    return code;
}
