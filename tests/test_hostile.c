/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Scenarios that mean harm: too deep, too large, too many, events without end. Each must end by itself within seconds and
 * in less than 512 MiB, with a message and exit 65 or normally, and an interrupt must end what runs long at once. */
#include "tests/cells.h"

#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { SECONDS_MAX = 15, MEMORY_MAX_MIB = 512, ARGUMENTS_MAX = 12, OUTPUT_MAX = 1 << 20 };

struct outcome {
    int code; /* exit status, or 128 + signal */
    double seconds;
    long mib;
    char *out, *err;
};

static const char *program(void)
{
    const char *simex = getenv("SIMEX");
    ck_assert_msg(simex != NULL, "SIMEX is not set: run this with ctest");
    return simex;
}

static double now(void)
{
    struct timespec time;
    (void)clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static char *read_output(const char *path)
{
    char *text = sim_xcalloc(1, OUTPUT_MAX + 1);
    FILE *in = fopen(path, "r");
    ck_assert_ptr_nonnull(in);
    (void)fread(text, 1, OUTPUT_MAX, in);
    (void)fclose(in);
    return text;
}

static void redirect(const char *path, int to)
{
    int file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    if (file < 0 || dup2(file, to) < 0)
        _exit(126);
}

static pid_t start(const char *const *arguments)
{
    const char *argv[ARGUMENTS_MAX + 2] = {program()};
    for (size_t i = 0; arguments[i] != NULL; i++) {
        ck_assert_uint_lt(i, ARGUMENTS_MAX);
        argv[i + 1] = arguments[i];
    }
    pid_t child = fork();
    ck_assert_int_ge(child, 0);
    if (child == 0) {
        redirect("out", STDOUT_FILENO);
        redirect("err", STDERR_FILENO);
        (void)execv(argv[0], (char *const *)(uintptr_t)argv);
        _exit(127);
    }
    return child;
}

static struct outcome finish(pid_t child, double begun)
{
    struct rusage usage;
    int status = 0;
    while (wait4(child, &status, 0, &usage) < 0)
        ck_assert_int_eq(errno, EINTR);
    return (struct outcome){.code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status),
                            .seconds = now() - begun,
                            .mib = usage.ru_maxrss / 1024,
                            .out = read_output("out"),
                            .err = read_output("err")};
}

/* Runs simex; it must end in time and within its memory, and print nothing that drives a terminal. */
static struct outcome run(const char *const *arguments)
{
    const double begun = now();
    struct outcome outcome = finish(start(arguments), begun);
    ck_assert_msg(CELLS_SLOW || outcome.seconds < SECONDS_MAX, "it took %.1f s", outcome.seconds);
    ck_assert_msg(CELLS_SLOW || outcome.mib < MEMORY_MAX_MIB, "it took %ld MiB", outcome.mib);
    for (int i = 0; i < 2; i++) {
        const char *text = i == 0 ? outcome.out : outcome.err;
        for (; *text != '\0'; text++)
            ck_assert_msg(*text == '\n' || *text == '\t' || ((unsigned char)*text >= 0x20 && *text != 0x7f),
                          "a byte 0x%02x in the output", (unsigned)(unsigned char)*text);
    }
    return outcome;
}

static void forget(struct outcome *outcome)
{
    free(outcome->out);
    free(outcome->err);
}

static FILE *begin_file(void)
{
    FILE *out = fopen("x.json", "w");
    ck_assert_ptr_nonnull(out);
    return out;
}

static void end_file(FILE *out)
{
    ck_assert_int_eq(fclose(out), 0);
}

static void write_text(const char *text)
{
    FILE *out = begin_file();
    for (; *text != '\0'; text++)
        (void)fputc(*text == '\'' ? '"' : *text, out);
    end_file(out);
}

/* x.json must be refused, or stopped, with a message. */
static void check_refused(const char *message)
{
    static const char *const arguments[] = {"run", "--db", "store.db", "x.json", NULL};
    struct outcome outcome = run(arguments);
    ck_assert_msg(outcome.code == 65, "exit %d: %.300s", outcome.code, outcome.err);
    ck_assert_msg(strstr(outcome.err, message) != NULL, "want %s, got %.300s", message, outcome.err);
    ck_assert_str_eq(outcome.out, "");
    forget(&outcome);
}

static void check_runs(int code)
{
    static const char *const arguments[] = {"run", "--db", "store.db", "x.json", NULL};
    struct outcome outcome = run(arguments);
    ck_assert_msg(outcome.code == code, "exit %d: %.300s", outcome.code, outcome.err);
    forget(&outcome);
}

/* ---- texts ---- */

static void write_repeated(const char *head, const char *body, long count, const char *tail)
{
    FILE *out = begin_file();
    (void)fputs(head, out);
    for (long i = 0; i < count; i++)
        (void)fputs(body, out);
    (void)fputs(tail, out);
    end_file(out);
}

START_TEST(a_text_that_is_too_deep_is_refused)
{
    write_repeated("", "[", 1000000, "");
    check_refused("want at most 32 objects and arrays inside each other");
    write_repeated("", "{\"a\":", 1000000, "1");
    check_refused("want at most 32 objects and arrays inside each other");
}
END_TEST

START_TEST(a_text_that_is_too_large_is_refused)
{
    write_repeated("{", "          ", 1000000, "}");
    check_refused("x.json: want at most 8388608 bytes");
    write_repeated("[0", ",0", 1000000, "]");
    check_refused("want at most 200000 values");
    write_repeated("{\"title\": \"", "abcdefghij", 500000, "\"}");
    check_refused("want texts of at most 65536 bytes");
    write_repeated("{\"title\": ", "1234567890", 500000, "}");
    check_refused("want a number of at most 60 characters");
}
END_TEST

START_TEST(a_hundred_thousand_wrong_keys_are_counted)
{
    FILE *out = begin_file();
    for (int i = 0; i < 90000; i++)
        (void)fprintf(out, "%s\"key%d\": {\"key%d\": 1}", i == 0 ? "{" : ",\n", i, i);
    (void)fputs("}", out);
    end_file(out);
    check_refused("\nand 89902 more errors\n");
}
END_TEST

START_TEST(a_key_a_hundred_thousand_times_is_refused)
{
    write_repeated("{\"run\": 1", ",\n\"run\": 1", 100000, "}");
    check_refused("want each key once, got \"run\" again");
}
END_TEST

START_TEST(what_is_no_file_does_not_hang)
{
    static const char *const paths[] = {"./fifo", "/dev/zero", "/dev/null", "."};
    ck_assert(mkfifo("fifo", 0600) == 0 || errno == EEXIST);
    for (size_t i = 0; i < SIM_COUNT_OF(paths); i++) {
        const char *const arguments[] = {"run", "--no-store", paths[i], NULL};
        struct outcome outcome = run(arguments);
        ck_assert_int_eq(outcome.code, 66);
        ck_assert_ptr_nonnull(strstr(outcome.err, "want a regular file, got a "));
        ck_assert_str_eq(outcome.out, "");
        forget(&outcome);
    }
}
END_TEST

/* ---- numbers ---- */

#define WORLD(run_, clients_, database_, more_) \
    "{'run': {" run_ "}, 'nodes': {'c': {'type': 'clients', 'to': 'g', " clients_ "}," \
    "'g': {'type': 'gateway', 'to': 's'}, 's': {'type': 'catalogue', 'database': 'd'}," \
    "'d': {'type': 'database', " database_ "}}" more_ "}"
#define PANEL ",'phases': {'a': {'from': '0s', 'to': '1s'}}, 'panel': {'x': {'reading': 'g.latency.p95'}}"

START_TEST(numbers_beyond_all_bounds_are_refused)
{
    static const struct {
        const char *text, *message;
    } cases[] = {
        {WORLD("'until': '1s'", "'zipf': 1e999", "'latency': '1s'", ""), "number out of range"},
        {WORLD("'until': '1s'", "'rate': '1000000000000000000000000000000/s'", "'latency': '1s'", ""),
         "want a rate from"},
        {WORLD("'until': '1s'", "'population': 1e15", "'latency': '1s'", ""), "want a whole number from 0 to 1000000"},
        {WORLD("'until': '1s'", "'products': 1099511627776", "'latency': '1s'", ""),
         "want a whole number from 1 to 1000000"},
        {WORLD("'until': '4000d'", "'products': 1", "'latency': '1s'", ""), "want a duration of at most 3650d"},
        {WORLD("'until': '1s'", "'products': 1", "'latency': '9223372036854775807ns'", ""), "want a duration such as"},
        {WORLD("'until': '1s', 'max_events': 18446744073709551616", "'products': 1", "'latency': '1s'", ""),
         "want a whole number from 1"},
    };
    for (size_t i = 0; i < SIM_COUNT_OF(cases); i++) {
        write_text(cases[i].text);
        check_refused(cases[i].message);
    }
}
END_TEST

START_TEST(the_largest_numbers_that_are_allowed_do_no_harm)
{
    static const char *const texts[] = {
        WORLD("'until': '3650d'", "'rate': '0/s'", "'latency': '3650d', 'added_latency': '3650d'", PANEL),
        WORLD("'until': '3650d'", "'rate': '1/d'", "'latency': '3650d', 'added_latency': '3650d'", PANEL),
        WORLD("'until': '3650d', 'window': '1d'", "'rate': '1/h'",
              "'latency': {'lognormal': {'median': '3650d', 'sigma': 20}}", PANEL),
        WORLD("'until': '3650d'", "'rate': '1/d', 'timeout': '3650d'",
              "'latency': {'pareto': {'min': '1s', 'alpha': 1e-300}}", PANEL),
        WORLD("'until': '1s'", "'products': 1000000, 'zipf': 10", "'latency': '1s'", PANEL),
        WORLD("'until': '1s'", "'products': 1000000, 'zipf': 0, 'rate': '10000/s'", "'latency': '1ms'", PANEL),
        WORLD("'until': '1s'", "'load': 'closed', 'population': 1000000, 'think_time': '1h'", "'latency': '1s'", PANEL),
        WORLD("'until': '1ns'", "'rate': '10000000/s'", "'latency': '0s'", ""),
    };
    for (size_t i = 0; i < SIM_COUNT_OF(texts); i++) {
        write_text(texts[i]);
        check_runs(0);
    }
}
END_TEST

/* ---- storms ---- */

START_TEST(a_storm_at_one_instant_is_stopped)
{
    static const char *const texts[] = {
        /* Users who never think ask a service that takes no time. */
        WORLD("'until': '1h'", "'load': 'closed', 'population': 10, 'think_time': '0s'", "'latency': '0s'", ""),
        WORLD("'until': '1h'", "'load': 'closed', 'population': 1000000, 'think_time': '0s'", "'latency': '0s'", ""),
        WORLD("'until': '1h'", "'load': 'closed', 'population': 10, 'think_time': '0s'", "'latency': '0s'",
              ", 'links': {'l': {'from': 'g', 'to': 's'}}"),
        WORLD("'until': '1h'", "'load': 'closed', 'population': 10, 'think_time': '0s'", "'failure_rate': 1", ""),
        /* A retry policy that never waits and never ends. */
        "{'run': {'until': '1h'}, 'nodes': {'c': {'type': 'clients', 'to': 'g'},"
        "'g': {'type': 'gateway', 'to': 's', 'retry': {'on': ['ERROR'], 'max_attempts': 'none', 'backoff': '0s'}},"
        "'s': {'type': 'catalogue', 'database': 'd', 'failure_rate': 1}, 'd': {'type': 'database'}}}",
        "{'run': {'until': '1h'}, 'nodes': {'c': {'type': 'clients', 'to': 'g'},"
        "'g': {'type': 'gateway', 'to': 's', 'retry': {'on': ['REFUSED'], 'max_attempts': 'none', 'backoff': '0s'}},"
        "'s': {'type': 'catalogue', 'database': 'd'}, 'd': {'type': 'database'}},"
        "'links': {'l': {'from': 'g', 'to': 's'}}, 'faults': {'k': {'node': 's', 'at': '0s', 'do': 'kill'}}}",
    };
    for (size_t i = 0; i < SIM_COUNT_OF(texts); i++) {
        write_text(texts[i]);
        check_refused("more than 5000000 steps at one instant: something loops without time going on");
    }
}
END_TEST

START_TEST(a_storm_that_goes_on_is_stopped_by_the_limit_of_events)
{
    static const char *const texts[] = {
        WORLD("'until': '3650d', 'max_events': 1000000", "'rate': '10000000/s'", "'latency': '0s'", ""),
        WORLD("'until': '3650d', 'max_events': 1000000", "'load': 'closed', 'population': 100, 'think_time': '1ns'",
              "'latency': '1ns'", ""),
    };
    for (size_t i = 0; i < SIM_COUNT_OF(texts); i++) {
        write_text(texts[i]);
        check_refused("more than 1000000 events (run.max_events)");
    }
}
END_TEST

/* A world whose nodes turn hardly anybody away. */
#define UNBOUNDED(clients_, database_) \
    "{'run': {'until': '3650d'}, 'nodes': {'c': {'type': 'clients', 'to': 'g', " clients_ "}," \
    "'g': {'type': 'gateway', 'to': 's', 'in_flight_max': 1000000}," \
    "'s': {'type': 'catalogue', 'database': 'd', 'in_flight_max': 1000000}," \
    "'d': {'type': 'database', 'in_flight_max': 1000000, " database_ "}}}"

START_TEST(calls_without_end_are_stopped_by_their_number)
{
    static const char *const texts[] = {
        UNBOUNDED("'rate': '10000000/s'", "'latency': '3000d'"),
        UNBOUNDED("'load': 'closed', 'population': 1000000, 'think_time': '1ms'", "'latency': '1h'"),
    };
    for (size_t i = 0; i < SIM_COUNT_OF(texts); i++) {
        write_text(texts[i]);
        check_refused("more than 500000 calls under way at once");
    }
}
END_TEST

START_TEST(users_who_leave_while_others_wait_take_no_time)
{
    write_text("{'run': {'until': '10s'}, 'nodes': {"
               "'c': {'type': 'clients', 'to': 's', 'load': 'closed', 'population': 800000,"
               "'think_time': {'uniform': {'min': '0s', 'max': '8s'}}},"
               "'s': {'type': 'catalogue', 'database': 'd', 'parse_cpu': '1h', 'in_flight_max': 1000000},"
               "'d': {'type': 'database'}},"
               "'faults': {'f': {'node': 'c', 'at': '4s', 'set': {'population': 1}}}}");
    check_runs(0);
}
END_TEST

/* ---- many of everything ---- */

START_TEST(a_chain_of_a_thousand_calls_at_one_instant_is_stopped)
{
    FILE *out = begin_file();
    (void)fputs("{\"run\": {\"until\": \"10s\"}, \"nodes\": {\"d\": {\"type\": \"database\"},\n"
                "\"s\": {\"type\": \"catalogue\", \"database\": \"d\"},\n"
                "\"c\": {\"type\": \"clients\", \"to\": \"g0\"}",
                out);
    const int gateways = 997;
    for (int i = 0; i < gateways; i++) {
        char to[20];
        (void)snprintf(to, sizeof to, "g%d", i + 1);
        (void)fprintf(out, ",\n\"g%d\": {\"type\": \"gateway\", \"to\": \"%s\"}", i, i + 1 < gateways ? to : "s");
    }
    (void)fputs("}}", out);
    end_file(out);
    check_refused("calls nested deeper than 100 at one instant");
}
END_TEST

START_TEST(a_scenario_with_the_most_of_everything_runs)
{
    FILE *out = begin_file();
    (void)fputs("{\"run\": {\"until\": \"64s\"}, \"nodes\": {\"c\": {\"type\": \"clients\", \"to\": \"s\"},"
                "\"s\": {\"type\": \"catalogue\", \"database\": \"d\"}, \"d\": {\"type\": \"database\"}",
                out);
    for (int i = 0; i < SCENARIO_NODES_MAX - 3; i++)
        (void)fprintf(out, ",\n\"n%d\": {\"type\": \"cache\"}", i);
    (void)fputs("}, \"links\": {", out);
    for (int i = 0; i < SCENARIO_LINKS_MAX; i++)
        (void)fprintf(out, "%s\"l%d\": {\"from\": \"n%d\", \"to\": \"n%d\"}", i == 0 ? "" : ",\n", i, i % 990,
                      i % 990 + 1 + i / 990);
    (void)fputs("}, \"faults\": {", out);
    for (int i = 0; i < SCENARIO_FAULTS_MAX; i++)
        (void)fprintf(out, "%s\"f%d\": {\"node\": \"c\", \"at\": \"%dms\", \"set\": {\"products\": %d}}",
                      i == 0 ? "" : ",\n", i, 300 * i, 100000 + i);
    (void)fputs("}, \"phases\": {", out);
    for (int i = 0; i < SCENARIO_PHASES_MAX; i++)
        (void)fprintf(out, "%s\"p%d\": {\"from\": \"%ds\", \"to\": \"%ds\"}", i == 0 ? "" : ",\n", i, i, i + 1);
    (void)fputs("}, \"panel\": {", out);
    for (int i = 0; i < SCENARIO_PANEL_MAX; i++)
        (void)fprintf(out, "%s\"r%d\": {\"reading\": \"s.latency.p%d\"}", i == 0 ? "" : ",\n", i, i + 1);
    (void)fputs("}, \"expectations\": [", out);
    for (int i = 0; i < SCENARIO_EXPECTATIONS_MAX; i++)
        (void)fprintf(out, "%s\"r0 < 1h during p%d\"", i == 0 ? "" : ",\n", i % SCENARIO_PHASES_MAX);
    (void)fputs("]}", out);
    end_file(out);
    check_runs(0);
}
END_TEST

START_TEST(a_chain_of_large_bases_is_read)
{
    FILE *out = begin_file();
    (void)fputs("{\"extends\": \"base0.json\", \"nodes\": 1}", out);
    end_file(out);
    for (int i = 0; i < 7; i++) {
        char name[40];
        (void)snprintf(name, sizeof name, "base%d.json", i);
        out = fopen(name, "w");
        ck_assert_ptr_nonnull(out);
        (void)fprintf(out, "{\"extends\": \"%s%d.json\"", i < 6 ? "base" : "none", i + 1);
        for (int k = 0; k < 20000; k++)
            (void)fprintf(out, ",\n\"key-%d-%d\": {\"key-%d\": %d}", k, i % 2, i, k);
        (void)fputs("}", out);
        end_file(out);
    }
    (void)unlink("none7.json"); /* of an earlier run of this test */
    check_refused("base6.json:1:13: /extends: want a scenario that exists");
    FILE *last = fopen("none7.json", "w");
    ck_assert_ptr_nonnull(last);
    (void)fputs("{}", last);
    end_file(last);
    check_refused("more errors\n");
}
END_TEST

/* ---- texts that drive terminals and printf ---- */

START_TEST(titles_are_shown_and_not_obeyed)
{
    write_text("{'title': '\\u001b[31mred\\u0007 %s%n%s%n %99999d \\u202ex', 'run': {'until': '2s'},"
               "'nodes': {'c': {'type': 'clients', 'to': 's', 'title': '\\u001b]0;x\\u0007'},"
               "'s': {'type': 'catalogue', 'database': 'd'}, 'd': {'type': 'database', 'latency': '1ms'}},"
               "'phases': {'a': {'from': '0s', 'to': '2s', 'title': '%s%n'}},"
               "'panel': {'x': {'reading': 's.latency.p95', 'title': '\\u001b[2J%s%n\\r\\n'}},"
               "'expectations': [{'phase': 'a', 'key': 'x', 'max': '1s', 'name': '\\u001b[31m%s%n'}]}");
    static const char *const formats[] = {"text", "json"};
    for (int i = 0; i < 2; i++) {
        const char *const arguments[] = {"run", "--no-store", "--format", formats[i], "x.json", NULL};
        struct outcome outcome = run(arguments);
        ck_assert_int_eq(outcome.code, 0);
        ck_assert_ptr_nonnull(strstr(outcome.out, "%s%n%s%n %99999d"));
        ck_assert_ptr_nonnull(strstr(outcome.out, i == 0 ? "\\x1b[31mred" : "\\u001b[31mred"));
        ck_assert_ptr_nonnull(strstr(outcome.out, i == 0 ? "\n\\x1b[2J%s%n\\x0d\\x0a " : "\"\\u001b[2J%s%n\\r\\n\""));
        forget(&outcome);
    }
}
END_TEST

START_TEST(a_file_name_is_shown_and_not_obeyed)
{
    static const char name[] = "./\033[31m%s%n.json";
    write_text(WORLD("'until': '1h'", "'load': 'closed', 'population': 10, 'think_time': '0s'", "'latency': '0s'", ""));
    ck_assert_int_eq(rename("x.json", name), 0);
    const char *const arguments[] = {"run", "--no-store", name, NULL};
    struct outcome outcome = run(arguments);
    ck_assert_int_eq(outcome.code, 65);
    ck_assert_ptr_nonnull(strstr(outcome.err, "\\x1b[31m%s%n.json"));
    forget(&outcome);
    ck_assert_int_eq(unlink(name), 0);
}
END_TEST

/* ---- interrupts ---- */

static void wait_ms(long ms)
{
    const struct timespec pause = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};
    (void)nanosleep(&pause, NULL);
}

static void check_interrupt(int signal, long after_ms, const char *message, int code)
{
    static const char *const arguments[] = {"run", "--db", "interrupt.db", "x.json", NULL};
    pid_t child = start(arguments);
    wait_ms(after_ms);
    const double sent = now();
    ck_assert_int_eq(kill(child, signal), 0);
    struct outcome outcome = finish(child, sent);
    ck_assert_msg(outcome.code == code, "exit %d: %.300s", outcome.code, outcome.err);
    ck_assert_msg(CELLS_SLOW || outcome.seconds < 2, "it went on for %.1f s", outcome.seconds);
    ck_assert_msg(strstr(outcome.err, message) != NULL, "%.300s", outcome.err);
    ck_assert_str_eq(outcome.out, "");
    forget(&outcome);
}

START_TEST(an_interrupt_ends_a_long_run_at_once)
{
    write_text(WORLD("'until': '3650d'", "'rate': '100000/s'", "'latency': '1ms'", ""));
    check_interrupt(SIGINT, 500, "simex: interrupted at ", 130);
    check_interrupt(SIGTERM, 500, "simex: interrupted at ", 143);
}
END_TEST

START_TEST(an_interrupt_ends_a_run_that_has_hardly_begun)
{
    /* The file is long to read, the world long to build; the signal comes somewhere in between. */
    FILE *out = begin_file();
    (void)fputs("{\"extends\": \"sre-lab.json\", \"run\": {\"until\": \"3650d\"}, \"nodes\": {\"clients\": "
                "{\"products\": 1000000}",
                out);
    for (int i = 0; i < 990; i++)
        (void)fprintf(out, ",\n\"n%d\": {\"type\": \"cache\"}", i);
    (void)fputs("}}", out);
    end_file(out);
    const long slowness = CELLS_SLOW ? 10 : 1;
    check_interrupt(SIGINT, 20 * slowness, "", 130); /* without a message when it came before main() */
}
END_TEST

START_TEST(an_interrupt_during_a_storm_at_one_instant_is_not_lost)
{
    write_text(WORLD("'until': '1h'", "'load': 'closed', 'population': 1000000, 'think_time': '0s'",
                     "'failure_rate': 1", ", 'links': {'l': {'from': 'g', 'to': 's'}}"));
    static const char *const arguments[] = {"run", "--no-store", "x.json", NULL};
    pid_t child = start(arguments);
    wait_ms(100);
    (void)kill(child, SIGINT);
    struct outcome outcome = finish(child, now());
    ck_assert_msg(outcome.code == 130 || outcome.code == 65, "exit %d: %.300s", outcome.code, outcome.err);
    ck_assert_msg(CELLS_SLOW || outcome.seconds < 2, "it went on for %.1f s", outcome.seconds);
    forget(&outcome);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("hostile");
    TCase *tests = tcase_create("hostile");
    tcase_set_timeout(tests, 120);
    tcase_add_test(tests, a_text_that_is_too_deep_is_refused);
    tcase_add_test(tests, a_text_that_is_too_large_is_refused);
    tcase_add_test(tests, a_hundred_thousand_wrong_keys_are_counted);
    tcase_add_test(tests, a_key_a_hundred_thousand_times_is_refused);
    tcase_add_test(tests, what_is_no_file_does_not_hang);
    tcase_add_test(tests, numbers_beyond_all_bounds_are_refused);
    tcase_add_test(tests, the_largest_numbers_that_are_allowed_do_no_harm);
    tcase_add_test(tests, a_storm_at_one_instant_is_stopped);
    tcase_add_test(tests, a_storm_that_goes_on_is_stopped_by_the_limit_of_events);
    tcase_add_test(tests, calls_without_end_are_stopped_by_their_number);
    tcase_add_test(tests, users_who_leave_while_others_wait_take_no_time);
    tcase_add_test(tests, a_chain_of_a_thousand_calls_at_one_instant_is_stopped);
    tcase_add_test(tests, a_scenario_with_the_most_of_everything_runs);
    tcase_add_test(tests, a_chain_of_large_bases_is_read);
    tcase_add_test(tests, titles_are_shown_and_not_obeyed);
    tcase_add_test(tests, a_file_name_is_shown_and_not_obeyed);
    tcase_add_test(tests, an_interrupt_ends_a_long_run_at_once);
    tcase_add_test(tests, an_interrupt_ends_a_run_that_has_hardly_begun);
    tcase_add_test(tests, an_interrupt_during_a_storm_at_one_instant_is_not_lost);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
