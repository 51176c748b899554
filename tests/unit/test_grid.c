/* The grid: its numbers are compared with asking for every pair of pods, one by one; its names, letters
   and glyphs with tables. */
#include "unit.h"

#include "polgrid/grid.h"
#include "world.h"

/* Workloads with and without live pods, a host-network DaemonSet on known nodes and one on unknown ones, a
   policy that hangs on addresses that are not known, one that opens single ports. */
static const char shop[] =
    "apiVersion: v1\nkind: Node\nmetadata: {name: n1}\n"
    "status: {addresses: [{type: InternalIP, address: 192.168.0.1}]}\n---\n"
    "apiVersion: v1\nkind: Namespace\nmetadata: {name: empty}\n---\n"
    "apiVersion: v1\nkind: Pod\nmetadata: {name: web-0, namespace: shop, labels: {app: web}}\n"
    "spec: {nodeName: n1, containers: [{name: c, ports: [{name: http, containerPort: 8080}]}]}\n"
    "status: {podIP: 10.0.0.1}\n---\n"
    "apiVersion: v1\nkind: Pod\nmetadata: {name: web-1, namespace: shop, labels: {app: web}}\n"
    "spec: {nodeName: n2, containers: [{name: c}]}\nstatus: {podIP: 10.0.0.2}\n---\n"
    "apiVersion: v1\nkind: Pod\nmetadata: {name: stray, namespace: shop}\n"
    "spec: {containers: [{name: c}]}\n---\n"
    "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: db, namespace: data}\n"
    "spec: {replicas: 3, selector: {matchLabels: {app: db}}, template: {metadata: {labels: {app: "
    "db}},"
    " spec: {containers: [{name: c}]}}}\n---\n"
    "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: one, namespace: data}\n"
    "spec: {replicas: 1, selector: {matchLabels: {app: one}}, template: {metadata: {labels: {app: "
    "one}},"
    " spec: {containers: [{name: c}]}}}\n---\n"
    "apiVersion: v1\nkind: Pod\nmetadata: {name: agent-1, namespace: mon, labels: {app: agent}}\n"
    "spec: {hostNetwork: true, nodeName: n1, containers: [{name: c}]}\nstatus: {podIP: "
    "192.168.0.1}\n---\n"
    "apiVersion: v1\nkind: Pod\nmetadata: {name: agent-2, namespace: mon, labels: {app: agent}}\n"
    "spec: {hostNetwork: true, nodeName: n2, containers: [{name: c}]}\nstatus: {podIP: "
    "192.168.0.2}\n---\n"
    "apiVersion: apps/v1\nkind: DaemonSet\nmetadata: {name: probe, namespace: mon}\n"
    "spec: {selector: {matchLabels: {app: probe}}, template: {metadata: {labels: {app: probe}},"
    " spec: {hostNetwork: true, containers: [{name: c}]}}}\n---\n"
    "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: deny, namespace: "
    "shop}\n"
    "spec: {podSelector: {}, policyTypes: [Ingress]}\n---\n"
    "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: web, namespace: "
    "shop}\n"
    "spec: {podSelector: {matchLabels: {app: web}}, ingress: [{from: [{namespaceSelector: {}, "
    "podSelector: {matchLabels: {app: db}}}], ports: [{port: 8080}]}, "
    "{from: [{ipBlock: {cidr: 10.1.0.0/16}}]}, {from: [{ipBlock: {cidr: 203.0.113.0/24}}], ports: "
    "[{port: 443}]}]}\n---\n"
    "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: out, namespace: "
    "data}\n"
    "spec: {podSelector: {matchLabels: {app: db}}, policyTypes: [Egress], "
    "egress: [{ports: [{port: 8080}, {port: 53, protocol: UDP}]}]}\n";

static struct pg_axis axis_of(enum pg_level level, bool outside)
{
    return (struct pg_axis){.level = level, .ns = PG_NONE, .workload = PG_NONE, .outside = outside};
}

/* --- counts --------------------------------------------------------------------------------------- */

static struct pg_end end_of(const struct world *world, const struct pg_share *share, uint32_t i)
{
    if (share->pods)
        return (struct pg_end){.kind = PG_END_POD, .index = share->pods[i]};
    const struct pg_class *class = pg_eval_class(world->eval, share->class);
    return (struct pg_end){.kind = PG_END_ADDR, .addr = class->ranges[0].first};
}

static void count_pair(struct world *world, struct pg_count *count, const struct pg_end *from,
                       const struct pg_end *to, pg_ports lens)
{
    struct pg_portsets *sets = pg_eval_portsets(world->eval);
    struct pg_cell cell = pg_eval_pair(world->eval, from, to);
    pg_ports sure = pg_portset_intersect(sets, cell.sure, lens);
    pg_ports possible = pg_portset_intersect(sets, cell.possible, lens);
    bool out = pg_portset_intersect(sets, cell.sides[PG_EGRESS].possible, lens) != PG_PORTS_NONE;
    bool in = pg_portset_intersect(sets, cell.sides[PG_INGRESS].possible, lens) != PG_PORTS_NONE;
    count->pairs++;
    count->allowed += sure != PG_PORTS_NONE;
    count->every += sure == lens;
    count->partly_unknown += sure != PG_PORTS_NONE && sure != possible;
    count->unknown += sure == PG_PORTS_NONE && possible != PG_PORTS_NONE;
    if (possible == PG_PORTS_NONE) {
        count->denied_egress += !out && in;
        count->denied_ingress += out && !in;
        count->denied_both += out == in;
    }
    count->open += !cell.sides[0].isolated && !cell.sides[1].isolated;
    count->source_isolated += cell.sides[PG_EGRESS].isolated;
    count->destination_isolated += cell.sides[PG_INGRESS].isolated;
    count->sure_some = pg_portset_union(sets, count->sure_some, sure);
    count->possible_some = pg_portset_union(sets, count->possible_some, possible);
    count->sure_all = count->pairs == 1 ? sure : pg_portset_intersect(sets, count->sure_all, sure);
}

static struct pg_count count_slowly(struct world *world, const struct pg_item *from,
                                    const struct pg_item *to, pg_ports lens)
{
    struct pg_count count = {0};
    for (uint32_t i = 0; i < from->nshares; i++)
        for (uint32_t a = 0; a < from->shares[i].npods; a++)
            for (uint32_t j = 0; j < to->nshares; j++)
                for (uint32_t b = 0; b < to->shares[j].npods; b++) {
                    struct pg_end one = end_of(world, &from->shares[i], a);
                    struct pg_end two = end_of(world, &to->shares[j], b);
                    if (one.kind == PG_END_ADDR && two.kind == PG_END_ADDR)
                        continue;
                    if (!pg_eval_is_self(world->eval, &one, &two))
                        count_pair(world, &count, &one, &two, lens);
                }
    return count;
}

static void assert_counts(const struct pg_count *a, const struct pg_count *b)
{
    assert_int_equal(a->pairs, b->pairs);
    assert_int_equal(a->allowed, b->allowed);
    assert_int_equal(a->every, b->every);
    assert_int_equal(a->partly_unknown, b->partly_unknown);
    assert_int_equal(a->unknown, b->unknown);
    assert_int_equal(a->denied_egress, b->denied_egress);
    assert_int_equal(a->denied_ingress, b->denied_ingress);
    assert_int_equal(a->denied_both, b->denied_both);
    assert_int_equal(a->open, b->open);
    assert_int_equal(a->source_isolated, b->source_isolated);
    assert_int_equal(a->destination_isolated, b->destination_isolated);
    assert_int_equal(a->sure_some, b->sure_some);
    assert_int_equal(a->sure_all, b->sure_all);
    assert_int_equal(a->possible_some, b->possible_some);
    assert_int_equal(a->pairs, a->allowed + a->unknown + a->denied_egress + a->denied_ingress +
                                   a->denied_both);
}

static void compare_grid(struct world *world, enum pg_level rows, enum pg_level columns,
                         pg_ports lens, uint64_t seen[3])
{
    struct pg_axis from = axis_of(rows, true), to = axis_of(columns, true);
    struct pg_grid *grid = pg_grid_new(world->eval, &from, &to, lens);
    for (uint32_t i = 0; i < pg_grid_nrows(grid); i++)
        for (uint32_t j = 0; j < pg_grid_ncolumns(grid); j++) {
            const struct pg_count *count = pg_grid_cell(grid, i, j);
            struct pg_count slow =
                count_slowly(world, pg_grid_row(grid, i), pg_grid_column(grid, j), lens);
            assert_counts(count, &slow);
            assert_ptr_equal(pg_grid_cell(grid, i, j), count);
            seen[0] += count->allowed;
            seen[1] += count->unknown;
            seen[2] += count->pairs;
        }
    pg_grid_free(grid);
}

static void counts_agree_with_pairs(void **state)
{
    (void)state;
    static const char *const assumed[] = {
        NULL,         "pod-cidr=10.1.0.0/16", "host-network=pod", "ingress-own-node=policy",
        "self=allow", "ipblock-pods=ignore",  "family=4"};
    for (size_t k = 0; k < PG_COUNT(assumed); k++) {
        struct world world = world_open(shop, assumed[k]);
        struct pg_portsets *sets = pg_eval_portsets(world.eval);
        pg_ports lenses[] = {PG_PORTS_ALL, pg_portset_range(sets, PG_TCP, 8080, 8080),
                             pg_portset_range(sets, PG_UDP, 1, 65535)};
        uint64_t seen[3] = {0};
        for (size_t l = 0; l < PG_COUNT(lenses); l++)
            for (int rows = PG_LEVEL_NAMESPACE; rows <= PG_LEVEL_POD; rows++)
                for (int columns = PG_LEVEL_NAMESPACE; columns <= PG_LEVEL_POD; columns++)
                    compare_grid(&world, (enum pg_level)rows, (enum pg_level)columns, lenses[l],
                                 seen);
        /* The cluster has something of everything, or the comparison shows little. */
        assert_true(seen[0] > 0 && seen[2] > seen[0] + seen[1]);
        if (k == 0)
            assert_true(seen[1] > 0);
        world_close(&world);
    }
}

/* A pair is two different pods; a virtual pod of several replicas has one with itself. */
static void pairs_of_one(void **state)
{
    (void)state;
    struct world world = world_open(shop, NULL);
    struct pg_axis axis = axis_of(PG_LEVEL_WORKLOAD, false);
    struct pg_grid *grid = pg_grid_new(world.eval, &axis, &axis, PG_PORTS_ALL);
    for (uint32_t i = 0; i < pg_grid_nrows(grid); i++) {
        const char *full = pg_grid_row(grid, i)->full;
        uint64_t pairs = pg_grid_cell(grid, i, i)->pairs;
        if (strcmp(full, "data/deployment/db") == 0)
            assert_int_equal(pairs, 1);
        if (strcmp(full, "data/deployment/one") == 0 || strcmp(full, "shop/pod/stray") == 0)
            assert_int_equal(pairs, 0);
    }
    pg_grid_free(grid);
    world_close(&world);
}

/* --- axes ----------------------------------------------------------------------------------------- */

static void print_axis(struct pg_buf *out, struct world *world, struct pg_axis axis)
{
    struct pg_axis none = {.level = PG_LEVEL_POD, .ns = 0, .workload = PG_NONE};
    struct pg_grid *grid = pg_grid_new(world->eval, &axis, &none, PG_PORTS_ALL);
    for (uint32_t i = 0; i < pg_grid_nrows(grid); i++) {
        const struct pg_item *item = pg_grid_row(grid, i);
        pg_buf_printf(out, "%s|%s|%s|%s|%u\n", item->abbr, item->name, item->full, item->note,
                      item->npods);
    }
    pg_grid_free(grid);
}

static void axes(void **state)
{
    (void)state;
    struct world world = world_open(shop, NULL);
    struct pg_buf out = {0};
    uint32_t shop_ns = pg_cluster_find_namespace(world.cluster, "shop");
    struct pg_axis axis = axis_of(PG_LEVEL_NAMESPACE, true);
    assert_prints(out, print_axis(&out, &world, axis),
                  "dat|data|data||2\n"
                  "mon|mon|mon||3\n"
                  "sho|shop|shop||3\n"
                  "int|internet|0.0.0.0-10.0.255.255, 10.2.0.0-203.0.112.255, "
                  "203.0.114.0-255.255.255.255||1\n"
                  "101|10.1.0.0/16|10.1.0.0/16||1\n"
                  "203|203.0.113.0/24|203.0.113.0/24||1\n");
    axis.outside = false;
    axis.empty = true;
    assert_prints(out, print_axis(&out, &world, axis),
                  "dat|data|data||2\nemp|empty|empty||0\nmon|mon|mon||3\nsho|shop|shop||3\n");
    axis = axis_of(PG_LEVEL_WORKLOAD, false);
    axis.ns = pg_cluster_find_namespace(world.cluster, "data");
    assert_prints(out, print_axis(&out, &world, axis),
                  "db |db|data/deployment/db|Deploy|1\n"
                  "one|one|data/deployment/one|Deploy|1\n");
    axis = axis_of(PG_LEVEL_POD, false);
    axis.ns = shop_ns;
    assert_prints(out, print_axis(&out, &world, axis),
                  "str|stray|shop/stray||1\n"
                  "we0|web-0|shop/web-0||1\n"
                  "we1|web-1|shop/web-1||1\n");
    axis.ns = PG_NONE;
    axis.workload = pg_cluster_find_workload(world.cluster, shop_ns, "pod", "web-1");
    assert_prints(out, print_axis(&out, &world, axis), "we1|web-1|shop/web-1||1\n");
    pg_buf_free(&out);
    world_close(&world);
}

static void abbreviations_are_unique(void **state)
{
    (void)state;
    struct pg_buf yaml = {0};
    for (int i = 0; i < 2000; i++)
        pg_buf_printf(&yaml, "apiVersion: v1\nkind: Namespace\nmetadata: {name: team-a%d}\n---\n",
                      i);
    struct world world = world_open(pg_buf_text(&yaml), NULL);
    struct pg_axis axis = {.level = PG_LEVEL_NAMESPACE, .empty = true};
    struct pg_axis none = axis_of(PG_LEVEL_POD, false);
    struct pg_grid *grid = pg_grid_new(world.eval, &axis, &none, PG_PORTS_ALL);
    assert_int_equal(pg_grid_nrows(grid), 2000);
    for (uint32_t i = 0; i < 2000; i++) {
        const char *one = pg_grid_row(grid, i)->abbr;
        assert_int_equal(strlen(one), 3);
        for (uint32_t j = 0; j < i; j++)
            assert_string_not_equal(one, pg_grid_row(grid, j)->abbr);
    }
    pg_grid_free(grid);
    world_close(&world);
    pg_buf_free(&yaml);
}

/* Three letters can't say all of p-0002 and p-0102; what they do say is never the number of another. */
static void numbered_names_keep_their_digits(void **state)
{
    static const struct {
        const char *name, *abbr;
    } cases[] = {
        {"p-0000", "p00"},  {"p-0002", "p02"},  {"p-0003", "p03"},   {"p-0102", "102"},
        {"p-1102", "a02"},  {"web-1", "we1"},   {"worker12", "w12"}, {"worker3", "wo3"},
        {"x-7d4f9", "x7d"}, {"p-abcde", "pab"},
    };
    struct pg_buf yaml = {0};
    (void)state;
    for (size_t i = 0; i < PG_COUNT(cases); i++)
        pg_buf_printf(&yaml, "apiVersion: v1\nkind: Namespace\nmetadata: {name: %s}\n---\n",
                      cases[i].name);
    struct world world = world_open(pg_buf_text(&yaml), NULL);
    struct pg_axis axis = {.level = PG_LEVEL_NAMESPACE, .empty = true};
    struct pg_axis none = axis_of(PG_LEVEL_POD, false);
    struct pg_grid *grid = pg_grid_new(world.eval, &axis, &none, PG_PORTS_ALL);
    assert_int_equal(pg_grid_nrows(grid), PG_COUNT(cases));
    for (uint32_t i = 0; i < pg_grid_nrows(grid); i++)
        for (size_t k = 0; k < PG_COUNT(cases); k++)
            if (strcmp(cases[k].name, pg_grid_row(grid, i)->name) == 0)
                assert_string_equal(pg_grid_row(grid, i)->abbr, cases[k].abbr);
    pg_grid_free(grid);
    world_close(&world);
    pg_buf_free(&yaml);
}

/* --- glyphs --------------------------------------------------------------------------------------- */

static void glyphs(void **state)
{
    (void)state;
    static const struct {
        struct pg_count count;
        char reach, verdict;
    } cases[] = {
        {{0}, ' ', ' '},
        {{.pairs = 10, .denied_egress = 10}, '.', 'e'},
        {{.pairs = 10, .denied_ingress = 10}, '.', 'i'},
        {{.pairs = 10, .denied_both = 10}, '.', 'x'},
        {{.pairs = 10, .denied_egress = 9, .denied_ingress = 1}, '.', '.'},
        {{.pairs = 1000, .allowed = 1, .denied_both = 999}, '1', '1'},
        {{.pairs = 576, .allowed = 209, .denied_egress = 367}, '3', '3'},
        {{.pairs = 1000, .allowed = 999, .denied_both = 1}, '9', '9'},
        {{.pairs = 10, .allowed = 10, .every = 10}, '#', '#'},
        {{.pairs = 10, .allowed = 10, .every = 9}, '#', '+'},
        {{.pairs = 10, .allowed = 10}, '#', '+'},
        {{.pairs = 10, .unknown = 10}, '?', '?'},
        {{.pairs = 10, .unknown = 1, .denied_both = 9}, '?', '?'},
        {{.pairs = 10, .unknown = 6, .allowed = 4}, '?', '?'},
        {{.pairs = 10, .unknown = 5, .allowed = 5}, '?', '?'},
        {{.pairs = 1000, .unknown = 1, .allowed = 999}, '?', '?'},
    };
    for (size_t i = 0; i < PG_COUNT(cases); i++) {
        assert_int_equal(pg_grid_glyph(&cases[i].count), cases[i].reach);
        assert_int_equal(pg_grid_verdict_glyph(NULL, &cases[i].count), cases[i].verdict);
    }
}

/* --- details -------------------------------------------------------------------------------------- */

static uint32_t find_row(const struct pg_grid *grid, const char *name)
{
    for (uint32_t i = 0; i < pg_grid_nrows(grid); i++)
        if (strcmp(pg_grid_row(grid, i)->name, name) == 0)
            return i;
    fail_msg("no row %s", name);
    return 0;
}

static int rank_of(const struct pg_flow *flow)
{
    return flow->cell.sure != PG_PORTS_NONE ? 0 : flow->cell.possible != PG_PORTS_NONE ? 1 : 2;
}

static void check_detail(struct world *world, struct pg_grid *grid, uint32_t i, uint32_t j)
{
    struct pg_arena *arena = pg_arena_new();
    const struct pg_detail *detail = pg_grid_detail(arena, grid, i, j);
    uint64_t pairs = 0, allowed = 0;
    assert_counts(detail->count, pg_grid_cell(grid, i, j));
    assert_int_equal(detail->nflows_left, 0);
    for (uint32_t k = 0; k < detail->nflows; k++) {
        const struct pg_flow *flow = &detail->flows[k];
        struct pg_cell cell = pg_eval_pair(world->eval, &flow->from, &flow->to);
        assert_int_equal(cell.sure, flow->cell.sure);
        assert_int_equal(cell.possible, flow->cell.possible);
        assert_int_equal(pg_eval_class_of(world->eval, &flow->from), flow->from_class);
        assert_int_equal(pg_eval_class_of(world->eval, &flow->to), flow->to_class);
        assert_false(pg_eval_is_self(world->eval, &flow->from, &flow->to));
        pairs += flow->pairs;
        if (k > 0) {
            int order = rank_of(flow) - rank_of(flow - 1);
            assert_true(order > 0 || (order == 0 && flow->pairs <= flow[-1].pairs));
        }
    }
    assert_int_equal(pairs, detail->count->pairs);
    for (uint32_t k = 0; k < detail->nports; k++) {
        allowed += detail->ports[k].pairs;
        assert_true(k == 0 || detail->ports[k].pairs <= detail->ports[k - 1].pairs);
    }
    assert_int_equal(allowed, detail->count->allowed);
    pg_arena_free(arena);
}

static void details_add_up(void **state)
{
    (void)state;
    struct world world = world_open(shop, NULL);
    struct pg_axis axis = axis_of(PG_LEVEL_NAMESPACE, true);
    struct pg_grid *grid = pg_grid_new(world.eval, &axis, &axis, PG_PORTS_ALL);
    for (uint32_t i = 0; i < pg_grid_nrows(grid); i++)
        for (uint32_t j = 0; j < pg_grid_ncolumns(grid); j++)
            check_detail(&world, grid, i, j);
    pg_grid_free(grid);
    world_close(&world);
}

static void policies_in_play(void **state)
{
    (void)state;
    struct world world = world_open(shop, NULL);
    struct pg_axis axis = axis_of(PG_LEVEL_NAMESPACE, false);
    struct pg_grid *grid = pg_grid_new(world.eval, &axis, &axis, PG_PORTS_ALL);
    struct pg_arena *arena = pg_arena_new();
    struct pg_buf out = {0};
    const struct pg_detail *detail =
        pg_grid_detail(arena, grid, find_row(grid, "data"), find_row(grid, "shop"));
    for (uint32_t i = 0; i < detail->npolicies; i++) {
        const struct pg_in_play *one = &detail->policies[i];
        pg_buf_printf(&out, "%s ", one->dir == PG_EGRESS ? "out" : "in");
        pg_buf_puts(&out, pg_cluster_text(world.cluster, world.cluster->policies[one->policy].name));
        pg_buf_puts(&out, one->decides ? " decides\n" : "\n");
    }
    assert_string_equal(pg_buf_text(&out), "out out decides\nin deny\nin web decides\n");
    pg_buf_free(&out);
    pg_arena_free(arena);
    pg_grid_free(grid);
    world_close(&world);
}

/* Twelve pods, each a class: all but the first reach every other one. */
static void details_share(void **state)
{
    (void)state;
    struct pg_buf yaml = {0};
    for (int i = 0; i < 12; i++)
        pg_buf_printf(
            &yaml,
            "apiVersion: v1\nkind: Pod\nmetadata: {name: p%d, namespace: big, labels: "
            "{app: p%d}}\nspec: {containers: [{name: c}]}\n---\n"
            "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: n%d, "
            "namespace: big}\nspec: {podSelector: {matchLabels: {app: p%d}}, ingress: "
            "[{from: [{podSelector: {matchExpressions: [{key: app, operator: NotIn, values: "
            "[p0]}]}}]}]}\n---\n",
            i, i, i, i);
    struct world world = world_open(pg_buf_text(&yaml), NULL);
    struct pg_arena *arena = pg_arena_new();
    struct pg_axis axis = axis_of(PG_LEVEL_NAMESPACE, false);
    struct pg_grid *grid = pg_grid_new(world.eval, &axis, &axis, PG_PORTS_ALL);
    const struct pg_detail *detail = pg_grid_detail(arena, grid, 0, 0);
    uint32_t ranks[3] = {0};
    for (uint32_t i = 0; i < detail->nflows; i++) {
        ranks[rank_of(&detail->flows[i])]++;
        assert_true(i == 0 || rank_of(&detail->flows[i]) >= rank_of(&detail->flows[i - 1]));
    }
    assert_int_equal(detail->count->pairs, 132);
    assert_int_equal(detail->nflows, 64);
    assert_int_equal(detail->nflows_left, 68);
    assert_int_equal(ranks[0], 53);
    assert_int_equal(ranks[2], 11);
    pg_grid_free(grid);
    pg_arena_free(arena);
    world_close(&world);
    pg_buf_free(&yaml);
}

/* --- causes --------------------------------------------------------------------------------------- */

static void print_causes(struct pg_buf *out, const char *yaml, const char *assumed)
{
    struct world world = world_open(yaml, assumed);
    struct pg_arena *arena = pg_arena_new();
    struct pg_cause causes[4];
    uint32_t n = pg_grid_causes(arena, world.eval, causes, 4);
    for (uint32_t i = 0; i < n; i++)
        pg_buf_printf(out, "%u %s (%s)\n", causes[i].npods, causes[i].what,
                      causes[i].option ? causes[i].option : "");
    pg_arena_free(arena);
    world_close(&world);
}

#define PLACE                                                                                     \
    "3 3 pods may run on the node of a pod on the host network, and a node may always enter its " \
    "own pods (--assume ingress-own-node=policy)\n"
#define ADDRESS(n, is, asks) \
    n " the " is " not known, and an ipBlock asks for " asks " (--assume pod-cidr=CIDR)\n"

static void causes(void **state)
{
    (void)state;
    struct pg_buf out = {0};
    assert_prints(out, print_causes(&out, shop, NULL),
                  PLACE ADDRESS("3", "addresses of 3 pods are", "them"));
    assert_prints(out, print_causes(&out, shop, "pod-cidr=10.9.0.0/16"), PLACE);
    assert_prints(out, print_causes(&out, shop, "ingress-own-node=policy"),
                  ADDRESS("3", "addresses of 3 pods are", "them"));
    pg_buf_free(&out);
}

#define PODS                                                                           \
    "apiVersion: v1\nkind: Pod\nmetadata: {name: a, namespace: x, labels: {app: a}}\n" \
    "spec: {containers: [{name: c}]}\nstatus: {podIPs: [{ip: 10.0.0.1}, {ip: "         \
    "\"fd00::1\"}]}\n---\n"                                                            \
    "apiVersion: v1\nkind: Pod\nmetadata: {name: b, namespace: x, labels: {app: b}}\n" \
    "spec: {containers: [{name: c}]}\nstatus: {podIPs: [{ip: 10.0.0.2}, {ip: "         \
    "\"fd00::2\"}]}\n---\n"
#define HANG(text) "1 rules for 1 pod hang on what is not evaluated: " text " ()\n"

/* What no address settles. */
static void more_causes(void **state)
{
    (void)state;
    static const char blocks[] =
        PODS "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: blocks, "
             "namespace: "
             "x}\nspec: {podSelector: {matchLabels: {app: a}}, ingress: [{from: [{ipBlock: {cidr: "
             "10.0.0.0/8}}]}]}\n";
    static const char cilium[] = PODS
        "apiVersion: cilium.io/v2\nkind: CiliumNetworkPolicy\nmetadata: {name: one, namespace: x}\n"
        "spec: {endpointSelector: {matchLabels: {app: a}}, ingress: [{fromEndpoints: "
        "[{matchLabels: {app: b}}], toPorts: [{ports: [{port: \"80\", protocol: TCP}], rules: "
        "{http: [{method: GET}]}}]}]}\n---\n"
        "apiVersion: cilium.io/v2\nkind: CiliumNetworkPolicy\nmetadata: {name: m, namespace: x}\n"
        "spec: {endpointSelector: {matchLabels: {app: a}}, egress: [{toFQDNs: [{matchName: "
        "example.org}]}]}\n";
    static const char calico[] = "---\napiVersion: projectcalico.org/v3\nkind: "
                                 "NetworkPolicy\nmetadata: {name: c, namespace: x}\n"
                                 "spec: {selector: app == 'a', ingress: [{action: Allow, protocol: "
                                 "TCP, source: {ports: [53]}}]}\n";
    struct pg_buf out = {0}, both = {0};
    assert_prints(out, print_causes(&out, blocks, NULL),
                  "2 IPv4 and IPv6 answer differently for 2 pods (--assume family=4|6)\n");
    assert_prints(out, print_causes(&out, blocks, "family=4"), "");
    assert_prints(out, print_causes(&out, cilium, NULL),
                  HANG("HTTP rules decide at a proxy")
                      HANG("which addresses a domain name has is not known"));
    pg_buf_printf(&both, "%s%s", cilium, calico);
    assert_prints(
        out, print_causes(&out, pg_buf_text(&both), NULL),
        "1 3 policies that are not evaluated (CiliumNetworkPolicy, NetworkPolicy) may touch 1 "
        "pod (--assume engine=k8s|cilium|calico)\n");
    pg_buf_clear(&both);
    pg_buf_printf(&both, "%s%s", PODS, calico);
    assert_prints(out, print_causes(&out, pg_buf_text(&both), NULL),
                  HANG("which source port a client uses is not known"));
    pg_buf_free(&both);
    pg_buf_free(&out);
}

/* --- outside -------------------------------------------------------------------------------------- */

static void outside_names(void **state)
{
    (void)state;
    static const char yaml[] =
        "apiVersion: v1\nkind: Pod\nmetadata: {name: p, namespace: x}\n"
        "status: {podIPs: [{ip: 10.0.0.1}, {ip: \"fd00::1\"}]}\n---\n"
        "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: a, namespace: x}\n"
        "spec: {podSelector: {}, ingress: [{from: [{ipBlock: {cidr: 10.0.0.0/8, except: "
        "[10.1.0.0/16]}}, {ipBlock: {cidr: 192.0.2.7/32}}, {ipBlock: {cidr: \"fd00::/8\"}}]}]}\n";
    struct world world = world_open(yaml, NULL);
    struct pg_axis axis = axis_of(PG_LEVEL_NAMESPACE, true);
    struct pg_buf out = {0};
    uint32_t four = pg_grid_internet(world.eval, 4), six = pg_grid_internet(world.eval, 6);
    assert_prints(out, pg_grid_outside_name(&out, world.eval, four), "internet");
    assert_prints(out, pg_grid_outside_name(&out, world.eval, six), "internet-ipv6");
    assert_prints(out, print_axis(&out, &world, axis),
                  "x  |x|x||1\n"
                  "int|internet|0.0.0.0-9.255.255.255, 10.1.0.0/16, 11.0.0.0-192.0.2.6, "
                  "192.0.2.8-255.255.255.255||1\n"
                  "100|10.0.0.0/16+1|10.0.0.0/16, 10.2.0.0-10.255.255.255||1\n"
                  "192|192.0.2.7|192.0.2.7||1\n"
                  "iip|internet-ipv6|::-fcff:ffff:ffff:ffff:ffff:ffff:ffff:ffff, fe00::/7||1\n"
                  "fd0|fd00::/8|fd00::/8||1\n");
    pg_buf_free(&out);
    world_close(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_agree_with_pairs),
        cmocka_unit_test(pairs_of_one),
        cmocka_unit_test(axes),
        cmocka_unit_test(abbreviations_are_unique),
        cmocka_unit_test(numbered_names_keep_their_digits),
        cmocka_unit_test(glyphs),
        cmocka_unit_test(details_add_up),
        cmocka_unit_test(details_share),
        cmocka_unit_test(policies_in_play),
        cmocka_unit_test(causes),
        cmocka_unit_test(more_causes),
        cmocka_unit_test(outside_names),
    };
    return cmocka_run_group_tests_name("grid", tests, NULL, NULL);
}
