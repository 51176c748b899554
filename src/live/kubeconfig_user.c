/* The user of a kubeconfig: token, certificate, password, plugin, impersonation. */
#include <string.h>

#include <jansson.h>

#include "kubeconfig_inner.h"
#include "polgrid/base64.h"
#include "polgrid/text.h"

#define EXEC_GROUP     "client.authentication.k8s.io/"
#define EXEC_EXTENSION "client.authentication.k8s.io/exec"

static const char *given(const char *flag)
{
    return flag && *flag ? flag : NULL;
}

const char *kube_string(const struct pg_tree *map, const char *field)
{
    const char *text = pg_document_text(pg_document_get(map, field));

    return text && *text ? text : NULL;
}

void kube_trim(struct pg_secret *secret)
{
    size_t begin = 0, end = secret->n;

    while (begin < end && strchr(" \t\r\n\v\f", secret->p[begin]))
        begin++;
    while (end > begin && strchr(" \t\r\n\v\f", secret->p[end - 1]))
        end--;
    if (end - begin != secret->n) {
        struct pg_secret trimmed = {0};
        pg_secret_set(&trimmed, secret->p + begin, end - begin);
        pg_secret_wipe(secret);
        *secret = trimmed;
    }
}

const char *kube_user_where(struct kube_loading *loading)
{
    if (!loading->user)
        return loading->target->in_cluster ? "in this pod" : "command line";
    return pg_arena_printf(loading->arena, "%s: users[%s].user", loading->user->source->path,
                           loading->user->name);
}

static const struct pg_tree *body(const struct kube_loading *loading)
{
    return loading->user ? loading->user->body : NULL;
}

/* `text…` about a field of the user. */
static bool refuse(struct kube_loading *loading, const char *field, const char *text)
{
    return pg_err_set(loading->err, "%s%s%s: %s", kube_user_where(loading), *field ? "." : "",
                      field, text);
}

bool kube_bytes(struct kube_loading *loading, const struct pg_tree *map, const char *field,
                struct pg_secret *out)
{
    const struct pg_tree *node = pg_document_get(map, field);
    const char *text = kube_string(map, field);
    size_t n = text ? strlen(text) : 0, length;
    bool of_cluster = loading->cluster && map == loading->cluster->body;
    struct pg_secret bytes = {0};

    if (!n)
        return true;
    bytes.p = pg_xmalloc(PG_BASE64_SIZE(n) + 1);
    bytes.n = PG_BASE64_SIZE(n);
    if (!pg_base64_decode(text, n, bytes.p, &length)) {
        pg_secret_wipe(&bytes);
        return pg_err_set(loading->err, "%s.%s (line %u): no base64 from character %zu on",
                          of_cluster ? kube_cluster_where(loading) : kube_user_where(loading),
                          field, pg_document_line(node), length + 1);
    }
    pg_secret_set(out, bytes.p, length);
    pg_secret_wipe(&bytes);
    return true;
}

/* --- certificate ------------------------------------------------------------------------------- */

/* One half of the pair: from a flag, a file of the config, or its data. */
static bool resolve_pem(struct kube_loading *loading, const char *flag, const char *field,
                        struct pg_secret *pem, const char **path)
{
    const char *file = kube_string(body(loading), field);
    const char *data = pg_arena_printf(loading->arena, "%s-data", field);
    const char *dir = flag ? loading->cwd : loading->user ? loading->user->source->dir : "";
    struct pg_err why;

    file = flag ? flag : file;
    if (!flag && !kube_bytes(loading, body(loading), data, pem))
        return false;
    if (!file)
        return true;
    if (pem->n)
        return refuse(loading, field,
                      pg_arena_printf(loading->arena, "%s is set too; remove one of them", data));
    *path = kube_path_join(loading->arena, dir, file);
    if (!kube_file_read(pem, *path, KUBE_MAX_PEM, &why))
        return flag ? pg_err_set(loading->err, "--%s: %s", field, why.text)
                    : refuse(loading, field, why.text);
    return pem->n ||
           pg_err_set(loading->err, "%s: %s is empty", flag ? "command line" : field, *path);
}

static bool check_pem(struct kube_loading *loading, const struct pg_secret *pem, const char *field)
{
    return pem->n == 0 || memmem(pem->p, pem->n, "-----BEGIN ", 11) ||
           refuse(loading, field, "no PEM (-----BEGIN …)");
}

static bool resolve_certificate(struct kube_loading *loading)
{
    struct pg_kube_target *target = loading->target;

    if (!resolve_pem(loading, given(loading->flags->client_certificate), "client-certificate",
                     &target->cert, &target->cert_file))
        return false;
    if (target->cert.n == 0)
        return true; /* a key alone says nothing */
    if (!resolve_pem(loading, given(loading->flags->client_key), "client-key", &target->key,
                     &target->key_file))
        return false;
    if (target->key.n == 0)
        return refuse(loading, "client-certificate",
                      "a certificate needs its key: set client-key or client-key-data");
    if (!target->cert_file || !target->key_file)
        target->cert_file = target->key_file = NULL;
    return check_pem(loading, &target->cert, "client-certificate") &&
           check_pem(loading, &target->key, "client-key");
}

/* --- token and password ------------------------------------------------------------------------ */

static bool check_token(struct kube_loading *loading, const char *where)
{
    const struct pg_secret *token = &loading->target->token;

    return kube_is_printable(token->p ? token->p : "", token->n) ||
           pg_err_set(loading->err, "%s: a token can't hold line ends or control characters", where);
}

static bool resolve_token(struct kube_loading *loading)
{
    struct pg_kube_target *target = loading->target;
    const char *flag = given(loading->flags->token);
    const char *token = flag ? flag : kube_string(body(loading), "token");
    const char *file = flag ? NULL : kube_string(body(loading), "tokenFile");
    const char *where =
        flag ? "--token" : pg_arena_printf(loading->arena, "%s.token", kube_user_where(loading));
    struct pg_secret text = {0};
    struct pg_err why;
    bool ok;

    if (token)
        pg_secret_set(&target->token, token, strlen(token));
    if (!check_token(loading, where))
        return false;
    if (!file)
        return true;
    target->token_file = kube_path_join(loading->arena, loading->user->source->dir, file);
    ok = kube_file_read(&text, target->token_file, KUBE_MAX_TOKEN, &why);
    pg_secret_wipe(&text);
    return ok || token || refuse(loading, "tokenFile", why.text);
}

static bool resolve_password(struct kube_loading *loading)
{
    struct pg_kube_target *target = loading->target;
    const char *name = kube_string(body(loading), "username");
    const char *password = kube_string(body(loading), "password");

    if (!name && !password)
        return true;
    if (target->token.n)
        return refuse(loading, "username", "there is a token too; remove one of them");
    if (target->token_file) /* the header can only be one */
        return refuse(loading, "username", "there is a tokenFile too; remove one of them");
    target->username = pg_arena_strdup(loading->arena, name ? name : "");
    pg_secret_set(&target->password, password ? password : "", password ? strlen(password) : 0);
    return true;
}

static bool resolve_pod_token(struct kube_loading *loading)
{
    struct pg_kube_target *target = loading->target;
    const char *dir = loading->env->service_account;
    struct pg_secret text = {0};
    bool ok;

    if (given(loading->flags->token))
        return resolve_token(loading);
    target->token_file = kube_path_join(
        loading->arena, dir ? dir : "/var/run/secrets/kubernetes.io/serviceaccount", "token");
    ok = kube_file_read(&text, target->token_file, KUBE_MAX_TOKEN, loading->err);
    pg_secret_wipe(&text);
    return ok;
}

/* --- plugin ------------------------------------------------------------------------------------ */

static json_t *json_text(const char *text, size_t n)
{
    json_t *value = json_stringn(text, n);

    return value ? value : json_string("");
}

/* What a plugin is told of the cluster. */
static const char *cluster_info(struct kube_loading *loading)
{
    const struct pg_kube_target *target = loading->target;
    const struct pg_tree *list =
        loading->cluster ? pg_document_get(loading->cluster->body, "extensions") : NULL;
    json_t *info = json_object();
    struct pg_buf text = {0};
    const char *kept;
    char *dump;

    json_object_set_new(info, "server", json_text(target->url, strlen(target->url)));
    if (target->tls_server_name)
        json_object_set_new(info, "tls-server-name",
                            json_text(target->tls_server_name, strlen(target->tls_server_name)));
    if (target->insecure)
        json_object_set_new(info, "insecure-skip-tls-verify", json_true());
    if (target->ca.n) {
        pg_base64_encode(&text, target->ca.p, target->ca.n);
        json_object_set_new(info, "certificate-authority-data", json_text(text.p, text.n));
    }
    if (target->proxy_url)
        json_object_set_new(info, "proxy-url",
                            json_text(target->proxy_url, strlen(target->proxy_url)));
    if (target->disable_compression)
        json_object_set_new(info, "disable-compression", json_true());
    for (uint32_t i = 0; i < pg_document_count(list); i++) {
        const struct pg_tree *item = pg_document_item(list, i);
        const char *name = kube_string(item, "name");
        if (!name || strcmp(name, EXEC_EXTENSION) != 0)
            continue;
        pg_buf_clear(&text);
        pg_document_json(&text, pg_document_get(item, "extension"));
        json_object_set_new(info, "config", json_loads(text.p, JSON_DECODE_ANY, NULL));
    }
    dump = json_dumps(info, JSON_COMPACT);
    kept = pg_arena_strdup(loading->arena, dump ? dump : "{}");
    free(dump);
    json_decref(info);
    pg_buf_free(&text);
    return kept;
}

static bool resolve_mode(struct kube_loading *loading, const struct pg_tree *from,
                         struct pg_kube_exec *exec)
{
    static const char *const modes[] = {"Never", "IfAvailable", "Always"};
    const char *mode = kube_string(from, "interactiveMode");

    exec->interactive = PG_KUBE_IF_AVAILABLE;
    if (!mode && strcmp(exec->api_version, EXEC_GROUP "v1") == 0)
        return refuse(loading, "exec.interactiveMode",
                      "missing; v1 needs it: Never, IfAvailable or Always");
    for (unsigned i = 0; mode && i < sizeof modes / sizeof *modes; i++) {
        if (strcmp(mode, modes[i]) == 0) {
            exec->interactive = (enum pg_kube_interactive)i;
            return true;
        }
    }
    return !mode || refuse(loading, "exec.interactiveMode", "none of Never, IfAvailable and Always");
}

static bool resolve_version(struct kube_loading *loading, const char *version)
{
    if (!version)
        return refuse(loading, "exec.apiVersion", "missing; " EXEC_GROUP "v1 or v1beta1");
    if (strcmp(version, EXEC_GROUP "v1") == 0 || strcmp(version, EXEC_GROUP "v1beta1") == 0)
        return true;
    return refuse(loading, "exec.apiVersion",
                  pg_arena_printf(loading->arena,
                                  "%s is not supported (" EXEC_GROUP
                                  "v1 and v1beta1 are); update the plugin and its entry here",
                                  version));
}

static bool resolve_env(struct kube_loading *loading, const struct pg_tree *list,
                        struct pg_kube_exec *exec)
{
    exec->env = pg_arena_array(loading->arena, pg_document_count(list), sizeof *exec->env);
    for (uint32_t i = 0; i < pg_document_count(list); i++) {
        const char *name = kube_string(pg_document_item(list, i), "name");
        const char *value = kube_string(pg_document_item(list, i), "value");
        if (!name || strchr(name, '='))
            return refuse(loading, pg_arena_printf(loading->arena, "exec.env[%u].name", i),
                          name ? "a name can't hold =" : "missing");
        exec->env[exec->nenv].name = pg_arena_strdup(loading->arena, name);
        pg_secret_set(&exec->env[exec->nenv].value, value ? value : "", value ? strlen(value) : 0);
        exec->nenv++;
    }
    return true;
}

static const char *clean(struct pg_arena *arena, const char *text)
{
    struct pg_buf out = {0};
    const char *kept, *end;

    if (!text)
        return NULL;
    for (;; text = end + 1) { /* lines stay lines */
        end = strchr(text, '\n');
        pg_text_clean(&out, text, end ? (size_t)(end - text) : strlen(text));
        if (!end)
            break;
        pg_buf_putc(&out, '\n');
    }
    kept = pg_arena_strdup(arena, pg_buf_text(&out));
    pg_buf_free(&out);
    return kept;
}

static void resolve_args(struct kube_loading *loading, const struct pg_tree *list,
                         struct pg_kube_exec *exec)
{
    const char **args = pg_arena_array(loading->arena, pg_document_count(list), sizeof *args);

    for (uint32_t i = 0; i < pg_document_count(list); i++) {
        const char *text = pg_document_text(pg_document_item(list, i));
        args[i] = pg_arena_strdup(loading->arena, text ? text : "");
    }
    exec->args = args;
    exec->nargs = pg_document_count(list);
}

static bool resolve_exec(struct kube_loading *loading)
{
    const struct pg_tree *from = pg_document_get(body(loading), "exec");
    struct pg_kube_exec *exec = pg_arena_alloc(loading->arena, sizeof *exec);
    const char *command = kube_string(from, "command");
    const char *version = kube_string(from, "apiVersion");

    if (pg_document_kind(from) != PG_DOCUMENT_MAP)
        return true;
    loading->target->exec = exec;
    if (!command)
        return refuse(loading, "exec.command", "missing");
    if (!resolve_version(loading, version))
        return false;
    exec->api_version = pg_arena_strdup(loading->arena, version);
    exec->command = strchr(command, '/')
                        ? kube_path_join(loading->arena, loading->user->source->dir, command)
                        : pg_arena_strdup(loading->arena, command);
    resolve_args(loading, pg_document_get(from, "args"), exec);
    exec->install_hint = clean(loading->arena, kube_string(from, "installHint"));
    if (pg_document_truth(pg_document_get(from, "provideClusterInfo")))
        exec->cluster_info = cluster_info(loading);
    return resolve_mode(loading, from, exec) &&
           resolve_env(loading, pg_document_get(from, "env"), exec);
}

static bool refuse_provider(struct kube_loading *loading)
{
    const struct pg_tree *provider = pg_document_get(body(loading), "auth-provider");
    const char *name = kube_string(provider, "name"), *hint = "";

    if (pg_document_kind(provider) == PG_DOCUMENT_NOTHING)
        return true;
    if (name && strcmp(name, "gcp") == 0)
        hint = "; use the plugin gke-gcloud-auth-plugin (gcloud container clusters get-credentials "
               "writes the entry)";
    else if (name && strcmp(name, "azure") == 0)
        hint = "; use the plugin kubelogin (kubelogin convert-kubeconfig rewrites the entry)";
    else if (name && strcmp(name, "oidc") == 0)
        hint = "; use a plugin such as kubectl-oidc_login in exec, or --token";
    return refuse(loading, "auth-provider",
                  pg_arena_printf(loading->arena, "the provider \"%s\" is not supported%s",
                                  name ? name : "", hint));
}

/* --- impersonation ----------------------------------------------------------------------------- */

struct extras {
    PG_VEC(struct pg_kube_extra) list;
};

static const char *const *texts(struct pg_arena *arena, const struct pg_tree *list, uint32_t *n)
{
    const char **out = pg_arena_array(arena, pg_document_count(list), sizeof *out);

    *n = pg_document_count(list);
    for (uint32_t i = 0; i < *n; i++) {
        const char *text = pg_document_text(pg_document_item(list, i));
        out[i] = pg_arena_strdup(arena, text ? text : "");
    }
    return out;
}

/* --as-user-extra: values of one key add up, and replace those of the config. */
static bool flag_extras(struct kube_loading *loading, struct extras *extras)
{
    const struct pg_kube_flags *flags = loading->flags;

    for (uint32_t i = 0; i < flags->nas_user_extra; i++) {
        const char *text = flags->as_user_extra[i], *equals = strchr(text, '=');
        struct pg_kube_extra *extra = NULL;
        const char **values;
        if (!equals || equals == text)
            return pg_err_set(loading->err, "--as-user-extra: \"%s\" is not KEY=VALUE", text);
        for (uint32_t k = 0; k < extras->list.n; k++)
            if (strlen(extras->list.v[k].key) == (size_t)(equals - text) &&
                strncmp(extras->list.v[k].key, text, (size_t)(equals - text)) == 0)
                extra = &extras->list.v[k];
        if (!extra) {
            extra = pg_vec_add(loading->arena, &extras->list);
            extra->key = pg_arena_strndup(loading->arena, text, (size_t)(equals - text));
        }
        values = pg_arena_array(loading->arena, extra->n + 1, sizeof *values);
        for (uint32_t k = 0; k < extra->n; k++)
            values[k] = extra->values[k];
        values[extra->n++] = pg_arena_strdup(loading->arena, equals + 1);
        extra->values = values;
    }
    return true;
}

static void config_extras(struct kube_loading *loading, struct extras *extras)
{
    const struct pg_tree *map = pg_document_get(body(loading), "as-user-extra");
    uint32_t flags = extras->list.n;

    for (uint32_t i = 0; i < pg_document_count(map); i++) {
        const char *key = pg_document_key(map, i);
        struct pg_kube_extra extra = {.key = key};
        bool known = key == NULL;
        for (uint32_t k = 0; k < flags && !known; k++)
            known = strcmp(extras->list.v[k].key, key) == 0;
        if (known)
            continue;
        extra.key = pg_arena_strdup(loading->arena, key);
        extra.values = texts(loading->arena, pg_document_item(map, i), &extra.n);
        pg_vec_push(loading->arena, &extras->list, extra);
    }
}

static bool check_impersonation(struct kube_loading *loading)
{
    const struct pg_kube_target *target = loading->target;
    bool ok = kube_is_printable(target->as ? target->as : "", target->as ? strlen(target->as) : 0) &&
              kube_is_printable(target->as_uid ? target->as_uid : "",
                                target->as_uid ? strlen(target->as_uid) : 0);

    if (!target->as && (target->as_uid || target->nas_groups || target->nas_extra))
        return refuse(loading, "as", "missing; a uid, groups or extra need a user to impersonate");
    for (uint32_t i = 0; i < target->nas_groups; i++)
        ok = ok && kube_is_printable(target->as_groups[i], strlen(target->as_groups[i]));
    for (uint32_t i = 0; i < target->nas_extra; i++)
        for (uint32_t k = 0; k < target->as_extra[i].n; k++)
            ok = ok && kube_is_printable(target->as_extra[i].values[k],
                                         strlen(target->as_extra[i].values[k]));
    return ok || refuse(loading, "as", "line ends and control characters can't be sent");
}

static bool resolve_impersonation(struct kube_loading *loading)
{
    const struct pg_kube_flags *flags = loading->flags;
    struct pg_kube_target *target = loading->target;
    const char *as = given(flags->as), *uid = given(flags->as_uid);
    struct extras extras = {0};

    as = as ? as : kube_string(body(loading), "as");
    uid = uid ? uid : kube_string(body(loading), "as-uid");
    target->as = as ? pg_arena_strdup(loading->arena, as) : NULL;
    target->as_uid = uid ? pg_arena_strdup(loading->arena, uid) : NULL;
    if (flags->nas_groups) {
        const char **groups = pg_arena_array(loading->arena, flags->nas_groups, sizeof *groups);
        for (uint32_t i = 0; i < flags->nas_groups; i++)
            groups[i] = pg_arena_strdup(loading->arena, flags->as_groups[i]);
        target->as_groups = groups;
        target->nas_groups = flags->nas_groups;
    } else {
        target->as_groups =
            texts(loading->arena, pg_document_get(body(loading), "as-groups"), &target->nas_groups);
    }
    if (!flag_extras(loading, &extras))
        return false;
    config_extras(loading, &extras);
    target->as_extra = extras.list.v;
    target->nas_extra = extras.list.n;
    return check_impersonation(loading);
}

/* --- all of it --------------------------------------------------------------------------------- */

static void forget_exec(struct pg_kube_target *target)
{
    for (uint32_t i = 0; target->exec && i < target->exec->nenv; i++)
        pg_secret_wipe(&target->exec->env[i].value);
    target->exec = NULL;
}

/* Nothing secret goes over a connection that everybody can read. */
static void forget_credentials(struct pg_kube_target *target)
{
    pg_secret_wipe(&target->token);
    pg_secret_wipe(&target->password);
    pg_secret_wipe(&target->cert);
    pg_secret_wipe(&target->key);
    target->token_file = target->username = target->cert_file = target->key_file = NULL;
    forget_exec(target);
}

bool kube_user_resolve(struct kube_loading *loading)
{
    struct pg_kube_target *target = loading->target;

    if (target->in_cluster ? !resolve_pod_token(loading) : !resolve_token(loading))
        return false;
    if (!resolve_password(loading) || !resolve_certificate(loading) || !refuse_provider(loading) ||
        !resolve_exec(loading) || !resolve_impersonation(loading))
        return false;
    if (target->token.n || target->token_file || target->username || target->cert.n)
        forget_exec(target);
    if (!target->tls)
        forget_credentials(target);
    return true;
}
