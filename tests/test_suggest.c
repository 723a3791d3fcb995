/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Did you mean: distances, the cut-off, ties and bounds. */
#include "scenarios/suggest.h"

#include "sim/base.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

START_TEST(a_distance_counts_inserted_deleted_replaced_and_swapped_bytes)
{
    static const struct {
        const char *a;
        const char *b;
        size_t distance;
    } CASES[] = {
        {"", "", 0},
        {"", "ttl", 3},
        {"ttl", "", 3},
        {"ttl", "ttl", 0},
        {"ttl", "tl", 1},
        {"ttl", "ttls", 1},
        {"ttl", "tts", 1},
        {"ttl", "tlt", 1},
        {"kitten", "sitting", 3},
        {"timeout", "tiemout", 1},
        {"timeout", "tmieotu", 2},
        {"ca", "abc", 3},
        {"max_queue", "queue_max", 8},
        {"hit-rate", "hit_rate", 0},
        {"TTL", "ttl", 0},
        {"flaw", "lawn", 2},
    };
    for (size_t i = 0; i < SIM_COUNT_OF(CASES); i++) {
        ck_assert_msg(suggest_distance(CASES[i].a, CASES[i].b) == CASES[i].distance, "%s %s: %zu", CASES[i].a,
                      CASES[i].b, suggest_distance(CASES[i].a, CASES[i].b));
        ck_assert_uint_eq(suggest_distance(CASES[i].b, CASES[i].a), CASES[i].distance);
    }
}
END_TEST

START_TEST(the_nearest_known_name_within_a_third_is_suggested)
{
    static const char *const KNOWN[] = {"rate", "timeout", NULL, "to", "ttl", "retry", "cap", "max_attempts", "a"};
    static const struct {
        const char *name;
        const char *nearest;
    } CASES[] = {
        {"tmeout", "timeout"},
        {"time_out", "timeout"},
        {"TIMEOUT", "timeout"},
        {"max-attempts", "max_attempts"},
        {"maxattempt", "max_attempts"},
        {"rates", "rate"},
        {"ratio", NULL},
        {"rety", "retry"},
        {"tt", "to"},
        {"ttl", "ttl"},
        {"x", NULL},
        {"ab", "a"},
        {"", NULL},
        {"colour", NULL},
        {"attempts", NULL},
        {"tx", "to"},
    };
    for (size_t i = 0; i < SIM_COUNT_OF(CASES); i++) {
        const char *nearest = suggest_nearest(CASES[i].name, KNOWN, SIM_COUNT_OF(KNOWN));
        if (CASES[i].nearest == NULL)
            ck_assert_msg(nearest == NULL, "%s gives %s", CASES[i].name, nearest);
        else
            ck_assert_str_eq(nearest, CASES[i].nearest);
    }
    ck_assert_ptr_null(suggest_nearest("ttl", NULL, 0));
}
END_TEST

START_TEST(of_equally_near_names_the_first_is_suggested)
{
    static const char *const FORTH[] = {"cat", "hat", "bat"};
    static const char *const BACK[] = {"bat", "hat", "cat"};
    ck_assert_str_eq(suggest_nearest("rat", FORTH, 3), "cat");
    ck_assert_str_eq(suggest_nearest("rat", BACK, 3), "bat");
    ck_assert_str_eq(suggest_nearest("hat", BACK, 3), "hat");
}
END_TEST

START_TEST(names_beyond_the_bound_are_neither_suggested_nor_looked_up)
{
    char longest[SUGGEST_LENGTH_MAX + 1];
    char longer[SUGGEST_LENGTH_MAX + 2];
    memset(longest, 'n', sizeof longest - 1);
    longest[sizeof longest - 1] = '\0';
    memset(longer, 'n', sizeof longer - 1);
    longer[sizeof longer - 1] = '\0';
    const char *const known[] = {longer, longest};
    ck_assert_ptr_eq(suggest_nearest(longest, known, 2), longest);
    ck_assert_ptr_null(suggest_nearest(longer, known, 2));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("suggest");
    TCase *tests = tcase_create("suggest");
    tcase_add_test(tests, a_distance_counts_inserted_deleted_replaced_and_swapped_bytes);
    tcase_add_test(tests, the_nearest_known_name_within_a_third_is_suggested);
    tcase_add_test(tests, of_equally_near_names_the_first_is_suggested);
    tcase_add_test(tests, names_beyond_the_bound_are_neither_suggested_nor_looked_up);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
