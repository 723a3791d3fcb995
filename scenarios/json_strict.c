/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The strict scanner: RFC 8259 to the letter, plus the bounds of json.h, in one pass without recursion. It runs before
 * cJSON, which takes trailing text, control characters, lone surrogates and many a malformed number for JSON.
 *
 * What is wanted next is the scanner's whole state, beside the stack of open containers:
 *
 *     FIRST_VALUE -> value or ]         VALUE -> value         FIRST_KEY -> key or }         KEY -> key
 *     value: { opens and wants FIRST_KEY; [ opens and wants FIRST_VALUE; a scalar wants NEXT
 *     key: with its colon wants VALUE
 *     NEXT: a comma wants KEY or VALUE; } or ] closes and wants NEXT again; with nothing open only the end will do
 *
 * Invariants: places[0..count) are the values met so far, in the order of the text; the places of open containers have
 * no `end` yet; bytes before `at` are valid UTF-8. The first fault ends the scan; its message names the common mistake
 * where it recognises one. Strings and numbers: json_scalar.c. */
#include "scenarios/json_scan.h"

#include <stdlib.h>
#include <string.h>

/* A trailing comma. */
static bool comma_before(struct json_scan *scan, char close)
{
    return json_scan_fault(scan, scan->comma_at, "want no comma before \"%c\"", close);
}

static char at_hand(const struct json_scan *scan)
{
    return scan->at < scan->length ? scan->text[scan->at] : '\0';
}

static bool in_object(const struct json_scan *scan)
{
    return scan->depth > 0 && scan->text[scan->places[scan->open[scan->depth - 1]].value] == '{';
}

/* The line in which the innermost open container opens. */
static int opened_line(const struct json_scan *scan)
{
    int line = 1;
    int column = 1;
    json_line_column(scan->text, scan->places[scan->open[scan->depth - 1]].value, &line, &column);
    return line;
}

static bool add_place(struct json_scan *scan)
{
    if (scan->count == JSON_VALUES_MAX)
        return json_scan_fault(scan, scan->at, "want at most %d values", JSON_VALUES_MAX);
    if (scan->count == scan->capacity) {
        scan->capacity = scan->capacity > 0 ? scan->capacity * 2 : 64;
        scan->places = sim_xrealloc(scan->places, scan->capacity * sizeof *scan->places);
    }
    const size_t key = in_object(scan) ? scan->key_at : scan->at;
    scan->places[scan->count] =
        (struct json_place){.key = (uint32_t)key, .value = (uint32_t)scan->at, .end = (uint32_t)scan->count + 1};
    scan->count++;
    return true;
}

static bool open_container(struct json_scan *scan, enum json_want want)
{
    if (scan->depth == JSON_DEPTH_MAX)
        return json_scan_fault(scan, scan->at, "want at most %d objects and arrays inside each other", JSON_DEPTH_MAX);
    scan->open[scan->depth++] = (uint32_t)scan->count - 1;
    scan->at++;
    scan->want = want;
    return true;
}

static bool close_container(struct json_scan *scan)
{
    scan->depth--;
    scan->places[scan->open[scan->depth]].end = (uint32_t)scan->count;
    scan->at++;
    scan->want = JSON_WANT_NEXT;
    return true;
}

static bool scan_value(struct json_scan *scan)
{
    const char c = at_hand(scan);
    if (c == ']' && scan->want == JSON_WANT_FIRST_VALUE)
        return close_container(scan);
    if (c == ']' && scan->depth > 0 && !in_object(scan))
        return comma_before(scan, c);
    if (!add_place(scan))
        return false;
    switch (c) {
    case '{':
        return open_container(scan, JSON_WANT_FIRST_KEY);
    case '[':
        return open_container(scan, JSON_WANT_FIRST_VALUE);
    default:
        scan->want = JSON_WANT_NEXT;
        return json_scan_scalar(scan);
    }
}

static bool scan_key(struct json_scan *scan)
{
    const char c = at_hand(scan);
    if (c == '}')
        return scan->want == JSON_WANT_FIRST_KEY ? close_container(scan) : comma_before(scan, c);
    if (c != '"')
        return json_scan_unexpected(scan, "a key in double quotes");
    scan->key_at = scan->at;
    if (!json_scan_string(scan))
        return false;
    json_scan_space(scan);
    if (at_hand(scan) != ':')
        return json_scan_unexpected(scan, "\":\" after the key");
    scan->at++;
    scan->want = JSON_WANT_VALUE;
    return true;
}

static bool scan_next(struct json_scan *scan)
{
    if (scan->depth == 0)
        return json_scan_unexpected(scan, "nothing after the value");
    const bool object = in_object(scan);
    const char close = object ? '}' : ']';
    if (at_hand(scan) == close)
        return close_container(scan);
    if (at_hand(scan) == ',') {
        scan->comma_at = scan->at++;
        scan->want = object ? JSON_WANT_KEY : JSON_WANT_VALUE;
        return true;
    }
    char wanted[80];
    if (scan->at == scan->length) {
        snprintf(wanted, sizeof wanted, "\"%c\" for the \"%c\" of line %d", close, object ? '{' : '[',
                 opened_line(scan));
    } else {
        snprintf(wanted, sizeof wanted, "a comma or \"%c\" after a value", close);
    }
    return json_scan_unexpected(scan, wanted);
}

static bool step(struct json_scan *scan)
{
    switch (scan->want) {
    case JSON_WANT_VALUE:
    case JSON_WANT_FIRST_VALUE:
        return scan_value(scan);
    case JSON_WANT_KEY:
    case JSON_WANT_FIRST_KEY:
        return scan_key(scan);
    case JSON_WANT_NEXT:
        return scan_next(scan);
    default:
        sim_assert(false);
    }
}

struct json_place *json_strict_scan(const char *text, size_t length, size_t *count, struct json_fault *fault)
{
    struct json_scan scan = {.text = text, .length = length, .want = JSON_WANT_VALUE, .fault = fault};
    bool fine = true;
    if (length > JSON_BYTES_MAX) {
        fine = json_scan_fault(&scan, 0, "want at most %zu bytes, got %zu", JSON_BYTES_MAX, length);
    } else if (length >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0) {
        fine = json_scan_fault(&scan, 0, "want no byte order mark before the text");
    } else if (length >= 2 && (memcmp(text, "\xff\xfe", 2) == 0 || memcmp(text, "\xfe\xff", 2) == 0)) {
        fine = json_scan_fault(&scan, 0, "want UTF-8, got what looks like UTF-16");
    }
    while (fine) {
        json_scan_space(&scan);
        if (scan.at == length && scan.want == JSON_WANT_NEXT && scan.depth == 0) {
            *count = scan.count;
            return scan.places;
        }
        fine = step(&scan);
    }
    free(scan.places);
    return NULL;
}
