/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Between html_document.c and what it is made of: explanations, score cards and comparisons as other commands write them with
 * --format json. They may come from another version of simex or from hand: what is missing is left out, what has another
 * type is shown as it is. */
#ifndef REPORTS_HTML_DOCUMENT_H
#define REPORTS_HTML_DOCUMENT_H

#include "reports/html_parts.h"

enum { HTML_DOCUMENT_ROWS = 100 };

struct answers {
    FILE *out;
    const struct html_run *runs;
    size_t count;
    struct scenario *scenario; /* that the document names, when it ships; may be NULL */
    struct cell *cell;
};

static inline const cJSON *member(const cJSON *object, const char *key)
{
    return cJSON_GetObjectItemCaseSensitive(object, key);
}

static inline const char *text_of(const cJSON *object, const char *key)
{
    return cJSON_GetStringValue(member(object, key));
}

/* The unit of a reading of the panel; NULL: not known. */
const char *html_unit_of(const struct answers *answers, const char *key);
/* A number in its unit, with its sign; any other value as it is. `unit` NULL: not known. */
void html_put_in_unit(FILE *out, const char *unit, const cJSON *value, bool sign);
/* {value, change, low, high, identical}, what there is of it, or a number. */
void html_put_estimate(FILE *out, const char *unit, const cJSON *item);
/* Overrides: {path: value}, [[path, value], ...] or anything else. */
void html_put_overrides(FILE *out, const cJSON *overrides);

void html_put_explanation(const struct answers *answers, const cJSON *tree);
void html_put_score_card(const struct answers *answers, const cJSON *tree);
void html_put_comparison(const struct answers *answers, const cJSON *tree);

#endif
