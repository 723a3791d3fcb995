/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What stands between a user's text and a page: escaping, the JSON block, the policy; JSON as tables. */
#include "reports/html_parts.h"
#include "reports/sha256.h"

#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define HOSTILE "</script><img src=x onerror=alert(1)>"

/* What a writer of texts prints; free. */
static char *written(void (*write)(FILE *out, const char *text), const char *text)
{
    char *shown = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&shown, &size);
    write(out, text);
    ck_assert_int_eq(fclose(out), 0);
    return shown;
}

struct pair {
    const char *text, *want;
};

static void check_pairs(void (*write)(FILE *out, const char *text), const struct pair *pairs, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        char *got = written(write, pairs[i].text);
        ck_assert_str_eq(got, pairs[i].want);
        free(got);
    }
}

START_TEST(text_of_a_user_stays_text_in_html)
{
    static const struct pair pairs[] = {
        {"", ""},
        {NULL, ""},
        {"plain \xc3\xa9 \xe2\x82\xac \xf0\x9f\x90\x8c", "plain \xc3\xa9 \xe2\x82\xac \xf0\x9f\x90\x8c"},
        {HOSTILE, "&lt;/script&gt;&lt;img src=x onerror=alert(1)&gt;"},
        {"\" onclick='x' & &amp;", "&quot; onclick=&#39;x&#39; &amp; &amp;amp;"},
        {"a\tb\nc", "a\tb\nc"},
        {"\x1b[31m\x01\x7f", "\\x1b[31m\\x01\\x7f"},
        {"\xc2\x85", "\\u0085"},
        {"\xe2\x80\xaegpj.exe\xe2\x81\xa6", "\\u202egpj.exe\\u2066"}, /* turns the direction */
        {"\xd7\xa9\xd7\x9c\xd7\x95\xd7\x9d", "\xd7\xa9\xd7\x9c\xd7\x95\xd7\x9d"},
        {"\xff<", "\\xff&lt;"}, /* never valid */
        {"\xc0\xbc"
         "script",
         "\\xc0\\xbcscript"},                /* an overlong < */
        {"\xe2\x82", "\\xe2\\x82"},          /* cut short */
        {"\xed\xa0\x80", "\\xed\\xa0\\x80"}, /* half a pair */
        {"\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80"},
    };
    check_pairs(html_text, pairs, SIM_COUNT_OF(pairs));
}
END_TEST

START_TEST(text_of_a_user_is_isolated_from_the_direction_around_it)
{
    static const struct pair pairs[] = {{"\xd7\xa9<b>", "<bdi>\xd7\xa9&lt;b&gt;</bdi>"}, {NULL, "<bdi></bdi>"}};
    check_pairs(html_bdi, pairs, SIM_COUNT_OF(pairs));
}
END_TEST

START_TEST(text_of_a_user_stays_text_in_the_data_of_a_script)
{
    static const struct pair pairs[] = {
        {"", "\"\""},
        {NULL, "\"\""},
        {"\xc3\xa9", "\"\xc3\xa9\""},
        {HOSTILE, "\"\\u003c/script\\u003e\\u003cimg src=x onerror=alert(1)\\u003e\""},
        {"<!--<script>", "\"\\u003c!--\\u003cscript\\u003e\""},
        {"\"\\&", "\"\\u0022\\u005c\\u0026\""},
        {"\n\x1f\x7f", "\"\\u000a\\u001f\\u007f\""},
        {"\xe2\x80\xa8\xe2\x80\xa9", "\"\\u2028\\u2029\""},
        {"\xe2\x80\xae", "\"\\\\u202e\""},
        {"\xff", "\"\\ufffd\""},
    };
    check_pairs(html_json_text, pairs, SIM_COUNT_OF(pairs));
}
END_TEST

START_TEST(data_of_a_script_is_read_back_as_it_was)
{
    static const char *const texts[] = {HOSTILE, "\"'\\&<>\n\t\x01", "\xe2\x80\xa8 \xd7\xa9 \xf0\x9f\x90\x8c", "]]>"};
    for (size_t i = 0; i < SIM_COUNT_OF(texts); i++) {
        char *json = written(html_json_text, texts[i]);
        cJSON *tree = cJSON_Parse(json);
        ck_assert_str_eq(cJSON_GetStringValue(tree), texts[i]);
        ck_assert_ptr_null(strpbrk(json, "<>&"));
        cJSON_Delete(tree);
        free(json);
    }
}
END_TEST

START_TEST(numbers_without_a_value_are_null)
{
    static const struct {
        double value;
        const char *want;
    } rows[] = {{0.5, "0.5"}, {1.0 / 3, "0.333333"}, {-2, "-2"}, {1e12, "1e+12"}, {NAN, "null"}, {INFINITY, "null"}};
    for (size_t i = 0; i < SIM_COUNT_OF(rows); i++) {
        char buffer[40] = "";
        FILE *out = fmemopen(buffer, sizeof buffer, "w");
        html_json_number(out, rows[i].value);
        ck_assert_int_eq(fclose(out), 0);
        ck_assert_str_eq(buffer, rows[i].want);
    }
}
END_TEST

START_TEST(a_picture_comes_into_a_page_without_declaration_and_style)
{
    static const struct pair pairs[] = {
        {"<?xml version=\"1.0\"?>\n<svg a=\"b\"><style>text{x:y}</style><g/></svg>\n", "<svg a=\"b\"><g/></svg>\n"},
        {"<svg><g/></svg>", "<svg><g/></svg>"},
        {"no picture", ""}};
    check_pairs(html_svg, pairs, SIM_COUNT_OF(pairs));
}
END_TEST

/* ---- the policy ---- */

/* FIPS 180-4 examples, and the lengths around a block's end (sha256sum says the same). */
START_TEST(sha256_gives_the_sums_of_the_standard)
{
    static const struct {
        const char *text;
        size_t times;
        const char *want;
    } rows[] = {{"", 1, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
                {"abc", 1, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
                {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 1,
                 "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
                {"a", 55, "9f4390f8d30c2dd92ec9f095b65e2b9ae9b0a925a5258e241c9f1e910f734318"},
                {"a", 56, "b35439a4ac6f0948b6d6f9e3c6af0f5f590ce20f1bde7090ef7970686ec6738a"},
                {"a", 64, "ffe054fe7ae0cb6dc65c3af9b61d5209f439851db43d0ba5997337df154668eb"},
                {"a", 1000000, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"}};
    for (size_t i = 0; i < SIM_COUNT_OF(rows); i++) {
        const size_t length = strlen(rows[i].text);
        char *text = malloc(length * rows[i].times + 1), hex[2 * SHA256_BYTES + 1] = "";
        unsigned char sum[SHA256_BYTES];
        for (size_t k = 0; k < rows[i].times; k++)
            memcpy(text + k * length, rows[i].text, length);
        sha256(text, length * rows[i].times, sum);
        for (size_t k = 0; k < SHA256_BYTES; k++)
            (void)snprintf(hex + 2 * k, 3, "%02x", sum[k]);
        ck_assert_str_eq(hex, rows[i].want);
        free(text);
    }
}
END_TEST

/* A page with a section whose texts are hostile; free. */
static char *page_text(void)
{
    struct html_assets assets = {.script = strdup("var a = 1 < 2;"), .style = strdup(".a{b:c}")};
    struct html_page page;
    char *text = NULL;
    size_t size = 0;
    FILE *file = open_memstream(&text, &size);
    html_page_init(&page, HOSTILE);
    html_text(html_section(&page, "one", "One"), HOSTILE);
    html_command(&page, "it", "simex run '" HOSTILE "'");
    (void)html_section(&page, "one", "One more");
    html_json_text(page.charts, HOSTILE);
    html_page_write(file, &page, &assets);
    html_page_fini(&page);
    html_assets_fini(&assets);
    ck_assert_int_eq(fclose(file), 0);
    return text;
}

static unsigned count_of(const char *text, const char *what)
{
    unsigned count = 0;
    for (const char *at = strstr(text, what); at != NULL; at = strstr(at + 1, what))
        count++;
    return count;
}

START_TEST(a_page_allows_just_the_scripts_and_styles_that_it_holds)
{
    static const char *const begins[] = {"<script>", "<style>"}, *const ends[] = {"</script>", "</style>"};
    char *text = page_text(), hash[HTML_HASH_ROOM], quoted[HTML_HASH_ROOM + 2];
    for (size_t kind = 0; kind < 2; kind++) {
        ck_assert_uint_eq(count_of(text, begins[kind]), 2);
        for (const char *at = strstr(text, begins[kind]); at != NULL; at = strstr(at + 1, begins[kind])) {
            const char *from = at + strlen(begins[kind]);
            char *inside = strndup(from, (size_t)(strstr(from, ends[kind]) - from));
            (void)snprintf(quoted, sizeof quoted, "'%s'", html_hash(hash, inside));
            ck_assert_msg(strstr(text, quoted) != NULL, "no hash of %.40s", inside);
            free(inside);
        }
    }
    ck_assert_ptr_nonnull(strstr(text, "default-src 'none'; script-src 'sha256-"));
    ck_assert_ptr_null(strstr(text, "unsafe"));
    ck_assert_uint_eq(count_of(text, "sha256-"), 4);
    free(text);
}
END_TEST

START_TEST(a_hostile_text_begins_no_element)
{
    char *text = page_text();
    ck_assert_uint_eq(count_of(text, "<img"), 0);
    ck_assert_uint_eq(count_of(text, "</script>"), 3);
    ck_assert_uint_eq(count_of(text, "onerror=alert(1)&gt;"), 5); /* title, h1, text, command twice */
    ck_assert_uint_eq(count_of(text, "id=\"one\""), 1);
    ck_assert_uint_eq(count_of(text, "id=\"one-2\""), 1);
    free(text);
}
END_TEST

START_TEST(an_element_of_the_chart_library_cannot_end_the_script)
{
    static const struct pair rows[] = {{"a </ScRiPt> b", "69"}, {"a <!-- b", "69"}, {"a < /script b", "0"}};
    for (size_t i = 0; i < SIM_COUNT_OF(rows); i++) {
        struct html_assets assets = {NULL, NULL};
        FILE *script = fopen("dygraph.min.js", "w"), *style = fopen("dygraph.min.css", "w");
        ck_assert(fputs(rows[i].text, script) >= 0 && fputs("x{}", style) >= 0);
        ck_assert(fclose(script) == 0 && fclose(style) == 0);
        ck_assert_int_eq(setenv("SIMEX_DYGRAPHS", ".", 1), 0);
        ck_assert_int_eq(html_assets_read(&assets), atoi(rows[i].want));
        html_assets_fini(&assets);
    }
}
END_TEST

START_TEST(a_source_map_is_not_mentioned)
{
    struct html_assets assets = {NULL, NULL};
    FILE *script = fopen("dygraph.min.js", "w"), *style = fopen("dygraph.min.css", "w");
    ck_assert(fputs("a();\r\n//# sourceMappingURL=a.map", script) >= 0);
    ck_assert(fputs("x{}\n/*# sourceMappingURL=a.map */", style) >= 0);
    ck_assert(fclose(script) == 0 && fclose(style) == 0);
    ck_assert_int_eq(setenv("SIMEX_DYGRAPHS", ".", 1), 0);
    ck_assert_int_eq(html_assets_read(&assets), 0);
    ck_assert_str_eq(assets.script, "a();\n");
    ck_assert_str_eq(assets.style, "x{}\n");
    html_assets_fini(&assets);
}
END_TEST

/* ---- JSON of other commands ---- */

START_TEST(what_a_document_is_shows_in_its_keys)
{
    static const struct {
        const char *text;
        enum html_document want;
    } rows[] = {{"{\"scenario\": \"x\", \"questions\": []}", HTML_EXPLANATION},
                {"{\"questions\": [], \"nodes\": {}}", HTML_NO_DOCUMENT},
                {"{\"scenario\": \"x\", \"questions\": [], \"extends\": \"y\"}", HTML_NO_DOCUMENT},
                {"{\"predictions\": [], \"score\": 1}", HTML_SCORE_CARD},
                {"{\"runs\": []}", HTML_COMPARISON},
                {"{\"variants\": []}", HTML_COMPARISON},
                {"{\"runs\": 3}", HTML_NO_DOCUMENT},
                {"{}", HTML_NO_DOCUMENT},
                {"[]", HTML_NO_DOCUMENT},
                {"null", HTML_NO_DOCUMENT}};
    for (size_t i = 0; i < SIM_COUNT_OF(rows); i++) {
        cJSON *tree = cJSON_Parse(rows[i].text);
        ck_assert_msg(html_document_kind(tree) == rows[i].want, "%s", rows[i].text);
        cJSON_Delete(tree);
    }
}
END_TEST

static char *tree_text(const char *json)
{
    char *text = NULL;
    size_t size = 0;
    cJSON *tree = cJSON_Parse(json);
    ck_assert_ptr_nonnull(tree);
    FILE *out = open_memstream(&text, &size);
    html_tree(out, tree);
    ck_assert_int_eq(fclose(out), 0);
    cJSON_Delete(tree);
    return text;
}

START_TEST(any_json_is_shown_and_escaped)
{
    static const struct pair rows[] = {
        {"null", "<p>no data</p>\n"},
        {"[1, 2.5, true]", "<p>1, 2.5, yes</p>\n"},
        {"{\"<b>\": \"<i>\"}", "<dl>\n<dt><bdi>&lt;b&gt;</bdi></dt><dd><bdi>&lt;i&gt;</bdi></dd>\n</dl>\n"},
        {"[{\"a\": 1}, {\"b\": {\"c\": null}}]",
         "<div class=\"wide\" tabindex=\"0\"><table><thead><tr><th scope=\"col\"><bdi>a</bdi></th><th "
         "scope=\"col\"><bdi>b</bdi></th></tr></thead>\n<tbody>\n<tr><td class=\"n\">1</td><td></td></tr>\n"
         "<tr><td></td><td><bdi>c</bdi> no data</td></tr>\n</tbody></table></div>\n"}};
    for (size_t i = 0; i < SIM_COUNT_OF(rows); i++) {
        char *text = tree_text(rows[i].text);
        ck_assert_str_eq(text, rows[i].want);
        free(text);
    }
}
END_TEST

START_TEST(what_is_left_out_of_a_long_table_is_said)
{
    cJSON *rows = cJSON_CreateArray();
    for (int i = 0; i < 207; i++) {
        cJSON *row = cJSON_CreateObject();
        (void)cJSON_AddNumberToObject(row, "i", i);
        (void)cJSON_AddItemToArray(rows, row);
    }
    char *json = cJSON_PrintUnformatted(rows), *text = tree_text(json);
    ck_assert_ptr_nonnull(strstr(text, "7 rows more are left out"));
    ck_assert_uint_eq(count_of(text, "<tr>"), 201);
    free(json);
    free(text);
    cJSON_Delete(rows);
}
END_TEST

/* ---- how much is drawn ---- */

START_TEST(points_are_whole_windows_and_bounded_in_number)
{
    struct cell cell = {.window = SIM_S};
    const struct html_run run = {.replay = {.cell = &cell}};
    static const struct {
        sim_ns length;
        size_t items, runs;
        sim_ns want;
    } rows[] = {{100, 4, 1, 1},   {1200, 4, 1, 1},  {1201, 4, 1, 2},  {1560, 4, 1, 2},
                {1560, 16, 1, 2}, {1560, 64, 1, 2}, {1560, 16, 6, 7}, {86400, 4, 1, 72}};
    for (size_t i = 0; i < SIM_COUNT_OF(rows); i++)
        ck_assert_int_eq(html_step(&run, rows[i].length * SIM_S, rows[i].items, rows[i].runs), rows[i].want * SIM_S);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("html");
    TCase *tests = tcase_create("all");
    tcase_add_test(tests, text_of_a_user_stays_text_in_html);
    tcase_add_test(tests, text_of_a_user_is_isolated_from_the_direction_around_it);
    tcase_add_test(tests, text_of_a_user_stays_text_in_the_data_of_a_script);
    tcase_add_test(tests, data_of_a_script_is_read_back_as_it_was);
    tcase_add_test(tests, numbers_without_a_value_are_null);
    tcase_add_test(tests, a_picture_comes_into_a_page_without_declaration_and_style);
    tcase_add_test(tests, sha256_gives_the_sums_of_the_standard);
    tcase_add_test(tests, a_page_allows_just_the_scripts_and_styles_that_it_holds);
    tcase_add_test(tests, a_hostile_text_begins_no_element);
    tcase_add_test(tests, an_element_of_the_chart_library_cannot_end_the_script);
    tcase_add_test(tests, a_source_map_is_not_mentioned);
    tcase_add_test(tests, what_a_document_is_shows_in_its_keys);
    tcase_add_test(tests, any_json_is_shown_and_escaped);
    tcase_add_test(tests, what_is_left_out_of_a_long_table_is_said);
    tcase_add_test(tests, points_are_whole_windows_and_bounded_in_number);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
