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
/* A range of an expectation: "45.0 ms to 55.0 ms", "below 1.00 %". */
const char *show_want(char buffer[3 * SHOWN_ROOM], const char *unit, const struct record_verdict *verdict);

/* The panel by phase, over time, verdicts, fingerprint; of a stored run also what to do next. */
void show_run_text(FILE *out, const struct record *record, bool stored);
/* Each reading over time as a row of bars, the phases and faults marked below. */
void show_sparklines(FILE *out, const struct record *record);
void show_run_json(FILE *out, const struct record *record);

/* Prints a tree and a newline, and deletes it. */
void show_json(FILE *out, cJSON *tree);

#endif
