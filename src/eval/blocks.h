/*
 * The address blocks of all policies, cut into groups of addresses that no policy tells apart.
 *
 * Every ipBlock (a cidr less its excepts) is a set of intervals; their ends cut the address space into
 * atoms, and two atoms that lie in the same blocks form one group. The groups of a family are the rows
 * and columns of the outside world, and what a pod's address contributes to its class.
 *
 * Which blocks an atom lies in is a set that changes by one element at each cut. The sets are kept as
 * shared binary tries over the blocks' numbers, in which equal sets are equal nodes: so grouping is exact
 * and costs a logarithm for each cut.
 */
#ifndef POLGRID_EVAL_BLOCKS_H
#define POLGRID_EVAL_BLOCKS_H

#include "polgrid/cluster.h"
#include "polgrid/eval.h"

struct blocks;

/* The groups of all ipBlock peers of a cluster; lives in `arena`. */
struct blocks *pg_blocks_new(struct pg_arena *arena, const struct pg_cluster *cluster);

/* Groups are numbered IPv4 first, then IPv6, by their lowest address. Each family has at least one. */
uint32_t pg_blocks_ngroups(const struct blocks *blocks);
uint32_t pg_blocks_group(const struct blocks *blocks, struct pg_addr addr);
/* The ranges of a group, sorted, not touching. */
const struct pg_addr_range *pg_blocks_ranges(const struct blocks *blocks, uint32_t group,
                                             uint32_t *n);

/* Sets the bit `base` + group, in a bit set, for every group that shares an address with a block. */
void pg_blocks_mark(const struct blocks *blocks, struct pg_cidr cidr, uint64_t *bits, uint32_t base);

#endif
