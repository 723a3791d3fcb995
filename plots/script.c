/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Strings, numbers and strokes of a gnuplot script. */
#include "plots/script.h"

#include "sim/units.h"

#include <string.h>

static bool begins_character(char c)
{
    return ((unsigned char)c & 0xc0U) != 0x80U;
}

/* C0 and C1 controls, which no font shows and which XML, and so SVG, mostly forbids. Gives their length, else 0. */
static size_t control_length(const char *at)
{
    const unsigned char *c = (const unsigned char *)at;
    if (c[0] < 0x20 || c[0] == 0x7f)
        return 1;
    return c[0] == 0xc2 && c[1] >= 0x80 && c[1] < 0xa0 ? 2 : 0;
}

/* U+FFFE and U+FFFF are no characters of XML either. */
static bool is_not_xml(const char *at)
{
    return strncmp(at, "\xef\xbf\xbe", 3) == 0 || strncmp(at, "\xef\xbf\xbf", 3) == 0;
}

void put_quoted(FILE *out, const char *text, size_t longest)
{
    size_t left = text_length(text) > longest ? longest - 1 : longest;
    const bool cut = left < longest;
    (void)fputc('\'', out);
    while (*text != '\0') {
        const size_t control = is_not_xml(text) ? 3 : control_length(text);
        if (begins_character(*text) && left-- == 0)
            break;
        if (control > 0)
            (void)fputc(' ', out);
        else if (*text == '\'')
            (void)fputs("''", out);
        else
            (void)fputc(*text, out);
        text += control > 0 ? control : 1;
    }
    (void)fputs(cut ? "…'" : "'", out);
}

void put_number(FILE *out, double number)
{
    char text[40];
    (void)fputs(sim_format_number(text, sizeof text, number), out);
}

size_t text_length(const char *text)
{
    size_t length = 0;
    for (; *text != '\0'; text++)
        length += begins_character(*text);
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
