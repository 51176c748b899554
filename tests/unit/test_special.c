/* What is said of ends and ports that have a part of their own: nodes and probes, the API server, cloud metadata,
   DNS. */
#include "unit.h"

#include "polgrid/why.h"
#include "world.h"

#define CLUSTER                                                                                   \
    "apiVersion: v1\nkind: Node\nmetadata: {name: n1}\nstatus: {addresses: [{type: InternalIP, "  \
    "address: 192.168.0.1}]}\n---\n"                                                              \
    "apiVersion: v1\nkind: Node\nmetadata: {name: n2}\nstatus: {addresses: [{type: InternalIP, "  \
    "address: 192.168.0.2}]}\n---\n"                                                              \
    "apiVersion: v1\nkind: Pod\nmetadata: {name: a, namespace: x}\n"                              \
    "spec: {nodeName: n1, containers: [{name: c}]}\nstatus: {podIP: 10.0.0.1}\n---\n"             \
    "apiVersion: v1\nkind: Pod\nmetadata: {name: dns, namespace: z}\n"                            \
    "spec: {nodeName: n2, containers: [{name: c}]}\nstatus: {podIP: 10.0.0.2}\n---\n"             \
    "apiVersion: v1\nkind: Service\nmetadata: {name: kubernetes, namespace: default}\n"           \
    "spec: {clusterIP: 10.96.0.1, ports: [{name: https, port: 443}]}\n---\n"                      \
    "apiVersion: v1\nkind: Endpoints\nmetadata: {name: kubernetes, namespace: default}\n"         \
    "subsets: [{addresses: [{ip: 192.168.0.2}, {ip: 198.51.100.1}], ports: [{name: https, port: " \
    "6443}]}]\n---\n"
#define POLICY(spec)                                                                             \
    "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: p, namespace: x}\n" \
    "spec: {podSelector: {}, " spec "}\n---\n"
#define DENY POLICY("policyTypes: [Ingress, Egress]")

static struct pg_end end_of(const struct pg_cluster *cluster, const char *name)
{
    struct pg_end end = {.kind = PG_END_ADDR};
    if (pg_addr_parse(name, &end.addr, NULL))
        return end;
    if (name[0] == 'n')
        return (struct pg_end){.kind = PG_END_NODE, .index = pg_cluster_find_node(cluster, name)};
    uint32_t ns = pg_cluster_find_namespace(cluster, strcmp(name, "dns") == 0 ? "z" : "x");
    return (struct pg_end){.kind = PG_END_POD, .index = pg_cluster_find_pod(cluster, ns, name)};
}

struct note_case {
    const char *yaml, *from, *to;
    enum pg_protocol protocol;
    uint32_t port;
    const char *sentence, *note, *none; /* parts that must be there; a note that must not */
};

static void check(const struct note_case *it)
{
    struct world world = world_open(it->yaml, NULL);
    struct pg_arena *arena = pg_arena_new();
    struct pg_buf notes = {0};
    struct pg_end from = end_of(world.cluster, it->from), to = end_of(world.cluster, it->to);
    pg_ports port = pg_portset_range(pg_eval_portsets(world.eval), it->protocol, it->port, it->port);
    const struct pg_why *why = pg_why_ask(arena, world.eval, &from, &to, port, 0);
    for (uint32_t i = 0; i < why->nnotes; i++)
        pg_buf_printf(&notes, "%s\n", why->notes[i]);
    bool good = (!it->sentence || strstr(why->sentence, it->sentence)) &&
                (!it->note || strstr(pg_buf_text(&notes), it->note)) &&
                (!it->none || !strstr(pg_buf_text(&notes), it->none));
    if (!good)
        print_error("%s -> %s: %s\n%s\n", it->from, it->to, why->sentence, pg_buf_text(&notes));
    assert_true(good);
    pg_buf_free(&notes);
    pg_arena_free(arena);
    world_close(&world);
}

static void addresses(void **state)
{
    (void)state;
    static const struct note_case cases[] = {
        {CLUSTER, "a", "169.254.169.254", PG_TCP, 80,
         "x/a may reach 169.254.169.254 (cloud metadata)", "is where most clouds serve metadata",
         NULL},
        {CLUSTER DENY, "a", "169.254.169.254", PG_TCP, 80, "(cloud metadata)", NULL, "most clouds"},
        {CLUSTER, "a", "198.51.100.1", PG_TCP, 6443, "198.51.100.1 (the API server)",
         "198.51.100.1 is an endpoint of the service default/kubernetes. Policies see this address "
         "and port 6443",
         NULL},
        {CLUSTER, "a", "n2", PG_TCP, 6443, "node/n2 (the API server)", "node/n2 is an endpoint of",
         NULL},
        {CLUSTER, "a", "n1", PG_TCP, 6443, NULL, NULL, "endpoint of"},
        {CLUSTER, "a", "10.96.0.1", PG_TCP, 443, "10.96.0.1 (the address of default/svc/kubernetes)",
         "Ask for default/svc/kubernetes:443", NULL},
        {CLUSTER, "a", "198.51.100.2", PG_TCP, 443, "may reach 198.51.100.2 on", NULL, "a"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        check(&cases[i]);
}

#define CILIUM                                                                                 \
    "apiVersion: apps/v1\nkind: DaemonSet\nmetadata: {name: cilium, namespace: kube-system}\n" \
    "spec: {template: {metadata: {labels: {k8s-app: cilium}}, spec: {hostNetwork: true, "      \
    "containers: [{name: c}]}}}\n---\n"

static void nodes(void **state)
{
    (void)state;
    static const struct note_case cases[] = {
        {CLUSTER DENY, "n1", "a", PG_TCP, 80, "node/n1 may reach x/a",
         "the pod's own node, which the specification always admits. Some network plugins don't",
         NULL},
        {CLUSTER DENY, "n2", "a", PG_TCP, 80, "may not reach",
         "the pod's own node, node/n1, which the specification always admits", "Some network"},
        {CLUSTER DENY CILIUM, "n1", "a", PG_TCP, 80, NULL,
         "Cilium was found (DaemonSet kube-system/cilium): Cilium admits a pod's own node unless "
         "its "
         "agent runs with allow-localhost=policy",
         "Some network"},
        {CLUSTER DENY, "a", "n1", PG_TCP, 80, "may not reach",
         "this is the pod's own node: what a pod sends there is subject to policies",
         "health checks"},
        {CLUSTER, "a", "n1", PG_TCP, 80, NULL, NULL, "own node"},
        {CLUSTER DENY, "a", "n2", PG_TCP, 80, NULL, NULL, "own node"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        check(&cases[i]);
}

#define DNS(protocol) \
    POLICY("policyTypes: [Egress], egress: [{ports: [{port: 53, protocol: " protocol "}]}]")

static void dns(void **state)
{
    (void)state;
    static const struct note_case cases[] = {
        {CLUSTER DENY, "a", "dns", PG_UDP, 53, NULL, "DNS needs 53/UDP and 53/TCP\n", NULL},
        {CLUSTER DENY, "a", "dns", PG_UDP, 53, NULL,
         "where NodeLocal DNSCache runs, queries go to 169.254.20.10", NULL},
        {CLUSTER DNS("UDP"), "a", "dns", PG_TCP, 53, NULL,
         "DNS needs 53/UDP and 53/TCP; of the two only 53/UDP is allowed here", NULL},
        {CLUSTER DNS("UDP"), "a", "dns", PG_UDP, 53, NULL, NULL, "DNS"},
        {CLUSTER DENY, "a", "dns", PG_TCP, 80, NULL, NULL, "DNS"},
        {CLUSTER DENY, "a", "169.254.20.10", PG_UDP, 53, "169.254.20.10 (node-local DNS)",
         "node-local DNS answers from the host network: no pod selector matches that", NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        check(&cases[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(addresses),
        cmocka_unit_test(nodes),
        cmocka_unit_test(dns),
    };
    return cmocka_run_group_tests_name("special", tests, NULL, NULL);
}
