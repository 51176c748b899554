/* CiliumNetworkPolicy, CiliumClusterwideNetworkPolicy and CiliumCIDRGroup: what is refused, what is taken with a
   warning, and what the model says of the rest (semantics 13). What it means is in test_cilium.c. */
#include "loading.h"

#include "../../src/load/codes.h"
#include "../../src/load/shape.h"

#define CNP  "CiliumNetworkPolicy"
#define CCNP "CiliumClusterwideNetworkPolicy"

struct trial {
    const char *kind, *spec, *findings;
};

/* A policy whose spec is one text, on line 4. */
static void run(const struct trial *trials, size_t n)
{
    char text[20000];

    for (size_t i = 0; i < n; i++) {
        snprintf(text, sizeof text,
                 "apiVersion: cilium.io/v2\nkind: %s\nmetadata: {name: p}\nspec: %s\n",
                 trials[i].kind, trials[i].spec);
        assert_findings(text, trials[i].findings);
    }
}

#define RUN(trials) run(trials, PG_COUNT(trials))

#define ALL         "endpointSelector: {}, "
#define RULE        "ingress: [{fromEndpoints: [{}]}]"
#define IN(rule)    "{" ALL "ingress: [" rule "]}"
#define OUT(rule)   "{" ALL "egress: [" rule "]}"
#define PORTS(more) IN("{toPorts: [{ports: [{" more "}]}]}")
#define L7(more)    IN("{toPorts: [{ports: [{port: \"80\", protocol: TCP}], " more "}]}")
#define REJECTED    " rejected 4 "
#define WARNING     " warning 4 "
#define IN_0        "spec.ingress[0]"
#define OUT_0       "spec.egress[0]"
#define PORT_0      IN_0 ".toPorts[0].ports[0]"

static void subject_is_checked(void **state)
{
    static const struct trial trials[] = {
        {CNP, "{" ALL RULE "}", ""},
        {CCNP, "{" ALL RULE "}", ""},
        {CNP, "{" RULE "}", "CIL-SUBJECT" REJECTED "spec\n"},
        {CCNP, "{" RULE "}", "CIL-SUBJECT" REJECTED "spec\n"},
        {CNP, "{endpointSelector: null, " RULE "}", "CIL-SUBJECT" REJECTED "spec\n"},
        {CCNP, "{" ALL "nodeSelector: {}, " RULE "}", "CIL-SUBJECT" REJECTED "spec\n"},
        {CCNP, "{nodeSelector: {}, " RULE "}", "POLICY-UNEVALUATED warning 1\n"},
        {CNP, "{nodeSelector: {}, " RULE "}", "CIL-SUBJECT" REJECTED "spec.nodeSelector\n"},
        {CNP, "{" ALL "}", "CIL-SPEC" REJECTED "spec\n"},
        {CNP, "{" ALL "ingress: []}", "CIL-SPEC" REJECTED "spec\n"},
        {CNP, "", "CIL-SPEC" REJECTED "spec\n"},
        {CNP, "{" ALL RULE ", ingres: []}", "OBJ-FIELD error 4 spec.ingres\n"},
        {CNP, "{endpointSelector: {matchLabels: {\"k8s:io.kubernetes.pod.namespace\": x}}, " RULE "}",
         "CIL-NAMESPACE" WARNING "spec.endpointSelector\n"},
        {CNP,
         "{endpointSelector: {matchLabels: {\"k8s:io.kubernetes.pod.namespace\": default}}, " RULE
         "}",
         ""},
        {CNP, "{endpointSelector: {matchLabels: {io.kubernetes.pod.namespace: x}}, " RULE "}",
         "CIL-NAMESPACE" WARNING "spec.endpointSelector\n"},
        {CCNP, "{endpointSelector: {matchLabels: {io.cilium.k8s.policy.cluster: x}}, " RULE "}",
         "POLICY-UNEVALUATED warning 1\n"},
    };

    (void)state;
    RUN(trials);
}

static void selectors_are_checked(void **state)
{
#define FROM(selector) IN("{fromEndpoints: [" selector "]}")
#define FROM_0         IN_0 ".fromEndpoints[0]"
    static const struct trial trials[] = {
        {CNP,
         FROM("{matchLabels: {\"k8s:app\": a, \"any:b/c\": d, \"reserved:host\": \"\", $x: \"\"}}"),
         ""},
        {CNP, FROM("{matchLabels: {\"k8s:a:b\": x}}"), "NP-SEL-KEY" REJECTED FROM_0 ".matchLabels\n"},
        {CNP, FROM("{matchLabels: {\":a\": x}}"), ""},
        {CNP, FROM("{matchLabels: {\"k8s:\": x}}"), "NP-SEL-KEY" REJECTED FROM_0 ".matchLabels\n"},
        {CNP, FROM("{matchLabels: {a: -x}}"), "NP-SEL-VALUE" REJECTED FROM_0 ".matchLabels\n"},
        /* The source counts: 60 characters are one too many behind "any.". */
        {CNP,
         FROM("{matchLabels: {a23456789012345678901234567890123456789012345678901234567890: x}}"),
         "NP-SEL-KEY" REJECTED FROM_0 ".matchLabels\n"},
        {CNP,
         FROM("{matchLabels: {a2345678901234567890123456789012345678901234567890123456789: x}}"), ""},
        {CNP, FROM("{matchLabels: {a: null}}"), ""},
        {CNP, FROM("{matchExpressions: [{key: a, operator: Is}]}"),
         "NP-SEL-OP" REJECTED FROM_0 ".matchExpressions[0].operator\n"},
        {CNP, FROM("{matchExpressions: [{key: a, operator: In}]}"),
         "NP-SEL-NOVAL" REJECTED FROM_0 ".matchExpressions[0].values\n"},
        {CNP, FROM("null"), "OBJ-TYPE" REJECTED FROM_0 "\n"},
        {CNP, FROM("x"), "OBJ-TYPE" REJECTED FROM_0 "\n"},
        {CNP, FROM("{matchLabels: {io.cilium.k8s.namespace.labels.team: x}}"),
         "CIL-NAMESPACE-LABELS info 4 " FROM_0 "\n"},
        {CCNP, FROM("{matchLabels: {io.cilium.k8s.namespace.labels.team: x}}"), ""},
        {CNP, FROM("{matchLabels: {pod-template-hash: x}}"), "CIL-LABEL" WARNING FROM_0 "\n"},
        {CNP, FROM("{matchLabels: {statefulset.kubernetes.io/pod-name: x}}"),
         "CIL-LABEL" WARNING FROM_0 "\n"},
        {CNP, FROM("{matchLabels: {node.beta.kubernetes.io/x: x}}"), "CIL-LABEL" WARNING FROM_0 "\n"},
        {CNP, FROM("{matchLabels: {app.kubernetes.io/name: x}}"), ""},
    };

    (void)state;
    RUN(trials);
}

static void peers_are_checked(void **state)
{
    static const struct trial trials[] = {
        {CNP, IN("{}"), "CIL-EMPTY-RULE" WARNING IN_0 "\n"},
        {CNP, "{" ALL "egressDeny: [{}]}", "CIL-EMPTY-RULE" WARNING "spec.egressDeny[0]\n"},
        {CNP, IN("null"), "OBJ-TYPE" REJECTED IN_0 "\n"},
        {CNP, IN("{fromEndpoints: []}"), "CIL-EMPTY-LIST" WARNING IN_0 ".fromEndpoints\n"},
        {CNP, IN("{fromEndpoints: [{}], fromEntities: [all]}"), "CIL-COMBINE" REJECTED IN_0 "\n"},
        {CNP, OUT("{toFQDNs: [{matchName: a.b}], toCIDR: [10.0.0.0/8]}"),
         "CIL-COMBINE" REJECTED OUT_0 "\n"},
        {CNP,
         OUT("{toServices: [{k8sService: {serviceName: a}}], toPorts: [{ports: [{port: \"1\"}]}]}"),
         ""},
        {CNP, IN("{form: [{}]}"),
         "CIL-EMPTY-RULE" WARNING IN_0 "\nOBJ-FIELD error 4 " IN_0 ".form\n"},
        {CNP, IN("{fromEndpoint: [{}]}"),
         "CIL-EMPTY-RULE" WARNING IN_0 "\nOBJ-FIELD error 4 " IN_0 ".fromEndpoint\n"},
        {CNP, IN("{fromEntities: [all, World]}"), "CIL-ENTITY" REJECTED IN_0 ".fromEntities[1]\n"},
        {CNP, IN("{fromEntities: [world-ipv4]}"), "CIL-ENTITY" REJECTED IN_0 ".fromEntities[0]\n"},
        {CNP, IN("{fromEntities: [null]}"), "OBJ-TYPE" REJECTED IN_0 ".fromEntities[0]\n"},
        {CNP, IN("{fromCIDR: [10.0.0.1]}"), "CIL-CIDR" REJECTED IN_0 ".fromCIDR[0]\n"},
        {CNP, IN("{fromCIDR: [010.0.0.0/8]}"), "CIL-CIDR" REJECTED IN_0 ".fromCIDR[0]\n"},
        {CNP, IN("{fromCIDR: [10.0.0.1/8]}"), "CIL-CIDR-ODD" WARNING IN_0 ".fromCIDR[0]\n"},
        {CNP, IN("{fromCIDRSet: [{}]}"), "CIL-CIDR" REJECTED IN_0 ".fromCIDRSet[0]\n"},
        {CNP, IN("{fromCIDRSet: [{cidr: 10.0.0.0/8, cidrGroupRef: g}]}"),
         "CIL-CIDR" REJECTED IN_0 ".fromCIDRSet[0]\n"},
        {CNP, IN("{fromCIDRSet: [{cidrGroupRef: \"\"}]}"),
         "CIL-CIDR" REJECTED IN_0 ".fromCIDRSet[0].cidrGroupRef\n"},
        {CNP, IN("{fromCIDRSet: [{cidr: 10.0.0.0/8, except: [11.0.0.0/16, 10.1.0.0/16]}]}"),
         "CIL-CIDR" REJECTED IN_0 ".fromCIDRSet[0].except[0]\n"},
        {CNP, IN("{fromCIDRSet: [{cidr: 10.0.0.0/8, except: [\"::/64\"]}]}"),
         "CIL-CIDR" REJECTED IN_0 ".fromCIDRSet[0].except[0]\n"},
        {CNP, OUT("{toFQDNs: [{}]}"), "CIL-FQDN" REJECTED OUT_0 ".toFQDNs[0]\n"},
        {CNP, OUT("{toFQDNs: [{matchName: a, matchPattern: b}]}"),
         "CIL-FQDN" REJECTED OUT_0 ".toFQDNs[0]\n"},
        {CNP, OUT("{toFQDNs: [{matchName: \"*.a\"}]}"), "CIL-FQDN" REJECTED OUT_0 ".toFQDNs[0]\n"},
        {CNP, OUT("{toFQDNs: [{matchPattern: \"*.a\"}]}"), ""},
        {CNP, OUT("{toFQDNs: [{matchPattern: \"a b\"}]}"), "CIL-FQDN" REJECTED OUT_0 ".toFQDNs[0]\n"},
        {CNP, "{" ALL "egressDeny: [{toFQDNs: [{matchName: a}]}]}",
         "CIL-EMPTY-RULE" WARNING
         "spec.egressDeny[0]\nOBJ-FIELD error 4 spec.egressDeny[0].toFQDNs\n"},
        {CNP, OUT("{toServices: [{k8sServiceSelector: {}}]}"),
         "CIL-SERVICE" REJECTED OUT_0 ".toServices[0].k8sServiceSelector.selector\n"},
        {CNP, IN("{fromNodes: [{}]}"), "CIL-PARTIAL" WARNING IN_0 ".fromNodes\n"},
        {CNP, OUT("{toGroups: [{}]}"), "CIL-PARTIAL" WARNING OUT_0 ".toGroups\n"},
        {CNP, IN("{fromEndpoints: [{}], fromRequires: [{}]}"),
         "POLICY-UNEVALUATED warning 1\nCIL-PARTIAL" WARNING IN_0 ".fromRequires\n"},
    };

    (void)state;
    RUN(trials);
}

static void ports_are_checked(void **state)
{
    static const struct trial trials[] = {
        {CNP, PORTS("port: \"80\""), ""},
        {CNP, PORTS("port: 80"), "OBJ-TYPE" REJECTED PORT_0 ".port\n"},
        {CNP, PORTS("protocol: TCP"), "CIL-PORT" REJECTED PORT_0 ".port\n"},
        {CNP, PORTS("port: \"\""), "CIL-PORT" REJECTED PORT_0 ".port\n"},
        {CNP, PORTS("port: \"65536\""), "CIL-PORT" REJECTED PORT_0 ".port\n"},
        {CNP, PORTS("port: \"089\""), "CIL-PORT" REJECTED PORT_0 ".port\n"},
        {CNP, PORTS("port: \"80_\""), "CIL-PORT" REJECTED PORT_0 ".port\n"},
        {CNP, PORTS("port: \"-1\""), "CIL-PORT" REJECTED PORT_0 ".port\n"},
        {CNP, PORTS("port: a--b"), "CIL-PORT" REJECTED PORT_0 ".port\n"},
        {CNP, PORTS("port: a23456789012345"), ""},
        {CNP, PORTS("port: a234567890123456"), "CIL-PORT" REJECTED PORT_0 ".port\n"},
        {CNP, PORTS("port: \"80\", protocol: tcp"), "CIL-PROTO" REJECTED PORT_0 ".protocol\n"},
        {CNP, PORTS("port: \"80\", protocol: ICMP"), "CIL-PROTO" REJECTED PORT_0 ".protocol\n"},
        {CNP, PORTS("port: \"80\", protocol: \"\""), "CIL-PROTO" REJECTED PORT_0 ".protocol\n"},
        {CNP, PORTS("port: \"80\", endPort: 65536"), "CIL-PORT" REJECTED PORT_0 ".endPort\n"},
        {CNP, PORTS("port: \"80\", endPort: -1"), "CIL-PORT" REJECTED PORT_0 ".endPort\n"},
        {CNP, PORTS("port: \"80\", endPort: 79"), "CIL-ENDPORT" WARNING PORT_0 ".endPort\n"},
        {CNP, PORTS("port: web, endPort: 80"), "CIL-ENDPORT" WARNING PORT_0 ".endPort\n"},
        {CNP, IN("{toPorts: [null]}"), "OBJ-TYPE" REJECTED IN_0 ".toPorts[0]\n"},
        {CNP, IN("{toPorts: [{ports: [null]}]}"), "OBJ-TYPE" REJECTED PORT_0 "\n"},
        {CNP, IN("{toPorts: [{ports: [{port: \"1\"}]}], icmps: [{fields: [{type: 8}]}]}"),
         "CIL-COMBINE" REJECTED IN_0 "\n"},
        {CNP,
         IN("{icmps: [{fields: [{type: 8}, {type: \"0\"}, {type: EchoReply, family: IPv6}]}]}"), ""},
        {CNP, IN("{icmps: [{fields: [{family: IPv4}]}]}"),
         "CIL-ICMP" REJECTED IN_0 ".icmps[0].fields[0].type\n"},
        {CNP, IN("{icmps: [{fields: [{type: Ech}]}]}"),
         "CIL-ICMP" REJECTED IN_0 ".icmps[0].fields[0].type\n"},
        {CNP, IN("{icmps: [{fields: [{type: 8, family: ipv4}]}]}"),
         "CIL-ICMP" REJECTED IN_0 ".icmps[0].fields[0].family\n"},
        {CNP, IN("{fromEndpoints: [{}], authentication: {mode: always}}"),
         "CIL-AUTHENTICATION" REJECTED IN_0 ".authentication.mode\n"},
        {CNP, IN("{fromEndpoints: [{}], authentication: {}}"),
         "CIL-AUTHENTICATION" REJECTED IN_0 ".authentication.mode\n"},
    };

    (void)state;
    RUN(trials);
}

static void proxy_rules_are_checked(void **state)
{
#define ENTRY     IN_0 ".toPorts[0]"
#define EL7(more) OUT("{toPorts: [{ports: [{port: \"53\"}], " more "}]}")
#define EENTRY    OUT_0 ".toPorts[0]"
    static const struct trial trials[] = {
        {CNP, L7("rules: {http: [{method: GET}]}"), ""},
        {CNP, L7("rules: {}"), "CIL-L7" REJECTED ENTRY ".rules\n"},
        {CNP, L7("rules: {http: [{}], kafka: [{}]}"), "CIL-L7" REJECTED ENTRY ".rules\n"},
        {CNP, L7("rules: {l7: [{a: b}]}"), "CIL-L7" REJECTED ENTRY ".rules\n"},
        {CNP, L7("rules: {dns: [{matchPattern: \"*\"}]}"), "CIL-L7" REJECTED ENTRY ".rules.dns\n"},
        {CNP, EL7("rules: {dns: [{matchPattern: \"*\"}]}"), ""},
        {CNP, OUT("{toPorts: [{rules: {dns: [{matchPattern: \"*\"}]}}]}"),
         "CIL-L7" REJECTED EENTRY ".rules.dns\n"},
        {CNP, OUT("{toPorts: [{ports: [{port: \"53\", endPort: 54}], rules: {dns: [{}]}}]}"),
         "CIL-L7" REJECTED EENTRY ".ports\n"},
        {CNP, EL7("rules: {http: [{}]}"), "CIL-L7" REJECTED EENTRY ".ports\n"},
        {CNP, IN("{toPorts: [{ports: [{port: \"0\", protocol: TCP}], rules: {http: [{}]}}]}"),
         "CIL-L7" REJECTED ENTRY ".ports\n"},
        {CNP, L7("listener: {name: a, envoyConfig: {name: b}}"),
         "CIL-L7" REJECTED ENTRY ".listener\n"},
        {CNP, EL7("listener: {name: a, envoyConfig: {name: b}}, rules: {dns: [{}]}"),
         "CIL-L7" REJECTED EENTRY ".listener\n"},
        {CNP, L7("serverNames: [a], rules: {http: [{}]}"), "CIL-L7" REJECTED ENTRY ".serverNames\n"},
        {CNP, L7("serverNames: [a], rules: {http: [{}]}, terminatingTLS: {secret: {name: s}}"), ""},
        {CNP, L7("serverNames: []"), "CIL-L7" REJECTED ENTRY ".serverNames\n"},
        {CNP, "{" ALL "ingressDeny: [{toPorts: [{ports: [{port: \"80\"}], rules: {}}]}]}",
         "OBJ-FIELD error 4 spec.ingressDeny[0].toPorts[0].rules\n"},
    };

    (void)state;
    RUN(trials);
}

/* 40 ports are taken, 41 are not. */
static void ports_have_a_limit(void **state)
{
    for (int n = 40; n <= 41; n++) {
        struct pg_buf spec = {0};
        const char *many = "CIL-MANY" REJECTED IN_0 ".toPorts[0].ports\n";
        pg_buf_puts(&spec, "{" ALL "ingress: [{toPorts: [{ports: [");
        for (int i = 1; i <= n; i++)
            pg_buf_printf(&spec, "{port: \"%d\"},", i);
        pg_buf_puts(&spec, "]}]}]}");
        run(&(struct trial){CNP, pg_buf_text(&spec), n > 40 ? many : ""}, 1);
        pg_buf_free(&spec);
    }
    (void)state;
}

/* Every fault of an object is told, and each in the spec that it is in. */
static void all_faults_are_told(void **state)
{
    (void)state;
    assert_findings(
        "apiVersion: cilium.io/v2\nkind: CiliumNetworkPolicy\nmetadata: {name: p}\n"
        "spec: {}\nspecs:\n- {endpointSelector: {}, ingress: [{fromEntities: [x]}]}\n"
        "- {endpointSelector: {}, egressDeny: [{toCIDR: [y/8], toPorts: [{ports: [{}]}]}]}\n",
        "CIL-SUBJECT" REJECTED "spec\nCIL-SPEC" REJECTED "spec\n"
        "CIL-ENTITY rejected 6 specs[0].ingress[0].fromEntities[0]\n"
        "CIL-CIDR rejected 7 specs[1].egressDeny[0].toCIDR[0]\n"
        "CIL-PORT rejected 7 specs[1].egressDeny[0].toPorts[0].ports[0].port\n");
}

static void groups_are_checked(void **state)
{
#define GROUP(version, rest)                                                                     \
    "apiVersion: cilium.io/" version "\nkind: CiliumCIDRGroup\nmetadata: {name: g}\nspec: " rest \
    "\n"
    (void)state;
    assert_findings(GROUP("v2", "{externalCIDRs: [10.0.0.0/8]}"), "");
    assert_findings(GROUP("v2alpha1", "{externalCIDRs: []}"), "");
    assert_findings(GROUP("v3", "{externalCIDRs: []}"), "OBJ-API-UNKNOWN rejected 1 apiVersion\n");
    assert_findings(GROUP("v2", "{}"), "CIL-SPEC" REJECTED "spec.externalCIDRs\n");
    assert_findings(GROUP("v2", "{externalCIDRs: [x]}"),
                    "CIL-CIDR" REJECTED "spec.externalCIDRs[0]\n");
    assert_findings(GROUP("v2", "{externalCIDRs: []}") "---\n" GROUP("v2", "{externalCIDRs: []}"),
                    "OBJ-DUPLICATE warning 6\n");
}

/* --- the model --------------------------------------------------------------------------------- */

static void print_ports(struct pg_buf *out, const struct pg_cluster *cluster,
                        const struct pg_rule *rule)
{
    if (rule->any_port)
        pg_buf_puts(out, " any port");
    for (uint32_t i = 0; i < rule->nports; i++) {
        const struct pg_port *port = &rule->ports[i];
        pg_buf_printf(out, " %s%u-%u/%u@%u", pg_cluster_text(cluster, port->name), port->from,
                      port->to, port->protocol, port->index);
    }
    if (rule->maybe_field)
        pg_buf_printf(out, " if %s%s", rule->maybe_field, rule->may_refuse ? " at a proxy" : "");
}

static void print_peers(struct pg_buf *out, const struct pg_cluster *cluster,
                        const struct pg_rule *rule)
{
    if (rule->any_peer)
        pg_buf_puts(out, " any peer");
    if (rule->peer_list)
        pg_buf_printf(out, " %s", rule->peer_list);
    for (uint32_t i = 0; i < rule->npeers; i++) {
        const struct pg_peer *peer = &rule->peers[i];
        pg_buf_printf(out, " [%u]", peer->index);
        if (peer->kind == PG_PEER_SELECTOR) {
            pg_selector_print(out, cluster, &peer->pod_selector);
            pg_buf_puts(out, peer->any_namespace ? " anywhere" : "");
        }
        if (peer->namespace_selector.present) {
            pg_buf_puts(out, " in ");
            pg_selector_print(out, cluster, &peer->namespace_selector);
        }
        if (peer->kind == PG_PEER_OUTSIDE)
            pg_cidr_print(out, peer->cidr);
        if (peer->kind == PG_PEER_ENTITY)
            pg_buf_printf(out, "entities %u", peer->entities);
        if (peer->field)
            pg_buf_printf(out, " %s", peer->field);
        pg_buf_printf(out, " line %u", peer->loc.line);
    }
}

static void print_policies(struct pg_buf *out, const struct pg_cluster *cluster)
{
    for (uint32_t p = 0; p < cluster->npolicies; p++) {
        const struct pg_policy *policy = &cluster->policies[p];
        pg_buf_printf(
            out, "%s %s %s lines %u-%u%s%s%s%s%s%s ", pg_cluster_text(cluster, policy->kind_name),
            pg_cluster_text(cluster, policy->name), policy->spec_path, policy->loc.line,
            policy->end.line, policy->has_type[PG_INGRESS] ? " ingress" : "",
            policy->isolates[PG_INGRESS] ? "!" : "", policy->has_type[PG_EGRESS] ? " egress" : "",
            policy->isolates[PG_EGRESS] ? "!" : "", policy->why_not ? " " : "",
            policy->why_not ? policy->why_not : "");
        pg_selector_print(out, cluster, &policy->pod_selector);
        pg_buf_putc(out, '\n');
        for (int dir = 0; dir < 2; dir++)
            for (uint32_t r = 0; r < policy->nrules[dir]; r++) {
                const struct pg_rule *rule = &policy->rules[dir][r];
                pg_buf_printf(out, "  %s[%u] lines %u-%u%s", rule->list, rule->index, rule->loc.line,
                              rule->end.line, rule->action == PG_ACTION_DENY ? " deny" : "");
                print_peers(out, cluster, rule);
                print_ports(out, cluster, rule);
                pg_buf_putc(out, '\n');
            }
    }
}

static void assert_policies(const char *text, const char *expected)
{
    struct pg_cluster *cluster = load_text(text);
    struct pg_buf found = {0};

    print_policies(&found, cluster);
    assert_string_equal(pg_buf_text(&found), expected);
    pg_buf_free(&found);
    pg_cluster_free(cluster);
}

static void rules_become_the_model(void **state)
{
    (void)state;
    assert_policies(
        "apiVersion: cilium.io/v2\n" /* 1 */
        "kind: CiliumNetworkPolicy\n"
        "metadata:\n"
        "  name: p\n"
        "spec:\n" /* 5 */
        "  endpointSelector: {matchLabels: {app: a}}\n"
        "  enableDefaultDeny: {egress: false}\n"
        "  ingress:\n"
        "  - fromEndpoints:\n"
        "    - matchLabels: {any:app: b}\n" /* 10 */
        "    - matchLabels: {io.kubernetes.pod.namespace: x}\n"
        "    toPorts:\n"
        "    - ports:\n"
        "      - {port: \"80\", protocol: TCP}\n"
        "      rules: {http: [{path: /}]}\n" /* 15 */
        "    - ports: [{port: \"81\", endPort: 90}, {port: WEB}]\n"
        "  ingressDeny:\n"
        "  - fromCIDRSet:\n"
        "    - cidr: 10.0.0.0/8\n"
        "  egress:\n" /* 20 */
        "  - toEntities: [host, world]\n"
        "  - icmps: [{fields: [{type: 8}]}]\n"
        "  - {}\n"
        "status: {}\n",
        "CiliumNetworkPolicy p spec lines 1-24 ingress! egress app=a\n"
        "  egress[0] lines 21-21 toEntities [0]entities 4 spec.egress[0].toEntities[0] line 21 "
        "[1]entities 1 spec.egress[0].toEntities[1] line 21 any port\n"
        "  egress[1] lines 22-22 any peer 1-1/3@0 if spec.egress[1].icmps\n"
        "  egress[2] lines 23-23 any port\n"
        "  ingressDeny[0] lines 18-19 deny fromCIDRSet [0]10.0.0.0/8 line 19 any port\n"
        "  ingress[0] lines 9-16 fromEndpoints [0]app=b line 10 [1]all in "
        "kubernetes.io/metadata.name=x line 11 80-80/0@0 if spec.ingress[0].toPorts[0].rules.http "
        "at a proxy\n"
        "  ingress[0] lines 9-16 fromEndpoints [0]app=b line 10 [1]all in "
        "kubernetes.io/metadata.name=x line 11 81-90/255@1 web0-0/255@2\n");
}

/* Parts that are not evaluated stand beside those that are. */
static void unevaluated_parts(void **state)
{
    (void)state;
    assert_policies(
        "apiVersion: cilium.io/v2\nkind: CiliumClusterwideNetworkPolicy\n"
        "metadata: {name: p}\nspecs:\n"
        "- {nodeSelector: {matchLabels: {k8s:a: b}}, ingress: [{}]}\n"
        "- endpointSelector: {matchLabels: {c: d}}\n"
        "  ingress: [{fromEntities: [all], fromRequires: [{}]}]\n"
        "  egress: [{toEntities: [all]}]\n",
        "CiliumClusterwideNetworkPolicy p specs[0] lines 1-8 ingress uses nodeSelector, a "
        "host policy, which is not evaluated a=b\n"
        "CiliumClusterwideNetworkPolicy p specs[1] lines 1-8 ingress uses fromRequires in "
        "specs[1].ingress[0], which is not evaluated c=d\n"
        "CiliumClusterwideNetworkPolicy p specs[1] lines 1-8 egress! c=d\n"
        "  egress[0] lines 8-8 toEntities [0]entities 15 "
        "specs[1].egress[0].toEntities[0] line 8 any port\n");
}

/* A service account that some selector asks for is a label of every pod; else it is none. */
static void service_accounts(void **state)
{
    static const char pod[] = "apiVersion: v1\nkind: Pod\nmetadata: {name: a, labels: {x: z}}\n"
                              "spec: {containers: [{name: c}], serviceAccountName: bot}\n---\n";
    char text[2000];

    (void)state;
    for (int asked = 0; asked < 2; asked++) {
        snprintf(text, sizeof text,
                 "%sapiVersion: cilium.io/v2\nkind: CiliumNetworkPolicy\nmetadata: {name: p}\n"
                 "spec: {endpointSelector: {matchLabels: {%s: bot}}, ingress: [{}]}\n",
                 pod, asked ? "io.cilium.k8s.policy.serviceaccount" : "x");
        struct pg_cluster *cluster = load_text(text);
        pg_str key = pg_strs_puts(cluster->strs, "io.cilium.k8s.policy.serviceaccount");
        assert_string_equal(pg_cluster_text(cluster, pg_labels_get(cluster->pods[0].labels, key)),
                            asked ? "bot" : "");
        assert_int_equal(cluster->pods[0].labels.n, 1 + asked);
        pg_cluster_free(cluster);
    }
}

/* The tables are searched by halves, and so must be sorted. */
static void check_shape(const struct pg_shape *shape)
{
    for (uint32_t i = 0; i < shape->nfields; i++) {
        const struct pg_field *field = &shape->fields[i];
        if (i > 0)
            assert_true(strcmp(shape->fields[i - 1].name, field->name) < 0);
        assert_int_equal(field->shape != NULL,
                         field->type == PG_T_OBJECT || field->type == PG_T_LIST);
        if (field->shape)
            check_shape(field->shape);
    }
}

static void shapes_are_sorted(void **state)
{
    (void)state;
    check_shape(&pg_shape_cilium_policy);
    check_shape(&pg_shape_cilium_cidr_group);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(subject_is_checked),      cmocka_unit_test(selectors_are_checked),
        cmocka_unit_test(peers_are_checked),       cmocka_unit_test(ports_are_checked),
        cmocka_unit_test(proxy_rules_are_checked), cmocka_unit_test(ports_have_a_limit),
        cmocka_unit_test(all_faults_are_told),     cmocka_unit_test(groups_are_checked),
        cmocka_unit_test(rules_become_the_model),  cmocka_unit_test(unevaluated_parts),
        cmocka_unit_test(service_accounts),        cmocka_unit_test(shapes_are_sorted),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
