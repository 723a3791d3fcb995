/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Strings, numbers and strokes of a gnuplot script. */
#include "plots/script.h"

#include "sim/units.h"

#include <string.h>

/* The next character of a text, strictly: what is no UTF-8 is one character a byte, code 0. Returns its length. */
static size_t next_character(const char *text, uint32_t *code)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    const unsigned char *c = (const unsigned char *)text;
    const size_t length = c[0] < 0x80 ? 1 : c[0] < 0xc0 ? 0 : c[0] < 0xe0 ? 2 : c[0] < 0xf0 ? 3 : c[0] < 0xf8 ? 4 : 0;
    *code = length == 1 ? c[0] : length == 0 ? 0 : c[0] & (0x7fU >> length);
    for (size_t i = 1; i < length; i++) {
        if ((c[i] & 0xc0U) != 0x80U) {
            *code = 0;
            return 1;
        }
        *code = *code << 6 | (c[i] & 0x3fU);
    }
    if (length == 0 || *code < least[length] || *code > 0x10ffff || (*code >= 0xd800 && *code < 0xe000)) {
        *code = 0;
        return 1;
    }
    return length;
}

/* Controls, which no font shows, and what XML, and so SVG, forbids. */
static bool is_control(uint32_t code)
{
    return code < 0x20 || (code >= 0x7f && code < 0xa0) || code == 0xfffe || code == 0xffff;
}

static bool is_common(uint32_t code)
{
    static const struct {
        uint32_t first, last;
    } common[] = {{0x20, 0x7e},     {0xa0, 0x17f},    {0x391, 0x3a1},   {0x3a3, 0x3ce},   {0x400, 0x45f},
                  {0x2010, 0x2015}, {0x2018, 0x201e}, {0x2020, 0x2022}, {0x2026, 0x2026}, {0x2030, 0x2030},
                  {0x20ac, 0x20ac}, {0x2190, 0x2195}, {0x2212, 0x2212}, {0x2248, 0x2248}, {0x2260, 0x2265}};
    for (size_t i = 0; i < SIM_COUNT_OF(common); i++) {
        if (code >= common[i].first && code <= common[i].last)
            return true;
    }
    return false;
}

static void put_character(FILE *out, const char *at, size_t length, uint32_t code, bool common)
{
    if (code == 0 || (common && !is_common(code) && !is_control(code)))
        (void)fputc('?', out);
    else if (is_control(code))
        (void)fputc(' ', out);
    else
        (void)fprintf(out, "%s%.*s", code == '\'' ? "'" : "", (int)length, at);
}

void put_quoted(FILE *out, const char *text, size_t longest, bool common)
{
    const bool cut = text_length(text) > longest;
    size_t left = cut ? longest - 1 : longest;
    (void)fputc('\'', out);
    for (; *text != '\0' && left > 0; left--) {
        uint32_t code = 0;
        const size_t length = next_character(text, &code);
        put_character(out, text, length, code, common);
        text += length;
    }
    (void)fputs(cut ? "…'" : "'", out);
}

bool text_is_common(const char *text)
{
    while (*text != '\0') {
        uint32_t code = 0;
        text += next_character(text, &code);
        if (code != 0 && !is_control(code) && !is_common(code))
            return false;
    }
    return true;
}

void put_number(FILE *out, double number)
{
    char text[40];
    (void)fputs(sim_format_number(text, sizeof text, number), out);
}

size_t text_length(const char *text)
{
    size_t length = 0;
    for (; *text != '\0'; length++) {
        uint32_t code = 0;
        text += next_character(text, &code);
    }
    return length;
}

double text_width(const char *text, double font_px)
{
    const double of_height = 0.58;
    return (double)text_length(text) * font_px * of_height;
}

/* ---- strokes ---- */

static const struct {
    const char *name, *rgb;
} palette[PALETTE] = {{"blue", "#0072B2"},   {"vermillion", "#D55E00"}, {"green", "#009E73"}, {"purple", "#CC79A7"},
                      {"orange", "#E69F00"}, {"sky", "#56B4E9"},        {"black", "#000000"}};

const char *palette_name(int colour)
{
    return palette[colour % PALETTE].name;
}

void put_palette(FILE *out)
{
    for (size_t i = 0; i < PALETTE; i++)
        (void)fprintf(out, "%s = '%s'\n", palette[i].name, palette[i].rgb);
}

void put_stroke(FILE *out, int colour, int dash)
{
    static const char *const dashes[DASHES] = {"1", "(10,5)", "(4,3)", "(12,4,3,4)"};
    (void)fprintf(out, "lc rgb %s dt %s", palette_name(colour), dashes[dash % DASHES]);
}
