/* SPDX-License-Identifier: GPL-3.0-or-later */
/* gnuplot stops at the first error of a script and then exits with a status; a disk that is full it does not notice, so
 * its pictures are looked at. */
#define _GNU_SOURCE /* asprintf, environ, memmem, pipe2, posix_spawn_file_actions_addchdir_np */
#include "plots/gnuplot.h"

#include "reports/command.h"
#include "reports/terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* Prints why it did not start; the exit code. */
static int explain(int failed)
{
    if (failed == ENOENT || failed == EACCES) {
        (void)fprintf(stderr, "simex: gnuplot is not installed (Debian package: gnuplot-nox)\n");
        return EXIT_MISSING;
    }
    (void)fprintf(stderr, "simex: cannot run gnuplot: %s\n", strerror(failed));
    return EXIT_INTERNAL;
}

/* Starts it with standard output and error at `write_end`. Gives errno. */
static int start(char *const *arguments, const char *folder, int write_end, pid_t *child)
{
    posix_spawn_file_actions_t actions;
    (void)posix_spawn_file_actions_init(&actions);
    (void)posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    (void)posix_spawn_file_actions_adddup2(&actions, write_end, STDOUT_FILENO);
    (void)posix_spawn_file_actions_adddup2(&actions, write_end, STDERR_FILENO);
    if (folder != NULL)
        (void)posix_spawn_file_actions_addchdir_np(&actions, folder);
    int failed = posix_spawnp(child, arguments[0], &actions, NULL, arguments, environ);
    (void)posix_spawn_file_actions_destroy(&actions);
    return failed;
}

static int wait_for(pid_t child)
{
    int status = 0;
    while (waitpid(child, &status, 0) < 0) {
        if (errno != EINTR)
            return -1;
    }
    return status;
}

/* Everything that comes through a pipe, up to a length; free. */
static char *read_all(int from)
{
    enum { LONGEST = 4000, ROOM = 1024 };
    char *text = sim_xcalloc(LONGEST + 1, 1);
    size_t length = 0;
    for (;;) {
        char room[ROOM];
        ssize_t got = read(from, room, sizeof room);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return text;
        const size_t kept = (size_t)got < LONGEST - length ? (size_t)got : LONGEST - length;
        memcpy(text + length, room, kept);
        length += kept;
    }
}

int gnuplot_find(void)
{
    static char name[] = "gnuplot", option[] = "--version";
    char *const arguments[] = {name, option, NULL};
    pid_t child = 0;
    const int nothing = open("/dev/null", O_WRONLY | O_CLOEXEC);
    const int failed = start(arguments, NULL, nothing, &child);
    if (failed == 0)
        (void)wait_for(child);
    if (nothing >= 0)
        (void)close(nothing);
    return failed == 0 ? EXIT_FINE : explain(failed);
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
    char program[] = "gnuplot", option[] = "-d";
    char *script = NULL;
    int ends[2] = {-1, -1};
    pid_t child = 0;
    if (pipe2(ends, O_CLOEXEC) != 0) {
        (void)fprintf(stderr, "simex: cannot run gnuplot: %s\n", strerror(errno));
        return EXIT_INTERNAL;
    }
    sim_assert(asprintf(&script, "%s.gp", name) > 0);
    char *const arguments[] = {program, option, script, NULL};
    const int failed = start(arguments, folder, ends[1], &child);
    (void)close(ends[1]);
    char *said = failed == 0 ? read_all(ends[0]) : NULL;
    (void)close(ends[0]);
    const int status = failed == 0 ? wait_for(child) : -1;
    int code = EXIT_FINE;
    if (failed != 0) {
        code = explain(failed);
    } else if (interrupt_code() != 0) {
        code = interrupt_code();
    } else if (status != 0) {
        (void)fprintf(stderr, "simex: gnuplot failed on %s/%s; it said:\n%s", folder, script, said);
        code = EXIT_INTERNAL;
    } else {
        code = look_at(folder, name);
    }
    free(said);
    free(script);
    return code;
}
