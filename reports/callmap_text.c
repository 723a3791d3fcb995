/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The map as tables for people, and the phrases that its pictures share. */
#include "reports/callmap_show.h"
#include "reports/show.h"
#include "reports/terminal.h"
#include "reports/texts.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { OUTCOMES_SHOWN = 4 };

/* ---- phrases ---- */

const char *callmap_rate(char buffer[CALLMAP_ROOM], const struct callmap *map, uint64_t count)
{
    const double ten = 10;
    const double rate = (double)count / callmap_seconds(map);
    (void)snprintf(buffer, CALLMAP_ROOM, count == 0 || rate >= ten ? "%.1f/s" : rate >= 1 ? "%.2f/s" : "%.3g/s", rate);
    return buffer;
}

const char *callmap_p95(char buffer[CALLMAP_ROOM], const struct sim_hist *took)
{
    char value[SHOWN_ROOM];
    buffer[0] = '\0';
    if (took->count > 0)
        (void)snprintf(buffer, CALLMAP_ROOM, "P95 %s",
                       show_value(value, "s", sim_ns_to_s(sim_hist_percentile(took, 95))));
    return buffer;
}

static const char *share(char buffer[CALLMAP_ROOM], uint64_t part, uint64_t whole)
{
    const double percent = whole == 0 ? 0 : 100 * (double)part / (double)whole;
    (void)snprintf(buffer, CALLMAP_ROOM, percent > 0 && percent < 0.1 ? "%.2g %%" : "%.1f %%", percent);
    return buffer;
}

const char *callmap_errors(char buffer[CALLMAP_ROOM], uint64_t errors, uint64_t ended)
{
    char text[CALLMAP_ROOM];
    buffer[0] = '\0';
    if (errors > 0)
        (void)snprintf(buffer, CALLMAP_ROOM, "%.40s errors", share(text, errors, ended));
    return buffer;
}

const char *callmap_colour(char buffer[CALLMAP_ROOM], uint64_t errors, uint64_t ended)
{
    static const int calm[3] = {0x5b, 0x66, 0x70};
    static const int red[3] = {0xc9, 0x1f, 0x1f};
    /* The square root, so that a few percent show. */
    const double heat = ended == 0 ? 0 : sqrt((double)errors / (double)ended);
    int mixed[3];
    for (int i = 0; i < 3; i++)
        mixed[i] = (int)lround(calm[i] + (red[i] - calm[i]) * heat);
    (void)snprintf(buffer, CALLMAP_ROOM, "#%02x%02x%02x", (unsigned)mixed[0], (unsigned)mixed[1], (unsigned)mixed[2]);
    return buffer;
}

double callmap_width(const struct callmap *map, const struct callmap_edge *edge)
{
    const double widest = 5;
    uint64_t most = 1;
    for (size_t i = 0; i < map->edge_count; i++)
        most = map->edges[i]->ended > most ? map->edges[i]->ended : most;
    return 1 + widest * sqrt((double)edge->ended / (double)most);
}

const char *callmap_heading(char buffer[CALLMAP_HEADING_ROOM], const struct callmap_picture *picture)
{
    char from[SHOWN_ROOM], to[SHOWN_ROOM], name[JSON_SHOWN_BYTES];
    show_time(from, picture->map->from);
    from[strlen(from) - 2] = '\0'; /* without its unit */
    (void)snprintf(buffer, CALLMAP_HEADING_ROOM, "%.100s, %s: %s..%s", json_shown(name, picture->cell->scenario->name),
                   picture->phase == NULL ? "the whole run" : picture->phase->name, from,
                   show_time(to, picture->map->to));
    return buffer;
}

/* ---- tables ---- */

/* "TIMEOUT (Gateway Timeout)"; at most CALLMAP_ROOM bytes. */
static void put_outcome(char *text, struct sim_outcome outcome)
{
    (void)snprintf(text, CALLMAP_ROOM, "%s%s%.60s%s", sim_status_name(outcome.status),
                   outcome.reason == NULL ? "" : " (", outcome.reason == NULL ? "" : outcome.reason,
                   outcome.reason == NULL ? "" : ")");
}

/* "81.1 % Pool Exhausted", "15.6 % OK" */
static void add_outcome(struct texts *texts, const struct callmap_outcome *item, uint64_t whole)
{
    char text[CALLMAP_ROOM], shown[CALLMAP_ROOM];
    (void)snprintf(text, sizeof text, "%.20s %.60s", share(shown, item->count, whole),
                   item->outcome.reason != NULL ? item->outcome.reason : sim_status_name(item->outcome.status));
    texts_add(texts, text);
}

/* The first ends a row of the table; each other gets one of its own, with `before` empty cells. */
static void add_outcomes(struct texts *texts, const struct callmap_outcomes *outcomes, uint64_t whole, size_t before)
{
    char text[CALLMAP_ROOM];
    if (outcomes->count == 0)
        texts_add(texts, "");
    for (size_t i = 0; i < outcomes->count && i <= OUTCOMES_SHOWN; i++) {
        for (size_t k = 0; i > 0 && k < before; k++)
            texts_add(texts, "");
        if (i < OUTCOMES_SHOWN) {
            add_outcome(texts, &outcomes->items[i], whole);
            continue;
        }
        (void)snprintf(text, sizeof text, "%zu more", outcomes->count - OUTCOMES_SHOWN);
        texts_add(texts, text);
    }
}

static void add_percentile(struct texts *texts, const struct sim_hist *took)
{
    char value[SHOWN_ROOM];
    texts_add(texts, took->count == 0 ? "" : show_value(value, "s", sim_ns_to_s(sim_hist_percentile(took, 95))));
}

static void print_texts(FILE *out, struct texts *texts, const enum align *aligns, size_t columns)
{
    terminal_table(out, (const char *const *)texts->items, texts->count / columns, columns, aligns, 0);
    texts_fini(texts);
}

static void print_edges(FILE *out, const struct callmap *map)
{
    static const enum align aligns[] = {ALIGN_LEFT, ALIGN_LEFT, ALIGN_RIGHT, ALIGN_RIGHT, ALIGN_RIGHT, ALIGN_WRAP};
    static const char *const heads[] = {"from", "to", "rate", "errors", "P95", "ended"};
    struct texts texts = {0};
    char text[CALLMAP_ROOM];
    for (size_t i = 0; i < SIM_COUNT_OF(heads); i++)
        texts_add(&texts, heads[i]);
    for (size_t i = 0; i < map->edge_count; i++) {
        const struct callmap_edge *edge = map->edges[i];
        if (edge->ended == 0)
            continue;
        texts_add(&texts, edge->from->name);
        texts_add(&texts, edge->to->name);
        texts_add(&texts, callmap_rate(text, map, edge->ended));
        texts_add(&texts, share(text, edge->errors, edge->ended));
        add_percentile(&texts, &edge->took);
        add_outcomes(&texts, &edge->outcomes, edge->ended, SIM_COUNT_OF(heads) - 1);
    }
    print_texts(out, &texts, aligns, SIM_COUNT_OF(heads));
}

static void print_nodes(FILE *out, const struct callmap *map)
{
    static const enum align aligns[] = {ALIGN_LEFT, ALIGN_RIGHT, ALIGN_RIGHT, ALIGN_RIGHT, ALIGN_RIGHT, ALIGN_WRAP};
    static const char *const heads[] = {"node", "replies", "P95", "errors", "born here", "which"};
    struct texts texts = {0};
    char text[CALLMAP_ROOM];
    for (size_t i = 0; i < SIM_COUNT_OF(heads); i++)
        texts_add(&texts, heads[i]);
    for (uint32_t i = 0; i < map->sim->node_count; i++) {
        const struct callmap_node *node = &map->nodes[i];
        if (node->replied == 0)
            continue;
        texts_add(&texts, node->node->name);
        texts_add(&texts, callmap_rate(text, map, node->replied));
        add_percentile(&texts, &node->took);
        texts_add(&texts, node->errors == 0 ? "" : callmap_rate(text, map, node->errors));
        texts_add(&texts, node->born == 0 ? "" : callmap_rate(text, map, node->born));
        add_outcomes(&texts, &node->births, node->born, SIM_COUNT_OF(heads) - 1);
    }
    print_texts(out, &texts, aligns, SIM_COUNT_OF(heads));
}

/* "TIMEOUT (Gateway Timeout)", and below it what the node had heard before. */
static void add_death(struct texts *texts, const struct callmap_death *death)
{
    char text[3 * CALLMAP_ROOM];
    put_outcome(text, death->outcome);
    texts_add(texts, text);
    if (death->heard_from == NULL)
        return;
    for (int i = 0; i < 3; i++)
        texts_add(texts, "");
    const int length = snprintf(text, sizeof text, "  after %.64s: ", death->heard_from->name);
    put_outcome(text + length, death->heard);
    texts_add(texts, text);
}

static void print_deaths(FILE *out, const struct callmap *map)
{
    static const enum align aligns[] = {ALIGN_LEFT, ALIGN_RIGHT, ALIGN_RIGHT, ALIGN_WRAP};
    static const char *const heads[] = {"died at", "requests", "of all", "as"};
    struct texts texts = {0};
    char text[CALLMAP_ROOM];
    if (map->death_count == 0) {
        (void)fprintf(out, "None of the users' %" PRIu64 " requests ended in an error.\n", map->requests);
        return;
    }
    (void)fprintf(out, "Of the users' %" PRIu64 " requests, %" PRIu64 " (%s) ended in an error:\n", map->requests,
                  map->failed, share(text, map->failed, map->requests));
    for (size_t i = 0; i < SIM_COUNT_OF(heads); i++)
        texts_add(&texts, heads[i]);
    for (size_t i = 0; i < map->death_count; i++) {
        const struct callmap_death *death = &map->deaths[i];
        texts_add(&texts, death->node->name);
        (void)snprintf(text, sizeof text, "%" PRIu64, death->count);
        texts_add(&texts, text);
        texts_add(&texts, share(text, death->count, map->requests));
        add_death(&texts, death);
    }
    print_texts(out, &texts, aligns, SIM_COUNT_OF(heads));
}

void callmap_text(FILE *out, const struct callmap_picture *picture)
{
    char heading[CALLMAP_HEADING_ROOM], title[JSON_SHOWN_BYTES];
    (void)fprintf(out, "%s\n%s\n\nCalls, as the caller sees them\n", json_shown(title, picture->cell->scenario->title),
                  callmap_heading(heading, picture));
    print_edges(out, picture->map);
    (void)fprintf(out, "\nReplies, as the node gives them; an error is born where it was not passed on\n");
    print_nodes(out, picture->map);
    (void)fprintf(out, "\n");
    print_deaths(out, picture->map);
}
