/* Where the whole cluster may not be listed: namespace by namespace (live_lists_spread() and others of inner.h). */
#include <string.h>

#include "inner.h"
#include "polgrid/map.h"

#define MAX_NAMESPACE 100000u

struct names {
    struct pg_arena *arena;
    struct pg_map known; /* hash of a name */
    PG_VEC(const char *) list;
};

static void add_name(struct names *names, const char *name)
{
    uint64_t key = pg_hash(name, strlen(name), 0);

    if (pg_map_get(&names->known, key) || names->list.n >= MAX_NAMESPACE)
        return;
    pg_map_put(&names->known, key, 1);
    pg_vec_push(names->arena, &names->list, pg_arena_strdup(names->arena, name));
}

static bool is_name(const struct names *names, const char *name)
{
    return pg_map_get(&names->known, pg_hash(name, strlen(name), 0)) != NULL;
}

static bool add_object(void *context, struct live_object *object)
{
    add_name(context, *object->ns ? object->ns : object->name);
    return true;
}

/* Every namespace that is known of: the one that was asked for, those listed, those that pods are in. */
static struct names find_names(const struct pg_live *live)
{
    struct names names = {.arena = pg_arena_new()};

    add_name(&names, live->target.namespace_);
    live_store_each(live->store, 0, NULL, add_object, &names);
    live_store_each(live->store, 1, NULL, add_object, &names);
    return names;
}

static void free_names(struct names *names)
{
    pg_map_free(&names->known);
    pg_arena_free(names->arena);
}

static uint64_t list_key(uint32_t resource, const char *ns)
{
    return pg_hash(ns, strlen(ns), resource + 1);
}

void live_lists_spread(struct pg_live *live)
{
    struct names names = find_names(live);
    struct pg_map known = {0};
    uint32_t n = live->lists.n;

    for (uint32_t i = 0; i < n; i++)
        if (live->lists.v[i]->ns && live->lists.v[i]->state != LIVE_LIST_ABSENT)
            pg_map_put(&known, list_key(live->lists.v[i]->resource, live->lists.v[i]->ns), 1);
    for (uint32_t i = 0; i < n; i++) {
        const struct live_list *list = live->lists.v[i];
        if (list->state != LIVE_LIST_REFUSED || list->ns ||
            !live_resources[list->resource].namespaced)
            continue;
        live->spread = true;
        for (uint32_t k = 0; k < names.list.n; k++)
            if (!pg_map_get(&known, list_key(list->resource, names.list.v[k])))
                live_list_add(live, list->resource, names.list.v[k]);
    }
    pg_map_free(&known);
    free_names(&names);
}

static bool drop_one(void *context, struct live_object *object)
{
    live_drop(context, object);
    return true;
}

static void retire(struct live_list *list)
{
    list->state = LIVE_LIST_ABSENT;
    list->had = false;
    if (list->watch)
        pg_http_cancel(list->watch);
    if (list->call)
        pg_http_cancel(list->call);
    live_store_each(list->live->store, list->resource, list->ns, drop_one, list->live);
}

/* Not where pods are left: the namespace may just not have been heard of yet. */
void live_lists_retire(struct pg_live *live)
{
    struct names names;

    if (live->lists.v[0]->state != LIVE_LIST_READ)
        return;
    names = find_names(live);
    for (uint32_t i = 0; i < live->lists.n; i++) {
        struct live_list *list = live->lists.v[i];
        if (list->ns && list->state != LIVE_LIST_ABSENT && !is_name(&names, list->ns))
            retire(list);
    }
    free_names(&names);
}

static bool take(void *context, const struct pg_object *object)
{
    struct pg_live *live = context;
    enum live_change change;

    if (strcmp(object->kind, "Namespace") != 0)
        return true;
    change = live_take(live, 0, object, live->round);
    if (change != LIVE_SAME)
        live_note(live, 0, change, NULL, object->name, NULL);
    return true;
}

void live_take_namespace(struct pg_live *live, const struct pg_http_reply *reply)
{
    struct pg_err err;

    if (reply->trouble == PG_HTTP_FINE && reply->status == 200)
        pg_objects_read(pg_buf_text(&reply->body), reply->body.n, take, live, &err);
}

/* One that is not to be had keeps labels that are not known. */
static void on_namespace(void *context, struct pg_http_reply *reply)
{
    struct pg_live *live = context;

    live->discovering--;
    live_take_namespace(live, reply);
}

/* Where namespaces may not be listed: those that are known of, one by one. */
void live_ask_namespaces(struct pg_live *live)
{
    struct names names;

    if (live->lists.v[0]->state != LIVE_LIST_REFUSED)
        return;
    names = find_names(live);
    for (uint32_t i = 0; i < names.list.n && !live->stopped && !live->rejected; i++) {
        struct pg_http_request request = {
            .path = live_namespace_path(names.arena, names.list.v[i]),
            .done = on_namespace,
            .context = live,
        };
        live->discovering++;
        pg_http_get(live->http, &request);
        while (pg_http_busy(live->http) >= LIVE_PARALLEL)
            pg_http_run(live->http, LIVE_TURN_MS);
    }
    free_names(&names);
    while (live->discovering > 0) {
        pg_http_run(live->http, LIVE_TURN_MS);
        live_tell_progress(live, NULL);
    }
}
