/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Fuzz target of sim/units.c for libFuzzer. The input is a text for every parser; none may crash or overrun, and what
 * one accepts must survive being written and read again. Its first eight bytes are numbers for the writers, too.
 *
 *     clang -g -O1 -fsanitize=fuzzer,address,undefined -I. tests/fuzz/fuzz_units.c sim/units.c ... && ./a.out */
#include "sim/base.h"
#include "sim/units.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
    if (!holds)
        abort();
}

static bool same_bits(double one, double other)
{
    uint64_t bits[2];
    memcpy(&bits[0], &one, sizeof one);
    memcpy(&bits[1], &other, sizeof other);
    return bits[0] == bits[1];
}

static void check_duration(sim_ns t)
{
    char buffer[40];
    sim_ns back = -1;
    require(t >= 0 && t <= SIM_NS_MAX);
    require(sim_parse_duration(sim_format_duration(buffer, sizeof buffer, t), &back) && back == t);
}

static void check_bytes(int64_t bytes)
{
    char buffer[40];
    int64_t back = -1;
    require(bytes >= 0 && bytes <= (int64_t)1 << 60);
    require(sim_parse_bytes(sim_format_bytes(buffer, sizeof buffer, bytes), &back) && back == bytes);
}

static void check_number(double number)
{
    char buffer[40];
    double back = NAN;
    require(isfinite(number));
    require(sim_parse_number(sim_format_number(buffer, sizeof buffer, number), &back) && same_bits(back, number));
}

static void check_rate(double per_second)
{
    char buffer[40];
    double back = NAN;
    require(isfinite(per_second) && !signbit(per_second));
    require(sim_parse_rate(sim_format_rate(buffer, sizeof buffer, per_second), &back) && same_bits(back, per_second));
}

static void parse(const char *text)
{
    sim_ns t = 0;
    int64_t whole = 0;
    uint64_t seed = 0;
    double number = 0.0;
    if (sim_parse_duration(text, &t))
        check_duration(t);
    if (sim_parse_bytes(text, &whole))
        check_bytes(whole);
    if (sim_parse_rate(text, &number))
        check_rate(number);
    if (sim_parse_number(text, &number))
        check_number(number);
    if (sim_parse_integer(text, &whole)) {
        /* Every integer is a number, and the same one. */
        require(sim_parse_number(text, &number) && number == (double)whole);
        if (text[0] != '-')
            require(sim_parse_u64(text, &seed) && seed == (uint64_t)whole);
    }
}

static void write_and_read(uint64_t bits)
{
    char buffer[40];
    double number = 0.0;
    memcpy(&number, &bits, sizeof number);
    sim_format_duration(buffer, sizeof buffer, (sim_ns)bits);
    sim_format_bytes(buffer, sizeof buffer, (int64_t)bits);
    sim_format_rate(buffer, sizeof buffer, number);
    check_duration((sim_ns)(bits % ((uint64_t)SIM_NS_MAX + 1)));
    check_bytes((int64_t)(bits >> 4));
    if (isfinite(number)) {
        check_number(number);
        check_rate(fabs(number));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = malloc(size + 1); /* of the exact size, so that an overrun is seen */
    if (text == NULL)
        return 0;
    if (size > 0)
        memcpy(text, data, size);
    text[size] = '\0';
    parse(text);
    free(text);
    if (size >= 8) {
        uint64_t bits = 0;
        memcpy(&bits, data, 8);
        write_and_read(bits);
    }
    return 0;
}
