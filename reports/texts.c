/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "reports/texts.h"

#include "sim/base.h"

#include <stdlib.h>

void texts_add(struct texts *texts, const char *text)
{
    if (texts->count == texts->room) {
        texts->room = texts->room == 0 ? 32 : texts->room * 2;
        texts->items = sim_xrealloc(texts->items, texts->room * sizeof *texts->items);
    }
    texts->items[texts->count++] = sim_xstrdup(text);
}

void texts_fini(struct texts *texts)
{
    for (size_t i = 0; i < texts->count; i++)
        free(texts->items[i]);
    free(texts->items);
    *texts = (struct texts){0};
}
