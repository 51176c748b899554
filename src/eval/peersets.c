#include "peersets.h"

#include <stdlib.h>
#include <string.h>

#include "peersets_internal.h"

#define MAYBE_BIT 0x80u

/* --- indexes ------------------------------------------------------------------------------------- */

static int compare_homes(const void *a, const void *b)
{
    const struct home *x = a, *y = b;
    int order = pg_addr_compare(x->addr, y->addr);
    return order != 0 ? order : x->class < y->class ? -1 : x->class > y->class;
}

static void index_addresses(struct maker *maker)
{
    const struct pg_eval *eval = maker->eval;
    for (uint32_t c = 0; c < eval->first_node; c++) {
        const struct pg_class *class = &eval->classes[c];
        maker->some_host_pods |= eval->data[c].host_pods;
        if (!class->addr_known)
            pg_vec_push(maker->scratch, &maker->nowhere, c);
        for (int f = 0; f < 2; f++) {
            maker->nclasses[class_sort(class)][f] += class->has_family[f];
            if (class->addr_known && class->addr[f].family != 0)
                pg_vec_push(maker->scratch, &maker->homes[f], ((struct home){class->addr[f], c}));
        }
    }
    for (int f = 0; f < 2; f++)
        if (maker->homes[f].n > 1)
            qsort(maker->homes[f].v, maker->homes[f].n, sizeof *maker->homes[f].v, compare_homes);
}

/* Counts, then fills: the classes of a label stand beside each other, in order. */
static void index_labels(struct maker *maker)
{
    const struct pg_eval *eval = maker->eval;
    PG_VEC(uint32_t) counts = {0};
    uint32_t total = 0;
    for (uint32_t c = 0; c < eval->first_node; c++) {
        struct pg_labels labels = eval->data[c].labels;
        for (uint32_t i = 0; i < labels.n; i++, total++) {
            uint64_t pair = PG_MAP_PAIR(labels.v[i].key, labels.v[i].value);
            const uint32_t *known = pg_map_get(&maker->labels, pair);
            if (known != NULL) {
                counts.v[*known]++;
                continue;
            }
            pg_map_put(&maker->labels, pair, counts.n);
            pg_vec_push(maker->scratch, &counts, 1);
        }
    }
    maker->postings = pg_arena_array(maker->scratch, total, sizeof(uint32_t));
    maker->posting_first = pg_arena_array(maker->scratch, (size_t)counts.n + 2, sizeof(uint32_t));
    for (uint32_t i = 0; i < counts.n; i++)
        maker->posting_first[i + 2] = maker->posting_first[i + 1] + counts.v[i];
    for (uint32_t c = 0; c < eval->first_node; c++) {
        struct pg_labels labels = eval->data[c].labels;
        for (uint32_t i = 0; i < labels.n; i++) {
            uint64_t pair = PG_MAP_PAIR(labels.v[i].key, labels.v[i].value);
            maker->postings[maker->posting_first[*pg_map_get(&maker->labels, pair) + 1]++] = c;
        }
    }
}

/* --- candidates: a few more than the peer matches -------------------------------------------------- */

void pg_peersets_add(struct maker *maker, uint32_t class)
{
    if (maker->seen[class] == maker->sets.n + 1)
        return; /* a value that a selector names twice */
    maker->seen[class] = maker->sets.n + 1;
    pg_vec_push(maker->scratch, &maker->candidates, class);
}

static void add_namespace(struct maker *maker, uint32_t ns)
{
    for (uint32_t c = maker->eval->first_of_namespace[ns];
         c < maker->eval->first_of_namespace[ns + 1]; c++)
        pg_peersets_add(maker, c);
}

/* The term of a selector that names fewest values; NULL where none names any. */
static const struct pg_req *narrowest(const struct pg_selector *selector)
{
    const struct pg_req *best = NULL;
    for (uint32_t i = 0; i < selector->nreqs; i++) {
        const struct pg_req *req = &selector->reqs[i];
        if (req->op == PG_OP_IN && (best == NULL || req->nvalues < best->nvalues))
            best = req;
    }
    return best;
}

/* The classes that have one of the values of a term; returns how many, and adds them where asked to. */
static uint32_t by_label(struct maker *maker, const struct pg_req *req, bool add)
{
    uint32_t n = 0;
    for (uint32_t v = 0; v < req->nvalues; v++) {
        const uint32_t *known = pg_map_get(&maker->labels, PG_MAP_PAIR(req->key, req->values[v]));
        uint32_t i = known != NULL ? maker->posting_first[*known] : 0;
        uint32_t end = known != NULL ? maker->posting_first[*known + 1] : 0;
        n += end - i;
        for (; add && i < end; i++)
            pg_peersets_add(maker, maker->postings[i]);
    }
    return n;
}

/* Adds the classes of the namespaces that a peer means; false, half done, where these are more than `most`. */
static bool by_namespace(struct maker *maker, const struct peer *peer, uint32_t most)
{
    uint32_t nns = maker->eval->cluster->nnamespaces;
    for (uint32_t word = 0; word <= nns / 64; word++) {
        uint64_t bits = peer->namespaces != NULL ? peer->namespaces[word] : UINT64_MAX;
        for (; bits != 0 && word * 64 + (uint32_t)__builtin_ctzll(bits) < nns; bits &= bits - 1) {
            add_namespace(maker, word * 64 + (uint32_t)__builtin_ctzll(bits));
            if (maker->candidates.n > most)
                return false;
        }
    }
    return true;
}

/* Through the namespaces or through a label, whichever is fewer. */
void pg_peersets_by_selector(struct maker *maker, const struct policy *policy,
                             const struct peer *peer)
{
    const struct pg_req *req = narrowest(&peer->source->pod_selector);
    uint32_t most = req != NULL ? by_label(maker, req, false) : UINT32_MAX;
    const uint32_t *first = maker->eval->first_of_namespace;
    uint32_t own = policy->source->ns;
    if (peer->namespaces != NULL || peer->source->any_namespace) {
        if (!by_namespace(maker, peer, most))
            by_label(maker, req, true);
    } else if (own == PG_NONE) {
        return; /* of no namespace, and names none */
    } else if (first[own + 1] - first[own] <= most) {
        add_namespace(maker, own);
    } else {
        by_label(maker, req, true);
    }
}

void pg_peersets_by_address(struct maker *maker, struct pg_cidr cidr)
{
    int f = FAMILY_INDEX(cidr.base.family);
    struct pg_addr first = pg_cidr_first(cidr);
    uint32_t lo = 0, hi = maker->homes[f].n;
    while (lo < hi) {
        uint32_t middle = lo + (hi - lo) / 2;
        if (pg_addr_compare(maker->homes[f].v[middle].addr, first) < 0)
            lo = middle + 1;
        else
            hi = middle;
    }
    for (; lo < maker->homes[f].n && pg_cidr_has(cidr, maker->homes[f].v[lo].addr); lo++)
        pg_peersets_add(maker, maker->homes[f].v[lo].class);
    for (uint32_t i = 0; i < maker->nowhere.n; i++)
        pg_peersets_add(maker, maker->nowhere.v[i]);
}

/* --- sets ---------------------------------------------------------------------------------------- */

/* The families of a class. */
static uint8_t family_bits(const struct pg_class *class)
{
    int sort = class_sort(class);
    return (uint8_t)((class->has_family[0] ? EVERY_BIT(sort, 0) : 0) |
                     (class->has_family[1] ? EVERY_BIT(sort, 1) : 0));
}

/* In which families a peer matches a class. */
static uint8_t match_bits(const struct pg_eval *eval, const struct policy *policy,
                          const struct peer *peer, uint32_t class)
{
    const struct pg_class *other = &eval->classes[class];
    struct ask ask = {.other = class, .ignore_blocks = eval->assume.ipblock_pods_ignore};
    uint8_t bits = 0;
    for (int f = 0; f < 2; f++) {
        if (!other->has_family[f])
            continue;
        ask.family = f == 0 ? 4 : 6;
        enum match match = pg_match_peer(eval, policy, peer, &ask);
        if (match == MATCH_YES)
            bits |= (uint8_t)EVERY_BIT(class_sort(other), f);
        else if (match == MATCH_MAYBE)
            bits |= MAYBE_BIT;
    }
    return bits;
}

/* Judges the candidates, and says of which sorts and families every class is matched. */
static uint8_t judge(struct maker *maker, const struct policy *policy, const struct peer *peer)
{
    uint32_t yes[NSORTS][2] = {{0}};
    uint8_t every = 0;
    if (maker->matched_cap < maker->candidates.n) {
        maker->matched_cap = maker->candidates.cap;
        maker->matched = pg_arena_array(maker->scratch, maker->matched_cap, 1);
    }
    for (uint32_t i = 0; i < maker->candidates.n; i++) {
        uint8_t bits = match_bits(maker->eval, policy, peer, maker->candidates.v[i]);
        maker->matched[i] = bits;
        for (int sort = 0; sort < NSORTS; sort++)
            for (int f = 0; f < 2; f++)
                yes[sort][f] += (bits & EVERY_BIT(sort, f)) != 0;
    }
    for (int sort = 0; sort < NSORTS; sort++)
        for (int f = 0; f < 2; f++)
            if (yes[sort][f] > 0 && yes[sort][f] == maker->nclasses[sort][f])
                every |= (uint8_t)EVERY_BIT(sort, f);
    return every;
}

/* The classes of the namespaces that a peer does not mean; returns how many, or more than `most`, and adds them
   where asked to. */
static uint32_t by_other_namespaces(struct maker *maker, const struct peer *peer, uint32_t most,
                                    bool add)
{
    const uint32_t *first = maker->eval->first_of_namespace;
    uint32_t nns = maker->eval->cluster->nnamespaces, n = 0;
    for (uint32_t word = 0; peer->namespaces != NULL && word <= nns / 64; word++)
        for (uint64_t bits = ~peer->namespaces[word]; bits != 0 && n <= most; bits &= bits - 1) {
            uint32_t ns = word * 64 + (uint32_t)__builtin_ctzll(bits);
            if (ns >= nns)
                break;
            n += first[ns + 1] - first[ns];
            if (add)
                add_namespace(maker, ns);
        }
    return n;
}

/* Whether a peer is of the sort that make_all_but_few() makes, and leaves few out. */
static bool leaves_few_out(struct maker *maker, const struct peer *peer)
{
    const struct pg_selector *selector = &peer->source->pod_selector;
    uint32_t all = maker->nclasses[SORT_PODS][0] + maker->nclasses[SORT_PODS][1];
    uint32_t most = all / maker->limits.few, few = 0;
    if (peer->source->kind != PG_PEER_SELECTOR || selector->expr != NULL ||
        (peer->namespaces == NULL && !peer->source->any_namespace))
        return false;
    uint32_t others = by_other_namespaces(maker, peer, all / maker->limits.fewer, false);
    if (others > all / maker->limits.fewer || (others == 0 && selector->nreqs == 0))
        return false;
    for (uint32_t i = 0; i < selector->nreqs; i++) {
        if (selector->reqs[i].op != PG_OP_NOT_IN)
            return false;
        few += by_label(maker, &selector->reqs[i], false);
    }
    return few <= most;
}

/* "tier notin (a, b)", of all namespaces, or of all but a few: everybody but the few that have one of the values, or
   are in those namespaces, who can be looked up. They become members that are not sure. False where a peer is not
   of that sort. */
static bool make_all_but_few(struct maker *maker, const struct policy *policy,
                             const struct peer *peer, struct peer_set *set)
{
    const struct pg_selector *selector = &peer->source->pod_selector;
    bool some_apart = maker->some_host_pods && policy_is_admin(policy->source); /* semantics 2.5 */
    if (some_apart || !leaves_few_out(maker, peer))
        return false;
    by_other_namespaces(maker, peer, UINT32_MAX, true);
    for (uint32_t i = 0; i < selector->nreqs; i++)
        by_label(maker, &selector->reqs[i], true);
    uint32_t *members = pg_arena_array(maker->arena, maker->candidates.n, sizeof *members);
    for (uint32_t i = 0; i < maker->candidates.n; i++) {
        uint32_t class = maker->candidates.v[i];
        if (maker->eval->classes[class].kind == PG_CLASS_PODS &&
            match_bits(maker->eval, policy, peer, class) == 0)
            members[set->n++] = class;
    }
    set->members = members;
    set->uniform = true;
    set->every = EVERY_BIT(SORT_PODS, 0) | EVERY_BIT(SORT_PODS, 1);
    maker->out->nmembers += set->n;
    return true;
}

static struct peer_set make_set(struct maker *maker, const struct policy *policy,
                                const struct peer *peer)
{
    struct peer_set set = {.n = 0};
    maker->candidates.n = 0;
    if (peer->source->kind != PG_PEER_SELECTOR && peer->source->kind != PG_PEER_IPBLOCK)
        return pg_peersets_odd_set(maker, policy, peer);
    if (make_all_but_few(maker, policy, peer, &set))
        return set;
    if (peer->source->kind == PG_PEER_SELECTOR)
        pg_peersets_by_selector(maker, policy, peer);
    else
        pg_peersets_by_address(maker, peer->source->cidr);
    set.every = judge(maker, policy, peer);
    for (uint32_t i = 0; i < maker->candidates.n; i++)
        set.n += (maker->matched[i] & ~set.every) != 0;
    uint32_t *members = pg_arena_array(maker->arena, set.n, sizeof *members), next = 0;
    for (int sure = 1; sure >= 0; sure--) {
        for (uint32_t i = 0; i < maker->candidates.n; i++) {
            uint32_t class = maker->candidates.v[i];
            if ((maker->matched[i] & ~set.every) != 0 &&
                (maker->matched[i] == family_bits(&maker->eval->classes[class])) == sure)
                members[next++] = class;
        }
        if (sure)
            set.nsure = next;
    }
    set.members = members;
    set.uniform = set.nsure == set.n;
    maker->out->nmembers += set.n;
    return set;
}

static void add_number(struct pg_buf *key, uint64_t number)
{
    pg_buf_add(key, (const char *)&number, sizeof number);
}

static void add_cidr(struct pg_buf *key, struct pg_cidr cidr)
{
    add_number(key, cidr.base.hi);
    add_number(key, cidr.base.lo);
    add_number(key, (uint64_t)cidr.base.family << 8 | cidr.bits);
}

static void add_selector(struct maker *maker, const struct pg_selector *selector)
{
    add_number(&maker->key, (uint64_t)selector->nreqs << 1 | (selector->expr != NULL));
    pg_compile_selector_key(&maker->key, selector);
}

/* Equal for peers that match the same. They are nested by a level or two. */
static void add_peer(struct maker *maker, const struct policy *policy, const struct peer *peer)
{
    const struct pg_peer *source = peer->source;
    struct pg_buf *key = &maker->key;
    bool own = peer->namespaces == NULL && !source->any_namespace;
    add_number(key, (uint64_t)source->kind << 1 | source->negate);
    switch (source->kind) {
    case PG_PEER_SELECTOR:
        add_number(key, (uint64_t)(uintptr_t)peer->namespaces);
        add_number(key, own ? policy->source->ns : UINT64_MAX);
        add_selector(maker, &source->pod_selector);
        break;
    case PG_PEER_IPBLOCK:
    case PG_PEER_NETWORKS:
    case PG_PEER_OUTSIDE:
        add_number(key, source->nexcept);
        add_cidr(key, source->cidr);
        for (uint32_t i = 0; i < source->nexcept; i++)
            add_cidr(key, source->except[i]);
        break;
    case PG_PEER_NODES: add_selector(maker, &source->pod_selector); break;
    case PG_PEER_ENTITY: add_number(key, source->entities); break;
    case PG_PEER_ALL_OF:
    case PG_PEER_ANY_OF:
        add_number(key, source->nparts);
        for (uint32_t i = 0; i < source->nparts; i++)
            add_peer(maker, policy, &peer->parts[i]);
        break;
    case PG_PEER_NAMES:
    case PG_PEER_MAYBE: break;
    }
}

static uint32_t set_of(struct maker *maker, const struct policy *policy, const struct peer *peer)
{
    pg_buf_clear(&maker->key);
    add_number(&maker->key, policy_is_admin(policy->source)); /* they know host-network pods */
    add_peer(maker, policy, peer);
    pg_str number = pg_strs_put(maker->keys, maker->key.p, maker->key.n);
    const uint32_t *known = pg_map_get(&maker->set_of, number);
    if (known != NULL)
        return *known;
    pg_map_put(&maker->set_of, number, maker->sets.n);
    pg_vec_push(maker->arena, &maker->sets, make_set(maker, policy, peer));
    return maker->sets.n - 1;
}

/* Rules have their ids in this order (compile.c). */
static bool make_all(struct maker *maker, uint8_t *const used[2])
{
    const struct pg_eval *eval = maker->eval;
    for (uint32_t p = 0; p < eval->cluster->npolicies; p++) {
        const struct policy *policy = &eval->policies[p];
        for (int dir = 0; dir < 2; dir++)
            for (uint32_t r = 0; r < policy->source->nrules[dir]; r++) {
                const struct rule *rule = &policy->rules[dir][r];
                pg_vec_push(maker->arena, &maker->first, maker->of_rule.n);
                for (uint32_t i = 0; used[dir][p] != 0 && i < rule->source->npeers; i++)
                    pg_vec_push(maker->arena, &maker->of_rule,
                                set_of(maker, policy, &rule->peers[i]));
                if (maker->out->nmembers > maker->limits.members)
                    return false;
            }
    }
    pg_vec_push(maker->arena, &maker->first, maker->of_rule.n);
    return true;
}

bool pg_peersets_make(const struct pg_eval *eval, struct pg_arena *arena, struct peer_limits limits,
                      uint8_t *const used[2], struct peer_sets *sets)
{
    *sets = (struct peer_sets){0};
    struct maker maker = {.eval = eval,
                          .arena = arena,
                          .scratch = pg_arena_new(),
                          .out = sets,
                          .limits = limits,
                          .keys = pg_strs_new()};
    maker.seen = pg_arena_array(maker.scratch, eval->first_node, sizeof *maker.seen);
    index_addresses(&maker);
    index_labels(&maker);
    bool ok = make_all(&maker, used);
    sets->sets = maker.sets.v;
    sets->nsets = maker.sets.n;
    sets->first = maker.first.v;
    sets->nrules = ok ? maker.first.n - 1 : 0;
    sets->of_rule = maker.of_rule.v;
    pg_map_free(&maker.set_of);
    pg_map_free(&maker.labels);
    pg_strs_free(maker.keys);
    pg_buf_free(&maker.key);
    pg_arena_free(maker.scratch);
    return ok;
}
