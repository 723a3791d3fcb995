/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the JSON files share among themselves: the strict scanner, code points, and lines. Others include json.h. */
#ifndef SCENARIOS_JSON_STRICT_H
#define SCENARIOS_JSON_STRICT_H

#include "scenarios/json.h"

/* One value of a text. Values are numbered in the order of the text (pre-order of the tree), the root is 0; the first
 * child of a container i is i + 1, the next sibling of j is places[j].end. */
struct json_place {
    uint32_t key;   /* offset of the key's opening quote; of the value, when there is no key */
    uint32_t value; /* offset of the value's first byte */
    uint32_t end;   /* number of the first value behind this one and all it holds */
};

/* The first syntax error of a text. */
struct json_fault {
    size_t at; /* offset, up to the length of the text */
    char message[320];
};

/* Checks a text against RFC 8259 and the bounds of json.h. Returns the places of its values (`*count` of them, free()
 * frees them), or NULL with `*fault` filled. Numbers are checked in form only, not in range. */
struct json_place *json_strict_scan(const char *text, size_t length, size_t *count, struct json_fault *fault);

/* The code point at the start of `text`: its bytes (1 to 4), or 0 when it is not valid UTF-8 (overlong, surrogate,
 * above U+10FFFF, cut off) or length is 0. */
size_t json_utf8(const char *text, size_t length, uint32_t *code);

/* Line and column (both from 1, columns in code points) of an offset in a text that is valid up to there. */
void json_line_column(const char *text, size_t at, int *line, int *column);

/* Writes `text` to `out` (size bytes, at least 8) safe for a terminal, cut to `chars_max` characters, then `...`. Six
 * bytes a character and four more suffice. */
void json_safe_text(char *out, size_t size, size_t chars_max, const char *text);

/* The pointer to value `number` of a document. The caller frees it. */
char *json_pointer_of(const struct json_doc *doc, size_t number);

/* Adds an error at value `number` of `doc` itself. */
void json_errors_add_value(struct json_errors *errors, const struct json_doc *doc, size_t number, enum json_side side,
                           const char *format, ...) __attribute__((format(printf, 5, 6)));

#endif
