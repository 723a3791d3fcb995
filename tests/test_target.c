/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of sim/target.c: paths to params, good and bad. */
#include "tests/kit.h"

static struct sim *world_make(void)
{
    struct sim *sim = sim_create(1);
    struct kit_node *a = kit_add(sim, "sre-lab");
    struct kit_node *b = kit_add(sim, "links-not");
    (void)kit_add_pool(sim, "db-pool", "3");
    (void)sim_add_node(sim, &database_type, "postgres");
    ck_assert_ptr_nonnull(sim_add_link(sim, "edge", &a->node, &b->node));
    return sim;
}

static const struct {
    const char *path, *param;
    const char *owner; /* node or link */
    const char *part;
    int field; /* -1: none */
} GOOD[] = {
    {"sre-lab.on_abandon", "on_abandon", "sre-lab", NULL, -1},
    {"sre-lab.pool", "pool", "sre-lab", NULL, -1},
    {"sre-lab.cpu.cores", "cores", "sre-lab", "cpu", -1},
    {"links-not.cpu.cores", "cores", "links-not", "cpu", -1},
    {"db-pool.size", "size", "db-pool", NULL, -1},
    {"postgres.latency", "latency", "postgres", NULL, -1},
    {"postgres.latency.median", "latency", "postgres", NULL, SIM_FIELD_MEDIAN},
    {"postgres.latency.sigma", "latency", "postgres", NULL, SIM_FIELD_SIGMA},
    {"postgres.latency.value", "latency", "postgres", NULL, SIM_FIELD_VALUE}, /* whether its law has it is read later */
    {"links.edge.loss", "loss", "edge", NULL, -1},
    {"links.edge.delay", "delay", "edge", NULL, -1},
    {"links.edge.delay.p95", "delay", "edge", NULL, SIM_FIELD_P95},
};

static void check_target(const struct sim *sim, const struct sim_target *target, int i)
{
    ck_assert_str_eq(target->param->name, GOOD[i].param);
    ck_assert_int_eq(target->field, GOOD[i].field);
    if (strncmp(GOOD[i].path, "links.", 6) == 0) {
        ck_assert_ptr_eq(target->link, sim_find_link(sim, GOOD[i].owner));
        ck_assert_ptr_eq(target->base, target->link);
        ck_assert_ptr_null(target->node);
        return;
    }
    ck_assert_ptr_eq(target->node, sim_find_node(sim, GOOD[i].owner));
    ck_assert_ptr_null(target->link);
    if (GOOD[i].part == NULL) {
        ck_assert_ptr_null(target->part);
        ck_assert_ptr_eq(target->base, target->node);
    } else {
        ck_assert_str_eq(target->part->name, GOOD[i].part);
        ck_assert_ptr_eq(target->base, (char *)target->node + target->part->offset);
    }
}

START_TEST(a_path_finds_its_param)
{
    struct sim *sim = world_make();
    struct sim_target target;
    struct sim_error error = {0};
    ck_assert_msg(sim_target_find(sim, GOOD[_i].path, &target, &error), "%s", error.rule);
    check_target(sim, &target, _i);
    /* The same below its node, or its link. */
    memset(&target, 0x55, sizeof target);
    if (strncmp(GOOD[_i].path, "links.", 6) == 0)
        ck_assert(sim_target_find_in_link(sim_find_link(sim, "edge"), GOOD[_i].path + 11, &target, &error));
    else
        ck_assert(sim_target_find_in_node(sim_find_node(sim, GOOD[_i].owner),
                                          GOOD[_i].path + strlen(GOOD[_i].owner) + 1, &target, &error));
    check_target(sim, &target, _i);
    sim_destroy(sim);
}
END_TEST

static const struct {
    const char *path;
    const char *value; /* the word that is not known */
    const char *rule;  /* some of it */
} BAD[] = {
    {"", "", "begins with a node"},
    {".", "", "begins with a node"},
    {"nobody.size", "nobody", "begins with a node"},
    {"Sre-lab.cpu.cores", "Sre-lab", "begins with a node"},
    {"sre-lab", "", "param after \"sre-lab\""},
    {"sre-lab.", "", "param of \"sre-lab\""},
    {"sre-lab.cpu", "", "param after \"cpu\""},
    {"sre-lab.cpu.", "", "param of \"cpu\""},
    {"sre-lab.cpu.core", "core", "param of \"cpu\""},
    {"sre-lab.cpu.cores.x", "x", "nothing after \"cpu.cores\""},
    {"sre-lab.on_abandon.x", "x", "nothing after \"sre-lab.on_abandon\""},
    {"sre-lab.on_abandon.", "", "nothing after"},
    {"sre-lab.ttl", "ttl", "param of \"sre-lab\""},
    {"postgres.latency.mode", "mode", "field of a distribution"},
    {"postgres.latency.median.x", "x", "nothing after"},
    {"links", "", "name of a link"},
    {"links.", "", "name of a link"},
    {"links.nowhere.loss", "nowhere", "name of a link"},
    {"links.edge", "", "param after \"edge\""},
    {"links.edge.speed", "speed", "param of \"edge\""},
    {"links.edge.loss.x", "x", "nothing after"},
    {"a.b.c.d.e.f", "a.b.c.d.e.f", "a path such as"},
};

START_TEST(a_path_to_nothing_is_refused)
{
    struct sim *sim = world_make();
    struct sim_target target;
    struct sim_error error = {.path = "not cleared"};
    ck_assert(!sim_target_find(sim, BAD[_i].path, &target, &error));
    ck_assert_msg(strstr(error.rule, BAD[_i].rule) != NULL, "%s", error.rule);
    ck_assert_str_eq(error.value, BAD[_i].value);
    ck_assert_str_eq(error.path, "");
    ck_assert(!sim_target_find(sim, BAD[_i].path, &target, NULL));
    sim_destroy(sim);
}
END_TEST

START_TEST(a_path_has_a_bound)
{
    char path[400];
    memset(path, 'x', sizeof path);
    path[sizeof path - 1] = '\0';
    struct sim *sim = world_make();
    struct sim_target target;
    struct sim_error error = {0};
    ck_assert(!sim_target_find(sim, path, &target, &error));
    ck_assert_str_eq(error.rule, "want a path of at most 200 characters");
    path[200] = '\0';
    ck_assert(!sim_target_find(sim, path, &target, &error));
    ck_assert_ptr_nonnull(strstr(error.rule, "begins with a node"));
    sim_destroy(sim);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("target");
    TCase *tests = tcase_create("target");
    tcase_set_timeout(tests, 60);
    tcase_add_loop_test(tests, a_path_finds_its_param, 0, SIM_COUNT_OF(GOOD));
    tcase_add_loop_test(tests, a_path_to_nothing_is_refused, 0, SIM_COUNT_OF(BAD));
    tcase_add_test(tests, a_path_has_a_bound);
    suite_add_tcase(suite, tests);
    return kit_run(suite);
}
