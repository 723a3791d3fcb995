/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Nearest name by the Damerau-Levenshtein distance in its restricted form (optimal string alignment: a swapped pair is
 * not edited again). F. J. Damerau, "A technique for computer detection and correction of spelling errors",
 * Communications of the ACM 7 (1964). Three rows of the table are kept: the swap looks two rows back. */
#include "scenarios/suggest.h"

#include "sim/base.h"

#include <string.h>

static char fold(char c)
{
    if (c >= 'A' && c <= 'Z')
        return (char)(c - 'A' + 'a');
    return c == '-' ? '_' : c;
}

static size_t min(size_t a, size_t b)
{
    return a < b ? a : b;
}

size_t suggest_distance(const char *a, const char *b)
{
    const size_t a_length = strlen(a);
    const size_t b_length = strlen(b);
    sim_assert(a_length <= SUGGEST_LENGTH_MAX && b_length <= SUGGEST_LENGTH_MAX);

    size_t rows[3][SUGGEST_LENGTH_MAX + 1] = {0};
    for (size_t j = 0; j <= b_length; j++)
        rows[0][j] = j;
    for (size_t i = 1; i <= a_length; i++) {
        size_t *row = rows[i % 3];
        const size_t *above = rows[(i + 2) % 3];
        const size_t *above2 = rows[(i + 1) % 3];
        row[0] = i;
        for (size_t j = 1; j <= b_length; j++) {
            const char x = fold(a[i - 1]);
            const char y = fold(b[j - 1]);
            row[j] = min(min(above[j] + 1, row[j - 1] + 1), above[j - 1] + (x != y));
            if (i > 1 && j > 1 && x == fold(b[j - 2]) && fold(a[i - 2]) == y)
                row[j] = min(row[j], above2[j - 2] + 1);
        }
    }
    return rows[a_length % 3][b_length];
}

const char *suggest_nearest(const char *name, const char *const *candidates, size_t count)
{
    const size_t length = strnlen(name, SUGGEST_LENGTH_MAX + 1);
    if (length == 0 || length > SUGGEST_LENGTH_MAX)
        return NULL;
    const char *best = NULL;
    size_t wrong_max = length / 3 > 1 ? length / 3 : 1;
    for (size_t i = 0; i < count; i++) {
        const char *candidate = candidates[i];
        if (candidate == NULL || strnlen(candidate, SUGGEST_LENGTH_MAX + 1) > SUGGEST_LENGTH_MAX)
            continue;
        const size_t candidate_length = strlen(candidate);
        const size_t longer = length > candidate_length ? length : candidate_length;
        const size_t wrong = suggest_distance(name, candidate);
        /* From the first find on, only a nearer one will do. */
        if (wrong < longer && wrong <= wrong_max && (best == NULL || wrong < wrong_max)) {
            best = candidate;
            wrong_max = wrong;
        }
    }
    return best;
}
