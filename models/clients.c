/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Clients that ask for products.
 *
 * Open: requests arrive as a Poisson process, whatever becomes of them. Closed: a population of users, each of whom
 * thinks, asks, waits for the answer, and thinks again. What is asked for follows a Zipf law over the products.
 *
 * All params act at once: a new rate draws the pending arrival anew, a new think time the thinking of all who think; a
 * larger population begins by thinking, of a smaller one first those go who think, then those whose answer comes. */
#include "models/models.h"
#include "models/ops.h"
#include "sim/world.h"

#include <math.h>

enum load { LOAD_OPEN, LOAD_CLOSED };

struct user {
    struct user *prev, *next; /* all users, newest first */
    sim_event thinking;
    bool retired;
};

struct clients {
    struct sim_node node;       /* must be first */
    struct sim_node *to;        /* param */
    int load;                   /* param: enum load */
    double rate;                /* param: 1/s */
    int64_t population;         /* param */
    struct sim_dist think_time; /* param */
    int64_t products;           /* param */
    double zipf;                /* param */
    sim_ns timeout;             /* param */
    struct sim_rng arrivals, keys, thinks;
    struct sim_popularity popularity;
    sim_event arrival;
    struct sim_slab user_slab;
    struct user *users;
    int64_t user_count; /* not retired */
    struct sim_gauge present;
    struct sim_counter requests, failed;
    struct sim_histogram response;
};

struct request {
    struct sim_flow flow; /* must be first */
    struct user *user;    /* NULL: open */
    struct sim_payload product;
    sim_ns sent;
};

static void fire_arrival(struct sim_node *node, void *subject);
static void fire_thought(struct sim_node *node, void *subject);
static const struct sim_event_kind arrival_kind = {"arrival", fire_arrival};
static const struct sim_event_kind thought_kind = {"thought", fire_thought};

/* ---- a request ---- */

static void think(struct clients *clients, struct user *user);
static void forget(struct clients *clients, struct user *user);

static void finish(struct clients *clients, const struct request *my)
{
    sim_hist_record(&clients->response.slice, sim_now(&clients->node) - my->sent);
    sim_count(&clients->failed, my->flow.status != SIM_OK);
    if (my->user == NULL)
        return;
    if (my->user->retired)
        forget(clients, my->user);
    else
        think(clients, my->user);
}

static void ask(struct sim_flow *f)
{
    struct request *const my = (struct request *)f;
    struct clients *const clients = (struct clients *)f->node;

    FLOW_BEGIN(f);
    my->sent = sim_now(f->node);
    my->product.key = sim_popularity_draw(&clients->popularity, &clients->keys);
    sim_count(&clients->requests, 1);
    AWAIT(f, sim_call(f, clients->to, OP_GET_PRODUCT, &my->product, clients->timeout));
    finish(clients, my);
    FLOW_END(f, sim_flow_outcome(f));
}

static void begin(struct clients *clients, struct user *user)
{
    struct request *request = (struct request *)sim_spawn(&clients->node, ask);
    request->user = user;
    sim_flow_run(&request->flow);
}

/* ---- open ---- */

static void await_arrival(struct clients *clients)
{
    sim_cancel(clients->node.sim, &clients->arrival);
    if (clients->node.down || clients->load != LOAD_OPEN || !(clients->rate > 0))
        return;
    sim_ns gap = sim_ns_from_s(-log(1.0 - sim_rng_uniform(&clients->arrivals)) / clients->rate);
    clients->arrival = sim_schedule_in(&clients->node, gap, &arrival_kind, NULL);
}

static void fire_arrival(struct sim_node *node, void *subject)
{
    (void)subject;
    struct clients *clients = (struct clients *)node;
    clients->arrival = 0;
    await_arrival(clients);
    begin(clients, NULL);
}

/* ---- closed ---- */

static void think(struct clients *clients, struct user *user)
{
    sim_cancel(clients->node.sim, &user->thinking);
    sim_ns takes = sim_dist_draw(&clients->think_time, &clients->thinks);
    user->thinking = sim_schedule_in(&clients->node, takes, &thought_kind, user);
}

static void fire_thought(struct sim_node *node, void *subject)
{
    struct user *user = subject;
    user->thinking = 0;
    begin((struct clients *)node, user);
}

static void forget(struct clients *clients, struct user *user)
{
    if (user->prev != NULL)
        user->prev->next = user->next;
    else
        clients->users = user->next;
    if (user->next != NULL)
        user->next->prev = user->prev;
    sim_slab_give(&clients->user_slab, user);
}

/* Those who think go before those who wait for an answer; the newest first. */
static void retire(struct clients *clients, int64_t count)
{
    for (struct user *user = clients->users, *next = NULL; user != NULL && count > 0; user = next) {
        next = user->next;
        if (user->retired || user->thinking == 0)
            continue;
        sim_cancel(clients->node.sim, &user->thinking);
        forget(clients, user);
        clients->user_count--;
        count--;
    }
    for (struct user *user = clients->users; user != NULL && count > 0; user = user->next) {
        if (user->retired)
            continue;
        user->retired = true;
        clients->user_count--;
        count--;
    }
}

static void resize(struct clients *clients)
{
    int64_t wanted = clients->load == LOAD_CLOSED && !clients->node.down ? clients->population : 0;
    if (wanted < clients->user_count)
        retire(clients, clients->user_count - wanted);
    while (clients->user_count < wanted) {
        struct user *user = sim_slab_take(&clients->user_slab);
        *user = (struct user){.next = clients->users};
        if (user->next != NULL)
            user->next->prev = user;
        clients->users = user;
        clients->user_count++;
        think(clients, user);
    }
    sim_gauge_set(&clients->present, sim_now(&clients->node), clients->user_count);
}

/* ---- life ---- */

static void start(struct sim_node *node)
{
    struct clients *clients = (struct clients *)node;
    if (node->incarnation == 1) {
        sim_node_stream(node, &clients->arrivals, "arrivals");
        sim_node_stream(node, &clients->keys, "keys");
        sim_node_stream(node, &clients->thinks, "think time");
        sim_slab_init(&clients->user_slab, &node->sim->arena, sizeof(struct user));
        sim_popularity_build(&clients->popularity, (uint64_t)clients->products, clients->zipf);
    }
    await_arrival(clients);
    resize(clients);
}

static void reset(struct sim_node *node)
{
    struct clients *clients = (struct clients *)node;
    sim_cancel(node->sim, &clients->arrival);
    while (clients->users != NULL)
        forget(clients, clients->users);
    clients->user_count = 0;
    sim_gauge_set(&clients->present, sim_now(node), 0);
}

static void fini(struct sim_node *node)
{
    sim_popularity_fini(&((struct clients *)node)->popularity);
}

static void think_anew(struct clients *clients)
{
    for (struct user *user = clients->users; user != NULL; user = user->next) {
        if (user->thinking != 0)
            think(clients, user);
    }
}

#define FIELD(member) .offset = offsetof(struct clients, member)

static void on_param(struct sim_node *node, const struct sim_param *param)
{
    struct clients *clients = (struct clients *)node;
    switch (param->offset) {
    case offsetof(struct clients, products):
    case offsetof(struct clients, zipf):
        sim_popularity_build(&clients->popularity, (uint64_t)clients->products, clients->zipf);
        break;
    case offsetof(struct clients, think_time):
        think_anew(clients);
        break;
    case offsetof(struct clients, rate):
        await_arrival(clients);
        break;
    case offsetof(struct clients, population):
        resize(clients);
        break;
    case offsetof(struct clients, load):
        await_arrival(clients);
        resize(clients);
        break;
    default: /* read at each use */
        break;
    }
}

static const char *const loads[] = {"open", "closed", NULL};

static const struct sim_param params[] = {
    {.name = "to",
     .kind = SIM_PARAM_NODE,
     FIELD(to),
     .accepts = OP_BIT(OP_GET_PRODUCT),
     .help = "the node that is asked"},
    {.name = "load",
     .kind = SIM_PARAM_CHOICE,
     FIELD(load),
     .initial = "open",
     .choices = loads,
     .live = true,
     .help = "open: requests arrive at `rate`; closed: `population` users who think between requests"},
    {.name = "rate",
     .kind = SIM_PARAM_RATE,
     FIELD(rate),
     .initial = "100/s",
     .min = 0,
     .max = 1e7,
     .live = true,
     .help = "arrivals of an open load, a Poisson process"},
    {.name = "population",
     .kind = SIM_PARAM_COUNT,
     FIELD(population),
     .initial = "100",
     .min = 0,
     .max = 1e6,
     .live = true,
     .help = "users of a closed load"},
    {.name = "think_time",
     .kind = SIM_PARAM_DIST,
     FIELD(think_time),
     .initial = "exponential:mean=1s",
     .live = true,
     .help = "pause of a user between an answer and the next request"},
    {.name = "products",
     .kind = SIM_PARAM_COUNT,
     FIELD(products),
     .initial = "50",
     .min = 1,
     .max = 1e6,
     .live = true,
     .help = "products that are asked for, by the ids 1, 2, ..."},
    {.name = "zipf",
     .kind = SIM_PARAM_NUMBER,
     FIELD(zipf),
     .initial = "0.7",
     .min = 0,
     .max = 10,
     .live = true,
     .help = "exponent of the popularity: product k is asked for in proportion to 1 / k^zipf; 0: all alike"},
    {.name = "timeout",
     .kind = SIM_PARAM_DURATION,
     FIELD(timeout),
     .initial = "none",
     .above_min = true,
     .none = true,
     .live = true,
     .help = "how long a client waits for an answer; acts on requests sent after a change"},
    {0}};

static const struct sim_metric metrics[] = {
    {.name = "requests", .kind = SIM_METRIC_COUNTER, FIELD(requests), .unit = "requests", .help = "requests sent"},
    {.name = "failed",
     .kind = SIM_METRIC_COUNTER,
     FIELD(failed),
     .unit = "requests",
     .help = "requests that ended otherwise than OK"},
    {.name = "response",
     .kind = SIM_METRIC_HISTOGRAM,
     FIELD(response),
     .unit = "s",
     .help = "from sending a request to its answer, or to giving up, as the client sees it"},
    {.name = "users", .kind = SIM_METRIC_GAUGE, FIELD(present), .unit = "users", .help = "users of a closed load"},
    {0}};

const struct sim_node_type clients_type = {
    .name = "clients",
    .help = "clients that ask for products: open Poisson, or a closed population",
    .size = sizeof(struct clients),
    .frame_size = sizeof(struct request),
    .params = params,
    .metrics = metrics,
    .start = start,
    .reset = reset,
    .on_param = on_param,
    .fini = fini,
};
