/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Between call.c, flow.c, link.c and node.c; not for models. */
#ifndef SIM_CALL_INTERNAL_H
#define SIM_CALL_INTERNAL_H

#include "sim/flow.h"

/* Makes a call of the flow's and counts it as sent. NULL when the world was stopped by a limit. */
struct sim_call *sim_call_make(struct sim_flow *f, struct sim_node *to, int op, const struct sim_payload *payload,
                               sim_ns timeout);
/* Sends it; over no link the callee runs to its first wait before this returns. */
void sim_call_send(struct sim_call *call);
/* A leg arrived over the link. */
void sim_call_arrive(struct sim_call *call);
void sim_call_return(struct sim_call *call);
void sim_call_abandon_arrived(struct sim_call *call);
/* The request, or the reply, will never arrive. */
void sim_call_lost(struct sim_call *call);
/* Ends the caller's side. An abandoned callee is told if it is still at it. Does not resume the caller. */
void sim_call_end_caller(struct sim_call *call, enum sim_call_end end, struct sim_outcome outcome);
/* The caller lets go of the struct. */
void sim_call_release(struct sim_call *call);

/* The callee replied, or the timer fired: the flow's wait for `call` has an outcome. */
void sim_flow_answered(struct sim_flow *f, struct sim_call *call, bool resume_now);
/* Takes it out of whatever it waits for, without an outcome. */
void sim_flow_detach(struct sim_flow *f);
/* Gives back the frame of a flow whose node was killed. */
void sim_flow_discard(struct sim_flow *f);
void sim_cpu_leave(struct sim_flow *f);
void sim_waitq_leave(struct sim_flow *f);
/* Seals the outcome of the present wait; the flow goes on at +0. */
void sim_flow_seal(struct sim_flow *f, struct sim_outcome outcome, const struct sim_payload *reply);

/* Tells every listener that wants to know. With none it is one predictable branch. Includes sim/world.h first. */
#define SIM_TELL(sim, member, ...) \
    do { \
        const struct sim_listening *one_ = (sim)->listening; \
        for (; __builtin_expect(one_ != NULL, 0); one_ = one_->next) { \
            if (one_->listener->member != NULL) \
                one_->listener->member(one_->context, __VA_ARGS__); \
        } \
    } while (0)

#endif
