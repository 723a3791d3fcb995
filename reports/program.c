/* SPDX-License-Identifier: GPL-3.0-or-later */
#define _GNU_SOURCE /* environ, pipe2, posix_spawn_file_actions_addchdir_np */
#include "reports/program.h"

#include "reports/command.h"

#include "sim/base.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* Prints why it did not start; the exit code. */
static int explain(int failed, const char *name, const char *package)
{
    if (failed == ENOENT || failed == EACCES) {
        (void)fprintf(stderr, "simex: %s is not installed (Debian package: %s)\n", name, package);
        return EXIT_MISSING;
    }
    (void)fprintf(stderr, "simex: cannot run %s: %s\n", name, strerror(failed));
    return EXIT_INTERNAL;
}

/* Starts it with standard output and error at `write_end`. Gives errno. */
static int start(const char *const *arguments, const char *folder, int write_end, pid_t *child)
{
    posix_spawn_file_actions_t actions;
    (void)posix_spawn_file_actions_init(&actions);
    (void)posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    (void)posix_spawn_file_actions_adddup2(&actions, write_end, STDOUT_FILENO);
    (void)posix_spawn_file_actions_adddup2(&actions, write_end, STDERR_FILENO);
    if (folder != NULL)
        (void)posix_spawn_file_actions_addchdir_np(&actions, folder);
    /* POSIX: the strings are not changed; the type is older than const. */
    char *const *words = (char *const *)(uintptr_t)arguments;
    const int failed = posix_spawnp(child, arguments[0], &actions, NULL, words, environ);
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
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* What comes through a pipe, all of it read and the first `most` bytes kept; free. */
static char *read_all(int from, size_t most)
{
    char room[4096];
    char *text = NULL;
    size_t size = 0, kept = 0;
    FILE *out = open_memstream(&text, &size);
    sim_assert(out != NULL);
    for (;;) {
        const ssize_t got = read(from, room, sizeof room);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            break;
        const size_t more = (size_t)got < most - kept ? (size_t)got : most - kept;
        (void)fwrite(room, 1, more, out);
        kept += more;
    }
    (void)fclose(out);
    return text;
}

int program_run(const char *const *arguments, const char *package, const char *folder, size_t most, char **said,
                int *status)
{
    int ends[2] = {-1, -1};
    pid_t child = 0;
    *said = NULL;
    *status = -1;
    int failed = pipe2(ends, O_CLOEXEC) == 0 ? 0 : errno;
    if (failed != 0)
        return explain(failed == ENOENT ? EIO : failed, arguments[0], package);
    failed = start(arguments, folder, ends[1], &child);
    (void)close(ends[1]);
    if (failed == 0) {
        *said = read_all(ends[0], most);
        *status = wait_for(child);
    }
    (void)close(ends[0]);
    return failed == 0 ? EXIT_FINE : explain(failed, arguments[0], package);
}
