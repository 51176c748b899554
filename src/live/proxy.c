/* pg_kube_proxy(): which proxy, as Go decides it. */
#include <string.h>
#include <strings.h>

#include "kubeconfig_inner.h"
#include "polgrid/addr.h"

/* Where a request goes. */
struct goal {
    bool tls;
    const char *host; /* lower case, without brackets and zone */
    const char *port;
    bool is_addr;
    struct pg_addr addr;
};

static char *lower(struct pg_arena *arena, const char *text, size_t n)
{
    char *copy = pg_arena_strndup(arena, text, n);

    for (char *p = copy; *p; p++)
        if (*p >= 'A' && *p <= 'Z')
            *p = (char)(*p - 'A' + 'a');
    return copy;
}

/* HOST[:PORT] or [IPV6][:PORT] in two; the port is "" where there is none. */
static void split(struct pg_arena *arena, const char *text, size_t n, const char **host,
                  const char **port)
{
    const char *close = *text == '[' ? memchr(text, ']', n) : NULL;
    const char *colon =
        memrchr(close ? close : text, ':', n - (size_t)((close ? close : text) - text));
    /* Several colons without brackets are an address of version 6. */
    if (colon && !close && memchr(text, ':', (size_t)(colon - text)))
        colon = NULL;
    *port = colon ? lower(arena, colon + 1, (size_t)(text + n - colon - 1)) : "";
    if (close)
        *host = lower(arena, text + 1, (size_t)(close - text - 1));
    else
        *host = lower(arena, text, colon ? (size_t)(colon - text) : n);
}

static bool parse_goal(struct pg_arena *arena, const char *url, struct goal *goal)
{
    const char *rest = strstr(url, "://");

    *goal = (struct goal){.tls = strncasecmp(url, "https:", 6) == 0};
    if (!rest || (!goal->tls && strncasecmp(url, "http:", 5) != 0))
        return false;
    rest += 3;
    split(arena, rest, strcspn(rest, "/?#"), &goal->host, &goal->port);
    goal->host = pg_arena_strndup(arena, goal->host, strcspn(goal->host, "%"));
    if (!*goal->port)
        goal->port = goal->tls ? "443" : "80";
    goal->is_addr = pg_addr_parse(goal->host, &goal->addr, NULL);
    return true;
}

static bool is_loopback(const struct goal *goal)
{
    struct pg_cidr four, six;

    if (!goal->is_addr)
        return strcmp(goal->host, "localhost") == 0;
    return (pg_cidr_parse("127.0.0.0/8", &four, NULL) && pg_cidr_has(four, goal->addr)) ||
           (pg_cidr_parse("::1/128", &six, NULL) && pg_cidr_has(six, goal->addr));
}

/* --- NO_PROXY ---------------------------------------------------------------------------------- */

/* example.com: the name and what is below it; .example.com and *.example.com: only what is below. */
static bool matches_name(const struct goal *goal, const char *pattern)
{
    size_t host = strlen(goal->host), n;

    if (strncmp(pattern, "*.", 2) == 0)
        pattern++;
    if (*pattern == '.') {
        pattern++;
    } else if (strcmp(goal->host, pattern) == 0) {
        return true;
    }
    n = strlen(pattern);
    return n && host > n + 1 && goal->host[host - n - 1] == '.' &&
           strcmp(goal->host + host - n, pattern) == 0;
}

static bool matches(struct pg_arena *arena, const struct goal *goal, const char *text, size_t n)
{
    const char *pattern = lower(arena, text, n), *host, *port;
    struct pg_cidr cidr;
    struct pg_addr addr;

    if (pg_cidr_parse(pattern, &cidr, NULL) && strchr(pattern, '/'))
        return goal->is_addr && pg_cidr_has(cidr, goal->addr);
    split(arena, pattern, n, &host, &port);
    if (!*host || (*port && strcmp(port, goal->port) != 0))
        return false;
    if (pg_addr_parse(host, &addr, NULL))
        return goal->is_addr && pg_addr_compare(addr, goal->addr) == 0;
    return matches_name(goal, host);
}

static bool is_excluded(struct pg_arena *arena, const struct goal *goal, const char *list)
{
    while (list && *list) {
        size_t n = strcspn(list, ","), begin = strspn(list, " \t"), end = n;
        begin = begin < n ? begin : n;
        while (end > begin && (list[end - 1] == ' ' || list[end - 1] == '\t'))
            end--;
        if (end - begin == 1 && list[begin] == '*')
            return true;
        if (end > begin && matches(arena, goal, list + begin, end - begin))
            return true;
        list += n + (list[n] == ',');
    }
    return false;
}

/* --- all of it --------------------------------------------------------------------------------- */

static const char *either(const struct pg_kube_env *env, const char *upper, const char *lower_case)
{
    const char *value = kube_env_get(env, upper);

    return value ? value : kube_env_get(env, lower_case);
}

static const char *from_environment(const struct pg_kube_env *env, bool tls)
{
    if (tls)
        return either(env, "HTTPS_PROXY", "https_proxy");
    if (kube_env_get(env, "REQUEST_METHOD")) /* a CGI: a header of the request can set HTTP_PROXY */
        return NULL;
    return either(env, "HTTP_PROXY", "http_proxy");
}

const char *pg_kube_proxy(struct pg_arena *arena, const struct pg_kube_target *target,
                          const struct pg_kube_env *env, const char *url)
{
    struct goal goal;
    const char *proxy;

    if (target->proxy_url)
        return target->proxy_url;
    if (!parse_goal(arena, url, &goal))
        return NULL;
    proxy = from_environment(env, goal.tls);
    if (!proxy || is_loopback(&goal) ||
        is_excluded(arena, &goal, either(env, "NO_PROXY", "no_proxy")))
        return NULL;
    /* Any scheme stays what it is: http://ftp://… would be a host that is called ftp. */
    return strstr(proxy, "://") ? pg_arena_strdup(arena, proxy)
                                : pg_arena_printf(arena, "http://%s", proxy);
}
