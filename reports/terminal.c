/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tables are libsmartcols'. The signal flag is the one mutable global a handler needs. */
#define _GNU_SOURCE /* strcasestr */
#include "reports/terminal.h"

#include "reports/command.h"
#include "scenarios/json.h"

#include <libsmartcols.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

enum { WIDTH_DEFAULT = 80, WIDTH_LEAST = 40 };

size_t terminal_width(void)
{
    struct winsize size;
    if (!isatty(STDOUT_FILENO) || ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col < WIDTH_LEAST)
        return WIDTH_DEFAULT;
    return size.ws_col;
}

bool terminal_colour(void)
{
    const char *none = getenv("NO_COLOR");
    const char *term = getenv("TERM");
    if (none != NULL && none[0] != '\0')
        return false;
    return isatty(STDOUT_FILENO) && term != NULL && strcmp(term, "dumb") != 0;
}

bool terminal_unicode(void)
{
    static const char *const variables[] = {"LC_ALL", "LC_CTYPE", "LANG"};
    if (!isatty(STDOUT_FILENO))
        return true;
    for (size_t i = 0; i < SIM_COUNT_OF(variables); i++) {
        const char *value = getenv(variables[i]);
        if (value != NULL && value[0] != '\0')
            return strcasestr(value, "utf-8") != NULL || strcasestr(value, "utf8") != NULL;
    }
    return false;
}

/* ---- tables ---- */

static void print_lines(FILE *out, const char *text, size_t indent)
{
    while (*text != '\0') {
        size_t length = strcspn(text, "\n");
        size_t end = length;
        while (end > 0 && text[end - 1] == ' ')
            end--;
        (void)fprintf(out, "%*s%.*s\n", end > 0 ? (int)indent : 0, "", (int)end, text);
        text += length + (text[length] == '\n');
    }
}

/* Callers pass users' texts through json_shown; this is for the one who forgets. */
static bool has_controls(const char *text)
{
    for (; *text != '\0'; text++) {
        if ((unsigned char)*text < 0x20 || *text == 0x7f)
            return true;
    }
    return false;
}

void terminal_table(FILE *out, const char *const *cells, size_t rows, size_t columns, const enum align *aligns,
                    size_t indent)
{
    struct libscols_table *table = scols_new_table();
    sim_assert(table != NULL);
    (void)scols_table_enable_noheadings(table, 1);
    (void)scols_table_enable_noencoding(table, 1); /* cells are safe: what json_shown escaped would be escaped again */
    (void)scols_table_set_column_separator(table, "  ");
    (void)scols_table_set_termforce(table, SCOLS_TERMFORCE_ALWAYS);
    (void)scols_table_set_termwidth(table, terminal_width() - indent);
    for (size_t c = 0; c < columns; c++) {
        int flags = aligns[c] == ALIGN_RIGHT ? SCOLS_FL_RIGHT : aligns[c] == ALIGN_WRAP ? SCOLS_FL_WRAP : 0;
        sim_assert(scols_table_new_column(table, "", aligns[c] == ALIGN_WRAP ? 0.3 : 0, flags) != NULL);
    }
    for (size_t r = 0; r < rows; r++) {
        struct libscols_line *line = scols_table_new_line(table, NULL);
        sim_assert(line != NULL);
        for (size_t c = 0; c < columns; c++) {
            char shown[JSON_SHOWN_BYTES];
            const char *cell = cells[r * columns + c];
            (void)scols_line_set_data(line, c, cell == NULL ? "" : has_controls(cell) ? json_shown(shown, cell) : cell);
        }
    }
    char *text = NULL;
    if (scols_print_table_to_string(table, &text) == 0 && text != NULL)
        print_lines(out, text, indent);
    free(text);
    scols_unref_table(table);
}

/* ---- signals and progress ---- */

static volatile sig_atomic_t caught;

static void note_signal(int signal)
{
    caught = signal;
}

void interrupt_watch(void)
{
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = note_signal;
    action.sa_flags = (int)SA_RESETHAND; /* a second Ctrl-C ends the process at once */
    (void)sigemptyset(&action.sa_mask);
    (void)sigaction(SIGINT, &action, NULL);
    (void)sigaction(SIGTERM, &action, NULL);
}

int interrupt_code(void)
{
    if (caught == 0)
        return 0;
    return caught == SIGINT ? EXIT_INTERRUPTED : EXIT_TERMINATED;
}

double wall_seconds(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

void progress_begin(struct progress *progress, const char *name, sim_ns until)
{
    const double before_first = 0.5;
    *progress = (struct progress){.name = name, .until = until, .next = wall_seconds() + before_first};
}

bool progress_poll(void *context, const struct sim *sim)
{
    const double between = 0.1;
    struct progress *progress = context;
    if (caught != 0)
        return false;
    if (!isatty(STDERR_FILENO))
        return true;
    double now = wall_seconds();
    if (now < progress->next)
        return true;
    progress->next = now + between;
    progress->shown = true;
    double until = sim_ns_to_s(progress->until);
    double at = sim_ns_to_s(sim->now);
    char shown[JSON_SHOWN_BYTES];
    (void)fprintf(stderr, "\r%s: %.0f of %.0f s simulated, %.0f %%\033[K", json_shown(shown, progress->name), at, until,
                  100 * at / until);
    (void)fflush(stderr);
    return true;
}

void progress_end(struct progress *progress)
{
    if (progress->shown)
        (void)fprintf(stderr, "\r\033[K");
    progress->shown = false;
}
