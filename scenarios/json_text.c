/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Bytes, code points and lines: what the JSON files need to know of a text that is not yet JSON. UTF-8 as in RFC 3629,
 * table 3-7 of the Unicode standard. */
#include "scenarios/json_strict.h"

#include <string.h>

size_t json_utf8(const char *text, size_t length, uint32_t *code)
{
    if (length == 0)
        return 0;
    const unsigned char *byte = (const unsigned char *)text;
    if (byte[0] < 0x80) {
        *code = byte[0];
        return 1;
    }
    const size_t bytes = byte[0] >= 0xf0 ? 4 : byte[0] >= 0xe0 ? 3 : 2;
    if (byte[0] < 0xc2 || byte[0] > 0xf4 || length < bytes)
        return 0;
    uint32_t value = byte[0] & (0xffU >> (bytes + 1));
    for (size_t i = 1; i < bytes; i++) {
        if ((byte[i] & 0xc0) != 0x80)
            return 0;
        value = value << 6 | (byte[i] & 0x3fU);
    }
    static const uint32_t LEAST[] = {0, 0, 0x80, 0x800, 0x10000};
    if (value < LEAST[bytes] || (value >= 0xd800 && value <= 0xdfff) || value > 0x10ffff)
        return 0;
    *code = value;
    return bytes;
}

void json_line_column(const char *text, size_t at, int *line, int *column)
{
    *line = 1;
    *column = 1;
    for (size_t i = 0; i < at; i++) {
        const unsigned char byte = (unsigned char)text[i];
        if (byte == '\n') {
            *line += 1;
            *column = 1;
        } else if ((byte & 0xc0) != 0x80) {
            *column += 1;
        }
    }
}

/* Controls, and what hides itself or reorders the text around it on a terminal. */
static bool is_unsafe(uint32_t code)
{
    return code < 0x20 || (code >= 0x7f && code <= 0xa0) || (code >= 0x200b && code <= 0x200f) ||
           (code >= 0x2028 && code <= 0x202e) || (code >= 0x2060 && code <= 0x206f) || code == 0xfeff;
}

void json_safe_text(char *out, size_t size, size_t chars_max, const char *text)
{
    static const char CUT[] = "...";
    sim_assert(size >= 8);
    size_t left = strlen(text);
    size_t used = 0;
    for (size_t chars = 0; left > 0; chars++) {
        if (chars == chars_max || used + 6 + sizeof CUT > size) {
            memcpy(out + used, CUT, sizeof CUT);
            return;
        }
        uint32_t code = 0;
        const size_t bytes = json_utf8(text, left, &code);
        if (bytes == 0 || (bytes == 1 && is_unsafe(code))) {
            snprintf(out + used, size - used, "\\x%02x", (unsigned)(unsigned char)*text);
            used += 4;
        } else if (is_unsafe(code)) {
            snprintf(out + used, size - used, "\\u%04x", (unsigned)code);
            used += 6;
        } else {
            memcpy(out + used, text, bytes);
            used += bytes;
        }
        text += bytes > 0 ? bytes : 1;
        left -= bytes > 0 ? bytes : 1;
    }
    out[used] = '\0';
}
