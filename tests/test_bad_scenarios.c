/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is said of wrong scenarios, word by word: the tables in bad_scenarios/ hold scenarios, overrides, and all of the
 * messages that must come of them. A table reads
 *
 *     ## name of the case
 *     @@ file x.json        the text of a file, up to the next line of @@ or ##; the case is about x.json
 *     @@ set PATH=VALUE     an override
 *     @@ want 65            exit status, and the messages
 *
 * Each case is read through the interface and again through `simex run`, which must print the same, nothing on its
 * standard output, and store nothing. */
#include "scenarios/scenario.h"

#include <check.h>
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { FILES_MAX = 12, SETS_MAX = 4, TABLES_MAX = 32, CASES_LEAST = 100 };

struct text_file {
    char *name, *text;
};

struct bad_case {
    char *table, *name;
    struct text_file files[FILES_MAX];
    size_t file_count;
    char *sets[SETS_MAX];
    size_t set_count;
    int code;
    char *want;
};

/* ---- reading tables ---- */

static char *read_whole(const char *path)
{
    FILE *in = fopen(path, "r");
    ck_assert_msg(in != NULL, "%s: %s", path, strerror(errno));
    char *text = NULL;
    size_t room = 0;
    if (getdelim(&text, &room, '\0', in) < 0)
        text[0] = '\0';
    (void)fclose(in);
    return text;
}

/* The folder of the tables. */
static const char *folder(void)
{
    static char path[4096];
    const char *source = getenv("SIMEX_SOURCE");
    ck_assert_msg(source != NULL, "SIMEX_SOURCE is not set: run this with ctest");
    (void)snprintf(path, sizeof path, "%s/tests/bad_scenarios", source);
    return path;
}

static bool is_mark(const char *line)
{
    return strncmp(line, "## ", 3) == 0 || strncmp(line, "@@ ", 3) == 0;
}

/* What stands before the next mark; `*at` moves behind it. */
static char *take_body(const char **at)
{
    const char *from = *at;
    while (**at != '\0' && !is_mark(*at)) {
        *at += strcspn(*at, "\n");
        *at += **at == '\n';
    }
    return strndup(from, (size_t)(*at - from));
}

/* The rest of the line behind a mark; `*at` moves to the next line. */
static char *take_line(const char **at, size_t mark)
{
    const char *from = *at + mark;
    size_t length = strcspn(from, "\n");
    *at = from + length + (from[length] == '\n');
    return strndup(from, length);
}

static const char *read_case(const char *at, struct bad_case *one)
{
    one->name = take_line(&at, strlen("## "));
    free(take_body(&at)); /* remarks */
    while (strncmp(at, "@@ ", 3) == 0) {
        if (strncmp(at, "@@ file ", 8) == 0) {
            ck_assert_uint_lt(one->file_count, FILES_MAX);
            struct text_file *file = &one->files[one->file_count++];
            file->name = take_line(&at, strlen("@@ file "));
            file->text = take_body(&at);
        } else if (strncmp(at, "@@ set ", 7) == 0) {
            ck_assert_uint_lt(one->set_count, SETS_MAX);
            one->sets[one->set_count++] = take_line(&at, strlen("@@ set "));
        } else if (strncmp(at, "@@ want ", 8) == 0) {
            char *code = take_line(&at, strlen("@@ want "));
            one->code = (int)strtol(code, NULL, 10);
            free(code);
            ck_assert_ptr_null(one->want);
            one->want = take_body(&at);
            for (size_t end = strlen(one->want); end > 1 && one->want[end - 2] == '\n'; end--)
                one->want[end - 1] = '\0'; /* blank lines between cases */
        } else {
            ck_abort_msg("%s: %s: unknown mark: %.40s", one->table, one->name, at);
        }
    }
    ck_assert_msg(one->want != NULL, "%s: %s: no @@ want", one->table, one->name);
    return at;
}

static void free_case(struct bad_case *one)
{
    for (size_t i = 0; i < one->file_count; i++) {
        free(one->files[i].name);
        free(one->files[i].text);
    }
    for (size_t i = 0; i < one->set_count; i++)
        free(one->sets[i]);
    free(one->name);
    free(one->want);
}

/* ---- checking a case ---- */

static void write_whole(const char *path, const char *text)
{
    FILE *out = fopen(path, "w");
    ck_assert_msg(out != NULL, "%s: %s", path, strerror(errno));
    (void)fputs(text, out);
    ck_assert_int_eq(fclose(out), 0);
}

static char *messages(const struct bad_case *one, int *code)
{
    struct json_errors errors;
    struct override overrides[SETS_MAX];
    char *copies[SETS_MAX];
    json_errors_init(&errors);
    for (size_t i = 0; i < one->set_count; i++) {
        copies[i] = sim_xstrdup(one->sets[i]);
        char *equals = strchr(copies[i], '=');
        ck_assert_ptr_nonnull(equals);
        *equals = '\0';
        overrides[i] = (struct override){copies[i], equals + 1};
    }
    struct scenario *scenario = scenario_load("x.json", &errors);
    if (scenario != NULL) {
        struct cell *cell = cell_build(scenario, overrides, one->set_count, 1, &errors);
        ck_assert_msg(cell == NULL, "%s: %s: nothing was refused", one->table, one->name);
    }
    scenario_destroy(scenario);
    *code = errors.unreadable > 0 ? 66 : 65;
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    json_errors_print(&errors, out);
    (void)fclose(out);
    json_errors_fini(&errors);
    for (size_t i = 0; i < one->set_count; i++)
        free(copies[i]);
    return text;
}

/* Through the program; words go through a shell. */
static void check_program(const struct bad_case *one)
{
    const char *program = getenv("SIMEX");
    char command[4096];
    if (program == NULL)
        return;
    int used = snprintf(command, sizeof command, "'%s' run --db store.db x.json", program);
    for (size_t i = 0; i < one->set_count; i++) {
        ck_assert_ptr_null(strchr(one->sets[i], '\''));
        used += snprintf(command + used, sizeof command - (size_t)used, " --set '%s'", one->sets[i]);
    }
    (void)snprintf(command + used, sizeof command - (size_t)used, " >out 2>err");
    int status = system(command);
    ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) == one->code, "%s: %s: want exit %d, got status %d",
                  one->table, one->name, one->code, status);
    char *out = read_whole("out"), *err = read_whole("err");
    ck_assert_str_eq(out, "");
    ck_assert_msg(strcmp(err, one->want) == 0, "%s: %s: simex run says\n%s\nwant\n%s", one->table, one->name, err,
                  one->want);
    ck_assert_msg(access("store.db", F_OK) != 0, "%s: %s: something was stored", one->table, one->name);
    free(out);
    free(err);
}

/* Returns whether all is as the table says; says what is not. */
static bool check_case(const struct bad_case *one)
{
    int code = 0;
    for (size_t i = 0; i < one->file_count; i++)
        write_whole(one->files[i].name, one->files[i].text);
    char *text = messages(one, &code);
    const bool fine = strcmp(text, one->want) == 0 && code == one->code;
    if (fine)
        check_program(one);
    else
        (void)fprintf(stderr, "%s: %s: got %d\n%swant %d\n%s\n", one->table, one->name, code, text, one->code,
                      one->want);
    for (size_t i = 0; i < one->file_count; i++)
        (void)unlink(one->files[i].name);
    free(text);
    return fine;
}

static size_t check_table(const char *name, size_t *cases)
{
    char path[8192];
    size_t wrong = 0;
    (void)snprintf(path, sizeof path, "%s/%s", folder(), name);
    char *text = read_whole(path);
    const char *at = text;
    free(take_body(&at)); /* what the table says of itself */
    while (strncmp(at, "## ", 3) == 0) {
        struct bad_case one = {.table = (char *)(uintptr_t)name};
        at = read_case(at, &one);
        wrong += check_case(&one) ? 0 : 1;
        free_case(&one);
        (*cases)++;
    }
    ck_assert_msg(*at == '\0', "%s: a mark is out of place: %.40s", name, at);
    free(text);
    return wrong;
}

static int only_tables(const struct dirent *entry)
{
    size_t length = strlen(entry->d_name);
    return length > 4 && strcmp(entry->d_name + length - 4, ".txt") == 0;
}

static void copy_world(void)
{
    char path[8192];
    (void)snprintf(path, sizeof path, "%s/world.json", folder());
    char *text = read_whole(path);
    write_whole("world.json", text);
    free(text);
}

START_TEST(every_wrong_scenario_gets_all_of_its_messages_and_no_other)
{
    struct dirent **tables = NULL;
    size_t cases = 0, wrong = 0;
    copy_world();
    int count = scandir(folder(), &tables, only_tables, alphasort);
    ck_assert_int_gt(count, 0);
    for (int i = 0; i < count; i++) {
        wrong += check_table(tables[i]->d_name, &cases);
        free(tables[i]);
    }
    free(tables);
    ck_assert_uint_eq(wrong, 0);
    ck_assert_uint_ge(cases, CASES_LEAST);
}
END_TEST

START_TEST(the_world_that_the_cases_extend_is_right)
{
    struct json_errors errors;
    json_errors_init(&errors);
    copy_world();
    struct scenario *scenario = scenario_load("world.json", &errors);
    struct cell *cell = scenario == NULL ? NULL : cell_build(scenario, NULL, 0, 1, &errors);
    json_errors_print(&errors, stderr);
    ck_assert_ptr_nonnull(cell);
    cell_destroy(cell);
    scenario_destroy(scenario);
    json_errors_fini(&errors);
}
END_TEST

/* ---- cases that are too long to write down ---- */

/* The messages about a scenario with `count` members, written with `format` (their number), in a section. */
static char *messages_of_many(const char *section, const char *format, int count)
{
    copy_world();
    FILE *out = fopen("x.json", "w");
    ck_assert_ptr_nonnull(out);
    (void)fprintf(out, "{\"extends\": \"world.json\",\n\"%s\": {\n", section);
    for (int i = 0; i < count; i++) {
        (void)fprintf(out, format, i);
        (void)fprintf(out, i + 1 < count ? ",\n" : "\n");
    }
    (void)fprintf(out, "}}\n");
    ck_assert_int_eq(fclose(out), 0);
    int code = 0;
    const struct bad_case one = {.table = (char *)"many", .name = (char *)(uintptr_t)section};
    char *text = messages(&one, &code);
    ck_assert_int_eq(code, 65);
    return text;
}

START_TEST(every_section_has_a_bound)
{
    static const struct {
        const char *section, *format;
        int count;
        const char *want;
    } cases[] = {
        {"nodes", "\"n%d\": {\"type\": \"cache\"}", 995, "x.json:2:10: /nodes: want at most 1000 members, got 1001\n"},
        {"links", "\"l%d\": {\"from\": \"redis\", \"to\": \"pool\"}", 2000,
         "x.json:2:10: /links: want at most 2000 members, got 2001\n"},
        {"faults", "\"f%d\": {\"node\": \"redis\", \"at\": \"1s\", \"do\": \"clear\"}", 200,
         "x.json:2:11: /faults: want at most 200 members, got 201\n"},
        {"phases", "\"p%d\": {\"from\": \"1s\", \"to\": \"2s\"}", 63,
         "x.json:2:11: /phases: want at most 64 members, got 65\n"},
        {"panel", "\"r%d\": {\"reading\": \"redis.hits\"}", 63,
         "x.json:2:10: /panel: want at most 64 members, got 65\n"},
    };
    for (size_t i = 0; i < SIM_COUNT_OF(cases); i++) {
        char *text = messages_of_many(cases[i].section, cases[i].format, cases[i].count);
        ck_assert_str_eq(text, cases[i].want);
        free(text);
    }
}
END_TEST

START_TEST(a_hundred_errors_are_shown_and_the_others_counted)
{
    char *text = messages_of_many("nodes", "\"n%d\": {\"type\": \"nothing\"}", 900);
    size_t lines = 0;
    for (const char *at = text; *at != '\0'; at++)
        lines += *at == '\n';
    ck_assert_uint_eq(lines, JSON_ERRORS_MAX + 1);
    ck_assert_ptr_eq(strstr(text, "x.json:3:16: /nodes/n0/type: want a type of node"), text);
    ck_assert_ptr_nonnull(strstr(text, "\nand 800 more errors\n"));
    free(text);
}
END_TEST

START_TEST(a_hundred_thousand_errors_take_no_longer_than_the_file)
{
    char *text = messages_of_many("phases", "\"unknown-%d\": 7", 90000);
    ck_assert_str_eq(text, "x.json:2:11: /phases: want at most 64 members, got 90002\n");
    free(text);
    text = messages_of_many("run", "\"unknown-%d\": 7", 90000);
    ck_assert_ptr_nonnull(strstr(text, "\nand 89900 more errors\n"));
    free(text);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("bad scenarios");
    TCase *tests = tcase_create("bad scenarios");
    tcase_set_timeout(tests, 120);
    tcase_add_test(tests, the_world_that_the_cases_extend_is_right);
    tcase_add_test(tests, every_wrong_scenario_gets_all_of_its_messages_and_no_other);
    tcase_add_test(tests, every_section_has_a_bound);
    tcase_add_test(tests, a_hundred_errors_are_shown_and_the_others_counted);
    tcase_add_test(tests, a_hundred_thousand_errors_take_no_longer_than_the_file);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
