/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "reports/profile_of.h"

#include "reports/blame_show.h"
#include "reports/command.h"
#include "reports/replay.h"
#include "reports/show.h"

#include <inttypes.h>

static void sink(void *context, struct trace *trace)
{
    blame_take(context, trace);
}

/* What is looked at; EXIT_USAGE when there is no such reading or phase. */
static int choose(const struct replay *replay, const char *phase_name, const char *text, struct blame_of *of)
{
    struct sim_reading reading;
    struct sim_error error = {0};
    char message[JSON_MESSAGE_MAX];
    int code = EXIT_FINE;
    const struct phase *phase = phase_name == NULL ? NULL : replay_phase(replay, phase_name, &code);
    if (code != EXIT_FINE)
        return code;
    if (!sim_reading_find(replay->cell->sim, text, &reading, &error)) {
        (void)fprintf(stderr, "simex: --of: %s\n", json_error_text(message, sizeof message, &error));
        return EXIT_USAGE;
    }
    *of = blame_of_reading(&reading);
    of->from = phase == NULL ? 0 : phase->from + phase->settle;
    of->to = phase == NULL ? SIM_NEVER : phase->to;
    return EXIT_FINE;
}

static void print(FILE *out, const struct replay *replay, const struct blame *blame, const char *phase,
                  const char *reading, enum output_format format)
{
    enum { ALL = 1000 };
    char shown[JSON_SHOWN_BYTES];
    if (format == FORMAT_JSON) {
        cJSON *tree = cJSON_CreateObject();
        (void)cJSON_AddStringToObject(tree, "reading", reading);
        blame_put_requests(tree, blame);
        (void)cJSON_AddItemToObject(tree, "blame", blame_tree(blame));
        show_json(out, tree);
        return;
    }
    (void)fprintf(out, "%s, seed %" PRIu64 "%s%s, %s\n", json_shown(shown, replay->cell->scenario->name),
                  replay->cell->seed, phase == NULL ? "" : ", ", phase == NULL ? "" : phase, reading);
    blame_show_who(out, blame);
    (void)fputs("\n\n", out);
    blame_show_table(out, blame, ALL, 2);
}

int profile_of(FILE *out, const char *run, const char *phase, const char *reading, enum output_format format,
               const struct cell_options *options)
{
    struct replay replay;
    struct collector collector;
    struct blame blame;
    struct blame_of of;
    int code = replay_open(&replay, run, options);
    if (code == EXIT_FINE)
        code = choose(&replay, phase, reading, &of);
    if (code == EXIT_FINE) {
        blame_init(&blame, &of);
        collector_init(&collector, replay.cell->sim, sink, &blame);
        code = replay_run(&replay);
        if (code == EXIT_FINE) {
            collector_finish(&collector);
            blame_finish(&blame);
            print(out, &replay, &blame, phase, reading, format);
        }
        collector_fini(&collector);
        blame_fini(&blame);
    }
    replay_close(&replay);
    return code;
}
