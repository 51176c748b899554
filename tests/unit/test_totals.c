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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pairs),
        cmocka_unit_test(test_lens),
    };
    return cmocka_run_group_tests_name("totals", tests, NULL, NULL);
}
