/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The default bounds are prometheus/client_golang's DefBuckets. */
#include "reports/openmetrics_bounds.h"

#include "sim/units.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char default_bounds[] = "0.005,0.01,0.025,0.05,0.1,0.25,0.5,1,2.5,5,10";

static bool add_bound(struct openmetrics_bounds *bounds, const char *text)
{
    double upper = 0;
    if (bounds->count == OPENMETRICS_BOUNDS_MAX || !sim_parse_number(text, &upper) || !(upper > 0))
        return false;
    const sim_ns upper_ns = sim_ns_from_s(upper);
    if (upper_ns < (bounds->count == 0 ? 1 : bounds->upper_ns[bounds->count - 1] + 1) || upper_ns == SIM_NS_MAX)
        return false;
    bounds->upper[bounds->count] = upper;
    bounds->upper_ns[bounds->count++] = upper_ns;
    return true;
}

bool openmetrics_bounds_parse(struct openmetrics_bounds *bounds, const char *text)
{
    const bool named = strcmp(text, "lab") == 0 || strcmp(text, "prometheus") == 0;
    char *copy = sim_xstrdup(named ? default_bounds : text);
    char *rest = copy;
    bool fine = true;
    bounds->count = 0;
    while (fine && rest != NULL) {
        const char *word = strsep(&rest, ",");
        fine = add_bound(bounds, word);
    }
    free(copy);
    return fine;
}

struct counting {
    const struct openmetrics_bounds *bounds;
    sim_ns high;
    int64_t *counts;
};

static void count_bucket(void *context, uint32_t bucket, uint64_t count)
{
    const struct counting *counting = context;
    const struct openmetrics_bounds *bounds = counting->bounds;
    int64_t greatest = sim_hist_bucket_low(bucket) + sim_hist_bucket_width(bucket) - 1;
    greatest = greatest < counting->high ? greatest : counting->high;
    size_t at = 0;
    while (at < bounds->count && bounds->upper_ns[at] < greatest)
        at++;
    counting->counts[at] += (int64_t)count;
}

void openmetrics_bounds_count(const struct openmetrics_bounds *bounds, const struct series_point *point,
                              int64_t *counts)
{
    struct counting counting = {bounds, point->high, counts};
    (void)spool_decode(point->buckets, point->bytes, count_bucket, &counting);
}
