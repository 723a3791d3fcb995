/* SPDX-License-Identifier: GPL-3.0-or-later */
#define _GNU_SOURCE /* environ, pipe2, posix_spawn_file_actions_addchdir_np */
#include "reports/promtool.h"

#include "reports/command.h"

#include "sim/base.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { ARGUMENTS_MAX = 6 };

static int explain(int failed)
{
    if (failed == ENOENT || failed == EACCES) {
        (void)fprintf(stderr, "simex: promtool is not installed (Debian package: prometheus)\n");
        return EXIT_MISSING;
    }
    (void)fprintf(stderr, "simex: cannot run promtool: %s\n", strerror(failed));
    return EXIT_INTERNAL;
}

static int start(char *const *arguments, const char *folder, int write_end, pid_t *child)
{
    posix_spawn_file_actions_t actions;
    (void)posix_spawn_file_actions_init(&actions);
    (void)posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    (void)posix_spawn_file_actions_adddup2(&actions, write_end, STDOUT_FILENO);
    (void)posix_spawn_file_actions_adddup2(&actions, write_end, STDERR_FILENO);
    (void)posix_spawn_file_actions_addchdir_np(&actions, folder);
    int failed = posix_spawnp(child, arguments[0], &actions, NULL, arguments, environ);
    (void)posix_spawn_file_actions_destroy(&actions);
    return failed;
}

/* Everything that comes through a pipe; free. */
static char *read_all(int from)
{
    char room[4096];
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    sim_assert(out != NULL);
    for (;;) {
        const ssize_t got = read(from, room, sizeof room);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            break;
        (void)fwrite(room, 1, (size_t)got, out);
    }
    (void)fclose(out);
    return text;
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

int promtool_run(const char *folder, const char *const *arguments, char **said, int *status)
{
    char *copies[ARGUMENTS_MAX + 2] = {sim_xstrdup("promtool")};
    size_t count = 1;
    int ends[2] = {-1, -1};
    pid_t child = 0;
    int failed = 0;
    *said = NULL;
    *status = -1;
    for (; arguments[count - 1] != NULL; count++) {
        sim_assert(count <= ARGUMENTS_MAX);
        copies[count] = sim_xstrdup(arguments[count - 1]);
    }
    if (pipe2(ends, O_CLOEXEC) != 0)
        failed = errno;
    if (failed == 0) {
        failed = start(copies, folder, ends[1], &child);
        (void)close(ends[1]);
        if (failed == 0) {
            *said = read_all(ends[0]);
            *status = wait_for(child);
        }
        (void)close(ends[0]);
    }
    for (size_t i = 0; i < count; i++)
        free(copies[i]);
    return failed == 0 ? EXIT_FINE : explain(failed);
}
