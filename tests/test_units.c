/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of sim/units.c: what is read, what is refused, what is written, and that what is written is read back. */
#include "sim/base.h"
#include "sim/rng.h"
#include "sim/units.h"

#include <check.h>
#include <float.h>
#include <inttypes.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A parser leaves this alone when it refuses. */
static const int64_t UNTOUCHED = -987654321;

static const struct {
    const char *text;
    sim_ns want; /* UNTOUCHED: refused */
} DURATIONS[] = {
    {"3s", 3 * SIM_S},
    {"0s", 0},
    {"0.0ns", 0},
    {"007s", 7 * SIM_S},
    {"1ns", 1},
    {"2us", 2000},
    {"48.7ms", 48700000},
    {"0.1s", 100000000},
    {"0.7s", 700000000},
    {"1.1s", 1100000000},
    {"4.35s", 4350000000},
    {"0.000000001s", 1},
    {"5m", 300 * SIM_S},
    {"1.5h", 5400 * SIM_S},
    {"0.1m", 6 * SIM_S},
    {"0.1d", 8640 * SIM_S},
    {"1d", 86400 * SIM_S},
    {"1m30s", 90 * SIM_S},
    {"1h2m3s4ms5us6ns", 3723004005006},
    {"30s1m", 90 * SIM_S},
    {"1s1s", 2 * SIM_S},
    {"123456.789012345s", 123456789012345},
    /* Half a nanosecond rounds up; a pair rounds by itself. */
    {"0.4ns", 0},
    {"0.49999999999999999999ns", 0},
    {"0.5ns", 1},
    {"1.5ns", 2},
    {"2.5ns", 3},
    {"0.0000000004s", 0},
    {"0.0000000005s", 1},
    {"0.1234567894s", 123456789},
    {"0.1234567895s", 123456790},
    {"0.33333333333333333333333333333333333333333333333d", 28800 * SIM_S},
    {"0.99999999999999999999999999999999999999999999999ns", 1},
    {"0.5ns0.5ns", 2},
    /* The longest. */
    {"3650d", SIM_NS_MAX},
    {"315360000s", SIM_NS_MAX},
    {"315360000000000000ns", SIM_NS_MAX},
    {"00000000000000000000000000000000315360000s", SIM_NS_MAX},
    {"3649d23h59m59.999999999s", SIM_NS_MAX - 1},
    {"315360000000000000.4ns", SIM_NS_MAX},
    {"315360000000000001ns", UNTOUCHED},
    {"315360000000000000.5ns", UNTOUCHED},
    {"3650.1d", UNTOUCHED},
    {"3650d1ns", UNTOUCHED},
    {"3650d0.4ns", SIM_NS_MAX},
    {"3651d", UNTOUCHED},
    {"99999999999999999999999999999999999999s", UNTOUCHED},
    {"18446744073709551617ns", UNTOUCHED}, /* 2^64 + 1 */
    /* No duration. */
    {"", UNTOUCHED},
    {"3", UNTOUCHED},
    {"0", UNTOUCHED},
    {"s", UNTOUCHED},
    {"none", UNTOUCHED},
    {"-3s", UNTOUCHED},
    {"+3s", UNTOUCHED},
    {" 3s", UNTOUCHED},
    {"3 s", UNTOUCHED},
    {"3s ", UNTOUCHED},
    {"3s\n", UNTOUCHED},
    {"\t3s", UNTOUCHED},
    {"3S", UNTOUCHED},
    {"3MS", UNTOUCHED},
    {"3sec", UNTOUCHED},
    {"3min", UNTOUCHED},
    {"3w", UNTOUCHED},
    {"3ss", UNTOUCHED},
    {"3s3", UNTOUCHED},
    {"3sm", UNTOUCHED},
    {"1m 30s", UNTOUCHED},
    {"1m-30s", UNTOUCHED},
    {"1e3s", UNTOUCHED},
    {"1E3s", UNTOUCHED},
    {"0x3s", UNTOUCHED},
    {"infs", UNTOUCHED},
    {"nans", UNTOUCHED},
    {".5s", UNTOUCHED},
    {"5.s", UNTOUCHED},
    {".s", UNTOUCHED},
    {"1.2.3s", UNTOUCHED},
    {"1,5s", UNTOUCHED},
    {"1_000s", UNTOUCHED},
    {"3\xC2\xB5s", UNTOUCHED},
    {"\xD9\xA3s", UNTOUCHED}, /* an Arabic three */
};

START_TEST(a_duration_is_read_exactly_or_refused)
{
    sim_ns got = UNTOUCHED;
    bool ok = sim_parse_duration(DURATIONS[_i].text, &got);
    ck_assert_msg(got == DURATIONS[_i].want && ok == (got != UNTOUCHED), "%s: %" PRId64, DURATIONS[_i].text, got);
}
END_TEST

static const struct {
    const char *text;
    double want; /* NaN: refused */
} RATES[] = {
    {"100/s", 100.0},   {"0/s", 0.0},          {"0.7/s", 0.7},         {"6/m", 0.1},
    {"6/min", 0.1},     {"1/h", 1.0 / 3600.0}, {"1/d", 1.0 / 86400.0}, {"3/ms", 3000.0},
    {"3/us", 3e6},      {"3/ns", 3e9},         {"1e4/s", 1e4},         {"2.5E-3/s", 0.0025},
    {"1e308/s", 1e308}, {"1e308/ms", NAN},     {"1e309/s", NAN},       {"", NAN},
    {"/s", NAN},        {"100", NAN},          {"100/", NAN},          {"100s", NAN},
    {"100/2s", NAN},    {"100/sec", NAN},      {"100/mins", NAN},      {"100/min ", NAN},
    {"100/s/s", NAN},   {"100 /s", NAN},       {"100/ s", NAN},        {" 100/s", NAN},
    {"-1/s", NAN},      {"+1/s", NAN},         {"-0/s", NAN},          {"inf/s", NAN},
    {"nan/s", NAN},     {"0x10/s", NAN},       {"1e/s", NAN},          {"1e+/s", NAN},
    {"1./s", NAN},      {".1/s", NAN},
};

START_TEST(a_rate_is_read_per_second_or_refused)
{
    double got = -1.0;
    bool ok = sim_parse_rate(RATES[_i].text, &got);
    ck_assert_msg(ok == !isnan(RATES[_i].want), "%s", RATES[_i].text);
    ck_assert_double_eq(got, ok ? RATES[_i].want : -1.0);
}
END_TEST

static const struct {
    const char *text;
    int64_t want; /* UNTOUCHED: refused */
} BYTES[] = {
    {"0B", 0},
    {"1B", 1},
    {"3kB", 3000},
    {"3KiB", 3072},
    {"64MiB", (int64_t)64 << 20},
    {"5MB", 5000000},
    {"2GB", 2000000000},
    {"2GiB", (int64_t)2 << 30},
    {"1073741824GiB", (int64_t)1 << 60},
    {"1073741825GiB", UNTOUCHED},
    {"1152921504606846976B", (int64_t)1 << 60},
    {"1152921504606846977B", UNTOUCHED},
    {"99999999999999999999999B", UNTOUCHED},
    {"18446744073709551616B", UNTOUCHED},
    {"", UNTOUCHED},
    {"64", UNTOUCHED},
    {"MiB", UNTOUCHED},
    {"1.5MiB", UNTOUCHED},
    {"-1B", UNTOUCHED},
    {"+1B", UNTOUCHED},
    {"1 B", UNTOUCHED},
    {" 1B", UNTOUCHED},
    {"1B ", UNTOUCHED},
    {"1b", UNTOUCHED},
    {"1KB", UNTOUCHED},
    {"1kiB", UNTOUCHED},
    {"1mb", UNTOUCHED},
    {"1TiB", UNTOUCHED},
    {"1B1B", UNTOUCHED},
    {"0x1B", UNTOUCHED},
    {"1e3B", UNTOUCHED},
};

START_TEST(bytes_are_read_or_refused)
{
    int64_t got = UNTOUCHED;
    bool ok = sim_parse_bytes(BYTES[_i].text, &got);
    ck_assert_msg(got == BYTES[_i].want && ok == (got != UNTOUCHED), "%s: %" PRId64, BYTES[_i].text, got);
}
END_TEST

static const struct {
    const char *text;
    double want; /* NaN: refused */
} NUMBERS[] = {
    {"0", 0.0},
    {"0.7", 0.7},
    {"-0.7", -0.7},
    {"3", 3.0},
    {"0003", 3.0},
    {"1e-9", 1e-9},
    {"1E+9", 1e9},
    {"1.7976931348623157e308", DBL_MAX},
    {"1.7976931348623159e308", NAN},
    {"1e999999999999999999999", NAN},
    {"1e-999999999999999999999", 0.0},
    {"5e-324", DBL_TRUE_MIN},
    {"0.1000000000000000055511151231257827021181583404541015625", 0.1},
    {"9007199254740993", 9007199254740992.0},
    {"", NAN},
    {"-", NAN},
    {"--1", NAN},
    {"+1", NAN},
    {".5", NAN},
    {"5.", NAN},
    {"-.5", NAN},
    {"1,5", NAN},
    {" 1", NAN},
    {"1 ", NAN},
    {"1s", NAN},
    {"1e", NAN},
    {"1e+", NAN},
    {"1e1.5", NAN},
    {"e1", NAN},
    {"0x10", NAN},
    {"0x1p3", NAN},
    {"inf", NAN},
    {"-inf", NAN},
    {"infinity", NAN},
    {"nan", NAN},
    {"NaN", NAN},
    {"1f", NAN},
    {"1_0", NAN},
};

START_TEST(a_number_is_read_or_refused)
{
    double got = -1.0;
    bool ok = sim_parse_number(NUMBERS[_i].text, &got);
    ck_assert_msg(ok == !isnan(NUMBERS[_i].want), "%s", NUMBERS[_i].text);
    ck_assert_double_eq(got, ok ? NUMBERS[_i].want : -1.0);
}
END_TEST

static const struct {
    const char *text;
    int64_t want; /* UNTOUCHED: refused */
} INTEGERS[] = {
    {"0", 0},
    {"-0", 0},
    {"42", 42},
    {"-42", -42},
    {"0042", 42},
    {"9007199254740992", (int64_t)1 << 53},
    {"-9007199254740992", -((int64_t)1 << 53)},
    {"9007199254740993", UNTOUCHED},
    {"-9007199254740993", UNTOUCHED},
    {"18446744073709551616", UNTOUCHED},
    {"", UNTOUCHED},
    {"-", UNTOUCHED},
    {"+1", UNTOUCHED},
    {"--1", UNTOUCHED},
    {"1.0", UNTOUCHED},
    {"1e3", UNTOUCHED},
    {" 1", UNTOUCHED},
    {"1 ", UNTOUCHED},
    {"0x1", UNTOUCHED},
};

START_TEST(an_integer_is_read_or_refused)
{
    int64_t got = UNTOUCHED;
    bool ok = sim_parse_integer(INTEGERS[_i].text, &got);
    ck_assert_msg(got == INTEGERS[_i].want && ok == (got != UNTOUCHED), "%s: %" PRId64, INTEGERS[_i].text, got);
}
END_TEST

START_TEST(a_seed_is_read_or_refused)
{
    static const struct {
        const char *text;
        bool ok;
        uint64_t want;
    } rows[] = {
        {"0", true, 0},
        {"42", true, 42},
        {"18446744073709551615", true, UINT64_MAX},
        {"00018446744073709551615", true, UINT64_MAX},
        {"18446744073709551616", false, 7},
        {"18446744073709551620", false, 7},
        {"99999999999999999999", false, 7},
        {"184467440737095516150", false, 7},
        {"", false, 7},
        {"-1", false, 7},
        {"+1", false, 7},
        {" 1", false, 7},
        {"1 ", false, 7},
        {"0x1", false, 7},
        {"1.0", false, 7},
    };
    for (size_t i = 0; i < SIM_COUNT_OF(rows); i++) {
        uint64_t got = 7;
        ck_assert_msg(sim_parse_u64(rows[i].text, &got) == rows[i].ok, "%s", rows[i].text);
        ck_assert_uint_eq(got, rows[i].want);
    }
}
END_TEST

static const struct {
    sim_ns t;
    const char *want;
} WRITTEN_DURATIONS[] = {
    {0, "0s"},
    {1, "1ns"},
    {999, "999ns"},
    {1000, "1us"},
    {1001, "1.001us"},
    {1500, "1.5us"},
    {500 * SIM_US, "500us"},
    {1500 * SIM_US, "1.5ms"},
    {48700 * SIM_US, "48.7ms"},
    {300 * SIM_MS, "300ms"},
    {1050 * SIM_MS, "1.05s"},
    {1234567, "1234.567us"},
    {1234567891, "1234567.891us"},
    {1234500000, "1234.5ms"},
    {3 * SIM_S, "3s"},
    {90 * SIM_S, "90s"},
    {660 * SIM_S, "660s"},
    {86400 * SIM_S, "86400s"},
    {10 * SIM_S + 1, "10000000.001us"},
    {SIM_NS_MAX, "315360000s"},
    {SIM_NS_MAX - 1, "315359999999999.999us"},
    {SIM_NEVER, "none"},
    {SIM_NEVER - 1, "9223372036854775.806us"},
    {-3 * SIM_S, "-3s"},
    {-1, "-1ns"},
    {INT64_MIN, "-9223372036854775.808us"},
};

START_TEST(a_duration_is_written_in_the_largest_unit_that_suits)
{
    char buffer[40];
    ck_assert_ptr_eq(sim_format_duration(buffer, sizeof buffer, WRITTEN_DURATIONS[_i].t), buffer);
    ck_assert_str_eq(buffer, WRITTEN_DURATIONS[_i].want);
}
END_TEST

START_TEST(bytes_are_written_shortest)
{
    static const struct {
        int64_t bytes;
        const char *want;
    } rows[] = {
        {0, "0B"},
        {7, "7B"},
        {1000, "1kB"},
        {1024, "1KiB"},
        {1500, "1500B"},
        {2048000, "2048kB"},
        {(int64_t)64 << 20, "64MiB"},
        {64000000, "64MB"},
        {(int64_t)1 << 60, "1073741824GiB"},
        {-5, "-5B"},
    };
    for (size_t i = 0; i < SIM_COUNT_OF(rows); i++) {
        char buffer[40];
        ck_assert_str_eq(sim_format_bytes(buffer, sizeof buffer, rows[i].bytes), rows[i].want);
    }
}
END_TEST

static const struct {
    double number;
    const char *want;
} WRITTEN_NUMBERS[] = {
    {0.0, "0"},
    {-0.0, "-0"},
    {1.0, "1"},
    {-2.5, "-2.5"},
    {0.7, "0.7"},
    {0.1 + 0.2, "0.30000000000000004"},
    {1.0 / 3.0, "0.3333333333333333"},
    {100.0, "100"},
    {1234567.0, "1234567"},
    {1e6, "1000000"},
    {0.001, "0.001"},
    {1e-6, "0.000001"},
    {1e-7, "1e-7"},
    {1.25e-7, "1.25e-7"},
    {1e16, "10000000000000000"},
    {1e17, "1e17"},
    {12345678901234567.0, "12345678901234568"},
    {-1.2345678901234568e-300, "-1.2345678901234568e-300"},
    {DBL_MAX, "1.7976931348623157e308"},
    {DBL_MIN, "2.2250738585072014e-308"},
    {DBL_TRUE_MIN, "5e-324"},
    {INFINITY, "inf"},
    {-INFINITY, "-inf"},
};

START_TEST(a_number_is_written_shortest)
{
    char buffer[40];
    ck_assert_str_eq(sim_format_number(buffer, sizeof buffer, WRITTEN_NUMBERS[_i].number), WRITTEN_NUMBERS[_i].want);
}
END_TEST

START_TEST(a_rate_is_written_per_second)
{
    char buffer[40];
    ck_assert_str_eq(sim_format_rate(buffer, sizeof buffer, 100.0), "100/s");
    ck_assert_str_eq(sim_format_rate(buffer, sizeof buffer, 0.1), "0.1/s");
    ck_assert_str_eq(sim_format_rate(buffer, sizeof buffer, 1e300), "1e300/s");
}
END_TEST

START_TEST(a_small_buffer_is_filled_and_terminated)
{
    char buffer[4] = "xxx";
    ck_assert_str_eq(sim_format_duration(buffer, sizeof buffer, 1234567), "123");
    ck_assert_str_eq(sim_format_bytes(buffer, sizeof buffer, 123457), "123");
    ck_assert_str_eq(sim_format_number(buffer, sizeof buffer, 0.125), "0.1");
    ck_assert_str_eq(sim_format_rate(buffer, sizeof buffer, 100.0), "100");
}
END_TEST

/* ---- What is written reads back. ---- */

enum { ROUND_TRIPS = 40000 };

START_TEST(a_written_duration_reads_back)
{
    struct sim_rng rng;
    sim_rng_init(&rng, (uint64_t)_i, "units", "durations");
    for (int i = 0; i < ROUND_TRIPS; i++) {
        static const sim_ns grain[] = {1, 10, SIM_US, 100 * SIM_US, SIM_MS, SIM_S, 60 * SIM_S};
        sim_ns step = grain[sim_rng_next(&rng) % SIM_COUNT_OF(grain)];
        sim_ns t = (sim_ns)(sim_rng_next(&rng) >> (6 + sim_rng_next(&rng) % 57)) % SIM_NS_MAX / step * step;
        char buffer[40];
        sim_ns back = UNTOUCHED;
        bool ok = sim_parse_duration(sim_format_duration(buffer, sizeof buffer, t), &back);
        if (!ok || back != t || strlen(buffer) > 30)
            ck_abort_msg("%" PRId64 " ns: %s: %" PRId64, t, buffer, back);
    }
}
END_TEST

START_TEST(written_bytes_read_back)
{
    struct sim_rng rng;
    sim_rng_init(&rng, (uint64_t)_i, "units", "bytes");
    for (int i = 0; i < ROUND_TRIPS; i++) {
        static const int64_t grain[] = {1, 1000, 1024, 1000000, 1 << 20, 1000000000, 1 << 30};
        int64_t step = grain[sim_rng_next(&rng) % SIM_COUNT_OF(grain)];
        int64_t bytes = (int64_t)(sim_rng_next(&rng) >> (4 + sim_rng_next(&rng) % 59)) / step * step;
        char buffer[40];
        int64_t back = UNTOUCHED;
        bool ok = sim_parse_bytes(sim_format_bytes(buffer, sizeof buffer, bytes), &back);
        if (!ok || back != bytes)
            ck_abort_msg("%" PRId64 " B: %s: %" PRId64, bytes, buffer, back);
    }
}
END_TEST

static bool same_bits(double one, double other)
{
    uint64_t bits[2];
    memcpy(&bits[0], &one, sizeof one);
    memcpy(&bits[1], &other, sizeof other);
    return bits[0] == bits[1];
}

/* Any finite double: half of them of any exponent, half short decimals. */
static double random_double(struct sim_rng *rng)
{
    double number = 0.0;
    do {
        uint64_t bits = sim_rng_next(rng);
        memcpy(&number, &bits, sizeof number);
    } while (!isfinite(number));
    if (sim_rng_chance(rng, 0.5))
        number = (double)(sim_rng_next(rng) % 1000000) / pow(10.0, (double)(sim_rng_next(rng) % 9));
    return number;
}

START_TEST(a_written_number_and_rate_read_back)
{
    struct sim_rng rng;
    sim_rng_init(&rng, (uint64_t)_i, "units", "numbers");
    for (int i = 0; i < ROUND_TRIPS / 4; i++) {
        double number = random_double(&rng);
        char buffer[40];
        double back = NAN;
        bool ok = sim_parse_number(sim_format_number(buffer, sizeof buffer, number), &back);
        if (!ok || !same_bits(back, number) || strlen(buffer) > 30)
            ck_abort_msg("%a: %s: %a", number, buffer, back);
        ok = sim_parse_rate(sim_format_rate(buffer, sizeof buffer, fabs(number)), &back);
        if (!ok || !same_bits(back, fabs(number)))
            ck_abort_msg("%a: %s: %a", fabs(number), buffer, back);
    }
}
END_TEST

START_TEST(a_fraction_of_any_unit_is_exact)
{
    /* Against integer arithmetic: k units and f thousandths of a unit that is a multiple of 1000 ns. */
    static const struct {
        const char *name;
        sim_ns size;
    } units[] = {{"us", SIM_US}, {"ms", SIM_MS}, {"s", SIM_S}, {"m", 60 * SIM_S}, {"h", 3600 * SIM_S}};
    struct sim_rng rng;
    sim_rng_init(&rng, (uint64_t)_i, "units", "fractions");
    for (int i = 0; i < ROUND_TRIPS; i++) {
        size_t unit = sim_rng_next(&rng) % SIM_COUNT_OF(units);
        int64_t whole = (int64_t)(sim_rng_next(&rng) % 80000);
        int64_t thousandths = (int64_t)(sim_rng_next(&rng) % 1000);
        char text[64];
        sim_ns got = UNTOUCHED;
        snprintf(text, sizeof text, "%" PRId64 ".%03" PRId64 "%s", whole, thousandths, units[unit].name);
        bool ok = sim_parse_duration(text, &got);
        if (!ok || got != whole * units[unit].size + thousandths * (units[unit].size / 1000))
            ck_abort_msg("%s: %" PRId64, text, got);
    }
}
END_TEST

START_TEST(a_locale_with_a_decimal_comma_changes_nothing)
{
    static const char *const names[] = {"de_DE.UTF-8", "de_DE.utf8", "de_DE", "fr_FR.UTF-8", "cs_CZ.UTF-8", "ps_AF"};
    size_t i = 0;
    while (i < SIM_COUNT_OF(names) && setlocale(LC_ALL, names[i]) == NULL)
        i++;
    if (i == SIM_COUNT_OF(names)) {
        fprintf(stderr, "SKIPPED a_locale_with_a_decimal_comma_changes_nothing: de_DE.UTF-8 is not installed here\n");
        return;
    }
    char buffer[40];
    snprintf(buffer, sizeof buffer, "%.1f", 0.5);
    ck_assert_str_ne(buffer, "0.5"); /* else the locale tests nothing */
    double number = 0.0;
    sim_ns t = 0;
    ck_assert(sim_parse_number("1234.5", &number));
    ck_assert_double_eq(number, 1234.5);
    ck_assert(!sim_parse_number("1234,5", &number));
    ck_assert(sim_parse_rate("0.25/s", &number));
    ck_assert_double_eq(number, 0.25);
    ck_assert(sim_parse_duration("48.7ms", &t));
    ck_assert_int_eq(t, 48700000);
    ck_assert_str_eq(sim_format_number(buffer, sizeof buffer, -1234.5), "-1234.5");
    ck_assert_str_eq(sim_format_number(buffer, sizeof buffer, 1.25e-30), "1.25e-30");
    ck_assert_str_eq(sim_format_rate(buffer, sizeof buffer, 0.1), "0.1/s");
    ck_assert_str_eq(sim_format_duration(buffer, sizeof buffer, 1500), "1.5us");
    setlocale(LC_ALL, "C");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("units");
    TCase *tests = tcase_create("units");
    tcase_set_timeout(tests, 120);
    tcase_add_loop_test(tests, a_duration_is_read_exactly_or_refused, 0, SIM_COUNT_OF(DURATIONS));
    tcase_add_loop_test(tests, a_rate_is_read_per_second_or_refused, 0, SIM_COUNT_OF(RATES));
    tcase_add_loop_test(tests, bytes_are_read_or_refused, 0, SIM_COUNT_OF(BYTES));
    tcase_add_loop_test(tests, a_number_is_read_or_refused, 0, SIM_COUNT_OF(NUMBERS));
    tcase_add_loop_test(tests, an_integer_is_read_or_refused, 0, SIM_COUNT_OF(INTEGERS));
    tcase_add_test(tests, a_seed_is_read_or_refused);
    tcase_add_loop_test(tests, a_duration_is_written_in_the_largest_unit_that_suits, 0,
                        SIM_COUNT_OF(WRITTEN_DURATIONS));
    tcase_add_test(tests, bytes_are_written_shortest);
    tcase_add_loop_test(tests, a_number_is_written_shortest, 0, SIM_COUNT_OF(WRITTEN_NUMBERS));
    tcase_add_test(tests, a_rate_is_written_per_second);
    tcase_add_test(tests, a_small_buffer_is_filled_and_terminated);
    tcase_add_loop_test(tests, a_written_duration_reads_back, 0, 4);
    tcase_add_loop_test(tests, written_bytes_read_back, 0, 4);
    tcase_add_loop_test(tests, a_written_number_and_rate_read_back, 0, 4);
    tcase_add_loop_test(tests, a_fraction_of_any_unit_is_exact, 0, 4);
    tcase_add_test(tests, a_locale_with_a_decimal_comma_changes_nothing);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
