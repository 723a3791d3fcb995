/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The web's status codes for the outcomes of calls, and the tables of both spellings that params offer. */
#ifndef MODELS_HTTP_H
#define MODELS_HTTP_H

#include "sim/base.h"

/* 200, 404, 429, 500, 502, 503, 504, 499. */
int http_status(enum sim_status status);

/* Names of the statuses and their numbers as texts, in the order of enum sim_status, NULL at the end. */
extern const char *const http_status_names[];
extern const char *const http_status_numbers[];

#endif
