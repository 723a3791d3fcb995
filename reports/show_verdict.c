/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A verdict in words: what was wanted, where, and what came of it. */
#include "reports/show.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static void show_bounds(char buffer[WANT_ROOM], const char *unit, const struct record_verdict *verdict)
{
    char low[SHOWN_ROOM], high[SHOWN_ROOM];
    show_value(low, unit, verdict->min);
    show_value(high, unit, verdict->max);
    if (verdict->state != NULL)
        (void)snprintf(buffer, WANT_ROOM, "%s", verdict->state);
    else if (isinf(verdict->min))
        (void)snprintf(buffer, WANT_ROOM, "%s %s", verdict->below_max ? "below" : "at most", high);
    else if (isinf(verdict->max))
        (void)snprintf(buffer, WANT_ROOM, "%s %s", verdict->above_min ? "above" : "at least", low);
    else if (strcmp(low, high) == 0)
        (void)snprintf(buffer, WANT_ROOM, "%s", low);
    else
        (void)snprintf(buffer, WANT_ROOM, "%s to %s", low, high);
}

const char *show_want(char buffer[WANT_ROOM], const char *unit, const struct record_verdict *verdict)
{
    char bounds[WANT_ROOM], within[SHOWN_ROOM];
    show_bounds(bounds, unit, verdict);
    if (verdict->form == EXPECT_WITHIN)
        (void)snprintf(buffer, WANT_ROOM, "%.200s within %s", bounds, show_time(within, verdict->within));
    else if (verdict->form != EXPECT_DURING)
        (void)snprintf(buffer, WANT_ROOM, "%s %.200s", expect_form_name(verdict->form), bounds);
    else
        (void)snprintf(buffer, WANT_ROOM, "%s", bounds);
    return buffer;
}

const char *show_got(char buffer[WANT_ROOM], const char *unit, const struct record_verdict *verdict)
{
    char value[SHOWN_ROOM], at[SHOWN_ROOM];
    const struct expect_windows *windows = &verdict->windows;
    const bool form_within = verdict->form == EXPECT_WITHIN;
    if (verdict->result == VERDICT_NO_DATA && verdict->form != EXPECT_DURING && windows->empty < windows->count)
        (void)snprintf(buffer, WANT_ROOM, "no data in %" PRId64 " of %" PRId64 " windows", windows->empty,
                       windows->count);
    else if (verdict->result == VERDICT_NO_DATA)
        (void)snprintf(buffer, WANT_ROOM, "no data");
    else if (form_within && !verdict->value.has_data)
        (void)snprintf(buffer, WANT_ROOM, "not by %s", show_time(at, windows->to));
    else if (form_within)
        (void)snprintf(buffer, WANT_ROOM, "after %.9g s", verdict->value.value);
    else if (verdict->form != EXPECT_DURING && verdict->result == VERDICT_FAILS)
        (void)snprintf(buffer, WANT_ROOM, "%s at %s", show_value(value, unit, verdict->value.value),
                       show_time(at, windows->worst_at));
    else
        (void)snprintf(buffer, WANT_ROOM, "%s", show_value(value, unit, verdict->value.value));
    return buffer;
}

const char *show_where(const struct record *record, const struct record_verdict *verdict)
{
    return verdict->phase == SCENARIO_NO_PHASE ? verdict->instant : record->phases[verdict->phase].name;
}

const char *show_expectation(char buffer[3 * WANT_ROOM], const struct record *record,
                             const struct record_verdict *verdict)
{
    char want[WANT_ROOM];
    if (verdict->name != NULL)
        return verdict->name;
    show_want(want, record_verdict_unit(record, verdict), verdict);
    (void)snprintf(buffer, 3 * (size_t)WANT_ROOM, "%s %s %s %s", record->items[verdict->item].key, want,
                   verdict->form == EXPECT_WITHIN ? "of" : "during", show_where(record, verdict));
    return buffer;
}
