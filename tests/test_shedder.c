/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of the load shedder (models/shedder.h): against sequences worked out by hand, and CoDel against the pseudo-code
 * of RFC 8289 with doubles. */
#include "tests/kit.h"

#include "models/shedder.h"

#include <math.h>

struct gate {
    struct sim_node node; /* must be first */
    struct shedder shedder;
};

static const struct sim_part gate_parts[] = {{"shedder", &shedder_type, offsetof(struct gate, shedder)}, {0}};
static const struct sim_node_type gate_type = {
    .name = "gate", .help = "a node with a shedder", .size = sizeof(struct gate), .parts = gate_parts};

static struct gate *gate_make(struct sim **sim, const char *kind)
{
    *sim = sim_create(1);
    struct gate *gate = (struct gate *)sim_add_node(*sim, &gate_type, "g");
    kit_set(*sim, "g.shedder.kind", kind);
    kit_start_world(*sim);
    return gate;
}

START_TEST(by_concurrency_what_is_above_the_limit_is_shed)
{
    struct sim *sim = NULL;
    struct gate *gate = gate_make(&sim, "concurrency");
    kit_set(sim, "g.shedder.limit", "3");
    for (int64_t in_flight = 1; in_flight <= 6; in_flight++)
        ck_assert_int_eq(shedder_admits(&gate->shedder, in_flight), in_flight <= 3);
    ck_assert_int_eq(gate->shedder.shed.value, 3);
    kit_set(sim, "g.shedder.limit", "5");
    ck_assert(shedder_admits(&gate->shedder, 5));
    ck_assert(!shedder_admits(&gate->shedder, 6));
    ck_assert(shedder_keeps(&gate->shedder, SIM_S)); /* of the other kind */
    ck_assert_int_eq(gate->shedder.shed.value, 4);
    kit_finish(sim);
}
END_TEST

START_TEST(without_a_kind_nothing_is_shed)
{
    struct sim *sim = NULL;
    struct gate *gate = gate_make(&sim, "none");
    ck_assert(shedder_admits(&gate->shedder, 1000000));
    for (int i = 0; i < 1000; i++) {
        ck_assert(sim_run(sim, (sim_ns)i * 10 * SIM_MS, NULL, NULL));
        ck_assert(shedder_keeps(&gate->shedder, SIM_S));
    }
    ck_assert_int_eq(gate->shedder.shed.value, 0);
    kit_finish(sim);
}
END_TEST

/* ---- the control law ---- */

static const struct {
    sim_ns interval;
    int64_t count;
    sim_ns pause;
} pauses[] = {
    {100000000, 1, 100000000},
    {100000000, 2, 70710678},
    {100000000, 3, 57735026},
    {100000000, 4, 50000000},
    {100000000, 5, 44721359},
    {100000000, 100, 10000000},
    {100000000, 1000000, 100000},
    {100000000, INT64_MAX, 0},
    {1, 1, 1},
    {1, 2, 0},
    {0, 1, 0},
    {3, 2, 2},
    {SIM_NS_MAX, 1, SIM_NS_MAX},
    {INT64_MAX, 1, INT64_MAX},
};

START_TEST(a_pause_is_the_interval_over_the_root_of_the_count_rounded_down)
{
    for (size_t i = 0; i < SIM_COUNT_OF(pauses); i++)
        ck_assert_int_eq(shedder_codel_pause(pauses[i].interval, pauses[i].count), pauses[i].pause);
    /* p is right when p^2 x count <= interval^2 < (p + 1)^2 x count. */
    for (int64_t count = 1; count < 20000; count++) {
        const sim_ns interval = 100 * SIM_MS + count * 7919;
        const sim_wide p = shedder_codel_pause(interval, count);
        kit_require(p * p * count <= (sim_wide)interval * interval);
        kit_require((p + 1) * (p + 1) * count > (sim_wide)interval * interval);
    }
}
END_TEST

/* ---- CoDel by hand: target 5 ms, interval 100 ms ---- */

enum { LOW = 1, HIGH = 9, EDGE = 5 }; /* sojourns in ms */

struct step {
    sim_ns at;
    sim_ns sojourn_ms; /* 0: the end of the table */
    bool kept;
};

static const struct step sequences[][20] = {
    /* Above the target for less than an interval: nothing is shed, however much. */
    {{0, HIGH, true},
     {50 * SIM_MS, 1000, true},
     {100 * SIM_MS - 1, HIGH, true},
     {100 * SIM_MS, LOW, true},
     {150 * SIM_MS, HIGH, true},
     {249 * SIM_MS, HIGH, true}},
    /* One below starts the interval anew. */
    {{0, HIGH, true},
     {90 * SIM_MS, LOW, true},
     {91 * SIM_MS, HIGH, true},
     {190 * SIM_MS, HIGH, true},
     {191 * SIM_MS, HIGH, false}},
    /* At the target is not below it. */
    {{0, EDGE, true}, {100 * SIM_MS, EDGE, false}},
    /* The first at 100 ms; the next after 100, 70.710678, 57.735026, 50 ms. */
    {{0, HIGH, true},
     {100000000, HIGH, false},
     {100000000, HIGH, true},
     {199999999, HIGH, true},
     {200000000, HIGH, false},
     {200000000, HIGH, true},
     {270710677, HIGH, true},
     {270710678, HIGH, false},
     {328445703, HIGH, true},
     {328445704, HIGH, false},
     {378445703, HIGH, true},
     {378445704, HIGH, false}},
    /* Whose time has come is shed when somebody comes; the law goes on from when it should have been, so two in a row. */
    {{0, HIGH, true},
     {100000000, HIGH, false},
     {280000000, HIGH, false},
     {280000000, HIGH, false},
     {280000000, HIGH, true}},
    /* One below ends it. Soon above again it goes on with the count it came to, 4 - 1: after 57.735026 ms. */
    {{0, HIGH, true},
     {100000000, HIGH, false},
     {200000000, HIGH, false},
     {270710678, HIGH, false},
     {328445704, HIGH, false},
     {330000000, LOW, true},
     {331000000, HIGH, true},
     {431000000, HIGH, false},
     {488735025, HIGH, true},
     {488735026, HIGH, false},
     {538735025, HIGH, true},
     {538735026, HIGH, false}},
    /* Above again 16 intervals after the next drop would have been (378.445704 ms), it begins with 1. */
    {{0, HIGH, true},
     {100000000, HIGH, false},
     {200000000, HIGH, false},
     {270710678, HIGH, false},
     {328445704, HIGH, false},
     {330000000, LOW, true},
     {1878445704, HIGH, true},
     {1978445704, HIGH, false},
     {2078445703, HIGH, true},
     {2078445704, HIGH, false}},
    /* A nanosecond before that it goes on. */
    {{0, HIGH, true},
     {100000000, HIGH, false},
     {200000000, HIGH, false},
     {270710678, HIGH, false},
     {328445704, HIGH, false},
     {330000000, LOW, true},
     {1878445703, HIGH, true},
     {1978445703, HIGH, false},
     {2036180728, HIGH, true},
     {2036180729, HIGH, false}},
};

START_TEST(codel_sheds_as_worked_out_by_hand)
{
    struct sim *sim = NULL;
    struct gate *gate = gate_make(&sim, "codel");
    int64_t shed = 0;
    for (const struct step *step = sequences[_i]; step->sojourn_ms > 0; step++) {
        ck_assert(sim_run(sim, step->at, NULL, NULL));
        ck_assert_msg(shedder_keeps(&gate->shedder, step->sojourn_ms * SIM_MS) == step->kept, "sequence %d, step %d",
                      _i, (int)(step - sequences[_i]));
        shed += !step->kept;
    }
    ck_assert_int_eq(gate->shedder.shed.value, shed);
    ck_assert(shedder_admits(&gate->shedder, 1000000)); /* of the other kind */
    kit_finish(sim);
}
END_TEST

/* The pseudo-code, on one request after the other, with a double's square root. */
struct pseudo {
    bool dropping;
    sim_ns first_above, drop_next; /* first_above 0: none */
    int64_t count, last_count, episodes;
};

static sim_ns control_law(sim_ns t, int64_t count)
{
    return t + (sim_ns)floor(100e6 / sqrt((double)count));
}

static bool pseudo_drops(struct pseudo *p, sim_ns now, sim_ns sojourn)
{
    bool ok_to_drop = false;
    if (sojourn < 5 * SIM_MS)
        p->first_above = 0;
    else if (p->first_above == 0)
        p->first_above = now + 100 * SIM_MS;
    else
        ok_to_drop = now >= p->first_above;
    if (!ok_to_drop) {
        p->dropping = false;
        return false;
    }
    if (p->dropping) {
        if (now < p->drop_next)
            return false;
        p->drop_next = control_law(p->drop_next, ++p->count);
        return true;
    }
    const int64_t delta = p->count - p->last_count;
    p->dropping = true;
    p->count = delta > 1 && now - p->drop_next < 1600 * SIM_MS ? delta : 1;
    p->drop_next = control_law(now, p->count);
    p->last_count = p->count;
    p->episodes++;
    return true;
}

START_TEST(codel_sheds_as_the_pseudo_code_does)
{
    int64_t shed = 0;
    int64_t episodes = 0;
    for (uint64_t seed = 1; seed <= 20; seed++) {
        struct sim *sim = NULL;
        struct sim_rng rng;
        struct pseudo pseudo = {0};
        struct gate *gate = gate_make(&sim, "codel");
        sim_rng_init(&rng, seed, "sojourns", "test");
        double sojourn = 0; /* wanders about the target */
        for (int i = 0; i < 20000; i++) {
            ck_assert(sim_run(sim, sim->now + (sim_ns)(sim_rng_next(&rng) % 4000000), NULL, NULL));
            sojourn = fabs(sojourn + 0.001 * (sim_rng_uniform(&rng) - 0.5 - (sojourn > 0.007 ? 0.1 : 0)));
            const sim_ns stood = sim_ns_from_s(sojourn);
            const bool dropped = pseudo_drops(&pseudo, sim->now, stood);
            kit_require(shedder_keeps(&gate->shedder, stood) == !dropped);
            shed += dropped;
        }
        episodes += pseudo.episodes;
        kit_finish(sim);
    }
    ck_assert_int_gt(shed, 2000);
    ck_assert_int_gt(episodes, 100);
}
END_TEST

/* ---- life ---- */

START_TEST(changes_of_target_and_interval_act_at_once)
{
    struct sim *sim = NULL;
    struct gate *gate = gate_make(&sim, "codel");
    ck_assert(shedder_keeps(&gate->shedder, HIGH * SIM_MS));
    ck_assert(sim_run(sim, 100 * SIM_MS, NULL, NULL));
    kit_set(sim, "g.shedder.target", "10ms");
    ck_assert(shedder_keeps(&gate->shedder, HIGH * SIM_MS));
    kit_set(sim, "g.shedder.target", "9ms");
    kit_set(sim, "g.shedder.interval", "20ms");
    ck_assert(shedder_keeps(&gate->shedder, HIGH * SIM_MS));
    ck_assert(sim_run(sim, 120 * SIM_MS, NULL, NULL));
    ck_assert(!shedder_keeps(&gate->shedder, HIGH * SIM_MS));
    ck_assert(sim_run(sim, 139 * SIM_MS, NULL, NULL));
    ck_assert(shedder_keeps(&gate->shedder, HIGH * SIM_MS));
    ck_assert(sim_run(sim, 140 * SIM_MS, NULL, NULL));
    ck_assert(!shedder_keeps(&gate->shedder, HIGH * SIM_MS));
    kit_finish(sim);
}
END_TEST

START_TEST(a_shorter_interval_counts_the_time_that_was)
{
    struct sim *sim = NULL;
    struct gate *gate = gate_make(&sim, "codel");
    kit_set(sim, "g.shedder.interval", "1000s");
    ck_assert(shedder_keeps(&gate->shedder, HIGH * SIM_MS));
    ck_assert(sim_run(sim, 10 * SIM_S, NULL, NULL));
    ck_assert(shedder_keeps(&gate->shedder, HIGH * SIM_MS));
    kit_set(sim, "g.shedder.interval", "10s");
    ck_assert(!shedder_keeps(&gate->shedder, HIGH * SIM_MS));
    kit_finish(sim);
}
END_TEST

/* _i: by a restart, by another kind. */
START_TEST(a_restart_and_another_kind_forget_what_was)
{
    struct sim *sim = NULL;
    struct gate *gate = gate_make(&sim, "codel");
    ck_assert(shedder_keeps(&gate->shedder, HIGH * SIM_MS));
    ck_assert(sim_run(sim, 100 * SIM_MS, NULL, NULL));
    ck_assert(!shedder_keeps(&gate->shedder, HIGH * SIM_MS));
    if (_i == 0) {
        sim_node_kill(&gate->node);
        sim_node_restart(&gate->node);
    } else {
        kit_set(sim, "g.shedder.kind", "none");
        kit_set(sim, "g.shedder.kind", "codel");
    }
    ck_assert(sim_run(sim, 200 * SIM_MS, NULL, NULL));
    ck_assert(shedder_keeps(&gate->shedder, HIGH * SIM_MS));
    ck_assert(sim_run(sim, 300 * SIM_MS, NULL, NULL));
    ck_assert(!shedder_keeps(&gate->shedder, HIGH * SIM_MS));
    ck_assert_str_eq(shedder_outcome.reason, "Shed");
    kit_finish(sim);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("shedder");
    TCase *tests = tcase_create("shedder");
    tcase_add_test(tests, by_concurrency_what_is_above_the_limit_is_shed);
    tcase_add_test(tests, without_a_kind_nothing_is_shed);
    tcase_add_test(tests, a_pause_is_the_interval_over_the_root_of_the_count_rounded_down);
    tcase_add_loop_test(tests, codel_sheds_as_worked_out_by_hand, 0, SIM_COUNT_OF(sequences));
    tcase_add_test(tests, codel_sheds_as_the_pseudo_code_does);
    tcase_add_test(tests, changes_of_target_and_interval_act_at_once);
    tcase_add_test(tests, a_shorter_interval_counts_the_time_that_was);
    tcase_add_loop_test(tests, a_restart_and_another_kind_forget_what_was, 0, 2);
    suite_add_tcase(suite, tests);
    return kit_run(suite);
}
