/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The section `panel`: readings with a title. */
#include "scenarios/build.h"

#include <string.h>

static const char *const panel_keys[] = {"reading", "title", NULL};

bool build_of_refused_node(const struct build *build, const char *reading)
{
    char name[SCENARIO_NAME_MAX + 1];
    const size_t length = strcspn(reading, ".");
    if (length >= sizeof name)
        return false;
    memcpy(name, reading, length);
    name[length] = '\0';
    return sim_find_node(build->cell->sim, name) == NULL && build_written(build, "nodes", name);
}

static void build_item(struct build *build, const cJSON *object)
{
    struct cell *cell = build->cell;
    if (!build_check_name(build, object->string, true) || !build_check_keys(build, object, panel_keys, "key"))
        return;
    struct panel_item item = {.key = object->string};
    item.text = build_text(build, object, "reading");
    item.title = build_text(build, object, "title");
    if (item.title == NULL)
        item.title = item.key;
    if (item.text == NULL) {
        if (cJSON_GetObjectItemCaseSensitive(object, "reading") == NULL)
            build_refuse_missing(build, "reading", "what is read off, such as \"gateway.latency.p95\"");
        return;
    }
    struct sim_error error = {0};
    if (sim_reading_find(cell->sim, item.text, &item.reading, &error)) {
        cell->panel[cell->panel_count++] = item;
        return;
    }
    if (build_of_refused_node(build, item.text))
        return;
    error.near = near_reading(cell->sim, item.text);
    size_t length = build_enter(build, "reading");
    build_refuse_sim(build, JSON_VALUE, &error);
    build_leave(build, length);
}

void build_panel(struct build *build, const cJSON *panel)
{
    struct cell *cell = build->cell;
    if (panel == NULL)
        return;
    size_t length = build_enter(build, "panel");
    cell->panel = sim_xcalloc(SCENARIO_PANEL_MAX, sizeof *cell->panel);
    build_members(build, panel, SCENARIO_PANEL_MAX, build_item);
    build_leave(build, length);
}
