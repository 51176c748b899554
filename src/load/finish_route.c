/* The ways in, sorted and numbered, and each object once. */
#include "route.h"

void pg_finish_route_namespaces(struct pg_finish *finish)
{
    const struct pg_routes_raw *raw = finish->loader->routes;

    if (!raw)
        return;
    for (uint32_t i = 0; i < raw->gateways.n; i++)
        pg_finish_synthesise(finish, &raw->gateways.v[i].id);
    for (uint32_t i = 0; i < raw->routes.n; i++)
        pg_finish_synthesise(finish, &raw->routes.v[i].id);
    for (uint32_t i = 0; i < raw->grants.n; i++)
        pg_finish_synthesise(finish, &raw->grants.v[i].id);
}

static void finish_classes(struct pg_finish *finish, struct pg_routes_raw *raw)
{
    struct pg_cluster *cluster = finish->cluster;
    uint32_t n;
    struct pg_raw_id **records = pg_finish_settle(finish, raw->classes.v, raw->classes.n,
                                                  sizeof *raw->classes.v, "IngressClass", &n);

    cluster->entry_classes = pg_arena_array(cluster->arena, n, sizeof *cluster->entry_classes);
    cluster->nentry_classes = n;
    for (uint32_t i = 0; i < n; i++) {
        const struct pg_raw_entry_class *one = (const void *)records[i];
        cluster->entry_classes[i] = one->class;
        cluster->entry_classes[i].kind = one->id.kind;
        cluster->entry_classes[i].name = one->id.name;
        cluster->entry_classes[i].loc = one->id.loc;
    }
}

static void finish_gateways(struct pg_finish *finish, struct pg_routes_raw *raw)
{
    struct pg_cluster *cluster = finish->cluster;
    uint32_t n;
    struct pg_raw_id **records = pg_finish_settle(finish, raw->gateways.v, raw->gateways.n,
                                                  sizeof *raw->gateways.v, "Gateway", &n);

    cluster->gateways = pg_arena_array(cluster->arena, n, sizeof *cluster->gateways);
    cluster->ngateways = n;
    for (uint32_t i = 0; i < n; i++) {
        const struct pg_raw_gateway *one = (const void *)records[i];
        cluster->gateways[i] = one->gateway;
        cluster->gateways[i].ns = pg_finish_namespace(finish, one->id.ns);
        cluster->gateways[i].name = one->id.name;
        cluster->gateways[i].loc = one->id.loc;
    }
}

static void finish_plain_routes(struct pg_finish *finish, struct pg_routes_raw *raw)
{
    struct pg_cluster *cluster = finish->cluster;
    uint32_t n;
    struct pg_raw_id **records = pg_finish_settle(finish, raw->routes.v, raw->routes.n,
                                                  sizeof *raw->routes.v, "Ingress", &n);

    cluster->routes = pg_arena_array(cluster->arena, n, sizeof *cluster->routes);
    cluster->nroutes = n;
    for (uint32_t i = 0; i < n; i++) {
        const struct pg_raw_route *one = (const void *)records[i];
        cluster->routes[i] = one->route;
        cluster->routes[i].ns = pg_finish_namespace(finish, one->id.ns);
    }
}

static void finish_grants(struct pg_finish *finish, struct pg_routes_raw *raw)
{
    struct pg_cluster *cluster = finish->cluster;
    uint32_t n;
    struct pg_raw_id **records = pg_finish_settle(finish, raw->grants.v, raw->grants.n,
                                                  sizeof *raw->grants.v, "ReferenceGrant", &n);

    cluster->grants = pg_arena_array(cluster->arena, n, sizeof *cluster->grants);
    cluster->ngrants = n;
    for (uint32_t i = 0; i < n; i++) {
        const struct pg_raw_grant *one = (const void *)records[i];
        cluster->grants[i] = one->grant;
        cluster->grants[i].ns = pg_finish_namespace(finish, one->id.ns);
        cluster->grants[i].name = one->id.name;
        cluster->grants[i].loc = one->id.loc;
    }
}

void pg_finish_routes(struct pg_finish *finish)
{
    struct pg_routes_raw *raw = finish->loader->routes;

    if (!raw)
        return;
    finish_classes(finish, raw);
    finish_gateways(finish, raw);
    finish_plain_routes(finish, raw);
    finish_grants(finish, raw);
}
