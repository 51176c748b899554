/* A target in words, and in headers. */
#include <inttypes.h>
#include <string.h>

#include "kubeconfig_inner.h"
#include "polgrid/text.h"

/* --- in words ---------------------------------------------------------------------------------- */

static void line(struct pg_buf *out, const char *name, const char *value)
{
    if (!value)
        return;
    pg_buf_printf(out, "%s: ", name);
    pg_text_clean(out, value, strlen(value));
    pg_buf_putc(out, '\n');
}

/* A proxy's URL without what stands before the @. */
static void proxy_line(struct pg_buf *out, const char *url)
{
    const char *scheme, *at;

    if (!url)
        return;
    scheme = strstr(url, "://");
    scheme = scheme ? scheme + 3 : url;
    at = memrchr(scheme, '@', strcspn(scheme, "/?#"));
    pg_buf_printf(out, "proxy: %.*s", (int)(scheme - url), url);
    pg_text_clean(out, at ? at + 1 : scheme, strlen(at ? at + 1 : scheme));
    pg_buf_putc(out, '\n');
}

static void pem_line(struct pg_buf *out, const char *name, const char *path,
                     const struct pg_secret *pem)
{
    if (path)
        line(out, name, path);
    else if (pem->n)
        pg_buf_printf(out, "%s: in the kubeconfig\n", name);
}

static void user_lines(struct pg_buf *out, const struct pg_kube_target *target)
{
    pem_line(out, "client certificate", target->cert_file, &target->cert);
    if (target->token_file)
        line(out, "token", target->token_file);
    else if (target->token.n)
        pg_buf_puts(out, "token: set\n");
    line(out, "username", target->username);
    line(out, "plugin", target->exec ? target->exec->command : NULL);
    if (!target->cert.n && !target->token_file && !target->token.n && !target->username &&
        !target->exec)
        line(out, "credentials", target->tls ? "none" : "none, for the connection is not encrypted");
    line(out, "as", target->as);
    line(out, "as uid", target->as_uid);
    for (uint32_t i = 0; i < target->nas_groups; i++)
        line(out, "as group", target->as_groups[i]);
    for (uint32_t i = 0; i < target->nas_extra; i++)
        line(out, "as extra", target->as_extra[i].key);
}

void pg_kube_describe(struct pg_buf *out, const struct pg_kube_target *target)
{
    if (target->in_cluster)
        pg_buf_puts(out, "from: this pod\n");
    for (uint32_t i = 0; i < target->nfiles; i++)
        if (target->files[i].exists)
            line(out, "kubeconfig", target->files[i].path);
    line(out, "context", target->context);
    line(out, "cluster", target->cluster);
    line(out, "user", target->user);
    line(out, "namespace", target->namespace_);
    line(out, "server", target->url);
    line(out, "tls server name", target->tls_server_name);
    if (target->insecure)
        pg_buf_puts(out, "verification: none\n");
    pem_line(out, "certificate authority", target->ca_file, &target->ca);
    proxy_line(out, target->proxy_url);
    if (target->disable_compression)
        pg_buf_puts(out, "compression: none\n");
    if (target->request_timeout_ms)
        pg_buf_printf(out, "request timeout: %" PRId64 " ms\n", target->request_timeout_ms);
    user_lines(out, target);
}

/* --- in headers -------------------------------------------------------------------------------- */

/* A key of extra as a header's name can hold it: what is no token of HTTP, and %, as %XX. */
static void escape_key(struct pg_buf *out, const char *key)
{
    static const char plain[] = "!#$&'*+-.^_`|~0123456789"
                                "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

    for (; *key; key++) {
        if (strchr(plain, *key))
            pg_buf_putc(out, *key);
        else
            pg_buf_printf(out, "%%%02X", (unsigned char)*key);
    }
}

static const char *extra_header(struct pg_arena *arena, const char *key, const char *value)
{
    struct pg_buf text = {0};
    const char *kept;

    pg_buf_puts(&text, "Impersonate-Extra-");
    escape_key(&text, key);
    pg_buf_printf(&text, ": %s", value);
    kept = pg_arena_strdup(arena, text.p);
    pg_buf_free(&text);
    return kept;
}

const char *const *pg_kube_impersonate(struct pg_arena *arena, const struct pg_kube_target *target,
                                       uint32_t *n)
{
    uint32_t most = 2 + target->nas_groups;
    const char **headers;

    for (uint32_t i = 0; i < target->nas_extra; i++)
        most += target->as_extra[i].n;
    headers = pg_arena_array(arena, most, sizeof *headers);
    *n = 0;
    if (target->as)
        headers[(*n)++] = pg_arena_printf(arena, "Impersonate-User: %s", target->as);
    if (target->as_uid)
        headers[(*n)++] = pg_arena_printf(arena, "Impersonate-Uid: %s", target->as_uid);
    for (uint32_t i = 0; i < target->nas_groups; i++)
        headers[(*n)++] = pg_arena_printf(arena, "Impersonate-Group: %s", target->as_groups[i]);
    for (uint32_t i = 0; i < target->nas_extra; i++)
        for (uint32_t k = 0; k < target->as_extra[i].n; k++)
            headers[(*n)++] =
                extra_header(arena, target->as_extra[i].key, target->as_extra[i].values[k]);
    return headers;
}
