/* pg_kube_proxy() of kubeconfig.h, by what Go's httpproxy does with the same environment */
#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "polgrid/kubeconfig.h"

/* "NAME=VALUE" strings, ended by NULL */
static const char *from_list(void *context, const char *name)
{
    const char *const *list = context;
    size_t n = strlen(name);

    for (; *list; list++)
        if (strncmp(*list, name, n) == 0 && (*list)[n] == '=')
            return *list + n + 1;
    return NULL;
}

/* Like the other, in the target's place; the answer lives in a buffer that the next call takes. */
static const char *choose(const char *const *list, const char *proxy_url, const char *url)
{
    static char kept[256];
    struct pg_arena *arena = pg_arena_new();
    struct pg_kube_target target = {.proxy_url = proxy_url};
    struct pg_kube_env env = {.get = from_list, .context = (void *)(uintptr_t)list};
    const char *proxy = pg_kube_proxy(arena, &target, &env, url);

    *kept = '\0';
    if (proxy) {
        assert_true(strlen(proxy) < sizeof kept);
        memcpy(kept, proxy, strlen(proxy) + 1);
    }
    pg_arena_free(arena);
    return proxy ? kept : NULL;
}

static void assert_choice(const char *const *list, const char *url, const char *expected)
{
    const char *proxy = choose(list, NULL, url);

    if (expected && proxy)
        assert_string_equal(proxy, expected);
    else if (expected || proxy)
        fail_msg("%s: %s instead of %s", url, proxy ? proxy : "no proxy",
                 expected ? expected : "no proxy");
}

/* --- which variable ---------------------------------------------------------------------------- */

static void the_variable_of_the_scheme(void **state)
{
    const char *const both[] = {"HTTPS_PROXY=http://s.test:1", "HTTP_PROXY=http://p.test:2", NULL};
    const char *const all[] = {"ALL_PROXY=http://a.test:1", "all_proxy=http://a.test:1", NULL};
    const char *const plain[] = {"HTTP_PROXY=http://p.test:2", NULL};
    const char *const none[] = {NULL};

    (void)state;
    assert_choice(both, "https://k8s.test:6443", "http://s.test:1");
    assert_choice(both, "HTTPS://k8s.test:6443", "http://s.test:1");
    assert_choice(both, "http://k8s.test:8080", "http://p.test:2");
    assert_choice(plain, "https://k8s.test", NULL);
    assert_choice(all, "https://k8s.test", NULL); /* libcurl would take it, Go does not */
    assert_choice(none, "https://k8s.test", NULL);
    assert_choice(both, "ftp://k8s.test", NULL);
    assert_choice(both, "k8s.test:6443", NULL);
    assert_choice(both, "", NULL);
}

static void capitals_go_before_small_letters(void **state)
{
    const char *const both[] = {"https_proxy=http://small.test", "HTTPS_PROXY=http://big.test",
                                NULL};
    const char *const small[] = {"https_proxy=http://small.test", "http_proxy=http://plain.test",
                                 NULL};
    const char *const empty[] = {"HTTPS_PROXY=", "https_proxy=http://small.test", NULL};
    const char *const lists[] = {"HTTPS_PROXY=http://big.test", "NO_PROXY=a.test",
                                 "no_proxy=b.test", NULL};
    const char *const list[] = {"HTTPS_PROXY=http://big.test", "NO_PROXY=", "no_proxy=b.test", NULL};

    (void)state;
    assert_choice(both, "https://k8s.test", "http://big.test");
    assert_choice(small, "https://k8s.test", "http://small.test");
    assert_choice(small, "http://k8s.test", "http://plain.test");
    assert_choice(empty, "https://k8s.test", "http://small.test");
    assert_choice(lists, "https://a.test", NULL);
    assert_choice(lists, "https://b.test", "http://big.test");
    assert_choice(list, "https://b.test", NULL);
}

/* A header `Proxy:' of a request to a CGI program becomes HTTP_PROXY, and HTTPS_PROXY can't be set so. */
static void a_cgi_takes_no_http_proxy(void **state)
{
    const char *const list[] = {"REQUEST_METHOD=GET", "HTTP_PROXY=http://evil.test",
                                "HTTPS_PROXY=http://s.test", NULL};

    (void)state;
    assert_choice(list, "http://k8s.test", NULL);
    assert_choice(list, "https://k8s.test", "http://s.test");
}

static void schemes(void **state)
{
    static const struct {
        const char *variable, *proxy;
    } cases[] = {
        {"HTTPS_PROXY=p.test:3128", "http://p.test:3128"},
        {"HTTPS_PROXY=user:word@p.test", "http://user:word@p.test"},
        {"HTTPS_PROXY=http://p.test", "http://p.test"},
        {"HTTPS_PROXY=HTTP://p.test", "HTTP://p.test"},
        {"HTTPS_PROXY=https://p.test:1", "https://p.test:1"},
        {"HTTPS_PROXY=socks5://p.test:1", "socks5://p.test:1"},
        {"HTTPS_PROXY=socks5h://p.test:1", "socks5h://p.test:1"},
        /* Not http://ftp://…, which would be a host that is called ftp: whoever connects refuses it. */
        {"HTTPS_PROXY=ftp://p.test:1", "ftp://p.test:1"},
    };

    (void)state;
    for (size_t i = 0; i < PG_COUNT(cases); i++) {
        const char *const list[] = {cases[i].variable, NULL};
        assert_choice(list, "https://k8s.test", cases[i].proxy);
    }
}

/* The kubeconfig's proxy-url is for this cluster alone: nothing in the environment takes it away. */
static void proxy_url_beats_the_environment(void **state)
{
    const char *const list[] = {"HTTPS_PROXY=http://env.test", "NO_PROXY=*", NULL};

    (void)state;
    assert_string_equal(choose(list, "socks5://own.test:1", "https://k8s.test"),
                        "socks5://own.test:1");
    assert_string_equal(choose(list, "http://own.test", "https://127.0.0.1:6443"),
                        "http://own.test");
}

static void never_for_the_loopback(void **state)
{
    static const char *const urls[] = {
        "https://localhost", "https://localhost:6443", "https://127.0.0.1:6443",
        "https://127.9.8.7", "https://[::1]:6443",     "https://[::1]",
    };
    static const char *const others[] = {
        "https://localhost.test", "https://my.localhost",   "https://128.0.0.1",
        "https://[::2]:6443",     "https://127.0.0.1.test",
    };
    const char *const list[] = {"HTTPS_PROXY=http://p.test", NULL};

    (void)state;
    for (size_t i = 0; i < PG_COUNT(urls); i++)
        assert_choice(list, urls[i], NULL);
    for (size_t i = 0; i < PG_COUNT(others); i++)
        assert_choice(list, others[i], "http://p.test");
}

/* --- NO_PROXY ---------------------------------------------------------------------------------- */

static void exceptions(void **state)
{
    static const struct {
        const char *list, *url;
        bool excepted;
    } cases[] = {
        /* a name, and what is below it */
        {"k8s.test", "https://k8s.test:6443", true},
        {"k8s.test", "https://a.k8s.test", true},
        {"k8s.test", "https://a.b.k8s.test/prefix", true},
        {"k8s.test", "https://ak8s.test", false},
        {"k8s.test", "https://my-k8s.test", false},
        {".k8s.test", "https://my-k8s.test", false},
        {"k8s.test", "https://k8s.test.org", false},
        {"k8s.test", "https://test", false},
        {"K8S.Test", "https://k8s.test", true},
        {"k8s.test", "https://K8S.TEST", true},
        {"test", "https://k8s.test", true},
        /* only what is below it */
        {".k8s.test", "https://a.k8s.test", true},
        {".k8s.test", "https://k8s.test", false},
        {"*.k8s.test", "https://a.k8s.test", true},
        {"*.k8s.test", "https://k8s.test", false},
        {"*k8s.test", "https://a.k8s.test", false},
        {"a.*.test", "https://a.k8s.test", false},
        /* everything */
        {"*", "https://k8s.test", true},
        {"*", "https://10.0.0.1", true},
        {"a.test, *", "https://k8s.test", true},
        {"**", "https://k8s.test", false},
        /* ports, those of the scheme too */
        {"k8s.test:6443", "https://k8s.test:6443", true},
        {"k8s.test:6443", "https://k8s.test:6444", false},
        {"k8s.test:6443", "https://k8s.test", false},
        {"k8s.test:443", "https://k8s.test", true},
        {".k8s.test:443", "https://a.k8s.test/x", true},
        {"10.0.0.1:6443", "https://10.0.0.1:6443", true},
        {"10.0.0.1:6443", "https://10.0.0.1", false},
        {"[2001:db8::1]:6443", "https://[2001:db8::1]:6443", true},
        {"[2001:db8::1]:6443", "https://[2001:db8::1]:1", false},
        {":6443", "https://k8s.test:6443", false},
        /* addresses, however they are written */
        {"10.0.0.1", "https://10.0.0.1:6443", true},
        {"10.0.0.1", "https://10.0.0.10", false},
        {"10.0.0.1", "https://a.10.0.0.1.test", false},
        {"2001:db8::1", "https://[2001:db8::1]:6443", true},
        {"2001:DB8:0:0::1", "https://[2001:db8::1]", true},
        {"[2001:db8::1]", "https://[2001:db8::1]", true},
        {"2001:db8::1", "https://[2001:db8::1%25eth0]:6443", true},
        {"2001:db8::1", "https://[2001:db8::2]", false},
        /* ranges */
        {"10.0.0.0/8", "https://10.200.3.4:6443", true},
        {"10.1.2.3/8", "https://10.200.3.4", true},
        {"10.0.0.0/8", "https://11.0.0.1", false},
        {"0.0.0.0/0", "https://11.0.0.1", true},
        {"0.0.0.0/0", "https://[2001:db8::1]", false},
        {"2001:db8::/32", "https://[2001:db8:1::1]:1", true},
        {"2001:db8::/32", "https://[2001:db9::1]", false},
        {"10.0.0.0/8", "https://k8s.test", false},
        {"10.0.0.0/33", "https://10.0.0.1", false},
        /* lists */
        {"a.test,k8s.test", "https://k8s.test", true},
        {" a.test ,\tk8s.test\t, ", "https://k8s.test", true},
        {",,k8s.test,,", "https://k8s.test", true},
        {"a.test k8s.test", "https://k8s.test", false},
        {"a.test;k8s.test", "https://a.test", false},
        {"", "https://k8s.test", false},
        {", ,", "https://k8s.test", false},
        {".", "https://k8s.test", false},
        {"[", "https://k8s.test", false},
        {"[]", "https://k8s.test", false},
        {"/", "https://k8s.test", false},
    };

    (void)state;
    for (size_t i = 0; i < PG_COUNT(cases); i++) {
        char no_proxy[100];
        const char *const list[] = {"HTTPS_PROXY=http://p.test", no_proxy, NULL};
        const char *proxy;
        snprintf(no_proxy, sizeof no_proxy, "NO_PROXY=%s", cases[i].list);
        proxy = choose(list, NULL, cases[i].url);
        if (cases[i].excepted != (proxy == NULL))
            fail_msg("NO_PROXY=%s, %s: %s", cases[i].list, cases[i].url, proxy ? proxy : "no proxy");
    }
}

static void ports_of_http(void **state)
{
    const char *const list[] = {"HTTP_PROXY=p.test", "NO_PROXY=a.test:80,b.test:443", NULL};

    (void)state;
    assert_choice(list, "http://a.test", NULL);
    assert_choice(list, "http://b.test", "http://p.test");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_variable_of_the_scheme),
        cmocka_unit_test(capitals_go_before_small_letters),
        cmocka_unit_test(a_cgi_takes_no_http_proxy),
        cmocka_unit_test(schemes),
        cmocka_unit_test(proxy_url_beats_the_environment),
        cmocka_unit_test(never_for_the_loopback),
        cmocka_unit_test(exceptions),
        cmocka_unit_test(ports_of_http),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
