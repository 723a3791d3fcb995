/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the three signals of OTLP/JSON (opentelemetry-proto 1.x) share: 64-bit numbers are texts, ids hex, enumerations
 * numbers; what a service sends stands below a resource that says which one it is. Errors of `out` stay with it. */
#ifndef REPORTS_OTLP_H
#define REPORTS_OTLP_H

#include "sim/base.h"

#include <stdio.h>

struct otlp_options {
    int64_t epoch;             /* when the run begins, in seconds since 1970; see otlp_fits */
    const char *env, *version; /* of all services; NULL: "simex", and simex's own version */
};

/* Nanoseconds since 1970 are 64 bits: whether a run from `epoch` seconds on until `last` ends before they do, in 2554. */
bool otlp_fits(int64_t epoch, sim_ns last);

/* Nanoseconds since 1970, in quotes. */
void otlp_put_time(FILE *out, const struct otlp_options *options, sim_ns at);
/* A JSON string. */
void otlp_put_text(FILE *out, const char *text);
/* One attribute of a list, behind `between` ("" or ","). */
void otlp_put_attribute(FILE *out, const char *between, const char *key, const char *text);
void otlp_put_whole(FILE *out, const char *between, const char *key, int64_t value);

/* {"resource":{...},"SCOPES":[{"scope":{...},"ITEMS":[ : a service with its version and environment, by the names of
 * OpenTelemetry and by those of unified tagging (env, version). `type` may be NULL. It is closed by "]}]}". */
struct otlp_resource {
    const char *service, *type, *scenario, *run;
    const char *env, *version; /* what the service itself says; NULL: what the options say */
    const char *scopes, *items;
};
void otlp_begin_resource(FILE *out, const struct otlp_options *options, const struct otlp_resource *resource);

#endif
