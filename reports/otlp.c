/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "reports/otlp.h"

#include "reports/show.h"

#include "simex_build.h"

#include <inttypes.h>

bool otlp_fits(int64_t epoch, sim_ns last)
{
    return epoch >= 0 && (uint64_t)epoch < (UINT64_MAX - (uint64_t)last) / (uint64_t)SIM_S;
}

void otlp_put_time(FILE *out, const struct otlp_options *options, sim_ns at)
{
    (void)fprintf(out, "\"%" PRIu64 "\"", (uint64_t)options->epoch * (uint64_t)SIM_S + (uint64_t)at);
}

void otlp_put_text(FILE *out, const char *text)
{
    show_json_inline(out, cJSON_CreateString(text));
}

void otlp_put_attribute(FILE *out, const char *between, const char *key, const char *text)
{
    (void)fprintf(out, "%s{\"key\":\"%s\",\"value\":{\"stringValue\":", between, key);
    otlp_put_text(out, text);
    (void)fputs("}}", out);
}

void otlp_put_whole(FILE *out, const char *between, const char *key, int64_t value)
{
    (void)fprintf(out, "%s{\"key\":\"%s\",\"value\":{\"intValue\":\"%" PRId64 "\"}}", between, key, value);
}

static const char *first_of(const char *a, const char *b, const char *c)
{
    return a != NULL ? a : b != NULL ? b : c;
}

void otlp_begin_resource(FILE *out, const struct otlp_options *options, const struct otlp_resource *resource)
{
    const char *version = first_of(resource->version, options->version, SIMEX_VERSION);
    const char *env = first_of(resource->env, options->env, "simex");
    (void)fputs("{\"resource\":{\"attributes\":[", out);
    otlp_put_attribute(out, "", "service.name", resource->service);
    otlp_put_attribute(out, ",", "service.version", version);
    otlp_put_attribute(out, ",", "deployment.environment", env);
    otlp_put_attribute(out, ",", "version", version);
    otlp_put_attribute(out, ",", "env", env);
    if (resource->type != NULL)
        otlp_put_attribute(out, ",", "simex.node.type", resource->type);
    otlp_put_attribute(out, ",", "simex.scenario", resource->scenario);
    otlp_put_attribute(out, ",", "simex.run", resource->run);
    (void)fprintf(out, "]},\"%s\":[{\"scope\":{\"name\":\"simex\",\"version\":\"" SIMEX_VERSION "\"},\"%s\":[\n",
                  resource->scopes, resource->items);
}
