/*
 * HTTPS to one API server: GET and nothing else, many requests at a time over one connection where the
 * server offers HTTP/2.
 *
 *     struct pg_http *http = pg_http_new(&target, creds, &env);
 *     pg_http_get(http, &request);               any number of times, also from within `done`
 *     while (pg_http_busy(http)) pg_http_run(http, 1000);
 *     pg_http_free(http);
 *
 * Callbacks come from pg_http_run() alone. Everything that the server decides has a cap: the size of a body
 * after decompression, of a line of a watch, of the headers, how long it may stay silent. Redirects are not
 * followed. Credentials are asked for before each request; after a 401 they are renewed and the request is
 * sent once more. No message holds any of them.
 *
 * An http belongs to one thread, but for pg_http_wake().
 */
#ifndef POLGRID_LIVE_HTTP_H
#define POLGRID_LIVE_HTTP_H

#include "polgrid/buf.h"
#include "polgrid/kubeconfig.h"

/* What went wrong where there is no answer. */
enum pg_http_trouble {
    PG_HTTP_FINE,
    PG_HTTP_CREDENTIALS, /* they can't be had; reply.creds tells why */
    PG_HTTP_NAME,        /* the name of the server or the proxy does not resolve */
    PG_HTTP_CONNECT,
    PG_HTTP_PROXY,
    PG_HTTP_TLS,
    PG_HTTP_TIMEOUT,
    PG_HTTP_CAP,       /* it sent more than is taken */
    PG_HTTP_BROKEN,    /* the answer ended early, or is no HTTP */
    PG_HTTP_CANCELLED, /* by pg_http_cancel() or by a callback */
};

struct pg_http_reply {
    enum pg_http_trouble trouble;
    enum pg_kube_trouble creds;
    long status; /* 0: no answer */
    bool json;   /* by its Content-Type */
    const char *content_type;
    struct pg_buf body;     /* the callback may take it: {0} it then */
    int64_t retry_after_ms; /* -1: it does not say; at most a minute */
    struct pg_err err;      /* a sentence, where there is a trouble */
};

/* The end of a request. `reply` is valid during the call. */
typedef void pg_http_done(void *context, struct pg_http_reply *reply);
/* A line of a watch, without its newline. False ends the request. */
typedef bool pg_http_line(void *context, const char *line, size_t n);

struct pg_http_request {
    const char *path;   /* "/api/v1/pods?limit=500"; copied */
    const char *accept; /* NULL: JSON; lives as long as the program */
    pg_http_line *line; /* a watch: a successful body goes here line by line, with no deadline */
    int64_t timeout_ms; /* 0: that of --request-timeout */
    size_t max_body;    /* 0: PG_HTTP_MAX_BODY */
    pg_http_done *done;
    void *context;
};

#define PG_HTTP_MAX_BODY  ((size_t)96 << 20) /* twenty times a page of 500 pods */
#define PG_HTTP_MAX_LINE  ((size_t)16 << 20)
#define PG_HTTP_MAX_HEADS ((size_t)1 << 20)
#define PG_HTTP_STALL_S   30 /* with next to nothing arriving */
#define PG_HTTP_CONNECT_S 15

struct pg_http;
struct pg_http_call;

/* `target`, `creds` and `env` must outlive it. NULL where libcurl can't do what is needed. */
struct pg_http *pg_http_new(const struct pg_kube_target *target, struct pg_kube_creds *creds,
                            const struct pg_kube_env *env, struct pg_err *err);
void pg_http_free(struct pg_http *http);

/* How plugins may be run (kubeconfig.h); zero at first but for `cancel`. */
struct pg_kube_run *pg_http_plugin(struct pg_http *http);

/* Begins a request; the call is valid until `done` returns. */
struct pg_http_call *pg_http_get(struct pg_http *http, const struct pg_http_request *request);
/* Ends it; `done` is called with PG_HTTP_CANCELLED by the next pg_http_run(). */
void pg_http_cancel(struct pg_http_call *call);
/* Ends every request that is under way. */
void pg_http_cancel_all(struct pg_http *http);
/* Closes the connections, where no request is under way: after a sleep, or where they seem dead. Wakes are for the
   connections of now, so no other thread may call pg_http_wake() meanwhile. */
void pg_http_drop(struct pg_http *http);

/* Works for at most `timeout_ms`, less if something happened. */
void pg_http_run(struct pg_http *http, int timeout_ms);
/* Makes pg_http_run() return; from any thread. */
void pg_http_wake(struct pg_http *http);
uint32_t pg_http_busy(const struct pg_http *http);
/* Bytes of bodies received so far, as they came over the wire. */
uint64_t pg_http_bytes(const struct pg_http *http);

#endif
