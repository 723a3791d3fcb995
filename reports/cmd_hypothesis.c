/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `simex hypothesis`: predict first, then reveal. */
#include "reports/command.h"
#include "reports/hypothesis.h"
#include "reports/predictions.h"
#include "reports/show.h"
#include "reports/simulate.h"
#include "reports/terminal.h"

#include "sim/units.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    OPTION_SAY = 2000,
    OPTION_FILE = 'f',
    OPTION_BLAST = 2001,
    OPTION_BLIND,
    OPTION_REVEAL,
    OPTION_LIST,
    OPTION_STRICT,
    OPTION_REPLICATIONS = 'r',
    OPTION_JOBS = 'j',
    REPLICATIONS_MAX = 10000,
    JOBS_MAX = 1024,
    PREDICTIONS_MAX = 200
};

struct arguments {
    enum output_format format;
    struct cell_options cell;
    const char *scenario, *file, *reveal, *blast;
    bool blind, list, strict;
    uint64_t replications, jobs;
    struct texts said;
};

static const struct argp_option options[] = {
    {.name = "say", .key = OPTION_SAY, .arg = "SENTENCE", .doc = "a prediction; may be repeated"},
    {.name = "file", .key = OPTION_FILE, .arg = "FILE", .doc = "predictions: a JSON list of sentences"},
    {.name = "blast",
     .key = OPTION_BLAST,
     .arg = "NODES",
     .doc = "the nodes that will leave their steady state: a,b or none"},
    {.name = "blind", .key = OPTION_BLIND, .doc = "hide title, faults and outcome; keep the predictions under a token"},
    {.name = "reveal",
     .key = OPTION_REVEAL,
     .arg = "TOKEN",
     .doc = "without SCENARIO: open what was predicted with --blind (or: last)"},
    {.name = "list", .key = OPTION_LIST, .doc = "without SCENARIO: list the predictions that the store holds"},
    {.name = "strict", .key = OPTION_STRICT, .doc = "exit with 99 when a prediction is wrong"},
    {.name = "replications", .key = OPTION_REPLICATIONS, .arg = "R", .doc = "seeds to take the mean of (default 1)"},
    {.name = "jobs", .key = OPTION_JOBS, .arg = "J", .doc = "worker threads (default: one a core)"},
    {0}};

/* What goes with what. */
static void check_usage(const struct arguments *arguments, struct argp_state *state)
{
    const bool says = arguments->said.count > 0 || arguments->file != NULL || arguments->blast != NULL;
    if (arguments->list || arguments->reveal != NULL) {
        if (arguments->scenario != NULL || says || arguments->blind || (arguments->list && arguments->reveal != NULL))
            argp_error(state, "--list and --reveal go alone");
        return;
    }
    if (arguments->scenario == NULL)
        argp_error(state, "which scenario? (see: simex list)");
    if (arguments->blind && says && arguments->cell.no_store)
        argp_error(state, "--blind keeps the predictions in the store: not with --no-store");
}

static error_t parse_mode(int key, char *argument, struct arguments *arguments)
{
    switch (key) {
    case OPTION_SAY:
        texts_add(&arguments->said, argument);
        return 0;
    case OPTION_FILE:
        arguments->file = argument;
        return 0;
    case OPTION_BLAST:
        arguments->blast = argument;
        return 0;
    case OPTION_BLIND:
        arguments->blind = true;
        return 0;
    case OPTION_REVEAL:
        arguments->reveal = argument;
        return 0;
    case OPTION_LIST:
        arguments->list = true;
        return 0;
    case OPTION_STRICT:
        arguments->strict = true;
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static error_t parse(int key, char *argument, struct argp_state *state)
{
    struct arguments *arguments = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &arguments->cell;
        state->child_inputs[1] = &arguments->format;
        return 0;
    case OPTION_REPLICATIONS:
        arguments->replications = parse_count(argument, "--replications", REPLICATIONS_MAX, state);
        return 0;
    case OPTION_JOBS:
        arguments->jobs = parse_count(argument, "--jobs", JOBS_MAX, state);
        return 0;
    case ARGP_KEY_ARG:
        if (arguments->scenario != NULL)
            argp_error(state, "one scenario at a time, got also \"%s\"", argument);
        arguments->scenario = argument;
        return 0;
    case ARGP_KEY_END:
        check_usage(arguments, state);
        return 0;
    default:
        return parse_mode(key, argument, arguments);
    }
}

/* ---- sentences ---- */

/* Adds a sentence; says on standard error where it is wrong. `place`: what comes before the column. */
static bool add(struct hypothesis *hypothesis, const char *text, const char *place, int before)
{
    struct sentence_error error;
    char message[JSON_MESSAGE_MAX];
    if (hypothesis->count < PREDICTIONS_MAX && hypothesis_add(hypothesis, text, &error))
        return true;
    if (hypothesis->count >= PREDICTIONS_MAX)
        (void)fprintf(stderr, "simex: want at most %d predictions\n", PREDICTIONS_MAX);
    else
        (void)fprintf(stderr, "%s%d: %s\n", place, before + error.column > 0 ? before + error.column : 1,
                      json_error_text(message, sizeof message, &error.error));
    return false;
}

static bool add_said(struct hypothesis *hypothesis, const struct arguments *arguments)
{
    char place[JSON_SHOWN_BYTES + 40], shown[JSON_SHOWN_BYTES];
    bool fine = true;
    for (size_t i = 0; i < arguments->said.count; i++) {
        (void)snprintf(place, sizeof place, "simex: --say \"%s\": column ",
                       json_shown(shown, arguments->said.items[i]));
        fine = add(hypothesis, arguments->said.items[i], place, 0) && fine;
    }
    if (arguments->blast != NULL) {
        static const char begin[] = "blast radius: ";
        char *sentence = sim_xmalloc(sizeof begin + strlen(arguments->blast));
        (void)sprintf(sentence, "%s%s", begin, arguments->blast);
        (void)snprintf(place, sizeof place, "simex: --blast \"%s\": column ", json_shown(shown, arguments->blast));
        fine = add(hypothesis, sentence, place, -(int)strlen(begin)) && fine;
        free(sentence);
    }
    return fine;
}

/* A file with one more list of sentences. 0, or an exit code. */
static int add_file(struct hypothesis *hypothesis, const char *path)
{
    struct json_errors errors;
    json_errors_init(&errors);
    struct json_doc *doc = json_read(path, &errors);
    int code = doc != NULL ? EXIT_FINE : errors.unreadable > 0 ? EXIT_NO_INPUT : EXIT_USAGE;
    if (doc != NULL && (!cJSON_IsArray(doc->root) || cJSON_GetArraySize(doc->root) == 0))
        json_errors_add(&errors, doc, "", JSON_VALUE, "want a list of sentences such as [\"error_rate < 1%%\"]");
    const cJSON *list = doc != NULL && cJSON_IsArray(doc->root) ? doc->root : NULL;
    const cJSON *item = NULL;
    size_t index = 0;
    cJSON_ArrayForEach(item, list)
    {
        char pointer[32] = "", place[600];
        int line = 0, column = 0;
        (void)json_pointer_push_index(pointer, sizeof pointer, index++);
        (void)json_locate(doc, pointer, JSON_VALUE, &line, &column);
        (void)snprintf(place, sizeof place, "%.500s:%d:", path, line);
        if (!cJSON_IsString(item))
            json_errors_add(&errors, doc, pointer, JSON_VALUE, "want a sentence such as \"error_rate < 1%%\"");
        else if (!add(hypothesis, item->valuestring, place, column))
            code = EXIT_USAGE;
    }
    if (json_errors_total(&errors) > 0 && code == EXIT_FINE)
        code = EXIT_USAGE;
    json_errors_print(&errors, stderr);
    json_errors_fini(&errors);
    json_destroy(doc);
    return code;
}

/* ---- the score ---- */

static void print_tree(const struct arguments *arguments, cJSON *tree)
{
    if (arguments->format == FORMAT_TEXT)
        hypothesis_print(stdout, tree);
    else if (!arguments->cell.quiet)
        show_json(stdout, cJSON_Duplicate(tree, true));
}

static int strict_code(const struct arguments *arguments, const cJSON *tree)
{
    const cJSON *score = cJSON_GetObjectItemCaseSensitive(tree, "score");
    return arguments->strict && cJSON_IsNumber(score) && score->valuedouble < 1 ? EXIT_VERDICT : EXIT_FINE;
}

static void print_next(const struct arguments *arguments, const cJSON *tree, const char *token)
{
    const bool said = cJSON_GetArraySize(cJSON_GetObjectItemCaseSensitive(tree, "predictions")) > 0;
    if (arguments->format != FORMAT_TEXT)
        return;
    if (!said)
        (void)printf("\nSay what becomes of it, each with a --say: 'KEY = 3s +- 10%%', 'KEY < 1%%', 'KEY rises',\n"
                     "'KEY falls by 20%%', 'KEY unchanged', 'KEY doubles', 'blast radius: NODE, NODE'\n");
    else if (arguments->blind)
        (void)printf("\nKept. When it is over: simex hypothesis --reveal %.8s\n", token);
}

/* Runs, stores, prints. What was said is hidden from the outcome, and the outcome from who said it, by --blind. */
static int judge(const struct arguments *arguments, struct hypothesis *hypothesis, struct store *store)
{
    char token[TOKEN_ROOM] = "";
    int code = hypothesis_run(hypothesis);
    if (code != EXIT_FINE)
        return code;
    cJSON *tree = hypothesis_tree(hypothesis);
    if (store->db != NULL && hypothesis->count > 0)
        code = predictions_put(store, tree, arguments->blind, token);
    cJSON *shown = arguments->blind ? hypothesis_hide(tree) : cJSON_Duplicate(tree, true);
    if (hypothesis->count == 0)
        cJSON_DeleteItemFromObjectCaseSensitive(shown, "blast");
    if (token[0] != '\0')
        (void)cJSON_AddStringToObject(shown, "token", token);
    if (code == EXIT_FINE && !arguments->cell.quiet) {
        print_tree(arguments, shown);
        print_next(arguments, shown, token);
    }
    if (!arguments->blind)
        code = worse_exit(code, strict_code(arguments, tree));
    cJSON_Delete(shown);
    cJSON_Delete(tree);
    return code;
}

static int predict(const struct arguments *arguments)
{
    int code = EXIT_FINE;
    struct store store = {NULL, NULL};
    struct hypothesis hypothesis = {.argument = arguments->scenario,
                                    .options = &arguments->cell,
                                    .replications = (size_t)arguments->replications,
                                    .jobs = (unsigned)arguments->jobs};
    struct scenario *scenario = load_with_script(arguments->scenario, &arguments->cell, &code);
    struct cell *cell =
        scenario == NULL ? NULL : build_argument(scenario, &arguments->cell, arguments->cell.seed, &code);
    if (cell != NULL && !hypothesis_init(&hypothesis, cell))
        code = EXIT_BAD_SCENARIO;
    if (code == EXIT_FINE && arguments->file != NULL)
        code = add_file(&hypothesis, arguments->file);
    if (cell != NULL && hypothesis.disturbed != NULL && !add_said(&hypothesis, arguments))
        code = worse_exit(code, EXIT_USAGE);
    if (code == EXIT_FINE && hypothesis.count > 0)
        code = simulate_open_store(&store, &arguments->cell);
    if (code == EXIT_FINE)
        code = judge(arguments, &hypothesis, &store);
    if (cell != NULL)
        hypothesis_fini(&hypothesis);
    store_close(&store);
    cell_destroy(cell);
    scenario_destroy(scenario);
    return code;
}

/* ---- the store ---- */

static int reveal(const struct arguments *arguments)
{
    struct store store;
    struct stored_prediction found;
    int code = store_open(&store, store_path(arguments->cell.db), STORE_READ);
    if (code == EXIT_FINE && predictions_get(&store, arguments->reveal, &found, &code)) {
        cJSON *tree = cJSON_Parse(found.card);
        if (tree == NULL) {
            (void)fprintf(stderr, "simex: %s: cannot read the prediction: it is damaged\n", store.path);
            code = EXIT_IO;
        } else {
            code = found.blind ? predictions_reveal(&store, found.token) : EXIT_FINE;
            (void)cJSON_AddStringToObject(tree, "token", found.token);
            print_tree(arguments, tree);
            code = worse_exit(code, strict_code(arguments, tree));
        }
        cJSON_Delete(tree);
        stored_prediction_fini(&found);
    }
    store_close(&store);
    return code;
}

static void list_one(void *context, const struct stored_prediction *prediction)
{
    char token[TOKEN_ROOM], score[64], shown[JSON_SHOWN_BYTES], title[JSON_SHOWN_BYTES];
    struct texts *texts = context;
    (void)snprintf(token, sizeof token, "%.8s", prediction->token);
    (void)snprintf(score, sizeof score, "%lld of %lld", (long long)prediction->right, (long long)prediction->of);
    texts_add(texts, token);
    texts_add(texts, prediction->blind ? "(hidden)" : json_shown(shown, prediction->scenario));
    texts_add(texts, prediction->blind ? "not revealed" : score);
    texts_add(texts, prediction->blind ? "(hidden)" : json_shown(title, prediction->title));
}

static void list_tree(void *context, const struct stored_prediction *prediction)
{
    cJSON *entry = cJSON_CreateObject();
    (void)cJSON_AddStringToObject(entry, "token", prediction->token);
    (void)cJSON_AddBoolToObject(entry, "blind", prediction->blind);
    (void)cJSON_AddItemToObject(entry, "said", cJSON_Parse(prediction->said));
    if (!prediction->blind) {
        (void)cJSON_AddStringToObject(entry, "scenario", prediction->scenario);
        (void)cJSON_AddStringToObject(entry, "title", prediction->title);
        (void)cJSON_AddNumberToObject(entry, "right", (double)prediction->right);
        (void)cJSON_AddNumberToObject(entry, "of", (double)prediction->of);
    }
    (void)cJSON_AddItemToArray(context, entry);
}

static int list(const struct arguments *arguments)
{
    static const enum align aligns[] = {ALIGN_LEFT, ALIGN_LEFT, ALIGN_LEFT, ALIGN_WRAP};
    struct store store;
    struct texts texts = {0};
    cJSON *tree = cJSON_CreateArray();
    int code = store_open(&store, store_path(arguments->cell.db), STORE_READ);
    if (code == EXIT_FINE && arguments->format == FORMAT_JSON)
        code = predictions_each(&store, list_tree, tree);
    else if (code == EXIT_FINE)
        code = predictions_each(&store, list_one, &texts);
    if (code == EXIT_FINE && arguments->format == FORMAT_JSON)
        show_json(stdout, cJSON_Duplicate(tree, true));
    else if (texts.count > 0)
        terminal_table(stdout, (const char *const *)texts.items, texts.count / SIM_COUNT_OF(aligns),
                       SIM_COUNT_OF(aligns), aligns, 0);
    cJSON_Delete(tree);
    texts_fini(&texts);
    store_close(&store);
    return code;
}

int cmd_hypothesis(int argc, char **argv)
{
    static const struct argp_child children[] = {{&cell_argp, 0, NULL, 0}, {&format_argp, 0, NULL, 0}, {0}};
    static const struct argp argp = {
        .options = options,
        .parser = parse,
        .args_doc = "SCENARIO",
        .doc =
            "Takes predictions about a scenario, runs it, and prints the score card: what was predicted, what "
            "happened, "
            "by how much a prediction is off, and what explains a miss. Without a prediction: what is known before.\v"
            "SENTENCE: KEY = V [+- T], KEY < V (also != <= > >=), KEY in A..B, KEY rises to V; KEY rises by A, KEY "
            "falls by "
            "A, KEY +A, KEY -A, KEY doubles, KEY halves, KEY 3x; KEY rises, KEY falls, KEY unchanged; blast radius: "
            "NODE, "
            "NODE (or none). Each may end in: during PHASE. KEY is a key of the panel or a reading such as "
            "gateway.latency.p99. An A in % is a share of the steady value, in points of the percentage itself. A T in "
            "% is "
            "a share of what is predicted; 10% of a value, 25% of a change when not given. Unchanged is within 5 % of "
            "the "
            "steady value, or within two standard deviations that it has over the windows of the steady phase.\n\n"
            "A prediction is about the phase it names, else the first with a fault (or a chaos request of the script); "
            "it is compared with the last phase before that without one.\n\n"
            "Exit status: 0 also when predictions are wrong (99 with --strict), 64 when a sentence is, 65 when the "
            "scenario is, 66 when there is no such scenario, file or token.",
        .children = children,
    };
    struct arguments arguments = {.format = FORMAT_TEXT, .replications = 1};
    cell_options_init(&arguments.cell);
    if (argp_parse(&argp, argc, argv, 0, NULL, &arguments) != 0)
        return EXIT_USAGE;
    interrupt_watch();
    const int code = arguments.list             ? list(&arguments)
                     : arguments.reveal != NULL ? reveal(&arguments)
                                                : predict(&arguments);
    texts_fini(&arguments.said);
    cell_options_fini(&arguments.cell);
    return code;
}
