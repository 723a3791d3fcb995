/* SPDX-License-Identifier: GPL-3.0-or-later */
/* OTLP/JSON logs: the lines of `simex logs` with the ids of `simex export --format otlp`, so that a trace finds its lines. */
#include "reports/export_traces.h"
#include "reports/spool.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

struct otlp_log_service {
    const char *name;
    const struct sim_node *node; /* NULL: simex itself, of what is done to the system */
    FILE *lines;
    uint64_t count;
};

/* As the data model of logs numbers them. */
static const int severities[LOG_LEVELS] = {5, 9, 13, 17};
static const char *const severity_texts[LOG_LEVELS] = {"DEBUG", "INFO", "WARN", "ERROR"};

/* Of whom a line is; NULL when there is no room for its lines. */
static struct otlp_log_service *service_of(struct otlp_logs *logs, const char *name)
{
    for (size_t i = 0; i < logs->count; i++) {
        if (strcmp(logs->services[i].name, name) == 0)
            return &logs->services[i];
    }
    FILE *lines = spool_open_file();
    if (lines == NULL) {
        logs->error = errno;
        return NULL;
    }
    if (logs->count == logs->room) {
        logs->room = logs->room == 0 ? 8 : logs->room * 2;
        logs->services = sim_xrealloc(logs->services, logs->room * sizeof *logs->services);
    }
    struct otlp_log_service *service = &logs->services[logs->count++];
    *service = (struct otlp_log_service){.name = name, .node = sim_find_node(logs->book.sim, name), .lines = lines};
    return service;
}

static void put_attributes(FILE *out, const struct log_line *line)
{
    for (size_t i = 0; i < line->count; i++) {
        const struct log_attribute *attribute = &line->attributes[i];
        const char *between = i > 0 ? "," : "";
        char seconds[EXPORT_ROOM];
        if (attribute->text != NULL)
            otlp_put_attribute(out, between, attribute->key, attribute->text);
        else if (attribute->seconds)
            (void)fprintf(out, "%s{\"key\":\"%s\",\"value\":{\"doubleValue\":%s}}", between, attribute->key,
                          export_seconds(seconds, attribute->number));
        else
            otlp_put_whole(out, between, attribute->key, attribute->number);
    }
}

void otlp_logs_write(struct logbook *book, const struct log_line *line)
{
    struct otlp_logs *logs = sim_container_of(book, struct otlp_logs, book);
    struct otlp_log_service *service = logs->error == 0 ? service_of(logs, line->service) : NULL;
    if (service == NULL)
        return;
    FILE *out = service->lines;
    (void)fputs(service->count++ > 0 ? ",\n{\"timeUnixNano\":" : "{\"timeUnixNano\":", out);
    otlp_put_time(out, logs->options, book->sim->now);
    (void)fputs(",\"observedTimeUnixNano\":", out);
    otlp_put_time(out, logs->options, book->sim->now);
    (void)fprintf(out,
                  ",\"severityNumber\":%d,\"severityText\":\"%s\",\"body\":{\"stringValue\":", severities[line->level],
                  severity_texts[line->level]);
    otlp_put_text(out, line->message);
    (void)fputs("},\"attributes\":[", out);
    put_attributes(out, line);
    (void)fputs("]", out);
    if (line->call != NULL)
        (void)fprintf(out, ",\"traceId\":\"%.16s%016" PRIx64 "\",\"spanId\":\"%016" PRIx64 "\"", book->run,
                      line->call->root, line->call->id);
    (void)fputs("}", out);
}

/* Copies a service's lines to `out`. */
static bool copy(FILE *out, struct otlp_logs *logs, FILE *lines)
{
    char piece[1 << 14];
    size_t length = 0;
    if (fflush(lines) != 0 || ferror(lines) != 0 || fseek(lines, 0, SEEK_SET) != 0) {
        logs->error = errno;
        return false;
    }
    while ((length = fread(piece, 1, sizeof piece, lines)) > 0)
        (void)fwrite(piece, 1, length, out);
    if (ferror(lines) != 0)
        logs->error = errno;
    return logs->error == 0;
}

bool export_otlp_logs(FILE *out, struct otlp_logs *logs, const struct cell *cell)
{
    bool fine = logs->error == 0;
    (void)fputs("{\"resourceLogs\":[", out);
    for (size_t i = 0; i < logs->count && fine; i++) {
        const struct otlp_log_service *service = &logs->services[i];
        const struct otlp_resource resource = {.service = service->name,
                                               .type = service->node == NULL ? NULL : service->node->type->name,
                                               .scenario = cell->scenario->name,
                                               .run = cell->id,
                                               .scopes = "scopeLogs",
                                               .items = "logRecords"};
        (void)fputs(i > 0 ? ",\n" : "", out);
        otlp_begin_resource(out, logs->options, &resource);
        fine = copy(out, logs, service->lines);
        (void)fputs("]}]}", out);
    }
    (void)fputs("]}\n", out);
    return fine;
}

void otlp_logs_fini(struct otlp_logs *logs)
{
    for (size_t i = 0; i < logs->count; i++)
        (void)fclose(logs->services[i].lines);
    free(logs->services);
    logs->services = NULL;
    logs->count = logs->room = 0;
}
