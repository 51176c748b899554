/*
 * Policies that come and go.
 *
 * A policy owns its rules: one that takes the place of another is compiled from nothing, and is a candidate
 * for every class of its namespace anew, so nothing of the old one can go on matching.
 */
#include "follow_internal.h"

#include <string.h>

/* --- what a policy reads --- */

static bool see_feature(struct pg_follow *follow, uint32_t ns, pg_str key, pg_str value)
{
    uint32_t number = pg_follow_feature(follow, key, value);
    struct feature *feature = &follow->feature.v[number];
    if (feature->seen)
        return true;
    if (ns == PG_NONE) {
        feature->seen = true;
        return feature->carried == 0;
    }
    if (pg_map_get(&follow->local, PG_MAP_PAIR(ns, number)) != NULL)
        return true;
    pg_map_put(&follow->local, PG_MAP_PAIR(ns, number), 1);
    if (feature->carried > 0)
        pg_vec_push(follow->arena, &follow->fresh, number);
    return true;
}

/* `ns` PG_NONE: the selector reads pods of any namespace. */
static bool see_selector(struct pg_follow *follow, uint32_t ns, const struct pg_selector *selector)
{
    bool ok = true;
    for (uint32_t i = 0; i < selector->nreqs; i++) {
        const struct pg_req *req = &selector->reqs[i];
        ok &= see_feature(follow, ns, req->key, PG_STR_NONE);
        for (uint32_t v = 0; v < req->nvalues; v++)
            ok &= see_feature(follow, ns, req->key, req->values[v]);
    }
    return ok;
}

/* Named ports are looked up in the destination: of ingress that is the policy's own end. */
static bool see_ports(struct pg_follow *follow, uint32_t ns, const struct pg_rule *rule)
{
    bool ok = true;
    for (uint32_t i = 0; i < rule->nports; i++)
        if (rule->ports[i].name != PG_STR_NONE)
            ok &= see_feature(follow, ns, rule->ports[i].name, PORT_NAME);
    return ok;
}

static void add_address(struct pg_buf *key, struct pg_cidr cidr)
{
    uint64_t words[3] = {cidr.base.hi, cidr.base.lo, (uint64_t)cidr.base.family << 8 | cidr.bits};
    pg_buf_add(key, (const char *)words, sizeof words);
}

static void block_key(struct pg_buf *key, const struct pg_peer *peer)
{
    pg_buf_clear(key);
    add_address(key, peer->cidr);
    for (uint32_t i = 0; i < peer->nexcept; i++)
        add_address(key, peer->except[i]);
}

static bool knows_block(struct pg_follow *follow, const struct pg_peer *peer)
{
    block_key(&follow->key, peer);
    return pg_strs_find(follow->blocks, follow->key.p, follow->key.n) != PG_STR_NONE;
}

void pg_follow_know_blocks(struct pg_follow *follow)
{
    for (uint32_t p = 0; p < follow->cluster->npolicies; p++)
        for (int dir = 0; dir < 2; dir++)
            for (uint32_t r = 0; r < follow->cluster->policies[p].nrules[dir]; r++) {
                const struct pg_rule *rule = &follow->cluster->policies[p].rules[dir][r];
                for (uint32_t i = 0; i < rule->npeers; i++) {
                    if (rule->peers[i].kind != PG_PEER_IPBLOCK)
                        continue;
                    block_key(&follow->key, &rule->peers[i]);
                    pg_strs_put(follow->blocks, follow->key.p, follow->key.n);
                }
            }
}

static bool see_rule(struct pg_follow *follow, const struct pg_policy *policy, int dir,
                     const struct pg_rule *rule)
{
    for (uint32_t i = 0; i < rule->npeers; i++) {
        const struct pg_peer *peer = &rule->peers[i];
        bool own = !peer->namespace_selector.present && !peer->any_namespace;
        if (peer->kind == PG_PEER_IPBLOCK && !knows_block(follow, peer)) {
            pg_follow_make_stale(follow, PG_STALE_BLOCK);
            return false;
        }
        if (!see_selector(follow, own ? policy->ns : PG_NONE, &peer->pod_selector)) {
            pg_follow_make_stale(follow, PG_STALE_LABEL);
            return false;
        }
    }
    if (!see_ports(follow, dir == PG_INGRESS ? policy->ns : PG_NONE, rule)) {
        pg_follow_make_stale(follow, PG_STALE_PORT_NAME);
        return false;
    }
    return true;
}

static bool is_fresh(const struct pg_follow *follow, pg_str key, pg_str value)
{
    const uint32_t *feature = pg_map_get(&follow->features, PG_MAP_PAIR(key, value));
    for (uint32_t i = 0; feature != NULL && i < follow->fresh.n; i++)
        if (follow->fresh.v[i] == *feature)
            return true;
    return false;
}

static bool has_fresh(const struct pg_follow *follow, const struct pg_pod *pod)
{
    for (uint32_t i = 0; i < pod->labels.n; i++)
        if (is_fresh(follow, pod->labels.v[i].key, PG_STR_NONE) ||
            is_fresh(follow, pod->labels.v[i].key, pod->labels.v[i].value))
            return true;
    for (uint32_t i = 0; i < pod->nports; i++)
        if (pod->ports[i].name != PG_STR_NONE && is_fresh(follow, pod->ports[i].name, PORT_NAME))
            return true;
    return false;
}

/* Puts the pods of a namespace that have something which is now read into the classes they are in now. */
static void rejoin(struct pg_follow *follow, uint32_t ns)
{
    if (follow->fresh.n == 0)
        return;
    uint32_t next, pod = follow->of_namespace.v[ns].first_pod;
    for (; pod != PG_NONE; pod = next) {
        next = follow->of_pod.v[pod].in_namespace.next;
        if (!has_fresh(follow, &follow->cluster->pods[pod]))
            continue;
        pg_follow_leave(follow, pod);
        pg_follow_join(follow, pod);
    }
}

bool pg_follow_see(struct pg_follow *follow, const struct pg_policy *policy)
{
    follow->fresh.n = 0;
    if (!see_selector(follow, policy->ns, &policy->pod_selector)) {
        pg_follow_make_stale(follow, PG_STALE_LABEL);
        return false;
    }
    for (int dir = 0; dir < 2; dir++)
        for (uint32_t r = 0; r < policy->nrules[dir]; r++)
            if (!see_rule(follow, policy, dir, &policy->rules[dir][r]))
                return false;
    rejoin(follow, policy->ns);
    return true;
}

/* --- which policies select a class --- */

static bool selects(const struct pg_follow *follow, uint32_t policy, uint32_t class)
{
    return follow->eval.classes[class].kind == PG_CLASS_PODS &&
           !follow->eval.assume.not_enforced /* semantics 8.10 */ &&
           pg_selector_matches(&follow->cluster->policies[policy].pod_selector,
                               follow->eval.data[class].labels);
}

static int compare_names(const struct pg_follow *follow, uint32_t a, uint32_t b)
{
    const struct pg_cluster *cluster = follow->cluster;
    return strcmp(pg_cluster_text(cluster, cluster->policies[a].name),
                  pg_cluster_text(cluster, cluster->policies[b].name));
}

/* Where a policy stands, or would, in the list of a class. */
static uint32_t place_of(const struct pg_follow *follow, uint32_t class, uint32_t policy)
{
    const struct followed_class *of = &follow->of_class[class];
    uint32_t lo = 0, hi = of->policies.n;
    while (lo < hi) {
        uint32_t middle = lo + (hi - lo) / 2;
        if (compare_names(follow, of->policies.v[middle], policy) < 0)
            lo = middle + 1;
        else
            hi = middle;
    }
    return lo;
}

/* Cuts the lists of a class by direction, and what hangs on them. */
static void cut_lists(struct pg_follow *follow, uint32_t slot)
{
    struct followed_class *of = &follow->of_class[slot];
    struct pg_class *class = &follow->eval.classes[slot];
    struct class_data *data = &follow->eval.data[slot];
    for (int dir = 0; dir < 2; dir++) {
        if (of->cap[dir] < of->policies.n) {
            of->cap[dir] = of->policies.n * 2;
            of->lists[dir] = pg_arena_array(follow->arena, of->cap[dir], sizeof(uint32_t));
        }
        uint32_t n = 0;
        data->has_block[dir] = false;
        for (uint32_t i = 0; i < of->policies.n; i++) {
            const struct policy *policy = &follow->eval.policies[of->policies.v[i]];
            if (!policy->source->has_type[dir])
                continue;
            of->lists[dir][n++] = of->policies.v[i];
            data->has_block[dir] |= policy->has_block[dir];
        }
        data->entries[dir] = data->policies[dir] = of->lists[dir];
        data->nentries[dir] = data->npolicies[dir] = n;
        class->isolated[dir] = n > 0;
    }
    pg_follow_touch(follow, slot);
}

static void add_subject(struct pg_follow *follow, uint32_t class, uint32_t policy)
{
    struct followed_class *of = &follow->of_class[class];
    uint32_t at = place_of(follow, class, policy);
    (void)pg_vec_add(follow->arena, &of->policies);
    memmove(&of->policies.v[at + 1], &of->policies.v[at],
            (of->policies.n - 1 - at) * sizeof *of->policies.v);
    of->policies.v[at] = policy;
}

void pg_follow_subjects(struct pg_follow *follow, uint32_t class)
{
    uint32_t ns = follow->eval.classes[class].ns;
    follow->of_class[class].policies.n = 0;
    for (uint32_t p = follow->of_namespace.v[ns].first_policy; p != PG_NONE;
         p = follow->of_policy.v[p].next)
        if (selects(follow, p, class))
            add_subject(follow, class, p);
    cut_lists(follow, class);
}

void pg_follow_count_selected(struct pg_follow *follow, uint32_t class, int by)
{
    const struct followed_class *of = &follow->of_class[class];
    for (uint32_t i = 0; i < of->policies.n; i++)
        follow->eval.policies[of->policies.v[i]].selected += (uint32_t)by;
}

void pg_follow_enter(struct pg_follow *follow, uint32_t policy)
{
    uint32_t ns = follow->cluster->policies[policy].ns;
    follow->eval.policies[policy] = (struct policy){0};
    pg_compile_policy(&follow->eval, &follow->selectors, policy);
    pg_link_in(&follow->of_namespace.v[ns].first_policy, follow->of_policy.v,
               sizeof *follow->of_policy.v, policy);
    for (uint32_t c = follow->of_namespace.v[ns].first_class; c != PG_NONE;
         c = follow->of_class[c].in_namespace.next) {
        if (!selects(follow, policy, c))
            continue;
        add_subject(follow, c, policy);
        follow->eval.policies[policy].selected += follow->eval.classes[c].npods;
        cut_lists(follow, c);
    }
}

void pg_follow_expel(struct pg_follow *follow, uint32_t policy)
{
    uint32_t ns = follow->cluster->policies[policy].ns;
    pg_link_out(&follow->of_namespace.v[ns].first_policy, follow->of_policy.v,
                sizeof *follow->of_policy.v, policy);
    for (uint32_t c = follow->of_namespace.v[ns].first_class; c != PG_NONE;
         c = follow->of_class[c].in_namespace.next) {
        struct followed_class *of = &follow->of_class[c];
        uint32_t at = place_of(follow, c, policy);
        if (at == of->policies.n || of->policies.v[at] != policy)
            continue;
        memmove(&of->policies.v[at], &of->policies.v[at + 1],
                (of->policies.n - 1 - at) * sizeof *of->policies.v);
        of->policies.n--;
        cut_lists(follow, c);
    }
}

void pg_follow_select_namespace(struct pg_follow *follow, uint32_t ns)
{
    struct pg_labels labels = follow->cluster->namespaces[ns].labels;
    uint64_t bit = UINT64_C(1) << (ns % 64);
    for (uint32_t i = 0; i < follow->selectors.all.n; i++) {
        struct selected_namespaces *one = &follow->selectors.all.v[i];
        if (one->bits == NULL)
            continue;
        if (pg_selector_matches(one->selector, labels))
            one->bits[ns / 64] |= bit;
        else
            one->bits[ns / 64] &= ~bit;
    }
}
