#include "http_say.h"

#include <stdlib.h>
#include <string.h>

#include "polgrid/text.h"

#define LOOK_S 5

/* What the certificate says of itself; empty where it does not. */
struct look {
    struct pg_buf subject, issuer, names, start, expire;
};

static void free_look(struct look *look)
{
    pg_buf_free(&look->subject);
    pg_buf_free(&look->issuer);
    pg_buf_free(&look->names);
    pg_buf_free(&look->start);
    pg_buf_free(&look->expire);
}

/* "Name:value" of libcurl's list. */
static void take(struct look *look, const char *entry)
{
    static const char *const keys[] = {
        "Subject:", "Issuer:", "X509v3 Subject Alternative Name:", "Start date:", "Expire date:"};
    struct pg_buf *const into[] = {&look->subject, &look->issuer, &look->names, &look->start,
                                   &look->expire};

    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        size_t n = strlen(keys[i]);
        if (strncmp(entry, keys[i], n) == 0 && into[i]->n == 0)
            pg_text_clean(into[i], entry + n, strlen(entry + n));
    }
}

/* Connects once more and sends nothing. */
static void look_at_certificate(CURL *easy, struct look *look)
{
    CURL *probe = curl_easy_duphandle(easy);
    struct curl_certinfo *info = NULL;

    if (!probe)
        return;
    /* Nothing of the user's goes along: it may be anybody's server. */
    curl_easy_setopt(probe, CURLOPT_HTTPHEADER, NULL);
    curl_easy_setopt(probe, CURLOPT_USERNAME, NULL);
    curl_easy_setopt(probe, CURLOPT_PASSWORD, NULL);
    curl_easy_setopt(probe, CURLOPT_SSLCERT_BLOB, NULL);
    curl_easy_setopt(probe, CURLOPT_SSLKEY_BLOB, NULL);
    curl_easy_setopt(probe, CURLOPT_ERRORBUFFER, NULL);
    curl_easy_setopt(probe, CURLOPT_CONNECT_ONLY, 1L);
    curl_easy_setopt(probe, CURLOPT_CERTINFO, 1L);
    curl_easy_setopt(probe, CURLOPT_SSL_VERIFYPEER, 0L);
    curl_easy_setopt(probe, CURLOPT_SSL_VERIFYHOST, 0L);
    curl_easy_setopt(probe, CURLOPT_TIMEOUT, (long)LOOK_S);
    if (curl_easy_perform(probe) == CURLE_OK &&
        curl_easy_getinfo(probe, CURLINFO_CERTINFO, &info) == CURLE_OK && info &&
        info->num_of_certs > 0)
        for (struct curl_slist *entry = info->certinfo[0]; entry; entry = entry->next)
            take(look, entry->data);
    curl_easy_cleanup(probe);
}

static bool has(const char *text, const char *part)
{
    return strcasestr(text, part) != NULL;
}

static void say_certificate(const struct pg_kube_target *target, CURL *easy, const char *error,
                            struct pg_err *err)
{
    struct look look = {0};
    const char *name = target->tls_server_name ? target->tls_server_name : target->host;

    look_at_certificate(easy, &look);
    if (has(error, "subject name") || has(error, "does not match") || has(error, "mismatch"))
        pg_err_set(err,
                   "TLS: the certificate of %s is not for %s but for %s; connect by one of these "
                   "names or set tls-server-name",
                   target->url, name, look.names.n ? look.names.p : pg_buf_text(&look.subject));
    else if (has(error, "expired"))
        pg_err_set(err,
                   "TLS: the certificate of %s has expired (valid until %s); renew it on the "
                   "server, and check this machine's clock",
                   target->url, look.expire.n ? look.expire.p : "a date that it does not tell");
    else if (has(error, "not yet valid"))
        pg_err_set(err,
                   "TLS: the certificate of %s is not valid yet (from %s on); check this machine's "
                   "clock",
                   target->url, look.start.n ? look.start.p : "a date that it does not tell");
    else
        pg_err_set(err,
                   "TLS: the certificate of %s (%s, issued by %s) is not signed by %s: %s; check "
                   "certificate-authority of the cluster in the kubeconfig",
                   target->url, look.subject.n ? look.subject.p : "unknown",
                   look.issuer.n ? look.issuer.p : "unknown",
                   target->ca.n ? "the CA of the kubeconfig" : "a CA that this system trusts",
                   error);
    free_look(&look);
}

static void say_tls(const struct pg_kube_target *target, const char *error, struct pg_err *err)
{
    if (has(error, "wrong version number") || has(error, "packet length") ||
        has(error, "http request"))
        pg_err_set(err,
                   "TLS: %s does not speak TLS; is the port right, or is this a proxy that needs "
                   "proxy-url?",
                   target->url);
    else if (has(error, "unsupported protocol") || has(error, "protocol version"))
        pg_err_set(err, "TLS: %s speaks only versions of TLS before 1.2, which are not safe",
                   target->url);
    else if (has(error, "certificate required") || has(error, "bad certificate") ||
             has(error, "certificate expired") || has(error, "unknown ca") ||
             has(error, "handshake failure"))
        pg_err_set(err,
                   "TLS: %s refuses the client certificate (%s); has it expired, or is it for "
                   "another cluster?",
                   target->url, error);
    else
        pg_err_set(err, "TLS: the handshake with %s failed: %s", target->url, error);
}

static void say_connect(const struct pg_kube_target *target, CURL *easy, const char *proxy,
                        struct pg_err *err)
{
    long number = 0;

    curl_easy_getinfo(easy, CURLINFO_OS_ERRNO, &number);
    pg_err_set(err, "no connection to %s: %s; is the %s up, and reachable from here (VPN)?",
               proxy ? "the proxy" : target->url,
               number ? strerror((int)number) : "nobody answers there",
               proxy ? "proxy" : "API server");
}

static const char *or_no_word(const char *error)
{
    return *error ? error : "libcurl does not say why";
}

/* The sort of trouble that a code of libcurl's is. */
static enum pg_http_trouble sort(CURLcode code, long connect_status)
{
    if (connect_status >= 300)
        return PG_HTTP_PROXY;
    switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY: return PG_HTTP_NAME;
    case CURLE_COULDNT_CONNECT: return PG_HTTP_CONNECT;
    case CURLE_PROXY: return PG_HTTP_PROXY;
    case CURLE_OPERATION_TIMEDOUT: return PG_HTTP_TIMEOUT;
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_CIPHER: return PG_HTTP_TLS;
    default: return PG_HTTP_BROKEN;
    }
}

static void say_timeout(const struct pg_kube_target *target, CURL *easy, struct pg_err *err)
{
    curl_off_t connected = 0;

    curl_easy_getinfo(easy, CURLINFO_APPCONNECT_TIME_T, &connected);
    if (connected == 0)
        curl_easy_getinfo(easy, CURLINFO_PRETRANSFER_TIME_T, &connected);
    if (connected == 0)
        pg_err_set(err, "no connection to %s: nobody answers; a firewall, or a VPN that is down?",
                   target->url);
    else
        pg_err_set(err, "%s stopped answering; try again, or give --request-timeout more",
                   target->url);
}

/* Whether libcurl says the proxy's URL, which may hold a password, because it can't use it. */
static bool quotes_proxy(const char *error, const char *proxy)
{
    return proxy && (strncmp(error, "Unsupported proxy", 17) == 0 || strstr(error, proxy));
}

void pg_http_say(const struct pg_kube_target *target, CURL *easy, const char *proxy, CURLcode code,
                 const char *error, struct pg_http_reply *reply)
{
    struct pg_err *err = &reply->err;
    struct pg_buf clean = {0};
    long connect_status = 0;

    curl_easy_getinfo(easy, CURLINFO_HTTP_CONNECTCODE, &connect_status);
    error = *error ? error : curl_easy_strerror(code);
    pg_text_clean(&clean, error, strlen(error));
    error = or_no_word(clean.p);
    reply->trouble = sort(code, connect_status);
    if (quotes_proxy(error, proxy)) {
        reply->trouble = PG_HTTP_PROXY;
        pg_err_set(err,
                   "the proxy's URL can't be used; write http://HOST:PORT, https or socks5, in "
                   "proxy-url or HTTPS_PROXY");
        pg_buf_free(&clean);
        return;
    }
    switch (reply->trouble) {
    case PG_HTTP_NAME:
        pg_err_set(err, "the name of %s does not resolve: %s; check the kubeconfig, DNS or the VPN",
                   code == CURLE_COULDNT_RESOLVE_PROXY ? "the proxy" : target->url, error);
        break;
    case PG_HTTP_CONNECT: say_connect(target, easy, proxy, err); break;
    case PG_HTTP_PROXY:
        if (connect_status == 407)
            pg_err_set(err, "the proxy wants a user name and a password (407); put them in "
                            "proxy-url or HTTPS_PROXY");
        else if (connect_status)
            pg_err_set(err, "the proxy does not connect to %s: it answers %ld", target->url,
                       connect_status);
        else
            pg_err_set(err, "the proxy does not connect to %s: %s", target->url, error);
        break;
    case PG_HTTP_TLS:
        if (code == CURLE_PEER_FAILED_VERIFICATION)
            say_certificate(target, easy, error, err);
        else if (code == CURLE_SSL_CERTPROBLEM)
            pg_err_set(err,
                       "the client certificate and key of the kubeconfig can't be used, or don't "
                       "belong together: %s",
                       error);
        else if (code == CURLE_SSL_CACERT_BADFILE)
            pg_err_set(err, "certificate-authority holds no certificate that can be read: %s",
                       error);
        else
            say_tls(target, error, err);
        break;
    case PG_HTTP_TIMEOUT: say_timeout(target, easy, err); break;
    default: pg_err_set(err, "the answer of %s broke off: %s", target->url, error); break;
    }
    pg_buf_free(&clean);
}
