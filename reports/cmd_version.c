/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Version, model id, and what equal fingerprints are guaranteed for: one libm on one CPU feature class. */
#include "reports/command.h"
#include "reports/options.h"
#include "reports/show.h"
#include "scenarios/probes.h"
#include "simex_build.h"

#include <gnu/libc-version.h>
#include <gsl/gsl_version.h>
#include <stdio.h>
#include <string.h>

static error_t parse(int key, char *argument, struct argp_state *state)
{
    (void)argument;
    if (key == ARGP_KEY_INIT) {
        state->child_inputs[0] = state->input;
        return 0;
    }
    return ARGP_ERR_UNKNOWN;
}

/* glibc chooses the variants of exp, log and sin by these. */
static const char *cpu_class(void)
{
#if defined(__x86_64__)
    __builtin_cpu_init();
    if (__builtin_cpu_supports("fma") && __builtin_cpu_supports("avx2"))
        return "x86-64 with FMA and AVX2";
    if (__builtin_cpu_supports("fma4"))
        return "x86-64 with FMA4";
    return "x86-64";
#elif defined(__aarch64__)
    return "aarch64";
#else
    return "other";
#endif
}

int cmd_version(int argc, char **argv)
{
    static const struct argp_child children[] = {{&format_argp, 0, NULL, 0}, {0}};
    static const struct argp argp = {
        .parser = parse,
        .doc = "Prints the version, the model id (a hash of the sources that decide outcomes), and the libm and CPU "
               "feature class for which equal seeds give equal bytes.",
        .children = children};
    enum output_format format = FORMAT_TEXT;
    char libm[40];
    if (argp_parse(&argp, argc, argv, 0, NULL, &format) != 0)
        return EXIT_USAGE;
    (void)snprintf(libm, sizeof libm, "glibc %s", gnu_get_libc_version());
    if (format == FORMAT_JSON) {
        cJSON *tree = cJSON_CreateObject();
        (void)cJSON_AddStringToObject(tree, "version", SIMEX_VERSION);
        (void)cJSON_AddStringToObject(tree, "model", SIMEX_MODEL_ID);
        (void)cJSON_AddStringToObject(tree, "libm", libm);
        (void)cJSON_AddStringToObject(tree, "cpu", cpu_class());
        (void)cJSON_AddStringToObject(tree, "gsl", gsl_version);
        (void)cJSON_AddBoolToObject(tree, "probes", probes_built());
        show_json(stdout, tree);
        return EXIT_FINE;
    }
    (void)printf("simex %s, model %s\nlibm of %s, CPU class %s, GSL %s\n", SIMEX_VERSION, SIMEX_MODEL_ID, libm,
                 cpu_class(), gsl_version);
    return EXIT_FINE;
}
