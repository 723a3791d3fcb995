/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `extends`: JSON merge patch (RFC 7386), with the child as the patch. The result is built anew, and both sides'
 * members are matched through sorted lists, so that large objects do not cost their square. Where a side has a key
 * twice (an error is on record then) its first member counts. Recursion is bounded by JSON_DEPTH_MAX. */
#include "scenarios/json.h"

#include <stdlib.h>
#include <string.h>

/* The members of an object by key, then by position; `matched` is for the patch's. */
struct member {
    const cJSON *item;
    size_t position;
    bool matched;
};

struct members {
    struct member *list;
    size_t count;
};

static int compare_members(const void *left, const void *right)
{
    const struct member *a = left;
    const struct member *b = right;
    const int order = strcmp(a->item->string, b->item->string);
    return order != 0 ? order : (a->position > b->position) - (a->position < b->position);
}

/* The caller frees list. */
static struct members members_of(const cJSON *object)
{
    sim_assert(object != NULL);
    struct members members = {0};
    members.list = sim_xcalloc((size_t)cJSON_GetArraySize(object) + 1, sizeof *members.list);
    for (const cJSON *item = object->child; item != NULL; item = item->next) {
        members.list[members.count] = (struct member){.item = item, .position = members.count};
        members.count++;
    }
    qsort(members.list, members.count, sizeof *members.list, compare_members);
    return members;
}

/* The first member of that key, or NULL. */
static struct member *member_named(const struct members *members, const char *key)
{
    size_t low = 0;
    size_t high = members->count;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (strcmp(members->list[middle].item->string, key) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    const bool found = low < members->count && strcmp(members->list[low].item->string, key) == 0;
    return found ? &members->list[low] : NULL;
}

static cJSON *copy_of(const cJSON *item)
{
    cJSON *copy = cJSON_Duplicate(item, true);
    sim_assert(copy != NULL);
    return copy;
}

static void add(cJSON *object, const char *key, cJSON *value)
{
    const bool added = cJSON_AddItemToObject(object, key, value);
    sim_assert(added);
}

/* `base` is NULL where there is nothing to merge over. The caller frees the result. */
static cJSON *merge(const cJSON *base, const cJSON *patch)
{
    if (!cJSON_IsObject(patch))
        return copy_of(patch);
    cJSON *merged = cJSON_CreateObject();
    sim_assert(merged != NULL);
    struct members patches = members_of(patch);
    if (base != NULL && cJSON_IsObject(base)) {
        struct members bases = members_of(base);
        for (const cJSON *old = base->child; old != NULL; old = old->next) {
            struct member *change = member_named(&patches, old->string);
            if (change != NULL)
                change->matched = true;
            if (member_named(&bases, old->string)->item != old || (change != NULL && cJSON_IsNull(change->item)))
                continue;
            add(merged, old->string, change != NULL ? merge(old, change->item) : copy_of(old));
        }
        free(bases.list);
    }
    for (const cJSON *item = patch->child; item != NULL; item = item->next) {
        const struct member *change = member_named(&patches, item->string);
        if (change->item == item && !change->matched && !cJSON_IsNull(item))
            add(merged, item->string, merge(NULL, item));
    }
    free(patches.list);
    return merged;
}

void json_set_base(struct json_doc *doc, struct json_doc *base)
{
    sim_assert(doc->base == NULL && doc != base);
    doc->base = base;
}

cJSON *json_merge(const struct json_doc *doc)
{
    if (doc->base == NULL)
        return copy_of(doc->root);
    cJSON *base = json_merge(doc->base);
    cJSON *merged = merge(base, doc->root);
    cJSON_Delete(base);
    return merged;
}
