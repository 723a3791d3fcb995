/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files that read questions share. */
#ifndef SCENARIOS_QUESTIONS_BUILD_H
#define SCENARIOS_QUESTIONS_BUILD_H

#include "scenarios/build.h"
#include "scenarios/questions.h"

/* While sections are read. Names are looked up only when all before was right: else who refers to what was refused would
 * be blamed for it. */
struct asking {
    struct build *build;
    struct questions *questions;
    struct question *question; /* that is being read */
    bool resolve;
    struct change *changes; /* that are being read */
    uint32_t change_count;
};

bool build_fitting(struct asking *asking, const cJSON *member, void (*each)(struct asking *, const cJSON *));

/* Reads the members of an object {id: {title, set}} (changes.c); the pointer stands at it. *count of them, in the
 * arena. */
struct change *build_changes(struct asking *asking, const cJSON *object, int most, uint32_t *count);

/* Reads a sentence {say, when}, or a list of them, onto the question's (sentences.c); the pointer stands at it. */
void build_sentence(struct asking *asking, const cJSON *value, uint32_t choice);

/* Reads a claim or an operand (claims.c). False with `error` filled. Texts are kept in the arena. */
bool claim_read(struct asking *asking, const char *text, struct claim *claim, struct sim_error *error);
bool operand_read(struct asking *asking, const char *text, struct operand *operand, struct sim_error *error);

/* The measure of a key; questions->measure_count when there is none. */
uint32_t measure_find(const struct questions *questions, const char *key);

#endif
