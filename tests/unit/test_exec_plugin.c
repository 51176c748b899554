/* exec_plugin.h: plugins that answer, and plugins that don't. Each is a line for /bin/sh. */
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../../src/live/exec_plugin.h"
#include "polgrid/clock.h"

#define V1 "client.authentication.k8s.io/v1"
#define ANSWER                                                                                  \
    "echo '{\"kind\":\"ExecCredential\",\"apiVersion\":\"" V1 "\",\"status\":{\"token\":\"t\"}" \
    "}'; "

static const char *const variables[] = {"PATH=/usr/bin:/bin", "A=outer", NULL};

static const char *get_path(void *context, const char *name)
{
    (void)context;
    return strcmp(name, "PATH") == 0 ? "/usr/bin:/bin" : NULL;
}

static const struct pg_kube_env plain_env = {.get = get_path, .environ_ = variables};

/* A run and what came of it. */
struct trial {
    struct pg_kube_exec exec;
    struct pg_kube_run run;
    struct pg_buf said;
    struct exec_answer answer;
    struct pg_err err;
    int64_t took_ms;
    bool ok;
};

static void try_exec(struct trial *trial, const struct pg_kube_env *env)
{
    int64_t began = pg_clock_ms();

    if (!trial->exec.api_version)
        trial->exec.api_version = V1;
    trial->run.said = &trial->said;
    if (!trial->run.cancel)
        trial->run.cancel = -1;
    trial->ok = pg_exec_plugin_run(&trial->exec, env, &trial->run, &trial->answer, &trial->err);
    trial->took_ms = pg_clock_ms() - began;
}

static void try_line(struct trial *trial, const char *line)
{
    const char *const args[] = {"-c", line};

    trial->exec.command = "/bin/sh";
    trial->exec.args = args;
    trial->exec.nargs = 2;
    try_exec(trial, &plain_env);
    trial->exec.args = NULL;
}

static void assert_fails(const struct trial *trial, enum pg_kube_trouble trouble, const char *words)
{
    assert_false(trial->ok);
    assert_int_equal(trial->run.trouble, trouble);
    if (!strstr(trial->err.text, words))
        fail_msg("\"%s\" is not in: %s", words, trial->err.text);
    assert_null(trial->answer.token.p);
}

static void forget(struct trial *trial)
{
    pg_buf_free(&trial->said);
    pg_exec_plugin_wipe(&trial->answer);
}

/* Whether a process is gone within a second. One that nobody has waited for yet is gone, too. */
static bool is_gone(long pid)
{
    for (int i = 0; i < 100; i++) {
        char path[64], text[400];
        const char *after;
        FILE *file;
        snprintf(path, sizeof path, "/proc/%ld/stat", pid);
        file = fopen(path, "r");
        if (!file)
            return true;
        text[fread(text, 1, sizeof text - 1, file)] = '\0';
        fclose(file);
        after = strrchr(text, ')');
        if (!after || strncmp(after, ") Z", 3) == 0)
            return true;
        usleep(10000);
    }
    return false;
}

/* --- that answer ------------------------------------------------------------------------------- */

static void an_answer(void **state)
{
    struct trial trial = {0};

    (void)state;
    try_line(&trial, ANSWER);
    assert_true(trial.ok);
    assert_int_equal(trial.run.trouble, PG_KUBE_FINE);
    assert_string_equal(trial.answer.token.p, "t");
    assert_int_equal(trial.answer.expires_ms, 0);
    forget(&trial);
}

/* What a plugin leaves running, a helper that keeps a session alive, may keep its pipes open. */
static void what_it_leaves_running_is_not_waited_for(void **state)
{
    struct trial trial = {0};

    (void)state;
    try_line(&trial, ANSWER "sleep 5 &");
    assert_true(trial.ok);
    assert_true(trial.took_ms < 4000);
    forget(&trial);
}

static void standard_input_is_empty(void **state)
{
    struct trial trial = {0};

    (void)state;
    try_line(&trial, "cat >&2; " ANSWER);
    assert_true(trial.ok);
    assert_int_equal(trial.said.n, 0);
    forget(&trial);
}

static void much_to_say_is_cut_and_cleaned(void **state)
{
    struct trial trial = {0};

    (void)state;
    try_line(&trial, "printf 'a\\033[31mb\\r\\nc' >&2; " ANSWER);
    assert_true(trial.ok);
    assert_string_equal(pg_buf_text(&trial.said), "a\\x1b[31mb\nc\n");
    pg_buf_clear(&trial.said);
    pg_exec_plugin_wipe(&trial.answer);
    try_line(&trial, "yes | head -c 300000 >&2; echo the end >&2; " ANSWER);
    assert_true(trial.ok);
    assert_in_range(trial.said.n, 30000, 64 << 10);
    assert_string_equal(trial.said.p + trial.said.n - 8, "the end\n");
    forget(&trial);
}

/* Not libcurl's connections, not the terminal, nothing that somebody left open. */
static void no_descriptor_but_three(void **state)
{
    struct trial trial = {0};
    int fd = open("/dev/null", O_RDONLY); /* not close-on-exec, as libcurl's are not */

    (void)state;
    assert_true(fd > 2 && dup2(fd, 100) == 100);
    try_line(&trial, "for i in 3 4 5 6 7 8 9 100; do [ ! -e /proc/$$/fd/$i ] || echo $i >&2; "
                     "done; " ANSWER);
    assert_true(trial.ok);
    assert_string_equal(pg_buf_text(&trial.said), "");
    close(fd);
    close(100);
    forget(&trial);
}

static void count_call(void *context, const char *plugin)
{
    assert_string_equal(plugin, "/bin/sh");
    ++*(int *)context;
}

static void who_waits_is_told_once(void **state)
{
    int calls = 0;
    struct trial trial = {.run = {.waiting = count_call, .context = &calls}};

    (void)state;
    try_line(&trial, ANSWER);
    assert_int_equal(calls, 0);
    pg_exec_plugin_wipe(&trial.answer);
    try_line(&trial, "sleep 1.4; " ANSWER);
    assert_true(trial.ok);
    assert_int_equal(calls, 1);
    forget(&trial);
}

/* --- that don't -------------------------------------------------------------------------------- */

static void a_deadline_ends_it_and_its_children(void **state)
{
    struct trial trial = {.run.deadline_ms = 300};

    (void)state;
    try_line(&trial, "sleep 60 & echo $! >&2; wait");
    assert_fails(&trial, PG_KUBE_PLUGIN_TIMEOUT, "within 1 seconds; it was ended");
    assert_true(trial.took_ms >= 300 && trial.took_ms < 5000);
    assert_true(is_gone(strtol(pg_buf_text(&trial.said), NULL, 10)));
    forget(&trial);
}

static void a_deadline_ends_one_that_does_not_want_to(void **state)
{
    struct trial trial = {.run.deadline_ms = 200};

    (void)state;
    try_line(&trial, "trap '' TERM INT HUP; echo $$ >&2; while :; do sleep 1; done");
    assert_fails(&trial, PG_KUBE_PLUGIN_TIMEOUT, "it was ended");
    assert_true(trial.took_ms < 5000);
    assert_true(is_gone(strtol(pg_buf_text(&trial.said), NULL, 10)));
    forget(&trial);
}

/* Output for ever is no way around the deadline, nor is output on stderr. */
static void a_deadline_ends_one_that_talks(void **state)
{
    struct trial trial = {.run.deadline_ms = 300};

    (void)state;
    try_line(&trial, "yes >&2");
    assert_fails(&trial, PG_KUBE_PLUGIN_TIMEOUT, "it was ended");
    assert_true(trial.took_ms < 5000);
    forget(&trial);
}

static void too_long_an_answer(void **state)
{
    struct trial trial = {0};

    (void)state;
    try_line(&trial, "yes");
    assert_fails(&trial, PG_KUBE_PLUGIN_FAILED, "printed more than 1048576 bytes; it was ended");
    assert_true(trial.took_ms < 10000);
    forget(&trial);
}

static void *press_later(void *context)
{
    usleep(200000);
    assert_int_equal(write(*(int *)context, "x", 1), 1);
    return NULL;
}

static void cancelled(void **state)
{
    int ends[2];
    pthread_t thread;
    struct trial trial = {0};

    (void)state;
    assert_int_equal(pipe(ends), 0);
    trial.run.cancel = ends[0];
    assert_int_equal(pthread_create(&thread, NULL, press_later, &ends[1]), 0);
    try_line(&trial, "echo $$ >&2; sleep 60");
    pthread_join(thread, NULL);
    assert_fails(&trial, PG_KUBE_CANCELLED, "was cancelled");
    assert_true(trial.took_ms < 5000);
    assert_true(is_gone(strtol(pg_buf_text(&trial.said), NULL, 10)));
    close(ends[0]);
    close(ends[1]);
    forget(&trial);
}

static void ends_that_are_no_answer(void **state)
{
    static const struct {
        const char *line, *words;
    } cases[] = {
        {ANSWER "exit 3", "failed with exit code 3"},
        {ANSWER "kill -9 $$", "was ended by signal 9"},
        {"", "its answer is empty"},
        {"echo hello", "its answer is no JSON"},
        {ANSWER ANSWER, "its answer is no JSON"},
    };

    (void)state;
    for (size_t i = 0; i < PG_COUNT(cases); i++) {
        struct trial trial = {0};
        try_line(&trial, cases[i].line);
        assert_fails(&trial, PG_KUBE_PLUGIN_FAILED, cases[i].words);
        forget(&trial);
    }
}

/* What to do is in the last line that says something. */
static void a_failure_ends_with_what_it_said_last(void **state)
{
    struct trial trial = {0};

    (void)state;
    try_line(&trial, "echo first >&2; printf 'error: run \033 login\n\n  \n' >&2; exit 7");
    assert_fails(&trial, PG_KUBE_PLUGIN_FAILED, "");
    assert_string_equal(trial.err.text,
                        "the plugin /bin/sh failed with exit code 7: error: run \\x1b login");
    /* Of an earlier run nothing is told. */
    try_line(&trial, "exit 8");
    assert_string_equal(trial.err.text, "the plugin /bin/sh failed with exit code 8");
    try_line(&trial, "printf '%0500d' 1 >&2; exit 7");
    assert_fails(&trial, PG_KUBE_PLUGIN_FAILED, "exit code 7: 0000");
    assert_in_range(strlen(trial.err.text), 240, 260);
    forget(&trial);
}

/* --- that can't be run ------------------------------------------------------------------------- */

static void not_there(void **state)
{
    struct trial trial = {.exec = {.command = "/nonexistent/plugin", .install_hint = "Get it."}};

    (void)state;
    try_exec(&trial, &plain_env);
    assert_fails(&trial, PG_KUBE_PLUGIN_MISSING, "/nonexistent/plugin was not found\nGet it.");
    trial.exec.command = "polgrid-no-such-plugin";
    trial.exec.install_hint = NULL;
    try_exec(&trial, &plain_env);
    assert_fails(&trial, PG_KUBE_PLUGIN_MISSING, "polgrid-no-such-plugin was not found in $PATH");
    trial.exec.command = "/usr"; /* a directory */
    try_exec(&trial, &plain_env);
    assert_fails(&trial, PG_KUBE_PLUGIN_MISSING, "was not found");
    forget(&trial);
}

static void no_program_for_the_system(void **state)
{
    char path[] = "/tmp/polgrid-plugin-XXXXXX";
    int fd = mkstemp(path);
    struct trial trial = {.exec = {.command = path}};

    (void)state;
    assert_true(fd >= 0);
    assert_int_equal(write(fd, "no program\n", 11), 11);
    assert_int_equal(fchmod(fd, 0700), 0);
    close(fd);
    try_exec(&trial, &plain_env);
    unlink(path);
    assert_fails(&trial, PG_KUBE_PLUGIN_FAILED, strerror(ENOEXEC));
    forget(&trial);
}

/* --- what it is told --------------------------------------------------------------------------- */

static void its_environment(void **state)
{
    struct pg_kube_env_var more[] = {{"A", {0}}, {"B", {0}}, {"KUBERNETES_EXEC_INFO", {0}}};
    struct trial trial = {.exec = {.env = more, .nenv = PG_COUNT(more)}};

    (void)state;
    for (size_t i = 0; i < PG_COUNT(more); i++)
        pg_secret_set(&more[i].value, "in ner", 6);
    try_line(&trial, "echo \"$A,$B\" >&2; env | grep -c '^A=' >&2; echo \"$KUBERNETES_EXEC_INFO\" "
                     ">&2; " ANSWER);
    assert_true(trial.ok);
    assert_string_equal(pg_buf_text(&trial.said),
                        "in ner,in ner\n1\n{\"kind\":\"ExecCredential\",\"apiVersion\":\"" V1
                        "\",\"spec\":{\"interactive\":false}}\n");
    for (size_t i = 0; i < PG_COUNT(more); i++)
        pg_secret_wipe(&more[i].value);
    forget(&trial);
}

static void the_cluster_and_the_version(void **state)
{
    struct trial trial = {
        .exec = {.api_version = V1 "beta1", .cluster_info = "{\"server\":\"https://k8s.test\"}"}};

    (void)state;
    try_line(&trial, "echo \"$KUBERNETES_EXEC_INFO\" >&2; " ANSWER);
    assert_string_equal(pg_buf_text(&trial.said),
                        "{\"kind\":\"ExecCredential\",\"apiVersion\":\"" V1 "beta1\",\"spec\":{"
                        "\"cluster\":{\"server\":\"https://k8s.test\"},\"interactive\":false}}\n");
    assert_fails(&trial, PG_KUBE_PLUGIN_FAILED,
                 "answers in " V1 ", and the kubeconfig says " V1 "beta1");
    forget(&trial);
}

static void interactive_or_not(void **state)
{
    static const struct {
        enum pg_kube_interactive mode;
        bool terminal, runs, interactive;
    } cases[] = {
        {PG_KUBE_NEVER, false, true, false},        {PG_KUBE_NEVER, true, true, false},
        {PG_KUBE_IF_AVAILABLE, false, true, false}, {PG_KUBE_IF_AVAILABLE, true, true, true},
        {PG_KUBE_ALWAYS, false, false, false},      {PG_KUBE_ALWAYS, true, true, true},
    };

    (void)state;
    for (size_t i = 0; i < PG_COUNT(cases); i++) {
        struct trial trial = {.exec = {.interactive = cases[i].mode}};
        trial.run.terminal = cases[i].terminal;
        try_line(&trial, "echo \"$KUBERNETES_EXEC_INFO\" >&2; " ANSWER);
        assert_int_equal(trial.ok, cases[i].runs);
        if (!cases[i].runs)
            assert_fails(&trial, PG_KUBE_PLUGIN_TERMINAL, "needs a terminal");
        else
            assert_non_null(strstr(pg_buf_text(&trial.said), cases[i].interactive
                                                                 ? "\"interactive\":true"
                                                                 : "\"interactive\":false"));
        forget(&trial);
    }
}

/* Somebody who types a code takes longer than any deadline. */
static void no_deadline_while_somebody_types(void **state)
{
    struct trial trial = {.exec = {.interactive = PG_KUBE_IF_AVAILABLE}};

    (void)state;
    trial.run.terminal = true;
    trial.run.deadline_ms = 100;
    try_line(&trial, "sleep 0.4; " ANSWER);
    assert_true(trial.ok);
    forget(&trial);
}

/* --- the answer -------------------------------------------------------------------------------- */

static bool parse(const char *text, struct exec_answer *answer, struct pg_err *err)
{
    const struct pg_kube_exec exec = {.api_version = V1, .command = "p"};

    return pg_exec_plugin_parse(&exec, text, strlen(text), answer, err);
}

#define HEAD "{\"kind\":\"ExecCredential\",\"apiVersion\":\"" V1 "\""

static void answers_that_are_taken(void **state)
{
    struct exec_answer answer;
    struct pg_err err;

    (void)state;
    assert_true(parse(HEAD ",\"status\":{\"clientCertificateData\":\"C\",\"clientKeyData\":\"K\","
                           "\"token\":null,\"expirationTimestamp\":\"2023-11-14T22:13:20Z\"}}",
                      &answer, &err));
    assert_null(answer.token.p);
    assert_string_equal(answer.cert.p, "C");
    assert_string_equal(answer.key.p, "K");
    assert_int_equal(answer.expires_ms, 1700000000000);
    pg_exec_plugin_wipe(&answer);
    assert_true(parse(HEAD ",\"spec\":{},\"more\":1,\"status\":{\"token\":\"t\",\"x\":[]}}\n",
                      &answer, &err));
    assert_string_equal(answer.token.p, "t");
    pg_exec_plugin_wipe(&answer);
}

static void answers_that_are_refused(void **state)
{
    static const struct {
        const char *text, *words;
    } cases[] = {
        {"", "is empty"},
        {"[]", "is no ExecCredential"},
        {"\"x\"", "is no JSON"},
        {HEAD, "is no JSON"},
        {HEAD "}", "has no status"},
        {HEAD ",\"status\":null}", "has no status"},
        {HEAD ",\"status\":[\"t\"]}", "has no status"},
        {HEAD ",\"status\":{}}", "has neither token nor certificate"},
        {HEAD ",\"status\":{\"token\":\"\"}}", "has neither token nor certificate"},
        {HEAD ",\"status\":{\"token\":7}}", "has a field of status that is no string"},
        {HEAD ",\"status\":{\"token\":\"t\",\"clientKeyData\":{}}}", "that is no string"},
        {HEAD ",\"status\":{\"clientKeyData\":\"K\"}}", "one of clientCertificateData and"},
        {HEAD ",\"status\":{\"token\":\"t\",\"clientCertificateData\":\"C\"}}", "not both"},
        {HEAD ",\"status\":{\"token\":\"a\\nb\"}}", "a token with line ends"},
        {HEAD ",\"status\":{\"token\":\"t\",\"expirationTimestamp\":\"tomorrow\"}}", "RFC 3339"},
        {HEAD ",\"status\":{\"token\":\"t\",\"expirationTimestamp\":1700000000}}", "RFC 3339"},
        {"{\"status\":{\"token\":\"t\"}}", "is no ExecCredential"},
        {"{\"kind\":\"Secret\",\"status\":{\"token\":\"t\"}}", "is no ExecCredential"},
        {"{\"kind\":\"ExecCredential\",\"status\":{\"token\":\"t\"}}", "answers in no apiVersion"},
        {"{\"kind\":\"ExecCredential\",\"apiVersion\":\"v1\",\"status\":{\"token\":\"t\"}}",
         "answers in v1, and the kubeconfig says " V1},
    };

    (void)state;
    for (size_t i = 0; i < PG_COUNT(cases); i++) {
        struct exec_answer answer;
        struct pg_err err;
        if (parse(cases[i].text, &answer, &err))
            fail_msg("%s is taken", cases[i].text);
        if (!strstr(err.text, cases[i].words))
            fail_msg("%s: %s", cases[i].text, err.text);
        assert_true(!answer.token.p && !answer.cert.p && !answer.key.p);
    }
}

static void times(void **state)
{
    static const struct {
        const char *text;
        int64_t ms;
    } good[] = {
        {"1970-01-01T00:00:00Z", 0},
        {"1969-12-31T23:59:59Z", -1000},
        {"2023-11-14T22:13:20Z", 1700000000000},
        {"2023-11-14T22:13:20.5Z", 1700000000500},
        {"2023-11-14T22:13:20.123456789Z", 1700000000123},
        {"2023-11-14T23:13:20+01:00", 1700000000000},
        {"2023-11-14T18:43:20-03:30", 1700000000000},
        {"2024-02-29T00:00:00Z", 1709164800000},
        {"2000-02-29T12:00:00Z", 951825600000},
        {"9999-12-31T23:59:59Z", 253402300799000},
    };
    static const char *const bad[] = {
        "",
        "2023-11-14",
        "2023-11-14 22:13:20Z",
        "2023-11-14T22:13:20",
        "2023-11-14T22:13Z",
        "2023-11-14T22:13:20.Z",
        "2023-11-14T22:13:20Z ",
        "2023-11-14T22:13:20+0100",
        "2023-11-14T22:13:20+24:00",
        "2023-13-14T22:13:20Z",
        "2023-00-14T22:13:20Z",
        "2023-02-29T22:13:20Z",
        "1900-02-29T22:13:20Z",
        "2023-11-31T22:13:20Z",
        "2023-11-14T24:00:00Z",
        "2023-11-14T22:60:20Z",
        "23-11-14T22:13:20Z",
        "+023-11-14T22:13:20Z",
    };

    (void)state;
    for (size_t i = 0; i < PG_COUNT(good); i++) {
        int64_t ms;
        assert_true(pg_exec_plugin_time(good[i].text, &ms));
        assert_int_equal(ms, good[i].ms);
    }
    for (size_t i = 0; i < PG_COUNT(bad); i++) {
        int64_t ms;
        if (pg_exec_plugin_time(bad[i], &ms))
            fail_msg("%s is taken", bad[i]);
    }
}

/* --- several threads --------------------------------------------------------------------------- */

struct asking {
    struct pg_kube_creds *creds;
    bool ok;
};

static void *ask(void *context)
{
    struct asking *asking = context;
    struct pg_kube_run run = {.cancel = -1, .deadline_ms = 20000};
    struct pg_kube_auth auth = {0};
    struct pg_err err;

    asking->ok =
        pg_kube_creds_get(asking->creds, &run, &auth, &err) && strcmp(auth.token.p, "t") == 0;
    pg_kube_auth_wipe(&auth);
    return NULL;
}

/* A plugin that opens a browser opens one, however many lists are read at once. */
static void many_ask_and_it_runs_once(void **state)
{
    char path[] = "/tmp/polgrid-plugin-XXXXXX", line[200];
    int fd = mkstemp(path);
    const char *const args[] = {"-c", line};
    struct pg_kube_exec exec = {.api_version = V1, .command = "/bin/sh", .args = args, .nargs = 2};
    struct pg_kube_target target = {.tls = true, .exec = &exec};
    struct asking asking[4];
    pthread_t threads[PG_COUNT(asking)];
    struct pg_kube_creds *creds = pg_kube_creds_new(&target, &plain_env);
    struct stat info;

    (void)state;
    assert_true(fd >= 0);
    snprintf(line, sizeof line, "echo x >>%s; sleep 0.2; " ANSWER, path);
    for (size_t i = 0; i < PG_COUNT(asking); i++) {
        asking[i] = (struct asking){.creds = creds};
        assert_int_equal(pthread_create(&threads[i], NULL, ask, &asking[i]), 0);
    }
    for (size_t i = 0; i < PG_COUNT(asking); i++) {
        pthread_join(threads[i], NULL);
        assert_true(asking[i].ok);
    }
    assert_int_equal(fstat(fd, &info), 0);
    assert_int_equal(info.st_size, 2);
    close(fd);
    unlink(path);
    pg_kube_creds_free(creds);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_answer),
        cmocka_unit_test(no_descriptor_but_three),
        cmocka_unit_test(who_waits_is_told_once),
        cmocka_unit_test(a_failure_ends_with_what_it_said_last),
        cmocka_unit_test(what_it_leaves_running_is_not_waited_for),
        cmocka_unit_test(standard_input_is_empty),
        cmocka_unit_test(much_to_say_is_cut_and_cleaned),
        cmocka_unit_test(a_deadline_ends_it_and_its_children),
        cmocka_unit_test(a_deadline_ends_one_that_does_not_want_to),
        cmocka_unit_test(a_deadline_ends_one_that_talks),
        cmocka_unit_test(too_long_an_answer),
        cmocka_unit_test(cancelled),
        cmocka_unit_test(ends_that_are_no_answer),
        cmocka_unit_test(not_there),
        cmocka_unit_test(no_program_for_the_system),
        cmocka_unit_test(its_environment),
        cmocka_unit_test(the_cluster_and_the_version),
        cmocka_unit_test(interactive_or_not),
        cmocka_unit_test(no_deadline_while_somebody_types),
        cmocka_unit_test(answers_that_are_taken),
        cmocka_unit_test(answers_that_are_refused),
        cmocka_unit_test(times),
        cmocka_unit_test(many_ask_and_it_runs_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
