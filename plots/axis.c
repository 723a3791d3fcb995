/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Axes: ranges are chosen here, from the values, and written out, so that a script shows them and an all-zero series
 * does not leave gnuplot without a range. */
#include "plots/script.h"

#include <math.h>
#include <string.h>

double round_step(double most, int intervals)
{
    const double rough = most / intervals;
    const double power = pow(10, floor(log10(rough)));
    const double digits[] = {1, 2, 5};
    for (size_t i = 0; i < SIM_COUNT_OF(digits); i++) {
        if (digits[i] * power >= rough)
            return digits[i] * power;
    }
    return 10 * power;
}

struct axis axis_of_shares(void)
{
    return (struct axis){.factor = 100, .unit = " %", .high = 100, .step = 20};
}

struct axis axis_from_zero(double most, double factor, const char *unit, int intervals)
{
    const double room = 1.04;
    const double drawn = most * factor > 0 ? most * factor * room : 1;
    const double step = round_step(drawn, intervals);
    return (struct axis){.factor = factor, .unit = unit, .high = ceil(drawn / step) * step, .step = step};
}

/* The greatest of 1, 2, 5 x 10^k that is not above `value`, or the least not below it. */
static double round_down(double value)
{
    const double power = pow(10, floor(log10(value)));
    return value >= 5 * power ? 5 * power : value >= 2 * power ? 2 * power : power;
}

static double round_up(double value)
{
    const double power = pow(10, floor(log10(value)));
    return value <= power ? power : value <= 2 * power ? 2 * power : value <= 5 * power ? 5 * power : 10 * power;
}

struct axis axis_of_seconds(double least, double most, int intervals)
{
    const double spans_much = 20;
    const double room = 1.1;
    if (least > 0 && most / least > spans_much)
        return (struct axis){.logarithmic = true,
                             .factor = 1,
                             .unit = "",
                             .low = round_down(least / room),
                             .high = round_up(most * room)};
    if (most >= 1)
        return axis_from_zero(most, 1, " s", intervals);
    if (most >= 1e-3)
        return axis_from_zero(most, 1e3, " ms", intervals);
    return axis_from_zero(most, 1e6, " us", intervals);
}

/* '10 ms' 0.01, '20 ms' 0.02, ... */
static void put_log_tics(FILE *out, const struct axis *axis)
{
    static const struct {
        const char *unit;
        double seconds;
    } units[] = {{"s", 1}, {"ms", 1e-3}, {"us", 1e-6}, {"ns", 1e-9}};
    const double few = 200;
    const bool dense = axis->high / axis->low <= few;
    const char *comma = "";
    (void)fputs("    set ytics (", out);
    for (int power = -9; power < 9; power++) {
        for (int digit = 1; digit <= 5; digit += digit == 1 ? 1 : 3) {
            const double at = digit * pow(10, power);
            size_t unit = 0;
            if (at < axis->low * 0.999 || at > axis->high * 1.001 || (digit > 1 && !dense))
                continue;
            while (unit + 1 < SIM_COUNT_OF(units) && at < units[unit].seconds * 0.999)
                unit++;
            (void)fprintf(out, "%s'%.0f %s' %.0e", comma, at / units[unit].seconds, units[unit].unit, at);
            comma = ", ";
        }
    }
    (void)fputs(")\n", out);
}

void put_axis(FILE *out, const struct axis *axis)
{
    (void)fprintf(out, "    %s logscale y\n    set yrange [", axis->logarithmic ? "set" : "unset");
    put_number(out, axis->low);
    (void)fputc(':', out);
    put_number(out, axis->high);
    (void)fputs("]\n", out);
    if (axis->logarithmic) {
        put_log_tics(out, axis);
        return;
    }
    (void)fprintf(out, "    set format y '%%g%s'\n    set ytics ", strcmp(axis->unit, " %") == 0 ? " %%" : axis->unit);
    put_number(out, axis->step);
    (void)fputc('\n', out);
}

struct time_axis time_axis_until(sim_ns until)
{
    static const double steps[] = {1, 2, 5, 10, 15, 20, 30, 60, 120, 300, 600, 1200, 1800, 3600};
    const double tics = 14;
    const double seconds = sim_ns_to_s(until);
    struct time_axis axis = {"s", 1, 0, 0};
    double step = round_step(seconds, (int)tics);
    if (seconds > 10 * 3600)
        axis = (struct time_axis){"h", 3600, 0, 0};
    else if (seconds > 2 * 3600)
        axis = (struct time_axis){"min", 60, 0, 0};
    for (size_t i = SIM_COUNT_OF(steps); i-- > 0;) {
        if (seconds / steps[i] <= tics && seconds >= tics)
            step = steps[i];
    }
    if (seconds / 3600 > tics)
        step = 3600 * round_step(seconds / 3600, (int)tics);
    axis.until = seconds / axis.per;
    axis.step = step / axis.per;
    return axis;
}
