/*
 * What meets in a cell. A cell of the grid is a sum over pairs of classes, and pods of one class all
 * answer alike, with one exception: to a node (or to a pod on its network) the pods that run on it are
 * near, and the others are not (semantics 8.3). There the pairs are split by where the pods run.
 */
#include <assert.h>
#include <stdlib.h>

#include "inner.h"

/* --- who is where -------------------------------------------------------------------------------- */

struct seat {
    pg_str node;
    uint32_t pod;
};

static int compare_seats(const void *left, const void *right)
{
    const struct seat *a = left, *b = right;
    if (a->node != b->node)
        return a->node < b->node ? -1 : 1;
    return a->pod < b->pod ? -1 : a->pod > b->pod;
}

/* The pods of a share by node, remembered. */
static struct pg_places places_of(struct pg_grid *grid, const struct pg_share *share)
{
    uint64_t key = (uint64_t)(uintptr_t)share;
    const uint32_t *known = pg_map_get(&grid->places_of, key);
    if (known)
        return grid->places.v[*known];

    const struct pg_cluster *cluster = pg_eval_cluster(grid->eval);
    struct pg_arena *scratch = pg_arena_new();
    struct seat *seats = pg_arena_array(scratch, share->npods, sizeof *seats);
    for (uint32_t i = 0; i < share->npods; i++)
        seats[i] = (struct seat){cluster->pods[share->pods[i]].node_name, share->pods[i]};
    qsort(seats, share->npods, sizeof *seats, compare_seats);

    PG_VEC(struct pg_place) found = {0};
    for (uint32_t i = 0; i < share->npods; i++) {
        if (i == 0 || seats[i].node != seats[i - 1].node)
            pg_vec_add(scratch, &found)->pod = seats[i].pod;
        found.v[found.n - 1].npods++;
    }
    struct pg_place *copy = pg_arena_array(grid->arena, found.n, sizeof *copy);
    for (uint32_t i = 0; i < found.n; i++)
        copy[i] = found.v[i];
    struct pg_places places = {copy, found.n};
    pg_arena_free(scratch);

    pg_map_put(&grid->places_of, key, grid->places.n);
    *pg_vec_add(grid->arena, &grid->places) = places;
    return places;
}

static const struct pg_class *class_of(const struct pg_grid *grid, const struct pg_share *share)
{
    return pg_eval_class(grid->eval, share->class);
}

static struct pg_end pod_end(uint32_t pod)
{
    return (struct pg_end){.kind = PG_END_POD, .index = pod};
}

/* An end of a share; `i` counts its pods. */
static struct pg_end share_end(const struct pg_grid *grid, const struct pg_share *share, uint32_t i)
{
    if (share->pods)
        return pod_end(share->pods[i]);
    const struct pg_class *class = class_of(grid, share);
    return (struct pg_end){.kind = PG_END_ADDR,
                           .addr = class->addr[0].family ? class->addr[0] : class->addr[1]};
}

/* --- pairs --------------------------------------------------------------------------------------- */

/* Pods that are in both shares, but for those that have pairs with themselves. */
static uint64_t same_pods(const struct pg_grid *grid, const struct pg_share *a,
                          const struct pg_share *b)
{
    if (a->pods == b->pods && a->npods == b->npods)
        return (uint64_t)a->npods - a->nselves;
    uint64_t same = 0;
    for (uint32_t i = 0, j = 0; i < a->npods && j < b->npods;) {
        if (a->pods[i] == b->pods[j]) {
            struct pg_end end = pod_end(a->pods[i]);
            same += pg_eval_is_self(grid->eval, &end, &end);
        }
        bool left = a->pods[i] <= b->pods[j], right = b->pods[j] <= a->pods[i];
        i += left;
        j += right;
    }
    return same;
}

static uint64_t count_pairs(const struct pg_grid *grid, const struct pg_share *from,
                            const struct pg_share *to)
{
    if (!from->pods && !to->pods)
        return 0; /* both outside */
    uint64_t pairs = (uint64_t)from->npods * to->npods;
    return from->class == to->class ? pairs - same_pods(grid, from, to) : pairs;
}

struct walk {
    struct pg_grid *grid;
    pg_meet_fn *meet;
    void *context;
};

static void report(struct walk *walk, const struct pg_share *from, const struct pg_share *to,
                   enum pg_near near, uint64_t pairs)
{
    if (pairs == 0)
        return;
    struct pg_eval *eval = walk->grid->eval;
    struct pg_portsets *sets = pg_eval_portsets(eval);
    struct pg_meeting meeting = {.from = from, .to = to, .near = near, .pairs = pairs};
    meeting.cell = pg_eval_cell(eval, from->class, to->class, near, pg_eval_assume(eval)->family);
    meeting.sure = pg_portset_intersect(sets, meeting.cell.sure, walk->grid->ports);
    meeting.possible = pg_portset_intersect(sets, meeting.cell.possible, walk->grid->ports);
    walk->meet(walk->context, &meeting);
}

/* One side is on a node's network, the other is pods that run here and there. */
static void report_by_place(struct walk *walk, const struct pg_share *from,
                            const struct pg_share *to, bool spread_from)
{
    struct pg_places places = places_of(walk->grid, spread_from ? from : to);
    struct pg_end fixed = share_end(walk->grid, spread_from ? to : from, 0);
    uint64_t npods[3] = {0};
    for (uint32_t i = 0; i < places.n; i++) {
        struct pg_end end = pod_end(places.v[i].pod);
        enum pg_near near = spread_from ? pg_eval_near(walk->grid->eval, &end, &fixed)
                                        : pg_eval_near(walk->grid->eval, &fixed, &end);
        npods[near] += places.v[i].npods;
    }
    uint64_t others = spread_from ? to->npods : from->npods;
    for (int near = PG_NEAR_OTHER; near <= PG_NEAR_UNKNOWN; near++)
        report(walk, from, to, (enum pg_near)near, npods[near] * others);
}

static void meet_shares(struct walk *walk, const struct pg_share *from, const struct pg_share *to)
{
    enum pg_class_kind a = class_of(walk->grid, from)->kind, b = class_of(walk->grid, to)->kind;
    if (a == PG_CLASS_HOST && b == PG_CLASS_PODS) {
        report_by_place(walk, from, to, false);
    } else if (a == PG_CLASS_PODS && b == PG_CLASS_HOST) {
        report_by_place(walk, from, to, true);
    } else {
        enum pg_near near = PG_NEAR_OTHER;
        if (a == PG_CLASS_HOST && b == PG_CLASS_HOST) {
            struct pg_end one = share_end(walk->grid, from, 0), other = share_end(walk->grid, to, 0);
            near = pg_eval_near(walk->grid->eval, &one, &other);
        }
        report(walk, from, to, near, count_pairs(walk->grid, from, to));
    }
}

/* Namespaces that are alike, among themselves: each within itself, and each with each other. */
static void meet_alike(struct walk *walk, const struct pg_item *from, const struct pg_item *to)
{
    uint64_t n = from->nmembers;
    for (uint32_t i = 0; i < from->nshares; i++)
        for (uint32_t j = 0; j < to->nshares; j++) {
            const struct pg_share *one = &from->one[i], *same = &to->one[j], *other = &to->two[j];
            report(walk, one, same, PG_NEAR_OTHER, n * count_pairs(walk->grid, one, same));
            report(walk, one, other, PG_NEAR_OTHER, n * (n - 1) * one->npods * other->npods);
        }
}

void pg_grid_meet(struct pg_grid *grid, uint32_t row, uint32_t column, pg_meet_fn *meet,
                  void *context)
{
    assert(row < grid->rows.n && column < grid->columns.n);
    struct walk walk = {grid, meet, context};
    const struct pg_item *from = &grid->rows.v[row], *to = &grid->columns.v[column];
    if (from->nmembers > 0 && to->kind == from->kind && to->index == from->index) {
        assert(to->nmembers == from->nmembers);
        meet_alike(&walk, from, to);
        return;
    }
    for (uint32_t i = 0; i < from->nshares; i++) {
        for (uint32_t j = 0; j < to->nshares; j++)
            meet_shares(&walk, &from->shares[i], &to->shares[j]);
    }
}

/* --- crowds -------------------------------------------------------------------------------------- */

/* Between strangers (eval.h) all that matters of a class of pods is whether it is isolated, and which
   address families it has: the classes that agree in these are one crowd. */
#define NCROWDS 8u

struct crowd {
    const struct pg_share *one;
    uint64_t npods;
};

static bool is_host(const struct pg_grid *grid, const struct pg_share *share)
{
    return class_of(grid, share)->kind == PG_CLASS_HOST;
}

static void gather_crowds(const struct pg_grid *grid, const struct pg_item *item, enum pg_dir dir,
                          struct crowd crowds[NCROWDS])
{
    for (uint32_t i = 0; i < item->nshares; i++) {
        const struct pg_share *share = &item->shares[i];
        const struct pg_class *class = class_of(grid, share);
        if (class->kind == PG_CLASS_HOST)
            continue;
        struct crowd *crowd = &crowds[class->isolated[dir] | (unsigned)class->has_family[0] << 1 |
                                      (unsigned)class->has_family[1] << 2];
        crowd->one = share;
        crowd->npods += share->npods;
    }
}

/* Pods on the host network are strangers to nobody. */
static void meet_hosts(struct walk *walk, const struct pg_item *from, const struct pg_item *to)
{
    for (uint32_t i = 0; i < from->nshares; i++)
        for (uint32_t j = 0; j < to->nshares; j++)
            if (is_host(walk->grid, &from->shares[i]) || is_host(walk->grid, &to->shares[j]))
                meet_shares(walk, &from->shares[i], &to->shares[j]);
}

/* The class of an item that stands for it among strangers; PG_NONE where there is none. */
static uint32_t stranger_of(const struct pg_grid *grid, const struct pg_item *item)
{
    for (uint32_t i = 0; i < item->nshares; i++)
        if (!is_host(grid, &item->shares[i]))
            return item->shares[i].class;
    return PG_NONE;
}

static uint32_t class_ns(const struct pg_grid *grid, uint32_t class)
{
    return pg_eval_class(grid->eval, class)->ns;
}

void pg_grid_meet_crowds(struct pg_grid *grid, uint32_t row, uint32_t column, pg_meet_fn *meet,
                         void *context)
{
    assert(row < grid->rows.n && column < grid->columns.n);
    struct walk walk = {grid, meet, context};
    const struct pg_item *from = &grid->rows.v[row], *to = &grid->columns.v[column];
    uint32_t a = stranger_of(grid, from), b = stranger_of(grid, to);
    bool both_outside = from->kind == PG_ITEM_OUTSIDE && to->kind == PG_ITEM_OUTSIDE;
    if (a == PG_NONE || b == PG_NONE || both_outside || !pg_eval_strangers(grid->eval, a, b) ||
        class_ns(grid, a) == class_ns(grid, b)) {
        pg_grid_meet(grid, row, column, meet, context);
        return;
    }
    struct crowd out[NCROWDS] = {{0}}, in[NCROWDS] = {{0}};
    gather_crowds(grid, from, PG_EGRESS, out);
    gather_crowds(grid, to, PG_INGRESS, in);
    for (uint32_t i = 0; i < NCROWDS; i++)
        for (uint32_t j = 0; j < NCROWDS; j++)
            if (out[i].npods > 0 && in[j].npods > 0)
                report(&walk, out[i].one, in[j].one, PG_NEAR_OTHER, out[i].npods * in[j].npods);
    meet_hosts(&walk, from, to);
}

/* --- one pair ------------------------------------------------------------------------------------ */

static bool is_split(const struct pg_grid *grid, const struct pg_meeting *meeting)
{
    enum pg_class_kind a = class_of(grid, meeting->from)->kind;
    enum pg_class_kind b = class_of(grid, meeting->to)->kind;
    return (a == PG_CLASS_HOST && b == PG_CLASS_PODS) || (a == PG_CLASS_PODS && b == PG_CLASS_HOST);
}

static bool is_pair(const struct pg_grid *grid, const struct pg_meeting *meeting,
                    const struct pg_end *from, const struct pg_end *to)
{
    if (meeting->from->class == meeting->to->class)
        return !pg_eval_is_self(grid->eval, from, to);
    return !is_split(grid, meeting) || pg_eval_near(grid->eval, from, to) == meeting->near;
}

void pg_grid_one_pair(struct pg_grid *grid, const struct pg_meeting *meeting, struct pg_end *from,
                      struct pg_end *to)
{
    /* On the fixed side any pod will do; of two shares of a class one of the first two will. */
    uint32_t nfrom = meeting->from->npods, nto = meeting->to->npods;
    for (uint32_t i = 0; i < nfrom; i++) {
        *from = share_end(grid, meeting->from, i);
        for (uint32_t j = 0; j < nto; j++) {
            *to = share_end(grid, meeting->to, j);
            if (is_pair(grid, meeting, from, to))
                return;
        }
    }
    assert(!"a meeting has a pair");
}

enum pg_outcome pg_grid_outcome(struct pg_grid *grid, const struct pg_meeting *meeting)
{
    if (meeting->sure != PG_PORTS_NONE)
        return PG_OUTCOME_ALLOWED;
    if (meeting->possible != PG_PORTS_NONE)
        return PG_OUTCOME_UNKNOWN;
    if (meeting->cell.no_route)
        return PG_OUTCOME_DENIED_BOTH;
    struct pg_portsets *sets = pg_eval_portsets(grid->eval);
    const struct pg_side *sides = meeting->cell.sides;
    bool out = pg_portset_intersect(sets, sides[PG_EGRESS].possible, grid->ports) != PG_PORTS_NONE;
    bool in = pg_portset_intersect(sets, sides[PG_INGRESS].possible, grid->ports) != PG_PORTS_NONE;
    if (out == in)
        return PG_OUTCOME_DENIED_BOTH;
    return out ? PG_OUTCOME_DENIED_INGRESS : PG_OUTCOME_DENIED_EGRESS;
}
