/*
 * What the panel says of a cell: who reaches whom, on which ports, and which policies are in play.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "inner.h"
#include "polgrid/why.h"

/* Flows listed; a larger cell says how many more there are. Each sort has a share of them for sure. */
#define PG_FLOWS       64u
#define PG_FLOWS_SHARE (PG_FLOWS / NSORTS)

/* Of denied flows, those that one side lets through are apart: they are few, and what one looks for. */
enum sort {
    SORT_ALLOWED,
    SORT_UNKNOWN,
    SORT_HALF,
    SORT_DENIED,
    NSORTS,
};

struct ranked {
    struct pg_meeting meeting;
    int rank; /* allowed, unknown, denied */
};

struct bin {
    struct ranked flows[PG_FLOWS]; /* sorted: the first of them */
    uint32_t n;
};

struct gather {
    struct pg_grid *grid;
    struct pg_arena *arena;
    struct bin bins[NSORTS];
    struct ranked flows[PG_FLOWS]; /* sorted */
    uint32_t nflows, nmet;
    PG_VEC(struct pg_ports_share) ports;
    struct pg_map ports_of;
    PG_VEC(struct pg_in_play) policies;
    struct pg_map policies_of;
};

/* --- flows --------------------------------------------------------------------------------------- */

static int outcome_rank(enum pg_outcome outcome)
{
    return outcome == PG_OUTCOME_ALLOWED ? 0 : outcome == PG_OUTCOME_UNKNOWN ? 1 : 2;
}

static int compare_numbers(uint64_t a, uint64_t b)
{
    return a < b ? -1 : a > b;
}

static int compare_ranked(const struct ranked *a, const struct ranked *b)
{
    int order = a->rank - b->rank;
    if (order == 0)
        order = compare_numbers(b->meeting.pairs, a->meeting.pairs);
    if (order == 0)
        order = compare_numbers(a->meeting.from->class, b->meeting.from->class);
    if (order == 0)
        order = compare_numbers(a->meeting.to->class, b->meeting.to->class);
    return order ? order : (int)a->meeting.near - (int)b->meeting.near;
}

/* Puts one among the sorted ones; of too many the last is dropped. */
static void insert(struct ranked *flows, uint32_t *n, const struct ranked *one)
{
    if (*n == PG_FLOWS) {
        if (compare_ranked(one, &flows[PG_FLOWS - 1]) >= 0)
            return;
        --*n;
    }
    uint32_t at = (*n)++;
    for (; at > 0 && compare_ranked(one, &flows[at - 1]) < 0; at--)
        flows[at] = flows[at - 1];
    flows[at] = *one;
}

/* One side lets some port of the lens through, and both are isolated. */
static bool is_half(const struct pg_grid *grid, const struct pg_meeting *meeting)
{
    struct pg_portsets *sets = pg_eval_portsets(grid->eval);
    const struct pg_side *out = &meeting->cell.sides[PG_EGRESS];
    const struct pg_side *in = &meeting->cell.sides[PG_INGRESS];
    return !meeting->cell.no_route && out->isolated && in->isolated &&
           (pg_portset_intersect(sets, out->sure, grid->ports) != PG_PORTS_NONE ||
            pg_portset_intersect(sets, in->sure, grid->ports) != PG_PORTS_NONE);
}

static void gather_flow(struct gather *gather, const struct pg_meeting *meeting)
{
    static const enum sort sorts[] = {SORT_ALLOWED, SORT_UNKNOWN, SORT_DENIED};
    struct ranked one = {*meeting, outcome_rank(pg_grid_outcome(gather->grid, meeting))};
    enum sort sort = sorts[one.rank];
    if (sort == SORT_DENIED && is_half(gather->grid, meeting))
        sort = SORT_HALF;
    gather->nmet++;
    insert(gather->bins[sort].flows, &gather->bins[sort].n, &one);
}

/* Every sort has its share; what one leaves goes to the others, in their order. */
static void choose_flows(struct gather *gather)
{
    uint32_t takes[NSORTS], left = PG_FLOWS;
    for (int i = 0; i < NSORTS; i++) {
        uint32_t n = gather->bins[i].n;
        takes[i] = n < PG_FLOWS_SHARE ? n : PG_FLOWS_SHARE;
        left -= takes[i];
    }
    for (int i = 0; i < NSORTS; i++) {
        uint32_t more = gather->bins[i].n - takes[i];
        more = more < left ? more : left;
        left -= more;
        for (uint32_t k = 0; k < takes[i] + more; k++)
            insert(gather->flows, &gather->nflows, &gather->bins[i].flows[k]);
    }
}

/* --- ports --------------------------------------------------------------------------------------- */

static void gather_ports(struct gather *gather, const struct pg_meeting *meeting)
{
    if (meeting->sure == PG_PORTS_NONE)
        return;
    const uint32_t *known = pg_map_get(&gather->ports_of, meeting->sure);
    if (known) {
        gather->ports.v[*known].pairs += meeting->pairs;
        return;
    }
    pg_map_put(&gather->ports_of, meeting->sure, gather->ports.n);
    struct pg_ports_share share = {meeting->sure, meeting->pairs};
    pg_vec_push(gather->arena, &gather->ports, share);
}

/* By their ranges: the numbers of port sets depend on who asked first. */
static int compare_sets(const struct pg_portsets *sets, pg_ports a, pg_ports b)
{
    uint32_t na, nb;
    const struct pg_range *left = pg_portset_ranges(sets, a, &na);
    const struct pg_range *right = pg_portset_ranges(sets, b, &nb);
    for (uint32_t i = 0; i < na && i < nb; i++) {
        int order = compare_numbers(left[i].lo, right[i].lo);
        if (order == 0)
            order = compare_numbers(left[i].hi, right[i].hi);
        if (order)
            return order;
    }
    return compare_numbers(na, nb);
}

/* Insertion sort: there are few distinct sets, and qsort would need a global to see `sets`. */
static void sort_ports(struct gather *gather)
{
    const struct pg_portsets *sets = pg_eval_portsets(gather->grid->eval);
    struct pg_ports_share *v = gather->ports.v;
    for (uint32_t i = 1; i < gather->ports.n; i++) {
        struct pg_ports_share one = v[i];
        uint32_t at = i;
        for (; at > 0; at--) {
            int order = compare_numbers(v[at - 1].pairs, one.pairs);
            if (order > 0 || (order == 0 && compare_sets(sets, v[at - 1].ports, one.ports) < 0))
                break;
            v[at] = v[at - 1];
        }
        v[at] = one;
    }
}

/* --- policies ------------------------------------------------------------------------------------ */

static uint64_t policy_key(uint32_t policy, enum pg_dir dir)
{
    return (uint64_t)policy << 1 | (uint64_t)dir;
}

static void gather_policies(struct gather *gather, uint32_t class, enum pg_dir dir)
{
    uint32_t n;
    const uint32_t *policies = pg_eval_policies(gather->grid->eval, class, dir, &n);
    for (uint32_t i = 0; i < n; i++) {
        uint64_t key = policy_key(policies[i], dir);
        if (pg_map_get(&gather->policies_of, key))
            continue;
        pg_map_put(&gather->policies_of, key, gather->policies.n);
        struct pg_in_play one = {.policy = policies[i], .dir = dir};
        pg_vec_push(gather->arena, &gather->policies, one);
    }
}

/* Whether a policy of this side has not been seen to decide. */
static bool has_undecided(const struct gather *gather, uint32_t class, enum pg_dir dir)
{
    uint32_t n;
    const uint32_t *policies = pg_eval_policies(gather->grid->eval, class, dir, &n);
    for (uint32_t i = 0; i < n; i++) {
        const uint32_t *at = pg_map_get(&gather->policies_of, policy_key(policies[i], dir));
        if (at && !gather->policies.v[*at].decides)
            return true;
    }
    return false;
}

static void mark_deciding(struct gather *gather, const struct pg_why *why)
{
    for (int dir = PG_EGRESS; dir <= PG_INGRESS; dir++) {
        const struct pg_why_side *side = &why->sides[dir];
        for (uint32_t i = 0; i < side->nreasons; i++) {
            if (side->reasons[i].effect != PG_EFFECT_ALLOW)
                continue;
            const uint32_t *at = pg_map_get(&gather->policies_of,
                                            policy_key(side->reasons[i].policy, (enum pg_dir)dir));
            if (at)
                gather->policies.v[*at].decides = true;
        }
    }
}

/* Asks for the reasons of the allowed flows, as long as one could tell something new. */
static void find_deciding(struct gather *gather, const struct pg_flow *flows, uint32_t n)
{
    struct pg_eval *eval = gather->grid->eval;
    struct pg_arena *scratch = pg_arena_new();
    for (uint32_t i = 0; i < n && gather->flows[i].rank == 0; i++) {
        if (!has_undecided(gather, flows[i].from_class, PG_EGRESS) &&
            !has_undecided(gather, flows[i].to_class, PG_INGRESS))
            continue;
        mark_deciding(gather, pg_why_ask(scratch, eval, &flows[i].from, &flows[i].to,
                                         gather->grid->ports, pg_eval_assume(eval)->family));
        pg_arena_reset(scratch);
    }
    pg_arena_free(scratch);
}

static int compare_in_play(const void *left, const void *right)
{
    const struct pg_in_play *a = left, *b = right;
    if (a->dir != b->dir)
        return a->dir < b->dir ? -1 : 1;
    return compare_numbers(a->policy, b->policy);
}

/* --- all of it ----------------------------------------------------------------------------------- */

static void gather_meeting(void *context, const struct pg_meeting *meeting)
{
    struct gather *gather = context;
    gather_flow(gather, meeting);
    gather_ports(gather, meeting);
}

/* Once a share, not once a meeting. */
static void gather_all_policies(struct gather *gather, const struct pg_item *from,
                                const struct pg_item *to)
{
    for (uint32_t i = 0; i < from->nshares; i++)
        gather_policies(gather, from->shares[i].class, PG_EGRESS);
    for (uint32_t i = 0; i < to->nshares; i++)
        gather_policies(gather, to->shares[i].class, PG_INGRESS);
}

static const struct pg_flow *make_flows(struct gather *gather)
{
    struct pg_flow *flows = pg_arena_array(gather->arena, gather->nflows, sizeof *flows);
    for (uint32_t i = 0; i < gather->nflows; i++) {
        const struct pg_meeting *meeting = &gather->flows[i].meeting;
        flows[i] = (struct pg_flow){
            .near = meeting->near,
            .from_class = meeting->from->class,
            .to_class = meeting->to->class,
            .nfrom = meeting->from->npods,
            .nto = meeting->to->npods,
            .pairs = meeting->pairs,
            .cell = meeting->cell,
        };
        pg_grid_one_pair(gather->grid, meeting, &flows[i].from, &flows[i].to);
    }
    return flows;
}

const struct pg_detail *pg_grid_detail(struct pg_arena *arena, struct pg_grid *grid, uint32_t row,
                                       uint32_t column)
{
    struct pg_detail *detail = pg_arena_alloc(arena, sizeof *detail);
    struct gather *gather = pg_arena_alloc(arena, sizeof *gather);
    gather->grid = grid;
    gather->arena = arena;
    struct pg_count *count = pg_arena_alloc(arena, sizeof *count);
    *count = *pg_grid_cell(grid, row, column);
    detail->count = count;
    pg_grid_meet(grid, row, column, gather_meeting, gather);
    if (detail->count->pairs > 0)
        gather_all_policies(gather, pg_grid_row(grid, row), pg_grid_column(grid, column));

    choose_flows(gather);
    detail->flows = make_flows(gather);
    detail->nflows = gather->nflows;
    detail->nflows_left = gather->nmet - gather->nflows;
    find_deciding(gather, detail->flows, detail->nflows);
    sort_ports(gather);
    detail->ports = gather->ports.v;
    detail->nports = gather->ports.n;
    if (gather->policies.n > 0)
        qsort(gather->policies.v, gather->policies.n, sizeof *gather->policies.v, compare_in_play);
    detail->policies = gather->policies.v;
    detail->npolicies = gather->policies.n;
    pg_map_free(&gather->ports_of);
    pg_map_free(&gather->policies_of);
    return detail;
}
