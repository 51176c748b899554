/* What the two halves of making peer sets share: peersets.c and, for peers that NetworkPolicy does not have, oddsets.c. */
#ifndef POLGRID_EVAL_PEERSETS_INTERNAL_H
#define POLGRID_EVAL_PEERSETS_INTERNAL_H

#include "peersets.h"
#include "polgrid/vec.h"

/* Where a class stands in the list of addresses of a family. */
struct home {
    struct pg_addr addr;
    uint32_t class;
};

struct maker {
    const struct pg_eval *eval;
    struct pg_arena *arena, *scratch;
    struct peer_sets *out;
    struct peer_limits limits;
    PG_VEC(struct peer_set) sets;
    PG_VEC(uint32_t) of_rule, first;
    struct pg_strs *keys; /* a peer as bytes → number */
    struct pg_map set_of; /* that number → set */
    struct pg_buf key;
    PG_VEC(struct home) homes[2]; /* by family, sorted by address */
    PG_VEC(uint32_t) nowhere;     /* classes whose address is not known */
    struct pg_map labels;         /* PAIR(key, value) → index of postings */
    uint32_t *postings, *posting_first;
    uint32_t nclasses[NSORTS][2]; /* that have a family */
    bool some_host_pods;          /* some class has class_data.host_pods */
    PG_VEC(uint32_t) candidates;
    uint32_t *seen;   /* by class: the last set that it was a candidate of, from 1 */
    uint8_t *matched; /* beside candidates: EVERY_BIT() of what is surely matched; MAYBE_BIT */
    uint32_t matched_cap;
};

/* Adds a class to the candidates of the set at hand, once. */
void pg_peersets_add(struct maker *maker, uint32_t class);
/* Adds those that may be matched by a selector, by a block. */
void pg_peersets_by_selector(struct maker *maker, const struct policy *policy,
                             const struct peer *peer);
void pg_peersets_by_address(struct maker *maker, struct pg_cidr cidr);

/* The set of a peer of any kind (oddsets.c). There are no candidates yet. */
struct peer_set pg_peersets_odd_set(struct maker *maker, const struct policy *policy,
                                    const struct peer *peer);

#endif
