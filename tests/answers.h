/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the requests of a script came to, as lines that a test can hold. */
#ifndef TESTS_ANSWERS_H
#define TESTS_ANSWERS_H

#include "reports/responses_json.h"
#include "tests/worlds.h"

/* The answers as lines of "at request status source duration", times in ms; members of a bulk are indented. Free it. */
static inline char *answers(const struct world *world)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    cJSON *tree = responses_tree(world->cell->responses);
    const cJSON *entry = NULL;
    cJSON_ArrayForEach(entry, cJSON_GetObjectItemCaseSensitive(tree, "responses"))
    {
        const cJSON *status = cJSON_GetObjectItemCaseSensitive(entry, "status");
        const cJSON *source = cJSON_GetObjectItemCaseSensitive(entry, "source");
        const cJSON *duration = cJSON_GetObjectItemCaseSensitive(entry, "duration_s");
        (void)fprintf(out, "%s%g %s", cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(entry, "in_bulk")) ? "  " : "",
                      cJSON_GetObjectItemCaseSensitive(entry, "at_s")->valuedouble * 1e3,
                      cJSON_GetObjectItemCaseSensitive(entry, "request")->valuestring);
        if (cJSON_IsNumber(status))
            (void)fprintf(out, " %d %s %g\n", status->valueint, cJSON_IsString(source) ? source->valuestring : "-",
                          duration->valuedouble * 1e3);
        else
            (void)fprintf(out, " %s %s\n", cJSON_IsNull(status) ? "null" : "?", cJSON_IsNull(duration) ? "null" : "?");
    }
    cJSON_Delete(tree);
    (void)fclose(out);
    return text;
}

/* Asserts them, ends the world. */
static inline void expect_answers(struct world *world, const char *want)
{
    char *got = answers(world);
    ck_assert_str_eq(got, want);
    free(got);
    world_end(world);
}

#endif
