/* SPDX-License-Identifier: GPL-3.0-or-later */
/* libFuzzer target for everything that stands between a scenario file's bytes and its values: strict scan, cJSON,
 * duplicate keys, places, merging, the error list.
 *
 * An input is a pointer, a base document and a child, with NUL bytes between (a document holds none, or is refused).
 * Checked beside memory: cJSON takes what the scan took (asserted inside), each value is found at its own first byte,
 * each merged value comes from one of the two documents, and nothing printed can drive a terminal.
 *
 *     clang -std=gnu17 -g -O1 -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all -I. \
 *         tests/fuzz/fuzz_json.c scenarios/json*.c sim/base.c sim/panic.c -lcjson -lm -o fuzz_json
 *     ./fuzz_json -max_len=4096 */
#include "scenarios/json.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { POINTER_BYTES = 512 };

/* What is left to check of a tree, so that wide ones stay cheap. */
struct walk {
    const struct json_doc *doc;
    bool merged; /* the tree is json_merge(doc), not the document's own */
    int budget;
    char pointer[POINTER_BYTES];
};

static void check_place(const struct walk *walk, const cJSON *item)
{
    int line = 0;
    int column = 0;
    if (walk->merged) {
        struct json_where where = {0};
        sim_assert(json_locate_merged(walk->doc, walk->pointer, JSON_VALUE, &where));
        sim_assert(where.line > 0 && where.column > 0 && where.file[0] != '\0');
        return;
    }
    sim_assert(json_find(walk->doc->root, walk->pointer) == item);
    sim_assert(json_locate(walk->doc, walk->pointer, JSON_KEY, &line, &column));
    sim_assert(json_locate(walk->doc, walk->pointer, JSON_VALUE, &line, &column));
    const char *at = walk->doc->text;
    for (int i = 1; i < line; i++)
        at = strchr(at, '\n') + 1;
    for (int i = 1; i < column; i++) {
        at++;
        while (((unsigned char)*at & 0xc0) == 0x80)
            at++;
    }
    switch (item->type & 0xff) {
    case cJSON_Object:
        sim_assert(*at == '{');
        break;
    case cJSON_Array:
        sim_assert(*at == '[');
        break;
    case cJSON_String:
        sim_assert(*at == '"');
        break;
    case cJSON_Number:
        sim_assert(*at == '-' || (*at >= '0' && *at <= '9'));
        break;
    case cJSON_True:
        sim_assert(*at == 't');
        break;
    case cJSON_False:
        sim_assert(*at == 'f');
        break;
    default:
        sim_assert(*at == 'n');
    }
}

static void check_tree(struct walk *walk, const cJSON *item)
{
    check_place(walk, item);
    size_t index = 0;
    for (const cJSON *child = item->child; child != NULL && walk->budget > 0; child = child->next) {
        walk->budget--;
        const size_t was = cJSON_IsObject(item) ? json_pointer_push(walk->pointer, POINTER_BYTES, child->string)
                                                : json_pointer_push_index(walk->pointer, POINTER_BYTES, index);
        if (walk->pointer[was] != '\0')
            check_tree(walk, child);
        walk->pointer[was] = '\0';
        index++;
    }
}

static void check_printed(const struct json_errors *errors)
{
    char *text = NULL;
    size_t length = 0;
    FILE *out = open_memstream(&text, &length);
    sim_assert(out != NULL);
    json_errors_print(errors, out);
    fclose(out);
    size_t lines = 0;
    for (size_t i = 0; i < length; i++) {
        lines += text[i] == '\n';
        sim_assert(text[i] == '\n' || ((unsigned char)text[i] >= 0x20 && text[i] != 0x7f));
    }
    sim_assert(lines == errors->count + (errors->more > 0));
    free(text);
}

static void check_docs(struct json_doc *child, struct json_doc *base, const char *pointer, struct json_errors *errors)
{
    struct json_doc *docs[] = {child, base};
    const bool unique = json_errors_total(errors) == 0;
    for (size_t i = 0; i < SIM_COUNT_OF(docs) && unique; i++) {
        if (docs[i] != NULL)
            check_tree(&(struct walk){.doc = docs[i], .budget = 200}, docs[i]->root);
    }
    if (child == NULL) {
        json_destroy(base);
        return;
    }
    if (base != NULL)
        json_set_base(child, base);
    cJSON *merged = json_merge(child);
    if (unique)
        check_tree(&(struct walk){.doc = child, .merged = true, .budget = 200}, merged);
    cJSON_Delete(merged);
    char shown[JSON_SHOWN_BYTES];
    json_errors_add(errors, child, pointer, JSON_KEY, "unknown key, got \"%s\"", json_shown(shown, pointer));
    json_errors_add(errors, child, pointer, JSON_VALUE, "%s", pointer);
    json_destroy(child);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = sim_xmalloc(size + 1);
    memcpy(text, data, size);
    text[size] = '\0';
    const char *pointer = text;
    const size_t pointer_length = strlen(pointer);
    const char *base_text = pointer_length < size ? pointer + pointer_length + 1 : text + size;
    const size_t base_length = strlen(base_text);
    const char *child_text = base_text + base_length < text + size ? base_text + base_length + 1 : text + size;

    struct json_errors errors;
    json_errors_init(&errors);
    struct json_doc *base = json_parse("base.json", base_text, base_length, &errors);
    struct json_doc *child = json_parse("child.json", child_text, (size_t)(text + size - child_text), &errors);
    sim_assert((base != NULL && child != NULL) || json_errors_total(&errors) > 0);
    if (base == NULL || child == NULL)
        check_printed(&errors);
    if (base == NULL && child != NULL && errors.count == 1)
        json_errors_fini(&errors); /* a base that is no JSON must not keep the child from being checked */
    check_docs(child, base, pointer, &errors);
    check_printed(&errors);
    json_errors_fini(&errors);
    free(text);
    return 0;
}
