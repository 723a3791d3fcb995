/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A stored run for other programs: CSV and JSON here, OpenMetrics in openmetrics.h. Windows are written as they are
 * stored, in base units (seconds, bytes). The order is that of the store, so equal runs give equal bytes. */
#ifndef REPORTS_EXPORT_H
#define REPORTS_EXPORT_H

#include "reports/series.h"

#include <stdio.h>

struct export_run {
    const struct store *store;
    const struct record *record;
    struct series_list list;
};

/* Reads the list of series. False after an error that was printed; export_run_fini in any case. */
bool export_run_init(struct export_run *run, const struct store *store, int64_t key, const struct record *record);
void export_run_fini(struct export_run *run);

/* Both return false after an error of the store that was printed; errors of `out` stay with it. */
bool export_csv(FILE *out, const struct export_run *run);
bool export_json(FILE *out, const struct export_run *run);

/* ---- texts ---- */

enum { EXPORT_ROOM = 48 };

/* A field of CSV, quoted when it has to be (RFC 4180); NULL is an empty field. */
void export_csv_field(FILE *out, const char *text);
/* Nanoseconds as seconds, all digits and no more: "0.5", "-3", "1560". Returns `buffer`. */
const char *export_seconds(char buffer[EXPORT_ROOM], sim_wide ns);
/* A value of a series: times that are kept in ns as seconds, all else as it is. */
const char *export_value(char buffer[EXPORT_ROOM], const struct series *series, int64_t value);
/* The unit of what export_value writes: "s" for "ns". */
const char *export_unit(const struct series *series);
/* The mean of a gauge's window, in the same unit. */
const char *export_mean(char buffer[EXPORT_ROOM], const struct series *series, double mean);

#endif
