/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The canonical resolved scenario: after `extends`, defaults and overrides, every param of every node, part and link,
 * faults, phases, readings, expectations, in a fixed order, without prose. Equal texts mean equal simulations. */
#include "scenarios/build.h"

#include "models/script.h"

#include "sim/units.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void put_params(FILE *out, struct sim_target target, const struct sim_param *table)
{
    for (const struct sim_param *param = table; param != NULL && param->name != NULL; param++) {
        target.param = param;
        target.field = -1;
        struct sim_value value = sim_param_get(&target);
        char *text = sim_param_text(param, &value);
        (void)fprintf(out, "  %s %s\n", param->name, text);
        free(text);
    }
}

static void put_nodes(FILE *out, const struct sim *sim)
{
    for (uint32_t i = 0; i < sim->node_count; i++) {
        struct sim_node *node = sim->nodes[i];
        (void)fprintf(out, "node %s %s\n", node->name, node->type->name);
        put_params(out, (struct sim_target){.base = node, .node = node}, node->type->params);
        for (const struct sim_part *part = node->type->parts; part != NULL && part->name != NULL; part++) {
            (void)fprintf(out, " part %s %s\n", part->name, part->type->name);
            put_params(out, (struct sim_target){.base = (char *)node + part->offset, .node = node, .part = part},
                       part->type->params);
        }
    }
    for (uint32_t i = 0; i < sim->link_count; i++) {
        struct sim_link *link = sim->links[i];
        (void)fprintf(out, "link %s %s %s\n", link->name, link->from->name, link->to->name);
        put_params(out, (struct sim_target){.base = link, .link = link}, sim_link_params);
    }
}

static void put_time(FILE *out, const char *key, sim_ns time)
{
    char text[48];
    (void)fprintf(out, " %s %s", key, time == SIM_NEVER ? "none" : sim_format_duration(text, sizeof text, time));
}

static void put_faults(FILE *out, const struct cell *cell)
{
    for (uint32_t i = 0; i < cell->fault_count; i++) {
        const struct fault *fault = &cell->faults[i];
        (void)fprintf(out, "fault %s %s %s", fault->name, fault->node != NULL ? "node" : "link",
                      fault->node != NULL ? fault->node->name : fault->link->name);
        put_time(out, "at", fault->at);
        put_time(out, "until", fault->until);
        if (fault->action != NULL)
            (void)fprintf(out, " do %s %lld", fault->action->name, (long long)fault->amount);
        (void)fprintf(out, "\n");
        for (uint32_t k = 0; k < fault->set_count; k++) {
            char *text = sim_param_text(fault->sets[k].target.param, &fault->sets[k].value);
            (void)fprintf(out, "  %s %s\n", fault->sets[k].path, text);
            free(text);
        }
    }
}

static void put_script(FILE *out, const struct cell *cell)
{
    for (size_t i = 0; i < cell->script_count; i++) {
        const struct script_entry *entry = &cell->script[i];
        const struct sim_payload *p = &entry->payload;
        (void)fprintf(out, "request %" PRId64 " %d %" PRIu64 " %" PRId64, entry->at, entry->op, p->key, p->amount);
        (void)fprintf(out, " %" PRId64 " %" PRId64 " %" PRId64 " %" PRId64 "\n", p->word[0], p->word[1], p->word[2],
                      p->word[3]);
    }
}

static int by_key(const void *a, const void *b)
{
    return strcmp((*(const struct panel_item *const *)a)->key, (*(const struct panel_item *const *)b)->key);
}

/* By key: the order of the file is that of the table that is printed. */
static void put_panel(FILE *out, const struct cell *cell)
{
    const struct panel_item *items[SCENARIO_PANEL_MAX];
    for (uint32_t i = 0; i < cell->panel_count; i++)
        items[i] = &cell->panel[i];
    if (cell->panel_count > 0)
        qsort(items, cell->panel_count, sizeof(struct panel_item *), by_key);
    for (uint32_t i = 0; i < cell->panel_count; i++)
        (void)fprintf(out, "panel %s %s\n", items[i]->key, items[i]->text);
}

static void put_expectations(FILE *out, const struct cell *cell)
{
    for (uint32_t i = 0; i < cell->expectation_count; i++) {
        const struct expectation *e = &cell->expectations[i];
        (void)fprintf(out, "expect %s %s %a %a %d %d", cell->panel[e->item].key,
                      e->phase == SCENARIO_NO_PHASE ? e->instant : cell->phases[e->phase].name, e->min + 0.0,
                      e->max + 0.0, e->above_min, e->below_max);
        if (e->state != NULL)
            (void)fprintf(out, " state %s", e->state);
        if (e->form != EXPECT_DURING) {
            (void)fprintf(out, " %s", expect_form_name(e->form));
            put_time(out, "step", e->windows.step);
        }
        if (e->form == EXPECT_WITHIN)
            put_time(out, "within", e->within);
        (void)fprintf(out, "\n");
    }
}

char *cell_canonical(const struct cell *cell)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    sim_assert(out != NULL);
    (void)fprintf(out, "run");
    if (cell->open_end)
        (void)fprintf(out, " until answered");
    else
        put_time(out, "until", cell->until);
    put_time(out, "window", cell->window);
    (void)fprintf(out, " max_events %llu\n", (unsigned long long)cell->sim->limits.events);
    put_nodes(out, cell->sim);
    put_script(out, cell);
    put_faults(out, cell);
    for (uint32_t i = 0; i < cell->phase_count; i++) {
        (void)fprintf(out, "phase %s", cell->phases[i].name);
        put_time(out, "from", cell->phases[i].from);
        put_time(out, "to", cell->phases[i].to);
        put_time(out, "settle", cell->phases[i].settle);
        (void)fprintf(out, "\n");
    }
    put_panel(out, cell);
    put_expectations(out, cell);
    (void)fclose(out);
    return text;
}
