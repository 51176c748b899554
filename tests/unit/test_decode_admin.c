/* AdminNetworkPolicy, BaselineAdminNetworkPolicy and ClusterNetworkPolicy: what the CRDs refuse, what is
   taken with a warning, and what the model says of the rest (semantics 11, 12). */
#include "loading.h"

#include "../../src/load/codes.h"
#include "../../src/load/shape.h"

#define ANP  "policy.networking.k8s.io/v1alpha1", "AdminNetworkPolicy"
#define BANP "policy.networking.k8s.io/v1alpha1", "BaselineAdminNetworkPolicy"
#define CNP  "policy.networking.k8s.io/v1alpha2", "ClusterNetworkPolicy"
#define BETA "policy.networking.k8s.io/v1beta1", "ClusterNetworkPolicy"

/* A policy whose spec is one text, on line 4. */
static const char *policy_text(char *text, size_t size, const char *version, const char *kind,
                               const char *spec)
{
    snprintf(text, size, "apiVersion: %s\nkind: %s\nmetadata: {name: %s}\nspec: %s\n", version,
             kind, strncmp(kind, "Base", 4) == 0 ? "default" : "p", spec);
    return text;
}

struct trial {
    const char *version, *kind, *spec, *findings;
};

static void run(const struct trial *trials, size_t n)
{
    char text[20000];

    for (size_t i = 0; i < n; i++)
        assert_findings(
            policy_text(text, sizeof text, trials[i].version, trials[i].kind, trials[i].spec),
            trials[i].findings);
}

#define RUN(trials) run(trials, PG_COUNT(trials))

/* A spec that is right but for what follows. */
#define SUBJECT  "subject: {namespaces: {}}"
#define ADMIN    "priority: 1, " SUBJECT
#define CLUSTER  "tier: Admin, " ADMIN
#define ALL      "[{namespaces: {}}]"
#define REJECTED " rejected 4 "

static void spec_is_checked(void **state)
{
    static const struct trial trials[] = {
        {ANP, "{priority: 1}", "ADM-SUBJECT" REJECTED "spec.subject\n"},
        {ANP, "", "ADM-SPEC" REJECTED "spec\n"},
        {ANP, "{" ADMIN "}", ""},
        {ANP, "{" SUBJECT "}", "ADM-PRIORITY" REJECTED "spec.priority\n"},
        {ANP, "{priority: 0, " SUBJECT "}", ""},
        {ANP, "{priority: 1000, " SUBJECT "}", ""},
        {ANP, "{priority: 1001, " SUBJECT "}", "ADM-PRIORITY" REJECTED "spec.priority\n"},
        {ANP, "{priority: -1, " SUBJECT "}", "ADM-PRIORITY" REJECTED "spec.priority\n"},
        {ANP, "{priority: \"1\", " SUBJECT "}", "OBJ-TYPE" REJECTED "spec.priority\n"},
        {ANP, "{" ADMIN ", tier: Admin}", "OBJ-FIELD error 4 spec.tier\n"},
        {BANP, "{" SUBJECT "}", ""},
        {BANP, "{" ADMIN "}", "OBJ-FIELD error 4 spec.priority\n"},
        {CNP, "{" CLUSTER "}", ""},
        {CNP, "{tier: Baseline, " ADMIN "}", ""},
        {CNP, "{" ADMIN "}", "ADM-TIER" REJECTED "spec.tier\n"},
        {CNP, "{tier: admin, " ADMIN "}", "ADM-TIER" REJECTED "spec.tier\n"},
        {BETA, "{" CLUSTER "}", ""},
    };

    (void)state;
    RUN(trials);
}

static void subject_is_checked(void **state)
{
    static const struct trial trials[] = {
        {ANP, "{priority: 1, subject: {}}", "ADM-SUBJECT" REJECTED "spec.subject\n"},
        {ANP, "{priority: 1, subject: {namespaces: null}}", "ADM-SUBJECT" REJECTED "spec.subject\n"},
        {ANP,
         "{priority: 1, subject: {namespaces: {}, pods: {namespaceSelector: {}, podSelector: {}}}}",
         "ADM-SUBJECT" REJECTED "spec.subject\n"},
        {ANP, "{priority: 1, subject: {pods: {podSelector: {}}}}",
         "ADM-SELECTOR" REJECTED "spec.subject.pods.namespaceSelector\n"},
        {ANP, "{priority: 1, subject: {pods: {namespaceSelector: {}}}}",
         "ADM-SELECTOR" REJECTED "spec.subject.pods.podSelector\n"},
        {CNP, "{tier: Admin, priority: 1, subject: {pods: {podSelector: {}}}}", ""},
        {CNP, "{tier: Admin, priority: 1, subject: {pods: {namespaceSelector: {}}}}",
         "ADM-SELECTOR" REJECTED "spec.subject.pods.podSelector\n"},
        {ANP, "{priority: 1, subject: []}", "OBJ-TYPE" REJECTED "spec.subject\n"},
        {ANP, "{priority: 1, subject: {namespaces: {matchExpressions: [{key: a, operator: Foo}]}}}",
         "NP-SEL-OP" REJECTED "spec.subject.namespaces.matchExpressions[0].operator\n"},
    };

    (void)state;
    RUN(trials);
}

#define INGRESS(rule) "{" ADMIN ", ingress: [" rule "]}"
#define NEWER(rule)   "{" CLUSTER ", ingress: [" rule "]}"

static void rules_are_checked(void **state)
{
    static const struct trial trials[] = {
        {ANP, INGRESS("{action: Allow, from: " ALL "}"), ""},
        {ANP, INGRESS("{action: Pass, from: " ALL "}"), ""},
        {ANP, INGRESS("{action: Accept, from: " ALL "}"),
         "ADM-ACTION" REJECTED "spec.ingress[0].action\n"},
        {ANP, INGRESS("{from: " ALL "}"), "ADM-ACTION" REJECTED "spec.ingress[0].action\n"},
        {BANP, "{" SUBJECT ", ingress: [{action: Pass, from: " ALL "}]}",
         "ADM-ACTION" REJECTED "spec.ingress[0].action\n"},
        {CNP, NEWER("{action: Accept, from: " ALL "}"), ""},
        {CNP, NEWER("{action: Allow, from: " ALL "}"),
         "ADM-ACTION" REJECTED "spec.ingress[0].action\n"},
        {CNP, "{tier: Baseline, " ADMIN ", ingress: [{action: Pass, from: " ALL "}]}", ""},
        {ANP, INGRESS("{action: Deny, from: []}"), "ADM-NONE" REJECTED "spec.ingress[0].from\n"},
        {ANP, INGRESS("{action: Deny}"), "ADM-NONE" REJECTED "spec.ingress[0].from\n"},
        {ANP, INGRESS("{action: Deny, from: " ALL ", ports: []}"),
         "ADM-NONE" REJECTED "spec.ingress[0].ports\n"},
        {ANP, INGRESS("null"),
         "ADM-ACTION" REJECTED "spec.ingress[0].action\nADM-NONE" REJECTED
         "spec.ingress[0].from\n"},
        {ANP, INGRESS("{action: Deny, from: {}}"), "OBJ-TYPE" REJECTED "spec.ingress[0].from\n"},
        {CNP, NEWER("{action: Deny, from: " ALL ", ports: [{portNumber: {port: 80}}]}"),
         "OBJ-FIELD error 4 spec.ingress[0].ports\n"},
    };

    (void)state;
    RUN(trials);
}

/* `n` times `item`, separated by commas. */
static char *repeat(char *out, size_t size, const char *before, const char *item, int n,
                    const char *after)
{
    size_t used = (size_t)snprintf(out, size, "%s", before);

    for (int i = 0; i < n; i++)
        used += (size_t)snprintf(out + used, size - used, "%s%s", i ? "," : "", item);
    snprintf(out + used, size - used, "%s", after);
    return out;
}

static void assert_length(const char *version, const char *kind, const char *before,
                          const char *item, const char *after, int most, const char *path)
{
    char spec[16000], text[20000], expected[100];

    repeat(spec, sizeof spec, before, item, most, after);
    assert_findings(policy_text(text, sizeof text, version, kind, spec), "");
    repeat(spec, sizeof spec, before, item, most + 1, after);
    snprintf(expected, sizeof expected, "ADM-MANY" REJECTED "%s\n", path);
    assert_findings(policy_text(text, sizeof text, version, kind, spec), expected);
}

static void lengths_are_checked(void **state)
{
    (void)state;
    assert_length(ANP, "{" ADMIN ", ingress: [", "{action: Deny, from: " ALL "}", "]}", 100,
                  "spec.ingress");
    assert_length(CNP, "{" CLUSTER ", ingress: [", "{action: Deny, from: " ALL "}", "]}", 25,
                  "spec.ingress");
    assert_length(ANP, "{" ADMIN ", ingress: [{action: Deny, from: [", "{namespaces: {}}", "]}]}",
                  100, "spec.ingress[0].from");
    assert_length(CNP, "{" CLUSTER ", egress: [{action: Deny, to: [", "{namespaces: {}}", "]}]}",
                  25, "spec.egress[0].to");
    assert_length(ANP, "{" ADMIN ", ingress: [{action: Deny, from: " ALL ", ports: [",
                  "{portNumber: {port: 1}}", "]}]}", 100, "spec.ingress[0].ports");
    assert_length(CNP, "{" CLUSTER ", ingress: [{action: Deny, from: " ALL ", protocols: [",
                  "{tcp: {destinationPort: {number: 1}}}", "]}]}", 25, "spec.ingress[0].protocols");
}

/* Characters are counted, not bytes. */
static void rule_names_are_checked(void **state)
{
    char spec[2000], text[4000], name[1000] = "";

    (void)state;
    repeat(name, sizeof name, "\"", "\xc3\xa9", 50, "\"");
    snprintf(spec, sizeof spec, "{" ADMIN ", ingress: [{action: Deny, name: %s, from: " ALL "}]}",
             name);
    assert_findings(policy_text(text, sizeof text, ANP, spec), ""); /* 50 letters, 49 commas */
    repeat(name, sizeof name, "\"", "\xc3\xa9", 51, "\"");
    snprintf(spec, sizeof spec, "{" ADMIN ", ingress: [{action: Deny, name: %s, from: " ALL "}]}",
             name);
    assert_findings(policy_text(text, sizeof text, ANP, spec),
                    "ADM-RULE-NAME" REJECTED "spec.ingress[0].name\n");
}

static void baseline_is_named_default(void **state)
{
    (void)state;
    assert_findings("apiVersion: policy.networking.k8s.io/v1alpha1\n"
                    "kind: BaselineAdminNetworkPolicy\n"
                    "metadata: {name: mine}\n"
                    "spec: {" SUBJECT "}\n",
                    "ADM-NAME rejected 3 metadata.name\n");
}

#define FROM(peer) INGRESS("{action: Deny, from: [" peer "]}")
#define TO(peer)   "{" ADMIN ", egress: [{action: Deny, to: [" peer "]}]}"
#define AT_FROM    "spec.ingress[0].from[0]"
#define AT_TO      "spec.egress[0].to[0]"

static void peers_are_checked(void **state)
{
    static const struct trial trials[] = {
        {ANP, FROM("{}"), "ADM-PEER" REJECTED AT_FROM "\n"},
        {ANP, FROM("null"), "ADM-PEER" REJECTED AT_FROM "\n"},
        {ANP, FROM("{namespaces: null}"), "ADM-PEER" REJECTED AT_FROM "\n"},
        {ANP, FROM("[]"), "OBJ-TYPE" REJECTED AT_FROM "\n"},
        {ANP, FROM("{namespaces: {}, pods: {namespaceSelector: {}, podSelector: {}}}"),
         "ADM-PEER" REJECTED AT_FROM "\n"},
        {ANP, FROM("{pods: {podSelector: {}}}"),
         "ADM-SELECTOR" REJECTED AT_FROM ".pods.namespaceSelector\n"},
        {ANP, TO("{networks: [10.0.0.0/8, \"fd00::/8\"]}"), ""},
        {ANP, TO("{networks: []}"), "ADM-NONE" REJECTED AT_TO ".networks\n"},
        {ANP, TO("{networks: [10.0.0.1]}"), "ADM-CIDR" REJECTED AT_TO ".networks[0]\n"},
        {ANP, TO("{networks: [10.0.0.0/8, 10.0.0.0/08]}"),
         "ADM-CIDR" REJECTED AT_TO ".networks[1]\n"},
        {ANP, TO("{networks: [010.0.0.0/8]}"), "ADM-CIDR" REJECTED AT_TO ".networks[0]\n"},
        {ANP, TO("{networks: [\"::ffff:10.0.0.0/104\"]}"),
         "ADM-CIDR" REJECTED AT_TO ".networks[0]\n"},
        {ANP, TO("{networks: [10.0.0.0/8, 10.0.0.0/8]}"),
         "ADM-TWICE" REJECTED AT_TO ".networks[1]\n"},
        {ANP, TO("{networks: [10.1.2.3/8]}"), "ADM-CIDR-ODD warning 4 " AT_TO ".networks[0]\n"},
        {BETA, "{" CLUSTER ", egress: [{action: Deny, to: [{networks: [10.1.2.3/8]}]}]}",
         "ADM-CIDR" REJECTED AT_TO ".networks[0]\n"},
        {ANP, TO("{nodes: {}}"), "ADM-EXPERIMENTAL info 4 " AT_TO ".nodes\n"},
    };

    (void)state;
    RUN(trials);
}

static void domain_names_are_checked(void **state)
{
    static const char *const good[] = {"a.b", "*.example.com", "A-1.x_y.Com.", "1.2.3"};
    static const char *const bad[] = {"com",     "*.com",  "a..b",  ".a.b",   "a.b..",
                                      "-a.b",    "a-.b",   "a b.c", "*a.b.c", "a.*.b",
                                      "*.*.a.b", "a.b_.c", ""};
    char spec[500], text[1000];

    (void)state;
    for (size_t i = 0; i < PG_COUNT(good) + PG_COUNT(bad); i++) {
        bool is_good = i < PG_COUNT(good);
        snprintf(spec, sizeof spec,
                 "{" ADMIN ", egress: [{action: Allow, to: [{domainNames: [\"%s\"]}]}]}",
                 is_good ? good[i] : bad[i - PG_COUNT(good)]);
        assert_findings(policy_text(text, sizeof text, ANP, spec),
                        is_good ? "ADM-EXPERIMENTAL info 4 " AT_TO ".domainNames\n"
                                : "ADM-EXPERIMENTAL info 4 " AT_TO ".domainNames\n"
                                  "ADM-DOMAIN rejected 4 " AT_TO ".domainNames[0]\n");
    }
}

static void domain_names_allow_only(void **state)
{
    static const struct trial trials[] = {
        {ANP, TO("{domainNames: [a.b]}"),
         "ADM-EXPERIMENTAL info 4 " AT_TO ".domainNames\n"
         "ADM-DOMAIN-ACTION warning 4 " AT_TO ".domainNames\n"},
        /* A BaselineAdminNetworkPolicy has none: a peer that is not known. */
        {BANP, "{" SUBJECT ", egress: [{action: Deny, to: [{domainNames: [a.b]}]}]}",
         "ADM-PEER-UNKNOWN warning 4 " AT_TO "\nOBJ-FIELD error 4 " AT_TO ".domainNames\n"},
    };

    (void)state;
    RUN(trials);
}

#define PORT(port)     INGRESS("{action: Deny, from: " ALL ", ports: [" port "]}")
#define PROTOCOL(port) NEWER("{action: Deny, from: " ALL ", protocols: [" port "]}")
#define AT_PORT        "spec.ingress[0].ports[0]"
#define AT_PROTOCOL    "spec.ingress[0].protocols[0]"

static void ports_are_checked(void **state)
{
    static const struct trial trials[] = {
        {ANP, PORT("{portNumber: {port: 65535}}"), ""},
        {ANP, PORT("{portNumber: {port: 0}}"),
         "ADM-PORT-NUMBER" REJECTED AT_PORT ".portNumber.port\n"},
        {ANP, PORT("{portNumber: {port: 65536}}"),
         "ADM-PORT-NUMBER" REJECTED AT_PORT ".portNumber.port\n"},
        {ANP, PORT("{portNumber: {protocol: TCP}}"),
         "ADM-PORT-NUMBER" REJECTED AT_PORT ".portNumber.port\n"},
        {ANP, PORT("{portNumber: {port: \"80\"}}"), "OBJ-TYPE" REJECTED AT_PORT ".portNumber.port\n"},
        {ANP, PORT("{}"), "ADM-PORT" REJECTED AT_PORT "\n"},
        {ANP, PORT("{portNumber: {port: 1}, namedPort: a}"), "ADM-PORT" REJECTED AT_PORT "\n"},
        {ANP, PORT("{portRange: {start: 5, end: 5}}"), ""},
        {ANP, PORT("{portRange: {start: 5}}"), "ADM-PORT-NUMBER" REJECTED AT_PORT ".portRange.end\n"},
        {ANP, PORT("{portRange: {start: 6, end: 5}}"),
         "ADM-RANGE-EMPTY warning 4 " AT_PORT ".portRange\n"},
        {ANP, PORT("{portNumber: {port: 1, protocol: tcp}}"),
         "ADM-PROTO error 4 " AT_PORT ".portNumber.protocol\n"},
        {ANP, PORT("{namedPort: http}"), "ADM-EXPERIMENTAL info 4 " AT_PORT ".namedPort\n"},
        {ANP, PORT("{icmp: {}}"),
         "ADM-PORT-UNKNOWN error 4 " AT_PORT "\nOBJ-FIELD error 4 " AT_PORT ".icmp\n"},
        {ANP,
         "{" ADMIN ", egress: [{action: Deny, to: [{networks: [10.0.0.0/8]}, {namespaces: {}}], "
         "ports: [{namedPort: http}]}]}",
         "ADM-NAMED" REJECTED "spec.egress[0]\n"
         "ADM-EXPERIMENTAL info 4 spec.egress[0].ports[0].namedPort\n"},
    };

    (void)state;
    RUN(trials);
}

static void protocols_are_checked(void **state)
{
    static const struct trial trials[] = {
        {CNP, PROTOCOL("{tcp: {destinationPort: {number: 80}}}"), ""},
        {CNP, PROTOCOL("{sctp: {destinationPort: {range: {start: 1, end: 2}}}}"), ""},
        {CNP, PROTOCOL("{}"), "ADM-PORT" REJECTED AT_PROTOCOL "\n"},
        {CNP, PROTOCOL("{tcp: {}}"), "ADM-PORT" REJECTED AT_PROTOCOL ".tcp\n"},
        {CNP, PROTOCOL("{tcp: {destinationPort: {}}}"),
         "ADM-PORT" REJECTED AT_PROTOCOL ".tcp.destinationPort\n"},
        {CNP, PROTOCOL("{tcp: {destinationPort: {number: 1, range: {start: 1, end: 2}}}}"),
         "ADM-PORT" REJECTED AT_PROTOCOL ".tcp.destinationPort\n"},
        {CNP, PROTOCOL("{tcp: {destinationPort: {number: 0}}}"),
         "ADM-PORT-NUMBER" REJECTED AT_PROTOCOL ".tcp.destinationPort.number\n"},
        {CNP, PROTOCOL("{udp: {destinationPort: {range: {start: 2, end: 2}}}}"),
         "ADM-RANGE" REJECTED AT_PROTOCOL ".udp.destinationPort.range\n"},
        {CNP, PROTOCOL("{tcp: {destinationPort: {number: 1}}, udp: {destinationPort: {number: 1}}}"),
         "ADM-PORT" REJECTED AT_PROTOCOL "\n"},
        {CNP, PROTOCOL("{icmp: {}}"),
         "ADM-PORT-UNKNOWN error 4 " AT_PROTOCOL "\nOBJ-FIELD error 4 " AT_PROTOCOL ".icmp\n"},
        {CNP, PROTOCOL("{destinationNamedPort: http}"),
         "ADM-EXPERIMENTAL info 4 " AT_PROTOCOL ".destinationNamedPort\n"},
    };

    (void)state;
    RUN(trials);
}

/* All faults of an object are told, and it takes no part. */
static void everything_wrong_is_told(void **state)
{
    char text[2000];
    struct pg_cluster *cluster;

    (void)state;
    policy_text(text, sizeof text, CNP,
                "{tier: Both, priority: 2000, subject: {}, ingress: [{action: Nope, from: [{}]}], "
                "egress: [{action: Deny, to: [{networks: [x]}]}]}");
    assert_findings(text, "ADM-TIER rejected 4 spec.tier\n"
                          "ADM-PRIORITY rejected 4 spec.priority\n"
                          "ADM-SUBJECT rejected 4 spec.subject\n"
                          "ADM-ACTION rejected 4 spec.ingress[0].action\n"
                          "ADM-PEER rejected 4 spec.ingress[0].from[0]\n"
                          "ADM-CIDR rejected 4 spec.egress[0].to[0].networks[0]\n");
    cluster = load_text(text);
    assert_int_equal(cluster->npolicies, 0);
    assert_int_equal(cluster->nrejected, 1);
    assert_false(pg_cluster_complete(cluster));
    pg_cluster_free(cluster);
}

/* A version that polgrid does not know is no mistake: it is shown as not evaluated. */
static void other_versions_are_unevaluated(void **state)
{
    char text[1000];
    struct pg_cluster *cluster;

    (void)state;
    policy_text(text, sizeof text, "policy.networking.k8s.io/v1", "ClusterNetworkPolicy", "{}");
    assert_findings(text, "POLICY-UNEVALUATED warning 1\n");
    cluster = load_text(text);
    assert_int_equal(cluster->nunevaluated, 1);
    pg_cluster_free(cluster);
}

/* --- the model ----------------------------------------------------------------------------------- */

static void print_peer(struct pg_buf *out, const struct pg_cluster *cluster,
                       const struct pg_peer *peer)
{
    pg_buf_printf(out, " #%u ", peer->index);
    switch (peer->kind) {
    case PG_PEER_SELECTOR:
        pg_buf_puts(out, peer->any_namespace ? "ns*" : "ns");
        if (peer->namespace_selector.present) {
            pg_buf_putc(out, ' ');
            pg_selector_print(out, cluster, &peer->namespace_selector);
        }
        pg_buf_puts(out, peer->pod_selector.present ? " pods " : "");
        if (peer->pod_selector.present)
            pg_selector_print(out, cluster, &peer->pod_selector);
        break;
    case PG_PEER_NETWORKS:
        pg_cidr_print(out, peer->cidr);
        pg_buf_printf(out, " at %s", peer->field);
        break;
    case PG_PEER_NODES:
        pg_buf_puts(out, "nodes ");
        pg_selector_print(out, cluster, &peer->pod_selector);
        pg_buf_printf(out, " at %s", peer->field);
        break;
    case PG_PEER_NAMES: pg_buf_printf(out, "names at %s", peer->field); break;
    case PG_PEER_MAYBE: pg_buf_printf(out, "maybe %s", peer->field); break;
    case PG_PEER_ALL_OF:
        pg_buf_puts(out, "all of");
        for (uint32_t i = 0; i < peer->nparts; i++)
            print_peer(out, cluster, &peer->parts[i]);
        break;
    default: pg_buf_puts(out, "?"); break;
    }
}

static void print_rule(struct pg_buf *out, const struct pg_cluster *cluster,
                       const struct pg_rule *rule)
{
    static const char *const actions[] = {"allow", "deny", "pass"};

    pg_buf_printf(out, "%s[%u] %u-%u %s", rule->list, rule->index, rule->loc.line, rule->end.line,
                  actions[rule->action]);
    pg_buf_puts(out, rule->any_peer ? " anyone" : "");
    for (uint32_t i = 0; i < rule->npeers; i++)
        print_peer(out, cluster, &rule->peers[i]);
    pg_buf_puts(out, rule->any_port ? " on everything" : " on");
    for (uint32_t i = 0; i < rule->nports; i++) {
        const struct pg_port *port = &rule->ports[i];
        pg_buf_printf(out, " #%u %u-%u%s%s/%s", port->index, port->from, port->to,
                      port->any ? "*" : "", pg_cluster_text(cluster, port->name),
                      pg_protocol_name((enum pg_protocol)port->protocol));
    }
    if (rule->maybe_field)
        pg_buf_printf(out, " maybe %s", rule->maybe_field);
    pg_buf_putc(out, '\n');
}

static void print_policy(struct pg_buf *out, const struct pg_cluster *cluster,
                         const struct pg_policy *policy)
{
    pg_buf_printf(out, "%s %g in ns ", pg_cluster_text(cluster, policy->tier.name), policy->order);
    pg_selector_print(out, cluster, &policy->namespace_selector);
    pg_buf_puts(out, " pods ");
    pg_selector_print(out, cluster, &policy->pod_selector);
    pg_buf_printf(out, " lines %u-%u%s%s%s\n", policy->loc.line, policy->end.line,
                  policy->has_type[PG_INGRESS] ? " ingress" : "",
                  policy->has_type[PG_EGRESS] ? " egress" : "",
                  policy->isolates[0] || policy->isolates[1] ? " isolates" : "");
    for (int dir = PG_INGRESS; dir >= PG_EGRESS; dir--)
        for (uint32_t i = 0; i < policy->nrules[dir]; i++)
            print_rule(out, cluster, &policy->rules[dir][i]);
}

static void assert_policy(const char *text, enum pg_policy_kind kind, const char *expected)
{
    struct pg_cluster *cluster = load_text(text);
    struct pg_buf found = {0};

    assert_int_equal(cluster->npolicies, 1);
    assert_int_equal(cluster->policies[0].kind, kind);
    assert_int_equal(cluster->policies[0].ns, PG_NONE);
    assert_string_equal(pg_cluster_text(cluster, cluster->policies[0].group),
                        "policy.networking.k8s.io");
    print_policy(&found, cluster, &cluster->policies[0]);
    assert_string_equal(pg_buf_text(&found), expected);
    pg_buf_free(&found);
    pg_cluster_free(cluster);
}

static void an_admin_policy(void **state)
{
    (void)state;
    assert_policy("apiVersion: policy.networking.k8s.io/v1alpha1\n"
                  "kind: AdminNetworkPolicy\n"
                  "metadata: {name: p}\n"
                  "spec:\n"
                  "  priority: 7\n"
                  "  subject:\n"
                  "    pods: {namespaceSelector: {matchLabels: {t: p}}, podSelector: {matchLabels: "
                  "{app: a}}}\n"
                  "  ingress:\n"
                  "  - action: Allow\n"
                  "    name: first\n"
                  "    from:\n"
                  "    - namespaces: {matchLabels: {t: q}}\n"
                  "    - pods: {namespaceSelector: {}, podSelector: {matchLabels: {app: b}}}\n"
                  "    ports:\n"
                  "    - portNumber: {port: 80}\n"
                  "    - portRange: {protocol: UDP, start: 5, end: 9}\n"
                  "    - namedPort: web\n"
                  "  - action: Pass\n"
                  "    from: [{namespaces: {}}]\n"
                  "  egress:\n"
                  "  - action: Deny\n"
                  "    to:\n"
                  "    - networks: [10.0.0.0/8, 'fd00::/8']\n"
                  "    - nodes: {matchLabels: {role: m}}\n"
                  "    - domainNames: [a.b, c.d]\n",
                  PG_POLICY_ADMIN,
                  "Admin 7 in ns t=p pods app=a lines 1-25 ingress egress\n"
                  "ingress[0] 9-17 allow #0 ns* t=q #1 ns* all pods app=b on #0 80-80/TCP #1 "
                  "5-9/UDP #2 0-0web/any\n"
                  "ingress[1] 18-19 pass #0 ns* all on everything\n"
                  "egress[0] 21-25 deny #0 10.0.0.0/8 at spec.egress[0].to[0].networks[0] #0 "
                  "fd00::/8 at spec.egress[0].to[0].networks[1] #1 nodes role=m at "
                  "spec.egress[0].to[1].nodes #2 names at spec.egress[0].to[2].domainNames on "
                  "everything\n");
}

static void a_baseline_policy(void **state)
{
    (void)state;
    assert_policy("apiVersion: policy.networking.k8s.io/v1alpha1\n"
                  "kind: BaselineAdminNetworkPolicy\n"
                  "metadata: {name: default}\n"
                  "spec:\n"
                  "  subject: {namespaces: {}}\n"
                  "  ingress: []\n"
                  "  egress: [{action: Deny, to: [{networks: [0.0.0.0/0]}]}]\n",
                  PG_POLICY_BASELINE_ADMIN,
                  "Baseline 0 in ns all pods all lines 1-7 egress\n"
                  "egress[0] 7-7 deny #0 0.0.0.0/0 at spec.egress[0].to[0].networks[0] on "
                  "everything\n");
}

static void a_cluster_policy(void **state)
{
    (void)state;
    assert_policy("apiVersion: policy.networking.k8s.io/v1alpha2\n"
                  "kind: ClusterNetworkPolicy\n"
                  "metadata: {name: p}\n"
                  "spec:\n"
                  "  tier: Baseline\n"
                  "  priority: 1000\n"
                  "  subject: {pods: {podSelector: {}}}\n"
                  "  ingress:\n"
                  "  - action: Accept\n"
                  "    from: [{pods: {podSelector: {matchLabels: {app: b}}}}]\n"
                  "    protocols:\n"
                  "    - tcp: {destinationPort: {number: 80}}\n"
                  "    - udp: {destinationPort: {range: {start: 5, end: 9}}}\n"
                  "    - destinationNamedPort: web\n",
                  PG_POLICY_CLUSTER,
                  "Baseline 1000 in ns all pods all lines 1-14 ingress\n"
                  "ingress[0] 9-14 allow #0 ns* pods app=b on #0 80-80/TCP #1 5-9/UDP #2 "
                  "0-0web/any\n");
}

/* semantics 11.18: in Allow it matches nothing, and the other peers stay; else all is denied. */
static void unknown_peers_fail_closed(void **state)
{
    (void)state;
    assert_policy("apiVersion: policy.networking.k8s.io/v1alpha1\n"
                  "kind: AdminNetworkPolicy\n"
                  "metadata: {name: p}\n"
                  "spec:\n"
                  "  priority: 1\n"
                  "  subject: {namespaces: {}}\n"
                  "  ingress:\n"
                  "  - {action: Allow, from: [{tenants: {}}]}\n"
                  "  - {action: Allow, from: [{tenants: {}}, {namespaces: {}}]}\n"
                  "  - {action: Pass, from: [{namespaces: {}}, {tenants: {}}], ports: "
                  "[{portNumber: {port: 1}}]}\n"
                  "  - {action: Deny, from: [{networks: [10.0.0.0/8]}]}\n",
                  PG_POLICY_ADMIN,
                  "Admin 1 in ns all pods all lines 1-11 ingress\n"
                  "ingress[0] 8-8 allow on everything\n"
                  "ingress[1] 9-9 allow #1 ns* all on everything\n"
                  "ingress[2] 10-10 deny anyone on everything\n"
                  "ingress[3] 11-11 deny anyone on everything\n");
}

/* semantics 11.13: any pod, possibly. */
static void old_peers_are_possible(void **state)
{
    (void)state;
    assert_policy(
        "apiVersion: policy.networking.k8s.io/v1alpha1\n"
        "kind: AdminNetworkPolicy\n"
        "metadata: {name: p}\n"
        "spec:\n"
        "  priority: 1\n"
        "  subject: {namespaces: {}}\n"
        "  ingress:\n"
        "  - {action: Deny, from: [{namespaces: {}}, {namespaces: {sameLabels: [a]}}]}\n"
        "  - {action: Deny, from: [{pods: {namespaces: {notSameLabels: [a]}, podSelector: {}}}]}\n",
        PG_POLICY_ADMIN,
        "Admin 1 in ns all pods all lines 1-9 ingress\n"
        "ingress[0] 8-8 deny #0 ns* all #1 all of #1 ns* #1 maybe "
        "spec.ingress[0].from[1].namespaces.sameLabels on everything\n"
        "ingress[1] 9-9 deny #0 all of #0 ns* #0 maybe "
        "spec.ingress[1].from[0].pods.namespaces on everything\n");
}

/* What is sure of a rule comes first; what is not follows, under the same number (semantics 12.6). */
static void unknown_ports_are_possible(void **state)
{
    (void)state;
    assert_policy("apiVersion: policy.networking.k8s.io/v1alpha2\n"
                  "kind: ClusterNetworkPolicy\n"
                  "metadata: {name: p}\n"
                  "spec:\n"
                  "  tier: Admin\n"
                  "  priority: 1\n"
                  "  subject: {namespaces: {}}\n"
                  "  ingress:\n"
                  "  - {action: Deny, from: [{namespaces: {}}], protocols: [{icmp: {}}, {tcp: "
                  "{destinationPort: {number: 80}}}]}\n"
                  "  - {action: Deny, from: [{namespaces: {}}], protocols: [{udp: {flags: x}}]}\n",
                  PG_POLICY_CLUSTER,
                  "Admin 1 in ns all pods all lines 1-10 ingress\n"
                  "ingress[0] 9-9 deny #0 ns* all on #1 80-80/TCP\n"
                  "ingress[0] 9-9 deny #0 ns* all on everything maybe "
                  "spec.ingress[0].protocols[0]\n"
                  "ingress[1] 10-10 deny #0 ns* all on #0 1-65535*/UDP maybe "
                  "spec.ingress[1].protocols[0].udp\n");
}

static void other_protocols_are_possible(void **state)
{
    (void)state;
    assert_policy("apiVersion: policy.networking.k8s.io/v1alpha1\n"
                  "kind: AdminNetworkPolicy\n"
                  "metadata: {name: p}\n"
                  "spec:\n"
                  "  priority: 1\n"
                  "  subject: {namespaces: {}}\n"
                  "  ingress:\n"
                  "  - {action: Deny, from: [{namespaces: {}}], ports: [{portNumber: {port: 80, "
                  "protocol: tcp}}, {portRange: {start: 9, end: 8}}]}\n",
                  PG_POLICY_ADMIN,
                  "Admin 1 in ns all pods all lines 1-8 ingress\n"
                  "ingress[0] 8-8 deny #0 ns* all on #0 80-80/any maybe "
                  "spec.ingress[0].ports[0].portNumber.protocol\n");
}

/* A shape is searched by halves. */
static void assert_sorted(const struct pg_shape *shape, int depth)
{
    assert_true(depth < 20);
    for (uint32_t i = 0; i < shape->nfields; i++) {
        const struct pg_field *field = &shape->fields[i];
        assert_true(i == 0 || strcmp(shape->fields[i - 1].name, field->name) < 0);
        assert_ptr_equal(pg_shape_find(shape, field->name, strlen(field->name)), field);
        if (field->shape)
            assert_sorted(field->shape, depth + 1);
    }
}

static void shapes_are_sorted(void **state)
{
    (void)state;
    assert_sorted(&pg_shape_admin_policy, 0);
    assert_sorted(&pg_shape_baseline_policy, 0);
    assert_sorted(&pg_shape_cluster_policy, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(spec_is_checked),
        cmocka_unit_test(subject_is_checked),
        cmocka_unit_test(rules_are_checked),
        cmocka_unit_test(lengths_are_checked),
        cmocka_unit_test(rule_names_are_checked),
        cmocka_unit_test(baseline_is_named_default),
        cmocka_unit_test(peers_are_checked),
        cmocka_unit_test(domain_names_are_checked),
        cmocka_unit_test(domain_names_allow_only),
        cmocka_unit_test(ports_are_checked),
        cmocka_unit_test(protocols_are_checked),
        cmocka_unit_test(everything_wrong_is_told),
        cmocka_unit_test(other_versions_are_unevaluated),
        cmocka_unit_test(an_admin_policy),
        cmocka_unit_test(a_baseline_policy),
        cmocka_unit_test(a_cluster_policy),
        cmocka_unit_test(unknown_peers_fail_closed),
        cmocka_unit_test(old_peers_are_possible),
        cmocka_unit_test(unknown_ports_are_possible),
        cmocka_unit_test(other_protocols_are_possible),
        cmocka_unit_test(shapes_are_sorted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
