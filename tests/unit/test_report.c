/* Reports: what is said of what was left out, cells that a spreadsheet or Markdown would run, the groups
   of the matrix against asking for every pair, and the ports of a question. */
#include "unit.h"

#include "polgrid/report.h"
#include "world.h"

#define FOOT "Policy as written; the cluster's network plugin must enforce it (none seen).\n"

static const char web[] =
    "apiVersion: v1\nkind: Node\nmetadata: {name: n1}\n"
    "status: {addresses: [{type: InternalIP, address: 192.168.0.1}]}\n---\n"
    "apiVersion: v1\nkind: Pod\nmetadata: {name: agent, namespace: mon}\n"
    "spec: {hostNetwork: true, nodeName: n1, containers: [{name: c}]}\nstatus: {podIP: "
    "192.168.0.1}\n---\n"
    "apiVersion: v1\nkind: Pod\nmetadata: {name: cli, namespace: x, labels: {app: cli}}\n"
    "spec: {nodeName: n1}\nstatus: {podIP: 10.0.0.9}\n---\n"
    "apiVersion: v1\nkind: Pod\nmetadata: {name: a, namespace: x, labels: {app: web}}\n"
    "spec: {nodeName: n1}\nstatus: {podIP: 10.0.0.1}\n---\n"
    "apiVersion: v1\nkind: Pod\nmetadata: {name: b, namespace: x, labels: {app: web}}\n"
    "spec: {nodeName: n2}\nstatus: {podIP: 10.0.0.2}\n---\n"
    "apiVersion: v1\nkind: Pod\nmetadata: {name: c, namespace: x, labels: {app: web}}\n"
    "spec: {nodeName: n2}\nstatus: {podIP: 10.0.0.3}\n---\n"
    "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: web, namespace: x}\n"
    "spec: {podSelector: {matchLabels: {app: web}}, ingress: [{from: [{podSelector: {matchLabels: "
    "{app: cli}}}], ports: [{port: 80, endPort: 90}]}, {from: [{ipBlock: {cidr: "
    "198.51.100.0/24}}], "
    "ports: [{port: 443}]}]}\n";

static struct pg_report_matrix all_of(enum pg_level level)
{
    return (struct pg_report_matrix){.level = level, .ports = PG_PORTS_ALL};
}

/* --- documents ------------------------------------------------------------------------------------ */

static bool holds(const struct pg_buf *buf, const char *text)
{
    return strstr(pg_buf_text(buf), text) != NULL;
}

static void groups(void **state)
{
    (void)state;
    struct world world = world_open(web, NULL);
    struct pg_report_matrix matrix = all_of(PG_LEVEL_POD);
    struct pg_buf out = {0}, again = {0};
    struct pg_err err;
    assert_true(pg_report_matrix_json(&out, world.eval, &matrix, &err));
    /* a runs on the node of the agent, which may enter it; b and c don't. */
    assert_true(
        holds(&out, "{\"id\": 0, \"namespace\": \"mon\", \"hostNetwork\": true, \"node\": \"n1\", "
                    "\"workloads\": [\"Pod/agent\"], \"pods\": [\"agent\"]}"));
    assert_true(holds(&out,
                      "{\"id\": 1, \"namespace\": \"x\", \"workloads\": [\"Pod/a\"], \"pods\": "
                      "[\"a\"]}"));
    assert_true(holds(&out, "\"workloads\": [\"Pod/b\", \"Pod/c\"], \"pods\": [\"b\", \"c\"]}"));
    assert_true(holds(&out, "{\"id\": 5, \"ranges\": [[\"198.51.100.0\", \"198.51.100.255\"]]}"));
    assert_true(holds(&out, "{\"id\": 0, \"ports\": []},\n    {\"id\": 1, \"all\": true},\n    "));
    assert_true(holds(&out, "\"ports\": [{\"protocol\": \"TCP\", \"from\": 80, \"to\": 90}], "
                            "\"unknown\": []}"));
    assert_true(holds(&out, "\"complete\": true"));
    assert_true(pg_report_matrix_json(&again, world.eval, &matrix, &err));
    assert_string_equal(pg_buf_text(&out), pg_buf_text(&again));
    pg_buf_free(&again);
    pg_buf_free(&out);
    world_close(&world);
}

static void selections(void **state)
{
    (void)state;
    struct world world = world_open(web, NULL);
    struct pg_report_matrix matrix = all_of(PG_LEVEL_POD);
    struct pg_buf out = {0};
    struct pg_err err;
    matrix.from = "x/cli";
    matrix.to = "x/?";
    assert_true(pg_report_matrix_wide(&out, world.eval, &matrix, &err));
    assert_string_equal(pg_buf_text(&out),
                        "FROM   TO   PAIRS  ALLOWED  UNKNOWN  VERDICT  PORTS\n"
                        "x/cli  x/a      1        1        0  partly   80-90/TCP\n"
                        "x/cli  x/b      1        1        0  partly   80-90/TCP\n"
                        "x/cli  x/c      1        1        0  partly   80-90/TCP\n\n" FOOT);
    matrix.from = "y/*";
    assert_false(pg_report_matrix_table(&out, world.eval, &matrix, &err));
    assert_string_equal(err.text, "--from y/* selects nothing");
    assert_false(pg_report_matrix_json(&out, world.eval, &matrix, &err));
    assert_string_equal(err.text, "--from y/* selects nothing");
    pg_buf_free(&out);
    world_close(&world);
}

/* --- text that others would run ------------------------------------------------------------------- */

static const char evil[] =
    "apiVersion: v1\nkind: Pod\nmetadata: {name: \"a,\\\"b\\\"|<i>\", namespace: \"=1+1\"}\n---\n"
    "apiVersion: v1\nkind: Pod\nmetadata: {name: \"p\\e[31m\", namespace: \"@x\"}\n";

static void inert_cells(void **state)
{
    (void)state;
    struct world world = world_open(evil, NULL);
    struct pg_report_matrix matrix = all_of(PG_LEVEL_POD);
    struct pg_buf out = {0};
    struct pg_err err;
    matrix.from = matrix.to = "*/*";
    assert_true(pg_report_matrix_csv(&out, world.eval, &matrix, &err));
    assert_string_equal(
        pg_buf_text(&out),
        "from,to,pairs,allowed,every_port,unknown,denied_egress,denied_ingress,denied_both,verdict,"
        "ports\r\n"
        "\"'=1+1/a,\"\"b\"\"|<i>\",\"'@x/p\\x1b[31m\",1,1,1,0,0,0,0,allowed,every port\r\n"
        "\"'@x/p\\x1b[31m\",\"'=1+1/a,\"\"b\"\"|<i>\",1,1,1,0,0,0,0,allowed,every port\r\n");
    pg_buf_clear(&out);
    assert_true(pg_report_matrix_md(&out, world.eval, &matrix, &err));
    assert_true(holds(&out, "| =1+1/a,\"b\"\\|\\<i\\> |  | every port |\n"));
    assert_true(holds(&out, "| @x/p\\\\x1b\\[31m | every port |  |\n"));
    pg_buf_free(&out);
    world_close(&world);
}

/* --- what was left out ---------------------------------------------------------------------------- */

static void left_out(void **state)
{
    (void)state;
    static const char yaml[] =
        "apiVersion: v1\nkind: Pod\nmetadata: {name: p, namespace: x}\n---\n"
        "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: bad, namespace: "
        "x}\n"
        "spec: {podSelector: {}, ingress: [{from: [{}], ports: [{port: 0}]}]}\n";
    struct world world = world_open(yaml, NULL);
    struct pg_report_policies policies = {.ns = PG_NONE, .pod = PG_NONE};
    struct pg_buf out = {0};
    assert_true(pg_report_left_out(&out, world.eval));
    assert_string_equal(pg_buf_text(&out), "incomplete: 1 object rejected");
    pg_buf_clear(&out);
    pg_report_policies_json(&out, world.eval, &policies);
    assert_true(holds(&out, "\"complete\": false"));
    /* Two things are wrong with it, and it is one object. */
    const char *first = strstr(pg_buf_text(&out), "\"reason\": \"rejected\"");
    assert_non_null(first);
    assert_null(strstr(first + 1, "\"reason\""));
    assert_true(holds(&out, "\"kind\": \"NetworkPolicy\", \"namespace\": \"x\", \"name\": \"bad\", "
                            "\"touches\": {\"namespace\": \"x\", \"pods\": 1}"));
    pg_buf_clear(&out);
    pg_report_policies_table(&out, world.eval, &policies);
    assert_string_equal(pg_buf_text(&out), "no policy\n\n" FOOT "incomplete: 1 object rejected\n");
    pg_buf_free(&out);
    world_close(&world);

    world = world_open(web, NULL);
    struct pg_buf none = {0};
    assert_false(pg_report_left_out(&none, world.eval));
    assert_int_equal(none.n, 0);
    world_close(&world);
}

/* Policies of other engines, and of the older generation of admin policies, are left out too. */
static void left_aside(void **state)
{
    (void)state;
    static const char yaml[] =
        "apiVersion: cilium.io/v2\nkind: CiliumNetworkPolicy\nmetadata: {name: c, namespace: x}\n"
        "spec: {endpointSelector: {}, ingress: [{}]}\n---\n"
        "apiVersion: projectcalico.org/v3\nkind: NetworkPolicy\nmetadata: {name: k, namespace: x}\n"
        "spec: {types: [Ingress]}\n---\n"
        "apiVersion: projectcalico.org/v3\nkind: StagedNetworkPolicy\n"
        "metadata: {name: s, namespace: x}\nspec: {types: [Ingress]}\n---\n"
        "apiVersion: policy.networking.k8s.io/v1alpha1\nkind: BaselineAdminNetworkPolicy\n"
        "metadata: {name: default}\nspec: {subject: {namespaces: {}}}\n---\n"
        "apiVersion: policy.networking.k8s.io/v1alpha2\nkind: ClusterNetworkPolicy\n"
        "metadata: {name: nn}\nspec: {tier: Admin, priority: 1, subject: {namespaces: {}}}\n";
    static const struct {
        const char *assume, *expected;
        uint32_t n;
    } cases[] = {
        {NULL,
         "incomplete: 3 policies left aside (BaselineAdminNetworkPolicy, CiliumNetworkPolicy, "
         "NetworkPolicy); policies of Cilium and of Calico are both loaded, and no plugin reads "
         "both: --assume engine= chooses",
         3},
        {"engine=cilium",
         "incomplete: 3 policies left aside (BaselineAdminNetworkPolicy, ClusterNetworkPolicy, "
         "NetworkPolicy) under engine=cilium",
         3},
        {"engine=calico",
         "incomplete: 2 policies left aside (BaselineAdminNetworkPolicy, CiliumNetworkPolicy) "
         "under "
         "engine=calico",
         2},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct world world = world_open(yaml, cases[i].assume);
        struct pg_buf out = {0};
        assert_int_equal(world.cluster->nrejected, 0);
        assert_true(pg_report_left_out(&out, world.eval));
        assert_string_equal(pg_buf_text(&out), cases[i].expected);
        assert_int_equal(pg_eval_nunevaluated(world.eval), cases[i].n);
        assert_false(pg_eval_complete(world.eval));
        assert_true(pg_cluster_complete(world.cluster));
        pg_buf_clear(&out);
        pg_report_policies_json(&out, world.eval,
                                &(struct pg_report_policies){.ns = PG_NONE, .pod = PG_NONE});
        assert_true(holds(&out, "\"complete\": false"));
        assert_true(holds(&out, i == 0   ? "\"engine\": \"k8s\""
                                : i == 1 ? "\"engine\": \"cilium\""
                                         : "\"engine\": \"calico\""));
        pg_buf_free(&out);
        world_close(&world);
    }
}

/* --- enforcement ---------------------------------------------------------------------------------- */

#define DAEMONSET(namespace, name, container)                                           \
    "apiVersion: apps/v1\nkind: DaemonSet\nmetadata: {name: " name                      \
    ", namespace: " namespace "}\nspec: {template: {metadata: {labels: {a: b}}, spec: " \
                              "{containers: [{name: " container "}]}}}\n---\n"

#define NODE(version, notes)                                                               \
    "apiVersion: v1\nkind: Node\nmetadata: {name: n1, annotations: {" notes "}}\nstatus: " \
    "{nodeInfo: {kubeletVersion: " version "}}\n---\n"

static void enforcement(void **state)
{
    (void)state;
    static const struct {
        const char *yaml, *json, *head;
    } cases[] = {
        {"", "\"enforcement\": {\"state\": \"unknown\", \"plugin\": null, \"evidence\": null}", NULL},
        {DAEMONSET("kube-system", "calico-node", "c"),
         "{\"state\": \"found\", \"plugin\": \"Calico\", \"evidence\": \"DaemonSet "
         "kube-system/calico-node\", \"mixed\": false}",
         NULL},
        {DAEMONSET("kube-flannel", "kube-flannel-ds", "kube-flannel"),
         "{\"state\": \"absent\", \"plugin\": \"Flannel\", \"evidence\": \"DaemonSet "
         "kube-flannel/kube-flannel-ds\"",
         "NOT ENFORCED: policies describe intent only: this cluster's network plugin\n(Flannel)"},
        {DAEMONSET("kube-flannel", "kube-flannel-ds", "kube-network-policies"),
         "{\"state\": \"found\", \"plugin\": \"Flannel\"", NULL},
        {DAEMONSET("shop", "kube-flannel-ds", "kube-flannel"), "{\"state\": \"unknown\"", NULL},
        {DAEMONSET("kube-system", "aws-node", "c"),
         "{\"state\": \"unknown\", \"plugin\": \"AWS VPC CNI\"", NULL},
        {"apiVersion: v1\nkind: Node\nmetadata: {name: n1}\n"
         "status: {nodeInfo: {kubeletVersion: v1.30.1+k3s1}}\n---\n",
         "{\"state\": \"unknown\", \"plugin\": \"k3s\"", NULL},
        {NODE("v1.30.1+k3s1", "k3s.io/node-args: '[\"server\",\"--disable-network-policy\"]'"),
         "{\"state\": \"absent\", \"plugin\": \"k3s\", \"evidence\": \"--disable-network-policy on "
         "node n1\"",
         "NOT ENFORCED: policies describe intent only: k3s was started"},
        /* so that another plugin may take its place */
        {NODE("v1.30.1+k3s1", "network.cilium.io/ipv4-cilium-host: 10.0.0.1, k3s.io/node-args: "
                              "'[\"server\",\"--disable-network-policy\"]'"),
         "{\"state\": \"found\", \"plugin\": \"Cilium\"", NULL},
        {NODE("v1.30.1+k3s1", "k3s.io/node-args: '[\"server\",\"--flannel-backend\",\"none\","
                              "\"--disable-network-policy\"]'"),
         "{\"state\": \"unknown\", \"plugin\": \"k3s\"", NULL},
        {"apiVersion: polgrid/v1\nkind: Snapshot\nmetadata: {name: s}\nserver: x\n"
         "groups: [cilium.io]\n---\n" NODE(
             "v1.30.1+k3s1", "k3s.io/node-args: '[\"server\",\"--disable-network-policy\"]'"),
         "{\"state\": \"unknown\", \"plugin\": \"Cilium\"", NULL},
        {NODE("v1.30.1+k3s1",
              "k3s.io/node-args: '[\"server\",\"--disable-network-policy\",\"false\"]'"),
         "{\"state\": \"found\", \"plugin\": \"k3s\"", NULL},
        {NODE("v1.30.1+k3s1",
              "flannel.alpha.coreos.com/backend-type: vxlan, k3s.io/node-args: '[\"server\"]'"),
         "{\"state\": \"found\", \"plugin\": \"k3s\"", NULL},
        {NODE("v1.30.1", "projectcalico.org/IPv4Address: 10.0.0.1/24"),
         "{\"state\": \"found\", \"plugin\": \"Calico\", \"evidence\": \"annotations of node n1\"",
         NULL},
        {NODE("v1.30.1", "network.cilium.io/ipv4-cilium-host: 10.0.0.1"),
         "{\"state\": \"found\", \"plugin\": \"Cilium\"", NULL},
        {NODE("v1.30.1", "flannel.alpha.coreos.com/backend-type: vxlan"),
         "{\"state\": \"unknown\", \"plugin\": \"Flannel\"", NULL},
        {NODE("v1.30.1", "example.com/projectcalico.org: x"),
         "{\"state\": \"unknown\", \"plugin\": null", NULL},
        {"apiVersion: polgrid/v1\nkind: Snapshot\nmetadata: {name: s}\nserver: x\n"
         "groups: [apps, crd.projectcalico.org]\n---\n",
         "{\"state\": \"unknown\", \"plugin\": \"Calico\", \"evidence\": \"the API group "
         "crd.projectcalico.org\"",
         NULL},
        {"apiVersion: polgrid/v1\nkind: Snapshot\nmetadata: {name: s}\ngroups: [apps]\n---\n" NODE(
             "v1.30.1", "k8s.ovn.org/node-subnets: x"),
         "{\"state\": \"found\", \"plugin\": \"OVN-Kubernetes\"", NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char yaml[600];
        struct pg_report_policies policies = {.ns = PG_NONE, .pod = PG_NONE};
        struct pg_buf out = {0};
        snprintf(yaml, sizeof yaml, "%sapiVersion: v1\nkind: Namespace\nmetadata: {name: x}\n",
                 cases[i].yaml);
        struct world world = world_open(yaml, NULL);
        pg_report_policies_json(&out, world.eval, &policies);
        if (!holds(&out, cases[i].json))
            print_error("%s\n%s\n", yaml, pg_buf_text(&out));
        assert_true(holds(&out, cases[i].json));
        assert_int_equal(pg_report_not_enforced(world.eval), cases[i].head != NULL);
        pg_buf_clear(&out);
        pg_report_policies_table(&out, world.eval, &policies);
        assert_int_equal(strstr(pg_buf_text(&out), "NOT ENFORCED") == pg_buf_text(&out),
                         cases[i].head != NULL);
        assert_true(!cases[i].head || holds(&out, cases[i].head));
        pg_buf_free(&out);
        world_close(&world);
    }
}

/* --- questions ------------------------------------------------------------------------------------ */

static struct pg_end pod_end(const struct world *world, const char *ns, const char *name)
{
    uint32_t index = pg_cluster_find_namespace(world->cluster, ns);
    return (struct pg_end){.kind = PG_END_POD,
                           .index = pg_cluster_find_pod(world->cluster, index, name)};
}

static void every_port(void **state)
{
    (void)state;
    struct world world = world_open(web, NULL);
    struct pg_arena *arena = pg_arena_new();
    struct pg_end from = pod_end(&world, "x", "cli"), to = pod_end(&world, "x", "b");
    const struct pg_why *why = pg_why_ask(arena, world.eval, &from, &to, PG_PORTS_ALL, 0);
    struct pg_report_answer answer;
    struct pg_report_question question =
        pg_report_question(pg_eval_portsets(world.eval), why, &answer);
    struct pg_buf out = {0};
    assert_int_equal(pg_report_verdict(&question), PG_VERDICT_MIXED);
    pg_report_why_json(&out, world.eval, &question);
    assert_true(holds(&out, "\"protocol\": null,\n  \"port\": null,\n  \"verdict\": \"mixed\""));
    assert_true(holds(
        &out,
        "\"ports\": [\n"
        "    {\"protocol\": \"TCP\", \"from\": 1, \"to\": 79, \"verdict\": \"denied\"},\n"
        "    {\"protocol\": \"TCP\", \"from\": 80, \"to\": 90, \"verdict\": \"allowed\"},\n"
        "    {\"protocol\": \"TCP\", \"from\": 91, \"to\": 65535, \"verdict\": \"denied\"},\n"
        "    {\"protocol\": \"UDP\", \"from\": 1, \"to\": 65535, \"verdict\": \"denied\"},\n"
        "    {\"protocol\": \"SCTP\", \"from\": 1, \"to\": 65535, \"verdict\": \"denied\"}\n  ]"));
    pg_buf_free(&out);
    pg_arena_free(arena);
    world_close(&world);
}

static void one_port(void **state)
{
    (void)state;
    struct world world = world_open(web, NULL);
    struct pg_arena *arena = pg_arena_new();
    struct pg_portsets *sets = pg_eval_portsets(world.eval);
    struct pg_end from = pod_end(&world, "x", "b"), to = pod_end(&world, "x", "a");
    pg_ports port = pg_portset_range(sets, PG_TCP, 80, 80);
    const struct pg_why *why = pg_why_ask(arena, world.eval, &from, &to, port, 0);
    struct pg_report_answer answer;
    struct pg_report_question question = pg_report_question(sets, why, &answer);
    struct pg_buf out = {0};
    assert_string_equal(question.protocol, "TCP");
    assert_int_equal(question.port, 80);
    pg_report_why_json(&out, world.eval, &question);
    assert_true(holds(&out, "\"from\": {\"namespace\": \"x\", \"pod\": \"b\"}"));
    assert_true(holds(&out,
                      "\"egress\": {\n    \"verdict\": \"allowed\",\n    \"isolated\": false,\n    "
                      "\"because\": [],\n    \"missed\": []\n  }"));
    assert_true(holds(&out, "{\"effect\": \"isolate\", \"group\": \"networking.k8s.io\", \"kind\": "
                            "\"NetworkPolicy\", \"namespace\": \"x\", \"name\": \"web\", \"file\": "
                            "\"test.yaml\", \"line\": "));
    assert_true(
        holds(&out, "\"failed\": \"pod\", \"wanted\": \"app=cli\", \"found\": \"app=web\""));
    assert_false(holds(&out, "\"ports\""));
    pg_buf_clear(&out);
    pg_report_why_text(&out, world.eval, &question);
    assert_true(strncmp(pg_buf_text(&out), "DENIED  x/b -> x/a  80/TCP\n", 27) == 0);
    assert_true(holds(&out, "wants app=cli, has app=web"));
    pg_buf_free(&out);
    pg_arena_free(arena);
    world_close(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(groups),     cmocka_unit_test(selections),  cmocka_unit_test(inert_cells),
        cmocka_unit_test(left_out),   cmocka_unit_test(every_port),  cmocka_unit_test(one_port),
        cmocka_unit_test(left_aside), cmocka_unit_test(enforcement),
    };
    return cmocka_run_group_tests_name("report", tests, NULL, NULL);
}
