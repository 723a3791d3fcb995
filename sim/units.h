/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Numbers as people write them, both ways: "3s", "48.7 ms", "100/s", "64MiB", "0.10 %". */
#ifndef SIM_UNITS_H
#define SIM_UNITS_H

#include "sim/base.h"

/* Reads a duration: a number >= 0 directly followed by ns us ms s m h or d, several such pairs may follow each other
 * ("1m30s"). Exact: decimals are integer arithmetic, half a nanosecond rounds up (the 25th decimal and later are not
 * read). At most SIM_NS_MAX. Returns false on anything else (sign, blanks, exponent, inf, nan, hex, missing unit). */
bool sim_parse_duration(const char *text, sim_ns *out);
/* A rate in events per second: a number >= 0, "/", and a unit as above or "min": "100/s", "6/m", "1e4/s". Finite. */
bool sim_parse_rate(const char *text, double *per_second);
/* Bytes: a whole number followed by B, kB, MB, GB (powers of 1000), KiB, MiB or GiB (of 1024). At most 2^60. */
bool sim_parse_bytes(const char *text, int64_t *out);
/* A plain finite decimal number as JSON writes it, but leading zeros are allowed: "-0.7", "1e-9". Nothing before or
 * after it; no plus sign, hex, inf, nan. Independent of the locale. */
bool sim_parse_number(const char *text, double *out);
/* A whole decimal number within [-2^53, 2^53]. */
bool sim_parse_integer(const char *text, int64_t *out);
/* An unsigned 64-bit decimal (a seed): digits only. */
bool sim_parse_u64(const char *text, uint64_t *out);

/* Write what the parsers read back exactly: 3s, 300ms, 1.5ms, 90s, 100/s, 64MiB, 0.7. Return `buffer`. Buffers of 40
 * bytes suffice.
 *
 * A duration has the largest unit of s, ms, us and ns that it is at least one of with at most three decimals; SIM_NEVER
 * is "none". Negative values print with a sign and, like durations above SIM_NS_MAX, do not read back. */
char *sim_format_duration(char *buffer, size_t size, sim_ns t);
char *sim_format_rate(char *buffer, size_t size, double per_second);
char *sim_format_bytes(char *buffer, size_t size, int64_t bytes);
/* Shortest decimal text that reads back as the same double. */
char *sim_format_number(char *buffer, size_t size, double number);

#endif
