/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of the sliding window (models/window.h) against all results kept in a list. */
#include "models/window.h"
#include "sim/rng.h"
#include "tests/kit.h"

enum { RESULTS = 3000 };

struct result {
    sim_ns at;
    bool failed, slow;
};

struct list {
    struct result results[RESULTS];
    int count, first; /* what came before `first` was let go */
};

static bool same(struct tally a, struct tally b)
{
    return a.results == b.results && a.failed == b.failed && a.slow == b.slow;
}

static struct tally sum_from(const struct list *list, int first)
{
    struct tally sum = {0};
    for (int i = first; i < list->count; i++) {
        sum.results++;
        sum.failed += list->results[i].failed;
        sum.slow += list->results[i].slow;
    }
    return sum;
}

static uint64_t below(struct sim_rng *rng, uint64_t bound)
{
    return sim_rng_next(rng) % bound;
}

static struct result draw(struct sim_rng *rng, sim_ns at)
{
    return (struct result){at, below(rng, 3) == 0, below(rng, 4) == 0};
}

START_TEST(by_count_it_holds_the_last_n)
{
    for (uint64_t seed = 1; seed <= 40; seed++) {
        struct sim_rng rng;
        struct sim_arena arena;
        struct window window;
        struct list list = {0};
        sim_rng_init(&rng, seed, "window", "count");
        sim_arena_init(&arena);
        window_init(&window, &arena);
        int64_t calls = 1 + (int64_t)below(&rng, 300);
        while (list.count < RESULTS) {
            const struct result r = draw(&rng, 0);
            if (below(&rng, 100) == 0)
                calls = 1 + (int64_t)below(&rng, below(&rng, 2) == 0 ? 5 : 300);
            if (below(&rng, 50) == 0)
                window_keep_counted(&window, calls);
            list.results[list.count++] = r;
            window_add_counted(&window, r.failed, r.slow, calls);
            if (below(&rng, 500) == 0) {
                window_clear(&window);
                list.first = list.count;
            }
            /* One that grew holds fewer: what was let go does not come back. */
            if (list.count - list.first > calls)
                list.first = list.count - (int)calls;
            ck_assert(same(window.sum, sum_from(&list, list.first)));
        }
        sim_arena_fini(&arena);
    }
}
END_TEST

/* Of a list in the order of time, the first that the span still holds. */
static int first_held(const struct list *list, sim_ns now, struct window_span span)
{
    const sim_ns bucket = span.bucket < span.length ? span.bucket : span.length;
    const sim_ns buckets = (span.length + bucket - 1) / bucket;
    int first = list->first;
    while (first < list->count && list->results[first].at / bucket <= now / bucket - buckets)
        first++;
    return first;
}

START_TEST(by_time_it_holds_what_lies_in_its_buckets)
{
    static const struct window_span spans[] = {{10 * SIM_S, SIM_S},   {30 * SIM_S, 3 * SIM_S}, {SIM_S, 1},
                                               {2500, 1000},          {SIM_S, 10 * SIM_S},     {7 * SIM_S, 7 * SIM_S},
                                               {100 * SIM_MS, SIM_MS}};
    static const sim_ns steps[] = {1, 999, SIM_MS, SIM_S / 3, SIM_S, 4 * SIM_S};
    for (uint64_t seed = 1; seed <= 70; seed++) {
        const struct window_span span = spans[seed % SIM_COUNT_OF(spans)];
        struct sim_rng rng;
        struct sim_arena arena;
        struct window window;
        struct list list = {0};
        sim_ns now = 0;
        sim_rng_init(&rng, seed, "window", "time");
        sim_arena_init(&arena);
        window_init(&window, &arena);
        while (list.count < RESULTS) {
            const struct result r = draw(&rng, now);
            list.results[list.count++] = r;
            window_add_timed(&window, r.failed, r.slow, now, span);
            list.first = first_held(&list, now, span);
            ck_assert(same(window.sum, sum_from(&list, list.first)));
            now += (sim_ns)below(&rng, (uint64_t)(2 * steps[below(&rng, SIM_COUNT_OF(steps))]) + 1);
            window_keep_timed(&window, now, span);
            list.first = first_held(&list, now, span);
            ck_assert(same(window.sum, sum_from(&list, list.first)));
        }
        window_clear(&window);
        ck_assert_uint_eq(window.buckets.in_use, 0);
        sim_arena_fini(&arena);
    }
}
END_TEST

START_TEST(exactly_as_old_as_the_window_is_out)
{
    static const struct {
        sim_ns length, bucket, put, look;
        int64_t held;
    } table[] = {
        {10 * SIM_S, SIM_S, 0, 10 * SIM_S - 1, 1},
        {10 * SIM_S, SIM_S, 0, 10 * SIM_S, 0},
        {10 * SIM_S, SIM_S, SIM_S - 1, 10 * SIM_S - 1, 1},
        {10 * SIM_S, SIM_S, SIM_S - 1, 10 * SIM_S, 0},
        {10 * SIM_S, 1, SIM_S - 1, 11 * SIM_S - 2, 1},
        {10 * SIM_S, 1, SIM_S - 1, 11 * SIM_S - 1, 0},
        {1500, 1000, 0, 1999, 1},
        {1500, 1000, 0, 2000, 0},
        {SIM_NS_MAX, SIM_S, 0, SIM_NS_MAX - 1, 1},
        {SIM_NS_MAX, 1, 0, SIM_NS_MAX, 0},
    };
    for (size_t i = 0; i < SIM_COUNT_OF(table); i++) {
        const struct window_span span = {table[i].length, table[i].bucket};
        struct sim_arena arena;
        struct window window;
        sim_arena_init(&arena);
        window_init(&window, &arena);
        window_add_timed(&window, true, false, table[i].put, span);
        window_keep_timed(&window, table[i].look, span);
        ck_assert_msg(window.sum.results == table[i].held, "row %d", (int)i);
        sim_arena_fini(&arena);
    }
}
END_TEST

START_TEST(its_memory_has_a_bound)
{
    const struct window_span span = {SIM_NS_MAX, 1};
    struct sim_arena arena;
    struct window window;
    sim_arena_init(&arena);
    window_init(&window, &arena);
    for (sim_ns now = 0; now < 200000; now++)
        window_add_timed(&window, now % 2 == 0, false, now, span);
    ck_assert_int_eq(window.sum.results, 200000);
    ck_assert_int_eq(window.sum.failed, 100000);
    ck_assert_uint_eq(window.buckets.in_use, 65536);
    window_clear(&window);
    for (int i = 0; i < 1000000; i++)
        window_add_counted(&window, false, false, 100);
    ck_assert_uint_eq(window.room, 128);
    sim_arena_fini(&arena);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("window");
    TCase *tests = tcase_create("window");
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, by_count_it_holds_the_last_n);
    tcase_add_test(tests, by_time_it_holds_what_lies_in_its_buckets);
    tcase_add_test(tests, exactly_as_old_as_the_window_is_out);
    tcase_add_test(tests, its_memory_has_a_bound);
    suite_add_tcase(suite, tests);
    return kit_run(suite);
}
