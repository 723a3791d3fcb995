/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of the map of calls: it adds up to what the nodes counted themselves, follows errors to where they were born,
 * forgets what is over, and has a place for everything. */
#include "reports/callmap.h"
#include "reports/callmap_layout.h"
#include "tests/random_world.h"

static const unsigned FLAGS[] = {0, RANDOM_PARALLEL, RANDOM_FAULTS, RANDOM_PARALLEL | RANDOM_FAULTS};

/* ---- it adds up ---- */

static void check_sums(const struct callmap *map)
{
    uint64_t births = 0, deaths = 0;
    for (uint32_t i = 0; i < map->sim->node_count; i++) {
        const struct sim_node *node = map->sim->nodes[i];
        const struct callmap_node *own = &map->nodes[i];
        uint64_t answered = 0, timed_out = 0, cancelled = 0;
        ck_assert_int_eq((int64_t)own->replied, node->ended.value);
        ck_assert_int_eq((int64_t)own->errors, node->errors.value);
        ck_assert_uint_eq(own->took.count, own->replied);
        ck_assert_uint_le(own->born, own->errors);
        for (size_t k = 0; k < own->births.count; k++)
            births += own->births.items[k].count;
        births -= own->born;
        for (size_t k = 0; k < map->edge_count; k++) {
            const struct callmap_edge *edge = map->edges[k];
            uint64_t by_status = 0, by_outcome = 0;
            if (edge->from != node)
                continue;
            for (int status = 0; status < SIM_STATUSES; status++)
                by_status += edge->by_status[status];
            for (size_t n = 0; n < edge->outcomes.count; n++)
                by_outcome += edge->outcomes.items[n].count;
            ck_assert_uint_eq(by_status, edge->ended);
            ck_assert_uint_eq(by_outcome, edge->ended);
            ck_assert_uint_eq(edge->took.count, edge->ended);
            answered += edge->ended - edge->timed_out - edge->cancelled;
            timed_out += edge->timed_out;
            cancelled += edge->cancelled;
        }
        ck_assert_int_eq((int64_t)answered, node->answered.value);
        ck_assert_int_eq((int64_t)timed_out, node->timed_out.value);
        ck_assert_int_eq((int64_t)cancelled, node->cancelled.value);
    }
    ck_assert_uint_eq(births, 0);
    for (size_t i = 0; i < map->death_count; i++)
        deaths += map->deaths[i].count;
    ck_assert_uint_eq(deaths, map->failed);
    ck_assert_uint_le(map->failed, map->requests);
}

START_TEST(the_map_of_a_whole_run_is_what_the_nodes_counted)
{
    uint64_t failed = 0;
    for (uint64_t seed = 1; seed <= 60; seed++) {
        struct random_world *w = random_world_make(seed, FLAGS[_i]);
        struct callmap map;
        callmap_init(&map, w->sim, 0, SIM_NEVER);
        random_world_start(w, 60, 500 * SIM_MS);
        ck_assert(sim_run(w->sim, SIM_S, NULL, NULL));
        random_world_quiesce(w);
        callmap_finish(&map);
        check_sums(&map);
        ck_assert_uint_eq(map.open.count, 0); /* nothing is kept of what is over */
        failed += map.failed;
        callmap_fini(&map);
        random_world_free(w);
    }
    ck_assert_uint_gt(failed, 30);
}
END_TEST

START_TEST(stretches_of_a_run_add_up_to_the_whole)
{
    struct random_world *w = random_world_make(3, RANDOM_PARALLEL);
    const sim_ns cuts[] = {0, 100 * SIM_MS, 101 * SIM_MS, 400 * SIM_MS, SIM_NEVER};
    struct callmap whole, part[4];
    uint64_t ended = 0, replied = 0, requests = 0;
    callmap_init(&whole, w->sim, 0, SIM_NEVER);
    for (int i = 0; i < 4; i++)
        callmap_init(&part[i], w->sim, cuts[i], cuts[i + 1]);
    random_world_start(w, 60, 500 * SIM_MS);
    ck_assert(sim_run(w->sim, SIM_S, NULL, NULL));
    random_world_quiesce(w);
    for (int i = 0; i < 4; i++) {
        for (size_t k = 0; k < part[i].edge_count; k++)
            ended += part[i].edges[k]->ended;
        for (uint32_t k = 0; k < w->sim->node_count; k++)
            replied += part[i].nodes[k].replied;
        requests += part[i].requests;
        callmap_fini(&part[i]);
    }
    for (size_t k = 0; k < whole.edge_count; k++)
        ended -= whole.edges[k]->ended;
    for (uint32_t k = 0; k < w->sim->node_count; k++)
        replied -= whole.nodes[k].replied;
    ck_assert_uint_eq(ended, 0);
    ck_assert_uint_eq(replied, 0);
    ck_assert_uint_eq(requests, whole.requests);
    ck_assert_uint_gt(requests, 50);
    callmap_fini(&whole);
    random_world_free(w);
}
END_TEST

START_TEST(mapping_changes_neither_the_fingerprint_nor_the_number_of_events)
{
    for (uint64_t seed = 1; seed <= 10; seed++) {
        uint64_t prints[2], events[2];
        for (int i = 0; i < 2; i++) {
            struct random_world *w = random_world_make(seed, RANDOM_PARALLEL | RANDOM_FAULTS);
            struct callmap map = {0};
            if (i > 0)
                callmap_init(&map, w->sim, 0, SIM_NEVER);
            random_world_start(w, 60, 500 * SIM_MS);
            ck_assert(sim_run(w->sim, SIM_S, NULL, NULL));
            sim_finish(w->sim);
            prints[i] = sim_fingerprint(w->sim);
            events[i] = w->sim->events;
            callmap_fini(&map);
            random_world_free(w);
        }
        ck_assert_uint_eq(prints[0], prints[1]);
        ck_assert_uint_eq(events[0], events[1]);
    }
}
END_TEST

/* ---- where errors are born ---- */

/* A user calls a, a calls b; what each does is the case. */
static const struct birth_case {
    const char *what;
    bool b_fails, b_is_slow, a_fails;
    uint64_t born_at_a, born_at_b;
    const char *died_at, *reason, *heard_from; /* NULL: the request lives; nothing was heard */
} BIRTHS[] = {
    {"all is well", false, false, false, 0, 0, NULL, NULL, NULL},
    {"b fails, a does without", true, false, false, 0, 1, NULL, NULL, NULL},
    {"b fails, a passes it on", true, false, true, 0, 1, "b", "Failed", NULL},
    {"a fails of its own", false, false, true, 1, 0, "a", "Failed", NULL},
    {"b fails, then a user's patience ends", true, true, false, 0, 1, "user", "Timed Out", NULL},
};

START_TEST(an_error_is_followed_to_where_it_was_born)
{
    const struct birth_case *c = &BIRTHS[_i];
    struct sim *sim = sim_create(1);
    struct kit_node *user = kit_add(sim, "user"), *a = kit_add(sim, "a"), *b = kit_add(sim, "b");
    const struct kit_step for_b[] = {{.kind = c->b_fails ? KIT_FAIL : KIT_SLEEP, .ns = SIM_MS}, {.kind = KIT_END}};
    const struct kit_step for_a[] = {{.kind = KIT_CALL, .to = &b->node, .op = KIT_OP},
                                     {.kind = KIT_SLEEP, .ns = c->b_is_slow ? SIM_S : SIM_MS},
                                     {.kind = c->a_fails ? KIT_FAIL : KIT_SLEEP, .ns = SIM_MS},
                                     {.kind = KIT_END}};
    const struct kit_step for_user[] = {{.kind = KIT_CALL, .to = &a->node, .op = KIT_OP, .timeout = 100 * SIM_MS},
                                        {.kind = KIT_END}};
    a->scripts[0] = for_a;
    b->scripts[0] = for_b;
    struct callmap map;
    callmap_init(&map, sim, 0, SIM_NEVER);
    kit_start_world(sim);
    kit_spawn_at(user, 0, for_user);
    ck_assert(sim_run(sim, 10 * SIM_S, NULL, NULL));
    callmap_finish(&map);
    ck_assert_msg(map.nodes[a->node.index].born == c->born_at_a, "%s: born at a", c->what);
    ck_assert_msg(map.nodes[b->node.index].born == c->born_at_b, "%s: born at b", c->what);
    ck_assert_uint_eq(map.requests, 1);
    ck_assert_uint_eq(map.failed, c->died_at != NULL);
    ck_assert_uint_eq(map.death_count, c->died_at != NULL);
    if (c->died_at != NULL) {
        ck_assert_str_eq(map.deaths[0].node->name, c->died_at);
        ck_assert_str_eq(map.deaths[0].outcome.reason, c->reason);
        ck_assert_pstr_eq(map.deaths[0].heard_from == NULL ? NULL : map.deaths[0].heard_from->name, c->heard_from);
    }
    callmap_fini(&map);
    sim_destroy(sim);
}
END_TEST

START_TEST(a_node_that_gives_up_names_the_error_it_had_heard)
{
    struct sim *sim = sim_create(1);
    struct kit_node *user = kit_add(sim, "user"), *a = kit_add(sim, "a");
    struct sim_node *pool = kit_add_pool(sim, "pool", "1");
    kit_set(sim, "pool.acquire_timeout", "10ms");
    const struct kit_step for_a[] = {{.kind = KIT_ACQUIRE, .to = pool},
                                     {.kind = KIT_SLEEP, .ns = 50 * SIM_MS},
                                     {.kind = KIT_FAIL},
                                     {.kind = KIT_END}};
    const struct kit_step for_user[] = {{.kind = KIT_CALL, .to = &a->node, .op = KIT_OP}, {.kind = KIT_END}};
    a->scripts[0] = for_a;
    struct callmap map;
    callmap_init(&map, sim, 0, SIM_NEVER);
    kit_start_world(sim);
    kit_spawn_at(user, 0, for_user);
    kit_spawn_at(user, SIM_MS, for_user);
    ck_assert(sim_run(sim, SIM_S, NULL, NULL));
    callmap_finish(&map);
    ck_assert_uint_eq(map.failed, 2);
    ck_assert_uint_eq(map.death_count, 2);
    for (int i = 0; i < 2; i++) {
        ck_assert_str_eq(map.deaths[i].node->name, "a");
        ck_assert_str_eq(map.deaths[i].outcome.reason, "Failed");
    }
    ck_assert_ptr_null(map.deaths[0].heard_from); /* the first got the connection */
    ck_assert_str_eq(map.deaths[1].heard_from->name, "pool");
    ck_assert_str_eq(map.deaths[1].heard.reason, "Pool Exhausted");
    callmap_fini(&map);
    sim_destroy(sim);
}
END_TEST

/* ---- the layout ---- */

START_TEST(no_two_places_are_the_same_and_calls_lead_to_a_later_layer)
{
    size_t passed = 0;
    for (uint64_t seed = 1; seed <= 40; seed++) {
        struct random_world *w = random_world_make(seed, 0);
        struct callmap map;
        struct callmap_layout layout;
        callmap_init(&map, w->sim, 0, SIM_NEVER);
        random_world_start(w, 60, 500 * SIM_MS);
        ck_assert(sim_run(w->sim, SIM_S, NULL, NULL));
        callmap_finish(&map);
        callmap_layout_init(&layout, &map);
        for (size_t i = 0; i < layout.count; i++) {
            const struct callmap_place *place = &layout.places[i];
            ck_assert_uint_lt(place->layer, layout.layers);
            ck_assert(place->row >= 0 && place->row < (double)layout.counts[place->layer]);
            for (size_t k = 0; k < i; k++)
                ck_assert(layout.places[k].layer != place->layer || layout.places[k].row < place->row ||
                          layout.places[k].row > place->row);
        }
        for (size_t i = 0; i < map.edge_count; i++) {
            const struct callmap_edge *edge = map.edges[i];
            if (edge->ended == 0)
                continue;
            const struct callmap_place *from = callmap_layout_node(&layout, edge->from);
            const struct callmap_place *to = callmap_layout_node(&layout, edge->to);
            ck_assert_uint_lt(from->layer, to->layer);
            for (size_t layer = from->layer + 1; layer < to->layer; layer++, passed++)
                ck_assert_ptr_nonnull(callmap_layout_edge(&layout, edge, layer));
        }
        callmap_layout_fini(&layout);
        callmap_fini(&map);
        random_world_free(w);
    }
    ck_assert_uint_gt(passed, 20);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("callmap");
    TCase *tests = tcase_create("callmap");
    tcase_add_loop_test(tests, the_map_of_a_whole_run_is_what_the_nodes_counted, 0, SIM_COUNT_OF(FLAGS));
    tcase_add_test(tests, stretches_of_a_run_add_up_to_the_whole);
    tcase_add_test(tests, mapping_changes_neither_the_fingerprint_nor_the_number_of_events);
    tcase_add_loop_test(tests, an_error_is_followed_to_where_it_was_born, 0, SIM_COUNT_OF(BIRTHS));
    tcase_add_test(tests, a_node_that_gives_up_names_the_error_it_had_heard);
    tcase_add_test(tests, no_two_places_are_the_same_and_calls_lead_to_a_later_layer);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
