/*
 * How the pairs are counted.
 *
 * Of a class, the background is what its side lets through to or from a class that none of its rules singles
 * out: every port where it is not isolated, else the ports of the rules that match everybody (peersets.h).
 * Classes alike in background and families are one crowd, and crowd meets crowd in one multiplication. Row by
 * row, the pairs that some rule of either end does single out are taken off that product and asked for their
 * cell; so are pods and the host network of their own node, where that exempts (semantics 8.3).
 *
 * Where a side is odd (sweep.h), its background is what its policies say in their order to whom no rule singles out:
 * crowds are alike in that, and the cell of one such pair is that of all of them.
 */
#include "polgrid/totals.h"

#include <assert.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "sweep.h"

/* Beyond so many members the sets take too much memory. Then it goes cell by cell, in the square of the classes. */
static const struct peer_limits usual_limits = {
    .members = UINT64_C(24) << 20, .few = 16, .fewer = 128};

/* Steps of a nanosecond or a few that the rows may take. */
#define BUDGET (UINT64_C(1) << 22)

/* Pairs of crowds beyond which large sets are given up again: they have split too much. */
#define MOST_MEETINGS (UINT64_C(1) << 19)

/* --- results ------------------------------------------------------------------------------------- */

bool pg_sweep_lets(struct sweep *sweep, pg_ports ports)
{
    return pg_portset_intersect(sweep->eval->sets, ports, sweep->lens) != PG_PORTS_NONE;
}

void pg_sweep_count(struct sweep *sweep, const struct pg_total *total)
{
    struct pg_total cut = *total;
    if (total->pairs == 0)
        return;
    cut.sure = pg_portset_intersect(sweep->eval->sets, total->sure, sweep->lens);
    cut.possible = pg_portset_intersect(sweep->eval->sets, total->possible, sweep->lens);
    uint64_t key = (uint64_t)cut.sure << 33 | (uint64_t)cut.possible << 2 | (uint64_t)cut.out << 1 |
                   (uint64_t)cut.in;
    const uint32_t *known = pg_map_get(&sweep->total_index, key);
    if (known != NULL) {
        sweep->totals.v[*known].pairs += cut.pairs;
        return;
    }
    pg_map_put(&sweep->total_index, key, sweep->totals.n);
    pg_vec_push(sweep->scratch, &sweep->totals, cut);
}

struct pg_total pg_sweep_cell(struct sweep *sweep, uint32_t from, uint32_t to, enum pg_near near)
{
    struct pg_eval *eval = sweep->eval;
    struct pg_cell cell = pg_eval_cell(eval, from, to, near, eval->assume.family);
    sweep->asked++;
    return (struct pg_total){
        .sure = cell.sure,
        .possible = cell.possible,
        .out = !cell.no_route && pg_sweep_lets(sweep, cell.sides[PG_EGRESS].possible),
        .in = !cell.no_route && pg_sweep_lets(sweep, cell.sides[PG_INGRESS].possible)};
}

static void ask_cell(struct sweep *sweep, uint32_t from, uint32_t to, enum pg_near near,
                     uint64_t pairs)
{
    if (pairs == 0)
        return;
    struct pg_total total = pg_sweep_cell(sweep, from, to, near);
    total.pairs = pairs;
    pg_sweep_count(sweep, &total);
}

/* --- pairs --------------------------------------------------------------------------------------- */

/* Pairs of a class with itself that are of one pod. */
uint64_t pg_sweep_selves(const struct pg_class *class)
{
    return class->npods - class->nselves;
}

uint64_t pg_sweep_pairs(const struct pg_eval *eval, uint32_t from, uint32_t to)
{
    const struct pg_class *a = &eval->classes[from], *b = &eval->classes[to];
    return (uint64_t)a->npods * b->npods - (from == to ? pg_sweep_selves(a) : 0);
}

static int compare_strs(const void *a, const void *b)
{
    const pg_str *x = a, *y = b;
    return *x < *y ? -1 : *x > *y;
}

/* Looking at every pod for every node's own pods would be quadratic. */
const pg_str *pg_sweep_nodes(struct sweep *sweep, uint32_t c)
{
    const struct pg_class *class = &sweep->eval->classes[c];
    if (sweep->nodes[c] != NULL)
        return sweep->nodes[c];
    pg_str *nodes = pg_arena_array(sweep->scratch, class->npods, sizeof *nodes);
    for (uint32_t i = 0; i < class->npods; i++)
        nodes[i] = sweep->eval->cluster->pods[class->pods[i]].node_name;
    qsort(nodes, class->npods, sizeof *nodes, compare_strs);
    sweep->nodes[c] = nodes;
    return nodes;
}

/* How many are smaller than a node. */
static uint32_t count_below(const pg_str *nodes, uint32_t n, uint64_t node)
{
    uint32_t lo = 0, hi = n;
    while (lo < hi) {
        uint32_t middle = lo + (hi - lo) / 2;
        if (nodes[middle] < node)
            lo = middle + 1;
        else
            hi = middle;
    }
    return lo;
}

static uint32_t count_on(const pg_str *nodes, uint32_t n, pg_str node)
{
    return count_below(nodes, n, (uint64_t)node + 1) - count_below(nodes, n, node);
}

/* Asks for a cell, or for one for each nearness where one end is on the network of a node. */
void pg_sweep_ask(struct sweep *sweep, uint32_t from, uint32_t to)
{
    const struct pg_eval *eval = sweep->eval;
    const struct pg_class *a = &eval->classes[from], *b = &eval->classes[to];
    if ((a->kind == PG_CLASS_HOST) == (b->kind == PG_CLASS_HOST)) {
        ask_cell(sweep, from, to, PG_NEAR_OTHER, pg_sweep_pairs(eval, from, to));
        return;
    }
    const struct pg_class *host = a->kind == PG_CLASS_HOST ? a : b, *spread = host == a ? b : a;
    const pg_str *nodes = pg_sweep_nodes(sweep, host == a ? to : from);
    uint64_t npods[3] = {0};
    if (host->node_name != PG_STR_NONE) {
        npods[PG_NEAR_SAME] = count_on(nodes, spread->npods, host->node_name);
        npods[PG_NEAR_UNKNOWN] = count_on(nodes, spread->npods, PG_STR_NONE);
    } else {
        npods[PG_NEAR_UNKNOWN] = spread->npods;
    }
    npods[PG_NEAR_OTHER] = spread->npods - npods[PG_NEAR_SAME] - npods[PG_NEAR_UNKNOWN];
    for (int near = PG_NEAR_OTHER; near <= PG_NEAR_UNKNOWN; near++)
        ask_cell(sweep, from, to, (enum pg_near)near, npods[near] * host->npods);
}

/* --- background ---------------------------------------------------------------------------------- */

/* Where a rule matches whatever class there is. */
unsigned pg_sweep_every(const struct sweep *sweep, const struct rule *rule)
{
    unsigned every = rule->source->any_peer ? UINT_MAX : 0;
    for (uint32_t i = sweep->sets.first[rule->id]; i < sweep->sets.first[rule->id + 1]; i++)
        every |= sweep->sets.sets[sweep->sets.of_rule[i]].every;
    return every;
}

pg_ports pg_sweep_rule_ports(struct sweep *sweep, const struct policy *policy,
                             const struct rule *rule, uint32_t class, int dir)
{
    struct pg_eval *eval = sweep->eval;
    pg_ports sure = rule->numeric, possible;
    struct ask ask = {.self = class, .other = class, .dir = (enum pg_dir)dir};
    if (dir == PG_INGRESS)
        pg_match_ports(eval, policy, rule, &ask, &sure, &possible);
    return pg_portset_intersect(eval->sets, sure, PG_PORTS_ALL);
}

static struct background background_of(struct sweep *sweep, uint32_t class, int dir)
{
    struct pg_eval *eval = sweep->eval;
    const struct class_data *data = &eval->data[class];
    bool open = data->npolicies[dir] == 0 || eval->classes[class].kind == PG_CLASS_HOST;
    struct background background;
    for (int i = 0; i < NSORTS * 2; i++)
        background.ports[i / 2][i % 2] = open ? PG_PORTS_ALL : PG_PORTS_NONE;
    for (uint32_t i = 0; !open && i < data->npolicies[dir]; i++) {
        const struct policy *policy = &eval->policies[data->policies[dir][i]];
        for (uint32_t r = 0; r < policy->source->nrules[dir]; r++) {
            const struct rule *rule = &policy->rules[dir][r];
            unsigned every = pg_sweep_every(sweep, rule);
            if (every == 0)
                continue;
            pg_ports ports = pg_sweep_rule_ports(sweep, policy, rule, class, dir);
            for (int b = 0; b < NSORTS * 2; b++)
                if ((every & EVERY_BIT(b / 2, b % 2)) != 0)
                    background.ports[b / 2][b % 2] =
                        pg_portset_union(eval->sets, background.ports[b / 2][b % 2], ports);
        }
    }
    return background;
}

static struct crowd crowd_of_one(struct sweep *sweep, uint32_t c, int dir)
{
    const struct pg_class *class = &sweep->eval->classes[c];
    struct crowd crowd = {.in_large = sweep->in_large[c],
                          .sort = (uint8_t)class_sort(class),
                          .has_family = {class->has_family[0], class->has_family[1]}};
    if (dir == PG_INGRESS && sweep->names_count)
        crowd.signature = sweep->eval->data[c].port_signature;
    if (sweep->odd[dir][c] != 0)
        crowd.odd = pg_odd_side(sweep, c, dir, &crowd.sums);
    else
        crowd.background = background_of(sweep, c, dir);
    if (class->kind != PG_CLASS_HOST && crowd.odd == 0)
        crowd.large = pg_sweep_large_ports(sweep, c, dir, &crowd.nlarge);
    return crowd;
}

/* Equal for classes of one crowd. */
static void crowd_key(struct pg_buf *key, const struct crowd *crowd)
{
    unsigned flags = (unsigned)crowd->sort << 2 | (unsigned)crowd->has_family[0] << 1 |
                     (unsigned)crowd->has_family[1];
    pg_buf_clear(key);
    pg_buf_add(key, (const char *)&crowd->background, sizeof crowd->background);
    pg_buf_add(key, (const char *)&crowd->odd, sizeof crowd->odd);
    pg_buf_add(key, (const char *)&crowd->signature, sizeof crowd->signature);
    pg_buf_add(key, (const char *)&crowd->in_large, sizeof crowd->in_large);
    pg_buf_add(key, (const char *)&flags, sizeof flags);
    if (crowd->nlarge > 0)
        pg_buf_add(key, (const char *)crowd->large, crowd->nlarge * sizeof *crowd->large);
}

static void gather_crowds(struct sweep *sweep, int dir)
{
    const struct pg_eval *eval = sweep->eval;
    struct pg_strs *keys = pg_strs_new();
    struct pg_map by_key = {0};
    struct pg_buf key = {0};
    sweep->crowd_of[dir] = pg_arena_array(sweep->scratch, eval->first_node, sizeof(uint32_t));
    sweep->crowds[dir].n = 0;
    for (uint32_t c = 0; c < eval->first_node; c++) {
        struct crowd crowd = crowd_of_one(sweep, c, dir);
        crowd_key(&key, &crowd);
        pg_str number = pg_strs_put(keys, key.p, key.n);
        if (pg_map_get(&by_key, number) == NULL) {
            pg_map_put(&by_key, number, sweep->crowds[dir].n);
            pg_vec_push(sweep->scratch, &sweep->crowds[dir], crowd);
        }
        uint32_t index = *pg_map_get(&by_key, number);
        sweep->crowd_of[dir][c] = index;
        sweep->crowds[dir].v[index].npods += eval->classes[c].npods;
    }
    pg_map_free(&by_key);
    pg_strs_free(keys);
    pg_buf_free(&key);
}

static struct pg_total meet_crowds(struct sweep *sweep, const struct crowd *from,
                                   const struct crowd *to)
{
    struct pg_portsets *sets = sweep->eval->sets;
    int family = sweep->eval->assume.family;
    struct pg_total total = {.sure = PG_PORTS_ALL, .possible = PG_PORTS_NONE};
    bool route = false;
    for (int f = 0; f < 2; f++) {
        if (!from->has_family[f] || !to->has_family[f] || (family != 0 && family != 4 + 2 * f))
            continue;
        pg_ports out = pg_sweep_add_large(sweep, from, to, from->background.ports[to->sort][f]);
        pg_ports in = pg_sweep_add_large(sweep, to, from, to->background.ports[from->sort][f]);
        pg_ports both = pg_portset_intersect(sets, out, in);
        route = true;
        total.out |= pg_sweep_lets(sweep, out);
        total.in |= pg_sweep_lets(sweep, in);
        total.sure = pg_portset_intersect(sets, total.sure, both);
        total.possible = pg_portset_union(sets, total.possible, both);
    }
    if (!route)
        total.sure = PG_PORTS_NONE;
    return total;
}

uint64_t *pg_sweep_taken(struct sweep *sweep, uint32_t from, uint32_t to)
{
    uint64_t key = PG_MAP_PAIR(from, to);
    const uint32_t *known = pg_map_get(&sweep->taken_index, key);
    if (known != NULL)
        return &sweep->taken.v[*known];
    pg_map_put(&sweep->taken_index, key, sweep->taken.n);
    return pg_vec_add(sweep->scratch, &sweep->taken);
}

/* The background of crowds with an odd side: the cell of a pair that nothing singles out. Such a pair is not of one
   node, where that counts. */
static void count_sample(struct sweep *sweep, const struct sample *sample, uint64_t pairs)
{
    assert(sample->found || pairs == 0);
    ask_cell(sweep, sample->from, sample->to, PG_NEAR_OTHER, pairs);
}

void pg_sweep_background(struct sweep *sweep, uint32_t from)
{
    const struct crowd *a = &sweep->crowds[PG_EGRESS].v[from];
    for (uint32_t to = 0; to < sweep->crowds[PG_INGRESS].n; to++) {
        const struct crowd *b = &sweep->crowds[PG_INGRESS].v[to];
        const uint32_t *less = pg_map_get(&sweep->taken_index, PG_MAP_PAIR(from, to));
        uint64_t pairs = a->npods * b->npods - (less != NULL ? sweep->taken.v[*less] : 0);
        if (a->odd != 0 || b->odd != 0) {
            count_sample(sweep, &sweep->samples[to], pairs);
            continue;
        }
        struct pg_total total = meet_crowds(sweep, a, b);
        total.pairs = pairs;
        pg_sweep_count(sweep, &total);
    }
}

/* --- the result ---------------------------------------------------------------------------------- */

static void count_crowds(struct sweep *sweep)
{
    uint32_t most = PG_MOST_LARGE, chosen;
    uint64_t meetings;
    do {
        chosen = pg_sweep_choose_large(sweep, most);
        meetings = 1;
        for (int dir = 0; dir < 2; dir++) {
            gather_crowds(sweep, dir);
            meetings *= sweep->crowds[dir].n;
        }
        most = chosen / 2;
    } while (meetings > MOST_MEETINGS && chosen > 0);
    pg_sweep_rows(sweep);
    for (uint32_t i = 0; !sweep->mixed && i < sweep->crowds[PG_EGRESS].n; i++)
        pg_sweep_background(sweep, i);
}

static void ask_all(struct sweep *sweep)
{
    for (uint32_t a = 0; a < sweep->eval->first_node; a++)
        for (uint32_t b = 0; b < sweep->eval->first_node; b++)
            pg_sweep_ask(sweep, a, b);
}

static int compare_totals(const void *a, const void *b)
{
    const struct pg_total *x = a, *y = b;
    if (x->sure != y->sure)
        return x->sure < y->sure ? -1 : 1;
    if (x->possible != y->possible)
        return x->possible < y->possible ? -1 : 1;
    return (x->out * 2 + x->in) - (y->out * 2 + y->in);
}

struct pg_totals pg_eval_totals_tuned(struct pg_eval *eval, struct pg_arena *arena, pg_ports lens,
                                      uint64_t budget)
{
    struct peer_limits limits = usual_limits;
    if (budget == 0)
        limits.few = limits.fewer = 1;
    struct sweep sweep = {.eval = eval, .lens = lens, .budget = budget, .scratch = pg_arena_new()};
    sweep.nodes = pg_arena_array(sweep.scratch, eval->first_node, sizeof *sweep.nodes);
    sweep.sides = pg_strs_new();
    pg_odd_find(&sweep);
    if (pg_peersets_make(eval, sweep.scratch, limits, sweep.used, &sweep.sets))
        count_crowds(&sweep);
    else
        ask_all(&sweep);
    struct pg_totals totals = {.n = sweep.totals.n, .asked = sweep.asked};
    struct pg_total *v = pg_arena_array(arena, totals.n, sizeof *v);
    for (uint32_t i = 0; i < totals.n; i++) {
        v[i] = sweep.totals.v[i];
        totals.pairs += v[i].pairs;
    }
    if (totals.n > 1)
        qsort(v, totals.n, sizeof *v, compare_totals);
    totals.v = v;
    pg_map_free(&sweep.taken_index);
    pg_map_free(&sweep.total_index);
    pg_map_free(&sweep.recalled);
    pg_strs_free(sweep.sides);
    pg_arena_free(sweep.scratch);
    return totals;
}

struct pg_totals pg_eval_totals(struct pg_eval *eval, struct pg_arena *arena, pg_ports lens)
{
    return pg_eval_totals_tuned(eval, arena, lens, BUDGET);
}
