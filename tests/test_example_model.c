/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of the worked example of docs/add_a_model.md. A model of models/ would be linked rather than included. */
#include "tests/kit.h"

extern const struct sim_node_type worker_type; /* would be in models/models.h */
#include "docs/examples/worker.c"              /* NOLINT(bugprone-suspicious-include) */

/* Clients at 100/s that ask a worker. */
static struct sim *worker_world(uint64_t seed)
{
    struct sim *sim = sim_create(seed);
    ck_assert_ptr_nonnull(sim_add_node(sim, &clients_type, "clients"));
    ck_assert_ptr_nonnull(sim_add_node(sim, &worker_type, "worker"));
    kit_set(sim, "clients.to", "worker");
    return sim;
}

/* A reading over the whole run so far. */
static double read_run(struct sim *sim, const char *text)
{
    struct sim_reading reading;
    struct sim_error error;
    ck_assert_msg(sim_reading_find(sim, text, &reading, &error), "%s: %s", text, error.rule);
    const struct sim_interval *run = &sim->intervals[0];
    struct sim_reading_value value = sim_reading_read(&reading, run->samples, run->seen);
    ck_assert(value.has_data);
    return value.value;
}

/* Runs 2000 s: 200,000 requests, so a mean is within 2 % on every seed tried. */
static void run_world(struct sim *sim)
{
    kit_start_world(sim);
    ck_assert(sim_run(sim, 2000 * SIM_S, NULL, NULL));
    kit_check_conservation(sim);
    sim_finish(sim);
}

static void expect_near(double got, double want)
{
    ck_assert_double_ge(got, 0.98 * want);
    ck_assert_double_le(got, 1.02 * want);
}

/* M/D/1 at a load of 0.5: half busy, mean time in the system S (1 + 0.5 / (2 (1 - 0.5))) = 1.5 S. */
START_TEST(constant_bursts_wait_as_in_an_m_d_1_queue)
{
    struct sim *sim = worker_world((uint64_t)_i);
    kit_set(sim, "worker.cost", "5ms");
    run_world(sim);
    expect_near(read_run(sim, "worker.cpu"), 0.5);
    expect_near(read_run(sim, "worker.latency.mean"), 0.0075);
    sim_destroy(sim);
}
END_TEST

/* Erlang's loss formula with one server at a load of 0.5: 0.5 / 1.5 of the requests are lost. */
START_TEST(without_a_queue_erlang_b_tells_who_is_turned_away)
{
    struct sim *sim = worker_world((uint64_t)_i);
    kit_set(sim, "worker.queue_max", "0");
    run_world(sim);
    expect_near(read_run(sim, "worker.error_rate"), 1.0 / 3);
    ck_assert_double_eq(read_run(sim, "worker.turned_away"), read_run(sim, "worker.unavailable"));
    sim_destroy(sim);
}
END_TEST

/* A live param: a test changes it while the simulation runs, and looks whether it really acts. */
START_TEST(a_change_of_the_cost_acts_on_requests_that_arrive_later)
{
    struct sim *sim = worker_world(1);
    struct sim_node *worker = sim_find_node(sim, "worker");
    kit_set(sim, "worker.cost", "1ms");
    kit_set_at(worker, 1000 * SIM_S, "worker.cost=5ms");
    run_world(sim);
    expect_near(read_run(sim, "worker.cpu"), 0.3); /* the mean of 0.1 and 0.5 */
    sim_destroy(sim);
}
END_TEST

START_TEST(a_change_of_queue_max_acts_on_the_next_request)
{
    struct sim *sim = worker_world(1);
    struct sim_node *worker = sim_find_node(sim, "worker");
    kit_set_at(worker, 1000 * SIM_S, "worker.queue_max=0");
    run_world(sim);
    expect_near(read_run(sim, "worker.error_rate"), 0.5 / 3); /* a third of the second half */
    sim_destroy(sim);
}
END_TEST

START_TEST(who_asks_while_it_is_down_is_refused_and_it_comes_back_empty)
{
    struct sim *sim = worker_world(1);
    struct sim_node *worker = sim_find_node(sim, "worker");
    kit_kill_at(worker, 500 * SIM_S);
    kit_restart_at(worker, 1500 * SIM_S);
    run_world(sim);
    expect_near(read_run(sim, "worker.error_rate"), 0.5);
    expect_near(read_run(sim, "worker.refused"), 100000);
    sim_destroy(sim);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("example model");
    TCase *tests = tcase_create("worker");
    tcase_set_timeout(tests, 60);
    tcase_add_loop_test(tests, constant_bursts_wait_as_in_an_m_d_1_queue, 1, 4);
    tcase_add_loop_test(tests, without_a_queue_erlang_b_tells_who_is_turned_away, 1, 4);
    tcase_add_test(tests, a_change_of_the_cost_acts_on_requests_that_arrive_later);
    tcase_add_test(tests, a_change_of_queue_max_acts_on_the_next_request);
    tcase_add_test(tests, who_asks_while_it_is_down_is_refused_and_it_comes_back_empty);
    suite_add_tcase(suite, tests);
    return kit_run(suite);
}
