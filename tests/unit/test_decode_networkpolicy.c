/* src/load: NetworkPolicy: what is refused (semantics 10.1), what is odd (10.2), what is read (3, 4, 5, 6, 7) */
#include "loading.h"

/* --- findings ---------------------------------------------------------------------------------- */

/* A policy with this spec, which begins on line 4, written on lines indented by one blank. */
static void assert_spec(const char *spec, const char *expected)
{
    struct pg_buf text = {0};

    pg_buf_printf(
        &text, "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: p}\n%s\n",
        spec);
    assert_findings(pg_buf_text(&text), expected);
    pg_buf_free(&text);
}

static void refused_selectors(void **state)
{
    (void)state;
    assert_spec("spec:\n podSelector:\n  matchExpressions:\n  - {key: a, operator: In}\n"
                "  - {key: a, operator: NotIn, values: []}\n"
                "  - {key: a, operator: Exists, values: [x]}\n"
                "  - {key: a, operator: in, values: [x]}\n  - {key: '', operator: Exists}\n"
                "  - {key: a}\n  - \n  - {key: a, operator: In, values: ['a b', ~, ok]}",
                "NP-SEL-NOVAL rejected 7 spec.podSelector.matchExpressions[0].values\n"
                "NP-SEL-NOVAL rejected 8 spec.podSelector.matchExpressions[1].values\n"
                "NP-SEL-VAL rejected 9 spec.podSelector.matchExpressions[2].values\n"
                "NP-SEL-OP rejected 10 spec.podSelector.matchExpressions[3].operator\n"
                "NP-SEL-KEY rejected 11 spec.podSelector.matchExpressions[4].key\n"
                "NP-SEL-OP rejected 12 spec.podSelector.matchExpressions[5].operator\n"
                "NP-SEL-KEY rejected 13 spec.podSelector.matchExpressions[6].key\n"
                "NP-SEL-OP rejected 13 spec.podSelector.matchExpressions[6].operator\n"
                "NP-SEL-VALUE rejected 14 spec.podSelector.matchExpressions[7].values[0]\n");
    assert_spec("spec: {podSelector: {matchLabels: {a/b/c: x, a: '-x', b: ok, c: ''}}}",
                "NP-SEL-KEY rejected 4 spec.podSelector.matchLabels\n"
                "NP-SEL-VALUE rejected 4 spec.podSelector.matchLabels\n");
}

static void refused_peers(void **state)
{
    (void)state;
    assert_spec("spec:\n ingress:\n - from:\n   -\n   - {}\n   - podSelector:\n"
                "   - {ipBlock: {cidr: 10.0.0.0/8}, namespaceSelector: {}}\n",
                "NP-PEER-EMPTY rejected 7 spec.ingress[0].from[0]\n"
                "NP-PEER-EMPTY rejected 8 spec.ingress[0].from[1]\n"
                "NP-PEER-EMPTY rejected 9 spec.ingress[0].from[2]\n"
                "NP-PEER-MIX rejected 10 spec.ingress[0].from[3]\n");
    assert_spec("spec: {egress: [{to: [{ipBlock: {}}, {ipBlock: {cidr: ''}}, {ipBlock: {cidr: "
                "10.0.0.1}}, {ipBlock: {cidr: 10.0.0.0/33, except: [x]}}]}]}",
                "NP-CIDR-MISSING rejected 4 spec.egress[0].to[0].ipBlock.cidr\n"
                "NP-CIDR-MISSING rejected 4 spec.egress[0].to[1].ipBlock.cidr\n"
                "NP-CIDR-BAD rejected 4 spec.egress[0].to[2].ipBlock.cidr\n"
                "NP-CIDR-BAD rejected 4 spec.egress[0].to[3].ipBlock.cidr\n"
                "NP-EXCEPT-BAD rejected 4 spec.egress[0].to[3].ipBlock.except[0]\n");
    assert_spec("spec: {egress: [{to: [{ipBlock: {cidr: 10.0.0.0/8, except: [10.0.0.0/8, "
                "11.1.0.0/16, '2001:db8::/64', 10.1.2.3, 0.0.0.0/0, 10.1.0.0/16, ~]}}]}]}",
                "NP-EXCEPT-OUT rejected 4 spec.egress[0].to[0].ipBlock.except[0]\n"
                "NP-EXCEPT-OUT rejected 4 spec.egress[0].to[0].ipBlock.except[1]\n"
                "NP-EXCEPT-OUT rejected 4 spec.egress[0].to[0].ipBlock.except[2]\n"
                "NP-EXCEPT-BAD rejected 4 spec.egress[0].to[0].ipBlock.except[3]\n"
                "NP-EXCEPT-OUT rejected 4 spec.egress[0].to[0].ipBlock.except[4]\n"
                "NP-EXCEPT-BAD rejected 4 spec.egress[0].to[0].ipBlock.except[6]\n");
}

static void refused_ports(void **state)
{
    (void)state;
    assert_spec("spec:\n ingress:\n - ports:\n   - {port: 0}\n   - {port: 65536}\n   - {port: -1}\n"
                "   - {port: '80'}\n   - {port: ''}\n   - {port: HTTP}\n"
                "   - {port: abcdefghijklmnop}\n   - {port: a--b}\n   - {port: -a}\n",
                "NP-PORT-RANGE rejected 7 spec.ingress[0].ports[0].port\n"
                "NP-PORT-RANGE rejected 8 spec.ingress[0].ports[1].port\n"
                "NP-PORT-RANGE rejected 9 spec.ingress[0].ports[2].port\n"
                "NP-PORT-NAME rejected 10 spec.ingress[0].ports[3].port\n"
                "NP-PORT-NAME rejected 11 spec.ingress[0].ports[4].port\n"
                "NP-PORT-NAME rejected 12 spec.ingress[0].ports[5].port\n"
                "NP-PORT-NAME rejected 13 spec.ingress[0].ports[6].port\n"
                "NP-PORT-NAME rejected 14 spec.ingress[0].ports[7].port\n"
                "NP-PORT-NAME rejected 15 spec.ingress[0].ports[8].port\n");
    assert_spec("spec:\n ingress:\n - ports:\n   - {port: 100, endPort: 99}\n"
                "   - {port: 100, endPort: 65536}\n   - {port: web, endPort: 90}\n"
                "   - {endPort: 90}\n   - {port: 80, endPort: 0}\n",
                "NP-ENDPORT-LT rejected 7 spec.ingress[0].ports[0].endPort\n"
                "NP-ENDPORT-RANGE rejected 8 spec.ingress[0].ports[1].endPort\n"
                "NP-ENDPORT-NAMED rejected 9 spec.ingress[0].ports[2].endPort\n"
                "NP-ENDPORT-ALONE rejected 10 spec.ingress[0].ports[3].endPort\n"
                "NP-ENDPORT-RANGE rejected 11 spec.ingress[0].ports[4].endPort\n");
    assert_spec("spec: {ingress: [{ports: [{protocol: tcp}, {protocol: ''}, {protocol: ICMP}, "
                "{protocol: ~}]}]}",
                "NP-PROTO rejected 4 spec.ingress[0].ports[0].protocol\n"
                "NP-PROTO rejected 4 spec.ingress[0].ports[1].protocol\n"
                "NP-PROTO rejected 4 spec.ingress[0].ports[2].protocol\n");
}

static void refused_types(void **state)
{
    (void)state;
    assert_spec("spec: {policyTypes: [ingress, ~]}",
                "NP-TYPES-WORD rejected 4 spec.policyTypes[0]\n"
                "NP-TYPES-WORD rejected 4 spec.policyTypes[1]\n");
    assert_spec("spec: {policyTypes: [Ingress, Egress, Ingress]}",
                "NP-TYPES-MANY rejected 4 spec.policyTypes\n");
}

/* semantics 1.6, 1.8 */
static void wrong_types(void **state)
{
    (void)state;
    assert_spec(
        "spec: {podSelector: {matchLabels: {a: yes, b: 1, c: 0x10, d: 1e3, e: 'yes', f: v1, g: "
        "2024-01-01, h: {}}}}",
        "NP-TYPE rejected 4 spec.podSelector.matchLabels\n"
        "NP-TYPE rejected 4 spec.podSelector.matchLabels\n"
        "NP-TYPE rejected 4 spec.podSelector.matchLabels\n"
        "NP-TYPE rejected 4 spec.podSelector.matchLabels\n"
        "NP-TYPE rejected 4 spec.podSelector.matchLabels\n");
    assert_spec("spec: {ingress: {from: []}, egress: [[]], policyTypes: Ingress, podSelector: []}",
                "NP-TYPE rejected 4 spec.ingress\nNP-TYPE rejected 4 spec.egress[0]\n"
                "NP-TYPE rejected 4 spec.policyTypes\nNP-TYPE rejected 4 spec.podSelector\n");
    assert_spec(
        "spec: {ingress: [{ports: {port: 80}, from: [{ipBlock: {cidr: 10, except: x}}, x]}]}",
        "NP-TYPE rejected 4 spec.ingress[0].ports\n"
        "NP-TYPE rejected 4 spec.ingress[0].from[0].ipBlock.cidr\n"
        "NP-TYPE rejected 4 spec.ingress[0].from[0].ipBlock.except\n"
        "NP-TYPE rejected 4 spec.ingress[0].from[1]\n");
    assert_spec(
        "spec: {ingress: [{ports: [{port: yes, protocol: on}, {port: 80.5}, {port: 1, endPort: "
        "'2'}, {port: 99999999999}]}]}",
        "NP-TYPE rejected 4 spec.ingress[0].ports[0].port\n"
        "NP-TYPE rejected 4 spec.ingress[0].ports[0].protocol\n"
        "NP-TYPE rejected 4 spec.ingress[0].ports[1].port\n"
        "NP-TYPE rejected 4 spec.ingress[0].ports[2].endPort\n"
        "NP-TYPE rejected 4 spec.ingress[0].ports[3].port\n");
    assert_spec(
        "spec: {podSelector: {matchExpressions: [{key: 1, operator: yes, values: [1, ~, a]}, "
        "{key: a, operator: In, values: x}]}}",
        "NP-TYPE rejected 4 spec.podSelector.matchExpressions[0].key\n"
        "NP-TYPE rejected 4 spec.podSelector.matchExpressions[0].operator\n"
        "NP-TYPE rejected 4 spec.podSelector.matchExpressions[0].values[0]\n"
        "NP-TYPE rejected 4 spec.podSelector.matchExpressions[1].values\n");
    assert_spec("spec: x", "NP-TYPE rejected 4 spec\n");
}

static void refused_metadata(void **state)
{
    static const char head[] = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\n";
    struct pg_buf text = {0};
    static const struct {
        const char *rest, *expected;
    } cases[] = {
        {"metadata: {name: Bad_Name}\n", "NP-NAME rejected 3 metadata.name\n"},
        {"metadata: {}\n", "NP-NAME rejected 3 metadata.name\n"},
        {"spec: {}\n", "NP-NAME rejected 1 metadata.name\n"},
        {"metadata: {name: ''}\n", "NP-NAME rejected 3 metadata.name\n"},
        {"metadata: {name: 12}\n", "NP-TYPE rejected 3 metadata.name\n"},
        {"metadata: {name: p, namespace: y}\n", "NP-TYPE rejected 3 metadata.namespace\n"},
        {"metadata: {name: p, namespace: A.b}\n", "OBJ-NAMESPACE rejected 3 metadata.namespace\n"},
        {"metadata: {name: p, annotations: {a: true, b: 'x'}}\n",
         "NP-TYPE rejected 3 metadata.annotations\n"},
        {"metadata: {name: p, labels: {a: 1, b: 'x y', 'c d': e}}\n",
         "OBJ-LABEL-VALUE rejected 3 metadata.labels\nOBJ-LABEL-KEY rejected 3 metadata.labels\n"
         "NP-TYPE rejected 3 metadata.labels\n"},
        {"metadata: {name: p.q-1}\n", ""},
        {"metadata: {generateName: p-}\n", ""},
        {"metadata: {name: p, managedFields: 1, uid: x}\nstatus: {}\n", ""},
    };

    (void)state;
    for (size_t i = 0; i < PG_COUNT(cases); i++) {
        pg_buf_clear(&text);
        pg_buf_printf(&text, "%s%s", head, cases[i].rest);
        assert_findings(pg_buf_text(&text), cases[i].expected);
    }
    pg_buf_free(&text);
    assert_findings("apiVersion: extensions/v1beta1\nkind: NetworkPolicy\nmetadata: {name: p}\n",
                    "OBJ-API-REMOVED rejected 1 apiVersion\n");
    assert_findings("apiVersion: networking.k8s.io/v2\nkind: NetworkPolicy\nmetadata: {name: p}\n",
                    "OBJ-API-UNKNOWN rejected 1 apiVersion\n");
}

static void odd(void **state)
{
    (void)state;
    assert_spec("spec: {policyTypes: [Ingress, Ingress]}",
                "NP-TYPES-TWICE warning 4 spec.policyTypes[1]\n");
    assert_spec("spec: {policyTypes: [Egress], ingress: [{}], egress: []}",
                "NP-RULES-UNUSED warning 4 spec.ingress\n");
    assert_spec("spec: {policyTypes: [Ingress], egress: [{}]}",
                "NP-RULES-UNUSED warning 4 spec.egress\n");
    assert_spec("spec: {policyTypes: [Ingress], egress: []}", "");
    assert_spec("spec:\n ingress:\n -\n - ports:\n   -\n",
                "NP-NULL-RULE warning 6 spec.ingress[0]\n"
                "NP-NULL-PORT warning 8 spec.ingress[1].ports[0]\n");
    assert_spec("spec: {ingress: [{from: [{ipBlock: {cidr: 10.1.2.3/8, except: [10.01.0.0/16]}}, "
                "{ipBlock: {cidr: '2001:DB8::/32'}}, {ipBlock: {cidr: '::ffff:10.0.0.0/104'}}]}]}",
                "NP-CIDR-ODD warning 4 spec.ingress[0].from[0].ipBlock.cidr\n"
                "NP-CIDR-ODD warning 4 spec.ingress[0].from[0].ipBlock.except[0]\n"
                "NP-CIDR-ODD warning 4 spec.ingress[0].from[1].ipBlock.cidr\n"
                "NP-CIDR-ODD warning 4 spec.ingress[0].from[2].ipBlock.cidr\n");
    assert_spec("spec: {ingress: [{ports: [{port: 80, endPort: 80}]}]}",
                "NP-ENDPORT-USED info 4 spec.ingress[0].ports[0].endPort\n");
}

/* semantics 1.7 */
static void unknown_fields(void **state)
{
    struct pg_cluster *cluster;

    (void)state;
    assert_spec(
        "spec:\n podselector: {}\n ingress:\n - form: [{podSelector: {}}]\n   whatever: 1\n",
        "OBJ-FIELD error 5 spec.podselector\nOBJ-FIELD error 7 spec.ingress[0].form\n"
        "OBJ-FIELD error 8 spec.ingress[0].whatever\n");
    assert_spec("spec: {ingress: [{to: []}], egress: [{from: []}]}\nSpec: {}",
                "OBJ-FIELD error 4 spec.ingress[0].to\nOBJ-FIELD error 4 spec.egress[0].from\n"
                "OBJ-FIELD error 5 Spec\n");
    assert_spec("\"spec\\0\": {}", "OBJ-FIELD error 4 spec\xef\xbf\xbd\n");
    cluster =
        load_text("apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: p}\n"
                  "spec: {ingress: [{form: [{podSelector: {}}]}]}\n");
    assert_non_null(strstr(finding(cluster, "OBJ-FIELD")->message, "from"));
    assert_int_equal(cluster->npolicies, 1); /* evaluated as the lenient server does */
    assert_true(cluster->policies[0].rules[PG_INGRESS][0].any_peer);
    pg_cluster_free(cluster);
}

static void keys_twice(void **state)
{
    struct pg_cluster *cluster;

    (void)state;
    assert_spec("spec:\n policyTypes: [Egress]\n policyTypes: [Ingress]\n"
                " podSelector: {matchLabels: {a: x, a: z, on: w}}\n",
                "OBJ-KEY-TWICE error 5 spec.policyTypes\n"
                "OBJ-KEY-TWICE error 7 spec.podSelector.matchLabels.a\n"
                "OBJ-KEY-TYPE warning 7 spec.podSelector.matchLabels.true\n");
    cluster =
        load_text("apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: p}\n"
                  "spec: {policyTypes: [Egress], policyTypes: [Ingress]}\n");
    assert_true(cluster->policies[0].has_type[PG_INGRESS]);
    assert_false(cluster->policies[0].has_type[PG_EGRESS]);
    pg_cluster_free(cluster);
}

static void rejected_takes_no_part(void **state)
{
    struct pg_cluster *cluster =
        load_text("apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\n"
                  "metadata: {name: p, namespace: a}\nspec: {policyTypes: [x]}\n---\n"
                  "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\n"
                  "metadata: {name: p, namespace: b}\n");

    (void)state;
    assert_int_equal(cluster->nrejected, 1);
    assert_int_equal(cluster->npolicies, 1);
    assert_int_equal(cluster->nnamespaces, 1);
    assert_false(pg_cluster_complete(cluster));
    assert_string_equal(finding(cluster, "NP-TYPES-WORD")->object, "NetworkPolicy a/p");
    pg_cluster_free(cluster);
}

/* --- what is read ------------------------------------------------------------------------------ */

static void print_selector(struct pg_buf *out, const struct pg_cluster *cluster, const char *name,
                           const struct pg_selector *selector)
{
    pg_buf_printf(out, " %s:", name);
    if (selector->present)
        pg_selector_print(out, cluster, selector);
    else
        pg_buf_puts(out, "-");
}

static void print_peer(struct pg_buf *out, const struct pg_cluster *cluster,
                       const struct pg_peer *peer)
{
    if (peer->kind == PG_PEER_SELECTOR) {
        print_selector(out, cluster, "ns", &peer->namespace_selector);
        print_selector(out, cluster, "pod", &peer->pod_selector);
        return;
    }
    pg_buf_putc(out, ' ');
    pg_cidr_print(out, peer->cidr);
    for (uint32_t i = 0; i < peer->nexcept; i++) {
        pg_buf_puts(out, " but ");
        pg_cidr_print(out, peer->except[i]);
    }
}

static void print_port(struct pg_buf *out, const struct pg_cluster *cluster,
                       const struct pg_port *port)
{
    pg_buf_putc(out, ' ');
    if (port->name)
        pg_buf_puts(out, pg_cluster_text(cluster, port->name));
    else
        pg_buf_printf(out, "%s%u-%u", port->any ? "any " : "", port->from, port->to);
    pg_buf_printf(out, "/%s", pg_protocol_name((enum pg_protocol)port->protocol));
}

static void print_rules(struct pg_buf *out, const struct pg_cluster *cluster,
                        const struct pg_policy *policy, enum pg_dir dir)
{
    for (uint32_t i = 0; i < policy->nrules[dir]; i++) {
        const struct pg_rule *rule = &policy->rules[dir][i];
        assert_int_equal(rule->index, i);
        assert_string_equal(rule->list, dir == PG_INGRESS ? "ingress" : "egress");
        pg_buf_printf(out, "%s%s%s:", dir == PG_INGRESS ? "from" : "to",
                      rule->any_peer ? " anybody" : "", rule->any_port ? " any-port" : "");
        for (uint32_t k = 0; k < rule->npeers; k++)
            print_peer(out, cluster, &rule->peers[k]);
        for (uint32_t k = 0; k < rule->nports; k++)
            print_port(out, cluster, &rule->ports[k]);
        pg_buf_putc(out, '\n');
    }
}

static void assert_policy(const char *spec, const char *expected)
{
    struct pg_buf text = {0}, out = {0};
    struct pg_cluster *cluster;
    const struct pg_policy *policy;

    pg_buf_printf(&text,
                  "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: p}\n%s",
                  spec);
    cluster = load_text(pg_buf_text(&text));
    assert_int_equal(cluster->npolicies, 1);
    policy = &cluster->policies[0];
    assert_int_equal(policy->isolates[PG_INGRESS], policy->has_type[PG_INGRESS]);
    assert_int_equal(policy->isolates[PG_EGRESS], policy->has_type[PG_EGRESS]);
    pg_buf_printf(&out, "%s%s", policy->has_type[PG_INGRESS] ? "I" : "",
                  policy->has_type[PG_EGRESS] ? "E" : "");
    print_selector(&out, cluster, "pod", &policy->pod_selector);
    pg_buf_putc(&out, '\n');
    print_rules(&out, cluster, policy, PG_INGRESS);
    print_rules(&out, cluster, policy, PG_EGRESS);
    assert_string_equal(pg_buf_text(&out), expected);
    pg_buf_free(&text);
    pg_buf_free(&out);
    pg_cluster_free(cluster);
}

/* semantics 3.7, 3.8 */
static void types(void **state)
{
    (void)state;
    assert_policy("", "I pod:-\n");
    assert_policy("spec:\n", "I pod:-\n");
    assert_policy("spec: {podSelector: ~}", "I pod:-\n");
    assert_policy("spec: {podSelector: {}, egress: []}", "I pod:all\n");
    assert_policy("spec: {podSelector: {matchLabels: {}, matchExpressions: []}, egress: ~}",
                  "I pod:all\n");
    assert_policy("spec: {egress: [{}]}", "IE pod:-\nto anybody any-port:\n");
    assert_policy("spec: {egress: [~]}", "IE pod:-\nto anybody any-port:\n");
    assert_policy("spec: {policyTypes: [], egress: [{}]}", "IE pod:-\nto anybody any-port:\n");
    assert_policy("spec: {policyTypes: [Egress]}", "E pod:-\n");
    assert_policy("spec: {policyTypes: [Egress, Ingress]}", "IE pod:-\n");
}

/* semantics 4.1-4.7, 5.1-5.6 */
static void rules(void **state)
{
    (void)state;
    assert_policy("spec: {ingress: [{}, {from: []}, {from: ~, ports: []}, {ports: [{}]}]}",
                  "I pod:-\nfrom anybody any-port:\nfrom anybody any-port:\n"
                  "from anybody any-port:\nfrom anybody: any 1-65535/TCP\n");
    assert_policy(
        "spec: {ingress: [{from: [{podSelector: {}}, {namespaceSelector: {}, podSelector: ~}, "
        "{namespaceSelector: {matchLabels: {a: b}}, podSelector: {matchExpressions: [{key: c, "
        "operator: NotIn, values: [d, e]}]}}]}]}",
        "I pod:-\nfrom any-port: ns:- pod:all ns:all pod:- ns:a=b pod:c notin (d,e)\n");
    assert_policy(
        "spec: {egress: [{to: [{ipBlock: {cidr: 10.1.2.3/8, except: [10.1.0.0/16]}}, {ipBlock: "
        "{cidr: '::/0'}}]}]}",
        "IE pod:-\nto any-port: 10.0.0.0/8 but 10.1.0.0/16 ::/0\n");
}

/* semantics 1.6, 7.1-7.5 */
static void ports(void **state)
{
    (void)state;
    assert_policy(
        "spec: {ingress: [{ports: [{port: 80}, {port: 0x50}, {port: 0120}, {port: 80.0}, {port: "
        "8e1}, {port: +80}, {port: 8_0}]}]}",
        "I pod:-\nfrom anybody: 80-80/TCP 80-80/TCP 80-80/TCP 80-80/TCP 80-80/TCP 80-80/TCP "
        "80-80/TCP\n");
    assert_policy(
        "spec: {ingress: [{ports: [{port: http}, {port: 53, protocol: UDP}, {protocol: SCTP}, "
        "{port: 1000, endPort: 2000}, {port: ~, protocol: ~}]}]}",
        "I pod:-\nfrom anybody: http/TCP 53-53/UDP any 1-65535/SCTP 1000-2000/TCP any "
        "1-65535/TCP\n");
}

static void assert_lines(struct pg_loc loc, struct pg_loc end, uint32_t first, uint32_t last)
{
    assert_int_equal(loc.line, first);
    assert_int_equal(end.line, last);
}

static void places(void **state)
{
    struct pg_cluster *cluster = load_text("# a comment\n"
                                           "---\n"
                                           "apiVersion: networking.k8s.io/v1\n"
                                           "kind: NetworkPolicy\n"
                                           "metadata:\n"
                                           "  name: p\n"
                                           "spec:\n"
                                           "  podSelector:\n"
                                           "    matchLabels:\n"
                                           "      app: web\n"
                                           "  ingress:\n"
                                           "  - from:\n"
                                           "    - podSelector: {}\n"
                                           "    - namespaceSelector:\n"
                                           "        matchLabels: {}\n"
                                           "    ports:\n"
                                           "    - port: 80\n"
                                           "      protocol: TCP\n"
                                           "\n"
                                           "  # the second\n"
                                           "  - {}\n"
                                           "---\n"
                                           "# nothing\n");
    const struct pg_policy *policy = &cluster->policies[0];
    const struct pg_rule *rule = policy->rules[PG_INGRESS];

    (void)state;
    assert_lines(policy->loc, policy->end, 3, 21);
    assert_lines(rule[0].loc, rule[0].end, 12, 18);
    assert_int_equal(rule[0].loc.column, 5);
    assert_lines(rule[1].loc, rule[1].end, 21, 21);
    assert_int_equal(rule[0].peers[1].loc.line, 14);
    assert_int_equal(rule[0].ports[0].loc.line, 17);
    assert_int_equal(policy->pod_selector.loc.line, 9);
    assert_int_equal(policy->pod_selector.reqs[0].loc.line, 10);
    pg_cluster_free(cluster);
}

/* --- policies that are not evaluated --------------------------------------------------------------- */

static void unevaluated(void **state)
{
    struct pg_cluster *cluster = load_text(
        "apiVersion: security.istio.io/v1\nkind: AuthorizationPolicy\n"
        "metadata: {name: a, namespace: ns}\nspec: {x: 1}\n---\n"
        "apiVersion: k8s.ovn.org/v1\nkind: AdminPolicyBasedExternalRoute\n"
        "metadata: {name: b}\n---\n"
        "apiVersion: security.istio.io/v1\nkind: PeerAuthentication\nmetadata: {name: c}\n");
    struct pg_buf out = {0};

    (void)state;
    assert_int_equal(cluster->nunevaluated, 2);
    assert_false(pg_cluster_complete(cluster));
    assert_int_equal(cluster->policies[0].ns, PG_NONE); /* cluster-scoped ones come first */
    assert_int_equal(cluster->policies[0].kind, PG_POLICY_UNEVALUATED);
    assert_string_equal(pg_cluster_text(cluster, cluster->policies[1].group), "security.istio.io");
    assert_true(cluster->policies[1].has_type[PG_INGRESS] &&
                cluster->policies[1].has_type[PG_EGRESS]);
    print_findings(&out, cluster);
    assert_string_equal(pg_buf_text(&out),
                        "POLICY-UNEVALUATED warning 1\nPOLICY-UNEVALUATED warning 6\n");
    pg_buf_free(&out);
    pg_cluster_free(cluster);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refused_selectors),
        cmocka_unit_test(refused_peers),
        cmocka_unit_test(refused_ports),
        cmocka_unit_test(refused_types),
        cmocka_unit_test(wrong_types),
        cmocka_unit_test(refused_metadata),
        cmocka_unit_test(odd),
        cmocka_unit_test(unknown_fields),
        cmocka_unit_test(keys_twice),
        cmocka_unit_test(rejected_takes_no_part),
        cmocka_unit_test(types),
        cmocka_unit_test(rules),
        cmocka_unit_test(ports),
        cmocka_unit_test(places),
        cmocka_unit_test(unevaluated),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
