/* live_discover(): asks what is served; what could not be had of it is unclear (discovery.h has what it says). */
#include <string.h>

#include "inner.h"
#include "polgrid/clock.h"

/* One request of it: /apis, or of a group where the server has only the plain form. */
struct live_asking {
    struct pg_live *live;
    const char *path, *accept;
    const char *group; /* NULL: /apis */
    struct pg_http_call *call;
    uint32_t tries;
    int64_t due_ms; /* 0: not to be sent (again) */
};

/* Without the list of what is served there is nothing to be said. Without a group's, what it may hold is unknown. */
static void discovery_failed(struct live_asking *asking, const struct pg_err *err)
{
    struct pg_live *live = asking->live;

    if (asking->group) {
        live_discovery_unclear(&live->discovery, asking->group, err->text);
    } else {
        live->failed = true;
        live->err = *err;
    }
}

static void read_discovery(struct live_asking *asking, const struct pg_http_reply *reply)
{
    struct live_discovery *discovery = &asking->live->discovery;
    const char *text = pg_buf_text(&reply->body);
    size_t n = reply->status == 404 ? 0 : reply->body.n; /* this is something else */
    struct pg_err err;

    if (asking->group) {
        if (!live_discovery_read_group(discovery, text, n, &err))
            discovery_failed(asking, &err);
    } else if (!live_discovery_read(discovery, text, n, &err)) {
        pg_err_set(&err,
                   "%s does not answer like a Kubernetes API server; check the server "
                   "of the cluster in the kubeconfig",
                   asking->live->target.url);
        discovery_failed(asking, &err);
    }
}

static void on_discovery(void *context, struct pg_http_reply *reply)
{
    struct live_asking *asking = context;
    struct pg_live *live = asking->live;
    int64_t wait = reply->retry_after_ms;
    struct pg_err err;

    asking->call = NULL;
    live->discovering--;
    if (reply->trouble == PG_HTTP_FINE && (reply->status == 429 || reply->status >= 500) &&
        ++asking->tries < LIVE_MAX_TRIES && !live->stopped) {
        asking->due_ms =
            pg_clock_ms() + (wait < 0 ? live_backoff_ms(&live->random, asking->tries) : wait);
    } else if (reply->trouble != PG_HTTP_FINE) {
        discovery_failed(asking, &reply->err);
    } else if (reply->status == 403 && !asking->group) {
        live->unasked = "the user may not ask which kinds are served";
    } else if (reply->status == 200 || (reply->status == 404 && !asking->group)) {
        read_discovery(asking, reply);
    } else if (reply->status != 404) {
        pg_err_set(&err, "%s", live_reply_reason(live->read, reply));
        discovery_failed(asking, &err);
    }
}

static void ask_discovery(struct pg_live *live, const char *path, const char *accept,
                          const char *group)
{
    struct live_asking *asking = pg_arena_alloc(live->read, sizeof *asking);

    *asking = (struct live_asking){
        .live = live, .path = path, .accept = accept, .group = group, .due_ms = 1};
    pg_vec_push(live->read, &live->askings, asking);
}

/* Sends what is due. False where nothing is left, neither to be sent nor under way. */
static bool send_discovery(struct pg_live *live)
{
    int64_t now = pg_clock_ms();
    bool waits = false;

    for (uint32_t i = 0; i < live->askings.n; i++) {
        struct live_asking *asking = live->askings.v[i];
        struct pg_http_request request = {
            .path = asking->path, .accept = asking->accept, .done = on_discovery, .context = asking};
        waits = waits || asking->due_ms;
        if (!asking->due_ms || asking->due_ms > now || live->discovering >= LIVE_PARALLEL)
            continue;
        asking->due_ms = 0;
        live->discovering++;
        asking->call = pg_http_get(live->http, &request);
    }
    return waits || live->discovering > 0;
}

static void run_discovery(struct pg_live *live)
{
    while (!live->stopped && send_discovery(live)) {
        pg_http_run(live->http, LIVE_TURN_MS);
        live_tell_progress(live, "/apis");
    }
    if (!live->stopped)
        return;
    live->unasked = "the load was stopped";
    for (uint32_t i = 0; i < live->askings.n; i++)
        if (live->askings.v[i]->call)
            pg_http_cancel(live->askings.v[i]->call);
    while (live->discovering > 0)
        pg_http_run(live->http, LIVE_TURN_MS);
}

/* "cilium.io" of "/apis/cilium.io/v2". */
static const char *group_of(struct pg_arena *arena, const char *path)
{
    path += strlen("/apis/");
    return pg_arena_strndup(arena, path, strcspn(path, "/"));
}

bool live_discover(struct pg_live *live, struct pg_err *err)
{
    live_discovery_start(&live->discovery, live->read);
    ask_discovery(live, "/apis", LIVE_DISCOVERY_ACCEPT, NULL);
    run_discovery(live);
    for (uint32_t i = 0; i < live->discovery.to_ask.n && !live->failed; i++) {
        const char *path = live->discovery.to_ask.v[i];
        ask_discovery(live, path, NULL, group_of(live->read, path));
    }
    run_discovery(live);
    if (live->stopped)
        return true;
    if (live->failed)
        *err = live->err;
    return !live->failed;
}
