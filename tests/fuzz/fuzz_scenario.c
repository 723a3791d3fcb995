/* SPDX-License-Identifier: GPL-3.0-or-later */
/* libFuzzer target for the way of a scenario from its bytes to its verdicts: load, build, run within small limits, read.
 *
 * An input is the text of a scenario and, each behind a NUL byte, overrides "path=value". A scenario may extend one that
 * ships. Checked beside memory: what is refused is refused with a message that cannot drive a terminal, what is built
 * twice has one id, and what is run twice one fingerprint.
 *
 *     cmake -S . -B build/fuzz -G Ninja -DCMAKE_C_COMPILER=clang -DSIMEX_FUZZ=ON
 *     ninja -C build/fuzz fuzz_scenario
 *     build/fuzz/tests/fuzz_scenario -max_len=4096 -timeout=25 SCRATCH-FOLDER tests/fuzz/seeds_scenario */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* memfd_create */
#endif
#include "scenarios/scenario.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { OVERRIDES_MAX = 8, EVENTS_MAX = 20000, CALLS_MAX = 2000 };

/* A file in memory that holds the text; `path` names it. */
static int make_file(const char *text, size_t length, char path[64])
{
    int file = memfd_create("scenario", 0);
    sim_assert(file >= 0 && write(file, text, length) == (ssize_t)length);
    (void)snprintf(path, 64, "/proc/self/fd/%d", file);
    return file;
}

/* The overrides of an input, cut up in place. */
static size_t split(char *text, size_t size, struct override *overrides)
{
    size_t count = 0;
    for (char *at = text + strlen(text) + 1; at < text + size && count < OVERRIDES_MAX;) {
        char *next = at + strlen(at) + 1;
        char *equals = strchr(at, '=');
        if (equals != NULL && equals != at) {
            *equals = '\0';
            overrides[count++] = (struct override){at, equals + 1};
        }
        at = next;
    }
    return count;
}

static void check_messages(const struct json_errors *errors)
{
    char *text = NULL;
    size_t length = 0;
    FILE *out = open_memstream(&text, &length);
    sim_assert(out != NULL);
    json_errors_print(errors, out);
    (void)fclose(out);
    sim_assert(length > 0);
    for (size_t i = 0; i < length; i++)
        sim_assert(text[i] == '\n' || ((unsigned char)text[i] >= 0x20 && text[i] != 0x7f));
    free(text);
}

static void read_off(const struct cell *cell)
{
    for (uint32_t phase = 0; phase < cell->phase_count; phase++) {
        for (uint32_t item = 0; item < cell->panel_count; item++)
            (void)cell_value(cell, phase, item);
        (void)cell_unfinished(cell, phase);
    }
    for (uint32_t i = 0; i < cell->expectation_count; i++) {
        struct sim_reading_value value;
        enum verdict verdict = cell_verdict(cell, &cell->expectations[i], &value);
        sim_assert(value.has_data == (verdict != VERDICT_NO_DATA));
    }
}

/* Runs a cell; its fingerprint, or how far it came. */
static uint64_t run(struct cell *cell)
{
    struct sim_limits *limits = &cell->sim->limits;
    limits->events = limits->events < EVENTS_MAX ? limits->events : EVENTS_MAX;
    limits->steps_per_instant = EVENTS_MAX;
    limits->calls = CALLS_MAX;
    if (cell_run(cell, NULL, NULL)) {
        read_off(cell);
        return sim_fingerprint(cell->sim);
    }
    sim_assert(cell->sim->stopped && cell->sim->error.rule[0] != '\0');
    return cell->sim->events;
}

static void check(const struct scenario *scenario, const struct override *overrides, size_t count, bool twice)
{
    struct json_errors errors;
    json_errors_init(&errors);
    struct cell *cell = cell_build(scenario, overrides, count, 1, &errors);
    sim_assert((cell == NULL) == (json_errors_total(&errors) > 0));
    if (cell == NULL)
        check_messages(&errors);
    json_errors_fini(&errors);
    if (cell == NULL)
        return;
    const uint64_t first = run(cell);
    if (twice) {
        json_errors_init(&errors);
        struct cell *again = cell_build(scenario, overrides, count, 1, &errors);
        sim_assert(again != NULL && strcmp(again->id, cell->id) == 0 && strcmp(again->canonical, cell->canonical) == 0);
        sim_assert(run(again) == first);
        cell_destroy(again);
        json_errors_fini(&errors);
    }
    cell_destroy(cell);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct override overrides[OVERRIDES_MAX];
    struct json_errors errors;
    char path[64];
    char *text = sim_xmalloc(size + 1);
    memcpy(text, data, size);
    text[size] = '\0';
    const int file = make_file(text, strlen(text), path);
    const size_t count = split(text, size, overrides);
    json_errors_init(&errors);
    struct scenario *scenario = scenario_load(path, &errors);
    sim_assert((scenario == NULL) == (json_errors_total(&errors) > 0));
    if (scenario == NULL)
        check_messages(&errors);
    else
        check(scenario, overrides, count, size % 8 == 0);
    scenario_destroy(scenario);
    json_errors_fini(&errors);
    (void)close(file);
    free(text);
    return 0;
}
