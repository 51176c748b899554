/* polgrid/plugin.h: which network plugins are seen, whether they enforce, and what they lack. */
#include "unit.h"

#include "polgrid/eval.h"
#include "polgrid/plugin.h"
#include "polgrid/why.h"
#include "world.h"

/* --- manifests ------------------------------------------------------------------------------------ */

#define SET(ns, name, containers)                                                           \
    "apiVersion: apps/v1\nkind: DaemonSet\nmetadata: {name: " name ", namespace: " ns "}\n" \
    "spec: {template: {metadata: {labels: {a: b}}, spec: {hostNetwork: true, containers: "  \
    "[" containers "]}}}\n---\n"
#define SYSTEM(name) SET("kube-system", name, "{name: c}")
#define AWS(args) \
    SET("kube-system", "aws-node", "{name: aws-node}, {name: aws-eks-nodeagent" args "}")
#define ROUTER(args) SET("kube-system", "kube-router", "{name: kube-router" args "}")
#define CILIUM(args) SET("kube-system", "cilium", "{name: cilium-agent" args "}")
#define ARGS(list)   ", args: [" list "]"

/* A pod of a DaemonSet on a node. */
#define DAEMON(set, name, node, container)                                                 \
    "apiVersion: v1\nkind: Pod\nmetadata: {name: " name                                    \
    ", namespace: kube-system, ownerReferences: "                                          \
    "[{apiVersion: apps/v1, kind: DaemonSet, name: " set ", uid: u, controller: true}]}\n" \
    "spec: {nodeName: " node ", containers: [" container "]}\nstatus: {podIP: 10.9.0.1}\n---\n"

#define NODE_WITH(name, meta, version)                              \
    "apiVersion: v1\nkind: Node\nmetadata: {name: " name meta "}\n" \
    "status: {nodeInfo: {kubeletVersion: " version "}}\n---\n"
#define NODE(name)    NODE_WITH(name, "", "v1.34.1")
#define NOTES(text)   ", annotations: {" text "}"
#define LABELS(text)  ", labels: {" text "}"
#define WINDOWS(name) NODE_WITH(name, LABELS("kubernetes.io/os: windows"), "v1.34.1")
#define SNAPSHOT(fields) \
    "apiVersion: polgrid/v1\nkind: Snapshot\nmetadata: {name: s}\n" fields "\n---\n"
#define UNREAD(resource, kind) \
    "{what: extra, resource: " resource ", kind: " kind ", namespaced: true, reason: r}"

/* --- which ---------------------------------------------------------------------------------------- */

struct found {
    const char *yaml, *name;
    enum pg_enforcement enforcement;
    bool mixed;
    const char *part; /* of the sentence */
};

#define FOUND   PG_ENFORCEMENT_FOUND
#define ABSENT  PG_ENFORCEMENT_ABSENT
#define UNKNOWN PG_ENFORCEMENT_UNKNOWN

static void check_found(const struct found *cases, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct world world = world_open(cases[i].yaml, NULL);
        struct pg_arena *arena = pg_arena_new();
        struct pg_plugin plugin = pg_plugin_find(arena, world.cluster);
        bool good = (plugin.name == NULL) == (cases[i].name == NULL) &&
                    (!plugin.name || strcmp(plugin.name, cases[i].name) == 0) &&
                    plugin.enforcement == cases[i].enforcement && plugin.mixed == cases[i].mixed &&
                    (!cases[i].part || strstr(plugin.sentence, cases[i].part)) &&
                    (plugin.nseen > 0) == (plugin.name != NULL);
        if (!good)
            print_error("%s\n%s: %s, mixed %d: %s\n", cases[i].yaml, plugin.name ? plugin.name : "-",
                        pg_enforcement_name(plugin.enforcement), plugin.mixed, plugin.sentence);
        assert_true(good);
        pg_arena_free(arena);
        world_close(&world);
    }
}

#define CHECK_FOUND(cases) check_found(cases, sizeof cases / sizeof cases[0])

static void arguments(void **state)
{
    static const struct found cases[] = {
        {AWS(ARGS("--enable-ipv6=false, --enable-network-policy=true")), "AWS VPC CNI", FOUND,
         false, "AWS VPC CNI enforces"},
        {SET("kube-system",
             "aws-node", "{name: aws-node}, {name: aws-network-policy-agent, args: ['--enable-network-policy']}"),
         "AWS VPC CNI", FOUND, false, NULL},
        {AWS(ARGS("--enable-network-policy=false")), "AWS VPC CNI", ABSENT, false,
         "does not enforce"},
        {AWS(ARGS("--v=2")), "AWS VPC CNI", ABSENT, false, NULL}, /* off by default */
        {AWS(""), "AWS VPC CNI", UNKNOWN, false, "only where it was started with"},
        {AWS(ARGS("'--enable-network-policy=$(X)'")), "AWS VPC CNI", UNKNOWN, false, NULL},
        {SYSTEM("aws-node"), "AWS VPC CNI", UNKNOWN, false, NULL},
        {SET("shop", "aws-node", "{name: aws-eks-nodeagent, args: [--enable-network-policy=true]}"),
         NULL, UNKNOWN, false, NULL},
        /* The argument is the agent's; in another container it is something else. */
        {SET("kube-system", "aws-node", "{name: c, args: [--enable-network-policy=true]}"),
         "AWS VPC CNI", UNKNOWN, false, NULL},
        {ROUTER(ARGS("--run-router=true, --run-firewall=true")), "kube-router", FOUND, false, NULL},
        {ROUTER(ARGS("--run-router=true")), "kube-router", FOUND, false, NULL},
        {ROUTER(ARGS("--run-firewall=false")), "kube-router", ABSENT, false, NULL},
        {ROUTER(", command: [kube-router, --run-firewall=f]"), "kube-router", ABSENT, false, NULL},
        {ROUTER(", command: [sh, -c, 'kube-router --run-firewall=false']"), "kube-router", UNKNOWN,
         false, NULL},
        {ROUTER(""), "kube-router", UNKNOWN, false, "unless it was started with"},
        {CILIUM(ARGS("--config-dir=/tmp")), "Cilium", FOUND, false, NULL},
        {CILIUM(ARGS("--enable-policy=never")), "Cilium", ABSENT, false, NULL},
        {CILIUM(ARGS("--enable-policy=sometimes")), "Cilium", UNKNOWN, false, "not understood"},
        {CILIUM(ARGS("--enable-policy=always")), "Cilium", FOUND, false,
         "denies what no policy allows, also to pods that no policy selects"},
        {CILIUM(ARGS("--enable-k8s-networkpolicy=false")), "Cilium", ABSENT, false, NULL},
        {CILIUM(ARGS("--enable-k8s-networkpolicy=false")) "apiVersion: cilium.io/v2\n"
                                                          "kind: CiliumNetworkPolicy\nmetadata: "
                                                          "{name: p, namespace: x}\n"
                                                          "spec: {endpointSelector: {}, ingress: "
                                                          "[{fromEndpoints: [{}]}]}\n",
         "Cilium", UNKNOWN, false, "only those hold that policies of cilium.io give"},
        {SET("kube-system", "weave-net", "{name: weave}, {name: weave-npc}"), "Weave Net", FOUND,
         false, NULL},
        {SET("kube-system", "weave-net", "{name: weave}"), "Weave Net", ABSENT, false, NULL},
        {SET("kube-flannel", "kube-flannel-ds", "{name: kube-flannel}"), "Flannel", ABSENT, false,
         NULL},
        {SET("kube-flannel", "kube-flannel-ds",
             "{name: kube-flannel}, {name: kube-network-policies}"),
         "Flannel", FOUND, false, NULL},
        /* While it is rolled out. */
        {DAEMON("kube-router", "r1", "n1", "{name: kube-router, args: [--run-firewall=true]}")
             DAEMON("kube-router", "r2", "n2", "{name: kube-router, args: [--run-firewall=false]}"),
         "kube-router", UNKNOWN, false, NULL},
    };
    (void)state;
    CHECK_FOUND(cases);
}

static void several(void **state)
{
    static const struct found cases[] = {
        {SYSTEM("calico-node") SYSTEM("cilium"), "Calico and Cilium", UNKNOWN, true,
         "more than one network plugin were seen, Calico and Cilium"},
        {SYSTEM("calico-node") SYSTEM("cilium") SYSTEM("kindnet"), "Calico, Cilium and kindnet",
         UNKNOWN, true, NULL},
        {SYSTEM("kube-flannel-ds") SYSTEM("calico-node"), "Calico and Flannel", UNKNOWN, true, NULL},
        {SYSTEM("kube-flannel-ds") SYSTEM("azure-cns"), "Flannel and Azure CNI", ABSENT, true,
         "does not enforce"},
        /* One below the other is how they are meant to be run. */
        {SYSTEM("kube-flannel-ds") ROUTER(ARGS("--run-firewall=true")), "kube-router", FOUND, false,
         NULL},
        {SYSTEM("kube-flannel-ds") SYSTEM("kube-network-policies"), "kube-network-policies", FOUND,
         false, NULL},
        {SYSTEM("azure-cns") SYSTEM("azure-ip-masq-agent") SYSTEM("azure-npm"), "Azure NPM", FOUND,
         false, NULL},
        {SYSTEM("azure-cns") SYSTEM("azure-ip-masq-agent"), "Azure CNI", ABSENT, false, NULL},
        {AWS(ARGS("--enable-network-policy=false")) SYSTEM("calico-node"), "Calico", FOUND, false,
         NULL},
        {SYSTEM("aws-node") SYSTEM("calico-node"), "Calico", FOUND, false, NULL},
        {AWS(ARGS("--enable-network-policy=true")) SYSTEM("calico-node"), "Calico and AWS VPC CNI",
         UNKNOWN, true, NULL},
        {AWS("") SYSTEM("calico-node"), "Calico and AWS VPC CNI", UNKNOWN, true, NULL},
        /* A migration, or what was left of one. */
        {SYSTEM("cilium") NODE_WITH("n1", NOTES("projectcalico.org/IPv4Address: 10.0.0.1/24"), "v1"),
         "Cilium and Calico", UNKNOWN, true, NULL},
        {SYSTEM("canal") NODE_WITH("n1",
                                   NOTES("projectcalico.org/x: z, "
                                         "flannel.alpha.coreos.com/backend-type: vxlan"),
                                   "v1"),
         "Canal", FOUND, false, NULL},
        {NODE_WITH("n1", NOTES("projectcalico.org/x: z"), "v1")
             NODE_WITH("n2", NOTES("network.cilium.io/x: z"), "v1"),
         "Calico and Cilium", UNKNOWN, true, NULL},
        {NODE_WITH("n1", NOTES("k3s.io/node-args: '[\"--disable-network-policy=true\"]'"), "v1+k3s1")
             SYSTEM("calico-node"),
         "Calico", FOUND, false, NULL},
        {NODE_WITH("n1", NOTES("k3s.io/node-args: '[\"server\"]'"), "v1+k3s1")
             SYSTEM("calico-node"),
         "Calico and k3s", UNKNOWN, true, NULL},
        {SNAPSHOT("server: x\ngroups: [cilium.io, crd.projectcalico.org, projectcalico.org]"),
         "Calico and Cilium", UNKNOWN, true, NULL},
    };
    (void)state;
    CHECK_FOUND(cases);
}

static void nodes(void **state)
{
    static const struct found cases[] = {
        {DAEMON("calico-node", "c1", "n1", "{name: c}") NODE("n1"), "Calico", FOUND, false, NULL},
        {DAEMON("calico-node", "c1", "n1", "{name: c}") NODE("n1") NODE("n2"), "Calico", UNKNOWN,
         true, "on the nodes where it runs; it was not seen on node n2, and whether"},
        {DAEMON("calico-node", "c1", "n1", "{name: c}") NODE("n1") NODE("n2") NODE("n3"), "Calico",
         UNKNOWN, true, "node n2 and 1 more"},
        {SYSTEM("calico-node") NODE("n1") NODE("n2"), "Calico", FOUND, false, NULL},
        {SYSTEM("calico-node") NODE("n1") WINDOWS("w1"), "Calico", UNKNOWN, true, "node w1"},
        {SYSTEM("kube-flannel-ds") NODE("n1") WINDOWS("w1"), "Flannel", UNKNOWN, true,
         "Flannel does not enforce NetworkPolicy on the nodes where it runs"},
        {NODE_WITH("n1", NOTES("k3s.io/node-args: '[\"server\"]'"), "v1+k3s1") NODE("n2"), "k3s",
         UNKNOWN, true, "node n2"},
        {NODE_WITH("n1", NOTES("node.antrea.io/mac-address: x"), "v1") NODE("n2"), "Antrea",
         UNKNOWN, true, "node n2"},
        {NODE_WITH("n1", "", "v1.34.1-eks-036c24b"), "EKS", UNKNOWN, false,
         "no DaemonSet of a network plugin was seen"},
        {NODE_WITH("n1", LABELS("eks.amazonaws.com/compute-type: auto"), "v1.34.1-eks-036c24b"),
         "EKS Auto Mode", UNKNOWN, false, "NodeClass"},
        {NODE_WITH("n1", "", "v1.34.1-gke.100"), "GKE", UNKNOWN, false, "Dataplane V2"},
        {NODE_WITH("n1", LABELS("kubernetes.azure.com/cluster: x"), "v1"), "AKS", UNKNOWN, false,
         NULL},
        {NODE("n1"), NULL, UNKNOWN, false, NULL},
    };
    (void)state;
    CHECK_FOUND(cases);
}

/* What enforces beside it may be among what could not be read. */
static void unread(void **state)
{
    static const struct found cases[] = {
        {SNAPSHOT("server: x\nunread: [" UNREAD("pods", "Pod") ", " UNREAD(
             "daemonsets", "DaemonSet") "]") SYSTEM("kube-flannel-ds"),
         "Flannel", UNKNOWN, false, "could not be read"},
        {SNAPSHOT("server: x\nunread: [" UNREAD("pods", "Pod") ", " UNREAD("daemonsets",
                                                                           "DaemonSet") "]")
             NODE_WITH("n1", NOTES("k3s.io/node-args: '[\"--disable-network-policy\"]'"), "v1+k3s1"),
         "k3s", UNKNOWN, false, "what runs beside it was not seen"},
        {SNAPSHOT("server: x\ngroups: [cilium.io]") SYSTEM("kube-flannel-ds"), "Flannel", UNKNOWN,
         false, "what runs beside it was not seen"},
        {SNAPSHOT("server: x\ngroups: [networking.k8s.aws]")
             AWS(ARGS("--enable-network-policy=false")),
         "AWS VPC CNI", ABSENT, false, NULL},
        {SNAPSHOT("server: x\ngroups: [crd.projectcalico.org]")
             NODE_WITH("n1", NOTES("flannel.alpha.coreos.com/backend-type: vxlan"), "v1"),
         "Canal", UNKNOWN, false, "whether Calico runs was not seen"},
        {SNAPSHOT("server: x\nunread: [" UNREAD("daemonsets", "DaemonSet") "]")
             SYSTEM("kube-flannel-ds"),
         "Flannel", ABSENT, false, NULL},
    };
    (void)state;
    CHECK_FOUND(cases);
}

/* --- what they lack ------------------------------------------------------------------------------- */

#define PODS                                                                                  \
    "apiVersion: v1\nkind: Pod\nmetadata: {name: a, namespace: x, labels: {app: a}}\n"        \
    "spec: {nodeName: n1, containers: [{name: c}]}\nstatus: {podIP: 10.0.0.1}\n---\n"         \
    "apiVersion: v1\nkind: Pod\nmetadata: {name: b, namespace: x, labels: {app: b}}\n"        \
    "spec: {nodeName: w1, containers: [{name: c, ports: [{name: web, containerPort: 80}]}], " \
    "initContainers: [{name: s, restartPolicy: Always, ports: [{name: side, containerPort: "  \
    "81}]}]}\nstatus: {podIP: 10.0.0.2}\n---\n"
#define POLICY(name, app, spec)                                                     \
    "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: " name \
    ", namespace: x}\nspec: {podSelector: {matchLabels: {app: " app "}}, " spec "}\n---\n"
#define RULE(ports) POLICY("p", "b", "ingress: [{ports: [" ports "]}]")
#define ADMIN                                                                                    \
    "apiVersion: policy.networking.k8s.io/v1alpha1\nkind: AdminNetworkPolicy\nmetadata: {name: " \
    "adm}\n"                                                                                     \
    "spec: {priority: 1, subject: {namespaces: {}}, ingress: [{action: Allow, from: "            \
    "[{namespaces: {}}]}]}\n---\n"

struct note_case {
    const char *yaml;
    enum pg_protocol protocol;
    uint32_t port;
    const char *note, *none; /* parts of the notes on a → b */
};

static void check_note(const struct note_case *it)
{
    struct world world = world_open(it->yaml, NULL);
    struct pg_arena *arena = pg_arena_new();
    struct pg_buf notes = {0};
    uint32_t ns = pg_cluster_find_namespace(world.cluster, "x");
    struct pg_end from = {.kind = PG_END_POD, .index = pg_cluster_find_pod(world.cluster, ns, "a")};
    struct pg_end to = {.kind = PG_END_POD, .index = pg_cluster_find_pod(world.cluster, ns, "b")};
    pg_ports port = pg_portset_range(pg_eval_portsets(world.eval), it->protocol, it->port, it->port);
    const struct pg_why *why = pg_why_ask(arena, world.eval, &from, &to, port, 0);
    for (uint32_t i = 0; i < why->nnotes; i++)
        pg_buf_printf(&notes, "%s\n", why->notes[i]);
    bool good = (!it->note || strstr(pg_buf_text(&notes), it->note)) &&
                (!it->none || !strstr(pg_buf_text(&notes), it->none));
    if (!good)
        print_error("%s\n%s\n%s\n", it->yaml, why->sentence, pg_buf_text(&notes));
    assert_true(good);
    pg_buf_free(&notes);
    pg_arena_free(arena);
    world_close(&world);
}

#define WEAVE       SET("kube-system", "weave-net", "{name: weave-npc}")
#define SDN         SET("openshift-sdn", "sdn", "{name: sdn}")
#define NPM         SYSTEM("azure-npm") NODE("n1") WINDOWS("w1")
#define RANGE       "{port: 80, endPort: 90}"
#define BLOCK(more) POLICY("p", "b", "ingress: [{from: [{ipBlock: {cidr: 10.0.0.0/8" more "}}]}]")

static void lacks(void **state)
{
    static const struct note_case cases[] = {
        {SYSTEM("cilium") PODS RULE(RANGE), PG_TCP, 85,
         "Cilium was found (DaemonSet kube-system/cilium): Cilium before 1.16 ignores endPort and "
         "applies the first port only; here x/p asks for that",
         NULL},
        {SYSTEM("anetd") PODS RULE(RANGE), PG_TCP, 85, "GKE Dataplane V2 was found", NULL},
        {WEAVE PODS RULE(RANGE), PG_TCP, 85, "Weave Net ignores endPort", NULL},
        {SYSTEM("calico-node") PODS RULE(RANGE), PG_TCP, 85, "uses endPort", "was found"},
        {SYSTEM("cilium") PODS RULE(RANGE), PG_TCP, 91, NULL, "was found"}, /* denied all the same */
        {SYSTEM("cilium") PODS RULE("{port: 80}"), PG_TCP, 80, NULL, "was found"},
        {PODS RULE(RANGE), PG_TCP, 85, "uses endPort", "was found"},
        {SYSTEM("cilium") PODS RULE("{port: 80, protocol: SCTP}"), PG_SCTP, 80, "sctp.enabled", NULL},
        {SYSTEM("cilium") PODS RULE("{port: 80, protocol: SCTP}, {port: 80}"), PG_TCP, 80, NULL,
         "sctp"},
        {ROUTER(ARGS("--v=1")) PODS RULE("{port: 80, protocol: SCTP}"), PG_SCTP, 80,
         "SCTP is an open request", NULL},
        {ROUTER(ARGS("--run-firewall=false")) PODS RULE("{port: 80, protocol: SCTP}"), PG_SCTP, 80,
         NULL, "was found"}, /* nothing is enforced, and that is said elsewhere */
        {SDN PODS BLOCK(", except: [10.1.0.0/16]"), PG_TCP, 80,
         "ignore an ipBlock that has except as a whole; here x/p asks", NULL},
        {SDN PODS BLOCK(""), PG_TCP, 80, NULL, "was found"},
        {SDN PODS POLICY("p", "a", "policyTypes: [Egress]"), PG_TCP, 80,
         "not to enforce egress up to OpenShift 4.9; here x/p isolates for egress", NULL},
        {SDN PODS POLICY("p", "b", "policyTypes: [Ingress]"), PG_TCP, 80, NULL, "was found"},
        /* On Windows the whole policy is left out: also where it denies. */
        {NPM PODS RULE("{port: web}"), PG_TCP, 443, "named ports on Windows nodes", NULL},
        {NPM PODS RULE("{port: 80, protocol: SCTP}"), PG_SCTP, 80, "SCTP on Windows nodes", NULL},
        {NPM PODS BLOCK(", except: [10.1.0.0/16]"), PG_TCP, 80, "except in an ipBlock on Windows",
         NULL},
        {NPM PODS POLICY("p", "b",
                         "ingress: [{from: [{podSelector: {matchExpressions: [{key: z, operator: "
                         "DoesNotExist}]}}]}]"),
         PG_TCP, 80, "negative selectors on Windows nodes", NULL},
        {NPM PODS POLICY("p", "a", "egress: [{ports: [{port: web}]}]"), PG_TCP, 80, NULL,
         "named ports on Windows"}, /* a is on n1 */
        {SYSTEM("azure-npm") NODE("n1") PODS RULE("{port: web}"), PG_TCP, 80, NULL, "Windows"},
        {SYSTEM("cilium") PODS RULE("{port: side}"), PG_TCP, 81,
         "ordinary containers only, not in sidecars", NULL},
        {SYSTEM("calico-node") PODS RULE("{port: side}"), PG_TCP, 81, "named-ports=all-init", NULL},
        {SYSTEM("cilium") PODS RULE("{port: 81}"), PG_TCP, 81, NULL, "sidecars"},
        {AWS(ARGS("--enable-network-policy=true")) PODS RULE("{port: 80}"), PG_TCP, 80,
         "documented to enforce policies for pods of Deployments; here it is about x/b", "x/a"},
        {AWS(ARGS("--enable-network-policy=true")) PODS, PG_TCP, 80, NULL, "Deployments"},
        {CILIUM(ARGS("--enable-policy=always")) PODS, PG_TCP, 80, "enable-policy=always", NULL},
        {SYSTEM("cilium") PODS, PG_TCP, 80, NULL, "was found"},
        /* Both of two. */
        {SYSTEM("cilium") SYSTEM("weave-net") PODS RULE(RANGE), PG_TCP, 85, "Cilium before", NULL},
        {SYSTEM("cilium") WEAVE PODS RULE(RANGE), PG_TCP, 85, "Weave Net ignores", NULL},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        check_note(&cases[i]);
}

static void kinds(void **state)
{
    static const struct note_case cases[] = {
        {SYSTEM("cilium") PODS ADMIN, PG_TCP, 80,
         "is not known to read policies of this kind, which then have no effect: "
         "AdminNetworkPolicy adm",
         NULL},
        {SYSTEM("antrea-agent") PODS ADMIN, PG_TCP, 80, NULL, "AdminNetworkPolicy adm"},
        {SYSTEM("calico-node") PODS ADMIN, PG_TCP, 80,
         "not every release or setting of it reads policies of this kind: AdminNetworkPolicy adm",
         NULL},
        {SYSTEM("kube-network-policies") PODS ADMIN, PG_TCP, 80, "not every release or setting",
         NULL},
        {SET("kube-system", "kube-network-policies",
             "{name: kube-network-policies, args: [--admin-network-policy=true]}") PODS ADMIN,
         PG_TCP, 80, NULL, "AdminNetworkPolicy adm"},
        {SET("kube-system", "kube-network-policies", "{name: kube-network-policies, args: [--v=2]}")
             PODS ADMIN,
         PG_TCP, 80, "is not known to read", NULL},
        {PODS ADMIN, PG_TCP, 80, NULL, "AdminNetworkPolicy adm"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        check_note(&cases[i]);
}

/* Every plugin of the tables says something of itself, and texts of lacks are sentences' parts. */
static void counts(void **state)
{
    struct world world = world_open(SYSTEM("cilium") PODS RULE(RANGE) POLICY("q", "a", ""), NULL);
    struct pg_arena *arena = pg_arena_new();
    struct pg_plugin plugin = pg_plugin_find(arena, world.cluster);
    uint32_t first = PG_NONE;

    (void)state;
    assert_int_equal(plugin.nseen, 1);
    assert_int_equal(plugin.seen[0].lacks[0].feature, PG_FEATURE_END_PORT);
    assert_int_equal(pg_plugin_count(world.cluster, &plugin.seen[0].lacks[0], &first), 1);
    assert_string_equal(pg_cluster_text(world.cluster, world.cluster->policies[first].name), "p");
    assert_int_equal(pg_plugin_count(world.cluster, &plugin.seen[0].lacks[1], &first), 0);
    assert_int_equal(pg_plugin_count_unread(world.cluster, &plugin.seen[0], &first), 0);
    pg_arena_free(arena);
    world_close(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(arguments), cmocka_unit_test(several), cmocka_unit_test(nodes),
        cmocka_unit_test(unread),    cmocka_unit_test(lacks),   cmocka_unit_test(kinds),
        cmocka_unit_test(counts),
    };
    return cmocka_run_group_tests_name("plugin", tests, NULL, NULL);
}
