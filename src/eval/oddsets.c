/*
 * Sets of peers that NetworkPolicy does not have: nodes, entities, what is asked of several things at once, what is
 * not known. Most of them match everybody or nobody, or everybody possibly; so what most classes have is the rule,
 * and the members are those that have something else.
 */
#include "peersets_internal.h"

#define NMATCHES (MATCH_YES + 1)

/* Two bits for each family. */
#define NIBBLE(match, family_index) ((unsigned)(match) << ((family_index)*2))

static bool add_by_parts(struct maker *maker, const struct policy *policy, const struct peer *peer);

/* Adds whoever a peer may match. False where that can't be told without asking everybody. */
static bool add_by_peer(struct maker *maker, const struct policy *policy, const struct peer *peer)
{
    switch (peer->source->kind) {
    case PG_PEER_SELECTOR: pg_peersets_by_selector(maker, policy, peer); return true;
    case PG_PEER_IPBLOCK:
    case PG_PEER_NETWORKS:
    case PG_PEER_OUTSIDE: pg_peersets_by_address(maker, peer->source->cidr); return true;
    case PG_PEER_ALL_OF:
    case PG_PEER_ANY_OF: return add_by_parts(maker, policy, peer);
    case PG_PEER_NODES:
    case PG_PEER_ENTITY:
    case PG_PEER_NAMES:
    case PG_PEER_MAYBE: break;
    }
    return false;
}

/* Whoever matches all parts matches any one of them that is not negated. */
static bool add_by_parts(struct maker *maker, const struct policy *policy, const struct peer *peer)
{
    bool all = peer->source->kind == PG_PEER_ALL_OF;
    for (uint32_t i = 0; i < peer->source->nparts; i++) {
        bool added =
            !(all && peer->parts[i].source->negate) && add_by_peer(maker, policy, &peer->parts[i]);
        if (added == all)
            return added;
    }
    return !all;
}

/* What a peer has of a class, by family; where near counts, not on its node. */
static uint8_t nibbles_of(const struct maker *maker, const struct policy *policy,
                          const struct peer *peer, uint32_t class)
{
    const struct pg_eval *eval = maker->eval;
    struct ask ask = {
        .other = class, .near = PG_NEAR_OTHER, .ignore_blocks = eval->assume.ipblock_pods_ignore};
    unsigned nibbles = 0;
    for (int f = 0; f < 2; f++) {
        ask.family = f == 0 ? 4 : 6;
        if (eval->classes[class].has_family[f])
            nibbles |= NIBBLE(pg_match_peer(eval, policy, peer, &ask), f);
    }
    return (uint8_t)nibbles;
}

static enum match nibble(uint8_t nibbles, int f)
{
    return (enum match)(nibbles >> (f * 2) & 3);
}

/* What is the rule for a sort and a family: what most have, if all were asked; else what all have, or NO. */
static enum match usual(const struct maker *maker, const uint32_t counts[NMATCHES], uint32_t n)
{
    bool asked_all = maker->candidates.n == maker->eval->first_node;
    enum match best = MATCH_NO;
    for (int match = MATCH_MAYBE; match <= MATCH_YES; match++)
        if (asked_all ? counts[match] > counts[best] : n > 0 && counts[match] == n)
            best = (enum match)match;
    return best;
}

static void judge(struct maker *maker, const struct policy *policy, const struct peer *peer,
                  struct peer_set *set)
{
    uint32_t counts[NSORTS][2][NMATCHES] = {{{0}}};
    if (maker->matched_cap < maker->candidates.n) {
        maker->matched_cap = maker->candidates.cap;
        maker->matched = pg_arena_array(maker->scratch, maker->matched_cap, 1);
    }
    for (uint32_t i = 0; i < maker->candidates.n; i++) {
        const struct pg_class *class = &maker->eval->classes[maker->candidates.v[i]];
        maker->matched[i] = nibbles_of(maker, policy, peer, maker->candidates.v[i]);
        for (int f = 0; f < 2; f++)
            counts[class_sort(class)][f][nibble(maker->matched[i], f)] += class->has_family[f];
    }
    for (int i = 0; i < NSORTS * 2; i++) {
        enum match match = usual(maker, counts[i / 2][i % 2], maker->nclasses[i / 2][i % 2]);
        if (match == MATCH_YES)
            set->every |= (uint8_t)EVERY_BIT(i / 2, i % 2);
        else if (match == MATCH_MAYBE)
            set->maybe |= (uint8_t)EVERY_BIT(i / 2, i % 2);
    }
}

/* Whether a class is matched otherwise than the rule is; *seen gets a bit of each match that it has. */
static bool is_member(const struct maker *maker, const struct peer_set *set, uint32_t i,
                      unsigned *seen)
{
    const struct pg_class *class = &maker->eval->classes[maker->candidates.v[i]];
    bool differs = false;
    unsigned matches = 0;
    for (int f = 0; f < 2; f++) {
        if (!class->has_family[f])
            continue;
        enum match match = nibble(maker->matched[i], f);
        differs |= match != peer_set_usual(set, class_sort(class), f);
        matches |= 1u << match;
    }
    if (differs)
        *seen |= matches;
    return differs;
}

struct peer_set pg_peersets_odd_set(struct maker *maker, const struct policy *policy,
                                    const struct peer *peer)
{
    struct peer_set set = {.n = 0};
    unsigned seen = 0;
    if (!add_by_peer(maker, policy, peer))
        for (uint32_t c = 0; c < maker->eval->first_node; c++)
            pg_peersets_add(maker, c);
    judge(maker, policy, peer, &set);
    for (uint32_t i = 0; i < maker->candidates.n; i++)
        set.n += is_member(maker, &set, i, &seen);
    uint32_t *members = pg_arena_array(maker->arena, set.n, sizeof *members), next = 0;
    for (uint32_t i = 0; i < maker->candidates.n; i++)
        if (is_member(maker, &set, i, &seen))
            members[next++] = maker->candidates.v[i];
    set.members = members;
    set.uniform = (seen & (seen - 1)) == 0;
    maker->out->nmembers += set.n;
    return set;
}
