/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of the catalogue service share: catalogue.c (a look-up), catalogue_api.c (bulk, the chaos interface),
 * catalogue_tables.c (its params and metrics). */
#ifndef MODELS_CATALOGUE_H
#define MODELS_CATALOGUE_H

#include "models/breaker.h"
#include "models/bulkhead.h"
#include "models/memory.h"
#include "models/ops.h"
#include "models/shedder.h"
#include "sim/cpu.h"
#include "sim/map.h"
#include "sim/waitq.h"
#include "sim/world.h"

enum stage { STAGE_PARSE, STAGE_LOOKUP, STAGE_HIT, STAGE_ROW, STAGE_ERROR, STAGE_STRESS, STAGE_FALLBACK, STAGES };
enum profile { PROFILE_NONE, PROFILE_DOCUMENTED, PROFILE_ORIGINAL };
/* What an answer falls back to, and what from: bits of sets. */
enum fallback { FALLBACK_STATIC, FALLBACK_STALE };
enum cause { CAUSE_OPEN, CAUSE_EXHAUSTED, CAUSE_ERROR, CAUSE_TIMEOUT, CAUSES };

struct catalogue {
    struct sim_node node; /* must be first */
    struct sim_cpu cpu;
    struct breaker breaker;
    struct bulkhead bulkhead;
    struct shedder shedder;
    struct memory memory;
    struct sim_node *cache, *pool, *database; /* params */
    struct sim_dist costs[STAGES];            /* params */
    struct sim_rng cost_rngs[STAGES];
    int profile;                   /* param: enum profile */
    double failure_rate;           /* param */
    sim_ns query_timeout;          /* param */
    bool single_flight;            /* param */
    bool fill_when_abandoned;      /* param */
    bool cpu_stress;               /* param */
    bool event_loop;               /* param */
    bool cache_in_process;         /* param */
    bool pool_fails;               /* param */
    int64_t failures_counted;      /* param */
    uint64_t fallback;             /* param: set of enum fallback */
    uint64_t fallback_on;          /* param: set of enum cause */
    int64_t fallback_products;     /* param */
    sim_ns stale_while_revalidate; /* param */
    int64_t leak_item;             /* param: bytes */
    struct sim_rng failures;
    struct sim_map flights;   /* key -> struct flight, of the queries under way */
    struct sim_map refreshes; /* key -> the service, of stale entries being refreshed */
    struct sim_slab flight_slab;
    struct sim_counter from_cache, from_database, from_shared, from_fallback, from_stale, refreshed;
    struct sim_counter requests, request_errors;
    struct sim_histogram request_duration;
    struct sim_gauge leaked;
};

struct flight {
    struct sim_waitq followers;
};

/* The largest frame of the service's flows is that of a look-up. */
struct lookup {
    struct sim_flow flow; /* must be first */
    struct sim_payload product, grant, row;
    struct sim_outcome outcome;
    struct flight *leads;
    struct breaker_pass pass;
    sim_ns since; /* of what it waits for outside the event loop */
    enum source source;
    enum cause cause;
    bool fails, stale, inside;
};

/* One draw of what a stage costs, longer by what the collector of garbage takes. */
sim_ns catalogue_cost(struct catalogue *service, enum stage stage);
/* Whether a stage is to be burnt: one event loop does not give the core away for nothing. */
bool catalogue_burns(const struct catalogue *service, enum stage stage);
/* Counts a web request that is answered now. */
void catalogue_count_request(struct catalogue *service, const struct sim_call *call, enum sim_status status);

/* Everything but the look-up of a product. */
void catalogue_serve_bulk(struct sim_flow *f);
void catalogue_serve_api(struct sim_flow *f);
/* Empties the cache at once, as FLUSHALL does. */
void catalogue_clear_cache(struct catalogue *service);
/* The leak as an action of a fault: `items` items. */
void catalogue_leak(struct sim_node *node, int64_t items);

extern const struct sim_param catalogue_params[];
extern const struct sim_part catalogue_parts[];
extern const struct sim_metric catalogue_metrics[];

#endif
