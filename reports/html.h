/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Text for a page: everything that came from a user passes through here.
 *
 * What a reader must not be fooled by is shown rather than obeyed: control characters and bytes that are no UTF-8 as \x1b,
 * characters that turn the direction of what follows (U+202A..202E, U+2066..2069) as \u202e. Letters of scripts that run
 * from right to left stay; html_bdi keeps them from moving their surroundings. */
#ifndef REPORTS_HTML_H
#define REPORTS_HTML_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct cJSON;

/* Escaped for an element's content and for an attribute in double quotes. NULL prints nothing. */
void html_text(FILE *out, const char *text);

/* The same in a <bdi>. */
void html_bdi(FILE *out, const char *text);

/* A JSON string with its quotes, which can stand in a <script> of any type: < > & and the line separators of JavaScript are
 * written as \u003c. */
void html_json_text(FILE *out, const char *text);

/* A JSON number, six digits; null for what is no number. */
void html_json_number(FILE *out, double value);

/* What a picture as a file holds, for the inside of a page: without its XML declaration and its <style>, which a strict
 * policy forbids; the page's own style has rules for both kinds of pictures. */
void html_svg(FILE *out, const char *svg);

/* "sha256-..." as a Content-Security-Policy names a script; `buffer` holds HTML_HASH_ROOM. Returns it. */
enum { HTML_HASH_ROOM = 52 };
const char *html_hash(char buffer[HTML_HASH_ROOM], const char *text);

/* Any JSON as lists and tables, bounded: what a part of a page does not know by name is shown all the same. */
void html_tree(FILE *out, const struct cJSON *tree);
/* One value as a short text: a string as it is, a number with six digits, null as "no data", a list joined by commas, an
 * object's members joined by semicolons. Escaped. */
void html_value(FILE *out, const struct cJSON *value);

#endif
