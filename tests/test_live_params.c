/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every live param of every type really acts when it changes in the middle of a run: the tables of the types are walked,
 * and each live param must have an entry in live_params.h, which says what must come of it. A new live param without
 * one fails here, and so does an entry without a param. Fixed params are refused in faults. */
#include "tests/live_params.h"
#include "tests/worlds.h"

#include "models/models.h"
#include "sim/link.h"

static const char world_text[] =
    "{'run': {'until': '20s'},"
    "'nodes': {'c': {'type': 'clients', 'to': 'g', 'load': 'closed', 'population': 1, 'think_time': '1s', 'products': "
    "1},"
    "'g': {'type': 'gateway', 'to': 's'},"
    "'s': {'type': 'catalogue', 'cache': 'r', 'pool': 'p', 'database': 'd'},"
    "'r': {'type': 'cache'}, 'p': {'type': 'pool'}, 'd': {'type': 'database', 'latency': '0s'},"
    "'t': {'type': 'script', 'to': 'u'}, 'u': {'type': 'catalogue', 'database': 'v'},"
    "'v': {'type': 'database', 'latency': '0s'}},"
    "'script': [{'at': 0.5, 'request': 'GET /products/1', 'every': '1s', 'times': 20}],"
    "'links': {'e': {'from': 'g', 'to': 's'}},"
    "'phases': {'before': {'from': '0s', 'to': '10s'}, 'during': {'from': '10s', 'to': '15s'},"
    "'after': {'from': '15s', 'to': '20s'}},"
    "'faults': {'leak-8': {'node': 's', 'at': '8s', 'do': 'leak', 'amount': 1},"
    "'leak-12': {'node': 's', 'at': '12s', 'do': 'leak', 'amount': 1},"
    "'leak-17': {'node': 's', 'at': '17s', 'do': 'leak', 'amount': 1}, 'change': {'%s': '%s', 'at': '10s', 'until': "
    "'15s', 'set': {'%s%s%s': %s}}}}";

/* A type of any sort, and where the world has one of it. */
struct place {
    const char *type, *sort, *owner, *part;
    const struct sim_param *params;
};

enum { PLACES_MAX = 64, TEXT_MAX = 4096 };

static size_t list_places(struct place *places)
{
    static const struct {
        const char *type, *node;
    } nodes[] = {{"clients", "c"}, {"gateway", "g"},  {"catalogue", "s"}, {"cache", "r"},
                 {"pool", "p"},    {"database", "d"}, {"script", "t"}};
    size_t count = 0;
    places[count++] = (struct place){"link", "link", "e", "", sim_link_params};
    for (size_t i = 0; model_types[i] != NULL; i++) {
        const struct sim_node_type *type = model_types[i];
        const char *node = NULL;
        for (size_t k = 0; k < SIM_COUNT_OF(nodes) && node == NULL; k++)
            node = strcmp(nodes[k].type, type->name) == 0 ? nodes[k].node : NULL;
        ck_assert_msg(node != NULL, "the world of this test has no node of the type %s", type->name);
        places[count++] = (struct place){type->name, "node", node, "", type->params};
        for (const struct sim_part *part = type->parts; part != NULL && part->name != NULL; part++) {
            ck_assert_uint_lt(count, PLACES_MAX);
            places[count++] = (struct place){part->type->name, "node", node, part->name, part->type->params};
        }
    }
    return count;
}

/* Whether a part type has a place: those that no node type of this build embeds cannot be tried. */
static const struct place *find_place(const struct place *places, size_t count, const char *type)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(places[i].type, type) == 0)
            return &places[i];
    }
    return NULL;
}

static const struct live *find_entry(const char *type, const char *param)
{
    for (size_t i = 0; i < SIM_COUNT_OF(live_params); i++) {
        if (strcmp(live_params[i].type, type) == 0 && strcmp(live_params[i].param, param) == 0)
            return &live_params[i];
    }
    return NULL;
}

static struct world make(const struct place *place, const char *param, const char *value, const char *const *sets)
{
    char text[TEXT_MAX];
    (void)snprintf(text, sizeof text, world_text, place->sort, place->owner, place->part,
                   place->part[0] == '\0' ? "" : ".", param, value);
    return world_try(text, sets, 1);
}

/* ---- one entry ---- */

static bool is_instant(const struct look *look)
{
    return look->when[0] >= '0' && look->when[0] <= '9';
}

static void check_look(const struct live *entry, const struct look *look, double got)
{
    const double slack = 1e-9; /* of seconds made of nanoseconds */
    ck_assert_msg(got >= look->low - slack && got <= look->high + slack, "%s.%s: %s at %s is %.9g, want %.9g to %.9g",
                  entry->type, entry->param, look->reading, look->when, got, look->low, look->high);
}

static double instant_of(const struct look *look)
{
    return strtod(look->when, NULL);
}

/* Looks are made in the order of time, whatever their order in the entry. */
static const struct look *next_look(const struct live *entry, double after, const struct look *last)
{
    const struct look *next = NULL;
    for (const struct look *look = entry->looks; look < entry->looks + LOOKS_MAX && look->when != NULL; look++) {
        if (!is_instant(look))
            continue;
        const double at = instant_of(look);
        const bool later = at > after || (!(at < after) && look > last);
        if (later && (next == NULL || at < instant_of(next)))
            next = look;
    }
    return next;
}

static void check_entry(const struct live *entry, const struct place *place)
{
    struct world world = make(place, entry->param, entry->value, entry->sets);
    ck_assert_msg(world.cell != NULL, "%s.%s: %s", entry->type, entry->param, world.messages);
    const struct look *look = next_look(entry, -1, NULL);
    for (; look != NULL; look = next_look(entry, instant_of(look), look)) {
        if (instant_of(look) < 20)
            world_to(&world, instant_of(look));
        else if (!world.cell->sim->finished)
            world_finish(&world);
        check_look(entry, look, (double)world_now(&world, look->reading));
    }
    if (!world.cell->sim->finished)
        world_finish(&world);
    for (look = entry->looks; look < entry->looks + LOOKS_MAX && look->when != NULL; look++) {
        if (is_instant(look))
            continue;
        struct sim_reading_value value = world_phase(&world, look->when, look->reading);
        ck_assert_msg(value.has_data, "%s.%s: %s has no data %s", entry->type, entry->param, look->reading, look->when);
        check_look(entry, look, value.value);
    }
    world_end(&world);
}

/* The fault must change the param, and the end of the fault must change it back. */
static void check_restored(const struct live *entry, const struct place *place)
{
    char path[200];
    struct world world = make(place, entry->param, entry->value, entry->sets);
    (void)snprintf(path, sizeof path, "%s%s.%s%s%s", strcmp(place->sort, "link") == 0 ? "links." : "", place->owner,
                   place->part, place->part[0] == '\0' ? "" : ".", entry->param);
    char *before = world_param(&world, path);
    world_to(&world, 9.999999999);
    world_expect(&world, path, before);
    world_to(&world, 10);
    char *during = world_param(&world, path);
    ck_assert_msg(strcmp(before, during) != 0, "%s: the fault changes nothing", path);
    world_to(&world, 14.999999999);
    world_expect(&world, path, during);
    world_to(&world, 15);
    world_expect(&world, path, before);
    free(before);
    free(during);
    world_end(&world);
}

START_TEST(every_live_param_acts_when_it_changes)
{
    struct place places[PLACES_MAX];
    const size_t count = list_places(places);
    size_t live = 0;
    for (size_t i = 0; i < count; i++) {
        if (find_place(places, count, places[i].type) != &places[i])
            continue; /* a part type that another node has too */
        for (const struct sim_param *param = places[i].params; param != NULL && param->name != NULL; param++) {
            if (!param->live)
                continue;
            const struct live *entry = find_entry(places[i].type, param->name);
            ck_assert_msg(entry != NULL, "%s.%s is live: live_params.h must say what its change does", places[i].type,
                          param->name);
            ck_assert_msg(entry->looks[1].when != NULL, "%s.%s: want two looks at least", entry->type, entry->param);
            check_entry(entry, &places[i]);
            check_restored(entry, &places[i]);
            live++;
        }
    }
    ck_assert_uint_ge(live, 40);
}
END_TEST

START_TEST(every_entry_is_about_a_live_param)
{
    struct place places[PLACES_MAX];
    const size_t count = list_places(places);
    for (size_t i = 0; i < SIM_COUNT_OF(live_params); i++) {
        const struct live *entry = &live_params[i];
        const struct place *place = find_place(places, count, entry->type);
        ck_assert_msg(place != NULL, "%s: there is no such type", entry->type);
        const struct sim_param *param = sim_param_find(place->params, entry->param);
        ck_assert_msg(param != NULL && param->live, "%s.%s is no live param", entry->type, entry->param);
        ck_assert_msg(find_entry(entry->type, entry->param) == entry, "%s.%s is there twice", entry->type,
                      entry->param);
    }
}
END_TEST

START_TEST(every_part_type_is_in_the_world)
{
    struct place places[PLACES_MAX];
    const size_t count = list_places(places);
    for (size_t i = 0; model_parts[i] != NULL; i++)
        ck_assert_msg(find_place(places, count, model_parts[i]->name) != NULL, "no node has the part %s",
                      model_parts[i]->name);
}
END_TEST

START_TEST(fixed_params_are_refused_in_faults)
{
    struct place places[PLACES_MAX];
    const size_t count = list_places(places);
    size_t fixed = 0;
    for (size_t i = 0; i < count; i++) {
        for (const struct sim_param *param = places[i].params; param != NULL && param->name != NULL; param++) {
            if (param->live)
                continue;
            struct world world = make(&places[i], param->name, "\"d\"", NULL);
            ck_assert_msg(world.cell == NULL, "%s.%s is fixed, and a fault may change it", places[i].type, param->name);
            ck_assert_msg(strstr(world.messages, "want a param that is live, not fixed for the whole run") != NULL,
                          "%s", world.messages);
            world_end(&world);
            fixed++;
        }
    }
    ck_assert_uint_ge(fixed, 5);
}
END_TEST

START_TEST(references_to_nodes_are_never_live)
{
    struct place places[PLACES_MAX];
    const size_t count = list_places(places);
    for (size_t i = 0; i < count; i++) {
        for (const struct sim_param *param = places[i].params; param != NULL && param->name != NULL; param++) {
            const bool reference = param->kind == SIM_PARAM_NODE || param->kind == SIM_PARAM_NODE_LIST;
            ck_assert_msg(!reference || !param->live, "%s.%s", places[i].type, param->name);
        }
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("live params");
    TCase *tests = tcase_create("live params");
    tcase_add_test(tests, every_live_param_acts_when_it_changes);
    tcase_add_test(tests, every_entry_is_about_a_live_param);
    tcase_add_test(tests, every_part_type_is_in_the_world);
    tcase_add_test(tests, fixed_params_are_refused_in_faults);
    tcase_add_test(tests, references_to_nodes_are_never_live);
    suite_add_tcase(suite, tests);
    return worlds_run(suite);
}
