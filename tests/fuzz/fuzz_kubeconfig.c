/*
 * Any bytes as a kubeconfig, or as two where a byte 1 stands between them; and as what a plugin answers, a timeout, and
 * base64. What is taken keeps the promises of kubeconfig.h: whole URLs, no secrets over a connection that anybody can
 * read, nothing in a header that does not belong there.
 */
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <jansson.h>

#include "../../src/live/exec_plugin.h"
#include "../../src/live/kubeconfig_inner.h"
#include "fuzz.h"
#include "polgrid/base64.h"
#include "polgrid/kubeconfig.h"
#include "polgrid/text.h"

static char list[100]; /* $KUBECONFIG */

static const char *variable(void *context, const char *name)
{
    (void)context;
    if (strcmp(name, "KUBECONFIG") == 0)
        return list;
    return strcmp(name, "HTTPS_PROXY") == 0 ? "p.test" : NULL;
}

static const struct pg_kube_env env = {.get = variable,
                                       .cwd = "/nonexistent",
                                       .home = "/nonexistent",
                                       .service_account = "/nonexistent"};

/* --- promises ---------------------------------------------------------------------------------- */

static bool begins(const char *text, const char *with)
{
    return strncmp(text, with, strlen(with)) == 0;
}

static void check_line(const char *text)
{
    FUZZ_PROMISE(kube_is_printable(text, strlen(text)));
}

static void check_secret(const struct pg_secret *secret)
{
    FUZZ_PROMISE(!secret->p ? secret->n == 0 : secret->p[secret->n] == '\0');
}

static void check_server(const struct pg_kube_target *target)
{
    const char *scheme = target->tls ? "https://" : "http://", *host;
    size_t n = strlen(target->host);

    FUZZ_PROMISE(begins(target->url, scheme) && n > 0 && target->port > 0);
    host = target->url + strlen(scheme);
    host += *host == '[';
    FUZZ_PROMISE(strncmp(host, target->host, n) == 0 && !strpbrk(target->host, "/?#@[]"));
    FUZZ_PROMISE(!strpbrk(target->url, "?# @\"<>\\"));
    FUZZ_PROMISE(*target->path == '\0' || *target->path == '/');
    FUZZ_PROMISE(target->url[strlen(target->url) - 1] != '/');
    check_line(target->url);
    FUZZ_PROMISE(target->namespace_ && kube_is_namespace(target->namespace_));
    FUZZ_PROMISE(!(target->insecure && target->ca.n));
    FUZZ_PROMISE(!target->proxy_url || begins(strchr(target->proxy_url, ':'), "://"));
}

static void check_exec(const struct pg_kube_exec *exec)
{
    FUZZ_PROMISE(*exec->command && begins(exec->api_version, "client.authentication.k8s.io/v1"));
    for (uint32_t i = 0; i < exec->nargs; i++)
        FUZZ_PROMISE(exec->args[i] != NULL);
    for (uint32_t i = 0; i < exec->nenv; i++) {
        FUZZ_PROMISE(*exec->env[i].name && !strchr(exec->env[i].name, '='));
        check_secret(&exec->env[i].value);
        FUZZ_PROMISE(exec->env[i].value.p != NULL);
    }
    if (exec->cluster_info) {
        json_t *info = json_loads(exec->cluster_info, 0, NULL);
        FUZZ_PROMISE(json_is_object(info) && json_object_get(info, "server"));
        json_decref(info);
    }
}

static void check_user(const struct pg_kube_target *target)
{
    check_secret(&target->token);
    check_secret(&target->password);
    check_secret(&target->cert);
    check_secret(&target->key);
    check_line(target->token.p ? target->token.p : "");
    FUZZ_PROMISE(!target->cert.n == !target->key.n && !target->cert_file == !target->key_file);
    FUZZ_PROMISE(!target->username || (!target->token.n && !target->token_file));
    FUZZ_PROMISE(!target->exec || (!target->token.n && !target->username && !target->cert.n));
    FUZZ_PROMISE(target->tls || (!target->token.n && !target->token_file && !target->username &&
                                 !target->password.n && !target->cert.n && !target->exec));
    if (target->exec)
        check_exec(target->exec);
}

static void check_headers(struct pg_arena *arena, const struct pg_kube_target *target)
{
    uint32_t n;
    const char *const *headers = pg_kube_impersonate(arena, target, &n);

    FUZZ_PROMISE(target->as || n == 0);
    for (uint32_t i = 0; i < n; i++) {
        size_t name = strcspn(headers[i], ":");
        FUZZ_PROMISE(begins(headers[i], "Impersonate-") && begins(headers[i] + name, ": "));
        FUZZ_PROMISE(strcspn(headers[i], " \t\"(),/;<=>?@[\\]{}") > name);
        check_line(headers[i]);
    }
}

/* Every line can stand on a screen. */
static void check_words(const struct pg_kube_target *target, struct pg_buf *words)
{
    struct pg_buf clean = {0};
    const char *line = pg_buf_text(words), *end;

    pg_kube_describe(words, target);
    for (line = pg_buf_text(words); *line; line = end + 1) {
        end = strchr(line, '\n');
        FUZZ_PROMISE(end != NULL);
        pg_buf_clear(&clean);
        pg_text_clean(&clean, line, (size_t)(end - line));
        FUZZ_PROMISE(clean.n == (size_t)(end - line));
    }
    pg_buf_free(&clean);
}

/* --- readers ----------------------------------------------------------------------------------- */

static bool load(struct pg_buf *words)
{
    struct pg_arena *arena = pg_arena_new();
    const struct pg_kube_flags flags = {0};
    struct pg_kube_target target;
    struct pg_err err = {0};
    bool ok = pg_kube_load(arena, &flags, &env, &target, &err);

    if (ok) {
        check_server(&target);
        check_user(&target);
        check_headers(arena, &target);
        check_words(&target, words);
        pg_kube_proxy(arena, &target, &env, target.url);
        pg_kube_target_wipe(&target);
    } else {
        FUZZ_PROMISE(*err.text != '\0');
        FUZZ_PROMISE(!target.token.p && !target.password.p && !target.ca.p && !target.cert.p &&
                     !target.key.p && !target.exec);
        pg_buf_puts(words, err.text);
    }
    pg_arena_free(arena);
    return ok;
}

static int file_of(const uint8_t *data, size_t n)
{
    int fd = memfd_create("kubeconfig", MFD_CLOEXEC);

    FUZZ_PROMISE(fd >= 0 && write(fd, data, n) == (ssize_t)n);
    return fd;
}

static void read_configs(const uint8_t *data, size_t n)
{
    const uint8_t *mark = n ? memchr(data, 1, n) : NULL;
    size_t first = mark ? (size_t)(mark - data) : n;
    int a = file_of(data, first), b = file_of(mark ? mark + 1 : data, mark ? n - first - 1 : 0);
    struct pg_buf once = {0}, twice = {0};

    snprintf(list, sizeof list, "/proc/self/fd/%d:/proc/self/fd/%d", a, b);
    FUZZ_PROMISE(load(&once) == load(&twice));
    FUZZ_PROMISE(strcmp(pg_buf_text(&once), pg_buf_text(&twice)) == 0);
    pg_buf_free(&once);
    pg_buf_free(&twice);
    close(a);
    close(b);
}

static void read_answer(const char *text, size_t n)
{
    const struct pg_kube_exec exec = {.api_version = "client.authentication.k8s.io/v1",
                                      .command = "p"};
    struct exec_answer answer;
    struct pg_err err = {0};

    if (pg_exec_plugin_parse(&exec, text, n, &answer, &err)) {
        FUZZ_PROMISE(answer.token.n || answer.cert.n);
        FUZZ_PROMISE(!answer.cert.n == !answer.key.n);
        check_line(answer.token.p ? answer.token.p : "");
    } else {
        FUZZ_PROMISE(*err.text && !answer.token.p && !answer.cert.p && !answer.key.p);
    }
    pg_exec_plugin_wipe(&answer);
}

static void read_small_things(const uint8_t *data, size_t n)
{
    char *text = fuzz_text(data, n), *bytes = malloc(PG_BASE64_SIZE(n));
    struct pg_buf again = {0};
    struct pg_err err = {0};
    size_t length;
    int64_t ms = 0;

    FUZZ_PROMISE(bytes != NULL);
    FUZZ_PROMISE(!kube_timeout_parse(text, &ms, &err) || (ms >= 0 && ms <= 1000000000000));
    pg_exec_plugin_time(text, &ms);
    if (pg_base64_decode(text, n, bytes, &length)) {
        FUZZ_PROMISE(length < PG_BASE64_SIZE(n));
        pg_base64_encode(&again, bytes, length);
        FUZZ_PROMISE(again.n <= n && again.n == (length + 2) / 3 * 4);
    } else {
        FUZZ_PROMISE(length <= n);
    }
    pg_buf_free(&again);
    free(bytes);
    free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    if (n > 1 << 16)
        return 0;
    read_configs(data, n);
    read_answer((const char *)data, n);
    read_small_things(data, n);
    return 0;
}
