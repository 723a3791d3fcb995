/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "reports/export.h"

#include "sim/units.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

bool export_run_init(struct export_run *run, const struct store *store, int64_t key, const struct record *record)
{
    *run = (struct export_run){.store = store, .record = record};
    return series_list_read(store, key, &run->list);
}

void export_run_fini(struct export_run *run)
{
    series_list_fini(&run->list);
}

/* ---- texts ---- */

void export_csv_field(FILE *out, const char *text)
{
    if (text == NULL)
        return;
    if (strpbrk(text, "\",\r\n") == NULL) {
        (void)fputs(text, out);
        return;
    }
    (void)fputc('"', out);
    for (; *text != '\0'; text++) {
        if (*text == '"')
            (void)fputc('"', out);
        (void)fputc(*text, out);
    }
    (void)fputc('"', out);
}

const char *export_seconds(char buffer[EXPORT_ROOM], sim_wide ns)
{
    const bool negative = ns < 0;
    const sim_wide size = negative ? -ns : ns;
    const int64_t whole = (int64_t)(size / SIM_S);
    const int64_t rest = (int64_t)(size % SIM_S);
    int length = snprintf(buffer, EXPORT_ROOM, "%s%" PRId64 ".%09" PRId64, negative ? "-" : "", whole, rest);
    while (buffer[length - 1] == '0')
        length--;
    length -= buffer[length - 1] == '.';
    buffer[length] = '\0';
    return buffer;
}

static bool in_ns(const struct series *series)
{
    return series->kind == SIM_METRIC_HISTOGRAM || strcmp(series->unit, "ns") == 0;
}

const char *export_unit(const struct series *series)
{
    return in_ns(series) ? "s" : series->unit;
}

const char *export_value(char buffer[EXPORT_ROOM], const struct series *series, int64_t value)
{
    if (in_ns(series))
        return export_seconds(buffer, value);
    (void)snprintf(buffer, EXPORT_ROOM, "%" PRId64, value);
    return buffer;
}

const char *export_mean(char buffer[EXPORT_ROOM], const struct series *series, double mean)
{
    const double scale = in_ns(series) ? 1e9 : 1;
    return sim_format_number(buffer, EXPORT_ROOM, isfinite(mean) ? mean / scale : 0);
}
