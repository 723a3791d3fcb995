/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The ids are those of the traces (OpenTelemetry's shape): trace_id is the run's id and the number of the root call, 32
 * hex digits; span_id the number of the call, 16. */
#include "reports/logbook.h"

#include "models/ops.h"

#include <inttypes.h>
#include <string.h>
#include <strings.h>

const char *const log_levels[LOG_LEVELS] = {"debug", "info", "warn", "error"};

bool log_level_of(const char *name, enum log_level *level)
{
    for (int i = 0; i < LOG_LEVELS; i++) {
        if (strcmp(name, log_levels[i]) != 0)
            continue;
        *level = (enum log_level)i;
        return true;
    }
    return false;
}

/* ---- writing ---- */

/* The inside of a JSON string: texts are the models' and the scenario's, whose names are plain, and UTF-8. */
static void put_escaped(FILE *out, const char *text)
{
    for (const char *c = text; *c != '\0'; c++) {
        if (*c == '"' || *c == '\\')
            (void)fprintf(out, "\\%c", *c);
        else if ((unsigned char)*c < 0x20 || *c == 0x7f)
            (void)fprintf(out, "\\u%04x", (unsigned)(unsigned char)*c);
        else
            (void)fputc(*c, out);
    }
}

static void put_seconds(FILE *out, sim_ns time)
{
    (void)fprintf(out, "%" PRId64 ".%09" PRId64, time / SIM_S, time % SIM_S);
}

void logbook_json(struct logbook *book, const struct log_line *line)
{
    FILE *out = book->out;
    (void)fputs("{\"time_s\":", out);
    put_seconds(out, book->sim->now);
    (void)fprintf(out, ",\"level\":\"%s\",\"service\":\"%s\",\"message\":\"", log_levels[line->level], line->service);
    put_escaped(out, line->message);
    (void)fputc('"', out);
    if (line->call != NULL)
        (void)fprintf(out, ",\"trace_id\":\"%.16s%016" PRIx64 "\",\"span_id\":\"%016" PRIx64 "\"", book->run,
                      line->call->root, line->call->id);
    (void)fputs(",\"attributes\":{", out);
    for (size_t i = 0; i < line->count; i++) {
        const struct log_attribute *attribute = &line->attributes[i];
        (void)fprintf(out, "%s\"%s\":", i > 0 ? "," : "", attribute->key);
        if (attribute->text != NULL) {
            (void)fputc('"', out);
            put_escaped(out, attribute->text);
            (void)fputc('"', out);
        } else if (attribute->seconds) {
            put_seconds(out, attribute->number);
        } else {
            (void)fprintf(out, "%" PRId64, attribute->number);
        }
    }
    (void)fputs("}}\n", out);
}

void logbook_text(struct logbook *book, const struct log_line *line)
{
    FILE *out = book->out;
    const sim_ns now = book->sim->now;
    (void)fprintf(out, "%6" PRId64 ".%06" PRId64 "  %-5s  %s: ", now / SIM_S, now % SIM_S / SIM_US,
                  log_levels[line->level], line->service);
    put_escaped(out, line->message);
    for (size_t i = 0; i < line->count; i++) {
        const struct log_attribute *attribute = &line->attributes[i];
        (void)fprintf(out, "  %s=", attribute->key);
        if (attribute->text != NULL)
            put_escaped(out, attribute->text);
        else if (attribute->seconds)
            (void)fprintf(out, "%.6f", sim_ns_to_s(attribute->number));
        else
            (void)fprintf(out, "%" PRId64, attribute->number);
    }
    if (line->call != NULL)
        (void)fprintf(out, "  trace=%" PRIu64, line->call->root);
    (void)fputc('\n', out);
}

/* What is left out costs no more than this. */
static bool wants(const struct logbook *book, enum log_level level, const struct sim_call *call)
{
    const sim_ns now = book->sim->now;
    return level >= book->least && now >= book->from && now < book->to &&
           (book->trace == 0 || (call != NULL && call->root == book->trace));
}

static void say(struct logbook *book, const struct log_line *line)
{
    if (!wants(book, line->level, line->call))
        return;
    book->lines++;
    book->write(book, line);
}

/* Who asks for a connection has no key. Returns the new count. */
static size_t add_key(struct log_attribute *attributes, size_t count, const struct sim_call *call)
{
    if (call->op == OP_ACQUIRE)
        return count;
    attributes[count] = (struct log_attribute){.key = "key", .number = (int64_t)call->request.key};
    return count + 1;
}

/* ---- what services say themselves ---- */

static void on_log(void *context, const struct sim_node *node, const struct sim_call *call, const char *level,
                   const char *message)
{
    struct logbook *book = context;
    struct log_line line = {.level = LOG_INFO, .service = node->name, .message = message, .call = call};
    struct log_attribute attributes[2] = {{.key = NULL}};
    (void)log_level_of(level, &line.level);
    if (call != NULL) {
        attributes[0] =
            (struct log_attribute){.key = "after_s", .number = book->sim->now - call->arrived, .seconds = true};
        line.attributes = attributes;
        line.count = add_key(attributes, 1, call);
        book->said = call->id;
        book->said_at = book->sim->now;
    }
    say(book, &line);
}

/* ---- replies ---- */

static enum log_level level_of(enum sim_status status)
{
    if (!sim_status_is_error(status))
        return LOG_DEBUG;
    return status == SIM_UNAVAILABLE ? LOG_WARN : LOG_ERROR;
}

static const char *message_of(struct sim_outcome outcome)
{
    return outcome.reason != NULL ? outcome.reason : sim_status_name(outcome.status);
}

static void on_reply(void *context, const struct sim_call *call)
{
    struct logbook *book = context;
    const enum sim_status status = call->outcome.status;
    const enum log_level level = level_of(status);
    const bool said = book->said == call->id && book->said_at == book->sim->now;
    if (call->to->down || (level > LOG_DEBUG && said) || !wants(book, level, call))
        return; /* the dead say nothing: their callers do */
    struct log_attribute attributes[4] = {
        {.key = "from", .text = call->from->name},
        {.key = "status", .text = sim_status_name(status)},
        {.key = "took_s", .number = call->replied - call->arrived, .seconds = true},
    };
    const size_t count = add_key(attributes, 3, call);
    say(book, &(struct log_line){level, call->to->name, message_of(call->outcome), call, attributes, count});
}

static void on_end(void *context, const struct sim_call *call, enum sim_call_end end)
{
    struct logbook *book = context;
    const bool refused = end == SIM_END_ANSWERED && call->to->down && call->end.status == SIM_REFUSED;
    if ((end != SIM_END_TIMED_OUT && !refused) || !wants(book, refused ? LOG_ERROR : LOG_WARN, call))
        return;
    struct log_attribute attributes[3] = {
        {.key = "to", .text = call->to->name},
        {.key = "after_s", .number = book->sim->now - call->begun, .seconds = true},
    };
    const size_t count = add_key(attributes, 2, call);
    say(book, &(struct log_line){refused ? LOG_ERROR : LOG_WARN, call->from->name, message_of(call->end), call,
                                 attributes, count});
}

/* ---- retries ---- */

/* A flow goes on in the step in which its pause ended; a call that it makes then is the next try. */
static void on_segment(void *context, const struct sim_call *call, const struct sim_segment *segment, sim_ns from,
                       sim_ns to)
{
    struct logbook *book = context;
    if (call == NULL || strcmp(segment->name, "backoff") != 0)
        return;
    book->paused = call->id;
    book->paused_at = to;
    book->pause = to - from;
}

static void on_begin(void *context, const struct sim_call *call)
{
    struct logbook *book = context;
    if (call->parent == 0 || book->paused != call->parent || book->paused_at != book->sim->now)
        return;
    book->paused = 0;
    struct log_attribute attributes[3] = {
        {.key = "to", .text = call->to->name},
        {.key = "backoff_s", .number = book->pause, .seconds = true},
    };
    const size_t count = add_key(attributes, 2, call);
    say(book, &(struct log_line){LOG_WARN, call->from->name, "retry", call, attributes, count});
}

/* ---- nodes ---- */

static void on_transition(void *context, const struct sim_node *node, const char *part, const char *from,
                          const char *to)
{
    const struct log_attribute attributes[] = {
        {.key = "part", .text = part}, {.key = "from", .text = from}, {.key = "to", .text = to}};
    char message[120];
    const bool bad = strcasecmp(to, "open") == 0;
    (void)snprintf(message, sizeof message, "%.40s %.30s -> %.30s", part, from, to);
    say(context,
        &(struct log_line){bad ? LOG_WARN : LOG_INFO, node->name, message, NULL, attributes, SIM_COUNT_OF(attributes)});
}

static void on_fault(void *context, const char *path, const char *value)
{
    char message[300], bare[120];
    const size_t length = strlen(value);
    /* Texts come quoted, as in a scenario. */
    const bool quoted = length >= 2 && value[0] == '"' && value[length - 1] == '"';
    (void)snprintf(bare, sizeof bare, "%.*s", (int)(quoted ? length - 2 : length), quoted ? value + 1 : value);
    const struct log_attribute attributes[] = {{.key = "path", .text = path}, {.key = "value", .text = bare}};
    /* A param has a dot in its path; an action is done to a node. */
    (void)snprintf(message, sizeof message, strchr(path, '.') != NULL ? "fault: %.160s = %s" : "fault: %.160s %s", path,
                   bare);
    say(context, &(struct log_line){LOG_INFO, "simex", message, NULL, attributes, SIM_COUNT_OF(attributes)});
}

static const struct sim_listener listener = {
    .call_begin = on_begin,
    .call_reply = on_reply,
    .call_end = on_end,
    .segment = on_segment,
    .log = on_log,
    .fault = on_fault,
    .transition = on_transition,
};

void logbook_listen(struct logbook *book, struct sim *sim)
{
    book->sim = sim;
    sim_listen(sim, &listener, book);
}
