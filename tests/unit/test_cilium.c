/* What Cilium's policies mean (semantics 13), rule by rule. Each question is asked of the explanation and of the
   cell, which must not differ. The policies under test are called p; their subjects are a/srv for ingress and
   a/cli for egress. */
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>

#include "polgrid/why.h"
#include "world.h"

#define POD(ns, name, node, ip, more)                                               \
    "---\n{apiVersion: v1, kind: Pod, metadata: {name: " name ", namespace: " ns    \
    ", labels: {app: " name "}}, spec: {nodeName: " node ", " more                  \
    "containers: [{name: c, ports: [{name: web, containerPort: 8080}]}]}, status: " \
    "{podIP: " ip "}}\n"
#define NAMESPACE(name, team)                                                    \
    "---\n{apiVersion: v1, kind: Namespace, metadata: {name: " name ", labels: " \
    "{team: " team "}}}\n"
#define NODE(name, ip)                                                             \
    "---\n{apiVersion: v1, kind: Node, metadata: {name: " name ", labels: {role: " \
    "worker}}, status: {addresses: [{type: InternalIP, address: " ip "}]}}\n"

/* Two namespaces, two nodes; on n1 everything but host2. */
static const char world_text[] = NAMESPACE("a", "red") NAMESPACE("b", "blue")
    NODE("n1", "192.168.0.1") NODE("n2", "192.168.0.2") POD("a", "srv", "n1", "10.0.0.1", "")
        POD("a", "cli", "n1", "10.0.0.2", "") POD("b", "cli", "n1", "10.0.0.3", "")
            POD("b", "oth", "n1", "10.0.0.4", "serviceAccountName: bot, ")
                POD("a", "host1", "n1", "192.168.0.1", "hostNetwork: true, ")
                    POD("a", "host2", "n2", "192.168.0.2", "hostNetwork: true, ");

#define POLICY(kind, metadata, spec) \
    "---\n{apiVersion: cilium.io/v2, kind: " kind ", metadata: {name: p" metadata "}, " spec "}\n"
#define CNP(spec)  POLICY("CiliumNetworkPolicy", ", namespace: a", "spec: {" spec "}")
#define CCNP(spec) POLICY("CiliumClusterwideNetworkPolicy", "", "spec: {" spec "}")
#define SRV        "endpointSelector: {matchLabels: {app: srv}}, "
#define CLI        "endpointSelector: {matchLabels: {app: cli}}, "
#define IN(rules)  CNP(SRV "ingress: [" rules "]")
#define OUT(rules) CNP(CLI "egress: [" rules "]")
#define CIN(rules) CCNP(SRV "ingress: [" rules "]")
/* A peer by its labels; ports by one text. */
#define FROM(selector)    "{fromEndpoints: [{" selector "}]}"
#define LABEL(key, value) FROM("matchLabels: {\"" key "\": \"" value "\"}")
#define TERM(key, rest)   FROM("matchExpressions: [{key: \"" key "\", operator: " rest "}]")
#define PORTS(ports)      "toPorts: [{ports: [" ports "]}]"
#define NP_OPEN                                                                            \
    "---\n{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: open, " \
    "namespace: a}, spec: {podSelector: {}, ingress: [{}]}}\n"

struct question {
    const char *policies, *from, *to;
    uint32_t key; /* PG_PORT_KEY */
    const char *answer;
};

static struct pg_end end_of(const struct world *world, const char *text)
{
    struct pg_end end = {.kind = PG_END_ADDR};
    char ns[20];
    const char *slash = strchr(text, '/');

    if (!slash) {
        assert_true(pg_addr_parse(text, &end.addr, NULL));
        return end;
    }
    if (strncmp(text, "node/", 5) == 0) {
        end.kind = PG_END_NODE;
        end.index = pg_cluster_find_node(world->cluster, slash + 1);
    } else {
        snprintf(ns, sizeof ns, "%.*s", (int)(slash - text), text);
        end.kind = PG_END_POD;
        end.index = pg_cluster_find_pod(world->cluster,
                                        pg_cluster_find_namespace(world->cluster, ns), slash + 1);
    }
    assert_int_not_equal(end.index, PG_NONE);
    return end;
}

/* " p ingress#0 allow, p isolate"; a question mark where the reason says what it hangs on. */
static void print_reasons(struct pg_buf *out, const struct world *world,
                          const struct pg_why_side *side)
{
    for (uint32_t i = 0; i < side->nreasons; i++) {
        const struct pg_reason *reason = &side->reasons[i];
        const struct pg_policy *policy = &world->cluster->policies[reason->policy];
        pg_buf_printf(out, "%s %s", i ? "," : "", pg_cluster_text(world->cluster, policy->name));
        if (policy->spec_path && strcmp(policy->spec_path, "spec") != 0)
            pg_buf_printf(out, " %s", policy->spec_path);
        if (reason->rule != PG_NO_INDEX)
            pg_buf_printf(out, " %s#%u", reason->list ? reason->list : "", reason->rule);
        pg_buf_printf(out, " %s%s", pg_effect_name(reason->effect), reason->detail ? "?" : "");
    }
    if (side->exempt)
        pg_buf_printf(out, " %s", pg_exempt_name(side->exempt));
}

static void assert_cell(const struct world *world, const struct pg_end *from,
                        const struct pg_end *to, uint32_t key, enum pg_verdict verdict)
{
    struct pg_portsets *sets = pg_eval_portsets(world->eval);
    struct pg_cell cell = pg_eval_pair(world->eval, from, to);

    if (PG_KEY_PROTOCOL(key) == PG_OTHER)
        return;
    assert_int_equal(pg_portset_has(sets, cell.sure, key), verdict == PG_VERDICT_ALLOWED);
    assert_int_equal(pg_portset_has(sets, cell.possible, key), verdict != PG_VERDICT_DENIED);
}

static void answer(const struct question *question, const char *assumed, struct pg_buf *out)
{
    char text[16000];
    struct pg_arena *arena = pg_arena_new();

    snprintf(text, sizeof text, "%s%s", world_text, question->policies);
    struct world world = world_open(text, assumed);
    struct pg_end from = end_of(&world, question->from), to = end_of(&world, question->to);
    uint32_t port = PG_KEY_PORT(question->key);
    pg_ports ports =
        pg_portset_range(pg_eval_portsets(world.eval), PG_KEY_PROTOCOL(question->key), port, port);
    const struct pg_why *why = pg_why_ask(arena, world.eval, &from, &to, ports, 0);
    pg_buf_clear(out);
    pg_buf_puts(out, pg_verdict_name(why->verdict));
    print_reasons(out, &world, &why->sides[PG_EGRESS]);
    print_reasons(out, &world, &why->sides[PG_INGRESS]);
    assert_cell(&world, &from, &to, question->key, why->verdict);
    pg_arena_free(arena);
    world_close(&world);
}

static void run(const struct question *questions, size_t n, const char *assumed)
{
    struct pg_buf found = {0};

    for (size_t i = 0; i < n; i++) {
        answer(&questions[i], assumed, &found);
        if (strcmp(pg_buf_text(&found), questions[i].answer) != 0)
            fail_msg("question %zu, %s to %s under\n%s\nexpected %s\nfound    %s", i,
                     questions[i].from, questions[i].to, questions[i].policies, questions[i].answer,
                     pg_buf_text(&found));
    }
    pg_buf_free(&found);
}

#define RUN(questions) run(questions, PG_COUNT(questions), NULL)
#define TCP(port)      PG_PORT_KEY(PG_TCP, port)
#define UDP(port)      PG_PORT_KEY(PG_UDP, port)
#define ICMP           PG_PORT_KEY(PG_OTHER, 1)
#define ICMP6          PG_PORT_KEY(PG_OTHER, 58)
#define A_SRV          "a/cli", "a/srv", TCP(80)
#define B_SRV          "b/cli", "a/srv", TCP(80)
#define OTH_SRV        "b/oth", "a/srv", TCP(80)
#define OUT_SRV        "203.0.113.1", "a/srv", TCP(80)
#define CLI_OUT        "a/cli", "203.0.113.1", TCP(80)
#define ALLOWED        "allowed p ingress#0 allow"
#define DENIED         "denied p isolate"

/* semantics 13.2, 13.3: who is selected, and in which directions */
static void subjects(void **state)
{
    static const struct question questions[] = {
        {CNP("endpointSelector: {}, ingress: [{}]"), B_SRV, DENIED},
        {CNP("endpointSelector: {}, ingress: [{}]"), "a/cli", "b/cli", TCP(80), "allowed"},
        {CNP("endpointSelector: {}, ingress: [{}]"), "b/cli", "a/host1", TCP(80),
         "allowed host-network"},
        {CCNP("endpointSelector: {}, ingress: [{}]"), "a/cli", "b/cli", TCP(80), DENIED},
        {CCNP("endpointSelector: {matchLabels: {io.kubernetes.pod.namespace: b}}, ingress: [{}]"),
         "a/cli", "b/cli", TCP(80), DENIED},
        {CCNP("endpointSelector: {matchLabels: {io.kubernetes.pod.namespace: b}}, ingress: [{}]"),
         A_SRV, "allowed"},
        {CCNP(
             "endpointSelector: {matchLabels: {\"k8s:io.cilium.k8s.namespace.labels.team\": red}}, "
             "ingress: [{}]"),
         A_SRV, DENIED},
        /* Another namespace: overruled after k8s:, else it must hold too, and does not. */
        {CNP("endpointSelector: {matchLabels: {\"k8s:io.kubernetes.pod.namespace\": b}}, ingress: "
             "[{}]"),
         B_SRV, DENIED},
        {CNP("endpointSelector: {matchLabels: {io.kubernetes.pod.namespace: b}}, ingress: [{}]"),
         B_SRV, "allowed"},
        {CNP("endpointSelector: {matchLabels: {io.kubernetes.pod.namespace: a}}, ingress: [{}]"),
         B_SRV, DENIED},
        {CNP("endpointSelector: {matchExpressions: [{key: \"k8s:io.kubernetes.pod.namespace\", "
             "operator: In, values: [b]}]}, ingress: [{}]"),
         B_SRV, "allowed"},
        {CNP("endpointSelector: {matchLabels: {io.cilium.k8s.namespace.labels.team: blue}}, "
             "ingress: [{}]"),
         B_SRV, "allowed"},
        {CNP("endpointSelector: {matchLabels: {io.cilium.k8s.namespace.labels.team: red}}, "
             "ingress: [{}]"),
         B_SRV, DENIED},
        {CNP(SRV "egress: [{}]"), B_SRV, "allowed"},
        {CNP(SRV "egressDeny: [{}]"), "a/srv", "b/cli", TCP(80), DENIED},
        {CCNP("endpointSelector: {matchLabels: {\"reserved:health\": \"\"}}, ingress: [{}]"), A_SRV,
         "allowed"},
    };

    (void)state;
    RUN(questions);
}

/* spec and specs: each a policy of its own, with the name of the object */
static void specs(void **state)
{
    static const char two[] =
        POLICY("CiliumNetworkPolicy", ", namespace: a",
               "specs: [{" SRV
               "ingress: [" LABEL("app", "cli") "]}, {" SRV
                                                "ingressDeny: [{" PORTS("{port: \"81\"}") "}]}]");
    static const struct question questions[] = {
        {two, A_SRV, "allowed p specs[1] isolate, p specs[0] ingress#0 allow"},
        {two, B_SRV, "denied p specs[0] isolate, p specs[1] isolate"},
        {two, "a/cli", "a/srv", TCP(81), "denied p specs[1] ingressDeny#0 deny"},
        {POLICY("CiliumNetworkPolicy", ", namespace: a",
                "spec: {" SRV "ingress: [{}]}, specs: [{" SRV
                "ingress: [" LABEL("app", "cli") "]}]"),
         A_SRV, "allowed p isolate, p specs[0] ingress#0 allow"},
    };
    struct world world;
    char text[4000];

    (void)state;
    RUN(questions);
    /* Read twice: all specs of the first are replaced. */
    snprintf(text, sizeof text, "%s%s", two, IN(LABEL("app", "cli")));
    world = world_open(text, NULL);
    assert_int_equal(world.cluster->npolicies, 1);
    assert_string_equal(world.cluster->policies[0].spec_path, "spec");
    world_close(&world);
    snprintf(text, sizeof text, "%s%s%s", IN("{}"), two, two);
    world = world_open(text, NULL);
    assert_int_equal(world.cluster->npolicies, 2);
    assert_string_equal(world.cluster->policies[1].spec_path, "specs[1]");
    world_close(&world);
}

/* semantics 13.4 */
static void default_deny(void **state)
{
#define SOFT(more) CNP(SRV "enableDefaultDeny: {ingress: false}, " more)
    static const struct question questions[] = {
        {SOFT("ingress: [" LABEL("app", "nobody") "]"), B_SRV, "allowed"},
        {SOFT("ingress: [" LABEL("app", "cli") "]"), A_SRV, ALLOWED},
        {SOFT("ingressDeny: [" LABEL("app", "cli") "]"), A_SRV, "denied p ingressDeny#0 deny"},
        {SOFT("ingressDeny: [" LABEL("app", "cli") "]"), B_SRV, "allowed"},
        {CNP(SRV "enableDefaultDeny: {ingress: true}, ingress: [{}]"), B_SRV, DENIED},
        {CNP(SRV "enableDefaultDeny: {ingress: true, egress: true}, ingress: [{}]"), "a/srv",
         "b/cli", TCP(80), "allowed"},
        {CNP(SRV "enableDefaultDeny: {egress: false}, ingress: [{}]"), B_SRV, DENIED},
        {CNP(SRV "enableDefaultDeny: {ingress: null}, ingress: [{}]"), B_SRV, DENIED},
        /* A name that may or may not be meant changes nothing where all is open (13.12); a proxy does
           (13.11). */
        {CNP(CLI "enableDefaultDeny: {egress: false}, egress: [{toFQDNs: [{matchName: a.b}]}]"),
         CLI_OUT, "allowed"},
        {SOFT("ingress: [{toPorts: [{ports: [{port: \"80\", protocol: TCP}], rules: {http: "
              "[{}]}}]}]"),
         A_SRV, "unknown p ingress#0 unknown?"},
    };

    (void)state;
    RUN(questions);
}

/* semantics 13.5, 13.19 */
static void empty(void **state)
{
    static const struct question questions[] = {
        {IN("{}"), A_SRV, DENIED},
        {CNP(SRV "ingressDeny: [{}]"), A_SRV, DENIED},
        {IN("{toPorts: []}"), A_SRV, DENIED},
        {IN("{toPorts: [{}]}"), A_SRV, DENIED},
        {IN("{fromEndpoints: [{}], toPorts: [{}]}"), A_SRV, DENIED},
        {IN("{fromEndpoints: [{}], toPorts: []}"), A_SRV, ALLOWED},
        {IN("{" PORTS("{port: \"80\"}") "}"), OUT_SRV, ALLOWED},
        {IN("{fromEndpoints: [], " PORTS("{port: \"80\"}") "}"), A_SRV, DENIED},
        {IN("{fromCIDR: [], " PORTS("{port: \"80\"}") "}"), A_SRV, DENIED},
        {IN("{fromCIDRSet: [], " PORTS("{port: \"80\"}") "}"), A_SRV, DENIED},
        {IN("{fromEntities: [], " PORTS("{port: \"80\"}") "}"), A_SRV, DENIED},
        {IN("{fromNodes: [], " PORTS("{port: \"80\"}") "}"), A_SRV, DENIED},
        {IN("{fromEndpoints: [{}], fromCIDR: []}"), A_SRV, DENIED},
        /* These are as good as missing; so is a null, which the API server takes away. */
        {IN("{fromGroups: [], " PORTS("{port: \"80\"}") "}"), A_SRV, ALLOWED},
        {OUT("{toFQDNs: [], " PORTS("{port: \"80\"}") "}"), CLI_OUT, "allowed p egress#0 allow"},
        {OUT("{toServices: [], " PORTS("{port: \"80\"}") "}"), CLI_OUT, "allowed p egress#0 allow"},
        {OUT("{toServices: []}"), CLI_OUT, DENIED},
        {IN("{fromEndpoints: null, " PORTS("{port: \"80\"}") "}"), OUT_SRV, ALLOWED},
        {OUT("{toCIDR: [], toFQDNs: [{matchName: a.b}]}"), CLI_OUT,
         "unknown p isolate, p egress#0 unknown?"},
    };

    (void)state;
    RUN(questions);
}

/* semantics 13.6, 13.17 */
static void endpoints(void **state)
{
#define NS_KEY   "io.kubernetes.pod.namespace"
#define NS_LABEL "io.cilium.k8s.namespace.labels."
    static const struct question questions[] = {
        {IN(FROM("")), A_SRV, ALLOWED},
        {IN(FROM("")), B_SRV, DENIED},
        {IN(FROM("")), OUT_SRV, DENIED},
        {IN(FROM("")), "a/host2", "a/srv", TCP(80), "denied host-network p isolate"},
        {IN(LABEL("k8s:app", "cli")), A_SRV, ALLOWED},
        {IN(LABEL("any:app", "cli")), A_SRV, ALLOWED},
        {IN(LABEL("container:app", "cli")), A_SRV, DENIED},
        {IN(TERM("container:app", "DoesNotExist")), A_SRV, ALLOWED},
        {IN(LABEL("k8s:" NS_KEY, "b")), B_SRV, ALLOWED},
        {IN(LABEL("any:" NS_KEY, "b")), B_SRV, ALLOWED},
        {IN(LABEL(NS_KEY, "b")), B_SRV, ALLOWED},
        {IN(LABEL(NS_KEY, "b")), A_SRV, DENIED},
        {IN(TERM(NS_KEY, "Exists")), B_SRV, ALLOWED},
        {IN(TERM(NS_KEY, "Exists")), OUT_SRV, DENIED},
        {IN(TERM(NS_KEY, "NotIn, values: [a]")), B_SRV, ALLOWED},
        {IN(TERM(NS_KEY, "NotIn, values: [b]")), B_SRV, DENIED},
        {IN(TERM(NS_KEY, "In, values: [b, c]")), B_SRV, ALLOWED},
        {IN(FROM("matchLabels: {" NS_KEY ": b, app: oth}")), B_SRV, DENIED},
        {IN(FROM("matchLabels: {" NS_KEY ": b, app: oth}")), OTH_SRV, ALLOWED},
        {IN(LABEL(NS_LABEL "team", "blue")), B_SRV, ALLOWED},
        {IN(LABEL("k8s:" NS_LABEL "team", "red")), B_SRV, DENIED},
        {IN(LABEL(NS_LABEL "kubernetes.io/metadata.name", "b")), B_SRV, ALLOWED},
        {CIN(FROM("")), B_SRV, ALLOWED},
        {CIN(FROM("")), OUT_SRV, DENIED},
        {CIN(FROM("")), "node/n2", "a/srv", TCP(80), DENIED},
        {CIN(LABEL(NS_LABEL "team", "blue")), B_SRV, ALLOWED},
        {CIN(LABEL(NS_LABEL "team", "blue")), A_SRV, DENIED},
        {CIN(LABEL(NS_KEY, "b")), A_SRV, DENIED},
    };

    (void)state;
    RUN(questions);
}

/* semantics 13.6: keys that stand for something else than a label */
static void special_keys(void **state)
{
#define ACCOUNT "io.cilium.k8s.policy.serviceaccount"
#define CLUSTER "io.cilium.k8s.policy.cluster"
    static const struct question questions[] = {
        {CIN(LABEL(ACCOUNT, "bot")), OTH_SRV, ALLOWED},
        {CIN(LABEL(ACCOUNT, "bot")), B_SRV, DENIED},
        {CIN(LABEL("k8s:" ACCOUNT, "default")), B_SRV, ALLOWED},
        {CCNP("endpointSelector: {matchLabels: {" ACCOUNT ": bot}}, ingress: [{}]"), "a/cli",
         "b/oth", TCP(80), DENIED},
        {CIN(LABEL(CLUSTER, "default")), B_SRV, ALLOWED},
        {CIN(LABEL(CLUSTER, "east")), B_SRV, "unknown p isolate, p ingress#0 unknown?"},
        {CIN(LABEL(CLUSTER, "east")), OUT_SRV, DENIED},
        {CIN(TERM(CLUSTER, "Exists")), B_SRV, ALLOWED},
        {CIN(TERM(CLUSTER, "DoesNotExist")), B_SRV, DENIED},
        {CIN(TERM(CLUSTER, "NotIn, values: [default]")), B_SRV, DENIED},
        {CCNP("endpointSelector: {matchLabels: {" CLUSTER ": east}}, ingress: [{}]"), A_SRV,
         "unknown p unknown?"},
        /* Names for what is no pod. */
        {IN(LABEL("reserved:host", "")), "node/n1", "a/srv", TCP(80), "allowed own-node"},
        {IN(LABEL("reserved:remote-node", "")), "node/n2", "a/srv", TCP(80), ALLOWED},
        {IN(LABEL("reserved:remote-node", "")), "a/host2", "a/srv", TCP(80),
         "allowed host-network p ingress#0 allow"},
        {IN(LABEL("reserved:remote-node", "")), A_SRV, DENIED},
        {IN(LABEL("reserved:world", "")), OUT_SRV, ALLOWED},
        {IN(LABEL("$world", "")), OUT_SRV, ALLOWED},
        {IN(LABEL("reserved:world", "x")), OUT_SRV, DENIED},
        {IN(LABEL("reserved:health", "")), OUT_SRV, DENIED},
        {IN(LABEL("reserved:kube-apiserver", "")), OUT_SRV,
         "unknown p isolate, p ingress#0 unknown?"},
        {IN(LABEL("reserved:ingress", "")), OUT_SRV, "unknown p isolate, p ingress#0 unknown?"},
        /* No namespace is added beside them: everybody but the world. */
        {IN(TERM("reserved:world", "DoesNotExist")), B_SRV, ALLOWED},
        {IN(TERM("reserved:world", "DoesNotExist")), "node/n2", "a/srv", TCP(80), ALLOWED},
        {IN(FROM("matchLabels: {app: cli}, matchExpressions: [{key: \"reserved:world\", operator: "
                 "DoesNotExist}]")),
         OTH_SRV, DENIED},
        {IN(FROM("matchLabels: {app: cli}, matchExpressions: [{key: \"reserved:world\", operator: "
                 "DoesNotExist}]")),
         "node/n2", "a/srv", TCP(80), DENIED},
    };

    (void)state;
    RUN(questions);
}

/* semantics 13.7 */
static void entities(void **state)
{
#define ENTITY(name)    IN("{fromEntities: [" name "]}")
#define TO_ENTITY(name) OUT("{toEntities: [" name "]}")
#define MAYBE           "unknown p isolate, p ingress#0 unknown?"
#define N2_SRV          "node/n2", "a/srv", TCP(80)
#define CLI_N1          "a/cli", "node/n1", TCP(80)
#define CLI_N2          "a/cli", "node/n2", TCP(80)
    static const struct question questions[] = {
        {ENTITY("all"), B_SRV, ALLOWED},
        {ENTITY("all"), N2_SRV, ALLOWED},
        {ENTITY("all"), OUT_SRV, ALLOWED},
        {ENTITY("world"), OUT_SRV, ALLOWED},
        {ENTITY("world"), B_SRV, DENIED},
        {ENTITY("world"), N2_SRV, DENIED},
        {ENTITY("cluster"), B_SRV, ALLOWED},
        {ENTITY("cluster"), N2_SRV, ALLOWED},
        {ENTITY("cluster"), "a/host2", "a/srv", TCP(80), "allowed host-network p ingress#0 allow"},
        {ENTITY("cluster"), OUT_SRV, DENIED},
        {ENTITY("remote-node"), N2_SRV, ALLOWED},
        {ENTITY("host"), N2_SRV, DENIED},
        {TO_ENTITY("host"), CLI_N1, "allowed p egress#0 allow"},
        {TO_ENTITY("host"), "a/cli", "a/host1", TCP(80), "allowed p egress#0 allow host-network"},
        {TO_ENTITY("host"), CLI_N2, DENIED},
        {TO_ENTITY("remote-node"), CLI_N2, "allowed p egress#0 allow"},
        {TO_ENTITY("remote-node"), CLI_N1, DENIED},
        {ENTITY("kube-apiserver"), OUT_SRV, MAYBE},
        {ENTITY("kube-apiserver"), N2_SRV, MAYBE},
        {ENTITY("kube-apiserver"), B_SRV, DENIED},
        {ENTITY("ingress"), OUT_SRV, MAYBE},
        {ENTITY("ingress"), N2_SRV, DENIED},
        {ENTITY("init, health, unmanaged, none"), B_SRV, DENIED},
        {ENTITY("init, health, unmanaged, none"), OUT_SRV, DENIED},
        {ENTITY("none, world"), OUT_SRV, ALLOWED},
    };

    (void)state;
    RUN(questions);
}

/* The API server, where its addresses are given. */
static void api_server(void **state)
{
#define SERVER(ip)                                                                            \
    "---\n{apiVersion: v1, kind: Service, metadata: {name: kubernetes, namespace: default}, " \
    "spec: {ports: [{port: 443}]}}\n"                                                         \
    "---\n{apiVersion: discovery.k8s.io/v1, kind: EndpointSlice, metadata: {name: k, "        \
    "namespace: default, labels: {kubernetes.io/service-name: kubernetes}}, addressType: "    \
    "IPv4, endpoints: [{addresses: [" ip "]}], ports: [{port: 6443}]}\n"
    static const struct question questions[] = {
        {TO_ENTITY("kube-apiserver") SERVER("203.0.113.1"), CLI_OUT, "allowed p egress#0 allow"},
        {TO_ENTITY("kube-apiserver") SERVER("203.0.113.2"), CLI_OUT, DENIED},
        {SERVER("192.168.0.2") TO_ENTITY("kube-apiserver"), CLI_N2, "allowed p egress#0 allow"},
        {SERVER("192.168.0.2") TO_ENTITY("kube-apiserver"), CLI_N1, DENIED},
        {SERVER("10.0.0.1") TO_ENTITY("kube-apiserver"), "a/cli", "a/srv", TCP(80), DENIED},
    };

    (void)state;
    RUN(questions);
}

/* semantics 13.8 */
static void blocks(void **state)
{
#define GROUP(name, labels, cidrs)                                                             \
    "---\n{apiVersion: cilium.io/v2alpha1, kind: CiliumCIDRGroup, metadata: {name: " name ", " \
    "labels: {" labels "}}, spec: {externalCIDRs: [" cidrs "]}}\n"
#define REF(rest)    OUT("{toCIDRSet: [{cidrGroupRef: g" rest "}]}")
#define BY(selector) OUT("{toCIDRSet: [{cidrGroupSelector: {" selector "}}]}")
#define EALLOWED     "allowed p egress#0 allow"
    static const struct question questions[] = {
        {OUT("{toCIDR: [203.0.113.0/24]}"), CLI_OUT, EALLOWED},
        {OUT("{toCIDR: [203.0.112.0/24]}"), CLI_OUT, DENIED},
        {OUT("{toCIDR: [0.0.0.0/0]}"), "a/cli", "a/srv", TCP(80), DENIED},
        {OUT("{toCIDR: [0.0.0.0/0]}"), CLI_N2, DENIED},
        {OUT("{toCIDR: [0.0.0.0/0]}"), CLI_OUT, EALLOWED},
        {OUT("{toCIDR: [203.0.113.77/24]}"), CLI_OUT, EALLOWED},
        {OUT("{toCIDRSet: [{cidr: 203.0.0.0/16, except: [203.0.113.0/24]}]}"), CLI_OUT, DENIED},
        {OUT("{toCIDRSet: [{cidr: 203.0.0.0/16, except: [203.0.0.0/16]}]}"), CLI_OUT, DENIED},
        {OUT("{toCIDRSet: [{cidr: 203.0.0.0/16, except: [203.0.112.0/24]}]}"), CLI_OUT, EALLOWED},
        /* Groups, read before or after, or not at all. */
        {REF(""), CLI_OUT, "unknown p isolate, p egress#0 unknown?"},
        {REF(""), "a/cli", "a/srv", TCP(80), DENIED},
        {REF("") GROUP("other", "", "203.0.113.0/24"), CLI_OUT,
         "unknown p isolate, p egress#0 unknown?"},
        {REF("") GROUP("g", "", "203.0.113.0/24"), CLI_OUT, EALLOWED},
        {GROUP("g", "", "203.0.113.0/24") REF(""), CLI_OUT, EALLOWED},
        {GROUP("g", "", "203.0.112.0/24") REF(""), CLI_OUT, DENIED},
        {GROUP("g", "", "") REF(""), CLI_OUT, DENIED},
        {GROUP("g", "", "10.0.0.0/8, 203.0.0.0/16") REF(", except: [203.0.113.0/24]"), CLI_OUT,
         DENIED},
        {GROUP("g", "", "10.0.0.0/8, 203.0.0.0/16") REF(", except: [203.0.113.0/24]"), "a/cli",
         "203.0.114.1", TCP(80), EALLOWED},
        {GROUP("g", "", "10.0.0.0/8, 203.0.0.0/16") REF(", except: [203.0.113.0/24]"), "a/cli",
         "192.0.2.1", TCP(80), DENIED},
        {GROUP("g", "", "203.0.113.0/25") REF(", except: [203.0.113.0/24]"), CLI_OUT, DENIED},
        /* The last of two counts. */
        {GROUP("g", "", "203.0.112.0/24") GROUP("g", "", "203.0.113.0/24") REF(""), CLI_OUT,
         EALLOWED},
        {GROUP("g", "", "203.0.113.0/24") GROUP("g", "", "203.0.112.0/24") REF(""), CLI_OUT, DENIED},
        {BY("matchLabels: {k: v}"), CLI_OUT, "unknown p isolate, p egress#0 unknown?"},
        {BY("matchLabels: {k: v}") GROUP("x", "k: v", "203.0.113.0/24"), CLI_OUT, EALLOWED},
        {BY("matchLabels: {k: v}") GROUP("x", "k: v", "192.0.2.0/24")
             GROUP("z", "k: v", "203.0.113.0/24"),
         CLI_OUT, EALLOWED},
        {BY("matchLabels: {k: v}") GROUP("x", "k: v", "192.0.2.0/24")
             GROUP("z", "k: w", "203.0.113.0/24"),
         CLI_OUT, DENIED},
    };

    (void)state;
    RUN(questions);
}

/* semantics 13.9 */
static void ports(void **state)
{
#define PORT(port) IN("{" PORTS("{" port "}") "}")
    static const struct question questions[] = {
        {PORT("port: \"80\""), A_SRV, ALLOWED},
        {PORT("port: \"80\""), "a/cli", "a/srv", UDP(80), ALLOWED},
        {PORT("port: \"80\""), "a/cli", "a/srv", ICMP, DENIED},
        {PORT("port: \"80\", protocol: ANY"), "a/cli", "a/srv", UDP(80), ALLOWED},
        {PORT("port: \"80\", protocol: TCP"), "a/cli", "a/srv", UDP(80), DENIED},
        {PORT("port: \"0\", protocol: TCP"), A_SRV, ALLOWED},
        {PORT("port: \"0\", protocol: TCP"), "a/cli", "a/srv", UDP(80), DENIED},
        {PORT("port: \"0\""), "a/cli", "a/srv", UDP(65535), ALLOWED},
        {PORT("port: \"0\""), "a/cli", "a/srv", ICMP, DENIED},
        {PORT("port: \"0\", endPort: 79"), A_SRV, DENIED},
        {PORT("port: \"0\", endPort: 80"), A_SRV, ALLOWED},
        {PORT("port: \"0120\""), A_SRV, ALLOWED}, /* octal */
        {PORT("port: \"8_0\""), A_SRV, ALLOWED},
        {PORT("port: \"79\", endPort: 81"), A_SRV, ALLOWED},
        {PORT("port: \"79\", endPort: 79"), A_SRV, DENIED},
        {PORT("port: \"79\", endPort: 0"), A_SRV, DENIED},
        {PORT("port: \"80\", endPort: 70"), A_SRV, ALLOWED},
        {PORT("port: \"80\", endPort: 70"), "a/cli", "a/srv", TCP(75), DENIED},
        {PORT("port: web, protocol: TCP"), "a/cli", "a/srv", TCP(8080), ALLOWED},
        {PORT("port: WEB"), "a/cli", "a/srv", TCP(8080), ALLOWED},
        {PORT("port: web, endPort: 9000"), "a/cli", "a/srv", TCP(8081), DENIED},
        {PORT("port: web, protocol: UDP"), "a/cli", "a/srv", TCP(8080), DENIED},
        {PORT("port: \"0x50\""), A_SRV, DENIED}, /* a name, and nobody has it */
        /* Several entries add up; peers and ports must both match. */
        {IN("{toPorts: [{ports: [{port: \"81\"}]}, {ports: [{port: \"82\"}, {port: \"80\"}]}]}"),
         A_SRV, ALLOWED},
        {IN("{fromEndpoints: [{}], " PORTS("{port: \"80\"}") "}"), B_SRV, DENIED},
    };

    (void)state;
    RUN(questions);
}

/* semantics 13.10, 13.16 */
static void denies(void **state)
{
#define DENY(rules) CNP(SRV "ingressDeny: [" rules "]")
    static const struct question questions[] = {
        {DENY(LABEL("app", "cli")) NP_OPEN, A_SRV, "denied p ingressDeny#0 deny"},
        {DENY(LABEL("app", "cli")) NP_OPEN, "a/cli", "a/srv", ICMP, "denied p ingressDeny#0 deny"},
        {DENY("{fromEndpoints: [{}], " PORTS("{port: \"81\"}") "}") NP_OPEN, A_SRV,
         "allowed p isolate, open ingress#0 allow"},
        {CNP(SRV "ingress: [{fromEntities: [all]}], ingressDeny: [{fromEntities: [world]}]"),
         OUT_SRV, "denied p ingressDeny#0 deny"},
        {CNP(SRV "ingress: [{fromEntities: [all]}], ingressDeny: [{fromEntities: [world]}]"), A_SRV,
         ALLOWED},
        /* What is only possibly denied. */
        {CNP(SRV
             "ingress: [{fromEntities: [all]}], ingressDeny: [{fromEntities: [kube-apiserver]}]"),
         OUT_SRV, "unknown p ingressDeny#0 unknown?, p ingress#0 allow?"},
    };

    (void)state;
    RUN(questions);
}

/* semantics 13.11, 13.13: what hangs on more than addresses and ports */
static void conditions(void **state)
{
#define L7(more)  IN("{toPorts: [{ports: [{port: \"80\", protocol: TCP}], " more "}]}")
#define EL7(more) OUT("{toPorts: [{ports: [{port: \"80\", protocol: TCP}], " more "}]}")
#define EMAYBE    "unknown p isolate, p egress#0 unknown?"
    static const struct question questions[] = {
        {L7("rules: {http: [{}]}"), A_SRV, MAYBE},
        {L7("rules: {http: [{path: /a}]}"), "a/cli", "a/srv", TCP(81), DENIED},
        {L7("rules: {kafka: [{topic: t}]}"), A_SRV, MAYBE},
        {L7("rules: {l7proto: r2d2, l7: [{cmd: READ}]}"), A_SRV, MAYBE},
        {L7("rules: {l7proto: r2d2}"), A_SRV, MAYBE},
        {L7("rules: {http: []}"), A_SRV, ALLOWED},
        {EL7("rules: {dns: [{matchPattern: \"*\"}]}"), CLI_OUT, EMAYBE},
        {L7("serverNames: [a.b]"), A_SRV, MAYBE},
        {EL7("listener: {name: l, envoyConfig: {name: e}}"), CLI_OUT, EMAYBE},
        {L7("terminatingTLS: {secret: {name: s}}"), A_SRV, MAYBE},
        {L7("originatingTLS: {secret: {name: s}}"), A_SRV, MAYBE},
        {IN("{fromEndpoints: [{}], authentication: {mode: required}}"), A_SRV, MAYBE},
        {IN("{fromEndpoints: [{}], authentication: {mode: disabled}}"), A_SRV, ALLOWED},
        /* A rule without conditions makes it certain, be it the same rule's other entry. */
        {IN("{toPorts: [{ports: [{port: \"80\", protocol: TCP}], rules: {http: [{}]}}]}, "
            "{fromEndpoints: [{}]}"),
         A_SRV, "allowed p ingress#1 allow"},
        {IN("{toPorts: [{ports: [{port: \"80\", protocol: TCP}], rules: {http: [{}]}}, {ports: "
            "[{port: "
            "\"81\"}]}]}"),
         "a/cli", "a/srv", TCP(81), ALLOWED},
        {IN("{toPorts: [{ports: [{port: \"80\", protocol: TCP}], rules: {http: [{}]}}, {ports: "
            "[{port: "
            "\"81\"}]}]}"),
         A_SRV, MAYBE},
        /* ICMP */
        {IN("{fromEndpoints: [{}]}"), "a/cli", "a/srv", ICMP, ALLOWED},
        {IN("{icmps: [{fields: [{type: 8}]}]}"), "a/cli", "a/srv", ICMP, MAYBE},
        {IN("{icmps: [{fields: [{type: 8}]}]}"), "a/cli", "a/srv", ICMP6, DENIED},
        {IN("{icmps: [{fields: [{type: EchoRequest, family: IPv6}]}]}"), "a/cli", "a/srv", ICMP6,
         MAYBE},
        {IN("{icmps: [{fields: [{type: 8}]}]}"), A_SRV, DENIED},
        {IN("{icmps: []}"), A_SRV, DENIED},
    };

    (void)state;
    RUN(questions);
}

/* semantics 13.12, 13.14 */
static void names_and_services(void **state)
{
#define SERVICE(ns, labels, spec)                                                                  \
    "---\n{apiVersion: v1, kind: Service, metadata: {name: s, namespace: " ns ", labels: {" labels \
    "}}, spec: {" spec "ports: [{port: 80}]}}\n"
#define SLICE(ip)                                                                            \
    "---\n{apiVersion: discovery.k8s.io/v1, kind: EndpointSlice, metadata: {name: s1, "      \
    "namespace: b, labels: {kubernetes.io/service-name: s}}, addressType: IPv4, endpoints: " \
    "[{addresses: [" ip "]}], ports: [{port: 80}]}\n"
#define TO_S(more) OUT("{toServices: [{k8sService: {serviceName: s" more "}}]}")
#define TO_SEL     OUT("{toServices: [{k8sServiceSelector: {selector: {matchLabels: {k: v}}}}]}")
#define OTH        "a/cli", "b/oth", TCP(80)
    static const struct question questions[] = {
        {OUT("{toFQDNs: [{matchName: a.b}]}"), CLI_OUT, EMAYBE},
        {OUT("{toFQDNs: [{matchPattern: \"*.b\"}]}"), "a/cli", "b/oth", TCP(80), DENIED},
        {TO_S(", namespace: b"), OTH, EMAYBE},
        {TO_S(", namespace: b") SERVICE("b", "", "selector: {app: oth}, "), OTH, EALLOWED},
        {SERVICE("b", "", "selector: {app: oth}, ") TO_S(", namespace: b"), OTH, EALLOWED},
        {TO_S("") SERVICE("b", "", "selector: {app: oth}, "), OTH, EALLOWED}, /* any namespace */
        {TO_S(", namespace: b") SERVICE("b", "", "selector: {app: cli}, "), OTH, DENIED},
        {TO_S(", namespace: b") SERVICE("a", "", "selector: {app: oth}, "), OTH, EMAYBE},
        {OUT("{toServices: [{k8sService: {serviceName: s}}], " PORTS("{port: \"81\"}") "}")
             SERVICE("b", "", "selector: {app: oth}, "),
         OTH, DENIED},
        /* Without a selector: addresses, which are never those of pods and nodes. */
        {TO_S("") SERVICE("b", "", ""), CLI_OUT, EMAYBE},
        {TO_S("") SERVICE("b", "", ""), OTH, DENIED},
        {TO_S("") SERVICE("b", "", "") SLICE("203.0.113.1"), CLI_OUT, EALLOWED},
        {TO_S("") SERVICE("b", "", "") SLICE("203.0.113.2"), CLI_OUT, DENIED},
        {TO_S("") SERVICE("b", "", "") SLICE("10.0.0.4"), OTH, DENIED},
        {TO_SEL, OTH, EMAYBE},
        {TO_SEL SERVICE("b", "k: v", "selector: {app: oth}, "), OTH, EALLOWED},
        {TO_SEL SERVICE("b", "k: w", "selector: {app: oth}, "), OTH, EMAYBE},
        {OUT("{toServices: [{}]}"), OTH, DENIED},
        {OUT("{toServices: [{}]}"), CLI_OUT, DENIED},
    };

    (void)state;
    RUN(questions);
}

/* semantics 13.15 */
static void not_evaluated(void **state)
{
#define HOST_POLICY(more) CCNP("nodeSelector: {matchLabels: {role: " more "}}, ingress: [{}]")
#define REQUIRES                                                                               \
    CNP("endpointSelector: {}, ingress: [{fromEndpoints: [{}], fromRequires: [{}]}], egress: " \
        "[{toEndpoints: [{}]}]")
    static const struct question questions[] = {
        {HOST_POLICY("worker"), "a/cli", "node/n1", TCP(80), "unknown p unknown?"},
        {HOST_POLICY("worker"), "a/cli", "a/host1", TCP(80), "unknown p unknown?"},
        {HOST_POLICY("worker"), "node/n1", "a/srv", TCP(80), "allowed own-node"},
        {HOST_POLICY("worker"), A_SRV, "allowed"},
        {HOST_POLICY("master"), "a/cli", "node/n1", TCP(80), "allowed"},
        {HOST_POLICY("master"), "a/cli", "a/host1", TCP(80), "allowed host-network"},
        {CCNP("nodeSelector: {}, egress: [{}]"), "node/n1", "b/oth", TCP(80),
         "unknown p unknown? own-node"},
        {IN("{fromNodes: [{}]}"), N2_SRV, MAYBE},
        {IN("{fromNodes: [{}]}"), A_SRV, DENIED},
        {OUT("{toNodes: [{}]}"), CLI_N2, EMAYBE},
        {IN("{fromGroups: [{aws: {region: x}}]}"), OUT_SRV, MAYBE},
        {IN("{fromGroups: [{aws: {region: x}}]}"), A_SRV, DENIED},
        {OUT("{toGroups: [{aws: {region: x}}]}"), CLI_OUT, EMAYBE},
        {REQUIRES, A_SRV, "unknown p egress#0 allow p unknown?"},
        {REQUIRES, "a/srv", "b/cli", TCP(80), DENIED},
    };

    (void)state;
    RUN(questions);
}

/* Whose rules hold: semantics 13.1, 3.6, and admin policies that Cilium does not have. */
static void engines(void **state)
{
    static const struct question other[] = {
        {IN(FROM("")), A_SRV, "unknown p unknown?"},
        {IN(FROM("")), "a/srv", "a/cli", TCP(80), "allowed"},
        {IN(FROM("")), "a/cli", "b/oth", TCP(80), "allowed"},
    };
    static const struct question questions[] = {
        {IN(FROM("")) "---\n{apiVersion: policy.networking.k8s.io/v1alpha1, kind: "
                      "AdminNetworkPolicy, metadata: {name: admin}, spec: {priority: 1, subject: "
                      "{namespaces: {}}, ingress: [{action: Deny, from: [{namespaces: {}}]}]}}\n",
         A_SRV, "unknown p ingress#0 allow, admin unknown?"},
        {IN(FROM(
             "")) "---\n{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: "
                  "np, namespace: b}, spec: {podSelector: {}, policyTypes: [Ingress], egress: "
                  "[{to: [{ipBlock: {cidr: 0.0.0.0/0}}]}]}}\n",
         "b/cli", "b/oth", TCP(80), "denied np isolate np isolate"},
    };

    static const char block[] = HOST_POLICY(
        "worker") "---\n{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: "
                  "{name: np, namespace: a}, spec: {podSelector: {}, policyTypes: "
                  "[Egress], egress: [{to: [{ipBlock: {cidr: 10.0.0.0/8}}]}]}}\n";
    const struct question blocked[] = {{block, "a/cli", "b/oth", TCP(80), "denied np isolate"}};

    (void)state;
    RUN(blocked); /* a host policy alone says that this is Cilium, where a block is no pod */
    run(other, PG_COUNT(other), "engine=k8s");
    run(other, PG_COUNT(other), "engine=calico");
    RUN(questions);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(subjects),
        cmocka_unit_test(specs),
        cmocka_unit_test(default_deny),
        cmocka_unit_test(empty),
        cmocka_unit_test(endpoints),
        cmocka_unit_test(special_keys),
        cmocka_unit_test(entities),
        cmocka_unit_test(api_server),
        cmocka_unit_test(blocks),
        cmocka_unit_test(ports),
        cmocka_unit_test(denies),
        cmocka_unit_test(conditions),
        cmocka_unit_test(names_and_services),
        cmocka_unit_test(not_evaluated),
        cmocka_unit_test(engines),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
