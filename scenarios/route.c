/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Values are read as FastAPI reads them: numbers, whole numbers, and the words of a bool (true 1 on yes y t). What the
 * service would answer with 422 or 405 is refused here: a script is written, not guessed. Knobs are clamped as the
 * service does it: a latency and a threshold at 0, the two rates to 0..1. */
#include "scenarios/route.h"

#include "scenarios/suggest.h"
#include "sim/units.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { BULK_DEFAULT = 10, LEAK_DEFAULT = 1000 };

static const char *const routes[] = {
    "GET /",
    "GET /health",
    "GET /products/1",
    "GET /products/bulk/test",
    "POST /chaos/configure",
    "POST /chaos/reset",
    "POST /chaos/clear_cache",
    "POST /chaos/leak",
    NULL,
};
static const int route_ops[] = {OP_ROOT,      OP_HEALTH, OP_GET_PRODUCT, OP_BULK,
                                OP_CONFIGURE, OP_RESET,  OP_CLEAR_CACHE, OP_LEAK};
static const char *const knob_names[] = {"db_latency", "db_failure_rate", "cache_failure_rate",
                                         "cpu_stress", "cb_threshold",    NULL};

/* ---- values ---- */

static bool read_number(const char *text, double *out)
{
    char *end = NULL;
    if (text[0] == '\0' || strlen(text) != strspn(text, "0123456789+-.eE"))
        return false;
    *out = strtod(text, &end);
    return *end == '\0' && isfinite(*out);
}

static bool read_whole(const char *text, int64_t *out)
{
    char *end = NULL;
    const char *digits = text[0] == '-' || text[0] == '+' ? text + 1 : text;
    if (digits[0] == '\0' || strlen(digits) != strspn(digits, "0123456789"))
        return false;
    errno = 0;
    *out = strtoll(text, &end, 10);
    return errno == 0;
}

static bool read_flag(const char *text, bool *out)
{
    static const char *const words[] = {"false", "0", "off", "no", "n", "f", "true", "1", "on", "yes", "y", "t"};
    for (size_t i = 0; i < SIM_COUNT_OF(words); i++) {
        if (strcasecmp(text, words[i]) == 0) {
            *out = i >= SIM_COUNT_OF(words) / 2;
            return true;
        }
    }
    return false;
}

static double clamp(double value)
{
    return value > 1 ? 1 : value > 0 ? value : 0;
}

static int knob_index(const char *name)
{
    for (int i = 0; i < KNOBS; i++) {
        if (strcmp(knob_names[i], name) == 0)
            return i;
    }
    return -1;
}

static bool read_knob(struct knobs *knobs, const char *name, const char *value, struct sim_error *error)
{
    double number = 0;
    const int knob = knob_index(name);
    if (knob < 0) {
        (void)sim_fail(error, name, "want db_latency, db_failure_rate, cache_failure_rate, cpu_stress or cb_threshold");
        error->near = suggest_nearest(name, knob_names, KNOBS);
        return false;
    }
    if (knob == KNOB_CPU_STRESS) {
        if (!read_flag(value, &knobs->cpu_stress))
            return sim_fail(error, value, "want true or false for cpu_stress");
    } else if (knob == KNOB_CB_THRESHOLD) {
        if (!read_whole(value, &knobs->cb_threshold) || knobs->cb_threshold > 1000000000)
            return sim_fail(error, value, "want a whole number of at most 1000000000 for cb_threshold");
        knobs->cb_threshold = knobs->cb_threshold > 0 ? knobs->cb_threshold : 0;
    } else if (!read_number(value, &number)) {
        return sim_fail(error, value, "want a number for %s", name);
    } else if (knob == KNOB_DB_LATENCY) {
        if (number > sim_ns_to_s(SIM_NS_MAX))
            return sim_fail(error, value, "want at most ten years of seconds for db_latency");
        knobs->db_latency = sim_ns_from_s(number);
    } else {
        *(knob == KNOB_DB_FAILURE_RATE ? &knobs->db_failure_rate : &knobs->cache_failure_rate) = clamp(number);
    }
    return true;
}

/* ---- queries ---- */

struct query {
    int op;
    struct knobs knobs;
    int64_t amount;
};

static bool read_pair(struct query *query, const char *name, const char *value, struct sim_error *error)
{
    if (query->op == OP_CONFIGURE) {
        if (!read_knob(&query->knobs, name, value, error))
            return false;
        query->knobs.given |= 1u << knob_index(name);
        return true;
    }
    const char *wanted = query->op == OP_BULK ? "requests" : query->op == OP_LEAK ? "items" : NULL;
    if (wanted == NULL)
        return sim_fail(error, name, "want no query with this request");
    if (strcmp(name, wanted) != 0)
        return sim_fail(error, name, "want only %s with this request", wanted);
    if (!read_whole(value, &query->amount))
        return sim_fail(error, value, "want a whole number for %s", wanted);
    if (query->op == OP_BULK && (query->amount < 0 || query->amount > ROUTE_BULK_MAX))
        return sim_fail(error, value, "want 0 to %d requests in a bulk", ROUTE_BULK_MAX);
    if (query->op == OP_LEAK && query->amount > 1000000000)
        return sim_fail(error, value, "want at most 1000000000 items");
    return true;
}

static bool read_query(struct query *query, char *text, struct sim_error *error)
{
    while (text != NULL && *text != '\0') {
        char *name = strsep(&text, "&");
        char *value = strchr(name, '=');
        if (value == NULL)
            return sim_fail(error, name, "want name=value in a query");
        *value++ = '\0';
        if (!read_pair(query, name, value, error))
            return false;
    }
    return true;
}

static bool read_body(struct query *query, const cJSON *body, struct sim_error *error)
{
    char text[64];
    if (!cJSON_IsObject(body))
        return sim_fail(error, NULL, "want an object of knobs");
    const cJSON *member = NULL;
    cJSON_ArrayForEach(member, body)
    {
        if (cJSON_IsNumber(member))
            (void)sim_format_number(text, sizeof text, member->valuedouble);
        else
            (void)snprintf(text, sizeof text, "%s",
                           cJSON_IsBool(member)     ? (cJSON_IsTrue(member) ? "true" : "false")
                           : cJSON_IsString(member) ? member->valuestring
                                                    : "");
        const int knob = knob_index(member->string);
        if (knob >= 0 && (query->knobs.given >> knob & 1) != 0)
            return sim_fail(error, member->string, "want a knob in the query or in the body, not in both");
        if (!read_knob(&query->knobs, member->string, text, error))
            return false;
        query->knobs.in_body |= 1u << knob;
    }
    return true;
}

/* ---- requests ---- */

static int find_op(const char *path, uint64_t *key)
{
    static const char product[] = "GET /products/";
    int64_t id = 0;
    for (int i = 0; routes[i] != NULL; i++) {
        if (route_ops[i] != OP_GET_PRODUCT && strcmp(routes[i], path) == 0)
            return route_ops[i];
    }
    if (strncmp(path, product, strlen(product)) != 0 || !read_whole(path + strlen(product), &id))
        return -1;
    *key = (uint64_t)id;
    return OP_GET_PRODUCT;
}

bool route_parse(const char *text, const cJSON *body, struct script_entry *entry, struct sim_error *error)
{
    char copy[ROUTE_TEXT_MAX + 1];
    uint64_t key = 0;
    if (strlen(text) > ROUTE_TEXT_MAX)
        return sim_fail(error, NULL, "want a request of at most %d characters", ROUTE_TEXT_MAX);
    (void)snprintf(copy, sizeof copy, "%s", text);
    char *rest = copy;
    const char *path = strsep(&rest, "?");
    struct query query = {.op = find_op(path, &key)};
    if (query.op < 0) {
        (void)sim_fail(error, text,
                       "want a request of the lab such as \"GET /products/1\" (docs/sre-lab.md lists them)");
        error->near = suggest_nearest(path, routes, SIM_COUNT_OF(routes) - 1);
        return false;
    }
    query.amount = query.op == OP_BULK ? BULK_DEFAULT : query.op == OP_LEAK ? LEAK_DEFAULT : 0;
    if (!read_query(&query, rest, error))
        return false;
    const bool takes_body = query.op == OP_CONFIGURE;
    if (body != NULL &&
        !(takes_body ? read_body(&query, body, error) : sim_fail(error, NULL, "want no body with this request"))) {
        (void)snprintf(error->path, sizeof error->path, "/body");
        return false;
    }
    entry->op = query.op;
    entry->payload = (struct sim_payload){.key = key, .amount = query.amount};
    if (query.op == OP_CONFIGURE)
        knobs_pack(&query.knobs, &entry->payload);
    return true;
}
