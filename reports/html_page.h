/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A page that needs nothing else: no network, one file.
 *
 *     struct html_page page;
 *     html_page_init(&page, "title");
 *     FILE *out = html_section(&page, "panel", "Panel by phase");
 *     ... print ...
 *     html_command(&page, "the panel", "simex run part1 --seed 1");
 *     html_page_write(file, &page);
 *     html_page_fini(&page);
 *
 * A policy in its head allows the scripts and styles it holds, by their hashes, and nothing else: no network, no handlers
 * or styles in attributes, no eval. The data of its charts stands in a <script type="application/json">. The charts are drawn
 * by dygraphs, which is read when the page is written (html_assets_read). */
#ifndef REPORTS_HTML_PAGE_H
#define REPORTS_HTML_PAGE_H

#include "reports/html.h"
#include "reports/texts.h"

enum { HTML_SECTIONS = 24, HTML_ID_ROOM = 32 };

/* The library of charts. */
struct html_assets {
    char *script, *style;
};

struct html_page {
    char *title;
    FILE *body;
    char *body_text;
    size_t body_size;
    FILE *charts; /* the data of the charts, JSON objects with commas between */
    char *charts_text;
    size_t charts_size;
    unsigned chart_count;
    char *timeline; /* JSON: the members step_s, until_s, phases, faults; NULL: none */
    struct {
        const char *title;
        char id[HTML_ID_ROOM]; /* "panel"; of a second one "panel-2" */
    } sections[HTML_SECTIONS];
    size_t section_count;
    struct texts commands; /* pairs: of what, the command */
};

/* Reads dygraphs from $SIMEX_DYGRAPHS, else from where Debian's libjs-dygraphs puts it. 0, or EXIT_MISSING after having
 * named the package. */
int html_assets_read(struct html_assets *assets);
void html_assets_fini(struct html_assets *assets);

void html_page_init(struct html_page *page, const char *title);
void html_page_fini(struct html_page *page);

/* Begins a section (`id` and `title` are ours, static) and ends the one before. Returns where to print. */
FILE *html_section(struct html_page *page, const char *id, const char *title);

/* Prints the command that shows this again, and keeps it for the list at the end. */
void html_command(struct html_page *page, const char *what, const char *command);

/* Ends the last section and writes all. Errors of `out` stay with it. */
void html_page_write(FILE *out, struct html_page *page, const struct html_assets *assets);

#endif
