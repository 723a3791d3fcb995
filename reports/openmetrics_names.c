/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Names. A family is simex_METRIC with the base unit as suffix; series of one name in several nodes and parts differ by
 * labels. Where two types give one name to instruments of different kinds, the later kind goes into the name, since a
 * family has one type. */
#define _GNU_SOURCE /* asprintf */
#include "reports/openmetrics_names.h"

#include "models/models.h"

#include <stdlib.h>
#include <string.h>

#define HTTP_HELP "Requests that ended, by HTTP status"
#define HTTP_TYPES "gateway catalogue"

const struct openmetrics_alias openmetrics_aliases[] = {
    {"http_requests", HTTP_TYPES, NULL, "ok", "status=\"200\"", HTTP_HELP},
    {"http_requests", HTTP_TYPES, NULL, "not_found", "status=\"404\"", HTTP_HELP},
    {"http_requests", HTTP_TYPES, NULL, "limited", "status=\"429\"", HTTP_HELP},
    {"http_requests", HTTP_TYPES, NULL, "abandoned", "status=\"499\"", HTTP_HELP},
    {"http_requests", HTTP_TYPES, NULL, "error", "status=\"500\"", HTTP_HELP},
    {"http_requests", HTTP_TYPES, NULL, "refused", "status=\"502\"", HTTP_HELP},
    {"http_requests", HTTP_TYPES, NULL, "unavailable", "status=\"503\"", HTTP_HELP},
    {"http_requests", HTTP_TYPES, NULL, "timeout", "status=\"504\"", HTTP_HELP},
    {"http_request_duration_seconds", HTTP_TYPES, NULL, "latency", "", "From the arrival of a request to its answer"},
    {"trace_fastapi_request_hits", "catalogue", NULL, "requests", "", "Web requests answered"},
    {"trace_fastapi_request_errors", "catalogue", NULL, "request_errors", "", "Web requests answered with 5xx"},
    {"trace_fastapi_request_duration_seconds", "catalogue", NULL, "request_duration", "",
     "From the arrival of a web request to its answer"},
    {"catalog_cache_hit", "cache", NULL, "hits", "", "Look-ups that found a living entry"},
    {"catalog_cache_miss", "cache", NULL, "misses", "", "Look-ups that found none"},
    {"catalog_db_query_duration_seconds", "database", NULL, "query_time", "", "Time of the queries that ended well"},
    {"catalog_db_latency_total_seconds", "database", NULL, "query_time", "", "The same; the lab sends both"},
    {"catalog_db_load", "database", NULL, "load", "", "Queries that the law of saturation counts"},
    {"catalog_db_pool_active", "pool", NULL, "in_use", "", "Connections handed out"},
    {"catalog_db_pool_exhausted", "pool", NULL, "exhausted", "", "Acquires turned away"},
    {"catalog_circuit_breaker_state", "catalogue", "breaker", "open", "", "1 while OPEN, else 0"},
    {"catalog_circuit_breaker_rejected", "catalogue", "breaker", "refused", "", "Calls refused"},
    {"catalog_fallback_hit", "catalogue", NULL, "from_fallback", "", "Answers from static data"},
    {"catalog_app_memory_leak_size", "catalogue", NULL, "leaked", "", "Items leaked since the start"},
    {"postgres_connections", "pool", NULL, "in_use", "", "Connections handed out"},
    {0}};

/* ---- units, labels ---- */

const char *openmetrics_unit(const struct series *series)
{
    const char *unit = export_unit(series);
    if (strcmp(unit, "s") == 0)
        return "seconds";
    return strcmp(unit, "bytes") == 0 ? "bytes" : NULL;
}

void openmetrics_escape(FILE *out, const char *text)
{
    for (; *text != '\0'; text++) {
        if (*text == '\\' || *text == '"')
            (void)fputc('\\', out);
        if (*text == '\n')
            (void)fputs("\\n", out);
        else
            (void)fputc(*text, out);
    }
}

char *openmetrics_labels(const struct series *series)
{
    const char *const labels[][2] = {
        {"node", series->node}, {"part", series->part}, {"status", series->status}, {"reason", series->reason}};
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    sim_assert(out != NULL);
    for (size_t i = 0; i < SIM_COUNT_OF(labels); i++) {
        if (labels[i][1] == NULL)
            continue;
        (void)fprintf(out, "%s%s=\"", i > 0 ? "," : "", labels[i][0]);
        openmetrics_escape(out, labels[i][1]);
        (void)fputc('"', out);
    }
    (void)fclose(out);
    return text;
}

/* ---- families ---- */

static char *family_name(const struct series *series, bool with_kind)
{
    static const char *const kinds[] = {"counter", "gauge", "histogram"};
    const char *unit = openmetrics_unit(series);
    char *name = NULL;
    int length = asprintf(&name, "simex_%s%s%s%s%s", series->metric, with_kind ? "_" : "",
                          with_kind ? kinds[series->kind] : "", unit == NULL ? "" : "_", unit == NULL ? "" : unit);
    sim_assert(length > 0);
    return name;
}

/* Whether an earlier series has the name and another kind. */
static bool is_taken(const struct openmetrics_names *names, size_t before, const char *name)
{
    const struct series *items = names->run->list.items;
    for (size_t i = 0; i < before; i++) {
        if (items[i].kind != items[before].kind && strcmp(names->families[i], name) == 0)
            return true;
    }
    return false;
}

static const struct sim_node_type *type_of(const cJSON *nodes, const char *node)
{
    const cJSON *entry = cJSON_GetObjectItemCaseSensitive(nodes, node);
    const char *type = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(entry, "type"));
    return type == NULL ? NULL : model_find_type(type);
}

void openmetrics_names_init(struct openmetrics_names *names, const struct export_run *run)
{
    const size_t count = run->list.count;
    cJSON *source = cJSON_Parse(run->record->source);
    const cJSON *nodes = cJSON_GetObjectItemCaseSensitive(source, "nodes");
    *names = (struct openmetrics_names){.run = run};
    names->types = sim_xcalloc(count + 1, sizeof(struct sim_node_type *));
    names->families = sim_xcalloc(count + 1, sizeof *names->families);
    for (size_t i = 0; i < count; i++) {
        const struct series *series = &run->list.items[i];
        names->types[i] = type_of(nodes, series->node);
        names->families[i] = family_name(series, false);
        if (is_taken(names, i, names->families[i])) {
            free(names->families[i]);
            names->families[i] = family_name(series, true);
        }
    }
    cJSON_Delete(source);
}

void openmetrics_names_fini(struct openmetrics_names *names)
{
    for (size_t i = 0; names->families != NULL && i < names->run->list.count; i++)
        free(names->families[i]);
    free(names->families);
    free(names->types);
    *names = (struct openmetrics_names){0};
}

/* ---- help ---- */

static const char *help_in(const struct sim_metric *table, const char *metric)
{
    for (; table != NULL && table->name != NULL; table++) {
        if (strcmp(table->name, metric) == 0)
            return table->help;
    }
    return NULL;
}

/* What a series means, and in *owner the type that says so: NULL when all types agree. */
static const char *help_of(const struct series *series, const struct sim_node_type *type, const char **owner)
{
    *owner = NULL;
    if (series->reason != NULL)
        return "calls that ended for a reason";
    const char *help = series->part == NULL ? help_in(sim_node_metrics, series->metric) : NULL;
    if (help != NULL || type == NULL)
        return help;
    if (series->part == NULL) {
        *owner = type->name;
        return help_in(type->metrics, series->metric);
    }
    for (const struct sim_part *part = type->parts; part != NULL && part->name != NULL; part++) {
        if (strcmp(part->name, series->part) != 0)
            continue;
        *owner = part->type->name;
        return help_in(part->type->metrics, series->metric);
    }
    return NULL;
}

char *openmetrics_help(const struct openmetrics_names *names, const char *family)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    sim_assert(out != NULL);
    for (size_t i = 0; i < names->run->list.count; i++) {
        const char *owner = NULL;
        if (strcmp(names->families[i], family) != 0)
            continue;
        const char *help = help_of(&names->run->list.items[i], names->types[i], &owner);
        (void)fflush(out);
        if (help == NULL || strstr(text, help) != NULL)
            continue;
        (void)fprintf(out, "%s%s%s%s", size > 0 ? "; " : "", owner == NULL ? "" : owner, owner == NULL ? "" : ": ",
                      help);
    }
    (void)fclose(out);
    return text;
}

/* ---- aliases ---- */

static bool has_word(const char *words, const char *word)
{
    const size_t length = strlen(word);
    for (const char *at = words; (at = strstr(at, word)) != NULL; at += length) {
        if ((at == words || at[-1] == ' ') && (at[length] == ' ' || at[length] == '\0'))
            return true;
    }
    return false;
}

bool openmetrics_alias_fits(const struct openmetrics_names *names, size_t series, const struct openmetrics_alias *alias)
{
    const struct series *of = &names->run->list.items[series];
    const bool same_part =
        alias->part == NULL ? of->part == NULL : of->part != NULL && strcmp(of->part, alias->part) == 0;
    return names->types[series] != NULL && same_part && of->reason == NULL && strcmp(of->metric, alias->metric) == 0 &&
           has_word(alias->types, names->types[series]->name);
}
