/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Faults: which of several holds a param, what comes back when one ends, what actions do. */
#include "tests/worlds.h"

/* A world without load, to look at params alone; the faults go in. */
#define WORLD(faults_) \
    "{'run': {'until': '100s'}," \
    "'nodes': {'c': {'type': 'clients', 'to': 's', 'rate': '0/s'}," \
    "'s': {'type': 'catalogue', 'cache': 'r', 'pool': 'p', 'database': 'd'}," \
    "'r': {'type': 'cache', 'ttl': '5s'}, 'p': {'type': 'pool', 'size': 3}," \
    "'d': {'type': 'database', 'latency': {'lognormal': {'median': '40ms', 'sigma': 0.25}}}}," \
    "'links': {'e': {'from': 'c', 'to': 's', 'delay': '1ms'}}," \
    "'faults': {" faults_ "}}"

/* A param from an instant on. */
struct step {
    double at;
    const char *value;
};

/* Walks through the run: at each step's instant the param takes its value, and had the one before just before. */
static void check_steps(const char *text, const char *const *sets, const char *path, const struct step *steps)
{
    struct world world = world_make(text, sets);
    char *before = world_param(&world, path);
    ck_assert_str_eq(before, steps[0].value);
    free(before);
    for (const struct step *step = steps + 1; step->value != NULL; step++) {
        world_to(&world, step->at - 1e-9);
        world_expect(&world, path, step[-1].value);
        world_to(&world, step->at);
        world_expect(&world, path, step->value);
    }
    world_finish(&world);
    world_end(&world);
}

#define SLOW(name_, at_, until_, value_) \
    "'" name_ "': {'node': 'd', 'at': '" at_ "', 'until': '" until_ "', 'set': {'added_latency': '" value_ "'}}"

START_TEST(a_fault_holds_its_param_from_at_until_until)
{
    check_steps(WORLD(SLOW("a", "10s", "20s", "3s")), NULL, "d.added_latency",
                (const struct step[]){{0, "\"0s\""}, {10, "\"3s\""}, {20, "\"0s\""}, {0, NULL}});
}
END_TEST

START_TEST(a_fault_without_until_lasts)
{
    check_steps(WORLD("'a': {'node': 'd', 'at': '10s', 'set': {'added_latency': '3s'}}"), NULL, "d.added_latency",
                (const struct step[]){{0, "\"0s\""}, {10, "\"3s\""}, {99.9, "\"3s\""}, {0, NULL}});
    check_steps(WORLD(SLOW("a", "10s", "none", "3s")), NULL, "d.added_latency",
                (const struct step[]){{0, "\"0s\""}, {10, "\"3s\""}, {99.9, "\"3s\""}, {0, NULL}});
}
END_TEST

START_TEST(a_fault_may_end_after_the_run)
{
    check_steps(WORLD(SLOW("a", "10s", "200s", "3s")), NULL, "d.added_latency",
                (const struct step[]){{0, "\"0s\""}, {10, "\"3s\""}, {99.9, "\"3s\""}, {0, NULL}});
}
END_TEST

START_TEST(a_fault_at_0_acts_before_anything_else)
{
    static const char *const sets[] = {"c.rate=1000/s", "d.latency=0s", "s.cache=none", NULL};
    struct world world = world_make(WORLD("'a': {'node': 'd', 'at': '0s', 'set': {'failure_rate': 1}}"), sets);
    world_to(&world, 1);
    ck_assert_int_gt(world_now(&world, "d.ended"), 900);
    ck_assert_int_eq(world_now(&world, "d.ended"), world_now(&world, "d.error"));
    world_end(&world);
}
END_TEST

START_TEST(of_nested_faults_the_inner_one_wins_and_the_outer_comes_back)
{
    check_steps(WORLD(SLOW("a", "10s", "40s", "1s") "," SLOW("b", "20s", "30s", "2s")), NULL, "d.added_latency",
                (const struct step[]){
                    {0, "\"0s\""}, {10, "\"1s\""}, {20, "\"2s\""}, {30, "\"1s\""}, {40, "\"0s\""}, {0, NULL}});
}
END_TEST

START_TEST(of_crossing_faults_the_later_one_wins_and_stays)
{
    check_steps(WORLD(SLOW("a", "10s", "30s", "1s") "," SLOW("b", "20s", "40s", "2s")), NULL, "d.added_latency",
                (const struct step[]){
                    {0, "\"0s\""}, {10, "\"1s\""}, {20, "\"2s\""}, {30, "\"2s\""}, {40, "\"0s\""}, {0, NULL}});
}
END_TEST

START_TEST(it_is_the_time_that_counts_and_not_the_name)
{
    check_steps(WORLD(SLOW("z", "10s", "40s", "1s") "," SLOW("a", "20s", "30s", "2s")), NULL, "d.added_latency",
                (const struct step[]){
                    {0, "\"0s\""}, {10, "\"1s\""}, {20, "\"2s\""}, {30, "\"1s\""}, {40, "\"0s\""}, {0, NULL}});
}
END_TEST

START_TEST(three_faults_end_in_any_order)
{
    check_steps(
        WORLD(SLOW("a", "10s", "50s", "1s") "," SLOW("b", "20s", "35s", "2s") "," SLOW("c", "30s", "40s", "4s")), NULL,
        "d.added_latency",
        (const struct step[]){{0, "\"0s\""},
                              {10, "\"1s\""},
                              {20, "\"2s\""},
                              {30, "\"4s\""},
                              {35, "\"4s\""},
                              {40, "\"1s\""},
                              {50, "\"0s\""},
                              {0, NULL}});
}
END_TEST

START_TEST(of_faults_that_begin_together_the_last_by_name_wins)
{
    const struct step steps[] = {{0, "\"0s\""}, {10, "\"2s\""}, {15, "\"1s\""}, {20, "\"0s\""}, {0, NULL}};
    check_steps(WORLD(SLOW("a", "10s", "20s", "1s") "," SLOW("b", "10s", "15s", "2s")), NULL, "d.added_latency", steps);
    /* The order in the file means nothing. */
    check_steps(WORLD(SLOW("b", "10s", "15s", "2s") "," SLOW("a", "10s", "20s", "1s")), NULL, "d.added_latency", steps);
}
END_TEST

START_TEST(what_comes_back_is_the_overridden_value)
{
    static const char *const sets[] = {"d.added_latency=7s", NULL};
    check_steps(WORLD(SLOW("a", "10s", "20s", "3s")), sets, "d.added_latency",
                (const struct step[]){{0, "\"7s\""}, {10, "\"3s\""}, {20, "\"7s\""}, {0, NULL}});
}
END_TEST

/* ---- changes as they are told ---- */

struct changes {
    char text[1000];
    const struct sim *sim;
};

static void note_change(void *context, const char *path, const char *value)
{
    struct changes *changes = context;
    size_t used = strlen(changes->text);
    (void)snprintf(changes->text + used, sizeof changes->text - used, "%g %s=%s;", sim_ns_to_s(changes->sim->now), path,
                   value);
}

static const struct sim_listener change_listener = {.fault = note_change};

static void check_changes(const char *text, const char *want)
{
    struct world world = world_make(text, NULL);
    struct changes changes = {.text = "", .sim = world.cell->sim};
    sim_listen(world.cell->sim, &change_listener, &changes);
    world_finish(&world);
    ck_assert_str_eq(changes.text, want);
    world_end(&world);
}

START_TEST(one_fault_takes_over_from_another_without_a_gap)
{
    const char *want = "10 d.added_latency=\"1s\";20 d.added_latency=\"2s\";30 d.added_latency=\"0s\";";
    check_changes(WORLD(SLOW("a", "10s", "20s", "1s") "," SLOW("b", "20s", "30s", "2s")), want);
    check_changes(WORLD(SLOW("b", "10s", "20s", "1s") "," SLOW("a", "20s", "30s", "2s")), want);
}
END_TEST

START_TEST(a_fault_that_changes_nothing_tells_nobody)
{
    check_changes(WORLD(SLOW("a", "10s", "20s", "0s")), "");
    check_changes(WORLD(SLOW("a", "10s", "30s", "1s") "," SLOW("b", "15s", "20s", "1s")),
                  "10 d.added_latency=\"1s\";30 d.added_latency=\"0s\";");
}
END_TEST

START_TEST(params_of_one_fault_change_in_the_order_of_their_names)
{
    const char *want = "10 r.capacity=7;10 r.failure_rate=0.5;10 r.ttl=\"1s\";"
                       "20 r.capacity=\"none\";20 r.failure_rate=0;20 r.ttl=\"5s\";";
    check_changes(WORLD("'a': {'node': 'r', 'at': '10s', 'until': '20s',"
                        "'set': {'ttl': '1s', 'capacity': 7, 'failure_rate': 0.5}}"),
                  want);
    check_changes(WORLD("'a': {'node': 'r', 'at': '10s', 'until': '20s',"
                        "'set': {'failure_rate': 0.5, 'ttl': '1s', 'capacity': 7}}"),
                  want);
}
END_TEST

START_TEST(params_of_parts_and_links_change_too)
{
    check_changes(WORLD("'a': {'node': 's', 'at': '10s', 'until': '20s', 'set': {'cpu.cores': 4}},"
                        "'b': {'link': 'e', 'at': '12s', 'until': '14s', 'set': {'partition': true, 'delay': '5ms'}}"),
                  "10 s.cpu.cores=4;12 links.e.delay=\"5ms\";12 links.e.partition=true;"
                  "14 links.e.delay=\"1ms\";14 links.e.partition=false;20 s.cpu.cores=1;");
}
END_TEST

START_TEST(actions_are_told_and_the_restart_after_a_kill_too)
{
    check_changes(WORLD("'a': {'node': 'd', 'at': '10s', 'until': '20s', 'do': 'kill'},"
                        "'b': {'node': 'r', 'at': '12s', 'do': 'clear'}"),
                  "10 d=kill;12 r=clear;20 d=restart;");
}
END_TEST

/* ---- distributions ---- */

#define LOGNORMAL(median_, sigma_) "{\"lognormal\":{\"median\":\"" median_ "\",\"sigma\":" sigma_ "}}"

START_TEST(a_fault_may_set_one_field_of_a_distribution)
{
    check_steps(WORLD("'a': {'node': 'd', 'at': '10s', 'until': '20s', 'set': {'latency.median': '80ms'}}"), NULL,
                "d.latency",
                (const struct step[]){{0, LOGNORMAL("40ms", "0.25")},
                                      {10, LOGNORMAL("80ms", "0.25")},
                                      {20, LOGNORMAL("40ms", "0.25")},
                                      {0, NULL}});
}
END_TEST

START_TEST(a_fault_may_set_two_fields_of_a_distribution)
{
    check_steps(
        WORLD("'a': {'node': 'd', 'at': '10s', 'until': '20s',"
              "'set': {'latency.median': '80ms', 'latency.sigma': 1}}"),
        NULL, "d.latency",
        (const struct step[]){
            {0, LOGNORMAL("40ms", "0.25")}, {10, LOGNORMAL("80ms", "1")}, {20, LOGNORMAL("40ms", "0.25")}, {0, NULL}});
}
END_TEST

START_TEST(a_field_is_that_of_the_overridden_distribution)
{
    static const char *const sets[] = {"d.latency=exponential:mean=1s", NULL};
    const char *text = WORLD("'a': {'node': 'd', 'at': '10s', 'until': '20s', 'set': {'latency.mean': '80ms'}}");
    check_steps(text, sets, "d.latency",
                (const struct step[]){{0, "{\"exponential\":{\"mean\":\"1s\"}}"},
                                      {10, "{\"exponential\":{\"mean\":\"80ms\"}}"},
                                      {20, "{\"exponential\":{\"mean\":\"1s\"}}"},
                                      {0, NULL}});
}
END_TEST

START_TEST(faults_on_two_fields_hold_the_whole_distribution)
{
    check_steps(WORLD("'a': {'node': 'd', 'at': '10s', 'until': '40s', 'set': {'latency.median': '80ms'}},"
                      "'b': {'node': 'd', 'at': '20s', 'until': '30s', 'set': {'latency.sigma': 1}}"),
                NULL, "d.latency",
                (const struct step[]){{0, LOGNORMAL("40ms", "0.25")},
                                      {10, LOGNORMAL("80ms", "0.25")},
                                      {20, LOGNORMAL("40ms", "1")},
                                      {30, LOGNORMAL("80ms", "0.25")},
                                      {40, LOGNORMAL("40ms", "0.25")},
                                      {0, NULL}});
}
END_TEST

START_TEST(a_fault_may_change_the_law)
{
    check_steps(WORLD("'a': {'node': 'd', 'at': '10s', 'until': '20s', 'set': {'latency': {'exponential': '80ms'}}}"),
                NULL, "d.latency",
                (const struct step[]){{0, LOGNORMAL("40ms", "0.25")},
                                      {10, "{\"exponential\":{\"mean\":\"80ms\"}}"},
                                      {20, LOGNORMAL("40ms", "0.25")},
                                      {0, NULL}});
}
END_TEST

/* ---- actions ---- */

/* Whether a node is down from an instant on. */
struct life {
    double at;
    int down; /* -1: end of the list */
};

static void check_life(const char *text, const char *node, const struct life *lives)
{
    struct world world = world_make(text, NULL);
    const struct sim_node *found = sim_find_node(world.cell->sim, node);
    bool before = false;
    for (const struct life *life = lives; life->down >= 0; life++) {
        world_to(&world, life->at - 1e-9);
        ck_assert_msg(found->down == before, "%s just before %g s", node, life->at);
        world_to(&world, life->at);
        ck_assert_msg(found->down == (life->down == 1), "%s at %g s", node, life->at);
        before = found->down;
    }
    world_finish(&world);
    ck_assert(found->down == before);
    world_end(&world);
}

#define KILL(name_, at_, until_) "'" name_ "': {'node': 'd', 'at': '" at_ "', 'until': '" until_ "', 'do': 'kill'}"
#define RESTART(name_, at_) "'" name_ "': {'node': 'd', 'at': '" at_ "', 'do': 'restart'}"

START_TEST(a_kill_with_until_restarts_then)
{
    check_life(WORLD(KILL("a", "10s", "20s")), "d", (const struct life[]){{10, 1}, {20, 0}, {0, -1}});
}
END_TEST

START_TEST(a_kill_without_until_lasts_until_a_restart)
{
    check_life(WORLD("'a': {'node': 'd', 'at': '10s', 'do': 'kill'}"), "d", (const struct life[]){{10, 1}, {0, -1}});
    check_life(WORLD("'a': {'node': 'd', 'at': '10s', 'do': 'kill'}," RESTART("b", "30s")), "d",
               (const struct life[]){{10, 1}, {30, 0}, {0, -1}});
}
END_TEST

START_TEST(a_node_that_two_kill_comes_back_when_the_last_one_ends)
{
    check_life(WORLD(KILL("a", "10s", "30s") "," KILL("b", "20s", "40s")), "d",
               (const struct life[]){{10, 1}, {30, 1}, {40, 0}, {0, -1}});
    check_life(WORLD(KILL("a", "10s", "40s") "," KILL("b", "20s", "30s")), "d",
               (const struct life[]){{10, 1}, {30, 1}, {40, 0}, {0, -1}});
    check_life(WORLD(KILL("a", "10s", "20s") "," KILL("b", "20s", "30s")), "d",
               (const struct life[]){{10, 1}, {20, 1}, {30, 0}, {0, -1}});
}
END_TEST

START_TEST(a_restart_ends_the_kills_before_it)
{
    check_life(WORLD(KILL("a", "10s", "50s") "," RESTART("b", "20s") "," KILL("c", "30s", "40s")), "d",
               (const struct life[]){{10, 1}, {20, 0}, {30, 1}, {40, 0}, {50, 0}, {0, -1}});
}
END_TEST

START_TEST(kills_of_two_nodes_do_not_mix)
{
    const char *text = WORLD(KILL("a", "10s", "20s") ", 'b': {'node': 'r', 'at': '15s', 'until': '30s', 'do': 'kill'}");
    check_life(text, "d", (const struct life[]){{10, 1}, {20, 0}, {0, -1}});
    check_life(text, "r", (const struct life[]){{15, 1}, {30, 0}, {0, -1}});
}
END_TEST

START_TEST(params_of_a_dead_node_change_and_hold_when_it_comes_back)
{
    check_steps(WORLD(KILL("a", "10s", "30s") "," SLOW("b", "15s", "40s", "1s")), NULL, "d.added_latency",
                (const struct step[]){{0, "\"0s\""}, {15, "\"1s\""}, {30, "\"1s\""}, {40, "\"0s\""}, {0, NULL}});
}
END_TEST

START_TEST(clear_empties_a_cache_at_once)
{
    static const char *const sets[] = {"c.rate=1000/s", "r.ttl=none", "d.latency=0s", NULL};
    struct world world = world_make(WORLD("'cold': {'node': 'r', 'at': '10s', 'do': 'clear'}"), sets);
    world_to(&world, 10 - 1e-9);
    ck_assert_int_eq(world_now(&world, "r.entries"), 50);
    world_to(&world, 10);
    ck_assert_int_eq(world_now(&world, "r.entries"), 0);
    world_to(&world, 11);
    ck_assert_int_gt(world_now(&world, "r.entries"), 40);
    world_end(&world);
}
END_TEST

/* ---- the same run, whatever the order of the file ---- */

START_TEST(the_order_of_faults_in_the_file_changes_nothing)
{
    static const char *const sets[] = {"c.rate=200/s", NULL};
    const char *texts[] = {
        WORLD(SLOW("a", "10s", "30s", "1s") "," SLOW("b", "20s", "40s", "2s") "," KILL("k", "20s", "21s")),
        WORLD(KILL("k", "20s", "21s") "," SLOW("b", "20s", "40s", "2s") "," SLOW("a", "10s", "30s", "1s"))};
    uint64_t prints[2];
    char ids[2][17];
    for (int i = 0; i < 2; i++) {
        struct world world = world_make(texts[i], sets);
        world_finish(&world);
        prints[i] = sim_fingerprint(world.cell->sim);
        memcpy(ids[i], world.cell->id, sizeof ids[i]);
        world_end(&world);
    }
    ck_assert_uint_eq(prints[0], prints[1]);
    ck_assert_str_eq(ids[0], ids[1]);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("faults");
    TCase *tests = tcase_create("faults");
    tcase_add_test(tests, a_fault_holds_its_param_from_at_until_until);
    tcase_add_test(tests, a_fault_without_until_lasts);
    tcase_add_test(tests, a_fault_may_end_after_the_run);
    tcase_add_test(tests, a_fault_at_0_acts_before_anything_else);
    tcase_add_test(tests, of_nested_faults_the_inner_one_wins_and_the_outer_comes_back);
    tcase_add_test(tests, of_crossing_faults_the_later_one_wins_and_stays);
    tcase_add_test(tests, it_is_the_time_that_counts_and_not_the_name);
    tcase_add_test(tests, three_faults_end_in_any_order);
    tcase_add_test(tests, of_faults_that_begin_together_the_last_by_name_wins);
    tcase_add_test(tests, what_comes_back_is_the_overridden_value);
    tcase_add_test(tests, one_fault_takes_over_from_another_without_a_gap);
    tcase_add_test(tests, a_fault_that_changes_nothing_tells_nobody);
    tcase_add_test(tests, params_of_one_fault_change_in_the_order_of_their_names);
    tcase_add_test(tests, params_of_parts_and_links_change_too);
    tcase_add_test(tests, actions_are_told_and_the_restart_after_a_kill_too);
    tcase_add_test(tests, a_fault_may_set_one_field_of_a_distribution);
    tcase_add_test(tests, a_fault_may_set_two_fields_of_a_distribution);
    tcase_add_test(tests, a_field_is_that_of_the_overridden_distribution);
    tcase_add_test(tests, faults_on_two_fields_hold_the_whole_distribution);
    tcase_add_test(tests, a_fault_may_change_the_law);
    tcase_add_test(tests, a_kill_with_until_restarts_then);
    tcase_add_test(tests, a_kill_without_until_lasts_until_a_restart);
    tcase_add_test(tests, a_node_that_two_kill_comes_back_when_the_last_one_ends);
    tcase_add_test(tests, a_restart_ends_the_kills_before_it);
    tcase_add_test(tests, kills_of_two_nodes_do_not_mix);
    tcase_add_test(tests, params_of_a_dead_node_change_and_hold_when_it_comes_back);
    tcase_add_test(tests, clear_empties_a_cache_at_once);
    tcase_add_test(tests, the_order_of_faults_in_the_file_changes_nothing);
    suite_add_tcase(suite, tests);
    return worlds_run(suite);
}
