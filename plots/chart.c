/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Charts as numbers, and their CSV files. A number is written so that it reads back as the same double; what has no
 * data is an empty field. */
#include "plots/chart.h"
#include "plots/script.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct measure *chart_measure(struct chart *chart, const struct plot *plot, const char *column, const char *label)
{
    for (uint32_t i = 0; i < chart->count; i++) {
        if (strcmp(chart->measures[i].column, column) == 0)
            return &chart->measures[i];
    }
    if (chart->count == chart->room) {
        chart->left_out = true;
        return NULL;
    }
    struct measure *measure = &chart->measures[chart->count++];
    *measure = (struct measure){.label = sim_xstrdup(label),
                                .column = sim_xstrdup(column),
                                .colour = STYLE_NEXT,
                                .dash = STYLE_NEXT,
                                .overview = true};
    measure->values = sim_xcalloc(plot->run_count, sizeof(double *));
    return measure;
}

void measure_fini(struct measure *measure, const struct plot *plot)
{
    for (uint32_t r = 0; r < plot->run_count; r++)
        free(measure->values[r]);
    free((void *)measure->values);
    free(measure->label);
    free(measure->column);
}

void charts_fini(struct charts *charts, const struct plot *plot)
{
    for (size_t i = 0; i < charts->count; i++) {
        struct chart *chart = &charts->items[i];
        for (uint32_t m = 0; m < chart->count; m++)
            measure_fini(&chart->measures[m], plot);
        free(chart->title);
    }
    free(charts->items);
    *charts = (struct charts){NULL, 0};
}

bool measure_has_run(const struct measure *measure, const struct plot *plot, uint32_t run)
{
    for (size_t b = 0; measure->values[run] != NULL && b < plot->bin_count; b++) {
        if (!isnan(measure->values[run][b]))
            return true;
    }
    return false;
}

bool measure_has_data(const struct measure *measure, const struct plot *plot)
{
    for (uint32_t r = 0; r < plot->run_count; r++) {
        if (measure_has_run(measure, plot, r))
            return true;
    }
    return false;
}

/* ---- CSV ---- */

uint32_t chart_column(const struct chart *chart, uint32_t run, uint32_t measure)
{
    return 3 + run * chart->count + measure;
}

void chart_put_column(FILE *out, const struct chart *chart, const struct plot *plot, uint32_t run, uint32_t measure)
{
    if (plot->run_count > 1)
        (void)fprintf(out, "%.8s_", plot->runs[run].record->id);
    (void)fputs(chart->measures[measure].column, out);
}

void chart_write_csv(FILE *out, const struct chart *chart, const struct plot *plot)
{
    (void)fputs("from_s,to_s", out);
    for (uint32_t r = 0; r < plot->run_count; r++) {
        for (uint32_t m = 0; m < chart->count; m++) {
            (void)fputc(',', out);
            chart_put_column(out, chart, plot, r, m);
        }
    }
    for (size_t b = 0; b < plot->bin_count; b++) {
        const sim_ns from = plot->bin * (sim_ns)b;
        const sim_ns to = from + plot->bin < plot->until ? from + plot->bin : plot->until;
        (void)fputc('\n', out);
        put_number(out, sim_ns_to_s(from));
        (void)fputc(',', out);
        put_number(out, sim_ns_to_s(to));
        for (uint32_t r = 0; r < plot->run_count; r++) {
            for (uint32_t m = 0; m < chart->count; m++) {
                const double *values = chart->measures[m].values[r];
                (void)fputc(',', out);
                if (values != NULL && !isnan(values[b]))
                    put_number(out, values[b]);
            }
        }
    }
    (void)fputc('\n', out);
}
