/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "reports/trace_query.h"

#include "reports/command.h"
#include "reports/show.h"

#include <inttypes.h>
#include <stdio.h>

int trace_query_parse(struct trace_query *query)
{
    struct where_error error;
    if (query->where == NULL)
        return EXIT_FINE;
    query->expression = where_parse(query->where, &error);
    if (query->expression != NULL)
        return EXIT_FINE;
    where_print_error(query->where, &error);
    return EXIT_USAGE;
}

static bool wants(void *context, const struct trace *trace)
{
    const struct trace_query *query = context;
    if (query->expression != NULL && !where_matches(query->expression, query->replay.cell, trace))
        return false;
    if (query->each != NULL)
        query->each(query->each_context, trace);
    return true;
}

static int check_names(struct trace_query *query, const struct phase **phase)
{
    struct where_error error;
    int code = EXIT_FINE;
    *phase = query->phase == NULL ? NULL : replay_phase(&query->replay, query->phase, &code);
    if (query->expression == NULL || where_check(query->expression, query->replay.cell, &error))
        return code;
    where_print_error(query->where, &error);
    return EXIT_USAGE;
}

static void begin_collecting(struct trace_query *query, const struct phase *phase)
{
    const struct cell *cell = query->replay.cell;
    const struct keep_options options = {.from = phase == NULL ? 0 : phase->from + phase->settle,
                                         .to = phase == NULL ? SIM_NEVER : phase->to,
                                         .run = cell->until,
                                         .per_slice = query->per_slice,
                                         .slowest = query->slowest,
                                         .sample = query->sample,
                                         .wants = wants,
                                         .context = query};
    collector_init(&query->collector, cell->sim, keep_take, &query->keep);
    query->collector.only = query->trace.number;
    keep_init(&query->keep, &query->collector, &options);
    query->collecting = true;
}

int trace_query_run(struct trace_query *query)
{
    const struct phase *phase = NULL;
    int code = replay_open(&query->replay, query->run, query->cell);
    if (code == EXIT_FINE)
        code = check_names(query, &phase);
    if (code == EXIT_FINE && !trace_name_fits(&query->trace, query->replay.cell->id))
        code = EXIT_NO_INPUT;
    if (code != EXIT_FINE)
        return code;
    begin_collecting(query, phase);
    code = replay_run(&query->replay);
    if (code == EXIT_FINE)
        collector_finish(&query->collector);
    return code;
}

void trace_query_fini(struct trace_query *query)
{
    if (query->collecting) {
        keep_fini(&query->keep);
        collector_fini(&query->collector);
    }
    where_destroy(query->expression);
    replay_close(&query->replay);
}

/* "1100 UNAVAILABLE, 103 TIMEOUT" */
static void show_statuses(FILE *out, const struct keep_counts *counts)
{
    const char *between = ": ";
    for (int status = 0; status < SIM_STATUSES; status++) {
        if (counts->by_status[status] == 0)
            continue;
        (void)fprintf(out, "%s%" PRIu64 " %s", between, counts->by_status[status],
                      sim_status_name((enum sim_status)status));
        between = ", ";
    }
}

static void show_lost(FILE *out, const struct collector_counts *counts)
{
    if (counts->refused > 0)
        (void)fprintf(out, "%" PRIu64 " traces were not collected for want of memory\n", counts->refused);
    if (counts->closed > 0)
        (void)fprintf(out, "%" PRIu64 " traces were closed while abandoned work went on, for want of memory\n",
                      counts->closed);
    if (counts->cut > 0)
        (void)fprintf(out, "%" PRIu64 " traces were too large: parts were left out\n", counts->cut);
}

void trace_query_show_counts(FILE *out, const struct trace_query *query, size_t shown)
{
    const struct keep_counts *counts = &query->keep.counts;
    (void)fprintf(out, "%" PRIu64 " traces ended%s%s", counts->seen, query->phase == NULL ? "" : " in ",
                  query->phase == NULL ? "" : query->phase);
    if (query->expression != NULL)
        (void)fprintf(out, "; %" PRIu64 " match", counts->wanted);
    show_statuses(out, counts);
    (void)fprintf(out, "\n");
    if (counts->unfinished > 0)
        (void)fprintf(out, "%" PRIu64 " of them had not ended, with all their work, when the run did\n",
                      counts->unfinished);
    if (counts->wanted > shown)
        (void)fprintf(out, "%zu shown, %" PRIu64 " not\n", shown, counts->wanted - shown);
    show_lost(out, &query->collector.counts);
}
