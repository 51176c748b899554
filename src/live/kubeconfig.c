#include "polgrid/kubeconfig.h"

#include <string.h>
#include <unistd.h>

#include "kubeconfig_inner.h"

#define MAX_NAMES 20 /* in a message */

/* A flag that is not empty. */
static const char *given(const char *flag)
{
    return flag && *flag ? flag : NULL;
}

/* --- the choice -------------------------------------------------------------------------------- */

/* "a, b and 3 more", or "none". */
static const char *names_of(struct kube_loading *loading, const struct kube_entries *entries)
{
    const char *names = "none";
    uint32_t n = entries->list.n, shown = n > MAX_NAMES ? MAX_NAMES : n;

    for (uint32_t i = 0; i < shown; i++)
        names = i ? pg_arena_printf(loading->arena, "%s, %s", names, entries->list.v[i].name)
                  : entries->list.v[i].name;
    return n > shown ? pg_arena_printf(loading->arena, "%s and %u more", names, n - shown) : names;
}

static bool choose_context(struct kube_loading *loading)
{
    const char *flag = given(loading->flags->context);
    const char *name = flag ? flag : loading->current;

    if (!name)
        return true;
    loading->context = kube_find(&loading->contexts, name);
    loading->target->context = name;
    if (loading->context)
        return true;
    if (flag)
        return pg_err_set(loading->err, "--context: there is no context \"%s\" in %s; contexts: %s",
                          name, kube_files_names(loading), names_of(loading, &loading->contexts));
    return pg_err_set(
        loading->err,
        "%s: current-context names \"%s\", which is no context there; choose one with "
        "--context: %s",
        loading->current_path, name, names_of(loading, &loading->contexts));
}

static bool choose_cluster(struct kube_loading *loading)
{
    const char *flag = given(loading->flags->cluster);
    const char *own = loading->context ? kube_string(loading->context->body, "cluster") : NULL;
    const char *name = flag ? flag : own;

    loading->target->cluster = name;
    loading->cluster = name ? kube_find(&loading->clusters, name) : NULL;
    if (loading->cluster || (!flag && given(loading->flags->server)))
        return true;
    if (flag)
        return pg_err_set(loading->err, "--cluster: there is no cluster \"%s\" in %s; clusters: %s",
                          name, kube_files_names(loading), names_of(loading, &loading->clusters));
    if (name)
        return pg_err_set(loading->err,
                          "%s: contexts[%s].context.cluster: there is no cluster \"%s\"; "
                          "clusters: %s",
                          loading->context->source->path, loading->context->name, name,
                          names_of(loading, &loading->clusters));
    if (loading->context)
        return pg_err_set(loading->err, "%s: contexts[%s].context names no cluster",
                          loading->context->source->path, loading->context->name);
    if (loading->contexts.list.n)
        return pg_err_set(loading->err, "%s: no current-context; choose one with --context: %s",
                          kube_files_names(loading), names_of(loading, &loading->contexts));
    return pg_err_set(loading->err,
                      "no cluster is configured: %s; use --kubeconfig, $KUBECONFIG or --server, "
                      "-f for files, or --demo",
                      kube_files_lack(loading));
}

static bool choose_user(struct kube_loading *loading)
{
    const struct pg_kube_flags *flags = loading->flags;
    const char *flag = given(flags->user);
    const char *own = loading->context ? kube_string(loading->context->body, "user") : NULL;
    const char *name = flag ? flag : own;

    loading->target->user = name;
    loading->user = name ? kube_find(&loading->users, name) : NULL;
    if (loading->user || !name)
        return true;
    if (flag)
        return pg_err_set(loading->err, "--user: there is no user \"%s\" in %s; users: %s", name,
                          kube_files_names(loading), names_of(loading, &loading->users));
    if (given(flags->token) || given(flags->client_certificate))
        return true;
    return pg_err_set(
        loading->err,
        "%s: contexts[%s].context.user: there is no user \"%s\"; give --user or --token; users: %s",
        loading->context->source->path, loading->context->name, name,
        names_of(loading, &loading->users));
}

static bool choose_namespace(struct kube_loading *loading, const char *fallback)
{
    static const char *const prefixes[] = {"ns/", "namespace/", "namespaces/"};
    struct pg_kube_target *target = loading->target;
    const char *flag = given(loading->flags->namespace_);
    const char *own = loading->context ? kube_string(loading->context->body, "namespace") : NULL;

    for (size_t i = 0; flag && i < sizeof prefixes / sizeof *prefixes; i++) {
        if (strncmp(flag, prefixes[i], strlen(prefixes[i])) == 0) {
            flag += strlen(prefixes[i]);
            break;
        }
    }
    target->namespace_given = flag || own;
    target->namespace_ = flag ? flag : own ? own : fallback;
    if (kube_is_namespace(target->namespace_))
        return true;
    if (flag)
        return pg_err_set(loading->err, "-n: \"%s\" can't be the name of a namespace", flag);
    if (own)
        return pg_err_set(
            loading->err,
            "%s: contexts[%s].context.namespace: \"%s\" can't be the name of a namespace",
            loading->context->source->path, loading->context->name, own);
    return pg_err_set(loading->err, "\"%s\" can't be the name of a namespace", fallback);
}

/* --- the cluster ------------------------------------------------------------------------------- */

const char *kube_cluster_where(struct kube_loading *loading)
{
    if (!loading->cluster)
        return "command line";
    return pg_arena_printf(loading->arena, "%s: clusters[%s].cluster",
                           loading->cluster->source->path, loading->cluster->name);
}

static const struct pg_tree *cluster_body(const struct kube_loading *loading)
{
    return loading->cluster ? loading->cluster->body : NULL;
}

static bool resolve_server(struct kube_loading *loading)
{
    const char *flag = given(loading->flags->server);
    const char *own = kube_string(cluster_body(loading), "server");
    const char *name = given(loading->flags->tls_server_name);
    struct pg_kube_target *target = loading->target;

    if (!flag && !own)
        return pg_err_set(loading->err, "%s.server is missing", kube_cluster_where(loading));
    target->tls_server_name = name   ? name
                              : flag ? NULL
                                     : kube_string(cluster_body(loading), "tls-server-name");
    if (flag)
        return kube_server_parse(loading, flag, "--server");
    return kube_server_parse(
        loading, own, pg_arena_printf(loading->arena, "%s.server", kube_cluster_where(loading)));
}

static bool load_ca_file(struct kube_loading *loading, const char *where)
{
    struct pg_kube_target *target = loading->target;
    struct pg_err why;

    if (!kube_file_read(&target->ca, target->ca_file, KUBE_MAX_PEM, &why))
        return pg_err_set(loading->err, "%s: %s", where, why.text);
    return true;
}

static bool check_ca(struct kube_loading *loading, const char *where)
{
    struct pg_kube_target *target = loading->target;

    if (target->ca.n == 0)
        return !target->ca_file ||
               pg_err_set(loading->err, "%s: %s is empty", where, target->ca_file);
    if (target->insecure)
        return pg_err_set(
            loading->err,
            "%s: a certificate authority and insecure-skip-tls-verify exclude each other", where);
    return memmem(target->ca.p, target->ca.n, "-----BEGIN ", 11) ||
           pg_err_set(loading->err, "%s: no certificate in PEM", where);
}

/* --certificate-authority and --insecure-skip-tls-verify stand for all that the config says of both. */
static bool resolve_ca(struct kube_loading *loading)
{
    struct pg_kube_target *target = loading->target;
    const struct pg_tree *body = cluster_body(loading);
    const char *file = given(loading->flags->certificate_authority);
    const char *where = kube_cluster_where(loading);

    target->insecure = loading->flags->insecure_skip_tls_verify;
    if (file || target->insecure) {
        target->ca_file = file ? kube_path_join(loading->arena, loading->cwd, file) : NULL;
        return !file || (load_ca_file(loading, "--certificate-authority") &&
                         check_ca(loading, "--certificate-authority"));
    }
    target->insecure = pg_document_truth(pg_document_get(body, "insecure-skip-tls-verify"));
    if (!kube_bytes(loading, body, "certificate-authority-data", &target->ca))
        return false;
    file = kube_string(body, "certificate-authority");
    if (file && target->ca.n)
        return pg_err_set(
            loading->err,
            "%s: certificate-authority and certificate-authority-data are both set; remove one",
            where);
    if (target->ca.n)
        return check_ca(loading,
                        pg_arena_printf(loading->arena, "%s.certificate-authority-data", where));
    if (!file)
        return true;
    where = pg_arena_printf(loading->arena, "%s.certificate-authority", where);
    target->ca_file = kube_path_join(loading->arena, loading->cluster->source->dir, file);
    return load_ca_file(loading, where) && check_ca(loading, where);
}

static bool resolve_proxy(struct kube_loading *loading)
{
    const char *url = kube_string(cluster_body(loading), "proxy-url");
    struct pg_err why;

    if (url && !kube_proxy_check(url, &why))
        return pg_err_set(loading->err, "%s.proxy-url: %s", kube_cluster_where(loading), why.text);
    loading->target->proxy_url = url ? pg_arena_strdup(loading->arena, url) : NULL;
    return true;
}

static bool resolve_cluster(struct kube_loading *loading)
{
    const struct pg_tree *body = cluster_body(loading);

    loading->target->disable_compression =
        loading->flags->disable_compression ||
        pg_document_truth(pg_document_get(body, "disable-compression"));
    return resolve_server(loading) && resolve_ca(loading) && resolve_proxy(loading);
}

/* --- in a pod ---------------------------------------------------------------------------------- */

#define SERVICE_ACCOUNT "/var/run/secrets/kubernetes.io/serviceaccount"

static const char *account_file(struct kube_loading *loading, const char *name)
{
    const char *dir = loading->env->service_account;

    return kube_path_join(loading->arena, dir ? dir : SERVICE_ACCOUNT, name);
}

/* Whether there is nothing but the pod that polgrid runs in to say which cluster. */
static bool is_in_cluster(struct kube_loading *loading)
{
    const struct pg_kube_flags *flags = loading->flags;
    struct pg_kube_file token = {.path = account_file(loading, "token")};

    if (loading->clusters.list.n || loading->users.list.n || loading->contexts.list.n ||
        loading->current || given(flags->kubeconfig) || given(flags->context) ||
        given(flags->cluster) || given(flags->user) || given(flags->server))
        return false;
    if (!kube_env_get(loading->env, "KUBERNETES_SERVICE_HOST") ||
        !kube_env_get(loading->env, "KUBERNETES_SERVICE_PORT"))
        return false;
    kube_file_stamp(&token);
    return token.exists;
}

static const char *pod_namespace(struct kube_loading *loading)
{
    const char *name = kube_env_get(loading->env, "POD_NAMESPACE");
    struct pg_secret text = {0};
    struct pg_err ignored;

    if (name)
        return name;
    if (kube_file_read(&text, account_file(loading, "namespace"), 4096, &ignored)) {
        kube_trim(&text);
        name = text.n ? pg_arena_strdup(loading->arena, text.p) : NULL;
    }
    pg_secret_wipe(&text);
    return name ? name : "default";
}

static bool resolve_pod(struct kube_loading *loading)
{
    struct pg_kube_target *target = loading->target;
    const char *host = kube_env_get(loading->env, "KUBERNETES_SERVICE_HOST");
    const char *port = kube_env_get(loading->env, "KUBERNETES_SERVICE_PORT");
    bool bare_ipv6 = strchr(host, ':') != NULL;
    const char *url = pg_arena_printf(loading->arena, "https://%s%s%s:%s", bare_ipv6 ? "[" : "",
                                      host, bare_ipv6 ? "]" : "", port);
    bool ok;

    target->in_cluster = true;
    target->insecure = loading->flags->insecure_skip_tls_verify;
    target->disable_compression = loading->flags->disable_compression;
    target->tls_server_name = given(loading->flags->tls_server_name);
    ok = kube_server_parse(loading, url, "$KUBERNETES_SERVICE_HOST and _PORT");
    if (ok && given(loading->flags->certificate_authority))
        return resolve_ca(loading);
    target->ca_file = target->insecure ? NULL : account_file(loading, "ca.crt");
    return ok && (target->insecure ||
                  (load_ca_file(loading, "in this pod") && check_ca(loading, "in this pod")));
}

/* --- all of it --------------------------------------------------------------------------------- */

/* What a flag or a tree holds must live as long as the target. */
static void keep_names(struct kube_loading *loading)
{
    struct pg_kube_target *target = loading->target;
    const char **kept[] = {&target->context, &target->cluster, &target->user, &target->namespace_,
                           &target->tls_server_name};

    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++)
        *kept[i] = *kept[i] ? pg_arena_strdup(loading->arena, *kept[i]) : NULL;
}

static bool resolve(struct kube_loading *loading)
{
    const char *timeout = given(loading->flags->request_timeout);

    if (timeout && !kube_timeout_parse(timeout, &loading->target->request_timeout_ms, loading->err))
        return false;
    if (!kube_files_load(loading))
        return false;
    if (is_in_cluster(loading))
        return choose_namespace(loading, pod_namespace(loading)) && resolve_pod(loading) &&
               kube_user_resolve(loading);
    return choose_context(loading) && choose_cluster(loading) && choose_user(loading) &&
           choose_namespace(loading, "default") && resolve_cluster(loading) &&
           kube_user_resolve(loading);
}

static const char *working_directory(struct pg_arena *arena, const struct pg_kube_env *env)
{
    char *path = env->cwd ? NULL : getcwd(NULL, 0);
    const char *kept = env->cwd ? env->cwd : path ? pg_arena_strdup(arena, path) : "";

    free(path);
    return kept;
}

bool pg_kube_load(struct pg_arena *arena, const struct pg_kube_flags *flags,
                  const struct pg_kube_env *env, struct pg_kube_target *target, struct pg_err *err)
{
    struct kube_loading loading = {
        .arena = arena, .flags = flags, .env = env, .target = target, .err = err};
    bool ok;

    *target = (struct pg_kube_target){0};
    loading.cwd = working_directory(arena, env);
    ok = resolve(&loading);
    if (ok)
        keep_names(&loading);
    else
        pg_kube_target_wipe(target);
    kube_files_wipe(&loading);
    return ok;
}

void pg_kube_target_wipe(struct pg_kube_target *target)
{
    pg_secret_wipe(&target->ca);
    pg_secret_wipe(&target->token);
    pg_secret_wipe(&target->password);
    pg_secret_wipe(&target->cert);
    pg_secret_wipe(&target->key);
    for (uint32_t i = 0; target->exec && i < target->exec->nenv; i++)
        pg_secret_wipe(&target->exec->env[i].value);
    *target = (struct pg_kube_target){0};
}
