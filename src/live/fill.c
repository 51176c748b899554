/* From what was read to a cluster: pg_live_cluster(), and what was not read (inner.h). */
#include <string.h>

#include "inner.h"

/* --- objects ------------------------------------------------------------------------------------- */

static const char *lower(struct pg_arena *arena, const char *text)
{
    char *copy = pg_arena_strdup(arena, text);

    for (char *p = copy; *p; p++)
        if (*p >= 'A' && *p <= 'Z')
            *p = (char)(*p - 'A' + 'a');
    return copy;
}

/* Whether another group has policies of the same kind: then the group belongs to the name. */
static bool is_ambiguous(const struct live_resource *resource)
{
    return strcmp(resource->kind, "NetworkPolicy") == 0 &&
           strcmp(resource->group, "networking.k8s.io") != 0;
}

/* The file of a policy: "shop/networkpolicy/api-in", "adminnetworkpolicy/a". */
static const char *file_name(struct pg_arena *arena, const struct live_object *object)
{
    const struct live_resource *resource = &live_resources[object->resource];
    bool group = is_ambiguous(resource);

    return pg_arena_printf(arena, "%s%s%s%s%s/%s", object->ns, *object->ns ? "/" : "",
                           lower(arena, resource->kind), group ? "." : "",
                           group ? resource->group : "", object->name);
}

struct filling {
    struct pg_live *live;
    struct pg_memo_object *objects;
    uint32_t n;
    const char *api_version; /* of the resource at hand */
};

/* A policy has a file of its own; objects of other resources are the lines of one: "pods", line 17. */
static bool collect(void *context, struct live_object *object)
{
    struct filling *filling = context;
    const struct live_resource *resource = &live_resources[object->resource];
    bool own = resource->need == LIVE_POLICY;

    if (!object->file)
        object->file = own ? file_name(filling->live->arena, object) : resource->plural;
    filling->objects[filling->n++] = (struct pg_memo_object){
        .slot = object->slot,
        .version = object->version,
        .file = object->file,
        .line = own ? 0 : object->line,
        .api_version = filling->api_version,
        .kind = resource->kind,
        .text = object->text.p,
        .n = object->text.n,
    };
    return true;
}

static bool give_one(void *context, const struct pg_object *object)
{
    const struct pg_load_options *options = context;

    options->object(options->object_context, object);
    return true;
}

/* Gives an object to whoever asked for it: as JSON, which policies are not kept as. */
static bool give(void *context, struct live_object *object)
{
    struct pg_err err;

    pg_objects_read(object->text.p, object->text.n, give_one, context, &err);
    return true;
}

/* What objects of a resource have; of one that is not served any more there are none. */
static const char *api_version(const struct pg_live *live, struct pg_arena *arena, uint32_t r)
{
    const char *version = live->discovery.version[r];
    const char *group = live_resources[r].group;

    return pg_arena_printf(arena, "%s%s%s", group, *group ? "/" : "", version ? version : "");
}

/* A loader that has all objects. */
static struct pg_loader *fill(struct pg_live *live, const struct pg_load_options *options)
{
    struct pg_arena *scratch = pg_arena_new();
    struct filling filling = {.live = live};
    struct pg_load_options given = *options;
    struct pg_loader *loader;

    if (!live->memo)
        live->memo = pg_memo_new(options->default_namespace);
    filling.objects =
        pg_arena_array(scratch, live_store_count_all(live->store), sizeof *filling.objects);
    for (uint32_t r = 0; r < live_nresources; r++) {
        filling.api_version = api_version(live, scratch, r);
        live_store_each(live->store, r, NULL, collect, &filling);
        if (options->object)
            live_store_each(live->store, r, NULL, give, &given);
    }
    loader = pg_memo_loader(live->memo, options, filling.objects, filling.n);
    pg_arena_free(scratch);
    return loader;
}

/* --- what was not read --------------------------------------------------------------------------- */

static enum pg_unread_kind unread_kind(enum live_need need)
{
    switch (need) {
    case LIVE_PEERS: return PG_UNREAD_PEERS;
    case LIVE_POLICY: return PG_UNREAD_POLICY;
    case LIVE_PART: return PG_UNREAD_PART;
    case LIVE_EXTRA: break;
    }
    return PG_UNREAD_EXTRA;
}

/* The namespaces that a resource was read of, one by one. */
static void find_read(const struct pg_live *live, struct pg_arena *arena, uint32_t r,
                      struct pg_unread *unread)
{
    const char **names = pg_arena_array(arena, live->lists.n, sizeof *names);

    for (uint32_t i = 0; i < live->lists.n; i++) {
        const struct live_list *list = live->lists.v[i];
        if (list->resource == r && list->ns && (list->had || list->state == LIVE_LIST_READ))
            names[unread->nexcept++] = list->ns;
    }
    unread->except = names;
}

static void tell_list(const struct pg_live *live, struct pg_loader *loader, uint32_t r,
                      const char *ns, const char *reason)
{
    const struct live_resource *resource = &live_resources[r];
    struct pg_arena *scratch = pg_arena_new();
    struct pg_unread unread = {
        .what = unread_kind(resource->need),
        .group = resource->group,
        .resource = resource->plural,
        .kind = resource->kind,
        .namespaced = resource->namespaced,
        .ns = ns,
        .reason = reason,
    };

    if (!ns)
        find_read(live, scratch, r, &unread);
    pg_loader_unread(loader, &unread);
    pg_arena_free(scratch);
}

/* Whether every namespace is known by name, so that lists of each of them are as good as one of all. */
static bool knows_namespaces(const struct pg_live *live)
{
    return live->lists.n > 0 && live->lists.v[0]->state == LIVE_LIST_READ;
}

static void tell_served(struct pg_live *live, struct pg_loader *loader)
{
    for (uint32_t r = 0; r < live_nresources; r++) {
        const char *unless = live_resources[r].unless;
        if (live->discovery.unknown[r])
            tell_list(live, loader, r, NULL, "polgrid does not know the versions that are served");
        else if (live->discovery.unclear[r] && !live->discovery.version[r] &&
                 !(unless && live_discovery_has_group(&live->discovery, unless)))
            tell_list(live, loader, r, NULL, live->discovery.unclear[r]);
    }
    if (live->unasked)
        pg_loader_unread(loader, &(struct pg_unread){
                                     .what = PG_UNREAD_POLICY,
                                     .group = "",
                                     .resource = "policies of other kinds",
                                     .kind = "Policy",
                                     .reason = live->unasked,
                                 });
}

/* Whether every namespace refused it: then one word is enough. */
static bool refused_everywhere(const struct pg_live *live, uint32_t resource)
{
    bool any = false;

    for (uint32_t i = 0; i < live->lists.n; i++) {
        const struct live_list *list = live->lists.v[i];
        if (list->resource != resource)
            continue;
        any = any || list->ns;
        if (list->state != LIVE_LIST_REFUSED)
            return false;
    }
    return any;
}

static void tell_unread(struct pg_live *live, struct pg_loader *loader)
{
    bool told[LIVE_MAX_RESOURCES] = {false}, parts[LIVE_MAX_RESOURCES] = {false};

    for (uint32_t r = 0; r < live_nresources; r++)
        told[r] = refused_everywhere(live, r);
    for (uint32_t i = 0; i < live->lists.n; i++)
        parts[live->lists.v[i]->resource] |= live->lists.v[i]->ns != NULL;
    for (uint32_t i = 0; i < live->lists.n; i++) {
        const struct live_list *list = live->lists.v[i];
        const struct live_resource *resource = &live_resources[list->resource];
        if (told[list->resource] && !list->ns)
            tell_list(live, loader, list->resource, NULL, list->reason);
        if (list->had || list->state == LIVE_LIST_READ || list->state == LIVE_LIST_ABSENT ||
            told[list->resource])
            continue;
        /* Refused for all, then asked for each: what was refused again follows. What lies in namespaces that
           nobody knows of touches none of the pods that are known; that there may be some is to be said. */
        if (list->state == LIVE_LIST_REFUSED && parts[list->resource] && !list->ns &&
            (resource->need != LIVE_PEERS || knows_namespaces(live)))
            continue;
        tell_list(live, loader, list->resource, list->ns,
                  list->reason    ? list->reason
                  : live->stopped ? "the load was stopped"
                                  : "not read yet");
    }
    tell_served(live, loader);
}

/* --- the cluster --------------------------------------------------------------------------------- */

struct pg_cluster *pg_live_cluster(struct pg_live *live, const struct pg_load_options *options)
{
    struct pg_loader *loader = fill(live, options);
    const struct pg_kube_target *target = &live->target;
    struct pg_cluster *cluster;
    struct pg_origin origin = {
        .context = target->context,
        .server = target->url,
        .user = target->user,
        .namespace_ = target->namespace_,
        .resource_version = live->lists.n ? pg_buf_text(&live->lists.v[0]->version) : "",
    };

    live->changed = false; /* it has everything */
    pg_loader_origin(loader, &origin);
    tell_unread(live, loader);
    pg_loader_groups(loader, live->discovery.groups.v, live->discovery.groups.n);
    cluster = pg_loader_finish(loader);
    cluster->partial = cluster->partial || live->stopped;
    return cluster;
}
