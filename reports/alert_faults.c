/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Since when something was wrong. Besides the scenario's faults there are those of a script, which turns the lab's knobs:
 *
 *     POST /chaos/configure?db_latency=10.0    until the next configure or reset
 *     POST /chaos/leak?items=1000              from the first on; nothing takes it back
 *
 * A configure without knobs sets them all to their defaults, as a reset does. */
#include "reports/alert_run.h"

#include "sim/units.h"

#include <stdlib.h>
#include <string.h>

static const char chaos[] = "POST /chaos/";

static bool begins(const char *text, const char *with)
{
    return strncmp(text, with, strlen(with)) == 0;
}

static void add(struct alert_faults *faults, const char *request, sim_ns at)
{
    const char *name = request + strlen(chaos);
    faults->items = sim_xrealloc(faults->items, (faults->count + 1) * sizeof *faults->items);
    faults->items[faults->count++] = (struct record_fault){.name = name, .what = request, .at = at, .until = SIM_NEVER};
}

/* A request of the script; *knobs and *leak are the numbers of the faults that it has begun, 0: none. */
static void take_request(struct alert_faults *faults, const char *request, sim_ns at, size_t *knobs, size_t *leak)
{
    const bool configure = begins(request, "POST /chaos/configure");
    if (configure || begins(request, "POST /chaos/reset")) {
        if (*knobs > 0)
            faults->items[*knobs - 1].until = at;
        *knobs = 0;
    }
    if (configure && strchr(request, '?') != NULL) {
        add(faults, request, at);
        *knobs = faults->count;
    } else if (begins(request, "POST /chaos/leak") && *leak == 0) {
        add(faults, request, at);
        *leak = faults->count;
    }
}

void alert_faults_init(struct alert_faults *faults, const struct record *record)
{
    const cJSON *one = NULL;
    size_t knobs = 0, leak = 0;
    *faults = (struct alert_faults){.count = record->fault_count};
    faults->items = sim_xcalloc(record->fault_count + 1, sizeof *faults->items);
    for (uint32_t i = 0; i < record->fault_count; i++)
        faults->items[i] = record->faults[i];
    faults->responses = record->responses == NULL ? NULL : cJSON_Parse(record->responses);
    cJSON_ArrayForEach(one, cJSON_GetObjectItemCaseSensitive(faults->responses, "responses"))
    {
        const cJSON *request = cJSON_GetObjectItemCaseSensitive(one, "request");
        const cJSON *at = cJSON_GetObjectItemCaseSensitive(one, "at_s");
        if (cJSON_IsString(request) && cJSON_IsNumber(at))
            take_request(faults, request->valuestring, sim_ns_from_s(at->valuedouble), &knobs, &leak);
    }
}

void alert_faults_fini(struct alert_faults *faults)
{
    free(faults->items);
    cJSON_Delete(faults->responses);
    *faults = (struct alert_faults){.items = NULL};
}
