/*
 * Which namespaces have nothing to say of each other, nor of groups of outside addresses.
 *
 * Most policies name their own namespace and one or two others, and a few blocks. Between all the rest a
 * cell is known without asking a rule: a side that is isolated lets nothing through, a side that is not lets
 * everything. In a cluster of 10,000 namespaces that is nearly every cell, so it is worth a bit for each
 * namespace, direction and other party: set where some rule of the one may match the other.
 *
 * A party is a namespace, by its number, or behind these a group of outside addresses.
 *
 * Only for clusters that have NetworkPolicy and nothing else: other kinds have rules that deny.
 */
#include <stdlib.h>

#include "eval_internal.h"
#include "polgrid/vec.h"

/* Memory that the bits may take; beyond, every cell is asked. */
#define MOST_BYTES (UINT64_C(64) << 20)

/* An ipBlock that covers more pods than this is taken to match every namespace. */
#define MOST_ADDRESSES 4096u

struct home {
    struct pg_addr addr;
    uint32_t ns;
};

struct homes {
    PG_VEC(struct home) of[2]; /* classes of pods by family, sorted by address */
    uint64_t *unknown;         /* bits of the namespaces with pods whose address is not known */
};

static uint64_t *row(uint64_t *bits, size_t words, uint32_t ns)
{
    return bits + words * ns;
}

static void set_bit(uint64_t *bits, uint32_t ns)
{
    bits[ns / 64] |= UINT64_C(1) << (ns % 64);
}

static void set_all(uint64_t *bits, size_t words)
{
    for (size_t i = 0; i < words; i++)
        bits[i] = UINT64_MAX;
}

static void add_bits(uint64_t *bits, const uint64_t *more, size_t words)
{
    for (size_t i = 0; i < words; i++)
        bits[i] |= more[i];
}

static int compare_homes(const void *a, const void *b)
{
    return pg_addr_compare(((const struct home *)a)->addr, ((const struct home *)b)->addr);
}

static void find_homes(const struct pg_eval *eval, struct pg_arena *arena, struct homes *homes)
{
    homes->unknown = pg_arena_array(arena, eval->stranger_words, sizeof *homes->unknown);
    for (uint32_t c = 0; c < eval->first_node; c++) {
        const struct pg_class *class = &eval->classes[c];
        if (class->kind != PG_CLASS_PODS)
            continue;
        if (!class->addr_known)
            set_bit(homes->unknown, class->ns);
        for (int f = 0; f < 2; f++)
            if (class->addr[f].family != 0)
                pg_vec_push(arena, &homes->of[f], ((struct home){class->addr[f], class->ns}));
    }
    for (int f = 0; f < 2; f++)
        if (homes->of[f].n > 1)
            qsort(homes->of[f].v, homes->of[f].n, sizeof *homes->of[f].v, compare_homes);
}

/* The parties that a block may reach. Its excepts are left aside: more is harmless. */
static void add_block(const struct pg_eval *eval, const struct homes *homes,
                      const struct pg_peer *peer, uint64_t *bits)
{
    size_t words = eval->stranger_words;
    int f = FAMILY_INDEX(peer->cidr.base.family);
    pg_blocks_mark(eval->blocks, peer->cidr, bits, eval->cluster->nnamespaces);
    struct pg_addr first = pg_cidr_first(peer->cidr);
    uint32_t lo = 0, hi = homes->of[f].n;
    add_bits(bits, homes->unknown, words);
    while (lo < hi) {
        uint32_t middle = lo + (hi - lo) / 2;
        if (pg_addr_compare(homes->of[f].v[middle].addr, first) < 0)
            lo = middle + 1;
        else
            hi = middle;
    }
    for (uint32_t i = lo; i < homes->of[f].n && pg_cidr_has(peer->cidr, homes->of[f].v[i].addr);
         i++) {
        if (i - lo == MOST_ADDRESSES) {
            set_all(bits, words);
            return;
        }
        set_bit(bits, homes->of[f].v[i].ns);
    }
}

static void add_rule(const struct pg_eval *eval, const struct homes *homes,
                     const struct policy *policy, const struct rule *rule, uint64_t *bits)
{
    size_t words = eval->stranger_words;
    if (rule->source->any_peer)
        set_all(bits, words);
    for (uint32_t i = 0; i < rule->source->npeers; i++) {
        const struct peer *peer = &rule->peers[i];
        if (peer->source->kind == PG_PEER_IPBLOCK)
            add_block(eval, homes, peer->source, bits);
        else if (peer->source->kind != PG_PEER_SELECTOR) /* in doubt about labels (unread.h) */
            set_all(bits, words);
        else if (peer->namespaces != NULL)
            add_bits(bits, peer->namespaces, (size_t)eval->cluster->nnamespaces / 64 + 1);
        else
            set_bit(bits, policy->source->ns);
    }
}

/* Whether every policy is one whose rules only allow, and only to what a peer names. */
static bool is_plain(const struct pg_eval *eval)
{
    for (uint32_t p = 0; p < eval->cluster->npolicies; p++)
        if (eval->policies[p].source->kind != PG_POLICY_NETWORK)
            return false;
    return true;
}

void pg_compile_strangers(struct pg_eval *eval)
{
    uint64_t nns = eval->cluster->nnamespaces;
    uint64_t words = (nns + pg_blocks_ngroups(eval->blocks)) / 64 + 1;
    if (nns * words * 2 * sizeof(uint64_t) > MOST_BYTES || !is_plain(eval))
        return;
    eval->stranger_words = (size_t)words;
    for (int dir = 0; dir < 2; dir++)
        eval->may_match[dir] = pg_arena_array(eval->arena, (size_t)(nns * words), sizeof(uint64_t));
    struct pg_arena *scratch = pg_arena_new();
    struct homes homes = {0};
    find_homes(eval, scratch, &homes);
    for (uint32_t p = 0; p < eval->cluster->npolicies; p++) {
        const struct policy *policy = &eval->policies[p];
        for (int dir = 0; dir < 2; dir++)
            for (uint32_t r = 0; r < policy->source->nrules[dir]; r++)
                add_rule(eval, &homes, policy, &policy->rules[dir][r],
                         row(eval->may_match[dir], eval->stranger_words, policy->source->ns));
    }
    pg_arena_free(scratch);
}

/* The number of the party that a class belongs to; PG_NONE for nodes and pods on their network. */
static uint32_t party_of(const struct pg_eval *eval, uint32_t class)
{
    switch (eval->classes[class].kind) {
    case PG_CLASS_PODS: return eval->classes[class].ns;
    case PG_CLASS_OUTSIDE: return eval->cluster->nnamespaces + (class - eval->first_outside);
    case PG_CLASS_HOST:
    case PG_CLASS_NODE: break;
    }
    return PG_NONE;
}

/* Whether a rule of the namespace of a class may match a party; never, where the class has no policies. */
static bool may_match(const struct pg_eval *eval, enum pg_dir dir, uint32_t class, uint32_t party)
{
    if (eval->classes[class].kind != PG_CLASS_PODS)
        return false;
    const uint64_t *bits = row(eval->may_match[dir], eval->stranger_words, eval->classes[class].ns);
    return (bits[party / 64] >> (party % 64) & 1) != 0;
}

bool pg_eval_strangers(const struct pg_eval *eval, uint32_t from, uint32_t to)
{
    uint32_t source = party_of(eval, from), destination = party_of(eval, to);
    return eval->may_match[PG_EGRESS] != NULL && source != PG_NONE && destination != PG_NONE &&
           !may_match(eval, PG_EGRESS, from, destination) &&
           !may_match(eval, PG_INGRESS, to, source);
}
