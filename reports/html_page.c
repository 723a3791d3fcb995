/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "reports/html_page.h"

#include "reports/command.h"

#include "html_css.h"
#include "html_js.h"
#include "sim/base.h"
#include "simex_build.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* ---- the library of charts ---- */

static const char *const debian_folder = "/usr/share/javascript/dygraphs";

/* Whether a text could end the <script> or <style> that it stands in, or begin what the parser takes for a comment. */
static bool could_end(const char *text)
{
    for (const char *at = strchr(text, '<'); at != NULL; at = strchr(at + 1, '<')) {
        if (strncasecmp(at, "</script", 8) == 0 || strncasecmp(at, "</style", 7) == 0 || strncmp(at, "<!--", 4) == 0)
            return true;
    }
    return false;
}

/* A file as a text that can stand between <script> tags: carriage returns, which a parser would change, and the mention of
 * a source map, which a browser would want to fetch, are left out. NULL when it cannot be read or could end the element. */
static char *read_asset(const char *folder, const char *name)
{
    char path[4096];
    char *text = NULL;
    size_t size = 0;
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *in = fopen(path, "r");
    FILE *out = in == NULL ? NULL : open_memstream(&text, &size);
    if (out == NULL)
        return NULL;
    for (int c = fgetc(in); c != EOF; c = fgetc(in)) {
        if (c != '\r')
            (void)fputc(c, out);
    }
    const bool failed = ferror(in) != 0;
    (void)fclose(in);
    (void)fclose(out);
    if (failed || size == 0 || strlen(text) != size || could_end(text)) {
        free(text);
        return NULL;
    }
    char *map = strstr(text, "# sourceMappingURL=");
    if (map != NULL && map - text >= 2)
        map[-2] = '\0';
    return text;
}

int html_assets_read(struct html_assets *assets)
{
    const char *folder = getenv("SIMEX_DYGRAPHS");
    if (folder == NULL || *folder == '\0')
        folder = debian_folder;
    assets->script = read_asset(folder, "dygraph.min.js");
    assets->style = read_asset(folder, "dygraph.min.css");
    if (assets->script != NULL && assets->style != NULL)
        return EXIT_FINE;
    (void)fprintf(stderr,
                  "simex: the charts of a report need dygraphs, which is not in %.500s; install Debian's package "
                  "libjs-dygraphs, or set SIMEX_DYGRAPHS to the folder that holds dygraph.min.js\n",
                  folder);
    return EXIT_MISSING;
}

void html_assets_fini(struct html_assets *assets)
{
    free(assets->script);
    free(assets->style);
    *assets = (struct html_assets){NULL, NULL};
}

/* ---- building ---- */

void html_page_init(struct html_page *page, const char *title)
{
    *page = (struct html_page){.title = sim_xstrdup(title)};
    page->body = open_memstream(&page->body_text, &page->body_size);
    page->charts = open_memstream(&page->charts_text, &page->charts_size);
    sim_assert(page->body != NULL && page->charts != NULL);
}

void html_page_fini(struct html_page *page)
{
    if (page->body != NULL)
        (void)fclose(page->body);
    if (page->charts != NULL)
        (void)fclose(page->charts);
    texts_fini(&page->commands);
    free(page->body_text);
    free(page->charts_text);
    free(page->timeline);
    free(page->title);
    *page = (struct html_page){.title = NULL};
}

FILE *html_section(struct html_page *page, const char *id, const char *title)
{
    sim_assert(page->section_count < HTML_SECTIONS);
    if (page->section_count > 0)
        (void)fputs("</section>\n", page->body);
    const size_t length = strlen(id);
    unsigned same = 1;
    for (size_t i = 0; i < page->section_count; i++)
        same += strncmp(page->sections[i].id, id, length) == 0;
    char *own = page->sections[page->section_count].id;
    if (same == 1)
        (void)snprintf(own, HTML_ID_ROOM, "%s", id);
    else
        (void)snprintf(own, HTML_ID_ROOM, "%s-%u", id, same);
    page->sections[page->section_count++].title = title;
    (void)fprintf(page->body, "<section id=\"%s\" aria-labelledby=\"%s-title\">\n<h2 id=\"%s-title\">", own, own, own);
    html_text(page->body, title);
    (void)fputs("</h2>\n", page->body);
    return page->body;
}

void html_command(struct html_page *page, const char *what, const char *command)
{
    (void)fputs("<p class=\"again\">Again: <code>", page->body);
    html_text(page->body, command);
    (void)fputs("</code></p>\n", page->body);
    texts_add(&page->commands, what);
    texts_add(&page->commands, command);
}

/* ---- writing ---- */

static void write_policy(FILE *out, const struct html_assets *assets)
{
    char one[HTML_HASH_ROOM], other[HTML_HASH_ROOM];
    (void)fprintf(out,
                  "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; script-src '%s' '%s'; ",
                  html_hash(one, assets->script), html_hash(other, html_js));
    (void)fprintf(out, "style-src '%s' '%s'; base-uri 'none'; form-action 'none'\">\n", html_hash(one, assets->style),
                  html_hash(other, html_css));
}

static void write_head(FILE *out, const struct html_page *page, const struct html_assets *assets)
{
    (void)fputs("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n", out);
    write_policy(out, assets);
    (void)fputs("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                "<meta name=\"color-scheme\" content=\"light dark\">\n"
                "<meta name=\"referrer\" content=\"no-referrer\">\n<title>",
                out);
    html_text(out, page->title);
    (void)fprintf(out, "</title>\n<style>%s</style>\n<style>%s</style>\n</head>\n", assets->style, html_css);
}

static void write_contents(FILE *out, const struct html_page *page)
{
    (void)fputs("<nav aria-label=\"Contents\"><ul>\n", out);
    for (size_t i = 0; i < page->section_count; i++) {
        (void)fprintf(out, "<li><a href=\"#%s\">", page->sections[i].id);
        html_text(out, page->sections[i].title);
        (void)fputs("</a></li>\n", out);
    }
    (void)fputs("</ul></nav>\n", out);
}

static void write_scripts(FILE *out, const struct html_page *page, const struct html_assets *assets)
{
    (void)fprintf(out, "<script type=\"application/json\" id=\"data\">{%s%s\"charts\": [%s]}</script>\n",
                  page->timeline == NULL ? "" : page->timeline, page->timeline == NULL ? "" : ", ", page->charts_text);
    (void)fprintf(out, "<script>%s</script>\n<script>%s</script>\n", assets->script, html_js);
}

/* What a learner copies to see all of it again. */
static void write_reproduction(struct html_page *page)
{
    if (page->commands.count == 0)
        return;
    FILE *out = html_section(page, "again", "See it again");
    (void)fputs("<p>Every part of this page comes from one of these commands. The simulator is deterministic: the same "
                "version gives the same numbers.</p>\n<div class=\"wide\" tabindex=\"0\"><table><thead><tr><th "
                "scope=\"col\">What</th><th scope=\"col\">Command</th></tr></thead>\n<tbody>\n",
                out);
    for (size_t i = 0; i + 1 < page->commands.count; i += 2) {
        (void)fputs("<tr><th scope=\"row\">", out);
        html_text(out, page->commands.items[i]);
        (void)fputs("</th><td><code>", out);
        html_text(out, page->commands.items[i + 1]);
        (void)fputs("</code></td></tr>\n", out);
    }
    (void)fputs("</tbody></table></div>\n", out);
}

void html_page_write(FILE *out, struct html_page *page, const struct html_assets *assets)
{
    write_reproduction(page);
    if (page->section_count > 0)
        (void)fputs("</section>\n", page->body);
    (void)fflush(page->body);
    (void)fflush(page->charts);
    write_head(out, page, assets);
    (void)fputs("<body>\n<a class=\"skip\" href=\"#main\">Skip to the report</a>\n<header>\n<h1>", out);
    html_bdi(out, page->title);
    (void)fputs("</h1>\n</header>\n", out);
    write_contents(out, page);
    (void)fputs(
        "<main id=\"main\">\n<noscript><p class=\"left\">The charts need JavaScript, which is part of this file; "
        "everything else is here without.</p></noscript>\n",
        out);
    (void)fwrite(page->body_text, 1, page->body_size, out);
    (void)fprintf(
        out,
        "</main>\n<footer><p>Written by simex %s (model %s). Charts are drawn by dygraphs (MIT licence), which "
        "is part of this file. The page asks nothing of any network.</p></footer>\n",
        SIMEX_VERSION, SIMEX_MODEL_ID);
    write_scripts(out, page, assets);
    (void)fputs("</body>\n</html>\n", out);
}
