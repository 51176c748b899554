/* From what was read to a cluster: pg_live_cluster(), and what was not read (inner.h). */
#include <string.h>

#include "inner.h"
#include "polgrid/map.h"

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

const char *live_text_name(struct pg_arena *arena, const struct live_object *object)
{
    const struct live_resource *resource = &live_resources[object->resource];
    bool group = is_ambiguous(resource);

    return pg_arena_printf(arena, "%s%s%s%s%s/%s", object->ns, *object->ns ? "/" : "",
                           lower(arena, resource->kind), group ? "." : "",
                           group ? resource->group : "", object->name);
}

struct filling {
    struct pg_loader *loader;
    struct pg_arena *scratch;
    struct live_object const **objects; /* of one resource */
    uint32_t n, next;
};

static bool add_policy(void *context, const struct live_object *object)
{
    struct filling *filling = context;

    pg_loader_text(filling->loader, live_text_name(filling->scratch, object), object->text.p,
                   object->text.n);
    pg_arena_reset(filling->scratch);
    return true;
}

static bool collect(void *context, const struct live_object *object)
{
    struct filling *filling = context;

    filling->objects[filling->n++] = object;
    return true;
}

static const char *next_text(void *context, size_t *n)
{
    struct filling *filling = context;

    if (filling->next == filling->n)
        return NULL;
    *n = filling->objects[filling->next]->text.n;
    return filling->objects[filling->next++]->text.p;
}

/* Objects of a resource are the lines of one text: "pods", line 17. */
static void add_lines(struct pg_live *live, struct filling *filling, uint32_t resource)
{
    uint32_t count = live_store_count(live->store, resource);

    if (count == 0)
        return;
    filling->objects = pg_arena_array(filling->scratch, count, sizeof(const struct live_object *));
    filling->n = filling->next = 0;
    live_store_each(live->store, resource, NULL, collect, filling);
    pg_loader_lines(filling->loader, live_resources[resource].plural, next_text, filling);
    pg_arena_reset(filling->scratch);
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

static void tell_list(struct pg_loader *loader, uint32_t r, const char *ns, const char *reason)
{
    const struct live_resource *resource = &live_resources[r];
    struct pg_unread unread = {
        .what = unread_kind(resource->need),
        .group = resource->group,
        .resource = resource->plural,
        .kind = resource->kind,
        .namespaced = resource->namespaced,
        .ns = ns,
        .reason = reason,
    };

    pg_loader_unread(loader, &unread);
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
            tell_list(loader, r, NULL, "polgrid does not know the versions that are served");
        else if (live->discovery.unclear[r] && !live->discovery.version[r] &&
                 !(unless && live_discovery_has_group(&live->discovery, unless)))
            tell_list(loader, r, NULL, live->discovery.unclear[r]);
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

void live_tell_unread(struct pg_live *live, struct pg_loader *loader)
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
            tell_list(loader, list->resource, NULL, list->reason);
        if (list->had || list->state == LIVE_LIST_READ || list->state == LIVE_LIST_ABSENT ||
            told[list->resource])
            continue;
        /* Refused for all, then asked for each: what was refused again follows. What lies in namespaces that
           nobody knows of touches none of the pods that are known; that there may be some is to be said. */
        if (list->state == LIVE_LIST_REFUSED && parts[list->resource] && !list->ns &&
            (resource->need != LIVE_PEERS || knows_namespaces(live)))
            continue;
        tell_list(loader, list->resource, list->ns,
                  list->reason    ? list->reason
                  : live->stopped ? "the load was stopped"
                                  : "not read yet");
    }
    tell_served(live, loader);
}

/* --- the cluster --------------------------------------------------------------------------------- */

struct pg_cluster *pg_live_cluster(struct pg_live *live, const struct pg_load_options *options)
{
    struct pg_loader *loader = pg_loader_new(options);
    struct filling filling = {.loader = loader, .scratch = pg_arena_new()};
    const struct pg_kube_target *target = &live->target;
    struct pg_cluster *cluster;
    struct pg_origin origin = {
        .context = target->context,
        .server = target->url,
        .user = target->user,
        .namespace_ = target->namespace_,
        .resource_version = live->lists.n ? pg_buf_text(&live->lists.v[0]->version) : "",
    };

    pg_loader_origin(loader, &origin);
    live_tell_unread(live, loader);
    pg_loader_groups(loader, live->discovery.groups.v, live->discovery.groups.n);
    for (uint32_t r = 0; r < live_nresources; r++) {
        if (live_resources[r].need == LIVE_POLICY)
            live_store_each(live->store, r, NULL, add_policy, &filling);
        else
            add_lines(live, &filling, r);
    }
    pg_arena_free(filling.scratch);
    cluster = pg_loader_finish(loader);
    cluster->partial = cluster->partial || live->stopped;
    return cluster;
}
