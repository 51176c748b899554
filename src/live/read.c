/* pg_live_read(): discovery, then the lists, four at a time, page by page. */
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "inner.h"
#include "polgrid/clock.h"
#include "polgrid/map.h"
#include "polgrid/text.h"

#define MAX_PAGES    20000u                  /* ten million objects */
#define MAX_EMPTY    20u                     /* pages in a row */
#define MAX_WHOLE    (((size_t)1 << 30) - 1) /* of a list in one piece */
#define MAX_RESTARTS 2u

/* --- progress ------------------------------------------------------------------------------------ */

void live_tell_progress(struct pg_live *live, const char *what)
{
    struct pg_load_progress *progress = &live->progress;

    progress->bytes = pg_http_bytes(live->http);
    if (what)
        progress->file = what;
    if (live->reading.progress && !live->stopped)
        live->stopped = !live->reading.progress(live->reading.context, progress);
}

/* --- one page ------------------------------------------------------------------------------------ */

struct page {
    struct live_list *list;
    uint32_t objects;
};

enum live_change live_take(struct pg_live *live, uint32_t resource, const struct pg_object *object,
                           uint32_t round)
{
    enum live_need need = live_resources[resource].need;
    const char *ns = object->ns ? object->ns : "";
    struct pg_buf yaml = {0};
    struct pg_err err;
    enum live_change change;

    /* Policies are looked at: they are kept the way people read them, and lines count in that. */
    if (need == LIVE_POLICY && pg_object_yaml(&yaml, object->json, object->n, &err))
        change = live_store_put(live->store, resource, ns, object->name, yaml.p, yaml.n, round);
    else
        change =
            live_store_put(live->store, resource, ns, object->name, object->json, object->n, round);
    pg_buf_free(&yaml);
    return change;
}

static bool take(void *context, const struct pg_object *object)
{
    struct page *page = context;
    struct live_list *list = page->list;
    const struct live_resource *resource = &live_resources[list->resource];

    page->objects++;
    /* What the server was not asked for is nobody's business. */
    if (strcmp(object->kind, resource->kind) != 0 || resource->namespaced != (object->ns != NULL) ||
        (list->ns && strcmp(list->ns, object->ns) != 0))
        return true;
    enum live_change change = live_take(list->live, list->resource, object, list->round);
    /* While a cluster is followed this is a second reading: what it finds was missed. */
    if (change != LIVE_SAME)
        live_note(list->live, list->resource, change, object->ns, object->name, NULL);
    if (change == LIVE_ADDED) {
        list->live->progress.objects++;
        list->live->progress.pods += strcmp(resource->plural, "pods") == 0;
        list->live->progress.policies += resource->need == LIVE_POLICY;
    }
    return true;
}

void live_drop(struct pg_live *live, const struct live_object *object)
{
    live_note(live, object->resource, LIVE_REMOVED, *object->ns ? object->ns : NULL, object->name,
              NULL);
    live_store_remove(live->store, object->resource, object->ns, object->name);
}

static bool drop_old(void *context, struct live_object *object)
{
    struct live_list *list = context;

    if (object->round != list->round)
        live_drop(list->live, object);
    return true;
}

static void ask(struct live_list *list);

static void fail(struct live_list *list, enum live_list_state state, const char *reason)
{
    list->state = state;
    list->had = false;
    list->live->changed = list->live->following || list->live->changed;
    list->reason = pg_arena_strdup(list->live->read, reason);
}

/* Again after a while; or not any more. */
static void retry(struct live_list *list, int64_t wait_ms, const char *reason)
{
    if (++list->tries >= LIVE_MAX_TRIES) {
        fail(list, LIVE_LIST_FAILED, reason);
        return;
    }
    if (wait_ms < 0)
        wait_ms = live_backoff_ms(&list->live->random, list->tries);
    list->state = LIVE_LIST_DUE;
    list->due_ms = pg_clock_ms() + wait_ms;
}

void live_list_again(struct live_list *list, int64_t wait_ms)
{
    pg_buf_clear(&list->token);
    pg_buf_clear(&list->version);
    list->pages = list->empty = 0;
    list->round = ++list->live->round;
    list->state = LIVE_LIST_DUE;
    list->due_ms = pg_clock_ms() + wait_ms;
}

static bool is_list(const struct pg_http_reply *reply)
{
    struct pg_buf kind = {0};
    bool ok = pg_json_member_text(&kind, pg_buf_text(&reply->body), reply->body.n, "kind") &&
              kind.n > 4 && strcmp(kind.p + kind.n - 4, "List") == 0;

    pg_buf_free(&kind);
    return ok;
}

/* Appends the text of a string, of nothing where there is none. False where it is something else. */
static bool add_text(struct pg_buf *out, struct pg_json_span object, const char *key)
{
    struct pg_json_span span = {NULL, 0};
    json_t *json;
    bool ok;

    if (object.p)
        span = pg_json_member(object.p, object.n, key);
    if (!span.p || pg_json_member_text(out, object.p, object.n, key))
        return true;
    json = json_loadb(span.p, span.n, JSON_DECODE_ANY, NULL);
    ok = json_is_string(json) || json_is_null(json);
    if (json_is_string(json))
        pg_buf_puts(out, json_string_value(json));
    json_decref(json);
    return ok;
}

/* Reads the head of a list: where the next page begins, and the version it is of. What is wrong with it; NULL:
   nothing. */
static const char *read_head(struct live_list *list, const struct pg_http_reply *reply)
{
    struct pg_json_span head = pg_json_member(pg_buf_text(&reply->body), reply->body.n, "metadata");
    struct pg_buf token = {0};
    bool ok = add_text(&token, head, "continue"), ends;

    if (list->version.n == 0)
        ok = add_text(&list->version, head, "resourceVersion") && ok;
    ends = ++list->pages < MAX_PAGES &&
           (token.n == 0 || strcmp(token.p, pg_buf_text(&list->token)) != 0);
    pg_buf_free(&list->token);
    list->token = token;
    return !ok     ? "where the pages of the list go on can't be read"
           : !ends ? "the pages of the list don't come to an end"
                   : NULL;
}

static void read_page(struct live_list *list, struct pg_http_reply *reply)
{
    struct pg_live *live = list->live;
    struct page page = {.list = list};
    struct pg_buf body = reply->body;
    struct pg_err err = {{0}};
    const char *wrong;
    bool more;

    if (!is_list(reply)) {
        retry(list, -1, "what the server answers is no list of objects");
        return;
    }
    wrong = read_head(list, reply);
    if (wrong) {
        fail(list, LIVE_LIST_FAILED, wrong);
        return;
    }
    reply->body = (struct pg_buf){0};
    more = list->token.n > 0;
    if (more)
        ask(list); /* the server works on it while this page is read */
    list->tries = 0;
    bool ok = pg_objects_read(pg_buf_text(&body), body.n, take, &page, &err);
    pg_buf_free(&body);
    list->empty = page.objects ? 0 : list->empty + 1;
    if (ok && list->empty <= MAX_EMPTY) {
        if (!more) {
            live->changed = (live->following && !list->had) || live->changed;
            list->state = LIVE_LIST_READ;
            list->had = true;
            list->watch_lost_ms = pg_clock_ms();
            list->restarts = 0;
            list->whole = false;
            live_store_each(live->store, list->resource, list->ns, drop_old, list);
        }
        return;
    }
    if (list->call)
        pg_http_cancel(list->call);
    list->call = NULL;
    if (ok)
        fail(list, LIVE_LIST_FAILED, "the pages of the list don't come to an end");
    else
        fail(list, LIVE_LIST_FAILED, err.text);
}

/* --- answers ------------------------------------------------------------------------------------- */

static void expired(struct live_list *list)
{
    if (list->restarts++ >= MAX_RESTARTS) {
        fail(list, LIVE_LIST_FAILED, "the list changes faster than it can be read (410 Gone)");
        return;
    }
    list->whole = list->restarts == MAX_RESTARTS;
    live_list_again(list, 0);
}

/* Whether a 404 says that the kind is not served. Not of what every cluster has, and not where it is somebody else,
   a proxy, who says it: then it was not read, and nobody knows what there is. */
static bool is_absent(const struct live_list *list, const struct pg_http_reply *reply)
{
    const struct live_resource *resource = &live_resources[list->resource];
    struct pg_buf kind = {0};
    bool status = pg_json_member_text(&kind, pg_buf_text(&reply->body), reply->body.n, "kind") &&
                  strcmp(kind.p, "Status") == 0;

    pg_buf_free(&kind);
    return resource->need == LIVE_EXTRA || (status && !resource->always);
}

static void on_list(void *context, struct pg_http_reply *reply)
{
    struct live_list *list = context;
    struct pg_live *live = list->live;
    const char *reason;

    list->call = NULL;
    if (list->state != LIVE_LIST_ASKED || reply->trouble == PG_HTTP_CANCELLED)
        return; /* a page that is not wanted any more */
    if (reply->trouble == PG_HTTP_FINE && reply->status == 200) {
        read_page(list, reply);
        live_tell_progress(live, live_resources[list->resource].plural);
        return;
    }
    reason = live_reply_reason(live->read, reply);
    if (reply->status == 410) {
        expired(list);
    } else if (reply->status == 403) {
        fail(list, LIVE_LIST_REFUSED, reason);
    } else if (reply->status == 404 && is_absent(list, reply) && live->following) {
        /* It may be served in another version now: what is, is to be asked first. */
        fail(list, LIVE_LIST_FAILED, reason);
        live->outdated = true;
    } else if (reply->status == 404 && is_absent(list, reply)) {
        fail(list, LIVE_LIST_ABSENT, reason);
        live_store_each(live->store, list->resource, list->ns, drop_old, list);
    } else if (reply->trouble == PG_HTTP_CAP) {
        fail(list, LIVE_LIST_FAILED, reason);
    } else if (reply->status == 401 || reply->trouble == PG_HTTP_CREDENTIALS) {
        fail(list, LIVE_LIST_FAILED, reason);
        live->rejected = true;
        live->err = reply->err;
        if (reply->status == 401)
            pg_err_set(&live->err, "%s", reason);
    } else if (reply->status == 429 || reply->status >= 500 || reply->status == 0 ||
               reply->trouble != PG_HTTP_FINE) {
        retry(list, reply->retry_after_ms, reason);
    } else {
        fail(list, LIVE_LIST_FAILED, reason);
    }
}

static void ask(struct live_list *list)
{
    struct pg_arena *scratch = pg_arena_new();
    struct pg_http_request request = {
        .path = live_list_path(scratch, list), .done = on_list, .context = list};

    if (list->whole)
        request.max_body = MAX_WHOLE;

    list->state = LIVE_LIST_ASKED;
    list->call = pg_http_get(list->live->http, &request);
    pg_arena_free(scratch);
}

void live_list_add(struct pg_live *live, uint32_t resource, const char *ns)
{
    struct live_list *list = pg_arena_alloc(live->read, sizeof *list);

    list->live = live;
    list->resource = resource;
    list->ns = ns ? pg_arena_strdup(live->read, ns) : NULL;
    list->round = ++live->round;
    pg_vec_push(live->read, &live->lists, list);
}

/* --- the turns ----------------------------------------------------------------------------------- */

static void stop_all(struct pg_live *live)
{
    for (uint32_t i = 0; i < live->lists.n; i++) {
        struct live_list *list = live->lists.v[i];
        if (list->state > LIVE_LIST_ASKED)
            continue;
        if (list->call)
            pg_http_cancel(list->call);
        fail(list, LIVE_LIST_FAILED, "the load was stopped");
    }
    while (pg_http_busy(live->http))
        pg_http_run(live->http, 0);
}

int64_t live_lists_ask(struct pg_live *live, int64_t most)
{
    int64_t now = pg_clock_ms(), wait = -1;
    uint32_t asked = 0;

    for (uint32_t i = 0; i < live->lists.n; i++)
        asked += live->lists.v[i]->state == LIVE_LIST_ASKED;
    for (uint32_t i = 0; i < live->lists.n; i++) {
        struct live_list *list = live->lists.v[i];
        int64_t left = list->due_ms - now;
        if (list->state == LIVE_LIST_ASKED && wait < 0)
            wait = most;
        if (list->state != LIVE_LIST_DUE)
            continue;
        if (left <= 0 && asked < LIVE_PARALLEL) {
            ask(list);
            asked++;
        }
        if (left < 0 || list->state == LIVE_LIST_ASKED)
            left = most;
        wait = wait < 0 || left < wait ? left : wait;
    }
    return wait > most ? most : wait;
}

static void run_lists(struct pg_live *live)
{
    int64_t wait;

    while (!live->stopped && !live->rejected && (wait = live_lists_ask(live, LIVE_TURN_MS)) >= 0) {
        pg_http_run(live->http, (int)wait);
        live_tell_progress(live, NULL);
    }
    if (live->stopped || live->rejected)
        stop_all(live);
}

/* --- what to read -------------------------------------------------------------------------------- */

/* Whether one of the groups (words with spaces between) is served. */
static bool any_group(const struct pg_live *live, const char *groups)
{
    for (const char *p = groups; *p; p += strcspn(p, " "), p += *p == ' ') {
        char group[100] = "";
        size_t n = strcspn(p, " ");
        memcpy(group, p, n < sizeof group ? n : 0);
        if (live_discovery_has_group(&live->discovery, group))
            return true;
    }
    return false;
}

static bool is_wanted(const struct pg_live *live, uint32_t r)
{
    const struct live_resource *resource = &live_resources[r];

    if (!live->discovery.version[r])
        return false;
    if (resource->unless && any_group(live, resource->unless))
        return false;
    return !resource->only_with || any_group(live, resource->only_with);
}

/* --- all of it ----------------------------------------------------------------------------------- */

static const struct live_list *list_of(const struct pg_live *live, const char *plural)
{
    for (uint32_t i = 0; i < live->lists.n; i++)
        if (strcmp(live_resources[live->lists.v[i]->resource].plural, plural) == 0)
            return live->lists.v[i];
    return NULL;
}

/* Whether nothing that matters could be read: then the answer is an error and not an empty cluster. */
static bool is_nothing(const struct pg_live *live, struct pg_err *err)
{
    const struct live_list *pods = list_of(live, "pods");
    bool any = false;

    for (uint32_t i = 0; i < live->lists.n; i++) {
        const struct live_list *list = live->lists.v[i];
        any = any ||
              (live_resources[list->resource].need == LIVE_PEERS && list->state == LIVE_LIST_READ);
        any = any || live_store_count(live->store, list->resource) > 0;
    }
    if (any || live->stopped)
        return false;
    pg_err_set(err,
               "%s: pods can't be read, neither of the cluster nor of namespace %s: %s; choose a "
               "namespace with -n, or ask for the rights that `polgrid help rbac' prints",
               live->target.url, live->target.namespace_, pods && pods->reason ? pods->reason : "");
    return true;
}

static void begin(struct pg_live *live, const struct pg_live_reading *reading)
{
    live_follow_stop(live);
    for (uint32_t i = 0; i < live->lists.n; i++) {
        pg_buf_free(&live->lists.v[i]->token);
        pg_buf_free(&live->lists.v[i]->version);
    }
    pg_arena_free(live->read);
    live->read = pg_arena_new();
    memset(&live->lists, 0, sizeof live->lists);
    memset(&live->progress, 0, sizeof live->progress);
    live->stopped = live->failed = live->rejected = false;
    live->outdated = live->whole = false;
    live->spread = live->new_names = false;
    live->unasked = NULL;
    memset(&live->askings, 0, sizeof live->askings);
    live->discovering = 0;
    live->first_round = live->round;
    live->reading = *reading;
    live->err = (struct pg_err){{0}};
    struct pg_kube_run *run = pg_http_plugin(live->http);
    run->terminal = reading->terminal;
    run->said = reading->said;
    run->cancel = reading->cancel;
    if (reading->asked)
        pg_kube_creds_retry(live->creds);
}

static bool drop_unseen(void *context, struct live_object *object)
{
    struct pg_live *live = context;

    if (object->round <= live->first_round)
        live_drop(live, object);
    return true;
}

/* What this reading did not come across is of an earlier one: of a kind that is not served any more, or that may
   not be read now. */
static void forget_earlier(struct pg_live *live)
{
    for (uint32_t r = 0; r < live_nresources; r++)
        live_store_each(live->store, r, NULL, drop_unseen, live);
}

static bool read_all(struct pg_live *live, const struct pg_live_reading *reading, struct pg_err *err)
{
    begin(live, reading);
    if (!live_discover(live, err))
        return false;
    for (uint32_t r = 0; r < live_nresources; r++)
        if (is_wanted(live, r))
            live_list_add(live, r, NULL);
    run_lists(live);
    if (!live->rejected && !live->stopped) {
        live_lists_spread(live);
        run_lists(live);
        live_ask_namespaces(live);
    }
    if (live->rejected) {
        *err = live->err;
        return false;
    }
    forget_earlier(live);
    return !is_nothing(live, err);
}

bool pg_live_read(struct pg_live *live, const struct pg_live_reading *reading, struct pg_err *err)
{
    bool ok = read_all(live, reading, err);

    live->whole = ok && !live->stopped;
    if (ok && live->stopped)
        pg_err_set(&live->err, "reading it again was stopped");
    else if (!ok)
        live->err = *err;
    return ok;
}
