/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reads a scenario and the chain of what it extends. A target is looked for beside the file that names it, then, when it
 * holds no slash, among the shipped ones. A file that comes up twice in a chain is a cycle (same device and inode). */
#include "scenarios/scenario.h"
#include "scenarios/suggest.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char object_rule[] = "want an object that describes a scenario";

struct chain {
    struct stat files[SCENARIO_EXTENDS_MAX + 1];
    size_t count;
};

/* Notes a file; false when the chain has it already. */
static bool note(struct chain *chain, const char *path)
{
    struct stat file;
    if (stat(path, &file) != 0)
        return true; /* reading it will say why */
    for (size_t i = 0; i < chain->count; i++) {
        if (chain->files[i].st_dev == file.st_dev && chain->files[i].st_ino == file.st_ino)
            return false;
    }
    chain->files[chain->count++] = file;
    return true;
}

/* `target` as seen from the file `from`; free the result. NULL when there is none. */
static char *resolve(const char *from, const char *target)
{
    const char *slash = strrchr(from, '/');
    size_t folder = target[0] == '/' || slash == NULL ? 0 : (size_t)(slash - from) + 1;
    char *path = sim_xmalloc(folder + strlen(target) + 1);
    memcpy(path, from, folder);
    memcpy(path + folder, target, strlen(target) + 1);
    if (access(path, F_OK) == 0)
        return path;
    free(path);
    return scenario_find_shipped(target);
}

static char *name_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    char *name = sim_xstrdup(slash == NULL ? path : slash + 1);
    size_t length = strlen(name);
    if (length > 5 && strcmp(name + length - 5, ".json") == 0)
        name[length - 5] = '\0';
    return name;
}

static void refuse_missing(const struct json_doc *doc, const char *target, struct json_errors *errors)
{
    struct sim_error error;
    char **names = scenario_list_shipped();
    char *wanted = name_of(target);
    size_t count = 0;
    while (names[count] != NULL)
        count++;
    (void)sim_fail(&error, target, "want a scenario that exists");
    error.near = suggest_nearest(wanted, (const char *const *)names, count);
    json_errors_add_sim(errors, doc, "/extends", JSON_VALUE, &error);
    for (size_t i = 0; i < count; i++)
        free(names[i]);
    free(names);
    free(wanted);
}

/* Reads what `doc` extends, and so on. False with an error added. */
static bool read_bases(struct json_doc *doc, struct chain *chain, struct json_errors *errors)
{
    while (true) {
        const cJSON *extends = cJSON_GetObjectItemCaseSensitive(doc->root, "extends");
        char shown[JSON_SHOWN_BYTES];
        if (extends == NULL)
            return true;
        if (!cJSON_IsString(extends) || extends->valuestring[0] == '\0') {
            json_errors_add(errors, doc, "/extends", JSON_VALUE, "want the path or the name of a scenario");
            return false;
        }
        char *path = resolve(doc->name, extends->valuestring);
        if (path == NULL) {
            refuse_missing(doc, extends->valuestring, errors);
            return false;
        }
        const char *wrong = NULL;
        const size_t unreadable = errors->unreadable;
        if (chain->count > SCENARIO_EXTENDS_MAX)
            wrong = "want a chain of at most 8 scenarios that extend each other";
        else if (!note(chain, path))
            wrong = "want no cycle: this scenario extends itself";
        if (wrong != NULL)
            json_errors_add(errors, doc, "/extends", JSON_VALUE, "%s, got \"%s\"", wrong,
                            json_shown(shown, extends->valuestring));
        struct json_doc *base = wrong != NULL ? NULL : json_read(path, errors);
        free(path);
        errors->unreadable = unreadable; /* the scenario is bad then, not missing */
        if (base == NULL)
            return false;
        if (!cJSON_IsObject(base->root)) {
            json_errors_add(errors, base, "", JSON_VALUE, "%s", object_rule);
            json_destroy(base);
            return false;
        }
        json_set_base(doc, base);
        doc = base;
    }
}

static struct scenario *make(const char *path, struct json_doc *doc)
{
    struct scenario *scenario = sim_xcalloc(1, sizeof *scenario);
    scenario->name = name_of(path);
    scenario->path = sim_xstrdup(path);
    scenario->doc = doc;
    scenario->tree = json_merge(doc);
    const cJSON *title = cJSON_GetObjectItemCaseSensitive(scenario->tree, "title");
    scenario->title = cJSON_IsString(title) ? title->valuestring : scenario->name;
    return scenario;
}

struct scenario *scenario_load(const char *path, struct json_errors *errors)
{
    size_t before = json_errors_total(errors);
    struct chain chain = {.count = 0};
    struct json_doc *doc = json_read(path, errors);
    if (doc == NULL)
        return NULL;
    (void)note(&chain, path);
    if (!cJSON_IsObject(doc->root))
        json_errors_add(errors, doc, "", JSON_VALUE, "%s", object_rule);
    else if (read_bases(doc, &chain, errors)) {
        struct scenario *scenario = make(path, doc);
        if (json_errors_total(errors) == before)
            return scenario;
        /* Keys that are there twice: what else is wrong shows with them. */
        cell_destroy(cell_build(scenario, NULL, 0, 1, errors));
        scenario_destroy(scenario);
        return NULL;
    }
    json_destroy(doc);
    return NULL;
}

/* Lets `doc` extend what the scenario is. */
static void put_over(struct scenario *scenario, struct json_doc *doc)
{
    json_set_base(doc, scenario->doc);
    scenario->doc = doc;
    cJSON_Delete(scenario->tree);
    scenario->tree = json_merge(doc);
    const cJSON *title = cJSON_GetObjectItemCaseSensitive(scenario->tree, "title");
    scenario->title = cJSON_IsString(title) ? title->valuestring : scenario->name;
}

bool scenario_load_script(struct scenario *scenario, const char *path, struct json_errors *errors)
{
    static const char before[] = "{\"script\":\n";
    const size_t known = json_errors_total(errors);
    struct json_doc *doc = json_read(path, errors);
    if (doc == NULL)
        return false;
    if (!cJSON_IsArray(doc->root))
        json_errors_add(errors, doc, "", JSON_VALUE,
                        "want a list of requests such as [{\"at\": 0, \"request\": \"GET /products/1\"}]");
    if (json_errors_total(errors) > known) {
        json_destroy(doc);
        return false;
    }
    /* As a scenario that extends the other one: so its errors are found in its own file. */
    const size_t room = sizeof before + doc->length + sizeof "}";
    char *text = sim_xmalloc(room);
    const int length = snprintf(text, room, "%s%s}", before, doc->text);
    json_destroy(doc);
    doc = json_parse(path, text, (size_t)length, errors);
    free(text);
    if (doc == NULL)
        return false;
    doc->lines_before = 1;
    put_over(scenario, doc);
    return true;
}

/* "gateway.attempts.rate" as a key of the panel: "gateway_attempts_rate". */
static void key_of(char *key, size_t size, const char *reading)
{
    (void)snprintf(key, size, "%s", reading);
    for (char *c = key; *c != '\0'; c++) {
        const bool fine = (*c >= 'a' && *c <= 'z') || (*c >= '0' && *c <= '9');
        *c = fine ? *c : '_';
    }
}

bool scenario_show(struct scenario *scenario, const char *reading, struct json_errors *errors)
{
    char key[SCENARIO_NAME_MAX + 1], name[100];
    key_of(key, sizeof key, reading);
    cJSON *panel = cJSON_CreateObject();
    cJSON *tree = cJSON_CreateObject();
    cJSON *item = cJSON_AddObjectToObject(panel, key);
    (void)cJSON_AddStringToObject(item, "reading", reading);
    (void)cJSON_AddStringToObject(item, "title", reading);
    (void)cJSON_AddItemToObject(tree, "panel", panel);
    char *text = cJSON_PrintUnformatted(tree);
    cJSON_Delete(tree);
    sim_assert(text != NULL);
    (void)snprintf(name, sizeof name, "--show %.80s", reading);
    struct json_doc *doc = json_parse(name, text, strlen(text), errors);
    free(text);
    if (doc == NULL)
        return false;
    put_over(scenario, doc);
    return true;
}

void scenario_destroy(struct scenario *scenario)
{
    if (scenario == NULL)
        return;
    cJSON_Delete(scenario->tree);
    json_destroy(scenario->doc);
    free(scenario->name);
    free(scenario->path);
    free(scenario);
}
