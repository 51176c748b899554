/* src/load: pods and workloads: what is an endpoint, who owns it, where it is (semantics 2, 10.5) */
#include "loading.h"

#define POD(ns, name, rest) \
    "apiVersion: v1\nkind: Pod\nmetadata: {name: " name ", namespace: " ns "}\n" rest "\n---\n"
#define OWNED(name, labels, kind, owner, rest)                                             \
    "apiVersion: v1\nkind: Pod\nmetadata: {name: " name ", namespace: x, labels: {" labels \
    "}, ownerReferences: [{apiVersion: v1, kind: Other, name: other}, {apiVersion: v1, "   \
    "controller: true, kind: " kind ", name: " owner ", uid: u}]}\n" rest "\n---\n"
#define WORKLOAD(version, kind, name, spec)                                               \
    "apiVersion: " version "\nkind: " kind "\nmetadata: {name: " name ", namespace: x}\n" \
    "spec: {" spec "template: {metadata: {labels: {app: a}}, spec: {}}}\n---\n"
#define OWNED_WORKLOAD(kind, name, replicas, owner_kind, owner)                                    \
    "apiVersion: apps/v1\nkind: " kind "\nmetadata: {name: " name ", namespace: x, "               \
    "ownerReferences: [{apiVersion: apps/v1, controller: true, kind: " owner_kind ", name: " owner \
    ", uid: u}]}\nspec: {replicas: " replicas ", template: {spec: {}}}\n---\n"
#define NODE(name, addresses)                                                                 \
    "apiVersion: v1\nkind: Node\nmetadata: {name: " name "}\nstatus: {addresses: [" addresses \
    "]}\n---\n"

/* --- which pods there are -------------------------------------------------------------------------- */

static void phases(void **state)
{
    (void)state;
    assert_pods(POD("x", "a", "") POD("x", "b", "status: {phase: Running, podIP: 10.0.0.1}")
                    POD("x", "c", "status: {phase: Succeeded}")
                        POD("x", "d", "status: {phase: Failed}")
                            POD("x", "e", "status: {phase: Pending}"),
                "x/a of Pod/a\nx/b of Pod/b 10.0.0.1\nx/e of Pod/e\n"
                "not x/c: succeeded\nnot x/d: failed\n");
    assert_pods("apiVersion: v1\nkind: Pod\nmetadata: {name: a, deletionTimestamp: "
                "'2026-01-01T00:00:00Z'}\n---\n" POD("x", "b", ""),
                "default/a of Pod/a terminating\nx/b of Pod/b\n");
}

static void addresses(void **state)
{
    (void)state;
    assert_pods(POD("x", "a", "status: {podIP: 10.0.0.1, podIPs: [{ip: 10.0.0.2}, {ip: 'fd00::2'}]}")
                    POD("x", "b", "status: {podIPs: [], podIP: 'fd00::3'}")
                        POD("x", "c", "status: {podIP: ''}"),
                "x/a of Pod/a 10.0.0.2 fd00::2\nx/b of Pod/b fd00::3\nx/c of Pod/c\n");
    assert_findings(POD("x", "a", "status: {podIP: 10.0.0.300}"),
                    "POD-ADDRESS warning 4 status.podIP\n");
}

/* semantics 2.9: two pods with one address */
static void shared_addresses(void **state)
{
    static const char text[] = POD("x", "a", "status: {podIPs: [{ip: 10.0.0.1}, {ip: 'fd00::1'}]}")
        POD("x", "b", "status: {podIP: 10.0.0.1}")
            POD("x", "c", "spec: {hostNetwork: true}\nstatus: {podIP: 10.0.0.9}")
                POD("x", "d", "spec: {hostNetwork: true}\nstatus: {podIP: 10.0.0.9}")
                    POD("x", "e", "status: {podIP: 10.0.0.1, phase: Failed}");

    (void)state;
    assert_pods(text, "x/a of Pod/a\nx/b of Pod/b\nx/c of Pod/c host 10.0.0.9\n"
                      "x/d of Pod/d host 10.0.0.9\nnot x/e: failed\n");
    assert_findings(text, "POD-ADDRESS-SHARED warning 6\n");
}

/* semantics 2.5 */
static void host_network(void **state)
{
    (void)state;
    assert_pods(
        NODE("n1", "{type: ExternalIP, address: 1.2.3.4}, {type: InternalIP, address: "
                   "192.168.0.1}, {type: Hostname, address: n1}, {type: InternalIP, address: "
                   "'fd00::1'}") NODE("n2", "{type: ExternalIP, address: 1.2.3.5}")
            POD("x", "a", "spec: {hostNetwork: true, nodeName: n1}")
                POD("x", "b", "spec: {hostNetwork: true, nodeName: n1}\nstatus: {podIP: 10.9.9.9}")
                    POD("x", "c", "spec: {hostNetwork: true, nodeName: n2}")
                        POD("x", "d", "spec: {hostNetwork: true, nodeName: gone}")
                            POD("x", "e", "spec: {nodeName: n1}"),
        "x/a of Pod/a host 192.168.0.1 fd00::1\nx/b of Pod/b host 10.9.9.9\n"
        "x/c of Pod/c host\nx/d of Pod/d host\nx/e of Pod/e\n");
}

/* --- workloads --------------------------------------------------------------------------------- */

/* semantics 2.6, 2.7 */
static void templates(void **state)
{
    struct pg_cluster *cluster;

    (void)state;
    assert_pods(
        WORKLOAD("apps/v1", "Deployment", "a", "") WORKLOAD("apps/v1", "StatefulSet", "b", "")
            WORKLOAD("apps/v1", "DaemonSet", "c", "") WORKLOAD("apps/v1", "ReplicaSet", "d", "")
                WORKLOAD("v1", "ReplicationController", "e", "")
                    WORKLOAD("batch/v1", "Job", "f", "suspend: true, ")
                        WORKLOAD("apps/v1", "Deployment", "z", "replicas: 0, "),
        "x/a[Deployment] of Deployment/a virtual\nx/b[StatefulSet] of StatefulSet/b virtual\n"
        "x/c[DaemonSet] of DaemonSet/c virtual\nx/d[ReplicaSet] of ReplicaSet/d virtual\n"
        "x/e[ReplicationController] of ReplicationController/e virtual\n"
        "x/f[Job] of Job/f virtual suspended\nnot x/z[Deployment]: replicas-0\n");
    cluster =
        load_text("apiVersion: batch/v1\nkind: CronJob\nmetadata: {name: a, labels: {app: no}}\n"
                  "spec: {jobTemplate: {spec: {template: {metadata: {labels: {app: yes-it-is}}, "
                  "spec: {hostNetwork: true, serviceAccountName: s, nodeName: n1}}}}}\n");
    assert_int_equal(cluster->npods, 1);
    assert_int_equal(cluster->pods[0].labels.n, 1);
    assert_string_equal(pg_cluster_text(cluster, cluster->pods[0].labels.v[0].value), "yes-it-is");
    assert_string_equal(pg_cluster_text(cluster, cluster->pods[0].service_account), "s");
    assert_string_equal(pg_cluster_text(cluster, cluster->pods[0].node_name), "n1");
    assert_true(cluster->pods[0].host_network);
    assert_int_equal(cluster->workloads[0].replicas, PG_REPLICAS_UNKNOWN);
    pg_cluster_free(cluster);
}

static void replicas(void **state)
{
    struct pg_cluster *cluster = load_text(WORKLOAD("apps/v1", "Deployment", "a", "replicas: 3, ")
                                               WORKLOAD("apps/v1", "Deployment", "b", ""));

    (void)state;
    assert_int_equal(cluster->workloads[0].replicas, 3);
    assert_int_equal(cluster->workloads[1].replicas, 1);
    pg_cluster_free(cluster);
    assert_findings(WORKLOAD("apps/v1", "Deployment", "a", "replicas: -1, "),
                    "OBJ-TYPE rejected 4 spec.replicas\n");
}

/* semantics 2.8 */
static void owners(void **state)
{
    (void)state;
    assert_pods(
        WORKLOAD("apps/v1", "Deployment", "web", "")
            OWNED_WORKLOAD("ReplicaSet", "web-1", "1", "Deployment", "web")
                OWNED_WORKLOAD("ReplicaSet", "web-2", "0", "Deployment", "web")
                    OWNED("web-1-a", "", "ReplicaSet", "web-1", ""),
        "x/web-1-a of Deployment/web\nnot x/web[Deployment]: represented-by-pods\n"
        "not x/web-1[ReplicaSet]: represented-by-pods\nnot x/web-2[ReplicaSet]: replicas-0\n");
    /* finished pods represent nobody */
    assert_pods(WORKLOAD("batch/v1", "Job", "j", "")
                    OWNED("j-1", "", "Job", "j", "status: {phase: Succeeded}"),
                "x/j[Job] of Job/j virtual\nnot x/j-1: succeeded\n");
    /* a workload is represented by its owner, if that was read */
    assert_pods(WORKLOAD("apps/v1", "Deployment", "web", "")
                    OWNED_WORKLOAD("ReplicaSet", "web-1", "1", "Deployment", "web"),
                "x/web[Deployment] of Deployment/web virtual\n"
                "not x/web-1[ReplicaSet]: represented-by-owner\n");
    assert_pods(OWNED_WORKLOAD("ReplicaSet", "web-1", "1", "Rollout", "web"),
                "x/web-1[ReplicaSet] of Rollout/web virtual\n");
}

static void guessed_owners(void **state)
{
    (void)state;
    assert_pods(WORKLOAD("apps/v1", "Deployment", "web", "")
                    OWNED("p", "", "ReplicaSet", "web-6d4cf9b7c", ""),
                "x/p of Deployment/web guessed\nnot x/web[Deployment]: represented-by-pods\n");
    assert_pods(OWNED("p", "pod-template-hash: abc", "ReplicaSet", "web-abc", ""),
                "x/p of Deployment/web guessed\n");
    assert_pods(OWNED("p", "pod-template-hash: other", "ReplicaSet", "web-6d4cf9b7c", ""),
                "x/p of ReplicaSet/web-6d4cf9b7c\n");
    assert_pods(OWNED("p", "", "ReplicaSet", "web-frontend", "")
                    OWNED("q", "", "ReplicaSet", "web", "")
                        OWNED("r", "", "ReplicaSet", "-6d4cf9b7c", ""),
                "x/p of ReplicaSet/web-frontend\nx/q of ReplicaSet/web\n"
                "x/r of ReplicaSet/-6d4cf9b7c\n");
    /* what was read needs no guess */
    assert_pods(WORKLOAD("apps/v1", "ReplicaSet", "web-6d4cf9b7c", "")
                    OWNED("p", "", "ReplicaSet", "web-6d4cf9b7c", ""),
                "x/p of ReplicaSet/web-6d4cf9b7c\n"
                "not x/web-6d4cf9b7c[ReplicaSet]: represented-by-pods\n");
}

static void odd_owners(void **state)
{
    (void)state;
    assert_pods(OWNED("p", "", "Node", "n1", "") OWNED("q", "", "Strange", "s", "")
                    OWNED("r", "", "Strange", "s", ""),
                "x/p of Pod/p\nx/q of Strange/s\nx/r of Strange/s\n");
    /* in a circle */
    assert_pods(OWNED_WORKLOAD("StatefulSet", "a", "1", "StatefulSet", "b")
                    OWNED_WORKLOAD("StatefulSet", "b", "1", "StatefulSet", "a")
                        OWNED("p", "", "StatefulSet", "a", ""),
                "x/p of StatefulSet/a\nnot x/a[StatefulSet]: represented-by-pods\n"
                "not x/b[StatefulSet]: represented-by-pods\n");
}

/* --- container ports ----------------------------------------------------------------------------- */

static void print_ports(struct pg_buf *out, const struct pg_cluster *cluster)
{
    const struct pg_pod *pod = &cluster->pods[0];

    for (uint32_t i = 0; i < pod->nports; i++)
        pg_buf_printf(
            out, "%s:%u/%s:%u ", pg_cluster_text(cluster, pod->ports[i].name), pod->ports[i].number,
            pg_protocol_name((enum pg_protocol)pod->ports[i].protocol), pod->ports[i].container);
}

static void ports(void **state)
{
    struct pg_cluster *cluster = load_text(
        POD("x", "a",
            "spec:\n  containers:\n  - ports: [{containerPort: 90, name: b}, {containerPort: 80, "
            "name: z}, {containerPort: 80, name: a}, {containerPort: 80}, {containerPort: 53, "
            "protocol: UDP}]\n  - ports: [{containerPort: 80, name: a}]\n"
            "  initContainers:\n  - {restartPolicy: Always, ports: [{containerPort: 70, name: s}, "
            "{containerPort: 80, name: a}]}\n  - {ports: [{containerPort: 60}]}\n"));
    struct pg_buf out = {0};

    (void)state;
    print_ports(&out, cluster);
    assert_string_equal(pg_buf_text(&out), ":60/TCP:2 s:70/TCP:1 :80/TCP:0 a:80/TCP:0 z:80/TCP:0 "
                                           "b:90/TCP:0 :53/UDP:0 ");
    pg_buf_free(&out);
    pg_cluster_free(cluster);
}

/* semantics 10.5: reported, and the pod is kept with a mark */
static void drafts(void **state)
{
    static const char bad_ports[] = POD("x", "a",
                                        "spec: {containers: [{ports: [{containerPort: 0}, {name: "
                                        "web}, {containerPort: 80, name: Web}, "
                                        "{containerPort: 81, protocol: tcp}, {containerPort: 82, "
                                        "name: web}, {containerPort: '83'}]}]}");

    (void)state;
    assert_findings(bad_ports, "POD-PORT error 4 spec.containers[0].ports[0].containerPort\n"
                               "POD-PORT error 4 spec.containers[0].ports[1].containerPort\n"
                               "POD-PORT error 4 spec.containers[0].ports[2].name\n"
                               "POD-PORT error 4 spec.containers[0].ports[3].protocol\n"
                               "OBJ-TYPE error 4 spec.containers[0].ports[5].containerPort\n");
    assert_pods(bad_ports, "x/a of Pod/a invalid\n");
    assert_pods("apiVersion: v1\nkind: Pod\nmetadata: {name: Bad_Name, labels: {a: 1, b: 'x y'}}\n",
                "default/Bad_Name of Pod/Bad_Name invalid\n");
    assert_findings("apiVersion: v1\nkind: Pod\nmetadata: {name: p, labels: {a: yes, b: ~}}\n",
                    "OBJ-TYPE error 3 metadata.labels\n");
    assert_findings(
        "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {containers: [{name: c, ports: "
        "[{containerPort: 80, name: x}, {containerPort: 81, name: x}]}]}\n",
        "POD-PORT error 4 spec.containers[0].ports[1].name\n");
}

/* A shape that leaves nothing to keep: rejected like any object. */
static void rejected(void **state)
{
    struct pg_cluster *cluster = load_text(POD("x", "a", "spec: []") POD("x", "b", ""));

    (void)state;
    assert_int_equal(cluster->nrejected, 1);
    assert_int_equal(cluster->npods, 1);
    assert_false(pg_cluster_complete(cluster));
    pg_cluster_free(cluster);
    assert_findings(POD("x", "a", "spec: {containers: {}, hostNetwork: 'yes', nodeName: 7}"),
                    "OBJ-TYPE rejected 4 spec.containers\nOBJ-TYPE rejected 4 spec.hostNetwork\n"
                    "OBJ-TYPE rejected 4 spec.nodeName\n");
    assert_findings("apiVersion: v1\nkind: Pod\nmetadata: {labels: {a: b}}\n",
                    "OBJ-NAME rejected 3 metadata.name\n");
    assert_findings("apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\nspec: {}\n",
                    "OBJ-TYPE rejected 4 spec.template.spec\n");
}

static void old_versions(void **state)
{
    static const char text[] = WORKLOAD("extensions/v1beta1", "Deployment", "a", "");

    (void)state;
    assert_findings(text, "OBJ-API-REMOVED error 1 apiVersion\n");
    assert_pods(text, "x/a[Deployment] of Deployment/a virtual invalid\n");
}

/* semantics 1.7 beyond policies */
static void unknown_fields(void **state)
{
    (void)state;
    assert_findings(POD("x", "a", "spec: {hostnetwork: true, brandNew: 1}")
                        POD("x", "b", "spec: {brandNew: 1, container: []}"),
                    "OBJ-FIELD error 4 spec.hostnetwork\nOBJ-FIELD-NEW info 4 spec.brandNew\n"
                    "OBJ-FIELD error 9 spec.container\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(phases),           cmocka_unit_test(addresses),
        cmocka_unit_test(shared_addresses), cmocka_unit_test(host_network),
        cmocka_unit_test(templates),        cmocka_unit_test(replicas),
        cmocka_unit_test(owners),           cmocka_unit_test(guessed_owners),
        cmocka_unit_test(odd_owners),       cmocka_unit_test(ports),
        cmocka_unit_test(drafts),           cmocka_unit_test(rejected),
        cmocka_unit_test(old_versions),     cmocka_unit_test(unknown_fields),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
