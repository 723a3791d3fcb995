/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Runs become charts, charts files. */
#include "plots/draw.h"

#include "plots/folder.h"
#include "plots/gnuplot.h"
#include "reports/command.h"

#include "sim/units.h"

#include <stdlib.h>

/* Reads the runs, each once. */
static int add_runs(struct plot *plot, const int64_t *keys, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        bool known = false;
        for (uint32_t k = 0; k < i; k++)
            known = known || keys[k] == keys[i];
        if (!known && !plot_add_run(plot, keys[i]))
            return EXIT_IO;
    }
    return EXIT_FINE;
}

static int choose_bin(struct plot *plot, sim_ns wanted)
{
    char bin[48], window[48];
    plot->bin = wanted > 0 ? wanted : plot_default_bin(plot);
    for (uint32_t r = 0; wanted > 0 && r < plot->run_count; r++) {
        const sim_ns length = plot->runs[r].record->window;
        if (wanted % length == 0)
            continue;
        (void)fprintf(stderr, "simex: --bin wants a multiple of the run's window of %s, got %s\n",
                      sim_format_duration(window, sizeof window, length), sim_format_duration(bin, sizeof bin, wanted));
        return EXIT_USAGE;
    }
    plot->bin_count = (size_t)((plot->until + plot->bin - 1) / plot->bin);
    return EXIT_FINE;
}

/* ---- files ---- */

static int draw(struct folder *folder, const struct plot *plot, const struct heading *heading,
                const struct charts *charts, const struct chart *chart)
{
    struct sheet sheet = sheet_of(plot, heading, charts, chart);
    int code = folder_write_script(folder, &sheet);
    if (code == EXIT_FINE)
        code = gnuplot_run(folder->path, sheet.name);
    if (code == EXIT_FINE)
        folder_list_pictures(folder, sheet.name);
    sheet_fini(&sheet);
    return code;
}

static int write_files(struct folder *folder, struct plot *plot, const struct charts *charts)
{
    struct heading heading = heading_of(plot);
    int code = folder_prepare(folder, charts);
    for (size_t i = 0; i < charts->count && code == EXIT_FINE; i++)
        code = folder_write_csv(folder, &charts->items[i], plot);
    if (code == EXIT_FINE)
        code = draw(folder, plot, &heading, charts, NULL);
    for (size_t i = 0; i < charts->count && code == EXIT_FINE; i++)
        code = draw(folder, plot, &heading, charts, &charts->items[i]);
    heading_fini(&heading);
    return code;
}

static void note_drawing(struct drawing *drawing, const struct plot *plot, const struct folder *folder)
{
    drawing->bin = plot->bin;
    drawing->folder = sim_xstrdup(folder->path);
    for (uint32_t r = 0; r < plot->run_count; r++)
        texts_add(&drawing->runs, plot->runs[r].record->id);
    for (size_t i = 0; i < folder->files.count; i++)
        texts_add(&drawing->files, folder->files.items[i]);
}

int draw_runs(const char *db, const int64_t *keys, uint32_t count, sim_ns bin, const char *out, struct drawing *drawing)
{
    struct store store;
    struct plot plot = {.store = &store};
    struct charts charts = {NULL, 0};
    *drawing = (struct drawing){0};
    int code = store_open(&store, store_path(db), STORE_READ);
    if (code == EXIT_FINE)
        code = add_runs(&plot, keys, count);
    if (code == EXIT_FINE)
        code = choose_bin(&plot, bin);
    if (code == EXIT_FINE && !charts_derive(&charts, &plot))
        code = EXIT_IO;
    if (code == EXIT_FINE && charts.count == 0) {
        (void)fprintf(stderr, "simex: nothing to draw: no series of the runs has data\n");
        code = EXIT_NO_INPUT;
    }
    if (code == EXIT_FINE) {
        struct folder folder = folder_of(&plot, out);
        code = write_files(&folder, &plot, &charts);
        if (code == EXIT_FINE)
            note_drawing(drawing, &plot, &folder);
        folder_fini(&folder);
    }
    charts_fini(&charts, &plot);
    plot_fini(&plot);
    store_close(&store);
    return code;
}

void drawing_fini(struct drawing *drawing)
{
    free(drawing->folder);
    texts_fini(&drawing->runs);
    texts_fini(&drawing->files);
}
