/*
 * Why a request failed, in one sentence: what failed, where, and what to try. Where the server's certificate was
 * refused, with the names and dates in it.
 */
#ifndef POLGRID_LIVE_HTTP_SAY_H
#define POLGRID_LIVE_HTTP_SAY_H

#include <curl/curl.h>

#include "http.h"

/* Fills trouble and err of the reply. `error` is libcurl's own word. May connect once more, without credentials,
   to read the certificate; within a few seconds. */
void pg_http_say(const struct pg_kube_target *target, CURL *easy, const char *proxy, CURLcode code,
                 const char *error, struct pg_http_reply *reply);

#endif
