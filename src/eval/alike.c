/*
 * Which namespaces behave alike: their pods, their policies and what others say of them differ in nothing
 * but the name of the namespace.
 *
 * Two namespaces are alike where
 *   - their classes of pods are the same but for the namespace (labels and ports as policies see them, address
 *     families, the blocks that addresses lie in) and have equally many pods;
 *   - their policies are the same, where a rule that means the own namespace alone is the same in both;
 *   - every set of namespaces that some rule means has both or neither.
 * Then with every third namespace and address both have the same cells, and the cell from one to the other is that
 * from the other to the one: whoever looks at one has seen the other. With pods on the host network they have them
 * but for who runs on one node with whom (semantics 8.3), which a grid that folds sums up.
 *
 * Only for clusters that have NetworkPolicy and nothing else: other kinds order, refuse and select across
 * namespaces. A namespace with pods on the host network is like no other: which node they are on matters.
 */
#include <stdlib.h>
#include <string.h>

#include "eval_internal.h"
#include "polgrid/vec.h"

/* Of all sets of namespaces together; beyond, nothing is found to be alike. */
#define MOST_MEMBERS UINT64_C(20000000)

struct signing {
    struct pg_eval *eval;
    struct pg_arena *arena;
    struct pg_strs *strs; /* classes, policies and namespaces as bytes → number */
    struct pg_map sets; /* address of a set of namespaces → number + 1; 0: the own namespace alone */
    uint32_t nsets;
    PG_VEC(const uint64_t *) bits; /* of the sets that count, by number */
    PG_VEC(uint32_t) * of;         /* by namespace: the sets that have it */
    struct pg_buf key;
};

static void add(struct signing *signing, const void *bytes, size_t n)
{
    pg_buf_add(&signing->key, bytes, n);
}

static void add_word(struct signing *signing, uint32_t word)
{
    add(signing, &word, sizeof word);
}

static uint32_t number_of(struct signing *signing)
{
    return pg_strs_put(signing->strs, pg_buf_text(&signing->key), signing->key.n);
}

/* --- sets of namespaces ---------------------------------------------------------------------------- */

static uint64_t address(const uint64_t *bits)
{
    return (uint64_t)(uintptr_t)bits;
}

/* Whether a set is one namespace and that the given one. */
static bool is_only(const struct pg_eval *eval, const uint64_t *bits, uint32_t ns)
{
    for (uint32_t word = 0; word <= eval->cluster->nnamespaces / 64; word++)
        if (bits[word] != (word == ns / 64 ? UINT64_C(1) << (ns % 64) : 0))
            return false;
    return true;
}

typedef void see_fn(struct signing *signing, uint32_t ns, const uint64_t *bits);

/* Calls `see` for every set that a rule means, with the namespace of its policy. */
static void each_set(struct signing *signing, see_fn *see)
{
    const struct pg_eval *eval = signing->eval;
    for (uint32_t p = 0; p < eval->cluster->npolicies; p++) {
        const struct policy *policy = &eval->policies[p];
        for (int dir = 0; dir < 2; dir++)
            for (uint32_t r = 0; r < policy->source->nrules[dir]; r++) {
                const struct rule *rule = &policy->rules[dir][r];
                for (uint32_t i = 0; i < rule->source->npeers; i++)
                    if (rule->peers[i].namespaces != NULL)
                        see(signing, policy->source->ns, rule->peers[i].namespaces);
            }
    }
}

/* A set that is the own namespace alone says nothing of others; unless another namespace means it too. */
static void see_set(struct signing *signing, uint32_t ns, const uint64_t *bits)
{
    const uint32_t *known = pg_map_get(&signing->sets, address(bits));
    if (known != NULL && *known > 0)
        return;
    if (is_only(signing->eval, bits, ns)) {
        if (known == NULL)
            pg_map_put(&signing->sets, address(bits), 0);
        return;
    }
    pg_map_put(&signing->sets, address(bits), ++signing->nsets);
    pg_vec_push(signing->arena, &signing->bits, bits);
}

/* False where there are too many to go through. */
static bool list_sets(struct signing *signing)
{
    uint64_t members = 0;
    uint32_t n = signing->eval->cluster->nnamespaces;
    signing->of = pg_arena_array(signing->arena, n, sizeof *signing->of);
    for (uint32_t set = 0; set < signing->bits.n; set++)
        for (uint32_t word = 0; word <= n / 64; word++)
            for (uint64_t left = signing->bits.v[set][word]; left != 0; left &= left - 1) {
                uint32_t ns = word * 64 + (uint32_t)__builtin_ctzll(left);
                if (ns < n)
                    pg_vec_push(signing->arena, &signing->of[ns], set);
                if (++members > MOST_MEMBERS)
                    return false;
            }
    return true;
}

/* --- policies -------------------------------------------------------------------------------------- */

static void add_selector(struct signing *signing, const struct pg_selector *selector)
{
    struct pg_buf key = {0};
    pg_compile_selector_key(&key, selector);
    add_word(signing, selector->present);
    add_word(signing, (uint32_t)key.n);
    add(signing, pg_buf_text(&key), key.n);
    pg_buf_free(&key);
}

static void add_cidr(struct signing *signing, struct pg_cidr cidr)
{
    add(signing, &cidr.base.hi, sizeof cidr.base.hi);
    add(signing, &cidr.base.lo, sizeof cidr.base.lo);
    add_word(signing, (uint32_t)cidr.base.family << 8 | cidr.bits);
}

static void add_peer(struct signing *signing, uint32_t ns, const struct peer *peer)
{
    const struct pg_peer *source = peer->source;
    add_word(signing, (uint32_t)source->kind << 1 | source->any_namespace);
    if (source->kind == PG_PEER_IPBLOCK) {
        add_cidr(signing, source->cidr);
        add_word(signing, source->nexcept);
        for (uint32_t i = 0; i < source->nexcept; i++)
            add_cidr(signing, source->except[i]);
        return;
    }
    bool own = peer->namespaces != NULL && is_only(signing->eval, peer->namespaces, ns);
    const uint32_t *set =
        peer->namespaces != NULL ? pg_map_get(&signing->sets, address(peer->namespaces)) : NULL;
    /* 0: what its own namespace means where none is named, and where it is named and nobody else names it. */
    add_word(signing, set != NULL && !(own && *set == 0) ? *set : 0);
    add_selector(signing, &source->pod_selector);
}

static void add_ports(struct signing *signing, const struct pg_rule *rule)
{
    add_word(signing, rule->any_port);
    add_word(signing, rule->nports);
    for (uint32_t i = 0; i < rule->nports; i++) {
        const struct pg_port *port = &rule->ports[i];
        add_word(signing, port->protocol | (uint32_t)port->any << 8 | (uint32_t)port->ranged << 9);
        add_word(signing, (uint32_t)port->from << 16 | port->to);
        add_word(signing, port->name);
    }
}

static uint32_t sign_policy(struct signing *signing, uint32_t p)
{
    const struct policy *policy = &signing->eval->policies[p];
    const struct pg_policy *source = policy->source;
    pg_buf_clear(&signing->key);
    add_word(signing, 'p');
    add_selector(signing, &source->pod_selector);
    for (int dir = 0; dir < 2; dir++) {
        add_word(signing, (uint32_t)source->has_type[dir] | (uint32_t)source->isolates[dir] << 1);
        add_word(signing, source->nrules[dir]);
        for (uint32_t r = 0; r < source->nrules[dir]; r++) {
            const struct pg_rule *rule = &source->rules[dir][r];
            add_word(signing, rule->any_peer);
            add_word(signing, rule->npeers);
            for (uint32_t i = 0; i < rule->npeers; i++)
                add_peer(signing, source->ns, &policy->rules[dir][r].peers[i]);
            add_ports(signing, rule);
        }
    }
    return number_of(signing);
}

static bool is_plain_policy(const struct pg_policy *policy)
{
    if (policy->kind != PG_POLICY_NETWORK || policy->ns == PG_NONE ||
        policy->maybe_selector.present || policy->namespace_selector.present ||
        policy->pod_selector.expr != NULL || policy->staged || policy->nhosts > 0)
        return false;
    for (int dir = 0; dir < 2; dir++)
        for (uint32_t r = 0; r < policy->nrules[dir]; r++) {
            const struct pg_rule *rule = &policy->rules[dir][r];
            if (rule->self != NULL || rule->maybe_field != NULL || rule->nnot_ports > 0 ||
                rule->action != PG_ACTION_ALLOW)
                return false;
            for (uint32_t i = 0; i < rule->npeers; i++)
                if ((rule->peers[i].kind != PG_PEER_SELECTOR &&
                     rule->peers[i].kind != PG_PEER_IPBLOCK) ||
                    rule->peers[i].pod_selector.expr != NULL)
                    return false;
        }
    return true;
}

/* --- classes --------------------------------------------------------------------------------------- */

/* A class without its namespace; PG_NONE for one that is like no other. */
static uint32_t sign_class(struct signing *signing, uint32_t index)
{
    const struct pg_class *class = &signing->eval->classes[index];
    const struct class_data *data = &signing->eval->data[index];
    if (class->kind != PG_CLASS_PODS || data->host_pods)
        return PG_NONE;
    pg_buf_clear(&signing->key);
    add_word(signing, 'c');
    add_word(signing, (uint32_t) class->addr_known | (uint32_t) class->has_family[0] << 1 |
                          (uint32_t) class->has_family[1] << 2);
    for (int family = 0; family < 2; family++)
        add_word(signing, class->addr[family].family == 0
                              ? PG_NONE
                              : pg_blocks_group(signing->eval->blocks, class->addr[family]));
    add_word(signing, data->port_signature);
    add_word(signing, data->labels.n);
    add(signing, data->labels.v, data->labels.n * sizeof *data->labels.v);
    return number_of(signing);
}

static int compare_words(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}

struct described {
    uint32_t kind, npods, nselves;
};

static int compare_described(const void *a, const void *b)
{
    return compare_words(&((const struct described *)a)->kind, &((const struct described *)b)->kind);
}

/* --- namespaces ------------------------------------------------------------------------------------ */

/* The whole of a namespace as a number; PG_NONE for one that is like no other. */
static uint32_t sign_namespace(struct signing *signing, uint32_t ns, uint32_t *kinds)
{
    struct pg_eval *eval = signing->eval;
    const struct pg_namespace *namespace = &eval->cluster->namespaces[ns];
    uint32_t first = eval->first_of_namespace[ns], n = eval->first_of_namespace[ns + 1] - first;
    struct described *classes = pg_arena_array(signing->arena, n, sizeof *classes);
    uint32_t *policies = pg_arena_array(signing->arena, namespace->npolicies, sizeof *policies);
    for (uint32_t i = 0; i < n; i++) {
        const struct pg_class *class = &eval->classes[first + i];
        kinds[first + i] = sign_class(signing, first + i);
        if (kinds[first + i] == PG_NONE)
            return PG_NONE;
        classes[i] = (struct described){kinds[first + i], class->npods, class->nselves};
    }
    for (uint32_t i = 0; i < namespace->npolicies; i++)
        policies[i] = sign_policy(signing, namespace->first_policy + i);
    if (n > 1)
        qsort(classes, n, sizeof *classes, compare_described);
    if (namespace->npolicies > 1)
        qsort(policies, namespace->npolicies, sizeof *policies, compare_words);
    pg_buf_clear(&signing->key);
    add_word(signing, 'n');
    add_word(signing, n);
    add(signing, classes, n * sizeof *classes);
    add_word(signing, namespace->npolicies);
    add(signing, policies, namespace->npolicies * sizeof *policies);
    add(signing, signing->of[ns].v, signing->of[ns].n * sizeof *signing->of[ns].v);
    return number_of(signing);
}

static void sign_all(struct signing *signing, struct pg_alike *alike)
{
    struct pg_map first = {0};
    uint32_t *like = (uint32_t *)(uintptr_t)alike->like;
    each_set(signing, see_set);
    bool listed = list_sets(signing);
    for (uint32_t ns = 0; listed && ns < signing->eval->cluster->nnamespaces; ns++) {
        uint32_t number = sign_namespace(signing, ns, (uint32_t *)(uintptr_t)alike->kinds);
        const uint32_t *known = number == PG_NONE ? NULL : pg_map_get(&first, number);
        if (known != NULL)
            like[ns] = *known;
        else if (number != PG_NONE)
            pg_map_put(&first, number, ns);
    }
    pg_map_free(&first);
}

const struct pg_alike *pg_eval_alike(struct pg_eval *eval)
{
    const struct pg_cluster *cluster = eval->cluster;
    if (eval->alike != NULL)
        return eval->alike;
    struct pg_alike *alike = pg_arena_alloc(eval->arena, sizeof *alike);
    uint32_t *like = pg_arena_array(eval->arena, cluster->nnamespaces, sizeof *like);
    bool plain = true;
    for (uint32_t ns = 0; ns < cluster->nnamespaces; ns++)
        like[ns] = ns;
    alike->like = like;
    alike->kinds = pg_arena_array(eval->arena, eval->nclasses, sizeof *alike->kinds);
    eval->alike = alike;
    for (uint32_t p = 0; p < cluster->npolicies && plain; p++)
        plain = is_plain_policy(&cluster->policies[p]);
    if (!plain)
        return alike;
    struct signing signing = {.eval = eval, .arena = pg_arena_new(), .strs = pg_strs_new()};
    sign_all(&signing, alike);
    pg_map_free(&signing.sets);
    pg_buf_free(&signing.key);
    pg_strs_free(signing.strs);
    pg_arena_free(signing.arena);
    return alike;
}
