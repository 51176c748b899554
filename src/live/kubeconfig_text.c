/* The small syntaxes of a kubeconfig: a server, a proxy, a timeout, a namespace. */
#include <string.h>

#include "kubeconfig_inner.h"
#include "polgrid/addr.h"

bool kube_is_namespace(const char *text)
{
    size_t n = strlen(text);

    return n > 0 && n <= 63 && strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-") == n &&
           text[0] != '-' && text[n - 1] != '-';
}

bool kube_is_printable(const char *text, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if ((unsigned char)text[i] < ' ' || text[i] == 0x7f)
            return false;
    return true;
}

/* --- the server -------------------------------------------------------------------------------- */

struct authority {
    const char *host; /* without brackets */
    size_t nhost;
    bool bracketed;
    const char *port; /* "" where there is none */
    size_t nport;
};

static bool split_authority(const char *text, size_t n, struct authority *out)
{
    const char *end = text + n, *colon;

    *out = (struct authority){.host = text, .port = ""};
    if (n && *text == '[') {
        const char *close = memchr(text, ']', n);
        if (!close)
            return false;
        out->bracketed = true;
        out->host++;
        out->nhost = (size_t)(close - text - 1);
        colon = close + 1;
        if (colon < end && *colon != ':')
            return false;
    } else {
        colon = memchr(text, ':', n);
        colon = colon ? colon : end;
        out->nhost = (size_t)(colon - text);
    }
    if (colon < end) {
        out->port = colon + 1;
        out->nport = (size_t)(end - colon - 1);
    }
    return out->nhost > 0;
}

/* In brackets there is an address of version 6, and nowhere else a bracket. */
static bool is_host(struct pg_arena *arena, const struct authority *authority)
{
    struct pg_addr addr;

    if (!authority->bracketed)
        return !memchr(authority->host, '[', authority->nhost) &&
               !memchr(authority->host, ']', authority->nhost);
    return memchr(authority->host, ':', authority->nhost) &&
           pg_addr_parse(pg_arena_strndup(arena, authority->host, authority->nhost), &addr, NULL);
}

static bool parse_port(const struct authority *authority, uint16_t *port)
{
    uint32_t value = 0;

    for (size_t i = 0; i < authority->nport; i++) {
        if (authority->port[i] < '0' || authority->port[i] > '9' || value > 65535)
            return false;
        value = value * 10 + (uint32_t)(authority->port[i] - '0');
    }
    if (authority->nport == 0)
        return true;
    *port = (uint16_t)value;
    return value > 0 && value <= 65535;
}

/* The length of a scheme and its "://"; 0 where there is none. */
static size_t scheme_length(const char *text)
{
    size_t n = strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-.");

    return n && strncmp(text + n, "://", 3) == 0 ? n + 3 : 0;
}

static bool has_scheme(const char *text, const char *scheme)
{
    return scheme_length(text) == strlen(scheme) + 3 &&
           strncasecmp(text, scheme, strlen(scheme)) == 0;
}

bool kube_server_parse(struct kube_loading *loading, const char *text, const char *where)
{
    struct pg_kube_target *target = loading->target;
    size_t scheme = scheme_length(text), n, npath;
    const char *rest = text + scheme;
    struct authority authority;

    target->tls = has_scheme(text, "https");
    n = strcspn(rest, "/?#");
    if (memchr(rest, '@', n)) /* first, for no message may hold the password beside it */
        return pg_err_set(loading->err, "%s: a user name in the URL is not supported", where);
    if (scheme && !target->tls && !has_scheme(text, "http"))
        return pg_err_set(loading->err, "%s: the scheme of %.*s is neither https nor http", where,
                          (int)(scheme + n), text);
    target->port = target->tls ? 443 : 80;
    if (!kube_is_printable(text, strlen(text)) || strcspn(text, " \"<>\\^`{|}") != strlen(text) ||
        memchr(rest, '%', n) || !split_authority(rest, n, &authority) ||
        !is_host(loading->arena, &authority) || !parse_port(&authority, &target->port))
        return pg_err_set(loading->err, "%s: %.*s is no URL of a server (https://HOST:PORT)", where,
                          (int)(scheme + n), text);
    npath = strcspn(rest + n, "?#");
    while (npath && rest[n + npath - 1] == '/')
        npath--;
    if (!scheme && npath)
        return pg_err_set(loading->err, "%s: %.*s has a path and no scheme; write https://%.*s",
                          where, (int)(n + npath), text, (int)(n + npath), text);
    target->host = pg_arena_strndup(loading->arena, authority.host, authority.nhost);
    target->path = pg_arena_strndup(loading->arena, rest + n, npath);
    target->url = pg_arena_printf(
        loading->arena, "%s://%s%s%s%s%.*s%s", target->tls ? "https" : "http",
        authority.bracketed ? "[" : "", target->host, authority.bracketed ? "]" : "",
        authority.nport ? ":" : "", (int)authority.nport, authority.port, target->path);
    return true;
}

bool kube_proxy_check(const char *url, struct pg_err *err)
{
    size_t scheme = scheme_length(url);

    if (!scheme)
        return pg_err_set(err, "there is no scheme; write http://HOST:PORT");
    if (!has_scheme(url, "http") && !has_scheme(url, "https") && !has_scheme(url, "socks5"))
        return pg_err_set(err, "the scheme %.*s is none of http, https and socks5",
                          (int)(scheme - 3), url);
    if (!kube_is_printable(url, strlen(url)) || strcspn(url + scheme, "/?#") == 0)
        return pg_err_set(err, "no URL of a proxy (http://HOST:PORT)");
    return true;
}

/* --- the timeout ------------------------------------------------------------------------------- */

/* The unit at *text in nanoseconds, 0 where there is none; moves over it. */
static double unit(const char **text)
{
    static const struct {
        const char *name;
        double ns;
    } units[] = {{"ns", 1},   {"us", 1e3}, {"\xc2\xb5s", 1e3}, {"\xce\xbcs", 1e3},
                 {"ms", 1e6}, {"s", 1e9},  {"m", 60e9},        {"h", 3600e9}};

    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        size_t n = strlen(units[i].name);
        if (strncmp(*text, units[i].name, n) == 0) {
            *text += n;
            return units[i].ns;
        }
    }
    return 0;
}

/* Digits with at most one point among them. */
static bool number(const char **text, double *value)
{
    double scale = 1;
    bool point = false, any = false;

    for (*value = 0;; (*text)++) {
        if (**text == '.' && !point) {
            point = true;
        } else if (**text >= '0' && **text <= '9') {
            any = true;
            *value = *value * 10 + (**text - '0');
            scale *= point ? 10 : 1;
        } else {
            break;
        }
    }
    *value /= scale;
    return any;
}

bool kube_timeout_parse(const char *text, int64_t *ms, struct pg_err *err)
{
    const char *p = text;
    double total = 0, value, ns;
    bool ok = *p != '\0' && strlen(text) < 64;

    if (ok && strspn(p, "0123456789") == strlen(p)) { /* seconds */
        number(&p, &value);
        total = value * 1e9;
    }
    while (ok && *p) {
        ok = number(&p, &value) && (ns = unit(&p)) > 0;
        total += ok ? value * ns : 0;
    }
    if (!ok || total > 1e18)
        return pg_err_set(
            err,
            "--request-timeout: %.60s is neither seconds nor a duration such as 5s, 2m or 1m30s",
            text);
    *ms = (int64_t)(total / 1e6);
    if (total > 0 && *ms == 0)
        *ms = 1;
    return true;
}
