/* Namespaces that behave alike (polgrid/eval.h), and the grid in which they are folded: against the grid in which
   each stands by itself, for random clusters made of a few patterns. */
#include "loading.h"

#include "polgrid/eval.h"
#include "polgrid/grid.h"

static uint64_t state;

static unsigned pick(unsigned n)
{
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(state >> 33) % n;
}

/* --- clusters ------------------------------------------------------------------------------------ */

static void add_pod(struct pg_buf *out, unsigned ns, unsigned pod, const char *app,
                    const char *extra)
{
    pg_buf_printf(
        out,
        "---\napiVersion: v1\nkind: Pod\nmetadata: {name: p%u, namespace: n%u, labels: {app: %s}}\n"
        "spec: {nodeName: node%u%s, containers: [{name: c, ports: [{name: http, containerPort: "
        "%u}]}]}\n"
        "status: {podIP: 10.%u.%u.%u}\n",
        pod, ns, app, pick(3), extra, pick(4) ? 80 : 81, pick(2), ns, pod + 1);
}

static void add_peer(struct pg_buf *out, unsigned ns)
{
    switch (pick(8)) {
    case 0: pg_buf_puts(out, "{podSelector: {}}"); break;
    case 1: pg_buf_puts(out, "{podSelector: {matchLabels: {app: a}}}"); break;
    case 2: pg_buf_puts(out, "{namespaceSelector: {}}"); break;
    case 3: pg_buf_puts(out, "{namespaceSelector: {matchLabels: {team: x}}}"); break;
    case 4:
        pg_buf_printf(out, "{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: n%u}}}",
                      ns);
        break;
    case 5:
        pg_buf_printf(out,
                      "{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: n%u}}, "
                      "podSelector: {matchLabels: {app: b}}}",
                      pick(3) ? 0 : pick(8));
        break;
    case 6: pg_buf_puts(out, "{ipBlock: {cidr: 10.0.0.0/15, except: [10.1.0.0/16]}}"); break;
    default: pg_buf_puts(out, "{ipBlock: {cidr: 192.168.0.0/16}}"); break;
    }
}

static void add_policy(struct pg_buf *out, unsigned ns, unsigned policy)
{
    bool in = pick(3) > 0;
    pg_buf_printf(
        out,
        "---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: q%u, "
        "namespace: n%u}\nspec: {podSelector: %s, policyTypes: [%s], %s: [",
        policy, ns, pick(2) ? "{}" : "{matchLabels: {app: a}}", in ? "Ingress" : "Egress",
        in ? "ingress" : "egress");
    for (unsigned i = pick(3); i > 0; i--) {
        pg_buf_printf(out, "{%s: [", in ? "from" : "to");
        add_peer(out, ns);
        pg_buf_printf(out, "]%s}%s",
                      pick(2)   ? ""
                      : pick(2) ? ", ports: [{port: http}]"
                                : ", ports: [{port: 80}]",
                      i > 1 ? ", " : "");
    }
    pg_buf_puts(out, "]}\n");
}

/* Namespaces of few patterns: each pattern is one seed, so that those of one are often alike. */
static struct pg_cluster *make_cluster(uint64_t seed)
{
    struct pg_buf out = {0};
    struct pg_cluster *cluster;
    for (unsigned node = 0; node < 3; node++)
        pg_buf_printf(&out,
                      "---\napiVersion: v1\nkind: Node\nmetadata: {name: node%u}\nstatus: "
                      "{addresses: [{type: InternalIP, address: 172.16.0.%u}]}\n",
                      node, node + 1);
    for (unsigned ns = 0; ns < 8; ns++) {
        state = seed * 77 + ns;
        unsigned pattern = pick(3);
        state = seed * 1000 + pattern;
        pick(1);
        pg_buf_printf(
            &out,
            "---\napiVersion: v1\nkind: Namespace\nmetadata: {name: n%u, labels: {team: %s}}\n", ns,
            pick(2) ? "x" : "z");
        for (unsigned pod = 0, n = pick(4); pod < n; pod++)
            add_pod(&out, ns, pod, pick(2) ? "a" : "b",
                    pattern == 2 && pick(3) == 0 ? ", hostNetwork: true" : "");
        for (unsigned policy = 0, n = pick(3); policy < n; policy++)
            add_policy(&out, ns, policy);
    }
    cluster = load_text(pg_buf_text(&out));
    pg_buf_free(&out);
    return cluster;
}

/* --- comparing ----------------------------------------------------------------------------------- */

static const struct pg_axis plain = {
    .level = PG_LEVEL_NAMESPACE, .ns = PG_NONE, .workload = PG_NONE, .outside = true, .empty = true};

static void add_count(uint64_t sums[9], const struct pg_count *count)
{
    const uint64_t all[9] = {count->pairs,          count->allowed,     count->every,
                             count->partly_unknown, count->unknown,     count->denied_egress,
                             count->denied_ingress, count->denied_both, count->open};
    for (int i = 0; i < 9; i++)
        sums[i] += all[i];
}

/* The items of the plain grid that an item of the folded one stands for. */
static uint32_t parts_of(const struct pg_grid *grid, const struct pg_item *item, uint32_t parts[16])
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < pg_grid_nrows(grid); i++) {
        const struct pg_item *other = pg_grid_row(grid, i);
        bool here = other->kind == item->kind && other->index == item->index;
        for (uint32_t m = 1; m < item->nmembers; m++)
            here = here || (other->kind == PG_ITEM_NAMESPACE && other->index == item->members[m]);
        if (here)
            parts[n++] = i;
    }
    return n;
}

/* Returns how many namespaces were folded behind others. */
static uint32_t compare(uint64_t seed)
{
    struct pg_cluster *cluster = make_cluster(seed);
    struct pg_eval *eval = pg_eval_new(cluster, NULL);
    struct pg_axis fold = plain;
    fold.fold = true;
    struct pg_grid *apart = pg_grid_new(eval, &plain, &plain, PG_PORTS_ALL);
    struct pg_grid *folded = pg_grid_new(eval, &fold, &fold, PG_PORTS_ALL);
    uint32_t n = pg_grid_nrows(folded);
    for (uint32_t row = 0; row < n; row++)
        for (uint32_t column = 0; column < n; column++) {
            uint32_t rows[16], columns[16];
            uint32_t nrows = parts_of(apart, pg_grid_row(folded, row), rows);
            uint32_t ncolumns = parts_of(apart, pg_grid_row(folded, column), columns);
            uint64_t sums[9] = {0}, whole[9] = {0};
            add_count(whole, pg_grid_cell(folded, row, column));
            for (uint32_t i = 0; i < nrows; i++)
                for (uint32_t j = 0; j < ncolumns; j++)
                    add_count(sums, pg_grid_cell(apart, rows[i], columns[j]));
            for (int i = 0; i < 9; i++)
                if (sums[i] != whole[i])
                    fail_msg("seed %u: cell %s, %s: number %d is %u, and of its parts %u",
                             (unsigned)seed, pg_grid_row(folded, row)->name,
                             pg_grid_row(folded, column)->name, i, (unsigned)whole[i],
                             (unsigned)sums[i]);
            /* And what is folded is alike: no cell of a member differs but where pods run beside nodes' own. */
            for (uint32_t i = 1; i < nrows && row != column; i++)
                for (uint32_t j = 0; j < ncolumns; j++) {
                    const struct pg_count *a = pg_grid_cell(apart, rows[0], columns[j]);
                    const struct pg_count *b = pg_grid_cell(apart, rows[i], columns[j]);
                    assert_int_equal(a->pairs, b->pairs);
                    assert_int_equal(a->source_isolated, b->source_isolated);
                    assert_int_equal(a->destination_isolated, b->destination_isolated);
                }
        }
    uint32_t behind = pg_grid_nrows(apart) - n;
    pg_grid_free(apart);
    pg_grid_free(folded);
    pg_eval_free(eval);
    pg_cluster_free(cluster);
    return behind;
}

static void test_random(void **unused)
{
    uint32_t behind = 0;
    (void)unused;
    for (uint64_t seed = 1; seed <= 400; seed++)
        behind += compare(seed);
    assert_true(behind > 300); /* or nothing was tested */
}

/* --- what keeps namespaces apart ----------------------------------------------------------------- */

#define NS(name, more) "---\napiVersion: v1\nkind: Namespace\nmetadata: {name: " name more "}\n"
#define POD(ns, labels)                                                                       \
    "---\napiVersion: v1\nkind: Pod\nmetadata: {name: p, namespace: " ns ", labels: {" labels \
    "}}\nspec: {containers: [{name: c}]}\n"
#define POLICY(ns, spec)                                                               \
    "---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: q, " \
    "namespace: " ns "}\nspec: " spec "\n"
#define TWO NS("a", "") NS("b", "") POD("a", "app: x") POD("b", "app: x")

static void assert_alike(const char *text, bool expected)
{
    struct pg_cluster *cluster = load_text(text);
    struct pg_eval *eval = pg_eval_new(cluster, NULL);
    assert_int_equal(pg_eval_alike(eval)->like[1] == 0, expected);
    pg_eval_free(eval);
    pg_cluster_free(cluster);
}

static void test_apart(void **unused)
{
    (void)unused;
    assert_alike(TWO, true);
    assert_alike(TWO POD("b", "app: y"), true); /* the same name: one pod, whose label nobody reads */
    assert_alike(TWO POLICY("a", "{podSelector: {}}"), false);
    assert_alike(TWO POLICY("a", "{podSelector: {}}") POLICY("b", "{podSelector: {}}"), true);
    assert_alike(TWO POLICY("a", "{podSelector: {matchLabels: {app: x}}}")
                     POLICY("b", "{podSelector: {matchLabels: {app: z}}}"),
                 false);
    /* A rule that names its own namespace, and one that names that of the other. */
    assert_alike(TWO POLICY("a", "{podSelector: {}, ingress: [{from: [{namespaceSelector: "
                                 "{matchLabels: {kubernetes.io/metadata.name: a}}}]}]}")
                     POLICY("b", "{podSelector: {}, ingress: [{from: [{namespaceSelector: "
                                 "{matchLabels: {kubernetes.io/metadata.name: b}}}]}]}"),
                 true);
    assert_alike(TWO POLICY("a", "{podSelector: {}, ingress: [{from: [{namespaceSelector: "
                                 "{matchLabels: {kubernetes.io/metadata.name: b}}}]}]}")
                     POLICY("b", "{podSelector: {}, ingress: [{from: [{namespaceSelector: "
                                 "{matchLabels: {kubernetes.io/metadata.name: b}}}]}]}"),
                 false);
    /* Somebody else means one of them. */
    assert_alike(TWO NS("c", "") POD("c", "app: x")
                     POLICY("c", "{podSelector: {}, ingress: [{from: [{namespaceSelector: "
                                 "{matchLabels: {kubernetes.io/metadata.name: a}}}]}]}"),
                 false);
    assert_alike(NS("a", ", labels: {t: x}") NS("b", ", labels: {t: z}") POD("a", "app: x")
                     POD("b", "app: x"),
                 true);
    assert_alike(NS("a", ", labels: {t: x}") NS("b", ", labels: {t: z}") NS("c", "")
                     POD("a", "app: x") POD("b", "app: x") POD("c", "app: x")
                         POLICY("c", "{podSelector: {}, ingress: [{from: [{namespaceSelector: "
                                     "{matchLabels: {t: x}}}]}]}"),
                 false);
    /* Kinds that are not looked into. */
    assert_alike(TWO "---\napiVersion: policy.networking.k8s.io/v1alpha1\nkind: "
                     "AdminNetworkPolicy\nmetadata: {name: p}\n"
                     "spec: {priority: 1, subject: {namespaces: {}}}\n",
                 false);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_random), cmocka_unit_test(test_apart)};

    return cmocka_run_group_tests_name("alike", tests, NULL, NULL);
}
