/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "reports/probe.h"

#include <gsl/gsl_statistics_double.h>
#include <math.h>
#include <stdlib.h>

enum { WINDOWS_LEAST = 5 };

void probe_init(struct probe *probe, const char *text, bool counted, uint32_t phase, uint32_t steady, size_t seeds)
{
    *probe = (struct probe){text, counted, phase, steady, sim_xcalloc(seeds + 1, sizeof *probe->samples)};
}

void probe_fini(struct probe *probe)
{
    free(probe->samples);
    probe->samples = NULL;
}

/* Over an interval; what is counted as if the interval were `length` long. */
static bool read_over(const struct probe *probe, const struct sim_reading *reading, const struct sim_interval *interval,
                      sim_ns length, double *value)
{
    const struct sim_reading_value read = sim_reading_read(reading, interval->samples, interval->seen);
    *value = read.value;
    if (read.has_data && probe->counted && interval->seen > 0)
        *value *= sim_ns_to_s(length) / sim_ns_to_s(interval->seen);
    return read.has_data;
}

void probe_take(struct probe *probe, const struct cell *cell, size_t seed)
{
    struct probe_sample *sample = &probe->samples[seed];
    const struct phase *steady = &cell->phases[probe->steady];
    const struct sim_interval *phase = &cell->sim->intervals[cell->phases[probe->phase].interval];
    struct sim_reading reading;
    struct sim_error error;
    double *windows = sim_xcalloc((size_t)cell->bin_count + 1, sizeof *windows);
    size_t count = 0;
    sim_assert(sim_reading_find(cell->sim, probe->text, &reading, &error));
    sample->has_value = read_over(probe, &reading, phase, phase->seen, &sample->value);
    sample->has_steady =
        read_over(probe, &reading, &cell->sim->intervals[steady->interval], phase->seen, &sample->steady);
    for (uint32_t i = 0; i < cell->bin_count; i++) {
        const struct sim_interval *bin = &cell->sim->intervals[cell->bin_first + i];
        if (bin->from >= steady->from + steady->settle && bin->to <= steady->to)
            count += read_over(probe, &reading, bin, phase->seen, &windows[count]);
    }
    sample->has_spread = count >= WINDOWS_LEAST;
    if (sample->has_spread)
        sample->variance = gsl_stats_variance(windows, 1, count);
    free(windows);
}

struct probe_result probe_result(const struct probe *probe, size_t seeds, double share)
{
    struct probe_result result = {.count = 0};
    double steady = 0, value = 0, variance = 0;
    size_t steadies = 0, spreads = 0;
    for (size_t i = 0; i < seeds; i++) {
        const struct probe_sample *sample = &probe->samples[i];
        result.count += sample->has_value;
        value += sample->has_value ? sample->value : 0;
        steadies += sample->has_steady;
        steady += sample->has_steady ? sample->steady : 0;
        spreads += sample->has_spread;
        variance += sample->has_spread ? sample->variance : 0;
    }
    result.value = result.count > 0 ? value / (double)result.count : 0;
    result.has_steady = steadies > 0;
    result.steady = steadies > 0 ? steady / (double)steadies : 0;
    const double deviation = spreads > 0 ? 2 * sqrt(variance / (double)spreads) : 0;
    const double half = fmax(share * fabs(result.steady), deviation);
    result.low = result.steady - half;
    result.high = result.steady + half;
    return result;
}
