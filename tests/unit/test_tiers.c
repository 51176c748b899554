/* The order in which policies are asked under Kubernetes' own rules: admin policies, NetworkPolicies,
   baseline (semantics 11, 12, 16.3). Each question is asked of the explanation and of the cell, which must
   not differ. */
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>

#include "polgrid/why.h"
#include "world.h"

/* prod: web, db, and agent on the host network; dev: web; mon: prom. One node, n1. */
#define POD(ns, name, ip, more)                                                  \
    "---\n{apiVersion: v1, kind: Pod, metadata: {name: " name ", namespace: " ns \
    ", labels: {app: " name "}}, spec: {nodeName: n1, " more                     \
    "containers: [{name: c, ports: [{name: http, "                               \
    "containerPort: 8080}]}]}, status: {podIP: " ip "}}\n"
#define NAMESPACE(name) \
    "---\n{apiVersion: v1, kind: Namespace, metadata: {name: " name ", labels: {ns: " name "}}}\n"

static const char *const world_text = NAMESPACE("prod") NAMESPACE("dev")
    NAMESPACE("mon") "---\n{apiVersion: v1, kind: Node, metadata: {name: n1, labels: {role: "
                     "worker}}, status: "
                     "{addresses: [{type: InternalIP, address: 192.168.0.1}]}}\n" POD(
                         "prod", "web", "10.0.0.1", "") POD("prod", "db", "10.0.0.2", "")
                         POD("prod", "agent", "192.168.0.1", "hostNetwork: true, ")
                             POD("dev", "web", "10.0.0.3", "")
                                 POD("mon", "prom", "10.0.0.4",
                                     "") "---\n{apiVersion: v1, kind: Service, metadata: {name: "
                                         "web, namespace: prod}, spec: {selector: "
                                         "{app: web}, ports: [{port: 80}]}}\n";

#define ANP(name, priority, rules)                                                              \
    "---\n{apiVersion: policy.networking.k8s.io/v1alpha1, kind: AdminNetworkPolicy, metadata: " \
    "{name: " name "}, spec: {priority: " priority ", subject: {namespaces: {}}, " rules "}}\n"
#define BANP(rules)                                                                           \
    "---\n{apiVersion: policy.networking.k8s.io/v1alpha1, kind: BaselineAdminNetworkPolicy, " \
    "metadata: "                                                                              \
    "{name: default}, spec: {subject: {namespaces: {}}, " rules "}}\n"
#define CNP(name, tier, priority, rules)                                                          \
    "---\n{apiVersion: policy.networking.k8s.io/v1alpha2, kind: ClusterNetworkPolicy, metadata: " \
    "{name: " name "}, spec: {tier: " tier ", priority: " priority                                \
    ", subject: {namespaces: {}}, " rules "}}\n"
#define NP(name, spec)                                                                         \
    "---\n{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: " name ", " \
    "namespace: prod}, spec: {" spec "}}\n"

/* Rules: from or to any pod; to what is only possibly meant; to addresses. */
#define IN(action) "{action: " action ", from: [{namespaces: {}}]}"
#define IN_PORT(action, n) \
    "{action: " action ", from: [{namespaces: {}}], ports: [{portNumber: {port: " n "}}]}"
#define IN_MAYBE(action)  "{action: " action ", from: [{namespaces: {sameLabels: [x]}}]}"
#define OUT_NAMES(action) "{action: " action ", to: [{domainNames: [a.b]}]}"
#define OUT_ALL(action)   "{action: " action ", to: [{networks: [0.0.0.0/0]}]}"
#define INGRESS(rules)    "ingress: [" rules "]"
#define EGRESS(rules)     "egress: [" rules "]"
#define NP_DENY           NP("np", "podSelector: {}")
#define NP_ALLOW          NP("np", "podSelector: {}, ingress: [{}]")

struct question {
    const char *policies, *from, *to;
    uint32_t key; /* PG_PORT_KEY */
    const char *answer;
};

static struct pg_end end_of(const struct world *world, const char *text)
{
    struct pg_end end = {.kind = PG_END_ADDR};
    char ns[20];
    const char *slash = strchr(text, '/');

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

/* "denied isolated: p1#0 deny, default#1 pass?": what is not sure has a question mark. */
static void print_side(struct pg_buf *out, const struct world *world, const struct pg_why_side *side)
{
    pg_buf_puts(out, side->present ? pg_verdict_name(side->verdict) : "none");
    pg_buf_puts(out, side->isolated ? " isolated" : "");
    pg_buf_puts(out, side->exempt ? " " : "");
    pg_buf_puts(out, pg_exempt_name(side->exempt));
    for (uint32_t i = 0; i < side->nreasons; i++) {
        const struct pg_reason *reason = &side->reasons[i];
        pg_buf_puts(out, i ? ", " : ": ");
        pg_buf_puts(out,
                    pg_cluster_text(world->cluster, world->cluster->policies[reason->policy].name));
        if (reason->rule != PG_NO_INDEX)
            pg_buf_printf(out, "#%u", reason->rule);
        pg_buf_printf(out, " %s%s", pg_effect_name(reason->effect), reason->detail ? "?" : "");
    }
}

/* The cell says of that port what the explanation says. */
static void assert_cell(const struct world *world, const struct pg_end *from,
                        const struct pg_end *to, uint32_t key, enum pg_verdict verdict)
{
    struct pg_portsets *sets = pg_eval_portsets(world->eval);
    struct pg_cell cell = pg_eval_pair(world->eval, from, to);

    for (int dir = 0; dir < 2; dir++)
        assert_false(pg_portset_has(sets, cell.sides[dir].sure, key) &&
                     !pg_portset_has(sets, cell.sides[dir].possible, key));
    if (PG_KEY_PROTOCOL(key) == PG_OTHER)
        return;
    assert_int_equal(pg_portset_has(sets, cell.sure, key), verdict == PG_VERDICT_ALLOWED);
    assert_int_equal(pg_portset_has(sets, cell.possible, key), verdict != PG_VERDICT_DENIED);
}

static const struct pg_why *ask(struct pg_arena *arena, const struct world *world, const char *from,
                                const char *to, uint32_t key)
{
    struct pg_end a = end_of(world, from), b = end_of(world, to);
    pg_ports ports = pg_portset_range(pg_eval_portsets(world->eval), PG_KEY_PROTOCOL(key),
                                      PG_KEY_PORT(key), PG_KEY_PORT(key));
    const struct pg_why *why = pg_why_ask(arena, world->eval, &a, &b, ports, 0);

    assert_cell(world, &a, &b, key, why->verdict);
    return why;
}

static struct world open_world(const char *policies, const char *assumed)
{
    char text[16000];

    snprintf(text, sizeof text, "%s%s", world_text, policies);
    return world_open(text, assumed);
}

/* The answer of one side: of the first of the two where a policy has a say, else of the ingress side. */
static void answer_side(const struct question *question, const char *assumed, struct pg_buf *out)
{
    struct world world = open_world(question->policies, assumed);
    struct pg_arena *arena = pg_arena_new();
    const struct pg_why *why = ask(arena, &world, question->from, question->to, question->key);
    bool egress = why->sides[PG_EGRESS].npolicies > 0 || !why->sides[PG_INGRESS].present;

    pg_buf_clear(out);
    print_side(out, &world, &why->sides[egress ? PG_EGRESS : PG_INGRESS]);
    pg_arena_free(arena);
    world_close(&world);
}

static void run(const struct question *questions, size_t n, const char *assumed)
{
    struct pg_buf found = {0};

    for (size_t i = 0; i < n; i++) {
        answer_side(&questions[i], assumed, &found);
        if (strcmp(pg_buf_text(&found), questions[i].answer) != 0)
            fail_msg("question %zu, %s to %s under\n%s\nexpected %s\nfound    %s", i,
                     questions[i].from, questions[i].to, questions[i].policies, questions[i].answer,
                     pg_buf_text(&found));
    }
    pg_buf_free(&found);
}

#define RUN(questions) run(questions, PG_COUNT(questions), NULL)
#define TCP(port)      PG_PORT_KEY(PG_TCP, port)
#define ICMP           PG_PORT_KEY(PG_OTHER, 1)
#define DEV_TO_PROD    "dev/web", "prod/web", TCP(80)
#define TO_OUTSIDE     "dev/web", "203.0.113.1", TCP(443)

/* semantics 11.5 */
static void equal_priorities(void **state)
{
    static const struct question questions[] = {
        {ANP("a", "5", INGRESS(IN("Allow"))) ANP("b", "5", INGRESS(IN("Deny"))), DEV_TO_PROD,
         "unknown isolated: a#0 allow, b#0 deny"},
        {ANP("a", "5", INGRESS(IN("Deny"))) ANP("b", "5", INGRESS(IN("Deny"))), DEV_TO_PROD,
         "denied isolated: a#0 deny, b#0 deny"},
        {ANP("a", "5", INGRESS(IN("Allow"))) ANP("b", "6", INGRESS(IN("Deny"))), DEV_TO_PROD,
         "allowed isolated: a#0 allow"},
        {ANP("a", "6", INGRESS(IN("Allow"))) ANP("b", "5", INGRESS(IN("Deny"))), DEV_TO_PROD,
         "denied isolated: b#0 deny"},
        /* Only where both match. */
        {ANP("a", "5", INGRESS(IN_PORT("Allow", "80"))) ANP("b", "5", INGRESS(IN_PORT("Deny", "81"))),
         DEV_TO_PROD, "allowed isolated: a#0 allow"},
        /* Pass or Allow: open behind them, so either lets it in; isolated behind them, only one does. */
        {ANP("a", "5", INGRESS(IN("Allow"))) ANP("b", "5", INGRESS(IN("Pass"))), DEV_TO_PROD,
         "allowed isolated: a#0 allow, b#0 pass"},
        {ANP("a", "5", INGRESS(IN("Allow"))) ANP("b", "5", INGRESS(IN("Pass"))) NP_DENY,
         DEV_TO_PROD, "unknown isolated: a#0 allow, b#0 pass, np isolate"},
        {ANP("a", "5", INGRESS(IN("Deny"))) ANP("b", "5", INGRESS(IN("Pass"))) NP_DENY, DEV_TO_PROD,
         "denied isolated: a#0 deny, b#0 pass, np isolate"},
        /* What all of equal priority leave is asked of the next. */
        {ANP("a", "5", INGRESS(IN_PORT("Allow", "1"))) ANP("b", "5", INGRESS(IN_PORT("Deny", "1")))
             ANP("c", "6", INGRESS(IN("Deny"))),
         DEV_TO_PROD, "denied isolated: c#0 deny"},
        /* Priorities compare inside a tier only (12.2). */
        {CNP("a", "Admin", "5", INGRESS(IN("Deny"))) CNP("b", "Baseline", "5", INGRESS(IN("Accept"))),
         DEV_TO_PROD, "denied isolated: a#0 deny"},
        {CNP("a", "Baseline", "5", INGRESS(IN("Deny")))
             CNP("b", "Baseline", "5", INGRESS(IN("Accept"))),
         DEV_TO_PROD, "unknown isolated: a#0 deny, b#0 allow"},
    };

    (void)state;
    RUN(questions);
}

/* semantics 0.4, 11.13, 11.16 */
static void rules_that_possibly_match(void **state)
{
    static const struct question questions[] = {
        {ANP("a", "1", EGRESS(OUT_NAMES("Deny") ", " OUT_ALL("Allow"))), TO_OUTSIDE,
         "unknown isolated: a#0 deny?, a#1 allow?"},
        {ANP("a", "1", EGRESS(OUT_NAMES("Allow") ", " OUT_ALL("Deny"))), TO_OUTSIDE,
         "unknown isolated: a#0 allow?, a#1 deny?"},
        {ANP("a", "1", EGRESS(OUT_NAMES("Deny") ", " OUT_ALL("Deny"))), TO_OUTSIDE,
         "denied isolated: a#0 deny?, a#1 deny?"},
        {ANP("a", "1", EGRESS(OUT_NAMES("Allow") ", " OUT_ALL("Allow"))), TO_OUTSIDE,
         "allowed isolated: a#1 allow"},
        {ANP("a", "1", EGRESS(OUT_ALL("Deny") ", " OUT_NAMES("Allow"))), TO_OUTSIDE,
         "denied isolated: a#0 deny"},
        /* A name is never a pod's. */
        {ANP("a", "1", EGRESS(OUT_NAMES("Deny"))), DEV_TO_PROD, "allowed"},
        {ANP("a", "1", EGRESS(OUT_NAMES("Deny"))), TO_OUTSIDE, "unknown isolated: a#0 deny?"},
        /* It may be a node's, and what is on its network has the same address. */
        {ANP("a", "1", EGRESS(OUT_NAMES("Deny"))), "dev/web", "node/n1", TCP(443),
         "unknown isolated: a#0 deny?"},
        {ANP("a", "1", EGRESS(OUT_NAMES("Deny"))), "dev/web", "prod/agent", TCP(443),
         "unknown isolated: a#0 deny?"},
        /* Nothing behind it denies. */
        {ANP("a", "1", EGRESS(OUT_NAMES("Allow"))), TO_OUTSIDE, "allowed"},
        {ANP("a", "1", INGRESS(IN_MAYBE("Allow"))) NP_ALLOW, DEV_TO_PROD,
         "allowed isolated: np#0 allow"},
        {ANP("a", "1", INGRESS(IN_MAYBE("Pass"))) NP_ALLOW, DEV_TO_PROD,
         "allowed isolated: np#0 allow"},
        {ANP("a", "1", INGRESS(IN_MAYBE("Allow"))) NP_DENY, DEV_TO_PROD,
         "unknown isolated: a#0 allow?, np isolate"},
        {ANP("a", "1", INGRESS(IN_MAYBE("Deny"))) NP_ALLOW, DEV_TO_PROD,
         "unknown isolated: a#0 deny?, np#0 allow?"},
        {ANP("a", "1", INGRESS(IN_MAYBE("Deny"))) NP_DENY, DEV_TO_PROD,
         "denied isolated: a#0 deny?, np isolate"},
        {ANP("a", "1", INGRESS(IN_MAYBE("Pass") ", " IN("Deny"))), DEV_TO_PROD,
         "unknown isolated: a#0 pass?, a#1 deny?"},
        {ANP("a", "1", INGRESS(IN_MAYBE("Pass") ", " IN("Deny"))) NP_DENY, DEV_TO_PROD,
         "denied isolated: a#0 pass?, a#1 deny?, np isolate"},
        {ANP("a", "1", INGRESS(IN_MAYBE("Pass") ", " IN("Allow"))) BANP(INGRESS(IN("Deny"))),
         DEV_TO_PROD, "unknown isolated: a#0 pass?, a#1 allow?, default#0 deny?"},
        /* Old selectors are possibly any pod's, and surely nobody else's (11.13). */
        {ANP("a", "1", INGRESS(IN_MAYBE("Deny"))), "203.0.113.1", "prod/web", TCP(80), "allowed"},
        /* Equal priority: one of the two surely acts. */
        {ANP("a", "1", INGRESS(IN_MAYBE("Deny"))) ANP("b", "1", INGRESS(IN("Deny"))), DEV_TO_PROD,
         "denied isolated: a#0 deny?, b#0 deny"},
        {ANP("a", "1", INGRESS(IN_MAYBE("Allow"))) ANP("b", "1", INGRESS(IN("Deny"))), DEV_TO_PROD,
         "unknown isolated: a#0 allow?, b#0 deny"},
    };

    (void)state;
    RUN(questions);
}

/* semantics 11.8, 11.11, 12.4 */
static void passes(void **state)
{
    static const struct question questions[] = {
        {ANP("a", "1", INGRESS(IN("Pass"))) ANP("b", "2", INGRESS(IN("Deny"))), DEV_TO_PROD,
         "allowed: a#0 pass"},
        {ANP("a", "1", INGRESS(IN("Pass") ", " IN("Deny"))), DEV_TO_PROD, "allowed: a#0 pass"},
        {ANP("a", "1", INGRESS(IN("Pass"))) NP_DENY, DEV_TO_PROD,
         "denied isolated: a#0 pass, np isolate"},
        {ANP("a", "1", INGRESS(IN("Pass"))) NP_ALLOW BANP(INGRESS(IN("Deny"))), DEV_TO_PROD,
         "allowed isolated: a#0 pass, np#0 allow"},
        {ANP("a", "1", INGRESS(IN("Pass"))) BANP(INGRESS(IN("Deny"))), DEV_TO_PROD,
         "denied isolated: a#0 pass, default#0 deny"},
        {ANP("a", "1", INGRESS(IN("Pass"))) BANP(INGRESS(IN("Allow") ", " IN("Deny"))), DEV_TO_PROD,
         "allowed isolated: a#0 pass, default#0 allow"},
        {CNP("a", "Admin", "1", INGRESS(IN("Pass"))) CNP("b", "Baseline", "1", INGRESS(IN("Pass")))
             CNP("c", "Baseline", "2", INGRESS(IN("Deny"))),
         DEV_TO_PROD, "allowed: a#0 pass, b#0 pass"},
        {CNP("b", "Baseline", "2", INGRESS(IN("Pass")))
             CNP("c", "Baseline", "1", INGRESS(IN("Deny"))),
         DEV_TO_PROD, "denied isolated: c#0 deny"},
        /* Only what it matches. */
        {ANP("a", "1", INGRESS(IN_PORT("Pass", "81"))) ANP("b", "2", INGRESS(IN("Deny"))),
         DEV_TO_PROD, "denied isolated: b#0 deny"},
    };

    (void)state;
    RUN(questions);
}

/* semantics 11.10 */
static void baseline_after_isolation(void **state)
{
    static const char *const both = NP_DENY BANP(INGRESS(IN("Allow")) ", " EGRESS(OUT_ALL("Deny")));
    static const char *const open = NP_ALLOW BANP(INGRESS(IN("Deny")) ", " EGRESS(OUT_ALL("Deny")));
    const struct question questions[] = {
        /* prod/web is isolated for ingress, where the baseline is not asked; for egress it is. */
        {both, "203.0.113.1", "prod/web", TCP(80), "denied isolated: np isolate"},
        {both, "mon/prom", "203.0.113.1", TCP(80), "denied isolated: default#0 deny"},
        {both, "prod/web", "203.0.113.1", TCP(80), "denied isolated: default#0 deny"},
        {open, "203.0.113.1", "prod/web", TCP(80), "allowed isolated: np#0 allow"},
        {BANP(INGRESS(IN("Deny"))), "203.0.113.1", "prod/web", TCP(80), "allowed"},
        {BANP(INGRESS(IN("Deny"))), "mon/prom", "dev/web", TCP(80),
         "denied isolated: default#0 deny"},
    };

    (void)state;
    RUN(questions);
}

/* semantics 7.14, 11.17, 12.8: a rule without ports decides ICMP too, one with ports does not. */
static void protocols_without_ports(void **state)
{
    static const struct question questions[] = {
        {ANP("a", "1", INGRESS(IN("Deny"))), "dev/web", "prod/web", ICMP,
         "denied isolated: a#0 deny"},
        {ANP("a", "1", INGRESS(IN_PORT("Deny", "80"))), "dev/web", "prod/web", ICMP, "allowed"},
        {ANP("a", "1", EGRESS(OUT_ALL("Deny"))), "dev/web", "203.0.113.1", ICMP,
         "denied isolated: a#0 deny"},
        {ANP("a", "1", INGRESS(IN("Allow"))) NP_DENY, "dev/web", "prod/web", ICMP,
         "allowed isolated: a#0 allow"},
        {ANP("a", "1", INGRESS(IN("Pass"))) NP_ALLOW, "dev/web", "prod/web", ICMP,
         "unknown isolated: a#0 pass, np isolate"},
    };

    (void)state;
    RUN(questions);
}

/* semantics 12.6: what is sure of a rule decides, what is not does not. */
static void parts_of_a_rule(void **state)
{
    static const char *const policies =
        CNP("a", "Admin", "1",
            INGRESS("{action: Deny, from: [{namespaces: {}}], protocols: [{icmp: {}}, {tcp: "
                    "{destinationPort: {number: 80}}}, {destinationNamedPort: http}]}"));
    const struct question questions[] = {
        {policies, DEV_TO_PROD, "denied isolated: a#0 deny"},
        {policies, "dev/web", "prod/web", TCP(8080), "denied isolated: a#0 deny"},
        {policies, "dev/web", "prod/web", TCP(81), "unknown isolated: a#0 deny?"},
        {policies, "dev/web", "prod/web", ICMP, "unknown isolated: a#0 deny?"},
    };

    (void)state;
    RUN(questions);
}

/* semantics 2.5: not even where pods on the host network are taken for ordinary ones. */
static void host_network(void **state)
{
    static const char *const in = ANP("a", "1", INGRESS(IN("Deny")));
    static const char *const out =
        ANP("a", "1", EGRESS("{action: Deny, to: [{nodes: {matchLabels: {role: worker}}}]}"));
    static const char *const pods = ANP(
        "a", "1", EGRESS("{action: Deny, to: [{pods: {namespaceSelector: {}, podSelector: {}}}]}"));
    const struct question questions[] = {
        {in, "dev/web", "prod/agent", TCP(80), "allowed"},
        {in, "dev/web", "prod/db", TCP(80), "denied isolated: a#0 deny"},
        {in, "prod/agent", "prod/db", TCP(80), "allowed"},
        {out, "dev/web", "prod/agent", TCP(80), "denied isolated: a#0 deny"},
        {out, "dev/web", "prod/db", TCP(80), "allowed"},
        {out, "dev/web", "node/n1", TCP(80), "denied isolated: a#0 deny"},
        {pods, "dev/web", "prod/agent", TCP(80), "allowed"},
        {pods, "dev/web", "node/n1", TCP(80), "allowed"},
        {pods, "dev/web", "prod/db", TCP(80), "denied isolated: a#0 deny"},
        {NP_DENY, "dev/web", "prod/agent", TCP(80), "denied isolated: np isolate"},
    };

    (void)state;
    run(questions, PG_COUNT(questions), "host-network=pod");
}

/* semantics 12.11: of two generations one is evaluated, and where the other has a say nothing is known. */
static void generations(void **state)
{
    static const char *const policies =
        ANP("old", "1", INGRESS(IN("Deny"))) CNP("new", "Admin", "1", INGRESS(IN("Accept")));
    const struct question unknown_old = {policies, DEV_TO_PROD,
                                         "unknown isolated: new#0 allow, old unknown?"};
    const struct question unknown_new = {policies, DEV_TO_PROD,
                                         "unknown isolated: old#0 deny, new unknown?"};
    const struct question egress = {policies, "prod/web", "203.0.113.1", TCP(80), "allowed"};

    (void)state;
    run(&unknown_old, 1, NULL);
    run(&unknown_old, 1, "admin-api=v1alpha2");
    run(&unknown_new, 1, "admin-api=v1alpha1");
    run(&egress, 1, NULL);
}

/* semantics 8.2, 12.7: a pod to itself through a service. */
static void assert_hairpin(const char *policies, const char *assumed, const char *expected)
{
    struct world world = open_world(policies, assumed);
    struct pg_arena *arena = pg_arena_new();
    struct pg_end from = end_of(&world, "prod/web");
    uint32_t service = pg_cluster_find_service(
        world.cluster, pg_cluster_find_namespace(world.cluster, "prod"), "web");
    const struct pg_why *why = pg_why_service(arena, world.eval, &from, service, PG_TCP, 80, 0);
    struct pg_buf found = {0};

    assert_int_equal(why->nbackends, 1);
    print_side(&found, &world, &why->backends[0].why->sides[PG_EGRESS]);
    pg_buf_puts(&found, " / ");
    print_side(&found, &world, &why->backends[0].why->sides[PG_INGRESS]);
    assert_string_equal(pg_buf_text(&found), expected);
    pg_buf_free(&found);
    pg_arena_free(arena);
    world_close(&world);
}

static void hairpins(void **state)
{
    (void)state;
    assert_hairpin(NP_DENY, NULL, "allowed self / allowed isolated self");
    assert_hairpin(NP_DENY, "hairpin=policy", "allowed / denied isolated: np isolate");
    assert_hairpin(CNP("a", "Admin", "1", INGRESS(IN("Deny"))) NP_ALLOW, NULL,
                   "allowed self / denied isolated: a#0 deny");
    assert_hairpin(CNP("a", "Admin", "1", INGRESS(IN("Accept"))) NP_DENY, "hairpin=policy",
                   "allowed / allowed isolated: a#0 allow");
    assert_hairpin(CNP("a", "Baseline", "1", EGRESS(OUT_ALL("Deny"))), NULL,
                   "denied isolated: a#0 deny / allowed self");
}

/* A side is open where no policy isolates it and no rule decides anything of it, on whatever port. */
static void open_sides(void **state)
{
    static const char *const policies =
        ANP("a", "1",
            INGRESS("{action: Deny, from: [{namespaces: {matchLabels: {ns: dev}}}], "
                    "ports: [{portNumber: {port: 22}}]}"));
    struct world world = open_world(policies, NULL);
    struct pg_end dev = end_of(&world, "dev/web"), prod = end_of(&world, "prod/web");
    struct pg_end prom = end_of(&world, "mon/prom");

    (void)state;
    assert_true(pg_eval_pair(world.eval, &dev, &prod).sides[PG_INGRESS].isolated);
    assert_false(pg_eval_pair(world.eval, &dev, &prod).sides[PG_EGRESS].isolated);
    assert_false(pg_eval_pair(world.eval, &prom, &prod).sides[PG_INGRESS].isolated);
    world_close(&world);
}

/* --- words --------------------------------------------------------------------------------------- */

static void assert_sentence(const char *policies, const char *expected)
{
    struct world world = open_world(policies, NULL);
    struct pg_arena *arena = pg_arena_new();
    const struct pg_why *why = ask(arena, &world, DEV_TO_PROD);

    if (strstr(why->sentence, expected) == NULL)
        fail_msg("\"%s\"\nis not in\n\"%s\"", expected, why->sentence);
    pg_arena_free(arena);
    world_close(&world);
}

static void sentences(void **state)
{
    (void)state;
    assert_sentence(ANP("a", "5", INGRESS(IN("Allow"))) ANP("b", "5", INGRESS(IN("Deny"))),
                    " acts: some of them have one priority and do different things");
    assert_sentence(ANP("a", "5", INGRESS(IN("Deny"))), "denies it on the way in");
    assert_sentence(ANP("a", "1", INGRESS(IN_MAYBE("Deny"))) NP_DENY,
                    "prod/web is isolated for ingress by prod/np");
    assert_sentence(ANP("a", "1", INGRESS(IN_MAYBE("Deny"))), "; ingress hangs on a ");
    assert_sentence(ANP("a", "1", INGRESS(IN("Pass"))), "no policy restricts ingress to prod/web");
}

/* A rule that matches nobody says so where it is a near miss (11.18), and a name of any protocol has words. */
static void misses(void **state)
{
    struct world world =
        open_world(NP_DENY ANP("a", "1", INGRESS("{action: Allow, from: [{tenants: {}}]}"))
                       ANP("b", "2",
                           INGRESS("{action: Allow, from: [{namespaces: {}}], ports: [{namedPort: "
                                   "http}]}")),
                   NULL);
    struct pg_arena *arena = pg_arena_new();
    const struct pg_why *why = ask(arena, &world, DEV_TO_PROD);
    const struct pg_why_side *side = &why->sides[PG_INGRESS];

    (void)state;
    assert_int_equal(side->nmisses, 2);
    assert_string_equal(side->misses[0].wanted, "http/any (8080/TCP)");
    assert_string_equal(side->misses[1].wanted,
                        "nobody: the rule has no peer that matches anything");
    pg_arena_free(arena);
    world_close(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equal_priorities),
        cmocka_unit_test(rules_that_possibly_match),
        cmocka_unit_test(passes),
        cmocka_unit_test(baseline_after_isolation),
        cmocka_unit_test(protocols_without_ports),
        cmocka_unit_test(parts_of_a_rule),
        cmocka_unit_test(host_network),
        cmocka_unit_test(generations),
        cmocka_unit_test(hairpins),
        cmocka_unit_test(open_sides),
        cmocka_unit_test(sentences),
        cmocka_unit_test(misses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
