/* src/load: namespaces, nodes, services; what is no object, and what no decoder reads (semantics 1, 2.11, 9) */
#include "loading.h"

static void print_labels(struct pg_buf *out, const struct pg_cluster *cluster,
                         struct pg_labels labels)
{
    for (uint32_t i = 0; i < labels.n; i++) {
        pg_buf_printf(out, " %s=%s", pg_cluster_text(cluster, labels.v[i].key),
                      pg_cluster_text(cluster, labels.v[i].value));
        if (i > 0)
            assert_true(labels.v[i - 1].key < labels.v[i].key);
    }
}

static void assert_namespaces(const char *text, const char *expected)
{
    struct pg_cluster *cluster = load_text(text);
    struct pg_buf out = {0};

    for (uint32_t i = 0; i < cluster->nnamespaces; i++) {
        const struct pg_namespace *ns = &cluster->namespaces[i];
        pg_buf_printf(&out, "%s%s", pg_cluster_text(cluster, ns->name),
                      ns->synthesised ? " synthesised" : "");
        print_labels(&out, cluster, ns->labels);
        pg_buf_putc(&out, '\n');
    }
    assert_string_equal(pg_buf_text(&out), expected);
    pg_buf_free(&out);
    pg_cluster_free(cluster);
}

/* semantics 1.4 */
static void namespaces(void **state)
{
    (void)state;
    assert_namespaces("apiVersion: v1\nkind: Namespace\nmetadata: {name: red}\n---\n"
                      "apiVersion: v1\nkind: Pod\nmetadata: {name: p, namespace: blue}\n---\n"
                      "apiVersion: v1\nkind: Service\nmetadata: {name: s, namespace: svc}\n---\n"
                      "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\n"
                      "metadata: {name: p, namespace: pol}\n---\n"
                      "apiVersion: batch/v1\nkind: Job\nmetadata: {name: j}\n"
                      "spec: {template: {spec: {}}}\n",
                      "blue synthesised kubernetes.io/metadata.name=blue\n"
                      "default synthesised kubernetes.io/metadata.name=default\n"
                      "pol synthesised kubernetes.io/metadata.name=pol\n"
                      "red kubernetes.io/metadata.name=red\n"
                      "svc synthesised kubernetes.io/metadata.name=svc\n");
    assert_namespaces("apiVersion: v1\nkind: Namespace\nmetadata: {name: red, labels: "
                      "{kubernetes.io/metadata.name: blue, a: b}}\n",
                      "red kubernetes.io/metadata.name=red a=b\n");
    assert_findings("apiVersion: v1\nkind: Namespace\nmetadata: {name: red, labels: "
                    "{kubernetes.io/metadata.name: blue}}\n---\n"
                    "apiVersion: v1\nkind: Namespace\nmetadata: {name: tan, labels: "
                    "{kubernetes.io/metadata.name: tan}}\n",
                    "NS-NAME-LABEL warning 3 metadata.labels\n");
}

static void told_once(void **state)
{
    struct pg_cluster *cluster = load_text("apiVersion: v1\nkind: Pod\nmetadata: {name: p}\n---\n"
                                           "apiVersion: v1\nkind: Pod\nmetadata: {name: q}\n");
    const struct pg_diag *diag = finding(cluster, "NS-SYNTHESISED");

    (void)state;
    assert_int_equal(cluster->ndiags, 1);
    assert_int_equal(diag->severity, PG_SEVERITY_INFO);
    assert_string_equal(diag->object, "Namespace default");
    assert_int_equal(diag->loc.line, 1);
    pg_cluster_free(cluster);
}

static void bad_namespaces(void **state)
{
    (void)state;
    assert_findings(
        "apiVersion: v1\nkind: Namespace\nmetadata: {name: a.b, namespace: x}\n",
        "OBJ-NAME error 3 metadata.name\nOBJ-CLUSTER-SCOPED info 3 metadata.namespace\n");
    assert_namespaces("apiVersion: v1\nkind: Namespace\nmetadata: {name: A}\n",
                      "A kubernetes.io/metadata.name=A\n");
    assert_findings("apiVersion: v1\nkind: Namespace\nmetadata: {name: y}\n",
                    "OBJ-TYPE rejected 3 metadata.name\n");
}

/* semantics 2.11 */
static void nodes(void **state)
{
    struct pg_cluster *cluster =
        load_text("apiVersion: v1\nkind: Node\nmetadata: {name: n2, labels: {a: b}}\n---\n"
                  "apiVersion: v1\nkind: Node\nmetadata: {name: n1, namespace: x}\n"
                  "status: {addresses: [{type: Hostname, address: n1}, {type: ExternalIP, address: "
                  "1.2.3.4}, {type: InternalIP, address: 10.0.0.1}, {type: InternalIP, address: "
                  "'fd00::1'}, {type: InternalIP, address: x}, {type: ExternalDNS}]}\n---\n"
                  "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {nodeName: n2}\n");
    struct pg_buf out = {0};

    (void)state;
    assert_int_equal(cluster->nnodes, 2);
    assert_string_equal(pg_cluster_text(cluster, cluster->nodes[0].name), "n1");
    for (uint32_t i = 0; i < cluster->nodes[0].naddrs; i++) {
        pg_addr_print(&out, cluster->nodes[0].addrs[i]);
        pg_buf_putc(&out, ' ');
    }
    assert_string_equal(pg_buf_text(&out), "10.0.0.1 fd00::1 1.2.3.4 ");
    assert_int_equal(cluster->nodes[1].labels.n, 1);
    assert_int_equal(cluster->pods[0].node, 1);
    pg_buf_clear(&out);
    print_findings(&out, cluster);
    assert_string_equal(pg_buf_text(&out), "OBJ-CLUSTER-SCOPED info 7 metadata.namespace\n"
                                           "NODE-ADDRESS warning 8 status.addresses[4].address\n");
    pg_buf_free(&out);
    pg_cluster_free(cluster);
}

/* semantics 9 */
static void services(void **state)
{
    struct pg_cluster *cluster = load_text(
        "apiVersion: v1\nkind: Service\nmetadata: {name: b, namespace: x}\nspec:\n"
        "  selector: {app: web}\n  type: NodePort\n  clusterIPs: [10.96.0.1, 'fd00::1']\n"
        "  clusterIP: 10.96.0.1\n  externalTrafficPolicy: Local\n  ports:\n"
        "  - {port: 80, targetPort: 8080, nodePort: 30080, name: http}\n"
        "  - {port: 53, protocol: UDP}\n  - {port: 443, targetPort: https, nodePort: 0}\n---\n"
        "apiVersion: v1\nkind: Service\nmetadata: {name: a, namespace: x}\n"
        "spec: {clusterIP: None}\n");
    const struct pg_service *service = &cluster->services[1];

    (void)state;
    assert_int_equal(cluster->nservices, 2);
    assert_string_equal(pg_cluster_text(cluster, cluster->services[0].name), "a");
    assert_true(cluster->services[0].headless);
    assert_false(cluster->services[0].has_selector);
    assert_string_equal(pg_cluster_text(cluster, cluster->services[0].type), "ClusterIP");
    assert_string_equal(pg_cluster_text(cluster, service->type), "NodePort");
    assert_true(service->has_selector && service->local_traffic && !service->headless);
    assert_int_equal(service->cluster_ip[0].family, 4);
    assert_int_equal(service->cluster_ip[1].family, 6);
    assert_int_equal(service->nports, 3);
    assert_int_equal(service->ports[0].target, 8080);
    assert_int_equal(service->ports[0].node_port, 30080);
    assert_int_equal(service->ports[1].target, 53);
    assert_int_equal(service->ports[1].protocol, PG_UDP);
    assert_int_equal(service->ports[2].target, 0);
    assert_string_equal(pg_cluster_text(cluster, service->ports[2].target_name), "https");
    pg_cluster_free(cluster);
    assert_findings(
        "apiVersion: v1\nkind: Service\nmetadata: {name: s}\nspec: {ports: [{port: 0}, {}, "
        "{port: 1, protocol: x}, {port: 1, targetPort: 65536}], selector: {a: 1}}\n",
        "SVC-PORT rejected 4 spec.ports[0].port\nSVC-PORT rejected 4 spec.ports[1].port\n"
        "SVC-PORT rejected 4 spec.ports[2].protocol\n"
        "SVC-PORT rejected 4 spec.ports[3].targetPort\nOBJ-TYPE rejected 4 spec.selector\n");
}

/* --- what no decoder reads ------------------------------------------------------------------------- */

static void skipped(void **state)
{
    struct pg_cluster *cluster =
        load_text("apiVersion: v1\nkind: Secret\nmetadata: {name: a}\n---\n"
                  "apiVersion: v1\nkind: ConfigMap\ndata: {y: 1}\nmetadata: 3\n---\n"
                  "apiVersion: v1\nkind: Secret\nmetadata: {name: b}\n---\n"
                  "apiVersion: own/v1\nkind: AllowList\nspec: {}\n");

    (void)state;
    assert_int_equal(cluster->ndiags, 0);
    assert_int_equal(cluster->nskipped, 3);
    assert_string_equal(cluster->skipped[0].kind, "AllowList");
    assert_string_equal(cluster->skipped[1].kind, "ConfigMap");
    assert_string_equal(cluster->skipped[2].kind, "Secret");
    assert_int_equal(cluster->skipped[2].count, 2);
    assert_int_equal(cluster->skipped[2].first.line, 1);
    assert_true(pg_cluster_complete(cluster));
    pg_cluster_free(cluster);
}

static void strays(void **state)
{
    (void)state;
    assert_findings(
        "replicaCount: 1\n---\nkind: Pod\n---\napiVersion: v1\n---\n- a\n---\ntext\n---\n"
        "apiVersion: 1\nkind: Pod\n",
        "DOC-OBJECT warning 1\nDOC-OBJECT warning 3\nDOC-OBJECT warning 5\n"
        "DOC-OBJECT warning 7\nDOC-OBJECT warning 9\nDOC-OBJECT warning 11\n");
    assert_findings("apiVersion: v1\nkind: List\nitems:\n- {metadata: {name: x}}\n- text\n- ~\n",
                    "DOC-OBJECT warning 4\nDOC-OBJECT warning 5\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(namespaces), cmocka_unit_test(told_once), cmocka_unit_test(bad_namespaces),
        cmocka_unit_test(nodes),      cmocka_unit_test(services),  cmocka_unit_test(skipped),
        cmocka_unit_test(strays),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
