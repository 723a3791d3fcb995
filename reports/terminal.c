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

enum { WIDTH_DEFAULT = 80, WIDTH_LEAST = 40, WRAP_LEAST = 20 };

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

static bool begins_character(char byte)
{
    return ((unsigned char)byte & 0xc0) != 0x80;
}

size_t terminal_columns(const char *text)
{
    size_t columns = 0;
    for (; *text != '\0'; text++)
        columns += begins_character(*text);
    return columns;
}

/* Bytes of `text` that stand on a line of `room` columns: up to the last blank that fits; a longer word is cut. */
static size_t line_bytes(const char *text, size_t room)
{
    size_t end = 0, columns = 0, i = 0;
    for (; text[i] != '\0'; i++) {
        if (text[i] == ' ')
            end = i;
        if (begins_character(text[i]) && ++columns > room)
            return end > 0 ? end : i;
    }
    return i;
}

static void put_cell(struct libscols_line *line, size_t column, const char *text, size_t bytes)
{
    char *copy = sim_xcalloc(1, bytes + 1);
    memcpy(copy, text, bytes);
    (void)scols_line_set_data(line, column, copy);
    free(copy);
}

/* What the widest cells of the other columns leave for the one that wraps; at least WRAP_LEAST. */
static size_t wrap_room(const char *const *cells, size_t rows, size_t columns, const enum align *aligns, size_t width)
{
    size_t taken = 2 * (columns - 1);
    for (size_t c = 0; c < columns; c++) {
        size_t widest = 0;
        for (size_t r = 0; r < rows && aligns[c] != ALIGN_WRAP; r++) {
            const char *cell = cells[r * columns + c];
            const size_t wide = cell == NULL ? 0 : terminal_columns(cell);
            widest = wide > widest ? wide : widest;
        }
        taken += widest;
    }
    return width > taken + WRAP_LEAST ? width - taken : WRAP_LEAST;
}

/* One row: a line, and a further one for each line that its wrapped cell has more. */
static void add_row(struct libscols_table *table, const char *const *cells, size_t columns, const enum align *aligns,
                    size_t room)
{
    char *wrapped = NULL;
    const char *rest = "";
    bool first = true;
    do {
        struct libscols_line *line = scols_table_new_line(table, NULL);
        sim_assert(line != NULL);
        for (size_t c = 0; c < columns; c++) {
            char shown[JSON_SHOWN_BYTES];
            const char *cell = cells[c] == NULL ? "" : has_controls(cells[c]) ? json_shown(shown, cells[c]) : cells[c];
            if (aligns[c] != ALIGN_WRAP) {
                put_cell(line, c, first ? cell : "", first ? strlen(cell) : 0);
                continue;
            }
            if (first)
                rest = wrapped = sim_xstrdup(cell);
            const size_t bytes = line_bytes(rest, room);
            put_cell(line, c, rest, bytes);
            rest += bytes + (rest[bytes] == ' ');
        }
        first = false;
    } while (*rest != '\0');
    free(wrapped);
}

void terminal_table(FILE *out, const char *const *cells, size_t rows, size_t columns, const enum align *aligns,
                    size_t indent)
{
    const size_t room = wrap_room(cells, rows, columns, aligns, terminal_width() - indent);
    struct libscols_table *table = scols_new_table();
    sim_assert(table != NULL);
    (void)scols_table_enable_noheadings(table, 1);
    (void)scols_table_enable_noencoding(table, 1); /* cells are safe: what json_shown escaped would be escaped again */
    (void)scols_table_set_column_separator(table, "  ");
    (void)scols_table_set_termforce(table, SCOLS_TERMFORCE_ALWAYS);
    (void)scols_table_set_termwidth(table, terminal_width() - indent);
    for (size_t c = 0; c < columns; c++)
        sim_assert(scols_table_new_column(table, "", 0, aligns[c] == ALIGN_RIGHT ? SCOLS_FL_RIGHT : 0) != NULL);
    for (size_t r = 0; r < rows; r++)
        add_row(table, &cells[r * columns], columns, aligns, room);
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

bool interrupt_poll(void *context, const struct sim *sim)
{
    (void)context;
    (void)sim;
    return interrupt_code() == 0;
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
