/* SPDX-License-Identifier: GPL-3.0-or-later */
/* JSON pointers (RFC 6901) and where they lead. The strict scan numbered the values of a text in their order, which is
 * the tree's pre-order; so walking tree and places side by side gives each value its place, without parsing again.
 *
 * In a merged tree the value at a pointer comes from the first document of the chain that has it, as long as none
 * before replaced a value above it: a scalar, an array or null hides what the bases hold below. */
#include "scenarios/json_strict.h"

#include <stdlib.h>
#include <string.h>

/* How far a pointer led into a document. */
struct reach {
    const cJSON *item;
    size_t number; /* of the item, among the places */
    size_t depth;  /* tokens used */
    bool whole;    /* all of them */
    bool listed;   /* an element of a list is on the way */
};

/* Whether a pointer's token, escaped, is the key. */
static bool token_is(const char *token, size_t length, const char *key)
{
    for (size_t i = 0; i < length; i++, key++) {
        char c = token[i];
        if (c == '~') {
            i++;
            if (i == length || (token[i] != '0' && token[i] != '1'))
                return false;
            c = token[i] == '0' ? '~' : '/';
        }
        if (*key != c)
            return false;
    }
    return *key == '\0';
}

/* An array's index as RFC 6901 writes it; false for anything else. */
static bool token_index(const char *token, size_t length, size_t *index)
{
    if (length == 0 || length > 9 || (length > 1 && token[0] == '0'))
        return false;
    *index = 0;
    for (size_t i = 0; i < length; i++) {
        if (token[i] < '0' || token[i] > '9')
            return false;
        *index = *index * 10 + (size_t)(token[i] - '0');
    }
    return true;
}

/* The child that a token names, and which one it is; NULL for none. */
static const cJSON *child_of(const cJSON *parent, const char *token, size_t length, size_t *index)
{
    const bool by_key = cJSON_IsObject(parent);
    size_t wanted = 0;
    if (!by_key && (!cJSON_IsArray(parent) || !token_index(token, length, &wanted)))
        return NULL;
    *index = 0;
    for (const cJSON *child = parent->child; child != NULL; child = child->next) {
        if (by_key ? token_is(token, length, child->string) : *index == wanted)
            return child;
        *index += 1;
    }
    return NULL;
}

static struct reach follow(const cJSON *tree, const struct json_place *places, const char *pointer)
{
    struct reach reach = {.item = tree};
    while (*pointer == '/') {
        const char *token = pointer + 1;
        const size_t length = strcspn(token, "/");
        size_t index = 0;
        const cJSON *child = child_of(reach.item, token, length, &index);
        if (child == NULL)
            return reach;
        reach.listed = reach.listed || cJSON_IsArray(reach.item);
        reach.item = child;
        reach.depth++;
        reach.number++;
        for (; places != NULL && index > 0; index--)
            reach.number = places[reach.number].end;
        pointer = token + length;
    }
    reach.whole = *pointer == '\0';
    return reach;
}

static void place_of(const struct json_doc *doc, size_t number, enum json_side side, int *line, int *column)
{
    sim_assert(number < doc->place_count);
    const struct json_place *place = &doc->places[number];
    json_line_column(doc->text, side == JSON_KEY ? place->key : place->value, line, column);
    *line = *line > doc->lines_before ? *line - doc->lines_before : 1;
}

const cJSON *json_find(const cJSON *tree, const char *pointer)
{
    const struct reach reach = follow(tree, NULL, pointer);
    return reach.whole ? reach.item : NULL;
}

bool json_locate(const struct json_doc *doc, const char *pointer, enum json_side side, int *line, int *column)
{
    const struct reach reach = follow(doc->root, doc->places, pointer);
    if (!reach.whole)
        return false;
    place_of(doc, reach.number, side, line, column);
    return true;
}

bool json_locate_merged(const struct json_doc *doc, const char *pointer, enum json_side side, struct json_where *where)
{
    sim_assert(doc != NULL);
    const struct json_doc *best = doc;
    struct reach deepest = {0};
    for (const struct json_doc *at = doc; at != NULL; at = at->base) {
        const struct reach reach = follow(at->root, at->places, pointer);
        if (at == doc || reach.whole || reach.depth > deepest.depth) {
            best = at;
            deepest = reach;
        }
        if (reach.whole || reach.listed || !cJSON_IsObject(reach.item))
            break; /* a list replaces the one of the base as a whole */
    }
    where->file = best->name;
    place_of(best, deepest.number, side, &where->line, &where->column);
    return deepest.whole;
}

/* Room for a token and its "/"; escaping doubles at most. */
static size_t push(char *pointer, size_t size, const char *token)
{
    const size_t was = strlen(pointer);
    size_t used = was;
    if (used + 1 < size)
        pointer[used++] = '/';
    for (; *token != '\0' && used + 2 < size; token++) {
        const bool escape = *token == '~' || *token == '/';
        if (escape)
            pointer[used++] = '~';
        pointer[used++] = escape ? (*token == '~' ? '0' : '1') : *token;
    }
    const bool fits = *token == '\0' && used > was && used < size;
    pointer[fits ? used : was] = '\0';
    return was;
}

size_t json_pointer_push(char *pointer, size_t size, const char *key)
{
    return push(pointer, size, key);
}

size_t json_pointer_push_index(char *pointer, size_t size, size_t index)
{
    char token[24];
    snprintf(token, sizeof token, "%zu", index);
    return push(pointer, size, token);
}

char *json_pointer_of(const struct json_doc *doc, size_t number)
{
    char *pointer = sim_xstrdup("");
    size_t length = 0;
    const cJSON *item = doc->root;
    for (size_t at = 0; at != number;) {
        sim_assert(at < number && number < doc->places[at].end);
        const bool keyed = cJSON_IsObject(item);
        item = item->child;
        size_t index = 0;
        for (at++; doc->places[at].end <= number; at = doc->places[at].end) {
            item = item->next;
            index++;
        }
        const size_t room = length + (keyed ? strlen(item->string) * 2 : 20) + 4;
        pointer = sim_xrealloc(pointer, room);
        if (keyed) {
            push(pointer, room, item->string);
        } else {
            json_pointer_push_index(pointer, room, index);
        }
        length = strlen(pointer);
    }
    return pointer;
}
