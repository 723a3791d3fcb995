/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "reports/profile.h"

#include "models/ops.h"

#include <stdlib.h>
#include <string.h>

void profile_init(struct profile *profile, bool cpu)
{
    *profile = (struct profile){.cpu = cpu};
    sim_arena_init(&profile->arena);
    profile->root = sim_arena_alloc(&profile->arena, sizeof *profile->root);
    profile->root->kind = FRAME_ROOT;
    profile->root->name = "all";
}

void profile_fini(struct profile *profile)
{
    sim_arena_fini(&profile->arena);
    *profile = (struct profile){0};
}

/* ---- frames ---- */

static bool is_frame(const struct frame *frame, enum frame_kind kind, const char *node, int op, const char *name)
{
    if (frame->kind != kind || frame->op != op || strcmp(frame->name, name) != 0)
        return false;
    return (frame->node == NULL || node == NULL) ? node == NULL : strcmp(frame->node, node) == 0;
}

/* The frame below `parent`, made when it is not there. */
static struct frame *below(struct profile *profile, struct frame *parent, enum frame_kind kind, const char *node,
                           int op, const char *name)
{
    struct frame **link = &parent->first;
    for (; *link != NULL; link = &(*link)->next) {
        if (is_frame(*link, kind, node, op, name))
            return *link;
    }
    struct frame *frame = sim_arena_alloc(&profile->arena, sizeof *frame);
    frame->kind = kind;
    frame->node = node == NULL ? NULL : sim_arena_strdup(&profile->arena, node);
    frame->op = op;
    frame->name = sim_arena_strdup(&profile->arena, name);
    frame->parent = parent;
    *link = frame;
    return frame;
}

static struct frame *below_span(struct profile *profile, struct frame *parent, const struct trace_span *span)
{
    if (span->name != NULL)
        return below(profile, parent, FRAME_INNER, span->to->name, 0, span->name);
    return below(profile, parent, FRAME_CALL, span->to->name, span->op, "");
}

static void add_piece(struct profile *profile, struct frame *parent, const struct sim_segment *segment, sim_ns time)
{
    struct frame *frame = NULL;
    if (segment == NULL)
        frame = below(profile, parent, FRAME_OTHER, NULL, 0, "(not told)");
    else
        frame = below(profile, parent, segment->kind == SIM_WORK ? FRAME_WORK : FRAME_WAIT, NULL, 0, segment->name);
    frame->self[profile->side] += time;
    frame->count[profile->side]++;
}

/* ---- time ---- */

static void enter(void *context, const struct trace_span *span, sim_ns from, sim_ns to)
{
    struct profile *profile = context;
    (void)from;
    (void)to;
    profile->at = below_span(profile, profile->at, span);
    profile->at->count[profile->side]++;
}

static void leave(void *context, const struct trace_span *span)
{
    struct profile *profile = context;
    (void)span;
    profile->at = profile->at->parent;
}

static void take_piece(void *context, const struct trace_span *span, const struct sim_segment *segment, sim_ns from,
                       sim_ns to)
{
    struct profile *profile = context;
    (void)span;
    add_piece(profile, profile->at, segment, to - from);
}

/* ---- CPU ---- */

/* What a span and those below it burned. From `cut` on nobody waits for it any more. */
static void add_cpu(struct profile *profile, struct frame *parent, const struct trace_span *span, sim_ns cut)
{
    struct frame *frame = below_span(profile, parent, span);
    sim_ns from = 0, to = 0;
    if (trace_span_abandoned(span, &from, &to) && from < cut)
        cut = from;
    frame->count[profile->side]++;
    for (const struct trace_segment *own = span->segments; own != NULL; own = own->next) {
        if (strcmp(own->segment->name, "cpu") != 0)
            continue;
        const sim_ns middle = own->to <= cut ? own->to : own->from >= cut ? own->from : cut;
        if (own->from < middle)
            add_piece(profile, frame, own->segment, middle - own->from);
        if (middle < own->to)
            add_piece(profile, below(profile, frame, FRAME_ABANDONED, NULL, 0, "(abandoned)"), own->segment,
                      own->to - middle);
    }
    for (const struct trace_span *child = span->first; child != NULL; child = child->next)
        add_cpu(profile, frame, child, cut);
}

void profile_add(struct profile *profile, const struct trace *trace)
{
    const struct trace_visitor visitor = {enter, leave, take_piece, profile};
    sim_ns from = 0, to = 0;
    sim_assert(trace->root != NULL);
    profile->traces[profile->side]++;
    for (const struct trace_span *span = trace->root; span != NULL; span = trace_next(span, NULL)) {
        if (trace_span_abandoned(span, &from, &to))
            profile->abandoned[profile->side] += to - from;
    }
    if (profile->cpu) {
        add_cpu(profile, profile->root, trace->root, SIM_NEVER);
        return;
    }
    profile->at = profile->root;
    trace_blame_all(trace, &visitor);
}

/* ---- the end ---- */

static int by_name(const void *left, const void *right)
{
    char a[FRAME_NAME_ROOM], b[FRAME_NAME_ROOM];
    const struct frame *one = *(const struct frame *const *)left, *other = *(const struct frame *const *)right;
    int order = strcmp(frame_name(a, one), frame_name(b, other));
    return order != 0 ? order : (int)one->kind - (int)other->kind;
}

static void sort_below(struct frame *frame)
{
    size_t count = 0;
    for (const struct frame *child = frame->first; child != NULL; child = child->next)
        count++;
    if (count < 2)
        return;
    struct frame **list = sim_xcalloc(count, sizeof(struct frame *));
    struct frame *child = frame->first;
    for (size_t i = 0; i < count; i++, child = child->next)
        list[i] = child;
    qsort(list, count, sizeof(struct frame *), by_name);
    frame->first = list[0];
    for (size_t i = 0; i < count; i++)
        list[i]->next = i + 1 < count ? list[i + 1] : NULL;
    free(list);
}

static void finish(struct frame *frame)
{
    sort_below(frame);
    for (int side = 0; side < 2; side++)
        frame->total[side] = frame->self[side];
    for (struct frame *child = frame->first; child != NULL; child = child->next) {
        finish(child);
        for (int side = 0; side < 2; side++)
            frame->total[side] += child->total[side];
    }
}

void profile_finish(struct profile *profile)
{
    finish(profile->root);
}

const char *frame_name(char buffer[FRAME_NAME_ROOM], const struct frame *frame)
{
    if (frame->kind == FRAME_CALL)
        (void)snprintf(buffer, FRAME_NAME_ROOM, "%.500s %s", frame->node, op_name(frame->op));
    else
        (void)snprintf(buffer, FRAME_NAME_ROOM, "%.500s", frame->name);
    return buffer;
}

double profile_scale(const struct profile *profile)
{
    if (profile->traces[0] == 0 || profile->traces[1] == 0)
        return 1;
    return (double)profile->traces[0] / (double)profile->traces[1];
}

/* ---- folded ---- */

/* Semicolons and blanks at the end mean something to who reads it. */
static void print_folded_name(FILE *out, const struct frame *frame)
{
    char name[FRAME_NAME_ROOM];
    for (const char *c = frame_name(name, frame); *c != '\0'; c++)
        (void)fputc(*c == ';' || *c == '\n' || *c == '\r' ? '_' : *c, out);
}

static void print_stack(FILE *out, const struct frame *frame)
{
    if (frame->parent->parent != NULL) {
        print_stack(out, frame->parent);
        (void)fputc(';', out);
    }
    print_folded_name(out, frame);
}

static void print_folded(FILE *out, const struct profile *profile, const struct frame *frame)
{
    if (frame->parent != NULL && (frame->self[0] > 0 || frame->self[1] > 0)) {
        print_stack(out, frame);
        if (profile->compared)
            (void)fprintf(out, " %lld", (long long)((double)frame->self[1] * profile_scale(profile)));
        (void)fprintf(out, " %lld\n", (long long)frame->self[0]);
    }
    for (const struct frame *child = frame->first; child != NULL; child = child->next)
        print_folded(out, profile, child);
}

void profile_folded(FILE *out, const struct profile *profile)
{
    print_folded(out, profile, profile->root);
}
