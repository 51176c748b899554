#include "http.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include "http_say.h"

#define MAX_REDO 1

struct pg_http_call {
    struct pg_http *http;
    struct pg_http_request request;
    struct pg_arena *arena;
    CURL *easy;
    const char *proxy; /* NULL: none; may hold a password */
    struct curl_slist *headers, *connect_to;
    struct pg_http_reply reply;
    struct pg_buf line; /* of a watch, as far as it came */
    size_t heads, max_body;
    uint64_t auth_version;
    uint32_t tries;
    bool cancelled, stopped, capped, queued;
    struct pg_kube_auth auth; /* copies of the blobs are libcurl's; this is wiped at once */
    char error[CURL_ERROR_SIZE];
    struct pg_http_call *next, **link;
};

struct pg_http {
    const struct pg_kube_target *target;
    struct pg_kube_creds *creds;
    const struct pg_kube_env *env;
    struct pg_kube_run run;
    CURLM *multi;
    struct pg_http_call *calls;
    uint32_t ncalls;
    uint64_t bytes;
    struct pg_arena *arena;
    const char *const *impersonate;
    uint32_t nimpersonate;
};

/* --- life ---------------------------------------------------------------------------------------- */

static void open_multi(struct pg_http *http)
{
    http->multi = curl_multi_init();
    if (!http->multi)
        pg_die("out of memory: no room for connections");
    curl_multi_setopt(http->multi, CURLMOPT_PIPELINING, CURLPIPE_MULTIPLEX);
}

struct pg_http *pg_http_new(const struct pg_kube_target *target, struct pg_kube_creds *creds,
                            const struct pg_kube_env *env, struct pg_err *err)
{
    struct pg_http *http;
    struct pg_arena *arena;

    /* Not thread-safe in old versions, but nothing else uses libcurl, and this is called once a thread. */
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
        pg_err_set(err, "libcurl can't be started");
        return NULL;
    }
    arena = pg_arena_new();
    http = pg_arena_alloc(arena, sizeof *http);
    http->arena = arena;
    http->target = target;
    http->creds = creds;
    http->env = env;
    http->run.cancel = -1;
    http->impersonate = pg_kube_impersonate(arena, target, &http->nimpersonate);
    open_multi(http);
    return http;
}

/* One of them is the token. */
static void free_headers(struct pg_http_call *call)
{
    for (struct curl_slist *head = call->headers; head; head = head->next)
        explicit_bzero(head->data, strlen(head->data));
    curl_slist_free_all(call->headers);
    call->headers = NULL;
}

static void free_call(struct pg_http_call *call)
{
    if (call->easy)
        curl_easy_cleanup(call->easy);
    curl_slist_free_all(call->connect_to);
    free_headers(call);
    pg_buf_free(&call->reply.body);
    pg_buf_free(&call->line);
    pg_arena_free(call->arena);
}

static void unlink_call(struct pg_http_call *call)
{
    *call->link = call->next;
    if (call->next)
        call->next->link = call->link;
    call->http->ncalls--;
}

static void detach(struct pg_http_call *call)
{
    if (call->queued)
        curl_multi_remove_handle(call->http->multi, call->easy);
    call->queued = false;
}

void pg_http_free(struct pg_http *http)
{
    if (!http)
        return;
    while (http->calls) {
        struct pg_http_call *call = http->calls;
        detach(call);
        unlink_call(call);
        free_call(call);
    }
    curl_multi_cleanup(http->multi);
    pg_arena_free(http->arena);
}

struct pg_kube_run *pg_http_plugin(struct pg_http *http)
{
    return &http->run;
}

uint32_t pg_http_busy(const struct pg_http *http)
{
    return http->ncalls;
}

uint64_t pg_http_bytes(const struct pg_http *http)
{
    return http->bytes;
}

void pg_http_wake(struct pg_http *http)
{
    curl_multi_wakeup(http->multi);
}

/* --- what arrives -------------------------------------------------------------------------------- */

static size_t on_header(char *bytes, size_t size, size_t n, void *context)
{
    struct pg_http_call *call = context;

    (void)bytes;
    call->heads += size * n;
    call->capped = call->capped || call->heads > PG_HTTP_MAX_HEADS;
    return call->capped || call->cancelled ? 0 : size * n;
}

/* Cuts what came into lines. */
static bool take_lines(struct pg_http_call *call, const char *bytes, size_t n)
{
    while (n > 0) {
        const char *end = memchr(bytes, '\n', n);
        size_t part = end ? (size_t)(end - bytes) : n;
        if (call->line.n + part > PG_HTTP_MAX_LINE) {
            call->capped = true;
            return false;
        }
        if (!end) {
            pg_buf_add(&call->line, bytes, part);
            return true;
        }
        bool whole = call->line.n == 0;
        if (!whole)
            pg_buf_add(&call->line, bytes, part);
        if (!call->request.line(call->request.context, whole ? bytes : call->line.p,
                                whole ? part : call->line.n)) {
            call->stopped = true;
            return false;
        }
        pg_buf_clear(&call->line);
        bytes = end + 1;
        n -= part + 1;
    }
    return true;
}

static size_t on_body(char *bytes, size_t size, size_t n, void *context)
{
    struct pg_http_call *call = context;
    size_t total = size * n;
    long status = 0;

    if (call->cancelled)
        return 0;
    curl_easy_getinfo(call->easy, CURLINFO_RESPONSE_CODE, &status);
    if (call->request.line && status == 200)
        return take_lines(call, bytes, total) ? total : 0;
    if (call->reply.body.n + total > call->max_body) {
        call->capped = true;
        return 0;
    }
    pg_buf_add(&call->reply.body, bytes, total);
    return total;
}

/* A connection whose other end is gone must be found out though nothing is sent on it. */
static int on_socket(void *context, curl_socket_t fd, curlsocktype purpose)
{
    unsigned ms = PG_HTTP_STALL_S * 1000;
    int probes = 2;

    (void)context;
    if (purpose == CURLSOCKTYPE_IPCXN) {
        setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &ms, sizeof ms);
        setsockopt(fd, IPPROTO_TCP, TCP_KEEPCNT, &probes, sizeof probes);
    }
    return CURL_SOCKOPT_OK;
}

/* --- what is sent -------------------------------------------------------------------------------- */

static void header(struct pg_http_call *call, const char *line)
{
    struct curl_slist *list = curl_slist_append(call->headers, line);

    if (!list)
        pg_die("out of memory: no room for a request");
    call->headers = list;
}

static struct curl_blob blob(const struct pg_secret *secret)
{
    return (struct curl_blob){.data = secret->p, .len = secret->n, .flags = CURL_BLOB_COPY};
}

static void set_tls(CURL *easy, const struct pg_kube_target *target)
{
    curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    if (target->insecure) {
        curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 0L);
        curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 0L);
    }
    if (target->ca.n) {
        struct curl_blob ca = blob(&target->ca);
        /* Or libcurl would trust the system's roots besides. */
        curl_easy_setopt(easy, CURLOPT_CAPATH, NULL);
        curl_easy_setopt(easy, CURLOPT_CAINFO, NULL);
        curl_easy_setopt(easy, CURLOPT_CAINFO_BLOB, &ca);
    }
}

/* The URL and, where certificate and server have different names, the way there. */
static void set_goal(struct pg_http_call *call)
{
    const struct pg_kube_target *target = call->http->target;
    bool six = strchr(target->host, ':') != NULL;
    const char *open = six ? "[" : "", *close = six ? "]" : "";
    const char *url;

    if (target->tls && target->tls_server_name) {
        const char *name = target->tls_server_name;
        url = pg_arena_printf(call->arena, "https://%s:%u%s%s", name, (unsigned)target->port,
                              target->path, call->request.path);
        const char *way =
            pg_arena_printf(call->arena, "%s:%u:%s%s%s:%u", name, (unsigned)target->port, open,
                            target->host, close, (unsigned)target->port);
        call->connect_to = curl_slist_append(NULL, way);
        curl_easy_setopt(call->easy, CURLOPT_CONNECT_TO, call->connect_to);
        header(call, pg_arena_printf(call->arena, "Host: %s%s%s:%u", open, target->host, close,
                                     (unsigned)target->port));
    } else {
        url = pg_arena_printf(call->arena, "%s%s", target->url, call->request.path);
    }
    curl_easy_setopt(call->easy, CURLOPT_URL, url);
}

static void set_proxy(struct pg_http_call *call)
{
    const struct pg_http *http = call->http;
    const char *proxy = pg_kube_proxy(call->arena, http->target, http->env, http->target->url);

    /* As Go has it, the proxy resolves the name; and libcurl goes by the scheme, whatever its options say. */
    if (proxy && strncasecmp(proxy, "socks5://", 9) == 0)
        proxy = pg_arena_printf(call->arena, "socks5h://%s", proxy + 9);
    call->proxy = proxy;
    /* Ours is the choice: libcurl's own look at the environment differs from kubectl's. */
    curl_easy_setopt(call->easy, CURLOPT_PROXY, proxy ? proxy : "");
    curl_easy_setopt(call->easy, CURLOPT_NOPROXY, "");
    if (!proxy)
        return;
    curl_easy_setopt(call->easy, CURLOPT_PROXYTYPE,
                     strncmp(proxy, "socks5", 6) == 0  ? (long)CURLPROXY_SOCKS5_HOSTNAME
                     : strncmp(proxy, "https", 5) == 0 ? (long)CURLPROXY_HTTPS
                                                       : (long)CURLPROXY_HTTP);
    curl_easy_setopt(call->easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
}

static bool set_auth(struct pg_http_call *call)
{
    struct pg_http *http = call->http;
    struct pg_kube_auth *auth = &call->auth;
    CURLcode cert = CURLE_OK, key = CURLE_OK;

    if (!pg_kube_creds_get(http->creds, &http->run, auth, &call->reply.err)) {
        call->reply.trouble = PG_HTTP_CREDENTIALS;
        call->reply.creds = http->run.trouble;
        return false;
    }
    call->auth_version = auth->version;
    if (auth->token.n) {
        struct pg_buf line = {0};
        pg_buf_puts(&line, "Authorization: Bearer ");
        pg_buf_add(&line, auth->token.p, auth->token.n);
        header(call, line.p);
        explicit_bzero(line.p, line.n);
        pg_buf_free(&line);
    }
    if (auth->username) {
        curl_easy_setopt(call->easy, CURLOPT_HTTPAUTH, (long)CURLAUTH_BASIC);
        curl_easy_setopt(call->easy, CURLOPT_USERNAME, auth->username);
        curl_easy_setopt(call->easy, CURLOPT_PASSWORD, auth->password.p ? auth->password.p : "");
    }
    if (auth->cert.n) {
        struct curl_blob c = blob(&auth->cert), k = blob(&auth->key);
        cert = curl_easy_setopt(call->easy, CURLOPT_SSLCERT_BLOB, &c);
        key = curl_easy_setopt(call->easy, CURLOPT_SSLKEY_BLOB, &k);
        curl_easy_setopt(call->easy, CURLOPT_SSLCERTTYPE, "PEM");
        curl_easy_setopt(call->easy, CURLOPT_SSLKEYTYPE, "PEM");
    }
    pg_kube_auth_wipe(auth);
    if (cert == CURLE_OK && key == CURLE_OK)
        return true;
    call->reply.trouble = PG_HTTP_TLS;
    return pg_err_set(&call->reply.err,
                      "this libcurl takes no client certificate from memory; polgrid needs the one "
                      "that is built with OpenSSL");
}

static void set_limits(struct pg_http_call *call)
{
    int64_t ms = call->request.timeout_ms;
    CURL *easy = call->easy;

    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, 512L << 10);
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT, (long)PG_HTTP_CONNECT_S);
    curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
    curl_easy_setopt(easy, CURLOPT_TCP_KEEPIDLE, 20L);
    curl_easy_setopt(easy, CURLOPT_TCP_KEEPINTVL, 10L);
    if (call->request.line)
        return; /* a healthy watch may say nothing for minutes */
    if (ms == 0)
        ms = call->http->target->request_timeout_ms;
    if (ms > 0)
        curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)ms);
    curl_easy_setopt(easy, CURLOPT_LOW_SPEED_LIMIT, 100L);
    curl_easy_setopt(easy, CURLOPT_LOW_SPEED_TIME, (long)PG_HTTP_STALL_S);
}

static void set_headers(struct pg_http_call *call)
{
    const struct pg_http *http = call->http;

    header(call, "User-Agent: polgrid/" PG_VERSION " (linux/amd64)");
    header(call, pg_arena_printf(call->arena, "Accept: %s",
                                 call->request.accept ? call->request.accept : "application/json"));
    for (uint32_t i = 0; i < http->nimpersonate; i++)
        header(call, http->impersonate[i]);
    /* One encoding, whatever else libcurl could undo. A watch is a trickle: nothing to gain. */
    if (!http->target->disable_compression && !call->request.line)
        curl_easy_setopt(call->easy, CURLOPT_ACCEPT_ENCODING, "gzip");
    curl_easy_setopt(call->easy, CURLOPT_HTTPHEADER, call->headers);
}

/* Puts the request on its way. False: it has failed already, and the reply says why. */
static bool start(struct pg_http_call *call)
{
    CURL *easy = curl_easy_init();

    if (!easy)
        pg_die("out of memory: no room for a request");
    call->easy = easy;
    call->tries++;
    call->error[0] = '\0';
    curl_easy_setopt(easy, CURLOPT_PRIVATE, call);
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, call->error);
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, call);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, call);
    curl_easy_setopt(easy, CURLOPT_SOCKOPTFUNCTION, on_socket);
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_2TLS);
    curl_easy_setopt(easy, CURLOPT_PIPEWAIT, 1L);
    set_goal(call);
    set_tls(easy, call->http->target);
    set_proxy(call);
    set_limits(call);
    if (!set_auth(call))
        return false;
    set_headers(call);
    call->queued = curl_multi_add_handle(call->http->multi, easy) == CURLM_OK;
    if (!call->queued)
        call->reply.trouble = PG_HTTP_BROKEN;
    return call->queued || pg_err_set(&call->reply.err, "libcurl refuses the request");
}

struct pg_http_call *pg_http_get(struct pg_http *http, const struct pg_http_request *request)
{
    struct pg_arena *arena = pg_arena_new();
    struct pg_http_call *call = pg_arena_alloc(arena, sizeof *call);

    call->arena = arena;
    call->http = http;
    call->request = *request;
    call->request.path = pg_arena_strdup(arena, request->path);
    call->max_body = request->max_body ? request->max_body : PG_HTTP_MAX_BODY;
    call->next = http->calls;
    call->link = &http->calls;
    if (call->next)
        call->next->link = &call->next;
    http->calls = call;
    http->ncalls++;
    /* What failed already is told by the next run, as all else. */
    if (!start(call))
        call->stopped = true;
    return call;
}

void pg_http_cancel(struct pg_http_call *call)
{
    call->cancelled = true;
}

void pg_http_cancel_all(struct pg_http *http)
{
    for (struct pg_http_call *call = http->calls; call; call = call->next)
        pg_http_cancel(call);
}

/* --- the end of a request ------------------------------------------------------------------------ */

static void finish(struct pg_http_call *call)
{
    detach(call);
    unlink_call(call);
    call->request.done(call->request.context, &call->reply);
    free_call(call);
}

/* Whether fresh credentials may help; then the request is on its way again. */
static bool again(struct pg_http_call *call)
{
    if (call->reply.status != 401 || call->tries > MAX_REDO ||
        !pg_kube_creds_reject(call->http->creds, call->auth_version))
        return false;
    detach(call);
    curl_easy_cleanup(call->easy);
    free_headers(call);
    curl_slist_free_all(call->connect_to);
    call->connect_to = NULL;
    pg_buf_free(&call->reply.body);
    call->reply = (struct pg_http_reply){0};
    call->heads = 0;
    if (!start(call))
        call->stopped = true;
    return true;
}

static void read_head(struct pg_http_call *call)
{
    struct pg_http_reply *reply = &call->reply;
    curl_off_t wait = 0, bytes = 0;
    char *type = NULL;

    curl_easy_getinfo(call->easy, CURLINFO_RESPONSE_CODE, &reply->status);
    curl_easy_getinfo(call->easy, CURLINFO_CONTENT_TYPE, &type);
    curl_easy_getinfo(call->easy, CURLINFO_RETRY_AFTER, &wait);
    curl_easy_getinfo(call->easy, CURLINFO_SIZE_DOWNLOAD_T, &bytes);
    reply->content_type = type ? pg_arena_strdup(call->arena, type) : "";
    reply->json = strncmp(reply->content_type, "application/json", 16) == 0;
    reply->retry_after_ms = wait > 60 ? 60000 : wait > 0 ? (int64_t)wait * 1000 : -1;
    call->http->bytes += (uint64_t)bytes;
}

static void settle(struct pg_http_call *call, CURLcode code)
{
    struct pg_http_reply *reply = &call->reply;

    read_head(call);
    if (code == CURLE_OK) {
        if (!again(call))
            finish(call);
        return;
    }
    if (call->capped) {
        reply->trouble = PG_HTTP_CAP;
        pg_err_set(&reply->err, "the server sends more than a Kubernetes API server would");
    } else if (call->stopped || call->cancelled) {
        reply->trouble = PG_HTTP_CANCELLED;
        pg_err_set(&reply->err, "cancelled");
    } else {
        pg_http_say(call->http->target, call->easy, call->proxy, code, call->error, reply);
    }
    if (reply->trouble != PG_HTTP_BROKEN)
        reply->status = 0;
    finish(call);
}

/* Requests that were cancelled, or that failed before they were sent. */
static bool sweep(struct pg_http *http)
{
    for (struct pg_http_call *call = http->calls, *next; call; call = next) {
        next = call->next;
        if (call->cancelled) {
            call->reply.trouble = PG_HTTP_CANCELLED;
            pg_err_set(&call->reply.err, "cancelled");
        } else if (call->queued || !call->stopped) {
            continue;
        }
        finish(call);
        return true;
    }
    return false;
}

void pg_http_run(struct pg_http *http, int timeout_ms)
{
    CURLMsg *message;
    int running = 0, left;
    bool happened = false;

    while (sweep(http))
        happened = true;
    curl_multi_perform(http->multi, &running);
    while ((message = curl_multi_info_read(http->multi, &left)) != NULL) {
        struct pg_http_call *call = NULL;
        if (message->msg != CURLMSG_DONE)
            continue;
        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, (char **)&call);
        settle(call, message->data.result);
        happened = true;
    }
    if (!happened)
        curl_multi_poll(http->multi, NULL, 0, timeout_ms, NULL);
}

void pg_http_drop(struct pg_http *http)
{
    if (http->ncalls)
        return;
    curl_multi_cleanup(http->multi);
    open_multi(http);
}
