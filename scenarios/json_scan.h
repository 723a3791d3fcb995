/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Between the two halves of the strict scanner: json_strict.c (structure) and json_scalar.c (strings, numbers, words,
 * and what to say of a byte that does not fit). Every function here that returns bool returns false with the fault
 * filled. */
#ifndef SCENARIOS_JSON_SCAN_H
#define SCENARIOS_JSON_SCAN_H

#include "scenarios/json_strict.h"

enum json_want { JSON_WANT_FIRST_VALUE, JSON_WANT_VALUE, JSON_WANT_FIRST_KEY, JSON_WANT_KEY, JSON_WANT_NEXT };

struct json_scan {
    const char *text;
    size_t length;
    size_t at; /* the next byte */
    enum json_want want;
    struct json_place *places;
    size_t count;
    size_t capacity;
    uint32_t open[JSON_DEPTH_MAX]; /* numbers of the open containers' places */
    int depth;
    size_t key_at;   /* of the member whose value comes next */
    size_t comma_at; /* the last comma */
    struct json_fault *fault;
};

/* Skips the four bytes that RFC 8259 calls white space. */
void json_scan_space(struct json_scan *scan);

/* A string from its opening quote to behind its closing one. */
bool json_scan_string(struct json_scan *scan);

/* A string, a number, true, false or null; a fault for anything else. */
bool json_scan_scalar(struct json_scan *scan);

/* Fills the fault; always false. */
bool json_scan_fault(struct json_scan *scan, size_t at, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* `want WANTED, got ...` at the next byte, or a better message when the mistake is a common one; always false. */
bool json_scan_unexpected(struct json_scan *scan, const char *wanted);

#endif
