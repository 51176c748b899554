#include "blocks.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "polgrid/map.h"
#include "polgrid/vec.h"

/* At `at`, block number `block` begins or ends. */
struct cut {
    struct pg_addr at;
    uint32_t block;
};

typedef PG_VEC(struct cut) cut_vec;

struct atom {
    struct pg_addr first;
    uint32_t group;
};

struct group {
    struct pg_addr_range *ranges;
    uint32_t nranges, cap;
};

struct blocks {
    struct atom *atoms[2]; /* by family, sorted by first address */
    uint32_t natoms[2];
    PG_VEC(struct group) groups;
};

/* Canonical sets of block numbers: 0 is empty, 1 a full leaf, others inner nodes. */
struct tries {
    struct pg_arena *arena;
    struct pg_map ids;
    PG_VEC(uint64_t) nodes; /* PAIR(left, right) of node id - 2 */
    unsigned depth;
};

static uint32_t trie_node(struct tries *tries, uint32_t left, uint32_t right)
{
    if (left == 0 && right == 0)
        return 0;
    uint64_t key = PG_MAP_PAIR(left, right);
    const uint32_t *known = pg_map_get(&tries->ids, key);
    if (known != NULL)
        return *known;
    pg_vec_push(tries->arena, &tries->nodes, key);
    uint32_t id = tries->nodes.n + 1;
    pg_map_put(&tries->ids, key, id);
    return id;
}

/* The set `root` with `block` taken out if it is in, else put in. */
static uint32_t trie_toggle(struct tries *tries, uint32_t root, uint32_t block, unsigned depth)
{
    if (depth == 0)
        return root == 0 ? 1 : 0;
    uint64_t pair = root == 0 ? 0 : tries->nodes.v[root - 2];
    uint32_t left = (uint32_t)(pair >> 32), right = (uint32_t)pair;
    if ((block >> (depth - 1) & 1) == 0)
        left = trie_toggle(tries, left, block, depth - 1);
    else
        right = trie_toggle(tries, right, block, depth - 1);
    return trie_node(tries, left, right);
}

static int compare_cidrs(const void *a, const void *b)
{
    const struct pg_cidr *x = a, *y = b;
    int order = pg_addr_compare(x->base, y->base);
    return order != 0 ? order : (int)x->bits - (int)y->bits;
}

static int compare_cuts(const void *a, const void *b)
{
    const struct cut *x = a, *y = b;
    int order = pg_addr_compare(x->at, y->at);
    if (order != 0)
        return order;
    return x->block < y->block ? -1 : x->block > y->block;
}

/* Cuts for the interval first..last; the last address of a family ends nothing. */
static void cut_interval(struct pg_arena *arena, cut_vec *cuts, struct pg_addr first,
                         struct pg_addr last, uint32_t block)
{
    pg_vec_push(arena, cuts, ((struct cut){first, block}));
    if (pg_addr_next(&last))
        pg_vec_push(arena, cuts, ((struct cut){last, block}));
}

/* Cuts for a cidr less its excepts. Excepts may overlap each other; sorted by base, a later one either
   lies inside an earlier one or behind it. */
static void cut_block(struct pg_arena *arena, cut_vec *cuts, const struct pg_peer *peer,
                      uint32_t block)
{
    struct pg_cidr *except = pg_arena_array(arena, peer->nexcept + 1, sizeof *except);
    if (peer->nexcept > 0)
        memcpy(except, peer->except, peer->nexcept * sizeof *except);
    if (peer->nexcept > 1)
        qsort(except, peer->nexcept, sizeof *except, compare_cidrs);
    struct pg_addr start = pg_cidr_first(peer->cidr), end = pg_cidr_last(peer->cidr);
    for (uint32_t i = 0; i < peer->nexcept; i++) {
        struct pg_addr hole = pg_cidr_first(except[i]), after = pg_cidr_last(except[i]);
        if (pg_addr_compare(after, start) < 0)
            continue; /* inside an earlier except */
        if (pg_addr_compare(hole, start) > 0) {
            struct pg_addr last = hole;
            pg_addr_prev(&last);
            cut_interval(arena, cuts, start, last, block);
        }
        if (pg_addr_compare(after, end) >= 0 || !pg_addr_next(&after))
            return;
        start = after;
    }
    cut_interval(arena, cuts, start, end, block);
}

static uint64_t hash_block(const struct pg_peer *peer)
{
    uint64_t words[4] = {peer->cidr.base.hi, peer->cidr.base.lo,
                         (uint64_t)peer->cidr.base.family << 8 | peer->cidr.bits, peer->nexcept};
    uint64_t hash = pg_hash(words, sizeof words, 0);
    for (uint32_t i = 0; i < peer->nexcept; i++) {
        uint64_t except[3] = {peer->except[i].base.hi, peer->except[i].base.lo,
                              peer->except[i].bits};
        hash = pg_hash(except, sizeof except, hash);
    }
    return hash;
}

static bool same_block(const struct pg_peer *a, const struct pg_peer *b)
{
    if (compare_cidrs(&a->cidr, &b->cidr) != 0 || a->nexcept != b->nexcept)
        return false;
    for (uint32_t i = 0; i < a->nexcept; i++)
        if (compare_cidrs(&a->except[i], &b->except[i]) != 0)
            return false;
    return true;
}

/* The distinct blocks of the cluster, and their cuts by family. */
struct collection {
    struct pg_arena *arena;
    struct pg_map seen; /* hash → index in distinct */
    PG_VEC(const struct pg_peer *) distinct;
    cut_vec cuts[2];
};

static void collect_block(struct collection *all, const struct pg_peer *peer)
{
    uint64_t hash = hash_block(peer);
    const uint32_t *known;
    while ((known = pg_map_get(&all->seen, hash)) != NULL &&
           !same_block(all->distinct.v[*known], peer))
        hash++;
    if (known != NULL)
        return;
    pg_map_put(&all->seen, hash, all->distinct.n);
    pg_vec_push(all->arena, &all->distinct, peer);
    cut_block(all->arena, &all->cuts[peer->cidr.base.family == 6], peer, all->distinct.n - 1);
}

static void collect_peers(struct collection *all, const struct pg_peer *peers, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        enum pg_peer_kind kind = peers[i].kind;
        if (kind == PG_PEER_IPBLOCK || kind == PG_PEER_NETWORKS || kind == PG_PEER_OUTSIDE)
            collect_block(all, &peers[i]);
        collect_peers(all, peers[i].parts, peers[i].nparts);
    }
}

static void collect(struct collection *all, const struct pg_cluster *cluster)
{
    for (uint32_t p = 0; p < cluster->npolicies; p++)
        for (int dir = 0; dir < 2; dir++)
            for (uint32_t r = 0; r < cluster->policies[p].nrules[dir]; r++) {
                const struct pg_rule *rule = &cluster->policies[p].rules[dir][r];
                collect_peers(all, rule->peers, rule->npeers);
                collect_peers(all, rule->self, rule->self != NULL);
            }
}

static void add_range(struct pg_arena *arena, struct group *group, struct pg_addr first,
                      struct pg_addr last)
{
    if (group->nranges > 0) { /* an atom of the same group just before: one range */
        struct pg_addr next = group->ranges[group->nranges - 1].last;
        if (pg_addr_next(&next) && pg_addr_compare(next, first) == 0) {
            group->ranges[group->nranges - 1].last = last;
            return;
        }
    }
    group->ranges =
        pg_vec_grow(arena, group->ranges, group->nranges, &group->cap, sizeof *group->ranges);
    group->ranges[group->nranges++] = (struct pg_addr_range){first, last};
}

/* Walks the cuts of one family upwards and puts every atom into its group. */
static void sweep(struct pg_arena *arena, struct blocks *blocks, struct tries *tries, cut_vec *cuts,
                  int family)
{
    struct pg_cidr space = {.base = {.family = family == 0 ? 4 : 6}, .bits = 0};
    struct pg_map group_of = {0};
    PG_VEC(struct atom) atoms = {0};
    if (cuts->n > 1)
        qsort(cuts->v, cuts->n, sizeof *cuts->v, compare_cuts);
    uint32_t set = 0, i = 0;
    struct pg_addr at = pg_cidr_first(space);
    for (;;) {
        for (; i < cuts->n && pg_addr_compare(cuts->v[i].at, at) == 0; i++)
            set = trie_toggle(tries, set, cuts->v[i].block, tries->depth);
        uint32_t *known = pg_map_get(&group_of, set);
        uint32_t group = known != NULL ? *known : blocks->groups.n;
        if (known == NULL) {
            pg_map_put(&group_of, set, group);
            (void)pg_vec_add(arena, &blocks->groups);
        }
        pg_vec_push(arena, &atoms, ((struct atom){at, group}));
        struct pg_addr last = pg_cidr_last(space);
        if (i < cuts->n) {
            last = cuts->v[i].at;
            pg_addr_prev(&last);
        }
        add_range(arena, &blocks->groups.v[group], at, last);
        if (i == cuts->n)
            break;
        at = cuts->v[i].at;
    }
    blocks->atoms[family] = atoms.v;
    blocks->natoms[family] = atoms.n;
    pg_map_free(&group_of);
}

struct blocks *pg_blocks_new(struct pg_arena *arena, const struct pg_cluster *cluster)
{
    struct blocks *blocks = pg_arena_alloc(arena, sizeof *blocks);
    struct collection all = {.arena = pg_arena_new()};
    collect(&all, cluster);
    struct tries tries = {.arena = all.arena};
    while (all.distinct.n >> tries.depth != 0)
        tries.depth++;
    for (int family = 0; family < 2; family++)
        sweep(arena, blocks, &tries, &all.cuts[family], family);
    pg_map_free(&tries.ids);
    pg_map_free(&all.seen);
    pg_arena_free(all.arena);
    return blocks;
}

uint32_t pg_blocks_ngroups(const struct blocks *blocks)
{
    return blocks->groups.n;
}

/* The atom of an address, by its number in the family. */
static uint32_t atom_of(const struct blocks *blocks, struct pg_addr addr)
{
    int family = addr.family == 6;
    uint32_t lo = 0, hi = blocks->natoms[family];
    while (hi - lo > 1) {
        uint32_t middle = lo + (hi - lo) / 2;
        if (pg_addr_compare(blocks->atoms[family][middle].first, addr) <= 0)
            lo = middle;
        else
            hi = middle;
    }
    return lo;
}

uint32_t pg_blocks_group(const struct blocks *blocks, struct pg_addr addr)
{
    assert(addr.family == 4 || addr.family == 6);
    return blocks->atoms[addr.family == 6][atom_of(blocks, addr)].group;
}

void pg_blocks_mark(const struct blocks *blocks, struct pg_cidr cidr, uint64_t *bits, uint32_t base)
{
    uint32_t last = atom_of(blocks, pg_cidr_last(cidr));
    for (uint32_t i = atom_of(blocks, pg_cidr_first(cidr)); i <= last; i++) {
        uint32_t bit = base + blocks->atoms[cidr.base.family == 6][i].group;
        bits[bit / 64] |= UINT64_C(1) << (bit % 64);
    }
}

const struct pg_addr_range *pg_blocks_ranges(const struct blocks *blocks, uint32_t group,
                                             uint32_t *n)
{
    *n = blocks->groups.v[group].nranges;
    return blocks->groups.v[group].ranges;
}
