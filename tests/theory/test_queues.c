/* SPDX-License-Identifier: GPL-3.0-or-later */
/* M/M/c against exact theory, through clients, calls and the cpu part. The unit of time is the mean service time, one
 * second.
 *
 * Erlang C gives who waits; a wait is 0 or exponential with rate c (1 - rho), and the sojourn's law is that plus an
 * independent service (Gross and Harris, Fundamentals of Queueing Theory, 2.3). */
#include "tests/theory/station.h"

/* ---- M/M/c ---- */

/* Of an M/M/c with E[S] = 1: utilisation, and what is published of it. `length` in services a core. */
struct mmc {
    int c;
    double rho;
    double wait_share, wait, p95, p99;
    double length;
    uint32_t replications;
};

static const struct mmc mmcs[] = {
    {1, 0.8, 0.8, 4, 14.979, 23.026, 200000, 40},        {1, 0.9, 0.9, 9, 29.957, 46.052, 600000, 40},
    {2, 0.8, 0.7111, 1.7778, 7.911, 11.937, 100000, 40}, {4, 0.8, 0.5964, 0.7455, 4.738, 6.893, 50000, 40},
    {10, 0.9, 0.6687, 0.6687, 4.361, 6.250, 40000, 40},
};

/* Erlang C. */
static double erlang_c(int c, double rho)
{
    double b = 1;
    for (int k = 1; k <= c; k++)
        b = c * rho * b / (k + c * rho * b);
    return b / (1 - rho * (1 - b));
}

/* P(sojourn > t). */
static double sojourn_tail(const struct mmc *q, double t)
{
    double waits = erlang_c(q->c, q->rho);
    double theta = q->c * (1 - q->rho); /* a wait is exponential with this rate */
    double both = fabs(theta - 1) < 1e-9 ? (1 + t) * exp(-t) : (theta * exp(-t) - exp(-theta * t)) / (theta - 1);
    return (1 - waits) * exp(-t) + waits * both;
}

static double sojourn_percentile(const struct mmc *q, double p)
{
    double low = 0;
    double high = 1000;
    for (int i = 0; i < 100; i++) {
        double middle = (low + high) / 2;
        *(sojourn_tail(q, middle) > 1 - p / 100 ? &low : &high) = middle;
    }
    return low;
}

static void replicate_mmc(const void *model, uint64_t seed, double *values)
{
    const struct mmc *q = model;
    struct sim *sim = station_world(seed, q->rho * q->c, q->c);
    /* Relaxation takes 1 / (c (1 - sqrt(rho))^2): at most 380 here. */
    uint32_t measured = theory_run(sim, 4000.0 / q->c, q->length);
    values[0] = theory_share_above_zero(sim, "station.cpu.wait", measured);
    values[1] = theory_read(sim, "station.cpu.wait.mean", measured);
    values[2] = theory_read(sim, "station.latency.p95", measured);
    values[3] = theory_read(sim, "clients.response.p99", measured);
    values[4] = theory_read(sim, "station.cpu", measured);
    sim_destroy(sim);
}

START_TEST(m_m_c_waits_as_erlang_says)
{
    const struct mmc *q = &mmcs[_i];
    char name[40];
    const struct theory_measure measures[] = {
        {"P(wait)", erlang_c(q->c, q->rho), 0, 0.01},
        {"mean wait", erlang_c(q->c, q->rho) / (q->c * (1 - q->rho)), 0, 0},
        {"p95", sojourn_percentile(q, 95), 0.002, 0},
        {"p99", sojourn_percentile(q, 99), 0.002, 0.08},
        {"busy", q->rho, 0, 0.01},
    };
    const double published[] = {q->wait_share, q->wait, q->p95, q->p99};
    for (size_t m = 0; m < SIM_COUNT_OF(published); m++)
        ck_assert_double_eq_tol(measures[m].want, published[m], 1e-3 * published[m]);
    (void)snprintf(name, sizeof name, "M/M/%d rho %g", q->c, q->rho);
    struct theory_study study = {.name = name,
                                 .controlled = true,
                                 .measures = measures,
                                 .measure_count = SIM_COUNT_OF(measures),
                                 .replications = q->replications,
                                 .replicate = replicate_mmc,
                                 .model = q};
    theory_check(&study);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("queues");
    TCase *tcase = tcase_create("queues");
    tcase_add_loop_test(tcase, m_m_c_waits_as_erlang_says, 0, SIM_COUNT_OF(mmcs));
    suite_add_tcase(suite, tcase);
    return kit_run(suite);
}
