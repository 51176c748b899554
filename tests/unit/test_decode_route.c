/* Ingress and the Gateway API as they are read: one route a backend, classes, Gateways, grants. */
#include "loading.h"

#define INGRESS(spec)                                                                            \
    "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: i, namespace: x}\nspec: " \
    "{" spec "}\n"
#define ROUTE(kind, spec)                                   \
    "apiVersion: gateway.networking.k8s.io/v1\nkind: " kind \
    "\nmetadata: {name: r, namespace: x}\nspec: {" spec "}\n"

static const char *str(const struct pg_cluster *cluster, pg_str text)
{
    return text ? pg_cluster_text(cluster, text) : "-";
}

/* "Ingress x/i nginx host/path -> Service x/web:80 line" and the parents, a line each. */
static void print_routes(struct pg_buf *out, const struct pg_cluster *cluster)
{
    for (uint32_t i = 0; i < cluster->nroutes; i++) {
        const struct pg_route *route = &cluster->routes[i];
        pg_buf_printf(out, "%s %s/%s %s %s|%s -> %s %s/%s:%u%s%s %s %u\n", str(cluster, route->kind),
                      str(cluster, cluster->namespaces[route->ns].name), str(cluster, route->name),
                      str(cluster, route->class_name), route->host, route->path,
                      str(cluster, route->backend_kind), str(cluster, route->backend_ns),
                      str(cluster, route->backend), route->port, route->port_name ? "," : "",
                      route->port_name ? str(cluster, route->port_name) : "",
                      pg_protocol_name((enum pg_protocol)route->protocol), route->loc.line);
        for (uint32_t k = 0; k < route->nparents; k++)
            pg_buf_printf(out, "  %s %s/%s %s %u\n", str(cluster, route->parents[k].kind),
                          str(cluster, route->parents[k].ns), str(cluster, route->parents[k].name),
                          str(cluster, route->parents[k].section), route->parents[k].port);
    }
}

static void assert_routes(const char *text, const char *expected)
{
    struct pg_cluster *cluster = load_text(text);
    struct pg_buf found = {0};
    print_routes(&found, cluster);
    if (strcmp(pg_buf_text(&found), expected) != 0)
        print_error("%s\n", text);
    assert_string_equal(pg_buf_text(&found), expected);
    assert_int_equal(cluster->nskipped, 0);
    pg_buf_free(&found);
    pg_cluster_free(cluster);
}

static void ingresses(void **state)
{
    (void)state;
    assert_routes(
        INGRESS(
            "ingressClassName: nginx, defaultBackend: {service: {name: d, port: {number: 8080}}}, "
            "rules: [\n{host: a.b, http: {paths: [{path: /, pathType: Prefix, backend:\n"
            "{service: {name: web, port: {name: http}}}}, {pathType: Exact, backend:\n"
            "{resource: {kind: Bucket, name: z}}}]}}, {http: {paths: [{backend:\n"
            "{service: {name: web, port: {number: 80}}}}]}}]"),
        "Ingress x/i nginx a.b|/ -> Service x/web:0,http TCP 6\n"
        "Ingress x/i nginx a.b|/ -> Bucket x/z:0 TCP 7\n"
        "Ingress x/i nginx |/ -> Service x/web:80 TCP 8\n"
        "Ingress x/i nginx | -> Service x/d:8080 TCP 4\n");
    /* the class of before */
    assert_routes("apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: i, namespace: "
                  "x, annotations: {kubernetes.io/ingress.class: old}}\nspec: {defaultBackend: "
                  "{service: {name: d, port: {number: 1}}}}\n",
                  "Ingress x/i old | -> Service x/d:1 TCP 4\n");
    assert_routes(INGRESS(""), "");
}

static void gateway_routes(void **state)
{
    (void)state;
    assert_routes(
        ROUTE(
            "HTTPRoute",
            "parentRefs: [{name: g}, {name: h, namespace: yy, sectionName: web, port: 80}, {kind: "
            "Service, group: '', name: s}], hostnames: [a.b, c.d], rules: [{matches: [{path: "
            "{type: PathPrefix, value: /a}}, {path: {value: /b}}], backendRefs: [{name: w, port: "
            "80, weight: 0}, {name: v, namespace: z, port: 81}]}, {backendRefs: [{name: u, port: "
            "82}]}, {filters: [{type: RequestRedirect}]}]"),
        "HTTPRoute x/r - a.b,c.d|/a,/b -> Service x/w:80 TCP 4\n"
        "  Gateway x/g - 0\n  Gateway yy/h web 80\n  Service x/s - 0\n"
        "HTTPRoute x/r - a.b,c.d|/a,/b -> Service z/v:81 TCP 4\n"
        "  Gateway x/g - 0\n  Gateway yy/h web 80\n  Service x/s - 0\n"
        "HTTPRoute x/r - a.b,c.d|/ -> Service x/u:82 TCP 4\n"
        "  Gateway x/g - 0\n  Gateway yy/h web 80\n  Service x/s - 0\n");
    assert_routes(ROUTE("GRPCRoute",
                        "rules: [{matches: [{method: {service: s, method: m}}, {method: "
                        "{service: t}}], backendRefs: [{name: w, port: 9}]}]"),
                  "GRPCRoute x/r - |s/m,t/* -> Service x/w:9 TCP 4\n");
    assert_routes(ROUTE("TCPRoute", "rules: [{backendRefs: [{name: w, port: 9}]}]"),
                  "TCPRoute x/r - | -> Service x/w:9 TCP 4\n");
    assert_routes(ROUTE("UDPRoute", "rules: [{backendRefs: [{name: w, port: 53}]}]"),
                  "UDPRoute x/r - | -> Service x/w:53 UDP 4\n");
    assert_routes(ROUTE("TLSRoute", "hostnames: [a], rules: [{backendRefs: [{name: w, port: 9}]}]"),
                  "TLSRoute x/r - a| -> Service x/w:9 TCP 4\n");
}

/* Versions of before are read too where they say the same. */
static void versions(void **state)
{
    (void)state;
    assert_routes(
        "apiVersion: gateway.networking.k8s.io/v1alpha2\nkind: TCPRoute\nmetadata: {name: "
        "r}\nspec: {rules: [{backendRefs: [{name: w, port: 9}]}]}\n",
        "TCPRoute default/r - | -> Service default/w:9 TCP 4\n");
    assert_findings("apiVersion: networking.k8s.io/v1beta1\nkind: Ingress\nmetadata: {name: i}\n"
                    "spec: {backend: {serviceName: x, servicePort: 80}}\n",
                    "OBJ-API-REMOVED rejected 1 apiVersion\n");
    assert_findings(
        "apiVersion: gateway.networking.k8s.io/v9\nkind: Gateway\nmetadata: {name: i}\n",
        "OBJ-API-UNKNOWN rejected 1 apiVersion\n");
}

static void faults(void **state)
{
    (void)state;
    assert_findings(INGRESS("rules: [{http: {paths: [{backend: {service: {name: w}}}]}}]"),
                    "ROUTE-BACKEND rejected 4 spec.rules[0].http.paths[0].backend\n");
    assert_findings(INGRESS("defaultBackend: {}"),
                    "ROUTE-BACKEND rejected 4 spec.defaultBackend\n");
    assert_findings(INGRESS("defaultBackend: {service: {name: w, port: {number: 70000}}}"),
                    "ROUTE-BACKEND rejected 4 spec.defaultBackend\n"
                    "ROUTE-BACKEND rejected 4 spec.defaultBackend.service.port.number\n");
    assert_findings(INGRESS("ingresClassName: nginx"), "OBJ-FIELD error 4 spec.ingresClassName\n");
    assert_findings(ROUTE("HTTPRoute", "rules: [{backendRefs: [{name: w}]}]"),
                    "ROUTE-BACKEND rejected 4 spec.rules[0].backendRefs[0]\n");
    assert_findings(ROUTE("HTTPRoute", "rules: [{backendRefs: [{port: 80}]}]"),
                    "ROUTE-BACKEND rejected 4 spec.rules[0].backendRefs[0]\n");
    assert_findings(ROUTE("HTTPRoute", "parentRefs: {}"), "OBJ-TYPE rejected 4 spec.parentRefs\n");
    /* A backend of another kind needs no port. */
    assert_findings(ROUTE("HTTPRoute",
                          "rules: [{backendRefs: [{kind: ServiceImport, group: g, name: "
                          "w}]}]"),
                    "");
}

static void gateways(void **state)
{
    (void)state;
    struct pg_cluster *cluster = load_text(
        "apiVersion: gateway.networking.k8s.io/v1\nkind: Gateway\nmetadata: {name: g, namespace: "
        "x}\n"
        "spec: {gatewayClassName: c, listeners: [{name: a, port: 80, protocol: HTTP}, {name: b, "
        "port: "
        "443, protocol: HTTPS, allowedRoutes: {kinds: [{kind: HTTPRoute}], namespaces: {from: "
        "Selector, selector: {matchLabels: {k: v}}}}}, {name: c, port: 1, protocol: TCP, "
        "allowedRoutes: {namespaces: {from: All}}}, {name: d, port: 2, protocol: TCP, "
        "allowedRoutes: "
        "{namespaces: {from: Nowhere}}}]}\n---\n"
        "apiVersion: gateway.networking.k8s.io/v1\nkind: GatewayClass\nmetadata: {name: c}\n"
        "spec: {controllerName: a.b/c}\n---\n"
        "apiVersion: networking.k8s.io/v1\nkind: IngressClass\nmetadata: {name: nn, annotations: "
        "{ingressclass.kubernetes.io/is-default-class: 'true'}}\nspec: {controller: d.e/f}\n---\n"
        "apiVersion: gateway.networking.k8s.io/v1beta1\nkind: ReferenceGrant\nmetadata: {name: r, "
        "namespace: yy}\nspec: {from: [{group: gateway.networking.k8s.io, kind: HTTPRoute, "
        "namespace: "
        "x}, {group: other, kind: HTTPRoute, namespace: z}], to: [{group: '', kind: Service}, "
        "{group: "
        "'', kind: Secret}, {group: '', kind: Service, name: w}]}\n");
    assert_int_equal(cluster->ngateways, 1);
    const struct pg_gateway *gateway = &cluster->gateways[0];
    assert_string_equal(str(cluster, gateway->class_name), "c");
    assert_int_equal(gateway->nlisteners, 4);
    assert_int_equal(gateway->listeners[0].from, PG_ROUTES_SAME);
    assert_int_equal(gateway->listeners[0].port, 80);
    assert_int_equal(gateway->listeners[1].from, PG_ROUTES_SELECTOR);
    assert_int_equal(gateway->listeners[1].nkinds, 1);
    assert_int_equal(gateway->listeners[1].namespaces.nreqs, 1);
    assert_int_equal(gateway->listeners[2].from, PG_ROUTES_ALL);
    assert_int_equal(gateway->listeners[3].from, PG_ROUTES_NONE);
    assert_int_equal(cluster->nentry_classes, 2); /* by kind */
    assert_string_equal(str(cluster, cluster->entry_classes[0].controller), "a.b/c");
    assert_false(cluster->entry_classes[0].is_default);
    assert_string_equal(str(cluster, cluster->entry_classes[1].controller), "d.e/f");
    assert_true(cluster->entry_classes[1].is_default);
    assert_int_equal(cluster->ngrants, 1);
    assert_int_equal(cluster->grants[0].nfrom, 1);
    assert_int_equal(cluster->grants[0].nto, 2);
    assert_int_equal(cluster->grants[0].to[0], PG_STR_NONE);
    pg_cluster_free(cluster);
}

/* Of two objects of one name the last counts, with all its backends. */
static void twice(void **state)
{
    (void)state;
    assert_routes(
        INGRESS("defaultBackend: {service: {name: old, port: {number: 1}}}") "---\n" INGRESS(
            "defaultBackend: {service: {name: b, port: {number: 1}}}, rules: [{http: {paths: "
            "[{backend: {service: {name: a, port: {number: 1}}}}]}}]"),
        "Ingress x/i - |/ -> Service x/a:1 TCP 9\n"
        "Ingress x/i - | -> Service x/b:1 TCP 9\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ingresses), cmocka_unit_test(gateway_routes), cmocka_unit_test(versions),
        cmocka_unit_test(faults),    cmocka_unit_test(gateways),       cmocka_unit_test(twice),
    };
    return cmocka_run_group_tests_name("decode_route", tests, NULL, NULL);
}
