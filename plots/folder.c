/* SPDX-License-Identifier: GPL-3.0-or-later */
#define _GNU_SOURCE /* asprintf */
#include "plots/folder.h"

#include "reports/command.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *const extensions[] = {"csv", "gp", "svg", "png"};

/* ---- the name ---- */

/* plots-part1-56670d74; of a scenario's name only plain characters stay, since it is a user's text. */
static char *default_path(const struct plot *plot)
{
    enum { NAME_LONGEST = 40 };
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    sim_assert(out != NULL);
    (void)fputs("plots-", out);
    const char *name = plot->runs[0].record->scenario;
    for (size_t i = 0; name[i] != '\0' && i < NAME_LONGEST; i++) {
        const char c = name[i];
        const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
        (void)fputc(plain ? c : '-', out);
    }
    for (uint32_t r = 0; r < plot->run_count; r++)
        (void)fprintf(out, "-%.8s", plot->runs[r].record->id);
    sim_assert(fclose(out) == 0);
    return text;
}

struct folder folder_of(const struct plot *plot, const char *path)
{
    struct folder folder = {path == NULL ? default_path(plot) : sim_xstrdup(path), {0}};
    size_t length = strlen(folder.path);
    while (length > 1 && folder.path[length - 1] == '/')
        folder.path[--length] = '\0';
    return folder;
}

void folder_fini(struct folder *folder)
{
    free(folder->path);
    texts_fini(&folder->files);
}

static char *file_path(const struct folder *folder, const char *name, const char *extension)
{
    char *path = NULL;
    sim_assert(asprintf(&path, "%s/%s.%s", folder->path, name, extension) > 0);
    return path;
}

/* ---- creating ---- */

/* mkdir -p. */
static bool create(const char *wanted)
{
    char *path = sim_xstrdup(wanted);
    bool fine = true;
    for (char *at = path + (path[0] == '/'); fine; at++) {
        if (*at != '/' && *at != '\0')
            continue;
        const char end = *at;
        *at = '\0';
        fine = mkdir(path, 0777) == 0 || errno == EEXIST;
        *at = end;
        if (end == '\0')
            break;
    }
    struct stat status;
    if (fine && stat(path, &status) == 0 && !S_ISDIR(status.st_mode)) {
        errno = ENOTDIR;
        fine = false;
    }
    free(path);
    return fine;
}

/* Whether its overview was written by simex plot: then all files of our names are taken for ours. */
static bool is_ours(const struct folder *folder)
{
    static const char ours[] = "# overview.gp, written by simex plot.";
    char line[sizeof ours] = "";
    char *path = file_path(folder, "overview", "gp");
    FILE *file = fopen(path, "re");
    if (file != NULL) {
        (void)fgets(line, sizeof line, file);
        (void)fclose(file);
    }
    free(path);
    return strcmp(line, ours) == 0;
}

static bool is_free(const struct folder *folder, const char *name)
{
    bool is = true;
    for (size_t i = 0; i < SIM_COUNT_OF(extensions) && is; i++) {
        char *path = file_path(folder, name, extensions[i]);
        struct stat status;
        is = lstat(path, &status) != 0;
        if (!is)
            (void)fprintf(stderr, "simex: %s is there, and not written by simex plot: give another folder with --out\n",
                          path);
        free(path);
    }
    return is;
}

int folder_prepare(const struct folder *folder, const struct charts *charts)
{
    if (!create(folder->path)) {
        (void)fprintf(stderr, "simex: cannot create the folder %s: %s\n", folder->path, strerror(errno));
        return EXIT_CANT_CREATE;
    }
    if (is_ours(folder))
        return EXIT_FINE;
    bool is = is_free(folder, "overview");
    for (size_t i = 0; i < charts->count && is; i++)
        is = is_free(folder, charts->items[i].name);
    return is ? EXIT_FINE : EXIT_CANT_CREATE;
}

/* ---- writing ---- */

/* Opens a file and lists it. NULL after having printed why. */
static FILE *open_file(struct folder *folder, const char *name, const char *extension)
{
    char *path = file_path(folder, name, extension);
    FILE *out = fopen(path, "we");
    if (out == NULL)
        (void)fprintf(stderr, "simex: cannot write %s: %s\n", path, strerror(errno));
    else
        texts_add(&folder->files, path);
    free(path);
    return out;
}

static int close_file(const struct folder *folder, FILE *out)
{
    const bool failed = ferror(out) != 0;
    if (fclose(out) == 0 && !failed)
        return EXIT_FINE;
    (void)fprintf(stderr, "simex: cannot write %s: %s\n", folder->files.items[folder->files.count - 1],
                  strerror(errno));
    return EXIT_IO;
}

int folder_write_csv(struct folder *folder, const struct chart *chart, const struct plot *plot)
{
    FILE *out = open_file(folder, chart->name, "csv");
    if (out == NULL)
        return EXIT_CANT_CREATE;
    chart_write_csv(out, chart, plot);
    return close_file(folder, out);
}

int folder_write_script(struct folder *folder, const struct sheet *sheet)
{
    FILE *out = open_file(folder, sheet->name, "gp");
    if (out == NULL)
        return EXIT_CANT_CREATE;
    sheet_write_script(out, sheet);
    return close_file(folder, out);
}

void folder_list_pictures(struct folder *folder, const char *name)
{
    for (size_t i = 2; i < SIM_COUNT_OF(extensions); i++) {
        char *path = file_path(folder, name, extensions[i]);
        texts_add(&folder->files, path);
        free(path);
    }
}
