/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The words and amounts that sentences consist of. */
#ifndef REPORTS_SENTENCE_WORDS_H
#define REPORTS_SENTENCE_WORDS_H

#include <stdbool.h>
#include <stddef.h>

enum { WORDS_MOST = 100, WORD_ROOM = 200 };

struct word {
    char text[WORD_ROOM];
    int column; /* in characters, from 1 */
};

struct words {
    struct word items[WORDS_MOST];
    size_t count;
    int end; /* column behind the last */
};

/* Cuts a text at blanks and around the signs = == != < <= > >= +- (also +/- and the sign itself) .. : , and around a +
 * or - that begins a word. False when a word is too long, or there are too many. */
bool words_split(const char *text, struct words *words);

enum amount_kind {
    AMOUNT_PLAIN,   /* in the reading's unit, base units */
    AMOUNT_PERCENT, /* "20%": 0.2 */
    AMOUNT_POINTS,  /* "2 points" of a percentage: 0.02 */
    AMOUNT_FACTOR   /* "2x", "x2" */
};

struct amount {
    enum amount_kind kind;
    double value;
};

/* Reads one amount of a reading in `unit` (s, 1, /s, bytes, or what is counted). Durations need their unit, but for 0. */
bool amount_read(const char *unit, const char *text, struct amount *amount);
/* One as it may be written. */
const char *amount_example(const char *unit);

#endif
