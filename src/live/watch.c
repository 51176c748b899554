/* pg_live_follow(): a watch for each list, and the heart that tells a quiet cluster from a dead connection. */
#include <string.h>
#include <time.h>

#include <jansson.h>

#include "inner.h"
#include "polgrid/clock.h"
#include "polgrid/text.h"

#define MOST_WATCHES  256u /* of namespaces one by one there may be thousands */
#define LIFE_S        240u /* of a watch, and up to as much again: the server ends it then */
#define QUIET_MS      50000 /* nothing heard: begun again, for a dead connection says nothing either */
#define SETTLED_MS    5000 /* a watch that has been open for so long, works */
#define MOST_BAD      3u   /* watches in a row that end with an error: the list is read anew */
#define SHORT_MS      1000 /* a watch that ends earlier, having said nothing, is a failure */
#define HEARTBEAT_MS  20000
#define ANSWER_MS     10000 /* for the answer to a heartbeat */
#define MOST_MISSED   2u
#define SLEPT_MS      20000             /* the wall clock is this far ahead: the machine slept */
#define FAILED_MS     30000             /* until a list that failed is tried again */
#define MOST_FIELDS_N ((size_t)1 << 20) /* managedFields larger than this are not looked at */

/* --- news ---------------------------------------------------------------------------------------- */

void live_note(struct pg_live *live, uint32_t resource, enum live_change change, const char *ns,
               const char *name, const char *manager)
{
    static const char *const words[] = {"", "added", "changed", "removed", "removed, or done"};
    struct pg_live_event event = {.what = words[change]};

    if (!live->noting)
        return;
    live->changed = true;
    live->new_names = live->new_names || (change == LIVE_ADDED && resource <= 1);
    live->gone_names = live->gone_names || (change >= LIVE_REMOVED && resource <= 1);
    if (live->events_taken) {
        pg_arena_reset(live->news);
        memset(&live->events, 0, sizeof live->events);
        live->more_events = 0;
        live->events_taken = false;
    }
    if (live->events.n == PG_LIVE_EVENTS) {
        live->more_events++;
        return;
    }
    event.kind = live_resources[resource].kind;
    event.ns = ns ? pg_arena_strdup(live->news, ns) : NULL;
    event.name = pg_arena_strdup(live->news, name);
    event.manager = manager ? pg_arena_strdup(live->news, manager) : NULL;
    event.decides = live_resources[resource].need <= LIVE_PART && resource != 1;
    pg_vec_push(live->news, &live->events, event);
}

const struct pg_live_event *pg_live_events(struct pg_live *live, uint32_t *n, uint32_t *more)
{
    bool none = live->events_taken;

    live->events_taken = true;
    *n = none ? 0 : live->events.n;
    *more = none ? 0 : live->more_events;
    return live->events.v;
}

__attribute__((format(printf, 2, 3))) static void set_trouble(struct pg_live *live,
                                                              const char *format, ...)
{
    va_list args;

    va_start(args, format);
    vsnprintf(live->trouble, sizeof live->trouble, format, args);
    va_end(args);
}

/* --- who did it ---------------------------------------------------------------------------------- */

/* Appends the manager of the latest entry of managedFields; nothing where there is none. `status`: what controllers
   and the kubelet write there counts. */
static void add_manager(struct pg_buf *out, struct pg_json_span object, bool status)
{
    struct pg_json_span metadata = pg_json_member(object.p, object.n, "metadata"), fields;
    const char *latest = "", *manager = NULL;
    json_t *list, *entry;
    size_t i;

    if (!metadata.p)
        return;
    fields = pg_json_member(metadata.p, metadata.n, "managedFields");
    if (!fields.p || fields.n > MOST_FIELDS_N)
        return;
    list = json_loadb(fields.p, fields.n, 0, NULL);
    json_array_foreach(list, i, entry)
    {
        const char *time = json_string_value(json_object_get(entry, "time"));
        const char *name = json_string_value(json_object_get(entry, "manager"));
        /* RFC 3339 in UTC sorts as text. */
        if (name && time && strcmp(time, latest) >= 0 &&
            (status || !json_object_get(entry, "subresource"))) {
            latest = time;
            manager = name;
        }
    }
    if (manager)
        pg_buf_puts(out, manager);
    json_decref(list);
}

/* --- one watch ----------------------------------------------------------------------------------- */

struct change {
    struct live_list *list;
    struct pg_json_span object;
    bool removed;
};

/* Pods that are done are not asked for: to the watch they are gone as well, and the event has the pod as it was before. One
   that is being deleted says so. */
static bool may_be_done(const struct change *change, const struct pg_object *object)
{
    struct pg_json_span metadata = pg_json_member(change->object.p, change->object.n, "metadata");

    return change->removed && strcmp(object->kind, "Pod") == 0 && metadata.p &&
           !pg_json_member(metadata.p, metadata.n, "deletionTimestamp").p;
}

static bool apply(void *context, const struct pg_object *object)
{
    struct change *change = context;
    struct live_list *list = change->list;
    const struct live_resource *resource = &live_resources[list->resource];
    enum live_change what;

    if (strcmp(object->kind, resource->kind) != 0 || resource->namespaced != (object->ns != NULL) ||
        (list->ns && strcmp(list->ns, object->ns) != 0))
        return true;
    if (change->removed)
        what = live_store_remove(list->live->store, list->resource, object->ns ? object->ns : "",
                                 object->name);
    else
        what = live_take(list->live, list->resource, object, list->round);
    if (what != LIVE_SAME) {
        struct pg_buf manager = {0};
        /* In the status of a policy is nothing that is read. */
        add_manager(&manager, change->object, resource->need != LIVE_POLICY);
        live_note(list->live, list->resource, may_be_done(change, object) ? LIVE_DONE : what,
                  object->ns, object->name, manager.p);
        pg_buf_free(&manager);
    }
    return true;
}

static void set_lost(struct live_list *list, const char *why)
{
    snprintf(list->watch_trouble, sizeof list->watch_trouble, "%.*s",
             (int)sizeof list->watch_trouble - 1, why);
}

/* An ERROR event: a Status. */
static void take_error(struct live_list *list, struct pg_json_span status)
{
    struct pg_json_span code = pg_json_member(status.p, status.n, "code");
    struct pg_buf message = {0}, clean = {0};

    if (code.p && code.n == 3 && memcmp(code.p, "410", 3) == 0) {
        list->watch_expired = true;
        set_lost(list, "their version is forgotten (410 Gone)");
        return;
    }
    list->watch_bad = true;
    pg_json_member_text(&message, status.p, status.n, "message");
    pg_text_clean(&clean, pg_buf_text(&message), message.n);
    set_lost(list, clean.n ? clean.p : "the server ends the watch with an error");
    pg_buf_free(&message);
    pg_buf_free(&clean);
}

/* What is no event ends the watch. */
static bool is_nonsense(struct live_list *list)
{
    list->watch_bad = true;
    set_lost(list, "the server sends what is no event that can be read");
    return false;
}

static bool on_line(void *context, const char *line, size_t n)
{
    struct live_list *list = context;
    struct change change = {.list = list, .object = pg_json_member(line, n, "object")};
    struct pg_json_span metadata;
    struct pg_buf type = {0};
    struct pg_err err;
    bool ok = true;

    list->watch_heard_ms = list->live->proven_ms = pg_clock_ms();
    if (!change.object.p || !pg_json_member_text(&type, line, n, "type")) {
        pg_buf_free(&type);
        return n == 0 || is_nonsense(list);
    }
    if (strcmp(type.p, "ERROR") == 0) {
        take_error(list, change.object);
        pg_buf_free(&type);
        return false;
    }
    change.removed = strcmp(type.p, "DELETED") == 0;
    if (change.removed || strcmp(type.p, "ADDED") == 0 || strcmp(type.p, "MODIFIED") == 0)
        ok = pg_objects_read(change.object.p, change.object.n, apply, &change, &err);
    metadata = pg_json_member(change.object.p, change.object.n, "metadata");
    if (ok && metadata.p) {
        struct pg_buf version = {0};
        if (pg_json_member_text(&version, metadata.p, metadata.n, "resourceVersion")) {
            pg_buf_free(&list->version);
            list->version = version;
        }
        if (list->watch_heard_ms - list->watch_begun_ms > SETTLED_MS)
            list->watch_failures = 0;
    }
    pg_buf_free(&type);
    return ok || is_nonsense(list);
}

/* Milliseconds to wait after one more failure; -1 of `wait_ms`: longer each time. */
static int64_t failed(struct live_list *list, int64_t wait_ms)
{
    if (list->watch_failures++ == 0)
        list->watch_lost_ms = pg_clock_ms();
    return wait_ms >= 0 ? wait_ms : live_backoff_ms(&list->live->random, list->watch_failures);
}

/* The list anew: at once, but for one that did not get a watch going the last time either. */
static void read_anew(struct live_list *list)
{
    int64_t wait = failed(list, list->watch_failures == 0 ? 0 : -1);

    live_list_again(list, wait);
}

static void wait_longer(struct live_list *list, int64_t wait_ms)
{
    list->due_ms = pg_clock_ms() + failed(list, wait_ms);
}

/* What the server says instead of events. */
static void take_refusal(struct live_list *list, const struct pg_http_reply *reply)
{
    struct pg_arena *scratch = pg_arena_new();

    set_lost(list, reply->status == 403 ? "the user may not watch them (403 Forbidden)"
                                        : live_reply_reason(scratch, reply));
    pg_arena_free(scratch);
    /* The right was taken away, or the kind is gone: reading it again tells what holds now. */
    if (reply->status == 410 || reply->status == 403 || reply->status == 404)
        read_anew(list);
    else
        wait_longer(list, reply->retry_after_ms);
}

static void on_end(void *context, struct pg_http_reply *reply)
{
    struct live_list *list = context;
    int64_t now = pg_clock_ms(), lasted = now - list->watch_begun_ms;
    bool began = reply->status == 200, bad = list->watch_bad, expired = list->watch_expired;

    list->watch = NULL;
    list->due_ms = now;
    list->watch_bad = list->watch_expired = false;
    if (!list->live->following)
        return;
    if (lasted > SETTLED_MS)
        list->watch_failures = 0;
    if (expired || (bad && list->watch_failures >= MOST_BAD)) {
        read_anew(list);
    } else if (bad) {
        wait_longer(list, -1);
    } else if (reply->trouble == PG_HTTP_FINE && !began) {
        take_refusal(list, reply);
    } else if (reply->trouble != PG_HTTP_FINE && reply->trouble != PG_HTTP_CANCELLED) {
        set_lost(list, reply->err.text);
        wait_longer(list, -1);
    } else if (reply->trouble == PG_HTTP_FINE && lasted < SHORT_MS &&
               list->watch_heard_ms == list->watch_begun_ms) {
        set_lost(list, "the server ends the watch at once");
        wait_longer(list, -1);
    }
}

static void begin_watch(struct live_list *list)
{
    struct pg_live *live = list->live;
    struct pg_arena *scratch = pg_arena_new();
    unsigned life = LIFE_S + (unsigned)(live_random(&live->random) % LIFE_S);
    struct pg_http_request request = {.path = live_watch_path(scratch, list, life),
                                      .line = on_line,
                                      .done = on_end,
                                      .context = list};

    list->watch_begun_ms = list->watch_heard_ms = pg_clock_ms();
    list->watch = pg_http_get(live->http, &request);
    pg_arena_free(scratch);
}

/* Begins the watches that are due, and ends those that have been quiet for too long. */
static int64_t tend_watches(struct pg_live *live, int64_t most)
{
    int64_t now = pg_clock_ms();
    uint32_t n = 0;

    for (uint32_t i = 0; i < live->lists.n; i++) {
        struct live_list *list = live->lists.v[i];
        if (list->state == LIVE_LIST_FAILED) {
            live_list_again(list, FAILED_MS);
            list->tries = 0;
            continue;
        }
        if (list->state != LIVE_LIST_READ || n++ >= MOST_WATCHES)
            continue;
        if (!list->watch && now >= list->due_ms)
            begin_watch(list);
        else if (!list->watch && list->due_ms - now < most)
            most = list->due_ms - now;
        else if (list->watch && now - list->watch_heard_ms > QUIET_MS)
            pg_http_cancel(list->watch);
    }
    return most;
}

static void end_all(struct pg_live *live)
{
    pg_http_cancel_all(live->http);
    while (pg_http_busy(live->http))
        pg_http_run(live->http, 1);
}

void live_follow_stop(struct pg_live *live)
{
    live->following = false;
    end_all(live);
    live->heartbeat = NULL;
}

/* Ends all that is under way, for it to begin anew over fresh connections: over HTTP/2 all of it goes over one, which
   libcurl keeps for as long as the kernel does not find it dead. */
static void reconnect(struct pg_live *live)
{
    for (uint32_t i = 0; i < live->lists.n; i++) {
        struct live_list *list = live->lists.v[i];
        if (list->state != LIVE_LIST_ASKED)
            continue;
        list->state = LIVE_LIST_DUE;
        list->due_ms = 0;
    }
    end_all(live);
    pg_http_drop(live->http);
    live->dead = false;
}

/* --- the heart ----------------------------------------------------------------------------------- */

static void on_heartbeat(void *context, struct pg_http_reply *reply)
{
    struct pg_live *live = context;

    live->heartbeat = NULL;
    if (reply->status >= 500) { /* so says a proxy whose server is gone */
        set_trouble(live, "%s", live_reply_reason(live->news, reply));
        return;
    }
    if (reply->status > 0 &&
        !live->whole) { /* it is there, and what is shown is of an earlier reading */
        live->missed = 0;
        return;
    }
    if (reply->status > 0) { /* whatever else it says: it is there */
        live->proven_ms = pg_clock_ms();
        live->missed = 0;
        if (reply->status == 401)
            set_trouble(live, "%s", live_reply_reason(live->news, reply));
        else
            live->trouble[0] = '\0';
        return;
    }
    if (!live->following || reply->trouble == PG_HTTP_CANCELLED || reply->creds == PG_KUBE_CANCELLED)
        return;
    set_trouble(live, "%s", reply->err.text);
    if (reply->trouble == PG_HTTP_CREDENTIALS)
        return; /* that says nothing of the connections */
    live->dead = ++live->missed >= MOST_MISSED;
}

static void beat(struct pg_live *live)
{
    struct pg_http_request request = {
        .path = "/version", .timeout_ms = ANSWER_MS, .done = on_heartbeat, .context = live};
    int64_t now = pg_clock_ms();
    int64_t pause = live->missed ? ANSWER_MS / 2 : HEARTBEAT_MS;

    if (live->heartbeat || now - live->heartbeat_ms < pause)
        return;
    live->heartbeat_ms = now;
    live->heartbeat = pg_http_get(live->http, &request);
}

/* Whether the machine slept since the last turn: then no connection can be trusted. */
static bool has_slept(struct pg_live *live)
{
    struct timespec wall;
    int64_t now = pg_clock_ms(), wall_ms, ahead;

    clock_gettime(CLOCK_REALTIME, &wall);
    wall_ms = (int64_t)wall.tv_sec * 1000 + wall.tv_nsec / 1000000;
    ahead = (wall_ms - live->turn_wall_ms) - (now - live->turn_ms);
    bool slept = live->turn_ms != 0 && ahead > SLEPT_MS;
    live->turn_ms = now;
    live->turn_wall_ms = wall_ms;
    return slept;
}

/* --- all of it ----------------------------------------------------------------------------------- */

static void begin_following(struct pg_live *live)
{
    live->following = true;
    live->noting = true;
    live->trouble[0] = '\0';
    live->missed = 0;
    live->dead = false;
    live->turn_ms = 0;
    live->heartbeat_ms = live->probe_ms = pg_clock_ms();
    if (live->whole)
        live->proven_ms = live->heartbeat_ms;
    else /* what is there is of an earlier reading, or of none */
        set_trouble(live, "%s", live->err.text);
    for (uint32_t i = 0; i < live->lists.n; i++)
        live->lists.v[i]->due_ms = 0;
}

/* Whether what was read of a list is not followed just now, though it should be. */
static bool is_lost(const struct live_list *list, int64_t now)
{
    if (list->watch_failures < 2 || !list->had)
        return false;
    return !list->watch || now - list->watch_begun_ms <= SETTLED_MS;
}

/* Where there are no credentials, that is what is wrong, whatever fails for it. */
static void fill_login(struct pg_live *live, struct pg_live_state *state)
{
    struct pg_kube_creds_state *creds = &live->creds_state;
    const struct pg_buf *said = pg_http_plugin(live->http)->said;

    pg_kube_creds_state(live->creds, creds);
    state->plugin = creds->exec != NULL;
    state->said = creds->exec && said && said->n ? said->p : NULL;
    if (creds->trouble != PG_KUBE_FINE)
        state->trouble = creds->err.text;
    state->login = creds->exec && creds->trouble != PG_KUBE_PLUGIN_MISSING &&
                   (creds->trouble != PG_KUBE_FINE || (creds->refused && state->trouble));
    state->terminal = state->login && creds->exec->interactive != PG_KUBE_NEVER;
}

static void fill_state(struct pg_live *live, struct pg_live_state *state)
{
    int64_t now = pg_clock_ms();
    uint32_t n = 0;

    *state = (struct pg_live_state){.proven_ms = live->proven_ms, .whole = true};
    live->lost[0] = '\0';
    for (uint32_t i = 0; i < live->lists.n; i++) {
        const struct live_list *list = live->lists.v[i];
        n += list->state == LIVE_LIST_READ;
        if (list->had && list->state != LIVE_LIST_READ)
            state->whole = false;
        if (!is_lost(list, now))
            continue;
        if (!live->lost[0])
            snprintf(live->lost, sizeof live->lost, "%s are not followed: %s",
                     live_resources[list->resource].plural, list->watch_trouble);
        if (list->watch_lost_ms < state->proven_ms)
            state->proven_ms = list->watch_lost_ms;
    }
    state->trouble = live->trouble[0] ? live->trouble : live->lost[0] ? live->lost : NULL;
    fill_login(live, state);
    state->connected = live->missed == 0 && !state->trouble;
    state->outdated = live->outdated;
    state->whole = state->whole && n <= MOST_WATCHES;
}

bool pg_live_follow(struct pg_live *live, int timeout_ms, struct pg_live_state *state)
{
    int64_t wait = timeout_ms, lists;
    bool changed;

    if (!live->following)
        begin_following(live);
    if (has_slept(live)) {
        live->dead = true;
        live->heartbeat_ms = 0;
    }
    if (live->dead)
        reconnect(live);
    beat(live);
    live_probe(live);
    lists = live_lists_ask(live, wait);
    if (lists >= 0 && lists < wait)
        wait = lists;
    wait = tend_watches(live, wait);
    pg_http_run(live->http, (int)(wait < 0 ? 0 : wait));
    /* Before anybody looks: what is in a new namespace was not read. */
    if (live->spread && live->gone_names)
        live_lists_retire(live);
    if (live->spread && live->new_names)
        live_lists_spread(live);
    live->new_names = live->gone_names = false;
    fill_state(live, state);
    changed = live->changed;
    live->changed = false;
    return changed;
}
