/* SPDX-License-Identifier: GPL-3.0-or-later */
/* In what the cells of two runs differ: their canonical texts, line by line. A line of a param stands below the node, part or
 * link that it belongs to, so its path is put together from the lines above it:
 *
 *     node gateway gateway          ->  node gateway: gateway
 *       timeout 5s                  ->  node gateway timeout: 5s
 *      part retry retry             ->  node gateway retry: retry
 *       max_attempts none           ->  node gateway retry max_attempts: none
 */
#include "reports/html_parts.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { SHOWN_MAX = 60, NAME_ROOM = 200 };

struct fact {
    char *name;
    char *value;
    bool used;
};

struct facts {
    struct fact *items;
    size_t count, room;
};

static void add_fact(struct facts *facts, const char *name, const char *value)
{
    if (facts->count == facts->room) {
        facts->room = facts->room == 0 ? 64 : 2 * facts->room;
        facts->items = sim_xrealloc(facts->items, facts->room * sizeof *facts->items);
    }
    facts->items[facts->count++] = (struct fact){sim_xstrdup(name), sim_xstrdup(value), false};
}

static void free_facts(struct facts *facts)
{
    for (size_t i = 0; i < facts->count; i++) {
        free(facts->items[i].name);
        free(facts->items[i].value);
    }
    free(facts->items);
}

/* Where a line stands: the node, link, fault, ... and the part of it. */
struct place {
    char thing[NAME_ROOM], part[NAME_ROOM];
};

/* A line that is not indented, or heads a part: "node gateway gateway", " part retry retry", "phase chaos from 660s ...". */
static void take_head(struct facts *facts, struct place *place, bool part, const char *kind, char *rest)
{
    char name[3 * NAME_ROOM];
    char *value = strchr(rest, ' ');
    if (value != NULL)
        *value++ = '\0';
    if (part)
        (void)snprintf(place->part, sizeof place->part, " %s", rest);
    else
        (void)snprintf(place->thing, sizeof place->thing, "%s %s", kind, rest);
    if (!part)
        place->part[0] = '\0';
    (void)snprintf(name, sizeof name, "%s%s", place->thing, place->part);
    add_fact(facts, name, value == NULL ? "" : value);
}

static void take_line(struct facts *facts, struct place *place, char *line)
{
    char name[3 * NAME_ROOM];
    char empty[] = "";
    const size_t indent = strspn(line, " ");
    char *first = line + indent;
    char *rest = strchr(first, ' ');
    if (rest != NULL)
        *rest++ = '\0';
    if (indent == 2) {
        (void)snprintf(name, sizeof name, "%s%s %s", place->thing, place->part, first);
        add_fact(facts, name, rest == NULL ? "" : rest);
    } else if (strcmp(first, "expect") != 0) { /* is asked of a run, but does not change it */
        take_head(facts, place, indent == 1, first, rest == NULL ? empty : rest);
    }
}

static struct facts facts_of(const struct record *record)
{
    struct facts facts = {0};
    char *copy = sim_xstrdup(record->canonical), *rest = copy;
    struct place place = {"", ""};
    for (char *line = strsep(&rest, "\n"); line != NULL; line = strsep(&rest, "\n")) {
        if (*line != '\0')
            take_line(&facts, &place, line);
    }
    free(copy);
    return facts;
}

/* The first of that name that no other has taken. The texts have the same order, so it is looked for from `hint` on. */
static struct fact *find_fact(struct facts *facts, const char *name, size_t hint)
{
    for (size_t i = 0; i < facts->count; i++) {
        struct fact *fact = &facts->items[(hint + i) % facts->count];
        if (!fact->used && strcmp(fact->name, name) == 0)
            return fact;
    }
    return NULL;
}

static void put_difference(FILE *out, size_t *shown, const char *name, const char *a, const char *b)
{
    if (++*shown > SHOWN_MAX)
        return;
    (void)fputs("<tr><th scope=\"row\">", out);
    html_bdi(out, name);
    (void)fputs("</th><td>", out);
    html_bdi(out, a == NULL ? "not there" : a);
    (void)fputs("</td><td>", out);
    html_bdi(out, b == NULL ? "not there" : b);
    (void)fputs("</td></tr>\n", out);
}

static void put_differences(FILE *out, const struct record *a, const struct record *b, const char *letter)
{
    const char *const columns[] = {"What differs", "A", letter, NULL};
    struct facts one = facts_of(a), other = facts_of(b);
    size_t shown = 0;
    html_table(out, NULL, columns);
    if (a->seed != b->seed) {
        char seeds[2][24];
        (void)snprintf(seeds[0], sizeof seeds[0], "%" PRIu64, a->seed);
        (void)snprintf(seeds[1], sizeof seeds[1], "%" PRIu64, b->seed);
        put_difference(out, &shown, "seed", seeds[0], seeds[1]);
    }
    for (size_t i = 0; i < one.count; i++) {
        struct fact *fact = find_fact(&other, one.items[i].name, i);
        if (fact != NULL)
            fact->used = true;
        if (fact == NULL || strcmp(fact->value, one.items[i].value) != 0)
            put_difference(out, &shown, one.items[i].name, one.items[i].value, fact == NULL ? NULL : fact->value);
    }
    for (size_t i = 0; i < other.count; i++) {
        if (!other.items[i].used)
            put_difference(out, &shown, other.items[i].name, NULL, other.items[i].value);
    }
    html_table_end(out);
    if (shown == 0)
        (void)fputs("<p>Nothing: the cells are the same.</p>\n", out);
    if (shown > SHOWN_MAX)
        (void)fprintf(out, "<p class=\"left\">%zu differences more are left out.</p>\n", shown - SHOWN_MAX);
    free_facts(&one);
    free_facts(&other);
}

void html_add_differences(struct html_page *page, const struct html_run *runs, size_t count)
{
    if (count < 2)
        return;
    FILE *out = html_section(page, "differences", "What differs");
    for (size_t i = 1; i < count; i++)
        put_differences(out, runs[0].record, runs[i].record, html_letter(i, count));
}
