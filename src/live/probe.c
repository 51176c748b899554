/*
 * What no watch tells of: kinds that are served now and were not, rights that were given, and namespaces that may be
 * got and not listed. Looked at every half minute (live_probe() of inner.h).
 */
#include <string.h>

#include "inner.h"
#include "polgrid/clock.h"
#include "polgrid/text.h"

#define PROBE_MS   30000
#define MOST_LISTS 20u /* refused ones that are tried at a time */
#define MOST_NAMES 100u

/* --- kinds --------------------------------------------------------------------------------------- */

/* Whether something that is read came or went, or is served in another version. The core group is not in the answer; and
   where the server has only the plain form, its groups alone are. */
static bool differs(const struct live_discovery *was, const struct live_discovery *is)
{
    for (uint32_t r = 0; r < live_nresources; r++) {
        const char *group = live_resources[r].group;
        if (live_resources[r].always)
            continue;
        if (live_discovery_has_group(was, group) != live_discovery_has_group(is, group))
            return true;
        if (is->to_ask.n == 0 && !is->unclear[r] &&
            (!pg_text_same(was->version[r], is->version[r]) || was->unknown[r] != is->unknown[r] ||
             (was->unclear[r] && !was->version[r])))
            return true;
    }
    return false;
}

static void on_kinds(void *context, struct pg_http_reply *reply)
{
    struct pg_live *live = context;
    struct live_discovery now;
    struct pg_err err;

    live->probing--;
    if (!live->following || reply->trouble != PG_HTTP_FINE || reply->status != 200)
        return;
    live_discovery_start(&now, live->probe);
    if (live_discovery_read(&now, pg_buf_text(&reply->body), reply->body.n, &err) &&
        differs(&live->discovery, &now))
        live->outdated = true;
}

static void ask_kinds(struct pg_live *live)
{
    struct pg_http_request request = {
        .path = "/apis", .accept = LIVE_DISCOVERY_ACCEPT, .done = on_kinds, .context = live};

    live->probing++;
    pg_http_get(live->http, &request);
}

/* --- rights -------------------------------------------------------------------------------------- */

static void on_list(void *context, struct pg_http_reply *reply)
{
    struct pg_live *live = context;

    live->probing--;
    if (live->following && reply->trouble == PG_HTTP_FINE && reply->status == 200)
        live->outdated = true;
}

static void ask_lists(struct pg_live *live)
{
    uint32_t asked = 0, i;

    for (i = 0; i < live->lists.n && asked < MOST_LISTS; i++) {
        const struct live_list *list = live->lists.v[(live->probe_list + i) % live->lists.n];
        struct pg_http_request request = {.done = on_list, .context = live};
        if (list->state != LIVE_LIST_REFUSED)
            continue;
        request.path = live_look_path(live->probe, list);
        live->probing++;
        asked++;
        pg_http_get(live->http, &request);
    }
    if (live->lists.n)
        live->probe_list = (live->probe_list + i) % live->lists.n;
}

/* --- namespaces ---------------------------------------------------------------------------------- */

struct name {
    struct pg_live *live;
    const char *text;
};

static void on_name(void *context, struct pg_http_reply *reply)
{
    struct name *name = context;
    struct pg_live *live = name->live;
    const struct live_object *object;

    live->probing--;
    if (!live->following || reply->trouble != PG_HTTP_FINE)
        return;
    live_take_namespace(live, reply);
    /* Gone, or not to be had any more: its labels are not known. */
    object = live_store_find(live->store, 0, "", name->text);
    if ((reply->status == 404 || reply->status == 403) && object)
        live_drop(live, object);
}

struct asking_names {
    struct pg_live *live;
    uint32_t seen, asked;
};

static bool ask_name(void *context, struct live_object *object)
{
    struct asking_names *asking = context;
    struct pg_live *live = asking->live;
    struct pg_http_request request = {.done = on_name};
    struct name *name;

    if (asking->seen++ < live->probe_name)
        return true;
    name = pg_arena_alloc(live->probe, sizeof *name);
    *name = (struct name){live, pg_arena_strdup(live->probe, object->name)};
    request.path = live_namespace_path(live->probe, name->text);
    request.context = name;
    live->probing++;
    pg_http_get(live->http, &request);
    return ++asking->asked < MOST_NAMES;
}

/* Where they may not be listed there is no watch either. */
static void ask_names(struct pg_live *live)
{
    struct asking_names asking = {.live = live};

    if (live->lists.n == 0 || live->lists.v[0]->state != LIVE_LIST_REFUSED)
        return;
    live_store_each(live->store, 0, NULL, ask_name, &asking);
    live->probe_name = asking.asked < MOST_NAMES ? 0 : live->probe_name + asking.asked;
}

/* --- all of it ----------------------------------------------------------------------------------- */

void live_probe(struct pg_live *live)
{
    int64_t now = pg_clock_ms();

    if (live->probing > 0 || live->missed > 0 || now - live->probe_ms < PROBE_MS)
        return;
    live->probe_ms = now;
    pg_arena_reset(live->probe);
    ask_kinds(live);
    ask_lists(live);
    ask_names(live);
}
