/* Calico's objects: what is refused, and what is taken with a word (semantics 14). */
#include "loading.h"

#define NP   "projectcalico.org/v3", "NetworkPolicy"
#define GNP  "projectcalico.org/v3", "GlobalNetworkPolicy"
#define CRD  "crd.projectcalico.org/v1", "NetworkPolicy"
#define TIER "projectcalico.org/v3", "Tier"
#define SET  "projectcalico.org/v3", "NetworkSet"
#define GSET "projectcalico.org/v3", "GlobalNetworkSet"
#define HEP  "projectcalico.org/v3", "HostEndpoint"

struct trial {
    const char *version, *kind, *spec, *findings;
};

/* The spec is one text, on line 4. */
static void run_trials(const struct trial *trials, size_t n, const char *name)
{
    char text[4000];

    for (size_t i = 0; i < n; i++) {
        snprintf(text, sizeof text,
                 "apiVersion: %s\nkind: %s\nmetadata: {name: %s, namespace: %s}\nspec: %s\n",
                 trials[i].version, trials[i].kind, name,
                 strstr(trials[i].kind, "Network") == trials[i].kind ||
                         strstr(trials[i].kind, "StagedN") == trials[i].kind
                     ? "ns"
                     : "\"\"",
                 trials[i].spec);
        assert_findings(text, trials[i].findings);
    }
}

#define RUN_TRIALS(trials) run_trials(trials, PG_COUNT(trials), "p")
#define REJECTED           " rejected 4 spec."
#define RULE(text)         "{ingress: [{action: Allow, " text "}]}"
#define OUT_RULE(text)     "{egress: [{action: Allow, " text "}]}"
#define UNEVALUATED        "POLICY-UNEVALUATED warning 1\n"
/* The findings of one object are sorted by place, so that the object's own come first. */
#define BAD_SELECTOR(path) UNEVALUATED "CAL-SELECTOR error 4 spec." path "\n"

static void specs(void **state)
{
    static const struct trial trials[] = {
        {NP, "{}", ""},
        {NP, "", ""},
        {CRD, "{selector: all()}", ""},
        {GNP, "{order: 10.5, types: [Ingress, Egress]}", ""},
        {GNP, "{order: -1e3}", ""},
        {GNP, "{order: \"10\"}", "OBJ-TYPE" REJECTED "order\n"},
        {GNP, "{order: .inf}", "CAL-NUMBER" REJECTED "order\n"},
        {GNP, "{order: ten}", "OBJ-TYPE" REJECTED "order\n"},
        {NP, "{types: [ingress]}", "CAL-WORD" REJECTED "types[0]\n"},
        {NP, "{types: [Ingress, Ingress]}", "CAL-WORD" REJECTED "types[1]\n"},
        {NP, "{types: [Egress], ingress: [{action: Deny}]}",
         "CAL-RULES-UNUSED warning 4 spec.ingress\n"},
        {NP, "{namespaceSelector: all()}", "OBJ-FIELD error 4 spec.namespaceSelector\n"},
        {NP, "{selektor: all()}", "OBJ-FIELD error 4 spec.selektor\n"},
        {NP, "{tier: nowhere}", UNEVALUATED},
        {NP, "{tier: kube-admin}", ""},
        {NP, "{tier: default}", ""},
        {NP, "{tier: kube-baseline}", ""},
        {"projectcalico.org/v2", "NetworkPolicy", "{}", "OBJ-API-UNKNOWN rejected 1 apiVersion\n"},
    };

    (void)state;
    RUN_TRIALS(trials);
}

static void selectors(void **state)
{
    static const struct trial trials[] = {
        {NP, "{selector: \"a = 'b'\"}", BAD_SELECTOR("selector")},
        {GNP, "{namespaceSelector: \"a ==\"}", BAD_SELECTOR("namespaceSelector")},
        {GNP, "{namespaceSelector: global()}", BAD_SELECTOR("namespaceSelector")},
        {GNP, "{serviceAccountSelector: global()}", BAD_SELECTOR("serviceAccountSelector")},
        {NP, RULE("source: {selector: global()}"), BAD_SELECTOR("ingress[0].source.selector")},
        {NP, RULE("source: {namespaceSelector: global()}"), ""},
        {NP, RULE("source: {namespaceSelector: \"global() || all()\"}"),
         BAD_SELECTOR("ingress[0].source.namespaceSelector")},
        {NP, RULE("source: {notSelector: \"!\"}"), BAD_SELECTOR("ingress[0].source.notSelector")},
        {NP, RULE("destination: {serviceAccounts: {selector: \"has(\"}}"),
         BAD_SELECTOR("ingress[0].destination.serviceAccounts.selector")},
        {NP, RULE("source: {selector: 5}"), "OBJ-TYPE" REJECTED "ingress[0].source.selector\n"},
        {NP, RULE("source: {selector: \"\"}"), ""},
    };
    struct pg_cluster *cluster =
        load_text("apiVersion: projectcalico.org/v3\nkind: NetworkPolicy\nmetadata: {name: "
                  "p}\nspec: {selector: \"role == 'x' & has(y)\"}\n");

    (void)state;
    RUN_TRIALS(trials);
    assert_string_equal(finding(cluster, "CAL-SELECTOR")->message,
                        "column 13 of the selector: expected &&");
    assert_int_equal(finding(cluster, "CAL-SELECTOR")->loc.column, 18);
    pg_cluster_free(cluster);
}

static void rules(void **state)
{
    static const struct trial trials[] = {
        {NP, "{ingress: [{}]}", "CAL-WORD" REJECTED "ingress[0].action\n"},
        {NP, "{ingress: [null]}", "CAL-WORD" REJECTED "ingress[0].action\n"},
        {NP, "{ingress: [{action: allow}]}", "CAL-WORD" REJECTED "ingress[0].action\n"},
        {NP, "{ingress: [{action: 1}]}", "OBJ-TYPE" REJECTED "ingress[0].action\n"},
        {NP, "{ingress: [{action: Log}, {action: Pass}, {action: Deny}]}", ""},
        {NP, RULE("protocol: tcp"), ""},
        {NP, RULE("protocol: 47, notProtocol: UDPLite"), ""},
        {NP, RULE("protocol: \"6\""), ""},
        {NP, RULE("protocol: 0"), "CAL-PROTOCOL" REJECTED "ingress[0].protocol\n"},
        {NP, RULE("protocol: 256"), "CAL-PROTOCOL" REJECTED "ingress[0].protocol\n"},
        {NP, RULE("notProtocol: IP"), "CAL-PROTOCOL" REJECTED "ingress[0].notProtocol\n"},
        {NP, RULE("protocol: true"), "OBJ-TYPE" REJECTED "ingress[0].protocol\n"},
        {NP, RULE("ipVersion: 5"), "CAL-NUMBER" REJECTED "ingress[0].ipVersion\n"},
        {NP, RULE("ipVersion: 6, protocol: ICMP"), "CAL-MIX" REJECTED "ingress[0].ipVersion\n"},
        {NP, RULE("ipVersion: 4, notProtocol: ICMPv6"), "CAL-MIX" REJECTED "ingress[0].ipVersion\n"},
        {NP, RULE("protocol: ICMP, icmp: {type: 8, code: 0}"), ""},
        {NP, RULE("icmp: {type: 8}"), "CAL-MIX" REJECTED "ingress[0].icmp\n"},
        {NP, RULE("protocol: ICMP, icmp: {code: 0}"), "CAL-MIX" REJECTED "ingress[0].icmp.code\n"},
        {NP, RULE("protocol: ICMP, icmp: {type: 255}"),
         "CAL-NUMBER" REJECTED "ingress[0].icmp.type\n"},
        {NP, RULE("notICMP: {type: 1, code: 256}"),
         "CAL-NUMBER" REJECTED "ingress[0].notICMP.code\n"},
        {NP, RULE("http: {methods: [GET]}"), ""},
        {NP, RULE("http: null, protocol: UDP"), ""},
        {NP, RULE("protocol: TCP, http: {methods: [GET]}"), ""},
        {NP, RULE("protocol: UDP, http: {methods: [GET]}"), "CAL-MIX" REJECTED "ingress[0].http\n"},
        {NP, "{ingress: [{action: Deny, http: {}}]}", "CAL-MIX" REJECTED "ingress[0].http\n"},
        {NP, OUT_RULE("http: {}"), "CAL-MIX" REJECTED "egress[0].http\n"},
        {NP, RULE("metadata: {annotations: {a: b}}"), ""},
        {NP, RULE("sources: {}"), "OBJ-FIELD error 4 spec.ingress[0].sources\n"},
    };

    (void)state;
    RUN_TRIALS(trials);
}

#define PORTS(list) RULE("protocol: TCP, destination: {ports: " list "}")
#define BAD_PORT    "CAL-PORT" REJECTED "ingress[0].destination.ports[0]\n"
#define NETS(list)  RULE("source: {nets: " list "}")

static void entities(void **state)
{
    static const struct trial trials[] = {
        {NP, PORTS("[1, 65535, \"80\", \"1:65535\", web, \"9:9\"]"), ""},
        {NP, PORTS("[0]"), BAD_PORT},
        {NP, PORTS("[65536]"), BAD_PORT},
        {NP, PORTS("[-1]"), BAD_PORT},
        {NP, PORTS("[\"10:9\"]"), BAD_PORT},
        {NP, PORTS("[\"0:9\"]"), BAD_PORT},
        {NP, PORTS("[\"1:65536\"]"), BAD_PORT},
        {NP, PORTS("[\"1:\"]"), BAD_PORT},
        {NP, PORTS("[\":9\"]"), BAD_PORT},
        {NP, PORTS("[\"1:2:3\"]"), BAD_PORT},
        {NP, PORTS("[\"\"]"), BAD_PORT},
        {NP, PORTS("[Web]"), BAD_PORT},
        {NP, PORTS("[null]"), BAD_PORT},
        {NP, PORTS("[true]"), "OBJ-TYPE" REJECTED "ingress[0].destination.ports[0]\n"},
        {NP, PORTS("80"), "OBJ-TYPE" REJECTED "ingress[0].destination.ports\n"},
        {NP, RULE("destination: {ports: [80]}"), "CAL-MIX" REJECTED "ingress[0].destination.ports\n"},
        {NP, RULE("protocol: ICMP, source: {notPorts: [80]}"),
         "CAL-MIX" REJECTED "ingress[0].source.notPorts\n"},
        {NP, RULE("protocol: 132, destination: {notPorts: [80]}"), ""},
        {NP, NETS("[10.0.0.0/8, 10.1.2.3]"), ""},
        {NP, NETS("[fd00::/8, \"fd00::1\"]"), ""},
        {NP, NETS("[10.0.0.1/8]"), "CAL-NET-ODD warning 4 spec.ingress[0].source.nets[0]\n"},
        {NP, NETS("[10.0.0.0/33]"), "CAL-NET" REJECTED "ingress[0].source.nets[0]\n"},
        {NP, NETS("[any]"), "CAL-NET" REJECTED "ingress[0].source.nets[0]\n"},
        {NP, NETS("[10.0.0.0/8, \"fd00::/8\"]"), "CAL-MIX" REJECTED "ingress[0].source.nets[1]\n"},
        {NP, RULE("source: {nets: [10.0.0.0/8]}, destination: {notNets: [\"fd00::1\"]}"),
         "CAL-MIX" REJECTED "ingress[0].destination.notNets[0]\n"},
        {NP, RULE("ipVersion: 6, source: {nets: [10.0.0.0/8]}"),
         "CAL-MIX" REJECTED "ingress[0].source.nets[0]\n"},
        {NP, RULE("source: {services: {name: s}}"), ""},
        {GNP, RULE("source: {services: {name: s, namespace: m}}"), ""},
        {GNP, RULE("source: {services: {name: s}}"),
         "CAL-MIX" REJECTED "ingress[0].source.services.namespace\n"},
        {NP, RULE("source: {services: {}}"), "CAL-MIX" REJECTED "ingress[0].source.services.name\n"},
        {NP, RULE("destination: {services: {name: s}}"),
         "CAL-MIX" REJECTED "ingress[0].destination.services\n"},
        {NP, OUT_RULE("destination: {services: {name: s}}"), ""},
        {NP, OUT_RULE("source: {services: {name: s}}"),
         "CAL-MIX" REJECTED "egress[0].source.services\n"},
        {NP, OUT_RULE("destination: {services: {name: s}, selector: all()}"),
         "CAL-MIX" REJECTED "egress[0].destination.services\n"},
        {NP, OUT_RULE("destination: {services: {name: s}, nets: [10.0.0.0/8]}"),
         "CAL-MIX" REJECTED "egress[0].destination.services\n"},
        {NP, OUT_RULE("destination: {services: {name: s}, serviceAccounts: {names: [x]}}"),
         "CAL-MIX" REJECTED "egress[0].destination.services\n"},
        {NP, OUT_RULE("destination: {services: {name: s}, nets: [], selector: \"\"}"), ""},
        {NP, OUT_RULE("protocol: TCP, destination: {services: {name: s}, ports: [80]}"),
         "CAL-MIX" REJECTED "egress[0].destination.ports\n"},
        /* all that is wrong with an object */
        {NP, "{types: [x], ingress: [{action: w, protocol: q}]}",
         "CAL-WORD" REJECTED "types[0]\n"
         "CAL-WORD" REJECTED "ingress[0].action\n"
         "CAL-PROTOCOL" REJECTED "ingress[0].protocol\n"},
    };

    (void)state;
    RUN_TRIALS(trials);
}

static void hosts(void **state)
{
    static const struct trial trials[] = {
        {GNP, "{preDNAT: true, applyOnForward: true}", UNEVALUATED},
        {GNP, "{doNotTrack: true, applyOnForward: true}", UNEVALUATED},
        {GNP, "{applyOnForward: true}", UNEVALUATED},
        {GNP, "{applyOnForward: false, preDNAT: false}", ""},
        {GNP, "{preDNAT: true}", "CAL-MIX" REJECTED "applyOnForward\n"},
        {GNP, "{preDNAT: true, doNotTrack: true, applyOnForward: true}",
         "CAL-MIX" REJECTED "preDNAT\n"},
        {GNP, "{preDNAT: true, applyOnForward: true, egress: [{action: Deny}]}",
         "CAL-MIX" REJECTED "egress\n"},
        {GNP, "{preDNAT: true, applyOnForward: true, types: [Ingress, Egress]}",
         "CAL-MIX" REJECTED "preDNAT\n"},
        {HEP, "{node: n1, interfaceName: eth0}", UNEVALUATED},
        {HEP, "{node: n1, expectedIPs: [192.168.0.1], profiles: [projectcalico-default-allow]}", ""},
        {HEP, "{interfaceName: eth0}", "CAL-MIX" REJECTED "node\n"},
        {HEP, "{node: n1}", "CAL-MIX rejected 4 spec\n"},
        {HEP, "{node: n1, expectedIPs: [x]}", "CAL-NET" REJECTED "expectedIPs[0]\n"},
    };

    (void)state;
    RUN_TRIALS(trials);
}

static void tiers_and_sets(void **state)
{
    static const struct trial trials[] = {
        {TIER, "{order: 10}", ""},
        {TIER, "{}", ""},
        {TIER, "{order: 10, defaultAction: Pass}", ""},
        {TIER, "{order: 10, defaultAction: Allow}", "CAL-WORD" REJECTED "defaultAction\n"},
        {GSET, "{nets: [10.0.0.0/8, 10.1.2.3, \"fd00::/8\"]}", ""},
        {SET, "{nets: [x]}", "CAL-NET" REJECTED "nets[0]\n"},
        {SET, "{nets: x}", "OBJ-TYPE" REJECTED "nets\n"},
    };
    static const struct trial of_default[] = {
        {TIER, "{order: 1000000, defaultAction: Deny}", ""},
        {TIER, "{order: 1000000}", ""},
        {TIER, "{order: 5}", "CAL-TIER" REJECTED "order\n"},
        {TIER, "{}", "CAL-TIER" REJECTED "order\n"},
        {TIER, "{order: 1000000, defaultAction: Pass}", "CAL-TIER" REJECTED "defaultAction\n"},
    };
    static const struct trial of_admin[] = {
        {TIER, "{order: 1000, defaultAction: Pass}", ""},
        {TIER, "{order: 1000}", "CAL-TIER" REJECTED "defaultAction\n"},
    };

    (void)state;
    RUN_TRIALS(trials);
    run_trials(of_default, PG_COUNT(of_default), "default");
    run_trials(of_admin, PG_COUNT(of_admin), "kube-admin");
}

static void staged(void **state)
{
    static const struct trial trials[] = {
        {"projectcalico.org/v3", "StagedNetworkPolicy", "{selector: all()}", "CAL-STAGED info 1\n"},
        {"projectcalico.org/v3", "StagedGlobalNetworkPolicy",
         "{stagedAction: Delete, namespaceSelector: all()}", "CAL-STAGED info 1\n"},
        {"projectcalico.org/v3", "StagedKubernetesNetworkPolicy",
         "{podSelector: {matchLabels: {a: b}}, policyTypes: [Ingress], ingress: [{}]}",
         "CAL-STAGED info 1\n"},
        {"projectcalico.org/v3", "StagedNetworkPolicy", "{stagedAction: Add}",
         "CAL-WORD" REJECTED "stagedAction\n"},
        {"projectcalico.org/v3", "StagedNetworkPolicy", "{ingress: [{}]}",
         "CAL-WORD" REJECTED "ingress[0].action\n"},
        /* what never acts has no place that could be unknown */
        {"projectcalico.org/v3", "StagedNetworkPolicy", "{tier: nowhere}", "CAL-STAGED info 1\n"},
    };

    (void)state;
    RUN_TRIALS(trials);
}

static void read_twice(void **state)
{
    (void)state;
    assert_findings("{apiVersion: crd.projectcalico.org/v1, kind: NetworkSet, metadata: {name: t, "
                    "namespace: a,\nannotations: {projectcalico.org/metadata: '{'}}}\n",
                    "CAL-METADATA warning 2 metadata.annotations.projectcalico.org/metadata\n");
    assert_findings(
        "{apiVersion: projectcalico.org/v3, kind: Tier, metadata: {name: t}}\n---\n"
        "{apiVersion: crd.projectcalico.org/v1, kind: Tier, metadata: {name: t}}\n---\n"
        "{apiVersion: projectcalico.org/v3, kind: GlobalNetworkSet, metadata: {name: t}}\n"
        "---\n{apiVersion: projectcalico.org/v3, kind: NetworkSet, metadata: {name: t}}\n"
        "---\n{apiVersion: projectcalico.org/v3, kind: GlobalNetworkSet, metadata: "
        "{name: t}}\n---\n"
        "{apiVersion: projectcalico.org/v3, kind: GlobalNetworkPolicy, metadata: {name: "
        "p}}\n---\n"
        "{apiVersion: crd.projectcalico.org/v1, kind: GlobalNetworkPolicy, metadata: "
        "{name: p}}\n",
        "OBJ-DUPLICATE warning 3\nOBJ-DUPLICATE warning 9\nOBJ-DUPLICATE warning 13\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(specs),    cmocka_unit_test(selectors),  cmocka_unit_test(rules),
        cmocka_unit_test(entities), cmocka_unit_test(hosts),      cmocka_unit_test(tiers_and_sets),
        cmocka_unit_test(staged),   cmocka_unit_test(read_twice),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
