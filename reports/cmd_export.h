/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What `simex export` was asked for, and the formats for which a run is simulated again. */
#ifndef REPORTS_CMD_EXPORT_H
#define REPORTS_CMD_EXPORT_H

#include "reports/logbook.h"
#include "reports/openmetrics.h"
#include "reports/options.h"
#include "reports/otlp.h"

enum { EXPORT_OTLP_TRACES = 1000, EXPORT_CHROME_TRACES = 100, EXPORT_TRACES_MAX = 10000 };

/* From EXPORT_OTLP_LOGS on of a run simulated again, from EXPORT_OTLP on its traces. */
enum export_format {
    EXPORT_CSV,
    EXPORT_OPENMETRICS,
    EXPORT_JSON,
    EXPORT_OTLP_METRICS,
    EXPORT_OTLP_LOGS,
    EXPORT_OTLP,
    EXPORT_CHROME,
    EXPORT_FOLDED,
    EXPORT_FORMATS
};

struct export_arguments {
    struct cell_options cell;
    enum export_format format;
    const char *run, *out, *phase, *where;
    uint32_t limit; /* 0: the format's */
    enum log_level level;
    bool has_level;
    struct openmetrics_options openmetrics;
    struct otlp_options otlp;
};

/* To the file or to standard output, whose errors are main's to tell. An exit code. */
int export_write_out(const struct export_arguments *arguments, bool (*write)(FILE *out, void *context), void *context);

/* Both simulate RUN again; an exit code. */
int export_traces(struct export_arguments *arguments);
int export_logs(const struct export_arguments *arguments);

#endif
