/* kubeconfig.h: credentials of a plugin that fails, is refused, expires; and somebody who logs in. */
#include "unit.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "polgrid/kubeconfig.h"

#define V1 "client.authentication.k8s.io/v1"
#define ANSWER                                                                                  \
    "echo '{\"kind\":\"ExecCredential\",\"apiVersion\":\"" V1 "\",\"status\":{\"token\":\"t\"}" \
    "}'; "

static const char *const variables[] = {"PATH=/usr/bin:/bin", NULL};

static const char *no_variable(void *context, const char *name)
{
    (void)context;
    (void)name;
    return NULL;
}

static const struct pg_kube_env plain_env = {.get = no_variable, .environ_ = variables};

static int64_t clock_ms = 1700000000000;

static int64_t read_clock(void *context)
{
    (void)context;
    return clock_ms;
}

/* Credentials of a plugin that notes its runs in a file. */
struct account {
    char path[40], line[300];
    const char *args[2];
    struct pg_kube_exec exec;
    struct pg_kube_target target;
    struct pg_kube_env env;
    struct pg_kube_creds *creds;
    struct pg_kube_run run;
    struct pg_kube_auth auth;
    struct pg_err err;
};

static void open_account(struct account *account, const char *line)
{
    *account =
        (struct account){.path = "/tmp/polgrid-plugin-XXXXXX", .env = plain_env, .run.cancel = -1};
    close(mkstemp(account->path));
    snprintf(account->line, sizeof account->line, "echo >>%s; %s", account->path, line);
    account->args[0] = "-c";
    account->args[1] = account->line;
    account->exec = (struct pg_kube_exec){
        .api_version = V1, .command = "/bin/sh", .args = account->args, .nargs = 2};
    account->target = (struct pg_kube_target){.tls = true, .exec = &account->exec};
    account->env.now_ms = read_clock;
    account->creds = pg_kube_creds_new(&account->target, &account->env);
}

static void close_account(struct account *account)
{
    pg_kube_auth_wipe(&account->auth);
    pg_kube_creds_free(account->creds);
    unlink(account->path);
}

static bool get(struct account *account)
{
    return pg_kube_creds_get(account->creds, &account->run, &account->auth, &account->err);
}

static long runs(const struct account *account)
{
    struct stat info;

    assert_int_equal(stat(account->path, &info), 0);
    return (long)info.st_size;
}

/* An account may be locked after a few failures. */
static void a_failure_is_remembered(void **state)
{
    static const int64_t waits[] = {10, 20, 40, 80, 160, 300, 300};
    struct account account;
    struct pg_kube_creds_state now;

    (void)state;
    open_account(&account, "exit 7");
    for (size_t i = 0; i < PG_COUNT(waits); i++) {
        assert_false(get(&account));
        assert_int_equal(account.run.trouble, PG_KUBE_PLUGIN_FAILED);
        assert_int_equal(runs(&account), i + 1);
        clock_ms += waits[i] * 1000 - 1;
        account.err.text[0] = '\0';
        assert_false(get(&account));
        assert_string_equal(account.err.text, "the plugin /bin/sh failed with exit code 7");
        assert_int_equal(account.run.trouble, PG_KUBE_PLUGIN_FAILED);
        assert_int_equal(runs(&account), i + 1);
        clock_ms++;
    }
    pg_kube_creds_state(account.creds, &now);
    assert_int_equal(now.trouble, PG_KUBE_PLUGIN_FAILED);
    assert_non_null(now.exec);
    assert_false(get(&account));
    pg_kube_creds_retry(account.creds);
    pg_kube_creds_state(account.creds, &now);
    assert_int_equal(now.trouble, PG_KUBE_FINE);
    assert_false(get(&account));
    assert_int_equal(runs(&account), PG_COUNT(waits) + 2);
    clock_ms += 10000; /* and from the beginning */
    assert_false(get(&account));
    assert_int_equal(runs(&account), PG_COUNT(waits) + 3);
    close_account(&account);
}

/* Whoever gave up before it began has not seen it fail. */
static void giving_up_is_no_failure(void **state)
{
    struct account account;
    int ends[2];

    (void)state;
    open_account(&account, ANSWER);
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(write(ends[1], "x", 1), 1);
    account.run.cancel = ends[0];
    assert_false(get(&account));
    assert_int_equal(account.run.trouble, PG_KUBE_CANCELLED);
    assert_int_equal(runs(&account), 0);
    account.run.cancel = -1;
    assert_true(get(&account));
    close(ends[0]);
    close(ends[1]);
    close_account(&account);
}

static void logging_in(void **state)
{
    struct account account;
    struct pg_kube_creds_state now;
    char flag[] = "/tmp/polgrid-flag-XXXXXX", line[200];

    (void)state;
    close(mkstemp(flag));
    snprintf(line, sizeof line, "[ -e %s ] || exit 7; " ANSWER, flag);
    open_account(&account, line);
    assert_true(get(&account));
    /* What was had before stays where it fails. */
    unlink(flag);
    assert_false(pg_kube_creds_login(account.creds, &account.run, &account.err));
    pg_kube_creds_state(account.creds, &now);
    assert_int_equal(now.trouble, PG_KUBE_FINE);
    assert_true(get(&account));
    assert_int_equal(runs(&account), 2);
    /* Refused, and not to be had anew: until somebody logs in. */
    assert_true(pg_kube_creds_reject(account.creds, account.auth.version));
    assert_false(get(&account));
    assert_false(pg_kube_creds_reject(account.creds, account.auth.version));
    pg_kube_creds_state(account.creds, &now);
    assert_true(now.refused && now.trouble == PG_KUBE_PLUGIN_FAILED);
    close(open(flag, O_CREAT | O_WRONLY, 0600));
    assert_false(get(&account));
    assert_true(pg_kube_creds_login(account.creds, &account.run, &account.err));
    pg_kube_creds_state(account.creds, &now);
    assert_true(!now.refused && now.trouble == PG_KUBE_FINE);
    assert_true(get(&account));
    unlink(flag);
    close_account(&account);
}

/* A clock that is wrong must not have it run for each request. */
static void an_answer_that_has_expired(void **state)
{
    struct account account;

    (void)state;
    open_account(
        &account,
        "echo '{\"kind\":\"ExecCredential\",\"apiVersion\":\"" V1
        "\",\"status\":{\"token\":\"t\",\"expirationTimestamp\":\"2020-01-01T00:00:00Z\"}}'");
    assert_true(get(&account));
    assert_true(get(&account));
    assert_int_equal(runs(&account), 1);
    clock_ms += 10000;
    assert_true(get(&account));
    assert_int_equal(runs(&account), 2);
    close_account(&account);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_failure_is_remembered),
        cmocka_unit_test(giving_up_is_no_failure),
        cmocka_unit_test(logging_in),
        cmocka_unit_test(an_answer_that_has_expired),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
