/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sentences: what each means in base units, and where each bad one is wrong. */
#include "reports/sentence.h"
#include "tests/worlds.h"

#include <math.h>

static const char world_text[] =
    "{'run': {'until': '30s'},"
    "'nodes': {'c': {'type': 'clients', 'to': 'shop', 'rate': '10/s'},"
    "'shop': {'type': 'catalogue', 'cache': 'redis', 'pool': 'db-pool', 'database': 'postgres'},"
    "'redis': {'type': 'cache'}, 'db-pool': {'type': 'pool'}, 'postgres': {'type': 'database', 'latency': '10ms'}},"
    "'phases': {'steady': {'from': '0s', 'to': '10s'}, 'chaos': {'from': '10s', 'to': '20s'}},"
    "'panel': {'p95_latency': {'reading': 'shop.latency.p95'}, 'error_rate': {'reading': 'shop.error_rate'},"
    "'rate': {'reading': 'c.requests.rate'}, 'asked': {'reading': 'c.requests'},"
    "'in_use': {'reading': 'db-pool.in_use.max'}, 'heap': {'reading': 'shop.memory.live'}}}";

#define NONE ((double)INFINITY)

START_TEST(a_sentence_says_a_range_of_the_reading_or_of_its_change)
{
    static const struct {
        const char *say, *key;
        enum prediction_kind kind;
        double low, high;
        bool above_low, below_high;
        int phase;
    } cases[] = {
        {"p95_latency = 3s +- 10%", "p95_latency", PREDICTS_VALUE, 2.7, 3.3, false, false, -1},
        {"p95_latency=3s+-10%", "p95_latency", PREDICTS_VALUE, 2.7, 3.3, false, false, -1},
        {"p95_latency == 3 s \xc2\xb1 100ms", "p95_latency", PREDICTS_VALUE, 2.9, 3.1, false, false, -1},
        {"p95_latency = 3s +/- 0", "p95_latency", PREDICTS_VALUE, 3, 3, false, false, -1},
        {"p95_latency = 3s", "p95_latency", PREDICTS_VALUE, 2.7, 3.3, false, false, -1},
        {"p95_latency rises to 3s", "p95_latency", PREDICTS_VALUE, 2.7, 3.3, false, false, -1},
        {"p95_latency != 3s during chaos", "p95_latency", PREDICTS_OTHER, 2.7, 3.3, false, false, 1},
        {"error_rate < 1%", "error_rate", PREDICTS_VALUE, -NONE, 0.01, false, true, -1},
        {"error_rate stays below 1 %", "error_rate", PREDICTS_VALUE, -NONE, 0.01, false, true, -1},
        {"error_rate <= 0.01 during steady", "error_rate", PREDICTS_VALUE, -NONE, 0.01, false, false, 0},
        {"error_rate > 1%", "error_rate", PREDICTS_VALUE, 0.01, NONE, true, false, -1},
        {"error_rate >= 1%", "error_rate", PREDICTS_VALUE, 0.01, NONE, false, false, -1},
        {"error_rate = 30% +- 3 points", "error_rate", PREDICTS_VALUE, 0.27, 0.33, false, false, -1},
        {"p95_latency in 4.9s..5.05s", "p95_latency", PREDICTS_VALUE, 4.9, 5.05, false, false, -1},
        {"p95_latency in 4.9 s .. 5.05 s", "p95_latency", PREDICTS_VALUE, 4.9, 5.05, false, false, -1},
        {"rate in 90/s..110/s", "rate", PREDICTS_VALUE, 90, 110, false, false, -1},
        {"in_use = 15 connections +- 0", "in_use", PREDICTS_VALUE, 15, 15, false, false, -1},
        {"in_use > 0", "in_use", PREDICTS_VALUE, 0, NONE, true, false, -1},
        {"heap < 64MiB", "heap", PREDICTS_VALUE, -NONE, 67108864, false, true, -1},
        {"p95_latency rises", "p95_latency", PREDICTS_RISE, -NONE, NONE, false, false, -1},
        {"hit_rate", NULL, PREDICTS_RISE, 0, 0, false, false, -1},
        {"error_rate falls during chaos", "error_rate", PREDICTS_FALL, -NONE, NONE, false, false, 1},
        {"error_rate is unchanged", "error_rate", PREDICTS_UNCHANGED, -NONE, NONE, false, false, -1},
        {"error_rate stays the same", "error_rate", PREDICTS_UNCHANGED, -NONE, NONE, false, false, -1},
        {"p95_latency doubles", "p95_latency", PREDICTS_FACTOR, 1.75, 2.25, false, false, -1},
        {"p95_latency doubles +- 10%", "p95_latency", PREDICTS_FACTOR, 1.9, 2.1, false, false, -1},
        {"p95_latency halves", "p95_latency", PREDICTS_FACTOR, 0.375, 0.625, false, false, -1},
        {"p95_latency rises by 2x", "p95_latency", PREDICTS_FACTOR, 1.75, 2.25, false, false, -1},
        {"p95_latency falls by 2x", "p95_latency", PREDICTS_FACTOR, 0.375, 0.625, false, false, -1},
        {"p95_latency 3x", "p95_latency", PREDICTS_FACTOR, 2.5, 3.5, false, false, -1},
        {"p95_latency x3", "p95_latency", PREDICTS_FACTOR, 2.5, 3.5, false, false, -1},
        {"p95_latency +20%", "p95_latency", PREDICTS_FACTOR, 1.15, 1.25, false, false, -1},
        {"p95_latency -20%", "p95_latency", PREDICTS_FACTOR, 0.75, 0.85, false, false, -1},
        {"error_rate rises by 20%", "error_rate", PREDICTS_FACTOR, 1.15, 1.25, false, false, -1},
        {"error_rate rises by 20 points", "error_rate", PREDICTS_CHANGE, 0.15, 0.25, false, false, -1},
        {"error_rate falls by 20 pp +- 1 pp", "error_rate", PREDICTS_CHANGE, -0.21, -0.19, false, false, -1},
        {"p95_latency +10ms", "p95_latency", PREDICTS_CHANGE, 0.0075, 0.0125, false, false, -1},
        {"p95_latency falls by 10ms +- 1ms", "p95_latency", PREDICTS_CHANGE, -0.011, -0.009, false, false, -1},
        {"shop.latency.p99 < 20ms", "shop.latency.p99", PREDICTS_VALUE, -NONE, 0.02, false, true, -1},
        {"db-pool.utilisation > 90%", "db-pool.utilisation", PREDICTS_VALUE, 0.9, NONE, true, false, -1},
    };
    struct world world = world_make(world_text, NULL);
    for (size_t i = 0; i < SIM_COUNT_OF(cases); i++) {
        struct prediction got;
        struct sentence_error error;
        const bool fine = sentence_read(world.cell, cases[i].say, &got, &error);
        ck_assert_msg(fine == (cases[i].key != NULL), "%s: %s", cases[i].say, error.error.rule);
        if (!fine)
            continue;
        ck_assert_str_eq(got.key, cases[i].key);
        ck_assert_msg(got.kind == cases[i].kind && got.phase == cases[i].phase, "%s", cases[i].say);
        ck_assert_msg(got.above_low == cases[i].above_low && got.below_high == cases[i].below_high, "%s", cases[i].say);
        const bool low = isinf(cases[i].low) ? got.low <= cases[i].low : fabs(got.low - cases[i].low) < 1e-9;
        const bool high = isinf(cases[i].high) ? got.high >= cases[i].high : fabs(got.high - cases[i].high) < 1e-9;
        ck_assert_msg(low && high, "%s: %g to %g", cases[i].say, got.low, got.high);
        prediction_fini(&got);
    }
    world_end(&world);
}
END_TEST

START_TEST(counts_are_known_as_such_and_rates_are_none)
{
    static const struct {
        const char *say;
        bool counted;
    } cases[] = {{"asked rises", true},
                 {"rate rises", false},
                 {"shop.latency.count rises", true},
                 {"p95_latency rises", false},
                 {"in_use rises", false}};
    struct world world = world_make(world_text, NULL);
    for (size_t i = 0; i < SIM_COUNT_OF(cases); i++) {
        struct prediction got;
        struct sentence_error error;
        ck_assert(sentence_read(world.cell, cases[i].say, &got, &error));
        ck_assert_msg(got.counted == cases[i].counted, "%s", cases[i].say);
        prediction_fini(&got);
    }
    world_end(&world);
}
END_TEST

START_TEST(a_blast_radius_is_a_set_of_nodes)
{
    static const struct {
        const char *say;
        const char *nodes[3];
    } cases[] = {{"blast radius: shop, db-pool", {"db-pool", "shop", NULL}},
                 {"blast: redis", {"redis", NULL, NULL}},
                 {"blast radius = shop,redis during chaos", {"redis", "shop", NULL}},
                 {"blast radius: none", {NULL, NULL, NULL}}};
    struct world world = world_make(world_text, NULL);
    for (size_t i = 0; i < SIM_COUNT_OF(cases); i++) {
        struct prediction got;
        struct sentence_error error;
        size_t count = 0;
        ck_assert_msg(sentence_read(world.cell, cases[i].say, &got, &error), "%s", cases[i].say);
        ck_assert_int_eq(got.kind, PREDICTS_BLAST);
        for (; cases[i].nodes[count] != NULL; count++) {
            ck_assert_uint_lt(count, got.nodes.count);
            ck_assert_str_eq(got.nodes.items[count], cases[i].nodes[count]);
        }
        ck_assert_uint_eq(count, got.nodes.count);
        prediction_fini(&got);
    }
    world_end(&world);
}
END_TEST

START_TEST(a_bad_sentence_is_refused_at_its_place_with_what_is_near)
{
    static const struct {
        const char *say;
        int column;
        const char *rule, *value, *near;
    } cases[] = {
        {"", 1, "want a sentence", "the end of the sentence", NULL},
        {"p95_latncy < 3s", 1, "want a key", "p95_latncy", "p95_latency"},
        {"shop.latncy.p95 < 3s", 1, "want a key", "shop.latncy.p95", "latency"},
        {"p95_latency", 12, "want = !=", "the end of the sentence", NULL},
        {"p95_latency explodes", 13, "want = !=", "explodes", NULL},
        {"p95_latency < ", 15, "want a value such as 3s", "the end of the sentence", NULL},
        {"p95_latency < 3", 15, "want a value such as 3s", "3", NULL},
        {"p95_latency < 30%", 15, "want a value such as 3s", "30%", NULL},
        {"p95_latency < 2x", 15, "want a value such as 3s", "2x", NULL},
        {"error_rate < 3s", 14, "want a value such as 30%", "3s", NULL},
        {"rate > 5ms", 8, "want a value such as 100/s", "5ms", NULL},
        {"p95_latency = 3s +- x", 21, "want a value", "x", NULL},
        {"p95_latency doubles +- 10ms", 24, "want a tolerance such as 10%", "10ms", NULL},
        {"p95_latency in 3s", 18, "want a range", "the end of the sentence", NULL},
        {"p95_latency in 3s..2s", 16, "want a range whose first", "3s", NULL},
        {"p95_latency rises by 0x", 22, "want how many times", "0x", NULL},
        {"p95_latency rises fast", 19, "want the end of the sentence, or during", "fast", NULL},
        {"p95_latency rises during chas", 26, "want the name of a phase", "chas", "chaos"},
        {"p95_latency rises during", 25, "want the name of a phase", "the end of the sentence", NULL},
        {"p95_latency rises during chaos too", 32, "want the end", "too", NULL},
        {"p95_latency \xc2\xb1 3s", 13, "want = !=", "+-", NULL},
        {"error_rate = 3% \xc2\xb1 y", 19, "want a value", "y", NULL},
        {"blast radius: shop, redsi", 21, "want the name of a node", "redsi", "redis"},
        {"blast radius: shop, shop", 21, "want every node once", "shop", NULL},
        {"blast radius: c", 15, "want the name of a node that answers", "c", NULL},
        {"blast radius:", 14, "want names of nodes", "the end of the sentence", NULL},
    };
    struct world world = world_make(world_text, NULL);
    for (size_t i = 0; i < SIM_COUNT_OF(cases); i++) {
        struct prediction got;
        struct sentence_error error;
        ck_assert_msg(!sentence_read(world.cell, cases[i].say, &got, &error), "%s", cases[i].say);
        ck_assert_msg(error.column == cases[i].column, "%s: column %d", cases[i].say, error.column);
        ck_assert_msg(strncmp(error.error.rule, cases[i].rule, strlen(cases[i].rule)) == 0, "%s: %s", cases[i].say,
                      error.error.rule);
        ck_assert_str_eq(error.error.value, cases[i].value);
        if (cases[i].near != NULL) {
            ck_assert_msg(error.error.near != NULL, "%s", cases[i].say);
            ck_assert_str_eq(error.error.near, cases[i].near);
        }
    }
    world_end(&world);
}
END_TEST

START_TEST(a_sentence_of_any_length_and_any_bytes_is_read_or_refused)
{
    static const char bytes[] = "p95_latency=<>!+-.:,%xs 0123\xc2\xb1\x01\xff";
    struct world world = world_make(world_text, NULL);
    char text[2 * SENTENCE_LONGEST];
    uint64_t state = 1;
    for (int round = 0; round < 3000; round++) {
        size_t length = (size_t)(round % (2 * SENTENCE_LONGEST - 1));
        for (size_t i = 0; i < length; i++) {
            state = state * 6364136223846793005U + 1442695040888963407U;
            text[i] = bytes[(state >> 33) % (sizeof bytes - 1)];
        }
        text[length] = '\0';
        struct prediction got;
        struct sentence_error error;
        if (sentence_read(world.cell, text, &got, &error))
            prediction_fini(&got);
        else
            ck_assert(error.error.rule[0] != '\0' && error.column >= 1);
    }
    world_end(&world);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("sentence");
    TCase *cases = tcase_create("all");
    tcase_add_test(cases, a_sentence_says_a_range_of_the_reading_or_of_its_change);
    tcase_add_test(cases, counts_are_known_as_such_and_rates_are_none);
    tcase_add_test(cases, a_blast_radius_is_a_set_of_nodes);
    tcase_add_test(cases, a_bad_sentence_is_refused_at_its_place_with_what_is_near);
    tcase_add_test(cases, a_sentence_of_any_length_and_any_bytes_is_read_or_refused);
    suite_add_tcase(suite, cases);
    return worlds_run(suite);
}
