/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "reports/shell_word.h"

#include "sim/base.h"

#include <stdlib.h>
#include <string.h>

void shell_word(FILE *out, const char *text)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./:=%+,@-";
    if (text[0] != '\0' && strspn(text, plain) == strlen(text)) {
        (void)fputs(text, out);
        return;
    }
    (void)fputc('\'', out);
    for (; *text != '\0'; text++) {
        if (*text == '\'')
            (void)fputs("'\\''", out);
        else
            (void)fputc(*text, out);
    }
    (void)fputc('\'', out);
}

void shell_pair(FILE *out, const char *left, const char *right)
{
    const size_t room = strlen(left) + strlen(right) + 2;
    char *pair = sim_xmalloc(room);
    (void)snprintf(pair, room, "%s=%s", left, right);
    shell_word(out, pair);
    free(pair);
}
