/*
 * Ways in from outside: Ingress and the Gateway API, between their decoders (decode_route.c,
 * decode_gateway.c) and the cluster (finish_route.c). Their shapes are in shapes_route.c.
 */
#ifndef POLGRID_LOAD_ROUTE_H
#define POLGRID_LOAD_ROUTE_H

#include "decode.h"
#include "finish.h"

struct pg_raw_entry_class {
    struct pg_raw_id id;
    struct pg_entry_class class;
};

struct pg_raw_gateway {
    struct pg_raw_id id;
    struct pg_gateway gateway;
};

/* One backend; those of one object have one order. */
struct pg_raw_route {
    struct pg_raw_id id;
    struct pg_route route;
};

struct pg_raw_grant {
    struct pg_raw_id id;
    struct pg_grant grant;
};

struct pg_routes_raw {
    PG_VEC(struct pg_raw_entry_class) classes;
    PG_VEC(struct pg_raw_gateway) gateways;
    PG_VEC(struct pg_raw_route) routes;
    PG_VEC(struct pg_raw_grant) grants;
};

extern const struct pg_shape pg_shape_ingress, pg_shape_ingress_class, pg_shape_gateway,
    pg_shape_gateway_class, pg_shape_http_route, pg_shape_grpc_route, pg_shape_plain_route,
    pg_shape_tls_route, pg_shape_reference_grant;

/* What was read of these kinds; made when it is first asked for. */
struct pg_routes_raw *pg_routes_of(struct pg_loader *loader);

void pg_decode_ingress(struct pg_decode *decode, const struct pg_at *object);
void pg_decode_ingress_class(struct pg_decode *decode, const struct pg_at *object);
void pg_decode_gateway(struct pg_decode *decode, const struct pg_at *object);
void pg_decode_gateway_class(struct pg_decode *decode, const struct pg_at *object);
void pg_decode_gateway_route(struct pg_decode *decode, const struct pg_at *object);
void pg_decode_reference_grant(struct pg_decode *decode, const struct pg_at *object);

/* Namespaces that these objects name, and the objects themselves with their numbers (finish_route.c). */
void pg_finish_route_namespaces(struct pg_finish *finish);
void pg_finish_routes(struct pg_finish *finish);

#endif
