/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of sim/param.c: texts that read back, live changes, defaults, and the soundness of the tables there are. */
#include "sim/rng.h"
#include "tests/kinds.h"

#include <math.h>

/* ---- random values ---- */

static struct sim_dist random_dist(struct sim_rng *rng)
{
    static const unsigned fields[][SIM_LAWS] = {
        {1u << SIM_FIELD_MEDIAN | 1u << SIM_FIELD_SIGMA},
        {1u << SIM_FIELD_MEAN | 1u << SIM_FIELD_SIGMA},
        {1u << SIM_FIELD_MEDIAN | 1u << SIM_FIELD_P95},
    };
    struct sim_dist dist = {.law = (enum sim_law)(sim_rng_next(rng) % SIM_LAW_TABLE)};
    dist.set = dist.law == SIM_LAW_LOGNORMAL ? fields[sim_rng_next(rng) % 3][0] : sim_law_fields(dist.law);
    for (int field = 0; field < SIM_DIST_FIELDS; field++) {
        if (sim_dist_field_is_duration((enum sim_dist_field)field))
            dist.field[field] = (double)(int64_t)(sim_rng_next(rng) >> (8 + sim_rng_next(rng) % 50));
        else
            dist.field[field] = sim_rng_uniform(rng) * 3;
    }
    return dist;
}

static double random_double(struct sim_rng *rng)
{
    double magnitude = pow(10, (double)(int64_t)(sim_rng_next(rng) % 40) - 20);
    return sim_rng_uniform(rng) * magnitude;
}

/* False when there is no such value: a law with its fields in the wrong order. */
static bool random_value(struct sim_rng *rng, const struct sim_param *param, struct sim_value *value)
{
    memset(value, 0, sizeof *value);
    bool none = param->none && sim_rng_chance(rng, 0.1);
    switch (param->kind) {
    case SIM_PARAM_DURATION:
        value->duration = none ? SIM_NEVER : (sim_ns)(sim_rng_next(rng) >> (7 + sim_rng_next(rng) % 57));
        return none || value->duration <= SIM_NS_MAX;
    case SIM_PARAM_RATE:
        value->number = none ? (double)INFINITY : random_double(rng);
        return true;
    case SIM_PARAM_NUMBER:
        value->number = sim_rng_uniform(rng) * 10 - 5;
        return true;
    case SIM_PARAM_RATIO:
        value->number = sim_rng_uniform(rng);
        return true;
    case SIM_PARAM_COUNT:
        value->count = none ? INT64_MAX : 1 + (int64_t)(sim_rng_next(rng) % 1000);
        return true;
    case SIM_PARAM_BYTES:
        value->count = none ? INT64_MAX : (int64_t)(sim_rng_next(rng) >> (4 + sim_rng_next(rng) % 60));
        return true;
    case SIM_PARAM_FLAG:
        value->flag = sim_rng_chance(rng, 0.5);
        return true;
    case SIM_PARAM_CHOICE:
        value->choice = (int)(sim_rng_next(rng) % 3);
        return true;
    case SIM_PARAM_VARIANT:
        value->variant.choice = (int)(sim_rng_next(rng) % 3);
        value->variant.ratio = value->variant.choice == 2 ? sim_rng_uniform(rng) : 0;
        return true;
    case SIM_PARAM_SET:
        value->set = sim_rng_next(rng) % 8;
        return true;
    default:
        value->dist = random_dist(rng);
        return sim_dist_prepare(&value->dist, NULL);
    }
}

static void check_same_bits(const struct sim_param *param, const struct sim_value *a, const struct sim_value *b)
{
    if (param->kind == SIM_PARAM_RATE || param->kind == SIM_PARAM_NUMBER || param->kind == SIM_PARAM_RATIO)
        ck_assert_mem_eq(&a->number, &b->number, sizeof a->number);
    if (param->kind == SIM_PARAM_DURATION)
        ck_assert_int_eq(a->duration, b->duration);
    if (param->kind == SIM_PARAM_COUNT || param->kind == SIM_PARAM_BYTES)
        ck_assert_int_eq(a->count, b->count);
    if (param->kind != SIM_PARAM_DIST)
        return;
    ck_assert_int_eq(a->dist.law, b->dist.law);
    ck_assert_uint_eq(a->dist.set, b->dist.set);
    for (int field = 0; field < SIM_DIST_FIELDS; field++) {
        if ((a->dist.set >> field & 1) != 0)
            ck_assert_mem_eq(&a->dist.field[field], &b->dist.field[field], sizeof(double));
    }
    ck_assert_mem_eq(&a->dist.a, &b->dist.a, sizeof(double));
    ck_assert_mem_eq(&a->dist.b, &b->dist.b, sizeof(double));
}

START_TEST(any_value_that_is_written_reads_back)
{
    struct bench b = bench_make();
    struct sim_rng rng;
    sim_rng_init(&rng, (uint64_t)_i, "param", "values");
    for (const struct sim_param *param = kinds_params; param->name != NULL; param++) {
        if (param->kind == SIM_PARAM_TEXT || param->kind >= SIM_PARAM_NODE)
            continue;
        const struct sim_target target = target_of(&b, param->name);
        int tried = 0;
        for (int i = 0; i < 400; i++) {
            struct sim_value value, again;
            struct sim_error error = {0};
            if (!random_value(&rng, param, &value))
                continue;
            if (strcmp(param->name, "bounded") == 0 && (value.duration == 0 || value.duration > 60 * SIM_S))
                continue;
            tried++;
            char *text = sim_param_text(param, &value);
            ck_assert_msg(read_json(&b, &target, text, &again, &error), "%s: %s", text, error.rule);
            ck_assert_msg(sim_value_equal(param, &value, &again), "%s", text);
            check_same_bits(param, &value, &again);
            free(text);
        }
        ck_assert_int_gt(tried, 100);
    }
    sim_destroy(b.sim);
}
END_TEST

/* ---- changes ---- */

struct heard {
    int count;
    char path[200], value[200];
};

static void hear_fault(void *context, const char *path, const char *value)
{
    struct heard *heard = context;
    heard->count++;
    (void)snprintf(heard->path, sizeof heard->path, "%s", path);
    (void)snprintf(heard->value, sizeof heard->value, "%s", value);
}

START_TEST(a_change_acts_once_and_only_when_it_is_one)
{
    static const struct sim_listener listener = {.fault = hear_fault};
    struct bench b = bench_make();
    struct heard heard = {0};
    kit_start_world(b.sim);
    sim_listen(b.sim, &listener, &heard);
    static const struct {
        const char *path, *word;
        bool changes;
    } cases[] = {{"duration", "1s", false},
                 {"duration", "1000ms", false},
                 {"duration", "2s", true},
                 {"duration", "2s", false},
                 {"duration", "none", true},
                 {"duration", "1s", true},
                 {"number", "-0", false},
                 {"number", "0", false},
                 {"set", "blue,red", false},
                 {"set", "503,1", false},
                 {"set", "red", true},
                 {"variant", "none", false},
                 {"variant", "proportional:0.5", true},
                 {"variant", "proportional:0.50", false},
                 {"variant", "proportional:0.6", true},
                 {"dist", "lognormal:sigma=0.25,median=40ms", false},
                 {"dist.median", "40ms", false},
                 {"dist.median", "41ms", true},
                 {"dist", "40ms", true},
                 {"text", "hello", false},
                 {"text", "bye", true},
                 {"flag", "off", false}};
    int want = 0;
    for (size_t i = 0; i < SIM_COUNT_OF(cases); i++) {
        struct sim_value value;
        struct sim_error error = {0};
        const struct sim_target target = target_of(&b, cases[i].path);
        ck_assert_msg(read_word(&b, &target, cases[i].word, &value, &error), "%s", error.rule);
        sim_param_change(b.sim, &target, &value);
        want += cases[i].changes;
        ck_assert_msg(b.kinds->changes == want, "%s=%s", cases[i].path, cases[i].word);
        ck_assert_int_eq(heard.count, want);
        if (cases[i].changes)
            ck_assert_ptr_eq(b.kinds->changed, target.param);
    }
    sim_destroy(b.sim);
}
END_TEST

START_TEST(on_param_sees_the_new_value_and_the_listener_its_path)
{
    static const struct sim_listener listener = {.fault = hear_fault};
    struct bench b = bench_make();
    struct heard heard = {0};
    (void)sim_add_link(b.sim, "edge", &b.kinds->node, sim_find_node(b.sim, "postgres"));
    kit_start_world(b.sim);
    sim_listen(b.sim, &listener, &heard);
    kit_set(b.sim, "kinds.duration", "9s");
    ck_assert_int_eq(b.kinds->changed_to, 9 * SIM_S);
    ck_assert_str_eq(heard.path, "kinds.duration");
    ck_assert_str_eq(heard.value, "\"9s\"");
    kit_set(b.sim, "kinds.part.pause", "5ms");
    ck_assert_int_eq(b.kinds->part.changes, 1);
    ck_assert_int_eq(b.kinds->changes, 1);
    ck_assert_int_eq(b.kinds->part.pause, 5 * SIM_MS);
    ck_assert_str_eq(heard.path, "kinds.part.pause");
    kit_set(b.sim, "links.edge.loss", "0.5");
    ck_assert_double_eq(sim_find_link(b.sim, "edge")->loss, 0.5);
    ck_assert_str_eq(heard.path, "links.edge.loss");
    ck_assert_int_eq(heard.count, 3);
    sim_destroy(b.sim);
}
END_TEST

START_TEST(to_change_what_is_fixed_is_a_bug)
{
    struct bench b = bench_make();
    const struct sim_target target = target_of(&b, "ref");
    const struct sim_value value = {.node = sim_find_node(b.sim, "postgres")};
    kit_start_world(b.sim);
    sim_param_change(b.sim, &target, &value);
}
END_TEST

START_TEST(defaults_are_put_as_a_node_is_added)
{
    struct bench b = bench_make();
    ck_assert_int_eq(b.kinds->duration, SIM_S);
    ck_assert_double_eq(b.kinds->rate, 100);
    ck_assert_int_eq(b.kinds->count, 7);
    ck_assert_int_eq(b.kinds->bytes, 64 << 20);
    ck_assert_uint_eq(b.kinds->set, 5);
    ck_assert_str_eq(b.kinds->text, "hello");
    ck_assert_int_eq(b.kinds->dist.law, SIM_LAW_LOGNORMAL);
    ck_assert_int_eq(b.kinds->part.pause, SIM_MS);
    ck_assert_ptr_eq(b.kinds->part.base.node, &b.kinds->node);
    ck_assert_str_eq(b.kinds->part.base.part->name, "part");
    ck_assert_ptr_null(b.kinds->ref);
    sim_destroy(b.sim);
}
END_TEST

/* ---- the tables there are ---- */

static bool is_name(const char *text)
{
    if (text[0] < 'a' || text[0] > 'z')
        return false;
    return strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789_") == strlen(text);
}

/* Takes the example out of "... such as \"60s\", or ..."; false when there is none in a word. */
static bool example_of(const char *rule, char *word, size_t size)
{
    const char *at = strstr(rule, "such as ");
    if (at == NULL)
        return false;
    at += strlen("such as ");
    bool quoted = *at == '"';
    at += quoted;
    size_t length = strcspn(at, quoted ? "\"" : ", ");
    (void)snprintf(word, size, "%.*s", (int)length, at);
    return true;
}

/* What a refusal of this param gives as an example is itself right. */
static void check_example(struct sim *sim, const struct sim_target *target, const char *owner)
{
    const struct sim_raw wrong = {.shape = SIM_RAW_WORD, .text = "@"};
    struct sim_value value;
    struct sim_error error = {0};
    char word[100];
    if (target->param->kind == SIM_PARAM_TEXT)
        return;
    ck_assert(!sim_param_read(sim, target, &wrong, &value, &error));
    ck_assert_msg(strlen(error.rule) < sizeof error.rule - 1, "%s.%s: too long", owner, target->param->name);
    if (!example_of(error.rule, word, sizeof word))
        return;
    const struct sim_raw raw = {.shape = SIM_RAW_WORD, .text = word};
    struct sim_error inner = {0};
    ck_assert_msg(sim_param_read(sim, target, &raw, &value, &inner), "%s.%s: \"%s\" (%s)", owner, target->param->name,
                  error.rule, word);
}

static void check_table(struct sim *sim, struct sim_target target, const struct sim_param *table, const char *owner)
{
    for (const struct sim_param *param = table; param != NULL && param->name != NULL; param++) {
        target.param = param;
        target.field = -1;
        ck_assert_msg(is_name(param->name), "%s.%s", owner, param->name);
        ck_assert_ptr_eq(sim_param_find(table, param->name), param);
        ck_assert_msg(param->help != NULL && param->help[0] != '\0', "%s.%s", owner, param->name);
        const bool unbounded = !(param->min < 0 || param->min > 0 || param->max < 0 || param->max > 0);
        ck_assert_msg(unbounded || param->min < param->max, "%s.%s", owner, param->name);
        if (param->kind == SIM_PARAM_COUNT)
            ck_assert_msg(!unbounded && param->min >= 0, "%s.%s may be below 0", owner, param->name);
        if (param->kind == SIM_PARAM_NODE || param->kind == SIM_PARAM_NODE_LIST)
            ck_assert_msg(!param->live, "%s.%s", owner, param->name);
        check_example(sim, &target, owner);
    }
}

START_TEST(every_table_of_params_is_sound)
{
    struct sim *sim = sim_create(1);
    struct sim_node *nodes[64] = {0};
    for (size_t i = 0; model_types[i] != NULL; i++) {
        nodes[i] = sim_add_node(sim, model_types[i], model_types[i]->name);
        struct sim_target target = {.base = nodes[i], .node = nodes[i]};
        check_table(sim, target, model_types[i]->params, model_types[i]->name);
        for (const struct sim_part *part = model_types[i]->parts; part != NULL && part->name != NULL; part++) {
            struct sim_target in_part = {.base = (char *)nodes[i] + part->offset, .node = nodes[i], .part = part};
            check_table(sim, in_part, part->type->params, part->type->name);
            ck_assert_msg(sim_param_find(model_types[i]->params, part->name) == NULL, "%s.%s", nodes[i]->name,
                          part->name);
        }
    }
    struct sim_link *link = sim_add_link(sim, "edge", nodes[0], nodes[1]);
    check_table(sim, (struct sim_target){.base = link, .link = link}, sim_link_params, "links");
    sim_destroy(sim);
}
END_TEST

START_TEST(every_kind_has_a_name)
{
    for (int kind = 0; kind < SIM_PARAM_KINDS; kind++)
        ck_assert_str_ne(sim_param_kind_name((enum sim_param_kind)kind), "");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("param");
    TCase *tests = tcase_create("param");
    tcase_set_timeout(tests, 60);
    tcase_add_loop_test(tests, any_value_that_is_written_reads_back, 0, 4);
    tcase_add_test(tests, a_change_acts_once_and_only_when_it_is_one);
    tcase_add_test(tests, on_param_sees_the_new_value_and_the_listener_its_path);
    tcase_add_exit_test(tests, to_change_what_is_fixed_is_a_bug, 70);
    tcase_add_test(tests, defaults_are_put_as_a_node_is_added);
    tcase_add_test(tests, every_table_of_params_is_sound);
    tcase_add_test(tests, every_kind_has_a_name);
    suite_add_tcase(suite, tests);
    return kit_run(suite);
}
