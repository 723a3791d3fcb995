/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of sim/arena.c. */
#include "sim/arena.h"
#include "sim/rng.h"
#include "tests/kit.h"

static bool is_all(const void *bytes, size_t count, int value)
{
    for (size_t i = 0; i < count; i++) {
        if (((const unsigned char *)bytes)[i] != (unsigned char)value)
            return false;
    }
    return true;
}

START_TEST(what_it_hands_out_is_zeroed_aligned_and_nobody_elses)
{
    static const size_t sizes[] = {1, 15, 16, 17, 100, 1000, 65535, 65536, 65537, 200000, 3};
    struct sim_arena arena;
    sim_arena_init(&arena);
    char *blocks[200];
    for (size_t i = 0; i < SIM_COUNT_OF(blocks); i++) {
        size_t size = sizes[i % SIM_COUNT_OF(sizes)];
        blocks[i] = sim_arena_alloc(&arena, size);
        ck_assert_uint_eq((uintptr_t)blocks[i] % 16, 0);
        ck_assert(is_all(blocks[i], size, 0));
        memset(blocks[i], (int)(i % 250) + 1, size);
    }
    for (size_t i = 0; i < SIM_COUNT_OF(blocks); i++)
        ck_assert(is_all(blocks[i], sizes[i % SIM_COUNT_OF(sizes)], (int)(i % 250) + 1));
    sim_arena_fini(&arena);
    ck_assert_ptr_null(arena.chunks);
}
END_TEST

START_TEST(nothing_is_never_null)
{
    struct sim_arena arena;
    sim_arena_init(&arena);
    char *first = sim_arena_alloc(&arena, 0);
    ck_assert_ptr_nonnull(first);
    char *second = sim_arena_alloc(&arena, 0);
    ck_assert_ptr_nonnull(second);
    sim_arena_fini(&arena);
}
END_TEST

START_TEST(a_text_is_copied)
{
    struct sim_arena arena;
    sim_arena_init(&arena);
    char text[] = "postgres";
    char *copy = sim_arena_strdup(&arena, text);
    text[0] = 'X';
    ck_assert_str_eq(copy, "postgres");
    ck_assert_str_eq(sim_arena_strdup(&arena, ""), "");
    sim_arena_fini(&arena);
}
END_TEST

/* Takes and gives at random; every object carries its owner's mark from end to end. */
START_TEST(a_slab_never_hands_out_what_is_in_use)
{
    static const size_t sizes[] = {1, 8, 24, 40, 304, 1000, 5000};
    enum { OBJECTS = 500 };
    size_t size = sizes[_i];
    struct sim_arena arena;
    struct sim_slab slab;
    sim_arena_init(&arena);
    sim_slab_init(&slab, &arena, size);
    unsigned char *held[OBJECTS] = {0};
    uint64_t in_use = 0;
    struct sim_rng rng;
    sim_rng_init(&rng, 3, "slab", "steps");
    for (int step = 0; step < 10000; step++) {
        size_t i = sim_rng_next(&rng) % OBJECTS;
        if (held[i] == NULL) {
            held[i] = sim_slab_take(&slab);
            kit_require((uintptr_t)held[i] % 16 == 0);
            memset(held[i], (int)(i % 255), size);
            in_use++;
        } else {
            kit_require(is_all(held[i], size, (int)(i % 255)));
            sim_slab_give(&slab, held[i]);
            held[i] = NULL;
            in_use--;
        }
        kit_require(slab.in_use == in_use);
    }
    sim_arena_fini(&arena);
}
END_TEST

START_TEST(a_slab_uses_again_what_was_given_back)
{
    struct sim_arena arena;
    struct sim_slab slab;
    sim_arena_init(&arena);
    sim_slab_init(&slab, &arena, 100);
    void *object = sim_slab_take(&slab);
    sim_slab_give(&slab, object);
    size_t bytes = arena.bytes;
    for (int i = 0; i < 100000; i++) {
        kit_require(sim_slab_take(&slab) == object);
        sim_slab_give(&slab, object);
    }
    ck_assert_uint_eq(arena.bytes, bytes);
    sim_arena_fini(&arena);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("arena");
    TCase *tests = tcase_create("arena");
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, what_it_hands_out_is_zeroed_aligned_and_nobody_elses);
    tcase_add_test(tests, nothing_is_never_null);
    tcase_add_test(tests, a_text_is_copied);
    tcase_add_loop_test(tests, a_slab_never_hands_out_what_is_in_use, 0, 7);
    tcase_add_test(tests, a_slab_uses_again_what_was_given_back);
    suite_add_tcase(suite, tests);
    return kit_run(suite);
}
