/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who calls whom, as `simex map --format svg` draws it: of each phase of a run that is looked into. Side by side only the
 * phase that a reader looks at first, of each run. */
#include "reports/callmap_show.h"
#include "reports/html_parts.h"

#include <stdlib.h>

static void put_map(FILE *out, const struct html_run *run, const struct phase *phase, const struct callmap *map)
{
    const struct callmap_picture picture = {.cell = run->replay.cell, .phase = phase, .map = map};
    char heading[CALLMAP_HEADING_ROOM], *svg = NULL, *text = NULL;
    size_t svg_size = 0, text_size = 0;
    FILE *drawing = open_memstream(&svg, &svg_size), *words = open_memstream(&text, &text_size);
    sim_assert(drawing != NULL && words != NULL);
    callmap_svg(drawing, &picture);
    callmap_text(words, &picture);
    (void)fclose(drawing);
    (void)fclose(words);
    (void)fputs("<div class=\"wide\" tabindex=\"0\"><div class=\"map\" role=\"img\" aria-label=\"Map of calls, ", out);
    html_text(out, callmap_heading(heading, &picture));
    (void)fputs("; the text below holds the same\">\n", out);
    html_svg(out, svg);
    (void)fputs("</div></div>\n<details><summary>The same as text</summary>\n<pre tabindex=\"0\">", out);
    html_text(out, text);
    (void)fputs("</pre></details>\n", out);
    free(svg);
    free(text);
}

void html_add_map(struct html_page *page, const struct html_run *runs, size_t count)
{
    FILE *out = html_section(page, "map", "Who calls whom");
    (void)fputs("<p>The wider a line the more calls, the redder the more of them ended in an error.</p>\n", out);
    for (size_t i = 0; i < count; i++) {
        const struct html_run *run = &runs[i];
        const struct cell *cell = run->replay.cell;
        const uint32_t focus = html_focus(run->record);
        for (uint32_t k = 0; k < run->stretch_count; k++) {
            const struct html_stretch *stretch = &run->stretches[k];
            char extra[120];
            if (count > 1 && k != focus)
                continue;
            (void)fprintf(out, "<h3>%s%s", html_letter(i, count), count > 1 ? ": " : "");
            html_bdi(out, stretch->phase == NULL ? "the whole run" : stretch->phase);
            (void)fputs("</h3>\n", out);
            put_map(out, run, stretch->phase == NULL ? NULL : &cell->phases[k], &stretch->map);
            (void)snprintf(extra, sizeof extra, "%s%s", stretch->phase == NULL ? "" : "--phase ",
                           stretch->phase == NULL ? "" : stretch->phase);
            html_run_again(page, "map of calls", run, "map", extra);
        }
    }
}
