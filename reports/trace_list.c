/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "reports/show.h"
#include "reports/terminal.h"
#include "reports/texts.h"
#include "reports/trace_show.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { COLUMNS = 6, NODES_SHOWN = 24 };

const char *trace_id_text(char buffer[TRACE_ID_ROOM], const struct cell *cell, const struct trace *trace)
{
    (void)snprintf(buffer, TRACE_ID_ROOM, "%.16s%016" PRIx64, cell->id, trace->id);
    return buffer;
}

/* The nodes in the order in which the trace first comes to them, with how often it does: "gateway, sre-lab (3)". */
static void add_nodes(struct texts *cells, const struct trace *trace)
{
    const struct sim_node *nodes[NODES_SHOWN];
    unsigned times[NODES_SHOWN] = {0}, count = 0;
    bool more = false;
    char *text = NULL;
    size_t size = 0;
    for (const struct trace_span *span = trace->root; span != NULL; span = trace_next(span, NULL)) {
        unsigned at = 0;
        while (at < count && nodes[at] != span->to)
            at++;
        more = more || at == NODES_SHOWN;
        if (span->name != NULL || at == NODES_SHOWN)
            continue;
        if (at == count)
            nodes[count++] = span->to;
        times[at]++;
    }
    FILE *out = open_memstream(&text, &size);
    sim_assert(out != NULL);
    for (unsigned i = 0; i < count; i++) {
        (void)fprintf(out, "%s%s", i == 0 ? "" : ", ", nodes[i]->name);
        if (times[i] > 1)
            (void)fprintf(out, " (%u)", times[i]);
    }
    (void)fprintf(out, "%s", more ? ", ..." : "");
    (void)fclose(out);
    texts_add(cells, text);
    free(text);
}

static void add_row(struct texts *cells, const struct trace *trace)
{
    char text[SHOWN_ROOM];
    const struct sim_outcome outcome = trace_outcome(trace);
    const bool ended = (trace->root->flags & TRACE_SPAN_ENDED) != 0;
    (void)snprintf(text, sizeof text, "%" PRIu64, trace->id);
    texts_add(cells, text);
    (void)snprintf(text, sizeof text, "%.3f s", sim_ns_to_s(trace_end(trace)));
    texts_add(cells, text);
    texts_add(cells, ended ? sim_status_name(outcome.status) : "(open)");
    texts_add(cells, show_value(text, "s", sim_ns_to_s(trace_duration(trace))));
    texts_add(cells, trace_span_name(trace->root));
    add_nodes(cells, trace);
}

/* The nodes, from column `from` on, broken after commas. */
static void print_nodes(FILE *out, const char *nodes, size_t from, size_t width)
{
    size_t column = from;
    while (*nodes != '\0') {
        const char *comma = strstr(nodes, ", ");
        const size_t length = comma == NULL ? strlen(nodes) : (size_t)(comma - nodes) + 1;
        if (column > from && column + 1 + length > width) {
            (void)fprintf(out, "\n%*s", (int)from, "");
            column = from;
        }
        (void)fprintf(out, "%s%.*s", column > from ? " " : "", (int)length, nodes);
        column += length + (column > from);
        nodes += length + strspn(nodes + length, " ");
    }
    (void)fprintf(out, "\n");
}

void trace_show_list(FILE *out, struct trace *const *traces, size_t count)
{
    static const char *const headings[COLUMNS] = {"TRACE", "ENDED", "STATUS", "DURATION", "OPERATION", "NODES"};
    static const bool left[COLUMNS] = {[2] = true, [4] = true};
    struct texts cells = {0};
    size_t widths[COLUMNS] = {0}, before = 0;
    for (size_t i = 0; i < COLUMNS; i++)
        texts_add(&cells, headings[i]);
    for (size_t i = 0; i < count; i++)
        add_row(&cells, traces[i]);
    for (size_t i = 0; i < cells.count; i++) {
        const size_t length = strlen(cells.items[i]);
        widths[i % COLUMNS] = length > widths[i % COLUMNS] ? length : widths[i % COLUMNS];
    }
    for (size_t i = 0; i + 1 < COLUMNS; i++)
        before += widths[i] + 2;
    for (size_t i = 0; i < cells.count; i++) {
        const size_t column = i % COLUMNS;
        if (column == COLUMNS - 1)
            print_nodes(out, cells.items[i], before, terminal_width());
        else
            (void)fprintf(out, "%*s  ", left[column] ? -(int)widths[column] : (int)widths[column], cells.items[i]);
    }
    texts_fini(&cells);
}
