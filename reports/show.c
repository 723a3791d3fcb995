/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Numbers as people write them. */
#include "reports/show.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void show_seconds(char *buffer, double seconds)
{
    const double size = fabs(seconds);
    if (size >= 100)
        (void)snprintf(buffer, SHOWN_ROOM, "%.1f s", seconds);
    else if (size >= 10)
        (void)snprintf(buffer, SHOWN_ROOM, "%.2f s", seconds);
    else if (size >= 1e-3)
        (void)snprintf(buffer, SHOWN_ROOM, "%.1f ms", seconds * 1e3);
    else if (size >= 1e-6)
        (void)snprintf(buffer, SHOWN_ROOM, "%.1f us", seconds * 1e6);
    else
        (void)snprintf(buffer, SHOWN_ROOM, "%.0f ns", seconds * 1e9);
}

static void show_bytes(char *buffer, double bytes)
{
    static const char *const units[] = {"B", "KiB", "MiB", "GiB", "TiB"};
    size_t unit = 0;
    for (; fabs(bytes) >= 1024 && unit + 1 < SIM_COUNT_OF(units); unit++)
        bytes /= 1024;
    (void)snprintf(buffer, SHOWN_ROOM, unit == 0 ? "%.0f %s" : "%.1f %s", bytes, units[unit]);
}

/* "queries" of one is "query". Units that are abbreviations ("ns") stay. */
static void show_count(char *buffer, const char *unit, double value)
{
    const size_t length = strlen(unit);
    const bool one = fabs(value - 1) <= 0 && length > 2 && unit[length - 1] == 's';
    const bool ies = one && length > 3 && strcmp(unit + length - 3, "ies") == 0;
    const int kept = (int)(ies ? length - 3 : one ? length - 1 : length);
    (void)snprintf(buffer, SHOWN_ROOM, "%.0f %.*s%s", value, kept, unit, ies ? "y" : "");
}

const char *show_value(char buffer[SHOWN_ROOM], const char *unit, double value)
{
    const double hundred = 100;
    if (strcmp(unit, "s") == 0)
        show_seconds(buffer, value);
    else if (strcmp(unit, "1") == 0)
        (void)snprintf(buffer, SHOWN_ROOM, "%.2f %%", value * hundred);
    else if (strcmp(unit, "/s") == 0)
        (void)snprintf(buffer, SHOWN_ROOM, "%.2f/s", value);
    else if (strcmp(unit, "bytes") == 0)
        show_bytes(buffer, value);
    else if (fabs(value - floor(value)) > 0)
        (void)snprintf(buffer, SHOWN_ROOM, "%.2f %s", value, unit);
    else
        show_count(buffer, unit, value);
    return buffer;
}

const char *show_time(char buffer[SHOWN_ROOM], sim_ns time)
{
    (void)snprintf(buffer, SHOWN_ROOM, "%.9g s", sim_ns_to_s(time));
    return buffer;
}

void show_json(FILE *out, cJSON *tree)
{
    char *text = cJSON_Print(tree);
    sim_assert(text != NULL);
    (void)fprintf(out, "%s\n", text);
    free(text);
    cJSON_Delete(tree);
}

void show_json_inline(FILE *out, cJSON *tree)
{
    char *text = cJSON_PrintUnformatted(tree);
    sim_assert(text != NULL);
    (void)fputs(text, out);
    free(text);
    cJSON_Delete(tree);
}
