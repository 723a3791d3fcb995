/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of sim/queue.c: against a reference that keeps its events in a sorted array, and the corners by name. */
#include "sim/queue.h"
#include "sim/rng.h"
#include "tests/kit.h"

static int marks[1 << 20];

static sim_event push(struct sim_queue *queue, sim_ns at, int *mark)
{
    const struct sim_queue_slot slot = {.subject = mark};
    return sim_queue_push(queue, at, &slot);
}

/* Takes the next event: its time, and in `mark` what it was pushed with. SIM_NEVER when there is none. */
static sim_ns pop(struct sim_queue *queue, int **mark)
{
    sim_ns at = sim_queue_next(queue);
    if (at == SIM_NEVER)
        return at;
    struct sim_queue_slot slot;
    sim_queue_pop(queue, &slot);
    *mark = slot.subject;
    return at;
}

/* ---- the reference ---- */

enum { REFERENCE_MAX = 4096 };

struct reference {
    struct {
        sim_ns at;
        sim_event event;
        int *mark;
    } pending[REFERENCE_MAX]; /* by time; those of one time in the order of pushing */
    int count;
};

static void reference_push(struct reference *reference, sim_ns at, sim_event event, int *mark)
{
    int place = reference->count++;
    for (; place > 0 && reference->pending[place - 1].at > at; place--)
        reference->pending[place] = reference->pending[place - 1];
    reference->pending[place].at = at;
    reference->pending[place].event = event;
    reference->pending[place].mark = mark;
}

static void reference_remove(struct reference *reference, int place)
{
    reference->count--;
    for (; place < reference->count; place++)
        reference->pending[place] = reference->pending[place + 1];
}

/* One random step. `busy`: how many events the walk tends towards; times come from a small range, so that many are
 * equal. */
static void random_step(struct sim_queue *queue, struct reference *reference, struct sim_rng *rng, int busy,
                        sim_ns *now, sim_event *stale)
{
    uint64_t dice = sim_rng_next(rng) % 100;
    if (dice < 20 && reference->count > 0) {
        int place = (int)(sim_rng_next(rng) % (uint64_t)reference->count);
        *stale = reference->pending[place].event;
        sim_queue_cancel(queue, *stale);
        reference_remove(reference, place);
    } else if (dice < 60 && reference->count < busy) {
        sim_ns at = *now + (sim_ns)(sim_rng_next(rng) % 20);
        int *mark = &marks[sim_rng_next(rng) % 1000];
        sim_event event = push(queue, at, mark);
        kit_require(event != 0);
        reference_push(reference, at, event, mark);
    } else if (dice < 62) {
        sim_queue_cancel(queue, *stale);
        sim_queue_cancel(queue, 0);
    } else if (reference->count > 0) {
        int *mark = NULL;
        *now = pop(queue, &mark);
        kit_require(*now == reference->pending[0].at);
        kit_require(mark == reference->pending[0].mark);
        *stale = reference->pending[0].event;
        reference_remove(reference, 0);
    }
    kit_require(queue->live == (unsigned)reference->count);
    if (sim_rng_next(rng) % 2 == 0)
        kit_require(sim_queue_next(queue) == (reference->count == 0 ? SIM_NEVER : reference->pending[0].at));
}

START_TEST(it_agrees_with_a_sorted_array)
{
    static const int busy[] = {1, 2, 5, 30, 300, 3000};
    static struct reference reference;
    struct sim_rng rng;
    sim_rng_init(&rng, 1, "queue", "random steps");
    reference.count = 0;
    struct sim_queue queue;
    sim_queue_init(&queue);
    sim_ns now = 0;
    sim_event stale = 0;
    for (int i = 0; i < 60000; i++)
        random_step(&queue, &reference, &rng, busy[_i], &now, &stale);
    for (; reference.count > 0; reference_remove(&reference, 0)) {
        int *mark = NULL;
        ck_assert_int_eq(pop(&queue, &mark), reference.pending[0].at);
        ck_assert_ptr_eq(mark, reference.pending[0].mark);
    }
    ck_assert_int_eq(sim_queue_next(&queue), SIM_NEVER);
    sim_queue_fini(&queue);
}
END_TEST

/* ---- by name ---- */

START_TEST(an_empty_queue_has_no_next_event)
{
    struct sim_queue queue;
    sim_queue_init(&queue);
    ck_assert_int_eq(sim_queue_next(&queue), SIM_NEVER);
    sim_queue_cancel(&queue, 0);
    sim_queue_fini(&queue);
}
END_TEST

START_TEST(events_of_one_instant_come_in_the_order_of_pushing)
{
    struct sim_queue queue;
    sim_queue_init(&queue);
    sim_event odd[500];
    for (int i = 0; i < 1000; i++) {
        sim_event event = push(&queue, 7, &marks[i]);
        if (i % 2 == 1)
            odd[i / 2] = event;
    }
    for (int i = 0; i < 500; i++)
        sim_queue_cancel(&queue, odd[i]);
    /* Slots are used again in another order; sequences are not. */
    for (int i = 1000; i < 1500; i++)
        (void)push(&queue, 7, &marks[i]);
    for (int i = 0; i < 1500; i += i < 1000 ? 2 : 1) {
        int *mark = NULL;
        ck_assert_int_eq(pop(&queue, &mark), 7);
        ck_assert_int_eq(mark - marks, i);
    }
    ck_assert_int_eq(sim_queue_next(&queue), SIM_NEVER);
    sim_queue_fini(&queue);
}
END_TEST

START_TEST(a_stale_handle_cancels_nothing)
{
    struct sim_queue queue;
    sim_queue_init(&queue);
    int *mark = NULL;
    sim_event fired = push(&queue, 1, &marks[1]);
    ck_assert_int_eq(pop(&queue, &mark), 1);
    sim_event cancelled = push(&queue, 2, &marks[2]); /* in the same slot */
    ck_assert_uint_eq(fired & 0xffffff, cancelled & 0xffffff);
    sim_queue_cancel(&queue, fired);
    ck_assert_uint_eq(queue.live, 1);
    sim_queue_cancel(&queue, cancelled);
    sim_queue_cancel(&queue, cancelled);
    sim_event alive = push(&queue, 3, &marks[3]);
    sim_queue_cancel(&queue, fired);
    sim_queue_cancel(&queue, cancelled);
    ck_assert_uint_eq(queue.live, 1);
    ck_assert_int_eq(pop(&queue, &mark), 3);
    ck_assert_ptr_eq(mark, &marks[3]);
    sim_queue_cancel(&queue, alive);
    ck_assert_uint_eq(queue.live, 0);
    sim_queue_fini(&queue);
}
END_TEST

START_TEST(cancelled_events_are_swept_when_they_outnumber_the_living)
{
    struct sim_queue queue;
    sim_queue_init(&queue);
    static sim_event events[100000];
    for (int i = 0; i < 100000; i++)
        events[i] = push(&queue, 100000 - i, &marks[i]);
    for (int i = 0; i < 100000; i++) {
        if (i % 100 != 0)
            sim_queue_cancel(&queue, events[i]);
    }
    ck_assert_uint_eq(queue.live, 1000);
    ck_assert_uint_le(queue.count, 2 * 1000 + 64);
    for (int i = 99900; i >= 0; i -= 100) {
        int *mark = NULL;
        ck_assert_int_eq(pop(&queue, &mark), 100000 - i);
        ck_assert_ptr_eq(mark, &marks[i]);
    }
    ck_assert_int_eq(sim_queue_next(&queue), SIM_NEVER);
    sim_queue_fini(&queue);
}
END_TEST

/* Swept at every size, in every order, with the root a hole or not: what is left comes in order, and all of it. */
START_TEST(a_sweep_leaves_a_heap)
{
    struct sim_rng rng;
    sim_rng_init(&rng, 4, "queue", "sweeps");
    for (int kept = 0; kept < 150; kept++) {
        for (int popped = 0; popped < 6; popped++) {
            struct sim_queue queue;
            sim_queue_init(&queue);
            static sim_event events[600];
            const int pushed = 2 * kept + 70; /* swept as the last but few are cancelled */
            int *mark = NULL;
            (void)push(&queue, 0, &marks[0]);
            for (int i = 0; i < pushed; i++)
                events[i] = push(&queue, 1 + (sim_ns)(sim_rng_next(&rng) % 1000), &marks[i]);
            if (popped % 2 == 1)
                (void)pop(&queue, &mark);
            for (int i = kept; i < pushed; i++)
                sim_queue_cancel(&queue, events[i]);
            ck_assert_uint_le(queue.count, 2U * (unsigned)kept + 70U);
            if (popped % 2 == 0)
                (void)pop(&queue, &mark);
            sim_ns last = 0;
            for (int i = 0; i < kept; i++) {
                sim_ns at = pop(&queue, &mark);
                kit_require(at >= last && at != SIM_NEVER);
                last = at;
            }
            ck_assert_int_eq(sim_queue_next(&queue), SIM_NEVER);
            sim_queue_fini(&queue);
        }
    }
}
END_TEST

START_TEST(timers_that_are_set_and_cancelled_take_no_room)
{
    struct sim_queue queue;
    sim_queue_init(&queue);
    (void)push(&queue, 1000000000, &marks[0]);
    for (int i = 0; i < 1000000; i++)
        sim_queue_cancel(&queue, push(&queue, 5000 + i, &marks[1]));
    ck_assert_uint_le(queue.room, 256);
    ck_assert_uint_le(queue.slot_room, 256);
    int *mark = NULL;
    ck_assert_int_eq(pop(&queue, &mark), 1000000000);
    sim_queue_fini(&queue);
}
END_TEST

/* After a pop the root is a hole: what is pushed then may be the next, or not; it may be cancelled, or swept. */
START_TEST(the_hole_after_a_pop_is_filled_or_closed)
{
    static const sim_ns times[] = {10, 20, 30, 40, 50};
    for (sim_ns pushed = 5; pushed <= 55; pushed += 5) {
        for (int how = 0; how < 3; how++) {
            struct sim_queue queue;
            sim_queue_init(&queue);
            int *mark = NULL;
            (void)push(&queue, 1, &marks[99]);
            for (int i = 0; i < 5; i++)
                (void)push(&queue, times[i], &marks[i]);
            ck_assert_int_eq(pop(&queue, &mark), 1);
            ck_assert(queue.hole);
            sim_event event = how == 2 ? 0 : push(&queue, pushed, &marks[50]);
            if (how == 1)
                sim_queue_cancel(&queue, event);
            bool seen = how != 0;
            for (int i = 0; i < 5; i++) {
                sim_ns at = pop(&queue, &mark);
                if (!seen && pushed < times[i]) {
                    seen = true;
                    ck_assert_int_eq(at, pushed);
                    ck_assert_ptr_eq(mark, &marks[50]);
                    at = pop(&queue, &mark);
                }
                ck_assert_int_eq(at, times[i]);
                ck_assert_ptr_eq(mark, &marks[i]);
            }
            if (!seen)
                ck_assert_int_eq(pop(&queue, &mark), pushed);
            ck_assert_int_eq(sim_queue_next(&queue), SIM_NEVER);
            sim_queue_fini(&queue);
        }
    }
}
END_TEST

START_TEST(a_million_events_pend_and_come_in_order)
{
    struct sim_queue queue;
    sim_queue_init(&queue);
    struct sim_rng rng;
    sim_rng_init(&rng, 2, "queue", "million");
    for (int i = 0; i < 1 << 20; i++)
        (void)push(&queue, (sim_ns)(sim_rng_next(&rng) >> 44), &marks[i]);
    ck_assert_uint_eq(queue.live, 1 << 20);
    sim_ns last = 0;
    int *last_mark = NULL;
    for (int i = 0; i < 1 << 20; i++) {
        int *mark = NULL;
        sim_ns at = pop(&queue, &mark);
        kit_require(at > last || (at == last && mark > last_mark));
        last = at;
        last_mark = mark;
    }
    ck_assert_int_eq(sim_queue_next(&queue), SIM_NEVER);
    sim_queue_fini(&queue);
}
END_TEST

START_TEST(a_slot_keeps_what_was_pushed)
{
    static const struct sim_event_kind kind = {"mark", NULL};
    struct sim_queue queue;
    sim_queue_init(&queue);
    struct sim_queue_slot out;
    const struct sim_queue_slot in = {.kind = &kind, .node = (void *)&queue, .subject = &marks[4], .incarnation = 9};
    (void)sim_queue_push(&queue, 0, &in);
    ck_assert_int_eq(sim_queue_next(&queue), 0);
    sim_queue_pop(&queue, &out);
    ck_assert_ptr_eq(out.kind, &kind);
    ck_assert_ptr_eq(out.node, (void *)&queue);
    ck_assert_ptr_eq(out.subject, &marks[4]);
    ck_assert_uint_eq(out.incarnation, 9);
    sim_queue_fini(&queue);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("queue");
    TCase *tests = tcase_create("queue");
    tcase_set_timeout(tests, 120);
    tcase_add_loop_test(tests, it_agrees_with_a_sorted_array, 0, 6);
    tcase_add_test(tests, an_empty_queue_has_no_next_event);
    tcase_add_test(tests, events_of_one_instant_come_in_the_order_of_pushing);
    tcase_add_test(tests, a_stale_handle_cancels_nothing);
    tcase_add_test(tests, cancelled_events_are_swept_when_they_outnumber_the_living);
    tcase_add_test(tests, a_sweep_leaves_a_heap);
    tcase_add_test(tests, timers_that_are_set_and_cancelled_take_no_room);
    tcase_add_test(tests, the_hole_after_a_pop_is_filled_or_closed);
    tcase_add_test(tests, a_million_events_pend_and_come_in_order);
    tcase_add_test(tests, a_slot_keeps_what_was_pushed);
    suite_add_tcase(suite, tests);
    return kit_run(suite);
}
