/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Caches against theory: clients, a service, a cache that answers and is filled at once, a database without latency.
 *
 * Time to live T, Poisson requests at rate l a key. From the fill: a miss, then l T hits on average, so the share of
 * hits is l T / (1 + l T), whatever the law of T. Reset by each hit: 1 - exp(-l T), or 1 - 1 / E[exp(l T)] when T is
 * drawn at the fill. Keys of a Zipf law: the sum over the keys, weighted by their popularity.
 *
 * LRU: Che's approximation (Che, Tung, Wang 2002): key k is found with 1 - exp(-p(k) t), where t solves the sum of
 * these over the keys = C. With 10,000 keys it is within 0.2 % of the truth (Fricker, Robert, Roberts 2012). */
#include "tests/theory/theory.h"

enum { REPLICATIONS = 24 };

struct caching {
    double rate;
    int products;
    double zipf;
    const char *ttl; /* of T = 1 s */
    double jitter;
    bool reset_on_hit;
    double warm_up_s, length_s;
};

static struct sim *make_world(const struct caching *c, uint64_t seed)
{
    char word[40];
    struct sim *sim = theory_world(seed, c->rate);
    sim_assert(sim_add_node(sim, &catalogue_type, "service") != NULL);
    sim_assert(sim_add_node(sim, &cache_type, "cache") != NULL);
    sim_assert(sim_add_node(sim, &database_type, "database") != NULL);
    kit_set(sim, "clients.to", "service");
    (void)snprintf(word, sizeof word, "%d", c->products);
    kit_set(sim, "clients.products", word);
    (void)snprintf(word, sizeof word, "%.17g", c->zipf);
    kit_set(sim, "clients.zipf", word);
    kit_set(sim, "service.cache", "cache");
    kit_set(sim, "service.database", "database");
    kit_set(sim, "database.latency", "constant:value=0s");
    kit_set(sim, "cache.ttl", c->ttl);
    (void)snprintf(word, sizeof word, "%.17g", c->jitter);
    kit_set(sim, "cache.ttl_jitter", word);
    kit_set(sim, "cache.reset_on_hit", c->reset_on_hit ? "true" : "false");
    return sim;
}

/* ---- time to live ---- */

static const struct caching livings[] = {
    {0.1, 1, 0, "1s", 0, false, 100, 300000},  {0.5, 1, 0, "1s", 0, false, 100, 40000},
    {1, 1, 0, "1s", 0, false, 100, 20000},     {3, 1, 0, "1s", 0, false, 100, 20000},
    {20, 1, 0, "1s", 0, false, 100, 5000},     {1, 1, 0, "1s", 1, false, 100, 20000},
    {500, 50, 0.7, "1s", 0.1, false, 10, 200}, {0.1, 1, 0, "1s", 0, true, 100, 300000},
    {0.5, 1, 0, "1s", 0, true, 100, 40000},    {1, 1, 0, "1s", 0, true, 100, 20000},
    {3, 1, 0, "1s", 0, true, 100, 20000},      {1, 1, 0, "1s", 1, true, 100, 20000},
    {100, 200, 0.9, "1s", 0, true, 30, 1000},
};

/* Share of hits of a key with `lt` requests a time to live. */
static double living_hits(const struct caching *c, double lt)
{
    if (!c->reset_on_hit)
        return lt / (1 + lt);
    double spread = lt * c->jitter; /* E[exp(l T)] over U(1 - jitter, 1 + jitter) */
    return 1 - exp(-lt) / (spread > 0 ? sinh(spread) / spread : 1);
}

static double popularity(const struct caching *c, int key)
{
    double all = 0;
    for (int k = 1; k <= c->products; k++)
        all += pow(k, -c->zipf);
    return pow(key, -c->zipf) / all;
}

static double living_hit_rate(const struct caching *c)
{
    double hits = 0;
    for (int key = 1; key <= c->products; key++)
        hits += popularity(c, key) * living_hits(c, c->rate * popularity(c, key));
    return hits;
}

static void replicate_living(const void *model, uint64_t seed, double *values)
{
    const struct caching *c = model;
    struct sim *sim = make_world(c, seed);
    uint32_t measured = theory_run(sim, c->warm_up_s, c->length_s);
    values[0] = theory_read(sim, "cache.hit_rate", measured);
    values[1] = 1 - values[0];
    values[2] = theory_read(sim, "clients.requests.rate", measured);
    sim_destroy(sim);
}

START_TEST(entries_that_expire_are_found_as_often_as_theory_says)
{
    const struct caching *c = &livings[_i];
    const double hits = living_hit_rate(c);
    const struct theory_measure measures[] = {
        {"hits", hits, 0, 0}, {"misses", 1 - hits, 0, 0}, {"requests", c->rate, 0, 0.02}};
    char name[60];
    (void)snprintf(name, sizeof name, "%d keys, rate %g, jitter %g%s", c->products, c->rate, c->jitter,
                   c->reset_on_hit ? ", reset" : "");
    struct theory_study study = {.name = name,
                                 .controlled = true,
                                 .measures = measures,
                                 .measure_count = SIM_COUNT_OF(measures),
                                 .replications = REPLICATIONS,
                                 .replicate = replicate_living,
                                 .model = c};
    theory_check(&study);
}
END_TEST

/* ---- least recently used ---- */

struct lru {
    struct caching caching;
    int capacity;
    double published;
};

static const struct lru lrus[] = {
    {{1000, 10000, 0.8, "none", 0, false, 20, 50}, 1000, 0.4368},
    {{1000, 10000, 1.0, "none", 0, false, 5, 50}, 100, 0.3905},
    {{1000, 10000, 1.0, "none", 0, false, 30, 50}, 1000, 0.6757},
    {{1000, 10000, 1.2, "none", 0, false, 60, 50}, 1000, 0.8613},
};
static const double CHE_ERROR = 0.002;

static void che_sums(const double *p, int count, double t, double *filled, double *hits)
{
    *filled = 0;
    *hits = 0;
    for (int k = 0; k < count; k++) {
        double found = 1 - exp(-p[k] * t);
        *filled += found;
        *hits += p[k] * found;
    }
}

static double che_hit_rate(const struct lru *lru)
{
    const int count = lru->caching.products;
    double *p = sim_xcalloc((size_t)count, sizeof *p);
    double all = 0;
    for (int k = 0; k < count; k++)
        all += p[k] = pow(k + 1, -lru->caching.zipf);
    for (int k = 0; k < count; k++)
        p[k] /= all;
    double low = 0;
    double high = 1e7;
    double filled = 0;
    double hits = 0;
    for (int i = 0; i < 60; i++) {
        double t = (low + high) / 2;
        che_sums(p, count, t, &filled, &hits);
        *(filled < lru->capacity ? &low : &high) = t;
    }
    free(p);
    return hits;
}

static void replicate_lru(const void *model, uint64_t seed, double *values)
{
    const struct lru *lru = model;
    char word[20];
    struct sim *sim = make_world(&lru->caching, seed);
    (void)snprintf(word, sizeof word, "%d", lru->capacity);
    kit_set(sim, "cache.capacity", word);
    uint32_t measured = theory_run(sim, lru->caching.warm_up_s, lru->caching.length_s);
    values[0] = theory_read(sim, "cache.hit_rate", measured);
    values[1] = 1 - values[0];
    values[2] = theory_read(sim, "cache.entries.max", measured);
    sim_destroy(sim);
}

START_TEST(the_least_recently_used_goes_as_che_says)
{
    const struct lru *lru = &lrus[_i];
    const double hits = che_hit_rate(lru);
    const struct theory_measure measures[] = {
        {"hits", hits, CHE_ERROR, 0.02}, {"misses", 1 - hits, CHE_ERROR, 0}, {"entries", lru->capacity, 0, 0.001}};
    char name[60];
    ck_assert_double_eq_tol(hits, lru->published, 1e-3 * lru->published);
    (void)snprintf(name, sizeof name, "LRU, Zipf %g, capacity %d", lru->caching.zipf, lru->capacity);
    struct theory_study study = {.name = name,
                                 .measures = measures,
                                 .measure_count = SIM_COUNT_OF(measures),
                                 .replications = REPLICATIONS,
                                 .replicate = replicate_lru,
                                 .model = lru};
    theory_check(&study);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("caches");
    TCase *tcase = tcase_create("caches");
    tcase_add_loop_test(tcase, entries_that_expire_are_found_as_often_as_theory_says, 0, SIM_COUNT_OF(livings));
    tcase_add_loop_test(tcase, the_least_recently_used_goes_as_che_says, 0, SIM_COUNT_OF(lrus));
    suite_add_tcase(suite, tcase);
    return kit_run(suite);
}
