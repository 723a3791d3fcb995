/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "reports/blame_show.h"

#include "reports/show.h"
#include "reports/terminal.h"

#include <inttypes.h>
#include <string.h>

enum { BAR = 20, NAME = 32 };

static const double ns_per_s = 1e9;

void blame_show_who(FILE *out, const struct blame *blame)
{
    char low[SHOWN_ROOM], high[SHOWN_ROOM], mean[SHOWN_ROOM];
    show_value(low, "s", sim_ns_to_s(blame->low));
    show_value(high, "s", sim_ns_to_s(blame->high));
    show_value(mean, "s", blame->requests == 0 ? 0 : (double)blame->ns / ns_per_s / (double)blame->requests);
    if (blame->requests == 0)
        (void)fprintf(out, "no requests");
    else if (blame->of.which == BLAME_ALL)
        (void)fprintf(out, "all %" PRIu64 " requests, %s each", blame->requests, mean);
    else if (blame->of.which == BLAME_FAILED)
        (void)fprintf(out, "the %" PRIu64 " of %" PRIu64 " requests that failed, %s each", blame->requests,
                      blame->total, mean);
    else if (strcmp(low, high) == 0)
        (void)fprintf(out, "the %" PRIu64 " of %" PRIu64 " requests that took %s", blame->requests, blame->total, low);
    else
        (void)fprintf(out, "the %" PRIu64 " of %" PRIu64 " requests from %s to %s", blame->requests, blame->total, low,
                      high);
    if (blame->left_out > 0)
        (void)fprintf(out, " (a sample: %" PRIu64 " are left out for want of memory)", blame->left_out);
}

static void print_bar(FILE *out, double share)
{
    const int length = (int)(share * BAR + 0.5);
    for (int i = 0; i < length; i++)
        (void)fputs(terminal_unicode() ? "█" : "#", out);
}

void blame_show_table(FILE *out, const struct blame *blame, uint32_t most, int indent)
{
    char name[80], time[SHOWN_ROOM];
    double rest = 0;
    for (uint32_t i = 0; i < blame->entry_count; i++) {
        const struct blame_entry *entry = &blame->entries[i];
        if (i >= most) {
            rest += entry->percents;
            continue;
        }
        (void)snprintf(name, sizeof name, "%.40s: %.30s", entry->where, entry->kind);
        (void)fprintf(out, "%*s%-*s %5.1f %%", indent, "", NAME, name, entry->percents);
        if (entry->share * BAR >= 0.5)
            (void)fputs("  ", out);
        print_bar(out, entry->share);
        (void)fputc('\n', out);
    }
    if (rest > 0)
        (void)fprintf(out, "%*s%-*s %5.1f %%\n", indent, "", NAME, "all else", rest);
    if (blame->abandoned > 0)
        (void)fprintf(out, "%*sbesides, for callers that had gone: %s a request\n", indent, "",
                      show_value(time, "s", (double)blame->abandoned / ns_per_s / (double)blame->requests));
}

cJSON *blame_tree(const struct blame *blame)
{
    cJSON *list = cJSON_CreateArray();
    for (uint32_t i = 0; i < blame->entry_count; i++) {
        cJSON *entry = cJSON_CreateObject();
        (void)cJSON_AddStringToObject(entry, "where", blame->entries[i].where);
        (void)cJSON_AddStringToObject(entry, "kind", blame->entries[i].kind);
        (void)cJSON_AddNumberToObject(entry, "share", blame->entries[i].share);
        (void)cJSON_AddItemToArray(list, entry);
    }
    return list;
}

void blame_put_requests(cJSON *object, const struct blame *blame)
{
    (void)cJSON_AddNumberToObject(object, "count", (double)blame->requests);
    (void)cJSON_AddNumberToObject(object, "of", (double)blame->total);
    if (blame->of.which == BLAME_AT_RANK && blame->requests > 0) {
        (void)cJSON_AddNumberToObject(object, "from", sim_ns_to_s(blame->low));
        (void)cJSON_AddNumberToObject(object, "to", sim_ns_to_s(blame->high));
    }
    (void)cJSON_AddNumberToObject(object, "seconds", (double)blame->ns / ns_per_s);
    (void)cJSON_AddNumberToObject(object, "abandoned_seconds", (double)blame->abandoned / ns_per_s);
}
