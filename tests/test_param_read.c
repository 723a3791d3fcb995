/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of sim/param_read.c and sim/param_dist.c: what each kind reads, and what it refuses with which words. */
#include "tests/kinds.h"

/* ---- what is read ---- */

/* `word` is a word of the command line, or JSON; `text` the value as sim_param_text writes it. */
static const struct {
    const char *path;
    bool json;
    const char *word, *text;
} READ[] = {
    {"duration", false, "3s", "\"3s\""},
    {"duration", true, "\"1m30s\"", "\"90s\""},
    {"duration", true, "\"0s\"", "\"0s\""},
    {"duration", false, "none", "\"none\""},
    {"duration", true, "\"none\"", "\"none\""},
    {"bounded", true, "\"60s\"", "\"60s\""},
    {"bounded", true, "\"1ns\"", "\"1ns\""},
    {"rate", true, "\"100/s\"", "\"100/s\""},
    {"rate", false, "6/min", "\"0.1/s\""},
    {"rate", true, "\"none\"", "\"none\""},
    {"number", true, "-5", "-5"},
    {"number", true, "1e-9", "1e-9"},
    {"number", true, "-0", "0"},
    {"number", false, "-0.7", "-0.7"},
    {"number", false, "-0", "0"},
    {"share", true, "1", "1"},
    {"share", false, "0.3", "0.3"},
    {"count", true, "15", "15"},
    {"count", true, "1e2", "100"},
    {"count", false, "1000", "1000"},
    {"count", true, "\"none\"", "\"none\""},
    {"bytes", true, "\"64MiB\"", "\"64MiB\""},
    {"bytes", true, "\"1000B\"", "\"1kB\""},
    {"bytes", false, "none", "\"none\""},
    {"flag", true, "true", "true"},
    {"flag", false, "yes", "true"},
    {"flag", false, "off", "false"},
    {"choice", true, "\"green\"", "\"green\""},
    {"choice", false, "blue", "\"blue\""},
    {"choice", true, "503", "\"blue\""},
    {"choice", true, "\"503\"", "\"blue\""},
    {"choice", false, "2", "\"green\""},
    {"variant", true, "\"full\"", "\"full\""},
    {"variant", true, "{\"proportional\": 0.5}", "{\"proportional\":0.5}"},
    {"variant", true, "{\"proportional\": -0}", "{\"proportional\":0}"},
    {"variant", false, "proportional:0.25", "{\"proportional\":0.25}"},
    {"variant", false, "none", "\"none\""},
    {"set", true, "[\"blue\", \"red\"]", "[\"red\",\"blue\"]"},
    {"set", true, "[\"red\", 503, \"2\", \"red\"]", "[\"red\",\"green\",\"blue\"]"},
    {"set", true, "[]", "[]"},
    {"set", true, "\"none\"", "[]"},
    {"set", false, "none", "[]"},
    {"set", false, "green,503", "[\"green\",\"blue\"]"},
    {"text", true, "\"a \\\"b\\\" \\\\ \\n c\\u00e4\"", "\"a \\\"b\\\" \\\\ \\u000a c\xc3\xa4\""},
    {"text", false, "", "\"\""},
    {"dist", true, "\"40ms\"", "\"40ms\""},
    {"dist", false, "0s", "\"0s\""},
    {"dist", true, "{\"constant\": \"3s\"}", "\"3s\""},
    {"dist", false, "constant:value=3s", "\"3s\""},
    {"dist", true, "{\"exponential\": \"3s\"}", "{\"exponential\":{\"mean\":\"3s\"}}"},
    {"dist", true, "{\"exponential\": {\"mean\": \"3s\"}}", "{\"exponential\":{\"mean\":\"3s\"}}"},
    {"dist", false, "uniform:min=1ms,max=2ms", "{\"uniform\":{\"min\":\"1ms\",\"max\":\"2ms\"}}"},
    {"dist", true, "{\"uniform\": {\"max\": \"2ms\", \"min\": \"1ms\"}}",
     "{\"uniform\":{\"min\":\"1ms\",\"max\":\"2ms\"}}"},
    {"dist", false, "normal:mean=1s,sd=100ms", "{\"normal\":{\"mean\":\"1s\",\"sd\":\"100ms\"}}"},
    {"dist", false, "lognormal:median=40ms,p95=90ms", "{\"lognormal\":{\"median\":\"40ms\",\"p95\":\"90ms\"}}"},
    {"dist", false, "lognormal:mean=40ms,sigma=0.5", "{\"lognormal\":{\"mean\":\"40ms\",\"sigma\":0.5}}"},
    {"dist", false, "pareto:min=1ms,alpha=1.5", "{\"pareto\":{\"min\":\"1ms\",\"alpha\":1.5}}"},
    {"dist", true, "{\"table\": {\"values\": [\"1ms\", \"20ms\"]}}",
     "{\"table\":{\"values\":[\"1ms\",\"20ms\"],\"weights\":[1,1]}}"},
    {"dist", true, "{\"table\": {\"weights\": [3, 0.5], \"values\": [\"1ms\", \"20ms\"]}}",
     "{\"table\":{\"values\":[\"1ms\",\"20ms\"],\"weights\":[3,0.5]}}"},
    {"dist.median", true, "\"50ms\"", "{\"lognormal\":{\"median\":\"50ms\",\"sigma\":0.25}}"},
    {"dist.sigma", false, "0", "{\"lognormal\":{\"median\":\"40ms\",\"sigma\":0}}"},
    {"dist.sigma", true, "-0", "{\"lognormal\":{\"median\":\"40ms\",\"sigma\":0}}"},
    {"table.value", true, "\"5ms\"", "\"5ms\""},
    {"ref", true, "\"postgres\"", "\"postgres\""},
    {"ref", false, "none", "\"none\""},
    {"refs", true, "[\"postgres\", \"mysql\"]", "[\"postgres\",\"mysql\"]"},
    {"part.pause", false, "1h", "\"3600s\""},
};

START_TEST(a_value_is_read_and_written)
{
    struct bench b = bench_make();
    const struct sim_target target = target_of(&b, READ[_i].path);
    struct sim_value value;
    struct sim_error error = {0};
    bool fine = READ[_i].json ? read_json(&b, &target, READ[_i].word, &value, &error)
                              : read_word(&b, &target, READ[_i].word, &value, &error);
    ck_assert_msg(fine, "%s: %s, got %s", READ[_i].word, error.rule, error.value);
    char *text = sim_param_text(target.param, &value);
    ck_assert_str_eq(text, READ[_i].text);
    /* What is written is read back, and is the same. */
    struct sim_target whole = target;
    whole.field = -1;
    struct sim_value again;
    ck_assert_msg(read_json(&b, &whole, text, &again, &error), "%s: %s", text, error.rule);
    ck_assert(sim_value_equal(target.param, &value, &again));
    free(text);
    sim_param_put(&whole, &value);
    const struct sim_value got = sim_param_get(&whole);
    ck_assert(sim_value_equal(target.param, &value, &got));
    sim_destroy(b.sim);
}
END_TEST

/* ---- what is refused ---- */

static const struct {
    const char *path;
    bool json;
    const char *word;
    const char *rule; /* some of it */
    const char *value;
} REFUSED[] = {
    {"duration", true, "3", "want a duration", "3"},
    {"duration", true, "\"3\"", "such as \"60s\", or \"none\"", "3"},
    {"duration", true, "\"-3s\"", "want a duration", "-3s"},
    {"duration", true, "\"3 s\"", "want a duration", "3 s"},
    {"duration", true, "true", "want a duration", "true"},
    {"duration", true, "[\"3s\"]", "want a duration", ""},
    {"duration", true, "{}", "want a duration", ""},
    {"duration", true, "null", "want a duration", ""},
    {"duration", false, "4000d", "at most 3650d", "4000d"},
    {"bounded", false, "none", "want a duration above 0 and up to 60s such as \"60s\"", "none"},
    {"bounded", true, "\"0s\"", "above 0 and up to 60s", "0s"},
    {"bounded", true, "\"60.000000001s\"", "above 0 and up to 60s", "60.000000001s"},
    {"rate", true, "100", "want a rate", "100"},
    {"rate", true, "\"100\"", "such as \"100/s\", or \"none\"", "100"},
    {"rate", true, "\"-1/s\"", "want a rate", "-1/s"},
    {"number", true, "5.0001", "want a number from -5 to 5 such as 0.7", "5.0001"},
    {"number", true, "\"1\"", "want a number", "1"},
    {"number", false, "nan", "want a number", "nan"},
    {"number", true, "1e999", "want a number", ""},
    {"share", true, "1.1", "want a ratio from 0 to 1 such as 0.3", "1.1"},
    {"share", true, "-0.1", "want a ratio", "-0.1"},
    {"share", false, "30%", "want a ratio", "30%"},
    {"count", true, "1.5", "want a whole number from 1 to 1000", "1.5"},
    {"count", true, "0", "want a whole number from 1 to 1000", "0"},
    {"count", true, "1001", "want a whole number from 1 to 1000", "1001"},
    {"count", true, "1e300", "want a whole number", "1e300"},
    {"count", true, "\"15\"", "want a whole number", "15"},
    {"count", false, "15x", "want a whole number", "15x"},
    {"bytes", true, "64", "want a size", "64"},
    {"bytes", true, "\"64mib\"", "such as \"64MiB\"", "64mib"},
    {"flag", true, "1", "want true or false", "1"},
    {"flag", true, "\"true\"", "want true or false", "true"},
    {"flag", false, "maybe", "want true or false", "maybe"},
    {"choice", true, "\"pink\"", "want \"red\", \"green\" or \"blue\"", "pink"},
    {"choice", true, "\"\"", "want \"red\", \"green\" or \"blue\"", ""},
    {"choice", true, "404", "want \"red\"", "404"},
    {"choice", true, "[\"red\"]", "want \"red\"", ""},
    {"variant", true, "\"half\"", "want \"none\", \"full\" or {\"proportional\": 0.5}", "half"},
    {"variant", true, "\"proportional\"", "{\"proportional\": 0.5}", "proportional"},
    {"variant", false, "full:0.5", "want \"none\"", "full:0.5"},
    {"variant", false, "proportional:2", "want a ratio from 0 to 1", "2"},
    {"variant", true, "{\"full\": 0.5}", "want \"none\"", ""},
    {"variant", true, "{\"proportional\": \"0.5\"}", "want a ratio", "0.5"},
    {"variant", true, "{}", "want \"none\"", ""},
    {"set", true, "\"red\"", "want a list of \"red\", \"green\" or \"blue\"", "red"},
    {"set", true, "[\"red\", \"pink\"]", "want a list of", "pink"},
    {"set", true, "[[\"red\"]]", "want a list of", ""},
    {"set", false, "red,pink", "want a list of", "pink"},
    {"set", true, "null", "want a list of", ""},
    {"text", true, "3", "want a text", "3"},
    {"text", true, "null", "want a text", ""},
    {"dist", true, "3", "want a duration such as \"40ms\", or one law", "3"},
    {"dist", true, "\"none\"", "or one law", "none"},
    {"dist", true, "{}", "or one law", ""},
    {"dist", true, "{\"gamma\": {}}", "or one law", "gamma"},
    {"dist", true, "{\"uniform\": {}, \"normal\": {}}", "or one law", ""},
    {"dist", true, "{\"uniform\": \"3s\"}", "want the law's fields as an object", "3s"},
    {"dist", true, "{\"uniform\": {\"min\": \"2ms\", \"max\": \"1ms\"}}", "not above", ""},
    {"dist", true, "{\"uniform\": {\"min\": \"2ms\", \"maxx\": \"1ms\"}}", "want a field of \"uniform\": min, max",
     "maxx"},
    {"dist", true, "{\"lognormal\": {\"median\": 40, \"sigma\": 0.3}}", "want a duration", "40"},
    {"dist", true, "{\"lognormal\": {\"median\": \"40ms\", \"sigma\": \"0.3\"}}", "want a number", "0.3"},
    {"dist", true, "{\"lognormal\": {\"median\": \"40ms\"}}", "want", ""},
    {"dist", true, "{\"table\": {}}", "want \"values\"", ""},
    {"dist", true, "{\"table\": {\"values\": \"1ms\"}}", "want a list", "1ms"},
    {"dist", true, "{\"table\": {\"values\": [\"1ms\"], \"weights\": [1, 2]}}", "as many weights as values", ""},
    {"dist", true, "{\"table\": {\"values\": [\"1ms\"], \"weights\": [0]}}", "want", "0"},
    {"dist", true, "{\"table\": {\"values\": [\"1ms\"], \"shares\": [1]}}", "values, weights", "shares"},
    {"dist", false, "lognormal", "or one law", "lognormal"},
    {"dist", false, "lognormal:40ms", "or one law", "lognormal:40ms"},
    {"dist.value", true, "\"3s\"", "want a field of \"lognormal\"", "value"},
    {"dist.sigma", true, "-1", "sigma", ""},
    {"dist.median", true, "0.3", "want a duration", "0.3"},
    {"table.mean", true, "\"3s\"", "want a field of \"constant\": value", "mean"},
    {"ref", true, "\"nobody\"", "want the name of a node", "nobody"},
    {"ref", true, "3", "want the name of a node", "3"},
    {"ref", true, "\"pool\"", "want a node that answers what \"ref\" asks of it; a pool does not", "pool"},
    {"refs", true, "[]", "want a list of 1 to 64", ""},
    {"refs", true, "\"postgres\"", "want a list of 1 to 64", "postgres"},
    {"refs", true, "[\"postgres\", \"nobody\"]", "want the name of a node", "nobody"},
};

START_TEST(a_wrong_value_is_refused_with_what_is_wanted)
{
    struct bench b = bench_make();
    const struct sim_target target = target_of(&b, REFUSED[_i].path);
    struct sim_value value;
    struct sim_error error = {0};
    bool fine = REFUSED[_i].json ? read_json(&b, &target, REFUSED[_i].word, &value, &error)
                                 : read_word(&b, &target, REFUSED[_i].word, &value, &error);
    ck_assert_msg(!fine, "%s was read", REFUSED[_i].word);
    ck_assert_msg(strstr(error.rule, REFUSED[_i].rule) != NULL, "%s", error.rule);
    ck_assert_msg(strncmp(error.rule, "want", 4) == 0, "%s", error.rule);
    if (REFUSED[_i].value[0] != '\0')
        ck_assert_msg(strstr(error.value, REFUSED[_i].value) != NULL, "%s", error.value);
    /* Who wants no message gets none, and no crash. */
    fine = REFUSED[_i].json ? read_json(&b, &target, REFUSED[_i].word, &value, NULL)
                            : read_word(&b, &target, REFUSED[_i].word, &value, NULL);
    ck_assert(!fine);
    sim_destroy(b.sim);
}
END_TEST

START_TEST(a_word_too_long_for_a_law_is_refused_not_cut)
{
    struct bench b = bench_make();
    const struct sim_target target = target_of(&b, "dist");
    char word[300] = "uniform:min=1ms,max=";
    size_t length = strlen(word);
    memset(word + length, '0', 250 - length);
    (void)snprintf(word + 250, sizeof word - 250, "7ms");
    struct sim_value value;
    struct sim_error error = {0};
    ck_assert(!read_word(&b, &target, word, &value, &error));
    ck_assert(!read_word(&b, &target,
                         "normal:mean=1s,mean=1s,mean=1s,mean=1s,mean=1s,mean=1s,mean=1s,mean=1s,sd=1s,sd=2s", &value,
                         &error));
    sim_destroy(b.sim);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("param_read");
    TCase *tests = tcase_create("param_read");
    tcase_set_timeout(tests, 60);
    tcase_add_loop_test(tests, a_value_is_read_and_written, 0, SIM_COUNT_OF(READ));
    tcase_add_loop_test(tests, a_wrong_value_is_refused_with_what_is_wanted, 0, SIM_COUNT_OF(REFUSED));
    tcase_add_test(tests, a_word_too_long_for_a_law_is_refused_not_cut);
    suite_add_tcase(suite, tests);
    return kit_run(suite);
}
