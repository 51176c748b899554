/*
 * One world, loaded and compiled by the program, beside the slow evaluator's view of it.
 *
 * Port sets are compared as masks of atoms: the numbers that the world mentions cut each protocol into
 * ranges that neither side can tell apart inside, and each range is one bit.
 */
#ifndef ORACLE_CHECK_H
#define ORACLE_CHECK_H

#include <stdio.h>

#include "polgrid/grid.h"
#include "polgrid/load.h"
#include "polgrid/why.h"
#include "slow.h"

enum {
    CHECK_CUTS = 24,
    CHECK_ATOMS = 64,
    CHECK_MASKS = 4096,
};

struct atom {
    enum w_protocol protocol;
    int first, last; /* port numbers */
};

/* What is surely and possibly allowed. */
struct masks {
    uint64_t sure, possible;
};

struct check {
    const struct world *world;
    const char *text;
    struct w_random random;
    struct pg_cluster *cluster;
    struct pg_eval *eval;
    struct slow_end ends[W_ENDS];
    struct pg_end program_ends[W_ENDS];
    int nends;
    uint32_t pod_index[W_PODS],
        policy_index[W_POLICIES]; /* world → cluster; PG_NONE where left out */
    int policy_of[W_POLICIES];    /* cluster → world */
    struct atom atoms[CHECK_ATOMS];
    int natoms;
    uint64_t all;   /* every atom of TCP, UDP, SCTP */
    uint64_t other; /* those of protocols without ports */
    bool mask_known[CHECK_MASKS];
    uint64_t mask[CHECK_MASKS];
    int ndifferences; /* printed so far */
    uint64_t ncompared;
    uint64_t nalike;            /* namespaces found alike to another, with pods */
    uint64_t nfollowed, nstale; /* changes that a follower followed, and that it could not */
};

/* Loads and compiles a world; what the loader said and how it counted is compared here. */
void check_begin(struct check *check, const struct world *world, const char *text, size_t length);
void check_end(struct check *check);

/* Prints a difference; the first one of a world prints its seed, options and text before. */
void check_differs(struct check *check, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* The atoms of a port set of the program; a set that cuts an atom is a difference. */
uint64_t check_mask(struct check *check, pg_ports ports);
/* One side as the slow evaluator sees it, as masks; `decided`, where not NULL: whether a rule allows or denies
   some port of it. */
struct masks check_side_masks(const struct check *check, const struct slow_side *side,
                              bool *decided);
/* "p1 -> 192.0.2.1 (IPv4)": for messages. */
const char *check_pair_name(const struct check *check, int from, int to, int family, char text[200]);
/* Compares masks, and prints one atom on which they differ. */
void check_masks(struct check *check, const char *where, const char *what, uint64_t slow,
                 uint64_t program);

/* What the slow evaluator says of a pair: sides and their conjunction, of one family or of all. */
struct slow_cell {
    bool no_route, mixed;
    struct slow_side side[2]; /* of the first family asked */
    bool isolated[2];         /* a policy isolates, or a rule decides */
    struct masks sides[2], both;
    int families[2], nfamilies;
    struct masks by_family[2]; /* beside families: the conjunction of each, ICMP too */
};

/* `family` 0 asks for all that both have; `replicas`: see slow_ask_side(). */
struct slow_cell check_slow_cell(const struct check *check, int from, int to, bool replicas,
                                 int family);

/* Ports to look at: every one, or those of one atom; and their mask. */
pg_ports check_lens(struct check *check, uint64_t *mask);

/* The comparisons; each covers the whole world, or draws a sample. */
void check_classes(struct check *check);
void check_pairs(struct check *check);
void check_whys(struct check *check, int count);
void check_grids(struct check *check, int count);
/* Changes the world that many times, and has a follower follow; only where all policies are NetworkPolicies. */
void check_follow(struct check *check, int steps);
/* Loads the world and changes of it from objects that are decoded once. */
void check_memo(struct check *check, int steps);
void check_totals(struct check *check);
/* Whether namespaces that are said to be alike are, in this world and in one with a twin. */
void check_alike(struct check *check);

/* A question about reasons. */
struct question {
    int from, to, family;
    bool self; /* and exempt for it */
    pg_ports ports;
    uint64_t mask;            /* the atoms asked about */
    enum w_protocol protocol; /* of a question about one port */
    int port;                 /* -1: about all of them */
    struct slow_cell slow;
    char name[256];
};

/* The reasons of a side where other kinds than NetworkPolicy are asked (check_tiers.c). */
void check_tier_reasons(struct check *check, const struct question *q, int dir,
                        const struct pg_why_side *side);

#endif
