/* Questions to services: the way from the name to the policies, stage by stage, and what is said beside it. */
#include "unit.h"

#include "polgrid/why.h"
#include "world.h"

#define POD(name, labels, address, more)                                                   \
    "apiVersion: v1\nkind: Pod\nmetadata: {name: " name ", namespace: x, labels: {" labels \
    "}}\nspec: {nodeName: n1, containers: [{name: c" more "}]}\nstatus: {podIP: " address  \
    "}\n---\n"
#define HTTP(number) ", ports: [{name: http, containerPort: " number "}]"
#define SERVICE(spec) \
    "apiVersion: v1\nkind: Service\nmetadata: {name: w, namespace: x}\nspec: {" spec "}\n---\n"
#define SLICE(ports, endpoints)                                                                  \
    "apiVersion: discovery.k8s.io/v1\nkind: EndpointSlice\nmetadata: {name: w-1, namespace: x, " \
    "labels: {kubernetes.io/service-name: w}}\naddressType: IPv4\nports: [" ports                \
    "]\nendpoints: [" endpoints "]\n---\n"
#define POLICY(name, spec)                                                          \
    "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: " name \
    ", namespace: x}\nspec: {" spec "}\n---\n"
#define NODE                                                                                     \
    "apiVersion: v1\nkind: Node\nmetadata: {name: n1}\nstatus: {addresses: [{type: InternalIP, " \
    "address: 192.168.0.1}]}\n---\n"
#define CLI POD("cli", "app: cli", "10.0.0.9", "")

static const char states[] = "+/x?-"; /* by enum pg_stage_state */

struct asked {
    struct world world;
    struct pg_arena *arena;
    const struct pg_why *why;
};

/* Asks x/w from x/cli, or from an address. */
static struct asked ask(const char *yaml, const char *from, uint32_t port)
{
    struct asked asked = {.world = world_open(yaml, NULL), .arena = pg_arena_new()};
    const struct pg_cluster *cluster = asked.world.cluster;
    uint32_t ns = pg_cluster_find_namespace(cluster, "x");
    struct pg_end end = {.kind = PG_END_ADDR};
    if (!pg_addr_parse(from, &end.addr, NULL))
        end = (struct pg_end){.kind = PG_END_POD, .index = pg_cluster_find_pod(cluster, ns, from)};
    asked.why = pg_why_service(asked.arena, asked.world.eval, &end,
                               pg_cluster_find_service(cluster, ns, "w"), PG_TCP, port, 0);
    return asked;
}

static void done(struct asked *asked)
{
    pg_arena_free(asked->arena);
    world_close(&asked->world);
}

/* "+++x-": a mark for each stage. */
static void print_marks(char *marks, const struct pg_why *why)
{
    for (int i = 0; i < PG_NSTAGES; i++)
        marks[i] = states[why->stages[i].state];
    marks[PG_NSTAGES] = '\0';
}

static bool notes(const struct pg_why *why, const char *text)
{
    for (uint32_t i = 0; i < why->nnotes; i++)
        if (strstr(why->notes[i], text))
            return true;
    return false;
}

struct stage_case {
    const char *yaml, *from;
    uint32_t port;
    const char *marks, *verdict;
    int stage; /* whose detail is held against: */
    const char *detail;
};

static void check(const struct stage_case *it)
{
    struct asked asked = ask(it->yaml, it->from, it->port);
    char marks[PG_NSTAGES + 1];
    print_marks(marks, asked.why);
    if (strcmp(marks, it->marks) != 0)
        print_error("%s\n", it->yaml);
    assert_string_equal(marks, it->marks);
    assert_string_equal(pg_verdict_name(asked.why->verdict), it->verdict);
    assert_string_equal(asked.why->stages[it->stage].detail, it->detail);
    done(&asked);
}

/* --- the stages ----------------------------------------------------------------------------------- */

static void stages(void **state)
{
    (void)state;
    static const struct stage_case cases[] = {
        /* all is well */
        {CLI POD("a", "app: w", "10.0.0.1", HTTP("8080"))
             SERVICE("selector: {app: w}, ports: [{name: web, port: 80, targetPort: 8080}]"),
         "cli", 80, "+++++", "allowed", 1, "80/TCP (web)"},
        /* no such port */
        {CLI POD("a", "app: w", "10.0.0.1", "")
             SERVICE("selector: {app: w}, ports: [{port: 80}, {name: tls, port: 443}]"),
         "cli", 81, "+x---", "no-backend", 1,
         "the service has no 81/TCP; it has 80/TCP, 443/TCP (tls)"},
        /* a named target port: numbers differ, and one pod has none */
        {CLI POD("a", "app: w", "10.0.0.1", HTTP("8080"))
             POD("b", "app: w", "10.0.0.2", HTTP("9090")) POD("c", "app: w", "10.0.0.3", "")
                 SERVICE("selector: {app: w}, ports: [{port: 80, targetPort: http}]"),
         "cli", 80, "++/++", "allowed", 2,
         "http/TCP: 8080 at 1 backend, 9090 at 1 backend; 1 pod has no port of that name and is no "
         "backend"},
        {CLI POD("a", "app: w", "10.0.0.1", "")
             SERVICE("selector: {app: w}, ports: [{port: 80, targetPort: http}]"),
         "cli", 80, "++x--", "no-backend", 2,
         "http/TCP: no container port of that name in any of 1 pods"},
        /* nobody is selected */
        {CLI SERVICE("selector: {app: w}, ports: [{port: 80, targetPort: 8080}]"), "cli", 80,
         "+++x-", "no-backend", 3, "0 of 0 ready (app=w)"},
        /* nobody is ready: the policies are judged all the same */
        {CLI "apiVersion: v1\nkind: Pod\nmetadata: {name: a, namespace: x, labels: {app: w}}\n"
             "spec: {containers: [{name: c}]}\nstatus: {podIP: 10.0.0.1, conditions: [{type: "
             "Ready, status: 'False'}]}\n---\n" SERVICE("selector: {app: w}, ports: [{port: 80}]"),
         "cli", 80, "+++x+", "allowed", 3, "0 of 1 ready (app=w)"},
        {CLI "apiVersion: v1\nkind: Pod\nmetadata: {name: a, namespace: x, labels: {app: w}}\n"
             "spec: {containers: [{name: c}]}\nstatus: {podIP: 10.0.0.1, conditions: [{type: "
             "Ready, status: 'False'}]}\n---\n" SERVICE(
                 "selector: {app: w}, publishNotReadyAddresses: true, ports: [{port: 80}]"),
         "cli", 80, "+++++", "allowed", 3, "1 of 1 ready (app=w)"},
        /* the policies */
        {CLI POD("a", "app: w", "10.0.0.1", "") SERVICE("selector: {app: w}, ports: [{port: 80}]")
             POLICY("deny", "podSelector: {matchLabels: {app: w}}"),
         "cli", 80, "++++x", "denied", 4, "0 of 1 backend allowed, 1 denied"},
        {CLI POD("a", "app: w", "10.0.0.1", "") POD("b", "app: w, v: '2'", "10.0.0.2", "")
             SERVICE("selector: {app: w}, ports: [{port: 80}]")
                 POLICY("deny", "podSelector: {matchLabels: {v: '2'}}"),
         "cli", 80, "++++/", "mixed", 4, "1 of 2 backends allowed, 1 denied"},
        /* other types */
        {CLI SERVICE("type: ExternalName, externalName: db.example.com"), "cli", 80, "?----",
         "unknown", 1, "not asked"},
        {CLI POD("a", "app: w", "10.0.0.1", "")
             SERVICE("selector: {app: w}, clusterIP: 10.96.0.7, ports: [{port: 80}]"),
         "203.0.113.9", 80, "x----", "no-route", 0,
         "x/svc/w, type ClusterIP 10.96.0.7: it has no address outside the cluster"},
        {CLI SERVICE("ports: [{port: 80}]")
             SLICE("{port: 8080, protocol: TCP}",
                   "{addresses: [198.51.100.7]}, {addresses: [198.51.100.8], conditions: {ready: "
                   "false}}"),
         "cli", 80, "+++++", "allowed", 3, "1 of 2 ready (listed by EndpointSlices)"},
        {CLI SERVICE("ports: [{port: 80}]"), "cli", 80, "+++x-", "no-backend", 3,
         "0 of 0 ready (no selector, and no EndpointSlice)"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        check(&cases[i]);
}

/* --- source addresses ----------------------------------------------------------------------------- */

#define WEB POD("a", "app: w", "10.0.0.1", "")
#define FROM_CLIENT                                                                          \
    POLICY("in", "podSelector: {matchLabels: {app: w}}, ingress: [{from: [{ipBlock: {cidr: " \
                 "203.0.113.0/24}}]}]")

static void sources(void **state)
{
    (void)state;
    struct asked asked = ask(NODE WEB FROM_CLIENT SERVICE(
                                 "type: NodePort, selector: {app: w}, ports: [{port: 80, nodePort: "
                                 "30080}]"),
                             "203.0.113.9", 80);
    assert_int_equal(asked.why->verdict, PG_VERDICT_UNKNOWN);
    assert_true(notes(asked.why, "externalTrafficPolicy is Cluster (the default): the policies see "
                                 "the client's address, 203.0.113.9, or that of the node that "
                                 "passed the packet on (192.168.0.1)"));
    assert_string_equal(asked.why->stages[1].detail, "80/TCP, on the nodes 30080");
    done(&asked);

    asked = ask(NODE WEB FROM_CLIENT SERVICE(
                    "type: LoadBalancer, externalTrafficPolicy: Local, selector: {app: w}, "
                    "loadBalancerSourceRanges: [198.51.100.0/24], ports: [{port: 80}]"),
                "203.0.113.9", 80);
    assert_int_equal(asked.why->verdict, PG_VERDICT_ALLOWED);
    assert_true(notes(asked.why,
                      "externalTrafficPolicy is Local: the policies see the client's own "
                      "address, 203.0.113.9"));
    assert_true(
        notes(asked.why, "told to take 198.51.100.0/24 only; 203.0.113.9 is none of these"));
    done(&asked);

    /* From a pod the address and the ranges do not matter. */
    asked = ask(CLI WEB SERVICE("type: LoadBalancer, loadBalancerSourceRanges: [198.51.100.0/24], "
                                "selector: {app: w}, ports: [{port: 80}]"),
                "cli", 80);
    assert_false(notes(asked.why, "externalTrafficPolicy"));
    assert_false(notes(asked.why, "loadBalancerSourceRanges"));
    done(&asked);
}

/* --- other notes ---------------------------------------------------------------------------------- */

static void headless(void **state)
{
    (void)state;
    struct asked asked = ask(CLI POD("a", "app: w", "10.0.0.1", "")
                                 SERVICE("clusterIP: None, selector: {app: w}, ports: [{port: 80, "
                                         "targetPort: 8080}]"),
                             "cli", 80);
    assert_int_equal(asked.why->backends[0].port, 80);
    assert_true(notes(asked.why, "the service is headless: its targetPort 8080 is not applied"));
    done(&asked);
    asked = ask(CLI POD("a", "app: w", "10.0.0.1", "")
                    SERVICE("clusterIP: None, selector: {app: w}, ports: [{port: 80}]"),
                "cli", 80);
    assert_false(notes(asked.why, "headless"));
    done(&asked);
}

#define TWO      POD("a", "app: w", "10.0.0.1", "") POD("b", "app: w", "10.0.0.2", "")
#define SELECTED SERVICE("selector: {app: w}, ports: [{port: 80}]")

static void slices(void **state)
{
    (void)state;
    /* They agree, also where a pod has no address yet. */
    struct asked asked =
        ask(CLI TWO SELECTED SLICE(
                "{port: 80}", "{addresses: [10.0.0.1]}, "
                              "{addresses: [10.0.0.2]}") "apiVe"
                                                         "rsion: v1\nkind: Pod\nmetadata: {name: "
                                                         "p, namespace: x, labels: "
                                                         "{app: w}}\nstatus: {phase: Pending}\n",
            "cli", 80);
    assert_false(notes(asked.why, "disagree"));
    assert_int_equal(asked.why->nbackends, 3);
    done(&asked);

    /* They don't: the slices count. */
    asked = ask(
        CLI TWO SELECTED SLICE("{port: 80}", "{addresses: [10.0.0.1]}, {addresses: [10.0.0.9]}"),
        "cli", 80);
    assert_true(notes(asked.why, "disagree: x/cli is listed and not selected, x/b is selected and "
                                 "not listed. The slices are what the cluster goes by"));
    assert_int_equal(asked.why->nbackends, 2);
    assert_string_equal(asked.why->stages[3].detail, "2 of 2 ready (listed by EndpointSlices)");
    done(&asked);

    /* A manifest is no cluster to compare with. */
    asked = ask(CLI "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: d, namespace: x}\n"
                    "spec: {template: {metadata: {labels: {app: w}}, spec: {containers: [{name: "
                    "c}]}}}\n---\n" SELECTED SLICE("{port: 80}", "{addresses: [10.0.0.77]}"),
                "cli", 80);
    assert_false(notes(asked.why, "disagree"));
    assert_int_equal(asked.why->backends[0].end.kind, PG_END_POD);
    done(&asked);
}

/* An ipBlock about the service's own address (9.8); DNS pods that listen on another port (8.8). */
static void blocks_and_dns(void **state)
{
    (void)state;
    static const char out[] =
        CLI POD("a", "app: w", "10.0.0.1", "") SERVICE("selector: {app: w}, clusterIP: 10.96.0.7, "
                                                       "ports: [{port: 53, targetPort: 1053}]")
            POLICY("out", "podSelector: {matchLabels: {app: cli}}, policyTypes: [Egress], egress: "
                          "[{to: [{ipBlock: {cidr: 10.96.0.0/16}}]}]");
    struct asked asked = ask(out, "cli", 53);
    assert_int_equal(asked.why->verdict, PG_VERDICT_DENIED);
    assert_true(notes(asked.why, "x/out has an ipBlock that covers the service's own address, "
                                 "10.96.0.7"));
    assert_true(notes(asked.why, "the service answers on port 53 and its pods on 1053"));
    done(&asked);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stages), cmocka_unit_test(sources),        cmocka_unit_test(headless),
        cmocka_unit_test(slices), cmocka_unit_test(blocks_and_dns),
    };
    return cmocka_run_group_tests_name("service", tests, NULL, NULL);
}
