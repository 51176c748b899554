/*
 * The cases of tests/live/kubeconfig/cases: each in a directory of its own, resolved, and held against
 * what client-go does. The format is described at the top of that file.
 */
#include "unit.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "polgrid/base64.h"
#include "polgrid/kubeconfig.h"
#include "polgrid/vec.h"

#define MAX_CASES 400
#define MAX_VARS  40
#define MAX_ARGS  40

static const char pem[] = "-----BEGIN CERTIFICATE-----\nMAo=\n-----END CERTIFICATE-----\n";

static char *source; /* the file of cases, cut into lines */

struct pair {
    const char *name, *value;
};

struct world {
    struct pg_arena *arena;
    char dir[64];
    struct pair sets[MAX_VARS], env[MAX_VARS];
    int nsets, nenv;
    int64_t now_ms;
    bool ran, loaded;
    struct pg_kube_env kube_env;
    struct pg_kube_target target;
    struct pg_kube_creds *creds;
    struct pg_kube_auth auth;
    struct pg_err err;
    struct pg_buf said, facts;
};

/* --- the world of a case ----------------------------------------------------------------------- */

static const char *find(const struct pair *pairs, int n, const char *name)
{
    for (int i = n - 1; i >= 0; i--)
        if (strcmp(pairs[i].name, name) == 0)
            return pairs[i].value;
    return NULL;
}

static const char *get_env(void *context, const char *name)
{
    struct world *world = context;

    return find(world->env, world->nenv, name);
}

static int64_t get_now(void *context)
{
    return ((struct world *)context)->now_ms;
}

static char *path_in(struct world *world, const char *name)
{
    return pg_arena_printf(world->arena, "%s/%s", world->dir, name);
}

static void write_file(struct world *world, const char *name, const char *text, size_t n)
{
    char *path = path_in(world, name);
    FILE *file = fopen(path, "w");

    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, n, file), n);
    assert_int_equal(fclose(file), 0);
    chmod(path, 0700); /* it may be a plugin */
}

/* $DIR, $PEM (base64) and the variables of `set`; \n and \xNN where `escapes`. */
static char *expand(struct world *world, const char *text, bool escapes, size_t *length)
{
    struct pg_buf out = {0}, b64 = {0};
    char *kept;

    pg_base64_encode(&b64, pem, sizeof pem - 1);
    while (*text) {
        if (escapes && text[0] == '\\' && text[1] == 'n') {
            pg_buf_putc(&out, '\n');
            text += 2;
        } else if (escapes && text[0] == '\\' && text[1] == 'x') {
            char digits[3] = {text[2], text[3], '\0'};
            pg_buf_putc(&out, (char)strtol(digits, NULL, 16));
            text += 4;
        } else if (strncmp(text, "$DIR", 4) == 0) {
            pg_buf_puts(&out, world->dir);
            text += 4;
        } else if (strncmp(text, "$PEM", 4) == 0) {
            pg_buf_puts(&out, b64.p);
            text += 4;
        } else {
            pg_buf_putc(&out, *text++);
        }
    }
    *length = out.n;
    kept = pg_arena_strndup(world->arena, pg_buf_text(&out), out.n);
    pg_buf_free(&out);
    pg_buf_free(&b64);
    return kept;
}

static const char *set_or(const struct world *world, const char *name, const char *fallback)
{
    const char *value = find(world->sets, world->nsets, name);

    return value ? value : fallback;
}

/* The kubeconfig that most cases vary. */
static void write_config(struct world *world, const char *name)
{
    const char *more = set_or(world, "cluster", ""), *space = set_or(world, "context", "");
    const char *ca = set_or(world, "ca", "certificate-authority-data: $PEM");
    size_t n;
    char *text = pg_arena_printf(world->arena,
                                 "apiVersion: v1\nkind: %s\ncurrent-context: %s\n"
                                 "clusters: [{name: c, cluster: {server: \"%s\"%s%s%s%s}}]\n"
                                 "contexts: [{name: %s, context: {cluster: c, user: %s%s%s}}]\n"
                                 "users: [{name: u, user: {%s}}]\n",
                                 set_or(world, "kind", "Config"), set_or(world, "current", "c"),
                                 set_or(world, "server", "https://k8s.test:6443"), *ca ? ", " : "",
                                 ca, *more ? ", " : "", more, set_or(world, "name", "c"),
                                 set_or(world, "refers", "u"), *space ? ", " : "", space,
                                 set_or(world, "user", "token: reader"));

    text = expand(world, text, false, &n);
    write_file(world, name, text, n);
}

/* --- what came of it --------------------------------------------------------------------------- */

/* Paths in the case's directory are shown relative to it. */
static void fact(struct world *world, const char *name, const char *value)
{
    size_t n = strlen(world->dir);

    if (!value)
        return;
    pg_buf_printf(&world->facts, "%s ", name);
    for (; *value; value++) {
        if (strncmp(value, world->dir, n) == 0 && value[n] == '/')
            value += n + 1;
        pg_buf_putc(&world->facts, *value == '\n' ? '~' : *value);
    }
    pg_buf_putc(&world->facts, '\n');
}

static void secret_fact(struct world *world, const char *name, const struct pg_secret *secret)
{
    if (secret->n)
        fact(world, name, strcmp(secret->p, pem) == 0 ? "PEM" : secret->p);
}

static void exec_facts(struct world *world, const struct pg_kube_exec *exec)
{
    static const char *const modes[] = {"Never", "IfAvailable", "Always"};

    if (!exec)
        return;
    fact(world, "exec", exec->command);
    fact(world, "exec-mode", modes[exec->interactive]);
    fact(world, "exec-hint", exec->install_hint);
    fact(world, "exec-cluster", exec->cluster_info);
    for (uint32_t i = 0; i < exec->nargs; i++)
        fact(world, "exec-arg", exec->args[i]);
}

static void target_facts(struct world *world)
{
    const struct pg_kube_target *target = &world->target;
    uint32_t n;
    const char *const *headers = pg_kube_impersonate(world->arena, target, &n);

    fact(world, "context", target->context);
    fact(world, "cluster", target->cluster);
    fact(world, "user", target->user);
    fact(world, "namespace", target->namespace_);
    fact(world, "namespace-given", target->namespace_given ? "yes" : "no");
    fact(world, "server", target->url);
    fact(world, "host", target->host);
    fact(world, "port", pg_arena_printf(world->arena, "%u", target->port));
    fact(world, "path", target->path);
    fact(world, "tls", target->tls ? "yes" : "no");
    fact(world, "tls-name", target->tls_server_name);
    fact(world, "insecure", target->insecure ? "yes" : "no");
    fact(world, "pod", target->in_cluster ? "yes" : "no");
    secret_fact(world, "ca", &target->ca);
    fact(world, "ca-file", target->ca_file);
    fact(world, "proxy-url", target->proxy_url);
    fact(world, "compression", target->disable_compression ? "no" : "yes");
    fact(world, "timeout",
         pg_arena_printf(world->arena, "%lld", (long long)target->request_timeout_ms));
    secret_fact(world, "token", &target->token);
    fact(world, "token-file", target->token_file);
    fact(world, "username", target->username);
    secret_fact(world, "password", &target->password);
    secret_fact(world, "cert", &target->cert);
    secret_fact(world, "key", &target->key);
    fact(world, "cert-file", target->cert_file);
    fact(world, "key-file", target->key_file);
    exec_facts(world, target->exec);
    for (uint32_t i = 0; i < n; i++)
        fact(world, "header", headers[i]);
    fact(world, "changed", pg_kube_changed(target) ? "yes" : "no");
}

static bool has_fact(const struct world *world, const char *line)
{
    const char *p = pg_buf_text(&world->facts);
    size_t n = strlen(line);

    for (; (p = strstr(p, line)) != NULL; p++)
        if ((p == world->facts.p || p[-1] == '\n') && p[n] == '\n')
            return true;
    return false;
}

/* Whether a fact of that name is there at all. */
static bool has_name(const struct world *world, const char *name)
{
    const char *p = pg_buf_text(&world->facts);
    size_t n = strlen(name);

    for (; (p = strstr(p, name)) != NULL; p++)
        if ((p == world->facts.p || p[-1] == '\n') && p[n] == ' ')
            return true;
    return false;
}

/* --- steps ------------------------------------------------------------------------------------- */

static void set_flag(struct pg_kube_flags *flags, const char *name, const char *value,
                     const char **groups, const char **extras)
{
    const struct {
        const char *name;
        const char **place;
    } plain[] = {{"kubeconfig", &flags->kubeconfig},
                 {"context", &flags->context},
                 {"cluster", &flags->cluster},
                 {"user", &flags->user},
                 {"namespace", &flags->namespace_},
                 {"server", &flags->server},
                 {"token", &flags->token},
                 {"as", &flags->as},
                 {"as-uid", &flags->as_uid},
                 {"tls-server-name", &flags->tls_server_name},
                 {"certificate-authority", &flags->certificate_authority},
                 {"client-certificate", &flags->client_certificate},
                 {"client-key", &flags->client_key},
                 {"request-timeout", &flags->request_timeout}};

    if (strcmp(name, "insecure-skip-tls-verify") == 0) {
        flags->insecure_skip_tls_verify = true;
        return;
    }
    if (strcmp(name, "disable-compression") == 0) {
        flags->disable_compression = true;
        return;
    }
    if (strcmp(name, "as-group") == 0) {
        groups[flags->nas_groups++] = value;
        return;
    }
    if (strcmp(name, "as-user-extra") == 0) {
        extras[flags->nas_user_extra++] = value;
        return;
    }
    for (size_t i = 0; i < PG_COUNT(plain); i++) {
        if (strcmp(plain[i].name, name) == 0) {
            *plain[i].place = value;
            return;
        }
    }
    fail_msg("no flag %s", name);
}

/* run [NAME=VALUE|NAME]… */
static void run(struct world *world, char *text)
{
    const char *groups[MAX_ARGS], *extras[MAX_ARGS];
    struct pg_kube_flags flags = {.as_groups = groups, .as_user_extra = extras};
    char *save = NULL;

    for (char *word = strtok_r(text, " ", &save); word; word = strtok_r(NULL, " ", &save)) {
        char *equals = strchr(word, '=');
        if (equals)
            *equals = '\0';
        set_flag(&flags, word, equals ? equals + 1 : NULL, groups, extras);
    }
    pg_buf_clear(&world->facts);
    pg_kube_creds_free(world->creds);
    world->creds = NULL;
    if (world->loaded)
        pg_kube_target_wipe(&world->target);
    world->ran = true;
    world->loaded =
        pg_kube_load(world->arena, &flags, &world->kube_env, &world->target, &world->err);
    if (world->loaded)
        target_facts(world);
}

/* auth: asks for the credentials; their facts come to those that are there. */
static void auth(struct world *world)
{
    struct pg_kube_run how = {.cancel = -1, .said = &world->said, .deadline_ms = 20000};

    assert_true(world->loaded);
    if (!world->creds)
        world->creds = pg_kube_creds_new(&world->target, &world->kube_env);
    pg_buf_clear(&world->said);
    pg_buf_clear(&world->facts);
    if (!pg_kube_creds_get(world->creds, &how, &world->auth, &world->err)) {
        fact(world, "auth-fails", world->err.text);
        fact(world, "trouble", pg_arena_printf(world->arena, "%d", how.trouble));
    } else {
        secret_fact(world, "sends-token", &world->auth.token);
        secret_fact(world, "sends-cert", &world->auth.cert);
        secret_fact(world, "sends-key", &world->auth.key);
        fact(world, "generation",
             pg_arena_printf(world->arena, "%llu", (unsigned long long)world->auth.generation));
    }
    fact(world, "said", pg_buf_text(&world->said));
}

static void put(struct world *world, struct pair *pairs, int *n, char *text, char separator)
{
    char *value = strchr(text, separator);
    size_t length;

    assert_true(*n < MAX_VARS);
    pairs[*n].name = value ? pg_arena_strndup(world->arena, text, (size_t)(value - text)) : text;
    pairs[(*n)++].value =
        value ? expand(world, value + 1, false, &length) : pg_arena_strdup(world->arena, "");
}

static void text_file(struct world *world, char *text, bool escapes)
{
    char *space = strchr(text, ' ');
    size_t n = 0;
    char *what = space ? expand(world, space + 1, escapes, &n) : NULL;

    if (space)
        *space = '\0';
    write_file(world, text, what ? what : "", n);
}

static void expect(bool holds, const struct world *world, const char *line)
{
    if (!holds)
        print_error("%s\n%s%s\n", line, pg_buf_text(&world->facts),
                    world->loaded ? "" : world->err.text);
    assert_true(holds);
}

static bool starts(char *line, const char *word, char **rest)
{
    size_t n = strlen(word);

    if (strncmp(line, word, n) != 0 || (line[n] && line[n] != ' '))
        return false;
    *rest = line[n] ? line + n + 1 : line + n;
    return true;
}

static void check_step(struct world *world, char *line)
{
    char *rest;
    size_t length;

    if (starts(line, "fails", &rest))
        expect(world->ran && !world->loaded &&
                   strstr(world->err.text, expand(world, rest, false, &length)),
               world, line);
    else if (starts(line, "is", &rest))
        expect(has_fact(world, rest), world, line);
    else if (starts(line, "holds", &rest))
        expect(strstr(pg_buf_text(&world->facts), rest) != NULL, world, line);
    else if (starts(line, "no", &rest))
        expect(world->ran && world->loaded && !has_name(world, rest), world, line);
    else
        fail_msg("what is: %s", line);
}

static void step(struct world *world, char *line)
{
    char *rest;

    if (starts(line, "set", &rest))
        put(world, world->sets, &world->nsets, rest, ' ');
    else if (starts(line, "env", &rest))
        put(world, world->env, &world->nenv, rest, '=');
    else if (starts(line, "write", &rest))
        write_config(world, rest);
    else if (starts(line, "text", &rest))
        text_file(world, rest, true);
    else if (starts(line, "script", &rest))
        text_file(world, rest, true);
    else if (starts(line, "mkdir", &rest))
        assert_int_equal(mkdir(path_in(world, rest), 0700), 0);
    else if (starts(line, "remove", &rest))
        assert_int_equal(unlink(path_in(world, rest)), 0);
    else if (starts(line, "later", &rest))
        world->now_ms += 1000 * strtol(rest, NULL, 10);
    else if (starts(line, "run", &rest))
        run(world, rest);
    else if (starts(line, "auth", &rest))
        auth(world);
    else if (starts(line, "again", &rest)) {
        pg_buf_clear(&world->facts);
        target_facts(world);
    } else if (starts(line, "refused", &rest))
        fact(world, "may-help",
             pg_kube_creds_reject(world->creds, world->auth.version) ? "yes" : "no");
    else
        check_step(world, line);
}

/* --- a case ------------------------------------------------------------------------------------ */

static void begin(struct world *world)
{
    *world = (struct world){.arena = pg_arena_new(), .dir = "/tmp/polgrid-kubeconfig-XXXXXX"};
    assert_non_null(mkdtemp(world->dir));
    world->now_ms = 1700000000000;
    world->kube_env = (struct pg_kube_env){.get = get_env, .context = world, .cwd = world->dir};
    world->kube_env.home = path_in(world, "home");
    world->kube_env.service_account = path_in(world, "account");
    world->kube_env.now_ms = get_now;
    world->env[world->nenv++] =
        (struct pair){"PATH", pg_arena_printf(world->arena, "%s/bin:.:/usr/bin:/bin", world->dir)};
    assert_int_equal(mkdir(path_in(world, "home"), 0700), 0);
    assert_int_equal(mkdir(path_in(world, "home/.kube"), 0700), 0);
    assert_int_equal(mkdir(path_in(world, "sub"), 0700), 0);
    assert_int_equal(mkdir(path_in(world, "bin"), 0700), 0);
    write_file(world, "ca.crt", pem, sizeof pem - 1);
}

static void end(struct world *world)
{
    char *const argv[] = {(char[]){"rm"}, (char[]){"-rf"}, world->dir, NULL};
    pid_t child;

    pg_kube_auth_wipe(&world->auth);
    pg_kube_creds_free(world->creds);
    if (world->loaded)
        pg_kube_target_wipe(&world->target);
    child = fork();
    if (child == 0) {
        execv("/bin/rm", argv);
        _exit(127);
    }
    waitpid(child, NULL, 0);
    pg_buf_free(&world->said);
    pg_buf_free(&world->facts);
    pg_arena_free(world->arena);
}

static void run_case(void **state)
{
    struct world world;
    char *copy, *save = NULL, *text = *state;
    bool checked = false;

    begin(&world);
    copy = strdup(text);
    for (char *line = strtok_r(copy, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
        if (strncmp(line, "differs", 7) == 0 || *line == '#')
            continue;
        checked = checked || strncmp(line, "is ", 3) == 0 || strncmp(line, "fails ", 6) == 0;
        step(&world, line);
    }
    assert_true(checked); /* a case that expects nothing is none */
    free(copy);
    end(&world);
}

static char *read_cases(void)
{
    const char *top = getenv("PG_SRC");
    char path[4096];
    struct pg_secret text = {0};
    FILE *file;
    static char chunk[1 << 18];
    size_t n;

    snprintf(path, sizeof path, "%s/tests/live/kubeconfig/cases", top ? top : ".");
    file = fopen(path, "r");
    if (!file)
        return NULL;
    n = fread(chunk, 1, sizeof chunk - 1, file);
    fclose(file);
    pg_secret_set(&text, chunk, n);
    return text.p;
}

/* Cases begin with "case NAME"; what stands before the first is the description. */
static size_t cut(char *text, struct CMUnitTest *tests)
{
    size_t n = 0;
    char *p = strncmp(text, "case ", 5) == 0 ? text : strstr(text, "\ncase ");

    for (; p && n < MAX_CASES; n++) {
        char *name = (*p == '\n' ? p + 1 : p) + 5, *end_of_name = strchr(name, '\n');
        *p = '\0';
        *end_of_name = '\0';
        tests[n] = (struct CMUnitTest){name, run_case, NULL, NULL, end_of_name + 1};
        p = strstr(end_of_name + 1, "\ncase ");
    }
    return n;
}

int main(void)
{
    static struct CMUnitTest tests[MAX_CASES];
    size_t n;
    int failed;

    source = read_cases();
    if (!source) {
        fprintf(stderr, "tests/live/kubeconfig/cases: %s\n", strerror(errno));
        return 1;
    }
    n = cut(source, tests);
    failed = n < 100 ? 1 : _cmocka_run_group_tests("kubeconfig", tests, n, NULL, NULL);
    free(source);
    return failed;
}
