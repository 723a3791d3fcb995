/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of models/sharing.c and models/recent.c, each against the simplest thing that does the same. */
#include "models/recent.h"
#include "models/sharing.h"
#include "sim/rng.h"
#include "tests/kit.h"

#include <math.h>

enum { JOBS = 40, STEPS = 4000 };

/* ---- sharing against a list of what each call has left ---- */

struct naive {
    struct sim_call calls[JOBS];
    double left[JOBS]; /* ns; NAN: not there */
    int64_t count, servers;
    sim_ns now;
};

static double rate_of(const struct naive *naive)
{
    return naive->count > naive->servers ? (double)naive->servers / (double)naive->count : 1;
}

static void naive_to(struct naive *naive, sim_ns now)
{
    const double got = (double)(now - naive->now) * rate_of(naive);
    for (int i = 0; i < JOBS; i++)
        naive->left[i] -= got;
    naive->now = now;
}

static void check_next(const struct sharing *sharing, const struct naive *naive)
{
    double least = INFINITY;
    for (int i = 0; i < JOBS; i++) {
        kit_require(sharing_has(sharing, &naive->calls[i]) == !isnan(naive->left[i]));
        least = fmin(least, naive->left[i]);
    }
    if (naive->count == 0) {
        kit_require(sharing_next(sharing) == SIM_NEVER);
        return;
    }
    const double want = (double)naive->now + fmax(0, least) / rate_of(naive);
    kit_require(fabs((double)sharing_next(sharing) - want) < 0.51 + 1e-3);
}

/* Lets calls end until `until`. */
static void drain(struct sharing *sharing, struct naive *naive, sim_ns until)
{
    while (sharing_next(sharing) < until) {
        const sim_ns now = sharing_next(sharing);
        naive_to(naive, now);
        struct sim_call *call = sharing_take(sharing, now);
        kit_require(call != NULL); /* whose event fired has an end to show for it */
        for (; call != NULL; call = sharing_take(sharing, now)) {
            const int64_t i = call - naive->calls;
            kit_require(fabs(naive->left[i]) <= 0.51 + 1e-3);
            naive->left[i] = NAN;
            naive->count--;
        }
        check_next(sharing, naive);
    }
}

static void step(struct sharing *sharing, struct naive *naive, struct sim_rng *rng, sim_ns now)
{
    const int i = (int)(sim_rng_next(rng) % JOBS);
    naive_to(naive, now);
    if (sim_rng_chance(rng, 0.1)) {
        naive->servers = 1 + (int64_t)(sim_rng_next(rng) % 12);
        sharing_set_servers(sharing, now, naive->servers);
    } else if (!isnan(naive->left[i])) {
        sharing_leave(sharing, now, &naive->calls[i]);
        naive->left[i] = NAN;
        naive->count--;
    } else {
        const sim_ns work = 1 + (sim_ns)(sim_rng_next(rng) % 5000);
        sharing_join(sharing, now, work, &naive->calls[i]);
        naive->left[i] = (double)work;
        naive->count++;
    }
    check_next(sharing, naive);
}

START_TEST(every_call_ends_within_half_a_nanosecond_of_where_a_list_says)
{
    struct sharing sharing = {0};
    struct naive naive = {.servers = 4};
    struct sim_rng rng;
    sim_rng_init(&rng, (uint64_t)_i, "sharing", "test");
    for (int i = 0; i < JOBS; i++)
        naive.left[i] = NAN;
    sharing_set_servers(&sharing, 0, naive.servers);
    for (int n = 0; n < STEPS; n++) {
        const sim_ns now = naive.now + (sim_ns)(sim_rng_next(&rng) % 700);
        drain(&sharing, &naive, now);
        step(&sharing, &naive, &rng, now);
    }
    drain(&sharing, &naive, SIM_NS_MAX);
    ck_assert_int_eq(naive.count, 0);
    sharing_fini(&sharing);
}
END_TEST

START_TEST(equals_end_in_the_order_they_came)
{
    struct sharing sharing = {0};
    struct sim_call calls[100] = {0};
    sharing_set_servers(&sharing, 0, 3);
    for (size_t i = 0; i < SIM_COUNT_OF(calls); i++)
        sharing_join(&sharing, 0, SIM_S, &calls[i]);
    ck_assert_int_eq(sharing_next(&sharing), 33333333333); /* 100 / 3 s */
    ck_assert_ptr_null(sharing_take(&sharing, 33333333332));
    for (size_t i = 0; i < SIM_COUNT_OF(calls); i++)
        ck_assert_ptr_eq(sharing_take(&sharing, 33333333333), &calls[i]);
    ck_assert_ptr_null(sharing_take(&sharing, 33333333333));
    sharing_fini(&sharing);
}
END_TEST

/* Three that need 20 ns on one server, and a fourth from 10 to 14. The three got 10/3 by 10 and 13/3 by 14; what is left,
 * 47/3, takes 47: they end at 61, not at 62, though no third of a nanosecond can be written down. */
START_TEST(thirds_of_a_nanosecond_do_not_add_up)
{
    struct sharing sharing = {0};
    struct sim_call calls[4] = {0};
    sharing_set_servers(&sharing, 0, 1);
    for (int i = 0; i < 3; i++)
        sharing_join(&sharing, 0, 20, &calls[i]);
    ck_assert_int_eq(sharing_next(&sharing), 60);
    sharing_join(&sharing, 10, 20, &calls[3]);
    ck_assert_int_eq(sharing_next(&sharing), 77); /* 10 + 4 x 50/3 = 76.7 */
    sharing_leave(&sharing, 14, &calls[3]);
    ck_assert_int_eq(sharing_next(&sharing), 61);
    for (int i = 0; i < 3; i++)
        ck_assert_ptr_eq(sharing_take(&sharing, 61), &calls[i]);
    sharing_fini(&sharing);
}
END_TEST

/* The longest work there is, and more of it than any run lasts. */
START_TEST(what_no_run_sees_the_end_of_never_ends)
{
    struct sharing sharing = {0};
    struct sim_call calls[100] = {0};
    sharing_set_servers(&sharing, 0, 1);
    sharing_join(&sharing, 0, SIM_NS_MAX, &calls[0]);
    ck_assert_int_eq(sharing_next(&sharing), SIM_NS_MAX);
    for (size_t i = 1; i < SIM_COUNT_OF(calls); i++)
        sharing_join(&sharing, SIM_NS_MAX / 2, SIM_NS_MAX, &calls[i]);
    ck_assert_int_eq(sharing_next(&sharing), SIM_NEVER);
    sharing_set_servers(&sharing, SIM_NS_MAX / 2, 1000000);
    ck_assert_int_eq(sharing_next(&sharing), SIM_NS_MAX);
    sharing_clear(&sharing);
    ck_assert_int_eq(sharing_next(&sharing), SIM_NEVER);
    sharing_join(&sharing, SIM_NS_MAX, 5, &calls[0]); /* the clock starts anew */
    ck_assert_int_eq(sharing_next(&sharing), SIM_NS_MAX + 5);
    sharing_fini(&sharing);
}
END_TEST

/* ---- recent against a list of all there ever was ---- */

START_TEST(recent_counts_what_is_younger_than_the_window)
{
    static sim_ns all[STEPS];
    struct recent recent = {0};
    struct sim_rng rng;
    sim_ns now = 0;
    sim_rng_init(&rng, (uint64_t)_i, "recent", "test");
    for (int n = 0; n < STEPS; n++) {
        /* Now and then dense, so that the ring grows when its first entry is anywhere. */
        now += (sim_ns)(sim_rng_next(&rng) % (n % 1000 < 300 ? 3 : 40));
        all[n] = now;
        int64_t want = 0;
        for (int i = 0; i <= n; i++)
            want += now - all[i] < 500;
        kit_require(recent_add(&recent, now, 500) == want);
    }
    recent_clear(&recent);
    ck_assert_int_eq(recent_add(&recent, now, 500), 1);
    ck_assert_int_eq(recent_add(&recent, now, 0), 1); /* itself always counts */
    recent_fini(&recent);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("sharing");
    TCase *tests = tcase_create("sharing and recent");
    tcase_add_loop_test(tests, every_call_ends_within_half_a_nanosecond_of_where_a_list_says, 1, 21);
    tcase_add_test(tests, equals_end_in_the_order_they_came);
    tcase_add_test(tests, thirds_of_a_nanosecond_do_not_add_up);
    tcase_add_test(tests, what_no_run_sees_the_end_of_never_ends);
    tcase_add_loop_test(tests, recent_counts_what_is_younger_than_the_window, 1, 6);
    suite_add_tcase(suite, tests);
    return kit_run(suite);
}
