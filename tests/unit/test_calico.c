/* Calico's policies: what the answers are (semantics 14). Each question is asked of the explanation and of the
   cell, which must not differ. */
#include "loading.h"

#include "polgrid/why.h"
#include "world.h"

#define POD(ns, name, role, ip, more)                                            \
    "---\n{apiVersion: v1, kind: Pod, metadata: {name: " name ", namespace: " ns \
    ", labels: {role: " role "}}, spec: {" more                                  \
    "containers: [{name: c, ports: [{name: web, containerPort: 8080}]}]}, status: {" ip "}}\n"
#define NAMESPACE(name, team)                                                                      \
    "---\n{apiVersion: v1, kind: Namespace, metadata: {name: " name ", labels: {team: " team "}}}" \
    "\n"
#define NODE(name, ip)                                                                           \
    "---\n{apiVersion: v1, kind: Node, metadata: {name: " name "}, status: {addresses: [{type: " \
    "InternalIP, address: " ip "}]}}\n"

/* a (red): srv, cli. b (blue): cli as robot, bat as batch, host on n2's network, new without an address. */
static const char *const world_text = NAMESPACE("a", "red") NAMESPACE("b", "blue") NODE(
    "n1", "192.168.0.1") NODE("n2", "192.168.0.2") POD("a", "srv", "srv", "podIP: 10.0.0.1",
                                                       "nodeName: n1, ") POD("a", "cli", "cli",
                                                                             "podIP: 10.0.0.2",
                                                                             "nodeName: n1, ")
    POD("b", "cli", "cli", "podIP: 10.0.0.3", "nodeName: n1, serviceAccountName: robot, ") POD(
        "b", "bat", "bat", "podIP: 10.0.0.4", "nodeName: n1, serviceAccountName: batch, ")
        POD("b", "host", "srv", "podIP: 192.168.0.2", "nodeName: n2, hostNetwork: true, ") POD(
            "b", "new", "new", "",
            "") "---\n{apiVersion: v1, kind: ServiceAccount, metadata: {name: robot, namespace: b, "
                "labels: "
                "{kind: job}}}\n"
                "---\n{apiVersion: v1, kind: Service, metadata: {name: srv, namespace: a}, spec: "
                "{selector: "
                "{role: srv}, ports: [{port: 80, targetPort: web}, {port: 53, protocol: UDP}]}}\n"
                "---\n{apiVersion: v1, kind: Service, metadata: {name: all, namespace: b}, spec: "
                "{selector: "
                "{role: srv}, ports: [{port: 80}]}}\n"
                "---\n{apiVersion: v1, kind: Service, metadata: {name: ext, namespace: a}, spec: "
                "{ports: "
                "[{port: 80}]}}\n"
                "---\n{apiVersion: discovery.k8s.io/v1, kind: EndpointSlice, metadata: {name: "
                "ext-1, "
                "namespace: a, labels: {kubernetes.io/service-name: ext}}, addressType: IPv4, "
                "ports: [{port: "
                "5432}], endpoints: [{addresses: [203.0.113.7]}, {addresses: [203.0.113.8]}]}\n"
                "---\n{apiVersion: v1, kind: Service, metadata: {name: blind, namespace: a}, spec: "
                "{ports: "
                "[{port: 80}]}}\n";

#define CALICO(kind, name, ns, spec)                                                         \
    "---\n{apiVersion: projectcalico.org/v3, kind: " kind ", metadata: {name: " name ", " ns \
    "labels: {name: " name "}}, spec: {" spec "}}\n"
#define GLOBAL(name, spec) CALICO("GlobalNetworkPolicy", name, "", spec)
#define IN_A(name, spec)   CALICO("NetworkPolicy", name, "namespace: a, ", spec)
#define IN_B(name, spec)   CALICO("NetworkPolicy", name, "namespace: b, ", spec)
#define A_TIER(name, spec) CALICO("Tier", name, "", spec)
#define A_SET(name, nets)  CALICO("GlobalNetworkSet", name, "", "nets: [" nets "]")
#define A_SET_OF(name, ns, nets) \
    CALICO("NetworkSet", name, "namespace: " ns ", ", "nets: [" nets "]")
#define SRV                  "selector: \"role == 'srv'\", types: [Ingress], ingress: "
#define DENY_SRV(name, more) GLOBAL(name, more SRV "[{action: Deny}]")
#define ALLOW(what)          "{action: Allow, " what "}"
#define TO_SRV(rule)         IN_A("p", SRV "[" rule "]")
#define G_TO_SRV(rule)       GLOBAL("p", SRV "[" rule "]")
#define FROM_CLI(rule)       IN_B("p", "selector: \"role == 'cli'\", types: [Egress], egress: [" rule "]")

struct question {
    const char *policies, *from, *to;
    uint32_t key; /* PG_PORT_KEY */
    const char *answer;
};

#define TCP(port) PG_PORT_KEY(PG_TCP, port)
#define UDP(port) PG_PORT_KEY(PG_UDP, port)
#define OTHER(n)  PG_PORT_KEY(PG_OTHER, n)

static struct pg_end end_of(const struct world *world, const char *text)
{
    struct pg_end end = {.kind = PG_END_ADDR};
    const char *slash = strchr(text, '/');
    char ns[20];

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

/* "denied: q pass 0, p isolate"; of what is unknown, the field too. */
static void print_side(struct pg_buf *out, const struct world *world, const struct pg_why_side *side)
{
    pg_buf_puts(out, side->present ? pg_verdict_name(side->verdict) : "none");
    pg_buf_puts(out, side->isolated ? "" : " open");
    pg_buf_puts(out, side->exempt ? " " : "");
    pg_buf_puts(out, pg_exempt_name(side->exempt));
    for (uint32_t i = 0; i < side->nreasons; i++) {
        const struct pg_reason *reason = &side->reasons[i];
        const struct pg_policy *policy = &world->cluster->policies[reason->policy];
        pg_buf_printf(out, "%s%s %s", i ? ", " : ": ",
                      pg_cluster_text(world->cluster, policy->name), pg_effect_name(reason->effect));
        if (reason->rule != PG_NO_INDEX)
            pg_buf_printf(out, " %u", reason->rule);
        if (reason->effect == PG_EFFECT_UNKNOWN)
            pg_buf_printf(out, " %s", reason->field ? reason->field : "-");
    }
}

/* The cell says of that port what the explanation says. */
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

/* The answer of one side: of the egress side where the source is in b and the policy is called p there. */
static void answer(const struct question *question, bool egress, struct pg_buf *out)
{
    char text[20000];
    struct pg_arena *arena = pg_arena_new();
    struct world world;
    struct pg_end from, to;
    const struct pg_why *why;
    pg_ports ports;

    snprintf(text, sizeof text, "%s%s", world_text, question->policies);
    world = world_open(text, NULL);
    for (uint32_t i = 0; i < world.cluster->ndiags; i++)
        if (world.cluster->diags[i].severity >= PG_SEVERITY_REJECT)
            fail_msg("%s: %s", world.cluster->diags[i].path, world.cluster->diags[i].message);
    from = end_of(&world, question->from);
    to = end_of(&world, question->to);
    ports = pg_portset_range(pg_eval_portsets(world.eval), PG_KEY_PROTOCOL(question->key),
                             PG_KEY_PORT(question->key), PG_KEY_PORT(question->key));
    why = pg_why_ask(arena, world.eval, &from, &to, ports, 0);
    assert_cell(&world, &from, &to, question->key, why->verdict);
    pg_buf_clear(out);
    print_side(out, &world, &why->sides[egress ? PG_EGRESS : PG_INGRESS]);
    pg_arena_free(arena);
    world_close(&world);
}

static void run_questions(const struct question *questions, size_t n, bool egress)
{
    struct pg_buf found = {0};

    for (size_t i = 0; i < n; i++) {
        answer(&questions[i], egress, &found);
        if (strcmp(pg_buf_text(&found), questions[i].answer) != 0)
            fail_msg("question %zu, %s to %s under\n%s\nexpected %s\nfound    %s", i,
                     questions[i].from, questions[i].to, questions[i].policies, questions[i].answer,
                     pg_buf_text(&found));
    }
    pg_buf_free(&found);
}

#define RUN_IN(questions)  run_questions(questions, PG_COUNT(questions), false)
#define RUN_OUT(questions) run_questions(questions, PG_COUNT(questions), true)
#define CLI                "a/cli", "a/srv", TCP(80)
#define OTHER_CLI          "b/cli", "a/srv", TCP(80)
#define OUTSIDE            "203.0.113.1", "a/srv", TCP(80)

/* semantics 14.1, 14.2 */
static void order(void **state)
{
    static const struct question questions[] = {
        {DENY_SRV("x", "order: 2, ") GLOBAL("z", "order: 1, " SRV "[{action: Allow}]"), CLI,
         "allowed: z allow 0"},
        {DENY_SRV("x", "order: 1.5, ") GLOBAL("z", "order: 1.25, " SRV "[{action: Allow}]"), CLI,
         "allowed: z allow 0"},
        {DENY_SRV("x", "order: -1, ") GLOBAL("z", "order: 0, " SRV "[{action: Allow}]"), CLI,
         "denied: x deny 0"},
        {DENY_SRV("a", "") GLOBAL("b", "order: 1e9, " SRV "[{action: Allow}]"), CLI,
         "allowed: b allow 0"},
        {DENY_SRV("a", "") GLOBAL("b", SRV "[{action: Allow}]"), CLI, "denied: a deny 0"},
        /* one text, name/namespace/kind: - sorts before the slash */
        {DENY_SRV("a", "") GLOBAL("a-b", SRV "[{action: Allow}]"), CLI, "allowed: a-b allow 0"},
        /* a global policy has no namespace: "p//…" comes before "p/a/…" */
        {DENY_SRV("p", "") TO_SRV("{action: Allow}"), CLI, "denied: p deny 0"},
        {G_TO_SRV("{action: Log}, {action: Log}, {action: Deny}, {action: Allow}"), CLI,
         "denied: p deny 2"},
        /* as much as nothing */
        {G_TO_SRV("{action: Log}"), CLI, "denied: p isolate"},
    };

    (void)state;
    RUN_IN(questions);
}

#define SEC(spec) A_TIER("sec", "order: 100") GLOBAL("s", "tier: sec, " SRV spec)
#define PASSES    A_TIER("sec", "order: 100, defaultAction: Pass")
#define KUBE_POLICY                                                                     \
    "---\n{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: k, " \
    "namespace: a}, spec: {podSelector: {}, ingress: [{from: [{podSelector: {}}]}]}}\n"

/* semantics 14.3 - 14.5, 14.18 */
static void tiers(void **state)
{
    static const struct question questions[] = {
        {SEC("[{action: Pass}]") TO_SRV("{action: Allow}"), CLI, "allowed: s pass 0, p allow 0"},
        {SEC("[{action: Pass}]") TO_SRV("{action: Deny}"), CLI, "denied: s pass 0, p deny 0"},
        {SEC("[{action: Allow}]") TO_SRV("{action: Deny}"), CLI, "allowed: s allow 0"},
        {SEC("[]") TO_SRV("{action: Allow}"), CLI, "denied: s isolate"},
        /* the default action of a tier */
        {PASSES GLOBAL("s", "tier: sec, " SRV "[]") TO_SRV("{action: Allow}"), CLI,
         "allowed: p allow 0"},
        {PASSES GLOBAL("s", "tier: sec, " SRV "[]"), CLI, "allowed"},
        /* after the last tier: the profile of the namespace */
        {SEC("[{action: Pass}]"), CLI, "allowed: s pass 0"},
        {G_TO_SRV("{action: Pass}"), CLI, "allowed: p pass 0"},
        {GLOBAL("s", "tier: kube-admin, " SRV "[{action: Deny}]") TO_SRV("{action: Allow}"), CLI,
         "denied: s deny 0"},
        {GLOBAL("s", "tier: kube-baseline, " SRV "[{action: Deny}]") TO_SRV("{action: Pass}"), CLI,
         "denied: p pass 0, s deny 0"},
        {GLOBAL("s", "tier: kube-baseline, " SRV "[]") TO_SRV("{action: Pass}"), CLI,
         "allowed: p pass 0"},
        /* a tier without order comes last; of two, by name */
        {A_TIER("b", "") GLOBAL("x", "tier: b, " SRV "[{action: Deny}]") A_TIER("c", "order: 1e8")
             GLOBAL("z", "tier: c, " SRV "[{action: Allow}]"),
         CLI, "allowed: z allow 0"},
        {A_TIER("b", "") GLOBAL("x", "tier: b, " SRV "[{action: Deny}]") A_TIER("a", "")
             GLOBAL("z", "tier: a, " SRV "[{action: Allow}]"),
         CLI, "allowed: z allow 0"},
        /* a policy of the other direction does not enter the tier */
        {A_TIER("sec", "order: 1") GLOBAL("s", "tier: sec, egress: [{action: Allow}]")
             TO_SRV("{action: Allow}"),
         CLI, "allowed: p allow 0"},
        /* Kubernetes' policies, at order 1000 of the tier default */
        {KUBE_POLICY GLOBAL("p", "order: 999, " SRV "[{action: Deny}]"), CLI, "denied: p deny 0"},
        {KUBE_POLICY GLOBAL("p", "order: 1001, " SRV "[{action: Deny}]"), CLI, "allowed: k allow 0"},
        {KUBE_POLICY GLOBAL("p", "order: 1001, " SRV "[{action: Allow}]"), OTHER_CLI,
         "allowed: p allow 0"},
        {KUBE_POLICY GLOBAL("p", "order: 1001, " SRV "[]"), OTHER_CLI,
         "denied: k isolate, p isolate"},
        {KUBE_POLICY SEC("[{action: Pass}]"), CLI, "allowed: s pass 0, k allow 0"},
        /* the place of a policy of an unknown tier is unknown, and so is the answer */
        {GLOBAL("s", "tier: lost, " SRV "[{action: Deny}]"), CLI, "unknown: s unknown kind"},
        {GLOBAL("s", "tier: lost, selector: \"role == 'bat'\"") TO_SRV("{action: Allow}"), CLI,
         "allowed: p allow 0"},
        /* types */
        {IN_A("p", "selector: all()"), CLI, "denied: p isolate"},
        {IN_A("p", "egress: [{action: Allow}]"), CLI, "allowed open"},
        {IN_A("p", "egress: [{action: Allow}], ingress: [{action: Deny}]"), CLI, "denied: p deny 0"},
        {IN_A("p", "types: [Egress], ingress: [{action: Deny}]"), CLI, "allowed open"},
    };

    (void)state;
    RUN_IN(questions);
}

/* semantics 14.6 - 14.8, 14.13 */
static void scopes(void **state)
{
    static const struct question questions[] = {
        {TO_SRV(ALLOW("source: {selector: \"role == 'cli'\"}")), CLI, "allowed: p allow 0"},
        {TO_SRV(ALLOW("source: {selector: \"role == 'cli'\"}")), OTHER_CLI, "denied: p isolate"},
        {G_TO_SRV(ALLOW("source: {selector: \"role == 'cli'\"}")), OTHER_CLI, "allowed: p allow 0"},
        {TO_SRV(ALLOW("source: {namespaceSelector: \"team == 'blue'\"}")), OTHER_CLI,
         "allowed: p allow 0"},
        {TO_SRV(ALLOW("source: {namespaceSelector: \"team == 'blue'\"}")), CLI, "denied: p isolate"},
        {TO_SRV(ALLOW("source: {namespaceSelector: all(), selector: \"role == 'cli'\"}")),
         OTHER_CLI, "allowed: p allow 0"},
        {TO_SRV(ALLOW("source: {namespaceSelector: \"projectcalico.org/name == 'b'\"}")), OTHER_CLI,
         "allowed: p allow 0"},
        {TO_SRV(ALLOW("source: {namespaceSelector: \"team starts with 'bl'\"}")), OTHER_CLI,
         "allowed: p allow 0"},
        {TO_SRV(ALLOW("source: {namespaceSelector: \"projectcalico.org/name ends with 'b'\"}")),
         CLI, "denied: p isolate"},
        {TO_SRV(ALLOW("source: {namespaceSelector: all()}")), OUTSIDE, "denied: p isolate"},
        {G_TO_SRV(ALLOW("source: {selector: all()}")), OUTSIDE, "denied: p isolate"},
        {G_TO_SRV(ALLOW("source: {selector: all()}")), "node/n2", "a/srv", TCP(80),
         "denied: p isolate"},
        {G_TO_SRV(ALLOW("source: {selector: all()}")), "b/host", "a/srv", TCP(80),
         "denied: p isolate"},
        {G_TO_SRV("{action: Allow}"), OUTSIDE, "allowed: p allow 0"},
        /* automatic labels of pods */
        {G_TO_SRV(ALLOW("source: {selector: \"projectcalico.org/namespace == 'b'\"}")), OTHER_CLI,
         "allowed: p allow 0"},
        {G_TO_SRV(ALLOW("source: {selector: \"projectcalico.org/namespace == 'b'\"}")), CLI,
         "denied: p isolate"},
        {G_TO_SRV(ALLOW("source: {selector: \"projectcalico.org/serviceaccount contains 'obo'\"}")),
         OTHER_CLI, "allowed: p allow 0"},
        {G_TO_SRV(ALLOW("source: {selector: \"projectcalico.org/orchestrator == 'k8s'\"}")),
         OTHER_CLI, "allowed: p allow 0"},
        /* the subject of a policy of the whole cluster */
        {GLOBAL("p", "namespaceSelector: \"team == 'red'\""), CLI, "denied: p isolate"},
        {GLOBAL("p", "namespaceSelector: \"team == 'blue'\""), CLI, "allowed open"},
        {GLOBAL("p", "namespaceSelector: \"projectcalico.org/name == 'a'\", selector: \"role == "
                     "'srv'\""),
         CLI, "denied: p isolate"},
        {IN_B("p", "selector: all()"), CLI, "allowed open"},
        /* notSelector */
        {G_TO_SRV(ALLOW("source: {notSelector: \"role == 'bat'\"}")), OUTSIDE, "allowed: p allow 0"},
        {G_TO_SRV(ALLOW("source: {notSelector: \"role == 'bat'\"}")), OTHER_CLI,
         "allowed: p allow 0"},
        {G_TO_SRV(ALLOW("source: {notSelector: \"role == 'cli'\"}")), OTHER_CLI, "denied: p isolate"},
        {TO_SRV(ALLOW("source: {notSelector: \"role == 'bat'\"}")), CLI, "allowed: p allow 0"},
        {TO_SRV(ALLOW("source: {notSelector: \"role == 'bat'\"}")), OTHER_CLI, "denied: p isolate"},
        {TO_SRV(ALLOW("source: {notSelector: \"role == 'bat'\"}")), OUTSIDE, "denied: p isolate"},
        {G_TO_SRV(ALLOW("source: {namespaceSelector: all(), notSelector: \"role == 'bat'\"}")),
         OUTSIDE, "denied: p isolate"},
        {G_TO_SRV(ALLOW("source: {namespaceSelector: all(), notSelector: \"role == 'bat'\"}")),
         OTHER_CLI, "allowed: p allow 0"},
        /* the policy's own end */
        {GLOBAL("p", "types: [Ingress], ingress: [" ALLOW(
                         "destination: {selector: \"role == 'srv'\"}") "]"),
         CLI, "allowed: p allow 0"},
        {GLOBAL("p", "types: [Ingress], ingress: [" ALLOW(
                         "destination: {selector: \"role == 'srv'\"}") "]"),
         "b/bat", "a/cli", TCP(80), "denied: p isolate"},
        {TO_SRV(ALLOW("destination: {nets: [10.0.0.1, 10.7.0.0/16]}")), CLI, "allowed: p allow 0"},
        {TO_SRV(ALLOW("destination: {notNets: [10.0.0.1]}")), CLI, "denied: p isolate"},
    };

    (void)state;
    RUN_IN(questions);
}

#define FROM_SET(more) "source: {" more "selector: \"name == 'partners'\"}"
#define PARTNERS       A_SET("partners", "203.0.113.0/24, \"fd00::/8\", 10.0.0.4")

static void sets(void **state)
{
    static const struct question questions[] = {
        {PARTNERS G_TO_SRV(ALLOW(FROM_SET(""))), OUTSIDE, "allowed: p allow 0"},
        {PARTNERS G_TO_SRV(ALLOW(FROM_SET(""))), "b/bat", "a/srv", TCP(80), "allowed: p allow 0"},
        {PARTNERS G_TO_SRV(ALLOW(FROM_SET(""))), "198.51.100.1", "a/srv", TCP(80),
         "denied: p isolate"},
        {PARTNERS TO_SRV(ALLOW(FROM_SET(""))), OUTSIDE, "denied: p isolate"},
        {PARTNERS TO_SRV(ALLOW(FROM_SET("namespaceSelector: all(), "))), OUTSIDE,
         "denied: p isolate"},
        {PARTNERS TO_SRV(ALLOW(FROM_SET("namespaceSelector: global(), "))), OUTSIDE,
         "allowed: p allow 0"},
        {PARTNERS TO_SRV(ALLOW("source: {namespaceSelector: global()}")), OUTSIDE,
         "allowed: p allow 0"},
        {A_SET("other", "10.9.9.9") TO_SRV(ALLOW("source: {namespaceSelector: global()}")), CLI,
         "denied: p isolate"},
        /* without a set, nothing is global */
        {TO_SRV(ALLOW("source: {namespaceSelector: global()}")), CLI, "denied: p isolate"},
        {A_SET_OF("partners", "a", "203.0.113.1") TO_SRV(ALLOW(FROM_SET(""))), OUTSIDE,
         "allowed: p allow 0"},
        {A_SET_OF("partners", "b", "203.0.113.1") TO_SRV(ALLOW(FROM_SET(""))), OUTSIDE,
         "denied: p isolate"},
        {A_SET_OF("partners", "b", "203.0.113.1") G_TO_SRV(ALLOW(FROM_SET(""))), OUTSIDE,
         "allowed: p allow 0"},
        {A_SET_OF("partners", "b", "203.0.113.1")
             TO_SRV(ALLOW(FROM_SET("namespaceSelector: \"team == 'blue'\", "))),
         OUTSIDE, "allowed: p allow 0"},
        {A_SET_OF("partners", "b", "203.0.113.1")
             TO_SRV(ALLOW(FROM_SET("namespaceSelector: \"team == 'red'\", "))),
         OUTSIDE, "denied: p isolate"},
        {A_SET_OF("partners", "b", "203.0.113.1")
             TO_SRV(ALLOW(FROM_SET("namespaceSelector: global(), "))),
         OUTSIDE, "denied: p isolate"},
        {A_SET_OF("partners", "b", "203.0.113.1")
             G_TO_SRV(ALLOW("source: {selector: \"projectcalico.org/namespace == 'b'\"}")),
         OUTSIDE, "allowed: p allow 0"},
        /* a namespace of which nothing but a set speaks has a name all the same */
        {A_SET_OF("partners", "far", "203.0.113.1") G_TO_SRV(
             ALLOW(FROM_SET("namespaceSelector: \"projectcalico.org/name starts with 'fa'\", "))),
         OUTSIDE, "allowed: p allow 0"},
        /* a set is among what notSelector leaves out */
        {PARTNERS G_TO_SRV(ALLOW("source: {notSelector: \"name == 'partners'\"}")), OUTSIDE,
         "denied: p isolate"},
        {PARTNERS G_TO_SRV(ALLOW("source: {notSelector: \"name == 'partners'\"}")), CLI,
         "allowed: p allow 0"},
        /* the selector and nets: both must hold */
        {PARTNERS G_TO_SRV(
             ALLOW("source: {selector: \"has(name)\", nets: [203.0.113.0/30, 10.0.0.0/8]}")),
         OUTSIDE, "allowed: p allow 0"},
        {PARTNERS G_TO_SRV(
             ALLOW("source: {selector: \"has(name)\", nets: [203.0.113.0/30, 10.0.0.0/8]}")),
         "203.0.113.9", "a/srv", TCP(80), "denied: p isolate"},
        /* as it is stored: the labels are in an annotation */
        {"---\n{apiVersion: crd.projectcalico.org/v1, kind: GlobalNetworkSet, metadata: {name: s, "
         "annotations: {projectcalico.org/metadata: "
         "'{\"uid\":\"1\",\"labels\":{\"name\":\"partners\",\"x\":5}}'}}, spec: {nets: "
         "[203.0.113.1]}}\n" G_TO_SRV(ALLOW(FROM_SET(""))),
         OUTSIDE, "allowed: p allow 0"},
        {"---\n{apiVersion: crd.projectcalico.org/v1, kind: GlobalNetworkSet, metadata: {name: s, "
         "annotations: {projectcalico.org/metadata: '{\"labels\":'}}, spec: {nets: "
         "[203.0.113.1]}}\n" G_TO_SRV(ALLOW(FROM_SET(""))),
         OUTSIDE, "denied: p isolate"},
        /* a pod whose address is not known may be in the set */
        {PARTNERS G_TO_SRV(ALLOW(FROM_SET(""))), "b/new", "a/srv", TCP(80),
         "unknown: p isolate, p unknown 0 spec.ingress[0].source.selector"},
        /* host endpoints have addresses too */
        {CALICO("HostEndpoint", "partners", "",
                "node: n2, expectedIPs: [192.168.0.2], profiles: "
                "[projectcalico-default-allow]") G_TO_SRV(ALLOW(FROM_SET(""))),
         "node/n2", "a/srv", TCP(80), "allowed: p allow 0"},
    };

    (void)state;
    RUN_IN(questions);
}

/* semantics 14.9 - 14.11, 14.17 */
static void matches(void **state)
{
    static const struct question questions[] = {
        {TO_SRV(ALLOW("source: {nets: [10.0.0.2/32]}")), CLI, "allowed: p allow 0"},
        {TO_SRV(ALLOW("source: {nets: [10.0.0.0/8], notNets: [10.0.0.2, 10.0.0.9]}")), CLI,
         "denied: p isolate"},
        {TO_SRV(ALLOW("source: {nets: [10.0.0.0/8]}")), "b/new", "a/srv", TCP(80),
         "unknown: p isolate, p unknown 0 spec.ingress[0].source.nets[0]"},
        {TO_SRV(ALLOW("source: {notNets: [10.0.0.0/8]}")), OUTSIDE, "allowed: p allow 0"},
        {TO_SRV(ALLOW("source: {nets: []}")), OUTSIDE, "allowed: p allow 0"},
        {TO_SRV(ALLOW("ipVersion: 4")), OUTSIDE, "allowed: p allow 0"},
        {TO_SRV(ALLOW("ipVersion: 6")), OUTSIDE, "denied: p isolate"},
        {TO_SRV(ALLOW("ipVersion: 4, source: {selector: all()}")), CLI, "allowed: p allow 0"},
        /* ports */
        {TO_SRV(ALLOW("protocol: TCP")), CLI, "allowed: p allow 0"},
        {TO_SRV(ALLOW("protocol: tcp")), "a/cli", "a/srv", UDP(80), "denied: p isolate"},
        {TO_SRV(ALLOW("protocol: 17")), "a/cli", "a/srv", UDP(80), "allowed: p allow 0"},
        {TO_SRV(ALLOW("protocol: TCP, destination: {ports: [\"70:90\", \"99\"]}")), CLI,
         "allowed: p allow 0"},
        {TO_SRV(ALLOW("protocol: TCP, destination: {ports: [\"70:79\", 81]}")), CLI,
         "denied: p isolate"},
        {TO_SRV(ALLOW("protocol: TCP, destination: {ports: [web]}")), "a/cli", "a/srv", TCP(8080),
         "allowed: p allow 0"},
        {TO_SRV(ALLOW("protocol: TCP, destination: {notPorts: [web]}")), "a/cli", "a/srv",
         TCP(8080), "denied: p isolate"},
        {TO_SRV(ALLOW("protocol: TCP, destination: {notPorts: [web]}")), CLI, "allowed: p allow 0"},
        {TO_SRV(ALLOW("protocol: TCP, destination: {ports: [\"1:100\"], notPorts: [80]}")), CLI,
         "denied: p isolate"},
        {TO_SRV(ALLOW("protocol: TCP, source: {ports: [1024]}")), CLI,
         "unknown: p isolate, p unknown 0 spec.ingress[0].source.ports"},
        {TO_SRV(ALLOW("protocol: TCP, source: {notPorts: [1024]}")), CLI,
         "unknown: p isolate, p unknown 0 spec.ingress[0].source.notPorts"},
        {TO_SRV(ALLOW("notProtocol: TCP")), CLI, "denied: p isolate"},
        {TO_SRV(ALLOW("notProtocol: TCP")), "a/cli", "a/srv", UDP(1), "allowed: p allow 0"},
        {TO_SRV(ALLOW("protocol: TCP, notProtocol: TCP")), CLI, "denied: p isolate"},
        /* protocols without ports */
        {TO_SRV("{action: Allow}"), "a/cli", "a/srv", OTHER(47), "allowed: p allow 0"},
        {TO_SRV(ALLOW("protocol: 47")), "a/cli", "a/srv", OTHER(47), "allowed: p allow 0"},
        {TO_SRV(ALLOW("protocol: 47")), "a/cli", "a/srv", OTHER(1), "denied: p isolate"},
        {TO_SRV(ALLOW("notProtocol: ICMP")), "a/cli", "a/srv", OTHER(1), "denied: p isolate"},
        {TO_SRV(ALLOW("protocol: ICMP")), "a/cli", "a/srv", OTHER(1), "allowed: p allow 0"},
        {TO_SRV(ALLOW("protocol: ICMP, icmp: {type: 8}")), "a/cli", "a/srv", OTHER(1),
         "unknown: p isolate, p unknown 0 spec.ingress[0].icmp"},
        {TO_SRV(ALLOW("protocol: ICMP, icmp: {type: 8}")), CLI, "denied: p isolate"},
        {TO_SRV(ALLOW("notICMP: {type: 8}")), "a/cli", "a/srv", OTHER(1),
         "unknown: p isolate, p unknown 0 spec.ingress[0].notICMP"},
        {TO_SRV(ALLOW("notICMP: {type: 8}")), CLI, "allowed: p allow 0"},
        {TO_SRV(ALLOW("protocol: ICMP, notICMP: {type: 8}")), "a/cli", "a/srv", OTHER(1),
         "unknown: p isolate, p unknown 0 spec.ingress[0].notICMP"},
        {TO_SRV(ALLOW("protocol: TCP, notICMP: {type: 8}")), CLI, "allowed: p allow 0"},
        {TO_SRV(ALLOW("notProtocol: ICMP, notICMP: {type: 8}")), "a/cli", "a/srv", OTHER(1),
         "denied: p isolate"},
        {TO_SRV(ALLOW("http: {methods: [GET]}")), CLI,
         "unknown: p isolate, p unknown 0 spec.ingress[0].http"},
        {TO_SRV(ALLOW("http: {methods: [GET]}") ", {action: Allow}"), CLI, "allowed: p allow 1"},
        /* semantics 14.20 */
        {TO_SRV("{action: Deny}"), "node/n1", "a/srv", TCP(80), "allowed own-node"},
    };

    (void)state;
    RUN_IN(questions);
}

#define ACCOUNTS(text) \
    TO_SRV(ALLOW("source: {namespaceSelector: all(), serviceAccounts: {" text "}}"))
#define ACCOUNT_FIELD "spec.ingress[0].source.serviceAccounts.selector"

/* semantics 14.12; batch and default were not read */
static void accounts(void **state)
{
    static const struct question questions[] = {
        {ACCOUNTS("names: [robot]"), OTHER_CLI, "allowed: p allow 0"},
        {ACCOUNTS("names: [robot]"), CLI, "denied: p isolate"},
        {ACCOUNTS("names: [default]"), CLI, "allowed: p allow 0"},
        {TO_SRV(ALLOW("source: {serviceAccounts: {names: [robot]}}")), OTHER_CLI,
         "denied: p isolate"},
        {ACCOUNTS("selector: \"kind == 'job'\""), OTHER_CLI, "allowed: p allow 0"},
        {ACCOUNTS("selector: \"kind == 'web'\""), OTHER_CLI, "denied: p isolate"},
        {ACCOUNTS("selector: \"kind == 'job'\""), "b/bat", "a/srv", TCP(80),
         "unknown: p isolate, p unknown 0 " ACCOUNT_FIELD},
        {ACCOUNTS("selector: \"kind == 'job' && projectcalico.org/name == 'robot'\""), "b/bat",
         "a/srv", TCP(80), "denied: p isolate"},
        {ACCOUNTS("selector: \"kind == 'job' || projectcalico.org/name == 'batch'\""), "b/bat",
         "a/srv", TCP(80), "allowed: p allow 0"},
        {ACCOUNTS("selector: \"!(kind == 'job')\""), "b/bat", "a/srv", TCP(80),
         "unknown: p isolate, p unknown 0 " ACCOUNT_FIELD},
        {ACCOUNTS("names: [robot], selector: \"kind == 'job'\""), "b/bat", "a/srv", TCP(80),
         "denied: p isolate"},
        {ACCOUNTS("names: [robot], selector: \"kind == 'job'\""), OTHER_CLI, "allowed: p allow 0"},
        {ACCOUNTS("names: []"), OUTSIDE, "denied: p isolate"},
        {TO_SRV(ALLOW("source: {serviceAccounts: {names: []}}")), OUTSIDE, "allowed: p allow 0"},
        {ACCOUNTS("names: [robot]"), OUTSIDE, "denied: p isolate"},
        /* the subject */
        {GLOBAL("p", "serviceAccountSelector: \"projectcalico.org/name == 'default'\""), CLI,
         "denied: p isolate"},
        {GLOBAL("p", "serviceAccountSelector: \"projectcalico.org/name == 'robot'\""), CLI,
         "allowed open"},
        {GLOBAL("p", "serviceAccountSelector: \"kind == 'job'\", ingress: [{action: Deny}]"), CLI,
         "unknown: p unknown spec.serviceAccountSelector"},
        /* selected or not, everything is let in */
        {GLOBAL("p", "serviceAccountSelector: \"kind == 'job'\", ingress: [{action: Allow}]"), CLI,
         "allowed"},
        {GLOBAL("p", "serviceAccountSelector: \"kind == 'job'\", selector: \"role == 'cli'\""), CLI,
         "allowed open"},
        {GLOBAL("p", "serviceAccountSelector: \"kind == 'job'\""), "a/cli", "b/cli", TCP(80),
         "denied: p isolate"},
        /* selected or not, another one denies */
        {GLOBAL("p",
                "order: 1, serviceAccountSelector: \"kind == 'job'\", ingress: [{action: Deny}]")
             GLOBAL("q", "order: 2, ingress: [{action: Deny}]"),
         CLI, "denied: q deny 0, p unknown spec.serviceAccountSelector"},
        {GLOBAL("p", "tier: lost, serviceAccountSelector: \"kind == 'job'\""), CLI,
         "unknown: p unknown kind"},
    };

    (void)state;
    RUN_IN(questions);
}

#define SERVICE(text) FROM_CLI(ALLOW("destination: {services: {" text "}}"))

/* semantics 14.14 */
static void services(void **state)
{
    static const struct question out[] = {
        {SERVICE("name: srv, namespace: a"), "b/cli", "a/srv", TCP(8080), "allowed: p allow 0"},
        {SERVICE("name: srv, namespace: a"), "b/cli", "a/srv", TCP(80), "denied: p isolate"},
        {SERVICE("name: srv, namespace: a"), "b/cli", "a/srv", UDP(53), "allowed: p allow 0"},
        {SERVICE("name: srv, namespace: a"), "b/cli", "a/cli", TCP(8080), "denied: p isolate"},
        {FROM_CLI(ALLOW("protocol: TCP, destination: {services: {name: srv, namespace: a}}")),
         "b/cli", "a/srv", UDP(53), "denied: p isolate"},
        /* the policy's own namespace; a backend on the host network */
        {SERVICE("name: all"), "b/cli", "b/host", TCP(80), "allowed: p allow 0"},
        {SERVICE("name: all"), "b/cli", "node/n2", TCP(80), "allowed: p allow 0"},
        {SERVICE("name: all"), "b/cli", "a/srv", TCP(80), "denied: p isolate"},
        /* by what its slices list */
        {SERVICE("name: ext, namespace: a"), "b/cli", "203.0.113.8", TCP(5432), "allowed: p allow 0"},
        {SERVICE("name: ext, namespace: a"), "b/cli", "203.0.113.9", TCP(5432), "denied: p isolate"},
        {SERVICE("name: ext, namespace: a"), "b/cli", "203.0.113.8", TCP(80), "denied: p isolate"},
        {SERVICE("name: blind, namespace: a"), "b/cli", "203.0.113.8", TCP(80),
         "unknown: p isolate, p unknown 0 spec.egress[0].destination.services"},
        {SERVICE("name: nobody"), "b/cli", "a/srv", TCP(80),
         "unknown: p isolate, p unknown 0 spec.egress[0].destination.services"},
        {FROM_CLI(ALLOW("protocol: TCP, destination: {services: {name: nobody}}")), "b/cli",
         "a/srv", UDP(80), "denied: p isolate"},
    };
    static const struct question in[] = {
        {TO_SRV(ALLOW("source: {services: {name: all, namespace: b}}")), "b/host", "a/srv", TCP(1),
         "allowed: p allow 0"},
        {TO_SRV(
             ALLOW("protocol: TCP, source: {services: {name: ext}}, destination: {ports: [80]}")),
         "203.0.113.7", "a/srv", TCP(80), "allowed: p allow 0"},
        {TO_SRV(
             ALLOW("protocol: TCP, source: {services: {name: ext}}, destination: {ports: [80]}")),
         "203.0.113.7", "a/srv", TCP(5432), "denied: p isolate"},
    };

    (void)state;
    RUN_OUT(out);
    RUN_IN(in);
}

#define HOST(more)   CALICO("HostEndpoint", "h", "", "node: n2, interfaceName: eth0" more)
#define OPEN_PROFILE ", profiles: [projectcalico-default-allow]"
#define TO_NODE      "a/cli", "node/n2", TCP(22)

/* semantics 14.15, 14.16 */
static void not_evaluated(void **state)
{
    static const struct question questions[] = {
        {GLOBAL("p", "preDNAT: true, applyOnForward: true, ingress: [{action: Deny}]"), CLI,
         "allowed open"},
        {GLOBAL("p", "applyOnForward: true, ingress: [{action: Deny}]"), CLI, "allowed open"},
        {GLOBAL("p", "doNotTrack: true, applyOnForward: true, ingress: [{action: Deny}]"), TO_NODE,
         "none open"},
        {HOST(OPEN_PROFILE), TO_NODE, "none open"},
        {HOST(""), TO_NODE, "unknown: h unknown kind"},
        {HOST(""), "a/cli", "b/host", TCP(22), "unknown: h unknown kind"},
        {HOST(""), "a/cli", "node/n1", TCP(22), "none open"},
        {HOST(OPEN_PROFILE) GLOBAL("p", "selector: \"name == 'h'\""), TO_NODE,
         "unknown: p unknown kind"},
        {HOST(OPEN_PROFILE) GLOBAL("p", "selector: \"name == 'h'\""), "a/cli", "node/n1", TCP(22),
         "none open"},
        {HOST(OPEN_PROFILE) GLOBAL("p", "selector: \"name == 'x'\""), TO_NODE, "none open"},
        {HOST(OPEN_PROFILE) GLOBAL("p", "namespaceSelector: all()"), TO_NODE, "none open"},
        {HOST(OPEN_PROFILE) IN_B("p", "selector: all()"), TO_NODE, "none open"},
        {HOST(OPEN_PROFILE) GLOBAL("p", "preDNAT: true, applyOnForward: true"), TO_NODE,
         "unknown: p unknown kind"},
        /* pods are evaluated beside it */
        {HOST(OPEN_PROFILE) GLOBAL("p", "ingress: [{action: Allow}]"), CLI, "allowed: p allow 0"},
        /* staged */
        {CALICO("StagedGlobalNetworkPolicy", "s", "", "ingress: [{action: Deny}]"), CLI,
         "allowed open"},
        {CALICO("StagedGlobalNetworkPolicy", "p", "", "ingress: [{action: Deny}]")
             TO_SRV("{action: Allow}"),
         CLI, "allowed: p allow 0"},
        {HOST(OPEN_PROFILE) CALICO("StagedGlobalNetworkPolicy", "s", "", "selector: all()"),
         TO_NODE, "none open"},
        /* a selector that can't be read */
        {IN_A("p", "selector: \"role =\""), CLI, "unknown: p unknown kind"},
        {IN_A("p", "selector: \"role =\""), "a/srv", "b/cli", TCP(80), "allowed open"},
        {TO_SRV(ALLOW("source: {selector: \"role =\"}")), CLI, "unknown: p unknown kind"},
        {TO_SRV(ALLOW("source: {selector: \"role =\"}")), "a/srv", "a/cli", TCP(80), "allowed open"},
    };

    (void)state;
    RUN_IN(questions);
}

/* What the model says of staged policies, and that labels are added only where somebody asks. */
static void model(void **state)
{
    char text[20000];
    struct pg_cluster *cluster;
    pg_str key;

    (void)state;
    snprintf(text, sizeof text, "%s%s", world_text,
             CALICO("StagedNetworkPolicy", "s", "namespace: a, ", "ingress: [{action: Deny}]"));
    cluster = load_text(text);
    assert_int_equal(cluster->npolicies, 1);
    assert_true(cluster->policies[0].staged);
    assert_false(cluster->policies[0].has_type[PG_INGRESS]);
    assert_int_equal(cluster->policies[0].nrules[PG_INGRESS], 0);
    assert_string_equal(pg_cluster_text(cluster, cluster->policies[0].kind_name),
                        "StagedNetworkPolicy");
    assert_int_equal(cluster->nunevaluated, 0);
    key = pg_strs_puts(cluster->strs, "projectcalico.org/namespace");
    assert_int_equal(pg_labels_get(cluster->pods[0].labels, key), PG_STR_NONE);
    pg_cluster_free(cluster);

    snprintf(text, sizeof text, "%s%s", world_text,
             GLOBAL("p", "selector: \"projectcalico.org/namespace == 'a'\""));
    cluster = load_text(text);
    key = pg_strs_puts(cluster->strs, "projectcalico.org/namespace");
    assert_string_equal(pg_cluster_text(cluster, pg_labels_get(cluster->pods[0].labels, key)), "a");
    key = pg_strs_puts(cluster->strs, "projectcalico.org/serviceaccount");
    assert_int_equal(pg_labels_get(cluster->pods[0].labels, key), PG_STR_NONE);
    pg_cluster_free(cluster);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(order),    cmocka_unit_test(tiers),         cmocka_unit_test(scopes),
        cmocka_unit_test(sets),     cmocka_unit_test(matches),       cmocka_unit_test(accounts),
        cmocka_unit_test(services), cmocka_unit_test(not_evaluated), cmocka_unit_test(model),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
