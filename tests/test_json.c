/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Scenario files as JSON: what is accepted, the exact words for what is not, places, merging, the error list. */
#include "scenarios/json.h"

#include <check.h>
#include <fcntl.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A text given as a literal, NUL bytes included. */
#define TEXT(literal) (literal), sizeof(literal) - 1

static struct json_errors errors;

static void set_up(void)
{
    json_errors_init(&errors);
}

static void tear_down(void)
{
    json_errors_fini(&errors);
}

/* The list as printed; valid until the next call. */
static const char *printed(const struct json_errors *list)
{
    static char text[262144];
    text[0] = '\0';
    FILE *out = fmemopen(text, sizeof text, "w");
    ck_assert_ptr_nonnull(out);
    json_errors_print(list, out);
    fclose(out);
    return text;
}

static struct json_doc *parse(const char *name, const char *text)
{
    return json_parse(name, text, strlen(text), &errors);
}

/* A compact printing of a tree; the caller frees it. */
static char *unparsed(const cJSON *tree)
{
    char *text = cJSON_PrintUnformatted(tree);
    ck_assert_ptr_nonnull(text);
    return text;
}

START_TEST(what_rfc_8259_allows_is_accepted)
{
    static const char *const TEXTS[] = {
        "0",
        "-0",
        "null",
        "true",
        "false",
        "\"\"",
        "{}",
        "[]",
        " \t\r\n[ ]\n ",
        "[[[]]]",
        "1e308",
        "1E+2",
        "-1.5e-3",
        "1e-999",
        "0.0",
        "0e0",
        "{\"\":1}",
        "{\"a\":{\"a\":{\"a\":[{}]}}}",
        "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\"",
        "\"\\ud83d\\ude00\"",
        "\"\\uFFFF\"",
        "\"\xc2\x80\xef\xbf\xbf\xf0\x90\x80\x80\xf4\x8f\xbf\xbf\"",
        "\"\x7f\"",
        "[1,2.5,\"x\",null,true,{\"k\":[]}]",
        "{\"a\":1,\"A\":2}",
        "[1 ,\n2\t]",
        "123456789012345678901234567890123456789012345678901234567890",
    };
    for (size_t i = 0; i < SIM_COUNT_OF(TEXTS); i++) {
        struct json_doc *doc = parse("x.json", TEXTS[i]);
        ck_assert_msg(doc != NULL, "%s: %s", TEXTS[i], printed(&errors));
        ck_assert_uint_eq(json_errors_total(&errors), 0);
        json_destroy(doc);
    }
}
END_TEST

static const struct {
    const char *text;
    size_t length;
    const char *message; /* behind "x.json:" */
} BAD[] = {
    /* the end of the text */
    {TEXT(""), "1:1: want a value, got the end of the text"},
    {TEXT(" \n "), "2:2: want a value, got the end of the text"},
    {TEXT("{"), "1:2: want a key in double quotes, got the end of the text"},
    {TEXT("["), "1:2: want a value, got the end of the text"},
    {TEXT("{\"a\""), "1:5: want \":\" after the key, got the end of the text"},
    {TEXT("{\"a\":"), "1:6: want a value, got the end of the text"},
    {TEXT("\n{\n\"a\": 1\n"), "4:1: want \"}\" for the \"{\" of line 2, got the end of the text"},
    {TEXT("[1,[2]"), "1:7: want \"]\" for the \"[\" of line 1, got the end of the text"},
    /* commas, colons, brackets */
    {TEXT("{\"a\": 1 \"b\": 2}"), "1:9: want a comma or \"}\" after a value, got a string"},
    {TEXT("{\"a\": 1 x}"), "1:9: want a comma or \"}\" after a value, got \"x\""},
    {TEXT("[1 2]"), "1:4: want a comma or \"]\" after a value, got \"2\""},
    {TEXT("[1}"), "1:3: want a comma or \"]\" after a value, got \"}\""},
    {TEXT("{\"a\": 1]"), "1:8: want a comma or \"}\" after a value, got \"]\""},
    {TEXT("{\n \"a\": 1,\n}"), "2:8: want no comma before \"}\""},
    {TEXT("[1,\n]"), "1:3: want no comma before \"]\""},
    {TEXT("[,]"), "1:2: want a value, got \",\""},
    {TEXT("[1,,2]"), "1:4: want a value, got \",\""},
    {TEXT("{,}"), "1:2: want a key in double quotes, got \",\""},
    {TEXT("{\"a\" 1}"), "1:6: want \":\" after the key, got \"1\""},
    {TEXT("{\"a\" = 1}"), "1:6: want \":\" after the key, got \"=\""},
    {TEXT("{\"a\": ]"), "1:7: want a value, got \"]\""},
    {TEXT("{\"a\":}"), "1:6: want a value, got \"}\""},
    {TEXT("[}"), "1:2: want a value, got \"}\""},
    {TEXT("{]"), "1:2: want a key in double quotes, got \"]\""},
    {TEXT("]"), "1:1: want a value, got \"]\""},
    {TEXT("{} {}"), "1:4: want nothing after the value, got \"{\""},
    {TEXT("1,"), "1:2: want nothing after the value, got \",\""},
    {TEXT("{}\n\0"), "2:1: want nothing after the value, got the byte 0x00"},
    /* mistakes from other languages */
    {TEXT("{a: 1}"), "1:2: want a key in double quotes, got \"a\""},
    {TEXT("{1: 1}"), "1:2: want a key in double quotes, got \"1\""},
    {TEXT("{'a': 1}"), "1:2: want double quotes around a text or key, got a single quote"},
    {TEXT("{\"a\": 'x'}"), "1:7: want double quotes around a text or key, got a single quote"},
    {TEXT("[`x`]"), "1:2: want double quotes around a text or key, got a backtick"},
    {TEXT("[\xe2\x80\x9cx\xe2\x80\x9d]"), "1:2: want plain double quotes, got typographic ones"},
    {TEXT("{ // rate\n}"), "1:3: want no comment (JSON has none), got \"//\""},
    {TEXT("/* rate */ 1"), "1:1: want no comment (JSON has none), got \"/*\""},
    {TEXT("[1 # one\n]"), "1:4: want no comment (JSON has none), got \"#\""},
    {TEXT("[True]"), "1:2: want true in lower case, got \"True\""},
    {TEXT("[FALSE]"), "1:2: want false in lower case, got \"FALSE\""},
    {TEXT("[Null]"), "1:2: want null in lower case, got \"Null\""},
    {TEXT("[None]"), "1:2: want null, got \"None\""},
    {TEXT("[undefined]"), "1:2: want null, got \"undefined\""},
    {TEXT("[NaN]"), "1:2: want a finite number, got \"NaN\""},
    {TEXT("[Infinity]"), "1:2: want a finite number, got \"Infinity\""},
    {TEXT("[truely]"), "1:2: want a value (texts stand in double quotes), got \"truely\""},
    {TEXT("[cache]"), "1:2: want a value (texts stand in double quotes), got \"cache\""},
    {TEXT("[\xc3\xa9]"), "1:2: want a value, got \"\xc3\xa9\""},
    {TEXT("[\xff]"), "1:2: want a value, got the byte 0xff"},
    {TEXT("\xef\xbb\xbf{}"), "1:1: want no byte order mark before the text"},
    {TEXT("\xff\xfe{\0}\0"), "1:1: want UTF-8, got what looks like UTF-16"},
    {TEXT("{\0}"), "1:2: want a key in double quotes, got the byte 0x00"},
    {TEXT("[\f]"), "1:2: want a value, got the byte 0x0c"},
    {TEXT("\xc2\xa0{}"), "1:1: want a value, got \"\\u00a0\""},
    /* numbers */
    {TEXT("[01]"), "1:2: want a number without a leading zero, got \"01\""},
    {TEXT("[-012]"), "1:2: want a number without a leading zero, got \"-012\""},
    {TEXT("[+1]"), "1:2: want a number without \"+\", got \"+1\""},
    {TEXT("[.5]"), "1:2: want a number with a digit in front, got \".5\""},
    {TEXT("[1.]"), "1:2: want a number with a digit after the point, got \"1.\""},
    {TEXT("[-]"), "1:2: want a number with a digit after \"-\", got \"-\""},
    {TEXT("[-.5]"), "1:2: want a number with a digit after \"-\", got \"-.5\""},
    {TEXT("[-Infinity]"), "1:2: want a number with a digit after \"-\", got \"-Infinity\""},
    {TEXT("[1e]"), "1:2: want a number with a digit in its exponent, got \"1e\""},
    {TEXT("[1e+]"), "1:2: want a number with a digit in its exponent, got \"1e+\""},
    {TEXT("[1.5.2]"), "1:2: want a decimal number, or a text in double quotes, got \"1.5.2\""},
    {TEXT("[0x10]"), "1:2: want a decimal number, or a text in double quotes, got \"0x10\""},
    {TEXT("[1_000]"), "1:2: want a decimal number, or a text in double quotes, got \"1_000\""},
    {TEXT("{\"ttl\": 60s}"), "1:9: want a decimal number, or a text in double quotes, got \"60s\""},
    {TEXT("1234567890123456789012345678901234567890123456789012345678901"),
     "1:1: want a number of at most 60 characters"},
    /* strings */
    {TEXT("[\"a]"), "1:2: want a closing quote, got the end of the text"},
    {TEXT("{\"a: 1,\n\"b\": 2}"), "1:2: want a closing quote before the end of the line"},
    {TEXT("[\"a\tb\"]"), "1:4: want control characters escaped (\\u0009 or \\t), got the byte 0x09"},
    {TEXT("[\"a\0b\"]"), "1:4: want control characters escaped (\\u0000), got the byte 0x00"},
    {TEXT("[\"\x1b\"]"), "1:3: want control characters escaped (\\u001b), got the byte 0x1b"},
    {TEXT("[\"C:\\dir\"]"), "1:5: want one of \\\" \\\\ \\/ \\b \\f \\n \\r \\t \\uXXXX (a backslash itself is \\\\)"},
    {TEXT("\"\\"), "1:2: want one of \\\" \\\\ \\/ \\b \\f \\n \\r \\t \\uXXXX (a backslash itself is \\\\)"},
    {TEXT("\"\\u12g4\""), "1:2: want four hexadecimal digits after \"\\u\""},
    {TEXT("\"\\u12"), "1:2: want four hexadecimal digits after \"\\u\""},
    {TEXT("\"\\u0000\""), "1:2: want no NUL character in a text, got \"\\u0000\""},
    {TEXT("\"\\ud800\""), "1:2: want both halves of a surrogate pair, got \"\\ud800\" alone"},
    {TEXT("\"\\udc00\\ud800\""), "1:2: want both halves of a surrogate pair, got \"\\udc00\" alone"},
    {TEXT("\"\\ud800\\u0041\""), "1:2: want both halves of a surrogate pair, got \"\\ud800\" alone"},
    /* UTF-8: stray, overlong, surrogate, beyond Unicode, cut off */
    {TEXT("\"\x80\""), "1:2: want valid UTF-8, got the byte 0x80"},
    {TEXT("\"\xc0\x80\""), "1:2: want valid UTF-8, got the byte 0xc0"},
    {TEXT("\"\xc1\xbf\""), "1:2: want valid UTF-8, got the byte 0xc1"},
    {TEXT("\"\xe0\x9f\xbf\""), "1:2: want valid UTF-8, got the byte 0xe0"},
    {TEXT("\"\xed\xa0\x80\""), "1:2: want valid UTF-8, got the byte 0xed"},
    {TEXT("\"\xf0\x8f\xbf\xbf\""), "1:2: want valid UTF-8, got the byte 0xf0"},
    {TEXT("\"\xf4\x90\x80\x80\""), "1:2: want valid UTF-8, got the byte 0xf4"},
    {TEXT("\"\xf5\x80\x80\x80\""), "1:2: want valid UTF-8, got the byte 0xf5"},
    {TEXT("\"\xe2\x82\""), "1:2: want valid UTF-8, got the byte 0xe2"},
    {TEXT("\"\xe2\x82"), "1:2: want valid UTF-8, got the byte 0xe2"},
    /* columns are characters, and a line may end in CR LF */
    {TEXT("[\"h\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\", x]"),
     "1:10: want a value (texts stand in double quotes), got \"x\""},
    {TEXT("[\r\n  x]"), "2:3: want a value (texts stand in double quotes), got \"x\""},
};

START_TEST(a_syntax_error_is_named_with_its_place)
{
    char want[512];
    snprintf(want, sizeof want, "x.json:%s\n", BAD[_i].message);
    ck_assert_ptr_null(json_parse("x.json", BAD[_i].text, BAD[_i].length, &errors));
    ck_assert_str_eq(printed(&errors), want);
    ck_assert_uint_eq(errors.unreadable, 0);
}
END_TEST

/* `count` times `open`, `middle`, `count` times `close`; the caller frees it. */
static char *nested(size_t count, const char *open, const char *middle, const char *close)
{
    char *text = sim_xmalloc(count * (strlen(open) + strlen(close)) + strlen(middle) + 1);
    char *end = text;
    for (size_t i = 0; i < count; i++)
        end = stpcpy(end, open);
    end = stpcpy(end, middle);
    for (size_t i = 0; i < count; i++)
        end = stpcpy(end, close);
    return text;
}

START_TEST(numbers_beyond_a_double_are_refused_all_of_them)
{
    ck_assert_ptr_null(parse("x.json", "{\"a\": 1e999,\n \"b\": [1, -1e400], \"c\": 1e308}"));
    ck_assert_str_eq(printed(&errors), "x.json:1:7: /a: number out of range: want at most 1.79e308, got \"1e999\"\n"
                                       "x.json:2:11: /b/1: number out of range: want at most 1.79e308, got "
                                       "\"-1e400\"\n");
    char *text = nested(JSON_ERRORS_MAX + 20, "1e999,", "1", "");
    char *list = sim_xmalloc(strlen(text) + 3);
    sprintf(list, "[%s]", text);
    json_errors_fini(&errors);
    ck_assert_ptr_null(parse("x.json", list));
    ck_assert_uint_eq(errors.count, JSON_ERRORS_MAX);
    ck_assert_uint_eq(errors.more, 20);
    free(list);
    free(text);
}
END_TEST

START_TEST(objects_and_arrays_nest_32_deep)
{
    static const struct {
        size_t fits;
        const char *open;
        const char *middle;
        const char *close;
        const char *message;
    } CASES[] = {
        {JSON_DEPTH_MAX, "[", "", "]", "x.json:1:33: want at most 32 objects and arrays inside each other\n"},
        {JSON_DEPTH_MAX - 1, "{\"a\":", "{}", "}",
         "x.json:1:161: want at most 32 objects and arrays inside each other\n"},
    };
    for (size_t i = 0; i < SIM_COUNT_OF(CASES); i++) {
        for (size_t over = 0; over < 2; over++) {
            char *text = nested(CASES[i].fits + over, CASES[i].open, CASES[i].middle, CASES[i].close);
            struct json_doc *doc = parse("x.json", text);
            ck_assert_int_eq(doc != NULL, over == 0);
            ck_assert_str_eq(printed(&errors), over == 0 ? "" : CASES[i].message);
            json_destroy(doc);
            free(text);
        }
        json_errors_fini(&errors);
    }
}
END_TEST

START_TEST(a_text_may_have_200000_values_and_strings_of_64_kib)
{
    const size_t room = (size_t)JSON_VALUES_MAX * 2 + 16;
    char *text = sim_xmalloc(room);
    for (size_t over = 0; over < 2; over++) {
        size_t used = 0;
        text[used++] = '[';
        for (size_t i = 0; i < JSON_VALUES_MAX - 1 + over; i++) {
            text[used++] = '1';
            text[used++] = ',';
        }
        text[used - 1] = ']';
        struct json_doc *doc = json_parse("x.json", text, used, &errors);
        ck_assert_int_eq(doc != NULL, over == 0);
        ck_assert_str_eq(printed(&errors), over == 0 ? "" : "x.json:1:400000: want at most 200000 values\n");
        json_destroy(doc);
    }
    json_errors_fini(&errors);
    for (size_t over = 0; over < 2; over++) {
        memset(text, 'x', JSON_STRING_MAX + 3);
        text[0] = '"';
        text[JSON_STRING_MAX + 1 + over] = '"';
        struct json_doc *doc = json_parse("x.json", text, JSON_STRING_MAX + 2 + over, &errors);
        ck_assert_int_eq(doc != NULL, over == 0);
        ck_assert_str_eq(printed(&errors), over == 0 ? "" : "x.json:1:1: want texts of at most 65536 bytes\n");
        json_destroy(doc);
    }
    free(text);
}
END_TEST

START_TEST(a_text_may_have_8_mib)
{
    char *text = sim_xmalloc(JSON_BYTES_MAX + 1);
    memset(text, ' ', JSON_BYTES_MAX + 1);
    text[0] = '1';
    struct json_doc *doc = json_parse("x.json", text, JSON_BYTES_MAX, &errors);
    ck_assert_ptr_nonnull(doc);
    json_destroy(doc);
    ck_assert_ptr_null(json_parse("x.json", text, JSON_BYTES_MAX + 1, &errors));
    ck_assert_str_eq(printed(&errors), "x.json:1:1: want at most 8388608 bytes, got 8388609\n");
    free(text);
}
END_TEST

START_TEST(duplicate_keys_are_all_reported)
{
    struct json_doc *doc =
        parse("x.json", "{\"a\": 1, \"b\": {\"t~l\": 1,\n  \"t~l\": 2, \"x\": 3,\n  \"t\\u007el\": 4},\n"
                        " \"a\": 5, \"A\": 6, \"c\": [{\"k/\": 0, \"k/\": {\"z\": 1, \"z\": 2}}]}");
    ck_assert_ptr_nonnull(doc);
    ck_assert_str_eq(printed(&errors), "x.json:2:3: /b/t~0l: want each key once, got \"t~l\" again (first in line 1)\n"
                                       "x.json:3:3: /b/t~0l: want each key once, got \"t~l\" again (first in line 1)\n"
                                       "x.json:4:2: /a: want each key once, got \"a\" again (first in line 1)\n"
                                       "x.json:4:34: /c/0/k~1: want each key once, got \"k/\" again (first in line 4)\n"
                                       "x.json:4:49: /c/0/k~1/z: want each key once, got \"z\" again (first in line "
                                       "4)\n");
    json_destroy(doc);
}
END_TEST

START_TEST(thousands_of_duplicates_are_counted_and_take_no_time)
{
    enum { MEMBERS = 90000 };
    char *text = sim_xmalloc((size_t)MEMBERS * 6 + 16);
    char *end = stpcpy(text, "{");
    for (int i = 0; i < MEMBERS; i++)
        end = stpcpy(end, "\"a\":1,");
    strcpy(end - 1, "}");
    struct json_doc *doc = parse("x.json", text);
    ck_assert_ptr_nonnull(doc);
    ck_assert_uint_eq(json_errors_total(&errors), MEMBERS - 1);
    cJSON *merged = json_merge(doc);
    cJSON_Delete(merged);
    json_destroy(doc);
    free(text);
}
END_TEST

/* --- reading files --- */

START_TEST(a_file_is_read_whole)
{
    char path[] = "/tmp/test_json_XXXXXX";
    const int file = mkstemp(path);
    ck_assert_int_ge(file, 0);
    FILE *out = fdopen(file, "w");
    fputs("[\"", out);
    for (int i = 0; i < 50000; i++)
        fputc('x', out);
    fputs("\"]\n", out);
    fclose(out);
    struct json_doc *doc = json_read(path, &errors);
    ck_assert_ptr_nonnull(doc);
    ck_assert_uint_eq(doc->length, 50005);
    ck_assert_str_eq(doc->name, path);
    ck_assert_uint_eq(strlen(json_find(doc->root, "/0")->valuestring), 50000);
    json_destroy(doc);

    ck_assert_int_eq(truncate(path, (off_t)JSON_BYTES_MAX + 1), 0);
    char want[128];
    snprintf(want, sizeof want, "%s: want at most 8388608 bytes\n", path);
    ck_assert_ptr_null(json_read(path, &errors));
    ck_assert_str_eq(printed(&errors), want);
    ck_assert_uint_eq(errors.unreadable, 0);
    unlink(path);
}
END_TEST

START_TEST(what_is_no_regular_file_is_refused_at_once)
{
    char directory[] = "/tmp/test_json_XXXXXX";
    ck_assert_ptr_nonnull(mkdtemp(directory));
    char fifo[64];
    snprintf(fifo, sizeof fifo, "%s/fifo", directory);
    ck_assert_int_eq(mkfifo(fifo, 0600), 0);
    const struct {
        const char *path;
        const char *message;
    } cases[] = {
        {"/nonexistent/x.json", "want a readable file, got \"No such file or directory\""},
        {directory, "want a regular file, got a directory"},
        {fifo, "want a regular file, got a device or pipe"},
        {"/proc/self/mem", "want a readable file, got \"Input/output error\""}, /* the first read fails */
        {"/dev/zero", "want a regular file, got a device or pipe"},
        {"/dev/null", "want a regular file, got a device or pipe"},
        {"/dev/null/x", "want a readable file, got \"Not a directory\""},
        {"", "want a readable file, got \"No such file or directory\""},
    };
    for (size_t i = 0; i < SIM_COUNT_OF(cases); i++) {
        char want[256];
        snprintf(want, sizeof want, "%s: %s\n", cases[i].path, cases[i].message);
        json_errors_fini(&errors);
        ck_assert_ptr_null(json_read(cases[i].path, &errors));
        ck_assert_str_eq(printed(&errors), want);
        ck_assert_uint_eq(errors.unreadable, 1);
    }
    unlink(fifo);
    rmdir(directory);
}
END_TEST

/* --- places --- */

static const char PLACES[] = "{\n"
                             "  \"nodes\": {\n"
                             "    \"redis\": {\"ttl\" : \"-3s\"},\n"
                             "    \"a/b\": [10, {\"~k\": true}, []], \"h\xc3\xa9\": null, \"\": 0, \"e\\u0041\": 1\n"
                             "  }\n"
                             "}\n";

START_TEST(a_pointer_leads_to_the_key_or_value)
{
    static const struct {
        const char *pointer;
        int key_line, key_column, line, column;
    } CASES[] = {
        {"", 1, 1, 1, 1},
        {"/nodes", 2, 3, 2, 12},
        {"/nodes/redis", 3, 5, 3, 14},
        {"/nodes/redis/ttl", 3, 15, 3, 23},
        {"/nodes/a~1b", 4, 5, 4, 12},
        {"/nodes/a~1b/0", 4, 13, 4, 13},
        {"/nodes/a~1b/1", 4, 17, 4, 17},
        {"/nodes/a~1b/1/~0k", 4, 18, 4, 24},
        {"/nodes/a~1b/2", 4, 31, 4, 31},
        {"/nodes/h\xc3\xa9", 4, 36, 4, 42},
        {"/nodes/", 4, 48, 4, 52},
        {"/nodes/eA", 4, 55, 4, 66},
    };
    struct json_doc *doc = parse("x.json", PLACES);
    ck_assert_ptr_nonnull(doc);
    for (size_t i = 0; i < SIM_COUNT_OF(CASES); i++) {
        int line = 0;
        int column = 0;
        ck_assert(json_locate(doc, CASES[i].pointer, JSON_KEY, &line, &column));
        ck_assert_msg(line == CASES[i].key_line && column == CASES[i].key_column, "%s: key at %d:%d", CASES[i].pointer,
                      line, column);
        ck_assert(json_locate(doc, CASES[i].pointer, JSON_VALUE, &line, &column));
        ck_assert_msg(line == CASES[i].line && column == CASES[i].column, "%s: value at %d:%d", CASES[i].pointer, line,
                      column);
        ck_assert_ptr_nonnull(json_find(doc->root, CASES[i].pointer));
    }
    json_destroy(doc);
}
END_TEST

START_TEST(a_pointer_to_nothing_is_not_found)
{
    static const char *const POINTERS[] = {
        "/",
        "nodes",
        "/node",
        "/nodess",
        "/nodes/redis/ttl/x",
        "/nodes/a~1b/3",
        "/nodes/a~1b/01",
        "/nodes/a~1b/-",
        "/nodes/a~1b/",
        "/nodes/a~1b/99999999999999999999",
        "/nodes/a~2b",
        "/nodes/a~",
        "/nodes/Redis",
        "/nodes//",
        "/nodes/a/b",
    };
    struct json_doc *doc = parse("x.json", PLACES);
    ck_assert_ptr_nonnull(doc);
    for (size_t i = 0; i < SIM_COUNT_OF(POINTERS); i++) {
        int line = 0;
        int column = 0;
        ck_assert_msg(!json_locate(doc, POINTERS[i], JSON_VALUE, &line, &column), "%s", POINTERS[i]);
        ck_assert_ptr_null(json_find(doc->root, POINTERS[i]));
    }
    json_destroy(doc);
}
END_TEST

START_TEST(a_pointer_grows_and_shrinks_within_its_buffer)
{
    char pointer[16] = "";
    ck_assert_uint_eq(json_pointer_push(pointer, sizeof pointer, "a/b~"), 0);
    ck_assert_str_eq(pointer, "/a~1b~0");
    const size_t was = json_pointer_push_index(pointer, sizeof pointer, 120);
    ck_assert_uint_eq(was, 7);
    ck_assert_str_eq(pointer, "/a~1b~0/120");
    json_pointer_push(pointer, sizeof pointer, "too long");
    ck_assert_str_eq(pointer, "/a~1b~0/120");
    pointer[was] = '\0';
    json_pointer_push(pointer, sizeof pointer, "");
    ck_assert_str_eq(pointer, "/a~1b~0/");
    char full[4] = "/ab";
    json_pointer_push(full, sizeof full, "");
    json_pointer_push_index(full, sizeof full, 1);
    ck_assert_str_eq(full, "/ab");
}
END_TEST

/* --- extends --- */

START_TEST(objects_merge_deeply_and_null_removes)
{
    static const struct {
        const char *base;
        const char *child;
        const char *merged;
    } CASES[] = {
        /* RFC 7386, appendix A */
        {"{\"a\":\"b\"}", "{\"a\":\"c\"}", "{\"a\":\"c\"}"},
        {"{\"a\":\"b\"}", "{\"b\":\"c\"}", "{\"a\":\"b\",\"b\":\"c\"}"},
        {"{\"a\":\"b\"}", "{\"a\":null}", "{}"},
        {"{\"a\":\"b\",\"b\":\"c\"}", "{\"a\":null}", "{\"b\":\"c\"}"},
        {"{\"a\":[\"b\"]}", "{\"a\":\"c\"}", "{\"a\":\"c\"}"},
        {"{\"a\":\"c\"}", "{\"a\":[\"b\"]}", "{\"a\":[\"b\"]}"},
        {"{\"a\":{\"b\":\"c\"}}", "{\"a\":{\"b\":\"d\",\"c\":null}}", "{\"a\":{\"b\":\"d\"}}"},
        {"{\"a\":[{\"b\":\"c\"}]}", "{\"a\":[1]}", "{\"a\":[1]}"},
        {"[\"a\",\"b\"]", "[\"c\",\"d\"]", "[\"c\",\"d\"]"},
        {"{\"a\":\"b\"}", "[\"c\"]", "[\"c\"]"},
        {"{\"a\":\"foo\"}", "null", "null"},
        {"{\"a\":\"foo\"}", "\"bar\"", "\"bar\""},
        {"{\"e\":null}", "{\"a\":1}", "{\"e\":null,\"a\":1}"},
        {"[1,2]", "{\"a\":\"b\",\"c\":null}", "{\"a\":\"b\"}"},
        {"{}", "{\"a\":{\"bb\":{\"ccc\":null}}}", "{\"a\":{\"bb\":{}}}"},
        /* ours: order, case, nulls inside arrays, keys twice */
        {"{\"a\":1,\"b\":2,\"c\":3}", "{\"d\":4,\"b\":5,\"A\":6}", "{\"a\":1,\"b\":5,\"c\":3,\"d\":4,\"A\":6}"},
        {"{}", "{\"a\":[null,{\"b\":null}]}", "{\"a\":[null,{\"b\":null}]}"},
        {"{\"a\":1,\"a\":2}", "{\"b\":3,\"b\":4}", "{\"a\":1,\"b\":3}"},
        {"{\"a\":1,\"a\":2}", "{\"a\":{\"x\":1},\"a\":null}", "{\"a\":{\"x\":1}}"},
    };
    for (size_t i = 0; i < SIM_COUNT_OF(CASES); i++) {
        struct json_doc *child = parse("child.json", CASES[i].child);
        json_set_base(child, parse("base.json", CASES[i].base));
        cJSON *merged = json_merge(child);
        char *text = unparsed(merged);
        ck_assert_str_eq(text, CASES[i].merged);
        free(text);
        cJSON_Delete(merged);
        json_destroy(child);
    }
}
END_TEST

START_TEST(a_document_without_a_base_is_copied_as_it_is)
{
    struct json_doc *doc = parse("x.json", "{\"a\":null,\"b\":{\"c\":[null]}}");
    cJSON *merged = json_merge(doc);
    char *text = unparsed(merged);
    ck_assert_str_eq(text, "{\"a\":null,\"b\":{\"c\":[null]}}");
    free(text);
    cJSON_Delete(merged);
    json_destroy(doc);
}
END_TEST

START_TEST(a_merged_value_is_found_in_the_document_it_came_from)
{
    static const struct {
        const char *pointer;
        bool found;
        const char *file;
        int line, column;
    } CASES[] = {
        {"/a/x", true, "child", 2, 12},     {"/a/y", true, "middle", 2, 12},
        {"/a/z", true, "base", 3, 8},       {"/gone", true, "child", 3, 9},
        {"/gone/x", false, "child", 3, 9},  {"/cut", true, "child", 4, 9},
        {"/cut/new", true, "child", 4, 17}, {"/cut/old", false, "child", 4, 9},
        {"/list/0", true, "middle", 4, 11}, {"/list/1", false, "middle", 4, 10},
        {"/a/none", false, "child", 2, 6},  {"/only", true, "base", 6, 10},
        {"/only/k", true, "base", 6, 16},   {"/only/none", false, "base", 6, 10},
        {"/none", false, "child", 1, 1},    {"/jobs/0/at", false, "middle", 4, 24},
        {"", true, "child", 1, 1},          {"/sub/p/q", true, "base", 7, 21},
        {"/sub/p/r", false, "base", 7, 15},
    };
    struct json_doc *child = parse("child", "{\n"
                                            "\"a\": {\"x\": 1},\n"
                                            " \"gone\":null,\n"
                                            " \"cut\": {\"new\": 1}, \"sub\": {}}");
    struct json_doc *middle = parse("middle", "{\n"
                                              "\"a\": {\"y\": 2, \"x\": 2},\n"
                                              "\"cut\": null,\n"
                                              " \"list\": [7], \"jobs\": [{}]}");
    json_set_base(middle, parse("base", "{\n"
                                        "\"a\": {\"y\": 3,\n"
                                        "  \"z\": 3}, \"gone\": {\"x\": 3},\n"
                                        "\"cut\": {\"old\": 3},\n"
                                        "\"list\": [7, 8],\n"
                                        " \"only\": {\"k\": 3},\n"
                                        " \"sub\": {\"p\": {\"q\": 3}}, \"jobs\": [{\"at\": 1}]}"));
    json_set_base(child, middle);
    cJSON *merged = json_merge(child);
    char *text = unparsed(merged);
    ck_assert_str_eq(text, "{\"a\":{\"y\":2,\"z\":3,\"x\":1},\"list\":[7],\"only\":{\"k\":3},"
                           "\"sub\":{\"p\":{\"q\":3}},\"jobs\":[{}],\"cut\":{\"new\":1}}");
    free(text);
    cJSON_Delete(merged);
    for (size_t i = 0; i < SIM_COUNT_OF(CASES); i++) {
        struct json_where where = {0};
        const bool found = json_locate_merged(child, CASES[i].pointer, JSON_VALUE, &where);
        ck_assert_msg(found == CASES[i].found && strcmp(where.file, CASES[i].file) == 0 &&
                          where.line == CASES[i].line && where.column == CASES[i].column,
                      "%s: %d %s:%d:%d", CASES[i].pointer, found, where.file, where.line, where.column);
    }
    json_destroy(child);
}
END_TEST

START_TEST(large_documents_merge_without_squaring)
{
    enum { MEMBERS = 150000 };
    char *text = sim_xmalloc((size_t)MEMBERS * 16);
    char *end = stpcpy(text, "{");
    for (int i = 0; i < MEMBERS; i++)
        end += sprintf(end, "\"k%d\":%d,", i, i % 10);
    strcpy(end - 1, "}");
    struct json_doc *child = parse("child", text);
    json_set_base(child, parse("base", text));
    cJSON *merged = json_merge(child);
    ck_assert_int_eq(cJSON_GetArraySize(merged), MEMBERS);
    cJSON_Delete(merged);
    json_destroy(child);
    free(text);
}
END_TEST

/* --- the error list --- */

START_TEST(errors_are_sorted_by_file_line_and_column)
{
    struct json_doc *first = parse("b.json", "{\"x\": 1,\n \"y\": {\"z\": 2}}");
    struct json_doc *second = parse("a.json", "{\"x\": 1}");
    json_errors_add(&errors, second, "/x", JSON_VALUE, "second file");
    json_errors_add(&errors, first, "/y/z", JSON_KEY, "inner");
    json_errors_add(&errors, first, "/y", JSON_KEY, "outer, %d", 1);
    json_errors_add(&errors, first, "/y", JSON_KEY, "outer, %d", 2);
    json_errors_add(&errors, first, "/y", JSON_KEY, "outer, %d", 1);
    json_errors_add(&errors, first, "/y/missing", JSON_KEY, "want it");
    json_errors_add(&errors, first, "", JSON_VALUE, "whole");
    json_errors_add_file(&errors, "c.json", 0, 0, "not read");
    json_destroy(first);
    json_destroy(second);
    ck_assert_str_eq(printed(&errors), "b.json:1:1: whole\n"
                                       "b.json:2:2: /y: outer, 1\n"
                                       "b.json:2:2: /y: outer, 2\n"
                                       "b.json:2:2: /y/missing: want it\n"
                                       "b.json:2:8: /y/z: inner\n"
                                       "a.json:1:7: /x: second file\n"
                                       "c.json: not read\n");
    ck_assert_uint_eq(json_errors_total(&errors), 7);
}
END_TEST

START_TEST(a_refusal_of_the_kernel_becomes_an_error_with_its_place)
{
    struct json_doc *doc = parse("x.json", PLACES);
    struct sim_error refusal = {0};
    sim_fail(&refusal, "-3s", "want a duration above 0 such as \"60s\"");
    json_errors_add_sim(&errors, doc, "/nodes/redis/ttl", JSON_VALUE, &refusal);
    sim_fail(&refusal, NULL, "want a node");
    strcpy(refusal.path, "/nodes/redis");
    json_errors_add_sim(&errors, doc, NULL, JSON_KEY, &refusal);
    ck_assert_str_eq(printed(&errors), "x.json:3:5: /nodes/redis: want a node\n"
                                       "x.json:3:23: /nodes/redis/ttl: want a duration above 0 such as \"60s\", got "
                                       "\"-3s\"\n");
    json_destroy(doc);
}
END_TEST

START_TEST(errors_beyond_the_bound_are_counted)
{
    struct json_doc *doc = parse("x.json", "1");
    for (int i = 0; i < JSON_ERRORS_MAX; i++)
        json_errors_add(&errors, doc, "", JSON_VALUE, "%d", i);
    ck_assert_ptr_null(strstr(printed(&errors), "more"));
    json_errors_add(&errors, doc, "", JSON_VALUE, "more than fits");
    ck_assert_ptr_nonnull(strstr(printed(&errors), "x.json:1:1: 99\nand 1 more error\n"));
    json_errors_add(&errors, doc, "", JSON_VALUE, "again");
    ck_assert_ptr_nonnull(strstr(printed(&errors), "x.json:1:1: 99\nand 2 more errors\n"));
    ck_assert_uint_eq(json_errors_total(&errors), JSON_ERRORS_MAX + 2);
    json_destroy(doc);
}
END_TEST

#define SIXTY "012345678901234567890123456789012345678901234567890123456789"
#define TIMES60(x) \
    x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x \
        x x x
#define HEARTS60 TIMES60("\xe2\x99\xa5")

START_TEST(a_users_text_is_shown_safe_and_cut)
{
    static const struct {
        const char *text;
        const char *shown;
    } CASES[] = {
        {"", ""},
        {"plain \"x\" \\", "plain \"x\" \\"},
        {"\x1b[31mred\a\n\x7f", "\\x1b[31mred\\x07\\x0a\\x7f"},
        {"h\xc3\xa9\xf0\x9f\x98\x80", "h\xc3\xa9\xf0\x9f\x98\x80"},
        {"\xc2\x85\xe2\x80\xae\xe2\x80\xac\xef\xbb\xbf\xe2\x80\x8b", "\\u0085\\u202e\\u202c\\ufeff\\u200b"},
        {"\xff\xc0\x80\xed\xa0\x80\xe2\x82", "\\xff\\xc0\\x80\\xed\\xa0\\x80\\xe2\\x82"},
        {SIXTY, SIXTY},
        {SIXTY "1", SIXTY "..."},
        {HEARTS60 "1", HEARTS60 "..."},
    };
    char shown[JSON_SHOWN_BYTES];
    for (size_t i = 0; i < SIM_COUNT_OF(CASES); i++)
        ck_assert_str_eq(json_shown(shown, CASES[i].text), CASES[i].shown);
    ck_assert_uint_eq(strlen(json_shown(shown, TIMES60("\x1b") "x")), 60 * 4 + 3);
}
END_TEST

START_TEST(no_part_of_an_error_can_drive_a_terminal)
{
    char *long_text = nested(3000, "x", "", "");
    struct json_doc *doc = parse("a\x1b.json", "{\"k\\u001b\": 1}");
    json_errors_add(&errors, doc, "/k\x1b", JSON_KEY, "unknown key \"%s\"", "k\x1b");
    json_errors_add(&errors, doc, "/k\x1b", JSON_VALUE, "%s", long_text);
    json_destroy(doc);
    const char *text = printed(&errors);
    const char start[] = "a\\x1b.json:1:2: /k\\x1b: unknown key \"k\\x1b\"\na\\x1b.json:1:13: /k\\x1b: xxx";
    ck_assert_msg(strncmp(text, start, sizeof start - 1) == 0, "%s", text);
    ck_assert_uint_eq(strlen(errors.list[1].message), JSON_MESSAGE_MAX + 3);
    free(long_text);
}
END_TEST

START_TEST(a_locale_with_a_decimal_comma_changes_nothing)
{
    /* Where such a locale is not installed, the C locale is tested again. */
    setlocale(LC_ALL, "de_DE.UTF-8");
    struct json_doc *doc = parse("x.json", "[1.5, 1e999]");
    ck_assert_ptr_null(doc);
    json_errors_fini(&errors);
    doc = parse("x.json", "[1.5]");
    setlocale(LC_ALL, "C");
    ck_assert_ptr_nonnull(doc);
    ck_assert_double_eq(json_find(doc->root, "/0")->valuedouble, 1.5);
    json_destroy(doc);
}
END_TEST

static Suite *json_suite(void)
{
    Suite *suite = suite_create("json");
    TCase *tests = tcase_create("json");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, what_rfc_8259_allows_is_accepted);
    tcase_add_loop_test(tests, a_syntax_error_is_named_with_its_place, 0, (int)SIM_COUNT_OF(BAD));
    tcase_add_test(tests, numbers_beyond_a_double_are_refused_all_of_them);
    tcase_add_test(tests, objects_and_arrays_nest_32_deep);
    tcase_add_test(tests, a_text_may_have_200000_values_and_strings_of_64_kib);
    tcase_add_test(tests, a_text_may_have_8_mib);
    tcase_add_test(tests, duplicate_keys_are_all_reported);
    tcase_add_test(tests, thousands_of_duplicates_are_counted_and_take_no_time);
    tcase_add_test(tests, a_file_is_read_whole);
    tcase_add_test(tests, what_is_no_regular_file_is_refused_at_once);
    tcase_add_test(tests, a_pointer_leads_to_the_key_or_value);
    tcase_add_test(tests, a_pointer_to_nothing_is_not_found);
    tcase_add_test(tests, a_pointer_grows_and_shrinks_within_its_buffer);
    tcase_add_test(tests, objects_merge_deeply_and_null_removes);
    tcase_add_test(tests, a_document_without_a_base_is_copied_as_it_is);
    tcase_add_test(tests, a_merged_value_is_found_in_the_document_it_came_from);
    tcase_add_test(tests, large_documents_merge_without_squaring);
    tcase_add_test(tests, errors_are_sorted_by_file_line_and_column);
    tcase_add_test(tests, a_refusal_of_the_kernel_becomes_an_error_with_its_place);
    tcase_add_test(tests, errors_beyond_the_bound_are_counted);
    tcase_add_test(tests, a_users_text_is_shown_safe_and_cut);
    tcase_add_test(tests, no_part_of_an_error_can_drive_a_terminal);
    tcase_add_test(tests, a_locale_with_a_decimal_comma_changes_nothing);
    suite_add_tcase(suite, tests);
    return suite;
}

int main(void)
{
    SRunner *runner = srunner_create(json_suite());
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
