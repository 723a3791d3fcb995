/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Score cards in the store (table `prediction`): what was said is kept, also while the outcome is hidden. */
#ifndef REPORTS_PREDICTIONS_H
#define REPORTS_PREDICTIONS_H

#include "reports/store.h"

enum { TOKEN_ROOM = 17 };

struct stored_prediction {
    char *token, *scenario, *title, *said; /* said: JSON, a list of sentences */
    char *card;                            /* the score card, JSON */
    int64_t right, of;
    bool blind; /* and not revealed yet */
};

/* Stores a score card. The token names it, and is the same for the same card: storing it again changes nothing, but that a
 * card once revealed stays so. 0, or an exit code. */
int predictions_put(struct store *store, const cJSON *card, bool blind, char token[TOKEN_ROOM]);
/* Finds one by its token, or the first four digits of it or more; `last` is the one stored last. False with *code set and
 * the reason printed. Free with stored_prediction_fini. */
bool predictions_get(const struct store *store, const char *token, struct stored_prediction *found, int *code);
/* From now on its outcome is shown. */
int predictions_reveal(struct store *store, const char *token);
/* Calls `each` for all of them in the order of storing. 0, or an exit code. */
int predictions_each(const struct store *store, void (*each)(void *context, const struct stored_prediction *prediction),
                     void *context);
void stored_prediction_fini(struct stored_prediction *prediction);

#endif
