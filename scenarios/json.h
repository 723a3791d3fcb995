/* SPDX-License-Identifier: GPL-3.0-or-later */
/* JSON as scenario files need it: strict, bounded, and with a place for every complaint.
 *
 * A document is read, checked byte by byte against RFC 8259 (json_strict.c), and only then given to cJSON, which on its
 * own accepts far more. A syntax error is the only error of its document; what comes after (duplicate keys, numbers out
 * of range, whatever the loader says about the schema) is collected, so that one pass shows all of it.
 *
 * A document may rest on another one (`extends`): its values are merged over those of its base (RFC 7386). Every
 * document keeps its own text and tree, so a pointer into the merged tree still leads to the file, line and column that
 * gave the value.
 *
 * Safe on several threads, each with its own error list. Keys are compared byte by byte; use cJSON's CaseSensitive calls
 * on the trees. */
#ifndef SCENARIOS_JSON_H
#define SCENARIOS_JSON_H

#include "sim/base.h"

#include <cjson/cJSON.h>
#include <stdio.h>

/* Bounds of one document. The number bound lies below cJSON's own, which would cut a longer one in silence. */
#define JSON_BYTES_MAX ((size_t)8 << 20)
#define JSON_DEPTH_MAX 32      /* objects and arrays inside each other */
#define JSON_VALUES_MAX 200000 /* objects and arrays count as one, besides what they hold */
#define JSON_STRING_MAX 65536  /* bytes between the quotes, as written */
#define JSON_NUMBER_MAX 60     /* bytes, as written */

/* Bounds of an error list. Characters are code points. */
#define JSON_ERRORS_MAX 100  /* errors kept; the others are counted */
#define JSON_SHOWN_MAX 60    /* characters of a user's text inside a message */
#define JSON_MESSAGE_MAX 500 /* characters of a message, and of a printed pointer */

struct json_place; /* json_strict.h */

/* A valid document. Read only for all but the functions below; `root` must not be changed, as the places of its values
 * are found by their order. With duplicate keys (an error was added) `root` holds them all; lookups see the first. */
struct json_doc {
    char *name;    /* the file's name as it was given */
    char *text;    /* as read, with a NUL byte behind it */
    size_t length; /* bytes of text */
    const cJSON *root;
    struct json_place *places; /* of each value, in the order of the text */
    size_t place_count;
    struct json_doc *base; /* what it extends, owned; NULL for none */
    int lines_before;      /* of the text that the file has not: taken off from every line */
};

/* One error. Texts are safe for a terminal. */
struct json_error {
    char *file;
    int line;      /* from 1; 0: the error concerns the file as a whole */
    int column;    /* from 1, in code points */
    char *pointer; /* RFC 6901, cut to JSON_MESSAGE_MAX; "" for none */
    char *message;
    int file_order; /* files in the order of reading */
};

/* Errors of any number of documents, always sorted by file (in order of reading), line, column, order of adding. The
 * same error (place, pointer and message) added twice is kept once. Nothing refers to the documents, which may go
 * first. */
struct json_errors {
    struct json_error list[JSON_ERRORS_MAX];
    size_t count;      /* in list */
    size_t more;       /* that did not fit */
    size_t unreadable; /* files that could not be read at all (exit code 66 rather than 65); counted above as well */
    char **files;      /* names in order of reading */
    size_t file_count;
};

/* The side of a member that an error is about. What has no key (an array's element, the root) is shown at its value. */
enum json_side { JSON_KEY, JSON_VALUE };

/* Where a value was written. `file` belongs to the document. */
struct json_where {
    const char *file;
    int line;
    int column;
};

/* --- documents (json.c) --- */

/* Reads the regular file `path` (devices, pipes and directories are refused without waiting for them; `-` has no
 * special meaning) and parses it. NULL: unreadable, too large, a syntax error or a number out of range, with an error
 * added. A document may come back although errors were added (duplicate keys): compare json_errors_total before and
 * after. json_destroy frees it. */
struct json_doc *json_read(const char *path, struct json_errors *errors);

/* The same from memory; `name` stands for the file in errors, `text` is copied and may hold any bytes. */
struct json_doc *json_parse(const char *name, const char *text, size_t length, struct json_errors *errors);

/* Frees the document and all it extends. NULL is fine. */
void json_destroy(struct json_doc *doc);

/* --- extends (json_merge.c) --- */

/* Makes `doc`, which has no base so far, extend `base` and own it. Finding it and refusing cycles is the caller's. */
void json_set_base(struct json_doc *doc, struct json_doc *base);

/* The tree of `doc` merged over its base, that one's base, and so on: objects merge deeply, else the child's value
 * wins, null removes. Members stand in the base's order, new ones behind. A document without a base is copied as it is,
 * nulls included. Never NULL; the caller frees it with cJSON_Delete and may change it. Recurses once a base: the caller
 * bounds the chain. */
cJSON *json_merge(const struct json_doc *doc);

/* --- pointers and places (json_locate.c) --- */

/* Appends "/" and the key (escaped: ~ is ~0, / is ~1) to the pointer in a buffer of `size` bytes. Returns the length
 * before, for cutting it back: `size_t was = json_pointer_push(p, sizeof p, key); ...; p[was] = '\0';`. A key that does
 * not fit is left out, so the pointer stays at the parent. */
size_t json_pointer_push(char *pointer, size_t size, const char *key);

/* The same with an array's index. */
size_t json_pointer_push_index(char *pointer, size_t size, size_t index);

/* The value at a pointer in any tree; NULL when there is none or the pointer is malformed. */
const cJSON *json_find(const cJSON *tree, const char *pointer);

/* Line and column of what `pointer` names in this document, its base not considered. False when it names nothing. */
bool json_locate(const struct json_doc *doc, const char *pointer, enum json_side side, int *line, int *column);

/* Where the value at `pointer` in json_merge(doc) was written: the document itself is asked first, then its base, and
 * so on, no deeper than a document that replaces the whole value. What exists nowhere (a missing key) is found at its
 * nearest ancestor that does; then false is returned. `*where` is filled in any case. */
bool json_locate_merged(const struct json_doc *doc, const char *pointer, enum json_side side, struct json_where *where);

/* --- errors (json_errors.c) --- */

void json_errors_init(struct json_errors *errors);
void json_errors_fini(struct json_errors *errors);

/* Errors added so far, those that did not fit included. */
size_t json_errors_total(const struct json_errors *errors);

/* Adds an error about what `pointer` names in the merged tree of `doc` (see json_locate_merged). Messages read `want a
 * duration above 0 such as "60s", got "-3s"`; pass a user's text through json_shown to have it cut. */
void json_errors_add(struct json_errors *errors, const struct json_doc *doc, const char *pointer, enum json_side side,
                     const char *format, ...) __attribute__((format(printf, 5, 6)));

/* Adds `error` as `RULE, got "VALUE"; did you mean "NEAR"?` (without what it has not), at `pointer`, or at the error's
 * own path when `pointer` is NULL. */
void json_errors_add_sim(struct json_errors *errors, const struct json_doc *doc, const char *pointer,
                         enum json_side side, const struct sim_error *error);

/* That message; fills and returns `text`. */
const char *json_error_text(char *text, size_t size, const struct sim_error *error);

/* Adds an error at a place of a file, without a pointer; line 0 for the file as a whole. */
void json_errors_add_file(struct json_errors *errors, const char *file, int line, int column, const char *format, ...)
    __attribute__((format(printf, 5, 6)));

/* Notes that a file is read now: its errors are printed before those of files noted later. json_read and json_parse do
 * it themselves. */
void json_errors_note_file(struct json_errors *errors, const char *file);

/* One line an error, `x.json:12:15: /nodes/redis/ttl: want ..., got "-3s"`, and `and 3 more errors` when some did not
 * fit. Errors of the stream stay with it. */
void json_errors_print(const struct json_errors *errors, FILE *out);

/* A user's text for a message: control characters and invalid UTF-8 escaped (\x1b, \u0085), cut to JSON_SHOWN_MAX
 * characters with `...`. Fills and returns `out`. */
#define JSON_SHOWN_BYTES (JSON_SHOWN_MAX * 6 + 4)
const char *json_shown(char out[JSON_SHOWN_BYTES], const char *text);

#endif
