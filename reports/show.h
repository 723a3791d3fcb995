/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Numbers as people write them, and a run as text or JSON. */
#ifndef REPORTS_SHOW_H
#define REPORTS_SHOW_H

#include "reports/record.h"

enum { SHOWN_ROOM = 64 };

/* A reading's value in its unit: "48.7 ms", "0.10 %", "99.8/s", "15.0 connections". Returns `buffer` (SHOWN_ROOM). */
const char *show_value(char buffer[SHOWN_ROOM], const char *unit, double value);
/* Seconds of simulated time, without needless digits: "660 s", "0.5 s". */
const char *show_time(char buffer[SHOWN_ROOM], sim_ns time);
enum { WANT_ROOM = 6 * SHOWN_ROOM };
/* What an expectation wants: "45.0 ms to 55.0 ms", "never above 5.00 %", "open within 30 s". */
const char *show_want(char buffer[WANT_ROOM], const char *unit, const struct record_verdict *verdict);
/* What came of it: "48.7 ms", "after 12 s", "12.00 % at 661 s", "no data". */
const char *show_got(char buffer[WANT_ROOM], const char *unit, const struct record_verdict *verdict);
/* Where it is to hold: the phase's name, or the instant as written. */
const char *show_where(const struct record *record, const struct record_verdict *verdict);
/* The whole of it, in the words of the file when it was a sentence or has a name. */
const char *show_expectation(char buffer[3 * WANT_ROOM], const struct record *record,
                             const struct record_verdict *verdict);

/* The panel by phase, over time, verdicts, fingerprint; of a stored run also what to do next. */
void show_run_text(FILE *out, const struct record *record, bool stored);
/* Each reading over time as a row of bars, the phases and faults marked below. */
void show_sparklines(FILE *out, const struct record *record);
void show_run_json(FILE *out, const struct record *record);
/* One verdict of it; the caller deletes it. */
cJSON *show_verdict_tree(const struct record *record, const struct record_verdict *verdict);

/* Prints a tree and a newline, and deletes it. */
void show_json(FILE *out, cJSON *tree);
/* The same in one line, without the newline. */
void show_json_inline(FILE *out, cJSON *tree);

#endif
