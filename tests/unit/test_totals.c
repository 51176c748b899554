/* The histogram of the matrix, against asking for every pair of pods: what random small clusters seldom have. */
#include "unit.h"

#include "polgrid/totals.h"
#include "world.h"

static const char pods[] =
    "apiVersion: v1\nkind: Namespace\nmetadata: {name: a, labels: {env: prod}}\n---\n"
    "apiVersion: v1\nkind: Namespace\nmetadata: {name: b, labels: {env: prod}}\n---\n"
    "apiVersion: v1\nkind: Pod\nmetadata: {name: p, namespace: a, labels: {id: u1, tier: x}}\n"
    "spec: {containers: [{name: c, ports: [{name: web, containerPort: 80}]}]}\nstatus: {podIP: "
    "10.0.0.1}\n---\n"
    "apiVersion: v1\nkind: Pod\nmetadata: {name: q, namespace: a, labels: {id: u2}}\n"
    "spec: {containers: [{name: c, ports: [{name: web, containerPort: 8080}]}]}\nstatus: {podIP: "
    "10.0.0.2}\n---\n"
    "apiVersion: v1\nkind: Pod\nmetadata: {name: r, namespace: b, labels: {id: u3, tier: x}}\n"
    "spec: {containers: [{name: c}]}\n"
    "status: {podIP: 10.0.0.3, podIPs: [{ip: 10.0.0.3}, {ip: 'fd00::3'}]}\n---\n"
    "apiVersion: v1\nkind: Pod\nmetadata: {name: s, namespace: b}\n"
    "spec: {containers: [{name: c}]}\nstatus: {podIP: 'fd00::4'}\n---\n";

#define POLICY(name, ns, spec)                                                      \
    "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: " name \
    ", namespace: " ns "}\nspec: " spec "\n---\n"
#define NOT_U3                                                                                     \
    "{namespaceSelector: {}, podSelector: {matchExpressions: [{key: id, operator: NotIn, values: " \
    "[u3, u9]}]}}"
#define PROD \
    "{namespaceSelector: {matchLabels: {env: prod}}, podSelector: {matchLabels: {tier: x}}}"

#define NOT_IN_A                                                                                   \
    "{namespaceSelector: {matchExpressions: [{key: kubernetes.io/metadata.name, operator: NotIn, " \
    "values: "                                                                                     \
    "[a]}]}}"

static const char *const policies[] = {
    "",
    POLICY("not-a", "a", "{podSelector: {}, ingress: [{from: [" NOT_IN_A "], ports: [{port: web}]}]}")
        POLICY("not-a", "b",
               "{podSelector: {}, policyTypes: [Egress], egress: [{to: [" NOT_IN_A "]}]}"),
    POLICY("all-but", "a", "{podSelector: {}, ingress: [{from: [" NOT_U3 "], ports: [{port: 80}]}]}"),
    POLICY("out-but", "b",
           "{podSelector: {}, policyTypes: [Egress], egress: [{to: [" NOT_U3
           "], ports: [{port: web}]}]}"),
    POLICY("prod", "a", "{podSelector: {}, ingress: [{from: [" PROD "], ports: [{port: web}]}]}")
        POLICY("prod", "b", "{podSelector: {}, policyTypes: [Egress], egress: [{to: [" PROD "]}]}"),
    POLICY("six", "b", "{podSelector: {}, ingress: [{from: [{ipBlock: {cidr: '::/0'}}]}]}") POLICY(
        "four", "b",
        "{podSelector: {}, ingress: [{from: [{ipBlock: {cidr: 0.0.0.0/0}}], ports: [{port: 1}]}]}"),
};

static uint64_t pairs_with(const struct pg_totals *totals, pg_ports sure, pg_ports possible)
{
    uint64_t pairs = 0;
    for (uint32_t i = 0; i < totals->n; i++)
        if (totals->v[i].sure == sure && totals->v[i].possible == possible)
            pairs += totals->v[i].pairs;
    return pairs;
}

/* How many pairs have the answer that a pair has. */
static uint64_t like(struct pg_eval *eval, uint32_t npods, struct pg_cell wanted)
{
    uint64_t pairs = 0;
    for (uint32_t i = 0; i < npods; i++)
        for (uint32_t k = 0; k < npods; k++) {
            struct pg_end from = {.kind = PG_END_POD, .index = i};
            struct pg_end to = {.kind = PG_END_POD, .index = k};
            struct pg_cell cell = pg_eval_pair(eval, &from, &to);
            pairs += i != k && cell.sure == wanted.sure && cell.possible == wanted.possible;
        }
    return pairs;
}

static void compare(struct pg_eval *eval, uint64_t budget)
{
    struct pg_arena *arena = pg_arena_new();
    uint32_t npods = pg_eval_cluster(eval)->npods;
    struct pg_totals totals = pg_eval_totals_tuned(eval, arena, PG_PORTS_ALL, budget);
    assert_int_equal(totals.pairs, npods * (npods - 1));
    for (uint32_t i = 0; i < npods; i++)
        for (uint32_t k = 0; k < npods; k++) {
            struct pg_end from = {.kind = PG_END_POD, .index = i};
            struct pg_end to = {.kind = PG_END_POD, .index = k};
            struct pg_cell cell = pg_eval_pair(eval, &from, &to);
            if (i != k)
                assert_int_equal(pairs_with(&totals, cell.sure, cell.possible),
                                 like(eval, npods, cell));
        }
    pg_arena_free(arena);
}

static void test_pairs(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof policies / sizeof *policies; i++) {
        struct pg_buf text = {0};
        pg_buf_puts(&text, pods);
        pg_buf_puts(&text, policies[i]);
        struct world world = world_open(pg_buf_text(&text), NULL);
        compare(world.eval, 0);
        compare(world.eval, UINT64_MAX);
        world_close(&world);
        pg_buf_free(&text);
    }
}

/* A lens cuts the answers, and who denies is told within it. */
static void test_lens(void **state)
{
    (void)state;
    struct pg_buf text = {0};
    pg_buf_puts(&text, pods);
    pg_buf_puts(&text, policies[1]);
    struct world world = world_open(pg_buf_text(&text), NULL);
    struct pg_arena *arena = pg_arena_new();
    pg_ports lens = pg_portset_range(pg_eval_portsets(world.eval), PG_TCP, 443, 443);
    struct pg_totals totals = pg_eval_totals(world.eval, arena, lens);
    assert_int_equal(totals.n, 3); /* what has no route is denied by neither side */
    /* Into a nobody comes on 443: from the other there, and from b's IPv4 pod, twice; IPv6 has no route. */
    assert_int_equal(pairs_with(&totals, lens, lens), 4);
    assert_int_equal(pairs_with(&totals, PG_PORTS_NONE, PG_PORTS_NONE), 8);
    pg_arena_free(arena);
    world_close(&world);
    pg_buf_free(&text);
}

/* --- other kinds, in clusters that are large enough to have crowds ----------------------------------- */

#define NAMESPACES 24

/* In each namespace two pods, whose labels tell them apart, and policies that let in the own namespace and the next
   one. Every eighth namespace has a pod on the host network; where their nodes are known, the pods run there, too. */
static void add_crowd(struct pg_buf *text)
{
    static const char *const envs[] = {"prod", "dev", "test"};
    for (int i = 0; i < NAMESPACES; i++) {
        pg_buf_printf(
            text, "apiVersion: v1\nkind: Namespace\nmetadata: {name: n%d, labels: {env: %s}}\n---\n",
            i, envs[i % 3]);
        for (int k = 0; k < 2; k++)
            pg_buf_printf(
                text,
                "apiVersion: v1\nkind: Pod\nmetadata: {name: p%d, namespace: n%d, labels: "
                "{app: a%d}}\nspec: {nodeName: w%d, containers: [{name: c, ports: [{name: "
                "web, containerPort: %d}]}]}\nstatus: {podIP: 10.0.%d.%d}\n---\n",
                k, i, k, (i * 2 + k) % 5, i % 4 == 0 ? 8080 : 80, i, k + 1);
        if (i % 8 == 0)
            pg_buf_printf(
                text,
                "apiVersion: v1\nkind: Pod\nmetadata: {name: h, namespace: n%d}\nspec: "
                "{nodeName: w%d, hostNetwork: true, containers: [{name: c}]}\nstatus: {podIP: "
                "192.168.0.%d}\n---\n",
                i, i / 8, i / 8 + 1);
        if (i % 6 == 5)
            continue; /* these are not isolated */
        pg_buf_printf(
            text,
            "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: own, "
            "namespace: n%d}\nspec: {podSelector: {}, ingress: [{from: [{podSelector: {}}]}, "
            "{from: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: n%d}}}], "
            "ports: [{port: web}]}]}\n---\n",
            i, (i + 1) % NAMESPACES);
        pg_buf_printf(
            text,
            "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: out, "
            "namespace: n%d}\nspec: {podSelector: {matchLabels: {app: a0}}, policyTypes: "
            "[Egress], egress: [{to: [{namespaceSelector: {matchLabels: {env: prod}}}], ports: "
            "[{port: web}]}, {to: [{ipBlock: {cidr: 10.0.%d.0/24}}]}]}\n---\n",
            i, (i + 5) % NAMESPACES);
    }
}

#define ADMIN(kind, name, spec)                                                             \
    "apiVersion: policy.networking.k8s.io/v1alpha1\nkind: " kind "\nmetadata: {name: " name \
    "}\nspec: " spec "\n---\n"
#define CILIUM(ns, spec)                                                                      \
    "apiVersion: cilium.io/v2\nkind: CiliumNetworkPolicy\nmetadata: {name: c, namespace: " ns \
    "}\n"                                                                                     \
    "spec: " spec "\n---\n"
#define CALICO(ns, spec)                                                                        \
    "apiVersion: projectcalico.org/v3\nkind: NetworkPolicy\nmetadata: {name: c, namespace: " ns \
    "}\n"                                                                                       \
    "spec: " spec "\n---\n"
#define IN_ENV(env) "namespaces: {matchLabels: {env: " env "}}"

#define TIER                                                                                  \
    "apiVersion: projectcalico.org/v3\nkind: Tier\nmetadata: {name: sec}\nspec: {order: 5}\n" \
    "---\n"
#define TIERED(ns, name, tier, order, action)                                                \
    "apiVersion: projectcalico.org/v3\nkind: NetworkPolicy\nmetadata: {name: " tier "." name \
    ", namespace: " ns "}\nspec: {tier: " tier ", order: " order                             \
    ", selector: 'all()', types: [Ingress], ingress: [{action: " action "}]}\n---\n"
#define FROM(ns, name, other)                                                       \
    POLICY(name, ns,                                                                \
           "{podSelector: {}, ingress: [{from: [{namespaceSelector: {matchLabels: " \
           "{kubernetes.io/metadata.name: " other "}}}], ports: [{port: 80}]}]}")
#define DENY(ns, order)                                                                         \
    "apiVersion: projectcalico.org/v3\nkind: NetworkPolicy\nmetadata: {name: m, namespace: " ns \
    "}\nspec: {order: " order                                                                   \
    ", selector: 'all()', types: [Ingress], ingress: [{action: Deny}]}\n---\n"
#define PASSED(ns, tier) TIERED(ns, "a", tier, "1", "Pass") TIERED(ns, "b", "default", "2", "Deny")

/* What is added, and of more than 2,000 cells of classes how many may be asked for. */
static const struct {
    const char *policies, *assumed;
    unsigned most;
} kinds[] = {
    /* One that selects nobody has no part. */
    {ADMIN(
         "AdminNetworkPolicy", "none",
         "{priority: 1, subject: {" IN_ENV("no") "}, ingress: [{action: Deny, from: [{namespaces: "
                                                 "{}}]}]}"),
     NULL, 60},
    /* One namespace. */
    {ADMIN("AdminNetworkPolicy", "one",
           "{priority: 1, subject: {namespaces: {matchLabels: {kubernetes.io/metadata.name: n3}}}, "
           "ingress: [{action: Deny, from: [{" IN_ENV(
               "dev") "}]}], egress: [{action: Allow, to: "
                      "[{namespaces: {}}], ports: [{namedPort: "
                      "web}]}]}"),
     NULL, 150},
    /* Everybody: sets large and small, left out and passed on. */
    {ADMIN(
         "AdminNetworkPolicy", "all",
         "{priority: 1, subject: {namespaces: {}}, ingress: [{action: Pass, from: [{" IN_ENV(
             "prod") "}]}, {action: Deny, from: [{namespaces: {matchExpressions: [{key: env, "
                     "operator: "
                     "NotIn, values: [test]}]}}], ports: [{portNumber: {protocol: TCP, port: "
                     "80}}]}], egress: [{action: Deny, to: [{nodes: {matchExpressions: [{key: no, "
                     "operator: DoesNotExist}]}}, {networks: [10.0.4.0/24]}]}]}")
         ADMIN("BaselineAdminNetworkPolicy", "default",
               "{subject: {namespaces: {}}, ingress: [{action: Deny, from: [{namespaces: {}}]}]}"),
     NULL, 120},
    /* What is not evaluated is unknown, to and from everybody alike. */
    {CILIUM("n4", "{endpointSelector: {}, ingress: [{}], egress: [{}]}"), "engine=k8s", 80},
    {CILIUM("n4",
            "{endpointSelector: {}, ingress: [{fromEndpoints: [{}]}], egressDeny: [{toEntities: "
            "[cluster]}], egress: [{toEntities: [host, remote-node]}]}")
         CILIUM("n7",
                "{endpointSelector: {}, ingress: [{fromEntities: [remote-node]}, {fromEndpoints: "
                "[{}], toPorts: [{ports: [{port: '80'}], rules: {http: [{method: GET}]}}]}]}"),
     NULL, 100},
    {CALICO("n4",
            "{order: 7, selector: 'all()', types: [Ingress, Egress], ingress: [{action: Deny, "
            "source: {selector: 'app == \"a0\"'}}, {action: Pass}], egress: [{action: Allow, "
            "destination: {notNets: [10.0.3.0/24]}}]}")
         CALICO("n7",
                "{selector: 'has(app)', ingress: [{action: Allow, source: {namespaceSelector: "
                "'env == \"dev\"'}}]}"),
     NULL, 200},
    /* The same rules in the same order: of two tiers, and of one. */
    {TIER PASSED("n5", "sec") PASSED("n11", "default"), NULL, 200},
    /* What a NetworkPolicy allows before and after another policy denies it: in one namespace, in two. */
    {FROM("n5", "a", "n6") DENY("n5", "1000") FROM("n5", "z", "n7"), NULL, 200},
    {FROM("n5", "a", "n6") DENY("n5", "1000") FROM("n11", "a", "n6") DENY("n11", "1"), NULL, 200},
    /* The same, surely and possibly. */
    {TIERED("n5", "c", "default", "1", "Allow") CALICO(
         "n11", "{order: 1, selector: 'all()', types: [Ingress], ingress: [{action: Allow, http: "
                "{methods: [GET]}}]}"),
     NULL, 200},
};

/* Every pair of pods, one by one, is in the histogram, and nothing else is. */
static void recount(struct pg_eval *eval, struct pg_totals totals)
{
    uint32_t npods = pg_eval_cluster(eval)->npods;
    for (uint32_t t = 0; t < totals.n; t++) {
        uint64_t pairs = 0;
        for (uint32_t i = 0; i < npods * npods; i++) {
            struct pg_end from = {.kind = PG_END_POD, .index = i / npods};
            struct pg_end to = {.kind = PG_END_POD, .index = i % npods};
            if (from.index == to.index)
                continue;
            struct pg_cell cell = pg_eval_pair(eval, &from, &to);
            struct pg_portsets *sets = pg_eval_portsets(eval);
            bool side[2];
            for (int dir = 0; dir < 2; dir++)
                side[dir] = pg_portset_intersect(sets, cell.sides[dir].possible, PG_PORTS_ALL) !=
                            PG_PORTS_NONE;
            pairs += cell.sure == totals.v[t].sure && cell.possible == totals.v[t].possible &&
                     side[PG_EGRESS] == totals.v[t].out && side[PG_INGRESS] == totals.v[t].in;
        }
        assert_int_equal(pairs, totals.v[t].pairs);
    }
    assert_int_equal(totals.pairs, npods * (npods - 1));
}

static void test_kinds(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        struct pg_buf text = {0};
        add_crowd(&text);
        pg_buf_puts(&text, kinds[i].policies);
        struct world world = world_open(pg_buf_text(&text), kinds[i].assumed);
        struct pg_arena *arena = pg_arena_new();
        recount(world.eval, pg_eval_totals_tuned(world.eval, arena, PG_PORTS_ALL, 0));
        struct pg_totals totals = pg_eval_totals(world.eval, arena, PG_PORTS_ALL);
        recount(world.eval, totals);
        if (totals.asked > kinds[i].most)
            fail_msg("kinds %zu: %u cells asked for", i, (unsigned)totals.asked);
        pg_arena_free(arena);
        world_close(&world);
        pg_buf_free(&text);
    }
}

/* --- a namespace with many policies -------------------------------------------------------------------- */

#define MANY 90

/* What a policy selects, by its number: one label, one of several values, not some, any, and several terms. */
static void add_selector(struct pg_buf *text, unsigned i)
{
    static const char *const terms[][2] = {
        {"matchLabels: {id: u", "}"},
        {"matchExpressions: [{key: id, operator: In, values: [u", ", u7, u7, gone]}]"},
        {"matchExpressions: [{key: id, operator: NotIn, values: [u", "]}]"},
        {"matchExpressions: [{key: odd, operator: Exists}, {key: id, operator: NotIn, values: [u",
         "]}]"},
        {"matchLabels: {tier: x}, matchExpressions: [{key: id, operator: In, values: [u",
         ", u6, u9]}]"},
        {"matchLabels: {no: u", "}"},
    };
    const char *const *term = terms[i % (sizeof terms / sizeof *terms)];
    pg_buf_printf(text, "{podSelector: {%s%u%s", term[0], i, term[1]);
    pg_buf_puts(text, "}}");
}

/* So many that they are found by label: every class has the policies that select it, in order, and no others. */
static void test_subjects(void **state)
{
    (void)state;
    struct pg_buf text = {0};
    for (unsigned i = 0; i < MANY; i++) {
        pg_buf_printf(&text,
                      "apiVersion: v1\nkind: Pod\nmetadata: {name: p%u, namespace: a, labels: {id: "
                      "u%u%s%s}}\nspec: {containers: [{name: c}]}\n---\n",
                      i, i, i % 3 == 0 ? ", tier: x" : "", i % 4 == 1 ? ", odd: ''" : "");
        pg_buf_printf(
            &text,
            "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: n%u, "
            "namespace: a}\nspec: ",
            i);
        add_selector(&text, i);
        pg_buf_puts(&text, "\n---\n");
    }
    struct world world = world_open(pg_buf_text(&text), NULL);
    for (uint32_t i = 0; i < MANY; i++) {
        uint32_t n, next = 0;
        const uint32_t *found =
            pg_eval_policies(world.eval, pg_eval_class_of_pod(world.eval, i), PG_INGRESS, &n);
        for (uint32_t p = 0; p < world.cluster->npolicies; p++) {
            const struct pg_selector *selector = &world.cluster->policies[p].pod_selector;
            if (!pg_selector_matches(selector, world.cluster->pods[i].labels))
                continue;
            assert_true(next < n);
            assert_int_equal(found[next++], p);
        }
        assert_int_equal(next, n);
    }
    world_close(&world);
    pg_buf_free(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pairs),
        cmocka_unit_test(test_lens),
        cmocka_unit_test(test_kinds),
        cmocka_unit_test(test_subjects),
    };
    return cmocka_run_group_tests_name("totals", tests, NULL, NULL);
}
