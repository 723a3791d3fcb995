/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reading an expression: words, then recursive descent. The first thing that is wrong is said, with its place. */
#include "reports/where.h"

#include "models/http.h"
#include "reports/where_node.h"
#include "scenarios/suggest.h"

#include "sim/units.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const field_names[WHERE_FIELDS] = {"status",   "node",  "op",      "reason",
                                                      "duration", "phase", "tag:KEY", "segment:NAME"};
static const char *const operator_names[] = {"=", "!=", "<", "<=", ">", ">="};

enum token_kind { TOKEN_END, TOKEN_WORD, TOKEN_OPERATOR, TOKEN_OPEN, TOKEN_CLOSE };

struct parser {
    const char *text;
    size_t next; /* where the next token begins */
    struct where *where;
    struct where_error *error;
    bool failed;
    int depth;
    /* The present token. */
    enum token_kind kind;
    size_t at;
    bool quoted;
    char word[WHERE_WORD_MAX];
};

/* The first complaint is the one that is made. */
static void fail(struct parser *parser, size_t at, const char *rule, ...) __attribute__((format(printf, 3, 4)));
static void fail(struct parser *parser, size_t at, const char *rule, ...)
{
    char said[sizeof parser->error->rule];
    va_list arguments;
    va_start(arguments, rule);
    (void)vsnprintf(said, sizeof said, rule, arguments);
    va_end(arguments);
    if (parser->failed)
        return;
    parser->failed = true;
    parser->error->at = at;
    memcpy(parser->error->rule, said, sizeof said);
}

/* What the present token looks like in a message. */
static const char *shown(const struct parser *parser, char buffer[JSON_SHOWN_BYTES + 8])
{
    char safe[JSON_SHOWN_BYTES];
    if (parser->kind == TOKEN_END)
        return "the end";
    (void)snprintf(buffer, JSON_SHOWN_BYTES + 8, "\"%s\"", json_shown(safe, parser->word));
    return buffer;
}

/* ---- words ---- */

static void read_word(struct parser *parser)
{
    const char *text = parser->text;
    size_t length = 0, at = parser->at;
    char quote = '\0';
    for (; text[at] != '\0'; at++) {
        if (quote == '\0' && strchr(" \t\n()=!<>", text[at]) != NULL)
            break;
        if (text[at] == quote || (quote == '\0' && (text[at] == '"' || text[at] == '\''))) {
            quote = quote == '\0' ? text[at] : '\0';
            parser->quoted = true;
            continue;
        }
        if (length + 1 == sizeof parser->word) {
            fail(parser, parser->at, "want words of at most %d bytes", WHERE_WORD_MAX - 1);
            break;
        }
        parser->word[length++] = text[at];
    }
    parser->word[length] = '\0';
    parser->next = at;
    if (quote != '\0')
        fail(parser, parser->at, "want a closing quote");
}

static void read_token(struct parser *parser)
{
    parser->at = parser->next + strspn(parser->text + parser->next, " \t\n");
    parser->quoted = false;
    const char *from = parser->text + parser->at;
    size_t length = 1;
    if (from[0] == '\0') {
        parser->kind = TOKEN_END;
        parser->word[0] = '\0';
        return;
    }
    if (from[0] == '(' || from[0] == ')') {
        parser->kind = from[0] == '(' ? TOKEN_OPEN : TOKEN_CLOSE;
    } else if (strchr("=!<>", from[0]) != NULL) {
        parser->kind = TOKEN_OPERATOR;
        length = strspn(from, "=!<>");
        length = length < WHERE_WORD_MAX ? length : WHERE_WORD_MAX - 1;
    } else {
        parser->kind = TOKEN_WORD;
        read_word(parser);
        return;
    }
    memcpy(parser->word, from, length);
    parser->word[length] = '\0';
    parser->next = parser->at + length;
}

static bool is_word(const struct parser *parser, const char *word)
{
    return parser->kind == TOKEN_WORD && !parser->quoted && strcmp(parser->word, word) == 0;
}

/* ---- tests ---- */

static int add(struct parser *parser, struct where_node node)
{
    struct where *where = parser->where;
    if (where->count == WHERE_NODES_MAX) {
        fail(parser, parser->at, "want at most %d tests and words", WHERE_NODES_MAX);
        return 0;
    }
    where->nodes[where->count] = node;
    return where->count++;
}

static bool has_prefix(const char *text, const char *prefix)
{
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

static void read_field(struct parser *parser, struct where_node *node)
{
    char token[JSON_SHOWN_BYTES + 8];
    node->at = parser->at;
    if (parser->kind != TOKEN_WORD) {
        fail(parser, parser->at, "want a test such as status=503 or duration>2s, got %s", shown(parser, token));
        return;
    }
    for (int i = 0; i < WHERE_TAG; i++) {
        if (strcmp(parser->word, field_names[i]) == 0) {
            node->field = (enum where_field)i;
            return;
        }
    }
    const bool tag = has_prefix(parser->word, "tag:");
    if (tag || has_prefix(parser->word, "segment:")) {
        const char *key = strchr(parser->word, ':') + 1;
        node->field = tag ? WHERE_TAG : WHERE_SEGMENT;
        (void)snprintf(node->key, sizeof node->key, "%s", key);
        if (key[0] == '\0')
            fail(parser, parser->at, "want %s",
                 tag ? "a key, as in tag:app.fallback_used" : "a name, as in segment:cpu");
        return;
    }
    const char *near = suggest_nearest(parser->word, field_names, WHERE_TAG);
    fail(parser, parser->at, "want status, node, op, reason, duration, phase, tag:KEY or segment:NAME, got %s%s%s%s",
         shown(parser, token), near == NULL ? "" : "; did you mean \"", near == NULL ? "" : near,
         near == NULL ? "" : "\"?");
}

static void read_operator(struct parser *parser, struct where_node *node)
{
    char token[JSON_SHOWN_BYTES + 8];
    const bool may_lack = node->field == WHERE_TAG || node->field == WHERE_SEGMENT;
    node->relation = WHERE_THERE_IS;
    for (size_t i = 0; parser->kind == TOKEN_OPERATOR && i < SIM_COUNT_OF(operator_names); i++) {
        if (strcmp(parser->word, operator_names[i]) == 0)
            node->relation = (enum where_relation)i;
    }
    if (node->relation == WHERE_THERE_IS && (parser->kind == TOKEN_OPERATOR || !may_lack))
        fail(parser, parser->at, "want = != < <= > or >=, got %s", shown(parser, token));
    const bool text = node->field == WHERE_NODE || node->field == WHERE_OP || node->field == WHERE_REASON ||
                      node->field == WHERE_PHASE;
    if (text && node->relation != WHERE_IS && node->relation != WHERE_IS_NOT)
        fail(parser, parser->at, "want = or != after %s, got %s", field_names[node->field], shown(parser, token));
    if (node->relation != WHERE_THERE_IS)
        read_token(parser);
}

static bool read_status(const char *word, int64_t *code)
{
    for (int status = 0; status < SIM_STATUSES; status++) {
        if (strcmp(word, http_status_names[status]) == 0) {
            *code = http_status((enum sim_status)status);
            return true;
        }
    }
    return sim_parse_integer(word, code) && *code >= 100 && *code <= 599;
}

static void read_value(struct parser *parser, struct where_node *node)
{
    char token[JSON_SHOWN_BYTES + 8];
    const bool by_size = node->relation != WHERE_IS && node->relation != WHERE_IS_NOT;
    const char *want = NULL;
    node->at = parser->at;
    (void)snprintf(node->text, sizeof node->text, "%s", parser->word);
    if (parser->kind != TOKEN_WORD)
        want = "a value";
    else if (node->field == WHERE_STATUS && !read_status(parser->word, &node->whole))
        want = "a status such as 503 or UNAVAILABLE";
    else if ((node->field == WHERE_DURATION || node->field == WHERE_SEGMENT) &&
             !sim_parse_duration(parser->word, &node->whole))
        want = "a duration such as 300ms";
    else if (node->field == WHERE_TAG && by_size && !sim_parse_number(parser->word, &node->number))
        want = "a number to compare with";
    if (want != NULL)
        fail(parser, parser->at, "want %s, got %s", want, shown(parser, token));
    else
        read_token(parser);
}

/* ---- expressions ---- */

static int read_or(struct parser *parser);

static int read_test(struct parser *parser)
{
    struct where_node node = {.kind = WHERE_TEST};
    read_field(parser, &node);
    if (parser->failed)
        return 0;
    read_token(parser);
    read_operator(parser, &node);
    if (!parser->failed && node.relation != WHERE_THERE_IS)
        read_value(parser, &node);
    return add(parser, node);
}

static int read_factor(struct parser *parser)
{
    char token[JSON_SHOWN_BYTES + 8];
    int made = 0;
    if (++parser->depth > WHERE_DEPTH_MAX)
        fail(parser, parser->at, "want at most %d brackets and nots inside each other", WHERE_DEPTH_MAX);
    if (parser->failed)
        return 0;
    if (is_word(parser, "not")) {
        read_token(parser);
        made = read_factor(parser);
        made = add(parser, (struct where_node){.kind = WHERE_NOT, .left = made});
    } else if (parser->kind == TOKEN_OPEN) {
        read_token(parser);
        made = read_or(parser);
        if (parser->kind != TOKEN_CLOSE)
            fail(parser, parser->at, "want \")\", \"and\" or \"or\", got %s", shown(parser, token));
        else
            read_token(parser);
    } else {
        made = read_test(parser);
    }
    parser->depth--;
    return made;
}

static int read_and(struct parser *parser)
{
    int left = read_factor(parser);
    while (!parser->failed && is_word(parser, "and")) {
        read_token(parser);
        const int right = read_factor(parser);
        left = add(parser, (struct where_node){.kind = WHERE_AND, .left = left, .right = right});
    }
    return left;
}

static int read_or(struct parser *parser)
{
    int left = read_and(parser);
    while (!parser->failed && is_word(parser, "or")) {
        read_token(parser);
        const int right = read_and(parser);
        left = add(parser, (struct where_node){.kind = WHERE_OR, .left = left, .right = right});
    }
    return left;
}

struct where *where_parse(const char *text, struct where_error *error)
{
    char token[JSON_SHOWN_BYTES + 8];
    struct parser parser = {.text = text, .where = sim_xcalloc(1, sizeof(struct where)), .error = error};
    read_token(&parser);
    parser.where->top = read_or(&parser);
    if (parser.kind != TOKEN_END)
        fail(&parser, parser.at, "want \"and\", \"or\" or the end, got %s", shown(&parser, token));
    if (!parser.failed)
        return parser.where;
    where_destroy(parser.where);
    return NULL;
}

void where_destroy(struct where *where)
{
    free(where);
}

void where_print_error(const char *text, const struct where_error *error)
{
    enum { WIDTH = 78 };
    size_t column = 1;
    bool plain = true;
    for (size_t i = 0; i < error->at && text[i] != '\0'; i++)
        column += ((unsigned char)text[i] & 0xc0) != 0x80;
    for (const char *c = text; *c != '\0'; c++)
        plain = plain && (unsigned char)*c >= ' ' && (unsigned char)*c != 0x7f && (unsigned char)*c < 0x80;
    (void)fprintf(stderr, "simex: --where: character %zu: %s\n", column, error->rule);
    if (plain && strlen(text) <= WIDTH)
        (void)fprintf(stderr, "  %s\n  %*s^\n", text, (int)(column - 1), "");
}
