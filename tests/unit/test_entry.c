/* Ways into the cluster: who serves an entry, whether it gets there, and why not. */
#include "unit.h"

#include "polgrid/entry.h"
#include "world.h"

#define POD(ns, name, labels, spec)                                                                \
    "apiVersion: v1\nkind: Pod\nmetadata: {name: p" name ", namespace: " ns ", labels: {" labels   \
    "}}\nspec: {" spec "containers: [{name: c, ports: [{name: http, containerPort: 8080}, {name: " \
    "metrics, containerPort: 9100}]}]}\nstatus: {podIP: 10.0." name "}\n---\n"
#define SERVICE(ns, name, spec)                                                                  \
    "apiVersion: v1\nkind: Service\nmetadata: {name: " name ", namespace: " ns "}\nspec: {" spec \
    "}\n---\n"
#define POLICY(ns, spec)                                                                        \
    "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: p, namespace: " ns \
    "}\nspec: {" spec "}\n---\n"
#define CLASS(name, controller)                                                    \
    "apiVersion: networking.k8s.io/v1\nkind: IngressClass\nmetadata: {name: " name \
    "}\nspec: {controller: " controller "}\n---\n"
#define INGRESS(class, service, port)                                                         \
    "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: i, namespace: shop}\n" \
    "spec: {" class "defaultBackend: {service: {name: " service ", port: {" port "}}}}\n---\n"
#define GATEWAY(spec)                                                                          \
    "apiVersion: gateway.networking.k8s.io/v1\nkind: Gateway\nmetadata: {name: g, namespace: " \
    "infra}\nspec: {" spec "}\n---\n"
#define ROUTE(spec)                                                                              \
    "apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {name: r, namespace: " \
    "shop}\nspec: {parentRefs: [{name: g, namespace: infra}], " spec "}\n---\n"

#define NGINX POD("ingress", "0.1", "app.kubernetes.io/name: ingress-nginx", "")
#define LB                                                                 \
    SERVICE("ingress", "lb",                                               \
            "type: LoadBalancer, externalTrafficPolicy: Local, selector: " \
            "{app.kubernetes.io/name: ingress-nginx}, ports: [{port: 80, " \
            "targetPort: http}, {port: 9100}]")
#define WEB                            \
    POD("shop", "1.1", "app: web", "") \
    SERVICE("shop", "web",             \
            "selector: {app: web}, ports: [{name: http, port: 80, targetPort: http}]")
#define NAMED    "ingressClassName: nginx, "
#define TO_WEB   INGRESS(NAMED, "web", "number: 80")
#define IS_NGINX CLASS("nginx", "k8s.io/ingress-nginx")
#define ALL \
    "listeners: [{name: l, port: 80, protocol: HTTP, allowedRoutes: {namespaces: {from: All}}}]"
#define EG           "gatewayClassName: eg, "
#define OWNED        POD("infra", "2.1", "gateway.networking.k8s.io/gateway-name: g", "")
#define HTTP_TO(ref) ROUTE("rules: [{backendRefs: [{" ref "}]}]")

struct entry_case {
    const char *yaml;
    enum pg_entry_state state;
    const char *controller, *reason, *note; /* parts; NULL: none */
};

static bool has_note(const struct pg_entry *entry, const char *text)
{
    for (uint32_t i = 0; i < entry->nnotes; i++)
        if (strstr(entry->notes[i], text))
            return true;
    return false;
}

static struct pg_entries find(struct pg_arena *arena, const struct world *world)
{
    struct pg_end ends[] = {{.kind = PG_END_ADDR}, {.kind = PG_END_ADDR}};
    struct pg_entry_clients clients = {.v = ends, .n = 2};
    struct pg_entry_filter filter = {.ns = PG_NONE, .backend_ns = PG_NONE};
    assert_true(pg_addr_parse("203.0.113.1", &ends[0].addr, NULL));
    assert_true(pg_addr_parse("2001:db8::1", &ends[1].addr, NULL));
    return pg_entries_find(arena, world->eval, &clients, &filter);
}

static void check(const struct entry_case *it)
{
    struct world world = world_open(it->yaml, NULL);
    struct pg_arena *arena = pg_arena_new();
    struct pg_entries entries = find(arena, &world);
    assert_int_equal(world.cluster->nrejected, 0);
    assert_int_equal(entries.n, 1);
    const struct pg_entry *entry = &entries.v[0];
    bool good = entry->state == it->state && strstr(entry->reason, it->reason) &&
                (it->note ? has_note(entry, it->note) : entry->nnotes == 0);
    if (!good)
        print_error("%s\n%s: %s\n%s\n", it->yaml, pg_entry_state_name(entry->state), entry->reason,
                    entry->nnotes ? entry->notes[0] : "");
    assert_true(good);
    assert_string_equal(entry->controller ? entry->controller : "?", it->controller);
    pg_arena_free(arena);
    world_close(&world);
}

/* --- Ingress -------------------------------------------------------------------------------------- */

static void ingresses(void **state)
{
    (void)state;
    static const struct entry_case cases[] = {
        {NGINX LB WEB IS_NGINX TO_WEB, PG_ENTRY_REACHABLE, "ingress-nginx",
         "ingress/p0.1 may reach shop/p1.1 on 8080/TCP", NULL},
        {NGINX LB WEB IS_NGINX INGRESS(NAMED, "web", "name: http"), PG_ENTRY_REACHABLE,
         "ingress-nginx", "on 8080/TCP", NULL},
        /* the backend is shut */
        {NGINX LB WEB IS_NGINX TO_WEB POLICY("shop", "podSelector: {}"), PG_ENTRY_BLOCKED,
         "ingress-nginx", "ingress/p0.1 may not reach shop/p1.1", NULL},
        /* the controller is shut: to the outside, and to its backends */
        {NGINX LB WEB IS_NGINX TO_WEB POLICY("ingress", "podSelector: {}"), PG_ENTRY_BLOCKED,
         "ingress-nginx", "203.0.113.1 may not reach ingress/p0.1", NULL},
        {NGINX LB WEB IS_NGINX TO_WEB POLICY("ingress", "podSelector: {}, policyTypes: [Egress]"),
         PG_ENTRY_BLOCKED, "ingress-nginx", "ingress/p0.1 is isolated for egress", NULL},
        /* what a service opens beside 80 and 443 does not matter */
        {NGINX LB WEB IS_NGINX TO_WEB POLICY("ingress",
                                             "podSelector: {}, ingress: [{ports: [{port: 8080}]}]"),
         PG_ENTRY_REACHABLE, "ingress-nginx", "", NULL},
        /* no service opens it */
        {NGINX WEB IS_NGINX TO_WEB, PG_ENTRY_REACHABLE, "ingress-nginx", "",
         "no Service of type NodePort or LoadBalancer"},
        {POD("ingress", "0.1", "app.kubernetes.io/name: ingress-nginx", "hostNetwork: true, ")
             WEB IS_NGINX TO_WEB,
         PG_ENTRY_REACHABLE, "ingress-nginx", "", NULL},
        /* a node may stand before the client (9.7) */
        {NGINX SERVICE("ingress", "lb",
                       "type: LoadBalancer, selector: {app.kubernetes.io/name: "
                       "ingress-nginx}, ports: [{port: 80, targetPort: http}]")
             WEB IS_NGINX TO_WEB POLICY("ingress", "podSelector: {}, ingress: [{from: [{ipBlock: "
                                                   "{cidr: 203.0.113.0/24}}]}]"),
         PG_ENTRY_UNKNOWN, "ingress-nginx", "a node may replace the client's address", NULL},
        /* nowhere to go */
        {NGINX LB WEB IS_NGINX INGRESS(NAMED, "api", "number: 80"), PG_ENTRY_BLOCKED,
         "ingress-nginx", "there is no Service shop/api", NULL},
        {NGINX LB WEB IS_NGINX INGRESS(NAMED, "web", "number: 81"), PG_ENTRY_BLOCKED,
         "ingress-nginx", "the service has no such port", NULL},
        {NGINX LB WEB IS_NGINX INGRESS(NAMED, "web", "name: grpc"), PG_ENTRY_BLOCKED,
         "ingress-nginx", "Service shop/web has no port grpc", NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        check(&cases[i]);
}

static void controllers(void **state)
{
    (void)state;
    static const struct entry_case cases[] = {
        {NGINX LB WEB TO_WEB, PG_ENTRY_REACHABLE, "ingress-nginx", "",
         "no IngressClass nginx was read; a class of that name is usually ingress-nginx's"},
        {NGINX LB WEB CLASS("nginx", "example.com/own") TO_WEB, PG_ENTRY_UNKNOWN, "?",
         "the controller example.com/own is none that polgrid knows", NULL},
        {NGINX LB WEB INGRESS("ingressClassName: mine, ", "web", "number: 80"), PG_ENTRY_UNKNOWN,
         "?", "no IngressClass mine was read", NULL},
        {NGINX LB WEB INGRESS("", "web", "number: 80"), PG_ENTRY_UNKNOWN, "?",
         "it names no class, and no IngressClass is marked as the default one", NULL},
        {NGINX LB WEB "apiVersion: networking.k8s.io/v1\nkind: IngressClass\nmetadata: {name: nn, "
                      "annotations: {ingressclass.kubernetes.io/is-default-class: 'true'}}\nspec: "
                      "{controller: k8s.io/ingress-nginx}\n---\n" INGRESS("", "web", "number: 80"),
         PG_ENTRY_REACHABLE, "ingress-nginx", "", NULL},
        {WEB IS_NGINX TO_WEB, PG_ENTRY_UNKNOWN, "ingress-nginx",
         "no pod of ingress-nginx was found by its usual labels", NULL},
        /* a webhook of the same chart is no controller */
        {POD("ingress", "0.1",
             "app.kubernetes.io/name: ingress-nginx, app.kubernetes.io/component: "
             "admission-webhook",
             "") WEB IS_NGINX TO_WEB,
         PG_ENTRY_UNKNOWN, "ingress-nginx", "no pod of ingress-nginx", NULL},
        {POD("ingress", "0.1", "app.kubernetes.io/name: traefik", "")
             WEB CLASS("t", "traefik.io/ingress-controller")
                 INGRESS("ingressClassName: t, ", "web", "number: 80"),
         PG_ENTRY_REACHABLE, "Traefik", "", "no Service of type"},
        /* a cloud's load balancer has no pods */
        {WEB CLASS("alb", "ingress.k8s.aws/alb")
             INGRESS("ingressClassName: alb, ", "web", "number: 80"),
         PG_ENTRY_UNKNOWN, "the AWS load balancer controller",
         "sends to the backend from addresses that are not known", NULL},
        {POD("shop", "1.1", "app: web", "")
             SERVICE("shop", "web",
                     "type: NodePort, selector: {app: web}, ports: [{port: 80, targetPort: "
                     "http}]") CLASS("alb", "ingress.k8s.aws/alb")
                 INGRESS("ingressClassName: alb, ", "web", "number: 80"),
         PG_ENTRY_REACHABLE, "the AWS load balancer controller", "203.0.113.1 may reach shop/p1.1",
         NULL},
        /* Cilium's proxy is no pod to policies */
        {POD("kube-system", "0.1", "k8s-app: cilium-envoy", "hostNetwork: true, ")
             WEB CLASS("c", "cilium.io/ingress-controller")
                 INGRESS("ingressClassName: c, ", "web", "number: 80"),
         PG_ENTRY_REACHABLE, "Cilium", "", NULL},
        {POD("kube-system", "0.1", "k8s-app: cilium-envoy", "hostNetwork: true, ")
             WEB CLASS("c", "cilium.io/ingress-controller") INGRESS(
                 "ingressClassName: c, ", "web", "number: 80") POLICY("shop", "podSelector: {}"),
         PG_ENTRY_UNKNOWN, "Cilium", "sends with an identity of its own", NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        check(&cases[i]);
}

/* --- Gateways ------------------------------------------------------------------------------------- */

static void gateways(void **state)
{
    (void)state;
    static const struct entry_case cases[] = {
        {OWNED GATEWAY(EG ALL) WEB HTTP_TO("name: web, port: 80"), PG_ENTRY_REACHABLE,
         "Envoy Gateway", "infra/p2.1 may reach shop/p1.1", "no GatewayClass eg was read"},
        {OWNED GATEWAY("gatewayClassName: own, " ALL) WEB HTTP_TO("name: web, port: 80"),
         PG_ENTRY_REACHABLE, "its Gateway's own pods", "", "no Service of type"},
        {OWNED GATEWAY(EG ALL) WEB HTTP_TO("name: web, port: 80") POLICY("shop", "podSelector: {}"),
         PG_ENTRY_BLOCKED, "Envoy Gateway", "infra/p2.1 may not reach shop/p1.1", "no GatewayClass"},
        /* attached or not */
        {WEB HTTP_TO("name: web, port: 80"), PG_ENTRY_UNKNOWN, "?", "no Gateway infra/g was read",
         NULL},
        {OWNED GATEWAY(EG "listeners: [{name: l, port: 80, protocol: HTTP}]")
             WEB HTTP_TO("name: web, port: 80"),
         PG_ENTRY_BLOCKED, "?", "Gateway infra/g takes no routes from this namespace", NULL},
        {OWNED GATEWAY(EG "listeners: [{name: l, port: 80, protocol: HTTP, allowedRoutes: {kinds: "
                          "[{kind: GRPCRoute}], namespaces: {from: All}}}]")
             WEB HTTP_TO("name: web, port: 80"),
         PG_ENTRY_BLOCKED, "?", "takes no routes of this kind", NULL},
        {OWNED GATEWAY(EG ALL) WEB
         "apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {name: r, "
         "namespace: "
         "shop}\nspec: {parentRefs: [{name: g, namespace: infra, sectionName: tls}], rules: "
         "[{backendRefs: [{name: web, port: 80}]}]}\n",
         PG_ENTRY_BLOCKED, "?", "has no listener of that name or port", NULL},
        {OWNED GATEWAY(EG "listeners: [{name: l, port: 80, protocol: HTTP, allowedRoutes: "
                          "{namespaces: {from: Selector, selector: {matchLabels: "
                          "{kubernetes.io/metadata.name: shop}}}}}]")
             WEB HTTP_TO("name: web, port: 80"),
         PG_ENTRY_REACHABLE, "Envoy Gateway", "", "no GatewayClass"},
        /* backends elsewhere */
        {OWNED GATEWAY(EG ALL) WEB SERVICE("data", "db", "selector: {app: db}, ports: [{port: 80}]")
             HTTP_TO("name: db, namespace: data, port: 80"),
         PG_ENTRY_BLOCKED, "?",
         "no ReferenceGrant in namespace data lets a HTTPRoute of namespace shop name Service db "
         "there",
         NULL},
        {OWNED GATEWAY(EG ALL) POD("data", "3.1", "app: db", "")
             SERVICE("data", "db", "selector: {app: db}, ports: [{port: 80}]") HTTP_TO(
                 "name: db, namespace: data, port: 80") "apiVersion: "
                                                        "gateway.networking.k8s.io/v1beta1\nkind: "
                                                        "ReferenceGrant\nmetadata: {name: a, "
                                                        "namespace: data}\nspec: {from: [{group: "
                                                        "gateway.networking.k8s.io, kind: "
                                                        "HTTPRoute, "
                                                        "namespace: shop}], to: [{group: '', kind: "
                                                        "Service, name: db}]}\n",
         PG_ENTRY_REACHABLE, "Envoy Gateway", "infra/p2.1 may reach data/p3.1", "no GatewayClass"},
        {OWNED GATEWAY(EG ALL) HTTP_TO("kind: Bucket, group: g, name: b"), PG_ENTRY_UNKNOWN,
         "Envoy Gateway", "its backend is a Bucket", "no GatewayClass"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        check(&cases[i]);
}

/* Routes of a mesh open nothing; a filter by the backend's namespace. */
static void several(void **state)
{
    (void)state;
    struct world world = world_open(
        NGINX LB WEB IS_NGINX TO_WEB
        "apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {name: m, namespace: "
        "shop}\nspec: {parentRefs: [{kind: Service, group: '', name: web}], rules: [{backendRefs: "
        "[{name: web, port: 80}]}]}\n",
        NULL);
    struct pg_arena *arena = pg_arena_new();
    struct pg_entries entries = find(arena, &world);
    assert_int_equal(entries.n, 1);
    assert_int_equal(entries.nmesh, 1);
    struct pg_end end = {.kind = PG_END_ADDR};
    assert_true(pg_addr_parse("203.0.113.1", &end.addr, NULL));
    struct pg_entry_clients clients = {.v = &end, .n = 1};
    struct pg_entry_filter filter = {
        .ns = PG_NONE, .backend_ns = pg_cluster_find_namespace(world.cluster, "ingress")};
    assert_int_equal(pg_entries_find(arena, world.eval, &clients, &filter).n, 0);
    filter.backend_ns = pg_cluster_find_namespace(world.cluster, "shop");
    assert_int_equal(pg_entries_find(arena, world.eval, &clients, &filter).n, 1);
    pg_arena_free(arena);
    world_close(&world);
}

/* A controller that has IPv6 only is asked from an IPv6 client. */
static void families(void **state)
{
    (void)state;
    struct world world = world_open(
        "apiVersion: v1\nkind: Pod\nmetadata: {name: c, namespace: i, labels: "
        "{app.kubernetes.io/name: traefik}}\nspec: {containers: [{name: c, ports: [{containerPort: "
        "80}]}]}\nstatus: {podIP: 'fd00::1'}\n---\n"
        "apiVersion: v1\nkind: Pod\nmetadata: {name: w, namespace: shop, labels: {app: "
        "web}}\nspec: "
        "{containers: [{name: c}]}\nstatus: {podIP: 'fd00::2'}\n---\n" SERVICE(
            "shop", "web", "selector: {app: web}, ports: [{port: 80}]")
            INGRESS("ingressClassName: traefik, ", "web", "number: 80"),
        NULL);
    struct pg_arena *arena = pg_arena_new();
    struct pg_entries entries = find(arena, &world);
    assert_int_equal(entries.n, 1);
    assert_int_equal(entries.v[0].state, PG_ENTRY_REACHABLE);
    assert_int_equal(entries.v[0].outside.why->from.addr.family, 6);
    pg_arena_free(arena);
    world_close(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ingresses), cmocka_unit_test(controllers), cmocka_unit_test(gateways),
        cmocka_unit_test(several),   cmocka_unit_test(families),
    };
    return cmocka_run_group_tests_name("entry", tests, NULL, NULL);
}
