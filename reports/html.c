/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "reports/html.h"

#include "reports/sha256.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

/* ---- characters ---- */

enum { NO_CHARACTER = -1, LAST_CHARACTER = 0x10ffff };

/* The character at `text`, which is not at its end; NO_CHARACTER, of one byte, where there is no valid one. */
static int32_t character_at(const char *text, size_t *bytes)
{
    static const int32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    const unsigned char *c = (const unsigned char *)text;
    const size_t length = c[0] < 0x80 ? 1 : c[0] >= 0xf0 && c[0] < 0xf5 ? 4 : c[0] >= 0xe0 ? 3 : 2;
    int32_t character = length == 1 ? c[0] : c[0] & (0x7f >> length);
    *bytes = 1;
    if (length > 1 && (c[0] < 0xc2 || c[0] > 0xf4))
        return NO_CHARACTER;
    for (size_t i = 1; i < length; i++) {
        if ((c[i] & 0xc0) != 0x80)
            return NO_CHARACTER;
        character = character << 6 | (c[i] & 0x3f);
    }
    if (character < least[length] || character > LAST_CHARACTER || (character >= 0xd800 && character < 0xe000))
        return NO_CHARACTER;
    *bytes = length;
    return character;
}

static bool is_control(int32_t c)
{
    return (c < 0x20 && c != '\n' && c != '\t') || (c >= 0x7f && c < 0xa0);
}

static bool turns_direction(int32_t c)
{
    return (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
}

/* ---- HTML ---- */

static const char *entity_of(int32_t c)
{
    switch (c) {
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '&':
        return "&amp;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    default:
        return NULL;
    }
}

void html_text(FILE *out, const char *text)
{
    size_t bytes = 0;
    for (const char *at = text; at != NULL && *at != '\0'; at += bytes) {
        const int32_t c = character_at(at, &bytes);
        const char *entity = entity_of(c);
        if (entity != NULL)
            (void)fputs(entity, out);
        else if (c == NO_CHARACTER || (is_control(c) && bytes == 1))
            (void)fprintf(out, "\\x%02x", (unsigned char)*at);
        else if (is_control(c) || turns_direction(c))
            (void)fprintf(out, "\\u%04x", (unsigned)c);
        else
            (void)fwrite(at, 1, bytes, out);
    }
}

void html_bdi(FILE *out, const char *text)
{
    (void)fputs("<bdi>", out);
    html_text(out, text);
    (void)fputs("</bdi>", out);
}

/* ---- JSON ---- */

static bool needs_escape(int32_t c)
{
    return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == '"' || c == '\\' || c == '<' || c == '>' || c == '&' ||
           c == 0x2028 || c == 0x2029 || turns_direction(c);
}

void html_json_text(FILE *out, const char *text)
{
    size_t bytes = 0;
    (void)fputc('"', out);
    for (const char *at = text; at != NULL && *at != '\0'; at += bytes) {
        const int32_t c = character_at(at, &bytes);
        if (c == NO_CHARACTER)
            (void)fputs("\\ufffd", out);
        else if (turns_direction(c))
            (void)fprintf(out, "\\\\u%04x", (unsigned)c);
        else if (needs_escape(c))
            (void)fprintf(out, "\\u%04x", (unsigned)c);
        else
            (void)fwrite(at, 1, bytes, out);
    }
    (void)fputc('"', out);
}

void html_json_number(FILE *out, double value)
{
    if (isfinite(value))
        (void)fprintf(out, "%.6g", value);
    else
        (void)fputs("null", out);
}

/* ---- pictures ---- */

void html_svg(FILE *out, const char *svg)
{
    const char *start = strstr(svg, "<svg");
    const char *style = start == NULL ? NULL : strstr(start, "<style>");
    const char *after = style == NULL ? NULL : strstr(style, "</style>");
    if (start == NULL)
        return;
    if (after != NULL) {
        (void)fwrite(start, 1, (size_t)(style - start), out);
        start = after + strlen("</style>");
    }
    (void)fputs(start, out);
}

/* ---- the policy ---- */

const char *html_hash(char buffer[HTML_HASH_ROOM], const char *text)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    unsigned char sum[SHA256_BYTES + 1];
    size_t at = (size_t)snprintf(buffer, HTML_HASH_ROOM, "sha256-");
    sha256(text, strlen(text), sum);
    sum[SHA256_BYTES] = 0;
    for (size_t i = 0; i < SHA256_BYTES; i += 3) {
        const unsigned last = i + 2 < SHA256_BYTES ? sum[i + 2] : 0;
        const unsigned group = (unsigned)sum[i] << 16 | (unsigned)sum[i + 1] << 8 | last;
        for (int shift = 18; shift >= 0; shift -= 6)
            buffer[at++] = digits[group >> shift & 63];
    }
    buffer[at - 1] = '='; /* 32 bytes: the last group has two */
    buffer[at] = '\0';
    return buffer;
}
