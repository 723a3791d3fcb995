/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The parts of a report: each adds a section to the page, or none when there is nothing to show. `runs` are one, or several
 * side by side, the first of which the others are compared with. */
#ifndef REPORTS_HTML_PARTS_H
#define REPORTS_HTML_PARTS_H

#include "reports/html_page.h"
#include "reports/html_run.h"

#include <cjson/cJSON.h>

/* html_panel.c */
void html_add_summary(struct html_page *page, const struct html_run *runs, size_t count);
void html_add_panel(struct html_page *page, const struct html_run *runs, size_t count);
void html_add_verdicts(struct html_page *page, const struct html_run *runs, size_t count);

/* html_compare.c: which params differ between runs */
void html_add_differences(struct html_page *page, const struct html_run *runs, size_t count);

/* html_charts.c */
void html_add_charts(struct html_page *page, const struct html_run *runs, size_t count);

/* html_traces.c */
void html_add_profiles(struct html_page *page, const struct html_run *runs, size_t count);
void html_add_traces(struct html_page *page, const struct html_run *runs, size_t count);

/* html_map.c: who calls whom, of each phase; side by side, of the one that a reader looks at first */
void html_add_map(struct html_page *page, const struct html_run *runs, size_t count);

/* html_script.c: the answers to a script's requests */
void html_add_script(struct html_page *page, const struct html_run *run);

/* html_document.c: what other commands wrote with --format json. */
enum html_document { HTML_NO_DOCUMENT, HTML_EXPLANATION, HTML_SCORE_CARD, HTML_COMPARISON };
/* Which of them a tree is. */
enum html_document html_document_kind(const cJSON *tree);
/* `source`: the file's name. Values are shown in the units of the scenario it names when that ships, or of `runs`. */
void html_add_document(struct html_page *page, const cJSON *tree, const char *source, const struct html_run *runs,
                       size_t count);

/* ---- shared ---- */

/* The letter of a run among several: A, B, ...; "" when it is alone. */
const char *html_letter(size_t index, size_t count);
/* Prints a value in its unit, or "no data". */
void html_put_reading(FILE *out, const char *unit, struct sim_reading_value value);
/* "simex VERB RUN EXTRA" below a part, and in the list at the end. */
void html_run_again(struct html_page *page, const char *what, const struct html_run *run, const char *verb,
                    const char *extra);
/* A table that scrolls sideways where it is too wide; columns NULL-terminated. */
void html_table(FILE *out, const char *caption, const char *const *columns);
void html_table_end(FILE *out);

#endif
