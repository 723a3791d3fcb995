/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Strings, numbers and words of JSON (RFC 8259, sections 3, 6 and 7), and the wording of syntax errors. A fault stands
 * where an editor's cursor should go: at the quote that is never closed, at the start of a wrong number or word, at the
 * wrong escape or byte inside a string. */
#include "scenarios/json_scan.h"

#include <stdarg.h>
#include <string.h>
#include <strings.h>

enum { GOT_MAX = 200, WORD_SHOWN_MAX = 40 };

bool json_scan_fault(struct json_scan *scan, size_t at, const char *format, ...)
{
    scan->fault->at = at;
    va_list args;
    va_start(args, format);
    vsnprintf(scan->fault->message, sizeof scan->fault->message, format, args);
    va_end(args);
    return false;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_word(char c)
{
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static char peek(const struct json_scan *scan, size_t at)
{
    return at < scan->length ? scan->text[at] : '\0';
}

static bool starts_with(const struct json_scan *scan, size_t at, const char *what)
{
    const size_t length = strlen(what);
    return scan->length - at >= length && memcmp(scan->text + at, what, length) == 0;
}

void json_scan_space(struct json_scan *scan)
{
    while (scan->at < scan->length && strchr(" \t\r\n", scan->text[scan->at]) != NULL && scan->text[scan->at] != '\0')
        scan->at++;
}

/* What stands at an offset, as a message names it. */
static const char *got(const struct json_scan *scan, size_t at, char out[GOT_MAX])
{
    if (at >= scan->length)
        return "the end of the text";
    if (scan->text[at] == '"')
        return "a string";
    size_t end = at;
    while (end < scan->length && (is_word(scan->text[end]) || strchr("+-.", scan->text[end]) != NULL) &&
           scan->text[end] != '\0') {
        end++;
    }
    uint32_t code = 0;
    const size_t bytes = json_utf8(scan->text + at, scan->length - at, &code);
    if (end > at) {
        const bool cut = end - at > WORD_SHOWN_MAX;
        snprintf(out, GOT_MAX, "\"%.*s%s\"", cut ? WORD_SHOWN_MAX : (int)(end - at), scan->text + at, cut ? "..." : "");
    } else if (bytes == 0 || code < 0x20) {
        snprintf(out, GOT_MAX, "the byte 0x%02x", (unsigned)(unsigned char)scan->text[at]);
    } else {
        snprintf(out, GOT_MAX, "\"%.*s\"", (int)bytes, scan->text + at);
    }
    return out;
}

bool json_scan_unexpected(struct json_scan *scan, const char *wanted)
{
    static const struct {
        const char *start;
        const char *message;
    } MISTAKES[] = {
        {"//", "want no comment (JSON has none), got \"//\""},
        {"/*", "want no comment (JSON has none), got \"/*\""},
        {"#", "want no comment (JSON has none), got \"#\""},
        {"'", "want double quotes around a text or key, got a single quote"},
        {"`", "want double quotes around a text or key, got a backtick"},
        {"\xe2\x80\x98", "want plain double quotes, got typographic ones"},
        {"\xe2\x80\x99", "want plain double quotes, got typographic ones"},
        {"\xe2\x80\x9c", "want plain double quotes, got typographic ones"},
        {"\xe2\x80\x9d", "want plain double quotes, got typographic ones"},
        {"\xe2\x80\x9e", "want plain double quotes, got typographic ones"},
    };
    for (size_t i = 0; i < SIM_COUNT_OF(MISTAKES); i++) {
        if (starts_with(scan, scan->at, MISTAKES[i].start))
            return json_scan_fault(scan, scan->at, "%s", MISTAKES[i].message);
    }
    char buffer[GOT_MAX];
    return json_scan_fault(scan, scan->at, "want %s, got %s", wanted, got(scan, scan->at, buffer));
}

/* The four digits of a \u escape; -1 when they are not. */
static int32_t hex4(const struct json_scan *scan, size_t at)
{
    int32_t code = 0;
    for (size_t i = 0; i < 4; i++) {
        static const char DIGITS[] = "0123456789abcdef0123456789ABCDEF";
        const char c = peek(scan, at + i);
        const char *digit = c != '\0' ? strchr(DIGITS, c) : NULL;
        if (digit == NULL)
            return -1;
        code = code * 16 + (int32_t)((digit - DIGITS) % 16);
    }
    return code;
}

static bool scan_unicode_escape(struct json_scan *scan)
{
    const size_t at = scan->at;
    const int32_t code = hex4(scan, at + 2);
    if (code < 0)
        return json_scan_fault(scan, at, "want four hexadecimal digits after \"\\u\"");
    if (code == 0)
        return json_scan_fault(scan, at, "want no NUL character in a text, got \"\\u0000\"");
    scan->at += 6;
    if (code < 0xd800 || code > 0xdfff)
        return true;
    const int32_t low = starts_with(scan, scan->at, "\\u") ? hex4(scan, scan->at + 2) : -1;
    if (code > 0xdbff || low < 0xdc00 || low > 0xdfff)
        return json_scan_fault(scan, at, "want both halves of a surrogate pair, got \"\\u%04x\" alone", (unsigned)code);
    scan->at += 6;
    return true;
}

static bool scan_escape(struct json_scan *scan)
{
    const char c = peek(scan, scan->at + 1);
    if (c == 'u')
        return scan_unicode_escape(scan);
    if (c == '\0' || strchr("\"\\/bfnrt", c) == NULL) {
        return json_scan_fault(scan, scan->at,
                               "want one of \\\" \\\\ \\/ \\b \\f \\n \\r \\t \\uXXXX (a backslash itself is \\\\)");
    }
    scan->at += 2;
    return true;
}

/* One character of a string that is neither a quote nor a backslash. */
static bool scan_character(struct json_scan *scan, size_t start)
{
    const unsigned char byte = (unsigned char)scan->text[scan->at];
    uint32_t code = 0;
    const size_t bytes = json_utf8(scan->text + scan->at, scan->length - scan->at, &code);
    if (bytes == 0)
        return json_scan_fault(scan, scan->at, "want valid UTF-8, got the byte 0x%02x", (unsigned)byte);
    if (byte == '\n' || byte == '\r')
        return json_scan_fault(scan, start, "want a closing quote before the end of the line");
    if (byte < 0x20) {
        return json_scan_fault(scan, scan->at, "want control characters escaped (\\u%04x%s), got the byte 0x%02x",
                               (unsigned)byte, byte == '\t' ? " or \\t" : "", (unsigned)byte);
    }
    scan->at += bytes;
    return true;
}

bool json_scan_string(struct json_scan *scan)
{
    const size_t start = scan->at++;
    while (scan->at < scan->length) {
        const char c = scan->text[scan->at];
        if (c == '"' && scan->at - start - 1 <= JSON_STRING_MAX) {
            scan->at++;
            return true;
        }
        if (scan->at - start - 1 > JSON_STRING_MAX)
            return json_scan_fault(scan, start, "want texts of at most %d bytes", JSON_STRING_MAX);
        if (!(c == '\\' ? scan_escape(scan) : scan_character(scan, start)))
            return false;
    }
    return json_scan_fault(scan, start, "want a closing quote, got the end of the text");
}

static void skip_digits(struct json_scan *scan)
{
    while (is_digit(peek(scan, scan->at)))
        scan->at++;
}

/* At least one digit, `where` it is wanted. */
static bool scan_digits(struct json_scan *scan, size_t start, const char *where)
{
    if (!is_digit(peek(scan, scan->at))) {
        char buffer[GOT_MAX];
        return json_scan_fault(scan, start, "want a number with a digit %s, got %s", where, got(scan, start, buffer));
    }
    skip_digits(scan);
    return true;
}

static bool scan_number(struct json_scan *scan)
{
    const size_t start = scan->at;
    char buffer[GOT_MAX];
    scan->at += peek(scan, start) == '-';
    const size_t first = scan->at;
    if (!scan_digits(scan, start, first > start ? "after \"-\"" : "in front"))
        return false;
    if (scan->text[first] == '0' && scan->at > first + 1)
        return json_scan_fault(scan, start, "want a number without a leading zero, got %s", got(scan, start, buffer));
    if (peek(scan, scan->at) == '.') {
        scan->at++;
        if (!scan_digits(scan, start, "after the point"))
            return false;
    }
    if (peek(scan, scan->at) == 'e' || peek(scan, scan->at) == 'E') {
        scan->at++;
        scan->at += peek(scan, scan->at) == '+' || peek(scan, scan->at) == '-';
        if (!scan_digits(scan, start, "in its exponent"))
            return false;
    }
    if (is_word(peek(scan, scan->at)) || peek(scan, scan->at) == '.') {
        return json_scan_fault(scan, start, "want a decimal number, or a text in double quotes, got %s",
                               got(scan, start, buffer));
    }
    if (scan->at - start > JSON_NUMBER_MAX)
        return json_scan_fault(scan, start, "want a number of at most %d characters", JSON_NUMBER_MAX);
    return true;
}

/* A word that is none of JSON's, but meant as one. */
static const struct {
    const char *word;
    const char *want;
} WORDS[] = {
    {"true", "true in lower case"},
    {"false", "false in lower case"},
    {"null", "null in lower case"},
    {"none", "null"},
    {"nil", "null"},
    {"undefined", "null"},
    {"nan", "a finite number"},
    {"inf", "a finite number"},
    {"infinity", "a finite number"},
};

static bool scan_word(struct json_scan *scan)
{
    const size_t start = scan->at;
    size_t length = 0;
    while (is_word(peek(scan, start + length)))
        length++;
    static const char *const KNOWN[] = {"true", "false", "null"};
    for (size_t i = 0; i < SIM_COUNT_OF(KNOWN); i++) {
        if (length == strlen(KNOWN[i]) && memcmp(scan->text + start, KNOWN[i], length) == 0) {
            scan->at += length;
            return true;
        }
    }
    for (size_t i = 0; i < SIM_COUNT_OF(WORDS); i++) {
        if (length == strlen(WORDS[i].word) && strncasecmp(scan->text + start, WORDS[i].word, length) == 0)
            return json_scan_unexpected(scan, WORDS[i].want);
    }
    return json_scan_unexpected(scan, "a value (texts stand in double quotes)");
}

bool json_scan_scalar(struct json_scan *scan)
{
    const char c = peek(scan, scan->at);
    if (c == '"')
        return json_scan_string(scan);
    if (c == '-' || c == '.' || is_digit(c))
        return scan_number(scan);
    if (c == '+')
        return json_scan_unexpected(scan, "a number without \"+\"");
    if (is_word(c))
        return scan_word(scan);
    return json_scan_unexpected(scan, "a value");
}
