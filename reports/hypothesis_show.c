/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The score card for people, from its JSON: so one that was stored prints as it did. What the tree does not hold, since
 * it was hidden or nothing was said yet, is not printed. */
#include "reports/hypothesis.h"
#include "reports/show.h"
#include "reports/terminal.h"
#include "reports/texts.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char *text_of(const cJSON *object, const char *key)
{
    return cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, key));
}

static const char *safe(char shown[JSON_SHOWN_BYTES], const char *text)
{
    return json_shown(shown, text == NULL ? "" : text);
}

static const cJSON *member(const cJSON *object, const char *key)
{
    const cJSON *found = cJSON_GetObjectItemCaseSensitive(object, key);
    return cJSON_IsNull(found) ? NULL : found;
}

/* ---- hiding ---- */

static void forget(cJSON *object, const char *key)
{
    if (cJSON_GetObjectItemCaseSensitive(object, key) != NULL)
        (void)cJSON_ReplaceItemInObjectCaseSensitive(object, key, cJSON_CreateNull());
}

cJSON *hypothesis_hide(const cJSON *tree)
{
    static const char *const names[] = {"scenario", "title", "faults", "score", "right", "of", "blast"};
    static const char *const outcome[] = {"happened", "right", "off_by", "why"};
    static const char *const resolved[] = {"unit", "steady", "expected", "low", "high"};
    cJSON *hidden = cJSON_Duplicate(tree, true);
    cJSON *entry = NULL;
    for (size_t i = 0; i < SIM_COUNT_OF(names); i++)
        forget(hidden, names[i]);
    cJSON_ArrayForEach(entry, cJSON_GetObjectItemCaseSensitive(hidden, "predictions"))
    {
        for (size_t i = 0; i < SIM_COUNT_OF(outcome); i++)
            forget(entry, outcome[i]);
        for (size_t i = 0; i < SIM_COUNT_OF(resolved); i++)
            cJSON_DeleteItemFromObjectCaseSensitive(entry, resolved[i]);
    }
    return hidden;
}

/* ---- cells ---- */

static const char *show_number(char buffer[SHOWN_ROOM], const cJSON *entry, const char *key, const char *otherwise)
{
    const cJSON *number = member(entry, key);
    const char *unit = text_of(entry, "unit");
    return number == NULL ? otherwise : show_value(buffer, unit == NULL ? "" : unit, number->valuedouble);
}

/* A list of names as "a, b"; free. */
static char *join(const cJSON *list)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    sim_assert(out != NULL);
    const cJSON *item = NULL;
    cJSON_ArrayForEach(item, list)(void) fprintf(out, "%s%s", item == list->child ? "" : ", ", item->valuestring);
    if (cJSON_GetArraySize(list) == 0)
        (void)fputs("none", out);
    (void)fclose(out);
    return text;
}

/* How far a value is off, signed: "+2000.0 ms (67 %)", "-71.02 points", "+1623.5 ms (160 times)". */
static void show_distance(char buffer[2 * SHOWN_ROOM], const cJSON *entry, double off)
{
    const double hundred = 100, many = 10;
    char value[SHOWN_ROOM], share[40] = "";
    const char *unit = text_of(entry, "unit");
    const cJSON *expected = member(entry, "expected");
    const double part = expected != NULL && fabs(expected->valuedouble) > 0 ? fabs(off / expected->valuedouble) : 0;
    if (part >= many)
        (void)snprintf(share, sizeof share, " (%.0f times)", part);
    else if (part > 0)
        (void)snprintf(share, sizeof share, " (%.0f %%)", hundred * part);
    if (strcmp(unit, "1") == 0)
        (void)snprintf(value, sizeof value, "%.2f points", hundred * fabs(off));
    else
        show_value(value, unit, fabs(off));
    (void)snprintf(buffer, 2 * (size_t)SHOWN_ROOM, "%s%s%s", off < 0 ? "-" : "+", value, share);
}

static const char *show_off(char buffer[2 * SHOWN_ROOM], const cJSON *entry)
{
    const cJSON *off = member(entry, "off_by");
    if (off == NULL)
        return cJSON_IsTrue(member(entry, "right")) ? "right" : "no data";
    if (cJSON_IsArray(member(entry, "happened")))
        (void)snprintf(buffer, 2 * (size_t)SHOWN_ROOM, "%.0f node%s", off->valuedouble,
                       off->valuedouble > 1 ? "s" : "");
    else
        show_distance(buffer, entry, off->valuedouble);
    return buffer;
}

/* ---- what is known before ---- */

static void print_known(FILE *out, const cJSON *tree)
{
    static const enum align aligns[] = {ALIGN_LEFT, ALIGN_LEFT, ALIGN_RIGHT};
    struct texts texts = {0};
    char shown[JSON_SHOWN_BYTES], value[SHOWN_ROOM];
    const cJSON *entry = NULL;
    if (cJSON_GetArraySize(member(tree, "known")) == 0)
        return;
    (void)fprintf(out, "Known, of %s:\n", text_of(tree, "steady"));
    cJSON_ArrayForEach(entry, member(tree, "known"))
    {
        texts_add(&texts, text_of(entry, "key"));
        texts_add(&texts, safe(shown, text_of(entry, "title")));
        texts_add(&texts, show_number(value, entry, "value", "no data"));
    }
    terminal_table(out, (const char *const *)texts.items, texts.count / SIM_COUNT_OF(aligns), SIM_COUNT_OF(aligns),
                   aligns, 2);
    texts_fini(&texts);
}

static void print_faults(FILE *out, const cJSON *tree)
{
    const cJSON *fault = NULL;
    char shown[JSON_SHOWN_BYTES];
    if (cJSON_GetArraySize(member(tree, "faults")) > 0)
        (void)fprintf(out, "Done to it:\n");
    cJSON_ArrayForEach(fault, member(tree, "faults"))
    {
        (void)fprintf(out, "  at %.9g s: %s\n", cJSON_GetNumberValue(member(fault, "at_s")),
                      safe(shown, text_of(fault, "what")));
    }
}

/* ---- the card ---- */

enum { CARD_COLUMNS = 5 };

/* The first column: sentences where they have room, else keys. */
static void fill_card(struct texts *texts, const cJSON *tree, bool sentences)
{
    static const char *const heads[CARD_COLUMNS] = {"said", "predicted", "steady", "happened", "off by"};
    char shown[JSON_SHOWN_BYTES], steady[SHOWN_ROOM], happened[SHOWN_ROOM], off[2 * SHOWN_ROOM];
    char key[3 * SCENARIO_NAME_MAX];
    const cJSON *entry = NULL;
    for (size_t i = 0; i < CARD_COLUMNS; i++)
        texts_add(texts, heads[i]);
    cJSON_ArrayForEach(entry, member(tree, "predictions"))
    {
        const bool elsewhere = strcmp(text_of(entry, "phase"), text_of(tree, "phase")) != 0;
        if (cJSON_IsArray(member(entry, "happened")))
            continue;
        (void)snprintf(key, sizeof key, "%.100s%s%.60s", text_of(entry, "key"), elsewhere ? ", " : "",
                       elsewhere ? text_of(entry, "phase") : "");
        texts_add(texts, sentences ? safe(shown, text_of(entry, "say")) : key);
        texts_add(texts, text_of(entry, "predicted"));
        texts_add(texts, show_number(steady, entry, "steady", ""));
        texts_add(texts, show_number(happened, entry, "happened", "no data"));
        texts_add(texts, show_off(off, entry));
    }
}

static size_t width_of(const struct texts *texts)
{
    size_t width = (size_t)2 * (CARD_COLUMNS - 1);
    for (size_t c = 0; c < CARD_COLUMNS; c++) {
        size_t widest = 0;
        for (size_t i = c; i < texts->count; i += CARD_COLUMNS) {
            const size_t length = strlen(texts->items[i]);
            widest = length > widest ? length : widest;
        }
        width += widest;
    }
    return width;
}

static void print_card(FILE *out, const cJSON *tree)
{
    static const enum align aligns[CARD_COLUMNS] = {ALIGN_LEFT, ALIGN_LEFT, ALIGN_RIGHT, ALIGN_RIGHT, ALIGN_LEFT};
    struct texts texts = {0};
    fill_card(&texts, tree, true);
    if (width_of(&texts) > terminal_width()) {
        texts_fini(&texts);
        texts = (struct texts){0};
        fill_card(&texts, tree, false);
    }
    if (texts.count > CARD_COLUMNS)
        terminal_table(out, (const char *const *)texts.items, texts.count / CARD_COLUMNS, CARD_COLUMNS, aligns, 0);
    texts_fini(&texts);
}

/* The reading of a node that went furthest from its band, measured in half widths of it; NULL: none left. */
static const cJSON *furthest(const cJSON *node)
{
    const cJSON *found = NULL;
    const cJSON *reading = NULL;
    double most = 0;
    cJSON_ArrayForEach(reading, member(node, "readings"))
    {
        const double low = cJSON_GetNumberValue(member(reading, "low"));
        const double steady = cJSON_GetNumberValue(member(reading, "steady"));
        const double happened = cJSON_GetNumberValue(member(reading, "happened"));
        if (!cJSON_IsTrue(member(reading, "left")))
            continue;
        const double half = steady - low;
        const double far = half > 0 ? fabs(happened - steady) / half : (double)INFINITY;
        if (found == NULL || far > most) {
            found = reading;
            most = far;
        }
    }
    return found;
}

static void print_blast(FILE *out, const cJSON *tree)
{
    enum { COLUMNS = 6 };
    static const enum align aligns[COLUMNS] = {ALIGN_LEFT,  ALIGN_LEFT,  ALIGN_LEFT,
                                               ALIGN_RIGHT, ALIGN_RIGHT, ALIGN_LEFT};
    const cJSON *blast = member(tree, "blast");
    struct texts texts = {0};
    char steady[SHOWN_ROOM], happened[SHOWN_ROOM];
    const cJSON *node = NULL;
    bool predicted = false;
    if (strcmp(text_of(blast, "phase"), text_of(blast, "steady")) == 0)
        return;
    cJSON_ArrayForEach(node, member(blast, "nodes"))
    {
        const cJSON *reading = furthest(node);
        const cJSON *said = member(node, "predicted");
        const bool left = cJSON_IsTrue(member(node, "left"));
        predicted = predicted || said != NULL;
        if (!left && !cJSON_IsTrue(said))
            continue;
        const char *text = reading == NULL ? "" : text_of(reading, "reading") + strlen(text_of(node, "node")) + 1;
        texts_add(&texts, text_of(node, "node"));
        texts_add(&texts, left ? "reached" : "not reached");
        texts_add(&texts, text);
        texts_add(&texts, reading == NULL ? "" : show_number(steady, reading, "steady", ""));
        texts_add(&texts, reading == NULL ? "" : show_number(happened, reading, "happened", ""));
        texts_add(&texts, said == NULL ? "" : cJSON_IsTrue(said) == left ? "right" : left ? "missed" : "named in vain");
    }
    (void)fprintf(out, "\nBlast radius in %s: %s\n", text_of(blast, "phase"),
                  texts.count == 0 ? "no node left its steady state"
                  : predicted      ? "nodes that left their steady state, or were named"
                                   : "nodes that left their steady state, by the reading that went furthest");
    if (texts.count > 0)
        terminal_table(out, (const char *const *)texts.items, texts.count / COLUMNS, COLUMNS, aligns, 2);
    texts_fini(&texts);
}

static void print_misses(FILE *out, const cJSON *tree)
{
    char shown[JSON_SHOWN_BYTES], off[2 * SHOWN_ROOM];
    const cJSON *entry = NULL;
    cJSON_ArrayForEach(entry, member(tree, "predictions"))
    {
        const cJSON *why = member(entry, "why");
        const cJSON *command = NULL;
        if (why == NULL)
            continue;
        (void)fprintf(out, "\n%s: %s%s\n", safe(shown, text_of(entry, "say")),
                      member(entry, "off_by") == NULL ? "" : "off by ", show_off(off, entry));
        if (cJSON_IsArray(member(entry, "happened"))) {
            char *said = join(member(entry, "predicted"));
            char *was = join(member(entry, "happened"));
            (void)fprintf(out, "  predicted: %s\n  happened:  %s\n", said, was);
            free(said);
            free(was);
        }
        if (member(why, "ask") != NULL)
            (void)fprintf(out, "  %s\n", safe(shown, text_of(why, "ask")));
        cJSON_ArrayForEach(command, member(why, "commands"))(void) fprintf(out, "  $ %s\n", command->valuestring);
    }
}

static void print_heading(FILE *out, const cJSON *tree)
{
    char title[JSON_SHOWN_BYTES], name[JSON_SHOWN_BYTES];
    const bool bold = terminal_colour();
    const double seeds = cJSON_GetNumberValue(member(tree, "replications"));
    if (text_of(tree, "title") != NULL)
        (void)fprintf(out, "%s%s%s\n%s, ", bold ? "\033[1m" : "", safe(title, text_of(tree, "title")),
                      bold ? "\033[0m" : "", safe(name, text_of(tree, "scenario")));
    else
        (void)fprintf(out, "A scenario without a name: what is done to it is hidden\n");
    if (seeds > 1)
        (void)fprintf(out, "means of %.0f seeds from %s, ", seeds, text_of(tree, "seed"));
    else
        (void)fprintf(out, "seed %s, ", text_of(tree, "seed"));
    if (strcmp(text_of(tree, "phase"), text_of(tree, "steady")) == 0)
        (void)fprintf(out, "%s\n\n", text_of(tree, "phase"));
    else
        (void)fprintf(out, "%s beside %s\n\n", text_of(tree, "phase"), text_of(tree, "steady"));
}

static void print_said(FILE *out, const cJSON *tree)
{
    char shown[JSON_SHOWN_BYTES];
    const cJSON *entry = NULL;
    (void)fprintf(out, "Said:\n");
    cJSON_ArrayForEach(entry, member(tree, "predictions"))
    {
        (void)fprintf(out, "  %s (during %s)\n", safe(shown, text_of(entry, "say")), text_of(entry, "phase"));
    }
}

void hypothesis_print(FILE *out, const cJSON *tree)
{
    const double of = cJSON_GetNumberValue(member(tree, "of"));
    const int said = cJSON_GetArraySize(member(tree, "predictions"));
    print_heading(out, tree);
    if (member(tree, "score") == NULL) { /* before anything is revealed */
        print_faults(out, tree);
        print_known(out, tree);
        if (said > 0)
            print_said(out, tree);
        return;
    }
    print_card(out, tree);
    print_blast(out, tree);
    (void)fprintf(out, "\n%.0f of %.0f right\n", cJSON_GetNumberValue(member(tree, "right")), of);
    print_misses(out, tree);
}
