/*
 * Entries: each backend of each Ingress and Route, with what holds on the way to it.
 */
#include "polgrid/entry.h"

#include <string.h>

#include "entry_internal.h"

const char *pg_entry_state_name(enum pg_entry_state state)
{
    static const char *const names[] = {
        [PG_ENTRY_REACHABLE] = "reachable",
        [PG_ENTRY_BLOCKED] = "blocked",
        [PG_ENTRY_MIXED] = "mixed",
        [PG_ENTRY_UNKNOWN] = "unknown",
    };
    return names[state];
}

/* A controller and what it was found by: a class of Ingresses, or a Gateway. */
struct served {
    pg_str class_name;
    struct controller controller;
};

struct finder {
    struct pg_arena *arena;
    struct pg_eval *eval;
    const struct pg_cluster *cluster;
    const struct pg_entry_clients *clients;
    PG_VEC(struct served) served;
    PG_VEC(struct pg_entry) entries;
};

static const char *text(const struct finder *finder, pg_str str)
{
    return pg_cluster_text(finder->cluster, str);
}

static const char *ns_text(const struct finder *finder, uint32_t ns)
{
    return text(finder, finder->cluster->namespaces[ns].name);
}

/* --- controllers ---------------------------------------------------------------------------------- */

/* The client that can talk to a pod at all, if there is one; PG_NONE: any. */
static const struct pg_end *client_of(const struct finder *finder, uint32_t pod)
{
    const struct pg_entry_clients *clients = finder->clients;
    for (uint32_t i = 0; i < clients->n && pod != PG_NONE; i++) {
        const struct pg_class *class =
            pg_eval_class(finder->eval, pg_eval_class_of_pod(finder->eval, pod));
        if (class->has_family[FAMILY_INDEX(clients->v[i].addr.family)])
            return &clients->v[i];
    }
    return &clients->v[0];
}

static const struct controller *controller_of(struct finder *finder, pg_str class_name,
                                              uint32_t gateway)
{
    for (uint32_t i = 0; i < finder->served.n; i++) {
        const struct served *served = &finder->served.v[i];
        if (served->class_name == class_name && served->controller.gateway == gateway)
            return &served->controller;
    }
    struct served *served = pg_vec_add(finder->arena, &finder->served);
    served->class_name = class_name;
    if (gateway == PG_NONE)
        pg_entry_controller_of_ingress(finder->arena, finder->eval, class_name, &served->controller);
    else
        pg_entry_controller_of_gateway(finder->arena, finder->eval, gateway, &served->controller);
    const struct controller *controller = &served->controller;
    uint32_t pod = controller->npods > 0 ? controller->pods[0] : PG_NONE;
    pg_entry_ask_outside(finder->arena, finder->eval, client_of(finder, pod), &served->controller);
    return &served->controller;
}

/* --- gateways ------------------------------------------------------------------------------------- */

static uint32_t find_gateway(const struct finder *finder, const struct pg_parent *parent)
{
    for (uint32_t i = 0; i < finder->cluster->ngateways; i++) {
        const struct pg_gateway *gateway = &finder->cluster->gateways[i];
        if (gateway->name == parent->name &&
            finder->cluster->namespaces[gateway->ns].name == parent->ns)
            return i;
    }
    return PG_NONE;
}

static bool takes_kind(const struct pg_listener *listener, pg_str kind)
{
    for (uint32_t i = 0; i < listener->nkinds; i++)
        if (listener->kinds[i] == kind)
            return true;
    return listener->nkinds == 0;
}

static bool takes_namespace(const struct finder *finder, const struct pg_gateway *gateway,
                            const struct pg_listener *listener, uint32_t ns)
{
    switch (listener->from) {
    case PG_ROUTES_SAME: return ns == gateway->ns;
    case PG_ROUTES_ALL: return true;
    case PG_ROUTES_SELECTOR:
        return listener->namespaces.present &&
               pg_selector_matches(&listener->namespaces, finder->cluster->namespaces[ns].labels);
    case PG_ROUTES_NONE: break;
    }
    return false;
}

/* Whether a listener of the Gateway takes the route; else why none does. */
static bool is_attached(const struct finder *finder, const struct pg_gateway *gateway,
                        const struct pg_route *route, const struct pg_parent *parent,
                        const char **why_not)
{
    bool named = false, of_kind = false;
    for (uint32_t i = 0; i < gateway->nlisteners; i++) {
        const struct pg_listener *listener = &gateway->listeners[i];
        if ((parent->section != PG_STR_NONE && parent->section != listener->name) ||
            (parent->port != 0 && parent->port != listener->port))
            continue;
        named = true;
        if (!takes_kind(listener, route->kind))
            continue;
        of_kind = true;
        if (takes_namespace(finder, gateway, listener, route->ns))
            return true;
    }
    const char *what = "has no listener of that name or port";
    if (of_kind)
        what = "takes no routes from this namespace (listeners[].allowedRoutes.namespaces)";
    else if (named)
        what = "takes no routes of this kind (listeners[].allowedRoutes.kinds)";
    *why_not = pg_arena_printf(finder->arena, "Gateway %s/%s %s", ns_text(finder, gateway->ns),
                               text(finder, gateway->name), what);
    return false;
}

/* A backend in another namespace needs that namespace's leave. */
static bool is_granted(const struct finder *finder, const struct pg_route *route)
{
    pg_str own = finder->cluster->namespaces[route->ns].name;
    if (route->backend_ns == own)
        return true;
    for (uint32_t i = 0; i < finder->cluster->ngrants; i++) {
        const struct pg_grant *grant = &finder->cluster->grants[i];
        bool from = false, to = false;
        if (finder->cluster->namespaces[grant->ns].name != route->backend_ns)
            continue;
        for (uint32_t k = 0; k < grant->nfrom; k++)
            from |= grant->from[k].kind == route->kind && grant->from[k].ns == own;
        for (uint32_t k = 0; k < grant->nto; k++)
            to |= grant->to[k] == PG_STR_NONE || grant->to[k] == route->backend;
        if (from && to)
            return true;
    }
    return false;
}

/* --- backends ------------------------------------------------------------------------------------- */

static void end_with(struct pg_entry *entry, enum pg_entry_state state, const char *reason)
{
    entry->state = state;
    entry->reason = reason;
}

/* The service and its port. False, with the state and the reason, where the route leads nowhere. */
static bool find_backend(struct finder *finder, const struct pg_route *route, struct pg_entry *entry)
{
    const struct pg_cluster *cluster = finder->cluster;
    const char *ns_name = text(finder, route->backend_ns), *name = text(finder, route->backend);
    if (strcmp(text(finder, route->backend_kind), "Service") != 0) {
        end_with(entry, PG_ENTRY_UNKNOWN,
                 pg_arena_printf(finder->arena, "its backend is a %s, which is not evaluated",
                                 text(finder, route->backend_kind)));
        return false;
    }
    uint32_t ns = pg_cluster_find_namespace(cluster, ns_name);
    if (ns != PG_NONE)
        entry->service = pg_cluster_find_service(cluster, ns, name);
    if (entry->service == PG_NONE) {
        end_with(entry, PG_ENTRY_BLOCKED,
                 pg_arena_printf(finder->arena, "there is no Service %s/%s", ns_name, name));
        return false;
    }
    const struct pg_service *service = &cluster->services[entry->service];
    entry->port = route->port;
    for (uint32_t i = 0; i < service->nports && route->port == 0; i++)
        if (service->ports[i].name == route->port_name &&
            service->ports[i].protocol == route->protocol)
            entry->port = service->ports[i].port;
    if (entry->port == 0)
        end_with(entry, PG_ENTRY_BLOCKED,
                 pg_arena_printf(finder->arena, "Service %s/%s has no port %s", ns_name, name,
                                 text(finder, route->port_name)));
    return entry->port != 0;
}

/* From every sort of pod that the controller has. */
static void ask_inside(struct finder *finder, const struct pg_route *route,
                       const struct controller *controller, struct pg_entry *entry)
{
    struct pg_map seen = {0};
    for (uint32_t i = 0; i < controller->npods; i++) {
        uint32_t class = pg_eval_class_of_pod(finder->eval, controller->pods[i]);
        struct pg_end from = {.kind = PG_END_POD, .index = controller->pods[i]};
        if (pg_map_get(&seen, class) != NULL)
            continue;
        pg_map_put(&seen, class, 1);
        pg_entry_join(&entry->inside,
                      pg_why_proxied(finder->arena, finder->eval, &from, entry->service,
                                     (enum pg_protocol)route->protocol, entry->port, 0));
    }
    pg_map_free(&seen);
}

/* A load balancer of a cloud sends to the nodes, as a service is open, or from addresses of its own straight
   to pods. */
static void ask_cloud(struct finder *finder, const struct pg_route *route, struct pg_entry *entry)
{
    const struct pg_service *service = &finder->cluster->services[entry->service];
    const char *type = text(finder, service->type);
    if (strcmp(type, "NodePort") == 0 || strcmp(type, "LoadBalancer") == 0)
        pg_entry_join(&entry->inside,
                      pg_why_service(finder->arena, finder->eval, client_of(finder, PG_NONE),
                                     entry->service, (enum pg_protocol)route->protocol, entry->port,
                                     0));
}

/* --- verdicts ------------------------------------------------------------------------------------- */

static enum pg_entry_state state_of(enum pg_verdict verdict)
{
    switch (verdict) {
    case PG_VERDICT_ALLOWED: return PG_ENTRY_REACHABLE;
    case PG_VERDICT_MIXED: return PG_ENTRY_MIXED;
    case PG_VERDICT_UNKNOWN: return PG_ENTRY_UNKNOWN;
    case PG_VERDICT_DENIED:
    case PG_VERDICT_NO_BACKEND:
    case PG_VERDICT_NO_ROUTE: break;
    }
    return PG_ENTRY_BLOCKED;
}

static bool any_isolated(const struct pg_why *why)
{
    for (uint32_t i = 0; i < why->nbackends; i++)
        if (why->backends[i].counted && why->backends[i].why->sides[PG_INGRESS].isolated)
            return true;
    return false;
}

/* Both hops: the worse one counts, and where the second is shut the first does not matter. */
static void conclude(struct pg_entry *entry)
{
    enum pg_entry_state inside = state_of(entry->inside.verdict);
    enum pg_entry_state outside =
        entry->outside.asked ? state_of(entry->outside.verdict) : PG_ENTRY_REACHABLE;
    bool first =
        inside == PG_ENTRY_REACHABLE || (outside == PG_ENTRY_BLOCKED && inside != PG_ENTRY_BLOCKED);
    if (first && outside != PG_ENTRY_REACHABLE)
        end_with(entry, outside, entry->outside.why->sentence);
    else
        end_with(entry, inside, entry->inside.why->sentence);
}

static void judge(struct finder *finder, const struct pg_route *route,
                  const struct controller *controller, struct pg_entry *entry)
{
    if (controller->missing != NULL) {
        end_with(entry, PG_ENTRY_UNKNOWN, controller->missing);
        return;
    }
    if ((controller->flags & CONTROLLER_OUTSIDE) != 0)
        ask_cloud(finder, route, entry);
    else
        ask_inside(finder, route, controller, entry);
    if (!entry->inside.asked) {
        end_with(entry, PG_ENTRY_UNKNOWN,
                 pg_arena_printf(finder->arena,
                                 "%s is no pod: it sends to the backend from addresses that are "
                                 "not known",
                                 controller->name));
        return;
    }
    conclude(entry);
    bool open = entry->state == PG_ENTRY_REACHABLE && !any_isolated(entry->inside.why);
    if ((controller->flags & CONTROLLER_IDENTITY) != 0 && !open)
        end_with(entry, PG_ENTRY_UNKNOWN,
                 "Cilium's proxy sends with an identity of its own, which no pod has: whether the "
                 "policies of the backend take it is not evaluated");
}

static void add_notes(struct finder *finder, const struct controller *controller,
                      struct pg_entry *entry)
{
    PG_VEC(const char *) notes = {0};
    if (controller->guess != NULL)
        pg_vec_push(finder->arena, &notes, controller->guess);
    for (uint32_t i = 0; i < controller->nnotes; i++)
        pg_vec_push(finder->arena, &notes, controller->notes[i]);
    entry->notes = notes.v;
    entry->nnotes = notes.n;
}

static void serve(struct finder *finder, const struct pg_route *route,
                  const struct controller *controller, struct pg_entry *entry)
{
    entry->controller = controller->name;
    entry->pods = controller->pods;
    entry->npods = controller->npods;
    entry->outside = controller->outside;
    add_notes(finder, controller, entry);
    if (find_backend(finder, route, entry))
        judge(finder, route, controller, entry);
}

/* --- entries -------------------------------------------------------------------------------------- */

static struct pg_entry new_entry(uint32_t route, uint32_t parent)
{
    return (struct pg_entry){
        .route = route, .parent = parent, .service = PG_NONE, .state = PG_ENTRY_UNKNOWN};
}

static void add_ingress(struct finder *finder, uint32_t index)
{
    const struct pg_route *route = &finder->cluster->routes[index];
    struct pg_entry entry = new_entry(index, PG_NONE);
    serve(finder, route, controller_of(finder, route->class_name, PG_NONE), &entry);
    pg_vec_push(finder->arena, &finder->entries, entry);
}

static void add_attached(struct finder *finder, uint32_t index, uint32_t parent_index)
{
    const struct pg_route *route = &finder->cluster->routes[index];
    const struct pg_parent *parent = &route->parents[parent_index];
    uint32_t gateway = find_gateway(finder, parent);
    struct pg_entry entry = new_entry(index, parent_index);
    const char *why_not = NULL;
    if (gateway == PG_NONE)
        end_with(&entry, PG_ENTRY_UNKNOWN,
                 pg_arena_printf(finder->arena, "no Gateway %s/%s was read",
                                 text(finder, parent->ns), text(finder, parent->name)));
    else if (!is_attached(finder, &finder->cluster->gateways[gateway], route, parent, &why_not))
        end_with(&entry, PG_ENTRY_BLOCKED, why_not);
    else if (!is_granted(finder, route))
        end_with(&entry, PG_ENTRY_BLOCKED,
                 pg_arena_printf(finder->arena,
                                 "no ReferenceGrant in namespace %s lets a %s of namespace %s name "
                                 "Service %s there",
                                 text(finder, route->backend_ns), text(finder, route->kind),
                                 ns_text(finder, route->ns), text(finder, route->backend)));
    else
        serve(finder, route, controller_of(finder, PG_STR_NONE, gateway), &entry);
    pg_vec_push(finder->arena, &finder->entries, entry);
}

/* Returns whether the route opens anything: hangs on a Gateway. */
static bool add_route(struct finder *finder, uint32_t index)
{
    const struct pg_route *route = &finder->cluster->routes[index];
    bool opens = false;
    for (uint32_t i = 0; i < route->nparents; i++)
        if (strcmp(text(finder, route->parents[i].kind), "Gateway") == 0) {
            add_attached(finder, index, i);
            opens = true;
        }
    return opens;
}

static bool is_wanted(const struct finder *finder, const struct pg_route *route,
                      const struct pg_entry_filter *filter)
{
    return (filter->ns == PG_NONE || route->ns == filter->ns) &&
           (filter->backend_ns == PG_NONE ||
            route->backend_ns == finder->cluster->namespaces[filter->backend_ns].name);
}

struct pg_entries pg_entries_find(struct pg_arena *arena, struct pg_eval *eval,
                                  const struct pg_entry_clients *clients,
                                  const struct pg_entry_filter *filter)
{
    struct finder finder = {
        .arena = arena, .eval = eval, .cluster = eval->cluster, .clients = clients};
    struct pg_entries entries = {0};
    for (uint32_t i = 0; i < finder.cluster->nroutes; i++) {
        const struct pg_route *route = &finder.cluster->routes[i];
        if (!is_wanted(&finder, route, filter))
            continue;
        if (strcmp(text(&finder, route->kind), "Ingress") == 0)
            add_ingress(&finder, i);
        else if (!add_route(&finder, i))
            entries.nmesh++;
    }
    entries.v = finder.entries.v;
    entries.n = finder.entries.n;
    return entries;
}
