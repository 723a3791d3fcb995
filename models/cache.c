/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A cache of keys, as Redis is used: GET, SET with a time to live, an optional bound on the number of entries with exact
 * least-recently-used eviction. A look-up is judged when GET completes. An entry expires lazily, when it is looked up at
 * or after its time; until then it takes room.
 *
 * A fill lives ttl x U(1 - ttl_jitter, 1 + ttl_jitter) from the moment SET completes; a later SET of the same key starts
 * anew. A change of the ttl acts on new fills only. With `keep_stale` an entry stays that long past its time, for those
 * who ask for it as a fallback: it is a miss all the same.
 *
 * Invariants: an entry is in the map exactly while it is in the list, most recently used first; count <= capacity. */
#include "models/models.h"
#include "models/ops.h"
#include "sim/map.h"
#include "sim/world.h"

struct entry {
    struct entry *newer, *older;
    uint64_t key;
    sim_ns expires;
    sim_ns ttl; /* drawn at the fill */
};

struct cache {
    struct sim_node node;                     /* must be first */
    struct sim_dist get_latency, set_latency; /* params */
    sim_ns ttl;                               /* param */
    double ttl_jitter;                        /* param */
    sim_ns keep_stale;                        /* param */
    bool reset_on_hit;                        /* param */
    int64_t capacity;                         /* param */
    double failure_rate;                      /* param */
    struct sim_map map;
    struct sim_slab slab;
    struct entry *newest, *oldest;
    struct sim_rng gets, sets, ttls, failures;
    struct sim_counter lookups, judged, hits, misses, failed, fills, evictions, expired;
    struct sim_gauge entries;
};

static const struct sim_segment get_segment = {"cache get", SIM_WORK};
static const struct sim_segment set_segment = {"cache set", SIM_WORK};

/* ---- entries ---- */

static void unlink_entry(struct cache *cache, struct entry *entry)
{
    *(entry->newer != NULL ? &entry->newer->older : &cache->newest) = entry->older;
    *(entry->older != NULL ? &entry->older->newer : &cache->oldest) = entry->newer;
}

static void link_newest(struct cache *cache, struct entry *entry)
{
    entry->newer = NULL;
    entry->older = cache->newest;
    *(cache->newest != NULL ? &cache->newest->newer : &cache->oldest) = entry;
    cache->newest = entry;
}

static void drop(struct cache *cache, struct entry *entry)
{
    unlink_entry(cache, entry);
    sim_map_remove(&cache->map, entry->key);
    sim_slab_give(&cache->slab, entry);
    sim_gauge_add(&cache->entries, sim_now(&cache->node), -1);
}

static void evict_above(struct cache *cache, int64_t count)
{
    while (cache->entries.value > count) {
        drop(cache, cache->oldest);
        sim_count(&cache->evictions, 1);
    }
}

static void clear(struct cache *cache)
{
    while (cache->oldest != NULL)
        drop(cache, cache->oldest);
}

static sim_ns draw_ttl(struct cache *cache)
{
    double factor = 1 - cache->ttl_jitter + 2 * cache->ttl_jitter * sim_rng_uniform(&cache->ttls);
    return cache->ttl == SIM_NEVER ? SIM_NEVER : sim_ns_from_s(sim_ns_to_s(cache->ttl) * factor);
}

static void fill(struct cache *cache, uint64_t key)
{
    sim_count(&cache->fills, 1);
    struct entry *entry = sim_map_get(&cache->map, key);
    if (entry == NULL) {
        evict_above(cache, cache->capacity - 1);
        entry = sim_slab_take(&cache->slab);
        entry->key = key;
        sim_map_put(&cache->map, key, entry);
        sim_gauge_add(&cache->entries, sim_now(&cache->node), 1);
    } else {
        unlink_entry(cache, entry);
    }
    link_newest(cache, entry);
    entry->ttl = draw_ttl(cache);
    entry->expires = sim_ns_add(sim_now(&cache->node), entry->ttl);
}

/* An entry past its time: told of when it is kept, else dropped. */
static void find_stale(struct cache *cache, struct entry *entry, struct sim_payload *reply)
{
    const sim_ns age = sim_now(&cache->node) - entry->expires;
    if (cache->keep_stale != SIM_NEVER && age >= cache->keep_stale) {
        sim_count(&cache->expired, 1);
        drop(cache, entry);
        return;
    }
    reply->word[1] = 1;
    reply->word[2] = age;
}

static bool look_up(struct cache *cache, uint64_t key, struct sim_payload *reply)
{
    struct entry *entry = sim_map_get(&cache->map, key);
    if (entry == NULL)
        return false;
    sim_ns now = sim_now(&cache->node);
    if (entry->expires <= now) {
        find_stale(cache, entry, reply);
        return false;
    }
    unlink_entry(cache, entry);
    link_newest(cache, entry);
    if (cache->reset_on_hit)
        entry->expires = sim_ns_add(now, entry->ttl);
    return true;
}

/* ---- calls ---- */

static void finish(struct cache *cache, struct sim_call *call)
{
    if (call->op == OP_CACHE_SET) {
        sim_call_segment(call, &set_segment, call->arrived);
        fill(cache, call->request.key);
        sim_reply(call, (struct sim_outcome){SIM_OK, NULL});
        return;
    }
    sim_call_segment(call, &get_segment, call->arrived);
    if (call->at_callee.word != 0) {
        sim_count(&cache->failed, 1);
        sim_reply(call, (struct sim_outcome){SIM_ERROR, "Cache Failure"});
        return;
    }
    bool hit = look_up(cache, call->request.key, &call->reply);
    sim_count(&cache->judged, 1);
    sim_count(hit ? &cache->hits : &cache->misses, 1);
    sim_reply(call, (struct sim_outcome){hit ? SIM_OK : SIM_NOT_FOUND, NULL});
}

static void fire_done(struct sim_node *node, void *subject)
{
    finish((struct cache *)node, subject);
}

static const struct sim_event_kind done_kind = {"cache done", fire_done};

static void request(struct sim_node *node, struct sim_call *call)
{
    struct cache *cache = (struct cache *)node;
    sim_ns takes = 0;
    call->reply.key = call->request.key;
    if (call->op == OP_CACHE_GET) {
        sim_count(&cache->lookups, 1);
        call->at_callee.word = sim_rng_chance(&cache->failures, cache->failure_rate);
        takes = sim_dist_draw(&cache->get_latency, &cache->gets);
    } else {
        takes = sim_dist_draw(&cache->set_latency, &cache->sets);
    }
    if (takes == 0)
        finish(cache, call);
    else
        (void)sim_schedule_in(node, takes, &done_kind, call);
}

/* ---- life ---- */

static void act_clear(struct sim_node *node, int64_t amount)
{
    (void)amount;
    clear((struct cache *)node);
}

static const struct sim_action actions[] = {{.name = "clear", .help = "forgets every entry", .act = act_clear}, {0}};

static void start(struct sim_node *node)
{
    struct cache *cache = (struct cache *)node;
    if (node->incarnation > 1)
        return;
    sim_slab_init(&cache->slab, &node->sim->arena, sizeof(struct entry));
    sim_node_stream(node, &cache->gets, "get latency");
    sim_node_stream(node, &cache->sets, "set latency");
    sim_node_stream(node, &cache->ttls, "ttl");
    sim_node_stream(node, &cache->failures, "failures");
}

static void reset(struct sim_node *node)
{
    clear((struct cache *)node);
}

static void fini(struct sim_node *node)
{
    sim_map_fini(&((struct cache *)node)->map);
}

static void on_param(struct sim_node *node, const struct sim_param *param)
{
    (void)param;
    struct cache *cache = (struct cache *)node;
    evict_above(cache, cache->capacity);
}

#define FIELD(member) .offset = offsetof(struct cache, member)

static const struct sim_param params[] = {
    {.name = "get_latency",
     .kind = SIM_PARAM_DIST,
     FIELD(get_latency),
     .initial = "0s",
     .live = true,
     .help = "time of a look-up; acts on those that start after a change"},
    {.name = "set_latency",
     .kind = SIM_PARAM_DIST,
     FIELD(set_latency),
     .initial = "0s",
     .live = true,
     .help = "time of a fill; acts on those that start after a change"},
    {.name = "ttl",
     .kind = SIM_PARAM_DURATION,
     FIELD(ttl),
     .initial = "none",
     .above_min = true,
     .none = true,
     .live = true,
     .help = "how long a fill lives; acts on new fills"},
    {.name = "ttl_jitter",
     .kind = SIM_PARAM_RATIO,
     FIELD(ttl_jitter),
     .initial = "0",
     .live = true,
     .help = "how unequal: each fill lives ttl x U(1 - jitter, 1 + jitter)"},
    {.name = "keep_stale",
     .kind = SIM_PARAM_DURATION,
     FIELD(keep_stale),
     .initial = "0s",
     .none = true,
     .live = true,
     .help = "how long an entry is kept past its time, as a fallback: a look-up misses, and tells of it"},
    {.name = "reset_on_hit",
     .kind = SIM_PARAM_FLAG,
     FIELD(reset_on_hit),
     .initial = "false",
     .live = true,
     .help = "whether a hit starts the entry's time anew"},
    {.name = "capacity",
     .kind = SIM_PARAM_COUNT,
     FIELD(capacity),
     .initial = "none",
     .min = 1,
     .max = 1e7,
     .none = true,
     .live = true,
     .help = "most entries; the least recently used goes when one more is needed"},
    {.name = "failure_rate",
     .kind = SIM_PARAM_RATIO,
     FIELD(failure_rate),
     .initial = "0",
     .live = true,
     .help = "share of look-ups that fail: neither hit nor miss"},
    {0}};

#define COUNTER(n, member, u, h) \
    { \
        .name = n, .kind = SIM_METRIC_COUNTER, FIELD(member), .unit = u, .help = h \
    }

static const struct sim_metric metrics[] = {
    {.name = "hit_rate",
     .kind = SIM_METRIC_RATIO,
     .unit = "1",
     .over = {"hits"},
     .under = {"hits", "misses"},
     .help = "hits / (hits + misses)"},
    COUNTER("lookups", lookups, "look-ups", "look-ups begun"),
    COUNTER("judged", judged, "look-ups", "look-ups that were a hit or a miss"),
    COUNTER("hits", hits, "look-ups", "look-ups that found a living entry"),
    COUNTER("misses", misses, "look-ups", "look-ups that found none"),
    COUNTER("failed", failed, "look-ups", "look-ups that failed: lookups = hits + misses + failed + in flight"),
    COUNTER("fills", fills, "fills", "SETs completed"),
    COUNTER("evictions", evictions, "entries", "entries that went because the cache was full"),
    COUNTER("expired", expired, "entries", "entries found past their time"),
    {.name = "entries",
     .kind = SIM_METRIC_GAUGE,
     FIELD(entries),
     .unit = "entries",
     .help = "entries, those past their time and not yet looked up included"},
    {0}};

const struct sim_node_type cache_type = {
    .name = "cache",
    .help = "a cache of keys: time to live, bound with LRU eviction",
    .size = sizeof(struct cache),
    .accepts = OP_BIT(OP_CACHE_GET) | OP_BIT(OP_CACHE_SET),
    .params = params,
    .actions = actions,
    .metrics = metrics,
    .start = start,
    .reset = reset,
    .request = request,
    .on_param = on_param,
    .fini = fini,
};
