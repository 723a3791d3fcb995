/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The catalogue service by hand: what each request of a script comes to, in how many ms, and what is counted at the end.
 * The world: a scripted client (c), the service (s) without CPU costs, a cache (r), a pool (p) of ten connections, a
 * database (d) that takes 100 ms. */
#include "tests/answers.h"

#include "sim/world.h"

enum { TEXT_MAX = 4000, CASE_SETS_MAX = 12, CASE_LOOKS_MAX = 5 };

struct hand {
    const char *name;
    const char *sets[CASE_SETS_MAX];
    const char *script; /* the requests without brackets */
    const char *faults; /* likewise; NULL: none */
    const char *want;
    struct {
        const char *reading;
        int64_t value;
    } looks[CASE_LOOKS_MAX];
};

#define GET(at, id) "{'at': " #at ", 'request': 'GET /products/" #id "'}"
#define POST(at, what) "{'at': " #at ", 'request': 'POST /chaos/" what "'}"
#define BULK(at, count) "{'at': " #at ", 'request': 'GET /products/bulk/test?requests=" #count "'}"

static const struct hand hands[] = {
    /* ---- fallback ---- */
    {"static data instead of an error, for the first products only",
     {"s.fallback=static", "s.fallback_on=error", "d.failure_rate=1"},
     GET(1, 1) "," GET(1, 2) "," GET(1, 3) "," GET(1, 0) "," GET(1, -1),
     NULL,
     "1000 GET /products/1 200 fallback_emergency 0\n"
     "1000 GET /products/2 200 fallback_emergency 0\n"
     "1000 GET /products/3 500 - 0\n"
     "1000 GET /products/0 500 - 0\n"
     "1000 GET /products/-1 500 - 0\n",
     {{"s.from_fallback", 2}, {"s.request_errors", 3}, {"r.fills", 0}}},
    {"static data instead of a timeout",
     {"s.fallback=static", "s.fallback_on=timeout", "s.query_timeout=50ms"},
     GET(1, 1) "," GET(1, 3),
     NULL,
     "1000 GET /products/1 200 fallback_emergency 50\n1000 GET /products/3 503 - 50\n",
     {{"s.from_fallback", 1}}},
    {"a timeout is no error of the query",
     {"s.fallback=static", "s.fallback_on=error,open,exhausted", "s.query_timeout=50ms"},
     GET(1, 1),
     NULL,
     "1000 GET /products/1 503 - 50\n",
     {{"s.from_fallback", 0}}},
    {"static data instead of an exhausted pool",
     {"s.fallback=static", "s.fallback_on=exhausted", "p.size=1", "p.mode=reject"},
     GET(1, 3) "," GET(1, 1) "," GET(1, 4),
     NULL,
     "1000 GET /products/3 200 database 100\n"
     "1000 GET /products/1 200 fallback_emergency 0\n"
     "1000 GET /products/4 503 - 0\n",
     {{"p.exhausted", 2}, {"p.in_use", 0}}},
    {"static data instead of a full bulkhead",
     {"s.fallback=static", "s.fallback_on=exhausted", "s.bulkhead.max_concurrent=1"},
     GET(1, 3) "," GET(1, 1),
     NULL,
     "1000 GET /products/3 200 database 100\n1000 GET /products/1 200 fallback_emergency 0\n",
     {{"s.bulkhead.rejected", 1}}},
    {"static data instead of an open breaker, and what that costs",
     {"s.fallback=static", "s.breaker.mode=consecutive", "s.breaker.threshold=1", "d.failure_rate=1",
      "s.fallback_cpu=10ms", "s.hit_cpu=5ms", "s.error_cpu=20ms"},
     GET(1, 1) "," GET(2, 1) "," GET(3, 3),
     NULL,
     "1000 GET /products/1 500 - 20\n"
     "2000 GET /products/1 200 fallback_emergency 15\n"
     "3000 GET /products/3 503 - 30\n",
     {{"s.breaker.refused", 2}}},
    {"what does not exist is no error, and nothing is fallen back to",
     {"s.fallback=static,stale", "s.fallback_on=open,exhausted,error,timeout", "s.fallback_products=1000",
      "d.products=4"},
     GET(1, 9),
     NULL,
     "1000 GET /products/9 404 - 100\n",
     {{"s.from_fallback", 0}}},
    {"an entry past its time instead of an error, as long as it is kept",
     {"s.fallback=stale", "s.fallback_on=error", "r.ttl=1s", "r.keep_stale=10s"},
     GET(0, 1) "," POST(1.5, "configure?db_failure_rate=1") "," GET(2, 1) "," GET(11.099, 1) "," GET(11.1,
                                                                                                     1) "," GET(12, 2),
     NULL,
     "0 GET /products/1 200 database 100\n"
     "1500 POST /chaos/configure?db_failure_rate=1 200 - 0\n"
     "2000 GET /products/1 200 stale 0\n"
     "11099 GET /products/1 200 stale 0\n"
     "11100 GET /products/1 500 - 0\n"
     "12000 GET /products/2 500 - 0\n",
     {{"s.from_stale", 2}, {"r.expired", 1}, {"r.hits", 0}}},
    {"what is stale goes before what is static",
     {"s.fallback=static,stale", "s.fallback_on=timeout", "r.ttl=1s", "r.keep_stale=none"},
     GET(0, 1) "," GET(2, 1) "," GET(2, 2),
     "'f': {'node': 's', 'at': '1s', 'set': {'query_timeout': '50ms'}}",
     "0 GET /products/1 200 database 100\n"
     "2000 GET /products/1 200 stale 50\n"
     "2000 GET /products/2 200 fallback_emergency 50\n",
     {{"s.from_stale", 1}, {"s.from_fallback", 1}}},
    {"a cache that fails tells of nothing stale",
     {"s.fallback=stale", "s.fallback_on=error", "r.ttl=1s", "r.keep_stale=none"},
     GET(0, 1) "," POST(1.5, "configure?db_failure_rate=1&cache_failure_rate=1") "," GET(2, 1),
     NULL,
     "0 GET /products/1 200 database 100\n"
     "1500 POST /chaos/configure?db_failure_rate=1&cache_failure_rate=1 200 - 0\n"
     "2000 GET /products/1 500 - 0\n",
     {{"s.from_stale", 0}}},
    /* ---- stale while it is refreshed ---- */
    {"a stale entry is answered at once, and one request refreshes it",
     {"r.ttl=1s", "r.keep_stale=none", "s.stale_while_revalidate=5s"},
     GET(0, 1) "," GET(2, 1) "," GET(2, 1) "," GET(2.05, 1) "," GET(2.2, 1) "," GET(8.1, 1) "," GET(20, 1),
     NULL,
     "0 GET /products/1 200 database 100\n"
     "2000 GET /products/1 200 stale 0\n"
     "2000 GET /products/1 200 stale 0\n"
     "2050 GET /products/1 200 stale 0\n"
     "2200 GET /products/1 200 cache 0\n"
     "8100 GET /products/1 200 stale 0\n" /* 5 s past its time, not more */
     "20000 GET /products/1 200 database 100\n",
     {{"s.refreshed", 2}, {"r.fills", 4}, {"s.from_database", 2}, {"s.from_stale", 4}, {"s.requests", 7}}},
    {"each key is refreshed by itself, and a refresh that fails is tried again",
     {"r.ttl=1s", "r.keep_stale=none", "s.stale_while_revalidate=none"},
     GET(0, 1) "," GET(0, 2) "," POST(1.5, "configure?db_failure_rate=1") "," GET(2, 1) "," GET(2, 2) "," GET(3, 1),
     NULL,
     "0 GET /products/1 200 database 100\n"
     "0 GET /products/2 200 database 100\n"
     "1500 POST /chaos/configure?db_failure_rate=1 200 - 0\n"
     "2000 GET /products/1 200 stale 0\n"
     "2000 GET /products/2 200 stale 0\n"
     "3000 GET /products/1 200 stale 0\n",
     {{"s.refreshed", 3}, {"s.request_errors", 0}, {"r.fills", 2}}},
    /* ---- breaker ---- */
    {"the breaker stands in front of the pool, and counts its refusals",
     {"s.breaker.mode=consecutive", "s.breaker.threshold=2", "p.size=1", "p.mode=reject"},
     GET(1, 1) "," GET(1, 2) "," GET(1, 3) "," GET(1, 4),
     NULL,
     "1000 GET /products/1 200 database 100\n"
     "1000 GET /products/2 503 - 0\n"
     "1000 GET /products/3 503 - 0\n"
     "1000 GET /products/4 503 - 0\n",
     {{"p.exhausted", 2}, {"s.breaker.refused", 1}, {"s.breaker.opened", 1}}},
    {"unless it is told not to",
     {"s.breaker.mode=consecutive", "s.breaker.threshold=2", "p.size=1", "p.mode=reject", "s.pool_fails=false"},
     GET(1, 1) "," GET(1, 2) "," GET(1, 3) "," GET(1, 4),
     NULL,
     "1000 GET /products/1 200 database 100\n"
     "1000 GET /products/2 503 - 0\n"
     "1000 GET /products/3 503 - 0\n"
     "1000 GET /products/4 503 - 0\n",
     {{"p.exhausted", 3}, {"s.breaker.refused", 0}, {"s.breaker.opened", 0}, {"s.breaker.ignored", 3}}},
    {"a failed query counts as often as it is said",
     {"s.breaker.mode=consecutive", "s.breaker.threshold=4", "d.failure_rate=1", "s.failures_counted=2"},
     GET(1, 1) "," GET(2, 1) "," GET(3, 1),
     NULL,
     "1000 GET /products/1 500 - 0\n2000 GET /products/1 500 - 0\n3000 GET /products/1 503 - 0\n",
     {{"s.breaker.opened", 1}, {"s.breaker.refused", 1}, {"d.calls", 2}}},
    {"a query that timed out counts once",
     {"s.breaker.mode=consecutive", "s.breaker.threshold=2", "s.query_timeout=50ms", "s.failures_counted=2"},
     GET(1, 1) "," GET(2, 1) "," GET(3, 1),
     NULL,
     "1000 GET /products/1 503 - 50\n2000 GET /products/1 503 - 50\n3000 GET /products/1 503 - 0\n",
     {{"s.breaker.failures", 2}}},
    {"a reset closes the breaker",
     {"s.breaker.mode=consecutive", "s.breaker.threshold=1", "d.failure_rate=1"},
     GET(1, 1) "," POST(2, "reset") "," GET(3, 1) "," GET(4, 1),
     NULL,
     "1000 GET /products/1 500 - 0\n"
     "2000 POST /chaos/reset 200 - 0\n"
     "3000 GET /products/1 500 - 0\n"
     "4000 GET /products/1 503 - 0\n",
     {{"s.breaker.opened", 2}}},
    /* ---- bulkhead, shedder ---- */
    {"one at a time through the bulkhead",
     {"s.bulkhead.max_concurrent=1", "s.bulkhead.max_wait=150ms"},
     GET(1, 1) "," GET(1, 2) "," GET(1, 3),
     NULL,
     "1000 GET /products/1 200 database 100\n1000 GET /products/2 200 database 200\n1000 GET /products/3 503 - 150\n",
     {{"s.bulkhead.inside", 0}, {"s.bulkhead.timeouts", 1}, {"p.in_use", 0}}},
    {"what is shed costs nothing",
     {"s.shedder.kind=concurrency", "s.shedder.limit=1", "s.error_cpu=1s", "s.parse_cpu=1s"},
     GET(1, 1) "," GET(1, 2),
     NULL,
     "1000 GET /products/1 200 database 1100\n1000 GET /products/2 503 - 0\n",
     {{"s.shedder.shed", 1}}},
    /* ---- one event loop ---- */
    {"stress on one event loop: hits pay, wake-ups wait, members go one after the other",
     {"s.event_loop=true", "s.cpu.cores=1", "s.cpu_stress=true"},
     GET(1, 1) "," GET(1, 2) "," GET(3, 1) "," BULK(4, 2),
     NULL,
     "1000 GET /products/1 200 database 1000\n" /* answered at 1.6 s, woken at 2 s */
     "1000 GET /products/2 200 database 1100\n"
     "3000 GET /products/1 200 cache 500\n"
     "4000 GET /products/bulk/test?requests=2 200 - 1000\n"
     "  4000 GET /products/1 200 cache 500\n"
     "  4000 GET /products/1 200 cache 1000\n",
     {{"s.requests", 4}}},
    {"stress that was turned off, or on, while a request waited for the loop",
     {"s.event_loop=true", "s.cpu.cores=1", "s.cpu_stress=true"},
     GET(1, 1) "," GET(1.1, 2) "," POST(1.2, "configure?cpu_stress=false") "," GET(1.3, 3) "," POST(
         1.4, "configure?cpu_stress=true") "," GET(1.5, 4),
     NULL,
     "1000 GET /products/1 200 database 1500\n"
     "1100 GET /products/2 200 database 1400\n"
     "1200 POST /chaos/configure?cpu_stress=false 200 - 800\n"
     "1300 GET /products/3 200 database 1200\n"
     "1400 POST /chaos/configure?cpu_stress=true 200 - 600\n"
     "1500 GET /products/4 200 database 1100\n",
     {{"s.requests", 6}}},
    {"health waits as well",
     {"s.event_loop=true", "s.cpu.cores=1", "s.cpu_stress=true"},
     GET(1, 1) ",{'at': 1.1, 'request': 'GET /health'}," GET(5, 1),
     NULL,
     "1000 GET /products/1 200 database 600\n1100 GET /health 200 - 400\n5000 GET /products/1 200 cache 500\n",
     {{"s.requests", 3}}},
    {"the collector makes stress longer once",
     {"s.cpu_stress=true", "s.memory.limit=200MiB", "s.memory.gc_cost=1"},
     GET(1, 1),
     NULL,
     "1000 GET /products/1 200 database 1100\n",
     {{"s.memory.gc_time", 500000000}, {"s.memory.burst_time", 1000000000}}},
    /* ---- single flight ---- */
    {"followers share a fallback, and an error",
     {"s.single_flight=true", "s.query_timeout=50ms", "s.fallback=static", "s.fallback_on=timeout"},
     GET(1, 1) "," GET(1, 1) "," GET(1.02, 1) "," GET(1, 3) "," GET(1, 3),
     NULL,
     "1000 GET /products/1 200 fallback_emergency 50\n"
     "1000 GET /products/1 200 shared 50\n"
     "1000 GET /products/3 503 - 50\n"
     "1000 GET /products/3 503 - 50\n"
     "1020 GET /products/1 200 shared 30\n",
     {{"d.calls", 2}, {"s.from_shared", 2}, {"s.from_fallback", 1}}},
    {"followers ask no breaker",
     {"s.single_flight=true", "s.breaker.mode=consecutive", "s.breaker.threshold=1", "s.query_timeout=50ms",
      "s.fallback=static", "s.fallback_cpu=10ms", "s.cpu.cores=2"},
     GET(1, 3) "," GET(1, 3) "," GET(2, 1) "," GET(2, 1),
     NULL,
     "1000 GET /products/3 503 - 50\n"
     "1000 GET /products/3 503 - 50\n"
     "2000 GET /products/1 200 fallback_emergency 10\n"
     "2000 GET /products/1 200 shared 10\n",
     {{"s.breaker.failures", 1}, {"s.breaker.refused", 1}}},
    /* ---- knobs and faults ---- */
    {"of a knob and a fault, what began last wins, and what ends gives back",
     {"s.cache=none"},
     POST(1, "configure?db_latency=2") "," GET(1, 1) "," GET(3, 1) "," GET(7, 1) "," POST(
         10.5, "configure?db_latency=3") "," GET(11, 1) "," GET(14, 1) "," POST(14.5,
                                                                                "reset") "," GET(15, 1) "," GET(17, 1),
     "'f': {'node': 'd', 'at': '2s', 'until': '6s', 'set': {'added_latency': '1s'}},"
     "'g': {'node': 'd', 'at': '10s', 'until': '13s', 'set': {'added_latency': '1s'}},"
     "'h': {'node': 'd', 'at': '14200ms', 'until': '16s', 'set': {'added_latency': '1s'}}",
     "1000 POST /chaos/configure?db_latency=2 200 - 0\n"
     "1000 GET /products/1 200 database 2100\n"
     "3000 GET /products/1 200 database 1100\n"
     "7000 GET /products/1 200 database 2100\n"
     "10500 POST /chaos/configure?db_latency=3 200 - 0\n"
     "11000 GET /products/1 200 database 3100\n"
     "14000 GET /products/1 200 database 3100\n"
     "14500 POST /chaos/reset 200 - 0\n"
     "15000 GET /products/1 200 database 1100\n"
     "17000 GET /products/1 200 database 100\n",
     {{"s.requests", 10}}},
    {"what is left out goes back to the scenario's value",
     {"s.cache=none", "d.added_latency=50ms"},
     POST(1, "configure?db_latency=2") "," POST(2, "configure?db_failure_rate=1") "," GET(3, 1) "," POST(
         4, "configure") "," GET(5, 1),
     NULL,
     "1000 POST /chaos/configure?db_latency=2 200 - 0\n"
     "2000 POST /chaos/configure?db_failure_rate=1 200 - 0\n"
     "3000 GET /products/1 500 - 0\n"
     "4000 POST /chaos/configure 200 - 0\n"
     "5000 GET /products/1 200 database 150\n",
     {{"d.error", 1}}},
    /* ---- kills and leaks ---- */
    {"a cache in the process is empty after a restart",
     {"s.cache_in_process=true"},
     GET(0, 1) "," GET(1, 1) "," GET(4, 1),
     "'f': {'node': 's', 'at': '2s', 'until': '3s', 'do': 'kill'}",
     "0 GET /products/1 200 database 100\n1000 GET /products/1 200 cache 0\n4000 GET /products/1 200 database 100\n",
     {{"r.entries", 1}}},
    {"one of its own is not",
     {NULL},
     GET(0, 1) "," GET(4, 1),
     "'f': {'node': 's', 'at': '2s', 'until': '3s', 'do': 'kill'}",
     "0 GET /products/1 200 database 100\n4000 GET /products/1 200 cache 0\n",
     {{"r.entries", 1}}},
    {"leaks to the limit: killed, and back with a cold cache and an empty pool after the start-up time",
     {"s.memory.limit=101MiB", "s.cache_in_process=true"},
     GET(0, 1) "," POST(0.5, "leak?items=1023") "," GET(0.95, 2) "," POST(1, "leak?items=1") "," GET(1.5, 1) "," GET(
         6.05, 1) "," GET(6.2, 1),
     NULL,
     "0 GET /products/1 200 database 100\n"
     "500 POST /chaos/leak?items=1023 200 - 0\n"
     "950 GET /products/2 502 - 50\n"
     "1000 POST /chaos/leak?items=1 200 - 0\n"
     "1500 GET /products/1 502 - 0\n"
     "6050 GET /products/1 502 - 0\n"
     "6200 GET /products/1 200 database 100\n",
     {{"s.memory.oom_kills", 1}, {"s.leaked", 0}, {"p.in_use", 0}, {"s.memory.live", 104857600}}},
    {"a leak by a fault is the same, and one of more than there is leaks what there is",
     {"s.leak_item=18446745B"},
     POST(1, "leak?items=-5") "," POST(1, "leak?items=0") "," GET(3, 1),
     "'f': {'node': 's', 'at': '2s', 'do': 'leak', 'amount': 1000000000000}",
     "1000 POST /chaos/leak?items=-5 200 - 0\n"
     "1000 POST /chaos/leak?items=0 200 - 0\n"
     "3000 GET /products/1 200 database 100\n",
     {{"s.leaked", 1000000000000}, {"s.memory.live", (int64_t)1 << 60}}},
    /* ---- cancelled ---- */
    {"a cancelled request gives back its place, its connection and its permit",
     {"c.timeout=50ms", "s.on_abandon=cancel", "s.bulkhead.max_concurrent=1", "p.size=1", "p.mode=reject",
      "s.breaker.mode=consecutive", "s.breaker.threshold=1"},
     GET(1, 1) "," GET(2, 1) "," GET(3, 1),
     NULL,
     "1000 GET /products/1 504 - 50\n2000 GET /products/1 504 - 50\n3000 GET /products/1 504 - 50\n",
     {{"s.breaker.ignored", 3}, {"s.bulkhead.inside", 0}, {"p.in_use", 0}, {"p.exhausted", 0}, {"s.requests", 0}}},
    {"one that is cancelled before it came so far does not ask an open breaker",
     {"s.on_abandon=cancel", "s.breaker.mode=consecutive", "s.breaker.threshold=1", "s.breaker.open_for=100ms",
      "d.failure_rate=1"},
     GET(1, 1) "," GET(3, 1),
     "'f': {'node': 's', 'at': '2s', 'set': {'parse_cpu': '1s'}},"
     "'g': {'node': 'c', 'at': '2s', 'set': {'timeout': '50ms'}}",
     "1000 GET /products/1 500 - 0\n3000 GET /products/1 504 - 50\n",
     {{"s.breaker.open", 1}, {"s.breaker.half_open", 0}, {"s.breaker.passed", 1}}},
    {"a leader that is cancelled leaves the lead to a follower",
     {"s.single_flight=true", "s.on_abandon=cancel", "c.to=g", "g.timeout=150ms"},
     GET(1, 1) "," GET(1.12, 1) "," GET(1.14, 1),
     "'f': {'node': 'd', 'at': '1s', 'until': '1050ms', 'set': {'added_latency': '1s'}}",
     "1000 GET /products/1 504 - 150\n"
     "1120 GET /products/1 200 database 130\n"
     "1140 GET /products/1 200 shared 110\n",
     {{"d.calls", 2}, {"s.from_shared", 1}, {"p.in_use", 0}}},
};

static struct world make(const struct hand *hand)
{
    char text[TEXT_MAX];
    const int length =
        snprintf(text, sizeof text,
                 "{'nodes': {'c': {'type': 'script', 'to': 's'}, 'g': {'type': 'gateway', 'to': 's'},"
                 "'s': {'type': 'catalogue', 'cache': 'r', 'pool': 'p', 'database': 'd'},"
                 "'r': {'type': 'cache'}, 'p': {'type': 'pool'}, 'd': {'type': 'database', 'latency': '100ms'}},"
                 "'script': [%s], 'faults': {%s}}",
                 hand->script, hand->faults == NULL ? "" : hand->faults);
    ck_assert_int_lt(length, TEXT_MAX);
    return world_make(text, hand->sets);
}

START_TEST(every_request_comes_to_what_was_computed_by_hand)
{
    const struct hand *hand = &hands[_i];
    struct world world = make(hand);
    world_finish(&world);
    char *got = answers(&world);
    ck_assert_msg(strcmp(got, hand->want) == 0, "%s: got\n%s", hand->name, got);
    free(got);
    for (size_t i = 0; i < CASE_LOOKS_MAX && hand->looks[i].reading != NULL; i++) {
        const int64_t value = world_now(&world, hand->looks[i].reading);
        ck_assert_msg(value == hand->looks[i].value, "%s: %s is %lld", hand->name, hand->looks[i].reading,
                      (long long)value);
    }
    world_end(&world);
}
END_TEST

/* ---- conservation ---- */

/* Worlds of all sorts under load for 5 s, with kills in between, then left alone: all that was taken is given back. */
static const char busy[] =
    "{'run': {'until': '60s'}, 'nodes': {'c': {'type': 'clients', 'to': 'g', 'rate': '300/s', 'products': 20},"
    "'g': {'type': 'gateway', 'to': 's', 'timeout': '300ms'},"
    "'t': {'type': 'script', 'to': 's', 'timeout': '400ms'},"
    "'s': {'type': 'catalogue', 'cache': 'r', 'pool': 'p', 'database': 'd', 'parse_cpu': '500us', 'cpu': {'cores': 1},"
    "'fallback': ['static', 'stale'], 'fallback_on': ['open', 'exhausted', 'error', 'timeout'], 'fallback_cpu': '1ms'},"
    "'r': {'type': 'cache', 'ttl': '300ms', 'keep_stale': 'none', 'get_latency': '200us', 'set_latency': '200us'},"
    "'p': {'type': 'pool', 'size': 4}, 'd': {'type': 'database', 'latency': {'exponential': {'mean': '20ms'}},"
    "'failure_rate': 0.1}},"
    "'script': [{'at': 0.5, 'request': 'GET /products/bulk/test?requests=7', 'every': 0.07, 'times': 60},"
    "{'at': 1, 'request': 'POST /chaos/configure?db_latency=0.2&cb_threshold=3'},"
    "{'at': 2, 'request': 'POST /chaos/reset'}],"
    "'faults': {'quiet': {'node': 'c', 'at': '5s', 'set': {'rate': '0/s'}},"
    "'dead': {'node': 's', 'at': '3s', 'until': '3100ms', 'do': 'kill'}}}";

static const char *const choices[][3] = {
    {"s.on_abandon=cancel", "s.on_abandon=continue", "d.on_abandon=cancel"},
    {"s.single_flight=true", "s.single_flight=false", "g.timeout=60ms"},
    {"s.breaker.mode=consecutive", "s.breaker.mode=off", "s.breaker.mode=count"},
    {"s.bulkhead.max_concurrent=3", "s.bulkhead.max_concurrent=none", "s.bulkhead.max_concurrent=10"},
    {"s.bulkhead.max_wait=30ms", "s.bulkhead.max_wait=0s", "s.bulkhead.max_wait=none"},
    {"p.mode=reject", "p.mode=wait", "p.acquire_timeout=20ms"},
    {"s.event_loop=true", "s.event_loop=false", "s.parse_cpu=3ms"},
    {"s.stale_while_revalidate=200ms", "s.stale_while_revalidate=0s", "s.stale_while_revalidate=none"},
    {"s.query_timeout=30ms", "s.query_timeout=none", "s.query_timeout=5ms"},
    {"s.breaker.open_for=50ms", "s.breaker.open_for=1s", "s.breaker.late_results=true"},
    {"s.shedder.kind=concurrency", "s.shedder.kind=none", "s.shedder.kind=codel"},
    {"s.memory.limit=101MiB", "s.memory.limit=none", "s.memory.limit=200MiB"},
    {"s.cache=none", "s.cache_in_process=true", "s.pool=none"},
};

START_TEST(all_that_was_taken_is_given_back)
{
    static const char *const zero[] = {"s.in_flight",       "s.outstanding", "p.in_use",    "p.waiting",
                                       "s.bulkhead.inside", "d.in_flight",   "r.in_flight", "s.bulkhead.waiting",
                                       "g.in_flight",       "g.outstanding", "s.cpu.busy",  "s.cpu.queue"};
    const char *sets[SIM_COUNT_OF(choices) + 1] = {NULL};
    struct sim_rng rng;
    sim_rng_init(&rng, (uint64_t)_i, "conservation", "choices");
    for (size_t i = 0; i < SIM_COUNT_OF(choices); i++)
        sets[i] = choices[i][(size_t)(sim_rng_uniform(&rng) * 3)];
    struct world world = world_try(busy, sets, (uint64_t)_i + 1);
    ck_assert_msg(world.cell != NULL, "%s", world.messages);
    world_finish(&world);
    ck_assert_int_gt(world_now(&world, "s.requests"), 50);
    for (size_t i = 0; i < SIM_COUNT_OF(zero); i++)
        ck_assert_msg(world_now(&world, zero[i]) == 0, "world %d: %s is %lld", _i, zero[i],
                      (long long)world_now(&world, zero[i]));
    const struct sim *sim = world.cell->sim;
    ck_assert_uint_eq(sim->call_slab.in_use, 0);
    for (uint32_t i = 0; i < sim->node_count; i++) {
        const struct sim_node *node = sim->nodes[i];
        const bool waits = strcmp(node->name, "c") == 0; /* the clients' next arrival */
        ck_assert_msg(waits || node->frames.in_use == 0, "world %d: frames of %s", _i, node->name);
    }
    world_end(&world);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("catalogue");
    TCase *tests = tcase_create("catalogue");
    tcase_set_timeout(tests, 60);
    tcase_add_loop_test(tests, every_request_comes_to_what_was_computed_by_hand, 0, (int)SIM_COUNT_OF(hands));
    tcase_add_loop_test(tests, all_that_was_taken_is_given_back, 0, 40);
    suite_add_tcase(suite, tests);
    return worlds_run(suite);
}
