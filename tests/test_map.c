/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of sim/map.c, against a plain array. */
#include "sim/map.h"
#include "sim/rng.h"
#include "tests/kit.h"

enum { KEYS = 300 };

static char things[KEYS * 2];

/* Keys that are dense, sparse, differ in their high half alone, or are many times a power of two. */
static uint64_t key_of(int family, uint64_t i)
{
    if (family == 0)
        return i;
    if (family == 1)
        return i * UINT64_C(0x9E3779B97F4A7C15);
    return family == 2 ? i << 32 : i << 20;
}

static void check_all(const struct sim_map *map, int family, char *const *want)
{
    uint32_t count = 0;
    for (uint64_t i = 0; i < KEYS; i++) {
        kit_require(sim_map_get(map, key_of(family, i)) == want[i]);
        count += want[i] != NULL;
    }
    ck_assert_uint_eq(map->count, count);
}

START_TEST(it_agrees_with_an_array)
{
    struct sim_map map = {0};
    char *want[KEYS] = {0};
    struct sim_rng rng;
    sim_rng_init(&rng, 1, "map", "steps");
    for (int step = 0; step < 20000; step++) {
        uint64_t i = sim_rng_next(&rng) % KEYS;
        uint64_t dice = sim_rng_next(&rng) % 1000;
        /* Fills for a while, then empties, so that both growing and shifting back are seen. */
        bool filling = step / 2000 % 2 == 0;
        if (dice == 0) {
            sim_map_clear(&map);
            memset(want, 0, sizeof want);
        } else if (dice < (filling ? 700 : 300)) {
            want[i] = &things[sim_rng_next(&rng) % sizeof things];
            sim_map_put(&map, key_of(_i, i), want[i]);
        } else {
            want[i] = NULL;
            sim_map_remove(&map, key_of(_i, i));
        }
        if (step % 50 == 0)
            check_all(&map, _i, want);
    }
    check_all(&map, _i, want);
    sim_map_fini(&map);
}
END_TEST

START_TEST(a_zeroed_map_is_empty_and_may_be_asked_and_emptied)
{
    struct sim_map map = {0};
    ck_assert_ptr_null(sim_map_get(&map, 0));
    ck_assert_ptr_null(sim_map_get(&map, 42));
    sim_map_remove(&map, 42);
    sim_map_clear(&map);
    sim_map_put(&map, 0, &things[0]);
    sim_map_put(&map, UINT64_MAX, &things[1]);
    ck_assert_ptr_eq(sim_map_get(&map, 0), &things[0]);
    ck_assert_ptr_eq(sim_map_get(&map, UINT64_MAX), &things[1]);
    ck_assert_ptr_null(sim_map_get(&map, 1));
    sim_map_fini(&map);
    ck_assert_ptr_null(sim_map_get(&map, 0));
    sim_map_put(&map, 7, &things[7]);
    ck_assert_uint_eq(map.count, 1);
    sim_map_fini(&map);
}
END_TEST

START_TEST(it_is_at_most_two_thirds_full)
{
    struct sim_map map = {0};
    for (uint64_t i = 0; i < 100000; i++) {
        sim_map_put(&map, i, &things[0]);
        kit_require((uint64_t)map.count * 3 <= (uint64_t)map.room * 2 + 3);
    }
    ck_assert_uint_eq(map.count, 100000);
    uint32_t room = map.room;
    sim_map_clear(&map);
    ck_assert_uint_eq(map.room, room);
    ck_assert_ptr_null(sim_map_get(&map, 5));
    sim_map_fini(&map);
}
END_TEST

static void put_nothing(void)
{
    struct sim_map map = {0};
    sim_map_put(&map, 1, NULL);
}

START_TEST(to_put_null_is_a_bug)
{
    put_nothing();
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("map");
    TCase *tests = tcase_create("map");
    tcase_set_timeout(tests, 60);
    tcase_add_loop_test(tests, it_agrees_with_an_array, 0, 4);
    tcase_add_test(tests, a_zeroed_map_is_empty_and_may_be_asked_and_emptied);
    tcase_add_test(tests, it_is_at_most_two_thirds_full);
    tcase_add_exit_test(tests, to_put_null_is_a_bug, 70);
    suite_add_tcase(suite, tests);
    return kit_run(suite);
}
