/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Links: the edge from one node to another. Every message on it (a request, its reply, the news that the caller has
 * gone) is delayed; the time is the wait `network` of the call's span.
 *
 * A message that is lost, or sent while the link is partitioned, is sent again as TCP would: 0.2, 0.6, 1.4, 3.0, 6.2,
 * 12.6, 25.4, 51.0, 102.2, 204.6 s after the first try, then every 120 s, and given up at 924.6 s (Linux, tcp_retries2
 * = 15). So what a partition swallowed arrives with the first retransmission after it healed. Messages of different
 * calls do not hold each other up. */
#ifndef SIM_LINK_H
#define SIM_LINK_H

#include "sim/node.h"

struct sim_link {
    const char *name;
    struct sim *sim;
    struct sim_node *from, *to;
    struct sim_dist delay; /* param */
    sim_ns added_delay;    /* param */
    double loss;           /* param: share of messages lost */
    bool partition;        /* param: every message is lost */
    struct sim_rng delays, losses;
};

extern const struct sim_param sim_link_params[];

/* Time of the n-th try (0: the first) after the first, SIM_NEVER when it is given up. */
sim_ns sim_link_retry_at(unsigned n);

/* ---- for the kernel ---- */

enum sim_leg { SIM_LEG_REQUEST, SIM_LEG_REPLY, SIM_LEG_ABANDON };
/* Sends one message of a call; it arrives by an event. */
void sim_link_send(struct sim_call *call, enum sim_leg leg);
size_t sim_link_message_size(void);

#endif
