/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "reports/profile_show.h"

#include "reports/show.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { PLACES_MAX = 4000, PLACE_LEAST = 20 };

/* All leaves with the same name below frames with the same name. */
struct place {
    const struct frame *frame;
    sim_ns self[2];
    uint64_t count[2];
    double change; /* ns a request */
};

struct places {
    const struct profile *profile;
    struct place *list;
    size_t count;
};

/* ---- gathering ---- */

static bool same_name(const struct frame *a, const struct frame *b)
{
    char one[FRAME_NAME_ROOM], other[FRAME_NAME_ROOM];
    return a->kind == b->kind && strcmp(frame_name(one, a), frame_name(other, b)) == 0;
}

static bool same_place(const struct frame *a, const struct frame *b)
{
    if (!same_name(a, b) || !same_name(a->parent, b->parent))
        return false;
    return a->parent->kind != FRAME_ABANDONED || same_name(a->parent->parent, b->parent->parent);
}

static void gather(struct places *places, const struct frame *frame)
{
    if (frame->parent != NULL && (frame->self[0] > 0 || frame->self[1] > 0)) {
        size_t at = 0;
        while (at < places->count && !same_place(places->list[at].frame, frame))
            at++;
        if (at == places->count && at < PLACES_MAX)
            places->list[places->count++] = (struct place){.frame = frame};
        for (int side = 0; side < 2 && at < PLACES_MAX; side++) {
            places->list[at].self[side] += frame->self[side];
            places->list[at].count[side] += frame->count[side];
        }
    }
    for (const struct frame *child = frame->first; child != NULL; child = child->next)
        gather(places, child);
}

static double each(const struct profile *profile, sim_ns time, int side)
{
    return profile->traces[side] == 0 ? 0 : (double)time / (double)profile->traces[side];
}

static int most_first(const void *left, const void *right)
{
    const struct place *a = left, *b = right;
    char one[FRAME_NAME_ROOM], other[FRAME_NAME_ROOM];
    const double a_change = fabs(a->change), b_change = fabs(b->change);
    if (a_change > b_change || a_change < b_change)
        return a_change > b_change ? -1 : 1;
    if (a->self[0] != b->self[0])
        return a->self[0] > b->self[0] ? -1 : 1;
    const int order = strcmp(frame_name(one, a->frame->parent), frame_name(other, b->frame->parent));
    return order != 0 ? order : strcmp(frame_name(one, a->frame), frame_name(other, b->frame));
}

/* ---- the table ---- */

static const char *kind_name(const struct frame *frame)
{
    static const char *const names[] = {
        [FRAME_ROOT] = "all",  [FRAME_CALL] = "call", [FRAME_INNER] = "span", [FRAME_ABANDONED] = "gone",
        [FRAME_WORK] = "work", [FRAME_WAIT] = "wait", [FRAME_OTHER] = "-"};
    return frame->parent != NULL && frame->parent->kind == FRAME_ABANDONED ? names[FRAME_ABANDONED]
                                                                           : names[frame->kind];
}

/* "sre-lab get_product: cpu queue", cut to what `taken` columns leave of a line; on a narrow one it sticks out. */
static void print_place(FILE *out, const struct frame *frame, size_t width, size_t taken)
{
    const size_t room = width > taken + PLACE_LEAST ? width - taken : PLACE_LEAST;
    char above[FRAME_NAME_ROOM], name[FRAME_NAME_ROOM], text[2 * FRAME_NAME_ROOM + 32];
    const bool gone = frame->parent->kind == FRAME_ABANDONED;
    (void)frame_name(above, gone ? frame->parent->parent : frame->parent);
    (void)snprintf(text, sizeof text, "%s: %s", above, frame_name(name, frame));
    if (strlen(text) > room)
        (void)snprintf(text + room - 2, sizeof text - room + 2, "..");
    (void)fprintf(out, "%s\n", text);
}

static void print_change(FILE *out, double ns)
{
    char time[SHOWN_ROOM], with_sign[SHOWN_ROOM + 2];
    (void)snprintf(with_sign, sizeof with_sign, "%s%s", ns > 0 ? "+" : "", show_value(time, "s", ns / 1e9));
    (void)fprintf(out, "%11s  ", with_sign);
}

static void print_compared(FILE *out, const struct places *places, size_t most, size_t width)
{
    char time[SHOWN_ROOM];
    (void)fprintf(out, "%11s  %10s  %10s  KIND  WHERE\n", "CHANGE", "A REQUEST", "COMPARED");
    for (size_t i = 0; i < places->count && i < most; i++) {
        const struct place *place = &places->list[i];
        print_change(out, place->change);
        (void)fprintf(out, "%10s  ", show_value(time, "s", each(places->profile, place->self[0], 0) / 1e9));
        (void)fprintf(out, "%10s  ", show_value(time, "s", each(places->profile, place->self[1], 1) / 1e9));
        (void)fprintf(out, "%-4s  ", kind_name(place->frame));
        print_place(out, place->frame, width, 43);
    }
}

static void print_plain(FILE *out, const struct places *places, size_t most, size_t width)
{
    char time[SHOWN_ROOM];
    const sim_ns whole = places->profile->root->total[0];
    (void)fprintf(out, "%11s  %8s  %10s  %8s  KIND  WHERE\n", "SELF", "SHARE", "A REQUEST", "COUNT");
    for (size_t i = 0; i < places->count && i < most; i++) {
        const struct place *place = &places->list[i];
        (void)fprintf(out, "%11s  ", show_value(time, "s", sim_ns_to_s(place->self[0])));
        (void)fprintf(out, "%6.2f %%  ", 100 * (double)place->self[0] / (double)whole);
        (void)fprintf(out, "%10s  ", show_value(time, "s", each(places->profile, place->self[0], 0) / 1e9));
        (void)fprintf(out, "%8" PRIu64 "  %-4s  ", place->count[0], kind_name(place->frame));
        print_place(out, place->frame, width, 51);
    }
}

void profile_show_text(FILE *out, const struct profile *profile, size_t most, size_t width)
{
    struct places places = {.profile = profile, .list = sim_xcalloc(PLACES_MAX, sizeof(struct place))};
    char time[SHOWN_ROOM];
    gather(&places, profile->root);
    for (size_t i = 0; i < places.count && profile->compared; i++)
        places.list[i].change = each(profile, places.list[i].self[0], 0) - each(profile, places.list[i].self[1], 1);
    if (places.count > 0) {
        qsort(places.list, places.count, sizeof *places.list, most_first);
        if (profile->compared)
            print_compared(out, &places, most, width);
        else
            print_plain(out, &places, most, width);
    }
    if (places.count > most)
        (void)fprintf(out, "... and %zu lines more (--format folded has all)\n", places.count - most);
    for (int side = 0; side < 1 + profile->compared && !profile->cpu; side++) {
        if (profile->abandoned[side] > 0)
            (void)fprintf(out, "%s%s besides: abandoned, while nobody waited\n", side == 1 ? "compared: " : "",
                          show_value(time, "s", sim_ns_to_s(profile->abandoned[side])));
    }
    free(places.list);
}

/* ---- JSON ---- */

static cJSON *frame_json(const struct profile *profile, const struct frame *frame)
{
    char name[FRAME_NAME_ROOM];
    cJSON *object = cJSON_CreateObject();
    (void)cJSON_AddStringToObject(object, "frame", frame_name(name, frame));
    (void)cJSON_AddStringToObject(object, "kind", kind_name(frame));
    (void)cJSON_AddNumberToObject(object, "self_ns", (double)frame->self[0]);
    (void)cJSON_AddNumberToObject(object, "total_ns", (double)frame->total[0]);
    (void)cJSON_AddNumberToObject(object, "count", (double)frame->count[0]);
    if (profile->compared) {
        (void)cJSON_AddNumberToObject(object, "compared_self_ns", (double)frame->self[1]);
        (void)cJSON_AddNumberToObject(object, "compared_total_ns", (double)frame->total[1]);
        (void)cJSON_AddNumberToObject(object, "compared_count", (double)frame->count[1]);
    }
    cJSON *children = cJSON_AddArrayToObject(object, "children");
    for (const struct frame *child = frame->first; child != NULL; child = child->next)
        (void)cJSON_AddItemToArray(children, frame_json(profile, child));
    return object;
}

cJSON *profile_json(const struct profile *profile)
{
    cJSON *object = cJSON_CreateObject();
    (void)cJSON_AddStringToObject(object, "of", profile->cpu ? "cpu" : "time");
    (void)cJSON_AddNumberToObject(object, "requests", (double)profile->traces[0]);
    (void)cJSON_AddNumberToObject(object, "abandoned_ns", (double)profile->abandoned[0]);
    if (profile->compared) {
        (void)cJSON_AddNumberToObject(object, "compared_requests", (double)profile->traces[1]);
        (void)cJSON_AddNumberToObject(object, "compared_abandoned_ns", (double)profile->abandoned[1]);
    }
    (void)cJSON_AddItemToObject(object, "root", frame_json(profile, profile->root));
    return object;
}
