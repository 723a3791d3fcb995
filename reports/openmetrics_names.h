/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What series are called outside: names of families, labels, help texts, and the labs' own names as aliases. */
#ifndef REPORTS_OPENMETRICS_NAMES_H
#define REPORTS_OPENMETRICS_NAMES_H

#include "reports/export.h"

struct openmetrics_names {
    const struct export_run *run;
    const struct sim_node_type **types; /* of the node, by series; NULL: a type that this simex does not know */
    char **families;                    /* by series: "simex_latency_seconds"; counters without "_total" */
};

void openmetrics_names_init(struct openmetrics_names *names, const struct export_run *run);
void openmetrics_names_fini(struct openmetrics_names *names);

/* "seconds", "bytes", or NULL for what is counted. */
const char *openmetrics_unit(const struct series *series);
/* The labels of a series, without braces: node="gateway",part="cpu". Free. */
char *openmetrics_labels(const struct series *series);
/* What the metrics of a family mean: of every series that carries its name. Free. */
char *openmetrics_help(const struct openmetrics_names *names, const char *family);
/* Writes text with backslash, double quote and newline escaped, as in label values and help. */
void openmetrics_escape(FILE *out, const char *text);

/* A name that the labs' own dashboards use for a metric of ours, declared once here and documented in
 * docs/prometheus.md. */
struct openmetrics_alias {
    const char *name;   /* of the family */
    const char *types;  /* node types, with blanks between */
    const char *part;   /* of the node; NULL: the node itself */
    const char *metric; /* of that */
    const char *labels; /* besides service="NODE": status="200", or "" */
    const char *help;
};
/* Ends with a name that is NULL; rows of one family follow each other. */
extern const struct openmetrics_alias openmetrics_aliases[];
/* Whether the alias is one of this series. */
bool openmetrics_alias_fits(const struct openmetrics_names *names, size_t series,
                            const struct openmetrics_alias *alias);

#endif
