/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where scenarios are: in $SIMEX_SCENARIOS when it is set, else in the source tree simex was built from, beside the
 * running program (../share/simex/scenarios), in the install prefix. The first that has it wins. */
#include "scenarios/scenario.h"
#include "simex_build.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PATH_ROOM = 4096, FOLDERS = 4 };

struct folders {
    char path[FOLDERS][PATH_ROOM];
    size_t count;
};

static void add_beside_program(struct folders *folders)
{
    char self[PATH_ROOM / 2];
    ssize_t length = readlink("/proc/self/exe", self, sizeof self - 1);
    if (length <= 0)
        return;
    self[length] = '\0';
    char *slash = strrchr(self, '/');
    if (slash == NULL)
        return;
    *slash = '\0';
    (void)snprintf(folders->path[folders->count++], PATH_ROOM, "%s/../share/simex/scenarios", self);
}

static void find_folders(struct folders *folders)
{
    folders->count = 0;
    const char *own = getenv("SIMEX_SCENARIOS");
    if (own != NULL && own[0] != '\0')
        (void)snprintf(folders->path[folders->count++], PATH_ROOM, "%s", own);
    (void)snprintf(folders->path[folders->count++], PATH_ROOM, "%s", SIMEX_SCENARIO_SOURCE_DIR);
    add_beside_program(folders);
    if (folders->count < FOLDERS)
        (void)snprintf(folders->path[folders->count++], PATH_ROOM, "%s", SIMEX_SCENARIO_INSTALL_DIR);
}

static bool ends_in_json(const char *name)
{
    size_t length = strlen(name);
    return length > 5 && strcmp(name + length - 5, ".json") == 0;
}

char *scenario_find_shipped(const char *name)
{
    struct folders folders;
    if (strchr(name, '/') != NULL || name[0] == '\0' || strlen(name) > SCENARIO_NAME_MAX + 5)
        return NULL;
    find_folders(&folders);
    for (size_t i = 0; i < folders.count; i++) {
        char path[PATH_ROOM + 80];
        (void)snprintf(path, sizeof path, "%s/%s%s", folders.path[i], name, ends_in_json(name) ? "" : ".json");
        if (access(path, F_OK) == 0)
            return sim_xstrdup(path);
    }
    return NULL;
}

char *scenario_find(const char *argument)
{
    if (strchr(argument, '/') != NULL || ends_in_json(argument)) {
        if (access(argument, F_OK) == 0)
            return sim_xstrdup(argument);
    }
    char *shipped = scenario_find_shipped(argument);
    if (shipped == NULL && access(argument, F_OK) == 0)
        return sim_xstrdup(argument);
    return shipped;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

char **scenario_list_shipped(void)
{
    size_t count = 0;
    char **names = sim_xcalloc(1, sizeof *names);
    struct folders folders;
    find_folders(&folders);
    for (size_t i = 0; i < folders.count; i++) {
        DIR *folder = opendir(folders.path[i]);
        for (struct dirent *entry = folder == NULL ? NULL : readdir(folder); entry != NULL; entry = readdir(folder)) {
            if (!ends_in_json(entry->d_name) || entry->d_name[0] == '.')
                continue;
            char *name = sim_xstrdup(entry->d_name);
            name[strlen(name) - 5] = '\0';
            bool known = false;
            for (size_t k = 0; k < count && !known; k++)
                known = strcmp(names[k], name) == 0;
            if (known) {
                free(name);
                continue;
            }
            names = sim_xrealloc(names, (count + 2) * sizeof *names);
            names[count++] = name;
            names[count] = NULL;
        }
        if (folder != NULL)
            (void)closedir(folder);
    }
    qsort(names, count, sizeof *names, by_name);
    return names;
}
