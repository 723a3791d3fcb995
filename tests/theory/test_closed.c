/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Closed clients at a station of one core and of two, N = 1..50 users: against the asymptotic bounds (Denning and Buzen
 * 1978; Lazowska et al. 1984, chapter 5) and exact mean value analysis (Reiser and Lavenberg 1980). Service and thinking
 * are exponential. The unit of time is the mean service time, one second.
 *
 * Some populations are compared one by one, with theory.h's confidence. All fifty are compared by the mean ratio of
 * simulated to exact throughput and response, of which there is one a seed; and no population may be off by more than
 * FAR, some seven standard errors or more. */
#include "tests/theory/station.h"

enum { USERS_MAX = 50, CORES_MAX = 2, SEEDS = 40 };
static const double THINK = 8;
static const double FAR = 0.05;

struct exact {
    double throughput, response;
};

/* Exact MVA of thinking and one station of `c` cores; fills one entry a population. p[j]: j users at the station. */
static void mean_value_analysis(int c, struct exact exact[USERS_MAX + 1])
{
    double queue = 0;
    double p[CORES_MAX] = {1};
    for (int n = 1; n <= USERS_MAX; n++) {
        double response = 1 + queue;
        for (int j = 0; j <= c - 2; j++)
            response += (c - 1 - j) * p[j];
        response /= c;
        const double x = n / (THINK + response);
        double idle = x;
        for (int j = c - 1; j >= 1; j--) {
            p[j] = x / j * p[j - 1];
            idle += (c - j) * p[j];
        }
        p[0] = 1 - idle / c;
        queue = x * response;
        exact[n] = (struct exact){x, response};
    }
}

/* Throughput by the birth and death of those at the station. */
static double birth_death_throughput(int users, int c)
{
    double weight = 1;
    double all = 1;
    double busy = 0;
    for (int n = 1; n <= users; n++) {
        const int working = n < c ? n : c;
        weight *= (users - n + 1) / THINK / working;
        all += weight;
        busy += weight * working;
    }
    return busy / all;
}

START_TEST(mean_value_analysis_agrees_with_birth_and_death)
{
    struct exact exact[USERS_MAX + 1];
    for (int c = 1; c <= CORES_MAX; c++) {
        mean_value_analysis(c, exact);
        for (int n = 1; n <= USERS_MAX; n++)
            ck_assert_double_eq_tol(exact[n].throughput, birth_death_throughput(n, c), 1e-10);
    }
}
END_TEST

static struct exact simulate(uint64_t seed, int users, int c, double length_s)
{
    char word[20];
    struct exact got;
    struct sim *sim = station_world(seed, 0, c);
    kit_set(sim, "clients.load", "closed");
    (void)snprintf(word, sizeof word, "%d", users);
    kit_set(sim, "clients.population", word);
    (void)snprintf(word, sizeof word, "%gs", THINK);
    kit_set(sim, "clients.think_time.mean", word);
    const uint32_t measured = theory_run(sim, 200, length_s);
    got.throughput = theory_read(sim, "clients.answered.rate", measured);
    got.response = theory_read(sim, "clients.response.mean", measured);
    sim_destroy(sim);
    return got;
}

/* ---- one by one ---- */

static const int populations[] = {1, 5, 10, 20, 50};

struct cell {
    int users, c;
};

static void replicate_one(const void *model, uint64_t seed, double *values)
{
    const struct cell *cell = model;
    const struct exact got = simulate(seed, cell->users, cell->c, 10000);
    values[0] = got.throughput;
    values[1] = got.response;
}

START_TEST(a_population_is_served_as_mean_value_analysis_says)
{
    struct exact exact[USERS_MAX + 1];
    char name[40];
    const struct cell cell = {populations[_i / CORES_MAX], _i % CORES_MAX + 1};
    mean_value_analysis(cell.c, exact);
    const struct theory_measure measures[] = {{"throughput", exact[cell.users].throughput, 0, 0},
                                              {"response", exact[cell.users].response, 0, 0}};
    (void)snprintf(name, sizeof name, "%d users, %d cores", cell.users, cell.c);
    struct theory_study study = {.name = name,
                                 .measures = measures,
                                 .measure_count = SIM_COUNT_OF(measures),
                                 .replications = SEEDS,
                                 .replicate = replicate_one,
                                 .model = &cell};
    theory_check(&study);
}
END_TEST

/* ---- all ---- */

struct all {
    int c;
    struct exact exact[USERS_MAX + 1];
    struct exact (*got)[USERS_MAX + 1]; /* one row a seed */
};

static void replicate_all(const void *model, uint64_t seed, double *values)
{
    const struct all *all = model;
    values[0] = values[1] = 0;
    for (int n = 1; n <= USERS_MAX; n++) {
        const struct exact got = simulate(seed * 100 + (uint64_t)n, n, all->c, 1000 + 20000.0 / n);
        values[0] += got.throughput / all->exact[n].throughput / USERS_MAX;
        values[1] += got.response / all->exact[n].response / USERS_MAX;
        all->got[seed - 1][n] = got;
    }
}

static double smaller(double a, double b)
{
    return a < b ? a : b;
}

/* Of the means over the seeds. One user, and many, reach the bounds, and may be beyond them by chance. */
static void check_bounds(int n, int c, struct exact mean)
{
    const double chance = 0.02;
    ck_assert_double_le(mean.throughput, smaller(n / (THINK + 1), c) * (1 + chance));
    ck_assert_double_ge(mean.throughput, (1 - chance) * n / (THINK + n));
    ck_assert_double_ge(mean.response, (1 - chance) * (n <= c * (THINK + 1) ? 1 : n / (double)c - THINK));
    ck_assert_double_le(mean.response, n * (1 + chance));
}

START_TEST(all_populations_keep_the_asymptotic_bounds_and_mean_value_analysis)
{
    static const struct theory_measure measures[] = {{"X ratio", 1, 0, 0.01}, {"R ratio", 1, 0, 0.01}};
    struct all all = {.c = _i, .got = sim_xcalloc(SEEDS, sizeof *all.got)};
    char name[40];
    mean_value_analysis(all.c, all.exact);
    (void)snprintf(name, sizeof name, "1..%d users, %d cores", USERS_MAX, all.c);
    struct theory_study study = {.name = name,
                                 .measures = measures,
                                 .measure_count = SIM_COUNT_OF(measures),
                                 .replications = SEEDS,
                                 .replicate = replicate_all,
                                 .model = &all};
    theory_check(&study);
    for (int n = 1; n <= USERS_MAX; n++) {
        struct exact mean = {0, 0};
        for (int seed = 0; seed < SEEDS; seed++) {
            mean.throughput += all.got[seed][n].throughput / SEEDS;
            mean.response += all.got[seed][n].response / SEEDS;
        }
        check_bounds(n, all.c, mean);
        ck_assert_double_eq_tol(mean.throughput, all.exact[n].throughput, FAR * all.exact[n].throughput);
        ck_assert_double_eq_tol(mean.response, all.exact[n].response, FAR * all.exact[n].response);
    }
    free(all.got);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("closed clients");
    TCase *tcase = tcase_create("closed clients");
    tcase_add_test(tcase, mean_value_analysis_agrees_with_birth_and_death);
    tcase_add_loop_test(tcase, a_population_is_served_as_mean_value_analysis_says, 0,
                        SIM_COUNT_OF(populations) * CORES_MAX);
    tcase_add_loop_test(tcase, all_populations_keep_the_asymptotic_bounds_and_mean_value_analysis, 1, CORES_MAX + 1);
    suite_add_tcase(suite, tcase);
    return kit_run(suite);
}
