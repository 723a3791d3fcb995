/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Numbers as people write them: the grammar, the exact arithmetic of durations, and the texts that read back.
 *
 *     duration  = decimal dunit { decimal dunit }       dunit = ns | us | ms | s | m | h | d
 *     rate      = decimal [exponent] "/" (dunit | min)
 *     bytes     = digits bunit                          bunit = B | kB | MB | GB | KiB | MiB | GiB
 *     number    = [-] decimal [exponent]
 *     integer   = [-] digits                            u64 = digits
 *     decimal   = digits [. digits]                     exponent = (e | E) [+ | -] digits
 *
 * Every text is first held against this grammar, byte by byte; only then does strtod, under the "C" locale whatever the
 * process has set, turn a decimal into the nearest double. Durations and bytes never pass through a double.
 *
 * Invariants: a parser writes `out` only when it returns true; format followed by parse gives the same value back. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* strtod_l */
#endif
#include "sim/units.h"

#include <inttypes.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Decimals of a duration that are read: 10^24 of them times a day in nanoseconds still fits 128 bits. */
enum { DECIMALS_MAX = 24 };

static const int64_t INTEGER_MAX = (int64_t)1 << 53;
static const int64_t BYTES_MAX = (int64_t)1 << 60;

struct unit {
    const char *name;
    int64_t size; /* in ns, or in bytes */
};

static const struct unit DURATIONS[] = {
    {"ns", 1},         {"us", SIM_US},      {"ms", SIM_MS},       {"s", SIM_S},
    {"m", 60 * SIM_S}, {"h", 3600 * SIM_S}, {"d", 86400 * SIM_S},
};

static const struct unit BYTES[] = {
    {"GiB", (int64_t)1 << 30},
    {"MiB", (int64_t)1 << 20},
    {"KiB", (int64_t)1 << 10},
    {"GB", 1000000000},
    {"MB", 1000000},
    {"kB", 1000},
    {"B", 1},
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static const char *skip_digits(const char *text)
{
    while (is_digit(*text))
        text++;
    return text;
}

/* End of the decimal, with an exponent if one is allowed, that `text` starts with; NULL when there is none. */
static const char *decimal_end(const char *text, bool exponent)
{
    const char *end = skip_digits(text);
    if (end == text)
        return NULL;
    if (*end == '.') {
        const char *fraction = end + 1;
        end = skip_digits(fraction);
        if (end == fraction)
            return NULL;
    }
    if (!exponent || (*end != 'e' && *end != 'E'))
        return end;
    const char *digits = end + 1;
    if (*digits == '+' || *digits == '-')
        digits++;
    end = skip_digits(digits);
    return end == digits ? NULL : end;
}

/* A text that passed decimal_end (perhaps behind a minus sign) as a double; infinity when it is too large for one. */
static double to_double(const char *text)
{
    locale_t c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    sim_assert(c_locale != (locale_t)0);
    double number = strtod_l(text, NULL, c_locale);
    freelocale(c_locale);
    return number;
}

/* The unit that is spelt by the letters from `text` to the next byte that is not one; NULL when there is no such. */
static const struct unit *find_unit(const struct unit *units, size_t count, const char *text, const char **end)
{
    size_t length = 0;
    while ((text[length] >= 'a' && text[length] <= 'z') || (text[length] >= 'A' && text[length] <= 'Z'))
        length++;
    *end = text + length;
    for (size_t i = 0; i < count; i++) {
        if (strlen(units[i].name) == length && memcmp(units[i].name, text, length) == 0)
            return &units[i];
    }
    return NULL;
}

static bool read_digits(const char *text, const char *end, uint64_t max, uint64_t *out)
{
    uint64_t value = 0;
    for (; text < end; text++) {
        uint64_t digit = (uint64_t)(*text - '0');
        if (digit > max || value > (max - digit) / 10)
            return false;
        value = 10 * value + digit;
    }
    *out = value;
    return true;
}

/* The fraction 0.DIGITS of a unit in ns, rounded half up. */
static sim_ns fraction_of(const char *digits, const char *end, int64_t unit)
{
    __extension__ unsigned __int128 numerator = 0;
    __extension__ unsigned __int128 denominator = 1;
    for (int i = 0; i < DECIMALS_MAX && digits < end; i++, digits++) {
        numerator = 10 * numerator + (unsigned)(*digits - '0');
        denominator *= 10;
    }
    return (sim_ns)((numerator * (unsigned long long)unit + denominator / 2) / denominator);
}

/* One pair of number and unit, added to *sum; the text behind it, or NULL. */
static const char *read_pair(const char *text, sim_ns *sum)
{
    const char *number_end = decimal_end(text, false);
    if (number_end == NULL)
        return NULL;
    const char *end = NULL;
    const struct unit *unit = find_unit(DURATIONS, SIM_COUNT_OF(DURATIONS), number_end, &end);
    if (unit == NULL)
        return NULL;
    const char *point = skip_digits(text);
    uint64_t whole = 0;
    if (!read_digits(text, point, (uint64_t)(SIM_NS_MAX / unit->size), &whole))
        return NULL;
    sim_ns part = (sim_ns)whole * unit->size;
    if (point < number_end)
        part += fraction_of(point + 1, number_end, unit->size);
    if (part > SIM_NS_MAX - *sum)
        return NULL;
    *sum += part;
    return end;
}

bool sim_parse_duration(const char *text, sim_ns *out)
{
    sim_ns sum = 0;
    do {
        text = read_pair(text, &sum);
    } while (text != NULL && *text != '\0');
    if (text != NULL)
        *out = sum;
    return text != NULL;
}

bool sim_parse_rate(const char *text, double *per_second)
{
    const char *slash = decimal_end(text, true);
    if (slash == NULL || *slash != '/')
        return false;
    const char *end = NULL;
    const struct unit *unit = find_unit(DURATIONS, SIM_COUNT_OF(DURATIONS), slash + 1, &end);
    sim_ns per = unit != NULL ? unit->size : strcmp(slash + 1, "min") == 0 ? 60 * SIM_S : 0;
    if (per == 0 || *end != '\0')
        return false;
    double number = to_double(text);
    sim_ns factor = per < SIM_S ? SIM_S / per : per / SIM_S; /* whole either way */
    double rate = per < SIM_S ? number * (double)factor : number / (double)factor;
    if (!isfinite(rate))
        return false;
    *per_second = rate;
    return true;
}

bool sim_parse_bytes(const char *text, int64_t *out)
{
    const char *number_end = skip_digits(text);
    const char *end = NULL;
    const struct unit *unit = find_unit(BYTES, SIM_COUNT_OF(BYTES), number_end, &end);
    uint64_t count = 0;
    if (number_end == text || unit == NULL || *end != '\0')
        return false;
    if (!read_digits(text, number_end, (uint64_t)(BYTES_MAX / unit->size), &count))
        return false;
    *out = (int64_t)count * unit->size;
    return true;
}

bool sim_parse_number(const char *text, double *out)
{
    const char *end = decimal_end(*text == '-' ? text + 1 : text, true);
    if (end == NULL || *end != '\0')
        return false;
    double number = to_double(text);
    if (!isfinite(number))
        return false;
    *out = number;
    return true;
}

bool sim_parse_integer(const char *text, int64_t *out)
{
    bool negative = *text == '-';
    const char *digits = negative ? text + 1 : text;
    const char *end = skip_digits(digits);
    uint64_t value = 0;
    if (end == digits || *end != '\0' || !read_digits(digits, end, (uint64_t)INTEGER_MAX, &value))
        return false;
    *out = negative ? -(int64_t)value : (int64_t)value;
    return true;
}

bool sim_parse_u64(const char *text, uint64_t *out)
{
    const char *end = skip_digits(text);
    return end != text && *end == '\0' && read_digits(text, end, UINT64_MAX, out);
}

char *sim_format_duration(char *buffer, size_t size, sim_ns t)
{
    if (t == SIM_NEVER || t == 0) {
        snprintf(buffer, size, "%s", t == 0 ? "0s" : "none");
        return buffer;
    }
    uint64_t ns = t < 0 ? 0 - (uint64_t)t : (uint64_t)t;
    const struct unit *unit = &DURATIONS[3]; /* s */
    while (unit->size > 1 && (ns < (uint64_t)unit->size || ns % ((uint64_t)unit->size / 1000) != 0))
        unit--;
    uint64_t scale = (uint64_t)unit->size;
    uint64_t thousandths = unit->size > 1 ? ns % scale / (scale / 1000) : 0;
    int digits = 3;
    for (; thousandths > 0 && thousandths % 10 == 0; digits--)
        thousandths /= 10;
    const char *sign = t < 0 ? "-" : "";
    if (thousandths > 0)
        snprintf(buffer, size, "%s%" PRIu64 ".%0*" PRIu64 "%s", sign, ns / scale, digits, thousandths, unit->name);
    else
        snprintf(buffer, size, "%s%" PRIu64 "%s", sign, ns / scale, unit->name);
    return buffer;
}

char *sim_format_bytes(char *buffer, size_t size, int64_t bytes)
{
    char shortest[40];
    int length = snprintf(shortest, sizeof shortest, "%" PRId64 "B", bytes);
    for (size_t i = 0; bytes != 0 && i < SIM_COUNT_OF(BYTES); i++) {
        char text[40];
        if (bytes % BYTES[i].size != 0)
            continue;
        int here = snprintf(text, sizeof text, "%" PRId64 "%s", bytes / BYTES[i].size, BYTES[i].name);
        if (here < length) {
            memcpy(shortest, text, sizeof shortest);
            length = here;
        }
    }
    snprintf(buffer, size, "%s", shortest);
    return buffer;
}

/* The fewest digits (1..17) that read back as `number` (finite, >= 0), as 0.DIGITS times ten to the `exponent`. */
static int shortest_digits(double number, char digits[18], int *exponent)
{
    char text[40];
    int precision = 0;
    do {
        snprintf(text, sizeof text, "%.*e", precision++, number);
    } while (precision < 17 && strtod(text, NULL) != number);
    int count = 0;
    const char *at = text;
    for (; *at != 'e'; at++) { /* over the decimal point, whatever the locale makes of it */
        if (is_digit(*at))
            digits[count++] = *at;
    }
    digits[count] = '\0';
    *exponent = (int)strtol(at + 1, NULL, 10) + 1;
    return count;
}

char *sim_format_number(char *buffer, size_t size, double number)
{
    const char *sign = signbit(number) ? "-" : "";
    if (!isfinite(number)) {
        snprintf(buffer, size, "%s%s", isnan(number) ? "" : sign, isnan(number) ? "nan" : "inf");
        return buffer;
    }
    char digits[18];
    int exponent = 0;
    int count = shortest_digits(fabs(number), digits, &exponent);
    if (number == 0.0)
        snprintf(buffer, size, "%s0", sign);
    else if (exponent > 17 || exponent < -5)
        snprintf(buffer, size, "%s%c%s%se%d", sign, digits[0], count > 1 ? "." : "", digits + 1, exponent - 1);
    else if (exponent >= count)
        snprintf(buffer, size, "%s%s%.*s", sign, digits, exponent - count, "00000000000000000");
    else if (exponent > 0)
        snprintf(buffer, size, "%s%.*s.%s", sign, exponent, digits, digits + exponent);
    else
        snprintf(buffer, size, "%s0.%.*s%s", sign, -exponent, "00000", digits);
    return buffer;
}

char *sim_format_rate(char *buffer, size_t size, double per_second)
{
    char number[40];
    snprintf(buffer, size, "%s/s", sim_format_number(number, sizeof number, per_second));
    return buffer;
}
