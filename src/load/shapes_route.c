/* Shapes of Ingress (networking.k8s.io/v1) and of the Gateway API (gateway.networking.k8s.io). */
#include "route.h"
#include "shape_tables.h"

/* Annotations are read here: the class of an Ingress, the default among classes. */
SHAPE(noted_metadata, STRMAP("annotations"), ANY("clusterName"), ANY("creationTimestamp"),
      ANY("deletionGracePeriodSeconds"), STRING("deletionTimestamp"), ANY("finalizers"),
      STRING("generateName"), ANY("generation"), STRMAP("labels"), ANY("managedFields"),
      STRING("name"), STRING("namespace"), ANY("ownerReferences"), ANY("resourceVersion"),
      ANY("selfLink"), ANY("uid"));

#define OBJECT_SHAPE(name, metadata, spec)                                                 \
    PUBLIC_SHAPE(name, STRING("apiVersion"), STRING("kind"), OBJECT("metadata", metadata), \
                 OBJECT("spec", spec), ANY("status"))

/* --- Ingress ----------------------------------------------------------------------------------- */

SHAPE(service_backend_port, STRING("name"), INT("number"));
SHAPE(service_backend, STRING("name"), OBJECT("port", service_backend_port));
SHAPE(resource_backend, STRING("apiGroup"), STRING("kind"), STRING("name"));
SHAPE(ingress_backend, OBJECT("resource", resource_backend), OBJECT("service", service_backend));
SHAPE(ingress_path, OBJECT("backend", ingress_backend), STRING("path"), STRING("pathType"));
SHAPE(ingress_http, LIST("paths", ingress_path));
SHAPE(ingress_rule, STRING("host"), OBJECT("http", ingress_http));
SHAPE(ingress_spec, OBJECT("defaultBackend", ingress_backend), STRING("ingressClassName"),
      LIST("rules", ingress_rule), ANY("tls"));
OBJECT_SHAPE(pg_shape_ingress, noted_metadata, ingress_spec);

SHAPE(ingress_class_spec, STRING("controller"), ANY("parameters"));
OBJECT_SHAPE(pg_shape_ingress_class, noted_metadata, ingress_class_spec);

/* --- Gateways ---------------------------------------------------------------------------------- */

SHAPE(gateway_class_spec, STRING("controllerName"), ANY("description"), ANY("parametersRef"));
OBJECT_SHAPE(pg_shape_gateway_class, noted_metadata, gateway_class_spec);

SHAPE(route_kind, STRING("group"), STRING("kind"));
SHAPE(route_namespaces, STRING("from"), OBJECT("selector", pg_shape_selector));
SHAPE(allowed_routes, LIST("kinds", route_kind), OBJECT("namespaces", route_namespaces));
SHAPE(listener, OBJECT("allowedRoutes", allowed_routes), ANY("hostname"), STRING("name"),
      INT("port"), ANY("protocol"), ANY("tls"));
SHAPE(gateway_spec, ANY("addresses"), ANY("allowedListeners"), ANY("backendTLS"),
      ANY("defaultScope"), STRING("gatewayClassName"), ANY("infrastructure"),
      LIST("listeners", listener), ANY("tls"));
OBJECT_SHAPE(pg_shape_gateway, noted_metadata, gateway_spec);

/* --- Routes ------------------------------------------------------------------------------------ */

SHAPE(parent_ref, STRING("group"), STRING("kind"), STRING("name"), STRING("namespace"), INT("port"),
      STRING("sectionName"));
SHAPE(backend_ref, ANY("filters"), STRING("group"), STRING("kind"), STRING("name"),
      STRING("namespace"), INT("port"), ANY("weight"));

SHAPE(http_path, ANY("type"), STRING("value"));
SHAPE(http_match, ANY("headers"), ANY("method"), OBJECT("path", http_path), ANY("queryParams"));
SHAPE(http_rule, LIST("backendRefs", backend_ref), ANY("filters"), LIST("matches", http_match),
      ANY("name"), ANY("retry"), ANY("sessionPersistence"), ANY("timeouts"));
SHAPE(http_spec, STRLIST("hostnames"), LIST("parentRefs", parent_ref), LIST("rules", http_rule),
      ANY("useDefaultGateways"));
OBJECT_SHAPE(pg_shape_http_route, noted_metadata, http_spec);

SHAPE(grpc_method, STRING("method"), STRING("service"), ANY("type"));
SHAPE(grpc_match, ANY("headers"), OBJECT("method", grpc_method));
SHAPE(grpc_rule, LIST("backendRefs", backend_ref), ANY("filters"), LIST("matches", grpc_match),
      ANY("name"), ANY("sessionPersistence"));
SHAPE(grpc_spec, STRLIST("hostnames"), LIST("parentRefs", parent_ref), LIST("rules", grpc_rule),
      ANY("useDefaultGateways"));
OBJECT_SHAPE(pg_shape_grpc_route, noted_metadata, grpc_spec);

SHAPE(plain_rule, LIST("backendRefs", backend_ref), ANY("name"));
SHAPE(plain_spec, LIST("parentRefs", parent_ref), LIST("rules", plain_rule),
      ANY("useDefaultGateways"));
OBJECT_SHAPE(pg_shape_plain_route, noted_metadata, plain_spec); /* TCPRoute, UDPRoute */

SHAPE(tls_spec, STRLIST("hostnames"), LIST("parentRefs", parent_ref), LIST("rules", plain_rule),
      ANY("useDefaultGateways"));
OBJECT_SHAPE(pg_shape_tls_route, noted_metadata, tls_spec);

SHAPE(grant_from, STRING("group"), STRING("kind"), STRING("namespace"));
SHAPE(grant_to, STRING("group"), STRING("kind"), STRING("name"));
SHAPE(grant_spec, LIST("from", grant_from), LIST("to", grant_to));
OBJECT_SHAPE(pg_shape_reference_grant, noted_metadata, grant_spec);
