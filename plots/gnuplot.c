/* SPDX-License-Identifier: GPL-3.0-or-later */
/* gnuplot stops at the first error of a script and then exits with a status; a disk that is full it does not notice, so
 * its pictures are looked at. */
#define _GNU_SOURCE /* asprintf, memmem */
#include "plots/gnuplot.h"

#include "reports/command.h"
#include "reports/program.h"
#include "reports/terminal.h"

#include "sim/base.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SAID_MAX = 4000 };
static const char package[] = "gnuplot-nox";

int gnuplot_find(void)
{
    static const char *const arguments[] = {"gnuplot", "--version", NULL};
    char *said = NULL;
    int status = 0;
    const int code = program_run(arguments, package, NULL, SAID_MAX, &said, &status);
    free(said);
    return code;
}

/* ---- its pictures ---- */

/* Whether `end` is among the last bytes. */
static bool ends_with(FILE *file, const char *end, size_t length)
{
    enum { TAIL = 16 };
    char tail[TAIL];
    const bool read = fseek(file, -(long)TAIL, SEEK_END) == 0 && fread(tail, 1, TAIL, file) == TAIL;
    return read && memmem(tail, TAIL, end, length) != NULL;
}

static bool is_whole(const char *folder, const char *name, const char *extension, const char *end, size_t length)
{
    char *path = NULL;
    sim_assert(asprintf(&path, "%s/%s.%s", folder, name, extension) > 0);
    FILE *file = fopen(path, "re");
    const bool whole = file != NULL && ends_with(file, end, length);
    if (file != NULL)
        (void)fclose(file);
    if (!whole)
        (void)fprintf(stderr, "simex: %s: gnuplot did not write it whole\n", path);
    free(path);
    return whole;
}

static int look_at(const char *folder, const char *name)
{
    static const char svg_end[] = {'<', '/', 's', 'v', 'g', '>'};
    static const char png_end[] = {'I', 'E', 'N', 'D', '\xae', 'B', '`', '\x82'};
    const bool whole = is_whole(folder, name, "svg", svg_end, sizeof svg_end) &&
                       is_whole(folder, name, "png", png_end, sizeof png_end);
    return whole ? EXIT_FINE : EXIT_IO;
}

int gnuplot_run(const char *folder, const char *name)
{
    char *script = NULL, *said = NULL;
    int status = 0;
    sim_assert(asprintf(&script, "%s.gp", name) > 0);
    const char *const arguments[] = {"gnuplot", "-d", script, NULL};
    int code = program_run(arguments, package, folder, SAID_MAX, &said, &status);
    if (code == EXIT_FINE && interrupt_code() != 0) {
        code = interrupt_code();
    } else if (code == EXIT_FINE && status != 0) {
        (void)fprintf(stderr, "simex: gnuplot failed on %s/%s; it said:\n%s", folder, script, said);
        code = EXIT_INTERNAL;
    } else if (code == EXIT_FINE) {
        code = look_at(folder, name);
    }
    free(said);
    free(script);
    return code;
}
