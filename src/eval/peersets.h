/*
 * Peers as sets of classes.
 *
 * Equal peers are one set, found once; what selects by label is found through lists of the classes that
 * have that label, what selects by address through a sorted list of addresses.
 *
 * A peer that matches everybody would be a set of everybody, so that is a flag instead, for each sort of
 * class (pods, pods on the host network) and each family: set where the peer surely matches every such
 * class. The members are then those classes about which no flag speaks and which the peer matches, surely
 * or possibly, in some family. So a class that is no member is matched exactly where its flags say so. (A peer that
 * leaves but a few out has the flags too, and these few are members that are not sure.)
 *
 * Peers of NetworkPolicies and their like are so. Of any other (oddsets.c) the flags say what most classes have, a
 * maybe too, and the members are those that have something else.
 */
#ifndef POLGRID_EVAL_PEERSETS_H
#define POLGRID_EVAL_PEERSETS_H

#include "eval_internal.h"

/* Sorts of classes. */
enum {
    SORT_PODS,
    SORT_HOST,
    NSORTS,
};

#define EVERY_BIT(sort, family_index) (1u << ((sort)*2 + (family_index)))

struct peer_set {
    const uint32_t *members;
    uint32_t n;
    uint32_t nsure; /* so many come first, and are surely matched in every family that they have */
    uint8_t every;  /* EVERY_BIT() */
    uint8_t maybe;  /* EVERY_BIT() of those that are possibly matched, where they are no members */
    bool uniform; /* the members are matched alike: surely, possibly or not at all, in every family that they have */
};

/* What a set has of the classes of a sort, in a family, that are no members. */
static inline enum match peer_set_usual(const struct peer_set *set, int sort, int family_index)
{
    if ((set->every & EVERY_BIT(sort, family_index)) != 0)
        return MATCH_YES;
    return (set->maybe & EVERY_BIT(sort, family_index)) != 0 ? MATCH_MAYBE : MATCH_NO;
}

struct peer_sets {
    struct peer_set *sets;
    uint32_t nsets;
    /* By rule id: sets[of_rule[first[id]]] … up to first[id + 1]. */
    uint32_t *first, *of_rule;
    uint32_t nrules;
    uint64_t nmembers; /* of all sets */
};

/* How much the sets may take. */
struct peer_limits {
    uint64_t members; /* all together */
    /* One class in so many may be left out by a peer that matches everybody else: by a label, and because it is of
       a namespace that is not meant. Each of these is asked for in every cell that the peer decides. */
    uint32_t few, fewer;
};

/* Of the rules of the policies that count: `used`, by pg_dir and policy. Other rules have no sets. False where the
   limit is hit. */
bool pg_peersets_make(const struct pg_eval *eval, struct pg_arena *arena, struct peer_limits limits,
                      uint8_t *const used[2], struct peer_sets *sets);

static inline int class_sort(const struct pg_class *class)
{
    return class->kind == PG_CLASS_HOST ? SORT_HOST : SORT_PODS;
}

#endif
