/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "reports/sentence_words.h"

#include "sim/units.h"

#include <stdio.h>
#include <string.h>

static const struct {
    const char *written, *word;
} signs[] = {
    {"+/-", "+-"}, {"+-", "+-"}, {"\xc2\xb1", "+-"}, {"==", "=="}, {"!=", "!="}, {"<=", "<="}, {">=", ">="},
    {"..", ".."},  {"=", "="},   {"<", "<"},         {">", ">"},   {":", ":"},   {",", ","},
};

/* The sign that a text begins with; its length is 0 when there is none. A + or - is one at the beginning of a word. */
static size_t find_sign(const char *text, bool begins, const char **word)
{
    for (size_t i = 0; i < SIM_COUNT_OF(signs); i++) {
        const size_t length = strlen(signs[i].written);
        if (strncmp(text, signs[i].written, length) != 0)
            continue;
        *word = signs[i].word;
        return length;
    }
    if (!begins || (text[0] != '+' && text[0] != '-'))
        return 0;
    *word = text[0] == '+' ? "+" : "-";
    return 1;
}

static int characters(const char *text, size_t bytes)
{
    const unsigned continues = 0x80, mask = 0xc0;
    int count = 0;
    for (size_t i = 0; i < bytes; i++)
        count += ((unsigned char)text[i] & mask) != continues;
    return count;
}

bool words_split(const char *text, struct words *words)
{
    size_t at = 0;
    words->count = 0;
    while (text[at += strspn(text + at, " \t")] != '\0') {
        const char *sign = NULL;
        const size_t begin = at;
        size_t length = find_sign(text + at, true, &sign);
        at += length;
        while (sign == NULL && text[at] != '\0' && text[at] != ' ' && text[at] != '\t') {
            const char *behind = NULL;
            if (find_sign(text + at, false, &behind) > 0)
                break;
            at++;
            length++;
        }
        if (words->count == WORDS_MOST || length >= WORD_ROOM)
            return false;
        struct word *word = &words->items[words->count++];
        word->column = 1 + characters(text, begin);
        (void)snprintf(word->text, sizeof word->text, "%.*s", sign != NULL ? WORD_ROOM - 1 : (int)length,
                       sign != NULL ? sign : text + begin);
    }
    words->end = 1 + characters(text, at);
    return true;
}

/* ---- amounts ---- */

/* A number before or behind a tail. */
static bool read_tailed(const char *text, const char *tail, double *value)
{
    char number[WORD_ROOM];
    const size_t length = strlen(text), end = strlen(tail);
    if (length <= end || length - end >= sizeof number || strcmp(text + length - end, tail) != 0)
        return false;
    (void)snprintf(number, sizeof number, "%.*s", (int)(length - end), text);
    return sim_parse_number(number, value);
}

static bool read_plain(const char *unit, const char *text, double *value)
{
    sim_ns duration = 0;
    int64_t bytes = 0;
    if (strcmp(unit, "s") == 0) {
        const bool fine = strcmp(text, "0") == 0 || sim_parse_duration(text, &duration);
        *value = sim_ns_to_s(duration);
        return fine;
    }
    if (strcmp(unit, "/s") == 0 && sim_parse_rate(text, value))
        return true;
    if (strcmp(unit, "bytes") == 0 && sim_parse_bytes(text, &bytes)) {
        *value = (double)bytes;
        return true;
    }
    return sim_parse_number(text, value);
}

bool amount_read(const char *unit, const char *text, struct amount *amount)
{
    const double hundred = 100;
    if (read_tailed(text, "%", &amount->value)) {
        amount->kind = AMOUNT_PERCENT;
        amount->value /= hundred;
        return true;
    }
    if (strcmp(unit, "1") == 0 &&
        (read_tailed(text, "points", &amount->value) || read_tailed(text, "pp", &amount->value))) {
        amount->kind = AMOUNT_POINTS;
        amount->value /= hundred;
        return true;
    }
    if (read_tailed(text, "x", &amount->value) || (text[0] == 'x' && sim_parse_number(text + 1, &amount->value))) {
        amount->kind = AMOUNT_FACTOR;
        return true;
    }
    amount->kind = AMOUNT_PLAIN;
    return read_plain(unit, text, &amount->value);
}

const char *amount_example(const char *unit)
{
    return strcmp(unit, "s") == 0       ? "3s"
           : strcmp(unit, "1") == 0     ? "30%"
           : strcmp(unit, "/s") == 0    ? "100/s"
           : strcmp(unit, "bytes") == 0 ? "64MiB"
                                        : "15";
}
